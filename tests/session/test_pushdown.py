"""What reaches an API that filters, sorts, cuts and leaves fields out: every request at its socket, and DuckDB's own rows over all data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import unquote, urlencode

import duckdb
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.engine.source import streams
from rowcall.errors import EngineError
from rowcall.manifest.read import load_provider
from rowcall.manifest.types import duckdb_type, quoted
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

WORKSHOP = Path(__file__).parent / "workshop"
START = 1_790_000_000
FIRST = 1_789_500_060
"""When the first job begins: 2026-09-15 20:21:00 UTC."""


@dataclass(frozen=True)
class Workshop:
    """A sandbox of the made-up provider, a session on it, and all that it holds as tables."""

    box: Sandbox
    session: Session
    oracle: duckdb.DuckDBPyConnection
    shops: tuple[str, ...]
    """Their ids."""

    def filled(self, sql: str) -> str:
        """A statement with the ids of two shops."""
        return sql.replace("{a}", self.shops[0]).replace("{b}", self.shops[1])

    def asks(self, sql: str, **values: Any) -> tuple[list[Any], list[str]]:
        """The rows of a statement, and the requests that came in for it, sorted, with the shops named as in the statement."""
        before = len(self.box.requests)
        rows = self.session.sql(self.filled(sql), params=values or None).fetchall()
        lines = (f"{request.path.removeprefix('/api')}?{unquote(urlencode(request.query))}" for request in self.box.requests[before:])
        return rows, sorted(line.replace(self.shops[0], "{a}").replace(self.shops[1], "{b}").rstrip("?") for line in lines)

    def truth(self, sql: str, **values: Any) -> list[Any]:
        """The rows of a statement over tables that hold everything."""
        return self.oracle.execute(self.filled(sql), values or None).fetchall()


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    """The made-up provider, served and known to a session."""
    provider = load_provider(WORKSHOP)
    catalog = Catalog({"workshop": provider})
    with Sandbox(WORKSHOP, clock=Clock(START, held=True)) as box, mock.patch.object(Catalog, "shipped", return_value=catalog):
        oracle = duckdb.connect()
        oracle.execute("ATTACH ':memory:' AS workshop; CREATE SCHEMA workshop.trade")
        for name, resource in provider.services["trade"].resources.items():
            columns = ", ".join(f"{quoted(column)} {duckdb_type(found.type)}" for column, found in resource.columns.items())
            oracle.execute(f"CREATE TABLE workshop.trade.{name}({columns}); CREATE VIEW {name} AS FROM workshop.trade.{name}")
            oracle.executemany(f"INSERT INTO workshop.trade.{name} VALUES ({', '.join('?' * len(resource.columns))})", box.tables[name][1])
        with rowcall.connect(providers=box.providers) as session:
            for connection in (session.connection, oracle):
                connection.execute("SET TimeZone = 'UTC'")
            yield Workshop(box, session, oracle, tuple(sorted(id_ for id_, _ in box.tables["shops"][1])))


ALL = "SELECT * FROM jobs WHERE shop_id = '{a}'"
LIST = "/shops/{a}/jobs"
ID = "SELECT id FROM jobs WHERE shop_id = '{a}'"
ONE_REQUEST = {
    "rows in the API's order": (f"{ALL} ORDER BY made_at DESC LIMIT 5", [f"{LIST}?sort=made&order=down&limit=5"]),
    "rows in the other order": (f"{ALL} ORDER BY made_at LIMIT 5", [f"{LIST}?sort=made&order=up&limit=5"]),
    "rows after an offset": (f"{ALL} ORDER BY made_at LIMIT 5 OFFSET 2", [f"{LIST}?sort=made&order=up&limit=7"]),
    "rows by a time": (f"{ALL} ORDER BY to_timestamp(made_at) LIMIT 5", [f"{LIST}?sort=made&order=up&limit=5"]),
    "another order that the API has": (f"{ALL} ORDER BY weight LIMIT 5", [f"{LIST}?sort=weight&order=up&limit=5"]),
    "an order by what has one value": (f"{ALL} ORDER BY shop_id, made_at LIMIT 5", [f"{LIST}?sort=made&order=up&limit=5"]),
    "any rows": (f"{ALL} LIMIT 5", [f"{LIST}?limit=5"]),
    "fewer rows than a page may have": (f"{ALL} LIMIT 1", [f"{LIST}?limit=2"]),
    "rows of two calls": (
        "SELECT * FROM jobs WHERE shop_id IN ('{a}', '{b}') ORDER BY made_at DESC LIMIT 5",
        [f"{LIST}?sort=made&order=down&limit=5", "/shops/{b}/jobs?sort=made&order=down&limit=5"],
    ),
    "no rows": (f"{ALL} LIMIT 0", []),
    "rows by their number": (
        "SELECT made_at FROM jobs WHERE shop_id IN ('{a}', '{b}') QUALIFY row_number() OVER (PARTITION BY shop_id ORDER BY made_at DESC) <= 3",
        [f"{LIST}?sort=made&order=down&limit=3&fields=shop_id,made_at,id", "/shops/{b}/jobs?sort=made&order=down&limit=3&fields=shop_id,made_at,id"],
    ),
    "rows by the name of their number": (
        "SELECT made_at, row_number() OVER (ORDER BY made_at) AS r FROM jobs WHERE shop_id = '{a}' QUALIFY r < 4",
        [f"{LIST}?sort=made&order=up&limit=3&fields=shop_id,made_at,id"],
    ),
    "rows of a sub-select by their number": (
        "SELECT x.made_at FROM (SELECT *, row_number() OVER (PARTITION BY shop_id ORDER BY made_at DESC) AS r FROM jobs WHERE shop_id = '{a}') x WHERE 1 = x.r",
        [f"{LIST}?sort=made&order=down&limit=2"],
    ),
    "rows of a WITH by their number": (
        "WITH x AS (SELECT made_at, row_number() OVER (ORDER BY made_at DESC) AS r FROM jobs WHERE shop_id = '{a}') SELECT made_at FROM x WHERE r BETWEEN 2 AND 3",
        [f"{LIST}?sort=made&order=down&limit=3&fields=shop_id,made_at,id"],
    ),
    "no row by its number": ("SELECT id FROM jobs WHERE shop_id = '{a}' QUALIFY row_number() OVER (ORDER BY made_at) < 1", []),
    "the first row of each of what is bound": (
        "SELECT DISTINCT ON (shop_id) made_at FROM jobs WHERE shop_id IN ('{a}', '{b}') ORDER BY shop_id, made_at DESC",
        [f"{LIST}?sort=made&order=down&limit=2&fields=shop_id,made_at,id", "/shops/{b}/jobs?sort=made&order=down&limit=2&fields=shop_id,made_at,id"],
    ),
    "a filter of the API's": (
        f"{ALL} AND status = 'done' ORDER BY made_at LIMIT 3",
        [f"{LIST}?status=done&sort=made&order=up&limit=3"],
    ),
    "several values": (f"{ALL} AND status IN ('done', 'new') LIMIT 4", [f"{LIST}?status=done,new&limit=4"]),
    "several values of a parameter that is repeated": (
        f"{ALL} AND kind IN ('wood', 'steel') LIMIT 4",
        [f"{LIST}?kind[]=wood&kind[]=steel&limit=4"],
    ),
    "a bound that is applied exactly": (f"{ALL} AND made_at >= {FIRST + 60} LIMIT 4", [f"{LIST}?made_after={FIRST + 59}&limit=4"]),
    "a bound of a time": (
        f"{ALL} AND to_timestamp(made_at) <= TIMESTAMPTZ '2026-09-17 02:00:00+02' LIMIT 2",
        [f"{LIST}?made[lte]=2026-09-17T00:00:00Z&limit=2"],
    ),
    "a day": (
        f"{ALL} AND date_trunc('day', to_timestamp(made_at)) = '2026-09-16' ORDER BY made_at DESC LIMIT 2",
        [f"{LIST}?made_after=1789516799&made[lte]=2026-09-16T23:59:59Z&sort=made&order=down&limit=2"],
    ),
    "the greatest": ("SELECT max(made_at) FROM jobs WHERE shop_id = '{a}'", [f"{LIST}?sort=made&order=down&limit=2&fields=shop_id,made_at,id"]),
    "the one that has the least": (
        "SELECT arg_min(status, made_at), min(made_at) FROM jobs WHERE shop_id = '{a}'",
        [f"{LIST}?sort=made&order=up&limit=2&fields=shop_id,status,made_at,id"],
    ),
    "one of each": (
        "SELECT shop_id, max(made_at) FROM jobs WHERE shop_id IN ('{a}', '{b}') GROUP BY shop_id",
        [f"{x}?sort=made&order=down&limit=2&fields=shop_id,made_at,id" for x in (LIST, "/shops/{b}/jobs")],
    ),
    "whether there is one": (
        "SELECT EXISTS (FROM jobs WHERE shop_id = '{a}' AND status = 'done')",
        [f"{LIST}?status=done&limit=2"],
    ),
    "whether there is one for each row": (
        "FROM (VALUES ('{a}'), ('none')) s(shop) WHERE EXISTS (SELECT 1 FROM jobs j WHERE j.shop_id IN ('{a}') AND j.shop_id = s.shop)",
        [f"{LIST}?limit=2&fields=shop_id,id"],
    ),
    "which keys have any": ("SELECT DISTINCT shop_id FROM jobs WHERE shop_id = '{a}'", [f"{LIST}?limit=2&fields=shop_id,id"]),
    "a key that is looked for among them": (
        "SELECT 1 WHERE '{a}' IN (SELECT shop_id FROM jobs WHERE shop_id = '{a}')",
        [f"{LIST}?limit=2&fields=shop_id,id"],
    ),
    "branches of UNION ALL": (
        f"{ALL} UNION ALL SELECT * FROM jobs WHERE shop_id = '{{b}}' AND status = 'new' ORDER BY made_at DESC LIMIT 5",
        [f"{LIST}?sort=made&order=down&limit=5", "/shops/{b}/jobs?status=new&sort=made&order=down&limit=5"],
    ),
    "a branch beside local rows": (
        "SELECT id, made_at FROM jobs WHERE shop_id = '{a}' UNION ALL SELECT 'x', i FROM range(1789500000, 1789600000, 9000) t(i) ORDER BY 2 LIMIT 4",
        [f"{LIST}?sort=made&order=up&limit=4&fields=id,shop_id,made_at"],
    ),
    "branches in brackets, after an offset": (
        f"({ID}) UNION ALL (SELECT id FROM jobs WHERE shop_id = '{{b}}') LIMIT 3 OFFSET 1",
        [f"{x}?limit=4&fields=id,shop_id" for x in (LIST, "/shops/{b}/jobs")],
    ),
    "branches of UNION whose rows are all different": (
        "SELECT id, made_at FROM jobs WHERE shop_id = '{a}' UNION SELECT id, made_at FROM jobs WHERE shop_id = '{b}' ORDER BY made_at LIMIT 3",
        [f"{x}?sort=made&order=up&limit=3&fields=id,shop_id,made_at" for x in (LIST, "/shops/{b}/jobs")],
    ),
    "what reads branches": (
        (f"WITH j AS ({ALL} UNION ALL SELECT * FROM jobs WHERE shop_id = '{{b}}')"
        " SELECT * FROM (SELECT id AS i, made_at AS m FROM j) ORDER BY m DESC LIMIT 2"),
        [f"{x}?sort=made&order=down&limit=2" for x in (LIST, "/shops/{b}/jobs")],
    ),
    "the greatest of branches": (
        "SELECT max(m) FROM (SELECT made_at AS m FROM jobs WHERE shop_id = '{a}' UNION ALL SELECT made_at FROM jobs WHERE shop_id = '{b}')",
        [f"{x}?sort=made&order=down&limit=2&fields=shop_id,made_at,id" for x in (LIST, "/shops/{b}/jobs")],
    ),
    "keys of a query": ("SELECT * FROM jobs WHERE shop_id IN (SELECT '{a}' AS id) LIMIT 3", [f"{LIST}?limit=3"]),
}  # fmt: skip


BOUNDS = {
    "a list whose needed bounds come from a comparison": (
        "SELECT * FROM usage WHERE hour BETWEEN 1789510000 AND 1789530000",
        ["/usage?start_time=1789510000&end_time=1789530001&size=10"],
    ),
    "the rows of a day, cut": (
        "SELECT hour FROM usage WHERE date_trunc('day', to_timestamp(hour)) = '2026-09-16' LIMIT 4",
        ["/usage?start_time=1789516800&end_time=1789603200&size=4"],
    ),
    "a bound that the API applies to days is no reason to cut": (
        f"{ALL} AND due_at < 1789800000 AND status = 'new' LIMIT 2",
        [f"{LIST}?status=new&due_on=2026-09-19&limit=20"],
    ),
    "a time that is a text": (
        f"{ID} AND status = 'new' AND seen_at::TIMESTAMPTZ >= '2026-09-21 00:00:00+00'",
        [f"{LIST}?status=new&seen_since=1789948800&fields=id,shop_id,status,seen_at&limit=20"],
    ),
    "texts in the order of times": (
        f"{ID} AND status = 'new' AND seen_at >= '2026-09-21'",
        [f"{LIST}?status=new&seen_since=1789862399&fields=id,shop_id,status,seen_at&limit=20"],
    ),
    "through a sub-select": (
        "SELECT * FROM (SELECT id, made_at AS m FROM jobs WHERE shop_id = '{a}' AND status = 'new') j ORDER BY j.m DESC LIMIT 2",
        [f"{LIST}?status=new&sort=made&order=down&limit=2&fields=id,shop_id,status,made_at"],
    ),
    "through WITH, and a bound": (
        ("WITH j AS (SELECT id AS i, * EXCLUDE (id) FROM jobs), k AS (SELECT * FROM j WHERE status = 'new')"
        f" SELECT max(made_at) FROM k WHERE shop_id = '{{a}}' AND made_at >= {FIRST + 20000}"),
        [f"{LIST}?status=new&made_after={FIRST + 19999}&sort=made&order=down&limit=2"],
    ),
    "what a sub-select computes": (
        "SELECT * FROM (SELECT id, -made_at AS made_at FROM jobs WHERE shop_id = '{a}' AND status = 'new') ORDER BY made_at DESC LIMIT 2",
        [f"{LIST}?status=new&fields=id,shop_id,status,made_at&limit=20"],
    ),
    "a number": (f"{ALL} AND status = 'new' AND weight >= 1.5 LIMIT 3", [f"{LIST}?status=new&heavier=1.5&limit=3"]),
    "a number that is not the least": (f"{ALL} AND status = 'new' AND weight > 1.5 LIMIT 3", [f"{LIST}?status=new&heavier=1.5&limit=20"]),
    "a filter that brings more": (f"{ALL} AND status = 'new' AND title = 'chair' LIMIT 1", [f"{LIST}?status=new&title=chair&limit=20"]),
    "more values than the API takes": (
        f"{ALL} AND status = 'new' AND kind IN ('wood', 'steel', 'glass')",
        [f"{LIST}?status=new&limit=20"],
    ),
    "a residual predicate": (f"{ALL} AND status = 'new' AND len(parts) > 1 LIMIT 1", [f"{LIST}?status=new&limit=20"]),
    "a second key of ORDER BY": (f"{ALL} AND status = 'new' ORDER BY made_at, id LIMIT 1", [f"{LIST}?status=new&sort=made&order=up&limit=2"]),
    "a second key that is computed": (
        f"{ALL} AND status = 'new' ORDER BY made_at DESC, lower(title), len(parts) DESC LIMIT 1",
        [f"{LIST}?status=new&sort=made&order=down&limit=2"],
    ),
    "a second key of branches": (
        f"{ALL} AND status = 'new' UNION ALL SELECT * FROM jobs WHERE shop_id = '{{b}}' AND status = 'new' ORDER BY made_at, id LIMIT 1",
        [f"{x}?status=new&sort=made&order=up&limit=2" for x in (LIST, "/shops/{b}/jobs")],
    ),
    "a second key that needs other rows": (
        f"{ALL} AND status = 'new' ORDER BY made_at, row_number() OVER () LIMIT 1",
        [f"{LIST}?status=new&limit=20"],
    ),
    "a first key that is the same for different values": (
        f"{ALL} AND status = 'new' ORDER BY made_at // 100, id LIMIT 1",
        [f"{LIST}?status=new&limit=20"],
    ),
    "branches that may have the same rows": (
        "SELECT made_at FROM jobs WHERE shop_id = '{a}' AND status = 'new' UNION SELECT 5 ORDER BY made_at DESC LIMIT 1",
        [f"{LIST}?status=new&fields=shop_id,status,made_at,id&limit=20"],
    ),
    "branches beside one whose texts compare under a collation": (
        f"{ID} AND status = 'new' UNION SELECT 'x' COLLATE NOCASE LIMIT 1",
        [f"{LIST}?status=new&fields=id,shop_id,status&limit=20"],
    ),
    "a sub-select of branches beside one whose texts compare under a collation": (
        f"SELECT id FROM ({ID} AND status = 'new' UNION SELECT 'x' COLLATE NOCASE) LIMIT 1",
        [f"{LIST}?status=new&fields=id,shop_id,status&limit=20"],
    ),
    "a branch that makes texts of numbers": (
        "SELECT made_at FROM jobs WHERE shop_id = '{a}' AND status = 'new' UNION ALL SELECT 'x' ORDER BY made_at DESC LIMIT 1",
        [f"{LIST}?status=new&fields=shop_id,status,made_at,id&limit=20"],
    ),
    "a sub-select of branches that makes texts of numbers": (
        "SELECT max(made_at) FROM (SELECT made_at FROM jobs WHERE shop_id = '{a}' AND status = 'new' UNION ALL SELECT 'x')",
        [f"{LIST}?status=new&fields=shop_id,status,made_at,id&limit=20"],
    ),
    "branches of EXCEPT": (
        f"{ID} AND status = 'new' EXCEPT SELECT 'x' ORDER BY id LIMIT 1",
        [f"{LIST}?status=new&fields=id,shop_id,status&limit=20"],
    ),
    "an order that the API has not": (f"{ALL} AND status = 'new' ORDER BY weight DESC LIMIT 1", [f"{LIST}?status=new&limit=20"]),
    "a key that may be null": (f"{ALL} AND status = 'new' ORDER BY due_at LIMIT 1", [f"{LIST}?status=new&limit=20"]),
    "a function that makes rows": (
        "SELECT unnest(parts) FROM jobs WHERE shop_id = '{a}' AND status = 'new' LIMIT 1",
        [f"{LIST}?status=new&fields=shop_id,status,parts,id&limit=20"],
    ),
    "windows": (
        "SELECT row_number() OVER (ORDER BY made_at) AS n FROM jobs WHERE shop_id = '{a}' AND status = 'new' LIMIT 1",
        [f"{LIST}?status=new&fields=shop_id,status,made_at,id&limit=20"],
    ),
    "a join": (
        "SELECT j.id FROM jobs j JOIN (VALUES ('done')) s(status) ON j.status <> s.status WHERE shop_id = '{a}' AND j.status = 'new' LIMIT 1",
        [f"{LIST}?status=new&fields=id,shop_id,status&limit=20"],
    ),
    "a value that the API would split": (
        f"{ID} AND status = 'new,done' AND kind = 'wood'",
        [f"{LIST}?kind[]=wood&fields=id,shop_id,status,kind&limit=20"],
    ),
    "a column by a star of another source": (
        "SELECT s.* FROM jobs j JOIN (SELECT 'new' AS state) s ON j.status = s.state WHERE j.shop_id = '{a}' AND status = 'new'",
        [f"{LIST}?status=new&fields=shop_id,status,id&limit=20"],
    ),
}  # fmt: skip


def is_same(workshop: Workshop, sql: str, rows: list[Any]) -> bool:
    """Whether rows are an answer to a statement: DuckDB's own; with LIMIT, as many of its rows without it, in the same order of keys."""
    truth = workshop.truth(sql)
    if "LIMIT" not in sql:
        return Counter(map(repr, rows)) == Counter(map(repr, truth))
    everything = Counter(map(repr, workshop.truth(sql[: sql.index("LIMIT")])))
    return len(rows) == len(truth) and not Counter(map(repr, rows)) - everything


