"""Writes that wait for the end of what they begin: what is asked meanwhile, what comes back, and what is said when it does not end."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest
from tests.session.conftest import HEADERS, START

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import (
    AwaitError,
    BindError,
    BudgetError,
    EngineError,
    PartialResultWarning,
    RequestError,
    UnavailableError,
    UnsupportedSQLError,
)
from rowcall.manifest.library import shipped
from rowcall.manifest.read import load_provider
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
RUN = "INSERT INTO runs (thread_id, assistant_id) VALUES ($t, $a)"
FAST = 25
"""How many times faster than ours the time of the sandbox passes."""


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A sandbox in which time flies."""
    with Sandbox(clock=Clock(START)) as box:
        over = threading.Event()

        def fly() -> None:
            while not over.wait(0.02):
                box.clock.advance(0.02 * FAST)

        flying = threading.Thread(target=fly)
        flying.start()
        yield box
        over.set()
        flying.join()


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The shipped manifest with waits that are short in this world, too."""
    folder = tmp_path_factory.mktemp("quick") / "openai"
    shutil.copytree(shipped()["openai"], folder)
    file = folder / "assistants.yaml"
    text = file.read_text("utf-8")
    assert text.count("timeout_s: 660") == 1
    file.write_text(text.replace("timeout_s: 660", "timeout_s: 20\n      interval_s: 0.05\n      max_interval_s: 0.2"), "utf-8")
    return Catalog({"openai": load_provider(folder)})


@pytest.fixture
def db(box: Sandbox, quick: Catalog) -> Iterator[Session]:
    """A session of the test's own."""
    with (
        mock.patch.object(Catalog, "shipped", return_value=quick),
        rowcall.connect(providers=box.providers, max_write_rows=None) as session,
    ):
        yield session


@pytest.fixture
def raw(box: Sandbox) -> Iterator[httpx.Client]:
    """A client without rowcall."""
    with httpx.Client(base_url=box.base_url, headers=HEADERS, trust_env=False) as client:
        yield client


@pytest.fixture
def assistants(raw: httpx.Client) -> tuple[str, str]:
    """An assistant without tools of its caller's, and one that calls functions."""
    found = raw.get("/assistants", params={"limit": 100}).json()["data"]
    calls = [any(tool["type"] == "function" for tool in one["tools"]) for one in found]
    return found[calls.index(False)]["id"], found[calls.index(True)]["id"]


@pytest.fixture
def given(thread: str, assistants: tuple[str, str]) -> dict[str, str]:
    """The parameters of `RUN`."""
    return {"t": thread, "a": assistants[0]}


def lines(requests: list[Any]) -> list[str]:
    """What was asked, without ids: `POST runs`, `GET run`."""
    return [f"{request.method} {'runs' if request.path.endswith('/runs') else 'run'}" for request in requests]


def hanging(given: dict[str, str]) -> tuple[str, dict[str, str]]:
    """A run that goes on for ten minutes of the sandbox's, and its parameters."""
    return "INSERT INTO runs (thread_id, assistant_id, metadata) VALUES ($t, $a, MAP {'sandbox_outcome': 'hangs'})", given


def test_await_gives_the_row_as_it_is_at_its_end(box: Sandbox, db: Session, given: dict[str, str], sent: Sent) -> None:
    """One request writes, the reader is asked until the run has ended, and RETURNING is about that."""
    with sent(box) as requests:
        rows = db.sql(f"{RUN} RETURNING thread_id, status, usage.total_tokens > 0, started_at >= created_at AWAIT", given).fetchall()

    assert rows == [(given["t"], "completed", True, True)]
    assert lines(requests)[:2] == ["POST runs", "GET run"]
    assert set(lines(requests)[1:]) == {"GET run"}
    assert db.last.requests == len(requests)


def test_without_returning_the_relation_is_the_last_row(db: Session, given: dict[str, str]) -> None:
    """With all its columns, as of any write."""
    relation = db.sql(f"{RUN} AWAIT", given)

    row = dict(zip(relation.columns, relation.fetchall()[0], strict=True))
    assert (row["status"], len(row)) == ("completed", 27)


