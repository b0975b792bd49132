"""A sub-select that names what stands around it gives that its keys where no row there matters without one of it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.plan.test_soundness import check

from rowcall.errors import PlanError

NEEDED = {
    "behind a comma": "SELECT v.id, x.n FROM visits v, LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen) x",
    "without the word": "SELECT v.id, x.n FROM visits v, (SELECT l.n FROM l WHERE l.pen = v.pen) x",
    "in a CROSS JOIN": "SELECT v.id, x.n FROM visits v CROSS JOIN LATERAL (SELECT l.n FROM l WHERE v.pen = l.pen AND l.n < v.n) x",
    "in a JOIN": "SELECT v.id, x.n FROM visits v JOIN LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen) x ON x.n = v.n",
    "in a LEFT JOIN that is an inner one": (
        "SELECT v.id FROM visits v LEFT JOIN LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen) x ON true WHERE x.n > 0"
    ),
    "by a join within": "SELECT v.id FROM visits v, LATERAL (SELECT l.n FROM l JOIN k ON k.pen = l.pen AND k.pen = v.pen) x",
    "with LIMIT": "SELECT v.id FROM visits v, LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen ORDER BY l.n LIMIT 1) x",
    "with OFFSET": "SELECT v.id, x.n FROM visits v, LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen ORDER BY l.n OFFSET 1) x",
    "with DISTINCT": "SELECT v.id, x.n FROM visits v, LATERAL (SELECT DISTINCT l.n FROM l WHERE l.pen = v.pen) x",
    "with a window": "SELECT v.id, x.rn FROM visits v, LATERAL (SELECT row_number() OVER (ORDER BY l.n) rn FROM l WHERE l.pen = v.pen) x",
    "of a sub-select": "SELECT v.id, x.n FROM visits v, LATERAL (SELECT y.n FROM (SELECT l.n, l.pen AS q FROM l) y WHERE y.q = v.pen) x",
    "of the API itself": "SELECT v.id, w.id FROM visits v, LATERAL (SELECT w.id FROM visits w JOIN l USING (pen) WHERE w.pen = v.pen) w",
    "within what an outer join fills": (
        "SELECT m.kind, v.id FROM m LEFT JOIN (visits v CROSS JOIN LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen) x) ON x.n = m.n"
    ),
    "beside one whose rows are totals": (
        "SELECT v.id, s.pen, x.t FROM visits v LEFT JOIN LATERAL (SELECT k.pen AS t FROM k WHERE (v.kind = 'food') IS NOT FALSE "
        "GROUP BY ROLLUP (k.pen)) x ON true JOIN l s ON s.pen = x.t AND s.pen = v.pen"
    ),
}
"""By where it stands, a statement: all are answered, with the right rows."""

ONE = {
    "in order": "SELECT v.id FROM visits v WHERE v.pen = (SELECT l.pen FROM l WHERE l.n = v.n ORDER BY l.n, l.pen LIMIT 1)",
    "by a window": (
        "SELECT v.id FROM visits v WHERE v.pen = (SELECT l.pen FROM l WHERE l.n = v.n QUALIFY row_number() OVER (ORDER BY l.pen, l.tag) = 1)"
    ),
    "the greatest": "SELECT v.id FROM visits v WHERE v.pen = (SELECT max(l.pen) FROM l WHERE l.n = v.n)",
    "on the left": "SELECT v.id FROM visits v WHERE (SELECT max(l.pen) FROM l WHERE l.n = v.n) = v.pen",
    "that of the greatest": "SELECT v.id FROM visits v WHERE v.pen = (SELECT arg_max(l.pen, l.tag) FROM l WHERE l.n = v.n)",
    "in a list": "SELECT v.id FROM visits v WHERE v.pen IN (SELECT min(l.pen) FROM l WHERE l.n = v.n)",
    "of another column": "SELECT v.id FROM visits v WHERE v.n = (SELECT max(l.n) FROM l WHERE l.pen = v.pen)",
    "of the API": "SELECT v.id FROM visits v WHERE v.n = (SELECT max(w.n) FROM visits w WHERE w.pen = v.pen AND w.pen IN ('p1', 'p2'))",
    "in a LEFT JOIN": "SELECT l.tag, v.id FROM l LEFT JOIN visits v ON v.pen = (SELECT max(m.pen) FROM m WHERE m.n = l.n)",
    "of what an outer join fills": (
        "SELECT v.id FROM visits v WHERE v.pen = (SELECT min(k.pen) FROM l LEFT JOIN k USING (pen) WHERE l.n = v.n)"
    ),
}
"""By which of several rows it is of, a statement with a sub-query that gives one value and names what is around it."""

OTHERS = {
    "in a LEFT JOIN": "SELECT v.id FROM visits v LEFT JOIN LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen) x ON true",
    "of an aggregate": "SELECT v.id, x.c FROM visits v, LATERAL (SELECT count(*) AS c FROM l WHERE l.pen = v.pen) x",
    "of a UNION": "SELECT v.id, x.n FROM visits v, LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen UNION ALL SELECT 3) x",
    "in an ON that lets rows through": "SELECT v.id FROM visits v, LATERAL (SELECT l.n FROM l LEFT JOIN k ON k.pen = v.pen) x",
}
"""Where there are rows without one of it."""


@pytest.mark.parametrize("sql", NEEDED.values(), ids=NEEDED.keys())
def test_a_lateral_gives_keys_to_what_it_names(zoo: Any, sql: str) -> None:
    """As EXISTS of it would."""
    assert check(zoo, sql) == "same"


@pytest.mark.parametrize("sql", ONE.values(), ids=ONE.keys())
def test_a_value_of_one_of_several_rows_is_one_of_theirs(zoo: Any, sql: str) -> None:
    """So keys come of all of these, which DuckDB cannot be asked for by itself."""
    assert check(zoo, sql) == "same"


@pytest.mark.parametrize(
    "value",
    ["count(*)", "max(l.pen || 'x')", "max(l.pen, 2)[1]", "string_agg(l.pen)", "max(nc.pen)"],
)
def test_another_value_of_several_rows_is_none_of_theirs(zoo: Any, value: str) -> None:
    """Nor one that compares otherwise."""
    with pytest.raises(PlanError):
        zoo.answer(f"SELECT v.id FROM visits v WHERE v.pen = (SELECT {value} FROM l, nc WHERE l.n = v.n)")


@pytest.mark.parametrize("sql", OTHERS.values(), ids=OTHERS.keys())
def test_a_lateral_without_a_row_may_leave_rows(zoo: Any, sql: str) -> None:
    """Then its values are no keys, and with another condition the rows are all there."""
    with pytest.raises(PlanError):
        zoo.answer(sql)
    where = f"{sql} WHERE v.pen IN ('p1', 'p 3')"
    assert check(zoo, where) == "same"
