"""Which keys of a manifest say what of a way to authenticate: the same for a scheme that a setting spells out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rowcall.manifest.model import TOKEN_KINDS, AuthKind, AuthScheme

_NAMED = frozenset({AuthKind.HEADER, AuthKind.QUERY})
_OF_KINDS: Mapping[str, frozenset[AuthKind]] = {
    "name": _NAMED,
    "prefix": frozenset({AuthKind.HEADER, AuthKind.BEARER}),
    "password_env": frozenset({AuthKind.BASIC}),
    "id_env": frozenset({AuthKind.OAUTH2, AuthKind.AWS}),
    "token_url": frozenset({AuthKind.OAUTH2}),
    "scopes": TOKEN_KINDS,
    "client_auth": frozenset({AuthKind.OAUTH2}),
    "values": frozenset({AuthKind.OAUTH2}),
    "subject": frozenset({AuthKind.GOOGLE}),
    "region": frozenset({AuthKind.AWS}),
    "service": frozenset({AuthKind.AWS}),
}
"""The kinds that may have a key."""
_NEEDED_BY: Mapping[str, frozenset[AuthKind]] = {
    "name": _NAMED,
    "token_url": frozenset({AuthKind.OAUTH2}),
    "scopes": frozenset({AuthKind.AZURE}),
}
"""Those that are nothing without it."""
_TOKEN_URL = re.compile(r"https://[^/?#@\s]+(?![^/?#])|http://(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(?![^/?#])", re.IGNORECASE)


def scheme_faults(scheme: AuthScheme) -> Iterator[tuple[str, str]]:
    """What a scheme of its kind lacks or cannot have: a key of it, "" for the whole, and what is wrong."""
    kind = scheme.kind.value
    for key, kinds in _OF_KINDS.items():
        if getattr(scheme, key) and scheme.kind not in kinds:
            yield key, f"a scheme of kind `{kind}` has no `{key}`"
    for key, kinds in _NEEDED_BY.items():
        if not getattr(scheme, key) and scheme.kind in kinds:
            yield "", f"a scheme of kind `{kind}` needs `{key}`"
    if scheme.token_url and not is_token_url(scheme.token_url):
        yield "token_url", "a token is got over https, or from this machine, as `http://127.0.0.1:8000/token`"


def is_token_url(url: str) -> bool:
    """Whether a secret may be sent there: over TLS, or to this machine. Nothing stands before the host."""
    return _TOKEN_URL.match(url) is not None


def filled_of(scheme: AuthScheme) -> Iterator[str]:
    """Its texts that may hold {variables}."""
    yield from filter(None, (scheme.token_url, scheme.region, scheme.service))
