"""INSERT, UPDATE, DELETE and EXEC as a user writes them: what is sent, once, and what comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest
from tests.session.conftest import Workbench

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import (
    BindError,
    BudgetError,
    DataError,
    EngineError,
    MissingParameterError,
    ReadOnlyError,
    RequestError,
    ResponseError,
    RowcallError,
    UnavailableError,
    UnknownNameError,
    UnsupportedSQLError,
)
from rowcall.manifest.read import load_provider
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
RUNS = "openai.assistants.runs"
JSONS = "INSERT INTO runs (thread_id, assistant_id, response_format)"
SCHEMA = '{"type": "json_schema", "json_schema": {"name": "n", "schema": {"x": %s}}}'
NUMBERS = "(VALUES (1.0), ('nan'::DOUBLE)) v(x)"
BROKEN = '"\\ud800"'
IN_ORDER = "INSERT INTO runs (thread_id, assistant_id) SELECT t, $2 FROM (SELECT unnest($1) AS t) ORDER BY list_position($1, t)"


@pytest.fixture
def run_id(raw: httpx.Client, thread: str, assistant: str) -> str:
    """A new run, queued."""
    return str(raw.post(f"/threads/{thread}/runs", json={"assistant_id": assistant}).json()["id"])


@pytest.fixture
def run_ids(raw: httpx.Client, threads: list[str], assistant: str) -> list[str]:
    """A new run in each of three new threads, queued."""
    return [str(raw.post(f"/threads/{thread}/runs", json={"assistant_id": assistant}).json()["id"]) for thread in threads]


def lines(requests: list[Any]) -> list[str]:
    """What was asked, as `POST /v1/threads`."""
    return [f"{request.method} {request.path}" for request in requests]


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("INSERT INTO {runs} (thread_id, assistant_id) VALUES ($t, $a)", {}),
        ("INSERT INTO {runs} (thread_id, data__assistant_id) VALUES ($t, $a)", {}),
        ("INSERT INTO {runs} (assistant_id, thread_id) SELECT $a, $t", {}),
        ("INSERT INTO {runs} BY NAME SELECT $a AS assistant_id, $t AS thread_id", {}),
        ("INSERT INTO {runs} SELECT $a AS assistant_id, $t AS thread_id", {}),
        ("INSERT INTO {runs} (thread_id, assistant_id) (SELECT $t, $a)", {}),
        ("WITH k AS (SELECT 1) INSERT INTO {runs} (thread_id, assistant_id) VALUES ($t, $a)", None),
        ("INSERT INTO runs (thread_id, assistant_id, temperature) VALUES ($t, $a, 0.5)", {"temperature": 0.5}),
        ("INSERT INTO runs (thread_id, assistant_id, temperature) VALUES ($t, $a, NULL)", {}),
        ("INSERT INTO runs (thread_id, assistant_id, metadata) VALUES ($t, $a, MAP {{'k': 'v'}})", {"metadata": {"k": "v"}}),
        ("INSERT INTO runs (thread_id, assistant_id, metadata) VALUES ($t, $a, {{'k': 'v'}})", {"metadata": {"k": "v"}}),
        ('INSERT INTO runs (thread_id, assistant_id, metadata) VALUES ($t, $a, \'{{"k": "v"}}\')', {"metadata": {"k": "v"}}),
        ("INSERT INTO runs (thread_id, assistant_id, max_prompt_tokens) VALUES ($t, $a, 200 + 56)", {"max_prompt_tokens": 256}),
        ("INSERT INTO runs (thread_id, assistant_id, response_format) VALUES ($t, $a, 'auto')", {"response_format": "auto"}),
        (
            "INSERT INTO runs (thread_id, assistant_id, response_format) VALUES ($t, $a, {{'type': 'json_object'}})",
            {"response_format": {"type": "json_object"}},
        ),
        (
            "INSERT INTO runs (thread_id, assistant_id, tools) VALUES ($t, $a, [{{'type': 'code_interpreter'}}])",
            {"tools": [{"type": "code_interpreter"}]},
        ),
        (
            "INSERT INTO runs (thread_id, assistant_id, additional_messages) VALUES ($t, $a, [{{'role': 'user', 'content': 'Hi'}}])",
            {"additional_messages": [{"role": "user", "content": "Hi"}]},
        ),
    ],
)
def test_an_insert_is_one_post(live: Sandbox, writer: Session, thread: str, assistant: str, sent: Sent, text: str, body: Any) -> None:
    """With the attributes that are given as its body, and the new run as its row."""
    text = text.format(runs=RUNS)
    if body is None:
        with pytest.raises(UnsupportedSQLError, match="WITH"), sent(live) as requests:
            writer.sql(text, {"t": thread, "a": assistant})
        return

    with sent(live) as requests:
        relation = writer.sql(text, {"t": thread, "a": assistant})
        row = dict(zip(relation.columns, relation.fetchall()[0], strict=True))

    assert lines(requests) == [f"POST /v1/threads/{thread}/runs"]
    assert requests[0].body == {"assistant_id": assistant, **body}
    assert (row["thread_id"], row["assistant_id"], row["status"], len(row)) == (thread, assistant, "queued", 27)
    assert writer.last.statement_kind == "insert"


def test_positional_parameters_bind_an_insert(live: Sandbox, writer: Session, thread: str, assistant: str, sent: Sent) -> None:
    """`?` are counted over columns, values and RETURNING."""
    with sent(live) as requests:
        rows = writer.sql(
            "INSERT INTO runs (thread_id, assistant_id, temperature) VALUES (?, ?, ?) RETURNING status, temperature + ?",
            [thread, assistant, 0.5, 1],
        ).fetchall()

    assert rows == [("queued", 1.5)]
    assert len(requests) == 1


def test_returning_gives_the_columns_it_names(writer: Session, thread: str, assistant: str) -> None:
    """Expressions and the target's alias are understood."""
    relation = writer.sql(
        "INSERT INTO runs AS r (thread_id, assistant_id, metadata) VALUES ($1, $2, MAP {'k': 'v'}) RETURNING r.status AS s, metadata['k'], r.tools IS NULL",
        [thread, assistant],
    )

    assert relation.fetchall() == [("queued", "v", False)]
    assert relation.columns[0] == "s"