@pytest.mark.filterwarnings("ignore::rowcall.errors.UnknownValueWarning")
@pytest.mark.parametrize(("sql", "expected"), [*ONE_REQUEST.values(), *BOUNDS.values()], ids=[*ONE_REQUEST, *BOUNDS])
def test_the_api_is_asked_for_what_it_can_do_and_no_more(workshop: Workshop, sql: str, expected: list[str]) -> None:
    """These requests come in and no other, and the rows are DuckDB's over all there is."""
    rows, requests = workshop.asks(sql)

    assert requests == sorted(expected)
    assert is_same(workshop, sql, rows)


def test_what_the_statement_says_of_pages_and_orders_is_kept(workshop: Workshop) -> None:
    """Its own page size, order and cursor are sent, and rows are counted from them."""
    sized, pages = workshop.asks(f'{ALL} AND "limit" = 3 LIMIT 7')
    same, one = workshop.asks(f"{ALL} AND \"order\" = 'up' AND sort = 'made' ORDER BY made_at LIMIT 3")
    other, whole = workshop.asks(f"{ID} AND \"order\" = 'up' ORDER BY made_at DESC LIMIT 3")
    (first,) = workshop.truth(f"{ID} ORDER BY made_at, id LIMIT 1")[0]
    after, rest = workshop.asks(f"{ID} AND after = '{first}' AND \"order\" = 'up' LIMIT 4")

    assert (len(sized), [page.partition("&after")[0] for page in pages]) == (7, [f"{LIST}?limit=3"] * 3)
    assert (len(same), one) == (3, [f"{LIST}?sort=made&order=up&limit=3"])
    assert (len(other), len(whole), whole[0]) == (3, 3, f"{LIST}?order=up&fields=id,shop_id,made_at&limit=20")
    assert (len(after), rest) == (4, [f"{LIST}?order=up&limit=4&after={first}&fields=id,shop_id"])


