"""One page of a list, in the way of paging that the manifest declares for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from rowcall.manifest.model import Method, Paging, PagingKind, Role, Scalar
from rowcall.manifest.sandbox import Collection, Sandbox
from rowcall.sandbox.record import Record
from rowcall.sandbox.refused import Refused
from rowcall.sandbox.template import follow

PAGE_SIZE = 20
"""How many rows a page has where the manifest does not say."""

PAGE_PARAMETER = "page"
"""The query parameter of the next page where the manifest leaves its name to the server."""


class Listed(list[Record]):
    """The objects of a list in their order, all pages together."""

    def __init__(self, records: Iterable[Record], asked: Mapping[str, Any] | None = None) -> None:
        """`asked` is what they show because it was asked for, by column."""
        super().__init__(records)
        self.asked = asked or {}
        self._places: dict[str | None, dict[str, int]] = {}

    def places(self, row: str | None) -> Mapping[str, int]:
        """Where each object stands, by the cursor that leads to those after it."""
        if row not in self._places:
            self._places[row] = {str(cursor(record, row)): place for place, record in enumerate(self)}
        return self._places[row]


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list and what says that there is more."""

    records: tuple[Record, ...]
    more: bool
    total: int
    next: str | None = None
    """The token of the next page."""
    next_query: str | None = None
    """The query string of the next page, where its URL is handed out."""
    last_query: str | None = None
    """The query string of the last page, where its URL is handed out and this is another."""
    pages: int = 1
    """How many pages there are of the size that was asked for."""
    number: int | None = None
    """Which one this is, where pages have numbers."""


@dataclass(frozen=True, slots=True)
class Bend:
    """How an injected fault bends a list."""

    cap: int | None = None
    """The most rows that a page has, whatever is asked for."""
    endless: bool = False
    """Whether every page is the first and says that there is more."""
    over: int = 0
    """How many rows are counted that there are not."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which page of which list a client wants."""

    method: Method
    paging: Paging | None
    values: Mapping[str, Any]
    """Query parameters by their names in the manifest."""
    bend: Bend
    query: tuple[tuple[str, str], ...] = ()
    """The query as it was sent, which the URLs of other pages repeat."""


