"""`rowcall apply`, as a process: a plan that another process wrote, looked at, sent, and not sent twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rowcall.sandbox.server import Sandbox

Run = Callable[..., Any]
PLAN = "PLAN INSERT INTO openai.assistants.threads (metadata) SELECT MAP {'n': i::VARCHAR} FROM range(3) s(i) ORDER BY i INTO 'plan.jsonl'"


@pytest.fixture
def sure(at: Run) -> Run:
    """The same, with a yes beforehand."""
    return lambda *arguments: at(*arguments, "--yes")


def rows(ended: Any) -> list[dict[str, Any]]:
    """What a command printed, a line of JSON each."""
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_plan_is_written_looked_at_and_sent_once(sure: Run, box: Sandbox, tmp_path: Path) -> None:
    """Each by a process of its own; a second time is refused, with the write to resume, unless it is asked for."""
    before = len(box.requests)
    planned = rows(sure("query", PLAN))
    assert [row["body"] for row in planned] == [{"metadata": {"n": n}} for n in "012"]
    assert rows(sure("apply", "plan.jsonl", "--dry-run"))[2] == {
        "method": "POST",
        "url": f"{box.base_url}/threads",
        "body": '{"metadata": {"n": "2"}}',
    }
    assert len(box.requests) == before

    ended = sure("apply", "plan.jsonl")
    assert [(row["row"], row["outcome"], row["response"]["metadata"]["n"]) for row in rows(ended)] == [
        (i + 1, "done", str(i)) for i in range(3)
    ]
    assert (len(box.requests) - before, ended.returncode) == (3, 0)

    (write,) = rows(sure("journal", "list"))
    ended = sure("apply", "plan.jsonl")
    assert f"This plan was applied before, by the write {write['write_id']}." in ended.stderr
    assert (len(box.requests) - before, ended.returncode) == (3, 1)

    assert len(rows(sure("apply", "plan.jsonl", "--again"))) == 3
    assert len(box.requests) - before == 6
    assert str(tmp_path) not in (tmp_path / "plan.jsonl").read_text("utf-8")


def test_a_read_only_process_plans_and_does_not_apply(sure: Run, box: Sandbox, tmp_path: Path) -> None:
    """So that one who may not write can say what is to be written."""
    before = len(box.requests)
    assert sure("query", "--read-only", PLAN).returncode == 0
    assert (tmp_path / "plan.jsonl").exists()

    ended = sure("apply", "plan.jsonl", "--read-only")

    assert "error: APPLY changes something at OpenAI, and this connection is read-only." in ended.stderr
    assert (len(box.requests) - before, ended.returncode) == (0, 1)


def test_a_file_that_was_altered_is_refused_with_its_line(sure: Run, box: Sandbox, tmp_path: Path) -> None:
    """Nothing of it is sent, and there is no trace."""
    before = len(box.requests)
    sure("query", PLAN)
    path = tmp_path / "plan.jsonl"
    path.write_text(path.read_text("utf-8").replace('{"n": "1"}', '{"n": "9"}'), "utf-8")

    ended = sure("apply", "plan.jsonl")

    assert "error: plan.jsonl:1: the file was altered after it was written" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (len(box.requests) - before, ended.returncode) == (0, 1)


def test_a_file_whose_name_has_a_quote_in_it_is_found(sure: Run) -> None:
    """It is a text in the statement that applies it."""
    assert sure("query", PLAN.replace("'plan.jsonl'", "'it''s.jsonl'")).returncode == 0

    assert len(rows(sure("apply", "it's.jsonl"))) == 3
