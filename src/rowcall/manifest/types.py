"""The manifest's types, and how DuckDB writes them.

They are apart from the other records of the language, of which a local statement needs none. The two renderings agree: what `from_json`
decodes by `from_json_shape` has the type that `duckdb_type` names, but for a file, which JSON holds as base64.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Scalar(StrEnum):
    """The names of types without parts."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    JSON = "json"
    MAP = "map"
    BLOB = "blob"


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array whose items have one type."""

    item: Type


@dataclass(frozen=True, slots=True)
class Object:
    """A declared object: field names, in order, and their types."""

    fields: tuple[tuple[str, Type], ...]


Type = Scalar | ListOf | Object
"""`string`, `integer` (64 bit), `number` (double), `boolean`, `json` (anything), `map` (strings by name), `blob` (a file), `[T]` and
`{field: T}`."""

_DUCKDB = {
    Scalar.STRING: "VARCHAR",
    Scalar.INTEGER: "BIGINT",
    Scalar.NUMBER: "DOUBLE",
    Scalar.BOOLEAN: "BOOLEAN",
    Scalar.JSON: "JSON",
    Scalar.MAP: "MAP(VARCHAR, VARCHAR)",
    Scalar.BLOB: "BLOB",
}


def duckdb_type(type_: Type) -> str:
    """The type in SQL, as `STRUCT("a" VARCHAR, "b" BIGINT[])`; field names are always quoted."""
    if isinstance(type_, ListOf):
        return duckdb_type(type_.item) + "[]"
    if isinstance(type_, Object):
        fields = ", ".join(f"{quoted(name)} {duckdb_type(field)}" for name, field in type_.fields)
        return f"STRUCT({fields})"
    return _DUCKDB[type_]


def from_json_shape(type_: Type) -> Any:
    """The type as DuckDB's `from_json` wants it, before `json.dumps`: a type name, `[shape]` or `{field: shape}`; of a file its base64."""
    if isinstance(type_, ListOf):
        return [from_json_shape(type_.item)]
    if isinstance(type_, Object):
        return {name: from_json_shape(field) for name, field in type_.fields}
    return "VARCHAR" if type_ is Scalar.BLOB else _DUCKDB[type_]


def spelling(type_: Type) -> str:
    """The type as a manifest spells it on one line, as `[{id: string}]`."""
    if isinstance(type_, ListOf):
        return f"[{spelling(type_.item)}]"
    if isinstance(type_, Object):
        return "{" + ", ".join(f"{name}: {spelling(field)}" for name, field in type_.fields) + "}"
    return type_.value


def is_file(type_: Type) -> bool:
    """Whether values of a type are files, or lists of them."""
    return (type_.item if isinstance(type_, ListOf) else type_) is Scalar.BLOB


def literal(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


_RESERVED = frozenset(
    """all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default deferrable
    desc describe distinct do else end except false fetch for foreign from group having in initially intersect into lambda lateral
    leading limit not null offset on only or order pivot pivot_longer pivot_wider placing primary qualify references returning
    select show some summarize symmetric table then to trailing true union unique unpivot using variadic when where window with""".split()
)
"""DuckDB's reserved words, which are names only in quotes. Source: duckdb_keywords(), 1.5 and 2.0."""


def identifier(name: str) -> str:
    """A legal name as SQL wants it, in quotes where it is a reserved word."""
    return quoted(name) if name.casefold() in _RESERVED else name


LEAST, GREATEST = -(2**63), 2**63 - 1
"""The bounds of `integer`."""
_EXACT = 2**53
"""From this on, a float does not say which whole number was written: 2**53 + 1 is read as the same one."""
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def as_integer(value: Any) -> int | None:
    """A JSON value as `integer` where nothing is lost by it, a number in a text included; else None."""
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and LEAST <= value <= GREATEST else None


def as_number(value: Any) -> float | None:
    """A JSON value as `number` where it is one that a double can hold, a number in a text included; else None."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value) if _INTEGER.fullmatch(value) else float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if abs(value) <= sys.float_info.max else None
