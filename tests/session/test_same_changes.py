"""Random writes mean what they mean to DuckDB: the same rows, with the same values, as in a table that holds what the API does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import httpx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.session.conftest import START, WORKSHOP

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import DataError, PlanError, RowcallError, UnsupportedSQLError
from rowcall.manifest.read import load_provider
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

RESOURCE = "workshop.trade.benches"
BOUNDED = settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""To make a failing statement smaller takes minutes, since each is read from the API."""
MADE = [("a", None), ("A", "old"), ("b", ""), ("ä", "a"), ("10", "9"), ("9", "%"), ("b_", "it's"), (" b", "old"), ("B", None)]
"""Names and notes of the benches: texts that differ in case, in accents, in blanks, or as numbers; empty ones and none."""


@dataclass(frozen=True)
class Twins:
    """A session on the API, and a DuckDB whose table `mirror` holds the same rows; both have the tables `other` and `extra`."""

    session: Session
    mirror: duckdb.DuckDBPyConnection
    ids: Sequence[str]

    def api(self, text: str) -> list[dict[str, Any]]:
        """What the session would send for a statement, of which nothing is sent. Raises RowcallError."""
        text = self._filled(text).format(target=RESOURCE, read=RESOURCE)
        relation = self.session.sql(text, dry_run=True)
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]

    @contextmanager
    def table(self, text: str) -> Iterator[list[tuple[Any, ...]]]:
        """What DuckDB returns of a statement on the table, which is undone afterwards. Raises duckdb.Error."""
        self.mirror.execute("BEGIN")
        try:
            yield self.mirror.execute(self._filled(text).format(target="mirror AS benches", read="mirror")).fetchall()
        finally:
            self.mirror.execute("ROLLBACK")

    def _filled(self, text: str) -> str:
        """The statement with ids in the place of their numbers."""
        for number, id_ in enumerate(self.ids):
            text = text.replace(f"<{number}>", id_)
        return text


@pytest.fixture(scope="module")
def twins() -> Iterator[Twins]:
    """Benches of the sandbox, and what DuckDB has of them."""
    with pytest.MonkeyPatch.context() as patch:
        catalog = Catalog({"workshop": load_provider(WORKSHOP)})
        patch.setattr(Catalog, "shipped", lambda: catalog)
        with Sandbox(WORKSHOP, clock=Clock(START, held=True)) as box, duckdb.connect() as mirror:
            key = {"Authorization": f"Bearer {box.providers['workshop']['api_key']}"}
            for name, note in MADE:
                httpx.post(
                    f"{box.base_url}/benches", json={"name": name, "note": note} if note is not None else {"name": name}, headers=key
                )
            options: dict[str, Any] = {"allow_full_writes": True, "max_write_rows": None, "journal": ":memory:"}
            with rowcall.connect(providers=box.providers, **options) as session:
                rows = session.sql(f"SELECT id, name, note, revision FROM {RESOURCE}").fetchall()
                mirror.execute("CREATE TABLE mirror (id VARCHAR, name VARCHAR, note VARCHAR, revision BIGINT)")
                mirror.executemany("INSERT INTO mirror VALUES (?, ?, ?, ?)", rows)
                ids = [str(row[0]) for row in rows]
                for connection in (session.connection, mirror):
                    connection.execute("CREATE TABLE other (bench VARCHAR, label VARCHAR, rank INTEGER)")
                    others = [(ids[0], "x", 1), (ids[1], "y", 2), (ids[1], "y", 3), (ids[2], None, 4), (None, "z", 5), (ids[5], "p", 6)]
                    connection.executemany("INSERT INTO other VALUES (?, ?, ?)", [*others, (ids[5], "q", 7), ("bench_of_nobody", "x", 8)])
                    connection.execute("CREATE TABLE extra AS SELECT bench, upper(label) AS label, rank FROM other WHERE rank % 2 = 0")
                yield Twins(session, mirror, ids)


