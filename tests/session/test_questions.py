"""What operators ask of runs, each answer held against a computation over the API's raw JSON."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from rowcall.session.session import Session

START = 1_790_000_000
ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")
PRICE = {"gpt-4o": 5, "gpt-4o-mini": 1}
"""Made-up dollars for a million tokens."""

RUNS = "openai.assistants.runs"
OF_ALL = f"{RUNS} r WHERE r.thread_id IN (SELECT thread_id FROM watched)"


@pytest.fixture
def asked(db: Session, world: Any) -> Session:
    """A session with a table of the threads that an operator watches."""
    db.connection.execute("CREATE TABLE watched AS SELECT unnest($1) AS thread_id", [world.threads])
    return db


def day(unix: int) -> str:
    """The UTC day of a time, as text."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d")


DAY = "strftime(make_timestamp(created_at * 1000000), '%Y-%m-%d')"


def tokens(run: dict[str, Any]) -> int:
    """How many tokens a run used."""
    return run["usage"]["total_tokens"] if run["usage"] else 0


def total(runs: list[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> dict[Any, int]:
    """Tokens by key."""
    found: dict[Any, int] = defaultdict(int)
    for run in runs:
        found[key(run)] += tokens(run)
    return found


def test_1_runs_over_many_threads(asked: Session, world: Any) -> None:
    """How many there are in each status."""
    found = asked.sql(f"SELECT status, count(*) FROM {OF_ALL} GROUP BY status").fetchall()

    assert dict(found) == Counter(run["status"] for run in world.runs)


def test_2_tokens_per_thread(asked: Session, world: Any) -> None:
    """Largest first."""
    found = asked.sql(
        f"SELECT thread_id, coalesce(sum(usage.total_tokens), 0) AS used FROM {OF_ALL} GROUP BY 1 ORDER BY used DESC, 1"
    ).fetchall()

    assert found == sorted(total(world.runs, lambda run: run["thread_id"]).items(), key=lambda pair: (-pair[1], pair[0]))


def test_3_tokens_and_cost_per_model_and_day(asked: Session, world: Any) -> None:
    """With prices from a local table."""
    asked.connection.execute("CREATE TABLE price AS SELECT unnest($1) AS model, unnest($2) AS dollars", [list(PRICE), list(PRICE.values())])

    found = asked.sql(
        f"SELECT r.model, {DAY}, sum(usage.total_tokens), sum(usage.total_tokens * dollars) FROM {RUNS} r JOIN price p ON p.model = r.model"
        " WHERE r.thread_id IN (SELECT thread_id FROM watched) AND usage IS NOT NULL GROUP BY 1, 2"
    ).fetchall()

    used = total([run for run in world.runs if run["usage"] and run["model"] in PRICE], lambda run: (run["model"], day(run["created_at"])))
    assert {(model, on): (sum_, cost) for model, on, sum_, cost in found} == {
        key: (sum_, sum_ * PRICE[key[0]]) for key, sum_ in used.items()
    }
    assert used


def test_4_cost_per_end_user(asked: Session, world: Any) -> None:
    """By metadata."""
    found = asked.sql(f"SELECT metadata['user'], coalesce(sum(usage.total_tokens), 0) FROM {OF_ALL} GROUP BY 1").fetchall()

    assert dict(found) == total(world.runs, lambda run: run["metadata"].get("user"))


def test_5_prompt_growth_along_a_thread(asked: Session, world: Any) -> None:
    """By a window."""
    thread = world.threads[0]
    found = asked.sql(
        "SELECT id, usage.prompt_tokens - lag(usage.prompt_tokens) OVER (ORDER BY created_at, id) AS growth FROM runs"
        " WHERE thread_id = $1 AND usage IS NOT NULL",
        [thread],
    ).fetchall()

    ordered = sorted((run for run in world.of(thread) if run["usage"]), key=lambda run: (run["created_at"], run["id"]))
    prompts = [run["usage"]["prompt_tokens"] for run in ordered]
    growth = [None, *(after - before for before, after in pairwise(prompts))]
    assert dict(found) == {run["id"]: grown for run, grown in zip(ordered, growth, strict=True)}


def test_6_stuck_runs(asked: Session, world: Any) -> None:
    """Queued or in progress for over five minutes."""
    found = asked.sql(
        f"SELECT id FROM {OF_ALL} AND status IN ('queued', 'in_progress') AND $now - created_at > 300", {"now": START}
    ).fetchall()

    expected = {run["id"] for run in world.runs if run["status"] in {"queued", "in_progress"} and START - run["created_at"] > 300}
    assert {id_ for (id_,) in found} == expected


def test_7_what_blocks_a_thread(asked: Session, world: Any) -> None:
    """The active run of a thread, for each thread that has one."""
    found = asked.sql(f"SELECT w.thread_id, r.id FROM watched w JOIN {RUNS} r USING (thread_id) WHERE r.status IN {ACTIVE}").fetchall()

    expected = {(run["thread_id"], run["id"]) for run in world.runs if run["status"] in ACTIVE}
    assert set(found) == expected
    assert expected


def test_8_the_active_runs_to_cancel(asked: Session, world: Any) -> None:
    """As statements to run, which dry runs can show."""
    found = asked.sql(f"SELECT thread_id, id FROM {OF_ALL} AND status IN ('queued', 'in_progress', 'requires_action')").fetchall()

    shown = [asked.sql("EXEC runs.cancel_run @thread_id = $1, @run_id = $2", pair, dry_run=True).fetchall()[0] for pair in found]

    assert {(run["thread_id"], run["id"]) for run in world.runs if run["status"] in ACTIVE[:3]} == set(found)
    assert all(
        method == "POST" and url.endswith(f"/threads/{thread}/runs/{run}/cancel")
        for (method, url, *_), (thread, run) in zip(shown, found, strict=True)
    )


def test_9_waiting_for_tool_outputs(asked: Session, world: Any) -> None:
    """Which function, its arguments, and the seconds left."""
    found = asked.sql(
        "SELECT id, call.function.name, call.function.arguments->>'$', left_s FROM (SELECT id, expires_at - $now AS left_s,"
        f" unnest(required_action.submit_tool_outputs.tool_calls) AS call FROM {OF_ALL} AND status = 'requires_action')",
        {"now": START},
    ).fetchall()

    expected = [
        (run["id"], call["function"]["name"], run["expires_at"] - START)
        for run in world.runs
        if run["status"] == "requires_action"
        for call in run["required_action"]["submit_tool_outputs"]["tool_calls"]
    ]
    assert sorted((id_, name, left) for id_, name, _, left in found) == sorted(expected)
    assert expected


def test_10_failures_by_code(asked: Session, world: Any) -> None:
    """Most frequent first."""
    found = asked.sql(f"SELECT last_error.code, count(*) AS n FROM {OF_ALL} AND status = 'failed' GROUP BY 1 ORDER BY n DESC, 1").fetchall()

    counts = Counter(run["last_error"]["code"] for run in world.runs if run["status"] == "failed")
    assert found == sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def test_11_incomplete_by_reason(asked: Session, world: Any) -> None:
    """With the share of all runs."""
    found = asked.sql(f"SELECT incomplete_details.reason, count(*) FROM {OF_ALL} AND status = 'incomplete' GROUP BY ALL").fetchall()

    assert dict(found) == Counter(run["incomplete_details"]["reason"] for run in world.runs if run["status"] == "incomplete")


def test_12_latency_by_model(asked: Session, world: Any) -> None:
    """Median and 95th percentile of completed runs, in seconds."""
    found = asked.sql(
        f"SELECT model, median(completed_at - created_at), quantile_disc(completed_at - created_at, 0.95), count(*) FROM {OF_ALL} AND status = 'completed' GROUP BY model"
    ).fetchall()

    took: dict[str, list[int]] = defaultdict(list)
    for run in world.runs:
        if run["status"] == "completed":
            took[run["model"]].append(run["completed_at"] - run["created_at"])
    assert {model: (middle, count) for model, middle, _, count in found} == {
        model: (statistics.median(all_), len(all_)) for model, all_ in took.items()
    }
    assert all(sum(s <= p95 for s in took[model]) >= 0.95 * len(took[model]) for model, _, p95, _ in found)


def test_13_expired_share_per_day(asked: Session, world: Any) -> None:
    """Of all runs of the day."""
    found = asked.sql(f"SELECT {DAY}, count(*) FILTER (status = 'expired') / count(*) FROM {OF_ALL} GROUP BY 1").fetchall()

    days = Counter(day(run["created_at"]) for run in world.runs)
    expired = Counter(day(run["created_at"]) for run in world.runs if run["status"] == "expired")
    assert {on: pytest.approx(share) for on, share in found} == {on: expired[on] / count for on, count in days.items()}


def test_14_runs_that_override_their_assistants_model(asked: Session, world: Any) -> None:
    """Two resources and a local table in one join."""
    found = asked.sql(
        f"SELECT r.id, a.model, r.model FROM {RUNS} r JOIN openai.assistants.assistants a ON a.id = r.assistant_id"
        " WHERE r.thread_id IN (SELECT thread_id FROM watched) AND r.model <> a.model"
    ).fetchall()

    models = {assistant["id"]: assistant["model"] for assistant in world.assistants}
    expected = {(run["id"], models[run["assistant_id"]], run["model"]) for run in world.runs if run["model"] != models[run["assistant_id"]]}
    assert set(found) == expected


def test_15_the_last_run_of_each_assistant(asked: Session, world: Any) -> None:
    """By a window and QUALIFY."""
    found = asked.sql(
        f"SELECT assistant_id, id FROM {OF_ALL} QUALIFY row_number() OVER (PARTITION BY assistant_id ORDER BY created_at DESC, id DESC) = 1"
    ).fetchall()

    last: dict[str, Any] = {}
    for run in sorted(world.runs, key=lambda run: (run["created_at"], run["id"])):
        last[run["assistant_id"]] = run["id"]
    assert dict(found) == last
