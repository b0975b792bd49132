"""Whether what answers is to go away, as its answers say or its manifest does."""

from __future__ import annotations

import email.utils
from datetime import UTC
from urllib.parse import urlsplit

from rowcall.http.endpoint import Endpoint
from rowcall.http.page import Answer
from rowcall.manifest.model import Lifecycle

_NOT_SO = frozenset({"", "false", "?0"})


def deprecation(answer: Answer, endpoint: Endpoint, resource: str, lifecycle: Lifecycle | None) -> str | None:
    """What a user of `resource` is told of its end; None where nobody says that there is one.

    Answers say so by the headers Deprecation and Sunset, whatever the former's date: it is marked, and goes on answering. The manifest
    speaks of its `hosts`, or where it names none, of all.
    Source: https://www.rfc-editor.org/rfc/rfc9745, https://www.rfc-editor.org/rfc/rfc8594
    """
    host = urlsplit(endpoint.base_url).hostname or ""
    known = lifecycle if lifecycle is not None and (not lifecycle.hosts or host.lower() in map(str.lower, lifecycle.hosts)) else None
    says = answer.headers.get("deprecation", "").strip().lower() not in _NOT_SO
    day = _day(answer.headers.get("sunset", "")) or (known.sunset if known is not None else None)
    if not says and "sunset" not in answer.headers and not (known is not None and known.deprecated):
        return None
    parts = [f"{resource} is deprecated at {host}{f', and answers until {day}' if day else ''}."]
    if known is not None and known.replaced_by:
        parts.append(f"Its replacement: {', '.join(known.replaced_by)}.")
    return " ".join(parts)


def _day(sunset: str) -> str | None:
    """The day of an HTTP date; None for what is none."""
    try:
        return email.utils.parsedate_to_datetime(sunset).astimezone(UTC).date().isoformat() if sunset else None
    except (ValueError, OverflowError):
        return None
