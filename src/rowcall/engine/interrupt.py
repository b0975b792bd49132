"""DuckDB in a thread of its own, so that Ctrl-C in the calling thread always ends the statement.

DuckDB looks for Ctrl-C only in some of its calls when it runs in the main thread, and never while it waits for a scan. Here the main
thread waits, and asks DuckDB to stop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")

_POLL_S = 0.2
"""How often the waiting thread wakes; on Windows nothing else lets Ctrl-C in."""
_PATIENCE_S = 10.0
"""How long DuckDB may take to stop after it was asked to."""


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
    threading.Thread(target=run, name="rowcall-duckdb", daemon=True).start()
    try:
        while not done.wait(_POLL_S):
            pass
    except BaseException:
        connection.interrupt()
        done.wait(_PATIENCE_S)
        raise
    if errors:
        raise errors[0]
    return results[0]
