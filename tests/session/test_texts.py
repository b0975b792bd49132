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
    ],
)
def test_a_number_for_a_text_is_spelt_as_duckdb_spells_it(writer: Session, thread: str, text: str, value: str, expected: str) -> None:
    """With the digits of its type, where JSON would have others."""
    shown = writer.sql(text.format(value), {"t": thread} if "$t" in text else None, dry_run=True).fetchall()

    assert [json.loads(body)["metadata"]["p"] for _, _, body, *_ in shown] == [expected]


def test_a_number_for_a_number_or_for_json_stays_one(writer: Session) -> None:
    """What is for a text beside it is spelt all the same."""
    schema = "{'type': 'json_schema', 'json_schema': {'name': 'n', 'schema': {'x': 1.10}}}"
    text = f"INSERT INTO runs (thread_id, assistant_id, temperature, response_format, model) SELECT 't', 'a', 1.10, {schema}, 4.10"

    ((_, _, body, _),) = writer.sql(text, dry_run=True).fetchall()

    found = json.loads(body)
    assert (found["temperature"], found["response_format"]["json_schema"]["schema"], found["model"]) == (1.1, {"x": 1.1}, "4.10")
