"""Pages that are asked for before their turn: the rows, their order, the checks and the limits are those of pages that are not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rowcall.errors import BudgetError, PageLoopError, ResponseError, RowcallError
from rowcall.http.control import Cancelled, Control
from rowcall.http.fetch import Crew
from rowcall.http.page import Page
from rowcall.manifest.model import PageSize, Paging, PagingKind, Retry
from rowcall.plan.nodes import Call, Protocol

SIZE = 10
KINDS = {
    "page": Paging(kind=PagingKind.PAGE, parameter="page", start=1, total="total", page_size=PageSize(parameter="size", maximum=SIZE)),
    "offset": Paging(kind=PagingKind.OFFSET, parameter="offset", total="total", page_size=PageSize(parameter="size", maximum=SIZE)),
    "pages": Paging(kind=PagingKind.PAGE, parameter="page", start=1, pages="pages", page_size=PageSize(parameter="size", maximum=SIZE)),
    "header": Paging(
        kind=PagingKind.PAGE, parameter="page", pages_header="X-Total-Pages", page_size=PageSize(parameter="size", maximum=SIZE)
    ),
    "link": Paging(
        kind=PagingKind.PAGE, parameter="page", start=1, pages_header="link", page_size=PageSize(parameter="size", maximum=SIZE)
    ),
}


FIRST = [1]
"""The number of the first page, of the kind of paging that is tried."""


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Every kind of paging whose pages are counted."""
    FIRST[0] = KINDS[request.param].start
    return str(request.param)


@pytest.fixture
def protocol(kind: str) -> Protocol:
    """How its lists are read; retries come at once."""
    return Protocol(rows="data", paging=KINDS[kind], retry=Retry(base_s=0), identified=True)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """After every test, no thread of ours lives that did not before."""
    before = set(threading.enumerate())
    yield
    assert [thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("rowcall")] == []


def number_of(received: Any) -> int:
    """Which page a request asks for, from 0."""
    query = received.query
    return int(query.get("page", FIRST[0])) - FIRST[0] if "offset" not in query else int(query["offset"]) // int(query["size"])


