"""What the fields of a form are that a document describes: files, texts of JSON, and how a list is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rowcall.manifest.model import Attribute, Encoding, ListOf, Scalar
from rowcall.manifest.types import is_file as is_of_files
from rowcall.openapi.api import Content, is_json
from rowcall.openapi.names import free
from rowcall.openapi.types import Schemas


def is_file(schemas: Schemas, schema: Any) -> bool:
    """Whether a value is a file."""
    kinds = (schemas.keyword(schema, "format"), schemas.keyword(schema, "type"), schemas.keyword(schema, "contentMediaType"))
    return kinds[0] == "binary" or kinds[1] == "file" or (kinds[2] is not None and schemas.keyword(schema, "contentEncoding") is None)


def is_files(schemas: Schemas, schema: Any) -> bool:
    """Whether a value is a list of files."""
    items = schemas.items(schema)
    return items is not None and is_file(schemas, items)


def in_form(schemas: Schemas, content: Content, name: str, attribute: Attribute) -> Attribute:
    """An attribute of a body as the field of a form, where the body is one; `name` is its name in the document."""
    if content.encoding is Encoding.JSON:
        return attribute
    style = content.styles.get(name)
    said: Mapping[str, Any] = style if isinstance(style, dict) else {}
    schema = schemas.below(content.schema, name)
    if content.encoding is Encoding.MULTIPART and (is_file(schemas, schema) or is_files(schemas, schema)):
        kind = Scalar.BLOB if is_file(schemas, schema) else ListOf(Scalar.BLOB)
        named = f"{attribute.name or name}[]" if kind is not Scalar.BLOB and said.get("style") == "deepObject" else attribute.name
        return Attribute(
            type=kind,
            description=attribute.description,
            required=attribute.required,
            name=named,
            max_items=attribute.max_items,
            min_items=attribute.min_items,
        )
    media = str(said.get("contentType") or "")
    if media and is_json(media) and not isinstance(attribute.type, Scalar):
        described = f"{attribute.description.removesuffix('.')}, as JSON."
        return Attribute(
            type=Scalar.STRING, description=described, required=attribute.required, nullable=attribute.nullable, name=attribute.name
        )
    if said.get("style") == "deepObject" and isinstance(attribute.type, ListOf):
        return replace(attribute, name=f"{attribute.name or name}[]")
    return attribute


def filenames(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """What the files among attributes are called: an attribute for each."""
    found: dict[str, Attribute] = {}
    for name, attribute in attributes.items():
        if is_of_files(attribute.type):
            is_one = attribute.type is Scalar.BLOB
            noun, said = ("filename", "What the file is called.") if is_one else ("filenames", "What the files are called.")
            ours = next(each for each in (noun, f"{name}_{noun}", f"{name}_{noun}_") if free(each, {**attributes, **found}) == each)
            found[ours] = Attribute(type=Scalar.STRING if is_one else ListOf(Scalar.STRING), filename_of=name, description=said)
    return found
