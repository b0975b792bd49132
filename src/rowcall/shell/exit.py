"""What rowcall's process ends with, and how an error is told on standard error."""

from __future__ import annotations

import shutil
import sys
from enum import IntEnum

from rowcall.errors import DataError, PlanError, RowcallError, SQLError, UsageError

_COLUMNS = 100
"""How wide an error is where there is no terminal."""


class Exit(IntEnum):
    """The exit codes of the command line; documented in `docs/cli.md`."""

    OK = 0
    """Every statement succeeded and its result is whole."""
    FAILED = 1
    """A statement failed."""
    USAGE = 2
    """The command line is wrong; nothing was run."""
    PARTIAL = 3
    """Every statement ran, but a result lacks rows."""
    INTERRUPTED = 130
    """Ctrl-C, as shells count signals: 128 + SIGINT."""
    BROKEN_PIPE = 141
    """The reader of standard output went away: 128 + SIGPIPE."""


def exit_code(error: BaseException) -> Exit:
    """The code that `error` ends the process with."""
    if isinstance(error, UsageError):
        return Exit.USAGE
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    return Exit.BROKEN_PIPE if isinstance(error, BrokenPipeError) else Exit.FAILED


def tell(error: BaseException, *, where: str = "", debug: bool = False) -> None:
    """Write `error` on standard error as one block; its trace comes before it where `debug` asks for it."""
    if debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else _COLUMNS
    print(error_text(error, where, columns), file=sys.stderr, flush=True)


def error_text(error: BaseException, where: str = "", columns: int = _COLUMNS) -> str:
    """What the user reads: rowcall's own errors and DuckDB's speak for themselves, anything else is a bug in rowcall and says so.

    `where` says which statement it was, as `statement 2, line 7`; the line of it that is shown fits a terminal of so many columns. Notes
    of an error come last: what was done before it.
    """
    return "\n".join([_text(error, where, columns), *getattr(error, "__notes__", ())])


def _text(error: BaseException, where: str, columns: int) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    head = f"error in {where}: " if where else "error: "
    if isinstance(error, SQLError | PlanError | DataError):
        return f"{head}{error.text(columns)}"
    if isinstance(error, RowcallError):
        return f"{head}{error}"
    if is_duckdb_error(error):
        return head + str(error).partition("\n\nLINE ")[0]  # which is of a text around the user's, by which rows are read
    if isinstance(error, OSError):
        return f"{head}{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    kind = type(error).__name__
    return f"{head}this is a bug in rowcall, please report it: {kind}: {error}\nRun the same command with --debug to get the trace."


def is_duckdb_error(error: BaseException) -> bool:
    """Whether DuckDB raised it, found without importing DuckDB: a local statement may fail while its rows are read."""
    duckdb = sys.modules.get("duckdb")
    return duckdb is not None and isinstance(error, duckdb.Error)
