"""The pace of a key for all machines, by way of a server that speaks Redis (Redis 5 or newer, Valkey).

As in `shared.py`: when requests went out and until when none may, under a digest of the key and its place; no key, no URL, and nothing of a
request. Each step is one script, which the server runs by itself and by its own clock. A call waits for the server for a second at most;
in between it is looked whether the statement is to go on.
"""

from __future__ import annotations

import re
import secrets
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from rowcall.errors import UnavailableError, UsageError
from rowcall.http.control import Cancelled, Control
from rowcall.http.limits import NO_LIMITS, Limits, looked_back, scoped
from rowcall.http.retry import LONGEST_WAIT_S

_CALL_S = 1.0
"""How long one call waits for the server."""
_PATIENCE_S = 5.0
"""How long a server that has answered before may be away."""
_AGAIN_S = 0.1
"""How soon it is asked again."""
_KEPT_S = 3600.0
"""As in `shared.py`."""
_CLOCK = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local function kept(seconds)
    seconds = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), seconds)
    redis.call('SET', KEYS[2], seconds, 'EX', math.ceil(seconds))
    return seconds
end
"""
_LEFT = (
    _CLOCK
    + """
local id, kept_s, longest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local free = now
local rest = tonumber(redis.call('GET', KEYS[1]) or '0')
if rest <= now + longest then free = math.max(free, rest) end
for i = 4, #ARGV, 3 do
    local n = tonumber(ARGV[i + 1]) - 1
    local at = redis.call('ZREVRANGE', KEYS[tonumber(ARGV[i])], n, n, 'WITHSCORES')[2]
    if at then free = math.max(free, math.min(tonumber(at), now) + tonumber(ARGV[i + 2])) end
end
if free > now then return string.format('%.6f', free - now) end
kept_s = kept(kept_s)
for i = 3, #KEYS do
    redis.call('ZADD', KEYS[i], string.format('%.6f', now), id)
    redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('%.6f', now - kept_s))
    redis.call('EXPIRE', KEYS[i], math.ceil(kept_s))
end
return '0'
"""
)
"""Seconds to wait; 0 where a request may go now, which is noted. What lies ahead of a clock that was set back counts as of now."""
_KEEP = _CLOCK + "kept(tonumber(ARGV[1]))\nreturn '0'"
_PAUSE = (
    _CLOCK
    + """
local rest = now + ARGV[1]
if rest > tonumber(redis.call('GET', KEYS[1]) or '0') then
    redis.call('SET', KEYS[1], string.format('%.6f', rest), 'PX', math.ceil(ARGV[1] * 1000))
end
return '0'
"""
)


def place_of(url: str) -> str:
    """The server of a URL as it may be shown, without user, password and options. Raises ValueError for what is no URL of such a server."""
    parts = urlsplit(url)
    host = re.fullmatch(r"(?:.*@)?([\w.-]+|\[[\w.:]+\])(?::(\d+))?", parts.netloc)
    # A later @ says that there is a password with `/`, `?` or `#` in it, which has been cut in two.
    if "@" not in f"{parts.path}{parts.query}{parts.fragment}":
        if parts.scheme == "unix" and parts.path:
            return f"unix://{parts.path}"
        if parts.scheme in {"redis", "rediss"} and host is not None and re.fullmatch(r"/?\d*", parts.path):
            return f"{parts.scheme}://{host[1]}:{host[2] or 6379}{parts.path}"
    raise ValueError("no URL of a server of Redis")


class RedisPace:
    """As `Pace`, for all who name the same server."""

    def __init__(self, url: str, key: bytes) -> None:
        """Raises UsageError where the server cannot be used, or what speaks to it is not installed."""
        self._place = place_of(url)
        self._kept_s = _KEPT_S
        self._known = False
        self._key = key
        self._keys = [f"rowcall:{{{key.hex()}}}:{what}" for what in ("rest", "kept")]
        try:
            import redis  # type: ignore[import-not-found,unused-ignore]  # an extra
            from redis.backoff import NoBackoff  # type: ignore[import-not-found,unused-ignore]
            from redis.retry import Retry  # type: ignore[import-not-found,unused-ignore]
        except ImportError as problem:
            raise UsageError(f"rate_limits_redis needs redis-py ({problem}); install it with: pip install 'rowcall[redis]'") from problem
        self._errors = redis.exceptions
        limits: dict[str, Any] = {"socket_timeout": _CALL_S, "socket_connect_timeout": _CALL_S, "retry": Retry(NoBackoff(), 0)}
        try:
            client: Any = redis.Redis.from_url(url, protocol=2, **limits)
            weakref.finalize(self, client.close)
            self._scripts = {text: client.register_script(text) for text in (_LEFT, _KEEP, _PAUSE)}
            self._run(_KEEP, [_KEPT_S], None)
        except (ValueError, TypeError):  # which may repeat parts of the URL, and so is no cause that is shown
            raise UsageError(f"rate_limits_redis {self._place} cannot be used: an option of its URL is wrong.") from None

    def wait(self, control: Control, limits: Limits = NO_LIMITS) -> None:
        """Returns when the next request may go, which then counts as sent. Raises what `control` raises when it ends the statement."""
        scopes = list({"": (), **limits})
        known = [n for scope, own in limits.items() for one in own for n in (scopes.index(scope) + 3, one.requests, one.per_s)]
        longest = looked_back(limits)
        while True:
            said = [secrets.token_hex(8), max(self._kept_s, longest), LONGEST_WAIT_S, *known]
            if (seconds := self._run(_LEFT, said, control, [self._sent(scope) for scope in scopes])) <= 0:
                return
            control.wait(seconds)
            control.check()

    def heed(self, limits: Limits, control: Control | None = None) -> None:
        """Has what is sent kept for as long as these limits look back, by all who share the server."""
        longest = looked_back(limits)
        if longest > self._kept_s:
            self._run(_KEEP, [longest], control)
            self._kept_s = longest

    def pause(self, seconds: float, control: Control | None = None) -> None:
        """Lets nothing go for so long, or longer where that was said before. A statement that ends does not wait to say so."""
        with suppress(Cancelled, UnavailableError):
            self._run(_PAUSE, [seconds], control)

    def _sent(self, scope: str) -> str:
        """What is sent of a scope is counted under this, where the rest of the key is."""
        own = f":{scoped(self._key, scope).hex()}" if scope else ""
        return f"rowcall:{{{self._key.hex()}}}:sent{own}"

    def _run(self, script: str, values: Sequence[Any], control: Control | None, sent: Sequence[str] = ()) -> float:
        """What a script returns. Raises UsageError where the server refuses, or is away for too long."""
        errors, until = self._errors, time.monotonic() + _PATIENCE_S
        while True:
            try:
                found = float(self._scripts[script](keys=[*self._keys, *sent], args=values))
            except errors.RedisError as problem:
                is_away = isinstance(problem, (errors.ConnectionError, errors.TimeoutError))
                is_refused = isinstance(problem, (errors.AuthenticationError, errors.AuthorizationError))
                if is_refused or not is_away or not self._known or time.monotonic() >= until:
                    raise UsageError(f"rate_limits_redis {self._place} cannot be used: {str(problem).rstrip('.')}.") from problem
            else:
                self._known = True
                return found
            if control is not None:
                control.check()
                control.wait(_AGAIN_S)
            else:
                time.sleep(_AGAIN_S)
