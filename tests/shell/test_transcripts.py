"""What the documentation shows of the shell, typed in a real terminal on the sandbox."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")

DOCS = Path(__file__).parents[2] / "docs"
PROMPT = "rowcall> "


def transcripts() -> Iterator[Any]:
    """The blocks that show a prompt, with the document and line."""
    for document in sorted(DOCS.rglob("*.md")):
        text = document.read_text("utf-8")
        for block in re.finditer(r"^```[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            if block[1].startswith(PROMPT):
                yield pytest.param(block[1], id=f"{document.name}:{text.count(chr(10), 0, block.start()) + 2}")


@pytest.mark.parametrize("transcript", [*transcripts()])
def test_a_reader_who_types_it_sees_what_it_shows(transcript: str, terminal: Callable[..., Any]) -> None:
    """Each line that is shown comes in its turn; what is shown of no line fails in none."""
    shell = terminal("shell", "--sandbox", columns=80)
    shell.wait_for_rest("rowcall>")

    for typed, _, shown in (entry.partition("\n") for entry in transcript.split(PROMPT)[1:]):
        printed = shell.told(typed)

        assert "error" not in printed
        lines = iter(printed.splitlines())
        assert [line for line in shown.splitlines() if not any(is_like(line, other) for other in lines)] == []


def is_like(shown: str, printed: str) -> bool:
    """Whether a line is what is shown, where `…` may be anything."""
    return re.fullmatch(".*".join(map(re.escape, shown.rstrip().split("…"))), printed.rstrip()) is not None
