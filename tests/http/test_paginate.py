"""From a page to the request for the next one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.errors import PageLoopError, ResponseError
from rowcall.http.address import parameter
from rowcall.http.page import Answer, Envelope, read_page
from rowcall.http.paginate import Chain
from rowcall.manifest.model import PageSize, Paging, PagingKind, Scalar
from rowcall.plan.nodes import Protocol, Request, Ties

BASE = "https://api.acme.test/v1"
FIRST = Request("acme", "acme.store.things", "list_things", "GET", "/things")
CURSOR = Paging(kind=PagingKind.CURSOR, parameter="after", next="last_id", row="id", more="has_more")
TOKEN = Paging(kind=PagingKind.TOKEN, parameter="page_token", next="next")
LINK = Paging(kind=PagingKind.LINK)
NEXT_URL = Paging(kind=PagingKind.NEXT_URL, next="next")
PAGE = Paging(kind=PagingKind.PAGE, parameter="page", start=1, total="total", more="more")
OFFSET = Paging(kind=PagingKind.OFFSET, parameter="offset", total="total", more="more")
FOUND = Paging(kind=PagingKind.FOUND, parameters=("page_token",))

Server = Callable[[Request], Answer]


def walk(
    paging: Paging | None, server: Server, first: Request = FIRST, most: int = 200, **facts: Any
) -> tuple[list[Any], list[str], list[Request]]:
    """All rows that `server` gives, the warnings, and the requests."""
    warnings: list[str] = []
    chain = Chain(paging, first, BASE, warnings.append, **facts)
    request: Request | None = chain.first
    rows: list[Any] = []
    sent: list[Request] = []
    while request is not None:
        sent.append(request)
        assert len(sent) <= most
        page, envelope = read_page(server(request), request, Protocol(rows="data", paging=paging))
        if chain.take(request, envelope):
            rows += json.loads(page.body)["data"] or []
        request = chain.after(request, envelope)
    return rows, warnings, sent


def gives(*bodies: Any) -> Server:
    """A server that gives bodies in turn; the last one for ever."""
    left = list(bodies)
    return lambda _: Answer(200, {}, json.dumps(left.pop(0) if len(left) > 1 else left[0]).encode())


def ids(*names: str) -> list[dict[str, str]]:
    """Rows with ids."""
    return [{"id": name} for name in names]


@pytest.mark.parametrize(("needed", "requests"), [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (99, 3), (None, 3)])
def test_paging_ends_when_the_rows_are_there_that_are_needed(needed: int | None, requests: int) -> None:
    """However many more the API has, and however few come on a page."""
    server = gives(
        {"data": ids("a", "b"), "last_id": "b", "has_more": True},
        {"data": ids("c", "d"), "last_id": "d", "has_more": True},
        {"data": ids("e"), "last_id": "e", "has_more": False},
    )
    chain = Chain(CURSOR, replace(FIRST, rows_needed=needed), BASE, pytest.fail)
    request: Request | None = chain.first
    sent = 0
    while request is not None:
        sent += 1
        _, envelope = read_page(server(request), request, Protocol(rows="data", paging=CURSOR))
        assert chain.take(request, envelope)
        request = chain.after(request, envelope)

    assert sent == requests


# -- any list is fetched whole ---------------------------------------------------------------------------------------------------------


def start_of(kind: PagingKind, request: Request, rows: list[int], step: int) -> int:
    """The index of the first row that a request asks for; `step` is how many rows the server counts to a page."""
    if kind in {PagingKind.LINK, PagingKind.NEXT_URL}:
        return int(request.path.partition("at=")[2] or 0)
    given_ = parameter(request, PARAMETERS[kind])
    if given_ is None:
        return 0
    return {PagingKind.CURSOR: lambda: rows.index(int(given_)) + 1, PagingKind.PAGE: lambda: (int(given_) - 1) * step}.get(
        kind, lambda: int(given_)
    )()


@dataclass(frozen=True)
class Habits:
    """What a server does besides what is asked of it."""

    cap: int
    """The most rows of a page, whatever is asked for."""
    default: int
    """How many it gives where nothing is asked for."""
    says: bool
    """Whether it says that more follow, or how many there are."""
    counts_asked: bool
    """Whether its page numbers count pages of the size that was asked for, though it gives smaller ones."""
    hidden: frozenset[int] = frozenset()
    """Rows that it leaves out after it cut the page; it neither counts nor mentions them."""


def model(kind: PagingKind, rows: list[int], habits: Habits) -> Server:
    """A server of one kind of paging."""

    def serve(request: Request) -> Answer:
        asked = int(parameter(request, "limit") or habits.default)
        size = min(asked, habits.cap)
        start = start_of(kind, request, rows, asked if habits.counts_asked else size)
        end = start + size
        more, headers = end < len(rows), {}
        cut = rows[start:end]
        data = [{"id": row} for row in cut if row not in habits.hidden]
        body: dict[str, Any] = {"data": data}
        if kind is PagingKind.CURSOR:
            body |= {"last_id": cut[-1] if cut else None} | ({"has_more": more} if habits.says else {})
        elif kind is PagingKind.TOKEN:
            body |= {"next": str(end) if more else None}
        elif kind is PagingKind.FOUND:
            body |= {"nextPageToken": str(end) if more else None}
        elif kind is PagingKind.LINK:
            headers = {"link": f'<{BASE}/things?at={end}>; rel="next", <{BASE}/things>; rel="first"'} if more else {}
        elif kind is PagingKind.NEXT_URL:
            body |= {"next": f"/v1/things?at={end}" if more else ""}
        elif habits.says:
            body |= {"total": len(rows)} if habits.cap % 2 and not habits.hidden else {"more": more}
        return Answer(200, headers, json.dumps(body).encode())

    return serve


PARAMETERS = {
    PagingKind.CURSOR: "after",
    PagingKind.TOKEN: "page_token",
    PagingKind.LINK: None,
    PagingKind.NEXT_URL: None,
    PagingKind.PAGE: "page",
    PagingKind.OFFSET: "offset",
    PagingKind.FOUND: "page_token",
}
PAGINGS = {paging.kind: paging for paging in (CURSOR, TOKEN, LINK, NEXT_URL, PAGE, OFFSET, FOUND)}
LISTS = st.lists(st.integers(1, 10_000), unique=True, max_size=40)


def page_size(habits: Habits, maximum: int | None) -> PageSize:
    """What the manifest says of the size of a page."""
    return PageSize(parameter="limit", maximum=maximum, default=habits.default)


@pytest.mark.parametrize("kind", list(PagingKind))
@given(
    rows=LISTS,
    habits=st.builds(Habits, cap=st.integers(1, 12), default=st.integers(1, 12), says=st.booleans(), counts_asked=st.booleans()),
    maximum=st.none() | st.integers(1, 15),
)
def test_every_row_comes_once_and_in_order(kind: PagingKind, rows: list[int], habits: Habits, maximum: int | None) -> None:
    """Whatever the list, the size asked for, the server's own cap and how it counts, with or without a word on whether more follows."""
    paging = replace(PAGINGS[kind], page_size=page_size(habits, maximum))

    found, warnings, sent = walk(paging, model(kind, rows, habits))

    assert ([row["id"] for row in found], warnings) == (rows, [])
    assert len(sent) <= len(rows) + 2


