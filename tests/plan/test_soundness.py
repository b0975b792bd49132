"""Statements that once went wrong: the rows that their calls fetch, read by DuckDB, are those of DuckDB over everything the API holds.

Random ones are in tests/fuzz.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import duckdb
import pytest
from tests.plan.conftest import ROWS

from rowcall.errors import EngineError, PlanError, UnsupportedSQLError
from rowcall.sql.statements import parameters
from rowcall.sql.tokens import tokenize

GIVEN = {"t": "p1", "u": "p2", "i": 5, "none": None}


def check(zoo: Any, sql: str) -> str:
    """What became of a statement: same, refused, failed or invalid; AssertionError where the rows differ."""
    if "ASOF" in sql and "POSITIONAL" in sql:
        return "invalid"  # DuckDB 1.5.6 crashes on the two together
    used = {token.text: GIVEN[token.text] for token in parameters(tokenize(sql))}
    try:
        expected = zoo.truth(sql, used)
    except duckdb.Error:
        return "invalid"
    try:
        actual = zoo.answer(sql, used)
    except (PlanError, UnsupportedSQLError):
        return "refused"
    except EngineError:
        return "failed"  # such as a conversion that the whole tables let DuckDB leave out
    if " nc" in sql:  # a DISTINCT over its collation keeps any spelling
        actual, expected = (Counter(map(str.casefold, rows.elements())) for rows in (actual, expected))
    assert actual == expected, sql
    return "same"


TRICKY = {
    "two texts that equal one number": (
        "SELECT p.id FROM pens p JOIN (VALUES ('05'), ('2')) x(a) ON x.a = p.size JOIN (VALUES ('5'), ('02')) y(a) ON y.a = p.size"
    ),
    "one of them a literal": "SELECT p.id FROM pens p JOIN (VALUES ('05'), ('2')) x(a) ON x.a = p.size WHERE p.size IN ('5', '02')",
    "the same in a correlated sub-query": (
        "SELECT p.id FROM pens p WHERE p.size = (SELECT max(x.a) FROM (VALUES ('05', '5'), ('2', '02')) x(a, b) WHERE x.b = p.size)"
    ),
    "the same with a number that is none": (
        "SELECT p.id FROM pens p WHERE p.size = (SELECT max(x.a) FROM (VALUES ('5.4', 5.0), ('2', 2.0)) x(a, b) WHERE x.b = p.size)"
    ),
    "what cannot be compared with the other column of a sub-query": (
        "SELECT v.id FROM visits v WHERE v.pen = 'p1' AND v.n = (SELECT max(l.tag) FROM l WHERE l.n = v.n AND l.pen = v.id)"
    ),
    "columns with other names that both equal one around their sub-select": (
        "SELECT q.x FROM (SELECT r.pen AS x, r.name AS a, r.id AS b FROM keepers r(pen, name, id)) q JOIN pens z ON z.id = q.a AND z.id = q.b"
    ),
    "columns of both sides of an ASOF JOIN that do": (
        "SELECT q.i, q.j FROM (SELECT a.id AS i, b.id AS j, a.pen AS x, b.pen AS y FROM k, visits a ASOF JOIN keepers b ON a.id > b.id "
        "WHERE a.pen IN ('p1', 'p2')) q JOIN pens z ON z.id = q.x AND z.id = q.y"
    ),
    "a LATERAL that cannot be read, beside a table with keys": (
        "SELECT v.id FROM k o JOIN visits v ON v.pen = o.pen, LATERAL (SELECT 1 AS r FROM (SELECT * FROM l LIMIT 10) l WHERE l.pen = v.pen) x"
    ),
    "keys of a FULL JOIN with a condition on ALL, which DuckDB 2.0's optimizer breaks on": (
        "SELECT v.id FROM l JOIN visits v ON v.pen = l.pen WHERE v.pen IN (SELECT x.pen FROM l AS c "
        "FULL JOIN (SELECT 'p1' AS pen, 0 AS n UNION ALL SELECT 'p2' AS pen, 1 AS n) AS x ON c.tag = x.pen "
        "WHERE c.tag <> ALL (FROM l a JOIN l b ON a.tag = b.pen SELECT a.pen))"
    ),
    "keys from what an outer join fills in a sub-select with a window function, and what is made of the NULLs there": (
        "SELECT s.tag, v.id, w.id FROM (SELECT l.tag, k.pen, l.pen AS own, row_number() OVER (ORDER BY l.pen, l.tag) AS nr FROM l LEFT JOIN k ON k.pen = l.pen) s "
        "JOIN visits v ON v.pen = coalesce(s.pen, s.own) LEFT JOIN visits w ON w.pen = s.pen AND s.tag = 'a' WHERE s.tag IN ('a', 'c')"
    ),
    "conditions that are compared with TRUE or FALSE": (
        "SELECT v.id, x.tag FROM visits v LEFT JOIN l x USING (pen) WHERE (x.pen = 'p1') = false AND true <> (v.n > 3) "
        "AND v.id IN (SELECT w.id FROM visits w WHERE ((w.pen IN ('p1', 'p2')) = true) OR false = ((w.pen <> 'p 3')))"
    ),
    "comparisons that are not false, or not true, with a column that has a value and with one that may be NULL": (
        "SELECT v.id, l.tag FROM l LEFT JOIN visits v ON v.pen = l.pen AND ('p1' = (l.pen)) IS NOT FALSE WHERE (l.n > 1) IS NOT TRUE "
        "UNION ALL SELECT v.id, v.kind FROM visits v WHERE (v.pen <> 'p1') IS NOT TRUE AND (v.kind = 'food') IS NOT FALSE"
    ),
    "one that TRUE is compared with in a list": "SELECT v.id FROM visits v WHERE true = ANY (SELECT v.pen = l.pen FROM l) AND v.pen IN ('p1', 'p2')",
    "a column with a collation that is no key, on which there is a condition around its sub-select": (
        "SELECT s.id, s.other FROM (SELECT nc.pen AS other, v.id FROM nc JOIN l ON l.tag = nc.tag JOIN visits v ON v.pen = l.pen) s JOIN k ON k.pen = s.other "
        "WHERE s.other = 'P2' OR s.other = 'p1'"
    ),
    "the same around a PIVOT": (
        "SELECT * FROM (PIVOT (SELECT nc.tag AS what, nc.pen AS other, v.id FROM nc JOIN l ON l.tag = nc.tag JOIN visits v ON v.pen = l.pen) "
        "ON what IN ('a') USING count(*) GROUP BY other) WHERE other = 'p1' OR other = 'P2'"
    ),
    "the same under a UNION": (
        "SELECT s.id FROM (SELECT nc.pen AS other, v.id FROM nc JOIN l ON l.tag = nc.tag JOIN visits v ON v.pen = l.pen UNION ALL SELECT 'p1', 'x') s "
        "JOIN (SELECT pen FROM k) k ON k.pen = s.other"
    ),
    "the same of two outer joins, and of one within the other": (
        "SELECT s.nr, v.id FROM (SELECT k.pen AS a, m.pen AS b, l.pen AS c, row_number() OVER (ORDER BY l.pen, l.tag, m.id) AS nr "
        "FROM l LEFT JOIN (k LEFT JOIN m ON m.pen = k.pen AND m.n > 1) ON k.pen = l.pen) s JOIN visits v ON v.pen = s.b OR v.pen = s.a OR (v.pen = s.c AND s.a IS NULL)"
    ),
    "the same of a FULL and a RIGHT JOIN": (
        "SELECT v.id, w.id FROM (SELECT l.pen AS a, m.pen AS b, count(*) OVER () AS c FROM l FULL JOIN m ON l.pen = m.pen) s JOIN visits v ON v.pen = s.b, "
        "(SELECT q.pen AS p, x.pen AS r, count(*) OVER () AS c FROM k q RIGHT JOIN l x ON x.pen = q.pen) t JOIN visits w ON w.pen = coalesce(t.p, t.r) WHERE s.a IS NULL"
    ),
    "a sub-select of which a column is compared with what is not read": (
        "SELECT s.id, w.id FROM (SELECT l.tag, l.n, v.id FROM l JOIN visits v ON v.pen = l.pen) s JOIN visits w ON w.n = s.n AND w.kind > s.tag WHERE w.pen IN ('p1', 'p2', '5')"
    ),
    "table functions without an alias, one within a sub-select, and one whose alias would be the name of its column": (
        "SELECT v.id, n FROM query_table('l') JOIN visits v USING (pen, n), range(2) "
        "WHERE v.n >= range AND v.pen IN (SELECT pen FROM query_table(['l', 'l']) WHERE tag IN ('a', 'b'))"
    ),
    "casts of columns to the types that they have, in ON, WHERE and what a sub-select gives": (
        "SELECT v.id, l.tag FROM visits v JOIN (SELECT pen::TEXT AS key, tag, n FROM l) l ON CAST(v.pen AS VARCHAR(2)) = l.key::STRING "
        "WHERE v.n::INT8 = l.n::BIGINT OR (v.pen::TEXT, TRY_CAST(v.kind AS TEXT)) IN (('p1', 'food'), ('p2', NULL))"
    ),
    "casts to other types, and of a column that has a collation": (
        "SELECT v.id, q.tag FROM visits v JOIN nc q ON v.pen::TEXT = q.pen::VARCHAR "
        "WHERE v.pen IN ('p1', 'P1', 'p2', '5', '05') AND (TRY_CAST(v.pen AS INTEGER) = 5 OR v.n::UTINYINT::BIGINT = 1)"
    ),
    "a cast in a sub-select, whose column then is called by the cast": (
        "SELECT v.id FROM visits v WHERE v.pen IN (SELECT l.pen::TEXT FROM l WHERE l.tag = 'a') "
        "AND EXISTS (SELECT 1 FROM (SELECT m.id::VARCHAR, m.pen AS id FROM m) s WHERE s.id = v.pen)"
    ),
    "a column that is required, and NULL for what an outer join or ROLLUP fills": (
        "SELECT s.t, q.t, r.t FROM (SELECT v.pen AS t FROM l LEFT JOIN visits v ON v.pen = l.pen) s, "
        "(SELECT pen AS t, count(*) FROM visits WHERE pen IN ('p1', 'p2') GROUP BY ROLLUP (pen)) q, (SELECT pen AS t FROM visits) r "
        "WHERE (s.t = 'p1' OR s.t IS NULL) AND (q.t = 'p2' OR q.t IS NULL) AND (r.t = 'p1' OR r.t IS NULL)"
    ),
    "an outer join within a sub-select whose rows of NULLs are dropped around it": (
        "SELECT s.id FROM (SELECT v.id, l.pen, l.n FROM visits v LEFT JOIN l ON l.pen = v.pen) s JOIN k ON k.pen = s.pen WHERE s.n IS NULL OR s.n = 0"
    ),
    "the same within a WITH that is also read as it is": (
        "WITH s AS (SELECT v.id, l.pen FROM l RIGHT JOIN visits v ON l.pen = v.pen) SELECT a.id, b.id FROM s a LEFT JOIN s b ON a.pen = b.pen WHERE a.pen = 'p1'"
    ),
    "the same within what IN looks in, and what NOT IN does": (
        "SELECT k.pen FROM k WHERE k.pen IN (SELECT l.pen FROM visits v LEFT JOIN l ON l.pen = v.pen WHERE l.n IS NULL OR v.n = 2) "
        "AND k.pen NOT IN (SELECT w.pen FROM l LEFT JOIN visits w ON l.pen = w.pen WHERE l.tag = 'b')"
    ),
    "the same under ROLLUP, whose totals are dropped too": (
        "SELECT * FROM (SELECT l.pen, count(*) AS c FROM visits v LEFT JOIN l ON l.pen = v.pen GROUP BY ROLLUP (l.pen)) s WHERE s.pen <> 'p2'"
    ),
    "the same around UNPIVOT, on a column that it hands on": (
        "SELECT * FROM (UNPIVOT (SELECT v.id, v.kind, l.pen, l.n FROM visits v LEFT JOIN l ON l.pen = v.pen) ON id, kind INTO NAME what VALUE moment) WHERE pen = 'p1'"
    ),
    "the same around PIVOT, on one that it groups by": (
        "SELECT * FROM (PIVOT (SELECT l.tag, v.kind, v.id FROM visits v LEFT JOIN l ON l.pen = v.pen) ON kind IN ('food', 'care') USING count(*), max(id) GROUP BY tag) s "
        "JOIN l x ON x.tag = s.tag"
    ),
    "a WITH of which one use alone is pivoted, and drops rows of NULLs": (
        "WITH q AS (SELECT v.id, v.kind, l.pen FROM visits v LEFT JOIN l ON l.pen = v.pen WHERE v.pen IN ('p1', 'p2')) "
        "SELECT u.*, q.id FROM (UNPIVOT q ON id, kind INTO NAME what VALUE moment) u RIGHT JOIN q ON q.pen = u.pen AND u.pen = 'p1'"
    ),
    "a row of NULLs in UNPIVOT, and one made of them": (
        "SELECT * FROM (UNPIVOT (SELECT v.id, l.tag AS t, l.pen FROM visits v LEFT JOIN l ON l.pen = v.pen WHERE v.pen IN ('p1', 'p2')) ON id, t INTO NAME tag VALUE moment) "
        "WHERE tag = 'id' AND coalesce(pen, 'p1') = 'p1'"
    ),
    "the same before a sample of it": (
        "SELECT s.id FROM (SELECT v.id, l.pen FROM l RIGHT JOIN visits v ON l.pen = v.pen) s TABLESAMPLE 100% WHERE s.pen IS NOT NULL"
    ),
    "an ASOF LEFT JOIN whose rows of NULLs are dropped": (
        "SELECT v.id, l.tag FROM visits v ASOF LEFT JOIN l ON v.pen = l.pen AND v.n >= l.n WHERE l.tag = 'a'"
    ),
    "a sub-query in the ON of a LEFT JOIN, around which NULLs in place of a row are let through": (
        "SELECT l.tag, m.id FROM l LEFT JOIN m ON m.pen = l.pen AND l.pen IN (SELECT v.pen FROM visits v) WHERE m.kind IS NULL OR m.kind = 'food'"
    ),
    "one in the ON of a FULL JOIN, and a condition on one of its sides": (
        "SELECT l.tag, m.id FROM l FULL JOIN m ON m.pen = l.pen AND EXISTS (FROM visits v WHERE v.pen = l.pen) WHERE l.n IS NULL OR l.n = 1"
    ),
    "one in the ON of a LEFT JOIN whose rows another one keeps": (
        "SELECT k.pen, m.id FROM k LEFT JOIN (l LEFT JOIN m ON m.pen = l.pen AND m.pen IN (SELECT v.pen FROM visits v)) ON k.pen = l.pen"
    ),
    "an outer join that DuckDB 2.0 counts behind a LIMIT that it leaves out": (
        "SELECT b.id FROM keepers b WHERE b.pen IN (SELECT o.pen FROM l o LEFT JOIN l i ON i.tag = o.tag AND o.tag >= 'z') "
        "AND b.id IN (SELECT id FROM keepers a)"
    ),
    "an ON behind a comma that drops what an outer join before it fills with NULLs": (
        "SELECT v.id FROM visits v LEFT JOIN l ON v.pen = l.pen, (SELECT 1) x SEMI JOIN k ON l.pen = k.pen"
    ),
    "the same, and a LEFT JOIN within what stands behind the comma": (
        "SELECT v.id, k.pen FROM visits v LEFT JOIN l ON v.pen = l.pen, m x JOIN k ON l.pen = k.pen LEFT JOIN nc ON l.pen = nc.pen"
    ),
    "an ON behind a comma that keeps what an outer join before it fills with NULLs": (
        "SELECT v.id, k.pen FROM l LEFT JOIN visits v ON v.pen = l.pen, (SELECT 1) x LEFT JOIN k ON l.pen = k.pen"
    ),
    "a column found through one with a collation": (
        "SELECT v.id FROM visits v JOIN m ON m.pen = v.pen JOIN nc ON nc.pen = v.pen JOIN l ON l.pen = nc.pen WHERE v.pen IN ('p1', 'P1', 'p2')"
    ),
    "a column that equals one with a collation, and one without": "SELECT v.id FROM visits v JOIN m ON m.pen = v.pen JOIN nc ON nc.pen = v.pen",
    "a LIMIT of a UNION that is ordered by its column": (
        "SELECT id FROM visits WHERE pen IN (SELECT pen FROM l UNION SELECT pen FROM k ORDER BY pen DESC NULLS LAST LIMIT 2)"
    ),
    "a row with NULL for what every method needs": (
        "SELECT id FROM visits WHERE (pen, id) IN (('p1', 'v0'), (NULL, 'v1'), ('p2', NULL)) OR (pen, id) = (NULL, 'v2')"
    ),
    "a row with NULL for what one method alone needs": "SELECT id FROM keepers WHERE (pen, id) IN (('p1', 'k0'), (NULL, 'k1'), ('p2', NULL))",
    "IS NULL for what every method needs, and another side of OR": (
        "SELECT id FROM visits WHERE pen = 'p1' OR pen IS NULL OR pen IS NOT DISTINCT FROM $none"
    ),
    "the same where an outer join makes it NULL": (
        "SELECT l.pen, v.id FROM l LEFT JOIN visits v ON v.pen = l.pen AND v.id = 'v1' WHERE v.pen IS NULL OR v.pen = 'p1'"
    ),
    "the same in NOT EXISTS": "SELECT pen FROM l WHERE NOT EXISTS (FROM visits v WHERE v.pen = l.pen OR v.pen IS NULL)",
    "IS NULL beside a key": "SELECT id FROM visits WHERE pen = 'p1' AND (kind IS NULL OR kind = 'food')",
    "a WITH whose uses say different things": (
        "WITH q AS (SELECT id, pen, kind FROM visits) SELECT a.id FROM q a JOIN l ON l.pen = a.pen JOIN q b ON b.id = a.id "
        "WHERE b.pen IN ('p1', 'p2') AND (a.kind = 'food' OR a.kind IS NULL)"
    ),
    "one use of which has no row": (
        "WITH q AS (SELECT id, pen, kind FROM visits WHERE pen IN ('p1', 'p2')) "
        "SELECT a.id, b.id FROM q a LEFT JOIN (SELECT * FROM q WHERE pen = 'P1') b ON b.id = a.id WHERE a.pen = 'p1'"
    ),
    "keys of a SAMPLE of what is bound": (
        "SELECT k.id FROM (SELECT * FROM visits WHERE pen = 'p1') v TABLESAMPLE reservoir(1000 ROWS) JOIN keepers k ON k.pen = v.pen"
    ),
    "keys of a SAMPLE within a sub-select": (
        "SELECT v.id FROM (SELECT pen, tag FROM l WHERE tag <> 'c' USING SAMPLE 1000 ROWS) s JOIN visits v ON v.pen = s.pen WHERE s.tag = 'a'"
    ),
    "two comparisons with brackets, which no NULL satisfies": (
        "SELECT l.tag, v.id FROM l LEFT JOIN visits v ON v.kind = l.tag OR v.n = l.n WHERE 'p1' <= (v.pen) AND (v.pen) <= 'p1'"
    ),
    "a condition around UNPIVOT": (
        "SELECT u.* FROM (UNPIVOT (SELECT pen, id, kind FROM visits) ON id, kind INTO NAME what VALUE moment) u WHERE u.pen IN ('p1', 'p2') AND moment <> 'v1'"
    ),
    "one around UNPIVOT behind a sub-select": (
        "SELECT * FROM (SELECT pen, id, kind FROM visits) UNPIVOT INCLUDE NULLS (moment FOR what IN (id, kind)) u JOIN l ON l.pen = u.pen"
    ),
    "one on what UNPIVOT of a resource calls like a column of it": (
        "SELECT * FROM visits UNPIVOT (kind FOR w IN (id, kind)) WHERE pen = 'p1' AND kind = 'v0'"
    ),
    "one on what UNPIVOT makes": "SELECT * FROM (UNPIVOT (SELECT pen, kind FROM visits) ON pen, kind INTO NAME what VALUE moment) WHERE moment = 'p1'",
    "a condition around PIVOT": (
        "SELECT * FROM (PIVOT (SELECT pen, kind, id FROM visits) ON kind IN ('food', 'care') USING count(*) AS c, max(id) AS m GROUP BY pen) WHERE pen = 'p1'"
    ),
    "one on what it groups by without saying so": (
        "WITH p AS (PIVOT (SELECT pen, kind FROM visits) ON kind IN ('food', 'care') USING count(*)) SELECT p.* FROM p JOIN l USING (pen) WHERE food > 0"
    ),
    "one on a column that it makes": (
        "SELECT * FROM (SELECT pen, kind, id FROM visits WHERE pen IN ('p1', 'p2')) PIVOT (max(pen) FOR kind IN ('food', 'care') GROUP BY id) WHERE food = 'p1'"
    ),
    "one on a column of a name that it makes": (
        "SELECT * FROM (PIVOT (SELECT pen, kind, id FROM visits) ON kind IN ('pen', 'food') USING max(id) GROUP BY pen) x WHERE x.pen = 'p1'"
    ),
    "one around PIVOT of values that it finds": (
        "SELECT * FROM (PIVOT (SELECT pen, kind FROM visits WHERE pen IN ('p1', 'p2')) ON kind USING count(*) GROUP BY pen) WHERE pen = 'p1'"
    ),
    "a query of NULLs alone": "SELECT id FROM visits WHERE pen = 'p1' AND id IN (SELECT id FROM m WHERE id IS NULL)",
    "the middle table of two USING lacks a key": "SELECT v.id FROM lv LEFT JOIN k USING (pen) JOIN visits v USING (pen)",
    "a merged column of a RIGHT JOIN": "SELECT v.id, pen FROM l RIGHT JOIN visits v USING (pen) WHERE pen = 'p1'",
    "a comma binds weaker than NATURAL JOIN": "SELECT v.id FROM visits v, l NATURAL JOIN k WHERE v.pen IN ('p1', 'p2')",
    "a comma binds weaker than USING": "SELECT v.id FROM visits v, l JOIN k USING (pen) WHERE v.pen IN ('p1', 'p2')",
    "a WITH within hides a table": "SELECT * FROM (WITH k AS (SELECT 'p1' AS pen) SELECT v.id FROM k JOIN visits v USING (pen) WHERE v.pen IN ('p1', 'p2'))",
    "a WITH that reads the API hides a table": (
        "WITH k AS (SELECT pen FROM keepers WHERE id = 'k0') SELECT v.id FROM k JOIN visits v USING (pen) WHERE v.pen IN ('p1', 'p2')"
    ),
    "a sub-select reads a WITH": "WITH k AS (SELECT 'p1' AS pen) SELECT id FROM visits WHERE pen IN (SELECT pen FROM k)",
    "the table is named in a schema, and a WITH has its name": "WITH k AS (SELECT 'p1' AS pen) SELECT v.id FROM main.k JOIN visits v USING (pen)",
    "a WITH reads what it hides": "WITH visits AS (SELECT * FROM visits WHERE pen = 'p1') SELECT id FROM visits",
    "an alias has the resource's name": "SELECT a.id FROM visits a JOIN k visits ON a.pen <> visits.pen WHERE visits.pen = 'p2' AND a.pen = 'p1'",
    "an alias list swaps two names": "SELECT r.id FROM visits AS r(pen, id) WHERE r.id = 'p1' AND pen = 'v0'",
    "an outer column in the WHERE beside an ANTI JOIN": (
        "SELECT o.pen FROM m o WHERE EXISTS (SELECT 1 FROM (SELECT 'p1' AS p UNION SELECT 'p2') s ANTI JOIN visits r "
        "ON s.p = r.pen AND r.pen IN ('p1', 'p2') WHERE pen = 'p1')"
    ),
    "an outer source's column under an alias that an inner source has too": (
        "SELECT v.id FROM visits v WHERE v.pen = 'p1' AND EXISTS (SELECT 1 FROM pens v WHERE v.pen = v.id)"
    ),
    "a collation in WHERE through a join": "SELECT v.id FROM nc JOIN visits v ON nc.pen = v.pen WHERE nc.pen = 'p1' AND v.pen IN ('p1', 'P1')",
    "a collation in a sub-select": "SELECT id FROM visits WHERE pen IN (SELECT pen FROM nc) AND pen IN ('p1', 'p2', 'P1')",
    "a STRUCT whose field has a parameter's name": "SELECT id FROM visits v WHERE v.detail.pen = 'p1' AND pen IN ('p1', 'p2')",
    "numbers against texts": "SELECT v.id FROM visits v JOIN num ON TRY_CAST(v.pen AS INTEGER) = num.pen WHERE v.pen IN ('5', '05')",
    "an integer key": "SELECT p.id FROM pens p JOIN l ON p.size = l.n",
    "an optional filter that is NULL in the API": "SELECT id FROM visits WHERE pen = 'p1' AND kind IS NOT DISTINCT FROM NULL",
    "an optional filter on one side of OR": "SELECT id FROM visits WHERE (pen = 'p1' AND kind = 'food') OR pen = 'p2'",
    "an optional filter with two values": "SELECT id FROM visits WHERE pen IN ('p1', 'p2') AND kind IN ('food', 'care')",
    "the same rows through two alternatives": "SELECT id FROM visits WHERE (pen = 'p1' AND kind = 'food') OR (pen = 'p1' AND kind = 'care')",
    "both methods in one OR": "SELECT id FROM visits WHERE (pen = 'p1' AND id = 'v0') OR (pen = 'p1' AND n = 2)",
    "texts that are written in every way": "SELECT id FROM visits WHERE pen IN ($$p1$$, E'p\\x32', $q$p 3$q$, 'P1', 'a''b', E'it\\'s')",
    "an optional filter that may be an empty text": "SELECT p.id FROM pens p JOIN (VALUES ('food'), ('')) f(kind) ON f.kind = p.kind",
    "an optional filter beside a key, both from a table": (
        "SELECT v.id FROM visits v JOIN (VALUES ('p1', 'food'), ('p1', ''), ('', 'food')) f(pen, kind) USING (pen, kind)"
    ),
    "values as a query": "SELECT id FROM visits WHERE (pen, id) IN (VALUES ('p1', 'v0'), ('p2', 'v1'), ($t, NULL)) OR pen IN (VALUES ('P1'))",
    "a value given by CASE": "SELECT id FROM visits WHERE list_contains([CASE WHEN true THEN 'p1' END, if(false, 'p2', 'P1')], pen)",
    "an ON that names what stands before a comma": "SELECT v.id FROM l, k JOIN visits v ON v.pen = l.pen AND v.n = l.n WHERE k.pen = 'p2'",
    "a LEFT JOIN whose ON names what stands before a comma": "SELECT v.id FROM l, k LEFT JOIN visits v ON v.pen = l.pen WHERE l.tag = 'a'",
    "an ON of a LEFT JOIN that is about what stands before a comma alone": (
        "SELECT v.id, w.id FROM visits v, visits w LEFT JOIN k ON v.pen IN ('p1') WHERE v.pen = w.pen AND w.pen IN ('p1', 'p2')"
    ),
    "an ON that names a column that two sources before it have": (
        "SELECT v.id FROM m l, l m JOIN visits v ON v.pen = m.pen AND v.id = l.id WHERE v.pen IN ('p1', 'p2')"
    ),
    "a column given twice, each with a condition of its own": (
        "SELECT s.a FROM (SELECT pen AS a, id, pen AS b FROM visits) s WHERE s.a IN ('p1', 'p2') AND s.b IN (SELECT pen FROM k)"
    ),
    "a key inside and one outside": "SELECT s.id FROM (SELECT v.id, v.pen FROM l JOIN visits v ON v.pen = l.pen) s JOIN k ON k.pen = s.pen",
    "a key by its rank": "SELECT id FROM visits WHERE pen IN (SELECT pen FROM l QUALIFY dense_rank() OVER (ORDER BY pen) <= 2)",
    "a key that ties": "SELECT id FROM visits WHERE pen IN (SELECT arg_min(pen, tag) FROM l) AND pen IN ('p1', 'p2', 'p 3')",
    "keys of another type, and none of them": "SELECT v.id FROM visits v JOIN (SELECT unnest([]) AS pen) e ON e.pen = v.pen",
    "a constant for what a sub-select gives": (
        "SELECT s.pen FROM (SELECT pen, id FROM visits WHERE pen IN ('p1', 'p2')) s WHERE s.pen IS NOT DISTINCT FROM 'p1'"
    ),
    "keys that an ANTI JOIN leaves": "SELECT id FROM visits WHERE pen IN (SELECT l.pen FROM l ANTI JOIN k ON k.pen = l.pen)",
    "keys by chance": "SELECT id FROM visits WHERE pen IN (SELECT pen FROM l WHERE random() < 2) AND pen IN ('p1', 'p2')",
    "a parameter for what a sub-select gives, beside a key": (
        "SELECT s.pen FROM (SELECT pen, id FROM visits) s JOIN l ON l.pen = s.pen WHERE s.pen = $t OR s.pen IN ['p2']"
    ),
    "a parameter of another type for what a sub-select gives, beside a key": (
        "SELECT s.pen FROM (SELECT v.pen, v.n FROM visits v JOIN m ON m.pen = v.pen) s JOIN m ON m.n = s.n WHERE s.n = $i - 1 AND s.n = '4'"
    ),
    "a condition that a row of NULLs satisfies, on what is joined with the nullable side": (
        "SELECT v.id, k.pen FROM visits v JOIN l ON v.pen = l.pen RIGHT JOIN k ON k.pen = l.pen WHERE coalesce(l.tag, 'z') = 'z'"
    ),
    "the same for a local table beside it": (
        "SELECT v.id, k.pen FROM visits v JOIN l ON v.n = l.n RIGHT JOIN k ON k.pen = l.pen WHERE coalesce(l.tag, 'z') = 'z' AND coalesce(v.pen, 'p1') = 'p1'"
    ),
    "a condition that a row of NULLs satisfies, beside a LEFT JOIN with several tables": (
        "SELECT k.pen, v.id FROM k LEFT JOIN (l JOIN visits v ON v.pen = l.pen) ON k.pen = l.pen WHERE coalesce(l.tag, 'z') = 'z'"
    ),
    "NULL as a parameter, for what a LEFT JOIN adds": (
        "SELECT p.id, v.id FROM pens p LEFT JOIN visits v ON v.pen = p.id AND v.pen = 'p1' WHERE v.id IS NOT DISTINCT FROM $none"
    ),
    "rows of NULLs, for what a LEFT JOIN adds": (
        "SELECT p.id, v.id FROM pens p LEFT JOIN visits v ON v.pen = p.id AND v.pen = 'p1' WHERE (v.id, v.pen) IN ((NULL, NULL), ('v0', 'p1'))"
    ),
    "a row of NULLs that equals another, for what a LEFT JOIN adds": (
        "SELECT p.id, v.id FROM pens p LEFT JOIN visits v ON v.pen = p.id AND v.pen = 'p1' WHERE (v.id, v.pen) = (SELECT (NULL, NULL))"
    ),
    "a NULL in a list of rows": "SELECT id FROM visits WHERE (pen, kind) IN (('p1', NULL), ('p2', 'food'), ('p2', $none))",
    "a NULL in a row": "SELECT id FROM visits WHERE (pen, kind) = ('p1', NULL) OR (pen, kind) = ($t, 'food')",
    "a NULL for a key in a list of rows": "SELECT id FROM visits WHERE (pen, kind) IN ((NULL, 'food'), ('p2', 'food'))",
    "a NULL in rows of a query": "SELECT id FROM visits WHERE (pen, kind) IN (VALUES ('p1', NULL), ('p2', 'food'))",
    "rows of two tables that are equal": (
        "SELECT v.id, m.id FROM visits v JOIN m ON (v.pen, v.kind) = (m.pen, m.kind) WHERE v.pen IN ('p1', 'p2', 'P1')"
    ),
    "a row of another table in a list": "SELECT v.id FROM visits v, m WHERE (v.pen, v.kind) IN ((m.pen, m.kind), ('p1', 'food'))",
    "a comparison with ALL of nothing, which a row of NULLs satisfies": (
        "SELECT p.id, v.id FROM pens p LEFT JOIN (SELECT id, pen FROM visits WHERE pen IN ('p1', 'p2')) v ON v.pen = p.id"
        " WHERE v.pen <> ALL (SELECT pen FROM l WHERE tag = 'nothing') AND p.kind IS NOT NULL"
    ),
    "a comparison with ALL of nothing, on what gives the keys": (
        "SELECT v.id, m.id FROM visits v LEFT JOIN m ON v.pen = m.pen WHERE m.pen <> ALL (SELECT pen FROM l WHERE tag = 'nothing') AND v.n > 0"
    ),
    "a comparison with ALL of an empty list, on what gives the keys": (
        "SELECT v.id, m.id FROM visits v LEFT JOIN m ON v.pen = m.pen WHERE m.pen > ALL ([]) AND v.n > 0"
    ),
    "an equality with ALL of a list": "SELECT id FROM pens WHERE id = ALL (['p1']) OR kind = ALL ([])",
    "an equality with SOME of a list": "SELECT id FROM pens WHERE id = SOME (['p1', 'p2'])",
    "a WITH named like the table that it reads, used inside and outside": (
        "WITH l AS (SELECT pen, n + 1 AS n FROM l) "
        "SELECT s.id FROM (SELECT v.id, x.n FROM visits v JOIN l x ON v.pen = x.pen) s JOIN l ON l.n = s.n"
    ),
    "a condition on the nullable side": "SELECT l.tag, v.id FROM l LEFT JOIN visits v ON v.pen = l.pen WHERE coalesce(v.pen, 'p1') = 'p1'",
    "NOT IN with a NULL": "SELECT id FROM visits WHERE pen = 'p1' AND kind NOT IN ('food', NULL)",
    "a full join of two resources": "SELECT v.id, k.id FROM visits v FULL JOIN keepers k ON v.pen = k.pen WHERE v.pen = 'p1' AND k.pen = 'p1'",
    "a full join: a value of either side": "SELECT v.id, l.tag FROM l FULL JOIN visits v ON v.pen = l.pen WHERE v.pen = 'P1' OR l.pen = 'p1'",
    "a full join: a value, or none, of one side": (
        "SELECT v.id, l.tag FROM visits v FULL JOIN l ON v.pen = l.pen WHERE v.pen = 'p1' OR v.pen IS NULL"
    ),
    "a full join: another value in its ON": (
        "SELECT v.id, l.tag FROM visits v FULL JOIN l ON v.pen = l.pen AND v.pen = 'p1' WHERE v.pen = 'p2' OR v.pen IS NULL"
    ),
    "a full join: partners by another column, of which one keeps NULLs away": (
        "SELECT v.id, l.tag FROM visits v FULL JOIN l ON v.n = l.n AND v.pen IN ('p1', 'P1') WHERE v.pen = 'p2' OR v.id IS NULL"
    ),
    "a full join: NULLs in place of a row that a condition on the other side drops": (
        "SELECT v.id, l.tag FROM l FULL JOIN visits v ON v.pen = l.pen AND l.n > 1 WHERE v.pen = 'P1' OR (v.pen IS NULL AND l.tag = 'b')"
    ),
    "a full join: a comparison of the other side": (
        "SELECT v.id, l.tag FROM visits v FULL JOIN l ON v.pen = l.pen WHERE v.pen = 'p1' OR l.n > 2"
    ),
    "a full join of two resources: a value of either": (
        "SELECT v.id, e.id FROM visits v FULL JOIN keepers e ON v.pen = e.pen WHERE v.pen = 'p1' OR e.pen = 'p2'"
    ),
    "a full join with a join on one side": (
        "SELECT v.id, l.tag FROM visits v FULL JOIN (l JOIN k ON k.pen = l.pen) ON v.pen = l.pen WHERE v.pen = '5' OR k.pen IS NOT NULL"
    ),
    "a full join with a LEFT JOIN on the other side, and one on its own": (
        "SELECT v.id, l.tag, m.n FROM (l LEFT JOIN m ON m.pen = l.pen) FULL JOIN (visits v LEFT JOIN k ON k.pen = v.pen) ON v.pen = l.pen AND v.n = m.n "
        "WHERE v.pen = '5' OR l.pen = 'p2'"
    ),
    "a full join within a LEFT JOIN": (
        "SELECT m.id, v.id, l.tag FROM m LEFT JOIN (visits v FULL JOIN l ON v.pen = l.pen) ON v.pen = m.pen OR l.pen = m.pen"
    ),
    "a full join with a sub-select": (
        "SELECT s.id, l.tag FROM (SELECT pen p, id, n FROM visits) s FULL JOIN l ON s.p = l.pen WHERE s.p = '5' OR l.tag = 'c'"
    ),
    "a full join around which rows of NULLs are wanted": (
        "SELECT * FROM (SELECT v.pen, v.id, l.tag FROM visits v FULL JOIN l ON v.pen = l.pen WHERE v.pen = 'p1' OR l.tag = 'a') WHERE id IS NULL"
    ),
    "a full join with CASE": (
        "SELECT v.id, l.tag FROM visits v FULL JOIN l ON v.pen = l.pen WHERE CASE WHEN v.pen = 'p1' THEN l.tag IS NULL ELSE l.pen = 'p2' END"
    ),
    "a full join beside a sub-query": (
        "SELECT v.id, l.tag FROM visits v FULL JOIN l ON v.pen = l.pen WHERE v.pen = 'p1' OR l.tag IN (SELECT tag FROM l x WHERE x.n = 2)"
    ),
    "two full joins": (
        "SELECT v.id, l.tag, m.n FROM (SELECT * FROM visits WHERE pen IN ('p1', 'p2', '5')) v FULL JOIN l ON v.pen = l.pen FULL JOIN m ON m.pen = v.pen "
        "WHERE v.pen = 'p1' OR m.pen = 'P1'"
    ),
    "a sub-select on either side of a full join": (
        "SELECT v.id, k.id FROM (FROM visits WHERE pen = 'p1') v FULL JOIN (FROM keepers WHERE pen = 'p2') k ON v.n = k.n"
    ),
    "a full join that NOT of an OR, of an AND and of IS NULL makes an inner one": (
        "SELECT v.id, l.tag FROM visits v FULL JOIN l ON v.pen = l.pen "
        "WHERE NOT (v.pen <> 'p1' AND (l.tag = 'b' OR v.pen IS NULL)) AND NOT (l.n > 2 OR l.tag IS NULL)"
    ),
    "a left join that each side of an OR makes an inner one": (
        "SELECT v.id, l.tag FROM visits v LEFT JOIN l ON v.pen = l.pen WHERE NOT (l.n = 1 OR v.n > 1) OR (NOT (l.pen IS NULL OR v.n = 2) AND l.tag > 'a')"
    ),
    "NOT of an OR that is true of a row of NULLs too": (
        "SELECT p.id, v.id FROM pens p LEFT JOIN visits v ON v.pen = p.id AND v.pen IN ('p1', 'p2') WHERE NOT (v.n > 1 AND v.pen IS NOT NULL) OR NOT (v.n IS NULL)"
    ),
    "a left join that comparisons of expressions make an inner one": (
        "SELECT v.id, l.tag FROM visits v LEFT JOIN l ON v.pen = l.pen WHERE length(l.tag) = 1 AND NOT (CAST(l.n AS VARCHAR) LIKE '9%') AND (abs(-l.n) + v.n) * 2 > 1"
    ),
    "comparisons of expressions that a NULL satisfies": (
        "SELECT p.id, v.id FROM pens p LEFT JOIN visits v ON v.pen = p.id AND v.pen IN ('p1', 'p2') WHERE coalesce(lower(v.kind), 'x') > 'a' AND concat(v.kind, 'a') LIKE 'a%'"
    ),
    "NOT of nullif() of a left join": (
        "SELECT v.id, l.tag FROM visits v LEFT JOIN l ON v.pen = l.pen WHERE nullif(l.tag, 'b') IS NOT NULL AND NOT (nullif(v.n, 1) IS NULL)"
    ),
    "coalesce() of what a left join fills": (
        "SELECT p.id, v.id FROM pens p LEFT JOIN visits v ON v.pen = p.id AND v.pen IN ('p1', 'p2') WHERE coalesce(v.pen, 'p2') = 'p2' AND coalesce(v.n, 3) = 3"
    ),
    "nullif() of what a left join fills": (
        "SELECT p.id, v.id FROM pens p LEFT JOIN visits v ON v.pen = p.id AND v.pen IN ('p1', 'p2') WHERE nullif(v.pen, 'p2') IS NULL"
    ),
    "a UNION with a side that compares under a collation": (
        "SELECT * FROM (SELECT pen, 1 FROM nc UNION ALL SELECT pen, n FROM visits) s(pen, n) WHERE pen = 'p1'"
    ),
    "one further in, in a WITH that is joined": (
        "WITH s AS (SELECT pen FROM visits UNION (SELECT pen FROM keepers EXCEPT SELECT pen FROM nc)) SELECT * FROM s JOIN k ON k.pen = s.pen"
    ),
    "a recursive query of an API's column alone": (
        "WITH RECURSIVE q AS (SELECT pen, 1 AS i FROM visits WHERE pen IN ('p1', 'P1') UNION ALL SELECT q.pen, q.i + 1 FROM q WHERE q.i < 3) "
        "SELECT e.id FROM q JOIN keepers e ON e.pen = q.pen WHERE q.pen = 'p1'"
    ),
    "brackets around a join that begins with LATERAL": (
        "SELECT l.tag, x.id FROM l LEFT JOIN (LATERAL (SELECT v.id, v.n FROM visits v WHERE v.pen = 'p1') AS x JOIN m ON m.n = x.n) ON m.kind = l.tag OR l.n = 1"
    ),
    "one that takes a column from outside the brackets": (
        "SELECT l.tag, x.id FROM l JOIN (LATERAL (SELECT v.id, v.n FROM visits v WHERE v.pen = l.pen) AS x JOIN m ON m.n = x.n) ON l.n > 0"
    ),
    "brackets around a join that begins with UNNEST": (
        "SELECT v.id, d.pen FROM k JOIN (unnest(['p1', 'p2', 'x']) AS d(pen) JOIN visits v ON v.pen = d.pen) ON k.pen = v.pen"
    ),
    "a full join in brackets that begins with one, and FROM before SELECT": (
        "FROM (FROM k JOIN (unnest(['p1', 'P1']) AS d(pen) FULL JOIN m ON m.pen = d.pen) ON true SELECT d.pen) s JOIN visits v ON v.pen = s.pen SELECT v.id"
    ),
    "brackets around a join": "SELECT v.id FROM l LEFT JOIN (visits v JOIN k ON v.pen = k.pen) ON l.pen = v.pen WHERE v.pen = 'p2'",
    "a collation beside one column of two that are equal": (
        "SELECT v.id, nc.tag FROM nc JOIN visits v ON nc.pen = v.pen AND nc.pen = v.kind WHERE v.pen IN ('p1', 'P1', 'p2')"
    ),
    "a list of constants for a column that has a collation's equal": (
        "SELECT v.id FROM nc JOIN visits v ON nc.pen = v.pen AND v.id = nc.tag WHERE list_contains(['P1', 'p2'], v.pen)"
    ),
    "brackets around a join whose first item is a sub-select": (
        "SELECT v.id FROM visits v JOIN ((SELECT 'p1' AS pen UNION ALL SELECT 'P1') s JOIN m ON s.pen = m.pen) ON v.pen = m.pen WHERE m.n < 2"
    ),
    "CASE with a truth of its own in each way": (
        "SELECT id FROM visits WHERE CASE WHEN n > 1 THEN pen = 'p1' WHEN pen = 'P1' THEN n = 0 ELSE pen IN ('p2', '5') END"
    ),
    "CASE that is true where a column that every row has is NULL": "SELECT id FROM visits WHERE CASE WHEN pen = 'p1' THEN true ELSE pen IS NULL END",
    "CASE that compares, without ELSE": "SELECT id FROM visits WHERE CASE n WHEN 1 THEN pen = 'p1' WHEN 2 THEN pen = 'p2' WHEN NULL THEN pen = '5' END",
    "NOT CASE": "SELECT id FROM visits WHERE NOT CASE WHEN n = 1 THEN pen <> 'p1' WHEN n = 2 THEN NULL ELSE NOT (pen = 'p2' IS TRUE) END",
    "IF of a NULL": "SELECT id FROM visits WHERE if(n > 1, pen = 'p1', pen IN ('p2', '05'))",
    "a truth in place of NULL": "SELECT id FROM visits WHERE coalesce(pen = 'p1' AND n > 1, pen = 'p2', false) AND NOT coalesce(pen <> 'p2' AND n = 7, true)",
    "CASE in ON of a LEFT JOIN": (
        "SELECT l.tag, v.id FROM l LEFT JOIN visits v ON CASE WHEN l.tag = 'a' THEN v.pen = l.pen ELSE v.pen = 'p1' AND v.n = l.n END"
    ),
    "a value or NULL of what is compared": "SELECT v.id FROM visits v JOIN m ON v.id = m.id WHERE v.pen = 'p1' OR (v.id IS NULL AND v.n > 0)",
    "a value or NULL of what is compared in ON of a LEFT JOIN": (
        "SELECT m.n, v.id FROM m LEFT JOIN visits v ON v.id = m.id AND v.pen IN ('p1', 'p2') WHERE v.pen = 'p1' OR v.id IS NULL"
    ),
    "IS NOT NULL of a group": (
        "SELECT v.pen, count(*) FROM visits v LEFT JOIN l ON l.pen = v.pen AND l.n > 0 GROUP BY v.pen, l.pen HAVING l.pen IS NOT NULL"
    ),
    "IS NULL of a group, and of all": (
        "SELECT l.pen, count(*) FROM visits v LEFT JOIN l ON l.pen = v.pen AND v.pen = 'p1' WHERE v.pen IN ('p1', 'p2') "
        "GROUP BY ROLLUP (l.pen) HAVING l.pen IS NULL"
    ),
    "IS NOT NULL of all groups, or a number of them": (
        "SELECT l.pen, k.pen, count(*) FROM visits v LEFT JOIN l ON l.pen = v.pen LEFT JOIN k ON k.pen = v.pen WHERE v.pen IN ('p1', 'p2') "
        "GROUP BY CUBE (l.pen, k.pen) HAVING NOT (l.pen IS NULL AND k.pen IS NULL)"
    ),
    "IS NOT NULL of what a window divides by": (
        "SELECT v.id FROM visits v LEFT JOIN l USING (pen) QUALIFY rank() OVER (PARTITION BY l.pen ORDER BY v.n, v.id) < 3 AND l.pen IS NOT NULL"
    ),
    "IS NULL of what a window divides by": (
        "SELECT v.id, l.pen FROM visits v LEFT JOIN l ON l.pen = v.pen AND l.n > 1 WHERE v.pen IN ('p1', 'p2') "
        "QUALIFY count(*) OVER (PARTITION BY l.pen) > 1 AND l.pen IS NULL"
    ),
    "brackets in brackets around a sub-select, a join within": (
        "SELECT y.id FROM l JOIN (((SELECT pen, id, n FROM visits) y LEFT JOIN k ON k.pen = y.pen)) ON y.pen = l.pen WHERE l.n = 1"
    ),
    "brackets around a query in brackets": (
        "SELECT v.id FROM visits v JOIN ((SELECT pen FROM m) UNION (SELECT pen FROM k) ORDER BY pen) s ON v.pen = s.pen JOIN ((FROM k)) t ON t.pen = s.pen"
    ),
    "a resource of no row that matters, beside a LEFT JOIN and a sub-select that counts it": (
        "SELECT v.id, s.c FROM visits v LEFT JOIN keepers e ON e.n = v.n AND e.pen = 'p1' AND e.pen = 'p2', "
        "(SELECT count(*) AS c FROM keepers WHERE id = 'k1' AND id = 'k2') s WHERE v.pen = 'p1'"
    ),
    "a resource of no row that matters, in NOT EXISTS and in one side of UNION": (
        "SELECT v.id FROM visits v WHERE v.pen = 'p1' AND NOT EXISTS (SELECT 1 FROM keepers k WHERE k.id = 'k1' AND k.id = 'k2' AND k.n = v.n)"
        " UNION ALL SELECT k.id FROM keepers k JOIN visits v ON v.n = k.n WHERE k.id = 'k1' AND v.pen = 'p1' AND v.pen = 'p2'"
    ),
    "a collation of a column that a sub-select gives, beside two texts that it equals": (
        "SELECT s.id FROM (SELECT nc.pen AS p, v.id FROM nc JOIN l ON nc.tag = l.tag JOIN visits v ON v.pen = l.pen) s "
        "JOIN (SELECT 'p1' AS pen) m ON s.p = m.pen WHERE s.p = 'P1'"
    ),
    "the same through two sub-selects": (
        "SELECT e.id FROM (SELECT s.p, s.id FROM (SELECT nc.pen AS p, v.id FROM nc JOIN l ON nc.tag = l.tag JOIN visits v ON v.pen = l.pen) s "
        "WHERE s.p = 'P1') e JOIN (VALUES ('p1')) m(pen) ON e.p = m.pen"
    ),
    "the same of a WITH that is named like a table": (
        "WITH nc AS (SELECT pen, tag FROM nc) SELECT s.id FROM (SELECT nc.pen AS p, v.id FROM nc JOIN l ON nc.tag = l.tag "
        "JOIN visits v ON v.pen = l.pen) s JOIN (SELECT 'p1' AS pen) m ON s.p = m.pen WHERE s.p = 'P1'"
    ),
    "a key nearby under a collation, one further out without": (
        "SELECT e.id FROM (SELECT s.pen, s.id FROM (SELECT pen, id FROM visits WHERE pen IN ('p1', 'P1', 'p2')) s JOIN nc ON nc.pen = s.pen) e "
        "WHERE e.pen IN ('p1', 'P1')"
    ),
    "a text that is a number further out, and numbers nearby": (
        "SELECT e.id FROM (SELECT s.id, s.size FROM (SELECT id, size FROM pens) s JOIN num ON num.n < s.size "
        "WHERE (s.size = 1 AND num.n = 1) OR (s.size = 2 AND num.n = 1)) e WHERE e.size = '2'"
    ),
    "texts on either side of OR, one of them with another column": (
        "SELECT s.id, v.id FROM (SELECT id, pen FROM keepers WHERE pen IN ('p1', 'p2', 'P1')) s JOIN visits v ON v.pen = s.pen "
        "WHERE (v.pen = 'p1' AND v.id = 'v0') OR (v.pen = 'p2' AND v.n < 3) OR (s.pen IN ('P1') AND v.pen IN ('P1', 'p1'))"
    ),
    "NULL on one side of OR": (
        "SELECT s.id, v.id FROM (SELECT id, pen FROM keepers WHERE pen = 'p1') s LEFT JOIN visits v ON v.pen = s.pen AND v.n = 1 "
        "WHERE v.kind = 'food' OR v.kind IS NULL OR v.kind IS NOT DISTINCT FROM $none"
    ),
    "keys that a LIMIT leaves some of": "SELECT id FROM visits WHERE pen IN (SELECT pen FROM l WHERE pen IN ('p1') LIMIT 1)",
    "an aggregate below a LIMIT": "SELECT id FROM visits v WHERE pen = 'p1' AND EXISTS (SELECT count(*) FROM l WHERE l.pen = v.id LIMIT 1)",
    "rows of a resource below a LIMIT, correlated": (
        "SELECT p.id FROM pens p WHERE EXISTS (SELECT 1 FROM visits v WHERE v.pen = p.id AND v.n = 2 LIMIT 1) AND p.id IN ('p1', 'p2', 'P1')"
    ),
    "a SAMPLE of all rows": "SELECT id FROM visits WHERE pen IN (SELECT pen FROM l USING SAMPLE 1000 ROWS) AND pen IN ('p1', 'p2', '5')",
    "NOT IN of what a LIMIT leaves": "SELECT id FROM visits WHERE pen = 'p1' AND id NOT IN (SELECT id FROM m WHERE id = 'v0' LIMIT 1)",
    "QUALIFY in a sub-select, by a rank that ties": (
        "SELECT id FROM visits WHERE pen IN (SELECT pen FROM l WHERE tag = 'c' QUALIFY row_number() OVER (PARTITION BY pen ORDER BY tag) = 1)"
    ),
    "a LIMIT of nothing": "SELECT id FROM visits WHERE pen IN ('p1', 'p2') AND pen IN (SELECT pen FROM l LIMIT 0)",
    "a source before a comma that is named like a column after it": (
        "SELECT tag.id FROM visits tag, k JOIN l ON l.pen = k.pen AND tag.pen = l.pen WHERE k.pen = 'p2'"
    ),
    "the same, with columns that have other names": (
        "SELECT tag.x FROM visits AS tag(x), k JOIN (VALUES ('p2'), ('p1')) s(tag) ON s.tag = k.pen AND s.tag = tag.pen WHERE tag.x IN ('v1', 'v7')"
    ),
    "a condition outside a sub-select with a POSITIONAL JOIN": (
        "SELECT s.id, s.tag FROM (SELECT v.id, v.pen, l.tag FROM (SELECT id, pen FROM visits WHERE pen IN ('p1', 'p2') ORDER BY ALL) v "
        "POSITIONAL JOIN l) s WHERE s.pen = 'p2'"
    ),
    "a condition outside a sub-select with an ASOF JOIN": (
        "SELECT count(*), sum(c) FROM (SELECT count(s.id) AS c FROM (SELECT v.id, v.pen FROM l k ASOF JOIN visits v ON v.pen = k.pen AND k.n >= v.n "
        "WHERE k.pen IN ('p1', 'p2')) s WHERE s.id = 'v0')"
    ),
    "a column of a function by the name that it has without an alias": (
        "SELECT id FROM visits WHERE pen IN (SELECT 'p' || a.range FROM range(3) a) AND pen IN (SELECT 'p' || max(b.range) FROM range(3) b)"
    ),
    "a column with a collation of a sub-select that has not been read": (
        "SELECT v.id, d.p FROM visits v JOIN (SELECT nc.pen AS p, k.id FROM nc JOIN keepers k ON k.id IN ('k0', 'k1', 'k2')) d "
        "ON v.pen = d.p AND d.id = 'k' || right(v.id, 1) WHERE d.p = 'p1'"
    ),
    "DISTINCT ON whose order leaves open which row of several is kept": (
        "SELECT v.id FROM (SELECT DISTINCT ON (tag) tag, pen FROM l ORDER BY tag) o JOIN visits v ON v.pen = o.pen"
    ),
    "keys of a sub-select with a window function": (
        "SELECT v.id, o.r FROM (SELECT pen, row_number() OVER (ORDER BY pen, n) AS r FROM l) o JOIN visits v ON v.pen = o.pen WHERE o.r < 3"
    ),
    "a condition on what a window function gives, beside one on a key": (
        "SELECT v.id, o.r FROM (SELECT pen, n, row_number() OVER (ORDER BY pen, n) AS r FROM l WHERE n > 0) o JOIN visits v ON v.pen = o.pen AND v.n = o.r WHERE o.n < 3"
    ),
    "a key made of what a window function gives": (
        "SELECT v.id FROM (SELECT pen, row_number() OVER (ORDER BY pen, n) AS r FROM l) o JOIN visits v ON v.pen = 'p' || o.r WHERE v.pen IN ('p1', 'p2')"
    ),
    "a window function over an API, the keys of which come from it": (
        "SELECT o.r, v.id FROM (SELECT k.pen AS p, rank() OVER (PARTITION BY k.pen ORDER BY k.n, k.id) AS r FROM keepers k WHERE k.id IN ('k0', 'k1', 'k5')) o "
        "JOIN visits v ON v.pen = o.p WHERE v.pen IN ('p1', 'p2', '5')"
    ),
    "a sub-select with a column that an outer join within fills": (
        "SELECT v.id, d.p FROM (SELECT m.pen AS p, k.id FROM keepers k LEFT JOIN m ON m.id = k.id AND m.n > 7 WHERE k.id IN ('k0', 'k1')) d "
        "JOIN visits v ON v.pen = coalesce(d.p, 'p1') AND v.id <> d.id WHERE v.pen IN ('p1', 'p2')"
    ),
    "a sub-select that has not been read, NULLs of which matter": (
        "SELECT v.id, d.id FROM visits v JOIN (SELECT l.pen, k.id FROM keepers k, l WHERE k.id IN ('k0', 'k1') AND k.pen IS NOT DISTINCT FROM l.pen) d "
        "ON v.pen = coalesce(d.pen, 'p2') AND right(v.id, 1) = right(d.id, 1)"
    ),
    "a sub-select that has not been read, joined by a column of the API and one beside it": (
        "SELECT v.id, d.t FROM visits v JOIN (SELECT l.pen AS p, l.tag AS t, k.n AS n FROM l JOIN keepers k ON k.pen = l.pen AND k.id IN ('k0', 'k1', 'k6')) d "
        "ON v.pen = d.p AND v.n = d.n AND d.t <> 'b'"
    ),
    "the same in an outer join": (
        "SELECT v.id, d.t FROM visits v LEFT JOIN (SELECT l.pen AS p, l.tag AS t, k.n AS n FROM l JOIN keepers k ON k.pen = l.pen AND k.id IN ('k0', 'k1')) d "
        "ON v.pen = d.p AND v.n = d.n WHERE v.pen IN ('p1', 'p2')"
    ),
    "the same, read twice": (
        "WITH d AS (SELECT l.pen AS p, l.tag AS t, k.n AS n FROM l JOIN keepers k ON k.pen = l.pen AND k.id IN ('k0', 'k1')) "
        "SELECT v.id, a.t FROM d a JOIN visits v ON v.pen = a.p FULL JOIN d b ON b.n = v.n"
    ),
    "a full join within a sub-select that has not been read": (
        "SELECT v.id, d.t FROM visits v JOIN (SELECT l.pen AS p, l.tag AS t, k.n AS n FROM l FULL JOIN keepers k ON k.pen = l.pen AND k.id IN ('k0', 'k1') WHERE k.id IN ('k0', 'k2')) d "
        "ON v.pen = d.p"
    ),
    "a sub-select that cuts rows, has a window function and has not been read": (
        "SELECT v.id, d.t FROM visits v JOIN (SELECT l.pen AS p, l.tag AS t, rank() OVER (ORDER BY l.pen, k.id) AS r FROM l JOIN keepers k ON k.pen = l.pen AND k.id IN ('k0', 'k1') "
        "ORDER BY ALL LIMIT 2) d ON v.pen = d.p AND v.pen IN ('p1', 'p2')"
    ),
    "a part of a part, with columns of other names": (
        "WITH d(p, q, z) AS (SELECT l.pen, l.tag, row_number() OVER (ORDER BY l.pen, l.tag, k.id) FROM l JOIN keepers k ON k.pen = l.pen AND k.id IN ('k0', 'k1')), "
        "e AS (SELECT x.a AS p, x.b AS p2, lag(x.b) OVER (ORDER BY x.b, x.a) AS g FROM d AS x(a, b)) "
        "SELECT v.id, y.w FROM e AS y(u, w) JOIN visits v ON v.pen = y.u AND y.w = 'a'"
    ),
    "a column further out whose values a collation takes for one, and an expression does not": (
        "SELECT o.t, d.id FROM (SELECT unnest(['Q', 'q']) COLLATE NOCASE AS t) o, "
        "LATERAL (SELECT v.id FROM (VALUES (81, 'p1'), (113, 'p2')) c(n, pen) JOIN visits v ON v.pen = CASE ascii(o.t) WHEN c.n THEN c.pen END) d"
    ),
    "the same in a condition": (
        "SELECT o.t, d.id FROM (SELECT unnest(['Q', 'q']) COLLATE NOCASE AS t) o, "
        "LATERAL (SELECT v.id FROM (VALUES (81, 'p1'), (113, 'p2')) c(n, pen) JOIN visits v ON v.pen = c.pen WHERE c.n = ascii(o.t)) d"
    ),
    "the same of two uses of a WITH": (
        "WITH w AS (SELECT unnest(['Q', 'q']) COLLATE NOCASE AS t) "
        "SELECT a.t, b.t FROM w a, w b WHERE EXISTS (SELECT 1 FROM (VALUES (81, 'p1'), (113, 'p2')) c(n, pen) "
        "JOIN visits v ON v.pen = c.pen WHERE c.n = ascii(a.t) AND v.pen = CASE ascii(b.t) WHEN 81 THEN 'p1' ELSE 'p2' END)"
    ),
    "the same of a sub-select with a window function": (
        "SELECT d.t, v.id FROM (SELECT o.t, row_number() OVER (ORDER BY o.t) AS r FROM (SELECT unnest(['Q', 'q']) COLLATE NOCASE AS t) o) d "
        "JOIN (VALUES (81, 'p1'), (113, 'p2')) c(n, pen) ON c.n = ascii(d.t) JOIN visits v ON v.pen = c.pen"
    ),
    "a column further out that an outer join fills, in a condition beside a key": (
        "SELECT p.id, d.id FROM pens p LEFT JOIN keepers k ON k.id = 'k0' AND k.pen = p.id, "
        "LATERAL (SELECT v.id FROM (VALUES (true, 'p1'), (false, 'p2')) c(n, pen) JOIN visits v ON v.pen = c.pen WHERE c.n = (k.id IS NULL)) d "
        "WHERE p.id IN ('p1', 'p2')"
    ),
    "a column with a collation of a sub-select with a window function": (
        "SELECT v.id FROM (SELECT pen, row_number() OVER (ORDER BY pen) AS r FROM nc) o JOIN visits v ON v.pen = o.pen WHERE v.pen IN ('p1', 'P1', 'p2')"
    ),
    "a random number beside a key": ("SELECT v.id FROM (SELECT pen, random() AS r FROM l) o JOIN visits v ON v.pen = o.pen AND o.r >= 0"),
    "a condition on one of two uses of a WITH, whose keys are equal under a collation": (
        "WITH s AS (SELECT id, pen FROM visits WHERE pen IN ('p1', 'P1', 'p2')) "
        "SELECT a.id FROM nc JOIN s a ON a.pen = nc.pen AND a.pen || '' LIKE 'p%' JOIN s b ON b.pen = a.pen AND b.id <> a.id"
    ),
    "the same with keys of another type": (
        "WITH s AS (SELECT id, pen FROM visits WHERE pen IN ('5', '05', 'p2')) "
        "SELECT a.id FROM num JOIN s a ON TRY_CAST(a.pen AS INTEGER) = num.pen AND length(a.pen) = 2 JOIN s b ON b.pen = a.pen"
    ),
    "a condition on a column that equals one with a collation": (
        "SELECT k.id FROM (SELECT nc.pen AS c, 'p1' AS pen FROM nc) s JOIN keepers k ON k.pen = s.pen AND k.name = s.c WHERE k.name LIKE 'p%'"
    ),
    "a condition on a column of what has not been read, which fails for what equals it": (
        "SELECT v.id FROM m JOIN keepers k ON k.id = m.id JOIN visits v ON v.pen = m.pen AND k.n = m.n WHERE 1 / (k.n - 2) IS NOT NULL"
    ),
    "a condition on what a column is called in SELECT": "SELECT v.id, v.pen AS p FROM l JOIN visits v ON v.pen = l.pen WHERE p LIKE 'p1%'",
    "the same, of a column of a sub-select": "SELECT s.p AS q FROM (SELECT v.pen AS p FROM l JOIN visits v ON v.pen = l.pen) s WHERE q LIKE 'p1%'",
    "a column of a source further out that is called as a column in SELECT": (
        "SELECT p.id, (SELECT count(*) FROM (SELECT v.pen AS p FROM visits v WHERE v.pen IN ('p1', 'p2') AND p.pen = 'p1')) FROM m p"
    ),
    "numbers of which a sub-select that has not been read has texts": (
        "SELECT p.id FROM pens p JOIN (SELECT v.n FROM visits v WHERE v.pen = 'p1' AND v.n IN ('0', '1')) d ON d.n = p.size"
    ),
    "a column that equals one with a collation in a sub-select that has not been read": (
        "SELECT p.id FROM pens p JOIN (SELECT k.pen FROM keepers k JOIN nc ON nc.pen = k.pen WHERE k.id IN ('k0', 'k1', 'k2')) d ON d.pen = p.id "
        "WHERE p.id IN ('p1', 'P1', 'p2')"
    ),
    "constants of a column further out that an outer join fills": (
        "SELECT p.id FROM pens p LEFT JOIN keepers k ON k.pen = p.id AND k.id = 'k0' AND k.pen = 'p1' WHERE p.id IN ('p1', 'p2') "
        "AND EXISTS (SELECT 1 FROM visits v, unnest(CASE WHEN k.pen IS NULL THEN ['p2'] ELSE [k.pen] END) u(x) WHERE v.pen = u.x)"
    ),
    "constants on one side of OR in a sub-select that has not been read": (
        "SELECT p.id FROM pens p JOIN (SELECT k.pen FROM keepers k WHERE k.id IN ('k0', 'k1', 'k2') AND (k.pen = 'p1' OR k.n = 1)) d ON d.pen = p.id "
        "WHERE p.id IN ('p1', 'p2')"
    ),
    "constants in a sub-query of NOT IN that has not been read": (
        "SELECT p.id FROM pens p WHERE p.id IN ('p1', 'p2', '5') AND p.id NOT IN (SELECT k.pen FROM keepers k WHERE k.pen = 'p1')"
    ),
    "a LATERAL without a row, of which an aggregate makes one": (
        "SELECT v.id, s.c FROM visits v, LATERAL (SELECT count(*) AS c FROM k WHERE k.pen = v.id AND k.pen = 'p1') s WHERE v.pen = 'p1'"
    ),
    "the same by GROUPING SETS": (
        "SELECT v.id, s.p FROM visits v, LATERAL (SELECT k.pen AS p FROM k WHERE k.pen = v.id AND k.pen = 'p1' GROUP BY ROLLUP (k.pen)) s WHERE v.pen = 'p1'"
    ),
    "a LATERAL without a row in an outer join": (
        "SELECT v.id, s.p FROM visits v LEFT JOIN LATERAL (SELECT k.pen AS p FROM k WHERE k.pen = v.pen AND k.pen = 'p1') s ON true WHERE v.pen = 'p1'"
    ),
    "a LATERAL whose column equals one before it, and may be NULL around an outer join": (
        "SELECT v.id, s.p FROM visits v LEFT JOIN LATERAL (SELECT k.pen AS p FROM k WHERE k.pen = v.pen AND k.pen <> 'p1') s ON true "
        "WHERE v.pen = 'p1' AND (s.p = 'p2' OR s.p IS NULL)"
    ),
    "the same where columns before it have changed their names": (
        "SELECT v.id, s.pen FROM visits AS v(pen, id, kind) JOIN LATERAL (SELECT k.pen FROM k WHERE k.pen = v.id) s ON true "
        "WHERE s.pen IN (VALUES ('p1'), ('p' || '2')) AND v.id IN ('p1', 'p2')"
    ),
    "a LATERAL that names what stands after it, which is one further out": (
        "SELECT v.id FROM visits v WHERE v.pen = 'p1' AND EXISTS (SELECT 1 FROM (SELECT k.pen AS p FROM k WHERE k.pen = v.pen) s, visits v "
        "WHERE s.p IN (VALUES ('p1')) AND v.pen = 'p2')"
    ),
    "one column under two names, NULLs of which matter": (
        "WITH d AS (SELECT v.pen AS a, v.pen AS b, v.kind AS c, v.kind AS e, v.id FROM visits v) SELECT x.id, y.id FROM d x JOIN d y "
        "ON y.b = x.a AND x.e IS NOT DISTINCT FROM y.c WHERE x.a IN ('p1', 'p2') AND x.b LIKE '%1'"
    ),
    "a condition with a sub-query around a sub-select, on a column with a collation": (
        "SELECT s.id FROM (SELECT v.id, nc.pen FROM nc JOIN visits v ON v.pen = nc.pen WHERE v.pen IN ('p1', 'P1', 'p2')) s "
        "WHERE s.pen NOT IN (SELECT k.pen FROM k) AND s.pen IN ('p1', 'P1')"
    ),
    "a condition with a sub-query and a macro of a random number around a sub-select": (
        "SELECT s.id FROM (SELECT v.id, v.pen FROM visits v WHERE v.pen IN ('p1', 'p2')) s WHERE s.pen IN (SELECT k.pen FROM k) OR is_some(s.pen)"
    ),
    "a condition with a sub-query that fails for a key": (
        "SELECT s.id FROM (SELECT v.id, v.pen FROM l JOIN visits v ON v.pen = l.pen) s WHERE s.pen IN ('p1', 'p2') AND "
        "CAST(right(s.pen, 1) AS INTEGER) NOT IN (SELECT n FROM num)"
    ),
    "recursion": (
        "WITH RECURSIVE w(id, n) AS (SELECT id, n FROM visits WHERE pen = 'p1' AND n = 0 "
        "UNION ALL SELECT v.id, v.n FROM w JOIN visits v ON v.n = w.n + 1 WHERE v.pen = 'p2') FROM w"
    ),
}

NEWER = {
    TRICKY[name]
    for name in (
        "a LEFT JOIN whose ON names what stands before a comma",
        "an ON behind a comma that drops what an outer join before it fills with NULLs",
        "the same, and a LEFT JOIN within what stands behind the comma",
        "an ON behind a comma that keeps what an outer join before it fills with NULLs",
        "an ON of a LEFT JOIN that is about what stands before a comma alone",
        "a source before a comma that is named like a column after it",
        "the same, with columns that have other names",
        "a sub-query in the ON of a LEFT JOIN, around which NULLs in place of a row are let through",
        "one in the ON of a FULL JOIN, and a condition on one of its sides",
    )
}
"""What only DuckDB 2.0 understands."""


@pytest.mark.parametrize("sql", TRICKY.values(), ids=TRICKY.keys())
def test_what_once_could_go_wrong_does_not(zoo: Any, sql: str) -> None:
    """The rows are those over the whole tables, or there are none: the statement is refused, or is too much for DuckDB 1.5."""
    if sql in NEWER and duckdb.__version__.startswith("1."):
        pytest.skip("DuckDB 1.5 sees nothing before the comma, and takes no sub-query in the ON of an outer join")

    assert check(zoo, sql) != "invalid"


def test_a_union_that_takes_a_column_from_outside_has_the_names_of_its_first_side(zoo: Any) -> None:
    """So it is known that a parameter of the API's that is no column does not pair rows of a NATURAL JOIN with it."""
    sql = (
        "SELECT v.id, s.x FROM visits v, LATERAL (SELECT k.pen AS x FROM k UNION SELECT l.tag FROM l WHERE l.n < v.n) s "
        "NATURAL JOIN (SELECT 'p2' AS x) t WHERE v.pen = 'p1' AND v.{} = 'v0'"
    )

    assert zoo.answer(sql.format("visit_id")) == zoo.truth(sql.format("id"))


