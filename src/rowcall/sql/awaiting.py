"""The end of a write that says what to wait for: AWAIT, or UNTIL with a condition, and TIMEOUT.

It is taken off before the rest is read, so that the rest knows nothing of it. `AWAIT` and `UNTIL` are no words of SQL: where a name
could stand and the clause could not, as after AS, a point or an operator, they are names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rowcall.errors import ParseError, Span
from rowcall.sql.grammar import form
from rowcall.sql.tokens import CLOSING, Token, depth_zero

_AT_THE_END = f"The form is: {form('wait')}, at the very end."
_HINTS = re.compile(r"\s*\w+((?:\s*/\*\+.*?\*/)+)", re.DOTALL)
_AWAIT = re.compile(r"\bAWAIT\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Await:
    """What a statement waits for, after it was sent."""

    span: Span
    """Of the word that says so."""
    until: Span | None = None
    """The condition; None where it waits for any end."""
    timeout: Span | None = None
    """How long at the most, an expression that is an interval."""
    is_hint: bool = False
    """Whether it is StackQL's hint, which no statement has to heed."""


def clause_start(tokens: Sequence[Token]) -> int | None:
    """The index of the token with which the clause begins; None where there is no clause."""
    found = [index for index, token in _words(tokens) if token.word in {"AWAIT", "UNTIL"}]
    if not found:
        return None
    *_, last = found
    return last - 1 if tokens[last].word == "UNTIL" and last - 1 in found else last


def clause(text: str, tokens: Sequence[Token]) -> Await:
    """The clause that `tokens`, the end of `text`, are. Raises ParseError."""
    both = len(tokens) > 1 and tokens[0].word == "AWAIT" and tokens[1].word == "UNTIL"
    first = tokens[0]
    rest = tokens[1 + both :]
    timeouts = [index for index, token in _words(tokens[both:]) if token.word == "TIMEOUT"]
    end = timeouts[-1] - 1 if timeouts else len(rest)
    for _, token in depth_zero(rest):
        if token.word == "RETURNING":
            raise ParseError(f"RETURNING stands before {first.word}.", sql=text, span=token.span, hint=_AT_THE_END)
    until = None
    if both or first.word == "UNTIL":
        until = _stretch(rest[:end], "A condition", "UNTIL", text, tokens[both])
    elif end:
        hint = f"{_AT_THE_END} A name of yours that is AWAIT stands in quotes."
        raise ParseError("The statement should end after AWAIT.", sql=text, span=rest[0].span, hint=hint)
    timeout = _stretch(rest[end + 1 :], "An interval", "TIMEOUT", text, rest[end]) if timeouts else None
    return Await(first.span, until, timeout)


def hinted(text: str) -> Await | None:
    """What the hints of StackQL right after the first word say: `/*+ AWAIT */` is AWAIT, any other means nothing here."""
    hints = _HINTS.match(text)
    word = _AWAIT.search(text, hints.start(1), hints.end(1)) if hints is not None else None
    return Await(Span(word.start(), word.end()), is_hint=True) if word is not None else None


def _stretch(tokens: Sequence[Token], what: str, word: str, text: str, before: Token) -> Span:
    if not tokens:
        raise ParseError(f"{what} is expected after {word}.", sql=text, span=before.span, hint=_AT_THE_END)
    return Span(tokens[0].start, tokens[-1].end)


def _words(tokens: Sequence[Token]) -> list[tuple[int, Token]]:
    """The words outside brackets that stand where an expression has ended, so that they are no names in it."""
    return [(index, token) for index, token in depth_zero(tokens) if token.word and index and _ends(tokens[:index])]


def _ends(tokens: Sequence[Token]) -> bool:
    """Whether an expression, or a list of them, may end with the last of these."""
    last = tokens[-1]
    if last.kind == "STAR":
        return len(tokens) > 1 and (tokens[-2].word == "RETURNING" or tokens[-2].kind in {"COMMA", "DOT"})
    if last.kind in CLOSING or not last.word:
        return True
    return last.text[0].isidentifier() and last.word not in _BEFORE_A_NAME


_BEFORE_A_NAME = frozenset(
    "ALL AND AS BETWEEN BY CASE COLLATE DISTINCT ELSE ESCAPE EXCEPT FILTER FROM GLOB HAVING ILIKE IN INTERSECT INTO IS JOIN LIKE LIMIT NOT"
    " OFFSET ON OR QUALIFY RETURNING SELECT SET THEN TIMEOUT TO UNION UNTIL UPDATE USING WHEN WHERE WITH".split()
)
"""Words that something follows which may be called anything."""
