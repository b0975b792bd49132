"""Tells a statement that hangs beyond its deadline from a machine that is slow.

A clock on the wall cannot: where others work on the machine, a statement that has ended its waits in time still has to compute, and waits
for a processor. Linux says of each thread how long it has been ready to run and was not let. That time, after the deadline, does not
count; all other time does, so that neither a wait nor a loop without end is excused.
"""

from __future__ import annotations

import faulthandler
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

SLICE_S = 0.05
"""How often it is looked after the deadline."""
HOPELESS_S = 120.0
"""When the process is ended, every thread's stack on its standard error: nothing else helps, not even asking the statement to stop."""


class Watch:
    """Watches over one statement: `with Watch(3, 1, session.cancel) as watch: …`, after which `watch.found` says what was wrong, or "".

    A statement that is not done `grace_s` after its deadline, waits for a processor aside, is asked to `stop`.
    """

    def __init__(self, deadline_s: float, grace_s: float, stop: Callable[[], None]) -> None:
        self._grace_s = grace_s
        self._stop = stop
        self._deadline_s = deadline_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="torture-watch", daemon=True)
        self._counted = 0.0
        """Until when time is counted, by `time.monotonic`."""
        self._delays: dict[str, int] | None = None
        self.overdue_s = 0.0
        """How long after its deadline it ended, the time aside in which the machine did not let it go on."""
        self.found = ""

    def __enter__(self) -> Self:
        faulthandler.dump_traceback_later(HOPELESS_S, exit=True, file=sys.__stderr__ or sys.stderr)
        self._counted = time.monotonic() + self._deadline_s
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        faulthandler.cancel_dump_traceback_later()
        self._ended.set()
        self._thread.join()
        if time.monotonic() > self._counted:  # also where no other thread could run meanwhile
            self._count()

    def _look(self) -> None:
        if self._ended.wait(self._deadline_s):
            return
        while not self._ended.wait(SLICE_S):
            self._count()

    def _count(self) -> None:
        now, delays = time.monotonic(), _delays_ns()
        before = delays if self._delays is None else self._delays
        # Of several threads that were kept waiting at the same time, one.
        kept_s = max((delay - before.get(thread, 0) for thread, delay in delays.items()), default=0) / 1e9
        # Linux tells of a wait when it has ended: what was counted while it lasted is taken back then.
        self.overdue_s = max(0.0, self.overdue_s + now - self._counted - kept_s)
        self._counted, self._delays = now, delays
        if self.overdue_s > self._grace_s and not self.found:
            self.found = f"not done {self.overdue_s:.1f} s after its deadline, when it was here:\n{_stacks()}"
            self._stop()


def _delays_ns() -> dict[str, int]:
    """How long each thread of this process has been ready and not let run, in nanoseconds; nothing where the system does not say.

    Source: https://docs.kernel.org/scheduler/sched-stats.html
    """
    found = {}
    for place in Path("/proc/self/task").glob("*/schedstat"):
        try:
            found[place.parent.name] = int(place.read_text("ascii").split()[1])
        except (OSError, IndexError):  # it has ended meanwhile
            continue
    return found


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    frames = sys._current_frames()
    own = threading.get_ident()
    return "\n".join(f"{names.get(at, at)}\n{''.join(traceback.format_stack(frame)[-8:])}" for at, frame in frames.items() if at != own)
