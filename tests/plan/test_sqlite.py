"""Views that were written for SQLite, beside SQLite itself: what DuckDB is given says the same."""

from __future__ import annotations

import sqlite3
from typing import Any

import duckdb
import pytest

from rowcall.manifest.model import View
from rowcall.plan.provided import query_of

_ROWS = """
    (1, 'Ada Lovelace', '{"a": "x", "b": 2, "c": true, "o": {"k": "v w"}, "l": ["p", "q"], "t": [{"Key": "k"}], "d-e": "de"}',
        2.5, 1, '2026-01-02T03:04:05Z'),
    (2, 'Bob', NULL, NULL, 0, NULL),
    (3, 'cy', '{"a": "y", "b": 10, "c": false, "l": []}', -1.0, NULL, '2025-12-31')"""


def both(query: str) -> tuple[list[Any], list[Any]]:
    """What SQLite gives for a query, and what DuckDB gives for its translation; numbers as such, in any order."""
    answers = []
    translated = query_of([View(sql=query, dialect="sqlite")], "SELECT 1", [], "provider.service.view")
    for connection, text in ((sqlite3.connect(":memory:"), query), (duckdb.connect(), translated)):
        connection.execute("CREATE TABLE t (id INTEGER, name TEXT, props TEXT, n REAL, ok INTEGER, ts TEXT)")
        connection.execute(f"INSERT INTO t VALUES {_ROWS}")
        rows = connection.execute(text).fetchall()
        answers.append(sorted((tuple(map(_plain, row)) for row in rows), key=repr))
        connection.close()
    return answers[0], answers[1]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else round(float(value), 6)


@pytest.mark.parametrize(
    "expression",
    [
        "json_extract(props, '$.a')",
        "json_extract(props, '$.o.k')",
        "json_extract(props, '$.d-e')",
        "json_extract(props, '$.b') + 1",
        "json_extract(props, '$.b') > 2",
        "iif(json_extract(props, '$.c') = 1, 'yes', 'no')",
        "CASE json_extract(props, '$.c') WHEN 0 THEN 'no' WHEN 1 THEN 'yes' ELSE '-' END",
        "CASE WHEN json_extract(props, '$.a') = 'x' THEN 1 ELSE 0 END",
        "coalesce(json_extract(props, '$.a'), 'none')",
        "cast(json_extract(props, '$.b') AS INTEGER)",
        "cast('12abc' AS INTEGER)",
        "cast(n AS INTEGER)",
        "cast('12.5e1abc' AS REAL)",
        "cast(substr(ts, 1, 4) AS NUMERIC) + cast('3.14159' AS NUMERIC)",
        "json_type(props, '$.a') || json_type(props, '$.b') || json_type(props, '$.c') || json_type(props, '$.l')",
        "json_type(props)",
        "json_type(props, '$.none')",
        "typeof(id) || typeof(n) || typeof(name) || typeof(ts)",
        "name || '-' || id || json_extract(props, '$.b')",
        "name LIKE 'a%'",
        "name NOT LIKE '%LOVE%'",
        "instr(name, ' ')",
        "substr(name, instr(name, ' ') + 1)",
        "id / 2",
        "n / 2",
        "json_array_length(props, '$.l')",
        "datetime(ts)",
        "datetime(ts, '+1 day', 'start of month')",
        "datetime(1700000000, 'unixepoch')",
        "date(ts, '-7 days')",
        "time(ts)",
        "julianday(ts)",
        "unixepoch(ts)",
        "strftime('%Y-%m', ts)",
        "strftime('%s', ts)",
        "datetime('now') > ts",
        "format('%05d', id)",
        "ifnull(n, 0)",
    ],
)
def test_an_expression_means_the_same(expression: str) -> None:
    """For texts, numbers, NULL, and what is in JSON."""
    expected, actual = both(f"SELECT id, {expression} AS v FROM t")

    assert actual == expected


@pytest.mark.parametrize(
    "query",
    [
        "SELECT group_concat(name, ';') FROM t",
        "SELECT total(n), sum(json_extract(props, '$.b')), count(*) FROM t",
        "SELECT json_group_array(id) FROM t",
        "SELECT t.id, e.value FROM t, json_each(t.props, '$.l') AS e",
        "SELECT t.id, json_extract(json_each.value, '$.Key') AS k FROM t, json_each(json_extract(t.props, '$.t'))",
        "SELECT t.id, e.value FROM t LEFT JOIN json_each(t.props, '$.l') AS e ON 1 = 1",
        "SELECT t.id FROM t, json_each(t.props, '$.l') WHERE value = 'p'",
        "SELECT id FROM t WHERE json_extract(props, '$.c') = 1 AND json_extract(props, '$.b') = 2",
        "SELECT ok, count(*) AS c FROM t GROUP BY ok HAVING c > 0",
    ],
)
def test_a_query_means_the_same(query: str) -> None:
    """With what is in a list of JSON as rows."""
    expected, actual = both(query)

    assert actual == expected
