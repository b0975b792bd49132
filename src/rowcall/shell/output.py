"""Where results go: standard output or a file, one result after another."""

from __future__ import annotations

import os
import select
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rowcall.errors import UsageError
from rowcall.front.cells import Reader
from rowcall.front.table import TableOptions
from rowcall.shell.formats import (
    DRAWN,
    EXPLAINED,
    IN_PARTS,
    Format,
    Parts,
    arrow_stream,
    explanation_lines,
    format_of,
    text_lines,
    write_binary,
)

if TYPE_CHECKING:
    from typing import BinaryIO

    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from rowcall.engine.files import ArrowStream
    from rowcall.plan.explanation import Explanation

_SEPARATED = DRAWN | {Format.CSV, Format.MARKDOWN}
"""An empty line stands between two results of these; JSON needs none."""
_PIPE_WIDTH = 120
_DESCRIPTORS = "/dev/fd"
"""Where the open files of a process have a name each; on Windows nowhere."""
_PIPED = 2**16
"""How many bytes are taken out of a pipe at once."""
_WATCH_S = 0.1
"""How often it is looked whether the reader of a pipe is there."""


class Output:
    """A context manager that takes results and, at `finish`, is done.

    A file appears under its name only then: never half of it, and not at all where a statement failed.
    """

    def __init__(self, to: Format, path: Path | None = None, options: TableOptions | None = None) -> None:
        self._format = to
        self._path = path
        self._options = options or TableOptions()
        self._results = 0
        self._parts: Parts | ArrowStream | None = None
        """The result that is being written in parts."""
        self._piping = False
        """Whether the bytes of a result are coming through a pipe."""
        self._binary: tuple[Reader, DuckDBPyRelation] | None = None
        self._open = ExitStack()
        self.is_gone = False
        """Whether the reader of a pipe was found to have gone away in the middle of a result."""

    def __enter__(self) -> Self:
        self._stream = self._target()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._binary = None
        try:
            self._open.close()
        except OSError:  # known already: it is what could not be written before, and the stream tries that again as it is closed
            return
        finally:
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
        if not self._format.is_binary:
            self._separate()
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

    @property
    def on_terminal(self) -> bool:
        """Whether what is written can be seen at once."""
        return self._path is None and sys.stdout.isatty()

    @property
    def results(self) -> int:
        """How many results it has taken."""
        return self._results

    @contextmanager
    def undoing(self) -> Iterator[None]:
        """Takes back what was written within it where that raises; what went to a pipe or a device is gone."""
        results, start = self._results, self._stream.tell() if self._stream.seekable() else None
        try:
            yield
        except BaseException:
            if start is not None:
                self._results = results
                self._stream.seek(start)
                self._stream.truncate()
            raise

    @property
    def takes_parts(self) -> bool:
        """Whether a result may come in parts, each written when it is there."""
        return self._format in IN_PARTS or self._format is Format.ARROW

    def write_part(self, relation: DuckDBPyRelation, connection: DuckDBPyConnection) -> None:
        """Adds the next rows of a result of `connection`.

        Raises UsageError for a second one in a format whose file holds one.
        """
        if self._parts is None:
            self._parts = self._begun(Reader(connection))
            self._results += 1
        if isinstance(self._parts, Parts):
            self._write_lines(self._parts.lines(relation))
        else:
            add = self._parts.add
            Reader(connection).call(lambda: add(relation))
            self._stream.flush()

    def _begun(self, reader: Reader) -> Parts | ArrowStream:
        if self._format.is_binary:
            self._check_first()
            return arrow_stream(self._stream)
        self._separate()
        return Parts(reader, self._format)

    def end_parts(self, *, whole: bool) -> int:
        """The number of rows of the result that came in parts, after it has ended; if not `whole`, without what would say so."""
        parts, self._parts = self._parts, None
        if isinstance(parts, Parts):
            if whole:
                self._write_lines(parts.end())
            return parts.reader.count
        if parts is None:
            return 0
        if whole:
            parts.end()
        elif not self.is_gone:
            parts.break_off()
        self._stream.flush()
        return parts.count

    @property
    def is_undone(self) -> bool:
        """Whether what was written is taken back where something goes wrong: a file appears on success."""
        return self._path is not None and self._made != self._path

    @property
    def takes_file(self) -> bool:
        """Whether a result may be written by somebody else to a path, by way of `piped`."""
        return self._format is Format.PARQUET and not self._results and Path(_DESCRIPTORS).exists()

    @contextmanager
    def piped(self) -> Iterator[str]:
        """A path that takes the bytes of one result, which are added while they come; or none, where it turns out to be another kind."""
        near, far = os.pipe()
        errors: list[OSError] = []
        pump = threading.Thread(target=self._pump, args=(near, errors), name="rowcall-output-pipe", daemon=True)
        pump.start()
        try:
            yield f"{_DESCRIPTORS}/{far}"
        finally:
            os.close(far)
            pump.join()
            self._piping = False
            if errors:
                raise errors[0]  # of which whoever writes to the pipe knows only that nobody reads it

    def _pump(self, near: int, errors: list[OSError]) -> None:
        with os.fdopen(near, "rb", buffering=0) as source:
            try:
                while content := source.read(_PIPED):
                    if not self._piping:
                        self._piping = True
                        self._results += 1
                    self._stream.write(content)
                    self._stream.flush()
            except OSError as error:
                errors.append(error)

    @contextmanager
    def watched(self, stop: Callable[[], None]) -> Iterator[None]:
        """Has `stop` called when the reader of a pipe goes away in the middle of a result, though there may be nothing to write yet.

        Not before its first row: until then the statement may be one that changes something.
        """
        if not hasattr(select, "poll") or not stat.S_ISFIFO(os.fstat(self._stream.fileno()).st_mode):
            yield
            return
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(stop, ended), name="rowcall-output", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _watch(self, stop: Callable[[], None], ended: threading.Event) -> None:
        reader = select.poll()
        reader.register(self._stream.fileno(), 0)  # of nothing but that it is broken
        while not ended.wait(_WATCH_S):
            if (self._parts is not None or self._piping) and reader.poll(0):
                self.is_gone = True
                stop()
                return

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
        self._check_first()
        self._binary = (reader, relation)

    def _check_first(self) -> None:
        if self._results:
            raise UsageError(f"-o {self._format} holds the rows of one statement, and a second one has rows; write them one by one.")

    def _write_text(self, reader: Reader, relation: DuckDBPyRelation, options: TableOptions) -> None:
        self._write_lines(text_lines(reader, relation, self._format, options))

    def _separate(self) -> None:
        if self._results and self._format in _SEPARATED:
            self._stream.write(b"\n")

    def _write_lines(self, lines: Iterable[str]) -> None:
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


def print_rows(columns: Sequence[str], rows: Sequence[tuple[str | None, ...]], asked: Format | None) -> None:
    """Prints what is no answer of a statement, texts alone, in the format asked for; a table without rows is nothing."""
    import rowcall
    from rowcall.front.opening import add_tables

    to = chosen_format(asked, None)
    if not rows and to in DRAWN:
        return
    with Output(to, None, table_options(None, None, None)) as output, rowcall.connect() as session:
        add_tables(session.connection, {"printed": (columns, rows)})
        output.write(session.connection.table("printed"), session.connection)
        output.finish()


def has_colours() -> bool:
    """Whether a terminal is to show colours: see https://no-color.org. One that is dumb knows none."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def table_options(width: int | None, rows: int | None, path: Path | None) -> TableOptions:
    """The layout of tables: as wide as the terminal, 120 columns where there is none (or $COLUMNS); with colours on a terminal."""
    on_terminal = path is None and sys.stdout.isatty()
    columns = os.environ.get("COLUMNS", "")
    if width is None:
        known = on_terminal or columns.isdecimal()
        width = shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns if known else _PIPE_WIDTH
    return TableOptions(width, rows, colour=on_terminal and has_colours())