def test_nothing_waits_without_the_word(box: Sandbox, db: Session, given: dict[str, str], sent: Sent) -> None:
    """The answer to the write is the answer."""
    with sent(box) as requests:
        rows = db.sql(f"{RUN} RETURNING status", given).fetchall()

    assert (rows, lines(requests)) == ([("queued",)], ["POST runs"])


def test_many_rows_are_asked_for_together_and_come_in_order(
    box: Sandbox, db: Session, threads: list[str], assistants: tuple[str, str], sent: Sent
) -> None:
    """Each of three runs has its own waits and its own end."""
    outcomes = ["failed", "completed", "incomplete"]
    db.connection.execute("CREATE TABLE asked AS SELECT unnest($1) AS thread_id, unnest($2) AS outcome", [threads, outcomes])

    with sent(box) as requests:
        rows = db.sql(
            "INSERT INTO runs (thread_id, assistant_id, metadata) SELECT thread_id, $1, MAP {'sandbox_outcome': outcome} FROM asked "
            "RETURNING thread_id, status AWAIT",
            [assistants[0]],
        ).fetchall()

    assert rows == list(zip(threads, outcomes, strict=True))
    asked = [request.path for request in requests if request.method == "GET"]
    assert len(set(asked)) == 3
    assert set(asked[:3]) == set(asked)  # each once before any of them twice


def test_where_failures_are_allowed_the_rows_that_were_written_are_waited_for(
    db: Session, threads: list[str], assistants: tuple[str, str]
) -> None:
    """And what became of each request has the last answer about it."""
    with pytest.warns(PartialResultWarning):
        rows = db.sql(
            "INSERT INTO runs (thread_id, assistant_id) SELECT t, a FROM (VALUES ($1, $2), ($3, 'asst_nobody'), ($4, $2)) v(t, a) AWAIT",
            [threads[0], assistants[0], threads[1], threads[2]],
            on_error="partial",
        ).fetchall()

    assert [row[1] for row in rows] == [True, False, True]
    assert [json.loads(row[-1])["status"] for row in (rows[0], rows[2])] == ["completed"] * 2


def test_a_run_that_waits_for_its_caller_has_come_to_its_end(db: Session, thread: str, assistants: tuple[str, str]) -> None:
    """Else AWAIT would wait for the caller, who waits for it; submitting the outputs awaits the rest."""
    sql = f"{RUN} RETURNING id, status, required_action.submit_tool_outputs.tool_calls[1].id AWAIT"
    ((run_id, status, call_id),) = db.sql(sql, {"t": thread, "a": assistants[1]}).fetchall()
    assert status == "requires_action"

    calls = db.sql(
        "SELECT list_transform(required_action.submit_tool_outputs.tool_calls, lambda c: {'tool_call_id': c.id, 'output': '42'}) "
        "FROM runs WHERE thread_id = $1 AND id = $2",
        [thread, run_id],
    ).fetchall()[0][0]
    relation = db.sql(
        "EXEC runs.submit_tool_outputs_to_run @thread_id = $1, @run_id = $2, @tool_outputs = $3 AWAIT", [thread, run_id, calls]
    )

    assert call_id in {call["tool_call_id"] for call in calls}
    assert dict(zip(relation.columns, relation.fetchall()[0], strict=True))["status"] in {"completed", "requires_action"}


def test_until_waits_for_a_condition_over_the_row(box: Sandbox, db: Session, given: dict[str, str], sent: Sent) -> None:
    """Any expression, by the alias of the target too, with parameters; the states before are not its business."""
    sql = (
        "INSERT INTO runs AS r (thread_id, assistant_id) VALUES (?, ?) RETURNING status <> ? UNTIL r.started_at IS NOT NULL AND status <> ?"
    )
    with sent(box) as requests:
        rows = db.sql(sql, [given["t"], given["a"], "queued", "queued"]).fetchall()

    assert rows == [(True,)]
    assert len(requests) > 1


def test_a_condition_that_holds_at_once_asks_nothing(box: Sandbox, db: Session, given: dict[str, str], sent: Sent) -> None:
    """The answer to the write is the first that is looked at."""
    with sent(box) as requests:
        rows = db.sql(f"{RUN} RETURNING status UNTIL status = 'queued'", given).fetchall()

    assert (rows, lines(requests)) == ([("queued",)], ["POST runs"])


