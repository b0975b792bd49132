"""One process that asks for a long time: statements that succeed, fail, are partial and are cancelled, over a server that fails in every way.

What a process holds is looked at now and then: memory, threads, open files. After a while, when all that is bounded is full, none may grow.
"""

from __future__ import annotations

import gc
import os
import random
import threading
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.run import FAULTS, PAGING, SHAPES, Findings, Mill, Schedule, mill, one

from rowcall.errors import RowcallError

WARM = 0.4
"""The share of the time after which what is bounded counts as full."""
SLACK_FILES = 24
"""How many more files may be open: both ends of every connection that the sessions may keep are in this process."""
SLACK_BYTES = 24 << 20
"""How much memory may differ from one look to another, whatever is kept: the allocator's affair, and the bounded records of a short run."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the process holds."""

    after_s: float
    bytes: int
    threads: int
    files: int


@dataclass
class Soaked:
    """What became of it."""

    statements: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    def grown(self) -> list[str]:
        """What the process holds more of at the end than after the first while; the best of some looks each, since one may be amid work."""
        warm = [held for held in self.held if held.after_s >= WARM * self.held[-1].after_s]
        third = max(1, len(warm) // 3)
        early, late = warm[:third], warm[-third:]
        found = []
        for name, slack in (("bytes", SLACK_BYTES), ("threads", 0), ("files", SLACK_FILES)):
            before, after = (min(getattr(held, name) for held in looks) for looks in (early, late))
            if after > before + slack:
                found.append(f"{name}: {before:,} after a while, {after:,} at the end")
        return found


def soak(seconds: float, seed: str) -> Soaked:
    """Asks for so long."""
    pick, found, findings = random.Random(seed), Soaked(), Findings()
    started = looked = time.monotonic()
    with mill() as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while (elapsed := time.monotonic() - started) < seconds:
            if pick.random() < 0.2:
                _cancelled(server, pick, found)
            else:
                name = f"{seed}:{pick.choice(list(FAULTS))}:{pick.choice(PAGING)}:{pick.choice(list(SHAPES))}:{found.statements}"
                one(server, name, findings)
            found.statements += 1
            if time.monotonic() - looked > seconds / 40:
                looked = time.monotonic()
                found.held.append(_look(elapsed))
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


def _look(after_s: float) -> Held:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return Held(after_s, pages * os.sysconf("SC_PAGE_SIZE"), threading.active_count(), len(list(Path("/proc/self/fd").iterdir())))
