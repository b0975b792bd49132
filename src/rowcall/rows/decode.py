"""The SQL expression that turns whole pages of JSON into rows of declared types.

DuckDB decodes: `from_json` with the declared shape over a column of page bodies, then one row per record. No row is built in Python.
The names here (`page`, `key`) are the two columns that `engine` gives every page source.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rowcall.manifest.model import Column, Object, Scalar
from rowcall.manifest.types import duckdb_type, from_json_shape, literal, quoted
from rowcall.plan.nodes import BESIDE, EXTRA, Hidden


def decode(columns: Mapping[str, Column], rows: str | None, source: str, hidden: Sequence[Hidden] = ()) -> str:
    """A parenthesised SELECT of `columns`, then `hidden`, over the page source named `source`.

    `rows` is where a page holds its records: a dotted path, `$` for a top-level array, None when the page is one record. A field
    that is absent or null gives NULL.
    """
    outer = [f"{_field(column.source or name)} AS {quoted(name)}" for name, column in columns.items()]
    outer += [f"{_hidden(extra, columns)} AS {quoted(extra.name)}" for extra in hidden]
    fields = record_type(columns).fields
    if any(extra.name in BESIDE for extra in hidden):
        fields = (*fields, (EXTRA, Scalar.JSON))
    return f"(SELECT {', '.join(outer)} FROM (SELECT {_records(from_json_shape(Object(fields)), rows)} AS r, key FROM {source}))"


def _field(path: str) -> str:
    return "r." + ".".join(quoted(part) for part in path.split("."))


def _hidden(extra: Hidden, columns: Mapping[str, Column]) -> str:
    if extra.name in BESIDE:
        return _field(EXTRA)
    if extra.column is not None:
        return _field(columns[extra.column].source or extra.column)
    return f"CAST(key->>{literal('$.' + json.dumps(extra.name))} AS {duckdb_type(extra.type)})"


def record_type(columns: Mapping[str, Column]) -> Object:
    """What a record is made of: the fields that the columns are read from, those of a dotted `source` within one another."""
    shape: dict[str, Any] = {}
    for name, column in columns.items():
        *parents, last = (column.source or name).split(".")
        inner = shape
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = column.type
    return _object(shape)


def _object(shape: Mapping[str, Any]) -> Object:
    return Object(tuple((name, _object(inner) if isinstance(inner, dict) else inner) for name, inner in shape.items()))


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
