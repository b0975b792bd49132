"""How a body is written that a document describes: JSON, a form, XML, lines of JSON, or a file by itself.

What a document leaves open of XML, as what its root element is called, is not guessed: then the body is given as it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rowcall.manifest.model import ALL, Attribute, Encoding, ListOf, Object, Parameter, Place, Scalar, Type
from rowcall.manifest.xml import is_name
from rowcall.openapi.api import Content, is_form, is_json, is_lines, is_xml
from rowcall.openapi.forms import is_file
from rowcall.openapi.names import called, free, sentence
from rowcall.openapi.types import Property, Schemas

_MEDIA = {Encoding.JSON: "application/json", Encoding.XML: "application/xml", Encoding.JSONL: "application/x-ndjson"}
"""What is sent where nothing else is said."""
_BYTES = "application/octet-stream"
_ALIKE = frozenset({"attribute", "element", "text"})
"""What OpenAPI 3.2 calls a value (`nodeType`) that has a form here."""


class XMLError(Exception):
    """A body of XML is more than the manifest can say; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is said of a body besides its attributes, as a method has it."""

    encoding: Encoding = Encoding.JSON
    headers: dict[str, str] = field(default_factory=dict)
    root: str | None = None
    base: str | None = None
    sole: dict[str, Attribute] = field(default_factory=dict)
    """The attribute that is all of it; empty where it has others."""
    parameters: dict[str, Parameter] = field(default_factory=dict)
    """What a call says of it in headers."""
    why: str = ""
    """Why it is given as it is, though it is XML with known elements."""


def written(schemas: Schemas, content: Content) -> Written:
    """How a body is written, as far as the document says."""
    encoding, why = _encoding(schemas, content), ""
    if encoding is Encoding.XML:
        try:
            return _xml(schemas, content)
        except XMLError as error:
            encoding, why = Encoding.RAW, str(error)
    if encoding is Encoding.RAW:
        sole = Attribute(type=Scalar.BLOB, required=True, description=_said(schemas, content, "All of what is sent."))
        if len(media := [content.media, *(each for each in content.choices if each != content.media)]) == 1 and "*" not in media[0]:
            headers = {} if media[0] in {"", _BYTES} else {"Content-Type": media[0]}
            return Written(encoding=encoding, headers=headers, sole={"content": sole}, why=why)
        return Written(encoding=encoding, sole={"content": sole}, parameters={"content_type": _content_type(media)}, why=why)
    is_own = encoding in _MEDIA and content.media not in {"", _MEDIA[encoding]} and "*" not in content.media
    headers = {"Content-Type": content.media} if is_own else {}
    kinds = {each.kind for each in schemas.alternatives(content.schema)} - {"null"} if content.schema is not None else set()
    if encoding is Encoding.JSONL:
        shape = schemas.shape(schemas.items(content.schema) if kinds == {"array"} else content.schema)
        lines = Attribute(type=ListOf(shape.type), required=True, description=_said(schemas, content, "What the lines say."))
        return Written(encoding=encoding, headers=headers, sole={"lines": lines})
    if encoding is Encoding.JSON and kinds and kinds != {"object"} and None not in kinds:
        shape, name = schemas.shape(content.schema), "items" if kinds == {"array"} else "value"
        value = Attribute(type=shape.type, name=ALL, required=True, description=_said(schemas, content, "All of what is sent."))
        return Written(encoding=encoding, headers=headers, sole={name: value})
    return Written(encoding=encoding, headers=headers)


def _said(schemas: Schemas, content: Content, otherwise: str) -> str:
    texts = [str(schemas.keyword(content.schema, key) or "") for key in ("description", "title")]
    return sentence(content.description, *texts, otherwise=otherwise)


def _content_type(media: Collection[str]) -> Parameter:
    """The header that says what a file is."""
    enum = () if any("*" in each for each in media) else tuple(media)
    needed = not any(each.startswith(("*", _BYTES)) for each in media)
    return Parameter(place=Place.HEADER, name="Content-Type", required=needed, enum=enum, description="What kind of file it is.")


def _encoding(schemas: Schemas, content: Content) -> Encoding:
    kinds = {each.kind for each in schemas.alternatives(content.schema)} - {"null"} if content.schema is not None else set()
    if is_form(content.media):
        return content.encoding
    if is_lines(content.media):
        return Encoding.JSONL
    if is_json(content.media):
        return Encoding.RAW if "*" in content.media and is_file(schemas, content.schema) else Encoding.JSON
    return Encoding.XML if is_xml(content.media) and kinds == {"object"} and schemas.properties(content.schema) else Encoding.RAW


# -- XML ---------------------------------------------------------------------------------------------------------------------------


def _xml(schemas: Schemas, content: Content) -> Written:
    """Raises XMLError for what the manifest cannot say, or the document does not."""
    said = _xml_of(schemas, content.schema)
    reference = str(content.schema.get("$ref", "")) if isinstance(content.schema, dict) else ""
    name = str(said.get("name") or reference.rpartition("/")[2])
    if not name:
        raise XMLError("the document does not say what its root element is called")
    root, spaces = _name(said, name, "element"), dict(_spaces(said))
    names = _Names(schemas, spaces, said.get("namespace"))
    places: list[str] = []
    for each, found in _fields(schemas, content):
        path, _ = names.element(each, schemas.below(content.schema, each), found.shape.type)
        _refuse_taken(path, places, "its body")
        places.append(path)
    headers = {} if content.media == _MEDIA[Encoding.XML] else {"Content-Type": content.media}
    base = json.dumps({f"-xmlns{':' if prefix else ''}{prefix}": space for prefix, space in spaces.items()}) if spaces else None
    return Written(encoding=Encoding.XML, headers=headers, root=root, base=base)


def in_xml(schemas: Schemas, content: Content, name: str, ours: str, attribute: Attribute) -> Attribute:
    """An attribute of a body of XML with what it is called there; `name` is its name in the document, and `ours` that in the manifest."""
    said = _xml_of(schemas, content.schema)
    path, fields = _Names(schemas, {}, said.get("namespace")).element(name, schemas.below(content.schema, name), attribute.type)
    return replace(attribute, name=None if path == ours else path, fields=fields)


def names_in_xml(schemas: Schemas, content: Content) -> dict[str, str]:
    """The fields of a body of XML by what they are called there. Empty where the manifest cannot say it."""
    said = _xml_of(schemas, content.schema)
    names = _Names(schemas, {}, said.get("namespace"))
    try:
        found = {
            name: names.element(name, schemas.below(content.schema, name), each.shape.type) for name, each in _fields(schemas, content)
        }
    except XMLError:
        return {}
    return {path: name for name, (path, _) in found.items()}


def _fields(schemas: Schemas, content: Content) -> Iterator[tuple[str, Property]]:
    for name, each in schemas.properties(content.schema).items():
        if not schemas.is_only(each, "readOnly"):
            yield name, each


class _Names:
    """The names of elements within a body; collects namespaces by prefix."""

    def __init__(self, schemas: Schemas, spaces: dict[str, str], default: Any) -> None:
        self._schemas = schemas
        self._spaces = spaces
        self._default = default

    def element(self, name: str, schema: Any, type_: Type) -> tuple[str, dict[str, Attribute]]:
        """The dotted path of what is called so, and the fields of the objects in it that are called otherwise. Raises XMLError."""
        said = self._of(schema)
        kind = str(said.get("nodeType") or ("attribute" if said.get("attribute") is True else "element"))
        if kind not in _ALIKE:
            raise XMLError(f"`{name}` is no element, no attribute and no text of its own")
        own = "#text" if kind == "text" else _name(said, str(said.get("name") or name), kind)
        if isinstance(type_, ListOf):
            item = self._schemas.items(schema)
            if isinstance(type_.item, ListOf) or kind != "element":
                raise XMLError(f"`{name}` is a list of what is no element")
            inner = self._of(item)
            if said.get("wrapped") is True:
                own = f"{own}.{_name(inner, str(inner.get('name') or own.rpartition(':')[2]), kind)}"
            else:
                own = _name(inner, str(inner.get("name") or name), kind)
            return own, self._fields(name, item, type_.item)
        return own, self._fields(name, schema, type_)

    def _fields(self, name: str, schema: Any, type_: Type) -> dict[str, Attribute]:
        if not isinstance(type_, Object):
            if type_ is Scalar.JSON and any(self._says_names(schema, set())):
                raise XMLError(f"`{name}` has names of elements in it that no type says")
            return {}
        found: dict[str, Attribute] = {}
        places: list[str] = []
        for each, inner in type_.fields:
            below = self._schemas.below(schema, each)
            path, fields = self.element(each, below, inner)
            _refuse_taken(path, places, f"`{name}`")
            places.append(path)
            if path != each or fields:
                text = str(self._schemas.keyword(below, "description") or "")
                found[each] = Attribute(
                    type=inner,
                    name=None if path == each else path,
                    nullable=True,
                    open=self._schemas.is_open(inner, below),
                    fields=fields,
                    description=sentence(text, otherwise=called(each)),
                )
        return found

    def _of(self, schema: Any) -> Mapping[str, Any]:
        said = _xml_of(self._schemas, schema)
        if said.get("namespace") and not said.get("prefix") and said["namespace"] != self._default:
            raise XMLError("its elements are of several namespaces without a prefix")
        for prefix, space in _spaces(said):
            if self._spaces.setdefault(prefix, space) != space:
                raise XMLError(f"its prefix `{prefix}` stands for several namespaces")
        return said

    def _says_names(self, schema: Any, seen: set[int]) -> Iterator[bool]:
        """Whether anything in what is of no declared type is called otherwise in XML, or may be."""
        if not isinstance(schema, dict) or id(schema) in seen:
            return
        seen.add(id(schema))
        yield bool(_xml_of(self._schemas, schema))
        yield from self._says_names(self._schemas.items(schema), seen)
        for each in self._schemas.properties(schema).values():
            for one in each.schemas:
                yield from self._says_names(one, seen)


def _refuse_taken(path: str, places: Collection[str], within: str) -> None:
    """Raises XMLError where two values are at one place."""
    if any(f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.") for other in places):
        raise XMLError(f"two values of {within} are at one place")


def _xml_of(schemas: Schemas, schema: Any) -> Mapping[str, Any]:
    said = schemas.keyword(schema, "xml") if schema is not None else None
    return said if isinstance(said, dict) else {}


def _spaces(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(said.get("namespace"), str):
        yield str(said.get("prefix") or ""), said["namespace"]


def _name(said: Mapping[str, Any], name: str, kind: str) -> str:
    """A name as a part of a path. Raises XMLError for what cannot be one."""
    full = f"{said['prefix']}:{name}" if said.get("prefix") else name
    if not is_name(full) or "." in full:
        raise XMLError(f"`{full}` cannot be the name of an element here")
    if said.get("prefix") and not said.get("namespace"):
        raise XMLError(f"its prefix `{said['prefix']}` stands for no namespace")
    return f"-{full}" if kind == "attribute" else full


def free_parameters(parameters: Mapping[str, Parameter], more: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The parameters of a method with those that its body needs, under names of their own."""
    return {**parameters, **{free(name, parameters): one for name, one in more.items()}}
