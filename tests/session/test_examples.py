"""The examples of the shipped manifests are statements that run, as they stand, on the sandbox that a user starts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.front.opening import add_tables
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

EXAMPLES = [
    pytest.param(example.sql, id=f"{ref.full_name} {number}")
    for ref in Catalog.shipped().resources()
    for number, example in enumerate(ref.resource.examples)
]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """A session on a sandbox of its own, with the settings that hold where nobody says anything: a write is of one row."""
    with Sandbox(clock=Clock(1_790_000_000, held=True)) as box, rowcall.connect(providers=box.providers, journal=":memory:") as opened:
        add_tables(opened.connection, box.tables)
        yield opened


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_runs_and_answers_something(session: Session, text: str) -> None:
    """It has rows, and a value in each column, so that it shows what its description says."""
    relation = session.sql(text)

    rows = relation.fetchall()
    shown = len(relation.columns) < 5  # the whole answer to a write has columns that nothing stands in yet
    assert rows
    assert [name for name, values in zip(relation.columns, zip(*rows, strict=True), strict=True) if shown and not any(values)] == []
