"""The nodes of a tree are those that sqlglot's own walk gives, in its order, and a plan looks for them no more often than it has to."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from sqlglot import exp, parse_one

from rowcall.plan.walk import Above, conjuncts, depth, find_all, walk

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


@pytest.mark.parametrize("sql", STATEMENTS)
def test_what_is_above_a_node_is_that_of_sqlglot(sql: str) -> None:
    """Whichever was asked for before."""
    tree, above = parse_one(sql, dialect="duckdb"), Above()
    nodes = list(tree.walk())

    for kinds in ((exp.Select,), (exp.Join, exp.Select), (exp.Order, exp.Query)):
        assert [id(above.nearest(node, *kinds)) for node in reversed(nodes)] == [id(node.find_ancestor(*kinds)) for node in reversed(nodes)]
    assert [depth(node) for node in nodes] == [node.depth for node in nodes]
    for select in tree.find_all(exp.Select):
        inside = {id(node) for node in select.walk()}
        assert [above.is_in(node, select) for node in nodes] == [id(node) in inside for node in nodes]


def test_what_and_joins_is_told_of_any_number() -> None:
    """In the order of the text."""
    predicate = parse_one(" AND ".join(f"(a = {number} AND b)" for number in range(5_000)), dialect="duckdb")

    assert [one.sql() for one in conjuncts(predicate)] == [text for number in range(5_000) for text in (f"a = {number}", "b")]


LONG = {
    "OR": ("SELECT id FROM visits v WHERE {}", "v.pen = 'p{}'", " OR "),
    "OR of a column that is no key": ("SELECT v.id FROM visits v JOIN l USING (pen) WHERE {}", "tag = 'p{}'", " OR "),
    "OR in ON": ("SELECT v.id FROM l JOIN visits v ON {}", "v.pen = 'p{}'", " OR "),
    "OR around a sub-select": ("SELECT id FROM (SELECT id, pen FROM visits) v WHERE {}", "v.pen = 'p{}'", " OR "),
    "OR of a parameter that is no column": ("SELECT id FROM visits WHERE pen = 'p1' AND ({})", "visit_id = 'v{}'", " OR "),
    "AND": ("SELECT id FROM visits WHERE pen = 'p1' AND {}", "id <> 'v{}'", " AND "),
    "rows": ("SELECT id FROM visits WHERE (pen, id) IN ({})", "('p1', 'v{}')", ", "),
}


def _long(shape: str, count: int) -> str:
    frame, part, between = LONG[shape]
    return frame.format(between.join(part.format(number) for number in range(count)))


def _steps(zoo: Any, sql: str) -> int:
    """How many lines of Python a plan runs."""
    count = 0

    def traced(*_: Any) -> Any:
        nonlocal count
        count += 1
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        zoo.scans(sql)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("shape", LONG)
def test_a_long_condition_takes_as_many_steps_for_each_of_its_parts(zoo: Any, shape: str) -> None:
    """The last hundred parts take no more steps than the hundred before them: what is above a part is not looked through for each."""
    _steps(zoo, _long(shape, 2))  # what is remembered of the catalog
    few, more, most = (_steps(zoo, _long(shape, count)) for count in (100, 200, 300))

    assert (most - more) / (more - few) < 1.02


@pytest.mark.parametrize("shape", LONG)
def test_a_very_long_condition_is_planned(zoo: Any, shape: str) -> None:
    """Nothing goes down a tree by calling itself for each of its parts."""
    assert zoo.scans(_long(shape, 3_000))


def test_a_resource_in_the_first_of_many_sides_of_or_is_planned(zoo: Any) -> None:
    """It is the one that stands deepest in the tree."""
    many = " OR ".join(f"v.pen = 'p{number}'" for number in range(3_000))

    assert len(zoo.scans(f"SELECT id FROM visits v WHERE v.pen IN (SELECT k.pen FROM keepers k WHERE k.id = 'k0') OR {many}")) == 2
