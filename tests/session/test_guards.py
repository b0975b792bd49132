"""How much a session may write, and who is asked about more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.errors import BudgetError, RateLimitError, ReadOnlyError, ResponseError, WriteLimitError
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
SEVERAL = [
    "INSERT INTO messages (thread_id, role, content) SELECT unnest([$1, $2, $3]), 'user', 'Hi'",
    "INSERT INTO threads (metadata) VALUES (MAP {'n': $1}), (MAP {'n': $2}), (MAP {'n': $3})",
    "UPDATE threads SET metadata = MAP {'seen': 'yes'} WHERE id IN ($1, $2, $3)",
    "UPDATE threads SET metadata = MAP {'seen': 'yes'} WHERE id IN ($1, $2, $3) AND created_at > 0",
]
DELETES = [
    "DELETE FROM threads WHERE id = $1",
    "DELETE FROM threads WHERE id = $1 AND created_at > 0",
    "EXEC openai.assistants.threads.delete_thread @thread_id = $1",
]


@pytest.fixture
def writer(live: Sandbox) -> Iterator[Session]:
    """A session of which nobody has said how much it may write."""
    with rowcall.connect(providers=live.providers) as session:
        yield session


def changes(requests: list[Any]) -> list[str]:
    """The methods of those that change something."""
    return [request.method for request in requests if request.method != "GET"]


@pytest.mark.parametrize("text", SEVERAL)
def test_a_write_of_several_rows_is_refused_before_any_is_sent(
    live: Sandbox, writer: Session, threads: list[str], sent: Sent, text: str
) -> None:
    """The error has both numbers, points at what would be changed, and says how to allow it."""
    with sent(live) as requests, pytest.raises(WriteLimitError) as caught:
        writer.sql(text, threads)

    error, message = caught.value, str(caught.value)
    assert changes(requests) == []
    assert (error.rows, error.limit, error.deletes, error.declined) == (3, 1, False, False)
    assert "writes 3 rows (openai.assistants." in message
    assert "max_write_rows is 1; no change was sent." in message
    assert "^" in message
    assert all(way in message for way in ("max_write_rows=3", "SET rowcall_max_write_rows = 3", "--yes"))


@pytest.mark.parametrize("text", SEVERAL)
@pytest.mark.parametrize("way", ["connect", "none", "SET", "NULL", "call", "config file"])
def test_it_is_sent_where_somebody_has_allowed_so_many(
    live: Sandbox, threads: list[str], sent: Sent, tmp_path: Path, text: str, way: str
) -> None:
    """Wherever a setting can be said; None is any number."""
    config = tmp_path / "config.toml"
    config.write_text("[settings]\nmax_write_rows = 3\n" if way == "config file" else "")
    arguments: dict[str, Any] = {"connect": {"max_write_rows": 3}, "none": {"max_write_rows": None}}.get(way, {})

    with rowcall.connect(providers=live.providers, config=config, **arguments) as session, sent(live) as requests:
        if way in {"SET", "NULL"}:
            session.sql(f"SET rowcall_max_write_rows = {'3' if way == 'SET' else way}")
        session.sql(text, threads, **({"max_write_rows": 3} if way == "call" else {}))

    assert changes(requests) == ["POST"] * 3


def test_one_row_more_than_the_limit_is_refused(live: Sandbox, writer: Session, threads: list[str], sent: Sent) -> None:
    """Also where the limit is not the default; and no limit at all is 0 rows."""
    with sent(live) as requests:
        with pytest.raises(WriteLimitError, match="max_write_rows is 2"):
            writer.sql(SEVERAL[2], threads, max_write_rows=2)
        with pytest.raises(WriteLimitError, match=r"writes 1 row \(.*max_write_rows is 0"):
            writer.sql("INSERT INTO threads DEFAULT VALUES", max_write_rows=0)

    assert requests == []


@pytest.mark.parametrize("text", DELETES)
def test_a_delete_of_one_row_needs_a_limit_that_somebody_has_set(
    live: Sandbox, writer: Session, thread: str, sent: Sent, text: str
) -> None:
    """The default is nobody's word for it, whether the statement says DELETE or the method deletes."""
    with sent(live) as requests, pytest.raises(WriteLimitError, match="deletes 1 row .*nobody has said that it may") as caught:
        writer.sql(text, [thread])
    assert changes(requests) == []
    assert (caught.value.deletes, "^" in str(caught.value)) == (True, True)

    with sent(live) as requests:
        writer.sql(text, [thread], max_write_rows=1)
    assert changes(requests) == ["DELETE"]


