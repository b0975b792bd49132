"""A method of a document as one of a manifest: its request, and what is known of the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from rowcall.manifest.model import (
    ALL,
    Attribute,
    Column,
    Encoding,
    ListOf,
    Many,
    Method,
    Object,
    Paging,
    Parameter,
    Place,
    Role,
    Scalar,
    Transform,
    TransformKind,
    Type,
    Verb,
)
from rowcall.manifest.servers import filled
from rowcall.manifest.types import is_file
from rowcall.openapi.api import Content, Field, fields, is_form, is_json, sent, servers_of, swagger_form
from rowcall.openapi.bodies import Written, free_parameters, in_xml, written
from rowcall.openapi.document import Document
from rowcall.openapi.forms import filenames, in_form
from rowcall.openapi.names import free
from rowcall.openapi.types import Schemas
from rowcall.stackql.answers import ALIAS, Answer, Answers
from rowcall.stackql.casing import snake
from rowcall.stackql.config import Config, prose, rows, table, text
from rowcall.stackql.graphql import Query, query_of
from rowcall.stackql.paging import paging
from rowcall.stackql.reading import changes, doubt
from rowcall.stackql.servers import base_url, server_of, server_variables

_POINTER = re.compile(r"#/paths/(?P<path>[^/]+)/(?P<http>\w+)$")
_PLACEHOLDER = re.compile(r"\{\+?([^{}:]+?)\+?\*?(?::[^{}]*)?\}")
_HTTP = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""What methods of HTTP change nothing, as HTTP has it."""
_CHANGES = {"PUT": "replace something", "PATCH": "change something", "DELETE": "delete something"}
"""What methods of HTTP do that no document can mean by a query. POST is one that documents search with."""
_PLACES = {"path": Place.PATH, "query": Place.QUERY, "header": Place.HEADER}
_SCALARS = {"integer": Scalar.INTEGER, "number": Scalar.NUMBER, "boolean": Scalar.BOOLEAN}
_PREFIX = "data__"
"""What StackQL has before the name of an attribute."""
_AS_FORM = "get_query_to_post_form"
_CANONICAL = "AWSCanonical"
_STRING_ONLY = "x-stackQL-stringOnly"
_BODILESS = frozenset({"GET", "HEAD"})
_OF_SELECTS = frozenset({Encoding.JSON, Encoding.URLENCODED, Encoding.MULTIPART})
_DROP = "drop_double_underscore_params"
_SENT_ANYHOW = frozenset({"accept", "content-type", "authorization", "user-agent", "host"})
"""Headers that no statement gives a value to."""


class UncallableError(Exception):
    """A method that cannot be called; the text says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A method with what it answers."""

    method: Method
    answer: Answer
    doubt: str = ""
    """For SELECT, why it is not known to change nothing; "" where it is."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a method besides what it says itself."""

    called: str
    """Its name."""
    ways: dict[str, Paging]
    """Takes its way of paging, by name."""
    verbs: frozenset[Verb] = frozenset()
    """Other statements that its operation answers to, in whatever resource."""


@dataclass(frozen=True, slots=True)
class _Body:
    """What is said of a body besides its attributes, as a method of a manifest has it."""

    base: str | None = None
    default: str | None = None
    within: str | None = None
    is_text: bool = False
    encoding: Encoding = Encoding.JSON
    transform: Transform | None = None
    headers: dict[str, str] = field(default_factory=dict)
    root: str | None = None
    parameters: dict[str, Parameter] = field(default_factory=dict)


