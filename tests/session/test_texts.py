"""Numbers that are given for texts."""

from __future__ import annotations

import json

import pytest

from rowcall.session.session import Session

SPELT = {
    "DECIMAL": ("1.10", "1.10"),
    "FLOAT": ("0.1::FLOAT", "0.1"),
    "DOUBLE": ("1e20::DOUBLE", "1e+20"),
    "INTEGER": ("7", "7"),
    "JSON": ("""'"x"'::JSON""", "x"),
}


@pytest.mark.parametrize(("value", "expected"), SPELT.values(), ids=SPELT)
@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO threads (metadata) VALUES (MAP {{'p': {}}})",
        "INSERT INTO threads (metadata) SELECT {{'p': x}} FROM (SELECT {} AS x)",
        "INSERT INTO threads SELECT MAP {{'p': {}}} AS metadata",
        "INSERT INTO threads BY NAME SELECT MAP {{'p': {}}} AS metadata",
        "INSERT INTO threads (metadata.p) VALUES ({})",
        "UPDATE threads SET metadata = MAP {{'p': {}}} WHERE id = 't'",
        "UPDATE threads SET metadata = MAP {{'p': x}} FROM (SELECT {} AS x) AS v WHERE id = $t",
        "UPDATE threads SET metadata.p = {} WHERE id = $t",
        "EXEC threads.create_thread @metadata = {{'p': {}}}",
        "EXEC threads.create_thread FROM (SELECT MAP {{'p': {}}} AS metadata)",
        "EXEC threads.create_thread @@json = {{'metadata': {{'p': {}}}}}",
        "EXEC threads.create_thread @@json = {{'metadata': MAP {{'p': (SELECT {})}}, 'messages': []}}",
    ],
)
def test_a_number_for_a_text_is_spelt_as_duckdb_spells_it(writer: Session, thread: str, text: str, value: str, expected: str) -> None:
    """With the digits of its type, where JSON would have others."""
    shown = writer.sql(text.format(value), {"t": thread} if "$t" in text else None, dry_run=True).fetchall()

    assert [json.loads(body)["metadata"]["p"] for _, _, body, *_ in shown] == [expected]


DEEP = {
    "in a message": ("threads.create_thread @messages = [{'role': 'user', 'content': 'x', 'metadata': {'p': 1.10}}]", "1.10"),
    "in a part of a message": (
        "messages.create_message @thread_id = 't', @role = 'user', @content = [{'type': 'text', 'text': 1.10, 'cache': 1.10}]",
        "1.10 beside 1.1",
    ),
    "in a whole body": ("threads.create_thread_and_run @@json = {'assistant_id': 'a', 'thread': {'metadata': {'p': 1.10}}}", "1.10"),
    "in an open list": (
        "runs.submit_tool_outputs_to_run @thread_id = 't', @run_id = 'r', @tool_outputs = [{'tool_call_id': 'c', 'output': 1.10, 'x': 1.10}]",
        "1.10 beside 1.1",
    ),
    "as JSON": ("threads.create_thread @@json = to_json({'metadata': {'p': '1.10'}})", "1.10"),
}


@pytest.mark.parametrize(("call", "expected"), DEEP.values(), ids=DEEP)
def test_a_number_for_a_text_is_spelt_so_however_deep_it_stands(writer: Session, call: str, expected: str) -> None:
    """A number beside it, for which no text is taken, stays one."""
    ((_, _, body, _),) = writer.sql(f"EXEC {call}", dry_run=True).fetchall()

    text, _, number = expected.partition(" beside ")
    assert f'"{text}"' in body
    assert not number or f": {number}}}" in body


def test_a_number_for_a_number_or_for_json_stays_one(writer: Session) -> None:
    """What is for a text beside it is spelt all the same."""
    schema = "{'type': 'json_schema', 'json_schema': {'name': 'n', 'schema': {'x': 1.10}}}"
    text = f"INSERT INTO runs (thread_id, assistant_id, temperature, response_format, model) SELECT 't', 'a', 1.10, {schema}, 4.10"

    ((_, _, body, _),) = writer.sql(text, dry_run=True).fetchall()

    found = json.loads(body)
    assert (found["temperature"], found["response_format"]["json_schema"]["schema"], found["model"]) == (1.1, {"x": 1.1}, "4.10")
