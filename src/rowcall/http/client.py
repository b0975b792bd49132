"""The one place that sends.

A `Client` belongs to a provider instance. It turns a planned request into an HTTP exchange, tries again where that is safe, and gives
back pages or errors in words. It decides nothing about SQL or rows. httpx is loaded when the first request is sent.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from rowcall.errors import BudgetError, DataError, ReadOnlyError, RequestError, ResponseError, UnavailableError, UsageError
from rowcall.http.address import at_url, links_pages, urlencoded
from rowcall.http.ahead import Ahead, Line
from rowcall.http.auth import checked_header
from rowcall.http.bodies import encoded
from rowcall.http.cache import NOT_MODIFIED, Cache, Keeping, Recording
from rowcall.http.cleartext import is_in_clear, refuse_secrets
from rowcall.http.control import RATE_LIMIT, RETRY, Control, Exchange, Outcome
from rowcall.http.credential import Credential, Unsigned, given_of
from rowcall.http.deprecation import deprecation
from rowcall.http.endpoint import Endpoint, checked_base, origin
from rowcall.http.limits import Limits
from rowcall.http.pace import AnyPace, Slots, pace_of
from rowcall.http.page import Answer, BodyFault, Envelope, Page, read_page
from rowcall.http.paginate import Chain
from rowcall.http.redact import LogFilter, Redactor
from rowcall.http.refusal import Context, is_absence, is_past_sunset, moved, partial, refused, request_id, said, unusable
from rowcall.http.retry import LONGEST_WAIT_S, asked_wait, is_fate_unknown, is_unprocessed, meaning, pause, rest, told, wants_retry
from rowcall.manifest.model import CHAIN_KINDS, Encoding, RateLimit, Retry
from rowcall.manifest.servers import filled
from rowcall.plan.nodes import Call, Protocol, Request

if TYPE_CHECKING:
    from rowcall.http.cachefile import Asker
    from rowcall.http.wire import Incoming, Outgoing, Wire

__all__ = ["Client", "Endpoint"]

_MAX_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_METHOD_KEPT = {307, 308}
_REFUSALS = frozenset({400, 422})
"""The statuses by which an API refuses what a parameter says. Of any other it is not known what it is about."""
_NO_CONTENT = 204
_REDIRECTED = 300
_FAILED = 400
_TOO_MANY = 429
_UNAUTHORIZED = 401
_WITH_LENGTH = {"POST", "PUT", "PATCH"}
"""Methods of which a server expects to be told that there is no body."""
_CLIENT_DEFAULTS = {"accept", "accept-encoding", "connection", "user-agent"}
"""Headers that every httpx client has of itself, so that their presence says nothing of the user's wishes."""


class _UnchangedError(Exception):
    """What is kept of a call is what the API has still."""


