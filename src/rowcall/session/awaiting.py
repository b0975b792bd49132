"""Waiting for the end of what a write began: its reader is asked, row by row, until a terminal state or a condition of the user's.

The rows are asked for together, each after waits of its own that become longer. Requests are sent by a few threads; what they bring is
looked at in the thread of the statement, which is the only one that DuckDB may be asked in. Whatever ends the waiting early, the write
was done, and the error says of which rows.
"""

from __future__ import annotations

import heapq
import json
import math
import queue
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from rowcall.engine.source import page_source
from rowcall.errors import AwaitError, Begun, BindError, EngineError, RequestError, RowcallError, SQLError, UnsupportedSQLError
from rowcall.http.control import Cancelled, Control
from rowcall.http.page import Page
from rowcall.manifest.model import Column, Method, Verb
from rowcall.manifest.types import quoted
from rowcall.plan.readers import Reader, reader_of
from rowcall.plan.requests import protocol, rendered
from rowcall.rows.decode import decode
from rowcall.rows.fit import Fitter
from rowcall.session.execute import Context, Piece, moved, used
from rowcall.sql.nodes import row_name

if TYPE_CHECKING:
    from rowcall.catalog.catalog import ResourceRef
    from rowcall.plan.explanation import Explanation
    from rowcall.plan.nodes import Call
    from rowcall.sql.awaiting import Await
    from rowcall.sql.nodes import Apply, Write

_ANSWER = "__rowcall_answer"
_SLOWER = 1.5
"""How many times longer each wait is than the one before it."""
_POLL_S = 0.1
"""How often the statement's thread wakes: to notice that it was cancelled, and on Windows to let Ctrl-C in."""
_STOPPED = "It was not waited for to the end."
_ABSENT = 3
"""How often in succession a row may be missing: some APIs know what they began a moment later."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a write waits for, which DuckDB has bound."""

    word: str
    """INSERT, UPDATE, DELETE, EXEC or APPLY."""
    reader: Reader
    columns: Mapping[str, Column]
    """Those of the response that began it; the reader has them too."""
    until: Piece | None
    """What has a row where the condition holds over an answer; None where any end will do."""
    timeout_s: float
    said: bool
    """Whether the statement says how long."""
    context: Context

    @property
    def condition(self) -> str:
        """The condition in the user's words; "" where there is none."""
        return "" if self.until is None else self.until.source[self.until.span.start : self.until.span.end]

    def last(self, calls: Sequence[Call], answers: Sequence[Page]) -> list[Page]:
        """The last answer about each row, in the order of `answers`, which are those to `calls`.

        Raises AwaitError where a row does not come to the end that is waited for, in time, or cannot be asked for.
        """
        rows: list[_Row] = []
        with self._done(rows):
            fitter = Fitter(self.columns, None, extra=False)
            rows += [_row(self.reader, one, page) for one, page in zip(calls, answers, strict=True)]
            for row in rows:
                self._look(row, fitter)
                if not row.ended and row.key is None:
                    raise _Never("The answer does not say by what the API can be asked how far it is.")
            self._poll(rows, fitter)
        return [row.page for row in rows]

    def _poll(self, rows: Sequence[_Row], fitter: Fitter) -> None:
        """Returns when all rows have ended."""
        self.context.running.awaits = bool(rows)
        control, end = self.context.control, time.monotonic() + self.timeout_s
        waits = _Waits(self.reader)
        for number, row in enumerate(rows):
            if not row.ended:
                waits.add(number)
        with _Polls(self.reader, self.context, len(waits)) as polls:
            while waits or polls.under_way:
                control.check()
                if time.monotonic() >= end:
                    whose = "TIMEOUT" if self.said else "timeout_s of the manifest"
                    raise _Never(f"It had not ended after {self.timeout_s:g} s ({whose}).")
                for number in waits.due():
                    polls.ask(number, rows[number].key or {})
                found = polls.next(min(waits.next_s(), end - time.monotonic(), _POLL_S))
                if found is not None:
                    number, page = found
                    self._take(rows[number], page, fitter)
                    if not rows[number].ended:
                        waits.add(number)

    def _take(self, row: _Row, page: Page, fitter: Fitter) -> None:
        """Notes what the reader answered about a row."""
        if not page.rows:
            row.absent += 1
            row.ended = self.reader.begun_by.verb is Verb.DELETE
            if not row.ended and row.absent == _ABSENT:
                raise _Never(f"{row.begun(self.reader)}: the API has no such row any more, as {self.reader.name} says.")
            return
        row.page, row.record, row.absent = page, _record(page), 0
        self._look(row, fitter)

    def _look(self, row: _Row, fitter: Fitter) -> None:
        """Notes whether a row has come to what is waited for. Raises _Never where it cannot any more."""
        if not row.record:
            return
        state = self.reader.state(row.record)
        ends = self.reader.has_ended(state)
        row.ended = ends if self.until is None else self._holds(self.until, fitter.fit(row.page.body)[0])
        if ends and not row.ended:
            raise _Never(f"{row.begun(self.reader)}, which is where it stays, and UNTIL {self.condition} does not hold.")

    def _holds(self, until: Piece, page: str) -> bool:
        text = until.text
        frame = {**self.context.frame, _ANSWER: page_source([(page, "{}")])}
        _, found = self.context.engine.values(text, used(text, self.context), frame)
        return bool(found)

    @contextmanager
    def _done(self, rows: Sequence[_Row]) -> Iterator[None]:
        """While it lasts, whatever ends the waiting says that the write was done, and of which rows."""
        try:
            yield
        except KeyboardInterrupt as stop:
            self.context.control.cancel()
            text = str(self._error(_STOPPED, rows))
            stop.add_note(text)
            self.context.control.warn(text)
            raise
        except Cancelled:
            self.context.control.warn(str(self._error(_STOPPED, rows)))
            raise
        except (_Never, RowcallError) as error:
            reason = str(error) if isinstance(error, _Never) else f"How far it is could not be found out: {_told(error)}"
            raise self._error(reason, rows) from (None if isinstance(error, _Never) else error)

    def _error(self, reason: str, rows: Sequence[_Row]) -> AwaitError:
        begun = [row.begun(self.reader) for row in rows]
        writes = not self.reader.begun_by.is_read
        which = f"The {self.word} was carried out" if writes else f"The {self.word} was answered"
        open_ = next((row for row in rows if not row.ended and row.key is not None), None)
        hint = "Do not send it again: it was done." if writes else ""
        if open_ is not None and open_.key is not None:
            hint = f"{hint} To see how far it is: {self.reader.example(open_.key)}".strip()
        return AwaitError(reason, begun, done=f"{which}; {'this is' if len(rows) == 1 else 'these are'} what it began:", hint=hint)


