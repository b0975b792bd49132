"""DuckDB's thread, and how it is ended."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_the_thread_is_kept_for_the_next_work() -> None:
    """One after the other; work that begins while other work is under way has a thread of its own."""
    with duckdb.connect() as con:
        first, second = (interruptible(con, threading.get_ident) for _ in range(2))
        outer, inner = interruptible(con, lambda: (threading.get_ident(), interruptible(con, threading.get_ident)))

    assert first == second != threading.get_ident()
    assert outer != inner


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_process_has_a_thread_of_its_own() -> None:
    """A thread does not come along into a process that is forked, and is not waited for there."""
    with duckdb.connect() as con:
        interruptible(con, lambda: None)
        code = f"import os; from rowcall.engine.interrupt import interruptible; {_FORKED}"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)

    assert (done.stdout, done.returncode) == ("42\n", 0)


_FORKED = """interruptible(None, lambda: None)
child = os.fork()
if not child:
    print(interruptible(None, lambda: 42), flush=True)
    os._exit(0)
os.waitpid(child, 0)"""
