"""The tables of what a session has sent and warned of."""

from __future__ import annotations

import datetime
import io
import json

import pytest
from tests.session.conftest import World

import rowcall
from rowcall.errors import ParseError, PartialResultWarning, ResponseError
from rowcall.http.control import Exchange
from rowcall.sandbox.server import Sandbox
from rowcall.session import exchanges
from rowcall.session.exchanges import Exchanges, logged
from rowcall.session.report import Report
from rowcall.session.session import Session

RUNS = "openai.assistants.runs"


@pytest.fixture
def db(still: Sandbox) -> Session:
    """A session that has done nothing yet."""
    return rowcall.connect(providers=still.providers)


def test_every_exchange_of_the_session_is_a_row(db: Session, still: Sandbox, world: World) -> None:
    """With its statement, its URL as it came in at the socket, and what was received; those of a statement that failed too."""
    sql = f"SELECT count(*) FROM {RUNS} WHERE thread_id IN ($a, $b)"
    before = len(still.requests)
    db.sql(sql, {"a": world.threads[0], "b": world.threads[1]})
    db.sql("SELECT 1")
    with pytest.raises(ResponseError):
        db.sql(f"FROM {RUNS} WHERE thread_id = 'thread_nowhere'")

    rows = db.sql(
        "SELECT statement, operation, method, url, attempt, status, bytes > 0, request_id, error FROM rowcall_requests()"
    ).fetchall()

    came_in = still.requests[before:]
    assert [row[0] for row in rows] == [1, 1, 3]
    assert {row[1] for row in rows} == {f"{RUNS}.list_runs"}
    assert sorted(row[3].removeprefix(still.base_url).partition("?")[0] for row in rows) == sorted(
        request.path.removeprefix("/v1") for request in came_in
    )
    assert [row[4:7] for row in rows] == [(1, 200, True), (1, 200, True), (1, 404, True)]
    assert all(row[7].startswith("req_") for row in rows)
    assert [row[8] for row in rows] == [None] * 3


def test_times_are_told_in_utc_and_in_milliseconds(db: Session, world: World) -> None:
    """When it was sent, how long until the head of the answer came, and how long the rest took."""
    before = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    db.sql(f"SELECT count(*) FROM {RUNS} WHERE thread_id = ?", [world.threads[0]])
    ((sent_at, waited, transferred),) = db.sql("SELECT sent_at, waited_ms, transferred_ms FROM rowcall_requests()").fetchall()

    assert before <= sent_at <= datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    assert waited > 0
    assert transferred >= 0
    assert waited + transferred < 60_000


def test_it_is_a_table_like_any_other(db: Session, world: World) -> None:
    """Joins, sub-queries, CREATE TABLE AS, EXPLAIN and names in any case; a statement sees what was before it."""
    thread = world.threads[0]
    db.sql(f"SELECT count(*) FROM {RUNS} WHERE thread_id = ?", [thread])

    joined = f"SELECT count(DISTINCT q.url) FROM ROWCALL_REQUESTS() AS q, {RUNS} r WHERE r.thread_id = ?"
    assert db.sql(joined, [thread]).fetchall() == [(1,)]
    assert db.sql("SELECT rowcall_requests.status FROM rowcall_requests() WHERE statement = 1").fetchall() == [(200,)]
    db.sql("CREATE TABLE kept AS FROM rowcall_requests()")
    assert db.sql("SELECT count(*) FROM kept").fetchall() == [(2,)]
    assert db.sql("SELECT (SELECT count(*) FROM rowcall_requests()), (SELECT count(*) FROM rowcall_warnings())").fetchall() == [(2, 0)]
    assert db.sql("EXPLAIN FROM rowcall_requests()").fetchall()
    db.sql("CREATE TABLE rowcall_requests AS SELECT 42 AS x")
    assert db.sql("SELECT (SELECT count(*) FROM rowcall_requests()), x FROM rowcall_requests").fetchall() == [(2, 42)]
    with pytest.raises(ParseError, match="takes no arguments"):
        db.sql("FROM rowcall_requests(1)")


def test_warnings_are_a_table_too(still: Sandbox, world: World) -> None:
    """Each with its statement."""
    db = rowcall.connect(providers=still.providers, on_error="partial")
    with pytest.warns(PartialResultWarning):
        db.sql(f"FROM {RUNS} WHERE thread_id IN ('thread_nowhere', ?)", [world.threads[0]])

    ((statement, message),) = db.sql("FROM rowcall_warnings()").fetchall()

    assert statement == 1
    assert message.startswith("Partial result: ")
    assert "thread_nowhere" in message


def test_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, whatever a session sends."""
    monkeypatch.setattr(exchanges, "MOST", 3)
    kept = Exchanges()
    for number in range(1, 6):
        kept.add(Report("select", exchanges=[Exchange(f"GET http://h/{number}", 1, 200, None, 0.1, 10)], warnings=(f"w{number}",)))

    tables = {name: rows for name, _, rows in kept.tables(["rowcall_requests", "rowcall_warnings"])}

    assert [row["url"] for row in tables["rowcall_requests"]] == ["http://h/3", "http://h/4", "http://h/5"]
    assert [(row["statement"], row["message"]) for row in tables["rowcall_warnings"]] == [(3, "w3"), (4, "w4"), (5, "w5")]


def test_exchanges_are_logged_as_lines_of_json(db: Session, world: World) -> None:
    """With the names of the table, as they end, and no more when it is over."""
    stream = io.StringIO()
    with logged(stream):
        db.sql(f"SELECT count(*) FROM {RUNS} WHERE thread_id = ?", [world.threads[0]])
    db.sql(f"SELECT count(*) FROM {RUNS} WHERE thread_id = ?", [world.threads[0]])

    (line,) = stream.getvalue().splitlines()
    logged_row = json.loads(line)
    relation = db.sql("SELECT * EXCLUDE (statement, sent_at) FROM rowcall_requests() WHERE statement = 1")
    assert [logged_row[name] for name in relation.columns] == list(relation.fetchall()[0])
