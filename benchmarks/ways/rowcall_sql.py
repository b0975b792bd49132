"""rowcall: one statement."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb
import httpx
from benchmarks.data import KEY, Answer, Setting

import rowcall

RUNS = "openai.assistants.runs"


class Way:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._folder = tempfile.TemporaryDirectory()  # which ends with this
        self._own = duckdb.connect()
        self._db = self._session(self._own)

    @functools.cached_property
    def _http(self) -> httpx.Client:
        """Made where it is asked, for it takes memory that rowcall itself does not."""
        return httpx.Client(headers={"Authorization": f"Bearer {KEY}"})

    def _session(self, con: duckdb.DuckDBPyConnection) -> rowcall.Session:
        setting = self._setting
        options = {"base_url": setting.base_url, "api_key": KEY, "max_in_flight": setting.in_flight, **setting.options}
        journal = options.pop("journal", f"{self._folder.name}/journal.sqlite")
        return rowcall.connect(con, providers={"openai": options}, max_requests=None, max_write_rows=None, journal=journal)

    def whole(self, threads: Sequence[str]) -> Answer:
        runs = self._db.sql(f"SELECT * FROM {RUNS} WHERE thread_id IN ({_marks(threads)})", list(threads))
        return _rows(runs.aggregate("model, sum(usage.total_tokens)::BIGINT").fetchall())

    def by_model(self, threads: Sequence[str]) -> Answer:
        return _by_model(self._db, threads)

    def by_assistant_and_model(self, threads: Sequence[str]) -> Answer:
        sql = f"SELECT assistant_id, model, sum(usage.total_tokens)::BIGINT FROM {RUNS} WHERE thread_id IN ({_marks(threads)}) GROUP BY ALL"
        return _rows(self._db.sql(sql, list(threads)).fetchall())

    def first_ten(self, threads: Sequence[str]) -> Answer:
        return _rows(self._db.sql(f"SELECT id, model FROM {RUNS} WHERE thread_id = ? LIMIT 10", [threads[0]]).fetchall())

    def bare(self, threads: Sequence[str]) -> None:
        """The request of `first_ten`, by an httpx client that is kept."""
        self._http.get(f"{self._setting.base_url}/threads/{threads[0]}/runs", params={"limit": 10})

    def gets(self, threads: Sequence[str]) -> Answer:
        self._own.execute("CREATE OR REPLACE TABLE wanted AS SELECT unnest($1::VARCHAR[]) AS thread_id", [list(threads)])
        sql = "SELECT count(*), sum(t.created_at)::BIGINT FROM wanted w JOIN openai.assistants.threads t ON t.id = w.thread_id"
        return _rows(self._db.sql(sql).fetchall())

    def changes(self, threads: Sequence[str]) -> Answer:
        self._own.execute("CREATE OR REPLACE TABLE wanted AS SELECT unnest($1::VARCHAR[]) AS thread_id", [list(threads)])
        sql = "EXEC openai.assistants.threads.modify_thread FROM (SELECT thread_id, MAP {'seen': 'yes'} AS metadata FROM wanted)"
        return _rows(self._db.sql(f"{sql} RETURNING created_at").aggregate("count(*), sum(created_at)::BIGINT").fetchall())

    def at_once(self, threads: Sequence[str]) -> Answer:
        """Each statement in a session of its own, since one session is not for two threads at once."""
        with ThreadPoolExecutor(len(threads)) as pool:
            return list(pool.map(lambda thread: _by_model(self._session(duckdb.connect()), [thread]), threads))


def _by_model(db: rowcall.Session, threads: Sequence[str]) -> Answer:
    sql = f"SELECT model, sum(usage.total_tokens)::BIGINT FROM {RUNS} WHERE thread_id IN ({_marks(threads)}) GROUP BY model"
    return _rows(db.sql(sql, list(threads)).fetchall())


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" for _ in values)


def _rows(rows: Sequence[tuple[Any, ...]]) -> Answer:
    return sorted(list(row) for row in rows)
