"""When a request may go: how many are under way at once, and how many in a time.

What an API allows is known from its manifest and from its answers. It allows it to a key, so that the pace is shared by all sessions of
the process that have the same key at the same place; how many are under way is each client's own affair.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias
from weakref import WeakValueDictionary

from rowcall.http.control import Control
from rowcall.http.endpoint import Endpoint
from rowcall.http.limits import NO_LIMITS, Limits
from rowcall.http.redispace import RedisPace
from rowcall.manifest.model import RateLimit

if TYPE_CHECKING:
    from rowcall.http.shared import SharedPace

_SLICE_S = 0.1
"""How long a thread waits for its turn before it asks again whether to go on."""
_OVERLOADED = frozenset({429, 503})


class Pace:
    """The times at which requests of one key may be sent: no more in any stretch of time than its limits say, and none in a pause.

    A request is counted for all of the key, and for its service and resource where these have limits, and goes when all have room. Who
    sends says which limits hold for him; all that was sent counts, whoever sent it, from when a limit was first heard of.
    """

    def __init__(self) -> None:
        self._sent: dict[tuple[str, RateLimit], deque[float]] = {}
        self._resumes = 0.0
        self._lock = threading.Lock()

    def wait(self, control: Control, limits: Limits = NO_LIMITS) -> None:
        """Returns when the next request may go, which then counts as sent. Raises what `control` raises when it ends the statement."""
        while (seconds := self._left(time.monotonic(), limits)) > 0:
            control.wait(seconds)
            control.check()

    def heed(self, limits: Limits, _control: Control | None = None) -> None:
        """Has what is sent from now on counted for limits that may come to hold."""
        with self._lock:
            for scope, of_scope in limits.items():
                for limit in of_scope:
                    self._log(scope, limit)

    def pause(self, seconds: float, _control: Control | None = None) -> None:
        """Lets nothing go for so long, or longer where that was said before."""
        with self._lock:
            self._resumes = max(self._resumes, time.monotonic() + seconds)

    def _left(self, now: float, limits: Limits) -> float:
        """Seconds to wait; 0 where a request may go now, which is noted."""
        with self._lock:
            logs = [(limit, self._log(scope, limit)) for scope, of_scope in limits.items() for limit in of_scope]
            ready = [sent[0] + limit.per_s for limit, sent in logs if len(sent) == sent.maxlen]
            at = max(self._resumes, *ready, 0.0) if ready else self._resumes
            if at > now:
                return at - now
            for (scope, _), sent in self._sent.items():
                if not scope or scope in limits:
                    sent.append(now)
            return 0.0

    def _log(self, scope: str, limit: RateLimit) -> deque[float]:
        """When the latest requests went out, as many as a limit allows; those before it was heard of, as far as others kept them."""
        if (scope, limit) not in self._sent:
            known = max((sent for (of, _), sent in self._sent.items() if of == scope), key=len, default=())
            self._sent[scope, limit] = deque(known, maxlen=limit.requests)
        return self._sent[scope, limit]


AnyPace: TypeAlias = "Pace | SharedPace | RedisPace"
_PACES: WeakValueDictionary[tuple[str, str, bytes, int, str | None, str | None], AnyPace] = WeakValueDictionary()
_LOCK = threading.Lock()


def pace_of(endpoint: Endpoint, control: Control | None = None) -> AnyPace:
    """The pace of an endpoint's key at its place, the same for all who have both: in this process, or elsewhere by way of a file or server.

    Raises UsageError for a file or server that cannot be used, and what `control` raises when it ends the wait for one.
    """
    key = hashlib.sha256((endpoint.known_key or "").encode(errors="surrogatepass")).digest()
    own = id(endpoint.client) if endpoint.client is not None else 0
    name = (endpoint.provider, endpoint.base_url, key, own, endpoint.rate_limits_file, endpoint.rate_limits_redis)
    with _LOCK:
        pace = _PACES.get(name)
    if pace is None:
        made = _made(endpoint, hashlib.sha256(f"{endpoint.provider}\n{endpoint.base_url}\n".encode() + key).digest(), control)
        with _LOCK:
            pace = _PACES.setdefault(name, made)
    pace.heed({"": endpoint.rate_limits}, control)
    return pace


def _made(endpoint: Endpoint, digest: bytes, control: Control | None) -> AnyPace:
    if endpoint.rate_limits_file is not None:
        from rowcall.http.shared import SharedPace  # which loads SQLite

        return SharedPace(endpoint.rate_limits_file, digest, control)
    return Pace() if endpoint.rate_limits_redis is None else RedisPace(endpoint.rate_limits_redis, digest)


class Slots:
    """How many requests of one client are under way: half as many after the API said that it was too much, and slowly more again."""

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._allowed = float(self._most)
        self._taken = 0
        self._shrunk = 0.0
        self._changed = threading.Condition()

    @contextmanager
    def one(self, control: Control) -> Iterator[None]:
        """Waits until one more request may be under way, and holds its place. Raises what `control` raises."""
        with self._changed:
            while self._taken >= max(1, int(self._allowed)):
                self._changed.wait(_SLICE_S)
                control.check()
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify()

    def learn(self, status: int, sent: float) -> None:
        """Takes the status of an answer to a request that was `sent` at this `time.monotonic()`.

        Requests that went out before it slowed down say nothing new.
        """
        with self._changed:
            if status not in _OVERLOADED:
                self._allowed = min(self._most, self._allowed + 1 / self._allowed)
                self._changed.notify()
            elif sent >= self._shrunk:
                self._allowed = max(1.0, self._allowed / 2)
                self._shrunk = time.monotonic()

    @property
    def allowed(self) -> int:
        """How many may be under way now."""
        return max(1, int(self._allowed))
