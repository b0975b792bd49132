"""The conditions of HAVING and QUALIFY that may be applied before rows are grouped or counted, as if they stood in WHERE.

Such a condition compares columns themselves, each with another such column or with what is the same in all rows, as the result of a query
is that names nothing from around it. In HAVING these are columns that the SELECT is grouped by, or DuckDB does not take it: so it is true
of all rows of a group or of none. In the row of a group of GROUPING SETS that is not grouped by such a column this is NULL, of which no
comparison is true, nor false, nor is IS NOT NULL: what AND, OR and NOT make of these is then true only where it is so of any value. In
QUALIFY they have to be columns by which every window function divides the rows. By a collation rows are compared as they are grouped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlglot import exp

from rowcall.plan.enclosing import grouping_sets, in_each, own_place, partitions
from rowcall.plan.joins import Condition, Place
from rowcall.plan.layout import Range
from rowcall.plan.predicates import is_quantified, stripped
from rowcall.plan.references import is_inside
from rowcall.plan.scopes import Frame
from rowcall.plan.walk import find_all

_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
_COMPUTED = (exp.Query, exp.AggFunc, exp.Window, exp.Anonymous)
"""What need not have the same value in each row, or in WHERE."""


def beforehand(frame: Frame) -> Sequence[Condition]:
    """These conditions of a SELECT."""
    if frame.beforehand is None:
        frame.beforehand = ()  # for what reads itself
        frame.beforehand = tuple(_beforehand(frame))
    return frame.beforehand


def _beforehand(frame: Frame) -> Iterator[Condition]:
    select, clauses = frame.select, frame.clauses
    if (having := select.args.get("having")) is not None:
        yield from _conditions(frame, having.this, clauses.having if clauses is not None else None, None)
    if (qualify := select.args.get("qualify")) is not None and not frame.scopes.takes_windows(select):
        divided = in_each(frame, partitions(select))
        yield from _conditions(frame, qualify.this, clauses.qualify if clauses is not None else None, divided)


def _conditions(frame: Frame, predicate: exp.Expr, tokens: Range | None, places: Collection[Place] | None) -> Iterator[Condition]:
    """Those that AND joins, about these columns, or any."""
    for part, own in frame.scopes.layout.conjuncts(predicate, tokens):
        if not _is_computed(frame, part) and not frame.scopes.is_volatile(part) and frame.scopes.is_stable(part):
            found = list(_compared(frame, part))
            if None not in found and (places is None or set(places).issuperset(found)):
                yield Condition(part, own, frame.view)


def _is_computed(frame: Frame, part: exp.Expr) -> bool:
    """Whether something in a condition is computed, but for queries that name nothing from around them."""
    found = find_all(part, *_COMPUTED)
    queries = [one for one in found if isinstance(one, exp.Query) and frame.scopes.is_closed(one)]
    return any(one not in queries and not any(is_inside(one, query) for query in queries) for one in found)


def _compared(frame: Frame, predicate: exp.Expr) -> Iterator[Place | None]:
    """The columns that it compares; None for anything else that it says."""
    left = [(predicate, True)]
    while left:
        one, _, wanted = stripped(frame.scopes.layout, left[-1][0], None, wanted=left.pop()[1])
        if isinstance(one, (exp.And, exp.Or)):
            left += [(one.left, wanted), (one.right, wanted)]
            continue
        sides = [side.unnest() for key in ("this", "expression") if isinstance(side := one.args.get(key), exp.Expr)]
        columns = [side for side in sides if isinstance(side, exp.Column)]
        is_null = isinstance(one, exp.Is) and isinstance(one.expression, exp.Null) and not (wanted and _has_totals(frame))
        is_compared = is_null or (isinstance(one, _COMPARED) and not is_quantified(one.args.get("expression")))
        named = [column for column in frame.scopes.columns(one) if column.find_ancestor(exp.Select) is frame.select]
        if not is_compared or not columns or len(columns) < len(named):
            yield None
        yield from (_place(frame, column) for column in columns)


def _has_totals(frame: Frame) -> bool:
    """Whether a row of what it groups may be of a group that has NULL in place of a column's values."""
    group = frame.select.args.get("group")
    return group is not None and grouping_sets(group)


def _place(frame: Frame, column: exp.Column) -> Place | None:
    """The column of FROM that a column is; None where a bare name may be what SELECT calls something else."""
    place, name = own_place(frame, column), column.name.casefold()
    called = [item for item in frame.select.expressions if len(column.parts) == 1 and item.alias.casefold() == name]
    return place if all(own_place(frame, item.unalias()) == place for item in called) else None
