"""A request that was sent, as a command for curl that sends it again.

No value of a credential gets in: the key is a variable of the user's shell, and so is every header that a setting or the environment gave.
What a report does not hold is taken from the manifest (headers) and from the journal (bodies), never guessed.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rowcall.errors import UsageError
from rowcall.http.auth import header, is_needed
from rowcall.http.aws import signed_for
from rowcall.http.bodies import encoded, fields, media_type
from rowcall.manifest.files import File, is_shown
from rowcall.manifest.model import FILED, TOKEN_KINDS, AuthKind, AuthScheme, Encoding, TransformKind
from rowcall.plan.nodes import Request
from rowcall.session.settings import endpoint, instance_of

if TYPE_CHECKING:
    from rowcall import Session
    from rowcall.http.endpoint import Endpoint
    from rowcall.manifest.model import Method, Provider
    from rowcall.shell.repl import Sent

_BODILESS = frozenset({"GET", "HEAD", "DELETE"})
_JOURNAL = """
SELECT request, body, status, epoch(sent_at), epoch(ended_at) FROM rowcall_journal()
WHERE operation = $operation AND epoch(sent_at) >= $started_at - 0.001
"""
_NEAR_S = 0.0001
"""By how much two clocks of one machine may differ here: one of them is written to the microsecond."""


def curl_command(session: Session, sent: Sent, number: int, settings: Mapping[str, Mapping[str, Any]]) -> str:
    """The command for the request of that number, from 1, over several lines.

    `settings` are those that the session was given of providers, besides the environment and the config file.

    Raises UsageError where nobody knows which body it had.
    """
    exchange = sent.exchanges[number - 1]
    if exchange.operation.endswith(".token"):
        raise UsageError(f"Request {number} was for a token, with the secret of a client in it: there is no command that sends it again.")
    provider = session.catalog.providers[exchange.operation.partition(".")[0]]
    method, _, url = exchange.request.partition(" ")
    given = {**settings.get(provider.provider, {}), "base_url": url}  # which may hold a variable, and is known
    _, service = instance_of(exchange.operation, session.catalog.providers)
    resolved = endpoint(provider, given, session.config, read_only=True, service=service)
    body = None if method in _BODILESS else _body(session, sent, number)
    arguments = ["-g"] if set(url) & set("[]{}") else []  # which curl would take for several URLs
    arguments += [] if method == "GET" else [f"-X {method}"]
    called = _method(session, exchange.operation)
    arguments += [*_credential(resolved, provider, url), *_headers(resolved, provider, exchange.operation.split(".")[1], called)]
    if body is not None:
        arguments += _sending(body, called)
    return " \\\n  ".join([f"curl {_url(url, resolved, provider)}", *arguments])


def _method(session: Session, operation: str) -> Method:
    """What says how the body of a request is written."""
    resource, _, name = operation.rpartition(".")
    return session.catalog.method(session.catalog.resolve(resource.split(".")), name)[1]


def _sending(body: str, method: Method) -> Iterator[str]:
    """The options that send a body. A file is one of its name that is there when the command is run."""
    encoding, made = method.encoding, method.body_transform
    said = json.loads(body)
    request = Request("", "", "", "", "", body=_with_names(said) if encoding in FILED else said, encoding=encoding)
    if made is not None:
        request = replace(request, template=made.template, of_text=made.kind is TransformKind.TEXT)
    if made is not None or encoding not in {Encoding.MULTIPART, Encoding.URLENCODED}:
        content, media = encoded(request)
        if all(name.lower() != "content-type" for name in method.headers):
            yield f"-H {shlex.quote(f'Content-Type: {media}')}"
        if isinstance(request.body, File):
            yield f"--data-binary {shlex.quote(f'@{request.body.filename}')}"
        else:
            as_shown = encoding is Encoding.JSON and made is None
            yield f"--data-raw {shlex.quote(body if as_shown else (content or b'').decode())}"
        return
    for name, value in fields(request.body):
        if isinstance(value, File):
            yield f"-F {shlex.quote(f'{name}=@{_in_form(value.filename)};type={media_type(value.filename)}')}"
        elif encoding is Encoding.MULTIPART:
            yield f"--form-string {shlex.quote(f'{name}={value}')}"
        else:
            yield f"--data-urlencode {shlex.quote(f'{name}={value}')}"


def _with_names(body: Any) -> Any:
    """A body with files of their names, of what the journal has of it."""
    if is_shown(body):
        return File(b"", body["filename"])
    if isinstance(body, list):
        return [*map(_with_names, body)]
    return {name: _with_names(value) for name, value in body.items()} if isinstance(body, dict) else body


def _in_form(filename: str) -> str:
    """A name in which curl sees no option of its own."""
    return '"' + filename.replace("\\", "\\\\").replace('"', '\\"') + '"' if set(filename) & set(',;"') else filename


def _url(url: str, resolved: Endpoint, provider: Provider) -> str:
    """The URL as an argument, with the variable in it where the key goes there: it is added as a request is sent, and no report has it."""
    if resolved.auth is None or resolved.auth.kind is not AuthKind.QUERY or not is_needed(resolved):
        return shlex.quote(url)
    beginning = _expanding(f"{url}{'&' if '?' in url else '?'}{resolved.auth.name or 'key'}=")
    return f'{beginning[:-1]}${_variable(resolved, provider)}"'


def _signed(resolved: Endpoint, scheme: AuthScheme, url: str) -> Iterator[str]:
    """The options that have curl sign, with the variables of AWS's own programs."""
    region, service = signed_for(scheme, url, resolved.variables)
    yield f'--aws-sigv4 "aws:amz:{region or "$AWS_REGION"}:{service or "$AWS_SERVICE"}"'
    names = [*resolved.id_names, "AWS_ACCESS_KEY_ID"][0], [*resolved.key_names, "AWS_SECRET_ACCESS_KEY"][0]
    yield f'-u "${names[0]}:${names[1]}"'
    if not resolved.key_names and os.environ.get("AWS_SESSION_TOKEN"):
        yield '-H "x-amz-security-token: $AWS_SESSION_TOKEN"'


