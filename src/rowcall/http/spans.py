"""Spans for OpenTelemetry, in a process that has it: where nobody has loaded its API, nothing here does.

Names and attributes are those of the semantic conventions for HTTP clients. No header of a trace goes along with a request: an API
is told nothing that it is not told without. What is said of a request is what `rowcall_requests()` says, redacted already.

Source: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from rowcall.http.control import Exchange

_PORTS = {"http": 80, "https": 443}
_FAILED = 400
_NAME = "rowcall"
_OTHER = "_OTHER"
"""How the conventions call an error that has no name."""


def api() -> Any | None:
    """The module `opentelemetry.trace`, where this process has loaded it."""
    return sys.modules.get("opentelemetry.trace")


def start(trace: Any, name: str, attributes: dict[str, Any], **options: Any) -> Any:
    """A span of a client, with `options` as `start_span` of the module `trace` takes them."""
    return trace.get_tracer(_NAME).start_span(name, kind=trace.SpanKind.CLIENT, attributes=attributes, **options)


def exchange_ended(exchange: Exchange, parent: Any) -> None:
    """Makes the span of an HTTP exchange that is over, below that of its statement, whose context is `parent`."""
    trace = api()
    if trace is None:
        return
    started = int(exchange.sent_at * 1e9)
    span = start(trace, exchange.request.partition(" ")[0], _attributes(exchange), context=parent, start_time=started)
    if exchange.error is not None or (exchange.status or 0) >= _FAILED:
        span.set_status(trace.StatusCode.ERROR)
    span.end(started + int(exchange.elapsed_s * 1e9))


def _attributes(exchange: Exchange) -> dict[str, Any]:
    method, _, url = exchange.request.partition(" ")
    parts = urlsplit(url)
    found = {
        "http.request.method": method,
        "url.full": url,
        "server.address": parts.hostname or "",
        "server.port": parts.port or _PORTS.get(parts.scheme, 0),
        "http.response.body.size": exchange.bytes,
        "rowcall.operation": exchange.operation,
    }
    if exchange.attempt > 1:
        found["http.request.resend_count"] = exchange.attempt - 1
    if exchange.status is not None:
        found["http.response.status_code"] = exchange.status
    if exchange.error is not None:
        found["error.type"] = "interrupted" if exchange.error == "interrupted" else _OTHER
    elif exchange.status is not None and exchange.status >= _FAILED:
        found["error.type"] = str(exchange.status)
    return found
