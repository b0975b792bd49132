"""What a page costs at each place that it passes, in one process and one thread but for DuckDB's own."""

from __future__ import annotations

import time
from collections.abc import Callable

import duckdb
import httpx
from benchmarks.data import KEY, LONG, PAGE, Setting, page
from benchmarks.ways.raw import Connection

import rowcall
from rowcall.engine.source import page_source
from rowcall.http.client import Client, Endpoint
from rowcall.http.control import Control
from rowcall.manifest.model import Column
from rowcall.plan.nodes import Protocol, Request
from rowcall.rows.decode import decode
from rowcall.rows.fit import Fitter

MANY = 200
"""How many pages are measured at once: so many that what DuckDB takes to bind a statement is nothing beside them."""
NAMED = ("model", "status", "usage")
"""What question c wants."""


def _cpu_ms(do: Callable[[], object], rounds: int) -> float:
    """The least CPU milliseconds of a page, of so many rounds of MANY, after one that is not counted."""
    took = []
    for _ in range(rounds + 1):
        started = time.process_time()
        do()
        took.append(time.process_time() - started)
    return min(took[1:]) / MANY * 1000


def _fitted(columns: dict[str, Column], pages: list[str]) -> Callable[[], object]:
    fitter = Fitter(columns, "data", extra=False)
    return lambda: [fitter.fit(each) for each in pages]


def _fetched(base_url: str) -> Callable[[], object]:
    client = Client(Endpoint(provider="openai", title="OpenAI", base_url=base_url, auth=None, key=None, key_names=()))
    path, query = f"/threads/{LONG}/runs", (("limit", str(PAGE)),)
    request = Request("openai", "openai.assistants.runs", "list_runs", "GET", path, query=query, reads=True, retriable=True)
    return lambda: [client.send(request, Protocol(rows="data"), Control()) for _ in range(MANY)]


def _decoded(columns: dict[str, Column], pages: list[str]) -> Callable[[], object]:
    con = duckdb.connect()
    sql = decode(columns, "data", "pages")
    pages_ = [(each, "{}") for each in pages]

    def run() -> None:
        pages = page_source(pages_)  # noqa: F841 - found by DuckDB, by its name
        con.sql(f"FROM {sql}").materialize()

    return run


def report(port: int, rounds: int) -> None:
    """Prints a line for each place."""
    base_url = Setting(f"http://127.0.0.1:{port}/0/v1").base_url
    connection, client = Connection(base_url), httpx.Client(headers={"Authorization": f"Bearer {KEY}"})
    targets = [f"/threads/{LONG}/runs?limit={PAGE}"] * MANY
    texts = [page(LONG, number * PAGE).decode() for number in range(MANY)]
    ref = rowcall.connect().catalog.resolve(["openai", "assistants", "runs"])
    every = dict(ref.resource.columns)
    few = {name: every[name] for name in NAMED}
    stages = {
        "a raw socket": lambda: [connection.get(target) for target in targets],
        "httpx.Client.get": lambda: [client.get(base_url + target).content for target in targets],
        "fetching by rowcall": _fetched(base_url),
        f"checking the values of {len(every)} columns": _fitted(every, texts),
        f"checking the values of {len(few)} columns": _fitted(few, texts),
        f"DuckDB decoding {len(every)} columns, rows kept": _decoded(every, texts),
        f"DuckDB decoding {len(few)} columns, rows kept": _decoded(few, texts),
    }
    print(f"a page of {PAGE} runs, {len(texts[0].encode()) / 1000:.0f} KB, the least of {rounds} rounds, in ms of CPU time")
    for name, do in stages.items():
        print(f"  {name:44}{_cpu_ms(do, rounds):8.2f}")