def test_an_insert_from_a_frame_sends_one_request_a_row(
    live: Sandbox, writer: Session, threads: list[str], assistant: str, sent: Sent
) -> None:
    """The answers come in the order of the rows, whichever is answered first."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"thread_id": threads})

    with sent(live) as requests:
        rows = writer.sql(
            "INSERT INTO runs (thread_id, assistant_id) SELECT thread_id, $1 FROM frame RETURNING thread_id", [assistant], max_write_rows=3
        ).fetchall()

    assert [thread for (thread,) in rows] == threads == list(frame["thread_id"])
    assert sorted(lines(requests)) == sorted(f"POST /v1/threads/{thread}/runs" for thread in threads)


def test_an_insert_may_read_an_api_first(live: Sandbox, writer: Session, threads: list[str], assistant: str, sent: Sent) -> None:
    """What it reads is fetched, then a request is sent for each row."""
    with sent(live) as requests:
        writer.sql(
            "INSERT INTO runs (thread_id, assistant_id) SELECT t.id, a.id FROM threads t, assistants a WHERE t.id IN ($1, $2) AND a.id = $3",
            [*threads[:2], assistant],
            max_write_rows=2,
        )

    assert sorted(line for line in lines(requests) if line.startswith("POST")) == sorted(
        f"POST /v1/threads/{thread}/runs" for thread in threads[:2]
    )


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO threads (metadata) VALUES (MAP {'price': 12345678901234567890.12::DECIMAL(38, 2)})",
        "INSERT INTO threads (metadata) VALUES ('{\"price\": 12345678901234567890.12}')",
        "INSERT INTO threads (metadata.price) VALUES (12345678901234567890.12::DECIMAL(38, 2))",
        "EXEC threads.create_thread @metadata = {'price': 12345678901234567890.12::DECIMAL(38, 2)}",
    ],
)
def test_a_number_as_a_text_keeps_its_digits(writer: Session, text: str) -> None:
    """A double has no room for all digits of a DECIMAL, and none is needed where the API takes a text."""
    ((body,),) = writer.sql(text, dry_run=True).project("body").fetchall()

    assert json.loads(body) == {"metadata": {"price": "12345678901234567890.12"}}


def test_an_insert_of_no_rows_sends_nothing(live: Sandbox, writer: Session, assistant: str, sent: Sent) -> None:
    """And gives no rows."""
    with sent(live) as requests:
        rows = writer.sql("INSERT INTO runs (thread_id, assistant_id) SELECT 'x', $1 WHERE false", [assistant]).fetchall()

    assert (rows, requests) == ([], [])


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("INSERT INTO runs (thread_id, assistant_id) VALUES ($t, $a) RETURNING nope", BindError, "nope"),
        ("INSERT INTO runs (thread_id, assistant) VALUES ($t, $a)", UnknownNameError, "assistant_id"),
        ("INSERT INTO runs (thread_id) SELECT $t WHERE $a <> 'x'", MissingParameterError, "data__assistant_id"),
        ("INSERT INTO runs (assistant_id) SELECT $a WHERE $t <> 'x'", MissingParameterError, "thread_id"),
        ("INSERT INTO runs VALUES ($t, $a)", UnsupportedSQLError, "SHOW INSERT INTO"),
        ("INSERT INTO runs (thread_id, assistant_id) VALUES ($t, $a), (NULL, $a)", DataError, "thread_id is NULL"),
        ("INSERT INTO runs (thread_id, assistant_id) VALUES ($t, $a), ($t, NULL)", DataError, "assistant_id is NULL"),
        ("INSERT INTO runs (thread_id, assistant_id, temperature) VALUES ($t, $a, 2.5)", DataError, "at most 2"),
        ("INSERT INTO runs (thread_id, assistant_id, temperature) VALUES ($t, $a, 'hot')", DataError, "number"),
        ("INSERT INTO runs (thread_id, assistant_id, tools) VALUES ($t, $a, [{'kind': 'x'}])", DataError, "type is required"),
        (
            f"{JSONS} SELECT $t, $a, {{'type': 'json_schema', 'json_schema': {{'name': 'n', 'schema': {{'x': x}}}}}} FROM {NUMBERS}",
            DataError,
            "and JSON has none. It is row 2 of 2",
        ),
        (f"{JSONS} VALUES ($t, $a, '{SCHEMA % '1e999'}')", DataError, "response_format has NaN or an infinite number"),
        (f"{JSONS} VALUES ($t, $a, '{SCHEMA % BROKEN}')", DataError, "half of a surrogate pair"),
        (f"{JSONS} VALUES ($t, $a, repeat('[', 50000))", DataError, "nested too deeply"),
        (f"{JSONS} VALUES ($t, $a, repeat('9', 5000)::JSON)", DataError, "too many digits"),
        (f"{JSONS} VALUES ($t, $a, (repeat('[', 50000) || repeat(']', 50000))::JSON)", DataError, "nested too deeply"),
        ('EXEC runs.create_run @thread_id = $t, @@json = \'{"assistant_id": "\' || $a || \'", "temperature": NaN}\'', DataError, "NaN"),
        ("EXEC runs.create_run @thread_id = $t, @assistant_id = unnest([$a, 'b'])", UnsupportedSQLError, "One value is expected here"),
        ("UPDATE runs SET metadata = unnest([]) WHERE thread_id = $t AND id = $a", UnsupportedSQLError, "This gives several values"),
        ("UPDATE runs SET metadata = {'x': [unlist([id, $a])]} WHERE thread_id = $t", UnsupportedSQLError, "This gives several values"),
        ("INSERT INTO runs (thread_id, assistant_id) SELECT $t, nope FROM (SELECT $a AS a)", BindError, "nope"),
        ("INSERT INTO runs (thread_id, assistant_id) VALUES ($t, $a, 1)", UnsupportedSQLError, "2 columns, and 3 values"),
        ("INSERT INTO runs (thread_id, assistant_id) VALUES ($t || $a)", BindError, "2 columns specified"),
        ("INSERT INTO runs (thread_id, assistant_id) SELECT id, $a FROM threads WHERE id = $t RETURNING nope", BindError, "nope"),
        ("INSERT INTO runs (thread_id, assistant) SELECT id, $a FROM threads WHERE id = $t", UnknownNameError, "assistant_id"),
        ("INSERT OR REPLACE INTO runs (thread_id, assistant_id) VALUES ($t, $a)", RowcallError, ""),
        ("INSERT INTO runs (thread_id, assistant_id) VALUES ($t, $a) ON CONFLICT DO NOTHING", RowcallError, ""),
        ("UPDATE runs SET metadata = MAP {'k': $a} WHERE thread_id = $t RETURNING nope", BindError, "nope"),
        ("UPDATE runs SET metadata = nope($a) WHERE thread_id = $t AND id = 'r'", BindError, "nope"),
        ("UPDATE runs SET status = $a WHERE thread_id = $t AND id = 'r'", UnknownNameError, "status"),
        ("UPDATE runs SET id = $a WHERE thread_id = $t AND id = 'r'", UnsupportedSQLError, "which row is meant"),
        (
            "UPDATE runs SET metadata = NULL, thread_id = $a WHERE thread_id = $t AND run_id = 'r'",
            UnsupportedSQLError,
            "which row is meant",
        ),
        ("UPDATE runs SET metadata = MAP {'a': $a, 't': $t}", UnsupportedSQLError, "WHERE"),
        ("UPDATE runs SET metadata = NULL WHERE id = $a || $t", MissingParameterError, "thread_id"),
        ("UPDATE runs SET metadata.k.l = $a WHERE thread_id = $t AND id = 'r'", UnsupportedSQLError, "metadata.k is string"),
        ("UPDATE runs SET metadata.k = $a, metadata = NULL WHERE thread_id = $t", UnsupportedSQLError, "metadata is given twice"),
        ("UPDATE messages SET metadata.k = $a WHERE id = $t", MissingParameterError, "The API takes metadata as a whole"),
        ("EXEC threads.create_thread_and_run @assistant_id = $a, @thread.mesages = $t", UnknownNameError, "mean messages"),
        ("UPDATE assistants SET tools.type = $a WHERE id = $t", UnsupportedSQLError, "no part can be set"),
        ("INSERT INTO threads (metadata.a, metadata) VALUES ($a, $t)", UnsupportedSQLError, "metadata is given twice"),
        ("INSERT INTO threads (metadata.a.b) SELECT $a || id FROM threads WHERE id = $t", UnsupportedSQLError, "metadata.a is string"),
        ("DELETE FROM threads USING (SELECT $a AS a) x WHERE threads.id = $t AND nope = x.a", BindError, "nope"),
        ("DELETE FROM threads USING (SELECT nope($a) AS a) x WHERE threads.id = $t", BindError, "nope"),
        ("UPDATE runs SET metadata = NULL FROM (SELECT $a AS a) x WHERE thread_id = $t || x.a AND nope", BindError, "nope"),
        ("UPDATE messages SET metadata = NULL FROM (SELECT $a AS a) x WHERE role = x.a AND id = $t", MissingParameterError, "thread_id"),
        ("DELETE FROM messages USING (SELECT $a AS t LIMIT 1) x WHERE thread_id = x.t AND id = $t", MissingParameterError, "x has a LIMIT"),
        ("DELETE FROM runs WHERE thread_id = $t AND id = $a", UnsupportedSQLError, "no method for DELETE"),
        ("DELETE FROM threads WHERE thread_id = $t RETURNING $a, nope", BindError, "nope"),
        ("EXEC runs.cancel_run @thread_id = $t, @run = $a", UnknownNameError, "run_id"),
        ("EXEC runs.cancel_run @thread_id = $t || $a", MissingParameterError, "run_id"),
        ("EXEC runs.cancel @thread_id = $t, @run_id = $a", UnknownNameError, "cancel_run"),
        ("EXEC runs.submit_tool_outputs_to_run @thread_id = $t, @run_id = $a, @@json = 'nope'", UnsupportedSQLError, "not JSON"),
        ("EXEC runs.submit_tool_outputs_to_run @thread_id = $t, @run_id = $a, @@json = '[1]'", UnsupportedSQLError, "JSON object"),
        ("EXEC runs.submit_tool_outputs_to_run @thread_id = $t, @run_id = $a", MissingParameterError, "tool_outputs"),
        ("EXEC runs.cancel_run @thread_id = $t, @run_id = nope($a)", BindError, "nope"),
        ("EXEC runs.cancel_run FROM (SELECT id AS run, thread_id FROM runs WHERE thread_id = $t AND id <> $a)", UnknownNameError, "run_id"),
        ("EXEC runs.cancel_run FROM (SELECT id FROM runs WHERE thread_id = $t AND id <> $a)", MissingParameterError, "thread_id"),
        ("EXEC runs.cancel_run FROM (SELECT nope, $a FROM runs WHERE thread_id = $t)", BindError, "nope"),
        (
            "EXEC runs.cancel_run FROM (SELECT id, thread_id, id AS run_id FROM runs WHERE thread_id = $t AND id <> $a)",
            UnsupportedSQLError,
            "run_id is given twice, as id and as run_id",
        ),
        (
            "EXEC runs.cancel_run @thread_id = $a FROM (SELECT id, thread_id FROM runs WHERE thread_id = $t)",
            UnsupportedSQLError,
            "thread_id is given twice",
        ),
        (
            "EXEC runs.cancel_run @thread_id = nope($a) FROM (SELECT id FROM runs WHERE thread_id = $t)",
            BindError,
            "nope",
        ),
        (
            "EXEC runs.cancel_run FROM (SELECT id, thread_id FROM runs WHERE thread_id = $t AND id <> $a) RETURNING nope",
            BindError,
            "nope",
        ),
        ("EXEC runs.cancel_run FROM (VALUES ($t, $a), ($t, NULL)) v(thread_id, id)", DataError, "run_id is NULL"),
        ("EXEC runs.cancel_run FROM (VALUES ($t, $a), ($t, NULL)) v(thread_id, id)", DataError, "It is row 2 of 2"),
        ("EXEC runs.cancel_run @thread_id = $t, @run_id = $a RETURNING nope", BindError, "nope"),
        ("MERGE INTO runs USING (SELECT $t, $a) ON true WHEN MATCHED THEN DELETE", UnsupportedSQLError, "INSERT INTO"),
        ("TRUNCATE runs", UnsupportedSQLError, "DELETE FROM"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    live: Sandbox, writer: Session, thread: str, assistant: str, sent: Sent, text: str, error: type[RowcallError], message: str
) -> None:
    """An error that says what is wrong, and no request at all, not even a read."""
    params = {name: value for name, value in {"t": thread, "a": assistant}.items() if f"${name}" in text}
    with sent(live) as requests, pytest.raises(error) as caught:
        writer.sql(text, params)

    assert requests == []
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "where",
    ["thread_id = $t AND run_id = $r", "thread_id = $t AND id = $r", "id IN ($r) AND thread_id = $t", "r.thread_id = $t AND (r.id = $r)"],
)
def test_an_update_by_its_keys_is_one_post(live: Sandbox, writer: Session, thread: str, run_id: str, sent: Sent, where: str) -> None:
    """Nothing is read first."""
    with sent(live) as requests:
        rows = writer.sql(
            f"UPDATE runs AS r SET metadata = MAP {{'k': 'v'}} WHERE {where} RETURNING id, metadata['k']", {"t": thread, "r": run_id}
        ).fetchall()

    assert rows == [(run_id, "v")]
    assert [(request.method, request.path, request.body) for request in requests] == [
        ("POST", f"/v1/threads/{thread}/runs/{run_id}", {"metadata": {"k": "v"}})
    ]


def test_an_update_that_needs_the_rows_reads_them_first(live: Sandbox, writer: Session, thread: str, run_id: str, sent: Sent) -> None:
    """What SET says of a row, and what WHERE says of it, is DuckDB's; then one request for each row it selects."""
    text = "UPDATE runs SET data__metadata = MAP {'was': status} WHERE thread_id = $1 AND status = $2 RETURNING metadata['was']"

    with sent(live) as requests:
        rows = [writer.sql(text, [thread, status]).fetchall() for status in ("queued", "failed")]

    assert rows == [[("queued",)], []]
    assert lines(requests) == [
        f"GET /v1/threads/{thread}/runs",
        f"POST /v1/threads/{thread}/runs/{run_id}",
        f"GET /v1/threads/{thread}/runs",
    ]


def test_an_update_with_an_extra_condition_applies_it(live: Sandbox, writer: Session, thread: str, run_id: str, sent: Sent) -> None:
    """Keys and a condition on the row: the row is read, and not changed when the condition does not hold."""
    with sent(live) as requests:
        writer.sql("UPDATE runs SET metadata = MAP {'k': 'v'} WHERE thread_id = $1 AND id = $2 AND status = 'completed'", [thread, run_id])

    assert [request.method for request in requests] == ["GET"]


def test_an_update_to_null_sends_null(live: Sandbox, writer: Session, thread: str, run_id: str, sent: Sent) -> None:
    """It takes the value away, unlike an attribute that is left out."""
    with sent(live) as requests:
        writer.sql("UPDATE runs SET metadata = NULL WHERE thread_id = $1 AND run_id = $2", [thread, run_id])

    assert [request.body for request in requests] == [{"metadata": None}]


@pytest.fixture
def mine(writer: Session, threads: list[str], run_ids: list[str]) -> list[tuple[str, str]]:
    """The keys of three runs, of which the local table `mine` has two, each with a team."""
    writer.sql(
        "CREATE TABLE mine AS FROM (VALUES ($1, $2, 'a'), ($3, $4, 'b')) v(t, r, team)", [threads[0], run_ids[0], threads[1], run_ids[1]]
    )
    return list(zip(threads, run_ids, strict=True))


def test_an_update_may_take_its_values_from_other_tables(live: Sandbox, writer: Session, mine: list[tuple[str, str]], sent: Sent) -> None:
    """The rows that match are read, by the keys that the others give, and each is sent what it matches."""
    text = """UPDATE runs AS x SET metadata = MAP {'team': team, 'was': x.status} FROM mine m JOIN (SELECT 'b' AS team) o USING (team)
        WHERE x.thread_id = m.t AND x.id = m.r RETURNING id, metadata['team']"""

    with sent(live) as requests:
        rows = writer.sql(text).fetchall()

    thread, run = mine[1]
    assert rows == [(run, "b")]
    assert [(request.method, request.path, request.body) for request in requests] == [
        ("GET", f"/v1/threads/{thread}/runs/{run}", None),
        ("POST", f"/v1/threads/{thread}/runs/{run}", {"metadata": {"team": "b", "was": "queued"}}),
    ]


