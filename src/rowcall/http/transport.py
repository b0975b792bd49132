"""Sockets that can be let go.

httpx waits inside one system call until the whole timeout is over, so that Ctrl-C and a deadline would have to wait too. Here every
wait is cut into slices, and between two of them the control of the statement, which the thread has named by `watched`, is asked whether
to go on. Loading this module loads httpx.
"""

from __future__ import annotations

import base64
import errno
import functools
import os
import select
import selectors
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpcore
import httpx

from rowcall.errors import UsageError
from rowcall.http.cleartext import is_loopback
from rowcall.http.control import Control
from rowcall.http.endpoint import Endpoint
from rowcall.http.http1 import Http1Line, in_httpx_words
from rowcall.http.wire import Fields, Lines, Outgoing, Wire

_T = TypeVar("_T")
SLICE_S = 0.1
"""How long a thread waits before it asks again whether to go on."""
_IN_PROGRESS = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)}
_watched = threading.local()


@contextmanager
def watched(control: Control, total_s: float | None = None) -> Iterator[None]:
    """Lets `control` end the waits of this thread, which is overdue after `total_s`; None is for ever."""
    _watched.control, _watched.end = control, None if total_s is None else time.monotonic() + total_s
    try:
        yield
    finally:
        _watched.control = _watched.end = None


def check_watched() -> None:
    """Raises what the control that watches this thread does, httpx.TimeoutException when it is overdue; nothing where none watches."""
    control: Control | None = getattr(_watched, "control", None)
    if control is not None:
        control.check()
    if is_overdue():
        raise httpx.TimeoutException("The exchange took too long.")


def checked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """`pieces`, after each of which `check_watched` is asked."""
    for piece in pieces:
        check_watched()
        yield piece


def is_overdue() -> bool:
    """Whether the time is over that this thread has for what is watched."""
    end: float | None = getattr(_watched, "end", None)
    return end is not None and time.monotonic() >= end


class _Clock:
    """Slices of one timeout."""

    def __init__(self, timeout: float | None) -> None:
        self._end = None if timeout is None else time.monotonic() + timeout

    def slice_s(self) -> float:
        """How long to wait now. Raises TimeoutError when the time is over."""
        if self._end is None:
            return SLICE_S
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(SLICE_S, left)


def _sliced(sock: socket.socket, action: Callable[[], _T], timeout: float | None) -> _T:
    """What `action` on `sock` gives. Raises TimeoutError after `timeout`, and what the watching control raises."""
    clock = _Clock(timeout)
    while True:
        sock.settimeout(clock.slice_s())
        try:
            return action()
        except TimeoutError:
            check_watched()


class Stream(httpcore.NetworkStream):
    """A connected socket, plain or TLS."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._checked = 0.0
        """When the control was asked last, or a request began."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes, b"" at the end. A server that says a little all the time is waited for no longer than one that is silent."""
        self._check()
        try:
            return _sliced(self._sock, lambda: self._sock.recv(max_bytes), timeout)
        except TimeoutError as problem:
            raise httpcore.ReadTimeout from problem
        except OSError as problem:
            raise httpcore.ReadError(str(problem)) from problem

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends all of `buffer`."""
        self._checked = time.monotonic()
        left = memoryview(buffer)
        try:
            while left:
                self._check()
                left = left[_sliced(self._sock, functools.partial(self._sock.send, left), timeout) :]
        except TimeoutError as problem:
            raise httpcore.WriteTimeout from problem
        except OSError as problem:
            raise httpcore.WriteError(str(problem)) from problem

    def _check(self) -> None:
        now = time.monotonic()
        if now - self._checked >= SLICE_S:
            self._checked = now
            check_watched()

    def close(self) -> None:
        """Closes the socket."""
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection, from now on encrypted."""
        try:
            secure = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname, do_handshake_on_connect=False)
            try:
                _sliced(secure, secure.do_handshake, timeout)
            except BaseException:
                secure.close()
                raise
        except TimeoutError as problem:
            raise httpcore.ConnectTimeout from problem
        except OSError as problem:
            raise httpcore.ConnectError(str(problem)) from problem
        return Stream(secure)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a stream; None for what it does not have."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":
            return is_readable(self._sock.fileno())
        named = {"socket": lambda: self._sock, "client_addr": self._sock.getsockname, "server_addr": self._sock.getpeername}
        return named[info]() if info in named else None


def is_readable(number: int) -> bool:
    """Whether there is something to read from a socket: from one that is idle, that the server has closed it."""
    if number < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))


class Backend(httpcore.NetworkBackend):
    """Opens connections."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - the interface has it; the pool below never sets it
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - as above
    ) -> httpcore.NetworkStream:
        """A connection to the first of the host's addresses that accepts one."""
        try:
            return Stream(_first_connected(host, port, timeout))
        except TimeoutError as problem:
            raise httpcore.ConnectTimeout(str(problem)) from problem
        except (OSError, UnicodeError) as problem:
            raise httpcore.ConnectError(str(problem)) from problem


