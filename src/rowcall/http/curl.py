"""Another transport: libcurl where the bytes move.

Here libcurl speaks HTTP, and keeps the promises of the sockets in `transport.py`: every wait is cut into slices, nothing is sent twice, no
redirect is followed, nothing is decompressed, and what goes wrong is one of httpx's errors with the same cause. Loading this module loads
pycurl.
"""

from __future__ import annotations

import contextlib
import http
import os
import re
import selectors
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import certifi
import httpx
import pycurl

from rowcall.http.transport import SLICE_S, check_watched, is_readable
from rowcall.http.wire import Fields, Lines, Outgoing

SPEAKS_HTTP2 = bool(pycurl.version_info()[4] & pycurl.VERSION_HTTP2)
"""Whether the libcurl that is there was built so."""
_CHUNK = 1 << 17
"""The most bytes that libcurl hands over at once; each time it waits for the lock of the interpreter."""
_FOREVER_MS = 2**31 - 1
_EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}
_READY = {
    selectors.EVENT_READ: pycurl.CSELECT_IN,
    selectors.EVENT_WRITE: pycurl.CSELECT_OUT,
    selectors.EVENT_READ | selectors.EVENT_WRITE: pycurl.CSELECT_IN | pycurl.CSELECT_OUT,
}
_LINE_ENDS = (b"\r\n", b"\n")
_PROXY_SCHEMES = {"socks5": "socks5h"}
"""Names are looked up by the proxy, as httpx has it; libcurl distinguishes."""


def lines(place: httpx.URL, proxy: httpx.Proxy | None = None, *, ca_file: str | None, verify_tls: bool, http2: bool) -> Lines[CurlLine]:
    """A wire to one place over libcurl."""
    options = (*_options(http2=http2), *_tls_options(ca_file, verify_tls=verify_tls), *_proxy_options(proxy))
    origin = b"%s://%s" % (place.raw_scheme, place.netloc)
    return Lines(lambda: CurlLine(origin, options))


