"""A relation as a box for people to read.

It never hides what it was given in silence. Columns that do not fit are made narrower by cutting long texts, with `…` in the cell and a
line below the box; numbers are never cut. Where even that is not enough, every row becomes a block of lines, one a column. Rows are
left out only when the caller said how many to show, and then the last line names both figures.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowcall.shell.cells import NUMBERS, Reader, Row

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

_SAMPLE_ROWS = 1000
"""How many rows decide the widths; later ones stream past in the same layout, so that memory stays bounded."""
_LEAST_WIDTH = 8
"""A text column is not made narrower than this; a box that needs it becomes blocks."""


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How a table is laid out."""

    width: int = 120
    """Terminal columns it may take; 0 for as many as it needs."""
    rows: int | None = None
    """Show at most this many rows; None for all."""
    blocks: bool = False
    """Whether every row becomes a block of lines, though a box would fit."""
    plan: bool = False
    """Whether it is what EXPLAIN answers: two columns, the second with lines of its own."""


@dataclass(slots=True)
class _Layout:
    """The columns of one box."""

    names: list[str]
    numeric: list[bool]
    widths: list[int]
    cut: int = 0
    """How many cells were cut so far."""


def table_lines(reader: Reader, relation: DuckDBPyRelation, options: TableOptions) -> Iterator[str]:
    """The lines of the table, its last one saying how many rows there are, as `reader.count` does afterwards."""
    if options.plan:
        yield from _plan(reader, relation)
        return
    names = [visible(name) for name in relation.columns]
    rows = _visible_rows(reader, relation) if options.rows is None else _first_rows(reader, relation, options.rows)
    sample = list(itertools.islice(rows, _SAMPLE_ROWS))
    numeric = [str(kind.id) in NUMBERS for kind in relation.types]
    layout = None if options.blocks else _fit(_natural(names, numeric, sample), options.width)
    all_rows = itertools.chain(sample, rows)
    yield from _box(layout, all_rows) if layout else _blocks(names, all_rows, options.width)
    shown = reader.count if options.rows is None else min(options.rows, reader.count)
    yield _last_line(shown, reader.count, layout.cut if layout else 0)


def _visible_rows(reader: Reader, relation: DuckDBPyRelation) -> Iterator[Row]:
    for row in reader.text_rows(relation):
        yield tuple(None if cell is None else visible(cell) for cell in row)


def _first_rows(reader: Reader, relation: DuckDBPyRelation, count: int) -> Iterator[Row]:
    """Up to `count` rows, with the number of all in `reader`: one run of the relation, which may be a slow query, finds both."""
    for *cells, total in _visible_rows(reader, relation.project("*, count(*) OVER () AS rowcall_total").limit(count)):
        reader.count = int(total or 0)
        yield tuple(cells)


def _last_line(shown: int, total: int, cut: int) -> str:
    plural = "row" if total == 1 else "rows"
    rows = f"{total:,} {plural}" if shown == total else f"showing {shown:,} of {total:,} {plural}"
    if not cut:
        return rows
    cells = "1 cell is" if cut == 1 else f"{cut:,} cells are"
    return f"{rows}, {cells} cut at … to fit the width"


def _natural(names: list[str], numeric: list[bool], sample: Sequence[Row]) -> _Layout:
    """The widths that need no cutting."""
    widths = [max([text_width(name), *(text_width(row[at] or "NULL") for row in sample)]) for at, name in enumerate(names)]
    return _Layout(names, numeric, widths)


def _fit(layout: _Layout, width: int) -> _Layout | None:
    """`layout` with its widest texts made narrower until it fits `width`, or None when it cannot."""
    excess = 3 * len(layout.widths) + 1 + sum(layout.widths) - width
    if width == 0 or excess <= 0:
        return layout
    least = [
        width if numeric else min(width, max(_LEAST_WIDTH, text_width(name)))
        for name, width, numeric in zip(layout.names, layout.widths, layout.numeric, strict=True)
    ]
    while excess > 0:
        room = [(width, at) for at, width in enumerate(layout.widths) if width > least[at]]
        if not room:
            return None
        layout.widths[max(room)[1]] -= 1
        excess -= 1
    return layout


def _box(layout: _Layout, rows: Iterable[Row]) -> Iterator[str]:
    bars = ["─" * (width + 2) for width in layout.widths]
    yield f"┌{'┬'.join(bars)}┐"
    yield _line([pad(name, width) for name, width in zip(layout.names, layout.widths, strict=True)])
    yield f"├{'┼'.join(bars)}┤"
    for row in rows:
        yield _line([_cell(cell, at, layout) for at, cell in enumerate(row)])
    yield f"└{'┴'.join(bars)}┘"


def _line(cells: Iterable[str]) -> str:
    return f"│ {' │ '.join(cells)} │"


def _cell(cell: str | None, at: int, layout: _Layout) -> str:
    text, width = ("NULL" if cell is None else cell), layout.widths[at]
    if layout.numeric[at]:
        return pad(text, width, right=True)
    if text_width(text) > width:
        layout.cut += 1
        text = shorten(text, width)
    return pad(text, width)


def _blocks(names: list[str], rows: Iterable[Row], width: int) -> Iterator[str]:
    """Every row as lines of `name │ value`, values whole."""
    name_width = max((text_width(name) for name in names), default=0)
    for number, row in enumerate(rows, 1):
        yield f"─[ row {number} ]".ljust(width, "─")
        for name, cell in zip(names, row, strict=True):
            yield f"{pad(name, name_width)} │ {'NULL' if cell is None else cell}"


def _plan(reader: Reader, relation: DuckDBPyRelation) -> Iterator[str]:
    """Every item with its lines beside it, or below it where they are a drawing."""
    for item, value in reader.text_rows(relation):
        lines = [visible(line) for line in (value or "").splitlines()] or [""]
        if len(lines) == 1:
            yield f"{visible(item or ''):<11}{lines[0]}"
        else:
            yield visible(item or "")
            yield from lines


def visible(text: str) -> str:
    r"""`text` with what would move the cursor or colour the terminal written out: `\n`, `\t`, `\x1b`."""
    return text if text.isprintable() else "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs"}:
        return character.encode("unicode_escape").decode("ascii")
    return character


def text_width(text: str) -> int:
    """How many terminal columns `text` takes: two for a wide East Asian character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Me":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """`text` cut to `width` terminal columns, `…` among them."""
    left = width - 1
    for at, character in enumerate(text):
        left -= _character_width(character)
        if left < 0:
            return text[:at] + "…"
    return text


def pad(text: str, width: int, *, right: bool = False) -> str:
    """`text` with spaces up to `width` terminal columns, before it where `right`."""
    space = " " * (width - text_width(text))
    return space + text if right else text + space
