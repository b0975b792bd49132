"""What DuckDB's plan tells of how far a source is read, against how far it is read."""

from __future__ import annotations

import duckdb
import pytest
from tests.engine.counted import Counted

from rowcall.engine.arrow import PageStream
from rowcall.engine.engine import Engine
from rowcall.engine.source import streams

pytestmark = pytest.mark.skipif(not streams(), reason="DuckDB 1.5 does not read streams of ours")


LOOKED_UP = {
    "an inner join": "SELECT s.page FROM t JOIN {s} s ON s.page = t.page WHERE s.page::INT % 10 = 9 LIMIT 3",
    "the other way round": "SELECT s.page FROM {s} s JOIN t USING (page) WHERE s.page::INT % 10 = 9 LIMIT 3",
    "tables after a comma": "SELECT s.page FROM t, {s} s WHERE s.page = t.page AND s.page::INT % 10 = 9 LIMIT 3",
    "all pairs": "SELECT s.page FROM (FROM t LIMIT 1), {s} s WHERE s.page::INT % 10 = 9 LIMIT 3",
    "a left join from it": "SELECT s.page FROM {s} s LEFT JOIN t USING (page) WHERE s.page::INT % 10 = 9 LIMIT 3",
    "a left join to it": "SELECT s.page FROM t LEFT JOIN {s} s ON s.page = t.page AND s.page::INT % 10 = 9 LIMIT 3",
    "a semi join": "SELECT s.page FROM {s} s SEMI JOIN t USING (page) WHERE s.page::INT % 10 = 9 LIMIT 3",
    "an anti join": "SELECT s.page FROM {s} s ANTI JOIN (FROM t WHERE page = '99') u USING (page) WHERE s.page::INT % 10 = 9 LIMIT 3",
    "IN": "SELECT s.page FROM {s} s WHERE page IN (FROM t) AND s.page::INT % 10 = 9 LIMIT 3",
    "EXISTS": "SELECT s.page FROM {s} s WHERE EXISTS (FROM t WHERE t.page = s.page) AND s.page::INT % 10 = 9 LIMIT 3",
    "a lateral": "SELECT l.page FROM t, LATERAL (SELECT * FROM {s} s WHERE s.page = t.page AND s.page::INT % 10 = 9) l LIMIT 3",
    "a comparison": "SELECT s.page FROM (FROM t LIMIT 1) u JOIN {s} s ON s.page > u.page WHERE s.page::INT % 10 = 9 LIMIT 3",
    "three tables": "SELECT s.page FROM t JOIN u USING (page) JOIN {s} s USING (page) WHERE s.page::INT % 10 = 9 LIMIT 3",
    "a union of one branch": """SELECT s.page FROM {s} s JOIN t USING (page) WHERE s.page::INT % 10 = 9 AND s.page <> (SELECT min(u) FROM
        (SELECT v AS u FROM (VALUES ('x'), ('y')) d(v) UNION ALL SELECT v FROM (SELECT 'z' AS v) WHERE lower(v) = 'k') w) LIMIT 3""",
    "a union": "SELECT page FROM {s} s JOIN t USING (page) WHERE s.page::INT % 10 = 9 UNION ALL FROM t LIMIT 3",
    "WITH": "WITH c AS MATERIALIZED (FROM t) SELECT s.page FROM c JOIN {s} s USING (page), c d WHERE d.page = s.page AND s.page::INT % 10 = 9 LIMIT 3",
}


@pytest.mark.parametrize("setting", ["threads = 1", "threads = 8", "preserve_insertion_order = false"])
@pytest.mark.parametrize("sql", LOOKED_UP.values(), ids=LOOKED_UP)
def test_of_a_join_the_pages_are_the_side_that_is_read_as_it_comes(sql: str, setting: str) -> None:
    """DuckDB's plan says so, and no page is read that the LIMIT does not need."""
    pages = Counted(200)
    with duckdb.connect() as con:
        con.execute(f"SET {setting}")
        con.execute("CREATE TABLE t AS SELECT range::VARCHAR AS page FROM range(100); CREATE TABLE u AS FROM t")
        engine = Engine(con)
        text = sql.replace("{s}", engine.in_one_thread("stream", many=True))
        stops = engine.stops_early(text, {}, {"stream": PageStream(Counted(0))}, 1)
        found = engine.rows(text, {}, {"stream": PageStream(pages)})

    assert (stops, found, pages.asked) == (True, [("9",), ("19",), ("29",)], 30)


@pytest.mark.parametrize(
    ("sql", "stops"),
    [
        ("FROM {s} s JOIN t USING (page) UNION ALL FROM {s} s JOIN t USING (page) LIMIT 3", True),
        ("SELECT page FROM {s} s JOIN t USING (page) UNION ALL SELECT page FROM t UNION ALL SELECT page FROM {s} LIMIT 3", True),
        ("SELECT page FROM {s} s JOIN t USING (page) UNION ALL (SELECT max(page) FROM {s}) LIMIT 3", False),
        ("SELECT page FROM {s} s JOIN t USING (page) UNION ALL (SELECT page FROM {s} ORDER BY 1) LIMIT 3", False),
    ],
)
def test_of_several_sources_each_is_looked_at(sql: str, stops: bool) -> None:
    """In branches of a UNION ALL too."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT range::VARCHAR AS page FROM range(100)")
        engine = Engine(con)
        text = sql.replace("{s}", engine.in_one_thread("stream", many=True))

        assert engine.stops_early(text, {}, {"stream": PageStream(Counted(0))}, 2) == stops


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT page FROM t WHERE EXISTS (FROM {s} s WHERE s.page = t.page) LIMIT 3",
        "SELECT page FROM t SEMI JOIN {s} s USING (page) LIMIT 3",
        "SELECT s.page FROM t, LATERAL (SELECT * FROM {s} s WHERE s.page >= t.page LIMIT 1) s LIMIT 3",
        "SELECT s.page FROM {s} s JOIN t USING (page) ORDER BY ALL LIMIT 3",
        "SELECT count(*) FROM {s} s JOIN t USING (page) LIMIT 3",
        "SELECT s.page FROM {s} s JOIN t USING (page)",
        "SELECT s.page FROM {s} s JOIN {s} r USING (page) LIMIT 3",
        "SELECT s.page FROM {s} s ASOF JOIN t ON s.page >= t.page LIMIT 3",
        "SELECT s.page FROM (SELECT * FROM {s} s LIMIT 3) s FULL JOIN {s} r USING (page)",
        "SELECT page FROM nowhere JOIN {s} s USING (page) LIMIT 3",
    ],
)
def test_what_has_to_be_read_whole_does_not_stop_early(sql: str) -> None:
    """And the plan is asked for without reading a page."""
    pages = Counted(200)
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT range::VARCHAR AS page FROM range(100)")
        engine = Engine(con)
        text = sql.replace("{s}", engine.in_one_thread("stream", many=True))

        assert not engine.stops_early(text, {}, {"stream": PageStream(pages)}, text.count("FROM stream"))
    assert pages.asked == 0
