"""Branches of UNION: which query a SELECT is a branch of, and what a place among its columns holds in each branch.

Of the first rows of a UNION ALL, no branch gives more than its own first rows. Of a UNION, which gives a row once, that is so where no two
rows of a branch are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from rowcall.plan.scopes import Frame, Scopes

_PLAIN = frozenset({"this", "expression", "distinct"})
_CUT = frozenset({*_PLAIN, "order", "limit", "offset"})


@dataclass(frozen=True, slots=True)
class United:
    """The query that a SELECT is a branch of."""

    node: exp.Expr
    """A UNION, with the brackets around it; where it has an ORDER BY or LIMIT, this is of all its rows."""
    distinct: bool
    """Whether it gives a row once, or a query does that it is made of."""

    def position(self, scopes: Scopes, key: exp.Expr) -> int | None:
        """Which of its columns a key of its ORDER BY is, by a number or the name in its first branch; None where that is not certain."""
        names = [name for name, _ in scopes.frame(next(_branches(self.node))).outputs() or ()]
        if isinstance(key, exp.Literal) and key.name.isdecimal():
            return int(key.name) - 1 if 0 < int(key.name) <= len(names) else None
        name = key.name.casefold() if isinstance(key, exp.Column) and len(key.parts) == 1 else ""
        return names.index(name) if names.count(name) == 1 else None

    def types(self, scopes: Scopes, position: int) -> set[str]:
        """The DuckDB types of a column in all branches; "" among them where one is not known, or is a text that is not an API's."""
        return {_type(scopes.frame(branch), position) for branch in _branches(self.node)}


def united(select: exp.Select) -> United | None:
    """What a SELECT is a branch of, with nothing but UNION and brackets between; None where that is nothing, or another set operation."""
    node: exp.Expr = select
    distinct = found = False
    while node.arg_key in {"this", "expression"} and isinstance(node.parent, (exp.SetOperation, exp.Subquery)):
        parent = node.parent
        given = {key for key, value in parent.args.items() if value}
        if isinstance(parent, exp.Subquery) and not given <= _CUT:
            break
        if not given <= _CUT or (isinstance(parent, exp.SetOperation) and not isinstance(parent, exp.Union)):
            return None
        found = found or isinstance(parent, exp.Union)
        distinct = distinct or bool(parent.args.get("distinct"))
        node = parent
        if not given <= _PLAIN:
            break
    return United(node, distinct) if found else None


def _branches(node: exp.Expr) -> Iterator[exp.Select]:
    if isinstance(node, exp.Select):
        yield node
    elif isinstance(node, (exp.Subquery, exp.SetOperation)):
        yield from _branches(node.this)
        if isinstance(node, exp.SetOperation):
            yield from _branches(node.args["expression"])


def _type(frame: Frame, position: int) -> str:
    outputs = frame.outputs() or []
    place = outputs[position][1] if position < len(outputs) else None
    if place is None:
        return ""
    found = frame.type_of(place)
    return found if found != "VARCHAR" or frame.sources[place[0]].reference is not None else ""
