"""What a write has to pass when its requests are known and none has been sent: whether somebody has said yes to so much.

The settings of a provider may allow some of its methods alone. A session may write a row at a time unasked; more rows, and any DELETE,
need a yes: a limit that somebody has set, or the answer of whoever `Session.confirm` asks. What only reads, and what is only shown, is let
pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowcall.errors import BudgetError, ReadOnlyError, Span, UnsupportedSQLError, WriteLimitError, removal
from rowcall.manifest.model import Verb
from rowcall.plan.keys import in_common, is_of_several
from rowcall.plan.writes import attributes_of

if TYPE_CHECKING:
    from rowcall.catalog.catalog import ResourceRef
    from rowcall.http.client import Client
    from rowcall.http.endpoint import Endpoint
    from rowcall.manifest.model import Method
    from rowcall.plan.nodes import Request
    from rowcall.session.execute import Context


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as it may be shown: without secrets."""

    method: str
    url: str
    body: str | None
    """JSON; None where there is none."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A write of which every request is known, and none was sent: what `connect(confirm=…)` is asked about."""

    statement: str
    """Its text."""
    statement_kind: str
    """`insert`, `replace`, `update`, `delete`, `exec`, `apply` or `resume`."""
    resource: str
    """The full name, as `openai.assistants.runs`."""
    method: str
    """The method of the resource, as `create_run`."""
    rows: int
    """How many rows it writes, each with one request."""
    limit: int | None
    """How many rows may be written unasked; None for any number."""
    deletes: bool
    """Whether its requests delete."""
    removes: tuple[str, ...]
    """The attributes that its requests do not set, and may so remove, since each puts a whole row."""
    together: bool
    """Whether each request changes all rows that have something in common: `rows` are the requests then, and nobody knows how many rows."""
    _requests: tuple[Request, ...]
    _client: Client

    @property
    def is_over(self) -> bool:
        """Whether it writes more rows than may be written unasked, or may do so."""
        return self.limit is not None and (self.together or self.rows > self.limit)

    def requests(self, first: int | None = None) -> list[Shown]:
        """What will be sent, in order: all of it, or the first few."""
        return [_shown(request, self._client) for request in self._requests[:first]]

    def refusal(self, *, declined: bool = False) -> WriteLimitError:
        """The error for not sending it; `declined` says that somebody was asked. A `confirm` may raise it in place of an answer."""
        return WriteLimitError(
            f"{self.resource}.{self.method}",
            self.rows,
            self.limit,
            deletes=self.deletes,
            removes=self.removes,
            together=self.together,
            declined=declined,
        )


Confirm = Callable[[Pending], bool]
"""Whether a write is to be sent."""


