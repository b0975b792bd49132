"""What one statement may spend, and how it is stopped.

A `Control` is shared by all threads that work for a statement: it counts requests, knows the deadline, carries the cancel flag, and
collects what was sent. It sends nothing and loads nothing.
"""

from __future__ import annotations

import copy
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rowcall.errors import BudgetError, UnavailableError

if TYPE_CHECKING:
    from rowcall.http.cachefile import CacheFile
    from rowcall.http.limits import Limits
    from rowcall.http.pace import Slots
    from rowcall.plan.nodes import Request


_LOG = logging.getLogger("rowcall.http")


_REFUSED = 400
RATE_LIMIT = "rate limit"
RETRY = "retry"


class Cancelled(Exception):  # noqa: N818 - not an error: somebody asked for it, and no user is shown it
    """The statement was cancelled; the thread that meets this stops."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange that was really sent."""

    request: str
    """Method and redacted URL."""
    attempt: int
    """1 for the first time this request was sent."""
    status: int | None
    """None where no answer came."""
    error: str | None
    """Why no answer came, or not all of it."""
    elapsed_s: float
    """From sending until the body was read, or until it failed."""
    bytes: int
    """What was received of the body, as it came over the wire."""
    operation: str = ""
    """The resource and its method, as `openai.assistants.runs.list_runs`."""
    sent_at: float = 0.0
    """When it was sent, in Unix time."""
    waited_s: float | None = None
    """How much of `elapsed_s` went by until the head of the answer came; None where none did."""
    request_id: str | None = None
    """What the API calls it, where it says so."""

    @property
    def is_good(self) -> bool:
        """Whether a whole answer came, and no refusal."""
        return self.error is None and self.status is not None and self.status < _REFUSED


class Outcome(StrEnum):
    """What became of a request that changes something."""

    DONE = "done"
    """The API said so."""
    REFUSED = "refused"
    """The API looked at it, or would not, and carried nothing out."""
    UNKNOWN = "unknown"
    """It was sent, and whether it was carried out nobody said."""
    NOT_SENT = "not sent"
    """The API has seen nothing of it, for certain."""


class Delivery:
    """One write on its way, attempt by attempt: what is certain of it at any time."""

    def __init__(self, begin: Callable[[], None], outcome: Outcome = Outcome.NOT_SENT, status: int | None = None) -> None:
        """`begin` is called before a byte of an attempt goes out; where it raises, nothing does.

        `outcome` and `status` are those of the attempts that were made before, when a write is resumed.
        """
        self.outcome = outcome
        self.status = status
        """That of the last answer, where it is what the outcome rests on."""
        self._begin = begin
        self._before = outcome, status

    def begin(self) -> None:
        """Notes that an attempt begins. Until more is known, anything may have become of it."""
        self._begin()
        self._before = self.outcome, self.status
        self.outcome, self.status = Outcome.UNKNOWN, None

    def unsent(self) -> None:
        """Notes that of the attempt nothing reached the API."""
        self.outcome, self.status = self._before

    def answered(self, outcome: Outcome, status: int) -> None:
        """Notes what an answer says. That one attempt was refused says nothing of an earlier one that nobody answered."""
        self.outcome = Outcome.UNKNOWN if outcome is Outcome.REFUSED and self._before[0] is Outcome.UNKNOWN else outcome
        self.status = status


@dataclass(slots=True)
class Tally:
    """What one call of a scan has cost: its first request, the pages that follow, and all retries."""

    exchanges: list[Exchange] = field(default_factory=list)
    rows: int = 0
    hits: int = 0
    """How many answers were given again in place of being asked for."""
    waits: list[tuple[float, float]] = field(default_factory=list)
    """When it waited for the API, from and to, by `time.perf_counter`."""
    pages: int | None = None
    """How many pages there are in all, as the API counts; None where it does not say."""


