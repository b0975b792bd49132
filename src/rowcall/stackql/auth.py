"""What a document says of credentials, as a manifest says it. Their values are never in a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rowcall.manifest.model import AuthKind, AuthScheme, OptionalHeader
from rowcall.stackql.config import table, text

_TOKENS = frozenset({"service_account", "interactive", "azure_default", "oauth2", "gcp_workload_identity", "azure_federated", "oidc"})
"""Kinds whose credential is, in the end, a bearer token that somebody else gives out."""

_SIGNING = frozenset({"aws_signing_v4"})
"""Kinds whose key signs requests and is in none of them: what cannot sign must not send it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Ways to authenticate, and headers with further credentials."""

    schemes: dict[str, AuthScheme]
    headers: dict[str, OptionalHeader] = field(default_factory=dict)


def credentials(auth: Any) -> Credentials:
    """What an `auth` entry says; nothing is sent where there is none."""
    said = table(auth)
    kind = text(said.get("type")).lower()
    if not said or kind in {"", "null_auth", "none"}:
        return Credentials({"none": AuthScheme(kind=AuthKind.NONE)})
    if kind in _SIGNING:
        return Credentials({kind: AuthScheme(kind=AuthKind.NONE)})
    scheme = _scheme(kind, said)
    return Credentials({kind: scheme, "none": AuthScheme(kind=AuthKind.NONE)}, _more(said))


def _scheme(kind: str, said: Mapping[str, Any]) -> AuthScheme:
    env = _names(said, "credentialsenvvar", "api_key_var", "keyenvvar")
    name, prefix = text(said.get("name")), text(said.get("valuePrefix"))
    if kind == "basic":
        user, password = _names(said, "username_var", "api_key_var"), _names(said, "password_var", "api_secret_var")
        if user and password:
            return AuthScheme(kind=AuthKind.BASIC, env=user, password_env=password)
        # The variable holds user and password as they are sent.
        return AuthScheme(kind=AuthKind.HEADER, name="Authorization", prefix=prefix or "Basic ", env=env)
    if kind == "bearer" or kind in _TOKENS:
        return AuthScheme(kind=AuthKind.BEARER, prefix=prefix or None, env=env if kind == "bearer" else ())
    if text(said.get("location")) == "query":
        return AuthScheme(kind=AuthKind.QUERY, name=name or "api_key", env=env)
    return AuthScheme(kind=AuthKind.HEADER, name=name or "Authorization", prefix=prefix or (None if name else "api_key "), env=env)


def _more(said: Mapping[str, Any]) -> dict[str, OptionalHeader]:
    """The headers of the credentials that are sent besides."""
    found: dict[str, OptionalHeader] = {}
    while isinstance(said := table(said).get("successor"), dict):  # type: ignore[assignment] # the next of a chain
        name, env = text(said.get("name")), _names(said, "credentialsenvvar", "api_key_var", "keyenvvar")
        if name and text(said.get("location")) != "query":
            found[name] = OptionalHeader(description="A second credential.", env=env)
    return found


def _names(said: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for key in keys if (found := text(said.get(key)))))
