"""What a schema says a value is, in our own types.

A schema is a set of rules and a type is a shape, so this loses what has no shape: a value that may be of several kinds, that holds others
of its own kind, or that is nested too deep or too large, is `json`, and why is said. An object that may be one of several has the fields of
all of them. Nothing here reads or sends anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from rowcall.manifest.types import ListOf, Object, Scalar, Type
from rowcall.openapi.document import Document

DEEPEST = 5
"""How many objects may stand within one another in a column."""

MOST_FIELDS = 100
"""How many fields a column may have, those of its fields counted."""

_MOST_ALTERNATIVES = 64
_SCALARS = {"string": Scalar.STRING, "integer": Scalar.INTEGER, "number": Scalar.NUMBER, "boolean": Scalar.BOOLEAN}
_KINDS = {**dict.fromkeys(_SCALARS), "array": None, "object": None, "null": None}
# What documents say that know no better; `file` is Swagger's own.
_OTHER_KINDS = {"file": "string", "date": "string", "datetime": "string", "int": "integer", "long": "integer", "float": "number"} | {
    "double": "number",
    "bool": "boolean",
}
_STRUCTURE = ("properties", "items", "additionalProperties", "prefixItems", "patternProperties")


class Why(StrEnum):
    """Why a value, or something in it, is `json`."""

    FREE = "nothing is said of what it is"
    MIXED = "it may be of several kinds"
    RECURSIVE = "it may hold values of its own kind"
    DEEP = "objects are nested too deep"
    LARGE = "it has too many fields"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a value is."""

    type: Type
    nullable: bool = False
    enum: tuple[str, ...] = ()
    """The texts that it may be; empty where it may be any, or is no text."""
    why: Why | None = None
    """Why it, or the first of what is in it, is `json`; None where nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A field of an object."""

    shape: Shape
    required: bool
    """Whether the object always has it, whichever of several it is."""
    schemas: tuple[Any, ...]
    """What the document says of it, as it stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One thing that a value may be: rules that all hold, put together."""

    kind: str | None = None
    """What JSON Schema calls it, as `integer`; None where it may be anything."""
    fields: dict[str, tuple[tuple[int, Any], ...]]
    """For each field the schemas that hold for it, each with the identity of the object that has it."""
    required: frozenset[str] = frozenset()
    items: tuple[tuple[int, Any], ...] = ()
    values: tuple[tuple[int, Any], ...] = ()
    """What holds for the values of an object's other fields, where something does."""
    enum: tuple[Any, ...] | None = None
    nodes: tuple[Any, ...] = ()
    """The objects of the document that say what is in it."""

    @property
    def is_closed(self) -> bool:
        """Whether an object has no other fields."""
        return any(node.get("additionalProperties") is False for node in self.nodes)

    def and_(self, other: Alternative) -> Alternative | None:
        """What both say; None where nothing can be both."""
        kind = _common(self.kind, other.kind)
        if kind is None and not (self.kind is None and other.kind is None):
            return None
        fields = {name: (*self.fields.get(name, ()), *other.fields.get(name, ())) for name in self.fields | other.fields}
        enum = self.enum if other.enum is None else other.enum
        if self.enum is not None and other.enum is not None:
            enum = tuple(value for value in self.enum if value in other.enum)
        return Alternative(
            kind=kind,
            fields=fields,
            required=self.required | other.required,
            items=self.items + other.items,
            values=self.values + other.values,
            enum=enum,
            nodes=self.nodes + other.nodes,
        )


_ANYTHING = Alternative(fields={})
_NULL = Alternative(kind="null", fields={})


