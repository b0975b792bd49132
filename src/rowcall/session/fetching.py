"""Scans to pages: every call of a statement once, fitted to its declared types, ready for DuckDB to read."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rowcall.errors import RequestError
from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.http.fetch import fetch_all
from rowcall.http.page import Page
from rowcall.manifest.model import Column
from rowcall.plan.nodes import EXTRA, Call, Protocol, Request, Scan
from rowcall.rows.fit import Fitter, Misfit

Pages = list[tuple[str, str]]
"""Page bodies, each with the JSON object of what its call was bound to."""


def scan_pages(
    scans: Sequence[Scan],
    clients: Mapping[str, Client],
    control: Control,
    fetched: dict[Request, list[str]],
    *,
    partial: bool,
    final: bool,
) -> tuple[dict[str, Pages], list[RequestError]]:
    """The pages of each scan by source name, and the errors that `partial` allowed.

    `fetched` holds what the statement has fetched before, and takes what is fetched here: a request that several scans begin with is sent
    once. `final` is whether the statement sends nothing after these. Misfits become warnings of `control`. Raises BudgetError before the
    first request where the calls alone are more than the statement may still send.
    """
    failures: list[RequestError] = []
    groups = _groups(scans, fetched)
    control.expect(sum(map(len, groups.values())), exact=final and all(protocol.paging is None for _, protocol in groups))
    for (provider, protocol), calls in groups.items():
        failures += _fetch(clients[provider], calls, protocol, control, fetched, partial=partial)
    return {scan.source: _fitted(scan, fetched, control) for scan in scans}, failures


def _groups(scans: Sequence[Scan], fetched: Mapping[Request, list[str]]) -> dict[tuple[str, Protocol], list[Call]]:
    """The distinct calls by provider and protocol, in the order of the statement."""
    groups: dict[tuple[str, Protocol], dict[Request, Call]] = {}
    for scan in scans:
        group = groups.setdefault((scan.ref.provider.provider, scan.protocol), {})
        for call in scan.calls:
            if call.request not in fetched:
                group.setdefault(call.request, call)
    return {key: list(calls.values()) for key, calls in groups.items() if calls}


def _fetch(
    client: Client, calls: Sequence[Call], protocol: Protocol, control: Control, fetched: dict[Request, list[str]], *, partial: bool
) -> list[RequestError]:
    for call in calls:
        fetched.setdefault(call.request, [])

    def keep(index: int, page: Page) -> None:
        if page.rows:
            fetched[calls[index].request].append(page.body)

    return [failure.error for failure in fetch_all(client, calls, protocol, control, keep, partial=partial)]


def _fitted(scan: Scan, fetched: Mapping[Request, list[str]], control: Control) -> Pages:
    fitter = Fitter(scan.ref.resource.columns, scan.method.rows, extra=any(hidden.name == EXTRA for hidden in scan.hidden))
    pages: Pages = []
    misfits: list[Misfit] = []
    started = time.perf_counter()
    for call in scan.calls:
        key = json.dumps(dict(call.bound))
        for body in fetched[call.request]:
            page, found = fitter.fit(body)
            pages.append((page, key))
            misfits += found
    control.computed(scan.source, time.perf_counter() - started)
    warn(scan.ref.full_name, misfits, control)
    return pages


def fit_answers(answers: Sequence[Page], name: str, columns: Mapping[str, Column], rows: str | None, control: Control) -> Pages:
    """The pages of a write's answers, those without a row left out (204, say)."""
    fitter = Fitter(columns, rows, extra=False)
    pages: Pages = []
    misfits: list[Misfit] = []
    for answer in answers:
        if not answer.rows:
            continue
        page, found = fitter.fit(answer.body)
        pages.append((page, "{}"))
        misfits += found
    warn(name, misfits, control)
    return pages


def warn(name: str, misfits: Sequence[Misfit], control: Control) -> None:
    """One warning for each place where values did not fit, with how many and what one of them was."""
    counts: Counter[str] = Counter(misfit.path for misfit in misfits)
    samples: dict[str, Any] = {misfit.path: misfit.found for misfit in reversed(misfits)}
    for path, count in counts.items():
        values = "value does" if count == 1 else "values do"
        what = f"{name}.{path}" if path else f"a row of {name}"
        control.warn(f"{count} {values} not fit the type of {what}, such as {samples[path]}: NULL here, kept in {EXTRA}.")
