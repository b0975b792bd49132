"""A statement that hangs is found out, and a slow machine is not taken for one that hangs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from tests.torture import run
from tests.torture.overdue import Watch
from tests.torture.run import Findings, Schedule, mill, one

BUSY = """
import os, sys
os.sched_setaffinity(0, map(int, sys.argv[1:]))
print(flush=True)
while True: pass
"""


@contextmanager
def busy(processes: int, cpus: Sequence[int]) -> Iterator[None]:
    """While it lasts, so many others compute on these processors."""
    others = [subprocess.Popen([sys.executable, "-c", BUSY, *map(str, cpus)], stdout=subprocess.PIPE) for _ in range(processes)]
    try:
        for other in others:
            assert other.stdout is not None
            other.stdout.read(1)
        yield
    finally:
        for other in others:
            other.kill()
            other.communicate()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("others", [0, 6], ids=["idle", "busy"])
def test_a_statement_that_hangs_beyond_its_deadline_is_found_out(others: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were there no deadline in the session, a server that is silent for a minute would be waited for: that is seen, with where it waits."""
    if others and sys.platform != "linux":
        pytest.skip("only Linux keeps others to some processors")
    monkeypatch.setattr(run, "DEADLINE_S", 0.3)
    schedule = Schedule((("slow", {"times": None, "seconds": 60}),), partial=False, in_flight=2)
    monkeypatch.setattr(Schedule, "of", lambda *_: schedule)
    found = Findings()
    with mill() as server:
        server.sessions[2].sql("SET rowcall_timeout_s = NULL")
        cpus = sorted(os.sched_getaffinity(0)) if others else []
        started = time.monotonic()
        with busy(others, cpus):
            one(server, "ci:slow:token:scan:0", found)
        taken_s = time.monotonic() - started

    assert found.kinds["wrong"] == 1
    assert "s after its deadline, when it was here:" in found.wrong[0]
    assert "http1.py" in found.wrong[0]
    assert taken_s < 30


def test_a_loop_without_end_is_no_slow_machine() -> None:
    """What computes and does not end is found out too."""
    stopped: list[float] = []
    with Watch(0.05, 0.2, lambda: stopped.append(time.monotonic())) as watch:
        end = time.monotonic() + 30
        while not stopped and time.monotonic() < end:
            pass

    assert "test_overdue.py" in watch.found
    assert stopped


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how long a thread was not let run")
def test_what_the_machine_keeps_waiting_does_not_hang() -> None:
    """A fifth of a second of work takes more than one where six others have the same processor."""

    def work() -> None:
        end = time.thread_time() + 0.2
        while time.thread_time() < end:
            pass

    kept: Any = os.sched_getaffinity(0)
    one_of_them = [min(kept)]
    with busy(6, one_of_them):
        os.sched_setaffinity(0, one_of_them)
        started = time.monotonic()
        try:
            with Watch(0.0, 0.5, lambda: None) as watch:
                work()
        finally:
            os.sched_setaffinity(0, kept)
        taken_s = time.monotonic() - started

    assert taken_s > 0.6
    assert watch.found == ""
    assert watch.overdue_s < 0.5
