"""A long list of literals is read as any other."""

from __future__ import annotations

from typing import Any

import pytest
from sqlglot import exp

from rowcall.plan import literals
from rowcall.plan.references import read
from rowcall.sql.tokens import sqlglot_tokens

TEXTS = ", ".join(f"'it''s {number}'" for number in range(literals.LONG))
NUMBERS = ", ".join(f"{number}.5" for number in range(literals.LONG + 1))


@pytest.mark.parametrize(
    "condition",
    [
        f"a IN ({TEXTS})",
        f"a NOT IN ({TEXTS}) OR b IN ({NUMBERS})",
        f"a IN ({TEXTS}, 'more')",
        f"a IN ({TEXTS}, -1)",
        f"a IN ({TEXTS}, lower('X'), b)",
        f"(a, b) IN (({TEXTS}), ({TEXTS}))",
        f"a IN ({TEXTS} /* the last one */)",
        f"a IN (SELECT b FROM t WHERE b IN ({NUMBERS}) AND c IN ({TEXTS}))",
        f"list_contains([{TEXTS}], a) AND a IN [{TEXTS}]",
        "a IN ('x', 'y')",
    ],
)
def test_a_long_list_is_read_as_if_each_of_its_literals_were(condition: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree is sqlglot's own to the last place, and so are the parents."""
    text = f"SELECT * FROM t WHERE {condition}"
    tree = read(text)
    monkeypatch.setattr(literals, "LONG", 10**9)
    whole = read(text)

    assert repr(tree) == repr(whole)
    for ours, theirs in zip(tree.walk(), whole.walk(), strict=True):
        assert (ours.meta, ours.arg_key, ours.index) == (theirs.meta, theirs.arg_key, theirs.index)
        assert repr(ours.parent) == repr(theirs.parent)


def test_only_a_list_of_literals_is_shortened() -> None:
    """What could be an expression is left to the parser."""

    def lists(condition: str) -> list[int]:
        return [len(found) for found in literals.shortened(sqlglot_tokens(f"SELECT * FROM t WHERE {condition}"))[1].values()]

    assert lists(f"a IN ({TEXTS}) AND b IN ({NUMBERS}) AND c IN (1, 2)") == [literals.LONG, literals.LONG + 1]
    assert lists(f"a IN ({TEXTS}, b) OR a IN ({TEXTS} || 'x') OR a IN (({TEXTS}))") == []


MANY = [str(number) for number in range(literals.MOST + 1)]
PENS = ", ".join(f"'p{number}'" for number in MANY)


@pytest.mark.parametrize(
    "condition",
    [
        f"pen IN ({PENS})",
        f"pen IN ({PENS}, 'p1', 'it''s')",
        f"pen IN ({PENS}) AND n IN ({', '.join(MANY)})",
        f"pen IN ('p1', 'p2') AND n IN ({', '.join(MANY)})",
        f"pen IN ('p1') AND n IN ({', '.join(MANY)}, 1.5, 2.0, 12345678901234567890)",
        f"pen IN ({PENS}) OR pen = 'p5'",
        f"pen = 'p1' AND NOT kind IN ({PENS})",
        f"pen = 'p1' AND CASE WHEN kind IN ({PENS}) THEN n > 1 END",
        f"pen IN (SELECT pen FROM l WHERE pen IN ({PENS}))",
        f"pen IN (SELECT pen FROM l) AND pen IN ({PENS})",
        f"pen = CASE WHEN 'p3' IN ({PENS}) THEN 'p1' ELSE 'p2' END",
        f"pen IN ({PENS}) AND (n IN ({', '.join(MANY)}) OR kind IN ({PENS}))",
    ],
)
def test_of_a_very_long_list_the_tree_has_one_literal_and_the_plan_all(zoo: Any, condition: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is called, and with what, is what it is when every literal is a node of the tree; and so are the rows."""
    sql = f"SELECT id, n FROM visits WHERE {condition} ORDER BY ALL LIMIT 50"
    calls = [[call.request.target() for call in scan.calls] for scan in zoo.scans(sql)]
    answer = zoo.answer(sql)
    monkeypatch.setattr(literals, "MOST", 10**9)

    assert calls == [[call.request.target() for call in scan.calls] for scan in zoo.scans(sql)]
    assert answer == zoo.answer(sql) == zoo.truth(sql)


def test_what_is_left_out_of_the_tree_is_never_taken_for_the_first_literal() -> None:
    """As SQL the tree shows that something is missing, and nobody can evaluate it."""
    condition = read(f"SELECT 1 WHERE pen IN ({PENS})").find(exp.In)

    assert condition is not None
    assert condition.sql(dialect="duckdb") == "pen IN ('p0', …)"
    assert [literal.text for literal in literals.left_out(condition)] == [f"p{number}" for number in MANY]


@pytest.mark.parametrize(("number", "value"), [("5", 5), ("007", 7), ("1.0", None), ("1e3", None), ("1" * 19, None), ("٣", None)])
def test_a_whole_number_is_told_without_duckdb_where_64_bits_hold_it(number: str, value: int | None) -> None:
    """Anything else is for DuckDB to say."""
    assert literals.whole(number) == value


@pytest.mark.parametrize(
    ("listed", "is_alike"),
    [
        (PENS, True),
        (", ".join(MANY), True),
        (", ".join([*MANY, "1.5"]), False),
        (", ".join([*MANY, "'x'"]), False),
        (", ".join([*MANY, "9" * 40]), False),
    ],
    ids=["texts", "whole numbers", "a fraction", "both", "one too great"],
)
def test_one_literal_stands_for_others_of_its_type_when_a_query_is_bound(listed: str, is_alike: bool) -> None:
    """Texts, and whole numbers of 64 bits: with those of other types the list could have another."""
    text = f"SELECT 1 WHERE a IN ({listed})"
    condition = read(text).find(exp.In)
    assert condition is not None
    place = literals.alike(literals.left_out(condition))

    assert (place is not None) == is_alike
    if place is not None:
        assert text[place.start : place.end] == listed[listed.index(",") :]
