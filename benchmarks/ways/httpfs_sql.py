"""DuckDB's own reading over HTTP: `read_json` of a URL for each page, and the cursor followed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

import duckdb
from benchmarks.data import PAGE, Answer, Setting

RECORD = {
    **dict.fromkeys("id object assistant_id thread_id status model instructions reasoning_effort".split(), "VARCHAR"),
    **dict.fromkeys("created_at started_at expires_at cancelled_at failed_at completed_at".split(), "BIGINT"),
    **dict.fromkeys("max_completion_tokens max_prompt_tokens".split(), "BIGINT"),
    **dict.fromkeys(
        "required_action last_error tool_resources metadata incomplete_details response_format tool_choice tools".split(), "JSON"
    ),
    **dict.fromkeys("temperature top_p".split(), "DOUBLE"),
    "parallel_tool_calls": "BOOLEAN",
    "truncation_strategy": "STRUCT(type VARCHAR, last_messages BIGINT)",
    "usage": "STRUCT(prompt_tokens BIGINT, completion_tokens BIGINT, total_tokens BIGINT)",
}
USED = {"assistant_id": "VARCHAR", "model": "VARCHAR", "usage": "STRUCT(total_tokens BIGINT)"}


class Way:
    def __init__(self, setting: Setting) -> None:
        self._base_url = setting.base_url
        self._pool = ThreadPoolExecutor(setting.in_flight)
        self._own = duckdb.connect()
        extension = files("duckdb_extension_httpfs") / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"
        # One request for a page in place of HEAD and then GET, over connections that are kept.
        self._own.execute(f"LOAD '{extension}'; SET GLOBAL force_download = true; SET GLOBAL httpfs_connection_caching = true")

    def _fetch(self, thread: str, record: dict[str, str], table: str) -> None:
        """Inserts the pages of a chain."""
        types = {"last_id": "VARCHAR", "has_more": "BOOLEAN", "data": f"{_struct(record)}[]"}
        own, after, more = self._own.cursor(), "", True
        while more:
            source = f"read_json($1, columns = {types})"
            sql = f"INSERT INTO {table} SELECT data, last_id, has_more FROM {source} RETURNING last_id, has_more"
            ((last, more),) = own.execute(sql, [f"{self._base_url}/threads/{thread}/runs?limit={PAGE}{after}"]).fetchall()
            after = f"&after={last}"

    def _fetched(self, threads: Sequence[str], record: dict[str, str], table: str = "pages") -> str:
        """A subquery with the runs of all threads."""
        self._own.execute(f"CREATE OR REPLACE TABLE {table} (data {_struct(record)}[], last_id VARCHAR, has_more BOOLEAN)")
        list(self._pool.map(lambda thread: self._fetch(thread, record, table), threads))
        return f"(SELECT r.* FROM (SELECT unnest(data) AS r FROM {table}))"

    def whole(self, threads: Sequence[str]) -> Answer:
        self._own.execute(f"CREATE OR REPLACE TABLE runs AS FROM {self._fetched(threads, RECORD)}")
        return self._rows("SELECT model, sum(usage.total_tokens)::BIGINT FROM runs GROUP BY model")

    def by_model(self, threads: Sequence[str]) -> Answer:
        return self._rows(f"SELECT model, sum(usage.total_tokens)::BIGINT FROM {self._fetched(threads, USED)} GROUP BY model")

    def by_assistant_and_model(self, threads: Sequence[str]) -> Answer:
        return self._rows(f"SELECT assistant_id, model, sum(usage.total_tokens)::BIGINT FROM {self._fetched(threads, USED)} GROUP BY ALL")

    def first_ten(self, threads: Sequence[str]) -> Answer:
        source = f"read_json('{self._base_url}/threads/{threads[0]}/runs?limit=10', columns = {{'data': '{_struct(USED | {'id': 'VARCHAR'})}[]'}})"
        return self._rows(f"SELECT r.id, r.model FROM (SELECT unnest(data) AS r FROM {source}) LIMIT 10")

    def gets(self, threads: Sequence[str]) -> Answer:
        urls = [f"{self._base_url}/threads/{thread}" for thread in threads]
        own = self._own.cursor()
        own.execute("SET threads = 16")  # each waits for one file
        sql = "SELECT count(*), sum(created_at)::BIGINT FROM read_json($1, columns = {id: 'VARCHAR', created_at: 'BIGINT'})"
        return sorted(list(row) for row in own.execute(sql, [urls]).fetchall())

    def at_once(self, threads: Sequence[str]) -> Answer:
        def one(thread: str) -> Answer:
            self._own.cursor().execute(f"CREATE OR REPLACE TABLE {thread} (data {_struct(USED)}[], last_id VARCHAR, has_more BOOLEAN)")
            self._fetch(thread, USED, thread)
            return self._rows(
                f"SELECT r.model, sum(r.usage.total_tokens)::BIGINT FROM (SELECT unnest(data) AS r FROM {thread}) GROUP BY ALL"
            )

        return list(self._pool.map(one, threads))

    def _rows(self, sql: str) -> Answer:
        return sorted(list(row) for row in self._own.cursor().execute(sql).fetchall())


def _struct(fields: dict[str, Any]) -> str:
    return "STRUCT(" + ", ".join(f'"{name}" {type_}' for name, type_ in fields.items()) + ")"
