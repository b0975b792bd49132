"""A process that writes many rows is killed at a random instant: no row is lost by that, and none is sent twice.

What a real server got is compared with what the journal says, before and after the write is resumed.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import rowcall

if TYPE_CHECKING:
    from rowcall.sandbox.server import Sandbox

DEADLINE_S = 60.0
_TEXT = "INSERT INTO openai.assistants.threads (metadata) SELECT MAP {{'mark': '{mark}', 'n': i::VARCHAR}} FROM range({rows}) s(i)"
OUTCOMES = ("done", "unknown", "not sent", "refused", "sending")


@dataclass(slots=True)
class Killed:
    """What was found over some writes that were killed."""

    writes: int = 0
    cut: int = 0
    """How many were killed with something done and something not."""
    counts: Counter[str] = field(default_factory=Counter)
    """The outcomes of their rows when they were killed."""
    wrong: list[str] = field(default_factory=list)


def kill_one(box: Sandbox, seed: str, rows: int, folder: Path, found: Killed) -> None:
    """Writes, kills, compares, resumes, and compares again."""
    pick = random.Random(seed)
    mark = f"{seed}:{time.time_ns()}"
    journal = folder / f"{abs(hash(mark))}.sqlite"
    box.reset()  # whose log holds so many requests and no more
    _killed(box, mark, rows, journal, pick)
    with rowcall.connect(providers=box.providers, journal=journal, max_requests=None, max_write_rows=None) as db:
        before = _outcomes(db)
        found.writes += 1
        found.counts.update(before.values())
        found.cut += len(set(before.values()) & {"done", "not sent"}) == 2
        found.wrong += [f"{seed} killed: {text}" for text in differences(before, _ledger(box, mark), rows)]
        if before:
            (id_,) = {id_ for (id_,) in db.sql("SELECT DISTINCT write_id FROM rowcall_journal()").fetchall()}
            db.sql(f"RESUME '{id_}'", on_error="partial")
            after = _outcomes(db)
            found.wrong += [f"{seed} resumed: {text}" for text in differences(after, _ledger(box, mark), rows)]
            found.wrong += [f"{seed} resumed: row {row} is {is_}" for row, is_ in after.items() if is_ not in {"done", "unknown"}]
            found.wrong += [f"{seed} resumed: row {row} was done" for row, is_ in before.items() if is_ == "done" != after[row]]


def _killed(box: Sandbox, mark: str, rows: int, journal: Path, pick: random.Random) -> None:
    """Runs the command, and kills it when it has sent a random part of the rows, or a moment after it began."""
    settings = box.providers["openai"]
    options = [f"--set=openai.{name}={settings[name]}" for name in ("base_url", "api_key")]
    command = [sys.executable, "-m", "rowcall", "query", _TEXT.format(mark=mark, rows=rows), *options]
    process = subprocess.Popen(
        [*command, "--journal", journal, "--max-requests=none", "--yes"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wanted, until = pick.randrange(rows), time.monotonic() + DEADLINE_S
    while process.poll() is None and len(box.requests) < wanted and time.monotonic() < until:
        time.sleep(0.0005)
    time.sleep(pick.random() * 0.004)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.05)  # what has reached the server is carried out all the same


def _outcomes(db: rowcall.Session) -> dict[int, str]:
    """What the journal says of each row, from 0."""
    return {row - 1: outcome for row, outcome in db.sql("SELECT row, outcome FROM rowcall_journal()").fetchall()}


def _ledger(box: Sandbox, mark: str) -> Counter[int]:
    """How often the server got each row."""
    bodies = [request.body for request in box.requests if request.method == "POST" and isinstance(request.body, dict)]
    found = [body["metadata"] for body in bodies if "mark" in body.get("metadata", {})]
    return Counter(int(metadata["n"]) for metadata in found if metadata["mark"] == mark)


def differences(outcomes: dict[int, str], ledger: Counter[int], rows: int) -> list[str]:
    """Where what the journal says and what the server got do not go together."""
    if not outcomes:
        return [f"{len(ledger)} rows came, and the journal has none"] if ledger else []
    found = [f"the journal has {len(outcomes)} of {rows} rows"] if len(outcomes) != rows else []
    allowed = {"done": {1}, "unknown": {0, 1}, "not sent": {0}, "refused": {0}}
    return found + [
        f"row {row} is {outcome} and came {ledger[row]} times"
        for row, outcome in outcomes.items()
        if ledger[row] not in allowed.get(outcome, set())
    ]


def kill_many(seed: str, count: int, rows: int, folder: Path) -> Killed:
    """What is found over `count` writes of so many rows each."""
    found = Killed()
    with rowcall.Sandbox(latency_s=0.002) as box, warnings.catch_warnings():
        warnings.simplefilter("ignore", rowcall.errors.PartialResultWarning)
        for number in range(count):
            kill_one(box, f"{seed}:{number}", rows, folder, found)
    return found
