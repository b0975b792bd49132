"""Times and rate limits as users write them: `60s` is sixty seconds, and `500/60s` is five hundred requests in any sixty seconds.

Of one provider limits are several of these, `500/60s, 10/s`, or `none`; of a session they are said by provider,
service or resource, `openai=500/60s, 10/s; openai.assistants.runs=5/s; azure=none`.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowcall.manifest.model import RateLimit

FORM = "as 500/60s (several as 500/60s, 10/s), or none"
NO_LIMIT = "none"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(rf"(\d+(?:\.\d+)?)\s*({'|'.join(_UNITS)})")
_LIMIT = re.compile(rf"(\d+)\s*/\s*(\d+(?:\.\d+)?)?\s*({'|'.join(_UNITS)})")


def duration_s(text: str) -> float | None:
    """The seconds that a text with a unit stands for, as `60s`, `2min` or `500ms`; None for a text that is not of this form."""
    found = _DURATION.fullmatch(text)
    return None if found is None else float(found[1]) * _UNITS[found[2]]


def limits_of(value: Any) -> tuple[RateLimit, ...]:
    """The limits that a text stands for, or a list of tables with `requests` and `per_s` as in a manifest.

    Raises ValueError for anything else.
    """
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",")]
        return () if parts == [NO_LIMIT] else tuple(_of_text(part) for part in parts)
    if isinstance(value, Sequence):
        return tuple(_of_table(part) for part in value)
    raise ValueError(value)


def limits_by_name(text: str) -> dict[str, tuple[RateLimit, ...]]:
    """The limits by the name of the provider, service or resource. Raises ValueError for a text that is not of this form."""
    found = {}
    for part in text.split(";"):
        name, equals, limits = part.partition("=")
        if not equals or not name.strip():
            raise ValueError(part)
        found[name.strip()] = limits_of(limits)
    return found


def _of_text(text: str) -> RateLimit:
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return _checked(int(match[1]), float(match[2] or 1) * _UNITS[match[3]])


def _of_table(table: Any) -> RateLimit:
    if not isinstance(table, Mapping) or set(table) != {"requests", "per_s"}:
        raise ValueError(table)
    requests, per_s = table["requests"], table["per_s"]
    if isinstance(requests, bool) or not isinstance(requests, int) or isinstance(per_s, bool) or not isinstance(per_s, (int, float)):
        raise ValueError(table)  # noqa: TRY004 - a value that is not of the form, whatever it is
    return _checked(requests, float(per_s))


def _checked(requests: int, per_s: float) -> RateLimit:
    if not 1 <= requests <= sys.maxsize or not 0 < per_s < math.inf:
        raise ValueError(requests, per_s)
    from rowcall.manifest.model import RateLimit  # the records of manifests take longer to make than the rest of a session

    return RateLimit(requests=requests, per_s=per_s)
