"""The one column that USING makes of several, and coalesce() of the columns that an ON equates, where a condition is about it.

A row of any side has in it the value of its own column: that itself or, where it is NULL, no partner, so that the others are NULL too.
What a row of another side has there without a partner is what a partner would have. So the condition holds of a row of this side, with its
own column in the place of all of them, whenever the row matters: let through with a partner or without, or as the partner of a row of
another side that would be let through without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlglot import exp

from rowcall.plan.joins import Condition, Join, Place, View
from rowcall.plan.literals import items
from rowcall.plan.predicates import Alternative, Among, Atom, Equal, Filter, Operand, is_constant
from rowcall.plan.scopes import Frame

Own = Callable[[exp.Expr | None], exp.Column | None]
"""The column in the place of an expression; None where none is."""
First = tuple[Place, ...]
"""Columns of which the first that is no NULL is meant: where several are not, they are equal."""


def instead(frame: Frame, condition: Condition, join: Join, own: int) -> tuple[First, ...]:
    """The columns of a source that may be put in the place of all that a condition says of a join, each with the others of its kind.

    None of them where not all of that are such columns, compared in one way: as texts, or as whole numbers.
    """
    found: dict[First, None] = {}
    for column in frame.scopes.columns(condition.predicate) if condition.predicate is not None else ():
        first = first_of(frame, condition.view, column) or _equated(frame, join, _around(column))
        one = frame.scopes.resolve(column) if not first else None
        if first:
            found[first] = None
        elif one is None or (one.frame is frame and one.position in join.positions):
            return ()
    return tuple(put_first(first, own) for first in found) if all(_may_be_put(frame, first, join, own) for first in found) else ()


def put_first(first: First, own: int) -> First:
    """The columns with that of a source before the others."""
    return tuple(sorted(first, key=lambda place: place[0] != own))


def _may_be_put(frame: Frame, first: First, join: Join, own: int) -> bool:
    """Whether the one of a source may be put in their place, of which another one is on the other side of a join."""
    side = next((one for one in (join.left.positions, join.right.positions) if own in one), frozenset[int]())
    is_across = any(place[0] in join.positions - side for place in first)
    return own in {place[0] for place in first} and is_across and are_alike(frame, first)


def are_alike(frame: Frame, first: First) -> bool:
    """Whether all compare in one way: as texts, or as whole numbers."""
    return {frame.kind(place) for place in first} in ({"text"}, {"integer"})


def _around(node: exp.Expr) -> exp.Expr | None:
    """What a column stands in, but for brackets."""
    parent = node.parent
    return _around(parent) if isinstance(parent, exp.Paren) else parent


def first_of(frame: Frame, view: View, node: exp.Expr | None) -> First:
    """The columns that USING or NATURAL merged to what an expression is; none for any other."""
    if not view.first or not isinstance(node, exp.Column) or len(node.parts) > 1 or node.find_ancestor(exp.Select) is not frame.select:
        return ()
    return frame.merged(node.name.casefold(), view) if frame.scopes.resolve(node) is None else ()


def _coalesced(frame: Frame, node: exp.Expr | None) -> First:
    """The two columns of a coalesce()."""
    if not isinstance(node, exp.Coalesce):
        return ()
    places = [frame.place(Operand(side.unnest())) for side in (node.this, *node.expressions)]
    found = tuple(place for place in places if place is not None)
    return found if len(found) == len(places) == 2 else ()


def _equated(frame: Frame, join: Join, node: exp.Expr | None) -> First:
    """The same, where the ON of a join says that they are equal."""
    if not (found := _coalesced(frame, node)):
        return ()
    every = (frame.alternatives(condition) for condition in join.conditions)
    atoms = (atom for options in every if len(options) == 1 for atom in options[0])
    equal = [{frame.place(atom.left), frame.place(atom.right)} for atom in atoms if isinstance(atom, Equal)]
    return found if set(found) in equal else ()


def handed_out(frame: Frame, own: int) -> Iterator[tuple[First, int]]:
    """What a SELECT gives, by its number, that USING or NATURAL merged of a column of a source, which is the first, and others."""
    for index, first in frame.firsts().items():
        if own in {place[0] for place in first} and are_alike(frame, first):
            yield put_first(first, own), index


# -- what it then says -----------------------------------------------------------------------------------------------------------------


def put_in(frame: Frame, condition: Condition, found: Sequence[First], options: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """What a condition says, with columns in the place of those that are the first of several."""

    def own(node: exp.Expr | None) -> exp.Column | None:
        first = first_of(frame, condition.view, node) or _coalesced(frame, node)
        return next((frame.column(one[0]) for one in found if {*one} == {*first}), None)

    return tuple(tuple(_atom(frame, atom, own) for atom in option) for option in options)


def _atom(frame: Frame, atom: Atom, own: Own) -> Atom:
    if isinstance(atom, Among):
        return Among(tuple(own(one) or one for one in atom.columns), atom.rows, atom.listed, atom.identical)
    if isinstance(atom, Equal):
        columns = [own(side.node) for side in (atom.left, atom.right)]
        sides = [Operand(column) if column is not None else side for column, side in zip(columns, (atom.left, atom.right), strict=True)]
        pairs = ((column, sides[1 - at]) for at, column in enumerate(columns) if column is not None)
        return next((Among((column,), ((value,),)) for column, value in pairs if is_constant(value)), Equal(*sides))
    node, wanted = atom.part or (atom.node, True)
    column, listed = _listed(node, own, wanted=wanted)
    if column is None or not listed or not all(map(is_constant, listed)):
        return Filter(atom.node, atom.tokens, atom.part)
    may_be_null = not isinstance(node, exp.In) and frame.scopes.may_be_null(listed)
    return Among((column,), tuple((item,) for item in listed), identical=may_be_null)


def _listed(node: exp.Expr, own: Own, *, wanted: bool) -> tuple[exp.Column | None, Sequence[Operand]]:
    """The column in the place of what is IN a list, or IS NOT DISTINCT FROM something, and these; None for anything else."""
    if isinstance(node, exp.In) and wanted and not node.args.get("query"):
        return own(node.this.unnest()), [Operand(item) for item in items(node)]
    if isinstance(node, exp.NullSafeEQ if wanted else exp.NullSafeNEQ):
        sides = [side.unnest() for side in (node.this, node.expression)]
        found = [(column, [Operand(other)]) for side, other in (sides, sides[::-1]) if (column := own(side)) is not None]
        return found[0] if found else (None, [])
    return None, []