IDS = st.integers(0, len(MADE) + 3).map(lambda number: f"'<{number}>'")
WORDS = st.sampled_from(sorted({repr(text) for row in MADE for text in row if text and "'" not in text} | {"''", "'it''s'", "'x'", "NULL"}))
OWN = st.sampled_from(["name", "note", "id", "benches.name", "benches.note", '"NAME"', "Benches.Note", "revision::VARCHAR"])
LABELS = ["(SELECT max(label) FROM other WHERE bench = benches.id)", "(SELECT label FROM other WHERE rank = benches.revision)"]


def texts(joined: Sequence[str] = ()) -> st.SearchStrategy[str]:
    """Expressions that are texts; `joined` are columns of what stands after FROM."""
    leaf = OWN | WORDS | st.sampled_from([*LABELS, *joined])
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds("{}({})".format, st.sampled_from(["upper", "lower", "trim", "reverse"]), inner),
            st.builds("({} || {})".format, inner, inner),
            st.builds("coalesce({}, {})".format, inner, inner),
            st.builds("nullif({}, {})".format, inner, inner),
            st.builds("CASE WHEN {} = {} THEN {} ELSE {} END".format, inner, inner, inner, inner),
            st.builds("length({})::VARCHAR".format, inner),
        ),
        max_leaves=4,
    )


def conditions(joined: Sequence[str] = ()) -> st.SearchStrategy[str]:
    """Conditions on a bench, those among them that are NULL of some."""
    text = texts(joined)
    compared = st.sampled_from(["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM", "LIKE", "ILIKE"])
    keys = st.lists(IDS | st.just("NULL"), min_size=1, max_size=4).map(", ".join)
    among = "(SELECT bench FROM other WHERE {})"
    inner_text = st.sampled_from(
        ["rank > 2", "label = 'y'", "label IS NULL", "bench IS NOT NULL", "label <> benches.name", "true", "false"]
    )
    leaf = st.one_of(
        st.builds("{} {} {}".format, text, compared, text),
        st.builds("id = {}".format, IDS),
        st.builds("id {}IN ({})".format, st.sampled_from(["", "NOT "]), keys),
        st.builds("id {}IN {}".format, st.sampled_from(["", "NOT "]), inner_text.map(among.format)),
        st.builds("EXISTS (SELECT 1 FROM other q WHERE q.bench = benches.id AND ({}))".format, inner_text),
        st.builds("{} IS {}NULL".format, text, st.sampled_from(["", "NOT "])),
        st.builds("{} BETWEEN {} AND {}".format, text, text, text),
        st.builds("{} IN ({}, {})".format, text, text, text),
        st.builds("revision {} {}".format, st.sampled_from(["=", "<>", ">"]), st.sampled_from(["1", "0", "NULL", "length(note)"])),
        st.builds("(id, name) = ({}, {})".format, IDS, WORDS),
        st.builds("name COLLATE NOCASE = {}".format, WORDS),
        st.builds("id IN (SELECT id FROM {{read}} WHERE {} = {})".format, OWN.filter(lambda own: "." not in own), WORDS),
        st.sampled_from(["true", "false", "NULL"]),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds("({} AND {})".format, inner, inner),
            st.builds("({} OR {})".format, inner, inner),
            st.builds("NOT ({})".format, inner),
            st.builds("({}) IS {}".format, inner, st.sampled_from(["TRUE", "NOT TRUE", "NULL", "NOT NULL", "FALSE"])),
            st.builds("CASE WHEN {} THEN {} ELSE {} END".format, inner, inner, inner),
        ),
        max_leaves=4,
    )


SOURCES = {
    "": (),
    "other AS o": ("o.label", "label", "o.bench"),
    "other o, extra e": ("o.label", "e.label"),
    "other o LEFT JOIN extra e ON e.bench = o.bench": ("o.label", "e.label"),
    "other o JOIN extra USING (bench)": ("o.label", "bench"),
    "(SELECT bench, max(label) AS top FROM other GROUP BY bench) o": ("top", "o.top"),
    "(SELECT DISTINCT bench FROM other ORDER BY bench LIMIT 3) o": ("o.bench",),
    "{read} AS o": ("o.name", "o.note"),
}
"""What may stand after FROM and USING, with its columns."""


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, dict[str, str], str]:
    """What stands after FROM or USING, what is set, and a condition."""
    source = draw(st.sampled_from([*SOURCES]))
    joined = SOURCES[source]
    named = draw(st.lists(st.sampled_from(["name", "note"]), unique=True, max_size=2))
    values = {name: draw(texts(joined)) for name in named}
    where = draw(conditions(joined))
    key = "o.id" if source.startswith("{read}") else "o.bench" if "USING" not in source else "bench"
    if source and draw(st.booleans()):
        where = f"{key} = benches.id AND ({where})"
    return source, values, where


