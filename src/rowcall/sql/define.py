"""CREATE VIEW and CREATE MACRO by their tokens: the name, the columns or parameters, and where each body stands.

It reads what a user writes and what DuckDB keeps of it in `duckdb_views()` alike. What does not fit is None, and DuckDB's to complain of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rowcall.errors import ParseError, Span
from rowcall.sql.statements import Reader
from rowcall.sql.tokens import Token, closing, depth_zero


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a macro."""

    name: str
    default: Span | None
    """Where its default value stands, None where it has none."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a view or macro stands for: a query, or an expression."""

    span: Span
    is_query: bool
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A view, with one body, or a macro, with a body for each of its forms."""

    text: str
    kind: str
    """`view` or `macro`."""
    name: tuple[str, ...]
    name_span: Span
    bodies: tuple[Body, ...]
    columns: tuple[str, ...] = ()
    """The names that `CREATE VIEW v(a, b)` gives to its first columns."""


def definition(text: str, tokens: Sequence[Token]) -> Definition | None:
    """What a CREATE VIEW or CREATE MACRO defines; None for any other statement, and for one that is not whole."""
    reader = Reader(text, [token for token in tokens if token.kind != "SEMICOLON"])
    if not reader.take("CREATE"):
        return None
    while reader.word() in _BETWEEN:
        reader.at += 1
    try:
        if reader.take("VIEW"):
            return _view(reader)
        if reader.take("MACRO") or reader.take("FUNCTION"):
            return _macro(reader)
    except ParseError:
        return None
    return None


_BETWEEN = frozenset({"OR", "REPLACE", "TEMP", "TEMPORARY", "LOCAL", "RECURSIVE"})


def _view(reader: Reader) -> Definition | None:
    reader.take("IF", "NOT", "EXISTS")
    name, span = reader.name("a view")
    items = _items(reader) if reader.kind() == "L_PAREN" else []
    columns = tuple(Reader(reader.text, item).name("a column")[0][0] for item in items)
    while reader.token is not None and reader.word() != "AS":  # options of DuckDB's
        reader.at += 1
    if not reader.take("AS") or reader.token is None:
        return None
    body = Body(Span(reader.token.start, reader.tokens[-1].end), is_query=True)
    return Definition(reader.text, "view", name, span, (body,), columns)


def _macro(reader: Reader) -> Definition | None:
    reader.take("IF", "NOT", "EXISTS")
    name, span = reader.name("a macro")
    bodies: list[Body] = []
    while reader.token is not None:
        if reader.kind() != "L_PAREN":
            return None
        parameters = tuple(_parameter(reader.text, item) for item in _items(reader))
        if not reader.take("AS"):
            return None
        is_query = reader.take("TABLE")
        end = _body_end(reader.tokens, reader.at, is_query=is_query)
        if end == reader.at:
            return None
        bodies.append(Body(Span(reader.tokens[reader.at].start, reader.tokens[end - 1].end), is_query, parameters))
        reader.at = end + 1  # past the comma before the next form
    return Definition(reader.text, "macro", name, span, tuple(bodies)) if bodies else None


def _items(reader: Reader) -> list[list[Token]]:
    """The tokens of each item of the list in brackets at the cursor, which is left after it. Raises ParseError where it does not end."""
    end = closing(reader.tokens, reader.at)
    if end is None:
        raise reader.error("This bracket does not close.")
    inner = reader.tokens[reader.at + 1 : end]
    reader.at = end + 1
    return listed(inner)


def listed(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens between the commas that stand outside brackets; nothing for no tokens."""
    commas = [index for index, token in depth_zero(tokens) if token.kind == "COMMA"]
    starts = [0, *(index + 1 for index in commas)]
    return [list(tokens[start:end]) for start, end in zip(starts, [*commas, len(tokens)], strict=True)] if tokens else []


def _parameter(text: str, tokens: Sequence[Token]) -> Parameter:
    reader = Reader(text, tokens)
    name = reader.name("a parameter")[0][0]
    mark = next((index for index, token in depth_zero(tokens) if token.kind in ASSIGNS), None)
    default = Span(tokens[mark + 1].start, tokens[-1].end) if mark is not None and mark + 1 < len(tokens) else None
    return Parameter(name, default)


ASSIGNS = frozenset({"COLON_EQ", "FARROW"})
"""Kinds of the tokens between a parameter's name and its value."""

_QUERY = frozenset({"SELECT", "FROM", "WITH", "VALUES"})


def _body_end(tokens: Sequence[Token], start: int, *, is_query: bool) -> int:
    """The index after a body: a comma ends it, unless it is one within a query that stands without brackets."""
    rest = list(depth_zero(tokens[start:]))
    if is_query and ((tokens[start : start + 1] and tokens[start].word == "TABLE") or any(token.word in _QUERY for _, token in rest)):
        return len(tokens)
    return next((start + index for index, token in rest if token.kind == "COMMA"), len(tokens))