def _first_connected(host: str, port: int, timeout: float | None) -> socket.socket:
    """A socket connected to the first of the host's addresses that accepts one. Raises what the last of them met."""
    problem = OSError("the name has no address")
    for family, kind, protocol, _, address in _addresses(host, port, timeout):
        try:
            return _connected(family, kind, protocol, address, timeout)
        except OSError as failed:
            problem = failed
    raise problem


def _addresses(host: str, port: int, timeout: float | None) -> Sequence[Any]:
    """What the system knows of a host's addresses. Raises what looking it up does, and TimeoutError.

    The system looks a name up for as long as it likes, within one call. So a thread of its own asks, which ends when it is answered, and
    which nobody waits for any longer than for a connection.
    """
    with suppress(socket.gaierror):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    answers: SimpleQueue[Sequence[Any] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as problem:  # noqa: BLE001 - raised again where it is waited for
            answers.put(problem)

    threading.Thread(target=look_up, name="rowcall-name", daemon=True).start()
    clock = _Clock(timeout)
    while True:
        try:
            answer = answers.get(timeout=clock.slice_s())
        except Empty:
            check_watched()
            continue
        if isinstance(answer, Exception):
            raise answer
        return answer


def _connected(family: int, kind: int, protocol: int, address: Any, timeout: float | None) -> socket.socket:
    """A connected socket. Raises OSError, of the system's own kinds."""
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(0)
        code = sock.connect_ex(address)
        if code in _IN_PROGRESS:
            _await_writable(sock, timeout)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))  # noqa: TRY301 - the socket is closed below
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _await_writable(sock: socket.socket, timeout: float | None) -> None:
    clock = _Clock(timeout)
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        while not selector.select(clock.slice_s()):
            check_watched()


class SocksLine:
    """HTTP/1.1 through a proxy that speaks SOCKS, as httpcore does it beneath httpx.

    Each exchange has a connection of its own: httpcore does not say whether more came over one than the answer, which it would take for
    the answer to the next request.
    """

    is_reusable = False
    """As `Line` has it."""

    def __init__(self, place: httpx.URL, pool: httpcore.ConnectionPool) -> None:
        self._place = place
        self._pool = pool
        self._response = httpcore.Response(0)

    def begin(self, outgoing: Outgoing) -> tuple[int, Fields]:
        """As `Line` says."""
        place, sent = self._place, {"host": self._place.netloc.decode("ascii"), **outgoing.headers}
        request = httpcore.Request(
            outgoing.method,
            httpcore.URL(scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=outgoing.target),
            headers=[(name.encode(), value.encode()) for name, value in sent.items()],
            content=outgoing.content,
            extensions={"timeout": outgoing.timeouts},
        )
        with in_httpx_words():
            self._response = self._pool.handle_request(request)
        return self._response.status, self._response.headers

    def body(self) -> Iterator[bytes]:
        """As `Line` says."""
        with in_httpx_words():
            yield from self._response.iter_stream()

    def close(self) -> None:
        """As `Line` says."""
        self._response.close()
        self._pool.close()


