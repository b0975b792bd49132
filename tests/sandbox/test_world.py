"""The objects and what becomes of them as time passes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest

from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox

STATUSES = ["queued", "in_progress", "requires_action", "cancelling", "cancelled", "failed", "completed", "incomplete", "expired"]
ENDED = STATUSES[4:]
START = 1_790_000_000
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}}}}


def all_runs(box: Sandbox, client: httpx.Client) -> list[dict[str, Any]]:
    """Every run of every thread."""
    threads = [row[0] for row in box.tables["sandbox_threads"][1]]
    return [run for thread in threads for run in client.get(f"/threads/{thread}/runs", params={"limit": 100}).json()["data"]]


@pytest.fixture(scope="module")
def runs(still: Sandbox, reader: httpx.Client) -> list[dict[str, Any]]:
    """All seeded runs."""
    return all_runs(still, reader)


class Shop:
    """A thread and an assistant to run on it."""

    def __init__(self, box: Sandbox, client: httpx.Client, **assistant: Any) -> None:
        self.box = box
        self.client = client
        self.assistant = client.post("/assistants", json={"model": "gpt-4o", **assistant}).json()["id"]
        self.thread = client.post("/threads", json={}).json()["id"]

    def run(self, **body: Any) -> dict[str, Any]:
        """A new run."""
        return dict(self.client.post(f"/threads/{self.thread}/runs", json={"assistant_id": self.assistant, **body}).json())

    def after(self, seconds: float, run: dict[str, Any]) -> dict[str, Any]:
        """The run some time later."""
        self.box.clock.advance(seconds)
        return dict(self.client.get(f"/threads/{self.thread}/runs/{run['id']}").json())

    def post(self, run: dict[str, Any], action: str, **options: Any) -> httpx.Response:
        """The answer to an action on a run."""
        return self.client.post(f"/threads/{self.thread}/runs/{run['id']}/{action}", **options)

    def steps(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """The steps of a run, oldest first."""
        return list(self.client.get(f"/threads/{self.thread}/runs/{run['id']}/steps", params={"order": "asc"}).json()["data"])


def refusal(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """Status and error of a refusal."""
    return answer.status_code, answer.json()["error"]


def refused(text: str) -> tuple[int, dict[str, Any]]:
    """The refusal of what the state of things forbids."""
    return 400, {"message": text, "type": "invalid_request_error", "param": None, "code": None}


def test_there_are_hundreds_of_runs_in_every_status(runs: list[dict[str, Any]]) -> None:
    """Over 400 runs on some 40 threads by several assistants, most of them completed."""
    statuses = Counter(run["status"] for run in runs)

    assert len(runs) > 400
    assert 35 < len({run["thread_id"] for run in runs}) < 60
    assert len({run["assistant_id"] for run in runs}) == 6
    assert statuses.keys() == set(STATUSES)
    assert statuses.most_common(1)[0][0] == "completed"


def test_seeded_runs_keep_the_rules_of_their_status(runs: list[dict[str, Any]]) -> None:
    """Times, usage, errors and what is waited for fit the status of every run."""
    for run in runs:
        ended = run["status"] in ENDED
        assert (run["expires_at"] is None) == ended
        assert ended or run["expires_at"] == run["created_at"] + 600
        assert (run["completed_at"] is not None) == (run["status"] in {"completed", "incomplete"})
        assert (run["failed_at"] is not None) == (run["last_error"] is not None) == (run["status"] == "failed")
        assert (run["cancelled_at"] is not None) == (run["status"] == "cancelled")
        assert (run["incomplete_details"] is not None) == (run["status"] == "incomplete")
        assert (run["required_action"] is not None) == (run["status"] == "requires_action")
        assert ended or run["usage"] is None
        times = [run["created_at"], run["started_at"], run["completed_at"] or run["failed_at"] or run["cancelled_at"]]
        assert [time for time in times if time] == sorted(time for time in times if time)
        assert max(time for time in times if time) <= START


def test_seeded_runs_are_worth_asking_about(runs: list[dict[str, Any]]) -> None:
    """There is something to find for the questions that operators ask."""
    assert {run["last_error"]["code"] for run in runs if run["last_error"]} == {"rate_limit_exceeded", "server_error", "invalid_prompt"}
    assert len({run["metadata"]["user"] for run in runs}) > 8
    assert len({run["metadata"]["tenant"] for run in runs}) == 3
    assert len({run["model"] for run in runs}) > 4
    assert any(START - run["created_at"] > 300 for run in runs if run["status"] in {"queued", "in_progress"})
    calls = [call for run in runs if run["required_action"] for call in run["required_action"]["submit_tool_outputs"]["tool_calls"]]
    assert {call["function"]["name"] for call in calls} & {"track_order", "find_invoice"}


def test_prompts_grow_along_a_thread(runs: list[dict[str, Any]]) -> None:
    """Each completed run reads what was said before it."""
    by_thread: dict[str, list[int]] = {}
    for run in sorted(runs, key=lambda run: run["created_at"]):
        if run["status"] == "completed":
            by_thread.setdefault(run["thread_id"], []).append(run["usage"]["prompt_tokens"])

    assert all(tokens == sorted(tokens) and tokens[0] < tokens[-1] for tokens in by_thread.values() if len(tokens) > 1)
    assert all(
        run["usage"]["total_tokens"] == run["usage"]["prompt_tokens"] + run["usage"]["completion_tokens"] for run in runs if run["usage"]
    )


def test_at_most_one_run_of_a_thread_is_active(runs: list[dict[str, Any]]) -> None:
    """The seeds keep the rule that clients are held to."""
    active = Counter(run["thread_id"] for run in runs if run["status"] not in ENDED)

    assert set(active.values()) == {1}


@pytest.mark.parametrize("seed", [0, -7])
def test_the_same_seed_and_start_give_the_same_bytes(seed: int) -> None:
    """Two sandboxes answer alike; so the data can be written about."""
    headers = {"Authorization": "Bearer sandbox-key", "OpenAI-Beta": "assistants=v2"}
    bodies = []
    for _ in range(2):
        with Sandbox(seed=seed, clock=Clock(START, held=True)) as box:
            threads = [row[0] for row in box.tables["sandbox_threads"][1]]
            paths = ["/assistants", *(f"/threads/{thread}/runs?limit=100" for thread in threads[:8])]
            bodies.append([httpx.get(box.base_url + path, headers=headers, trust_env=False).content for path in paths])

    assert bodies[0] == bodies[1]


def test_seeds_differ_and_starts_do_not_matter_for_ids() -> None:
    """Another seed gives other ids; another start gives the same ids at other times."""
    tables = [Sandbox(seed=seed, start=start).tables for seed, start in ((0, START), (0, START + 86_400.7), (1, START))]

    assert tables[0] == tables[1]
    assert tables[0] != tables[2]


def test_a_run_passes_from_the_queue_to_completion(box: Sandbox, client: httpx.Client) -> None:
    """It is queued, in progress and completed in turn, with times, usage, a message and a step to show for it."""
    shop = Shop(box, client)
    queued = shop.run()
    seen = [queued]
    while seen[-1]["status"] not in ENDED:
        seen.append(shop.after(0.25, queued))
    done = seen[-1]

    assert list(dict.fromkeys(run["status"] for run in seen)) == ["queued", "in_progress", "completed"]
    assert (queued["started_at"], queued["expires_at"], queued["usage"]) == (None, START + 600, None)
    assert START <= done["started_at"] <= done["completed_at"] == done["completed_at"]
    assert (done["expires_at"], done["usage"]["total_tokens"] > 0) == (None, True)
    message = client.get(f"/threads/{shop.thread}/messages").json()["data"][0]
    assert (message["role"], message["run_id"], message["assistant_id"]) == ("assistant", done["id"], shop.assistant)
    (step,) = shop.steps(done)
    assert (step["type"], step["step_details"]["message_creation"]["message_id"]) == ("message_creation", message["id"])


def test_a_thread_with_an_active_run_takes_no_message_and_no_second_run(box: Sandbox, client: httpx.Client) -> None:
    """Both are refused until the run has ended."""
    shop = Shop(box, client)
    run = shop.run()
    message = {"role": "user", "content": "Hi"}

    second = client.post(f"/threads/{shop.thread}/runs", json={"assistant_id": shop.assistant})
    more = client.post(f"/threads/{shop.thread}/messages", json=message)
    box.clock.advance(60)
    later = client.post(f"/threads/{shop.thread}/messages", json=message)

    assert refusal(second) == refused(f"Thread {shop.thread} already has an active run {run['id']}.")
    assert refusal(more) == refused(f"Can't add messages to {shop.thread} while a run {run['id']} is active.")
    assert later.status_code == 200
    assert shop.run()["status"] == "queued"


def test_a_run_with_functions_waits_for_their_outputs_once(box: Sandbox, client: httpx.Client) -> None:
    """It requires action, goes back to the queue when outputs come, and then completes."""
    shop = Shop(box, client, tools=[TOOL])
    waiting = shop.after(10, shop.run())
    (call,) = waiting["required_action"]["submit_tool_outputs"]["tool_calls"]
    (step,) = shop.steps(waiting)
    queued = shop.post(waiting, "submit_tool_outputs", json={"tool_outputs": [{"tool_call_id": call["id"], "output": "42"}]}).json()
    done = shop.after(10, waiting)

    assert (waiting["status"], call["function"]["name"], step["status"]) == ("requires_action", "add", "in_progress")
    assert step["step_details"]["tool_calls"][0]["function"]["output"] is None
    assert (queued["status"], queued["required_action"]) == ("queued", None)
    assert queued["started_at"] == waiting["started_at"] == done["started_at"]
    assert done["status"] == "completed"
    assert [found["type"] for found in shop.steps(done)] == ["tool_calls", "message_creation"]
    assert shop.steps(done)[0]["step_details"]["tool_calls"][0]["function"]["output"] == "42"


@pytest.mark.parametrize("given", [[], ["call_X"], ["{call}", "{call}"], ["{call}", "call_X"]])
def test_outputs_must_be_for_the_calls_that_wait(box: Sandbox, client: httpx.Client, given: list[str]) -> None:
    """Too few, too many or others are refused, and the run waits on."""
    shop = Shop(box, client, tools=[TOOL])
    waiting = shop.after(10, shop.run())
    call = waiting["required_action"]["submit_tool_outputs"]["tool_calls"][0]["id"]
    ids = [id_.format(call=call) for id_ in given]

    answer = shop.post(waiting, "submit_tool_outputs", json={"tool_outputs": [{"tool_call_id": id_, "output": "x"} for id_ in ids]})

    assert refusal(answer) == refused(f"Expected tool outputs for call_ids ['{call}'], got {ids}")
    assert shop.after(1, waiting)["status"] == "requires_action"


def test_a_run_that_nobody_answers_expires(box: Sandbox, client: httpx.Client) -> None:
    """Ten minutes after its creation it is expired, its step too, and it takes no outputs any more."""
    shop = Shop(box, client, tools=[TOOL])
    run = shop.run()
    waiting = shop.after(599, run)
    expired = shop.after(1, run)

    answer = shop.post(run, "submit_tool_outputs", json={"tool_outputs": []})

    assert (waiting["status"], expired["status"], expired["expires_at"]) == ("requires_action", "expired", None)
    assert refusal(answer) == refused('Runs in status "expired" do not accept tool outputs.')
    assert [(step["status"], step["expired_at"]) for step in shop.steps(run)] == [("expired", START + 600)]


def test_a_run_can_be_cancelled_while_it_is_active(box: Sandbox, client: httpx.Client) -> None:
    """It is cancelling, and cancelled a moment later; its thread is free again."""
    shop = Shop(box, client)
    run = shop.run()

    cancelling = shop.post(run, "cancel").json()
    again = shop.post(run, "cancel")
    cancelled = shop.after(2, run)

    assert (cancelling["status"], cancelled["status"]) == ("cancelling", "cancelled")
    assert refusal(again) == refused("Cannot cancel run with status 'cancelling'.")
    assert START <= cancelled["cancelled_at"] <= START + 2
    assert shop.run()["status"] == "queued"


@pytest.mark.parametrize("outcome", ["completed", "failed", "incomplete", "cancelled", "hangs"])
def test_a_client_may_wish_for_an_outcome(box: Sandbox, client: httpx.Client, outcome: str) -> None:
    """The metadata of a new run say how it shall end; what has ended cannot be cancelled."""
    shop = Shop(box, client)

    run = shop.after(601, shop.run(metadata={"sandbox_outcome": outcome}))

    assert run["status"] == {"hangs": "expired"}.get(outcome, outcome)
    assert refusal(shop.post(run, "cancel")) == refused(f"Cannot cancel run with status '{run['status']}'.")


def test_functions_are_not_called_where_the_client_forbids_it(box: Sandbox, client: httpx.Client) -> None:
    """`tool_choice: none` lets the run complete at once."""
    shop = Shop(box, client, tools=[TOOL])

    assert shop.after(30, shop.run(tool_choice="none"))["status"] == "completed"


def test_tools_of_the_api_s_own_leave_steps(box: Sandbox, client: httpx.Client) -> None:
    """Code and search are played without the client's doing."""
    shop = Shop(box, client, tools=[{"type": "code_interpreter"}, {"type": "file_search"}])
    run = shop.after(30, shop.run())

    tools = [call["type"] for step in shop.steps(run) for call in step["step_details"].get("tool_calls", [])]

    assert tools == ["code_interpreter", "file_search"]


def test_active_seeds_end_as_time_passes(box: Sandbox, client: httpx.Client) -> None:
    """An hour later nothing is active, and what had ended has not changed."""
    before = {run["id"]: run for run in all_runs(box, client)}

    box.clock.advance(3600)
    after = {run["id"]: run for run in all_runs(box, client)}

    assert before.keys() == after.keys()
    assert {run["status"] for run in after.values()} <= set(ENDED)
    assert all(after[id_] == run for id_, run in before.items() if run["status"] in ENDED)


def test_looking_does_not_change_what_happens(box: Sandbox, client: httpx.Client) -> None:
    """One leap of the clock and many small ones lead to the same objects."""
    with (
        Sandbox(clock=Clock(START, held=True)) as other,
        httpx.Client(base_url=other.base_url, headers=client.headers, trust_env=False) as many,
    ):
        for _ in range(40):
            other.clock.advance(15)
            many.get("/assistants")
        box.clock.advance(600)

        assert all_runs(box, client) == all_runs(other, many)
