"""A relation as a box for people to read.

It never hides what it was given in silence. Columns that do not fit are made narrower by cutting long texts, with `…` in the cell and a
line below the box; numbers are never cut. Where even that is not enough, every row becomes a block of lines, one a column. Rows are
left out only when the caller said how many to show, and then the last line names both figures. A text that reads NULL stands in quotes.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowcall.front.cells import NUMBERS, Reader, Row, is_nested
from rowcall.front.nested import spread

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation
    from duckdb.sqltypes import DuckDBPyType

_SAMPLE_ROWS = 1000
"""How many rows decide the widths; later ones stream past in the same layout, so that memory stays bounded."""
_LEAST_WIDTH = 8
"""A text column is not made narrower than this; a box that needs it becomes blocks."""
_NESTED_WIDTH = 16
"""A nested value is cut to this before a text is cut at all."""
_SHORT = 32
"""A text of this width or less may be an identifier, of which all is needed."""
_SPARED = 12
"""How much narrower others are made before such a text is cut at all."""


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
    total: int | None = None
    """How many rows there are, where the relation has the first of them alone; None where it has all."""
    colour: bool = False
    """Whether NULL is dim and what has changed reversed, on a terminal that shows colours."""
    mark: Callable[[list[Row]], list[Row]] | None = None
    """Makes cells of the first rows `Changed`."""
    whole: str = ""
    """How to see whole cells, for where some are cut."""


class Changed(str):
    """The text of a cell that is not what it was before."""

    __slots__ = ()


@dataclass(slots=True)
class _Layout:
    """The columns of one box."""

    names: list[str]
    numeric: list[bool]
    nested: list[bool]
    widths: list[int]
    colour: bool
    cut: int = 0
    """How many cells were cut so far."""


def table_lines(reader: Reader, relation: DuckDBPyRelation, options: TableOptions) -> Iterator[str]:
    """The lines of the table, its last one saying how many rows there are, as `reader.count` does afterwards."""
    if options.plan:
        yield from _plan(reader, relation)
        return
    names = [visible(name) for name in relation.columns]
    rows = _rows(reader, relation, options)
    sample = list(itertools.islice(rows, _SAMPLE_ROWS))
    if options.mark is not None:
        sample = options.mark(sample)
    layout = None if options.blocks else _fit(_natural(names, relation.types, sample, colour=options.colour), options.width)
    all_rows = itertools.chain(sample, rows)
    if layout is not None:
        shown = yield from _box(layout, all_rows)
    else:
        shown = yield from _blocks(names, _nested(relation.types), all_rows, options)
    yield _last_line(shown, reader.count, layout.cut if layout else 0, options.whole)


def _rows(reader: Reader, relation: DuckDBPyRelation, options: TableOptions) -> Iterator[Row]:
    """Those to show, with the number of all in `reader` afterwards."""
    if options.total is not None:
        yield from _visible_rows(reader, relation if options.rows is None else relation.limit(options.rows))
        reader.count = options.total
    elif options.rows is None:
        yield from _visible_rows(reader, relation)
    else:
        yield from _first_rows(reader, relation, options.rows)


def _visible_rows(reader: Reader, relation: DuckDBPyRelation) -> Iterator[Row]:
    for row in reader.text_rows(relation):
        yield tuple(None if cell is None else _cell_text(cell) for cell in row)


def _cell_text(text: str) -> str:
    return f"'{text}'" if _LIKE_NULL.fullmatch(text) else visible(text)


_LIKE_NULL = re.compile("'*NULL'*")


def _first_rows(reader: Reader, relation: DuckDBPyRelation, count: int) -> Iterator[Row]:
    """Up to `count` rows, with the number of all in `reader`: one run of the relation, which may be a slow query, finds both."""
    for *cells, total in _visible_rows(reader, relation.project("*, count(*) OVER () AS rowcall_total").limit(count)):
        reader.count = int(total or 0)
        yield tuple(cells)


def _last_line(shown: int, total: int, cut: int, whole: str) -> str:
    plural = "row" if total == 1 else "rows"
    rows = f"{total:,} {plural}" if shown == total else f"showing {shown:,} of {total:,} {plural}"
    if not cut:
        return rows
    cells = "1 cell is" if cut == 1 else f"{cut:,} cells are"
    return f"{rows}, {cells} cut at … to fit the width{whole and f'; {whole}'}"


def _natural(names: list[str], kinds: Sequence[DuckDBPyType], sample: Sequence[Row], *, colour: bool) -> _Layout:
    """The widths that need no cutting."""
    widths = [max([text_width(name), *(text_width(row[at] or "NULL") for row in sample)]) for at, name in enumerate(names)]
    numeric = [str(kind.id) in NUMBERS for kind in kinds]
    return _Layout(names, numeric, _nested(kinds), widths, colour)


def _nested(kinds: Sequence[DuckDBPyType]) -> list[bool]:
    return [is_nested(kind) or str(kind) == "JSON" for kind in kinds]


def _fit(layout: _Layout, width: int) -> _Layout | None:
    """`layout` with its widest texts made narrower until it fits `width`, nested values first, or None when it cannot."""
    excess = 3 * len(layout.widths) + 1 + sum(layout.widths) - width
    if width == 0 or excess <= 0:
        return layout
    least = [
        width if numeric else min(width, max(_LEAST_WIDTH, text_width(name)))
        for name, width, numeric in zip(layout.names, layout.widths, layout.numeric, strict=True)
    ]
    natural = tuple(layout.widths)
    while excess > 0:
        room = [at for at, width in enumerate(layout.widths) if width > least[at]]
        if not room:
            return None
        layout.widths[max(room, key=functools.partial(_dispensable, layout, natural))] -= 1
        excess -= 1
    return layout


def _dispensable(layout: _Layout, natural: Sequence[int], at: int) -> tuple[bool, int]:
    """What is largest for the column that is made narrower next."""
    width = layout.widths[at]
    return layout.nested[at] and width > _NESTED_WIDTH, width - (_SPARED if width == natural[at] <= _SHORT else 0)


def _box(layout: _Layout, rows: Iterable[Row]) -> Generator[str, None, int]:
    """The lines of a box, and how many rows it has."""
    bars = ["─" * (width + 2) for width in layout.widths]
    yield f"┌{'┬'.join(bars)}┐"
    yield _line([pad(name, width) for name, width in zip(layout.names, layout.widths, strict=True)])
    yield f"├{'┼'.join(bars)}┤"
    shown = 0
    for row in rows:
        shown += 1
        yield _line([_cell(cell, at, layout) for at, cell in enumerate(row)])
    yield f"└{'┴'.join(bars)}┘"
    return shown


def _line(cells: Iterable[str]) -> str:
    return f"│ {' │ '.join(cells)} │"


def _cell(cell: str | None, at: int, layout: _Layout) -> str:
    text, width = ("NULL" if cell is None else cell), layout.widths[at]
    if not layout.numeric[at] and text_width(text) > width:
        layout.cut += 1
        text = shorten(text, width)
    padded = pad(text, width, right=layout.numeric[at])
    return _coloured(padded, cell) if layout.colour else padded


def _coloured(text: str, cell: str | None) -> str:
    """`text`, which shows `cell`, dim where that is NULL and reversed where it has changed."""
    if isinstance(cell, Changed):
        return f"\x1b[1;7m{text}\x1b[0m"
    return f"\x1b[2m{text}\x1b[0m" if cell is None else text


def _blocks(names: list[str], nested: list[bool], rows: Iterable[Row], options: TableOptions) -> Generator[str, None, int]:
    """Every row as lines of `name │ value`, values whole, the `nested` over several lines where they need them; and how many rows."""
    name_width = max((text_width(name) for name in names), default=0)
    shown = 0
    for shown, row in enumerate(rows, 1):
        yield f"─[ row {shown} ]".ljust(options.width, "─")
        for name, has_parts, cell in zip(names, nested, row, strict=True):
            text = "NULL" if cell is None else cell
            room = options.width - name_width - 3
            fits = not has_parts or options.width == 0 or text_width(text) <= room
            for at, line in enumerate([text] if fits else map(visible, spread(text, room))):
                value = _coloured(line, cell) if options.colour else line
                yield f"{pad(name if at == 0 else '', name_width)} │ {value}"
    return shown


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
