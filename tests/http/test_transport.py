"""Sockets, proxies and certificates."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import httpcore
import httpx
import pytest

from rowcall.errors import UnavailableError, UsageError
from rowcall.http.control import Cancelled, Control
from rowcall.http.transport import Backend, Stream, is_loopback, proxy_for, watched
from rowcall.manifest.model import Retry
from rowcall.plan.nodes import Protocol

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

    open_client(base_url="http://api.acme.test/v1").send(request_to(), ONCE, Control())

    assert api.requests[0].headers["host"] == "api.acme.test"
    assert api.requests[0].headers["proxy-authorization"] == "Basic YW5uOnB3"


def test_a_proxy_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, open_client: Callable, request_to: Callable) -> None:
    """The place where nothing listens is the proxy's, and its password is not shown."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        gone = f"127.0.0.1:{sock.getsockname()[1]}"
    monkeypatch.setenv("http_proxy", f"http://ann:pw@{gone}")

    with pytest.raises(UnavailableError, match=f"^Nothing is listening at {gone} \\(a proxy that the environment names, on the way to"):
        open_client(base_url="http://api.acme.test/v1").send(request_to(), ONCE, Control())


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
        open_client(base_url="http://api.acme.test/v1").send(request_to(), ONCE, Control())


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


def test_a_name_of_two_addresses_is_reached_at_the_one_that_answers(api: Any) -> None:
    """localhost may be ::1 first, where nothing listens."""
    port = int(api.url.rpartition(":")[2].partition("/")[0])

    stream = Backend().connect_tcp("localhost", port, timeout=5)
    address = stream.get_extra_info("server_addr")
    stream.close()

    assert address[:2] == ("127.0.0.1", port)


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
