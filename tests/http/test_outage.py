"""Why no answer came, in one sentence."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rowcall.errors import UnavailableError, UsageError
from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.manifest.model import Retry
from rowcall.plan.nodes import Protocol

ONCE = Protocol(rows="data", retry=Retry(attempts=1))


def message_of(client: Client, request: Any) -> str:
    """What is said of a request that nobody answers."""
    with pytest.raises(UnavailableError) as caught:
        client.send(request, ONCE, Control())
    return caught.value.message


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that listens, and that a test may answer on."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


def place(sock: socket.socket) -> str:
    """Where a socket listens."""
    return f"127.0.0.1:{sock.getsockname()[1]}"


def answering(listener: socket.socket, content: bytes) -> threading.Thread:
    """Answers one connection with bytes and closes it."""

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(content)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


@pytest.mark.parametrize("reads", [True, False], ids=["read", "write"])
def test_a_port_where_nothing_listens(reads: bool, open_client: Callable, request_to: Callable) -> None:
    """The place is named; a write was certainly not carried out, and nothing else is claimed."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        gone = place(sock)

    message = message_of(open_client(base_url=f"http://{gone}/v1"), request_to(method="GET" if reads else "POST"))

    assert message == f"Nothing is listening at {gone}."


def test_a_write_that_never_left_is_tried_again(open_client: Callable, request_to: Callable) -> None:
    """A connection that was refused carried nothing, so that even a write may try again."""
    control = Control()
    with socket.create_server(("127.0.0.1", 0)) as sock:
        gone = place(sock)

    with pytest.raises(UnavailableError):
        open_client(base_url=f"http://{gone}").send(request_to(method="POST"), Protocol(retry=Retry(base_s=0)), control)

    assert [exchange.error for exchange in control.exchanges] == [f"Nothing is listening at {gone}."] * 3


def test_a_host_that_does_not_exist(open_client: Callable, request_to: Callable) -> None:
    """The name is what to check."""
    message = message_of(open_client(base_url="http://no-such-host.invalid/v1", plain_http=True), request_to())

    assert message == "Cannot find the host no-such-host.invalid."


def test_a_server_that_does_not_speak_tls(open_client: Callable, api: Any, request_to: Callable) -> None:
    """An https URL of an http server."""
    message = message_of(open_client(base_url=api.url.replace("http:", "https:")), request_to())

    assert message.endswith("does not speak TLS.")


def test_a_server_that_does_not_speak_http(listener: socket.socket, open_client: Callable, request_to: Callable) -> None:
    """Bytes of another protocol."""
    thread = answering(listener, b"\x15\x03\x01\x00\x02\x02F\r\n\r\n")

    message = message_of(open_client(base_url=f"http://{place(listener)}"), request_to())
    thread.join()

    assert message == f"{place(listener)} does not speak HTTP."


@pytest.mark.parametrize("content", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}"], ids=["before the answer", "within it"])
def test_a_connection_that_is_dropped(content: bytes, listener: socket.socket, open_client: Callable, request_to: Callable) -> None:
    """Before the answer or within it."""
    thread = answering(listener, content)

    message = message_of(open_client(base_url=f"http://{place(listener)}"), request_to())
    thread.join()

    assert message == f"{place(listener)} dropped the connection before its answer was complete."


def test_a_deadline_before_anything_was_sent(listener: socket.socket, open_client: Callable, request_to: Callable) -> None:
    """The server never answers to TLS: of a write it is known that it was not carried out."""
    client = open_client(base_url=f"https://{place(listener)}", verify_tls=False)

    with pytest.raises(UnavailableError) as caught:
        client.send(request_to(method="POST", body={}), ONCE, Control(timeout_s=0.3))

    assert caught.value.message == "Not done within timeout_s=0.3."


