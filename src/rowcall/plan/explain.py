"""From planned scans and calls to what EXPLAIN says of them. Nothing is sent for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from rowcall.catalog.catalog import ResourceRef
from rowcall.manifest.model import Method, PagingKind, RateLimit
from rowcall.plan.analysis import Analysis
from rowcall.plan.applied import applied
from rowcall.plan.early import BY_PAGE
from rowcall.plan.explanation import BoundParameter, ExplainedScan, ExplainedWrite, Explanation, Measured
from rowcall.plan.figures import Calls, calls, is_paged, keys_text, open_choices, origin_text, requests_at_most, rows_a_page, seconds
from rowcall.plan.nodes import Considered, Origin, Request, Scan
from rowcall.plan.parameters import keyed

Url = Callable[[Request], str]
"""A request's whole URL, redacted."""
Limits = Callable[[ResourceRef], Mapping[str, Sequence[RateLimit]]]
"""The rate limits that hold for requests of a resource: those of its provider under "", of its service and its own by full name."""

_SHOWN = 20
"""How many request lines of one scan are kept; the rest is counted."""
_SHOWN_VALUES = 3


def explain_scans(
    analysis: Analysis,
    scans: Sequence[Scan],
    url: Url,
    measured: Mapping[int, Measured] | None = None,
    *,
    paging: Mapping[str, str] | None = None,
) -> tuple[ExplainedScan, ...]:
    """For each remote reference, how its rows are fetched.

    `measured` has what that took, by the number of the reference. `paging` is how those are paged that the statement may be
    done with early, by source name.
    """
    figures = calls(scans)
    by_number = {scan.number: scan for scan in scans}
    found = []
    for scan in scans:
        said, own = applied(analysis, scan, scans), figures[scan.number]
        paged = (paging or {}).get(scan.source, "")
        early = paged == BY_PAGE
        # Of several, what the others give may be nothing, and then none of its pages is asked for.
        least = min(own.least, int(len(scans) == 1)) if early else own.least
        lines, more = _lines(list(dict.fromkeys(call.request for call in scan.calls)), url)
        found.append(
            ExplainedScan(
                number=scan.number,
                resource=scan.ref.full_name,
                alias=scan.alias,
                level=scan.level,
                after=tuple(by_number[number].alias for number in scan.after),
                method=scan.method_name,
                description=scan.method.description,
                why=_why(scan, by_number),
                bound=tuple(_bound(scan, by_number)),
                api=(*said.by_api, *scan.pushed),
                duckdb=said.by_duckdb,
                page_size=rows_a_page(scan),
                paging=paged or _together(scan),
                may_end_early=early,
                request_lines=lines,
                more_request_lines=more,
                requests=least,
                at_most=requests_at_most(scan, own),
                expected=own.expected if least == own.least else None,
                formula=_early(_formula(scan, own, by_number), least, own) if early else _formula(scan, own, by_number),
                measured=(measured or {}).get(scan.number),
            )
        )
    return tuple(found)


def _early(formula: str, least: int, own: Calls) -> str:
    """How many requests are sent of those that there could be, where a statement may have its rows before the last."""
    if own.most == least and not formula:
        return ""
    return f"{'up to ' if least < own.least else ''}{formula or own.least}, until the statement has its rows"


def _together(scan: Scan) -> str:
    """What is to be said of further pages that need not wait for one another; "" where they do."""
    paging = scan.protocol.paging
    if paging is None or paging.kind not in {PagingKind.PAGE, PagingKind.OFFSET}:
        return ""
    counts_pages = paging.pages is not None or paging.pages_header is not None
    what = "pages" if counts_pages else "rows" if paging.total is not None else ""
    return what and f"further pages together, once the first has said how many {what} there are"


def explain_calls(statement: str, ref: ResourceRef, method: tuple[str, Method], requests: Sequence[Request], url: Url) -> ExplainedWrite:
    """A write whose requests are known, with their bodies."""
    lines, more = _lines(requests, url)
    return ExplainedWrite(
        statement=statement,
        resource=ref.full_name,
        method=method[0],
        description=method[1].description,
        request_lines=lines,
        more_request_lines=more,
        requests=len(requests),
        formula="",
    )


