"""What EXPLAIN says of scans and writes: where values come from, why a method was chosen, and how many requests that makes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from rowcall.catalog.catalog import Catalog, ResourceRef
from rowcall.manifest.model import Paging, PagingKind, RateLimit
from rowcall.plan.early import BY_PAGE
from rowcall.plan.explain import explain, explain_calls, explain_calls_later, explain_scans
from rowcall.plan.explanation import ExplainedScan, Explanation, Measured
from rowcall.plan.nodes import Request

DEPENDENT = "SELECT 1 FROM l JOIN visits v ON v.pen = l.pen JOIN keepers k ON k.pen = l.pen AND k.id = v.kind WHERE l.tag = 'a'"


def url(request: Request) -> str:
    """A URL below a made-up base."""
    return "https://zoo.example" + request.target().split(" ", 1)[1]


def explained(zoo: Any, sql: str, **options: Any) -> Explanation:
    """The explanation of a query."""
    analysis, scans = zoo.plan(sql)
    return explain(scans, explain_scans(analysis, scans, url), **options)


def the_scan(zoo: Any, sql: str) -> ExplainedScan:
    """The one scan of a query."""
    (scan,) = explained(zoo, sql).scans
    return scan


def test_a_scan_is_shown_with_all_that_is_known_of_it(zoo: Any) -> None:
    """Method, reason, what is bound and whence, who applies which predicate, and the requests."""
    found = explained(zoo, "SELECT v.id FROM l JOIN zoo.care.visits v ON v.pen = l.pen AND kind = 'food' WHERE tag = 'c' AND v.n > 1")

    assert list(found.items()) == [
        ("reference", "zoo.care.visits AS v"),
        ("level", "1"),
        ("method", "list_visits: ."),
        ("why", "get_visit lacks visit_id"),
        ("bound", "pen = p 3 (from l.pen)"),
        ("bound", "kind = food (from the statement)"),
        ("api", "v.pen = l.pen"),
        ("api", "kind = 'food'"),
        ("duckdb applies", "v.n > 1"),
        ("duckdb applies", "v.pen = l.pen"),
        ("duckdb applies", "kind = 'food'"),
        ("request", "GET https://zoo.example/pens/p%203/visits?kind=food"),
        ("requests", "1"),
        ("budget", "no limit"),
    ]


@pytest.mark.parametrize(
    "sql", ["GROUP BY pen HAVING pen = 'p1'", "GROUP BY pen QUALIFY count(*) OVER (PARTITION BY pen) > 0 AND pen = 'p1'"]
)
def test_a_condition_behind_groups_is_the_api_s_where_it_could_stand_in_where(zoo: Any, sql: str) -> None:
    """And what could not is no condition on the rows of the API."""
    found = list(the_scan(zoo, f"SELECT pen, count(*) FROM visits {sql}").items())

    assert ("api", "pen = 'p1'") in found
    assert [value for name, value in found if name == "duckdb applies"] == ["pen = 'p1'"]


@pytest.mark.parametrize("kind", list(PagingKind))
@pytest.mark.parametrize("said", [{}, {"total": "n"}, {"pages": "n"}, {"pages_header": "link"}], ids=str)
def test_pages_that_are_fetched_together_are_said_to_be(zoo: Any, kind: PagingKind, said: dict[str, str]) -> None:
    """Where they are counted and the API says how many rows or pages there are; not where the statement may be done early."""
    analysis, (scan,) = zoo.plan("SELECT id FROM visits WHERE pen = 'p1'")
    paged = replace(scan, protocol=replace(scan.protocol, paging=Paging(kind=kind, parameter="at", **said)))

    (found,) = explain_scans(analysis, [paged], url)
    (early,) = explain_scans(analysis, [paged], url, paging={scan.source: "page by page"})

    counted = said and kind in {PagingKind.PAGE, PagingKind.OFFSET}
    what = "rows" if "total" in said else "pages"
    assert found.paging == (f"further pages together, once the first has said how many {what} there are" if counted else "")
    assert early.paging == "page by page"


def test_requests_that_may_never_be_sent_are_none_that_are_certain(zoo: Any) -> None:
    """Of a statement that may be done early, one is, where nothing else decides whether any is; the rest is the most there can be."""
    analysis, scans = zoo.plan("SELECT id FROM zoo.care.visits WHERE pen IN ('p1', 'p2', 'p3') LIMIT 1")
    (whole,) = explain_scans(analysis, scans, url)
    explained = explain_scans(analysis, scans, url, paging={scan.source: BY_PAGE for scan in scans})
    found = explain(scans, explained, max_requests=2)

    (early,) = explained
    assert (whole.may_end_early, early.may_end_early) == (False, True)
    assert (early.requests, early.at_most, early.expected) == (1, whole.at_most, None)
    assert '"requests": 1, "at_most"' in json.dumps(found.document()["scans"])
    assert early.formula == f"up to {whole.formula or whole.requests}, until the statement has its rows"
    assert (found.requests, found.at_most, found.budget_left, found.notes) == (1, whole.at_most, 1, ())


def test_many_values_and_requests_are_counted(zoo: Any) -> None:
    """Three values and twenty requests are kept."""
    names = ", ".join(f"'p{i}'" for i in range(30))

    scan = the_scan(zoo, f"SELECT id FROM zoo.care.visits WHERE pen IN ({names})")

    (pen,) = scan.bound
    assert (pen.values, pen.count) == (("p0", "p1", "p2"), 30)
    assert (len(scan.request_lines), scan.more_request_lines) == (20, 10)
    assert (scan.requests, scan.at_most, scan.expected, scan.formula) == (30, 30, 30, "")
    assert ("bound", "pen = p0, p1, p2, … (30 values) (from the statement)") in scan.items()
    assert ("request", "… and 10 more") in scan.items()


def test_nothing_to_ask_for_is_no_request(zoo: Any) -> None:
    """A statement that can have no row."""
    found = explained(zoo, "SELECT id FROM zoo.care.visits WHERE false")

    assert (found.requests, found.at_most, found.is_exact) == (0, 0, True)


def test_a_long_predicate_is_cut(zoo: Any) -> None:
    """On one line, with a mark where it was cut."""
    names = ",\n".join(f"'p{i}'" for i in range(100))

    (text,) = the_scan(zoo, f"SELECT id FROM zoo.care.visits WHERE pen IN ({names})").duckdb

    assert text.startswith("pen IN ('p0', 'p1', 'p2'")
    assert (len(text), text[-1]) == (300, "…")


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("pen = 'p1' AND id = 'v0'", "1 request; list_visits would need 1 request, but is less specific"),
        ("pen = 'p1' AND id IN ('v0', 'v1')", "1 request; get_visit would need 2 requests"),
        ("pen = 'p1'", "get_visit lacks visit_id"),
    ],
)
def test_the_choice_of_a_method_has_a_reason(zoo: Any, where: str, why: str) -> None:
    """In comparison with what else would have been possible."""
    assert the_scan(zoo, f"SELECT n FROM zoo.care.visits WHERE {where}").why == why


@pytest.mark.parametrize(
    ("sql", "api", "duckdb"),
    [
        ("FROM visits WHERE pen IN ('p1', 'p2') AND n = 1", ["pen IN ('p1', 'p2')"], ["pen IN ('p1', 'p2')", "n = 1"]),
        ("FROM visits WHERE pen IN (SELECT pen FROM l)", ["pen IN (SELECT pen FROM l)"], ["pen IN (SELECT pen FROM l)"]),
        ("FROM visits WHERE pen = 'p1' OR pen = 'p2'", ["pen = 'p1' OR pen = 'p2'"], ["pen = 'p1' OR pen = 'p2'"]),
        ("FROM visits WHERE (pen = 'p1' AND n = 1) OR pen = 'p2'", [], ["(pen = 'p1' AND n = 1) OR pen = 'p2'"]),
        ("FROM l JOIN visits USING (pen) WHERE l.n = 1", ["USING (pen)"], ["USING (pen)"]),
        ("FROM visits v, l WHERE v.pen = l.pen\n  AND v.n = l.n", ["v.pen = l.pen"], ["v.pen = l.pen", "v.n = l.n"]),
    ],
    ids=["in", "sub-select", "or", "or with more", "using", "comma"],
)
def test_predicates_are_shown_in_the_words_of_the_user(zoo: Any, sql: str, api: list[str], duckdb: list[str]) -> None:
    """Those about the scan, and apart those that say no more than what its requests say."""
    scan = the_scan(zoo, f"SELECT 1 {sql}")

    assert (list(scan.api), list(scan.duckdb)) == (api, duckdb)


def test_a_scan_waits_for_those_that_give_its_keys(zoo: Any) -> None:
    """It says in which round it is fetched, after which others, and where its values will come from."""
    visits, keepers = explained(zoo, DEPENDENT).scans

    assert (visits.level, visits.after) == (1, ())
    assert (keepers.level, keepers.after) == (2, ("v",))
    assert [(one.name, one.count, one.origin) for one in keepers.bound] == [("keeper_id", None, "v.kind of zoo.care.visits")]
    assert "v.pen = l.pen" in visits.api
    assert not any("k." in text for text in visits.api)
    assert keepers.request_lines == ()


def test_a_choice_that_rows_will_settle_is_left_open(zoo: Any) -> None:
    """With all methods that may come of it, and no number that may turn out wrong."""
    found = explained(zoo, DEPENDENT)
    keepers = found.scans[1]

    assert keepers.why.startswith(
        "settled once v is read: get_keeper (one request for each keeper_id) or list_keepers (one request for each"
    )
    assert (keepers.requests, keepers.at_most, keepers.is_exact) == (0, None, False)
    assert keepers.formula == "one for each distinct kind of v; fewer where list_keepers will do with fewer"
    assert (found.requests, found.at_most) == (3, None)


def test_rows_of_single_rows_bound_what_depends_on_them(zoo: Any) -> None:
    """A visit has one kind, so that there is one keeper to get."""
    scan = explained(zoo, "SELECT 1 FROM visits v JOIN keepers k ON k.id = v.kind WHERE v.pen = 'p1' AND v.id = 'v0'").scans[1]

    assert (scan.requests, scan.at_most, scan.expected) == (0, 1, 1)
    assert scan.formula == "one for each distinct kind of v, 1 at the most"
    assert scan.estimate() == "at most 1"


def test_local_rows_bound_what_others_only_reduce(zoo: Any) -> None:
    """The pens of `l` are known; which of them have a visit is not."""
    found = explained(zoo, "SELECT 1 FROM l JOIN visits v ON v.pen = l.pen JOIN keepers k ON k.pen = l.pen WHERE l.tag = 'a'")
    scan = found.scans[1]

    assert (scan.requests, scan.at_most) == (0, 3)
    assert scan.formula == "one for each distinct l.pen that v leaves, 3 at the most"
    assert (found.requests, found.at_most, found.total()) == (3, 6, "3 to 6")


def test_a_request_that_two_scans_have_is_counted_once(zoo: Any) -> None:
    """In the sum, not in each."""
    found = explained(zoo, "SELECT 1 FROM visits a, visits b WHERE a.pen = 'p1' AND b.pen = 'p1'")

    assert [scan.requests for scan in found.scans] == [1, 1]
    assert (found.requests, found.at_most) == (1, 1)
    assert ("all requests", "1") in found.items()


def test_the_budget_says_what_is_left_and_what_would_be_refused(zoo: Any) -> None:
    """Of the requests that are certain."""
    sql = "SELECT 1 FROM visits WHERE pen IN ('a', 'b', 'c')"

    enough, short = explained(zoo, sql, max_requests=10), explained(zoo, sql, max_requests=2)

    assert ("budget", "7 of max_requests = 10 left") in enough.items()
    assert enough.notes == ()
    assert short.budget_left == 0
    assert short.notes == ("It needs more than max_requests = 2 requests, and would be refused.",)


def test_rate_limits_of_the_manifest_are_made_into_seconds(zoo: Any) -> None:
    """130 requests take two more minutes where 60 a minute are allowed; one request takes none."""
    analysis, scans = zoo.plan("SELECT 1 FROM visits WHERE pen IN (" + ", ".join(f"'p{i}'" for i in range(130)) + ")")
    limits = (RateLimit(requests=60, per_s=60.0), RateLimit(requests=10, per_s=1.0))
    limited = [replace(one, ref=_limited(one.ref, limits)) for one in scans]

    found = explain(limited, explain_scans(analysis, limited, url))

    assert found.rate_limited_s == 120.0
    assert ("rate limit", "Zoo allows 60 requests in 60 s and 10 requests in 1 s: 120 s at the least") in found.items()
    assert explained(zoo, "SELECT 1 FROM visits WHERE pen = 'p1'").rate_limited_s is None


def _limited(ref: ResourceRef, limits: tuple[RateLimit, ...]) -> ResourceRef:
    catalog = Catalog({"zoo": replace(ref.provider, rate_limits=limits)})
    return catalog.resolve(tuple(ref.full_name.split(".")), ())


def test_a_write_is_shown_with_its_body(zoo: Any) -> None:
    """As JSON, one line a request."""
    (scan,) = zoo.scans("SELECT 1 FROM visits WHERE pen = 'p1'")
    request = Request("zoo", "zoo.care.visits", "make", "POST", "/visits", body={"name": "Ä"})

    write = explain_calls("INSERT", scan.ref, ("make", scan.method), [request], url)

    found = explain((), (), write, writer=scan.ref, max_requests=5)
    assert ("request", 'POST https://zoo.example/visits {"name": "Ä"}') in found.items()
    assert (found.requests, found.at_most, found.budget_left) == (1, 1, 4)


def test_a_write_of_rows_to_be_read_has_no_number_yet(zoo: Any) -> None:
    """The reads are certain, the writes are not."""
    analysis, scans = zoo.plan("SELECT 1 FROM visits WHERE pen = 'p1'")

    found = explain(scans, explain_scans(analysis, scans, url), explain_calls_later("UPDATE", scans[0].ref, None))

    assert ("then", "one UPDATE request for each row that this gives") in found.items()
    assert (found.requests, found.at_most, found.expected) == (1, None, None)
    assert found.total() == "1 at the least"


BOUNDS = [
    ("cries WHERE begun > 5 AND begun <= 9", ["begun > 5 as after", "begun <= 9 as up_to"], ["begun > 5", "begun <= 9"], []),
    ("cries WHERE begun >= 5", ["begun > 4 as after"], ["begun >= 5"], []),
    ("cries WHERE begun BETWEEN 5 AND 9 AND begun < 7", ["begun > 4 as after", "begun <= 6 as up_to"], ["begun BETWEEN 5 AND 9", "begun < 7"], []),
    ("cries WHERE begun IN (5, 9)", ["begun > 4 as after", "begun <= 9 as up_to"], [], ["begun IN (5, 9)"]),
    ("cries WHERE seen > '2026-10-26T07:03:00Z'", ["seen >= 2026-10-26T07:03:00Z as since"], [], ["seen > '2026-10-26T07:03:00Z'"]),
    ("cries WHERE begun > 5 AND length(id) > 2", ["begun > 5 as after"], ["begun > 5"], []),
    ("cries WHERE begun <> 5", [], [], []),
    ("meals WHERE begun > 5 AND begun < 9", ["begun >= 6", "begun < 9 as until"], ["begun < 9"], ["begun > 5"]),
    ("meals WHERE begun IN (FROM (VALUES (3), (5)) t(b))", ["begun >= 3", "begun < 6 as until"], [], ["begun IN (FROM (VALUES (3), (5)) t(b))"]),
    ("meals WHERE begun = 3 AND until = 6", ["begun >= 3", "begun < 4 as until"], [], ["begun = 3"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "bounds", "exact", "superset"), BOUNDS, ids=[source for source, *_ in BOUNDS])
def test_a_bound_is_shown_as_one_and_its_predicate_as_the_apis(
    zoo: Any, source: str, bounds: list[str], exact: list[str], superset: list[str]
) -> None:
    """Where the API may send rows for which it does not hold, too, it is the API's as a superset, and DuckDB's to apply."""
    scan = the_scan(zoo, f"SELECT 1 FROM zoo.care.{source}")

    items = list(scan.items())
    assert [value.split(" (from ")[0] for item, value in items if item == "bound"] == bounds
    assert sorted(value for item, value in items if item == "api") == sorted([*exact, *(f"{one}, as a superset" for one in superset)])
    assert {*exact, *superset} <= set(scan.duckdb)


def test_a_bound_by_rows_that_are_not_read_yet_is_one_request(zoo: Any) -> None:
    """There is none for each of the values, so that it is shown as a bound without its value."""
    sql = "SELECT 1 FROM zoo.care.cries c JOIN zoo.care.meals m ON m.begun = c.begun WHERE c.begun > 5"

    _, meals = explained(zoo, sql).scans

    assert [one.values for one in meals.bound] == [(), ()]
    assert ("bound", "begun >= ? (from c.begun of zoo.care.cries)") in list(meals.items())
    assert meals.formula == "one, unless c has no row"
    assert meals.at_most == 1


def test_an_explanation_is_a_document_and_a_text(zoo: Any) -> None:
    """Every field is a member of the JSON document; the text has a line for each item."""
    analysis, scans = zoo.plan("SELECT 1 FROM visits WHERE pen = 'p1'")
    measured = {0: Measured(requests=2, retries=1, cache_hits=0, rows=3, bytes=40, waiting_s=1.5, computing_s=0.0004)}

    found = explain(scans, explain_scans(analysis, scans, url, measured), duckdb="one\ntwo", sent=["GET x · HTTP 200, 40 bytes, 2 ms"])

    document = json.loads(json.dumps(found.document()))
    said = {"name": "pen", "column": "", "operator": "=", "values": ["p1"], "count": 1, "origin": "the statement"}
    assert document["scans"][0]["bound"] == [said]
    assert document["scans"][0]["measured"]["retries"] == 1
    assert document["at_most"] == 1
    lines = str(found).splitlines()
    assert lines[0] == "reference       zoo.care.visits AS visits"
    assert "measured        2 requests · 3 rows · 40 bytes · 1 retry · 1.50 s waiting · 0.4 ms computing" in lines
    assert lines[-2:] == ["duckdb          one", "duckdb          two"]
