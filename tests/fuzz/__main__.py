"""Random statements, answered by rowcall and by DuckDB alone: `make fuzz`, `make fuzz ARGS="--count 500 --seed 7"`.

Exits with 1 where one answer is wrong. `--only 7:12.34` asks one statement again, by the name that it is shown with.
"""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.fuzz.arena import Arena
from tests.fuzz.run import A_WORLD, Findings, Options, clock, one, run, show


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="how many statements (20000)")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)), help="a number or a word; a new one by default")
    parser.add_argument("--jobs", type=int, default=2, help="in how many processes (2)")
    parser.add_argument("--probe", type=float, default=0.1, help="the share of refusals for which other bindings are tried (0.1)")
    parser.add_argument("--only", help="the name of one statement, as 7:12.34")
    parser.add_argument("--every", action="store_true", help="show all that is found, and not the first thirty of a kind")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    elapsed = clock()
    print(f"seed        {options.seed}")
    if options.only:
        found = Findings()
        arena = Arena.of(options.only.rpartition(".")[0])
        verdict = one(arena, options.only, found, Options(probe=1.0))
        print(verdict)
        return show(found, elapsed(), every=True)
    worlds = -(-options.count // A_WORLD)
    each = min(A_WORLD, options.count)
    found = _spread(options.seed, worlds, each, options)
    return show(found, elapsed(), every=options.every)


def _spread(seed: str, worlds: int, each: int, options: argparse.Namespace) -> Findings:
    """What all worlds give, a few of them to each process in turn."""
    found = Findings()
    if options.jobs == 1:
        return run(seed, range(worlds), each, Options(probe=options.probe))
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(run, seed, range(world, world + 1), each, Options(probe=options.probe)) for world in range(worlds)]
        for number, part in enumerate(parts, 1):
            found.add(part.result())
            print(f"\r{number * each}", end=" ", file=sys.stderr)
    return found


if __name__ == "__main__":
    sys.exit(main())
