"""What a user is told: where the mistake is in their own text, what the API said, what to do; and never a key."""

from __future__ import annotations

import json
import socket
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

import rowcall
from rowcall.errors import (
    AuthError,
    BindError,
    MisfitWarning,
    MissingParameterError,
    ParseError,
    RequestError,
    ResponseError,
    RowcallError,
    SQLError,
    UnavailableError,
    UnknownNameError,
    UnsupportedSQLError,
)
from rowcall.front.table import text_width
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
Start = Callable[[Callable[[Any], tuple[Any, ...]]], Any]
RUNS = "openai.assistants.runs"
SECRET = "sk-very-secret"
ASK = f"SELECT id FROM {RUNS} WHERE thread_id = 't'"
MANY = ", ".join(f"'thread_{number:020}'" for number in range(60))


def pointed(error: Any) -> str:
    """What stands above the carets of a message, in a terminal."""
    lines = str(error).split("\n")
    number = next(i for i, line in enumerate(lines) if line.strip() and set(line.strip()) == {"^"})
    start, end = lines[number].index("^"), lines[number].rindex("^") + 1
    return "".join(character * text_width(character) for character in lines[number - 1])[start:end]


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("SELECT statu FROM {runs} WHERE thread_id = 't'", "statu", 1),
        ("SELECT id\nFROM {runs}\nWHERE thread_id = 't'\n  AND nope = 1", "nope", 4),
        ("SELECT r.nope FROM {runs} r WHERE thread_id = 't'", "r", 1),
        ("SELECT usage.nope FROM {runs} WHERE thread_id = 't'", None, 1),
        ("SELECT id, {runs}.nope FROM {runs} WHERE thread_id = 't'", None, 1),
        ("SELECT a.id FROM {runs} a JOIN {runs} b ON a.id = b.nope WHERE a.thread_id = 't' AND b.thread_id = 't'", "b", 1),
        ("SELECT a.id FROM {runs} a JOIN {runs} b ON a.id = b.id WHERE a.thread_id = 't' AND b.thread_id = 't' AND nope", "nope", 1),
        ("SELECT nofunction(id) FROM {runs} WHERE thread_id = 't'", "nofunction", 1),
        ("SELECT id FROM {runs} r, absent_table WHERE r.thread_id = 't'", "absent_table", 1),
        ("SELECT id FROM {runs} WHERE thread_id IN (" + MANY + ") AND nope", "nope", 1),
        ("SELECT 'é漢🦆' AS x, nope FROM {runs} WHERE thread_id = 't'", "nope", 1),
        ("SELECT count(*) FROM {runs} WHERE thread_id = 't' GROUP BY nope", "nope", 1),
        ("WITH t AS (SELECT id FROM {runs} WHERE thread_id = 't') SELECT status FROM t", "status", 1),
        ("INSERT INTO {runs} (thread_id, assistant_id)\nVALUES ('t', nope) RETURNING id", "nope", 2),
        ("INSERT INTO {runs} (thread_id, assistant_id) VALUES ('t', 'a')\nRETURNING id, nope", "nope", 2),
        ("UPDATE {runs} SET metadata = MAP {{'a': nope}}\nWHERE thread_id = 't' AND id = 'r'", "nope", 1),
        ("UPDATE {runs} SET metadata = NULL WHERE thread_id = 't'\nAND nope = 1", "nope", 2),
        ("DELETE FROM threads WHERE id = 't' AND nope", "nope", 1),
        ("EXEC {runs}.cancel_run @thread_id = 't', @run_id = nope", "nope", 1),
    ],
)
def test_a_mistake_is_pointed_at_in_the_users_text(
    still: Sandbox, db: Session, sent: Sent, text: str, place: str | None, line: int
) -> None:
    """DuckDB's own complaint, the line as the user wrote it, and carets below the right word; nothing is sent."""
    text = text.format(runs=RUNS)

    with sent(still) as requests, pytest.raises(BindError) as caught:
        db.sql(text)

    assert requests == []
    assert "__rowcall" not in str(caught.value)
    assert "from_json" not in str(caught.value)
    if place is not None:
        assert (pointed(caught.value), f"LINE {line}: " in str(caught.value)) == (place, True)