def test_an_end_at_which_the_condition_cannot_hold_is_an_error_at_once(db: Session, given: dict[str, str]) -> None:
    """It shows the state, and that the write was done."""
    sql = "INSERT INTO runs (thread_id, assistant_id, metadata) VALUES ($t, $a, MAP {'sandbox_outcome': 'failed'}) UNTIL status IN ('completed')"

    with pytest.raises(AwaitError) as raised:
        db.sql(sql, given)

    (row,) = raised.value.rows
    assert (row.state, row.ended, dict(row.key)["thread_id"]) == ("failed", False, given["t"])
    assert raised.value.reason == f"{row}, which is where it stays, and UNTIL status IN ('completed') does not hold."
    assert "The INSERT was carried out; this is what it began:" in str(raised.value)
    assert "Do not send it again: it was done." in str(raised.value)
    assert db.last.elapsed_s < 10


@pytest.mark.parametrize(
    ("end", "kind", "message", "at"),
    [
        ("UNTIL statu = 'completed'", BindError, "statu", "statu"),
        ("UNTIL status = ", BindError, "syntax error", None),
        ("UNTIL usage", UnsupportedSQLError, "UNTIL takes a condition", "usage"),
        ("UNTIL 'completed'", UnsupportedSQLError, "UNTIL takes a condition", "'completed'"),
        ("UNTIL count(*) > 1", BindError, "aggregates", None),
        ("AWAIT TIMEOUT 'soon'", UnsupportedSQLError, "TIMEOUT takes an interval", "'soon'"),
        ("AWAIT TIMEOUT '-1 s'", UnsupportedSQLError, "TIMEOUT takes an interval", "'-1 s'"),
        ("AWAIT TIMEOUT NULL", UnsupportedSQLError, "TIMEOUT takes an interval", "NULL"),
    ],
)
def test_what_cannot_be_waited_for_is_said_before_anything_is_sent(
    box: Sandbox, db: Session, given: dict[str, str], sent: Sent, end: str, kind: type[Exception], message: str, at: str | None
) -> None:
    """With the place in the user's text."""
    sql = f"{RUN} RETURNING id {end}"
    with sent(box) as requests, pytest.raises(kind, match=message) as raised:
        db.sql(sql, given)

    assert requests == []
    if at is not None:
        span = raised.value.span  # type: ignore[attr-defined]
        assert raised.value.sql[span.start : span.end] == at  # type: ignore[attr-defined]


@pytest.mark.parametrize("reads", ["UPDATE", "EXEC", "INSERT"])
def test_a_wrong_condition_is_said_before_anything_is_read(
    box: Sandbox, db: Session, given: dict[str, str], sent: Sent, reads: str
) -> None:
    """A write that has to read an API first does not begin to."""
    sql = {
        "UPDATE": "UPDATE runs SET metadata = MAP {'a': 'b'} WHERE thread_id = $t AND status = 'failed' UNTIL statu = $a",
        "EXEC": "EXEC runs.cancel_run @thread_id = $t, @run_id = (SELECT max(id) FROM runs WHERE thread_id = $t) UNTIL statu = $a",
        "INSERT": "INSERT INTO runs (thread_id, assistant_id) SELECT id, $a FROM threads WHERE id = $t UNTIL statu = 'x'",
    }[reads]

    with sent(box) as requests, pytest.raises(BindError, match="statu"):
        db.sql(sql, given)

    assert requests == []


def test_what_begins_nothing_cannot_be_waited_for(box: Sandbox, db: Session, sent: Sent) -> None:
    """A thread is there at once, and its manifest names no reader."""
    sql = "EXEC threads.create_thread @metadata = NULL AWAIT"
    with sent(box) as requests, pytest.raises(UnsupportedSQLError, match="create_thread begins nothing that could be waited for") as raised:
        db.sql(sql)

    assert requests == []
    assert raised.value.span is not None
    assert sql[raised.value.span.start : raised.value.span.end] == "AWAIT"


