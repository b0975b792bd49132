"""What leads to the next page where nobody has said how pages follow one another."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rowcall.http.marker import Marker, marker


@pytest.mark.parametrize(
    ("body", "parameters", "expected"),
    [
        ({"@odata.nextLink": "https://x.example/a?skip=1"}, (), Marker("https://x.example/a?skip=1", None)),
        ({"links": {"next": {"href": "/a?page=2"}}}, (), Marker("/a?page=2", None)),
        ({"links": {"pages": {"next": "https://x.example/2"}}}, (), Marker("https://x.example/2", None)),
        ({"links": [{"rel": "self", "href": "/a"}, {"rel": "next", "href": "/b"}]}, (), Marker("/b", None)),
        ({"next_page_url": "?page=2"}, (), Marker("?page=2", None)),
        ({"nextPageToken": "t"}, ("pageToken",), Marker("t", "pageToken")),
        ({"NextToken": "t"}, ("MaxResults", "NextToken"), Marker("t", "NextToken")),
        ({"response_metadata": {"next_cursor": "c"}}, ("cursor", "limit"), Marker("c", "cursor")),
        ({"meta": {"next_page": 2}}, ("page",), Marker("2", "page")),
        ({"result_info": {"cursors": {"after": "c"}}}, ("cursor",), None),
        ({"result_info": {"cursors": {"after": "c"}}}, ("after",), Marker("c", "after")),
    ],
)
def test_a_marker_is_found_under_the_names_that_apis_give_it(body: Any, parameters: tuple[str, ...], expected: Marker | None) -> None:
    """Wherever in a page it stands, and in raw JSON too; a token only where there is a parameter for it."""
    assert marker(body, None, parameters) == expected
    assert marker({name: msgspec.Raw(msgspec.json.encode(value)) for name, value in body.items()}, None, parameters) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"nextPageToken": ""},
        {"nextPageToken": None},
        {"next": None, "data": []},
        {"next": "soon", "data": []},
        {"next": True},
        {"cursor": "the one that was sent"},
        {"links": {"next": None}},
        {},
        [],
    ],
)
def test_what_says_nothing_of_a_next_page_is_none(body: Any) -> None:
    """An end, and what only looks like a link."""
    assert marker(body, None, ("pageToken", "size")) is None


def test_a_link_header_wins() -> None:
    """It is made for that."""
    assert marker({"nextLink": "https://x.example/b"}, '<https://x.example/a>; rel="next"', ()) == Marker("https://x.example/a", None)
