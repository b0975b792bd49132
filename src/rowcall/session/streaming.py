"""The pages of a scan, as DuckDB reads them: in order, each waited for until it is there.

A `Chain` is the pages of one call. Those that are `Pulled` are fetched when they are asked for, in the thread that asks: so a statement
that has enough asks for no more. Those that are `Pushed` come from threads that fetch ahead. A `Reading` goes through the chains of a scan.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rowcall.engine.arrow import full
from rowcall.errors import EngineError, RequestError
from rowcall.http.control import Cancelled, Control
from rowcall.http.page import Page
from rowcall.plan.nodes import BESIDE, Request, Scan
from rowcall.rows.asked import Asking, twins
from rowcall.rows.fit import Fitter
from rowcall.session.misfits import Misfits, Others
from rowcall.session.store import Place, Store

AHEAD = 8 * 2**20
"""How many bytes of pages wait to be read, at most, while DuckDB reads others."""
PART = 8 * 2**20
"""How many characters of pages make a part that is full, where rows leave in parts."""
_POLL_S = 0.1
"""How often a thread that waits looks whether to go on; on Windows nothing else lets Ctrl-C in."""


class Chain(Protocol):
    """The pages of one call, those without a row left out."""

    error: BaseException | None
    """What fetching it raised, if anything."""
    over: bool
    """Whether the last page is there."""

    def place(self, number: int) -> Place | None:
        """Where the page of this number is, waited for; None after the last. Raises, each time, what fetching it raised."""

    def has(self, number: int) -> bool | None:
        """Whether the page of this number is there; None after the last, or where `place` would raise."""


class Pulled:
    """Pages that are each fetched once and when they are first asked for, by whoever asks."""

    def __init__(self, pages: Iterator[Page], store: Store) -> None:
        self.error: BaseException | None = None
        self._found: BaseException | None = None
        self._pages = pages
        self._store = store
        self._places: list[Place] = []
        self.over = False
        self._lock = threading.Lock()

    def place(self, number: int) -> Place | None:
        """As `Chain` says."""
        with self._lock:
            while len(self._places) <= number and not self.over:
                self._pull()
            if len(self._places) > number:
                return self._places[number]
            self.error = self._found
            if self.error is not None:
                raise self.error
            return None

    def has(self, number: int) -> bool | None:
        """As `Chain` says."""
        with self._lock:
            return len(self._places) > number or (None if self.over else False)

    def begin(self) -> None:
        """Fetches the first page. What is raised is kept for who asks for it."""
        with self._lock:
            if not self._places and not self.over:
                self._pull()

    def _pull(self) -> None:
        try:
            page = next(self._pages, None)
        except BaseException as error:  # noqa: BLE001 - raised again for each that reads so far
            self._found, page = error, None
        self.over = page is None
        if page is not None and page.rows:
            self._places.append(self._store.put(page.body))


class Window:
    """What is between the threads that fetch pages and those that read them."""

    def __init__(self, control: Control) -> None:
        self.changed = threading.Condition()
        """Held to look at anything here, or at the pages of a chain; told of every change."""
        self.unread = 0
        """The bytes of the pages that nobody has asked for yet."""
        self.starving = 0
        """How many threads wait for a page that is not there."""
        self.error: BaseException | None = None
        """The first that went wrong, for which everything else stops."""
        self._control = control

    def wait(self) -> None:
        """Waits for a change, or for a moment, with `changed` held."""
        self.changed.wait(_POLL_S)

    def starve(self) -> None:
        """Waits as `wait` does, for a page: nobody is held back meanwhile. Raises what has gone wrong.

        Whether the time is over is for the threads that fetch to say, each of its call, so that none is missing without a word.
        """
        if self.error is not None:
            raise self.error
        if self._control.cancelled:
            raise Cancelled
        self.starving += 1
        if self.starving == 1:
            self.changed.notify_all()
        try:
            self.wait()
        finally:
            self.starving -= 1

    def hold(self) -> None:
        """Returns when another page may be fetched."""
        with self.changed:
            while not self.starving and self.unread > AHEAD and not self._control.cancelled:
                self.wait()

    def fail(self, error: BaseException) -> None:
        """Keeps an error and stops everything, but for the first one."""
        with self.changed:
            self.error = self.error or error
            self.changed.notify_all()
        self._control.cancel()


class Pushed:
    """Pages that others put here."""

    def __init__(self, window: Window) -> None:
        self.error: BaseException | None = None
        self._window = window
        self._places: list[tuple[Place, int]] = []
        self.over = False
        self._read = 0

    def add(self, place: Place, size: int) -> None:
        """Takes the next page."""
        with self._window.changed:
            self._places.append((place, size))
            self._window.unread += size
            self._window.changed.notify_all()

    def end(self, error: BaseException | None) -> None:
        """Takes note that this was the last one, because of `error` where there is one."""
        with self._window.changed:
            self.error, self.over = error, True
            self._window.changed.notify_all()

    def place(self, number: int) -> Place | None:
        """As `Chain` says."""
        with self._window.changed:
            while len(self._places) <= number and not self.over:
                self._window.starve()
            if len(self._places) > number:
                place, size = self._places[number]
                if number == self._read:
                    self._read += 1
                    self._window.unread -= size
                    self._window.changed.notify_all()
                return place
            if self.error is not None:
                raise self.error
            return None

    def has(self, number: int) -> bool | None:
        """As `Chain` says."""
        with self._window.changed:
            return len(self._places) > number or (None if self.over else False)

    def forget(self, number: int) -> None:
        """Drops the page of this number, of which only its place among the others is kept."""
        with self._window.changed:
            self._places[number] = ("", 0)


class Reading:
    """The pages of one scan, in the order of its calls, fitted to their declared types; any number of DuckDB's scans read it.

    `fail` is told of what went wrong, and decides whether DuckDB is. With `ahead`, pages are read one by one, and it is told of the call
    that is read. With `exact`, a value that does not fit its type is an error.
    """

    def __init__(
        self,
        scan: Scan,
        chains: Sequence[Chain],
        store: Store,
        control: Control,
        *,
        partial: bool,
        exact: bool,
        fail: Callable[[BaseException], None],
        ahead: Callable[[int], None] | None = None,
    ) -> None:
        self._scan = scan
        extra = any(hidden.name in BESIDE for hidden in scan.hidden)
        self._asking = Asking(scan.method, scan.columns, scan.calls[0].bound if scan.calls else {})
        self._fitter = Fitter(scan.columns, scan.method.rows, extra=extra, inner=scan.method.inner, wanted=self._asking.wanted)
        self._twins = twins([call.bound for call in scan.calls])
        self._misfits = Misfits(scan.ref.full_name)
        self._others = Others(scan.ref.full_name)
        self._chains = chains
        self._store = store
        self._control = control
        self._partial = partial
        self._exact = exact
        self._fail = fail
        self._ahead = ahead
        self._places: list[tuple[Place, int]] = []
        """Each page as it was fitted, with the index of its call."""
        self._latest = -1, ""
        """The number of the page that was fitted last, and it, which may be in a file by now."""
        self._call = 0
        self._number = 0
        self._once = False
        self._lock = threading.Lock()

    def __getitem__(self, span: slice, /) -> Sequence[tuple[str, str]]:
        """The pages of `span` until they make a batch, waited for, or of those that are read one by one the first; none after the last."""
        with self._lock:
            try:
                return full(self._from(span.start, span.stop))
            except BaseException as error:  # noqa: BLE001 - kept, and raised when DuckDB has ended
                self._fail(error)
                return ()

    def _from(self, start: int, stop: int) -> Iterator[tuple[str, str]]:
        for number in range(start, stop):
            while len(self._places) <= number and self._call < len(self._chains):
                self._advance()
            if len(self._places) <= number:
                return
            yield self._given(number)
            if self._ahead is not None:
                return

    def parts(self) -> Iterator[list[tuple[str, str]]]:
        """All its pages, in lists of those that are there when the list before was dealt with; the first may be empty."""
        at, pages = 0, self._ready(0)
        yield pages
        while pages:
            at += len(pages)
            if pages := self._ready(at):
                yield pages

    def _ready(self, at: int) -> list[tuple[str, str]]:
        """The pages from the one of this number on that are there, waited for until there is one; none after the last."""
        pages: list[tuple[str, str]] = []
        size = 0
        while size < PART and (not pages or self._has(at + len(pages))) and (batch := self[at + len(pages) : at + len(pages) + 1]):
            pages += batch
            size += sum(len(page) for page, _ in batch)
        return pages

    def _has(self, number: int) -> bool:
        """Whether the page of this number can be told without waiting."""
        with self._lock:
            if len(self._places) > number:
                return True
            at = self._number
            for chain in self._chains[self._call :]:
                found = chain.has(at)
                if found is not None:
                    return found
                if chain.error is not None and not self._partial:
                    return True
                at = 0
            return True

    @property
    def requests(self) -> frozenset[Request]:
        """What its calls begin with."""
        return frozenset(call.request for call in self._scan.calls)

    def keep_none(self) -> None:
        """Has each page dropped when it was read: DuckDB reads them once. Nobody else must read its calls."""
        self._once = True

    def close(self) -> None:
        """Warns of what did not fit, and drops the pages and all that knows them: DuckDB may keep this for as long as an error is kept."""
        self._misfits.warn(self._control)
        self._others.warn(self._control)
        self._places, self._chains, self._latest = [], (), (-1, "")
        self._fail, self._ahead = _ignore, None

    def _given(self, number: int) -> tuple[str, str]:
        place, call = self._places[number]
        page = self._latest[1] if number == self._latest[0] else self._store.get(place)
        if self._once:
            if not place:
                raise EngineError(f"DuckDB reads {self._scan.ref.full_name} twice where its plan says once.")
            self._store.drop(place)
            self._places[number] = ("", call)
        return page, json.dumps(dict(self._scan.calls[call].bound))

    def _advance(self) -> None:
        """One page more, or one call less to read."""
        if self._ahead is not None:
            self._ahead(self._call)
        chain = self._chains[self._call]
        try:
            place = chain.place(self._number)
        except RequestError:
            if not self._partial:
                raise
            place = None
        if place is None:
            self._call, self._number = self._call + 1, 0
            return
        started = time.perf_counter()
        body = self._store.get(place)
        page, found, seen = self._fitter.seen(body)
        page, others, met = self._asking.compare(page, self._scan.calls[self._call].bound, seen=seen, is_twin=self._call in self._twins)
        self._control.computed(self._scan.source, time.perf_counter() - started)
        self._misfits.add(found)
        self._others.add(self._call, others, met)
        if self._exact:
            self._misfits.refuse()
        if self._once and isinstance(chain, Pushed):
            chain.forget(self._number)
        if page is not body:
            if self._once:
                self._store.drop(place)
            place = self._store.put(page)
        self._latest = len(self._places), page
        self._places.append((place, self._call))
        self._number += 1


def _ignore(_: BaseException) -> None:
    """Nobody is left to be told."""