@pytest.mark.parametrize("kind", list(PagingKind))
@given(count=st.integers(0, 40), size=st.integers(2, 12), seed=st.integers(0, 2**40))
def test_rows_that_an_api_hides_make_no_row_come_twice(kind: PagingKind, count: int, size: int, seed: int) -> None:
    """Nor not at all, where it says whether more follow: a page that lost rows after it was cut is short, and was not capped."""
    rows = list(range(1, count + 1))
    cuts = [rows[at : at + size] for at in range(0, count, size)]
    hidden = frozenset(row for cut in cuts for row in cut if seed >> row & 1 and row != cut[seed % len(cut)])
    habits = Habits(size, size, says=True, counts_asked=False, hidden=hidden)
    paging = replace(PAGINGS[kind], page_size=page_size(habits, size))

    found, warnings, _ = walk(paging, model(kind, rows, habits))

    assert ([row["id"] for row in found], warnings) == ([row for row in rows if row not in hidden], [])


# -- the first request -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "expected"), [((), "100"), ((("limit", "7"),), "7")], ids=["unset", "set"])
def test_the_largest_page_is_asked_for_unless_a_size_is_set(query: tuple[tuple[str, str], ...], expected: str) -> None:
    """What the planner put into the request stays."""
    paging = replace(CURSOR, page_size=PageSize(parameter="limit", maximum=100))

    _, _, sent = walk(paging, gives({"data": []}), replace(FIRST, query=query))

    assert parameter(sent[0], "limit") == expected