def explain_calls_later(
    statement: str, ref: ResourceRef, method: tuple[str, Method] | None, shape: str = "", values: Iterable[str] = ()
) -> ExplainedWrite:
    """A write of rows that have to be read first; `method` is None where they decide which it is.

    `shape` is what a request looks like, and `values` where each value in it comes from.
    """
    return ExplainedWrite(
        statement=statement,
        resource=ref.full_name,
        method=method[0] if method is not None else "",
        description=method[1].description if method is not None else "",
        request_lines=(shape,) if shape else (),
        more_request_lines=0,
        values=tuple(values),
        requests=None,
        formula=f"one {statement} request for each row that this gives",
    )


def explain(
    scans: Sequence[Scan],
    explained: tuple[ExplainedScan, ...],
    write: ExplainedWrite | None = None,
    *,
    writer: ResourceRef | None = None,
    limits: Limits = lambda ref: {"": ref.provider.rate_limits, **dict(ref.rate_limits)},
    max_requests: int | None = None,
    duckdb: str = "",
    notes: Sequence[str] = (),
    sent: Sequence[str] | None = None,
) -> Explanation:
    """The whole, with its sums: `explained` is what was made of `scans`, `writer` what `write` is about, `sent` what was sent."""
    own = write.requests if write is not None else 0
    requests = _certain(scans, explained) + (own or 0)
    unsettled = [one for scan, one in zip(scans, explained, strict=True) if not _is_settled(scan, one)]
    open_ended = own is None or any(one.at_most is None for one in explained)
    unclear = own is None or any(one.expected is None for one in unsettled)
    expected = None if unclear else _likely(zip(scans, explained, strict=True)) + (own or 0)
    waits = list(_waits(scans, explained, write, writer, limits))
    spent = requests if sent is None else len(sent)
    refused = f"It needs more than max_requests = {max_requests} requests, and would be refused."
    return Explanation(
        scans=explained,
        write=write,
        requests=requests,
        at_most=None if open_ended else requests + sum((one.at_most or 0) - one.requests for one in unsettled),
        expected=expected,
        max_requests=max_requests,
        budget_left=None if max_requests is None else max(0, max_requests - spent),
        rate_limit="; ".join(text for text, _ in waits),
        rate_limited_s=max((wait for _, wait in waits), default=None),
        notes=(*notes, *([refused] if max_requests is not None and spent > max_requests else [])),
        duckdb=duckdb,
        sent=tuple(sent or ()),
    )


def _is_settled(scan: Scan, one: ExplainedScan) -> bool:
    """Whether it is known which requests a scan begins with, and that none of them is left out."""
    return scan.is_known and not one.may_end_early


def _certain(scans: Sequence[Scan], explained: Sequence[ExplainedScan]) -> int:
    """How many requests are sent in any case, those that several scans share counted once."""
    pairs = zip(scans, explained, strict=True)
    settled = {call.request for scan, one in pairs if _is_settled(scan, one) for call in scan.calls}
    return len(settled) + sum(one.requests for one in explained if one.may_end_early)


