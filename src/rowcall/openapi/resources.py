"""One resource made of the operations of a document that are about it: columns, methods, keys, parameters and bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rowcall.manifest.model import (
    Attribute,
    Column,
    Encoding,
    Example,
    Lifecycle,
    Method,
    Parameter,
    Place,
    Resource,
    Transform,
    TransformKind,
    Uncallable,
    Verb,
)
from rowcall.manifest.rules import BODY_PREFIX, EXTRA
from rowcall.manifest.types import ListOf, Object, Scalar, Type, is_file, literal
from rowcall.manifest.types import identifier as quoted_identifier
from rowcall.openapi.api import BODILESS, Operation, documented_at, is_lines
from rowcall.openapi.bodies import Written, free_parameters, in_xml, written
from rowcall.openapi.draft import Draft
from rowcall.openapi.forms import filenames, in_form
from rowcall.openapi.layout import Placed, ResourcePlan, method_name, verb_of
from rowcall.openapi.names import called, folded, free, identifier, listed, sentence, singular
from rowcall.openapi.paging import TOP, Rows, is_page, is_size, leads_on, paging_of, rows_of
from rowcall.openapi.parameters import Parameters
from rowcall.openapi.types import Property, Shape, Why, unified

_ROWS = frozenset({"results", "items", "values", "entries", "records", "data", "rows"})
"""What lists of rows are called in records that are none."""
_EACH = "$[*]"
"""What picks single values, each for a row."""
_HEAD = "It answers with headers alone."
_NOTHING = "The document says nothing of what it answers, so that it has no rows."
_STREAM = "What it answers is a stream of events, which has no end."
_GET = "It needs a body, and a GET has none."
_NO_ROWS = "What it answers has no fields, so it is no row."
_NO_PATH = "Its path holds a query, or a placeholder twice."
_NO_NAME = "No column can be called so."
_FOREIGN = "Its rows are others than those of its resource."


_FILE = {
    "content": Column(type=Scalar.BLOB, nullable=False, description="The file."),
    "text": Column(type=Scalar.STRING, source="content", description="The same as text; null where it is no text in UTF-8."),
}
"""What a resource has whose methods answer files."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A SELECT in the making."""

    name: str
    placed: Placed
    rows: Rows
    pick: str | None
    row: Mapping[str, Property]
    inner: str | None = None
    """Where each of its records holds the rows proper."""
    outer: frozenset[str] = frozenset()
    """The fields of a row that are those of the record around it."""


def resource_of(draft: Draft, plan: ResourcePlan) -> Resource | None:
    """The resource of a plan; None where none of its operations can be a method."""
    return _Making(draft, plan).made()


