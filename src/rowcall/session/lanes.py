"""Which of many requests may go out now: those of one lane one after the other, in their order, lanes beside one another."""

from __future__ import annotations

import heapq
import threading
from collections import defaultdict, deque
from collections.abc import Iterable


class Lanes:
    """Requests by number, for threads that take one each."""

    def __init__(self, requests: Iterable[tuple[int, str]]) -> None:
        """`requests` are numbers, ascending, with the lane of each."""
        waiting: defaultdict[str, deque[int]] = defaultdict(deque)
        for number, lane in requests:
            waiting[lane].append(number)
        self._waiting = waiting
        self._free = [(numbers[0], lane) for lane, numbers in waiting.items()]
        heapq.heapify(self._free)
        self._busy = 0
        self._is_open = True
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """How many lanes there are."""
        return len(self._waiting)

    def take(self) -> tuple[int, str] | None:
        """The first request whose lane is free, and its lane; waits for one. None where none is left, or `stop` was called."""
        with self._changed:
            while self._is_open and not self._free and self._busy:
                self._changed.wait()
            if not self._is_open or not self._free:
                return None
            _, lane = heapq.heappop(self._free)
            self._busy += 1
            return self._waiting[lane].popleft(), lane

    def free(self, lane: str) -> None:
        """Notes that the request of a lane that was taken last has ended."""
        with self._changed:
            self._busy -= 1
            if self._waiting[lane]:
                heapq.heappush(self._free, (self._waiting[lane][0], lane))
            self._changed.notify_all()

    def drop(self, lane: str) -> None:
        """Has nothing more taken of a lane."""
        with self._changed:
            self._waiting[lane].clear()

    def stop(self) -> None:
        """Has nothing more taken."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()
