"""Every way to authenticate that a StackQL document may say, each with a small document against a server on a real socket."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.session.authority import Answer, Asked, Authority, private_key, started
from tests.session.test_signing import signature

import rowcall
from rowcall.errors import AuthError
from rowcall.session.session import Session

LIST = "SELECT id FROM beacon.s.lamps"
AT = "#/components/x-stackQL-resources/lamps/methods/m"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "s", "version": "1"},
    "paths": {
        "/lamps": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "rows": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}}
                                    },
                                }
                            }
                        }
                    }
                }
            }
        }
    },
    "components": {
        "x-stackQL-resources": {
            "lamps": {
                "id": "beacon.s.lamps",
                "name": "lamps",
                "methods": {
                    "m": {"operation": {"$ref": "#/paths/~1lamps/get"}, "response": {"openAPIDocKey": "200", "objectKey": "$.rows"}}
                },
                "sqlVerbs": {"select": [{"$ref": AT}]},
            }
        }
    },
}


@pytest.fixture
def authority() -> Iterator[Authority]:
    """A server that lets everybody in, and gives out tokens."""
    made = Authority()
    made.answer = lambda asked: None if asked.path.endswith("/token") else (200, {"rows": [{"id": 7}]})
    server = started(made)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is set where nothing else is said."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("KEY", "SECOND", "USER", "PASSWORD", "ID"):
        monkeypatch.setenv(f"BEACON_{name}", f"{name.lower()}-canary-0123456789")


def session(authority: Authority, folder: Path, auth: Any, server: Any = None) -> Session:
    """A session that knows the document with this `auth`, whose server is the authority or is named with variables."""
    place = folder / "beacon"
    place.mkdir(exist_ok=True)
    url = authority.url.replace("http://", "")
    provider = {"name": "beacon", "providerServices": {"s": {"name": "s", "service": {"$ref": "s.json"}}}, "config": {"auth": auth}}
    text = json.dumps(provider).replace("TOKENS", f"http://{url}")
    (place / "provider.json").write_text(text)
    servers = [server or {"url": f"http://{url}"}]
    (place / "s.json").write_text(json.dumps({**DOCUMENT, "servers": servers}).replace("PORT", url.rpartition(":")[2]))
    return rowcall.connect(provider_paths=[place], journal=":memory:")


def basic(pair: str) -> str:
    """As basic authentication has it."""
    return "Basic " + base64.b64encode(pair.encode()).decode()


SENT: dict[str, tuple[Any, dict[str, str | None]]] = {
    "bearer": ({"type": "bearer", "credentialsenvvar": "BEACON_KEY"}, {"authorization": "Bearer key-canary-0123456789"}),
    "basic, two variables": (
        {"type": "basic", "username_var": "BEACON_USER", "password_var": "BEACON_PASSWORD"},
        {"authorization": basic("user-canary-0123456789:password-canary-0123456789")},
    ),
    "basic, encoded": ({"type": "basic", "credentialsenvvar": "BEACON_KEY"}, {"authorization": "Basic key-canary-0123456789"}),
    "api_key": (
        {"type": "api_key", "credentialsenvvar": "BEACON_KEY", "valuePrefix": "SSWS "},
        {"authorization": "SSWS key-canary-0123456789"},
    ),
    "custom with a successor": (
        {
            "type": "custom",
            "location": "header",
            "name": "X-Api-Key",
            "credentialsenvvar": "BEACON_KEY",
            "successor": {"type": "custom", "location": "header", "name": "X-App-Key", "credentialsenvvar": "BEACON_SECOND"},
        },
        {"x-api-key": "key-canary-0123456789", "x-app-key": "second-canary-0123456789", "authorization": None},
    ),
    "oauth2": (
        {
            "type": "oauth2",
            "grant_type": "client_credentials",
            "token_url": "TOKENS/{{ .__env__BEACON_ID }}/token",
            "client_id_env_var": "BEACON_ID",
            "client_secret_env_var": "BEACON_KEY",
        },
        {"authorization": "Bearer tok-1-canary-0123456789"},
    ),
    "null_auth": ({"type": "null_auth"}, {"authorization": None}),
}


@pytest.mark.parametrize(("auth", "headers"), SENT.values(), ids=SENT)
def test_a_credential_is_sent_as_the_document_says(auth: Any, headers: dict[str, str | None], authority: Authority, tmp_path: Path) -> None:
    """From the variables that it names."""
    with session(authority, tmp_path, auth) as db:
        assert db.sql(LIST).fetchall() == [(7,)]

    last = authority.asked[-1]
    assert {name: last.headers.get(name) for name in headers} == headers
    tokens = [asked.target for asked in authority.tokens()]
    assert tokens == (["/id-canary-0123456789/token"] if auth["type"] == "oauth2" else [])


def test_a_key_may_be_a_parameter(authority: Authority, tmp_path: Path) -> None:
    """Of the name that the document says."""
    auth = {"type": "custom", "location": "query", "name": "appid", "credentialsenvvar": "BEACON_KEY"}

    with session(authority, tmp_path, auth) as db:
        db.sql(LIST)

    assert authority.asked[0].target == "/lamps?appid=key-canary-0123456789"


def test_a_service_account_gets_a_token(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its key, as Google's own library asks for one."""
    said = {"type": "service_account", "client_email": "me@x", "private_key": private_key()[1], "token_uri": f"{authority.url}/g/token"}
    monkeypatch.setenv("BEACON_GOOGLE", json.dumps(said))

    with session(authority, tmp_path, {"type": "service_account", "credentialsenvvar": "BEACON_GOOGLE"}) as db:
        assert db.sql(LIST).fetchall() == [(7,)]

    assert authority.asked[-1].headers["authorization"] == "Bearer tok-1-canary-0123456789"
    assert authority.tokens()[0].form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"