class Client:
    """Sends the requests of one provider instance, from any number of threads."""

    def __init__(self, endpoint: Endpoint, control: Control | None = None, *, redact: Redactor | None = None) -> None:
        """`control` is that of the statement which needs it first, and may end the wait for a file of its rate limits.

        `redact` is that of an endpoint that this one has to do with, where its secrets may come in what is sent here.
        """
        base = urlsplit(endpoint.base_url) if endpoint.is_open else checked_base(endpoint)
        self.endpoint = endpoint
        self._base = urlunsplit(base._replace(netloc=base.netloc.rpartition("@")[2], query=""))
        self._inside = f"{self._base}/"
        """What is below the base URL is at its origin too, and is not taken apart again."""
        self._is_unverified = base.scheme == "https" and not endpoint.verify_tls and endpoint.client is None
        self._is_in_clear = is_in_clear(self._base) and not endpoint.plain_http
        self._userinfo = unquote(base.netloc.rpartition("@")[0])
        self._query = (*parse_qsl(base.query, keep_blank_values=True), *endpoint.query)
        self._redact = redact or Redactor(endpoint)
        self._credential = Credential(endpoint, self._userinfo, given_of(endpoint, self._redact))
        self._redact.heed(self._credential.given)
        self._log_filter = LogFilter(self._redact)
        self._slots = Slots(endpoint.max_in_flight)
        self._pace: AnyPace | None = pace_of(endpoint, control) if endpoint.late_key is None else None
        """Known with the key."""
        self._links = False
        """Whether an answer had a Link header to another page: then one without it is the last."""
        self._cache = Cache()
        self._lock = threading.Lock()
        self._wire: Wire | None = None
        self._others: dict[str, Client] = {}
        """Those that send to other servers that the manifest names, by base URL."""

    def url(self, request: Request) -> str:
        """The full URL of a request, without secrets. Raises DataError where its path would lead elsewhere."""
        there = self._at(request)
        return self._redact(self._url(request)) if there is self else there.url(request)

    def _at(self, request: Request) -> Client:
        """What sends a request: another client where its method or service is at a server of its own, and no setting has moved them all."""
        if not request.base or self.endpoint.is_moved:
            if self.endpoint.is_open:
                checked_base(self.endpoint)
            return self
        with self._lock:
            if request.base not in self._others:
                base_url = filled(request.base, self.endpoint.variables)
                other = self._others[request.base] = Client(replace(self.endpoint, base_url=base_url, is_moved=True, is_open=False))
                other._slots, other._pace, other._redact = self._slots, self._pace, self._redact
                other._credential.given = self._credential.given
        return self._others[request.base]

    def redacted(self, text: str) -> str:
        """A text without the secrets of this provider instance."""
        return self._redact(text)

    def rate_limits(self, control: Control, resource: str, declared: Sequence[tuple[str, Sequence[RateLimit]]]) -> Limits:
        """What holds for a request of a resource: what the statement says itself, else what the provider's settings or its manifest say.

        `declared` is what the manifest says of the service and the resource.
        """
        said = {self.endpoint.provider: self.endpoint.rate_limits} | dict(declared) | dict(control.rate_limits)
        narrower = {scope: said[scope] for scope in (resource.rpartition(".")[0], resource) if scope in said}
        return {"": said[self.endpoint.provider], **narrower}

    def max_in_flight(self, control: Control) -> int:
        """How many requests a statement may have under way here, one at least."""
        own = self.endpoint.max_in_flight
        return max(1, own if control.max_in_flight is None else min(own, control.max_in_flight))

    def pages(self, call: Call, protocol: Protocol, control: Control, ahead: Ahead | None = None) -> Iterator[Page]:
        """The pages of one call, each fetched when it is asked for; none where the API says that there is no such row.

        With `ahead`, those whose requests are known beforehand may be fetched before.
        Those that are kept of the same call, where the statement takes them. What a user's own client sends with it is not known here,
        so that nothing is kept of it.
        """
        if (there := self._at(call.request)) is not self:
            yield from there.pages(call, protocol, control, ahead)
            return
        control = control.of(call.request)
        if control.cache_s is None or self.endpoint.client is not None or not call.request.reads:
            yield from self._pages(call, protocol, control, ahead)
            return
        cache = self._keeping(protocol, control)
        kept = cache.find(call.request)
        recording = cache.record()
        try:
            if kept is None or not kept.is_good(control.cache_s):
                for page in self._pages(call, protocol, control, ahead, recording=recording, etag=kept.etag if kept is not None else None):
                    recording.pages.append(page)
                    yield page
                cache.keep(call.request, recording)
                return
        except _UnchangedError:
            recording.pages = kept.pages if kept is not None else []
            cache.keep(call.request, recording)
        control.hit()
        for page in kept.pages if kept is not None else ():
            control.received(page.rows)
            yield page

    def _pages(
        self,
        call: Call,
        protocol: Protocol,
        control: Control,
        ahead: Ahead | None,
        *,
        recording: Recording | None = None,
        etag: str | None = None,
    ) -> Iterator[Page]:
        """The pages as the API gives them, `recording` being told of each answer; raises _UnchangedError where `etag` is current still."""
        chain = Chain(
            protocol.paging,
            call.request,
            self._base,
            control.warn,
            identified=protocol.identified,
            at_most=protocol.at_most,
            links=lambda: self._links,
        )

        def fetch(request: Request, control: Control) -> tuple[Page, Envelope] | None:
            return self._fetch(request, protocol, control, recording, etag if request is chain.first else None)

        with Line(ahead, fetch, control) as line:
            yield from self._along(chain, line, control)

    def _along(self, chain: Chain, line: Line[tuple[Page, Envelope] | None], control: Control) -> Iterator[Page]:
        """The pages of a chain, each when it is its turn."""
        request: Request | None = chain.first
        while request is not None:
            try:
                found = line.take(request)
            except ResponseError as error:
                request = chain.instead(request) if error.status in _REFUSALS else None
                if request is None:
                    raise
                continue
            except BudgetError as error:
                error.message += chain.so_far(self._context(request).line, of=control.spent)
                raise
            with self._explained(request):
                envelope = chain.absent(request) if found is None else found[1]
                taken = envelope is not None and chain.take(request, envelope)
            if found is not None:
                control.received(found[0].rows)
            if found is not None and taken and found[0].status != _NO_CONTENT:
                yield found[0]
            # Only now, so that a consumer who has enough does not meet what is wrong with the rest.
            with self._explained(request):
                request = chain.after(request, envelope) if envelope is not None else None
                control.foresee(chain.pages(request))
                if request is not None and line.window > 1:
                    line.foresee(request, chain.foreseen(request, line.window))

    def send(self, request: Request, protocol: Protocol, control: Control) -> Page:
        """The one page that answers a request; without rows where the API says that there is none."""
        if (there := self._at(request)) is not self:
            return there.send(request, protocol, control)
        found = self._fetch(request, protocol, control)
        if found is None:
            return Page("{}", 0, request, protocol.absent.status if protocol.absent is not None else _NO_CONTENT)
        return found[0]

    def ask(self, request: Request, protocol: Protocol, control: Control) -> tuple[Answer, Context]:
        """The answer to a request as it came, whatever its status, and what errors say of it. Raises UnavailableError where none does."""
        answer, context, _ = self._answered(request, protocol, control)
        return answer, context

    def lacking(self) -> str | None:
        """Which part of a credential is not set that requests need, and how it is; None where nothing is known to be."""
        return self._credential.lacking()

    def prepare(self, control: Control) -> None:
        """Gets the credential where requests need one, so that it is known what must not be kept of them.

        Raises UsageError and AuthError where it cannot.
        """
        self._credential.prepare(control)

    def close(self) -> None:
        """Closes the connections; the user's own client is left open."""
        with self._lock:
            wire, self._wire = self._wire, None
            others = [*self._others.values()]
            logging.getLogger("httpx").removeFilter(self._log_filter)
        for other in others:
            other.close()
        if wire is not None and self.endpoint.client is None:
            wire.close()

    # -- one page ------------------------------------------------------------------------------------------------------------------

    def _fetch(
        self, request: Request, protocol: Protocol, control: Control, recording: Recording | None = None, etag: str | None = None
    ) -> tuple[Page, Envelope] | None:
        """The page that answers `request` and its envelope; None where there is no such row. Raises every error with its context."""
        if not request.reads and not self.endpoint.may_write(request.resource, request.method_name):
            provider = self.endpoint.provider
            why = f"{provider} is read-only" if self.endpoint.read_only else f"allow_writes of {provider} does not name it"
            raise ReadOnlyError(f"{request.resource}.{request.method_name} changes something, and {why}.")
        with self._explained(request):
            conditional = replace(request, headers=(*request.headers, ("if-none-match", etag))) if etag else request
            with nullcontext() if request.reads else self._writing(protocol, control):
                answer, context, repeated = self._answered(conditional, protocol, control)
            if recording is not None:
                recording.saw(answer.headers)
            if etag and answer.status == NOT_MODIFIED:
                raise _UnchangedError
            if is_absence(answer, request, protocol) and not is_past_sunset(answer, self.endpoint, protocol.lifecycle):
                return None
            if not 200 <= answer.status < 300:
                raise refused(context, answer, protocol, repeated=repeated)
            if (ending := deprecation(answer, self.endpoint, request.resource, protocol.lifecycle)) is not None:
                control.warn(ending)
            try:
                found = read_page(answer, request, protocol)
            except BodyFault as fault:
                raise unusable(context, answer, fault, protocol) from fault
            self._links = self._links or links_pages(found[1].link)
            if found[1].is_partial:
                raise partial(context, answer, protocol)
            return found

    def _keeping(self, protocol: Protocol, control: Control) -> Keeping:
        """Where a statement keeps calls: in its file, where it has one."""
        # Whose credentials a library finds, nobody here knows, so that what they are given is for this client alone.
        if control.cache_file is None or (self.endpoint.auth is not None and self.endpoint.auth.kind in CHAIN_KINDS):
            return self._cache
        self._credential.get_key(control)
        return control.cache_file.shelf(self._asker, protocol, control)

    @contextmanager
    def _writing(self, protocol: Protocol, control: Control) -> Iterator[None]:
        """While something is written; what is kept anywhere is not afterwards."""
        with self._cache.writing(), self._keeping(protocol, control).writing():
            yield

    @cached_property
    def _asker(self) -> Asker:
        from rowcall.http.cachefile import Asker

        made, (scheme, host, port) = self.endpoint, origin(self._base)
        account = (made.provider, made.auth, made.known_key, made.key_id, self._userinfo, made.headers, self._query)
        trust = (made.verify_tls, made.ca_file)
        return Asker(f"{scheme}://{host}:{port}{urlsplit(self._base).path}", repr((*account, *trust)), self._redact.finds)

    @contextmanager
    def _explained(self, request: Request) -> Iterator[None]:
        """Gives the errors of a request what they lack."""
        try:
            yield
        except RequestError as error:
            self._context(request).complete(error)
            raise

    def _context(self, request: Request) -> Context:
        url = self._url(request)
        return Context(self.endpoint, request, url, f"{request.http_method} {self._redact(url)}", self._redact)

    def _answered(self, request: Request, protocol: Protocol, control: Control) -> tuple[Answer, Context, bool]:
        """The last answer to `request` after retries and redirects, and whether an attempt before it may have been carried out."""
        context = self._context(request)
        for _ in range(_MAX_REDIRECTS + 1):
            answer, repeated = self._attempts(context, protocol, control)
            place = answer.headers.get("location")
            if answer.status not in _REDIRECTS or place is None:
                return answer, context, repeated
            target = self._redirected(context.request, answer.status, place)
            if target is None:
                break
            context = self._context(target)
        raise moved(context, answer)

    def _redirected(self, request: Request, status: int, place: str) -> Request | None:
        """The request that a redirect asks for; None for a write, another place, or a body that would be lost."""
        if not request.reads or not (request.body is None or status in _METHOD_KEPT):
            return None
        return at_url(request, self._base, place)

    def _attempts(self, context: Context, protocol: Protocol, control: Control) -> tuple[Answer, bool]:
        """The answer of the last attempt, and whether one before it may have been carried out. Raises UnavailableError where none came."""
        repeated = False
        for attempt in itertools.count(1):
            try:
                answer = self._accepted(context, protocol, control, attempt)
            except _outage() as trouble:
                if trouble.unsent and control.delivery is not None:
                    control.delivery.unsent()
                resendable = context.resendable or trouble.unsent
                wait_s = pause(protocol.retry, attempt, None, control.remaining()) if resendable else None
                if wait_s is None:
                    fate, hint = ("", trouble.hint) if trouble.unsent else (context.fate, context.after(trouble.hint))
                    raise context.error(UnavailableError, trouble.sentence + fate, hint=hint) from trouble
                repeated, why = repeated or not trouble.unsent, RETRY
            else:
                headers = answer.headers
                status = meaning(answer.status, headers, protocol.retry)
                if control.delivery is not None:
                    control.delivery.answered(_outcome(status, headers, protocol.retry), status)
                if status < _FAILED or not wants_retry(status, headers, protocol.retry, resendable=context.resendable):
                    return answer, repeated
                asked_s = asked_wait(headers)
                if asked_s is None and control.remaining() is None and (rest(status, headers) or 0) > LONGEST_WAIT_S:
                    return answer, repeated  # nothing is to be had until then
                wait_s = pause(protocol.retry, attempt, asked_s, control.remaining())
                if wait_s is None:
                    return answer, repeated
                repeated, why = repeated or is_fate_unknown(status), RATE_LIMIT if status == _TOO_MANY else RETRY
            control.wait(wait_s, why)
        raise AssertionError  # the loop has no end of its own

    def _accepted(self, context: Context, protocol: Protocol, control: Control, attempt: int) -> Answer:
        """The answer of one attempt, which is made again with another token where its own is refused: then nobody looked at it."""
        answer, token = self._exchange(context, protocol, control, attempt)
        if answer.status != _UNAUTHORIZED or token is None or self._credential.given is None:
            return answer
        if control.delivery is not None:
            control.delivery.answered(Outcome.REFUSED, answer.status)
        self._credential.given.refuse(token)
        return self._exchange(context, protocol, control, attempt + 1)[0]

    # -- one exchange --------------------------------------------------------------------------------------------------------------

    def _exchange(self, context: Context, protocol: Protocol, control: Control, attempt: int) -> tuple[Answer, str | None]:
        """What one HTTP exchange brings, and the token that it went with. Raises Outage where no answer came."""
        outgoing = self._outgoing(context, control)
        self._pace = pace = self._pace or pace_of(self.endpoint, control)
        if self._is_unverified:
            name = self.endpoint.provider
            control.warn(
                f"No certificate is checked (verify_tls = false of {name}): whoever answers as {self._base} gets the key and the data."
            )
        if control.rate_limits:  # what it lifts for itself is counted for others
            pace.heed(dict(protocol.rate_limits), control)
        with self._of_statement(control), self._slots.one(control):
            pace.wait(control, self.rate_limits(control, context.request.resource, protocol.rate_limits))
            control.spend()
            if control.delivery is not None:
                control.delivery.begin()
            sent = time.monotonic()
            answer = self._transmit(outgoing, context, protocol, control, attempt)
        if answer.status >= _FAILED:
            words = said(answer, protocol.errors).message
            answer = replace(answer, headers=told(answer.status, answer.headers, words, protocol.retry))
        self._slots.learn(answer.status, sent)
        status = meaning(answer.status, answer.headers, protocol.retry)
        if (rest_s := rest(status, answer.headers)) is not None and rest_s <= LONGEST_WAIT_S:
            try:
                pace.pause(rest_s, control)
            except UsageError as error:  # the answer is there, and it may be that of a write
                control.warn(str(error))
        return answer, outgoing.token

    def _of_statement(self, control: Control) -> AbstractContextManager[None]:
        """A place among those that a statement may have here, where it says how many these are."""
        if control.max_in_flight is None:
            return nullcontext()
        return control.slots.setdefault(self.endpoint.provider, Slots(control.max_in_flight)).one(control)

    def _transmit(self, outgoing: Outgoing, context: Context, protocol: Protocol, control: Control, attempt: int) -> Answer:
        """The answer to what goes out, read to its end, and recorded whatever becomes of it."""
        from rowcall.http.transport import watched

        sent_at, started = time.time(), time.perf_counter()
        incoming: Incoming | None = None
        waited_s: float | None = None
        error: str | None = "interrupted"
        try:
            with watched(control, self.endpoint.total_timeout_s), self._in_words(context, control, outgoing):
                outgoing.is_begun = False  # as long as there is nobody who could carry it
                wire = self._opened()
                outgoing.is_begun = True
                incoming = wire.send(outgoing)
                waited_s = time.perf_counter() - started
                content = self._content(incoming, context)
            error = None
        except Exception as problem:
            error = self._redact(str(problem)) or type(problem).__name__.lower()
            if control.delivery is not None and not outgoing.is_begun:
                control.delivery.unsent()
            raise
        finally:
            named = None if incoming is None else request_id(incoming.headers, protocol.errors)
            control.record(
                Exchange(
                    request=context.line,
                    attempt=attempt,
                    status=None if incoming is None else incoming.status,
                    error=error,
                    elapsed_s=time.perf_counter() - started,
                    bytes=0 if incoming is None else incoming.received,
                    operation=f"{context.request.resource}.{context.request.method_name}",
                    sent_at=sent_at,
                    waited_s=waited_s,
                    request_id=self._redact(named) if named is not None else None,
                )
            )
        return Answer(incoming.status, incoming.headers, content)

    @contextmanager
    def _in_words(self, context: Context, control: Control, outgoing: Outgoing) -> Iterator[None]:
        """Turns what httpx raises into an Outage or a RequestError, or a UsageError for a request that is none."""
        import httpx

        from rowcall.http.decompress import UnknownCodingError
        from rowcall.http.outage import outage
        from rowcall.http.transport import is_overdue, proxy_for

        try:
            yield
        except UnavailableError as late:
            late.message += context.fate if outgoing.is_begun else ""
            raise
        except httpx.TransportError as problem:
            with self._in_words(context, control, outgoing):
                control.check()
            if isinstance(problem, httpx.LocalProtocolError) and not outgoing.is_begun:
                reason = self._redact(str(problem))
                raise UsageError(f"{context.line} cannot be sent as it is, and nothing was sent: {reason}") from problem
            proxy = None if self.endpoint.client is not None else proxy_for(self._base)
            via = urlsplit(proxy).netloc.rpartition("@")[2] if proxy else None
            is_late = isinstance(problem, httpx.TimeoutException) and is_overdue()
            raise outage(
                problem, self._base, via, is_begun=outgoing.is_begun, total_s=self.endpoint.total_timeout_s if is_late else None
            ) from problem
        except httpx.DecodingError as problem:
            raise context.error(ResponseError, f"{self.endpoint.title} sent a body that cannot be decompressed.") from problem
        except UnknownCodingError as problem:
            message = f"{self.endpoint.title} sent a body that is compressed as {problem}, which nothing here can undo."
            raise context.error(ResponseError, message, hint="Install what does: pip install 'rowcall[compression]'") from problem

    def _content(self, incoming: Incoming, context: Context) -> bytes:
        """The whole body. Raises ResponseError for one that does not end."""
        from rowcall.http.decompress import plain
        from rowcall.http.transport import checked

        chunks, size, most = [], 0, self.endpoint.max_response_bytes
        try:
            for chunk in checked(plain(incoming.headers.get("content-encoding", ""), checked(incoming.pieces()))):
                size += len(chunk)
                if size > most:
                    message = f"{self.endpoint.title} goes on sending after {most:,} bytes of one answer.{context.fate}"
                    hint = f"If there is an end to it, raise max_response_bytes of provider {self.endpoint.provider}."
                    raise context.error(ResponseError, message, hint=hint)
                if chunk:
                    chunks.append(chunk)
        finally:
            incoming.close()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _opened(self) -> Wire:
        """What carries the requests, made when it is first needed."""
        wire = self._wire
        if wire is None:
            with self._lock:
                wire = self._wire
                if wire is None:
                    from rowcall.http.transport import open_wire
                    from rowcall.http.wire import Own

                    own = self.endpoint.client
                    wire = self._wire = Own(own) if own is not None else open_wire(self.endpoint, self._base)
                    if self._redact.in_urls:
                        logging.getLogger("httpx").addFilter(self._log_filter)
        return wire

    # -- one request ---------------------------------------------------------------------------------------------------------------

    def _outgoing(self, context: Context, control: Control) -> Outgoing:
        """A request as it is sent. Raises AuthError where a key is needed and none is set, or it cannot be sent."""
        from rowcall.http.wire import Outgoing, target

        request = context.request
        content, media_type = encoded(request)
        out = Unsigned(request.http_method, context.url, self._headers(request, media_type), content)
        if content is not None or request.http_method in _WITH_LENGTH:
            out.headers["content-length"] = str(len(content or b""))
        if self._is_in_clear:
            refuse_secrets(self.endpoint, self._base, has_key=self._credential.is_carried(control))
        token = self._credential.put(out, context, control)
        return Outgoing(out.method, out.url, target(out.url), out.headers, content, self._timeouts(control), out.has_key, token)

    def _timeouts(self, control: Control) -> dict[str, float | None]:
        endpoint = self.endpoint
        most = min((limit for limit in (control.remaining(), endpoint.total_timeout_s) if limit is not None), default=None)
        if endpoint.client is not None:
            limits: dict[str, float | None] = endpoint.client.timeout.as_dict()
        else:
            limits = {
                "connect": endpoint.connect_timeout_s,
                "read": endpoint.read_timeout_s,
                "write": endpoint.read_timeout_s,
                "pool": None,
            }
        if most is None:
            return limits
        return {name: most if limit is None else min(limit, most) for name, limit in limits.items()}

    def _headers(self, request: Request, media_type: str) -> dict[str, str]:
        """The headers of a request by lower-case name: ours, the manifest's, the user's, the later over the earlier."""
        from rowcall.http.decompress import ACCEPTED

        headers = {"accept": "application/json", "user-agent": "rowcall"}
        own = self.endpoint.client
        if own is None:
            headers["accept-encoding"] = ACCEPTED
        if media_type:
            headers["content-type"] = media_type
        for name, value in request.headers:
            headers[name.lower()] = checked_header(name, value, DataError)
        for name, value in self.endpoint.headers:
            headers[name.lower()] = checked_header(name, value, UsageError)
        if request.body is not None and request.encoding is Encoding.MULTIPART:
            headers["content-type"] = media_type  # which says where its parts end, and nobody else can
        if own is not None:
            theirs = {name.decode("latin-1").lower() for name, _ in own.headers.raw}
            headers = {name: value for name, value in headers.items() if name not in theirs or name in _CLIENT_DEFAULTS - {"user-agent"}}
        return headers

    def _url(self, request: Request) -> str:
        """The full URL: base, path, the request's query, and of the user's query what the request does not have."""
        path, _, in_path = request.path.partition("?")
        if ("." in path or "%2" in path) and any(unquote(segment) in {".", ".."} for segment in path.split("/")):
            raise DataError(f"A path parameter of {request.resource}.{request.method_name} is a dot segment, which leads to another path.")
        url = path if "://" in path else self._base + path
        if not url.startswith(self._inside) and origin(url) != origin(self._base):
            raise DataError(f"{request.resource}.{request.method_name} leads to another place than base_url.")
        pairs = request.query
        if self._query:
            present = {name for name, _ in (*parse_qsl(in_path, keep_blank_values=True), *pairs)}
            pairs = (*pairs, *(pair for pair in self._query if pair[0] not in present))
        query = "&".join(part for part in (in_path, urlencoded(pairs)) if part)
        return f"{url}?{query}" if query else url


def _outage() -> Any:
    """The class of what is raised where no answer came; a function, because its module loads httpx."""
    from rowcall.http.outage import Outage

    return Outage


def _outcome(status: int, headers: Mapping[str, str], retry: Retry) -> Outcome:
    """What an answer says of the write that it is given to."""
    if 200 <= status < _REDIRECTED:
        return Outcome.DONE
    if status < _FAILED or (is_fate_unknown(status) and not is_unprocessed(status, headers, retry)):
        return Outcome.UNKNOWN
    return Outcome.REFUSED
