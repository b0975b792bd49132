"""What a request carries to say whose it is: a key, a token that was got for it, or a signature of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from rowcall.errors import AuthError, UsageError
from rowcall.http.address import with_query
from rowcall.http.auth import can_be_key, checked_header, header, is_needed, lacks, name_of
from rowcall.http.endpoint import Endpoint
from rowcall.http.refusal import lack, missing_key
from rowcall.manifest.model import TOKEN_KINDS, AuthKind, AuthScheme
from rowcall.manifest.servers import defaults

if TYPE_CHECKING:
    from rowcall.http.control import Control
    from rowcall.http.redact import Redactor
    from rowcall.http.refusal import Context


class Given(Protocol):
    """What has a credential that is no key of the user's: tokens, or signatures."""

    secrets: tuple[str, ...]
    """All that must be shown nowhere, as far as it is known by now."""

    def prepare(self, control: Control) -> None:
        """Gets what has to be got. Raises UsageError, AuthError, and what `control` does."""

    def put(self, out: Unsigned, variables: Mapping[str, str], control: Control) -> str | None:
        """Adds the credential to a request whose server is named with `variables`; gives it where another one can be got in its place."""

    def refuse(self, credential: str) -> None:
        """Forgets one that an API refused, so that another one is got."""


@dataclass(slots=True)
class Unsigned:
    """A request as it would go out without a credential."""

    method: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    """By lower-case name."""
    content: bytes | None = field(repr=False)
    has_key: bool = False
    """Whether a credential was added."""


def given_of(endpoint: Endpoint, redact: Redactor) -> Given | None:
    """What gets tokens or signs for an endpoint, where its scheme wants that; no library is loaded and nothing is got yet."""
    scheme = endpoint.auth
    if scheme is None or scheme.kind not in {*TOKEN_KINDS, AuthKind.AWS}:
        return None
    from rowcall.http import aws, azure, google, oauth2
    from rowcall.http.token import Tokens

    if scheme.kind is AuthKind.AWS:
        return aws.Signer(endpoint, scheme, redact)
    grants = {AuthKind.OAUTH2: oauth2.grant, AuthKind.GOOGLE: google.grant, AuthKind.AZURE: azure.grant}
    return Tokens(scheme, grants[scheme.kind](endpoint, scheme, redact))


class Credential:
    """The credential of an endpoint's requests."""

    def __init__(self, endpoint: Endpoint, userinfo: str, given: Given | None) -> None:
        """`userinfo` is what stands before the host of its base URL, which is sent where there is no key."""
        self._endpoint = endpoint
        self._userinfo = userinfo
        self.given = given

    def lacking(self) -> str | None:
        """Which part of it is not set that requests need, and how it is; None where nothing is known to be."""
        endpoint, scheme = self._endpoint, self._endpoint.auth
        if scheme is None or scheme.optional or self._userinfo or endpoint.client is not None or not is_needed(endpoint):
            return None
        lacking = lacks(endpoint)
        return None if lacking is None else ". ".join(lack(endpoint, lacking))

    def prepare(self, control: Control) -> None:
        """Gets what has to be got for it, so that all is known that must be shown nowhere. Raises UsageError and AuthError."""
        self.get_key(control)
        if self.given is not None and is_needed(self._endpoint) and lacks(self._endpoint) is None:
            self.given.prepare(control)

    def get_key(self, control: Control) -> None:
        """Gets the user's key alone. Raises UsageError where it cannot."""
        if is_needed(self._endpoint):
            self._endpoint.needed_key(control)

    def is_carried(self, control: Control) -> bool:
        """Whether a request carries one: a key, a token that may have to be got yet, or a signature. Raises UsageError as `get_key`."""
        scheme = self._endpoint.auth
        if scheme is not None and is_needed(self._endpoint):
            key = (self._endpoint.needed_key(control) or "").strip()
            if key or (self.given is not None and not scheme.optional and lacks(self._endpoint) is None):
                return True
        return bool(self._userinfo)

    def put(self, out: Unsigned, context: Context, control: Control) -> str | None:
        """Adds it to a request, and gives it where another one can be got in its place.

        Raises AuthError where it is needed and not there, or cannot be sent.
        """
        endpoint, scheme = self._endpoint, self._endpoint.auth
        if scheme is not None and is_needed(endpoint):
            key, lacking = (endpoint.needed_key(control) or "").strip(), lacks(endpoint)
            if key and not can_be_key(scheme, key):
                message = f"The key of {endpoint.title} has characters that no key can have; nothing was sent."
                raise context.error(AuthError, message)
            if self.given is not None and lacking is None and (key or not scheme.optional):
                out.has_key = True
                variables = defaults(context.request.base) | dict(endpoint.variables) | dict(context.request.server)
                return self.given.put(out, variables, control)
            if key and self.given is None:
                add(out, scheme, key)
                return None
            if self.lacking() is not None:
                raise missing_key(context, lacking or "key")
        if self._userinfo:
            add(out, AuthScheme(kind=AuthKind.BASIC), self._userinfo)
        return None


def add(out: Unsigned, scheme: AuthScheme, key: str) -> None:
    """Adds a key, or a token, to a request."""
    out.has_key = True
    if scheme.kind is AuthKind.QUERY:
        out.url = with_query(out.url, name_of(scheme), key)
    else:
        name, value = header(scheme, key)
        out.headers[name.lower()] = checked_header(name, value, UsageError)