class _Never(Exception):  # noqa: N818 - becomes an AwaitError where the rows are known
    """Why there is nothing left to wait for, in a sentence."""


@dataclass(slots=True)
class _Row:
    """One row, as far as it is known."""

    page: Page
    """The last answer about it."""
    record: Mapping[str, Any]
    """What that holds; empty where it holds nothing."""
    key: Mapping[str, Any] | None
    """The parameters of the reader; None where something is missing."""
    ended: bool = False
    absent: int = 0
    """How often in succession the API had no such row."""

    def begun(self, reader: Reader) -> Begun:
        """It, for an error."""
        key = tuple((name, rendered(value)) for name, value in (self.key or {}).items())
        return Begun(key, reader.state(self.record), self.ended)


def _row(reader: Reader, one: Call, page: Page) -> _Row:
    record = _record(page) if page.rows else {}
    return _Row(page, record, reader.key(record, one.bound))


def _record(page: Page) -> Mapping[str, Any]:
    found = json.loads(page.body)
    return found if isinstance(found, dict) else {}


class _Waits:
    """When which row is to be asked for: after waits that become longer, each less a random quarter, so that not all come at once."""

    def __init__(self, reader: Reader) -> None:
        self._awaits = reader.awaits
        self._next: dict[int, float] = {}
        self._due: list[tuple[float, int]] = []

    def __len__(self) -> int:
        return len(self._due)

    def add(self, number: int) -> None:
        """Has a row asked for after its next wait."""
        wait_s = self._next.get(number, self._awaits.interval_s)
        self._next[number] = min(wait_s * _SLOWER, self._awaits.max_interval_s)
        heapq.heappush(self._due, (time.monotonic() + wait_s * (1 - random.random() / 4), number))  # noqa: S311

    def due(self) -> Iterator[int]:
        """The rows whose time has come, each once."""
        while self._due and self._due[0][0] <= time.monotonic():
            yield heapq.heappop(self._due)[1]

    def next_s(self) -> float:
        """Seconds until the next one; infinite where there is none."""
        return max(0.0, self._due[0][0] - time.monotonic()) if self._due else math.inf


class _Polls:
    """Threads that ask the reader. A context, which none of them outlives."""

    def __init__(self, reader: Reader, context: Context, rows: int) -> None:
        self._reader = reader
        self._client = context.clients[reader.ref.full_name]
        self._protocol = protocol(reader.ref, reader.method)
        self._control: Control = context.control.scope()
        threads = max(1, min(rows, self._client.max_in_flight(self._control)))
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=f"rowcall-await-{reader.ref.provider.provider}")
        self._found: queue.SimpleQueue[tuple[int, Page | BaseException]] = queue.SimpleQueue()
        self.under_way = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._control.cancel()
        self._threads.shutdown(cancel_futures=True)

    def ask(self, number: int, key: Mapping[str, Any]) -> None:
        """Has the row of a key asked for."""
        self.under_way += 1
        self._threads.submit(self._ask, number, key)

    def _ask(self, number: int, key: Mapping[str, Any]) -> None:
        try:
            self._found.put((number, self._client.send(self._reader.request(key), self._protocol, self._control)))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of the statement
            self._found.put((number, error))

    def next(self, timeout_s: float) -> tuple[int, Page] | None:
        """A row with the answer about it; None where none came in time. Raises what went wrong with one."""
        try:
            number, found = self._found.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return None
        self.under_way -= 1
        if isinstance(found, BaseException):
            raise found
        return number, found