def test_only_the_cursor_changes_from_page_to_page() -> None:
    """Order, page size and filters of the first request are kept, and so is a `before`."""
    first = replace(FIRST, query=(("order", "asc"), ("before", "z"), ("limit", "2")))

    _, _, sent = walk(CURSOR, gives({"data": ids("a"), "last_id": "a", "has_more": True}, {"data": [], "has_more": False}), first)

    assert sent[1].query == (*first.query, ("after", "a"))


# -- where a cursor ends ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "last",
    [
        {"data": ids("b"), "last_id": "b", "has_more": False},
        {"data": [], "last_id": None, "has_more": False},
        {"data": [], "last_id": None},
        {"data": [], "last_id": "a"},
        {"data": ids("b"), "last_id": None},
        {"data": ids("b"), "last_id": ""},
    ],
    ids=["no more", "empty", "empty, more unsaid", "empty that stays where it is", "null cursor", "empty cursor"],
)
def test_a_cursor_ends_in_silence(last: dict[str, Any]) -> None:
    """has_more false, a page without rows that leads nowhere, and a null cursor each end the paging."""
    _, warnings, sent = walk(CURSOR, gives({"data": ids("a"), "last_id": "a", "has_more": True}, last))

    assert (len(sent), warnings) == (2, [])


@pytest.mark.parametrize("rows", [ids("a"), []], ids=["rows", "empty"])
def test_more_rows_without_a_cursor_are_an_error(rows: list[Any]) -> None:
    """An API that claims more and gives no cursor keeps rows back: its answer is not whole."""
    with pytest.raises(ResponseError, match="says that more rows follow, but gives no cursor to them; rows are missing"):
        walk(CURSOR, gives({"data": rows, "last_id": None, "has_more": True}))


@pytest.mark.parametrize("more", [{"has_more": True}, {}], ids=["says more", "says nothing"])
def test_a_page_without_rows_that_leads_on_is_followed(more: dict[str, bool]) -> None:
    """An API may filter after it cut the page; the cursor is its word that there is more to look at."""
    rows, warnings, sent = walk(CURSOR, gives({"data": [], "last_id": "a"} | more, {"data": ids("b"), "last_id": "b", "has_more": False}))

    assert (rows, warnings, [parameter(request, "after") for request in sent]) == (ids("b"), [], [None, "a"])


def test_a_page_without_rows_that_stays_where_it_is_and_claims_more_is_a_loop() -> None:
    """It is no end: the API says that rows are missing."""
    with pytest.raises(PageLoopError, match="'a' twice"):
        walk(CURSOR, gives({"data": ids("a"), "last_id": "a"}, {"data": [], "last_id": "a", "has_more": True}))


@pytest.mark.parametrize("paging", [CURSOR, TOKEN, LINK, NEXT_URL], ids=lambda paging: paging.kind)
def test_fewer_rows_than_the_api_counts_end_with_a_warning(paging: Paging) -> None:
    """Whatever leads from page to page, the API's own count is what must have come."""
    server = gives({"data": ids("a", "b"), "meta": {"count": 3}, "has_more": False})

    _, warnings, sent = walk(replace(paging, total="meta.count"), server)
    _, none, _ = walk(replace(CURSOR, total="meta.count"), server, replace(FIRST, query=(("after", "z"),)))

    assert len(sent) == 1
    assert warnings == ["acme.store.things: the API counts 3 rows but gave 2; some may be missing."]
    assert none == [], "the statement itself starts later"


