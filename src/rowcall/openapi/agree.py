"""Whether a type, an attribute or a parameter of ours agrees with what a document says of the same thing.

A manifest is a choice of what a document says: it may say `json` of what is an object, and give bounds that stand in prose alone. So only
what both say and say otherwise is a difference, and the names of fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rowcall.manifest.bodies import fields_of, item_of
from rowcall.manifest.model import Attribute, Column, Parameter, Place
from rowcall.manifest.types import ListOf, Object, Scalar, Type, spelling
from rowcall.openapi.api import Field
from rowcall.openapi.types import Alternative, Property, Schemas

_SCALARS = {"string", "integer", "number", "boolean"}
_PYTHON: dict[Scalar, tuple[type, ...]] = {
    Scalar.STRING: (str,),
    Scalar.INTEGER: (int,),
    Scalar.NUMBER: (int, float),
    Scalar.BOOLEAN: (bool,),
}
_NUMBERS = frozenset({Scalar.INTEGER, Scalar.NUMBER})
_LIMITS: dict[str, tuple[str, frozenset[Type]]] = {
    "minimum": ("minimum", _NUMBERS),
    "maximum": ("maximum", _NUMBERS),
    "max_length": ("maxLength", frozenset({Scalar.STRING})),
    "max_items": ("maxItems", frozenset()),
    "min_items": ("minItems", frozenset()),
}
"""Our names of limits, those of JSON Schema, and the types that have them; lists where there is none."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a manifest and a document say otherwise."""

    at: str
    """Where, as `runs.columns.usage.total_tokens`."""
    about: str
    """What, in a word: `type`, `enum`, `required`, `missing` …"""
    manifest: str | None
    """What the manifest says; None where it has no such thing."""
    document: str | None
    """What the document says; None where it has no such thing."""
    node: Any = field(default=None, compare=False)
    """Where in the document that stands."""


