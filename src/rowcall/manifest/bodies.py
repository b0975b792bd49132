"""What of a body does not fit what the manifest says of its attributes: asked before a write is sent, and by the sandbox, which refuses it.

A body is looked at as the JSON that it is: nothing is converted here. What a manifest leaves open fits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rowcall.manifest.files import File
from rowcall.manifest.model import Attribute, Kind, ListOf, Object, Scalar
from rowcall.manifest.types import GREATEST, LEAST


class Reason(StrEnum):
    """Why a value does not fit; as the sandbox calls the refusal of it."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    WRONG_TYPE = "wrong_type"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LONG_KEY = "long_key"
    TOO_MANY = "too_many"
    NOT_ALLOWED = "not_allowed"
    NOT_ONE = "not_one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A value that its API would refuse."""

    reason: Reason
    path: str
    """Where it stands, as `tools[0].type`."""
    attribute: Attribute
    """What is declared there; of an unknown name, what is declared of the object that has it."""
    value: Any = None
    """What came; None for what is missing."""
    bound: float = 0
    """What it is below or above, with the reasons that are about that."""
    key: str = ""
    """The key that is unknown, or too long."""


def misfits(value: Any, attribute: Attribute, path: str) -> Iterator[Misfit]:
    """What does not fit of a value that stands at `path`, in the order in which it stands there."""
    if value is None:
        if not attribute.nullable:
            yield Misfit(reason=Reason.WRONG_TYPE, path=path, attribute=attribute)
    elif not _fits(value, attribute):
        yield Misfit(reason=Reason.WRONG_TYPE, path=path, attribute=attribute, value=value)
    else:
        yield from _limits(value, attribute, path)
        yield from _within(value, attribute, path)


def misfits_within(
    body: Mapping[str, Any], attributes: Mapping[str, Attribute], path: str = "", *, is_open: bool = False
) -> Iterator[Misfit]:
    """What does not fit of an object that may have these attributes, and others if it is open.

    `path` ends with a dot, or is that of the body.
    """
    for key, value in body.items():
        if key not in attributes and not is_open:
            whole = Attribute(type=Scalar.JSON, description="", fields=dict(attributes))
            yield Misfit(reason=Reason.UNKNOWN, path=path + key, attribute=whole, value=value, key=key)
    for key, attribute in attributes.items():
        if key in body:
            yield from misfits(body[key], attribute, path + key)
        elif attribute.needed(body):
            yield Misfit(reason=Reason.MISSING, path=path + key, attribute=attribute)


def item_of(attribute: Attribute) -> Attribute | None:
    """What is declared of the items of a list; None where nothing is."""
    if isinstance(attribute.type, ListOf):
        item = attribute.type.item
        is_any = item is Scalar.JSON and not attribute.fields
        return Attribute(type=item, description="", nullable=is_any, **_of_objects(attribute))
    if attribute.fields:
        return Attribute(type=Scalar.JSON, description="", kinds=(Kind.OBJECT,), **_of_objects(attribute))
    return None


def _of_objects(attribute: Attribute) -> dict[str, Any]:
    """What an attribute of several objects says of each."""
    return {name: getattr(attribute, name) for name in ("fields", "open", "one_of")}


def fields_of(attribute: Attribute) -> Mapping[str, Attribute]:
    """All fields that an object may have; empty where it may have any."""
    if isinstance(attribute.type, Object):
        declared = {name: Attribute(type=type_, description="", nullable=True) for name, type_ in attribute.type.fields}
        return {**declared, **attribute.fields}
    return attribute.fields


def kind_of(value: Any) -> Kind | None:
    """What JSON calls a value; None for null."""
    return next((kind for types, kind in _KINDS if isinstance(value, types)), None)


_KINDS: tuple[tuple[type | tuple[type, ...], Kind], ...] = (
    (str, Kind.STRING),
    (bool, Kind.BOOLEAN),  # which Python counts among the numbers
    ((int, float), Kind.NUMBER),
    (list, Kind.ARRAY),
    (dict, Kind.OBJECT),
)


