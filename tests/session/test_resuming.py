"""RESUME: the rest of a write that was cut short, and nothing twice."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.errors import (
    BudgetError,
    EngineError,
    PartialResultWarning,
    PlanError,
    ReadOnlyError,
    ResponseError,
    SQLError,
    UnavailableError,
    UnsupportedSQLError,
)
from rowcall.http.control import Outcome
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
IN_ORDER = "INSERT INTO runs (thread_id, assistant_id) SELECT t, $2 FROM (SELECT unnest($1) AS t) ORDER BY list_position($1, t)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal of a test is."""
    return tmp_path / "journal.sqlite"


@pytest.fixture
def noted(live: Sandbox, path: Path) -> Iterator[Session]:
    """A session of the test's own, with a journal of the test's own."""
    with rowcall.connect(providers=live.providers, journal=path, max_write_rows=3) as session:
        yield session


def cut(session: Session, live: Sandbox, threads: list[str], assistant: str, fault: str = "unknown", **options: Any) -> str:
    """A write of three rows of which the second failed and the third was not sent; its id."""
    kind = {"unknown": "drop"}.get(fault, fault)
    live.fault(kind, path=threads[1], **options)
    with pytest.raises((UnavailableError, ResponseError, rowcall.errors.RateLimitError)):
        session.sql(IN_ORDER, [threads, assistant])
    return str(session.sql("SHOW JOURNAL").fetchall()[0][0])


def outcomes(session: Session, write: str) -> list[str]:
    """What the journal says of each row."""
    return [str(row[0]) for row in session.sql(f"SHOW JOURNAL '{write}'").select("outcome").fetchall()]


def test_what_was_not_sent_is_sent(noted: Session, live: Sandbox, threads: list[str], assistant: str, sent: Sent) -> None:
    """What may have been carried out is not: the answer is partial, and says which row that is."""
    write = cut(noted, live, threads, assistant)
    assert outcomes(noted, write) == ["done", "unknown", "not sent"]

    with sent(live) as requests, pytest.warns(PartialResultWarning, match="Row 2 may have been carried out"):
        relation = noted.sql(f"RESUME '{write}'")

    assert [(request.method, request.path) for request in requests] == [("POST", f"/v1/threads/{threads[2]}/runs")]
    rows = relation.select("row, ok, outcome, response->>'thread_id'").fetchall()
    assert rows == [(1, True, "done", threads[0]), (2, False, "unknown", None), (3, True, "done", threads[2])]
    assert noted.last.statement_kind == "resume"
    assert outcomes(noted, write) == ["done", "unknown", "done"]


def test_another_session_resumes_by_the_beginning_of_the_id(
    noted: Session, live: Sandbox, threads: list[str], assistant: str, sent: Sent, path: Path
) -> None:
    """As one does that died before."""
    write = cut(noted, live, threads, assistant)
    noted.close()

    with rowcall.connect(providers=live.providers, journal=path) as later, sent(live) as requests, pytest.warns(PartialResultWarning):
        later.sql(f"RESUME '{write[:4]}'")

    assert len(requests) == 1


def test_a_write_that_is_whole_sends_nothing(noted: Session, live: Sandbox, thread: str, assistant: str, sent: Sent) -> None:
    """Resumed as often as anybody likes."""
    noted.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])
    ((write, *_),) = noted.sql("SHOW JOURNAL").fetchall()

    with sent(live) as requests:
        rows = noted.sql(f"RESUME '{write}'").fetchall()

    assert (requests, [row[:4] for row in rows]) == ([], [(1, True, "done", 200)])


def test_what_does_no_harm_twice_is_sent_again(noted: Session, live: Sandbox, thread: str, sent: Sent) -> None:
    """A DELETE that nobody answered, say: its method is one that may be repeated."""
    live.fault("drop", path=thread, times=3)
    with pytest.raises(UnavailableError):
        noted.sql("DELETE FROM threads WHERE id = $1", [thread])
    live.clear_faults()
    ((write, *_),) = noted.sql("SHOW JOURNAL").fetchall()
    assert outcomes(noted, write) == ["unknown"]

    with sent(live) as requests, pytest.raises(ResponseError, match="No thread found"):
        noted.sql(f"RESUME '{write}'")

    assert [request.method for request in requests] == ["DELETE"]


