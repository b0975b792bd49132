"""Sockets, proxies and certificates."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest

from rowcall.errors import UnavailableError, UsageError
from rowcall.http.client import Client
from rowcall.http.control import Cancelled, Control
from rowcall.http.transport import Backend, Stream, is_loopback, proxy_for, watched
from rowcall.manifest.model import Retry
from rowcall.plan.nodes import Protocol

KEY = "sk-secret-0123456789"
ONCE = Protocol(rows="data", retry=Retry(attempts=1))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("api.localhost", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.acme.test", False),
        ("api.acme.test", False),
    ],
)
def test_loopback_is_known_by_name(host: str, expected: bool) -> None:
    """The machine itself, in all its spellings, and nothing that only looks like it."""
    assert is_loopback(host) is expected


def test_a_loopback_server_is_never_reached_through_a_proxy(
    serve: Callable, monkeypatch: pytest.MonkeyPatch, open_client: Callable, api: Any, request_to: Callable
) -> None:
    """The proxy of the environment sees nothing of what goes to this machine."""
    proxy = serve()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))

    open_client().send(request_to(), ONCE, Control())

    assert (len(api.requests), proxy.requests) == (1, [])


def test_another_host_is_reached_through_the_proxy_of_the_environment(
    api: Any, monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable
) -> None:
    """The proxy is asked for the whole URL."""
    monkeypatch.setenv("http_proxy", api.url.removesuffix("/v1").replace("//", "//ann:pw@"))

    open_client(base_url="http://api.acme.test/v1", plain_http=True).send(request_to(), ONCE, Control())

    assert api.requests[0].headers["host"] == "api.acme.test"
    assert api.requests[0].headers["proxy-authorization"] == "Basic YW5uOnB3"


def test_a_proxy_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable) -> None:
    """The place where nothing listens is the proxy's, and its password is not shown."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        gone = f"127.0.0.1:{sock.getsockname()[1]}"
    monkeypatch.setenv("http_proxy", f"http://ann:pw@{gone}")

    with pytest.raises(UnavailableError, match=f"^Nothing is listening at {gone} \\(a proxy that the environment names, on the way to"):
        open_client(base_url="http://api.acme.test/v1", plain_http=True).send(request_to(), ONCE, Control())


def test_a_host_that_is_excepted_has_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """no_proxy is heeded."""
    monkeypatch.setenv("https_proxy", "http://proxy.test:3128")
    monkeypatch.setenv("no_proxy", "acme.test")

    assert proxy_for("https://api.acme.test/v1") is None
    assert proxy_for("https://api.other.test/v1") == "http://proxy.test:3128"


def test_a_proxy_that_cannot_be_used_is_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable
) -> None:
    """A kind of proxy that nobody speaks is named before anything is sent."""
    monkeypatch.setenv("all_proxy", "gopher://proxy.test:70")

    with pytest.raises(UsageError, match="proxy that the environment names"):
        open_client(base_url="http://api.acme.test/v1", plain_http=True).send(request_to(), ONCE, Control())


@pytest.mark.parametrize("transport", ["httpx"], indirect=True)
def test_the_password_of_a_proxy_is_not_shown_where_it_makes_no_url(
    monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable
) -> None:
    """What stands before the # would be the port."""
    monkeypatch.setenv("http_proxy", "http://ann:sesame#1@proxy.test:3128")

    with pytest.raises(UsageError, match="its URL cannot be read") as caught:
        open_client(base_url="http://api.acme.test/v1", plain_http=True).send(request_to(), ONCE, Control())
    assert "sesame" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("transport", ["httpx"], indirect=True)
def test_certificates_are_loaded_for_https_only(monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable) -> None:
    """Reading them takes longer than a whole exchange with this machine."""
    loaded: list[bool] = []
    create = httpx.create_ssl_context
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: loaded.append(True) or create())

    open_client().send(request_to(), ONCE, Control())
    assert loaded == []
    with pytest.raises(UnavailableError):
        open_client(base_url="https://127.0.0.1:1").send(request_to(), ONCE, Control())
    assert loaded == [True]


