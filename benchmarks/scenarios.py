"""What is asked, who asks, and how good rowcall means to be: three tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from benchmarks.data import HUGE, LONG, PAGES, SINGLE, SMALL, THREADS, Answer, by_assistant_and_model, by_model, created, model, run_id


@dataclass(frozen=True, slots=True)
class Way:
    """Somebody who asks."""

    module: str
    """In `benchmarks/ways`."""
    kind: str = "Way"
    environment: str = ""
    """Which of the rivals' environments; rowcall's own without."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings of a variant."""


WAYS: Mapping[str, Way] = {
    "rowcall": Way("rowcall_sql"),
    "rowcall, curl": Way("rowcall_sql", options={"transport": "curl"}),
    "rowcall, journal in memory": Way("rowcall_sql", options={"journal": ":memory:"}),
    "sockets": Way("raw", "Sockets"),
    "DuckDB": Way("raw", "DuckDB"),
    "sockets + DuckDB": Way("raw", "Both"),
    "httpx + orjson + pandas": Way("httpx_pandas", environment="httpx"),
    "openai SDK + pandas": Way("openai_sdk", environment="openai"),
    "dlt": Way("dlt_pipeline", environment="dlt"),
    "dbfy": Way("dbfy_sql", environment="dbfy"),
    "DuckDB httpfs": Way("httpfs_sql", environment="httpfs"),
    "shillelagh": Way("shillelagh_sql", environment="shillelagh"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure of one way is to reach, alone, or as a ratio to that of another."""

    way: str
    figure: str = "wall_s"
    most: float | None = None
    least: float | None = None
    of: str | None = None
    """For `most`: this way's figure over that one's. For `least`: that one's over this way's, how many times as fast."""

    @property
    def text(self) -> str:
        """What is asked for."""
        unit = {"wall_s": "time", "peak_mb": "peak MB", "requests": "requests"}[self.figure]
        if self.least is not None:
            return f"{self.way}: ≥ {self.least:g} × as fast as {self.of}"
        return f"{self.way}: {unit} ≤ {self.most:.3g}" + (f" × {self.of}" if self.of else "")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One question, and who is asked it."""

    title: str
    question: str
    """A method of the ways."""
    threads: Sequence[str]
    expected: Answer
    ways: Sequence[str]
    bars: Sequence[Bar] = ()
    delay_ms: int = 0
    in_flight: int = 16
    times: int = 1
    """How often the question is asked in one process."""
    rounds: int | None = None
    """Where that is fewer than elsewhere."""
    floors: Mapping[str, float | tuple[str, ...]] = field(default_factory=dict)
    """What figures are held against: seconds, or ways, the slowest of which counts."""
    left_out: Mapping[str, str] = field(default_factory=dict)

    def order(self, way: Way, port: int) -> dict[str, Any]:
        """What `benchmarks.measure` is told."""
        setting = {"base_url": f"http://127.0.0.1:{port}/{self.delay_ms}/v1", "in_flight": self.in_flight, "options": dict(way.options)}
        known = {"module": way.module, "kind": way.kind, "setting": setting}
        return {**known, "question": self.question, "warm": [[SMALL]], "args": [list(self.threads)], "times": self.times}


def _latency_s(threads: Sequence[str], delay_ms: int, in_flight: int) -> float:
    """What the delays alone take with so many at once; no schedule of chains is shorter."""
    pages = [PAGES[thread] for thread in threads]
    return max(ceil(sum(pages) / in_flight), *pages) * delay_ms / 1000


_LIMIT = {"limit": ("sockets", "DuckDB")}
_FLOOR = ("sockets", "DuckDB", "sockets + DuckDB")
_OURS = ("rowcall", "rowcall, curl")
_RIVALS = ("httpx + orjson + pandas", "openai SDK + pandas", "dlt", "dbfy", "DuckDB httpfs", "shillelagh")
_AS_ABOVE = "fetches and makes what it does in a, so that it takes as long"
_ONE_BY_ONE = "has no path parameters: every thread would be a table of its own"
_AT_ONCE = THREADS[:32]


def _many(in_flight: int, bar: Bar, ways: Sequence[str], left_out: Mapping[str, str]) -> Scenario:
    latency_s = _latency_s(THREADS, 50, in_flight)
    return Scenario(
        f"200 threads of 5 pages at 50 ms, {in_flight} in flight",
        "by_model",
        THREADS,
        by_model(THREADS),
        ways,
        bars=(bar,),
        delay_ms=50,
        in_flight=in_flight,
        floors={"latency": latency_s, **_LIMIT},
        left_out=left_out,
    )


SCENARIOS: Mapping[str, Scenario] = {
    "a": Scenario(
        "One chain of 1,000 pages of 100 runs, every column",
        "whole",
        (LONG,),
        by_model([LONG]),
        (*_OURS, *_FLOOR, *_RIVALS),
        bars=(
            Bar("rowcall", least=20, of="openai SDK + pandas"),
            Bar("rowcall", least=7, of="httpx + orjson + pandas"),
            Bar("rowcall", least=20, of="dlt"),
            Bar("rowcall", most=2, of="limit"),
            Bar("rowcall, curl", most=1.3, of="limit"),
            Bar("rowcall", "peak_mb", most=320),
        ),
        floors=_LIMIT,
    ),
    "b16": _many(16, Bar("rowcall", most=1.2, of="latency"), (*_OURS, *_FLOOR, *_RIVALS), {}),
    "b64": _many(
        64,
        Bar("rowcall, curl", most=1.5, of="latency"),
        (*_OURS, *_FLOOR, "httpx + orjson + pandas", "dbfy", "DuckDB httpfs"),
        dict.fromkeys(("openai SDK + pandas", "dlt", "shillelagh"), "is busy all the time with 16 in flight"),
    ),
    "c": Scenario(
        "The same chain, three columns with an aggregate",
        "by_assistant_and_model",
        (LONG,),
        by_assistant_and_model([LONG]),
        (*_OURS, *_FLOOR, "httpx + orjson + pandas", "dbfy", "DuckDB httpfs"),
        bars=(Bar("rowcall, curl", most=2.5, of="limit"), Bar("rowcall", "peak_mb", most=120)),
        floors=_LIMIT,
        left_out=dict.fromkeys(("openai SDK + pandas", "dlt", "shillelagh"), _AS_ABOVE),
    ),
    "d": Scenario(
        "LIMIT 10",
        "first_ten",
        (LONG,),
        sorted([run_id(LONG, number), model(number)] for number in range(10)),
        (*_OURS, *_RIVALS),
        bars=(Bar("rowcall", "requests", most=1), Bar("rowcall", most=1.3, of="httpx get")),
        times=11,
    ),
    "e": Scenario(
        "10,000 dependent gets at 5 ms, 16 in flight",
        "gets",
        SINGLE,
        created(),
        (*_OURS, "sockets", "httpx + orjson + pandas", "openai SDK + pandas", "DuckDB httpfs"),
        # 0.9 of its speed.
        bars=(Bar("rowcall", most=1 / 0.9, of="httpx + orjson + pandas"),),
        delay_ms=5,
        floors={"latency": ceil(len(SINGLE) / 16) * 0.005},
        left_out={
            "dlt": "is busy all the time in b, at a tenth of the requests",
            "dbfy": _ONE_BY_ONE,
            "shillelagh": "asks three times for each, one after the other",
        },
    ),
    "f": Scenario(
        "1 million rows, an aggregate: memory",
        "by_model",
        (HUGE,),
        by_model([HUGE]),
        (*_OURS, "sockets + DuckDB", "httpx + orjson + pandas"),
        bars=(Bar("rowcall", "peak_mb", most=150),),
        rounds=1,
        left_out=dict.fromkeys(_RIVALS[1:], "takes ten times as long as in a"),
    ),
    "h": Scenario(
        "32 statements at once in one process, a chain of 5 pages at 50 ms each",
        "at_once",
        _AT_ONCE,
        [by_model([thread]) for thread in _AT_ONCE],
        (*_OURS, *(name for name in _RIVALS if name != "dlt")),
        delay_ms=50,
        in_flight=32,
        floors={"latency": _latency_s(_AT_ONCE, 50, 32)},
        left_out={"dlt": "a pipeline is one at a time in a process"},
    ),
    "i": Scenario(
        "10,000 changes at 5 ms, 16 in flight, each noted before it goes out and after",
        "changes",
        SINGLE,
        created(),
        ("rowcall", "rowcall, journal in memory", "httpx + orjson + pandas"),
        bars=(Bar("rowcall", most=2, of="httpx + orjson + pandas"),),
        delay_ms=5,
        floors={"latency": ceil(len(SINGLE) / 16) * 0.005},
        left_out={"openai SDK + pandas": "sends what httpx sends, and costs what it does in e"}
        | dict.fromkeys(_RIVALS[2:], "does not write"),
    ),
}
"""By letter; `g` is in `startup.py`."""


# --- starting up

_SELECT = f"SELECT id, model FROM openai.assistants.runs WHERE thread_id = '{LONG}' LIMIT 10"
_URL = f"/threads/{LONG}/runs"


@dataclass(frozen=True, slots=True)
class Command:
    """A command line; `environment` as of a way."""

    arguments: Sequence[str]
    environment: str = ""


def _python(code: str, environment: str = "") -> Command:
    return Command(("{python}", "-c", code), environment)


COMMANDS: Mapping[str, Command] = {
    'rowcall query "SELECT 1"': Command(("{rowcall}", "query", "SELECT 1")),
    "python and duckdb": _python("import duckdb; duckdb.sql('SELECT 1').show()"),
    "first API query": Command(("{rowcall}", "query", _SELECT)),
    "the same, httpx + pandas": _python(
        f"import os, httpx, pandas as pd; print(pd.DataFrame(httpx.get(os.environ['OPENAI_BASE_URL'] + '{_URL}?limit=10').json()['data'])[['id', 'model']])",
        "httpx",
    ),
    "the same, openai SDK + pandas": _python(
        f"import openai, pandas as pd; print(pd.DataFrame([(r.id, r.model) for r in openai.OpenAI().beta.threads.runs.list('{LONG}', limit=10).data]))",
        "openai",
    ),
}
STARTUP_BARS = (
    Bar('rowcall query "SELECT 1"', most=1.3, of="python and duckdb"),
    Bar("first API query", most=3, of="python and duckdb"),
)
