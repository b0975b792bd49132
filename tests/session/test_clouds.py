"""Tokens of Google and of Microsoft Entra ID, got by their own libraries from real servers on this machine."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.session.authority import Answer, Asked, Authority, certificate, private_key, started

import rowcall
from rowcall.errors import AuthError, UsageError
from rowcall.session.session import Session

GOOGLE = "auth: {google: {kind: google, env: [DEPOT_GOOGLE]}}\n"
AZURE = "auth: {azure: {kind: azure, scopes: ['https://depot.example/.default']}}\n"
LIST = "SELECT id, name FROM depot.store.shelves"
VARIABLES = (
    "AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET AZURE_AUTHORITY_HOST AZURE_FEDERATED_TOKEN_FILE AZURE_USERNAME AZURE_PASSWORD"
)


@pytest.fixture
def authority() -> Iterator[Authority]:
    """A server of the test's own."""
    made = Authority()
    server = started(made)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def signer() -> tuple[rsa.RSAPrivateKey, str]:
    """The key of a service account."""
    return private_key()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment in which nobody is logged in anywhere."""
    for name in (
        *VARIABLES.split(),
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "MSI_ENDPOINT",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "DEPOT_GOOGLE",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "CLOUDSDK_CONFIG", "AZURE_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no `az`


def connected(authority: Authority, folder: Path, more: str, **settings: Any) -> Session:
    """A session on the depot."""
    path = authority.manifest(folder, more)
    return rowcall.connect(provider_paths=[path], providers={"depot": settings}, journal=":memory:", max_write_rows=None)


def account(authority: Authority, pem: str) -> str:
    """The key of a service account, as Google gives it out."""
    said = {"type": "service_account", "client_email": "me@depot.example", "private_key": pem, "token_uri": f"{authority.url}/google/token"}
    return json.dumps(said | {"project_id": "depot", "private_key_id": "1"})


@pytest.mark.parametrize("given", ["variable", "file", "chain", "setting"])
def test_a_service_account_has_a_token(
    given: str, authority: Authority, tmp_path: Path, signer: tuple[rsa.RSAPrivateKey, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key being JSON in a variable, a file, what Google's own variable names, or a setting; the request is signed with it."""
    key, pem = signer
    (tmp_path / "account.json").write_text(account(authority, pem))
    settings = {}
    if given == "chain":
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
    elif given == "setting":
        settings = {"api_key": account(authority, pem)}
    else:
        monkeypatch.setenv("DEPOT_GOOGLE", account(authority, pem) if given == "variable" else str(tmp_path / "account.json"))

    with connected(authority, tmp_path, GOOGLE, **settings) as db:
        assert db.sql(LIST).fetchall() == [(1, "oak")]
        db.sql(LIST)
        rows = db.sql("SELECT operation, status FROM rowcall_requests()").fetchall()

    (asked,) = authority.tokens()
    assert rows == [("depot.token", 200), *[("depot.store.shelves.list_shelves", 200)] * 2]
    head, body, signature = asked.form["assertion"].split(".")
    key.public_key().verify(base64.urlsafe_b64decode(signature + "=="), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert (claims["iss"], claims["scope"]) == ("me@depot.example", "https://www.googleapis.com/auth/cloud-platform")


def test_a_service_account_acts_for_a_user_with_scopes(authority: Authority, tmp_path: Path, signer: tuple[Any, str]) -> None:
    """Where the manifest says so."""
    more = "auth: {google: {kind: google, scopes: [a, b], subject: ann@depot.example}}\n"

    with connected(authority, tmp_path, more, api_key=account(authority, signer[1])) as db:
        db.sql(LIST)

    claims = json.loads(base64.urlsafe_b64decode(authority.tokens()[0].form["assertion"].split(".")[1] + "=="))
    assert (claims["sub"], claims["scope"]) == ("ann@depot.example", "a b")


def test_a_token_of_googles_is_renewed_where_it_is_refused(authority: Authority, tmp_path: Path, signer: tuple[Any, str]) -> None:
    """Once."""
    with connected(authority, tmp_path, GOOGLE, api_key=account(authority, signer[1])) as db:
        db.sql(LIST)
        authority.given += 1
        assert db.sql(LIST).fetchall() == [(1, "oak")]

    assert len(authority.tokens()) == 2


def test_a_machine_of_googles_says_who_it_is(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its metadata server."""
    monkeypatch.delenv("NO_GCE_CHECK")
    host = authority.url.removeprefix("http://")
    for name in ("GCE_METADATA_HOST", "GCE_METADATA_IP", "GCE_METADATA_ROOT"):
        monkeypatch.setenv(name, host)

    def metadata(asked: Asked) -> Answer | None:
        if asked.path.startswith("/v1/"):
            return None
        flavour = {"metadata-flavor": "Google"}
        if asked.path.endswith("/token"):
            authority.given += 1
            return 200, {"access_token": authority.token, "expires_in": 3600, "token_type": "Bearer"}, flavour
        if asked.path.endswith("/project-id"):
            return 200, b"depot", {**flavour, "content-type": "text/plain"}
        return 200, {"email": "machine@depot.example", "scopes": ["x"], "aliases": ["default"]}, flavour

    authority.answer = metadata
    program = f"""
import rowcall
with rowcall.connect(provider_paths=[{str(authority.manifest(tmp_path, GOOGLE))!r}], journal=":memory:") as db:
    print(db.sql({LIST!r}).fetchall())
"""
    # The library reads these variables when it is imported.
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "[(1, 'oak')]\n"


@pytest.mark.parametrize(
    ("key", "error", "message"),
    [
        ("/no/such/file.json", UsageError, "the name of a file (the setting api_key of provider depot), and there is no such file"),
        ('{"type": "service_account"', UsageError, "is none of a service account"),
        ('{"type": "external_account"}', UsageError, "is none of a service account"),
        ('{"type": "service_account", "client_email": "a"}', AuthError, "Google gave no token for Depot"),
        (None, AuthError, "Google gave no token for Depot: Your default credentials were not found"),
    ],
    ids=["no file", "no JSON", "another kind", "not whole", "nothing"],
)  # fmt: skip
def test_credentials_of_googles_that_are_none_are_an_error(
    key: str | None, error: type[Exception], message: str, authority: Authority, tmp_path: Path
) -> None:
    """With where they came from, and nothing is sent."""
    with connected(authority, tmp_path, GOOGLE, **({"api_key": key} if key else {})) as db, pytest.raises(error) as caught:
        db.sql(LIST)

    assert message in str(caught.value)
    assert authority.calls() == []


def test_a_refusal_of_googles_shows_no_key(authority: Authority, tmp_path: Path, signer: tuple[Any, str]) -> None:
    """In its own words; plain http is for this machine alone."""
    authority.answer = lambda _: (400, {"error": "invalid_grant", "error_description": "Account not found"})
    with connected(authority, tmp_path, GOOGLE, api_key=account(authority, signer[1])) as db, pytest.raises(AuthError) as caught:
        db.sql(LIST)
    assert "invalid_grant: Account not found" in str(caught.value)

    elsewhere = account(authority, signer[1]).replace(authority.url, "http://evil.example")
    with connected(authority, tmp_path, GOOGLE, api_key=elsewhere) as db, pytest.raises(AuthError, match="asked over plain http"):
        db.sql(LIST)


@pytest.mark.parametrize("kind", ["google", "azure"])
def test_a_token_of_ones_own_is_sent_as_it_is(kind: str, authority: Authority, tmp_path: Path) -> None:
    """As `gcloud auth print-access-token` and `az account get-access-token` give one; no library is needed."""
    authority.given = 1

    with connected(authority, tmp_path, {"google": GOOGLE, "azure": AZURE}[kind], api_key=authority.token) as db:
        assert db.sql(LIST).fetchall() == [(1, "oak")]

    assert authority.tokens() == []


def test_a_managed_identity_has_a_token_of_entra(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a machine of Azure's gives it out, for what the manifest says; it is renewed where it is refused."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{authority.url}/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header-canary-0123456789")

    def identity(asked: Asked) -> Answer | None:
        if not asked.path.startswith("/identity"):
            return None
        authority.given += 1
        return 200, {"access_token": authority.token, "expires_on": "4102444800", "resource": "x", "token_type": "Bearer"}

    authority.answer = identity
    with connected(authority, tmp_path, AZURE) as db:
        assert db.sql(LIST).fetchall() == [(1, "oak")]
        authority.given += 1
        assert db.sql(LIST).fetchall() == [(1, "oak")]
        rows = db.sql("SELECT operation, url, status FROM rowcall_requests()").fetchall()

    first, _ = authority.tokens()
    assert parse_qs(urlsplit(first.target).query)["resource"] == ["https://depot.example"]
    assert first.headers["x-identity-header"] == "header-canary-0123456789"
    assert rows[0] == ("depot.token", f"{authority.url}/identity/token", 200)


def test_a_client_of_entra_has_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its id and secret in Azure's own variables, over TLS to a host that they name, whose certificate a setting trusts."""
    authority, files = Authority(), certificate(tmp_path)
    server = started(authority, files)
    for name, value in {
        "TENANT_ID": "tenant",
        "CLIENT_ID": "me",
        "CLIENT_SECRET": "secret-canary-0123456789",
        "AUTHORITY_HOST": authority.url,
    }.items():
        monkeypatch.setenv(f"AZURE_{name}", value)

    def entra(asked: Asked) -> Answer | None:
        if asked.path.endswith("/openid-configuration"):
            there = f"{authority.url}/tenant"
            places = {
                "authorization_endpoint": f"{there}/authorize",
                "token_endpoint": f"{there}/oauth2/v2.0/token",
                "issuer": f"{there}/v2.0",
            }
            return 200, places
        return None

    authority.answer = entra
    try:
        with connected(authority, tmp_path, AZURE, ca_file=str(files[0])) as db:
            assert db.sql(LIST).fetchall() == [(1, "oak")]
    finally:
        server.shutdown()
        server.server_close()

    (asked,) = authority.tokens()
    assert asked.form["client_id"] == "me"
    assert asked.form["client_secret"] == "secret-canary-0123456789"
    assert asked.form["scope"] == "https://depot.example/.default"


def test_without_anybody_to_ask_entra_for_the_error_names_the_ways(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what each of them lacks."""
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")

    with connected(authority, tmp_path, AZURE) as db, pytest.raises(AuthError) as caught:
        db.sql(LIST)

    assert str(caught.value).startswith("Microsoft Entra ID gave no token for Depot: ")
    assert "Log in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET" in str(caught.value)
    assert authority.asked == []


def test_what_a_library_logs_is_not_written_where_nobody_asks_for_it(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python writes warnings that nothing handles to standard error; the error says the same."""
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    program = f"""
import rowcall
with rowcall.connect(provider_paths=[{str(authority.manifest(tmp_path, AZURE))!r}], journal=":memory:") as db:
    try:
        db.sql({LIST!r})
    except rowcall.RowcallError as error:
        print(error)
"""

    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert "Microsoft Entra ID gave no token" in ended.stdout
    assert ended.stderr == ""


@pytest.mark.parametrize(("more", "module", "extra"), [(GOOGLE, "google.auth", "google"), (AZURE, "azure.identity", "azure")])
def test_without_its_library_the_error_says_what_to_install(
    more: str, module: str, extra: str, authority: Authority, tmp_path: Path
) -> None:
    """Before anything is sent; SHOW METHODS EXTENDED says it too."""
    program = f"""
import sys
sys.modules[{module!r}] = None
import rowcall
with rowcall.connect(provider_paths=[{str(authority.manifest(tmp_path, more))!r}], journal=":memory:") as db:
    try:
        db.sql({LIST!r})
    except rowcall.RowcallError as error:
        print(error)
    print(db.sql("SHOW METHODS EXTENDED IN depot.store.shelves").select("problem").fetchall())
"""

    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert said.count(f"pip install 'rowcall[{extra}]'") >= 2
    assert authority.asked == []


def test_nothing_of_the_libraries_is_loaded_for_another_kind(authority: Authority, tmp_path: Path) -> None:
    """Each when a request needs it, and no other."""
    auth = {"kind": "oauth2", "token_url": f"{authority.url}/a/token"}
    program = f"""
import sys, rowcall
given = {{"depot": {{"auth": {auth!r}, "api_key": "secret-0123", "api_key_id": "me"}}}}
with rowcall.connect(provider_paths=[{str(authority.manifest(tmp_path, ""))!r}], journal=":memory:", providers=given) as db:
    print(db.sql({LIST!r}).fetchall(), [name for name in ("botocore", "google.auth", "azure.identity", "requests") if name in sys.modules])
"""

    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "[(1, 'oak')] []\n"
