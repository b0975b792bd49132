"""Faults on demand."""

from __future__ import annotations

import contextlib
import email.utils
import socket
from typing import Any

import httpx
import pytest

from rowcall.errors import UsageError
from rowcall.sandbox.faults import KINDS, injected, parse
from rowcall.sandbox.server import Sandbox

START = 1_790_000_000


@pytest.mark.parametrize(
    ("form", "name", "expected"),
    [("seconds", "retry-after", "2.5"), ("milliseconds", "retry-after-ms", "2500"), ("date", "retry-after", None)],
)
def test_a_rate_limit_says_when_to_come_back(box: Sandbox, client: httpx.Client, form: str, name: str, expected: str | None) -> None:
    """429 comes with seconds, milliseconds or a date."""
    box.fault("rate_limit", retry_after_s=2.5, form=form)

    answer = client.get("/assistants")

    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert answer.headers[name] == (expected or email.utils.formatdate(START + 2.5, usegmt=True))
    assert client.get("/assistants").status_code == 200


def test_a_server_error_has_the_api_s_own_words(box: Sandbox, client: httpx.Client) -> None:
    """500, or another status that is asked for, with an error object."""
    box.fault("server_error")
    box.fault("server_error", status=503)

    answers = [client.get("/assistants") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [500, 503]
    assert answers[0].json()["error"]["type"] == "server_error"


def test_a_refused_write_is_not_done(box: Sandbox, client: httpx.Client) -> None:
    """A request that gets a 500 in place of its answer has had no effect."""
    box.fault("server_error", method="post")
    before = client.get("/assistants").json()

    client.post("/assistants", json={"model": "m"})

    assert client.get("/assistants").json() == before


def test_a_write_whose_answer_is_lost_is_done(box: Sandbox, client: httpx.Client) -> None:
    """The connection drops after the effect: the client cannot know, and must look."""
    box.fault("drop", method="POST")

    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/assistants", json={"model": "lost"})

    assert client.get("/assistants").json()["data"][0]["model"] == "lost"


@pytest.mark.parametrize(("kind", "done"), [("unprocessed", False), ("unanswered", True)])
def test_a_connection_may_be_closed_without_a_byte(box: Sandbox, client: httpx.Client, kind: str, done: bool) -> None:
    """A socket reads its end at once and nothing before it; what was asked for is done or not, as the kind says."""
    box.fault(kind, method="POST")
    body = b'{"model": "silent"}'
    head = f"POST /v1/assistants HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer {box.api_key}\r\nOpenAI-Beta: assistants=v2\r\n"

    with socket.create_connection(("127.0.0.1", box.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        received = connection.recv(1)

    assert received == b""
    assert (box.requests[0].body, box.requests[0].status, box.requests[0].fault) == ({"model": "silent"}, None, kind)
    assert (client.get("/assistants").json()["data"][0]["model"] == "silent") is done


@pytest.mark.parametrize("kind", ["unprocessed", "unanswered"])
def test_a_client_sees_that_the_server_went_away(box: Sandbox, client: httpx.Client, kind: str) -> None:
    """Also on a connection that has served before, and the next request is well."""
    box.fault(kind, after=1)
    client.get("/assistants")

    with pytest.raises(httpx.RemoteProtocolError, match="Server disconnected without sending a response"):
        client.get("/assistants")

    assert client.get("/assistants").status_code == 200


@pytest.mark.parametrize("kind", ["server_error", "html", "empty"])
def test_a_write_may_be_done_and_its_answer_be_an_error(box: Sandbox, client: httpx.Client, kind: str) -> None:
    """`processed` says that the request has its effect, as when a proxy loses patience with a server that does not."""
    box.fault(kind, method="POST", processed=True, status=504)

    answer = client.post("/assistants", json={"model": "done"})

    assert answer.status_code == 504
    assert client.get("/assistants").json()["data"][0]["model"] == "done"


def test_a_dropped_connection_ends_in_the_middle_of_the_body(box: Sandbox, client: httpx.Client) -> None:
    """Less arrives than was announced, and then the socket is closed."""
    box.fault("drop")

    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        client.get("/assistants")


def test_a_slow_answer_is_the_right_one(box: Sandbox, client: httpx.Client) -> None:
    """It comes after the seconds that were asked for; a client with less patience gives up."""
    box.fault("slow", seconds=0.05)
    box.fault("slow", seconds=30)

    right = client.get("/assistants")

    assert len(right.json()["data"]) == 6
    with pytest.raises(httpx.ReadTimeout):
        client.get("/assistants", timeout=0.2)


@pytest.mark.parametrize("kind", ["malformed", "truncated"])
def test_a_body_may_be_no_json(box: Sandbox, client: httpx.Client, kind: str) -> None:
    """It arrives whole and cannot be read."""
    box.fault(kind)

    answer = client.get("/assistants")

    assert (answer.status_code, int(answer.headers["content-length"])) == (200, len(answer.content))
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


def test_an_error_may_be_a_page_of_html(box: Sandbox, client: httpx.Client) -> None:
    """As a proxy between would send it."""
    box.fault("html")

    answer = client.get("/assistants")

    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert answer.text.startswith("<!doctype html>")


def test_an_error_may_have_no_body(box: Sandbox, client: httpx.Client) -> None:
    """Only the status is left."""
    box.fault("empty", status=504)

    answer = client.get("/assistants")

    assert (answer.status_code, answer.content) == (504, b"")


def test_a_cursor_may_lead_nowhere(box: Sandbox, client: httpx.Client) -> None:
    """Every page is the first one and says that there is more."""
    box.fault("endless", times=None)

    first = client.get("/assistants", params={"limit": 2}).json()
    second = client.get("/assistants", params={"limit": 2, "after": first["last_id"]}).json()

    assert first == second
    assert (first["has_more"], len(first["data"])) == (True, 2)


def test_pages_may_be_smaller_than_asked_for(box: Sandbox, client: httpx.Client) -> None:
    """The server gives fewer rows, and `has_more` is still true to the list."""
    box.fault("capped", rows=4, times=None)

    first = client.get("/assistants", params={"limit": 100}).json()
    second = client.get("/assistants", params={"limit": 100, "after": first["last_id"]}).json()

    assert [(len(page["data"]), page["has_more"]) for page in (first, second)] == [(4, True), (2, False)]


def test_a_list_may_count_more_than_it_has(library: httpx.Client, library_box: Sandbox) -> None:
    """More rows, and more pages; the rows are those that there are."""
    library_box.fault("miscounted", rows=40, times=2)

    bodies = [library.get("/pages", params={"size": 4, "page": page}).json() for page in (0, 5, 1)]

    assert [(len(body["items"]), body["total"], body["pages"]) for body in bodies] == [(4, 48, 12), (0, 48, 12), (4, 8, 2)]


def test_a_fault_befalls_what_it_is_meant_for(box: Sandbox, client: httpx.Client) -> None:
    """Path, method, number and delay choose the requests."""
    box.fault("empty", path="^/v1/assist", method="get", after=1, times=2)
    thread = box.tables["sandbox_threads"][1][0][0]

    statuses = [client.get(path).status_code for path in (f"/threads/{thread}", "/assistants", "/assistants", "/assistants", "/assistants")]

    assert statuses == [200, 200, 500, 500, 200]


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("rate_limt", {}, 'There is no fault "rate_limt". Did you mean rate_limit?'),
        ("zzz", {}, 'There is no fault "zzz". There is: rate_limit, server_error'),
        ("slow", {"secnds": 1}, 'The fault slow has no option "secnds". Did you mean seconds?'),
        ("slow", {"seconds": -1}, "The fault slow cannot have seconds=-1."),
        ("slow", {"seconds": "long"}, "The fault slow cannot have seconds='long'."),
        ("rate_limit", {"form": "weeks"}, "The fault rate_limit cannot have form='weeks'."),
        ("empty", {"path": "("}, "The fault empty cannot have path='('."),
        ("empty", {"path": 5}, "The fault empty cannot have path=5."),
        ("empty", {"status": 200}, "The fault empty cannot have status=200."),
        ("html", {"processed": 1}, "The fault html cannot have processed=1."),
        ("unanswered", {"processed": True}, 'The fault unanswered has no option "processed". There is: times'),
        ("capped", {"rows": 0}, "The fault capped cannot have rows=0."),
        ("drop", {"times": -1}, "The fault drop cannot have times=-1."),
        ("drop", {"after": None}, "The fault drop cannot have after=None."),
    ],
)
def test_a_fault_that_there_is_not_is_wrong_usage(kind: str, options: dict[str, Any], message: str) -> None:
    """Kinds, options and values are checked when they are given."""
    with pytest.raises(UsageError) as caught:
        injected(kind, **options)

    assert str(caught.value).startswith(message)


def test_a_command_line_spells_faults_in_one_word() -> None:
    """Kind first, then options; such a fault befalls every request unless it says how many."""
    fault = parse("rate_limit:retry_after_s=0.5,form=date,path=/runs")
    once = parse("slow:seconds=3,times=1")
    done = parse("empty:processed=true")

    assert (fault.kind, fault.times, fault.path, fault.options) == ("rate_limit", None, "/runs", {"retry_after_s": 0.5, "form": "date"})
    assert (once.times, once.options) == (1, {"seconds": 3})
    assert done.options == {"status": 500, "processed": True}


def test_a_misspelled_option_on_the_command_line_is_wrong_usage() -> None:
    """An option has a value."""
    with pytest.raises(UsageError, match='"seconds" has no "="'):
        parse("slow:seconds")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_injected_without_options(box: Sandbox, client: httpx.Client, kind: str) -> None:
    """Each has defaults, and the server is well afterwards."""
    box.fault(kind)
    with contextlib.suppress(httpx.RemoteProtocolError):
        client.get("/assistants", timeout=5)

    assert client.get("/assistants").status_code == 200
    assert [request.fault for request in box.requests] == [kind, None]
