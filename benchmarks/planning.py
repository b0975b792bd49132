"""How long a statement is planned, from its text until its first request is sent, beside what DuckDB takes to plan it over a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import suppress

import duckdb
import httpx

import rowcall
from rowcall.errors import RequestError

RUNS = "openai.assistants.runs"
STATEMENTS = {
    "one thread": f"SELECT * FROM {RUNS} WHERE thread_id = 'thread_a'",
    "some columns, by the short name": "SELECT id, status FROM runs WHERE thread_id = 'thread_a'",
    "one thread, by a parameter": f"SELECT * FROM {RUNS} WHERE thread_id = $thread",
    "a join with a table": f"SELECT t.owner, count(*) FROM t JOIN {RUNS} r ON r.thread_id = t.thread_id WHERE t.owner = 'o1' GROUP BY ALL",
    "runs and their steps": (
        f"SELECT s.type FROM t JOIN {RUNS} r USING (thread_id) JOIN openai.assistants.run_steps s"
        " ON s.thread_id = r.thread_id AND s.run_id = r.id WHERE t.owner = 'o1'"
    ),
    "a CTE with its filter outside": f"WITH x AS (SELECT * FROM {RUNS}) SELECT id FROM x WHERE thread_id IN (SELECT thread_id FROM t)",
}
PARAMETERS = {"thread": "thread_a"}
LISTS = (10, 100, 1_000, 10_000)
"""How many values an IN list has."""


def statements() -> Iterator[tuple[str, str]]:
    """What is planned, by name."""
    yield from STATEMENTS.items()
    for count in LISTS:
        values = ", ".join(f"'thread_{number}'" for number in range(count))
        yield f"IN with {count:,} values", f"SELECT id FROM {RUNS} WHERE thread_id IN ({values})"


class FirstRequest(httpx.BaseTransport):
    """Notes when the first request came, and refuses all: what follows is not planning."""

    def __init__(self) -> None:
        self.at = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.at = self.at or time.process_time()
        return httpx.Response(403, request=request)


def connections() -> tuple[rowcall.Session, FirstRequest, duckdb.DuckDBPyConnection]:
    """A session, what its requests end at, and plain DuckDB with tables of the resources' columns."""
    own, plain, first = duckdb.connect(), duckdb.connect(), FirstRequest()
    for con in (own, plain):
        con.execute("CREATE TABLE t AS SELECT 'thread_' || i AS thread_id, 'o' || i % 5 AS owner FROM range(100) r(i)")
    client = httpx.Client(transport=first)
    db = rowcall.connect(own, providers={"openai": {"client": client, "api_key": "none"}}, max_requests=100_000)
    plain.execute("ATTACH ':memory:' AS openai; CREATE SCHEMA openai.assistants")
    for name in ("runs", "run_steps"):
        columns = ", ".join(f'"{column}" {type_}' for column, type_, *_ in db.sql(f"DESCRIBE openai.assistants.{name}").fetchall())
        plain.execute(f"CREATE TABLE openai.assistants.{name} ({columns})")
    plain.execute("SET search_path = 'memory.main,openai.assistants'")
    return db, first, plain


def until_sent(db: rowcall.Session, first: FirstRequest, sql: str) -> float:
    """CPU seconds from asking until the first request; nothing is waited for before."""
    first.at = 0.0
    started = time.process_time()
    with suppress(RequestError):
        db.sql(sql, _given(sql))
    return first.at - started


def until_planned(plain: duckdb.DuckDBPyConnection, sql: str) -> float:
    """CPU seconds that DuckDB takes to plan a statement."""
    started = time.process_time()
    plain.execute(f"EXPLAIN {sql}", _given(sql))
    return time.process_time() - started


def _given(sql: str) -> dict[str, str] | None:
    return PARAMETERS if "$" in sql else None


def report(rounds: int) -> None:
    """Prints a line for each statement: medians, after once that is not counted, of all in turn, so that they share what else goes on.

    A statement is another one each time where it is planned first, by a blank more, and the same one where it is planned again.
    """
    db, first, plain = connections()
    print(f"planning until the first request is sent, medians of {rounds}, in ms of CPU time")
    print(f"  {'':32}{'first':>10}{'again':>10}{'DuckDB':>10}")
    for name, sql in statements():
        found = [
            (until_sent(db, first, sql.replace(" ", " " * (2 + number), 1)), until_sent(db, first, sql), until_planned(plain, sql))
            for number in range(rounds + 1)
        ]
        medians = (statistics.median(each) * 1000 for each in zip(*found[1:], strict=True))
        print(f"  {name:32}" + "".join(f"{median:10.1f}" for median in medians))
