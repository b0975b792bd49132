"""Pages that are counted, over the wire: caps, lists that never end, and counts that do not come true."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rowcall.errors import PageLoopError, ResponseError
from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.manifest.model import Absent, PageSize, Paging, PagingKind
from rowcall.plan.nodes import Protocol

SIZE = PageSize(parameter="limit", maximum=100, default=20)
PAGE = Paging(kind=PagingKind.PAGE, parameter="page", start=1, page_size=SIZE)
OFFSET = Paging(kind=PagingKind.OFFSET, parameter="offset", page_size=SIZE)
BOTH = pytest.mark.parametrize("paging", [PAGE, OFFSET], ids=["page", "offset"])

Read = Callable[..., tuple[list[Any], list[str]]]


@pytest.fixture
def read(client: Client, call_to: Callable) -> Read:
    """All rows of a list, and the warnings."""

    def read(
        paging: Paging, *, says: str | None = None, query: tuple[tuple[str, str], ...] = (), **more: Any
    ) -> tuple[list[Any], list[str]]:
        facts = {name: name if says == name else None for name in ("total", "more", "pages")}
        told = Paging(**{field: getattr(paging, field) for field in ("kind", "parameter", "start", "page_size")}, **facts)
        control = Control()
        pages = client.pages(call_to(query=query), Protocol(rows="data", paging=told, **more), control)
        return [row for page in pages for row in json.loads(page.body)["data"]], control.warnings

    return read


def shelf(count: int, cap: int, *, counts_asked: bool = False, least: int = 1, hidden: range = range(0)) -> Callable[[Any], dict[str, Any]]:
    """A server of `count` rows that caps its pages; `hidden` rows are left out after it cut them. It says `total`, `more` and `pages`."""

    def answer(received: Any) -> dict[str, Any]:
        asked = int(received.query.get("limit", 20))
        if asked < least:
            return {"status": 400, "json": {"message": f"limit must be at least {least}"}}
        size = min(asked, cap)
        step = asked if counts_asked else size
        start = int(received.query["offset"]) if "offset" in received.query else (int(received.query.get("page", 1)) - 1) * step
        rows = [{"id": row} for row in range(start, min(start + size, count)) if row not in hidden]
        return {"json": {"data": rows, "total": count, "more": start + size < count, "pages": -(-count // size)}}

    return answer


def things(count: int) -> list[dict[str, int]]:
    """The rows of a shelf."""
    return [{"id": row} for row in range(count)]


# -- a server that gives smaller pages than it was asked for -----------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("says", [None, "more", "total"])
@pytest.mark.parametrize("counts_asked", [False, True], ids=["counts its own pages", "counts pages as asked"])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 57, 100, 101, 250])
def test_a_cap_below_what_was_asked_loses_no_row(
    paging: Paging, says: str | None, counts_asked: bool, count: int, read: Read, api: Any
) -> None:
    """A short page is not the last one, however the server counts and whatever it says."""
    api.answer = shelf(count, cap=10, counts_asked=counts_asked)

    assert read(paging, says=says) == (things(count), [])
    assert len(api.requests) <= count // 10 + 3


@pytest.mark.parametrize("says", ["more", "total"])
def test_a_cap_costs_no_request_where_the_api_says_how_far_it_goes(says: str, read: Read, api: Any) -> None:
    """Each page is asked for once, the second and later ones in the size of the first."""
    api.answer = shelf(30, cap=10, counts_asked=True)

    read(PAGE, says=says)

    assert [received.query for received in api.requests] == [
        {"limit": "100"},
        {"limit": "10", "page": "2"},
        {"limit": "10", "page": "3"},
    ]


def test_a_size_that_is_refused_is_not_insisted_on(read: Read, api: Any) -> None:
    """An API with a least page size gets its second page asked for as the first."""
    api.answer = shelf(3, cap=100, least=5)

    assert read(PAGE) == (things(3), [])
    assert [received.query.get("limit") for received in api.requests] == ["100", "3", "100"]


@pytest.mark.parametrize(
    "answer", [{"status": 404, "json": {}}, {"status": 410, "json": {}}, {"body": b"{"}], ids=["absent", "gone", "cut"]
)
def test_an_error_that_is_no_refusal_of_a_size_is_an_error(answer: dict[str, Any], read: Read, api: Any) -> None:
    """The second page in the size that was asked for is another one where pages are capped: the rows between would be missing."""
    capped = shelf(9, cap=2)
    api.answer = lambda received: answer if len(api.requests) == 2 else capped(received)

    with pytest.raises(ResponseError):
        read(PAGE, says="total")
    assert len(api.requests) == 2


def test_a_first_page_that_was_short_by_itself_is_noticed(read: Read, api: Any) -> None:
    """Where its size cannot be asked for again and the next page is longer, the rows between them were never given."""
    rows = things(40)
    api.replies = [
        {"json": {"data": rows[:2]}},
        {"status": 400, "json": {"error": {"message": "limit must be 5 at least"}}},
        {"json": {"data": rows[20:]}},
        {"json": {"data": []}},
    ]

    with pytest.raises(ResponseError, match="those between would be missing"):
        read(PAGE)


def test_a_refusal_of_another_request_is_an_error(read: Read, api: Any) -> None:
    """An offset that is refused is no reason to skip rows."""
    capped = shelf(30, cap=10)
    api.answer = lambda received: {"status": 400, "json": {"message": "No."}} if "offset" in received.query else capped(received)

    with pytest.raises(ResponseError, match="No"):
        read(OFFSET)


@BOTH
def test_rows_left_out_of_a_page_make_no_other_row_come_twice(paging: Paging, read: Read, api: Any) -> None:
    """Three hidden rows in a page of a hundred: the page after it begins at the hundredth all the same, which costs one request."""
    api.answer = shelf(250, cap=100, hidden=range(3, 6))

    rows, warnings = read(paging, says="more")

    assert (rows, warnings) == ([{"id": row} for row in range(250) if row not in range(3, 6)], [])
    assert len(api.requests) == 4


@BOTH
def test_a_short_page_that_is_given_again_is_not_taken_for_one_that_lost_rows(paging: Paging, read: Read, api: Any) -> None:
    """An API may give few rows once, and those again where others were asked for: the rows between would be missing without a word."""
    shelved = shelf(30, cap=100)

    def answer(received: Any) -> dict[str, Any]:
        number = len(api.requests)
        return {"json": {"data": [{"id": 0}], "more": True}} if number in {1, 2} else shelved(received)

    api.answer = answer

    with pytest.raises(PageLoopError, match="same page twice"):
        read(paging, says="more")
    assert [received.query for received in api.requests][2] == {"limit": "1", paging.parameter: str(paging.start)}


@BOTH
def test_a_page_that_lost_rows_is_told_from_one_that_is_given_again(paging: Paging, read: Read, api: Any) -> None:
    """Where the row that was left of a page is the very one that the next request gives, one more request tells."""
    api.answer = shelf(7, cap=2, counts_asked=True, hidden=range(0, 3, 2))

    found = read(paging, says="more", query=(("limit", "2"),))

    assert found == ([{"id": row} for row in (1, 3, 4, 5, 6)], [])
    assert [received.query for received in api.requests][2] == {"limit": "1", paging.parameter: str(paging.start)}
    assert len(api.requests) == 6


def test_a_cap_that_becomes_lower_is_not_taken_for_rows_left_out(read: Read, api: Any) -> None:
    """The second page then begins with a row of the first; where the cap is gone after that, the rows between were never given."""

    def answer(received: Any) -> dict[str, Any]:
        return shelf(250, cap={1: 2, 2: 1}.get(len(api.requests), 100))(received)

    api.answer = answer

    with pytest.raises(ResponseError, match=r"changed the size of its pages while they were read.*\n.*\nRun the statement again"):
        read(PAGE, says="more")
    assert [received.query for received in api.requests][1:] == [{"limit": "2", "page": "2"}, {"limit": "1", "page": "3"}]


def test_rows_left_out_of_two_pages_are_told_from_a_lower_cap(read: Read, api: Any) -> None:
    """The page in the size of the first one is short again; a page of one row, which no cap changes, tells."""
    api.answer = shelf(250, cap=100, hidden=range(90, 98))

    rows, warnings = read(PAGE, says="more")

    assert (rows, warnings) == ([{"id": row} for row in range(250) if row not in range(90, 98)], [])
    assert [received.query for received in api.requests][1:3] == [{"limit": "92", "page": "2"}, {"limit": "1", "page": "93"}]
    assert len(api.requests) == 5


def test_rows_that_move_between_two_short_pages_are_an_error(read: Read, api: Any) -> None:
    """A row that is new at the front pushes one to the next page; nobody can tell then what else was pushed past."""
    capped = shelf(60, cap=10)

    def answer(received: Any) -> dict[str, Any]:
        reply = capped(received)
        if "offset" in received.query:
            reply["json"]["data"] = [{"id": row["id"] - 1} for row in reply["json"]["data"]]
        return reply

    api.answer = answer

    with pytest.raises(
        ResponseError, match=r"rows moved from page to page.*\n.*\nRun the statement again; .* ask for smaller pages with limit"
    ):
        read(OFFSET)


def test_rows_that_cannot_be_told_apart_are_no_overlap(read: Read, api: Any) -> None:
    """Equal rows in a capped list are rows of their own."""

    def answer(received: Any) -> dict[str, Any]:
        start = int(received.query.get("offset", 0))
        return {"json": {"data": [{"level": row // 4} for row in range(start, min(start + 5, 12))]}}

    api.answer = answer

    assert read(OFFSET) == ([{"level": row // 4} for row in range(12)], [])


# -- a list that never ends --------------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("says", [None, "more", "total"])
@pytest.mark.parametrize("rows", [2, 100], ids=["short", "full"])
def test_an_api_that_ignores_the_number_is_a_loop(paging: Paging, says: str | None, rows: int, read: Read, api: Any) -> None:
    """The same page again is no further page, though a count or a flag says that more follows: its rows would be there twice."""
    api.replies = [{"json": {"data": things(rows), "total": 900, "more": True}}]

    with pytest.raises(PageLoopError, match="same page twice"):
        read(paging, says=says)
    assert len(api.requests) <= 3


@BOTH
def test_the_last_page_for_ever_is_a_loop(paging: Paging, read: Read, api: Any) -> None:
    """Also where the body around the rows differs, as when it repeats the number that was asked for."""

    def answer(received: Any) -> dict[str, Any]:
        at = int(received.query.get("page", received.query.get("offset", 0)))
        return {"json": {"at": at, "data": things(100) if at < 2 else [{"id": row} for row in range(100, 200)]}}

    api.answer = answer

    with pytest.raises(PageLoopError, match="same page twice"):
        read(paging)
    assert len(api.requests) == 3


@BOTH
def test_pages_without_rows_are_followed_where_more_are_promised(paging: Paging, read: Read, api: Any) -> None:
    """A filter may have emptied a page in the middle."""
    api.answer = shelf(450, cap=100, hidden=range(100, 300))

    rows, warnings = read(paging, says="more")

    assert (rows, warnings) == ([{"id": row} for row in range(450) if row not in range(100, 300)], [])


def test_an_empty_page_of_a_capped_list_is_stepped_over_and_not_more(read: Read, api: Any) -> None:
    """The server gives ten rows of a hundred, and has emptied one of these pages: nobody said that it would have been wider."""
    api.answer = shelf(60, cap=10, hidden=range(20, 30))

    rows, warnings = read(OFFSET, says="more")

    assert (rows, warnings) == ([{"id": row} for row in range(60) if row not in range(20, 30)], [])


@BOTH
def test_pages_that_stay_empty_are_an_error(paging: Paging, read: Read, api: Any) -> None:
    """An API that promises more for ever and gives nothing is not followed for ever, and not believed to be done."""
    api.answer = lambda received: {"json": {"data": [] if {"page", "offset"} & set(received.query) else things(100), "more": True}}

    with pytest.raises(PageLoopError, match="says that more rows follow, but its last 10 pages are empty"):
        read(paging, says="more")
    assert len(api.requests) == 11


def test_a_first_page_without_rows_that_promises_more_is_an_error(read: Read, api: Any) -> None:
    """An offset that no row moves would be asked for again and again; how wide the page was is not known."""
    api.replies = [{"json": {"data": [], "more": True}}]

    with pytest.raises(PageLoopError, match="more rows follow, but its page is empty"):
        read(OFFSET, says="more")
    assert len(api.requests) == 1


# -- what an API says of the end ---------------------------------------------------------------------------------------------------------


@BOTH
def test_fewer_rows_than_counted_end_with_a_warning(paging: Paging, read: Read, api: Any) -> None:
    """An API that counts more rows than it gives may have left some out."""
    api.replies = [{"json": {"data": things(100), "total": 900}}, {"json": {"data": [], "total": 900}}]

    assert read(paging, says="total") == (things(100), ["acme.store.things: the API counts 900 rows but gave 100; some may be missing."])


def test_a_flag_that_ends_before_the_count_does_is_warned_of(client: Client, api: Any, call_to: Callable) -> None:
    """`more: false` ends the paging, and the count says that it came too early."""
    api.replies = [{"json": {"data": things(2), "total": 9, "more": False}}]
    control = Control()

    list(
        client.pages(
            call_to(), Protocol(rows="data", paging=Paging(kind=PagingKind.PAGE, parameter="p", total="total", more="more")), control
        )
    )

    assert control.warnings == ["acme.store.things: the API counts 9 rows but gave 2; some may be missing."]


@pytest.mark.parametrize("last", [[], things(1)], ids=["no more", "one more"])
def test_a_count_that_is_too_small_does_not_cut_what_is_promised(last: list[Any], client: Client, api: Any, call_to: Callable) -> None:
    """Where the API says that more follow though all came that it counts, it is asked once more, and an empty page settles it."""
    first = {"data": [5, 6], "total": 2, "more": True}
    api.replies = [{"json": first}, {"json": first | {"data": last, "more": not last}}]
    control = Control()

    protocol = Protocol(rows="data", paging=Paging(kind=PagingKind.PAGE, parameter="p", total="total", more="more"))
    rows = [row for page in client.pages(call_to(), protocol, control) for row in json.loads(page.body)["data"]]

    assert (rows, control.warnings) == ([5, 6, *last], [])


def test_a_page_that_is_absent_is_after_the_last(read: Read, api: Any) -> None:
    """Some APIs answer 404 to a number beyond the end, which the manifest can say; what was counted must have come by then."""
    api.replies = [{"json": {"data": things(100), "total": 900}}, {"status": 404, "json": {"detail": "Invalid page."}}]
    absent = Absent(message="Invalid page")

    rows, warnings = read(PAGE, says="total", absent=absent)

    assert len(rows) == 100
    assert "counts 900 rows but gave 100" in warnings[0]


# -- what an API says of the number of its pages -----------------------------------------------------------------------------------------

COUNTED = Paging(kind=PagingKind.PAGE, parameter="page", start=1)


def counted(api: Any, *pages: tuple[list[Any], Any]) -> None:
    """Lets the server give these pages, each of rows and of what it says that there are of them; beyond them, none without a count."""
    given = [{"json": {"data": rows, "pages": count}} for rows, count in pages]

    def answer(received: Any) -> dict[str, Any]:
        number = int(received.query.get("page", 1))
        return given[number - 1] if number <= len(given) else {"json": {"data": []}}

    api.answer = answer


def asked(api: Any) -> list[int]:
    """The numbers of the pages that the server was asked for."""
    return [int(received.query.get("page", 1)) for received in api.requests]


@pytest.mark.parametrize("count", [1, 2, 3], ids=str)
def test_the_last_page_by_the_count_ends_it(count: int, read: Read, api: Any) -> None:
    """No further page is asked for, though the last one is as wide as any."""
    counted(api, *(([2 * n, 2 * n + 1], count) for n in range(count)))

    assert read(COUNTED, says="pages") == (list(range(2 * count)), [])
    assert asked(api) == list(range(1, count + 1))


@pytest.mark.parametrize("counts_asked", [False, True], ids=["counts its own pages", "counts pages as asked"])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 57, 100, 101, 250])
def test_a_cap_loses_no_row_where_pages_are_counted(counts_asked: bool, count: int, read: Read, api: Any) -> None:
    """The count is of pages of the size that comes."""
    api.answer = shelf(count, cap=10, counts_asked=counts_asked)

    assert read(PAGE, says="pages") == (things(count), [])
    assert len(api.requests) == max(1, -(-count // 10))


@pytest.mark.parametrize("hidden", [range(3), range(95, 100), range(90, 130), range(250)], ids=str)
def test_rows_that_are_hidden_make_none_come_twice_where_pages_are_counted(hidden: range, read: Read, api: Any) -> None:
    """A short first page is asked about in the next one, as without a count."""
    api.answer = shelf(250, cap=100, hidden=hidden)

    rows, warnings = read(PAGE, says="pages")

    assert (rows, warnings) == ([row for row in things(250) if row["id"] not in hidden], [])


def test_a_count_that_grows_is_followed(read: Read, api: Any) -> None:
    """A list may become longer while it is read."""
    counted(api, ([0, 1], 2), ([2, 3], 3), ([4, 5], 4), ([6], 4))

    assert read(COUNTED, says="pages") == (list(range(7)), [])
    assert asked(api) == [1, 2, 3, 4]


def test_a_count_that_shrinks_ends_at_a_page_without_rows(read: Read, api: Any) -> None:
    """Rows that come are taken, whatever was counted; a page without any is believed what it says itself."""
    counted(api, ([0, 1], 5), ([2, 3], 2), ([4, 5], 2), ([], 2))

    assert read(COUNTED, says="pages") == (list(range(6)), [])
    assert asked(api) == [1, 2, 3, 4]


@pytest.mark.parametrize("count", [0, -1, "-1", None, "many", True, 2.5, "2.5", "", [], {}, "9" * 5000], ids=lambda count: repr(count)[:20])
def test_a_count_that_is_none_is_not_counted_on(count: Any, read: Read, api: Any) -> None:
    """Then a page without rows is the end, as where nothing is counted."""
    counted(api, ([0, 1], count), ([2, 3], count))

    assert read(COUNTED, says="pages") == ([0, 1, 2, 3], [])
    assert asked(api) == [1, 2, 3]


def test_a_count_below_the_page_it_came_with_cuts_nothing(read: Read, api: Any) -> None:
    """A page with rows is beyond what was counted, so the count is none."""
    counted(api, ([0, 1], 0), ([2, 3], 1), ([4], 1))

    assert read(COUNTED, says="pages") == ([0, 1, 2, 3, 4], [])
    assert asked(api) == [1, 2, 3, 4]


def test_a_last_page_without_rows_is_an_end_like_any(read: Read, api: Any) -> None:
    """Some APIs count one page more where rows fill their pages exactly; all pages that it counts have come then."""
    counted(api, ([0, 1], 3), ([2, 3], 3), ([], 3))

    assert read(COUNTED, says="pages") == ([0, 1, 2, 3], [])
    assert asked(api) == [1, 2, 3]


def test_pages_that_a_filter_emptied_are_passed(read: Read, api: Any) -> None:
    """Where the API counts more of them, rows may follow."""
    counted(api, ([], 4), ([0, 1], 4), ([], 4), ([2], 4))

    assert read(COUNTED, says="pages") == ([0, 1, 2], [])
    assert asked(api) == [1, 2, 3, 4]


def test_a_count_far_too_high_ends_with_a_warning(read: Read, api: Any) -> None:
    """After ten pages without a row."""
    counted(api, ([0, 1], 5000), *([([], 5000)] * 20))

    rows, warnings = read(COUNTED, says="pages")

    assert (rows, warnings) == ([0, 1], ["acme.store.things: the API counts 5000 pages but ended at page 11; rows may be missing."])
    assert asked(api) == list(range(1, 12))


def test_a_counted_page_that_is_not_there_ends_with_a_warning(read: Read, api: Any) -> None:
    """Nothing is asked for beyond it."""
    api.replies = [{"json": {"data": [1], "pages": 9}}, {"status": 404, "json": {"detail": "Invalid page."}}]

    rows, warnings = read(COUNTED, says="pages", absent=Absent(message="Invalid page"))

    assert (rows, warnings) == ([1], ["acme.store.things: the API counts 9 pages but ended at page 2; rows may be missing."])
    assert asked(api) == [1, 2]


def test_rows_that_are_enough_end_it_before_the_count_does(client: Client, api: Any, call_to: Callable) -> None:
    """A LIMIT has no use for the rest."""
    counted(api, *(([2 * n, 2 * n + 1], 50) for n in range(50)))
    paging = Paging(kind=PagingKind.PAGE, parameter="page", start=1, pages="pages")

    pages = list(client.pages(call_to(rows_needed=5), Protocol(rows="data", paging=paging), Control()))

    assert (len(pages), asked(api)) == (3, [1, 2, 3])


def test_a_count_of_rows_that_is_not_reached_says_that_pages_follow(client: Client, api: Any, call_to: Callable) -> None:
    """Of two counts the one that promises more is followed."""
    given = [{"data": [0, 1], "pages": 1, "total": 4}, {"data": [2, 3], "pages": 1, "total": 4}]
    api.replies = [{"json": body} for body in given]
    paging = Paging(kind=PagingKind.PAGE, parameter="page", start=1, pages="pages", total="total")

    pages = list(client.pages(call_to(), Protocol(rows="data", paging=paging), Control()))

    assert (len(pages), asked(api)) == (2, [1, 2])


def test_an_offset_goes_on_from_what_came(read: Read, api: Any) -> None:
    """The statement's own offset is where it starts."""
    api.answer = shelf(35, cap=10)

    rows, warnings = read(OFFSET, says="total", query=(("offset", "12"),))

    assert (rows, warnings) == (things(35)[12:], [])
    assert [received.query["offset"] for received in api.requests] == ["12", "22", "32"]


