"""The paths that steer a sandbox, and its log."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any

import httpx
import pytest

from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox


@pytest.fixture
def control(box: Sandbox) -> Any:
    """A client of the sandbox's own paths, which ask for no key."""
    with httpx.Client(base_url=box.control_url, trust_env=False) as client:
        yield client


def test_the_clock_can_be_held_and_moved_over_http(box: Sandbox, control: httpx.Client) -> None:
    """What is posted is done to the clock."""
    now = box.clock.now()

    moved = control.post("/clock", json={"advance_s": 60}).json()
    released = control.post("/clock", json={"hold": False}).json()
    held = control.post("/clock", json={"hold": True}).json()

    assert moved == {"now": now + 60, "held": True}
    assert (released["held"], held["held"], box.clock.held) == (False, True, True)
    assert control.get("/clock").json() == held


def test_faults_can_be_added_seen_and_cleared_over_http(control: httpx.Client, client: httpx.Client) -> None:
    """They are those of `Sandbox.fault`."""
    added = control.post("/faults", json={"kind": "empty", "times": 2, "status": 503}).json()
    status = client.get("/assistants").status_code
    left = control.get("/faults").json()
    cleared = control.delete("/faults").json()

    assert (added[0]["kind"], added[0]["times"], status) == ("empty", 2, 503)
    assert (left[0]["times"], cleared) == (1, [])
    assert client.get("/assistants").status_code == 200


def test_the_log_shows_what_was_asked_and_no_secret(box: Sandbox, control: httpx.Client, client: httpx.Client) -> None:
    """Method, path, query, headers, body and status are kept; credentials are not."""
    client.post("/assistants?api-version=1", json={"model": "m"})
    client.get("/assistants", headers={"api-key": "secret"})
    client.post("/assistants", content=b"\xff")

    first, second, third = box.requests

    assert (first.method, first.path, first.query, first.body, first.status) == (
        "POST",
        "/v1/assistants",
        (("api-version", "1"),),
        {"model": "m"},
        200,
    )
    assert (first.headers["authorization"], first.headers["openai-beta"], second.headers["api-key"]) == ("***", "assistants=v2", "***")
    assert (second.body, third.body, third.status) == (None, "�", 400)
    assert [request["path"] for request in control.get("/requests").json()] == ["/v1/assistants"] * 3
    assert box.api_key not in str(box.requests) + control.get("/requests").text


@pytest.mark.parametrize(
    ("fault", "options", "applied", "status"),
    [
        (None, {}, True, 200),
        ("slow", {"seconds": 0}, True, 200),
        ("unanswered", {}, True, None),
        ("drop", {}, True, 200),
        ("truncated", {}, True, 200),
        ("server_error", {"processed": True}, True, 500),
        ("html", {"processed": True}, True, 502),
        ("empty", {"processed": True}, True, 500),
        ("unprocessed", {}, False, None),
        ("server_error", {}, False, 500),
        ("html", {}, False, 502),
        ("empty", {}, False, 500),
        ("rate_limit", {}, False, 429),
    ],
)
def test_the_log_says_which_writes_were_done(
    box: Sandbox, client: httpx.Client, fault: str | None, options: dict[str, Any], applied: bool, status: int | None
) -> None:
    """`applied` agrees with what is there afterwards, whatever the client was told."""
    if fault:
        box.fault(fault, **options)
    with contextlib.suppress(httpx.RemoteProtocolError):
        client.post("/assistants", json={"model": "m"})

    there = client.get("/assistants").json()["data"][0]["model"] == "m"

    assert [(request.applied, request.status) for request in box.requests] == [(applied, status), (False, 200)]
    assert there is applied


def test_what_is_refused_or_only_reads_is_not_applied(box: Sandbox, client: httpx.Client) -> None:
    """A write that the API refuses has done nothing, not even in part."""
    (thread,) = box.tables["sandbox_threads"][1][0]
    client.post("/assistants", json={})
    client.delete("/assistants/asst_X")
    client.post(f"/threads/{thread}/runs/run_X/cancel")
    client.get("/assistants")
    client.put("/assistants")

    assert [request.applied for request in box.requests] == [False] * 5