class Schemas:
    """The schemas of a document."""

    def __init__(self, document: Document, *, deepest: int = DEEPEST, most_fields: int = MOST_FIELDS) -> None:
        self._document = document
        self._deepest = deepest
        self._most_fields = most_fields
        # With each schema that something is known of, so that no other one can come to have its identity.
        self._known: dict[int, tuple[Any, list[Alternative]]] = {}
        self._shapes: dict[tuple[int, int], tuple[Any, Shape]] = {}
        self._properties: dict[int, tuple[Any, Mapping[str, Property]]] = {}
        self._circles = 0
        """How often something was met within itself: what is made meanwhile is another one elsewhere."""

    def shape(self, schema: Any) -> Shape:
        """What a value is that satisfies `schema`; of an absent one (None), anything."""
        return self._shape((schema,), frozenset(), 0)

    def properties(self, schema: Any) -> Mapping[str, Property]:
        """The fields of an object, which are the columns of a row, in the document's order; empty for what is no object with fields."""
        if id(schema) not in self._properties:
            self._properties[id(schema)] = (schema, dict(self._all_properties(schema)))
        return self._properties[id(schema)][1]

    def _all_properties(self, schema: Any) -> Iterator[tuple[str, Property]]:
        objects = [each for each in self.alternatives(schema) if each.kind == "object"]
        for name in dict.fromkeys(name for each in objects for name in each.fields if name):
            shape = self._field(objects, name, frozenset(), 0)
            required = all(name in each.required for each in objects)
            schemas = tuple(found for each in objects for _, found in each.fields.get(name, ()))
            yield name, Property(shape=shape, required=required, schemas=schemas)

    def items(self, schema: Any) -> Any:
        """The schema of an array's items; where the value may be one of several arrays, any of theirs will do. None where there is none."""
        return _any_of(item for each in self.alternatives(schema) for _, item in each.items)

    def below(self, schema: Any, name: str) -> Any:
        """The schema of a field of an object; of one that has several, any of them will do. None where there is no such field."""
        found = self.properties(schema).get(name)
        return _any_of(found.schemas) if found else None

    def alternatives(self, schema: Any) -> Sequence[Alternative]:
        """The things that a value may be that satisfies `schema`."""
        return self._flat(schema, frozenset())

    def keyword(self, schema: Any, name: str) -> Any:
        """What a schema says for a keyword: itself, by `$ref`, by `allOf`, or as the one thing beside null; None where that is nothing."""
        return next(iter(self._said(schema, name, frozenset())), None)

    def is_open(self, type_: Type, schema: Any) -> bool:
        """Whether an object of a type, or each in a list, may have other fields than those that the document names."""
        while isinstance(type_, ListOf):
            type_, schema = type_.item, self.items(schema)
        if not isinstance(type_, Object):
            return False
        return not any(each.is_closed for each in self.alternatives(schema) if each.kind == "object")

    def is_only(self, property_: Property, keyword: str) -> bool:
        """Whether a field is `readOnly`, and so in no body, or `writeOnly`, and so in no row."""
        return all(self.keyword(schema, keyword) is True for schema in property_.schemas)

    def _said(self, schema: Any, name: str, inside: frozenset[int]) -> Iterator[Any]:
        if not isinstance(schema, dict) or id(schema) in inside:
            return
        if schema.get(name) is not None:
            yield schema[name]
        inside |= {id(schema)}
        below = [self._document.resolved(schema)] if "$ref" in schema else []
        below += _members(schema, "allOf")
        for key in ("anyOf", "oneOf"):
            rest = [member for member in _members(schema, key) if not _is_null(member)]
            below += rest if len(rest) == 1 else []
        for each in below:
            yield from self._said(each, name, inside)

    def _flat(self, schema: Any, inside: frozenset[int]) -> list[Alternative]:
        """As `alternatives`; none for a schema that is made of itself alone."""
        if not isinstance(schema, dict):
            return [_ANYTHING]
        if id(schema) in self._known:
            return self._known[id(schema)][1]
        if id(schema) in inside:
            self._circles += 1
            return []
        circles = self._circles
        found = self._combined(schema, inside | {id(schema)})
        if circles == self._circles:
            self._known[id(schema)] = (schema, found)
        return found

    def _combined(self, schema: dict[str, Any], inside: frozenset[int]) -> list[Alternative]:
        parts = [list(_own(schema))]
        if "$ref" in schema:
            parts.append(self._flat(self._document.resolved(schema), inside))
            if not any(parts):
                return []
        parts += [self._flat(member, inside) for member in _members(schema, "allOf")]
        for key in ("anyOf", "oneOf"):
            parts += [[each for member in _members(schema, key) for each in self._flat(member, inside)]]
        found = _all_of([part for part in parts if part])
        # Some say it in one of all, which is not what the keyword means there, and what they mean.
        said = [schema, *(member for member in _members(schema, "allOf") if isinstance(member, dict) and not any(_own(member)))]
        return [*found, _NULL] if any(map(_says_null, said)) else found

    def _shape(self, schemas: Sequence[Any], open_: frozenset[int], depth: int) -> Shape:
        key = (id(schemas[0]), depth)
        if len(schemas) > 1 or not isinstance(schemas[0], dict):
            return self._new_shape(schemas, open_, depth)
        if key not in self._shapes:
            circles = self._circles
            shape = self._new_shape(schemas, open_, depth)
            if circles != self._circles:
                return shape
            self._shapes[key] = (schemas[0], shape)
        return self._shapes[key][1]

    def _new_shape(self, schemas: Sequence[Any], open_: frozenset[int], depth: int) -> Shape:
        every = _all_of([self._flat(schema, frozenset()) for schema in schemas])
        nullable = any(each.kind == "null" or None in (each.enum or ()) for each in every)
        rest = [each for each in every if each.kind != "null"]
        kinds = {each.kind for each in rest}
        if not rest or None in kinds:
            shape = Shape(type=Scalar.JSON, why=Why.FREE)
        elif kinds <= {"integer", "number"}:
            shape = Shape(type=Scalar.NUMBER if "number" in kinds else Scalar.INTEGER)
        elif len(kinds) > 1:
            shape = Shape(type=Scalar.JSON, why=Why.MIXED)
        elif (kind := rest[0].kind) in _SCALARS:
            shape = Shape(type=_SCALARS[str(kind)], enum=_texts(rest) if kind == "string" else ())
        elif any(id(node) in open_ for each in rest for node in each.nodes):
            self._circles += 1
            shape = Shape(type=Scalar.JSON, why=Why.RECURSIVE)
        else:
            shape = self._list(rest, open_, depth) if kind == "array" else self._object(rest, open_, depth)
        return replace(shape, nullable=True) if nullable else shape

    def _list(self, lists: Sequence[Alternative], open_: frozenset[int], depth: int) -> Shape:
        item = unified(self._of(each.items, open_, depth) for each in lists)
        return Shape(type=ListOf(item.type), why=item.why)

    def _object(self, objects: Sequence[Alternative], open_: frozenset[int], depth: int) -> Shape:
        names = list(dict.fromkeys(name for each in objects for name in each.fields if name))
        if not names:
            values = unified(self._of(each.values, open_, depth) for each in objects)
            return Shape(type=Scalar.MAP) if values.type is Scalar.STRING else Shape(type=Scalar.JSON, why=Why.FREE)
        if not all(each.fields for each in objects) or len({name.casefold() for name in names}) < len(names):
            return Shape(type=Scalar.JSON, why=Why.MIXED)
        if depth >= self._deepest:
            return Shape(type=Scalar.JSON, why=Why.DEEP)
        shapes = {name: self._field(objects, name, open_, depth + 1) for name in names}
        type_ = Object(tuple((name, shape.type) for name, shape in shapes.items()))
        if _size(type_) > self._most_fields:
            return Shape(type=Scalar.JSON, why=Why.LARGE)
        return Shape(type=type_, why=next((shape.why for shape in shapes.values() if shape.why), None))

    def _field(self, objects: Sequence[Alternative], name: str, open_: frozenset[int], depth: int) -> Shape:
        """What a field is in those of the objects that have it."""
        shape = unified(self._of(each.fields[name], open_, depth) for each in objects if name in each.fields)
        return shape if all(name in each.fields for each in objects) else replace(shape, nullable=True)

    def _of(self, schemas: Sequence[tuple[int, Any]], open_: frozenset[int], depth: int) -> Shape:
        return self._shape([schema for _, schema in schemas] or [None], open_ | {owner for owner, _ in schemas}, depth)


