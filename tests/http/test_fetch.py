"""Many calls at once, delivered in the calling thread."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rowcall.errors import BudgetError, RequestError, ResponseError, UnavailableError
from rowcall.http.client import Client
from rowcall.http.control import Cancelled, Control
from rowcall.http.fetch import Crew
from rowcall.http.page import Page
from rowcall.manifest.model import Retry
from rowcall.plan.nodes import Call, Protocol

LIST = Protocol(rows="data", retry=Retry(base_s=0))


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """After every test, no thread of ours lives that did not before."""
    before = set(threading.enumerate())
    yield
    assert [thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("rowcall")] == []


def calls_to(call_to: Callable[..., Call], count: int) -> list[Call]:
    """Calls of /things/0, /things/1 and so on."""
    return [call_to(f"/things/{number}") for number in range(count)]


def number_of(received: Any) -> int:
    """The number in a path."""
    return int(received.path.rpartition("/")[2])


def fetch_all(
    client: Client, calls: list[Call], protocol: Protocol, control: Control, on_page: Callable[[int, Page], Any], *, partial: bool = False
) -> dict[int, RequestError]:
    """The errors of the calls that failed; `on_page` is given the pages of the others."""
    failures = {}
    with Crew(client, calls, protocol, control, partial=partial) as crew:
        for index, found in crew.deliveries():
            if isinstance(found, Page):
                on_page(index, found)
            elif found is not None:
                failures[index] = found
    return failures


def test_every_page_of_every_call_is_delivered_in_order(client: Client, api: Any, call_to: Callable, by_cursor: Protocol) -> None:
    """Pages of one call come in order, with the call's index, in the calling thread."""

    def answer(received: Any) -> dict[str, Any]:
        row, after = number_of(received), int(received.query.get("after", 0))
        return {"json": {"data": [{"id": after + 1, "thing": row}], "last_id": after + 1, "has_more": after < row % 4}}

    api.answer = answer
    found: dict[int, list[int]] = {}
    threads = set()

    def keep(index: int, page: Page) -> None:
        threads.add(threading.current_thread())
        found.setdefault(index, []).append(int(dict(page.request.query).get("after", 0)))

    failures = fetch_all(client, calls_to(call_to, 40), by_cursor, Control(), keep)

    assert (failures, threads) == ({}, {threading.main_thread()})
    assert found == {number: list(range(number % 4 + 1)) for number in range(40)}


def test_calls_go_out_together_up_to_the_limit(open_client: Callable, api: Any, call_to: Callable) -> None:
    """Four requests are in flight at once where four are allowed, and never five."""
    together = threading.Barrier(4, timeout=10)

    def answer(_: Any) -> dict[str, Any]:
        together.wait()
        return {"json": {"data": []}}

    api.answer = answer
    fetch_all(open_client(max_in_flight=4), calls_to(call_to, 12), LIST, Control(), lambda *_: None)

    assert (len(api.requests), api.most_in_flight, api.connections) == (12, 4, 4)


def test_no_calls_need_no_request(client: Client, api: Any) -> None:
    """An empty key list is an empty result."""
    assert fetch_all(client, [], LIST, Control(), lambda *_: None) == {}
    assert api.requests == []


def test_the_first_error_stops_the_rest_and_is_raised(open_client: Callable, api: Any, call_to: Callable) -> None:
    """Calls that wait for an answer are let go, those that did not begin are not sent, and the statement can go on elsewhere."""
    release = threading.Event()
    waiting = threading.Barrier(3, timeout=10)
    control = Control()

    def answer(received: Any) -> dict[str, Any]:
        waiting.wait()
        if number_of(received) == 1:
            return {"status": 400, "json": {"message": "Bad thing."}}
        return {"hold": release, "json": {"data": []}}

    api.answer = answer
    with pytest.raises(ResponseError, match="Bad thing"):
        fetch_all(open_client(max_in_flight=3), calls_to(call_to, 50), LIST, control, lambda *_: None)
    release.set()

    assert len(api.requests) == 3
    assert not control.cancelled


def test_with_partial_everything_else_is_delivered(client: Client, api: Any, call_to: Callable) -> None:
    """Failing calls are returned with their error, by index."""

    def answer(received: Any) -> dict[str, Any]:
        number = number_of(received)
        return {"status": 400, "json": {"message": f"Bad {number}."}} if number % 3 == 0 else {"json": {"data": [number]}}

    api.answer = answer
    delivered: list[int] = []
    failures = fetch_all(client, calls_to(call_to, 10), LIST, Control(), lambda index, _: delivered.append(index), partial=True)

    assert [(index, failures[index].message[-6:]) for index in sorted(failures)] == [(n, f"Bad {n}.") for n in (0, 3, 6, 9)]
    assert sorted(delivered) == [1, 2, 4, 5, 7, 8]


@pytest.mark.parametrize("partial", [True, False])
def test_a_spent_budget_is_an_error_even_with_partial(partial: bool, client: Client, api: Any, call_to: Callable) -> None:
    """The limit is the user's own, and not a failure of some call."""
    with pytest.raises(BudgetError):
        fetch_all(client, calls_to(call_to, 10), LIST, Control(max_requests=5), lambda *_: None, partial=partial)
    assert len(api.requests) <= 5


