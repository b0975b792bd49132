"""Responses that are not JSON, or not the JSON that their rows are in, made into it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from rowcall.http.gotemplate import TemplateError, rendered
from rowcall.http.xml import root_of
from rowcall.manifest.model import Transform, TransformKind

_LITERALS = frozenset({"true", "false"})


def transformed(transform: Transform, text: str, *, reads: bool = True) -> str:
    """The JSON that is made of a response, of a read or of a write. Raises ValueError where that cannot be done."""
    if transform.kind is TransformKind.XML:
        whole = xml_map(text)
        if transform.into is not None:
            return _typed(found_rows(whole, transform.into, transform.fields, is_list=reads))
        if not transform.template:
            return _typed(next(iter(whole.values()), None))
        return rendered(transform.template, whole)
    if transform.kind is TransformKind.JSONL:
        text = _lines(text)
        if not transform.template:
            return text
    try:
        data = text if transform.kind is TransformKind.TEXT else json.loads(text)
    except ValueError as error:
        raise TemplateError(f"its body is not JSON ({error})") from error
    return rendered(transform.template, data) if transform.template else json.dumps(data)


def _lines(text: str) -> str:
    """The array of what stands in lines of JSON. Raises ValueError where one of them is none."""
    try:
        found = msgspec.json.Decoder(type=msgspec.Raw).decode_lines(text)
    except msgspec.DecodeError as error:
        raise ValueError(f"its body is no lines of JSON ({error})") from error
    return f"[{','.join(bytes(each).decode() for each in found)}]"


def xml_map(text: str) -> dict[str, Any]:
    """An XML document as its root's name and what is in it: texts, objects by the names of elements, and arrays of those of one name.

    An attribute is a member with `-` before its name, and the text beside one is `#text`. Raises ValueError for what is not XML.
    """
    root = root_of(text)
    return {_name(root.tag): _content(root)}


def found_rows(whole: Mapping[str, Any], into: str, fields: Collection[str], *, is_list: bool) -> dict[str, Any]:
    """What is in the root of an XML document, with its rows as a list under a name: whatever has one of the fields, or the list in it.

    AWS has the rows of its answers so, in one element or two, and what leads to more of them beside them. With `is_list`, raises ValueError
    for an error or a page for people, and where nothing in it is a list, or empty as one may be.
    """
    ((root, inside),) = whole.items()
    names = {root, *inside} if isinstance(inside, dict) else {root}
    if is_list and not _TROUBLE.isdisjoint(names - {*fields}):
        raise ValueError(f"its XML is no list (`{min(names & _TROUBLE)}`)")
    if not isinstance(inside, dict):
        if is_list and inside:
            raise ValueError("its XML has a text and no list")
        return {into: []}
    payload = next((value for name, value in inside.items() if name.endswith("Result") and isinstance(value, dict)), inside)
    if not payload.keys().isdisjoint(fields):
        return {into: [payload]}
    payload = {name: value for name, value in payload.items() if name != "ResponseMetadata"}
    beside = {name: value for name, value in payload.items() if isinstance(value, str)}
    found = _list_in(payload)
    rows = _rows(found)
    if is_list and not rows and (found or (all(payload.values()) and len(beside) < len(payload))):
        raise ValueError("nothing in its XML is known to hold rows")
    return {**beside, into: rows}


_TROUBLE = frozenset({"html", "Error", "Errors"})
"""What an element is called in an answer that is no list."""


def _list_in(payload: Mapping[str, Any]) -> Any:
    """The member that has the rows: a list, one that has items, or one that has nothing but one thing in it."""
    members = [value for _, value in sorted(payload.items())]
    lists = [value for value in members if isinstance(value, list)]
    items = [value for value in members if isinstance(value, dict) and "item" in value]
    alone = [value for value in members if isinstance(value, dict) and len(value) == 1 and not isinstance(next(iter(value.values())), str)]
    return next(iter([*lists, *items, *alone]), None)


def _rows(member: Any) -> list[Any]:
    if isinstance(member, list):
        return [one for one in member if isinstance(one, dict)]
    if not isinstance(member, dict):
        return []
    if "item" in member:
        return _rows(member["item"])
    (only, *rest) = member.values()
    return _rows(only) if not rest and isinstance(only, (dict, list)) else [member]


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
