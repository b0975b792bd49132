"""The last result as a plot in the terminal: a line over numbers or times, bars over texts.

Lines are plotext's, and bars our own, which need no package and show a name and a number each. It has no colours.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rowcall.errors import UsageError
from rowcall.front.cells import NUMBERS, Reader
from rowcall.front.report import counted
from rowcall.front.table import pad, shorten, text_width, visible

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation
    from duckdb.sqltypes import DuckDBPyType

    from rowcall.shell.last import Last

Point = tuple[float, float]

_MOST_LINES = 20
"""How high a line may be."""
_BELOW = 6
"""Lines of the screen that are left to what stands around it."""
_LEAST_LINES = 8
_LEAST_COLUMNS = 20
_TICKS = 5
"""About how many marks an axis has."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - times are drawn as they are written, those with a time zone in UTC
_HINT = "Name them: SELECT x, y FROM _;"


def plot_lines(last: Last, connection: DuckDBPyConnection) -> Iterator[str]:
    """The lines of the plot, those at the end saying which rows are not in it.

    Raises UsageError where there is no result, it has other columns than a plot is of, or plotext is needed and missing.
    """
    if last.relation is None:
        raise UsageError(f"There is nothing to plot. _ is the last result, {last.why}. {last.hint}")
    x, y = _columns(last.relation)
    reader, size = Reader(connection), shutil.get_terminal_size()
    over = last.relation.types[x]
    names = [visible(last.relation.columns[at]) for at in (x, y)]
    if _is_number(over) or _is_time(over):
        height = max(_LEAST_LINES, min(_MOST_LINES, size.lines - _BELOW))
        points = _points(reader, last.relation, x, y)
        lines = _drawn(points, names, max(_LEAST_COLUMNS, size.columns), height, times=_is_time(over)) if points else []
        left_out, of = len(last.relation) - len(points), "NULL, or no finite value"
    else:
        bars = _bar_values(reader, last.relation, x, y)
        lines = list(_bars(bars, names, max(_LEAST_COLUMNS, size.columns))) if bars else []
        left_out, of = len(last.relation) - len(bars), f"NULL, or no finite value, in {names[1]}"
    return _told(lines, left_out, of)


def _told(lines: Sequence[str], left_out: int, of: str) -> Iterator[str]:
    yield from lines
    if not lines:
        yield "There is no point to draw."
    if left_out:
        yield f"{counted(left_out, 'row')} left out: {of}"


def _columns(relation: DuckDBPyRelation) -> tuple[int, int]:
    """Where what it is over, and the values, stand."""
    kinds = relation.types
    if len(kinds) != 2:
        names = ", ".join(visible(name) for name in relation.columns[:6]) + (", …" if len(kinds) > 6 else "")
        raise UsageError(f"A plot is of two columns, and the last result has {len(kinds)}: {names}. {_HINT}")
    if _is_number(kinds[1]):
        return 0, 1
    if _is_number(kinds[0]):
        return 1, 0
    names = " and ".join(f"{visible(name)} {kind}" for name, kind in zip(relation.columns, kinds, strict=True))
    raise UsageError(f"A plot is of numbers, and the last result has {names}. Cast one, or count: FROM _ SELECT x, count(*) GROUP BY x;")


def _is_number(kind: DuckDBPyType) -> bool:
    return str(kind.id) in NUMBERS


def _is_time(kind: DuckDBPyType) -> bool:
    return str(kind.id).startswith("timestamp") or kind.id == "date"


def _points(reader: Reader, relation: DuckDBPyRelation, x: int, y: int) -> list[Point]:
    """Those that can be drawn, times in seconds since 1970, in the order of x."""
    over = f"#{x + 1}"
    if _is_time(relation.types[x]):
        over = f"CASE WHEN isfinite({over}) THEN epoch({over}) END"
    rows = reader.call(relation.project(f"({over})::DOUBLE, #{y + 1}::DOUBLE").fetchall)
    return sorted((a, b) for a, b in rows if a is not None and b is not None and math.isfinite(a) and math.isfinite(b))