class Agreement:
    """What holds between a manifest and the schemas of a document."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def column(self, at: str, column: Column, schema: Any, *, may_be_absent: bool) -> Iterator[Difference]:
        """Of a column with the schema of its values, which some rows may be without."""
        yield from self.type(at, column.type, schema)
        nullable = may_be_absent or self.is_nullable(schema)
        if column.nullable != nullable:
            yield _said(at, "nullable", column.nullable, nullable, schema)
        if column.type is Scalar.STRING:
            yield from self._enum(at, column.enum, schema)

    def parameter(self, at: str, parameter: Parameter, described: Field) -> Iterator[Difference]:
        """Of a parameter with a document's. Several values of one parameter are of one type."""
        required = parameter.required or parameter.place is Place.PATH
        if parameter.place != described.place:
            yield _said(at, "place", parameter.place.value, described.place, described.node)
        if required != described.required:
            yield _said(at, "required", required, described.required, described.node)
        single = self._schemas.items(described.schema) or described.schema
        kinds = self._kinds(single)
        # What is of several kinds is a text in the request.
        if not kinds & {"object", "array"} and not (len(kinds) > 1 and parameter.type is Scalar.STRING):
            yield from self.type(at, parameter.type, single)
        default = self._schemas.keyword(described.schema, "default")
        can_be = default is not None and type(default) in _PYTHON.get(parameter.type, ())
        if can_be and str(parameter.default) != str(default):
            yield _said(at, "default", parameter.default, default, described.node)
        yield from self._enum(at, parameter.enum, single)
        for name in ("minimum", "maximum") if parameter.type in _NUMBERS else ():
            yield from self._limit(at, name, getattr(parameter, name), self._schemas.keyword(single, name), described.node)

    def attributes(self, at: str, attributes: Mapping[str, Attribute], schema: Any) -> Iterator[Difference]:
        """Of the attributes of a body with the schema of that body."""
        every = self._schemas.properties(schema)
        published = {name: each for name, each in every.items() if not self._schemas.is_only(each, "readOnly") or name in attributes}
        # What a file is called is in no schema, as it goes with the file.
        ours = {(each.name or key).removesuffix("[]"): each for key, each in attributes.items() if each.filename_of is None}
        yield from _names(at, ours, published, schema)
        for name, attribute in ours.items():
            if name in published:
                below = f"{at}.{name}"
                if attribute.required != published[name].required:
                    yield _said(below, "required", attribute.required, published[name].required, schema)
                # Where a document says both, in two of all, it may be either.
                said = {published[name].shape.nullable, self.is_nullable(self._schemas.below(schema, name))}
                if attribute.nullable not in said:
                    yield _said(below, "nullable", attribute.nullable, not attribute.nullable, schema)
                yield from self._attribute(below, attribute, self._schemas.below(schema, name))

    def type(self, at: str, type_: Type, schema: Any) -> Iterator[Difference]:
        """Of a type with the schema of the same value; `json` agrees with whatever is no simple value."""
        found = [each for each in self._schemas.alternatives(schema) if each.kind != "null"]
        kinds = self._kinds(schema)
        if None in kinds or not kinds or (type_ is Scalar.JSON and not (len(kinds) == 1 and kinds <= _SCALARS)):
            return
        if kinds != {_kind(type_)} or (type_ is Scalar.MAP and not self._is_map(schema)):
            said = " or ".join(sorted(map(str, kinds)))
            yield Difference(at, "type", spelling(type_), said, schema)
        elif isinstance(type_, ListOf):
            yield from self.type(f"{at}[]", type_.item, self._schemas.items(schema))
        elif isinstance(type_, Object) and all(each.fields for each in found):
            published = self._schemas.properties(schema)
            yield from _names(at, dict(type_.fields), published, schema)
            for name, inner in type_.fields:
                if name in published:
                    yield from self.type(f"{at}.{name}", inner, self._schemas.below(schema, name))

    def is_nullable(self, schema: Any) -> bool:
        """Whether a value may be null."""
        return self._schemas.shape(schema).nullable

    def _kinds(self, schema: Any) -> set[str | None]:
        kinds = {each.kind for each in self._schemas.alternatives(schema)} - {"null"}
        return kinds - {"integer"} if kinds == {"integer", "number"} else kinds

    def _is_map(self, schema: Any) -> bool:
        return self._schemas.shape(schema).type in {Scalar.MAP, Scalar.JSON}

    def _attribute(self, at: str, attribute: Attribute, schema: Any) -> Iterator[Difference]:
        yield from self.type(at, attribute.type, schema)
        if attribute.type in {Scalar.STRING, Scalar.JSON}:
            yield from self._enum(at, attribute.enum, schema)
        for ours, (theirs, types) in _LIMITS.items():
            if attribute.type in types or (not types and isinstance(attribute.type, ListOf)):
                yield from self._limit(at, ours, getattr(attribute, ours), self._schemas.keyword(schema, theirs), schema)
        yield from self._fields(at, attribute, schema)

    def _fields(self, at: str, attribute: Attribute, schema: Any) -> Iterator[Difference]:
        """Of what an object may hold that is an attribute, or is in a list that is one."""
        fields = fields_of(item_of(attribute) or attribute)
        objects = list(self._objects(schema))
        if not fields or not objects:
            return
        is_open = not any(each.is_closed for each in objects)
        if attribute.open != is_open:
            yield _said(at, "open", attribute.open, is_open, schema)
        choice = _choice(objects)
        if set(attribute.one_of) != choice:
            yield Difference(at, "one_of", " ".join(sorted(attribute.one_of)), " ".join(sorted(choice)), schema)
        for name, inner in fields.items():
            found = [value for each in objects for _, value in each.fields.get(name, ())]
            if found and name in attribute.fields:
                yield from self._attribute_within(f"{at}.{name}", inner, found)

    def _attribute_within(self, at: str, attribute: Attribute, schemas: Sequence[Any]) -> Iterator[Difference]:
        schema = {"anyOf": list(schemas)} if len(schemas) > 1 else schemas[0]
        yield from self.type(at, attribute.type, schema)
        yield from self._fields(at, attribute, schema)

    def _objects(self, schema: Any) -> Iterator[Alternative]:
        """The objects with known fields that a value may be, or hold as items."""
        for each in self._schemas.alternatives(schema):
            if each.kind == "object" and each.fields:
                yield each
            for _, item in each.items:
                yield from self._objects(item)

    def _enum(self, at: str, ours: Sequence[str], schema: Any) -> Iterator[Difference]:
        """Texts that a value may be: what a document leaves open, or does not know as text, it does not say."""
        texts = [each for each in self._schemas.alternatives(schema) if each.kind == "string"]
        if not texts or any(each.enum is None for each in texts):
            return
        theirs = {str(value) for each in texts for value in each.enum or ()}
        # That something can be one text alone, its kind, is nothing one has to know.
        if set(ours) != theirs and (ours or len(theirs) > 1):
            yield Difference(at, "enum", _listed(set(ours) - theirs, ours), _listed(theirs - set(ours), theirs), schema)

    def _limit(self, at: str, name: str, ours: float | None, theirs: Any, node: Any) -> Iterator[Difference]:
        if isinstance(theirs, (int, float)) and not isinstance(theirs, bool) and ours != float(theirs):
            yield _said(at, name, ours, theirs, node)


def _kind(type_: Type) -> str:
    """What JSON Schema calls the values of a type."""
    if isinstance(type_, ListOf):
        return "array"
    if type_ is Scalar.BLOB:
        return "string"
    return "object" if isinstance(type_, Object) or type_ is Scalar.MAP else str(type_)


def _names(at: str, ours: Iterable[str], theirs: Mapping[str, Property], node: Any) -> Iterator[Difference]:
    known = list(ours)
    missing = (name for name in theirs if name not in known)
    yield from (Difference(f"{at}.{name}", "missing", None, name, theirs[name].schemas[0]) for name in missing)
    yield from (Difference(f"{at}.{name}", "unknown", name, None, node) for name in known if name not in theirs)


def _choice(objects: Iterable[Alternative]) -> set[str]:
    """The fields of which an object has just one, as `oneOf` of requirements says it."""
    choices = [member for each in objects for node in each.nodes for member in node.get("oneOf") or () if isinstance(member, dict)]
    return {name for member in choices if "properties" not in member for name in member.get("required") or ()}


def _listed(more: set[str], every: Iterable[str]) -> str:
    """What one side has and the other has not; where that is nothing, all that it has."""
    return ("+ " + " ".join(sorted(more))) if more else " ".join(sorted(every)) or "any"


def _said(at: str, about: str, ours: Any, theirs: Any, node: Any) -> Difference:
    return Difference(at, about, _text(ours), _text(theirs), node)


def _text(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
