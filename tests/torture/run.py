"""Every fault of the sandbox, befalling statements at random, over each way of paging: an answer is right, or says that it is not.

What may happen to a statement is that its rows are DuckDB's over all there is, that it is an error in words, or, where that was asked
for, that rows are missing and it says so. What may not: rows too few, too many or others without a word, an error of another kind, and
no end within its deadline. The sandbox is a real server, so all of it goes over sockets.
"""

from __future__ import annotations

import random
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from tests.torture.overdue import Watch

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import RequestError
from rowcall.manifest.read import load_provider
from rowcall.sandbox.faults import KINDS as FAULTS
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

MILL = Path(__file__).parent / "mill"
PAGING = ("cursor", "token", "link", "next_url", "page", "page_of", "page_count", "page_link", "offset", "offset_of", "whole")
"""The ways of paging, by the end of the name of the resource that has it; `_of` ones say how many rows there are, `page_count` and
`page_link` how many pages, `whole` has one page."""
SHAPES = {
    "scan": "SELECT id, mill_id, weight FROM by_{kind} WHERE mill_id = '{first}'",
    "dependent": "SELECT s.id, s.mill_id, s.weight FROM mine JOIN by_{kind} s USING (mill_id)",
    "limit": "SELECT id, mill_id, weight FROM by_{kind} WHERE mill_id IN (FROM mine) LIMIT {most}",
    "exists": "SELECT EXISTS (FROM by_{kind} WHERE mill_id = '{first}' AND weight > 90)",
    "aggregate": "SELECT mill_id, count(*), sum(weight) FROM by_{kind} WHERE mill_id IN (FROM mine) GROUP BY ALL",
}
DEADLINE_S = 3.0
GRACE_S = 1.0
"""How much later than its deadline a statement may end, waits for a processor aside: its threads have to be woken and what came computed."""


@dataclass
class Findings:
    """What became of statements."""

    kinds: Counter[str] = field(default_factory=Counter)
    """`right`, `failed`, `partial` or `wrong`."""
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    """What became of them by fault."""
    wrong: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def add(self, other: Findings) -> None:
        """Takes over what another run found."""
        self.kinds.update(other.kinds)
        self.cells.update(other.cells)
        self.wrong += other.wrong
        self.slowest_s = max(self.slowest_s, other.slowest_s)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What befalls one statement."""

    faults: tuple[tuple[str, dict[str, Any]], ...]
    partial: bool
    in_flight: int

    @classmethod
    def of(cls, fault: str, pick: random.Random) -> Schedule:
        """One at random: the fault for some requests or for all, now or later, now and then with another one after it."""
        others = [pick.choice(list(FAULTS))] if pick.random() < 0.25 else []
        return cls(tuple((kind, _options(kind, pick)) for kind in (fault, *others)), pick.random() < 0.4, pick.choice([1, 2, 8]))


def _options(kind: str, pick: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {"times": pick.choice([1, 1, 2, 3, 5, None]), "after": pick.choice([0, 0, 1, 2, 4, 7])}
    match kind:
        case "rate_limit":
            found |= {"retry_after_s": pick.choice([0, 0.002, 0.01]), "form": pick.choice(["seconds", "date", "milliseconds"])}
        case "server_error" | "empty" | "html":
            found["status"] = pick.choice([500, 502, 503, 400, 404, 409])
        case "slow":
            found["seconds"] = pick.choice([0.01, 0.03])
        case "capped":
            found["rows"] = pick.choice([1, 2, 4])
        case "miscounted":
            found["rows"] = pick.choice([1, 5, 40, 5000])
    return found


class Mill:
    """The server, a session on it, and what it holds."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.rows = {kind: [tuple(row) for row in box.tables[f"by_{kind}"][1]] for kind in PAGING}
        mills = sorted(id_ for id_, _ in box.tables["mills"][1])
        full = {row[1] for row in self.rows["whole"]}
        self.mine = [mill for mill in mills if mill in full][:3] + [mill for mill in mills if mill not in full]
        self.sessions = {in_flight: self._session(in_flight) for in_flight in (1, 2, 8)}

    def _session(self, in_flight: int) -> Session:
        settings = {"mill": {**self.box.providers["mill"], "max_in_flight": in_flight}}
        session = rowcall.connect(providers=settings, timeout_s=DEADLINE_S, max_requests=200)
        session.sql("SELECT 1")  # DuckDB's thread is kept for the next statement, and so is there before any is counted
        session.connection.execute("CREATE TABLE mine (mill_id VARCHAR)")
        session.connection.executemany("INSERT INTO mine VALUES (?)", [[mill] for mill in self.mine])
        return session

    def close(self) -> None:
        """Closes the sessions."""
        for session in self.sessions.values():
            session.close()

    def ask(self, kind: str, shape: str, schedule: Schedule, most: int) -> tuple[str, str, float]:
        """What became of a statement, what is wrong about it, and how many seconds it took."""
        session = self.sessions[schedule.in_flight]
        sql = SHAPES[shape].format(kind=kind, first=self.mine[0], most=most)
        self.box.clear_faults()
        for fault, options in schedule.faults:
            self.box.fault(fault, **options)
        started = time.monotonic()
        try:
            rows = session.sql(sql, on_error="partial" if schedule.partial else "error").fetchall()
        except RequestError:
            return "failed", "", time.monotonic() - started
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            return "wrong", f"{type(error).__name__}: {error}", time.monotonic() - started
        taken = time.monotonic() - started
        if session.last.partial:
            return ("partial", "", taken) if schedule.partial and session.last.warnings else ("wrong", "partial though nobody asked", taken)
        problem = self._problem(kind, shape, rows, most)
        if problem and any("may be missing" in warning for warning in session.last.warnings):
            return "partial", "", taken  # the API counts more rows than it gave, and the user is told
        return ("wrong", problem, taken) if problem else ("right", "", taken)

    def _problem(self, kind: str, shape: str, rows: Sequence[tuple[Any, ...]], most: int) -> str:
        """What is wrong with rows that are said to be all; "" where nothing is."""
        own = [row for row in self.rows[kind] if row[1] in self.mine]
        first = [row for row in own if row[1] == self.mine[0]]
        expected: list[tuple[Any, ...]]
        match shape:
            case "scan":
                expected = first
            case "dependent":
                expected = own
            case "exists":
                expected = [(any(row[2] > 90 for row in first),)]
            case "aggregate":
                weights = {mill: [row[2] for row in own if row[1] == mill] for mill in {row[1] for row in own}}
                expected = [(mill, len(found), sum(found)) for mill, found in weights.items()]
            case _:
                left = Counter(rows) - Counter(own)
                wanted = min(most, len(own))
                return f"{len(rows)} rows and not {wanted}, or others: {sorted(left)}" if len(rows) != wanted or left else ""
        return "" if Counter(rows) == Counter(expected) else f"{sorted(rows)} and not {sorted(expected)}"


