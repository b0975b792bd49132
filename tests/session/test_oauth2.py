"""Tokens by client credentials: got from a real server when they are needed, kept, renewed, and shown nowhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.session.authority import Answer, Asked, Authority, started

import rowcall
from rowcall.errors import AuthError, BudgetError, ManifestError, UnavailableError, UsageError
from rowcall.sandbox.server import _welcome as welcome
from rowcall.session.session import Session
from rowcall.session.sources import of_provider
from rowcall.shell.curl import curl_command
from rowcall.shell.repl import Sent

AUTH = """
auth:
  client:
    kind: oauth2
    token_url: URL/oauth/token
    scopes: [shelves.read, shelves.write]
    values: {audience: "https://depot.example"}
    env: [DEPOT_CLIENT_SECRET]
    id_env: [DEPOT_CLIENT_ID]
"""
SECRET = "se/cret+canary-9876543210"
LIST = "SELECT id, name FROM depot.store.shelves"


@pytest.fixture
def authority() -> Iterator[Authority]:
    """A server of the test's own."""
    made = Authority()
    server = started(made)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of the client."""
    monkeypatch.setenv("DEPOT_CLIENT_ID", "me@depot")
    monkeypatch.setenv("DEPOT_CLIENT_SECRET", SECRET)


def connected(authority: Authority, folder: Path, more: str = AUTH, **settings: Any) -> Session:
    """A session on the depot."""
    options = settings.pop("options", {})
    return rowcall.connect(
        provider_paths=[authority.manifest(folder, more)], providers={"depot": settings}, journal=":memory:", max_write_rows=None, **options
    )


def test_a_token_is_got_once_and_sent_as_a_bearer(authority: Authority, tmp_path: Path) -> None:
    """With the scopes and values that the manifest says, by a client whose id and secret are in the header, encoded as RFC 6749 has it."""
    with connected(authority, tmp_path) as db:
        db.sql("SELECT 1").fetchall()
        db.sql(f"EXPLAIN {LIST}").fetchall()
        db.sql("INSERT INTO depot.store.shelves (name) VALUES ('a')", dry_run=True).fetchall()
        before = len(authority.asked)

        assert db.sql(LIST).fetchall() == [(1, "oak")]
        assert len(db.sql("SELECT id FROM depot.store.boxes WHERE shelf IN (1, 2, 3)").fetchall()) == 3

    (asked,) = authority.tokens()
    assert before == 0
    assert asked.form == {"grant_type": "client_credentials", "scope": "shelves.read shelves.write", "audience": "https://depot.example"}
    assert asked.client == "me%40depot:se%2Fcret%2Bcanary-9876543210"
    assert {call.headers["authorization"] for call in authority.calls()} == {"Bearer tok-1-canary-0123456789"}


def test_many_threads_wait_for_one_token(authority: Authority, tmp_path: Path) -> None:
    """Thirty calls of one statement."""
    authority.delay_s = 0.3

    with connected(authority, tmp_path) as db:
        db.sql("SELECT id FROM depot.store.boxes WHERE shelf = ANY(?)", [list(range(30))])

    assert (len(authority.tokens()), len(authority.calls())) == (1, 30)


def test_a_token_is_renewed_before_its_end(authority: Authority, tmp_path: Path) -> None:
    """A fifth of a short life before it."""
    authority.lasts_s = "1"

    with connected(authority, tmp_path) as db:
        db.sql(LIST)
        db.sql(LIST)
        time.sleep(0.85)
        db.sql(LIST)

    assert (len(authority.tokens()), len(authority.calls())) == (2, 3)


def test_a_token_without_an_end_is_kept_until_it_is_refused(authority: Authority, tmp_path: Path) -> None:
    """Then another one is got, once for all threads, and every request is made again with it."""
    authority.lasts_s = None
    with connected(authority, tmp_path) as db:
        db.sql(LIST)
        db.sql(LIST)
        authority.given += 1  # which revokes the one before
        rows = db.sql("SELECT id FROM depot.store.boxes WHERE shelf = ANY(?) ORDER BY 1", [list(range(1, 9))]).fetchall()
        exchanges = [exchange for exchange in db.last.exchanges if exchange.operation.endswith("list_boxes")]

    assert rows == [(number,) for number in range(1, 9)]
    assert len(authority.tokens()) == 2
    assert {exchange.status for exchange in exchanges if exchange.attempt == 2} == {200}
    assert sum(exchange.status == 200 for exchange in exchanges) == 8


def test_a_write_whose_token_is_refused_is_made_once(authority: Authority, tmp_path: Path) -> None:
    """The API has not looked at the first."""
    with connected(authority, tmp_path) as db:
        db.sql(LIST)
        authority.given += 1
        assert db.sql("INSERT INTO depot.store.shelves (name) VALUES ('a') RETURNING id").fetchall() == [(9,)]
        ((done, refused, unknown),) = db.sql("SHOW JOURNAL").select("done, refused, unknown").fetchall()

    posts = [call for call in authority.calls() if call.method == "POST"]
    assert [call.headers["authorization"] for call in posts] == ["Bearer tok-1-canary-0123456789", "Bearer tok-3-canary-0123456789"]
    assert (done, refused, unknown) == (1, 0, 0)


def test_a_token_that_is_refused_at_once_is_an_error(authority: Authority, tmp_path: Path) -> None:
    """After one more, and no third."""
    authority.answer = lambda asked: (401, {"error": {"message": "Nobody is let in."}}) if asked.path.startswith("/v1/") else None

    with connected(authority, tmp_path) as db, pytest.raises(AuthError, match="Nobody is let in") as caught:
        db.sql(LIST)

    assert "Check whose key it is (DEPOT_CLIENT_SECRET)" in str(caught.value)
    assert (len(authority.tokens()), len(authority.calls())) == (2, 2)


@pytest.mark.parametrize("style", ["basic", "body", None])
def test_a_client_says_who_it_is_where_the_manifest_says(style: str | None, authority: Authority, tmp_path: Path) -> None:
    """Where it does not say, in the body after the header was refused, and from then on so."""

    def only_bodies(asked: Asked) -> Answer | None:
        refused = asked.path.endswith("/token") and "client_secret" not in asked.form
        return (401, {"error": "invalid_client"}) if refused and style is None else None

    authority.answer = only_bodies
    authority.lasts_s = 0
    more = AUTH + (f"    client_auth: {style}\n" if style else "")

    with connected(authority, tmp_path, more) as db:
        db.sql(LIST)
        db.sql(LIST)

    sent = ["basic" if asked.client else "body" for asked in authority.tokens()]
    assert sent == {"basic": ["basic", "basic"], "body": ["body", "body"], None: ["basic", "body", "body"]}[style]
    last = authority.tokens()[-1]
    if style != "basic":
        assert (last.form["client_id"], last.form["client_secret"], last.client) == ("me@depot", SECRET, None)


def test_the_request_for_a_token_is_noted_and_counts_for_nothing(authority: Authority, tmp_path: Path) -> None:
    """A budget is about the API; a table of all requests has it, without what it holds."""
    with connected(authority, tmp_path) as db:
        db.sql(LIST, max_requests=1)
        with pytest.raises(BudgetError):
            db.sql("SELECT id FROM depot.store.boxes WHERE shelf IN (4, 5)", max_requests=1)
        rows = db.sql("SELECT operation, method, url, status FROM rowcall_requests() ORDER BY sent_at").fetchall()

    assert rows[0] == ("depot.token", "POST", f"{authority.url}/oauth/token", 200)
    assert [row[0] for row in rows] == ["depot.token", "depot.store.shelves.list_shelves"]


REFUSALS = {
    "a wrong client": ((401, {"error": "invalid_client", "error_description": f"No {SECRET}"}), "invalid_client: No \\*\\*\\*", "its secret (DEPOT_CLIENT_SECRET)"),
    "a wrong scope": ((400, {"error": "invalid_scope"}), "invalid_scope", "Check the scopes"),
    "words in an object": ((401, {"error": {"message": "No such client", "type": "auth"}}), "refused: auth: No such client\n", "its secret"),
    "no token": ((200, {"hello": "world-canary"}), "answered without an access_token", "Check token_url"),
    "a page": ((200, b"<html><title>Log in</title>"), "answered without an access_token", "Check token_url"),
    "another kind of token": ((200, {"access_token": "mac-canary-0123456789", "token_type": "mac"}), "tokens of the type mac", "bearer"),
    "elsewhere": ((302, b"", {"location": "https://evil.example/token"}), "redirects to https://evil.example/token", "base_url"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "says", "hint"), REFUSALS.values(), ids=REFUSALS)
def test_what_gives_no_token_is_an_error_with_a_next_step(
    answer: Answer, says: str, hint: str, authority: Authority, tmp_path: Path
) -> None:
    """Which shows nothing of a secret, and is raised once however many threads wait."""
    authority.answer = lambda asked: answer if asked.path.endswith("/token") else None

    with connected(authority, tmp_path, AUTH + "    client_auth: body\n") as db, pytest.raises(rowcall.RowcallError, match=says) as caught:
        db.sql("SELECT id FROM depot.store.boxes WHERE shelf = ANY(?)", [list(range(20))])

    assert hint in str(caught.value)
    assert "canary" not in str(caught.value)
    assert (len(authority.tokens()), len(authority.calls())) == (1, 0)


def test_a_failing_server_of_tokens_is_asked_again(authority: Authority, tmp_path: Path) -> None:
    """As an API is, and then it is not available."""
    failures = [503, 503]
    authority.answer = lambda asked: (failures.pop(), {}) if asked.path.endswith("/token") and failures else None
    with connected(authority, tmp_path) as db:
        assert db.sql(LIST).fetchall() == [(1, "oak")]

    authority.answer = lambda asked: (503, {"message": "closed"}) if asked.path.endswith("/token") else None
    with connected(authority, tmp_path) as db, pytest.raises(UnavailableError, match="What gives tokens for Depot failed: closed"):
        db.sql(LIST)


def test_where_nothing_gives_tokens_the_url_of_tokens_is_named(authority: Authority, tmp_path: Path) -> None:
    """And not that of the API, which is another place."""
    auth = {"kind": "oauth2", "token_url": "http://127.0.0.1:9/token"}

    with connected(authority, tmp_path, auth=auth, api_key=SECRET, api_key_id="me") as db, pytest.raises(UnavailableError) as caught:
        db.sql(LIST)

    assert "Check that it is up, and that token_url of the provider names it." in str(caught.value)


def test_a_deadline_ends_the_wait_for_a_token(authority: Authority, tmp_path: Path) -> None:
    """And nothing was sent to the API."""
    authority.delay_s = 20
    started_at = time.monotonic()

    with connected(authority, tmp_path) as db, pytest.raises(UnavailableError, match="timeout_s=0.5"):
        db.sql("SELECT id FROM depot.store.boxes WHERE shelf IN (1, 2)", timeout_s=0.5)

    assert time.monotonic() - started_at < 5
    assert authority.calls() == []


@pytest.mark.parametrize(
    ("unset", "message", "hint"),
    [
        ("DEPOT_CLIENT_SECRET", "No client secret is set for Depot", "Set the variable DEPOT_CLIENT_SECRET, or api_key under"),
        ("DEPOT_CLIENT_ID", "No client id is set for Depot", "Set the variable DEPOT_CLIENT_ID, or api_key_id under"),
    ],
)
def test_what_is_missing_is_named(
    unset: str, message: str, hint: str, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a statement, and before it by SHOW METHODS EXTENDED."""
    monkeypatch.delenv(unset)

    with connected(authority, tmp_path) as db:
        with pytest.raises(AuthError, match=message) as caught:
            db.sql(LIST)
        problems = db.sql("SHOW METHODS EXTENDED IN depot.store.shelves").select("problem").distinct().fetchall()

    assert hint in str(caught.value)
    assert len(problems) == 1
    assert problems[0][0].startswith(message)
    assert hint in problems[0][0]
    assert authority.asked == []


