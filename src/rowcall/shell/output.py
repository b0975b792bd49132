"""Where results go: standard output or a file, one result after another."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rowcall.errors import UsageError
from rowcall.shell.cells import Reader
from rowcall.shell.formats import EXPLAINED, Format, explanation_lines, format_of, text_lines, write_binary
from rowcall.shell.table import TableOptions

if TYPE_CHECKING:
    from typing import BinaryIO

    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from rowcall.plan.explanation import Explanation

_SEPARATED = frozenset({Format.TABLE, Format.CSV, Format.MARKDOWN})
"""An empty line stands between two results of these; JSON needs none."""
_PIPE_WIDTH = 120


class Output:
    """A context manager that takes results and, at `finish`, is done.

    A file appears under its name only then: never half of it, and not at all where a statement failed.
    """

    def __init__(self, to: Format, path: Path | None = None, options: TableOptions | None = None) -> None:
        self._format = to
        self._path = path
        self._options = options or TableOptions()
        self._results = 0
        self._binary: tuple[Reader, DuckDBPyRelation] | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._stream = self._target()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._binary = None
        self._open.close()
        if self._path and self._made != self._path:
            self._made.unlink(missing_ok=True)

    def write(
        self, relation: DuckDBPyRelation, connection: DuckDBPyConnection, *, plan: bool = False, explanation: Explanation | None = None
    ) -> int | None:
        """The number of its rows, after one result of `connection` was added; None where it is not known yet, or means nothing.

        `plan` says that it is what EXPLAIN answered; `explanation` holds that as records, which some formats show in its place.

        Raises UsageError for a second one in a format whose file holds one.
        """
        reader = Reader(connection)
        if explanation is not None and self._format in EXPLAINED:
            self._write_lines(explanation_lines(explanation, self._format, self._options))
            self._results += 1
            return None
        if self._format.is_binary:
            self._hold(reader, relation)
        else:
            self._write_text(reader, relation, replace(self._options, plan=plan))
        self._results += 1
        return None if self._format.is_binary else reader.count

    def finish(self, *, keep: bool = True) -> None:
        """Write what waits, and give the file its name; where not to `keep` it, an older file of that name stays as it was."""
        if not keep:
            return
        if self._binary is not None:
            write_binary(*self._binary, self._format, self._stream)
            self._stream.flush()
        self._open.close()
        if self._path and self._made != self._path:
            self._made.replace(self._path)

    def _hold(self, reader: Reader, relation: DuckDBPyRelation) -> None:
        if self._results:
            raise UsageError(f"-o {self._format} holds the rows of one statement, and a second one has rows; write them one by one.")
        self._binary = (reader, relation)

    def _write_text(self, reader: Reader, relation: DuckDBPyRelation, options: TableOptions) -> None:
        self._write_lines(text_lines(reader, relation, self._format, options))

    def _write_lines(self, lines: Iterable[str]) -> None:
        if self._results and self._format in _SEPARATED:
            self._stream.write(b"\n")
        for line in lines:
            self._stream.write(line.encode("utf-8", "replace") + b"\n")
        self._stream.flush()

    def _target(self) -> BinaryIO:
        if self._path is None:
            if self._format.is_binary and sys.stdout.isatty():
                raise UsageError(f"-o {self._format} is not text; write it to a file with -f, or pipe it.")
            sys.stdout.flush()
            return sys.stdout.buffer
        try:
            return self._open.enter_context(self._file(self._path))
        except OSError as error:
            raise UsageError(f"Cannot write to {self._path}: {error.strerror}.") from error

    def _file(self, path: Path) -> BinaryIO:
        if path.exists() and not path.is_file():  # a pipe or a device, which cannot be replaced
            self._made = path
            return path.open("wb")
        import tempfile

        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        self._made = Path(name)
        if path.exists():
            shutil.copymode(path, self._made)
        else:
            self._made.chmod(0o666 & ~_umask())
        return os.fdopen(handle, "wb")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def chosen_format(asked: Format | None, path: Path | None) -> Format:
    """The format to write: the one asked for, else the one the file's name tells, else table on a terminal and jsonl elsewhere."""
    if asked:
        return asked
    if path:
        return format_of(path)
    return Format.TABLE if sys.stdout.isatty() else Format.JSONL


def table_options(width: int | None, rows: int | None, path: Path | None) -> TableOptions:
    """The layout of tables: as wide as the terminal, 120 columns where there is none (or $COLUMNS)."""
    if width is not None:
        return TableOptions(width, rows)
    on_terminal = path is None and sys.stdout.isatty()
    columns = os.environ.get("COLUMNS", "")
    if on_terminal or columns.isdecimal():
        return TableOptions(shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns, rows)
    return TableOptions(_PIPE_WIDTH, rows)