def test_a_delete_of_more_rows_than_were_allowed_is_refused(live: Sandbox, writer: Session, threads: list[str], sent: Sent) -> None:
    """A limit allows as many deletions as it says."""
    with sent(live) as requests, pytest.raises(WriteLimitError, match="deletes 3 rows .*max_write_rows is 2"):
        writer.sql("DELETE FROM threads WHERE id IN ($1, $2, $3)", threads, max_write_rows=2)

    assert requests == []


def test_reset_takes_the_word_back(writer: Session, thread: str) -> None:
    """After it nobody has allowed a DELETE."""
    writer.sql("SET rowcall_max_write_rows = 5; RESET rowcall_max_write_rows")

    with pytest.raises(WriteLimitError):
        writer.sql("DELETE FROM threads WHERE id = $1", [thread])


def test_what_sends_no_write_needs_no_word(live: Sandbox, writer: Session, threads: list[str], assistant: str, sent: Sent) -> None:
    """Dry runs, EXPLAIN, writes of no rows, and methods that read, by EXEC too."""
    with sent(live) as requests:
        for text in SEVERAL:
            assert len(writer.sql(text, threads, dry_run=True).fetchall()) == 3
            writer.sql(f"EXPLAIN {text}", threads)
        writer.sql("DELETE FROM threads WHERE id = $1", [threads[0]], dry_run=True)
        writer.sql("DELETE FROM threads WHERE id = $1 AND created_at < 0", [threads[0]])
        writer.sql("INSERT INTO runs (thread_id, assistant_id) SELECT 'x', $1 WHERE false", [assistant])
        writer.sql("EXEC openai.assistants.threads.get_thread @thread_id = $1", [threads[0]], max_write_rows=0)

    assert changes(requests) == []


