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
    "outside its set": (
        {"model": "m", "reasoning_effort": "huge"},
        "Invalid value: 'huge'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh' and 'max'.",
        "reasoning_effort",
        "invalid_value",
    ),
    "unknown": ({"model": "m", "modle": "m"}, "Unknown parameter: 'modle'.", "modle", "unknown_parameter"),
}


@pytest.mark.parametrize(("body", "message", "param", "code"), BODIES.values(), ids=BODIES)
def test_a_wrong_body_is_refused_in_the_api_s_words(reader: httpx.Client, body: Any, message: str, param: str, code: str) -> None:
    """Attributes, their types, bounds and sets are those of the manifest."""
    answer = reader.post("/assistants", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"] == {"message": message, "type": "invalid_request_error", "param": param, "code": code}


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
