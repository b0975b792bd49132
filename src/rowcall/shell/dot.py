"""The shell's own commands, which start with a dot and are not SQL."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rowcall.errors import UsageError, nearest
from rowcall.manifest.types import quoted
from rowcall.shell.complete import DOT_COMMANDS
from rowcall.shell.formats import format_named
from rowcall.shell.query import read_statements

if TYPE_CHECKING:
    from rowcall.shell.repl import Shell

_HELP = """
Everything else is SQL and ends with a semicolon. To begin:
  SHOW PROVIDERS;
  SHOW RESOURCES IN openai.assistants;
  DESCRIBE openai.assistants.runs;
  SHOW METHODS IN openai.assistants.runs;
  EXPLAIN SELECT …;            what would be sent, without sending it

Tab completes · Ctrl-C gives up a statement · Ctrl-R searches the history · Ctrl-D leaves."""


def run_command(shell: Shell, text: str) -> bool:
    """Whether the shell goes on after the command in `text`.

    Raises UsageError where there is no such command, or its argument is wrong.
    """
    name, _, argument = text.strip().rstrip(";").partition(" ")
    if name in {".quit", ".exit"}:
        return False
    if name not in _COMMANDS:
        close = nearest(name, DOT_COMMANDS, 1)
        raise UsageError(f"There is no {name}. " + (f"Did you mean {close[0]}?" if close else ".help lists what there is."))
    _COMMANDS[name](shell, argument.strip())
    return True


def _help(_shell: Shell, _argument: str) -> None:
    usage = {".schema": " [NAME]", ".mode": " [FORMAT]", ".timing": " [on|off]", ".read": " FILE"}
    for name, line in DOT_COMMANDS.items():
        print(f"  {name + usage.get(name, ''):<18} {line}")
    print(_HELP)


def _tables(shell: Shell, _argument: str) -> None:
    shell.refresh()
    for name in [*shell.tables, *(ref.full_name for ref in shell.session.catalog.resources())]:
        print(name)


def _schema(shell: Shell, argument: str) -> None:
    """DESCRIBE of one name, or of all local tables in turn."""
    if argument:
        shell.run_one(f"DESCRIBE {argument}")
        return
    shell.refresh()
    for name in shell.tables:
        print(name)
        shell.run_one(f"DESCRIBE {'.'.join(quoted(part) for part in name.split('.'))}")


def _mode(shell: Shell, argument: str) -> None:
    wanted = format_named(argument) if argument else shell.mode
    if wanted.is_binary:
        raise UsageError(f"{wanted} cannot be shown; write it with rowcall query -o {wanted} -f FILE.")
    shell.mode = wanted
    print(f"Rows are shown as {wanted}.")


def _timing(shell: Shell, argument: str) -> None:
    if argument not in {"", "on", "off"}:
        raise UsageError(".timing takes on or off.")
    shell.timing = argument == "on" if argument else not shell.timing
    print(f"timing is {'on' if shell.timing else 'off'}", file=sys.stderr)


def _read(shell: Shell, argument: str) -> None:
    if not argument:
        raise UsageError(".read takes a file, as .read report.sql.")
    shell.run(read_statements(Path(argument).expanduser()))


_COMMANDS: dict[str, Callable[[Shell, str], None]] = {
    ".help": _help,
    ".tables": _tables,
    ".schema": _schema,
    ".mode": _mode,
    ".timing": _timing,
    ".read": _read,
}
