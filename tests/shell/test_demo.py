"""The tour, as a process."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.parametrize("seed", ["0", "3"])
def test_the_tour_runs_every_statement(seed: str, run: Run) -> None:
    """All kinds of statements are shown with their rows and their requests, and the tour ends with success."""
    ended = run("demo", "--seed", seed)

    assert (ended.stderr, ended.returncode) == ("", 0)
    for statement in (
        "SELECT",
        "DESCRIBE",
        "EXPLAIN",
        "INSERT INTO",
        "UPDATE",
        "EXEC openai.assistants.runs.cancel_run",
        "RETURNING",
        " IN (",
        "JOIN",
    ):
        assert re.search(rf"^.*{re.escape(statement)}", ended.stdout, re.MULTILINE), statement
    assert re.search(r"^╭─ INSERT openai\.assistants\.runs ─", ended.stdout, re.MULTILINE), "a plan is drawn as the shell draws it"
    requests = [int(number) for number in re.findall(r"^→ (\d+) HTTP request", ended.stdout, re.MULTILINE)]
    assert f"{len(requests)} statements, {sum(requests)} HTTP requests" in ended.stdout
    assert sum(requests) > 10


def test_the_tour_has_a_budget_too(run: Run) -> None:
    """Its statements are the user's to bound, as any."""
    ended = run("demo", "--max-requests", "3")

    assert ended.returncode == 1
    assert "max_requests is 3; nothing was sent" in ended.stderr


def test_a_seed_gives_the_same_tour_again(run: Run) -> None:
    """Threads, runs and assistants are those of the seed; only ports, new ids and times differ."""

    def threads() -> list[str]:
        return re.findall(r"thread_id = '(\w+)'", run("demo").stdout)

    assert threads() == threads()
