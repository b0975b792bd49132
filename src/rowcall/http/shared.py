"""The pace of a key for all processes of a machine, by way of a file.

The file is SQLite's, which has the locks. It holds when requests went out and until when none may, by a digest of the key and its place;
no key, no URL, and nothing of a request. Libraries that keep limits in a file know of limits alone: what an answer asks to wait, which
is for all processes too, has no place in them.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rowcall.errors import UsageError
from rowcall.http.control import Control
from rowcall.http.retry import LONGEST_WAIT_S
from rowcall.manifest.model import RateLimit

_KEPT_S = 3600.0
"""How long it is kept that a request went out, at the least; longer where a limit that anybody had looks back further."""
_BUSY_S = 5.0
"""How long a file may be locked by others, who hold it for a moment each."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS sent (key BLOB NOT NULL, at REAL NOT NULL)",
    "CREATE INDEX IF NOT EXISTS sent_by_key ON sent (key, at)",
    "CREATE TABLE IF NOT EXISTS rests (key BLOB PRIMARY KEY, until REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, seconds REAL NOT NULL)",
)


class SharedPace:
    """As `Pace`, for all who name the same file. Times are by the machine's clock, which may be set."""

    def __init__(self, path: str, key: bytes) -> None:
        self._path = path
        self._key = key
        self._kept_s = _KEPT_S
        self._lock = threading.Lock()
        with self._in_words():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._file = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            weakref.finalize(self, self._file.close)
            self._file.execute("PRAGMA synchronous = OFF")  # after a crash of the machine, no request is under way
            for table in _TABLES:
                self._file.execute(table)

    def wait(self, control: Control, limits: Sequence[RateLimit] = ()) -> None:
        """Returns when the next request may go, which then counts as sent. Raises what `control` raises when it ends the statement."""
        self.heed(limits)
        while (seconds := self._left(limits)) > 0:
            control.wait(seconds)
            control.check()

    def heed(self, limits: Sequence[RateLimit]) -> None:
        """Has what is sent kept for as long as these limits look back, by all who share the file."""
        longest = max((limit.per_s for limit in limits), default=0.0)
        if longest <= self._kept_s:
            return
        with self._transaction():
            self._file.execute(
                "INSERT INTO kept VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET seconds = max(seconds, ?2)", (self._key, longest)
            )
        self._kept_s = longest

    def pause(self, seconds: float) -> None:
        """Lets nothing go for so long, or longer where that was said before."""
        with self._transaction():
            self._file.execute(
                "INSERT INTO rests VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET until = max(until, ?2)",
                (self._key, time.time() + seconds),
            )

    def _left(self, limits: Sequence[RateLimit]) -> float:
        """Seconds to wait; 0 where a request may go now, which is noted."""
        with self._transaction():
            now = time.time()
            self._forget_the_future(now)
            free = [self._rest(now), *(self._free(now, limit) for limit in limits)]
            if max(free) > now:
                return max(free) - now
            self._file.execute("INSERT INTO sent VALUES (?, ?)", (self._key, now))
            self._file.execute("DELETE FROM sent WHERE key = ? AND at < ?", (self._key, now - self._looked_back()))
            return 0.0

    def _looked_back(self) -> float:
        """For how many seconds what was sent is kept."""
        found = self._file.execute("SELECT seconds FROM kept WHERE key = ?", (self._key,)).fetchone()
        return _KEPT_S if found is None else max(_KEPT_S, float(found[0]))

    def _forget_the_future(self, now: float) -> None:
        """What was noted before the clock was set back counts as of now, and a pause that is too long to be one is none."""
        self._file.execute("UPDATE sent SET at = ?2 WHERE key = ?1 AND at > ?2", (self._key, now))
        self._file.execute("DELETE FROM rests WHERE key = ? AND until > ?", (self._key, now + LONGEST_WAIT_S))

    def _rest(self, now: float) -> float:
        found = self._file.execute("SELECT until FROM rests WHERE key = ?", (self._key,)).fetchone()
        return now if found is None else float(found[0])

    def _free(self, now: float, limit: RateLimit) -> float:
        """When a limit lets another request go."""
        found = self._file.execute(
            "SELECT at FROM sent WHERE key = ? ORDER BY at DESC LIMIT 1 OFFSET ?", (self._key, limit.requests - 1)
        ).fetchone()
        return now if found is None else float(found[0]) + limit.per_s

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._in_words():
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                self._file.execute("COMMIT")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(f"rate_limits_file {self._path} cannot be used: {reason}.") from error
