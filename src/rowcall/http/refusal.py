"""Answers that are no answer, in words.

From an HTTP response that is an error, or a body that cannot be used, to the error a user reads: what the API itself says, what it means,
and what to do next. Values in, exception out; nothing is sent.
"""

from __future__ import annotations

import datetime
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from msgspec import UNSET

from rowcall.errors import AuthError, RateLimitError, RequestError, ResponseError, UnavailableError
from rowcall.http.address import at_url
from rowcall.http.endpoint import Endpoint
from rowcall.http.page import Answer, BodyFault, decoded, pluck
from rowcall.http.redact import Redactor
from rowcall.http.retry import AGAIN, asked_wait, is_fate_unknown, meaning, rest
from rowcall.manifest.model import TOKEN_KINDS, AuthKind, ErrorShape, Lifecycle
from rowcall.plan.nodes import Protocol, Request

_E = TypeVar("_E", bound=RequestError)
_SHOWN = 200
"""How many characters of a body a message shows."""
_SAID = 1000
"""How many characters of the API's own message are shown."""
_LOOKED_AT = 10_000
"""How many characters are searched for signs of HTML."""
_JSON_STARTS = ("{", "[", '"')
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HTML = re.compile(r"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|h1|center)\b", re.IGNORECASE | re.DOTALL)
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _GONE, _TOO_MANY = 401, 403, 404, 410, 429


