"""Whether a request is sent again, and after how long.

The rules are those of the manifest's `retry`; the headers are those that OpenAI's and other official SDKs honour. Values in, values out.
"""

from __future__ import annotations

import email.utils
import math
import random
import time
from collections.abc import Mapping

from rowcall.manifest.model import Retry

LONGEST_WAIT_S = 60.0
"""The most that one Retry-After is waited for when the statement has no deadline."""
_TOO_MANY = 429
_SERVER_FAILED = 500
_REQUEST_TIMEOUT = 408


def asked_wait(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """How many seconds the API asks to wait, never negative; None where it does not say, or not in a form that is known.

    `now` is Unix time. Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        date = email.utils.parsedate_to_datetime(text)
        return max(0.0, date.timestamp() - (time.time() if now is None else now))
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def wants_retry(status: int, headers: Mapping[str, str], retry: Retry, *, resendable: bool) -> bool:
    """Whether an answer with an error status is worth another try.

    `resendable` is whether the request may be sent twice. Where it may not, only 429 qualifies: it is given before the request is
    looked at, whereas a 5xx, 408 or 409 may follow half of the work.
    """
    advice = headers.get("x-should-retry", "").lower()
    if advice == "false":
        return False
    if not resendable:
        return status == _TOO_MANY
    return advice == "true" or status in retry.statuses


def is_fate_unknown(status: int) -> bool:
    """Whether a request that was answered so may have been carried out all the same."""
    return status >= _SERVER_FAILED or status == _REQUEST_TIMEOUT


def pause(retry: Retry, attempt: int, asked_s: float | None, remaining_s: float | None) -> float | None:
    """Seconds to wait after `attempt` (1 is the first) failed; None where no further attempt is left, or none in time.

    What the API asked for is waited for, at most LONGEST_WAIT_S where there is no deadline; else base_s doubled for every attempt, up
    to max_s, less a random quarter so that many clients do not come back in step.
    """
    if attempt >= retry.attempts:
        return None
    if asked_s is None:
        wait_s = min(retry.max_s, retry.base_s * 2 ** min(attempt - 1, 32)) * (1 - random.random() / 4)  # noqa: S311
    else:
        wait_s = asked_s if remaining_s is not None else min(asked_s, LONGEST_WAIT_S)
    return wait_s if remaining_s is None or wait_s < remaining_s else None
