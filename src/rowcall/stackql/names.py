"""The names of the resources of a service, found in the text of its document without reading it: that takes a thousandth of the time."""

from __future__ import annotations

import re

_START = b"x-stackQL-resources:"
_FIRST = re.compile(rb"(?:[ \t]*(?:#.*)?\r?\n)*(?P<indent> *)[^\s#]")
_KEY = re.compile(rb"""(?:"(?P<double>[^"\\]+)"|'(?P<single>[^']+)'|(?P<plain>[^\s"'&*!|>%@`{\[][^:#"']*?))[ \t]*:(?:[ \t].*)?""")


def resource_names(text: bytes, start: bytes = _START) -> tuple[str, ...] | None:
    """The names, in order; None where the text does not show them, as where it is JSON or has another style. They stand below `start`."""
    at = text.find(start)
    while at >= 0 and (before := text[text.rfind(b"\n", 0, at) + 1 : at]).strip(b" "):
        at = text.find(start, at + 1)
    if at < 0:
        return None
    first = _FIRST.match(text, at + len(start))
    if first is None or len(first["indent"]) <= len(before):
        return None
    depth, names = len(first["indent"]), []
    for line in re.finditer(rb"^( {0,%d})([^\s#].*?)[ \t]*\r?$" % depth, text[first.start("indent") :], re.MULTILINE):
        if len(line[1]) <= len(before):
            break
        key = _KEY.fullmatch(line[2]) if len(line[1]) == depth else None
        if key is None:
            return None
        names.append((key["double"] or key["single"] or key["plain"]).decode(errors="replace"))
    return tuple(names)
