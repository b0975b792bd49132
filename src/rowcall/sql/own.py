"""rowcall's own table functions: which of them a statement reads."""

from __future__ import annotations

from collections.abc import Callable

from rowcall.errors import ParseError, Span
from rowcall.sql.tokens import Token, tokenize

FUNCTIONS = frozenset({"rowcall_journal", "rowcall_requests", "rowcall_warnings"})
_BEFORE = frozenset({"FROM", "JOIN", "LATERAL", ",", "CALL"})
"""What stands before a table function."""
_KEPT = frozenset({"VIEW", "MACRO", "FUNCTION"})


def own_tables(text: str, is_taken: Callable[[str], bool]) -> tuple[str, dict[str, str]]:
    """The text with each function that it calls as the name of a table, nothing moved; and these names, each with the function's own.

    The name is the function's, so that it can stand before a column, unless `is_taken` says that the database has a table of it.
    Raises ParseError for an argument, of which there are none, and for a view or macro, which would be there when the session is not.
    """
    if not any(name in text.casefold() for name in FUNCTIONS):
        return text, {}
    tokens = tokenize(text)
    found: dict[str, str] = {}
    for before, token, bracket, *more in zip(tokens, tokens[1:], tokens[2:], [*tokens[3:], None], strict=False):
        name = token.text.casefold()
        if name not in FUNCTIONS or token.kind == "STRING" or bracket.text != "(" or not {before.word, before.text} & _BEFORE:
            continue
        close = _closed(text, name, bracket, more[0])
        if tokens[0].word == "CREATE" and {token.word for token in tokens[1:5]} & _KEPT:
            message = f"{name}() is this session's, and what CREATE makes here stays in the database."
            raise ParseError(message, sql=text, span=Span(token.start, token.end), hint="Keep its rows: CREATE TABLE … AS SELECT …")
        table = f"__{name}" if is_taken(name) else name
        found[table] = name
        text = text[: token.start] + table.ljust(close - token.start) + text[close:]
        if before.word == "CALL":  # which takes functions only; a query may start with FROM
            text = f"{text[: before.start]}FROM{text[before.end :]}"
    return text, found


def _closed(text: str, name: str, bracket: Token, close: Token | None) -> int:
    """Where the brackets of a call end, which hold nothing."""
    if close is not None and close.text == ")":
        return close.end
    span = Span(close.start, close.end) if close is not None else Span(bracket.start, bracket.end)
    raise ParseError(f"{name}() takes no arguments.", sql=text, span=span, hint=f"Write {name}(), with WHERE after it.")
