"""How tests of this room have a statement read."""

from __future__ import annotations

from typing import Any

from rowcall.errors import Span
from rowcall.sql.bind import Names
from rowcall.sql.parse import parse
from rowcall.sql.statements import split

RUNS = "openai.assistants.runs"


def read(text: str, names: Names) -> Any:
    """What one statement is read as."""
    (statement,) = split(text)
    return parse(statement, names)


def cut(statement: Any, span: Span | None) -> str | None:
    """The text that a span marks; None for no span."""
    return None if span is None else statement.text[span.start : span.end]
