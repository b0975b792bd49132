"""The tutorial, read by somebody who takes the fifteen minutes that it says."""

from __future__ import annotations

from pathlib import Path

import duckdb
from tests.docs.test_code_blocks import blocks_of

import rowcall
from rowcall.front.opening import add_tables
from rowcall.sandbox.clock import Clock
from rowcall.sql.statements import split

TUTORIAL = Path(__file__).parent.parent.parent / "docs" / "tutorial.md"
PAUSE_S = 30


def test_there_is_time_to_read_between_two_statements() -> None:
    """Half a minute passes before each: nothing is over by then that a statement is about, and each changes what it says it does."""
    answers = {}
    with rowcall.Sandbox(clock=Clock(1_790_000_000, held=True)) as box, rowcall.connect(providers=box.providers, journal=":memory:") as db:
        add_tables(db.connection, box.tables)
        for block in blocks_of(TUTORIAL):
            for statement in split(block.text) if block.kind == "sql" else ():
                box.clock.advance(PAUSE_S)
                answers[statement.text] = _read(db.sql(statement.text))

    (updated,) = (rows for text, rows in answers.items() if text.startswith("UPDATE"))
    (cancelled,) = (rows for text, rows in answers.items() if text.startswith("EXEC"))
    assert [metadata["seen"] for _, metadata in updated] == ["yes"]
    assert len(cancelled) == 1
    assert all(rows for text, rows in answers.items() if text.startswith("SELECT"))


def _read(relation: duckdb.DuckDBPyRelation | None) -> list[tuple[object, ...]]:
    return [] if relation is None else relation.fetchall()
