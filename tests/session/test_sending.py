"""Writes as they are sent: what goes out together, what waits for what, and what is said of each when one fails."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import EngineError, ResponseError, UnavailableError, UsageError
from rowcall.manifest.read import load_provider
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
EACH = "INSERT INTO runs (thread_id, assistant_id) SELECT t, $2 FROM (SELECT unnest($1) AS t)"
IN_ORDER = f"{EACH} ORDER BY list_position($1, t)"
MANY = "INSERT INTO runs (thread_id, assistant_id) SELECT 'thread_' || i, 'asst_1' FROM range({rows}) s(i)"


def journal_of(session: Session) -> list[tuple[Any, ...]]:
    """The outcome and the status of each request that a session's journal has of its last write, by row."""
    found = session.sql("SELECT write_id, outcome, status FROM rowcall_journal() ORDER BY began_at, write_id, row").fetchall()
    return [tuple(row[1:]) for row in found if row[0] == found[-1][0]]


def answered(asked: Any, run: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The run that an API makes where it is asked to."""
    thread = asked.path.split("/")[-2]
    return run(f"run_of_{thread}", thread_id=thread)


def interrupt_when_asked(box: Sandbox) -> None:
    """Has the test interrupted, as by Ctrl-C, when a sandbox has got one more request."""
    before = len(box.requests)

    def wait() -> None:
        while len(box.requests) == before:
            time.sleep(0.005)
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


def test_rows_that_share_nothing_go_out_together(scripted: Callable[..., Any], run: Callable[..., dict[str, Any]]) -> None:
    """The server answers none of the four before it has all."""
    together = threading.Barrier(4, timeout=20)

    def answer(asked: Any) -> tuple[int, Any]:
        together.wait()
        return 200, answered(asked, run)

    with rowcall.connect(providers=scripted(answer).providers, max_write_rows=None) as db:
        rows = db.sql(MANY.format(rows=4) + " RETURNING thread_id").fetchall()

    assert rows == [("thread_0",), ("thread_1",), ("thread_2",), ("thread_3",)]


def test_no_more_go_out_at_once_than_the_provider_takes(scripted: Callable[..., Any], run: Callable[..., dict[str, Any]]) -> None:
    """`max_in_flight` bounds writes too."""
    lock, now, most = threading.Lock(), Counter[str](), Counter[str]()

    def answer(asked: Any) -> tuple[int, Any]:
        with lock:
            now["all"] += 1
            most["all"] = max(most["all"], now["all"])
        time.sleep(0.02)
        with lock:
            now["all"] -= 1
        return 200, answered(asked, run)

    script = scripted(answer)
    with rowcall.connect(providers={"openai": {**script.providers["openai"], "max_in_flight": 3}}, max_write_rows=None) as db:
        db.sql(MANY.format(rows=12))

    assert (most["all"], len(script.asked)) == (3, 12)


def test_rows_of_one_thread_never_overlap(scripted: Callable[..., Any], run: Callable[..., dict[str, Any]]) -> None:
    """They are sent in their order, each when the one before it was answered, while another thread's go on beside them."""
    lock, now, overlaps = threading.Lock(), Counter[str](), []

    def answer(asked: Any) -> tuple[int, Any]:
        thread = asked.path.split("/")[-2]
        with lock:
            now[thread] += 1
            overlaps.append(now[thread])
        time.sleep(0.01)
        with lock:
            now[thread] -= 1
        return 200, answered(asked, run)

    script = scripted(answer)
    with rowcall.connect(providers=script.providers, max_write_rows=None) as db:
        db.sql(
            "INSERT INTO runs (thread_id, assistant_id, instructions) SELECT 'thread_' || (i % 2), 'asst_1', i::VARCHAR FROM range(10) s(i)"
        )

    assert set(overlaps) == {1}
    for thread in ("thread_0", "thread_1"):
        texts = [json.loads(asked.body)["instructions"] for asked in script.asked if thread in asked.path]
        assert texts == sorted(texts, key=int)


def test_one_id_in_two_spellings_is_one_lane(scripted: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """5 and 5.0 are the same number, and stand in a path alike."""
    (tmp_path / "provider.yaml").write_text(
        "{manifest: 1, provider: acme, title: A, description: A., source: https://a.test, base_url: https://a.test}"
    )
    (
        tmp_path / "shop.yaml"
    ).write_text("""{service: shop, title: S, description: S., resources: {parts: {description: P., source: https://a.test,
        columns: {id: {type: string, description: I.}}, methods: {add: {verb: insert, http: "POST /shelves/{shelf}/parts", description: A.,
        parameters: {shelf: {in: path, type: number, description: S.}}}}}}}""")
    catalog = Catalog({"acme": load_provider(tmp_path)})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    lock, now, overlaps = threading.Lock(), Counter[str](), []

    def answer(asked: Any) -> tuple[int, Any]:
        with lock:
            now[asked.path] += 1
            overlaps.append(now[asked.path])
        time.sleep(0.1)
        with lock:
            now[asked.path] -= 1
        return 200, {"id": "part"}

    providers = {"acme": {"base_url": scripted(answer).providers["openai"]["base_url"]}}
    with rowcall.connect(providers=providers, journal=":memory:", max_write_rows=None) as db:
        db.sql("INSERT INTO acme.shop.parts (shelf) SELECT unnest(['5'::JSON, '5.0'::JSON, '\"5\"'::JSON])")

    assert overlaps == [1, 1, 1]


def test_order_by_has_rows_sent_in_that_order(live: Sandbox, writer: Session, threads: list[str], assistant: str, sent: Sent) -> None:
    """One after the other, whatever they have in common."""
    wanted = sorted(threads, reverse=True)

    with sent(live) as requests:
        writer.sql(f"{EACH} ORDER BY t DESC", [threads, assistant], max_write_rows=3)

    assert [request.path for request in requests] == [f"/v1/threads/{thread}/runs" for thread in wanted]


def test_after_a_failure_nothing_more_is_begun(live: Sandbox, writer: Session, threads: list[str], assistant: str, sent: Sent) -> None:
    """The error and a warning say of how many rows what became, and where to read of each."""
    live.fault("server_error", path=threads[1])

    with sent(live) as requests, pytest.raises(UnavailableError, match=r"Of 3 requests: 1 done, 1 unknown, 1 not sent\. SHOW JOURNAL"):
        writer.sql(IN_ORDER, [threads, assistant], max_write_rows=3)

    assert [request.path for request in requests] == [f"/v1/threads/{thread}/runs" for thread in threads[:2]]
    assert journal_of(writer) == [("done", 200), ("unknown", 500), ("not sent", None)]


def test_partial_tells_of_each_row_what_became_of_it(
    live: Sandbox, writer: Session, threads: list[str], assistant: str, sent: Sent
) -> None:
    """With on_error = partial all are sent, and the answer has a row for each."""
    threads[1] = "thread_none"

    with sent(live) as requests, pytest.warns(rowcall.errors.PartialResultWarning, match="No thread found"):
        relation = writer.sql(IN_ORDER, [threads, assistant], on_error="partial", max_write_rows=3)

    rows = relation.select("row, ok, outcome, status, error, response->>'status'").fetchall()
    assert [(*row[:4], row[5]) for row in rows] == [
        (1, True, "done", 200, "queued"),
        (2, False, "refused", 404, None),
        (3, True, "done", 200, "queued"),
    ]
    assert rows[0][4] is None
    assert "No thread found with id 'thread_none'" in rows[1][4]
    assert (len(requests), writer.last.partial) == (3, True)


def test_partial_without_a_failure_has_the_same_columns(writer: Session, threads: list[str], assistant: str) -> None:
    """Who reads it need not know beforehand whether anything fails."""
    relation = writer.sql(EACH, [threads, assistant], on_error="partial", max_write_rows=3)

    assert relation.columns == ["row", "ok", "outcome", "status", "error", "response"]
    assert writer.last.partial is False


def test_partial_with_returning_gives_the_rows_that_are_done(writer: Session, threads: list[str], assistant: str) -> None:
    """RETURNING says what is wanted; what failed is warned of."""
    with pytest.warns(rowcall.errors.PartialResultWarning, match="No thread found"):
        rows = writer.sql(
            f"{IN_ORDER} RETURNING thread_id", [[threads[0], "thread_none"], assistant], on_error="partial", max_write_rows=3
        ).fetchall()

    assert rows == [(threads[0],)]


def test_a_refusal_is_told_from_what_nobody_knows(writer: Session, live: Sandbox, thread: str, assistant: str) -> None:
    """Each outcome that there is, as the journal has it."""
    text = "INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)"
    with pytest.raises(ResponseError):
        writer.sql(text, ["thread_none", assistant])
    assert journal_of(writer) == [("refused", 404)]

    live.fault("drop", path=thread)
    with pytest.raises(UnavailableError, match="unknown"):
        writer.sql(text, [thread, assistant])
    assert journal_of(writer) == [("unknown", None)]


def test_what_did_not_connect_was_not_sent(writer: Session, thread: str, assistant: str) -> None:
    """So it is sent when the write is resumed."""
    providers = {"openai": {"base_url": "http://127.0.0.1:9/v1", "api_key": "k"}}
    with rowcall.connect(providers=providers) as db, pytest.raises(UnavailableError):
        db.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])

    assert journal_of(writer) == [("not sent", None)]


