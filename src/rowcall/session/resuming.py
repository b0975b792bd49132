"""RESUME: what a write did not send, sent by the journal; what may have been carried out is sent again only where that does no harm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rowcall.errors import BudgetError, ReadOnlyError, RequestError, SQLError, UnavailableError, UnsupportedSQLError, UsageError
from rowcall.http.control import Outcome
from rowcall.manifest.model import Verb
from rowcall.plan.readers import Reader, reader_of
from rowcall.plan.requests import protocol
from rowcall.session.execute import Context, request_table
from rowcall.session.guards import Intent, closed_to_writes, guard, refuse_in_transaction, refuse_unlisted
from rowcall.session.journal import SENDING, Entry, Kept, kept_answer, lacks_file
from rowcall.session.sending import Carrier, Sent, deliver, outcome_table
from rowcall.sql.nodes import Resume

if TYPE_CHECKING:
    import duckdb

    from rowcall.catalog.catalog import ResourceRef
    from rowcall.manifest.model import Method

_TOO_MANY = 429
_SERVER_FAILED = 500
_SHOWN = 10


def run_resume(resume: Resume, context: Context) -> duckdb.DuckDBPyRelation:
    """What became of each request of the write, those that were sent now among them; for a dry run, what would be sent."""
    try:
        return _run(resume, context)
    except UsageError as error:
        raise UnsupportedSQLError(str(error), sql=resume.text, span=resume.span) from error


def _run(resume: Resume, context: Context) -> duckdb.DuckDBPyRelation:
    journal = context.journal()
    id_ = journal.find(resume.write_id)
    entry, kept = journal.read(id_)
    ref, method = _found(entry, context)
    client = context.clients[entry.resource]
    if context.dry_run:
        return request_table([one.request for one in kept if is_to_be_sent(one)], context)
    if context.read_only or client.endpoint.read_only:
        raise ReadOnlyError(
            f"RESUME sends what changes something at {ref.provider.title}, and {closed_to_writes(ref, context)} is read-only."
        )
    refuse_unlisted(ref, entry.method, client.endpoint, sql=resume.text, span=resume.span)
    refuse_in_transaction("RESUME", ref, context, sql=resume.text, span=resume.span)
    here = client.redacted(client.endpoint.base_url)
    if here != entry.base_url:
        raise UsageError(f"The write {id_} went to {entry.base_url}, and {entry.provider} is at {here} now.")
    meant = [one.request for one in kept if is_to_be_sent(one)]
    guard(Intent("resume", resume.text, resume.span, ref, entry.method, method, meant), context)
    client.prepare(context.control)
    written, kept = journal.take(id_, from_the_living=resume.takes_over)
    sent = [Sent(one, Outcome(one.state)) for one in kept]
    numbers = [number for number, one in enumerate(kept) if is_to_be_sent(one)]
    context.control.expect(len(numbers), exact=True, writes=True)
    carrier = Carrier(client, protocol(ref, method), written)
    deliver(sent, numbers, carrier, context)
    reader = reader_of(ref, method)
    if reader is not None:
        for number, one in enumerate(sent):
            if one.outcome is Outcome.UNKNOWN:
                _ask(reader, number, one, carrier, context)
    # Who was thought dead may have noted meanwhile what became of a request of its own.
    for number, now in enumerate(journal.read(id_)[1]):
        if sent[number].outcome is Outcome.UNKNOWN and now.state not in {Outcome.UNKNOWN, SENDING}:
            sent[number] = Sent(now, Outcome(now.state))
    _warn_of_rest(sent, context)
    return outcome_table(sent, context)


def _ask(reader: Reader, number: int, one: Sent, carrier: Carrier, context: Context) -> None:
    """Asks the API about a request of which nobody knows what became of it, and notes what that says.

    A change was made where the row has what it was to have; what else a row says is for the user to judge.
    """
    key = reader.key({}, one.kept.bound)
    if key is None:
        return
    try:
        page = carrier.client.send(reader.request(key), protocol(reader.ref, reader.method), context.control)
    except (RequestError, BudgetError) as error:  # which is no reason to hide what became of the others
        one.kept = replace(one.kept, error=f"{reader.name} could not tell: {error.message}")
        return
    record = json.loads(page.body)
    if page.rows and reader.begun_by.verb is Verb.UPDATE and _has(record, one.kept.request.body):
        one.outcome = Outcome.DONE
    state = reader.state(record) if page.rows else "absent"
    answer = kept_answer(page.body, carrier.client.redacted, protocol(reader.ref, reader.method)) if page.rows else None
    one.kept = replace(one.kept, answer=answer, error=f"{reader.name} says: {state}")
    if carrier.written is not None:
        carrier.written.told(number, one.outcome, status=one.kept.status, answer=one.kept.answer, error=one.kept.error)


def _has(record: Mapping[str, Any], body: Any) -> bool:
    """Whether a row has all that a change was to give it."""
    return isinstance(body, Mapping) and bool(body) and all(name in record and record[name] == value for name, value in body.items())


def explain_resume(resume: Resume, context: Context) -> list[tuple[str, str]]:
    """What RESUME would send, as rows of EXPLAIN; nothing is sent, and the write is not taken over."""
    try:
        journal = context.journal()
        entry, kept = journal.read(journal.find(resume.write_id))
        client = context.clients[_found(entry, context)[0].full_name]
    except UsageError as error:
        raise UnsupportedSQLError(str(error), sql=resume.text, span=resume.span) from error
    lines = [f"{one.request.http_method} {client.url(one.request)}" for one in kept if is_to_be_sent(one)]
    return [("statement", "RESUME"), ("of", entry.statement), ("requests", str(len(lines))), *(("request", line) for line in lines)]


def _found(entry: Entry, context: Context) -> tuple[ResourceRef, Method]:
    """The resource and the method of a write, as its manifest has them now."""
    try:
        ref = context.names.catalog.resolve(entry.resource.split("."))
        return ref, context.names.catalog.method(ref, entry.method)[1]
    except SQLError as error:
        raise UsageError(f"The write is of {entry.resource}.{entry.method}, which no manifest has now: {error.message}") from error


def is_to_be_sent(kept: Kept) -> bool:
    """Whether a request is sent when its write is resumed."""
    if not kept.is_whole:
        return False
    if kept.state in {Outcome.UNKNOWN, SENDING}:
        return kept.request.retriable
    return _was_not_looked_at(kept.state, kept.status)


def _was_not_looked_at(state: str, status: int | None) -> bool:
    """Whether it is certain that the API did nothing about a request, nor would refuse it again."""
    # A refusal by a server error is one that the manifest calls `unprocessed`; any other leaves it unknown.
    return state == Outcome.NOT_SENT or (state == Outcome.REFUSED and (status == _TOO_MANY or (status or 0) >= _SERVER_FAILED))


def _warn_of_rest(sent: list[Sent], context: Context) -> None:
    """Says what is left, which makes the answer one that is partial."""
    unknown = [number for number, one in enumerate(sent, 1) if one.outcome is Outcome.UNKNOWN]
    if unknown:
        message = f"{_rows(unknown)} may have been carried out, and nothing was sent again. Look at the API."
        context.failures.append(UnavailableError(message, provider=sent[0].kept.request.provider))
    broken = [number for number, one in enumerate(sent, 1) if not one.kept.is_whole and _was_not_looked_at(one.outcome, one.kept.status)]
    without = [number for number in broken if lacks_file(sent[number - 1].kept.request)]
    for numbers, what in ((without, "file in it that"), ([*set(broken) - set(without)], "secret in it, which")):
        if numbers:
            message = f"{_rows(sorted(numbers))} had a {what} is not kept, and was not sent."
            context.failures.append(UnavailableError(message, provider=sent[0].kept.request.provider))


def _rows(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN]))
    return f"Row {shown}" if len(numbers) == 1 else f"Rows {shown}{', …' if len(numbers) > _SHOWN else ''}"