def test_what_was_refused_stays_refused(noted: Session, live: Sandbox, threads: list[str], assistant: str, sent: Sent) -> None:
    """The API said no; what was not sent is sent all the same."""
    threads[1] = "thread_none"
    with pytest.raises(ResponseError):
        noted.sql(IN_ORDER, [threads, assistant])
    ((write, *_),) = noted.sql("SHOW JOURNAL").fetchall()

    with sent(live) as requests:
        rows = noted.sql(f"RESUME '{write}'").fetchall()

    assert [request.path for request in requests] == [f"/v1/threads/{threads[2]}/runs"]
    assert [row[2] for row in rows] == ["done", "refused", "done"]


def test_what_was_limited_is_sent_again(noted: Session, live: Sandbox, threads: list[str], assistant: str, sent: Sent) -> None:
    """A 429 is given before a request is looked at."""
    write = cut(noted, live, threads, assistant, "rate_limit", retry_after_s=0.001, times=3)
    live.clear_faults()

    with sent(live) as requests:
        noted.sql(f"RESUME '{write}'")

    assert [request.path for request in requests] == [f"/v1/threads/{thread}/runs" for thread in threads[1:]]


@pytest.mark.parametrize("ends", ["cancelled", "out of requests"])
def test_what_was_limited_is_sent_again_whatever_ended_its_retries(
    noted: Session, live: Sandbox, thread: str, assistant: str, sent: Sent, ends: str
) -> None:
    """The last answer is what its outcome rests on, and it said that nothing was carried out."""
    live.fault("rate_limit", path=thread, retry_after_s=0.001 if ends == "out of requests" else 2, times=3)
    if ends == "cancelled":
        before = len(live.requests)

        def cancel() -> None:
            while len(live.requests) == before:
                time.sleep(0.005)
            time.sleep(0.2)  # so that the answer is there, and waited upon
            noted.cancel()

        threading.Thread(target=cancel, daemon=True).start()
    with pytest.raises((EngineError, BudgetError)):
        noted.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant], max_requests=1)
    live.clear_faults()
    ((write, *_),) = noted.sql("SHOW JOURNAL").fetchall()
    assert noted.sql(f"SHOW JOURNAL '{write}'").select("outcome, status").fetchall() == [("refused", 429)]

    with sent(live) as requests:
        rows = noted.sql(f"RESUME '{write}'").fetchall()

    assert (len(requests), [row[2] for row in rows]) == (1, ["done"])


def test_what_is_unknown_stays_so_where_resuming_reaches_nobody(path: Path) -> None:
    """That the second attempt was not sent says nothing of the first."""
    with Sandbox() as box, rowcall.connect(providers=box.providers, journal=path, max_write_rows=1) as db:
        ((thread, *_), *_) = box.tables["sandbox_threads"][1]
        box.fault("drop", path=str(thread), times=3)
        with pytest.raises(UnavailableError):
            db.sql("DELETE FROM openai.assistants.threads WHERE id = $1", [thread])
        box.stop()
        ((write, *_),) = db.sql("SHOW JOURNAL").fetchall()

        with pytest.raises(UnavailableError, match="listening"):
            db.sql(f"RESUME '{write}'")

        assert outcomes(db, write) == ["unknown"]


@pytest.mark.parametrize("how", ["dry run", "explain"])
def test_what_would_be_sent_is_shown(noted: Session, live: Sandbox, threads: list[str], assistant: str, sent: Sent, how: str) -> None:
    """Nothing is sent by that, and the write is nobody else's afterwards."""
    write = cut(noted, live, threads, assistant)

    with sent(live) as requests:
        rows = (noted.sql(f"RESUME '{write}'", dry_run=True) if how == "dry run" else noted.sql(f"EXPLAIN RESUME '{write}'")).fetchall()

    assert requests == []
    assert f"/threads/{threads[2]}/runs" in str(rows)
    assert f"/threads/{threads[1]}/runs" not in str(rows)


