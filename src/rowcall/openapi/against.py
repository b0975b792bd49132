"""A manifest beside the document that its makers publish: where the two do not agree, and what of the document no method is for.

Methods and operations are matched by their request lines, columns with what the answers of a resource's SELECTs hold. What `published.yaml`
gives a reason for is no drift; what stands there and is true no longer is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rowcall.manifest.model import (
    AuthKind,
    Column,
    Encoding,
    Lifecycle,
    Method,
    Parameter,
    Place,
    Provider,
    Resource,
    Service,
    TransformKind,
    Verb,
)
from rowcall.manifest.published import Published
from rowcall.manifest.read import PUBLISHED_FILE
from rowcall.manifest.types import Scalar
from rowcall.openapi import api
from rowcall.openapi.agree import Agreement, Difference
from rowcall.openapi.api import Content, Operation, is_xml
from rowcall.openapi.bodies import names_in_xml, written
from rowcall.openapi.document import Document
from rowcall.openapi.types import Property, Schemas

_COMMON_HEADERS = frozenset({"accept", "authorization", "content-type", "user-agent"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|(\[\*\])")
"""A step of a JSON path: to a field, or to each item."""
_DEEPEST, _MOST_FIELDS = 50, 100_000
"""Nothing is too deep or too large to be compared."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference that nobody gave a reason for; or a reason for none."""

    at: str
    about: str
    manifest: str | None
    document: str | None
    place: str
    """The name of a file, and the line in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came of comparing a manifest with a document."""

    drift: tuple[Drift, ...]
    operations: int
    """How many the document has."""
    covered: int
    """Of these, how many a method is for."""
    left_out: int
    """How many have a reason why none is."""
    accepted: int
    """How many differences have a reason."""


def compare(provider: Provider, document: Document, published: Published | None) -> Comparison:
    """What is not alike in a provider's manifest and a document, in the order of the manifest and then of the document.

    Of a list of request lines only what no method is for: it says nothing else, and need not have what the manifest gives reasons for.
    Raises UsageError for a document without operations.
    """
    published = published or Published(document="")
    compared = _Compared(provider, document)
    differences = list(dict.fromkeys(compared.differences()))
    if document.is_list:
        differences, published = [], replace(published, differs=())
    patterns = [pattern for each in published.differs for pattern in each.at]
    accepted = {pattern: [each for each in differences if _names(pattern, each)] for pattern in patterns}
    taken = {id(each) for found in accepted.values() for each in found}
    rest = compared.uncovered()
    lines = [line for each in published.left_out for line in each.operations]
    lacking = {line for each in published.left_out if document.is_list or each.undocumented for line in each.operations}
    left_out = {line: [operation for operation in rest if _names_line(line, operation)] for line in lines}
    reasoned = {operation.line for found in left_out.values() for operation in found}
    drift = [
        *(
            Drift(each.at, each.about, each.manifest, each.document, _place(document, each.node))
            for each in differences
            if id(each) not in taken
        ),
        *(
            Drift(operation.line, "not covered", None, operation.name or operation.summary, _place(document, operation.node))
            for operation in rest
            if operation.line not in reasoned
        ),
        *(Drift(pattern, "no such difference", None, None, PUBLISHED_FILE) for pattern, found in accepted.items() if not found),
        *(
            Drift(line, "nothing to leave out", None, None, PUBLISHED_FILE)
            for line, found in left_out.items()
            if not found and line not in lacking
        ),
    ]
    return Comparison(
        drift=tuple(drift),
        operations=len(compared.operations),
        covered=len(compared.operations) - len(rest),
        left_out=len(reasoned),
        accepted=len(taken),
    )


