"""From a page to the request for the next one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.errors import PageLoopError, ResponseError
from rowcall.http.page import Answer, Envelope, read_page
from rowcall.http.paginate import Chain, at_url, follow, is_false, is_true, next_link, parameter
from rowcall.manifest.model import PageSize, Paging, PagingKind
from rowcall.plan.nodes import Protocol, Request

BASE = "https://api.acme.test/v1"
FIRST = Request("acme", "acme.store.things", "list_things", "GET", "/things")
CURSOR = Paging(kind=PagingKind.CURSOR, parameter="after", next="last_id", row="id", more="has_more")
TOKEN = Paging(kind=PagingKind.TOKEN, parameter="page_token", next="next")
LINK = Paging(kind=PagingKind.LINK)
NEXT_URL = Paging(kind=PagingKind.NEXT_URL, next="next")
PAGE = Paging(kind=PagingKind.PAGE, parameter="page", start=1, total="total", more="more")
OFFSET = Paging(kind=PagingKind.OFFSET, parameter="offset", total="total", more="more")

Server = Callable[[Request], Answer]


def walk(paging: Paging, server: Server, first: Request = FIRST, most: int = 200) -> tuple[list[Any], list[str], list[Request]]:
    """All rows that `server` gives, the warnings, and the requests."""
    warnings: list[str] = []
    chain = Chain(paging, first, BASE, warnings.append)
    request: Request | None = chain.first
    rows: list[Any] = []
    sent: list[Request] = []
    while request is not None:
        sent.append(request)
        assert len(sent) <= most
        page, envelope = read_page(server(request), request, Protocol(rows="data", paging=paging))
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


# -- any list is fetched whole ---------------------------------------------------------------------------------------------------------


def start_of(kind: PagingKind, request: Request, rows: list[int], cap: int) -> int:
    """The index of the first row that a request asks for."""
    if kind in {PagingKind.LINK, PagingKind.NEXT_URL}:
        return int(request.path.partition("at=")[2] or 0)
    given_ = parameter(request, PARAMETERS[kind])
    if given_ is None:
        return 0
    return {PagingKind.CURSOR: lambda: rows.index(int(given_)) + 1, PagingKind.PAGE: lambda: (int(given_) - 1) * cap}.get(
        kind, lambda: int(given_)
    )()


def model(kind: PagingKind, rows: list[int], cap: int, *, says: bool) -> Server:
    """A server of one kind of paging that caps its pages; `says` is whether it says more or total."""

    def serve(request: Request) -> Answer:
        start = start_of(kind, request, rows, cap)
        asked = None if kind is PagingKind.PAGE else parameter(request, "limit")
        end = start + min(int(asked or cap), cap)
        more, data, headers = end < len(rows), [{"id": row} for row in rows[start:end]], {}
        body: dict[str, Any] = {"data": data}
        if kind is PagingKind.CURSOR:
            body |= {"last_id": data[-1]["id"] if data else None} | ({"has_more": more} if says else {})
        elif kind is PagingKind.TOKEN:
            body |= {"next": str(end) if more else None}
        elif kind is PagingKind.LINK:
            headers = {"link": f'<{BASE}/things?at={end}>; rel="next", <{BASE}/things>; rel="first"'} if more else {}
        elif kind is PagingKind.NEXT_URL:
            body |= {"next": f"/v1/things?at={end}" if more else ""}
        elif says:
            body |= {"total": len(rows)} if cap % 2 else {"more": more}
        return Answer(200, headers, json.dumps(body).encode())

    return serve


PARAMETERS = {
    PagingKind.CURSOR: "after",
    PagingKind.TOKEN: "page_token",
    PagingKind.LINK: None,
    PagingKind.NEXT_URL: None,
    PagingKind.PAGE: "page",
    PagingKind.OFFSET: "offset",
}
PAGINGS = {paging.kind: paging for paging in (CURSOR, TOKEN, LINK, NEXT_URL, PAGE, OFFSET)}


@pytest.mark.parametrize("kind", list(PagingKind))
@given(
    rows=st.lists(st.integers(1, 10_000), unique=True, max_size=30),
    cap=st.integers(1, 12),
    asked=st.none() | st.integers(1, 12),
    says=st.booleans(),
)
def test_every_row_comes_once_and_in_order(kind: PagingKind, rows: list[int], cap: int, asked: int | None, says: bool) -> None:
    """Whatever the list, the size asked for and the server's own cap, with or without a word on whether more follows."""
    paging = replace(PAGINGS[kind], page_size=PageSize(parameter="limit", maximum=asked))

    found, warnings, sent = walk(paging, model(kind, rows, cap, says=says))

    assert ([row["id"] for row in found], warnings) == (rows, [])
    assert len(sent) <= len(rows) + 2


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
        {"data": [], "last_id": "b", "has_more": True},
        {"data": ids("b"), "last_id": None},
        {"data": ids("b"), "last_id": ""},
    ],
    ids=["no more", "empty", "empty that claims more", "null cursor", "empty cursor"],
)
def test_a_cursor_ends_in_silence(last: dict[str, Any]) -> None:
    """has_more false, an empty page, and a null cursor each end the paging."""
    _, warnings, sent = walk(CURSOR, gives({"data": ids("a"), "last_id": "a", "has_more": True}, last))

    assert (len(sent), warnings) == (2, [])


def test_more_rows_without_a_cursor_end_with_a_warning() -> None:
    """An API that claims more and gives no cursor may have left rows out, and the user is told."""
    _, warnings, sent = walk(CURSOR, gives({"data": ids("a"), "last_id": None, "has_more": True}))

    assert len(sent) == 1
    assert "more rows follow" in warnings[0]


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


