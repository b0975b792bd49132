"""The paths that steer a sandbox, and its log."""

from __future__ import annotations

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


def test_a_key_in_the_query_is_hidden_too(library: httpx.Client) -> None:
    """The log replaces it like one in a header."""
    library.get("/all", params={"key": "secret"})

    log = httpx.get(str(library.base_url).removesuffix("/api/") + "/_sandbox/requests", trust_env=False).json()

    assert log[0]["query"] == [["key", "***"]]


def test_the_tables_can_be_read_over_http(box: Sandbox, control: httpx.Client) -> None:
    """They are those of `Sandbox.tables`."""
    tables = control.get("/tables").json()

    assert tables == {"sandbox_threads": {"columns": ["thread_id"], "rows": [list(row) for row in box.tables["sandbox_threads"][1]]}}


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
