"""`%rowcall` and `%%rowcall`: statements in cells. What they mean is the session's, what is shown the results'."""

from __future__ import annotations

import atexit
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowcall.errors import RowcallError, RowcallWarning, UnsupportedSQLError, UsageError, nearest
from rowcall.front.table import visible
from rowcall.notebook.placeholders import bound
from rowcall.notebook.progress import bars, watched
from rowcall.notebook.result import Result, as_table, together
from rowcall.notebook.sessions import Sessions, is_session, options_help
from rowcall.notebook.writing import PlannedWrite, apply, planned
from rowcall.session.frames import called
from rowcall.sql.statements import parameters

if TYPE_CHECKING:
    from rowcall.session.session import Session
    from rowcall.sql.statements import Statement

HELP = """Statements of rowcall in a notebook.

  %rowcall SELECT …            runs a statement; %%rowcall runs the statements of a cell
  df << SELECT …               after %rowcall or %%rowcall: keeps the result in df
  {name}, {row.id}, {ids[0]}   in a statement: the value of a variable, as a parameter; a list as in WHERE id IN {ids}
  FROM df                      a data frame or an earlier result is a table

  A result has .df() (pandas), .pl() (polars), .arrow(), and all that a DuckDB relation has.
  INSERT, REPLACE, UPDATE, DELETE and EXEC of an API are planned and shown, and not sent:

  %rowcall apply               sends the write that was shown last, once

  %rowcall connect [options]   opens a session in place of the one before; without it, the first statement opens one
  %rowcall use NAME            takes a session of yours, as NAME = rowcall.connect(…) made it
  %rowcall close               closes the session, and the sandbox with it
  %rowcall help                this text, and the options
"""

COMMANDS = ("connect", "apply", "close", "help")
"""Those that stand alone on a line, or before options."""
_TARGET = re.compile(r"\s*([^\W\d]\w*)\s*<<(?!<)")


class Cells:
    """What the cells of one notebook share: the session, and the write that waits to be applied."""

    def __init__(self) -> None:
        self._sessions = Sessions()
        self._write: PlannedWrite | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._numbers = count(1)
        self._bars = bars()
        atexit.register(self.close)

    def run(self, text: str, names: Mapping[str, Any], own: dict[str, Any], *, is_line: bool) -> Any:
        """What a cell answers; None for one that keeps it in a variable, and for commands.

        `names` are the variables that it sees, `own` those of the notebook, among which it keeps.
        """
        if is_line and (command := self._command(text.strip(), names)) is not None:
            return command()
        found = _TARGET.match(text)
        waiting, self._write = self._write, None  # and stays so where the cell fails
        answer = self._answer(text if found is None else text[found.end() :], names)
        if not isinstance(answer, PlannedWrite):
            self._write = waiting
        if found is None:
            return answer
        own[found[1]] = answer
        return answer if isinstance(answer, PlannedWrite) else None  # which has to be seen

    def close(self) -> None:
        """Closes the session that was opened here, and forgets the write that waits."""
        self._write = None
        self._sessions.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _command(self, text: str, names: Mapping[str, Any]) -> Callable[[], Any] | None:
        """What a line does that is no statement."""
        word, _, rest = text.partition(" ")
        match word, rest.strip():
            case (("" | "help"), ""):
                return lambda: print(f"{HELP}\n{options_help()}")  # noqa: T201 - it is what the cell says
            case "connect", options:
                return lambda: print(self._connect(options))  # noqa: T201
            case "close", "":
                return lambda: print(self._closed())  # noqa: T201
            case "apply", "":
                return lambda: self._apply(names)
            case (("use" | "USE"), name) if is_session(names.get(name)):
                return lambda: self._sessions.use(names[name])
            case _, options if (not options or options.startswith("-")) and (near := nearest(word, COMMANDS, 1)):
                raise UsageError(f'There is no command "{word}"; did you mean %rowcall {near[0]}?')
            case _:
                return None

    def _connect(self, options: str) -> str:
        said = self._sessions.connect(options)
        self._write = None
        return said

    def _closed(self) -> str:
        was_open = self._sessions.close()
        self.close()
        return "Closed." if was_open else "Nothing was open."

    def _apply(self, names: Mapping[str, Any]) -> Result:
        write = self._write
        if write is None:
            raise UsageError("There is nothing to apply: no write was planned, or what was planned last was applied.")
        with _quiet(), watched(write.session, self._bars):
            relation = apply(write, _frame(names, write.session))
        self._write = None
        write.file.unlink(missing_ok=True)
        return Result(write.session, "APPLY", relation, write.session.last)

    def _answer(self, text: str, names: Mapping[str, Any]) -> Result | PlannedWrite:
        session = self._sessions.current
        sql, values = bound(text, names)
        statements = session.statements(sql)
        frame = _frame(names, session)
        reports = []
        with _quiet(), watched(session, self._bars):
            for number, statement in enumerate(statements, 1):
                given = _used(statement, values)
                if session.is_write(statement, frame):
                    _refuse_more(statement, is_last=number == len(statements))
                    return self._planned(session, statement, given, frame)
                relation = called(session.sql, frame, statement.text, given or None)
                reports.append(session.last)
            report = together(reports)
            return Result(session, statements[-1].text, relation, report)

    def _planned(self, session: Session, statement: Statement, given: Mapping[str, Any], frame: Mapping[str, Any]) -> PlannedWrite:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="rowcall-", ignore_cleanup_errors=True)
        write = planned(session, statement, given, frame, Path(self._folder.name) / f"{next(self._numbers)}.jsonl")
        if write.requests:
            self._write = write
        return write


