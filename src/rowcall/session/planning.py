"""PLAN: what a write would send, with what it reads sent and nothing else, in a file that APPLY sends."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rowcall.errors import PlanError, UnsupportedSQLError
from rowcall.manifest.files import files_of
from rowcall.manifest.model import Verb
from rowcall.plan.writes import attributes_of
from rowcall.session.before import rows_by_key
from rowcall.session.changes import Ready, intent, named_method, resolved
from rowcall.session.execute import Context, table
from rowcall.session.guards import in_common_of
from rowcall.session.meant import watched
from rowcall.session.planfile import MOST_BYTES, Header, Planned, refuse_taken, save, text_of
from rowcall.session.sending import lane
from rowcall.sql.nodes import Exec, Insert, Plan, Replace, Update, Write

if TYPE_CHECKING:
    import duckdb

    from rowcall.http.client import Client
    from rowcall.manifest.model import Method, Resource
    from rowcall.plan.nodes import Request

_COLUMNS = (
    ("row", "BIGINT"),
    ("method", "VARCHAR"),
    ("url", "VARCHAR"),
    ("body", "JSON"),
    ("before", "JSON"),
    ("version", "JSON"),
)


def run_plan(plan: Plan, context: Context) -> duckdb.DuckDBPyRelation:
    """The requests of a write, a row each: `row, method, url, body, before, version`. They are in the file too, but for a dry run."""
    try:
        return _run(plan, context)
    except PlanError as error:
        error.span = error.span or plan.span  # of which the session has the text
        raise


def planned_write(plan: Plan, context: Context) -> Write:
    """The write that is to be planned. Raises UnsupportedSQLError for the call of a method that changes nothing."""
    write = plan.write
    if isinstance(write, Exec) and named_method(write, context)[1].is_read:
        message = f"{write.ref.full_name}.{write.method} changes nothing, and needs no plan."
        raise UnsupportedSQLError(message, sql=write.text, span=write.method_span, hint="EXEC by itself calls it.")
    return write


def _run(plan: Plan, context: Context) -> duckdb.DuckDBPyRelation:
    write = planned_write(plan, context)
    if not context.dry_run:
        refuse_taken(plan.file, overwrites=plan.overwrites)
    # Nothing is sent that a ROLLBACK could be meant to undo.
    ready = resolved(write, replace(context, tells_before=True, allow_writes_in_transaction=True))
    files = {file.digest: file for one in ready.calls for file in files_of(one.request.body)}
    size = sum(len(file.content) for file in files.values())
    if size > MOST_BYTES:
        message = f"The files of this write have {size:,} bytes, and a plan holds {MOST_BYTES:,} at the most. No plan was written."
        raise PlanError(message, hint="Plan fewer of them at once, or look at it with EXPLAIN and send it without a plan.")
    rows = _planned(write, ready, context)
    for note in in_common_of(intent(write, ready)):
        context.control.warn(note)
    client = context.clients[ready.ref.full_name]
    text = _text(plan, ready, rows, client)
    if not context.dry_run:
        save(plan.file, text, overwrite=plan.overwrites)
    urls = [client.url(call.request) for call in ready.calls]
    return table(_COLUMNS, [_shown(number, row, url) for number, (row, url) in enumerate(zip(rows, urls, strict=True), 1)], context.engine)


def _planned(write: Write, ready: Ready, context: Context) -> list[Planned]:
    lanes = ["" if ready.in_order else lane(ready.method, call) for call in ready.calls]
    shared, version = Counter(lanes), ready.ref.resource.version
    found = _before(write, ready, context)
    rows = []
    for number, (call, own) in enumerate(zip(ready.calls, lanes, strict=True)):
        request, before = call.request, found[number] if found is not None else None
        changed = before
        if before is not None and isinstance(write, Update):
            changed = {name: value for name, value in before.items() if name != version or name in _attributes(ready, request)}
        rows.append(
            Planned(
                request.http_method,
                request.path,
                request.query,
                request.headers,
                dict(call.bound),
                request.body,
                own if shared[own] > 1 else None,
                changed,
                None if before is None or version is None else before[version],
                absent=(found is not None and before is None) or None,
            )
        )
    return rows


def _attributes(ready: Ready, request: Request) -> dict[str, Any]:
    return {} if request.body is None else attributes_of(ready.method, request.body)


def _before(write: Write, ready: Ready, context: Context) -> Sequence[dict[str, Any] | None] | None:
    """What each row that a write means is now, None for one that is not there; None for all where nothing can read them."""
    resource = ready.ref.resource
    if isinstance(write, Insert) and not isinstance(write, Replace):
        return None
    if isinstance(write, Exec):  # what it changes is not said, so only a version tells
        if resource.version is None or not _is_about_one_row(resource, ready.method):
            return None
        return rows_by_key(ready.ref, ready.method, [call.bound for call in ready.calls], [resource.version], context)
    if any(before is not None for before in ready.before):
        return ready.before
    columns = [*resource.columns] if isinstance(write, Insert) else watched(write)
    found = rows_by_key(ready.ref, ready.method, [call.bound for call in ready.calls], columns, context)
    for number, row in enumerate(found or (), 1):
        if row is None and not isinstance(write, Replace):  # which makes it then
            context.control.warn(f"Row {number} is of what is not there: {ready.calls[number - 1].request.target()}")
    return found


def _is_about_one_row(resource: Resource, method: Method) -> bool:
    """Whether what a method needs names one row of the resource, as what a SELECT of one row needs does."""
    single = (set(one.required()) for one in resource.methods.values() if one.verb is Verb.SELECT and one.rows is None)
    return any(keys <= set(method.required()) for keys in single)


def _text(plan: Plan, ready: Ready, rows: Sequence[Planned], client: Client) -> str:
    """The file. Raises PlanError where a secret would stand in it."""
    from rowcall import __version__

    header = Header(
        rowcall=__version__,
        planned_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds"),
        kind=type(plan.write).__name__.lower(),
        statement=client.redacted(plan.write.text),
        provider=ready.ref.provider.provider,
        base_url=client.redacted(client.endpoint.base_url),
        resource=ready.ref.full_name,
        method=ready.name,
        requests=len(rows),
    )
    text = text_of(header, rows)
    lines = text.splitlines()[1 : len(rows) + 1]
    for number, line in enumerate(lines, 1):
        contents = [file.content.decode("latin-1") for file in files_of(rows[number - 1].body)]
        if any(client.redacted(each) != each for each in (line, *contents)):
            message = f"Row {number} has a secret of {header.provider} in it, which must not stand in a file. No plan was written."
            raise PlanError(message, hint="Take it out of the statement, or send the write without a plan.")
    return text


def _shown(number: int, row: Planned, url: str) -> dict[str, Any]:
    texts = {"body": row.body, "before": row.before, "version": row.version}
    return {"row": number, "method": row.http, "url": url, **texts}
