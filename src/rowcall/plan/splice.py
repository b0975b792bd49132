"""Text with stretches of it replaced, and the way back from an offset in the result to the user's own text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rowcall.errors import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces `text[start:end]`; nothing is replaced where these are equal, the new text goes in between."""

    start: int
    end: int
    new: str


def splice(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all edits made. They must not overlap; two at one place are made in the order given."""
    pieces, done = [], 0
    for edit in _sorted(edits):
        pieces += [text[done : edit.start], edit.new]
        done = edit.end
    return "".join(pieces) + text[done:]


def original(span: Span, edits: Iterable[Edit]) -> Span:
    """Where a stretch of the spliced text stands in the original; a place inside a replacement is the whole of what was replaced."""
    shift = 0
    for edit in _sorted(edits):
        start = edit.start + shift
        if span.start < start:
            break
        if span.start < start + len(edit.new):
            return Span(edit.start, max(edit.end, edit.start + 1))
        shift += len(edit.new) - (edit.end - edit.start)
    return Span(span.start - shift, span.end - shift)


def _sorted(edits: Iterable[Edit]) -> list[Edit]:
    return sorted(edits, key=lambda edit: (edit.start, edit.end))
