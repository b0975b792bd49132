"""A write in two cells: the first plans and shows it, the second sends what was shown, and nothing else.

It is PLAN and APPLY, with a file that nobody has to name. What APPLY refuses, as rows that have changed since, is refused here. What the
write says of its answer, RETURNING and what it waits for, is bound when it is planned, and is APPLY's to carry out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowcall.errors import PlanError, Span, SQLError, UsageError
from rowcall.front.report import counted, status_line
from rowcall.front.table import visible
from rowcall.manifest.types import literal
from rowcall.notebook import html
from rowcall.session.frames import called
from rowcall.session.planfile import Planned, load
from rowcall.sql.statements import parameters
from rowcall.sql.tokens import tokenize

if TYPE_CHECKING:
    import duckdb

    from rowcall.session.guards import Pending
    from rowcall.session.report import Report
    from rowcall.session.session import Session
    from rowcall.sql.statements import Statement

_SHOWN = 20
"""How many requests are shown; the rest is counted."""
_LONG = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write says of its answer."""

    clauses: str = ""
    """RETURNING and what it waits for, as the statement has them; "" where it has neither."""
    behind: str = ""
    """The same as APPLY takes it behind its file."""
    given: Mapping[str, Any] | None = None
    """The values of the parameters in it."""


class PlannedWrite:
    """A write of which every request is known and none was sent. `%rowcall apply` sends it."""

    def __init__(self, session: Session, file: Path, urls: list[str], report: Report, answer: Answer) -> None:
        plan = load(str(file))
        self.session = session
        self.file = file
        self.requests = plan.rows
        self.report = report
        """What was read for it."""
        self.answer = answer
        self.is_shown = False
        """Whether somebody could see it."""
        self._urls = urls
        self._title = f"{plan.header.kind.upper()}: {counted(len(plan.rows), 'request')} of {plan.header.resource}.{plan.header.method}"

    def __len__(self) -> int:
        return len(self.requests)

    def __repr__(self) -> str:
        self.is_shown = True
        return "\n".join([*self._lines(), *self._ends(), *(f"warning: {message}" for message in self.report.warnings)])

    def _lines(self) -> Iterator[str]:
        yield f"{self._title}, not sent"
        for row, url in self._first():
            yield f"  {row.http} {visible(url)}"
            for name, before, after in _changes(row):
                yield f"    {visible(name)}: {_short(before)} → {_short(after)}"

    def _first(self) -> Iterator[tuple[Planned, str]]:
        return zip(self.requests[:_SHOWN], self._urls[:_SHOWN], strict=True)

    def _ends(self) -> Iterator[str]:
        if len(self.requests) > _SHOWN:
            yield f"… and {len(self.requests) - _SHOWN:,} requests more"
        yield f"{status_line(self.report, None)}{', to read' if self.report.requests else ''}"
        says = self.answer.clauses.partition(" ")[0].upper()
        sends = f"%rowcall apply sends it, with its {says}." if says else "%rowcall apply sends it."
        yield sends if self.requests else "There is nothing to send."

    def _repr_html_(self) -> str:
        self.is_shown = True
        rows = "".join(f"<li>{self._request(row, url)}</li>" for row, url in self._first())
        below = "".join(html.says(line) for line in self._ends())
        return html.page(f"<b>{html.escaped(self._title)}, not sent</b><ul>{rows}</ul>", below, html.warns(self.report.warnings))

    def _request(self, row: Planned, url: str) -> str:
        line = html.escaped(f"{row.http} {url}")
        changes = [[(html.escaped(name), False), (_cell(before), False), (_cell(after), False)] for name, before, after in _changes(row)]
        return html.folded(line, html.table(["", "before", "after"], changes), is_open=True) if changes else line


_NOTHING: Any = object()
"""Where there is no value, not even null."""


