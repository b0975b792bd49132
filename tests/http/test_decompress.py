"""Compressed bodies come out whole, in pieces that are never large."""

from __future__ import annotations

import gzip
import importlib.util
import itertools
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from rowcall.errors import ResponseError
from rowcall.http.control import Control
from rowcall.http.decompress import PIECE, plain
from rowcall.manifest.model import Retry
from rowcall.plan.nodes import Protocol

ONCE = Protocol(rows="data", retry=Retry(attempts=1))
TEXT = b'{"data": [' + b", ".join(b'{"id": %d}' % number for number in range(5_000)) + b"]}"


def brotlied(content: bytes) -> bytes:
    """With the package that the extra brings."""
    brotli = pytest.importorskip("brotli", minversion="1.2", reason="the extra `compression` is not installed")
    return bytes(brotli.compress(content, quality=4))


def zstandarded(content: bytes) -> bytes:
    """With the package that the extra brings."""
    zstandard = pytest.importorskip("zstandard", reason="the extra `compression` is not installed")
    return bytes(zstandard.ZstdCompressor().compress(content))


def bare(content: bytes) -> bytes:
    """What some servers call deflate."""
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(content) + engine.flush()


WAYS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip, two members": ("gzip", lambda content: gzip.compress(content[:5_000]) + gzip.compress(content[5_000:])),
    "gzip, padded": ("x-gzip", lambda content: gzip.compress(content) + b"\0" * 9),
    "deflate": ("deflate", zlib.compress),
    "deflate, bare": ("Deflate", bare),
    "br": ("br", brotlied),
    "zstd": ("zstd", zstandarded),
    "zstd, two frames": ("zstd", lambda content: zstandarded(content[:5_000]) + zstandarded(content[5_000:])),
    "one on the other": ("deflate, gzip", lambda content: gzip.compress(zlib.compress(content))),
    "none": ("identity", bytes),
    "unknown": ("of-our-own", bytes),
}


def chunked(content: bytes, size: int) -> Iterator[bytes]:
    """The chunks."""
    yield from (content[at : at + size] for at in range(0, len(content), size))


@pytest.mark.parametrize("size", [1, 777, 10_000_000])
@pytest.mark.parametrize("way", WAYS)
def test_a_body_comes_out_as_it_was(way: str, size: int) -> None:
    """Whatever the chunks it came in."""
    coding, compress = WAYS[way]

    assert b"".join(plain(coding, chunked(compress(TEXT), size))) == TEXT


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_made_of_nothing(way: str) -> None:
    """An answer without a body has none."""
    coding, compress = WAYS[way]
    compress(b"")

    assert b"".join(plain(coding, iter(()))) == b""


@pytest.mark.parametrize("way", ["gzip", "deflate", "deflate, bare", "br", "zstd"])
def test_few_bytes_that_stand_for_many_come_out_piece_by_piece(way: str) -> None:
    """Though they came in one chunk: whoever counts can stop."""
    coding, compress = WAYS[way]
    bomb = compress(bytes(64 << 20))
    assert len(bomb) < 100_000

    pieces = [len(piece) for piece in itertools.islice(plain(coding, iter([bomb])), 5)]

    assert 0 < max(pieces) <= 2 * PIECE


@pytest.mark.parametrize("way", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_something_else_is_an_error(way: str) -> None:
    """It says so, and is no text of any kind."""
    coding, compress = WAYS[way]
    compress(b"")

    with pytest.raises(httpx.DecodingError):
        list(plain(coding, chunked(b"\xff\xfe this is not compressed" * 9, 777)))


@pytest.mark.parametrize("coding", ["gzip", "what nobody knows"])
def test_a_body_that_is_compressed_times_over_is_an_error(coding: str) -> None:
    """Each time takes some of Python's stack, which would come to its end."""
    with pytest.raises(httpx.DecodingError, match="it is compressed 3000 times over"):
        list(plain(", ".join([coding] * 3_000), iter([b"{}"])))

    assert list(plain("," * 9_000, iter([b"{}"]))) == [b"{}"]


def test_what_was_read_already_is_not_read_again(open_client: Callable, api: Any, request_to: Callable) -> None:
    """As by an event hook of the user's own client, which has it decompressed."""
    api.replies = [{"content": gzip.compress(TEXT), "headers": {"Content-Encoding": "gzip"}}]

    with httpx.Client(event_hooks={"response": [httpx.Response.read]}) as own:
        page = open_client(client=own).send(request_to(), ONCE, Control())

    assert page.body.encode() == TEXT


@pytest.mark.parametrize("way", ["gzip", "deflate", "br", "zstd"])
def test_an_api_that_compresses_is_understood_and_bounded(way: str, open_client: Callable, api: Any, request_to: Callable) -> None:
    """Over the wire; what was received is counted as it came, and a bomb ends where any body without an end does."""
    coding, compress = WAYS[way]
    control, content, bomb = Control(), compress(TEXT), compress(bytes(64 << 20))
    api.replies = [
        {"content": content, "headers": {"Content-Encoding": coding}},
        {"content": bomb, "headers": {"Content-Encoding": coding}},
    ]
    client = open_client(max_response_bytes=3_000_000)

    page = client.send(request_to(), ONCE, control)
    with pytest.raises(ResponseError, match="goes on sending after 3,000,000 bytes of one answer"):
        client.send(request_to(), ONCE, control)

    assert (page.rows, control.exchanges[0].bytes) == (5_000, len(content))


def test_a_request_accepts_what_can_be_undone(open_client: Callable, api: Any, request_to: Callable) -> None:
    """And nothing else; the extra adds to it."""
    open_client().send(request_to(), ONCE, Control())
    open_client(headers=(("Accept-Encoding", "identity"),)).send(request_to(), ONCE, Control())

    installed = [name for name, package in (("br", "brotli"), ("zstd", "zstandard")) if importlib.util.find_spec(package)]
    assert [received.headers["accept-encoding"] for received in api.requests] == [", ".join(["gzip", "deflate", *installed]), "identity"]


def test_without_the_extra_nothing_is_asked_for_that_needs_it() -> None:
    """Nor from a package that knows no bound."""
    code = (
        "import sys, types; sys.modules['zstandard'] = None; sys.modules['brotli'] = types.ModuleType('brotli')\n"
        "from rowcall.http.decompress import ACCEPTED; print(ACCEPTED)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "gzip, deflate"


def test_a_body_that_nothing_can_undo_says_what_can(
    open_client: Callable, api: Any, request_to: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may compress unasked."""
    monkeypatch.setitem(sys.modules["rowcall.http.decompress"]._CODINGS, "br", None)
    api.replies = [{"content": b"\x0b\x02\x80", "headers": {"Content-Encoding": "br"}}]

    with pytest.raises(ResponseError, match="compressed as br, which nothing here can undo") as caught:
        open_client().send(request_to(), ONCE, Control())
    assert "pip install 'rowcall[compression]'" in str(caught.value)
