"""The ways to the same answer: tokens by model over all runs of some threads. Each takes a base URL and thread ids."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

Answer = dict[str, int]
KEY = "made-up"


def rowcall_sql(base_url: str, threads: Sequence[str], transport: str = "httpx") -> Callable[[], Answer]:
    """One statement."""
    import rowcall

    db = rowcall.connect(providers={"openai": {"base_url": base_url, "api_key": KEY, "transport": transport}})
    marks = ", ".join("?" for _ in threads)
    sql = f"SELECT model, sum(usage.total_tokens)::BIGINT FROM openai.assistants.runs WHERE thread_id IN ({marks}) GROUP BY model"
    return lambda: dict(db.sql(sql, list(threads)).fetchall())


def sdk_pandas(base_url: str, threads: Sequence[str]) -> Callable[[], Answer]:
    """The official SDK, page after page, into a data frame."""
    import openai
    import pandas as pd

    client = openai.OpenAI(base_url=base_url, api_key=KEY)

    def answer() -> Answer:
        rows = [run.model_dump() for thread in threads for run in client.beta.threads.runs.list(thread, limit=100)]
        frame = pd.json_normalize(rows)
        return _plain(frame.groupby("model")["usage.total_tokens"].sum())

    return answer


def httpx_pandas(base_url: str, threads: Sequence[str]) -> Callable[[], Answer]:
    """A loop over httpx, JSON and a data frame: what one writes by hand."""
    import httpx
    import pandas as pd

    client = httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "assistants=v2"})

    def answer() -> Answer:
        rows: list[dict[str, Any]] = []
        for thread in threads:
            query: dict[str, Any] = {"limit": 100}
            while True:
                page = client.get(f"/threads/{thread}/runs", params=query).json()
                rows += page["data"]
                if not page["has_more"]:
                    break
                query["after"] = page["last_id"]
        frame = pd.json_normalize(rows)
        return _plain(frame.groupby("model")["usage.total_tokens"].sum())

    return answer


def _plain(series: Any) -> Answer:
    return {str(name): int(value) for name, value in series.items()}


WAYS: dict[str, Callable[[str, Sequence[str]], Callable[[], Answer]]] = {
    "rowcall": rowcall_sql,
    "rowcall, curl": functools.partial(rowcall_sql, transport="curl"),
    "httpx + pandas": httpx_pandas,
    "openai SDK + pandas": sdk_pandas,
}
