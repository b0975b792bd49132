"""DuckDB in a thread of its own, so that Ctrl-C in the calling thread always ends the statement.

DuckDB looks for Ctrl-C only in some of its calls when it runs in the main thread, and never while it waits for a scan. Here the main
thread waits, and asks DuckDB to stop.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
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


def interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
    """What `work` returns or raises; `work` runs in another thread and may use `connection` there.

    On KeyboardInterrupt the connection is interrupted, `work` awaited, and KeyboardInterrupt raised.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the calling thread
            errors.append(error)
        finally:
            done.set()

    # An event and not Thread.join: a join that Ctrl-C ends takes the thread for finished from then on (https://bugs.python.org/issue45274).
    done = threading.Event()
    _running[id(done)] = (connection, done)
    threading.Thread(target=run, name="rowcall-duckdb", daemon=True).start()
    try:
        while not done.wait(_POLL_S):
            pass
    except BaseException:
        _stop(connection, done)
        raise
    finally:
        _running.pop(id(done), None)
    if errors:
        raise errors[0]
    return results[0]


def _stop(connection: duckdb.DuckDBPyConnection, done: threading.Event) -> None:
    """Returns when the work is done, or will not be. Asks again and again: DuckDB forgets it between two statements of one work."""
    end = time.monotonic() + _PATIENCE_S
    while not done.is_set() and time.monotonic() < end:
        connection.interrupt()
        done.wait(_AGAIN_S)


_running: dict[int, tuple[duckdb.DuckDBPyConnection, threading.Event]] = {}
"""What is under way, for the end of the process."""


def _stop_all() -> None:
    """Leaving the interpreter while DuckDB runs in a thread of it would abort the process."""
    for connection, done in list(_running.values()):
        _stop(connection, done)


atexit.register(_stop_all)
