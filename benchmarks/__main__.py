"""Measures rowcall beside what a user would take instead: `make bench`, `make bench ARGS="--only a,d --rounds 5"`."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import report, startup
from benchmarks.data import LONG, PAGES, SINGLE, Setting
from benchmarks.measure import timed
from benchmarks.report import Result, combined, judged
from benchmarks.scenarios import SCENARIOS, WAYS, Scenario

ROOT = Path(__file__).parent.parent
LETTERS = (
    *(key for key in SCENARIOS if key < "g"),
    "g",
    *(key for key in SCENARIOS if key > "g"),
    "planning",
    "completing",
    "documents",
    "stages",
)
_SLOW_S = 8.0
"""What took longer is not asked in the rounds that follow."""
_MOST_S = 300.0
"""What takes longer is ended."""


@contextmanager
def server() -> Iterator[int]:
    """The port of a server in a process of its own."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.server"], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def missing(name: str) -> str | None:
    """Why a way cannot be asked here; None where it can."""
    way = WAYS[name]
    if "transport" in way.options:
        from rowcall.session.settings import KEYS

        if "transport" not in KEYS or importlib.util.find_spec("pycurl") is None:
            return "needs the extra rowcall[curl]"
    return startup.missing(way.environment)


def ask(scenario: Scenario, name: str, port: int) -> Result:
    """What one way needs for one question; with `problem` where it does not answer it."""
    order = json.dumps(scenario.order(WAYS[name], port))
    command = [startup.python(WAYS[name].environment), "-m", "benchmarks.measure"]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)}
    try:
        with tempfile.TemporaryDirectory() as folder:  # for what a rival leaves where it is started
            ended = subprocess.run(
                command, input=order, capture_output=True, text=True, timeout=_MOST_S, cwd=folder, env=environ, check=False
            )
    except subprocess.TimeoutExpired:
        return {"problem": f"not done after {_MOST_S:g} s"}
    if ended.returncode:
        return {"problem": (ended.stderr.strip() or "no message").splitlines()[-1]}
    found: Result = json.loads(ended.stdout.splitlines()[-1])
    answer = found.pop("answer")
    if answer is not None and answer != scenario.expected:
        found["problem"] = f"wrong: {len(answer)} rows for {len(scenario.expected)}"
    return found


def run(key: str, port: int, rounds: int) -> dict[str, Any]:
    """The figures of all ways in one scenario, in turns; those left out with the reason."""
    scenario = SCENARIOS[key]
    left_out = {**scenario.left_out, **{name: reason for name in scenario.ways if (reason := missing(name))}}
    found: dict[str, list[Result]] = {name: [] for name in scenario.ways if name not in left_out}
    for _ in range(scenario.rounds or rounds):
        for name, results in found.items():
            if not results or ("problem" not in results[-1] and results[-1]["wall_s"] < _SLOW_S):
                results.append(ask(scenario, name, port))
                print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    figures = {name: combined(results) for name, results in found.items()}
    for name, floor in scenario.floors.items():
        walls = [figures[way].get("wall_s", 0.0) for way in floor] if isinstance(floor, tuple) else [floor]
        figures[name] = {"wall_s": max(walls)}
    if bares := [result["bare"] for result in found["rowcall"] if result.get("bare")]:
        figures["httpx get"] = combined(bares)
    return {"title": scenario.title, "figures": figures, "left_out": left_out, "bars": judged(scenario.bars, figures)}


def server_speed(port: int) -> dict[str, float]:
    """What the server gives to one raw socket: short answers a second, pages a second, and megabytes a second of these."""
    from benchmarks.ways.raw import Connection

    connection = Connection(Setting(f"http://127.0.0.1:{port}/0/v1").base_url)
    short_s, _ = timed(lambda: [connection.get(f"/threads/{name}") for name in SINGLE])
    sizes: list[int] = []
    pages_s, _ = timed(lambda: sizes.extend(len(page) for page in connection.pages(LONG)))
    return {"short_per_s": len(SINGLE) / short_s, "pages_per_s": PAGES[LONG] / pages_s, "mb_per_s": sum(sizes) / pages_s / 1e6}


def machine() -> dict[str, Any]:
    """Where the figures are from."""
    import duckdb

    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cpus": cpus, "python": platform.python_version(), "duckdb": duckdb.__version__, "system": platform.platform()}


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", metavar="a,d", help=f"scenarios, of {', '.join(LETTERS)}; b is both of its kind")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is asked (default 3)")
    parser.add_argument(
        "--json", type=Path, default=ROOT / "build" / "bench.json", metavar="FILE", help="where the figures go (default build/bench.json)"
    )
    parser.add_argument("--write-docs", action="store_true", help="put the tables into docs/performance.md")
    return parser.parse_args(given)


def main() -> None:
    arguments = _arguments()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start compiles anew what is loaded
    if hasattr(os, "sched_setaffinity"):  # figures of two cores, whatever the machine has
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    only = tuple(arguments.only.split(",")) if arguments.only else LETTERS
    chosen = [key for key in LETTERS if key in only or key[0] in only]
    results: dict[str, Any] = {"machine": machine(), "scenarios": {}}
    started = time.monotonic()
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    with server() as port:
        results["server"] = server_speed(port)
        print(report.server_line(results["server"]))
        for key in chosen:
            if key in {"planning", "completing", "documents"}:
                importlib.import_module(f"benchmarks.{key}").report(arguments.rounds)
                continue
            if key == "stages":
                from benchmarks import stages

                stages.report(port, arguments.rounds)
                continue
            found = startup.run(port, arguments.rounds) if key == "g" else run(key, port, arguments.rounds)
            print(f"\n{report.table(key, found)}", flush=True)
            results["scenarios"][key] = found
            results["took_s"] = time.monotonic() - started
            arguments.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    if arguments.write_docs:
        report.write_docs(ROOT / "docs" / "performance.md", results)


if __name__ == "__main__":
    main()