@pytest.mark.parametrize(
    ("text", "nearest", "place"),
    [
        ("SELECT * FROM openai.assistants.rusn", "runs", "openai.assistants.rusn"),
        ("SELECT * FROM openai.assistant.runs", "assistants", "openai.assistant.runs"),
        ("EXEC openai.assistants.runs.cancel_runs @thread_id = 't', @run_id = 'r'", "cancel_run", "cancel_runs"),
        ("EXEC runs.cancel_run @thread_id = 't', @run_ids = 'r'", "run_id", "run_ids"),
        ("INSERT INTO runs (thread_id, assistent_id) VALUES ('t', 'a')", "assistant_id", "assistent_id"),
        ("UPDATE runs SET metadat = NULL WHERE thread_id = 't' AND id = 'r'", "metadata", "metadat"),
    ],
)
def test_an_unknown_name_gives_the_nearest(still: Sandbox, db: Session, sent: Sent, text: str, nearest: str, place: str) -> None:
    """With carets below it, and no request."""
    with sent(still) as requests, pytest.raises(UnknownNameError) as caught:
        db.sql(text)

    assert requests == []
    assert nearest in caught.value.nearest
    assert pointed(caught.value) == place


@pytest.mark.parametrize(
    "text",
    [
        "SELEC id FROM openai.assistants.runs",
        "SELECT 'id FROM runs",
        "SELECT FROM WHERE runs",
        "EXEC runs.",
        "INSERT INTO runs",
        "UPDATE runs",
    ],
)
def test_what_is_no_sql_is_an_sql_error(still: Sandbox, db: Session, sent: Sent, text: str) -> None:
    """With the text."""
    with sent(still) as requests, pytest.raises(SQLError) as caught:
        db.sql(text)

    assert requests == []
    assert caught.value.sql


def test_a_name_of_two_sources_in_a_sub_select_is_pointed_at(still: Sandbox, db: Session, sent: Sent) -> None:
    """Though what is around the sub-select goes by the same names."""
    sub_select = "(SELECT id AS w FROM assistants AS c ASOF JOIN runs AS s ON c.created_at >= s.created_at) AS c"
    with sent(still) as requests, pytest.raises(BindError, match='Ambiguous reference to column name "id"') as caught:
        db.sql(f"SELECT r.id FROM runs AS v JOIN {sub_select} ON c.w IN ['a'], runs AS r")

    assert pointed(caught.value) == "id"
    assert requests == []


def test_a_column_of_another_source_may_be_named_like_a_resource(db: Session, world: Any) -> None:
    """It is that column, as in DuckDB; by itself the name means the row as one value, which holds a parameter here."""
    (run, *_) = world.of(world.threads[0])
    where = f"WHERE r.thread_id = '{run['thread_id']}' AND r.run_id = '{run['id']}'"

    assert db.sql(f"SELECT r FROM runs AS r, (SELECT 'mine' AS r) AS mine {where}").fetchall() == [("mine",)]
    with pytest.raises(UnsupportedSQLError, match="r as one value would hold run_id"):
        db.sql(f"SELECT r FROM runs AS r {where}")


def test_an_open_string_is_pointed_at(db: Session) -> None:
    """Where it starts."""
    with pytest.raises(ParseError) as caught:
        db.sql("SELECT id FROM runs WHERE thread_id = 'thread")

    assert pointed(caught.value) == "'"