@dataclass(frozen=True, slots=True)
class Consent:
    """To what writes somebody has said yes beforehand, and who is asked about others."""

    max_rows: int | None
    """How many rows a statement may write unasked; None for any number."""
    is_said: bool
    """Whether somebody has set `max_rows`: where nobody is asked, that is a yes to DELETE and its like too."""
    confirm: Confirm | None = None

    def covers(self, pending: Pending) -> bool:
        """Whether nobody has to be asked."""
        if pending.is_over:
            return False
        return not (pending.deletes or pending.removes or pending.together) or (self.is_said and self.confirm is None)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a statement is about to send."""

    kind: str
    """As `Pending.statement_kind`."""
    text: str
    span: Span
    """Where in it stands what is meant."""
    ref: ResourceRef
    name: str
    """Of the method."""
    method: Method
    requests: Sequence[Request]


def guard(intent: Intent, context: Context) -> None:
    """Returns where the requests of a write may be sent.

    Raises ReadOnlyError for a method that is not among those its provider may be written by; BudgetError for more requests than
    `max_requests` leaves, about which nobody is asked; WriteLimitError where they need a yes and nobody gave it; and whatever `confirm`
    raises.
    """
    if intent.method.is_read:
        return
    endpoint = context.clients[intent.ref.full_name].endpoint
    refuse_unlisted(intent.ref, intent.name, endpoint, sql=intent.text, span=intent.span)
    if not intent.requests:
        return
    pending = _pending(intent, context)
    control = context.control
    spare = control.spare()
    if spare is not None and pending.rows > spare and control.max_requests is not None:
        raise BudgetError(control.spent + pending.rows, control.max_requests, exact=True, sent=control.spent, writes=True)
    if context.consent.covers(pending):
        return
    if context.consent.confirm is None:
        raise _placed(pending.refusal(), intent)
    try:
        with control.aside():
            answer = context.consent.confirm(pending)
    except WriteLimitError as error:
        _placed(error, intent)
        raise
    if answer is not True:  # a text is true, and might say no
        raise _placed(pending.refusal(declined=True), intent)


def refuse_in_transaction(word: str, ref: ResourceRef, context: Context, *, sql: str, span: Span) -> None:
    """Raises UnsupportedSQLError where a ROLLBACK could be meant to undo what a statement sends, unless the session allows it."""
    if context.allow_writes_in_transaction or not context.engine.in_transaction():
        return
    raise UnsupportedSQLError(
        f"{word} changes something at {ref.provider.title}, which ROLLBACK cannot undo, and a transaction is open.",
        sql=sql,
        span=span,
        hint="COMMIT or ROLLBACK first, or allow it: SET rowcall_allow_writes_in_transaction = true.",
    )


def yes_needed(intent: Intent, context: Context) -> list[str]:
    """For EXPLAIN, what somebody has to say yes to before it is sent; nothing where nobody has."""
    if intent.method.is_read or not intent.requests or context.consent.covers(pending := _pending(intent, context)):
        return []
    limit = f"max_write_rows is {pending.limit:,}" if pending.is_over else removal(pending.removes) if pending.removes else "it deletes"
    rows = "it may write several rows" if pending.together else f"it writes {pending.rows:,} row{'' if pending.rows == 1 else 's'}"
    return [f"It needs a yes before it is sent: {rows}, and {limit}."]


def in_common_of(intent: Intent) -> list[str]:
    """For EXPLAIN and PLAN, that one request may change several rows; nothing where it changes one."""
    if not intent.requests or not is_of_several(intent.ref, intent.method):
        return []
    return [in_common(intent.ref, intent.method, {name for name, _ in intent.requests[0].query})]


def closed_to_writes(ref: ResourceRef, context: Context) -> str:
    """What is read-only, in words: the connection, or the settings of the one provider."""
    return "this connection" if context.read_only else f"the provider {ref.provider.provider}"


def refuse_unlisted(ref: ResourceRef, method: str, endpoint: Endpoint, *, sql: str, span: Span) -> None:
    """Raises ReadOnlyError for a method that changes something, and is not among those that `allow_writes` names."""
    if endpoint.may_write(ref.full_name, method):
        return
    allowed = f"It allows {', '.join(sorted(endpoint.allow_writes))}." if endpoint.allow_writes else "It allows none."
    message = f"{ref.full_name}.{method} changes something, and allow_writes of {endpoint.provider} does not name it."
    raise ReadOnlyError(message, sql=sql, span=span, hint=f"{allowed} EXPLAIN and dry_run show what would be sent.")


def _pending(intent: Intent, context: Context) -> Pending:
    return Pending(
        statement=intent.text,
        statement_kind=intent.kind,
        resource=intent.ref.full_name,
        method=intent.name,
        rows=len(intent.requests),
        limit=context.consent.max_rows,
        deletes=intent.method.verb is Verb.DELETE or intent.requests[0].http_method == "DELETE",
        removes=_removed(intent),
        together=is_of_several(intent.ref, intent.method),
        _requests=tuple(intent.requests),
        _client=context.clients[intent.ref.full_name],
    )


def _removed(intent: Intent) -> tuple[str, ...]:
    """The attributes that an UPDATE leaves out of requests that put whole rows."""
    if not intent.method.whole:
        return ()
    bodies = [{} if request.body is None else attributes_of(intent.method, request.body) for request in intent.requests]
    return tuple(name for name in intent.method.body if any(name not in body for body in bodies))


def _shown(request: Request, client: Client) -> Shown:
    body = None if request.body is None else client.redacted(request.content())
    return Shown(request.http_method, client.url(request), body)


def _placed(error: WriteLimitError, intent: Intent) -> WriteLimitError:
    error.sql, error.span = intent.text, intent.span
    return error
