"""Statements over a server that fails in every way: `make torture`, `make torture ARGS="--schedules 5 --seed 7"`.

Before them processes that write are killed, `--kills 0` for none: see kills.py. Exits with 1 where an answer is wrong and does not say so. `--only 7:drop:page:scan:3` asks one statement again, by the name that it is shown with.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.torture.kills import OUTCOMES, kill_many
from tests.torture.run import FAULTS, PAGING, Findings, mill, one, torture

VERDICTS = ("right", "failed", "partial", "wrong")


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--schedules", type=int, default=100, help="how many for each fault, way of paging and kind of statement (100)")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)), help="a number or a word; a new one by default")
    parser.add_argument("--jobs", type=int, default=2, help="in how many processes (2)")
    parser.add_argument("--only", help="the name of one statement, as 7:drop:page:scan:3")
    parser.add_argument("--kills", type=int, default=200, help="how many writes are killed (200)")
    parser.add_argument("--rows", type=int, default=500, help="how many rows each of them has (500)")
    options = parser.parse_args()
    started = time.monotonic()
    found = Findings()
    if options.only:
        warnings.simplefilter("ignore")
        with mill() as server:
            one(server, options.only, found)
        for text in found.wrong:
            print(f"wrong: {text}\n")
    else:
        print(f"seed        {options.seed}")
        with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
            found.wrong += kill(pool, options)
            parts = [pool.submit(torture, options.seed, options.schedules, (fault,), (kind,)) for fault in FAULTS for kind in PAGING]
            for number, part in enumerate(parts, 1):
                result = part.result()
                found.add(result)
                for text in result.wrong:  # as soon as it is known: all of it takes its time
                    print(f"wrong: {text}\n", flush=True)
                print(f"\r{number} of {len(parts)}", end=" ", file=sys.stderr)
    return show(found, time.monotonic() - started)


def kill(pool: ProcessPoolExecutor, options: argparse.Namespace) -> list[str]:
    """Prints what became of the writes that were killed; what is wrong about them."""
    if not options.kills:
        return []
    with tempfile.TemporaryDirectory() as folder:
        share = -(-options.kills // options.jobs)
        parts = [pool.submit(kill_many, f"{options.seed}.{job}", share, options.rows, Path(folder)) for job in range(options.jobs)]
        results = [part.result() for part in parts]
    counts = sum((result.counts for result in results), Counter[str]())
    wrong = [text for result in results for text in result.wrong]
    outcomes = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in OUTCOMES if counts[outcome])
    writes, cut = sum(result.writes for result in results), sum(result.cut for result in results)
    print(f"{writes} writes of {options.rows} rows killed, {cut} of them in the middle: {outcomes}; wrong: {len(wrong)}", flush=True)
    for text in wrong:
        print(f"wrong: {text}")
    return wrong


def show(found: Findings, seconds: float) -> int:
    """Prints how much of what was found; the exit code."""
    print(f"{'':14}" + "".join(f"{verdict:>9}" for verdict in VERDICTS))
    for fault in FAULTS:
        print(f"{fault:14}" + "".join(f"{found.cells[fault, verdict]:9,}" for verdict in VERDICTS))
    print(f"{'all':14}" + "".join(f"{found.kinds[verdict]:9,}" for verdict in VERDICTS))
    print(f"{found.kinds.total():,} statements in {seconds:.0f} s, the slowest {found.slowest_s:.2f} s")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