def waiting(write: Write | Apply, ref: ResourceRef, method: tuple[str, Method], context: Context) -> Waiting | None:
    """What a write waits for, bound by DuckDB before anything is sent; None where it does not wait.

    Raises UnsupportedSQLError where the manifest names no reader for what the method begins, or TIMEOUT is no interval, and BindError
    for a condition that cannot be one.
    """
    awaits = write.awaits
    if awaits is None:
        return None
    name, called = method
    reader = reader_of(ref, called)
    if reader is None and awaits.is_hint:
        context.control.warn(f"/*+ AWAIT */ means nothing here: the manifest names no reader for what {ref.full_name}.{name} begins.")
        return None
    if reader is None:
        raise UnsupportedSQLError(
            f"{ref.full_name}.{name} begins nothing that could be waited for: its manifest names no reader for it.",
            sql=write.text,
            span=awaits.span,
            hint="Leave the clause out.",
        )
    columns = called.returns or ref.resource.columns
    timeout_s = _timeout(write, awaits, context)
    return Waiting(
        word=type(write).__name__.upper(),
        reader=reader,
        columns=columns,
        until=_bound(write, awaits, reader, columns, context),
        timeout_s=reader.awaits.timeout_s if timeout_s is None else timeout_s,
        said=timeout_s is not None,
        context=context,
    )


def _bound(write: Write | Apply, awaits: Await, reader: Reader, columns: Mapping[str, Column], context: Context) -> Piece | None:
    """What has a row where the condition holds, or nothing where there is no condition. Raises BindError with its place."""
    if awaits.until is None:
        return None
    alias = quoted(row_name(write, reader.ref))
    source = f"{decode(columns, None, _ANSWER)} AS {alias}"
    piece = Piece.around(f"SELECT true FROM {source} WHERE (", write.text, awaits.until, "\n)")
    frame, parameters = {**context.frame, _ANSWER: page_source([])}, used(piece.text, context)
    try:
        context.engine.bind(piece.text, parameters, frame)
    except BindError as error:
        raise moved(error, write.text, piece.place(error.span)) from error
    # A text or a number would be cast, and that may fail as late as when the answer is there.
    value = Piece.around("(SELECT (", write.text, awaits.until, f"\n) AS holds FROM {source})").text
    if (context.engine.columns(value, parameters, frame) or {}).get("holds") != "BOOLEAN":
        hint = f"For example: UNTIL {reader.awaits.column} IN ('{reader.awaits.terminal[0]}')"
        raise UnsupportedSQLError("UNTIL takes a condition, which is true or false.", sql=write.text, span=awaits.until, hint=hint)
    return piece


def _timeout(write: Write | Apply, awaits: Await, context: Context) -> float | None:
    """The interval of TIMEOUT in seconds; None where there is none."""
    if awaits.timeout is None:
        return None
    text = Piece.around("SELECT epoch(CAST((", write.text, awaits.timeout, "\n) AS INTERVAL))").text
    try:
        _, ((value,),) = context.engine.values(text, used(text, context), context.frame)
    except (SQLError, EngineError, ValueError):
        value = None
    if not isinstance(value, (int, float)) or value < 0:
        message = "TIMEOUT takes an interval that is not negative."
        raise UnsupportedSQLError(message, sql=write.text, span=awaits.timeout, hint="For example: TIMEOUT '5 min'")
    return float(value)


def _told(error: RowcallError) -> str:
    """The text of an error without its hint, which is about the statement that failed and not about what was begun."""
    if isinstance(error, RequestError):
        return "\n".join(part for part in (error.message, error.facts) if part)
    return str(getattr(error, "message", error))


def explain_waiting(found: Explanation, wait: Waiting | None) -> Explanation:
    """What EXPLAIN says of a write, with what it waits for."""
    if wait is None or found.write is None:
        return found
    awaits = wait.reader.awaits
    ends = f"{awaits.column} is {', '.join(awaits.terminal)}"
    until = f"{wait.condition}, or an error where {ends} first" if wait.until is not None else ends
    text = (
        f"{wait.reader.name} of each row, after {awaits.interval_s:g} s and then less and less often, "
        f"for {wait.timeout_s:g} s at the most, until {until}"
    )
    formula = f"{found.write.formula or found.write.requests}, and {wait.reader.name} until then, how often is not known"
    return replace(found, write=replace(found.write, awaits=text, formula=formula), at_most=None, expected=None)
