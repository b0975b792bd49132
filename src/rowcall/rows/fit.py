"""Whether the records of a page fit their declared types, and what to do with a value that does not.

DuckDB's `from_json` turns a value of the wrong type into NULL (or a text into a STRUCT of NULLs) without a word. So a page is checked
when it arrives, by one typed msgspec pass that costs next to nothing when everything fits. Only a page with a misfit, or one
whose `_extra` column was asked for, is rewritten: a misfit becomes null in its column, is counted, and stays readable in `_extra`.
A string fits whatever it is, for DuckDB makes the JSON text of it, and is not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Annotated, Any

import msgspec

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

    def __init__(self, columns: Mapping[str, Column], rows: str | None, *, extra: bool) -> None:
        self._type = record_type(columns)
        self._rows = rows
        self._extra = extra
        self._decoder = _decoder(self._type, rows)

    def fit(self, page: str) -> tuple[str, list[Misfit]]:
        """The page to hand on (the same text where everything fits and `_extra` is not wanted), and its misfits."""
        try:
            self._decoder.decode(page)
        except msgspec.ValidationError:
            return self._rewrite(page)
        return self._rewrite(page) if self._extra else (page, [])

    def _rewrite(self, page: str) -> tuple[str, list[Misfit]]:
        body = _decoded(page)
        misfits: list[Misfit] = []
        records = self._records(body, misfits)
        for position, record in enumerate(records):
            if isinstance(record, dict):
                records[position] = self._record(record, misfits)
            else:
                misfits.append(Misfit("", _kind(record)))
                records[position] = {EXTRA: record}
        if self._rows is None:
            body = records[0]
        return msgspec.json.encode(body).decode(), misfits

    def _records(self, body: Any, misfits: list[Misfit]) -> list[Any]:
        """The list of records within the body; an empty one where it has none, as a body without content."""
        if self._rows is None:
            return [body]
        found = body
        for part in [] if self._rows == "$" else self._rows.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found is not None and not isinstance(found, list):
            misfits.append(Misfit(self._rows, _kind(found)))
        return found if isinstance(found, list) else []

    def _record(self, record: dict[str, Any], misfits: list[Misfit]) -> dict[str, Any]:
        known, left = _fit_object(record, self._type, "", misfits)
        if self._extra:
            known[EXTRA] = left or None
        return known


def _decoded(page: str) -> Any:
    """The page as Python values; a number that no float holds, as the text that it is."""
    try:
        return msgspec.json.decode(page)
    except msgspec.ValidationError:
        return json.loads(page, parse_float=lambda text: number if isfinite(number := float(text)) else text)


@lru_cache(maxsize=256)
def _decoder(record: Object, rows: str | None) -> msgspec.json.Decoder[Any]:
    """Made once for each form: that takes longer than to check a page."""
    return msgspec.json.Decoder(_page_type(record, rows))


def _page_type(record: Object, rows: str | None) -> Any:
    """A msgspec type for a page: the envelope down to the records, and each field at its declared type."""
    page = _struct("Record", record.fields)
    if rows is None:
        return page
    page = list.__class_getitem__(page)
    for part in [] if rows == "$" else reversed(rows.split(".")):
        page = msgspec.defstruct("Envelope", [("x", page)], rename={"x": part}, gc=False)
    return page


def _struct(name: str, fields: Sequence[tuple[str, Type]]) -> Any:
    """A struct whose Python names are `f0`, `f1`, …, since an API's names need not be Python's; of the fields that may not fit."""
    checked = [(field, found) for field, type_ in fields if (found := _msgspec_type(type_)) is not msgspec.Raw]
    members: list[tuple[str, Any, Any]] = [(f"f{i}", found, None) for i, (_, found) in enumerate(checked)]
    # What is made is dropped at once, so that the garbage collector need not know of it.
    return msgspec.defstruct(name, members, rename={f"f{i}": field for i, (field, _) in enumerate(checked)}, gc=False)


def _msgspec_type(type_: Type) -> Any:
    """What msgspec checks a value against, null included; Raw takes anything as it is, and cannot stand in a union."""
    match type_:
        case Object(fields):
            return _struct("Part", fields) | None
        case ListOf(item):
            return list.__class_getitem__(_msgspec_type(item)) | None
        case Scalar.MAP:
            return _struct("Map", ()) | None
        case _:
            return _SCALARS.get(type_, msgspec.Raw)


_SCALARS: dict[Scalar, Any] = {
    Scalar.INTEGER: Annotated[int, msgspec.Meta(ge=LEAST, le=GREATEST)] | None,
    Scalar.NUMBER: float | None,
    Scalar.BOOLEAN: bool | None,
}
"""Those types that not every value fits. What stands in a map is a string."""


def _fit_object(value: dict[str, Any], type_: Object, path: str, misfits: list[Misfit]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What fits of an object, and what is left of it: unknown fields, and values that do not fit."""
    known: dict[str, Any] = {}
    left: dict[str, Any] = {}
    declared = dict(type_.fields)
    for name, inner in value.items():
        if name not in declared:
            left[name] = inner
            continue
        known[name], rest = _fit(inner, declared[name], f"{path}.{name}" if path else name, misfits)
        if rest is not None:
            left[name] = rest
    return known, left


def _fit(value: Any, type_: Type, path: str, misfits: list[Misfit]) -> tuple[Any, Any]:
    """The value as it fits its type, and what is left of it (None when nothing is)."""
    if value is None or type_ is Scalar.STRING or type_ is Scalar.JSON:
        return value, None
    if isinstance(type_, Object) and isinstance(value, dict):
        known, left = _fit_object(value, type_, path, misfits)
        return known, left or None
    if isinstance(type_, ListOf) and isinstance(value, list):
        pairs = [_fit(item, type_.item, f"{path}[]", misfits) for item in value]
        return [known for known, _ in pairs], ([left for _, left in pairs] if any(left is not None for _, left in pairs) else None)
    if isinstance(type_, Scalar) and (kept := _scalar(value, type_)) is not None:
        return kept, None
    misfits.append(Misfit(path, _kind(value)))
    return None, value


def _scalar(value: Any, type_: Scalar) -> Any:
    """The value as this scalar where nothing is lost by it, else None."""
    match type_:
        case Scalar.BOOLEAN:
            return value if isinstance(value, bool) else None
        case Scalar.MAP:
            return value if isinstance(value, dict) else None
        case Scalar.INTEGER:
            return as_integer(value)
        case _:
            return as_number(value)


def _kind(value: Any) -> str:
    """A value's JSON type and its start, as `string "abc"`."""
    name = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}.get(type(value), "number")
    text = msgspec.json.encode(value).decode()
    return f"{name} {text if len(text) <= 40 else text[:39] + '…'}"
