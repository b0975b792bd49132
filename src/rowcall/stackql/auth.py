"""What a document says of credentials, as a manifest says it. Their values are never in a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rowcall.manifest.model import AuthKind, AuthScheme, ClientAuth, OptionalHeader, Variable
from rowcall.stackql.config import rows, table, text

_GOOGLE = frozenset({"service_account", "interactive", "gcp_workload_identity"})
_AZURE = frozenset({"azure_default", "azure_federated"})
_AWS = frozenset({"aws_signing_v4", "aws_assume_role", "aws_web_identity"})
_BEARER = frozenset({"bearer", "oauth2", "client_credentials", "oidc"})
_CARRIED = frozenset({"api_key", "custom"})
"""Kinds whose key is in the request, where the document says. Of one that is not known it may be a key to sign with, which goes nowhere."""
_STYLES = {"1": ClientAuth.BODY, "2": ClientAuth.BASIC}
_TO_AZURE = "https://management.azure.com/.default"
"""What a token is asked for where a document does not say: it is what its interpreter asks for."""
_KEY, _FILE = ("credentialsenvvar", "api_key_var", "keyenvvar"), ("credentialsfilepathenvvar",)
_AWS_OWN = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
"""Variables that AWS's own library reads, together with that of a session, and after which it looks elsewhere."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Ways to authenticate, and headers with further credentials."""

    schemes: dict[str, AuthScheme]
    headers: dict[str, OptionalHeader] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    """What the URL of a token endpoint leaves open."""


def credentials(auth: Any) -> Credentials:
    """What an `auth` entry says; nothing is sent where there is none."""
    said = table(auth)
    kind = text(said.get("type")).lower()
    if not said or kind in {"", "null_auth", "none"}:
        return Credentials({"none": AuthScheme(kind=AuthKind.NONE)})
    url, variables = _token_url(said) if kind in {"oauth2", "client_credentials"} else ("", {})
    scheme = _of_client(said, url) if url else _scheme(kind, said)
    return Credentials({kind: scheme, "none": AuthScheme(kind=AuthKind.NONE)}, _more(said), variables)


def _scheme(kind: str, said: Mapping[str, Any]) -> AuthScheme:
    """The scheme of a kind that has no token endpoint of its own in the document."""
    scopes = tuple(filter(None, map(text, rows(said.get("scopes")))))
    if kind in _GOOGLE:
        return AuthScheme(kind=AuthKind.GOOGLE, env=_names(said, *_KEY, *_FILE), scopes=scopes, subject=text(said.get("sub")) or None)
    if kind in _AZURE:
        return AuthScheme(kind=AuthKind.AZURE, scopes=scopes or (_TO_AZURE,))
    if kind in _AWS:
        return _signing(kind, said)
    if kind in _BEARER:
        return AuthScheme(kind=AuthKind.BEARER, prefix=text(said.get("valuePrefix")) or None, env=_names(said, *_KEY))
    return _carried(kind, said)


def _carried(kind: str, said: Mapping[str, Any]) -> AuthScheme:
    env, name, prefix = _names(said, *_KEY), text(said.get("name")), text(said.get("valuePrefix"))
    if kind == "basic":
        user, password = _names(said, "username_var", "api_key_var"), _names(said, "password_var", "api_secret_var")
        if user and password:
            return AuthScheme(kind=AuthKind.BASIC, env=user, password_env=password)
        # The variable holds user and password as they are sent.
        return AuthScheme(kind=AuthKind.HEADER, name="Authorization", prefix=prefix or "Basic ", env=env)
    if kind not in _CARRIED:
        return AuthScheme(kind=AuthKind.NONE)
    if text(said.get("location")) == "query":
        return AuthScheme(kind=AuthKind.QUERY, name=name or "api_key", env=env)
    return AuthScheme(kind=AuthKind.HEADER, name=name or "Authorization", prefix=prefix or (None if name else "api_key "), env=env)


def _signing(kind: str, said: Mapping[str, Any]) -> AuthScheme:
    """A role is assumed as AWS's own files and variables say, since botocore does that."""
    key, id_ = _names(said, *_KEY), _names(said, "keyIDenvvar")
    if kind != "aws_signing_v4" or {*key, *id_} <= _AWS_OWN:
        return AuthScheme(kind=AuthKind.AWS)
    return AuthScheme(kind=AuthKind.AWS, env=key, id_env=id_)


def _of_client(said: Mapping[str, Any], url: str) -> AuthScheme:
    values = {name: text(value[0] if isinstance(value, list) and value else value) for name, value in table(said.get("values")).items()}
    return AuthScheme(
        kind=AuthKind.OAUTH2,
        env=_names(said, "client_secret_env_var"),
        id_env=_names(said, "client_id_env_var"),
        token_url=url,
        scopes=tuple(filter(None, map(text, rows(said.get("scopes"))))),
        client_auth=_STYLES.get(text(said.get("auth_style"))),
        values=values,
    )


def _token_url(said: Mapping[str, Any]) -> tuple[str, dict[str, Variable]]:
    """Where a client gets tokens, and what is open in it; "" where it is none, or of another grant."""
    url, variables = text(said.get("token_url")), dict[str, Variable]()
    if text(said.get("grant_type")) not in {"", "client_credentials"}:
        return "", {}

    def opened(found: re.Match[str]) -> str:
        name = found["env"] or found["name"]
        env = (found["env"],) if found["env"] else _names(said, f"{name}_env_var", f"{name}_var")
        variables[name.lower()] = Variable(description=f"A part of {url}.", default=text(said.get(name)) or None, env=env)
        return f"{{{name.lower()}}}"

    return _OPEN.sub(opened, url), variables


_OPEN = re.compile(r"\{\{\s*\.(?:__env__(?P<env>\w+)|(?P<name>\w+))\s*\}\}")


def _more(said: Mapping[str, Any]) -> dict[str, OptionalHeader]:
    """The headers of the credentials that are sent besides."""
    found: dict[str, OptionalHeader] = {}
    while isinstance(said := table(said).get("successor"), dict):  # type: ignore[assignment] # the next of a chain
        name, env = text(said.get("name")), _names(said, *_KEY)
        if name and text(said.get("location")) != "query":
            found[name] = OptionalHeader(description="A second credential.", env=env)
    return found


def _names(said: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for key in keys if (found := text(said.get(key)))))
