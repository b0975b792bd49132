"""Scans to pages while DuckDB reads them: for those that it may be done with before their last page.

A page is fetched when DuckDB asks for it, in the thread in which it asks, so that nothing waits for anything but the API. Calls are
read one after the other, and a call is begun when those before it did not suffice. As many calls may be begun ahead as have been read to
their end, so that many are not slower by much than going out together, and at most twice as many as needed are sent.

What goes wrong is kept here, and raised when DuckDB has ended: what it would say of an error is not the user's.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from rowcall.engine.arrow import PageStream
from rowcall.errors import RequestError
from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.http.page import Page
from rowcall.plan.nodes import EXTRA, Call, Request, Scan
from rowcall.rows.fit import Fitter, Misfit
from rowcall.session.fetching import warn


class Streaming:
    """The scans of one statement that DuckDB reads page by page. A context: when it is left, what was not read never will be.

    With `quiet`, a source that fails ends as if it had no more pages, and the error is raised on leaving: so a failure does not abort
    the user's transaction. It is for statements that only read. Without it, DuckDB is told that the source failed.
    """

    def __init__(self, scans: Iterable[Scan], clients: Mapping[str, Client], control: Control, *, partial: bool, quiet: bool) -> None:
        self._control = control.scope()
        self._quiet = quiet
        self._partial = partial
        self._lock = threading.Lock()
        self._ahead: list[threading.Thread] = []
        self._chains: dict[Request, _Chain] = {}
        self._readings = {scan.source: self._reading(scan, clients[scan.ref.provider.provider]) for scan in scans}
        self.error: BaseException | None = None
        """What the first source that failed raised."""
        self.failures: list[RequestError] = []
        """What `partial` allowed to fail, of the calls that were read."""

    @property
    def sources(self) -> dict[str, PageStream]:
        """For each scan, by the name of its source, what DuckDB reads."""
        return {name: PageStream(reading) for name, reading in self._readings.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stops what is under way. Raises the error of a source in place of what DuckDB made of it."""
        self._control.cancel()
        for thread in self._ahead:
            thread.join()
        for reading in self._readings.values():
            reading.close()
        for chain in self._chains.values():
            chain.close()
        self._readings.clear()
        self._chains.clear()
        # Not kept: DuckDB keeps the sources as long as the frames of an error keep its relation, and it would be kept by both for ever.
        own, self.error = self.error, None
        if own is not None and (error is None or isinstance(error, Exception)):
            raise own

    def _reading(self, scan: Scan, client: Client) -> _Reading:
        for call in scan.calls:
            if call.request not in self._chains:
                self._chains[call.request] = _Chain(client, call, scan, self._control)
        return _Reading(scan, [self._chains[call.request] for call in scan.calls], client.endpoint.max_in_flight, self)

    def failed(self, error: BaseException) -> None:
        """Keeps an error and stops all sources. Raises it again for DuckDB to be told of, unless this is quiet."""
        with self._lock:
            self.error = self.error or error
        self._control.cancel()
        if not self._quiet:
            raise error

    def allowed(self, error: RequestError) -> bool:
        """Whether what a call raised may be left out; it is kept, once."""
        with self._lock:
            if self._partial and error not in self.failures:
                self.failures.append(error)
        return self._partial

    def begin(self, chains: Sequence[_Chain]) -> None:
        """Has the first page of each fetched, in threads of their own."""
        left = self._control.left()
        for chain in chains if left is None or left >= len(self._chains) else ():
            thread = threading.Thread(target=chain.begin, name="rowcall-ahead", daemon=True)
            with self._lock:
                self._ahead.append(thread)
            thread.start()

    def computed(self, source: str, seconds: float) -> None:
        """Notes how long a page of a scan was worked on."""
        self._control.computed(source, seconds)

    def warn(self, name: str, misfits: Sequence[Misfit]) -> None:
        """Warns of what did not fit."""
        warn(name, misfits, self._control)


class _Chain:
    """The pages of one call, each fetched once and when it is first asked for, by whoever asks."""

    def __init__(self, client: Client, call: Call, scan: Scan, control: Control) -> None:
        self._pages: Iterator[Page] = client.pages(call, scan.protocol, control)
        self._bodies: list[str] = []
        self._over = False
        self._error: BaseException | None = None
        self._lock = threading.Lock()

    def body(self, number: int) -> str | None:
        """The page of this number, those without a row not counted; None after the last. Raises, each time, what fetching it raised."""
        with self._lock:
            while len(self._bodies) <= number and not self._over:
                self._pull()
            if len(self._bodies) > number:
                return self._bodies[number]
            if self._error is not None:
                raise self._error
            return None

    def begin(self) -> None:
        """Fetches the first page. What is raised is kept for who asks for it."""
        with self._lock:
            if not self._bodies and not self._over:
                self._pull()

    def close(self) -> None:
        """Drops the pages, and what was raised."""
        self._pages, self._bodies, self._error = iter(()), [], None

    def _pull(self) -> None:
        try:
            page = next(self._pages, None)
        except BaseException as error:  # noqa: BLE001 - raised again for each that reads so far
            self._error, page = error, None
        self._over = page is None
        if page is not None and page.rows:
            self._bodies.append(page.body)


class _Reading:
    """The pages of one scan, in the order of its calls, fitted to their declared types; any number of DuckDB's scans read it."""

    def __init__(self, scan: Scan, chains: Sequence[_Chain], most_ahead: int, streaming: Streaming) -> None:
        self._name = scan.ref.full_name
        self._source = scan.source
        self._fitter = Fitter(scan.ref.resource.columns, scan.method.rows, extra=any(hidden.name == EXTRA for hidden in scan.hidden))
        self._keys = [json.dumps(dict(call.bound)) for call in scan.calls]
        self._chains = chains
        self._most_ahead = most_ahead
        self._streaming = streaming
        self._pages: list[tuple[str, str]] = []
        self._misfits: list[Misfit] = []
        self._call = 0
        self._number = 0
        self._begun = 0
        self._lock = threading.Lock()

    def __getitem__(self, span: slice, /) -> Sequence[tuple[str, str]]:
        """The page at the start of `span`, waited for; none after the last."""
        with self._lock:
            try:
                while len(self._pages) <= span.start and self._call < len(self._chains):
                    self._advance()
            except BaseException as error:  # noqa: BLE001 - kept, and raised when DuckDB has ended
                self._streaming.failed(error)
                return ()
            return self._pages[span.start : span.start + 1]

    def _advance(self) -> None:
        """One page more, or one call less to read."""
        self._begin_ahead()
        try:
            body = self._chains[self._call].body(self._number)
        except RequestError as error:
            if not self._streaming.allowed(error):
                raise
            body = None
        if body is None:
            self._call, self._number = self._call + 1, 0
            return
        started = time.perf_counter()
        page, found = self._fitter.fit(body)
        self._streaming.computed(self._source, time.perf_counter() - started)
        self._pages.append((page, self._keys[self._call]))
        self._misfits += found
        self._number += 1

    def _begin_ahead(self) -> None:
        """Begins the calls after the one that is to be read now, as many as were read before it, when it is the first not begun."""
        if self._call < self._begun:
            return
        self._begun = self._call + min(max(1, self._call), self._most_ahead)
        self._streaming.begin(self._chains[self._call + 1 : self._begun])

    def close(self) -> None:
        """Warns of what did not fit, and drops the pages."""
        self._streaming.warn(self._name, self._misfits)
        self._pages, self._chains = [], ()
