"""How one value becomes text: SQL expressions over a relation's columns, so that DuckDB converts whole batches.

Two spellings exist. `as_json` is a value whose `to_json` is right JSON; `as_text` is what tables, CSV and Markdown show. Columns are
addressed by position (`#1`), which needs no quoting and works where two columns have one name.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from rowcall.engine.interrupt import interruptible
from rowcall.manifest.types import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation
    from duckdb.sqltypes import DuckDBPyType

T = TypeVar("T")
Row = tuple[str | None, ...]

NUMBERS = frozenset(
    "tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint uhugeint float double decimal bignum".split()
)
"""Type ids that a table aligns to the right and never cuts."""

_NESTED = frozenset({"list", "array", "struct", "tuple", "map", "union", "variant"})
_BATCH_ROWS = 1024


def is_nested(kind: DuckDBPyType) -> bool:
    """Whether a value of this type has parts."""
    return kind.id in _NESTED


def _children(kind: DuckDBPyType) -> list[tuple[str, DuckDBPyType]]:
    """The named parts of a nested type, without the sizes and precisions that DuckDB lists among them."""
    return [(name, part) for name, part in kind.children if not isinstance(part, int | list)]


def as_json(value: str, kind: DuckDBPyType, depth: int = 0) -> str:
    """An SQL expression for `value` that `to_json` turns into right JSON.

    NaN and the infinities, which JSON lacks, become null; timestamps become ISO 8601 (with `Z` where they mean an instant); BLOB becomes
    base64. Numbers need nothing: DuckDB writes BIGINT, HUGEINT and DECIMAL digit by digit, and embeds JSON as it is. A value
    inside a UNION, and the keys of a MAP, stay as DuckDB writes them.
    """
    convert = _JSON.get(str(kind.id))
    return convert(value, kind, depth) if convert else value


def _finite(value: str, _kind: DuckDBPyType, _depth: int) -> str:
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def _float(value: str, _kind: DuckDBPyType, _depth: int) -> str:
    """Through text, for the shortest digits of a 32-bit float: 0.1 and not 0.10000000149011612."""
    return f"CASE WHEN isfinite({value}) THEN {value}::VARCHAR::DOUBLE END"


def _timestamp(value: str, _kind: DuckDBPyType, _depth: int) -> str:
    return f"replace({value}::VARCHAR, ' ', 'T')"


def _instant(value: str, _kind: DuckDBPyType, _depth: int) -> str:
    """In UTC, by way of the epoch: a cast would follow the session's time zone and need the ICU extension."""
    utc = f"replace(make_timestamp(epoch_us({value}))::VARCHAR, ' ', 'T') || 'Z'"
    return f"CASE WHEN isfinite({value}) THEN {utc} ELSE {value}::VARCHAR END"


def _blob(value: str, _kind: DuckDBPyType, _depth: int) -> str:
    return f"to_base64({value})"


def _list(value: str, kind: DuckDBPyType, depth: int) -> str:
    item = _children(kind)[0][1]
    inner = as_json(f"e{depth}", item, depth + 1)
    return value if inner == f"e{depth}" else f"list_transform({value}, lambda e{depth}: {inner})"


def _struct(value: str, kind: DuckDBPyType, depth: int) -> str:
    fields = _children(kind)
    named = all(name for name, _ in fields)
    inner = [as_json(f"struct_extract_at({value}, {at})", field, depth) for at, (_, field) in enumerate(fields, 1)]
    if not named:
        return f"CASE WHEN {value} IS NOT NULL THEN json_array({', '.join(inner)}) END"
    if all(text == f"struct_extract_at({value}, {at})" for at, text in enumerate(inner, 1)):
        return value
    packed = ", ".join(f"{quoted(name)} := {text}" for (name, _), text in zip(fields, inner, strict=True))
    return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({packed}) END"


def _map(value: str, kind: DuckDBPyType, depth: int) -> str:
    item = _children(kind)[1][1]
    inner = as_json(f"e{depth}.value", item, depth + 1)
    if inner == f"e{depth}.value":
        return value
    return f"map_from_entries(list_transform(map_entries({value}), lambda e{depth}: struct_pack(k := e{depth}.key, v := {inner})))"