def test_what_nobody_could_carry_was_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the proxy of the environment, or the file of certificates, cannot be used, say."""
    monkeypatch.setenv("http_proxy", "ftp://127.0.0.1:9")
    (tmp_path / "authorities.pem").write_text("none")
    for settings in (
        {"base_url": "http://api.invalid/v1", "plain_http": True},
        {"base_url": "https://127.0.0.1:9", "ca_file": str(tmp_path / "authorities.pem")},
    ):
        with rowcall.connect(providers={"openai": {"api_key": "k", **settings}}, journal=":memory:") as db:
            with pytest.raises(UsageError, match="cannot be"):
                db.sql(MANY.format(rows=1))
            assert journal_of(db) == [("not sent", None)]


def test_a_journal_that_cannot_be_used_keeps_a_write_from_being_sent(
    live: Sandbox, writer: Session, thread: str, assistant: str, sent: Sent, tmp_path: Path
) -> None:
    """What is not noted is not sent."""
    (tmp_path / "notes").write_text("This is no journal, and long enough to be taken for a page of one. " * 20)
    (tmp_path / "notes").chmod(0o600)
    writer.sql(f"SET rowcall_journal = '{tmp_path / 'notes'}'")

    with sent(live) as requests, pytest.raises(UsageError, match="rowcall_journal .*notes cannot be used"):
        writer.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])

    assert requests == []


def test_a_journal_that_is_lost_does_not_hide_what_was_done(
    scripted: Callable[..., Any], run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    """It is removed while the second row is answered: nothing more is sent, and the error does not sound as if nothing had been."""

    def answer(asked: Any) -> tuple[int, Any]:
        if len(script.asked) == 2:
            (tmp_path / "journal.sqlite").unlink()
        return 200, answered(asked, run)

    script = scripted(answer)
    providers = {"openai": {**script.providers["openai"], "max_in_flight": 1}}
    with rowcall.connect(providers=providers, journal=tmp_path / "journal.sqlite", max_write_rows=None) as db:
        with pytest.raises(UsageError, match=r"(?s)removed or replaced.*Of 3 requests: 2 done, 1 not sent\."):
            db.sql(MANY.format(rows=3))
        assert len(script.asked) == 2
        script.asked.pop()
    with (
        rowcall.connect(providers=providers, journal=tmp_path / "journal.sqlite") as db,
        pytest.warns(rowcall.errors.RowcallWarning, match=r"removed or replaced.* is not all on record"),
    ):
        assert db.sql(f"{MANY.format(rows=1)} RETURNING thread_id").fetchall() == [("thread_0",)]


def test_what_fails_after_a_write_says_that_it_was_done(writer: Session, thread: str, assistant: str) -> None:
    """RETURNING is DuckDB's, and may fail over the answer: who sent the statement again would write twice."""
    with pytest.raises(EngineError, match=r"(?s)Conversion.*Of 1 request: 1 done\. SHOW JOURNAL '[0-9a-f]{10}'"):
        writer.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2) RETURNING id::INTEGER", [thread, assistant])

    assert journal_of(writer) == [("done", 200)]


