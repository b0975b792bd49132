"""Keys that the sides of INTERSECT and EXCEPT give one another."""

from __future__ import annotations

from typing import Any

import pytest

FOUND = {
    "INTERSECT": ("SELECT pen FROM visits INTERSECT SELECT pen FROM l", ["nowhere", "p 3", "p1", "p2"]),
    "the other way round, of rows of two": ("SELECT pen, id FROM m INTERSECT ALL SELECT pen, id FROM visits", ["P1", "p1", "p2"]),
    "EXCEPT": ("SELECT pen FROM l WHERE tag = 'c' EXCEPT SELECT pen FROM visits", ["p 3"]),
    "a constant": ("SELECT 'p1' AS pen INTERSECT SELECT pen FROM visits", ["p1"]),
    "a WITH, FROM first": ("WITH q AS (SELECT pen FROM l WHERE tag = 'c') SELECT pen FROM visits INTERSECT FROM q", ["p 3"]),
    "a side with an order, and the whole with another": (
        "SELECT pen FROM visits INTERSECT (SELECT pen FROM k ORDER BY pen LIMIT 1) ORDER BY pen LIMIT 3",
        ["p2"],
    ),
    "groups": ("SELECT x.pen FROM (SELECT pen, count(*) FROM visits GROUP BY pen) x INTERSECT SELECT pen FROM l GROUP BY pen HAVING count(*) > 1", ["p1"]),
    "each side of a UNION": (
        "(SELECT pen FROM visits UNION ALL SELECT pen FROM m) INTERSECT SELECT pen FROM l WHERE tag = 'b'",
        ["p1"],
    ),
    "what an INTERSECT on the other side is of, and what an EXCEPT is": (
        "SELECT pen FROM visits INTERSECT ((SELECT pen FROM l WHERE tag = 'c' EXCEPT SELECT pen FROM k) INTERSECT SELECT pen FROM m)",
        ["p 3"],
    ),
    "the left side of EXCEPT, of what is on its right": (
        "SELECT pen FROM k EXCEPT SELECT pen FROM visits WHERE kind = 'care' INTERSECT SELECT pen FROM l WHERE tag = 'c'",
        ["p 3"],
    ),
    "a condition around it beside": ("SELECT s.pen FROM (SELECT pen FROM visits INTERSECT SELECT pen FROM l) s WHERE s.pen IN ('p1', '5')", ["5", "p1"]),
    "one on another column": (
        "SELECT s.id FROM (SELECT pen, id FROM visits INTERSECT SELECT pen, id FROM m WHERE n > 1) s WHERE s.id = 'v7'",
        ["P1", "p2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "pens"), FOUND.values(), ids=FOUND.keys())
def test_a_side_is_asked_for_what_the_other_one_has(zoo: Any, sql: str, pens: list[str]) -> None:
    """The calls are for these values, and the answer is that over the whole tables."""
    (scan,) = zoo.scans(sql)

    assert sorted(call.bound["pen"] for call in scan.calls) == pens
    assert zoo.answer(sql) == zoo.truth(sql)


def test_one_resource_gives_another_its_keys(zoo: Any) -> None:
    """That with fewer requests goes first, and what it has is asked of the other."""
    sql = "SELECT pen, id FROM visits WHERE pen IN ('p1', 'p2', '5') INTERSECT SELECT pen, id FROM visits WHERE pen = 'p1'"

    assert [(scan.level, len(scan.calls)) for scan in zoo.scans(sql)] == [(2, 0), (1, 1)]
    assert zoo.answer(sql) == zoo.truth(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pen FROM visits EXCEPT SELECT pen FROM l",
        "SELECT id FROM visits INTERSECT SELECT id FROM m",
        "SELECT pen FROM nc INTERSECT SELECT pen FROM visits",
        "SELECT pen FROM visits INTERSECT SELECT pen FROM num",
        "(SELECT pen FROM visits LIMIT 3) INTERSECT SELECT pen FROM k",
        "SELECT pen FROM visits INTERSECT (SELECT pen FROM l LIMIT 2)",
        "SELECT pen FROM visits INTERSECT (SELECT pen FROM k UNION SELECT pen FROM l)",
        "SELECT v.pen FROM l LEFT JOIN visits v ON v.n = l.n INTERSECT SELECT pen FROM l",
        "SELECT k.pen, (SELECT count(*) FROM (SELECT v.pen FROM visits v INTERSECT SELECT l.pen FROM l WHERE l.pen = k.pen)) FROM k",
    ],
    ids=[
        "the left side of EXCEPT", "a column that may be NULL", "a collation", "another type", "LIMIT", "rows that could differ each time",
        "a UNION on the other side", "what a LEFT JOIN fills", "a side that names what is around it",
    ],
)  # fmt: skip
def test_what_says_less_is_refused(zoo: Any, sql: str) -> None:
    """Other rows may matter there."""
    with pytest.raises(Exception, match="cannot be called without more values"):
        zoo.answer(sql)