class CurlLine:
    """One connection at most, and one transfer at a time on it. Used by one thread at a time."""

    def __init__(self, origin: bytes, options: Sequence[tuple[int, Any]]) -> None:
        self._origin = origin
        self._selector = selectors.DefaultSelector()
        self._sockets: dict[int, int] = {}
        """What libcurl waits for, by socket."""
        self._due: float | None = None
        """When libcurl wants to be called though nothing has happened."""
        self._lines: list[bytes] = []
        self._chunks: list[bytes] = []
        self._is_sent = self._is_done = False
        self._read_s: float | None = None
        self._write_s: float | None = None
        self._heard = self._checked = 0.0
        """When a socket was ready last, and when the control was asked."""
        self._kept = -1
        """The socket that the last transfer has left open, where it speaks HTTP/1; then nothing comes over it unasked."""
        self.is_reusable = False
        """Whether a transfer has come to its proper end, and no other has begun."""
        self._multi, self._easy = pycurl.CurlMulti(), pycurl.Curl()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, 1)
        for option, value in options:
            self._easy.setopt(option, value)
        self._easy.setopt(pycurl.HEADERFUNCTION, self._lines.append)
        self._easy.setopt(pycurl.WRITEFUNCTION, self._chunks.append)
        self._easy.setopt(pycurl.PREREQFUNCTION, self._on_sending)

    # -- what libcurl tells ------------------------------------------------------------------------------------------------------------

    def _on_socket(self, event: int, number: int, _multi: object, _data: object) -> None:
        wanted = _EVENTS.get(event)
        if wanted is None:
            if self._sockets.pop(number, None) is not None:
                self._selector.unregister(number)
        elif number in self._sockets:
            self._selector.modify(number, wanted)
            self._sockets[number] = wanted
        else:
            self._selector.register(number, wanted)
            self._sockets[number] = wanted

    def _on_timer(self, milliseconds: int) -> None:
        self._due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def _on_sending(self, *_: object) -> int:
        """Lets a request go out once.

        libcurl sends again, by itself, what had no answer over a connection that was kept, a write too. Whether that is right is not
        for this module to say, and each request counts.
        """
        if self._is_sent:
            return int(pycurl.PREREQFUNC_ABORT)
        self._is_sent = True
        self._lines.clear()  # of what a proxy said to CONNECT
        return int(pycurl.PREREQFUNC_OK)

    # -- one transfer ------------------------------------------------------------------------------------------------------------------

    def begin(self, outgoing: Outgoing) -> tuple[int, Fields]:
        """As `Line` says."""
        self._lines.clear()
        self._chunks.clear()
        self._is_sent = self._is_done = self.is_reusable = outgoing.is_begun = False
        limits = outgoing.timeouts
        self._read_s, self._write_s = limits["read"], limits["write"]
        self._set(outgoing, limits["connect"])
        # libcurl does not look whether a connection lives that it has used a moment ago.
        self._easy.setopt(pycurl.FRESH_CONNECT, self._kept >= 0 and is_readable(self._kept))
        self._heard = self._checked = time.monotonic()
        self._multi.add_handle(self._easy)
        while not self._is_sent or (head := _head(self._lines)) is None:
            if self._is_done:
                raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
            try:
                self._step()
            finally:
                outgoing.is_begun = self._is_sent
        return head

    def _set(self, outgoing: Outgoing, connect_s: float | None) -> None:
        easy, headers = self._easy, outgoing.headers
        if outgoing.content:
            easy.setopt(pycurl.POSTFIELDS, outgoing.content)
        else:
            easy.setopt(pycurl.HTTPGET, 1)
        easy.setopt(pycurl.NOBODY, outgoing.method == "HEAD")
        easy.setopt(pycurl.CUSTOMREQUEST, outgoing.method)
        easy.setopt(pycurl.URL, self._origin + outgoing.target)
        sent = [(f"{name}: {value}" if value else f"{name};").encode() for name, value in headers.items()]
        # A name without a value takes away what libcurl would add by itself.
        mine = [b"%s:" % name.encode() for name in ("accept", "content-type", "expect") if name not in headers]
        easy.setopt(pycurl.HTTPHEADER, sent + mine)
        easy.setopt(pycurl.CONNECTTIMEOUT_MS, _FOREVER_MS if connect_s is None else max(1, int(connect_s * 1000)))

    def body(self) -> Iterator[bytes]:
        """What has come of the body, until it is all there."""
        while True:
            if self._chunks:
                content = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
                self._chunks.clear()
                yield content
            elif self._is_done:
                return
            else:
                self._step()

    def _step(self) -> None:
        """Waits for a socket, for a slice at the most, and lets libcurl go on. Raises TransportError, and what the control does."""
        now = time.monotonic()
        if now - self._checked >= SLICE_S:
            self._checked = now
            check_watched()
        ready = self._selector.select(SLICE_S if self._due is None else max(0.0, min(SLICE_S, self._due - now)))
        running = 1
        if ready:
            self._heard = time.monotonic()
            for key, events in ready:
                _, running = self._multi.socket_action(key.fd, _READY[events])
        elif self._due is not None and self._due <= time.monotonic():
            self._due = None
            _, running = self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        elif self._is_sent:
            self._check_silence()
        if not running:
            self._end()

    def _check_silence(self) -> None:
        """Raises a timeout where the server was silent for too long."""
        is_writing = any(wanted & selectors.EVENT_WRITE for wanted in self._sockets.values())
        limit = self._write_s if is_writing else self._read_s
        if limit is not None and time.monotonic() - self._heard >= limit:
            raise httpx.WriteTimeout("The write operation timed out") if is_writing else httpx.ReadTimeout("The read operation timed out")

    def _end(self) -> None:
        _, _, failures = self._multi.info_read()
        for _, code, message in failures:
            self._raise(code, message)
        is_plain = self._easy.getinfo(pycurl.INFO_HTTP_VERSION) != pycurl.CURL_HTTP_VERSION_2_0
        self._kept = self._easy.getinfo(pycurl.ACTIVESOCKET) if is_plain else -1
        self._multi.remove_handle(self._easy)
        self._is_done = self.is_reusable = True

    def _raise(self, code: int, message: str) -> NoReturn:
        if not self._is_sent:
            raise self._unconnected(code, message)
        raise _BROKEN.get(code, httpx.ReadError)(f"illegal answer: {message}" if code in _ILLEGAL else message)

    def _unconnected(self, code: int, message: str) -> httpx.TransportError:
        """Why there was no connection, its cause as Python's own sockets would name it."""
        refusal = self._easy.getinfo(pycurl.HTTP_CONNECTCODE)
        if refusal >= 300:
            with contextlib.suppress(ValueError):
                return httpx.ProxyError(f"{refusal} {http.HTTPStatus(refusal).phrase}")
            return httpx.ProxyError(str(refusal))
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return httpx.ConnectTimeout(message)
        if code == _E_PROXY:
            return httpx.ProxyError(message)
        error = httpx.ConnectError(message)
        error.__cause__ = _cause(code, message, self._easy.getinfo(pycurl.OS_ERRNO))
        return error

    def close(self) -> None:
        """Closes the connection, whatever is under way on it."""
        self._easy.close()
        self._multi.close()
        self._selector.close()