def test_a_hint_to_wait_for_what_cannot_be_waited_for_is_warned_of(box: Sandbox, db: Session, sent: Sent) -> None:
    """It is a hint: the write is done all the same."""
    with sent(box) as requests, pytest.warns(rowcall.errors.RowcallWarning, match=r"AWAIT \*/ means nothing here.*threads.create_thread"):
        db.sql("EXEC /*+ AWAIT */ threads.create_thread")

    assert [request.method for request in requests] == ["POST"]


def test_the_hint_of_stackql_is_the_word_at_the_end(box: Sandbox, db: Session, given: dict[str, str], sent: Sent) -> None:
    """Another hint means nothing here."""
    call = "EXEC /*+ {} */ runs.create_run @thread_id = $t, @assistant_id = $a"
    with sent(box) as waited:
        relation = db.sql(call.format("AWAIT"), given)
    with sent(box) as shown:
        db.sql(call.format("SHOWRESULTS"), given)

    assert dict(zip(relation.columns, relation.fetchall()[0], strict=True))["status"] == "completed"
    assert len(waited) > 1
    assert lines(shown) == ["POST runs"]


def test_a_run_of_a_new_thread_is_asked_for_as_a_run(box: Sandbox, db: Session, assistants: tuple[str, str], sent: Sent) -> None:
    """The reader of a method may be another resource's."""
    with sent(box) as requests:
        relation = db.sql("EXEC threads.create_thread_and_run @assistant_id = $1 AWAIT", [assistants[0]])

    row = dict(zip(relation.columns, relation.fetchall()[0], strict=True))
    assert row["status"] == "completed"
    assert {request.path for request in requests if request.method == "GET"} == {f"/v1/threads/{row['thread_id']}/runs/{row['id']}"}


def test_a_run_that_is_there_can_be_waited_for(db: Session, given: dict[str, str], raw: httpx.Client) -> None:
    """By the method that reads it; in a read-only session too."""
    run_id = raw.post(f"/threads/{given['t']}/runs", json={"assistant_id": given["a"]}).json()["id"]

    relation = db.sql("EXEC runs.get_run @thread_id = $1, @run_id = $2 AWAIT", [given["t"], run_id])

    assert dict(zip(relation.columns, relation.fetchall()[0], strict=True))["status"] == "completed"


def test_a_call_for_each_row_of_a_query_waits_for_all_of_them(
    box: Sandbox, db: Session, threads: list[str], assistants: tuple[str, str], raw: httpx.Client, sent: Sent
) -> None:
    """Cancelling is over when it has been done, which the answer to the call does not say."""
    body = {"assistant_id": assistants[0], "metadata": {"sandbox_outcome": "hangs"}}
    runs = {thread: raw.post(f"/threads/{thread}/runs", json=body).json()["id"] for thread in threads}

    with sent(box) as requests:
        rows = db.sql(
            "EXEC runs.cancel_run FROM (SELECT thread_id, id AS run_id FROM runs WHERE thread_id IN (SELECT unnest($1)) AND cancelled_at IS NULL) "
            "RETURNING thread_id, id, status AWAIT",
            [threads],
        ).fetchall()

    assert {thread: run for thread, run, _ in rows} == runs
    assert {status for _, _, status in rows} == {"cancelled"}
    assert [request.path.rpartition("/")[2] for request in requests if request.method == "POST"] == ["cancel"] * 3


def test_an_update_waits_for_each_row_that_it_changes(db: Session, given: dict[str, str], raw: httpx.Client) -> None:
    """And gives these rows at their end."""
    run_id = raw.post(f"/threads/{given['t']}/runs", json={"assistant_id": given["a"]}).json()["id"]

    rows = db.sql(
        "UPDATE runs SET metadata = MAP {'seen': 'yes'} WHERE thread_id = $1 AND id IN ($2) RETURNING id, metadata['seen'], status AWAIT",
        [given["t"], run_id],
    ).fetchall()

    assert rows == [(run_id, "yes", "completed")]