class _Making:
    """A resource on its way from operations to a record."""

    def __init__(self, draft: Draft, plan: ResourcePlan) -> None:
        self._draft = draft
        self._plan = plan
        self._schemas = draft.schemas
        self._path = f"resources.{plan.name}"
        self._methods: dict[str, Method] = {}
        self._uncallable: dict[str, Uncallable] = {}
        self._columns: dict[str, Column] = {}
        self._names: dict[str, str] = {}
        """The names of columns by those in the document."""

    def made(self) -> Resource | None:
        verbs = {id(each): verb_of(each, self._plan.operations) for each in self._plan.operations}
        reads: list[_Read] = []
        others: list[tuple[str, Placed, Verb]] = []
        taken: list[str] = []
        files: list[tuple[str, Placed]] = []
        for each in self._plan.operations:
            name = free(method_name(each, verbs[id(each)], self._plan.name), taken)
            taken.append(name)
            reason = self._obstacle(each)
            if reason is not None:
                self._not_callable(name, each, verbs[id(each)], reason)
            elif verbs[id(each)] is not Verb.SELECT:
                others.append((name, each, verbs[id(each)]))
            elif _is_file(each.operation):
                files.append((name, each))
            else:
                reads += self._read(name, each)
        reads = self._alike(reads)
        self._columns = self._columns_of(reads)
        for read in sorted(reads, key=lambda each: not each.placed.is_item):
            self._methods[read.name] = self._select(read)
        for name, placed in files:
            if reads:
                self._draft.comment(self._plan.service, f"{self._path}.methods.{name}", "It answers a file, and no row of the resource.")
                others.append((name, placed, Verb.EXEC))
            else:
                self._columns = _FILE
                self._methods[name] = self._file(name, placed)
        for name, placed, verb in others:
            self._methods[name] = self._write(name, placed, verb)
        if not self._methods:
            return None
        self._columns = self._columns or self._columns_of_writes()
        return self._resource()

    def _resource(self) -> Resource:
        draft, plan = self._draft, self._plan
        first = plan.operations[0].operation
        docs = [each.operation.node.get("externalDocs") for each in plan.operations]
        for name, each in [pair for method in self._methods.values() for pair in method.parameters.items()]:
            column = self._columns.get(each.column or name)
            if each.place is Place.PATH and each.type is Scalar.INTEGER and column is not None and column.type is Scalar.NUMBER:
                self._columns[each.column or name] = replace(column, type=Scalar.INTEGER)
        urls = [found.get("url") for found in docs if isinstance(found, dict)]
        source = next((url for url in urls if isinstance(url, str) and url.startswith("http")), "")
        deprecated = all(each.operation.deprecated for each in plan.operations)
        methods = {name: replace(method, lifecycle=None) if deprecated else method for name, method in self._methods.items()}
        said = self._row_description(first)
        return Resource(
            description=said,
            source=source or documented_at(draft.document),
            columns=self._columns,
            methods=methods,
            uncallable=self._uncallable,
            examples=tuple(_examples(f"{draft.name}.{plan.service}.{plan.name}", methods)),
            lifecycle=Lifecycle(deprecated=True) if deprecated else None,
        )

    def _row_description(self, first: Operation) -> str:
        item = next((each for each in self._plan.operations if each.operation.verb == "GET"), None)
        schema = None
        if item and item.operation.answer:
            schema = rows_of(self._schemas, item.operation.answer.schema, self._plan.name, is_item=item.is_item).schema
        text = str(self._schemas.keyword(schema, "description") or "")
        noun = singular(self._plan.name).replace("_", " ")
        return sentence(text, otherwise=f"One {noun}." if item else sentence(first.summary, first.description, otherwise=f"One {noun}."))

    def _obstacle(self, placed: Placed) -> str | None:
        """Why an operation can be no method at all; None where nothing is in the way."""
        operation = placed.operation
        if "?" in operation.path or "#" in operation.path or len(set(_placeholders(operation.path))) < len(_placeholders(operation.path)):
            return _NO_PATH
        if (cookie := next((field.name for field in operation.fields if field.place == "cookie" and field.required), None)) is not None:
            return f"It needs the cookie {cookie}, and rowcall sends none."
        body, answer = operation.body, operation.answer
        if answer is not None and answer.media.partition(";")[0].strip().lower() == "text/event-stream":
            return _STREAM
        if operation.verb in BODILESS and body is not None and body.required and not body.is_json:
            return _GET
        return _HEAD if operation.verb == "HEAD" and _is_file(operation) else None

    def _not_callable(self, name: str, placed: Placed, verb: Verb, reason: str) -> None:
        operation = placed.operation
        self._draft.leave_out(operation, reason)
        said = sentence(operation.summary, operation.description, otherwise=called(name))
        self._uncallable[name] = Uncallable(verb=verb, reason=f"{operation.line}: {reason[0].lower()}{reason[1:]}", description=said)

    def _read(self, name: str, placed: Placed) -> list[_Read]:
        """What a GET gives; nothing where that is no row."""
        answer = placed.operation.answer
        if answer is None:
            self._not_callable(name, placed, Verb.SELECT, _NOTHING)
            return []
        rows = rows_of(self._schemas, answer.schema, self._plan.name, is_item=placed.is_item)
        if is_lines(answer.media):
            rows = Rows(TOP, self._schemas.items(answer.schema) or answer.schema)
        row, pick = self._schemas.properties(rows.schema), None
        if rows.path is None and not placed.is_item and "id" in row and _is_page(placed.operation):
            reason = "The document says that the answer is one row, and its parameters that it is a page of them."
            self._draft.say_otherwise(f"{self._at()}.{name}", reason)
            rows = replace(rows, path=TOP, reason=reason, is_clear=False)
        if not row and rows.path == TOP and isinstance(self._schemas.shape(rows.schema).type, Scalar):
            pick, row = _EACH, _values(self._schemas.shape(rows.schema), rows.schema)
        elif rows.path is None and (inner := self._wrapped(row)):
            pick = f"$.{inner}"
            rows = Rows(TOP, self._schemas.below(rows.schema, inner))
            row = self._schemas.properties(rows.schema)
        if not row:
            self._not_callable(name, placed, Verb.SELECT, _NO_ROWS)
            return []
        inner = self._inner(row) if rows.path is not None and pick is None else None
        if inner is None:
            return [_Read(name, placed, rows, pick, row)]
        within = self._schemas.properties(self._schemas.items(self._schemas.below(rows.schema, inner)))
        outer = {each: found for each, found in row.items() if each != inner and each not in within}
        return [_Read(name, placed, rows, pick, {**outer, **within}, inner, frozenset(outer))]

    def _inner(self, row: Mapping[str, Property]) -> str | None:
        """The list in each record of an answer that holds the rows, as in buckets of time; None where the records are the rows."""
        lists = [name for name, each in row.items() if isinstance(each.shape.type, ListOf)]
        is_bucket = len(lists) == 1 and lists[0] in _ROWS and len(row) > 1 and "id" not in row
        is_alone = sum(each.operation.verb == "GET" for each in self._plan.operations) == 1
        return lists[0] if is_bucket and is_alone and isinstance(row[lists[0]].shape.type, ListOf) else None

    def _wrapped(self, row: Mapping[str, Property]) -> str | None:
        """The one field of an answer that is its row, as in `{"droplet": {…}}`; None where the answer is the row itself."""
        objects = [name for name, each in row.items() if isinstance(each.shape.type, Object) or each.shape.why in {Why.LARGE, Why.DEEP}]
        around = {"links", "meta", "metadata", "status", "success", "message", "errors", "messages", "code", "request_id"}
        inner = [name for name in objects if name not in around]
        if len(inner) == 1 and all(name in around or name == inner[0] for name in row) and "." not in inner[0] and inner[0].isidentifier():
            return inner[0]
        return None

    def _alike(self, reads: list[_Read]) -> list[_Read]:
        """Those whose rows are of one kind: that of most fields decides, and another with little in common with it is left out."""
        if not reads:
            return []
        largest = max(reads, key=lambda each: (each.placed.is_item, len(each.row)))
        kept = []
        for read in reads:
            shared = len(set(read.row) & set(largest.row))
            if read is largest or shared * 2 >= min(len(read.row), len(largest.row)):
                kept.append(read)
            else:
                self._not_callable(read.name, read.placed, Verb.SELECT, _FOREIGN)
        return kept

    def _columns_of(self, reads: Sequence[_Read]) -> dict[str, Column]:
        """The columns of a resource: all that its SELECTs give, those of a single row first."""
        found: dict[str, list[Property]] = {}
        for read in sorted(reads, key=lambda each: not each.placed.is_item):
            for name, each in read.row.items():
                if not self._schemas.is_only(each, "writeOnly"):
                    found.setdefault(name, []).append(each)
        columns: dict[str, Column] = {}
        unnamed: list[str] = []
        for name, every in found.items():
            ours = self._column_name(name, columns)
            if ours is None:
                unnamed.append(name)
                self._draft.say_otherwise(f"{self._at()}.columns.{name}", _NO_NAME)
                continue
            self._names[name] = ours
            column = self._column(f"{self._path}.columns.{ours}", name, ours, every, is_everywhere=len(every) == len(reads))
            columns[ours] = replace(column, outer=any(name in read.outer for read in reads))
        if unnamed:
            more = f" and {len(unnamed) - 3} others" if len(unnamed) > 3 else ""
            text = f"left out, as no column can be called so, and in _extra: {listed(unnamed[:3])}{more}."
            self._draft.comment(self._plan.service, f"{self._path}.columns", text[0].upper() + text[1:])
        return columns

    def _column(self, path: str, name: str, ours: str, every: Sequence[Property], *, is_everywhere: bool) -> Column:
        shape = unified(each.shape for each in every)
        if shape.type is Scalar.JSON and shape.why not in {None, Why.FREE}:
            self._draft.comment(self._plan.service, path, f"As json, because {shape.why}.")
        schema = every[0].schemas[0]
        texts = [str(self._schemas.keyword(schema, key) or "") for key in ("description", "title")]
        absent = not is_everywhere or not all(each.required for each in every)
        return Column(
            type=shape.type,
            nullable=absent or shape.nullable,
            source=None if ours == name else name,
            enum=shape.enum if shape.type is Scalar.STRING else (),
            description=sentence(*texts, otherwise=called(name)),
        )

    def _column_name(self, name: str, taken: Mapping[str, Any]) -> str | None:
        """What a column is called; None where it differs from another in case alone, or cannot be read by its name."""
        ours = identifier(name)
        if ours.casefold() == EXTRA:
            ours = f"{ours}_"
        if ours != name and ("." in name or " " in name):
            return None
        return None if ours.casefold() in {each.casefold() for each in taken} else ours

    def _select(self, read: _Read) -> Method:
        path = f"{self._path}.methods.{read.name}"
        operation = read.placed.operation
        found = paging_of(self._schemas, operation, read.rows) if read.rows.path is not None and read.pick in {None, _EACH} else None
        paging = self._draft.paged_by(found, operation) if found else None
        if read.rows.reason:
            if read.rows.is_clear:
                self._draft.comment(self._plan.service, f"{path}.rows", read.rows.reason)
            else:
                self._draft.ask(self._plan.service, f"{path}.rows", f"{read.rows.reason} Which holds the rows?", operation.node)
        if paging is None and (leading := leads_on(self._schemas, operation, read.rows)) is not None:
            text = f"`{leading}` leads to the next page, and nothing here takes it: say `paging`, or the first page is all there is."
            self._draft.ask(self._plan.service, f"{path}.rows", text, operation.node)
        if read.pick not in {None, _EACH}:
            self._draft.comment(self._plan.service, f"{path}.pick", "The answer is an object around the row.")
        if read.inner is not None:
            self._draft.comment(self._plan.service, f"{path}.inner", "Each record holds a list and is no row itself.")
        parameters = self._parameters(path, read.placed, Verb.SELECT, {})
        is_wrapped = read.pick not in {None, _EACH}
        made = parameters.select(paging=found.paging if found else None)
        return Method(
            verb=Verb.SELECT,
            http=f"{operation.verb} {parameters.path}",
            description=_said(operation, read.name),
            parameters=made,
            headers=_accepts(operation),
            transform=_transform(operation),
            rows=read.rows.path,
            pick=read.pick,
            inner=read.inner,
            paging=paging,
            expected_rows=1 if is_wrapped else None,
            lifecycle=_lifecycle(operation),
        )

    def _file(self, name: str, placed: Placed) -> Method:
        """A SELECT of a file."""
        operation, path = placed.operation, f"{self._path}.methods.{name}"
        parameters = self._parameters(path, placed, Verb.SELECT, {})
        return Method(
            verb=Verb.SELECT,
            http=f"{operation.verb} {parameters.path}",
            description=_said(operation, name),
            parameters=parameters.select(paging=None),
            headers=_accepts(operation),
            content="content",
            lifecycle=_lifecycle(operation),
        )

    def _write(self, name: str, placed: Placed, verb: Verb) -> Method:
        path = f"{self._path}.methods.{name}"
        operation = placed.operation
        gives_file = _is_file(operation)
        rows, pick, returns = (None, None, {} if self._columns is _FILE else _FILE) if gives_file else self._returned(name, path, placed)
        parameters = self._parameters(path, placed, verb, returns)
        if verb is Verb.REPLACE and not placed.is_item:
            self._draft.comment(self._plan.service, path, "It has no key in its path: the row is told by its body.")
        if operation.verb == "GET":
            asked = f"make it a `select`, without `reads`, if it changes nothing: it is sent with GET, and called {operation.name}."
            self._draft.ask(self._plan.service, f"{path}.reads", asked, operation.node)
        made = parameters.write()
        sent = {"parameters": made, **self._sent(path, operation, made)}
        return Method(
            verb=verb,
            http=f"{operation.verb} {parameters.path}",
            description=_said(operation, name),
            **{**sent, "headers": {**_accepts(operation), **sent.get("headers", {})}},
            transform=_transform(operation),
            content="content" if gives_file else None,
            rows=rows,
            pick=pick,
            returns=returns,
            reads=False if operation.verb == "GET" else None,
            lifecycle=_lifecycle(operation),
        )

    def _returned(self, name: str, path: str, placed: Placed) -> tuple[str | None, str | None, dict[str, Column]]:
        """Where the answer of a write holds its rows, and its columns where these are not the resource's."""
        operation = placed.operation
        answer = operation.answer.schema if operation.answer else None
        kinds = {each.kind for each in self._schemas.alternatives(answer)} - {"null"} if answer is not None else set()
        if operation.answer is not None and is_lines(operation.answer.media):
            rows, kinds = Rows(TOP, self._schemas.items(answer) or answer), set()
        else:
            rows = Rows(TOP, self._schemas.items(answer)) if kinds == {"array"} else Rows(None, answer)
        row, pick = self._schemas.properties(rows.schema) if answer is not None else {}, None
        if rows.path is None and self._columns and (inner := self._wrapped(row)):
            below = self._schemas.properties(self._schemas.below(answer, inner))
            if set(below) <= set(self._names):
                return TOP, f"$.{inner}", {}
        if kinds == {"array"} and not row:
            return None, None, {}
        if not row or set(row) <= set(self._names):
            return rows.path, pick, {}
        columns: dict[str, Column] = {}
        for each, found in row.items():
            ours = "id" if self._is_key(each, placed) and "id" not in row else self._column_name(each, columns)
            if ours is None:
                self._draft.say_otherwise(f"{self._at()}.{name}.returns.{each}", _NO_NAME)
            else:
                columns[ours] = self._column(f"{path}.returns.{ours}", each, ours, [found], is_everywhere=True)
        return rows.path, pick, columns

    def _is_key(self, name: str, placed: Placed) -> bool:
        """Whether a field of an answer is the id of the row that was named in the path, which the resource calls `id`."""
        is_named = placed.is_item and _placeholders(placed.operation.path)[-1:] == [name]
        return is_named and "id" in self._columns and name not in self._names and folded(name) == folded(singular(self._plan.name)) + "id"

    def _sent(self, path: str, operation: Operation, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
        """What a method says of its body."""
        if operation.body is None or operation.verb in BODILESS:
            return {}
        if operation.body.schema is None and not operation.body.required and operation.body.is_json:
            return {}
        said = written(self._schemas, operation.body)
        if said.why:
            self._draft.comment(self._plan.service, f"{path}.body", f"XML as it is to be sent: {said.why}.")
        return {
            "body": said.sole or self._body(path, operation, said),
            "encoding": said.encoding,
            "headers": said.headers,
            "root": said.root,
            "base": said.base,
            **({"parameters": free_parameters(parameters, said.parameters)} if said.parameters else {}),
        }

    def _body(self, path: str, operation: Operation, said: Written) -> dict[str, Attribute]:
        if operation.body is None:
            return {}
        found: dict[str, Attribute] = {}
        for name, each in self._schemas.properties(operation.body.schema).items():
            if self._schemas.is_only(each, "readOnly"):
                continue
            ours = free(_attribute_name(name), found)
            if each.shape.type is Scalar.JSON and each.shape.why not in {None, Why.FREE}:
                self._draft.comment(self._plan.service, f"{path}.body.{ours}", f"As json, because {each.shape.why}.")
            made = self._attribute(name, ours, each, self._schemas.below(operation.body.schema, name))
            is_xml = said.encoding is Encoding.XML
            found[ours] = (
                in_xml(self._schemas, operation.body, name, ours, made) if is_xml else in_form(self._schemas, operation.body, name, made)
            )
        return found | filenames(found)

    def _attribute(self, name: str, ours: str, each: Property, schema: Any) -> Attribute:
        shape, keyword = each.shape, self._schemas.keyword
        is_list = isinstance(shape.type, ListOf)
        is_number = shape.type in {Scalar.INTEGER, Scalar.NUMBER}
        minimum, maximum = (_number(keyword(schema, key)) if is_number else None for key in ("minimum", "maximum"))
        most, least = (_count(keyword(schema, key)) if is_list else None for key in ("maxItems", "minItems"))
        texts = [str(keyword(schema, key) or "") for key in ("description", "title")]
        return Attribute(
            type=shape.type,
            name=None if ours == name else name,
            description=sentence(*texts, otherwise=called(name)),
            required=each.required,
            nullable=shape.nullable,
            minimum=minimum,
            maximum=maximum if minimum is None or maximum is None or minimum <= maximum else None,
            max_length=_count(keyword(schema, "maxLength")) if shape.type is Scalar.STRING else None,
            max_items=most,
            min_items=least if most is None or least is None or least <= most else None,
            enum=shape.enum if shape.type is Scalar.STRING else self._texts(shape.type, schema),
            open=self._schemas.is_open(shape.type, schema),
        )

    def _texts(self, type_: Type, schema: Any) -> tuple[str, ...]:
        """The texts that a value of several kinds may be, where these are some of all."""
        texts = [each.enum for each in self._schemas.alternatives(schema) if each.kind == "string"] if type_ is Scalar.JSON else []
        return tuple(dict.fromkeys(str(value) for enum in texts for value in enum or ())) if all(texts) else ()

    def _parameters(self, path: str, placed: Placed, verb: Verb, returns: Mapping[str, Column]) -> Parameters:
        return Parameters(self._draft, self._plan, placed, path=path, columns=returns or self._columns, verb=verb)

    def _columns_of_writes(self) -> dict[str, Column]:
        """Of a resource that cannot be read: what the first of its methods gives that says so, else what they take."""
        for name, method in self._methods.items():
            if method.returns:
                self._methods[name] = replace(method, returns={})
                return method.returns
        taken = {name: each for method in self._methods.values() for name, each in method.parameters.items()}
        named = {name: Column(type=each.type, description=each.description) for name, each in taken.items()}
        body = {name: each for method in self._methods.values() for name, each in method.body.items() if not is_file(each.type)}
        named = named or {name: Column(type=each.type, description=each.description) for name, each in body.items()}
        self._draft.comment(self._plan.service, f"{self._path}.columns", "Nothing that it answers is described; these are what it takes.")
        return named or {"done": Column(type=Scalar.JSON, description="What it answers.")}

    def _at(self) -> str:
        return f"{self._plan.service}.{self._plan.name}"


def _is_file(operation: Operation) -> bool:
    """Whether an answer is no JSON, and so a file."""
    answer = operation.answer
    return answer is not None and answer.schema is None and not answer.is_json


def _is_page(operation: Operation) -> bool:
    """Whether an operation takes the number of a page, and how many rows it has."""
    names = [field.name for field in operation.fields if field.place == "query"]
    return any(map(is_page, names)) and any(map(is_size, names))


def _accepts(operation: Operation) -> dict[str, str]:
    """The header that asks for an answer which is no JSON."""
    answer = operation.answer
    is_other = _is_file(operation) or (answer is not None and is_lines(answer.media))
    return {"Accept": answer.media} if answer is not None and is_other else {}


def _transform(operation: Operation) -> Transform | None:
    answer = operation.answer
    is_rows = answer is not None and answer.schema is not None and is_lines(answer.media)
    return Transform(kind=TransformKind.JSONL) if is_rows else None


def _values(shape: Shape, schema: Any) -> dict[str, Property]:
    """The fields of rows that are made of single values."""
    return {"value": Property(shape=shape, required=True, schemas=(schema,))}


def _placeholders(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def _attribute_name(name: str) -> str:
    ours = identifier(name)
    return ours.removeprefix(BODY_PREFIX) or ours if ours.startswith(BODY_PREFIX) else ours


def _said(operation: Operation, name: str) -> str:
    return sentence(operation.summary, operation.description, otherwise=called(name))


def _lifecycle(operation: Operation) -> Lifecycle | None:
    return Lifecycle(deprecated=True) if operation.deprecated else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _placeholder(parameter: Parameter) -> str:
    """A value to put another one in place of."""
    if parameter.enum:
        return literal(parameter.enum[0])
    return {Scalar.STRING: "'…'", Scalar.BOOLEAN: "true"}.get(parameter.type, f"{parameter.minimum or 1:g}")


def _examples(full_name: str, methods: Mapping[str, Method]) -> Iterator[Example]:
    """A statement for a list and one for a single row, where there are such methods."""
    reads = [method for method in methods.values() if method.verb is Verb.SELECT]
    items = [each for each in reads if not each.rows or each.expected_rows == 1]
    lists = [each for each in reads if each not in items]
    for method in (*lists[:1], *items[:1], *reads[1:2])[:2]:
        needed = {name: method.parameters[name] for name in method.required() if name in method.parameters}
        terms = [f"{quoted_identifier(each.column or name)} = {_placeholder(each)}" for name, each in needed.items()]
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        limit = "" if method in items else " LIMIT 10"
        yield Example(sql=f"SELECT * FROM {full_name}{where}{limit}", description=method.description)  # noqa: S608 - it is for people to read