def _bar_values(reader: Reader, relation: DuckDBPyRelation, x: int, y: int) -> list[tuple[str, float, str]]:
    """Name, value, and the value as it is written."""
    rows = reader.text_rows(relation)
    found = [("NULL" if row[x] is None else visible(row[x] or ""), row[y]) for row in rows]
    return [(name, float(text), text) for name, text in found if text is not None and math.isfinite(float(text))]


def _drawn(points: Sequence[Point], names: Sequence[str], width: int, height: int, *, times: bool) -> list[str]:
    """A line where each x has one value, or else the points alone."""
    try:
        import plotext
    except ImportError as error:
        missing = "A plot over numbers or times needs plotext; install it with: pip install 'rowcall[plot]'"
        raise UsageError(missing if isinstance(error, ModuleNotFoundError) else f"plotext cannot be used: {error}") from error

    xs, ys = [x for x, _ in points], [y for _, y in points]
    figure = plotext.figure
    figure.clear()
    plotext.terminal.limit(width=False, height=False)
    figure.plot_size(width, height - 1)
    signal = figure.signal(xs, ys, marker="braille")
    figure.draw(signal.lines() if len(set(xs)) == len(xs) else signal)
    marks = _times(xs[0], xs[-1]) if times else _numbers(xs[0], xs[-1])
    figure.ruler("x").ticks(list(marks), list(marks.values()))
    marks = _numbers(min(ys), max(ys))
    figure.ruler("y").ticks(list(marks), list(marks.values()))
    drawn: str = plotext.uncolorize(str(figure.build()))
    figure.clear()
    return [f"{names[1]} over {names[0]}", *(line.rstrip() for line in drawn.rstrip("\n").split("\n"))]


def _numbers(first: float, last: float) -> dict[float, str]:
    """Round numbers from `first` to `last`, as they are written; the one where there is one."""
    if first == last:
        return {first: f"{first:,.6g}"}
    rough = (last - first) / _TICKS
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    digits = max(0, -math.floor(math.log10(step)))
    ticks = [number * step for number in range(math.ceil(first / step), math.floor(last / step) + 1)]
    return {tick: f"{tick + 0.0:,.{digits}f}" if abs(tick) < 1e15 and digits < 9 else f"{tick:g}" for tick in ticks}


def _times(first: float, last: float) -> dict[float, str]:
    """Some moments from `first` to `last`, as precise as they are apart."""
    days = (last - first) / 86400
    form = "%Y-%m-%d" if days >= _TICKS else "%m-%d %H:%M" if days >= 0.5 else "%H:%M:%S"
    count = 1 if first == last else _TICKS
    ticks = [first + (last - first) * number / max(1, count - 1) for number in range(count)]
    return {tick: (_EPOCH + dt.timedelta(seconds=tick)).strftime(form) for tick in ticks}


def _bars(bars: Sequence[tuple[str, float, str]], names: Sequence[str], width: int) -> Iterator[str]:
    """A line for each, negative ones to the left of the zero of the others."""
    label = min(max(text_width(name) for name, _, _ in bars), width // 3)
    room = max(1, width - label - 4 - max(len(text) for _, _, text in bars))
    low, high = min(0.0, *(value for _, value, _ in bars)), max(0.0, *(value for _, value, _ in bars))
    unit = (high - low) / room or 1.0
    zero = round(-low / unit)
    yield f"{names[1]} by {names[0]}"
    for name, value, text in bars:
        length = round(abs(value) / unit * 8)
        full = min(length // 8, room)
        drawn = f"{'█' * full}{_EIGHTHS[length % 8].strip()}" if value >= 0 else f"{'█' * min(full, zero)}".rjust(zero)
        yield f"{pad(shorten(name, label) if text_width(name) > label else name, label)} │ {' ' * zero if value >= 0 else ''}{drawn} {text}"
