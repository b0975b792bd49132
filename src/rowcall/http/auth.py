"""Credentials on their way out.

An httpx auth flow adds the key to a request as it is sent, and only where it goes to the place of the base URL, so that no redirect, link
or mistake of ours can carry it elsewhere. Loading this module loads httpx.
"""

from __future__ import annotations

import base64
from collections.abc import Generator

import httpx

from rowcall.http.endpoint import Endpoint, origin
from rowcall.manifest.model import AuthKind, AuthScheme


def header(scheme: AuthScheme, key: str) -> tuple[str, str]:
    """The header that carries `key`, for every kind but `query` and `none`."""
    if scheme.kind is AuthKind.BASIC:
        return "Authorization", (scheme.prefix or "Basic ") + base64.b64encode(key.encode()).decode()
    if scheme.kind is AuthKind.BEARER:
        return scheme.name or "Authorization", (scheme.prefix or "Bearer ") + key
    return scheme.name or "Authorization", (scheme.prefix or "") + key


class KeyAuth(httpx.Auth):
    """Sends one key as its scheme says."""

    def __init__(self, scheme: AuthScheme, key: str, base_url: str) -> None:
        self._scheme = scheme
        self._key = key
        self._origin = origin(base_url)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The request with the key, when it goes to the place of the base URL."""
        if origin(str(request.url)) == self._origin:
            if self._scheme.kind is AuthKind.QUERY:
                request.url = request.url.copy_set_param(self._scheme.name or "key", self._key)
            else:
                name, value = header(self._scheme, self._key)
                request.headers[name] = value
        yield request


def is_needed(endpoint: Endpoint) -> bool:
    """Whether a key must be added: not where the scheme needs none, nor where the user sends the credential as a header or parameter."""
    scheme = endpoint.auth
    if scheme is None or scheme.kind is AuthKind.NONE:
        return False
    if scheme.kind is AuthKind.QUERY:
        return all(name != (scheme.name or "key") for name, _ in endpoint.query)
    name = header(scheme, "")[0].lower()
    given = {own.lower() for own, _ in endpoint.headers}
    if endpoint.client is not None:
        if endpoint.client.auth is not None:
            return False
        given |= {own.lower() for own in endpoint.client.headers}
    return name not in given
