"""Statements over a server that fails in every way: `make torture`, `make torture ARGS="--schedules 5 --seed 7"`.

Exits with 1 where an answer is wrong and does not say so. `--only 7:drop:page:scan:3` asks one statement again, by the name that it is shown with.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.torture.run import FAULTS, PAGING, Findings, mill, one, torture

VERDICTS = ("right", "failed", "partial", "wrong")


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--schedules", type=int, default=100, help="how many for each fault, way of paging and kind of statement (100)")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)), help="a number or a word; a new one by default")
    parser.add_argument("--jobs", type=int, default=2, help="in how many processes (2)")
    parser.add_argument("--only", help="the name of one statement, as 7:drop:page:scan:3")
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
            parts = [pool.submit(torture, options.seed, options.schedules, (fault,), (kind,)) for fault in FAULTS for kind in PAGING]
            for number, part in enumerate(parts, 1):
                result = part.result()
                found.add(result)
                for text in result.wrong:  # as soon as it is known: all of it takes its time
                    print(f"wrong: {text}\n", flush=True)
                print(f"\r{number} of {len(parts)}", end=" ", file=sys.stderr)
    return show(found, time.monotonic() - started)


def show(found: Findings, seconds: float) -> int:
    """Prints how much of what was found; the exit code."""
    print(f"{'':14}" + "".join(f"{verdict:>9}" for verdict in VERDICTS))
    for fault in FAULTS:
        print(f"{fault:14}" + "".join(f"{found.cells[fault, verdict]:9,}" for verdict in VERDICTS))
    print(f"{'all':14}" + "".join(f"{found.kinds[verdict]:9,}" for verdict in VERDICTS))
    print(f"{found.kinds.total():,} statements in {seconds:.0f} s, the slowest {found.slowest_s:.2f} s")
    return 1 if found.kinds["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
