"""`rowcall apply`, as a process: a plan that another process wrote, looked at, sent, and not sent twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.sandbox.server import Sandbox

Run = Callable[..., Any]
PLAN = "PLAN INSERT INTO openai.assistants.threads (metadata) SELECT MAP {'n': i::VARCHAR} FROM range(3) s(i) ORDER BY i INTO 'plan.jsonl'"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A sandbox of these tests' own."""
    with rowcall.Sandbox() as found:
        yield found


@pytest.fixture
def at(run: Run, box: Sandbox) -> Run:
    """Runs a command against that sandbox, with a journal of the test's own."""
    settings = box.providers["openai"]
    options = [f"--set=openai.{name}={settings[name]}" for name in ("base_url", "api_key")]
    return lambda *arguments: run(*arguments, *options, "--journal", "journal.sqlite", "--yes")


def rows(ended: Any) -> list[dict[str, Any]]:
    """What a command printed, a line of JSON each."""
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_plan_is_written_looked_at_and_sent_once(at: Run, box: Sandbox, tmp_path: Path) -> None:
    """Each by a process of its own; a second time is refused, with the write to resume, unless it is asked for."""
    before = len(box.requests)
    planned = rows(at("query", PLAN))
    assert [row["body"] for row in planned] == [{"metadata": {"n": n}} for n in "012"]
    assert rows(at("apply", "plan.jsonl", "--dry-run"))[2] == {
        "method": "POST",
        "url": f"{box.base_url}/threads",
        "body": '{"metadata": {"n": "2"}}',
    }
    assert len(box.requests) == before

    ended = at("apply", "plan.jsonl")
    assert [(row["row"], row["outcome"], row["response"]["metadata"]["n"]) for row in rows(ended)] == [
        (i + 1, "done", str(i)) for i in range(3)
    ]
    assert (len(box.requests) - before, ended.returncode) == (3, 0)

    (write,) = rows(at("journal", "list"))
    ended = at("apply", "plan.jsonl")
    assert f"This plan was applied before, by the write {write['write_id']}." in ended.stderr
    assert (len(box.requests) - before, ended.returncode) == (3, 1)

    assert len(rows(at("apply", "plan.jsonl", "--again"))) == 3
    assert len(box.requests) - before == 6
    assert str(tmp_path) not in (tmp_path / "plan.jsonl").read_text("utf-8")


def test_a_read_only_process_plans_and_does_not_apply(at: Run, box: Sandbox, tmp_path: Path) -> None:
    """So that one who may not write can say what is to be written."""
    before = len(box.requests)
    assert at("query", "--read-only", PLAN).returncode == 0
    assert (tmp_path / "plan.jsonl").exists()

    ended = at("apply", "plan.jsonl", "--read-only")

    assert "error: APPLY changes something at OpenAI, and this connection is read-only." in ended.stderr
    assert (len(box.requests) - before, ended.returncode) == (0, 1)


def test_a_file_that_was_altered_is_refused_with_its_line(at: Run, box: Sandbox, tmp_path: Path) -> None:
    """Nothing of it is sent, and there is no trace."""
    before = len(box.requests)
    at("query", PLAN)
    path = tmp_path / "plan.jsonl"
    path.write_text(path.read_text("utf-8").replace('{"n": "1"}', '{"n": "9"}'), "utf-8")

    ended = at("apply", "plan.jsonl")

    assert "error: plan.jsonl:1: the file was altered after it was written" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (len(box.requests) - before, ended.returncode) == (0, 1)


def test_a_file_whose_name_has_a_quote_in_it_is_found(at: Run) -> None:
    """It is a text in the statement that applies it."""
    assert at("query", PLAN.replace("'plan.jsonl'", "'it''s.jsonl'")).returncode == 0

    assert len(rows(at("apply", "it's.jsonl"))) == 3
