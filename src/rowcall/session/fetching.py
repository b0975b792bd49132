"""What a statement reads of APIs: every call once, before DuckDB reads its pages or while it does.

Calls go out together, in threads. A statement waits for them until all are there, and where that is much, DuckDB begins to read: then few
pages wait to be read, unless DuckDB itself waits for a page that others stand before. Where a statement may have
enough before the last page, its calls are read one after the other, each page when DuckDB asks for it. A call is begun when those before it
did not suffice, and as many ahead as have been read to their end: so many are not slower by much than going out together, and at most
twice as many as needed are sent.

What goes wrong is kept here, and raised when DuckDB has ended: what it would say of an error is not the user's.
"""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from rowcall.engine.source import page_source, streams
from rowcall.errors import RequestError
from rowcall.http.client import Client
from rowcall.http.control import Control, Tally
from rowcall.http.fetch import Crew
from rowcall.http.page import Page
from rowcall.plan.nodes import Call, Protocol, Request, Scan
from rowcall.session.progress import ScanProgress, Standing, sum_known
from rowcall.session.store import Store
from rowcall.session.streaming import Chain, Pulled, Pushed, Reading, Window

MUCH = 2 * 2**20
"""From how many bytes of pages on DuckDB reads them while others come."""


class Fetching:
    """The scans of one statement. A context: when it is left, what was not read never will be.

    With `exact`, a value that does not fit its type is an error, which otherwise is NULL and warned of.

    With `quiet`, a source that fails ends as if it had no more pages, and the error is raised on leaving: so a failure does not abort
    the user's transaction. It is for statements that only read. Without it, DuckDB is told that the source failed.
    """

    def __init__(self, clients: Mapping[str, Client], control: Control, *, partial: bool, exact: bool, quiet: bool) -> None:
        self._clients = clients
        self._statement = control
        self._control = control.scope()
        self._partial = partial
        self._exact = exact
        self._quiet = quiet
        self._store = Store()
        self._window = Window(self._control)
        self._chains: dict[Request, Pulled | Pushed] = {}
        self._readings: dict[str, Reading] = {}
        self._threads: list[threading.Thread] = []
        self._open = 0
        """How many threads have calls to fetch still."""
        self._last: Sequence[Scan] = ()
        """The scans that DuckDB may read once only: those that were begun last."""
        self._begun: dict[str, _Begun] = {}
        """Each scan whose calls were begun, by its source."""
        self._is_last = False
        """Whether it is known that nothing is sent after the calls that were begun."""
        self._ended: Standing | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stops what is under way. Raises the error of a source in place of what DuckDB made of it."""
        if isinstance(error, KeyboardInterrupt):
            self._statement.cancel()
        # Not kept: DuckDB keeps the sources as long as the frames of an error keep its relation, and it would be kept by both for ever.
        own, self._window.error = self._window.error, None
        self._control.cancel()
        for thread in self._threads:
            if thread.ident is not None:  # Ctrl-C may have come before it began
                thread.join()
        self._ended = replace(self.standing(), ended=True)
        self._begun.clear()
        for reading in self._readings.values():
            reading.close()
        self._readings.clear()
        self._chains.clear()
        self._store.close()
        self._window.error = None
        if own is not None and own is not error and (error is None or isinstance(error, Exception)):
            raise own

    @property
    def failures(self) -> list[RequestError]:
        """What `partial` allowed to fail, in the order of the calls."""
        return [chain.error for chain in self._chains.values() if self._partial and isinstance(chain.error, RequestError)]

    def fetch(self, scans: Sequence[Scan], *, final: bool, last: bool) -> dict[str, object]:
        """For each scan, by the name of its source, what DuckDB reads, when all pages are there.

        For the `last` scans of a statement, which nobody reads for the keys of others, many pages may still be to come. `final` is
        whether the statement sends nothing after these. A request that several scans begin with is sent once. Raises BudgetError
        before the first request where the calls alone are more than the statement may still send, else the first error of a call.
        """
        self.begin(scans, final=final)
        self._await(MUCH if last and streams() else None)
        self._last = scans if last else ()
        self._read(scans, {})
        return {scan.source: page_source(self._readings[scan.source]) for scan in scans}

    def standing(self) -> Standing:
        """How far it is, for `Running`."""
        if self._ended is not None:
            return self._ended
        begun = list(self._begun.values())
        left = sum_known(one.left() for one in {id(one.tally): one for scan in begun for one in scan.calls}.values())
        return Standing(tuple(scan.progress() for scan in begun), left, last=self._is_last, ended=False)

    def begin(self, scans: Sequence[Scan], *, final: bool) -> None:
        """Lets the calls of `scans` go out that have not, as `fetch` does, and waits for none."""
        if groups := self._groups(scans):
            self._control.expect(sum(map(len, groups.values())), exact=final and all(protocol.paging is None for _, protocol in groups))
        for (client, protocol), calls in groups.items():
            self._begin(client, calls, protocol)
        self._note(scans, last=final)

    def parts(self, scan: Scan) -> Iterator[Sequence[tuple[str, str]]]:
        """The pages of a scan that was begun, the only one of its statement, as they come: one part at least, and none is kept.

        They end early where something goes wrong, which is raised when this is left: before the first page there is no part then.
        """
        self._read([scan], {})
        reading = self._readings[scan.source]
        if len(reading.requests) == len(scan.calls):
            reading.keep_none()
        for pages in reading.parts():
            if not pages and self._window.error is not None:
                return  # what there is nothing of is not an answer without rows
            yield pages

    def leave(self, scans: Sequence[Scan]) -> dict[str, object]:
        """For each scan, by the name of its source, what DuckDB reads, each page being fetched when it does."""
        ahead: dict[str, Callable[[int], None]] = {}
        for scan in scans:
            client = self._clients[scan.ref.full_name]
            for call in scan.calls:
                if call.request not in self._chains:
                    self._chains[call.request] = Pulled(client.pages(call, scan.protocol, self._control), self._store)
            ahead[scan.source] = _Ahead(
                [self._chains[call.request] for call in scan.calls], client.max_in_flight(self._control), self._pull
            )
        self._note(scans, last=False)
        self._read(scans, ahead)
        return {scan.source: page_source(self._readings[scan.source]) for scan in scans}

    @property
    def is_much(self) -> bool:
        """Whether pages are still to come, or more are there than a statement should hold."""
        return bool(self._last) and (self._open > 0 or self._store.is_full)

    def read_once(self) -> None:
        """Has the pages that are read from now on dropped when they were: DuckDB reads each source once.

        Not those of a call that several scans have, nor those that were read for keys.
        """
        owners = Counter(request for reading in self._readings.values() for request in reading.requests)
        for scan in self._last:
            reading = self._readings[scan.source]
            if all(owners[request] == 1 for request in reading.requests):
                reading.keep_none()

    def be_heard(self) -> None:
        """Has DuckDB told of what goes wrong, so that it does not take what came before for all."""
        self._quiet = False

    def _note(self, scans: Sequence[Scan], *, last: bool) -> None:
        """Has `standing` tell of scans that begin now."""
        for scan in scans:
            paged = scan.protocol.paging is not None
            calls = [_Open(self._chains[call.request], self._control.tally(call.request), is_paged=paged) for call in scan.calls]
            self._begun[scan.source] = _Begun(_named(scan), calls)
        self._is_last = last

    # -- calls that go out together --------------------------------------------------------------------------------------------------

    def _groups(self, scans: Sequence[Scan]) -> dict[tuple[Client, Protocol], list[Call]]:
        """The distinct calls by provider instance and protocol, in the order of the statement, without those that are there."""
        groups: dict[tuple[Client, Protocol], dict[Request, Call]] = {}
        for scan in scans:
            group = groups.setdefault((self._clients[scan.ref.full_name], scan.protocol), {})
            for call in scan.calls:
                if call.request not in self._chains:
                    group.setdefault(call.request, call)
        return {key: list(calls.values()) for key, calls in groups.items() if calls}

    def _begin(self, client: Client, calls: Sequence[Call], protocol: Protocol) -> None:
        chains = [Pushed(self._window) for _ in calls]
        self._chains.update(zip((call.request for call in calls), chains, strict=True))
        crew = Crew(client, calls, protocol, self._control, partial=self._partial, hold=self._window.hold)
        with self._window.changed:
            self._open += 1
        self._start(functools.partial(self._collect, crew, chains))

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="rowcall-fetching", daemon=True)
        with self._window.changed:
            self._threads.append(thread)
        thread.start()

    def _collect(self, crew: Crew, chains: Sequence[Pushed]) -> None:
        """Puts what comes into the chains of the calls, in a thread of its own."""
        try:
            with crew:
                for index, found in crew.deliveries():
                    if not isinstance(found, Page):
                        chains[index].end(found)
                    elif found.rows:
                        chains[index].add(self._store.put(found.body), len(found.body))
        except BaseException as error:  # noqa: BLE001 - raised in the thread of the statement
            self._window.fail(error)
        finally:
            with self._window.changed:
                self._open -= 1
                self._window.changed.notify_all()

    def _await(self, enough: int | None) -> None:
        """Returns when all calls have ended, or when so many bytes of pages are there. Raises the first error of a call."""
        window = self._window
        with window.changed:
            while self._open and window.error is None and (enough is None or window.unread < enough):
                if enough is None:
                    window.starve()
                else:
                    window.wait()
            if window.error is not None:
                raise window.error

    # -- calls that are read one after the other -------------------------------------------------------------------------------------

    def _pull(self, chains: Sequence[Chain]) -> None:
        """Has the first page of each fetched, in threads of their own."""
        left = self._control.left()
        if left is None or left >= len(self._chains):
            for chain in chains:
                if isinstance(chain, Pulled):
                    self._start(chain.begin)

    # -- what DuckDB reads -----------------------------------------------------------------------------------------------------------

    def _read(self, scans: Sequence[Scan], ahead: Mapping[str, Callable[[int], None]]) -> None:
        for scan in scans:
            self._readings[scan.source] = Reading(
                scan,
                [self._chains[call.request] for call in scan.calls],
                self._store,
                self._control,
                partial=self._partial,
                exact=self._exact,
                fail=self._fail,
                ahead=ahead.get(scan.source),
            )

    def _fail(self, error: BaseException) -> None:
        """Keeps an error and stops all sources. Raises it again for DuckDB to be told of, unless this is quiet."""
        self._window.fail(error)
        if not self._quiet:
            raise error


@dataclass(frozen=True, slots=True)
class _Open:
    """A call that was begun."""

    chain: Chain
    tally: Tally
    is_paged: bool

    def left(self) -> int | None:
        """How many of its requests have to end still; None where only its pages will tell."""
        if self.chain.over:
            return 0
        pages = self.tally.pages if self.is_paged else 1
        return None if pages is None else max(0, pages - sum(exchange.is_good for exchange in list(self.tally.exchanges)))


@dataclass(frozen=True, slots=True)
class _Begun:
    """A scan whose calls were begun."""

    name: str
    calls: Sequence[_Open]

    def progress(self) -> ScanProgress:
        """How far it is."""
        return ScanProgress(
            self.name, len(self.calls), sum(one.chain.over for one in self.calls), sum(one.tally.rows for one in self.calls)
        )


def _named(scan: Scan) -> str:
    """A reference for the user: its resource, and its alias where that is another name."""
    full_name = scan.ref.full_name
    return full_name if scan.alias.casefold() in full_name.casefold().split(".") else f"{full_name} {scan.alias}"


class _Ahead:
    """Begins calls before they are read: after the one that is read now as many as were read before it, when it is the first not begun."""

    def __init__(self, chains: Sequence[Chain], most: int, begin: Callable[[Sequence[Chain]], None]) -> None:
        self._chains = chains
        self._most = most
        self._begin = begin
        self._begun = 0

    def __call__(self, call: int) -> None:
        if call < self._begun:
            return
        self._begun = call + min(max(1, call), self._most)
        self._begin(self._chains[call + 1 : self._begun])
