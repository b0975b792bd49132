"""Conditions on columns, at random: constants in all the forms that a value can be written in, and comparisons that say less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fuzz.tree import Col, Expr, Pred
from tests.fuzz.world import LABELS, NUMBERS, Kind, Value, World

FORMS = (
    *["{c} = {a}"] * 6, "{a} = {c}", "{c} == {a}", *["{c} IN ({a}, {b})"] * 4, "({c} = {a} OR {c} = {b})", "{c} = ANY([{a}, {b}])",
    "list_contains([{a}, {b}], {c})", "{c} IS NOT DISTINCT FROM {a}", "{c} BETWEEN {a} AND {a}", "{c} IN [{a}, {b}]",
    "({c} = {a} AND {c} = {a})", "({c} = {a} AND {c} = {b})", "{c} = ({a})", "{c} IN ({a})", "({c} = {a} OR ({c} = {b} AND {c} = {b}))",
    "({c} = {a}) IS TRUE", "({c} <> {a}) IS FALSE", "NOT ({c} <> {a})", "NOT ({c} <> {a} AND {c} <> {b})", "NOT ({c} NOT IN ({a}, {b}))",
    "NOT ({c} IS DISTINCT FROM {a})", "({c} >= {a} AND {a} >= {c})", "({a} <= {c} AND {c} <= {a})", "{c} IN ({a}, NULL)",
)  # fmt: skip
"""Forms in which a column {c} can be compared with the constants {a} and {b}, and that have to be understood."""
QUERY_FORMS = (
    "{c} IN (VALUES ({a}), ({b}))", "{c} IN (SELECT unnest([{a}, {b}]))", "{c} = (SELECT {a})", "{c} IN (SELECT {a} UNION SELECT {b})",
    "{c} = ANY(SELECT {a})",
)  # fmt: skip
"""The same with queries."""
PAIR_FORMS = (
    "({c}, {d}) IN (({a}, {e}), ({b}, {f}))", "(({c} = {a} AND {d} = {e}) OR ({c} = {b} AND {d} = {f}))", "({c}, {d}) = ({a}, {e})",
    "({c} = {a} AND {d} IN ({e}, {f}))", "({c} IN ({a}, {b}) AND {d} = {e})",
    "row({c}, {d}) = row({a}, {e})", "NOT ({c} <> {a} OR {d} <> {e})", "row({c}, {d}) IN (({a}, {e}), row({b}, {f}))",
    "NOT (({c}, {d}) <> ({a}, {e}))",
)  # fmt: skip
"""Forms for two columns {c} and {d}, with the constants {a} and {b} of the one and {e} and {f} of the other."""
MEMBER_FORMS = (
    *["{c} IN ({d}, {e})"] * 3, *["{c} IN ({d}, {a})"] * 3, "{c} IN ({d})", "{c} = ANY([{d}, {e}])", "{c} = ANY([{a}, {d}])",
    "list_contains([{d}, {e}], {c})", "list_contains([{d}, {a}], {c})", "{c} IN [{d}, {e}]", "list_append([{d}], {e}).list_contains({c})",
    "NOT ({c} NOT IN ({d}, {a}))", "({c} IN ({d}, {e}) OR {c} = {a})",
)  # fmt: skip
"""Forms in which a column {c} is one of a list with other columns {d} and {e} of its type in it."""
TEXT_MEMBER_FORMS = ("{c} = ANY(string_split({d} || ',' || {e}, ','))", "list_contains(string_split({d}, ' '), {c})")
ATOMS = (
    "{c} IS NULL", "{c} IS NOT NULL", "{c} <> {a}", "NOT ({c} = {a})", "{c} NOT IN ({a}, {b})", "{c} IS DISTINCT FROM {a}",
    "coalesce({c}, {a}) = {a}", "({c} = {a}) IS NOT TRUE", "({c} = {a} OR {d} IS NULL)", "CASE WHEN {c} = {a} THEN true ELSE {d} IS NULL END",
    "({c} = {a} OR true)", "{c} IS NOT DISTINCT FROM {d}", "({c} = {a} OR {c} IS NULL)", "({c} = {d} OR {c} = {a})", "{c} = {d}",
    "({c} = {a}) = false", "true", "({c} <> {a} OR {d} <> {b})", "nullif({c}, {a}) IS NULL",
    "NOT ({c} <> {a} AND {d} IS NOT NULL)", "(({c} = {a}) IS TRUE OR {d} IS NULL)", "NOT (({c} = {a}) IS TRUE)", "({c} = {a}) IS NOT FALSE",
    "NOT ({c} <> {a} AND ({d} = {b} OR {c} IS NULL))", "NOT ({c} = {a} OR {d} <> {b})",
)  # fmt: skip
"""Conditions that say little of {c} and of {d}, a column of the same type."""
TEXT_ATOMS = (
    "{c} LIKE 'k%'",
    "lower({c}) = 'k1'",
    "{c} COLLATE NOCASE = {a}",
    "{c} || '' = {a}",
    "{c} >= {a}",
    "length({c}) = 2",
    "{c} = 5",
)
NUMBER_ATOMS = ("{c} > 1", "{c} >= {a}", "{c} + 0 = {a}", "{c} BETWEEN 0 AND 2", "{c} = 1.5", "{c} = '1'", "abs({c}) < 3", "{c} < 2")


def literal(value: Value) -> str:
    """A value in SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


