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
    "a row of two columns": ("SELECT v.id FROM m FULL JOIN visits v USING (pen, kind) WHERE (pen, kind) = ('p1', 'food')", ["p1"]),
    "rows of two columns": (
        "SELECT v.id FROM m FULL JOIN visits v USING (kind, pen) WHERE (kind, pen) IN (('food', 'p1'), ('care', 'p2'))",
        ["p1", "p2"],
    ),
    "two columns that are one in another condition each": (
        "SELECT v.id FROM visits v FULL JOIN m USING (pen, kind) WHERE pen = 'p1' AND (kind = 'food' OR pen = 'p2')",
        ["p1"],
    ),
    "IS NOT DISTINCT FROM": (
        "SELECT v.id, l.tag FROM l FULL JOIN visits v ON v.pen = l.pen WHERE coalesce(v.pen, l.pen) IS NOT DISTINCT FROM 'p1'",
        ["p1"],
    ),
    "NOT of IS DISTINCT FROM, on either side": (
        "SELECT v.id, l.tag FROM visits v FULL JOIN l ON v.pen = l.pen WHERE NOT ('p1' IS DISTINCT FROM coalesce(l.pen, v.pen)) OR coalesce(v.pen, l.pen) = '5'",
        ["5", "p1"],
    ),
    "a value in the place of NULL": ("SELECT pen, v.id FROM l FULL JOIN visits v USING (pen) WHERE coalesce(pen, 'p2') = 'p2'", ["p2"]),
    "one that is another value": ("SELECT pen, v.id FROM l FULL JOIN visits v USING (pen) WHERE coalesce(pen, 'p1') = 'p2'", ["p2"]),
    "a row of NULL as well": (
        "SELECT v.id, l.tag FROM l FULL JOIN visits v ON v.pen = l.pen WHERE coalesce(v.pen, l.pen) IS NOT DISTINCT FROM NULL",
        [],
    ),
    "three sides": ("SELECT pen, v.id FROM l FULL JOIN visits v USING (pen) FULL JOIN m USING (pen) WHERE pen IN ('p1', '5')", ["5", "p1"]),
    "three sides, the last of which is asked": (
        "SELECT pen, v.id FROM l FULL JOIN m USING (pen) FULL JOIN visits v USING (pen) WHERE pen = 'p1'",
        ["p1"],
    ),
    "three sides, two of them in brackets": (
        "SELECT pen, v.id FROM l FULL JOIN (m FULL JOIN visits v USING (pen)) USING (pen) WHERE pen = 'p2' OR pen IS NULL",
        ["p2"],
    ),
    "a LEFT JOIN behind it": (
        "SELECT pen, v.id, k.pen FROM l FULL JOIN m USING (pen) LEFT JOIN visits v USING (pen) LEFT JOIN k USING (pen) WHERE pen = 'p2'",
        ["p2"],
    ),
    "an inner one": ("SELECT pen, v.id FROM l FULL JOIN visits v USING (pen) JOIN k USING (pen) WHERE pen = 'p2'", ["p2"]),
    "a RIGHT JOIN, whose own column it is": (
        "SELECT pen, v.id FROM l FULL JOIN m USING (pen) RIGHT JOIN k USING (pen) LEFT JOIN visits v USING (pen) WHERE pen IN ('p1', 'p2')",
        ["p2"],
    ),
    "out of a sub-select": ("SELECT s.* FROM (SELECT pen, v.id FROM l FULL JOIN visits v USING (pen)) s WHERE s.pen = 'p1'", ["p1"]),
    "out of one by a star": ("SELECT s.id FROM (SELECT * FROM m FULL JOIN visits v USING (pen, id)) s JOIN k ON k.pen = s.pen", ["p2"]),
    "under another name, of three sides, twice": (
        "SELECT t.p FROM (SELECT s.p FROM (SELECT pen AS p, v.id FROM l FULL JOIN m USING (pen) FULL JOIN visits v USING (pen)) s) t WHERE t.p IN ('5', 'p1')",
        ["5", "p1"],
    ),
    "of a WITH and of groups": (
        "WITH s AS (SELECT pen, count(v.id) AS c FROM visits v FULL JOIN l USING (pen) GROUP BY pen) SELECT * FROM s WHERE pen = 'p1' AND c > 1",
        ["p1"],
    ),
    "of a side of UNION BY NAME": (
        "SELECT u.id FROM (SELECT v.id, pen FROM l FULL JOIN visits v USING (pen) UNION ALL BY NAME SELECT pen, id FROM m) u WHERE u.pen = 'p2'",
        ["p2"],
    ),
    "by which rows of NULLs are dropped": (
        "SELECT s.tag FROM (SELECT pen, l.tag FROM l FULL JOIN visits v USING (pen) WHERE v.n IS NULL) s WHERE s.pen IN (SELECT pen FROM m)",
        ["P1", "p1", "p2"],
    ),
    "what a LEFT JOIN around it fills": (
        "SELECT k.pen, s.id FROM k LEFT JOIN (SELECT pen AS p, v.id FROM l FULL JOIN visits v USING (pen)) s ON s.p = k.pen",
        ["p2"],
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
        "SELECT pen, e.id FROM keepers e FULL JOIN k USING (pen) WHERE coalesce(pen, 'p1') = 'p1'",
        "SELECT v.id, nc.tag FROM nc FULL JOIN visits v USING (pen) WHERE pen = 'p1'",
        "SELECT * FROM (SELECT pen, v.id FROM nc FULL JOIN visits v USING (pen)) s WHERE s.pen = 'p1'",
        "SELECT * FROM (SELECT * REPLACE ('p1' AS pen) FROM l FULL JOIN (SELECT pen, id FROM visits) v USING (pen)) s WHERE s.pen = 'p1'",
        "SELECT * FROM (SELECT pen, v.id FROM l FULL JOIN visits v USING (pen) LIMIT 3) s WHERE s.pen = 'p1'",
        "SELECT * FROM (SELECT pen, v.id FROM l FULL JOIN visits v USING (pen)) s WHERE s.pen = 'p1' OR s.pen IS NULL",
        "SELECT s.id FROM (SELECT pen, id FROM num FULL JOIN visits v USING (pen)) s WHERE s.pen = '5'",
    ],
    ids=[
        "OR", "columns that the ON does not equate", "an ON that may hold without", "a value in the place of NULL",
        "a side that compares under a collation", "one within a sub-select", "what a star puts in its place", "LIMIT", "NULL outside", "another type",
    ],
)  # fmt: skip
def test_what_says_less_is_refused(zoo: Any, sql: str) -> None:
    """Other rows may matter there."""
    with pytest.raises(Exception, match="cannot be called without more values"):
        zoo.answer(sql)