def test_the_log_is_a_ledger_of_keys_and_times(library_box: Sandbox, library: httpx.Client) -> None:
    """A request that came again with its key is in it, and was applied once; the key is there though the connection was closed."""
    key = {"Idempotency-Key": "k1"}
    library_box.fault("unprocessed", method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        library.post("/books", json={"title": "A"}, headers=key)
    for _ in range(2):
        library_box.clock.advance(30)
        library.post("/books", json={"title": "A"}, headers=key)
    library.put("/books/b1", json={"title": "A"}, headers=key)

    log = [(request.applied, request.idempotency_key, request.time - library_box.requests[0].time) for request in library_box.requests]
    over_http = httpx.get(f"{library_box.control_url}/requests", trust_env=False).json()

    assert log == [(False, "k1", 0), (True, "k1", 30), (False, "k1", 60), (False, None, 60)]
    assert [(each["applied"], each["idempotency_key"]) for each in over_http] == [entry[:2] for entry in log]


def test_the_log_holds_a_long_write_with_all_its_attempts(library_box: Sandbox, library: httpx.Client) -> None:
    """Of 500 rows, each sent six times with its key, all 3,000 requests are there, and each row was done once."""
    for row in range(500):
        for _ in range(6):
            library.post("/books", json={"title": f"Row {row}"}, headers={"Idempotency-Key": f"k{row}"})

    assert len(library_box.requests) == 3000
    assert [request.body["title"] for request in library_box.requests if request.applied] == [f"Row {row}" for row in range(500)]


def test_what_a_client_sent_before_it_died_is_done(box: Sandbox, client: httpx.Client) -> None:
    """A whole request has its effect though nobody waits for the answer; half a request has none and is not in the log."""
    body = b'{"model": "whole"}'
    head = f"POST /v1/assistants HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer {box.api_key}\r\nOpenAI-Beta: assistants=v2\r\n"
    for sent in (body, body[:-1]):
        with socket.create_connection(("127.0.0.1", box.port), timeout=10) as connection:
            connection.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + sent)
            if sent == body:
                while not box.requests:
                    time.sleep(0.01)

    models = [assistant["model"] for assistant in client.get("/assistants").json()["data"]]

    assert models.count("whole") == 1
    assert [request.applied for request in box.requests] == [True, False]


def test_a_key_in_the_query_is_hidden_too(library: httpx.Client) -> None:
    """The log replaces it like one in a header."""
    library.get("/all", params={"key": "secret"})

    log = httpx.get(str(library.base_url).removesuffix("/api/") + "/_sandbox/requests", trust_env=False).json()

    assert log[0]["query"] == [["key", "***"]]


def test_the_tables_can_be_read_over_http(box: Sandbox, control: httpx.Client) -> None:
    """They are those of `Sandbox.tables`."""
    tables = control.get("/tables").json()

    made = {name: {"columns": [*columns], "rows": [list(row) for row in rows]} for name, (columns, rows) in box.tables.items()}
    assert tables == made
    assert tables["sandbox_threads"]["columns"] == ["thread_id"]


def test_a_reset_begins_anew(box: Sandbox, control: httpx.Client, client: httpx.Client) -> None:
    """Data are as at the start, at the clock's present; log and faults are gone."""
    before = client.get("/assistants").json()
    client.post("/assistants", json={"model": "m"})
    box.fault("empty", times=None)

    control.post("/reset")

    assert client.get("/assistants").json() == before
    assert len(box.requests) == 1


def test_a_reset_may_set_start_and_seed(box: Sandbox, control: httpx.Client) -> None:
    """The same start and seed give the same data as a new sandbox."""
    other = Sandbox(seed=7, clock=Clock(5000, held=True))

    clock = control.post("/reset", json={"start": 5000, "seed": 7}).json()

    assert clock == {"now": 5000, "held": True}
    assert box.tables == other.tables


@pytest.mark.parametrize(
    ("request_line", "content", "status", "message"),
    [
        ("GET /nothing", b"", 404, "There is no GET /_sandbox/nothing; there is GET /_sandbox/clock, POST /_sandbox/clock"),
        ("POST /clock", b'{"advance": 1}', 400, "The clock knows hold and advance_s, not advance."),
        ("POST /clock", b'{"advance_s": -1}', 400, "time does not go back"),
        ("POST /clock", b'{"advance_s": "x"}', 400, "could not convert string to float"),
        ("POST /clock", b"[]", 400, "Send a JSON object."),
        ("POST /clock", b"{", 400, "Expecting property name"),
        ("POST /reset", b'{"start": "now"}', 400, "A reset knows start (Unix seconds) and seed"),
        ("POST /reset", b'{"when": 1}', 400, "A reset knows start (Unix seconds) and seed"),
        ("POST /faults", b"{}", 400, "Say which kind of fault."),
        ("POST /faults", b'{"kind": "slw"}', 400, 'There is no fault "slw". Did you mean slow?'),
        ("POST /faults", b'{"kind": "slow", "times": "x"}', 400, "The fault slow cannot have times='x'."),
    ],
)
def test_a_wrong_wish_is_refused(control: httpx.Client, request_line: str, content: bytes, status: int, message: str) -> None:
    """The sandbox's own paths say what is wrong."""
    method, path = request_line.split()

    answer = control.request(method, path, content=content)

    assert answer.status_code == status
    assert answer.json()["error"].startswith(message)