def test_a_bound_by_its_own_name_is_a_value_that_is_sent(workshop: Workshop) -> None:
    """The column is then no bound of its own for that parameter."""
    rows, requests = workshop.asks(
        f"SELECT id, made_after FROM jobs WHERE shop_id = '{{a}}' AND made_after = {FIRST} AND made_at > 5 LIMIT 2"
    )

    assert requests == [f"{LIST}?made_after={FIRST}&fields=id,shop_id,made_at&limit=20"] or len(requests) == 3
    assert [value for _, value in rows] == [FIRST, FIRST]


def test_paging_ends_when_the_rows_are_there(workshop: Workshop) -> None:
    """Also where more than a page is needed, and where the API gives fewer rows than it was asked for."""
    two, asked = workshop.asks("SELECT made_at FROM jobs WHERE shop_id = '{a}' ORDER BY made_at LIMIT 30")
    workshop.box.fault("capped", times=None, rows=2)
    short, capped = workshop.asks("SELECT made_at FROM jobs WHERE shop_id = '{a}' ORDER BY made_at LIMIT 5")
    workshop.box.reset(start=START, seed=0)

    truth = workshop.truth("SELECT made_at FROM jobs WHERE shop_id = '{a}' ORDER BY made_at LIMIT 30")
    assert (two, len(asked)) == (truth, 2)
    assert (short, len(capped)) == (truth[:5], 3)


