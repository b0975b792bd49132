"""dlt: its REST source into a DuckDB file, and SQL over that. A thread, or a run, is a child of a resource of ours that names it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "20000",
    "EXTRACT__DATA_WRITER__FILE_MAX_ITEMS": "20000",
}

import dlt  # type: ignore[import-not-found]
import duckdb
from benchmarks.data import PAGE, Answer, Setting
from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found]


class Way:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        os.environ["EXTRACT__WORKERS"] = os.environ["EXTRACT__MAX_PARALLEL_ITEMS"] = str(setting.in_flight)

    def _loaded(self, parents: list[dict[str, Any]], endpoint: dict[str, Any], sql: str) -> Answer:
        """The rows of `sql` over a table `runs` of what `endpoint` gives for each of `parents`."""
        source = rest_api_source(
            {
                "client": {"base_url": f"{self._setting.base_url}/"},
                "resources": [
                    # A list at a time is what one worker gets.
                    dlt.resource([[parent] for parent in parents], name="parents", selected=False),
                    {"name": "runs", "endpoint": endpoint, "parallelized": True, "max_table_nesting": 0},
                ],
            }
        )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "runs.duckdb"
            pipeline = dlt.pipeline("runs", pipelines_dir=folder, destination=dlt.destinations.duckdb(str(file)), dataset_name="api")
            pipeline.run(source, loader_file_format="parquet")
            with duckdb.connect(str(file)) as own:
                return sorted(list(row) for row in own.execute(sql).fetchall())

    def _chains(self, threads: Sequence[str], sql: str, **endpoint: Any) -> Answer:
        cursor = {"type": "cursor", "cursor_path": "last_id", "cursor_param": "after", "has_more_path": "has_more"}
        common = {
            "path": "threads/{resources.parents.thread}/runs",
            "params": {"limit": PAGE},
            "data_selector": "data",
            "paginator": cursor,
        }
        return self._loaded([{"thread": thread} for thread in threads], {**common, **endpoint}, sql)

    def whole(self, threads: Sequence[str]) -> Answer:
        return self._chains(threads, "SELECT model, sum((usage->>'total_tokens')::BIGINT)::BIGINT FROM api.runs GROUP BY model")

    by_model = whole

    def first_ten(self, threads: Sequence[str]) -> Answer:
        return self._chains(threads, "SELECT id, model FROM api.runs LIMIT 10", params={"limit": 10}, paginator="single_page")
