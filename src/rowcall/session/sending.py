"""INSERT, UPDATE, DELETE and EXEC, sent: each request once, noted before it goes out and after, and what the API answers as a relation."""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rowcall.engine.source import page_source
from rowcall.errors import BudgetError, PlanError, ReadOnlyError, RequestError, RowcallError, SQLError, UsageError
from rowcall.http.client import Client
from rowcall.http.control import Cancelled, Delivery, Outcome
from rowcall.http.page import Page
from rowcall.manifest.model import Method, Place
from rowcall.plan.nodes import Call, Protocol
from rowcall.plan.requests import protocol, rendered
from rowcall.session.awaiting import Waiting, waiting
from rowcall.session.before import rows_by_key
from rowcall.session.changes import ANSWERS, Ready, intent, named_method, resolved, returning
from rowcall.session.execute import Context, Piece, request_table, table, used
from rowcall.session.guards import closed_to_writes, guard
from rowcall.session.journal import Entry, Kept, Written, kept_answer
from rowcall.session.lanes import Lanes
from rowcall.session.meant import changed_columns
from rowcall.session.misfits import fit_answers
from rowcall.session.progress import ScanProgress, Standing
from rowcall.sql.nodes import Exec, Update, Write

if TYPE_CHECKING:
    import duckdb

_POLL_S = 0.2
"""How often the waiting thread wakes; on Windows nothing else lets Ctrl-C in."""
_GRACE_S = 2.0
"""How long, after Ctrl-C, what is on its way may take to be answered: else nobody would know what became of it."""


@dataclass(slots=True)
class Sent:
    """One request of a write, and what became of it."""

    kept: Kept
    outcome: Outcome = Outcome.NOT_SENT
    page: Page | None = None
    """The answer, where it is done and its answer could be read."""
    error: RequestError | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """By what the requests of a write go out, and where they are noted."""

    client: Client
    how: Protocol
    written: Written | None
    """None for calls that change nothing."""


def run_write(write: Write, context: Context) -> duckdb.DuckDBPyRelation:
    """What the API answers to a write, as a relation; for a dry run, the requests that would be sent.

    Where failures are allowed, and RETURNING does not say otherwise, a row for each request with what became of it.
    """
    _refuse_read_only(write, context)
    ready = resolved(write, context)
    select = returning(write, ready, context)
    if context.dry_run:
        return request_table([one.request for one in ready.calls], context, _before(write, ready, context))
    wait = waiting(write, ready.ref, (ready.name, ready.method), context)
    guard(intent(write, ready), context)
    sent, written = _sent(write, ready, context)
    if wait is not None:
        await_ends(wait, ready.calls, sent)
    if context.partial and write.returning is None:
        return outcome_table(sent, context)
    return answer_table(select, ready, sent, written, context)


def answer_table(select: Piece, ready: Ready, sent: Sequence[Sent], written: Written | None, context: Context) -> duckdb.DuckDBPyRelation:
    """What `returning` says of the answers that came."""
    with _told(sent, written, context) if written is not None else nullcontext():
        answers = [one.page for one in sent if one.page is not None]
        pages = fit_answers(answers, ready.ref.full_name, ready.columns, ready.method.rows, context.control)
        return context.engine.run(select.text, used(select.text, context), {**context.frame, ANSWERS: page_source(pages)})


def _before(write: Write, ready: Ready, context: Context) -> Sequence[Mapping[str, Any] | None]:
    """What an UPDATE is about to change, as far as it can be read; for a dry run, which a read that fails is no reason to end."""
    if not isinstance(write, Update) or not ready.calls or any(before is not None for before in ready.before):
        return ready.before
    try:
        found = rows_by_key(ready.ref, ready.method, [call.bound for call in ready.calls], changed_columns(write), context)
    except (RequestError, BudgetError) as error:
        context.control.warn(f"The rows could not be read as they are now: {error.message}")
        found = None
    return ready.before if found is None else found


def await_ends(wait: Waiting, calls: Sequence[Call], sent: Sequence[Sent]) -> None:
    """Puts in place of each answer the last one about what it began."""
    done = [(one, call, one.page) for one, call in zip(sent, calls, strict=True) if one.page is not None]
    for (one, _, _), page in zip(done, wait.last([call for _, call, _ in done], [page for _, _, page in done]), strict=True):
        one.page = page


