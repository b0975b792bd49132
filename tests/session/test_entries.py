"""Filters by the entries of a map: what the API is asked for, and DuckDB's own rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import rowcall
from rowcall.sandbox.server import Sandbox

MADE = """
INSERT INTO openai.chat.chat_completions (model, messages, store, metadata)
SELECT 'gpt-5.6', '[{"role": "user", "content": "Hi"}]', true, m
FROM (VALUES (MAP {'tenant': 'acme', 'Plan': 'x y'}), (MAP {'tenant': 'globex'}), (MAP {'tenant': 'ACME'})) t(m)
"""


class Stored:
    """Some completions, two of them made by the test."""

    def __init__(self, box: Sandbox, db: rowcall.Session) -> None:
        self.box = box
        self.db = db

    def asked(self, sql: str, *values: Any) -> tuple[list[Any], list[list[tuple[str, str]]]]:
        """The rows of a statement, and the filters of each request."""
        before = len(self.box.requests)
        rows = self.db.sql(sql, list(values) or None).fetchall()
        return rows, [[pair for pair in one.query if pair[0] != "limit"] for one in self.box.requests[before:]]


@pytest.fixture(scope="module")
def stored() -> Iterator[Stored]:
    """A sandbox with completions."""
    with Sandbox(seed=0) as box, rowcall.connect(providers=box.providers, journal=":memory:", max_write_rows=None) as db:
        db.sql(MADE)
        yield Stored(box, db)


COUNT = "SELECT count(*) FROM openai.chat.chat_completions c WHERE "


@pytest.mark.parametrize("where", [
    "metadata['tenant'] = 'acme'",
    "'acme' = c.metadata['tenant']",
    "(metadata['tenant']) = ('acme')",
    "metadata.tenant = 'acme'",
    "c.metadata.tenant = 'acme'",
    "metadata->>'tenant' = 'acme'",
    "map_extract_value(metadata, 'tenant') = 'acme'",
    "metadata['tenant'] = 'ac' || 'me' AND metadata['tenant'] = 'acme'",
])  # fmt: skip
def test_an_entry_is_asked_for(stored: Stored, where: str) -> None:
    """However it is written."""
    assert stored.asked(COUNT + where) == ([(1,)], [[("metadata[tenant]", "acme")]])


def test_several_entries_are_asked_for_at_once(stored: Stored) -> None:
    """With keys and values of any letters, and values of parameters."""
    found = stored.asked(f"{COUNT} metadata['Plan'] = 'x y' AND metadata['tenant'] = $1", "acme")

    assert found == ([(1,)], [[("metadata[Plan]", "x y"), ("metadata[tenant]", "acme")]])


@pytest.mark.parametrize(("where", "rows"), [
    ("metadata['tenant'] IN ('acme', 'globex')", 2),
    ("(metadata['tenant'] = 'acme' OR metadata['tenant'] = 'globex')", 2),
    ("metadata['tenant'] <> 'acme' AND metadata['tenant'] IS NOT NULL", 2),
    ("metadata['tenant'] = 'acme' COLLATE NOCASE", 2),
    ("lower(metadata['tenant']) = 'acme'", 2),
    ("metadata['tenant'] IS NOT DISTINCT FROM 'acme'", 1),
    ("metadata['tenant'] = NULL", 0),
    ("metadata['tenant'] = c.model", 0),
    ("metadata['a]b'] = 'x'", 0),
])  # fmt: skip
def test_what_an_entry_is_not_for_certain_is_left_to_duckdb(stored: Stored, where: str, rows: int) -> None:
    """All rows come, as many as it takes."""
    found, asked = stored.asked(COUNT + where)

    assert found == [(rows,)]
    assert all(not [pair for pair in filters if pair[0].startswith("metadata")] for filters in asked)


def test_a_filter_by_entries_goes_through_what_is_around_it(stored: Stored) -> None:
    """A sub-select, a join, and a LIMIT that the API applies; beside it, all rows are asked for by themselves."""
    assert stored.asked("SELECT count(*) FROM (FROM openai.chat.chat_completions) WHERE metadata['tenant'] = 'acme'")[1] == [
        [("metadata[tenant]", "acme")]
    ]
    before = len(stored.box.requests)
    stored.db.sql("SELECT id FROM openai.chat.chat_completions WHERE metadata['tenant'] = 'acme' LIMIT 1").fetchall()
    assert dict(stored.box.requests[-1].query) == {"metadata[tenant]": "acme", "limit": "1"}
    assert len(stored.box.requests) == before + 1
    both = "SELECT (SELECT count(*) FROM c WHERE metadata['tenant'] = 'acme') = 1, (SELECT count(*) FROM c) > 3"
    assert stored.asked(f"WITH c AS MATERIALIZED (FROM openai.chat.chat_completions) {both}")[0] == [(True, True)]
    assert stored.asked(both.replace("FROM c", "FROM openai.chat.chat_completions"))[0] == [(True, True)]


def test_explain_says_what_is_asked_for(stored: Stored) -> None:
    """And nothing is sent."""
    explained = dict(stored.db.sql(f"EXPLAIN {COUNT} metadata['tenant'] = 'acme'").fetchall())

    assert explained["bound"] == "metadata_entries = [tenant] = acme (from the statement)"
    assert "metadata[tenant]=acme" in explained["request"]
