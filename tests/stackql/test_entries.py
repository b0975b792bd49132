"""Lists that are filtered by the entries of a map."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.stackql.conftest import Harbour

import rowcall

_MAP = {"type": "object", "additionalProperties": {"type": "string"}}


@pytest.mark.parametrize(
    ("takes", "sent"),
    [({"style": "deepObject"}, "?cargoLabels[port]=Ada"), ({}, "")],
    ids=["that takes them one by one", "that takes them in a way that is not said"],
)
@pytest.mark.parametrize("snakes", [True, False])
def test_a_list_is_asked_for_rows_with_an_entry_of_a_map(harbour: Harbour, takes: dict[str, Any], sent: str, *, snakes: bool) -> None:
    """Where the document says that a parameter takes entries of the map that a column is."""
    folder = harbour.folder.parent.parent / "cargo"
    folder.mkdir()
    row = {"type": "object", "properties": {"id": {"type": "string"}, "cargoLabels": _MAP}}
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": row}}}
    method = {"operation": {"$ref": "#/paths/~1cargo/get"}, "response": {"openAPIDocKey": "200", "objectKey": "$.rows"}}
    operation = {
        "parameters": [{"in": "query", "name": "cargoLabels", "schema": _MAP, "explode": True, **takes}],
        "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
    }
    at = "#/components/x-stackQL-resources/cargo/methods/list"
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": f"http://127.0.0.1:{harbour.port}"}],
        "paths": {"/cargo": {"get": operation}},
        "components": {"x-stackQL-resources": {"cargo": {"methods": {"list": method}, "sqlVerbs": {"select": [{"$ref": at}]}}}},
    }
    config = {"snake_case_aliases": snakes}
    (folder / "provider.json").write_text(
        json.dumps({"name": "sea", "providerServices": {"s": {"service": {"$ref": "s.json"}}}, "config": config})
    )
    (folder / "s.json").write_text(json.dumps(document))
    rows = [{"id": "a", "cargoLabels": {"port": "Ada"}}, {"id": "b", "cargoLabels": {"port": "Bo"}}]
    harbour.answers["/cargo"] = lambda _: ({"rows": rows}, {})
    column = "cargo_labels" if snakes else "cargoLabels"

    with rowcall.connect(provider_paths=[folder], journal=":memory:") as db:
        found = db.sql(f"SELECT id FROM cargo WHERE {column}['port'] = 'Ada'").fetchall()

    assert found == [("a",)]
    assert [line.replace("%5B", "[").replace("%5D", "]") for line in harbour.lines] == [f"GET /cargo{sent}"]
