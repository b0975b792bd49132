"""Requests go out, pages come back, over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from rowcall.errors import (
    AuthError,
    BudgetError,
    DataError,
    PageLoopError,
    RateLimitError,
    ReadOnlyError,
    RequestError,
    ResponseError,
    UnavailableError,
    UsageError,
)
from rowcall.http.client import Client, Endpoint
from rowcall.http.control import Cancelled, Control
from rowcall.http.pace import Pace
from rowcall.manifest.model import Absent, AuthKind, AuthScheme, PageSize, Paging, PagingKind, Retry
from rowcall.plan.nodes import Call, Protocol

ONE = Protocol(retry=Retry(base_s=0))
LIST = Protocol(rows="data", retry=Retry(base_s=0))


def bodies(client: Client, call: Call, protocol: Protocol, control: Control | None = None) -> list[str]:
    """The bodies of all pages."""
    return [page.body for page in client.pages(call, protocol, control or Control())]


# -- what is sent ----------------------------------------------------------------------------------------------------------------------


def test_a_request_is_sent_as_it_was_planned(client: Client, api: Any, request_to: Callable) -> None:
    """Method, path, query, headers and body reach the API, with the key beside them."""
    api.replies = [{"json": {"id": "t"}}]
    headers = (("Acme-Version", "2"),)

    request = request_to("/things/a%2Fb", "POST", query=(("q", "a b&c"),), headers=headers, body={"é": [1, None]})
    page = client.send(request, ONE, Control())

    received = api.requests[0]
    assert (received.method, received.path, received.query) == ("POST", "/v1/things/a%2Fb", {"q": "a b&c"})
    assert received.body == {"é": [1, None]}
    assert received.headers["acme-version"] == "2"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["authorization"] == "Bearer sk-secret-0123456789"
    assert (page.body, page.rows, page.request, page.status) == ('{"id": "t"}', 1, request, 200)


def test_the_users_headers_override_the_manifests_whatever_their_case(open_client: Callable, api: Any, call_to: Callable) -> None:
    """A header that the user sets wins, and is sent once."""
    client = open_client(headers=(("ACME-version", "3"), ("X-Org", "o")))

    bodies(client, call_to(headers=(("Acme-Version", "2"),)), LIST)

    assert (api.requests[0].headers["acme-version"], api.requests[0].headers["x-org"]) == ("3", "o")


def test_the_users_query_fills_in_what_a_request_lacks(open_client: Callable, api: Any, call_to: Callable) -> None:
    """An api-version is added; a parameter that the statement set is left as it is. A query of the base URL counts as the user's."""
    client = open_client(base_url=api.url + "/?tenant=t", query=(("api-version", "7"), ("limit", "1")))

    bodies(client, call_to(query=(("limit", "50"),)), LIST)

    assert (api.requests[0].path, api.requests[0].query) == ("/v1/things", {"limit": "50", "tenant": "t", "api-version": "7"})


def test_the_url_of_a_request_can_be_shown(open_client: Callable, api: Any, request_to: Callable) -> None:
    """EXPLAIN shows the whole URL, without secrets and without sending."""
    client = open_client(query=(("api-key", "secret-123"),))

    assert client.url(request_to(query=(("after", "t 1"),))) == f"{api.url}/things?after=t%201&api-key=***"
    assert api.requests == []


def test_requests_in_turn_share_one_connection(client: Client, api: Any, call_to: Callable) -> None:
    """Twenty requests, reads and writes, failed and fine, need one connection."""
    api.answer = lambda received: {"status": 404, "json": {}} if received.path.endswith("/odd") else {"json": {"data": []}}

    for number in range(10):
        bodies(client, call_to(f"/things/{number}"), LIST)
        with pytest.raises(ResponseError):
            bodies(client, call_to("/odd"), LIST)

    assert (len(api.requests), api.connections) == (20, 1)