# -- numbers ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paging", [PAGE, OFFSET], ids=lambda paging: paging.kind)
def test_fewer_rows_than_counted_end_with_a_warning(paging: Paging) -> None:
    """An API that counts more rows than it gives may have left some out."""
    _, warnings, _ = walk(paging, gives({"data": [1, 2], "total": 9}, {"data": [], "total": 9}))

    assert warnings == ["acme.store.things: the API counts 9 rows but gave 2; some may be missing."]


@pytest.mark.parametrize("paging", [PAGE, OFFSET], ids=lambda paging: paging.kind)
def test_an_empty_page_that_claims_more_ends_with_a_warning(paging: Paging) -> None:
    """Going on would never end; ending in silence might hide rows."""
    _, warnings, _ = walk(paging, gives({"data": [], "more": True}))

    assert "its page is empty" in warnings[0]


@pytest.mark.parametrize("paging", [PAGE, OFFSET], ids=lambda paging: paging.kind)
def test_an_api_that_ignores_the_page_number_is_a_loop(paging: Paging) -> None:
    """The same page twice, where nothing says when to stop, would be fetched for ever."""
    with pytest.raises(PageLoopError, match="same page twice"):
        walk(paging, gives({"data": [1, 2]}))


def test_an_offset_goes_on_from_what_came() -> None:
    """A server that caps its pages is asked for the row after the last one it gave; the statement's own offset is where it starts."""
    first = replace(FIRST, query=(("offset", "10"), ("limit", "100")))

    _, _, sent = walk(OFFSET, gives({"data": [1, 2, 3], "total": 15}, {"data": [4, 5], "total": 15}), first)

    assert [parameter(request, "offset") for request in sent] == ["10", "13"]


def test_a_statement_that_starts_at_a_later_page_gets_all_pages_from_there() -> None:
    """The total counts rows before the first page too, and so cannot end the paging."""
    rows, _, sent = walk(PAGE, gives({"data": [3], "total": 3}, {"data": []}), replace(FIRST, query=(("page", "3"),)))

    assert (rows, [parameter(request, "page") for request in sent]) == ([3], ["3", "4"])


def test_a_page_number_that_is_none_is_an_error() -> None:
    """There is nothing to count on from."""
    with pytest.raises(ResponseError, match="page=x is no number"):
        walk(PAGE, gives({"data": [1]}), replace(FIRST, query=(("page", "x"),)))


# -- URLs ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("<https://h/a?x=1,2>; rel=next", "https://h/a?x=1,2"),
        ('<https://h/p>; rel="prev", <https://h/n>; rel="next"', "https://h/n"),
        ('<https://h/n>; title="a, b; rel=prev"; rel="last next"', "https://h/n"),
        ('<https://h/n>; REL="NEXT"', "https://h/n"),
        ("<https://h/n>;rel=prev", None),
        ("nonsense", None),
    ],
    ids=str,
)
def test_the_next_link_is_found(header: str | None, expected: str | None) -> None:
    """A Link header of several links, quoted or not, in any case."""
    assert next_link(header) == expected


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("https://api.acme.test/v1/things?page=2&q=a%2Bb", "/things?page=2&q=a%2Bb"),
        ("HTTPS://API.acme.test:443/v1/things?page=2", "/things?page=2"),
        ("/v1/things?page=2", "/things?page=2"),
        ("?page=2#top", "/things?page=2"),
        ("https://user:pw@api.acme.test/v1/things", "/things"),
        ("/other/things?page=2", "https://api.acme.test/other/things?page=2"),
    ],
    ids=str,
)
def test_the_next_url_is_taken_word_for_word(target: str, path: str) -> None:
    """Relative or absolute, below the base URL or beside it; its query is not touched."""
    request = follow(FIRST, BASE, target)

    assert (request.path, request.query) == (path, ())


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/v1/things",
        "//evil.test/v1/things",
        "http://api.acme.test/v1/things",
        "https://api.acme.test:8443/v1/things",
        "https://api.acme.test.evil.test/",
        "https://api.acme.test@evil.test/",
        "https://api.acme.test\\@evil.test/",
        "https://api.acme.test:port/",
        "ftp://api.acme.test/",
        "javascript:alert(1)",
    ],
    ids=str,
)
def test_no_next_url_leads_to_another_place(target: str) -> None:
    """Another scheme, host or port is refused, so that no credential goes there."""
    assert at_url(FIRST, BASE, target) is None
    with pytest.raises(ResponseError, match="another place"):
        follow(FIRST, BASE, target)


@given(st.text(alphabet="https:/\\@.#?api.acmetv1ev%20[]", max_size=40))
def test_wherever_a_url_leads_it_is_the_base_urls_place(target: str) -> None:
    """What is followed is a path below the base URL, or starts with its scheme, host and port, letter for letter."""
    request = at_url(FIRST, BASE, target)

    assert request is None or request.path.startswith(("/", "https://api.acme.test/")) or request.path == "https://api.acme.test"


@pytest.mark.parametrize(
    ("more", "says_no", "says_yes"),
    [
        (True, False, True),
        (False, True, False),
        (None, False, False),
        ("false", True, False),
        ("true", False, True),
        (0, True, False),
        (3, False, True),
    ],
)
def test_more_is_understood_in_every_spelling(more: Any, says_no: bool, says_yes: bool) -> None:
    """Null says nothing either way."""
    assert (is_false(more), is_true(more)) == (says_no, says_yes)


def test_without_paging_there_is_one_page() -> None:
    """A method that does not page is asked once."""
    assert Chain(None, FIRST, BASE, print).after(FIRST, Envelope(rows=5)) is None
