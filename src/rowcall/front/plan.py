"""What EXPLAIN answers, drawn for people: a box for each scan, arrows to those that wait for it, and DuckDB's own tree below.

It is as wide as it needs and never wider than it may: texts are wrapped, and what has no blanks, such as a URL, is cut with `…`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from rowcall.front.table import pad, shorten, text_width, visible
from rowcall.plan.explanation import measured_text, text_of

if TYPE_CHECKING:
    from rowcall.plan.explanation import ExplainedScan, ExplainedWrite, Explanation

_LABEL_WIDTH = 10
_LEAST_WIDTH = 40
"""A box is not made narrower than this, whatever the terminal."""
_SHOWN_REQUESTS = 5
"""How many request lines of a scan are drawn; the rest is counted."""


_SHOWN_SENT = 20
"""How many exchanges of EXPLAIN ANALYZE are listed; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a box."""

    label: str
    text: str
    is_request: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A scan or a write, before its width is known."""

    title: str
    lines: tuple[Line, ...]
    number: int = -1
    """The scan's; -1 for a write."""
    after: tuple[int, ...] = ()
    """The boxes that it waits for, by their place in the drawing."""


def plan_lines(explanation: Explanation, width: int) -> Iterator[str]:
    """The lines of the drawing, none wider than `width` where that is 50 or more; 0 lets them be as wide as they need."""
    boxes = boxes_of(explanation)
    gutter = _gutter(boxes)
    inner = _inner_width(boxes, width - 2 * gutter.lanes if width else 0)
    for place, box in enumerate(boxes):
        yield from gutter.beside(place, list(_drawn(box, inner)))
    for label, text in below(explanation):
        yield from _wrapped_item(label, visible(text), width)
    yield from (_sent(visible(line), width) for line in explanation.sent[:_SHOWN_SENT])
    if len(explanation.sent) > _SHOWN_SENT:
        yield f"… and {len(explanation.sent) - _SHOWN_SENT} more"
    yield from _tree([visible(line) for line in explanation.duckdb.splitlines()], width)


def _tree(lines: Sequence[str], width: int) -> Iterator[str]:
    """DuckDB's own drawing, cut at the right where it is too wide, which it then says."""
    needed = max((text_width(line) for line in lines), default=0)
    for line in lines:
        kept = shorten(line, width) if width and text_width(line) > width else line
        if kept.strip(" …"):
            yield kept
    if width and needed > width:
        yield f"DuckDB's plan is {needed} columns wide, and cut at …"


