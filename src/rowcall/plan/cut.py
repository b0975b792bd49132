"""Sub-selects that leave few rows, of which it is not known before which these are: but all that they can be may be keys.

Either an API is asked for little more than LIMIT, QUALIFY or DISTINCT ON leaves, and then all that it gives; or it is the rows up to those
that equal the last one in the order of a LIMIT. Nothing here decides which rows there are: keys of rows that are left out after all cost
requests, and that is why there must be few.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from rowcall.manifest.model import Role, Verb
from rowcall.plan.enclosing import own_place, partitions, windows
from rowcall.plan.layout import Range
from rowcall.plan.outputs import expression_of
from rowcall.plan.parameters import always
from rowcall.plan.plain import is_key, is_plain
from rowcall.plan.predicates import Among
from rowcall.plan.references import Reference
from rowcall.plan.scopes import Frame
from rowcall.plan.splice import Edit
from rowcall.plan.stable import unsteady
from rowcall.plan.walk import find_all

_NONE = frozenset[str]()
_PLAIN = frozenset({"expressions", "from_", "where", "order", "limit", "offset", "qualify", "distinct"})
_MOST = 2**63 - 1


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


def with_ties(frame: Frame) -> str | None:
    """A SELECT that ORDER BY and LIMIT cut, as SQL, with all rows that equal the last one in that order; None for others.

    Whichever of these DuckDB gives for the SELECT itself: before a row that it gives come fewer than LIMIT and OFFSET say together.
    """
    scopes, select, clauses, span = frame.scopes, frame.select, frame.clauses, frame.span()
    limit, offset = select.args.get("limit"), select.args.get("offset")
    if clauses is None or span is None or clauses.order is None or limit is None:
        return None
    numbers = [_number(frame, limit, clauses.limit), *([_number(frame, offset, clauses.offset)] if offset is not None else [])]
    order = _order(frame) if None not in numbers and _is_of_rows(frame) else None
    # By its full name it is no macro of the user's.
    rank = f"system.main.rank() OVER (ORDER BY {order})"
    return f"{scopes.written(span)} QUALIFY {rank} <= {' + '.join(map(str, numbers))}" if order is not None else None


def _number(frame: Frame, node: exp.Expr, tokens: Range | None) -> str | None:
    """LIMIT or OFFSET as SQL, where it is a whole number, or a parameter; None for a share of the rows, and others."""
    value = node.args.get("expression")
    is_whole = isinstance(value, exp.Literal) and value.is_int
    is_given = isinstance(value, exp.Parameter) or (isinstance(value, exp.Placeholder) and bool(value.this))
    if tokens is None or not (is_whole or is_given) or any(one for key, one in node.args.items() if key != "expression"):
        return None
    # Of a parameter that is NULL DuckDB leaves all rows.
    return f"coalesce(CAST({frame.scopes.layout.shown(tokens)} AS BIGINT), {_MOST})::HUGEINT"


def _is_of_rows(frame: Frame) -> bool:
    """Whether a SELECT gives rows of its FROM clause, the same ones each time but for its LIMIT."""
    scopes, select = frame.scopes, frame.select
    is_plain_one = (
        is_plain(select, but=("limit", "offset"), windows=True) and not select.args.get("distinct") and not scopes.takes_rows(select)
    )
    is_steady = not unsteady(select, select) and all(map(scopes.is_stable, scopes.used([select])))
    return is_plain_one and is_steady and not scopes.is_volatile(select) and scopes.calls_are_plain(select)


def _order(frame: Frame) -> str | None:
    """What a SELECT is ordered by, as it is said in a window of it; None where that is not certain.

    A name is that of a result first in ORDER BY, and of a column first in a window, where DuckDB 2.0 looks around the query before it looks
    at the results; so what a result is stands in its place. A number that stands for a result would be one there, and none of the rows.
    """
    scopes, clauses, keys = frame.scopes, frame.clauses, [key.this for key in frame.select.args["order"].expressions]
    columns = [column for key in keys for column in find_all(key, exp.Column)]
    results = {id(column): text for column in columns if (text := _result(frame, column)) is not None}
    is_of_rows = all(key.find(exp.Column) and not key.find(exp.Star, exp.Columns, exp.Query, exp.Window) for key in keys)
    if clauses is None or clauses.order is None or not is_of_rows:
        return None
    if not all(id(column) in results or (_is_read(frame, column) and _is_no_other(frame, column)) for column in columns):
        return None
    if not scopes.is_closed(frame.select):
        return None
    named = [column for column in columns if id(column) in results]
    edits = [Edit(one.parts[0].meta["start"], one.parts[0].meta["end"] + 1, f"({results[id(one)]})") for one in named]
    return scopes.written(scopes.layout.span(clauses.order), edits)


def _result(frame: Frame, column: exp.Column) -> str | None:
    """What a key stands for, as SQL, which is the name of one result of a SELECT and of nothing that it reads; None for others."""
    name = column.name.casefold()
    items = [(at, item) for at, item in enumerate(frame.select.expressions) if item.alias.casefold() == name]
    given = [one for one, _ in frame.outputs() or () if one == name]
    known = [frame.named(source.position) for source in frame.sources]
    if any(one.columns is None or name in one.columns | one.hidden for one in known) or not is_key(frame.select, column):
        return None
    if not len(given) == len(items) == 1:
        return None
    ((at, item),) = items
    columns = list(find_all(item.unalias(), exp.Column))
    if not columns or item.find(exp.Window, exp.Query) or not all(_is_read(frame, one) for one in columns):
        return None
    place = expression_of(frame, at) if "start" in column.this.meta else None
    return frame.scopes.written(frame.scopes.layout.span(place)) if place is not None else None


def _is_read(frame: Frame, column: exp.Column) -> bool:
    """Whether a name is that of what a SELECT reads."""
    found = frame.scopes.resolve(column)
    return found is not None and found.frame is frame and found.name.casefold() in {part.name.casefold() for part in column.parts}


def _is_no_other(frame: Frame, column: exp.Column) -> bool:
    """Whether the name of what a SELECT reads is that of no result but itself."""
    name, found, outputs = column.parts[0].name.casefold(), frame.scopes.resolve(column), frame.outputs()
    return (
        found is not None
        and outputs is not None
        and all(place == (found.position, found.name) for given, place in outputs if given == name)
    )


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
