"""One way asks one question, in a process of its own: `python -m benchmarks.measure`, told what to do and answering in JSON.

What a first call loads is loaded by a small question before, so that time is of the question alone; peak memory is of the whole process.
"""

from __future__ import annotations

import importlib
import json
import resource
import socket
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.data import Setting


def requests_so_far(base_url: str) -> int:
    """How many requests the server has had."""
    parts = urlsplit(base_url)
    with socket.create_connection((parts.hostname, parts.port)) as sock:
        sock.sendall(b"GET /count HTTP/1.1\r\n\r\n")
        return int(sock.recv(1000).rpartition(b"\r\n")[2])


def peak_mb() -> float:
    """The most memory that this process has had resident."""
    status = Path("/proc/self/status")
    if status.exists():  # what `getrusage` says on Linux is the parent's, where that had more
        return int(status.read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def cpu_s() -> float:
    """Of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    started, used = time.perf_counter(), cpu_s()
    ask()
    return time.perf_counter() - started, cpu_s() - used


def measure(module: str, kind: str, setting: dict[str, Any], question: str, warm: list[Any], args: list[Any], times: int) -> dict[str, Any]:
    """The figures of one way; medians where it is asked several times. `bare` is of what it asks in turns with, where there is such."""
    started = time.perf_counter()
    loaded = importlib.import_module(f"benchmarks.ways.{module}")
    import_s = time.perf_counter() - started
    way = getattr(loaded, kind)(Setting(**setting))
    ask, prepare, bare = getattr(way, question), getattr(way, "prepare", None), getattr(way, "bare", None) if times > 1 else None
    for values, is_asked in ((warm, True), (args, False)):
        if prepare is not None:
            prepare(*values)
        if is_asked:
            ask(*values)
    answers: list[Any] = []
    before = requests_so_far(setting["base_url"])
    figures = [timed(lambda: answers.append(ask(*args)))]
    requests = requests_so_far(setting["base_url"]) - before
    bares: list[tuple[float, float]] = []
    for _ in range(times - 1):
        figures.append(timed(lambda: answers.append(ask(*args))))
        if bare is not None:
            bares.append(timed(lambda: bare(*args)))
    other = {"peak_mb": peak_mb(), "import_s": import_s, "requests": requests, "answer": answers[-1]}
    return {**_medians(figures), **other, "bare": _medians(bares) if bares else None}


def _medians(figures: list[tuple[float, float]]) -> dict[str, float]:
    return {"wall_s": statistics.median(wall for wall, _ in figures), "cpu_s": statistics.median(cpu for _, cpu in figures)}


if __name__ == "__main__":
    print(json.dumps(measure(**json.load(sys.stdin))))