def test_azure_default_gets_a_token_for_its_management(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Microsoft's own library finds it."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{authority.url}/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", "here")

    def answer(asked: Asked) -> Answer | None:
        if asked.path.endswith("/token"):
            return 200, {"access_token": "tok-entra-canary", "expires_on": "4102444800", "resource": "x", "token_type": "Bearer"}
        return 200, {"rows": [{"id": 7}]}

    authority.answer = answer
    with session(authority, tmp_path, {"type": "azure_default"}) as db:
        assert db.sql(LIST).fetchall() == [(7,)]

    assert authority.asked[-1].headers["authorization"] == "Bearer tok-entra-canary"
    assert authority.tokens()[0].target.endswith("resource=https://management.azure.com")


def test_requests_to_aws_are_signed_for_the_region_that_a_statement_says(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which fills the name of the server, as the service does."""
    auth = {"type": "aws_signing_v4", "credentialsenvvar": "BEACON_KEY", "keyIDenvvar": "BEACON_ID"}
    server = {
        "url": "http://127.0.0.1:PORT/{service}/{region}",
        "variables": {"service": {"default": "ec2"}, "region": {"default": "us-east-1"}},
    }

    with session(authority, tmp_path, auth, server) as db:
        assert db.sql(f"{LIST} WHERE region = 'eu-west-3' AND service = 'ec2'").fetchall() == [(7,)]
        assert db.sql(LIST).fetchall() == [(7,)]
        monkeypatch.delenv("BEACON_ID")
    with session(authority, tmp_path, auth, server) as db:
        with pytest.raises(AuthError, match="No id of the access key is set for beacon") as caught:
            db.sql(f"{LIST} WHERE region = 'eu-west-3' AND service = 'ec2'")
        problems = db.sql("SHOW METHODS EXTENDED IN beacon.s.lamps").select("problem").fetchall()

    assert [asked.path for asked in authority.asked] == ["/ec2/eu-west-3/lamps", "/ec2/us-east-1/lamps"]
    for asked, region in zip(authority.asked, ("eu-west-3", "us-east-1"), strict=True):
        assert "Credential=id-canary-0123456789/" in asked.headers["authorization"]
        assert f"/{region}/ec2/aws4_request" in asked.headers["authorization"]
        assert asked.headers["authorization"].endswith(signature(asked, "key-canary-0123456789"))
    assert "BEACON_ID" in str(caught.value)
    assert "BEACON_ID" in problems[0][0]


@pytest.mark.parametrize(
    ("auth", "variable"),
    [
        (SENT["bearer"][0], "BEACON_KEY"),
        (SENT["api_key"][0], "BEACON_KEY"),
        (SENT["oauth2"][0], "BEACON_KEY"),
        (SENT["basic, two variables"][0], "BEACON_USER"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else value,
)
def test_a_method_says_which_key_is_missing(
    auth: Any, variable: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is called, and nothing is sent."""
    monkeypatch.delenv(variable)

    with session(authority, tmp_path, auth) as db:
        (problem,) = db.sql("SHOW METHODS EXTENDED IN beacon.s.lamps").select("problem").fetchall()
        with pytest.raises(AuthError, match=variable):
            db.sql(LIST)

    assert f"Set the variable {variable}" in problem[0]
    assert authority.asked == []