@dataclass(frozen=True, slots=True)
class Context:
    """What every error about one request says of it. Texts are redacted before they are cut, lest half a key be left at an end."""

    endpoint: Endpoint
    request: Request
    url: str = field(repr=False)
    """Where it goes, without the key of the endpoint; other secrets may stand in it."""
    line: str
    """Method and redacted URL."""
    redact: Redactor

    def error(self, kind: type[_E], message: str, **facts: Any) -> _E:
        """An error of this request; its texts have lost every secret."""
        texts: dict[str, Any] = {name: self.redact(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
        return kind(self.redact(message), provider=self.endpoint.provider, request=self.line, **texts)

    def complete(self, error: RequestError) -> RequestError:
        """`error`, raised where its request was not known, with what it lacks; its texts have lost every secret."""
        error.provider = error.provider or self.endpoint.provider
        error.request = error.request or self.line
        error.message, error.hint = self.redact(error.message), self.redact(error.hint)
        error.args = (error.message,)
        return error

    def message(self, answer: Answer, words: Said) -> str:
        """What the API says, or where it says nothing, what it sent."""
        said_ = printable(self.redact(words.message))
        return said_[:_SAID] + ("…" if len(said_) > _SAID else "") if said_ else self.body_start(answer)

    def body_start(self, answer: Answer) -> str:
        """What a body is, for people: its first characters, or the title of a page."""
        return start_of(self.redact(_text(answer)))

    @property
    def resendable(self) -> bool:
        """Whether sending the request twice does no harm."""
        return self.request.retriable or self.request.reads

    @property
    def fate(self) -> str:
        """What to say of a write that nobody answered; "" for a request that may be sent again."""
        if self.resendable:
            return ""
        return " Whether it was carried out is unknown, and it was not sent again."

    def after(self, step: str) -> str:
        """What to do next: `step`, but of a write that may have been carried out, to look first, and not to repeat it."""
        if self.resendable:
            return step
        return f"Look whether it was done before you send it again. {'' if step == AGAIN else step}".rstrip()


@dataclass(frozen=True, slots=True)
class Said:
    """What an error body says."""

    message: str
    """The API's own words, "" where there are none."""
    code: str | None


def said(answer: Answer, shape: ErrorShape) -> Said:
    """What `answer` says of what went wrong. Bodies may be empty, HTML, text, or JSON of any form."""
    try:
        body = json.loads(_text(answer))
    except (ValueError, RecursionError):
        return Said("", None)
    if isinstance(body, list) and body and isinstance(body[0], dict):
        body = body[0]
    if isinstance(body, str):
        return Said(body.strip(), None)
    return Said(_first(body, shape.message), _first(body, shape.code) or None)


def _text(answer: Answer) -> str:
    """The body as text, whatever it is."""
    try:
        return decoded(answer)[0].strip()
    except BodyFault:
        return answer.content.decode("latin-1").strip()


def start_of(text: str) -> str:
    """What a body is: `an empty body`, `an HTML page titled "…"`, or its first 200 characters."""
    if not text:
        return "an empty body"
    if _HTML.match(text[:_LOOKED_AT]):
        title = _TITLE.search(text[:_LOOKED_AT])
        named = " ".join(html.unescape(title[1]).split()) if title else ""
        return f'an HTML page titled "{named[:_SHOWN]}"' if named else "an HTML page"
    line = printable(" ".join(text[:_LOOKED_AT].split()))
    return line[:_SHOWN] + ("…" if len(line) > _SHOWN else "")


def printable(text: str) -> str:
    """`text` with what a terminal might obey written out; line ends stay."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def _first(body: Any, paths: tuple[str, ...]) -> str:
    found = (_worded(pluck(body, path)) for path in paths)
    return next((text for text in found if text), "")


def _worded(value: Any) -> str:
    """A message of any form as one line: FastAPI's list of faults by their own words, anything else as JSON."""
    if value is UNSET or value is None or value is False:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and value and all(isinstance(item, dict) and "msg" in item for item in value):
        return "; ".join(f"{'.'.join(map(str, item.get('loc', ())))}: {item['msg']}".removeprefix(": ") for item in value)
    return json.dumps(value, ensure_ascii=False) if value else ""


def is_absence(answer: Answer, request: Request, protocol: Protocol) -> bool:
    """Whether the answer to a read means that there is no such row."""
    absent = protocol.absent
    if absent is None or not request.reads or answer.status != absent.status:
        return False
    return re.match(absent.message, said(answer, protocol.errors).message) is not None


def is_past_sunset(answer: Answer, endpoint: Endpoint, lifecycle: Lifecycle | None) -> bool:
    """Whether a 404 comes from a host that has stopped serving this."""
    if lifecycle is None or lifecycle.sunset is None or answer.status not in {_NOT_FOUND, _GONE}:
        return False
    host = (urlsplit(endpoint.base_url).hostname or "").lower()
    return host in {name.lower() for name in lifecycle.hosts} and datetime.datetime.now(datetime.UTC).date().isoformat() >= lifecycle.sunset


def refused(context: Context, answer: Answer, protocol: Protocol, *, repeated: bool = False) -> RequestError:
    """The error for an answer with an error status. `repeated` is whether an earlier attempt may have been carried out."""
    words = said(answer, protocol.errors)
    facts: dict[str, Any] = {"status": answer.status, "request_id": request_id(answer.headers, protocol.errors), "code": words.code}
    message = context.message(answer, words)
    title, status = context.endpoint.title, meaning(answer.status, answer.headers, protocol.retry)
    if is_past_sunset(answer, context.endpoint, protocol.lifecycle):
        return _sunset(context, protocol.lifecycle, facts)
    if status in {_UNAUTHORIZED, _FORBIDDEN}:
        hint = _key_hint(context.endpoint, status)
        return context.error(AuthError, f"{title} refused the credentials: {message}", **facts, hint=hint)
    if status == _TOO_MANY:
        return _limited(context, answer, message, facts)
    if is_fate_unknown(status):
        hint = context.after(AGAIN)
        return context.error(UnavailableError, f"{title} failed: {_sentence(message)}{_asked(answer)}{context.fate}", **facts, hint=hint)
    hint = _absent_hint(context.endpoint) if status in {_NOT_FOUND, _GONE} else ""
    hint = "An earlier attempt had no answer and may have been carried out." if repeated and not context.request.reads else hint
    return context.error(ResponseError, f"{title} refused the request: {message}", **facts, hint=hint)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _asked(answer: Answer) -> str:
    asked_s = _wait(answer)
    return "" if asked_s is None else f" It asks to wait {asked_s:g} s."


def _wait(answer: Answer) -> float | None:
    """How long the API asks to wait: what it says itself, or how long it counts until there is something left."""
    asked_s = asked_wait(answer.headers)
    return rest(answer.status, answer.headers) if asked_s is None else asked_s


def _limited(context: Context, answer: Answer, message: str, facts: dict[str, Any]) -> RateLimitError:
    error = context.error(
        RateLimitError,
        f"{context.endpoint.title} limits the rate of requests: {_sentence(message)}{_asked(answer)}",
        **facts,
        hint=_more(context.endpoint),
    )
    error.retry_after_s = _wait(answer)
    return error


def _more(endpoint: Endpoint) -> str:
    """What to do where requests are limited."""
    if endpoint.auth is not None and endpoint.auth.optional and endpoint.known_key is None:
        return f"With a key there may be more requests. {_ways(endpoint)}"
    return f"Try again later, or with a smaller max_in_flight for provider {endpoint.provider}."


def _sunset(context: Context, lifecycle: Lifecycle | None, facts: dict[str, Any]) -> ResponseError:
    assert lifecycle is not None  # noqa: S101 - is_past_sunset has seen it
    host = urlsplit(context.endpoint.base_url).hostname
    parts = [f"{host} stopped serving {context.request.resource} on {lifecycle.sunset}."]
    parts += [lifecycle.note] if lifecycle.note else []
    parts += [f"Its replacement: {', '.join(lifecycle.replaced_by)}."] if lifecycle.replaced_by else []
    return context.error(ResponseError, " ".join(parts), **facts)


def _absent_hint(endpoint: Endpoint) -> str:
    return f"Check the ids that the request names, and that base_url of {endpoint.provider} is where they are."


def _key_hint(endpoint: Endpoint, status: int) -> str:
    if endpoint.known_key is None and endpoint.auth is not None and endpoint.auth.optional:
        return f"No key was sent: {_ways(endpoint)}"
    if _is_bare(endpoint):
        return f"No credential was sent, since auth of {_called(endpoint)} is none; as a table it may be any, and `headers` may hold one."
    if endpoint.known_key is None:
        return f"Check the credentials that are sent to {endpoint.base_url}."
    if endpoint.auth is not None and endpoint.auth.kind in {*TOKEN_KINDS, AuthKind.AWS}:
        return f"Check whose key it is ({endpoint.key_source}), what that may do, and that it belongs to {endpoint.base_url}."
    held = f"{' or '.join(endpoint.key_names)}, or " if endpoint.key_names else ""
    source = endpoint.key_source or f"{held}the setting api_key of {_called(endpoint)}"
    what = "that it may do this" if status == _FORBIDDEN else "that it is complete and not revoked"
    return f"Check the key ({source}): {what}, and that it belongs to {endpoint.base_url}."


def _is_bare(endpoint: Endpoint) -> bool:
    """Whether nothing says that requests carry a credential, in whatever way."""
    has_none = endpoint.auth is None or endpoint.auth.kind is AuthKind.NONE
    return has_none and not (endpoint.headers or endpoint.query or endpoint.client or "@" in urlsplit(endpoint.base_url).netloc)


def _called(endpoint: Endpoint) -> str:
    return endpoint.name if "." in endpoint.name else f"provider {endpoint.provider}"


def missing_key(context: Context, lacking: str = "key") -> AuthError:
    """The error for a request that needs a credential of which a part is not set, as `auth.lacks` calls it."""
    message, hint = lack(context.endpoint, lacking)
    return context.error(AuthError, f"{message}; nothing was sent.", hint=f"{hint} --sandbox needs no key.")


def lack(endpoint: Endpoint, lacking: str) -> tuple[str, str]:
    """Which part of a credential is not there, without a full stop, and what to do."""
    title, scheme = endpoint.title, endpoint.auth
    kind = AuthKind.BEARER if scheme is None else scheme.kind
    if lacking == "extra":
        return f"What gets credentials for {title} is not installed", f"Install it with: pip install 'rowcall[{kind.value}]'."
    if lacking == "id":
        what = "id of the access key" if kind is AuthKind.AWS else "client id"
        return f"No {what} is set for {title}", _ways(endpoint, "api_key_id", endpoint.id_names)
    what = "client secret" if kind is AuthKind.OAUTH2 else "key"
    also = ""
    if kind is AuthKind.OAUTH2 and not endpoint.key_id:
        what, also = "client id and no client secret", f" The id likewise: {' or '.join((*endpoint.id_names, 'api_key_id'))}."
    return f"No {what} is set for {title}", _ways(endpoint) + also


def _ways(endpoint: Endpoint, setting: str = "api_key", names: Sequence[str] | None = None) -> str:
    """How a key is set, or another part of a credential."""
    name = endpoint.name or endpoint.provider
    table = "{" + ": {".join(f'"{part}"' for part in (*name.split("."), setting)) + ': "…"' + "}" * (name.count(".") + 2)
    names = endpoint.key_names if names is None else names
    variables = f"the variable {' or '.join(names)}, or " if names else ""
    file = f"{setting} under [providers.{name}] in the config file (rowcall config path)"
    return f"Set {variables}{file}; in Python, providers={table}."


def request_id(headers: Mapping[str, str], shape: ErrorShape) -> str | None:
    """What the API calls the request, for its support; None where it does not say."""
    return next((headers[name.lower()] for name in shape.request_id if name.lower() in headers), None)


def unusable(context: Context, answer: Answer, fault: BodyFault, protocol: Protocol) -> ResponseError:
    """The error for a good status whose body cannot be used."""
    words = said(answer, protocol.errors)
    facts: dict[str, Any] = {"status": answer.status, "request_id": request_id(answer.headers, protocol.errors), "code": words.code}
    hint = "" if context.request.reads else "The status says that it was carried out: look before you send it again."
    # The fault may lie in a body of no error shape, whose `message` is then a field like others.
    if fault.refused:
        message = f"{context.endpoint.title} answered with an error: {context.message(answer, words)}"
        return context.error(ResponseError, message, **facts, hint=hint)
    kind = answer.headers.get("content-type") or "no content type"
    text = _text(answer)
    # What looks like JSON holds data, which is nobody's business who reads a log; the reason says where to look.
    start = f"{len(answer.content):,} bytes" if text.startswith(_JSON_STARTS) else start_of(context.redact(text))
    hint = hint or ("Check base_url: this looks like a web site, not like an API." if start.startswith("an HTML page") else "")
    message = f"{context.endpoint.title} answered with something else than the manifest says: {fault.reason}. It is {kind}: {start}"
    return context.error(ResponseError, message, **facts | {"code": None}, hint=hint)


def partial(context: Context, answer: Answer, protocol: Protocol) -> ResponseError:
    """The error for an answer that says of itself that rows are missing."""
    words = said(answer, protocol.errors)
    why = f": {context.message(answer, words)}" if words.message else " is true"
    message = f"{context.endpoint.title} says that its answer is not all there is (`{protocol.incomplete}`{why}); rows are missing."
    return context.error(ResponseError, message, status=answer.status, hint="Ask again later, or for less at a time.")


def moved(context: Context, answer: Answer) -> ResponseError:
    """The error for a redirect that is not followed."""
    place = answer.headers.get("location") or "nowhere"
    why = "to another place" if context.request.reads else "of a write"
    is_here = at_url(context.request, context.endpoint.base_url.rstrip("/"), place) is not None
    hint = ("What is meant may have another name by now." if is_here else "If that place is right, set base_url to it.") + context.fate
    message = f"{context.endpoint.title} redirects to {place}; rowcall does not follow redirects {why}."
    return context.error(ResponseError, message, status=answer.status, hint=hint)
