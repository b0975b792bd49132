"""The SQL expression that turns whole pages of JSON into rows of declared types.

DuckDB decodes: `from_json` with the declared shape over a column of page bodies, then one row per record. No row is built in Python.
The names here (`page`, `key`) are the two columns that `engine` gives every page source.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rowcall.manifest.model import Column, ListOf, Object, Scalar, Type
from rowcall.manifest.types import duckdb_type, from_json_shape, literal, quoted
from rowcall.plan.nodes import BESIDE, EXTRA, Hidden


def decode(
    columns: Mapping[str, Column],
    rows: str | None,
    source: str,
    hidden: Sequence[Hidden] = (),
    *,
    inner: str | None = None,
    file: str | None = None,
) -> str:
    """A parenthesised SELECT of `columns`, then `hidden`, over the page source named `source`.

    `rows` is where a page holds its records: a dotted path, `$` for a top-level array, None when the page is one record; `inner` is
    where each of these holds a list of the rows proper. A field that is absent or null gives NULL. `file` is the field that holds a file.
    """
    outer = [f"{_column(name, column, file)} AS {quoted(name)}" for name, column in columns.items()]
    outer += [f"{_hidden(extra, columns)} AS {quoted(extra.name)}" for extra in hidden]
    record = record_type(columns, inner, extra=any(extra.name in BESIDE for extra in hidden))
    found = f"SELECT {_records(from_json_shape(record), rows)} AS {'r' if inner is None else 'o'}, key FROM {source}"
    if inner is not None:
        found = f"SELECT unnest({_field(inner, 'o')}) AS r, o, key FROM ({found})"
    return f"(SELECT {', '.join(outer)} FROM ({found}))"


def _column(name: str, column: Column, file: str | None = None) -> str:
    found = _field(column.source or name, "o" if column.outer else "r")
    if (column.source or name) != file:
        return found
    content = f"from_base64({found})"
    return content if column.type is Scalar.BLOB else f"try(decode({content}))"


def _field(path: str, record: str = "r") -> str:
    return f"{record}." + ".".join(quoted(part) for part in path.split("."))


def _hidden(extra: Hidden, columns: Mapping[str, Column]) -> str:
    if extra.name in BESIDE:
        return _field(EXTRA)
    if extra.column is not None:
        return _column(extra.column, columns[extra.column])
    return f"CAST(key->>{literal('$.' + json.dumps(extra.name))} AS {duckdb_type(extra.type)})"


def record_type(columns: Mapping[str, Column], inner: str | None = None, *, extra: bool = False) -> Object:
    """What a record is made of: the fields that the columns are read from, those of a dotted `source` within one another.

    `inner` is where it holds a list of rows, with all columns but the outer ones. With `extra`, rows have a field for what is not declared.
    """
    own = {column.source or name: column.type for name, column in columns.items() if not column.outer}
    rows = _object(own | ({EXTRA: Scalar.JSON} if extra else {}))
    if inner is None:
        return rows
    around = {column.source or name: column.type for name, column in columns.items() if column.outer}
    return _object(around | {inner: ListOf(rows if rows.fields else Scalar.JSON)})


def _object(types: Mapping[str, Type]) -> Object:
    """An object of what stands at these dotted paths."""
    shape: dict[str, Any] = {}
    for path, type_ in types.items():
        *parents, last = path.split(".")
        within = shape
        for parent in parents:
            within = within.setdefault(parent, {})
        within[last] = type_
    return _nested(shape)


def _nested(shape: Mapping[str, Any]) -> Object:
    return Object(tuple((name, _nested(inner) if isinstance(inner, dict) else inner) for name, inner in shape.items()))


def _records(record: object, rows: str | None) -> str:
    if rows is None:
        return f"unnest([from_json(page, {_text(record)})])"
    if rows == "$":
        return f"unnest(from_json(page, {_text([record])}))"
    path = rows.split(".")
    shape: object = [record]
    for part in reversed(path):
        shape = {part: shape}
    fields = "".join("." + quoted(part) for part in path)
    return f"unnest(from_json(page, {_text(shape)}){fields})"


def _text(shape: object) -> str:
    return literal(json.dumps(shape))


def listing(columns: Sequence[tuple[str, str]], source: str) -> str:
    """A SELECT over pages that are arrays of arrays-as-objects, for tables of our own such as SHOW METHODS.

    `columns` are names and DuckDB types; a page is a JSON array of objects with these names.
    """
    fields = dict(columns)
    outer = ", ".join(f"r.{quoted(name)} AS {quoted(name)}" for name, _ in columns)
    return f"SELECT {outer} FROM (SELECT unnest(from_json(page, {_text([fields])})) AS r FROM {source})"
