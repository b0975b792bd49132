"""The SQL expression that turns whole pages of JSON into rows of declared types.

DuckDB decodes: `from_json` with the declared shape over a column of page bodies, then one row per record. No row is built in Python.
The names here (`page`, `key`) are the two columns that `engine` gives every page source.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rowcall.manifest.model import Column, Scalar, Type
from rowcall.manifest.types import duckdb_type, from_json_shape, quoted
from rowcall.plan.nodes import EXTRA, Hidden


def literal(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def decode(columns: Mapping[str, Column], rows: str | None, source: str, hidden: Sequence[Hidden] = ()) -> str:
    """A parenthesised SELECT of `columns`, then `hidden`, over the page source named `source`.

    `rows` is where a page holds its records: a dotted path, `$` for a top-level array, None when the page is one record. A field
    that is absent or null gives NULL.
    """
    outer = [f"{_field(column.source or name)} AS {quoted(name)}" for name, column in columns.items()]
    outer += [f"{_hidden(extra, columns)} AS {quoted(extra.name)}" for extra in hidden]
    record = _merge([(column.source or name, column.type) for name, column in columns.items()])
    if any(extra.name == EXTRA for extra in hidden):
        record[EXTRA] = Scalar.JSON
    return f"(SELECT {', '.join(outer)} FROM (SELECT {_records(_shape(record), rows)} AS r, key FROM {source}))"


def _field(path: str) -> str:
    return "r." + ".".join(quoted(part) for part in path.split("."))


def _hidden(extra: Hidden, columns: Mapping[str, Column]) -> str:
    if extra.name == EXTRA:
        return _field(EXTRA)
    if extra.column is not None:
        return _field(columns[extra.column].source or extra.column)
    return f"CAST(key->>{literal('$.' + json.dumps(extra.name))} AS {duckdb_type(extra.type)})"


def _merge(fields: Sequence[tuple[str, Type]]) -> dict[str, object]:
    """Dotted paths and their types as one nested shape."""
    shape: dict[str, object] = {}
    for path, type_ in fields:
        *parents, last = path.split(".")
        inner = shape
        for parent in parents:
            inner = inner.setdefault(parent, {})  # type: ignore[assignment]
        inner[last] = type_
    return shape


def _shape(shape: object) -> object:
    if isinstance(shape, dict):
        return {name: _shape(inner) for name, inner in shape.items()}
    return from_json_shape(shape)  # type: ignore[arg-type]


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