def _refuse_read_only(write: Write, context: Context) -> None:
    """Raises ReadOnlyError, before anything is read, for a write that the connection or its provider may not send."""
    ref, span = (write.ref, write.method_span) if isinstance(write, Exec) else (write.target.ref, write.target.span)
    open_to_writes = not context.read_only and not context.clients[ref.full_name].endpoint.read_only
    if context.dry_run or open_to_writes or (isinstance(write, Exec) and named_method(write, context)[1].is_read):
        return
    message = (
        f"{type(write).__name__.upper()} changes something at {ref.provider.title}, and {closed_to_writes(ref, context)} is read-only."
    )
    raise ReadOnlyError(message, sql=write.text, span=span, hint="EXPLAIN and dry_run show what would be sent.")


def _sent(write: Write, ready: Ready, context: Context) -> tuple[list[Sent], Written | None]:
    """What became of each call of a write, in order, and where that is noted; None for calls that change nothing."""
    client = context.clients[ready.ref.full_name]
    context.control.expect(len(ready.calls), exact=True, writes=True)
    sent = [Sent(_kept(call, ready, in_order=ready.in_order)) for call in ready.calls]
    written = None
    if not sent:
        return [], written
    if not ready.method.is_read:
        client.prepare(context.control)
        base_url = client.endpoint.base_url
        entry = Entry(
            kind=type(write).__name__.lower(),
            statement=client.redacted(write.text),
            provider=ready.ref.provider.provider,
            base_url=client.redacted(base_url),
            resource=ready.ref.full_name,
            method=ready.name,
        )
        written = context.journal().begin(entry, [one.kept for one in sent], client.redacted)
    deliver(sent, range(len(sent)), Carrier(client, protocol(ready.ref, ready.method), written), context)
    return sent, written


def _kept(call: Call, ready: Ready, *, in_order: bool) -> Kept:
    """A request as it goes out and is kept: with a key of its own, where the API takes one."""
    header = ready.method.key_header(ready.ref.provider)
    key = secrets.token_hex(16) if header is not None else None
    request = call.request if header is None or key is None else replace(call.request, headers=(*call.request.headers, (header, key)))
    return Kept(request, "" if in_order else lane(ready.method, call), key, bound=call.bound)


def lane(method: Method, call: Call) -> str:
    """What requests that must not overlap have in common: what their paths stand below. Those of "" follow one another all.

    That is all that the path names but the last, or the one thing that it names: `thread_id` for the runs of a thread. Two rows of a
    collection at the top have nothing in common.
    """
    in_path = [name for name in method.required() if name in method.parameters and method.parameters[name].place is Place.PATH]
    if not in_path:
        return secrets.token_hex(8)
    return json.dumps([rendered(call.bound.get(name)) for name in in_path[:-1] or in_path])


def deliver(sent: Sequence[Sent], numbers: Sequence[int], carrier: Carrier, context: Context) -> None:
    """Sends those of the numbers given, and notes in each what became of it.

    Where one fails and failures are not allowed, no further one is begun, and its error is raised when those that were have ended.
    On KeyboardInterrupt nothing more is begun, and what is on its way has a moment to end.
    """
    crew = _Crew(sent, numbers, carrier, context)
    written = carrier.written
    context.running.add(crew)
    try:
        with _told(sent, written, context):
            crew.work()
    finally:
        if written is not None:
            _close(written, context)
    context.failures.extend(one.error for one in sent if one.error is not None)


def _close(written: Written, context: Context) -> None:
    """Notes the end of a write. What the requests brought is known here whatever becomes of that."""
    try:
        written.close()
    except UsageError as error:
        context.control.warn(f"{error} What became of the requests of the write {written.id} is not all on record.")


@contextmanager
def _told(sent: Sequence[Sent], written: Written | None, context: Context) -> Iterator[None]:
    """While it lasts, whatever is raised says what became of the requests, where something may have been carried out."""
    try:
        yield
    except BaseException as error:
        if len(sent) > 1 or any(one.outcome in {Outcome.DONE, Outcome.UNKNOWN} for one in sent):
            summary = _summary(sent, written)
            context.control.warn(summary)
            if isinstance(error, (RequestError, PlanError, SQLError)):
                error.hint = f"{error.hint} {summary}".strip()
            elif isinstance(error, (RowcallError, Cancelled)):
                error.args = (f"{error}\n{summary}".strip(),)
            else:
                error.add_note(summary)
        raise


def _summary(sent: Sequence[Sent], written: Written | None) -> str:
    """What became of all requests, in a sentence, and where to read more of it."""
    counts = Counter(one.outcome for one in sent)
    words = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in Outcome if counts[outcome])
    what = f"Of {len(sent):,} request{'s' if len(sent) > 1 else ''}: {words}."
    more = f"SHOW JOURNAL '{written.id}' has the details." if written is not None else ""
    return f"{what} {more}".strip()


