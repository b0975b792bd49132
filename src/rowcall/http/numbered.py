"""Pages that are counted: by number, or by the rows before them.

The API says little here, so this module takes nothing on trust. A page with fewer rows than were asked for has two explanations, which
call for opposite steps. The API caps its pages: then the next page begins after the rows that came. Or it cuts the page first and then
leaves rows out that the caller may not see: then it begins after the rows that were asked for. The first is tried, since it never skips a
row; a page that begins with rows of the page before it speaks for the second, and is asked for again. Two others may explain it, and one
more request tells. It is that page whole: a faulty API may have given it twice, but the page before, asked for in the size that it had, has
other rows by the second explanation alone. It is short again: the cap may have become lower in between, but no cap changes a page of one
row, and the first one after those that came is a row that came only by the second explanation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rowcall.errors import PageLoopError, ResponseError
from rowcall.http.address import next_link, parameter, query_of, with_parameter
from rowcall.http.page import Envelope
from rowcall.manifest.model import Paging, PagingKind
from rowcall.plan.nodes import Request

_MOST_EMPTY = 10
"""How many pages without a row are followed, one after the other, on the API's word that more follow."""


class Numbers:
    """The pages of one call, counted."""

    def __init__(self, paging: Paging, first: Request, warn: Callable[[str], None]) -> None:
        self._paging = paging
        self._warn = warn
        self._first_sent = first
        self._parameter = paging.parameter or ""
        self._size = paging.page_size.parameter if paging.page_size is not None else None
        self._asked = asked_size(paging, first)
        self._from_start = parameter(first, paging.parameter) in {None, str(paging.start)}
        self._rows = 0
        self._empty = 0
        self._widest = 0
        """The most rows that a page had: what one without any may be as wide as, and what can be stepped over without losing a row."""
        self._uneven = False
        """Whether a page had more or fewer rows than another: where such pages begin cannot be told before."""
        self._total: int | None = None
        self._pages: int | None = None
        """How many pages the API counts, as it said last."""
        self._most_pages: int | None = None
        """The most that it said so far: a list may become longer."""
        self._is_gone = False
        """Whether the API said that there is no such page."""
        self._is_led = False
        """Whether pages are found by more than their numbers."""
        self._before: list[bytes] = []
        """The rows of the page before."""
        self._by_asked = False
        """Whether it is proven that a page begins after the rows that were asked for, not after those that came."""
        self._other: Request | None = None
        """The request that steps by what was asked for, while the one that steps by what came is out."""
        self._doubted: Request | None = None
        """The request whose page tells whether the second explanation holds, where the page that speaks for it does not prove it."""
        self._is_again = False
        """Whether the page that speaks for it was the one before it again."""
        self._first: list[bytes] = []
        """The first row of that page."""
        self._due: list[bytes] | None = None
        """The rows that `_other` must begin with."""
        self._short: int | None = None
        """How many rows the first page had, when the second one could not be asked for in that size."""

    def take(self, sent: Request, envelope: Envelope) -> bool:
        """False for a page that begins with rows of the one before it, where `after` asks otherwise.

        Raises PageLoopError for a page that is the one before it again, ResponseError where rows moved between two pages.
        """
        records = [bytes(record) for record in envelope.records]
        if envelope.number is not None and parameter(sent, self._parameter) is None:
            self._paging = replace(self._paging, start=envelope.number)
        is_same = bool(records) and records == self._before
        if self._doubted is not None:
            self._check_doubted(sent, records, is_same=is_same)
            return False
        if self._other is not None and self._due is None:
            shared = _overlap(self._before, records)
            if shared or self._proves_nothing(envelope):
                self._due = records[shared:]
                self._doubt(sent, records, is_same=is_same)
                return False
            self._other = None
        if is_same:
            raise _loop(sent)
        if self._due is not None:
            self._check_due(sent, records)
        if self._short is not None and envelope.rows > self._short:
            message = f"{sent.resource}: a page has more rows than the first one, which was short; those between would be missing."
            raise ResponseError(message, hint="Run the statement again.")
        self._before = records
        self._rows += envelope.rows
        self._uneven = self._uneven or (self._widest > 0 and envelope.rows != self._widest)
        self._widest = max(self._widest, envelope.rows)
        return True

    def _proves_nothing(self, envelope: Envelope) -> bool:
        """Whether a page in the size of a short one before it is empty, which may be because all of so few rows were left out."""
        return self._paging.kind is PagingKind.PAGE and not envelope.rows and not envelope.says_end

    def _doubt(self, sent: Request, records: list[bytes], *, is_same: bool) -> None:
        """Sets the request that is to tell, where a page that begins with rows of the one before it does not by itself."""
        rows, position = len(self._before), self._position(sent)
        if self._size is None:
            return
        if is_same:
            step = 1 if self._paging.kind is PagingKind.PAGE else rows
            before = with_parameter(sent, self._parameter, str(position - step))
            self._doubted = with_parameter(before, self._size, str(rows))
        elif self._paging.kind is PagingKind.PAGE and 0 < len(records) < rows:
            single = with_parameter(sent, self._parameter, str(self._paging.start + rows))
            self._doubted = with_parameter(single, self._size, "1")
        self._is_again, self._first = is_same, records[:1]

    def _check_doubted(self, sent: Request, records: list[bytes], *, is_same: bool) -> None:
        self._doubted = None
        if self._is_again and is_same:
            raise _loop(sent)
        if not self._is_again and records not in ([], self._first):
            message = f"{sent.resource}: the API changed the size of its pages while they were read; some rows would be missing."
            raise ResponseError(
                message, hint=f"Run the statement again; where that does not help, ask for smaller pages with {self._size}."
            )

    def _check_due(self, sent: Request, records: list[bytes]) -> None:
        due, self._due = self._due or [], None
        if records[: len(due)] != due:
            hint = f"Run the statement again; where that does not help, ask for smaller pages with {self._size}."
            raise ResponseError(f"{sent.resource}: rows moved from page to page while they were read; some would be missing.", hint=hint)
        self._by_asked = True
        self._pages = self._most_pages = None  # they counted pages of another size

    def after(self, sent: Request, envelope: Envelope) -> Request | None:
        """The next number, until the API says that this was all, has given all that it counts, or gives no row."""
        if self._due is not None:
            return self._doubted or self._stepped()
        came = max(self._asked or 0, envelope.rows) if self._by_asked else envelope.rows
        position = self._position(sent)
        self._total = self._total if envelope.count is None else envelope.count
        if envelope.pages is not None:
            self._pages, self._most_pages = envelope.pages, max(self._most_pages or 0, envelope.pages)
        complete = self._complete(position + came if envelope.rows else position)
        if self._is_end(envelope, position, complete):
            self._check_end(sent, position, complete)
            return None
        self._empty = 0 if envelope.rows else self._empty + 1
        step = 1 if self._paging.kind is PagingKind.PAGE else came or self._widest
        if not step or self._empty == _MOST_EMPTY:
            empty = "page is" if self._empty == 1 else f"last {self._empty} pages are"
            raise PageLoopError(f"{sent.resource}: the API says that more rows follow, but its {empty} empty.")
        return self._next(sent, envelope, position, step)

    def left(self, following: Request, needed: int | None) -> int | None:
        """How many requests there are from `following` on, which `after` gave, where the API says how many there are.

        None of them is of use where what it counts, or the `needed` rows, are there before. None where pages may shift, and, where it
        counts rows, where they may be short.
        """
        is_shifting = self._is_led or self._other is not None or self._due is not None or self._short is not None
        left = None if is_shifting else self._left(self._position(following))
        if left is None or not self._widest:
            return None
        return left if needed is None else min(left, -(-(needed - self._rows) // self._widest))

    def foreseen(self, following: Request, most: int) -> list[Request]:
        """`following` and the requests after it, as many as `most`."""
        position, step = self._position(following), 1 if self._paging.kind is PagingKind.PAGE else self._widest
        return [with_parameter(following, self._parameter, str(position + step * number)) for number in range(most)]

    def _left(self, position: int) -> int | None:
        """How many pages there are from a position on, as the API counts; None where that cannot be told."""
        if self._most_pages is not None:
            return self._most_pages - (position - self._paging.start)
        complete = self._complete(position)
        if self._total is None or complete is None or not self._widest or self._uneven or self._by_asked:
            return None
        return -(-(self._total - complete) // self._widest)

    def instead(self, _sent: Request) -> Request | None:
        """The same page in the size of the first one, where another size was refused."""
        other = self._stepped() if self._paging.kind is PagingKind.PAGE else None
        self._short = self._rows if other is not None else None
        return other

    def _stepped(self) -> Request | None:
        """The request that steps by what was asked for, when it is its turn."""
        other, self._other, self._is_gone = self._other, None, False
        return other

    def absent(self, _sent: Request) -> Envelope:
        """A page without rows: some APIs say so of every page after the last."""
        self._is_gone = True
        return Envelope()

    def _next(self, sent: Request, envelope: Envelope, position: int, step: int) -> Request:
        request = with_parameter(sent, self._parameter, str(position + step))
        if (led := self._led(request, envelope)) is not None:
            return led
        if self._by_asked or self._asked is None or not 0 < envelope.rows < self._asked:
            return request
        if self._paging.kind is PagingKind.OFFSET:
            self._other = with_parameter(sent, self._parameter, str(position + self._asked))
        elif self._size is not None and self._from_start and position == self._paging.start:
            # Page numbers count pages of the size that is asked for, in some APIs even where they give smaller ones.
            self._other = request
            return with_parameter(request, self._size, str(envelope.rows))
        return request

    def _led(self, request: Request, envelope: Envelope) -> Request | None:
        """`request` with what the link to its page has besides a number, as a cursor; None without a link, or with one to a number alone.

        Where the API says how many pages there are, their numbers do. GitHub, which gives no page of a long list by its number, does not.
        """
        link = next_link(envelope.link) if (self._paging.pages_header or "").lower() == "link" else None
        values = query_of(link or "")
        is_counted = self._most_pages is not None and not self._is_led
        if is_counted or values.get(self._parameter) != parameter(request, self._parameter):
            return None
        beside = [name for name in values if name != self._parameter and parameter(self._first_sent, name) is None]
        self._is_led = bool(beside)
        for name in beside:
            request = with_parameter(request, name, values[name])
        return request if beside else None

    def _position(self, sent: Request) -> int:
        text = parameter(sent, self._parameter)
        try:
            return self._paging.start if text is None else int(text)
        except ValueError as problem:
            raise ResponseError(f"{self._parameter}={text} is no number to go on from.") from problem

    def _complete(self, position: int) -> int | None:
        """How many rows of the whole list have come, or lie before; None where the statement starts at a later page: not known."""
        if self._paging.kind is PagingKind.OFFSET:
            return position - self._paging.start
        return self._rows if self._from_start else None

    def _is_end(self, envelope: Envelope, position: int, complete: int | None) -> bool:
        number, gone = position - self._paging.start + 1, self._is_gone
        self._is_gone = False
        if envelope.says_end:
            return True
        if not envelope.rows:
            # The count of this page is believed, and not one from before: the list may have become shorter.
            is_counted = number < (self._pages or 0) and self._empty + 1 < _MOST_EMPTY
            return self._has_all(complete) or not (envelope.says_more or (is_counted and not gone))
        # Where the API says that more follow, though all came that it counts, it is asked once more.
        if envelope.says_more or number < (self._most_pages or 0):
            return False
        # A count below the number of a page that has rows is none; then only a page without any is the end.
        return number == self._most_pages if self._total is None or complete is None else complete >= self._total

    def _has_all(self, complete: int | None) -> bool:
        return self._total is not None and complete is not None and complete >= self._total

    def _check_end(self, sent: Request, position: int, complete: int | None) -> None:
        """Warns where the API counts more rows, or pages, than it gave."""
        number = position - self._paging.start + 1
        if self._total is None and self._pages is not None and number < self._pages:
            self._warn(f"{sent.resource}: the API counts {self._pages} pages but ended at page {number}; rows may be missing.")
        if self._total is not None and complete is not None and not self._has_all(complete):
            self._warn(f"{sent.resource}: the API counts {self._total} rows but gave {complete}; some may be missing.")


def _loop(sent: Request) -> PageLoopError:
    return PageLoopError(f"{sent.resource}: the API gave the same page twice, so that paging would never end.")


def asked_size(paging: Paging, first: Request) -> int | None:
    """How many rows a page is to have; None where that is not known."""
    if paging.page_size is None:
        return None
    text = parameter(first, paging.page_size.parameter)
    if text is None:
        return paging.page_size.default
    return int(text) if text.isdecimal() else None


def _overlap(before: list[bytes], records: list[bytes]) -> int:
    """How many rows that a page begins with stood in the one before, in that order; 0 where rows cannot be told apart."""
    if not records or records[0] not in before or len(set(before)) < len(before):
        return 0
    repeated = before[before.index(records[0]) :][: len(records)]
    return len(repeated) if records[: len(repeated)] == repeated else 0
