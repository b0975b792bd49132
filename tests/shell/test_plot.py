"""The last result as a plot."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from rowcall.errors import UsageError
from rowcall.shell.last import Last
from rowcall.shell.plot import plot_lines

Plot = Callable[[str], list[str]]


@pytest.fixture
def plot(monkeypatch: pytest.MonkeyPatch) -> Plot:
    """The lines of the plot of a query, in a terminal of 60 columns and 20 lines."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "20")

    def plot(sql: str) -> list[str]:
        connection = duckdb.connect()
        return list(plot_lines(Last(connection.sql(sql)), connection))

    return plot


def test_values_over_texts_are_bars(plot: Plot) -> None:
    """As long as they are large, with the value as it is written; a name that is long is cut."""
    shown = plot("FROM (VALUES ('completed', 344), (repeat('x', 40), 172), (NULL, 1), ('none', NULL)) v(status, n)")

    assert shown == [
        "n by status",
        f"completed            │ {'█' * 33} 344",
        f"{'x' * 19}… │ {'█' * 16}▌ 172",
        "NULL                 │ ▏ 1",
        "1 row left out: NULL, or no finite value, in n",
    ]


def test_bars_of_negative_values_go_to_the_left(plot: Plot) -> None:
    """Of the zero that they have in common; which column comes first does not matter."""
    shown = plot("FROM (VALUES (-10, 'down'), (20.5, 'up')) v(n, name)")

    assert shown == ["n by name", f"down │ {'█' * 15} -10.0", f"up   │ {' ' * 15}{'█' * 31}▋ 20.5"]


def test_values_over_numbers_are_a_line(plot: Plot) -> None:
    """With round numbers at its axes, as wide as the terminal."""
    title, *lines = plot("SELECT range AS x, range * range AS y FROM range(100)")

    assert title == "y over x"
    assert max(map(len, lines)) <= 60
    assert len(lines) == 13
    assert lines[0].strip().startswith("┌──")
    assert any(line.startswith("4,000┤") for line in lines)
    assert re.fullmatch(r" +0 +20 +40 +60 +80", lines[-1])
    assert "⠤" in "".join(lines)


def test_values_over_times_have_times_below(plot: Plot) -> None:
    """As precise as they are apart."""
    days = plot("SELECT TIMESTAMP '2026-01-01' + INTERVAL (range) DAY AS day, range % 7 AS n FROM range(60)")
    hours = plot("SELECT TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (range) HOUR AS hour, range AS n FROM range(13)")
    minutes = plot("SELECT TIMESTAMP_MS '2026-01-01 10:00:00' + INTERVAL (range) MINUTE AS m, range AS n FROM range(9)")

    assert days[-1].split()[0] == "2026-01-01"
    assert hours[-1].split()[:2] == ["01-01", "00:00"]
    assert minutes[-1].split()[0] == "10:00:00"


def test_what_cannot_be_drawn_is_told(plot: Plot) -> None:
    """NULL, infinity and NaN; and there may be nothing left."""
    some = plot("FROM (VALUES (1, 1.0), (2, NULL), (NULL, 3), (4, 'inf'::DOUBLE), (5, 2)) v(x, y)")

    assert some[-1] == "3 rows left out: NULL, or no finite value"
    assert plot("SELECT 1 AS x, NULL::INTEGER AS y") == ["There is no point to draw.", "1 row left out: NULL, or no finite value"]
    assert plot("SELECT 'a' AS x, 1 AS y WHERE false") == ["There is no point to draw."]


def test_a_single_point_and_several_of_one_x_are_points(plot: Plot) -> None:
    """A line through them would say what is not so."""
    assert plot("SELECT 5 AS x, 7 AS y")[0] == "y over x"
    assert plot("FROM (VALUES (1, 1), (1, 2), (2, 3)) v(x, y)")[0] == "y over x"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 1 AS a", "A plot is of two columns, and the last result has 1: a. Name them: SELECT x, y FROM _;"),
        ("SELECT 1 AS a, 2 AS b, 3 AS c", "and the last result has 3: a, b, c."),
        ("SELECT 'x' AS a, 'y' AS b", "A plot is of numbers, and the last result has a VARCHAR and b VARCHAR. Cast one, or count: "),
    ],
)
def test_a_result_that_is_no_plot_says_how_to_make_one(plot: Plot, sql: str, message: str) -> None:
    """Of two columns, one of them a number."""
    with pytest.raises(UsageError, match=re.escape(message)):
        plot(sql)


def test_without_plotext_it_says_what_to_install(plot: Plot, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a line; bars need nothing."""
    monkeypatch.setitem(sys.modules, "plotext", None)

    assert plot("SELECT 'a' AS x, 1 AS y")[0] == "y by x"
    with pytest.raises(UsageError, match=r"needs plotext; install it with: pip install 'rowcall\[plot\]'"):
        plot("SELECT 1 AS x, 1 AS y")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_the_shell_plots_its_last_result(terminal: Callable[..., Any]) -> None:
    """And says where there is none."""
    shell = terminal("shell", "--no-progress", columns=80, lines=24)
    shell.wait_for("rowcall>")

    assert "error: There is nothing to plot. _ is the last result, and there is none yet. Run a query first." in shell.told(".plot")
    shell.told("SELECT 'a' AS name, 1 AS n;")
    assert re.search(r"n by name\na │ █+ 1\n", shell.told(".plot"))
    shell.told("SELECT range AS x, -range AS y FROM range(100);")
    assert "y over x\n" in shell.told(".plot")
    assert "error: .plot takes nothing" in shell.told(".plot it")
