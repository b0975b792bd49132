"""The page about each command, option and command of the shell, made of what `--help` and `.help` say.

`python -m rowcall.shell.reference` writes it to `docs/cli-reference.md`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from rowcall.shell.commands import COMMANDS
from rowcall.shell.options import Parser, grammar

PAGE = "docs/cli-reference.md"
_OPENING = """\
<!-- Made by `python -m rowcall.shell.reference` from src/rowcall/shell/options.py and commands.py; change it there. -->

# Command line reference

Every command with its options, and every command of the shell. How they are used, the formats and the exit codes are on the page
[Command line](cli.md). Each command takes `--help`, and `--debug`, which prints the trace of an error.
"""
_SHELL = """\
What begins with a point or a backslash is no statement. `.help` lists these commands, and says more of one.
"""
_NOT_RUN = {
    "rowcall sandbox": "it serves until it is interrupted",
    "rowcall provider": "the last one needs a folder of yours",
    "rowcall journal": "the id is another one each time",
    "rowcall config": "the second one needs a profile of yours",
}
"""Examples that cannot run anywhere as they stand, and why."""
_COMMON = {"--help", "--debug"}
_UNNAMED = {"positional arguments", "options", "commands", "actions"}
"""What argparse calls the groups that are a command's own."""


def reference() -> str:
    """The Markdown of the page."""
    commands = _below(grammar())
    listed = [(f"[`{command.prog}`](#{_anchor(command)})", _sentence(command.description)) for command in commands]
    return "\n".join(
        [
            _OPENING,
            _table("| Command | What it does |", listed),
            *(_command(command) for command in commands),
            "## Options of several commands\n",
            *(f"### {title.capitalize()}\n\n{_options(group)}" for title, group in shared().items()),
            f"## Commands of the shell\n\n{_SHELL}",
            _table("| Command | In psql | What it does |", list(_shell_commands())),
        ]
    )


def shared() -> dict[str, list[argparse.Action]]:
    """The groups of options that several commands have, by their titles."""
    found: dict[str, list[argparse.Action]] = {}
    for command in _all(grammar()):
        found |= {title: group for title, group in command.groups().items() if title not in _UNNAMED}
    return found


def _below(command: Parser) -> list[Parser]:
    """The commands below it, each once."""
    return list(dict.fromkeys(command.commands().values()))


def _all(of: Parser) -> Iterator[Parser]:
    for command in _below(of):
        yield command
        yield from _all(command)


def write(root: Path) -> Path:
    """The page of the checkout at `root`, written."""
    page = root / PAGE
    page.write_text(reference(), encoding="utf-8")
    return page


def _command(command: Parser, level: str = "##") -> str:
    groups = command.groups()
    own = [action for title, actions in groups.items() if title in _UNNAMED for action in actions]
    named = [action for action in own if not _COMMON & set(action.option_strings)]
    others = [f"[{title}](#{title})" for title in groups if title not in _UNNAMED]
    takes = ["[OPTION …]"] if others or any(action.option_strings for action in named) else []
    below = _below(command)
    usage = " ".join([command.prog, *takes, *_arguments(named), *(["ACTION"] if below else [])])
    parts = [
        f"{level} {command.prog}\n\n{_sentence(command.description)}{_also(command)}\n",
        f"```text\n{usage}\n```\n",
        _options(named) if named else "",
        f"And the options of {_and(others)}.\n" if others else "",
        *_epilog(command.epilog or "", _NOT_RUN.get(command.prog, "")),
        *(_command(action, level="###") for action in below),
    ]
    return "\n".join(filter(None, parts))


def _anchor(command: Parser) -> str:
    return command.prog.replace(" ", "-")


def _also(command: Parser) -> str:
    return f" It is also called {_and([f'`{alias}`' for alias in command.aliases])}." if command.aliases else ""


def _arguments(actions: Sequence[argparse.Action]) -> Iterator[str]:
    for action in actions:
        if not action.option_strings:
            yield f"[{action.metavar}]" if action.nargs == "?" else str(action.metavar)


def _options(actions: Sequence[argparse.Action]) -> str:
    return _table(
        "| Option | What it does |", [(_spelt(action), _sentence(action.help)) for action in actions if action.help != argparse.SUPPRESS]
    )


def _spelt(action: argparse.Action) -> str:
    """An option in each of its spellings with what it takes, or an argument."""
    value = action.metavar or "|".join(map(str, action.choices or ())) if action.nargs != 0 else ""
    return ", ".join(f"`{option} {value}`".replace(" `", "`") for option in action.option_strings) or f"`{value}`"


def _sentence(text: str | None) -> str:
    """A line of the help as a sentence: what begins with a small letter there has no period either."""
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _epilog(text: str, not_run: str) -> Iterator[str]:
    """The examples at the end of a help as a block, which tests run unless it says why not, and what is said after them."""
    examples, _, rest = text.removeprefix("examples:\n").partition("\n\n")
    if examples:
        lines = "\n".join(line.removeprefix("  ") for line in examples.splitlines())
        mark = f"<!-- not run: {not_run} -->\n" if not_run else ""
        yield f"{mark}```sh\n{lines}\n```\n"
    if rest:
        yield "\n".join(f"{_sentence(line)}\n" for line in rest.splitlines())


def _shell_commands() -> Iterator[tuple[str, str, str]]:
    for name, command in COMMANDS.items():
        more = " ".join(command.more.splitlines())
        psql = f"`{command.psql}`" if command.psql else ""
        yield f"`{f'{name} {command.usage}'.rstrip()}`", psql, f"{_sentence(command.line)} {more}".rstrip()


def _and(words: Sequence[str]) -> str:
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def _table(head: str, rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join([head, "|---" * (head.count("|") - 1) + "|", *lines, ""])


if __name__ == "__main__":
    print(write(Path(__file__).resolve().parents[3]))