@contextmanager
def mill(seed: int = 0) -> Iterator[Mill]:
    """The server with its sessions."""
    catalog = Catalog({"mill": load_provider(MILL)})
    with (
        Sandbox(MILL, seed=seed) as box,  # by the clock of this machine, by which a Retry-After that is a date is waited for
        mock.patch.object(Catalog, "shipped", return_value=catalog),
    ):
        found = Mill(box)
        try:
            for shape in SHAPES:  # what the first ones load takes as long as the disk does
                found.ask("whole", shape, Schedule((), partial=False, in_flight=1), 1)
            yield found
        finally:
            found.close()


def torture(seed: str, schedules: int, faults: Sequence[str] = tuple(FAULTS), paging: Sequence[str] = PAGING) -> Findings:
    """What becomes of statements of every shape under `schedules` random schedules for each fault and way of paging."""
    found = Findings()
    with mill() as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fault in faults:
            for kind in paging:
                for shape in SHAPES:
                    for number in range(schedules):
                        one(server, f"{seed}:{fault}:{kind}:{shape}:{number}", found)
    return found


def one(server: Mill, name: str, found: Findings) -> None:
    """Asks the statement of this name, and adds what becomes of it."""
    _, fault, kind, shape, _ = name.split(":")
    pick = random.Random(name)
    schedule, most = Schedule.of(fault, pick), pick.choice([1, 3, 7, 20, 60])
    before = threading.active_count()
    with Watch(DEADLINE_S, GRACE_S, server.sessions[schedule.in_flight].cancel) as watch:
        verdict, problem, taken_s = server.ask(kind, shape, schedule, most)
    left = threading.active_count() - before
    if watch.found:
        verdict, problem = "wrong", watch.found
    if left > 0:
        verdict, problem = "wrong", f"{left} threads are left: {[thread.name for thread in threading.enumerate()]}"
    found.kinds[verdict] += 1
    found.cells[fault, verdict] += 1
    found.slowest_s = max(found.slowest_s, taken_s)
    if verdict == "wrong":
        found.wrong.append(f"{name} {schedule} LIMIT {most}: {problem}")
