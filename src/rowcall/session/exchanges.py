"""What a session has sent and warned of, as tables: `rowcall_requests()` and `rowcall_warnings()`."""

from __future__ import annotations

import datetime
import json
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from rowcall.session.report import Report

if TYPE_CHECKING:
    from rowcall.http.control import Exchange

MOST = 10_000
"""How many exchanges, and how many warnings, are kept: the latest."""
REQUESTS = (
    ("statement", "BIGINT"),
    ("sent_at", "TIMESTAMP"),
    ("operation", "VARCHAR"),
    ("method", "VARCHAR"),
    ("url", "VARCHAR"),
    ("attempt", "BIGINT"),
    ("status", "BIGINT"),
    ("bytes", "BIGINT"),
    ("waited_ms", "DOUBLE"),
    ("transferred_ms", "DOUBLE"),
    ("request_id", "VARCHAR"),
    ("error", "VARCHAR"),
)
WARNINGS = (("statement", "BIGINT"), ("message", "VARCHAR"))
Columns = Sequence[tuple[str, str]]


class Exchanges:
    """The latest exchanges and warnings of a session, by the number of their statement."""

    def __init__(self) -> None:
        self.statements = 0
        """How many statements there were."""
        self._exchanges: deque[tuple[int, Exchange]] = deque(maxlen=MOST)
        self._warnings: deque[tuple[int, str]] = deque(maxlen=MOST)

    def add(self, report: Report) -> None:
        """Takes what a statement did."""
        self.statements += 1
        self._exchanges.extend((self.statements, exchange) for exchange in report.exchanges)
        self._warnings.extend((self.statements, message) for message in report.warnings)

    def tables(self, names: Collection[str]) -> Iterator[tuple[str, Columns, list[dict[str, Any]]]]:
        """Name, columns with their DuckDB types, and rows of those of its tables that are among `names`, oldest rows first."""
        for name, (columns, rows) in self._tables().items():
            if name in names:
                yield name, columns, rows()

    def _tables(self) -> Mapping[str, tuple[Columns, Callable[[], list[dict[str, Any]]]]]:
        return {
            "rowcall_requests": (REQUESTS, lambda: [{"statement": number, **as_row(exchange)} for number, exchange in self._exchanges]),
            "rowcall_warnings": (
                WARNINGS,
                lambda: [{"statement": number, "message": message} for number, message in self._warnings],
            ),
        }


def as_row(exchange: Exchange) -> dict[str, Any]:
    """An exchange as one row, without its statement; times are in UTC, and no secret is in it."""
    method, _, url = exchange.request.partition(" ")
    waited_s = exchange.waited_s if exchange.waited_s is not None else exchange.elapsed_s
    sent_at = datetime.datetime.fromtimestamp(exchange.sent_at, datetime.UTC).replace(tzinfo=None)
    return {
        "sent_at": sent_at.isoformat(sep=" "),
        "operation": exchange.operation,
        "method": method,
        "url": url,
        "attempt": exchange.attempt,
        "status": exchange.status,
        "bytes": exchange.bytes,
        "waited_ms": round(waited_s * 1000, 3),
        "transferred_ms": round((exchange.elapsed_s - waited_s) * 1000, 3),
        "request_id": exchange.request_id,
        "error": exchange.error,
    }


@contextmanager
def logged(stream: TextIO) -> Iterator[None]:
    """While it lasts, every exchange of the process is written to `stream` as it ends: a line of JSON, named as in `rowcall_requests()`."""
    import logging

    class JsonLines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            exchange = getattr(record, "exchange", None)
            if exchange is not None:
                print(json.dumps(as_row(exchange), ensure_ascii=False), file=stream, flush=True)

    logger, handler = logging.getLogger("rowcall.http"), JsonLines()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