class Methods:
    """Makes the methods of a document."""

    def __init__(self, document: Document, answers: Answers) -> None:
        self._document = document
        self._answers = answers
        self._schemas: Schemas = answers.schemas

    def make(self, verb: Verb, node: Mapping[str, Any], config: Config, beside: Beside) -> Made:
        """The method of a node. Raises UncallableError."""
        ways = beside.ways
        http, path, operation, item = self._operation(node)
        config = config.within(node.get("config"))
        if verb is Verb.SELECT and http in _CHANGES:
            raise UncallableError(f"It would {_CHANGES[http]} with {http}, and a SELECT changes nothing.")
        if (query := query_of(operation)) is not None:
            return self._queried(verb, node, (operation, item), self._placed(query, path, node, operation, item), ways)
        request, whole = table(node.get("request")), path
        names = _Names(snakes=text(request.get("nativeCasing")) not in {"", "snake"})
        parameters = dict(self._parameters(operation, item, names))
        if config.algorithm("queryParamTranspose") == _CANONICAL:
            texts = {name for name, one in parameters.items() if one.place is Place.QUERY and one.type is Scalar.STRING}
            parameters = {name: replace(one, json=name in texts) for name, one in parameters.items()}
        path, constants = _template(path, drops=config.algorithm("requestTranslate") == _DROP)
        declared = {one.name or name for name, one in parameters.items()}
        for name in [one for one in _PLACEHOLDER.findall(path) if one not in declared]:
            parameters.setdefault(names.of(name), Parameter(place=Place.PATH, description="", required=True, name=name))
        path = _PLACEHOLDER.sub(lambda found: f"{{{found[1]}}}", path)
        parameters = {name: one for name, one in parameters.items() if one.place is not Place.PATH or f"{{{one.name or name}}}" in path}
        headers = {
            one.name or name: one.default for name, one in parameters.items() if one.place is Place.HEADER and one.default is not None
        }
        parameters |= self._server_variables(parameters, operation, item, node)
        said, body = self._body(http, operation, request, config, names)
        reads = _reads(verb, http, is_known=not changes(operation, whole, beside.called))
        is_form = config.algorithm("requestTranslate").startswith(_AS_FORM) and http == "GET"
        why = ""
        if verb is Verb.SELECT and http not in _SAFE:
            others = f"it answers {min(beside.verbs).upper()} too" if beside.verbs else ""
            why = others or doubt(operation, whole, beside.called, body)
        answer = self._answers.answer(operation, table(node.get("response")))
        if answer.problem:
            raise UncallableError(answer.problem[0].upper() + answer.problem[1:])
        if verb is Verb.SELECT:
            said, body = _selective(said, body)
            # As StackQL names them: only what is translated goes by its own name.
            before = "" if config.algorithm("requestBodyTranslate") else _PREFIX
            given = {f"{before}{name}": _in_body(name, one, before) for name, one in body.items()}
            parameters, body = given | parameters, {}
        parameters = free_parameters(parameters, said.parameters)
        way = self._way(verb, config, parameters, answer, ways)
        if way is not None:
            parameters = _with_roles(parameters, ways[way])
        parameters |= _naming_fields(config, parameters, verb)
        parameters = dict(self._of_entries(parameters, answer.columns if verb is Verb.SELECT else {}, (item, operation)))
        made = Made(
            Method(
                verb=verb,
                http=f"{http} {path}{constants}",
                description=prose(operation.get("summary")) or prose(operation.get("description")) or f"{http} {path}.",
                parameters=parameters,
                body=body,
                headers=answer.headers | {name: text(value) for name, value in headers.items()} | said.headers,
                base_url=self._base_url(operation, item, node),
                base=said.base,
                root=said.root,
                default_body=said.default,
                within=said.within,
                within_text=said.is_text,
                encoding=said.encoding,
                body_transform=said.transform,
                rows=answer.rows,
                content=answer.content,
                pick=answer.pick,
                into=answer.into,
                empty_with=answer.empty_with,
                transform=answer.transform,
                paging=way,
                whole=verb is Verb.UPDATE and http == "PUT",
                reads=reads,
            ),
            answer,
            why,
        )
        return replace(made, method=_as_form(made.method, ways)) if is_form else made

    def _placed(self, query: Query, path: str, node: Mapping[str, Any], operation: Mapping[str, Any], item: Mapping[str, Any]) -> Query:
        """The query at its server, where its URL is what that is by default: then a part of the server's name may be another one."""
        bare, server = path.partition("?")[0], base_url(server_of(self._document, operation, item, node))
        is_there = filled(server, {}) + bare == f"{query.base_url}{query.path}"
        return replace(query, base_url=self._base_url(operation, item, node), path=bare) if is_there else query

    def _queried(
        self, verb: Verb, node: Mapping[str, Any], of: tuple[Mapping[str, Any], Mapping[str, Any]], query: Query, ways: dict[str, Paging]
    ) -> Made:
        """A method that sends a query in GraphQL."""
        operation, item = of
        if query.changes and verb is Verb.SELECT:
            raise UncallableError("Its query is a mutation, and a SELECT changes nothing.")
        if query.problem:
            raise UncallableError(query.problem)
        said = table(node.get("response"))
        # What picks each value of an object does not say which it is.
        key = text(said.get("objectKey")) if "*" in query.pick and said.get("objectKey") else query.pick
        answer = self._answers.answer(operation, {**said, "objectKey": key})
        if answer.problem:
            raise UncallableError(answer.problem[0].upper() + answer.problem[1:])
        names = _Names(snakes=False)
        declared = dict(self._parameters(operation, {}, names))
        parameters = {
            name: replace(
                declared.get(name, Parameter(place=Place.TEMPLATE, description="")),
                place=Place.TEMPLATE,
                required=name not in query.optional,
                name=None,
            )
            for name in sorted(query.names)
        }
        if query.base_url is None or "{" in query.base_url:
            parameters |= self._server_variables(parameters, operation, item, node)
        method = Method(
            verb=verb,
            http=f"POST {query.path}",
            description=prose(operation.get("summary")) or prose(operation.get("description")),
            parameters=parameters,
            base_url=query.base_url,
            base=query.base,
            rows="$",
            pick=key,
            into=answer.into,
            transform=answer.transform,
            paging=_named(query.paging, ways) if query.paging is not None and verb is Verb.SELECT else None,
            incomplete=None if query.changes else "errors",
            reads=not query.changes,
        )
        return Made(method, replace(answer, rows="$", pick=key))

    def _operation(self, node: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any], Mapping[str, Any]]:
        reference = text(table(node.get("operation")).get("$ref"))
        found = _POINTER.search(reference)
        if programs := [*filter(None, map(text, rows(node.get("inline"))))]:
            raise UncallableError(f"It runs the program {programs[0]}, and rowcall sends requests only.")
        if found is None:
            raise UncallableError(f"Its operation `{reference}` is no reference into `paths`.")
        item = table(self._document.resolved({"$ref": reference[: found.end("path")]}))
        operation = self._document.resolved(item.get(found["http"]))
        if not isinstance(operation, dict):
            raise UncallableError(f"Its operation `{reference}` is not in the document.")
        http = (text(node.get("apiMethod")) or found["http"]).upper()
        if http not in _HTTP:
            raise UncallableError(f"Its operation is called {http}, which is no method of HTTP that rowcall sends.")
        path = unquote(found["path"]).replace("~1", "/").replace("~0", "~").partition("#")[0]
        return http, path if path.startswith("/") else f"/{path}", operation, item

    # -- parameters ----------------------------------------------------------------------------------------------------------------

    def _parameters(self, operation: Mapping[str, Any], item: Mapping[str, Any], names: _Names) -> Iterator[tuple[str, Parameter]]:
        for one in fields(self._document, item, operation):
            if one.place == "cookie" and one.required:
                raise UncallableError(f"It needs the cookie {one.name}, and rowcall sends none.")
            if one.place not in _PLACES or not one.name or (one.place == "header" and one.name.lower() in _SENT_ANYHOW):
                continue
            if not one.name.startswith("__"):
                key = text(one.node.get(ALIAS)) or names.of(one.name)
                yield key, self._parameter(one, key)

    def _parameter(self, one: Field, key: str) -> Parameter:
        place, schema = _PLACES[one.place], one.schema
        shape = self._schemas.shape(schema)
        default = self._schemas.keyword(schema, "default")
        scalar = shape.type if isinstance(shape.type, Scalar) and shape.type in _SCALARS.values() else Scalar.STRING
        has_default = place is Place.HEADER and default is not None
        has_slash = "/" in text(self._schemas.keyword(schema, "pattern"))
        return Parameter(
            place=place,
            description=prose(one.description),
            type=scalar,
            segments=place is Place.PATH and (bool(one.node.get("x-multi-segment")) or has_slash),
            required=place is Place.PATH or (one.required and not has_default and one.node.get("allowEmptyValue") is not True),
            name=one.name if key != one.name else None,
            default=default if isinstance(default, (str, int, float, bool)) else None,
            maximum=_number(self._schemas.keyword(schema, "maximum")),
            enum=shape.enum,
        )

    def _of_entries(
        self, parameters: Mapping[str, Parameter], columns: Mapping[str, Column], nodes: tuple[Mapping[str, Any], Mapping[str, Any]]
    ) -> Iterator[tuple[str, Parameter]]:
        """Parameters, of which those that take entries of a map, as `labels[a]=b`, are named by equalities of that column's entries."""
        said = fields(self._document, *nodes)
        deep = {one.name for one in said if one.place == "query" and one.node.get("style") == "deepObject" and not one.required}
        for key, one in parameters.items():
            column = key if key in columns else snake(key)
            if (one.name or key) in deep and column in columns and columns[column].type is Scalar.MAP:
                yield free(f"{column}_entries", [*parameters, *columns]), replace(one, name=one.name or key, entries=column, default=None)
            else:
                yield key, one

    # -- servers -------------------------------------------------------------------------------------------------------------------

    def _base_url(self, *nodes: Mapping[str, Any]) -> str | None:
        """Where a method is; None where that is where its service is."""
        return base_url(server_of(self._document, *nodes)) if any(map(servers_of, nodes)) else None

    def _server_variables(self, taken: Mapping[str, Parameter], *nodes: Mapping[str, Any]) -> dict[str, Parameter]:
        return {name: one for name, one in server_variables(server_of(self._document, *nodes)) if name not in taken}

    # -- bodies --------------------------------------------------------------------------------------------------------------------

    def _body(
        self, http: str, operation: Mapping[str, Any], request: Mapping[str, Any], config: Config, names: _Names
    ) -> tuple[_Body, dict[str, Attribute]]:
        """What is said of a body, and its attributes."""
        if http in _BODILESS:
            return _Body(), {}
        base, default = _object(request.get("base")), _object(request.get("default"))
        said = _Body(
            base=None if base is None else text(request.get("base")),
            default=None if default is None else text(request.get("default")),
            transform=_transform(table(request.get("transform"))),
        )
        content = self._content(operation, request)
        if content is None or (content.schema is None and (content.is_json or is_form(content.media))):
            return said, {}
        if said.transform is not None and content.encoding is Encoding.MULTIPART:
            raise UncallableError("What it sends has to be made by a template, and that is a form in parts.")
        how = _made_by_template(content) if said.transform is not None else written(self._schemas, content)
        said = replace(said, encoding=how.encoding, headers=how.headers, root=how.root, parameters=how.parameters)
        if how.sole:
            parameters = {} if content.required else {name: replace(one, required=False) for name, one in how.parameters.items()}
            said = replace(said, base=None, default=None, parameters=how.parameters | parameters)
            return said, {name: replace(one, required=content.required) for name, one in how.sole.items()}
        if how.encoding is Encoding.XML:
            said = replace(said, base=json.dumps({**json.loads(how.base or "{}"), **(base or {})}), default=None)
        translated = config.algorithm("requestBodyTranslate") if how.encoding is not Encoding.XML else ""
        schema, said = self._within(content.schema, said, translated)
        needed = {text(name) for name in rows(request.get("required"))}
        attributes = {}
        taken: set[str] = set()
        for name, one in self._schemas.properties(schema).items():
            if names.of(name).casefold() in taken or any(table(each).get("readOnly") is True for each in one.schemas):
                continue
            taken.add(names.of(name).casefold())
            is_text = any(self._schemas.keyword(each, _STRING_ONLY) is True for each in one.schemas)
            type_ = Scalar.STRING if is_text else one.shape.type
            attribute = Attribute(
                type=type_,
                description=prose(self._schemas.keyword(one.schemas[0], "description")) if one.schemas else "",
                required=(one.required or name in needed) and (said.within is not None or name not in (base or {})),
                nullable=True,
                name=name if names.of(name) != name else None,
                **_open(type_),
            )
            if how.encoding is Encoding.XML:
                attributes[names.of(name)] = in_xml(self._schemas, content, name, names.of(name), attribute)
            else:
                attributes[names.of(name)] = in_form(self._schemas, content, name, attribute)
        return said, attributes | filenames(attributes)

    def _within(self, schema: Any, said: _Body, algorithm: str) -> tuple[Any, _Body]:
        """The schema whose fields are attributes: that of a body, or of the field of it that `naive_` names."""
        name = algorithm.removeprefix("naive_")
        if name == algorithm:
            return schema, said
        inner = self._schemas.below(schema, name)
        if inner is None:
            raise UncallableError(f"Its attributes are those of `{name}` in its body, which has no such field.")
        return inner, replace(said, within=name, is_text=self._schemas.keyword(inner, _STRING_ONLY) is True)

    def _content(self, operation: Mapping[str, Any], request: Mapping[str, Any]) -> Content | None:
        """What is sent: JSON where there is a choice, else a form; None where nothing is said of it."""
        wanted = text(request.get("mediaType"))
        if isinstance(override := request.get("schema_override"), dict):
            return Content(media=wanted, schema=override)
        if self._document.is_swagger:
            return self._swagger_body(operation)
        body = table(self._document.resolved(operation.get("requestBody")))
        contents = {name: self._document.resolved(held) for name, held in table(body.get("content")).items()}
        return sent(contents, required=body.get("required") is True, wanted=wanted) if contents else None

    def _swagger_body(self, operation: Mapping[str, Any]) -> Content | None:
        fields = [table(self._document.resolved(node)) for node in rows(operation.get("parameters"))]
        for one in fields:
            if one.get("in") == "body":
                return Content(media="", schema=one.get("schema"), required=one.get("required") is True)
        takes = rows(operation.get("consumes") or self._document.root.get("consumes"))
        return swagger_form(fields, [text(each) for each in takes])

    # -- paging --------------------------------------------------------------------------------------------------------------------

    def _way(self, verb: Verb, config: Config, parameters: Mapping[str, Parameter], answer: Answer, ways: dict[str, Paging]) -> str | None:
        """The name under which its way of paging stands in `ways`; None where its response is one row."""
        if verb is not Verb.SELECT or not answer.is_list:
            return None
        found = paging(config, parameters, self._schemas, answer)
        return _named(found, ways)


