"""Whether a text is one value of GraphQL, so that it can stand in a query as it is and say nothing else there."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r'[\s,]*(?:(?P<single>"(?:\\.|[^"\\\n])*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\b|[A-Za-z_]\w*)|(?P<sign>[\[\]{}:]))')
_NAME = re.compile(r"[A-Za-z_]\w*")
_DEEPEST = 20
"""How many lists and objects may stand in one another."""


def is_value(text: str) -> bool:
    """Whether a text is one literal: a string, a number, a name, or a list or an object of such, as `{sizes: [SMALL, LARGE]}`.

    Source: https://spec.graphql.org/October2021/#sec-Input-Values
    """
    try:
        tokens = [*_tokens(text)]
        return _after(tokens, 0, 0) == len(tokens)
    except (ValueError, IndexError):
        return False


def _tokens(text: str) -> Iterator[str]:
    at, end = 0, len(text.rstrip(" \t\r\n,"))
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(text)
        yield found[found.lastgroup or 0]
        at = found.end()


def _after(tokens: list[str], at: int, depth: int) -> int:
    """Where what follows a value begins. Raises ValueError and IndexError where there is none."""
    first = tokens[at]
    if depth > _DEEPEST or first in {"]", "}", ":"}:
        raise ValueError(first)
    if first not in {"[", "{"}:
        return at + 1
    at += 1
    while tokens[at] != ("]" if first == "[" else "}"):
        if first == "{":
            if not _NAME.fullmatch(tokens[at]) or tokens[at + 1] != ":":
                raise ValueError(tokens[at])
            at += 2
        at = _after(tokens, at, depth + 1)
    return at + 1
