"""`rowcall demo`: a tour of real statements, run over HTTP against the sandbox.

The ids in the statements are looked up in the sandbox before, and printed as literals, so that every statement can be copied.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import rowcall
from rowcall.front.cells import Reader
from rowcall.front.opening import add_tables
from rowcall.front.report import counted, has_rows, is_plan
from rowcall.shell.exit import Exit
from rowcall.shell.formats import Format, explanation_lines, text_lines
from rowcall.shell.output import table_options

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    from rowcall import Session

_SHOWN_ROWS = 8


_FIND_THREADS = """
SELECT r.thread_id, min(r.id), min(r.assistant_id), bool_or(r.status IN ('queued', 'in_progress', 'requires_action', 'cancelling'))
FROM sandbox_threads t JOIN openai.assistants.runs r ON r.thread_id = t.thread_id
GROUP BY r.thread_id ORDER BY count(*) DESC, r.thread_id
"""


@dataclass(frozen=True, slots=True)
class _Ids:
    """What the statements are about."""

    threads: tuple[str, str, str]
    run: str
    """A run of the first thread."""
    assistant: str
    free_thread: str
    """A thread without an active run, which takes a new one."""


@dataclass(slots=True)
class _Tour:
    """Statements run one after the other, and what they took."""

    session: Session
    statements: int = 0
    requests: int = 0

    def show(self, says: str, sql: str) -> DuckDBPyRelation:
        """The relation of one statement, after it was printed with its rows and its number of requests."""
        self.statements += 1
        print(f"{self.statements}. {says}\n\n{sql}")
        relation: DuckDBPyRelation = self.session.sql(sql)
        report = self.session.last
        if has_rows(sql, relation, report):
            layout = replace(table_options(None, _SHOWN_ROWS, None), plan=is_plan(relation, report))
            if report.explanation is None:
                lines = text_lines(Reader(self.session.connection), relation, Format.TABLE, layout)
            else:
                lines = explanation_lines(report.explanation, Format.TABLE, layout)
            print(*lines, sep="\n")
        for warning in report.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        print(f"→ {counted(report.requests, 'HTTP request')}\n", flush=True)
        self.requests += report.requests
        return relation


def run(options: argparse.Namespace) -> int:
    """0, after the tour; the first statement that fails ends it with its error."""
    with rowcall.Sandbox(seed=options.seed) as box:
        session = rowcall.connect(providers=box.providers)
        session.variables.say("option", options.settings)
        try:
            add_tables(session.connection, box.tables)
            print(f"The sandbox plays the OpenAI Assistants API at {box.base_url}; every request below is real HTTP.\n")
            tour = _Tour(session)
            _visit(tour, _find_ids(session))
        finally:
            session.close()
    print(f"{counted(tour.statements, 'statement')}, {counted(tour.requests, 'HTTP request')}. Go on with: rowcall shell --sandbox")
    return Exit.OK


def _find_ids(session: Session) -> _Ids:
    found = session.sql(_FIND_THREADS).fetchall()
    busiest = [thread for thread, *_ in found]
    free = next(thread for thread, _, _, active in found if not active)
    return _Ids((busiest[0], busiest[1], busiest[2]), found[0][1], found[0][2], free)


def _visit(tour: _Tour, ids: _Ids) -> None:
    _look(tour)
    _read(tour, ids)
    _combine(tour, ids)
    _write(tour, ids)


def _look(tour: _Tour) -> None:
    tour.show("A resource is a table; its manifest says which columns it has.", "DESCRIBE openai.assistants.runs;")
    tour.show("And what can be done with it.", "SHOW METHODS IN openai.assistants.runs;")


def _read(tour: _Tour, ids: _Ids) -> None:
    first, second, third = ids.threads
    tour.show(
        "The runs of one thread: all pages of it.",
        f"SELECT id, status, model, created_at\nFROM openai.assistants.runs\nWHERE thread_id = '{first}'\nORDER BY created_at DESC;",
    )
    tour.show(
        "One run: the method that gets it by its id is chosen.",
        f"SELECT id, status, usage.total_tokens, metadata\nFROM openai.assistants.runs\nWHERE thread_id = '{first}' AND id = '{ids.run}';",
    )
    tour.show(
        "Several threads: the requests go out together.",
        "SELECT thread_id, status, count(*) AS runs\nFROM openai.assistants.runs\n"
        f"WHERE thread_id IN ('{first}', '{second}', '{third}')\nGROUP BY ALL\nORDER BY ALL;",
    )


def _combine(tour: _Tour, ids: _Ids) -> None:
    first, second, third = ids.threads
    tour.show(
        "A table of your own, in your own DuckDB.",
        f"CREATE TABLE owners AS\nFROM (VALUES ('{first}', 'ada'), ('{second}', 'grace'), ('{third}', 'ada')) v(thread_id, owner);",
    )
    tour.show(
        "Joined with the API: its rows say which threads to ask for.",
        "SELECT o.owner, r.status, count(*) AS runs\nFROM owners o\nJOIN openai.assistants.runs r ON r.thread_id = o.thread_id\n"
        "GROUP BY ALL\nORDER BY ALL;",
    )
    tour.show(
        "Nested fields are columns too: tokens by model.",
        "SELECT r.model, count(*) AS runs, sum(r.usage.total_tokens) AS tokens, round(avg(r.completed_at - r.started_at), 1) AS seconds\n"
        "FROM owners o\nJOIN openai.assistants.runs r ON r.thread_id = o.thread_id\nWHERE r.status = 'completed'\n"
        "GROUP BY r.model\nORDER BY tokens DESC;",
    )


def _write(tour: _Tour, ids: _Ids) -> None:
    insert = (
        "INSERT INTO openai.assistants.runs (thread_id, assistant_id, metadata)\n"
        f"VALUES ('{ids.free_thread}', '{ids.assistant}', MAP {{'ticket': '4711'}})\nRETURNING id, status, created_at;"
    )
    tour.show("What a write would send, without sending it.", f"EXPLAIN {insert}")
    created = tour.show("Create a run.", insert).fetchall()[0][0]
    tour.show(
        "Change it.",
        "UPDATE openai.assistants.runs\nSET metadata = MAP {'ticket': '4711', 'reviewed': 'yes'}\n"
        f"WHERE thread_id = '{ids.free_thread}' AND id = '{created}'\nRETURNING id, metadata;",
    )
    tour.show(
        "Cancel it: whatever is not a row has a method of its own.",
        f"EXEC openai.assistants.runs.cancel_run @thread_id = '{ids.free_thread}', @run_id = '{created}';",
    )