class _Crew:
    """Threads that send the requests of one write."""

    def __init__(self, sent: Sequence[Sent], numbers: Sequence[int], carrier: Carrier, context: Context) -> None:
        self._sent = sent
        self._numbers = numbers
        self._client = carrier.client
        self._how = carrier.how
        self._written = carrier.written
        self._partial = context.partial
        self._control = context.control
        self._lanes = Lanes((number, sent[number].kept.lane) for number in numbers)
        self._first: BaseException | None = None
        self._lock = threading.Lock()
        self._left = min(len(self._lanes), carrier.client.max_in_flight(self._control))
        self._ended = threading.Event()
        name = f"rowcall-{carrier.client.endpoint.provider}-write"
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{at}", daemon=True) for at in range(self._left)]

    def standing(self) -> Standing:
        """How far it is, for `Running`."""
        own = [self._sent[number] for number in self._numbers]
        done = sum(one.page is not None or one.error is not None for one in own)
        first = own[0].kept.request
        scan = ScanProgress(f"{first.resource}.{first.method_name}", len(own), done, sum(one.page is not None for one in own))
        return Standing((scan,), len(own) - done, last=True, ended=self._ended.is_set())

    def work(self) -> None:
        """Returns when all have ended. Raises the first error that ends the statement."""
        try:
            for thread in self._threads:
                thread.start()
            while self._threads and not self._ended.wait(_POLL_S):
                pass
        except BaseException:
            self._lanes.stop()
            try:
                self._ended.wait(_GRACE_S)
            finally:
                self._control.cancel()
                # An httpx client of the user's hears nothing of that, and may wait for its answer for ever.
                if self._ended.wait(_GRACE_S):
                    for thread in self._threads:
                        thread.join()
            raise
        for thread in self._threads:
            thread.join()
        if self._first is not None:
            others = [one.error for one in self._sent if one.error is not None and one.error is not self._first]
            if isinstance(self._first, RequestError):
                self._first.others = tuple(others)
            raise self._first

    def _work(self) -> None:
        try:
            while (taken := self._lanes.take()) is not None:
                self._deliver(taken[0])
                if self._sent[taken[0]].outcome is Outcome.UNKNOWN:  # what is under way there still must not be overtaken
                    self._lanes.drop(taken[1])
                self._lanes.free(taken[1])
        except BaseException as error:  # noqa: BLE001 - raised in the thread of the statement
            self._fail(error)
        finally:
            with self._lock:
                self._left -= 1
                if not self._left:
                    self._ended.set()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._first = self._first or error
        self._lanes.stop()

    def _deliver(self, number: int) -> None:
        """Sends one request, and notes what became of it. Raises what ends the statement even where failures are allowed."""
        one, written = self._sent[number], self._written

        def begin() -> None:
            if written is not None:
                written.begun(number)
            one.outcome = Outcome.UNKNOWN  # for whoever does not wait for the end of this

        delivery = Delivery(begin, one.outcome, one.kept.status)
        control = self._control.delivering(delivery)
        control.begin()
        try:
            one.page = self._client.send(one.kept.request, self._how, control)
        except RequestError as error:
            one.error = error
            if not self._partial:
                self._fail(error)
        finally:
            one.outcome, one.kept = delivery.outcome, replace(one.kept, status=delivery.status)
            if written is not None:
                page = one.page
                answer = None if page is None else kept_answer(page.body, self._client.redacted, self._how)
                why = None if one.error is None else one.error.message
                written.ended(number, delivery.outcome, status=delivery.status, answer=answer, error=why)


def outcome_table(sent: Sequence[Sent], context: Context) -> duckdb.DuckDBPyRelation:
    """What became of each request: `row, ok, outcome, status, error, response`."""
    return table(_OUTCOMES, [_outcome_row(number, one) for number, one in enumerate(sent, 1)], context.engine)


_OUTCOMES = (
    ("row", "BIGINT"),
    ("ok", "BOOLEAN"),
    ("outcome", "VARCHAR"),
    ("status", "BIGINT"),
    ("error", "VARCHAR"),
    ("response", "JSON"),
)


def _outcome_row(number: int, one: Sent) -> dict[str, Any]:
    answer = one.page.body if one.page is not None else one.kept.answer
    return {
        "row": number,
        "ok": one.outcome is Outcome.DONE,
        "outcome": str(one.outcome),
        "status": one.kept.status,
        "error": str(one.error) if one.error is not None else one.kept.error,
        "response": None if answer is None else json.loads(answer),
    }