def test_a_write_is_not_resumed_at_another_place(noted: Session, live: Sandbox, threads: list[str], assistant: str, path: Path) -> None:
    """Its ids mean nothing there."""
    write = cut(noted, live, threads, assistant)
    elsewhere = {"openai": {**live.providers["openai"], "base_url": "http://127.0.0.1:9/v1"}}

    with (
        rowcall.connect(providers=elsewhere, journal=path) as db,
        pytest.raises(UnsupportedSQLError, match=r"went to http.*is at http://127"),
    ):
        db.sql(f"RESUME '{write}'")


def test_a_read_only_session_resumes_nothing(
    noted: Session, live: Sandbox, threads: list[str], assistant: str, path: Path, sent: Sent
) -> None:
    """It shows the journal, and what would be sent."""
    write = cut(noted, live, threads, assistant)

    with rowcall.connect(providers=live.providers, journal=path, read_only=True) as db, sent(live) as requests:
        with pytest.raises(ReadOnlyError):
            db.sql(f"RESUME '{write}'")
        assert len(db.sql(f"RESUME '{write}'", dry_run=True).fetchall()) == 1
    assert requests == []


def test_a_write_that_is_being_sent_is_left_to_its_process(noted: Session, live: Sandbox, threads: list[str], assistant: str) -> None:
    """Unless the user knows better: the number of a process that ended may be another's by now."""
    write = cut(noted, live, threads, assistant)
    journal = noted._opened_journal()
    journal.apply("UPDATE writes SET ended_at = NULL, pid = ? WHERE id = ?", (os.getppid(), write))

    with pytest.raises(UnsupportedSQLError, match=f"is being sent, by process {os.getppid()}.*--take-over"):
        noted.sql(f"RESUME '{write}'")
    with pytest.warns(PartialResultWarning):
        noted.sql(f"RESUME '{write}' TAKE OVER")

    assert outcomes(noted, write) == ["done", "unknown", "done"]


def test_who_was_thought_dead_sends_nothing_more(noted: Session, live: Sandbox, threads: list[str], assistant: str, sent: Sent) -> None:
    """Once another process has taken a write over, the first one cannot begin a request of it."""
    live.fault("slow", path=threads[0], seconds=0.5)
    journal = noted._opened_journal()

    def take_over() -> None:
        while not any(threads[0] in request.path and request.method == "POST" for request in live.requests):
            time.sleep(0.01)
        journal.take(journal.rows()[0]["write_id"], from_the_living=True)

    taker = threading.Thread(target=take_over)
    taker.start()
    with sent(live) as requests, pytest.raises(rowcall.errors.UsageError, match="was resumed by another process"):
        noted.sql(IN_ORDER, [threads, assistant])
    taker.join()

    assert [request.path for request in requests] == [f"/v1/threads/{threads[0]}/runs"]


