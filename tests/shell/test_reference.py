"""The page about commands and options that is made of their help."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rowcall.shell.commands import COMMANDS
from rowcall.shell.options import Parser, grammar
from rowcall.shell.reference import PAGE, reference, shared, write

ROOT = Path(__file__).parents[2]


def _all(of: Parser) -> list[Parser]:
    return [each for command in dict.fromkeys(of.commands().values()) for each in (command, *_all(command))]


EVERY = [pytest.param(command, id=command.prog) for command in _all(grammar())]


def test_the_page_in_the_repository_is_current() -> None:
    """`python -m rowcall.shell.reference` would change nothing."""
    assert (ROOT / PAGE).read_text("utf-8") == reference()


def test_the_page_is_written_below_a_root(tmp_path: Path) -> None:
    """Where the documentation of a checkout is."""
    (tmp_path / "docs").mkdir()

    assert write(tmp_path).read_text("utf-8") == reference()


@pytest.mark.parametrize("command", EVERY)
def test_every_command_is_on_the_page_with_each_of_its_options(command: Parser) -> None:
    """In its own section, or where that says that several commands have it; only what all have is told once."""
    (section,) = re.findall(rf"^##+ {command.prog}\n(.*?)(?=^##)", reference(), re.MULTILINE | re.DOTALL)
    linked = "".join(
        reference().partition(f"### {title.capitalize()}\n")[2].partition("\n#")[0] for title in shared() if f"](#{title})" in section
    )
    options = [option for actions in command.groups().values() for action in actions for option in action.option_strings]

    assert [option for option in options if f"`{option}" not in section + linked and option not in {"-h", "--help", "--debug"}] == []


@pytest.mark.parametrize("command", EVERY)
def test_options_that_several_commands_have_are_the_same_in_each(command: Parser) -> None:
    """So that it is enough to tell them once."""

    def told(actions: list) -> list:  # type: ignore[type-arg]
        return [(action.option_strings, action.help, action.metavar) for action in actions]

    assert {title: told(group) for title, group in shared().items() if title in command.groups()} == {
        title: told(group) for title, group in command.groups().items() if title in shared()
    }


@pytest.mark.parametrize("command", EVERY)
def test_every_argument_and_option_has_a_line_of_help(command: Parser) -> None:
    """The page and `--help` say what each is for."""
    assert [action for actions in command.groups().values() for action in actions if not action.help] == []


def test_every_command_of_the_shell_is_on_the_page_with_what_it_takes() -> None:
    """In the order of `.help`, and none besides."""
    rows = re.findall(r"^\| `(\.\w+ ?(?:[^`\\]|\\\|)*)` \| (?:`([^`]+)` )? ?\|", reference(), re.MULTILINE)

    expected = [(f"{name} {command.usage}".rstrip(), command.psql) for name, command in COMMANDS.items()]
    assert [(name.replace("\\|", "|"), psql) for name, psql in rows] == expected
