"""SQL text as tokens with character offsets, by sqlglot's tokenizer for DuckDB.

Nothing here parses; sqlglot's habit of swallowing whole commands (`SHOW …`, `EXPLAIN …`) is switched off, so that every word of
every statement is a token of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rowcall.errors import ParseError, Span

if TYPE_CHECKING:
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.tokenizer_core import Token as SqlglotToken
    from sqlglot.tokens import Tokenizer


@cache
def _tokenizer() -> type[Tokenizer]:
    """The stock tokenizer without commands; loaded when the first text is read, since a local statement needs none.

    Subclassing a tokenizer is the one subclass that the compiled sqlglot allows.
    """
    from sqlglot.dialects.duckdb import DuckDB

    class Words(DuckDB.Tokenizer):
        COMMANDS = set()  # noqa: RUF012 - sqlglot's own attribute, which it declares on its metaclass

    return Words


@cache
def duckdb_dialect() -> Dialect:
    """sqlglot's settings for DuckDB's SQL, which it would make anew for each text."""
    from sqlglot.dialects.dialect import Dialect

    return Dialect.get_or_raise("duckdb")


class Token(NamedTuple):
    """One token: its text without quotes, what it is, and where it stands (`end` exclusive)."""

    text: str
    kind: str
    """sqlglot's token type name, as `VAR`, `STRING`, `IDENTIFIER`, `L_PAREN`."""
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)

    @property
    def word(self) -> str:
        """Its text in upper case when it is a bare word, else ""."""
        return "" if self.kind in NOT_WORDS else self.text.upper()


NOT_WORDS = frozenset({"STRING", "IDENTIFIER", "HEREDOC_STRING", "BYTE_STRING", "RAW_STRING", "NATIONAL_STRING", "NUMBER"})
"""The kinds of tokens that are no bare words."""
CLOSED_BY = {"L_PAREN": "R_PAREN", "L_BRACKET": "R_BRACKET", "L_BRACE": "R_BRACE"}
"""The kind of token that closes each that opens."""
OPENING = frozenset(CLOSED_BY)
CLOSING = frozenset(CLOSED_BY.values())