def test_time_that_is_over_is_an_error_that_names_every_row(
    box: Sandbox, db: Session, threads: list[str], assistants: tuple[str, str], sent: Sent
) -> None:
    """Also those that had ended; what was sent was done."""
    db.connection.execute(
        "CREATE TABLE asked AS SELECT unnest($1) AS thread_id, unnest(['hangs', 'completed', 'hangs']) AS outcome", [threads]
    )

    with sent(box) as requests, pytest.raises(AwaitError) as raised:
        db.sql(
            "INSERT INTO runs (thread_id, assistant_id, metadata) SELECT thread_id, $1, MAP {'sandbox_outcome': outcome} FROM asked "
            "AWAIT TIMEOUT INTERVAL 1500 MILLISECOND",
            [assistants[0]],
        )

    assert [dict(row.key)["thread_id"] for row in raised.value.rows] == threads
    assert [(row.state, row.ended) for row in raised.value.rows] == [("in_progress", False), ("completed", True), ("in_progress", False)]
    assert raised.value.reason == "It had not ended after 1.5 s (TIMEOUT)."
    assert all(str(row) in str(raised.value) for row in raised.value.rows)
    assert "these are what it began" in str(raised.value)
    assert [line for line in lines(requests) if line.startswith("POST")] == ["POST runs"] * 3
    assert 1.4 < db.last.elapsed_s < 3


def test_a_parameter_can_say_how_long(db: Session, given: dict[str, str]) -> None:
    """As any value; none at all is one look."""
    with pytest.raises(AwaitError, match=r"after 0 s \(TIMEOUT\)"):
        db.sql(f"{RUN} AWAIT TIMEOUT $long", {**given, "long": "0 seconds"})


def test_the_waits_become_longer(db: Session, given: dict[str, str]) -> None:
    """Half as long again each, up to the longest, less a quarter at the most."""
    sql, parameters = hanging(given)
    with pytest.raises(AwaitError):
        db.sql(f"{sql} AWAIT TIMEOUT '4 s'", parameters)

    times = [exchange.sent_at for exchange in db.last.exchanges]
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    wanted = [0.05, 0.075, 0.1125, 0.16875, *[0.2] * len(waits)]
    assert [wait for wait, least in zip(waits, wanted, strict=False) if wait < least * 0.74] == []
    assert max(waits) < 1  # without a longest wait the last ones would be longer
    assert len(waits) > 8


def test_the_deadline_of_the_statement_holds_too(db: Session, given: dict[str, str]) -> None:
    """And the error says that the write was done."""
    sql, parameters = hanging(given)
    with pytest.raises(AwaitError, match="Not done within timeout_s=1") as raised:
        db.sql(f"{sql} AWAIT", parameters, timeout_s=1)

    assert isinstance(raised.value.__cause__, UnavailableError)
    assert [row.state for row in raised.value.rows] == ["in_progress"]
    assert db.last.elapsed_s < 2


def test_what_is_asked_counts_for_the_budget(box: Sandbox, db: Session, given: dict[str, str], sent: Sent) -> None:
    """The write was done when it is spent, and the error says so."""
    sql, parameters = hanging(given)
    with sent(box) as requests, pytest.raises(AwaitError, match="max_requests is 4") as raised:
        db.sql(f"{sql} AWAIT", parameters, max_requests=4)

    assert isinstance(raised.value.__cause__, BudgetError)
    assert lines(requests) == ["POST runs", *["GET run"] * 3]


def test_a_reader_that_fails_for_good_says_that_the_write_was_done(box: Sandbox, db: Session, given: dict[str, str], sent: Sent) -> None:
    """With what the API said, after the retries that every read has."""
    box.fault("server_error", times=3, path=f"/threads/{given['t']}/runs/")

    with sent(box) as requests, pytest.raises(AwaitError, match="HTTP 500") as raised:
        db.sql(f"{RUN} AWAIT", given)

    assert isinstance(raised.value.__cause__, RequestError)
    assert [(row.state, row.ended) for row in raised.value.rows] == [("queued", False)]
    assert [line for line in lines(requests) if line.startswith("POST")] == ["POST runs"]
    assert [request.status for request in requests] == [200, 500, 500, 500]


def test_a_reader_that_fails_once_is_asked_again(box: Sandbox, db: Session, given: dict[str, str]) -> None:
    """Which nobody notices."""
    box.fault("rate_limit", path=f"/threads/{given['t']}/runs/", retry_after_s=0)

    assert db.sql(f"{RUN} RETURNING status AWAIT", given).fetchall() == [("completed",)]