@pytest.mark.parametrize("key", ["weight, id", "weight, id DESC", "weight, made_at DESC, id", "weight, length(title), id"])
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 8, 13, 21, 40])
def test_of_two_keys_the_ties_of_the_first_are_read_and_no_more(workshop: Workshop, key: str, rows: int) -> None:
    """Pages of so many rows and one, until one of them has a row that is later by the first key; DuckDB orders what is there."""
    sql = f"SELECT id, weight FROM jobs WHERE shop_id = '{{a}}' AND {{filter}} ORDER BY {key} LIMIT {rows}"
    filter_ = "status IN ('new', 'doing', 'done')"

    found, requests = workshop.asks(sql.replace("{filter}", filter_))

    truth = workshop.truth(sql.replace("{filter}", filter_))
    weights = [weight for (weight,) in workshop.truth(f"SELECT weight FROM jobs WHERE shop_id = '{{a}}' AND {filter_} ORDER BY weight")]
    size = max(2, min(20, rows + 1))
    later = next((number for number, weight in enumerate(weights) if weight > truth[-1][1]), len(weights) - 1)
    assert found == truth
    assert len(requests) == later // size + 1
    assert all("sort=weight&order=up" in line for line in requests)


@pytest.mark.parametrize(
    ("sql", "requests"),
    [
        ("SELECT (SELECT max(made_at) FROM jobs WHERE shop_id = '{a}'), (SELECT count(*) FROM jobs WHERE shop_id = '{a}')", 3),
        ("SELECT count(*) FROM jobs x JOIN jobs y USING (shop_id) WHERE shop_id = '{a}' AND x.status = 'done' AND y.made_at > 5", 4),
        (
            f"SELECT count(*) FROM jobs WHERE shop_id = '{{a}}' AND (status = 'done' AND made_at > {FIRST} OR kind = 'wood' AND status = 'new')",
            2,
        ),
        (
            " UNION ALL ".join(f"{ID} AND {filter_}" for filter_ in ("status = 'done'", "status = 'new'", "kind = 'wood'", "weight >= 1")),
            3,
        ),
        ("SELECT count(*) FROM jobs x JOIN jobs y USING (shop_id) WHERE shop_id = '{a}' AND x.status IN ('done', 'new')", 3),
        ("SELECT count(*) FROM jobs x, jobs y WHERE x.shop_id = '{a}' AND y.shop_id = '{b}' AND x.status = y.status", 6),
        (
            "(SELECT made_at FROM jobs WHERE shop_id = '{a}' ORDER BY 1 LIMIT 3) UNION ALL (SELECT made_at FROM jobs WHERE shop_id = '{a}')",
            3,
        ),
    ],
    ids=[
        "a cut of what is read whole",
        "neither holds the other",
        "two filters of one",
        "more filters than pages",
        "a filter of what is read whole",
        "two keys",
        "one of two branches",
    ],
)
def test_what_one_reference_brings_serves_the_others(workshop: Workshop, sql: str, requests: int) -> None:
    """A request whose rows come with another one is not sent."""
    rows, sent = workshop.asks(sql)

    assert len(sent) == requests
    assert Counter(map(repr, rows)) == Counter(map(repr, workshop.truth(sql)))


