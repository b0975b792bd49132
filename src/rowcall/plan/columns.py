"""Names for result columns whose expression mentions a resource.

DuckDB calls a column without an alias by its expression, and would show what the reference was replaced by. So such a column is given
the user's own text as its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlglot import exp

from rowcall.errors import Span
from rowcall.manifest.types import quoted
from rowcall.plan.splice import Edit
from rowcall.plan.walk import find_all
from rowcall.sql.tokens import CLOSING, OPENING, Token

_LAST = frozenset(
    {"FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY", "ORDER", "LIMIT", "OFFSET", "UNION", "INTERSECT", "EXCEPT", "USING"}
)
"""Words that end a list of result columns."""
_QUERY = frozenset({"SELECT", "FROM", "WITH"})
"""Words that a query in brackets begins with."""


class Placed(Protocol):
    """What stands in an expression and is written in another way: a reference, a view, or the call of a macro."""

    @property
    def table(self) -> exp.Expr:
        """It, in the tree."""

    @property
    def span(self) -> Span:
        """Where it stands in the text."""


def name_edits(references: Sequence[Placed], tree: exp.Expr, text: str, tokens: Sequence[Token]) -> list[Edit]:
    """Edits that name the result columns without an alias that a reference stands in."""
    found: dict[int, Edit] = {}
    depths: list[int] = []
    for select in find_all(tree, exp.Select):
        for item in select.expressions:
            if isinstance(item, (exp.Alias, exp.Aliases, exp.Star, exp.Column)):
                continue
            inner = [reference for reference in references if _above(reference.table, item)]
            if inner:
                depths = depths or _depths(tokens)
                start, end = _item(_selects(inner[0].table, item), _index(inner[0], tokens), tokens, depths)
                own = text[tokens[start].start : tokens[end].end]
                found[end] = Edit(tokens[end].end, tokens[end].end, f" AS {quoted(own)}")
    return list(found.values())


def _depths(tokens: Sequence[Token]) -> list[int]:
    """How many brackets are open at each token; a bracket counts as outside itself."""
    depths, depth = [], 0
    for token in tokens:
        depth -= token.kind in CLOSING
        depths.append(depth)
        depth += token.kind in OPENING
    return depths


def _above(node: exp.Expr, item: exp.Expr) -> bool:
    return node is item or any(ancestor is item for ancestor in _ancestors(node))


def _ancestors(node: exp.Expr) -> Iterator[exp.Expr]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _selects(node: exp.Expr, item: exp.Expr) -> int:
    """How many queries with brackets around them, in which they come first, stand around a table, up to the item."""
    count = 0
    for ancestor in _ancestors(node) if node is not item else ():
        is_whole = isinstance(ancestor, (exp.Select, exp.SetOperation)) and not isinstance(ancestor.parent, exp.SetOperation)
        count += is_whole and not _begins_with_bracket(ancestor)
        if ancestor is item:
            break
    return count


def _begins_with_bracket(query: exp.Expr) -> bool:
    """Whether the first side of a UNION or its like stands in brackets of its own."""
    while isinstance(query, exp.SetOperation):
        query = query.this
    return isinstance(query, exp.Subquery)


def _index(reference: Placed, tokens: Sequence[Token]) -> int:
    return next(i for i, token in enumerate(tokens) if token.start == reference.span.start)


def _item(inner: int, at: int, tokens: Sequence[Token], depths: Sequence[int]) -> tuple[int, int]:
    """The first and last token of the item that holds the token `at`, with `inner` queries in brackets between them."""
    level, start, left = depths[at], at, inner
    while start > 0:
        start -= 1
        if depths[start] < level:  # the bracket that opens here is left
            level = depths[start]
            left -= tokens[start + 1].word in _QUERY
        elif left == 0 and depths[start] == level and (tokens[start].kind == "COMMA" or tokens[start].word == "SELECT"):
            break
    first = start + 1
    if tokens[start].word == "SELECT" and tokens[first].word in {"DISTINCT", "ALL"}:
        first += 1
    end = at
    while end + 1 < len(tokens) and not _ends(tokens[end + 1], depths[end + 1], level):
        end += 1
    return first, end


def _ends(token: Token, depth: int, level: int) -> bool:
    return depth < level or (depth == level and (token.kind == "COMMA" or token.word.split(" ")[0] in _LAST))
