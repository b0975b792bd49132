"""INSERT, UPDATE, DELETE and EXEC, sent: each request once, in order, and what the API answers as a relation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcall.engine.source import page_source
from rowcall.errors import BudgetError, ReadOnlyError, RequestError
from rowcall.http.page import Page
from rowcall.plan.requests import protocol
from rowcall.session.changes import ANSWERS, Ready, Write, named_method, resolved, returning
from rowcall.session.execute import Context, request_table, used
from rowcall.session.misfits import fit_answers
from rowcall.sql.parse import Exec

if TYPE_CHECKING:
    import duckdb


def run_write(write: Write, context: Context) -> duckdb.DuckDBPyRelation:
    """What the API answers to a write, as a relation; for a dry run, the requests that would be sent."""
    _refuse_read_only(write, context)
    ready = resolved(write, context)
    select = returning(write, ready, context)
    if context.dry_run:
        return request_table([one.request for one in ready.calls], context)
    answers = _send(ready, context)
    pages = fit_answers(answers, ready.ref.full_name, ready.columns, ready.method.rows, context.control)
    return context.engine.run(select.text, used(select.text, context), {**context.frame, ANSWERS: page_source(pages)})


def _refuse_read_only(write: Write, context: Context) -> None:
    """Raises ReadOnlyError, before anything is read, for a write that the connection or its provider may not send."""
    ref, span = (write.ref, write.method_span) if isinstance(write, Exec) else (write.target.ref, write.target.span)
    open_to_writes = not context.read_only and not context.clients[ref.provider.provider].endpoint.read_only
    if context.dry_run or open_to_writes or (isinstance(write, Exec) and named_method(write, context)[1].is_read):
        return
    message = f"{type(write).__name__.upper()} changes something at {ref.provider.title}, and this connection is read-only."
    raise ReadOnlyError(message, sql=write.text, span=span, hint="EXPLAIN and dry_run show what would be sent.")


def _send(ready: Ready, context: Context) -> list[Page]:
    """The answers, in order. A failure says how many requests the API had accepted before it."""
    answers: list[Page] = []
    client = context.clients[ready.ref.provider.provider]
    context.control.expect(len(ready.calls), exact=True, writes=True)
    for one in ready.calls:
        context.control.begin()
        try:
            answers.append(client.send(one.request, protocol(ready.ref, ready.method), context.control))
        except BaseException as error:
            done = f"{len(answers)} of {len(ready.calls)} requests were accepted before this one; the rest was not sent."
            if len(ready.calls) > 1:
                context.control.warn(done)
            if len(ready.calls) > 1 and isinstance(error, (RequestError, BudgetError)):
                error.hint = f"{error.hint} {done}".strip()
            raise
    return answers
