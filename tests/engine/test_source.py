"""Page sources, whatever the DuckDB version makes of them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb
import pytest

from rowcall.engine import source as sources
from rowcall.engine.source import page_source, streams
from rowcall.errors import EngineError


def test_a_page_source_can_be_scanned_any_number_of_times() -> None:
    """Two scans in one statement and one after it give all pages."""
    source = page_source([("1", "a"), ("2", "b")])

    with duckdb.connect() as con:
        found = [con.sql("SELECT count(*) FROM source a, source b").fetchall(), con.sql("SELECT page, key FROM source").fetchall()]

    assert found == [[(4,)], [("1", "a"), ("2", "b")]]
    assert source is not None


def test_an_empty_page_source_has_its_columns() -> None:
    """Statements are bound against it."""
    source = page_source([])

    with duckdb.connect() as con:
        assert con.sql("SELECT page || key FROM source").fetchall() == []
    assert source is not None


def test_it_streams_from_duckdb_2_on() -> None:
    """The version decides, and nothing else."""
    assert streams() == (int(duckdb.__version__.split(".")[0]) >= 2)


@pytest.mark.skipif(streams(), reason="DuckDB 2.0 does not need pyarrow")
def test_without_pyarrow_duckdb_1_5_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    sources.arrow.cache_clear()  # a test before this one may have had it
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(EngineError, match=r"install rowcall\[arrow\]"):
        page_source([])


@pytest.mark.skipif(streams(), reason="DuckDB 2.0 is given pages as they come")
def test_pages_that_are_too_many_for_memory_are_read_from_a_file_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, as often as they are asked for."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sources, "HELD", 10_000)
    pages = [(f"{number}ä" * 100, str(number)) for number in range(2000)]

    source = page_source(pages)

    assert list(tmp_path.iterdir()) == []
    with duckdb.connect() as con:
        assert con.sql("SELECT page, key FROM source").fetchall() == pages
        assert con.sql("SELECT count(*) FROM source a JOIN source b USING (page)").fetchall() == [(2000,)]
    assert source is not None


@pytest.mark.skipif(streams(), reason="DuckDB 2.0 is given pages as they come")
def test_no_room_for_many_pages_is_an_error_that_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the system's reason, and never a page's text."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    monkeypatch.setattr(sources, "HELD", 10)

    with pytest.raises(EngineError, match=r"do not fit into memory.*No such file or directory.*TMPDIR") as caught:
        page_source([("secret", "{}")] * 10)
    assert "secret" not in str(caught.value)
