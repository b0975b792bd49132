"""Whether the records of a page fit their declared types, and what to do with a value that does not.

DuckDB's `from_json` turns a value of the wrong type into NULL (or a text into a STRUCT of NULLs) without a word. So a page is checked
when it arrives, by one typed msgspec pass that costs next to nothing when everything fits. Only a page with a misfit, or one
whose `_extra` column was asked for, is rewritten: a misfit becomes null in its column, is counted, and stays readable in `_extra`.
A string fits whatever it is, for DuckDB makes the JSON text of it, and is not looked at.

JSON leaves open what a name means that an object has twice (RFC 8259, section 4). DuckDB reads the first of them into a STRUCT, and no
MAP at all: it is NULL on DuckDB 2.0 and an error on 1.5. Here the first counts in both, so a page with such a map is rewritten too.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any

import msgspec
from msgspec import Raw

from rowcall.manifest.model import Column, ListOf, Object, Scalar, Type
from rowcall.manifest.types import GREATEST, LEAST, as_integer, as_number
from rowcall.plan.nodes import EXTRA
from rowcall.rows.decode import record_type


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that does not fit: the column it belongs to, the path below it, and what was found."""

    path: str
    found: str


class Fitter:
    """Checks the pages of one resource. Holds no state between pages, so threads may share it."""

    def __init__(
        self, columns: Mapping[str, Column], rows: str | None, *, extra: bool, inner: str | None = None, wanted: Sequence[str] = ()
    ) -> None:
        """`rows` and `inner` are those of a method; `wanted` are members of records whose values `seen` gives."""
        self._type = record_type(columns)
        self._outer = record_type({name: replace(column, outer=False) for name, column in columns.items() if column.outer})
        self._rows = rows
        self._inner = inner
        self._extra = extra
        self._decoder, self._reads = _decoder(record_type(columns, inner), rows, tuple(wanted))

    def fit(self, page: str) -> tuple[str, list[Misfit]]:
        """The page to hand on (the same text where everything fits and `_extra` is not wanted), and its misfits."""
        fitted, misfits, _ = self.seen(page)
        return fitted, misfits

    def seen(self, page: str) -> tuple[str, list[Misfit], list[set[Any]] | None]:
        """What `fit` gives, and the values of each member that is wanted, None where a record has none; no list where that is not known."""
        try:
            return self._fitted(page)
        except RecursionError:  # here, but not on the thread on which the page was found to be JSON: who asks stands deeper
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(1, thread_name_prefix="rowcall-fit") as apart:
                return apart.submit(self._fitted, page).result()

    def _fitted(self, page: str) -> tuple[str, list[Misfit], list[set[Any]] | None]:
        try:
            found = self._decoder.decode(page)
        except (msgspec.ValidationError, _TwiceError):
            return *self._rewrite(page), None
        try:
            seen = [read(found) for read in self._reads]
        except TypeError:  # a list in place of a value
            return *self._rewrite(page), None
        return (*self._rewrite(page), seen) if self._extra else (page, [], seen)

    def _rewrite(self, page: str) -> tuple[str, list[Misfit]]:
        misfits: list[Misfit] = []
        body = msgspec.json.decode(page, type=Raw)
        if self._rows is None:
            fitted: Any = self._record(body, misfits)
        else:
            fit = self._record if self._inner is None else self._around
            fitted = within(body, self._rows, fit, misfits)
        return msgspec.json.encode(fitted).decode(), misfits

    def _around(self, record: Raw, misfits: list[Misfit]) -> Any:
        """A record with rows in it, these fitted and the columns around them."""
        found = within(record, self._inner or "", self._record, misfits)
        if _start(record) != "{":
            misfits.append(Misfit("", _kind(record)))
            return {}
        known, _ = _fit_object(record, self._outer, "", misfits)
        return {**(found if isinstance(found, dict) else {}), **known}

    def _record(self, record: Raw, misfits: list[Misfit]) -> dict[str, Any]:
        if _start(record) != "{":
            misfits.append(Misfit("", _kind(record)))
            return {EXTRA: record}
        known, left = _fit_object(record, self._type, "", misfits)
        if self._extra:
            known[EXTRA] = left or None
        return known


def within(value: Raw, path: str, fit: Callable[[Raw, list[Misfit]], Any], misfits: list[Misfit], whole: str = "") -> Any:
    """The body, or what stands in it on the way to a list, with the items of this fitted; as it is where it has none.

    `whole` is the path of which this is the rest.
    """
    start, whole = _start(value), whole or path
    if path not in {"", "$"}:
        name, _, rest = path.partition(".")
        members = members_of(value) if start == "{" else {}
        if name not in members:
            return value
        return {**members, name: within(members[name], rest, fit, misfits, whole)}
    if start == "[":
        return [fit(record, misfits) for record in _ITEMS.decode(value)]
    if start != "n":
        misfits.append(Misfit(whole, _kind(value)))
    return value


_Read = Callable[[Any], set[Any]]


@lru_cache(maxsize=256)
def _decoder(record: Object, rows: str | None, wanted: tuple[str, ...]) -> tuple[msgspec.json.Decoder[Any], list[_Read]]:
    """Made once for each form: that takes longer than to check a page. Beside it, what gives the values of each member that is wanted."""
    page, names = _struct("Record", record.fields, wanted)
    way = [] if rows is None or rows == "$" else rows.split(".")
    if rows is not None:
        page = list.__class_getitem__(page)
    for part in reversed(way):
        page = msgspec.defstruct("Envelope", [("x", page)], rename={"x": part}, gc=False)
    records = attrgetter(".".join("x" for _ in way)) if way else None

    def read(name: str) -> _Read:
        value = attrgetter(names[name])
        if records is not None:
            return lambda found: set(map(value, records(found)))
        return (lambda found: {value(found)}) if rows is None else (lambda found: set(map(value, found)))

    return msgspec.json.Decoder(page, dec_hook=operator.call), [read(name) for name in wanted]


