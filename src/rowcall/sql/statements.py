"""One statement at a time, recognised by its tokens: what kind it is, and where its parts stand in the text.

A small recursive descent, in place of a subclass of sqlglot's parser (which breaks as soon as its compiled build is installed).
Expressions are not read here: they stay spans of text, for DuckDB to evaluate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rowcall.errors import ParseError, Span
from rowcall.sql.tokens import Token, open_at, outside, spaced, tokenize, unterminated, without_comments


@dataclass(frozen=True)
class Statement:
    """The text of one statement, without its semicolon, and where it stood in the whole."""

    text: str
    """Every `?` has become `$1`, `$2`, … by now."""
    start: int
    positional: int = 0
    """How many `?` it had."""

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its tokens; offsets are within `text`."""
        return tokenize(self.text)


def split(text: str) -> list[Statement]:
    """The statements of `text`, empty ones left out. Raises ParseError for a string or comment that does not end."""
    left_open = open_at(text)
    if left_open is not None:
        raise unterminated(text, *left_open)
    text = spaced(text)
    bare = without_comments(text)
    statements, start = [], 0
    for end in [*outside(text, ";"), len(text)]:
        if own := bare[start:end].strip():
            first = start + bare[start:end].index(own)
            statements.append(_statement(text[first : first + len(own)], first))
        start = end + 1
    return statements


def _statement(text: str, start: int) -> Statement:
    marks = [mark for mark in outside(text, "?") if not text[mark + 1 : mark + 2].isdigit()]
    text = _dollars(text)
    pieces, done = [], 0
    for number, mark in enumerate(marks, 1):
        after = text[mark + 1 : mark + 2]
        pieces.append(f"{text[done:mark]}${number}{' ' if after and not after.isspace() else ''}")
        done = mark + 1
    return Statement("".join(pieces) + text[done:], start, len(marks))


def _dollars(text: str) -> str:
    """`text` with every `?1` as `$1`, which is the same to DuckDB."""
    numbered = [mark for mark in outside(text, "?") if text[mark + 1 : mark + 2].isdigit()]
    return "".join("$" if i in numbered else c for i, c in enumerate(text)) if numbered else text


def is_complete(text: str) -> bool:
    """Whether `text` ends in a semicolon that is outside strings and comments, or holds no statement at all."""
    if open_at(text) is not None:
        return False
    bare = without_comments(text).rstrip()
    return not bare or len(bare) - 1 in outside(text, ";")


def parameters(tokens: Sequence[Token]) -> list[Token]:
    """The name tokens after each `$`, as `1` or `t`, in text order; a name used twice stands twice."""
    return [tokens[i + 1] for i, token in enumerate(tokens[:-1]) if token.kind == "PARAMETER" and token.text == "$"]


class Reader:
    """A cursor over the tokens of one statement, which raises ParseError with a caret where the text does not fit."""

    def __init__(self, text: str, tokens: Sequence[Token], at: int = 0, *, ends: int | None = None) -> None:
        self.text = text
        self.tokens = tokens
        self.at = at
        self._ends = len(text) if ends is None else ends
        """Where what it reads ends in `text`."""

    @property
    def token(self) -> Token | None:
        """The token at the cursor, None at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def word(self, ahead: int = 0) -> str:
        """The bare word at the cursor in upper case, else ""."""
        index = self.at + ahead
        return self.tokens[index].word if index < len(self.tokens) else ""

    def take(self, *words: str) -> bool:
        """Steps over these words when they stand here, all of them, in this order."""
        if all(self.word(i) == word for i, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def kind(self, ahead: int = 0) -> str:
        """The token kind at the cursor, "" at the end."""
        index = self.at + ahead
        return self.tokens[index].kind if index < len(self.tokens) else ""

    def name(self, what: str) -> tuple[tuple[str, ...], Span]:
        """A dotted name: its parts and where it stands. Raises ParseError where none stands."""
        first = self.at
        parts = [self.part(what)]
        while self.kind() == "DOT":
            self.at += 1
            parts.append(self.part(what))
        return tuple(parts), Span(self.tokens[first].start, self.tokens[self.at - 1].end)

    def part(self, what: str) -> str:
        """A name of one part. Raises ParseError where none stands."""
        token = self.token
        named = token is not None and (token.kind == "IDENTIFIER" or (bool(token.word) and token.text[:1].isidentifier()))
        if token is None or not named:
            raise self.error(f"Here {what} is expected.")
        self.at += 1
        return token.text

    def end(self, form: str) -> None:
        """Raises ParseError unless the statement ends here."""
        if self.token is not None:
            raise self.error("The statement should end here.", hint=f"The form is: {form}")

    def error(self, message: str, *, hint: str = "") -> ParseError:
        """A ParseError at the cursor."""
        token = self.token
        span = token.span if token else Span(self._ends, self._ends + 1)
        return ParseError(message, sql=self.text, span=span, hint=hint)
