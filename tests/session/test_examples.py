"""The examples of the shipped manifests are statements that run, as they stand, on the sandbox that a user starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.front.opening import add_tables
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

EXAMPLES = [
    pytest.param(ref.provider.provider, example.sql, id=f"{ref.full_name} {number}")
    for ref in Catalog.shipped().resources()
    for number, example in enumerate(ref.resource.examples)
]


@pytest.fixture(scope="module")
def sessions() -> Iterator[Callable[[str], Session]]:
    """Sessions on sandboxes of their own, with the settings that hold where nobody says anything: a write is of one row."""
    with ExitStack() as stack:

        @cache
        def session(provider: str) -> Session:
            box = stack.enter_context(Sandbox(provider))
            opened = stack.enter_context(rowcall.connect(providers=box.providers, journal=":memory:"))
            add_tables(opened.connection, box.tables)
            return opened

        yield session


@pytest.mark.parametrize(("provider", "text"), EXAMPLES)
def test_an_example_runs_and_answers_something(sessions: Callable[[str], Session], provider: str, text: str) -> None:
    """It has rows, and a value in each column, so that it shows what its description says; what is carried out may answer nothing."""
    relation = sessions(provider).sql(text)

    rows = relation.fetchall()
    shown = len(relation.columns) < 5  # the whole answer to a write has columns that nothing stands in yet
    if not rows:
        assert text.startswith("EXEC ")
        return
    assert [
        name for name, values in zip(relation.columns, zip(*rows, strict=True), strict=True) if shown and all(map(is_nothing, values))
    ] == []


def is_nothing(value: object) -> bool:
    """Whether a value shows nothing: null or empty; 0 and false do."""
    return value is None or value in ("", [], {})
