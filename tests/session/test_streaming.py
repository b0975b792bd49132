"""Paging that stops when the statement has its rows, counted at the server; and what becomes of errors, Ctrl-C and limits within a scan."""

from __future__ import annotations

import gc
import os
import re
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest

import rowcall
from rowcall.engine import arrow
from rowcall.engine.source import streams
from rowcall.errors import AuthError, BindError, BudgetError, MisfitWarning, PartialResultWarning, RequestError, Span, UnavailableError
from rowcall.http.control import Cancelled, Control
from rowcall.session.fetching import Fetching
from rowcall.session.streaming import Window

RUNS = "openai.assistants.runs"
T = "thread_id = 'thread_1'"
IN_9 = f"thread_id IN ({', '.join(repr(f'thread_{number}') for number in range(9))})"
PAGES = 8
"""How many pages a thread of these servers has, of ten runs each; every tenth run failed, the first of its page."""

Start = Callable[[Callable[[Any], tuple[Any, ...]]], Any]
Page = Callable[..., dict[str, Any]]
Run = Callable[..., dict[str, Any]]

lazy = pytest.mark.skipif(not streams(), reason="DuckDB 1.5 is given all pages before it starts")


@pytest.fixture
def paged(scripted: Start, page: Page, run: Run) -> Callable[..., Any]:
    """Starts a server of threads with eight pages each; `special` may answer a request, by its thread and page, in their place."""

    def start(special: Callable[[str, int], tuple[Any, ...] | None] = lambda *_: None) -> Any:
        def answer(asked: Any) -> tuple[Any, ...]:
            thread = unquote(asked.path.split("/")[3])
            after = re.search(r"after=run_\w+?_(\d+)", asked.path)
            number = (int(after[1]) + 1) // 10 if after else 0
            rows = [
                run(f"run_{thread[7:]}_{n}", thread_id=thread, created_at=n, status="completed" if n % 10 else "failed")
                for n in range(number * 10, number * 10 + 10)
            ]
            return special(thread, number) or (200, page(rows, more=number < PAGES - 1))

        return scripted(answer)

    return start


def read(server: Any, sql: str, **options: Any) -> tuple[list[Any], int]:
    """The rows of a statement, and how many requests the server got for it."""
    before = len(server.asked)
    with rowcall.connect(providers=server.providers) as db:
        rows = db.sql(sql, **options).fetchall()
    return rows, len(server.asked) - before


STOPS = {
    f"SELECT id FROM {RUNS} WHERE {T} LIMIT 10": (10, 1),
    f"SELECT id FROM {RUNS} WHERE {T} LIMIT 11": (11, 2),
    f"SELECT id FROM {RUNS} WHERE {T} LIMIT 10 OFFSET 25": (10, 4),
    f"SELECT id FROM {RUNS} WHERE {T} LIMIT 0": (0, 0),
    f"SELECT id FROM {RUNS} WHERE {T} AND status = 'failed' LIMIT 3": (3, 3),
    f"SELECT id FROM {RUNS} WHERE {T} AND model = 'never' LIMIT 3": (0, PAGES),
    f"SELECT DISTINCT status FROM {RUNS} WHERE {T} LIMIT 2": (2, 1),
    f"SELECT s FROM (SELECT status AS s FROM {RUNS} WHERE {T}) WHERE s = 'failed' LIMIT 2": (2, 2),
    f"WITH r AS (SELECT * FROM {RUNS} WHERE {T}) SELECT id FROM r WHERE status = 'failed' LIMIT 2": (2, 2),
    f"SELECT count(*) FROM (SELECT * FROM {RUNS} WHERE {T} AND status = 'failed' LIMIT 2)": (1, 2),
    f"SELECT EXISTS (SELECT 1 FROM {RUNS} WHERE {T} AND created_at = 25)": (1, 3),
    f"SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM {RUNS} WHERE {T})": (0, 1),
    f"SELECT (SELECT id FROM {RUNS} WHERE {T} AND created_at > 15 LIMIT 1)": (1, 2),
    f"SELECT id FROM {RUNS} WHERE {T} UNION ALL SELECT id FROM {RUNS} WHERE {T} LIMIT 10": (10, 1),
    f"SELECT id FROM {RUNS} WHERE {IN_9} AND status = 'failed' LIMIT 10": (10, 10),
}
"""Statements that are done before the last page, with their rows and the requests that they need."""


@lazy
@pytest.mark.parametrize("sql", STOPS)
@pytest.mark.parametrize("setting", ["threads = 1", "threads = 2", "threads = 8", "preserve_insertion_order = false"])
def test_paging_stops_when_the_rows_are_there(paged: Callable[..., Any], sql: str, setting: str) -> None:
    """With no request more than needed, whatever the settings of the user's connection; and these stay as they were."""
    server = paged()
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.execute(f"SET {setting}")
        before = con.execute("SELECT name, value FROM duckdb_settings() ORDER BY name").fetchall()
        rows = db.sql(sql).fetchall()
        after = con.execute("SELECT name, value FROM duckdb_settings() ORDER BY name").fetchall()

    assert (len(rows), len(server.asked)) == STOPS[sql]
    assert after == before


@pytest.mark.parametrize("sql", STOPS)
def test_the_rows_are_right_on_every_version(paged: Callable[..., Any], sql: str) -> None:
    """Also where all pages are fetched first, which is what happens on DuckDB 1.5."""
    rows, requests = read(paged(), sql)

    assert len(rows) == STOPS[sql][0]
    assert streams() or requests >= STOPS[sql][1]