@lru_cache(maxsize=8)  # a statement is looked at several times on its way
def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of `text`, comments left out. Raises ParseError for a string or comment that does not end."""
    return tuple([Token(token.text, token.token_type._name_, token.start, token.end + 1) for token in sqlglot_tokens(text)])


@lru_cache(maxsize=8)
def sqlglot_tokens(text: str) -> tuple[SqlglotToken, ...]:
    """The same as sqlglot has them, for its parser. Raises ParseError as `tokenize`."""
    from sqlglot.errors import TokenError

    try:
        # With a blank after it: sqlglot cannot read a text that has `$name` in it and ends with ''.
        return tuple(_tokenizer()(dialect=duckdb_dialect()).tokenize(text + " "))
    except TokenError as error:
        raise unterminated(text, *(open_at(text) or (0, "text"))) from error


def unterminated(text: str, position: int, kind: str) -> ParseError:
    """The error for what is left open at `position`, as `open_at` finds it."""
    message = f"The {kind} that starts here does not end." if kind != "text" else "This cannot be read as SQL."
    return ParseError(message, sql=text, span=Span(position, position + 1))


def open_at(text: str) -> tuple[int, str] | None:
    """Where and what is still open at the end of `text` (a string, quoted name, comment or dollar quote), or None."""
    return next(((start, kind) for kind, start, end in _regions(text) if end is None), None)


def spaced(text: str) -> str:
    """`text` with a blank after every `$parameter` that something else follows at once.

    sqlglot takes `$1,$2` for a dollar quote with the tag `1,`; DuckDB takes both spellings for two parameters.
    """
    if text.count("$") < 2:
        return text
    pieces, done = [], 0
    for kind, _, end in _regions(text):
        if kind == "parameter" and end is not None and end < len(text) and not text[end].isspace():
            pieces.append(text[done:end] + " ")
            done = end
    return "".join(pieces) + text[done:]


def outside(text: str, marks: str) -> list[int]:
    """Where any of the characters `marks` stands in `text`, outside strings, quoted names and comments."""
    if not any(mark in text for mark in marks):
        return []
    found, done = [], 0
    for _, start, end in [*_regions(text), ("", len(text), len(text))]:
        found += [i for i in range(done, start) if text[i] in marks]
        done = len(text) if end is None else end
    return found


def without_comments(text: str) -> str:
    """`text` with blanks in the place of its comments."""
    if "--" not in text and "/*" not in text:
        return text
    pieces, done = [], 0
    for kind, start, end in _regions(text):
        if kind.endswith("comment"):
            stop = len(text) if end is None else end
            pieces += [text[done:start], " " * (stop - start)]
            done = stop
    return "".join(pieces) + text[done:]


def _regions(text: str) -> Iterator[tuple[str, int, int | None]]:
    """The strings, quoted names, comments, dollar quotes and `$` parameters of `text`: kind, start, end (None when it does not end)."""
    i = 0
    while opening := _OPENING.search(text, i):
        region = _region(text, opening.start())
        if region is None:
            i = opening.end()
            continue
        kind, end = region
        yield kind, opening.start(), end
        i = len(text) if end is None else end


_OPENING = re.compile(r"['\"$]|--|/\*")


def _region(text: str, i: int) -> tuple[str, int | None] | None:
    """The kind and end of the region that starts at `i`, or None when none does."""
    c = text[i]
    if c in "'\"":
        return ("string" if c == "'" else "quoted name"), _close_quote(text, i)
    if text.startswith("--", i):
        end = text.find("\n", i)
        return "line comment", len(text) if end < 0 else end
    if text.startswith("/*", i):
        return "comment", _close_comment(text, i)
    if c != "$" or (i and (text[i - 1].isalnum() or text[i - 1] == "_")):
        return None
    if tag := _DOLLAR_TAG.match(text, i):
        end = text.find(tag[0], tag.end())
        return "dollar-quoted string", None if end < 0 else end + len(tag[0])
    parameter = _PARAMETER.match(text, i)
    return ("parameter", parameter.end()) if parameter else None


_DOLLAR_TAG = re.compile(r"\$([^\W\d]\w*)?\$")
_ESCAPING = re.compile(r"(?<!\w)[eE]'")
_PARAMETER = re.compile(r"\$\w+")


def _close_comment(text: str, start: int) -> int | None:
    """The offset after the comment that opens at `start`, or None; comments nest, as DuckDB has it."""
    depth = 0
    for mark in _COMMENT.finditer(text, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return None


_COMMENT = re.compile(r"/\*|\*/")


def _close_quote(text: str, start: int) -> int | None:
    """The offset after the quote that closes the one at `start`, or None; doubled quotes and, in E'' strings, backslashes are skipped."""
    quote = text[start]
    escapes = quote == "'" and start > 0 and _ESCAPING.match(text, start - 1) is not None
    whole = (_ESCAPED if escapes else _QUOTED[quote]).match(text, start)
    return whole.end() if whole else None


_QUOTED = {"'": re.compile(r"'(?:[^']|'')*+'(?!')"), '"': re.compile(r'"(?:[^"]|"")*+"(?!")')}
_ESCAPED = re.compile(r"'(?:[^'\\]|''|\\.)*+'(?!')", re.DOTALL)


def depth_zero(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens outside every bracket, with their index; a bracket itself counts as inside."""
    depth = 0
    for index, token in enumerate(tokens):
        if token.kind in CLOSING:
            depth -= 1
        elif token.kind in OPENING:
            depth += 1
        elif depth == 0:
            yield index, token


def closing(tokens: Sequence[Token], index: int) -> int | None:
    """The index of the bracket that closes the one at `index`, or None when none does."""
    depth = 0
    for i in range(index, len(tokens)):
        if tokens[i].kind in OPENING:
            depth += 1
        elif tokens[i].kind in CLOSING:
            depth -= 1
            if depth == 0:
                return i
    return None
