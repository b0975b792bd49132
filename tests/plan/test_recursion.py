"""What a recursive query reads of its own rows gives keys where each step hands them on, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from tests.plan.test_soundness import check

HANDED_ON = {
    "the column itself": (
        "WITH RECURSIVE w(p, n) AS (SELECT pen, n FROM visits WHERE pen IN ('p1', 'p2') AND n = 0 "
        "UNION ALL SELECT w.p, v.n FROM w JOIN visits v ON v.pen = w.p AND v.n = w.n + 1) FROM w"
    ),
    "what equals it": (
        "WITH RECURSIVE w AS (SELECT pen, n FROM visits WHERE pen = 'p1' AND n = 0 "
        "UNION SELECT v.pen, v.n FROM visits v JOIN w USING (pen) WHERE v.n = w.n + 1) FROM w"
    ),
    "a whole number": (
        "WITH RECURSIVE w AS (SELECT size, 0 AS depth FROM pens WHERE id IN ('p1', 'P1', '5') "
        "UNION ALL SELECT p.size, depth + 1 FROM w, pens p WHERE p.size = w.size AND depth < 2) FROM w"
    ),
    "two at once": (
        "WITH RECURSIVE w AS (SELECT pen AS a, id AS b, 0 AS depth FROM visits WHERE pen IN ('p1', 'p2') "
        "UNION ALL SELECT a, b, depth + 1 FROM w JOIN visits v ON v.pen = w.a AND v.id = w.b WHERE depth < 2) FROM w"
    ),
    "of a constant": (
        "WITH RECURSIVE w AS (SELECT 'p1' AS pen, 0 AS n UNION ALL SELECT w.pen, v.n FROM w, visits v WHERE v.pen = w.pen AND v.n = w.n + 1) FROM w"
    ),
    "of groups": (
        "WITH RECURSIVE w AS (SELECT pen, min(n) AS n FROM l GROUP BY pen HAVING min(n) < 3 "
        "UNION ALL SELECT w.pen, w.n + 1 FROM w JOIN visits v USING (pen) WHERE w.n < 3) FROM w"
    ),
    "of a local table, by what equals it": (
        "WITH RECURSIVE w AS (SELECT pen, tag, 0 AS depth FROM l "
        "UNION SELECT v.pen, w.tag, depth + 1 FROM w JOIN visits v ON v.pen = w.pen WHERE depth < 2) FROM w"
    ),
    "by several steps": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM k UNION ALL (SELECT w.pen, w.n + 1 FROM w JOIN visits v USING (pen) WHERE w.n < 2 "
        "UNION SELECT w.pen, w.n + 2 FROM w WHERE w.n < 2)) FROM w"
    ),
    "through a window and DISTINCT ON": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM k UNION ALL (SELECT DISTINCT ON (w.pen) w.pen, w.n + count(*) OVER () FROM w "
        "JOIN visits v USING (pen) WHERE w.n < 5 ORDER BY ALL)) FROM w"
    ),
    "of other names where it is read": (
        "WITH RECURSIVE w(a) AS (SELECT pen, 0 FROM k UNION ALL SELECT x, y + 1 FROM w AS q(x, y) JOIN visits v ON v.pen = x WHERE y < 2) FROM w"
    ),
    "by a step that reads the API in EXISTS": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM l UNION SELECT w.pen, w.n + 1 FROM w "
        "WHERE w.n < 3 AND EXISTS (SELECT 1 FROM visits v WHERE v.pen = w.pen AND v.n = w.n)) FROM w"
    ),
    "read in a sub-select and a LATERAL": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM k UNION ALL SELECT w.pen, s.n + 1 FROM w, LATERAL (SELECT v.n FROM visits v "
        "WHERE v.pen = w.pen AND v.n = w.n) s JOIN (SELECT keepers.pen FROM keepers) p ON p.pen = w.pen) FROM w"
    ),
    "beside another reading of its rows": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM k UNION ALL SELECT w.pen, w.n + 1 FROM w, (SELECT v.pen FROM w x JOIN visits v USING (pen)) s "
        "WHERE s.pen = w.pen AND w.n < 2) FROM w"
    ),
    "into a step that keeps rows": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM l UNION SELECT w.pen, coalesce(v.n, 0) + w.n + 1 FROM w LEFT JOIN visits v USING (pen) "
        "WHERE w.n < 2) FROM w"
    ),
}


@pytest.mark.parametrize("sql", HANDED_ON.values(), ids=HANDED_ON.keys())
def test_what_each_step_hands_on_gives_keys(zoo: Any, sql: str) -> None:
    """The values are those of the first side, and the rows those over the whole tables."""
    assert check(zoo, sql) == "same"


MADE_ANEW = {
    "another column": (
        "WITH RECURSIVE w AS (SELECT pen, n FROM visits WHERE pen = 'p1' UNION SELECT v.kind, v.n FROM w JOIN visits v ON v.pen = w.pen) FROM w"
    ),
    "an expression": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM k UNION ALL SELECT upper(w.pen), w.n + 1 FROM w JOIN visits v ON v.pen = w.pen WHERE w.n < 2) FROM w"
    ),
    "by one of two steps": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM k UNION ALL (SELECT w.pen, w.n + 1 FROM w JOIN visits v USING (pen) WHERE w.n < 2 "
        "UNION ALL SELECT upper(w.pen), w.n + 1 FROM w WHERE w.n < 2)) FROM w"
    ),
    "a side that is filled with NULLs": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM k UNION ALL SELECT w.pen, coalesce(w.n, l.n) + 1 FROM l LEFT JOIN w ON w.pen = l.pen "
        "JOIN visits v ON v.pen IS NOT DISTINCT FROM w.pen WHERE l.n < 1 AND coalesce(w.n, 0) < 1) FROM w"
    ),
    "a row of two": (
        "WITH RECURSIVE w AS (SELECT pen AS a, id AS b, 0 AS n FROM visits WHERE pen IN ('p1', 'p2') "
        "UNION SELECT x.a, y.b, x.n + 1 FROM w x, w y JOIN visits v ON v.pen = y.a WHERE x.n < 1) FROM w"
    ),
    "a group": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM l UNION (SELECT w.pen, max(w.n) + 1 FROM w JOIN visits v USING (pen) WHERE w.n < 2 "
        "GROUP BY ROLLUP (w.pen))) FROM w"
    ),
    "rows of a key": (
        "WITH RECURSIVE w USING KEY (pen) AS (SELECT pen, 0 AS n FROM k UNION SELECT w.pen, w.n + 1 FROM w JOIN visits v USING (pen) WHERE w.n < 2) FROM w"
    ),
    "what begins with several queries": (
        "WITH RECURSIVE w AS ((SELECT pen, 0 AS n FROM k UNION ALL SELECT 'p1', 0) UNION ALL SELECT w.pen, w.n + 1 FROM w JOIN visits v USING (pen) WHERE w.n < 2) FROM w"
    ),
    "a collation": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM nc UNION ALL SELECT v.pen, w.n + 1 FROM w JOIN visits v ON v.pen = w.pen WHERE w.n < 2) FROM w"
    ),
    "a collation of what is joined": (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM k UNION ALL SELECT nc.pen, w.n + 1 FROM w JOIN nc ON nc.pen = w.pen "
        "JOIN visits v ON v.pen = w.pen WHERE w.n < 2) FROM w"
    ),
    "what DISTINCT ON leaves": (
        "WITH RECURSIVE w AS ((SELECT DISTINCT ON (tag) pen, tag, 0 AS n FROM l ORDER BY tag, pen) "
        "UNION ALL SELECT w.pen, w.tag, w.n + 1 FROM w JOIN visits v USING (pen) WHERE w.n < 2) FROM w"
    ),
}


@pytest.mark.parametrize("sql", MADE_ANEW.values(), ids=MADE_ANEW.keys())
def test_what_a_step_makes_anew_gives_none(zoo: Any, sql: str) -> None:
    """The statement is refused, though DuckDB has an answer over the whole tables."""
    assert check(zoo, sql) == "refused"


def test_a_condition_does_not_drop_what_equals_a_value_by_a_collation(zoo: Any) -> None:
    """A step that hands on another spelling of one column leaves the keys in the other column as they are."""
    sql = (
        "WITH RECURSIVE w AS (SELECT nc.pen AS a, k.pen AS b, 0 AS n, '' AS id FROM nc, k WHERE nc.tag = 'a' AND nc.pen = 'p1' "
        "UNION ALL SELECT m.pen, w.b, w.n + 1, v.id FROM w JOIN m ON m.pen = w.a LEFT JOIN visits v ON v.pen = w.b AND ascii(w.a) = 112 "
        "WHERE w.n < 2) FROM w"
    )

    assert check(zoo, sql) != "invalid"


def test_of_a_first_side_without_rows_nothing_is_asked(zoo: Any) -> None:
    """There is no step then."""
    sql = (
        "WITH RECURSIVE w AS (SELECT pen, 0 AS n FROM l WHERE tag = 'none' UNION ALL SELECT w.pen, w.n + 1 FROM w JOIN visits v USING (pen)) "
        "FROM w"
    )
    (scan,) = zoo.scans(sql)

    assert scan.calls == ()
