"""Credentials on their way out.

The key is added to a request as it is sent. That goes to the place of the base URL: any other is refused before, where its URL is made, and
who carries it knows no other place.
"""

from __future__ import annotations

import base64
import re

from rowcall.http.endpoint import Endpoint
from rowcall.manifest.model import AuthKind, AuthScheme


def header(scheme: AuthScheme, key: str) -> tuple[str, str]:
    """The header that carries `key`, for every kind but `query` and `none`."""
    if scheme.kind is AuthKind.BASIC:
        return "Authorization", (scheme.prefix or "Basic ") + base64.b64encode(key.encode()).decode()
    if scheme.kind is AuthKind.BEARER:
        return name_of(scheme), (scheme.prefix or "Bearer ") + key
    return name_of(scheme), (scheme.prefix or "") + key


def name_of(scheme: AuthScheme) -> str:
    """The header or query parameter that carries a key."""
    return scheme.name or ("key" if scheme.kind is AuthKind.QUERY else "Authorization")


def can_be_key(scheme: AuthScheme, key: str) -> bool:
    """Whether `key` can be sent so: as it stands in a header, and else as UTF-8, which what came of other bytes is not."""
    if scheme.kind in {AuthKind.BEARER, AuthKind.HEADER}:
        return key.isascii() and key.isprintable()
    return _NO_TEXT.search(key) is None


_NO_TEXT = re.compile("[\ud800-\udfff]")
"""What Python makes of the bytes of an environment variable that are no UTF-8. Source: https://peps.python.org/pep-0383/"""


def is_needed(endpoint: Endpoint) -> bool:
    """Whether a key must be added: not where the scheme needs none, nor where the user sends the credential as a header or parameter."""
    scheme = endpoint.auth
    if scheme is None or scheme.kind is AuthKind.NONE:
        return False
    if scheme.kind is AuthKind.QUERY:
        return all(name != name_of(scheme) for name, _ in endpoint.query)
    name = header(scheme, "")[0].lower()
    given = {own.lower() for own, _ in endpoint.headers}
    if endpoint.client is not None:
        if endpoint.client.auth is not None:
            return False
        given |= {own.lower() for own in endpoint.client.headers}
    return name not in given
