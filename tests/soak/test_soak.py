"""A process that asks on and on holds no more than after a while, whatever becomes of its statements."""

from __future__ import annotations

import sys

import pytest
from tests.soak.run import SLACK_BYTES, SLACK_FILES, Held, Soaked, soak

SECONDS = 20
"""`make soak` takes an hour."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process holds")
@pytest.mark.filterwarnings("ignore")
def test_a_process_that_asks_on_and_on_does_not_grow() -> None:
    """Neither in memory nor in threads nor in open files; and the statement after a cancelled one is right."""
    found = soak(SECONDS, "ci")

    assert found.wrong == []
    assert found.grown() == []
    assert found.verdicts["cancelled"]
    assert found.verdicts["right"]


def test_growth_is_found_out() -> None:
    """A process that keeps a thread, a file or memory of each statement is told from one that does not."""

    def looks(**growth: int) -> Soaked:
        held = [
            Held(at, *(start + at * growth.get(name, 0) for name, start in (("bytes", 10**8), ("threads", 3), ("files", 9))))
            for at in range(40)
        ]
        return Soaked(held=held)

    assert looks().grown() == []
    assert [text.split(":")[0] for text in looks(bytes=SLACK_BYTES, threads=1, files=SLACK_FILES).grown()] == ["bytes", "threads", "files"]
