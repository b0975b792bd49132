"""Texts that a regular expression matches."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any


def matching(pattern: str, wanted: str) -> str:
    """A text in which a pattern finds `wanted`, in its first group where it has one, or else something that it does find."""
    pattern = re.sub(r"\(\?<(?![=!])", "(?P<", pattern)
    if re.fullmatch(pattern, wanted):
        return wanted
    parser: Any = importlib.import_module("re._parser")
    parsed = parser.parse(pattern)
    text = _text(parsed, wanted)
    found = re.search(pattern, text)
    return text if found is not None and found.lastindex and found[1] == wanted else _text(parsed, None)


def _text(parsed: Any, first: str | None) -> str:
    """A text for each part of a pattern; what is in its first group where that is given."""
    return "".join(_part(str(kind), value, first) for kind, value in parsed)


def _part(kind: str, value: Any, first: str | None) -> str:
    if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return _text(value[2], first) * int(value[0])
    if kind == "SUBPATTERN":
        return first if value[0] == 1 and first is not None else _text(value[3], first)
    inner = _INSIDE.get(kind)
    return _character(kind, value) if inner is None else _text(inner(value), first)


_INSIDE: dict[str, Callable[[Any], Any]] = {
    "ATOMIC_GROUP": lambda value: value,
    "BRANCH": lambda value: value[1][0],
    "ASSERT": lambda value: value[1],
}


def _character(kind: str, value: Any) -> str:
    """A character where a pattern wants one; "" for what is between characters."""
    if kind in {"LITERAL", "ANY", "NOT_LITERAL"}:
        return chr(value) if kind == "LITERAL" else "b" if value == ord("a") else "a"
    return _one_of(value) if kind == "IN" else ""


_CLASSES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_SPACE": "a"}


def _one_of(choices: Any) -> str:
    """A character of a set; one that is in none of the others where the set is of these."""
    if str(choices[0][0]) == "NEGATE":
        barred = "".join(_one_of([choice]) for choice in choices[1:])
        return next(one for one in "a1 -_Z" if one not in barred)
    kind, value = str(choices[0][0]), choices[0][1]
    if kind == "RANGE":
        return chr(min(value[0] + 1, value[1]))  # no number begins with 0
    return _CLASSES.get(str(value), "-") if kind == "CATEGORY" else chr(value)
