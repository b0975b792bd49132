"""What stands between the client and the bytes: a request as it goes out, an answer as it comes in, and who carries them.

`http1.py` has the way over one socket; `transport.py` what opens that, also through a proxy, and the way through SOCKS over httpcore;
`curl.py` the one over libcurl; and `Own` that over an httpx client of the user's. Whoever carries, nothing is followed, decompressed or
sent twice, and what goes wrong is one of httpx's errors. Loading this module loads httpx.
"""

from __future__ import annotations

import os
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import httpx

KEEP_ALIVE_S = 4.0
"""Idle connections are closed after this: before the 5 s of common servers, so that no request meets a closing connection."""
Fields = list[tuple[bytes, bytes]]
"""Headers as they stand in a message."""


@dataclass(slots=True)
class Outgoing:
    """A request, its credentials included."""

    method: str
    url: str = field(repr=False)
    target: bytes = field(repr=False)
    """Path and query of the URL, as they are sent."""
    headers: dict[str, str] = field(repr=False)
    content: bytes | None = field(repr=False)
    timeouts: Mapping[str, float | None]
    """As httpx has them: connect, read, write and pool, in seconds."""
    has_key: bool
    """Whether a credential of ours is among it, so that an httpx client adds none of its own."""
    token: str | None = field(default=None, repr=False)
    """The credential, where another one can be got in its place."""
    is_begun: bool = True
    """Whether something of it may have gone out. Who carries it and can tell says so; of all others it has to be supposed."""


def target(url: str) -> bytes:
    """Path and query of a URL as they are sent: what has no place in a URL is percent-encoded, as httpx does it."""
    plain = _PLAIN.fullmatch(url)
    return plain[1].encode() if plain is not None and "/." not in plain[1] else httpx.URL(url).raw_path


_PLAIN = re.compile(r"[a-z]+://[^/?#]+(/(?:[A-Za-z0-9._~!$&()*+,;=:@/?\[\]-]|%[0-9A-Fa-f]{2})*)")


class Incoming:
    """An answer whose head is there and whose body is read by `pieces`, once. `close` is to be called whatever becomes of it."""

    __slots__ = ("_close", "_pieces", "headers", "received", "status")

    def __init__(self, status: int, fields: Fields, pieces: Iterator[bytes], close: Callable[[], object]) -> None:
        self.status = status
        self.headers = _mapping(fields)
        """By lower-case name; those that are there several times, as one list."""
        self.received = 0
        """How many bytes of the body have come, as they came over the wire."""
        self._close = close
        self._pieces = pieces

    def pieces(self) -> Iterator[bytes]:
        """The body as it came over the wire."""
        for piece in self._pieces:
            self.received += len(piece)
            yield piece

    def close(self) -> None:
        """Lets go of what it came over, once."""
        close, self._close = self._close, lambda: None
        close()


def _mapping(fields: Fields) -> dict[str, str]:
    found: dict[str, str] = {}
    for given, value in fields:
        name, text = given.decode("latin-1").lower(), _text(value)
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


class Wire(Protocol):
    """Who carries requests, from any number of threads."""

    def send(self, outgoing: Outgoing) -> Incoming:
        """The answer, its body not read yet. Raises httpx.TransportError, and what the control that watches the thread does."""

    def close(self) -> None:
        """Closes what is idle, and what is in use as soon as it is not."""