def test_who_cancels_a_write_hears_what_was_done(live: Sandbox, threads: list[str], assistant: str) -> None:
    """What is on its way then is not waited for."""
    live.fault("slow", path=threads[1], seconds=30)
    with rowcall.connect(providers=live.providers, max_write_rows=None) as db:
        before = len(live.requests)

        def cancel() -> None:
            while len(live.requests) < before + 2:
                time.sleep(0.005)
            db.cancel()

        threading.Thread(target=cancel, daemon=True).start()
        with pytest.raises(EngineError, match=r"cancelled\. Of 3 requests: 1 done, 1 unknown, 1 not sent\."):
            db.sql(IN_ORDER, [threads, assistant])
        live.clear_faults()
        assert journal_of(db) == [("done", 200), ("unknown", None), ("not sent", None)]


def test_the_journal_is_its_owners_alone(writer: Session, thread: str, assistant: str, tmp_path: Path) -> None:
    """It holds what was written, which is nobody else's business."""
    path = tmp_path / "state" / "journal.sqlite"
    writer.sql(f"SET rowcall_journal = '{path}'")
    writer.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])

    assert [(file.name, oct(file.stat().st_mode & 0o777)) for file in path.parent.iterdir() if file.name == path.name] == [
        ("journal.sqlite", "0o600")
    ]
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"