JOINS = {
    f"SELECT t.n, r.id FROM t JOIN {RUNS} r ON r.thread_id = t.thread_id WHERE r.status = 'failed' LIMIT 3": (3, 3),
    f"SELECT r.id FROM {RUNS} r JOIN t USING (thread_id) WHERE r.status = 'failed' LIMIT 2 OFFSET 1": (2, 3),
    f"SELECT r.id FROM t, {RUNS} r WHERE r.thread_id = t.thread_id AND r.status = 'failed' LIMIT 10": (10, 10),
    f"SELECT r.id FROM (VALUES ('thread_1'), ('thread_2')) v(thread_id) JOIN {RUNS} r USING (thread_id) WHERE r.status = 'failed' LIMIT 3": (
        3,
        3,
    ),
    f"WITH c AS (SELECT thread_id FROM t WHERE n < 3) SELECT r.id FROM c JOIN {RUNS} r USING (thread_id) WHERE r.status = 'failed' LIMIT 3": (
        3,
        3,
    ),
    f"SELECT r.id, t.n FROM {RUNS} r LEFT JOIN t ON r.created_at = t.n WHERE r.{T} AND r.status = 'failed' LIMIT 3": (3, 3),
    f"SELECT r.id, t.n FROM t LEFT JOIN {RUNS} r ON r.thread_id = t.thread_id AND r.status = 'failed' LIMIT 3": (3, 3),
    f"SELECT r.id FROM {RUNS} r SEMI JOIN t USING (thread_id) WHERE r.status = 'failed' LIMIT 3": (3, 3),
    f"SELECT r.id FROM {RUNS} r WHERE r.thread_id IN (SELECT thread_id FROM t) AND r.status = 'failed' LIMIT 3": (3, 3),
    f"SELECT r.id FROM {RUNS} r WHERE EXISTS (FROM t WHERE t.thread_id = r.thread_id) AND r.status = 'failed' LIMIT 3": (3, 3),
    f"SELECT l.id FROM t, LATERAL (SELECT * FROM {RUNS} r WHERE r.thread_id = t.thread_id AND r.status = 'failed') l LIMIT 3": (3, 3),
    f"SELECT EXISTS (SELECT 1 FROM t JOIN {RUNS} r USING (thread_id) WHERE r.created_at = 25)": (1, 3),
    f"SELECT count(*) FROM (SELECT 1 FROM t JOIN {RUNS} r USING (thread_id) WHERE r.status = 'failed' LIMIT 3)": (1, 3),
    f"SELECT DISTINCT t.n FROM t JOIN {RUNS} r USING (thread_id) LIMIT 1": (1, 1),
    f"SELECT r.id FROM t JOIN {RUNS} r USING (thread_id) WHERE r.model = 'never' LIMIT 1": (0, 9 * PAGES),
    f"SELECT r.id FROM (FROM t WHERE n > 100) u JOIN {RUNS} r USING (thread_id) LIMIT 1": (0, 0),
}
"""Statements that join their runs with nine threads of a table or of their own, with their rows and the requests that they need."""


@lazy
@pytest.mark.parametrize("sql", JOINS)
@pytest.mark.parametrize("setting", ["threads = 1", "threads = 8", "preserve_insertion_order = false"])
def test_paging_of_what_is_joined_with_local_rows_stops_too(paged: Callable[..., Any], sql: str, setting: str) -> None:
    """DuckDB reads the local side first, and EXPLAIN has said so."""
    server = paged()
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.execute(f"SET {setting}")
        con.execute("CREATE TABLE t AS SELECT 'thread_' || range AS thread_id, range AS n FROM range(9)")
        said = dict(db.sql(f"EXPLAIN {sql}").fetchall()).get("paging")
        nothing = len(server.asked)
        rows = db.sql(sql).fetchall()

    assert (nothing, len(rows), len(server.asked)) == (0, *JOINS[sql])
    assert said == ("page by page, until the statement has its rows" if JOINS[sql][1] else None)


@lazy
@pytest.mark.parametrize("sql", JOINS)
def test_explain_promises_no_more_requests_of_a_join_than_are_sent(paged: Callable[..., Any], sql: str) -> None:
    """What it calls certain goes out, what it calls the most is not exceeded, and a budget that suffices is not called too small."""
    server = paged()
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.execute("CREATE TABLE t AS SELECT 'thread_' || range AS thread_id, range AS n FROM range(9)")
        said = db.explain(sql)
        db.sql(sql)
        sent = len(server.asked)
        db.sql(f"SET rowcall_max_requests = {sent}")
        again = db.explain(sql)
        db.sql(sql)

    assert said.requests <= sent <= (sent if said.at_most is None else said.at_most)
    assert again.notes == ()


@pytest.mark.parametrize("sql", JOINS)
def test_the_rows_of_joins_are_right_on_every_version(paged: Callable[..., Any], sql: str) -> None:
    """They are DuckDB's over all there is, or as many of them."""
    server = paged()
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.execute("CREATE TABLE t AS SELECT 'thread_' || range AS thread_id, range AS n FROM range(9)")
        db.sql(f"CREATE TABLE all_runs AS SELECT * FROM {RUNS} WHERE {IN_9}")
        everything = con.sql(sql.replace(RUNS, "all_runs").partition(" LIMIT")[0] + (")" if "count(" in sql else "")).fetchall()
        rows = db.sql(sql).fetchall()

    assert len(rows) == JOINS[sql][0]
    assert rows == [(3,)] if "count(" in sql else set(rows) <= set(everything)