@pytest.mark.parametrize("at_most", [None, 2, 3, 4])
def test_a_list_that_ends_where_the_api_gives_no_more_is_warned_of(at_most: int | None) -> None:
    """Just so many rows are as many as it gives of a longer list too."""
    server = gives({"data": ids("a", "b"), "next": "x"}, {"data": ids("c")})

    rows, warnings, _ = walk(TOKEN, server, at_most=at_most)
    _, none, _ = walk(TOKEN, gives({"data": ids("a", "b"), "next": "x"}), replace(FIRST, rows_needed=2), at_most=2)

    assert len(rows) == 3
    said = "acme.store.things: the API gives 3 rows of a list at the most, and gave so many; there may be more."
    assert warnings == ([said] if at_most == 3 else [])
    assert none == [], "no more was asked for"


def test_an_answer_that_goes_on_where_pages_are_not_followed_is_warned_of() -> None:
    """As one row with a long list in it, of which the API gives a part at a time."""
    first = Answer(200, {"link": f'<{BASE}/things?page=2>; rel="next"'}, b'{"data": [{"id": "a"}]}')

    rows, warnings, sent = walk(None, lambda _: first)

    assert (rows, len(sent)) == (ids("a"), 1)
    assert warnings == ["acme.store.things: the API's answer goes on, which list_things does not read; something is missing."]


def test_the_last_row_is_the_cursor_where_the_body_has_none() -> None:
    """A body without last_id is paged by the last row's id, until a page is empty."""
    rows, _, sent = walk(CURSOR, gives({"data": ids("a", "b")}, {"data": ids("c")}, {"data": []}))

    assert (rows, [parameter(request, "after") for request in sent]) == (ids("a", "b", "c"), [None, "b", "c"])


def test_rows_without_a_cursor_of_any_kind_end_with_a_warning() -> None:
    """Neither last_id nor the row's id nor has_more: whether that was all cannot be known."""
    _, warnings, sent = walk(CURSOR, gives({"data": [{"name": "a"}]}))

    assert len(sent) == 1
    assert "may be more" in warnings[0]


@pytest.mark.parametrize(
    "paging", [CURSOR, replace(TOKEN, next="last_id"), replace(NEXT_URL, next="last_id")], ids=lambda paging: paging.kind
)
def test_a_cursor_that_comes_again_is_a_loop(paging: Paging) -> None:
    """A server that ignores the cursor, or goes in a circle, does not keep us for ever."""
    bodies = [{"data": ids(name), "last_id": name, "has_more": True} for name in ("a", "b", "a")]

    with pytest.raises(PageLoopError, match="'a' twice"):
        walk(paging, gives(*bodies))


def test_a_page_that_comes_again_under_another_cursor_is_a_loop() -> None:
    """Its rows would be there twice. Rows that are all the same, or one alone, may be others."""
    page = [{"name": "a"}, {"name": "b"}]

    with pytest.raises(PageLoopError, match="gave a page again that came before"):
        walk(TOKEN, gives({"data": page, "next": "1"}, {"data": page, "next": "2"}, {"data": []}))

    for same in ([{"name": "a"}], [{"name": "a"}, {"name": "a"}]):
        rows, warnings, _ = walk(TOKEN, gives({"data": same, "next": "1"}, {"data": same}))
        assert (rows, warnings) == (same + same, [])


def test_the_cursor_of_the_statement_counts_as_seen() -> None:
    """A chain that starts after `a` and is led back to `a` is a loop."""
    with pytest.raises(PageLoopError):
        walk(CURSOR, gives({"data": ids("a"), "last_id": "a", "has_more": True}), replace(FIRST, query=(("after", "a"),)))


@pytest.mark.parametrize("cursor", [{"id": "a"}, ["a"], True])
def test_a_cursor_that_is_no_cursor_is_an_error(cursor: Any) -> None:
    """An object where a text is due is not sent back to the API."""
    with pytest.raises(ResponseError, match="neither a text nor a number"):
        walk(CURSOR, gives({"data": ids("a"), "last_id": cursor, "has_more": True}))


def test_a_number_is_a_cursor() -> None:
    """Ids may be numbers."""
    _, _, sent = walk(CURSOR, gives({"data": [{"id": 7}], "last_id": 7, "has_more": True}, {"data": []}))

    assert parameter(sent[1], "after") == "7"


def test_an_empty_page_with_a_token_is_not_the_last() -> None:
    """Some APIs filter after they cut pages."""
    rows, _, _ = walk(TOKEN, gives({"data": [], "next": "x"}, {"data": [1]}))

    assert rows == [1]