class Asked:
    """A `confirm` that answers what it is told to, and keeps what it was asked about."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.about: list[rowcall.Pending] = []

    def __call__(self, pending: rowcall.Pending) -> bool:
        self.about.append(pending)
        return self.answer  # type: ignore[no-any-return]


@pytest.mark.parametrize("text", [*SEVERAL, DELETES[0]])
def test_confirm_is_asked_in_place_of_a_refusal(live: Sandbox, threads: list[str], sent: Sent, text: str) -> None:
    """With the method, the rows and every request; what it allows is sent, and what not, not."""
    params = threads if "$3" in text else threads[:1]
    yes, no = Asked(answer=True), Asked(answer=False)

    with rowcall.connect(providers=live.providers, confirm=no) as session, sent(live) as before:
        with pytest.raises(WriteLimitError, match="the answer was not yes; no change was sent") as caught:
            session.sql(text, params)
        assert caught.value.declined
    with rowcall.connect(providers=live.providers, confirm=yes) as session, sent(live) as after:
        session.sql(text, params)

    (pending,) = yes.about
    assert changes(before) == []
    assert no.about[0].requests() == pending.requests()
    assert pending.statement.replace(" ", "") == text.replace(" ", "")
    assert (pending.rows, pending.limit, pending.deletes) == (len(params), 1, text in DELETES)
    shown = [(one.method, one.url, None if one.body is None else json.loads(one.body)) for one in pending.requests()]
    base = live.base_url.removesuffix("/v1")
    written = [request for request in after if request.method != "GET"]
    assert sorted(shown, key=str) == sorted(((request.method, f"{base}{request.path}", request.body) for request in written), key=str)
    assert pending.requests(1) == pending.requests()[:1]


def test_confirm_is_not_asked_about_a_row_that_is_allowed(live: Sandbox, threads: list[str], assistant: str) -> None:
    """But for DELETE, whatever the limit."""
    asked = Asked(answer=True)

    with rowcall.connect(providers=live.providers, confirm=asked, max_write_rows=3) as session:
        session.sql(SEVERAL[2], threads)
        session.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [threads[0], assistant])
        assert asked.about == []
        session.sql("DELETE FROM threads WHERE id = $1", [threads[0]])

    assert [pending.method for pending in asked.about] == ["delete_thread"]


@pytest.mark.parametrize("answer", ["no", 1, None], ids=repr)
def test_only_true_is_yes(live: Sandbox, thread: str, sent: Sent, answer: Any) -> None:
    """A text is true in Python, and may say no."""
    with (
        rowcall.connect(providers=live.providers, confirm=Asked(answer)) as session,
        sent(live) as requests,
        pytest.raises(WriteLimitError),
    ):
        session.sql("DELETE FROM threads WHERE id = $1", [thread])

    assert requests == []


def test_what_confirm_raises_is_raised_and_nothing_sent(live: Sandbox, thread: str, sent: Sent) -> None:
    """And the session goes on."""

    def confirm(pending: rowcall.Pending) -> bool:
        raise KeyError(pending.method)

    with rowcall.connect(providers=live.providers, confirm=confirm) as session, sent(live) as requests:
        with pytest.raises(KeyError, match="delete_thread"):
            session.sql("DELETE FROM threads WHERE id = $1", [thread])
        assert session.sql("SELECT 1").fetchall() == [(1,)]

    assert requests == []


def test_the_time_that_an_answer_takes_is_not_the_statements(live: Sandbox, thread: str) -> None:
    """A deadline that passes while somebody thinks is moved."""
    import time

    def confirm(_: rowcall.Pending) -> bool:
        time.sleep(2.1)  # more than the statement has
        return True

    with rowcall.connect(providers=live.providers, confirm=confirm, timeout_s=2) as session:
        assert session.sql("DELETE FROM threads WHERE id = $1 RETURNING deleted", [thread]).fetchall() == [(True,)]


def test_nobody_is_asked_about_what_the_budget_forbids(live: Sandbox, threads: list[str]) -> None:
    """It would be refused after the answer."""
    asked = Asked(answer=True)

    with (
        rowcall.connect(providers=live.providers, confirm=asked, max_requests=2) as session,
        pytest.raises(BudgetError, match="needs 3 requests"),
    ):
        session.sql(SEVERAL[2], threads)

    assert asked.about == []


def test_a_secret_is_in_nothing_that_is_shown(live: Sandbox) -> None:
    """Where a body holds the key, what is asked about does not."""
    asked = Asked(answer=False)

    with rowcall.connect(providers=live.providers, confirm=asked, max_write_rows=0) as session, pytest.raises(WriteLimitError) as caught:
        session.sql("INSERT INTO threads (metadata) VALUES (MAP {'k': $1})", [f"key {live.api_key}"])

    assert [one.body for one in asked.about[0].requests()] == ['{"metadata": {"k": "key ***"}}']
    assert live.api_key not in str(caught.value) + repr(asked.about[0].requests())


ALLOWED = ["assistants.runs.*cancel_run", "assistants.runs.submit_tool_outputs_to_run", "Assistants.Threads.*"]
WRITES = {
    "EXEC openai.assistants.runs.cancel_run @thread_id = 't', @run_id = 'r'": True,
    "EXEC runs.submit_tool_ouputs_to_run @thread_id = 't', @run_id = 'r', @tool_outputs = []": True,
    "INSERT INTO threads DEFAULT VALUES": True,
    "DELETE FROM threads WHERE id = 't'": True,
    "INSERT INTO runs (thread_id, assistant_id) VALUES ('t', 'a')": False,
    "UPDATE runs SET metadata = NULL WHERE thread_id = 't' AND id = 'r'": False,
    "EXEC runs.create_run @thread_id = 't', @assistant_id = 'a'": False,
    "DELETE FROM assistants WHERE id = 'a'": False,
    "INSERT INTO messages (thread_id, role, content) SELECT 't', 'user', 'x' WHERE false": False,
}


@pytest.fixture
def limited(live: Sandbox) -> Iterator[Session]:
    """A session of which some methods may write."""
    settings = {"openai": {**live.providers["openai"], "allow_writes": ALLOWED}}
    with rowcall.connect(providers=settings, max_write_rows=None) as session:
        yield session


@pytest.mark.parametrize(("text", "allowed"), WRITES.items())
def test_a_provider_may_be_written_by_some_methods_alone(live: Sandbox, limited: Session, sent: Sent, text: str, allowed: bool) -> None:
    """By their names in whatever case, their other names, or patterns; any other write is refused at its name, and can be shown."""
    with sent(live) as requests:
        if allowed:
            with suppress(ResponseError):  # there is no such thread
                limited.sql(text)
        else:
            with pytest.raises(ReadOnlyError, match="changes something, and allow_writes of openai does not name it") as caught:
                limited.sql(text)
            assert "^" in str(caught.value)
            assert "It allows assistants.runs.cancel_run, assistants.runs.submit_tool_ouputs_to_run, assistants.threads." in str(
                caught.value
            )
        limited.sql(text, dry_run=True)
        limited.sql(f"EXPLAIN {text}")

    assert len(changes(requests)) == allowed


def test_what_reads_needs_no_name(live: Sandbox, thread: str) -> None:
    """By SELECT and EXEC; an empty list allows no write at all."""
    settings = {"openai": {**live.providers["openai"], "allow_writes": []}}

    with rowcall.connect(providers=settings) as db:
        assert db.sql("SELECT id FROM threads WHERE id = $1", [thread]).fetchall() == [(thread,)]
        assert len(db.sql("EXEC threads.get_thread @thread_id = $1", [thread]).fetchall()) == 1
        with pytest.raises(ReadOnlyError, match="It allows none"):
            db.sql("INSERT INTO threads DEFAULT VALUES")


def test_the_config_file_may_name_the_writes(live: Sandbox, sent: Sent, tmp_path: Path) -> None:
    """As a list of a provider's table."""
    config = tmp_path / "config.toml"
    config.write_text('[providers.openai]\nallow_writes = ["assistants.threads.create_thread"]\n')

    with rowcall.connect(providers=live.providers, config=config) as db, sent(live) as requests:
        db.sql("INSERT INTO threads DEFAULT VALUES")
        with pytest.raises(ReadOnlyError):
            db.sql("INSERT INTO assistants (model) VALUES ('gpt-4o')")

    assert changes(requests) == ["POST"]


