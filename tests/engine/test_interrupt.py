"""DuckDB's thread, and how it is ended."""

from __future__ import annotations

import threading
import time
from _thread import interrupt_main

import duckdb
import pytest

from rowcall.engine.interrupt import interruptible


def test_ctrl_c_ends_what_a_scan_waits_for() -> None:
    """`stop` is called, for DuckDB's own interrupt does not reach what a page source waits for."""
    stopped = threading.Event()
    ended = []

    def work() -> None:
        stopped.wait(20)
        ended.append(True)

    with duckdb.connect() as con:
        threading.Timer(0.3, interrupt_main).start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            interruptible(con, work, stopped.set)

    assert ended == [True]
    assert time.monotonic() - started < 10


def test_what_the_work_gives_and_raises_comes_back() -> None:
    """In the calling thread, and `stop` is not called."""
    with duckdb.connect() as con:
        assert interruptible(con, lambda: 42, lambda: pytest.fail("stopped")) == 42
        with pytest.raises(ZeroDivisionError):
            interruptible(con, lambda: 1 // 0, lambda: pytest.fail("stopped"))
