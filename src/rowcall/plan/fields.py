"""Which columns of a resource a statement can use at all, so that an API that sends single fields need not send the others."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from rowcall.plan.nodes import EXTRA, Hidden
from rowcall.plan.references import Reference, is_prefix, written_columns

_HARMLESS = frozenset({"now", "get_current_timestamp", "make_timestamp_ms", "epoch_us", "date_part"})
"""Functions that sqlglot does not know and that are no macros. The body of a macro may name columns of the statement that calls it."""


def used(reference: Reference, hidden: Iterable[Hidden], tree: exp.Expr) -> frozenset[str] | None:
    """The columns of a reference that a name in the statement can mean; None where all of them can be meant.

    A name counts wherever it stands, so that none is missed.
    """
    select = reference.select
    if select is None or any(item.name == EXTRA for item in hidden) or _is_whole(reference, select, tree):
        return None
    names = {identifier.name.casefold() for identifier in tree.find_all(exp.Identifier)}
    equal = {item.column for item in hidden if item.column}
    return frozenset(own for written, own in written_columns(reference).items() if written in names) | equal


def _is_whole(reference: Reference, select: exp.Select, tree: exp.Expr) -> bool:
    """Whether something other than names may mean columns: a star, COLUMNS, NATURAL, PIVOT, a macro, or the row as one value."""
    stars = (node for node in select.find_all(exp.Star, exp.Columns) if node.find_ancestor(exp.Select) is select)
    if any(_may_mean(star, reference) for star in stars) or tree.find(exp.Pivot, exp.Summarize):
        return True
    if any(join.method == "NATURAL" for join in tree.find_all(exp.Join)):
        return True
    if any(call.name.casefold() not in _HARMLESS for call in tree.find_all(exp.Anonymous)):
        return True
    alias = reference.alias.casefold()
    return any(column.parts[-1].name.casefold() == alias for column in tree.find_all(exp.Column))


def _may_mean(star: exp.Expr, reference: Reference) -> bool:
    """Whether a star, or COLUMNS, may mean columns of the reference: neither that of `count(*)`, nor one with another's name before it."""
    outer = star.parent
    if isinstance(outer, exp.Column):
        return is_prefix(reference, [part.name.casefold() for part in outer.parts[:-1]])
    return not isinstance(outer, exp.Count)


def all_of(found: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """The columns that any of several references use; None where one may use all."""
    each = list(found)
    return None if None in each else frozenset[str]().union(*(columns for columns in each if columns is not None))
