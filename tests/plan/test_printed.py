"""DuckDB's printing is written again as people write it; DuckDB itself is the judge of the meaning."""

from __future__ import annotations

import duckdb
import pytest

from rowcall.plan.printed import as_written
from rowcall.plan.references import read


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("SELECT * FROM a WHERE (x = ANY(SELECT x FROM b))", "SELECT * FROM a WHERE (x IN (SELECT x FROM b))"),
        ("SELECT * FROM a WHERE (x = ANY(list_value(1, 2)))", "SELECT * FROM a WHERE (x = ANY([1, 2]))"),
        ('SELECT * FROM a WHERE ("row"(x, y) IN ("row"(1, 2)))', "SELECT * FROM a WHERE ((x, y) IN ((1, 2)))"),
        ('SELECT * FROM a WHERE (main."row"(x, y) IN (main."row"(1, 2)))', "SELECT * FROM a WHERE ((x, y) IN ((1, 2)))"),
        ("SELECT main.list_value(1), s.list_value(1)", "SELECT [1], s.list_value(1)"),
        ('SELECT "row"(x) FROM a', 'SELECT "row"(x) FROM a'),
        ("SELECT * FROM (a INNER JOIN b USING (x))", "SELECT * FROM a INNER JOIN b USING (x)"),
        (
            "SELECT * FROM ((a INNER JOIN b USING (x)) LEFT JOIN c ON ((c.x = b.x))) , d",
            "SELECT * FROM a INNER JOIN b USING (x) LEFT JOIN c ON ((c.x = b.x)) , d",
        ),
        ("SELECT * FROM a , (b INNER JOIN c USING (x))", "SELECT * FROM a , b INNER JOIN c USING (x)"),
        ("SELECT * FROM (a RIGHT JOIN (b FULL JOIN c USING (y)) ON (p))", "SELECT * FROM a RIGHT JOIN (b FULL JOIN c USING (y)) ON (p)"),
        ("SELECT * FROM (a INNER JOIN b USING (x)) AS j(y)", "SELECT * FROM (a INNER JOIN b USING (x)) AS j(y)"),
        ("SELECT * FROM (SELECT * FROM (a INNER JOIN b USING (x)))", "SELECT * FROM (SELECT * FROM a INNER JOIN b USING (x))"),
        ("SELECT * FROM ((SELECT 1 AS x) AS s INNER JOIN b USING (x))", "SELECT * FROM (SELECT 1 AS x) AS s INNER JOIN b USING (x)"),
        ("SELECT max((x - y)), '(a JOIN b)' FROM a", "SELECT max((x - y)), '(a JOIN b)' FROM a"),
    ],
)
def test_each_form_is_written_the_other_way(printed: str, expected: str) -> None:
    """And nothing else changes."""
    assert as_written(printed) == expected


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM a WHERE x IN (SELECT x FROM b) AND x NOT IN (SELECT y FROM b WHERE y > 1)",
        "SELECT * FROM a WHERE (x, y) IN (SELECT x, y FROM b) OR (x, y) IN ((1, 2), (2, 3)) OR x = ANY([3, 4])",
        "SELECT a.x, c.y, d.x FROM a JOIN b USING (x) LEFT JOIN a c ON c.x = b.y, b d WHERE d.y > 1",
        "SELECT * FROM a NATURAL JOIN b",
        "SELECT * FROM a SEMI JOIN b USING (x) ANTI JOIN b c ON c.y = a.y",
        "SELECT c.x, d.y FROM (a JOIN b USING (x)) RIGHT JOIN (a c FULL JOIN b d USING (y)) ON c.x = a.x",
        "SELECT v.x, a.y FROM (VALUES (1), (2)) v(x) JOIN a ON v.x = a.x AND a.y = 1",
        "SELECT a.x, l.z, u.u FROM a, LATERAL (SELECT a.x + 1 AS z) l, unnest([1, a.y]) AS u(u)",
        "SELECT a.x, b.y FROM a ASOF JOIN b ON a.x = b.x AND a.y >= b.y",
        "SELECT list_value(x, y) AS l, {'k': [x]} AS s, (SELECT max(y) FROM b WHERE b.x = a.x) AS m FROM a",
        "SELECT a.x FROM a WHERE EXISTS (SELECT 1 FROM b JOIN b c USING (y) WHERE b.x = a.x) GROUP BY ALL HAVING count(*) > 0",
        "SELECT [i + x for i in [1, 2] if i > y] AS l, list_transform([1], lambda i: i + x) AS t, MAP {'a': x} AS m, {'k': y}.k AS k FROM a",
        "SELECT x::VARCHAR LIKE '1%' AS a, x::VARCHAR NOT ILIKE 'A' AS b, 'a' ^@ 'a' AS c, '{\"a\": 1}'::JSON->>'a' AS d, NOT true AS e FROM a",
        "SELECT DATE '2020-01-01' + INTERVAL 1 DAY AS d, extract(epoch FROM TIMESTAMP '2020-01-01') AS e, date_trunc('day', now()) > '2020-01-01' AS f",
        "SELECT CASE x WHEN 1 THEN 'a' ELSE 'b' END AS c, coalesce(x, y) AS d, x BETWEEN 1 AND 2 AS b, x IS DISTINCT FROM y AS n, [1, 2][x] AS i FROM a",
        "SELECT x, sum(y) FILTER (y > 0) OVER (PARTITION BY x ORDER BY y ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM a QUALIFY row_number() OVER (PARTITION BY x ORDER BY y) < 3",
        "FROM a SELECT DISTINCT ON (x) x ORDER BY x DESC NULLS LAST LIMIT 3 OFFSET 1",
        "SELECT x, count(*) AS n, quantile_cont(y, 0.5) AS q FROM a GROUP BY ROLLUP (x)",
        "SELECT * EXCLUDE (y) REPLACE (x + 1 AS x), COLUMNS('x') AS z FROM a",
        "WITH c AS (SELECT * FROM a JOIN b USING (x)) SELECT x, count(*) AS n FROM c GROUP BY x UNION ALL SELECT x, 0 FROM b",
    ],
)
def test_a_view_gives_the_same_rows_as_its_text_written_again(query: str) -> None:
    """On whichever DuckDB this runs, whatever it prints."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE a AS SELECT i % 4 AS x, i % 3 AS y FROM range(9) r(i)")
        con.execute("CREATE TABLE b AS SELECT i % 5 AS x, i % 2 AS y FROM range(7) r(i)")
        con.execute(f"CREATE VIEW v AS {query}")
        ((text,),) = con.execute("SELECT sql FROM duckdb_views() WHERE view_name = 'v'").fetchall()

        again = as_written(text.removeprefix("CREATE VIEW v AS ").removesuffix(";"))

        read(again)  # which raises where it cannot be read

        assert sorted(map(repr, con.execute(again).fetchall())) == sorted(map(repr, con.execute(query).fetchall()))
