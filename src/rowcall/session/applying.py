"""APPLY: the requests of a file that PLAN wrote, sent as they stand there, once, and only while they are about what they were about."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rowcall.errors import DataError, PlanError, ReadOnlyError, RowcallError, SQLError
from rowcall.plan.nodes import Call, Request
from rowcall.plan.requests import protocol
from rowcall.plan.writes import attributes_of, call, check_body
from rowcall.session.awaiting import waiting
from rowcall.session.before import rows_by_key
from rowcall.session.changes import Ready, returning
from rowcall.session.execute import Context, request_table
from rowcall.session.guards import Intent, closed_to_writes, guard, refuse_in_transaction, refuse_unlisted
from rowcall.session.journal import Entry, Kept
from rowcall.session.planfile import Header, Plan, Planned, load, refused
from rowcall.session.sending import Carrier, Sent, answer_table, await_ends, deliver, outcome_table
from rowcall.sql.nodes import Apply

if TYPE_CHECKING:
    import duckdb

    from rowcall.catalog.catalog import ResourceRef
    from rowcall.http.client import Client
    from rowcall.manifest.model import Method

_SHOWN = 10
_LONG = 60


def run_apply(apply: Apply, context: Context) -> duckdb.DuckDBPyRelation:
    """What became of each request of the plan, or what RETURNING says of the answers; for a dry run, the requests.

    A dry run looks at all that is looked at before they are sent.
    """
    try:
        return _run(apply, context)
    except PlanError as error:
        error.span = error.span or apply.span  # of which the session has the text
        raise


def explain_apply(apply: Apply, context: Context) -> list[tuple[str, str]]:
    """What APPLY would send, as rows of EXPLAIN; nothing is sent, not even a read."""
    try:
        plan = load(apply.file)
        ref, method = _found(apply.file, plan.header, context)
        calls = _calls(apply.file, plan, ref, method)
        client = _client(apply.file, plan.header, context)
        returning(apply, Ready(ref, plan.header.method, method, calls), context)
    except PlanError as error:
        error.span = error.span or apply.span
        raise
    lines = [("request", f"{one.request.http_method} {client.url(one.request)}") for one in calls]
    return [("statement", "APPLY"), ("of", plan.header.statement), ("requests", str(len(lines))), *lines]


def _run(apply: Apply, context: Context) -> duckdb.DuckDBPyRelation:
    plan = load(apply.file)
    header = plan.header
    ref, method = _found(apply.file, header, context)
    ready = Ready(ref, header.method, method, _calls(apply.file, plan, ref, method))
    client = _client(apply.file, header, context)
    select = returning(apply, ready, context)
    wait = waiting(apply, ref, (header.method, method), context)
    requests = [one.request for one in ready.calls]
    if not context.dry_run:
        _refuse_write(apply, ref, header, client, context)
    if not apply.again:
        context.journal().refuse_applied(plan.digest)
    _refuse_changed(apply.file, plan, ref, method, context)
    if context.dry_run:
        return request_table(requests, context)
    guard(Intent("apply", apply.text, apply.span, ref, header.method, method, requests), context)
    context.control.expect(len(requests), exact=True, writes=True)
    kept = [_kept(plan, number, request, method.key_header(ref.provider), again=apply.again) for number, request in enumerate(requests)]
    client.prepare(context.control)
    entry = Entry(header.kind, client.redacted(header.statement), header.provider, header.base_url, header.resource, header.method)
    sent, written = [Sent(one) for one in kept], None
    if sent:
        written = context.journal().begin(entry, kept, client.redacted, plan=plan.digest, again=apply.again)
        deliver(sent, range(len(sent)), Carrier(client, protocol(ref, method), written), context)
    if wait is not None:
        await_ends(wait, ready.calls, sent)
    if apply.returning is None:
        return outcome_table(sent, context)
    return answer_table(select, ready, sent, written, context)


def _refuse_write(apply: Apply, ref: ResourceRef, header: Header, client: Client, context: Context) -> None:
    """Raises what keeps this connection from writing, before anything is read."""
    if context.read_only or client.endpoint.read_only:
        message = f"APPLY changes something at {ref.provider.title}, and {closed_to_writes(ref, context)} is read-only."
        raise ReadOnlyError(message, hint="EXPLAIN and dry_run show what would be sent.")
    refuse_unlisted(ref, header.method, client.endpoint, sql=apply.text, span=apply.span)
    refuse_in_transaction("APPLY", ref, context, sql=apply.text, span=apply.span)


def _found(file: str, header: Header, context: Context) -> tuple[ResourceRef, Method]:
    """The resource and the method of a plan, as the manifest has them now."""
    catalog = context.names.catalog
    try:
        ref = catalog.resolve(header.resource.split("."))
        name, method = catalog.method(ref, header.method)
    except SQLError as error:
        raise refused(file, 1, f"no manifest has {header.resource}.{header.method} now") from error
    if (ref.full_name, ref.provider.provider, name) != (header.resource, header.provider, header.method):
        raise refused(file, 1, f"{header.resource}.{header.method} is something else now")
    if method.is_read:
        raise refused(file, 1, f"{header.resource}.{header.method} changes nothing, and a plan is of what does")
    return ref, method


def _client(file: str, header: Header, context: Context) -> Client:
    client = context.clients[header.resource]
    here = client.redacted(client.endpoint.base_url)
    if here != header.base_url:
        hint = "Apply it with the settings that it was planned with, or write it again with PLAN."
        raise refused(file, 1, f"it was planned for {header.base_url}, and {header.provider} is at {here} now", hint)
    return client


def _calls(file: str, plan: Plan, ref: ResourceRef, method: Method) -> tuple[Call, ...]:
    """The calls, each being what the manifest makes of its parameters and its body today. Raises PlanError where one is not."""
    called, found = f"{plan.header.resource}.{plan.header.method}", list[Call]()
    for line, row in enumerate(plan.rows, 2):
        try:
            body = _attributes(method, row)
            _refuse_unknown(ref, plan.header.method, method, row, body, is_exec=plan.header.kind == "exec")
            one = call(ref, plan.header.method, method, row.parameters, body=body)
        except (RowcallError, AttributeError, TypeError, ValueError) as error:
            raise refused(file, line, f"{called} cannot be called so: {error}".rstrip(".")) from error
        request = one.request
        if (request.http_method, request.path, request.query) != (row.http, row.path, row.query):
            raise refused(file, line, f"the manifest makes {request.target()} of it now, and not {row.line}")
        if request.headers != row.headers or request.body != row.body:
            raise refused(file, line, f"the manifest gives {row.line} other headers or another body now")
        found.append(one)
    return tuple(found)


def _attributes(method: Method, row: Planned) -> dict[str, Any] | None:
    """What the body of a row was made of; None where it has none. Raises DataError for what is no body."""
    return None if row.body is None else attributes_of(method, row.body)


def _refuse_unknown(ref: ResourceRef, name: str, method: Method, row: Planned, body: Mapping[str, Any] | None, *, is_exec: bool) -> None:
    """Raises DataError for what the method does not take; EXEC may give any body where the manifest names no attribute."""
    for parameter in row.parameters:
        if parameter not in method.parameters:
            raise DataError(f"it has no parameter {parameter}")
    for attribute in body or {} if method.body or not is_exec else ():
        if attribute not in method.body:
            raise DataError(f"it has no attribute {attribute}")
    check_body(ref, name, method, body or {})


def _kept(plan: Plan, number: int, request: Request, header: str | None, *, again: bool) -> Kept:
    """A request as it goes out. Its key follows from the plan, so that an API that takes keys knows it wherever it is applied."""
    key = None
    if header is not None:
        key = secrets.token_hex(16) if again else hashlib.sha256(f"{plan.digest}:{number}".encode()).hexdigest()[:32]
        request = replace(request, headers=(*request.headers, (header, key)))
    row = plan.rows[number]
    return Kept(request, secrets.token_hex(8) if row.lane is None else row.lane, key, bound=row.parameters)


def _refuse_changed(file: str, plan: Plan, ref: ResourceRef, method: Method, context: Context) -> None:
    """Raises PlanError where a row is not as it was when it was planned: by its version where it has one, else by the values it had."""
    watched = [(number, row) for number, row in enumerate(plan.rows) if row.absent or _was(ref, row)]
    if not watched:
        return
    columns = list(dict.fromkeys(name for _, row in watched for name in _was(ref, row))) or [*ref.resource.columns][:1]
    known = [name for name in columns if name in ref.resource.columns]
    now = rows_by_key(ref, method, [row.parameters for _, row in watched], known, context) if known == columns else None
    if now is None:
        raise refused(file, watched[0][0] + 2, f"the rows of {ref.full_name} cannot be read again, to see whether they have changed")
    changed = [
        f"{file}:{number + 2}: {text}"
        for (number, row), found in zip(watched, now, strict=True)
        if (text := _difference(number, row, _was(ref, row), found))
    ]
    if changed:
        more = [f"… and {len(changed) - _SHOWN:,} more."] if len(changed) > _SHOWN else []
        lines = "\n".join(["What this plan is about has changed since. Nothing was sent.", *changed[:_SHOWN], *more])
        raise PlanError(context.clients[plan.header.resource].redacted(lines), hint="Write it again with PLAN, and look at it again.")


def _was(ref: ResourceRef, row: Planned) -> Mapping[str, Any]:
    """What has to be the same in a row, by column; nothing where that is not known."""
    if row.version is not None:
        return {ref.resource.version or "": row.version}
    return row.before or {}


def _difference(number: int, row: Planned, was: Mapping[str, Any], now: Mapping[str, Any] | None) -> str:
    """What has changed in a row, in words; "" for nothing."""
    which = ", ".join(f"{name} = {value}" for name, value in row.parameters.items())
    if row.absent:
        return "" if now is None else f"row {number + 1} ({which}) is there now, and was not"
    if now is None:
        return f"row {number + 1} ({which}) is gone"
    texts = [f"{name} was {_text(was[name])} and is {_text(now[name])}" for name in was if was[name] != now[name]]
    return f"row {number + 1} ({which}): {', '.join(texts)}" if texts else ""


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
