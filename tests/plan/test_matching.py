"""A sub-select that names what stands around it gives that its keys where no row there matters without one of it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import duckdb
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
    "before a FULL JOIN": "SELECT v.id, m.id FROM visits v, LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen AND l.tag IS NULL) x FULL JOIN m ON m.n = x.n",
    "before a RIGHT JOIN": "SELECT v.id, m.id FROM visits v, LATERAL (SELECT l.n FROM l WHERE l.pen = v.pen AND false) x RIGHT JOIN m ON m.n = x.n",
    "in an ON that lets rows through": "SELECT v.id FROM visits v, LATERAL (SELECT l.n FROM l LEFT JOIN k ON k.pen = v.pen) x",
}
"""Where there are rows without one of it."""
NEWER = {OTHERS["before a FULL JOIN"], OTHERS["in an ON that lets rows through"]}
"""What only DuckDB 2.0 understands."""


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
    if sql in NEWER and duckdb.__version__.startswith("1."):
        pytest.skip("DuckDB 1.5 takes no column from outside in the ON of an outer join, nor one of a LATERAL in a FULL JOIN")
    with pytest.raises(PlanError):
        zoo.answer(sql)
    where = f"{sql} WHERE v.pen IN ('p1', 'p 3')"
    assert check(zoo, where) == "same"


SELECTED = [
    "l.n", "l.n, l.pen AS p", "DISTINCT l.n", "count(*) AS n", "max(l.n) AS n", "row_number() OVER (ORDER BY l.pen, l.tag, l.n) AS n", "coalesce(l.n, 7) AS n",
]  # fmt: skip
READ = [
    "l", "l", "l", "l JOIN k ON k.pen = l.pen", "l LEFT JOIN k ON k.pen = l.pen", "l FULL JOIN k ON k.pen = l.pen", "l LEFT JOIN k ON k.pen = v.pen",
    "l JOIN k ON k.pen = v.pen", "l SEMI JOIN k ON k.pen = l.pen", "l ANTI JOIN k ON k.pen = l.pen", "l, m", "(SELECT * FROM l) l",
]  # fmt: skip
SAID = [
    "l.pen = v.pen", "v.pen = l.pen AND l.n > 0", "l.pen = v.pen OR l.n = 1", "NOT (l.pen <> v.pen)", "l.pen IS NOT DISTINCT FROM v.pen",
    "l.pen = v.pen AND v.kind = 'food'", "l.pen = v.pen AND l.tag IS NULL", "(l.pen = v.pen) IS NOT FALSE", "l.pen IN (v.pen)", "l.n = v.n",
    "l.pen = v.pen AND false", "v.pen IN (SELECT k.pen FROM k WHERE k.pen = l.pen)",
]  # fmt: skip
BEHIND = [
    "", "", "", "GROUP BY l.n", "GROUP BY ROLLUP (l.n)", "ORDER BY ALL LIMIT 1", "ORDER BY ALL LIMIT 0", "ORDER BY ALL OFFSET 1", "UNION ALL SELECT 3",
    "QUALIFY row_number() OVER (ORDER BY l.n, l.pen, l.tag) = 1",
]  # fmt: skip
AROUND = [
    "visits v, LATERAL ({}) x", "visits v, ({}) x", "visits v CROSS JOIN LATERAL ({}) x", "visits v JOIN LATERAL ({}) x ON x.n = v.n",
    "visits v LEFT JOIN LATERAL ({}) x ON x.n = 1", "m LEFT JOIN (visits v CROSS JOIN LATERAL ({}) x) ON m.n = x.n",
    "(visits v LEFT JOIN LATERAL ({}) x ON true) RIGHT JOIN m ON m.n = x.n", "visits v, LATERAL ({}) x FULL JOIN m ON m.n = x.n",
    "visits v, LATERAL ({}) x LEFT JOIN m ON m.n = x.n", "(visits v CROSS JOIN LATERAL ({}) x) FULL JOIN m ON m.n = x.n",
    "(visits v CROSS JOIN LATERAL ({}) x) ANTI JOIN m ON m.n = x.n",
]  # fmt: skip
WHERE = ["v.pen IN ('p1', 'p 3', '5')", "v.pen IN ('p1', 'p2') OR x.n = 1", "x.n IS NULL AND v.pen IN ('p1', 'p2', '5')", "true", "x.n > 0"]
PICKED = [
    "max(l.pen)", "min(l.pen)", "arg_max(l.pen, l.pen || l.n)", "max(l.tag)", "max(l.n)", "l.pen", "DISTINCT l.pen", "max(l.pen) FILTER (l.n > 1)",
    "coalesce(max(l.pen), 'p1')", "last(l.pen ORDER BY l.n, l.pen)",
]  # fmt: skip
COMPARED = [
    "v.pen = ({})", "({}) = v.pen", "v.pen IN ({})", "v.pen = ANY ({})", "v.n = ({})", "NOT (v.pen <> ({}))", "v.pen = ({}) OR v.pen = 'p1'",
    "v.pen IS NOT DISTINCT FROM ({})", "coalesce(v.pen = ({}), v.pen = 'p1')", "(v.pen = ({})) IS NOT FALSE", "EXISTS ({})", "NOT EXISTS ({})",
]  # fmt: skip
READING = [
    "SELECT v.id FROM visits v WHERE {}", "SELECT m.id, v.id FROM m LEFT JOIN visits v ON {}", "SELECT m.id, v.id FROM visits v RIGHT JOIN m ON {}",
    "SELECT v.id FROM visits v WHERE v.pen IN ('p1', '5', 'p 3') AND {}", "SELECT m.id FROM m ANTI JOIN visits v ON {} AND v.pen IN ('p1', 'p2')",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_random_sub_selects_that_name_what_is_around_them_have_their_rows(zoo: Any, seed: int) -> None:
    """Of every kind, where every kind of join stands around: what is answered is right, and some of it is."""
    pick = random.Random(seed)
    done: Counter[str] = Counter()
    for _ in range(60):
        inner = f"SELECT {pick.choice(SELECTED)} FROM {pick.choice(READ)} WHERE {pick.choice(SAID)} {pick.choice(BEHIND)}"
        done[check(zoo, f"SELECT v.id, x.n FROM {pick.choice(AROUND).format(inner)} WHERE {pick.choice(WHERE)}")] += 1
        inner = f"SELECT {pick.choice(PICKED)} FROM {pick.choice(READ)} WHERE {pick.choice(SAID)}"
        done[check(zoo, pick.choice(READING).format(pick.choice(COMPARED).format(inner)))] += 1

    assert done["same"] > 30