def _reads(verb: Verb, http: str, *, is_known: bool) -> bool | None:
    """What a method says of whether it changes something, where its method of HTTP says something else."""
    is_read = verb is Verb.SELECT or (verb is Verb.EXEC and is_known and http in {"GET", "HEAD"})
    return None if is_read is (http in {"GET", "HEAD"}) else is_read


def _as_form(method: Method, ways: dict[str, Paging]) -> Method:
    """A method that is sent with POST, with all that would be in its query in a form."""
    path, _, constant = method.path.partition("?")
    parameters = {
        name: replace(one, place=Place.BODY, role=None, sends=None) if one.place is Place.QUERY else one
        for name, one in method.parameters.items()
    }
    way = ways.get(method.paging or "")
    if way is not None and way.place is Place.QUERY and way.parameter is not None:
        way = replace(way, place=Place.BODY, page_size=None)
    return replace(
        method,
        http=f"POST {path}",
        parameters=parameters,
        base=json.dumps(dict(parse_qsl(constant, keep_blank_values=True))),
        encoding=Encoding.URLENCODED,
        paging=None if way is None else _named(way, ways),
        reads=method.is_read,
    )


def _made_by_template(content: Content) -> Written:
    """How what a template makes is sent, which is text of any type."""
    is_known = is_json(content.media) or is_form(content.media)
    is_own = not is_form(content.media) and content.media not in {"", "application/json"} and not content.media.endswith("*")
    headers = {"Content-Type": content.media} if is_own else {}
    return Written(encoding=content.encoding if is_known else Encoding.RAW, headers=headers)


