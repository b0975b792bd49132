"""A process that asks on and on holds no more than after a while, whatever becomes of its statements."""

from __future__ import annotations

import sys

import pytest
from tests.soak.run import FULL, SLACK, Held, Soaked, soak

SECONDS = 8
"""Enough for threads and files; CI asks for two minutes beside its other checks, and `make soak` for an hour."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process holds")
@pytest.mark.filterwarnings("ignore")
def test_a_process_that_asks_on_and_on_does_not_grow() -> None:
    """Neither in threads nor in open files; and the statement after a cancelled one is right."""
    found = soak(SECONDS, "ci")

    assert found.wrong == []
    assert found.grown() == []
    assert found.verdicts["cancelled"]
    assert found.verdicts["right"]


def test_growth_is_found_out() -> None:
    """A process that keeps a thread, a file or memory of each statement is told from one that does not."""

    def looks(statements: int, **growth: int) -> Soaked:
        start = {"bytes": 10**8, "pieces": 10**5, "threads": 3, "files": 9}
        return Soaked(
            held=[Held(at, at * statements, **{name: of + at * growth.get(name, 0) for name, of in start.items()}) for at in range(40)]
        )

    all_of_them = {name: slack // 15 + 1 for name, slack in SLACK.items()}

    assert looks(FULL).grown() == []
    assert [text.split(":")[0] for text in looks(FULL, **all_of_them).grown()] == list(SLACK)
    assert [text.split(":")[0] for text in looks(1, **all_of_them).grown()] == ["threads", "files"], "memory is not full yet"