def test_a_journal_in_memory_ends_with_the_session(live: Sandbox, thread: str, assistant: str) -> None:
    """For those who may leave nothing behind."""
    with rowcall.connect(providers=live.providers, journal=":memory:") as db:
        db.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])
        assert journal_of(db) == [("done", 200)]
    with rowcall.connect(providers=live.providers, journal=":memory:") as db:
        assert db.sql("SELECT count(*) FROM rowcall_journal()").fetchall() == [(0,)]


def test_the_journal_is_a_table_like_any(writer: Session, thread: str, assistant: str) -> None:
    """One row a request: the statement, what was sent, and what was answered."""
    text = "INSERT INTO runs (thread_id, assistant_id) VALUES ($t, $a)"
    writer.sql(text, {"t": thread, "a": assistant})

    found = writer.sql(
        """SELECT kind, statement, operation, row, outcome, status, request, body->>'assistant_id', response->>'status', ended_at >= sent_at
        FROM rowcall_journal() WHERE response->>'thread_id' = $1""",
        [thread],
    ).fetchall()
    base_url = writer.given["openai"]["base_url"]
    place = f"POST {base_url}/threads/{thread}/runs"
    assert [row[1].replace(" )", ")").replace(" ,", ",") for row in found] == [text]  # what is sent has a space after a parameter
    assert [(row[0], *row[2:]) for row in found] == [
        ("insert", "openai.assistants.runs.create_run", 1, "done", 200, place, assistant, "queued", True)
    ]


def test_ctrl_c_lets_what_is_on_its_way_end(live: Sandbox, threads: list[str], assistant: str, sent: Sent) -> None:
    """Nothing more is begun; what was begun is waited for, so that the journal knows of it."""
    live.fault("slow", seconds=0.6, times=None)
    with rowcall.connect(providers={"openai": {**live.providers["openai"], "max_in_flight": 1}}, max_write_rows=None) as db:
        interrupt_when_asked(live)
        with sent(live) as requests, pytest.raises(KeyboardInterrupt) as stop:
            db.sql(IN_ORDER, [threads, assistant])
        live.clear_faults()
        assert [note.partition(" SHOW JOURNAL")[0] for note in stop.value.__notes__] == ["Of 3 requests: 1 done, 2 not sent."]
        assert any("Of 3 requests: 1 done, 2 not sent." in warning for warning in db.last.warnings)
        assert len(requests) == 1
        assert journal_of(db) == [("done", 200), ("not sent", None), ("not sent", None)]


def test_ctrl_c_marks_as_unknown_what_does_not_end(live: Sandbox, thread: str, assistant: str) -> None:
    """It is not waited for longer than a moment."""
    live.fault("slow", seconds=30, times=None)
    with rowcall.connect(providers=live.providers, max_write_rows=None) as db:
        interrupt_when_asked(live)
        with pytest.raises(KeyboardInterrupt):
            db.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])
        live.clear_faults()
        assert journal_of(db) == [("unknown", None)]


def test_ctrl_c_does_not_wait_for_a_client_of_the_users_own(live: Sandbox, thread: str, assistant: str) -> None:
    """Which cannot be told to stop; what it has on its way is unknown, and not said to be unsent."""
    live.fault("slow", seconds=20, times=1)
    with httpx.Client(timeout=None) as client:
        providers = {"openai": {**live.providers["openai"], "client": client}}
        db = rowcall.connect(providers=providers, journal=":memory:", max_write_rows=None)
        interrupt_when_asked(live)
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt) as stop:
            db.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])
        assert time.monotonic() - started < 12
        assert "Of 1 request: 1 unknown." in stop.value.__notes__[0]
        assert journal_of(db) == [("unknown", None)]


