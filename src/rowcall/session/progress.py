"""How far the statement is that a session runs: `Session.progress`, which any thread may ask for, again and again.

Nothing is counted for it: it reads what the parts of the session that fetch and send have on record anyway, at the time it is asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rowcall.http.control import Control

_ENOUGH = 5
"""How many of many requests have to have ended before they tell how long others take; of fifty or fewer, a tenth."""
AWAIT = "AWAIT"
"""Why a write waits whose requests are all answered: for the end of what they began."""


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far the calls of one reference are, or the requests of one write."""

    name: str
    """The resource, as `openai.assistants.runs`, with its alias where it has one of its own; of a write its method as well."""
    calls: int
    """How many there are, each of one request or, where an answer has several pages, of more."""
    calls_done: int
    """How many of them have ended."""
    rows: int
    """How many rows came; of a write, how many of its requests were carried out."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a statement is."""

    elapsed_s: float
    """Since it began."""
    requests: int = 0
    """How many were sent and have ended, retries included."""
    under_way: int = 0
    """How many were sent and have not ended."""
    expected: int | None = None
    """How many `requests` there will be when nothing more goes wrong; None while nobody knows, as of a list whose API does not count it."""
    rows: int = 0
    """How many rows came from APIs."""
    bytes: int = 0
    """How many bytes of bodies came, as they were on the wire."""
    retries: int = 0
    """How many of `requests` were sent again."""
    cache_hits: int = 0
    """How many answers were given again in place of being asked for."""
    waiting: str | None = None
    """Why requests wait now that could go out: "rate limit", "retry", "AWAIT"; None where none does."""
    waiting_s: float | None = None
    """For how long, until the first of them goes on; None where that is not known, or none waits."""
    left_s: float | None = None
    """How long the rest of the requests will take at the pace so far; None where nobody can tell."""
    scans: tuple[ScanProgress, ...] = ()
    """The references whose calls have begun, in that order; and the write."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one part of a statement is."""

    scans: tuple[ScanProgress, ...]
    left: int | None
    """How many requests of it have to end still, when nothing more goes wrong; None where that is not known."""
    last: bool
    """Whether the statement sends nothing after it."""
    ended: bool
    """Whether it is over."""


class Part(Protocol):
    """A part of a statement that sends requests."""

    def standing(self) -> Standing:
        """How far it is; called from any thread."""


class Running:
    """The statement that runs, as far as its parts have told."""

    def __init__(self, control: Control | None = None) -> None:
        """`control` is None for a statement that is DuckDB's alone."""
        self.control = control
        self._parts: list[_Begun] = []
        self.awaits = False
        """Whether nothing is left but to wait for the end of what was begun."""
        self._started = time.monotonic()

    def add(self, part: Part) -> None:
        """Takes a part that begins now."""
        self._parts.append(_Begun(part, time.monotonic(), 0 if self.control is None else len(self.control.exchanges)))

    def progress(self) -> Progress:
        """How far it is now."""
        elapsed_s = time.monotonic() - self._started
        control = self.control
        if control is None:
            return Progress(elapsed_s)
        exchanges, tallies = list(control.exchanges), list(control.tallies.values())
        parts = [(begun, begun.part.standing()) for begun in list(self._parts)]
        open_parts = [(begun, standing) for begun, standing in parts if not standing.ended]
        expected = _expected(len(exchanges), [standing for _, standing in open_parts])
        waiting, waiting_s = (AWAIT, None) if self.awaits else (control.waiting() or (None, None))
        return Progress(
            elapsed_s=elapsed_s,
            requests=len(exchanges),
            under_way=max(0, control.spent - len(exchanges)),
            expected=expected,
            rows=sum(tally.rows for tally in tallies),
            bytes=sum(exchange.bytes for exchange in exchanges),
            retries=sum(exchange.attempt > 1 for exchange in exchanges),
            cache_hits=control.cache_hits,
            waiting=waiting,
            waiting_s=waiting_s,
            left_s=_left_s(*open_parts[-1], len(exchanges), expected) if open_parts else None,
            scans=tuple(scan for _, standing in parts for scan in standing.scans),
        )


@dataclass(frozen=True, slots=True)
class _Begun:
    """A part, and when it began."""

    part: Part
    at: float
    requests: int
    """How many had ended by then."""


def _expected(ended: int, standings: Sequence[Standing]) -> int | None:
    """How many requests there will be; None where a part that is open does not know, or others follow, as when none is open."""
    left = sum_known(standing.left if standing.last else None for standing in standings)
    return None if left is None or not standings else ended + left


def sum_known(numbers: Iterable[int | None]) -> int | None:
    """The sum of numbers; None where one of them is not known."""
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _left_s(begun: _Begun, standing: Standing, ended: int, expected: int | None) -> float | None:
    """How long the rest will take at the pace of a part so far: by requests, or by calls where only these are counted."""
    done, most = ended - begun.requests, None if expected is None else expected - begun.requests
    if most is None and standing.last:
        done, most = sum(scan.calls_done for scan in standing.scans), sum(scan.calls for scan in standing.scans)
    if most is None or done >= most or done < min(_ENOUGH, most / 10):
        return None
    return (time.monotonic() - begun.at) / done * (most - done) if done else None