@pytest.mark.parametrize("first", ["who sends it", "who took it over"])
def test_what_was_on_its_way_is_done_once_its_process_says_so(
    noted: Session, live: Sandbox, threads: list[str], assistant: str, path: Path, sent: Sent, first: str
) -> None:
    """Whether that is before or after the end of the one that took the write over, which does not send it again."""
    live.fault("slow", path=threads[0], seconds=0.7)
    if first == "who sends it":
        live.fault("slow", path=threads[2], seconds=1.5)
    resumed: list[list[str]] = []

    def take_over() -> None:
        while not any(threads[0] in request.path and request.method == "POST" for request in live.requests):
            time.sleep(0.01)
        with rowcall.connect(providers=live.providers, journal=path, max_write_rows=3) as other, warnings.catch_warnings():
            warnings.simplefilter("ignore", PartialResultWarning)
            ((write, *_),) = other.sql("SHOW JOURNAL").fetchall()
            resumed.append([row[2] for row in other.sql(f"RESUME '{write}' TAKE OVER").fetchall()])

    taker = threading.Thread(target=take_over)
    taker.start()
    with sent(live) as requests:
        with pytest.raises(rowcall.errors.UsageError, match=r"(?s)was resumed by another process.*Of 3 requests: 1 done, 2 not sent"):
            noted.sql(IN_ORDER, [threads, assistant])
        taker.join()

    ((write, *_),) = noted.sql("SHOW JOURNAL").fetchall()
    assert sorted(request.path for request in requests) == sorted(f"/v1/threads/{thread}/runs" for thread in threads)
    assert resumed == [["done" if first == "who sends it" else "unknown", "done", "done"]]
    assert outcomes(noted, write) == ["done", "done", "done"]


@pytest.mark.parametrize("state", ["unknown", "sending"])
def test_a_late_outcome_is_not_taken_for_that_of_a_later_attempt(noted: Session, threads: list[str], assistant: str, state: str) -> None:
    """Nor does what a reader says take the place of what is known."""
    noted.sql(IN_ORDER, [threads, assistant])
    journal = noted._opened_journal()
    ((id_, *_),) = noted.sql("SHOW JOURNAL").fetchall()
    early, _ = journal.take(id_, from_the_living=True)
    early.begun(0)
    late, _ = journal.take(id_, from_the_living=True)
    if state == "sending":
        late.begun(0)

    early.ended(0, Outcome.DONE, status=200, answer="{}", error=None)
    late.told(0, Outcome.UNKNOWN, status=None, answer=None, error="get_run says: absent")

    assert journal.read(id_)[1][0].state == {"unknown": "done", "sending": "sending"}[state]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("RESUME 'nothing'", r"has no write nothing\. rowcall journal list"),
        ("RESUME 'x' NOW", "should end here"),
        ("SHOW JOURNAL 'nothing'", "has no write nothing"),
        ("RESUME ''", "has no write"),
    ],
)
def test_what_cannot_be_resumed_is_said(noted: Session, text: str, message: str) -> None:
    """With a caret, and what to do instead."""
    with pytest.raises((SQLError, PlanError), match=message) as caught:
        noted.sql(text)

    assert "LINE 1: " in str(caught.value)


@pytest.mark.parametrize("state", ["not sent", "refused"])
def test_a_secret_is_not_kept_and_its_row_not_resumed(
    noted: Session, live: Sandbox, threads: list[str], path: Path, sent: Sent, state: str
) -> None:
    """Of a request with the key in it, the rest is kept, so that one sees what it was."""
    key = live.providers["openai"]["api_key"]
    live.fault("rate_limit", path=threads[0], retry_after_s=0.001, times=3)
    with pytest.raises(rowcall.errors.RateLimitError):
        noted.sql("UPDATE threads SET metadata = MAP {'k': $2} WHERE id = $1", [threads[0], key])
    live.clear_faults()
    ((write, *_),) = noted.sql("SHOW JOURNAL").fetchall()
    if state == "not sent":
        noted._opened_journal().apply("UPDATE requests SET state = 'not sent', status = NULL WHERE write_id = ?", (write,))

    with sent(live) as requests, pytest.warns(PartialResultWarning, match="Row 1 had a secret in it"):
        noted.sql(f"RESUME '{write}'")

    assert requests == []
    assert all(key.encode() not in file.read_bytes() for file in path.parent.iterdir())


