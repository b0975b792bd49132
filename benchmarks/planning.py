"""How long a statement is planned, from its text to the requests that it would send, beside what DuckDB takes to bind it over a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

import duckdb

import rowcall

RUNS = "openai.assistants.runs"
STATEMENTS = {
    "one thread": f"SELECT * FROM {RUNS} WHERE thread_id = 'thread_a'",
    "a join with a table": f"SELECT t.owner, count(*) FROM t JOIN {RUNS} r ON r.thread_id = t.thread_id WHERE t.owner = 'o1' GROUP BY ALL",
    "runs and their steps": (
        f"SELECT s.type FROM t JOIN {RUNS} r USING (thread_id) JOIN openai.assistants.run_steps s"
        " ON s.thread_id = r.thread_id AND s.run_id = r.id WHERE t.owner = 'o1'"
    ),
    "a CTE with its filter outside": f"WITH x AS (SELECT * FROM {RUNS}) SELECT id FROM x WHERE thread_id IN (SELECT thread_id FROM t)",
}
LISTS = (10, 100, 1_000, 10_000)
"""How many values an IN list has."""


def statements() -> Iterator[tuple[str, str]]:
    """What is planned, by name."""
    yield from STATEMENTS.items()
    for count in LISTS:
        values = ", ".join(f"'thread_{number}'" for number in range(count))
        yield f"IN with {count:,} values", f"SELECT id FROM {RUNS} WHERE thread_id IN ({values})"


def connections() -> tuple[rowcall.Session, duckdb.DuckDBPyConnection]:
    """A session that nothing answers, and plain DuckDB with tables of the resources' columns."""
    own, plain = duckdb.connect(), duckdb.connect()
    for con in (own, plain):
        con.execute("CREATE TABLE t AS SELECT 'thread_' || i AS thread_id, 'o' || i % 5 AS owner FROM range(100) r(i)")
    db = rowcall.connect(own, providers={"openai": {"base_url": "http://127.0.0.1:9/v1", "api_key": "none"}}, max_requests=100_000)
    plain.execute("ATTACH ':memory:' AS openai; CREATE SCHEMA openai.assistants")
    for name in ("runs", "run_steps"):
        columns = ", ".join(f'"{column}" {type_}' for column, type_, *_ in db.sql(f"DESCRIBE openai.assistants.{name}").fetchall())
        plain.execute(f"CREATE TABLE openai.assistants.{name} ({columns})")
    return db, plain


def median_ms(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds that a call takes, after one that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def report(rounds: int) -> None:
    """Prints a line for each statement."""
    db, plain = connections()
    print(f"planning, medians of {rounds}, in ms")
    print(f"  {'':32}{'rowcall':>10}{'DuckDB':>10}")
    for name, sql in statements():
        ours = median_ms(partial(db.sql, sql, dry_run=True), rounds)
        theirs = median_ms(partial(plain.execute, f"EXPLAIN {sql}"), rounds)
        print(f"  {name:32}{ours:10.1f}{theirs:10.1f}")
