"""`rowcall shell`: statements typed in a terminal, each run when its semicolon is there.

How they are typed is in `prompt`, what a dot command does in `dot`.
Ctrl-C gives up the statement, at the prompt or while it runs; Ctrl-D leaves.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rowcall.errors import RowcallError, RowcallWarning
from rowcall.front.cells import Reader
from rowcall.front.opening import of_sandbox, opened_session
from rowcall.front.report import has_rows, is_plan, status_line
from rowcall.shell.asking import ask
from rowcall.shell.commands import command_within
from rowcall.shell.complete import NO_WORDS, Words
from rowcall.shell.destination import Destination
from rowcall.shell.exit import Exit, is_duckdb_error, tell
from rowcall.shell.formats import DRAWN, EXPLAINED, IN_PARTS, Format, Parts, explanation_lines, text_lines
from rowcall.shell.last import NOTHING, PARTIAL, Last, held, passed
from rowcall.shell.live import Live
from rowcall.shell.local import local_tables, local_words
from rowcall.shell.output import has_colours, table_options
from rowcall.shell.pager import Pager, Screen
from rowcall.shell.query import live_of, write_answer

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation
    from prompt_toolkit import PromptSession

    from rowcall import Session
    from rowcall.front.table import TableOptions
    from rowcall.http.control import Exchange
    from rowcall.shell.watch import Changes

_SHOWN_ROWS = 40
"""How many rows of a table the shell prints where there is no pager; modes other than table and line print all."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a statement sent."""

    exchanges: Sequence[Exchange] = ()
    started_at: float = 0.0
    """When the statement began, in Unix time; 0 where there was none."""
    sql: str = ""
    """Its text, without a semicolon."""
    given: Last = NOTHING
    """What `_` was in it."""


@dataclass(slots=True)
class Shell:
    """The state of one shell."""

    session: Session
    options: argparse.Namespace
    mode: Format = Format.TABLE
    unexpanded: Format = Format.TABLE
    """The latest mode but `line`, which `.expanded off` goes back to."""
    timing: bool = True
    live: Live = field(default_factory=Live)
    """What says how far a statement is."""
    sent: Sent = Sent()
    """What the last statement sent."""
    result: Last = NOTHING
    """The result of the last statement that had one, which `_` names."""
    destination: Destination = field(default_factory=Destination)
    """Where rows go."""
    pager: Pager = field(default_factory=Pager)
    """What shows rows that do not fit the screen."""
    width: int | None = None
    """The columns that a table may take, 0 for as many as it needs; None for those of the terminal."""
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    """Local tables and their columns with types, as they were after the latest statement."""
    words: Words = NO_WORDS
    """What DuckDB has of itself, to complete."""
    vi: bool = False
    """Whether keys are those of Vi, and not of Emacs."""
    begun: str = ""
    """What was typed of a statement before a command was; the next prompt begins with it."""

    def refresh(self) -> None:
        """Look again which local tables there are."""
        self.tables = local_tables(self.session)

    def last_columns(self) -> dict[str, dict[str, str]]:
        """The columns of `_` with their types, where it is there."""
        relation = self.result.relation
        return {} if relation is None else {"_": dict(zip(relation.columns, map(str, relation.types), strict=True))}

    @contextmanager
    def learning(self) -> Iterator[None]:
        """Has DuckDB asked, in a thread and while this lasts at the longest, what it has of itself."""
        cursor = self.session.connection.cursor()

        def learn() -> None:
            self.words = local_words(cursor)

        thread = threading.Thread(target=learn, name="rowcall-words", daemon=True)
        thread.start()
        try:
            yield
        finally:
            thread.join()
            cursor.close()

    def run(self, text: str) -> None:
        """Run every statement of `text` and print what it gives."""
        for statement in self.session.statements(text):
            self.run_one(statement.text)
        self.refresh()

    def run_one(self, sql: str, *, given: Last | None = None, changes: Changes | None = None) -> None:
        """Run one statement and print what it gives; it is the last one then, whether it succeeds or not.

        `given` is what `_` means in it, where that is not the last result any more. `changes` finds what is not as in the round before.
        """
        given = given or self.result
        started_at, before = time.time(), self.session.last
        try:
            self.result = self.show(sql, given=given, changes=changes) or self.result
        finally:
            report = self.session.last
            self.sent = Sent(() if report is before else report.exchanges, started_at, sql, given)

    def show(self, sql: str, *, given: Last | None = None, changes: Changes | None = None) -> Last | None:
        """Run one statement and print what it gives, or send that to a file, without its being the last one.

        What comes back is its result, None where it has none.
        """
        given = given or self.result
        with self.destination.opened() as output:
            if output is None:
                rows, result = self._printed(sql, given, changes)
            else:
                before = output.results
                rows = write_answer(self.session, sql, output, call=given.call, live=self.live)
                result = passed("into a file") if output.results > before else None
        report = self.session.last
        for warning in report.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        if self.timing or changes is not None:
            parts = [status_line(report, rows), *([changes.found] if changes is not None and changes.found else [])]
            print(_dim(" · ".join(parts)), file=sys.stderr, flush=True)
        return PARTIAL if result is not None and report.partial else result

    def _printed(self, sql: str, given: Last, changes: Changes | None) -> tuple[int | None, Last | None]:
        """How many rows a statement had, after they were printed, None where it has none to print or that is seen; and its result."""
        reader = Reader(self.session.connection)
        rows, result = None, None
        with self.screen(changes) as screen:
            relation = self._answered(sql, given, reader, screen)
            report, layout = self.session.last, self._layout(changes)
            if relation is None:
                rows = reader.count
            elif report.explanation is not None and self.mode in EXPLAINED:
                screen.write(explanation_lines(report.explanation, self.mode, layout))
            elif is_plan(relation, report):
                screen.write(text_lines(reader, relation, self.mode, replace(layout, plan=True)))
                rows = reader.count
            elif has_rows(sql, relation, report) and self.mode in DRAWN:
                result, relation, total = held(self.session.connection, relation)
                screen.write(text_lines(reader, relation, self.mode, replace(layout, total=total)))
                rows = reader.count if total is None else total
            elif has_rows(sql, relation, report):
                screen.write(text_lines(reader, relation, self.mode, layout))
                rows = reader.count
        if self.mode in IN_PARTS and (rows is not None or screen.is_left):
            rows, result = None if screen.is_left else rows, passed(f"as {self.mode}")
        if self.mode in DRAWN and not screen.is_paged:  # the last line of a table says it
            rows = None
        return rows, result

    def print(self, relation: DuckDBPyRelation) -> None:
        """Print rows that no statement gave, or send them to a file."""
        with self.destination.opened() as output:
            if output is not None:
                output.write(relation, self.session.connection)
                return
            with self.screen() as screen:
                screen.write(text_lines(Reader(self.session.connection), relation, self.mode, self._layout()))

    def screen(self, changes: Changes | None = None) -> Screen:
        """What takes the lines of one result; a pager does where they are too many, but for rounds of a watch."""
        return Screen(None if changes else self.pager.used)

    def _layout(self, changes: Changes | None = None) -> TableOptions:
        shown = table_options(self.width, None if self.pager.used and changes is None else _SHOWN_ROWS, None)
        return replace(shown, mark=changes, whole=r"\x shows them whole")

    def _answered(self, sql: str, given: Last, reader: Reader, screen: Screen) -> DuckDBPyRelation | None:
        """The relation of a statement; None where its rows were printed in parts, while pages were fetched."""
        parts = Parts(reader, self.mode)

        def take(part: DuckDBPyRelation) -> None:
            screen.write(parts.lines(part))
            if screen.is_paged:
                self.live.leave()
            screen.check()

        with warnings.catch_warnings(), self.live.watching(self.session):
            warnings.simplefilter("ignore", RowcallWarning)
            if self.mode not in IN_PARTS:
                found: DuckDBPyRelation = given.call(self.session.sql, sql)
                return found
            relation: DuckDBPyRelation | None = given.call(self.session.stream, sql, take=self.live.around(take))
        if relation is None:
            screen.write(parts.end())
        return relation


