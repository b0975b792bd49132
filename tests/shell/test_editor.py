"""A statement in an editor: one that a test writes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rowcall.errors import UsageError
from rowcall.shell.editor import edited

Editor = Callable[[str], None]


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Editor:
    """Makes an editor of a piece of Python, in which `path` is the file."""
    monkeypatch.delenv("VISUAL", raising=False)

    def editor(code: str) -> None:
        script = tmp_path / "an editor.py"
        script.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[-1])\n{code}\n")
        monkeypatch.setenv("EDITOR", f"'{sys.executable}' '{script}' --wait")

    return editor


def test_what_was_saved_comes_back(editor: Editor, tmp_path: Path) -> None:
    """Of the text that was given, in a file that nobody else can read, which is gone afterwards."""
    editor(f"""
pathlib.Path({str(tmp_path / "seen")!r}).write_text(f"{{path}} {{path.parent.stat().st_mode & 0o777:o}}")
path.write_text(path.read_text().replace("one", "two") + "\\n")""")

    assert edited("SELECT 'one';\n") == "SELECT 'two';"

    path, mode = (tmp_path / "seen").read_text().split()
    assert path.endswith(".sql")
    assert not Path(path).exists()
    assert mode == "700" or os.name == "nt"


@pytest.mark.parametrize("code", ["pass", "path.write_text(' \\n')"], ids=["not saved", "emptied"])
def test_nothing_is_nothing(editor: Editor, code: str) -> None:
    """Where nothing was saved the statement is not run once more."""
    editor(code)

    assert edited("DELETE FROM t;") is None


def test_saving_it_as_it_was_is_saving(editor: Editor) -> None:
    """It is run again."""
    editor("path.write_text(path.read_text())")

    assert edited("SELECT 1;") == "SELECT 1;"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("path.write_text('SELECT 1'); sys.exit(3)", "ended with code 3; nothing is run"),
        ("path.unlink()", "saved cannot be read: No such file"),
        ("path.write_bytes(bytes([255]))", "saved cannot be read: it is not UTF-8 text"),
    ],
    ids=["code", "removed", "no text"],
)
def test_an_editor_that_fails_has_nothing_run(editor: Editor, code: str, message: str) -> None:
    """What it left may not be what was meant."""
    editor(code)

    with pytest.raises(UsageError, match=message):
        edited("SELECT 1;")


@pytest.mark.parametrize("command", ["no-such-editor", "'open"])
def test_an_editor_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """With where it is named."""
    monkeypatch.setenv("VISUAL", command)

    with pytest.raises(UsageError, match=rf"Cannot start the editor {command}: .*\. Say which in the variable EDITOR"):
        edited("SELECT 1;")
