"""The page about errors beside the classes that it is about."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from rowcall import errors

PAGE = Path(__file__).parent.parent.parent / "docs" / "errors.md"


def test_every_error_and_warning_is_documented() -> None:
    """Each public error has a section, and a row with its cause and its cure, on the page, and each warning is described there."""
    text = PAGE.read_text("utf-8")
    raised = {
        name
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__ == errors.__name__ and not name.startswith("_")
    }
    warned = {name for name in raised if issubclass(getattr(errors, name), Warning)}

    sections = set(re.findall(r"^##+ (\w+)$", text, re.MULTILINE))
    cells = [line.strip("| ").split(" | ") for line in re.findall(r"^\| \[\w+\].*$", text, re.MULTILINE)]
    rows = {re.sub(r"\W.*", "", cell.removeprefix("[")) for cell, _, _, _ in cells}

    assert raised - warned - {"RowcallError"} == rows
    assert rows <= sections
    assert [name for name, cause, _, cure in cells if len(cause.split()) < 3 or len(cure.split()) < 3] == []
    assert [name for name in sorted(warned) if f"**{name}**" not in text] == []
