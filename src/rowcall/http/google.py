"""Tokens of Google's: for a service account, or for whom Google's own library finds. `google-auth` is loaded when one is needed.

What the library asks goes through `token.ask`, so that it is recorded, bounded and cancelled like all else.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from rowcall.errors import AuthError, RequestError, UnavailableError, UsageError
from rowcall.http.endpoint import Endpoint
from rowcall.http.token import Grant, Token, ask, request_to
from rowcall.manifest.auth import is_token_url
from rowcall.manifest.model import AuthScheme, Encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rowcall.http.control import Control
    from rowcall.http.redact import Redactor

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_METADATA = frozenset({"169.254.169.254", "metadata.google.internal", "fd20:ce::254"})
"""Where a machine of Google's tells what it is, which is over plain http and goes no further than the machine's own host."""


def grant(endpoint: Endpoint, scheme: AuthScheme, redact: Redactor) -> Grant:
    """What has google-auth get a token."""

    def get(control: Control) -> Token:
        key = (endpoint.needed_key(control) or "").strip()
        if key and (info := _info(endpoint, key)) is None:
            return Token(key)
        try:
            import google.auth
            from google.auth.exceptions import GoogleAuthError, TransportError
        except ImportError as problem:
            name = endpoint.name or endpoint.provider
            raise UsageError(f"auth of {name} needs google-auth ({problem}); install it with: pip install 'rowcall[google]'") from problem

        def send(
            url: str,
            method: str = "GET",
            body: Any = None,
            headers: Mapping[str, str] | None = None,
            timeout: float | None = None,
            **_: Any,
        ) -> _Answered:
            if not is_token_url(url) and urlsplit(url).hostname not in _METADATA:
                raise TransportError(f"{url.partition('?')[0]} is asked over plain http, and no credential is sent so")
            content, encoding = _read(body)
            request = request_to(endpoint, url, http_method=method, headers=headers or {}, body=content, encoding=encoding)
            try:
                answer, _context = ask(endpoint, request, url, redact, control, total_s=timeout, attempts=1)
            except UnavailableError as problem:
                control.check()
                raise TransportError(problem.message) from problem
            return _Answered(answer.status, answer.headers, answer.content)

        scopes = scheme.scopes or _SCOPES
        try:
            found = _of_key(info, scopes) if key else google.auth.default(scopes=scopes, request=send)[0]
            if scheme.subject:
                found = found.with_subject(scheme.subject)
            found.refresh(send)
        except (GoogleAuthError, ValueError, AttributeError) as problem:
            raise _refused(endpoint, problem, redact) from problem
        return Token(found.token, _lasts_s(found.expiry), _secrets(info if key else {}))

    return get


def _read(body: Any) -> tuple[dict[str, Any] | None, Encoding]:
    """What google-auth sends, which is a form, or JSON."""
    text = body.decode() if isinstance(body, bytes) else body or ""
    if text.startswith("{"):
        return json.loads(text), Encoding.JSON
    return dict(parse_qsl(text)) or None, Encoding.URLENCODED


class _Answered:
    """An answer as google-auth reads it."""

    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self.status, self.headers, self.data = status, headers, data


def _info(endpoint: Endpoint, key: str) -> dict[str, Any] | None:
    """What the key of a service account says, which is given as JSON or as the name of a file; None for a token.

    Raises UsageError for a file that is not there, or holds something else.
    """
    name, text = endpoint.name or endpoint.provider, key
    if not key.startswith("{"):
        try:
            if not (is_file := Path(key).expanduser().is_file()) and not ("/" in key or "\\" in key or key.endswith(".json")):
                return None
            text = Path(key).expanduser().read_text(encoding="utf-8") if is_file else ""
        except (OSError, ValueError, RuntimeError):
            return None
        if not is_file:
            raise UsageError(f"The key of {name} is the name of a file ({endpoint.key_source}), and there is no such file.")
    try:
        info = json.loads(text)
    except ValueError:
        info = None
    if not isinstance(info, dict) or info.get("type") not in {"service_account", "authorized_user"}:
        raise UsageError(f"The key of {name} ({endpoint.key_source}) is none of a service account, as Google gives it out in JSON.")
    return info


def _of_key(info: dict[str, Any] | None, scopes: tuple[str, ...]) -> Any:
    from google.oauth2 import credentials, service_account

    given = info or {}
    if given.get("type") == "authorized_user":
        return credentials.Credentials.from_authorized_user_info(given, scopes)
    return service_account.Credentials.from_service_account_info(given, scopes=scopes)


def _secrets(info: dict[str, Any] | None) -> tuple[str, ...]:
    """What is secret of a key that is JSON: of a text of several lines, each that is no heading."""
    given = (info or {}).get
    texts = (value for name in ("private_key", "client_secret", "refresh_token") if isinstance(value := given(name), str))
    return tuple(line for text in texts for line in (text, *text.split("\n")) if line and not line.startswith("-----"))


def _lasts_s(expiry: datetime.datetime | None) -> float | None:
    """Google's times are in UTC, and say nothing of it."""
    if expiry is None:
        return None
    now = datetime.datetime.now(datetime.UTC)
    return max(0.0, ((expiry if expiry.tzinfo else expiry.replace(tzinfo=datetime.UTC)) - now).total_seconds())


def _refused(endpoint: Endpoint, problem: Exception, redact: Redactor) -> RequestError:
    reason = redact(str(problem.args[0] if problem.args else problem)).strip().rstrip(".")
    held, name = f"{' or '.join(endpoint.key_names)}, or " if endpoint.key_names else "", endpoint.name or endpoint.provider
    found = f"GOOGLE_APPLICATION_CREDENTIALS, or `gcloud auth application-default login`; or {held}api_key of {name}"
    return AuthError(
        f"Google gave no token for {endpoint.title}: {reason}.",
        provider=endpoint.provider,
        hint=f"Check the credentials ({endpoint.key_source or found}).",
    )
