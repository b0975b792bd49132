"""Forms that a client sent, with fields and files, as the bodies that they stand for: the other way round of `http/bodies.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from rowcall.manifest.bodies import fields_of, item_of
from rowcall.manifest.files import File
from rowcall.manifest.model import Attribute, Encoding, ListOf, Method, Object, Scalar
from rowcall.sandbox.exchange import Incoming

_TYPES = {"multipart/form-data": Encoding.MULTIPART, "application/x-www-form-urlencoded": Encoding.URLENCODED}
_PARAMETER = re.compile(r';\s*(?P<name>[\w*-]+)=(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s;]*))')
_STEP = re.compile(r"\[([^\[\]]*)\]")
_INDEX = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]+)?")
"""A number; one that is longer is none that Python reads."""
_ESCAPED = {"%22": '"', "%0D": "\r", "%0A": "\n"}

Field = tuple[str, str | File]


class FormError(ValueError):
    """A body is no form of the kind that it says."""


def encoding_of(incoming: Incoming) -> Encoding:
    """How a body is written, by its media type."""
    return _TYPES.get(incoming.headers.get("content-type", "").partition(";")[0].strip().lower(), Encoding.JSON)


def shown(incoming: Incoming) -> dict[str, Any]:
    """The fields of a form by name, those of one name as a list. Raises FormError."""
    found: dict[str, Any] = {}
    for name, value in fields(incoming):
        if name not in found:
            found[name] = value
        else:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
    return found


def fields(incoming: Incoming) -> list[Field]:
    """The fields of a form, in order. Raises FormError."""
    if encoding_of(incoming) is Encoding.URLENCODED:
        return list(parse_qsl(incoming.body.decode("utf-8", "replace"), keep_blank_values=True))
    boundary = _parameters(incoming.headers.get("content-type", "")).get("boundary")
    if not boundary:
        raise FormError("there is no boundary")
    mark = f"--{boundary}".encode()
    opening, *parts = (b"\r\n" + incoming.body).split(b"\r\n" + mark)
    if opening.strip() or not parts or not parts[-1].startswith(b"--"):
        raise FormError("it does not end")
    return [_part(part) for part in parts[:-1]]


def _part(part: bytes) -> Field:
    head, blank, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    lines = head.decode("utf-8", "replace").split("\r\n")
    said = next((line for line in lines if line.lower().startswith("content-disposition:")), "")
    named = _parameters(said)
    if not blank or "name" not in named:
        raise FormError("a part has no name")
    if "filename" in named:
        return named["name"], File(content, named["filename"])
    return named["name"], content.decode("utf-8", "replace")


def _parameters(header: str) -> dict[str, str]:
    found = {}
    for match in _PARAMETER.finditer(header):
        text = match["quoted"] if match["quoted"] is not None else match["bare"]
        for escaped, plain in _ESCAPED.items():
            text = text.replace(escaped, plain)
        found[match["name"].lower()] = text
    return found


def body_of(method: Method, sent: Sequence[Field]) -> dict[str, Any]:
    """The body that the fields of a form stand for, by the attributes of a method, of their types where a text can be of them."""
    names = {attribute.name or key: key for key, attribute in method.body.items()}
    body: dict[str, Any] = {}
    for name, value in sent:
        if name in names:
            key = names[name]
            many = isinstance(method.body[key].type, ListOf)
            body[key] = [*body.get(key, []), value] if many else value
        else:
            base, steps = name.partition("[")[0], _STEP.findall(name)
            body[names.get(base, base)] = _with(body.get(names.get(base, base)), steps, value) if steps else value
    found = typed(body, method)
    return {**found, **dict(_filenames(method, found))}


def _filenames(method: Method, body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, attribute in method.body.items():
        file = body.get(attribute.filename_of or "")
        if isinstance(file, File):
            yield key, file.filename
        elif isinstance(file, list):
            yield key, [each.filename for each in file if isinstance(each, File)]


def typed(body: Mapping[str, Any], method: Method) -> dict[str, Any]:
    """Attributes that stand as texts in a body, as their types where they can be of them."""
    return {key: _typed(value, method.body[key]) if key in method.body else value for key, value in body.items()}


def _with(whole: Any, steps: Sequence[str], value: Any) -> Any:
    """A value within others, which are lists where a step is a number and objects elsewhere."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if not step or _INDEX.fullmatch(step):
        items = list(whole) if isinstance(whole, list) else []
        at = int(step) if step else len(items)
        if at >= len(items):
            return [*items, _with(None, rest, value)]
        return [*items[:at], _with(items[at], rest, value), *items[at + 1 :]]
    known = whole if isinstance(whole, dict) else {}
    return {**known, step: _with(known.get(step), rest, value)}


def _typed(value: Any, attribute: Attribute) -> Any:
    """What stands in a form as the type of an attribute, where it can be one; else as it is."""
    if isinstance(value, list) and (item := item_of(attribute)) is not None:
        return [] if value == [""] else [_typed(inner, item) for inner in value]
    if isinstance(value, dict) and not isinstance(value, File) and isinstance(attribute.type, Object):
        inside = fields_of(attribute)
        return {key: _typed(inner, inside[key]) if key in inside else inner for key, inner in value.items()}
    return _of_text(value, attribute) if isinstance(value, str) else value


def _of_text(text: str, attribute: Attribute) -> Any:
    if not text and attribute.nullable:
        return None
    if not text and (attribute.type is Scalar.MAP or isinstance(attribute.type, Object)):
        return {}
    if attribute.type is Scalar.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if attribute.type in {Scalar.INTEGER, Scalar.NUMBER} and (match := _NUMBER.fullmatch(text)):
        return float(text) if match[1] else int(text)
    return text