def test_a_row_that_matches_several_rows_is_changed_once(live: Sandbox, writer: Session, mine: list[tuple[str, str]], sent: Sent) -> None:
    """Where they assign the same; where they do not, nothing is sent, for DuckDB would choose one of them."""
    writer.sql("INSERT INTO mine SELECT t, r, 'c' FROM mine WHERE team = 'a'")
    text = "UPDATE runs SET metadata = MAP {{'team': {}}} FROM mine WHERE runs.thread_id = t AND runs.id = r"

    with sent(live) as same:
        writer.sql(text.format("'x'"))
    with sent(live) as different, pytest.raises(UnsupportedSQLError, match=f'run_id = "{mine[0][1]}" matches several rows of FROM'):
        writer.sql(text.format("team"))

    assert sorted(line for line in lines(same) if "POST" in line) == sorted(f"POST /v1/threads/{t}/runs/{r}" for t, r in mine[:2])
    assert {request.method for request in different} == {"GET"}


EMPTY = {
    "no condition": "",
    "true": "WHERE true",
    "an equality of constants": "WHERE 1 = 1",
    "a parameter": "WHERE $1",
    "a column and itself": "WHERE id = assistants.id",
    "a column that is never null": "WHERE id IS NOT NULL AND NOT assistant_id IS NULL",
    "any text": "WHERE id LIKE '%%'",
    "a column between itself": "WHERE id BETWEEN id AND assistants.id",
    "a column among others and itself": "WHERE id IN ('x', id)",
    "an alternative that is always true": "WHERE id = 'x' OR true",
    "a negation of what is never true": "WHERE NOT (id <> id OR id IS NULL)",
    "a sub-query of its own": "WHERE EXISTS (SELECT 1 AS id WHERE id > 0)",
    "another table": "USING (SELECT 1 AS a) x",
    "another table's column": "USING (SELECT 1 AS a) x WHERE a > 0",
}


@pytest.mark.parametrize("where", EMPTY.values(), ids=EMPTY.keys())
def test_a_write_of_all_rows_has_to_be_allowed(live: Sandbox, writer: Session, sent: Sent, where: str) -> None:
    """Whatever stands in WHERE, if it says nothing of the rows; nothing is read before that is said, and EXPLAIN says it too."""
    text, params = f"DELETE FROM assistants {where}", [True] if "$1" in where else None
    number = writer.sql("SELECT count(*) FROM assistants").fetchall()[0][0]

    with sent(live) as requests:
        for shown in (text, f"EXPLAIN {text}"):
            with pytest.raises(UnsupportedSQLError, match=r"(?s)(without WHERE|WHERE says nothing).*rowcall_allow_full_writes") as caught:
                writer.sql(shown, params)
            assert caught.value.span is not None
    with rowcall.connect(providers=live.providers, allow_full_writes=True, max_write_rows=None) as free:
        deleted = free.sql(text, params, dry_run=True).fetchall()

    assert requests == []
    assert (len(deleted), {method for method, *_ in deleted}) == (number, {"DELETE"})


@pytest.mark.parametrize(
    "where",
    [
        "WHERE id = 'asst_x'",
        "WHERE name IS NOT NULL",
        "WHERE NOT (id = 'x')",
        "WHERE true AND id LIKE 'asst%'",
        "WHERE id IN (SELECT 'x')",
        "WHERE EXISTS (SELECT 1 AS b WHERE assistants.created_at > 5)",
        "USING (SELECT 'x' AS a) x WHERE a = id",
    ],
)
def test_a_condition_on_the_rows_is_enough(writer: Session, where: str) -> None:
    """By its form: whether it happens to hold of all of them is not asked."""
    writer.sql(f"DELETE FROM assistants {where}", dry_run=True)


def test_a_macro_that_gives_several_values_or_none_is_not_set(live: Sandbox, writer: Session, thread: str, sent: Sent) -> None:
    """A row for which it gives none would be left out without a word; a sub-query makes one value of them."""
    writer.sql("CREATE MACRO each(x) AS unnest(string_split(x, ' '))")

    with sent(live) as requests:
        for where in (f"id = '{thread}'", f"id LIKE '{thread}%'"):
            with pytest.raises(UnsupportedSQLError, match=r"(?s)several values|One value is expected") as caught:
                writer.sql(f"UPDATE threads SET metadata = MAP {{'a': each(id)}} WHERE {where}")
            assert caught.value.span is not None
    ((kept,),) = writer.sql(
        f"UPDATE threads SET metadata = MAP {{'a': (SELECT max(w) FROM (SELECT each('x y ' || $1) AS w))}} WHERE id = '{thread}'"
        " RETURNING metadata['a']",
        ["z"],
    ).fetchall()

    assert requests == []
    assert kept == "z"


def test_all_rows_are_those_that_can_be_read(live: Sandbox, writer: Session, sent: Sent) -> None:
    """Where full writes are allowed: a resource that needs a key to be read has no such rows."""
    writer.sql("SET rowcall_allow_full_writes = true")

    with sent(live) as requests, pytest.raises(MissingParameterError, match=r"(?s)list_runs needs thread_id.*All rows are meant"):
        writer.sql("UPDATE runs SET metadata = NULL")
    writer.sql("RESET rowcall_allow_full_writes")
    with pytest.raises(UnsupportedSQLError, match="without WHERE"):
        writer.sql("UPDATE assistants SET metadata = NULL")

    assert requests == []


def test_a_delete_may_be_told_its_rows_by_other_tables(live: Sandbox, writer: Session, mine: list[tuple[str, str]], sent: Sent) -> None:
    """Local ones and resources; nothing is deleted that they do not name."""
    with sent(live) as requests:
        first = writer.sql("DELETE FROM threads t USING mine WHERE t.id = mine.t AND team = 'a' RETURNING id").fetchall()
        second = writer.sql(
            "DELETE FROM threads USING runs r WHERE threads.id = r.thread_id AND r.thread_id IN ($1, $2) AND r.id = $3",
            [mine[1][0], mine[2][0], mine[2][1]],
        )

    assert (first, second.project("id").fetchall()) == ([(mine[0][0],)], [(mine[2][0],)])
    assert [line for line in lines(requests) if line.startswith("DELETE")] == [f"DELETE /v1/threads/{mine[number][0]}" for number in (0, 2)]


def test_a_part_of_an_attribute_is_set_with_the_rest_of_it(live: Sandbox, writer: Session, thread: str, run_id: str, sent: Sent) -> None:
    """The row is read for it, and the whole is sent; NULL takes a part away."""
    where = "WHERE thread_id = $1 AND id = $2"
    writer.sql(f"UPDATE runs SET metadata = MAP {{'a': '1', 'b': '2'}} {where}", [thread, run_id])

    with sent(live) as requests:
        shown = writer.sql(f"UPDATE runs SET metadata.team = 'x' {where}", [thread, run_id], dry_run=True).fetchall()
        rows = writer.sql(
            f'UPDATE runs r SET r.metadata.team = 5, data__metadata.a = NULL, metadata."x.y" = r.status {where} RETURNING metadata',
            [thread, run_id],
        ).fetchall()

    key = f"/threads/{thread}/runs/{run_id}"
    assert [(method, url, json.loads(body), json.loads(before)) for method, url, body, before in shown] == [
        ("POST", f"{live.base_url}{key}", {"metadata": {"a": "1", "b": "2", "team": "x"}}, {"metadata": {"a": "1", "b": "2"}})
    ]
    assert rows == [({"b": "2", "team": "5", "x.y": "queued"},)]
    assert lines(requests) == [f"GET /v1{key}", f"GET /v1{key}", f"POST /v1{key}"]


def test_parts_of_parts_are_set_in_objects_and_json(live: Sandbox, writer: Session, sent: Sent) -> None:
    """By the fields that the manifest knows; what is no object has no parts."""
    ((made,),) = writer.sql("INSERT INTO assistants (model, name) VALUES ('m', 'parts') RETURNING id").fetchall()
    bodies = []
    for assigned in (
        "tool_resources.code_interpreter.file_ids = ['f'], response_format = {'type': 'text'}",
        "tool_resources.File_Search.vector_store_ids = ['v'], response_format.json_schema.name = 'n', response_format.type = 'json_schema'",
        "tool_resources.code_interpreter = NULL, response_format.type = 'text'",
    ):
        with sent(live) as requests:
            writer.sql(f"UPDATE assistants SET {assigned} WHERE id = $1", [made])
        bodies.append(requests[-1].body)

    assert bodies == [
        {"tool_resources": {"code_interpreter": {"file_ids": ["f"]}}, "response_format": {"type": "text"}},
        {
            "tool_resources": {"code_interpreter": {"file_ids": ["f"]}, "file_search": {"vector_store_ids": ["v"]}},
            "response_format": {"type": "json_schema", "json_schema": {"name": "n"}},
        },
        {"tool_resources": {"file_search": {"vector_store_ids": ["v"]}}, "response_format": {"type": "text", "json_schema": {"name": "n"}}},
    ]
    writer.sql("UPDATE assistants SET response_format = 'auto' WHERE id = $1", [made])
    with sent(live) as requests, pytest.raises(DataError, match=f'(?s)"auto", of which type can be no part.*assistant_id = "{made}"'):
        writer.sql("UPDATE assistants SET response_format.type = 'x' WHERE id = $1", [made])
    assert [request.method for request in requests] == ["GET"]


ASSISTANT_LIKE = {"object": "assistant", "created_at": 1, "model": "m", "tools": []}

CARETS = {
    "a part of the same last word": ("UPDATE assistants SET temperature = «9.5», metadata.temperature = 'x' WHERE id = $1", "at most 2"),
    "a part that does not fit": ("UPDATE assistants SET temperature = 1, metadata.temperature = «[1]» WHERE id = $1", "takes string"),
    "one part of several": ("UPDATE assistants a SET a.metadata.a = 'x', a.metadata.b = «repeat('y', 600)» WHERE id = $1", "at most 512"),
    "one part of several, of a new row": ("INSERT INTO threads (metadata.a, «metadata.b») SELECT 'x', repeat($1, 40)", "at most 512"),
    "an argument": ("EXEC threads.create_thread @metadata.a = 'x', @data__metadata.b = «repeat($1, 40)»", "at most 512"),
}


@pytest.mark.parametrize(("text", "message"), CARETS.values(), ids=CARETS)
def test_the_caret_is_under_what_does_not_fit(live: Sandbox, writer: Session, text: str, message: str, sent: Sent) -> None:
    """By its whole path, of which others may have the last word; nothing is sent that changes something."""
    ((made,),) = writer.sql("INSERT INTO assistants (model) VALUES ('m') RETURNING id").fetchall()
    before, value, after = re.split("[«»]", text)

    with sent(live) as requests, pytest.raises(DataError, match=f"(?s){message}") as caught:
        writer.sql(before + value + after, [made])

    assert caught.value.span is not None
    assert (before + value + after)[caught.value.span.start : caught.value.span.end] == value
    assert {request.method for request in requests} <= {"GET"}


