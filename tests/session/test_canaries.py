"""That no secret of a credential that is got elsewhere is shown or kept: a server throws all that it was sent back, and all is searched."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from tests.session.authority import Answer, Asked, Authority, private_key, started

import rowcall
from rowcall.session.exchanges import logged

SECRET = "se/cret+canary=0123456789"
SESSION = "session/canary+0123456789=="
OAUTH = {"kind": "oauth2", "scopes": ["a"], "env": ["DEPOT_KEY"], "id_env": ["DEPOT_ID"]}
KINDS: dict[str, dict[str, Any]] = {
    "oauth2, basic": {**OAUTH, "token_url": "URL/o/token", "client_auth": "basic"},
    "oauth2, body": {**OAUTH, "token_url": "URL/o/token", "client_auth": "body"},
    "google": {"kind": "google", "env": ["DEPOT_GOOGLE"]},
    "azure": {"kind": "azure", "scopes": ["https://depot.example/.default"]},
    "aws": {"kind": "aws", "region": "eu-west-1", "service": "store"},
}


@pytest.fixture
def authority() -> Iterator[Authority]:
    """A server that gives out tokens, and answers each request to its API with an error that says all that it was sent."""
    made = Authority()

    def answer(asked: Asked) -> Answer | None:
        if asked.path.endswith("/identity/token"):
            made.given += 1
            return 200, {"access_token": made.token, "expires_on": "4102444800", "resource": "x", "token_type": "Bearer"}
        if asked.path.endswith("/token"):
            return None
        # The second request of all is refused for its token, which is then another one.
        status = 401 if len(made.calls()) == 2 else 500
        said = f"no: {asked.target} {json.dumps(asked.headers)} {asked.content.decode()} {' '.join(planted(made))}"
        return status, {"error": {"message": said}}

    made.answer = answer
    server = started(made)
    yield made
    server.shutdown()
    server.server_close()


PEM = private_key()[1]


def planted(authority: Authority) -> list[str]:
    """All that must not be seen."""
    tokens = [f"tok-{number}-canary-0123456789" for number in range(1, authority.given + 1)]
    pair = f"me:{quote_plus(SECRET)}"
    return [SECRET, SESSION, quote(SECRET, safe=""), base64.b64encode(pair.encode()).decode(), *tokens, PEM.strip().split("\n")[3]]


@pytest.mark.parametrize("scheme", KINDS.values(), ids=KINDS)
def test_no_secret_is_shown_or_kept(
    scheme: dict[str, Any], authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Errors, reports, warnings, logs of any library, EXPLAIN, plans, the journal, the file of answers, and the settings."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"):
        monkeypatch.delenv(name, raising=False)
    account = {"type": "service_account", "client_email": "me@x", "private_key": PEM, "token_uri": f"{authority.url}/g/token"}
    variables = {
        "DEPOT_KEY": SECRET,
        "DEPOT_ID": "me",
        "DEPOT_GOOGLE": json.dumps(account),
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": SESSION,
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "IDENTITY_ENDPOINT": f"{authority.url}/identity/token",
        "IDENTITY_HEADER": "x",
        "HOME": str(tmp_path),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    caplog.set_level(logging.DEBUG)
    shown, folder = io.StringIO(), tmp_path / "kept"
    folder.mkdir(mode=0o700)
    auth = json.dumps({"own": scheme}).replace("URL", authority.url)
    place = authority.manifest(tmp_path, f"auth: {auth}\nretry: {{attempts: 1}}")
    options: dict[str, Any] = {"journal": folder / "journal", "cache": "1h", "cache_file": folder / "answers", "max_write_rows": None}
    insert = "INSERT INTO depot.store.shelves (name) VALUES ('a')"
    with rowcall.connect(provider_paths=[place], **options) as db, logged(shown):
        for sql in ("SELECT * FROM depot.store.shelves", insert, "SELECT * FROM depot.store.boxes WHERE shelf IN (1, 2)"):
            try:
                db.sql(sql).fetchall()
            except rowcall.RowcallError as error:
                print(error, repr(error), vars(error), error.__cause__, file=shown)
            print(db.last, db.explain(sql), file=shown)
        # What is known by now is found where a user has typed it, and no file keeps it.
        typed = " ".join(planted(authority)).replace("'", "")
        with pytest.raises(rowcall.RowcallError):
            db.sql(f"INSERT INTO depot.store.shelves (name) VALUES ('{typed}')")
        with pytest.raises(rowcall.RowcallError, match="has a secret of depot in it"):
            db.sql(f"PLAN INSERT INTO depot.store.shelves (name) VALUES ('{typed}') INTO '{folder}/plan'")
        for sql in ("FROM rowcall_requests()", "FROM rowcall_warnings()", "FROM rowcall_journal()", "SHOW JOURNAL", "SHOW SETTINGS"):
            print(db.sql(sql).fetchall(), file=shown)
        print(db.sql("SHOW METHODS EXTENDED IN depot.store.shelves").fetchall(), file=shown)
        for client in db._opened._clients.values():
            print(client, vars(client), client.endpoint, file=shown)
    said = (shown.getvalue() + _whole(caplog)).encode() + b"".join(path.read_bytes() for path in folder.iterdir())

    assert len(authority.calls()) >= 4
    mine = [each for each in planted(authority) if _is_of(scheme, each)]
    assert mine
    assert [each for each in mine if each.encode() in said] == []


def _whole(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, what was sent to test servers' own sockets aside."""
    return "\n".join(f"{record.name} {record.getMessage()} {record.exc_text or ''}" for record in caplog.records)


def _is_of(scheme: dict[str, Any], secret: str) -> bool:
    """Whether a secret has to do with a kind of scheme: others have it in no setting, so that nobody can know it."""
    kind = scheme["kind"]
    if secret.startswith("tok-"):
        return kind != "aws"
    if secret == SESSION:
        return kind == "aws"
    if re.fullmatch(r"[A-Za-z0-9+/]{64}", secret):
        return kind == "google"
    if secret in {SECRET, quote(SECRET, safe="")}:
        return kind in {"aws", "oauth2"}
    return kind == "oauth2"