def test_no_more_requests_are_in_flight_than_allowed(open_client: Callable, api: Any, call_to: Callable) -> None:
    """However many threads use a client, the API sees max_in_flight at once."""
    both = threading.Barrier(2, timeout=10)
    client = open_client(max_in_flight=2)

    def meet(_: Any) -> dict[str, Any]:
        both.wait()
        return {"json": {"data": []}}

    api.answer = meet
    threads = [threading.Thread(target=bodies, args=(client, call_to(), LIST)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(api.requests), api.most_in_flight) == (8, 2)


@pytest.mark.parametrize("path", ["/things/../keys", "/things/%2e%2E/keys", "/./things"])
def test_no_parameter_leads_to_another_path(client: Client, api: Any, request_to: Callable, path: str) -> None:
    """A value `..` in a path would name another resource; it is refused, and nothing is sent."""
    with pytest.raises(DataError, match="dot segment"):
        client.send(request_to(path, "DELETE"), ONE, Control())
    assert api.requests == []


@pytest.mark.parametrize(
    "body", [{"x": float("nan")}, {"x": object()}, {"x": "\ud800"}], ids=["NaN", "no JSON type", "half a surrogate pair"]
)
def test_a_body_that_is_no_json_is_refused(client: Client, api: Any, request_to: Callable, body: Any) -> None:
    """What JSON cannot say is an error before anything is sent."""
    with pytest.raises(DataError, match="cannot be written as JSON"):
        client.send(request_to(method="POST", body=body), ONE, Control())
    assert api.requests == []


@pytest.mark.parametrize(("name", "value"), [("X-A", "a\nb"), ("X-A", "é"), ("X A", "a"), ("", "a")])
def test_a_header_that_http_cannot_carry_is_refused(open_client: Callable, api: Any, request_to: Callable, name: str, value: str) -> None:
    """The statement's header is a DataError, the setting's a UsageError; neither shows the value."""
    with pytest.raises(DataError):
        open_client().send(request_to(headers=((name, value),)), ONE, Control())
    with pytest.raises(UsageError):
        open_client(headers=((name, value),)).send(request_to(), ONE, Control())
    assert api.requests == []


@pytest.mark.parametrize(
    ("base_url", "text"),
    [
        ("localhost:8000/v1", "must start with http"),
        ("", "must start with http"),
        ("ftp://h/", "must start with http"),
        ("http:///v1", "name a host"),
        ("http://h:port/v1", "not a URL"),
        ("https://{resource}.h/v1", "open variable"),
    ],
)
def test_a_base_url_that_is_none_is_refused(endpoint: Callable[..., Endpoint], base_url: str, text: str) -> None:
    """A setting that cannot work is named before the first request."""
    with pytest.raises(UsageError, match=text):
        Client(endpoint(base_url=base_url))


def test_a_write_is_refused_where_all_is_read_only(open_client: Callable, api: Any, request_to: Callable) -> None:
    """The client does not send what changes something, even when everybody before it overlooked that."""
    client = open_client(read_only=True)

    with pytest.raises(ReadOnlyError, match="read-only"):
        client.send(request_to(method="POST"), ONE, Control())
    client.send(request_to("/search", "POST", reads=True), ONE, Control())

    assert [received.path for received in api.requests] == ["/v1/search"]


@pytest.mark.parametrize("allowed", [[], ["store.things.other"], ["acme.store.things.list_things"]])
def test_a_write_that_is_not_among_those_allowed_is_refused(
    open_client: Callable, api: Any, request_to: Callable, allowed: list[str]
) -> None:
    """By the client itself, by its whole name; reading is not."""
    client = open_client(allow_writes=frozenset(allowed))

    with pytest.raises(
        ReadOnlyError, match=r"acme\.store\.things\.list_things changes something, and allow_writes of acme does not name it"
    ):
        client.send(request_to(method="POST"), ONE, Control())
    client.send(request_to(), ONE, Control())
    client.close()
    open_client(allow_writes=frozenset(["store.things.list_things"])).send(request_to("/written", "POST"), ONE, Control())

    assert [received.path for received in api.requests] == ["/v1/things", "/v1/written"]


# -- paging ----------------------------------------------------------------------------------------------------------------------------

KINDS = {
    "cursor": Paging(kind=PagingKind.CURSOR, parameter="at", next="next", row="id", more="more"),
    "token": Paging(kind=PagingKind.TOKEN, parameter="at", next="next"),
    "link": Paging(kind=PagingKind.LINK),
    "next_url": Paging(kind=PagingKind.NEXT_URL, next="next"),
    "page": Paging(kind=PagingKind.PAGE, parameter="at", total="total"),
    "offset": Paging(kind=PagingKind.OFFSET, parameter="at", total="total"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_paging_brings_all_rows(kind: str, client: Client, api: Any, call_to: Callable) -> None:
    """Three pages of one row each, over the wire."""

    def answer(received: Any) -> dict[str, Any]:
        at = int(received.query.get("at", 0))
        more = at < 2
        url = f"{api.url}/things?at={at + 1}"
        link = {"Link": f'<{url}>; rel="next"'} if kind == "link" and more else {}
        cursor = url if kind == "next_url" else str(at + 1)
        return {"json": {"data": [{"id": at}], "next": cursor if more else None, "more": more, "total": 3}, "headers": link}

    api.answer = answer
    pages = list(client.pages(call_to(), replace(LIST, paging=KINDS[kind]), Control()))

    assert [page.rows for page in pages] == [1, 1, 1]
    assert [received.query.get("at") for received in api.requests] == [None, "1", "2"]


def test_pages_are_fetched_only_when_they_are_asked_for(client: Client, api: Any, call_to: Callable, by_cursor: Protocol) -> None:
    """A consumer who stops after one page costs one request."""
    api.replies = [{"json": {"data": [{"id": "a"}], "last_id": "a", "has_more": True}}]

    next(client.pages(call_to(), by_cursor, Control()))

    assert len(api.requests) == 1


def test_a_consumer_who_has_enough_does_not_meet_what_is_wrong(client: Client, api: Any, call_to: Callable) -> None:
    """The error lies behind the second page, and carries the request that led to it."""
    api.replies = [{"json": {"data": [1], "next": "1"}}, {"json": {"data": [2], "next": {"not": "a cursor"}}}]
    pages = client.pages(call_to(), replace(LIST, paging=KINDS["token"]), Control())

    assert [next(pages).rows, next(pages).rows] == [1, 1]
    with pytest.raises(ResponseError, match="neither a text nor a number") as caught:
        next(pages)
    assert caught.value.request == f"GET {api.url}/things?at=1"


@pytest.mark.parametrize("kind", ["cursor", "token", "next_url", "offset"])
def test_rows_that_came_before_are_not_handed_on(kind: str, client: Client, api: Any, call_to: Callable) -> None:
    """An API that ignores the cursor or the number gives its first page again, which no consumer sees, not even of a partial answer."""
    api.replies = [{"json": {"data": [{"id": "a"}], "next": "/v1/a" if kind == "next_url" else "a", "last_id": "a", "has_more": True}}]
    pages = client.pages(call_to(), replace(LIST, paging=KINDS[kind]), Control())

    assert next(pages).rows == 1
    with pytest.raises(PageLoopError, match="twice") as caught:
        next(pages)
    assert "a LIMIT that is reached before does without the rest" in str(caught.value)
    assert len(api.requests) == 2


@pytest.mark.parametrize(
    ("second", "name"),
    [
        ('{"result": {"items": [{"id": "b"}], "items": [{"id": "c"}]}}', "items"),
        ('{"result": {"items": [{"id": "b"}]}, "result": {"items": []}}', "result"),
        ('{"result": {"items": [{"id": "b"}], "next": "2", "next": null}}', "next"),
    ],
    ids=["rows", "what holds the rows", "cursor"],
)
def test_rows_or_a_cursor_that_are_there_twice_are_an_error(second: str, name: str, client: Client, api: Any, call_to: Callable) -> None:
    """Rows would be missing, whichever of the two were read; the page before it is handed on."""
    first = '{"result": {"items": [{"items": 1, "next": 2, "next": 3, "items": 4}], "next": "1"}, "other": 1, "other": 2}'
    api.replies = [{"content": body.encode()} for body in (first, second)]
    protocol = Protocol(rows="result.items", paging=replace(KINDS["token"], next="result.next"))
    pages = client.pages(call_to(), protocol, Control())

    assert next(pages).body == first
    with pytest.raises(ResponseError, match=f"has `{name}` twice") as caught:
        next(pages)
    assert caught.value.request == f"GET {api.url}/things?at=1"


def test_a_further_page_that_is_absent_is_no_end(client: Client, api: Any, call_to: Callable) -> None:
    """What means `no such row` of the first page means missing rows where the API itself pointed to a page."""
    api.replies = [{"json": {"data": [1], "next": "1"}}, {"status": 404, "json": {"error": {"message": "No thread found"}}}]
    protocol = replace(LIST, paging=KINDS["token"], absent=Absent(message="No thread found"))

    with pytest.raises(ResponseError, match="rows are missing") as caught:
        bodies(client, call_to(), protocol)
    assert caught.value.request == f"GET {api.url}/things?at=1"


def test_the_page_size_and_the_cursor_are_sent_together(client: Client, api: Any, call_to: Callable, by_cursor: Protocol) -> None:
    """The largest page is asked for on every page."""
    assert by_cursor.paging is not None
    paging = replace(by_cursor.paging, page_size=PageSize(parameter="limit", maximum=100))
    api.replies = [{"json": {"data": [{"id": "a"}], "last_id": "a", "has_more": True}}, {"json": {"data": []}}]

    bodies(client, call_to(), replace(by_cursor, paging=paging))

    assert [received.query for received in api.requests] == [{"limit": "100"}, {"limit": "100", "after": "a"}]


@pytest.mark.parametrize("kind", ["link", "next_url"])
def test_a_next_page_at_another_host_is_refused(kind: str, client: Client, api: Any, serve: Callable, call_to: Callable) -> None:
    """No request, and so no key, goes where an answer points."""
    other = serve()
    api.replies = [{"json": {"data": [1], "next": f"{other.url}/x"}, "headers": {"Link": f"<{other.url}/x>; rel=next"}}]

    with pytest.raises(ResponseError, match="another place"):
        bodies(client, call_to(), replace(LIST, paging=KINDS[kind]))
    assert (len(api.requests), other.requests) == (1, [])


def test_a_row_that_is_absent_is_no_page(client: Client, api: Any, call_to: Callable, request_to: Callable) -> None:
    """The answer that means `there is no such row` gives nothing; another 404 stays an error, and so does a write's."""
    protocol = replace(ONE, absent=Absent(message="No thing found"))
    api.replies = [{"status": 404, "json": {"error": {"message": "No thing found with id 'x'."}}}]

    assert bodies(client, call_to("/things/x"), protocol) == []
    assert client.send(request_to("/things/x"), protocol, Control()).rows == 0
    with pytest.raises(ResponseError, match="No thing found"):
        client.send(request_to("/things/x", "DELETE"), protocol, Control())
    api.replies = [{"status": 404, "json": {"error": {"message": "No such path"}}}]
    with pytest.raises(ResponseError, match="No such path"):
        bodies(client, call_to("/things/x"), protocol)


def test_a_read_without_content_has_no_page(client: Client, api: Any, call_to: Callable) -> None:
    """Status 204 says that there is nothing."""
    api.replies = [{"status": 204}]

    assert bodies(client, call_to(), LIST) == []


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_write_may_be_answered_by_nothing(client: Client, api: Any, request_to: Callable, status: int) -> None:
    """An empty body is a page without rows."""
    api.replies = [{"status": status}]

    page = client.send(request_to(method="DELETE"), ONE, Control())

    assert (page.body, page.rows, page.status) == ("{}", 0, status)


# -- redirects -------------------------------------------------------------------------------------------------------------------------


def test_a_read_follows_a_redirect_at_the_same_place(client: Client, api: Any, call_to: Callable) -> None:
    """The moved path is asked with the key, and counts as a request."""
    control = Control()
    api.replies = [{"status": 308, "headers": {"Location": "/v1/things/?x=1"}}, {"json": {"data": [1]}}]

    assert len(bodies(client, call_to(), LIST, control)) == 1
    assert [received.path for received in api.requests] == ["/v1/things", "/v1/things/"]
    assert "authorization" in api.requests[1].headers
    assert control.spent == 2


def test_no_redirect_leads_to_another_place(client: Client, api: Any, serve: Callable, call_to: Callable) -> None:
    """The other host sees nothing, and the user is told where it leads."""
    other = serve()
    api.replies = [{"status": 302, "headers": {"Location": f"{other.url}/things"}}]

    with pytest.raises(ResponseError, match=f"redirects to {other.url}"):
        bodies(client, call_to(), LIST)
    assert other.requests == []


def test_a_write_follows_no_redirect(client: Client, api: Any, request_to: Callable) -> None:
    """What was to be written once is not sent to a second address."""
    api.replies = [{"status": 307, "headers": {"Location": "/v1/other"}}]

    with pytest.raises(ResponseError, match=r"redirects of a write(.|\n)*What is meant may have another name by now"):
        client.send(request_to(method="POST"), ONE, Control())
    assert len(api.requests) == 1


def test_redirects_in_a_circle_end(client: Client, api: Any, call_to: Callable) -> None:
    """A path that is moved to itself is an error after a few times."""
    api.replies = [{"status": 302, "headers": {"Location": "/v1/things"}}]

    with pytest.raises(ResponseError, match="redirects to"):
        bodies(client, call_to(), LIST)
    assert len(api.requests) == 6


# -- retries ---------------------------------------------------------------------------------------------------------------------------

FAILURES: dict[str, dict[str, Any]] = {
    "500": {"status": 500, "json": {}},
    "429": {"status": 429, "json": {}},
    "409": {"status": 409, "json": {}},
    "dropped before": {"drop": "before"},
    "dropped within": {"json": {"data": []}, "drop": "within"},
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_read_is_tried_again(failure: str, client: Client, api: Any, call_to: Callable, unhurried: Any) -> None:
    """Two failures and a page make three exchanges, all of them recorded and counted."""
    control = unhurried()
    api.replies = [FAILURES[failure], FAILURES[failure], {"json": {"data": [1]}}]

    assert len(bodies(client, call_to(), LIST, control)) == 1
    assert [exchange.attempt for exchange in control.exchanges] == [1, 2, 3]
    assert (control.spent, len(control.waits)) == (3, 2)
    assert (control.exchanges[2].status, control.exchanges[2].error) == (200, None)
    assert all(exchange.request == f"GET {api.url}/things" and exchange.elapsed_s > 0 for exchange in control.exchanges)


def test_an_exchange_records_what_was_received(client: Client, api: Any, call_to: Callable) -> None:
    """Status and bytes of a success; the reason of a failure without an answer."""
    control = Control()
    api.replies = [{"drop": "before"}, {"text": '{"data": []}'}]

    bodies(client, call_to(), LIST, control)

    failed, fine = control.exchanges
    assert (failed.status, failed.bytes) == (None, 0)
    assert "dropped the connection" in (failed.error or "")
    assert (fine.status, fine.bytes) == (200, 12)


@pytest.mark.parametrize("failure", ["500", "dropped before", "dropped within"])
def test_a_write_of_unknown_fate_is_sent_once(failure: str, client: Client, api: Any, request_to: Callable) -> None:
    """It may have been carried out, so it is not sent again, and the user is told."""
    api.replies = [FAILURES[failure]]

    with pytest.raises(UnavailableError, match=r"Whether it was carried out is unknown, and it was not sent again\."):
        client.send(request_to(method="POST"), ONE, Control())
    assert len(api.requests) == 1


def test_a_write_that_was_refused_unseen_is_sent_again(client: Client, api: Any, request_to: Callable, unhurried: Any) -> None:
    """429 is given before the work begins."""
    api.replies = [FAILURES["429"], {"json": {"id": "t"}}]

    assert client.send(request_to(method="POST"), ONE, unhurried()).rows == 1
    assert len(api.requests) == 2


def test_a_write_that_conflicts_is_not_sent_again(client: Client, api: Any, request_to: Callable) -> None:
    """409 says what stands against it, and that is the user's to resolve."""
    api.replies = [{"status": 409, "json": {"message": "The thing is locked."}}]

    with pytest.raises(ResponseError, match="The thing is locked"):
        client.send(request_to(method="POST"), ONE, Control())
    assert len(api.requests) == 1


def test_a_write_that_may_be_repeated_is(client: Client, api: Any, request_to: Callable) -> None:
    """What the manifest calls idempotent is tried again, and a refusal of the second attempt tells of the first."""
    api.replies = [{"drop": "before"}, {"status": 404, "json": {"message": "No such thing."}}]

    with pytest.raises(ResponseError, match="may have been carried out"):
        client.send(request_to(method="DELETE", retriable=True), ONE, Control())
    assert len(api.requests) == 2


def test_attempts_end_and_the_last_failure_is_told(client: Client, api: Any, call_to: Callable) -> None:
    """After the manifest's number of attempts the API's own words are the error."""
    api.replies = [{"status": 503, "json": {"error": {"message": "Down for repair."}}}]

    with pytest.raises(UnavailableError, match=r"Acme failed: Down for repair\."):
        bodies(client, call_to(), LIST)
    assert len(api.requests) == 3


def test_what_an_api_asks_to_wait_is_waited(
    client: Client, api: Any, call_to: Callable, unhurried: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retry-After and retry-after-ms are honoured to the digit."""
    monkeypatch.setattr(Pace, "pause", lambda *_: None)  # which would hold back the next attempt for as long
    control = unhurried()
    api.replies = [
        {"status": 429, "headers": {"Retry-After": "7"}},
        {"status": 429, "headers": {"retry-after-ms": "1500"}},
        {"json": {"data": []}},
    ]

    bodies(client, call_to(), LIST, control)

    assert control.waits == [7.0, 1.5]


def test_a_rate_limit_that_stays_says_how_long(client: Client, api: Any, call_to: Callable, unhurried: Any) -> None:
    """The error holds what the API asked for."""
    api.replies = [{"status": 429, "headers": {"Retry-After": "90"}, "json": {"error": {"message": "Slow down"}}}]

    with pytest.raises(RateLimitError, match=r"Slow down\. It asks to wait 90 s\.") as caught:
        bodies(client, call_to(), LIST, unhurried())
    assert caught.value.retry_after_s == 90
    assert len(api.requests) == 3


def test_a_wait_past_the_deadline_fails_at_once(client: Client, api: Any, call_to: Callable) -> None:
    """Nobody is kept waiting for what cannot come in time."""
    api.replies = [{"status": 429, "headers": {"Retry-After": "900"}}]

    with pytest.raises(RateLimitError, match="900 s"):
        bodies(client, call_to(), LIST, Control(timeout_s=60))
    assert len(api.requests) == 1


@pytest.mark.parametrize(("advice", "status", "sent"), [("false", 503, 1), ("true", 418, 3)])
def test_the_apis_advice_on_retrying_is_taken(*, advice: str, status: int, sent: int, client: Client, api: Any, call_to: Callable) -> None:
    """x-should-retry overrules the manifest's statuses."""
    api.replies = [{"status": status, "headers": {"x-should-retry": advice}}]

    with pytest.raises(RequestError):
        bodies(client, call_to(), LIST)
    assert len(api.requests) == sent


def test_retries_count_towards_the_budget(client: Client, api: Any, call_to: Callable) -> None:
    """A request that is sent twice was sent twice."""
    api.replies = [{"status": 500}]

    with pytest.raises(BudgetError):
        bodies(client, call_to(), LIST, Control(max_requests=2))
    assert len(api.requests) == 2


@pytest.mark.parametrize(("rows", "said"), [([{"id": 1}], ""), ([], ", the last 20 of them without a row")], ids=["rows", "empty"])
@pytest.mark.parametrize("kind", ["cursor", "token", "next_url", "link"])
def test_a_list_that_never_ends_is_stopped_by_the_budget(
    kind: str, rows: list[Any], said: str, client: Client, api: Any, call_to: Callable
) -> None:
    """Ever fresh cursors lead on for ever, with rows or without; the error says which list it was, and how far it got."""

    def answer(_: Any) -> dict[str, Any]:
        count = len(api.requests)
        url = f"{api.url}/things?at={count}"
        body = {"data": [{"id": count} for _ in rows], "next": url if kind == "next_url" else f"c{count}", "more": True}
        return {"json": body, "headers": {"Link": f'<{url}>; rel="next"'}}

    api.answer = answer

    with pytest.raises(BudgetError) as caught:
        bodies(client, call_to(), replace(LIST, paging=KINDS[kind]), Control(max_requests=20))
    assert len(api.requests) == 20
    assert caught.value.message.startswith("The statement needs at least 21 requests, and max_requests is 20; it was stopped after 20.")
    assert f"\nOne list gave 20 pages{said}, and whether it goes on is asked by: GET {api.url}/things?at=" in caught.value.message


def test_a_list_that_just_fits_is_not_said_to_go_on(client: Client, api: Any, call_to: Callable) -> None:
    """Where an API counts nothing only a page too many tells that there is none: with one request more the rows are there."""
    pages = {"1": [{"id": 1}], "2": [{"id": 2}]}
    api.answer = lambda request: {"json": {"data": pages.get(request.query.get("page", "1"), [])}}
    paging = Paging(kind=PagingKind.PAGE, parameter="page", start=1, page_size=PageSize(parameter="size", default=1, maximum=1))
    protocol = replace(LIST, paging=paging)

    with pytest.raises(BudgetError) as caught:
        bodies(client, call_to(), protocol, Control(max_requests=2))

    assert "\nOne list gave 2 pages, and whether it goes on is asked by: GET " in caught.value.message
    assert "SET rowcall_max_requests = 3," in caught.value.hint
    assert [body for body in bodies(client, call_to(), protocol, Control(max_requests=3)) if "id" in body] == [
        '{"data": [{"id": 1}]}',
        '{"data": [{"id": 2}]}',
    ]


def test_a_page_that_never_ends_is_an_error(open_client: Callable, api: Any, call_to: Callable) -> None:
    """A body is read up to a limit, so that it cannot fill the memory."""
    api.replies = [{"endless": True}]

    with pytest.raises(ResponseError, match="Acme goes on sending after 1,000,000 bytes of one answer") as caught:
        bodies(open_client(max_response_bytes=1_000_000), call_to(), LIST)
    assert caught.value.request == f"GET {api.url}/things"
    assert len(api.requests) == 1


# -- being stopped ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [False, True], ids=["before the answer", "within the body"])
def test_a_thread_that_waits_for_an_answer_is_let_go(begun: bool, client: Client, api: Any, call_to: Callable) -> None:
    """Cancelling ends the wait for an answer that is held back, long before its timeout."""
    release, control, arrived, ended = threading.Event(), Control(), threading.Event(), []

    def answer(_: Any) -> dict[str, Any]:
        arrived.set()
        return {"text": '{"data": [', "headers": {"Content-Length": "99"}} if begun else {"hold": release, "json": {}}

    def fetch() -> None:
        with pytest.raises(Cancelled):
            bodies(client, call_to(), LIST, control)
        ended.append(True)

    api.answer = answer
    fetching = threading.Thread(target=fetch)
    fetching.start()
    arrived.wait(10)
    control.cancel()
    fetching.join(10)
    release.set()

    assert ended == [True]
    assert control.exchanges[0].error == "cancelled"


def test_the_deadline_ends_the_wait_for_an_answer(client: Client, api: Any, request_to: Callable) -> None:
    """timeout_s bounds an exchange too; of a write it is said that its fate is unknown."""
    release = threading.Event()
    api.replies = [{"hold": release, "json": {}}]

    with pytest.raises(UnavailableError, match=r"timeout_s=0\.3.*Whether it was carried out is unknown"):
        client.send(request_to(method="POST"), ONE, Control(timeout_s=0.3))
    release.set()


def test_a_slow_answer_is_given_up_after_the_read_timeout(open_client: Callable, api: Any, call_to: Callable) -> None:
    """The timeout of the endpoint holds for each attempt."""
    release = threading.Event()
    api.replies = [{"hold": release, "json": {}}]
    client = open_client(read_timeout_s=0.15)

    with pytest.raises(UnavailableError, match="did not answer in time"):
        bodies(client, call_to(), LIST)
    release.set()
    assert len(api.requests) == 3


def test_a_cancelled_statement_sends_nothing(client: Client, api: Any, call_to: Callable) -> None:
    """A client goes on for others when one statement is cancelled."""
    control = Control()
    control.cancel()

    with pytest.raises(Cancelled):
        bodies(client, call_to(), LIST, control)
    assert api.requests == []
    assert bodies(client, call_to(), LIST) == ['{"data": []}']


# -- the user's own client -------------------------------------------------------------------------------------------------------------


def test_the_users_own_client_is_used_and_left_open(open_client: Callable, call_to: Callable) -> None:
    """Its transport carries the request, with our key and its headers; closing ours does not close it."""
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"data": [1]})

    with httpx.Client(transport=httpx.MockTransport(handle), headers={"X-Mine": "1", "Acme-Version": "9"}) as own:
        client = open_client(client=own, base_url="https://api.acme.test/v1")
        assert len(bodies(client, call_to(headers=(("Acme-Version", "2"),)), LIST)) == 1
        client.close()
        assert not own.is_closed

    assert (seen[0].headers["x-mine"], seen[0].headers["acme-version"]) == ("1", "9")
    assert seen[0].headers["authorization"].startswith("Bearer sk-")


def test_the_redirects_of_the_users_own_client_are_not_followed_elsewhere(open_client: Callable, call_to: Callable) -> None:
    """A client that follows redirects does not make us follow them to another host."""
    hosts: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://evil.test/"})

    with (
        httpx.Client(transport=httpx.MockTransport(handle), follow_redirects=True) as own,
        pytest.raises(ResponseError, match="redirects to"),
    ):
        bodies(open_client(client=own, base_url="https://api.acme.test/v1"), call_to(), LIST)
    assert hosts == ["api.acme.test"]


def test_a_closed_client_opens_again(client: Client, api: Any, call_to: Callable) -> None:
    """Closing lets go of connections; it does not end the client's life."""
    bodies(client, call_to(), LIST)
    client.close()
    client.close()

    assert len(bodies(client, call_to(), LIST)) == 1
    assert api.connections == 2


def test_an_answer_that_says_that_it_is_not_whole_is_an_error(client: Client, api: Any, call_to: Callable) -> None:
    """Half an answer is none; what says that it is whole, or nothing, is one."""
    protocol = replace(LIST, incomplete="search.cut")
    for cut, is_whole in ((False, True), (None, True), (True, False)):
        api.answer = lambda _, cut=cut: {"json": {"data": [{"id": 1}], "search": {"cut": cut}}}
        if is_whole:
            assert bodies(client, call_to(), protocol)
            continue
        with pytest.raises(
            ResponseError, match=r"Acme says that its answer is not all there is \(`search\.cut` is true\); rows are missing"
        ):
            bodies(client, call_to(), protocol)


@pytest.mark.parametrize("headers", [{"Retry-After": "0"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}])
def test_another_status_may_mean_too_many_requests(client: Client, api: Any, call_to: Callable, headers: dict[str, str]) -> None:
    """Where the manifest says so and the headers do: it is tried again as after 429. Without these it is a refusal."""
    protocol = replace(LIST, retry=replace(LIST.retry, limited=(403,), attempts=3, base_s=0.0))
    api.answer = lambda _: {"status": 403, "headers": headers, "json": {"message": "Slowly."}}

    with pytest.raises(RateLimitError, match=r"Acme limits the rate of requests: Slowly\."):
        bodies(client, call_to(), protocol)
    assert len(api.requests) == 3

    api.answer = lambda _: {"status": 403, "json": {"message": "Not you."}}
    with pytest.raises(AuthError, match=r"Not you\."):
        bodies(client, call_to(), protocol)
    assert len(api.requests) == 4


@pytest.mark.parametrize("status", [403, 429])
def test_a_message_alone_may_ask_to_wait(client: Client, api: Any, call_to: Callable, status: int) -> None:
    """As GitHub's does for what it calls a secondary limit: for a minute, which a statement with less time does not wait for."""
    protocol = replace(LIST, retry=replace(LIST.retry, limited=(403,), limited_message="rate limit", attempts=3, base_s=0.0))
    api.answer = lambda _: {"status": status, "json": {"message": "You have exceeded a secondary rate limit."}}

    with pytest.raises(RateLimitError, match=r"secondary rate limit\. It asks to wait 60 s") as caught:
        list(client.pages(call_to(), protocol, Control(timeout_s=30)))
    assert (caught.value.retry_after_s, len(api.requests)) == (60, 1)


def test_what_is_open_to_everybody_is_asked_without_a_key(open_client: Callable[..., Client], api: Any, call_to: Callable) -> None:
    """A key that is there is sent all the same."""
    scheme = AuthScheme(kind=AuthKind.BEARER, optional=True)

    bodies(open_client(auth=scheme, key=None), call_to(), LIST)
    bodies(open_client(auth=scheme, key="k"), call_to(), LIST)

    assert [request.headers.get("authorization") for request in api.requests] == [None, "Bearer k"]