WHOLE = {
    "1000.0::DOUBLE": 1000,
    "1000.0::FLOAT": 1000,
    "1000.00": 1000,
    "1e18::DOUBLE": 10**18,
    "1000::HUGEINT": 1000,
    "9007199254740993.0": 2**53 + 1,
    "9223372036854775807.0": 2**63 - 1,
    "'1000.0'::JSON": 1000,
    "1000.5": None,
    "4503599627370497.25": None,
    "(2::DOUBLE) ** 60 + 300": None,
    "9223372036854775808.0": None,
    "1e30::DOUBLE": None,
}
"""What is sent for an integer, None where nothing is: a DECIMAL of any size says which it is, a DOUBLE of 17 digits does not."""


@pytest.mark.parametrize(("value", "expected"), WHOLE.items(), ids=WHOLE)
@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO runs (thread_id, assistant_id, max_prompt_tokens) VALUES ('t', 'a', {})",
        "EXEC runs.create_run @thread_id = 't', @assistant_id = 'a', @max_prompt_tokens = {}",
        "EXEC runs.create_run @thread_id = 't', @@json = {{'assistant_id': 'a', 'max_prompt_tokens': {}}}",
        "EXEC runs.create_run @thread_id = 't', @@json = to_json({{'assistant_id': 'a', 'max_prompt_tokens': {}}})::VARCHAR",
    ],
)
def test_a_whole_number_of_any_type_is_sent_as_an_integer(writer: Session, text: str, value: str, expected: int | None) -> None:
    """Where it fits; what has a fraction is an error, and is not rounded as DuckDB rounds what it inserts into a BIGINT."""
    if expected is not None:
        ((_, _, body, _),) = writer.sql(text.format(value), dry_run=True).fetchall()

        assert (found := json.loads(body)["max_prompt_tokens"], type(found)) == (expected, int)
        return
    with pytest.raises(DataError, match="max_prompt_tokens takes integer, not [0-9.e]+") as caught:
        writer.sql(text.format(value), dry_run=True)

    assert caught.value.span is not None


MISFITS = {
    "text of a number": ("content", "5", "takes string or array of objects, not 5"),
    "text of nothing": ("content", "MAP {}", "takes string or array of objects, not {}"),
    "no part": ("content", "[]", "takes at least 1 item, not 0"),
    "a part that is text": ("content", "['hi']", r'content\[0\] takes object, not "hi"'),
    "a part without its type": ("content", "[{'text': 'hi'}]", r"content\[0\].type is required, and is missing"),
    "a part of another type": ("content", "[{'type': 'txt'}]", r'content\[0\].type must be one of text, image_file, image_url, not "txt"'),
    "a part that is empty": ("content", "[{'type': 'text'}]", r"content\[0\].text is required where type is text, and is missing"),
    "a name misspelt": (
        "additional_messages",
        "[{'role': 'user', 'content': 'x', 'metdata': MAP {}}]",
        r"additional_messages\[0\] has no field metdata; did you mean metadata\? It has role, content, attachments, metadata",
    ),
    "an image": ("content", "[{'type': 'image_url', 'image_url': {'detail': 'low'}}]", r"content\[0\].image_url.url is required"),
    "an attachment": (
        "attachments",
        "[{'file_id': 'f', 'tools': [{'type': 'function'}]}]",
        r"tools\[0\].type must be one of code_interpreter",
    ),
    "a choice": ("tool_choice", "'any'", 'tool_choice must be one of none, auto, required, not "any"'),
    "a choice of tools": ("tool_choice", "['auto']", "tool_choice takes string or object, not"),
    "a function's name": ("tool_choice", "{'type': 'function', 'function': {'nme': 'f'}}", "function.name is required, and is missing"),
    "a form": ("response_format", "'json'", 'response_format must be one of auto, not "json"'),
    "a form by its type": ("response_format", "{'type': 'json'}", "response_format.type must be one of text, json_object, json_schema"),
    "a form without schema": ("response_format", "{'type': 'json_schema'}", "json_schema is required where type is json_schema"),
    "a strategy": ("truncation_strategy", "{'type': 'last'}", "truncation_strategy.type must be one of auto, last_messages"),
    "a part of a strategy": ("truncation_strategy.last_messages", "3", "truncation_strategy.type is required, and is missing"),
    "no messages": ("truncation_strategy", "{'type': 'last_messages', 'last_messages': 0}", "last_messages must be at least 1, not 0"),
    "a tool without its type": ("tools", "[{'function': {'name': 'f'}}]", r"tools\[0\].type is required, and is missing"),
    "a tool there is not": ("tools", "[{'type': 'retrieval'}]", r'tools\[0\].type must be one of function, .*, not "retrieval"'),
    "a function without name": ("tools", "[{'type': 'function', 'function': {'strict': true}}]", r"tools\[0\].function.name is required"),
    "a label that is NULL": ("metadata", "MAP {'a': NULL}", "metadata.a cannot be NULL"),
    "a message to begin with": ("additional_messages", "[{'role': 'user', 'content': 1.5}]", r"\[0\].content takes string or array"),
}


@pytest.mark.parametrize(("attribute", "value", "message"), MISFITS.values(), ids=MISFITS)
@pytest.mark.parametrize(
    "source",
    ["VALUES ('t', 'a', {})", "SELECT 't', 'a', {} FROM range(2) t(i) WHERE i = 1", "SELECT id, 'a', {} FROM threads WHERE id = $t"],
)
def test_a_nested_value_that_the_api_would_refuse_is_refused_before_anything_is_sent(
    live: Sandbox, writer: Session, sent: Sent, thread: str, attribute: str, value: str, message: str, source: str
) -> None:
    """Its place, what came and what is taken are said, whether the value is a constant or comes with a row."""
    of_message = attribute in {"content", "attachments"}
    rest = ", role" if of_message and attribute == "content" else ", content, role" if of_message else ""
    values = value + {", role": ", 'user'", ", content, role": ", 'x', 'user'"}.get(rest, "")
    names = f"thread_id, {attribute}{rest}" if of_message else f"thread_id, assistant_id, {attribute}"
    query = source.format(values) if not of_message else source.format(values).replace(", 'a'", "", 1)
    text = f"INSERT INTO openai.assistants.{'messages' if of_message else 'runs'} ({names}) {query}"

    with sent(live) as requests, pytest.raises(DataError, match=message):
        writer.sql(text, {"t": thread} if "$t" in text else None)

    assert [request.method for request in requests if request.method != "GET"] == []


def test_one_field_of_a_choice_is_given(live: Sandbox, writer: Session, sent: Sent) -> None:
    """None, or two of them, are refused before anything is sent, and by the sandbox as well."""
    store = "[{'file_ids': ['f']}]"
    with sent(live) as requests:
        for search, found in (
            ("{'vector_stores': NULL}", "none"),
            (f"{{'vector_store_ids': ['v'], 'vector_stores': {store}}}", ".* and .*"),
        ):
            with pytest.raises(DataError, match=f"file_search takes one of vector_store_ids, vector_stores, not {found}"):
                writer.sql(f"INSERT INTO threads (tool_resources) VALUES ({{'file_search': {search}}})")
        assert requests == []
        writer.sql(f"INSERT INTO threads (tool_resources.file_search.vector_stores, tool_resources.x) VALUES ({store}, 1)")
        ((made,),) = writer.sql("INSERT INTO threads DEFAULT VALUES RETURNING id").fetchall()
        writer.sql("UPDATE threads SET tool_resources.file_search = {'y': true} WHERE id = $1", [made])

    assert [request.body for request in requests if request.method == "POST"] == [
        {"tool_resources": {"file_search": {"vector_stores": [{"file_ids": ["f"]}]}, "x": 1}},
        {},
        {"tool_resources": {"file_search": {"y": True}}},
    ]


FITTING = {
    "a text": ("content", "'hi'", "hi"),
    "a text that looks like a list": ("content", "'[1, 2]'", "[1, 2]"),
    "a text that looks like an empty list": ("content", "'[]'", "[]"),
    "a text that looks like an object": ("content", """'{"a": 1}'""", '{"a": 1}'),
    "parts of two kinds": (
        "content",
        "[{'type': 'text', 'text': 'hi', 'image_url': NULL}, {'type': 'image_url', 'text': NULL, 'image_url': {'url': 'http://x'}}]",
        [{"type": "text", "text": "hi"}, {"type": "image_url", "image_url": {"url": "http://x"}}],
    ),
    "a choice": ("tool_choice", "'required'", "required"),
    "a choice of a function": (
        "tool_choice",
        "{'type': 'function', 'function': {'name': 'f'}}",
        {"type": "function", "function": {"name": "f"}},
    ),
    "a schema of any form": (
        "response_format",
        """'{"type": "json_schema", "json_schema": {"name": "n", "strict": null, "schema": {"a": null, "b": [1]}}}'""",
        {"type": "json_schema", "json_schema": {"name": "n", "schema": {"a": None, "b": [1]}}},
    ),
    "fields of an open object": (
        "tools",
        (
            "[{'type': 'function', 'function': {'name': 'f', 'cache': {'for_s': 60.5}}, 'x': NULL}, "
            "{'type': 'file_search', 'function': NULL, 'x': [1]}]"
        ),
        [{"type": "function", "function": {"name": "f", "cache": {"for_s": 60.5}}}, {"type": "file_search", "x": [1]}],
    ),
    "an open object in parts": ("truncation_strategy", "{'type': 'auto', 'By': 'age'}", {"type": "auto", "By": "age"}),
    "a strategy in parts": ("truncation_strategy", "{'type': 'auto', 'last_messages': NULL}", {"type": "auto"}),
}


@pytest.mark.parametrize(("attribute", "value", "expected"), FITTING.values(), ids=FITTING)
def test_a_nested_value_that_the_api_takes_is_sent(writer: Session, attribute: str, value: str, expected: Any) -> None:
    """What a STRUCT cannot leave out is left out of the objects that the manifest describes, and of no others."""
    text = f"INSERT INTO runs (thread_id, assistant_id, {attribute}) VALUES ('t', 'a', {value})"
    if attribute == "content":
        text = f"INSERT INTO messages (thread_id, role, content) VALUES ('t', 'user', {value})"

    ((_, _, body, _),) = writer.sql(text, dry_run=True).fetchall()

    assert json.loads(body)[attribute] == expected


BODIES: list[tuple[str, type[Exception], str]] = [
    ("""'{"assistant_id": "a", "tools": [{"type": "x"}]}'""", DataError, r'runs.tools\[0\].type must be one of .*, not "x"'),
    ("""'{"assistant_id": "a", "temperature": "1"}'""", DataError, 'runs.temperature takes number, not "1"'),
    ("""'{"assistant_id": "a", "tools": null, "top_p": 2}'""", DataError, "runs.top_p must be at most 1, not 2"),
    ("""'{"assistant_id": 5}'""", DataError, "runs.assistant_id takes string, not 5"),
    ("""'{"assistant_id": "a", "temprature": 1}'""", UnknownNameError, "Did you mean temperature"),
    ("{'assistant_id': 'a', 'truncation_strategy': {'type': 'last'}}", DataError, "truncation_strategy.type must be one of"),
]


