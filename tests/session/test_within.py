"""Rows that stand in a list within records: what comes of them, what the API is asked for, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import MisfitWarning, MissingParameterError
from rowcall.manifest.read import load_provider

OFFICE = Path(__file__).parent / "office"
HOUR = 3600


@pytest.fixture
def server(scripted: Callable[..., Any]) -> Any:
    """A server with three hours a page, four pages, of which every other hour has nothing in it."""
    return scripted(lambda asked: (200, usage(parse_qsl(urlsplit(asked.path).query))))


def usage(said: list[tuple[str, str]]) -> dict[str, Any]:
    """A page of hours, their rows divided by what is asked for."""
    query = dict(said)
    first, by = int(query.get("page", 0)), [value for name, value in said if name == "split[]"]
    hours = [
        {"start_time": number * HOUR, "span": {"seconds": HOUR}, "used": {"results": [] if number % 2 else rows(by)}}
        for number in range(first, first + 3)
        if number * HOUR >= int(query["start"]) and number * HOUR < int(query.get("end", 1 << 40))
    ]
    return {"data": hours, "has_more": first < 9, "next_page": str(first + 3) if first < 9 else None}


def rows(by: list[str]) -> list[dict[str, Any]]:
    """Those of an hour: two rooms, if divided by room, and in each three people."""
    rooms = ["north", "south"] if "room" in by else [None]
    people = ["ann", "bob", "eve"] if "person" in by else [None]
    each = 12 // (len(rooms) * len(people))
    return [
        {"room": room, "person": person, "pages": each, "cost": {"value": each / 4, "currency": "eur"}}
        for room in rooms
        for person in people
    ]


@pytest.fixture
def db(server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A session on it."""
    catalog = Catalog({"office": load_provider(OFFICE)})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    with rowcall.connect(providers={"office": {"base_url": f"http://127.0.0.1:{server.port}/api", "api_key": "key"}}) as session:
        yield session


def asked(server: Any) -> list[list[tuple[str, str]]]:
    """The parameters of each request, but for paging."""
    return [[pair for pair in parse_qsl(urlsplit(one.path).query) if pair[0] not in {"limit", "page"}] for one in server.asked]


def test_each_row_has_what_stands_around_it(db: Any, server: Any) -> None:
    """Records follow one another over pages, and one without rows gives none."""
    found = db.sql("SELECT hour, length_s, pages, cost.value FROM office.desk.usage WHERE hour >= 0").fetchall()

    assert found == [(number * HOUR, HOUR, 12, 3.0) for number in range(0, 12, 2)]
    assert len(server.asked) == 4


def test_what_stands_around_the_rows_may_be_all_that_is_read(db: Any) -> None:
    """Each row has it, of which nothing else is decoded."""
    assert db.sql("SELECT hour, length_s FROM office.desk.usage WHERE hour >= 0").fetchall() == [(n * HOUR, HOUR) for n in range(0, 12, 2)]
    assert db.sql("SELECT count(*) FROM office.desk.usage WHERE hour >= 0").fetchall() == [(6,)]


def test_bounds_of_the_record_are_asked_for(db: Any, server: Any) -> None:
    """As those of a column in the row, whatever form they have."""
    query = "SELECT sum(pages) FROM office.desk.usage WHERE to_timestamp(hour) >= '1970-01-01 02:00:00+00' AND hour < 18000"

    assert db.sql(query).fetchall() == [(24,)]
    assert asked(server)[0] == [("start", "7200"), ("end", "18000")]
    with pytest.raises(MissingParameterError, match="start"):
        db.sql("SELECT * FROM office.desk.usage")