def test_the_api_is_asked_about_what_nobody_knows(noted: Session, live: Sandbox, thread: str, assistant: str, sent: Sent) -> None:
    """By the reader that the manifest names: a change was made where the row has what it was to have."""
    run = noted.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2) RETURNING id", [thread, assistant]).fetchall()[0][0]
    live.fault("unanswered", path=run, method="POST", times=None)
    with pytest.raises(UnavailableError):
        noted.sql("UPDATE runs SET metadata = MAP {'a': 'b'} WHERE thread_id = $1 AND run_id = $2", [thread, run])
    live.clear_faults()
    write = noted.sql("SHOW JOURNAL").fetchall()[0][0]
    noted._opened_journal().apply("UPDATE requests SET request = replace(request, '\"retriable\":true', '\"retriable\":false')", ())
    assert outcomes(noted, write) == ["unknown"]

    with sent(live) as requests:
        rows = noted.sql(f"RESUME '{write}'").select("ok, outcome, error, response->'metadata'").fetchall()

    assert [request.method for request in requests] == ["GET"]
    assert rows == [(True, "done", "get_run says: queued", '{"a":"b"}')]
    assert outcomes(noted, write) == ["done"]


def test_what_the_api_says_of_a_call_is_for_the_user_to_judge(
    noted: Session, live: Sandbox, thread: str, assistant: str, sent: Sent
) -> None:
    """Whether a cancellation was carried out, the row does not say for certain: what it says is shown, and nothing is sent again."""
    run = noted.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2) RETURNING id", [thread, assistant]).fetchall()[0][0]
    live.fault("unanswered", path="cancel", method="POST")
    with pytest.raises(UnavailableError):
        noted.sql("EXEC runs.cancel_run @thread_id = $1, @run_id = $2", [thread, run])
    write = noted.sql("SHOW JOURNAL").fetchall()[0][0]

    with sent(live) as requests, pytest.warns(PartialResultWarning, match="Row 1 may have been carried out"):
        rows = noted.sql(f"RESUME '{write}'").select("ok, outcome, error, response->>'status'").fetchall()

    assert [request.method for request in requests] == ["GET"]
    assert rows == [(False, "unknown", "get_run says: cancelling", "cancelling")]


def test_a_budget_that_ends_before_the_api_is_asked_hides_nothing(
    noted: Session, live: Sandbox, thread: str, assistant: str, sent: Sent
) -> None:
    """What was not sent is sent by the one request that is left; that the API could not be asked about the other is said."""
    insert = "INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2) RETURNING id"
    first = noted.sql(insert, [thread, assistant]).fetchall()[0][0]
    live.fault("unanswered", path="cancel", method="POST")
    with pytest.raises(UnavailableError):
        noted.sql("EXEC runs.cancel_run FROM (SELECT $1 AS thread_id, unnest([$2, 'run_none']) AS run_id)", [thread, first])
    write = noted.sql("SHOW JOURNAL").fetchall()[0][0]
    assert outcomes(noted, write) == ["unknown", "not sent"]

    warned = [pytest.warns(PartialResultWarning, match=text) for text in ("No run found", "Row 1 may have been carried out")]
    with sent(live) as requests, warned[0], warned[1]:
        rows = noted.sql(f"RESUME '{write}'", max_requests=1, on_error="partial").select("outcome, error").fetchall()

    assert len(requests) == 1
    assert [row[0] for row in rows] == ["unknown", "refused"]
    assert "could not tell: The statement needs at least 2 requests" in rows[0][1]


def test_the_rest_of_a_write_needs_a_yes_as_any_write_does(
    noted: Session, live: Sandbox, threads: list[str], assistant: str, path: Path, sent: Sent
) -> None:
    """Of what is left to send."""
    live.fault("unprocessed", path=threads[0])
    with pytest.raises(UnavailableError):
        noted.sql(IN_ORDER, [threads, assistant])
    write = noted.sql("SHOW JOURNAL").fetchall()[0][0]

    with rowcall.connect(providers=live.providers, journal=path) as db, sent(live) as requests:
        with pytest.raises(rowcall.errors.WriteLimitError, match="writes 2 rows"):
            db.sql(f"RESUME '{write}'")
        assert outcomes(db, write) == ["unknown", "not sent", "not sent"]
    assert requests == []
