"""Whether, and when, a request is sent again."""

from __future__ import annotations

import email.utils

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.http.retry import LONGEST_WAIT_S, asked_wait, pause, rest, wants_retry
from rowcall.manifest.model import Retry

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": email.utils.formatdate(NOW + 30, usegmt=True)}, 30.0),
        ({"retry-after": email.utils.formatdate(NOW - 30, usegmt=True)}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
    ],
    ids=str,
)
def test_the_wait_that_an_api_asks_for_is_read_in_every_form(headers: dict[str, str], expected: float | None) -> None:
    """Seconds, milliseconds and dates are understood; nonsense is as nothing."""
    assert asked_wait(headers, NOW) == expected


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, None),
        (200, {"retry-after": "7"}, None),
        (429, {"retry-after": "7"}, 7.0),
        (503, {"retry-after-ms": "250"}, 0.25),
        (500, {"retry-after": "7"}, None),
        (200, {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360.0),
        (200, {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms"}, 0.02),
        (200, {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1.5s"}, 1.5),
        (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 40)}, 40.0),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str((int(NOW) + 40) * 1000)}, 40.0),
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": "12"}, 12.0),
        (200, {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2027-01-15T08:00:40Z"}, 40.0),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2027-01-15T08:00:40.000+00:00"}, 40.0),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2027-01-15T10:00:40+02:00"}, 40.0),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2027-01-15T08:00:40"}, 40.0),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2027-01-15T07:59:20Z"}, 0.0),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-13-45T00:00:00Z"}, None),
        (200, {"ratelimit": '"default";r=0;t=30'}, 30.0),
        (200, {"ratelimit": '"default";r=5;t=30'}, None),
        (200, {"ratelimit": '"a";r=0;pk=:x:, "b";r=9;t=30'}, None),
        (200, {"ratelimit": '"a";r=9;t=4, "b";t=5;r=0'}, 5.0),
        (200, {"x-ratelimit-remaining": "1", "x-ratelimit-reset": "12"}, None),
        (200, {"x-ratelimit-remaining": "0"}, None),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "tomorrow"}, None),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "5 minutes"}, None),
        (429, {"retry-after": "7", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "12"}, 12.0),
    ],
    ids=str,
)
def test_what_an_api_has_left_is_read_in_every_form(status: int, headers: dict[str, str], expected: float | None) -> None:
    """A pause is asked for by a refusal, or by an answer that counts nothing left; nonsense is as nothing."""
    found = rest(status, httpx.Headers(headers), NOW)

    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("status", "advice", "resendable", "expected"),
    [
        (503, "", True, True),
        (418, "", True, False),
        (418, "true", True, True),
        (503, "false", True, False),
        (429, "", False, True),
        (429, "false", False, False),
        (503, "", False, False),
        (503, "true", False, False),
        (409, "", False, False),
        (408, "", False, False),
    ],
)
def test_a_write_is_retried_only_when_it_was_refused_unseen(status: int, advice: str, resendable: bool, expected: bool) -> None:
    """The API's advice and the manifest's statuses decide for what may be sent twice; for the rest only 429 qualifies."""
    headers = {"x-should-retry": advice} if advice else {}

    assert wants_retry(status, headers, Retry(), resendable=resendable) is expected


@given(st.integers(1, 40))
def test_waits_are_random_up_to_a_time_that_doubles(attempt: int) -> None:
    """No wait exceeds max_s, and they are spread over the whole time, nothing included."""
    waits = [pause(Retry(attempts=99, base_s=0.5, max_s=8), attempt, None, None) for _ in range(200)]

    full = min(8, 0.5 * 2 ** (attempt - 1))
    assert all(wait_s is not None and 0 <= wait_s <= full for wait_s in waits)
    assert {int(4 * (wait_s or 0) / full) for wait_s in waits} >= {0, 1, 2, 3}


def test_after_the_last_attempt_nothing_is_waited_for() -> None:
    """attempts counts the first one too."""
    assert pause(Retry(attempts=3), 3, 1.0, None) is None


def test_a_wait_that_was_asked_for_is_capped_without_a_deadline() -> None:
    """An API that asks for an hour is waited for a minute."""
    assert pause(Retry(), 1, 3600.0, None) == LONGEST_WAIT_S


@pytest.mark.parametrize(("asked_s", "expected"), [(100.0, 100.0), (1000.0, None)])
def test_a_wait_past_the_deadline_is_not_begun(asked_s: float, expected: float | None) -> None:
    """With a deadline the API's own wish counts, and one that cannot be met is no wait."""
    assert pause(Retry(), 1, asked_s, 500.0) == expected