def test_a_spent_budget_counts_the_calls_that_wait(open_client: Callable, api: Any, call_to: Callable, by_cursor: Protocol) -> None:
    """Ten calls of five pages each, two at a time, twelve requests: at least the next one and the calls that did not begin are missing."""

    def answer(received: Any) -> dict[str, Any]:
        at = int(received.query.get("after", 0)) + 1
        return {"json": {"data": [{"id": at}], "last_id": str(at), "has_more": at < 5}}

    api.answer = answer
    control = Control(max_requests=12)
    control.expect(10)

    with pytest.raises(BudgetError) as caught:
        fetch_all(open_client(max_in_flight=2), calls_to(call_to, 10), by_cursor, control, lambda *_: None)
    assert len(api.requests) == 12
    assert 13 + 10 - 4 <= caught.value.needed <= 50


def test_past_the_deadline_the_open_calls_fail(client: Client, api: Any, call_to: Callable) -> None:
    """With partial, what came in time is kept."""
    release = threading.Event()
    api.answer = lambda received: {"json": {"data": []}} | ({"hold": release} if number_of(received) else {})
    delivered: list[int] = []

    failures = fetch_all(client, calls_to(call_to, 3), LIST, Control(timeout_s=1.5), lambda index, _: delivered.append(index), partial=True)
    release.set()

    assert delivered == [0]
    assert {index: type(error) for index, error in failures.items()} == {1: UnavailableError, 2: UnavailableError}


def test_an_error_of_the_consumer_stops_the_fetching(open_client: Callable, api: Any, call_to: Callable) -> None:
    """What the consumer raises comes out as it is; what waits for an answer is let go, and nothing more is sent."""
    release = threading.Event()
    api.answer = lambda received: {"json": {"data": []}} | ({"hold": release} if number_of(received) else {})

    def refuse(_index: int, _page: Page) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fetch_all(open_client(max_in_flight=3), calls_to(call_to, 200), LIST, Control(), refuse)
    release.set()

    assert len(api.requests) <= 4


def test_cancelling_from_another_thread_ends_the_fetching(client: Client, api: Any, call_to: Callable) -> None:
    """Whoever holds the control can stop a fetch that waits, which then raises Cancelled."""
    release, control = threading.Event(), Control()

    def answer(_: Any) -> dict[str, Any]:
        control.cancel()
        return {"hold": release, "json": {"data": []}}

    api.answer = answer
    with pytest.raises(Cancelled):
        fetch_all(client, calls_to(call_to, 5), LIST, control, lambda *_: None)
    release.set()


@pytest.mark.skipif(sys.platform == "win32", reason="sends itself a signal")
def test_a_statement_that_is_cancelled_between_two_calls_ends(client: Client, api: Any, call_to: Callable) -> None:
    """When nothing is under way that could notice, and calls are left."""
    control = Control()
    control.cancel()

    with pytest.raises(Cancelled):
        fetch_all(client, calls_to(call_to, 3), LIST, control, lambda *_: None, partial=True)

    assert api.requests == []


def test_ctrl_c_stops_everything_at_once(client: Client, api: Any, call_to: Callable) -> None:
    """KeyboardInterrupt is raised again, the statement is cancelled, and no thread is left waiting."""
    release, control = threading.Event(), Control()

    def answer(_: Any) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGINT)
        return {"hold": release, "json": {"data": []}}

    api.answer = answer
    with pytest.raises(KeyboardInterrupt):
        fetch_all(client, calls_to(call_to, 1), LIST, control, lambda *_: None)
    release.set()

    assert control.cancelled


def test_an_error_names_what_else_had_failed(open_client: Callable, api: Any, call_to: Callable) -> None:
    """Eight calls that are refused together are all there, five of them in words; what is let go is none of them."""
    together = threading.Barrier(9, timeout=10)
    release = threading.Event()

    def answer(received: Any) -> dict[str, Any]:
        together.wait()
        if number_of(received) == 8:
            return {"hold": release, "json": {"data": []}}
        return {"status": 400, "json": {"message": f"Bad {number_of(received)}."}}

    api.answer = answer
    late = threading.Barrier(8, timeout=10)
    client = open_client(max_in_flight=9)
    pages = client.pages

    def held(*args: Any) -> Iterator[Page]:
        try:
            yield from pages(*args)
        except ResponseError:
            late.wait()
            raise

    client.pages = held
    with pytest.raises(ResponseError) as caught:
        fetch_all(client, calls_to(call_to, 20), LIST, Control(), lambda *_: None)
    release.set()

    failed = [caught.value, *caught.value.others]
    assert sorted(error.message[-6:] for error in failed) == [f"Bad {number}." for number in range(8)]
    said = str(caught.value).splitlines()
    assert len([line for line in said if line.startswith("So did: HTTP 400 · GET ")]) == 5
    assert "So did 2 more." in said
    assert len(api.requests) == 9
