"""What a row of one side of a FULL JOIN satisfies when it matters.

There are three ways. It has a partner, and what stands outside the join lets the pair through; or it has one that would be let through
for the NULLs in its place, if it were not there; or it is let through itself, without a partner. In the first two the ON is true. Where
each of these says which values its columns have, those of all of them are the ones that have to be asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, product

from rowcall.plan.enclosing import Use
from rowcall.plan.joins import Condition, Full, Live, Place
from rowcall.plan.predicates import Among, Atom, Equal, Filter, Operand
from rowcall.plan.scopes import Frame

Way = list[tuple[Atom, Live]]
"""What holds together, each with the condition that it is of."""


def ways(full: Full, use: Use) -> list[Way]:
    """The ways in which a row of a source can matter; none where one of them says nothing of which values its columns have."""
    found = list(_ways(use.frame, full))
    return found if all(any(use.own in _positions(use.frame, atom) for atom, _ in way) for way in found) else []


def _ways(frame: Frame, full: Full) -> Iterator[Way]:
    on = [Live(condition) for condition in full.join.conditions]
    own, other = full.own.positions, full.other.positions
    said_of_none = Live(Condition(None, None, frame.view))  # for of the condition itself the row that it is about is another one
    yield from _together(frame, [*on, *full.live])
    for kept in _together(frame, full.live):
        about = [(atom, said_of_none) for atom, _ in kept if _is_of(frame, atom, other)]
        if len(about) < len(kept) and not _needs(frame, kept, own):
            yield from ([*way, *about] for way in _together(frame, on))
    yield from (way for way in _together(frame, full.live) if not _needs(frame, way, other))


def _together(frame: Frame, found: Sequence[Live]) -> Iterator[Way]:
    """The ways in which some conditions hold."""
    each = ([[(atom, live) for atom in option] for option in frame.alternatives(live.condition)] for live in found)
    yield from (list(chain.from_iterable(chosen)) for chosen in product(*each))


def _needs(frame: Frame, way: Way, side: Collection[int]) -> bool:
    """Whether it takes a row of a side, being never true of NULLs in its place."""
    return any(place is not None and place[0] in side for atom, _ in way for place in frame.strict(atom))


def _is_of(frame: Frame, atom: Atom, side: frozenset[int]) -> bool:
    """Whether it is about nothing but a side."""
    if isinstance(atom, Filter):
        return frame.touched(Condition(atom.node, atom.tokens, frame.view)) <= side
    return _positions(frame, atom) <= side


def _positions(frame: Frame, atom: Atom) -> set[int | None]:
    """The sources that the columns of an equality are of, None for what is no column of one; none for anything that says no values."""
    operands = [*map(Operand, atom.columns)] if isinstance(atom, Among) else [atom.left, atom.right] if isinstance(atom, Equal) else []
    places: list[Place | None] = [frame.place(operand) for operand in operands]
    return {place[0] if place is not None else None for place in places}
