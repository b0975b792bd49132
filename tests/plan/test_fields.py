"""Which columns of a resource a statement can use."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.plan.analysis import analyse
from rowcall.plan.fields import all_of, used
from rowcall.plan.splice import splice
from rowcall.sql.tokens import tokenize

WHERE = "WHERE pen = 'p1'"


def columns(zoo: Any, sql: str) -> list[frozenset[str] | None]:
    """What each reference of a statement uses."""
    analysis = analyse(sql, tokenize(sql), zoo.names(), lambda source: zoo.engine.columns(source, {}, {}))
    return [used(mention.reference, mention.hidden, analysis.said) for mention in analysis.mentions]


NAMED = {
    f"SELECT id FROM visits {WHERE}": "id pen",
    f"SELECT count(*) FROM visits {WHERE}": "pen",
    f"SELECT ID, detail.b FROM visits {WHERE} ORDER BY n": "id n detail pen",
    "SELECT a.id FROM visits a WHERE a.pen = 'p1' AND a.kind > 'x'": "id pen kind",
    f"SELECT q.x FROM (SELECT tags AS x FROM visits {WHERE}) q": "tags pen",
    f"SELECT * FROM (SELECT tags AS x FROM visits {WHERE}) q": "tags pen",
    "SELECT l.* FROM l JOIN visits v ON v.pen = l.pen": "pen",
    "SELECT count(*) FROM l JOIN visits USING (pen)": "pen",
    "SELECT z FROM visits AS v(z) WHERE pen = 'p1'": "id pen",
    f"SELECT list_transform(tags, t -> t || kind) FROM visits {WHERE}": "tags kind pen",
    f"SELECT visit_id FROM visits {WHERE}": "id pen",
    f"SELECT now(), n FROM visits {WHERE}": "n pen",
    f"SELECT EXISTS (SELECT 1 FROM visits {WHERE})": "pen",
}


@pytest.mark.parametrize(("sql", "expected"), NAMED.items(), ids=NAMED.keys())
def test_columns_that_are_named_are_used(zoo: Any, sql: str, expected: str) -> None:
    """Wherever the name stands, and whatever the statement calls it."""
    (found,) = columns(zoo, sql)

    assert found is not None
    assert set(expected.split()) <= found
    assert "tags" in expected or "tags" not in found


WHOLE = [
    f"SELECT * FROM visits {WHERE}", f"FROM visits {WHERE}", f"SELECT v.* FROM visits v {WHERE}", f"SELECT v FROM visits v {WHERE}",
    f"SELECT visits FROM visits {WHERE}", f"SELECT COLUMNS('i.*') FROM visits {WHERE}", f"SELECT to_json(v) FROM visits v {WHERE}",
    "SELECT v.id FROM l NATURAL JOIN visits v", f"SELECT some_macro(n) FROM visits {WHERE}", f"SELECT id, _extra FROM visits {WHERE}",
    f"SELECT #2 FROM visits {WHERE}", f"SELECT EXISTS (FROM visits {WHERE})", f"SELECT * EXCLUDE (n) FROM visits {WHERE}", f"SELECT x.v.id FROM (SELECT v FROM visits v {WHERE}) x",
]  # fmt: skip


@pytest.mark.parametrize("sql", WHOLE)
def test_what_may_mean_any_column_means_all(zoo: Any, sql: str) -> None:
    """Stars, COLUMNS, NATURAL, the row as a value, and macros, whose body may name columns."""
    assert columns(zoo, sql) == [None]


def test_references_to_one_resource_use_what_any_of_them_uses() -> None:
    """All columns, where one of them may use all."""
    assert all_of([frozenset("a"), frozenset("bc")]) == frozenset("abc")
    assert all_of([frozenset("a"), None]) is None


FEW = {
    f"SELECT * FROM visits {WHERE}": 1,
    f"SELECT v.*, count(*) OVER () FROM visits v {WHERE} ORDER BY n": 2,
    f"SELECT * FROM (FROM visits {WHERE}) x": 6,
    f"SELECT * FROM visits {WHERE} GROUP BY ALL": 6,
    f"SELECT * FROM l WHERE id = (FROM visits {WHERE})": 6,
}
"""Statements, and how many columns DuckDB has to know."""


@pytest.mark.parametrize(("sql", "known"), FEW.items(), ids=FEW.keys())
def test_duckdb_binds_the_columns_that_make_a_difference(zoo: Any, sql: str, known: int) -> None:
    """Of a star of the statement's own result, none that it does not name; of any other, all, for something may count them."""
    analysis = zoo.analysis(sql, {})

    assert sum(text.count(' AS "') - (" WHERE false) AS " in text) for text in analysis.scopes.stand_ins.values()) == known


