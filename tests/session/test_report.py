"""The record of a statement."""

from __future__ import annotations

from rowcall.http.control import Exchange
from rowcall.session.report import Report


def test_requests_are_the_exchanges_retries_included() -> None:
    """Each time something was sent counts."""
    exchanges = [Exchange("GET http://127.0.0.1/x", attempt, 500, None, 0.1, 10) for attempt in (1, 2, 3)]

    assert Report("select", 0.3, exchanges).requests == 3


def test_a_report_of_nothing_is_empty() -> None:
    """No exchange, no warning, not partial."""
    report = Report("local")

    assert (report.requests, report.warnings, report.partial, report.elapsed_s) == (0, (), False, 0.0)