@pytest.mark.parametrize("where", ["SSL_CERT_FILE", "SSL_CERT_DIR", "ca_file"])
def test_an_authority_of_ones_own_is_trusted(
    where: str,
    serve: Callable,
    tls: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    open_client: Callable,
    request_to: Callable,
) -> None:
    """As the environment names it, in a file or a folder, or the setting; the page comes over TLS, and nothing is warned of."""
    api, control, settings = serve(tls), Control(), {}
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    if where == "ca_file":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.parent / "absent.pem"))
        settings = {"ca_file": str(certificate)}
    elif where == "SSL_CERT_FILE":
        monkeypatch.setenv(where, str(certificate))
    else:
        hashed = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate], check=True, capture_output=True, text=True)
        (certificate.parent / f"{hashed.stdout.strip()}.0").write_bytes(certificate.read_bytes())
        monkeypatch.setenv(where, str(certificate.parent))

    assert open_client(base_url=api.url, **settings).send(request_to(), ONCE, control).status == 200
    assert (len(api.requests), control.warnings) == (1, [])


def test_a_certificate_is_not_checked_only_where_that_is_said_and_warned_of(
    serve: Callable, tls: ssl.SSLContext, open_client: Callable, request_to: Callable
) -> None:
    """Every statement that sends says so, once."""
    api = serve(tls)
    client = open_client(base_url=api.url, verify_tls=False)
    warning = f"No certificate is checked (verify_tls = false of acme): whoever answers as {api.url} gets the key and the data."

    for _ in range(2):
        control = Control()
        for _ in range(2):
            client.send(request_to(), ONCE, control)
        assert control.warnings == [warning]
    assert len(api.requests) == 4


def test_nothing_is_warned_of_where_there_is_no_certificate(open_client: Callable, request_to: Callable) -> None:
    """An http URL has none to check."""
    control = Control()

    open_client(verify_tls=False).send(request_to(), ONCE, control)

    assert control.warnings == []


def test_a_file_that_holds_no_certificates_is_a_wrong_setting(tmp_path: Path, open_client: Callable, request_to: Callable) -> None:
    """It is named before anything is sent."""
    (tmp_path / "empty.pem").write_text("nothing")

    with pytest.raises(UsageError, match=r"ca_file of provider acme, .*empty\.pem, cannot be read as certificates"):
        open_client(base_url="https://127.0.0.1:1", ca_file=str(tmp_path / "empty.pem")).send(request_to(), ONCE, Control())


class Tunnel:
    """A proxy that connects to one place whatever it is asked for, or refuses, and keeps what it was asked."""

    def __init__(self, target: int, status: bytes = b"200 OK", tls: ssl.SSLContext | None = None) -> None:
        self._target, self._status, self._tls = target, status, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        near, _ = self._listener.accept()
        if self._tls is not None:
            near = self._tls.wrap_socket(near, server_side=True)
        with near, self._listener:
            while not self.asked.endswith(b"\r\n\r\n"):
                self.asked += near.recv(65536)
            near.sendall(b"HTTP/1.1 %s\r\nProxy-Agent: test\r\n\r\n" % self._status)
            if self._status.startswith(b"200"):
                with socket.create_connection(("127.0.0.1", self._target)) as far:
                    back = threading.Thread(target=self._carry, args=(far, near))
                    back.start()
                    self._carry(near, far)
                    back.join()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                target.sendall(content)
            target.shutdown(socket.SHUT_WR)

    def join(self) -> None:
        self._thread.join()


