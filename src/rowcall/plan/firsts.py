"""The one column that USING makes of two, and coalesce() of the columns that an ON equates, where a condition is about it.

A row of either side has in it the value of its own column: that itself or, where it is NULL, no partner, so that the other one is NULL
too. What a row of the other side has there without a partner is what a partner would have. So the condition holds of a row of this side,
with its own column in the place of the two, whenever the row matters: let through with a partner or without, or as the partner of a row
of the other side that would be let through without it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from rowcall.plan.joins import Condition, Join, Place
from rowcall.plan.literals import items
from rowcall.plan.predicates import Alternative, Among, Atom, Equal, Filter, Operand, is_constant
from rowcall.plan.scopes import Frame

Pair = tuple[Place, Place]


def instead(frame: Frame, condition: Condition, join: Join, own: int) -> Pair | None:
    """The column of a source that may be put in the place of all that a condition says of a join, and the other one; None where none may.

    Both are compared in one way: as texts, or as whole numbers.
    """
    pair = _about(frame, condition, join)
    if pair is None or own not in (pair[0][0], pair[1][0]):
        return None
    one, other = pair if pair[0][0] == own else pair[::-1]
    is_alike = frame.kind(one) in {"text", "integer"} and frame.kind(one) == frame.kind(other)
    sides = join.left.positions, join.right.positions
    is_across = any(one[0] in side and other[0] not in side for side in sides) and other[0] in join.positions
    return (one, other) if is_alike and is_across and {one, other} in _equated(frame, join) else None


def _about(frame: Frame, condition: Condition, join: Join) -> Pair | None:
    """The two columns of which the first that is no NULL is all that a condition names of a join; None where it names anything else."""
    found: set[Pair] = set()
    for column in frame.scopes.columns(condition.predicate) if condition.predicate is not None else ():
        pair = _first(frame, condition, column) or _first(frame, condition, _around(column))
        one = frame.scopes.resolve(column) if pair is None else None
        if pair is not None:
            found.add(pair)
        elif one is None or (one.frame is frame and one.position in join.positions):
            return None
    return found.pop() if len(found) == 1 else None


def _around(node: exp.Expr) -> exp.Expr | None:
    """What a column stands in, but for brackets."""
    parent = node.parent
    return _around(parent) if isinstance(parent, exp.Paren) else parent


def _first(frame: Frame, condition: Condition, node: exp.Expr | None) -> Pair | None:
    if isinstance(node, exp.Column) and len(node.parts) == 1 and node.find_ancestor(exp.Select) is frame.select:
        pair = condition.view.first.get(node.name.casefold()) if frame.scopes.resolve(node) is None else None
        return ((pair[0][0], frame.spelt(*pair[0])), (pair[1][0], frame.spelt(*pair[1]))) if pair is not None else None
    if isinstance(node, exp.Coalesce) and len(node.expressions) == 1:
        places = [frame.place(Operand(side.unnest())) for side in (node.this, *node.expressions)]
        return (places[0], places[1]) if places[0] is not None and places[1] is not None else None
    return None


def _equated(frame: Frame, join: Join) -> list[set[Place | None]]:
    """The pairs of columns that the ON of a join says to be equal."""
    every = (frame.alternatives(condition) for condition in join.conditions)
    atoms = (atom for options in every if len(options) == 1 for atom in options[0])
    return [{frame.place(atom.left), frame.place(atom.right)} for atom in atoms if isinstance(atom, Equal)]


# -- what it then says -----------------------------------------------------------------------------------------------------------------


def put_in(frame: Frame, condition: Condition, own: Place, options: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """What a condition says, with a column in the place of what is the first of two."""
    return tuple(tuple(_atom(frame, condition, own, atom) for atom in option) for option in options)


def _atom(frame: Frame, condition: Condition, own: Place, atom: Atom) -> Atom:
    column = frame.column(own)
    if isinstance(atom, Among):
        columns = tuple(column if _first(frame, condition, one) is not None else one for one in atom.columns)
        return Among(columns, atom.rows, atom.listed, atom.identical)
    if isinstance(atom, Equal):
        sides = [Operand(column) if _first(frame, condition, side.node) is not None else side for side in (atom.left, atom.right)]
        value = next((side for side in sides if side.node is not None and is_constant(side)), None)
        return Among((column,), ((value,),)) if value is not None else Equal(*sides)
    listed = [Operand(item) for item in items(atom.node)] if isinstance(atom.node, exp.In) and not atom.node.args.get("query") else []
    if listed and _first(frame, condition, atom.node.this.unnest()) is not None and all(map(is_constant, listed)):
        return Among((column,), tuple((item,) for item in listed))
    return Filter(atom.node, atom.tokens)