_VERIFICATION = re.compile(r"^SSL certificate (problem|OpenSSL verify result): |^SSL: | \(\d+\)$")
"""What libcurl says around the reason that OpenSSL gives."""
_E_PROXY = 97
"""A failed handshake with a proxy, which pycurl has no name for. Source: https://curl.se/libcurl/c/libcurl-errors.html"""
_ILLEGAL = (pycurl.E_UNSUPPORTED_PROTOCOL, pycurl.E_FTP_WEIRD_SERVER_REPLY)
"""What libcurl says of an answer that is not HTTP."""
_BROKEN: dict[int, type[httpx.TransportError]] = {
    pycurl.E_ABORTED_BY_CALLBACK: httpx.RemoteProtocolError,
    pycurl.E_GOT_NOTHING: httpx.RemoteProtocolError,
    pycurl.E_PARTIAL_FILE: httpx.RemoteProtocolError,
    pycurl.E_SEND_ERROR: httpx.WriteError,
    **dict.fromkeys(_ILLEGAL, httpx.RemoteProtocolError),
}


def _cause(code: int, message: str, number: int) -> OSError | None:
    if code in {pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY}:
        return socket.gaierror(socket.EAI_NONAME, message)
    if code in {pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE}:
        untrusted = ssl.SSLCertVerificationError(message)
        untrusted.verify_message = _VERIFICATION.sub("", message)
        return untrusted
    if code == pycurl.E_SSL_CONNECT_ERROR:
        failed = ssl.SSLError(message)
        failed.reason = message.rpartition(":")[2].strip().upper().replace(" ", "_")
        return failed
    return OSError(number, os.strerror(number)) if number else None


def _head(lines: Sequence[bytes]) -> tuple[int, Fields] | None:
    """Status and headers of the head that stands in `lines`, those that only announce it passed over; None where it is not whole yet."""
    start = 0
    for index, line in enumerate(lines):
        if line.startswith(b"HTTP/"):
            start = index
        elif line in _LINE_ENDS:
            status = int(lines[start].split(None, 2)[1])
            if status >= 200:
                pairs = (header.partition(b":") for header in lines[start + 1 : index])
                return status, [(name, value.strip()) for name, _, value in pairs]
    return None


def _options(*, http2: bool) -> Iterator[tuple[int, Any]]:
    """What is set on every line. What libcurl takes from the environment by itself is switched off: others decide that."""
    yield pycurl.NOSIGNAL, 1
    yield pycurl.PATH_AS_IS, 1
    yield pycurl.HTTP_CONTENT_DECODING, 0
    yield pycurl.BUFFERSIZE, _CHUNK
    yield pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS if http2 else pycurl.CURL_HTTP_VERSION_1_1
    yield pycurl.NOPROXY, ""


def _tls_options(ca_file: str | None, *, verify_tls: bool) -> Iterator[tuple[int, Any]]:
    """Which certificates are accepted, of servers and of proxies: by the same rules as httpx has."""
    if not verify_tls:
        for option in (pycurl.SSL_VERIFYPEER, pycurl.SSL_VERIFYHOST, pycurl.PROXY_SSL_VERIFYPEER, pycurl.PROXY_SSL_VERIFYHOST):
            yield option, 0
        return
    file, folder = ca_file or os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or not folder:
        for option in (pycurl.CAINFO, pycurl.PROXY_CAINFO):
            yield option, file or certifi.where()
    else:
        for option in (pycurl.CAPATH, pycurl.PROXY_CAPATH):
            yield option, folder


def _proxy_options(proxy: httpx.Proxy | None) -> Iterator[tuple[int, Any]]:
    yield pycurl.PROXY, "" if proxy is None else str(proxy.url.copy_with(scheme=_PROXY_SCHEMES.get(proxy.url.scheme, proxy.url.scheme)))
    if proxy is not None and proxy.raw_auth is not None:
        yield pycurl.PROXYUSERNAME, proxy.raw_auth[0]
        yield pycurl.PROXYPASSWORD, proxy.raw_auth[1]