@lazy
def test_what_another_resource_gives_the_keys_of_is_paged_when_that_is_read(scripted: Start, page: Page, run: Run) -> None:
    """The last level of three: the first two are read whole, and of the third as much as is needed."""

    def answer(asked: Any) -> tuple[Any, ...]:
        parts = asked.path.partition("?")[0].split("/")
        if parts[-1] == "steps":
            return 200, page([{"id": f"step_{parts[5]}", "run_id": parts[5], "thread_id": parts[3], "status": "completed"}])
        return 200, page([run(f"run_{parts[3]}_{n}", thread_id=parts[3]) for n in range(20)])

    server = scripted(answer)
    sql = f"""SELECT s.id FROM t JOIN {RUNS} r USING (thread_id) JOIN openai.assistants.run_steps s ON s.thread_id = r.thread_id
        AND s.run_id = r.id LIMIT 3"""
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.execute("CREATE TABLE t AS SELECT 'thread_' || range AS thread_id FROM range(4)")
        paging = [value for item, value in db.sql(f"EXPLAIN {sql}").fetchall() if item == "paging"]
        rows = db.sql(sql).fetchall()

    assert (len(rows), len(server.asked)) == (3, 4 + 4)  # one is begun ahead
    assert paging == ["page by page, until the statement has its rows"]


@lazy
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 9, 17, 40])
def test_of_a_join_no_more_than_twice_the_calls_that_are_needed_go_out(scripted: Start, page: Page, run: Run, limit: int) -> None:
    """As for a list of values."""
    server = scripted(lambda asked: (200, page([run("r", thread_id=asked.path.split("/")[3])])))
    sql = f"SELECT r.id FROM (SELECT 'thread_' || range AS thread_id FROM range(50)) t JOIN {RUNS} r USING (thread_id) LIMIT {limit}"

    rows, requests = read(server, sql)

    assert len(rows) == limit
    assert limit <= requests <= min(2 * limit, 50)


@lazy
def test_calls_that_are_under_way_when_the_rows_are_there_are_not_waited_for(scripted: Start, page: Page, run: Run) -> None:
    """The third row is there; the call that was begun ahead is given up."""
    held = threading.Event()

    def answer(asked: Any) -> tuple[Any, ...]:
        if int(asked.path.split("/")[3]) >= 3:
            held.wait(20)
        return 200, page([run("r", thread_id=asked.path.split("/")[3])])

    server = scripted(answer)
    sql = f"SELECT r.id FROM (VALUES ('0'), ('1'), ('2'), ('3'), ('4'), ('5')) t(thread_id) JOIN {RUNS} r USING (thread_id) LIMIT 3"
    started = time.monotonic()
    try:
        rows, _ = read(server, sql)
        took_s = time.monotonic() - started
    finally:
        held.set()

    assert len(rows) == 3
    assert took_s < 10
    assert len(server.asked) <= 4


@lazy
@pytest.mark.parametrize(
    ("sql", "requests"),
    [
        (f"SELECT t.n FROM t WHERE EXISTS (FROM {RUNS} r WHERE r.thread_id = t.thread_id AND r.status = 'failed') LIMIT 1", 9 * PAGES),
        (
            f"SELECT l.id FROM t, LATERAL (SELECT * FROM {RUNS} r WHERE r.thread_id = t.thread_id AND r.n > t.n LIMIT 1) l LIMIT 1",
            9 * PAGES,
        ),
    ],
    ids=["EXISTS for each row", "LIMIT for each row"],
)
def test_what_duckdb_has_to_read_whole_is_fetched_together_and_said(paged: Callable[..., Any], sql: str, requests: int) -> None:
    """EXPLAIN names the reason."""
    server = paged()
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.execute("CREATE TABLE t AS SELECT 'thread_' || range AS thread_id, range AS n FROM range(9)")
        sql = sql.replace("r.n >", "r.created_at >")
        said = {value for item, value in db.sql(f"EXPLAIN {sql}").fetchall() if item == "paging"}
        db.sql(sql)

    assert said == {"all pages before the first row: DuckDB needs all its rows before it can give one"}
    assert len(server.asked) == requests


@pytest.mark.parametrize(
    ("sql", "requests"),
    [
        (f"SELECT count(*) FROM t JOIN {RUNS} r USING (thread_id) LIMIT 1", 9 * PAGES),
        (f"SELECT r.id FROM t JOIN {RUNS} r USING (thread_id) ORDER BY r.status LIMIT 1", 9 * PAGES),
    ],
)
def test_of_joins_that_need_every_row_nothing_is_said(paged: Callable[..., Any], sql: str, requests: int) -> None:
    """They are read whole, as any."""
    server = paged()
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.execute("CREATE TABLE t AS SELECT 'thread_' || range AS thread_id FROM range(9)")
        items = {item for item, _ in db.sql(f"EXPLAIN {sql}").fetchall()}
        db.sql(sql)

    assert "paging" not in items
    assert len(server.asked) == requests


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        (f"SELECT count(*) FROM {RUNS} WHERE {T} LIMIT 1", PAGES),
        (f"SELECT id FROM {RUNS} WHERE {T} ORDER BY status LIMIT 3", PAGES),
        (f"SELECT a.id FROM {RUNS} a JOIN {RUNS} b USING (id) WHERE a.{T} AND b.{T} LIMIT 3", PAGES),
        (f"SELECT a.id FROM {RUNS} a, (SELECT id FROM {RUNS} WHERE {T} AND model = 'x' LIMIT 3) b WHERE a.id = b.id AND a.{T}", PAGES),
        (
            f"SELECT a.id FROM {RUNS} a, (SELECT id FROM {RUNS} WHERE {T} AND model = 'x' LIMIT 3) b WHERE a.thread_id = 'thread_2'",
            2 * PAGES,
        ),
    ],
)
def test_what_needs_all_pages_fetches_each_once(paged: Callable[..., Any], sql: str, count: int) -> None:
    """A call that one reference needs whole is not read again page by page for another."""
    _, requests = read(paged(), sql)

    assert requests == count


