"""What says where the servers of a document are: a statement, the settings, the environment, the document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.stackql.conftest import Harbour

import rowcall
from rowcall.errors import PlanError

PILOTS = "SELECT pilot_id FROM harbour.pilots.pilots"


def test_the_environment_names_a_server_that_no_statement_names(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a statement says wins; nothing of it is kept for the next session."""
    monkeypatch.setenv("HARBOUR_QUAY", "1")
    harbour.answers["/v2/pilots"] = lambda _: ([{"PilotId": "p1"}], {})

    with harbour.session() as db:
        needed = db.sql("SHOW METHODS EXTENDED IN harbour.pilots.pilots").fetchall()[0]
        rows = db.sql(PILOTS).fetchall()
        planned = db.sql(f"{PILOTS} WHERE quay = '7'", dry_run=True).fetchall()
    with harbour.session() as db:
        kept = db.sql(PILOTS, dry_run=True).fetchall()
    monkeypatch.delenv("HARBOUR_QUAY")
    with harbour.session() as db, pytest.raises(PlanError, match="quay"):
        db.sql(PILOTS)

    assert needed[2] == ""
    assert rows == [("p1",)]
    assert [url for _, url, _ in planned + kept] == [f"http://127.0.0.{quay}:{harbour.port}/v2/pilots" for quay in (7, 1)]


def test_what_the_environment_says_can_be_no_other_place(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each resource says why it cannot be asked."""
    monkeypatch.setenv("HARBOUR_QUAY", "1.evil.example/")

    with harbour.session() as db, pytest.raises(PlanError, match=r"HARBOUR_QUAY is \"1.evil.example/\", which can be no part"):
        db.sql("SELECT * FROM harbour.pilots.pilots")


def test_a_query_in_graphql_is_sent_to_the_server_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its URL is that of the document's server by default."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    said = {"url": "https://git.example/graphql", "query": "query { me { id } }", "responseSelection": {"jsonPath": "$.data.*"}}
    schema = {
        "type": "object",
        "properties": {"data": {"type": "object", "properties": {"me": {"type": "object", "properties": {"id": {}}}}}},
    }
    operation = {"x-stackQL-graphQL": said, "responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
    method = {"operation": {"$ref": "#/paths/~1graphql?of=me/post"}, "response": {"openAPIDocKey": "200", "objectKey": "$.data.me"}}
    verbs = {"select": [{"$ref": "#/components/x-stackQL-resources/me/methods/get"}]}
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": "https://{host:[^/]+}", "variables": {"host": {"default": "git.example"}}}],
        "paths": {"/graphql?of=me": {"post": operation}},
        "components": {"x-stackQL-resources": {"me": {"methods": {"get": method}, "sqlVerbs": verbs}}},
    }
    (tmp_path / "provider.json").write_text(json.dumps({"name": "git", "providerServices": {"s": {"service": {"$ref": "s.json"}}}}))
    (tmp_path / "s.json").write_text(json.dumps(document))

    with rowcall.connect(provider_paths=[tmp_path]) as db:
        urls = [db.sql(f"SELECT id FROM git.s.me {where}", dry_run=True).fetchall()[0][1] for where in ("", "WHERE host = 'own.example'")]

    assert urls == ["https://git.example/graphql", "https://own.example/graphql"]


@pytest.mark.parametrize(
    ("where", "env", "place"),
    [
        ("", None, "git.example/api"),
        ("", "own.example:8443", "own.example:8443/api"),
        ("WHERE host = 'theirs.example:1'", "own.example", "theirs.example:1/api"),
    ],
    ids=["document", "environment", "statement"],
)
def test_a_variable_may_be_the_whole_host_of_all_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, env: str | None, place: str
) -> None:
    """With a form in its braces, a value of its own, and a port in what is given."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if env is not None:
        monkeypatch.setenv("GIT_HOST", env)
    host = {"default": "git.example", "x-stackQL-envVar": "GIT_HOST"}
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": "https://{host:[^/]+}/api", "variables": {"host": host}}],
        "paths": {"/branches": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"type": "array"}}}}}}}},
        "components": {"x-stackQL-resources": {"branches": {"methods": {"list": {"operation": {"$ref": "#/paths/~1branches/get"}}}}}},
    }
    (tmp_path / "provider.json").write_text(json.dumps({"name": "git", "providerServices": {"s": {"service": {"$ref": "s.json"}}}}))
    (tmp_path / "s.json").write_text(json.dumps(document))

    with rowcall.connect(provider_paths=[tmp_path]) as db:
        ((_, url, _),) = db.sql(f"SELECT * FROM git.s.branches {where}", dry_run=True).fetchall()

    assert url == f"https://{place}/branches"
