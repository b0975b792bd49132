"""What schemas are in our types."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rowcall.manifest.types import spelling
from rowcall.openapi.document import Document
from rowcall.openapi.types import Schemas, Shape, Why

SCHEMAS: dict[str, Any] = {
    "Status": {"type": "string", "enum": ["open", "closed"]},
    "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "made": {"type": "integer"}}},
    "Cat": {"allOf": [{"$ref": "#/s/Base"}, {"properties": {"lives": {"type": "integer"}}, "required": ["lives"]}]},
    "Dog": {"allOf": [{"$ref": "#/s/Base"}, {"properties": {"barks": {"type": "boolean"}, "made": {"type": "integer"}}}]},
    "Node": {"type": "object", "properties": {"name": {"type": "string"}, "below": {"type": "array", "items": {"$ref": "#/s/Node"}}}},
    "Left": {"type": "object", "properties": {"right": {"$ref": "#/s/Right"}, "n": {"type": "integer"}}},
    "Right": {"type": "object", "properties": {"left": {"$ref": "#/s/Left"}, "m": {"type": "integer"}}},
    "Itself": {"anyOf": [{"$ref": "#/s/Itself"}, {"type": "string"}]},
    "Nothing": {"$ref": "#/s/Nothing"},
    "Large": {"type": "object", "properties": {f"f{number}": {"type": "string"} for number in range(101)}},
    "Parent": {"allOf": [{"$ref": "#/s/Base"}, {"type": "object", "properties": {"of": {"$ref": "#/s/Base"}}}]},
}


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Schemas:
    """Those of a document that has the schemas above."""
    file = tmp_path_factory.mktemp("document") / "api.json"
    file.write_text(json.dumps({"openapi": "3.1.0", "s": SCHEMAS}))
    return Schemas(Document(file))


def ref(name: str) -> dict[str, Any]:
    """A reference to one of the schemas above."""
    return {"$ref": f"#/s/{name}"}


def said(shape: Shape) -> str:
    """A shape on one line: its type, `?` where it may be null, its texts."""
    return spelling(shape.type) + "?" * shape.nullable + (f" {' '.join(shape.enum)}" if shape.enum else "")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "string"),
        ({"type": "integer", "format": "int64"}, "integer"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "file"}, "string"),
        ({"type": ["string", "null"]}, "string?"),
        ({"type": "string", "nullable": True}, "string?"),
        ({"type": "string", "x-nullable": True}, "string?"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string?"),
        ({"allOf": [ref("Status")], "nullable": True}, "string? open closed"),
        ({"allOf": [ref("Status"), {"nullable": True}]}, "string? open closed"),
        ({**ref("Status"), "nullable": True, "description": "Beside a reference."}, "string? open closed"),
        ({"enum": ["a", "b", None]}, "string? a b"),
        ({"const": "a"}, "string a"),
        ({"type": "string", "enum": [7, True, "x"]}, "string 7 true x"),
        ({"enum": [1, 2]}, "integer"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, "number"),
        ({"anyOf": [{"const": "auto"}, {"enum": ["none"]}]}, "string auto none"),
        ({"anyOf": [{"type": "string"}, {"type": "string", "enum": ["a"]}]}, "string"),
        ({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, "json"),
        ({"type": "array", "items": {"type": "integer"}}, "[integer]"),
        ({"type": "array"}, "[json]"),
        ({"items": {"type": "string"}}, "[string]"),
        ({"type": "object"}, "json"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "map"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "json"),
        ({"properties": {"a": {"type": "string"}}}, "{a: string}"),
        ({"type": "object", "properties": {"a": {}, "": {"type": "string"}}}, "{a: json}"),
        ({"type": "object", "properties": {"a": {"type": "string"}, "A": {"type": "string"}}}, "json"),
        (ref("Cat"), "{id: string, made: integer, lives: integer}"),
        ({"oneOf": [ref("Cat"), ref("Dog")]}, "{id: string, made: integer, lives: integer, barks: boolean}"),
        (
            {"anyOf": [{"type": "array", "items": ref("Cat")}, {"type": "array", "items": ref("Base")}]},
            "[{id: string, made: integer, lives: integer}]",
        ),
        ({"anyOf": [ref("Base"), {"type": "object"}]}, "json"),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "{a: string}"),
        (ref("Node"), "{name: string, below: [json]}"),
        (ref("Left"), "{right: {left: json, m: integer}, n: integer}"),
        (ref("Parent"), "{id: string, made: integer, of: {id: string, made: integer}}"),
        (ref("Itself"), "string"),
        (ref("Nothing"), "json"),
        (ref("Missing"), "json"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "json"),
        ({}, "json"),
        (True, "json"),
        (None, "json"),
    ],
)
def test_a_schema_is_a_type(schema: Any, expected: str, schemas: Schemas) -> None:
    """Nullable, with the texts that it may be; what has no one shape is JSON."""
    assert said(schemas.shape(schema)) == expected


def nested(depth: int) -> dict[str, Any]:
    """Objects within one another."""
    inner = {"type": "string"} if depth == 1 else nested(depth - 1)
    return {"type": "object", "properties": {"a": inner}}


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "string"}, None),
        ({}, Why.FREE),
        ({"type": "object", "properties": {"a": {"type": "object"}}}, Why.FREE),
        ({"type": "array", "items": {"type": ["string", "integer"]}}, Why.MIXED),
        (ref("Node"), Why.RECURSIVE),
        (ref("Large"), Why.LARGE),
        (nested(5), None),
        (nested(6), Why.DEEP),
    ],
)
def test_it_says_why_something_is_json(schema: Any, why: Why | None, schemas: Schemas) -> None:
    """Of the value, or of the first thing in it."""
    assert schemas.shape(schema).why is why


def test_the_fields_of_an_object_are_columns(schemas: Schemas) -> None:
    """In the document's order; what only one of several has is not required, and may be null."""
    found = schemas.properties({"oneOf": [ref("Cat"), ref("Dog")]})

    assert {name: (said(each.shape), each.required) for name, each in found.items()} == {
        "id": ("string", True),
        "made": ("integer", False),
        "lives": ("integer?", False),
        "barks": ("boolean?", False),
    }
    assert schemas.properties({"type": "array"}) == {}


