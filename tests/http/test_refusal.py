"""What an API refuses is told in its own words, and what it garbles is shown."""

from __future__ import annotations

import datetime
import gzip
from collections.abc import Callable
from typing import Any

import pytest

from rowcall.errors import AuthError, RequestError, ResponseError, UnavailableError
from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.http.refusal import start_of
from rowcall.manifest.model import ErrorShape, Lifecycle, Retry
from rowcall.plan.nodes import Protocol

KEY = "sk-secret-0123456789"
LIST = Protocol(rows="data", retry=Retry(attempts=1))


def error_of(client: Client, call: Any, protocol: Protocol = LIST) -> RequestError:
    """The error that a call meets."""
    with pytest.raises(RequestError) as caught:
        list(client.pages(call, protocol, Control()))
    return caught.value


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ({"json": {"error": {"message": "No such thing.", "code": "missing"}}}, "Acme refused the request: No such thing."),
        ({"json": {"error": "no"}}, "Acme refused the request: no"),
        ({"json": {"detail": "Not Found"}}, "Acme refused the request: Not Found"),
        ({"json": {"detail": [{"loc": ["query", "limit"], "msg": "too big"}, {"msg": "odd"}]}}, "query.limit: too big; odd"),
        ({"json": [{"message": "In a list", "errorCode": "X"}]}, "Acme refused the request: In a list"),
        ({"json": {"error": {"why": "unknown shape"}}}, '{"why": "unknown shape"}'),
        ({"json": {"odd": 1}}, 'Acme refused the request: {"odd": 1}'),
        ({"json": "Just text"}, "Acme refused the request: Just text"),
        ({"text": "Plain text\nin lines"}, "Acme refused the request: Plain text in lines"),
        ({"text": "\x1b[2Jé\0"}, "Acme refused the request: \\x1b[2Jé\\x00"),
        ({"json": {"message": "a\nb\x1b[2J"}}, "Acme refused the request: a\nb\\x1b[2J"),
        ({"text": ""}, "Acme refused the request: an empty body"),
        ({"text": "<html><head><title>404 &amp; gone</title>"}, 'Acme refused the request: an HTML page titled "404 & gone"'),
        ({"text": "<!DOCTYPE html><p>hm"}, "Acme refused the request: an HTML page"),
        ({"content": b"\xff\xfe\x00\x01"}, "Acme refused the request: "),
        ({"text": "x" * 500}, "x" * 200 + "…"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_error_body_of_any_form_becomes_a_sentence(
    reply: dict[str, Any], text: str, client: Client, api: Any, call_to: Callable
) -> None:
    """JSON of every shape, text, HTML, nothing and noise."""
    api.replies = [{"status": 404} | reply]

    error = error_of(client, call_to())

    assert isinstance(error, ResponseError)
    assert text in error.message


def test_an_error_carries_its_facts(client: Client, api: Any, call_to: Callable) -> None:
    """Method and URL, status, code and request id, as fields and as text."""
    api.replies = [
        {"status": 400, "json": {"error": {"message": "Bad.", "code": "bad"}}, "headers": {"X-Request-Id": "req_1", "Acme-Id": "acme_1"}}
    ]

    error = error_of(client, call_to("/things", query=(("limit", "1"),)))
    shaped = error_of(client, call_to(), Protocol(errors=ErrorShape(message=("error.code",), request_id=("acme-id",))))

    assert (error.provider, error.request, error.status) == ("acme", f"GET {api.url}/things?limit=1", 400)
    assert (error.code, error.request_id) == ("bad", "req_1")
    assert str(error) == f"Acme refused the request: Bad.\nHTTP 400 · GET {api.url}/things?limit=1 · request id req_1"
    assert (shaped.message, shaped.request_id) == ("Acme refused the request: bad", "acme_1")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_says_what_to_check(status: int, client: Client, api: Any, call_to: Callable) -> None:
    """The variable, the setting and the base URL; never the key, which the API repeats here."""
    api.replies = [{"status": status, "json": {"error": {"message": f"Incorrect API key provided: {KEY}"}}}]

    error = error_of(client, call_to())

    assert isinstance(error, AuthError)
    assert error.message == "Acme refused the credentials: Incorrect API key provided: ***"
    assert "ACME_KEY" in error.hint
    assert api.url in error.hint


def test_an_api_that_wants_a_credential_where_none_is_sent_says_so(open_client: Callable, api: Any, call_to: Callable) -> None:
    """Unless something that is sent may be one."""
    api.replies = [{"status": 401}] * 3
    ways: list[dict[str, Any]] = [{}, {"headers": (("x-token", "t"),)}, {"base_url": api.url.replace("//", "//ann:pass@")}]

    hints = [error_of(open_client(auth=None, key=None, **way), call_to()).hint for way in ways]

    assert [hint.startswith("No credential was sent, since auth of provider acme is none") for hint in hints] == [True, False, False]


def test_what_is_not_there_says_what_to_check(client: Client, api: Any, call_to: Callable) -> None:
    """The ids, which stand in the request above, and where they are asked for."""
    api.replies = [{"status": 404, "json": {"error": {"message": "No such thing."}}}]

    assert error_of(client, call_to()).hint == "Check the ids that the request names, and that base_url of acme is where they are."


@pytest.mark.parametrize(
    ("method", "step"), [("GET", "Run the statement again later."), ("POST", "Look whether it was done before you send it again.")]
)
def test_a_server_that_fails_says_what_to_do(method: str, step: str, client: Client, api: Any, request_to: Callable) -> None:
    """A write may have been carried out all the same, so that nobody is told to repeat it."""
    api.replies = [{"status": 500, "text": "oops"}]

    with pytest.raises(UnavailableError) as caught:
        client.send(request_to(method=method), LIST, Control())
    assert caught.value.hint == step


SUNSET = Lifecycle(sunset="2020-01-02", hosts=("127.0.0.1",), note="Use another server.", replaced_by=("Newer API",))


def test_a_404_after_the_sunset_explains_the_shutdown(client: Client, api: Any, call_to: Callable) -> None:
    """The host, the day, the manifest's note and the replacement."""
    api.replies = [{"status": 404, "json": {}}]

    message = error_of(client, call_to(), Protocol(lifecycle=SUNSET)).message

    expected = "127.0.0.1 stopped serving acme.store.things on 2020-01-02. Use another server. Its replacement: Newer API."
    assert message == expected


@pytest.mark.parametrize(
    ("lifecycle", "status"),
    [
        (Lifecycle(sunset="2020-01-02", hosts=("api.acme.test",)), 404),
        (
            Lifecycle(sunset=(datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=9)).isoformat(), hosts=("127.0.0.1",)),
            404,
        ),
        (SUNSET, 400),
    ],
    ids=["another host", "a day to come", "another status"],
)
def test_no_other_error_is_blamed_on_the_sunset(lifecycle: Lifecycle, status: int, client: Client, api: Any, call_to: Callable) -> None:
    """Compatible servers live on, and errors before the day are errors."""
    api.replies = [{"status": status, "json": {"message": "No."}}]

    assert error_of(client, call_to(), Protocol(lifecycle=lifecycle)).message == "Acme refused the request: No."