@pytest.mark.parametrize(("count", "gets"), [(3, 3), (4, 0)], ids=["as many gets as pages", "more gets than pages"])
def test_single_rows_are_got_unless_the_list_takes_fewer_requests(workshop: Workshop, count: int, gets: int) -> None:
    """A list of sixty rows is expected to be three pages of twenty."""
    ids = [id_ for (id_,) in workshop.truth(f"{ID} ORDER BY id LIMIT {count}")]

    rows, requests = workshop.asks("SELECT * FROM jobs WHERE shop_id = '{a}' AND id = ANY($ids)", ids=ids)

    assert len([line for line in requests if "/jobs/" in line]) == gets
    assert len(rows) == count
    assert len(requests) == 3


def test_of_two_cuts_of_one_request_the_longer_is_fetched(workshop: Workshop) -> None:
    """Both begin with the same page; neither is a half answer."""
    sql = "SELECT (SELECT count(*) FROM (SELECT id FROM jobs WHERE shop_id = '{a}' LIMIT 25)), (SELECT count(*) FROM ({ID} LIMIT 45))"

    for text in (sql, sql.replace("45", "21"), sql.replace("25", "99"), sql.replace("LIMIT 45", "")):
        rows, requests = workshop.asks(text.replace("{ID}", ID))
        assert rows == workshop.truth(text.replace("{ID}", ID))
        assert len(requests) == 3 if "21" not in text else len(requests) == 2


def test_explain_says_what_the_api_cuts_and_why_it_does_not(workshop: Workshop) -> None:
    """In the words of the statement, with what is sent."""
    ends = ("ORDER BY made_at LIMIT 3", "AND len(parts) > 1 LIMIT 3", "ORDER BY weight DESC LIMIT 3")
    cut, left, other = (workshop.session.explain(workshop.filled(f"{ALL} {end}")).scans[0] for end in ends)

    assert cut.api[-1] == "ORDER BY made_at LIMIT 3 needs no more than 3 rows of each call: sort = made, order = up, limit = 3"
    assert (cut.requests, cut.at_most, cut.formula) == (1, 1, "")
    assert left.api[-1] == "LIMIT 3 is left to DuckDB, because LENGTH(parts) > 1 is"
    assert left.at_most is None
    assert other.api[-1] == "ORDER BY weight DESC LIMIT 3 is left to DuckDB, because the API does not sort by weight that way"