def test_what_is_not_allowed_is_not_resumed(live: Sandbox, thread: str, assistant: str, sent: Sent, tmp_path: Path) -> None:
    """Though it was begun by a session that was allowed to."""
    journal = tmp_path / "journal.sqlite"
    live.fault("rate_limit", path=thread, times=10, retry_after_s=0.001)
    with rowcall.connect(providers=live.providers, journal=journal) as db, pytest.raises(RateLimitError):
        db.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])

    settings = {"openai": {**live.providers["openai"], "allow_writes": ALLOWED}}
    with rowcall.connect(providers=settings, journal=journal) as db, sent(live) as requests:
        ((write, *_),) = db.sql("SHOW JOURNAL").fetchall()
        with pytest.raises(ReadOnlyError, match="create_run changes something"):
            db.sql(f"RESUME '{write}'")

    assert requests == []


def test_what_is_not_allowed_is_not_applied(
    live: Sandbox, limited: Session, thread: str, assistant: str, sent: Sent, tmp_path: Path
) -> None:
    """Though it may be planned; the error points at the file that names it."""
    file = tmp_path / "plan.jsonl"
    limited.sql(f"PLAN INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2) INTO '{file}'", [thread, assistant])

    with sent(live) as requests, pytest.raises(ReadOnlyError, match="create_run changes something, and allow_writes") as caught:
        limited.sql(f"APPLY '{file}'")

    assert requests == []
    assert "^" in str(caught.value)
    assert len(limited.sql(f"APPLY '{file}'", dry_run=True).fetchall()) == 1


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (SEVERAL[1], "It needs a yes before it is sent: it writes 3 rows, and max_write_rows is 1."),
        (DELETES[0], "It needs a yes before it is sent: it writes 1 row, and it deletes."),
        ("INSERT INTO threads (metadata) VALUES (MAP {'n': $1})", None),
    ],
)
def test_explain_says_that_somebody_has_to_say_yes(writer: Session, threads: list[str], text: str, note: str | None) -> None:
    """Where the rows are known without a read; once somebody has, it does not."""
    given = threads[: text.count("$")]

    assert [row[1] for row in writer.sql(f"EXPLAIN {text}", given).fetchall() if row[0] == "note"] == ([note] if note else [])
    writer.sql("SET rowcall_max_write_rows = 3")
    assert [row for row in writer.sql(f"EXPLAIN {text}", given).fetchall() if row[0] == "note"] == []
