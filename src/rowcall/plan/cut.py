"""Sub-selects of which an API is asked for little more than LIMIT, QUALIFY or DISTINCT ON leaves, so that all that it gives can be keys.

Nothing here decides which rows there are: keys of rows that are left out after all cost requests, and that is why there must be few.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from rowcall.manifest.model import Role, Verb
from rowcall.plan.enclosing import own_place, partitions, windows
from rowcall.plan.parameters import always
from rowcall.plan.predicates import Among
from rowcall.plan.references import Reference
from rowcall.plan.scopes import Frame

_NONE = frozenset[str]()
_PLAIN = frozenset({"expressions", "from_", "where", "order", "limit", "offset", "qualify", "distinct"})


def cut_by_api(frame: Frame) -> frozenset[str]:
    """The clauses of a SELECT that leave out rows which its API leaves out too, but for those that equal the last one; none for others."""
    select = frame.select
    reference = frame.sources[0].reference if frame.sources else None
    if reference is None or any(value and key not in _PLAIN for key, value in select.args.items()):
        return _NONE
    pinned = always(reference.ref)
    if select.args["from_"].this is not frame.sources[0].node or not _is_of_keys_alone(frame, reference, pinned):
        return _NONE
    distinct, qualify, order = (select.args.get(key) for key in ("distinct", "qualify", "order"))
    keys = order.expressions if order is not None else []
    if qualify is not None:
        is_cut = distinct is None and select.args.get("limit") is None and _numbers_few(frame, reference, pinned, qualify.this)
        return frozenset({"qualify"}) if is_cut else _NONE
    if distinct is not None:
        on = distinct.args.get("on")
        is_cut = on is not None and select.args.get("limit") is None and _columns(frame, reference, on.expressions) == pinned
        return frozenset({"distinct"}) if is_cut and _is_sorted(frame, reference, pinned, keys) else _NONE
    is_cut = select.args.get("limit") is not None and _is_one_call(frame) and (not keys or _is_sorted(frame, reference, pinned, keys))
    return frozenset({"limit", "offset"}) if is_cut else _NONE


def _columns(frame: Frame, reference: Reference, expressions: Iterable[exp.Expr]) -> frozenset[str | None]:
    """The resource's names of the columns that some expressions are, None among them for any other."""
    places = [own_place(frame, one) for one in expressions]
    return frozenset(reference.own.get(place[1].casefold()) if place is not None and place[0] == 0 else None for place in places)


def _is_of_keys_alone(frame: Frame, reference: Reference, pinned: frozenset[str]) -> bool:
    """Whether its conditions are about nothing of its rows but what all rows of one call have in common."""
    where = frame.select.args.get("where")
    for column in frame.scopes.columns(where) if where is not None else ():
        found = frame.scopes.resolve(column)
        if found is None or (found.frame is frame and not _columns(frame, reference, [column]) <= pinned):
            return False
    return True


def _is_one_call(frame: Frame) -> bool:
    """Whether its conditions give each of their columns one value."""
    options = [frame.alternatives(condition) for condition in frame.where]
    atoms = [atom for found in options for option in found for atom in option]
    return all(len(found) == 1 for found in options) and all(
        isinstance(atom, Among) and len(atom.rows) == 1 and not atom.listed for atom in atoms
    )


def _is_sorted(frame: Frame, reference: Reference, pinned: frozenset[str], keys: Sequence[exp.Expr]) -> bool:
    """Whether each list can be in the order of the first key that has several values in one."""
    names = [next(iter(_columns(frame, reference, [key.this]))) for key in keys]
    first = next((name for name in names if name not in pinned), None)
    lists = [method for method in reference.ref.resource.methods.values() if method.verb is Verb.SELECT and method.paging is not None]
    orders = [[one.sorts for one in method.parameters.values() if one.role is Role.ORDER] for method in lists]
    return first is not None and bool(orders) and all(any(first in sorts for sorts in found) for found in orders)


def _numbers_few(frame: Frame, reference: Reference, pinned: frozenset[str], condition: exp.Expr) -> bool:
    """Whether QUALIFY keeps the first rows of each call, by a number that is written in it."""
    found = windows(frame.select)
    if len(found) != 1 or not isinstance(found[0].this, (exp.RowNumber, exp.Rank)):
        return False
    (window,), (division,) = found, partitions(frame.select)
    is_bound = isinstance(condition, (exp.EQ, exp.LT, exp.LTE)) and isinstance(condition.expression, exp.Literal)
    order = window.args.get("order")
    is_sorted = order is not None and _is_sorted(frame, reference, pinned, order.expressions)
    return is_bound and is_sorted and _columns(frame, reference, division) == pinned
