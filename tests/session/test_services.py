"""A service with a key of its own: which key goes where, and what says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import AuthError, UsageError
from rowcall.manifest.read import load_provider

OFFICE = Path(__file__).parent / "office"
NOTES = "SELECT id FROM office.desk.notes"
DEEDS = "SELECT id FROM office.vault.deeds"
BOTH = "SELECT n.id, d.id FROM office.desk.notes n, office.vault.deeds d"


@pytest.fixture(autouse=True)
def office(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider of these tests is the only one, and no key is in the environment."""
    catalog = Catalog({"office": load_provider(OFFICE)})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    for name in ("OFFICE_KEY", "OFFICE_BADGE", "OFFICE_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(scripted: Callable[..., Any]) -> Any:
    """A server that has one row of everything."""
    return scripted(lambda asked: (200, {"data": [{"id": asked.path}]} if asked.method == "GET" else {"id": "new"}))


def settings(server: Any, **more: Any) -> dict[str, dict[str, Any]]:
    """Those of a session that reaches the server."""
    return {"office": {"base_url": f"http://127.0.0.1:{server.port}/api", **more}}


def keys(server: Any) -> dict[str, str | None]:
    """The header Authorization that each path got last."""
    return {asked.path.partition("?")[0]: asked.headers.get("authorization") for asked in server.asked}


def test_each_key_goes_to_its_own_service(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one statement too, and whether they come from the environment or from a call."""
    monkeypatch.setenv("OFFICE_KEY", "staff-key")
    monkeypatch.setenv("OFFICE_MASTER_KEY", "master-key")

    with rowcall.connect(providers=settings(server)) as db:
        assert db.sql(BOTH).fetchall() == [("/api/notes?old=true", "/api/deeds")]
    assert keys(server) == {"/api/notes": "Bearer staff-key", "/api/deeds": "Bearer master-key"}

    with rowcall.connect(providers=settings(server, api_key="mine", vault={"api_key": "other"})) as db:
        db.sql(BOTH)
    assert keys(server) == {"/api/notes": "Bearer mine", "/api/deeds": "Bearer other"}


@pytest.mark.parametrize(
    "more",
    [
        {"api_key": "staff-key"},
        {"headers": {"Authorization": "Bearer staff-key", "X-Badge": "staff-key", "X-Team": "ops"}},
        {"auth": {"kind": "header", "name": "X-Mine"}, "api_key": "staff-key", "headers": {"x-mine": "staff-key"}},
        {"auth": "badge", "api_key": "staff-key"},
    ],
    ids=["key", "headers", "table", "scheme"],
)
def test_the_key_of_the_provider_never_goes_to_it(server: Any, more: dict[str, Any]) -> None:
    """Without a key of its own nothing is sent, and the error names its variable and its setting."""
    with rowcall.connect(providers=settings(server, **more)) as db:
        db.sql(NOTES)
        with pytest.raises(AuthError, match="No key is set for Office; nothing was sent") as caught:
            db.sql(DEEDS)
    assert "Set the variable OFFICE_MASTER_KEY, or api_key under [providers.office.vault] in the config file" in str(caught.value)
    assert 'in Python, providers={"office": {"vault": {"api_key": "…"}}}.' in str(caught.value)
    assert [asked.path for asked in server.asked] == ["/api/notes?old=true"]

    with rowcall.connect(providers=settings(server, **more, vault={"api_key": "master-key"})) as db:
        db.sql(DEEDS)
    sent = server.asked[-1].headers
    assert sent["authorization"] == "Bearer master-key"
    assert [name for name, value in sent.items() if "staff-key" in value] == []
    assert sent.get("x-team") == more.get("headers", {}).get("X-Team")


def test_what_a_list_needs_to_be_whole_is_sent_unless_the_statement_says_it(server: Any) -> None:
    """And once."""
    with rowcall.connect(providers=settings(server, api_key="staff-key")) as db:
        db.sql(NOTES)
        db.sql(f"{NOTES} WHERE old = false")

    assert [asked.path for asked in server.asked] == ["/api/notes?old=true", "/api/notes?old=false"]


def test_a_password_in_the_base_url_never_goes_to_it(server: Any) -> None:
    """It is a credential of the provider's."""
    url = f"http://user:password@127.0.0.1:{server.port}/api"

    with rowcall.connect(providers={"office": {"base_url": url, "vault": {"api_key": "master-key"}}}) as db:
        db.sql(BOTH)

    assert keys(server)["/api/deeds"] == "Bearer master-key"
    assert str(keys(server)["/api/notes"]).startswith("Basic ")


@pytest.mark.parametrize("options", [{"headers": {"Authorization": "Bearer staff-key"}}, {"auth": ("a", "b")}], ids=["header", "auth"])
def test_a_client_that_sends_a_key_is_not_used_for_it(server: Any, options: dict[str, Any]) -> None:
    """It needs one of its own; one that sends none is shared."""
    with httpx.Client(trust_env=False, **options) as client, httpx.Client(trust_env=False) as plain:
        given = settings(server, client=client, vault={"api_key": "master-key"})
        with (
            rowcall.connect(providers=given) as db,
            pytest.raises(UsageError, match=r"client of office sends a key .* not for office\.vault"),
        ):
            db.sql(DEEDS)
        for own in ({**given["office"], "client": plain}, {**given["office"], "vault": {"api_key": "master-key", "client": plain}}):
            with rowcall.connect(providers={"office": own}) as db:
                db.sql(DEEDS)

    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer master-key"] * 2


def test_its_key_stays_hidden_where_the_api_repeats_it(scripted: Callable[..., Any], tmp_path: Path) -> None:
    """As any key: in errors, and in the journal."""
    server = scripted(lambda asked: (400, {"message": f"You sent {asked.headers['authorization']}"}))
    given = settings(server, vault={"api_key": "master-key-1234"})

    with rowcall.connect(providers=given, journal=tmp_path / "journal.sqlite") as db:
        for statement in (DEEDS, "INSERT INTO office.vault.deeds (name) VALUES ('x')"):
            with pytest.raises(rowcall.RowcallError) as caught:
                db.sql(statement)
            assert "master-key" not in str(caught.value)
        assert "master-key" not in str(db.sql("FROM rowcall_journal()").fetchall())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"vault": {"api_kee": "x"}}, 'office.vault has no setting "api_kee". Did you mean api_key'),
        ({"vault": {"base_url": "x"}}, 'office.vault has no setting "base_url"'),
        ({"vault": {"api_key": "x", "api_key_keyring": "a/b"}}, "office.vault has api_key and api_key_keyring"),
        ({"vault": "key"}, "the settings of office.vault must be a table"),
        ({"desk": {"api_key": "x"}}, 'office has no setting "desk"'),
    ],
)
def test_a_setting_that_it_does_not_have_is_an_error(more: dict[str, Any], message: str) -> None:
    """With the nearest that it has; a service without a key of its own has none."""
    with pytest.raises(UsageError) as caught:
        rowcall.connect(providers={"office": more})

    assert message in str(caught.value)


def test_the_config_file_has_a_table_for_it(server: Any, tmp_path: Path) -> None:
    """Below that of its provider; faults have their line."""
    file = tmp_path / "config.toml"
    file.touch(mode=0o600)
    file.write_text(
        f'[providers.office]\nbase_url = "http://127.0.0.1:{server.port}/api"\napi_key = "a"\n[providers.office.vault]\napi_key = "b"\n'
    )

    with rowcall.connect(config=file) as db:
        db.sql(BOTH)
    assert keys(server) == {"/api/notes": "Bearer a", "/api/deeds": "Bearer b"}

    file.write_text('[providers.office.vault]\napi_key = "b"\nread_only = true\n')
    with pytest.raises(UsageError, match=r'config\.toml:3: office\.vault has no setting "read_only"'):
        rowcall.connect(config=file)