def test_without_paging_there_is_one_page() -> None:
    """A method that does not page is asked once."""
    assert Chain(None, FIRST, BASE, print).after(FIRST, Envelope(rows=5)) is None


@pytest.mark.parametrize(
    ("type_", "keys", "needed", "pages"),
    [
        (Scalar.INTEGER, [[9, 8, 7], [6]], 2, 1),
        (Scalar.INTEGER, [[9, 8, 8], [8, 7], [7]], 2, 2),
        (Scalar.INTEGER, [[9, 8, 8], [8, 8], [8, 8]], 2, 3),
        (Scalar.INTEGER, [[9, 8], [8, 7], [7]], 2, 2),
        (Scalar.INTEGER, [[9, 8], [7, 7], [6]], 2, 2),
        (Scalar.INTEGER, [[9], [9], [8, 7], [6]], 1, 3),
        (Scalar.STRING, [["b", "b", "a"], ["a"]], 1, 1),
        (Scalar.STRING, [["b", "b"], ["a"], ["a"]], 2, 2),
        (Scalar.NUMBER, [[2.5, 2.5, 1], [1]], 2, 1),
        (Scalar.NUMBER, [[1, 1.0, 0], [0]], 1, 1),
        (Scalar.INTEGER, [[2**60, 2**60 - 1], [5]], 1, 2),
        (Scalar.INTEGER, [[None, None], [None], [1]], 1, 3),
        (Scalar.INTEGER, [[True, False], [1]], 1, 2),
        (Scalar.INTEGER, [["1", 1], [0]], 1, 2),
        (Scalar.STRING, [["1", "1"], ["01"], ["2"]], 1, 2),
        (Scalar.INTEGER, [["2", "1"], ["0"]], 1, 1),
        (Scalar.INTEGER, [["1", "01"], [2]], 1, 2),
        (Scalar.NUMBER, [["1.5", "1.50"], ["1.25", "1"], [0]], 1, 2),
        (Scalar.NUMBER, [[1.5, "1.25"], [1]], 1, 1),
        (Scalar.NUMBER, [["NaN", "NaN"], ["1"]], 1, 2),
        (Scalar.INTEGER, [[1.75, 1.5], [2], [4]], 1, 3),
        (Scalar.INTEGER, [[4.5, 3], [2]], 1, 1),
        (Scalar.INTEGER, [["x", "y"], [1]], 1, 2),
    ],
    ids=repr,
)
def test_rows_that_equal_the_last_one_needed_are_fetched_with_it(type_: Scalar, keys: list[list[Any]], needed: int, pages: int) -> None:
    """Paging ends with the page that has a row which certainly comes after it."""
    rows = [[{"id": f"{number}.{place}", "at": {"s": key}} for place, key in enumerate(page)] for number, page in enumerate(keys)]
    bodies = [{"data": page, "last_id": page[-1]["id"], "has_more": number + 1 < len(rows)} for number, page in enumerate(rows)]

    found, _, sent = walk(CURSOR, gives(*bodies), replace(FIRST, rows_needed=needed, ties=Ties("at.s", type_)))
    without, _, _ = walk(CURSOR, gives(*bodies), replace(FIRST, rows_needed=needed))
    absent, _, _ = walk(CURSOR, gives(*bodies), replace(FIRST, rows_needed=needed, ties=Ties("none", type_)))

    assert (len(sent), found) == (pages, [row for page in rows[:pages] for row in page])
    assert needed <= len(without) <= len(found)
    assert len(absent) == sum(map(len, rows))


def test_a_token_that_is_a_url_is_followed() -> None:
    """Some manifests call it a token; it says all of the next request. Of another place it is a token like any other."""
    server = gives(
        {"data": ids("a"), "next": f"{BASE}/things?$skip=1"},
        {"data": ids("b"), "next": "https://elsewhere.test/things?$skip=2"},
        {"data": ids("c"), "next": None},
    )

    rows, warnings, sent = walk(TOKEN, server)

    assert (rows, warnings) == (ids("a", "b", "c"), [])
    assert [request.path for request in sent] == ["/things", "/things?$skip=1", "/things?$skip=1"]
    assert parameter(sent[2], "page_token") == "https://elsewhere.test/things?$skip=2"
