"""`rowcall query`: statements from an argument, a file or standard input; rows on standard output, talk on standard error."""

from __future__ import annotations

import argparse
import functools
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcall.errors import RowcallWarning, UsageError, nearest
from rowcall.front.opening import opened_session
from rowcall.front.report import has_rows, is_plan, status_line
from rowcall.shell.asking import ask, refuse
from rowcall.shell.exit import Exit, exit_code, tell
from rowcall.shell.live import OFF, Live
from rowcall.shell.output import Output, chosen_format, table_options
from rowcall.sql.statements import parameters as parameters_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    from rowcall import Session
    from rowcall.sql.statements import Statement

Given = dict[str, Any] | list[Any] | None
"""Values of parameters."""


def run(options: argparse.Namespace) -> int:
    """The exit code, after every statement was run, or all up to the first that failed."""
    text = _statements(options)
    output = Output(chosen_format(options.output, options.file), options.file, table_options(options.width, options.rows, options.file))
    live = live_of(options)
    confirm = live.asking(ask) if _can_ask(options) else refuse
    with output, opened_session(options, confirm) as session, output.watched(session.cancel):
        return _run_all(session, text, options, output, live)


def live_of(options: argparse.Namespace) -> Live:
    """What says how far a statement is; nothing where the lines of --log-http say more of it."""
    return Live(on=options.progress and not options.log_http)


def _statements(options: argparse.Namespace) -> str:
    if options.sql not in {None, "-"}:
        if options.input:
            raise UsageError("Statements come from -i or from the argument, not from both.")
        return str(options.sql)
    if options.input and str(options.input) != "-":
        return read_statements(options.input)
    if sys.stdin.isatty() and options.sql is None and not options.input:
        raise UsageError('No statement. Write one as the argument, rowcall query "SHOW PROVIDERS", or in a file given with -i.')
    return sys.stdin.read()


def _can_ask(options: argparse.Namespace) -> bool:
    """Whether somebody sits at a terminal, who reads standard error and has not given the statements by standard input."""
    from_stdin = options.sql in {None, "-"} and (not options.input or str(options.input) == "-")
    return not from_stdin and sys.stdin.isatty() and sys.stderr.isatty()


def read_statements(path: Any) -> str:
    """The text of an SQL file.

    Raises UsageError where it cannot be read.
    """
    try:
        return str(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read {path}: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}.") from error


def _run_all(session: Session, text: str, options: argparse.Namespace, output: Output, live: Live) -> int:
    statements = session.statements(text)
    parameters = dict(options.param)
    _refuse_unused(parameters, statements)
    code = Exit.OK
    for number, statement in enumerate(statements, 1):
        try:
            partial = _run_one(session, statement.text, used_parameters(statement, parameters), options=options, output=output, live=live)
        except BrokenPipeError:
            raise
        except Exception as error:  # the front end: it goes on, or ends with this one's code
            if output.is_gone:
                raise BrokenPipeError from error
            line = text.count("\n", 0, statement.start) + 1
            tell(error, where=f"statement {number}, line {line}" if len(statements) > 1 else "", debug=options.debug)
            code = exit_code(error)
            if not options.keep_going:
                break
        else:
            code = Exit.PARTIAL if partial and code is Exit.OK else code
    output.finish(keep=code in {Exit.OK, Exit.PARTIAL} or options.keep_going)
    return code


def _run_one(
    session: Session, sql: str, given: dict[str, Any] | list[Any] | None, *, options: argparse.Namespace, output: Output, live: Live
) -> bool:
    """Whether the result is partial, after it was written."""
    rows = write_answer(session, sql, output, given, dry_run=options.dry_run, live=live)
    report = session.last
    for warning in report.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if options.stats or sys.stderr.isatty():
        print(status_line(report, rows), file=sys.stderr)
    return bool(report.partial)


def write_answer(
    session: Session,
    sql: str,
    output: Output,
    parameters: Given = None,
    *,
    dry_run: bool = False,
    live: Live = OFF,
    call: Callable[..., Any] = lambda function, *arguments, **options: function(*arguments, **options),
) -> int | None:
    """The number of rows of a statement, after they were written; None where that is not known yet, or it has none to write.

    Meanwhile `live` shows how far it is. `call` calls a method of the session with what comes after it; where it does so decides which
    data frames the statement can name.
    """
    relation, rows = _answered(session, output, call, sql, parameters, dry_run=dry_run, live=live)
    report = session.last
    if relation is not None and has_rows(sql, relation, report):
        return output.write(relation, session.connection, plan=is_plan(relation, report), explanation=report.explanation)
    return rows


def _answered(
    session: Session, output: Output, call: Callable[..., Any], sql: str, given: Given, *, dry_run: bool, live: Live
) -> tuple[DuckDBPyRelation | None, int | None]:
    """The relation that is to be written; None with the number of its rows where they were written in parts, while pages were fetched."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RowcallWarning)  # they are in the report, and told from there
        if output.takes_file:
            with output.piped() as path, live.watching(session):
                found = call(session.write_parquet, sql, path, given, dry_run=dry_run)
            return (None, found) if isinstance(found, int) else (found, None)
        if not output.takes_parts:
            with live.watching(session):
                return call(session.sql, sql, given, dry_run=dry_run), None
        try:
            take = functools.partial(output.write_part, connection=session.connection)
            with live.watching(session):
                relation = call(session.stream, sql, given, take=live.around(take) if output.on_terminal else take, dry_run=dry_run)
        except BaseException as error:
            if (rows := output.end_parts(whole=False)) and not output.is_undone:
                error.add_note(f"Of its rows {rows:,} {'was' if rows == 1 else 'were'} written before, which are not all.")
            raise
        rows = output.end_parts(whole=True)
    return relation, rows if relation is None else None


def used_parameters(statement: Statement, parameters: Mapping[str, Any]) -> Given:
    """Those of `parameters` that the statement names: a dict, a list for `$1`, `$2`, … (and `?`), None for none."""
    used = {name: value for name, value in parameters.items() if name.casefold() in _names(statement)}
    if used and all(name.isdecimal() for name in used):
        return [used[name] for name in sorted(used, key=int)]
    return used or None


def _names(statement: Statement) -> set[str]:
    """The names of its parameters, folded: DuckDB ignores their case. Most statements have none, and need no tokens then."""
    if "$" not in statement.text:
        return set()
    return {token.text.casefold() for token in parameters_of(statement.tokens)}


def _refuse_unused(parameters: Mapping[str, Any], statements: Sequence[Statement]) -> None:
    names = {name for statement in statements for name in _names(statement)}
    for name in parameters:
        if name.casefold() not in names:
            close = nearest(name, names, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise UsageError(f"No statement has a parameter ${name}.{hint}")
