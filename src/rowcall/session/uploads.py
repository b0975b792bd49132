"""The files of a write: read from DuckDB as the bytes that they are, apart from what goes through JSON, and no more than a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcall.errors import DataError, Span, UnsupportedSQLError
from rowcall.manifest.types import literal, quoted
from rowcall.plan.writes import column_slot, from_json, is_file
from rowcall.session.execute import Piece, relation_of, rows_of

if TYPE_CHECKING:
    import duckdb

    from rowcall.catalog.catalog import ResourceRef
    from rowcall.manifest.model import Method
    from rowcall.session.execute import Context


def file_columns(types: Mapping[str, str] | None, method: Method) -> tuple[str, ...]:
    """The columns that are files in a call of a method, of those of a query with these types."""
    return tuple(name for name in types or {} if is_file(method, column_slot(method, name)))


def selected(names: Sequence[str], files: Sequence[str]) -> str:
    """What to SELECT of the columns of a query: all but the files as one JSON object, and each file; `names` are those of all of them."""
    if not files:
        return "to_json(__rowcall_row)"
    pairs = (f"{literal(name)}, {quoted(name)}" for name in names if name not in files)
    return ", ".join([f"json_object({', '.join(pairs)}) AS __rowcall_values", *map(quoted, files)])


def rows_with_files(piece: Piece, files: Sequence[str], ref: ResourceRef, context: Context) -> list[dict[str, Any]]:
    """The rows of such a query, by the names of its columns. Raises DataError where the files are more than the limit of their provider."""
    if not files:
        return [from_json(row[0]) for row in rows_of(piece, context)]
    return [{**from_json(row[0]), **dict(zip(files, row[1:], strict=True))} for row in _fetched(piece, ref, context)]


def file_at(text: str, span: Span, ref: ResourceRef, context: Context) -> Any:
    """The value of an expression of the user's that is a file, as DuckDB has it. Raises DataError as `rows_with_files` does."""
    rows = _fetched(Piece.around("SELECT (", text, span, "\n) AS value"), ref, context)
    if len(rows) != 1:
        raise UnsupportedSQLError(f"One value is expected here, and these are {len(rows)}.", sql=text, span=span)
    return rows[0][0]


def _fetched(piece: Piece, ref: ResourceRef, context: Context) -> list[tuple[Any, ...]]:
    """The rows of a query, which DuckDB may hold on a disk, unless they are too many bytes to be held in memory."""
    return within_limit(relation_of(piece, context), ref, context, sql=piece.source, span=piece.span)


def within_limit(relation: duckdb.DuckDBPyRelation, ref: ResourceRef, context: Context, *, sql: str, span: Span) -> list[tuple[Any, ...]]:
    """The rows of a relation. Raises DataError where they are too many bytes."""
    most, size = context.clients[ref.full_name].endpoint.max_upload_bytes, context.engine.size(relation)
    if size > most:
        provider = ref.provider.provider
        message = f"This has {size:,} bytes, and the files of a statement {most:,} at the most (max_upload_bytes of {provider})."
        hint = f"Raise max_upload_bytes of provider {provider}, or send fewer files at once: they are held in memory. Nothing was sent."
        raise DataError(message, sql=sql, span=span, hint=hint)
    return context.engine.fetched(relation)