class _Compared:
    """The methods of a provider, each with its operation."""

    def __init__(self, provider: Provider, document: Document) -> None:
        self._provider = provider
        self._schemas = Schemas(document, deepest=_DEEPEST, most_fields=_MOST_FIELDS)
        self._agreement = Agreement(self._schemas)
        self.operations = api.described(document)
        self._by_key = _by_key(self.operations, [urlsplit(server.url).path for server in api.servers(document)])
        self._base = urlsplit(_PLACEHOLDER.sub("1", provider.base_url)).path
        self._found: set[int] = set()

    def differences(self) -> Iterator[Difference]:
        """Where a method and its operation do not agree, and methods without one."""
        for service in self._provider.services.values():
            for name, resource in service.resources.items():
                yield from self._resource(f"{service.service}.{name}", service, resource)

    def uncovered(self) -> list[Operation]:
        """The operations that no method is for, once all differences were looked for."""
        return [operation for operation in self.operations if id(operation) not in self._found]

    def _operation(self, method: Method) -> Operation | None:
        path = method.path.partition("?")[0]
        found = self._by_key.get(api.key_of(method.http_method, path)) or self._by_key.get(
            api.key_of(method.http_method, self._base + path)
        )
        if found is not None:
            self._found.add(id(found))
        return found

    def _resource(self, at: str, service: Service, resource: Resource) -> Iterator[Difference]:
        rows: dict[str, Mapping[str, Property]] = {}
        for name, method in resource.methods.items():
            below = f"{at}.{name}"
            operation = self._operation(method)
            if operation is None:
                yield Difference(below, "unknown", method.http, None)
                continue
            yield from self._method(below, service, resource, method, operation)
            row = self._row(method, operation)
            if row is None and method.rows is not None:
                yield Difference(below, "rows", method.rows, None, operation.node)
            if row is None:
                continue
            if method.returns:
                yield from self._answer(f"{below}.returns", method.returns, row, exact=True)
            elif method.verb is Verb.SELECT:
                rows[name] = self._fields(resource, method, row)
            else:
                yield from self._answer(f"{at}.columns", resource.columns, row, exact=False)
        if rows:
            yield from self._columns(f"{at}.columns", resource, rows)

    def _method(self, at: str, service: Service, resource: Resource, method: Method, operation: Operation) -> Iterator[Difference]:
        lives = (method.lifecycle, resource.lifecycle, service.lifecycle, self._provider.lifecycle)
        deprecated = any((life or Lifecycle()).deprecated for life in lives)
        if deprecated != operation.deprecated:
            yield Difference(at, "deprecated", str(deprecated).lower(), str(operation.deprecated).lower(), operation.node)
        yield from self._parameters(at, service, method, operation)
        in_body = [name for name, parameter in method.parameters.items() if parameter.place is Place.BODY]
        if operation.body is not None and operation.body.schema is not None and not in_body and operation.verb not in {"GET", "HEAD"}:
            yield from self._body(at, method, operation, operation.body)
        elif method.body and operation.body is None:
            yield Difference(f"{at}.body", "unknown", " ".join(method.body), None, operation.node)

    def _body(self, at: str, method: Method, operation: Operation, content: Content) -> Iterator[Difference]:
        """Of a body with what is sent. One of XML may be given as it is."""
        said = written(self._schemas, content)
        if said.encoding is not Encoding.JSON and method.encoding not in {said.encoding, Encoding.RAW if is_xml(content.media) else None}:
            yield Difference(f"{at}.encoding", "encoding", method.encoding.value, said.encoding.value, operation.node)
        elif method.sole is None:
            names = names_in_xml(self._schemas, content) if method.encoding is Encoding.XML else {}
            ours = {key: replace(each, name=names.get(each.name or key, each.name)) for key, each in method.body.items()}
            yield from self._agreement.attributes(f"{at}.body", ours, content.schema)
        elif method.encoding is Encoding.JSON:
            yield from self._agreement.type(f"{at}.body.{method.sole}", method.body[method.sole].type, content.schema)

    def _parameters(self, at: str, service: Service, method: Method, operation: Operation) -> Iterator[Difference]:
        """Those of the path are matched by their places in it, as their names are nobody's but ours."""
        in_path = dict(zip(_PLACEHOLDER.findall(operation.path)[::-1], _PLACEHOLDER.findall(method.path)[::-1], strict=False))
        known = self._sent_otherwise(service, method)
        fields = {
            (in_path.get(field.name, field.name) if field.place == "path" else field.name): field
            for field in operation.fields
            if field.place == "query"
            or (field.place == "path" and field.name in in_path)
            or (field.place == "header" and field.name.casefold() not in known)
        }
        elsewhere = {Place.BODY, Place.SERVER}
        ours = {each.name or name: (name, each) for name, each in method.parameters.items() if each.place not in elsewhere}
        for name, field in fields.items():
            if name not in ours and name.casefold() not in known and not (field.deprecated and not field.required):
                yield Difference(f"{at}.parameters.{name}", "missing", None, f"{field.place} {name}", field.node)
        for sent, (name, parameter) in ours.items():
            if sent in fields:
                yield from self._agreement.parameter(f"{at}.parameters.{name}", parameter, fields[sent])
            elif sent not in in_path.values() if parameter.place is Place.PATH else not _is_common(parameter, sent):
                yield Difference(f"{at}.parameters.{name}", "unknown", f"{parameter.place.value} {sent}", None, operation.node)

    def _sent_otherwise(self, service: Service, method: Method) -> set[str]:
        """The names of headers and query parameters that are sent though they are no parameters of the method."""
        provider = self._provider
        paging = provider.paging.get(method.paging or "")
        names = {name for name, _ in parse_qsl(method.path.partition("?")[2], keep_blank_values=True)}
        names |= {*_COMMON_HEADERS, *provider.headers, *provider.optional_headers, *service.headers, method.key_header(provider) or ""}
        names |= {scheme.name or "" for scheme in provider.auth.values() if scheme.kind in {AuthKind.HEADER, AuthKind.QUERY}}
        if paging is not None:
            names |= {paging.parameter or "", paging.page_size.parameter if paging.page_size else ""}
        return {name.casefold() for name in names}

    def _row(self, method: Method, operation: Operation) -> Any:
        """The schema of one row of a method's answer; None where the document has none, or no list where our rows are."""
        schema = operation.answer.schema if operation.answer else None
        if schema is None or method.rows is None:
            return schema
        if method.transform is not None and method.transform.kind is TransformKind.JSONL:
            return self._schemas.items(schema) or schema
        if method.pick is not None:
            return self._picked(schema, method.pick)
        for part in method.rows.split(".") if method.rows != "$" else ():
            schema = self._schemas.below(schema, part)
        return self._each(schema)

    def _each(self, schema: Any) -> Any:
        """The schema of the items of a list, of which a document need not say anything; None where there is no list."""
        is_list = any(each.kind == "array" for each in self._schemas.alternatives(schema)) if schema is not None else False
        return (self._schemas.items(schema) or {}) if is_list else None

    def _fields(self, resource: Resource, method: Method, record: Any) -> Mapping[str, Property]:
        """The fields of what stands in one row: of a record, or of the rows in it and what stands around them."""
        fields = self._schemas.properties(record)
        if method.inner is None:
            return fields
        row = record
        for part in method.inner.split("."):
            row = self._schemas.below(row, part)
        outer = {(column.source or name).partition(".")[0] for name, column in resource.columns.items() if column.outer}
        return {
            **{name: field for name, field in fields.items() if name in outer},
            **self._schemas.properties(self._of_kind(resource, row)),
        }

    def _of_kind(self, resource: Resource, rows: Any) -> Any:
        """Of a list of several kinds of rows the kind that the resource has, by what its columns may be."""
        item = self._schemas.items(rows)
        kinds = next((item[key] for key in ("oneOf", "anyOf") if key in item), [item]) if isinstance(item, dict) else [item]
        enums = {name: set(column.enum) for name, column in resource.columns.items() if column.enum}

        def fits(kind: Any) -> bool:
            fields = self._schemas.properties(kind)
            return all(name not in fields or not enum.isdisjoint(fields[name].shape.enum or enum) for name, enum in enums.items())

        return _of_all(kind for kind in kinds if fits(kind))

    def _picked(self, schema: Any, path: str) -> Any:
        """What a JSON path picks, as rows: what is no object is one with a field `value`."""
        for name, every in _STEP.findall(path):
            schema = self._each(schema) if every else self._schemas.below(schema, name)
        if schema is None or self._schemas.properties(schema):
            return schema
        return {"type": "object", "properties": {"value": schema}, "required": ["value"]}

    def _columns(self, at: str, resource: Resource, rows: Mapping[str, Mapping[str, Property]]) -> Iterator[Difference]:
        """Of a resource's columns with all that its SELECTs give, each of which may give less."""
        every = {name: row for name, row in rows.items() if row}
        if not every:
            return
        published = list(dict.fromkeys(name for row in every.values() for name in row))
        read = {(column.source or name).partition(".")[0] for name, column in resource.columns.items()}
        sent = {name for method in resource.methods.values() for name in method.parameters}
        for name in published:
            first = next(row[name] for row in every.values() if name in row)
            if name not in read and not self._schemas.is_only(first, "writeOnly"):
                yield Difference(f"{at}.{name}", "missing", None, name, first.schemas[0])
        for name, column in resource.columns.items():
            first_part, *rest = (column.source or name).split(".")
            found = {method: row[first_part] for method, row in every.items() if first_part in row}
            if not found and name not in sent:
                yield Difference(f"{at}.{name}", "unknown", name, None)
            absent = len(found) < len(every) or bool(rest) or not all(each.required for each in found.values())
            if found:
                schema = _of_all(schema for each in found.values() for schema in each.schemas)
                for part in rest:
                    schema = self._schemas.below(schema, part)
                absent = absent or any(each.shape.nullable for each in found.values())
                yield from self._agreement.column(f"{at}.{name}", column, schema, may_be_absent=absent)

    def _answer(self, at: str, columns: Mapping[str, Column], row: Any, *, exact: bool) -> Iterator[Difference]:
        """Of the columns of an answer that is no SELECT's: it may give less than the resource has."""
        properties = self._schemas.properties(row)
        read = {(column.source or name).partition(".")[0]: (name, column) for name, column in columns.items()}
        for name, found in properties.items():
            if name not in read:
                yield Difference(f"{at}.{name}", "missing", None, name, found.schemas[0])
            elif read[name][1].source is None and exact:
                schema = _of_all(found.schemas)
                yield from self._agreement.column(f"{at}.{name}", read[name][1], schema, may_be_absent=not found.required)
            elif read[name][1].source is None and not (found.shape.type is Scalar.INTEGER and read[name][1].type is Scalar.NUMBER):
                below = f"{at}.{name}"
                # A write may answer with less of an object, or more, than a SELECT.
                differences = self._agreement.type(below, read[name][1].type, _of_all(found.schemas))
                yield from (each for each in differences if each.at == below)
        for source, (name, _) in read.items() if exact and properties else ():
            if source not in properties:
                yield Difference(f"{at}.{name}", "unknown", name, None, row)