CONDITIONS = (
    "status = 'done'", "status IN ('new', 'doing')", "status <> 'new'", "kind = 'wood'", "kind IN ('wood', 'steel')", "title = 'chair'",
    "title IN ('chair', 'Chair')", "kind IS NULL", "(status = 'new' OR status = 'sold')", "(status = 'new' OR kind = 'wood')",
    "(status IN ('new', 'doing') AND kind = 'wood' OR status = 'done')", "(title = 'chair' AND status = 'new' OR title = 'chairs')",
    f"made_at > {FIRST}", f"made_at >= {FIRST + 20000}", f"made_at < {FIRST + 90000}", f"made_at BETWEEN {FIRST} AND {FIRST + 50000}",
    "to_timestamp(made_at) >= '2026-09-16'", "date_trunc('day', to_timestamp(made_at)) = '2026-09-16'", "to_timestamp(made_at)::DATE <= '2026-09-16'",
    "due_at <= 1789700000", "due_at IS NULL", "to_timestamp(due_at)::DATE < '2026-09-18'", "seen_at > '2026-09-21'", "weight > 1", "weight >= 1.5",
    "seen_at::TIMESTAMPTZ >= '2026-09-21 12:30:00+00'", "shop_id <> 'x'", "len(parts) > 0", "id > 'job_5'", f"made_at = {FIRST}",
    "seen_at < '2026-09-22T01:00:00Z'", "true", "shop_id IN (SELECT shop_id FROM (VALUES ('{a}')) v(shop_id))", "lower(shop_id) LIKE 'shop%'",
)  # fmt: skip
SHAPES = (
    "SELECT made_at FROM jobs WHERE {w} ORDER BY made_at {d} LIMIT {n}", "SELECT made_at FROM jobs WHERE {w} ORDER BY 1 {d} LIMIT {n} OFFSET 3",
    "SELECT weight FROM jobs WHERE {w} ORDER BY weight {d} LIMIT {n}", "SELECT shop_id, made_at AS m FROM jobs WHERE {w} ORDER BY shop_id, m {d} LIMIT {n}",
    "SELECT made_at, id FROM jobs WHERE {w} ORDER BY made_at {d}, id LIMIT {n}", "SELECT weight, id FROM jobs WHERE {w} ORDER BY weight {d}, id DESC LIMIT {n}",
    "SELECT weight, title, id FROM jobs WHERE {w} ORDER BY 1 {d}, title NULLS FIRST, id LIMIT {n} OFFSET 1", "SELECT id FROM jobs WHERE {w} ORDER BY shop_id, weight, status {d}, id LIMIT {n}",
    "SELECT weight, id FROM jobs WHERE {w} UNION ALL SELECT weight, id FROM jobs j2 WHERE shop_id = '{b}' ORDER BY weight {d}, 2 LIMIT {n}", "SELECT due_at FROM jobs WHERE {w} ORDER BY due_at {d} LIMIT {n}",
    "SELECT -made_at AS made_at FROM jobs WHERE {w} ORDER BY made_at {d} LIMIT {n}", "SELECT * FROM jobs WHERE {w} GROUP BY ALL",
    "SELECT -made_at AS made_at FROM jobs WHERE {w} ORDER BY ((made_at)) {d} LIMIT {n}", "SELECT *, max(made_at) FROM jobs WHERE {w} GROUP BY ALL",
    "SELECT made_at FROM (SELECT * REPLACE (-made_at AS made_at) FROM jobs WHERE {w} ORDER BY made_at {d} LIMIT {n})",
    "SELECT made_at FROM (SELECT * RENAME (made_at AS m, due_at AS made_at) FROM jobs WHERE {w} ORDER BY made_at {d} LIMIT {n})",
    "SELECT made_at, due_at AS made_at FROM jobs WHERE {w} AND due_at IS NOT NULL ORDER BY made_at {d} LIMIT {n}",
    "SELECT * EXCLUDE (shop_id) FROM jobs WHERE {w} GROUP BY ALL", "SELECT len(parts) AS made_at FROM jobs WHERE {w} ORDER BY made_at {d} LIMIT {n}", "SELECT max(made_at), min(weight) FROM jobs WHERE {w}",
    "SELECT max(made_at) FROM jobs WHERE {w}", "SELECT min(weight), min(weight) + 1 FROM jobs WHERE {w}", "SELECT count(*) FROM jobs WHERE {w}",
    "SELECT shop_id, min(made_at) FROM jobs WHERE {w} GROUP BY shop_id", "SELECT shop_id, max(made_at) FROM jobs WHERE {w} GROUP BY ALL",
    "SELECT status, max(made_at) FROM jobs WHERE {w} GROUP BY status", "SELECT DISTINCT shop_id FROM jobs WHERE {w}", "SELECT * FROM jobs WHERE {w}",
    "SELECT DISTINCT status FROM jobs WHERE {w}", "SELECT EXISTS (FROM jobs WHERE {w})", "SELECT '{a}' IN (SELECT shop_id FROM jobs WHERE {w})",
    "SELECT count(*) FROM (SELECT id FROM jobs WHERE {w} LIMIT {n})", "SELECT max(made_at) FILTER (WHERE weight > 1) FROM jobs WHERE {w}",
    "SELECT count(*) FROM (SELECT parts FROM jobs WHERE {w} LIMIT {n}), jobs j WHERE j.shop_id = '{b}'", "SELECT sum(weight) FROM jobs WHERE {w}",
    "SELECT epoch_ms(max(made_at) * 1000) FROM jobs WHERE {w} HAVING count(*) > 2", "SELECT DISTINCT ON (status) status FROM jobs WHERE {w}",
    "SELECT max(made_at) OVER () AS m FROM jobs WHERE {w} ORDER BY m LIMIT {n}", "SELECT id FROM jobs WHERE {w} QUALIFY row_number() OVER (ORDER BY id) < 3",
    "SELECT s, (SELECT max(made_at) FROM jobs WHERE {w} AND s = status) FROM (VALUES ('new'), ('done')) v(s)",
    "SELECT made_at FROM jobs WHERE {w} UNION ALL SELECT made_at FROM jobs j2 WHERE shop_id = '{b}' ORDER BY made_at {d} LIMIT {n}",
    "SELECT made_at FROM (SELECT made_at, id FROM jobs WHERE {w} UNION SELECT made_at, id FROM jobs j2 WHERE shop_id IN ('{a}', '{b}') ORDER BY 1 {d} LIMIT {n} OFFSET 2)",
    "SELECT made_at FROM jobs WHERE {w} UNION SELECT made_at FROM jobs j2 WHERE shop_id = '{a}' ORDER BY made_at {d} LIMIT {n}",
    "SELECT made_at FROM jobs WHERE {w} UNION ALL SELECT 1789500500.5 UNION ALL (SELECT weight FROM jobs j2 WHERE shop_id = '{a}') ORDER BY 1 {d} LIMIT {n}",
    "SELECT made_at AS m FROM jobs WHERE {w} UNION ALL SELECT '17' ORDER BY m {d} LIMIT {n}", "SELECT max(m), min(m) FROM (SELECT made_at m FROM jobs WHERE {w} UNION ALL SELECT 0)",
    "SELECT u.m FROM (SELECT made_at AS m, id FROM jobs WHERE {w} UNION SELECT made_at, id FROM jobs j2 WHERE shop_id = '{b}') u ORDER BY u.m {d} LIMIT {n}",
    "SELECT max(m) FROM (SELECT made_at AS m, status FROM jobs WHERE {w} UNION ALL SELECT made_at, kind FROM jobs j2 WHERE shop_id = '{b}') u",
    "SELECT max(m) FROM (SELECT made_at AS m FROM jobs WHERE {w} UNION ALL SELECT '2') u", "SELECT EXISTS (SELECT id FROM jobs WHERE {w} UNION ALL SELECT id FROM jobs j2 WHERE shop_id = '{b}')",
    "SELECT id FROM jobs WHERE {w} QUALIFY row_number() OVER (PARTITION BY shop_id ORDER BY made_at {d}, id) <= {n}", "SELECT id, rank() OVER (ORDER BY weight {d}) AS r FROM jobs WHERE {w} QUALIFY r <= {n}",
    "SELECT made_at FROM jobs WHERE {w} QUALIFY row_number() OVER (ORDER BY made_at {d}) BETWEEN 2 AND {n}", "SELECT id, made_at FROM jobs WHERE {w} QUALIFY dense_rank() OVER (ORDER BY made_at {d}) <= {n}",
    "SELECT r, made_at FROM (SELECT *, row_number() OVER (PARTITION BY shop_id ORDER BY made_at {d}, id) AS r FROM jobs WHERE {w}) WHERE r IN (1, {n})", "SELECT weight FROM jobs WHERE {w} QUALIFY row_number() OVER (ORDER BY weight {d}) < {n} + 0.4",
    "WITH x AS (SELECT id, made_at, rank() OVER (ORDER BY made_at {d}) AS r, count(*) OVER () AS c FROM jobs WHERE {w}) SELECT id, c FROM x WHERE r <= {n}",
    "SELECT x.id, y.r FROM (SELECT id, made_at, row_number() OVER (ORDER BY made_at {d}, id) AS r FROM jobs WHERE {w}) x LEFT JOIN range(1, 4) y(r) ON x.r > y.r WHERE x.r <= {n}",
    "SELECT x.r, y.i FROM (SELECT row_number() OVER (ORDER BY made_at {d}, id) AS r FROM jobs WHERE {w} ORDER BY 1 DESC) x POSITIONAL JOIN range(1, 4) y(i) WHERE x.r <= {n}",
    "SELECT x.r, y.i FROM (SELECT 1789500000 + 9000 * i FROM range(9) t(i)) y(i) ASOF LEFT JOIN (SELECT made_at, row_number() OVER (ORDER BY made_at {d}, id) AS r FROM jobs WHERE {w}) x ON x.made_at <= y.i WHERE x.r <= {n}",
    "SELECT DISTINCT ON (shop_id) id, made_at FROM jobs WHERE {w} ORDER BY shop_id, made_at {d}, id", "SELECT DISTINCT ON (shop_id) made_at AS m FROM jobs WHERE {w} ORDER BY m {d}", "SELECT DISTINCT ON (status, shop_id) id FROM jobs WHERE {w} ORDER BY weight {d}, id",
    "SELECT id, row_number() OVER (ORDER BY made_at {d}, id) AS made_at FROM jobs WHERE {w} QUALIFY made_at <= {n}", "SELECT id FROM jobs WHERE {w} QUALIFY row_number() OVER (ORDER BY made_at {d}, id) <= {n} AND rank() OVER (ORDER BY weight) > 2",
    "SELECT DISTINCT ON (shop_id) s FROM (SELECT id AS s, shop_id, made_at AS m FROM jobs WHERE {w}) x ORDER BY m {d}, s", "SELECT r FROM (SELECT row_number() OVER (ORDER BY made_at {d}, id) AS r FROM jobs WHERE {w} LIMIT 9) WHERE r <= {n}",
    "SELECT x.id, y.id FROM jobs x JOIN jobs y USING (id) WHERE x.shop_id = '{a}' AND y.shop_id = '{a}' AND x.status = 'new'",
)  # fmt: skip
COLUMNS = "id, shop_id, status, kind, title, due_at, seen_at, parts"
WITHIN = (
    "jobs", "jobs", "(SELECT * FROM jobs) AS jobs", "(FROM jobs) jobs", f"(SELECT {COLUMNS}, made_at, weight FROM jobs AS j0 WHERE {{c}}) AS jobs",
    f"(SELECT {COLUMNS}, weight::BIGINT AS made_at, made_at::DOUBLE AS weight FROM jobs AS j0 WHERE {{c}}) AS jobs",
    f"(SELECT {COLUMNS}, -made_at AS made_at, weight FROM (SELECT * FROM jobs WHERE {{c}}) AS j0) AS jobs",
    f"(SELECT {COLUMNS}, made_at, lower(status) AS weight FROM jobs AS j0) AS jobs", "(SELECT * FROM jobs WHERE {c} ORDER BY made_at, id LIMIT 30) AS jobs",
    "(SELECT * FROM jobs UNION ALL SELECT * FROM jobs AS j1 WHERE {c}) AS jobs", "(SELECT DISTINCT * FROM jobs WHERE {c}) AS jobs",
)  # fmt: skip
"""What the statements read the jobs through."""


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_the_rows_are_those_of_duckdb_over_all_there_is(workshop: Workshop, data: st.DataObject) -> None:
    """Whatever is asked of the API, and however it is cut."""
    keys = data.draw(st.sampled_from(["shop_id = '{a}'", "shop_id IN ('{a}', '{b}')"]))
    conditions = data.draw(st.lists(st.sampled_from(CONDITIONS), max_size=3))
    shape = data.draw(st.sampled_from(SHAPES))
    counts = {"n": str(data.draw(st.sampled_from([0, 1, 2, 4, 25]))), "d": data.draw(st.sampled_from(["", "DESC", "ASC"]))}
    within = data.draw(st.sampled_from(WITHIN)).replace(
        "{c}", " AND ".join([keys, *data.draw(st.lists(st.sampled_from(CONDITIONS), max_size=1))])
    )
    sql = shape.replace("FROM jobs WHERE", f"FROM {within} WHERE").replace("{w}", " AND ".join([keys, *conditions]))
    for name, value in counts.items():
        sql = sql.replace(f"{{{name}}}", value)

    try:
        truth = workshop.truth(sql)
    except duckdb.Error:  # a condition is not about what the sub-select has for a column
        reject()
    try:
        rows, _ = workshop.asks(sql)
    except EngineError as error:
        if streams() or "INTERNAL Error" not in str(error):
            raise
        reject()  # an optimizer of DuckDB 1.5 breaks on it, and 1.5 cannot be asked without

    assert Counter(map(repr, rows)) == Counter(map(repr, truth)), sql


