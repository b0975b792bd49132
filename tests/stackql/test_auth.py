"""What documents say of credentials."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.http.auth import header
from rowcall.manifest.model import AuthKind
from rowcall.stackql.auth import credentials


@pytest.mark.parametrize(
    ("auth", "env", "sent"),
    [
        ({"type": "bearer", "credentialsenvvar": "TOKEN"}, ("TOKEN",), ("Authorization", "Bearer k")),
        ({"type": "api_key", "credentialsenvvar": "KEY", "valuePrefix": "SSWS "}, ("KEY",), ("Authorization", "SSWS k")),
        ({"type": "api_key", "name": "X-Api-Key", "location": "header", "api_key_var": "KEY"}, ("KEY",), ("X-Api-Key", "k")),
        ({"type": "custom", "name": "DD-API-KEY", "location": "header", "credentialsenvvar": "KEY"}, ("KEY",), ("DD-API-KEY", "k")),
        ({"type": "basic", "credentialsenvvar": "PAIR"}, ("PAIR",), ("Authorization", "Basic k")),
        ({"type": "service_account", "credentialsenvvar": "FILE"}, ("FILE",), ("Authorization", "Bearer k")),
        ({"type": "azure_default"}, (), ("Authorization", "Bearer k")),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
def test_the_key_is_sent_as_the_document_says(auth: dict[str, Any], env: tuple[str, ...], sent: tuple[str, str]) -> None:
    """From the variable that it names; of what somebody gives out for it, the token is sent."""
    scheme = credentials(auth).schemes[auth["type"]]

    assert scheme.env == env
    assert header(scheme, "k") == sent


def test_user_and_password_come_from_two_variables() -> None:
    """As one credential."""
    scheme = credentials({"type": "basic", "username_var": "USER_VAR", "password_var": "PASS_VAR"}).schemes["basic"]

    assert (scheme.kind, scheme.env, scheme.password_env) == (AuthKind.BASIC, ("USER_VAR",), ("PASS_VAR",))


def test_a_second_credential_is_a_header_of_its_own() -> None:
    """As Datadog wants two."""
    said = {"type": "custom", "name": "A", "location": "header", "credentialsenvvar": "VAR_A"}
    found = credentials({**said, "successor": {"name": "B", "location": "header", "credentialsenvvar": "VAR_B"}})

    assert {name: one.env for name, one in found.headers.items()} == {"B": ("VAR_B",)}


@pytest.mark.parametrize("auth", [None, {}, {"type": "null_auth"}, "none", {"type": "oci_signing", "credentialsenvvar": "KEY"}])
def test_without_auth_nothing_is_sent(auth: Any) -> None:
    """And that can be chosen of every provider. A key of a kind that is not known may be there to sign with, and is sent to nobody."""
    assert next(iter(credentials(auth).schemes.values())).kind is AuthKind.NONE
    assert credentials({"type": "bearer", "credentialsenvvar": "X"}).schemes["none"].kind is AuthKind.NONE


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"type": "service_account", "scopes": ["a"], "sub": "ann", "credentialsfilepathenvvar": "F"}, ("google", ("F",), (), ("a",))),
        ({"type": "interactive"}, ("google", (), (), ())),
        ({"type": "azure_default"}, ("azure", (), (), ("https://management.azure.com/.default",))),
        (
            {"type": "azure_default", "scopes": ["https://vault.azure.net/.default"]},
            ("azure", (), (), ("https://vault.azure.net/.default",)),
        ),
        (
            {"type": "aws_signing_v4", "credentialsenvvar": "AWS_SECRET_ACCESS_KEY", "keyIDenvvar": "AWS_ACCESS_KEY_ID"},
            ("aws", (), (), ()),
        ),
        ({"type": "aws_signing_v4", "credentialsenvvar": "MY_KEY", "keyIDenvvar": "MY_ID"}, ("aws", ("MY_KEY",), ("MY_ID",), ())),
        ({"type": "aws_assume_role", "credentialsenvvar": "MY_KEY", "keyIDenvvar": "MY_ID"}, ("aws", (), (), ())),
    ],
    ids=str,
)
def test_what_clouds_want_is_theirs(auth: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """AWS's own variables are left to its library, which reads more than these."""
    scheme = credentials(auth).schemes[auth["type"]]

    assert (scheme.kind, scheme.env, scheme.id_env, scheme.scopes) == expected


def test_a_client_has_a_token_endpoint() -> None:
    """Whose URL may have variables of the environment, or of the entry, in it; one of another grant gets no token here."""
    url = "https://accounts.example/{{ .__env__ACME_TENANT }}/{{ .account_id }}/token"
    ways = {"client_id_env_var": "ID", "client_secret_env_var": "SECRET", "account_id_env_var": "ACCOUNT"}
    said = {"type": "oauth2", "grant_type": "client_credentials", "token_url": url, **ways, "scopes": ["all"]}

    found = credentials({**said, "auth_style": 1, "values": {"audience": ["https://acme.example"]}})

    scheme = found.schemes["oauth2"]
    assert (scheme.kind, scheme.env, scheme.id_env, scheme.scopes) == (AuthKind.OAUTH2, ("SECRET",), ("ID",), ("all",))
    assert (scheme.token_url, scheme.client_auth) == ("https://accounts.example/{acme_tenant}/{account_id}/token", "body")
    assert scheme.values == {"audience": "https://acme.example"}
    assert {name: one.env for name, one in found.variables.items()} == {"acme_tenant": ("ACME_TENANT",), "account_id": ("ACCOUNT",)}
    assert credentials({**said, "grant_type": "password"}).schemes["oauth2"].kind is AuthKind.BEARER
