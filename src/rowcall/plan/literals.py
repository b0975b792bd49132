"""Long `IN` lists of literals, which sqlglot reads one by one as the expressions that they could be: most of what such a list costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import Token, TokenType, exp

from rowcall.errors import Span

if TYPE_CHECKING:
    from sqlglot.parser import Parser

LONG = 32
"""How many literals make a list long."""
MOST = 40
"""More literals than this are no nodes of the tree, which is walked again and again."""

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
    """The tree with the whole lists, as `parser` makes a node of each literal; those past `MOST` as `left_out` gives them."""
    for found in list(tree.find_all(exp.In)) if tree is not None and lists else ():
        first = found.expressions[0] if len(found.expressions) == 1 else None
        if isinstance(first, exp.Literal) and (literals := lists.get(first.meta.get("start", -1))) is not None:
            if len(literals) > MOST:
                found.append("expressions", exp.Var(this="…"))  # so that nobody takes the first literal for all of them
                found.meta[_LEFT_OUT] = _Literals(literals)
            else:
                found.set("expressions", [_node(literal, parser) for literal in literals])
    return tree


_LEFT_OUT = "rowcall_literals"


class _Literals(tuple[Token, ...]):
    """Literals that a copy of their list has too: sqlglot copies a tree to write it, and cannot copy its tokens when it is compiled."""

    __slots__ = ()

    def __deepcopy__(self, memo: dict[int, object]) -> _Literals:
        return self


def left_out(predicate: exp.Expr) -> Sequence[Token]:
    """All literals of a list of which the tree has only the first; none for any other."""
    found: Sequence[Token] = predicate.meta.get(_LEFT_OUT, ()) if isinstance(predicate, exp.In) else ()
    return found


def items(predicate: exp.In) -> Sequence[exp.Expr]:
    """The items of a list as nodes, those that the tree has not got too."""
    literals = left_out(predicate)
    made = (exp.Literal(this=literal.text, is_string=literal.token_type is TokenType.STRING) for literal in literals)
    return tuple(made) if literals else predicate.expressions


def alike(literals: Sequence[Token]) -> Span | None:
    """Where all literals but the first stand, if a query can be bound with them where it can without; None where that is not certain."""
    if all(literal.token_type is TokenType.STRING for literal in literals) or all(whole(literal.text) is not None for literal in literals):
        return Span(literals[0].end + 1, literals[-1].end + 1)
    return None


def value_of(literal: Token) -> str | int | None:
    """A text, or a whole number that DuckDB takes for one; None for any other number."""
    if literal.token_type is TokenType.STRING:
        return literal.text
    return whole(literal.text)


def whole(number: str) -> int | None:
    """A literal as a whole number where DuckDB takes it for one that 64 bits can hold, else None."""
    return int(number) if number.isascii() and number.isdigit() and len(number) <= _DIGITS else None


_DIGITS = 18
"""So many fit into 64 bits, whichever they are."""


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