def _changes(row: Planned) -> Iterator[tuple[str, Any, Any]]:
    """Of each attribute that is sent or was read, what it is now and what it will be."""
    if row.body is not None and not isinstance(row.body, dict):
        yield "", _NOTHING, row.body
        return
    before: Mapping[str, Any] = row.before or {}
    body: Mapping[str, Any] = row.body or {}
    deletes = row.http == "DELETE"
    for name in {**body, **before} if deletes or row.before else body:
        if deletes or name in body:
            yield name, before.get(name, _NOTHING), body.get(name, _NOTHING)


def _text(value: Any) -> str:
    return "—" if value is _NOTHING else json.dumps(value, ensure_ascii=False)


def _short(value: Any) -> str:
    text = visible(_text(value))
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _cell(value: Any) -> str:
    return html.escaped("—") if value is _NOTHING else html.value(_text(value), nested=True, is_open=True)


def planned(session: Session, statement: Statement, given: Mapping[str, Any], frame: Mapping[str, Any], file: Path) -> PlannedWrite:
    """What a write would send, after what it reads was read. Raises what PLAN and APPLY raise, with places in the statement itself."""
    text, behind, start = session.in_two(statement, frame) or (statement.text, "", 0)
    named = literal(str(file))
    with _placed(statement.text, text, 0):
        relation: duckdb.DuckDBPyRelation = called(session.sql, frame, f"PLAN {text}\nINTO {named}", _used(text, given))
    report, answer = session.last, Answer()
    if behind:
        answer = Answer(statement.text[start:], behind, _used(behind, given))
        with _placed(statement.text, answer.clauses, start):
            called(session.sql, frame, f"EXPLAIN APPLY {named} {behind}", answer.given)
    return PlannedWrite(session, file, [url for (url,) in relation.project("url").fetchall()], report, answer)


def _used(text: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Those of the values that a text names; None for none of them."""
    names = {token.text for token in parameters(tokenize(text))}
    return {name: value for name, value in given.items() if name in names} or None


@contextmanager
def _placed(statement: str, part: str, start: int) -> Iterator[None]:
    """While it lasts, errors have their place in the statement, of which the `part` that begins at `start` runs, or none."""
    try:
        yield
    except (SQLError, PlanError) as error:
        at = error.sql.rfind(part)
        if at >= 0:
            span, error.sql, error.span = error.span, statement, None
            if span is not None and at <= span.start < at + len(part):
                error.span = Span(span.start - at + start, min(span.end - at, len(part)) + start)
        raise


def apply(write: PlannedWrite, frame: Mapping[str, Any]) -> duckdb.DuckDBPyRelation:
    """What became of each request, or what RETURNING says of the answers.

    Who says so has seen the write, which is the yes that it may need. `frame` has the data frames that RETURNING may name.

    Raises UsageError where nobody could see it, and what APPLY raises; that names the plan in place of its file.
    """
    if not write.is_shown:
        raise UsageError("The write was planned and not shown yet. Show it first: its variable, alone in a cell.")
    session, asked = write.session, write.session.confirm
    session.confirm = asked or _agree
    try:
        text = f"APPLY {literal(str(write.file))} {write.answer.behind}"
        relation: duckdb.DuckDBPyRelation = called(session.sql, frame, text, write.answer.given)
    except (SQLError, PlanError) as error:
        error.message = error.message.replace(str(write.file), "plan")
        for said, here in _HERE.items():
            error.hint = error.hint.replace(said, here)
        error.sql, error.span = "", None
        raise
    else:
        return relation
    finally:
        session.confirm = asked


_AGAIN = "Run the cell of the write again, and look at it again."
_HERE = {
    "Write it again with PLAN, and look at it again.": _AGAIN,
    "Write it again with PLAN.": _AGAIN,
    "To send everything once more: APPLY 'file' AGAIN.": "To send everything once more, run the cell of the write again.",
}
"""What is to be done where the plan is in a file, and what that is here."""


def _agree(pending: Pending) -> bool:
    del pending  # it is what was shown: the file has a digest of every byte
    return True