def _credential(resolved: Endpoint, provider: Provider, url: str) -> Iterator[str]:
    """The option that carries the key, by a variable; none where the user's own headers do."""
    scheme = resolved.auth
    if scheme is None or not is_needed(resolved) or scheme.kind is AuthKind.QUERY:
        return
    if scheme.kind is AuthKind.AWS:
        yield from _signed(resolved, scheme, url)
        return
    if scheme.kind in TOKEN_KINDS:  # which only rowcall gets from the key
        yield f'-H "Authorization: Bearer ${_as_variable(provider.provider)}_TOKEN"'
        return
    variable = f"${_variable(resolved, provider)}"
    if scheme.kind is AuthKind.BASIC:
        yield f'-u "{variable}"'
        return
    name, prefix = header(scheme, "")
    yield f'-H {_expanding(f"{name}: {prefix}")[:-1]}{variable}"'


def _variable(resolved: Endpoint, provider: Provider) -> str:
    """The variable that holds the key, or could."""
    names = resolved.key_names or (f"{_as_variable(provider.provider)}_API_KEY",)
    return next((name for name in names if os.environ.get(name)), names[0])


def _headers(resolved: Endpoint, provider: Provider, service: str, method: Method) -> Iterator[str]:
    """The options of all other headers: those of the manifest as they are, and the user's own by a variable each."""
    own = {name.lower(): name for name, _ in resolved.headers}
    manifest = {**provider.headers, **provider.services[service].headers, **method.headers}
    for name, value in manifest.items():
        if name.lower() not in own:
            yield f"-H {shlex.quote(f'{name}: {value}')}"
    optional = {name.lower(): found.env for name, found in provider.optional_headers.items()}
    for lower, name in own.items():
        variable = next((each for each in optional.get(lower, ()) if os.environ.get(each)), _as_variable(name))
        yield f'-H {_expanding(f"{name}: ")[:-1]}${variable}"'


def _as_variable(name: str) -> str:
    """A name for a variable of a shell, of that of something else."""
    return re.sub(r"\W", "_", name, flags=re.ASCII).upper()


def _expanding(text: str) -> str:
    """`text` in double quotes, in which sh leaves all of it as it is; a variable may be put before the last quote."""
    return '"' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'


def _body(session: Session, sent: Sent, number: int) -> str | None:
    """The JSON that the request carried; None for none. Raises UsageError where the journal does not tell."""
    exchange = sent.exchanges[number - 1]
    rows = session.sql(_JOURNAL, {"operation": exchange.operation, "started_at": sent.started_at}).fetchall()
    ended_at = exchange.sent_at + exchange.elapsed_s
    rows = [row for row in rows if _place(row[0]) == _place(exchange.request) and (row[4] is None or row[4] >= ended_at - _NEAR_S)]
    if not any(other.attempt > 1 and _place(other.request) == _place(exchange.request) for other in sent.exchanges):
        # The journal has the latest attempt of each, which is the only one then.
        rows = [row for row in rows if row[2] == exchange.status and row[3] <= exchange.sent_at + _NEAR_S]
    bodies: set[str | None] = {row[1] for row in rows}
    if len(bodies) == 1:
        body = bodies.pop()
        return body and "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in body)
    known = f"FROM rowcall_journal() WHERE operation = '{exchange.operation}'; has what is known."
    if not bodies:
        raise UsageError(f"The body of request {number} is not kept, so there is no command that sends it again. {known}")
    many = f"Request {number} was under way with others to the same URL, and which of their {len(bodies)} bodies it had is not kept."
    raise UsageError(f"{many} {known} After SET rowcall_max_in_flight = 1; there is one at a time.")


def _place(request: str) -> tuple[str, str, str]:
    """Method, host and path, which a body belongs to."""
    method, _, url = request.partition(" ")
    parts = urlsplit(url)
    return method, parts.netloc.lower(), parts.path.replace("//", "/")
