"""Calls whose answer may be given again in place of asking, when a session wants that: for how long, it says, and the API may say less.

What is kept is a call with all its pages, so that no page is ever beside one of another time, and nothing that turned out to be unusable
is kept. It belongs to one client, and so to one key at one place. `Cache-Control`, `Age` and `Vary` are heeded as a private cache has to
(https://www.rfc-editor.org/rfc/rfc9111); a call of one page with an `ETag` that has become too old is asked for again on the condition
that it has changed.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from rowcall.http.page import Page
from rowcall.plan.nodes import Request

MOST_BYTES = 64 << 20
"""How much of bodies is kept; what was not used for longest goes first."""
NOT_MODIFIED = 304


@dataclass(slots=True)
class Recording:
    """A call as it is answered."""

    at: float
    """When it was asked, by `clock`."""
    generation: int
    """How often the cache had been emptied by then."""
    pages: list[Page] = field(default_factory=list)
    fresh_s: float | None = None
    """For how long the API lets it be given again; None where it does not say."""
    may_be_kept: bool = True
    answers: int = 0
    etag: str | None = None
    clock: Callable[[], float] = time.monotonic
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def saw(self, headers: Mapping[str, str]) -> None:
        """Takes what an answer says of being given again; of several the one that says least counts."""
        said = _directives(headers)
        fresh_s = _fresh_s(said, headers.get("age", ""))
        with self.lock:
            self.answers += 1
            self.etag = headers.get("etag") if self.answers == 1 else None
            self.may_be_kept = self.may_be_kept and "no-store" not in said and "*" not in headers.get("vary", "")
            if fresh_s is not None:
                self.fresh_s = fresh_s if self.fresh_s is None else min(self.fresh_s, fresh_s)

    @property
    def bytes(self) -> int:
        """How much it holds."""
        return sum(len(page.body) for page in self.pages)

    def is_good(self, cache_s: float) -> bool:
        """Whether it is no older than `cache_s`, nor than the API lets it become."""
        # A clock that was set back has not got there yet.
        return 0 <= self.clock() - self.at <= min(cache_s, cache_s if self.fresh_s is None else self.fresh_s)


class Keeping(Protocol):
    """Where calls are kept."""

    def find(self, request: Request) -> Recording | None:
        """What is kept of the call that begins with a request, however old it is."""

    def record(self) -> Recording:
        """For a call that is asked now."""

    def keep(self, request: Request, recording: Recording) -> None:
        """Keeps a call that was answered to its end, unless it may not be, or something was written since it was asked."""

    def writing(self) -> AbstractContextManager[None]:
        """For as long as something is written; when it ends, nothing that was asked before is kept: what changed, only the API knows."""


class Cache:
    """The calls of one client, bounded in size. All of it may be used from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Request, Recording] = OrderedDict()
        self._bytes = 0
        self._generation = 0
        self._lock = threading.Lock()

    def find(self, request: Request) -> Recording | None:
        """What is kept of the call that begins with a request, however old it is."""
        with self._lock:
            found = self._kept.get(request)
            if found is not None:
                self._kept.move_to_end(request)
            return found

    def record(self) -> Recording:
        """For a call that is asked now."""
        with self._lock:
            return Recording(time.monotonic(), self._generation)

    def keep(self, request: Request, recording: Recording) -> None:
        """Keeps a call that was answered to its end, unless it may not be, or something was written since it was asked."""
        size = recording.bytes
        with self._lock:
            self._drop(request)
            if recording.may_be_kept and recording.generation == self._generation and size <= MOST_BYTES:
                self._kept[request] = recording
                self._bytes += size
                while self._bytes > MOST_BYTES:
                    self._drop(next(iter(self._kept)))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """For as long as something is written; when it ends, everything is forgotten: what changed at the API, only the API knows."""
        try:
            yield
        finally:
            with self._lock:
                self._kept.clear()
                self._bytes = 0
                self._generation += 1

    def _drop(self, request: Request) -> None:
        recording = self._kept.pop(request, None)
        if recording is not None:
            self._bytes -= recording.bytes


def _directives(headers: Mapping[str, str]) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in headers.get("cache-control", "").lower().split(","))
    return {name: value.strip('"') for name, _, value in parts if name}


def _fresh_s(said: Mapping[str, str], age: str) -> float | None:
    if "no-cache" in said:
        return 0.0
    text = said.get("max-age", "")
    if not re.fullmatch(r"\d{1,12}", text):
        return None
    return max(0.0, float(text) - (float(age) if re.fullmatch(r"\d{1,12}", age.strip()) else 0.0))
