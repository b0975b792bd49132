"""rowcall's own table functions: which of them a statement reads."""

from __future__ import annotations

from rowcall.errors import ParseError, Span
from rowcall.sql.tokens import tokenize

FUNCTIONS = frozenset({"rowcall_requests", "rowcall_warnings"})
_KEPT = frozenset({"VIEW", "MACRO", "FUNCTION"})


def own_tables(text: str) -> tuple[str, dict[str, str]]:
    """The text with each function that it calls as the name of a table, nothing moved; and these names, each with the function's own.

    Raises ParseError for an argument, of which there are none.
    """
    if not any(name in text.casefold() for name in FUNCTIONS):
        return text, {}
    tokens = tokenize(text)
    found: dict[str, str] = {}
    for index, token in enumerate(tokens):
        name = token.text.casefold()
        if name not in FUNCTIONS or token.kind == "STRING" or (index and tokens[index - 1].text == "."):
            continue
        if tokens[0].word == "CREATE" and {token.word for token in tokens[1:5]} & _KEPT:
            message = f"{name}() is this session's, and what CREATE makes here stays in the database."
            raise ParseError(message, sql=text, span=Span(token.start, token.end), hint="Keep its rows: CREATE TABLE … AS SELECT …")
        found[token.text] = name
        bracket, *more = [*tokens[index + 1 : index + 3], None][:2]
        if bracket is None or bracket.text != "(":
            continue
        close = more[0] if more else None
        if close is None or close.text != ")":
            span = Span(close.start, close.end) if close is not None else Span(bracket.start, bracket.end)
            raise ParseError(f"{name}() takes no arguments.", sql=text, span=span, hint=f"Write {name}(), with WHERE after it.")
        text = text[: bracket.start] + " " * (close.end - bracket.start) + text[close.end :]
    return text, found
