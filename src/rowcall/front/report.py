"""What is said about a statement after it ran, on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    from rowcall.session.report import Report

_ROWLESS = frozenset({("Count", "BIGINT"), ("Success", "BOOLEAN")})
"""The one column of the relation that stands for a statement without rows; which of them depends on DuckDB's version."""
_WRITES = frozenset({"insert", "replace", "update", "delete", "use", "set"})
_ASKS = frozenset("SELECT FROM WITH VALUES TABLE PIVOT UNPIVOT SUMMARIZE DESCRIBE DESC SHOW EXPLAIN CALL PRAGMA EXEC EXECUTE".split())
"""First words of DuckDB's own statements that answer rows."""


def has_rows(sql: str, relation: DuckDBPyRelation, report: Report) -> bool:
    """Whether the statement is one that answers rows, though there may be none of them.

    A relation alone does not tell: `SELECT count(*) AS "Count"` has the column that stands for CREATE as well.
    """
    columns = list(zip(relation.columns, map(str, relation.types), strict=True))
    if len(columns) != 1 or columns[0] not in _ROWLESS:
        return bool(columns)
    words = sql.upper().split()
    if "RETURNING" in words:
        return True
    return report.statement_kind not in _WRITES if report.statement_kind != "local" else words[0].strip("(") in _ASKS | {""}


def is_plan(relation: DuckDBPyRelation, report: Report) -> bool:
    """Whether it is what EXPLAIN answers, rowcall's or DuckDB's own."""
    local = report.statement_kind == "local" and relation.columns == ["explain_key", "explain_value"]
    return local or (report.statement_kind == "explain" and len(relation.columns) == 2)


def status_line(report: Report, rows: int | None) -> str:
    """`12 rows · 0.31 s · 3 requests · 2 from the cache`, without what there was none of, and without rows where `rows` is None."""
    parts = [] if rows is None else [counted(rows, "row")]
    parts.append(f"{report.elapsed_s:.2f} s")
    if report.requests:
        parts.append(counted(report.requests, "request"))
    if report.cache_hits:
        parts.append(f"{report.cache_hits:,} from the cache")
    return " · ".join([*parts, *(["PARTIAL"] if report.partial else [])])


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`.

    >>> counted(1234, "row")
    '1,234 rows'
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
