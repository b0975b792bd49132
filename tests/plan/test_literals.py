"""A long list of literals is read as any other."""

from __future__ import annotations

import pytest

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
