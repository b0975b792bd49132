"""The page that compares beside the figures that it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"
STATED = re.findall(r"([\d.]+) times as long[^()]*\((\w+): ([^)]+)\)", (DOCS / "comparison.md").read_text("utf-8"))
TOLERANCE = 0.3
"""How far a figure may have moved from what the page says, since each run of the benchmarks has its own."""


def _measured(table: str, way: str) -> float:
    """How many times as long as rowcall a way took, by the page about performance."""
    text = (DOCS / "performance.md").read_text("utf-8")
    found = re.search(rf"^{table}  .*?^   {re.escape(way)} +[\d.]+ m?s +([\d.]+)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, (table, way)
    return float(found[1])


def test_the_page_states_figures() -> None:
    """Those below are all that it has."""
    text = (DOCS / "comparison.md").read_text("utf-8")

    assert len(STATED) == text.count(" times as long") > 5


@pytest.mark.parametrize(("figure", "table", "way"), STATED)
def test_a_figure_is_what_was_measured(figure: str, table: str, way: str) -> None:
    """More or less: machines and runs differ."""
    measured = _measured(table, way)

    assert abs(float(figure) - measured) <= TOLERANCE * measured
