"""What is said about a statement after it ran."""

from __future__ import annotations

import duckdb
import pytest

from rowcall.front.report import counted, has_rows, status_line
from rowcall.http.control import Exchange
from rowcall.session.report import Report

EXCHANGE = Exchange(request="GET http://127.0.0.1/v1", attempt=1, status=200, error=None, elapsed_s=0.1, bytes=2)
STAND_IN = 'SELECT NULL::BIGINT AS "Count" WHERE false'


@pytest.mark.parametrize(
    ("sql", "kind", "answer", "expected"),
    [
        ("SELECT 1 AS a", "local", "SELECT 1 AS a", True),
        ("SELECT 1 AS a WHERE false", "local", "SELECT 1 AS a WHERE false", True),
        ('SELECT count(*) AS "Count" FROM t', "local", STAND_IN, True),
        ('(SELECT 1 AS "Count")', "local", STAND_IN, True),
        ("CREATE TABLE t (i INTEGER)", "local", STAND_IN, False),
        ("CREATE TABLE t (i INTEGER)", "local", 'SELECT true AS "Success" WHERE false', False),
        ("INSERT INTO t VALUES (1)", "local", 'SELECT 1::BIGINT AS "Count"', False),
        ('INSERT INTO t VALUES (1) RETURNING "Count"', "local", 'SELECT 1::BIGINT AS "Count"', True),
        ("INSERT INTO openai.assistants.runs …", "insert", STAND_IN, False),
        ("EXEC openai.assistants.runs.cancel_run …", "exec", "SELECT 'run_1' AS id", True),
        ('SELECT 1::BIGINT AS "Count" FROM openai.assistants.runs …', "select", STAND_IN, True),
        ("SET rowcall_max_requests = 3", "set", STAND_IN, False),
    ],
)
def test_statements_without_rows_are_known(sql: str, kind: str, answer: str, *, expected: bool) -> None:
    """What stands for a statement without rows is not printed, and a result that looks like it is."""
    assert has_rows(sql, duckdb.connect().sql(answer), Report(kind)) is expected


@pytest.mark.parametrize(
    ("report", "rows", "line"),
    [
        (Report("select", elapsed_s=0.314, exchanges=(EXCHANGE, EXCHANGE)), 1234, "1,234 rows · 0.31 s · 2 requests"),
        (Report("select", elapsed_s=1, exchanges=(EXCHANGE,), partial=True), 1, "1 row · 1.00 s · 1 request · PARTIAL"),
        (Report("local", elapsed_s=0.001), None, "0.00 s"),
        (Report("select", elapsed_s=1, exchanges=(EXCHANGE,), cache_hits=1200), 0, "0 rows · 1.00 s · 1 request · 1,200 from the cache"),
    ],
    ids=["whole", "partial", "without rows", "from the cache"],
)
def test_the_status_line_says_rows_time_and_requests(report: Report, rows: int | None, line: str) -> None:
    """What is nought is left out, and a partial result says so."""
    assert status_line(report, rows) == line


def test_numbers_are_counted_in_english() -> None:
    """One has no plural."""
    assert [counted(0, "row"), counted(1, "row"), counted(2, "row")] == ["0 rows", "1 row", "2 rows"]
