"""A scripted HTTP server on a real socket of this machine, and a client of it."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from rowcall.http.client import Client, Endpoint
from rowcall.http.control import Control
from rowcall.http.endpoint import TRANSPORTS
from rowcall.manifest.model import AuthKind, AuthScheme, Paging, PagingKind, Retry
from rowcall.plan.nodes import Call, Protocol, Request

KEY = "sk-secret-0123456789"
BEARER = AuthScheme(kind=AuthKind.BEARER, env=("ACME_KEY",))

Reply = dict[str, Any]
"""status, json | text | content, headers, drop="before" | "within", close=True, endless=True, hold=Event that must be set before anything is sent."""


@dataclass(frozen=True)
class Received:
    """What the server was sent."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    at: float = field(default_factory=time.monotonic)


@dataclass
class Api:
    """The server: `replies` are given in turn, the last one for ever; or `answer` makes one of a request."""

    replies: list[Reply] = field(default_factory=lambda: [{"json": {"data": []}}])
    answer: Callable[[Received], Reply] | None = None
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reply_to(self, received: Received) -> Reply:
        """The next reply."""
        with self.lock:
            self.requests.append(received)
            if self.answer is None:
                return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return self.answer(received)


class Handler(BaseHTTPRequestHandler):
    """Answers as `Api` says, with keep-alive."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        with self.server.api.lock:
            self.server.api.connections += 1
            self.server.open.add(self.connection)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        with self.server.api.lock:
            self.server.open.discard(self.connection)

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        api, parts = self.server.api, urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        with api.lock:
            api.in_flight += 1
            api.most_in_flight = max(api.most_in_flight, api.in_flight)
        try:
            self.give(api.reply_to(Received(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)))
        finally:
            with api.lock:
                api.in_flight -= 1

    do_POST = do_DELETE = do_PUT = do_PATCH = do_GET

    def give(self, reply: Reply) -> None:
        """Send a reply, or drop the connection where it says so."""
        if "hold" in reply and not reply["hold"].wait(20):
            return
        if reply.get("drop") == "before":
            self.close_connection = True
            return
        if reply.get("endless"):
            self.give_for_ever()
            return
        content = content_of(reply)
        self.send_response(reply.get("status", 200))
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content) + (reply.get("drop") == "within"))}
        for name, value in (headers | reply.get("headers", {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = self.close_connection or reply.get("drop") == "within" or reply.get("close", False)

    def give_for_ever(self) -> None:
        """Send a body until the other side has had enough."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(b'{"data": [0')
            while True:
                self.wfile.write(b", 1" * 5_000)


def content_of(reply: Reply) -> bytes:
    """The body of a reply."""
    if "json" in reply:
        return json.dumps(reply["json"]).encode()
    return reply["text"].encode() if "text" in reply else reply.get("content", b"")


class Server(ThreadingHTTPServer):
    """One thread a connection; closing it closes them all."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, api: Api, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.api = api
        self.tls = tls
        self.open: set[socket.socket] = set()
        api.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.server_port}/v1"

    def finish_request(self, request: Any, client_address: Any) -> None:
        """As of the class, in the thread of the connection: over TLS the handshake comes first, and a client may break it off."""
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with contextlib.suppress(OSError), self.tls.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def stop(self) -> None:
        """Close every connection and wait for every thread."""
        self.shutdown()
        with self.api.lock:
            for connection in self.open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Api]]:
    """Starts servers, over TLS where they are given a context, and stops them after the test."""
    started: list[tuple[Server, threading.Thread]] = []

    def start(tls: ssl.SSLContext | None = None) -> Api:
        server = Server(Api(), tls)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        started.append((server, thread))
        return server.api

    yield start
    for server, thread in started:
        server.stop()
        thread.join()


@pytest.fixture
def api(serve: Callable[[], Api]) -> Api:
    """A server that answers `{"data": []}` until it is told otherwise."""
    return serve()


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    """What carries the requests: every test that sends any holds for each."""
    if request.param == "curl":
        pytest.importorskip("pycurl", reason="the extra `curl` is not installed")
    return str(request.param)


@pytest.fixture
def endpoint(api: Api, transport: str) -> Callable[..., Endpoint]:
    """Makes endpoints at the server, with a bearer key."""

    def make(**settings: Any) -> Endpoint:
        plain: dict[str, Any] = {"provider": "acme", "title": "Acme", "base_url": api.url, "auth": BEARER, "key": KEY}
        return Endpoint(**(plain | {"key_names": ("ACME_KEY",), "transport": transport} | settings))

    return make


@pytest.fixture
def open_client(endpoint: Callable[..., Endpoint]) -> Iterator[Callable[..., Client]]:
    """Opens clients of the server, and closes them after the test."""
    with contextlib.ExitStack() as stack:

        def open_(**settings: Any) -> Client:
            client = Client(endpoint(**settings))
            stack.callback(client.close)
            return client

        yield open_


@pytest.fixture
def client(open_client: Callable[..., Client]) -> Client:
    """A client of the server."""
    return open_client()


@pytest.fixture
def request_to() -> Callable[..., Request]:
    """Makes requests, by default a read of /things."""

    def make(path: str = "/things", method: str = "GET", **facts: Any) -> Request:
        reads = method == "GET"
        plain: dict[str, Any] = {"reads": reads, "retriable": reads}
        return Request("acme", "acme.store.things", "list_things", method, path, **(plain | facts))

    return make


@pytest.fixture
def call_to(request_to: Callable[..., Request]) -> Callable[..., Call]:
    """Makes calls, by default of a read of /things."""
    return lambda *args, **facts: Call(request_to(*args, **facts))


@pytest.fixture
def by_cursor() -> Protocol:
    """Cursor paging as OpenAI has it; retries come at once."""
    paging = Paging(kind=PagingKind.CURSOR, parameter="after", next="last_id", row="id", more="has_more")
    return Protocol(rows="data", paging=paging, retry=Retry(base_s=0))


class Unhurried(Control):
    """A control that notes what it was to wait, and does not wait."""

    def __init__(self, **limits: Any) -> None:
        super().__init__(**limits)
        self.waits: list[float] = []

    def wait(self, seconds: float, why: str = "") -> None:  # noqa: ARG002
        self.waits.append(seconds)


@pytest.fixture
def unhurried() -> type[Unhurried]:
    """The class of controls that do not wait."""
    return Unhurried
