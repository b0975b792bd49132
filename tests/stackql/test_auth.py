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
        ({"type": "service_account", "credentialsenvvar": "FILE"}, (), ("Authorization", "Bearer k")),
        ({"type": "azure_default"}, (), ("Authorization", "Bearer k")),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
def test_the_key_is_sent_as_the_document_says(auth: dict[str, Any], env: tuple[str, ...], sent: tuple[str, str]) -> None:
    """From the variable that it names; what somebody else gives out comes from no variable."""
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


@pytest.mark.parametrize(
    "auth", [None, {}, {"type": "null_auth"}, "none", {"type": "aws_signing_v4", "credentialsenvvar": "AWS_SECRET_ACCESS_KEY"}]
)
def test_without_auth_nothing_is_sent(auth: Any) -> None:
    """And that can be chosen of every provider. A key that is there to sign with is sent to nobody."""
    assert next(iter(credentials(auth).schemes.values())).kind is AuthKind.NONE
    assert credentials({"type": "bearer", "credentialsenvvar": "X"}).schemes["none"].kind is AuthKind.NONE
