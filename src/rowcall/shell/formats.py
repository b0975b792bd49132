"""A relation in the format that the user asked for.

Text formats are made line by line, so that a result larger than memory passes through; Parquet and Arrow are written by DuckDB and
pyarrow. What each format does with types it lacks is in `docs/cli.md`.
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from rowcall.errors import UsageError, nearest
from rowcall.shell.cells import Reader
from rowcall.shell.table import TableOptions, table_lines, visible

if TYPE_CHECKING:
    from typing import BinaryIO

    from duckdb import DuckDBPyRelation

    from rowcall.plan.explanation import Explanation


class Format(StrEnum):
    """What `-o` takes."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MARKDOWN = "markdown"
    PARQUET = "parquet"
    ARROW = "arrow"

    @property
    def is_binary(self) -> bool:
        """Whether one result is one file, not lines of text."""
        return self in {Format.PARQUET, Format.ARROW}


_BY_SUFFIX = {
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.CSV,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TABLE,
    ".parquet": Format.PARQUET,
    ".arrow": Format.ARROW,
    ".arrows": Format.ARROW,
}


def format_of(path: Path) -> Format:
    """The format that the name of an output file asks for.

    Raises UsageError where it asks for none.
    """
    if found := _BY_SUFFIX.get(path.suffix.lower()):
        return found
    raise UsageError(f"The name {path} does not tell which format to write; say it with -o {'|'.join(Format)}.")


def format_named(name: str) -> Format:
    """The format called `name`.

    Raises UsageError with the nearest name where there is none.
    """
    if name in set(Format):
        return Format(name)
    close = nearest(name, Format)
    hint = f"Did you mean {close[0]}?" if close else f"There is: {', '.join(Format)}."
    raise UsageError(f'No format "{name}". {hint}')


def text_lines(reader: Reader, relation: DuckDBPyRelation, to: Format, options: TableOptions) -> Iterator[str]:
    """The lines of `relation` in a text format, without line ends; `reader` counts its rows on the way."""
    return table_lines(reader, relation, options) if to is Format.TABLE else _TEXT[to](reader, relation)


EXPLAINED = frozenset({Format.TABLE, Format.JSON, Format.JSONL})
"""The formats that have a form of their own for what EXPLAIN answers; elsewhere it is rows of `item, value`."""


def explanation_lines(explanation: Explanation, to: Format, options: TableOptions) -> Iterator[str]:
    """The lines of what EXPLAIN answers: a drawing, or one JSON document with a member for each field of the record."""
    if to is Format.TABLE:
        from rowcall.shell.plan import plan_lines

        yield from plan_lines(explanation, options.width)
    else:
        indent = 2 if to is Format.JSON else None
        yield from json.dumps(explanation.document(), ensure_ascii=False, indent=indent).splitlines()


def _json(reader: Reader, relation: DuckDBPyRelation) -> Iterator[str]:
    """One array, a row a line."""
    yield "["
    for row, following in itertools.pairwise(itertools.chain(reader.json_rows(relation), [""])):
        yield f"{row}," if following else row
    yield "]"


def _csv(reader: Reader, relation: DuckDBPyRelation) -> Iterator[str]:
    """RFC 4180 with a header; NULL is an empty field, and an empty text is `""`."""
    yield ",".join(_csv_name(name) for name in relation.columns)
    for line in reader.csv_rows(relation):
        yield line or '""'  # a lone NULL: readers skip empty lines


def _csv_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"\r\n') or name != name.strip() else name


def _markdown(reader: Reader, relation: DuckDBPyRelation) -> Iterator[str]:
    """A GitHub table; pipes are escaped and line ends become `<br>`."""
    yield _markdown_line(relation.columns)
    yield _markdown_line(["---"] * len(relation.columns))
    for row in reader.text_rows(relation):
        yield _markdown_line("" if cell is None else cell for cell in row)


def _markdown_line(cells: Iterator[str] | list[str]) -> str:
    return "| " + " | ".join(_markdown_cell(cell) for cell in cells) + " |"


def _markdown_cell(cell: str) -> str:
    escaped = cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return "<br>".join(visible(line) for line in escaped.splitlines())


_TEXT: dict[Format, Callable[[Reader, DuckDBPyRelation], Iterator[str]]] = {
    Format.JSON: _json,
    Format.JSONL: Reader.json_rows,
    Format.CSV: _csv,
    Format.MARKDOWN: _markdown,
}


def write_binary(reader: Reader, relation: DuckDBPyRelation, to: Format, out: BinaryIO) -> None:
    """Write `relation` to `out` as a Parquet file or an Arrow IPC stream."""
    if to is Format.PARQUET:
        _write_parquet(reader, relation, out)
    else:
        reader.call(lambda: _write_arrow(relation, out))


def _write_parquet(reader: Reader, relation: DuckDBPyRelation, out: BinaryIO) -> None:
    """By way of a temporary file: DuckDB writes Parquet to a path, and a pipe is not one."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="rowcall-") as directory:
        path = Path(directory) / "result.parquet"
        reader.call(lambda: relation.to_parquet(str(path)))
        with path.open("rb") as made:
            shutil.copyfileobj(made, out)


def _write_arrow(relation: DuckDBPyRelation, out: BinaryIO) -> None:
    from rowcall.engine.files import write_arrow_stream

    try:
        write_arrow_stream(relation, out)
    except ImportError as error:
        raise UsageError("-o arrow needs pyarrow; install it with: pip install 'rowcall[arrow]'") from error