BY_MACRO = {
    "a column that equals a key": "SELECT v.id FROM m JOIN visits v ON v.pen = m.pen WHERE {}(v.pen)",
    "a merged column": "SELECT v.id FROM m JOIN visits v USING (pen) WHERE {}(pen)",
    "a column of a sub-select": "SELECT s.id FROM (SELECT v.id, m.pen FROM m JOIN visits v ON v.pen = m.pen) s WHERE {}(s.pen)",
    "one of two uses of a WITH": (
        "WITH s AS (SELECT id, pen FROM visits) SELECT a.id FROM m JOIN s a ON a.pen = m.pen AND {}(a.pen) JOIN s b ON b.pen = m.pen AND b.id = a.id"
    ),
}


@pytest.mark.parametrize("macro", ["has_pen", "has_tag", "is_some"])
@pytest.mark.parametrize("sql", BY_MACRO.values(), ids=BY_MACRO.keys())
def test_a_macro_in_a_condition_leaves_the_keys_beside_it(zoo: Any, sql: str, macro: str) -> None:
    """One with a sub-query or a random number is not asked of the keys; they are those without it, so that the statement is not refused."""
    assert check(zoo, sql.format(macro)) == "same"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a.id, v.id FROM sizes s JOIN pens a ON a.size = s.size JOIN visits v ON v.pen = a.id",
        "SELECT a.id, b.id FROM sizes s JOIN pens a ON a.size = s.size JOIN pens b ON b.size = a.size + 1 AND b.kind = a.kind WHERE b.kind LIKE 'F%'",
    ],
    ids=["keys", "a condition on what equals a key"],
)
def test_texts_of_an_api_compare_under_the_collation_by_default(zoo: Any, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """As local ones do: of two that are equal one need not be the other."""
    monkeypatch.setitem(ROWS["pens"][1], "kind", "Food")
    zoo = type(zoo)()
    for connection in (zoo.connection, zoo.oracle):
        connection.execute("CREATE TABLE sizes AS SELECT 0::BIGINT AS size; SET default_collation = 'NOCASE'")

    assert check(zoo, sql) != "invalid"


@pytest.mark.parametrize(
    "condition",
    [
        "pen = loose()",
        "NOT (pen <> loose())",
        "pen >= loose() AND pen <= loose()",
        "pen IN (loose(), 'x')",
        "pen = ANY (loose_ones())",
        "pen = ANY ([loose()])",
    ],
)
def test_a_macro_may_give_a_text_with_a_collation(zoo: Any, condition: str) -> None:
    """By which other texts are equal to it too, so that it is none that can be asked for."""
    assert check(zoo, f"SELECT id FROM visits WHERE {condition}") == "refused"


@pytest.mark.parametrize("condition", ["pen IN ('p1,p2' || '')", "pen IN concat_ws(',', 'p1', 'p2')", "pen IN $t"])
def test_what_is_a_part_of_a_text_is_not_the_text(zoo: Any, condition: str) -> None:
    """IN of a text, and of no list in brackets, asks for its parts."""
    assert check(zoo, f"SELECT id FROM visits WHERE {condition}") in ({"same"} if "(" in condition[:8] else {"refused"})


SAID = {
    "what NULL is put in the place of": "SELECT id FROM visits WHERE nullif(pen, 'p1') IS NULL",
    "one of a sub-select": "SELECT s.id FROM (SELECT id, pen FROM visits) s WHERE nullif(s.pen, $t) IS NULL",
    "what is put in the place of NULL": "SELECT id FROM visits WHERE coalesce(pen, 'p1') = 'p1' AND $t = coalesce(pen, NULL, $t)",
    "one of a table": "SELECT v.id FROM visits v JOIN l ON nullif(v.pen, l.pen) IS NULL",
    "IS TRUE": "SELECT id FROM visits WHERE (pen = 'p1') IS TRUE",
    "IS FALSE": "SELECT id FROM visits WHERE (pen <> $t) IS FALSE AND pen = $t IS TRUE",
    "NOT of another": "SELECT id FROM visits WHERE NOT (pen <> 'p1') AND NOT kind IS DISTINCT FROM NULL",
    "NOT of OR": "SELECT id FROM visits WHERE NOT (pen <> 'p1' OR kind = 'food' OR n = 3)",
    "NOT of AND": "SELECT id FROM visits WHERE NOT (pen <> 'p1' AND (pen <> 'p2' OR n > 2))",
    "NOT of IS NOT TRUE": "SELECT id FROM visits WHERE NOT ((pen = 'p1' OR pen = 'P1') IS NOT TRUE)",
    "NOT of NOT IN a query": "SELECT id FROM visits WHERE NOT (pen NOT IN (SELECT pen FROM k))",
    "NOT of NOT EXISTS": "SELECT id FROM visits WHERE NOT (NOT EXISTS (SELECT 1 FROM keepers k WHERE k.pen = visits.pen) OR pen <> 'p1')",
    "NOT in ON": "SELECT v.id FROM m JOIN visits v ON NOT ((v.pen <> m.pen OR m.kind LIKE 'f%') AND (v.pen <> 'p1' OR m.n > 0))",
    "NOT behind a LEFT JOIN": "SELECT l.pen, v.id FROM l LEFT JOIN visits v ON v.pen = l.pen WHERE NOT (v.pen <> 'p1')",
    "NOT of what a NULL satisfies": "SELECT l.pen, v.id FROM l LEFT JOIN visits v ON v.pen = l.pen WHERE NOT (v.pen <> 'p1' AND l.tag = 'a')",
    "at least and at most": "SELECT id FROM visits WHERE 'p1' <= pen AND pen <= 'p1'",
    "at least and at most in OR": "SELECT id FROM visits WHERE (pen >= $t AND $t >= pen) OR (pen >= 'p2' AND pen <= 'p2')",
    "at least and at most in ON": "SELECT v.id, m.id FROM m LEFT JOIN visits v ON v.pen >= 'p1' AND v.pen <= 'p1' AND v.n = m.n",
    "row": "SELECT id FROM visits WHERE row(pen, n) = row('p1', NULL) OR row((pen), id) IN (row('p2', 'v1'), ($t, 'v0'), ('p1', NULL))",
    "NOT of another row": "SELECT id FROM visits WHERE NOT ((pen, n) <> ('p1', NULL))",
    "not false": "SELECT id FROM visits WHERE (pen = 'p1') IS NOT FALSE",
    "not that another is true": "SELECT id FROM visits WHERE NOT ((pen <> 'p1') IS TRUE)",
    "NULL in a list": "SELECT id FROM visits WHERE pen IN ('p1', NULL) AND (pen, id) = ('p1', 'v0')",
    "a query in HAVING": "SELECT pen, count(*) FROM visits GROUP BY pen HAVING pen IN (SELECT pen FROM k)",
    "a remote query in HAVING": "SELECT pen, count(*) FROM visits GROUP BY pen HAVING pen IN (SELECT pen FROM keepers WHERE id IN ('k0', 'k1'))",
    "a query in HAVING of sets": "SELECT pen, kind, count(*) FROM visits GROUP BY GROUPING SETS ((pen), (kind)) HAVING pen IN (SELECT pen FROM k)",
    "NOT in HAVING of sets": "SELECT pen, kind, count(*) FROM visits GROUP BY CUBE (pen, kind) HAVING NOT (pen <> 'p1' OR kind = 'food')",
    "a query in QUALIFY": "SELECT id FROM visits QUALIFY row_number() OVER (PARTITION BY pen ORDER BY id) = 1 AND pen IN (SELECT pen FROM k)",
}


@pytest.mark.parametrize("sql", SAID.values(), ids=SAID.keys())
def test_a_value_may_be_said_in_a_roundabout_way(zoo: Any, sql: str) -> None:
    """As by NOT of another, IS TRUE, two comparisons, rows, or in HAVING by a query: the statement is answered, with the right rows."""
    assert check(zoo, sql) == "same"


AMONG = {
    "IN with columns": "SELECT v.id FROM l JOIN visits v ON v.pen IN (l.pen, l.tag)",
    "IN with columns and constants": "SELECT v.id FROM l JOIN visits v ON v.pen IN ((l.pen), 'p2', NULL, $t, upper(l.pen), 'P' || '1')",
    "IN with one column": "SELECT v.id FROM l, visits v WHERE v.pen IN (l.pen) AND v.n IN ((l.n), 1)",
    "IN with casts that change nothing": "SELECT v.id FROM l JOIN visits v ON (v.pen::VARCHAR) IN (l.pen::TEXT, CAST(l.tag AS VARCHAR))",
    "IN with a query": "SELECT v.id FROM l JOIN visits v ON v.pen IN (l.pen, (SELECT max(pen) FROM k))",
    "IN with a correlated query": "SELECT v.id FROM l JOIN visits v ON v.pen IN (l.pen, (SELECT max(pen) FROM k WHERE k.pen <> l.pen))",
    "IN with columns of several tables": "SELECT v.id FROM l, m JOIN visits v ON v.pen IN (m.pen, m.kind) WHERE m.n = l.n AND v.pen IN (l.pen, m.pen)",
    "IN with columns of a table without rows": "SELECT v.id FROM (FROM l WHERE false) l JOIN visits v ON v.pen IN (l.pen, 'p1')",
    "IN with whole numbers of several types": "SELECT p.id FROM num JOIN m USING (n) JOIN pens p ON p.size IN (num.pen, m.n, 2)",
    "IN with numerals": "SELECT p.id FROM (VALUES ('5', '03')) t(a, b) JOIN pens p ON p.size IN (t.a, t.b)",
    "IN with many constants": f"SELECT v.id FROM l, visits v WHERE v.pen IN (l.pen, {', '.join(repr(str(one)) for one in range(60))})",
    "ANY of columns": "SELECT v.id FROM l JOIN visits v ON v.pen = ANY([l.pen, 'p2', l.tag])",
    "ANY of a list": "SELECT v.id FROM li JOIN visits v ON v.pen = ANY(li.ids)",
    "ANY of whole numbers": "SELECT p.id FROM li JOIN pens p ON p.size = ANY(li.ns)",
    "ANY of a part of a list": "SELECT v.id FROM li JOIN visits v ON v.pen = ANY(li.ids[1:2])",
    "ANY of what is made of a list": "SELECT v.id FROM li JOIN visits v ON v.pen = ANY(list_transform(li.ids, lambda x: lower(x)))",
    "ANY of what is made of a text": "SELECT v.id FROM l JOIN visits v ON v.pen = ANY(string_split(l.pen || ',p2', ','))",
    "ANY of an array": "SELECT v.id FROM (SELECT array_value('p1', 'p2') AS a) t JOIN visits v ON v.pen = ANY(t.a)",
    "a list that contains it": "SELECT v.id FROM li, visits v WHERE list_contains(li.ids, v.pen)",
    "one of columns": "SELECT v.id FROM l, visits v WHERE list_has([l.pen, l.tag], v.pen) AND l.n = 1",
    "a list with a method": "SELECT v.id FROM li JOIN visits v ON li.ids.array_contains(v.pen)",
    "IN and a list without brackets": "SELECT v.id FROM li JOIN visits v ON v.pen IN li.ids",
    "a list that a sub-select makes": "SELECT v.id FROM visits v WHERE list_contains((SELECT list(pen) FROM k), v.pen)",
    "a list of an API": "SELECT p.id, v.id FROM visits v JOIN pens p ON p.id = ANY(v.tags) WHERE v.pen = 'p1'",
    "a list of an API's columns": "SELECT k.id FROM visits v JOIN keepers k ON k.pen IN (v.pen, v.id, 'p3') WHERE v.pen IN ('p1', 'p2')",
    "a list of what another list chooses": "SELECT v.id FROM l, keepers k, visits v WHERE k.pen IN (l.pen, l.tag) AND v.pen = k.pen",
    "two lists": "SELECT v.id FROM l, li, visits v WHERE v.pen IN (l.pen, l.tag) AND v.pen = ANY(li.ids) AND v.pen = l.pen",
    "a list beside a column": "SELECT v.id FROM li JOIN visits v ON v.pen = li.pen AND list_contains(['p1', li.ids[1]], v.pen)",
    "a list beside a part of a text": "SELECT v.id FROM l JOIN visits v ON v.pen = l.pen AND v.pen IN l.pen",
    "a list for a filter": "SELECT v.id FROM l JOIN visits v ON v.pen = l.pen AND v.kind IN (l.tag, 'food')",
    "lists for two parameters": "SELECT v.id FROM l JOIN visits v ON v.pen IN (l.pen, 'p2') AND v.id IN (l.tag, 'v1', 'v0')",
    "a list in OR": "SELECT v.id FROM l JOIN visits v ON (v.pen IN (l.pen, l.tag) AND v.n > 1) OR v.pen = 'P1'",
    "a list in CASE": "SELECT v.id FROM l JOIN visits v ON CASE WHEN l.n > 1 THEN v.pen IN (l.tag, 'p2') ELSE v.pen = l.pen END",
    "NOT of NOT IN columns": "SELECT v.id FROM l JOIN visits v ON NOT (v.pen NOT IN (l.pen, l.tag))",
    "a list around a sub-select": "SELECT v.id FROM li JOIN (SELECT id, pen FROM visits) v ON v.pen = ANY(li.ids)",
    "a list around a WITH": "WITH v AS (SELECT id, pen FROM visits) SELECT v.id, w.id FROM l JOIN v ON v.pen IN (l.pen, l.tag) JOIN v w ON w.pen IN (l.pen, 'p2')",
    "a list around a UNION": "SELECT v.id FROM (FROM visits UNION ALL FROM visits WHERE pen = 'p1') v JOIN l ON v.pen IN (l.pen, l.tag)",
    "a list in EXISTS": "SELECT pen FROM li o WHERE EXISTS (SELECT 1 FROM visits v WHERE v.pen = ANY(o.ids))",
    "a list with two methods": "SELECT v.id FROM li JOIN visits v ON (li.ids).list_append('p1').list_contains(v.pen)",
    "a list in NOT EXISTS": "SELECT pen FROM li o WHERE NOT EXISTS (SELECT 1 FROM visits v WHERE list_contains(o.ids, v.pen))",
    "a list in EXISTS around it": "SELECT v.id FROM visits v WHERE EXISTS (SELECT 1 FROM l WHERE v.pen IN (l.pen, l.tag, 'p2') AND l.n > 0)",
    "a list in a count": "SELECT pen, (SELECT count(*) FROM visits v WHERE list_contains(o.ids, v.pen)) FROM li o",
    "a list in a LATERAL": "SELECT o.pen, x.id FROM li o LEFT JOIN LATERAL (SELECT id FROM visits v WHERE list_contains(o.ids, v.pen)) x ON true",
    "a list in a LEFT JOIN": "SELECT l.n, v.id FROM l LEFT JOIN visits v ON v.pen IN (l.pen, l.tag)",
    "a list in an ANTI JOIN": "SELECT pen FROM li ANTI JOIN visits v ON list_contains(li.ids, v.pen)",
    "a list of what an outer join fills": "SELECT v.id FROM m LEFT JOIN li ON m.pen = li.pen JOIN visits v ON v.pen = ANY(li.ids)",
    "columns of what an outer join fills": "SELECT v.id FROM l LEFT JOIN m ON m.pen = l.pen JOIN visits v ON v.pen IN (m.pen, m.kind)",
    "columns of one ENUM": "SELECT v.id FROM (SELECT 'p1'::ENUM('p1', 'x') AS a) e JOIN visits v ON v.pen IN (e.a, e.a)",
    "a list that has lost a collation": "SELECT v.id FROM l, nc, visits v WHERE v.pen = ANY([l.pen, nc.pen])",
    "a list with a collation beside a key": "SELECT v.id FROM l, nc, visits v WHERE v.pen = l.pen AND v.pen IN ('p2', nc.pen)",
}


@pytest.mark.parametrize("sql", AMONG.values(), ids=AMONG.keys())
def test_a_value_may_be_one_of_several_expressions(zoo: Any, sql: str) -> None:
    """Of columns of what the API is joined with, written as a list or held in one: the statement is answered, with the right rows."""
    assert check(zoo, sql) == "same"


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT v.id FROM l JOIN visits v ON v.pen NOT IN (l.pen, l.tag)", "says what a value is not"),
        ("SELECT v.id FROM li JOIN visits v ON NOT v.pen = ANY(li.ids)", "says what a value is not"),
        ("SELECT v.id FROM l JOIN visits v ON v.pen IN (l.pen, v.id)", "needs pen"),
        ("SELECT v.id FROM visits v WHERE EXISTS (SELECT 1 FROM l WHERE v.pen IN (l.pen, v.id))", "needs pen"),
        ("SELECT v.id FROM l JOIN visits v ON v.pen IN (l.pen, random()::VARCHAR)", "another value each time"),
        ("SELECT v.id FROM l JOIN visits v ON v.pen IN l.tag", "is no list: of a text it means each part of it"),
        ("SELECT v.id FROM (SELECT 'p1'::ENUM('p1', 'x') AS a) e JOIN visits v ON v.pen IN (e.a, 'x')", "compared as one type"),
        ("SELECT v.id FROM l LEFT JOIN m USING (pen) JOIN visits v ON v.pen IN (l.tag, m.kind)", "compare with each by itself"),
        (
            "SELECT v.id FROM m LEFT JOIN li USING (pen) JOIN visits v ON v.pen = ANY(coalesce(li.ids, ['p2']))",
            "compare with each by itself",
        ),
        ("SELECT v.id FROM nc JOIN visits v ON v.pen IN ('p2', nc.pen)", "nc.pen or the statement compares under a collation"),
        ("SELECT v.id FROM l, nc, visits v WHERE v.pen IN (l.pen, nc.pen)", "l.pen or nc.pen compares under a collation"),
        ("SELECT v.id FROM l, nc, visits v WHERE v.pen = ANY([nc.pen, l.pen])", "compares under a collation"),
        ("SELECT v.id FROM visits v WHERE list_contains((SELECT list(pen) FROM l USING SAMPLE 1), v.pen)", "is not looked into"),
        ("SELECT v.id FROM li JOIN visits v ON v.pen = ANY([x FOR x IN li.ids])", "gives values where a sub-select makes rows of it"),
    ],
)
def test_several_expressions_that_may_be_other_values_say_none(zoo: Any, sql: str, reason: str) -> None:
    """The statement is refused, and why is said."""
    with pytest.raises(PlanError, match=reason):
        zoo.answer(sql)