def run(options: argparse.Namespace) -> int:
    """The exit code, after the user left. Statements from a pipe or a file are run as `rowcall query` runs them."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from rowcall.shell.options import parse
        from rowcall.shell.query import run as run_query

        return run_query(argparse.Namespace(**{**vars(parse(["query"])), **vars(options)}))
    live = live_of(options)
    with opened_session(options, live.asking(ask)) as session:
        shell = Shell(session, options, live=live, vi=options.vi)
        shell.refresh()
        _greet(options)
        with shell.destination, shell.learning():
            from rowcall.shell.prompt import prompting

            _loop(shell, prompting(shell))
    return Exit.OK


def _greet(options: argparse.Namespace) -> None:
    print(
        f"rowcall: any HTTP API as SQL.{of_sandbox(options)}\nEnd a statement with ; · .help lists commands · Ctrl-D leaves.",
        file=sys.stderr,
    )


def _loop(shell: Shell, prompt: PromptSession[str]) -> None:
    while True:
        try:
            text = prompt.prompt(lambda: prompt_text(shell.session.use), vi_mode=shell.vi, default=shell.begun)
            if not _survives(shell, text.strip()):
                return
        except KeyboardInterrupt:  # while typing, or between two steps
            shell.begun = ""
        except EOFError:
            return


def _survives(shell: Shell, text: str) -> bool:
    """Whether the shell goes on after `text`, whatever went wrong in it."""
    from rowcall.shell.dot import run_text

    try:
        shell.begun, text = command_within(text) or ("", text)
        return run_text(shell, text)
    except KeyboardInterrupt as stop:
        tell(stop)
    except Exception as error:  # noqa: BLE001 - the front end: the shell outlives every statement
        expected = isinstance(error, RowcallError | OSError) or is_duckdb_error(error)
        tell(error, debug=shell.options.debug and not expected)
    return True


def prompt_text(use: Iterable[str]) -> str:
    """The prompt, which names what USE set."""
    return f"{'.'.join(use) or 'rowcall'}> "


def _dim(text: str) -> str:
    return f"\x1b[2m{text}\x1b[0m" if sys.stderr.isatty() and has_colours() else text