@lazy
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 9, 17, 40])
def test_many_calls_go_out_in_order_and_at_most_twice_as_many_as_needed(scripted: Start, page: Page, run: Run, limit: int) -> None:
    """One, one more, then as many at a time as were read before."""
    server = scripted(lambda asked: (200, page([run("r", thread_id=asked.path.split("/")[3])])))
    threads = [f"thread_{number:02}" for number in range(50)]

    rows, requests = read(server, f"SELECT id FROM {RUNS} WHERE list_contains($1, thread_id) LIMIT {limit}", params=[threads])

    asked = sorted(request.path.split("/")[3] for request in server.asked)
    assert len(rows) == limit
    assert limit <= requests <= min(2 * limit, 50)
    assert asked == threads[:requests]


@lazy
def test_calls_ahead_go_out_together(scripted: Start, page: Page, run: Run) -> None:
    """Sixteen calls that wait for one another on the server are answered: eight were read before eight were begun."""
    together = threading.Barrier(8)

    def answer(asked: Any) -> tuple[Any, ...]:
        number = int(asked.path.split("/")[3])
        if number >= 8:
            together.wait(20)
        return 200, page([run("r", thread_id=str(number))])

    server = scripted(answer)

    rows, requests = read(
        server, f"SELECT id FROM {RUNS} WHERE list_contains($1, thread_id) AND model = 'x' LIMIT 1", params=[[str(n) for n in range(16)]]
    )

    assert (rows, requests) == ([], 16)


@lazy
def test_no_call_goes_ahead_that_the_budget_may_lack(scripted: Start, page: Page, run: Run) -> None:
    """Three requests give three rows, of any number of calls; the fourth row is one too many."""
    server = scripted(lambda asked: (200, page([run("r", thread_id=asked.path.split("/")[3])])))
    sql = f"SELECT id FROM {RUNS} WHERE list_contains($1, thread_id) LIMIT "
    threads = [f"thread_{number:02}" for number in range(50)]

    rows, requests = read(server, sql + "3", params=[threads], max_requests=3)
    with pytest.raises(BudgetError, match="max_requests is 3"):
        read(server, sql + "4", params=[threads], max_requests=3)

    assert (len(rows), requests, len(server.asked)) == (3, 3, 6)


def failing(number: int, status: int = 403) -> Callable[[str, int], tuple[Any, ...] | None]:
    """An answer for one page of every thread: an error that says something which is nobody's business."""
    return lambda _, page: (status, {"error": {"message": "Not for you.", "code": "no"}}) if page == number else None


@lazy
def test_a_page_that_is_not_needed_may_fail(paged: Callable[..., Any]) -> None:
    """It is never asked for."""
    rows, requests = read(paged(failing(1)), f"SELECT id FROM {RUNS} WHERE {T} LIMIT 10")

    assert (len(rows), requests) == (10, 1)


@pytest.mark.parametrize("number", [0, 1, 3])
@pytest.mark.parametrize(
    "sql", [f"SELECT id FROM {RUNS} WHERE {T} LIMIT 70", f"SELECT EXISTS (SELECT 1 FROM {RUNS} WHERE {T} AND model = 'never')"]
)
def test_a_page_that_is_needed_and_fails_is_the_users_own_error(paged: Callable[..., Any], number: int, sql: str) -> None:
    """Not DuckDB's words for it; the exchanges are there, and the next statement works."""
    server = paged(failing(number))
    with rowcall.connect(providers=server.providers) as db:
        with pytest.raises(RequestError, match="Not for you") as caught:
            db.sql(sql)
        said = str(caught.value)

        assert [exchange.status for exchange in db.last.exchanges] == [200] * number + [403]
        assert db.sql("SELECT 42").fetchall() == [(42,)]
    assert "__rowcall" not in said
    assert "stream" not in said
    assert "sk-very-secret" not in said


def test_a_key_that_is_refused_is_an_auth_error(paged: Callable[..., Any]) -> None:
    """Also within a scan."""
    with pytest.raises(AuthError):
        read(paged(failing(0, 401)), f"SELECT id FROM {RUNS} WHERE {T} LIMIT 1")


def test_a_failed_page_leaves_the_users_transaction_alone(paged: Callable[..., Any]) -> None:
    """What was done in it is still there, and it can go on."""
    server = paged(failing(2))
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.begin()
        con.execute("CREATE TABLE mine AS SELECT 42 AS answer")
        with pytest.raises(RequestError):
            db.sql(f"SELECT id FROM {RUNS} WHERE {T} LIMIT 70")

        assert db.sql("FROM mine").fetchall() == [(42,)]
        con.commit()


@pytest.mark.parametrize("form", ["CREATE TABLE made AS {}", "INSERT INTO known {}", "COPY ({}) TO '{file}'"])
def test_a_statement_that_keeps_rows_keeps_none_when_a_page_fails(paged: Callable[..., Any], form: str, tmp_path: Any) -> None:
    """No table, no row and no file of half an answer."""
    server = paged(failing(2))
    text = form.replace("{file}", str(tmp_path / "runs.csv")).replace("{}", f"SELECT id FROM {RUNS} WHERE {T} LIMIT 70")
    with rowcall.connect(providers=server.providers) as db:
        db.sql("CREATE TABLE known(id VARCHAR)")
        with pytest.raises(RequestError, match="Not for you"):
            db.sql(text)

        assert db.sql("SELECT table_name, estimated_size FROM duckdb_tables()").fetchall() == [("known", 0)]
    assert list(tmp_path.iterdir()) == []


@lazy
def test_a_statement_that_keeps_rows_stops_too(paged: Callable[..., Any]) -> None:
    """A table of ten rows costs one page."""
    server = paged()
    with rowcall.connect(providers=server.providers) as db:
        db.sql(f"CREATE TABLE made AS SELECT id FROM {RUNS} WHERE {T} LIMIT 10")

        assert db.sql("SELECT count(*) FROM made").fetchall() == [(10,)]
    assert len(server.asked) == 1


