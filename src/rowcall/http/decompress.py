"""Bodies as they were before they were compressed, a bounded piece at a time.

httpx undoes a whole chunk at once, and a few bytes of brotli or zstandard can stand for gigabytes. Here nothing is ever larger than a
piece, so that whoever counts them can stop in time. What a request accepts is what can be undone so. Loading this module loads httpx.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx

try:
    import brotli
except ImportError:
    brotli = None
try:
    import zstandard
except ImportError:
    zstandard = None

PIECE = 1 << 20
"""The most bytes that come out at once, save for what a library keeps inside."""
_ZSTD_WINDOW = 8 << 20
"""The most memory that a body may ask for. Source: https://www.rfc-editor.org/rfc/rfc9659"""
_GZIP_MAGIC = 0x1F
"""What each member starts with. Source: https://www.rfc-editor.org/rfc/rfc1952#page-5"""
_MOST_CODINGS = 8
"""How many times over a body may be compressed: each takes a stretch of Python's stack."""
_Pieces = Iterator[bytes]


class UnknownCodingError(Exception):
    """A body is compressed in a way that needs a package which is not there; its text is the name of the way."""


def plain(codings: str, pieces: _Pieces) -> _Pieces:
    """A body whose header Content-Encoding is `codings`, undone, in pieces of PIECE bytes at the most where it had one.

    Raises httpx.DecodingError for a body that is not what it says or was compressed over and over, UnknownCodingError, and what reading it
    raises.
    """
    named = [coding.strip().lower() for coding in codings.split(",") if coding.strip()]
    if len(named) > _MOST_CODINGS:
        raise httpx.DecodingError(f"it is compressed {len(named)} times over")
    for coding in reversed(named):
        pieces = _undone(coding, pieces)
    return pieces


def _undone(coding: str, pieces: _Pieces) -> _Pieces:
    """`pieces` without a coding; as they are where it is none that is known, which is how httpx has it."""
    if coding not in _CODINGS:
        return pieces
    undo = _CODINGS[coding]
    if undo is None:
        raise UnknownCodingError(coding)
    return undo(pieces)


def _gunzipped(pieces: Iterable[bytes]) -> _Pieces:
    engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for piece in pieces:
        left = piece
        while left:
            if engine.eof:
                if left[0] != _GZIP_MAGIC:  # padding
                    return
                engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield _inflate(engine, left)
            left = engine.unconsumed_tail or engine.unused_data
    yield engine.flush()


def _inflated(pieces: Iterable[bytes]) -> _Pieces:
    """The coding `deflate`: a zlib stream by the standard, without its head and tail by some servers."""
    engine, start = None, b""
    for piece in pieces:
        left = piece
        if engine is None:
            start = left = start + piece
            if len(start) < 2:
                continue
            engine = zlib.decompressobj(zlib.MAX_WBITS if _is_zlib(start) else -zlib.MAX_WBITS)
        while left and not engine.eof:
            yield _inflate(engine, left)
            left = engine.unconsumed_tail
    if engine is not None:
        yield engine.flush()


def _is_zlib(start: bytes) -> bool:
    """Whether a stream starts as zlib's do.

    Source: https://www.rfc-editor.org/rfc/rfc1950#section-2.2
    """
    return start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0


def _inflate(engine: Any, content: bytes) -> bytes:
    try:
        found: bytes = engine.decompress(content, PIECE)
    except zlib.error as problem:
        raise httpx.DecodingError(str(problem)) from problem
    return found


def _unbrotlied(pieces: Iterable[bytes]) -> _Pieces:
    engine = brotli.Decompressor()
    try:
        for piece in pieces:
            yield engine.process(piece, output_buffer_limit=PIECE)
            while not engine.can_accept_more_data():
                yield engine.process(b"", output_buffer_limit=PIECE)
    except brotli.error as problem:
        raise httpx.DecodingError(str(problem)) from problem


class _Source:
    """Pieces as a file that zstandard reads from."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end."""
        self._left = self._left or next(self._pieces, b"")
        found, self._left = self._left[:size], self._left[size:]
        return found


def _unzstandarded(pieces: Iterable[bytes]) -> _Pieces:
    reader = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(_Source(pieces), read_across_frames=True)
    try:
        while piece := reader.read(PIECE):
            yield piece
    except zstandard.ZstdError as problem:
        raise httpx.DecodingError(str(problem)) from problem


_CODINGS: dict[str, Callable[[Iterable[bytes]], _Pieces] | None] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _inflated,
    # Older ones know no bound.
    "br": _unbrotlied if hasattr(getattr(brotli, "Decompressor", None), "can_accept_more_data") else None,
    "zstd": _unzstandarded if zstandard is not None else None,
}
ACCEPTED = ", ".join(name for name in ("gzip", "deflate", "br", "zstd") if _CODINGS[name] is not None)
"""What a request may say in Accept-Encoding."""
