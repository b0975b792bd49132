"""Whether a request is sent again, and after how long.

The rules are those of the manifest's `retry`; the headers are those that OpenAI's and other official SDKs honour. Values in, values out.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import math
import random
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rowcall.manifest.model import Retry

LONGEST_WAIT_S = 60.0
"""The most that one Retry-After is waited for when the statement has no deadline."""
AGAIN = "Run the statement again later."
"""What is left to a user where that did not do, and a repetition does no harm."""
_TOO_MANY = 429
_SERVER_FAILED = 500
_REQUEST_TIMEOUT = 408
_UNAVAILABLE = 503


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


def rest(status: int, headers: Mapping[str, str], now: float | None = None) -> float | None:
    """How many seconds the API wants no further request of this key; None where it does not say.

    Said by what a 429 or 503 asks to wait, and by an answer of any status that counts what is left: when that is nothing, until it is
    counted anew. `now` is Unix time. Sources: https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-10.html and, for the
    older headers with a count and a time each, https://platform.openai.com/docs/guides/rate-limits and
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    now = time.time() if now is None else now
    waits: list[float | None] = [asked_wait(headers, now) if status in {_TOO_MANY, _UNAVAILABLE} else None]
    for name in headers:
        if (found := _REMAINING.fullmatch(name.lower())) and headers[name].strip() == "0":
            waits.append(_until(headers.get(f"{found[1]}reset{found[2] or ''}"), now))
        elif name.lower() == "ratelimit":
            policies = (dict(_MEMBER.findall(policy)) for policy in headers[name].split(","))
            waits += [float(policy["t"]) for policy in policies if policy.get("r") == "0" and "t" in policy]
    return max((wait for wait in waits if wait is not None), default=None)


def _until(text: str | None, now: float) -> float | None:
    """Seconds until a time that is written as seconds from now, Unix seconds or milliseconds, `6m0s`, `20ms`, or a date; None otherwise.

    A date is one of ISO 8601, in UTC where it names no offset.
    """
    number = _number(text)
    if number is not None:
        unix = number / 1000 if number > _MILLISECONDS else number
        return max(0.0, unix - now) if unix > _UNIX else number
    parts = _DURATION.findall(text or "")
    if parts and _DURATION.sub("", text or "").strip() == "":
        return sum(float(count) * _UNITS[unit] for count, unit in parts)
    try:
        date = dt.datetime.fromisoformat((text or "").strip())
        return max(0.0, (date if date.tzinfo is not None else date.replace(tzinfo=dt.UTC)).timestamp() - now)
    except (ValueError, OverflowError):
        return None


_UNIX, _MILLISECONDS = 1e9, 1e11
"""Greater numbers are no seconds from now, but a time: in seconds, and in milliseconds."""
_REMAINING = re.compile(r"((?:x-)?ratelimit-)remaining(-[a-z-]+)?")
_MEMBER = re.compile(r";\s*([rt])=(\d+)")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def told(status: int, headers: Mapping[str, str], message: str, retry: Retry) -> Mapping[str, str]:
    """The headers of an answer, with the minute to wait that its message alone asks for, where the manifest says how it does.

    Source: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
    """
    may_say = retry.limited_message is not None and status in {_TOO_MANY, *retry.limited}
    if not may_say or asked_wait(headers) is not None or rest(status, headers) is not None:
        return headers
    return {**headers, "retry-after": f"{LONGEST_WAIT_S:g}"} if re.search(retry.limited_message or "", message) else headers


def meaning(status: int, headers: Mapping[str, str], retry: Retry) -> int:
    """The status, or 429 for one by which an API says that there were too many requests, as the manifest and the headers say."""
    is_limit = status in retry.limited and (asked_wait(headers) is not None or rest(status, headers) is not None)
    return _TOO_MANY if is_limit else status


def wants_retry(status: int, headers: Mapping[str, str], retry: Retry, *, resendable: bool) -> bool:
    """Whether an answer with an error status is worth another try.

    `resendable` is whether the request may be sent twice. Where it may not, only an answer that is given before the request is looked at
    qualifies: a 5xx, 408 or 409 may follow half of the work.
    """
    advice = headers.get("x-should-retry", "").lower()
    if advice == "false":
        return False
    if not resendable:
        return is_unprocessed(status, headers, retry)
    return advice == "true" or status in retry.statuses


def is_unprocessed(status: int, headers: Mapping[str, str], retry: Retry) -> bool:
    """Whether an answer says that the request was not looked at: a 429, and what the manifest says, together with Retry-After."""
    return status == _TOO_MANY or (status in retry.unprocessed and asked_wait(headers) is not None)


def is_fate_unknown(status: int) -> bool:
    """Whether a request that was answered so may have been carried out all the same."""
    return status >= _SERVER_FAILED or status == _REQUEST_TIMEOUT


def pause(retry: Retry, attempt: int, asked_s: float | None, remaining_s: float | None) -> float | None:
    """Seconds to wait after `attempt` (1 is the first) failed; None where no further attempt is left, or none in time.

    What the API asked for is waited for, at most LONGEST_WAIT_S where there is no deadline; else a random time up to base_s doubled for
    every attempt, max_s at the most. That it is random from nothing on ("full jitter") spreads many clients that failed at once the best:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    if attempt >= retry.attempts:
        return None
    if asked_s is None:
        wait_s = random.random() * min(retry.max_s, retry.base_s * 2 ** min(attempt - 1, 32))  # noqa: S311
    else:
        wait_s = asked_s if remaining_s is not None else min(asked_s, LONGEST_WAIT_S)
    return wait_s if remaining_s is None or wait_s < remaining_s else None
