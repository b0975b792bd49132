"""Responses that are not JSON, or not the JSON that their rows are in, made into it."""

from __future__ import annotations

import json
from typing import Any

from rowcall.http.gotemplate import TemplateError, rendered
from rowcall.manifest.model import Transform, TransformKind

_LITERALS = frozenset({"true", "false"})


def transformed(transform: Transform, text: str) -> str:
    """The JSON that is made of a response. Raises ValueError where that cannot be done."""
    if transform.kind is TransformKind.XML:
        whole = xml_map(text)
        if not transform.template:
            return _typed(next(iter(whole.values()), None))
        return rendered(transform.template, whole)
    try:
        data = text if transform.kind is TransformKind.TEXT else json.loads(text)
    except ValueError as error:
        raise TemplateError(f"its body is not JSON ({error})") from error
    return rendered(transform.template, data) if transform.template else json.dumps(data)


def xml_map(text: str) -> dict[str, Any]:
    """An XML document as its root's name and what is in it: texts, objects by the names of elements, and arrays of those of one name.

    An attribute is a member with `-` before its name, and the text beside one is `#text`. Raises ValueError for what is not XML.
    """
    from xml.etree import ElementTree as ET  # most APIs answer in JSON

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("its XML declares a type or entities, which no answer needs")
    try:
        root = ET.fromstring(text)  # noqa: S314 - nothing in it is expanded, see above
    except ET.ParseError as error:
        raise ValueError(f"its body is not XML ({error})") from error
    return {_name(root.tag): _content(root)}


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _content(element: Any) -> Any:
    found: dict[str, Any] = {f"-{_name(name)}": value for name, value in element.attrib.items()}
    for child in element:
        name, value = _name(child.tag), _content(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    text = (element.text or "").strip()
    if not found:
        return text
    return {**found, "#text": text} if text else found


def _typed(value: Any) -> str:
    """Texts of XML as JSON. A number stays a text, which a column of numbers takes and one of texts keeps as it is written."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{_typed(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return f"[{','.join(map(_typed, value))}]"
    return value if isinstance(value, str) and value in _LITERALS else json.dumps(value or None)
