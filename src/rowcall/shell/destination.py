"""Where the rows of the shell go besides the terminal: a file until it is ended, or a file for the next rows alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from rowcall.errors import UsageError
from rowcall.shell.formats import Format, known_format
from rowcall.shell.output import Output, table_options


class Destination:
    """The files of one shell. As a context manager it ends the one that is open; where something is raised, that does not appear."""

    def __init__(self) -> None:
        self._once: tuple[Format, Path] | None = None
        self._output: Output | None = None
        self._path = Path()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.end()
        self._open.close()

    def begin(self, path: Path, mode: Format) -> Format:
        """The format of a file that takes the rows of all statements from now on: that of its ending, or else `mode`.

        Raises UsageError where it cannot be written, or holds one result alone.
        """
        to = known_format(path) or mode
        if to.is_binary:
            raise UsageError(f"A {to} file holds the rows of one statement; .once {path} sends those of the next there.")
        output = _output(to, path)
        self.end()
        self._open.enter_context(output)
        self._output, self._path = output, path
        return to

    def end(self) -> tuple[Path, int] | None:
        """The file that was open, and how many results it has; with none, it does not get its name. None where none was open."""
        output, self._output = self._output, None
        if output is None:
            return None
        with self._open.pop_all():
            output.finish(keep=bool(output.results))
        return self._path, output.results

    def once(self, path: Path | None, mode: Format) -> Format | None:
        """The format of a file for the next rows alone; None where there is none any more.

        Raises UsageError where it cannot be written.
        """
        self._once = None
        if path is None:
            return None
        to = known_format(path) or mode
        if path.is_file() or path.is_dir() or not path.exists():  # a pipe has one reader, who would be gone
            with _output(to, path):
                pass
        self._once = (to, path)
        return to

    @contextmanager
    def opened(self) -> Iterator[Output | None]:
        """What takes the rows of one statement; None where the terminal does."""
        if self._once is not None:
            with _output(*self._once) as output:
                yield output
                if output.results:
                    output.finish()
                    self._once = None
        elif self._output is not None:
            with self._output.undoing():
                yield self._output
        else:
            yield None


def _output(to: Format, path: Path) -> Output:
    return Output(to, path, table_options(None, None, path))
