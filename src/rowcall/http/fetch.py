"""Many calls at once.

Calls are fetched by a few threads and delivered in the calling one, so that a consumer needs no lock. The delivery is an iterator inside:
a consumer that stops early, or a queue that holds the threads back, changes nothing here but the loop of `fetch_all`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rowcall.errors import RequestError
from rowcall.http.client import Client
from rowcall.http.control import Cancelled, Control
from rowcall.http.page import Page
from rowcall.plan.nodes import Call, Protocol

_POLL_S = 0.5
"""How often the calling thread wakes; on Windows nothing else lets Ctrl-C in."""
_Found = Page | BaseException | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed while others were delivered."""

    call_index: int
    error: RequestError


def fetch_all(
    client: Client,
    calls: Sequence[Call],
    protocol: Protocol,
    control: Control,
    on_page: Callable[[int, Page], None],
    *,
    partial: bool = False,
) -> list[Failure]:
    """The calls that failed, by index; always none without `partial`, where the first error cancels the rest and is raised.

    The calls are among those that `control` expects. `on_page` is called in the calling thread with a call's index and its pages, those
    of one call in order. A budget that is spent is an error even with `partial`. On KeyboardInterrupt the whole statement is cancelled.
    No thread outlives this function.
    """
    failures = []
    with _Crew(client, calls, protocol, control, partial=partial) as crew:
        for index, found in crew.deliveries():
            if isinstance(found, Page):
                on_page(index, found)
            elif partial and isinstance(found, RequestError):
                failures.append(Failure(index, found))
            else:
                raise found
    return sorted(failures, key=lambda failure: failure.call_index)


class _Crew:
    """Threads that fetch calls, each taking the next one when it is done with its own."""

    def __init__(self, client: Client, calls: Sequence[Call], protocol: Protocol, control: Control, *, partial: bool) -> None:
        self._client = client
        self._calls = calls
        self._protocol = protocol
        self._partial = partial
        self._statement = control
        self._control = control.scope()
        self._waiting = iter(range(len(calls)))
        self._lock = threading.Lock()
        self._found: queue.SimpleQueue[tuple[int, _Found]] = queue.SimpleQueue()
        count = min(max(1, client.endpoint.max_in_flight), len(calls))
        name = f"rowcall-{client.endpoint.provider}"
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(count)]

    def __enter__(self) -> Self:
        try:
            for thread in self._threads:
                thread.start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._statement.cancel()
        self._stop()

    def _stop(self) -> None:
        self._control.cancel()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def deliveries(self) -> Iterator[tuple[int, Page | BaseException]]:
        """Pages and errors with the index of their call, as they come, until every call is done or failed."""
        open_calls = len(self._calls)
        while open_calls:
            try:
                index, found = self._found.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if not isinstance(found, Page):
                open_calls -= 1
            if found is not None:
                yield index, found

    def _work(self) -> None:
        while (index := self._next()) is not None:
            self._control.begin()
            try:
                for page in self._client.pages(self._calls[index], self._protocol, self._control):
                    self._found.put((index, page))
                self._found.put((index, None))
            except BaseException as error:  # noqa: BLE001 - raised again in the calling thread
                self._found.put((index, error))
                if not self._partial:
                    # At once, rather than when the calling thread comes to it, so that nothing more is sent.
                    self._control.cancel()
        if self._control.cancelled:  # between two calls, of which nobody would hear any more
            self._found.put((0, Cancelled()))

    def _next(self) -> int | None:
        with self._lock:
            return None if self._control.cancelled else next(self._waiting, None)