def test_a_read_leaves_no_note(writer: Session, thread: str) -> None:
    """The journal is of what changes something."""
    before = writer.sql("SELECT count(*) FROM rowcall_journal()").fetchall()
    writer.sql("SELECT * FROM runs WHERE thread_id = $1", [thread])

    assert writer.sql("SELECT count(*) FROM rowcall_journal()").fetchall() == before


def test_no_key_is_in_the_journal(live: Sandbox, thread: str, tmp_path: Path) -> None:
    """Not even where it was written into a row."""
    path = tmp_path / "journal.sqlite"
    key = live.providers["openai"]["api_key"]
    with rowcall.connect(providers=live.providers, journal=path) as db:
        db.sql("UPDATE threads SET metadata = MAP {'k': $2} WHERE id = $1", [thread, f"the key is {key}!"])
        ((statement, body),) = db.sql("SELECT statement, body FROM rowcall_journal()").fetchall()

    assert "the key is ***!" in body or "the key is" in body
    assert all(key.encode() not in file.read_bytes() for file in tmp_path.iterdir())
    assert key not in statement


@pytest.mark.parametrize("key", ["sk-very-secret", "17900000"])
def test_an_answer_is_kept_as_json_whatever_is_taken_out_of_it(
    scripted: Callable[..., Any], run: Callable[..., dict[str, Any]], key: str
) -> None:
    """A key may be of digits, and stand in a number; a URL and an address are no secrets."""
    body = json.dumps(run("run_1", metadata={"url": "https://acme.test"}, instructions="ann@acme.test"), separators=(",", ":"))
    providers = scripted(lambda _: (200, body)).providers
    with rowcall.connect(providers={"openai": {**providers["openai"], "api_key": key}}, journal=":memory:") as db:
        db.sql(
            "INSERT INTO runs (thread_id, assistant_id, metadata, instructions) VALUES ('t', 'a', MAP {'url': 'https://b.test'}, 'me@b.test')"
        )
        ((response, kept),) = db.sql("SELECT response, body FROM rowcall_journal()").fetchall()

    wanted = {**json.loads(body), "created_at": "***00"} if key in body else json.loads(body)
    assert json.loads(response) == wanted
    assert json.loads(kept) == {"assistant_id": "a", "metadata": {"url": "https://b.test"}, "instructions": "me@b.test"}


def test_a_journal_of_one_connection_is_seen_by_another(live: Sandbox, thread: str, assistant: str, tmp_path: Path) -> None:
    """Processes share it."""
    path = tmp_path / "journal.sqlite"
    with (
        rowcall.connect(providers=live.providers, journal=path) as one,
        rowcall.connect(duckdb.connect(), providers=live.providers, journal=path) as other,
    ):
        one.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])
        assert journal_of(other) == [("done", 200)]


def test_what_nobody_answered_is_not_overtaken(live: Sandbox, writer: Session, threads: list[str], sent: Sent) -> None:
    """With on_error = partial the rows of another thread are sent; those after it in its own are not, and RESUME has them."""
    live.fault("unanswered", method="POST", path=threads[0])
    text = "INSERT INTO messages (thread_id, role, content) SELECT t, 'user', c FROM (VALUES ($1, 'a'), ($1, 'b'), ($2, 'c')) v(t, c)"

    with sent(live) as requests, pytest.warns(rowcall.errors.PartialResultWarning, match="unknown"):
        rows = writer.sql(text, threads[:2], on_error="partial").select("row, outcome").fetchall()

    assert rows == [(1, "unknown"), (2, "not sent"), (3, "done")]
    assert sorted(request.body["content"] for request in requests) == ["a", "c"]
    ((write, *_), *_) = writer.sql("SHOW JOURNAL").fetchall()
    with sent(live) as later, pytest.warns(rowcall.errors.PartialResultWarning, match="Row 1 may have been carried out"):
        writer.sql(f"RESUME '{write}'")
    assert [request.body["content"] for request in later] == ["b"]
