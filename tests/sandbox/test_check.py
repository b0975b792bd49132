"""What clients send, and the words of refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.sandbox.server import Sandbox

HEADERS = {"Authorization": "Bearer sandbox-key", "OpenAI-Beta": "assistants=v2"}

QUERIES = {
    "too large": (
        "limit=101",
        "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
        "integer_above_max_value",
    ),
    "too small": (
        "limit=0",
        "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
        "integer_below_min_value",
    ),
    "no number": ("limit=many", "Invalid type for 'limit': expected an integer, but got a string instead.", "invalid_type"),
    "no whole number": ("limit=1.5", "Invalid type for 'limit': expected an integer, but got a string instead.", "invalid_type"),
    "empty": ("limit=", "Invalid type for 'limit': expected an integer, but got a string instead.", "invalid_type"),
    "no such order": ("order=up", "Invalid value: 'up'. Supported values are: 'asc' and 'desc'.", "invalid_value"),
    "no such parameter": ("page=2", "Unknown parameter: 'page'.", "unknown_parameter"),
    "no such cursor": ("after=asst_1", "Invalid 'after': no assistant found with id 'asst_1'.", "invalid_value"),
}


@pytest.mark.parametrize(("query", "message", "code"), QUERIES.values(), ids=QUERIES)
def test_a_wrong_query_is_refused_in_the_api_s_words(reader: httpx.Client, query: str, message: str, code: str) -> None:
    """Bounds, types, sets and names of query parameters are those of the manifest."""
    answer = reader.get(f"/assistants?{query}")

    assert answer.status_code == 400
    assert answer.json() == {"error": {"message": message, "type": "invalid_request_error", "param": query.partition("=")[0], "code": code}}


BODIES: dict[str, tuple[Any, str, str, str]] = {
    "missing": ({}, "Missing required parameter: 'model'.", "model", "missing_required_parameter"),
    "null": ({"model": None}, "Invalid type for 'model': expected a string, but got null instead.", "model", "invalid_type"),
    "wrong type": ({"model": 5}, "Invalid type for 'model': expected a string, but got an integer instead.", "model", "invalid_type"),
    "no number": (
        {"model": "m", "temperature": True},
        "Invalid type for 'temperature': expected a decimal, but got a boolean instead.",
        "temperature",
        "invalid_type",
    ),
    "no list": (
        {"model": "m", "tools": {}},
        "Invalid type for 'tools': expected an array, but got an object instead.",
        "tools",
        "invalid_type",
    ),
    "within a list": (
        {"model": "m", "tools": [{"type": 1.5}]},
        "Invalid type for 'tools[0].type': expected a string, but got a decimal instead.",
        "tools[0].type",
        "invalid_type",
    ),
    "within a map": (
        {"model": "m", "metadata": {"a": []}},
        "Invalid type for 'metadata.a': expected a string, but got an array instead.",
        "metadata.a",
        "invalid_type",
    ),
    "too large": (
        {"model": "m", "temperature": 2.5},
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead.",
        "temperature",
        "decimal_above_max_value",
    ),
    "too long": (
        {"model": "m", "name": "n" * 257},
        "Invalid 'name': string too long. Expected a string with maximum length 256, but got a string with length 257 instead.",
        "name",
        "string_above_max_length",
    ),
    "too many in a list": (
        {"model": "m", "tools": [{"type": "file_search"}] * 129},
        "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 129 instead.",
        "tools",
        "array_above_max_length",
    ),
    "too many in a map": (
        {"model": "m", "metadata": {f"k{number}": "v" for number in range(17)}},
        (
            "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, "
            "but got an object with 17 properties instead."
        ),
        "metadata",
        "object_above_max_properties",
    ),
    "too long a key of a map": (
        {"model": "m", "metadata": {"k" * 65: "v"}},
        "Invalid 'metadata': property name too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
        "metadata",
        "string_above_max_length",
    ),
    "too long a value of a map": (
        {"model": "m", "metadata": {"k": "v" * 513}},
        "Invalid 'metadata.k': string too long. Expected a string with maximum length 512, but got a string with length 513 instead.",
        "metadata.k",
        "string_above_max_length",
    ),
    "outside its set": (
        {"model": "m", "reasoning_effort": "huge"},
        "Invalid value: 'huge'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh' and 'max'.",
        "reasoning_effort",
        "invalid_value",
    ),
    "unknown": ({"model": "m", "modle": "m"}, "Unknown parameter: 'modle'.", "modle", "unknown_parameter"),
    "none of a choice": (
        {"model": "m", "tool_resources": {"file_search": {}}},
        "Invalid 'tool_resources.file_search': expected one of 'vector_store_ids' and 'vector_stores', but got none instead.",
        "tool_resources.file_search",
        "invalid_value",
    ),
    "several of a choice": (
        {"model": "m", "tool_resources": {"file_search": {"vector_stores": [], "vector_store_ids": []}}},
        (
            "Invalid 'tool_resources.file_search': expected one of 'vector_store_ids' and 'vector_stores', "
            "but got 'vector_store_ids' and 'vector_stores' instead."
        ),
        "tool_resources.file_search",
        "invalid_value",
    ),
    "sizes that are missing": (
        {"model": "m", "tool_resources": {"file_search": {"vector_stores": [{"chunking_strategy": {"type": "static"}}]}}},
        "Missing required parameter: 'tool_resources.file_search.vector_stores[0].chunking_strategy.static'.",
        "tool_resources.file_search.vector_stores[0].chunking_strategy.static",
        "missing_required_parameter",
    ),
    "a way to cut that has other names": (
        {"model": "m", "tool_resources": {"file_search": {"vector_stores": [{"chunking_strategy": {"type": "auto", "size": 1}}]}}},
        "Unknown parameter: 'tool_resources.file_search.vector_stores[0].chunking_strategy.size'.",
        "tool_resources.file_search.vector_stores[0].chunking_strategy.size",
        "unknown_parameter",
    ),
    "a tool without type": (
        {"model": "m", "tools": [{"type": "file_search"}, {}]},
        "Missing required parameter: 'tools[1].type'.",
        "tools[1].type",
        "missing_required_parameter",
    ),
    "a tool of an unknown type": (
        {"model": "m", "tools": [{"type": "retrieval"}]},
        "Invalid value: 'retrieval'. Supported values are: 'function', 'code_interpreter' and 'file_search'.",
        "tools[0].type",
        "invalid_value",
    ),
    "a function without one": (
        {"model": "m", "tools": [{"type": "function"}]},
        "Missing required parameter: 'tools[0].function'.",
        "tools[0].function",
        "missing_required_parameter",
    ),
    "a form of another kind": (
        {"model": "m", "response_format": ["auto"]},
        "Invalid type for 'response_format': expected one of a string or object, but got an array instead.",
        "response_format",
        "invalid_type",
    ),
    "a form of an unknown name": (
        {"model": "m", "response_format": "json"},
        "Invalid value: 'json'. Supported values are: 'auto'.",
        "response_format",
        "invalid_value",
    ),
    "a form of an unknown type": (
        {"model": "m", "response_format": {"type": "json"}},
        "Invalid value: 'json'. Supported values are: 'text', 'json_object' and 'json_schema'.",
        "response_format.type",
        "invalid_value",
    ),
}


def test_an_object_takes_other_names_where_it_is_open(client: httpx.Client) -> None:
    """A message does not, and the parts of its content do."""
    message = {"role": "user", "content": [{"type": "text", "text": "hi", "cache": {"for_s": 60}}]}

    closed = client.post("/threads", json={"messages": [{**message, "metdata": {}}]})
    opened = client.post("/threads", json={"messages": [message]})

    assert (closed.status_code, closed.json()["error"]["message"]) == (400, "Unknown parameter: 'messages[0].metdata'.")
    assert opened.status_code == 200


@pytest.mark.parametrize(("body", "message", "param", "code"), BODIES.values(), ids=BODIES)
def test_a_wrong_body_is_refused_in_the_api_s_words(reader: httpx.Client, body: Any, message: str, param: str, code: str) -> None:
    """Attributes, their types, bounds and sets are those of the manifest."""
    answer = reader.post("/assistants", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"] == {"message": message, "type": "invalid_request_error", "param": param, "code": code}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/assistants", {"model": "m", "metadata": {f"{number:064}": "v" * 512 for number in range(16)}}),
        ("/assistants", {"model": "m", "name": "n" * 256, "description": "d" * 512, "tools": [{"type": "file_search"}] * 128}),
        ("/threads", {"messages": [{"role": "user", "content": "x", "attachments": None, "metadata": None}]}),
        ("/threads/runs", {"thread": {"messages": [{"role": "assistant", "content": [{"type": "text", "text": "x"}]}], "metadata": None}}),
        (
            "/threads",
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "low"}},
                            {"type": "image_file", "image_file": {"file_id": "f"}},
                        ],
                        "attachments": [{"file_id": "f", "tools": [{"type": "code_interpreter"}]}],
                    }
                ]
            },
        ),
        (
            "/assistants",
            {
                "model": "m",
                "tools": [
                    {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "x": None}, "strict": None}},
                    {"type": "file_search", "file_search": {"max_num_results": 50, "ranking_options": {"score_threshold": 0}}},
                ],
                "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"any": [1]}, "strict": None}},
            },
        ),
        (
            "/threads/runs",
            {
                "tool_choice": {"type": "file_search"},
                "truncation_strategy": {"type": "auto", "last_messages": None},
                "response_format": "auto",
                "tools": None,
            },
        ),
    ],
    ids=["map", "texts and list", "message within", "thread within", "parts", "tools and forms", "choices"],
)
def test_what_is_just_at_its_bounds_is_taken(client: httpx.Client, path: str, body: dict[str, Any]) -> None:
    """A bound is the last value that is right; nullable attributes are so within others too."""
    more = {"assistant_id": client.get("/assistants").json()["data"][0]["id"]} if path == "/threads/runs" else {}

    assert client.post(path, json={**body, **more}).status_code == 200


WITHIN: dict[str, tuple[str, Any, str, str]] = {
    "missing": ("/threads", {"messages": [{"role": "user", "content": "x"}, {"content": "x"}]}, "messages[1].role", "missing"),
    "null": ("/threads", {"messages": [{"role": "user", "content": None}]}, "messages[0].content", "invalid_type"),
    "empty": ("/threads", {"messages": [{"role": "user", "content": []}]}, "messages[0].content", "empty_array"),
    "too many": (
        "/threads",
        {"tool_resources": {"file_search": {"vector_store_ids": ["a", "b"]}}},
        "tool_resources.file_search.vector_store_ids",
        "array_above_max_length",
    ),
    "outside its set": ("/threads", {"messages": [{"role": "system", "content": "x"}]}, "messages[0].role", "invalid_value"),
    "unknown": ("/threads", {"messages": [{"role": "user", "content": "x", "text": "x"}]}, "messages[0].text", "unknown_parameter"),
    "ignored above alone": ("/threads", {"messages": [{"role": "user", "content": "x", "stream": False}]}, "messages[0].stream", "unknown"),
    "too long": (
        "/threads",
        {"messages": [{"role": "user", "content": "x", "metadata": {"k": "v" * 513}}]},
        "messages[0].metadata.k",
        "string_above_max_length",
    ),
    "two levels deep": ("/threads/runs", {"assistant_id": "a", "thread": {"messages": [{}]}}, "thread.messages[0].role", "missing"),
    "unknown in an object": ("/threads/runs", {"assistant_id": "a", "thread": {"title": "x"}}, "thread.title", "unknown_parameter"),
    "a number for a text": ("/threads", {"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "invalid_type"),
    "an empty object for a text": ("/threads", {"messages": [{"role": "user", "content": {}}]}, "messages[0].content", "invalid_type"),
    "a text for a part": ("/threads", {"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]", "invalid_type"),
    "a part of a message": (
        "/threads",
        {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
        "messages[0].content[0].text",
        "missing",
    ),
    "a choice": ("{thread}/runs", {"assistant_id": "a", "tool_choice": "any"}, "tool_choice", "invalid_value"),
    "a choice of nothing": ("{thread}/runs", {"assistant_id": "a", "tool_choice": {}}, "tool_choice.type", "missing"),
    "a strategy": (
        "{thread}/runs",
        {"assistant_id": "a", "truncation_strategy": {"type": "last"}},
        "truncation_strategy.type",
        "invalid_value",
    ),
    "no object": ("/threads", {"messages": ["x"]}, "messages[0]", "invalid_type"),
    "of a run": ("{thread}/runs", {"assistant_id": "a", "additional_messages": [{}]}, "additional_messages[0].role", "missing"),
}


@pytest.mark.parametrize(("path", "body", "param", "code"), WITHIN.values(), ids=WITHIN)
def test_a_body_within_a_body_is_checked_as_if_it_came_alone(
    still: Sandbox, reader: httpx.Client, path: str, body: Any, param: str, code: str
) -> None:
    """What the manifest says of its fields; the refusal says where it stands."""
    (thread,) = still.tables["sandbox_threads"][1][-1]

    answer = reader.post(path.format(thread=f"/threads/{thread}"), json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert answer.json()["error"]["code"].startswith(code)


def test_null_is_refused_where_the_manifest_does_not_take_it(reader: httpx.Client, still: Sandbox) -> None:
    """Also of what may hold any other value."""
    (thread,) = still.tables["sandbox_threads"][1][-1]

    answer = reader.post(f"/threads/{thread}/messages", json={"role": "user", "content": None})

    assert (
        answer.json()["error"]["message"]
        == "Invalid type for 'content': expected one of a string or array of objects, but got null instead."
    )


TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}}


@pytest.mark.parametrize("ids", [[], ["call_X"], ["{call}", "call_X"], ["{call}", "{call}"]], ids=["none", "other", "too many", "twice"])
def test_outputs_of_other_calls_than_those_that_wait_are_refused(box: Sandbox, client: httpx.Client, ids: list[str]) -> None:
    """The run goes on waiting, and takes the right ones."""
    assistant = client.post("/assistants", json={"model": "m", "tools": [TOOL]}).json()["id"]
    run = client.post("/threads/runs", json={"assistant_id": assistant}).json()
    box.clock.advance(5)
    path = f"/threads/{run['thread_id']}/runs/{run['id']}"
    call = client.get(path).json()["required_action"]["submit_tool_outputs"]["tool_calls"][0]["id"]
    sent = [id_.format(call=call) for id_ in ids]

    wrong = client.post(f"{path}/submit_tool_outputs", json={"tool_outputs": [{"tool_call_id": id_, "output": "x"} for id_ in sent]})
    right = client.post(f"{path}/submit_tool_outputs", json={"tool_outputs": [{"tool_call_id": call, "output": "x"}]})
    again = client.post(f"{path}/submit_tool_outputs", json={"tool_outputs": [{"tool_call_id": call, "output": "x"}]})

    assert (wrong.status_code, right.status_code, again.status_code) == (400, 200, 400)
    assert wrong.json()["error"]["message"] == f"Expected tool outputs for call_ids {[call]!r}, got {sent!r}"
    assert again.json()["error"]["message"] == 'Runs in status "queued" do not accept tool outputs.'
    assert [request.applied for request in box.requests if request.path.endswith("submit_tool_outputs")] == [False, True, False]


def test_an_active_run_keeps_its_thread_to_itself(box: Sandbox, client: httpx.Client) -> None:
    """No second run and no message; a run that ended cannot be cancelled, and frees its thread."""
    assistant = client.post("/assistants", json={"model": "m"}).json()["id"]
    run = client.post("/threads/runs", json={"assistant_id": assistant}).json()
    thread = f"/threads/{run['thread_id']}"
    second = client.post(f"{thread}/runs", json={"assistant_id": assistant})
    message = client.post(f"{thread}/messages", json={"role": "user", "content": "x"})
    box.clock.advance(60)
    cancelled = client.post(f"{thread}/runs/{run['id']}/cancel")

    assert second.json()["error"]["message"] == f"Thread {run['thread_id']} already has an active run {run['id']}."
    assert message.json()["error"]["message"] == f"Can't add messages to {run['thread_id']} while a run {run['id']} is active."
    assert cancelled.json()["error"]["message"] == "Cannot cancel run with status 'completed'."
    assert client.post(f"{thread}/messages", json={"role": "user", "content": "x"}).status_code == 200


@pytest.mark.parametrize("content", ["{", "nonsense", '{"temperature": NaN}', "[" * 5000], ids=["half", "text", "nan", "deep"])
def test_a_body_that_is_no_json_is_refused(reader: httpx.Client, content: str) -> None:
    """The API says that it could not parse the body."""
    answer = reader.post("/assistants", content=content)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("We could not parse the JSON body of your request.")


def test_a_body_that_is_no_object_is_refused(reader: httpx.Client) -> None:
    """JSON alone is not enough."""
    answer = reader.post("/assistants", json=["model"])

    assert answer.json()["error"]["message"] == "Invalid type for the request body: expected an object, but got an array instead."


def test_what_the_sandbox_file_ignores_is_accepted(client: httpx.Client) -> None:
    """A version in the query, and `stream: false`, mean nothing and do not end up in the object."""
    answer = client.post("/assistants?api-version=2024-05-01", json={"model": "m", "stream": False})

    assert answer.status_code == 200
    assert "stream" not in answer.json()


def test_optional_attributes_may_be_null(client: httpx.Client) -> None:
    """Null is what nullable attributes have when they are absent."""
    answer = client.post("/assistants", json={"model": "m", "name": None, "metadata": None})

    assert (answer.status_code, answer.json()["metadata"]) == (200, {})


@pytest.fixture(scope="module")
def victim() -> Iterator[httpx.Client]:
    """A client of a sandbox that takes whatever it is sent."""
    with Sandbox() as box, httpx.Client(base_url=box.base_url, headers=HEADERS, trust_env=False) as client:
        yield client


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ATTRIBUTES = st.sampled_from(["model", "name", "tools", "metadata", "temperature", "tool_resources", "response_format", "stream"])


@given(body=JSON | st.dictionaries(ATTRIBUTES, JSON, max_size=5))
def test_no_body_breaks_the_server(victim: httpx.Client, body: Any) -> None:
    """Whatever JSON is sent, the answer is an object or a refusal."""
    answer = victim.post("/assistants", json=body)

    assert answer.status_code in {200, 400}
    assert answer.json().keys() & {"id", "error"}
