"""DuckDB's printing of a view's or macro's text, made again what people write and the planner knows.

DuckDB keeps a parse tree and prints it anew: `IN (SELECT …)` comes back as `= ANY(SELECT …)`, a list as `list_value(…)`, a row as
`"row"(…)`, and joins in brackets. Each of these has one meaning, and is written the other way by edits at offsets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rowcall.plan.splice import Edit
from rowcall.sql.define import listed
from rowcall.sql.tokens import Token, closing, depth_zero

_QUERY = frozenset({"SELECT", "FROM", "WITH", "VALUES", "PIVOT", "UNPIVOT", "TABLE"})


def as_written(tokens: Sequence[Token]) -> list[Edit]:
    """The edits of a text that DuckDB printed."""
    edits: list[Edit] = []
    for index, token in enumerate(tokens[:-1]):
        if tokens[index + 1].kind == "L_PAREN" and (end := closing(tokens, index + 1)) is not None:
            edits += _called(tokens, index, end)
        if token.kind == "L_PAREN" and (end := closing(tokens, index)) is not None and _joins(tokens, index, end):
            edits += [Edit(token.start, token.end, ""), Edit(tokens[end].start, tokens[end].end, "")]
    return edits


def _called(tokens: Sequence[Token], index: int, end: int) -> Iterator[Edit]:
    """The edits for a name at `index` with a bracket after it that closes at `end`."""
    name, opening = tokens[index], tokens[index + 1]
    compares = index > 0 and tokens[index - 1].kind == "EQ"
    if compares and name.word == "ANY" and tokens[index + 2].word in _QUERY:
        yield Edit(tokens[index - 1].start, name.end, "IN ")
    elif name.word == "LIST_VALUE":
        yield Edit(name.start, opening.end, "[")
        yield Edit(tokens[end].start, tokens[end].end, "]")
    elif name.kind == "IDENTIFIER" and name.text == "row" and len(listed(tokens[index + 2 : end])) > 1:
        yield Edit(name.start, name.end, "")


def _joins(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether these brackets hold joins that mean the same without them: they begin what FROM reads, and have no alias."""
    before = start - 1
    while before >= 0 and tokens[before].kind == "L_PAREN":
        before -= 1
    begins = before >= 0 and (tokens[before].word == "FROM" or tokens[before].kind == "COMMA")
    aliased = end + 1 < len(tokens) and tokens[end + 1].word == "AS"
    inner = tokens[start + 1 : end]
    return (
        begins
        and not aliased
        and inner[:1] != []
        and inner[0].word not in _QUERY
        and any(token.word == "JOIN" for _, token in depth_zero(inner))
    )
