"""Times rowcall beside what a user would write instead: `make bench`, `make bench ARGS=--rounds=9`."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks import planning
from benchmarks.ways import WAYS

TASKS = {"one thread": (0, ["long"]), "many threads": (20, [f"thread_{number}" for number in range(200)])}
"""What is asked: how long every answer is held back, in milliseconds, and the threads."""


@contextmanager
def server(delay_ms: int) -> Iterator[str]:
    """The base URL of a server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.server", str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        process.kill()


def measure(base_url: str, threads: Sequence[str], rounds: int) -> dict[str, tuple[float, float]]:
    """Median wall and CPU seconds of each way, taken in turn, after one round that is not counted; all must agree on the answer."""
    ready = {name: way(base_url, threads) for name, way in WAYS.items()}
    answers = {name: way() for name, way in ready.items()}
    first = next(iter(answers.values()))
    if not first or any(answer != first for answer in answers.values()):
        raise SystemExit(f"The ways do not agree: {answers}")
    wall: dict[str, list[float]] = {name: [] for name in ready}
    cpu: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(rounds):
        for name, way in ready.items():
            started, used = time.perf_counter(), time.process_time()
            way()
            wall[name].append(time.perf_counter() - started)
            cpu[name].append(time.process_time() - used)
    return {name: (statistics.median(wall[name]), statistics.median(cpu[name])) for name in ready}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each way is timed (default 5)")
    rounds = parser.parse_args().rounds
    warnings.simplefilter("ignore")  # the SDK says that its Assistants API is deprecated, once a call
    planning.report(rounds)
    for task, (delay_ms, threads) in TASKS.items():
        with server(delay_ms) as base_url:
            figures = measure(base_url, threads, rounds)
        print(f"{task}, medians of {rounds}")
        best = figures["rowcall"][0]
        for name, (wall, cpu) in figures.items():
            print(f"  {name:<22} {wall:7.3f} s   CPU {cpu:7.3f} s   {wall / best:6.1f} x")


if __name__ == "__main__":
    main()
