"""What a client sent, checked against the manifest: parameters and bodies, with the API's own words for what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rowcall.manifest.model import Attribute, ListOf, Many, Method, Object, Parameter, Place, Scalar, Type
from rowcall.manifest.sandbox import Refusals, Sandbox
from rowcall.sandbox.refused import Refused

_KINDS = {
    Scalar.STRING: "a string",
    Scalar.INTEGER: "an integer",
    Scalar.NUMBER: "a decimal",
    Scalar.BOOLEAN: "a boolean",
    Scalar.MAP: "an object",
    Scalar.JSON: "a value",
}
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
    given: dict[str, list[Any]] = {}
    for key, text in query:
        if key in known:
            name, parameter = known[key]
            if parameter.many is None:
                values[name] = values[key] = _parameter(key, parameter, text, refusals)
            else:
                given.setdefault(name, []).extend(_items(key, parameter, parameter.many, text, refusals))
        elif key in paging:
            values[key] = text
        elif key not in sandbox.ignored_query:
            raise Refused(refusals.unknown, {"name": key})
    for key, (name, parameter) in known.items():
        if name in given:
            values[name] = values[key] = _several(key, parameter, given[name], refusals)
        if parameter.required and name not in values:
            raise Refused(refusals.missing, {"name": key})
    return values


def body_values(name: str, methods: Mapping[str, Method], content: bytes, sandbox: Sandbox) -> dict[str, Any]:
    """The attributes of the body of a request for the method `name`; an absent body has none. Raises Refused."""
    body = _document(content, sandbox.refusals)
    _body(name, methods, body, "", sandbox)
    return body


def _body(name: str, methods: Mapping[str, Method], body: Mapping[str, Any], above: str, sandbox: Sandbox) -> None:
    """Checks a body of the method `name`, which stands at `above` (a path that ends with a dot) of the body that was sent."""
    refusals, attributes, inner = sandbox.refusals, methods[name].body, sandbox.bodies.get(name, {})
    for key in body:
        if key not in attributes and (above or key not in sandbox.ignored_body):
            raise Refused(refusals.unknown, {"name": above + key})
    for key, attribute in attributes.items():
        place = above + key
        if key not in body:
            if attribute.required:
                raise Refused(refusals.missing, {"name": place})
            continue
        _attribute(place, attribute, body[key], refusals)
        if key in inner:
            for at, part in _parts(place, body[key]):
                _body(inner[key], methods, part, f"{at}.", sandbox)


def _parts(place: str, value: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """The objects in a value, each with its place."""
    items = [(f"{place}[{index}]", item) for index, item in enumerate(value)] if isinstance(value, list) else [(place, value)]
    return [(at, item) for at, item in items if isinstance(item, dict)]


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


def _attribute(name: str, attribute: Attribute, value: Any, refusals: Refusals) -> None:
    if value is None and attribute.nullable:
        return
    _require(value is not None, name, _expected(attribute.type), value, refusals)
    _type(name, attribute.type, value, refusals)
    _bounds(name, attribute, value, refusals)
    _sizes(name, attribute, value, refusals)
    if attribute.enum and value not in attribute.enum:
        raise Refused(refusals.not_allowed, {"name": name, "expected": _either(attribute.enum), "found": value})


def _sizes(name: str, attribute: Attribute, value: Any, refusals: Refusals) -> None:
    """Raises Refused for a text, list or map that has more than it may have."""
    if isinstance(value, list):
        _length(name, attribute.max_items, value, _ARRAY, refusals)
    elif attribute.type is not Scalar.MAP:
        _length(name, attribute.max_length, value, _STRING, refusals)
    else:
        if attribute.max_items is not None and len(value) > attribute.max_items:
            raise Refused(refusals.too_many, {"name": name, "bound": attribute.max_items, "found": len(value)})
        for key, text in value.items():
            if attribute.max_key_length is not None and len(key) > attribute.max_key_length:
                raise Refused(refusals.long_key, {"name": name, "key": key, "bound": attribute.max_key_length, "found": len(key)})
            _length(f"{name}.{key}", attribute.max_length, text, _STRING, refusals)


def _length(name: str, most: int | None, value: Any, words: Mapping[str, str], refusals: Refusals) -> None:
    if most is not None and isinstance(value, (str, list)) and len(value) > most:
        raise Refused(refusals.too_long, {"name": name, **words, "bound": most, "found": len(value)})


_STRING = {"kind": "string", "expected": "a string"}
_ARRAY = {"kind": "array", "expected": "an array"}


def _expected(type_: Type) -> str:
    """What refusals call the values of a type."""
    if isinstance(type_, Scalar):
        return _KINDS[type_]
    return "an array" if isinstance(type_, ListOf) else "an object"


def _type(name: str, type_: Type, value: Any, refusals: Refusals) -> None:
    """Raises Refused where a value, or one within it, is of another type; fields that a type does not name may hold anything."""
    if isinstance(type_, ListOf):
        _require(isinstance(value, list), name, "an array", value, refusals)
        for index, item in enumerate(value):
            _type(f"{name}[{index}]", type_.item, item, refusals)
    elif isinstance(type_, Object):
        _require(isinstance(value, dict), name, "an object", value, refusals)
        for field, inner in type_.fields:
            if value.get(field) is not None:
                _type(f"{name}.{field}", inner, value[field], refusals)
    elif type_ is not Scalar.JSON:
        _require(_fits(type_, value), name, _KINDS[type_], value, refusals)
        for key, item in value.items() if type_ is Scalar.MAP else ():
            _require(isinstance(item, str), f"{name}.{key}", "a string", item, refusals)


def _fits(type_: Scalar, value: Any) -> bool:
    if isinstance(value, bool):
        return type_ is Scalar.BOOLEAN
    return isinstance(value, _PYTHON_TYPES[type_])


_PYTHON_TYPES: Mapping[Scalar, tuple[type, ...]] = {
    Scalar.STRING: (str,),
    Scalar.INTEGER: (int,),
    Scalar.NUMBER: (int, float),
    Scalar.BOOLEAN: (bool,),
    Scalar.MAP: (dict,),
}


def _require(fits: object, name: str, expected: str, value: Any, refusals: Refusals) -> None:
    if not fits:
        raise Refused(refusals.wrong_type, {"name": name, "expected": expected, "found": _found(value)})


def _bounds(name: str, limits: Parameter | Attribute, value: Any, refusals: Refusals) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    scope = {"name": name, "kind": _BOUND_KINDS.get(limits.type, "value") if isinstance(limits.type, Scalar) else "value", "found": value}
    if limits.minimum is not None and value < limits.minimum:
        raise Refused(refusals.too_small, {**scope, "bound": _number(limits.minimum)})
    if limits.maximum is not None and value > limits.maximum:
        raise Refused(refusals.too_large, {**scope, "bound": _number(limits.maximum)})


def _number(value: float) -> float:
    return int(value) if value == int(value) else value


def _found(value: Any) -> str:
    """What kind of JSON value it is, with its article."""
    if value is None:
        return "null"
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
