"""HTTP/1.1 over one socket, as h11 writes and reads it, on which httpcore stands, and httpx on that. Loading this module loads httpx."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import h11
import httpcore
import httpx

from rowcall.http.wire import Fields, Outgoing

Connect = Callable[[float | None], httpcore.NetworkStream]
"""Opens a connection within so many seconds, over TLS where that is due. Raises httpcore's errors."""
_CHUNK = 1 << 17
"""The most bytes that are read at once; after each read the lock of the interpreter has to be had again."""
_LONGEST_HEAD = 100 * 1024
"""How long a head may be, as httpcore has it."""


class Http1Line:
    """One connection at most, and one exchange at a time over it. Used by one thread at a time."""

    def __init__(self, place: httpx.URL, connect: Connect, *, proxy_fields: Fields | None = None) -> None:
        """`proxy_fields` is what a proxy is told that passes requests on to `place`, and is asked for whole URLs; None without one."""
        self._host = place.netloc.decode("ascii")
        self._connect = connect
        self._before = b"" if proxy_fields is None else b"%s://%s" % (place.raw_scheme, place.netloc)
        self._proxy_fields = proxy_fields or []
        self._stream: httpcore.NetworkStream | None = None
        self._body: Iterator[bytes] = iter(())
        self.is_reusable = False
        """As `Line` has it."""

    def begin(self, outgoing: Outgoing) -> tuple[int, Fields]:
        """As `Line` says."""
        self.is_reusable = outgoing.is_begun = False
        with in_httpx_words():
            exchange = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
            written = self._written(outgoing, exchange)
            stream = self._opened(outgoing.timeouts["connect"])
            outgoing.is_begun = True
            with suppress(httpcore.WriteError):  # a server may answer, and close, before it has read all of a request
                stream.write(written, outgoing.timeouts["write"])
            events = _events(exchange, stream, outgoing.timeouts["read"])
            head = next(event for event in events if isinstance(event, h11.Response))
        self._body = self._read(exchange, events)
        return head.status_code, head.headers.raw_items()

    def _written(self, outgoing: Outgoing, exchange: h11.Connection) -> bytes:
        """A request as it goes out. Raises LocalProtocolError for a header that would be more than one."""
        headers = {"host": self._host, **outgoing.headers}  # the user may have set another host
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        request = h11.Request(method=outgoing.method, target=self._before + outgoing.target, headers=[*fields, *self._proxy_fields])
        body = [h11.Data(outgoing.content)] if outgoing.content else []
        return b"".join(exchange.send(event) or b"" for event in (request, *body, h11.EndOfMessage()))

    def _opened(self, connect_s: float | None) -> httpcore.NetworkStream:
        """The connection that was kept, unless the server has closed it meanwhile, or another."""
        stream = self._stream
        if stream is not None and stream.get_extra_info("is_readable"):
            stream.close()
            stream = None
        self._stream = stream = stream or self._connect(connect_s)
        return stream

    def _read(self, exchange: h11.Connection, events: Iterator[h11.Event]) -> Iterator[bytes]:
        """The body of an answer whose head was read."""
        for event in events:
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                break
        is_done = exchange.our_state is h11.DONE and exchange.their_state is h11.DONE
        self.is_reusable = is_done and exchange.trailing_data == (b"", False)  # what came unasked is no answer to the next request

    def body(self) -> Iterator[bytes]:
        """As `Line` says."""
        with in_httpx_words():
            yield from self._body

    def close(self) -> None:
        """As `Line` says."""
        if self._stream is not None:
            self._stream.close()


def _events(exchange: h11.Connection, stream: httpcore.NetworkStream, read_s: float | None) -> Iterator[h11.Event]:
    """What h11 reads out of what a server sends, without end."""
    while True:
        while isinstance(event := exchange.next_event(), h11.Event):
            yield event
        content = stream.read(_CHUNK, read_s)
        if not content and exchange.their_state is h11.SEND_RESPONSE:
            raise httpcore.RemoteProtocolError("Server disconnected without sending a response.")
        exchange.receive_data(content)


@contextmanager
def in_httpx_words() -> Iterator[None]:
    """Turns the errors of httpcore and h11 into those of the same names that httpx has."""
    try:
        yield
    except _ERRORS as problem:
        named: type[httpx.TransportError] = getattr(httpx, type(problem).__name__)
        raise named(str(problem)) from problem


_ERRORS = (
    h11.ProtocolError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)