@pytest.mark.parametrize(
    "condition",
    [
        "(n = 1) IS NOT FALSE", "NOT ((kind <> 'food') IS TRUE)", "(pen > 'p1') IS NOT FALSE", "NOT (pen <> ANY (['p1']))", "NOT (pen <> 'p1' AND n = 3)",
        "NOT (pen IS NULL OR pen = 'p1')", "pen >= 'p1' AND pen <= 'p2'", "pen > 'p1' AND pen <= 'p1'",
    ],
)  # fmt: skip
def test_what_other_values_satisfy_too_says_none(zoo: Any, condition: str) -> None:
    """What is true where a comparison is NULL, or where only one side of OR holds, is refused."""
    assert check(zoo, f"SELECT id FROM visits WHERE {condition}") == "refused"


NUMERALS = {
    "a literal": ("SELECT id FROM pens WHERE size = '03'", [3]),
    "a list": ("SELECT id FROM pens WHERE size IN (' 3 ', 3, '+3')", [3]),
    "a row": ("SELECT id FROM pens WHERE (size, kind) IN (('3', 'food'), ('03', 'food'))", [3]),
    "an expression": ("SELECT id FROM pens WHERE size = '0' || '3'", [3]),
    "a parameter": ("SELECT id FROM pens WHERE size = $text", [3]),
    "keys of a local table": ("SELECT p.id FROM numerals a JOIN pens p ON p.size = a.v", [3]),
    "keys that are rounded": ("SELECT p.id FROM (SELECT '2.6' AS v) a JOIN pens p ON p.size = a.v", [3]),
    "what a sub-select gives": ("SELECT s.id FROM (SELECT id, size AS a FROM pens) s WHERE s.a = '3'", [3]),
    "a UNION that makes texts of them": ("SELECT u.a FROM (SELECT size AS a FROM pens UNION ALL SELECT 'x') u WHERE u.a = '3'", [3]),
    "a text that no such text is": ("SELECT u.a FROM (SELECT size AS a FROM pens UNION ALL SELECT '03') u WHERE u.a = '03'", [3]),
    "one that is rounded": ("SELECT id FROM pens WHERE size = '2.6'", None),
    "one past 64 bits": ("SELECT u.a FROM (SELECT size AS a FROM pens UNION ALL SELECT 'x') u WHERE u.a = '9223372036854775808'", None),
    "zeros beyond what Python reads": (
        f"SELECT u.a FROM (SELECT size AS a FROM pens UNION ALL SELECT 'x') u WHERE u.a = '{'0' * 5000}'",
        [0],
    ),
    "one longer than Python reads": (
        f"SELECT u.a FROM (SELECT size AS a FROM pens UNION ALL SELECT 'x') u WHERE u.a = '{'9' * 5000}'",
        None,
    ),
}


