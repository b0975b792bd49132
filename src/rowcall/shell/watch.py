"""A statement that is run again and again, and what has changed in its rows between two rounds."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcall.errors import RateLimitError, UnavailableError, UsageError
from rowcall.front.report import counted
from rowcall.front.table import Changed
from rowcall.shell.exit import tell
from rowcall.shell.output import has_colours

if TYPE_CHECKING:
    from rowcall import Session
    from rowcall.front.cells import Row
    from rowcall.shell.repl import Shell

_LEAST_S = 0.1
"""How often it may be run."""
_EVERY_S = 2.0
_OWN = frozenset({"SHOW", "DESCRIBE", "DESC", "EXEC", "EXECUTE"})
"""First words of the statements of rowcall's own, which DuckDB cannot read, that change nothing but at an API, if there."""


class Changes:
    """Marks the cells that are not as they were in the round before.

    A row is the one whose first cell is the same, where first cells tell the rows of both rounds apart, and else the one in its place.
    """

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._before: Sequence[Row] | None = None
        self.found = ""
        """What has changed, in words; empty in the first round."""

    def __call__(self, rows: list[Row]) -> list[Row]:
        """`rows`, which become those of the round before."""
        before, self._before = self._before, rows
        if before is None:
            return rows
        keyed = _tell_apart(before) and _tell_apart(rows)
        known = {row[0] if keyed else at: row for at, row in enumerate(before)}
        marked, cells, new = [], 0, 0
        for at, row in enumerate(rows):
            was = known.pop(row[0] if keyed else at, None)
            differs = [was is None or len(was) != len(row) or cell != was[column] for column, cell in enumerate(row)]
            new += was is None
            cells += sum(differs) if was is not None else 0
            marked.append(tuple(self._marked(cell) if differs[column] else cell for column, cell in enumerate(row)))
        found = [(cells, "cell", "changed"), (new, "row", "new"), (len(known), "row", "gone")]
        self.found = ", ".join(f"{counted(number, noun)} {what}" for number, noun, what in found if number) or "nothing changed"
        return marked

    def _marked(self, cell: str | None) -> str:
        text = "NULL" if cell is None else cell
        return Changed(text) if self._colour else f"*{text}"


def _tell_apart(rows: Sequence[Row]) -> bool:
    return len({row[0] for row in rows}) == len(rows)


def watch(shell: Shell, every: str) -> None:
    """Runs the last statement until Ctrl-C. What an API cannot answer for the moment does not end it, any other error does.

    Raises UsageError where `every` is no number of seconds, or the statement is not one that only reads.
    """
    seconds, sent = _seconds(every), shell.sent
    if not sent.sql:
        raise UsageError("There was no statement yet.")
    if not _only_reads(shell.session, sent.sql):
        raise UsageError(".watch runs the last statement again and again, so it has to be one that only reads, as SELECT or SHOW.")
    changes, rounds, requests = Changes(colour=has_colours()), 0, 0
    try:
        while True:
            ends = time.monotonic() + seconds
            print(f"{time.strftime('%a %d %b %Y %H:%M:%S')} (every {seconds:g} s)", flush=True)
            rounds += 1
            try:
                shell.run_one(sent.sql, given=sent.given, changes=changes)
            except (RateLimitError, UnavailableError) as error:
                tell(error)
                if isinstance(error, RateLimitError):
                    ends = max(ends, time.monotonic() + (error.retry_after_s or 0))
            requests += len(shell.sent.exchanges)
            print(flush=True)
            time.sleep(max(0.0, ends - time.monotonic()))
    except KeyboardInterrupt:
        print(f"\nwatched for {counted(rounds, 'round')}, {counted(requests, 'request')}", file=sys.stderr)


def _seconds(every: str) -> float:
    try:
        seconds = float(every or _EVERY_S)
    except ValueError:
        seconds = 0.0
    if not _LEAST_S <= seconds < float("inf"):
        raise UsageError(f".watch takes a number of seconds, {_LEAST_S:g} or more, as .watch 5.")
    return seconds


def _only_reads(session: Session, sql: str) -> bool:
    """Whether a statement changes nothing, neither at an API nor in the database."""
    try:
        kinds = [statement.type.name for statement in session.connection.extract_statements(sql)]
    except Exception:  # noqa: BLE001 - DuckDB cannot read it, so that it is one of rowcall's own
        (statement,) = session.statements(sql)
        return statement.tokens[0].word in _OWN and not session.is_write(statement, {})
    return kinds == ["SELECT"]
