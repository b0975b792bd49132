"""Page streams: what DuckDB 2.0 reads of them, how often, and what is left in memory afterwards."""

from __future__ import annotations

import gc
import sys

import duckdb
import pytest
from tests.engine.counted import Counted

from rowcall.engine import arrow
from rowcall.engine.arrow import PAGES_PER_BATCH, PageStream
from rowcall.engine.engine import Engine
from rowcall.engine.source import streams

pytestmark = pytest.mark.skipif(not streams(), reason="DuckDB 1.5 does not read streams of ours")


@pytest.mark.parametrize("count", [0, 1, PAGES_PER_BATCH, PAGES_PER_BATCH + 1, 5000])
def test_every_page_is_read_once_and_in_order(count: int) -> None:
    """Any number of pages comes out as it went in, batch boundaries or not."""
    pages = [(f'{{"n": {n}}}', f"key {n}") for n in range(count)]
    stream = PageStream(pages)

    with duckdb.connect() as con:
        found = con.sql("SELECT page, key FROM stream").fetchall()

    assert sorted(found) == sorted(pages)
    assert stream is not None


def test_columns_are_two_texts() -> None:
    """The schema is page and key, both VARCHAR."""
    stream = PageStream([])

    with duckdb.connect() as con:
        relation = con.sql("FROM stream")

        assert (relation.columns, [str(type_) for type_ in relation.types]) == (["page", "key"], ["VARCHAR", "VARCHAR"])
    assert stream is not None


@pytest.mark.parametrize(
    "text", ["", "é ü 漢字 🦆", "a\x00b", '"' * 40, "x" * 2_000_000], ids=["empty", "unicode", "nul", "quotes", "2 MB"]
)
def test_texts_come_through_unchanged(text: str) -> None:
    """Bytes are neither cut nor escaped."""
    stream = PageStream([(text, text)])

    with duckdb.connect() as con:
        found = con.sql("SELECT page, key FROM stream").fetchall()

    assert found == [(text, text)]
    assert stream is not None


def test_a_stream_is_read_from_its_start_at_every_scan() -> None:
    """A self join, and a statement after it, see all pages."""
    stream = PageStream([(str(n), "k") for n in range(9)])

    with duckdb.connect() as con:
        joined = con.sql("SELECT count(*) FROM stream a JOIN stream b ON a.page = b.page").fetchall()
        again = con.sql("SELECT count(*) FROM stream").fetchall()

    assert (joined, again) == ([(9,)], [(9,)])
    assert stream is not None


def test_nothing_stays_in_memory_after_a_scan() -> None:
    """What C code pointed at is released when DuckDB is done, also when it stops early or never reads."""
    stream = PageStream([(str(n), "k") for n in range(100)])
    before = len(arrow._alive), len(arrow._capsules)

    with duckdb.connect() as con:
        con.sql("SELECT count(*) FROM stream").fetchall()
        con.sql("FROM stream LIMIT 1").fetchall()
        con.sql("EXPLAIN FROM stream").fetchall()
        with pytest.raises(duckdb.Error):
            con.sql("SELECT error(page) FROM stream").fetchall()
    gc.collect()

    assert stream is not None
    assert (len(arrow._alive), len(arrow._capsules)) == before


def test_a_capsule_that_nobody_reads_is_released() -> None:
    """A stream or schema that was asked for and dropped leaves nothing behind."""
    stream = PageStream([("1", "k")])
    before = len(arrow._alive), len(arrow._capsules)

    capsules = [stream.__arrow_c_stream__(), stream.__arrow_c_schema__()]
    del capsules
    gc.collect()

    assert (len(arrow._alive), len(arrow._capsules)) == before


def test_pyarrow_reads_it_too() -> None:
    """It is an Arrow stream by the standard, not only by DuckDB's reading of it."""
    pyarrow = pytest.importorskip("pyarrow")

    table = pyarrow.table(PageStream([("a", "1"), ("b", "2")]))

    assert table.to_pydict() == {"page": ["a", "b"], "key": ["1", "2"]}


def test_pages_may_come_while_they_are_read() -> None:
    """Fewer at a time than a batch holds; each scan reads them all."""
    stream = PageStream(Counted(50))

    with duckdb.connect() as con:
        found = con.sql("SELECT count(DISTINCT a.page) FROM stream a JOIN stream b USING (page)").fetchall()

    assert found == [(50,)]
    assert stream is not None


def test_a_page_that_cannot_be_had_fails_the_scan_without_its_words() -> None:
    """DuckDB says that a page could not be read, and nothing of why."""
    stream = PageStream(Counted(50, fails=3))

    with duckdb.connect() as con:
        with pytest.raises(duckdb.Error, match="a page could not be read") as caught:
            con.sql("SELECT count(*) FROM stream").fetchall()

        assert con.sql("SELECT 42").fetchall() == [(42,)]
    assert "secret" not in str(caught.value)
    assert stream is not None


@pytest.mark.parametrize("setting", ["threads = 1", "threads = 8", "preserve_insertion_order = false"])
def test_in_one_thread_a_limit_reads_no_page_too_many(setting: str) -> None:
    """Whatever the settings, a rare row is found with the pages up to it; without that form, eight threads read others besides."""
    pages = Counted(200)
    stream = PageStream(pages)

    with duckdb.connect() as con:
        con.execute(f"SET {setting}")
        source = Engine(con).in_one_thread("stream")
        found = con.sql(f"SELECT page FROM {source} WHERE page::INT % 10 = 9 LIMIT 3").fetchall()

    assert found == [("9",), ("19",), ("29",)]
    assert pages.asked == 30
    assert stream is not None


def read_three_times(con: duckdb.DuckDBPyConnection, page: str) -> int:
    """Has DuckDB read a page three times; how many bytes of it there are in all."""
    source = PageStream([(page, "{}")] * 3)
    ((size,),) = con.sql("SELECT sum(length(page)) FROM source").fetchall()
    assert source is not None
    return int(size)


def test_pages_that_were_read_are_let_go_of_at_once() -> None:
    """Though nobody collects garbage, as in a process of the command line: a long list would be in memory as a whole."""
    page = "x" * 100
    before = sys.getrefcount(page)
    gc.collect()
    gc.disable()
    try:
        with duckdb.connect() as con:
            size = read_three_times(con, page)
    finally:
        gc.enable()

    assert (size, sys.getrefcount(page)) == (300, before)
