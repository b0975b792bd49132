"""From comparisons to bounds: which stretch of a column the rows lie in that satisfy a predicate.

The other side is evaluated by DuckDB, so that its casts and the session's time zone rule. A bound is never too narrow; where it is
`tight`, the rows within it are just those that satisfy the predicate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from sqlglot import exp

from rowcall.errors import BindError, EngineError
from rowcall.manifest.model import Scalar
from rowcall.plan.growing import PLAIN, UNITS, ZONED, Growing, Own, Types, growing
from rowcall.plan.literals import items, left_out
from rowcall.plan.nodes import Origin
from rowcall.plan.predicates import collates

Evaluate = Callable[[str], list[tuple[Any, ...]]]
"""The rows of a local query. Raises BindError or EngineError."""


STATEMENT = Origin()
"""What is written in the statement itself, or given beside it."""


@dataclass(frozen=True, slots=True)
class Edge:
    """An end of an interval."""

    value: Fraction | str
    """A number, seconds since 1970, or a text."""
    closed: bool
    """Whether the value itself is within."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the values of a column lie, in the rows that satisfy a predicate."""

    column: str
    low: Edge | None
    high: Edge | None
    tight: bool
    """Whether all that lies there satisfies it."""
    predicate: exp.Expr | None
    """None where it is of keys, whose predicates say more."""
    is_local: bool = False
    """Whether the edges are seconds by the clock of whatever place the column, a text, says a time of: DuckDB drops the offset from UTC."""
    origin: Origin = STATEMENT
    """Where the edges come from."""


@dataclass(frozen=True, slots=True)
class _Point:
    """The other side of a comparison: where it lies, and between which steps of `date_trunc`."""

    at: Fraction | str
    start: Fraction = Fraction(0)
    end: Fraction = Fraction(0)
    regular: bool = True
    """False where a change of the clock makes `date_trunc` go back in time."""
    kind: str = ""
    """What it is compared as; "" where that is one and the same whatever else is compared in the same predicate."""


_Ends = tuple[Edge | None, Edge | None, bool]
"""The low and the high end, and whether they are tight."""

_FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "="}
_OPERATORS: dict[type[exp.Expr], str] = {exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=", exp.EQ: "="}
_MOST_VALUES = 100
"""Lists of more values are not evaluated for their least and greatest."""
_CLOCK_CHANGE = Fraction(2 * 3600)
"""More than clocks are ever put back."""
_EXACT = 2**53


def intervals(predicates: Sequence[tuple[exp.Expr, Own]], types: Types, evaluate: Evaluate) -> list[Interval]:
    """What the predicates that are comparisons say of columns; `types` are those of the columns."""
    return [found for predicate, own in predicates for found in _Reader(own, types, evaluate).read(predicate)]


def spanned(column: str, values: Sequence[Any], origin: Origin) -> Interval:
    """Where a column lies that is one of some numbers or texts."""
    low, high = (Edge(end if isinstance(end, str) else Fraction(end), closed=True) for end in (min(values), max(values)))
    return Interval(column, low, high, tight=False, predicate=None, origin=origin)


class _Reader:
    """Reads predicates for one source."""

    def __init__(self, own: Own, types: Types, evaluate: Evaluate) -> None:
        self._own = own
        self._types = types
        self._evaluate = evaluate

    def read(self, predicate: exp.Expr) -> Iterator[Interval]:
        inner = predicate.unnest()
        found: Interval | None = None
        if isinstance(inner, exp.Between) and not inner.args.get("symmetric"):
            pairs = [(">=", inner.args["low"]), ("<=", inner.args["high"])]
            found = _narrowed(self._together(inner.this, pairs))
        elif isinstance(inner, exp.In) and 0 < len(left_out(inner) or inner.expressions) <= _MOST_VALUES:
            found = _widened(self._together(inner.this, [("=", value) for value in items(inner)]))
        elif type(inner) in _OPERATORS:
            operator = _OPERATORS[type(inner)]
            one = self._together(inner.this, [(operator, inner.expression)])
            found = next(iter(one or self._together(inner.expression, [(_FLIPPED[operator], inner.this)])), None)
        if found is not None and (found.low or found.high):
            yield replace(found, predicate=predicate)

    def _together(self, side: exp.Expr, others: Sequence[tuple[str, exp.Expr]]) -> list[Interval]:
        """Comparisons of one side with several others, none where one of them is not understood.

        DuckDB compares all of a predicate as one type, so that none of them may be of a type that changes what the others mean.
        """
        seen = growing(side, self._own, self._types)
        if seen is None or not all(is_steady(other) for _, other in others):
            return []
        try:
            points = [self._point(seen, other) for _, other in others]
        except (BindError, EngineError):  # DuckDB says so again when the statement runs
            return []
        known = [point for point in points if point is not None]
        if len(known) < len(points) or len({point.kind for point in known}) > 1:
            return []
        return [self._compared(seen, operator, other, point) for (operator, other), point in zip(others, known, strict=True)]

    def _compared(self, seen: Growing, operator: str, other: exp.Expr, point: _Point) -> Interval:
        low, high, tight = _ends(seen, operator, point)
        if _moves(other):
            # The statement runs a moment later: what it keeps then lies above what it would keep now, and up to no known end.
            high, tight = None, False
        is_local = seen.clock == PLAIN and self._types[seen.column] is Scalar.STRING
        return Interval(seen.column, _unscaled(low, seen, -1), _unscaled(high, seen, 1), tight and not seen.slack, other, is_local)

    def _point(self, seen: Growing, other: exp.Expr) -> _Point | None:
        """Where the other side lies, in the terms of the expression; None where DuckDB would compare the two as another type."""
        sql = other.sql(dialect="duckdb")
        free = isinstance(other.unnest(), exp.Placeholder | exp.Parameter) or (isinstance(other, exp.Literal) and other.is_string)
        if seen.clock:
            return self._time(seen, sql, free=free)
        if self._types[seen.column] is Scalar.STRING:
            ((type_, value, collated),) = self._evaluate(f"SELECT typeof({sql}), {sql}, {collates(sql)}")
            return _Point(value) if type_ == "VARCHAR" and value is not None and not collated else None
        return self._number(seen, sql, free=free)

    def _number(self, seen: Growing, sql: str, *, free: bool) -> _Point | None:
        ((type_, value),) = self._evaluate(f"SELECT typeof({sql}), {sql}")
        kind = type_
        if type_ == "VARCHAR" and free:
            target = "BIGINT" if self._types[seen.column] is Scalar.INTEGER else "DOUBLE"
            ((value,),) = self._evaluate(f"SELECT CAST({sql} AS {target})")
        elif type_.endswith("INT") or type_ in {"INTEGER", "UINTEGER"} or type_.startswith("DECIMAL"):
            kind = ""
        elif type_ != "DOUBLE":
            return None
        if self._types[seen.column] is Scalar.NUMBER and value is not None:
            value = float(value)
        if isinstance(value, float) and (not isfinite(value) or abs(value) > _EXACT):
            return None  # past it, whole numbers are compared as the doubles next to them
        return _Point(Fraction(value), kind=kind) if isinstance(value, (int, float, Decimal)) else None

    def _time(self, seen: Growing, sql: str, *, free: bool) -> _Point | None:
        unit = seen.unit or "DAY"
        sql = f"CAST({sql} AS DATE)" if seen.is_date and free else sql
        kind = "TIMESTAMPTZ" if seen.clock == ZONED else PLAIN
        moment = f"SELECT CAST({sql} AS {kind}) AS moment"
        steps = f"SELECT *, date_trunc('{unit}', moment) AS step, step + INTERVAL '{UNITS[unit][0]}' AS following FROM ({moment})"
        before = (f"date_trunc('{unit}', {name} - INTERVAL '1 microsecond')" for name in ("step", "following"))
        times = ", ".join(f"epoch_us({time})" for time in ("moment", "step", "following", *before))
        ((type_, *micros),) = self._evaluate(f"SELECT typeof({sql}), {times} FROM ({steps})")
        if (type_ not in _COMPARABLE[seen.clock] and not (type_ == "VARCHAR" and free)) or None in micros:
            return None
        at_, first, last, first_before, last_before = (Fraction(micro, 10**6) for micro in micros)
        regular = first <= at_ < last and first_before < first == last_before
        return _Point(at_, first, last, regular, type_ if seen.is_date else "")


_COMPARABLE = {ZONED: {ZONED, PLAIN, "DATE"}, PLAIN: {PLAIN, "DATE"}}
"""The types that DuckDB compares with a time as times of its kind."""


def _ends(seen: Growing, operator: str, point: _Point) -> _Ends:
    """Where the time, number or text within `date_trunc` lies when what is truncated compares so with the point."""
    if not seen.unit or isinstance(point.at, str):
        edge = Edge(point.at, closed=operator in {">=", "<=", "="})
        return _asked(operator, edge, edge, tight=True)
    if not point.regular:
        low, high = min(point.at, point.start) - _CLOCK_CHANGE, max(point.at, point.end) + _CLOCK_CHANGE
        return _asked(operator, Edge(low, closed=True), Edge(high, closed=True), tight=False)
    from_here = point.at if point.at == point.start else point.end
    low, high = (point.end if operator == ">" else from_here), (from_here if operator == "<" else point.end)
    return _asked(operator, Edge(low, closed=True), Edge(high, closed=False), tight=True)


def _asked(operator: str, low: Edge, high: Edge, *, tight: bool) -> _Ends:
    """The ends that an operator is about."""
    return low if operator in {">", ">=", "="} else None, high if operator in {"<", "<=", "="} else None, tight


def _unscaled(edge: Edge | None, seen: Growing, direction: int) -> Edge | None:
    """The edge in the column's own terms."""
    if edge is None or isinstance(edge.value, str):
        return edge
    value = (edge.value - seen.shift) / seen.factor
    return Edge(value + direction * seen.slack, edge.closed or bool(seen.slack))


def _narrowed(found: Sequence[Interval]) -> Interval | None:
    """A low end and a high end at once."""
    if not found:
        return None
    low, high = found
    return replace(low, high=high.high, tight=low.tight and high.tight)


def _widened(found: Sequence[Interval]) -> Interval | None:
    """Any of them."""
    if len(found) < 2:
        return next(iter(found), None)
    lows, highs = ([end for end in ends if end] for ends in ([i.low for i in found], [i.high for i in found]))
    low = min(lows, key=_value) if len(lows) == len(found) else None
    return replace(found[0], low=low, high=max(highs, key=_value) if len(highs) == len(found) else None, tight=False)


def _value(edge: Edge) -> Any:
    return edge.value


_STEADY = (
    exp.Literal, exp.Placeholder, exp.Parameter, exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Cast, exp.TryCast,
    exp.DataType, exp.DataTypeParam, exp.Interval, exp.Var, exp.TimeToUnix, exp.UnixToTime, exp.TimestampTrunc, exp.DateTrunc,
)  # fmt: skip
"""Node kinds that sqlglot writes as it read them, and whose value is one throughout a statement."""
_NOW = (exp.CurrentTimestamp, exp.CurrentDate)
_NOW_CALLS = frozenset({"now", "get_current_timestamp"})


def is_steady(expression: exp.Expr) -> bool:
    """Whether an expression has no column, and one value throughout a statement, or one that grows with the present."""
    return all(isinstance(node, _STEADY) or _is_now(node) or _is_text_of_time(node) for node in expression.walk()) and _grows_with_time(
        expression
    )


_TEXTS_OF_TIMES = re.compile(r"%Y-%m-%d([T ](%H:%M:%S|%H:%M:00|%H:00:00|00:00:00)Z?)?")
"""Formats in which a later time is never the lesser text."""


def _is_text_of_time(node: exp.Expr) -> bool:
    form = node.args["format"] if isinstance(node, exp.TimeToStr) else None
    return isinstance(form, exp.Literal) and _TEXTS_OF_TIMES.fullmatch(form.name) is not None


def _is_now(node: exp.Expr) -> bool:
    return isinstance(node, _NOW) or (isinstance(node, exp.Anonymous) and node.name.casefold() in _NOW_CALLS)


def _moves(expression: exp.Expr) -> bool:
    return any(_is_now(node) for node in expression.walk())


def _grows_with_time(expression: exp.Expr) -> bool:
    """Whether nothing turns the present around, as `- epoch(now())` does."""
    for now in expression.walk():
        inner, outer = now, now.parent
        while _is_now(now) and inner is not expression and outer is not None:
            taken_away = isinstance(outer, exp.Sub) and outer.expression is inner
            if taken_away or isinstance(outer, (exp.Neg, exp.Mul, exp.Div, exp.IntDiv)):
                return False
            inner, outer = outer, outer.parent
    return True
