"""The pace of a key for all processes of a machine, by way of a file.

The file is SQLite's, which has the locks. It holds when requests went out and until when none may, by a digest of the key and its place;
no key, no URL, and nothing of a request. Libraries that keep limits in a file know of limits alone: what an answer asks to wait, which
is for all processes too, has no place in them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from rowcall.errors import UnavailableError, UsageError
from rowcall.http.control import Cancelled, Control
from rowcall.http.database import Database, Run
from rowcall.http.limits import NO_LIMITS, Limits, looked_back, scoped
from rowcall.http.retry import LONGEST_WAIT_S
from rowcall.manifest.model import RateLimit

T = TypeVar("T")
_SETTING = "rate_limits_file"
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

    def __init__(self, path: str, key: bytes, control: Control | None = None) -> None:
        """Raises what `control` raises when it ends the wait for the file."""
        self._key = key
        self._path = str(Path(path).absolute())
        self._kept_s = _KEPT_S
        self._file = _opened(self._path, control)

    def wait(self, control: Control, limits: Limits = NO_LIMITS) -> None:
        """Returns when the next request may go, which then counts as sent. Raises what `control` raises when it ends the statement."""
        self.heed(limits, control)
        while (seconds := self._in_transaction(lambda run: self._left(run, limits), control)) > 0:
            control.wait(seconds)
            control.check()

    def heed(self, limits: Limits, control: Control | None = None) -> None:
        """Has what is sent kept for as long as these limits look back, by all who share the file."""
        longest = looked_back(limits)
        file = self._current(control)
        if longest <= self._kept_s:
            return
        keep = "INSERT INTO kept VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET seconds = max(seconds, ?2)"
        self._in_transaction(lambda run: run(keep, (self._key, longest)), control)
        if file is self._file:
            self._kept_s = longest

    def pause(self, seconds: float, control: Control | None = None) -> None:
        """Lets nothing go for so long, or longer where that was said before. A statement that ends does not wait to say so."""
        rest = "INSERT INTO rests VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET until = max(until, ?2)"
        until = time.time() + seconds
        with suppress(Cancelled, UnavailableError):
            self._in_transaction(lambda run: run(rest, (self._key, until)), control)

    def _left(self, run: Run, limits: Limits) -> float:
        """Seconds to wait; 0 where a request may go now, which is noted."""
        now = time.time()
        # What was noted before the clock was set back counts as of now, and a pause that is too long to be one is none.
        keys = {scope: scoped(self._key, scope) for scope in {"": (), **limits}}
        for key in keys.values():
            run("UPDATE sent SET at = ?2 WHERE key = ?1 AND at > ?2", (key, now))
        run("DELETE FROM rests WHERE key = ? AND until > ?", (self._key, now + LONGEST_WAIT_S))
        free = [self._rest(run, now), *(_free(run, now, keys[scope], limit) for scope in limits for limit in limits[scope])]
        if max(free) > now:
            return max(free) - now
        kept_s = self._looked_back(run)
        for key in keys.values():
            run("INSERT INTO sent VALUES (?, ?)", (key, now))
            run("DELETE FROM sent WHERE key = ? AND at < ?", (key, now - kept_s))
        return 0.0

    def _in_transaction(self, do: Callable[[Run], T], control: Control | None) -> T:
        """What `do` gives on the file that others open now; once more on the one in its place where that is taken away meanwhile."""
        while True:
            file = self._current(control)
            try:
                with file.transaction(control) as run:
                    return do(run)
            except UsageError:  # SQLite writes to no file that is no longer there
                if file.is_there:
                    raise

    def _current(self, control: Control | None) -> Database:
        """The file that others open now: where it was removed or replaced, the one in its place, in which nothing of before is counted."""
        if not self._file.is_there:
            self._file, self._kept_s = _opened(self._path, control), _KEPT_S
            if control is not None:
                control.warn(f"{_SETTING} {self._path} was removed or replaced: what was sent before that is not counted any more.")
        return self._file

    def _looked_back(self, run: Run) -> float:
        """For how many seconds what was sent is kept."""
        found = run("SELECT seconds FROM kept WHERE key = ?", (self._key,))
        return _KEPT_S if found is None else max(_KEPT_S, float(found[0]))

    def _rest(self, run: Run, now: float) -> float:
        found = run("SELECT until FROM rests WHERE key = ?", (self._key,))
        return now if found is None else float(found[0])


def _free(run: Run, now: float, key: bytes, limit: RateLimit) -> float:
    """When a limit lets another request go."""
    found = run("SELECT at FROM sent WHERE key = ? ORDER BY at DESC LIMIT 1 OFFSET ?", (key, limit.requests - 1))
    return now if found is None else float(found[0]) + limit.per_s


def _opened(path: str, control: Control | None) -> Database:
    file = Database(_SETTING, path, patience_s=_BUSY_S)
    # After a crash of the machine, no request is under way.
    for statement in ("PRAGMA synchronous = OFF", *_TABLES):
        file.run(statement, control=control)
    return file
