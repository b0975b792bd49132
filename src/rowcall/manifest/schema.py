"""The manifest language as a JSON Schema, made from the records that check it, for editors and other readers.

It knows keys and types; what must hold between keys is in `rules.py`. `python -m rowcall.manifest.schema` writes it and the reference
page to a source checkout.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from enum import StrEnum
from pathlib import Path
from typing import Any

from rowcall.manifest.document import keys_of
from rowcall.manifest.model import Part, Provider, Scalar, Service, Type
from rowcall.manifest.reference import NOT_KEYS, records, reference

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def json_schema() -> dict[str, Any]:
    """The schema of provider and service files; a file with the key `service` or `more_of` is the latter."""
    definitions = {record.__name__: _record(record) for record in records()}
    return {
        "$schema": _DIALECT,
        "title": "rowcall provider manifest",
        "description": "A provider file or, with the key `service` or `more_of`, a service file.",
        "if": {"required": ["service"]},
        "then": _reference(Service),
        "else": {"if": {"required": ["more_of"]}, "then": _reference(Part), "else": _reference(Provider)},
        "$defs": {**definitions, "Type": _type()},
    }


def schema_text() -> str:
    """The schema as it stands in `provider/manifest.schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def write(root: Path) -> tuple[Path, ...]:
    """The generated files below the root of a source checkout, written anew."""
    files = {root / "docs" / "manifest.md": reference(), root / "provider" / "manifest.schema.json": schema_text()}
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    return tuple(files)


def _record(record: Any) -> dict[str, Any]:
    fields = {key: entry for key, entry in keys_of(record).items() if key not in NOT_KEYS}
    required = [key for key, (field, _) in fields.items() if _is_required(field)]
    schema = {"type": "object", "additionalProperties": False, "properties": {key: _property(*entry) for key, entry in fields.items()}}
    return {**schema, "required": required} if required else schema


def _property(field: dataclasses.Field[Any], hint: Any) -> dict[str, Any]:
    schema = {"description": field.metadata["doc"], **_schema(hint)}
    default = _json(field.default)
    return schema if default is None else {**schema, "default": default}


def _schema(hint: Any) -> dict[str, Any]:
    if hint == Type:
        return {"$ref": "#/$defs/Type"}
    if dataclasses.is_dataclass(hint):
        return _reference(hint)
    containers = {dict: _mapping, tuple: _list, types.UnionType: _union}
    return containers.get(typing.get_origin(hint), _scalar)(hint)


def _mapping(hint: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _schema(typing.get_args(hint)[1])}


def _list(hint: Any) -> dict[str, Any]:
    return {"type": "array", "items": _schema(typing.get_args(hint)[0])}


def _union(hint: Any) -> dict[str, Any]:
    members = typing.get_args(hint)
    if all(member in _SCALARS or member is types.NoneType for member in members):
        return {"type": [_SCALARS.get(member, "null") for member in members]}
    return {"anyOf": [{"type": "null"} if member is types.NoneType else _schema(member) for member in members]}


def _scalar(hint: Any) -> dict[str, Any]:
    if issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    return {"type": _SCALARS[hint]}


def _type() -> dict[str, Any]:
    itself = {"$ref": "#/$defs/Type"}
    return {
        "description": "A type: a name, a list of one type, or the fields of an object.",
        "anyOf": [
            {"enum": [scalar.value for scalar in Scalar]},
            {"type": "array", "items": itself, "minItems": 1, "maxItems": 1},
            {"type": "object", "additionalProperties": itself, "minProperties": 1},
        ],
    }


def _reference(record: Any) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{record.__name__}"}


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _json(value: Any) -> Any:
    """A default as JSON; None where there is none, or where it is a record whose own keys have defaults."""
    if value is dataclasses.MISSING or dataclasses.is_dataclass(value):
        return None
    return list(value) if isinstance(value, tuple) else value


if __name__ == "__main__":
    for written in write(Path(__file__).resolve().parents[3]):
        print(written)  # noqa: T201 - a command says what it did
