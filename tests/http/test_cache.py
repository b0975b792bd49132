"""Answers that are given again, as long as a session and the API let them be."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.http.conftest import Api, Reply

from rowcall.errors import ResponseError
from rowcall.http import cache as module
from rowcall.http.cache import Cache
from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.http.page import Page
from rowcall.plan.nodes import Call, Protocol, Request

LIST = Protocol(rows="data")


def asked(client: Client, request: Request, cache_s: float | None = 60, protocol: Protocol = LIST) -> list[str]:
    """The bodies that answer a call."""
    return [page.body for page in client.pages(Call(request), protocol, Control(cache_s=cache_s))]


def counting(**headers: str) -> Callable[[Any], Reply]:
    """Answers with how many there were before."""
    seen: list[Any] = []

    def answer(received: Any) -> Reply:
        seen.append(received)
        return {"json": {"data": [{"n": len(seen)}]}, "headers": {name.replace("_", "-"): value for name, value in headers.items()}}

    return answer


def test_an_answer_is_given_again_only_where_that_is_asked_for(api: Api, client: Client, request_to: Callable[..., Request]) -> None:
    """To the same request, while it is young enough; another URL, and a statement without a cache, are asked."""
    api.answer = counting()

    bodies = [asked(client, request_to(path), seconds) for path, seconds in (("/a", 60), ("/a", 60), ("/a", None), ("/b", 60), ("/a", 0))]

    assert [body[-4] for (body,) in bodies] == ["1", "1", "2", "3", "4"]
    assert len(api.requests) == 4


@pytest.mark.parametrize(
    ("said", "requests"),
    [("no-store", 2), ("no-cache", 2), ("private, max-age=0", 2), ("max-age=600", 1), ('private, max-age="600"', 1), ("nonsense", 1)],
)
def test_an_api_may_say_that_it_is_asked_again(
    api: Api, client: Client, request_to: Callable[..., Request], said: str, requests: int
) -> None:
    """Cache-Control can make the time shorter, and never longer."""
    api.answer = counting(cache_control=said)

    for _ in range(2):
        asked(client, request_to())
        time.sleep(0.01)

    assert len(api.requests) == requests


def test_what_has_not_changed_is_not_sent_again(api: Api, client: Client, request_to: Callable[..., Request]) -> None:
    """An answer with an ETag that is too old is asked for on condition, and 304 makes it as good as new."""

    def answer(received: Any) -> Reply:
        if received.headers.get("if-none-match") == '"v1"':
            return {"status": 304, "headers": {"etag": '"v1"'}}
        return {"json": {"data": [{"n": len(api.requests)}]}, "headers": {"etag": '"v1"', "cache-control": "max-age=0"}}

    api.answer = answer

    bodies = [asked(client, request_to()), asked(client, request_to())]

    assert bodies == [['{"data": [{"n": 1}]}']] * 2
    assert ["if-none-match" in request.headers for request in api.requests] == [False, True]


def test_a_write_empties_it(api: Api, client: Client, request_to: Callable[..., Request]) -> None:
    """Whatever became of the write, and whatever it was to."""
    api.answer = counting()
    asked(client, request_to("/a"))

    client.send(request_to("/b", method="POST", body={}), Protocol(), Control())

    assert asked(client, request_to("/a")) == ['{"data": [{"n": 3}]}']


def test_a_refusal_is_not_kept(api: Api, client: Client, request_to: Callable[..., Request]) -> None:
    """The next statement asks again."""
    api.replies = [{"status": 404, "json": {"error": {"message": "No."}}}, {"json": {"data": [{"n": 2}]}}]

    with pytest.raises(Exception, match="No"):
        asked(client, request_to())

    assert asked(client, request_to()) == ['{"data": [{"n": 2}]}']


def test_no_page_is_beside_one_of_another_time(api: Api, client: Client, request_to: Callable[..., Request], by_cursor: Protocol) -> None:
    """A list is given again whole or not at all, and one that was not read to its end is not kept."""
    rows = ["a", "b", "c"]

    def answer(received: Any) -> Reply:
        start = rows.index(received.query["after"]) + 1 if "after" in received.query else 0
        page = [{"id": row} for row in rows[start : start + 2]]
        return {"json": {"data": page, "last_id": page[-1]["id"], "has_more": start + 2 < len(rows)}}

    api.answer = answer
    whole = asked(client, request_to(), protocol=by_cursor)
    rows.insert(0, "new")
    time.sleep(0.2)
    again, later = asked(client, request_to(), 60, by_cursor), asked(client, request_to(), 0.1, by_cursor)

    assert again == whole
    assert [json.loads(body)["data"] for body in later] == [[{"id": "new"}, {"id": "a"}], [{"id": "b"}, {"id": "c"}]]
    begun = client.pages(Call(request_to("/begun")), by_cursor, Control(cache_s=60))
    next(begun)
    begun.close()
    before = len(api.requests)
    asked(client, request_to("/begun"), protocol=by_cursor)
    assert len(api.requests) == before + 2


def test_what_cannot_be_used_is_not_kept(api: Api, client: Client, request_to: Callable[..., Request]) -> None:
    """A body that is no JSON is asked for again."""
    api.replies = [{"text": "{oops"}, {"json": {"data": [{"n": 2}]}}]

    with pytest.raises(ResponseError):
        asked(client, request_to())

    assert asked(client, request_to()) == ['{"data": [{"n": 2}]}']


def test_nothing_is_kept_of_what_a_users_own_client_sends(
    api: Api, open_client: Callable[..., Client], request_to: Callable[..., Request]
) -> None:
    """It may speak for another user the next time."""
    api.answer = counting()
    with httpx.Client(trust_env=False) as http:
        client = open_client(client=http)
        for name in ("alice", "bob"):
            http.headers["authorization"] = f"Bearer {name}"
            asked(client, request_to())

    assert [request.headers["authorization"] for request in api.requests] == ["Bearer alice", "Bearer bob"]


def test_what_was_asked_before_a_write_is_not_kept_after_it() -> None:
    """Though its answer came later."""
    cache, request = Cache(), Request("acme", "acme.store.things", "list_things", "GET", "/things")
    recording = cache.record()
    with cache.writing():
        pass
    cache.keep(request, recording)

    assert cache.find(request) is None


@pytest.mark.parametrize(("headers", "seconds"), [({"age": "59"}, 1.0), ({"age": "70"}, 0.0), ({"age": "old"}, 60.0), ({}, 60.0)])
def test_the_age_that_an_answer_has_already_counts(headers: dict[str, str], seconds: float) -> None:
    """Some cache between has had it for a while."""
    recording = Cache().record()
    recording.saw(httpx.Headers({"cache-control": "max-age=60", **headers}))

    assert recording.fresh_s == seconds


def test_what_was_not_used_for_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by the bodies."""
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    cache = Cache()
    requests = [Request("acme", "acme.store.things", "list_things", "GET", f"/things/{number}") for number in range(4)]

    def keep(request: Request, body: str) -> None:
        recording = cache.record()
        recording.pages.append(Page(body, 1, request, 200))
        cache.keep(request, recording)

    keep(requests[0], "12345")
    keep(requests[1], "12345")
    cache.find(requests[0])
    keep(requests[2], "12345")
    keep(requests[3], "12345678901")

    assert [cache.find(request) is not None for request in requests] == [True, False, True, False]
