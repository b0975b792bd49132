"""A write whose process is killed loses no row and sends none twice; `make torture` kills two hundred."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.torture.kills import differences, kill_many


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_write_loses_no_row_and_sends_none_twice(tmp_path: Path) -> None:
    """Twenty writes of 500 rows, killed when a random part of them was sent."""
    found = kill_many("ci", 20, 500, tmp_path)

    assert found.wrong == []
    assert found.writes == 20
    assert found.cut >= 10, "most of them have to be killed in the middle, or nothing was tried"


@pytest.mark.parametrize(
    ("outcomes", "came", "found"),
    [
        ({0: "done"}, {0: 2}, "row 0 is done and came 2 times"),
        ({0: "done"}, {}, "row 0 is done and came 0 times"),
        ({0: "unknown"}, {0: 2}, "row 0 is unknown and came 2 times"),
        ({0: "not sent"}, {0: 1}, "row 0 is not sent and came 1 times"),
        ({}, {0: 1}, "1 rows came, and the journal has none"),
    ],
)
def test_what_is_lost_or_sent_twice_is_found(outcomes: dict[int, str], came: dict[int, int], found: str) -> None:
    """The judge has eyes."""
    assert differences(outcomes, Counter(came), 1) == [found]
