"""Against OpenAI's own material, where it is at hand: recorded runs come back whole, and every request fits the published document."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import rowcall
from rowcall.errors import ResponseError
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

SHARED = Path(os.environ.get("ROWCALL_SHARED") or Path(__file__).parents[3] / "shared") / "openai"
DOCUMENT = SHARED / "openapi-assistants.yaml"
EXAMPLES = SHARED / "run-examples.json"
RUNS = "openai.assistants.runs"

Start = Callable[[Callable[[Any], tuple[Any, ...]]], Any]


def recorded() -> list[Any]:
    """The recorded runs, each with its label; empty where they are not at hand."""
    if not EXAMPLES.is_file():
        return [pytest.param({}, marks=pytest.mark.skip("recorded runs are not at hand"))]
    examples = json.loads(EXAMPLES.read_text("utf-8"))
    return [pytest.param(example["json"], id=example["label"]) for example in examples if example["json"]["object"] == "thread.run"]


def bare(value: Any) -> Any:
    """A value without the fields that are null: a STRUCT cannot leave one out."""
    if isinstance(value, dict):
        return {name: bare(inner) for name, inner in value.items() if inner is not None}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


JSON_PLACES = {"response_format", "tool_choice", "parameters", "file_search"}
"""Columns and fields of free form, which are JSON texts in a relation."""


def decoded(value: Any, name: str = "") -> Any:
    """A value of a relation with its JSON texts read."""
    if name in JSON_PLACES and isinstance(value, str):
        return json.loads(value)
    if isinstance(value, dict):
        return {key: decoded(inner, key) for key, inner in value.items()}
    return [decoded(inner, name) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("recorded_run", recorded())
@pytest.mark.parametrize("alone", [False, True], ids=["listed", "got"])
def test_a_recorded_run_comes_back_value_for_value(
    scripted: Start, page: Callable[..., Any], recorded_run: dict[str, Any], alone: bool
) -> None:
    """In its columns, or in `_extra` where the manifest has none; nothing is lost and nothing is warned of."""
    server = scripted(lambda _: (200, recorded_run if alone else page([recorded_run])))
    where = "thread_id = $1 AND id = $2" if alone else "thread_id = $1 AND $2 <> ''"

    with rowcall.connect(providers=server.providers) as db:
        relation = db.sql(f"SELECT *, _extra FROM {RUNS} WHERE {where} ", [recorded_run["thread_id"], recorded_run["id"]])
        ((*values, extra),) = relation.fetchall()
        row = {name: decoded(value, name) for name, value in zip(relation.columns, values, strict=False)}

    whole = {**row, **(json.loads(extra) if extra else {})}
    assert bare(whole) == bare(recorded_run)
    assert db.last.warnings == ()


@cache
def document() -> Any:
    """The published document; skips where it is not at hand."""
    if not DOCUMENT.is_file():
        pytest.skip("the published document is not at hand")
    return yaml.load(DOCUMENT.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def operation(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a request line; a path without braces wins over one with them."""
    found = [
        (template.count("{"), operations[method.lower()])
        for template, operations in document()["paths"].items()
        if method.lower() in operations and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def faults(request: Any) -> Iterator[str]:
    """What of a request the document does not allow."""
    jsonschema = pytest.importorskip("jsonschema")
    line = f"{request.method} {request.path}"
    known = operation(request.method, request.path)
    if known is None:
        yield f"{line} is no operation"
        return
    parameters = {item["name"]: item["schema"] for item in known.get("parameters", []) if item["in"] == "query"}
    for name, value in request.query:
        schema = parameters.get(name)
        if schema is None:
            yield f"{line} has no parameter {name}"
        elif schema.get("type") == "integer" and not value.isdigit():
            yield f"{line}: {name} is no integer"
        elif "enum" in schema and value not in schema["enum"]:
            yield f"{line}: {name} cannot be {value}"
    body = known.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body is None and request.body is not None:
        yield f"{line} takes no body"
    if body is not None:
        schema = {**body, "components": document()["components"]}
        yield from (
            f"{line}: {error.json_path}: {error.message}"
            for error in jsonschema.Draft202012Validator(schema).iter_errors(request.body or {})
        )


STATEMENTS = [
    "SELECT * FROM runs WHERE thread_id = $t",
    "SELECT * FROM runs WHERE thread_id = $t AND id = $r",
    'SELECT * FROM runs WHERE thread_id = $t AND "limit" = 5 AND "order" = \'asc\'',
    "SELECT * FROM run_steps WHERE thread_id = $t AND run_id = $r",
    "SELECT * FROM messages WHERE thread_id = $t",
    "SELECT * FROM messages WHERE thread_id = $t AND run_id = $r",
    "SELECT * FROM threads WHERE id = $t",
    "SELECT * FROM assistants",
    "SELECT * FROM assistants WHERE id = $a",
    "INSERT INTO threads (metadata) VALUES (MAP {'k': 'v'})",
    "INSERT INTO threads (messages) VALUES ([{'role': 'user', 'content': 'Hi'}])",
    "INSERT INTO messages (thread_id, role, content) VALUES ($new, 'user', 'Hi')",
    "INSERT INTO messages (thread_id, role, content) VALUES ($new, 'user', [{'type': 'text', 'text': 'Hi'}])",
    (
        "INSERT INTO runs (thread_id, assistant_id, metadata, temperature, tools, response_format, truncation_strategy) VALUES"
        " ($new, $a, MAP {'k': 'v'}, 0.5, [{'type': 'code_interpreter'}], {'type': 'json_object'}, {'type': 'last_messages', 'last_messages': 3})"
    ),
    "UPDATE runs SET metadata = MAP {'k': 'w'} WHERE thread_id = $t AND id = $r",
    "UPDATE threads SET metadata = MAP {'k': 'w'} WHERE id = $t",
    "UPDATE assistants SET name = 'Clerk', temperature = 1 WHERE id = $a",
    "INSERT INTO assistants (model, name) VALUES ('gpt-4o', 'Clerk')",
    "EXEC runs.cancel_run @thread_id = $t, @run_id = $r",
    "EXEC runs.submit_tool_outputs_to_run @thread_id = $t, @run_id = $r, @tool_outputs = [{'tool_call_id': 'call_1', 'output': '1'}]",
    "EXEC threads.create_thread_and_run @assistant_id = $a, @thread = {'messages': [{'role': 'user', 'content': 'Hi'}]}",
    "DELETE FROM threads WHERE id = $new",
]


@pytest.mark.parametrize("text", STATEMENTS)
def test_every_request_fits_the_published_document(live: Sandbox, writer: Session, thread: str, sent: Any, text: str) -> None:
    """Its path and parameters are there, and its body is valid; so are the headers that the API insists on."""
    document()
    threads = [thread for (thread,) in live.tables["sandbox_threads"][1]]
    values = {"t": threads[0], "new": thread, "a": writer.sql("SELECT id FROM assistants LIMIT 1").fetchall()[0][0]}
    values["r"] = writer.sql("SELECT id FROM runs WHERE thread_id = $1", [threads[0]]).fetchall()[0][0]
    given = {name: value for name, value in values.items() if re.search(rf"\${name}\b", text)}

    with sent(live) as requests, suppress(ResponseError):  # a refusal is an answer, too
        writer.sql(text, given or None)

    assert requests
    assert [fault for request in requests for fault in faults(request)] == []
    assert all(request.headers["openai-beta"] == "assistants=v2" for request in requests)


def test_what_does_not_fit_is_seen(live: Sandbox) -> None:
    """The check itself finds a wrong path, parameter and body."""
    document()
    asked = live.requests[0] if live.requests else None
    from rowcall.sandbox.app import LoggedRequest

    wrong = [
        LoggedRequest("GET", "/v1/threads", (), {}, None, 404),
        LoggedRequest("GET", "/v1/threads/t/runs", (("limits", "5"),), {}, None, 200),
        LoggedRequest("POST", "/v1/threads/t/runs", (), {}, {"model": "x"}, 200),
    ]

    assert [bool(list(faults(request))) for request in wrong] == [True] * 3
    assert asked is None or list(faults(asked)) == []