@settings(BOUNDED, max_examples=60)
@given(changes())
def test_the_rows_and_values_are_those_that_duckdb_would_change(twins: Twins, change: tuple[str, dict[str, str], str]) -> None:
    """UPDATE where something is set, else DELETE; what DuckDB cannot do is an error here, and what it leaves open is."""
    source, values, where = change
    assigned = ", ".join(f"{name} = {value}" for name, value in values.items())
    joined = f"{'FROM' if values else 'USING'} {source}" if source else ""
    text = f"{f'UPDATE {{target}} SET {assigned}' if values else 'DELETE FROM {target}'} {joined} WHERE {where}"
    try:
        with twins.table(f"{text} RETURNING benches.id, benches.name, benches.note") as rows:
            found = {id_: {"name": name, "note": note} for id_, name, note in rows}
    except duckdb.Error:
        with pytest.raises(RowcallError):
            twins.api(text)
        return
    expected = {id_: {name: row[name] for name in values} for id_, row in found.items()}
    sent, error = _sent(twins, text)
    if isinstance(error, PlanError):
        assert "cannot stand in the path" in str(error)
    elif error is None:
        assert {row["url"].rpartition("/")[2]: json.loads(row["body"] or "{}") for row in sent} == expected
        assert len(sent) == len(expected)
    elif isinstance(error, DataError):
        assert "cannot be NULL" in str(error)
        assert any(None in row.values() for row in _all_values(twins, change))
    else:
        assert "matches several rows" in str(error)
        several = _all_values(twins, change)
        assert any(one != other for one in several for other in several if one["id"] == other["id"])


def _sent(twins: Twins, text: str) -> tuple[list[dict[str, Any]], RowcallError | None]:
    """What would be sent, and nothing with the error where the values cannot be."""
    try:
        return twins.api(text), None
    except (DataError, PlanError, UnsupportedSQLError) as error:
        return [], error


def _all_values(twins: Twins, change: tuple[str, dict[str, str], str]) -> list[dict[str, Any]]:
    """What is set in each row, once for each row that it is joined with, as SELECT has it."""
    source, values, where = change
    columns = ", ".join(f"{value} AS {name}" for name, value in values.items())
    with twins.table(f"SELECT benches.id, {columns} FROM {{target}}{f', {source}' if source else ''} WHERE {where}") as rows:
        return [dict(zip(("id", *values), row, strict=True)) for row in rows]


@settings(BOUNDED, max_examples=25)
@given(name=texts(), note=texts(), where=conditions())
def test_what_is_inserted_is_what_the_query_gives(twins: Twins, name: str, note: str, where: str) -> None:
    """A row each, in any order; a note that is NULL is left out, and a name that is NULL is an error."""
    query = f"SELECT {name} AS name, {note} AS note FROM {{read}} AS benches WHERE {where}"
    try:
        with twins.table(query) as rows:
            pass
    except duckdb.Error:
        with pytest.raises(RowcallError):
            twins.api(f"INSERT INTO {{target}} (name, note) {query}")
        return
    for text in (f"INSERT INTO {{target}} (name, note) {query}", f"INSERT INTO {{target}} (note, name) SELECT note, name FROM ({query}) q"):
        sent, error = _sent(twins, text)
        if error is not None:
            assert "cannot stand in the path" in str(error) or ("name is NULL" in str(error) and any(name is None for name, _ in rows))
            return
        bodies = [json.loads(row["body"]) for row in sent]
        assert sorted((body["name"], body.get("note", "\0")) for body in bodies) == sorted(
            (name, "\0" if note is None else note) for name, note in rows
        )