def test_a_row_has_as_many_columns_as_it_has(schemas: Schemas) -> None:
    """What is too large for a column is not for a table."""
    assert len(schemas.properties(ref("Large"))) == 101


def test_a_field_of_an_object_has_a_schema(schemas: Schemas) -> None:
    """Of two kinds of object, one for both."""
    either = {"oneOf": [ref("Cat"), {"type": "object", "properties": {"id": {"type": "integer"}}}]}

    assert schemas.below(ref("Cat"), "id") == {"type": "string"}
    assert said(schemas.shape(schemas.below(either, "id"))) == "json"
    assert schemas.below(ref("Cat"), "no") is None


def test_items_of_a_list_have_a_schema(schemas: Schemas) -> None:
    """Of two kinds of list, one for both."""
    lists = [{"type": "array", "items": ref("Cat")}, {"type": "array", "items": ref("Dog")}]

    assert schemas.items(lists[0]) == ref("Cat")
    assert schemas.items({"anyOf": [lists[0], {"type": "null"}]}) == ref("Cat")
    assert said(schemas.shape(schemas.items({"anyOf": lists}))) == "{id: string, made: integer, lives: integer, barks: boolean}"
    assert schemas.items(ref("Cat")) is None


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"maximum": 3}, 3),
        ({"$ref": "#/s/Status", "maximum": 4}, 4),
        ({"allOf": [{"type": "integer"}, {"maximum": 5}]}, 5),
        ({"anyOf": [{"type": "null"}, {"type": "integer", "maximum": 6}]}, 6),
        ({"anyOf": [{"maximum": 1}, {"maximum": 2}]}, None),
        ({"type": "integer"}, None),
        (ref("Nothing"), None),
    ],
)
def test_a_keyword_is_found_where_it_holds(schema: Any, expected: Any, schemas: Schemas) -> None:
    """Beside a reference, behind it, in one of all, and in what is not null."""
    assert schemas.keyword(schema, "maximum") == expected