def _struct(name: str, fields: Sequence[tuple[str, Type]], wanted: Sequence[str] = ()) -> tuple[Any, dict[str, str]]:
    """A struct of the fields that may not fit and of those wanted, and how Python names each: `f0`, `f1`, …; an API's may be none."""
    checked = {field: found for field, type_ in fields if (found := _msgspec_type(type_)) is not Raw}
    held = dict.fromkeys(wanted, Any) | checked
    names = {field: f"f{i}" for i, field in enumerate(held)}
    members: list[tuple[str, Any, Any]] = [(names[field], found, None) for field, found in held.items()]
    # What is made is dropped at once, so that the garbage collector need not know of it.
    return msgspec.defstruct(name, members, rename={ours: field for field, ours in names.items()}, gc=False), names


def _msgspec_type(type_: Type) -> Any:
    """What msgspec checks a value against, null included; Raw takes anything as it is, and cannot stand in a union."""
    match type_:
        case Object(fields):
            return _struct("Part", fields)[0] | None
        case ListOf(item):
            return list.__class_getitem__(_msgspec_type(item)) | None
        case Scalar.MAP:
            return dict[_Once, Raw] | None
        case _:
            return _SCALARS.get(type_, Raw)


_SCALARS: dict[Scalar, Any] = {
    Scalar.INTEGER: Annotated[int, msgspec.Meta(ge=LEAST, le=GREATEST)] | None,
    Scalar.NUMBER: float | None,
    Scalar.BOOLEAN: bool | None,
}
"""Those types that not every value fits. What stands in a map is a string."""


class _Name(str):
    """A name in an object. No two are equal, so that a dict of them has each member of the object, those of one name too."""

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class _Once(str):
    """A name that an object must not have twice: a dict asks whether two are equal only where their hashes are."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        raise _TwiceError


class _TwiceError(Exception):
    """An object has a name twice."""


_VALUE = msgspec.json.Decoder()
_ITEMS = msgspec.json.Decoder(list[Raw])
_MEMBERS = msgspec.json.Decoder(dict[_Name, Raw], dec_hook=operator.call)


def members_of(value: Raw) -> dict[str, Raw]:
    """The members of an object, of those of one name the first; none of what is no object."""
    if _start(value) != "{":
        return {}
    every = _MEMBERS.decode(value)
    members = {str(name): member for name, member in every.items()}
    if len(members) < len(every):
        members = {str(name): every[name] for name in reversed(every)}
    return members


def _start(value: Raw) -> str:
    """The first character of a value, which says its kind: one of `{["tfn-0123456789`."""
    return chr(memoryview(value)[0])


_ANYTHING = (Scalar.STRING, Scalar.JSON, Scalar.BLOB)
"""The types that every value fits."""


def _fit_object(value: Raw, type_: Object, path: str, misfits: list[Misfit]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What fits of an object, and what is left of it: unknown fields, and values that do not fit."""
    known: dict[str, Any] = {}
    left: dict[str, Any] = {}
    declared = dict(type_.fields)
    for name, inner in members_of(value).items():
        inner_type = declared.get(name)
        if inner_type is None:
            left[name] = inner
        elif inner_type in _ANYTHING:
            known[name] = inner
        else:
            known[name], rest = _fit(inner, inner_type, f"{path}.{name}" if path else name, misfits)
            if rest is not None:
                left[name] = rest
    return known, left


def _fit(value: Raw, type_: Type, path: str, misfits: list[Misfit]) -> tuple[Any, Any]:
    """The value as it fits its type, and what is left of it (None when nothing is)."""
    start = _start(value)
    if start == "n" or type_ in _ANYTHING:
        return value, None
    if start == "{" and isinstance(type_, Object):
        known, left = _fit_object(value, type_, path, misfits)
        return known, left or None
    if start == "[" and isinstance(type_, ListOf):
        pairs = [_fit(item, type_.item, f"{path}[]", misfits) for item in _ITEMS.decode(value)]
        return [known for known, _ in pairs], ([left for _, left in pairs] if any(left is not None for _, left in pairs) else None)
    if start == "{" and type_ is Scalar.MAP:
        return members_of(value), None
    if start not in "{[" and isinstance(type_, Scalar) and (kept := _scalar(value, type_)) is not None:
        return kept, None
    misfits.append(Misfit(path, _kind(value)))
    return None, value


def _scalar(value: Raw, type_: Scalar) -> Any:
    """The value as this scalar where nothing is lost by it, else None."""
    try:
        found = _VALUE.decode(value)
    except msgspec.ValidationError:  # a number that no float holds, or of more digits than Python reads
        return None
    match type_:
        case Scalar.BOOLEAN:
            return found if isinstance(found, bool) else None
        case Scalar.INTEGER:
            return as_integer(found)
        case Scalar.NUMBER:
            return as_number(found)
        case _:
            return None


def _kind(value: Raw) -> str:
    """A value's JSON type and its start, as `string "abc"`."""
    name = {"{": "object", "[": "array", '"': "string", "t": "boolean", "f": "boolean", "n": "null"}.get(_start(value), "number")
    try:
        text = msgspec.json.encode(_VALUE.decode(value)).decode()
    except msgspec.ValidationError:  # as in `_scalar`
        text = msgspec.json.format(value, indent=-1).decode()
    return f"{name} {text if len(text) <= 40 else text[:39] + '…'}"
