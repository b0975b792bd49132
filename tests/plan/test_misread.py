"""What sqlglot reads otherwise than DuckDB is read as DuckDB reads it."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from rowcall.plan.misread import as_meant

EXPRESSIONS = """
status
"R x"."the status"
a.b.r.status
usage.total.x
a.b.r.usage.total.x
[r.a, b]
{'a': r.b, 'c': d}
MAP {'a': b}
x::my_enum
x COLLATE nocase
list_transform(r.l, lambda x, i: x.f || r.y || x || z)
[x || y FOR x IN r.l IF x > r.z]
CASE WHEN a.b = 1 THEN c ELSE d.e END
sum(x) OVER (PARTITION BY r.a ORDER BY b)
struct_pack(a := r.b)
r.m->'$.a'
a IN (b, r.c)
r.a.lower()
(r.a.lower() || b).trim()
x.list_transform(lambda a: a.upper() || r.c.lower())
(SELECT max(s.v) AS w FROM db.t AS s JOIN u USING (k) JOIN v ON s.a = v.b WHERE s.c = r.d GROUP BY e ORDER BY f LIMIT 1)
(WITH q(a) AS (SELECT b FROM c) SELECT q.a FROM q WINDOW w AS (PARTITION BY a))
(SELECT * EXCLUDE (a) REPLACE (b + 1 AS b) FROM t)
""".strip().splitlines()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_means_the_same_before_a_dot_and_a_function(expression: str) -> None:
    """Its columns are columns, at their places in the text; names of tables, aliases and items of lists are none."""
    alone = as_meant(sqlglot.parse_one(f"SELECT ({expression}) AS it", read="duckdb"))
    called = as_meant(sqlglot.parse_one(f"SELECT ({expression}).shown() AS it", read="duckdb"))

    expected, found = alone.expressions[0].unalias(), called.expressions[0].unalias().this

    assert found.unnest() == expected.unnest()
    assert [place(column) for column in found.find_all(exp.Column)] == [place(column) for column in expected.find_all(exp.Column)]


def place(column: exp.Column) -> list[int | None]:
    """Where its parts begin."""
    return [part.meta.get("start") for part in column.parts]


def test_what_is_said_to_a_function_that_reads_files_is_no_column() -> None:
    """Whichever of the two signs is written; a comparison elsewhere is one."""
    names = ["read_csv", "read_parquet", "read_json", "parquet_scan", "mine"]
    trees = [as_meant(sqlglot.parse_one(f"SELECT a FROM {name}('t', header = true) WHERE b = true", read="duckdb")) for name in names]

    assert [[column.name for column in tree.find_all(exp.Column)] for tree in trees] == [*[["a", "b"]] * 4, ["a", "b", "header"]]
