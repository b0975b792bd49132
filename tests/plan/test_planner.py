"""What is planned for a statement: one golden file for each rule, under `tests/golden/plan`.

A file holds statements, each followed by its plan as comments. `-- use: a.b` and `-- params: {…}` before a statement set what they say.
`pytest --update-golden` writes the plans; the change is read in review.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.engine.engine import Engine
from rowcall.engine.source import page_source
from rowcall.errors import RowcallError
from rowcall.plan.analysis import analyse
from rowcall.plan.nodes import Scan
from rowcall.plan.planner import Planner
from rowcall.plan.splice import splice
from rowcall.rows.decode import decode
from rowcall.sql.bind import Names
from rowcall.sql.statements import parameters
from rowcall.sql.tokens import tokenize

GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "plan").glob("*.sql"))
LOCAL = """
CREATE TABLE owners(thread_id VARCHAR, owner VARCHAR, n INTEGER);
INSERT INTO owners VALUES ('t1', 'ann', 1), ('t2', 'bo', 2), ('t2', 'ann', 3), (NULL, 'ann', 4);
CREATE TABLE finished(run_id VARCHAR, thread_id VARCHAR); INSERT INTO finished VALUES ('r1', 't1'), ('r2', 't2');
CREATE TABLE numbers(thread_id INTEGER); INSERT INTO numbers VALUES (5);
CREATE TABLE loose(thread_id VARCHAR COLLATE NOCASE); INSERT INTO loose VALUES ('T1');
CREATE VIEW of_ann AS SELECT thread_id FROM owners WHERE owner = 'ann';
"""
FRAME = {"frame": pyarrow.table({"thread_id": ["t7", "t8"], "owner": ["cy", "di"]})}
CATALOG = Catalog.shipped()


@dataclass(frozen=True)
class Case:
    """One statement of a golden file, with its plan as it is written there."""

    comments: tuple[str, ...]
    sql: str
    expected: tuple[str, ...]

    def setting(self, name: str) -> str:
        """What a comment before the statement sets; "" when none does."""
        return next((line.removeprefix(f"-- {name}: ") for line in self.comments if line.startswith(f"-- {name}: ")), "")

    def text(self, plan: tuple[str, ...]) -> str:
        """The case as its file has it, with this plan."""
        return "\n".join([*self.comments, f"{self.sql};", *plan])


def cases(path: Path) -> list[Case]:
    """The cases of a file: blocks with a blank line between them."""
    return [_case(block.splitlines()) for block in path.read_text(encoding="utf-8").strip().split("\n\n")]


def _case(lines: list[str]) -> Case:
    first = next(i for i, line in enumerate(lines) if not line.startswith("--"))
    last = next(i for i, line in enumerate(lines) if line.endswith(";"))
    return Case(tuple(lines[:first]), "\n".join(lines[first : last + 1]).removesuffix(";"), tuple(lines[last + 1 :]))


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The user's database."""
    engine = Engine(duckdb.connect())
    engine.connection.execute(LOCAL)
    return engine


def planned(case: Case, engine: Engine) -> tuple[str, ...]:
    """The plan of a statement, or why it is refused, as comments."""
    try:
        lines = list(_plan(case, engine))
    except RowcallError as error:
        lines = [f"{type(error).__name__}: {error}"]
    return tuple(f"-- {line}".rstrip() for text in lines for line in text.splitlines())


def _plan(case: Case, engine: Engine) -> Iterator[str]:
    given = json.loads(case.setting("params") or "{}")
    use = tuple(part for part in case.setting("use").split(".") if part)
    names = Names(CATALOG, use, lambda parts: engine.has(parts, FRAME))
    analysis = analyse(
        case.sql,
        tokenize(case.sql),
        names,
        lambda source: engine.columns(source, _used(source, given), FRAME),
        evaluate=lambda sql: engine.values(sql, _used(sql, given), FRAME),
    )
    frame = {**FRAME, **{mention.source: page_source([]) for mention in analysis.mentions}}
    planner = Planner(analysis, lambda sql: engine.values(sql, _used(sql, given), frame))
    planner.check()
    level = 0
    while scans := planner.next():
        level += 1
        for scan in scans:
            yield f"{level}. {scan.alias}: {scan.method_name} of {scan.ref.full_name}"
            yield from _bound(scan)
            yield from (f"  {call.request.target()}" for call in scan.calls)
            yield from (f"  {text}" for text in scan.pushed)
            if not scan.calls:
                yield "  no request" if scan.is_known else "  a request for each of these"
        planner.unread(scans)
    text = splice(case.sql, analysis.with_sources(_decoded(planner.scans)))
    yield from _columns(engine, text, _used(text, given), frame)


def _decoded(scans: tuple[Scan, ...]) -> dict[str, str]:
    return {s.source: decode(s.ref.resource.columns, s.method.rows, s.source, s.hidden) for s in scans}


def _bound(scan: Scan) -> Iterator[str]:
    for name, origin in scan.bound_by.items():
        values = dict.fromkeys(str(call.bound[name]) for call in scan.calls)
        yield f"  {name} = {', '.join(values)} (from {origin})"


def _columns(engine: Engine, text: str, given: Mapping[str, Any], sources: Mapping[str, Any]) -> Iterator[str]:
    columns = engine.run(text, given, {**FRAME, **sources}).columns
    yield f"columns: {', '.join(columns)}" if len(columns) < 8 else f"columns: {', '.join(columns[:3])}, … ({len(columns)})"


def _used(text: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {token.text: given[token.text] for token in parameters(tokenize(text)) if token.text in given}


NEWER = {"on_subselect", "on_comma"}
"""What only DuckDB 2.0 can bind."""


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_each_statement_has_its_plan(path: Path, engine: Engine, request: pytest.FixtureRequest) -> None:
    """The method, what is bound and from where, the requests and the columns are those of the golden file."""
    if path.stem in NEWER and duckdb.__version__.startswith("1."):
        pytest.skip("DuckDB 1.5 takes no sub-query in the ON of an outer join, and sees nothing before the comma")
    found = cases(path)
    actual = [planned(case, engine) for case in found]
    if request.config.getoption("--update-golden"):
        path.write_text("\n\n".join(case.text(lines) for case, lines in zip(found, actual, strict=True)) + "\n", encoding="utf-8")

    assert actual == [case.expected for case in cases(path)]


def test_every_rule_has_its_file() -> None:
    """A golden file that holds no statement, or that went astray, does not pass for one that was checked."""
    assert len(GOLDEN) >= 20
    assert all(case.expected for path in GOLDEN for case in cases(path))
