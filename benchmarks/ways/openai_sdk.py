"""The API's own client, which makes an object of every run; a data frame of all; and as many threads as may have a request in flight."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pandas as pd
from benchmarks.data import KEY, PAGE, Answer, Setting
from benchmarks.ways.frames import sums

warnings.simplefilter("ignore")  # it says at each call that its Assistants API is deprecated


class Way:
    def __init__(self, setting: Setting) -> None:
        self._threads = openai.OpenAI(base_url=setting.base_url, api_key=KEY).beta.threads
        self._runs = self._threads.runs
        self._pool = ThreadPoolExecutor(setting.in_flight)

    def _thread(self, thread: str) -> list[Any]:
        return list(self._runs.list(thread, limit=PAGE))

    def whole(self, threads: Sequence[str]) -> Answer:
        frame = pd.json_normalize([run.model_dump() for thread in threads for run in self._thread(thread)])
        return sums(frame.rename(columns={"usage.total_tokens": "tokens"}), "model")

    def by_model(self, threads: Sequence[str]) -> Answer:
        return sums(self._frame(threads), "model")

    def by_assistant_and_model(self, threads: Sequence[str]) -> Answer:
        return sums(self._frame(threads), "assistant_id", "model")

    def _frame(self, threads: Sequence[str]) -> pd.DataFrame:
        """The three fields that are asked for, each page's other objects let go."""

        def picked(thread: str) -> list[tuple[Any, ...]]:
            return [(run.assistant_id, run.model, _tokens(run)) for run in self._runs.list(thread, limit=PAGE)]

        rows = [row for rows in self._pool.map(picked, threads) for row in rows]
        return pd.DataFrame(rows, columns=["assistant_id", "model", "tokens"])

    def first_ten(self, threads: Sequence[str]) -> Answer:
        frame = pd.DataFrame([(run.id, run.model) for run in self._runs.list(threads[0], limit=10).data], columns=["id", "model"])
        return sorted(frame.to_numpy().tolist())

    def gets(self, threads: Sequence[str]) -> Answer:
        frame = pd.DataFrame([thread.model_dump() for thread in self._pool.map(self._threads.retrieve, threads)])
        return [[len(frame), int(frame["created_at"].sum())]]

    def at_once(self, threads: Sequence[str]) -> Answer:
        with ThreadPoolExecutor(len(threads)) as pool:
            return list(pool.map(lambda thread: self.by_model([thread]), threads))


def _tokens(run: Any) -> int:
    """What a run used; none has none here."""
    return int(run.usage.total_tokens)
