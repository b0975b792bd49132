"""The sandbox's clock, which a test can hold still and move."""

from __future__ import annotations

import threading
import time


class Clock:
    """Unix seconds that pass as real ones do, until the clock is held.

    `start` is its first time, by default the real one. It only moves forward, unless it is restarted.
    """

    def __init__(self, start: float | None = None, *, held: bool = False) -> None:
        self._lock = threading.Lock()
        self._time = time.time() if start is None else float(start)
        self._since: float | None = None if held else time.monotonic()

    def now(self) -> float:
        """The time, in Unix seconds."""
        with self._lock:
            return self._now()

    @property
    def held(self) -> bool:
        """Whether it stands still."""
        return self._since is None

    def hold(self) -> float:
        """The time at which it now stands still."""
        with self._lock:
            self._time, self._since = self._now(), None
            return self._time

    def release(self) -> None:
        """Lets time pass again."""
        with self._lock:
            if self._since is None:
                self._since = time.monotonic()

    def advance(self, seconds: float) -> float:
        """The time after a leap of `seconds`, held or not.

        Raises ValueError where `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError("time does not go back")
        with self._lock:
            self._time += seconds
            return self._now()

    def restart(self, start: float) -> None:
        """Begins anew at `start`, held or not as before; what went by the old time must begin anew too."""
        with self._lock:
            self._time = float(start)
            self._since = None if self._since is None else time.monotonic()

    def _now(self) -> float:
        return self._time if self._since is None else self._time + time.monotonic() - self._since
