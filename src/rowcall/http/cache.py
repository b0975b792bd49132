"""Answers that may be given again in place of asking, when a session wants that: for how long, it says, and the API may say less.

What is kept belongs to one client, and so to one key at one place. `Cache-Control` is heeded as a private cache has to
(https://www.rfc-editor.org/rfc/rfc9111): what is `no-store` is not kept, what is `no-cache` or older than its `max-age` is not given
without asking. An answer with an `ETag` that has become too old is asked for again on the condition that it has changed.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from rowcall.http.page import Answer

MOST_BYTES = 64 << 20
"""How much of bodies is kept; what was not used for longest goes first."""
NOT_MODIFIED = 304

Key = tuple[str, str, tuple[tuple[str, str], ...], str]
"""Method, URL, headers of the request itself, and its body."""


@dataclass(slots=True)
class _Entry:
    answer: Answer
    at: float
    """When the API said it, by `time.monotonic`."""
    fresh_s: float | None
    """For how long the API lets it be given again; None where it does not say."""


class Cache:
    """The answers of one client, bounded in size. All of it may be used from any thread."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Key, cache_s: float) -> Answer | None:
        """The answer that can be given again: no older than `cache_s`, nor than the API lets it become; None where there is none."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or time.monotonic() - entry.at > min(cache_s, cache_s if entry.fresh_s is None else entry.fresh_s):
                return None
            self._entries.move_to_end(key)
            return entry.answer

    def etag(self, key: Key) -> str | None:
        """What the API calls the version that is kept, however old it is."""
        with self._lock:
            entry = self._entries.get(key)
            return entry.answer.headers.get("etag") if entry is not None else None

    def put(self, key: Key, answer: Answer) -> Answer:
        """The answer to go on with, kept where that is allowed: for 304 the one that is kept already, from now on as good as new."""
        with self._lock:
            known = self._entries.get(key)
            if answer.status == NOT_MODIFIED and known is not None:
                answer = known.answer
            said = _directives(answer.headers)
            self._drop(key)
            if 200 <= answer.status < 300 and "no-store" not in said and len(answer.content) <= MOST_BYTES:
                self._entries[key] = _Entry(answer, time.monotonic(), _fresh_s(said))
                self._bytes += len(answer.content)
                while self._bytes > MOST_BYTES:
                    self._drop(next(iter(self._entries)))
            return answer

    def clear(self) -> None:
        """Forgets everything, as after a write: what it changed at the API, only the API knows."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= len(entry.answer.content)


def _directives(headers: Mapping[str, str]) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in headers.get("cache-control", "").lower().split(","))
    return {name: value.strip('"') for name, _, value in parts if name}


def _fresh_s(said: Mapping[str, str]) -> float | None:
    if "no-cache" in said:
        return 0.0
    text = said.get("max-age", "")
    return float(text) if re.fullmatch(r"\d{1,12}", text) else None
