"""Which objects a list shows, in which order, and what of them: all that the manifest says an API does with a client's parameters."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Collection, Mapping
from typing import Any

from rowcall.manifest.model import Column, Form, ListOf, Method, Object, Operator, Parameter, Place, Range, Role, Scalar, Sort
from rowcall.sandbox.blueprint import ALL, NONE, put
from rowcall.sandbox.record import Record
from rowcall.sandbox.template import follow

_DAY_S = 86400
_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.ABOVE: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.BELOW: operator.lt,
    Operator.AT_MOST: operator.le,
}


def filtered(
    records: list[Record], method: Method, values: Mapping[str, Any], columns: Mapping[str, Column], asked: Collection[str] = ()
) -> list[Record]:
    """The records that have what parameters without a role ask for; where a parameter is not exact, more than these.

    What is about no column, or about one that is `asked`, is passed by all: what the API makes of it is not known.
    """
    tests = [
        _bound(parameter, parameter.range, values[name], columns)
        if parameter.range
        else _equal(parameter, _path(column_of(name, parameter, columns), columns), values[name])
        for name, parameter in method.parameters.items()
        if parameter.role is None and name in values and (parameter.range or _is_about(column_of(name, parameter, columns), columns, asked))
        if not _keeps_all(parameter, values[name], columns.get(parameter.column or name))
    ]
    tests += [
        _has(_path(parameter.entries, columns), values[name])
        for name, parameter in method.parameters.items()
        if parameter.entries is not None and isinstance(values.get(name), dict)
    ]
    return [record for record in records if all(test(record) for test in tests)]


def column_of(name: str, parameter: Parameter, columns: Mapping[str, Column]) -> str:
    """The column that a parameter is about: its own or, where it is one of several, the list of these, as `tags` for `tag_name`."""
    own = parameter.column or name
    lists = (f"{own.removesuffix(ending)}s" for ending in ("_name", "_id", "") if own.endswith(ending))
    return next((one for one in (own, *lists) if one in columns and (one == own or isinstance(columns[one].type, ListOf))), own)


def _keeps_all(parameter: Parameter, value: Any, column: Column | None) -> bool:
    """Whether a filter has a value that no row has and that stands for all, as `state=all`, or for no filter, as a default of `none`."""
    is_default, is_known = value == parameter.default, column is not None and value in column.enum
    if is_default and NONE.fullmatch(str(value)):
        return True
    means_all = value == parameter.sends or str(value).lower() in ALL
    return means_all and not is_known and (is_default or value in parameter.enum)


def _is_about(column: str, columns: Mapping[str, Column], asked: Collection[str]) -> bool:
    """Whether a value can be that of a column."""
    return column in columns and column not in asked and not isinstance(columns[column].type, Object)


def scope(records: list[Record], method: Method, values: Mapping[str, Any], columns: Mapping[str, Column]) -> dict[str, Any]:
    """The columns that parameters are about without which the method cannot be called, and what was asked for, of which no record has it.

    Who made the records up could not know what somebody would ask for: there are some whatever that is, and they show it.
    """
    needed = {
        parameter.column or name: values[name]
        for name, parameter in method.parameters.items()
        if name in values and parameter.required and parameter.place is not Place.PATH and not (parameter.role or parameter.range)
    }
    asked = {name: value for name, value in needed.items() if name in columns and not isinstance(value, list)}
    places = {name: _path(name, columns) for name in asked}
    return {name: value for name, value in asked.items() if all(str(held(record, places[name])) != str(value) for record in records)}


def within(row: dict[str, Any], asked: Mapping[str, Any], columns: Mapping[str, Column]) -> dict[str, Any]:
    """A row that shows what was asked for, where its columns can."""
    for name, value in asked.items():
        if columns[name].type in {Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER, Scalar.BOOLEAN}:
            row = {**row}
            row.pop(_path(name, columns)[0], None)
            put(row, [*_path(name, columns)], value)
    return row


def _has(path: tuple[str, ...], wanted: Mapping[str, str]) -> Callable[[Record], bool]:
    """A test for entries of a map."""
    return lambda record: wanted.items() <= (held(record, path) or {}).items()


def _path(column: str, columns: Mapping[str, Column]) -> tuple[str, ...]:
    """Where an object has a column."""
    known = columns.get(column)
    return tuple(((known.source if known is not None else None) or column).split("."))


def held(record: Record, path: tuple[str, ...]) -> Any:
    """What a record has at a path; None where it has nothing."""
    return follow(record.field(path[0]), path[1:])


def _equal(parameter: Parameter, path: tuple[str, ...], value: Any) -> Callable[[Record], bool]:
    """A test for one of the values; an inexact one is passed by what begins so, in any case."""
    wanted = value if isinstance(value, list) else [value]
    if parameter.exact:
        texts = {str(item) for item in wanted}

        def test(record: Record) -> bool:
            found = held(record, path)
            if isinstance(found, list):
                return any(item in wanted for item in found)
            return found in wanted or (isinstance(found, int) and str(found) in texts)

        return test
    beginnings = tuple(str(item).casefold() for item in wanted)
    return lambda record: str(held(record, path)).casefold().startswith(beginnings)


def _bound(parameter: Parameter, range_: Range, value: Any, columns: Mapping[str, Column]) -> Callable[[Record], bool]:
    """A test for a bound; an inexact one of a number is passed by all of a day on which one passes."""
    compare = _COMPARE[range_.operator]
    widening = 0 if parameter.exact or not isinstance(value, (int, float)) else _DAY_S
    if range_.operator in {Operator.ABOVE, Operator.AT_LEAST}:
        widening = -widening
    limit, path = value + widening if widening else value, _path(range_.column, columns)

    def test(record: Record) -> bool:
        found = held(record, path)
        return found is not None and compare(_in_form(found, range_.form), limit)

    return test


def _in_form(held: Any, form: Form | None) -> Any:
    """A time as a parameter of that form writes it; ISO 8601 times compare as the texts they are."""
    if form is None:
        return held
    time = dt.datetime.fromtimestamp(held, dt.UTC) if isinstance(held, (int, float)) else dt.datetime.fromisoformat(held).astimezone(dt.UTC)
    if form is Form.UNIX:
        return time.timestamp()
    return time.date().isoformat() if form is Form.DATE else time.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def ordered(
    records: list[Record], by: str | None, method: Method, values: Mapping[str, Any], columns: Mapping[str, Column]
) -> list[Record]:
    """The records by a field, and by the order of their making where that is equal; the greatest first where that is asked for.

    The field is what the method's parameters say, and `by` where they say none.
    """
    ways = {name: values.get(name) for name, parameter in method.parameters.items() if parameter.role is Role.ORDER}
    sorts = [
        (column, ways[name] == sort.descending)
        for name in ways
        for column, sort in method.parameters[name].sorts.items()
        if _is_asked(sort, ways[name], values)
    ]
    field, descending = next(iter(sorts), (by, "desc" in ways.values()))
    if field is None:
        return records[::-1] if descending else records
    path = _path(field, columns)
    return sorted(records, key=lambda record: ((found := held(record, path)) is not None, found or 0, record.number), reverse=descending)


def _is_asked(sort: Sort, value: Any, values: Mapping[str, Any]) -> bool:
    return value in {sort.ascending, sort.descending} - {None} and all(values.get(name) == other for name, other in sort.beside.items())


def shown(record: Record, method: Method, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a client sees of a record: all of it, or the fields that it asked for."""
    wanted = [values[name] for name, parameter in method.parameters.items() if parameter.role is Role.FIELDS and name in values]
    return {name: value for name, value in record.values.items() if not wanted or name in wanted[0]}


def around(row: dict[str, Any], inner: str | None, columns: Mapping[str, Column]) -> dict[str, Any]:
    """The record that holds a row by itself, where rows stand within records; else the row."""
    if inner is None:
        return row
    outer = {(column.source or name).partition(".")[0] for name, column in columns.items() if column.outer}
    record = {name: value for name, value in row.items() if name in outer}
    put(record, inner.split("."), [{name: value for name, value in row.items() if name not in outer}])
    return record