def bound(zoo: Any, sql: str) -> bool:
    """Whether DuckDB can bind what stands for a statement; that it says the same of all of it."""
    analysis = zoo.analysis(sql, {})
    whole = zoo.engine.can_bind(splice(sql, analysis.with_stand_ins()), {}, {})

    assert zoo.engine.can_bind(analysis.in_short(), {}, {}) == whole
    return bool(whole)


SHORT = {
    f"SELECT id, n FROM visits {WHERE}": 3,
    f"SELECT count(*) FROM visits v {WHERE}": 1,
    f"SELECT * FROM visits {WHERE}": 1,
    f"FROM visits {WHERE} ORDER BY n": 2,
    f"WITH x AS (SELECT * FROM visits {WHERE}) SELECT x.detail.b FROM x": 2,
    f"SELECT * EXCLUDE (n), tags[1] FROM visits {WHERE}": 3,
    f"SELECT v.* FROM visits v {WHERE} UNION ALL FROM visits {WHERE}": 12,
    f"SELECT COLUMNS(c -> c LIKE 'd%').b FROM visits {WHERE}": 6,
    f"SELECT v FROM visits v {WHERE}": 6,
    f"SELECT to_json(x) FROM (FROM visits {WHERE}) x": 6,
    f"SELECT x.b FROM (FROM visits {WHERE}) x(a, b)": 6,
    f"CREATE TABLE kept AS FROM visits {WHERE}": 6,
    f"DESCRIBE FROM visits {WHERE}": 6,
    f"SELECT id FROM visits NATURAL JOIN l {WHERE}": 6,
    f"SELECT #5 FROM visits {WHERE}": 6,
}
"""Statements, and of how many columns in all DuckDB has to know the types."""


@pytest.mark.parametrize(("sql", "typed"), SHORT.items(), ids=SHORT.keys())
def test_duckdb_binds_the_types_that_make_a_difference(zoo: Any, sql: str, typed: int) -> None:
    """Those of columns that are named, and all where something else may mean them or takes them for what they are."""
    analysis = zoo.analysis(sql, {})

    assert sum(text.count("NULL::") for text in analysis.scopes.stand_ins.values()) == typed


@pytest.mark.parametrize("sql", [sql for sql in (*SHORT, *NAMED, *WHOLE) if not sql.startswith("CREATE")])
def test_what_can_be_bound_in_short_can_be_bound(zoo: Any, sql: str) -> None:
    """And what cannot cannot: every query of this file is bound both ways."""
    zoo.connection.execute("CREATE TEMP MACRO some_macro(x) AS x + 1")
    try:
        bound(zoo, sql)
    finally:
        zoo.connection.execute("DROP MACRO some_macro")


WRONG = [
    f"SELECT stats FROM visits {WHERE}", f"SELECT * FROM visits {WHERE} GROUP BY pen", f"SELECT id + tags FROM visits {WHERE}",
    f"SELECT id IN (FROM visits {WHERE}) FROM visits {WHERE}", f"FROM visits {WHERE} UNION ALL SELECT 1, 2",
    f"SELECT (FROM visits {WHERE}) = 1", f"SELECT * FROM visits {WHERE} GROUP BY 1", f"SELECT *, count(*) FROM visits {WHERE}",
    f"SELECT * FROM visits {WHERE} AND id IN (FROM visits {WHERE})", "SELECT * FROM visits v, visits w WHERE pen = 'p1'",
    f"SELECT sum(COLUMNS(*)) FROM visits {WHERE}", f"SELECT x.detail.nope FROM (FROM visits {WHERE}) x", f"SELECT * EXCLUDE (nope) FROM visits {WHERE}",
]  # fmt: skip


@pytest.mark.parametrize("sql", WRONG)
def test_what_cannot_be_bound_cannot_be_bound_in_short(zoo: Any, sql: str) -> None:
    """Nothing is sent for it."""
    assert not bound(zoo, sql)


@pytest.mark.parametrize("sql", [f"SELECT id FROM visits {WHERE}", f"WITH unread AS (FROM visits), x AS (FROM visits {WHERE}) FROM x"])
def test_what_is_bound_by_bytes_says_that_texts_compare_by_them(zoo: Any, sql: str) -> None:
    """Of a statement of which DuckDB binds one reference only, too."""
    analysis = zoo.analysis(sql, {})

    plain = zoo.engine.can_bind(analysis.in_short(by_bytes=True), {}, {})
    zoo.connection.execute("SET default_collation = 'NOCASE'")
    try:
        collated = [zoo.engine.can_bind(analysis.in_short(by_bytes=by_bytes), {}, {}) for by_bytes in (True, False)]
    finally:
        zoo.connection.execute("RESET default_collation")

    assert plain
    assert collated == [False, True]