class _Budget:
    """How many requests were spent, and how many are known to come, shared by a control and its scopes."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.spent = 0
        self.expected = 0
        self._lock = threading.Lock()

    def expect(self, calls: int, *, exact: bool, writes: bool) -> None:
        with self._lock:
            needed = self.spent + self.expected + calls
            if self.limit is not None and needed > self.limit:
                raise BudgetError(needed, self.limit, exact=exact, sent=self.spent, writes=writes)
            self.expected += calls

    def begin(self) -> None:
        with self._lock:
            self.expected = max(0, self.expected - 1)

    def spend(self) -> None:
        with self._lock:
            if self.limit is not None and self.spent >= self.limit:
                raise BudgetError(self.spent + 1 + self.expected, self.limit, sent=self.spent)
            self.spent += 1


class _Flag:
    """Whether to stop; setting it sets those below it."""

    def __init__(self, above: _Flag | None = None) -> None:
        self.event = threading.Event()
        self._above = above  # kept alive, for it is what sets this one
        self._below: weakref.WeakSet[_Flag] = weakref.WeakSet()
        self._lock = threading.Lock()

    def set(self) -> None:
        with self._lock:
            self.event.set()
            below = list(self._below)
        for flag in below:
            flag.set()

    def below(self) -> _Flag:
        flag = _Flag(self)
        with self._lock:
            self._below.add(flag)
            if self.event.is_set():
                flag.set()
        return flag


class Control:
    """The limits, the cancel flag and the records of one statement. All of it may be used from any thread."""

    def __init__(
        self,
        *,
        max_requests: int | None = None,
        timeout_s: float | None = None,
        cache_s: float | None = None,
        cache_file: CacheFile | None = None,
        rate_limits: Limits | None = None,
        max_in_flight: int | None = None,
        trace: Any = None,
    ) -> None:
        self.max_requests = max_requests
        self.timeout_s = timeout_s
        self.cache_s = cache_s
        """How old an answer may be that is given again; None where each is to be asked for."""
        self.cache_file = cache_file
        """Where answers are kept; None for the memory of the client that asks."""
        self.rate_limits = rate_limits or {}
        """How many requests may go out in a time, by provider, service and resource, where the statement says so itself."""
        self.max_in_flight = max_in_flight
        """How many requests may be under way at one provider; None for as many as the provider's client allows."""
        self.slots: dict[str, Slots] = {}
        """Those of them that are, by provider."""
        self.trace = trace
        """OpenTelemetry's context of the statement's span, below which those of its exchanges stand; None where nobody records them."""
        self.exchanges: list[Exchange] = []
        self.warnings: list[str] = []
        self.tallies: dict[Request, Tally] = {}
        """What each call cost, by its first request."""
        self.computed_s: dict[str, float] = {}
        """How long the pages of each scan were worked on, by its source."""
        self.delivery: Delivery | None = None
        """The write that this is the control of, where it is that of one."""
        self._waits: dict[int, tuple[str, float]] = {}
        """Why each thread waits that does now, and until when at the latest, by `time.monotonic`."""
        self._tally: Tally | None = None
        self._budget = _Budget(max_requests)
        self._deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._lock = threading.Lock()
        self._flag = _Flag()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._flag.event.is_set()

    @property
    def spent(self) -> int:
        """How many requests were sent, retries included."""
        return self._budget.spent

    @property
    def cache_hits(self) -> int:
        """How many answers were given again in place of being asked for."""
        return sum(tally.hits for tally in list(self.tallies.values()))

    def left(self) -> int | None:
        """How many more requests may be sent; None where there is no limit."""
        return None if self.max_requests is None else max(0, self.max_requests - self.spent)

    def spare(self) -> int | None:
        """How many more requests may be sent beside those that are expected; None where there is no limit."""
        left = self.left()
        return None if left is None else max(0, left - self._budget.expected)

    def cancel(self) -> None:
        """Makes every thread that works for this statement stop soon."""
        self._flag.set()

    def scope(self) -> Control:
        """A control that can be cancelled by itself, and is when this one is; limits and records are shared."""
        scope = copy.copy(self)
        vars(scope)["_flag"] = self._flag.below()
        return scope

    def of(self, request: Request) -> Control:
        """The same control for the call that begins with a request, whose exchanges, rows and waits it notes apart."""
        call = copy.copy(self)
        vars(call)["_tally"] = self.tally(request)
        return call

    def tally(self, request: Request) -> Tally:
        """What the call that begins with a request has cost so far."""
        with self._lock:
            return self.tallies.setdefault(request, Tally())

    def delivering(self, delivery: Delivery) -> Control:
        """The same control for one write, of which `delivery` is told what is known."""
        call = copy.copy(self)
        vars(call)["delivery"] = delivery
        return call

    def beside(self) -> Control:
        """The same control for what the statement needs besides its own requests, as a token: noted, and not counted."""
        beside = copy.copy(self)
        vars(beside).update(_budget=_Budget(None), _tally=None, delivery=None, max_in_flight=None, rate_limits={})
        return beside

    def remaining(self) -> float | None:
        """Seconds until the deadline, never negative; None where there is none."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While somebody is asked; the deadline comes no nearer meanwhile."""
        started = time.monotonic()
        try:
            yield
        finally:
            if self._deadline is not None:
                self._deadline += time.monotonic() - started

    def check(self) -> None:
        """Raises Cancelled when cancelled, UnavailableError past the deadline."""
        if self.cancelled:
            raise Cancelled
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise UnavailableError(f"Not done within timeout_s={self.timeout_s:g}.", hint="Raise timeout_s, or narrow the statement.")

    def expect(self, calls: int, *, exact: bool = False, writes: bool = False) -> None:
        """Notes that so many calls are to be made, each of a request or more; `exact` where each is one request.

        Raises BudgetError, before the first of them, where they are more than `max_requests` leaves. `writes` is for its words.
        """
        self._budget.expect(calls, exact=exact, writes=writes)

    def begin(self) -> None:
        """Notes that one of the expected calls begins."""
        self._budget.begin()

    def spend(self) -> None:
        """Counts one request that is about to be sent.

        Raises Cancelled when cancelled, UnavailableError past the deadline, BudgetError over `max_requests`.
        """
        self.check()
        self._budget.spend()

    def wait(self, seconds: float, why: str = RATE_LIMIT) -> None:
        """Returns after `seconds`, or earlier when cancelled or past the deadline."""
        remaining = self.remaining()
        started, thread = time.perf_counter(), threading.get_ident()
        self._waits[thread] = why, time.monotonic() + seconds
        try:
            self._flag.event.wait(seconds if remaining is None else min(seconds, remaining))
        finally:
            self._waits.pop(thread, None)
        if self._tally is not None:
            self._tally.waits.append((started, time.perf_counter()))

    def waiting(self) -> tuple[str, float] | None:
        """Why the thread waits that is the next to go on, and for how many seconds; None where none does."""
        waits = list(self._waits.values())
        if not waits:
            return None
        why, until = min(waits, key=lambda wait: wait[1])
        return why, max(0.0, until - time.monotonic())

    def record(self, exchange: Exchange) -> None:
        """Keeps what was sent, for EXPLAIN ANALYZE and `rowcall_requests()`, and logs it."""
        self.exchanges.append(exchange)
        if _LOG.isEnabledFor(logging.INFO):
            _LOG.info("%s %s", exchange.request, exchange.status or exchange.error, extra={"exchange": exchange})
        if self.trace is not None:
            from rowcall.http.spans import exchange_ended

            exchange_ended(exchange, self.trace)
        if self._tally is not None:
            now = time.perf_counter()
            self._tally.exchanges.append(exchange)
            self._tally.waits.append((now - exchange.elapsed_s, now))

    def hit(self) -> None:
        """Notes that an answer was given again."""
        if self._tally is not None:
            self._tally.hits += 1

    def received(self, rows: int) -> None:
        """Notes that a page with so many rows came."""
        if self._tally is not None:
            self._tally.rows += rows

    def foresee(self, pages: int | None) -> None:
        """Notes how many pages there are in all; None where the API does not say."""
        if self._tally is not None:
            self._tally.pages = pages

    def computed(self, source: str, seconds: float) -> None:
        """Notes that the pages of a scan were worked on for so long."""
        with self._lock:
            self.computed_s[source] = self.computed_s.get(source, 0.0) + seconds

    def warn(self, message: str) -> None:
        """Keeps a warning for the user, each text once."""
        with self._lock:
            if message not in self.warnings:
                self.warnings.append(message)
