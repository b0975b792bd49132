"""Limits, the cancel flag and the records of a statement."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from rowcall.errors import BudgetError, UnavailableError
from rowcall.http.control import Cancelled, Control, Exchange
from rowcall.plan.nodes import Request


def test_spending_more_than_the_budget_is_an_error() -> None:
    """The request after the last allowed one raises BudgetError, which names the limit, what was sent, and what to do."""
    control = Control(max_requests=2)
    control.spend()
    control.spend()

    with pytest.raises(BudgetError) as caught:
        control.spend()
    assert control.spent == 2
    assert str(caught.value) == (
        "The statement needs at least 3 requests, and max_requests is 2; it was stopped after 2.\n\n"
        "Narrow the statement, or allow more: SET rowcall_max_requests = 3, the argument max_requests, or --max-requests. "
        "EXPLAIN shows the requests of a statement."
    )


@pytest.mark.parametrize(
    ("calls", "exact", "writes", "message"),
    [
        (5, False, False, "The statement needs at least 5 requests, and max_requests is 4; nothing was sent."),
        (1200, True, False, "The statement needs 1,200 requests, and max_requests is 4; nothing was sent."),
        (5, True, True, "The statement needs 5 requests, and max_requests is 4; no change was sent."),
    ],
    ids=["paged", "one request each", "writes"],
)
def test_calls_that_are_too_many_are_refused_before_the_first(calls: int, exact: bool, writes: bool, message: str) -> None:
    """What is needed is known then, exactly where a call is one request."""
    control = Control(max_requests=4)

    with pytest.raises(BudgetError) as caught:
        control.expect(calls, exact=exact, writes=writes)

    error = caught.value
    assert error.message == message
    assert (error.needed, error.limit, error.exact, error.sent) == (calls, 4, exact, 0)


def test_what_was_sent_and_what_is_expected_already_count() -> None:
    """Calls that come to be known later are compared with what is left, and those that begin are not counted twice."""
    control = Control(max_requests=10)
    control.expect(4)
    control.begin()
    control.spend()

    control.expect(6)
    with pytest.raises(BudgetError, match="needs at least 11 requests, and max_requests is 10; it was stopped after 1"):
        control.expect(1)


def test_calls_that_did_not_begin_are_part_of_what_is_needed() -> None:
    """A budget that further pages used up says what the remaining calls would take besides."""
    control = Control(max_requests=10)
    control.expect(8)
    for _ in range(3):
        control.begin()
    for _ in range(10):
        control.spend()

    with pytest.raises(BudgetError, match="needs at least 16 requests"):
        control.spend()


@pytest.mark.parametrize(("needed", "suggested"), [(1, 1), (10, 10), (44, 50), (1001, 2000), (98_765, 100_000)])
def test_the_limit_that_is_suggested_is_a_round_number(needed: int, suggested: int) -> None:
    """It is never less than what is needed."""
    assert f"SET rowcall_max_requests = {suggested}," in BudgetError(needed, 0).hint


def test_a_budget_of_nothing_allows_nothing() -> None:
    """Zero is a limit, not the absence of one."""
    with pytest.raises(BudgetError, match="needs at least 1 request, and max_requests is 0; nothing was sent"):
        Control(max_requests=0).spend()


def test_spending_past_the_deadline_is_an_error() -> None:
    """A deadline that is over raises UnavailableError, which names timeout_s."""
    with pytest.raises(UnavailableError, match="timeout_s=0"):
        Control(timeout_s=0).spend()


def test_spending_when_cancelled_raises_cancelled_and_counts_nothing() -> None:
    """A cancelled statement sends nothing more."""
    control = Control()
    control.cancel()

    with pytest.raises(Cancelled):
        control.spend()
    assert control.spent == 0


def test_cancelling_ends_a_wait() -> None:
    """A thread that waits for an hour is let go when the statement is cancelled."""
    control = Control()
    waiting = threading.Thread(target=control.wait, args=(3600,))
    waiting.start()

    control.cancel()
    waiting.join(10)

    assert not waiting.is_alive()


def test_a_wait_ends_with_the_deadline() -> None:
    """Nobody waits past the deadline, whatever was asked."""
    control = Control(timeout_s=0.01)

    control.wait(3600)

    assert control.remaining() == 0


def test_a_scope_shares_limits_and_records_but_not_its_own_cancelling() -> None:
    """What a scope spends and records is the statement's; cancelling it leaves the statement alone."""
    control = Control(max_requests=1)
    scope = control.scope()

    scope.spend()
    scope.warn("odd")
    scope.cancel()

    assert (control.spent, control.warnings, control.cancelled, scope.cancelled) == (1, ["odd"], False, True)


@pytest.mark.parametrize("before", [True, False], ids=["cancelled before", "cancelled after"])
def test_cancelling_a_statement_cancels_its_scopes(before: bool) -> None:
    """A scope of a cancelled statement is cancelled, whichever came first."""
    control = Control()
    if before:
        control.cancel()
    scope = control.scope().scope()
    control.cancel()

    assert scope.cancelled


def test_a_warning_is_kept_once() -> None:
    """Fifty calls with one oddity make one warning."""
    control = Control()
    for _ in range(50):
        control.warn("odd")

    assert control.warnings == ["odd"]


def test_what_is_left_of_a_budget_is_known() -> None:
    """And that there is none."""
    control = Control(max_requests=2)
    control.scope().spend()

    assert (control.left(), Control().left()) == (1, None)


def test_loading_the_control_loads_no_network_library() -> None:
    """Neither the control nor what fetches loads httpx before a request is sent."""
    code = "import sys, rowcall.http.control, rowcall.http.fetch; print([m for m in ('httpx', 'httpcore', 'ssl') if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_each_call_is_noted_apart() -> None:
    """Its exchanges, rows and waits; the records of the statement have all of them, and pauses count as waits."""
    control = Control()
    one, other = (control.scope().of(Request("p", "p.s.r", "m", "GET", path)) for path in ("/a", "/b"))

    one.record(Exchange("GET /a", 1, 200, None, 0.5, 10))
    one.received(3)
    one.wait(0.01)
    other.record(Exchange("GET /b", 1, 200, None, 0.25, 20))

    first, second = control.tallies.values()
    assert [exchange.request for exchange in control.exchanges] == ["GET /a", "GET /b"]
    assert ([exchange.bytes for exchange in first.exchanges], first.rows, len(first.waits)) == ([10], 3, 2)
    assert ([exchange.bytes for exchange in second.exchanges], second.rows) == ([20], 0)
    assert first.waits[0][1] - first.waits[0][0] == pytest.approx(0.5)
    assert first.waits[1][1] - first.waits[1][0] >= 0.01


def test_work_on_the_pages_of_a_scan_is_added_up() -> None:
    """Over all its rounds."""
    control = Control()

    for seconds in (0.25, 0.5):
        control.computed("pages", seconds)

    assert control.computed_s == {"pages": 0.75}
