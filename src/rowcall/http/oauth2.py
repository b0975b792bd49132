"""Tokens for a client, by its id and secret: the client credentials of OAuth 2.0.

Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.4
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from rowcall.errors import AuthError, UnavailableError, UsageError
from rowcall.http.endpoint import Endpoint
from rowcall.http.redact import Redactor, client_pair
from rowcall.http.refusal import Context, refused, said
from rowcall.http.token import Grant, Token, ask, request_to
from rowcall.manifest.auth import is_token_url
from rowcall.manifest.model import AuthScheme, ClientAuth, ErrorShape
from rowcall.manifest.servers import filled
from rowcall.plan.nodes import Protocol

if TYPE_CHECKING:
    from rowcall.http.control import Control
    from rowcall.http.page import Answer

_SHAPE = ErrorShape(message=("error_description", "error.message", "message", "error"), code=("error.code", "error.type", "error", "code"))
_TOO_MANY, _SERVER_FAILED = 429, 500
_WRONG_CLIENT = frozenset({400, 401, 403})


def grant(endpoint: Endpoint, scheme: AuthScheme, redact: Redactor) -> Grant:
    """What asks the token endpoint of a scheme."""
    styles = [scheme.client_auth] if scheme.client_auth is not None else [ClientAuth.BASIC, ClientAuth.BODY]

    def get(control: Control) -> Token:
        url, secret = _url(endpoint, scheme), (endpoint.needed_key(control) or "").strip()
        for style in list(styles):
            fields = {"grant_type": "client_credentials", **({"scope": " ".join(scheme.scopes)} if scheme.scopes else {}), **scheme.values}
            headers = {}
            if style is ClientAuth.BASIC:
                client = client_pair(endpoint.key_id or "", secret)
                headers["authorization"] = f"Basic {base64.b64encode(client.encode()).decode()}"
            else:
                fields |= {"client_id": endpoint.key_id or "", "client_secret": secret}
            request = request_to(endpoint, url, headers=headers, body=fields)
            try:
                answer, context = ask(endpoint, request, url, redact, control)
            except UnavailableError as error:
                error.hint = error.hint.replace("base_url", "token_url")  # which is where it is
                raise
            if style is not styles[-1] and answer.status in _WRONG_CLIENT:
                continue  # many take the client in one of the two ways alone, and call it wrong in the other
            styles[:] = [style] if 200 <= answer.status < 300 else styles
            return _token(endpoint, context, answer)
        raise AssertionError  # the last of them gives a token or raises

    return get


def _url(endpoint: Endpoint, scheme: AuthScheme) -> str:
    """Where tokens are got. Raises UsageError where a variable is open, or it is a place that no secret may be sent to."""
    name, url = endpoint.name or endpoint.provider, filled(scheme.token_url or "", endpoint.variables)
    if "{" in url:
        raise UsageError(f"The token_url of {name} has an open variable: {url}. Give it a value in the setting `variables`.")
    if not is_token_url(url):
        raise UsageError(f"The token_url of {name} is {url}, and a secret goes over https alone, or to this machine.")
    return url


def _token(endpoint: Endpoint, context: Context, answer: Answer) -> Token:
    """What an answer gives. Raises AuthError for one without a token; nothing of a body that may hold one is shown."""
    if answer.status == _TOO_MANY or answer.status >= _SERVER_FAILED:
        raise refused(context, answer, Protocol())
    if not 200 <= answer.status < 300:
        words = said(answer, _SHAPE)
        code = f"{words.code}: " if words.code and words.code != words.message else ""
        message = f"{context.endpoint.title} refused: {code}{context.message(answer, words)}"
        raise context.error(AuthError, message, status=answer.status, code=words.code, hint=_hint(endpoint, words.code))
    try:
        body = json.loads(answer.content)
    except ValueError:
        body = None
    value = body.get("access_token") if isinstance(body, dict) else None
    kind = body.get("token_type") or "bearer" if isinstance(body, dict) else ""
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        hint = f"Check token_url of {endpoint.name or endpoint.provider}."
        raise context.error(AuthError, f"{context.endpoint.title} answered without an access_token.", status=answer.status, hint=hint)
    if str(kind).lower() != "bearer":
        message = f"{context.endpoint.title} gives tokens of the type {str(kind)[:40]}, and only bearer tokens can be sent."
        raise context.error(AuthError, message, status=answer.status, hint="Ask its makers for a bearer token.")
    more = (found for name in ("refresh_token", "id_token") if isinstance(found := body.get(name), str) and found)
    return Token(value, _seconds(body.get("expires_in")), tuple(more))


def _seconds(value: object) -> float | None:
    try:
        seconds = float(value)  # type: ignore[arg-type] # whatever it is
    except (TypeError, ValueError):
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _hint(endpoint: Endpoint, code: str | None) -> str:
    name = endpoint.name or endpoint.provider
    if code == "invalid_scope":
        return f"Check the scopes of the auth scheme of {name}."
    id_ = f"{' or '.join(endpoint.id_names)}, or api_key_id" if endpoint.id_names else "api_key_id"
    secret = endpoint.key_source or "api_key"
    return f"Check the client's id ({id_} of {name}), its secret ({secret}), and that they belong to the token_url."
