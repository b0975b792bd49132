"""An hour of statements in one process: `make soak`, `make soak ARGS="--minutes 5 --seed 7"`. Needs Linux, which says what a process holds.

Exits with 1 where an answer was wrong without saying so, or where the process came to hold more and more.
"""

from __future__ import annotations

import argparse
import random
import sys

from tests.soak.run import FULL, Held, soak


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="for how long (60)")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)), help="a number or a word; a new one by default")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    print(f"{'after':>8} {'statements':>10} {'MB':>8} {'pieces':>8} {'threads':>8} {'files':>8}")
    found = soak(options.minutes * 60, options.seed, show)
    for text in found.wrong[:20]:
        print(f"wrong: {text}\n")
    print(f"{found.statements:,} statements: " + ", ".join(f"{number:,} {name}" for name, number in found.verdicts.most_common()))
    if not found.was_full:
        print(f"memory was not compared: it takes {FULL:,} statements until the middle of the time to fill what is bounded")
    grown = found.grown()
    for text in grown:
        print(f"grown: {text}")
    return 1 if found.wrong or grown else 0


def show(held: Held) -> None:
    """Prints one look."""
    row = f"{held.after_s:7.0f}s {held.statements:10,} {held.bytes / 1e6:8.1f} {held.pieces:8,} {held.threads:8} {held.files:8}"
    print(row, flush=True)


if __name__ == "__main__":
    sys.exit(main())
