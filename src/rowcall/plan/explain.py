"""A plan in rows of `item, value`: what EXPLAIN shows. Nothing is sent for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from rowcall.plan.nodes import Request, Scan

Url = Callable[[Request], str]
"""A request's whole URL, redacted."""

_SHOWN = 20
"""How many request lines of one scan are shown; the rest is counted."""


def explain_scans(scans: Sequence[Scan], url: Url) -> Iterator[tuple[str, str]]:
    """For each remote reference: what it is, the method chosen, what is bound and whence, and its request lines."""
    for scan in scans:
        yield "reference", f"{scan.ref.full_name} AS {scan.alias}"
        yield "method", f"{scan.method_name}: {scan.method.description}"
        for name, origin in scan.bound_by.items():
            values = list(dict.fromkeys(str(call.bound[name]) for call in scan.calls))
            shown = ", ".join(values[:3]) + (f", … ({len(values)} values)" if len(values) > 3 else "")
            yield "bound", f"{name} = {shown} (from {origin})"
        yield from (("pushed", text) for text in scan.pushed)
        yield from _requests([call.request for call in scan.calls], url, paged=_has_more_pages(scan))


def _has_more_pages(scan: Scan) -> bool:
    """Whether a call can take more than one request, should no page have fewer rows than it is asked for."""
    size = scan.protocol.paging.page_size if scan.protocol.paging is not None else None
    one_page = (size.maximum or size.default or 0) if size is not None else 0
    return scan.protocol.paging is not None and any((call.request.rows_needed or one_page + 1) > one_page for call in scan.calls)


def explain_writes(requests: Sequence[Request], url: Url) -> Iterator[tuple[str, str]]:
    """The request lines of a write, with their bodies."""
    yield from _requests(requests, url, paged=False)


def _requests(requests: Sequence[Request], url: Url, *, paged: bool) -> Iterator[tuple[str, str]]:
    for request in requests[:_SHOWN]:
        body = f" {json.dumps(request.body, ensure_ascii=False)}" if request.body is not None else ""
        yield "request", f"{request.http_method} {url(request)}{body}"
    if len(requests) > _SHOWN:
        yield "request", f"… and {len(requests) - _SHOWN} more"
    pages = ", and one more for each further page" if paged and requests else ""
    yield "requests", f"{len(requests)}{pages}"
