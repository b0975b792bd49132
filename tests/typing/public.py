"""What a type checker sees of rowcall's public names; checked by mypy, never run."""

from __future__ import annotations

from typing import assert_type

import duckdb

import rowcall
from rowcall.errors import MissingParameterError


def connects(con: duckdb.DuckDBPyConnection) -> None:
    """A session takes nothing, or the user's own connection and settings per provider."""
    rowcall.connect()
    rowcall.connect(con, providers={"openai": {"base_url": "http://127.0.0.1:8000/v1", "api_key": "key"}}, read_only=True)
    rowcall.connect(config="config.toml", profile="azure", max_requests=None, timeout_s=2, on_error="partial")


def asks(name: str) -> None:
    """The answer to a statement is DuckDB's own relation, whatever the options."""
    with rowcall.Sandbox(seed=0) as box:
        db = rowcall.connect(providers=box.providers)
        assert_type(db.sql("SELECT 1"), duckdb.DuckDBPyRelation)
        assert_type(db.sql("SELECT $a", params={"a": name}, on_error="partial", max_requests=5, timeout_s=1.5), duckdb.DuckDBPyRelation)
        assert_type(db.sql("SELECT ?", params=[name], dry_run=True, max_requests=None), duckdb.DuckDBPyRelation)


def streams(db: rowcall.Session) -> None:
    """Parts are relations, and what cannot be had in parts is one."""
    sizes: list[int] = []
    assert_type(db.stream("SELECT 1", take=lambda part: sizes.append(len(part.fetchall()))), duckdb.DuckDBPyRelation | None)


def writes(db: rowcall.Session) -> None:
    """Rows are counted, and what cannot be written while it comes is a relation."""
    assert_type(db.write_parquet("SELECT 1", "out.parquet"), duckdb.DuckDBPyRelation | int)


def confirms(con: duckdb.DuckDBPyConnection) -> None:
    """Who is asked is given what is to be sent, and answers with a truth value."""

    def confirm(pending: rowcall.Pending) -> bool:
        assert_type([request.body for request in pending.requests(5)], list[str | None])
        return pending.rows < 3 and not pending.deletes

    db = rowcall.connect(con, confirm=confirm, max_write_rows=None)
    assert_type(db.sql("SELECT 1", max_write_rows=3), duckdb.DuckDBPyRelation)


def explains(db: rowcall.Session) -> None:
    """An explanation is frozen records, whose numbers may be unknown."""
    found = db.explain("SELECT ?", params=[1], analyze=False)
    assert_type(found, rowcall.Explanation)
    assert_type(found.at_most, int | None)
    assert_type([scan.request_lines for scan in found.scans], list[tuple[str, ...]])
    assert_type(db.last.explanation, rowcall.Explanation | None)


def catches() -> None:
    """Errors carry what they are about."""
    try:
        rowcall.connect().sql("SELECT")
    except MissingParameterError as error:
        assert_type(error.sql, str)
    except rowcall.RowcallError as error:
        assert_type(str(error), str)