def test_the_rows_of_a_union_are_not_told_apart_by_ids_under_a_collation(workshop: Workshop) -> None:
    """By which two of them may be one row: all are read, and where texts compare as they are, no more than needed."""
    sql = "SELECT id FROM shops UNION SELECT id FROM shops LIMIT 1"
    plain = workshop.asks(sql)[1]
    workshop.session.sql("SET default_collation = 'NOCASE'")
    try:
        rows, requests = workshop.asks(sql)
    finally:
        workshop.session.sql("RESET default_collation")

    assert plain == ["/shops?size=1"]
    assert (len(rows), requests) == (1, ["/shops?size=10"])


@pytest.fixture
def macros(workshop: Workshop) -> Iterator[Workshop]:
    """With macros of an aggregate and of a window function, and a table without rows."""
    made = {
        "MACRO counted": "() AS count(*)",
        "MACRO of_all": "() AS count(*) OVER ()",
        "MACRO plus": "(x) AS x + 1",
        "TABLE nothing": "(i INTEGER, shop VARCHAR)",
    }
    for connection in (workshop.session.connection, workshop.oracle):
        for name, definition in made.items():
            connection.execute(f"CREATE {name}{definition}")
    yield workshop
    for connection in (workshop.session.connection, workshop.oracle):
        for name in made:
            connection.execute(f"DROP {name}")


@pytest.mark.parametrize(
    "sql",
    [
        f"{ID} QUALIFY row_number() OVER (ORDER BY made_at, id) <= 3 AND of_all() > 5",
        "SELECT * FROM (SELECT id, status, of_all() AS n FROM jobs WHERE shop_id = '{a}') WHERE status = 'new'",
        "SELECT * FROM (SELECT id, shop_id, of_all() AS n FROM jobs WHERE shop_id IN ('{a}', '{b}')) WHERE shop_id = '{a}'",
    ],
)  # fmt: skip
def test_a_macro_may_count_rows_that_a_condition_leaves_out(macros: Workshop, sql: str) -> None:
    """Which no name tells: DuckDB says that it has a window function in it."""
    assert Counter(macros.asks(sql)[0]) == Counter(macros.truth(sql))


@pytest.mark.parametrize(
    "value", ["kind.upper()", "mad(weight) OVER (PARTITION BY shop_id)", "list_extract(parts, 1)", "main.plus(weight)"]
)
def test_a_function_of_one_row_lets_conditions_through(macros: Workshop, value: str) -> None:
    """Whichever way it is called, and a window function by what it divides rows by."""
    sql = f"SELECT * FROM (SELECT id, shop_id, {value} AS v FROM jobs) WHERE shop_id = '{{a}}'"

    assert Counter(macros.asks(sql)[0]) == Counter(macros.truth(sql))