def _likely(pairs: Iterable[tuple[Scan, ExplainedScan]]) -> int:
    """How many requests scans will take, further pages too, as far as that can be told: those that several share counted once."""
    shared: dict[Request, int] = {}
    others = 0
    for scan, one in pairs:
        if _is_settled(scan, one):
            shared |= {call.request: (one.expected or 0) // one.requests for call in scan.calls}
        else:
            others += one.expected or one.requests
    return sum(shared.values()) + others


def _waits(
    scans: Sequence[Scan], explained: Sequence[ExplainedScan], write: ExplainedWrite | None, writer: ResourceRef | None, limits: Limits
) -> Iterator[tuple[str, float]]:
    """For each provider, service and resource with limits, these in words, and the seconds that they make of the expected requests."""
    refs = [scan.ref for scan in scans] + ([writer] if writer is not None else [])
    held = {ref: {scope or ref.provider.provider: own for scope, own in limits(ref).items()} for ref in refs}
    titles = {scope: ref.provider.title + (f" at {scope}" if "." in scope else "") for ref in refs for scope in held[ref]}
    for scope, title in titles.items():
        if not (own := next(of[scope] for of in held.values() if scope in of)):
            continue
        pairs = [(scan, one) for scan, one in zip(scans, explained, strict=True) if scope in held[scan.ref]]
        number = _likely(pairs)
        if writer is not None and scope in held[writer] and write is not None:
            number += write.requests or 0
        allowed = " and ".join(f"{limit.requests} requests in {limit.per_s:g} s" for limit in own)
        yield f"{title} allows {allowed}", seconds(own, number)


def _bound(scan: Scan, scans: Mapping[int, Scan]) -> Iterator[BoundParameter]:
    for name, origin in scan.bound_by.items():
        values = dict.fromkeys(call.bound[name] for call in scan.calls)
        parameter = scan.method.parameters.get(name)
        range_ = parameter.range if parameter is not None else None
        yield BoundParameter(
            name=name,
            column=range_.column if range_ is not None else "",
            operator=range_.operator.value if range_ is not None else "=",
            values=tuple(islice(values, _SHOWN_VALUES)),
            count=len(values) if scan.is_known else None,
            origin=origin_text(origin, scans),
        )


def _formula(scan: Scan, own: Calls, scans: Mapping[int, Scan]) -> str:
    size = rows_a_page(scan)
    further = ", and one more for each further page" + (f" of {size}" if size is not None else "")
    pages = further if requests_at_most(scan, own) is None and scan.protocol.paging is not None and own.most != 0 else ""
    others = [one.method_name for one in open_choices(scan) if one.method_name != scan.method_name]
    pages += f"; fewer where {' or '.join(others)} will do with fewer" if others else ""
    if scan.is_known:
        return f"{own.least}{pages}" if pages else ""
    names = keyed(scan.method, scan.bound_by)
    if all(scan.bound_by[name] == Origin() for name in names):
        each = f"one for each value of {' and '.join(names)}" if names else "one"
        return f"{each}, unless {', '.join(scans[number].alias for number in scan.after) or 'it'} has no row{pages}"
    most = f", {own.most} at the most" if own.most is not None else ""
    return f"one for each distinct {keys_text(scan, scans)}{most}{pages}"


def _why(scan: Scan, scans: Mapping[int, Scan]) -> str:
    """Why this method, in comparison with the others."""
    possible = [one for one in scan.considered if not one.lacks]
    others = [one for one in possible if one.method_name != scan.method_name]
    if not others:
        return "; ".join(f"{one.method_name} lacks {', '.join(one.lacks)}" for one in scan.considered if one.lacks)
    if not scan.is_known:
        waits = " and ".join(scans[number].alias for number in scan.after) or "what gives its keys"
        ways = " or ".join(f"{one.method_name} ({_each(one)})" for one in possible)
        return f"settled once {waits} {'are' if len(scan.after) > 1 else 'is'} read: {ways}, whichever is fewer"
    (own,) = [one for one in possible if one.method_name == scan.method_name]
    rest = [
        f"{one.method_name} would need {_expected(one, scan)}" + (", but is less specific" if one.requests == own.requests else "")
        for one in others
    ]
    return "; ".join([_expected(own, scan), *rest])


def _each(one: Considered) -> str:
    return f"one request for each {' and '.join(one.parameters)}" if one.parameters else "one request"


def _expected(one: Considered, scan: Scan) -> str:
    return f"{'about ' if is_paged(scan, one) else ''}{one.requests} request{'' if one.requests == 1 else 's'}"


def _lines(requests: Sequence[Request], url: Url) -> tuple[tuple[str, ...], int]:
    """The first request lines, with bodies, and how many more there are."""
    return tuple(request_line(request, url) for request in requests[:_SHOWN]), max(0, len(requests) - _SHOWN)


def request_line(request: Request, url: Url) -> str:
    return f"{request.http_method} {url(request)} {request.content()}".rstrip()
