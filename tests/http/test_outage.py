"""Why no answer came, in one sentence."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rowcall.errors import UnavailableError
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
    message = message_of(open_client(base_url="http://no-such-host.invalid/v1"), request_to())

    assert message == "Cannot find the host no-such-host.invalid: check its name and the network."


def test_a_server_that_does_not_speak_tls(open_client: Callable, api: Any, request_to: Callable) -> None:
    """An https URL of an http server."""
    message = message_of(open_client(base_url=api.url.replace("http:", "https:")), request_to())

    assert "does not speak TLS; its URL may have to start with http://" in message


def test_a_server_that_does_not_speak_http(listener: socket.socket, open_client: Callable, request_to: Callable) -> None:
    """Bytes of another protocol."""
    thread = answering(listener, b"\x15\x03\x01\x00\x02\x02F\r\n\r\n")

    message = message_of(open_client(base_url=f"http://{place(listener)}"), request_to())
    thread.join()

    assert message == f"{place(listener)} does not speak HTTP; its URL may have to start with https://."


@pytest.mark.parametrize("content", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}"], ids=["before the answer", "within it"])
def test_a_connection_that_is_dropped(content: bytes, listener: socket.socket, open_client: Callable, request_to: Callable) -> None:
    """Before the answer or within it."""
    thread = answering(listener, content)

    message = message_of(open_client(base_url=f"http://{place(listener)}"), request_to())
    thread.join()

    assert message == f"{place(listener)} dropped the connection before its answer was complete."


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


@pytest.fixture
def tls(listener: socket.socket, tmp_path: Path) -> Iterator[str]:
    """The place of a TLS server with a certificate that nobody has signed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("makes its certificate with openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def answer() -> None:
        connection, _ = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65536)
                secure.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"data": [1]}')
        except OSError:
            connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    yield place(listener)
    thread.join()


def test_a_certificate_that_nobody_signed(tls: str, open_client: Callable, request_to: Callable) -> None:
    """The server is not trusted, and no key is sent to it."""
    message = message_of(open_client(base_url=f"https://{tls}/v1"), request_to())

    assert message == f"The certificate of {tls} is not trusted: self-signed certificate."


def test_a_certificate_that_the_environment_trusts(
    tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable
) -> None:
    """SSL_CERT_FILE adds an authority of one's own; the page comes over TLS."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    assert open_client(base_url=f"https://{tls}/v1").send(request_to(), ONCE, Control()).rows == 1
