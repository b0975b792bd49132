"""Resources that stand in a document of their own, away from their operations, as Google's once did."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stackql.conftest import Harbour

import rowcall
from rowcall.errors import RowcallError

PROVIDER = """
id: yard
name: yard
providerServices:
  hulls:v1:
    name: hulls
    preferred: false
    title: Hulls, as they were
  hulls:
    name: hulls
    title: Hulls and their planks
    resources:
      $ref: yard.example/v1/resources/hulls-v1.yaml
    service:
      $ref: yard.example/v1/services/hulls-v1.yaml
"""
REGISTER = """
# What is a table, and where its operations are.
resources:
  planks:
    id: yard.hulls.planks
    name: planks
    methods:
      list:
        operation: {$ref: 'yard.example/v1/services/planks-v1.yaml#/paths/~1hulls~1{hull}~1planks/get'}
        response: {mediaType: application/json, openAPIDocKey: '200'}
      lay:
        operation: {$ref: 'yard.example/v1/services/planks-v1.yaml#/paths/~1hulls~1{hull}~1planks/post'}
        response: {mediaType: application/json, openAPIDocKey: '200'}
    sqlVerbs:
      select: [{$ref: '#/resources/planks/methods/list'}]
      insert: [{$ref: '#/resources/planks/methods/lay'}]
  hulls:
    id: yard.hulls.hulls
    name: hulls
    methods:
      list:
        operation: {$ref: '#/paths/~1hulls/get'}
        response: {mediaType: application/json, openAPIDocKey: '200'}
  ghosts:
    id: yard.hulls.ghosts
    name: ghosts
    methods:
      list:
        operation: {$ref: 'yard.example/v1/services/ghosts-v1.yaml#/paths/~1ghosts/get'}
"""
HULLS = """
openapi: 3.0.0
servers: [{url: 'http://127.0.0.1:PORT/v1'}]
paths:
  /hulls:
    get:
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Hulls'}}}}}
components:
  schemas:
    Hulls: {type: object, properties: {items: {type: array, items: {type: object, properties: {id: {type: string}}}}}}
"""
PLANKS = """
openapi: 3.0.0
servers: [{url: 'http://127.0.0.1:PORT/v2'}]
paths:
  /hulls/{hull}/planks:
    parameters: [{name: hull, in: path, required: true, schema: {type: string}}]
    get:
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Planks'}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Plank'}}}}
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Plank'}}}}}
components:
  schemas:
    Plank: {type: object, properties: {wood: {type: string}, length: {type: number}}}
    Planks: {type: object, properties: {items: {type: array, items: {$ref: '#/components/schemas/Plank'}}, nextPageToken: {type: string}}}
"""


@pytest.fixture
def yard(harbour: Harbour) -> Path:
    """The folder of the provider, whose server is the harbour's."""
    folder = harbour.folder.parent.parent / "yard.example" / "v1"
    files = {
        "provider.yaml": PROVIDER,
        "resources/hulls-v1.yaml": REGISTER,
        "services/hulls-v1.yaml": HULLS,
        "services/planks-v1.yaml": PLANKS,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace("PORT", str(harbour.port)))
    return folder


def test_resources_are_those_of_the_register(harbour: Harbour, yard: Path) -> None:
    """Each in the document of its operations, at the server that this names, whether it names its file or leaves that to its service."""
    harbour.answers["/v1/hulls"] = lambda _: ({"items": [{"id": "a"}]}, {})
    harbour.answers["/v2/hulls/a/planks"] = lambda _: ({"items": [{"wood": "oak", "length": 2.5}]}, {})

    with rowcall.connect(provider_paths=[yard], journal=":memory:") as db:
        shown = db.sql("SHOW RESOURCES IN yard.hulls").fetchall()
        rows = db.sql("SELECT h.id, wood, length FROM yard.hulls.hulls h JOIN yard.hulls.planks p ON p.hull = h.id").fetchall()
        db.sql("INSERT INTO yard.hulls.planks (hull, data__wood) VALUES ('a', 'elm')")

    assert {name for name, *_ in shown} >= {"hulls", "planks"}
    assert rows == [("a", "oak", 2.5)]
    assert harbour.lines == ["GET /v1/hulls", "GET /v2/hulls/a/planks", "POST /v2/hulls/a/planks"]
    assert harbour.seen[-1].body == {"wood": "elm"}


def test_what_was_made_of_it_is_made_anew_when_one_of_its_documents_changes(harbour: Harbour, yard: Path) -> None:
    """The register and the documents of the operations alike."""
    harbour.answers["/v2/hulls/a/planks"] = lambda _: ({"items": [{"wood": "oak"}]}, {})
    harbour.answers["/v3/hulls/a/planks"] = lambda _: ({"items": [{"wood": "ash"}]}, {})
    ask = "SELECT wood FROM yard.hulls.planks WHERE hull = 'a'"

    with rowcall.connect(provider_paths=[yard], journal=":memory:") as db:
        before = db.sql(ask).fetchall()
    file = yard / "services" / "planks-v1.yaml"
    file.write_text(file.read_text().replace("/v2'", "/v3'"))
    with rowcall.connect(provider_paths=[yard], journal=":memory:") as db:
        after = db.sql(ask).fetchall()

    assert (before, after) == ([("oak",)], [("ash",)])


@pytest.mark.usefixtures("harbour")
@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT * FROM yard.hulls.ghosts", "ghosts"),
        ('SELECT * FROM yard."hulls:v1".hulls', "hulls:v1"),
    ],
    ids=["no document", "no document named"],
)
def test_what_has_no_document_harms_nothing_else(yard: Path, sql: str, says: str) -> None:
    """It is told by its name."""
    with rowcall.connect(provider_paths=[yard], journal=":memory:") as db:
        with pytest.raises(RowcallError, match=says):
            db.sql(sql).fetchall()
        assert db.sql("SHOW SERVICES IN yard").fetchall()
