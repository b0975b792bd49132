"""DuckDB in a thread of its own, so that Ctrl-C in the calling thread always ends the statement.

DuckDB looks for Ctrl-C only in some of its calls when it runs in the main thread, and never while it waits for a scan. Here the main
thread waits, and asks DuckDB to stop.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")

_POLL_S = 0.2
"""How often the waiting thread wakes; on Windows nothing else lets Ctrl-C in."""
_PATIENCE_S = 10.0
"""How long DuckDB may take to stop after it was asked to."""
_AGAIN_S = 0.05
"""How long to wait before it is asked again."""


def interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], T], stop: Callable[[], None] | None = None) -> T:
    """What `work` returns or raises; `work` runs in another thread and may use `connection` there.

    On KeyboardInterrupt `stop` is called, the connection interrupted, `work` awaited, and KeyboardInterrupt raised. `stop` ends what
    DuckDB waits for while it scans, where it looks for no interrupt; it must not wait.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the calling thread
            errors.append(error)
        finally:
            _idle.append(worker)
            done.set()

    # An event and not Thread.join: a join that Ctrl-C ends takes the thread for finished from then on (https://bugs.python.org/issue45274).
    done = threading.Event()
    _watch_exit()
    running = _Running(connection, done, stop)
    _running[id(done)] = running
    worker = _worker()
    worker.work.put(run)
    try:
        while not done.wait(_POLL_S):
            pass
    except BaseException:
        running.end()
        raise
    finally:
        _running.pop(id(done), None)
    if errors:
        raise errors[0]
    return results[0]


class _Worker(threading.Thread):
    """A thread that does one piece of work after the other."""

    def __init__(self) -> None:
        super().__init__(name="rowcall-duckdb", daemon=True)
        self.work: SimpleQueue[Callable[[], bool | None]] = SimpleQueue()

    def run(self) -> None:
        """Until a piece returns True. Nothing is kept of a piece that is done."""
        while not self.work.get()():
            pass


_idle: list[_Worker] = []
"""Threads without work: to start one takes as long as many a question to DuckDB."""


def _worker() -> _Worker:
    try:
        return _idle.pop()
    except IndexError:
        worker = _Worker()
        worker.start()
        return worker


if hasattr(os, "register_at_fork"):  # a child process has none of these threads
    os.register_at_fork(after_in_child=_idle.clear)


@dataclass(frozen=True, slots=True)
class _Running:
    """Work that is under way in a thread of its own."""

    connection: duckdb.DuckDBPyConnection
    done: threading.Event
    stop: Callable[[], None] | None

    def end(self) -> None:
        """Returns when the work is done, or will not be. Asks again and again: DuckDB forgets it between two statements of one work."""
        if self.stop is not None:
            self.stop()
        end = time.monotonic() + _PATIENCE_S
        while not self.done.is_set() and time.monotonic() < end:
            self.connection.interrupt()
            self.done.wait(_AGAIN_S)


_running: dict[int, _Running] = {}
"""What is under way, for the end of the process."""


def _stop_all() -> None:
    """Leaving the interpreter while DuckDB runs in a thread of it would abort the process.

    And DuckDB complains of what a thread still holds when the interpreter ends.
    """
    for running in list(_running.values()):
        running.end()
    workers = [*_idle]
    _idle.clear()
    for worker in workers:
        worker.work.put(lambda: True)
    for worker in workers:
        worker.join(_POLL_S)


@cache
def _watch_exit() -> None:
    """Has what is under way stopped when the process ends.

    Called when there is a connection, because what is registered last runs first: DuckDB has a hook of its own, which waits for its
    statements and knows of no scan that waits for an API.
    """
    atexit.register(_stop_all)
