"""Credentials on their way out.

The key is added to a request as it is sent. That goes to the place of the base URL: any other is refused before, where its URL is made, and
who carries it knows no other place.
"""

from __future__ import annotations

import base64
import importlib.util
import re

from rowcall.errors import DataError, UsageError
from rowcall.http.endpoint import Endpoint
from rowcall.manifest.model import CHAIN_KINDS, TOKEN_KINDS, AuthKind, AuthScheme


def header(scheme: AuthScheme, key: str) -> tuple[str, str]:
    """The header that carries `key`, a token for the kinds that get one, for every kind but `query`, `aws` and `none`."""
    if scheme.kind is AuthKind.BASIC:
        return "Authorization", (scheme.prefix or "Basic ") + base64.b64encode(key.encode()).decode()
    if scheme.kind is AuthKind.BEARER or scheme.kind in TOKEN_KINDS:
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


def checked_header(name: str, value: str, error: type[DataError | UsageError]) -> str:
    """`value` without the space around it. Raises `error` where HTTP cannot carry it."""
    if _HEADER_NAME.fullmatch(name) is None:
        raise error(f"{name!r} is no name for a header.")
    value = value.strip()
    if not (value.isascii() and value.replace("\t", " ").isprintable()):
        raise error(f"The value of the header {name} has characters that HTTP cannot carry.")
    return value


_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def lacks(endpoint: Endpoint) -> str | None:
    """Which part of a credential nobody has set, where its scheme has one: `key`, `id` of a client or access key, or `extra`, a library.

    None where nothing is known to be lacking: whether a library finds credentials, or a command gives a key, is seen when one is needed.
    """
    scheme = endpoint.auth
    if scheme is None or scheme.kind is AuthKind.NONE:
        return None
    has_key = endpoint.late_key is not None or bool((endpoint.key or "").strip())
    if scheme.kind in CHAIN_KINDS:
        if scheme.kind is AuthKind.AWS and has_key and not endpoint.key_id:
            return "id"
        return None if _is_there(scheme.kind) or (has_key and scheme.kind is AuthKind.AZURE) else "extra"
    if not has_key:
        return "key"
    return "id" if scheme.kind is AuthKind.OAUTH2 and not endpoint.key_id else None


_LIBRARIES = {AuthKind.GOOGLE: "google.auth", AuthKind.AZURE: "azure.identity", AuthKind.AWS: "botocore"}


def _is_there(kind: AuthKind) -> bool:
    try:
        return importlib.util.find_spec(_LIBRARIES[kind]) is not None
    except ImportError:  # what it is a part of is not there
        return False
