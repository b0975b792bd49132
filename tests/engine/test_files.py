"""Database files and Arrow streams on disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from rowcall.engine.files import ArrowStream, open_database
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


@pytest.fixture
def pa() -> Any:
    """pyarrow."""
    return pytest.importorskip("pyarrow")


@pytest.fixture
def begun() -> Iterator[tuple[ArrowStream, io.BytesIO]]:
    """A stream of two relations, and what it was written to."""
    pytest.importorskip("pyarrow")
    out = io.BytesIO()
    with duckdb.connect() as con:
        stream = ArrowStream(out)
        stream.add(con.sql("SELECT range AS i, 'x' || range AS t FROM range(3)"))
        stream.add(con.sql("SELECT 7::BIGINT AS i, 'x7' AS t"))
        yield stream, out


def test_relations_are_written_as_one_arrow_stream(pa: Any, begun: tuple[ArrowStream, io.BytesIO]) -> None:
    """Names, types and rows are read back by pyarrow."""
    stream, out = begun

    stream.end()

    table = pa.ipc.open_stream(out.getvalue()).read_all()
    assert table.to_pydict() == {"i": [0, 1, 2, 7], "t": ["x0", "x1", "x2", "x7"]}
    assert stream.count == 4


def test_an_arrow_stream_can_be_read_before_it_ends(pa: Any, begun: tuple[ArrowStream, io.BytesIO]) -> None:
    """Each relation is there when it was added."""
    _, out = begun

    reader = pa.ipc.open_stream(out.getvalue())

    assert [batch.num_rows for batch in (reader.read_next_batch(), reader.read_next_batch())] == [3, 1]


def test_no_reader_takes_a_stream_that_was_broken_off_for_a_whole_one(pa: Any, begun: tuple[ArrowStream, io.BytesIO]) -> None:
    """After the rows that are there it raises."""
    stream, out = begun

    stream.break_off()

    reader = pa.ipc.open_stream(out.getvalue())
    assert [reader.read_next_batch().num_rows for _ in range(2)] == [3, 1]
    with pytest.raises((pa.ArrowInvalid, OSError)):
        reader.read_next_batch()