def test_a_proxy_that_tunnels_sees_no_key(
    serve: Callable, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable
) -> None:
    """What goes over TLS is a secret between the two ends; the proxy gets its own password and the place."""
    api = serve(tls)
    tunnel = Tunnel(int(api.url.rpartition(":")[2].partition("/")[0]))
    monkeypatch.setenv("https_proxy", f"http://ann:pw@{tunnel.place}")
    control = Control()

    client = open_client(base_url="https://api.acme.test/v1", verify_tls=False)
    client.send(request_to(), ONCE, control)
    client.close()
    tunnel.join()

    assert tunnel.asked.startswith(b"CONNECT api.acme.test:443 HTTP/1.1\r\n")
    assert b"proxy-authorization: basic yw5uonb3" in tunnel.asked.lower()
    assert b"\nauthorization" not in tunnel.asked.lower()
    assert KEY.encode() not in tunnel.asked
    assert api.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_proxy_may_be_spoken_to_over_tls_itself(
    serve: Callable,
    tls: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    open_client: Callable,
    request_to: Callable,
) -> None:
    """What goes to the server is TLS within TLS then; the proxy's certificate has to be one that is trusted."""
    api = serve(tls)
    tunnel = Tunnel(int(api.url.rpartition(":")[2].partition("/")[0]), tls=tls)
    monkeypatch.setenv("https_proxy", f"https://ann:pw@{tunnel.place}")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    client = open_client(base_url="https://api.acme.test/v1", verify_tls=False)
    client.send(request_to(), ONCE, Control())
    client.send(request_to(), ONCE, Control())
    client.close()
    tunnel.join()

    assert tunnel.asked.startswith(b"CONNECT api.acme.test:443 HTTP/1.1\r\n")
    assert [request.headers["authorization"] for request in api.requests] == [f"Bearer {KEY}"] * 2


def test_a_proxy_that_says_nothing_is_not_connected(
    silent: str, monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable
) -> None:
    """The server has seen nothing of the request, which may be sent again, and it took no longer than a connection may take."""
    monkeypatch.setenv("https_proxy", silent)

    with pytest.raises(UnavailableError, match="did not accept a connection in time"):
        open_client(base_url="https://api.acme.test/v1", connect_timeout_s=0.3).send(request_to(method="POST"), ONCE, Control(timeout_s=20))


def test_a_proxy_that_refuses_says_why(monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable) -> None:
    """Its status, and no password."""
    tunnel = Tunnel(0, b"407 Proxy Authentication Required")
    monkeypatch.setenv("https_proxy", f"http://ann:pw@{tunnel.place}")

    with pytest.raises(UnavailableError) as caught:
        open_client(base_url="https://api.acme.test/v1").send(request_to(), ONCE, Control())
    tunnel.join()

    assert caught.value.message == f"The proxy {tunnel.place} refused to connect to api.acme.test:443: 407 Proxy Authentication Required."


@pytest.mark.parametrize("said", [b"", b"SSH-2.0 none\r\n"], ids=["nothing", "no HTTP"])
def test_a_proxy_that_gives_no_answer_is_the_one_that_is_named(
    said: bytes, monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable
) -> None:
    """The server has not even been reached: it has dropped nothing, and its URL is right."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        place = f"127.0.0.1:{proxy.getsockname()[1]}"
        monkeypatch.setenv("https_proxy", f"http://{place}")
        thread = threading.Thread(target=answer_once, args=(proxy, said))
        thread.start()

        with pytest.raises(UnavailableError, match=f"^Cannot connect to {place} \\(a proxy that the environment names, on the way to api"):
            open_client(base_url="https://api.acme.test/v1").send(request_to(method="POST"), ONCE, Control())
        thread.join()


def answer_once(listener: socket.socket, said: bytes) -> None:
    """Reads what one connection says, says that and closes it."""
    near, _ = listener.accept()
    with near:
        near.recv(65536)
        near.sendall(said)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_nothing_is_sent_again_beneath_the_client(method: str, client: Client, api: Any, request_to: Callable) -> None:
    """A kept connection that is closed in place of an answer is one request without an answer, whose fate nobody knows."""
    control = Control()
    client.send(request_to(), ONCE, control)
    api.replies = [{"drop": "before"}]

    with pytest.raises(UnavailableError, match="dropped the connection"):
        client.send(request_to(method=method, body={"a": 1} if method == "POST" else None), ONCE, control)

    assert (len(api.requests), control.spent) == (2, 2)


@pytest.fixture
def silent() -> Iterator[str]:
    """The place of a socket that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield f"127.0.0.1:{sock.getsockname()[1]}"