@pytest.mark.parametrize("rows", ["mean(i)", "counted()", "histogram(i)", "fsum(i)", "count(*)"])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT {rows}, (SELECT max(made_at) FROM jobs WHERE shop_id = '{a}') FROM nothing",
        "SELECT (SELECT max(made_at) FROM jobs WHERE shop_id = '{a}') FROM nothing HAVING {rows} IS NULL OR true",
        "SELECT count(*) FROM jobs j WHERE shop_id = '{a}' AND EXISTS (SELECT {rows} FROM nothing n WHERE n.shop = j.shop_id)",
        "SELECT count(*) FROM jobs j, LATERAL (SELECT {rows} FROM nothing n WHERE n.shop = j.shop_id) x WHERE shop_id = '{a}'",
    ],
)
def test_an_aggregate_of_a_table_without_rows_is_a_row(macros: Workshop, sql: str, rows: str) -> None:
    """Also one that DuckDB alone knows for an aggregate: what stands beside it is asked for."""
    text = sql.replace("{rows}", rows)

    assert list(map(repr, macros.asks(text)[0])) == list(map(repr, macros.truth(text)))


@pytest.mark.parametrize("group", ["GROUP BY ROLLUP(i)", "GROUP BY CUBE(i)", "GROUP BY ()", "GROUP BY GROUPING SETS (())", "HAVING true"])
def test_a_group_of_all_rows_is_there_without_any(macros: Workshop, group: str) -> None:
    """So that a query in what is selected has its value."""
    sql = f"SELECT (SELECT max(made_at) FROM jobs WHERE shop_id = '{{a}}') FROM nothing {group}"

    assert macros.asks(sql)[0] == macros.truth(sql)


@pytest.mark.parametrize("group", ["ROLLUP(shop_id)", "CUBE(shop_id, status)", "GROUPING SETS ((shop_id), ())"])
@pytest.mark.parametrize("condition", ["shop_id IS NULL", "coalesce(shop_id, '{a}') = '{a}'"])
def test_the_total_of_a_rollup_is_of_all_its_rows(workshop: Workshop, group: str, condition: str) -> None:
    """A condition on what is NULL in the total only says nothing of the rows that it is made of."""
    inner = f"SELECT shop_id, count(*) AS jobs FROM jobs WHERE shop_id IN ('{{a}}', '{{b}}') GROUP BY {group}"
    sql = f"SELECT * FROM ({inner}) WHERE {condition}"

    assert Counter(workshop.asks(sql)[0]) == Counter(workshop.truth(sql))


def test_a_number_bounds_rows_only_by_its_own_name(workshop: Workshop) -> None:
    """Not where the column of `*` that has the same one is meant, which a list of names calls otherwise."""
    names = ", ".join(f"c{at}" for at in range(10))
    at = [name for (name, *_) in workshop.truth("DESCRIBE jobs")].index("weight")
    numbered = "SELECT *, row_number() OVER (ORDER BY made_at, id) AS weight FROM jobs WHERE shop_id = '{a}'"
    sql = f"SELECT c0 FROM ({numbered}) x({names}) WHERE c{at} <= 3"

    assert Counter(workshop.asks(sql)[0]) == Counter(workshop.truth(sql))


ORDERED = {
    "the first rows": ("SELECT made_at FROM jobs WHERE shop_id = '{a}' ORDER BY made_at LIMIT 3", True),
    "the first rows in an order of its own": ("SELECT made_at FROM jobs WHERE shop_id = '{a}' ORDER BY made_at ASC LIMIT 3", True),
    "the first rows of all that is selected": ("SELECT made_at, id FROM jobs WHERE shop_id = '{a}' ORDER BY ALL LIMIT 3", False),
    "rows by their number": (
        "SELECT made_at FROM jobs WHERE shop_id IN ('{a}', '{b}') QUALIFY row_number() OVER (PARTITION BY shop_id ORDER BY made_at) <= 2",
        True,
    ),
    "rows by their rank, outside": (
        "SELECT id FROM (SELECT id, rank() OVER (ORDER BY made_at) AS n FROM jobs WHERE shop_id = '{a}') WHERE n <= 2",
        True,
    ),
    "the first of each": (
        "SELECT DISTINCT ON (shop_id) made_at FROM jobs WHERE shop_id IN ('{a}', '{b}') ORDER BY shop_id, made_at",
        True,
    ),
    "the first of a union": (
        "(SELECT made_at FROM jobs WHERE shop_id = '{a}') UNION ALL (SELECT made_at FROM jobs WHERE shop_id = '{b}') ORDER BY made_at LIMIT 3",
        True,
    ),
    "the first of each shop": (
        "SELECT (SELECT made_at FROM jobs j WHERE j.shop_id = s.id ORDER BY made_at LIMIT 1) FROM shops s WHERE s.id IN ('{a}', '{b}')",
        True,
    ),
    "by what may be NULL": ("SELECT id FROM jobs WHERE shop_id = '{a}' ORDER BY due_at, made_at, id LIMIT 3", False),
    "the least and the greatest": ("SELECT min(made_at), max(made_at) FROM jobs WHERE shop_id = '{a}'", False),
    "the greatest": ("SELECT max(made_at) FROM jobs WHERE shop_id = '{a}'", False),
}


@pytest.mark.parametrize("nulls", ["nulls_last", "nulls_first", "nulls_first_on_asc_last_on_desc"])
@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize(("sql", "is_turned"), ORDERED.values(), ids=ORDERED)
def test_an_order_is_that_of_the_session(workshop: Workshop, sql: str, order: str, nulls: str, *, is_turned: bool) -> None:
    """What ORDER BY says nothing of, DuckDB's settings say, and so the request does; a statement that was planned before is no exception."""
    for connection in (workshop.session.connection, workshop.oracle):
        connection.execute(f"SET default_order = '{order}'; SET default_null_order = '{nulls}'")
    try:
        expected = workshop.truth(sql)
        rows, requests = workshop.asks(sql)
    finally:
        for connection in (workshop.session.connection, workshop.oracle):
            connection.execute("RESET default_order; RESET default_null_order")

    assert Counter(rows) == Counter(expected)
    assert rows == expected or "IN" in sql
    if is_turned:
        turned = "down" if order == "DESC" and "ASC" not in sql else "up"
        assert [f"order={turned}" in request for request in requests if "/jobs" in request].count(False) == 0, requests
