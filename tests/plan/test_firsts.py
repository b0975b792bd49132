"""Conditions on the one column that USING makes of two, and on coalesce() of the columns that an ON equates."""

from __future__ import annotations

from typing import Any

import pytest

FOUND = {
    "USING": ("SELECT pen, v.id, l.tag FROM visits v FULL JOIN l USING (pen) WHERE pen = 'p1'", ["p1"]),
    "USING, on the right side": ("SELECT pen, v.id FROM l FULL JOIN visits v USING (pen) WHERE pen IN ('p1', '5')", ["5", "p1"]),
    "NATURAL, and OR": ("SELECT v.id, l.tag FROM l NATURAL FULL JOIN (SELECT pen, id FROM visits) v WHERE pen = 'p2' OR pen = '05'", ["05", "p2"]),
    "one of two columns": ("SELECT v.id FROM l FULL JOIN visits v USING (pen, n) WHERE pen = 'p1'", ["p1"]),
    "NOT of another": ("SELECT v.id, l.tag FROM l FULL JOIN visits v USING (pen) WHERE NOT (pen <> 'p1')", ["p1"]),
    "NULL as well": ("SELECT v.id, l.tag FROM l FULL JOIN visits v USING (pen) WHERE pen IS NULL OR pen = 'p1'", ["p1"]),
    "IN a query": ("SELECT v.id, l.tag FROM l FULL JOIN visits v USING (pen) WHERE pen IN (SELECT pen FROM k)", ["p2"]),
    "coalesce": ("SELECT v.id, l.tag FROM l FULL JOIN visits v ON v.pen = l.pen WHERE coalesce(v.pen, l.pen) = 'p1'", ["p1"]),
    "coalesce the other way round, and a list": (
        "SELECT v.id, l.tag FROM l FULL JOIN visits v ON v.pen = l.pen AND l.n > 1 WHERE coalesce((l.pen), v.pen) IN ('p1', 'p2')",
        ["p1", "p2"],
    ),
    "coalesce in a query": ("SELECT v.id FROM l FULL JOIN visits v ON v.pen = l.pen WHERE coalesce(v.pen, l.pen) IN (SELECT pen FROM k)", ["p2"]),
    "a table that is joined with it": (
        "SELECT v.id, l.tag FROM l FULL JOIN visits v USING (pen) JOIN k ON k.pen = coalesce(v.pen, l.pen)",
        ["p2"],
    ),
    "a condition on the sides beside it": (
        "SELECT v.id, l.tag FROM l FULL JOIN visits v ON v.pen = l.pen WHERE coalesce(v.pen, l.pen) = 'p1' AND (v.n = 1 OR l.n = 2)",
        ["p1"],
    ),
    "one that drops what a side has alone": ("SELECT pen FROM l FULL JOIN visits v USING (pen) WHERE pen = 'p1' AND l.n = 1", ["p1"]),
    "a LEFT JOIN": ("SELECT v.id, l.tag FROM l LEFT JOIN visits v ON v.pen = l.pen WHERE coalesce(v.pen, l.pen) = 'p1'", ["p1"]),
    "the left side of one": ("SELECT v.id, l.tag FROM visits v LEFT JOIN l ON v.pen = l.pen WHERE coalesce(l.pen, v.pen) = 'p1'", ["p1"]),
    "the left side of one within the FULL JOIN": (
        "SELECT v.id, l.tag FROM l FULL JOIN (visits v LEFT JOIN m ON m.pen = v.pen) ON l.pen = v.pen WHERE coalesce(v.pen, l.pen) = 'p1'",
        ["p1"],
    ),
    "the right side of one within it, whose rows of NULLs may be let through": (
        "SELECT v.id, l.tag FROM l FULL JOIN (m LEFT JOIN visits v ON m.pen = v.pen) ON l.pen = v.pen WHERE coalesce(v.pen, l.pen) = 'p1'",
        ["P1", "p1", "p2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "pens"), FOUND.values(), ids=FOUND.keys())
def test_it_says_which_rows_of_either_side_matter(zoo: Any, sql: str, pens: list[str]) -> None:
    """The calls are for the values that it says, and the answer is that over the whole tables."""
    (scan,) = zoo.scans(sql)

    assert sorted(call.bound["pen"] for call in scan.calls) == pens
    assert zoo.answer(sql) == zoo.truth(sql)


def test_it_says_so_of_two_resources(zoo: Any) -> None:
    """Each is asked for the value, and neither waits for the other."""
    sql = "SELECT pen, v.id, o.id FROM keepers o FULL JOIN visits v USING (pen) WHERE pen = 'p1'"

    assert [[call.bound["pen"] for call in scan.calls] for scan in zoo.scans(sql)] == [["p1"], ["p1"]]
    assert zoo.answer(sql) == zoo.truth(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT v.id, l.tag FROM l FULL JOIN visits v USING (pen) WHERE pen = 'p1' OR l.tag = 'c'",
        "SELECT v.id, l.tag FROM l FULL JOIN visits v ON v.pen = l.tag WHERE coalesce(v.pen, l.pen) = 'p1'",
        "SELECT v.id, l.tag FROM l FULL JOIN visits v ON v.pen = l.pen OR l.n = 1 WHERE coalesce(v.pen, l.pen) = 'p1'",
        "SELECT v.id, nc.tag FROM nc FULL JOIN visits v USING (pen) WHERE pen = 'p1'",
    ],
    ids=["OR", "columns that the ON does not equate", "an ON that may hold without", "a side that compares under a collation"],
)
def test_what_says_less_is_refused(zoo: Any, sql: str) -> None:
    """Other rows may matter there."""
    with pytest.raises(Exception, match="cannot be called without more values"):
        zoo.answer(sql)
