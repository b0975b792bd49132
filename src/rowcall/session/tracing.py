"""The span of a statement, in a process that has OpenTelemetry.

Names and attributes are those of the semantic conventions for database clients. Of the text go out its words and names, and neither its
values nor its comments; of an error its class. So no span holds more of a secret than the name of a table.

Source: https://opentelemetry.io/docs/specs/semconv/db/database-spans/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rowcall.errors import SQLError
from rowcall.http.spans import api, start
from rowcall.session.report import Report
from rowcall.sql.tokens import NOT_WORDS, tokenize

_VALUES = NOT_WORDS - {"IDENTIFIER"}
"""The kinds of tokens that are literals."""
_GUARDED = frozenset({"SECRET", "PASSWORD"})
"""Words of statements that may have a secret where others have a name."""
_SETTING = frozenset({"SET", "PRAGMA", "ATTACH", "COPY"})
"""First words of those in which a bare word may be a value: DuckDB takes `SET s3_secret_access_key = abc`."""


class Traced:
    """The span of one statement, or of none where nobody records it."""

    def __init__(self, trace: Any = None, span: Any = None) -> None:
        self._trace = trace
        self._span = span
        self._dropped = False

    @property
    def context(self) -> Any | None:
        """What the spans of its requests stand below; None where there is to be none."""
        return None if self._span is None else self._trace.set_span_in_context(self._span)

    def drop(self) -> None:
        """Has this forgotten, because the statement is run in another way."""
        self._dropped = True

    def end(self, report: Report | None, error: BaseException | None) -> None:
        """Takes what the statement did, None where that was nothing to report, and how it failed where it did."""
        if self._span is None or self._dropped:
            return
        if error is not None:
            self._span.set_status(self._trace.StatusCode.ERROR)
            self._span.set_attribute("error.type", type(error).__name__)
        elif report is not None:
            self._span.set_attributes({"rowcall.kind": report.statement_kind, "rowcall.partial": report.partial})
        self._span.set_attribute("rowcall.requests", report.requests if report is not None else 0)
        self._span.end()


@contextmanager
def traced(text: str, report: Callable[[], Report]) -> Iterator[Traced]:
    """The span of the statement `text` while it runs; `report` is asked for the latest report, which may be its own when it has ended."""
    trace = api()
    if trace is None:
        yield Traced()
        return
    attributes = described(text)
    span = start(trace, attributes.get("db.operation.name", "SQL"), attributes)
    if not span.is_recording():
        yield Traced()
        return
    found, before, failed = Traced(trace, span), report(), None
    try:
        with trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False):
            yield found
    except BaseException as error:
        failed = error
        raise
    finally:
        found.end(report() if report() is not before else None, failed)


def described(text: str) -> dict[str, Any]:
    """What is said of a statement: its first word, and its text with `?` for each literal."""
    found = {"db.system.name": "duckdb"}
    try:
        tokens = tokenize(text)
    except SQLError:
        return found
    if not tokens:
        return found
    if tokens[0].word:
        found["db.operation.name"] = tokens[0].word
    if tokens[0].word not in _SETTING and not _GUARDED & {token.word for token in tokens}:
        pieces, done = [], tokens[0].start
        for token in tokens:
            pieces.append(" " if token.start > done else "")
            pieces.append("?" if token.kind in _VALUES else text[token.start : token.end])
            done = token.end
        found["db.query.text"] = "".join(pieces)
    return found