def _selective(said: _Body, body: Mapping[str, Attribute]) -> tuple[_Body, dict[str, Attribute]]:
    """What a SELECT sends of a body. Raises UncallableError where it needs what none can send."""
    if any(is_file(one.type) and one.required for one in body.values()):
        raise UncallableError("It takes a file, and a SELECT has none.")
    if said.encoding not in _OF_SELECTS or any(one.name == ALL for one in body.values()):
        if any(one.required for one in body.values()):
            raise UncallableError("Its body is no object of JSON and no form, and a SELECT sends no other.")
        return _Body(), {}
    return said, {name: one for name, one in body.items() if not is_file(one.type) and one.filename_of is None}


def _named(way: Paging, ways: dict[str, Paging]) -> str:
    """The name of a way of paging in `ways`, into which it goes where it is not there."""
    for name, known in ways.items():
        if known == way:
            return name
    name = f"{way.kind.value}_{len(ways) + 1}"
    ways[name] = way
    return name


class _Names:
    """How names are spelt in SQL."""

    def __init__(self, *, snakes: bool) -> None:
        self._snakes = snakes

    def of(self, name: str) -> str:
        """As it is written in SQL."""
        return snake(name) if self._snakes else name


def _template(path: str, *, drops: bool) -> tuple[str, str]:
    """A path, and the query that stands in it word for word, of which what only tells operations apart is left out."""
    bare, _, query = path.partition("?")
    kept = [pair for pair in query.split("&") if pair and not (pair.startswith("__") and drops)]
    return bare, f"?{'&'.join(kept)}" if kept else ""