def test_a_handshake_that_nobody_answers_is_given_up(silent: str, open_client: Callable, request_to: Callable) -> None:
    """After the connect timeout; it is certain that nothing was sent."""
    with pytest.raises(UnavailableError) as caught:
        open_client(base_url=f"https://{silent}", connect_timeout_s=0.3).send(request_to(method="POST"), ONCE, Control())

    assert caught.value.message == f"{silent} did not accept a connection in time."


def test_a_handshake_that_nobody_answers_ends_with_its_statement(silent: str, open_client: Callable, request_to: Callable) -> None:
    """Long before the timeout."""
    control, ended = Control(), []

    def send() -> None:
        with pytest.raises(Cancelled):
            open_client(base_url=f"https://{silent}", connect_timeout_s=30).send(request_to(), ONCE, control)
        ended.append(time.monotonic())

    sending = threading.Thread(target=send)
    sending.start()
    time.sleep(0.5)
    cancelled = time.monotonic()
    control.cancel()
    sending.join(20)

    assert ended[0] - cancelled < 5


def test_what_comes_before_an_answer_and_after_it_is_passed_over(open_client: Callable, request_to: Callable) -> None:
    """Hints before the head, and a chunked body with fields behind it, which is kept and used again."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nX-Twice: a\r\nX-Twice: b\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b'6\r\n{"data\r\n7\r\n": [1]}\r\n0\r\nX-Checksum: 1\r\n\r\n'
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with listener.accept()[0] as connection:
                for _ in range(2):
                    connection.recv(65536)
                    connection.sendall(hints + head + body)

        answering = threading.Thread(target=answer)
        answering.start()
        client = open_client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        pages = [client.send(request_to(), ONCE, Control()) for _ in range(2)]
        answering.join()

    assert [(page.status, page.body) for page in pages] == [(200, '{"data": [1]}')] * 2


@contextlib.contextmanager
def answering_twice(second: bytes, pause_s: float) -> Iterator[tuple[str, list[int]]]:
    """A server whose every connection answers its first request, and goes on with `second`; and how many requests came over each."""
    requests: list[int] = []

    def serve(connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(OSError):
            while connection.recv(65536):
                requests[number] += 1
                right = b'{"data": ["%d.%d"]}' % (number, requests[number])
                answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(right), right)
                connection.sendall(answer if pause_s or requests[number] > 1 else answer + second)
                if pause_s and requests[number] == 1:
                    time.sleep(pause_s)
                    connection.sendall(second)

    def accept(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = listener.accept()[0]
                requests.append(0)
                threads.append(threading.Thread(target=serve, args=(connection, len(requests) - 1)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads = [threading.Thread(target=accept, args=(listener,))]
        threads[0].start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", requests
        listener.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join()


WRONG = b'HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{"data": ["wrong"]}'


@pytest.mark.parametrize("pause_s", [0, 0.05], ids=["at once", "a moment later"])
@pytest.mark.parametrize(
    "second", [WRONG, WRONG[:30], WRONG * 3, b"\r\n", b"x"], ids=["whole", "in part", "three", "a line end", "a letter"]
)
def test_what_comes_after_an_answer_is_none_to_the_next_request(
    second: bytes, pause_s: float, open_client: Callable, request_to: Callable
) -> None:
    """A server that answers once too often is not heard again over that connection, whatever it said and whenever."""
    with answering_twice(second, pause_s) as (url, requests):
        client = open_client(base_url=url)
        pages = []
        for _ in range(3):
            pages.append(client.send(request_to(), ONCE, Control()))
            time.sleep(4 * pause_s)
        client.close()

    assert [page.body for page in pages] == ['{"data": ["0.1"]}', '{"data": ["1.1"]}', '{"data": ["2.1"]}']
    assert requests == [1, 1, 1]


@pytest.mark.parametrize(("second", "expected"), [(b"", [3]), (WRONG, [1, 1, 1])], ids=["once", "twice"])
@pytest.mark.parametrize("proxied", [False, True], ids=["straight", "through a proxy"])
def test_a_connection_is_kept_where_each_request_has_one_answer(
    proxied: bool, second: bytes, expected: list[int], monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable
) -> None:
    """And only there, be it to the server or to a proxy before it."""
    with answering_twice(second, 0) as (url, requests):
        monkeypatch.setenv("http_proxy", url)
        client = open_client(base_url="http://api.acme.test/v1" if proxied else url, plain_http=True)
        for _ in range(3):
            client.send(request_to(), ONCE, Control())
        client.close()

    assert requests == expected


def test_idle_connections_are_not_used_again(monkeypatch: pytest.MonkeyPatch, client: Client, api: Any, request_to: Callable) -> None:
    """Nor kept: a server may be closing them."""
    client.send(request_to(), ONCE, Control())
    later = time.monotonic() + 4.5
    monkeypatch.setattr(time, "monotonic", lambda: later)

    client.send(request_to(), ONCE, Control())

    assert api.connections == 2


def test_a_connection_that_the_server_closed_meanwhile_is_not_used(client: Client, api: Any, request_to: Callable) -> None:
    """The answer said nothing of closing, and the next request goes out all the same, once."""
    api.replies = [{"json": {"data": []}, "close": True}, {"json": {"data": []}}]
    control = Control()

    client.send(request_to(), ONCE, control)
    time.sleep(0.2)
    client.send(request_to(method="POST"), ONCE, control)

    assert (len(api.requests), api.connections, control.spent) == (2, 2, 2)


def test_a_name_of_two_addresses_is_reached_at_the_one_that_answers(api: Any) -> None:
    """localhost may be ::1 first, where nothing listens."""
    port = int(api.url.rpartition(":")[2].partition("/")[0])

    stream = Backend().connect_tcp("localhost", port, timeout=5)
    address = stream.get_extra_info("server_addr")
    stream.close()

    assert address[:2] == ("127.0.0.1", port)


def test_a_name_that_nobody_finds_is_not_waited_for_longer_than_the_statement(
    monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable
) -> None:
    """The system may look for half a minute; nothing was sent by then."""
    found, look_up = threading.Event(), socket.getaddrinfo

    def slow(host: str, *place: Any, flags: int = 0, **options: Any) -> Any:
        if not flags:
            found.wait(20)
        return look_up(host, *place, flags=flags, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    client = open_client(base_url="http://localhost:9", transport="httpx", connect_timeout_s=0.3)
    began = time.monotonic()

    try:
        with pytest.raises(UnavailableError, match="did not accept a connection in time"):
            client.send(request_to(method="POST"), Protocol(retry=Retry(attempts=1)), Control())
        with pytest.raises(UnavailableError, match="Not done within timeout_s=0.2"):
            client.send(request_to(), Protocol(), Control(timeout_s=0.2))
    finally:
        found.set()

    assert time.monotonic() - began < 5


def test_a_read_ends_when_the_watching_control_is_cancelled() -> None:
    """A thread that waits for bytes that never come is let go."""
    ours, theirs = socket.socketpair()
    control, ended = Control(), []

    def read() -> None:
        with watched(control), pytest.raises(Cancelled):
            Stream(ours).read(1, timeout=None)
        ended.append(True)

    reading = threading.Thread(target=read)
    reading.start()
    control.cancel()
    reading.join(10)
    ours.close()
    theirs.close()

    assert ended == [True]


def test_a_write_that_nobody_takes_times_out() -> None:
    """The buffers of the system fill up, and the timeout holds for each piece."""
    ours, theirs = socket.socketpair()

    with ours, theirs, pytest.raises(httpcore.WriteTimeout):
        Stream(ours).write(b"x" * 50_000_000, timeout=0.2)


def test_what_was_written_is_read_and_the_end_is_empty() -> None:
    """A stream gives bytes as they are, and nothing after the end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stream, peer = Stream(ours), Stream(theirs)
        assert stream.get_extra_info("is_readable") is False
        peer.write(b"abc")
        assert (stream.get_extra_info("is_readable"), stream.read(9, timeout=1)) == (True, b"abc")
        peer.close()
        assert stream.read(9, timeout=1) == b""
        stream.close()
        assert stream.get_extra_info("is_readable") is True
        with pytest.raises(httpcore.ReadError):
            stream.read(1)