@pytest.mark.parametrize(("body", "error", "message"), BODIES, ids=[body for body, *_ in BODIES])
def test_a_whole_body_is_checked_before_anything_is_read_or_sent(
    live: Sandbox, writer: Session, sent: Sent, body: str, error: type[Exception], message: str
) -> None:
    """As the JSON that it is; the caret is under what was given as the body."""
    with sent(live) as requests, pytest.raises(error, match=f"(?s){message}") as caught:
        writer.sql(f"EXEC runs.create_run @@json = {body} FROM (SELECT id AS thread_id FROM threads WHERE id = 't')")

    assert requests == []
    assert f"LINE 1: EXEC runs.create_run @@json = {body[:20]}" in str(caught.value)
    assert f"\n{' ' * 38}^" in str(caught.value)


def test_a_whole_body_is_sent_as_it_is_and_a_struct_by_its_types(writer: Session) -> None:
    """NULLs that may be sent are sent; those that a STRUCT cannot leave out are left out; a number that stands for a text becomes one."""
    json_text = """'{"assistant_id": "a", "model": null, "truncation_strategy": {"type": "auto", "last_messages": null}}'"""
    struct = "{'assistant_id': 'a', 'model': NULL, 'parallel_tool_calls': NULL, 'metadata': {'n': 1}, 'tools': [{'type': 'file_search', 'function': NULL}]}"
    bodies = [
        json.loads(writer.sql(f"EXEC runs.create_run @thread_id = 't', @@json = {body}", dry_run=True).fetchall()[0][2])
        for body in (json_text, struct)
    ]

    assert bodies == [
        {"assistant_id": "a", "model": None, "truncation_strategy": {"type": "auto", "last_messages": None}},
        {"assistant_id": "a", "model": None, "metadata": {"n": "1"}, "tools": [{"type": "file_search"}]},
    ]


def test_a_part_that_does_not_fit_says_of_which_row_it_is(live: Sandbox, writer: Session, sent: Sent) -> None:
    """In an UPDATE of several rows nothing is sent, though only one of them is wrong."""
    made = [writer.sql(f"INSERT INTO assistants (model, name) VALUES ('m', '{name}') RETURNING id").fetchall()[0][0] for name in "ab"]
    text = "UPDATE assistants SET response_format = CASE name WHEN 'a' THEN 'auto' ELSE 'jsn' END WHERE id IN ($1, $2)"

    with sent(live) as requests, pytest.raises(DataError, match=r'must be one of auto, not "jsn"\. It is row \d of 2; nothing was sent'):
        writer.sql(text, made)

    assert {request.method for request in requests} == {"GET"}


def test_a_part_is_not_set_where_the_rest_would_be_lost(workbench: Workbench, scripted: Callable[..., Any]) -> None:
    """As what the API gives within a closed object and its manifest does not know."""
    script = scripted(lambda _: (200, {"id": "t", "name": "n", "place": {"shelf": "s", "slot": {"new": 1}}}))
    there = {"workshop": {"base_url": f"http://127.0.0.1:{script.port}", "api_key": "secret"}}

    with workbench.session(providers=there) as db, pytest.raises(DataError, match=r'(?s)does not know, \{"slot": \{"new": 1\}\}') as caught:
        db.sql("UPDATE tools SET place.shelf = 'top' WHERE tool_id = 't'")

    assert caught.value.span is not None
    assert [asked.method for asked in script.asked] == ["GET"]


def test_a_part_is_set_with_all_that_an_open_object_holds(scripted: Callable[..., Any]) -> None:
    """What the manifest does not know of it is read, and sent as it was."""
    held: dict[str, Any] = {"file_search": {"vector_store_ids": ["v"], "new": [{"a": None}]}, "more": 1.5, "code_interpreter": None}
    script = scripted(lambda _: (200, {"id": "a", **ASSISTANT_LIKE, "tool_resources": held, "new": True}))

    with rowcall.connect(providers=script.providers, journal=":memory:") as db:
        for value in ("['f']", "[_extra->>'new']"):
            db.sql(f"UPDATE assistants SET tool_resources.code_interpreter.file_ids = {value} WHERE id = 'a'")

    assert [asked.method for asked in script.asked] == ["GET", "POST", "GET", "POST"]
    for at, file in ((1, "f"), (3, "true")):
        assert json.loads(script.asked[at].body) == {"tool_resources": {**held, "code_interpreter": {"file_ids": [file]}}}


def test_a_part_is_set_whatever_the_other_columns_are(scripted: Callable[..., Any]) -> None:
    """Only the columns that the statement is about are read; another value that does not fit its type is no reason to refuse it."""
    odd = {"id": "a", **ASSISTANT_LIKE, "temperature": "warm", "metadata": {"a": "1"}, "new": True}
    script = scripted(lambda asked: (200, odd if asked.method == "GET" else {**odd, "temperature": 1}))

    with rowcall.connect(providers=script.providers, journal=":memory:") as db:
        with pytest.raises(DataError, match=r'(?s)temperature: string "warm"'):
            db.sql("UPDATE assistants SET metadata.b = temperature WHERE id = 'a'")
        db.sql("UPDATE assistants SET metadata.b = model WHERE id = 'a'")

    assert [asked.method for asked in script.asked] == ["GET", "GET", "POST"]
    assert json.loads(script.asked[2].body) == {"metadata": {"a": "1", "b": "m"}}


OF_TWO_TYPES = [{"id": "a", "temperature": "warm", **ASSISTANT_LIKE}, {"id": "b", "temperature": 1.5, **ASSISTANT_LIKE}]


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM assistants WHERE temperature IS NULL",
        "UPDATE assistants SET name = 'cold' WHERE temperature IS DISTINCT FROM 1.5",
        "UPDATE assistants SET name = temperature WHERE model = 'm'",
        "EXEC assistants.delete_assistant FROM (SELECT id AS assistant_id FROM assistants WHERE temperature IS NULL)",
        "INSERT INTO assistants (model, temperature) SELECT model, temperature FROM assistants",
        "DELETE FROM assistants WHERE name = 'x' OR id IN (SELECT id FROM assistants WHERE temperature IS NULL)",
    ],
)
def test_a_write_that_reads_a_value_of_another_type_is_not_sent(scripted: Callable[..., Any], text: str) -> None:
    """A SELECT gives NULL in its place, with a warning; a write would change a row that is not meant. What it does not look at may be so."""
    script = scripted(lambda _: (200, {"object": "list", "data": OF_TWO_TYPES, "has_more": False}))

    with rowcall.connect(providers=script.providers, max_write_rows=None, journal=":memory:") as db:
        with pytest.raises(DataError, match=r"(?s)assistants.temperature: string \"warm\"\. No write was sent"):
            db.sql(text)
        assert db.last.warnings == ()
        others = db.sql("DELETE FROM assistants WHERE created_at < 5", dry_run=True).fetchall()

    assert {asked.method for asked in script.asked} == {"GET"}
    assert len(others) == 2


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO threads (metadata.team, \"metadata.env\") VALUES ('a', 1), (NULL, 2), (NULL, NULL)",
        'INSERT INTO threads BY NAME FROM (VALUES (\'a\', 1), (NULL, 2), (NULL, NULL)) v("metadata.team", "data__metadata.env")',
    ],
)
def test_an_insert_makes_an_attribute_of_its_parts(live: Sandbox, writer: Session, sent: Sent, text: str) -> None:
    """Those that are NULL are not given, and an attribute without any is not either."""
    with sent(live) as requests:
        writer.sql(text)

    bodies = sorted((request.body for request in requests), key=str)
    assert bodies == [{"metadata": {"env": "2"}}, {"metadata": {"team": "a", "env": "1"}}, {}]


def test_exec_makes_an_attribute_of_its_parts(writer: Session) -> None:
    """Over those of a whole body."""
    text = (
        "EXEC runs.create_run @thread_id = 't', @assistant_id = 'a', @metadata.team = 'x', @@json = {'metadata': {'b': '1', 'team': 'y'}}"
    )

    ((_, _, body, _),) = writer.sql(text, dry_run=True).fetchall()

    assert json.loads(body) == {"assistant_id": "a", "metadata": {"b": "1", "team": "x"}}


def test_a_delete_by_its_key_is_one_delete(live: Sandbox, writer: Session, threads: list[str], sent: Sent) -> None:
    """For each key that IN names; the answers are rows."""
    with sent(live) as requests:
        rows = writer.sql("DELETE FROM threads WHERE thread_id IN ($1, $2) RETURNING id, deleted", threads[:2], max_write_rows=2).fetchall()

    assert rows == [(thread, True) for thread in threads[:2]]
    assert sorted(lines(requests)) == sorted(f"DELETE /v1/threads/{thread}" for thread in threads[:2])


@pytest.mark.parametrize(
    "text",
    [
        "EXEC openai.assistants.runs.cancel_run @thread_id = $t, @run_id = $r",
        "exec runs.cancel_run @run_id=$r,@thread_id=$t",
        "EXEC runs.CANCEL_RUN @thread_id = substr('_' || $t, 2), @run_id = (SELECT $r)",
    ],
)
def test_exec_sends_one_post_and_gives_its_answer(live: Sandbox, writer: Session, thread: str, run_id: str, sent: Sent, text: str) -> None:
    """Values are parameters or any constant expression."""
    with sent(live) as requests:
        relation = writer.sql(text, {"t": thread, "r": run_id})
        rows = relation.project("id, status").fetchall()

    assert lines(requests) == [f"POST /v1/threads/{thread}/runs/{run_id}/cancel"]
    assert rows == [(run_id, "cancelling")]
    assert writer.last.statement_kind == "exec"


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("EXEC runs.cancel_run FROM (SELECT thread_id, id AS run_id FROM runs WHERE thread_id IN $t AND status = 'queued')", 3),
        ("EXEC runs.cancel_run FROM (SELECT THREAD_ID, id FROM runs WHERE thread_id IN $t) AS stuck RETURNING id, status", 3),
        ("EXEC runs.cancel_run FROM (SELECT unnest($t) AS thread_id, unnest($r) AS run_id) RETURNING runs.id, upper(status)", 0),
        ("EXEC runs.cancel_run FROM (FROM mine) v(thread_id, run_id)", 0),
    ],
)
def test_exec_from_a_query_is_one_call_a_row(
    live: Sandbox, writer: Session, threads: list[str], run_ids: list[str], sent: Sent, text: str, reads: int
) -> None:
    """Its columns are parameters by their names; what it reads is read first, and each response is a row."""
    writer.sql("CREATE TABLE mine AS SELECT unnest($1), unnest($2)", [threads, run_ids])
    params = {name: value for name, value in {"t": threads, "r": run_ids}.items() if f"${name}" in text}

    with sent(live) as requests:
        shown = writer.sql(text, params, dry_run=True).fetchall()
        relation = writer.sql(text, params)

    cancels = [f"/threads/{thread}/runs/{run}/cancel" for thread, run in zip(threads, run_ids, strict=True)]
    assert [request.method for request in requests] == ["GET"] * 2 * reads + ["POST"] * 3
    assert sorted(lines(requests)[2 * reads :]) == sorted(f"POST /v1{cancel}" for cancel in cancels)
    assert sorted(shown) == sorted(("POST", f"{live.base_url}{cancel}", None, None) for cancel in cancels)
    assert sorted(relation.project("id").fetchall()) == sorted((run,) for run in run_ids)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("EXEC {} runs.cancel_run {} @thread_id = 't', {} @run_id = 'r' {}", "POST {}/threads/t/runs/r/cancel"),
        (
            "{} EXEC runs.cancel_run {} FROM {} (SELECT {} 't' AS thread_id, 'r' AS id) {} RETURNING {} id {}",
            "POST {}/threads/t/runs/r/cancel",
        ),
        ("INSERT {} INTO {} threads {} (metadata) {} VALUES (NULL) {}", "POST {}/threads"),
        ("INSERT {} INTO threads {} DEFAULT VALUES {}", "POST {}/threads"),
        ("UPDATE {} threads {} SET {} metadata = NULL {} WHERE {} id = 't' {}", "POST {}/threads/t"),
        ("DELETE {} FROM {} threads {} WHERE {} id = 't' {} RETURNING {} id", "DELETE {}/threads/t"),
        ("SELECT {} id {} FROM {} threads {} WHERE {} id = 't' {}", "GET {}/threads/t"),
        ("EXPLAIN {} SELECT {} 1", None),
        ("SHOW {} METHODS {} IN {} runs {}", None),
        ("DESCRIBE {} runs {}", None),
    ],
)
@pytest.mark.filterwarnings("ignore:.* means nothing here")  # of a hint to wait for what cannot be waited for
@pytest.mark.parametrize("hint", ["/*+ SHOWRESULTS */", "/*+ AWAIT */", "/*+ showresults await */", "/*+SHOWRESULTS*/ -- so\n"])
def test_hints_of_stackql_are_comments(live: Sandbox, writer: Session, hint: str, text: str, line: str | None) -> None:
    """Wherever they stand, the statement is what it is without them."""
    found, plain = (writer.sql(text.replace("{}", said), dry_run=True).fetchall() for said in (hint, ""))

    assert found == plain
    if line is not None:
        assert [f"{method} {url}" for method, url, *_ in found] == [line.format(live.base_url)]


