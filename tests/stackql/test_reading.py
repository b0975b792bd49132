"""Whether what a document answers a SELECT with is known to change nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.stackql.conftest import Harbour

from rowcall.errors import PlanError, ReadOnlyError, UnavailableError, UnsupportedSQLError, UsageError
from rowcall.session.session import Session

Quay = Callable[..., Session]

_HEAD = """
openapi: 3.0.3
info: {title: stores, version: '1'}
servers: [{url: 'http://127.0.0.1:PORT/v1'}]
"""
_OPERATION = """
    METHOD:
      NAME
      requestBody: {content: {application/json: {schema: {type: object, properties: {text: {type: string}, BODY: {type: string}}}}}}
      responses: {'STATUS': {content: {application/json: {schema: {type: array, items: {type: object, properties: {name: {type: string}}}}}}}}
"""


def _document(operations: list[dict[str, str]], port: int) -> str:
    """A document with a resource for each operation, which answers the statement that it says."""
    paths: dict[str, str] = {}
    resources = ""
    for one in operations:
        values = {"method": "post", "status": "200", "body": "kind", "verb": "select", "id": "", "key": "ask", **one}
        name = f"operationId: {values['id']}" if values["id"] else "summary: It has no name."
        words = {"METHOD": values["method"], "NAME": name, "BODY": values["body"], "STATUS": values["status"]}
        paths[values["path"]] = re.sub("|".join(words), lambda found, words=words: words[found[0]], _OPERATION)
        own = f"#/components/x-stackQL-resources/{values['resource']}/methods/{values['key']}"
        verbs = f"\n      sqlVerbs: {{{values['verb']}: [{{$ref: '{own}'}}]}}" if values["verb"] != "exec" else ""
        place = values["path"].replace("/", "~1")
        resources += f"""
    {values["resource"]}:
      id: quay.stores.{values["resource"]}
      methods:
        {values["key"]}: {{operation: {{$ref: '#/paths/{place}/{values["method"]}'}}, response: {{openAPIDocKey: '{values["status"]}'}}}}{verbs}"""
    written = "".join(f"  {path}:{operation}" for path, operation in paths.items())
    return f"{_HEAD.replace('PORT', str(port))}paths:\n{written}components:\n  x-stackQL-resources:{resources}\n"


@pytest.fixture
def quay(harbour: Harbour, tmp_path: Path) -> Quay:
    """Makes a session that knows a provider of these operations, each with the `resource`, `path` and whatever else it has."""

    def session(*operations: dict[str, str], **options: Any) -> Session:
        folder = tmp_path / "quay" / "v1"
        (folder / "services").mkdir(parents=True)
        entry = "{id: stores:v1, name: stores, service: {$ref: quay/v1/services/stores.yaml}}"
        (folder / "provider.yaml").write_text(f"id: quay\nname: quay\nversion: v1\nproviderServices:\n  stores: {entry}\n")
        (folder / "services" / "stores.yaml").write_text(_document(list(operations), harbour.port))
        for one in operations:
            harbour.answers[f"/v1{one['path']}"] = lambda _: ([{"name": "rope"}], {})
        settings = options.pop("settings", {})
        return harbour.session(provider_paths=[folder.parent], providers={"quay": settings}, **options)

    return session


@pytest.mark.parametrize(
    "operation",
    [
        {"path": "/stores/search"},
        {"path": "/stores/_search", "id": "post_stores_search"},
        {"path": "/list", "id": "ListStores"},
        {"path": "/described", "id": "POST_DescribeStores"},
        {"path": "/of", "id": "stores/list-of-harbour"},
        {"path": "/keys", "id": "Stores_ListKeys"},
        {"path": "/found", "key": "find"},
        {"path": "/logs/query", "id": "queryLogs"},
        {"path": "/logs", "id": "searchLogs", "body": "query"},
    ],
    ids=lambda operation: operation["path"],
)
def test_a_post_that_reads_answers_a_select(quay: Quay, operation: dict[str, str]) -> None:
    """It does where all is read-only, too."""
    with quay({"resource": "stores", **operation}, read_only=True) as db:
        assert db.sql("SELECT name FROM quay.stores.stores WHERE data__text = 'r'").fetchall() == [("rope",)]


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        ({"path": "/stores", "id": "createStore"}, "its name, createStore, says that it changes something (create)"),
        ({"path": "/searches/search", "id": "create_search"}, "its name, create_search, says that it changes something (create)"),
        ({"path": "/read", "id": "listAndMarkRead"}, "its name, listAndMarkRead, says that it changes something (mark)"),
        ({"path": "/stores/search", "id": "searchStores", "status": "201"}, "it is answered with 201, as what creates something is"),
        ({"path": "/jobs/search", "id": "searchStores", "status": "202"}, "it is answered with 202, as what creates something is"),
        ({"path": "/stores", "id": "stores"}, "nothing says that stores only reads"),
        ({"path": "/folder/list", "id": "post_folder_list"}, "nothing says that post_folder_list only reads"),
        ({"path": "/folder/list"}, "nothing says that ask only reads"),
        ({"path": "/d1/query", "id": "queryDatabase", "body": "sql"}, "what it does is said in its sql"),
        ({"path": "/jobs/query", "id": "jobs.query", "body": "query"}, "what it does is said in its query"),
    ],
    ids=lambda value: value["path"] + value.get("id", "") if isinstance(value, dict) else None,
)
def test_a_post_that_may_change_something_answers_none(quay: Quay, harbour: Harbour, operation: dict[str, str], why: str) -> None:
    """The error says why, and what calls it; so does SHOW METHODS EXTENDED."""
    with quay({"resource": "stores", **operation}) as db:
        with pytest.raises(PlanError) as caught:
            db.sql("SELECT name FROM quay.stores.stores WHERE data__text = 'r'")
        methods = db.sql("SHOW METHODS EXTENDED IN quay.stores.stores").fetchall()

    assert caught.value.span is not None
    reason = (
        f"It is sent with POST, and {why}: a SELECT does not call it. EXEC calls it, as ask_as_exec. "
        'Where you know that it only reads, say so in the settings of the provider: reads = ["stores.stores.ask"].'
    )
    assert caught.value.hint is not None
    assert reason in caught.value.hint
    assert [(name, verb, problem) for name, verb, *_, problem in methods] == [("ask_as_exec", "EXEC", None), ("ask", "SELECT", reason)]
    assert harbour.lines == []


def test_what_answers_another_statement_too_answers_no_select(quay: Quay) -> None:
    """Though its name says that it reads; the other statement is there for it."""
    operation = {"path": "/stores/search", "id": "searchStores"}
    with quay({"resource": "stores", **operation}, {"resource": "orders", "verb": "insert", **operation}) as db:
        with pytest.raises(PlanError, match="stores has no method for SELECT") as caught:
            db.sql("SELECT name FROM quay.stores.stores")
        names = [name for name, *_ in db.sql("SHOW METHODS IN quay.stores.stores").fetchall()]

    assert "it answers INSERT too" in str(caught.value.hint)
    assert names == []


def test_exec_calls_it_as_a_write(quay: Quay, harbour: Harbour) -> None:
    """With its body; it is noted in the journal, and refused where all is read-only."""
    with quay({"resource": "stores", "path": "/stores", "id": "createStore"}) as db:
        assert db.sql("EXEC quay.stores.stores.ask_as_exec @data__text = 'rope'").fetchall() == [("rope",)]
        with pytest.raises(UnsupportedSQLError, match="ask cannot be called: It is sent with POST"):
            db.sql("EXEC quay.stores.stores.ask @data__text = 'rope'")
        assert db.sql("SHOW JOURNAL").fetchall() != []
        db.sql("SET rowcall_read_only = true")
        with pytest.raises(ReadOnlyError):
            db.sql("EXEC quay.stores.stores.ask_as_exec @data__text = 'rope'")

    assert [(seen.line, seen.body) for seen in harbour.seen] == [("POST /v1/stores", {"text": "rope"})]


@pytest.mark.parametrize("place", ["connect", "config", "profile"])
def test_a_user_may_say_that_it_reads(quay: Quay, harbour: Harbour, tmp_path: Path, place: str) -> None:
    """Then a SELECT calls it, wherever that is said; in a read-only session too."""
    operation = {"resource": "stores", "path": "/stores", "id": "createStore"}
    reads = ["stores.stores.ask"]
    options: dict[str, Any] = {"settings": {"reads": reads}} if place == "connect" else {}
    if place != "connect":
        table = "providers.quay" if place == "config" else "profiles.p.providers.quay"
        options["config"] = tmp_path / "config.toml"
        options["config"].write_text(f'[{table}]\nreads = ["stores.stores.ask"]\n')
        options["profile"] = "p" if place == "profile" else None

    with quay(operation, read_only=True, **options) as db:
        rows = db.sql("SELECT name FROM quay.stores.stores WHERE data__text = 'r'").fetchall()
        problems = [problem for *_, problem in db.sql("SHOW METHODS EXTENDED IN quay.stores.stores").fetchall()]

    assert rows == [("rope",)]
    assert problems == [None, None]
    assert harbour.seen[0].body == {"text": "r"}


@pytest.mark.parametrize(
    ("reads", "message"),
    [
        (["stores.stores.asks"], r'reads of quay: "stores.stores.asks" is no method for SELECT. Did you mean stores.stores.ask'),
        (["shops.x.ask"], '"shops.x.ask" is no method for SELECT. There is no service "shops". There is: stores.'),
        ("stores.stores.ask", "reads of quay is a list of methods as service.resource.method"),
    ],
    ids=["misspelt", "nowhere", "no list"],
)
def test_what_nobody_can_have_meant_is_an_error(quay: Quay, reads: Any, message: str) -> None:
    """A word misspelt allows nothing, and says so."""
    operations = {"resource": "stores", "path": "/stores", "id": "createStore"}, {"resource": "ropes", "path": "/ropes/search"}
    with pytest.raises(UsageError, match=message), quay(*operations, settings={"reads": reads}) as db:
        db.sql("SELECT name FROM quay.stores.ropes")


@pytest.mark.parametrize(
    ("operation", "sql"),
    [
        ({"path": "/run", "id": "GET_StartStores", "verb": "exec"}, "EXEC quay.stores.stores.ask"),
        ({"path": "/add", "id": "GET_AddStore", "verb": "insert"}, "INSERT INTO quay.stores.stores DEFAULT VALUES"),
    ],
    ids=["by its name", "by its statement"],
)
def test_what_changes_something_with_get_is_a_write(quay: Quay, harbour: Harbour, operation: dict[str, str], sql: str) -> None:
    """It is refused where all is read-only, and sent once: an answer that was lost may have done it."""
    with quay({"resource": "stores", "method": "get", **operation}, settings={"read_timeout_s": 5}) as db:

        def broken(_: dict[str, str]) -> tuple[Any, dict[str, str]]:
            raise ConnectionResetError

        harbour.answers[f"/v1{operation['path']}"] = broken
        with pytest.raises(UnavailableError):
            db.sql(sql)
        db.sql("SET rowcall_read_only = true")
        with pytest.raises(ReadOnlyError):
            db.sql(sql)

    assert len(harbour.lines) == 1
