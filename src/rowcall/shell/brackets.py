"""Which brackets of a text are open still, so that a line is known to be one of several."""

from __future__ import annotations

from rowcall.sql.tokens import outside

_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}


def open_brackets(text: str) -> str:
    """The brackets that are open at the end of `text`, outside strings, quoted names and comments, the innermost last.

    One that closes what is not open counts for nothing, so that the statement runs and DuckDB says what is wrong.
    """
    found: list[str] = []
    for at in outside(text, "()[]{}"):
        if text[at] in _CLOSED_BY:
            found.append(text[at])
        elif found and text[at] == _CLOSED_BY[found[-1]]:
            found.pop()
    return "".join(found)
