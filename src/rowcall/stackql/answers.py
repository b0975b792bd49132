"""Where a response holds its rows, and what their columns are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rowcall.manifest.model import Column, ListOf, Object, Scalar, Transform, TransformKind, Type
from rowcall.openapi.api import is_lines
from rowcall.openapi.document import Document
from rowcall.openapi.types import Schemas
from rowcall.stackql.casing import snake
from rowcall.stackql.config import prose, table, text

ANONYMOUS = "column_anon"
"""What StackQL calls the column of rows that are no objects."""
ALIAS = "x-stackQL-alias"
"""Has the name by which statements call something that the API calls otherwise."""
_ITEMS = "items"
"""Where rows are looked for that a document says nothing of."""
_SIMPLE = re.compile(r"\$?((\.[^.\[\]'\"*@?]+)*)(\[\*\])?")
_NAME = re.compile(r"[^.\s]+")
_JSON = re.compile(r"application/([\w.+-]*\+)?json|application/vnd\.[^+]*|text/json|.*/\*")
_TEXT = re.compile(r"text/.*|application/([\w.+-]*\+)?(yaml|x-yaml|csv|x-ndjson|jsonl|javascript|sql)")
_TROUBLE = re.compile(
    r"err|warn|fail|fault|problem|unreachable|partial|complete|done|progress|state|truncat|missing|skip|message|detail|reason|status|code"
    r"|success|^ok$|total|count",
    re.IGNORECASE,
)
"""Names of what may say that an answer without rows is not all there is, not yet, or none."""
_BY_SCHEMA = "schema_driven_xml"
_XML = re.compile(r"(application|text)/([\w.+-]*\+)?xml")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method answers with."""

    rows: str | None = None
    pick: str | None = None
    into: str | None = None
    columns: dict[str, Column] = field(default_factory=dict)
    """Those of a row; none where there is no response, or nothing is known of it."""
    schema: Any = None
    """That of the whole response."""
    transform: Transform | None = None
    """How it becomes JSON."""
    content: str | None = None
    """The column that is all of it, where it is a file."""
    headers: dict[str, str] = field(default_factory=dict)
    """What asks for it in the form that the document describes."""
    is_linked: bool = False
    """Whether it is described with a Link header, so that it is the last page without one."""
    empty_with: tuple[str, ...] | None = None
    """What it has beside its list, at most, where it may leave that out because it is empty; None where it may not."""
    problem: str = ""
    """Why rowcall cannot read it."""

    @property
    def is_list(self) -> bool:
        """Whether it may have several rows."""
        return self.rows is not None


