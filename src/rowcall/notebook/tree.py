"""What EXPLAIN answers as a tree that folds: above what is asked for last, below it what that waits for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rowcall.front.plan import Box, below, boxes_of, waits_of
from rowcall.notebook import html

if TYPE_CHECKING:
    from rowcall.plan.explanation import Explanation


def explanation_html(explanation: Explanation) -> str:
    """The scans and the write with their requests, then sums and notes, what was sent, and DuckDB's own plan."""
    boxes = boxes_of(explanation)
    waits = waits_of(boxes)
    awaited = {place for others in waits.values() for place in others}
    tops = [place for place in reversed(range(len(boxes))) if place not in awaited]
    parts = [_branches(tops, boxes, waits, set())]
    parts.append(_items(list(below(explanation))))
    if explanation.sent:
        parts.append(html.folded(f"{len(explanation.sent):,} sent", html.text_block("\n".join(explanation.sent))))
    if explanation.duckdb:
        parts.append(html.folded("DuckDB's plan", html.text_block(explanation.duckdb), is_open=not boxes))
    return "".join(parts)


def _branches(places: Sequence[int], boxes: Sequence[Box], waits: dict[int, tuple[int, ...]], drawn: set[int]) -> str:
    """A list of boxes with what each waits for; one that stands further up already is only named."""
    return f"<ul>{''.join(_branch(place, boxes, waits, drawn) for place in places)}</ul>" if places else ""


def _branch(place: int, boxes: Sequence[Box], waits: dict[int, tuple[int, ...]], drawn: set[int]) -> str:
    box = boxes[place]
    if place in drawn:
        return f"<li>{html.escaped(box.title)}, as above</li>"
    drawn.add(place)
    inside = _items(list(_lines(box))) + _branches(waits[place], boxes, waits, drawn)
    return f"<li>{html.folded(f'<b>{html.escaped(box.title)}</b>', inside, is_open=True)}</li>"


def _lines(box: Box) -> Iterator[tuple[str, str]]:
    yield from (("" if line.is_request else line.label, line.text) for line in box.lines)


def _items(items: Sequence[tuple[str, str]]) -> str:
    if not items:
        return ""
    return f"<dl>{''.join(f'<dt>{html.escaped(label)}</dt><dd>{html.escaped(text)}</dd>' for label, text in items)}</dl>"
