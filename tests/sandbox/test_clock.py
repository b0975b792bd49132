"""The clock that tests hold and move."""

from __future__ import annotations

import time

import pytest

from rowcall.sandbox.clock import Clock


def test_a_held_clock_stands_still_and_moves_when_told() -> None:
    """Nothing but `advance` moves a held clock."""
    clock = Clock(1000, held=True)

    clock.advance(5)

    assert (clock.now(), clock.held) == (1005, True)


def test_a_clock_passes_as_real_time_does() -> None:
    """Without a start it tells the real time, and goes on from there."""
    before = time.time()
    clock = Clock()

    first, second = clock.now(), clock.now()

    assert before - 1 < first <= second < time.time() + 1


def test_holding_a_clock_keeps_the_time_that_it_had() -> None:
    """`hold` says where it stands, and `release` lets it go on from there."""
    clock = Clock(1000)
    held_at = clock.hold()

    assert clock.now() == held_at
    clock.release()
    assert clock.now() >= held_at
    assert not clock.held


def test_releasing_a_running_clock_changes_nothing() -> None:
    """It does not fall back to the time at which it was made."""
    clock = Clock(1000)
    clock.advance(50)

    clock.release()

    assert clock.now() >= 1050


@pytest.mark.parametrize("held", [True, False])
def test_a_restart_sets_the_time_and_leaves_the_rest(held: bool) -> None:
    """A held clock stays held, a running one runs on."""
    clock = Clock(1000, held=held)

    clock.restart(500)

    assert 500 <= clock.now() < 510
    assert clock.held is held


def test_time_does_not_go_back() -> None:
    """A negative leap is refused."""
    with pytest.raises(ValueError, match="back"):
        Clock(1000, held=True).advance(-1)
