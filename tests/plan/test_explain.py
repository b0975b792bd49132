"""What EXPLAIN shows."""

from __future__ import annotations

from typing import Any

from rowcall.plan.explain import explain_scans, explain_writes
from rowcall.plan.nodes import Request


def url(request: Request) -> str:
    """A URL below a made-up base."""
    return "https://zoo.example" + request.target().split(" ", 1)[1]


def test_a_scan_is_shown_with_its_method_what_is_bound_and_its_requests(zoo: Any) -> None:
    """And where the values come from."""
    rows = list(
        explain_scans(zoo.scans("SELECT v.id FROM l JOIN zoo.care.visits v ON v.pen = l.pen AND kind = 'food' WHERE tag = 'c'"), url)
    )

    assert rows == [
        ("reference", "zoo.care.visits AS v"),
        ("method", "list_visits: ."),
        ("bound", "pen = p 3 (from l.pen)"),
        ("bound", "kind = food (from the statement)"),
        ("request", "GET https://zoo.example/pens/p%203/visits?kind=food"),
        ("requests", "1"),
    ]


def test_many_values_and_requests_are_counted(zoo: Any) -> None:
    """Three values and twenty requests are shown."""
    names = ", ".join(f"'p{i}'" for i in range(30))

    rows = list(explain_scans(zoo.scans(f"SELECT id FROM zoo.care.visits WHERE pen IN ({names})"), url))

    assert ("bound", "pen = p0, p1, p2, … (30 values) (from the statement)") in rows
    assert sum(item == "request" for item, _ in rows) == 21
    assert rows[-2:] == [("request", "… and 10 more"), ("requests", "30")]


def test_nothing_to_ask_for_is_no_request(zoo: Any) -> None:
    """A statement that can have no row."""
    assert list(explain_scans(zoo.scans("SELECT id FROM zoo.care.visits WHERE false"), url))[-1] == ("requests", "0")


def test_a_write_is_shown_with_its_body() -> None:
    """As JSON, one line a request."""
    request = Request("zoo", "zoo.care.visits", "make", "POST", "/visits", body={"name": "Ä"})

    assert list(explain_writes([request], url)) == [("request", 'POST https://zoo.example/visits {"name": "Ä"}'), ("requests", "1")]
