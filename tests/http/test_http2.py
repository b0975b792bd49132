"""HTTP/2 with a server that speaks it, over curl."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rowcall.errors import UnavailableError, UsageError
from rowcall.http.control import Cancelled, Control
from rowcall.http.fetch import Crew
from rowcall.http.page import Page
from rowcall.manifest.model import Retry
from rowcall.plan.nodes import Protocol

pytestmark = pytest.mark.parametrize("transport", ["curl"], indirect=True)
LIST = Protocol(rows="data", retry=Retry(attempts=1))


class Modern:
    """A server of HTTP/2 and HTTP/1.1; /held is answered only when it stops."""

    def __init__(self, certificate: Path) -> None:
        self.asked: list[tuple[str, str, dict[bytes, bytes], bytes]] = []
        """HTTP version, method, headers and body."""
        self._certificate = str(certificate)
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{listener.getsockname()[1]}/v1"
        self._listener = listener.detach()
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        self._begun.wait(10)

    async def _serve(self) -> None:
        from hypercorn.asyncio import serve
        from hypercorn.config import Config

        config = Config()
        config.bind = [f"fd://{self._listener}"]
        config.certfile = config.keyfile = self._certificate
        config.accesslog = config.errorlog = None
        config.graceful_timeout = 0.1
        self._begun.set()
        await serve(self._answer, config, shutdown_trigger=self._ended.wait)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = b""
        while (event := await receive())["type"] == "http.request":
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        self.asked.append((scope["http_version"], scope["method"], dict(scope["headers"]), body))
        if scope["path"].endswith("/held"):
            await self._ended.wait()
        await asyncio.sleep(0.02)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"data": [' + b"1, " * 50_000 + b"1]}"})

    def stop(self) -> None:
        """Ends it, whatever is held."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(20)
        self._loop.close()


@pytest.fixture
def modern(certificate: Path) -> Iterator[Modern]:
    """The server."""
    pytest.importorskip("hypercorn", reason="the extra `test` is not installed")
    server = Modern(certificate)
    yield server
    server.stop()


@pytest.fixture
def speaking(modern: Modern, certificate: Path, open_client: Callable) -> Callable:
    """Opens clients of it."""
    return lambda **settings: open_client(base_url=modern.url, ca_file=str(certificate), **settings)


def test_http2_is_spoken_only_where_it_is_asked_for(modern: Modern, speaking: Callable, request_to: Callable) -> None:
    """Reads and writes alike, with the key; bodies are whole."""
    for http2 in (False, True):
        client = speaking(http2=http2)
        assert client.send(request_to(), LIST, Control()).rows == 50_001
        assert client.send(request_to(method="POST", body={"a": 1}), LIST, Control()).rows == 50_001

    assert [(version, method, body) for version, method, _, body in modern.asked] == [
        (version, method, body) for version in ("1.1", "2") for method, body in (("GET", b""), ("POST", b'{"a":1}'))
    ]
    assert all(headers[b"authorization"] == b"Bearer sk-secret-0123456789" for _, _, headers, _ in modern.asked)


def test_requests_at_a_time_are_all_answered(modern: Modern, speaking: Callable, call_to: Callable) -> None:
    """Whatever they share."""
    calls = [call_to(f"/things/{number}") for number in range(30)]

    with Crew(speaking(http2=True, max_in_flight=8), calls, LIST, Control()) as crew:
        rows = [found.rows for _, found in crew.deliveries() if isinstance(found, Page)]

    assert (rows, {version for version, *_ in modern.asked}) == ([50_001] * 30, {"2"})


def test_threads_that_wait_are_let_go(modern: Modern, speaking: Callable, call_to: Callable, request_to: Callable) -> None:
    """When their statement is cancelled; the next statement is answered."""
    client, control = speaking(http2=True), Control()
    calls, ended = [call_to("/held") for _ in range(4)], []

    def fetch() -> None:
        with contextlib.suppress(Cancelled), Crew(client, calls, LIST, control) as crew:
            list(crew.deliveries())
        ended.append(time.monotonic())

    fetching = threading.Thread(target=fetch)
    fetching.start()
    while not modern.asked:
        time.sleep(0.01)
    cancelled = time.monotonic()
    control.cancel()
    fetching.join(20)

    assert ended[0] - cancelled < 5
    assert client.send(request_to(), LIST, Control()).rows == 50_001


def test_the_deadline_ends_the_wait(modern: Modern, speaking: Callable, request_to: Callable) -> None:
    """As over HTTP/1.1; the server has it all the same."""
    with pytest.raises(UnavailableError, match=r"timeout_s=1\.5"):
        speaking(http2=True).send(request_to("/held"), LIST, Control(timeout_s=1.5))
    assert len(modern.asked) == 1


def test_a_libcurl_without_http2_is_a_wrong_setting(
    open_client: Callable, api: Any, request_to: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said before anything is sent."""
    from rowcall.http import curl

    monkeypatch.setattr(curl, "SPEAKS_HTTP2", False)

    with pytest.raises(UsageError, match="does not speak HTTP/2"):
        open_client(http2=True).send(request_to(), LIST, Control())
    assert api.requests == []