def page(records: Listed, wish: Wish, sandbox: Sandbox, collection: Collection) -> Page:
    """The page of an ordered list that a client wants. Raises Refused where a cursor leads nowhere."""
    found = _stretch_of(records, wish, sandbox, collection)
    total = found.total + wish.bend.over
    if wish.paging is None:
        return replace(found, total=total)
    found = replace(found, total=total, pages=-(-total // _size(wish)))
    return found if (wish.paging.pages_header or "").lower() != "link" else _with_links(found, wish)


def _stretch_of(records: Listed, wish: Wish, sandbox: Sandbox, collection: Collection) -> Page:
    if wish.paging is None:
        return Page(tuple(records), more=False, total=len(records))
    if wish.bend.endless:
        return _first_for_ever(records, wish)
    if wish.paging.kind is PagingKind.CURSOR:
        return _by_cursor(records, wish, sandbox, collection)
    return _BY_NUMBER[wish.paging.kind](records, wish)


def _with_links(found: Page, wish: Wish) -> Page:
    """A page of a number, with links to the one after it and to the last one, which itself has neither."""
    number, last = _number(wish, _start(wish)), _start(wish) + found.pages - 1
    following = _query(wish, str(number + 1)) if number < last else None
    return replace(found, next_query=following, last_query=_query(wish, str(last)) if number < last else None)


def _first_for_ever(records: Listed, wish: Wish) -> Page:
    return Page(tuple(records[: _size(wish)]), more=True, total=len(records), next="1", next_query=_query(wish, "1"))


def _size(wish: Wish) -> int:
    size = wish.paging.page_size if wish.paging else None
    wanted = wish.values.get(size.parameter) if size else None
    asked = int(wanted or (size.default if size else None) or PAGE_SIZE)
    return asked if wish.bend.cap is None else min(asked, wish.bend.cap)


def _by_cursor(records: Listed, wish: Wish, sandbox: Sandbox, collection: Collection) -> Page:
    """Rows after the cursor, up to the one that the other cursor names; without a cursor to start after, the last ones before that."""
    forward = wish.paging.parameter if wish.paging else None
    backward = next((n for n, parameter in wish.method.parameters.items() if parameter.role is Role.CURSOR and n != forward), None)
    row = wish.paging.row if wish.paging else None
    places = records.places(row)

    def place(name: str | None) -> int | None:
        id_ = wish.values.get(name or "")
        if id_ is None:
            return None
        if id_ not in places:
            raise Refused(sandbox.refusals.bad_cursor, {"name": name, "noun": collection.noun, "id": id_})
        return places[id_]

    after, before, size = place(forward), place(backward), _size(wish)
    start, end = -1 if after is None else after, len(records) if before is None else before
    backwards = before is not None and after is None
    rows = records[max(start + 1, end - size) : end] if backwards else records[start + 1 : min(start + 1 + size, end)]
    return Page(tuple(rows), more=max(end - start - 1, 0) > len(rows), total=len(records))


def cursor(record: Record, row: str | None) -> Any:
    """What leads to the rows after a record: what it has at a path, or its id."""
    found = None if row is None else follow(record, tuple(row.split(".")))
    return record.key if found is None else found


def _stretch(records: Listed, start: int, size: int) -> tuple[tuple[Record, ...], bool]:
    start = max(start, 0)
    return tuple(records[start : start + size]), start + size < len(records)


def _by_offset(records: Listed, wish: Wish) -> Page:
    first = _start(wish)
    rows, more = _stretch(records, _number(wish, first) - first, _size(wish))
    return Page(rows, more, len(records))


def _by_page(records: Listed, wish: Wish) -> Page:
    first, size = _start(wish), _size(wish)
    number = _number(wish, first)
    rows, more = _stretch(records, (number - first) * size, size)
    return Page(rows, more, len(records), number=number)


def _by_token(records: Listed, wish: Wish) -> Page:
    """Rows from a token on: how many rows there are before, or the number of a page where the parameter is one."""
    size, first = _size(wish), _first_number(wish)
    position = _number(wish, first or 0)
    offset = position if first is None else (position - first) * size
    rows, more = _stretch(records, offset, size)
    following = str(offset + size if first is None else position + 1) if more else None
    return Page(rows, more, len(records), following, _query(wish, following))


def _first_number(wish: Wish) -> int | None:
    """The number of the first page where the parameter that leads on takes one, as `page` with the default 1; else None."""
    name = (wish.paging.parameter if wish.paging else None) or PAGE_PARAMETER
    declared = next((found for key, found in wish.method.parameters.items() if name in {key, found.name}), None)
    if declared is None or declared.type is not Scalar.INTEGER or "page" not in name.lower():
        return None
    return 0 if declared.default == 0 else 1


def _start(wish: Wish) -> int:
    return wish.paging.start if wish.paging else 0


def _number(wish: Wish, otherwise: int) -> int:
    value = str(wish.values.get((wish.paging.parameter if wish.paging else None) or PAGE_PARAMETER, ""))
    return int(value) if value.isdecimal() else otherwise


def _query(wish: Wish, following: str | None) -> str | None:
    if following is None:
        return None
    name = (wish.paging.parameter if wish.paging else None) or PAGE_PARAMETER
    return urlencode([*((key, text) for key, text in wish.query if key != name), (name, following)])


_BY_NUMBER: dict[PagingKind, Callable[[Listed, Wish], Page]] = {
    PagingKind.OFFSET: _by_offset,
    PagingKind.PAGE: _by_page,
    PagingKind.TOKEN: _by_token,
    PagingKind.LINK: _by_token,
    PagingKind.NEXT_URL: _by_token,
    PagingKind.FOUND: _by_token,  # what shows it is a Link header
}
