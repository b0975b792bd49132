"""What a client sent, checked against the manifest: parameters and bodies, with the API's own words for what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rowcall.http.transform import xml_map
from rowcall.manifest.bodies import Misfit, Reason, misfits_within, outside
from rowcall.manifest.files import File
from rowcall.manifest.model import Attribute, Encoding, Kind, ListOf, Many, Method, Parameter, Place, Scalar
from rowcall.manifest.sandbox import Refusals, Sandbox
from rowcall.manifest.spelling import unspelt
from rowcall.sandbox.exchange import Incoming
from rowcall.sandbox.forms import FormError, body_of, encoding_of, fields, typed
from rowcall.sandbox.refused import Refused
from rowcall.sandbox.template import follow
from rowcall.sandbox.untransformed import given

_KINDS = {
    Scalar.STRING: "a string",
    Scalar.INTEGER: "an integer",
    Scalar.NUMBER: "a decimal",
    Scalar.BOOLEAN: "a boolean",
    Scalar.MAP: "an object",
    Scalar.JSON: "a value",
    Scalar.BLOB: "a file",
}
_ENTRY = re.compile(r"(?P<name>[^\[\]]+)\[(?P<key>[^\[\]]*)\]")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?")
_BOUND_KINDS = {Scalar.INTEGER: "integer", Scalar.NUMBER: "decimal"}


def query_values(method: Method, query: Sequence[tuple[str, str]], sandbox: Sandbox, paging: Collection[str] = ()) -> dict[str, Any]:
    """The query parameters by their names, converted, defaults filled in; those of `paging` as text. Raises Refused.

    A parameter that is called otherwise in the request is there under both of its names, and one that takes several values is a list.
    """
    refusals = sandbox.refusals
    known = {parameter.name or name: (name, parameter) for name, parameter in method.parameters.items() if parameter.place is Place.QUERY}
    values: dict[str, Any] = {name: parameter.default for name, parameter in known.values() if parameter.default is not None}
    values |= _entries(query, known)
    given: dict[str, list[Any]] = {}
    for key, text in query:
        if key in known and text == known[key][1].sends:  # which asks for all there is
            values.pop(known[key][0], None)
            continue
        if key in known:
            name, parameter = known[key]
            if parameter.many is None:
                values[name] = values[key] = _parameter(key, parameter, text, refusals)
            else:
                given.setdefault(name, []).extend(_items(key, parameter, parameter.many, text, refusals))
        elif key in paging:
            values[key] = text
        elif _entry(key, known) is None and key not in sandbox.ignored_query:
            raise Refused(refusals.unknown, {"name": key})
    for key, (name, parameter) in known.items():
        if name in given:
            values[name] = values[key] = _several(key, parameter, given[name], refusals)
        if parameter.required and name not in values:
            raise Refused(refusals.missing, {"name": key})
    return values


def _entries(query: Sequence[tuple[str, str]], known: Mapping[str, tuple[str, Parameter]]) -> dict[str, dict[str, str]]:
    """The entries of maps that a query asks for, by the names of their parameters."""
    found: dict[str, dict[str, str]] = {}
    for key, text in query:
        if (entry := _entry(key, known)) is not None:
            found.setdefault(entry[0], {})[entry[1]] = text
    return found


def _entry(key: str, known: Mapping[str, tuple[str, Parameter]]) -> tuple[str, str] | None:
    """The parameter and the key of an entry of a map, as `metadata[tenant]`; None for any other parameter of a query."""
    match = _ENTRY.fullmatch(key)
    name, parameter = known.get(match["name"], ("", None)) if match is not None else ("", None)
    return None if match is None or parameter is None or parameter.entries is None else (name, match["key"])


def elsewhere_values(method: Method, incoming: Incoming, sandbox: Sandbox, paging: Collection[str] = ()) -> dict[str, Any]:
    """The values of parameters that a read has in headers and in its body, and of those of `paging`, as they were sent. Raises Refused."""
    values: dict[str, Any] = {name: text for name in paging if (text := incoming.headers.get(name.lower())) is not None}
    body = _document(incoming.body, sandbox.refusals) if method.is_read else {}
    values |= {name: value for name in paging if (value := follow(body, tuple(name.split(".")))) is not None}
    for name, parameter in method.parameters.items():
        key = parameter.name or name
        if parameter.place is Place.HEADER and key.lower() in incoming.headers:
            values[name] = _parameter(key, parameter, incoming.headers[key.lower()], sandbox.refusals)
        elif parameter.place is Place.BODY and method.is_read and body.get(key) is not None:
            values[name] = body[key]
        elif parameter.required and parameter.place in {Place.HEADER, Place.BODY}:
            raise Refused(sandbox.refusals.missing, {"name": key})
    return values


def body_values(method: Method, incoming: Incoming, sandbox: Sandbox) -> dict[str, Any]:
    """The attributes of a request's body; an absent body has none. Raises Refused.

    One that is called otherwise in the request is there under both of its names.
    """
    attributes, body = method.body, _sent(method, incoming, sandbox.refusals)
    is_plain = method.encoding is Encoding.JSON and method.sole is None
    known = {(attribute.name or key) if is_plain else key: attribute for key, attribute in attributes.items()}
    looked_at = {key: value for key, value in body.items() if key in known or key not in sandbox.ignored_body}
    misfit = next(misfits_within(looked_at, known), None)
    if misfit is not None:
        raise Refused(getattr(sandbox.refusals, misfit.reason), _words(misfit))
    there = {one.name: body[key] for key, one in attributes.items() if one.name is not None and key in body}
    return {key: body[one.name] for key, one in attributes.items() if one.name in body} | there | body


def _sent(method: Method, incoming: Incoming, refusals: Refusals) -> dict[str, Any]:
    """A body, which may be JSON wherever it has no file, by its names if it has to be that, else by its attributes. Raises Refused."""
    if method.body_transform is not None:
        document = given(method.body_transform, incoming.body.decode("utf-8", "replace"))
        is_plain = method.encoding is Encoding.JSON and method.sole is None and isinstance(document, dict)
        return document if is_plain else unspelt(method, document)
    if method.encoding not in _PLAIN or method.sole is not None:
        return _otherwise(method, incoming, refusals) if incoming.body or "content-type" in incoming.headers else {}
    encoding = encoding_of(incoming)
    if encoding is Encoding.JSON:
        document = _document(incoming.body, refusals)
        return document if method.encoding is Encoding.JSON else unspelt(method, document)
    wrong = _wrong(method, refusals)
    if encoding is not method.encoding:
        raise wrong
    try:
        return body_of(method, fields(incoming))
    except FormError:
        raise wrong from None


_PLAIN = frozenset({Encoding.JSON, Encoding.MULTIPART, Encoding.URLENCODED})


def _otherwise(method: Method, incoming: Incoming, refusals: Refusals) -> dict[str, Any]:
    """The attributes of a body that is no object of JSON and no form. Raises Refused for what is not what the manifest says."""
    sole, content = method.sole or "", incoming.body
    try:
        match method.encoding:
            case Encoding.RAW:
                return {sole: File(content, sole) if method.body[sole].type is Scalar.BLOB else content.decode()}
            case Encoding.XML:
                found = xml_map(content.decode()) if _XML.match(incoming.headers.get("content-type", "").lower()) else {}
                return typed(unspelt(method, found[(method.root or "").rpartition(":")[2]]), method)
            case Encoding.JSONL:
                return {sole: [json.loads(line, parse_constant=_no_constant) for line in content.split(b"\n") if line.strip()]}
            case _:
                return unspelt(method, json.loads(content, parse_constant=_no_constant))
    except (ValueError, KeyError, RecursionError):
        raise _wrong(method, refusals) from None


def _wrong(method: Method, refusals: Refusals) -> Refused:
    """The refusal of a body that is written in another way than the manifest says."""
    words = {Encoding.XML: "XML", Encoding.RAW: "a text in UTF-8", Encoding.JSONL: "lines of JSON"}
    expected = words.get(method.encoding, f"a form ({method.encoding.value})")
    return Refused(refusals.bad_json if method.encoding is Encoding.JSON else refusals.bad_form, {"expected": expected})


_XML = re.compile(r"(application|text)/([\w.+-]+\+)?xml\s*(;|$)")


def _words(misfit: Misfit) -> dict[str, Any]:
    """What the words of a refusal are filled with."""
    attribute, value = misfit.attribute, misfit.value
    words: dict[str, Any] = {"name": misfit.path, "key": misfit.key, "bound": _number(misfit.bound)}
    match misfit.reason:
        case Reason.TOO_LONG:
            return {**words, **(_ARRAY if isinstance(value, list) else _STRING), "found": len(value)}
        case Reason.TOO_SHORT | Reason.TOO_MANY | Reason.LONG_KEY:
            return {**words, "found": len(misfit.key or value)}
        case Reason.NOT_ALLOWED:
            return {**words, "expected": _either(attribute.enum), "found": value}
        case Reason.NOT_ONE:
            return {
                **words,
                "expected": _either(attribute.one_of),
                "found": _either([key for key in attribute.one_of if key in value]) or "none",
            }
        case Reason.TOO_SMALL | Reason.TOO_LARGE:
            return {**words, **_bounded(attribute), "found": value}
        case _:
            return {**words, "expected": _expected(attribute), "found": _found(value)}


def _document(content: bytes, refusals: Refusals) -> dict[str, Any]:
    if not content.strip():
        return {}
    try:
        body = json.loads(content, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(refusals.bad_json, {}) from None
    if not isinstance(body, dict):
        raise Refused(refusals.not_object, {"found": _found(body)})
    return body


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _items(key: str, parameter: Parameter, many: Many, text: str, refusals: Refusals) -> list[Any]:
    """The values in one text of a parameter that takes several."""
    texts = text.split(many.separator) if many.separator is not None else [text]
    return [_parameter(key, parameter, item, refusals) for item in texts]


def _several(key: str, parameter: Parameter, items: list[Any], refusals: Refusals) -> list[Any]:
    """The values, not more of them than a request may have."""
    most = parameter.many.maximum if parameter.many is not None else None
    if most is not None and len(items) > most:
        raise Refused(refusals.too_long, {"name": key, **_ARRAY, "bound": most, "found": len(items)})
    return items


def _parameter(key: str, parameter: Parameter, text: str, refusals: Refusals) -> Any:
    value = _converted(parameter.type, text)
    if value is None:
        raise Refused(refusals.wrong_type, {"name": key, "expected": _KINDS[parameter.type], "found": "a string"})
    _bounds(key, parameter, value, refusals)
    if parameter.enum and value not in parameter.enum:
        raise Refused(refusals.not_allowed, {"name": key, "expected": _either(parameter.enum), "found": value})
    return value


def _converted(type_: Scalar, text: str) -> Any:
    """The text of a query parameter as its type; None where it is none of that type."""
    if type_ is Scalar.BOOLEAN:
        return {"true": True, "false": False}.get(text)
    if type_ not in _BOUND_KINDS:
        return text
    form, convert = (_INTEGER, int) if type_ is Scalar.INTEGER else (_NUMBER, float)
    return convert(text) if form.fullmatch(text) else None


_STRING = {"kind": "string", "expected": "a string"}
_ARRAY = {"kind": "array", "expected": "an array"}


def _expected(attribute: Attribute) -> str:
    """What refusals call the values that an attribute may have."""
    if attribute.kinds:
        first, *others = [_KIND_NAMES[kind] for kind in attribute.kinds]
        if Kind.ARRAY in attribute.kinds and attribute.fields:
            first, *others = [name.replace("an array", "an array of objects") for name in (first, *others)]
        shorter = [name.partition(" ")[2] for name in others]
        return f"one of {', '.join([first, *shorter[:-1]])} or {shorter[-1]}" if shorter else first
    if isinstance(attribute.type, Scalar):
        return _KINDS[attribute.type]
    return "an array" if isinstance(attribute.type, ListOf) else "an object"


_KIND_NAMES = {
    Kind.STRING: "a string",
    Kind.NUMBER: "a decimal",
    Kind.BOOLEAN: "a boolean",
    Kind.ARRAY: "an array",
    Kind.OBJECT: "an object",
}


def _bounds(name: str, parameter: Parameter, value: Any, refusals: Refusals) -> None:
    if beyond := outside(value, parameter.minimum, parameter.maximum):
        raise Refused(getattr(refusals, beyond[0]), {"name": name, **_bounded(parameter), "bound": _number(beyond[1]), "found": value})


def _bounded(limits: Parameter | Attribute) -> dict[str, str]:
    return {"kind": _BOUND_KINDS.get(limits.type, "value") if isinstance(limits.type, Scalar) else "value"}


def _number(value: float) -> float:
    return int(value) if value == int(value) else value


def _found(value: Any) -> str:
    """What kind of JSON value it is, with its article."""
    if value is None:
        return "null"
    if isinstance(value, File):
        return "a file"
    if isinstance(value, bool):
        return "a boolean"
    return next(name for types, name in _JSON_KINDS if isinstance(value, types))


_JSON_KINDS: tuple[tuple[type, str], ...] = (
    (str, "a string"),
    (int, "an integer"),
    (float, "a decimal"),
    (list, "an array"),
    (dict, "an object"),
)


def _either(names: Sequence[str]) -> str:
    shown = [f"'{name}'" for name in names]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
