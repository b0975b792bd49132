"""Statements to fill in, written from what a method says of its parameters and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcall.manifest.model import ListOf, Object, Scalar
from rowcall.manifest.types import identifier, literal

if TYPE_CHECKING:
    from rowcall.manifest.model import Attribute, Method, Parameter, Type

_CONSTANTS = {
    Scalar.STRING: "'…'",
    Scalar.INTEGER: "0",
    Scalar.NUMBER: "0.0",
    Scalar.BOOLEAN: "false",
    Scalar.JSON: "'…'",
    Scalar.MAP: "MAP {'name': 'value'}",
    Scalar.BLOB: "encode('…')",
}


def insert_statement(full_name: str, method: Method) -> str:
    """An INSERT, or REPLACE, that calls `method` once its placeholders are replaced.

    A method that needs nothing has its first option filled in.
    """
    verb = method.verb.value.upper()
    names = [name.removeprefix("data__") for name in (*method.required(), *method.optional())]
    if not names:
        return f"-- {method.description}\n{verb} INTO {full_name} DEFAULT VALUES;"
    filled = max(1, len(method.required()))
    inputs = [_input(method, name) for name in (*method.required(), *method.optional())]
    columns = _lines([(identifier(name), "") for name in names], filled)
    values = _lines([(placeholder(item), f"{name}: {_note(item)}") for name, item in zip(names, inputs, strict=True)], filled)
    return f"-- {method.description}\n{verb} INTO {full_name} (\n{columns}\n)\nVALUES (\n{values}\n);"


def placeholder(item: Parameter | Attribute) -> str:
    """A constant of the item's type that the API's own bounds allow, as far as a placeholder can."""
    if item.enum:
        return literal(item.enum[0])
    if isinstance(item.type, Scalar) and item.type in {Scalar.INTEGER, Scalar.NUMBER} and item.minimum is not None:
        return f"{item.minimum:g}"
    return _constant(item.type)


def _constant(type_: Type) -> str:
    if isinstance(type_, ListOf):
        return f"[{_constant(type_.item)}]"
    if isinstance(type_, Object):
        return "{" + ", ".join(f"{literal(name)}: {_constant(field)}" for name, field in type_.fields) + "}"
    return _CONSTANTS[type_]


def _input(method: Method, name: str) -> Parameter | Attribute:
    return method.parameters[name] if name in method.parameters else method.body[name.removeprefix("data__")]


def _note(item: Parameter | Attribute) -> str:
    """What the placeholder does not show by itself, and the description."""
    if item.enum:
        shown = f"one of {', '.join(item.enum)}. " if len(item.enum) > 1 else ""
    else:
        shown = f"{item.type.value}. " if isinstance(item.type, Scalar) else ""
    return shown + item.description


def _lines(entries: list[tuple[str, str]], filled: int) -> str:
    """One entry a line, with a note behind it; those after the first `filled` are commented out, with their comma."""
    lines = []
    for index, (entry, note) in enumerate(entries):
        text = f"  {entry}{',' if index < filled - 1 else ''}" if index < filled else f"  -- , {entry}"
        lines.append(f"{text}  -- {note}" if note else text)
    return "\n".join(lines)