@pytest.mark.parametrize(
    ("query", "by", "count"),
    [
        ("SELECT hour, pages FROM office.desk.usage WHERE hour >= 0", [], 6),
        ("SELECT room, pages FROM office.desk.usage WHERE hour >= 0", ["room"], 12),
        ("SELECT pages FROM office.desk.usage WHERE hour >= 0 AND person <> 'x'", ["person"], 18),
        ("SELECT * FROM office.desk.usage WHERE hour >= 0", ["room", "person"], 36),
        ("FROM office.desk.usage SELECT pages, person, room WHERE hour >= 0", ["room", "person"], 36),
    ],
)
def test_rows_are_divided_by_the_columns_that_are_named(db: Any, server: Any, query: str, by: list[str], count: int) -> None:
    """And by no other; by all where all are meant."""
    found = db.sql(query).fetchall()

    assert len(found) == count
    assert {tuple(value for name, value in one if name == "split[]") for one in asked(server)} == {tuple(by)}


@pytest.mark.parametrize("column", ["hour", "room", "person", "room, person"])
def test_sums_are_the_same_however_rows_are_divided(db: Any, column: str) -> None:
    """Whatever a statement groups by."""
    query = f"SELECT sum(total) FROM (SELECT {column}, sum(pages) AS total FROM office.desk.usage WHERE hour >= 0 GROUP BY ALL)"

    assert db.sql(query).fetchall() == [(72,)]


def test_a_statement_may_say_itself_what_rows_are_divided_by(db: Any, server: Any) -> None:
    """As any parameter without a column."""
    db.sql("SELECT room, pages FROM office.desk.usage WHERE hour >= 0 AND split = 'person'").fetchall()

    assert asked(server)[0] == [("start", "0"), ("split[]", "person")]


def test_a_filter_asks_for_the_column_that_it_is_about(db: Any, server: Any) -> None:
    """Else the rows that it leaves would not have it."""
    found = db.sql("SELECT sum(pages) FROM office.desk.usage WHERE hour >= 0 AND room IN ('north', 'west')").fetchall()

    assert found == [(36,)]
    assert sorted(asked(server)[0]) == [("rooms[]", "north"), ("rooms[]", "west"), ("split[]", "room"), ("start", "0")]


def test_a_limit_counts_rows_and_not_records(db: Any, server: Any) -> None:
    """A page of few records may have many rows, or none."""
    assert len(db.sql("SELECT person FROM office.desk.usage WHERE hour >= 3600 LIMIT 7").fetchall()) == 7
    assert ("limit", "31") in parse_qsl(urlsplit(server.asked[0].path).query)


def test_it_can_be_joined_with_itself_and_read_in_parts(db: Any) -> None:
    """As any other resource."""
    query = """
    SELECT count(*) FROM office.desk.usage a JOIN office.desk.usage b USING (hour, room) WHERE a.hour >= 0 AND b.hour >= 0
    """
    parts: list[int] = []

    assert db.sql(query).fetchall() == [(12,)]
    db.stream("SELECT hour, room, pages FROM office.desk.usage WHERE hour >= 0", take=lambda part: parts.append(len(part.fetchall())))
    assert sum(parts) == 12


def test_what_does_not_fit_is_null_and_kept(scripted: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the row as around it; a list that is none is no rows."""
    catalog = Catalog({"office": load_provider(OFFICE)})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    body = [
        {
            "start_time": 1,
            "span": {"seconds": "long"},
            "used": {"results": [{"pages": "many", "colour": "red"}, {"pages": 2}, {"pages": 3}]},
        },
        {"start_time": 2, "used": {"results": None}},
        {"start_time": 3},
        {"start_time": 4, "used": {"results": "none"}},
    ]
    server = scripted(lambda _: (200, {"data": body}))
    query = "SELECT hour, length_s, pages, _extra FROM office.desk.usage WHERE hour >= 0"

    given = {"office": {"base_url": f"http://127.0.0.1:{server.port}/api", "api_key": "key"}}
    with rowcall.connect(providers=given) as db, pytest.warns(MisfitWarning) as warned:
        found = db.sql(query).fetchall()

    assert found == [(1, None, None, '{"pages":"many","colour":"red"}'), (1, None, 2, None), (1, None, 3, None)]
    assert [str(one.message).partition(",")[0] for one in warned] == [
        f"1 value does not fit the type of office.desk.usage.{path}" for path in ("pages", "span.seconds", "used.results")
    ]
