"""From a page to the request for the next one.

A `Chain` is the requests of one call. It maps (request, envelope) to the next request and decides when there is none; it sends nothing.
What it promises: every row once, in the API's order, and never a silent end: where the API contradicts itself it warns, where it would
lead in circles it raises PageLoopError. Here are the ways that follow what the API hands out; those that count are in `numbered.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from msgspec import UNSET

from rowcall.errors import PageLoopError, ResponseError
from rowcall.http.address import as_given, at_url, follow, next_link, parameter, with_parameter, with_value
from rowcall.http.marker import TAKERS, Marker
from rowcall.http.numbered import Numbers, asked_size
from rowcall.http.page import Envelope, last_field, row_field
from rowcall.http.repeats import Repeats
from rowcall.manifest.model import NUMBERED, Paging, PagingKind, Place, Scalar, Type
from rowcall.plan.nodes import Request


class Way(Protocol):
    """How the pages of one call follow one another."""

    def take(self, sent: Request, envelope: Envelope) -> bool:
        """Whether the rows of a page belong to the answer. Raises PageLoopError where they came before."""

    def after(self, sent: Request, envelope: Envelope) -> Request | None:
        """The request after one whose page was looked at by `take`; None when that was the last."""

    def left(self, following: Request, needed: int | None) -> int | None:
        """How many requests there are from `following` on; None where each page has to say so. `needed` rows end the paging."""

    def foreseen(self, following: Request, most: int) -> Sequence[Request]:
        """The requests that come next, `following` first and `most` at the most, of those that are `left`."""

    def instead(self, sent: Request) -> Request | None:
        """What to ask in place of a request that was refused; None where nothing else would do."""

    def absent(self, sent: Request) -> Envelope:
        """What it means that there is no page where a request looked for one. Raises ResponseError where there should be."""


class Chain:
    """The requests of one call. `warn` is given texts for the user."""

    def __init__(
        self,
        paging: Paging | None,
        first: Request,
        base_url: str,
        warn: Callable[[str], None],
        *,
        identified: bool = False,
        at_most: int | None = None,
        links: Callable[[], bool] = bool,
    ) -> None:
        """`identified` is whether each row has an id, so that no two are the same; `at_most` is after how many rows the API gives no more.

        `links` says whether the API has Link headers.
        """
        self._warn = warn
        self._at_most = at_most
        self.first = _sized(paging, first)
        self._repeats: Repeats | None = None
        self._pages = 0
        self._rows = 0
        self._empty = 0
        self._key: Any = UNSET
        """What the last row needed has in the field that orders them."""
        self._way: Way | None = None
        if paging is not None:
            numbered = paging.kind in NUMBERED
            self._repeats = Repeats(counted=paging.kind is PagingKind.PAGE) if identified else None
            self._way = Numbers(paging, self.first, warn) if numbered else Cursors(paging, self.first, base_url.rstrip("/"), warn, links)

    def take(self, sent: Request, envelope: Envelope) -> bool:
        """Whether the rows of the page that `sent` brought belong to the answer; asked once for each page, before `after`.

        Raises PageLoopError or ResponseError where they are rows that came before.
        """
        self._pages += 1
        self._note_key(envelope)
        self._rows += envelope.rows
        self._empty = 0 if envelope.rows else self._empty + 1
        taken = self._way is None or self._way.take(sent, envelope)
        if taken and self._repeats is not None:
            self._repeats.check(sent.resource, envelope.records)
        return taken

    def after(self, sent: Request, envelope: Envelope) -> Request | None:
        """The request for the page after the one that `sent` brought; None when that was the last, or all rows needed are there.

        Raises PageLoopError where paging would never end, ResponseError where the API gives a cursor that is none.
        """
        if self.first.rows_needed is not None and self._rows >= self.first.rows_needed and not self._may_tie(envelope):
            return None
        following = None if self._way is None else self._way.after(sent, envelope)
        if following is None and self._rows == self._at_most:
            self._warn(f"{sent.resource}: the API gives {self._rows:,} rows of a list at the most, and gave so many; there may be more.")
        if self._way is None and next_link(envelope.link) is not None:
            self._warn(f"{sent.resource}: the API's answer goes on, which {sent.method_name} does not read; something is missing.")
        return following

    def _note_key(self, envelope: Envelope) -> None:
        """Keeps the key of the last row needed, where the page has it; what is looked at next is how many rows came before."""
        ties, last = self.first.ties, (self.first.rows_needed or 0) - 1 - self._rows
        if ties is not None and 0 <= last < len(envelope.records):
            self._key = row_field(envelope.records[last], ties.field)

    def _may_tie(self, envelope: Envelope) -> bool:
        """Whether the row after the page may be no later in order than the last row needed."""
        ties = self.first.ties
        return ties is not None and not _differ(self._key, last_field(envelope, ties.field), ties.type)

    def pages(self, following: Request | None) -> int | None:
        """How many pages there will have been, `following` being what is asked next, if anything; None where each page has to say so."""
        left = 0 if following is None else self._left(following)
        return None if left is None else self._pages + left

    def foreseen(self, following: Request, most: int) -> Sequence[Request]:
        """The requests that will come next, `following` first, as far as is known by now; none where each page has to say so."""
        left = self._left(following)
        return () if self._way is None or left is None else self._way.foreseen(following, min(most, left))

    def _left(self, following: Request) -> int | None:
        return None if self._way is None else self._way.left(following, self.first.rows_needed)

    def instead(self, sent: Request) -> Request | None:
        """What to ask in place of `sent`, which the API refused; None where nothing else would do."""
        return None if self._way is None else self._way.instead(sent)

    def absent(self, sent: Request) -> Envelope | None:
        """What it means that the API says that there is nothing where `sent` looked; None for the first request: no row.

        Raises ResponseError where the API itself had pointed there.
        """
        return None if self._way is None or sent is self.first else self._way.absent(sent)

    def so_far(self, line: str, *, of: int) -> str:
        """What to say of a list that may go on at `line` and took most `of` a statement's requests; "" for any other.

        It may as well have ended: where an API counts nothing, only the page after the last one tells.
        """
        if 2 * self._pages <= of:
            return ""
        empty = f", the last {self._empty:,} of them without a row" if self._empty > 1 else ""
        return f"\nOne list gave {self._pages:,} pages{empty}, and whether it goes on is asked by: {line}"


def _differ(one: Any, other: Any, type_: Type) -> bool:
    """Whether two values of a field are certainly different as what they are read into."""
    if type_ is Scalar.STRING and isinstance(one, str) and isinstance(other, str):
        return one != other
    found = [number for number in (_number(one), _number(other)) if number is not None]
    if len(found) < 2:
        return False
    # Of a whole number DuckDB makes what is nearest: two that are no more than 1 apart may be the same then.
    is_rounded = type_ is Scalar.INTEGER and not all(number.is_integer() for number in found)
    return abs(found[0] - found[1]) > (1 if is_rounded else 0)


def _number(value: Any) -> float | None:
    """The number that a value is or names; None for any other value, and for what is no number of a certain size."""
    try:
        number = None if isinstance(value, bool) or not isinstance(value, (int, float, str)) else float(value)
    except (ValueError, OverflowError):
        return None
    return number if number is not None and math.isfinite(number) else None


def _sized(paging: Paging | None, first: Request) -> Request:
    """The first request, which asks for the largest page unless a size is set already."""
    size = paging.page_size if paging is not None else None
    if size is None or size.maximum is None or parameter(first, size.parameter) is not None:
        return first
    return with_parameter(first, size.parameter, str(size.maximum))


_NUMBERS = frozenset("page page_number pageNumber page_no pageNo offset skip start $skip startIndex startAt".split())
"""Parameters that take the number of a page, or of its first row."""


class Cursors:
    """The ways in which a page says where the next one is: an id, a token or a URL."""

    def __init__(self, paging: Paging, first: Request, base_url: str, warn: Callable[[str], None], links: Callable[[], bool]) -> None:
        self._paging = paging
        self._first = first
        self._base_url = base_url
        self._warn = warn
        self._links = links
        start = parameter(first, paging.parameter)
        self._from_start = start is None
        self._seen = set() if start is None else {start}
        self._rows = 0
        self._before: Sequence[Any] = ()
        """The rows of the page before."""

    def take(self, sent: Request, envelope: Envelope) -> bool:
        """True. Raises PageLoopError for a page that leads where another led, or is the one before it again: its rows came before."""
        cursor = _text(self._cursor(envelope))
        if envelope.rows and cursor in self._seen and not (envelope.says_end and list(envelope.records) != list(self._before)):
            raise self._loop(sent, cursor)
        rows = list(envelope.records)
        if len(rows) > 1 and rows == list(self._before) and len(set(map(bytes, rows))) == len(rows):
            # Rows that differ from one another, all of them and in this order, are no others than those.
            raise PageLoopError(f"{sent.resource}: the API gave a page again that came before; rows would be there twice.")
        self._before = envelope.records
        self._rows += envelope.rows
        return True

    def after(self, sent: Request, envelope: Envelope) -> Request | None:
        """The request that the page leads to. Raises PageLoopError where it led there before, ResponseError where that is nowhere."""
        found = self._cursor(envelope)
        if envelope.says_end or found is UNSET or found is None or found == "" or self._stays(sent, envelope, found):
            self._check_end(sent, envelope, found)
            return None
        cursor = _text(found)
        if cursor is None:
            raise ResponseError("The API's cursor to the next page is neither a text nor a number.")
        if cursor in self._seen:
            raise self._loop(sent, cursor)
        self._seen.add(cursor)
        if isinstance(found, Marker):
            return with_parameter(sent, found.parameter, cursor) if found.parameter else follow(sent, self._base_url, cursor)
        if self._paging.kind in {PagingKind.LINK, PagingKind.NEXT_URL}:
            return follow(sent, self._base_url, cursor)
        if cursor.startswith("https://") and (request := at_url(sent, self._base_url, cursor)) is not None:
            return request  # a token that is all of the next request
        if self._paging.verbatim and self._paging.place is Place.QUERY:
            return as_given(self._first, self._base_url, self._paging.parameter or "", cursor)
        return with_value(sent, self._paging.place, self._paging.parameter or "", cursor)

    def left(self, _following: Request, _needed: int | None) -> None:
        """None: each page leads to the next."""

    def foreseen(self, _following: Request, _most: int) -> Sequence[Request]:
        """None."""
        return ()

    def instead(self, _sent: Request) -> None:
        """None: the API handed out the only way there is."""

    def absent(self, sent: Request) -> Envelope:
        """Raises ResponseError: the API pointed to a page and says that there is none."""
        raise ResponseError(f"{sent.resource}: the API pointed to a further page, and then said that it is not there; rows are missing.")

    def _cursor(self, envelope: Envelope) -> Any:
        """What leads to the next page, as the API gave it; UNSET or None where nothing does."""
        if self._paging.kind is PagingKind.LINK:
            return next_link(envelope.link)
        if envelope.next is UNSET and self._paging.row is not None:
            return last_field(envelope, self._paging.row)
        return envelope.next

    def _stays(self, sent: Request, envelope: Envelope, cursor: Any) -> bool:
        """Whether a page without rows gives back the id that it was to start after, which is an end unless it says that more follows."""
        is_id = self._paging.kind is PagingKind.CURSOR and not envelope.rows and not envelope.says_more
        return is_id and _text(cursor) == parameter(sent, self._paging.parameter)

    def _check_end(self, sent: Request, envelope: Envelope, cursor: Any) -> None:
        """Warns where the API does not make clear that this was all. Raises ResponseError where it says that it was not."""
        total = envelope.count
        if envelope.says_more:
            raise ResponseError(f"{sent.resource}: the API says that more rows follow, but gives no cursor to them; rows are missing.")
        if envelope.rows and cursor is UNSET and self._paging.row is not None and not envelope.says_end:
            self._warn(f"{sent.resource}: the answer does not say whether more rows follow, nor gives a cursor; there may be more.")
        elif total is not None and self._from_start and self._rows < total:
            self._warn(f"{sent.resource}: the API counts {total} rows but gave {self._rows}; some may be missing.")
        elif total and self._from_start and self._rows > total:
            self._warn(f"{sent.resource}: the API counts {total} rows but gave {self._rows}; some may be there twice.")
        elif total is None and self._is_cut(sent, envelope):
            number = next((f" It takes a number of pages or rows: {name}." for name in self._paging.parameters if name in _NUMBERS), "")
            self._warn(
                f"{sent.resource}: the answer has {envelope.rows} rows, as many as were asked for, and does not say whether more follow; "
                f"there may be more.{number}"
            )

    def _is_cut(self, sent: Request, envelope: Envelope) -> bool:
        """Whether the only page that there was is full, of a list that says nothing of pages and takes no token that would have led on.

        Where answers of the API are known to have a Link header, that it has none says that it is the last one.
        """
        paging = self._paging
        if paging.kind is not PagingKind.FOUND or envelope.more is not UNSET or self._seen or paging.next_header or self._links():
            return False
        takes_token = not TAKERS.isdisjoint(paging.parameters) and _NUMBERS.isdisjoint(paging.parameters)
        return not takes_token and bool(envelope.rows) and envelope.rows == asked_size(paging, sent)

    @staticmethod
    def _loop(sent: Request, cursor: str | None) -> PageLoopError:
        return PageLoopError(f"{sent.resource}: the API gave the cursor {cursor!r} twice, so that paging would never end.")


def _text(cursor: Any) -> str | None:
    """A cursor as it is sent; None where it is none."""
    cursor = cursor.value if isinstance(cursor, Marker) else cursor
    is_none = isinstance(cursor, bool) or not isinstance(cursor, (str, int, float)) or cursor == ""
    return None if is_none else str(cursor)
