"""Answers that are given again, as long as a session and the API let them be."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.http.conftest import Api, Reply

from rowcall.http import cache as module
from rowcall.http.cache import Cache, Key
from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.http.page import Answer
from rowcall.plan.nodes import Protocol, Request

LIST = Protocol(rows="data")


def asked(client: Client, request: Request, cache_s: float | None = 60) -> str:
    """The body that answers a request."""
    return client.send(request, LIST, Control(cache_s=cache_s)).body


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

    assert [body[-4] for body in bodies] == ["1", "1", "2", "3", "4"]
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

    assert bodies == ['{"data": [{"n": 1}]}'] * 2
    assert ["if-none-match" in request.headers for request in api.requests] == [False, True]


def test_a_write_empties_it(api: Api, client: Client, request_to: Callable[..., Request]) -> None:
    """Whatever became of the write, and whatever it was to."""
    api.answer = counting()
    asked(client, request_to("/a"))

    client.send(request_to("/b", method="POST", body={}), Protocol(), Control())

    assert asked(client, request_to("/a")) == '{"data": [{"n": 3}]}'


def test_a_refusal_is_not_kept(api: Api, client: Client, request_to: Callable[..., Request]) -> None:
    """The next statement asks again."""
    api.replies = [{"status": 404, "json": {"error": {"message": "No."}}}, {"json": {"data": [{"n": 2}]}}]

    with pytest.raises(Exception, match="No"):
        asked(client, request_to())

    assert asked(client, request_to()) == '{"data": [{"n": 2}]}'


def test_what_was_not_used_for_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by the bodies."""
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    kept = Cache()
    keys: list[Key] = [("GET", f"http://h/{number}", (), "") for number in range(3)]
    for key in keys[:2]:
        kept.put(key, Answer(200, httpx.Headers(), b"12345"))
    kept.get(keys[0], 60)
    kept.put(keys[2], Answer(200, httpx.Headers(), b"12345"))
    kept.put(("GET", "http://h/large", (), ""), Answer(200, httpx.Headers(), b"12345678901"))

    assert [kept.get(key, 60) is not None for key in keys] == [True, False, True]
