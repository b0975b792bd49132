"""A request and its answer, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Header = tuple[str, str]
Headers = tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request; header names in lower case."""

    method: str
    path: str
    """As sent, percent-encoded, without the query."""
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    body: bytes
    headers: Headers = ()
    applied: bool = False
    """Whether its request was a write that was carried out, now and not before."""
