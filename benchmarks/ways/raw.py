"""What no way that reads the same bytes can be much below: raw sockets alone, DuckDB alone over pages in memory, and the two together.

Nothing is checked, retried, or put in words. DuckDB gets pages of a type with every field that they have.
"""

from __future__ import annotations

import json
import queue
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
from benchmarks.data import BLOCK, LONG, PAGE, PAGES, Answer, Setting, page, page_from

RECORD = {
    **dict.fromkeys("id object assistant_id thread_id status model instructions reasoning_effort".split(), "VARCHAR"),
    **dict.fromkeys("created_at started_at expires_at cancelled_at failed_at completed_at".split(), "BIGINT"),
    **dict.fromkeys("max_completion_tokens max_prompt_tokens".split(), "BIGINT"),
    **dict.fromkeys("required_action last_error tool_resources metadata incomplete_details response_format tool_choice".split(), "JSON"),
    **dict.fromkeys("temperature top_p".split(), "DOUBLE"),
    "parallel_tool_calls": "BOOLEAN",
    "tools": [{"type": "VARCHAR", "function": {"name": "VARCHAR", "description": "VARCHAR", "parameters": "JSON", "strict": "BOOLEAN"}}],
    "truncation_strategy": {"type": "VARCHAR", "last_messages": "BIGINT"},
    "usage": dict.fromkeys("prompt_tokens completion_tokens total_tokens".split(), "BIGINT"),
}
PAGES_A_BATCH = 5
"""Of one, 5, 20, 50 and 1,000 this is what DuckDB decodes fastest, in two threads."""
_BUFFER = 1 << 20
_LENGTH = re.compile(rb"content-length: (\d+)")
_LAST = re.compile(rb'"last_id": "([^"]+)", "has_more": true')
_SCHEMA = pa.schema({"page": pa.string()})
_END = None


class Connection:
    """One socket that is kept, and the buffer it is read into."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._path = parts.path
        self._socket = socket.create_connection((parts.hostname, parts.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)

    def get(self, target: str) -> bytes:
        """The body of an answer."""
        self._socket.sendall(f"GET {self._path}{target} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        have = self._socket.recv_into(self._buffer)
        start = self._buffer.index(b"\r\n\r\n", 0, have) + 4
        length = _LENGTH.search(self._view[:start])
        assert length is not None
        end = start + int(length[1])
        while have < end:
            have += self._socket.recv_into(self._view[have:])
        return bytes(self._view[start:end])

    def pages(self, thread: str) -> Iterator[bytes]:
        """The pages of a chain."""
        after = ""
        while True:
            body = self.get(f"/threads/{thread}/runs?limit=100{after}")
            yield body
            last = _LAST.search(body, len(body) - 100)
            if last is None:
                return
            after = f"&after={last[1].decode()}"


class Sockets:
    """Fetches, in as many threads as may have a request in flight, and looks at nothing but the cursor."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(setting.in_flight)

    def _connection(self) -> Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = Connection(self._setting.base_url)
        connection: Connection = self._local.connection
        return connection

    def pages(self, threads: Sequence[str]) -> Iterator[bytes]:
        """The pages of all threads, as they come; of one thread, when they are asked for."""
        if len(threads) == 1:
            return self._connection().pages(threads[0])
        return self._as_they_come(lambda thread: self._connection().pages(thread), threads)

    def _as_they_come(self, call: Callable[[str], Iterable[bytes]], values: Sequence[str]) -> Iterator[bytes]:
        found: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

        def fetch(value: str) -> None:
            for body in call(value):
                found.put(body)
            found.put(_END)

        for value in values:
            self._pool.submit(fetch, value)
        left = len(values)
        while left:
            body = found.get()
            if body is _END:
                left -= 1
            else:
                yield body

    def whole(self, threads: Sequence[str]) -> None:
        for _ in self.pages(threads):
            pass

    by_model = by_assistant_and_model = whole

    def gets(self, threads: Sequence[str]) -> None:
        for _ in self._as_they_come(lambda thread: (self._connection().get(f"/threads/{thread}"),), threads):
            pass


class DuckDB:
    """Decodes; `_bodies` says what."""

    def __init__(self, setting: Setting) -> None:
        self._own = duckdb.connect()
        self._block = [page(LONG, number * PAGE) for number in range(BLOCK)] if type(self) is DuckDB else []
        del setting

    def _bodies(self, threads: Sequence[str]) -> Iterator[bytes]:
        return (page_from(self._block, thread, number) for thread in threads for number in range(PAGES[thread]))

    def prepare(self, threads: Sequence[str]) -> None:
        """Makes the pages, which is not timed."""
        self._table = pa.Table.from_batches(_batches(self._bodies(threads)))

    def _source(self, threads: Sequence[str]) -> Any:
        del threads
        return self._table

    def whole(self, threads: Sequence[str]) -> Answer:
        pages = self._source(threads)  # noqa: F841 - DuckDB finds it by its name
        runs = self._own.sql(f"SELECT r.* FROM ({_records(RECORD)})").materialize()
        return _rows(runs.aggregate("model, sum(usage.total_tokens)::BIGINT").fetchall())

    def by_model(self, threads: Sequence[str]) -> Answer:
        pages = self._source(threads)  # noqa: F841 - as above
        return _rows(self._own.sql(f"SELECT r.model, sum(r.usage.total_tokens)::BIGINT FROM ({_records(_USED)}) GROUP BY ALL").fetchall())

    def by_assistant_and_model(self, threads: Sequence[str]) -> Answer:
        pages = self._source(threads)  # noqa: F841 - as above
        fields = {**_USED, "assistant_id": "VARCHAR"}
        sql = f"SELECT r.assistant_id, r.model, sum(r.usage.total_tokens)::BIGINT FROM ({_records(fields)}) GROUP BY ALL"
        return _rows(self._own.sql(sql).fetchall())


class Both(DuckDB):
    """DuckDB decodes while sockets fetch."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._sockets = Sockets(setting)

    def prepare(self, threads: Sequence[str]) -> None:
        """Nothing is ready beforehand."""

    def _source(self, threads: Sequence[str]) -> Any:
        return pa.RecordBatchReader.from_batches(_SCHEMA, _batches(self._sockets.pages(threads)))


_USED = {"model": "VARCHAR", "usage": {"total_tokens": "BIGINT"}}


def _records(fields: dict[str, Any]) -> str:
    return f"SELECT unnest(from_json(page, '{json.dumps({'data': [fields]})}').data) AS r FROM pages"


def _batches(bodies: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
    while some := list(islice(bodies, PAGES_A_BATCH)):
        yield pa.record_batch([pa.array(some, pa.binary()).view(pa.string())], schema=_SCHEMA)


def _rows(rows: Sequence[tuple[Any, ...]]) -> Answer:
    return sorted(list(row) for row in rows)
