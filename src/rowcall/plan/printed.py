"""DuckDB's printing of a view's or macro's text, made again what people write and the planner knows.

DuckDB keeps a parse tree and prints it anew: `IN (SELECT …)` comes back as `= ANY(SELECT …)`, a list as `list_value(…)`, a row as
`"row"(…)`, and joins and lambdas in brackets. Each of these has one meaning, and is written the other way by edits at offsets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rowcall.plan.splice import Edit, splice
from rowcall.sql.define import listed
from rowcall.sql.tokens import Token, closing, depth_zero, tokenize

_QUERY = frozenset({"SELECT", "FROM", "WITH", "VALUES", "PIVOT", "UNPIVOT", "TABLE"})


def as_written(text: str) -> str:
    """A text that DuckDB printed, as people write it."""
    tokens = tokenize(text)
    edits: list[Edit] = []
    for index, token in enumerate(tokens[:-1]):
        if tokens[index + 1].kind == "L_PAREN" and (end := closing(tokens, index + 1)) is not None:
            edits += _called(tokens, index, end)
        if token.kind == "L_PAREN" and (end := closing(tokens, index)) is not None and _needless(tokens, index, end):
            edits += [Edit(token.start, token.end, ""), Edit(tokens[end].start, tokens[end].end, "")]
    return splice(text, edits)


def _called(tokens: Sequence[Token], index: int, end: int) -> Iterator[Edit]:
    """The edits for a name at `index` with a bracket after it that closes at `end`; DuckDB 1.5 writes `main.` before some."""
    name, opening = tokens[index], tokens[index + 1]
    prefixed = index > 1 and tokens[index - 1].kind == "DOT"
    first = index - 2 if prefixed else index
    if prefixed and tokens[first].word != "MAIN":
        return
    if index > 0 and tokens[index - 1].kind == "EQ" and name.word == "ANY" and tokens[index + 2].word in _QUERY:
        yield Edit(tokens[index - 1].start, name.end, "IN ")
    elif name.word == "LIST_VALUE":
        yield Edit(tokens[first].start, opening.end, "[")
        yield Edit(tokens[end].start, tokens[end].end, "]")
    elif name.kind == "IDENTIFIER" and name.text == "row" and len(listed(tokens[index + 2 : end])) > 1:
        yield Edit(tokens[first].start, name.end, "")


def _needless(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether what these brackets hold means the same without them: a lambda, or joins that begin what FROM reads and have no alias."""
    if tokens[start + 1].word == "LAMBDA":  # which sqlglot does not know in brackets
        return True
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