def test_settings_say_all_of_it(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheme that is spelt out in the config file, whose secret comes from a command, and whose URL has a variable."""
    more = "variables:\n  tenant: {description: Yours.}\n" + AUTH.replace("URL/oauth/token", "URL/{tenant}/token")
    monkeypatch.delenv("DEPOT_CLIENT_ID")
    monkeypatch.delenv("DEPOT_CLIENT_SECRET")
    config = tmp_path / "config.toml"
    config.write_text(f'[providers.depot]\napi_key_id = "it"\napi_key_command = ["echo", "{SECRET}"]\nvariables = {{ tenant = "acme" }}\n')
    with connected(authority, tmp_path, more, options={"config": config}) as db:
        db.sql(LIST)
    assert authority.tokens()[0].target == "/acme/token"
    assert authority.tokens()[0].client == "it:se%2Fcret%2Bcanary-9876543210"

    auth = {"kind": "oauth2", "token_url": f"{authority.url}/mine/token", "scopes": "a b", "client_auth": "body"}
    with connected(authority, tmp_path, "auth: {none: {kind: none}}", auth=auth, api_key="s-12345678", api_key_id="i") as db:
        db.sql(LIST)
    asked = authority.tokens()[1]
    assert asked.target == "/mine/token"
    assert asked.form == {"grant_type": "client_credentials", "scope": "a b", "client_id": "i", "client_secret": "s-12345678"}


def test_a_secret_among_the_values_is_not_shown(authority: Authority, tmp_path: Path) -> None:
    """As another password that is sent with the request for a token; a file with one is its owner's alone."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[providers.depot.auth]\nkind = "oauth2"\ntoken_url = "{authority.url}/token"\nvalues = {{ client_assertion_token = "{SECRET}" }}\n'
    )
    config.chmod(0o644)
    with pytest.raises(UsageError, match="client_assertion_token is secret"):
        connected(authority, tmp_path, options={"config": config})
    config.chmod(0o600)
    authority.answer = lambda _: (400, {"error_description": f"not {SECRET}"})

    with connected(authority, tmp_path, api_key="other-0123456789", api_key_id="me", options={"config": config}) as db:
        shown = [f"{row}" for row in sources_of(db)]
        with pytest.raises(AuthError, match="not \\*\\*\\*"):
            db.sql(LIST)

    assert authority.tokens()[0].form["client_assertion_token"] == SECRET
    assert any("client_assertion_token" in row for row in shown)
    assert SECRET not in "".join(shown)