@lazy
def test_partial_goes_on_with_the_next_call(paged: Callable[..., Any]) -> None:
    """The rows that came before the failure are there, those of other threads too, and the result says that it is partial."""
    server = paged(lambda thread, number: failing(1)(thread, number) if thread == "thread_0" else None)
    with rowcall.connect(providers=server.providers) as db:
        with pytest.warns(PartialResultWarning, match="Not for you") as caught:
            rows = db.sql(f"SELECT thread_id FROM {RUNS} WHERE {IN_9} LIMIT 15", on_error="partial").fetchall()

        assert db.last.partial
    assert sorted(rows) == [("thread_0",)] * 10 + [("thread_1",)] * 5
    assert len(caught) == 1
    assert len(server.asked) == 3


@lazy
def test_a_failure_that_was_not_needed_is_not_partial(paged: Callable[..., Any]) -> None:
    """Nothing is missing."""
    server = paged(failing(1))
    with rowcall.connect(providers=server.providers) as db:
        db.sql(f"SELECT thread_id FROM {RUNS} WHERE {T} LIMIT 10", on_error="partial")

        assert not db.last.partial


@lazy
def test_misfits_are_counted_on_the_pages_that_were_read(scripted: Start, page: Page, run: Run) -> None:
    """Two of four pages, each with one."""
    numbers = iter(range(4))

    def answer(_: Any) -> tuple[Any, ...]:
        number = next(numbers)
        return 200, page([run(f"run_{number}", created_at="yesterday"), run(f"other_{number}")], more=number < 3)

    with (
        rowcall.connect(providers=scripted(answer).providers) as db,
        pytest.warns(MisfitWarning, match=r"^2 values do not fit the type of .*created_at"),
    ):
        assert db.sql(f"SELECT created_at IS NULL FROM {RUNS} WHERE {T} LIMIT 3").fetchall() == [(True,), (False,), (True,)]


@lazy
def test_a_deadline_ends_a_scan(paged: Callable[..., Any]) -> None:
    """In the middle of it, with the error that names the deadline."""
    held = threading.Event()
    server = paged(lambda _, number: held.wait(20) and None if number == 2 else None)
    started = time.monotonic()

    try:
        with pytest.raises(UnavailableError, match="timeout_s"):
            read(server, f"SELECT id FROM {RUNS} WHERE {T} LIMIT 70", timeout_s=0.5)
    finally:
        took_s = time.monotonic() - started
        held.set()

    assert took_s < 10


@lazy
def test_a_budget_ends_a_scan(paged: Callable[..., Any]) -> None:
    """After so many pages, and none is sent beyond it."""
    server = paged()

    with pytest.raises(BudgetError, match="max_requests is 3"):
        read(server, f"SELECT id FROM {RUNS} WHERE {T} LIMIT 70", max_requests=3)

    assert len(server.asked) == 3


