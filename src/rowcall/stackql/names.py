"""The names of the resources of a service, found in the text of its document without reading it: that takes a hundredth of the time."""

from __future__ import annotations

import re

_START = re.compile(rb"^(?P<indent> *)x-stackQL-resources:[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_LINE = re.compile(rb"^(?P<indent> *)(?P<rest>[^\s#].*?)?[ \t]*\r?$", re.MULTILINE)
_KEY = re.compile(rb"""(?:"(?P<double>[^"\\]+)"|'(?P<single>[^']+)'|(?P<plain>[^\s"'&*!|>%@`{\[][^:#"']*?))[ \t]*:(?:[ \t].*)?""")


def resource_names(text: bytes) -> tuple[str, ...] | None:
    """The names, in order; None where the text does not show them, as where it is JSON or has another style."""
    start = _START.search(text)
    if start is None:
        return None
    outer, depth = len(start["indent"]), None
    names: list[str] = []
    for line in _LINE.finditer(text, start.end()):
        if line["rest"] is None:
            continue
        indent = len(line["indent"])
        if indent <= outer:
            break
        depth = depth or indent
        if indent < depth:
            return None
        if indent == depth:
            key = _KEY.fullmatch(line["rest"])
            if key is None:
                return None
            names.append((key["double"] or key["single"] or key["plain"]).decode(errors="replace"))
    return tuple(names) if names else None
