"""`rowcall journal`, as a process: what was written before, by processes that are gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.sandbox.server import Sandbox

Run = Callable[..., Any]
INSERT = "INSERT INTO openai.assistants.threads (metadata) SELECT MAP {'n': i::VARCHAR} FROM range(3) s(i) ORDER BY i"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A sandbox of these tests' own."""
    with rowcall.Sandbox() as found:
        yield found


@pytest.fixture
def noted(run: Run, box: Sandbox) -> Run:
    """Runs a command against that sandbox, with a journal of the test's own."""
    settings = box.providers["openai"]
    options = [f"--set=openai.{name}={settings[name]}" for name in ("base_url", "api_key")]
    return lambda *arguments: run(*arguments, *options, "--journal", "journal.sqlite")


def rows(ended: Any) -> list[dict[str, Any]]:
    """What a command printed, a line of JSON each."""
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_write_is_listed_shown_and_resumed(noted: Run, box: Sandbox) -> None:
    """The second of three rows has no answer; the third is sent when it is resumed, and the exit code says that something is left."""
    box.fault("drop", method="POST", after=1)
    ended = noted("query", "--yes", INSERT)
    assert ended.returncode == 1
    assert "Of 3 requests: 1 done, 1 unknown, 1 not sent. rowcall journal show " in ended.stderr

    (write,) = rows(noted("journal", "list"))
    assert (write["requests"], write["done"], write["unknown"], write["not_sent"]) == (3, 1, 1, 1)
    assert write["statement"] == INSERT
    shown = rows(noted("journal", "show", write["write_id"][:5]))
    assert [(row["row"], row["outcome"]) for row in shown] == [(1, "done"), (2, "unknown"), (3, "not sent")]
    assert shown[0]["request"] == f"POST {box.base_url}/threads"

    planned = rows(noted("journal", "resume", write["write_id"], "--dry-run"))
    assert [json.loads(row["body"]) for row in planned] == [{"metadata": {"n": "2"}}]
    ended = noted("journal", "resume", write["write_id"])
    assert ([row["outcome"] for row in rows(ended)], ended.returncode) == (["done", "unknown", "done"], 3)
    assert "Row 2 may have been carried out" in ended.stderr
    ended = noted("journal", "resume", write["write_id"])
    assert ended.returncode == 3


def test_a_write_that_is_not_there_is_an_error(noted: Run) -> None:
    """With what to do instead."""
    ended = noted("journal", "show", "nothing")

    assert "The journal has no write nothing. rowcall journal list shows those that it has." in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 1


def test_an_empty_journal_lists_nothing(noted: Run) -> None:
    """And is no error."""
    ended = noted("journal", "list", "-o", "csv")

    assert (ended.stdout.splitlines(), ended.returncode) == (
        ["write_id,began_at,operation,requests,done,refused,unknown,not_sent,sending,statement"],
        0,
    )


def test_the_sandbox_of_a_process_leaves_nothing_in_the_journal(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written to it is gone when the process is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run("query", "--sandbox", "INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'n': '1'})").returncode == 0

    assert run("journal", "list").stdout == ""
