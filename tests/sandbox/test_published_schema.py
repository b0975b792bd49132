"""The sandbox's answers against the API's own published document, where that is at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from rowcall.sandbox.server import Sandbox

PUBLISHED = Path(os.environ.get("ROWCALL_SHARED") or Path(__file__).parents[3] / "shared") / "openai" / "openapi-assistants.yaml"
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}}}}

pytestmark = pytest.mark.skipif(not PUBLISHED.is_file(), reason="the published document is not at hand")

Tour = Callable[..., Any]


@pytest.fixture(scope="module")
def document() -> Any:
    """The published document."""
    return yaml.load(PUBLISHED.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.fixture(scope="module")
def registry(document: Any) -> Registry[Any]:
    """The document, so that references within it can be followed."""
    return Registry().with_resource("urn:published", Resource.from_contents(document, default_specification=DRAFT202012))


@pytest.fixture
def ask(document: Any, registry: Registry[Any], client: httpx.Client) -> Tour:
    """Sends a request of a published path and gives its answer, once both have been found valid."""

    def check(content: Any, value: Any) -> None:
        reference = content["application/json"]["schema"]["$ref"]
        validator = Draft202012Validator({"$ref": f"urn:published{reference}"}, registry=registry)
        assert [f"{list(error.absolute_path)}: {error.message[:300]}" for error in validator.iter_errors(value)] == []

    def ask(method: str, template: str, body: Any = None, *, status: int = 200, params: dict[str, Any] | None = None, **ids: str) -> Any:
        operation = document["paths"]["/v1" + template][method]
        if body is not None and status == 200:
            check(operation["requestBody"]["content"], body)
        answer = client.request(method.upper(), template.format(**ids), json=body, params=params)
        assert (answer.status_code, answer.text[:200]) == (status, answer.text[:200])
        found = answer.json()
        # An empty list has null ids, though the document has no null there.
        shown = {**found, "first_id": "", "last_id": ""} if found.get("data") == [] else found
        check(operation["responses"][str(status)]["content"], shown)
        return found

    return ask


def test_every_seeded_object_is_valid(ask: Tour, box: Sandbox) -> None:
    """Assistants, threads, messages, runs and steps, listed and got one by one."""
    assistant = ask("get", "/assistants", params={"limit": 100})["data"][0]["id"]
    ask("get", "/assistants/{assistant_id}", assistant_id=assistant)
    seen: set[str] = set()
    for (thread,) in box.tables["sandbox_threads"][1]:
        ask("get", "/threads/{thread_id}", thread_id=thread)
        ask("get", "/threads/{thread_id}/messages", thread_id=thread, params={"limit": 100})
        for run in ask("get", "/threads/{thread_id}/runs", thread_id=thread, params={"limit": 100})["data"]:
            kind = f"{run['status']} {len(run['tools'])} {run['assistant_id']}"
            if kind not in seen:
                seen.add(kind)
                ids = {"thread_id": thread, "run_id": run["id"]}
                ask("get", "/threads/{thread_id}/runs/{run_id}", **ids)
                for step in ask("get", "/threads/{thread_id}/runs/{run_id}/steps", **ids)["data"]:
                    ask("get", "/threads/{thread_id}/runs/{run_id}/steps/{step_id}", **ids, step_id=step["id"])

    assert len({kind.split()[0] for kind in seen}) == 9


def test_what_clients_make_and_change_is_valid(ask: Tour, box: Sandbox) -> None:
    """Every writing method, through the whole life of a run that calls a function."""
    assistant = ask("post", "/assistants", {"model": "gpt-4o", "tools": [TOOL], "name": "A", "metadata": {"a": "b"}})["id"]
    ask("post", "/assistants/{assistant_id}", {"description": "B"}, assistant_id=assistant)
    thread = ask("post", "/threads", {"messages": [{"role": "user", "content": "Hi"}]})["id"]
    ask("post", "/threads/{thread_id}", {"metadata": {"k": "v"}}, thread_id=thread)
    message = ask("post", "/threads/{thread_id}/messages", {"role": "user", "content": "More"}, thread_id=thread)["id"]
    ask("get", "/threads/{thread_id}/messages/{message_id}", thread_id=thread, message_id=message)
    ask("post", "/threads/{thread_id}/messages/{message_id}", {"metadata": {"k": "v"}}, thread_id=thread, message_id=message)
    run = ask("post", "/threads/{thread_id}/runs", {"assistant_id": assistant}, thread_id=thread)["id"]
    ids = {"thread_id": thread, "run_id": run}
    ask("post", "/threads/{thread_id}/runs/{run_id}", {"metadata": {"k": "v"}}, **ids)
    box.clock.advance(10)
    waiting = ask("get", "/threads/{thread_id}/runs/{run_id}", **ids)
    outputs = [{"tool_call_id": call["id"], "output": "7"} for call in waiting["required_action"]["submit_tool_outputs"]["tool_calls"]]
    ask("post", "/threads/{thread_id}/runs/{run_id}/submit_tool_outputs", {"tool_outputs": outputs}, **ids)
    box.clock.advance(10)
    done = ask("get", "/threads/{thread_id}/runs/{run_id}", **ids)
    ask("get", "/threads/{thread_id}/runs/{run_id}/steps", **ids)
    second = ask("post", "/threads/runs", {"assistant_id": assistant, "thread": {}})
    ask("post", "/threads/{thread_id}/runs/{run_id}/cancel", thread_id=second["thread_id"], run_id=second["id"])
    ask("delete", "/threads/{thread_id}/messages/{message_id}", thread_id=thread, message_id=message)
    ask("delete", "/threads/{thread_id}", thread_id=thread)
    ask("delete", "/assistants/{assistant_id}", assistant_id=assistant)

    assert (waiting["status"], done["status"]) == ("requires_action", "completed")


def test_refusals_are_valid(ask: Tour, box: Sandbox, client: httpx.Client) -> None:
    """Errors have the published form."""
    thread = box.tables["sandbox_threads"][1][0][0]
    run = client.get(f"/threads/{thread}/runs", params={"order": "asc"}).json()["data"][0]["id"]

    ask("get", "/threads/{thread_id}", status=404, thread_id="thread_X")
    ask("post", "/assistants", {}, status=400)
    ended = ask("post", "/threads/{thread_id}/runs/{run_id}/cancel", status=400, thread_id=thread, run_id=run)

    assert ended["error"]["message"].startswith("Cannot cancel run with status")


@pytest.mark.parametrize(("fault", "status"), [("rate_limit", 429), ("server_error", 500)])
def test_injected_refusals_are_valid(ask: Tour, box: Sandbox, fault: str, status: int) -> None:
    """429 and 500 have the published form too."""
    box.fault(fault)

    assert ask("get", "/assistants", status=status)["error"]["message"]
