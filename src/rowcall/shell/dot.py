"""The shell's own commands, which start with a dot, or as psql has them with a backslash, and are not SQL."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowcall.errors import UsageError, nearest
from rowcall.front.opening import provider_settings
from rowcall.manifest.types import quoted
from rowcall.shell.commands import COMMANDS, NAMED, OTHER_NAMES, STARTS, command_in, pieces
from rowcall.shell.formats import Format, format_named
from rowcall.shell.query import read_statements

if TYPE_CHECKING:
    from rowcall.http.control import Exchange
    from rowcall.shell.repl import Sent, Shell

_SENT = (
    ("number", "BIGINT"),
    ("sent_at", "TIMESTAMP"),
    ("method", "VARCHAR"),
    ("url", "VARCHAR"),
    ("status", "BIGINT"),
    ("attempt", "BIGINT"),
    ("bytes", "BIGINT"),
    ("ms", "DOUBLE"),
    ("error", "VARCHAR"),
)
"""The columns of `.requests`, with their DuckDB types."""

_HELP = """
Everything else is SQL and ends with a semicolon. To begin:
  SHOW PROVIDERS;
  SHOW RESOURCES IN openai.assistants;
  DESCRIBE openai.assistants.runs;
  SHOW METHODS IN openai.assistants.runs;
  EXPLAIN SELECT …;            what would be sent, without sending it

_ is the last result: SELECT status, count(*) FROM _ GROUP BY ALL;

