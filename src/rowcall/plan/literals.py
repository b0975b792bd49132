"""Long `IN` lists of literals, which sqlglot reads one by one as the expressions that they could be: most of what such a list costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import Token, TokenType, exp

if TYPE_CHECKING:
    from sqlglot.parser import Parser

LONG = 32
"""How many literals make a list long."""

Lists = dict[int, list[Token]]
"""The literals of each list, by where its first one starts in the text."""


def shortened(tokens: Sequence[Token]) -> tuple[list[Token], Lists]:
    """The tokens with the first literal alone of each long list of texts or numbers, and the lists."""
    kept: list[Token] = []
    lists: Lists = {}
    done = 0
    for index, token in enumerate(tokens):
        if index < done or token.token_type is not TokenType.L_PAREN or not index or tokens[index - 1].token_type is not TokenType.IN:
            continue
        found = _literals(tokens, index + 1)
        if len(found) >= LONG:
            lists[found[0].start] = found
            kept += tokens[done : index + 2]
            done = index + 2 * len(found)
    return [*kept, *tokens[done:]], lists


def lengthened(tree: exp.Expr | None, lists: Lists, parser: Parser) -> exp.Expr | None:
    """The tree with the whole lists, as `parser` makes a node of each literal."""
    for found in list(tree.find_all(exp.In)) if tree is not None and lists else ():
        first = found.expressions[0] if len(found.expressions) == 1 else None
        if isinstance(first, exp.Literal) and (literals := lists.get(first.meta.get("start", -1))) is not None:
            found.set("expressions", [_node(literal, parser) for literal in literals])
    return tree


def _node(literal: Token, parser: Parser) -> exp.Expr:
    made: exp.Expr = parser.PRIMARY_PARSERS[literal.token_type](parser, literal)  # type: ignore[no-untyped-call]
    return made


def _literals(tokens: Sequence[Token], index: int) -> list[Token]:
    """The literals of a list that has nothing else, from its first one on; none where it has."""
    found: list[Token] = []
    while index + 1 < len(tokens) and tokens[index].token_type in {TokenType.STRING, TokenType.NUMBER} and not tokens[index].comments:
        found.append(tokens[index])
        after = tokens[index + 1].token_type
        if after is TokenType.R_PAREN:
            return found
        if after is not TokenType.COMMA:
            break
        index += 2
    return []
