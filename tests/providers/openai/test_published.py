"""The OpenAI manifest against the published document, and against recorded runs, where they are at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from rowcall.catalog.catalog import Catalog
from rowcall.manifest.bodies import fields_of, item_of
from rowcall.manifest.model import Attribute, Column, ListOf, Method, Object, Parameter, Place, Resource, Scalar, Type

SHARED = Path(os.environ.get("ROWCALL_SHARED") or Path(__file__).parents[4] / "shared") / "openai"
DOCUMENT = SHARED / "openapi-assistants.yaml"
EXAMPLES = SHARED / "run-examples.json"

RESOURCES = {
    "runs": "RunObject",
    "run_steps": "RunStepObject",
    "assistants": "AssistantObject",
    "threads": "ThreadObject",
    "messages": "MessageObject",
}
ASSISTANTS = Catalog.shipped().service("openai", "assistants").resources
METHODS = [(resource, name) for resource, described in ASSISTANTS.items() for name in described.methods]

COLUMNS_LEFT_OUT = {
    # Real servers send them and the document has them, but the set of columns is fixed; they are in `_extra`.
    "runs": {"tool_resources", "reasoning_effort"},
}
ATTRIBUTES_LEFT_OUT = {"stream"}
"""rowcall reads documents, not streams of events."""

FIELDS_OF_OUR_OWN = {
    # Real servers send them; the document does not know them.
    "usage": {"prompt_token_details", "completion_tokens_details"},
}
MORE_OFTEN_NULL = {
    # The document says that these are never null; compatible servers leave them out.
    ("runs", "parallel_tool_calls"),
    ("messages", "status"),
}
OF_VERSION_1 = {"file_ids"}
"""Servers of the first version of the API send it with runs."""

PARAMETER_BOUNDS = {"limit": (1, 100)}
"""The document states them in words only."""


@cache
def document() -> Any:
    """The published document; skips where it is not at hand."""
    if not DOCUMENT.is_file():
        pytest.skip("the published document is not at hand")
    return yaml.load(DOCUMENT.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def alternatives(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas that a value may satisfy, references and unions resolved."""
    if "$ref" in schema:
        yield from alternatives(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        return
    unions = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    # A union of requirements alone does not say what a value is.
    if any(set(member) - {"required"} for member in unions):
        for member in unions:
            yield from alternatives(member)
    if "type" in schema:
        yield schema


def kinds(schema: dict[str, Any]) -> set[str]:
    """The JSON types that a value may have."""
    found: set[str] = set()
    for alternative in alternatives(schema):
        named = alternative["type"]
        found |= {named} if isinstance(named, str) else set(named)
    return found


def properties(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The fields of an object, each with the schemas that it has in the alternatives."""
    found: dict[str, list[dict[str, Any]]] = {}
    for alternative in alternatives(schema):
        for name, inner in alternative.get("properties", {}).items():
            found.setdefault(name, []).append(inner)
    return found


def keyword(schema: dict[str, Any], name: str) -> Any:
    """What the one alternative that has it says for a keyword; enums that list other things than texts have no single answer."""
    return next((alternative[name] for alternative in alternatives(schema) if name in alternative), None)


def misfits(type_: Type, schemas: list[dict[str, Any]], path: str) -> Iterator[str]:
    """Where our type and the document's schemas for the same value do not agree."""
    wanted = set().union(*(kinds(schema) for schema in schemas)) - {"null"}
    if type_ is Scalar.JSON:
        return
    ours = {ListOf: "array", Object: "object"}.get(type(type_)) or {"map": "object"}.get(str(type_), str(type_))
    if wanted != {ours}:
        yield f"{path} is {wanted}, not {ours}"
    if isinstance(type_, ListOf):
        items = [alternative["items"] for schema in schemas for alternative in alternatives(schema) if "items" in alternative]
        yield from misfits(type_.item, items, f"{path}[]")
    if isinstance(type_, Object):
        published: dict[str, list[dict[str, Any]]] = {}
        for schema in schemas:
            for name, inner in properties(schema).items():
                published.setdefault(name, []).extend(inner)
        own = FIELDS_OF_OUR_OWN.get(path.rpartition(".")[2], set())
        if set(dict(type_.fields)) - own != set(published):
            yield f"{path} has {sorted(published)}, not {sorted(dict(type_.fields))}"
        for name, field in type_.fields:
            if name in published:
                yield from misfits(field, published[name], f"{path}.{name}")


def operation(method: Method) -> dict[str, Any]:
    """What the document says of a method."""
    found = document()["paths"][f"/v1{method.path}"][method.http_method.lower()]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", RESOURCES)
def test_columns_are_those_of_the_published_object(name: str) -> None:
    """Names agree, but for those left out on purpose."""
    published = document()["components"]["schemas"][RESOURCES[name]]["properties"]

    assert set(ASSISTANTS[name].columns) == set(published) - COLUMNS_LEFT_OUT.get(name, set())


@pytest.mark.parametrize("name", RESOURCES)
def test_column_types_are_those_of_the_published_object(name: str) -> None:
    """Types agree down to the last field, but for fields that only real servers have."""
    published = document()["components"]["schemas"][RESOURCES[name]]["properties"]

    found = [
        fault for column, described in ASSISTANTS[name].columns.items() for fault in misfits(described.type, [published[column]], column)
    ]

    assert found == []


@pytest.mark.parametrize("name", RESOURCES)
def test_columns_that_are_never_null_are_never_null_in_the_document(name: str) -> None:
    """Required and without null on one side means the same on the other, but for what compatible servers leave out."""
    published = document()["components"]["schemas"][RESOURCES[name]]
    required = {column for column in published["required"] if "null" not in kinds(published["properties"][column])}

    ours = {column for column, described in ASSISTANTS[name].columns.items() if not described.nullable}

    assert ours == {column for column in required if (name, column) not in MORE_OFTEN_NULL}


@pytest.mark.parametrize("name", RESOURCES)
def test_known_values_are_those_of_the_published_object(name: str) -> None:
    """Enumerations agree in their members."""
    published = document()["components"]["schemas"][RESOURCES[name]]["properties"]

    for column, described in ASSISTANTS[name].columns.items():
        if described.type is Scalar.STRING:
            assert set(described.enum) == set(keyword(published[column], "enum") or ()), column


def test_every_published_operation_of_the_family_has_its_method() -> None:
    """Nothing of assistants, threads, messages, runs and steps is missing."""
    prefixes = ("/v1/assistants", "/v1/threads")
    published = {
        f"{verb.upper()} {path.removeprefix('/v1')}"
        for path, operations in document()["paths"].items()
        if path.startswith(prefixes)
        for verb in operations
    }

    assert {method.http for resource in ASSISTANTS.values() for method in resource.methods.values()} == published


@pytest.mark.parametrize(("resource", "name"), METHODS)
def test_parameters_are_those_of_the_published_operation(resource: str, name: str) -> None:
    """Names in the request, places, types, defaults and sets agree."""
    method = ASSISTANTS[resource].methods[name]
    published = {item["name"]: item for item in operation(method).get("parameters", [])}

    ours = {parameter.name or key: parameter for key, parameter in method.parameters.items()}

    assert set(ours) == set(published)
    for key, parameter in ours.items():
        assert facts_of(parameter) == facts_of_published(published[key]), key
        assert (parameter.minimum, parameter.maximum) == PARAMETER_BOUNDS.get(key, (None, None)), key


def facts_of(parameter: Parameter) -> tuple[object, ...]:
    """What a parameter and its publication have to agree in."""
    required = parameter.required or parameter.place is Place.PATH
    return (parameter.place.value, required, parameter.type.value, parameter.default, set(parameter.enum))


def facts_of_published(item: dict[str, Any]) -> tuple[object, ...]:
    """The same of the publication; a list of texts is one text to us."""
    schema = item["schema"]["items"] if item["schema"]["type"] == "array" else item["schema"]
    return (item["in"], item.get("required", False), schema["type"], schema.get("default"), set(schema.get("enum", ())))


@pytest.mark.parametrize(("resource", "name"), METHODS)
def test_body_attributes_are_those_of_the_published_operation(resource: str, name: str) -> None:
    """Names, required flags, nulls, types, sets and bounds agree."""
    method = ASSISTANTS[resource].methods[name]
    content = operation(method).get("requestBody", {}).get("content", {})
    body = next(iter(alternatives(content["application/json"]["schema"]))) if content else {}
    published = {key: schema for key, schema in body.get("properties", {}).items() if key not in ATTRIBUTES_LEFT_OUT}

    assert set(method.body) == set(published)
    assert {key for key, attribute in method.body.items() if attribute.required} == set(body.get("required", []))
    for key, attribute in method.body.items():
        assert list(misfits(attribute.type, [published[key]], key)) == []
        assert attribute.nullable == ("null" in kinds(published[key])), key
        assert limits_of(attribute) == limits_of_published(published[key], attribute), key


@pytest.mark.parametrize(("resource", "name"), METHODS)
def test_objects_in_bodies_are_as_open_as_the_published_ones(resource: str, name: str) -> None:
    """Where the document says that an object has no other fields, or just one of several, the manifest does; and nowhere else."""
    method = ASSISTANTS[resource].methods[name]
    content = operation(method).get("requestBody", {}).get("content", {})
    body = next(iter(alternatives(content["application/json"]["schema"]))) if content else {"additionalProperties": False}

    assert body["additionalProperties"] is False
    assert [fault for key, attribute in method.body.items() for fault in openness(attribute, [body["properties"][key]], key)] == []


def objects(schemas: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The objects with known fields that a value may be, or hold as items."""
    for schema in schemas:
        for alternative in alternatives(schema):
            if "properties" in alternative:
                yield alternative
            yield from objects([alternative["items"]] if "items" in alternative else [])


def openness(attribute: Attribute, schemas: list[dict[str, Any]], path: str) -> Iterator[str]:
    """Where our objects and the document's do not agree in whether they have other fields, and in what is a choice."""
    fields, published = fields_of(item_of(attribute) or attribute), list(objects(schemas))
    if not fields or not published:
        return
    is_open = all(schema.get("additionalProperties") is not False for schema in published)
    if attribute.open != is_open:
        yield f"{path} is {'open' if is_open else 'closed'}"
    choice = {name for schema in published for member in schema.get("oneOf", ()) for name in member.get("required", ())}
    if set(attribute.one_of) != choice:
        yield f"{path} has one of {choice}"
    for name, field in fields.items():
        yield from openness(field, [schema["properties"][name] for schema in published if name in schema["properties"]], f"{path}.{name}")


def limits_of(attribute: Attribute) -> tuple[object, ...]:
    """Bounds and sets of an attribute."""
    if attribute.type is Scalar.MAP:
        # The publication says in prose alone how much metadata may hold.
        assert (attribute.max_items, attribute.max_key_length, attribute.max_length) == (16, 64, 512)
        return (None, None, None, None, set())
    return (attribute.minimum, attribute.maximum, attribute.max_length, attribute.max_items, set(attribute.enum))


def limits_of_published(schema: dict[str, Any], attribute: Attribute) -> tuple[object, ...]:
    """The same of the publication. The models it lists are suggestions: any text is taken. Of JSON the texts that it may be are a set."""
    open_ended = any(alternative["type"] == "string" and "enum" not in alternative for alternative in alternatives(schema))
    scalar = isinstance(attribute.type, Scalar) and attribute.type not in {Scalar.JSON, Scalar.MAP}
    takes_text = scalar or attribute.type is Scalar.JSON
    enum = set() if open_ended or not takes_text else set(keyword(schema, "enum") or ())
    if not scalar:
        return (None, None, None, keyword(schema, "maxItems") if isinstance(attribute.type, ListOf) else None, enum)
    return (*(keyword(schema, name) for name in ("minimum", "maximum", "maxLength")), None, enum)


def recorded() -> list[Any]:
    """The recorded runs, each with its label; empty where they are not at hand."""
    if not EXAMPLES.is_file():
        return [pytest.param({}, marks=pytest.mark.skip("recorded runs are not at hand"))]
    examples = json.loads(EXAMPLES.read_text("utf-8"))
    return [pytest.param(example["json"], id=example["label"]) for example in examples if example["json"]["object"] == "thread.run"]


@pytest.mark.parametrize("run", recorded())
def test_recorded_runs_fit_the_columns(run: dict[str, Any]) -> None:
    """Nothing that real servers sent is unknown, of another type, or null where it may not be."""
    runs: Resource = ASSISTANTS["runs"]

    assert set(run) - set(runs.columns) <= COLUMNS_LEFT_OUT["runs"] | OF_VERSION_1
    assert [name for name, column in runs.columns.items() if not fits_column(run.get(name), column)] == []


def fits_column(value: object, column: Column) -> bool:
    """Whether a value may stand in a column."""
    return column.nullable if value is None else fits(value, column.type)


def fits(value: Any, type_: Type) -> bool:
    """Whether a JSON value is of a type, or null within one."""
    if value is None or type_ is Scalar.JSON:
        return True
    if isinstance(type_, ListOf):
        return isinstance(value, list) and all(fits(item, type_.item) for item in value)
    if isinstance(type_, Object):
        known = dict(type_.fields)
        return isinstance(value, dict) and set(value) <= set(known) and all(fits(item, known[name]) for name, item in value.items())
    if type_ is Scalar.MAP:
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    expected = {Scalar.STRING: (str,), Scalar.INTEGER: (int,), Scalar.NUMBER: (int, float), Scalar.BOOLEAN: (bool,)}[type_]
    return type(value) in expected