@lazy
def test_nothing_stays_in_memory(paged: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither pages nor threads, whether the scan was read to its end, stopped early or failed."""
    made: list[weakref.ref[Fetching]] = []
    whole = Fetching.__init__
    monkeypatch.setattr(
        Fetching, "__init__", lambda self, *args, **options: (made.append(weakref.ref(self)), whole(self, *args, **options))[1]
    )
    before = len(arrow._alive), len(arrow._capsules)
    with rowcall.connect(providers=paged(failing(4)).providers) as db:
        kept = [db.sql(f"SELECT id FROM {RUNS} WHERE {T} LIMIT {limit}") for limit in (1, 30)]
        with pytest.raises(RequestError):
            db.sql(f"SELECT id FROM {RUNS} WHERE {T} LIMIT 70")
        gc.collect()

        assert [len(relation.fetchall()) for relation in kept] == [1, 30]
    assert [reference() for reference in made] == [None] * 3
    assert (len(arrow._alive), len(arrow._capsules)) == before
    assert not [thread for thread in threading.enumerate() if thread.name == "rowcall-fetching"]


def test_explain_says_how_it_is_paged(paged: Callable[..., Any]) -> None:
    """Page by page; or, on DuckDB 1.5, that all pages come first. EXPLAIN sends nothing, EXPLAIN ANALYZE what is needed."""
    server = paged()
    sql = f"SELECT id FROM {RUNS} r WHERE {T} AND status = 'completed' LIMIT 9"
    with rowcall.connect(providers=server.providers) as db:
        note = dict(db.sql(f"EXPLAIN {sql}").fetchall())["paging"]
        nothing = len(server.asked)
        sent = [value for item, value in db.sql(f"EXPLAIN ANALYZE {sql}").fetchall() if item == "sent"]
        plain = [item for item, _ in db.sql(f"EXPLAIN SELECT id FROM {RUNS} WHERE {T}").fetchall()]

        joined = dict(db.sql(f"EXPLAIN SELECT r.id FROM (VALUES ('a')) t(thread_id) JOIN {RUNS} r USING (thread_id) LIMIT 9").fetchall())[
            "paging"
        ]

    assert note.startswith("page by page" if streams() else "all pages before the first row")
    assert joined.startswith("page by page" if streams() else "all pages before the first row: this version")
    assert (nothing, len(server.asked), len(sent)) == (0, *([1, 1] if streams() else [PAGES, PAGES]))
    assert "paging" not in plain


def test_a_reader_leaves_it_to_the_calls_to_say_that_the_time_is_over() -> None:
    """Else a call that was cut short would be taken for one that had ended; that the statement was cancelled it does say."""
    control = Control(timeout_s=0)
    window = Window(control)

    with window.changed:
        window.starve()
        control.cancel()
        with pytest.raises(Cancelled):
            window.starve()


BY_PARTS = [
    f"SELECT id, created_at FROM {RUNS} WHERE {T}",
    f"SELECT id || '!' AS a, usage.total_tokens + 1 AS b FROM {RUNS} WHERE {T} AND status = 'failed'",
    f"SELECT thread_id, id FROM {RUNS} WHERE thread_id IN ('thread_1', 'thread_2', 'thread_3')",
    f"WITH a AS (SELECT id, unnest([1, 2]) AS n FROM {RUNS} WHERE {T}) SELECT * FROM a WHERE n = 2",
    f"SELECT id FROM {RUNS} WHERE {T} AND model = 'none'",
    f"SELECT id FROM {RUNS} WHERE {IN_9} AND status NOT IN ('queued', 'in_progress', 'cancelling', 'incomplete', 'requires_action', 'failed')",
]
"""Statements that make rows of each row by itself."""
LOCAL = [
    f"SELECT t.n, r.id FROM t JOIN {RUNS} r USING (thread_id)",
    f"SELECT r.id FROM {RUNS} r WHERE thread_id IN (SELECT thread_id FROM t WHERE n > 1)",
    f"SELECT r.id, s.word FROM {RUNS} r LEFT JOIN words s USING (status) WHERE r.{T}",
    f"SELECT r.id FROM {RUNS} r ANTI JOIN words s USING (status) WHERE r.thread_id IN (FROM t SELECT thread_id)",
]
"""Statements that make rows of each row and of those of tables."""
LOCAL_WHOLE = [
    f"SELECT t.n, r.id FROM t LEFT JOIN {RUNS} r USING (thread_id)",
    f"SELECT t.n FROM t SEMI JOIN {RUNS} r USING (thread_id)",
    f"SELECT t.n FROM t ANTI JOIN {RUNS} r USING (thread_id)",
    f"SELECT r.id FROM (SELECT * FROM {RUNS} WHERE {T}) r FULL JOIN words USING (status)",
    f"SELECT r.id FROM {RUNS} r JOIN (SELECT thread_id, count(*) AS n FROM t GROUP BY ALL) USING (thread_id)",
    f"SELECT r.id, c.code FROM {RUNS} r JOIN codes c USING (status) WHERE r.{T}",
    f"SELECT r.id FROM {RUNS} r WHERE {T} AND status IN (SELECT status FROM words WHERE random() < 2)",
]
"""Statements that make rows of those of tables, or of more than a transaction keeps as it is."""
TABLES = """CREATE TABLE t AS SELECT 'thread_' || i AS thread_id, i AS n FROM range(4) r(i);
CREATE TABLE words AS FROM (VALUES ('failed', 'no'), ('cancelled', 'stopped')) v(status, word);
CREATE SEQUENCE numbers; CREATE VIEW codes AS SELECT status, nextval('numbers') AS code FROM words"""
WHOLE = [
    f"SELECT count(*) FROM {RUNS} WHERE {T}",
    f"SELECT histogram(status) FROM {RUNS} WHERE {T}",
    f"SELECT id, row_number() OVER () FROM {RUNS} WHERE {T}",
    f"SELECT DISTINCT status FROM {RUNS} WHERE {T}",
    f"SELECT id FROM {RUNS} WHERE {T} ORDER BY created_at DESC",
    f"SELECT id FROM {RUNS} WHERE {T} LIMIT 15",
    f"SELECT id FROM {RUNS} WHERE {T} OFFSET 15",
    f"SELECT a.id FROM {RUNS} a JOIN {RUNS} b USING (id) WHERE a.{T} AND b.{T}",
    f"SELECT id FROM {RUNS} WHERE {T} UNION ALL SELECT 'run_x'",
    f"SELECT id, now()::VARCHAR FROM {RUNS} WHERE {T}",
    f'SELECT id, "now"()::VARCHAR FROM {RUNS} WHERE {T}',
    f"SELECT id FROM {RUNS} WHERE {T} AND created_at > (SELECT avg(i) FROM range(9) t(i))",
]
"""Statements of which some pages give other rows than they give among all."""


@pytest.mark.parametrize("sql", BY_PARTS)
def test_parts_are_together_the_rows_of_the_statement(paged: Callable[..., Any], sql: str) -> None:
    """In the same order, with the same columns, each page being asked for once."""
    server = paged()
    parts: list[Any] = []
    with rowcall.connect(providers=server.providers) as db:
        whole = db.sql(sql)
        asked = len(server.asked)

        left = db.stream(sql, take=lambda part: parts.append((part.columns, list(map(str, part.types)), part.fetchall())))

        assert left is None
        assert [row for _, _, rows in parts for row in rows] == whole.fetchall()
        assert {(*columns, *types) for columns, types, _ in parts} == {(*whole.columns, *map(str, whole.types))}
        assert len(server.asked) == 2 * asked
        assert (db.last.statement_kind, db.last.requests) == ("select", asked)


@pytest.mark.parametrize("sql", LOCAL)
def test_parts_of_what_is_joined_with_tables_are_together_its_rows(paged: Callable[..., Any], sql: str) -> None:
    """Each page is joined as it comes."""
    with rowcall.connect(providers=paged().providers) as db:
        db.sql(TABLES)
        parts: list[Any] = []

        db.stream(sql, take=lambda part: parts.append(part.fetchall()))

        assert len(parts) > 1
        assert sorted(row for rows in parts for row in rows) == sorted(db.sql(sql).fetchall())


@pytest.mark.parametrize("sql", LOCAL_WHOLE)
def test_what_makes_rows_of_those_of_a_table_is_whole(paged: Callable[..., Any], sql: str) -> None:
    """A row of a table that one page says nothing of may be in another."""
    with rowcall.connect(providers=paged().providers) as db:
        db.sql(TABLES)
        parts: list[Any] = []

        assert db.stream(sql, take=parts.append) is not None
        assert parts == []


def test_tables_are_the_same_for_all_parts(paged: Callable[..., Any]) -> None:
    """What somebody else changes meanwhile shows in the next statement."""
    sql = f"SELECT r.id FROM t JOIN {RUNS} r USING (thread_id)"
    with rowcall.connect(providers=paged().providers) as db:
        db.sql(TABLES)
        other = db.connection.cursor()
        rows: list[Any] = []

        def take(part: Any) -> None:
            rows.extend(part.fetchall())
            other.execute("DELETE FROM t")

        db.stream(sql, take=take)

        assert len(rows) == 4 * PAGES * 10
        assert db.sql(sql).fetchall() == []


def test_a_transaction_of_the_users_stays_open_over_parts(paged: Callable[..., Any]) -> None:
    """And one that is made for them is over after them, whether they end well or not."""
    with rowcall.connect(providers=paged().providers) as db:
        db.sql("BEGIN; CREATE TABLE kept (a INT)")
        db.stream(f"SELECT id FROM {RUNS} WHERE {T}", take=lambda _: None)
        db.sql("ROLLBACK")
        with pytest.raises(BindError):
            db.sql("FROM kept")

        def refuse(_: Any) -> None:
            raise BrokenPipeError

        with pytest.raises(BrokenPipeError):
            db.stream(f"SELECT id FROM {RUNS} WHERE {T}", take=refuse)
        db.stream(f"SELECT id FROM {RUNS} WHERE {T}", take=lambda _: None)
        db.sql("BEGIN; COMMIT")


@pytest.mark.parametrize("sql", WHOLE)
def test_what_is_not_made_row_by_row_is_whole(paged: Callable[..., Any], sql: str) -> None:
    """It is returned as `sql` returns it, and no part of it is given out."""
    with rowcall.connect(providers=paged().providers) as db:
        parts: list[Any] = []

        relation = db.stream(sql, take=parts.append)

        assert parts == []
        assert relation is not None
        assert sorted(str(row[0]) for row in relation.fetchall()) == sorted(str(row[0]) for row in db.sql(sql).fetchall())


def test_a_macro_that_asks_for_the_time_is_one_time_for_all_rows(paged: Callable[..., Any]) -> None:
    """A statement with a macro is not run in parts, which would begin at different times."""
    parts: list[Any] = []
    with rowcall.connect(providers=paged().providers) as db:
        db.sql("CREATE MACRO Moment() AS now()::VARCHAR")

        relation = db.stream(f"SELECT id, moment() AS at FROM {RUNS} WHERE {T}", take=parts.append)

        assert parts == []
        assert relation is not None
        assert len({at for _, at in relation.fetchall()}) == 1


def holding(let: threading.Event, at_once: Callable[[int], bool]) -> Callable[[str, int], None]:
    """Has a server hold back all pages but some until it is let."""

    def special(_: str, number: int) -> None:
        if not at_once(number):
            let.wait(30)

    return special


def test_a_part_comes_before_the_page_after_it(paged: Callable[..., Any]) -> None:
    """The second page is held back until the first part was taken."""
    taken = threading.Event()
    server = paged(holding(taken, lambda number: number == 0))
    sizes: list[int] = []

    def take(part: Any) -> None:
        sizes.append(len(part.fetchall()))
        taken.set()

    with rowcall.connect(providers=server.providers) as db:
        db.stream(f"SELECT id FROM {RUNS} WHERE {T}", take=take)

    assert (sizes[0], sum(sizes)) == (10, 80)


def test_a_part_comes_before_the_page_of_another_call(scripted: Start, page: Page, run: Run) -> None:
    """The pages of the other threads are held back until the first part was taken."""
    taken = threading.Event()
    sizes: list[int] = []

    def answer(asked: Any) -> tuple[Any, ...]:
        thread = asked.path.split("/")[3]
        if thread != "thread_0":
            taken.wait(30)
        return 200, page([run(f"run_{thread}", thread_id=thread)], more=False)

    def take(part: Any) -> None:
        sizes.append(len(part.fetchall()))
        taken.set()

    with rowcall.connect(providers=scripted(answer).providers) as db:
        db.stream(f"SELECT id FROM {RUNS} WHERE {IN_9}", take=take)

    assert (sizes[0], sum(sizes)) == (1, 9)


def test_what_take_raises_ends_the_statement(paged: Callable[..., Any]) -> None:
    """No further page is asked for, no thread is left, and the session goes on."""
    taken = threading.Event()
    server = paged(holding(taken, lambda number: number < 2))
    before = threading.active_count()

    def take(_: Any) -> None:
        raise BrokenPipeError

    with rowcall.connect(providers=server.providers) as db:
        with pytest.raises(BrokenPipeError):
            db.stream(f"SELECT id FROM {RUNS} WHERE {T}", take=take)
        left = [thread.name for thread in threading.enumerate() if thread.name.startswith(("rowcall-openai", "rowcall-fetching"))]
        taken.set()

        assert left == []
        assert len(server.asked) <= 3
        assert db.sql("SELECT 42").fetchall() == [(42,)]
    assert threading.active_count() <= before + 2  # those of DuckDB's statements, which wait for the next


@pytest.mark.parametrize("number", [0, 1, 5])
def test_a_page_that_fails_after_parts_is_an_error(paged: Callable[..., Any], number: int) -> None:
    """With no part that holds more than the pages before it."""
    rows: list[Any] = []
    server = paged(lambda _, page: (400, {"error": {"message": "No."}}) if page == number else None)
    with rowcall.connect(providers=server.providers) as db:
        with pytest.raises(RequestError, match=r"No\."):
            db.stream(f"SELECT id FROM {RUNS} WHERE {T}", take=lambda part: rows.extend(part.fetchall()))

        assert len(rows) <= 10 * number
        assert db.sql("SELECT 42").fetchall() == [(42,)]


def test_a_first_page_that_fails_gives_no_part(paged: Callable[..., Any]) -> None:
    """Which would be an answer without rows."""
    parts: list[Any] = []
    server = paged(lambda *_: (400, {"error": {"message": "No."}}))
    with rowcall.connect(providers=server.providers) as db, pytest.raises(RequestError, match=r"No\."):
        db.stream(f"SELECT id FROM {RUNS} WHERE {T}", take=parts.append)

    assert parts == []


def test_a_statement_in_parts_leaves_pages_to_wait_in_bounded_memory(paged: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that is slow holds the threads back, which ask for no more than what may wait."""
    monkeypatch.setattr("rowcall.session.streaming.AHEAD", 2000)
    server = paged()
    asked: list[int] = []

    def take(_: Any) -> None:
        if not asked:
            time.sleep(0.5)
            asked.append(len(server.asked))

    with rowcall.connect(providers=server.providers) as db:
        db.stream(f"SELECT id FROM {RUNS} WHERE {T}", take=take)

    assert asked[0] < PAGES
    assert len(server.asked) == PAGES


# -- rows that leave as a Parquet file -------------------------------------------------------------------------------------------------


@lazy
@pytest.mark.parametrize("sql", BY_PARTS)
def test_a_parquet_file_has_the_rows_of_the_statement(paged: Callable[..., Any], sql: str, tmp_path: Path) -> None:
    """In the same order, with the same columns, each page being asked for once."""
    server, path = paged(), str(tmp_path / "it's.parquet")
    with rowcall.connect(providers=server.providers) as db:
        whole = db.sql(sql)
        asked = len(server.asked)

        count = db.write_parquet(sql, path)

        made = db.connection.read_parquet(path)
        assert made.fetchall() == whole.fetchall()
        assert (made.columns, made.types, count) == (whole.columns, whole.types, len(whole))
        assert len(server.asked) == 2 * asked
        assert (db.last.statement_kind, db.last.requests) == ("select", asked)


@pytest.mark.parametrize("sql", WHOLE)
def test_what_is_not_made_row_by_row_is_no_parquet_file(paged: Callable[..., Any], sql: str, tmp_path: Path) -> None:
    """It is returned as `sql` returns it, and nothing is written."""
    with rowcall.connect(providers=paged().providers) as db:
        relation = db.write_parquet(sql, str(tmp_path / "out.parquet"))

        assert not isinstance(relation, int)
        assert sorted(str(row[0]) for row in relation.fetchall()) == sorted(str(row[0]) for row in db.sql(sql).fetchall())
    assert list(tmp_path.iterdir()) == []


@lazy
@pytest.mark.parametrize("number", [0, 1, 5])
def test_a_page_that_fails_leaves_no_parquet_file_that_can_be_read(paged: Callable[..., Any], number: int, tmp_path: Path) -> None:
    """Its rows so far are not all, and nothing says that they are."""
    path = tmp_path / "out.parquet"
    server = paged(lambda _, page: (400, {"error": {"message": "No."}}) if page == number else None)
    with rowcall.connect(providers=server.providers) as db:
        with pytest.raises(RequestError, match=r"No\."):
            db.write_parquet(f"SELECT id FROM {RUNS} WHERE {T}", str(path))

        assert not path.exists() or not path.read_bytes().endswith(b"PAR1")
        assert db.sql("SELECT 42").fetchall() == [(42,)]


@lazy
def test_a_misspelt_column_is_shown_in_the_users_own_text(paged: Callable[..., Any], tmp_path: Path) -> None:
    """As by `sql`, and nothing is sent."""
    server, sql = paged(), f"SELECT idd FROM {RUNS} WHERE {T}"
    with rowcall.connect(providers=server.providers) as db, pytest.raises(BindError) as caught:
        db.write_parquet(sql, str(tmp_path / "out.parquet"))

    assert (caught.value.sql, caught.value.span) == (sql, Span(7, 10))
    assert server.asked == []


@lazy
def test_a_row_group_leaves_before_the_last_page_is_there(scripted: Start, page: Page) -> None:
    """The API holds its last page back until the first bytes came out of the pipe. Each of DuckDB's threads fills a group of its own."""
    pages, size, came = 9, 20_000, threading.Event()
    in_time: list[bool] = []

    def answer(asked: Any) -> tuple[Any, ...]:
        after = re.search(r"after=run_(\d+)", asked.path)
        first = int(after[1]) + 1 if after else 0
        if first == (pages - 1) * size:
            in_time.append(came.wait(20))
        salt = os.urandom(size * 50).hex()
        rows = [{"id": f"run_{first + n}", "thread_id": "thread_1", "instructions": salt[n * 100 : n * 100 + 100]} for n in range(size)]
        return 200, page(rows, more=first < (pages - 1) * size)

    def read_pipe() -> None:
        with os.fdopen(near, "rb", buffering=0) as source:
            while content := source.read(2**20):
                came.set()
                found.append(content)

    near, far = os.pipe()
    found: list[bytes] = []
    reading = threading.Thread(target=read_pipe)
    reading.start()
    try:
        with duckdb.connect(config={"threads": 1}) as con, rowcall.connect(con, providers=scripted(answer).providers) as db:
            count = db.write_parquet(f"SELECT id, instructions FROM {RUNS} WHERE {T}", f"/dev/fd/{far}")
    finally:
        os.close(far)
        reading.join()

    whole = b"".join(found)
    assert (count, in_time) == (pages * size, [True])
    assert (whole[:4], whole[-4:]) == (b"PAR1", b"PAR1")


def test_several_statements_give_the_parts_of_the_last(paged: Callable[..., Any]) -> None:
    """What comes before it is run, and its rows are nobody's."""
    rows: list[Any] = []
    with rowcall.connect(providers=paged().providers) as db:
        one = f"SELECT id FROM {RUNS} WHERE {T}"

        db.stream(f"{one} AND model = 'none'; {one}", take=lambda part: rows.extend(part.fetchall()))

        assert len(rows) == 80
