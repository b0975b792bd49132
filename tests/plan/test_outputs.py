"""What a SELECT gives beside a window function: columns of its tables, and what is made of these row by row, give keys."""

from __future__ import annotations

from typing import Any

import pytest
from tests.plan.test_soundness import check

from rowcall.errors import PlanError

NUMBERED = {
    "a column": "SELECT v.id FROM (SELECT l.pen, row_number() OVER (ORDER BY l.n) rn FROM l) q JOIN visits v ON v.pen = q.pen",
    "an expression": "SELECT v.id FROM (SELECT 'p' || l.n AS p, row_number() OVER () rn FROM l) q JOIN visits v ON v.pen = q.p",
    "a name before what it is for": "SELECT v.id FROM (SELECT p: lower(l.pen), row_number() OVER () rn FROM l) q JOIN visits v ON v.pen = q.p",
    "a name without AS": "SELECT v.id FROM (SELECT lower(l.pen) p, row_number() OVER () rn FROM l) q JOIN visits v ON v.pen = q.p",
    "a constant": "SELECT v.id FROM (SELECT 'p1' AS p, row_number() OVER () rn FROM l) q JOIN visits v ON v.pen = q.p",
    "a scalar sub-query": "SELECT v.id FROM (SELECT (SELECT max(k.pen) FROM k) AS p, rank() OVER () rn FROM l) q JOIN visits v ON v.pen = q.p",
    "two of them": (
        "SELECT v.id FROM (SELECT concat('v', l.n) AS i, lower(l.pen) AS p, row_number() OVER () rn FROM l) q JOIN visits v ON v.pen = q.p AND v.id = q.i"
    ),
    "NULLs": (
        "SELECT q.p, v.id FROM (SELECT CASE WHEN l.n > 1 THEN l.pen END AS p, row_number() OVER (ORDER BY l.pen, l.n) rn FROM l) q "
        "LEFT JOIN visits v ON v.pen = q.p"
    ),
    "a part of what an API has": (
        "SELECT v.id FROM (SELECT w.detail.pen AS p, row_number() OVER () rn FROM visits w WHERE w.pen = 'p1') q JOIN visits v ON v.pen = q.p"
    ),
    "what is named before": "SELECT v.id FROM (SELECT l.pen AS z, concat(z, '') AS p, row_number() OVER () rn FROM l) q JOIN visits v ON v.pen = q.p",
    "in a WITH": (
        "WITH q AS (SELECT lower(l.pen) AS p, row_number() OVER (ORDER BY l.n, l.pen) rn FROM l) "
        "SELECT v.id, q.rn FROM q JOIN visits v ON v.pen = q.p WHERE q.rn < 3"
    ),
    "what groups are made by": (
        "SELECT v.id, q.c FROM (SELECT w.pen, w.rn, mean(w.rn) AS c FROM (SELECT l.pen, row_number() OVER (ORDER BY l.n) rn FROM l) w "
        "GROUP BY w.pen, w.rn HAVING count(*) = 1) q JOIN visits v ON v.pen = q.pen"
    ),
    "what groups of a WITH within are made by": (
        "SELECT v.id FROM (WITH w AS (SELECT l.pen, rank() OVER (ORDER BY l.n) rn FROM l) SELECT w.pen, rn, count(*) AS c FROM w GROUP BY ALL) q "
        "JOIN visits v ON v.pen = q.pen"
    ),
    "NULLs in groups": (
        "SELECT q.pen, v.id FROM (SELECT k.pen, l.tag, rank() OVER (ORDER BY l.tag) rn FROM l LEFT JOIN k ON k.pen = l.pen GROUP BY k.pen, l.tag) q "
        "LEFT JOIN visits v ON v.pen = q.pen"
    ),
}
"""By what the keys are, a statement: all are answered, with the right rows."""

OTHERS = {
    "another one each time": "SELECT v.id FROM (SELECT concat('p', random()) AS p, row_number() OVER () rn FROM l) q JOIN visits v ON v.pen = q.p",
    "of a sample": (
        "SELECT count(v.id) FROM (SELECT (SELECT z.pen FROM k z USING SAMPLE 1) AS p, count(*) OVER () c FROM k) q JOIN visits v ON v.pen = q.p"
    ),
    "of a window": "SELECT v.id FROM (SELECT concat('p', row_number() OVER ()) AS p FROM l) q JOIN visits v ON v.pen = q.p",
    "of several rows": "SELECT v.id FROM (SELECT unnest([l.pen]) AS p, row_number() OVER () rn FROM l) q JOIN visits v ON v.pen = q.p",
    "of what an outer join fills": (
        "SELECT v.id FROM (SELECT coalesce(k.pen, 'p1') AS p, row_number() OVER () rn FROM l LEFT JOIN k USING (pen)) q JOIN visits v ON v.pen = q.p"
    ),
    "of some of the rows": (
        "SELECT v.id FROM (SELECT lower(l.pen) AS p, row_number() OVER () rn FROM l QUALIFY rn = 1) q JOIN visits v ON v.pen = q.p"
    ),
}
"""What could be another value when it is asked for beforehand."""


@pytest.mark.parametrize("sql", NUMBERED.values(), ids=NUMBERED.keys())
def test_what_stands_beside_a_window_gives_keys(zoo: Any, sql: str) -> None:
    """Each row has it whatever the window says."""
    assert check(zoo, sql) == "same"


@pytest.mark.parametrize("cut", ["USING SAMPLE 1", "LIMIT 1"])
def test_a_value_that_a_sub_query_picks_anew_is_no_key(zoo: Any, cut: str) -> None:
    """Nor is that of any row; of the first in an order it is one."""
    with pytest.raises(PlanError, match="could give other rows each time"):
        zoo.answer(f"SELECT v.id FROM visits v WHERE v.pen = (SELECT l.pen FROM l {cut})")
    assert check(zoo, "SELECT v.id FROM visits v WHERE v.pen = (SELECT l.pen FROM l ORDER BY l.pen LIMIT 1)") == "same"


@pytest.mark.parametrize("sql", OTHERS.values(), ids=OTHERS.keys())
def test_what_may_differ_gives_none(zoo: Any, sql: str) -> None:
    """It is refused, with what to do instead."""
    with pytest.raises(PlanError, match="keep its rows first"):
        zoo.answer(sql)