def _with_roles(parameters: Mapping[str, Parameter], way: Any) -> dict[str, Parameter]:
    """The parameters, of which those that page are no filters."""
    size = way.page_size.parameter if way.page_size is not None else None
    roles = {way.parameter: Role.CURSOR, size: Role.PAGE_SIZE}
    return {
        name: replace(one, role=roles[one.name or name]) if one.place is Place.QUERY and (one.name or name) in roles else one
        for name, one in parameters.items()
    }


def _naming_fields(config: Config, parameters: Mapping[str, Parameter], verb: Verb) -> dict[str, Parameter]:
    """The parameter that says which fields an API is to send; it may send some of them only where they are named.

    StackQL says it where it knows all columns and parameters of a statement. An operation that needs others, and does not say itself that
    it takes such a parameter, may not take it.
    """
    said = table(table(config.get("queryParamPushdown")).get("select"))
    name = text(said.get("paramName")) or ("$select" if said.get("dialect") == "odata" else "")
    known = tuple(filter(None, map(text, rows(said.get("supportedColumns")))))
    declared = next((key for key, one in parameters.items() if one.place is Place.QUERY and (one.name or key) == name), None)
    needed = {one.name or key for key, one in parameters.items() if one.required}
    if verb is not Verb.SELECT or not name or (declared is None and "*" not in known and known and not needed <= {*known}):
        return {}
    found = Parameter(place=Place.QUERY, description="The fields that are sent.") if declared is None else parameters[declared]
    many = Many(separator=text(said.get("delimiter")) or ",")
    return {declared or name: replace(found, type=Scalar.STRING, role=Role.FIELDS, many=many, enum=() if "*" in known else known)}