def test_exec_from_a_query_takes_constants_beside_its_columns(live: Sandbox, writer: Session, sent: Sent) -> None:
    """In the body too, which `@@json` may give; the same row twice is two calls, and no row is none."""
    text = """EXEC runs.create_run @thread_id = 't', @@json = {'temperature': 0.5} FROM (
        SELECT a AS data__assistant_id FROM (VALUES ('a'), ('a')) v(a) WHERE $1
    ) RETURNING 1"""

    with sent(live) as requests:
        shown = writer.sql(text, [True], dry_run=True).fetchall()
        none = writer.sql(text, [False]).fetchall()

    expected = {"temperature": 0.5, "assistant_id": "a"}
    assert [(url.removeprefix(live.base_url), json.loads(body)) for _, url, body, _ in shown] == [("/threads/t/runs", expected)] * 2
    assert (none, requests) == ([], [])


LATER = {
    "UPDATE": (
        "UPDATE runs r SET metadata.x = status WHERE thread_id = $t AND status = 'queued'",
        'POST {}/threads/{{thread_id}}/runs/{{run_id}} {{"metadata": "…"}}',
        ["thread_id = r.thread_id", "run_id = r.id", "metadata.x = status", "the rest of metadata = r.metadata"],
    ),
    "DELETE": (
        "DELETE FROM messages WHERE thread_id = $t AND role = 'user'",
        "DELETE {}/threads/{{thread_id}}/messages/{{message_id}}",
        ["thread_id = messages.thread_id", "message_id = messages.id"],
    ),
    "INSERT with a list": (
        "INSERT INTO messages (thread_id, data__role, content) SELECT thread_id, 'user', 'x' FROM runs WHERE thread_id = $t",
        'POST {}/threads/{{thread_id}}/messages {{"role": "…", "content": "…"}}',
        ["thread_id = column 1 of the query", "role = column 2 of the query", "content = column 3 of the query"],
    ),
    "INSERT by name": (
        "INSERT INTO threads BY NAME SELECT metadata FROM runs WHERE thread_id = $t",
        'POST {}/threads {{"metadata": "…"}}',
        ["metadata = column metadata of the query"],
    ),
    "EXEC": (
        "EXEC runs.create_run @assistant_id = upper('a'), @@json = {'model': 'm'} FROM (SELECT thread_id FROM runs WHERE thread_id = $t)",
        'POST {}/threads/{{thread_id}}/runs {{"assistant_id": "…"}}',
        ["@@json = {'model': 'm'}", "assistant_id = upper('a')", "thread_id = column thread_id of the query"],
    ),
}


@pytest.mark.parametrize(("text", "shape", "values"), LATER.values(), ids=LATER)
def test_explain_shows_where_each_value_of_a_write_comes_from(
    live: Sandbox, writer: Session, sent: Sent, text: str, shape: str, values: list[str]
) -> None:
    """And what its requests look like, before the rows that it needs were read."""
    with sent(live) as requests:
        shown = writer.sql(f"EXPLAIN {text}", {"t": "t"}).fetchall()

    assert [value for item, value in shown if item == "shape"] == [shape.format(live.base_url)]
    assert [value for item, value in shown if item == "value"] == values
    assert requests == []


def test_explain_of_exec_from_a_query_shows_what_is_read_and_what_comes_then(live: Sandbox, writer: Session, sent: Sent) -> None:
    """Also through a view; nothing is sent."""
    writer.sql("CREATE VIEW stuck AS SELECT thread_id, id AS run_id FROM runs WHERE thread_id = 't' AND status = 'queued'")

    with sent(live) as requests:
        shown = [
            dict(writer.sql(f"EXPLAIN EXEC runs.cancel_run FROM ({query})").fetchall())
            for query in ("SELECT thread_id, id FROM runs WHERE thread_id = 't'", "FROM stuck")
        ]

    assert requests == []
    for found in shown:
        assert found["method"].startswith("list_runs")
        assert found["request"].startswith("GET")
        assert found["then"] == "one EXEC request for each row that this gives"


@pytest.mark.parametrize("method", ["submit_tool_ouputs_to_run", "submit_tool_outputs_to_run"])
@pytest.mark.parametrize(
    "argument",
    [
        "@tool_outputs = [{'tool_call_id': $c, 'output': '1'}]",
        '@data__tool_outputs = \'[{"tool_call_id": "\' || $c || \'", "output": "1"}]\'',
        "@@json = {'tool_outputs': [{'tool_call_id': $c, 'output': '1'}]}",
        '@@json = \'{"tool_outputs": [{"tool_call_id": "\' || $c || \'", "output": "1"}]}\'',
    ],
)
def test_tool_outputs_are_submitted_under_both_names(live: Sandbox, writer: Session, sent: Sent, method: str, argument: str) -> None:
    """As attributes with or without `data__`, as struct or as JSON text, or as a whole body."""
    with sent(live) as requests, pytest.raises(ResponseError, match="No thread found"):
        writer.sql(f"EXEC runs.{method} @thread_id = 'thread_x', @run_id = 'run_x', {argument}", {"c": "call_1"})

    assert lines(requests) == ["POST /v1/threads/thread_x/runs/run_x/submit_tool_outputs"]
    assert requests[0].body == {"tool_outputs": [{"tool_call_id": "call_1", "output": "1"}]}


def test_a_refusal_is_the_apis_own_words(writer: Session, thread: str, run_id: str) -> None:
    """With method, path, status and request id."""
    writer.sql("EXEC runs.cancel_run @thread_id = $1, @run_id = $2", [thread, run_id])

    with pytest.raises(ResponseError, match="Cannot cancel run with status 'cancelling'") as caught:
        writer.sql("EXEC runs.cancel_run @thread_id = $1, @run_id = $2", [thread, run_id])

    assert (caught.value.status, caught.value.request_id is not None) == (400, True)
    assert f"POST {writer.given['openai']['base_url']}/threads/{thread}/runs/{run_id}/cancel" in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "options"), [("server_error", {}), ("drop", {}), ("html", {}), ("empty", {}), ("malformed", {}), ("truncated", {})]
)
def test_a_write_whose_fate_is_unknown_is_sent_once(
    live: Sandbox, writer: Session, thread: str, assistant: str, sent: Sent, fault: str, options: dict[str, Any]
) -> None:
    """Server errors, dropped connections and unreadable answers are reported, and never tried again."""
    live.fault(fault, path=thread, **options)

    with sent(live) as requests, pytest.raises(RequestError):
        writer.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])

    assert lines(requests) == [f"POST /v1/threads/{thread}/runs"]


def test_a_failing_request_says_how_many_were_accepted(
    live: Sandbox, writer: Session, threads: list[str], assistant: str, sent: Sent
) -> None:
    """The rest is not sent."""
    live.fault("server_error", path=threads[1])

    with (
        sent(live) as requests,
        pytest.raises(UnavailableError, match="Of 3 requests: 1 done, 1 unknown, 1 not sent"),
    ):
        writer.sql(IN_ORDER, [threads, assistant], max_write_rows=3)

    assert lines(requests) == [f"POST /v1/threads/{thread}/runs" for thread in threads[:2]]


@pytest.mark.parametrize(
    ("text", "limit", "reads"),
    [
        ("INSERT INTO threads (metadata) VALUES (MAP {'n': $1}), (MAP {'n': $2}), (MAP {'n': $3})", 2, 0),
        ("UPDATE threads SET metadata = MAP {'seen': 'yes'} WHERE id IN ($1, $2, $3)", 2, 0),
        ("DELETE FROM threads WHERE id IN ($1, $2, $3)", 2, 0),
        ("DELETE FROM threads WHERE id IN ($1, $2, $3) AND created_at > 0", 5, 3),
    ],
    ids=["insert", "update", "delete", "reads first"],
)
def test_a_write_over_the_budget_changes_nothing(
    live: Sandbox, writer: Session, threads: list[str], sent: Sent, text: str, limit: int, reads: int
) -> None:
    """Its requests are counted, with those that it read by, before the first of them is sent."""
    message = f"The statement needs {reads + 3} requests, and max_requests is {limit}; no change was sent"

    with sent(live) as requests, pytest.raises(BudgetError, match=message):
        writer.sql(text, threads, max_requests=limit)

    assert [request.method for request in requests] == ["GET"] * reads


def test_a_write_within_the_budget_is_sent(writer: Session, threads: list[str], assistant: str) -> None:
    """To the last request."""
    writer.sql("INSERT INTO runs (thread_id, assistant_id) SELECT unnest($1), $2", [threads, assistant], max_requests=3, max_write_rows=3)

    assert writer.last.requests == 3


def test_a_budget_that_a_retry_used_up_says_what_was_changed(
    live: Sandbox, writer: Session, threads: list[str], assistant: str, sent: Sent
) -> None:
    """A rate limit makes one request two; the error says how many were accepted before."""
    live.fault("rate_limit", path=threads[1], retry_after_s=0.01)

    with sent(live) as requests, pytest.raises(BudgetError, match="Of 3 requests: 2 done, 1 not sent"):
        writer.sql(IN_ORDER, [threads, assistant], max_requests=3, max_write_rows=3)

    assert lines(requests) == [f"POST /v1/threads/{thread}/runs" for thread in (threads[0], threads[1], threads[1])]