def listed(received: Any, rows: int, total: int | None = None) -> dict[str, Any]:
    """The page of a list of so many rows that a request asks for; `total` is what it says that there are, in rows and in pages."""
    size = int(received.query["size"])
    first = int(received.query["offset"]) if "offset" in received.query else number_of(received) * size
    total = rows if total is None else total
    pages = -(-total // size)
    headers = {"X-Total-Pages": str(pages)}
    if number_of(received) + 1 < pages:
        headers["Link"] = f'</v1/things?size={size}&page={pages}>; rel="last", <?page={number_of(received) + 2}>; rel="next"'
    body = {"data": [{"id": n} for n in range(first, min(first + size, rows))], "total": total, "pages": pages}
    return {"json": body, "headers": headers}


def read(client: Any, calls: list[Call], protocol: Protocol, control: Control, **options: Any) -> list[list[Page]]:
    """The pages of each call."""
    pages: list[list[Page]] = [[] for _ in calls]
    with Crew(client, calls, protocol, control, **options) as crew:
        for index, found in crew.deliveries():
            if isinstance(found, Page):
                pages[index].append(found)
            elif found is not None:
                raise found
    return pages


def test_pages_are_fetched_together_and_delivered_in_order(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """When the first has told how many there are; the last of them are answered first here."""
    together = threading.Barrier(7, timeout=10)

    def answer(received: Any) -> dict[str, Any]:
        if number_of(received):
            together.wait()
        return listed(received, 75)

    api.answer = answer

    (pages,) = read(open_client(max_in_flight=8), [call_to()], protocol, Control())

    assert [page.rows for page in pages] == [10] * 7 + [5]
    assert [f'"id": {n}}}' in page.body for page, n in zip(pages, range(0, 80, 10), strict=True)] == [True] * 8
    assert len(api.requests) == 8


@pytest.mark.parametrize("in_flight", [1, 2, 3, 16])
@pytest.mark.parametrize("rows", [0, 1, 10, 11, 20, 95])
def test_rows_and_requests_are_those_of_pages_one_by_one(
    rows: int, in_flight: int, open_client: Callable, api: Any, call_to: Callable, protocol: Protocol
) -> None:
    """However many there are, and however many go out at once."""
    api.answer = lambda received: listed(received, rows)
    client = open_client(max_in_flight=in_flight)
    alone = [page.body for page in client.pages(call_to(), protocol, Control())]
    asked = sorted(number_of(received) for received in api.requests)
    api.requests.clear()

    (pages,) = read(client, [call_to()], protocol, Control())

    assert [page.body for page in pages] == alone
    assert sorted(number_of(received) for received in api.requests) == asked
    assert api.most_in_flight <= in_flight


def test_calls_share_the_threads_there_are(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """No more are under way than the setting says, and each call gives its own rows."""
    api.answer = lambda received: listed(received, 200)

    found = read(open_client(max_in_flight=5), [call_to(f"/things/{number}") for number in range(7)], protocol, Control())

    assert [[page.rows for page in pages] for pages in found] == [[10] * 20] * 7
    assert api.most_in_flight <= 5
    assert len(api.requests) == 140


def test_rows_that_are_enough_end_it(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """No page is asked for that a LIMIT has no use for."""
    api.answer = lambda received: listed(received, 1000)

    (pages,) = read(open_client(), [call_to(rows_needed=35)], protocol, Control())

    assert [page.rows for page in pages] == [10] * 4
    assert sorted(number_of(received) for received in api.requests) == [0, 1, 2, 3]


def test_pages_that_are_asked_for_one_by_one_are_never_ahead(client: Any, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """Whoever reads a call himself may stop after any page."""
    api.answer = lambda received: listed(received, 1000)

    pages = client.pages(call_to(), protocol, Control())
    next(pages)
    next(pages)
    pages.close()

    assert [number_of(received) for received in api.requests] == [0, 1]


@pytest.mark.parametrize("kind", ["offset"], indirect=True)
def test_pages_of_uneven_sizes_are_not_asked_for_in_vain_again_and_again(
    open_client: Callable, api: Any, call_to: Callable, protocol: Protocol
) -> None:
    """After the first that is short, where the next begins is known from each page alone; a request at another place would be wasted."""

    def answer(received: Any) -> dict[str, Any]:
        first = int(received.query.get("offset", 0))
        return {"json": {"data": [{"id": n} for n in range(first, min(first + (8 if first % 3 else 10), 300))], "total": 300}}

    api.answer = answer
    client = open_client(max_in_flight=8)
    alone = [page.body for page in client.pages(call_to(), protocol, Control())]
    needed = len(api.requests)
    api.requests.clear()

    (pages,) = read(client, [call_to()], protocol, Control())

    assert [page.body for page in pages] == alone
    assert len(api.requests) <= needed + 8


def test_without_a_count_pages_come_one_by_one(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """Each has to say that there is another."""

    def answer(received: Any) -> dict[str, Any]:
        reply = listed(received, 45)
        return {"json": {"data": reply["json"]["data"]}, "headers": {"Link": '<?page=2>; rel="next"'}}

    api.answer = answer

    (pages,) = read(open_client(), [call_to()], protocol, Control())

    assert [page.rows for page in pages] == [10, 10, 10, 10, 5, 0]
    assert api.most_in_flight == 1


def test_a_budget_is_not_spent_on_what_may_not_be_needed(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """What suffices for pages one by one suffices; nothing goes ahead that it might lack for."""
    api.answer = lambda received: listed(received, 95)
    control = Control(max_requests=10)

    (pages,) = read(open_client(), [call_to()], protocol, control)

    assert (len(pages), control.spent) == (10, 10)


def test_a_budget_that_does_not_suffice_is_kept(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """The error is that of pages one by one."""
    api.answer = lambda received: listed(received, 95)
    control = Control(max_requests=6)

    with pytest.raises(BudgetError):
        read(open_client(), [call_to()], protocol, control)

    assert len(api.requests) == 6


def test_a_page_that_fails_is_an_error_in_its_turn(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """After the pages before it were delivered; nothing more is sent then."""
    api.answer = lambda received: {"status": 400, "json": {"message": "No."}} if number_of(received) == 3 else listed(received, 95)

    with Crew(open_client(), [call_to()], protocol, Control(), partial=True) as crew:
        found = [each for _, each in crew.deliveries()]

    assert [each.rows for each in found if isinstance(each, Page)] == [10, 10, 10]
    assert [(type(each), "No." in str(each)) for each in found[3:]] == [(ResponseError, True)]


def test_a_page_is_tried_again_ahead_too(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """As the manifest says."""
    failed = set()

    def answer(received: Any) -> dict[str, Any]:
        number = number_of(received)
        if number in {2, 5} and number not in failed:
            failed.add(number)
            return {"status": 503, "json": {}}
        return listed(received, 95)

    api.answer = answer

    (pages,) = read(open_client(), [call_to()], protocol, Control())

    assert sum(page.rows for page in pages) == 95
    assert len(api.requests) == 12


def test_a_page_that_comes_twice_is_an_error(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """The checks are those of pages one by one."""

    def answer(received: Any) -> dict[str, Any]:
        name = "page" if "page" in received.query else "offset"
        if number_of(received) == 4:
            received.query[name] = str(int(received.query[name]) - (1 if name == "page" else 20))
        return listed(received, 95)

    api.answer = answer

    with pytest.raises(PageLoopError):
        read(open_client(), [call_to()], protocol, Control())


def test_a_list_that_shrinks_ends_where_the_api_says(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """What was asked for beyond its end is no matter, and of what is missing the user is warned as ever."""
    api.answer = lambda received: listed(received, 40, 95)
    control = Control()

    (pages,) = read(open_client(), [call_to()], protocol, control)

    assert sum(page.rows for page in pages) == 40
    assert [warning for warning in control.warnings if "counts 95 rows but gave 40" in warning] != [] or protocol.paging.total is None


def test_a_cap_on_pages_is_found_out_as_ever(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """An API that gives fewer rows a page than were asked for loses none."""

    def answer(received: Any) -> dict[str, Any]:
        received.query["size"] = str(min(4, int(received.query["size"])))
        return listed(received, 37)

    api.answer = answer

    (pages,) = read(open_client(), [call_to()], protocol, Control())

    assert sum(page.rows for page in pages) == 37


def test_a_consumer_that_has_enough_holds_back_what_is_ahead(
    open_client: Callable, api: Any, call_to: Callable, protocol: Protocol
) -> None:
    """Nothing is sent while it does."""
    api.answer = lambda received: listed(received, 1000)
    go = threading.Event()
    asked: list[int] = []

    def hold() -> None:
        if api.requests:
            go.wait(10)

    with Crew(open_client(), [call_to()], protocol, Control(), hold=hold) as crew:
        deliveries = crew.deliveries()
        next(deliveries)
        threading.Event().wait(0.3)
        asked.append(len(api.requests))
        go.set()
        pages = 1 + sum(isinstance(found, Page) for _, found in deliveries)

    assert (asked, pages) == ([1], 100)


def test_cancelling_ends_what_is_ahead(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """At once, though the API never answers."""
    never = threading.Event()
    control = Control()

    def answer(received: Any) -> dict[str, Any]:
        if number_of(received):
            threading.Timer(0.2, control.cancel).start()
            return {"hold": never, "json": {}}
        return listed(received, 95)

    api.answer = answer

    with pytest.raises(Cancelled):
        read(open_client(), [call_to()], protocol, control)
    never.set()


def test_a_deadline_ends_what_is_ahead(open_client: Callable, api: Any, call_to: Callable, protocol: Protocol) -> None:
    """With the words of a deadline."""
    never = threading.Event()
    api.answer = lambda received: {"hold": never, "json": {}} if number_of(received) > 1 else listed(received, 95)

    with pytest.raises(RowcallError, match="timeout_s"):
        read(open_client(), [call_to()], protocol, Control(timeout_s=0.5))
    never.set()
