"""A relation in the format that the user asked for.

Text formats are made line by line, so that a result larger than memory passes through; Parquet and Arrow are written by DuckDB and
pyarrow. What each format does with types it lacks is in `docs/cli.md`.
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from rowcall.errors import UsageError, nearest
from rowcall.front.cells import Reader
from rowcall.front.table import TableOptions, table_lines, visible

if TYPE_CHECKING:
    from typing import BinaryIO

    from duckdb import DuckDBPyRelation

    from rowcall.engine.files import ArrowStream
    from rowcall.plan.explanation import Explanation


class Format(StrEnum):
    """What `-o` takes."""

    TABLE = "table"
    LINE = "line"
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
    if found := known_format(path):
        return found
    raise UsageError(f"The name {path} does not tell which format to write; say it with -o {'|'.join(Format)}.")


def known_format(path: Path) -> Format | None:
    """The format that the name of an output file asks for; None where it asks for none."""
    return _BY_SUFFIX.get(path.suffix.lower())


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
    if to in DRAWN:
        return table_lines(reader, relation, replace(options, blocks=to is Format.LINE))
    parts = Parts(reader, to)
    return itertools.chain(parts.lines(relation), parts.end())


IN_PARTS = frozenset({Format.JSON, Format.JSONL, Format.CSV, Format.MARKDOWN})
"""The formats whose lines are known before the last row is."""


class Parts:
    """The lines of one result that comes in parts, in one of IN_PARTS."""

    def __init__(self, reader: Reader, to: Format) -> None:
        self.reader = reader
        """Counts the rows."""
        self._to = to
        self._begun = False
        self._held: str | None = None
        """The last row of a JSON array, after which a comma comes or does not."""

    def lines(self, relation: DuckDBPyRelation) -> Iterator[str]:
        """The lines of one part, without line ends."""
        head, rows = _TEXT[self._to]
        if not self._begun:
            self._begun = True
            yield from head(relation.columns)
        yield from self._parted(rows(self.reader, relation)) if self._to is Format.JSON else rows(self.reader, relation)

    def end(self) -> Iterator[str]:
        """The lines after the last part."""
        if self._to is Format.JSON:
            if self._held is not None:
                yield self._held
            yield "]"

    def _parted(self, rows: Iterator[str]) -> Iterator[str]:
        for row in rows:
            if self._held is not None:
                yield f"{self._held},"
            self._held = row


DRAWN = frozenset({Format.TABLE, Format.LINE})
"""The formats for people, which say how many rows there are and may leave some out."""
EXPLAINED = DRAWN | {Format.JSON, Format.JSONL}
"""The formats that have a form of their own for what EXPLAIN answers; elsewhere it is rows of `item, value`."""


def explanation_lines(explanation: Explanation, to: Format, options: TableOptions) -> Iterator[str]:
    """The lines of what EXPLAIN answers: a drawing, or one JSON document with a member for each field of the record."""
    if to in DRAWN:
        from rowcall.front.plan import plan_lines

        yield from plan_lines(explanation, options.width)
    else:
        indent = 2 if to is Format.JSON else None
        yield from json.dumps(explanation.document(), ensure_ascii=False, indent=indent).splitlines()


def _csv_head(columns: list[str]) -> list[str]:
    return [",".join(_csv_name(name) for name in columns)]


def _csv(reader: Reader, relation: DuckDBPyRelation) -> Iterator[str]:
    """RFC 4180; NULL is an empty field, and an empty text is `""`."""
    for line in reader.csv_rows(relation):
        yield line or '""'  # a lone NULL: readers skip empty lines


def _csv_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"\r\n') or name != name.strip() else name


def _markdown_head(columns: list[str]) -> list[str]:
    return [_markdown_line(columns), _markdown_line(["---"] * len(columns))]


def _markdown(reader: Reader, relation: DuckDBPyRelation) -> Iterator[str]:
    """A GitHub table; pipes are escaped and line ends become `<br>`."""
    for row in reader.text_rows(relation):
        yield _markdown_line("" if cell is None else cell for cell in row)


def _markdown_line(cells: Iterator[str] | list[str]) -> str:
    return "| " + " | ".join(_markdown_cell(cell) for cell in cells) + " |"


def _markdown_cell(cell: str) -> str:
    escaped = cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return "<br>".join(visible(line) for line in escaped.splitlines())


_TEXT: dict[Format, tuple[Callable[[list[str]], list[str]], Callable[[Reader, DuckDBPyRelation], Iterator[str]]]] = {
    Format.JSON: (lambda _: ["["], Reader.json_rows),
    Format.JSONL: (lambda _: [], Reader.json_rows),
    Format.CSV: (_csv_head, _csv),
    Format.MARKDOWN: (_markdown_head, _markdown),
}
"""The lines before the rows, by the names of the columns, and those of the rows."""


def write_binary(reader: Reader, relation: DuckDBPyRelation, to: Format, out: BinaryIO) -> None:
    """Write `relation` to `out` as a Parquet file or an Arrow IPC stream."""
    if to is Format.PARQUET:
        _write_parquet(reader, relation, out)
    else:
        arrow = arrow_stream(out)
        reader.call(lambda: arrow.add(relation))
        arrow.end()


def _write_parquet(reader: Reader, relation: DuckDBPyRelation, out: BinaryIO) -> None:
    """By way of a temporary file: DuckDB writes Parquet to a path, and a pipe is not one."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="rowcall-") as directory:
        path = Path(directory) / "result.parquet"
        reader.call(lambda: relation.to_parquet(str(path)))
        with path.open("rb") as made:
            shutil.copyfileobj(made, out)


def arrow_stream(out: BinaryIO) -> ArrowStream:
    """An Arrow IPC stream that begins in `out`. Raises UsageError where pyarrow is not installed."""
    from rowcall.engine.files import ArrowStream

    try:
        return ArrowStream(out)
    except ImportError as error:
        raise UsageError("-o arrow needs pyarrow; install it with: pip install 'rowcall[arrow]'") from error