def test_a_port_where_nothing_listens_is_one_sentence() -> None:
    """With the request; DuckDB's part never began."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        rowcall.connect(providers={"openai": {"base_url": f"http://127.0.0.1:{port}/v1", "api_key": SECRET}}) as db,
        pytest.raises(UnavailableError) as caught,
    ):
        db.sql(ASK)

    assert f"GET http://127.0.0.1:{port}/v1/threads/t/runs?limit=100" in str(caught.value)
    assert len(caught.value.message.splitlines()) == 1


def test_the_official_hosts_404_says_that_the_api_was_shut_down() -> None:
    """On which day, and what to do."""
    transport = httpx.MockTransport(lambda _: httpx.Response(404, json={"error": {"message": "Invalid URL"}}))
    with httpx.Client(transport=transport) as client:
        db = rowcall.connect(providers={"openai": {"api_key": SECRET, "client": client}})
        with db, pytest.raises(ResponseError) as caught:
            db.sql(ASK)

    assert "2026-08-26" in str(caught.value)
    assert "sandbox" in str(caught.value)
    assert "https://api.openai.com/v1/threads/t/runs" in str(caught.value)


def test_another_hosts_404_does_not(scripted: Start) -> None:
    """It is the API's own word."""
    server = scripted(lambda _: (404, {"error": {"message": "No thread found with id 't'."}}, {"x-request-id": "req_7"}))

    with rowcall.connect(providers=server.providers) as db, pytest.raises(ResponseError, match="No thread found with id 't'") as caught:
        db.sql(ASK)

    assert "2026" not in str(caught.value)
    assert (caught.value.status, caught.value.request_id) == (404, "req_7")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, "<html><body><h1>Bad gateway</h1></body></html>", "an HTML page"),
        (400, "plain words", "plain words"),
        (400, "", "HTTP 400"),
        (400, {"detail": "of a compatible server"}, "of a compatible server"),
        (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, "field required"),
        (400, {"error": "just text"}, "just text"),
        (400, {"message": "top level"}, "top level"),
        (400, ["list"], "list"),
        (403, {"error": {"message": "not yours", "code": "forbidden"}}, "not yours"),
    ],
)
def test_a_refusal_in_any_form_is_told(scripted: Start, status: int, body: Any, said: str) -> None:
    """JSON as documented or not, HTML, plain text, or nothing."""
    server = scripted(lambda _: (status, body))

    with rowcall.connect(providers=server.providers) as db, pytest.raises(RequestError) as caught:
        db.sql(ASK)

    assert said in str(caught.value)
    assert f"HTTP {status}" in str(caught.value)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"data": [{"id": "a"}, {"id": "b"}], "data": [{"id": "c"}], "has_more": false}', "data"),
        ('{"data": [{"id": "a"}], "has_more": false, "last_id": "a", "d\\u0061ta": []}', "data"),
        ('{"has_more": true, "data": [{"id": "a"}], "last_id": "a", "has_more": false}', "has_more"),
        ('{"last_id": null, "data": [{"id": "a"}], "has_more": true, "last_id": "a"}', "last_id"),
    ],
    ids=["rows", "rows in other letters", "flag", "cursor"],
)
@pytest.mark.parametrize("sql", [ASK, f"SELECT count(*) FROM {RUNS} WHERE thread_id = 't'"], ids=["rows", "count"])
def test_rows_or_a_cursor_that_are_there_twice_are_an_error(scripted: Start, sql: str, body: str, name: str) -> None:
    """DuckDB would decode the first of two lists, and the last would be counted; which is meant JSON does not say."""
    server = scripted(lambda _: (200, body, {"content-type": "application/json"}))

    with rowcall.connect(providers=server.providers) as db, pytest.raises(ResponseError, match=f"its JSON has `{name}` twice"):
        db.sql(sql)

    assert len(server.asked) == 1


def test_names_that_are_twice_in_a_row_are_no_error(scripted: Start) -> None:
    """Nor is a row that has a name of the envelope. The first value counts, as a column and as the cursor to the next page."""
    rows = '{"thread_id": "t", "id": "a", "data": 1, "data": 2, "has_more": false}, {"thread_id": "t", "id": "b", "id": "c"}'
    first = f'{{"object": 1, "data": [{rows}], "object": 2, "has_more": true}}'
    last = '{"data": [{"thread_id": "t", "id": "d"}], "has_more": false}'
    server = scripted(lambda asked: (200, last if "after=b" in asked.path else first, {"content-type": "application/json"}))

    with rowcall.connect(providers=server.providers) as db:
        found = db.sql(ASK + " ORDER BY id").fetchall()

    assert found == [("a",), ("b",), ("d",)]


def test_a_refused_key_is_an_auth_error(still: Sandbox) -> None:
    """In the API's words, without the key."""
    providers = {"openai": {"base_url": still.base_url, "api_key": SECRET}}

    with rowcall.connect(providers=providers) as db, pytest.raises(AuthError, match="Incorrect API key provided") as caught:
        db.sql(ASK)

    assert SECRET not in str(caught.value)


ECHO = "you sent {authorization} to {path}"


