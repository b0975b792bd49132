"""Rows by their number in an order: `row_number() OVER (… ORDER BY created_at DESC) <= 3`, in QUALIFY or around a sub-select."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sqlglot import exp

from rowcall.plan.enclosing import Use, enclosing, inner_frame
from rowcall.plan.layers import Layer
from rowcall.plan.walk import conjuncts

_BY_ROWS_BEFORE = (exp.RowNumber, exp.Rank, exp.DenseRank)
"""Functions whose value in a row is made of the rows before it alone, so that those after it may be missing."""
_COUNTING = (exp.RowNumber, exp.Rank)
"""Those of them that are never below the number of rows that come before."""


def are_alike(found: Sequence[exp.Window]) -> bool:
    """Whether each stays what it is in the first rows of its order when the others are left out."""
    orders = {(repr(window.args.get("partition_by")), repr(window.args.get("order"))) for window in found}
    plain = {"this", "partition_by", "order", "over"}
    return len(orders) == 1 and all(
        isinstance(window.this, _BY_ROWS_BEFORE)
        and not any(window.this.args.values())
        and not any(value and key not in plain for key, value in window.args.items())
        for window in found
    )


def bounds(layer: Layer, number: Callable[[exp.Expr], int | None]) -> Iterator[tuple[exp.Window, int, exp.Expr]]:
    """The numbers that a window function is no greater than in the rows that are used of a SELECT, each with the condition that says so.

    `number` gives the value of an expression that has one whole number in every row, None of any other.
    """
    qualify = layer.select.args.get("qualify")
    for condition in conjuncts(qualify.this) if qualify is not None else ():
        if (found := _bound(condition, partial(_here, layer), number)) is not None:
            yield *found, condition
    if (use := _use(layer)) is None or (where := use.frame.select.args.get("where")) is None:
        return
    for condition in conjuncts(where.this):
        if (found := _bound(condition, partial(_outside, layer, use), number)) is not None:
            yield *found, condition


_Counted = Callable[[exp.Expr], exp.Window | None]
"""The window function that an expression is, where it numbers rows."""


def _bound(condition: exp.Expr, counted: _Counted, number: Callable[[exp.Expr], int | None]) -> tuple[exp.Window, int] | None:
    """The window function and the number that it is no greater than where a condition holds."""
    left, right = condition.this, condition.expression
    match condition:
        case exp.EQ() | exp.LT() | exp.LTE() if (window := counted(left)) is not None:
            values = [number(right)]
        case exp.EQ() | exp.GT() | exp.GTE() if (window := counted(right)) is not None:
            values = [number(left)]
        case exp.Between() if (window := counted(left)) is not None:
            values = [number(condition.args["high"])]
        case exp.In() if condition.expressions and (window := counted(left)) is not None:
            values = [number(value) for value in condition.expressions]
        case _:
            return None
    known = [value for value in values if value is not None]
    less = 1 if isinstance(condition, (exp.LT, exp.GT)) else 0
    return (window, max(known) - less) if len(known) == len(values) else None


def _here(layer: Layer, expression: exp.Expr) -> exp.Window | None:
    """Of an expression in QUALIFY: the function itself, or what it is called in SELECT."""
    expression = expression.unnest()
    if not isinstance(expression, exp.Column):
        return _counting(expression)
    frame, own = layer.use.frame, layer.use.own
    known = frame.named(own).columns if own is not None else None
    name = expression.name.casefold()
    if len(expression.parts) > 1 or known is None or name in known or frame.scopes.resolve(expression) is not None:
        return None
    return _selected(layer.select, name)


def _outside(layer: Layer, use: Use, expression: exp.Expr) -> exp.Window | None:
    """Of an expression around the sub-select or WITH that the SELECT is: the column that has the function."""
    expression = expression.unnest()
    if not isinstance(expression, exp.Column) or (called := _called(use, expression)) is None:
        return None
    outputs = layer.use.frame.outputs() or []
    given = [name for name, _ in outputs]
    names = [name for name, outside in zip(given, use.names, strict=False) if outside == called]
    # A column of `*` may have the same name, and be called so outside.
    return _selected(layer.select, names[0]) if len(names) == 1 and given.count(names[0]) == 1 else None


def _called(use: Use, column: exp.Column) -> str | None:
    """The folded name of a column in WHERE, where it is certainly one of the source's."""
    frame, name = use.frame, column.name.casefold()
    if len(column.parts) == 1:  # what two sources have DuckDB does not take, unless a join makes one of them
        return name if name in use.names and use.own in frame.view.visible and name not in frame.view.merged else None
    found = frame.scopes.resolve(column)
    is_own = found is not None and found.exact and found.frame is frame and found.position == use.own
    return name if is_own else None


def _use(layer: Layer) -> Use | None:
    """Where the rows of a SELECT are read, where that is one place and nothing is done with them before."""
    frame = layer.use.frame
    uses = enclosing(frame).uses
    if len(uses) != 1 or (own := uses[0].own) is None or inner_frame(uses[0].frame, uses[0].frame.sources[own]) is not frame:
        return None
    outer = uses[0].frame.select
    cut = any(frame.select.args.get(key) for key in ("limit", "offset", "distinct")) or outer.args.get("sample")
    # Which rows ASOF and POSITIONAL join depends on those that WHERE drops afterwards.
    joined = all(join.method in _METHODS and join.kind in _KINDS for join in outer.args.get("joins") or ())
    return uses[0] if joined and not cut else None


_METHODS = frozenset({"", "NATURAL"})
_KINDS = frozenset({"", "INNER", "OUTER", "CROSS", "SEMI", "ANTI"})


def _selected(select: exp.Select, name: str) -> exp.Window | None:
    """The window function that is selected under a name, where nothing else is."""
    named = [item for item in select.expressions if item.output_name.casefold() == name]
    return _counting(named[0].unalias()) if len(named) == 1 else None


def _counting(expression: exp.Expr) -> exp.Window | None:
    expression = expression.unnest()
    return expression if isinstance(expression, exp.Window) and isinstance(expression.this, _COUNTING) else None