@pytest.mark.parametrize(
    ("reply", "parts"),
    [
        (
            {"text": "<html><title>Sign in</title>", "headers": {"Content-Type": "text/html"}},
            ["text/html", 'titled "Sign in"', "Check base_url"],
        ),
        ({"text": '{"data": [{"id": "a'}, ["truncated", "application/json: 19 bytes"]),
        ({"text": "oops"}, ["not JSON", "oops"]),
        ({"text": ""}, ["empty", "an empty body"]),
        ({"json": {"rows": []}}, ["no array at `data`", "12 bytes"]),
        ({"text": f"data: {KEY}"}, ["data: ***"]),
        ({"text": "y" * 190 + KEY + "z" * 50}, ["y" * 190 + "***" + "z" * 7 + "…"]),
    ],
    ids=["HTML", "truncated", "text", "empty", "another shape", "with the key", "key at the cut"],
)
def test_a_body_that_cannot_be_used_is_shown(reply: dict[str, Any], parts: list[str], client: Client, api: Any, call_to: Callable) -> None:
    """What is wrong with it, its content type, and its start without secrets, or of JSON how long it is."""
    api.replies = [reply]

    error = error_of(client, call_to())

    assert isinstance(error, ResponseError)
    assert error.status == 200
    assert all(part in str(error) for part in parts)
    assert "sk-secret" not in str(error)


def test_an_error_under_a_good_status_is_told_in_its_words(client: Client, api: Any, call_to: Callable) -> None:
    """The API's message is the error, not its shape."""
    api.replies = [{"json": {"error": {"message": "Quota is used up.", "code": "quota"}}}]

    error = error_of(client, call_to())

    assert (error.message, error.code, error.status) == ("Acme answered with an error: Quota is used up.", "quota", 200)


def test_a_write_with_an_unusable_answer_may_have_been_carried_out(client: Client, api: Any, request_to: Callable) -> None:
    """Its status says that it was; the user is told to look."""
    api.replies = [{"status": 201, "text": "created"}]

    with pytest.raises(ResponseError, match="look before you send it again"):
        client.send(request_to(method="POST"), Protocol(), Control())


def test_a_body_that_cannot_be_decompressed_is_an_error(client: Client, api: Any, call_to: Callable) -> None:
    """Bytes that claim to be gzip and are not; those that are, are read."""
    api.replies = [{"text": "plain", "headers": {"Content-Encoding": "gzip"}}]
    error = error_of(client, call_to())

    content = gzip.compress(b'{"data": [1]}')
    api.replies = [{"content": content, "headers": {"Content-Encoding": "gzip"}}]
    control = Control()
    pages = list(client.pages(call_to(), LIST, control))

    assert "cannot be decompressed" in error.message
    assert ([page.body for page in pages], control.exchanges[0].bytes) == (['{"data": [1]}'], len(content))


def test_a_status_that_is_no_answer_is_an_error(client: Client, api: Any, call_to: Callable) -> None:
    """A redirect to nowhere is neither a page nor silence."""
    api.replies = [{"status": 304}]

    assert "refused the request" in error_of(client, call_to()).message


def test_a_long_message_is_cut(client: Client, api: Any, call_to: Callable) -> None:
    """An API that answers with a novel does not fill the screen."""
    api.replies = [{"status": 400, "json": {"message": "w" * 5000}}]

    assert len(error_of(client, call_to()).message) < 1100


def test_hostile_html_is_looked_at_quickly() -> None:
    """A megabyte of opened comments and titles is named without being searched through."""
    assert start_of("<html>" + "<title" * 200_000) == "an HTML page"


@pytest.mark.parametrize(
    "text",
    [
        '{"data": [{"said": "in private"',
        '[{"said": "in private"}]',
        '"in private"',
        '{"data": ["\x01", "in private"]}',
        '{"data": {"in private": 1}}',
    ],
)
def test_no_row_is_shown_of_json_that_cannot_be_used(text: str, client: Client, api: Any, call_to: Callable) -> None:
    """A message may be read by many: what a page holds is not in it."""
    api.replies = [{"text": text}]

    assert "private" not in str(error_of(client, call_to()))