def echo(status: int) -> Callable[[Any], tuple[Any, ...]]:
    """A server that says back the key that it was sent."""
    return lambda asked: (
        status,
        {"error": {"message": ECHO.format(authorization=asked.headers["authorization"], path=asked.path)}},
        {"x-request-id": SECRET},
    )


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
@pytest.mark.parametrize(
    "text", [ASK, "EXEC runs.cancel_run @thread_id = 't', @run_id = 'r'", "INSERT INTO runs (thread_id, assistant_id) VALUES ('t', 'a')"]
)
def test_the_key_is_in_no_error(scripted: Start, status: int, text: str) -> None:
    """Neither in message, attributes, trace, nor in `last`, though the server says it back."""
    server = scripted(echo(status))
    with rowcall.connect(providers=server.providers) as db:
        with pytest.raises(RowcallError) as caught:
            db.sql(text, timeout_s=5.0)
        shown = [
            str(caught.value),
            repr(caught.value),
            repr(vars(caught.value)),
            repr(db.last),
            "".join(traceback.format_exception(caught.value)),
        ]

    assert [each for each in shown if SECRET in each] == []


def test_the_key_is_in_no_plan_repr_or_warning(scripted: Start, page: Callable[..., Any], run: Callable[..., Any]) -> None:
    """EXPLAIN, dry runs, `last`, the session itself, settings and misfits."""
    server = scripted(lambda _: (200, page([run("run_1", created_at="yesterday")])))
    with rowcall.connect(providers=server.providers) as db:
        shown = [
            repr(db),
            str(db.sql(f"EXPLAIN {ASK}").fetchall()),
            str(db.sql(ASK, dry_run=True).fetchall()),
            str(db.sql("SHOW SETTINGS").fetchall()),
        ]
        with pytest.warns(MisfitWarning) as caught:
            db.sql(f"SELECT id, created_at FROM {RUNS} WHERE thread_id = 'thread_1'")
        shown += [repr(db.last), *(str(warning.message) for warning in caught)]

    assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert [each for each in shown if SECRET in each] == []


def test_a_key_in_the_query_is_hidden(scripted: Start, page: Callable[..., Any]) -> None:
    """Wherever a URL is shown."""
    server = scripted(lambda _: (200, page([])))
    settings = {**server.providers["openai"], "auth": {"kind": "query", "name": "key"}}
    with rowcall.connect(providers={"openai": settings}) as db:
        shown = [str(db.sql(f"EXPLAIN {ASK}").fetchall()), str(db.sql(ASK, dry_run=True).fetchall())]
        db.sql(ASK)
        shown.append(repr(db.last))

    assert f"key={SECRET}" in server.asked[0].path
    assert [each for each in shown if SECRET in each] == []


def test_a_collation_is_noticed_before_anything_is_sent(db: Session, still: Sandbox) -> None:
    """Though the values that compare under it come together with those of a resource that would be read first."""
    db.connection.execute("CREATE OR REPLACE TEMP TABLE loose(thread_id VARCHAR COLLATE NOCASE)")
    db.connection.execute("INSERT INTO loose VALUES ('t')")
    before = len(still.requests)

    with pytest.raises(MissingParameterError, match="compares under a collation"):
        db.sql(f"FROM loose ANTI JOIN {RUNS} r ON r.thread_id = loose.thread_id AND r.id IN (SELECT id FROM openai.assistants.assistants)")

    assert len(still.requests) == before


def test_errors_carry_their_objects(db: Session) -> None:
    """For programs: the statement, the span, the names."""
    text = "SELECT 1; SELECT * FROM openai.assistants.rusn"

    with pytest.raises(UnknownNameError) as caught:
        db.sql(text)

    error = caught.value
    assert error.span is not None
    assert (error.name, error.nearest, error.sql[error.span.start : error.span.end]) == ("rusn", ("runs",), "openai.assistants.rusn")


def test_a_failed_statement_is_in_last(db: Session, world: Any) -> None:
    """With the exchanges that it had."""
    with pytest.raises(ResponseError):
        db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = 'thread_absent'")

    assert [(exchange.status, json.dumps(exchange.error)) for exchange in db.last.exchanges] == [(404, "null")]
    assert world.threads
