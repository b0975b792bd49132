"""What leads to the next page where a manifest does not say how pages follow one another: a link, or a token under a name that APIs use.

A link is one that says so: a Link header, or a field called `next` or like it that holds a URL. A token counts only where the method has a
query parameter that takes it, so that nothing is asked which the API does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from rowcall.http.address import next_link
from rowcall.http.page import pluck

_AROUND = (
    "links",
    "_links",
    "links.pages",
    "paging",
    "pagination",
    "page_info",
    "pageInfo",
    "page",
    "meta",
    "meta.pagination",
    "metadata",
    "response_metadata",
    "meta.page",
    "meta.links",
    "pagination.links",
    "result_info",
    "result_info.cursors",
    "cursors",
    "paging.cursors",
)
"""The objects in which a page speaks of others, where it does not do so at its top."""
_LINKS = (
    "@odata.nextLink",
    "odata.nextLink",
    "nextLink",
    "next_link",
    "next",
    "next_url",
    "nextUrl",
    "next_uri",
    "nextUri",
    "next_page_url",
    "nextPageUrl",
    "next_page_uri",
    "nextPageUri",
    "next_page_link",
    "next_page",
    "nextPage",
)
_TOKENS = {
    "nextPageToken": ("pageToken", "page_token"),
    "next_page_token": ("page_token", "pageToken"),
    "nextToken": ("nextToken", "next_token", "token"),
    "NextToken": ("NextToken", "nextToken"),
    "next_token": ("next_token", "token", "pagination_token"),
    "nextCursor": ("cursor", "after"),
    "next_cursor": ("cursor", "after", "page[cursor]", "page_cursor"),
    "endCursor": ("after", "cursor"),
    "continuationToken": ("continuationToken", "continuation_token"),
    "continuation_token": ("continuation_token", "continuationToken"),
    "NextContinuationToken": ("continuation-token",),
    "NextMarker": ("Marker", "marker"),
    "next_marker": ("marker",),
    "nextMarker": ("marker",),
    "next_offset": ("offset",),
    "nextOffset": ("offset",),
    "next_page": ("page", "page_token", "page[number]"),
    "nextPage": ("page", "pageToken"),
    "next_page_id": ("page_id", "page"),
    "cursor": ("cursor",),
    "after": ("after",),
    "next": ("next", "cursor", "after", "page", "start", "offset"),
}
"""Fields that hold a token, and the parameters that may take it."""
_AFTER = ("after", "after_id", "starting_after", "startingAfter")
"""Parameters that take the id of the last row."""
_LAST = ("last_id", "lastId")
"""Fields that hold it, which lists have also where nothing follows: it leads on where more is said to."""
_MORE = ("has_more", "hasMore", "has_next_page", "hasNextPage", "is_truncated", "isTruncated", "IsTruncated", "truncated")
"""Fields that say whether more rows follow."""
_TOTAL = ("total", "total_count", "totalCount", "total_items", "totalItems", "total_results", "totalResults", "total_records")
"""Fields that count the rows of the whole list."""
TAKERS = frozenset((*(taker for takers in _TOKENS.values() for taker in takers), *_AFTER))
"""All parameters that may take what leads on."""
_URL = re.compile(r"https?://|[/?]")


@dataclass(frozen=True, slots=True)
class Marker:
    """What leads to the next page."""

    value: str
    parameter: str | None
    """The query parameter that takes it; None where it is a URL."""


def marker(body: Any, link: str | None, parameters: Sequence[str], *, last: Any = UNSET) -> Marker | None:
    """What a page says of the next one; None where it says nothing of it. `body` may hold raw JSON, and `link` is the Link header.

    `last` is the id of the last row, which leads on where the page says that more follow, and there is a parameter that takes one.
    """
    if (target := next_link(link)) is not None:
        return Marker(target, None)
    places = _places(body)
    found = next(_links(places), None)
    if found is None and isinstance(links := pluck(body, "links"), list):
        found = next(_related(links), None)
    return found or next(_tokens(places, parameters), None) or _after(places, parameters, last)


def _after(places: Sequence[Any], parameters: Sequence[str], last: Any) -> Marker | None:
    taker = next((one for one in _AFTER if one in parameters), None)
    if taker is None or more(places[0]) not in {True, "true"}:
        return None
    ids = (pluck(place, name) for place in places for name in _LAST)
    found = next((one for one in (*ids, last) if isinstance(one, (str, int)) and not isinstance(one, bool) and one != ""), None)
    return Marker(str(found), taker) if found is not None else None


def more(body: Any) -> Any:
    """What a page says of whether more rows follow; UNSET where it says nothing of it."""
    said = (pluck(place, name) for place in _places(body) for name in _MORE)
    return next((one for one in said if isinstance(one, bool) or (isinstance(one, str) and one in {"true", "false"})), UNSET)


def total(body: Any) -> Any:
    """How many rows a page says that the whole list has; UNSET where it says nothing of it."""
    said = (pluck(place, name) for place in _places(body) for name in _TOTAL)
    return next((one for one in said if isinstance(one, int) and not isinstance(one, bool)), UNSET)


def _places(body: Any) -> list[Any]:
    return [body, *(found for around in _AROUND if isinstance(found := pluck(body, around), dict))]


def _links(places: Sequence[Any]) -> Iterator[Marker]:
    for place in places:
        for name in _LINKS:
            found = pluck(place, name)
            target = found.get("href") if isinstance(found, dict) else found
            if isinstance(target, str) and _URL.match(target):
                yield Marker(target, None)


def _related(links: Sequence[Any]) -> Iterator[Marker]:
    for one in links:
        if isinstance(one, dict) and one.get("rel") == "next" and isinstance(one.get("href"), str):
            yield Marker(one["href"], None)


def _tokens(places: Sequence[Any], parameters: Sequence[str]) -> Iterator[Marker]:
    for number, place in enumerate(places):
        for name, takers in _TOKENS.items():
            # At the top, this may be what was asked for.
            taker = next((one for one in (*takers, name) if one in parameters), None) if number or name not in {"cursor", "after"} else None
            found = pluck(place, name) if taker is not None else UNSET
            if isinstance(found, (str, int)) and not isinstance(found, bool) and found not in {"", 0}:
                yield Marker(str(found), taker)