@dataclass
class Conditions:
    """Writes conditions; what it gives to parameters is in `given`."""

    pick: Random
    world: World
    given: dict[str, Any] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.pick.random() < share

    def value(self, kind: Kind) -> Value:
        """A value that a column of this kind is compared with."""
        if kind.domain:
            known, nowhere = self.world.keys[kind.domain]
            return self.pick.choice(known if self.chance(0.9) else nowhere)
        labels, numbers = list[Value](LABELS[:5]), list[Value](NUMBERS[:4])
        return self.pick.choice(labels if kind.type in {"text", "nocase"} else numbers)

    def constant(self, kind: Kind) -> str:
        """A value as an expression without columns."""
        value = self.value(kind)
        if kind.type in {"text", "nocase"}:
            value = str(value)
        if self.chance(0.7):
            return literal(value)
        if self.chance(0.4):
            return self.parameter(value)
        return self._spelt(value)

    def parameter(self, value: Any) -> str:
        """A parameter of the statement that has this value."""
        name = f"p{len(self.given)}"
        self.given[name] = value
        return f"${name}"

    def _spelt(self, value: Value) -> str:
        text = literal(value)
        if isinstance(value, str):
            half = len(value) // 2
            forms = [
                f"{literal(value[:half])} || {literal(value[half:])}",
                f"$${value}$$",
                f"CAST({text} AS VARCHAR)",
                f"trim({literal(f' {value} ')})",
            ]
        else:
            forms = [f"{text} + 0", f"CAST({text} AS BIGINT)", f"({text})"]
        return self.pick.choice([*forms, f"coalesce(NULL, {text})", f"CASE WHEN true THEN {text} END", f"coalesce({text}, NULL)"])

    def binding(self, column: Col) -> Pred:
        """A condition that gives a column constants, in a form that has to be understood or, rarely, with a query."""
        if self.chance(0.06):
            listed = [self.value(column.kind) for _ in range(self.pick.choice((0, 1, 2, 3)))]
            name = self.parameter([str(item) if column.kind.type == "text" else item for item in listed])
            form = self.pick.choice(("{c} = ANY({l})", "list_contains({l}, {c})", "{c} IN {l}", "{c} IN (SELECT unnest({l}))"))
            return self._bound(form.replace("{l}", name), column, understood="SELECT" not in form and bool(listed))
        form = self.pick.choice(FORMS) if self.chance(0.93) else self.pick.choice(QUERY_FORMS)
        return self._bound(form, column, understood="SELECT" not in form and "VALUES" not in form)

    def _bound(self, form: str, column: Col, *, understood: bool) -> Pred:
        a, b = (self.constant(column.kind) for _ in range(2))
        exact = column.kind.type in {"text", "integer"}
        parts = _filled(form.replace("{a}", a).replace("{b}", b), {"c": column})
        return Pred(parts, [(column, ())] if exact else [], constant=exact and understood)

    def pair_binding(self, first: Col, second: Col) -> Pred:
        """A condition that gives two columns constants."""
        form = self.pick.choice(PAIR_FORMS)
        for name, column in zip("abef", (first, first, second, second), strict=True):
            form = form.replace(f"{{{name}}}", self.constant(column.kind))
        exact = all(column.kind.type in {"text", "integer"} for column in (first, second))
        return Pred(_filled(form, {"c": first, "d": second}), [(first, ()), (second, ())] if exact else [], constant=exact)

    def member(self, column: Col, first: Col, second: Col) -> Pred:
        """That a column is in a list that two others make."""
        form = self.pick.choice((*MEMBER_FORMS, *(TEXT_MEMBER_FORMS if column.kind.type == "text" else ())))
        parts = _filled(form.replace("{a}", self.constant(column.kind)), {"c": column, "d": first, "e": second})
        given = tuple(dict.fromkeys(part for part in parts if isinstance(part, Col) and part is not column))
        is_exact = column.kind.type in {"text", "integer"} and all(other.kind.type == column.kind.type for other in given)
        is_apart = all(other.source is not column.source for other in given)
        return Pred(parts, [(column, given)] if is_exact and is_apart else [], listed=True)

    def atom(self, column: Col, other: Col) -> Pred:
        """A condition that says little; `other` has the type of `column`."""
        text = column.kind.type in {"text", "nocase"}
        form = self.pick.choice((*ATOMS, *(TEXT_ATOMS if text else NUMBER_ATOMS)))
        if form.startswith("true"):
            return Pred(["true"])
        form = form.replace("{a}", self.constant(column.kind)).replace("{b}", self.constant(column.kind))
        pred = Pred(_filled(form, {"c": column, "d": other}))
        if form == "{c} = {d}":
            return equality(column, other)
        return pred


def equality(left: Col, right: Col) -> Pred:
    """`left = right`, by which each has the other's values where both compare as the same."""
    same = left.kind.type == right.kind.type and left.kind.type in {"text", "integer"} and left.source is not right.source
    return Pred([left, " = ", right], [(left, (right,)), (right, (left,))] if same else [])


def _filled(form: str, columns: dict[str, Col]) -> Expr:
    """A form with columns in place of their letters."""
    parts: Expr = [form]
    for letter, column in columns.items():
        parts = [piece for part in parts for piece in (_around(part, letter, column) if isinstance(part, str) else [part])]
    return parts


def _around(text: str, letter: str, column: Col) -> Sequence[Any]:
    found: list[Any] = []
    for piece in text.split(f"{{{letter}}}"):
        found += [piece, column]
    return found[:-1]