@pytest.mark.parametrize("says", [None, "total", "more", "pages"])
def test_a_statement_that_starts_at_a_later_page_gets_all_pages_from_there(says: str | None, read: Read, api: Any) -> None:
    """The count includes rows before it and so cannot end the paging; the size of a page stays, for its number depends on it."""
    api.answer = shelf(35, cap=10)

    rows, warnings = read(PAGE, says=says, query=(("page", "3"),))

    assert (rows, warnings) == (things(35)[20:], [])
    assert {received.query["limit"] for received in api.requests} == {"100"}


def test_a_number_that_is_none_is_an_error(read: Read, api: Any) -> None:
    """There is nothing to count on from."""
    api.replies = [{"json": {"data": [1]}}]

    with pytest.raises(ResponseError, match="page=x is no number"):
        read(PAGE, query=(("page", "x"),))


def test_a_size_that_is_none_is_sent_and_not_counted_on(read: Read, api: Any) -> None:
    """Whether a page is short is then not known."""
    api.replies = [{"json": {"data": things(3)}}, {"json": {"data": []}}]

    assert read(PAGE, query=(("limit", "all"),)) == (things(3), [])
    assert [received.query for received in api.requests] == [{"limit": "all"}, {"limit": "all", "page": "2"}]


# -- a server that gives a cursor beside the number ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [9, 10, 57, 250])
def test_what_the_link_to_the_next_page_has_beside_its_number_is_sent(count: int, client: Client, api: Any, call_to: Callable) -> None:
    """As GitHub gives no page of a long list of issues by its number alone, and none of its links says which is the last."""

    def answer(received: Any) -> dict[str, Any]:
        number = int(received.query.get("page", 1))
        if number > 1 and "after" not in received.query:
            return {"status": 422, "json": {"message": "Pagination with the page parameter is not supported for large datasets"}}
        start = int(received.query.get("after", 0))
        # One page is short, as those are from which something was left out; the cursor knows.
        end = min(start + (7 if number == 2 else 10), count)
        link = {"Link": f'</lists/7?limit=10&after={end}&page={number + 1}>; rel="next", </lists/7?page=1>; rel="first"'}
        return {"json": {"data": [{"id": row} for row in range(start, end)]}, "headers": link if end < count else {}}

    api.answer = answer
    paging = replace(PAGE, pages_header="link", page_size=replace(SIZE, maximum=10))
    control = Control()

    pages = client.pages(call_to(query=(("state", "all"),)), Protocol(rows="data", paging=paging, identified=True), control)

    assert [row for page in pages for row in json.loads(page.body)["data"]] == things(count)
    assert control.warnings == []
    assert {received.query["state"] for received in api.requests} == {"all"}