def _any_of(schemas: Iterable[Any]) -> Any:
    """One schema for what satisfies any of these; None where there are none."""
    different = list({id(schema): schema for schema in schemas}.values())
    return {"anyOf": different} if len(different) > 1 else next(iter(different), None)


def _own(schema: dict[str, Any]) -> Iterator[Alternative]:
    """What a schema says by its own keywords, apart from others that it is made of; nothing where that is nothing."""
    owner = id(schema)
    fields = schema.get("properties")
    required = schema.get("required")
    items = schema.get("items")
    values = schema.get("additionalProperties")
    made = Alternative(
        fields={str(name): ((owner, field),) for name, field in fields.items()} if isinstance(fields, dict) else {},
        required=frozenset(filter(_is_text, required)) if isinstance(required, list) else frozenset(),
        items=((owner, items),) if isinstance(items, dict) else (),
        values=((owner, values),) if isinstance(values, dict) else (),
        enum=_enum(schema),
        nodes=(schema,) if any(key in schema for key in _STRUCTURE) else (),
    )
    kinds = list(_kinds(schema))
    for kind in kinds:
        yield replace(made, kind=kind, enum=_of_kind(made.enum, kind))
    if not kinds and made != _ANYTHING:
        yield made


def _kinds(schema: dict[str, Any]) -> Iterator[str]:
    """What a schema says that a value is, by `type` or by what else it says of it."""
    named = schema.get("type")
    for name in named if isinstance(named, list) else [named]:
        kind = _OTHER_KINDS.get(str(name).lower(), str(name).lower())
        if kind in _KINDS:
            yield kind
    if named is not None:
        return
    if any(key in schema for key in ("properties", "additionalProperties", "patternProperties")):
        yield "object"
    elif "items" in schema or "prefixItems" in schema:
        yield "array"
    else:
        yield from dict.fromkeys(map(_kind_of, _enum(schema) or ()))


