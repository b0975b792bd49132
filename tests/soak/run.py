"""One process that asks for a long time: statements that succeed, fail, are partial and are cancelled, over a server that fails in every way.

What a process holds is looked at now and then: memory, pieces of it that Python holds, threads, open files. Once all that is bounded is full,
none may grow. So that this is so soon, what is kept of past exchanges is bounded lower here; and as DuckDB keeps something of each query, up
to a bound that takes longer than an hour to reach, it is made to let go of that before each look.
"""

from __future__ import annotations

import ctypes
import gc
import os
import random
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import duckdb
from tests.torture.run import FAULTS, PAGING, SHAPES, Findings, Mill, Schedule, mill, one

from rowcall.errors import RowcallError

LOOKS = 40
MIDDLE, LATE = (0.4, 0.6), (0.8, 1.0)
"""Between which shares of the time the least that was held is compared: one look may be amid work, and the allocator breathes."""
KEPT = 100
"""How many exchanges and warnings a session keeps here, and how many requests the sandbox: 10,000 elsewhere."""
FULL = 500
"""After how many statements all that is bounded is full: the plans of each session are what takes longest."""
SLACK = {"bytes": 6 << 20, "pieces": 3000, "threads": 0, "files": 24}
"""How much more of each there may be late than in the middle. Of a leak, each of an hour's statements, some 50,000, adds to it.

Bytes are the allocator's affair too; pieces are exact but for the statement before; both ends of every connection that the sessions may
keep, 22, are files of this process.
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What the process holds."""

    after_s: float
    statements: int
    """How many there were until then."""
    bytes: int
    pieces: int
    """Of memory, that Python has given out and not got back."""
    threads: int
    files: int


@dataclass
class Soaked:
    """What became of it."""

    statements: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    @property
    def was_full(self) -> bool:
        """Whether all that is bounded was full in the middle, so that memory can be compared."""
        return self._during(MIDDLE)[0].statements >= FULL

    def grown(self) -> list[str]:
        """What the process holds more of late than in the middle, memory only where it `was_full`."""
        middle, late = self._during(MIDDLE), self._during(LATE)
        found = []
        for name, slack in SLACK.items():
            if name in {"bytes", "pieces"} and not self.was_full:
                continue
            before, after = (min(getattr(held, name) for held in looks) for looks in (middle, late))
            if after > before + slack:
                found.append(f"{name}: {before:,} in the middle, {after:,} late")
        return found

    def _during(self, shares: tuple[float, float]) -> list[Held]:
        low, high = (share * self.held[-1].after_s for share in shares)
        looks = [held for held in self.held if low <= held.after_s <= high]
        return looks or [min(self.held, key=lambda held: abs(held.after_s - (low + high) / 2))]  # a slow machine may look too seldom


def soak(seconds: float, seed: str, show: Callable[[Held], None] = lambda _: None) -> Soaked:
    """Asks for so long; shows what is held as it is looked at."""
    pick, found, findings = random.Random(seed), Soaked(), Findings()
    started = looked = time.monotonic()
    with (
        mock.patch("rowcall.session.exchanges.MOST", KEPT),
        mock.patch("rowcall.sandbox.app._KEPT", KEPT),
        mill() as server,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        while (elapsed := time.monotonic() - started) < seconds:
            if pick.random() < 0.2:
                _cancelled(server, pick, found)
            else:
                name = f"{seed}:{pick.choice(list(FAULTS))}:{pick.choice(PAGING)}:{pick.choice(list(SHAPES))}:{found.statements}"
                one(server, name, findings)
            found.statements += 1
            if time.monotonic() - looked > seconds / LOOKS:
                looked = time.monotonic()
                found.held.append(_look(server, elapsed, found.statements))
                show(found.held[-1])
        found.held.append(_look(server, seconds, found.statements))
        show(found.held[-1])
    found.verdicts.update(findings.kinds)
    found.wrong += findings.wrong
    return found


def _cancelled(server: Mill, pick: random.Random, found: Soaked) -> None:
    """A statement that is stopped a moment after it began, and one after it on the same session, which has to be right."""
    session = server.sessions[8]
    server.box.clear_faults()
    server.box.fault("slow", times=None, seconds=0.05)
    timer = threading.Timer(pick.random() * 0.08, session.cancel)
    timer.start()
    try:
        session.sql(SHAPES["dependent"].format(kind=pick.choice(PAGING), first="", most=0))
        found.verdicts["in time"] += 1
    except RowcallError:
        found.verdicts["cancelled"] += 1
    finally:
        timer.join()
    verdict, problem, _ = server.ask("token", "aggregate", Schedule((), partial=False, in_flight=8), 0)
    if verdict != "right":
        found.wrong.append(f"after a cancelled statement: {verdict} {problem}")


def _look(server: Mill, after_s: float, statements: int) -> Held:
    for session in server.sessions.values():
        _let_go(session.connection)
    gc.collect()
    with suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    files = len(list(Path("/proc/self/fd").iterdir()))
    return Held(after_s, statements, pages * os.sysconf("SC_PAGE_SIZE"), sys.getallocatedblocks(), threading.active_count(), files)


def _let_go(connection: duckdb.DuckDBPyConnection) -> None:
    """Has DuckDB forget the buffers that it has freed.

    It keeps some 200 bytes for each buffer of each query that has ended, in queues that it looks through when it has 32,768 of them, or when
    it lacks memory: `duckdb_eviction_queues()` counts them. So it is told that it does, which it refuses after it has looked.
    Source: https://github.com/duckdb/duckdb/pull/10594
    """
    with suppress(duckdb.OutOfMemoryException):
        connection.execute("SET memory_limit = '1kB'")
    connection.execute("RESET memory_limit")
