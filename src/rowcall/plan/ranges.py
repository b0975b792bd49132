"""Bounds of columns as the values of parameters that stand for `>`, `>=`, `<` and `<=`.

A value is never too narrow: where the API's comparison, or the form in which it wants a time, cannot say the bound, the next wider one
is asked for.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rowcall.manifest.model import Form, Method, Operator, Parameter, Range, Scalar, Type
from rowcall.manifest.types import GREATEST, LEAST
from rowcall.plan.growing import Types
from rowcall.plan.intervals import Edge, Interval
from rowcall.plan.nodes import Origin

if TYPE_CHECKING:
    from sqlglot import exp

_LOW = frozenset({Operator.ABOVE, Operator.AT_LEAST})
_DAY_S = 86400
_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999, in Unix seconds."""
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")
_SORTED = re.compile(r"\d{4}-\d\d-\d\dT\d\d(:\d\d(:\d\dZ?)?)?")
"""Texts that begin as times do, and those of them that sort among times in UTC as the times do that they say."""
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d)?(\.\d+)?Z?")
"""Texts that sort among ISO 8601 times as the times do that they say, give or take a day."""


@dataclass(frozen=True, slots=True)
class Ranged:
    """What a method's parameters say of bounds."""

    values: Mapping[str, Any]
    """By parameter."""
    applied: tuple[exp.Expr, ...]
    """The predicates of which nothing is left for DuckDB to drop."""
    within: tuple[exp.Expr, ...] = ()
    """Those of which the values say something, and leave rows for DuckDB to drop."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Where the values come from, by parameter."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A parameter that says an end of an interval."""

    name: str
    value: Any
    exact: bool
    origin: Origin
    of: tuple[Interval, ...]
    """What it is an end of."""


def ranged(method: Method, found: Sequence[Interval], types: Types, given: Collection[str] = ()) -> Ranged:
    """The values of the method's ranges, for the intervals that the statement says; none for parameters that are `given` already."""
    parameters = {name: parameter for name, parameter in method.parameters.items() if parameter.range and name not in given}
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    exact: dict[tuple[str, bool], bool] = {}
    used: list[Interval] = []
    for column in dict.fromkeys(interval.column for interval in found):
        for is_low in (True, False):
            choice = _choice(parameters, [interval for interval in found if interval.column == column], types, is_low=is_low)
            if choice is not None:
                values[choice.name] = choice.value
                origins[choice.name] = choice.origin
                exact[column, is_low] = choice.exact
                used += choice.of
    tight = [interval for interval in found if interval.tight and all(exact.get(end) for end in _sides(interval))]
    loose = [interval for interval in found if any(interval is one for one in used) and not any(interval is one for one in tight)]
    return Ranged(values, _predicates(tight), _predicates(loose), origins)


def _predicates(found: Sequence[Interval]) -> tuple[exp.Expr, ...]:
    return tuple(interval.predicate for interval in found if interval.predicate is not None)


def awaited(method: Method, columns: Collection[str], given: Collection[str] = ()) -> dict[str, str]:
    """The parameters that bounds of columns whose values are not known yet will be sent as, each with the column."""
    found: dict[tuple[str, bool], str] = {}
    for name in (*method.required(), *method.parameters):
        range_ = method.parameters[name].range if name in method.parameters and name not in given else None
        if range_ is not None and range_.column in columns:
            found.setdefault((range_.column, range_.operator in _LOW), name)
    return {name: column for (column, _), name in found.items()}


def _sides(interval: Interval) -> Iterator[tuple[str, bool]]:
    if interval.low:
        yield interval.column, True
    if interval.high:
        yield interval.column, False


def _choice(parameters: Mapping[str, Parameter], found: Sequence[Interval], types: Types, *, is_low: bool) -> _Choice | None:
    """The parameter that says the narrowest end on one side best: exactly rather than not, else the first."""
    choices = []
    for name, parameter in parameters.items():
        range_ = parameter.range
        if range_ is None or range_.column != found[0].column or (range_.operator in _LOW) != is_low:
            continue
        sides = [interval for interval in found if (interval.low if is_low else interval.high)]
        written = [(_written(interval, range_, types[range_.column]), interval) for interval in sides]
        said = [(end, interval) for end, interval in written if end is not None and _is_within(parameter, end[0])]
        ends, of = [(*end, interval.origin) for end, interval in said], tuple(interval for _, interval in said)
        if ends:
            value, _, origin = (max if is_low else min)(ends, key=lambda end: end[0])
            # One that another bound is narrower than is applied by that one, where both are written in one form.
            is_exact = parameter.exact and len(ends) == len(written) and all(exact for _, exact, _ in ends)
            choices.append(_Choice(name, value, is_exact, origin, of))
    return max(choices, key=lambda choice: choice.exact, default=None)