def _frame(names: Mapping[str, Any], session: Session) -> dict[str, Any]:
    """The variables as tables, where they can be."""
    return {name: as_table(value, session) for name, value in names.items()}


def _refuse_more(statement: Statement, *, is_last: bool) -> None:
    """Raises UnsupportedSQLError for a write that something stands after, which would run before it is sent."""
    if not is_last:
        word = statement.tokens[0]
        hint = "Put what comes after it into a cell of its own, after %rowcall apply."
        raise UnsupportedSQLError(f"{word.text.upper()} has to be the last of its cell.", sql=statement.text, span=word.span, hint=hint)


def _used(statement: Statement, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that a statement names."""
    if not values:
        return {}
    named = {token.text for token in parameters(statement.tokens)}
    return {name: value for name, value in values.items() if name in named}


@contextmanager
def _quiet() -> Iterator[None]:
    """While it lasts, rowcall's warnings are not printed: what is shown of a result has them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RowcallWarning)
        yield


def _told(error: BaseException) -> None:
    """Has the notebook show an error as its message alone, without the frames that it came through."""
    lines = ["interrupted", *getattr(error, "__notes__", ())] if isinstance(error, KeyboardInterrupt) else [f"error: {error}"]
    text = [visible(line) for line in "\n".join(lines).split("\n")]
    error._render_traceback_ = lambda: text  # type: ignore[attr-defined]


def load(shell: Any) -> None:
    """Adds the magics to an IPython shell where it has them not yet; `sql` where nothing else has that name."""
    from IPython.core.magic import needs_local_scope, no_var_expand

    taken = shell.magics_manager.magics
    if "rowcall" in taken["line"]:
        return
    cells = Cells()

    def rowcall(line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> Any:
        names = shell.user_ns if local_ns is None or local_ns is shell.user_ns else {**shell.user_ns, **local_ns}
        try:
            return cells.run(line if cell is None else f"{line}\n{cell}", names, shell.user_ns, is_line=cell is None)
        except (RowcallError, KeyboardInterrupt) as error:
            _told(error)
            raise
        except Exception as error:
            if _is_duckdb_error(error):
                _told(error)
            raise

    rowcall.__doc__ = HELP
    names = ["rowcall", *([] if "sql" in {*taken["line"], *taken["cell"]} else ["sql"])]
    for name in names:
        shell.register_magic_function(needs_local_scope(no_var_expand(rowcall)), "line_cell", name)


def _is_duckdb_error(error: Exception) -> bool:
    duckdb = sys.modules.get("duckdb")
    return duckdb is not None and isinstance(error, duckdb.Error)