_JSON: dict[str, Callable[[str, DuckDBPyType, int], str]] = {
    "double": _finite,
    "float": _float,
    "timestamp": _timestamp,
    "timestamp_s": _timestamp,
    "timestamp_ms": _timestamp,
    "timestamp_ns": _timestamp,
    "timestamp with time zone": _instant,
    "blob": _blob,
    "list": _list,
    "array": _list,
    "struct": _struct,
    "tuple": _struct,
    "map": _map,
}
"""By type id; what is not here needs no change."""


def as_text(value: str, kind: DuckDBPyType) -> str:
    """An SQL expression for `value` as text: nested values as JSON, timestamps and BLOB as in JSON, all else as DuckDB writes it."""
    if is_nested(kind):
        return f"CASE WHEN {value} IS NOT NULL THEN to_json({as_json(value, kind)})::VARCHAR END"
    if str(kind.id).startswith("timestamp") or kind.id == "blob":
        return as_json(value, kind)
    return f"{value}::VARCHAR"


class Reader:
    """Reads the relations of one connection in batches, so that memory stays bounded and Ctrl-C ends a slow one."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection
        self.count = 0
        """How many rows were read."""

    def json_rows(self, relation: DuckDBPyRelation) -> Iterator[str]:
        """Each row of `relation` as the text of one JSON object, on one line."""
        pairs = zip(unique_names(relation.columns), relation.types, strict=True)
        members = [f"{literal(name)}, {as_json(f'#{at}', kind)}" for at, (name, kind) in enumerate(pairs, 1)]
        for (line,) in self._rows(relation.project(f"json_object({', '.join(members)})::VARCHAR AS line")):
            yield line or "null"

    def text_rows(self, relation: DuckDBPyRelation) -> Iterator[Row]:
        """Each row of `relation` as text, None for NULL."""
        cells = [f"{as_text(f'#{at}', kind)} AS c{at}" for at, kind in enumerate(relation.types, 1)]
        return self._rows(relation.project(", ".join(cells)))

    def csv_rows(self, relation: DuckDBPyRelation) -> Iterator[str]:
        """Each row of `relation` as the text of one CSV record, without its line end."""
        fields = [_csv_field(f"#{at}", kind) for at, kind in enumerate(relation.types, 1)]
        for (line,) in self._rows(relation.project(" || ',' || ".join(fields) + " AS line")):
            yield line or ""

    def call(self, work: Callable[[], T]) -> T:
        """What `work`, which may use the connection, returns; it runs in another thread, and Ctrl-C ends it."""
        return interruptible(self._connection, work)

    def _rows(self, relation: DuckDBPyRelation) -> Iterator[Row]:
        fetch = _fetch(relation)
        while batch := self.call(fetch):
            self.count += len(batch)
            yield from batch


def _fetch(relation: DuckDBPyRelation) -> Callable[[], list[Row]]:
    """A function that returns the next batch, at the end an empty one. The relation is run once."""
    if hasattr(type(relation), "iter_rows"):  # DuckDB 2
        rows = relation.iter_rows(_BATCH_ROWS)
        return lambda: list(itertools.islice(rows, _BATCH_ROWS))
    return lambda: cast("Any", relation).fetchmany(_BATCH_ROWS)


def _csv_field(value: str, kind: DuckDBPyType) -> str:
    """An SQL expression for `value` as a field of a CSV line: NULL is empty, and in quotes stands what a reader could misread."""
    text = as_text(value, kind)
    if kind.id in NUMBERS or kind.id == "boolean":
        return f"coalesce({text}, '')"
    in_quotes = f"""'"' || replace({text}, '"', '""') || '"'"""
    return f"CASE WHEN {value} IS NULL THEN '' WHEN regexp_matches({text}, {_QUOTED_IN_CSV}) THEN {in_quotes} ELSE {text} END"


_QUOTED_IN_CSV = """'^$|[,"\\r\\n]|^\\s|\\s$'"""


def unique_names(names: list[str]) -> list[str]:
    """`names` with `_1`, `_2`, … after those that came before, so that no member of a JSON object hides another.

    >>> unique_names(["id", "id", "id_1"])
    ['id', 'id_1', 'id_1_1']
    """
    taken: set[str] = set()
    result = []
    for name in names:
        unique, count = name, 0
        while unique in taken:
            count += 1
            unique = f"{name}_{count}"
        taken.add(unique)
        result.append(unique)
    return result
