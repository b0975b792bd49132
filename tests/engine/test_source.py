"""Page sources, whatever the DuckDB version makes of them."""

from __future__ import annotations

import sys

import duckdb
import pytest

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
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(EngineError, match=r"install rowcall\[arrow\]"):
        page_source([])
