"""The makers' own Python client against the sandbox."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from rowcall.sandbox.server import Sandbox

openai: Any = pytest.importorskip("openai")

TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}}}}


@pytest.fixture
def sdk(box: Sandbox) -> Iterator[Any]:
    """A client that retries nothing; it warns of every method of this API, for that is deprecated."""
    with openai.OpenAI(base_url=box.base_url, api_key=box.api_key, max_retries=0) as client, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield client.beta


def test_it_lists_everything_over_pages(box: Sandbox, sdk: Any) -> None:
    """Iterating a list fetches the following pages, each row once."""
    threads = [row[0] for row in box.tables["sandbox_threads"][1]]

    runs = [run for thread in threads for run in sdk.threads.runs.list(thread, limit=4)]
    steps = [step for run in runs[:5] for step in sdk.threads.runs.steps.list(run.id, thread_id=run.thread_id, limit=1)]
    messages = list(sdk.threads.messages.list(threads[0], limit=3, order="asc"))
    assistants = list(sdk.assistants.list(limit=2))

    assert len({run.id for run in runs}) == len(runs) > 400
    assert {step.run_id for step in steps} == {run.id for run in runs[:5]}
    assert [message.created_at for message in messages] == sorted(message.created_at for message in messages)
    assert len(assistants) == 6
    assert max(len(request.query) for request in box.requests) > 1


def test_it_creates_retrieves_changes_and_cancels_runs(box: Sandbox, sdk: Any) -> None:
    """What it sends is accepted, and what it gets fits its own types."""
    assistant = sdk.assistants.create(model="gpt-4o", name="A")
    thread = sdk.threads.create(messages=[{"role": "user", "content": "Hi"}])

    run = sdk.threads.runs.create(thread.id, assistant_id=assistant.id, additional_messages=[{"role": "user", "content": "More"}])
    changed = sdk.threads.runs.update(run.id, thread_id=thread.id, metadata={"k": "v"})
    cancelled = sdk.threads.runs.cancel(run.id, thread_id=thread.id)
    box.clock.advance(5)
    found = sdk.threads.runs.retrieve(run.id, thread_id=thread.id)

    assert (run.status, changed.metadata, cancelled.status, found.status) == ("queued", {"k": "v"}, "cancelling", "cancelled")
    assert len(list(sdk.threads.messages.list(thread.id))) == 2
    assert (sdk.threads.delete(thread.id).deleted, sdk.assistants.delete(assistant.id).deleted) == (True, True)


def test_it_submits_tool_outputs(box: Sandbox, sdk: Any) -> None:
    """A run that waits goes on, and its steps hold the outputs."""
    assistant = sdk.assistants.create(model="gpt-4o", tools=[TOOL])
    run = sdk.threads.create_and_run(assistant_id=assistant.id, thread={"messages": [{"role": "user", "content": "1 + 1?"}]})
    box.clock.advance(10)
    waiting = sdk.threads.runs.retrieve(run.id, thread_id=run.thread_id)
    calls = waiting.required_action.submit_tool_outputs.tool_calls

    outputs = [{"tool_call_id": call.id, "output": "2"} for call in calls]
    queued = sdk.threads.runs.submit_tool_outputs(run.id, thread_id=run.thread_id, tool_outputs=outputs)
    box.clock.advance(10)
    steps = list(sdk.threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc"))

    assert (waiting.status, queued.status) == ("requires_action", "queued")
    assert steps[0].step_details.tool_calls[0].function.output == "2"
    assert steps[1].step_details.type == "message_creation"


def test_it_polls_a_run_to_its_end(box: Sandbox, sdk: Any) -> None:
    """With the clock running, a run completes while the client waits."""
    assistant = sdk.assistants.create(model="gpt-4o")
    box.clock.release()

    run = sdk.threads.create_and_run_poll(assistant_id=assistant.id, poll_interval_ms=50)

    assert (run.status, run.usage.total_tokens > 0) == ("completed", True)


def test_it_raises_its_own_errors(box: Sandbox, sdk: Any) -> None:
    """Refusals have the form that it knows."""
    with pytest.raises(openai.NotFoundError, match="No thread found with id 'thread_X'"):
        sdk.threads.retrieve("thread_X")
    with (
        pytest.raises(openai.AuthenticationError) as caught,
        openai.OpenAI(base_url=box.base_url, api_key="sk-wrong", max_retries=0) as other,
    ):
        other.beta.assistants.list()
    box.fault("rate_limit")
    with pytest.raises(openai.RateLimitError):
        sdk.assistants.list()

    assert (caught.value.code, caught.value.request_id[:4]) == ("invalid_api_key", "req_")