@pytest.fixture
def tools() -> Iterator[tuple[Sandbox, Session]]:
    """A made-up API that puts whole rows, and shows less than it takes."""
    folder = Path(__file__).parent / "workshop"
    catalog = Catalog({"workshop": load_provider(folder)})
    with (
        Sandbox(folder, clock=Clock(1_790_000_000, held=True)) as box,
        mock.patch.object(Catalog, "shipped", return_value=catalog),
        rowcall.connect(providers=box.providers, max_write_rows=None) as session,
    ):
        yield box, session


def test_a_replace_puts_whole_rows(tools: tuple[Sandbox, Session], sent: Sent) -> None:
    """In place of what is there, or where nothing is; NULL is not given, and what is left out does not stay."""
    box, db = tools
    ((made, _),) = db.sql("INSERT INTO tools (name, labels) VALUES ('saw', MAP {'a': 'b'}) RETURNING id, labels").fetchall()

    with sent(box) as requests:
        rows = db.sql(
            "REPLACE INTO tools AS t (tool_id, name, place.shelf, place.slot.row) VALUES ($1, 'Saw', 'A', 1), ('new/1', 'axe', NULL, NULL)"
            " RETURNING t.id, name, place.slot.row, labels",
            [made],
        ).fetchall()

    assert rows == [(made, "Saw", 1, None), ("new/1", "axe", None, None)]
    assert {request.path: (request.method, request.body) for request in requests} == {
        f"/api/tools/{made}": ("PUT", {"name": "Saw", "place": {"shelf": "A", "slot": {"row": 1}}}),
        "/api/tools/new%2F1": ("PUT", {"name": "axe"}),
    }
    assert db.last.statement_kind == "replace"
    assert db.sql("SELECT name, labels FROM tools WHERE id = $1", [made]).fetchall() == [("Saw", None)]


@pytest.mark.parametrize(
    "source",
    [
        "BY NAME SELECT id, upper(name) AS name FROM tools",
        "(id, name) SELECT id, upper(name) FROM tools",
        "SELECT id, upper(name) AS name FROM tools",
    ],
)
def test_a_replace_takes_the_rows_of_any_query(tools: tuple[Sandbox, Session], sent: Sent, source: str) -> None:
    """Read before the first is put; EXPLAIN and a dry run send no write."""
    box, db = tools
    ids = [id_ for id_, *_ in box.tables["tools"][1]]

    with sent(box) as requests:
        explained = dict(db.sql(f"EXPLAIN REPLACE INTO tools {source}").fetchall())
        shown = db.sql(f"REPLACE INTO tools {source}", dry_run=True).fetchall()
        db.sql(f"REPLACE INTO tools {source}")

    assert explained["then"] == "one REPLACE request for each row that this gives"
    assert sorted((method, json.loads(body)["name"]) for method, _, body, _ in shown) == [("PUT", f"TOOL {n}") for n in range(3)]
    assert [request.method for request in requests if request.method != "GET"] == ["PUT"] * len(ids)
    assert sorted(db.sql("SELECT name FROM tools").fetchall()) == [(f"TOOL {n}",) for n in range(3)]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("REPLACE INTO shops (id) VALUES ('s')", UnsupportedSQLError, "shops has no method for REPLACE"),
        ("REPLACE INTO shops (id) VALUES ('s')", UnsupportedSQLError, "It has: list_shops (SELECT), get_shop (SELECT)"),
        ("REPLACE INTO tools (id) VALUES ('s')", MissingParameterError, "REPLACE INTO workshop.trade.tools (tool_id, data__name) VALUES"),
        ("REPLACE INTO tools (id, name) VALUES ('s', 'n') AWAIT", UnsupportedSQLError, "put_tool begins nothing that could be waited for"),
        ("REPLACE INTO tools VALUES ('s')", UnsupportedSQLError, "SHOW REPLACE INTO workshop.trade.tools"),
        ("REPLACE INTO tools (id, nam) VALUES ('s', 'n')", UnknownNameError, "name"),
        ("REPLACE INTO tools (id, name) VALUES ('s', 'n') ON CONFLICT DO NOTHING", UnsupportedSQLError, "ON CONFLICT"),
        ("INSERT OR REPLACE INTO tools (id, name) VALUES ('s', 'n')", UnsupportedSQLError, "REPLACE INTO"),
        ("SHOW REPLACE INTO shops", UnsupportedSQLError, "takes no REPLACE"),
        (
            "UPDATE tools SET size.millimetres = 3 WHERE id = 't'",
            UnsupportedSQLError,
            "sent as {millimetres: number} and read as {inches: number}",
        ),
        ("UPDATE tools SET secret.owner = 'x' WHERE id = 't'", UnsupportedSQLError, "has no column secret"),
    ],
)
def test_what_the_api_does_not_take_or_give_back_is_refused(
    tools: tuple[Sandbox, Session], sent: Sent, text: str, error: type[RowcallError], message: str
) -> None:
    """With what it takes; nothing is sent."""
    box, db = tools

    with sent(box) as requests, pytest.raises(error) as caught:
        db.sql(text)

    assert requests == []
    assert message in str(caught.value)


def test_a_replace_is_shown_beside_the_others(tools: tuple[Sandbox, Session]) -> None:
    """As a verb and as a template."""
    _, db = tools

    assert db.sql("DESCRIBE tools").fetchall()[0] == ("id", "VARCHAR", "NO")
    assert db.sql("SHOW RESOURCES IN workshop.trade LIKE 'tools'").fetchall()[0][1] == "SELECT, INSERT, REPLACE, UPDATE, DELETE"
    assert ("put_tool", "REPLACE") in db.sql("SHOW METHODS IN tools").project("method, verb").fetchall()
    assert db.sql("SHOW REPLACE INTO tools").fetchall()[1] == ("REPLACE INTO workshop.trade.tools (",)


def test_a_read_only_session_sends_no_replace(tools: tuple[Sandbox, Session], sent: Sent) -> None:
    """It changes something, as an INSERT does."""
    box, db = tools
    db.sql("SET rowcall_read_only = true")

    with sent(box) as requests, pytest.raises(ReadOnlyError, match="REPLACE changes something at Workshop"):
        db.sql("REPLACE INTO tools (id, name) VALUES ('t', 'n')")

    assert requests == []


def test_a_write_that_is_allowed_to_changes_all_rows(tools: tuple[Sandbox, Session], sent: Sent) -> None:
    """Each with its own keys, once they were read."""
    box, db = tools
    db.sql("SET rowcall_allow_full_writes = true")

    with sent(box) as requests:
        changed = db.sql(
            "UPDATE tools SET place.slot.row = 2, labels = MAP {'name': name} RETURNING place.slot.row, labels['name']"
        ).fetchall()
        deleted = db.sql("DELETE FROM tools WHERE true").fetchall()

    assert sorted(changed) == [(2, f"Tool {n}") for n in range(3)]
    assert (len(deleted), db.sql("SELECT count(*) FROM tools").fetchall()) == (3, [(0,)])
    assert [request.method for request in requests] == ["GET", *["PATCH"] * 3, "GET", *["DELETE"] * 3]


@pytest.fixture(params=["connect", "setting", "provider"])
def reader(request: pytest.FixtureRequest, live: Sandbox) -> Iterator[Session]:
    """A session that must not write, however that was said."""
    settings = {"openai": {**live.providers["openai"], **({"read_only": True} if request.param == "provider" else {})}}
    with rowcall.connect(providers=settings, read_only=request.param == "connect") as session:
        if request.param == "setting":
            session.sql("SET rowcall_read_only = true")
        yield session


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO runs (thread_id, assistant_id) VALUES ('t', 'a')",
        "UPDATE runs SET metadata = NULL WHERE thread_id = 't' AND id = 'r'",
        "DELETE FROM threads WHERE id = 't'",
        "EXEC runs.cancel_run @thread_id = 't', @run_id = 'r'",
    ],
)
def test_a_read_only_session_sends_no_write(live: Sandbox, reader: Session, sent: Sent, text: str) -> None:
    """It is refused before a request; reading, and showing what would be sent, are not."""
    with sent(live) as requests:
        with pytest.raises(ReadOnlyError):
            reader.sql(text)
        shown = reader.sql(text, dry_run=True).fetchall()
        reader.sql(f"EXPLAIN {text}")

    assert {request.method for request in requests} <= {"GET"}  # by which a dry run shows what an UPDATE would change
    assert len(shown) == 1


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("INSERT INTO runs (thread_id, assistant_id, temperature) VALUES ('t', 'a', 1), ('t', 'a', 3)", "temperature"),
        ("INSERT INTO runs BY NAME SELECT 't' AS thread_id, 'a' AS assistant_id, 3 AS temperature", "runs"),
        ("EXEC runs.create_run @thread_id = 't', @assistant_id = 'a', @temperature = 1 + 2", "1 + 2"),
        ("EXEC runs.create_run FROM (SELECT 't' AS thread_id, 'a' AS assistant_id, 3 AS temperature)", "create_run"),
        ("UPDATE threads SET metadata = MAP {'a': repeat('x', 600)} WHERE id = 't'", "MAP {'a': repeat('x', 600)}"),
        ("UPDATE assistants SET temperature = 3 WHERE id = 'a'", "3"),
        (
            "UPDATE assistants SET tool_resources = {'file_search': {'vector_store_ids': ['s', 't']}} WHERE id = 'a'",
            "{'file_search': {'vector_store_ids': ['s', 't']}}",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_marked(live: Sandbox, writer: Session, sent: Sent, text: str, marked: str) -> None:
    """Where the statement says it or names it; else what it is about."""
    with sent(live) as requests, pytest.raises(DataError, match="at most") as caught:
        writer.sql(text)

    span = caught.value.span
    assert span is not None
    assert (text[span.start : span.end], requests) == (marked, [])


def test_an_error_of_a_values_computation_shows_no_text_but_the_users(writer: Session) -> None:
    """DuckDB would show the SELECT that is made around the statement's part."""
    with pytest.raises(EngineError, match="Could not convert string 'hot'") as caught:
        writer.sql("INSERT INTO runs (thread_id, assistant_id, temperature) VALUES ('t', 'a', 1), ('t', 'a', 'hot')")

    assert "__rowcall" not in str(caught.value)


def test_a_function_around_a_sub_query_leaves_the_transaction_open(writer: Session) -> None:
    """What DuckDB is asked about it is SQL that it can read; what it cannot read would abort the transaction."""
    writer.sql("BEGIN; CREATE TABLE x AS SELECT 1 AS n")
    ((found,),) = writer.sql("SELECT to_json((SELECT count(*) FROM openai.assistants.assistants))").fetchall()

    assert int(found) >= 0
    assert writer.sql("FROM x").fetchall() == [(1,)]
    writer.sql("ROLLBACK")


def test_a_value_that_is_read_from_an_api_leaves_the_transaction_open(writer: Session) -> None:
    """Of EXEC and of SET; one was aborted by a query that DuckDB could not read."""
    one = "(SELECT min(id) FROM assistants)"
    writer.sql("SET rowcall_allow_writes_in_transaction = true; BEGIN; CREATE TABLE x AS SELECT 1 AS n")

    read = writer.sql(f"EXEC assistants.get_assistant @assistant_id = {one} RETURNING id").fetchall()
    changed = writer.sql(f"UPDATE assistants SET metadata = MAP {{'first': {one}}} WHERE id = {one} RETURNING metadata['first']").fetchall()
    kept = writer.sql("COMMIT; SELECT n FROM x").fetchall()

    assert (read, kept) == (changed, [(1,)])


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN; CREATE TABLE x AS SELECT 1", "con"])
@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO runs (thread_id, assistant_id) SELECT id, 'a' FROM threads WHERE id = 't'",
        "UPDATE runs SET metadata = MAP {'a': status} WHERE thread_id = 't'",
        "DELETE FROM threads WHERE id = 't'",
        "EXEC runs.cancel_run FROM (SELECT thread_id, id FROM runs WHERE thread_id = 't')",
    ],
)
def test_no_write_is_sent_while_a_transaction_is_open(live: Sandbox, writer: Session, sent: Sent, begin: str, text: str) -> None:
    """An API cannot roll back; nothing is read for it either, and the transaction goes on."""
    if begin == "con":
        writer.connection.begin()
    else:
        writer.sql(begin)

    with sent(live) as requests:
        with pytest.raises(UnsupportedSQLError, match=r"(?s)ROLLBACK cannot undo.*rowcall_allow_writes_in_transaction") as caught:
            writer.sql(text)
        writer.sql(f"EXPLAIN {text}")
    writer.sql("CREATE TABLE kept AS SELECT 1 AS a; COMMIT")

    assert requests == []
    assert caught.value.span is not None
    assert writer.sql("FROM kept").fetchall() == [(1,)]