def _enum(schema: dict[str, Any]) -> tuple[Any, ...] | None:
    if "const" in schema:
        return (schema["const"],)
    return tuple(schema["enum"]) if isinstance(schema.get("enum"), list) else None


def _of_kind(enum: tuple[Any, ...] | None, kind: str) -> tuple[Any, ...] | None:
    """What an enum has for a kind. Texts may stand in it as YAML reads them: 7, true."""
    if enum is None:
        return None
    if kind == "string":
        return tuple(value if isinstance(value, str) else _as_text(value) for value in enum if value is not None)
    return tuple(value for value in enum if value is not None)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind_of(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def _members(schema: dict[str, Any], key: str) -> list[Any]:
    found = schema.get(key)
    return found if isinstance(found, list) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and (schema.get("type") in ("null", ["null"]) or _enum(schema) == (None,))


def _says_null(schema: dict[str, Any]) -> bool:
    return schema.get("nullable") is True or schema.get("x-nullable") is True or None in (_enum(schema) or ())


def _common(one: str | None, other: str | None) -> str | None:
    """The kind of what is of both; None where nothing is, or neither says anything."""
    if one is None or one == other:
        return other
    if other is None:
        return one
    return "integer" if {one, other} == {"integer", "number"} else None


def _all_of(parts: Sequence[Sequence[Alternative]]) -> list[Alternative]:
    """What a value may be that is one of each part; anything where the parts contradict one another, or are too many."""
    if len(parts) == 1:
        return list(parts[0])
    found = [_ANYTHING]
    for part in parts:
        if len(found) * len(part) > _MOST_ALTERNATIVES and len(found) > 1:
            return [_ANYTHING]
        found = [both for one in found for other in part if (both := one.and_(other)) is not None]
    return found or [_ANYTHING]


def _texts(alternatives: Sequence[Alternative]) -> tuple[str, ...]:
    """The texts that a value may be; empty where one of the alternatives takes any."""
    if any(each.enum is None for each in alternatives):
        return ()
    return tuple(dict.fromkeys(value for each in alternatives for value in each.enum or ()))


def unified(shapes: Iterable[Shape]) -> Shape:
    """What a value is that has one of the shapes."""
    first, *rest = shapes
    for other in rest:
        enum = tuple(dict.fromkeys(first.enum + other.enum)) if first.enum and other.enum else ()
        type_ = _either(first.type, other.type)
        why = first.why or other.why or (Why.MIXED if type_ is Scalar.JSON else None)
        first = Shape(type=type_, nullable=first.nullable or other.nullable, enum=enum, why=why)
    return first


def _either(one: Type, other: Type) -> Type:
    if one == other:
        return one
    if {one, other} == {Scalar.INTEGER, Scalar.NUMBER}:
        return Scalar.NUMBER
    if isinstance(one, ListOf) and isinstance(other, ListOf):
        return ListOf(_either(one.item, other.item))
    if isinstance(one, Object) and isinstance(other, Object):
        ours, theirs = dict(one.fields), dict(other.fields)
        merged = {name: _either(ours.get(name, type_), theirs.get(name, type_)) for name, type_ in (ours | theirs).items()}
        if len({name.casefold() for name in merged}) == len(merged):
            return Object(tuple(merged.items()))
    return Scalar.JSON


def _size(type_: Type) -> int:
    """How many fields a type has, those of its fields counted."""
    if isinstance(type_, ListOf):
        return _size(type_.item)
    return sum(_size(field) for _, field in type_.fields) if isinstance(type_, Object) else 1
