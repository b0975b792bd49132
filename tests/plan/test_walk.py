"""The nodes of a tree are those that sqlglot's own walk gives, in its order."""

from __future__ import annotations

import pytest
from sqlglot import exp, parse_one

from rowcall.plan.walk import find_all, walk

STATEMENTS = [
    "SELECT 1",
    "WITH x AS (SELECT * FROM a) SELECT x.id, count(*) FROM x JOIN b USING (k) WHERE id IN (SELECT id FROM c) GROUP BY ALL ORDER BY 1 LIMIT 3",
    "SELECT CASE WHEN a THEN {'b': [1, 2]} END, list_transform(l, lambda x: x + 1), max(z) OVER (PARTITION BY p) FROM t, unnest(t.l) u(v)",
    "FROM a UNION ALL BY NAME (SELECT * EXCLUDE (q) REPLACE (1 AS r) FROM b) QUALIFY row_number() OVER () = 1",
]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_walk_is_that_of_sqlglot(sql: str) -> None:
    """Node by node."""
    tree = parse_one(sql, dialect="duckdb")

    assert [id(node) for node in walk(tree)] == [id(node) for node in tree.walk()]
    assert [id(node) for node in find_all(tree, exp.Column, exp.Table)] == [id(node) for node in tree.find_all(exp.Column, exp.Table)]
