"""From a page to the request for the next one.

A `Chain` is the requests of one call. It maps (request, envelope) to the next request and decides when there is none; it sends nothing.
What it promises: every row once, in the API's order, and never a silent end: where the API contradicts itself it warns, where it would
lead in circles it raises PageLoopError.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from msgspec import UNSET

from rowcall.errors import PageLoopError, ResponseError
from rowcall.http.endpoint import origin
from rowcall.http.page import Envelope, last_field
from rowcall.manifest.model import Paging, PagingKind
from rowcall.plan.nodes import Request

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^\s,;=]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]*))?)*)')
_LINK_PARAMETER = re.compile(r';\s*([^\s,;=]+)(?:\s*=\s*(?:"([^"]*)"|([^\s",;]*)))?')


def with_parameter(request: Request, name: str, value: str) -> Request:
    """`request` with one query parameter set; the others keep their place."""
    kept = [(key, value if key == name else old) for key, old in request.query]
    if all(key != name for key, _ in kept):
        kept.append((name, value))
    return replace(request, query=tuple(kept))


def parameter(request: Request, name: str | None) -> str | None:
    """The value of a query parameter, None where it is absent."""
    return next((value for key, value in request.query if key == name), None)


def next_link(header: str | None) -> str | None:
    """The target of the link with rel=next in a Link header, None where there is none.

    Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
    """
    for target, parameters in _LINK.findall(header or ""):
        for name, quoted, plain in _LINK_PARAMETER.findall(parameters):
            if name.lower() == "rel" and "next" in (quoted or plain).lower().split():
                return str(target)
    return None


def at_url(sent: Request, base_url: str, target: str) -> Request | None:
    """`sent` with the URL that the API gave, word for word: its path (below the base URL, or absolute when it is not) holds the query too.

    `target` may be relative to what was sent. None where it leads to another scheme, host or port than the base URL.
    """
    here = sent.path if "://" in sent.path else base_url + sent.path
    try:
        url = urljoin(here, target.strip())
        if origin(url) != origin(base_url):
            return None
    except ValueError:
        return None
    # The place is written as in the base URL, so that no two parsers can read it as two places.
    url = urlunsplit(urlsplit(url)._replace(netloc=urlsplit(base_url).netloc, fragment=""))
    below = url.startswith(base_url + "/")
    return replace(sent, path=url.removeprefix(base_url) if below else url, query=())


def follow(sent: Request, base_url: str, target: str) -> Request:
    """The request for the next page at `target`. Raises ResponseError where that is another place than the base URL."""
    request = at_url(sent, base_url, target)
    if request is None:
        raise ResponseError(
            f"The next page is at another place ({target.strip()}), which rowcall does not follow.",
            hint="If that place is right, set base_url to it.",
        )
    return request


class Chain:
    """The requests of one call. `warn` is given texts for the user."""

    def __init__(
        self, paging: Paging | None, first: Request, base_url: str, warn: Callable[[str], None], *, rows_needed: int | None = None
    ) -> None:
        """`rows_needed` is after how many rows no more pages are asked for, None where all are wanted."""
        self._paging = paging
        self._base_url = base_url.rstrip("/")
        self._warn = warn
        self._seen = {parameter(first, paging.parameter)} if paging is not None else set()
        self._rows = 0
        self._rows_needed = rows_needed
        self._previous: str | None = None
        self.first = self._sized(first)

    def _sized(self, first: Request) -> Request:
        """The first request, which asks for the largest page unless a size is set already."""
        size = self._paging.page_size if self._paging is not None else None
        if size is None or size.maximum is None or parameter(first, size.parameter) is not None:
            return first
        return with_parameter(first, size.parameter, str(size.maximum))

    def after(self, sent: Request, envelope: Envelope) -> Request | None:
        """The request for the page after the one that `sent` brought; None when that was the last.

        Raises PageLoopError when the API gives a cursor that it gave before, ResponseError when it gives one that is none.
        """
        if self._paging is None:
            return None
        self._rows += envelope.rows
        if self._rows_needed is not None and self._rows >= self._rows_needed:
            return None
        kinds: dict[PagingKind, Callable[[Paging, Request, Envelope], Request | None]] = {
            PagingKind.CURSOR: self._by_cursor,
            PagingKind.TOKEN: self._by_token,
            PagingKind.LINK: self._by_link,
            PagingKind.NEXT_URL: self._by_url,
            PagingKind.PAGE: self._by_page,
            PagingKind.OFFSET: self._by_offset,
        }
        return kinds[self._paging.kind](self._paging, sent, envelope)

    def _by_cursor(self, paging: Paging, sent: Request, envelope: Envelope) -> Request | None:
        if is_false(envelope.more) or not envelope.rows:
            return None
        cursor = envelope.next
        if cursor is UNSET and paging.row is not None:
            cursor = last_field(envelope, paging.row)
            if cursor is UNSET and not is_true(envelope.more):
                self._warn(f"{sent.resource}: the answer does not say whether more rows follow, nor gives a cursor; there may be more.")
                return None
        return self._with_cursor(paging, sent, envelope, cursor)

    def _by_token(self, paging: Paging, sent: Request, envelope: Envelope) -> Request | None:
        # An empty page with a token is not the last one: filters are often applied after the page was cut.
        return None if is_false(envelope.more) else self._with_cursor(paging, sent, envelope, envelope.next)

    def _with_cursor(self, paging: Paging, sent: Request, envelope: Envelope, cursor: Any) -> Request | None:
        text = self._fresh(cursor, sent, envelope)
        return None if text is None else with_parameter(sent, paging.parameter or "", text)

    def _by_link(self, _paging: Paging, sent: Request, envelope: Envelope) -> Request | None:
        return self._at(next_link(envelope.link), sent, envelope)

    def _by_url(self, _paging: Paging, sent: Request, envelope: Envelope) -> Request | None:
        return self._at(envelope.next, sent, envelope)

    def _at(self, url: Any, sent: Request, envelope: Envelope) -> Request | None:
        if is_false(envelope.more):
            return None
        text = self._fresh(url, sent, envelope)
        return None if text is None else follow(sent, self._base_url, text)

    def _by_page(self, paging: Paging, sent: Request, envelope: Envelope) -> Request | None:
        number = self._position(paging, sent)
        # Where the statement itself starts at a later page, how many rows lie before it is not known.
        complete = self._rows if self._is_from_start(paging) else None
        return self._at_position(paging, sent, envelope, number + 1, complete)

    def _by_offset(self, paging: Paging, sent: Request, envelope: Envelope) -> Request | None:
        # What came counts, not what was asked for: the API may cap its pages.
        offset = self._position(paging, sent) + envelope.rows
        return self._at_position(paging, sent, envelope, offset, offset - paging.start)

    def _position(self, paging: Paging, sent: Request) -> int:
        text = parameter(sent, paging.parameter)
        try:
            return paging.start if text is None else int(text)
        except ValueError as problem:
            raise ResponseError(f"{paging.parameter}={text} is no number to go on from.") from problem

    def _is_from_start(self, paging: Paging) -> bool:
        return parameter(self.first, paging.parameter) in {None, str(paging.start)}

    def _at_position(self, paging: Paging, sent: Request, envelope: Envelope, position: int, complete: int | None) -> Request | None:
        """The request for a page number or offset, where more may follow; `complete` is how many rows have come by then."""
        total = _count(envelope.total)
        if is_false(envelope.more) or (total is not None and complete is not None and complete >= total):
            return None
        if not envelope.rows:
            self._check_end(sent, envelope, total, complete)
            return None
        if total is None and not is_true(envelope.more):
            self._check_moving(sent, envelope)
        return with_parameter(sent, paging.parameter or "", str(position))

    def _check_end(self, sent: Request, envelope: Envelope, total: int | None, complete: int | None) -> None:
        if total is not None and complete is not None:
            self._warn(f"{sent.resource}: the API counts {total} rows but gave {complete}; some may be missing.")
        elif is_true(envelope.more):
            self._warn(f"{sent.resource}: the API says that more rows follow, but its page is empty; some may be missing.")

    def _check_moving(self, sent: Request, envelope: Envelope) -> None:
        """Raises PageLoopError where a page is the one before it again.

        Then the API ignores the page number, or goes on giving its last page.
        """
        if envelope.body == self._previous:
            raise PageLoopError(f"{sent.resource}: the API gave the same page twice, so that paging would never end.")
        self._previous = envelope.body

    def _fresh(self, cursor: Any, sent: Request, envelope: Envelope) -> str | None:
        """A cursor as text, None where the API gives none.

        Raises PageLoopError where it was given before, ResponseError where it is neither text nor number.
        """
        if cursor is UNSET or cursor is None or cursor == "":
            if is_true(envelope.more):
                self._warn(f"{sent.resource}: the API says that more rows follow, but gives no cursor to them; some may be missing.")
            return None
        if isinstance(cursor, bool) or not isinstance(cursor, (str, int, float)):
            raise ResponseError("The API's cursor to the next page is neither a text nor a number.")
        text = str(cursor)
        if text in self._seen:
            raise PageLoopError(f"{sent.resource}: the API gave the cursor {text!r} twice, so that paging would never end.")
        self._seen.add(text)
        return text


def is_false(more: Any) -> bool:
    """Whether `more` says that nothing follows; null and absence say nothing."""
    return more is False or (more is not None and more in (0, "false", "False", "0"))


def is_true(more: Any) -> bool:
    """Whether `more` says that something follows."""
    return more is not UNSET and more is not None and not is_false(more) and more != ""


def _count(total: Any) -> int | None:
    """A total as a number; None where the API gives none."""
    if isinstance(total, str) and total.isdecimal():
        return int(total)
    return int(total) if isinstance(total, (int, float)) and not isinstance(total, bool) and total >= 0 else None
