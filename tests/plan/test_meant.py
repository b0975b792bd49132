"""Which rows an UPDATE or a DELETE means, when its WHERE says so by itself."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.engine.engine import Engine
from rowcall.manifest.model import Method, Parameter, Place, Verb
from rowcall.plan.analysis import analyse
from rowcall.plan.meant import key_tuples, keys_only
from rowcall.sql.tokens import tokenize

KEYED = Method(
    verb=Verb.UPDATE,
    http="POST /pens/{pen}/visits/{visit_id}",
    description=".",
    parameters={"pen": Parameter(place=Place.PATH, description="."), "visit_id": Parameter(place=Place.PATH, description=".", column="id")},
)


def rows(zoo: Any, where: str, value: str = "1") -> list[dict[str, Any]] | None:
    """The keys that WHERE gives, None where the rows have to be read."""
    engine = Engine(zoo.connection)
    text = f"SELECT to_json(struct_pack(pen := v.pen)), to_json(struct_pack(s0 := ({value}))) FROM zoo.care.visits AS v WHERE ({where})"
    analysis = analyse(text, tokenize(text), zoo.names(), lambda _: None)
    return key_tuples(analysis, KEYED, lambda sql: engine.values(sql, {}, {})) if keys_only(analysis, KEYED) else None


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("pen = 'p1' AND id = 'v0'", [{"pen": "p1", "visit_id": "v0"}]),
        ("v.pen = 'p1' AND v.visit_id = 'v0'", [{"pen": "p1", "visit_id": "v0"}]),
        ("ID IN ('v0', 'v6') AND PEN = 'p1'", [{"pen": "p1", "visit_id": "v0"}, {"pen": "p1", "visit_id": "v6"}]),
        ("pen = 'p1' AND id = NULL", []),
        ("pen = 'p1' AND (id = 'v0' OR id = 'v6')", [{"pen": "p1", "visit_id": "v0"}, {"pen": "p1", "visit_id": "v6"}]),
        ("pen = lower('P1') AND id = 'v0'", [{"pen": "p1", "visit_id": "v0"}]),
    ],
)
def test_constant_keys_are_the_rows(zoo: Any, where: str, expected: list[dict[str, Any]]) -> None:
    """One call for each, and nothing is read."""
    assert rows(zoo, where) == expected


@pytest.mark.parametrize(
    "where",
    [
        "pen = 'p1'",
        "pen = 'p1' AND id = 'v0' AND kind = 'food'",
        "pen = 'p1' AND id <> 'v0'",
        "pen = 'p1' OR id = 'v0'",
        "pen IN ('p1', 'p2') AND id = 'v0'",
        "pen IN ('p1', 'p2') AND id IN ('v0', 'v1')",
        "pen = 'p1' AND id IN (SELECT id FROM m)",
        "pen = 'p1' AND id = 5",
        "pen = 'p1' AND id = 'v0' AND id = 'v0'",
        "pen = 'p1' AND id = kind",
        "pen = 'p1' AND lower(id) = 'v0'",
        "pen = 'p1' AND id = 'V0' COLLATE NOCASE",
        "true",
    ],
)
def test_anything_else_has_to_be_read_first(zoo: Any, where: str) -> None:
    """A row that is not there must not be written to, nor one that another condition leaves out."""
    assert rows(zoo, where) is None


def test_a_value_that_is_made_of_the_row_has_to_be_read_first(zoo: Any) -> None:
    """SET n = n + 1 needs the row's own n."""
    assert rows(zoo, "pen = 'p1' AND id = 'v0'", "n + 1") is None
    assert rows(zoo, "pen = 'p1' AND id = 'v0'", "1 + 1") == [{"pen": "p1", "visit_id": "v0"}]