def _fits(value: Any, attribute: Attribute) -> bool:
    """Whether a value is of the type and of one of the kinds that are declared, whatever is in it."""
    type_, kind = attribute.type, kind_of(value)
    if type_ is Scalar.BLOB or isinstance(value, File):
        return type_ is Scalar.BLOB and isinstance(value, File)
    if type_ is Scalar.JSON:
        return not attribute.kinds or kind in attribute.kinds
    if type_ is Scalar.INTEGER:
        return isinstance(value, int) and kind is Kind.NUMBER and LEAST <= value <= GREATEST
    if type_ is Scalar.NUMBER and isinstance(value, float) and not math.isfinite(value):
        return False
    return kind is (Kind.ARRAY if isinstance(type_, ListOf) else Kind.OBJECT if isinstance(type_, Object) else _SCALAR_KINDS[type_])


_SCALAR_KINDS = {
    Scalar.STRING: Kind.STRING,
    Scalar.NUMBER: Kind.NUMBER,
    Scalar.BOOLEAN: Kind.BOOLEAN,
    Scalar.MAP: Kind.OBJECT,
}


def outside(value: Any, minimum: float | None, maximum: float | None) -> tuple[Reason, float] | None:
    """Which of two bounds a number is beyond, and why; None where it is not, or is no number."""
    if kind_of(value) is Kind.NUMBER:
        if minimum is not None and value < minimum:
            return Reason.TOO_SMALL, minimum
        if maximum is not None and value > maximum:
            return Reason.TOO_LARGE, maximum
    return None


def _limits(value: Any, attribute: Attribute, path: str) -> Iterator[Misfit]:
    """What is beyond the bounds, sizes and sets of values of an attribute."""
    if beyond := outside(value, attribute.minimum, attribute.maximum):
        yield Misfit(reason=beyond[0], path=path, attribute=attribute, value=value, bound=beyond[1])
    if isinstance(value, str):
        if attribute.max_length is not None and len(value) > attribute.max_length:
            yield Misfit(reason=Reason.TOO_LONG, path=path, attribute=attribute, value=value, bound=attribute.max_length)
        if attribute.enum and value not in attribute.enum:
            yield Misfit(reason=Reason.NOT_ALLOWED, path=path, attribute=attribute, value=value)
    least, most = attribute.min_items, attribute.max_items
    if least is not None and isinstance(value, list) and len(value) < least:
        yield Misfit(reason=Reason.TOO_SHORT, path=path, attribute=attribute, value=value, bound=least)
    if most is not None and isinstance(value, (list, dict)) and len(value) > most:
        reason = Reason.TOO_LONG if isinstance(value, list) else Reason.TOO_MANY
        yield Misfit(reason=reason, path=path, attribute=attribute, value=value, bound=most)


def _within(value: Any, attribute: Attribute, path: str) -> Iterator[Misfit]:
    """What does not fit of what is in a list, an object or a map."""
    if attribute.type is Scalar.MAP:
        yield from _in_map(value, attribute, path)
    elif isinstance(value, list) and (item := item_of(attribute)) is not None:
        for index, inner in enumerate(value):
            yield from misfits(inner, item, f"{path}[{index}]")
    elif isinstance(value, dict) and (fields := fields_of(attribute)):
        yield from misfits_within(value, fields, f"{path}.", is_open=attribute.open)
        if attribute.one_of and sum(name in value for name in attribute.one_of) != 1:
            yield Misfit(reason=Reason.NOT_ONE, path=path, attribute=attribute, value=value)


def _in_map(value: Mapping[str, Any], attribute: Attribute, path: str) -> Iterator[Misfit]:
    longest = attribute.max_key_length
    for key in value:
        if longest is not None and len(key) > longest:
            yield Misfit(reason=Reason.LONG_KEY, path=path, attribute=attribute, value=value, bound=longest, key=key)
    text = Attribute(type=Scalar.STRING, description="", max_length=attribute.max_length)
    for key, inner in value.items():
        yield from misfits(inner, text, f"{path}.{key}")
