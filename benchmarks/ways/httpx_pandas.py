"""What one writes by hand: a loop over httpx, orjson, a data frame, and as many threads as may have a request in flight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import orjson  # type: ignore[import-not-found]
import pandas as pd
from benchmarks.data import KEY, PAGE, Answer, Setting
from benchmarks.ways.frames import sums


class Way:
    def __init__(self, setting: Setting) -> None:
        most = httpx.Limits(max_connections=setting.in_flight, max_keepalive_connections=setting.in_flight)
        self._http = httpx.Client(headers={"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "assistants=v2"}, limits=most, timeout=60)
        self._base_url = setting.base_url
        self._pool = ThreadPoolExecutor(setting.in_flight)

    def _get(self, path: str, query: dict[str, str] | None = None) -> Any:
        return orjson.loads(self._http.get(f"{self._base_url}/threads/{path}", params=query).raise_for_status().content)

    def _pages(self, thread: str) -> Iterator[list[dict[str, Any]]]:
        query = {"limit": str(PAGE)}
        while True:
            page = self._get(f"{thread}/runs", query)
            yield page["data"]
            if not page["has_more"]:
                return
            query["after"] = page["last_id"]

    def whole(self, threads: Sequence[str]) -> Answer:
        frame = pd.json_normalize([run for thread in threads for page in self._pages(thread) for run in page])
        return sums(frame.rename(columns={"usage.total_tokens": "tokens"}), "model")

    def by_model(self, threads: Sequence[str]) -> Answer:
        return sums(self._frame(threads), "model")

    def by_assistant_and_model(self, threads: Sequence[str]) -> Answer:
        return sums(self._frame(threads), "assistant_id", "model")

    def _frame(self, threads: Sequence[str]) -> pd.DataFrame:
        """The three fields that are asked for, the rest of each page let go."""

        def picked(thread: str) -> list[tuple[Any, ...]]:
            return [(run["assistant_id"], run["model"], run["usage"]["total_tokens"]) for page in self._pages(thread) for run in page]

        rows = [row for rows in self._pool.map(picked, threads) for row in rows]
        return pd.DataFrame(rows, columns=["assistant_id", "model", "tokens"])

    def first_ten(self, threads: Sequence[str]) -> Answer:
        return sorted(pd.DataFrame(self._get(f"{threads[0]}/runs", {"limit": "10"})["data"])[["id", "model"]].to_numpy().tolist())

    def gets(self, threads: Sequence[str]) -> Answer:
        frame = pd.DataFrame(list(self._pool.map(self._get, threads)))
        return [[len(frame), int(frame["created_at"].sum())]]

    def changes(self, threads: Sequence[str]) -> Answer:
        frame = pd.DataFrame(list(self._pool.map(self._change, threads)))
        return [[len(frame), int(frame["created_at"].sum())]]

    def _change(self, thread: str) -> Any:
        body = {"metadata": {"seen": "yes"}}
        return orjson.loads(self._http.post(f"{self._base_url}/threads/{thread}", json=body).raise_for_status().content)

    def at_once(self, threads: Sequence[str]) -> Answer:
        with ThreadPoolExecutor(len(threads)) as pool:
            return list(pool.map(lambda thread: self.by_model([thread]), threads))
