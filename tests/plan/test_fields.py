"""Which columns of a resource a statement can use."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.plan.fields import all_of, used
from rowcall.plan.planner import analyse
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
    f"SELECT EXISTS (FROM visits {WHERE})", f"SELECT * EXCLUDE (n) FROM visits {WHERE}", f"SELECT x.v.id FROM (SELECT v FROM visits v {WHERE}) x",
]  # fmt: skip


@pytest.mark.parametrize("sql", WHOLE)
def test_what_may_mean_any_column_means_all(zoo: Any, sql: str) -> None:
    """Stars, COLUMNS, NATURAL, the row as a value, and macros, whose body may name columns."""
    assert columns(zoo, sql) == [None]


def test_references_to_one_resource_use_what_any_of_them_uses() -> None:
    """All columns, where one of them may use all."""
    assert all_of([frozenset("a"), frozenset("bc")]) == frozenset("abc")
    assert all_of([frozenset("a"), None]) is None