class Answers:
    """The responses of a document."""

    def __init__(self, document: Document, *, snakes: bool) -> None:
        """With `snakes` columns have names in snake case, whatever the API calls its fields."""
        self._document = document
        self._snakes = snakes
        self.schemas = Schemas(document)

    def answer(self, operation: Mapping[str, Any], said: Mapping[str, Any]) -> Answer:
        """What an operation answers; `said` is what the method says of it."""
        response = self._response(table(operation.get("responses")), text(said.get("openAPIDocKey")))
        # What comes is of the one type; it is of the other when it was transformed, or is taken for it where nothing transforms it.
        meant = text(said.get("overrideMediaType"))
        media, schema = self._content(response, text(said.get("mediaType")) or meant)
        media = media if said.get("transform") or not meant else meant
        if isinstance(override := said.get("schema_override"), dict):
            schema = override
        key = text(said.get("objectKey"))
        transform, problem = _transform(table(said.get("transform")), media, key)
        if _BY_SCHEMA in text(table(said.get("transform")).get("type")):
            return self._by_schema(schema, key.removeprefix("$").removeprefix(".").removesuffix("[*]"), media)
        if problem:
            return Answer(schema=schema, problem=problem)
        if transform is None and is_lines(media):
            item = self.schemas.items(schema) or schema
            lines = replace(self._list("$", item, schema), transform=Transform(kind=TransformKind.JSONL), empty_with=None)
            return replace(lines, headers={"Accept": media})
        if transform is None and media and not _JSON.fullmatch(media):
            return _file(media)
        if schema is None and not key:
            return Answer()
        accepts = {"Accept": media} if transform is not None and not _JSON.fullmatch(media) and media else {}
        is_loose = transform is not None and (not key or not transform.template)
        if not key and is_loose:
            rows = self._any(schema)
        else:
            rows = self._rows(schema, _of_root(key) if key.startswith("/") else key, is_loose=is_loose)
        is_linked = any(name.lower() == "link" for name in table(response.get("headers")))
        return replace(rows, transform=transform, headers=accepts, is_linked=is_linked)

    def _by_schema(self, schema: Any, name: str, media: str) -> Answer:
        """What is found in XML by the names that rows have in the schema of what is made of it."""
        item = self.schemas.items(self.schemas.below(schema, name))
        transform = Transform(kind=TransformKind.XML, into=name, fields=tuple(self.schemas.properties(item)))
        return replace(self._list(name, item, schema), transform=transform, headers={"Accept": media} if media else {})

    def _response(self, responses: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """The one that is named, else the first that says that all is well."""
        good = [name for name in responses if name.startswith("2")]
        name = next((name for name in (key, *good, "default") if name in responses), None)
        return table(self._document.resolved(responses[name])) if name is not None else {}

    def _content(self, response: Mapping[str, Any], media: str) -> tuple[str, Any]:
        """The type of a body and its schema; "" and None where it has none."""
        if self._document.is_swagger:
            return "", response.get("schema")
        content = table(response.get("content"))
        plain = {name.partition(";")[0].strip().lower(): name for name in content}
        wanted = media.partition(";")[0].strip().lower()
        found = wanted if wanted in plain else next((name for name in plain if _JSON.fullmatch(name)), next(iter(plain), None))
        if found is None:
            return "", None
        return found, table(self._document.resolved(content[plain[found]])).get("schema")

    def _rows(self, schema: Any, key: str, *, is_loose: bool = False) -> Answer:
        """With `is_loose`, one of what may be several may stand without an array around it, as in XML."""
        if not key:
            kinds = {one.kind for one in self.schemas.alternatives(schema)}
            if kinds == {"array"}:
                return self._list("$", self.schemas.items(schema), schema)
            found = self.schemas.properties(schema).get(_ITEMS)
            if found is not None and isinstance(found.shape.type, ListOf):
                return self._list(_ITEMS, self.schemas.items(found.schemas[0]), schema)
            return self._one(schema)
        key = key if key.startswith("$") else f"$.{key}"
        simple = _SIMPLE.fullmatch(key)
        item, is_list = self._walked(schema, key)
        if simple is not None and is_list and not is_loose:
            return self._list(simple[1].removeprefix(".") or "$", item, schema)
        if key == "$":
            return self._one(schema)
        columns = self.columns(item)
        return Answer("$", key, None if columns else ANONYMOUS, columns or _anonymous(self._type(item)), schema)

    def _any(self, schema: Any) -> Answer:
        """The whole response as a row, or each row of it."""
        columns = self.columns(schema) or self.columns(self.schemas.items(schema))
        return Answer("$", "$", None if columns else ANONYMOUS, columns or _anonymous(self._type(schema)), schema)

    def _one(self, schema: Any) -> Answer:
        """The whole response as a row."""
        columns = self.columns(schema)
        if columns:
            return Answer(columns=columns, schema=schema)
        # With `[*]` each value of an object would be a row: what is nowhere said to be a list is one.
        return Answer("$", "$", ANONYMOUS, _anonymous(self._type(schema)), schema)

    def _list(self, rows: str, item: Any, schema: Any) -> Answer:
        columns, empty_with = self.columns(item), self._empty_with(schema, rows)
        if columns:
            return Answer(rows, columns=columns, schema=schema, empty_with=empty_with)
        pick = "$" if rows == "$" else f"$.{rows}"
        return Answer("$", pick, ANONYMOUS, _anonymous(self._type(item)), schema, empty_with=empty_with)

    def _empty_with(self, schema: Any, rows: str) -> tuple[str, ...] | None:
        """As `Answer` says; nothing by which an API may say that something went wrong."""
        every = self.schemas.alternatives(schema)
        found = self.schemas.properties(schema)
        if len(every) != 1 or rows not in found or found[rows].required or not isinstance(found[rows].shape.type, ListOf):
            return None
        return tuple(name for name in found if name != rows and not _TROUBLE.search(name))

    def _type(self, schema: Any) -> Type:
        return self.schemas.shape(schema).type

    def _walked(self, schema: Any, key: str) -> tuple[Any, bool]:
        """The schema of what a path picks, None where that is not known; and whether it is known to be the items of one array."""
        arrays = 0
        for name, each in re.findall(r"\.([^.\[\]]+)|(\[\*\])", key):
            if each:
                schema, arrays = self.schemas.items(schema), arrays + 1
                continue
            if arrays:
                arrays += 1  # a field of each item is no list of one path
            found = self.schemas.properties(schema).get(name)
            schema = found.schemas[0] if found is not None else None
        if key.endswith("[*]"):
            return schema, arrays == 1
        if isinstance(self._type(schema), ListOf):
            return self.schemas.items(schema), arrays == 0
        return schema, False

    def columns(self, schema: Any) -> dict[str, Column]:
        """The columns of a row; none for what is no object with fields."""
        found: dict[str, Column] = {}
        taken: set[str] = set()
        for field_name, one in self.schemas.properties(schema).items():
            alias = next((text(table(each).get(ALIAS)) for each in one.schemas), "")
            name = alias or (snake(field_name) if self._snakes else field_name)
            # DuckDB does not tell names apart by case, and a dot is a step of a path: what is left out is in `_extra`.
            if not _NAME.fullmatch(field_name) or name.casefold() in taken or name.casefold() == "_extra":
                continue
            taken.add(name.casefold())
            found[name] = Column(
                type=_readable(one.shape.type),
                description=prose(self.schemas.keyword(one.schemas[0], "description")) if one.schemas else "",
                source=field_name if name != field_name else None,
                enum=one.shape.enum,
            )
        return found


def _transform(said: Mapping[str, Any], media: str, key: str) -> tuple[Transform | None, str]:
    """How a response becomes JSON, None where it is; or why it cannot."""
    kind, template = text(said.get("type")), text(said.get("body"))
    kinds = {"_json_": TransformKind.JSON, "_text_": TransformKind.TEXT, "_mxj_": TransformKind.XML, "xml": TransformKind.XML}
    named = next((found for word, found in kinds.items() if word in kind), None)
    if kind and named is None:
        return None, f"its response has to be transformed by {kind}, which is not known."
    if template:
        return Transform(kind=named or TransformKind.JSON, template=template), ""
    if named is TransformKind.XML or key.startswith("/") or _XML.fullmatch(media):
        return Transform(kind=TransformKind.XML), ""
    return None, ""


def _file(media: str) -> Answer:
    """A response that is a file: its text, or its bytes where it may be none."""
    type_ = Scalar.STRING if _TEXT.fullmatch(media) else Scalar.BLOB
    columns = {ANONYMOUS: Column(type=type_, description="What the API gives, which is a file.")}
    return Answer(content=ANONYMOUS, columns=columns, headers={"Accept": media})


def _of_root(path: str) -> str:
    """An XPath as a JSON path in what the root element holds."""
    steps = [step for step in re.split(r"/+", path) if step and step != "text()"]
    return "$" + "".join(f".{re.sub(r'^[^:]*:', '', step)}" for step in steps[1:])


def _anonymous(type_: Type) -> dict[str, Column]:
    return {ANONYMOUS: Column(type=_readable(type_), description="What the API gives, which is no object with fields.")}


def _readable(type_: Type) -> Type:
    """The type without what DuckDB could not name: fields without a name, and those that differ from another in case alone."""
    if isinstance(type_, ListOf):
        return ListOf(_readable(type_.item))
    if isinstance(type_, Object):
        fields = {name.casefold(): (name, _readable(inner)) for name, inner in reversed(type_.fields) if name}
        return Object(tuple(reversed(fields.values()))) if fields else Scalar.JSON
    return type_


def united(every: Iterable[Mapping[str, Column]]) -> dict[str, Column]:
    """The columns of rows that come from several methods. What they have under one name in two types is JSON."""
    found: dict[str, Column] = {}
    spelt: dict[str, str] = {}
    for columns in every:
        for name, column in columns.items():
            own = spelt.setdefault(name.casefold(), name)
            before = found.setdefault(own, column)
            if own == name and before.type != column.type:
                found[own] = Column(type=_either(before.type, column.type), description=before.description, source=before.source)
    return found


def _either(one: Type, other: Type) -> Type:
    if one == other:
        return one
    if isinstance(one, Object) and isinstance(other, Object):
        ours, theirs = dict(one.fields), dict(other.fields)
        merged = Object(tuple((name, _either(ours.get(name, type_), theirs.get(name, type_))) for name, type_ in (ours | theirs).items()))
        return _readable(merged)
    if isinstance(one, ListOf) and isinstance(other, ListOf):
        return ListOf(_either(one.item, other.item))
    return Scalar.NUMBER if {one, other} == {Scalar.INTEGER, Scalar.NUMBER} else Scalar.JSON
