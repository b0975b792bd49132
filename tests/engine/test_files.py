"""Database files and Arrow streams on disk."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import pytest

from rowcall.engine.files import open_database, write_arrow_stream
from rowcall.errors import UsageError


def test_a_database_is_made_where_there_is_none(tmp_path: Path) -> None:
    """What is written to it is there when it is opened again, for reading only too."""
    path = tmp_path / "new.duckdb"

    with open_database(path) as con:
        con.execute("CREATE TABLE t AS SELECT 42 AS i")
    with open_database(path, read_only=True) as con:
        found = con.sql("FROM t").fetchall()
        with pytest.raises(duckdb.Error, match="read-only"):
            con.execute("DROP TABLE t")

    assert found == [(42,)]


def test_a_file_that_is_no_database_is_a_usage_error(tmp_path: Path) -> None:
    """It names the file and gives DuckDB's reason."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all " * 400)

    with pytest.raises(UsageError, match=r"Cannot open the database .*notes\.txt: "):
        open_database(path)


def test_a_missing_file_is_not_made_for_reading_only(tmp_path: Path) -> None:
    """Reading what is not there is an error, and leaves no file."""
    with pytest.raises(UsageError, match="Cannot open"):
        open_database(tmp_path / "absent.duckdb", read_only=True)

    assert list(tmp_path.iterdir()) == []


def test_a_relation_is_written_as_an_arrow_stream() -> None:
    """Names, types and rows are read back by pyarrow."""
    pyarrow = pytest.importorskip("pyarrow")
    out = io.BytesIO()

    with duckdb.connect() as con:
        write_arrow_stream(con.sql("SELECT range AS i, 'x' || range AS t FROM range(3)"), out)

    table = pyarrow.ipc.open_stream(out.getvalue()).read_all()
    assert table.to_pydict() == {"i": [0, 1, 2], "t": ["x0", "x1", "x2"]}
