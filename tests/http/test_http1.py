"""Answers read over one socket, beside how httpcore reads them."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpcore
import httpx
import pytest

from rowcall.http.http1 import Http1Line
from rowcall.http.transport import Stream
from rowcall.http.wire import Outgoing

PLACE = httpx.URL("http://127.0.0.1:1/v1")
TIMEOUTS = {"connect": 1.0, "read": 1.0, "write": 1.0, "pool": None}
PLAIN = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"data":[]}'
ANSWERS = {
    "plain": PLAIN,
    "without a reason": b"HTTP/1.1 200\r\ncontent-length: 2\r\n\r\n{}",
    "kept alive": b"HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\n{}",
    "to be closed": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
    "space around a value": b"HTTP/1.1 200 OK\r\nX-A:\t b \t\r\nContent-Length:2 \r\n\r\n{}",
    "an empty value": b"HTTP/1.1 200 OK\r\nX-A:\r\nContent-Length: 2\r\n\r\n{}",
    "Latin-1": b"HTTP/1.1 200 \xfc\r\nX-A: \xfc\r\nContent-Length: 2\r\n\r\n{}",
    "no headers": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "no body": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "the same length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "a length in a list": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
    "a length beside chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX-After: 1\r\n\r\n",
    "chunks that end early": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
    "until it is closed": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}",
    "of old": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "of old, kept": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
    "short": PLAIN[:-1],
    "longer than it says": PLAIN + b"HTTP/1.1 200 OK",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "204 with a length": b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
    "304": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n",
    "hints before it": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + PLAIN,
    "lines that end in line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "a folded line": b"HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
    "space before a colon": b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}",
    "a line without a colon": b"HTTP/1.1 200 OK\r\nContent-Length\r\n\r\n{}",
    "a control character": b"HTTP/1.1 200 OK\r\nX-A: \x01\r\nContent-Length: 2\r\n\r\n{}",
    "a bare carriage return": b"HTTP/1.1 200 OK\r\nX-A: b\rContent-Length: 2\r\n\r\n{}",
    "a head that ends early": b"HTTP/1.1 200 OK\r\nContent-Le",
    "nothing": b"",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\n{}",
    "a head without end": b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20_000,
}

Found = tuple[int, list[tuple[bytes, bytes]], bytes] | str
"""Status, headers and body of an answer; of one that cannot be read, the name of the error."""


def outgoing(method: str = "GET", content: bytes | None = None, **headers: str) -> Outgoing:
    """A request."""
    return Outgoing(method, f"{PLACE}/things", b"/v1/things", {"accept": "*/*", **headers}, content, TIMEOUTS, has_key=False)


@contextmanager
def answering(*answers: bytes) -> Iterator[Callable[[float | None], Stream]]:
    """Opens connections: over each comes the next answer, and then its end."""
    peers: list[socket.socket] = []
    waiting = iter(answers)

    def connect(_: float | None) -> Stream:
        ours, theirs = socket.socketpair()
        peers.append(theirs)
        theirs.settimeout(5)
        theirs.sendall(next(waiting))
        theirs.shutdown(socket.SHUT_WR)
        return Stream(ours)

    try:
        yield connect
    finally:
        for peer in peers:
            peer.close()


def read_here(answer: bytes, method: str) -> Found:
    """An answer as it is read here."""
    with answering(answer) as connect, closing(Http1Line(PLACE, connect)) as line:
        try:
            status, fields = line.begin(outgoing(method))
            return status, fields, b"".join(line.body())
        except httpx.TransportError as problem:
            return type(problem).__name__


def read_by_httpcore(answer: bytes, method: str) -> Found:
    """The same, as httpcore reads it."""
    with answering(answer) as connect, httpcore.HTTP11Connection(httpcore.Origin(b"http", b"127.0.0.1", 1), connect(None)) as connection:
        try:
            with connection.stream(method, "http://127.0.0.1:1/v1/things", extensions={"timeout": TIMEOUTS}) as response:
                return response.status, response.headers, response.read()
        except (httpcore.NetworkError, httpcore.ProtocolError) as problem:
            return type(problem).__name__


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_read_as_httpcore_reads_it(answer: bytes, method: str) -> None:
    """Status, headers and body; or the error is of the same kind."""
    assert read_here(answer, method) == read_by_httpcore(answer, method)


@pytest.mark.parametrize("seed", range(20))
def test_an_answer_that_was_damaged_is_read_as_httpcore_reads_it(seed: int) -> None:
    """With bytes and lines of others put in, taken out or changed."""
    rng = random.Random(seed)
    stretches = [line for answer in ANSWERS.values() if len(answer) < 1_000 for line in answer.splitlines(keepends=True)]
    stretches += [bytes([byte]) for byte in (0, 9, 10, 13, 32, 58, 127, 255)]
    for _ in range(30):
        answer = rng.choice([each for each in ANSWERS.values() if len(each) < 1_000])
        for _ in range(rng.randint(1, 3)):
            start, end = (rng.randint(0, len(answer)) for _ in range(2))
            answer = answer[:start] + rng.choice(stretches) + answer[end if rng.random() < 0.5 else start :]

        assert read_here(answer, "GET") == read_by_httpcore(answer, "GET"), answer


@pytest.mark.parametrize(
    ("answer", "is_reusable"),
    [
        ("plain", True),
        ("kept alive", True),
        ("no body", True),
        ("chunks", True),
        ("204", True),
        ("to be closed", False),
        ("of old", False),
        ("until it is closed", False),
        ("longer than it says", False),
    ],
)
def test_a_connection_is_kept_where_nothing_can_be_left_on_it(answer: str, is_reusable: bool) -> None:
    """What came after an answer would be taken for the next one."""
    with answering(ANSWERS[answer]) as connect, closing(Http1Line(PLACE, connect)) as line:
        line.begin(outgoing())
        assert not line.is_reusable
        assert b"".join(line.body()) in {b"", b"{}", b'{"data":[]}'}

        assert line.is_reusable is is_reusable


def test_a_connection_that_the_server_has_closed_is_not_used() -> None:
    """Another is opened, and the request goes out over that."""
    with answering(PLAIN, PLAIN) as connect, closing(Http1Line(PLACE, connect)) as line:
        for _ in range(2):
            assert line.begin(outgoing())[0] == 200
            assert b"".join(line.body()) == b'{"data":[]}'


@pytest.mark.parametrize("step", [1, 7, 60])
def test_an_answer_may_come_in_pieces(step: int) -> None:
    """Wherever they are cut."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    with theirs, closing(Http1Line(PLACE, lambda _: Slow(ours, step))) as line:
        theirs.sendall(PLAIN)

        assert line.begin(outgoing())[0] == 200
        assert b"".join(line.body()) == b'{"data":[]}'


