"""Figures in words: medians, bars, and tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.scenarios import Bar

Result = dict[str, Any]
"""Figures by name; `problem` where there is one."""
_BEGIN, _END = "<!-- figures: written by make bench ARGS=--write-docs -->", "<!-- end of figures -->"


def combined(results: Sequence[Result]) -> Result:
    """The medians of several rounds; the last problem, if there was one, beside what figures there are."""
    whole = [result for result in results if "wall_s" in result]
    problems = [{"problem": result["problem"]} for result in results if "problem" in result]
    last = problems[-1] if problems else {}
    if not whole:
        return last
    medians = {
        name: statistics.median(result[name] for result in whole) for name, value in whole[0].items() if isinstance(value, int | float)
    }
    return {**medians, "rounds": len(whole), **last}


def judged(bars: Iterable[Bar], figures: Mapping[str, Result]) -> list[dict[str, Any]]:
    """What each bar asks for, what there is, and whether that reaches it; None where a figure lacks. `cpu` is the same ratio of CPU time."""
    return [
        {
            "bar": bar.text,
            "value": (value := _value(bar, figures, bar.figure)),
            "cpu": _value(bar, figures, "cpu_s") if bar.of else None,
            "reached": _reaches(bar, value),
        }
        for bar in bars
    ]


def _value(bar: Bar, figures: Mapping[str, Result], figure: str) -> float | None:
    own = figures.get(bar.way, {}).get(figure)
    other = figures.get(bar.of, {}).get(figure) if bar.of else 1.0
    if not own or not other:
        return None
    return float(other / own if bar.least is not None else own / other)


def _reaches(bar: Bar, value: float | None) -> bool | None:
    if value is None:
        return None
    return value >= bar.least if bar.least is not None else bar.most is not None and value <= bar.most


def server_line(speed: Mapping[str, float]) -> str:
    """How fast the server is."""
    return (
        f"The server gives one raw socket {speed['short_per_s']:,.0f} short answers a second, or {speed['pages_per_s']:,.0f} pages,"
        f" which are {speed['mb_per_s']:,.0f} MB."
    )


def table(key: str, found: Mapping[str, Any]) -> str:
    """A scenario's figures, the bars below them, and who was left out."""
    figures: Mapping[str, Result] = found["figures"]
    base = next(iter(figures.values())).get("wall_s")
    lines = [f"{key}  {found['title']}", f"   {'':34}{'wall':>10}{'ratio':>8}{'CPU':>10}{'peak':>9}{'requests':>10}"]
    lines += [f"   {name:34}{_columns(result, base)}".rstrip() for name, result in figures.items()]
    lines += [f"   {_mark(bar['reached'])} {bar['bar']}{_is(bar)}" for bar in found["bars"]]
    lines += [f"   left out: {name}: {reason}" for name, reason in found["left_out"].items()]
    return "\n".join(lines)


def _columns(result: Result, base: float | None) -> str:
    wall_s, cpu_s, peak = result.get("wall_s"), result.get("cpu_s"), result.get("peak_mb")
    wall = "" if wall_s is None else f"{wall_s * 1000:.1f} ms" if wall_s < 1 else f"{wall_s:.2f} s"
    ratio = f"{wall_s / base:.2f}" if wall_s and base else ""
    cpu = "" if cpu_s is None else f"{cpu_s * 1000:.1f} ms" if cpu_s < 1 else f"{cpu_s:.2f} s"
    memory = "" if peak is None else f"{peak:,.0f} MB"
    requests = f"{result['requests']:,.0f}" if "requests" in result else ""
    return f"{wall:>10}{ratio:>8}{cpu:>10}{memory:>9}{requests:>10}  {result.get('problem', '')}"


def _mark(reached: bool | None) -> str:
    return {True: "reached    ", False: "NOT reached", None: "not known  "}[reached]


def _is(bar: Mapping[str, Any]) -> str:
    value, cpu = (
        None if number is None else f"{number:.3g}" if number < 100 else f"{number:,.0f}" for number in (bar["value"], bar["cpu"])
    )
    return "" if value is None else f"; it is {value}" + (f", of CPU time {cpu}" if cpu else "")


def write_docs(path: Path, results: Mapping[str, Any]) -> None:
    """Replaces what stands between the markers of a document. Raises ValueError where it has none."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{path} has not the lines {_BEGIN!r} and {_END!r}.")
    tables = "\n\n".join(table(key, found) for key, found in results["scenarios"].items())
    path.write_text(f"{before}{begin}\n\n{server_line(results['server'])}\n\n```text\n{tables}\n```\n\n{end}{after}", encoding="utf-8")
