"""Texts that a regular expression matches."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from typing import Any


def matching(pattern: str, wanted: Mapping[int, str]) -> str:
    """A text in which a pattern finds what is `wanted` in its groups, 0 being all; or, where there is none, something that it finds."""
    pattern = re.sub(r"\(\?<(?![=!])", "(?P<", pattern)
    if re.fullmatch(pattern, wanted.get(0, wanted.get(1, ""))):
        return wanted.get(0, wanted.get(1, ""))
    parser: Any = importlib.import_module("re._parser")
    parsed = parser.parse(pattern)
    for given in (wanted, *({number: text} for number, text in wanted.items())):
        text = _text(parsed, given)
        found = re.search(pattern, text)
        if found is not None and all(number > len(found.groups()) or found[number] == value for number, value in given.items() if number):
            return text
    return _text(parsed, {})


def _text(parsed: Any, wanted: Mapping[int, str]) -> str:
    """A text for each part of a pattern; what is wanted in its groups."""
    return "".join(_part(str(kind), value, wanted) for kind, value in parsed)


def _part(kind: str, value: Any, wanted: Mapping[int, str]) -> str:
    if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return _text(value[2], wanted) * int(value[0])
    if kind == "SUBPATTERN":
        return wanted[value[0]] if value[0] in wanted else _text(value[3], wanted)
    inner = _INSIDE.get(kind)
    return _character(kind, value) if inner is None else _text(inner(value), wanted)


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
