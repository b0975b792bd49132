"""What goes out and what comes in, whoever carries it."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from rowcall.errors import UnavailableError
from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.http.wire import Incoming, target
from rowcall.manifest.model import Retry
from rowcall.plan.nodes import Protocol

ONCE = Protocol(rows="data", retry=Retry(attempts=1))
PAGE = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"data":[]}'


@pytest.mark.parametrize(
    "url",
    [
        "https://api.acme.test/v1/things?limit=100&after=a%2Fb",
        "http://127.0.0.1:8000/v1/things",
        "https://api.acme.test/things/a b?q=x y",
        "https://api.acme.test/v1/ü?q=ü|{x}",
        "https://api.acme.test/v1/100%?q=%zz",
        "https://api.acme.test/v1/./a/../b",
        "https://api.acme.test?page=2",
        "https://api.acme.test",
        "https://api.acme.test/a?next=//b/.c#d",
    ],
)
def test_a_target_is_written_as_httpx_writes_it(url: str) -> None:
    """What has no place in a URL is encoded, whatever an API put into the one of its next page."""
    assert target(url) == httpx.URL(url).raw_path


def test_headers_are_found_by_their_lower_case_name_and_joined() -> None:
    """As text, of whichever encoding they are."""
    fields = [(b"X-Twice", b"a"), (b"x-twice", b"b"), (b"X-Name", "ü".encode()), (b"X-Old", b"\xfc")]

    assert Incoming(200, fields, iter(()), lambda: None).headers == {"x-twice": "a, b", "x-name": "ü", "x-old": "ü"}


def test_an_answer_lets_go_once() -> None:
    """However often it is closed, what it came over is given back once."""
    closed: list[int] = []
    incoming = Incoming(200, [], iter([b"ab", b"c"]), lambda: closed.append(1))

    assert (b"".join(incoming.pieces()), incoming.received) == (b"abc", 3)
    incoming.close()
    incoming.close()
    assert closed == [1]


def test_cookies_are_sent_again(client: Client, api: Any, request_to: Callable) -> None:
    """To the place that set them, below their path, until they are over."""
    api.replies = [
        {"json": {"data": []}, "headers": {"Set-Cookie": "node=7; Path=/v1/things"}},
        {"json": {"data": []}},
        {"json": {"data": []}, "headers": {"Set-Cookie": "node=; Path=/v1/things; Max-Age=0"}},
        {"json": {"data": []}},
    ]

    for path in ("/things", "/others", "/things", "/things"):
        client.send(request_to(path), ONCE, Control())

    assert [received.headers.get("cookie") for received in api.requests] == [None, None, "node=7", None]


def test_a_cookie_may_have_any_letters(client: Client, api: Any, request_to: Callable) -> None:
    """It is kept, and goes out as UTF-8, whatever other header an answer has."""
    api.replies = [{"json": {"data": []}, "headers": {"Set-Cookie": "name=\xe9t\xe9", "X-Name": "\xfc"}}, {"json": {"data": []}}]

    for _ in range(2):
        client.send(request_to(), ONCE, Control())

    assert api.requests[1].headers["cookie"].encode("latin-1").decode() == "name=\xe9t\xe9"


@contextlib.contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """The place of a server that treats one connection as said, and closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with listener.accept()[0] as connection, contextlib.suppress(OSError):
                connection.recv(65536)
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("size", [12, 17, 30, len(PAGE) - 12, len(PAGE) - 1])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_that_ends_too_soon_is_none(size: int, method: str, open_client: Callable, request_to: Callable) -> None:
    """Within its status, its headers or its body: never an answer with less in it."""
    with answering(lambda connection: connection.sendall(PAGE[:size])) as place:
        client = open_client(base_url=place)

        with pytest.raises(UnavailableError, match="dropped the connection"):
            client.send(request_to(method=method), ONCE, Control())
        client.close()


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX-Drops: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"], ids=["head", "body"]
)
def test_an_answer_that_comes_in_drops_ends_with_its_statement(head: bytes, open_client: Callable, request_to: Callable) -> None:
    """A server that says a little all the time is not waited for beyond the deadline."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.02)

    started = time.monotonic()
    with answering(drip) as place:
        client = open_client(base_url=place)

        with pytest.raises(UnavailableError, match="timeout_s"):
            client.send(request_to(), ONCE, Control(timeout_s=0.4))
        took_s = time.monotonic() - started
        client.close()

    assert took_s < 2


def drip(connection: socket.socket) -> None:
    """A body that comes a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(0.02)