@pytest.mark.parametrize(("sql", "sizes"), NUMERALS.values(), ids=NUMERALS.keys())
def test_a_text_beside_a_whole_number_is_the_number(zoo: Any, sql: str, sizes: list[int] | None) -> None:
    """As DuckDB compares them; what it has to round, or cannot hold, is no value to ask for."""
    zoo = type(zoo)()
    for connection in (zoo.connection, zoo.oracle):
        connection.execute("CREATE TABLE numerals AS SELECT unnest(['+3', '03', NULL]) AS v")
    given = {"text": "3"} if "$text" in sql else {}
    (scan,) = zoo.scans(sql, given)

    assert sorted(call.bound["size"] for call in scan.calls if "size" in call.bound) == (sizes or [])
    assert zoo.answer(sql, given) == zoo.truth(sql, given)


def test_a_text_that_is_no_number_asks_nothing(zoo: Any) -> None:
    """It equals none; whether it is a mistake, DuckDB says."""
    (scan,) = zoo.scans("SELECT p.id FROM (SELECT unnest(['5', 'x']) AS v) a JOIN pens p ON p.size = a.v")

    assert [call.bound["size"] for call in scan.calls] == [5]


def test_a_query_in_having_that_depends_on_the_group_says_nothing(zoo: Any) -> None:
    """It has another result for each group, and is no condition of WHERE."""
    sql = "SELECT pen, count(*) FROM visits GROUP BY pen HAVING pen IN (SELECT l.pen FROM l WHERE l.pen = visits.pen)"

    assert check(zoo, sql) == "refused"
