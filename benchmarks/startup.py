"""How long command lines take from nothing, and where the rivals' environments are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.data import KEY
from benchmarks.measure import timed
from benchmarks.report import Result, combined, judged
from benchmarks.scenarios import COMMANDS, STARTUP_BARS, Command

ROOT = Path(__file__).parent.parent
_TIMES = 3
"""For each round: a start is short."""


def python(environment: str) -> str:
    """The interpreter of a rival's environment, or this one."""
    return str(ROOT / f".venv-bench-{environment}" / "bin" / "python") if environment else sys.executable


def missing(environment: str) -> str | None:
    """Why an environment cannot be used; None where it can."""
    if not environment or (ROOT / f".venv-bench-{environment}" / ".ready").exists():
        return None
    reason = ROOT / f".venv-bench-{environment}" / "left-out"
    return reason.read_text(encoding="utf-8").strip() if reason.exists() else "its environment was not made: make bench"


def _start(command: Command, environ: Mapping[str, str]) -> None:
    """Starts it, and waits for its end. Raises CalledProcessError."""
    known = {"python": python(command.environment), "rowcall": str(Path(sys.executable).with_name("rowcall"))}
    arguments = [known.get(part.strip("{}"), part) for part in command.arguments]
    subprocess.run(arguments, check=True, capture_output=True, env=environ, cwd=ROOT)


def run(port: int, rounds: int) -> dict[str, Any]:
    """The figures of scenario g, its command lines in turns, each once before that is not counted."""
    environ = {**os.environ, "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/0/v1", "OPENAI_API_KEY": KEY, "PYTHONWARNINGS": "ignore"}
    left_out = {name: reason for name, command in COMMANDS.items() if (reason := missing(command.environment))}
    found: dict[str, list[Result]] = {name: [] for name in COMMANDS if name not in left_out}
    for round_ in range(rounds * _TIMES + 1):
        for name, results in found.items():
            wall_s, used_s = timed(partial(_start, COMMANDS[name], environ))
            if round_:
                results.append({"wall_s": wall_s, "cpu_s": used_s})
    figures = {name: combined(results) for name, results in found.items()}
    return {"title": "Starting up", "figures": figures, "left_out": left_out, "bars": judged(STARTUP_BARS, figures)}