def test_a_row_that_is_not_there_yet_is_asked_for_again(scripted: Callable[..., Any], quick: Catalog, run: Callable[..., Any]) -> None:
    """Some APIs know what they began only a moment later."""
    queued, done, missing = run("run_1", status="queued"), run("run_1"), {"error": {"message": "No run found with id 'run_1'."}}
    answers = iter([(200, queued), (404, missing), (404, missing), (200, queued), (404, missing), (404, missing), (200, done)])
    server = scripted(lambda _: next(answers))

    with mock.patch.object(Catalog, "shipped", return_value=quick), rowcall.connect(providers=server.providers, max_write_rows=None) as db:
        rows = db.sql(f"{RUN} RETURNING id, status AWAIT", {"t": "thread_1", "a": "asst_1"}).fetchall()

    assert rows == [("run_1", "completed")]


def test_a_row_that_is_no_longer_there_is_an_error(scripted: Callable[..., Any], quick: Catalog, run: Callable[..., Any]) -> None:
    """After three times in succession, with what was last known of it."""
    answers = iter([(200, run("run_1", status="queued")), *[(404, {"error": {"message": "No run found with id 'run_1'."}})] * 3])
    server = scripted(lambda _: next(answers))

    with mock.patch.object(Catalog, "shipped", return_value=quick):
        db = rowcall.connect(providers=server.providers, max_write_rows=None)
        with db, pytest.raises(AwaitError) as raised:
            db.sql(f"{RUN} AWAIT", {"t": "thread_1", "a": "asst_1"})

    row = "thread_id = thread_1, run_id = run_1: queued"
    assert raised.value.reason == f"{row}: the API has no such row any more, as get_run says."
    assert [str(row) for row in raised.value.rows] == [row]
    assert len(server.asked) == 4


def test_an_answer_that_does_not_say_what_it_began_is_an_error(scripted: Callable[..., Any], quick: Catalog) -> None:
    """There is nothing to ask for, but it was done."""
    server = scripted(lambda _: (200, {"object": "thread.run", "status": "queued"}))

    with mock.patch.object(Catalog, "shipped", return_value=quick):
        db = rowcall.connect(providers=server.providers, max_write_rows=None)
        with db, pytest.raises(AwaitError, match="does not say by what the API can be asked") as raised:
            db.sql(f"{RUN} AWAIT", {"t": "thread_1", "a": "asst_1"})

    assert "  (its answer does not say what it is called): queued" in str(raised.value)
    assert len(server.asked) == 1


BAKERY = """\
manifest: 1
provider: bakery
title: Bakery
description: What a bakery bakes.
source: https://bakery.example/api
base_url: https://bakery.example/v1
"""

OVEN = """\
service: oven
title: Oven
description: What is in the oven.
resources:
  loaves:
    description: One loaf.
    source: https://bakery.example/api/loaves
    columns:
      id: {type: string, nullable: false, description: The id.}
      is_done: {type: boolean, source: state.done, description: Whether it can be eaten.}
    awaits: {reader: get_loaf, column: is_done, terminal: ["true"], interval_s: 0.02, max_interval_s: 0.05}
    methods:
      get_loaf:
        verb: select
        http: GET /loaves/{loaf_id}
        description: Gets one.
        parameters: &one
          loaf_id: {in: path, column: id, description: The loaf.}
        absent: {message: no loaf}
      bake:
        verb: insert
        http: POST /loaves/{loaf_id}
        description: Bakes one.
        parameters: *one
      throw_away:
        verb: delete
        http: DELETE /loaves/{loaf_id}
        description: Throws one away.
        parameters: *one
"""


@pytest.fixture
def bakery(tmp_path: Path) -> Catalog:
    """A provider whose loaves take time to be baked, and to be thrown away."""
    (tmp_path / "provider.yaml").write_text(BAKERY, encoding="utf-8")
    (tmp_path / "oven.yaml").write_text(OVEN, encoding="utf-8")
    return Catalog({"bakery": load_provider(tmp_path)})


