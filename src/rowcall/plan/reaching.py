"""What every row of a source satisfies that matters, where its rows are used, and which outer joins are inner ones for it.

Rows that an outer join fills with NULLs may be dropped by what stands around its SELECT, and matter to nobody then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sqlglot import exp

from rowcall.plan.enclosing import Use, enclosing, ends_with_rows, grouping_sets, inner_frame, output_names, same_across
from rowcall.plan.firsts import instead
from rowcall.plan.having import beforehand
from rowcall.plan.joins import Condition, Join, Leaf, Live, Place, Reach, Tree, fills, kept, reach, simplified
from rowcall.plan.parameters import always
from rowcall.plan.predicates import Atom, Equal, Filter
from rowcall.plan.scopes import Frame


def tree_of(frame: Frame) -> Tree | None:
    """How the sources of a SELECT are joined in every row of it that matters."""
    if frame.tree is None or not fills(frame.tree):
        return frame.tree
    if frame.filled is None:
        frame.filled = frame.tree  # for what reads itself
        inside = frozenset[int]().union(*map(frame.rejects, (*frame.where, *beforehand(frame))))
        frame.filled = simplified(frame.tree, inside | _rejected(frame, lambda place: place[0]), frame.rejects)
    return frame.filled


def _rejected(frame: Frame, of: Callable[[Place], int | None]) -> frozenset[int]:
    """The sources, as `of` says of each column of a SELECT's FROM clause, that are not NULL throughout in a row that matters outside."""
    around = enclosing(frame)
    if not around.uses or around.columns:
        return frozenset()
    outputs = [place if not around.blocked or place in around.dividing else None for _, place in frame.outputs() or ()]
    return frozenset.intersection(*(_rejected_by(use, dict(zip(use.names, outputs, strict=False)), of) for use in around.uses))


def _rejected_by(use: Use, outputs: dict[str, Place | None], of: Callable[[Place], int | None]) -> frozenset[int]:
    """The same for one place where the rows of a SELECT are used, by the columns that its outputs are."""

    def through(place: Place) -> int | None:
        inner = outputs.get(place[1]) if place[0] == use.own and place[1] else None
        return of(inner) if inner is not None else None

    if use.own is None:
        return frozenset()
    certain = [live.condition for live in reach_of(use).live if live.restricts and not live.guards]
    return _rejected(use.frame, through).union(*(use.frame.rejects(condition, through) for condition in certain))


def reach_of(use: Use) -> Reach:
    """What restricts a source of a SELECT, or all of it, where it is used."""
    tree, own = tree_of(use.frame), use.own
    where = (*use.frame.where, *beforehand(use.frame)) if use.where else ()
    if use.where and tree is not None and not isinstance(tree, Leaf):
        lasting = kept(tree)
        where += tuple(one for one in same_across(use.frame) if use.frame.touched(one) <= lasting)
    if tree is None:
        return Reach([Live(condition) for condition in where])
    if own is None or own not in tree.positions:
        return reach(tree, None if own is None else _join_with(use.frame, tree, own), where, use.frame.touched)
    if use.frame.select.args.get("sample") or use.frame.sources[own].node.args.get("sample"):
        return Reach(blocked="SAMPLE picks from all rows, so a filter cannot be applied before it; put the filter into a sub-select.")
    return reach(tree, own, where, use.frame.touched, partial(instead, use.frame))


def _join_with(frame: Frame, tree: Tree, position: int) -> Join | None:
    """The join in whose ON a sub-query is matched with columns; None for one in WHERE."""
    if not isinstance(tree, Join):
        return None
    atoms = (atom for condition in tree.conditions for option in frame.alternatives(condition) for atom in option)
    if any(matched_by(atom) == position for atom in atoms):
        return tree
    return _join_with(frame, tree.left, position) or _join_with(frame, tree.right, position)


def matched_by(atom: Atom) -> int | None:
    """The matched sub-query that an equality is with."""
    place = atom.right.place if isinstance(atom, Equal) else None
    return place[0] if place is not None else None


def needed_within(frame: Frame, condition: Condition) -> Iterator[Condition]:
    """What each row satisfies of the sub-queries that a condition is not true without a row of, and of those in them."""
    options = frame.alternatives(condition)
    for atom in options[0] if len(options) == 1 else ():
        for select in _needed(atom.node) if isinstance(atom, Filter) else ():
            inner = frame.scopes.frame(select)
            if ends_with_rows(select) and not frame.scopes.takes_rows(select):
                live = reach(inner.tree, None, inner.where, inner.touched).live if inner.tree is not None else map(Live, inner.where)
                for one in (one.condition for one in live if not one.guards):
                    yield one
                    yield from needed_within(inner, one)


def _needed(node: exp.Expr) -> Iterator[exp.Select]:
    """The SELECTs without a row of which a condition is not true: of EXISTS, IN and ANY, and those that something is compared with."""
    sides: Sequence[exp.Expr | None] = ()
    if isinstance(node, exp.Exists):
        sides = (node.this,)
    elif isinstance(node, exp.In):
        sides = (node.args.get("query"),)
    elif isinstance(node, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)):
        sides = [side.this if isinstance(side, exp.Any) else side for side in (node.this, node.expression)]
    for side in sides:
        query = side.unnest() if isinstance(side, exp.Subquery) else side
        if isinstance(query, exp.Select):
            yield query


def has_value(frame: Frame, place: Place) -> bool:
    """Whether each row of a source has a value in a column: one that every method for SELECT requires, of an API or handed on from it."""
    source = frame.sources[place[0]]
    if source.reference is not None:
        return place[1] in always(source.reference.ref)
    inner = inner_frame(frame, source)
    group = inner.select.args.get("group") if inner is not None else None
    tree = tree_of(inner) if inner is not None and not (group is not None and grouping_sets(group)) else None
    if inner is None or tree is None:
        return False
    given = zip(output_names(frame, place[0], inner), (own for _, own in inner.outputs() or ()), strict=False)
    within = [own for name, own in given if name == place[1]]
    return all(own is not None and own[0] in kept(tree) and has_value(inner, own) for own in within) and bool(within)
