"""Many calls at once.

Calls are fetched by a few threads and delivered in the one that asks for them, so that a consumer needs no lock. A consumer that has
enough for now holds the threads back.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from rowcall.errors import AuthError, RequestError
from rowcall.http.ahead import Ahead
from rowcall.http.client import Client
from rowcall.http.control import Cancelled, Control
from rowcall.http.page import Page
from rowcall.plan.nodes import Call, Protocol

_POLL_S = 0.5
"""How often the calling thread wakes; on Windows nothing else lets Ctrl-C in."""


class Crew:
    """Threads that fetch calls, each taking the next one when it is done with its own. A context, which none of them outlives.

    The calls are among those that `control` expects. On KeyboardInterrupt the whole statement is cancelled.
    """

    def __init__(
        self,
        client: Client,
        calls: Sequence[Call],
        protocol: Protocol,
        control: Control,
        *,
        partial: bool = False,
        hold: Callable[[], None] = lambda: None,
    ) -> None:
        """With `partial`, a call that fails leaves the others alone. `hold` is called before each page and may wait."""
        self._client = client
        self._calls = calls
        self._protocol = protocol
        self._partial = partial
        self._hold = hold
        self._statement = control
        self._control = control.scope()
        self._waiting = iter(range(len(calls)))
        self._lock = threading.Lock()
        self._found: queue.SimpleQueue[tuple[int, Page | BaseException | None]] = queue.SimpleQueue()
        most = client.max_in_flight(control)
        count = min(most, len(calls))
        name = f"rowcall-{client.endpoint.provider}"
        self._ahead = Ahead(most, len(calls), hold, name)
        self._open = len(calls)
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(count)]

    def __enter__(self) -> Self:
        try:
            for thread in self._threads:
                thread.start()
        except BaseException as error:
            self._leave(error)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._statement.cancel()
        self._stop()

    def _stop(self) -> None:
        self._control.cancel()
        self._ahead.close()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        self._ahead.join()

    def deliveries(self) -> Iterator[tuple[int, Page | RequestError | None]]:
        """The index of a call with what it brought: each of its pages in order, and at its end None, or with `partial` its error.

        Raises the first error where not `partial`, with the others that had been met by then; and what ends the whole statement, as a
        spent budget does even with `partial`.
        """
        open_calls = len(self._calls)
        while open_calls:
            try:
                index, found = self._found.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if isinstance(found, BaseException) and not (self._partial and isinstance(found, RequestError)):
                raise self._with_others(found)
            if not isinstance(found, Page):
                open_calls -= 1
            yield index, found

    def _with_others(self, first: BaseException) -> BaseException:
        """The first error with those that were there before the rest could be stopped."""
        self._stop()
        if isinstance(first, RequestError):
            left = [self._found.get_nowait()[1] for _ in range(self._found.qsize())]
            # A key that is not set fails all of them alike, and says so once.
            first.others = tuple(
                error for error in left if isinstance(error, RequestError) and (error.status or not isinstance(error, AuthError))
            )
        return first

    def _work(self) -> None:
        while (index := self._next()) is not None:
            self._control.begin()
            try:
                self._hold()
                for page in self._client.pages(self._calls[index], self._protocol, self._control, self._ahead):
                    self._found.put((index, page))
                    self._hold()
                self._found.put((index, None))
            except BaseException as error:  # noqa: BLE001 - raised again in the calling thread
                self._found.put((index, error))
                if not self._partial:
                    # At once, rather than when the calling thread comes to it, so that nothing more is sent.
                    self._control.cancel()
            self._end()
        if self._control.cancelled:
            self._ahead.close()
        self._ahead.work()
        if self._control.cancelled:  # between two calls, of which nobody would hear any more
            self._found.put((0, Cancelled()))

    def _end(self) -> None:
        """Notes that a call has ended; with the last one there is nothing to fetch ahead."""
        with self._lock:
            self._open -= 1
            self._ahead.share(self._open)
            if self._open == 0 or self._control.cancelled:
                self._ahead.close()

    def _next(self) -> int | None:
        with self._lock:
            return None if self._control.cancelled else next(self._waiting, None)