def loaf(*, done: object) -> dict[str, Any]:
    """A loaf as the API sends it."""
    return {"id": "l1", "state": {"done": done}}


BAKE, THROW_AWAY = "INSERT INTO loaves (loaf_id) VALUES ('l1') AWAIT", "DELETE FROM loaves WHERE loaf_id = 'l1' AWAIT"
RAW, GONE = loaf(done=False), {"message": "no loaf"}


@pytest.mark.parametrize(
    ("sql", "answers", "rows"),
    [
        pytest.param(BAKE, [(202, ""), (200, RAW), (200, loaf(done=None)), (200, loaf(done=True))], [("l1", True)], id="no content"),
        pytest.param(THROW_AWAY, [(202, RAW), (200, RAW), (404, GONE)], [("l1", False)], id="a row that is gone at last"),
        pytest.param(THROW_AWAY, [(204, ""), (404, GONE)], [], id="a row that is gone at once"),
    ],
)
def test_true_can_be_an_end_and_so_can_absence(
    scripted: Callable[..., Any], bakery: Catalog, sql: str, answers: list[tuple[Any, ...]], rows: list[Any]
) -> None:
    """By a column that is read from within, and for a DELETE by a row that the API has no more."""
    coming = iter(answers)
    server = scripted(lambda _: next(coming))
    settings = {"bakery": {"base_url": f"http://127.0.0.1:{server.port}/v1"}}

    with mock.patch.object(Catalog, "shipped", return_value=bakery), rowcall.connect(providers=settings, max_write_rows=None) as db:
        assert db.sql(sql).fetchall() == rows

    assert len(server.asked) == len(answers)


def test_explain_says_what_it_will_wait_for_and_sends_nothing(box: Sandbox, db: Session, given: dict[str, str], sent: Sent) -> None:
    """And that the number of requests is not known."""
    with sent(box) as requests:
        found = db.explain(f"{RUN} UNTIL status = 'completed' TIMEOUT '5 min'", given)

    assert requests == []
    assert found.write is not None
    assert found.write.awaits == (
        "get_run of each row, after 0.05 s and then less and less often, for 300 s at the most, until status = 'completed', "
        "or an error where status is completed, failed, incomplete, expired, cancelled, requires_action first"
    )
    assert (found.requests, found.at_most, found.is_exact) == (1, None, False)
    assert ("requests", "1, and get_run until then, how often is not known") in list(found.items())
    assert "awaits" in dict(found.items())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE runs SET metadata = MAP {'a': 'b'} WHERE thread_id = $t AND status = $a AWAIT",
        "INSERT INTO runs SELECT id AS thread_id, $a AS assistant_id FROM threads WHERE id = $t AWAIT",
        "EXEC runs.cancel_run @thread_id = $t, @run_id = $a AWAIT",
    ],
)
def test_explain_says_so_of_every_write(box: Sandbox, db: Session, given: dict[str, str], sent: Sent, sql: str) -> None:
    """Also where rows have to be read first."""
    with sent(box) as requests:
        items = dict(db.sql(f"EXPLAIN {sql}", given).fetchall())

    assert requests == []
    assert items["awaits"].startswith("get_run of each row, ")
    assert items["awaits"].endswith("until status is completed, failed, incomplete, expired, cancelled, requires_action")


def test_a_dry_run_shows_the_write_alone(box: Sandbox, db: Session, given: dict[str, str], sent: Sent) -> None:
    """What would be asked afterwards nobody knows."""
    with sent(box) as requests:
        rows = db.sql(f"{RUN} RETURNING id AWAIT", given, dry_run=True).fetchall()

    assert requests == []
    assert [method for method, *_ in rows] == ["POST"]


def test_cancel_ends_the_wait_and_says_that_the_write_was_done(db: Session, given: dict[str, str]) -> None:
    """The warning names what it began."""
    sql, parameters = hanging(given)
    stopping = threading.Timer(0.7, db.cancel)
    stopping.start()
    with pytest.raises(EngineError, match="cancelled"):
        db.sql(f"{sql} AWAIT", parameters)
    stopping.join()

    (warning,) = db.last.warnings
    assert "The INSERT was carried out; this is what it began:" in warning
    assert "run_id = run_" in warning
    assert db.last.elapsed_s < 1.2