def drip_nothing(connection: socket.socket) -> None:
    """A body that is compressed, without an end, and nothing else."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    for _ in range(400):
        connection.sendall(gzip.compress(b"") * 500)
        time.sleep(0.01)


@pytest.mark.parametrize("answer", [drip, drip_nothing])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("is_own", [False, True], ids=["ours", "theirs"])
def test_one_exchange_is_bounded(answer: Callable, method: str, is_own: bool, open_client: Callable, request_to: Callable) -> None:
    """However steadily something comes, over a client of the user's too; of a write it is said that its fate is unknown."""
    fate = "Whether it was carried out is unknown, and it was not sent again." if method == "POST" else ""
    started, control = time.monotonic(), Control()

    with answering(answer) as place, httpx.Client() as own:
        client = open_client(base_url=place, total_timeout_s=0.4, client=own if is_own else None)
        with pytest.raises(UnavailableError, match=rf"was not done within total_timeout_s=0\.4\. ?{fate}") as caught:
            client.send(request_to(method=method), ONCE, control)
        took_s = time.monotonic() - started
        client.close()
        own.close()

    assert "Raise total_timeout_s" in caught.value.hint
    assert [exchange.status for exchange in control.exchanges] == [200]
    assert 0.4 <= took_s < 2


def test_a_request_that_is_taken_slowly_is_bounded(open_client: Callable, request_to: Callable) -> None:
    """A server that reads a little all the time is not waited for any longer."""

    def take(connection: socket.socket) -> None:
        for _ in range(200):
            connection.recv(100_000)
            time.sleep(0.02)

    started = time.monotonic()
    with answering(take) as place:
        client = open_client(base_url=place, total_timeout_s=0.4)
        with pytest.raises(UnavailableError, match=r"total_timeout_s=0\.4\. Whether it was carried out is unknown"):
            client.send(request_to(method="POST", body={"text": "x" * 50_000_000}), ONCE, Control())
        took_s = time.monotonic() - started
        client.close()

    assert took_s < 3


def test_a_read_that_took_too_long_is_sent_again(open_client: Callable, api: Any, request_to: Callable, unhurried: type[Control]) -> None:
    """As after any other timeout, with its time anew; a write is not."""
    release = threading.Event()
    api.replies = [{"hold": release}, {"hold": release}, {"json": {"data": []}}, {"hold": release}]
    client = open_client(total_timeout_s=0.2)

    page = client.send(request_to(), Protocol(rows="data"), unhurried())
    with pytest.raises(UnavailableError, match="total_timeout_s"):
        client.send(request_to(method="POST"), Protocol(rows="data"), unhurried())
    release.set()

    assert page.rows == 0
    assert [received.method for received in api.requests] == ["GET", "GET", "GET", "POST"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no child processes of this kind here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_process_has_no_connection_of_its_parent(client: Client, api: Any, request_to: Callable) -> None:
    """Over one that both have, each would read what answers the other; and the parent keeps its own."""
    client.send(request_to(), ONCE, Control())

    if not (child := os.fork()):
        status = 1
        with contextlib.suppress(BaseException):
            client.send(request_to(), ONCE, Control())
            client.close()
            status = 0
        os._exit(status)
    _, status = os.waitpid(child, 0)
    client.send(request_to(), ONCE, Control())

    assert (status, len(api.requests), api.connections) == (0, 3, 2)
