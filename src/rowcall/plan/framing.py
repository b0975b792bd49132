"""The tokens of a statement as sqlglot can read it, where it cannot as it stands, though it means the same to DuckDB.

PIVOT and UNPIVOT it reads in brackets alone before ORDER BY or LIMIT, and after CREATE … AS and INSERT INTO. Of `apply` and `reduce` it has
others than those of lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import Token, TokenType

_PIVOTS = frozenset({TokenType.PIVOT, TokenType.UNPIVOT})
_BEHIND = frozenset({TokenType.ORDER_BY, TokenType.LIMIT, TokenType.OFFSET})
_BEFORE = frozenset({TokenType.WITH, TokenType.CREATE, TokenType.INSERT})
_QUERIES = frozenset({TokenType.SELECT, TokenType.FROM, TokenType.VALUES, TokenType.TABLE, *_PIVOTS})
_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE})


_OF_LISTS = frozenset({"apply", "reduce"})


def framed(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, with `FROM (…)` around each such PIVOT, and `list_` before the names of such functions."""
    found = [_of_list(token) if _takes_lambda(tokens, at) else token for at, token in enumerate(tokens)]
    for start, stop in reversed(list(_statements(tokens)) if any(token.token_type in _PIVOTS for token in tokens) else []):
        found.insert(stop, _made(TokenType.R_PAREN, ")", tokens[stop - 1]))
        found[start:start] = [_made(TokenType.FROM, "FROM", tokens[start]), _made(TokenType.L_PAREN, "(", tokens[start])]
    return found


def _of_list(token: Token) -> Token:
    return Token(TokenType.VAR, f"list_{token.text}", token.line, token.col, token.start, token.end)


def _takes_lambda(tokens: Sequence[Token], at: int) -> bool:
    """Whether one of these functions is called at a place, with a lambda."""
    if tokens[at].text.casefold() not in _OF_LISTS or at + 1 == len(tokens) or tokens[at + 1].token_type is not TokenType.L_PAREN:
        return False
    depth = 0
    for token in tokens[at + 1 :]:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if depth == 0:
            return False
        if depth == 1 and (token.token_type is TokenType.ARROW or token.text.casefold() == "lambda"):
            return True
    return False


def _made(kind: TokenType, text: str, beside: Token) -> Token:
    """A token that the text has not, at the place of one that it has."""
    return Token(kind, text, beside.line, beside.col, beside.start, beside.end)


def _statements(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The stretches of tokens that are a PIVOT which needs brackets, those that begin first before others."""
    for start, token in enumerate(tokens):
        first = _begins(tokens, start) if token.token_type in _PIVOTS else None
        if first is None:
            continue
        stop, is_cut = _ends(tokens, start)
        if is_cut or first in {TokenType.CREATE, TokenType.INSERT}:
            yield start, stop


def _begins(tokens: Sequence[Token], at: int) -> TokenType | None:
    """How what is in the same brackets begins, where the PIVOT at a place is the first query in it; else None, as behind a table."""
    depth, first = 0, tokens[at].token_type
    for token in reversed(tokens[:at]):
        kind = token.token_type
        depth += (kind in _CLOSING) - (kind in _OPENING)
        if depth < 0:
            break
        if depth == 0 and kind in _QUERIES and not (kind is TokenType.TABLE and tokens[0].token_type is TokenType.CREATE):
            return None
        first = kind if depth == 0 else first
    return first if first in _BEFORE | _PIVOTS else None


def _ends(tokens: Sequence[Token], start: int) -> tuple[int, bool]:
    """Where a PIVOT ends, and whether ORDER BY or LIMIT follows."""
    depth = 0
    for index in range(start, len(tokens)):
        kind = tokens[index].token_type
        depth += (kind in _OPENING) - (kind in _CLOSING)
        if depth < 0 or kind is TokenType.SEMICOLON:
            return index, False
        if depth == 0 and kind in _BEHIND:
            return index, True
    return len(tokens), False
