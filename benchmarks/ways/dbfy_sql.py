"""dbfy: SQL over a REST source that a configuration describes. It has no path parameters, so that each thread is a table of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dbfy  # type: ignore[import-not-found]
from benchmarks.data import PAGE, Answer, Setting

TYPES = {
    **dict.fromkeys("id object assistant_id thread_id status model instructions reasoning_effort".split(), "string"),
    **dict.fromkeys("created_at started_at expires_at cancelled_at failed_at completed_at".split(), "int64"),
    **dict.fromkeys("max_completion_tokens max_prompt_tokens".split(), "int64"),
    **dict.fromkeys("required_action last_error tools tool_resources metadata truncation_strategy incomplete_details".split(), "json"),
    **dict.fromkeys("response_format tool_choice usage".split(), "json"),
    **dict.fromkeys("temperature top_p".split(), "float64"),
    "parallel_tool_calls": "boolean",
}
COLUMNS = {
    **{name: {"path": f"$.{name}", "type": type_} for name, type_ in TYPES.items()},
    "total_tokens": {"path": "$.usage.total_tokens", "type": "int64"},
}


class Way:
    def __init__(self, setting: Setting) -> None:
        self._base_url = f"{setting.base_url}/"

    def _engine(self, threads: Sequence[str], limit: int = PAGE) -> Any:
        cursor = {"type": "cursor", "cursor_param": "after", "cursor_path": "$.last_id"}
        tables = {
            thread: {
                "endpoint": {"method": "GET", "path": f"/threads/{thread}/runs?limit={limit}"},
                "root": "$.data[*]",
                "columns": COLUMNS,
                "pagination": cursor,
            }
            for thread in threads
        }
        source = {"type": "rest", "base_url": self._base_url, "runtime": {"max_pages": 100_000}, "tables": tables}
        return dbfy.Engine.from_yaml(json.dumps({"version": 1, "sources": {"api": source}}))  # JSON is YAML

    def whole(self, threads: Sequence[str]) -> Answer:
        (thread,) = threads
        runs = self._engine(threads).query(f"SELECT * FROM api.{thread}")
        sums: dict[str, int] = {}
        for batch in runs:
            for group in batch.select(["model", "total_tokens"]).to_pylist():
                sums[group["model"]] = sums.get(group["model"], 0) + group["total_tokens"]
        return sorted([*item] for item in sums.items())

    def by_model(self, threads: Sequence[str]) -> Answer:
        return self._sums(threads, "model")

    def by_assistant_and_model(self, threads: Sequence[str]) -> Answer:
        return self._sums(threads, "assistant_id, model")

    def _sums(self, threads: Sequence[str], by: str) -> Answer:
        union = " UNION ALL ".join(f"SELECT {by}, total_tokens FROM api.{thread}" for thread in threads)
        return _rows(self._engine(threads).query(f"SELECT {by}, sum(total_tokens) FROM ({union}) GROUP BY {by}"))

    def first_ten(self, threads: Sequence[str]) -> Answer:
        return _rows(self._engine(threads, limit=10).query(f"SELECT id, model FROM api.{threads[0]} LIMIT 10"))

    def at_once(self, threads: Sequence[str]) -> Answer:
        with ThreadPoolExecutor(len(threads)) as pool:
            return list(pool.map(lambda thread: self._sums([thread], "model"), threads))


def _rows(batches: Any) -> Answer:
    return sorted(list(row.values()) for batch in batches for row in batch.to_pylist())
