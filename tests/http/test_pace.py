"""When requests go: no more at once, and in a time, than is allowed, whoever sends them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.http.conftest import Api, Reply

from rowcall.errors import UnavailableError
from rowcall.http.client import Client
from rowcall.http.control import Cancelled, Control
from rowcall.http.endpoint import Endpoint
from rowcall.http.pace import Pace, Slots, pace_of
from rowcall.manifest.model import RateLimit, Retry
from rowcall.plan.nodes import Call, Protocol

ONE = Protocol(retry=Retry(base_s=0))


def times(api: Api) -> list[float]:
    """When the requests came in, in seconds from the first on."""
    return sorted(request.at - api.requests[0].at for request in api.requests)


def test_no_more_requests_come_in_than_a_manifest_allows(
    api: Api, open_client: Callable[..., Client], call_to: Callable[..., Call]
) -> None:
    """Three in any second and a half, from many threads and two clients with the same key; half a second is for them to arrive."""
    limits = (RateLimit(requests=3, per_s=1.5),)
    clients = [open_client(rate_limits=limits) for _ in range(2)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: list(clients[number % 2].pages(call_to(f"/{number}"), ONE, Control())), range(7)))

    came = times(api)
    assert len(came) == 7
    assert all(later - earlier > 1.0 for earlier, later in zip(came, came[3:], strict=False))
    assert came[-1] < 8


def test_another_key_has_a_pace_of_its_own(endpoint: Callable[..., Endpoint]) -> None:
    """As has another place; the same key at the same place shares one as long as somebody uses it."""
    own, same, other, elsewhere = (
        pace_of(endpoint(**settings)) for settings in ({}, {}, {"key": "another"}, {"base_url": "http://127.0.0.1:9/v2"})
    )

    assert own is same
    assert len({id(pace) for pace in (own, other, elsewhere)}) == 3


def test_a_429_holds_the_others_back_too(api: Api, client: Client, call_to: Callable[..., Call]) -> None:
    """Nothing is sent before the time that the API names, whichever thread was told."""
    refused = threading.Event()

    def answer(_: object) -> Reply:
        if not refused.is_set():
            refused.set()
            return {"json": {"error": {"message": "Slowly."}}, "status": 429, "headers": {"retry-after": "0.4"}}
        return {"json": {"id": 1}}

    api.answer = answer
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: list(client.pages(call_to("/a"), ONE, Control())))
        refused.wait(5)
        time.sleep(0.05)
        second = pool.submit(lambda: list(client.pages(call_to("/b"), ONE, Control())))
        assert first.result(10)
        assert second.result(10)

    assert len(api.requests) == 3
    assert all(at > 0.35 for at in times(api)[1:])


def test_an_answer_that_counts_nothing_left_is_heeded(api: Api, client: Client, call_to: Callable[..., Call]) -> None:
    """The next request waits until it is counted anew, though this one was served."""
    api.replies = [{"json": {"id": 1}, "headers": {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "300ms"}}]

    for path in ("/a", "/b"):
        list(client.pages(call_to(path), ONE, Control()))

    assert times(api)[1] > 0.25


def test_a_wait_for_a_turn_ends_with_the_statement() -> None:
    """At its deadline, and when it is cancelled."""
    pace, limits = Pace(), {"": (RateLimit(requests=1, per_s=60),)}
    pace.wait(Control(), limits)
    started = time.monotonic()

    with pytest.raises(UnavailableError):
        pace.wait(Control(timeout_s=0.1), limits)
    control = Control()
    threading.Timer(0.1, control.cancel).start()
    with pytest.raises(Cancelled):
        pace.wait(control, limits)

    assert time.monotonic() - started < 2


def test_a_limit_that_is_said_later_counts_what_was_sent_before_it() -> None:
    """As far as another limit had it counted."""
    pace, wide, narrow = Pace(), {"": (RateLimit(requests=9, per_s=60),)}, {"": (RateLimit(requests=2, per_s=60),)}
    for _ in range(2):
        pace.wait(Control(), wide)

    pace.wait(Control(), {"": ()})
    with pytest.raises(UnavailableError):
        pace.wait(Control(timeout_s=0.05), narrow)


def test_a_request_takes_from_every_limit_that_it_falls_under() -> None:
    """That of the key, of its service and of its resource; what is full for one resource is not for another."""
    pace, limit = Pace(), RateLimit(requests=2, per_s=60)
    things, others = {"": (), "a.b": (limit,), "a.b.things": (RateLimit(requests=1, per_s=60),)}, {"": (), "a.b": (limit,)}

    pace.wait(Control(), things)
    with pytest.raises(UnavailableError):
        pace.wait(Control(timeout_s=0.05), things)
    pace.wait(Control(), others)
    with pytest.raises(UnavailableError):
        pace.wait(Control(timeout_s=0.05), others)
    pace.wait(Control(), {"": (RateLimit(requests=3, per_s=60),), "a.c": (limit,)})


@pytest.mark.parametrize("shared", [False, True], ids=["of a process", "in a file"])
def test_limits_of_a_resource_hold_beside_those_of_the_key(
    api: Api, open_client: Callable[..., Client], call_to: Callable[..., Call], tmp_path: Path, *, shared: bool
) -> None:
    """A statement that lifts them for itself is counted for the next; what an answer asks to wait is for the whole key."""
    client = open_client(rate_limits_file=str(tmp_path / "limits") if shared else None, rate_limits=(RateLimit(requests=4, per_s=60),))
    own = replace(ONE, rate_limits=(("acme.store.things", (RateLimit(requests=2, per_s=60),)),))

    def ask(path: str, protocol: Protocol, **said: Any) -> None:
        list(client.pages(call_to(path), protocol, Control(timeout_s=2, **said)))

    ask("/a", own, rate_limits={"acme.store.things": ()})
    ask("/b", own)
    with pytest.raises(UnavailableError):
        ask("/c", own)
    ask("/d", own, rate_limits={"acme.store.things": (RateLimit(requests=3, per_s=60),)})
    ask("/e", ONE)
    with pytest.raises(UnavailableError):
        ask("/f", ONE)

    assert [request.path.rpartition("/")[2] for request in api.requests] == ["a", "b", "d", "e"]


def test_what_a_statement_says_of_limits_wins(api: Api, open_client: Callable[..., Client], call_to: Callable[..., Call]) -> None:
    """Over those of the endpoint, in either direction, and for its provider alone."""
    client = open_client(rate_limits=(RateLimit(requests=1, per_s=60),))

    for path in ("/a", "/b", "/c"):
        list(client.pages(call_to(path), ONE, Control(rate_limits={"acme": ()})))
    with pytest.raises(UnavailableError):
        list(client.pages(call_to("/d"), ONE, Control(timeout_s=0.2, rate_limits={"other": ()})))

    assert [request.path.rpartition("/")[2] for request in api.requests] == ["a", "b", "c"]


def test_fewer_are_under_way_after_an_api_was_overloaded() -> None:
    """Half as many for each round of refusals, one at the least; every answer that is none lets some more through."""
    slots = Slots(8)
    sent = time.monotonic()
    slots.learn(429, sent)
    slots.learn(429, sent)  # it went out before the API was known to be overloaded
    assert slots.allowed == 4
    slots.learn(503, time.monotonic())
    slots.learn(503, time.monotonic() + 1)
    slots.learn(503, time.monotonic() + 2)
    assert slots.allowed == 1
    for _ in range(60):
        slots.learn(200, time.monotonic())
    assert slots.allowed == 8


def test_no_more_hold_a_place_than_are_allowed() -> None:
    """And a place that is left is taken."""
    slots, most, under_way, lock = Slots(3), 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal most, under_way
        with slots.one(Control()):
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.01)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(20)))

    assert most == 3