def sources_of(db: Session) -> list[Any]:
    """What `rowcall config show` lists of the depot."""
    return list(of_provider(db.catalog.providers["depot"], db.given.get("depot", {}), db.config))


def test_a_sandbox_gets_no_token_elsewhere(authority: Authority, tmp_path: Path) -> None:
    """Whatever a config file says of the way to authenticate."""
    folder, config = authority.manifest(tmp_path, AUTH), tmp_path / "config.toml"
    config.write_text(f'[providers.depot.auth]\nkind = "oauth2"\ntoken_url = "{authority.url}/other/token"\n')
    with rowcall.Sandbox(folder) as box, rowcall.connect(provider_paths=[folder], providers=box.providers, config=config) as db:
        assert len(db.sql(LIST).fetchall()) > 0
        assert "--set depot.auth.kind=bearer" in welcome(box)

    assert authority.asked == []


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        ({"kind": "oauth2"}, "auth of depot: a scheme of kind `oauth2` needs `token_url`"),
        ({"kind": "oauth2", "token_url": "http://depot.example/token"}, "a token is got over https"),
        ({"kind": "bearer", "token_url": "https://a.example"}, "auth.token_url of depot: a scheme of kind `bearer` has no `token_url`"),
        ({"kind": "oauth2", "tokenurl": "https://a.example"}, 'no key "tokenurl". Did you mean token_url'),
        ({"kind": "oauth3"}, "kind \\(bearer, header, query, basic, oauth2, google, azure, aws, none\\)"),
        ({"kind": "oauth2", "token_url": "https://a.example", "client_auth": "jwt"}, "the other keys of an auth scheme in a manifest"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_scheme_that_cannot_be_is_refused(auth: Any, message: str, authority: Authority, tmp_path: Path) -> None:
    """By the rules of manifests, before anything is sent."""
    with pytest.raises(UsageError, match=message), connected(authority, tmp_path, auth=auth) as db:
        db.sql(LIST)

    assert authority.asked == []


def test_no_secret_goes_over_plain_http_to_another_machine(authority: Authority, tmp_path: Path) -> None:
    """In a manifest it is a fault, and where a variable says so, an error of the statement."""
    with pytest.raises(ManifestError, match="a token is got over https, or from this machine"):
        connected(authority, tmp_path, AUTH.replace("URL", "http://127.0.0.1.evil.example"))

    more = "variables:\n  host: {description: Yours., default: 127.0.0.1}\n" + AUTH.replace("URL", "http://{host}")
    with pytest.raises(ManifestError, match="a token is got over https"):
        connected(authority, tmp_path, more)

    more = "variables:\n  host: {description: Yours., default: depot.example}\n" + AUTH.replace("URL", "https://{host}")
    with (
        connected(authority, tmp_path, more, variables={"host": "a@evil.example"}) as db,
        pytest.raises(UsageError, match="over https alone"),
    ):
        db.sql(LIST)


def test_a_client_of_the_users_sends_nothing_for_a_token(authority: Authority, tmp_path: Path) -> None:
    """It may carry what is for the API alone."""
    import httpx

    with httpx.Client(headers={"X-Key": "mine"}) as client, connected(authority, tmp_path, client=client) as db:
        db.sql(LIST)

    assert "x-key" not in authority.tokens()[0].headers
    assert authority.calls()[0].headers["x-key"] == "mine"
    assert authority.calls()[0].headers["authorization"] == f"Bearer {authority.token}"


def test_curl_carries_the_request_for_a_token_too(authority: Authority, tmp_path: Path) -> None:
    """Where a setting says so."""
    with connected(authority, tmp_path, transport="curl") as db:
        assert db.sql(LIST).fetchall() == [(1, "oak")]


def test_a_redirect_to_another_place_takes_no_token_with_it(authority: Authority, tmp_path: Path) -> None:
    """It is not followed."""
    other = Authority()
    server = started(other)
    authority.answer = lambda asked: (307, b"", {"location": f"{other.url}/v1/shelves"}) if asked.path.startswith("/v1/") else None
    try:
        with connected(authority, tmp_path) as db, pytest.raises(rowcall.RowcallError, match="to another place"):
            db.sql(LIST)
    finally:
        server.shutdown()
        server.server_close()

    assert other.asked == []


def test_curl_is_given_a_token_by_a_variable(authority: Authority, tmp_path: Path) -> None:
    """And no command asks for one: that has the secret in it."""
    started_at = time.time()
    with connected(authority, tmp_path) as db:
        db.sql(LIST)
        sent = Sent(db.last.exchanges, started_at)
        with pytest.raises(UsageError, match="Request 1 was for a token"):
            curl_command(db, sent, 1, {})
        command = curl_command(db, sent, 2, {})

    assert '-H "Authorization: Bearer $DEPOT_TOKEN"' in command
