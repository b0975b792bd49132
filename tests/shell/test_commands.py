"""The records of the shell's own commands."""

from __future__ import annotations

import re
from pathlib import Path

from rowcall.shell.commands import COMMANDS

CLI = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_documentation_has_each_command_with_what_it_takes() -> None:
    """In the order of `.help`, and none besides."""
    rows = re.findall(r"^\| `(\.\w+ ?(?:[^`\\]|\\\|)*)` \| (?:`([^`]+)` )?\|", CLI.read_text(encoding="utf-8"), re.MULTILINE)

    expected = [(f"{name} {command.usage}".rstrip(), command.psql) for name, command in COMMANDS.items()]
    assert [(name.replace("\\|", "|"), psql) for name, psql in rows] == expected