def _in_body(name: str, attribute: Attribute, before: str) -> Parameter:
    """An attribute of the body of a SELECT; what is no single value is given as a text of JSON."""
    is_single = attribute.type in {*_SCALARS.values(), Scalar.STRING}
    return Parameter(
        place=Place.BODY,
        description=attribute.description,
        type=attribute.type if is_single and isinstance(attribute.type, Scalar) else Scalar.STRING,
        json=not is_single,
        required=attribute.required,
        name=attribute.name or (name if before else None),
    )


def _transform(said: Mapping[str, Any]) -> Transform | None:
    """What makes of the JSON of a body what is sent; None where that is the JSON."""
    kind, template = text(said.get("type")), text(said.get("body"))
    kinds = {"_json_": TransformKind.JSON, "_text_": TransformKind.TEXT}
    named = next((found for word, found in kinds.items() if word in kind), None)
    if (kind or template) and (named is None or not template):
        raise UncallableError(f"What it sends has to be made by {kind or 'a template'}, which is not known.")
    return None if named is None else Transform(kind=named, template=template)


def _open(type_: Type) -> dict[str, Any]:
    """An object may have fields that nobody wrote down."""
    while isinstance(type_, ListOf):
        type_ = type_.item
    return {"open": True} if isinstance(type_, Object) else {}


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _object(value: Any) -> dict[str, Any] | None:
    """The object that a text of JSON is; None for anything else."""
    try:
        found = json.loads(text(value))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
