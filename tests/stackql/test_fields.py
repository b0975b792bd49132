"""The fields that an API is asked for, where a document says how."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.stackql.conftest import Harbour

import rowcall
from rowcall.session.session import Session


def crews(harbour: Harbour, select: dict[str, Any], *takes: dict[str, Any]) -> Session:
    """A session on a document with one list of crews, whose service is configured so."""
    folder = harbour.folder.parent.parent / "crews"
    folder.mkdir()
    crew = {"type": "object", "properties": {name: {"type": "string"} for name in ("id", "shipName", "rank", "ship")}}
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": crew}}}
    method = {"operation": {"$ref": "#/paths/~1crews/get"}, "response": {"openAPIDocKey": "200", "objectKey": "$.rows"}}
    at = "#/components/x-stackQL-resources/crews/methods/list"
    operation = {"parameters": [{"in": "query", "schema": {"type": "string"}, **one} for one in takes]}
    operation |= {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}  # type: ignore[dict-item]
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": f"http://127.0.0.1:{harbour.port}"}],
        "x-stackQL-config": {"queryParamPushdown": {"select": select}},
        "paths": {"/crews": {"get": operation}},
        "components": {"x-stackQL-resources": {"crews": {"methods": {"list": method}, "sqlVerbs": {"select": [{"$ref": at}]}}}},
    }
    config = {"snake_case_aliases": True}
    provider = {"name": "sea", "providerServices": {"s": {"service": {"$ref": "s.json"}}}, "config": config}
    (folder / "provider.json").write_text(json.dumps(provider))
    (folder / "s.json").write_text(json.dumps(document))
    harbour.answers["/crews"] = lambda _: ({"rows": []}, {})
    return rowcall.connect(provider_paths=[folder], journal=":memory:")


@pytest.mark.parametrize(
    ("sql", "sent"),
    [
        ("SELECT ship_name FROM crews WHERE rank = 'mate'", "?$select=shipName,rank"),
        ("SELECT * FROM crews", ""),
        ("SELECT id, ship FROM crews", ""),
    ],
    ids=["those of a statement, as the API spells them", "all", "one that is not known to be one"],
)
def test_an_api_is_asked_for_the_fields_that_a_statement_uses(harbour: Harbour, sql: str, sent: str) -> None:
    """It may send others only where they are named, so that what is not named would be NULL in place of its value."""
    with crews(harbour, {"dialect": "odata", "supportedColumns": ["id", "shipName", "rank"]}) as db:
        db.sql(sql).fetchall()

    assert harbour.lines == [f"GET /crews{sent}"]


@pytest.mark.parametrize(
    ("takes", "sent"),
    [
        (({"name": "harbour", "required": True},), "?harbour=Ada"),
        (({"name": "harbour", "required": True}, {"name": "fields"}), "?harbour=Ada&fields=id"),
        (({"name": "rank", "required": True},), "?rank=mate&fields=id,rank"),
    ],
    ids=["of which nothing says that it takes it", "that takes it", "that needs what is a field"],
)
def test_an_operation_that_needs_something_else_is_asked_so_where_it_says_that_it_takes_it(
    harbour: Harbour, takes: tuple[dict[str, Any], ...], sent: str
) -> None:
    """Any other might refuse it."""
    with crews(harbour, {"paramName": "fields", "supportedColumns": ["id", "rank"]}, *takes) as db:
        db.sql("SELECT id FROM crews WHERE " + ("harbour = 'Ada'" if "harbour" in sent else "rank = 'mate'")).fetchall()

    assert harbour.lines == [f"GET /crews{sent}"]
