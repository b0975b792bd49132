"""A nested value over several lines, for people: JSON with each part on a line of its own where it does not fit one."""

from __future__ import annotations

import json
from typing import Any


class _Number(str):
    """As it was written, digit by digit."""

    __slots__ = ()


class _Object(list[tuple[str, Any]]):
    """Names and values, where a name may come twice."""


def spread(text: str, width: int) -> list[str]:
    """The lines of a JSON text, parts that fit into `width` on one; the text itself where it is no JSON."""
    try:
        value = json.loads(text, parse_float=_Number, parse_int=_Number, object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        return [text]
    return _lines(value, width)


def _lines(value: Any, width: int) -> list[str]:
    flat = _flat(value)
    if len(flat) <= width or not isinstance(value, list) or not value:
        return [flat]
    opening, closing = ("{", "}") if isinstance(value, _Object) else ("[", "]")
    lines: list[str] = []
    for number, item in enumerate(value, 1):
        name, part = item if isinstance(value, _Object) else (None, item)
        before = "" if name is None else f"{_text(name)}: "
        first, *others = _lines(part, width - len(before) - 3)
        inner = [f"{before}{first}", *others]
        inner[-1] += "," if number < len(value) else ""
        lines += [f"  {line}" for line in inner]
    return [opening, *lines, closing]


def _flat(value: Any) -> str:
    match value:
        case _Object():
            return "{" + ", ".join(f"{_text(name)}: {_flat(part)}" for name, part in value) + "}"
        case list():
            return "[" + ", ".join(map(_flat, value)) + "]"
        case _Number():
            return str(value)
        case _:
            return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