def test_a_dry_run_and_a_read_may_stand_in_a_transaction(writer: Session, thread: str, assistant: str) -> None:
    """And a write after it, committed or rolled back."""
    text = "INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)"
    writer.sql("BEGIN")

    assert writer.sql(text, [thread, assistant], dry_run=True).project("method").fetchall() == [("POST",)]
    assert writer.sql("EXEC threads.get_thread @thread_id = $1", [thread]).project("id").fetchall() == [(thread,)]
    for end in ("COMMIT", "BEGIN; ROLLBACK"):
        writer.sql(end)
        assert len(writer.sql("INSERT INTO threads (metadata) VALUES (NULL)").fetchall()) == 1


def test_a_plan_may_be_made_in_a_transaction_and_not_applied(
    live: Sandbox, writer: Session, thread: str, run_id: str, tmp_path: Path, sent: Sent
) -> None:
    """It only reads; APPLY writes."""
    file = tmp_path / "changes.jsonl"
    text = f"UPDATE runs SET metadata = MAP {{'a': status}} WHERE thread_id = '{thread}' AND id = '{run_id}'"
    writer.sql(f"BEGIN; PLAN {text} INTO '{file}'")

    with sent(live) as requests, pytest.raises(UnsupportedSQLError, match="ROLLBACK cannot undo") as caught:
        writer.sql(f"APPLY '{file}'")
    writer.sql(f"COMMIT; APPLY '{file}'")

    assert caught.value.span is not None
    assert [request.method for request in requests] == []
    assert writer.sql("SELECT metadata FROM runs WHERE thread_id = $1 AND id = $2", [thread, run_id]).fetchall() == [({"a": "queued"},)]


def test_local_tables_stay_consistent_where_a_write_in_a_transaction_fails(
    live: Sandbox, writer: Session, thread: str, assistant: str, sent: Sent
) -> None:
    """It is allowed by a setting; the transaction is open after it, and its owner decides."""
    writer.sql("SET rowcall_allow_writes_in_transaction = true")
    writer.sql("CREATE TABLE made (id VARCHAR); BEGIN; INSERT INTO made VALUES ('before')")
    live.fault("server_error", path=thread)

    with sent(live) as requests, pytest.raises(RequestError):
        writer.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ($1, $2)", [thread, assistant])
    writer.sql("INSERT INTO made VALUES ('after'); ROLLBACK")
    rolled_back = writer.sql("FROM made").fetchall()
    writer.sql("BEGIN; INSERT INTO made VALUES ('x'); INSERT INTO threads (metadata) VALUES (NULL); COMMIT")

    assert lines(requests) == [f"POST /v1/threads/{thread}/runs"]
    assert (rolled_back, writer.sql("FROM made").fetchall()) == ([], [("x",)])


def test_read_only_cannot_be_switched_off(writer: Session) -> None:
    """By a statement, once it is on."""
    writer.sql("SET rowcall_read_only = true")

    with pytest.raises(UnsupportedSQLError, match="cannot be switched off"):
        writer.sql("SET rowcall_read_only = false")


def test_a_dry_run_of_a_write_gives_its_request(live: Sandbox, writer: Session, sent: Sent) -> None:
    """Method, URL and body; nothing is sent."""
    with sent(live) as requests:
        rows = writer.sql("INSERT INTO runs (thread_id, assistant_id) VALUES ('t/1', 'a')", dry_run=True).fetchall()

    assert requests == []
    assert [(method, url, json.loads(body), before) for method, url, body, before in rows] == [
        ("POST", f"{live.base_url}/threads/t%2F1/runs", {"assistant_id": "a"}, None)
    ]


def test_a_dry_run_reads_what_the_write_would_read(live: Sandbox, writer: Session, thread: str, run_id: str, sent: Sent) -> None:
    """So that it can say which rows would be changed; no write is sent."""
    with sent(live) as requests:
        rows = writer.sql("UPDATE runs SET metadata = MAP {'s': status} WHERE thread_id = $1", [thread], dry_run=True).fetchall()

    assert lines(requests) == [f"GET /v1/threads/{thread}/runs"]
    assert [(method, url, json.loads(body), json.loads(before)) for method, url, body, before in rows] == [
        ("POST", f"{live.base_url}/threads/{thread}/runs/{run_id}", {"metadata": {"s": "queued"}}, {"metadata": {}})
    ]


def test_a_dry_run_of_an_update_has_what_was_there_before(
    live: Sandbox, writer: Session, raw: httpx.Client, threads: list[str], sent: Sent
) -> None:
    """Row by row as it was read, of the attributes that SET names; both can be compared in SQL, and nothing is changed."""
    for number, thread in enumerate(threads[:2]):
        raw.post(f"/threads/{thread}", json={"metadata": {"n": str(number), "quoted": '"é'}})
    text = "UPDATE threads t SET data__metadata = map_concat(t.metadata, MAP {'seen': 'yes'}) WHERE t.id IN ($1, $2, $3) AND created_at > 0"

    with sent(live) as requests:
        found = writer.sql(text, threads, dry_run=True)
        rows = found.select("split_part(url, '/', -1), (before::JSON).metadata, (body::JSON).metadata").fetchall()

    assert found.columns == ["method", "url", "body", "before"]
    assert {request.method for request in requests} == {"GET"}
    kept: list[dict[str, str]] = [{"n": "0", "quoted": '"é'}, {"n": "1", "quoted": '"é'}, {}]
    assert sorted((thread, json.loads(before), json.loads(after)) for thread, before, after in rows) == sorted(
        (thread, was, {**was, "seen": "yes"}) for thread, was in zip(threads, kept, strict=True)
    )


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("UPDATE assistants SET name = 'x', temperature = 1.5 WHERE id = $1 AND created_at > 0", {"name": ..., "temperature": ...}),
        ("UPDATE assistants SET reasoning_effort = 'low', name = 'x' WHERE id = $1 AND created_at > 0", {"name": ...}),
        ("UPDATE assistants SET reasoning_effort = 'low' WHERE id = $1 AND created_at > 0", None),
        ("UPDATE assistants SET name = 'x' WHERE id = $1", {"name": ...}),
        ("DELETE FROM assistants WHERE id = $1 AND created_at > 0", None),
        ("INSERT INTO assistants (model, name) SELECT model, name FROM assistants WHERE id = $1", None),
        ("EXEC assistants.delete_assistant @assistant_id = $1", None),
    ],
)
def test_what_is_not_read_has_no_before(
    writer: Session, raw: httpx.Client, assistant: str, text: str, before: dict[str, Any] | None
) -> None:
    """An attribute that is no column is left out, and all is NULL for each write but an UPDATE."""
    ((_, _, _, found),) = writer.sql(text, [assistant], dry_run=True).fetchall()

    is_now = raw.get(f"/assistants/{assistant}").json()
    assert (None if found is None else json.loads(found)) == (None if before is None else {name: is_now[name] for name in before})


def test_a_dry_run_shows_no_secret(live: Sandbox, writer: Session, raw: httpx.Client, thread: str) -> None:
    """Neither in what would be sent nor in what is there."""
    raw.post(f"/threads/{thread}", json={"metadata": {"k": live.api_key}})

    shown = writer.sql(
        "UPDATE threads SET metadata = MAP {'now': $2} WHERE id = $1 AND created_at > 0", [thread, live.api_key], dry_run=True
    )

    assert shown.select("body, before").fetchall() == [('{"metadata": {"now": "***"}}', '{"metadata": {"k": "***"}}')]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("INSERT INTO runs (thread_id, assistant_id) VALUES ('t', 'a')", "POST {url}/threads/t/runs"),
        ("INSERT INTO runs (thread_id, assistant_id) SELECT id, 'a' FROM threads WHERE id = 't'", "GET {url}/threads/t"),
        ("UPDATE runs SET metadata = NULL WHERE thread_id = 't' AND id = 'r'", "POST {url}/threads/t/runs/r"),
        ("UPDATE runs SET metadata = MAP {'s': status} WHERE thread_id = 't'", "GET {url}/threads/t/runs"),
        ("DELETE FROM threads WHERE id = 't'", "DELETE {url}/threads/t"),
        ("EXEC runs.cancel_run @thread_id = 't', @run_id = 'r'", "POST {url}/threads/t/runs/r/cancel"),
        ("SELECT * FROM runs WHERE thread_id = 't'", "GET {url}/threads/t/runs"),
        ("SHOW RESOURCES IN openai.assistants", ""),
        ("DESCRIBE runs", ""),
    ],
)
def test_explain_sends_nothing(live: Sandbox, writer: Session, sent: Sent, text: str, shown: str) -> None:
    """Not even the read that a write would begin with; it shows the request lines."""
    with sent(live) as requests:
        rows = writer.sql(f"EXPLAIN {text}").fetchall()

    assert requests == []
    assert any(value.startswith(shown.format(url=live.base_url)) for item, value in rows if item == "request" or not shown)
    assert live.api_key not in str(rows)


def test_local_statements_write_locally(live: Sandbox, writer: Session, sent: Sent) -> None:
    """INSERT, UPDATE and DELETE of the caller's tables are DuckDB's, whatever they are called."""
    with sent(live) as requests:
        writer.sql(
            "CREATE TABLE runs AS SELECT 1 AS id; INSERT INTO runs VALUES (2); UPDATE runs SET id = 3 WHERE id = 2; DELETE FROM runs WHERE id = 1"
        )

    assert (writer.sql("FROM runs").fetchall(), requests) == ([(3,)], [])