class Own:
    """An httpx client, used as it is."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def send(self, outgoing: Outgoing) -> Incoming:
        """As `Wire` says; what its event hooks read of a body is not read again."""
        method, url, headers, content = outgoing.method, outgoing.url, outgoing.headers, outgoing.content
        timeout = httpx.Timeout(**outgoing.timeouts)
        request = self._http.build_request(method, url, headers=headers, content=content, timeout=timeout)
        response = self._http.send(
            request, auth=None if outgoing.has_key else httpx.USE_CLIENT_DEFAULT, stream=True, follow_redirects=False
        )
        fields = response.headers.raw
        if not response.is_stream_consumed:
            return Incoming(response.status_code, fields, response.iter_raw(), response.close)
        fields = [(name, value) for name, value in fields if name.lower() != b"content-encoding"]
        return Incoming(response.status_code, fields, response.iter_bytes(), response.close)

    def close(self) -> None:
        """Closes the client."""
        self._http.close()


class Line(Protocol):
    """One connection at most, and one exchange at a time over it."""

    @property
    def is_reusable(self) -> bool:
        """Whether an exchange has come to its proper end, and no other has begun."""

    def begin(self, outgoing: Outgoing) -> tuple[int, Fields]:
        """Status and headers of the answer."""

    def body(self) -> Iterator[bytes]:
        """What comes of the body, until it is all there."""

    def close(self) -> None:
        """Closes the connection, whatever is under way on it."""


_L = TypeVar("_L", bound=Line)


class Lines(Generic[_L]):
    """A wire of lines, as many as requests were in flight at once. Those that are idle are kept for the next request, by any thread.

    Cookies are kept and sent again, as httpx does. A child process begins without a connection: to those of its parent both would speak,
    and each read what answers the other.
    """

    def __init__(self, make: Callable[[], _L]) -> None:
        self._make = make
        # The first line is made now, so that what cannot be made is known before anything is sent.
        self._idle = [(time.monotonic(), make())]
        self._is_closed = False
        self._lock = threading.Lock()
        self._cookies: httpx.Cookies | None = None
        _WIRES.add(self)

    def send(self, outgoing: Outgoing) -> Incoming:
        """As `Wire` says."""
        if self._cookies is not None:
            self._add_cookies(self._cookies, outgoing)
        line = self._take()
        try:
            status, fields = line.begin(outgoing)
        except BaseException:
            line.close()
            raise
        incoming = Incoming(status, fields, line.body(), lambda: self._release(line))
        if "set-cookie" in incoming.headers:
            self._keep_cookies(outgoing, status, fields)
        return incoming

    @staticmethod
    def _add_cookies(cookies: httpx.Cookies, outgoing: Outgoing) -> None:
        request = httpx.Request(outgoing.method, outgoing.url, headers=outgoing.headers)
        request.headers.encoding = "utf-8"  # which httpx guesses from what is there before
        cookies.set_cookie_header(request)
        if "cookie" in request.headers:
            outgoing.headers["cookie"] = request.headers["cookie"]

    def _keep_cookies(self, outgoing: Outgoing, status: int, fields: Fields) -> None:
        with self._lock:
            self._cookies = self._cookies or httpx.Cookies()
        self._cookies.extract_cookies(httpx.Response(status, headers=fields, request=httpx.Request(outgoing.method, outgoing.url)))

    def _take(self) -> _L:
        """The line that was used last, whose connection is the likeliest to live; those that were idle too long are closed."""
        oldest = time.monotonic() - KEEP_ALIVE_S
        stale: list[tuple[float, _L]] = []
        with self._lock:
            if self._idle and self._idle[0][0] < oldest:
                stale = [idle for idle in self._idle if idle[0] < oldest]
                del self._idle[: len(stale)]
            taken = self._idle.pop()[1] if self._idle else None
        for _, line in stale:
            line.close()
        return taken or self._make()

    def _release(self, line: _L) -> None:
        with self._lock:
            if kept := line.is_reusable and not self._is_closed:
                self._idle.append((time.monotonic(), line))
        if not kept:
            line.close()

    def close(self) -> None:
        """Closes the idle lines, and those in use as soon as they are not."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for _, line in idle:
            line.close()

    def be_born(self) -> None:
        """Begins anew in a child process. What it got of its parent is kept unused: to close it might end the parent's connection."""
        _INHERITED.extend(line for _, line in self._idle)
        self._idle, self._lock = [], threading.Lock()


_WIRES: weakref.WeakSet[Lines[Any]] = weakref.WeakSet()
_INHERITED: list[Line] = []


def _be_born() -> None:
    for wire in _WIRES:
        wire.be_born()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_be_born)