def proxy_for(base_url: str) -> str | None:
    """The proxy that the environment names for a URL; None for loopback addresses always."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return None if not proxy or urllib.request.proxy_bypass(host) else proxy


def open_wire(endpoint: Endpoint, base_url: str) -> Wire:
    """What carries the requests of one endpoint, with as many connections as it has requests in flight.

    Raises UsageError for a proxy or a file of certificates that cannot be used, and for a transport that is not installed.
    """
    proxy, place = _usable_proxy(base_url), httpx.URL(base_url)
    if endpoint.transport == "curl":
        return _curl(endpoint, place, proxy)
    # Certificates are read only for https, because that takes longer than everything else here.
    tls = _trusted(endpoint) if place.scheme == "https" else None
    if tls is not None:
        tls.set_alpn_protocols(["http/1.1"])
    if proxy is None:
        return Lines(lambda: Http1Line(place, lambda connect_s: _connection(place, tls, connect_s)))
    if proxy.url.scheme.startswith("socks"):
        try:
            return Lines(lambda: SocksLine(place, httpcore.SOCKSProxy(str(proxy.url), proxy_auth=proxy.raw_auth, ssl_context=tls)))
        except RuntimeError as problem:  # a package is missing
            raise _unusable_proxy(problem) from problem
    proxy_tls, fields = httpx.create_ssl_context() if proxy.url.scheme == "https" else None, _proxy_fields(proxy)
    if tls is not None:
        return Lines(lambda: Http1Line(place, lambda connect_s: _tunnel(proxy, proxy_tls, place, tls, connect_s)))
    return Lines(lambda: Http1Line(place, lambda connect_s: _connection(proxy.url, proxy_tls, connect_s), proxy_fields=fields))


def _connection(place: httpx.URL, tls: ssl.SSLContext | None, connect_s: float | None) -> httpcore.NetworkStream:
    """A connection straight to a place."""
    host = place.raw_host.decode("ascii")
    stream = Backend().connect_tcp(host, place.port or (443 if place.scheme == "https" else 80), connect_s)
    return stream if tls is None else stream.start_tls(tls, host, connect_s)


def _tunnel(
    proxy: httpx.Proxy, proxy_tls: ssl.SSLContext | None, place: httpx.URL, tls: ssl.SSLContext, connect_s: float | None
) -> httpcore.NetworkStream:
    """A connection over TLS to a place, by way of a proxy that is asked to CONNECT. Raises httpcore.ProxyError where it refuses.

    Source: https://www.encode.io/httpcore/extensions/#network_stream
    """
    target = place.netloc if place.port else place.netloc + b":443"
    url = httpcore.URL(scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=target)
    # TLS within TLS is httpcore's own affair; there a thread is let go only when its timeout ends.
    backend = Backend() if proxy_tls is None else httpcore.SyncBackend()
    connection = httpcore.HTTPConnection(url.origin, ssl_context=proxy_tls, network_backend=backend)
    headers = [(b"host", target), (b"accept", b"*/*"), *_proxy_fields(proxy)]
    timeouts = dict.fromkeys(("connect", "read", "write"), connect_s)
    try:
        stream = _granted(connection.handle_request(httpcore.Request("CONNECT", url, headers=headers, extensions={"timeout": timeouts})))
        return stream.start_tls(tls, place.raw_host.decode("ascii"), connect_s)
    except BaseException as problem:
        connection.close()
        # Whatever went wrong, nothing was sent to the place yet, which has nothing to do with it.
        if isinstance(problem, httpcore.TimeoutException):
            raise httpcore.ConnectTimeout from problem
        if isinstance(problem, (httpcore.ReadError, httpcore.WriteError, httpcore.ProtocolError)):
            raise httpcore.ConnectError(str(problem)) from problem
        raise


def _granted(answer: httpcore.Response) -> httpcore.NetworkStream:
    """The connection to what a proxy was asked to connect to. Raises ProxyError where it refuses."""
    if not 200 <= answer.status < 300:
        reason = answer.extensions.get("reason_phrase", b"").decode("ascii", errors="ignore")
        raise httpcore.ProxyError(f"{answer.status} {reason}")
    stream: httpcore.NetworkStream = answer.extensions["network_stream"]
    return stream


def _proxy_fields(proxy: httpx.Proxy) -> Fields:
    """What is said to a proxy alone."""
    fields = list(proxy.headers.raw)
    if proxy.raw_auth is not None:
        fields.insert(0, (b"proxy-authorization", b"Basic " + base64.b64encode(b":".join(proxy.raw_auth))))
    return fields


def _usable_proxy(base_url: str) -> httpx.Proxy | None:
    """The proxy on the way to a URL. Raises UsageError for one of a kind that nobody speaks."""
    proxy = proxy_for(base_url)
    try:
        return httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}") if proxy else None
    except httpx.InvalidURL:  # which repeats what it takes for a port: the start of a password that has one of these
        reason = "its URL cannot be read; where a password has one of /?#@, it stands there as %2F, %3F, %23 or %40."
        raise UsageError(f"The proxy that the environment names cannot be used: {reason}") from None
    except ValueError as problem:
        raise _unusable_proxy(problem) from problem


def _unusable_proxy(problem: Exception) -> UsageError:
    return UsageError(f"The proxy that the environment names cannot be used: {problem}")


def _curl(endpoint: Endpoint, place: httpx.URL, proxy: httpx.Proxy | None) -> Wire:
    try:
        from rowcall.http.curl import SPEAKS_HTTP2, lines
    except ImportError as problem:
        raise UsageError(
            f"transport = \"curl\" of provider {endpoint.provider} needs pycurl ({problem}); install it with: pip install 'rowcall[curl]'"
        ) from problem
    if endpoint.http2 and not SPEAKS_HTTP2:
        raise UsageError(f"http2 of provider {endpoint.provider}: the libcurl that pycurl stands on does not speak HTTP/2.")
    if endpoint.ca_file is not None:
        _trusted(endpoint)  # libcurl finds out what is wrong with it only when it connects
    return lines(place, proxy, ca_file=endpoint.ca_file, verify_tls=endpoint.verify_tls, http2=endpoint.http2)


def _trusted(endpoint: Endpoint) -> ssl.SSLContext:
    """The certificates that are accepted. Raises UsageError for a file that has none."""
    if not endpoint.verify_tls:
        return httpx.create_ssl_context(verify=False)
    if endpoint.ca_file is None:
        return httpx.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=endpoint.ca_file)
    except OSError as problem:
        raise UsageError(
            f"ca_file of provider {endpoint.provider}, {endpoint.ca_file}, cannot be read as certificates: {problem}"
        ) from problem
