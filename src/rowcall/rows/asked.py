"""Whether rows have what was asked for, in the columns that equal a parameter of the request.

DuckDB applies each condition again. Where the answer has another value in such a column, it drops the row: an API that knows names in any
case answers `octo-org` to `Octo-Org`. What stands at an address is what the address names. So a column that equals a part of it has the
value that was asked for where the answer has it in another case, or nothing there. Of all else that differs it is counted what it is.

Where a statement asks for both cases, an API that knows no difference answers with the same rows twice. Then a row counts where the API
itself says that it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Raw

from rowcall.manifest.model import Column, Method, Place, Scalar
from rowcall.rows.fit import members_of, within

_COMPARED = frozenset({Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER, Scalar.BOOLEAN})
_ADDRESS = frozenset({Place.PATH, Place.SERVER})


@dataclass(frozen=True, slots=True)
class Equal:
    """A column that a parameter equals."""

    parameter: str
    column: str
    path: tuple[str, ...]
    """Where a record holds it."""
    is_address: bool
    """Whether the parameter says where the rows are."""
    is_exact: bool
    """Whether each row has its value; else others come beside those that do."""


@dataclass(frozen=True, slots=True)
class Other:
    """What a record has in a column in place of what was asked for."""

    equal: Equal
    asked: Any
    found: Any
    """None where it has nothing."""


class Asking:
    """Compares the pages of one method with what was asked for. Holds no state between pages, so threads may share it."""

    def __init__(self, method: Method, columns: Mapping[str, Column], bound: Mapping[str, Any] | None = None) -> None:
        """`bound` is what one of its calls is bound to, for what is `wanted`.

        Of the rows within records nothing is compared: what stands there divides them.
        """
        self._rows = method.rows
        self._equals = () if method.inner is not None else tuple(_equals(method, columns))
        self._near = [equal for equal in self._equals if len(equal.path) == 1 and (bound or {}).get(equal.parameter) is not None]

    @property
    def wanted(self) -> tuple[str, ...]:
        """The members of records whose values `compare` is to be told."""
        return tuple(equal.path[0] for equal in self._near)

    def compare(
        self, page: str, bound: Mapping[str, Any], *, seen: Sequence[set[Any]] | None = None, is_twin: bool = False
    ) -> tuple[str, list[Other], frozenset[Equal]]:
        """The page to hand on, what differs in it, and the columns in which a row has what was asked for.

        `seen` has the values of each member that is `wanted`, where they are known. With `is_twin`, another call asks for the same in
        another case: what the answer has in another case is NULL, so that DuckDB drops it, and counted.
        """
        asked = [(equal, value) for equal in self._equals if (value := bound.get(equal.parameter)) is not None]
        met_all = frozenset(equal for equal, _ in asked)
        known = dict(zip(self._near, seen or (), strict=False))
        if all(known[equal] <= _values(value) if equal in known else _is_all(page, self._rows, [(equal, value)]) for equal, value in asked):
            return page, [], met_all
        found: list[Other] = []
        met: set[Equal] = set()
        is_changed = False

        def look(record: Raw, _: list[Any]) -> Any:
            nonlocal is_changed
            for equal, value in asked:
                there = _at(record, equal.path)
                if _is_same(there, value):
                    met.add(equal)
                elif equal.is_address and (there is None or _in_other_case(there, value)):
                    is_other = is_twin and there is not None
                    found.extend([Other(equal, value, there)] if is_other else ())
                    record, is_changed = _with(record, equal.path, None if is_other else value), True
                else:
                    found.append(Other(equal, value, there))
            return record

        body = msgspec.json.decode(page, type=Raw)
        changed = look(body, []) if self._rows is None else within(body, self._rows, look, [])
        return msgspec.json.encode(changed).decode() if is_changed else page, found, frozenset(met)


def twins(every: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """Which of what calls are bound to, by number, differ from another of them in case alone."""
    found: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for number, bound in enumerate(every):
        folded = tuple((name, value.casefold() if isinstance(value, str) else repr(value)) for name, value in bound.items())
        found.setdefault(folded, []).append(number)
    return frozenset(number for numbers in found.values() if len(numbers) > 1 for number in numbers)


def _equals(method: Method, columns: Mapping[str, Column]) -> list[Equal]:
    found = []
    for name, one in method.parameters.items():
        of = one.column or name
        column = columns.get(of)
        if column is not None and column.type in _COMPARED and one.role is None and one.range is None:
            is_address = one.place in _ADDRESS
            found.append(Equal(name, of, tuple((column.source or of).split(".")), is_address, is_address or one.exact))
    return found


def _is_all(page: str, rows: str | None, asked: Sequence[tuple[Equal, Any]]) -> bool:
    """Whether each record has just what was asked for, as most have: that is seen in a hundredth of the time that looking at each takes."""
    try:
        decoder, path, reads = _form(rows, tuple(equal.path for equal, _ in asked))
        records = decoder.decode(page)
        for part in path:
            records = getattr(records, part)
        records = [records] if rows is None else records
        return all(set(map(read, records)) <= _values(value) for read, (_, value) in zip(reads, asked, strict=True))
    except (msgspec.ValidationError, AttributeError, TypeError, ValueError):  # null where the column is within an object, say
        return False


def _values(value: Any) -> set[Any]:
    return set(value) if isinstance(value, tuple) else {value}


@lru_cache(maxsize=256)
def _form(
    rows: str | None, paths: tuple[tuple[str, ...], ...]
) -> tuple[msgspec.json.Decoder[Any], tuple[str, ...], list[Callable[[Any], Any]]]:
    """What decodes of a page what stands at these paths of its records alone; the way to these, and what reads a path of one."""
    names: dict[str, Any] = {}
    for path in paths:
        at = names
        for part in path[:-1]:
            at = at.setdefault(part, {})
        at[path[-1]] = None
    page: Any = _struct(names)
    way = [] if rows in {None, "$"} else str(rows).split(".")
    if rows is not None:
        page = list.__class_getitem__(page)
    for part in reversed(way):
        page = msgspec.defstruct("Envelope", [("f0", page)], rename={"f0": part}, gc=False)
    reads: list[Callable[[Any], Any]] = [attrgetter(".".join(_attributes(names, path))) for path in paths]
    return msgspec.json.Decoder(page), ("f0",) * len(way), reads


def _struct(names: Mapping[str, Any]) -> Any:
    """A struct of fields that anything fits, or of others."""
    members = [(f"f{i}", Any if inner is None else _struct(inner), None) for i, inner in enumerate(names.values())]
    return msgspec.defstruct("Part", members, rename={f"f{i}": name for i, name in enumerate(names)}, gc=False)


def _attributes(names: Mapping[str, Any], path: Sequence[str]) -> list[str]:
    found = []
    at: Any = names
    for part in path:
        found.append(f"f{list(at).index(part)}")
        at = at[part]
    return found


def _at(record: Raw, path: Sequence[str]) -> Any:
    """The value at a path of a record; None where there is none."""
    for part in path:
        try:
            record = _OBJECT.decode(record).get(part, _NULL)
        except msgspec.ValidationError:
            return None
    return msgspec.json.decode(record)


_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_NULL = Raw(b"null")


def _with(record: Raw, path: Sequence[str], value: Any) -> Raw:
    """The record with a value at a path."""
    first, *rest = path
    members = members_of(record)
    members[first] = _with(members.get(first, _NULL), rest, value) if rest else Raw(msgspec.json.encode(value))
    return Raw(msgspec.json.encode(members))


def _is_same(there: Any, asked: Any) -> bool:
    """Whether a value of JSON is what was asked for, as which a number may stand in a text."""
    if isinstance(asked, tuple):
        return any(_is_same(there, one) for one in asked)
    return bool(there == asked) or (there is not None and not isinstance(there, (dict, list)) and _text(there) == _text(asked))


def _in_other_case(there: Any, asked: Any) -> bool:
    return isinstance(there, str) and isinstance(asked, str) and there.casefold() == asked.casefold()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