PROGRAM = """
import sys
import rowcall

_, url, thread, assistant = sys.argv
db = rowcall.connect(providers={"openai": {"base_url": url, "api_key": "sandbox-key"}})
db.sql("SELECT 1 FROM openai.assistants.assistants").fetchall()
print("ready", flush=True)
try:
    db.sql(
        "INSERT INTO runs (thread_id, assistant_id, metadata) VALUES (?, ?, MAP {'sandbox_outcome': 'hangs'}) AWAIT", [thread, assistant]
    )
except KeyboardInterrupt as stop:
    print("interrupted", flush=True)
    print(*stop.__notes__)
print(db.sql("SELECT 42").fetchall())
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process alone")
@pytest.mark.parametrize("slow", [False, True], ids=["between two requests", "in a request"])
def test_ctrl_c_ends_the_wait_at_once(box: Sandbox, given: dict[str, str], slow: bool) -> None:
    """Within half a second, with what the write began as a note of the interruption; the session goes on."""
    if slow:
        box.fault("slow", seconds=20.0, path=f"/threads/{given['t']}/runs/", times=1)
    command = [sys.executable, "-c", PROGRAM, box.base_url, given["t"], given["a"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        sent_at = time.monotonic()
        said = process.stdout.readline()
        took_s = time.monotonic() - sent_at
        assert process.stderr is not None
        rest, errors = process.stdout.read(), process.stderr.read()

    assert (said, errors) == ("interrupted\n", "")
    assert took_s < 0.5
    assert f"The INSERT was carried out; this is what it began:\n  thread_id = {given['t']}, run_id = run_" in rest
    assert rest.endswith("[(42,)]\n")


def command(box: Sandbox, *rest: str) -> list[str]:
    """`rowcall query` at a sandbox."""
    given = ["--set", f"openai.base_url={box.base_url}", "--set", f"openai.api_key={box.api_key}"]
    return [sys.executable, "-m", "rowcall", "query", *given, *rest]


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process alone")
def test_ctrl_c_on_the_command_line_says_that_the_write_was_done(
    box: Sandbox, given: dict[str, str], raw: httpx.Client, tmp_path: Path
) -> None:
    """On standard error, with the exit code of an interruption."""
    sql = f"INSERT INTO runs (thread_id, assistant_id, metadata) VALUES ('{given['t']}', '{given['a']}', MAP {{'sandbox_outcome': 'hangs'}}) AWAIT"
    with subprocess.Popen(command(box, sql), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        while not (runs := raw.get(f"/threads/{given['t']}/runs").json()["data"]):
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=30)

    assert (out, process.returncode) == ("", 130)
    assert told.startswith("interrupted\nIt was not waited for to the end.\nThe INSERT was carried out; this is what it began:\n")
    assert f"run_id = {runs[0]['id']}: " in told


def test_the_command_line_waits_and_prints_the_last_row(box: Sandbox, given: dict[str, str], tmp_path: Path) -> None:
    """With the shipped manifest and its waits."""
    sql = f"INSERT INTO runs (thread_id, assistant_id) VALUES ('{given['t']}', '{given['a']}') RETURNING thread_id, status AWAIT"

    ended = subprocess.run(command(box, "-o", "csv", sql), capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)

    assert (ended.stdout, ended.returncode) == (f"thread_id,status\n{given['t']},completed\n", 0)


def test_the_command_line_says_that_the_write_was_done(box: Sandbox, given: dict[str, str], tmp_path: Path) -> None:
    """On standard error, with exit code 1."""
    sql = f"INSERT INTO runs (thread_id, assistant_id) VALUES ('{given['t']}', '{given['a']}') AWAIT TIMEOUT '0 s'"

    ended = subprocess.run(command(box, sql), capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)

    assert (ended.stdout, ended.returncode) == ("", 1)
    assert "error: It had not ended after 0 s (TIMEOUT).\nThe INSERT was carried out; this is what it began:" in ended.stderr
    assert "Do not send it again: it was done. To see how far it is: SELECT status FROM openai.assistants.runs WHERE" in ended.stderr