Tab completes · Ctrl-C gives up a statement · Ctrl-R searches the history · Ctrl-D leaves."""


def run_text(shell: Shell, text: str) -> bool:
    """Whether the shell goes on after a text of statements and commands, in their order. Raises what the first raises that fails."""
    for piece in pieces(text):
        command = command_in(piece)
        if command is not None and not run_command(shell, command):
            return False
        if command is None and piece.strip():
            shell.run(piece)
    return True


def run_command(shell: Shell, text: str) -> bool:
    """Whether the shell goes on after the command in `text`.

    Raises UsageError where there is no such command, or its argument is wrong.
    """
    name, _, argument = text.strip().rstrip(";").partition(" ")
    if name == "\\pset":
        setting, _, argument = argument.strip().partition(" ")
        name = f"{name} {setting}".rstrip()
    name, typed = (".tables" if name == "\\d" and not argument.strip() else OTHER_NAMES.get(name, name)), name
    if name in {".quit", ".exit"}:
        return False
    if name not in _COMMANDS:
        raise _unknown(typed)
    _COMMANDS[name](shell, argument.strip())
    return True


def _unknown(name: str) -> UsageError:
    close = nearest(name, NAMED, 1)
    return UsageError(f"There is no {name}. " + (f"Did you mean {close[0]}?" if close else ".help lists what there is."))


def _help(_shell: Shell, argument: str) -> None:
    if argument:
        name = argument if argument.startswith(STARTS) else f".{argument}"
        if name not in NAMED:
            raise _unknown(name)
        command = NAMED[name]
        name = OTHER_NAMES.get(name, name)
        print(
            f"{name} {command.usage}{f', in psql {command.psql}' if command.psql else ''}",
            command.line,
            *command.more.splitlines(),
            sep="\n  ",
        )
        return
    for name, command in COMMANDS.items():
        print(f"  {f'{name} {command.usage}':<23} {command.psql:<11} {command.line}")
    print(_HELP)


def _tables(shell: Shell, _argument: str) -> None:
    shell.refresh()
    for name in [*shell.tables, *(".".join(name) for name in shell.session.catalog.names())]:
        print(name)


def _services(shell: Shell, _argument: str) -> None:
    for name, provider in shell.session.catalog.providers.items():
        for service in provider.services:
            print(f"{name}.{service}")


def _schema(shell: Shell, argument: str) -> None:
    """DESCRIBE of one name, or of all local tables in turn."""
    if argument:
        shell.show(f"DESCRIBE {argument}")
        return
    shell.refresh()
    for name in shell.tables:
        print(name)
        shell.show(f"DESCRIBE {'.'.join(quoted(part) for part in name.split('.'))}")


def _mode(shell: Shell, argument: str) -> None:
    wanted = format_named(argument) if argument else shell.mode
    if wanted.is_binary:
        raise UsageError(f"{wanted} cannot be shown; .once FILE.{wanted} writes the next rows so.")
    shell.mode = wanted
    if wanted is not Format.LINE:
        shell.unexpanded = wanted
    print(f"Rows are shown as {wanted}.")


def _expanded(shell: Shell, argument: str) -> None:
    is_on = _switched(".expanded", argument, was=shell.mode is Format.LINE)
    shell.mode = Format.LINE if is_on else shell.unexpanded
    print(f"Rows are shown as {shell.mode}.")


def _switched(name: str, argument: str, *, was: bool) -> bool:
    """Whether it is on from now on. Raises UsageError for what says neither."""
    if argument not in {"", "on", "off"}:
        raise UsageError(f"{name} takes on or off.")
    return argument == "on" if argument else not was


def _timing(shell: Shell, argument: str) -> None:
    shell.timing = _switched(".timing", argument, was=shell.timing)
    print(f"timing is {'on' if shell.timing else 'off'}", file=sys.stderr)


def _progress(shell: Shell, argument: str) -> None:
    shell.live.on = _switched(".progress", argument, was=shell.live.on)
    print(f"progress is {'on' if shell.live.on else 'off'}", file=sys.stderr)


def _width(shell: Shell, argument: str) -> None:
    if argument and not argument.isdecimal():
        raise UsageError(".width takes a number of columns, 0 for as many as a table needs; alone, tables are as wide as the terminal.")
    shell.width = int(argument) if argument else None
    said = {None: "as wide as the terminal", 0: "as wide as they need to be"}.get(shell.width, f"up to {shell.width} columns wide")
    print(f"Tables are {said}.")


def _pager(shell: Shell, argument: str) -> None:
    shell.pager.switch(argument)
    print(f"What does not fit the screen is shown by {shell.pager.used}." if shell.pager.used else "All is shown without a pager.")


def _watch(shell: Shell, argument: str) -> None:
    from rowcall.shell.watch import watch

    watch(shell, argument)


def _plot(shell: Shell, argument: str) -> None:
    if argument:
        raise UsageError(".plot takes nothing: it draws the last result.")
    from rowcall.shell.plot import plot_lines

    with shell.screen() as screen:
        screen.write(plot_lines(shell.result, shell.session.connection))


def _keys(shell: Shell, argument: str) -> None:
    if argument not in {"", "emacs", "vi"}:
        raise UsageError(".keys takes emacs or vi.")
    shell.vi = argument == "vi" if argument else shell.vi
    print(f"The keys are those of {'Vi' if shell.vi else 'Emacs'}.")


def _read(shell: Shell, argument: str) -> None:
    if not argument:
        raise UsageError(".read takes a file, as .read report.sql.")
    run_text(shell, read_statements(_path(argument)))


def _edit(shell: Shell, argument: str) -> None:
    if argument:
        raise UsageError(".edit takes nothing: it opens the last statement, or the one that it is typed within.")
    from rowcall.shell.editor import edited

    text = edited(shell.begun or (f"{shell.sent.sql};\n" if shell.sent.sql else ""))
    if text is None:
        print("Nothing was saved; nothing is run.")
        return
    shell.begun = ""
    print(text)
    run_text(shell, text)


def _path(argument: str) -> Path:
    """The file that was named, in quotes or without."""
    quoted_whole = len(argument) > 1 and argument[0] == argument[-1] and argument[0] in "'\""
    try:
        return Path(argument[1:-1] if quoted_whole else argument).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{argument}: there is no such user.") from error


def _output(shell: Shell, argument: str) -> None:
    if argument:
        path = _path(argument)
        print(f"Rows go to {path} as {shell.destination.begin(path, shell.mode)} until .output ends it.")
        return
    match shell.destination.end():
        case None:
            print("Rows are shown here.")
        case path, results:
            print(
                f"{path} is written. Rows are shown here." if results else f"{path} is not written, for want of rows. They are shown here."
            )


def _once(shell: Shell, argument: str) -> None:
    path = _path(argument) if argument else None
    to = shell.destination.once(path, shell.mode)
    print(f"The next rows go to {path} as {to}." if to else "No file waits for the next rows.")


def _requests(shell: Shell, argument: str) -> None:
    """What the last statement sent, in the current mode."""
    if argument:
        raise UsageError(".requests takes nothing; FROM rowcall_requests() has those of all statements, to be filtered.")
    from rowcall.engine.engine import Engine
    from rowcall.session.execute import table

    rows = [{"number": number, **_shown(exchange)} for number, exchange in enumerate(_sent(shell).exchanges, 1)]
    shell.print(table(_SENT, rows, Engine(shell.session.connection)))


def _shown(exchange: Exchange) -> dict[str, Any]:
    from rowcall.session.exchanges import as_row

    return {**as_row(exchange), "ms": round(exchange.elapsed_s * 1000, 1)}


def _sent(shell: Shell) -> Sent:
    """What the last statement sent. Raises UsageError where that is nothing."""
    if not shell.sent.exchanges:
        raise UsageError("The last statement sent no request." if shell.sent.started_at else "There was no statement yet.")
    return shell.sent


def _curl(shell: Shell, argument: str) -> None:
    from rowcall.shell.curl import curl_command

    sent = _sent(shell)
    most = len(sent.exchanges)
    if not argument and most > 1:
        raise UsageError(f"The last statement sent {most:,} requests; say which, as .curl 1. .requests lists them.")
    number = int(argument or 1) if not argument or argument.isdecimal() else 0
    if not 1 <= number <= most:
        raise UsageError(f".curl takes the number of a request, {'1' if most == 1 else f'from 1 to {most:,}'}. .requests lists them.")
    print(curl_command(shell.session, sent, number, provider_settings(shell.options.set)))


_COMMANDS: dict[str, Callable[[Shell, str], None]] = {
    ".help": _help,
    ".tables": _tables,
    ".services": _services,
    ".schema": _schema,
    ".mode": _mode,
    ".expanded": _expanded,
    ".width": _width,
    ".pager": _pager,
    ".timing": _timing,
    ".progress": _progress,
    ".keys": _keys,
    ".watch": _watch,
    ".plot": _plot,
    ".read": _read,
    ".edit": _edit,
    ".output": _output,
    ".once": _once,
    ".requests": _requests,
    ".curl": _curl,
}
