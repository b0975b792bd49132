"""Expressions that grow with one column, so that a comparison with them is a bound of the column.

`to_timestamp(created_at)`, `date_trunc('day', to_timestamp(created_at))`, `created_at * 1000`: of two rows, the one with the greater
column never has the lesser expression. Anything else is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlglot import exp

from rowcall.manifest.model import Scalar, Type

ZONED = "TIMESTAMP WITH TIME ZONE"
PLAIN = "TIMESTAMP"

UNITS: Mapping[str, tuple[str, bool]] = {
    "SECOND": ("1 second", False),
    "MINUTE": ("1 minute", False),
    "HOUR": ("1 hour", False),
    "DAY": ("1 day", True),
    "WEEK": ("7 days", True),
    "MONTH": ("1 month", True),
    "QUARTER": ("3 months", True),
    "YEAR": ("1 year", True),
}
"""Units of `date_trunc`: how long one is, and whether it starts at a midnight."""


@dataclass(frozen=True, slots=True)
class Growing:
    """`date_trunc(unit, clock(column * factor + shift))`, or less of it."""

    column: str
    factor: Fraction = Fraction(1)
    shift: Fraction = Fraction(0)
    """In seconds where there is a clock."""
    clock: str = ""
    """The type of a time, `ZONED` or `PLAIN`; "" for the column's own value."""
    unit: str = ""
    """A key of `UNITS`, or ""."""
    is_date: bool = False
    """Whether it is a DATE, and not a time that is truncated to a day."""
    slack: Fraction = Fraction(0)
    """How far a bound has to be widened, in the column's own terms, for what division rounds."""


Own = Callable[[exp.Expr], str | None]
"""The column of the source in question that an expression is, or None."""
Types = Mapping[str, Type]
_Read = Callable[[exp.Expr], Growing | None]


def growing(expression: exp.Expr, own: Own, types: Types) -> Growing | None:
    """What an expression is to the column that it grows with; None where it is not certain that it grows with one."""
    name = own(expression)
    if name is not None:
        return Growing(name) if types.get(name) in {Scalar.INTEGER, Scalar.NUMBER, Scalar.STRING} else None
    form = next((form for kinds, form in _FORMS if isinstance(expression, kinds)), None)
    return form(expression, lambda inner: growing(inner, own, types), types) if form else None


def _bracketed(expression: exp.Expr, read: _Read, _types: Types) -> Growing | None:
    return read(expression.this)


def _arithmetic(expression: exp.Expr, read: _Read, types: Types) -> Growing | None:
    """A whole number added, taken away, or multiplied with; of integers alone, for others round."""
    left, right = expression.this, expression.expression
    number = _whole(right)
    inner = read(left)
    if inner is None and isinstance(expression, (exp.Add, exp.Mul)):
        number, inner = _whole(left), read(right)
    if inner is None or number is None or inner.clock or types[inner.column] is not Scalar.INTEGER:
        return None
    if isinstance(expression, exp.Add):
        return replace(inner, shift=inner.shift + number)
    if isinstance(expression, exp.Sub):
        return replace(inner, shift=inner.shift - number)
    if number <= 0:
        return None
    if isinstance(expression, exp.Mul):
        return replace(inner, factor=inner.factor * number, shift=inner.shift * number)
    # One of the quotient, which `//` cuts off; what a DOUBLE rounds is less.
    return Growing(inner.column, inner.factor / number, inner.shift / number, slack=inner.slack + (number + 1) / inner.factor)


def _whole(expression: exp.Expr) -> Fraction | None:
    is_whole = isinstance(expression, exp.Literal) and not expression.is_string and expression.name.isdecimal()
    return Fraction(expression.name) if is_whole else None


def _from_unix(expression: exp.Expr, read: _Read, types: Types) -> Growing | None:
    """`to_timestamp`, and `make_timestamp` and `epoch_ms`, which count smaller parts of a second and know no time zone."""
    scale = expression.args.get("scale")
    digits = int(scale.name) if scale is not None else 0
    return _clock(read(expression.this), digits, PLAIN if digits else ZONED, types)


def _named(expression: exp.Expr, read: _Read, types: Types) -> Growing | None:
    known = isinstance(expression, exp.Anonymous) and expression.name.casefold() == "make_timestamp_ms" and len(expression.expressions) == 1
    return _clock(read(expression.expressions[0]), 3, PLAIN, types) if known else None


def _clock(inner: Growing | None, digits: int, clock: str, types: Types) -> Growing | None:
    if inner is None or inner.clock or types[inner.column] is not Scalar.INTEGER:
        return None
    return replace(inner, factor=inner.factor / 10**digits, shift=inner.shift / 10**digits, clock=clock)


def _cast(expression: exp.Expr, read: _Read, types: Types) -> Growing | None:
    """A text read as a time or a day, or a time read as a day."""
    inner = read(expression.this)
    to = expression.args["to"].this
    if inner is None:
        return None
    if not inner.clock:
        if to is exp.DType.DATE and types[inner.column] is Scalar.STRING:
            return replace(inner, clock=PLAIN, unit="DAY", is_date=True)
        clock = {exp.DType.TIMESTAMPTZ: ZONED, exp.DType.TIMESTAMPNTZ: PLAIN, exp.DType.TIMESTAMP: PLAIN}.get(to)
        return replace(inner, clock=clock) if clock and types[inner.column] is Scalar.STRING else None
    return replace(inner, unit="DAY", is_date=True) if to is exp.DType.DATE and not inner.unit else None


def _truncated(expression: exp.Expr, read: _Read, _types: Types) -> Growing | None:
    inner = read(expression.this)
    unit = expression.args["unit"].name.upper() if expression.args.get("unit") is not None else ""
    return replace(inner, unit=unit) if inner and inner.clock and not inner.unit and unit in UNITS else None


_FORMS: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], Callable[[exp.Expr, _Read, Types], Growing | None]], ...] = (
    (exp.Paren, _bracketed),
    ((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv), _arithmetic),
    (exp.UnixToTime, _from_unix),
    (exp.Anonymous, _named),
    ((exp.Cast, exp.TryCast), _cast),
    ((exp.TimestampTrunc, exp.DateTrunc), _truncated),
)
