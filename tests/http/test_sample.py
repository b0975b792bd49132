"""One answer from an address, asked for once and without a credential."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from rowcall.errors import UsageError
from rowcall.http.sample import sample

SEEN: list[dict[str, str]] = []


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        SEEN.append(dict(self.headers))
        status = int(self.path.strip("/").partition("?")[0] or 200)
        self.send_response(status)
        self.send_header("Link", "<x>; rel=next")
        self.end_headers()
        self.wfile.write(b'{"id": 1}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    """A server whose path is the status that it answers with."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_answer_is_its_body_and_headers(url: str) -> None:
    """And no credential was sent."""
    body, headers = sample(f"{url}/200")

    assert (body, headers["link"]) == (b'{"id": 1}', "<x>; rel=next")
    assert "authorization" not in {name.lower() for name in SEEN[-1]}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/404?key=secret", "/404 answers 404 Not Found"),
        ("/401", "It wants a key: save an answer to a file"),
        ("/302", "/302 answers 302 Found"),
    ],
)
def test_another_status_is_refused(path: str, message: str, url: str) -> None:
    """With what to do, and without what stands in the query."""
    with pytest.raises(UsageError, match=message) as caught:
        sample(url + path)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["file:///etc/hosts", "https://", "https://ada:secret@127.0.0.1/"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """As is one with a credential in it."""
    with pytest.raises(UsageError, match="is no address that can be asked"):
        sample(address)


def test_nobody_there_is_said() -> None:
    """With the address."""
    with pytest.raises(UsageError, match=r"http://127.0.0.1:9/a could not be asked: Nothing is listening at 127.0.0.1:9\.$"):
        sample("http://127.0.0.1:9/a")