def _place(document: Document, node: Any) -> str:
    place = document.place(node)
    return str(replace(place, file=place.file.rpartition("/")[2]))


def _of_all(schemas: Iterable[Any]) -> Any:
    first, *rest = {id(schema): schema for schema in schemas}.values()
    return {"anyOf": [first, *rest]} if rest else first


def _by_key(operations: Iterable[Operation], bases: Iterable[str]) -> dict[str, Operation]:
    """Operations by their request lines, as they stand in the document, and below the paths of its servers."""
    found: dict[str, Operation] = {}
    for operation in operations:
        for base in ("", *bases):
            found.setdefault(api.key_of(operation.verb, base + operation.path), operation)
    return found


def _literal(pattern: str) -> str:
    """A pattern in which only `*` is special."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def _names(pattern: str, difference: Difference) -> bool:
    """Whether a pattern names a difference: by where it is, or by that and what it is about."""
    return any(fnmatchcase(each, _literal(pattern)) for each in (difference.at, f"{difference.at} {difference.about}"))


def _names_line(line: str, operation: Operation) -> bool:
    pattern = _literal(line)
    return fnmatchcase(operation.line, pattern) or fnmatchcase(operation.path, pattern)


def _is_common(parameter: Parameter, sent: str) -> bool:
    """Whether it is a header that documents do not call a parameter, as that of the media type."""
    return parameter.place is Place.HEADER and sent.casefold() in _COMMON_HEADERS