class Slow(Stream):
    """Gives a few bytes at a time."""

    def __init__(self, sock: socket.socket, step: int) -> None:
        super().__init__(sock)
        self._step = step

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return super().read(min(max_bytes, self._step), timeout)


def sent_by(**facts: Any) -> bytes:
    """What a server gets of a request."""
    ours, theirs = socket.socketpair()
    theirs.sendall(PLAIN)
    with ours, theirs, closing(Http1Line(PLACE, lambda _: Stream(ours))) as line:
        line.begin(outgoing(**facts))
        return theirs.recv(65536)


def test_a_request_goes_out_with_its_headers_and_body() -> None:
    """The host first, as it stands in the URL; the body after an empty line."""
    headers = {"x-name": "ü", "content-length": "2"}

    sent = sent_by(method="POST", content=b"{}", **headers)

    expected = "POST /v1/things HTTP/1.1\r\nhost: 127.0.0.1:1\r\naccept: */*\r\nx-name: ü\r\ncontent-length: 2\r\n\r\n{}"
    assert sent.decode() == expected


def test_a_host_that_the_user_names_goes_out_in_place_of_that_of_the_url() -> None:
    """As behind a gateway that chooses by it. Two of them would be no request."""
    assert sent_by(host="api.example").startswith(b"GET /v1/things HTTP/1.1\r\nhost: api.example\r\naccept: */*\r\n")


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b"])
def test_a_request_whose_head_would_be_more_than_that_is_not_sent(value: str) -> None:
    """No value ends its line."""
    with pytest.raises(httpx.LocalProtocolError):
        sent_by(**{"x-name": value})