@pytest.mark.parametrize("transport", ["httpx"], indirect=True)  # libcurl sends it
def test_a_request_that_is_none(listener: socket.socket, open_client: Callable, request_to: Callable) -> None:
    """HTTP/1.1 has no such header: that is said, with what is certain of a write, and it is not tried again."""
    client = open_client(base_url=f"http://{place(listener)}", headers=(("transfer-encoding", "gzip"),))
    control = Control()

    with pytest.raises(UsageError, match=r"^POST http://.* cannot be sent as it is, and nothing was sent: .*Transfer-Encoding"):
        client.send(request_to(method="POST", body={}), Protocol(), control)
    assert len(control.exchanges) == 1
    listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_server_that_does_not_answer(listener: socket.socket, open_client: Callable, request_to: Callable) -> None:
    """It takes the connection and says nothing until the read timeout."""
    message = message_of(open_client(base_url=f"http://{place(listener)}", read_timeout_s=0.15), request_to())

    assert message == f"{place(listener)} did not answer in time."


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (httpx.ConnectTimeout("x"), "did not accept a connection in time"),
        (httpx.PoolTimeout("x"), "No connection to 127.0.0.1"),
        (httpx.WriteTimeout("x"), "did not take the request in time"),
        (httpx.ProxyError("407 Proxy Authentication Required"), "The proxy refused to connect to 127.0.0.1"),
        (httpx.ConnectError("odd"), "Cannot connect to 127.0.0.1"),
        (httpx.LocalProtocolError("odd"), "cannot be sent as it is"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_users_own_client_meets_is_told_too(problem: Exception, text: str, open_client: Callable, request_to: Callable) -> None:
    """Every kind of failure that httpx knows has its sentence."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise problem

    with httpx.Client(transport=httpx.MockTransport(fail)) as own:
        assert text in message_of(open_client(client=own), request_to())


@pytest.mark.parametrize(
    ("problem", "step"),
    [
        (httpx.ConnectTimeout("x"), "Check that it is up, and that base_url of the provider names it. Or raise its connect_timeout_s."),
        (httpx.PoolTimeout("x"), "Run the statement again, or with a smaller max_in_flight."),
        (
            httpx.ProxyError("407"),
            "Check the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; NO_PROXY names hosts that are reached without it.",
        ),
        (httpx.ConnectError("odd"), "Check that it is up, and that base_url of the provider names it."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_not_sent_has_a_next_step(problem: Exception, step: str, open_client: Callable, request_to: Callable) -> None:
    """It is the same for a read and a write."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise problem

    with httpx.Client(transport=httpx.MockTransport(fail)) as own:
        for method in ("GET", "POST"):
            with pytest.raises(UnavailableError) as caught:
                open_client(client=own).send(request_to(method=method), ONCE, Control())
            assert caught.value.hint == step


@pytest.mark.parametrize(
    ("problem", "step"),
    [
        (httpx.ReadTimeout("x"), "Raise read_timeout_s of the provider, or ask for less at a time."),
        (httpx.WriteTimeout("x"), "Raise read_timeout_s of the provider."),
        (httpx.ReadError("x"), "Run the statement again later."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nobody_is_told_to_repeat_a_write(problem: Exception, step: str, open_client: Callable, request_to: Callable) -> None:
    """Of one that may have been carried out the next step is to look."""

    def fail(request: httpx.Request) -> httpx.Response:
        list(request.stream)  # type: ignore[arg-type] # it went out
        raise problem

    with httpx.Client(transport=httpx.MockTransport(fail)) as own:
        for method in ("GET", "POST"):
            with pytest.raises(UnavailableError) as caught:
                open_client(client=own).send(request_to(method=method), ONCE, Control())
            kept = "" if step.startswith("Run") else f" {step}"
            assert caught.value.hint == (step if method == "GET" else f"Look whether it was done before you send it again.{kept}")


def test_a_certificate_that_nobody_signed(serve: Callable, tls: ssl.SSLContext, open_client: Callable, request_to: Callable) -> None:
    """The server is not trusted, and no key is sent to it."""
    api = serve(tls)

    message = message_of(open_client(base_url=api.url), request_to())

    place = api.url.removeprefix("https://").removesuffix("/v1")
    assert message == f"The certificate of {place} is not trusted: self-signed certificate."
    assert api.requests == []


def test_a_certificate_of_another_name(
    serve: Callable, tls: ssl.SSLContext, certificate: Path, open_client: Callable, request_to: Callable
) -> None:
    """Trusted, but of 127.0.0.1 alone."""
    api = serve(tls)
    elsewhere = api.url.replace("127.0.0.1", "localhost")

    message = message_of(open_client(base_url=elsewhere, ca_file=str(certificate)), request_to())

    assert message.startswith(f"The certificate of {elsewhere.removeprefix('https://').removesuffix('/v1')} is not trusted: ")
    assert "localhost" in message.partition("trusted: ")[2]
    assert api.requests == []
