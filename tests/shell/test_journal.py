"""`rowcall journal`, as a process: what was written before, by processes that are gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rowcall.sandbox.server import Sandbox

Run = Callable[..., Any]
INSERT = "INSERT INTO openai.assistants.threads (metadata) SELECT MAP {'n': i::VARCHAR} FROM range(3) s(i) ORDER BY i"


def rows(ended: Any) -> list[dict[str, Any]]:
    """What a command printed, a line of JSON each."""
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_write_is_listed_shown_and_resumed(at: Run, box: Sandbox) -> None:
    """The second of three rows has no answer; the third is sent when it is resumed, and the exit code says that something is left."""
    box.fault("drop", method="POST", after=1)
    ended = at("query", "--yes", INSERT)
    assert ended.returncode == 1
    assert "Of 3 requests: 1 done, 1 unknown, 1 not sent. SHOW JOURNAL '" in ended.stderr

    (write,) = rows(at("journal", "list"))
    assert (write["requests"], write["done"], write["unknown"], write["not_sent"]) == (3, 1, 1, 1)
    assert write["statement"] == INSERT
    shown = rows(at("journal", "show", write["write_id"][:5]))
    assert [(row["row"], row["outcome"]) for row in shown] == [(1, "done"), (2, "unknown"), (3, "not sent")]
    assert shown[0]["request"] == f"POST {box.base_url}/threads"

    planned = rows(at("journal", "resume", write["write_id"], "--dry-run"))
    assert [json.loads(row["body"]) for row in planned] == [{"metadata": {"n": "2"}}]
    ended = at("journal", "resume", write["write_id"])
    assert ([row["outcome"] for row in rows(ended)], ended.returncode) == (["done", "unknown", "done"], 3)
    assert "Row 2 may have been carried out" in ended.stderr
    ended = at("journal", "resume", write["write_id"])
    assert ended.returncode == 3


def test_a_write_that_is_not_there_is_an_error(at: Run) -> None:
    """With what to do instead."""
    ended = at("journal", "show", "nothing")

    assert "The journal has no write nothing. rowcall journal list shows those that it has." in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 1


def test_an_empty_journal_lists_nothing(at: Run) -> None:
    """And is no error."""
    ended = at("journal", "list", "-o", "csv")

    assert (ended.stdout.splitlines(), ended.returncode) == (
        ["write_id,began_at,operation,requests,done,refused,unknown,not_sent,sending,statement"],
        0,
    )


def test_the_sandbox_of_a_process_leaves_nothing_in_the_journal(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written to it is gone when the process is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run("query", "--sandbox", "INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'n': '1'})").returncode == 0

    assert run("journal", "list").stdout == ""
