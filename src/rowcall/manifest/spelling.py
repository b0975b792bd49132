"""Attributes as the body that they are in, with the names that things have there, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rowcall.manifest.bodies import fields_of, item_of
from rowcall.manifest.model import Attribute, Encoding, ListOf, Method


def spelt(method: Method, attributes: Mapping[str, Any]) -> Any:
    """What a body has of its attributes, in XML what is in the root element; None where that is all of it and is not given."""
    if (sole := method.sole) is not None:
        return attributes.get(sole)
    if method.encoding is Encoding.XML:
        return _elements(attributes, method.body)
    return {method.body[key].name or key if key in method.body else key: value for key, value in attributes.items()}


def unspelt(method: Method, body: Any) -> dict[str, Any]:
    """The attributes that such a body is of; what is of none stays as it is called there."""
    if (sole := method.sole) is not None:
        return {sole: body}
    if method.encoding is Encoding.XML:
        return _attributes(body, method.body)
    names = {attribute.name or key: key for key, attribute in method.body.items()}
    return {names.get(name, name): value for name, value in body.items()}


def _elements(value: Mapping[str, Any], fields: Mapping[str, Attribute]) -> dict[str, Any]:
    """An object with the names of XML, in the order of the manifest, which is that of its schema."""
    found: dict[str, Any] = {}
    for key in (*(key for key in fields if key in value), *(key for key in value if key not in fields)):
        attribute = fields.get(key)
        *around, last = _path(key, attribute)
        place = found
        for name in around:
            place = place.setdefault(name, {})
        place[last] = _named(value[key], attribute)
    return found


def _named(value: Any, attribute: Attribute | None) -> Any:
    if isinstance(value, list):
        item = item_of(attribute) if attribute is not None else None
        return [_named(inner, item) for inner in value]
    return _elements(value, fields_of(attribute) if attribute is not None else {}) if isinstance(value, dict) else value


def _attributes(body: Any, fields: Mapping[str, Attribute]) -> dict[str, Any]:
    """An object with the names of the manifest, of one with those of XML, or of the text of an element that has nothing else."""
    found, known = {}, set()
    body = body if isinstance(body, dict) else {"#text": body} if body else {}
    for key, attribute in fields.items():
        path = _path(key, attribute)
        known |= {path[0], _bare(path[0])}
        for value in _at(body, path, is_list=isinstance(attribute.type, ListOf)):
            found[key] = _unnamed(value, attribute)
    return {**found, **{name: value for name, value in body.items() if name not in known}}


def _at(body: Any, path: list[str], *, is_list: bool) -> Iterator[Any]:
    """What stands at a path, if anything does; of a list whose element is empty none."""
    *around, last = path
    for name in around:
        if not isinstance(body, dict) or not {name, _bare(name)} & body.keys():
            return
        body = body.get(name, body.get(_bare(name)))
    if isinstance(body, dict) and {last, _bare(last)} & body.keys():
        yield body.get(last, body.get(_bare(last)))
    elif is_list and around and body in ("", {}):
        yield []


def _unnamed(value: Any, attribute: Attribute | None) -> Any:
    if attribute is not None and isinstance(attribute.type, ListOf):
        return [_unnamed(inner, item_of(attribute)) for inner in (value if isinstance(value, list) else [value])]
    fields = fields_of(attribute) if attribute is not None else {}
    return _attributes(value, fields) if fields and isinstance(value, (dict, str)) else value


def _path(key: str, attribute: Attribute | None) -> list[str]:
    return [key] if attribute is None or attribute.name is None else attribute.name.split(".")


def _bare(name: str) -> str:
    """A name without its prefix, which is not there where XML was read."""
    return "-" * name.startswith("-") + name.removeprefix("-").rpartition(":")[2]