def _is_within(parameter: Parameter, value: Any) -> bool:
    if parameter.enum and value not in parameter.enum:
        return False
    if not isinstance(value, (int, float)):
        return True
    return (parameter.minimum is None or value >= parameter.minimum) and (parameter.maximum is None or value <= parameter.maximum)


def _written(interval: Interval, range_: Range, type_: Type) -> tuple[Any, bool] | None:
    """The end of an interval that a range is about, as its parameter writes it, and whether that says it exactly; None where it cannot."""
    edge = interval.low if range_.operator in _LOW else interval.high
    if edge is None:
        return None
    if type_ is Scalar.INTEGER and not isinstance(edge.value, str):
        return _whole(edge.value, range_, closed=edge.closed)
    if type_ is Scalar.NUMBER and not isinstance(edge.value, str):
        return _real(edge, range_.operator)
    is_utc = range_.form is Form.UTC
    if range_.form is None or (is_utc and isinstance(edge.value, str) and _UTC.fullmatch(edge.value)):
        return _text(edge, range_.operator)
    seconds = _seconds(edge.value) if isinstance(edge.value, str) else edge.value
    # More than a day where the times may be those of any place, and are compared as they are written; of a text a part of a second, too.
    of_place = _DAY_S if not is_utc and (interval.is_local or isinstance(edge.value, str)) else 0
    margin = of_place + isinstance(edge.value, str)
    found = _whole(seconds + (-margin if range_.operator in _LOW else margin), range_, closed=True) if seconds is not None else None
    return (found[0], False) if found else None


def _whole(value: Fraction, range_: Range, *, closed: bool) -> tuple[Any, bool] | None:
    """What says of whole numbers, or of times in whole seconds, what an edge says of numbers."""
    unit = _DAY_S if range_.form is Form.DATE else 1
    if range_.operator in _LOW:
        end = math.ceil(value) if closed else math.floor(value) + 1
        steps, exact = end // unit - (range_.operator is Operator.ABOVE), end % unit == 0
    else:
        end = math.floor(value) if closed else math.ceil(value) - 1
        steps, exact = end // unit + (range_.operator is Operator.BELOW), (end + 1) % unit == 0
    written = _in_form(steps * unit, range_.form)
    return None if written is None else (written, exact)


def _real(edge: Edge, operator: Operator) -> tuple[float, bool] | None:
    """The same of doubles."""
    try:
        value = float(edge.value)
    except OverflowError:
        return None
    if Fraction(value) != edge.value:
        return None
    strict = operator in {Operator.ABOVE, Operator.BELOW}
    if edge.closed and strict:
        return math.nextafter(value, -math.inf if operator in _LOW else math.inf), True
    return value, edge.closed is not strict


def _text(edge: Edge, operator: Operator) -> tuple[str, bool] | None:
    """The same of texts, of which there is no next one.

    An API takes a time for that moment, however it is written; DuckDB compares texts, which is the same where all is written in UTC.
    """
    strict = operator in {Operator.ABOVE, Operator.BELOW}
    if not isinstance(edge.value, str) or (edge.closed and strict):
        return None
    if _TIME.match(edge.value) and not _SORTED.fullmatch(edge.value):
        return None
    return edge.value, edge.closed is not strict


def _seconds(text: str) -> Fraction | None:
    """The time, in whole seconds, that a text says which is compared, as a text, with ISO 8601 times; None for any other text."""
    match = _ISO.fullmatch(text)
    try:
        time = dt.datetime.fromisoformat(f"{match[1]}{match[2] or 'T00:00:00'}+00:00") if match else None
    except ValueError:
        return None
    return None if time is None else Fraction(int(time.timestamp()))


def _in_form(number: int, form: Form | None) -> int | str | None:
    """A whole number, or a time in Unix seconds, as a parameter writes it; None where it cannot be written."""
    if form is None:
        return number if LEAST <= number <= GREATEST else None
    if not _EARLIEST <= number <= _LATEST:
        return None
    if form is Form.UNIX:
        return number
    time = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number)
    return time.date().isoformat() if form is Form.DATE else time.isoformat().replace("+00:00", "Z")