def below(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """What stands below the boxes: sums and notes."""
    yield from explanation.totals()
    yield from (("note", note) for note in explanation.notes)


def _sent(line: str, width: int) -> str:
    """An exchange on a line of its own, its URL cut where that is too long."""
    request, dot, outcome = line.partition(" · ")
    room = width - text_width(dot + outcome)
    return line if width == 0 or text_width(request) <= room else _cut(request, max(20, room)) + dot + outcome


def _wrapped_item(label: str, text: str, width: int) -> Iterator[str]:
    for number, part in enumerate(_wrapped(text, width - 14 if width else 0)):
        yield f"{label if number == 0 else '':<14}{part}"


# -- what is in the boxes --------------------------------------------------------------------------------------------------------------


def boxes_of(explanation: Explanation) -> list[Box]:
    """The boxes in the order of fetching."""
    scans = sorted(explanation.scans, key=lambda scan: (scan.level, scan.number))
    places = {scan.number: place for place, scan in enumerate(scans)}
    by_alias: dict[str, list[ExplainedScan]] = {}
    for scan in scans:
        by_alias.setdefault(scan.alias, []).append(scan)
    boxes = []
    for scan in scans:
        after = [places[other.number] for alias in scan.after for other in by_alias[alias] if other.level < scan.level]
        boxes.append(Box(_title(scan), tuple(_scan_lines(scan)), scan.number, tuple(after)))
    if explanation.write is not None:
        boxes.append(_write_box(explanation.write, len(boxes)))
    return boxes


def _title(scan: ExplainedScan) -> str:
    name = scan.resource if scan.resource.endswith(f".{scan.alias}") else f"{scan.alias} = {scan.resource}"
    return f"{name} · round {scan.level}" + (f", after {', '.join(scan.after)}" if scan.after else "")


def _scan_lines(scan: ExplainedScan) -> Iterator[Line]:
    yield Line("method", f"{scan.method}: {scan.description}")
    if scan.why:
        yield Line("why", scan.why)
    yield from (Line("bound", text_of(one)) for one in scan.bound)
    yield from (Line("API", text) for text in scan.api)
    rest = [text for text in scan.duckdb if text not in scan.api]
    again = ["the API's again"] if len(rest) < len(scan.duckdb) else []
    if rest or again:
        yield Line("DuckDB", " · ".join([*rest, *again]))
    if scan.paging:
        yield Line("paging", scan.paging)
    yield Line("requests", scan.formula or str(scan.requests))
    if estimate := scan.estimate():
        yield Line("estimate", estimate)
    yield from _requests(scan.request_lines[:_SHOWN_REQUESTS], scan.more_request_lines + len(scan.request_lines[_SHOWN_REQUESTS:]))
    if scan.measured is not None:
        yield Line("took", measured_text(scan.measured))


def _write_box(write: ExplainedWrite, place: int) -> Box:
    lines = [Line("method", f"{write.method}: {write.description}")] if write.method else []
    lines.append(Line("requests", write.formula or str(write.requests)))
    lines += [Line("awaits", write.awaits)] if write.awaits else []
    lines += _requests(write.request_lines, write.more_request_lines)
    lines += [Line("value", text) for text in write.values]
    return Box(f"{write.statement} {write.resource}" + (" · then" if place else ""), tuple(lines), after=tuple(range(place)))


def _requests(shown: Sequence[str], more: int) -> Iterator[Line]:
    yield from (Line("", line, is_request=True) for line in shown)
    if more:
        yield Line("", f"… and {more} more", is_request=True)


# -- boxes -----------------------------------------------------------------------------------------------------------------------------


def _inner_width(boxes: Sequence[Box], width: int) -> int:
    """How wide the text in a box is: as the widest needs, and as there is room."""
    needs = [max(text_width(visible(box.title)) + 1, *(_natural(line) for line in box.lines)) for box in boxes]
    widest = max(needs, default=0)
    return widest if width == 0 else min(widest, max(_LEAST_WIDTH, width) - 4)


def _natural(line: Line) -> int:
    return text_width(visible(line.text)) + (2 if line.is_request else _LABEL_WIDTH)


def _drawn(box: Box, inner: int) -> Iterator[str]:
    """A box of lines, `inner` columns of text in each."""
    title = shorten(visible(box.title), inner - 1) if text_width(visible(box.title)) > inner - 1 else visible(box.title)
    yield f"╭─ {title} {'─' * (inner - 1 - text_width(title))}╮"
    for line in box.lines:
        text = visible(line.text)
        if line.is_request:
            yield f"│ {pad('  ' + _cut(text, inner - 2), inner)} │"
            continue
        for number, part in enumerate(_wrapped(text, inner - _LABEL_WIDTH)):
            label = line.label if number == 0 else ""
            yield f"│ {pad(label.ljust(_LABEL_WIDTH) + part, inner)} │"
    yield f"╰{'─' * (inner + 2)}╯"


def _wrapped(text: str, width: int) -> Iterator[str]:
    """`text` in lines of up to `width` columns, a longer word cut."""
    if width <= 0 or text_width(text) <= width:
        yield text
        return
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if text_width(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        line = _cut(word, width)
    yield line


def _cut(text: str, width: int) -> str:
    """`text` with a piece left out where it is too long: of its middle for a URL, whose end says much, of its end where a body follows."""
    if text_width(text) <= width:
        return text
    if text.count(" ") > 1 or not text.isascii():
        return shorten(text, width)
    tail = min(24, width // 3)
    return text[: width - tail - 1] + "…" + text[len(text) - tail :]


# -- arrows ----------------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Gutter:
    """The lanes left of the boxes: each runs from a box to those that wait for it."""

    lanes: int = 0
    begins: dict[int, int] = field(default_factory=dict)
    """The lane that leaves each box which others wait for."""
    ends: dict[int, int] = field(default_factory=dict)
    """For each such box, the last one that waits for it."""
    waits: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """For each box, those whose lanes lead to it."""

    def beside(self, place: int, lines: list[str]) -> Iterator[str]:
        """The lines of a box with the lanes before them: arrows lead to its first line of text, its own lane leaves at the last one."""
        for number, line in enumerate(lines):
            cells = {lane: "│" for box, lane in self.begins.items() if self._passes(box, place, number)}
            if number == len(lines) - 1 and place in self.begins:
                cells[self.begins[place]] = "│"
            if number == 1 and self.waits.get(place):
                yield self._arrow(place, cells) + line
            elif number == len(lines) - 2 and place in self.begins:
                yield self._leaving(self.begins[place], cells) + "┤" + line[1:]
            else:
                yield self._joined(cells) + line

    def _passes(self, box: int, place: int, number: int) -> bool:
        """Whether the lane of a box goes by a line of the box at `place`."""
        return box < place < self.ends[box] or (place == self.ends[box] and number < 1)

    def _joined(self, cells: dict[int, str]) -> str:
        return "".join(f"{cells.get(lane, ' ')} " for lane in range(self.lanes))

    def _arrow(self, place: int, cells: dict[int, str]) -> str:
        sources = {self.begins[box]: self.ends[box] == place for box in self.waits[place]}
        first = min(sources)
        text = ""
        for lane in range(self.lanes):
            if lane in sources:
                forms = ("╰", "├") if lane == first else ("┴", "┼")
                text += forms[not sources[lane]]
            elif lane > first:
                text += "┼" if lane in cells else "─"
            else:
                text += cells.get(lane, " ")
            text += "─" if lane >= first else " "
        return text[:-1] + "▶"

    def _leaving(self, own: int, cells: dict[int, str]) -> str:
        text = ""
        for lane in range(self.lanes):
            if lane == own:
                text += "╭─"
            elif lane > own:
                text += ("┼" if lane in cells else "─") + "─"
            else:
                text += cells.get(lane, " ") + " "
        return text


def waits_of(boxes: Sequence[Box]) -> dict[int, tuple[int, ...]]:
    """For each box, by its place, what it waits for, without what it waits for through another box anyway."""
    above: dict[int, set[int]] = {}
    waits = {}
    for place, box in enumerate(boxes):
        above[place] = set(box.after).union(*(above[other] for other in box.after))
        through = set[int]().union(*(above[other] for other in box.after))
        waits[place] = tuple(other for other in sorted(box.after) if other not in through)
    return waits


def _gutter(boxes: Sequence[Box]) -> _Gutter:
    """Lanes for what each box waits for."""
    gutter = _Gutter(waits=waits_of(boxes))
    for place, waits in gutter.waits.items():
        gutter.ends |= dict.fromkeys(waits, place)
    for place, end in sorted(gutter.ends.items()):
        taken = {lane for box, lane in gutter.begins.items() if gutter.ends[box] > place and box < end}
        gutter.begins[place] = next(lane for lane in count() if lane not in taken)
    gutter.lanes = max(gutter.begins.values(), default=-1) + 1
    return gutter
