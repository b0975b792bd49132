"""Pages that are fetched before their turn, where their requests are known.

The chain of a call stays the judge: it says which page is next, and looks at each in its turn, as if it had been fetched then. Here
pages are only asked for early, in threads that have nothing else to do. What the chain does not come to is dropped.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

from rowcall.http.control import Control
from rowcall.plan.nodes import Request

T = TypeVar("T")
_POLL_S = 0.1
"""How often a thread that waits looks whether to go on."""


class _Task(Generic[T]):
    """One page."""

    def __init__(self, request: Request, fetch: Callable[[Request], T]) -> None:
        self.request = request
        self.begun = False
        self.done = False
        self._fetch = fetch
        self._found: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Fetches it. What is raised is kept."""
        try:
            self._found.append(self._fetch(self.request))
        except BaseException as error:  # noqa: BLE001 - raised again when it is the turn of this page
            self._error = error

    def result(self) -> T:
        """What fetching it gave or raised."""
        if self._error is not None:
            raise self._error
        return self._found[0]


class Ahead:
    """What is between the calls whose pages are known beforehand, and the threads that fetch them."""

    def __init__(self, most: int, calls: int, hold: Callable[[], None], name: str) -> None:
        """`most` threads fetch so many `calls` and what is ahead of them. `hold` is called before each page and may wait."""
        self._most = most
        self._spare = max(0, most - calls)
        """How many threads may be started here; others come when they are free."""
        self.window = 1
        """How many pages of one call may be under way, or wait for their turn: together no more than there are threads."""
        self.share(calls)
        self.changed = threading.Condition()
        """Held to look at anything here, or at a task; told of every change."""
        self.due: deque[_Task[object]] = deque()
        """The pages that nobody fetches yet."""
        self._hold = hold
        self._name = name
        self._threads: list[threading.Thread] = []
        self._closed = False

    def share(self, calls: int) -> None:
        """Takes how many calls there are still."""
        self.window = max(1, self._most // max(1, min(calls, self._most)))

    def add(self, tasks: Sequence[_Task[object]]) -> None:
        """Takes pages to be fetched."""
        with self.changed:
            if self._closed:
                return
            self.due.extend(tasks)
            while len(self._threads) < min(self._spare, len(self.due)):
                thread = threading.Thread(target=self.work, name=f"{self._name}-ahead-{len(self._threads)}", daemon=True)
                thread.start()
                self._threads.append(thread)
            self.changed.notify_all()

    def work(self) -> None:
        """Fetches pages until this is closed."""
        while (task := self._next()) is not None:
            self._hold()
            task.run()
            with self.changed:
                task.done = True
                self.changed.notify_all()

    def _next(self) -> _Task[object] | None:
        with self.changed:
            while not self._closed and not self.due:
                self.changed.wait(_POLL_S)
            if self._closed:
                return None
            task = self.due.popleft()
            task.begun = True
            return task

    def close(self) -> None:
        """Lets the threads end; no page is begun any more."""
        with self.changed:
            self._closed = True
            self.changed.notify_all()

    def join(self) -> None:
        """Returns when the threads that were started here have ended."""
        for thread in self._threads:
            thread.join()


class Line(Generic[T]):
    """The pages of one call. A context: when it is left, what was asked for and not taken is given up."""

    def __init__(self, ahead: Ahead | None, fetch: Callable[[Request, Control], T], control: Control) -> None:
        """Without `ahead`, each page is fetched when it is its turn."""
        self._ahead = ahead
        self._control = control
        self._early: Control | None = None
        self._fetch = fetch
        self._tasks: dict[Request, _Task[T]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._early is not None:
            self._early.cancel()
            self._keep(())

    @property
    def window(self) -> int:
        """How many pages may be foreseen; fewer than two are not worth it."""
        return 0 if self._ahead is None else self._ahead.window

    def foresee(self, following: Request, requests: Sequence[Request]) -> None:
        """Has `requests` fetched, which come next; where there are none, what was foreseen stands as long as `following` is among it.

        None is begun that the requests that the statement may still send might not suffice for.
        """
        if self._ahead is None or not (requests or self._tasks):
            return
        if not requests:
            self._keep(self._tasks if following in self._tasks else ())
            return
        self._keep(requests)
        new = [request for request in requests if request not in self._tasks]
        spare = self._control.spare()
        if not new or (spare is not None and len(new) + sum(not task.done for task in self._tasks.values()) > spare):
            return
        early = self._early = self._early or self._control.scope()
        tasks = {request: _Task(request, lambda request: self._fetch(request, early)) for request in new}
        self._tasks |= tasks
        self._ahead.add(list(tasks.values()))  # type: ignore[arg-type]  # what is found is for `take` alone

    def take(self, request: Request) -> T:
        """The page of a request, whose turn it is. Raises what fetching it raised."""
        task = self._tasks.pop(request, None)
        if task is None or self._ahead is None or self._drop(task):
            return self._fetch(request, self._control)
        with self._ahead.changed:
            while not task.done:
                self._ahead.changed.wait(_POLL_S)
                self._control.check()
        return task.result()

    def _keep(self, requests: Collection[Request]) -> None:
        """Drops all others."""
        for request in self._tasks.keys() - set(requests):
            self._drop(self._tasks.pop(request))

    def _drop(self, task: _Task[T]) -> bool:
        """Whether nobody had begun it, and nobody will."""
        if self._ahead is None:
            return True
        with self._ahead.changed:
            if not task.begun:
                task.begun = True
                if task in self._ahead.due:
                    self._ahead.due.remove(task)  # type: ignore[arg-type]
                return True
            return False
