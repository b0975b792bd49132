"""What a document says of its API, in one form for OpenAPI 3 and Swagger 2: servers, ways to authenticate, and operations.

The two versions say the same with other keys; nothing outside this module has to know them. What is not JSON has no schema here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from rowcall.errors import UsageError
from rowcall.manifest.model import Encoding
from rowcall.openapi.document import Document

VERBS = ("get", "head", "post", "put", "patch", "delete")
"""The HTTP methods that an operation of ours can have, as documents spell them."""

_JSON = re.compile(r"(application|text)/([a-z0-9.+-]+[+-])?json(-[0-9.]+)?\s*(;|$)|\*/\*")
_PLAIN = re.compile(r"(application|text)/json\s*(;|$)")
_LINES = re.compile(r"application/(x-)?(ndjson|jsonl|jsonlines|json-lines)\s*(;|$)")
_XML = re.compile(r"(application|text)/([a-z0-9.+-]+\+)?xml\s*(;|$)")
_FORM = "application/x-www-form-urlencoded"
_FORMS = {_FORM: Encoding.URLENCODED, "multipart/form-data": Encoding.MULTIPART}
_COLLECTIONS = {"ssv": " ", "tsv": "\t", "pipes": "|", "multi": None}
"""What Swagger puts between the values of an array, where that is no comma."""
_URL = re.compile(r"https?://[^\s()<>\[\]\"'`]+")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter of an operation in path, query, header or cookie."""

    name: str
    place: str
    """`path`, `query`, `header` or `cookie`, or whatever the document says."""
    required: bool
    schema: Any
    """What its values are; of an array, `separator` says how they are given."""
    description: str
    separator: str | None
    """What stands between the values of an array; None where the parameter is repeated."""
    deprecated: bool
    node: Mapping[str, Any]
    """As it stands in the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body, of a request or an answer."""

    media: str
    """Its media type; "" where none is said."""
    schema: Any
    """What it is, where it is JSON or lines of it, and of a request whatever it is; else None."""
    required: bool = True
    styles: Mapping[str, Any] = field(default_factory=dict)
    """How the fields of a form are written, by name, where the document says it."""
    choices: tuple[str, ...] = ()
    """All media types that a request may have instead, where it is no JSON, no form and no XML."""
    description: str = ""
    """What is said of it, of a request."""

    @property
    def is_json(self) -> bool:
        """Whether it is JSON, as far as the document says."""
        return is_json(self.media)

    @property
    def encoding(self) -> Encoding:
        """How it is written, where it has a schema."""
        return _FORMS.get(self.media.lower().partition(";")[0], Encoding.JSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One HTTP method of one path."""

    verb: str
    """As `GET`."""
    path: str
    """As the document has it, below its servers."""
    name: str
    """Its `operationId`; "" where it has none."""
    tags: tuple[str, ...]
    summary: str
    description: str
    deprecated: bool
    fields: tuple[Field, ...]
    body: Content | None
    """What is sent; None where nothing is. A form has its fields in an object."""
    answer: Content | None
    """What comes back where it went well; None where nothing does."""
    answer_headers: frozenset[str]
    """The names of the headers that come with it, in small letters."""
    security: tuple[Mapping[str, Any], ...] | None
    """The schemes that it takes, of which one will do, where that is not what the document says of all."""
    node: Mapping[str, Any]
    """As it stands in the document."""

    @property
    def line(self) -> str:
        """As `GET /runs/{run_id}`."""
        return f"{self.verb} {self.path}"

    @property
    def key(self) -> str:
        """What two spellings of it share, as `GET /runs/{}`."""
        return key_of(self.verb, self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the paths start."""

    url: str
    """Without a slash at the end; may hold {variables}, and may lack scheme and host."""
    description: str
    variables: Mapping[str, Mapping[str, Any]]


def is_json(media: str) -> bool:
    """Whether a media type is JSON, or says nothing."""
    return not media or _JSON.match(media.lower()) is not None


def is_lines(media: str) -> bool:
    """Whether a media type is lines of JSON."""
    return _LINES.match(media.lower()) is not None


def is_xml(media: str) -> bool:
    """Whether a media type is XML."""
    return _XML.match(media.lower()) is not None


def preference(media: str) -> tuple[bool, ...]:
    """By what media types are sorted of which one is sent: JSON, what is made of it, forms, lines, XML, and anything else."""
    return not _PLAIN.match(media.lower()), not is_json(media), not is_form(media), not is_lines(media), not is_xml(media)


def key_of(verb: str, path: str) -> str:
    """What two spellings of a request line share: the names of its placeholders do not count, nor does a slash at its end."""
    return f"{verb} {_PLACEHOLDER.sub('{}', path.partition('?')[0].rstrip('/') or '/')}"


def servers(document: Document) -> tuple[Server, ...]:
    """Where its paths start, the first of them by default; empty where it does not say."""
    return tuple(_swagger_servers(document.root)) if document.is_swagger else servers_of(document.root)


def servers_of(node: Mapping[str, Any]) -> tuple[Server, ...]:
    """What a document, a path or an operation of version 3 says itself of where it is."""
    stated = [each for each in _list(node.get("servers")) if isinstance(each, dict) and isinstance(each.get("url"), str)]
    return tuple(
        Server(
            url=each["url"].rstrip("/"),
            description=_text(each.get("description")),
            variables={name: _mapping(variable) for name, variable in _mapping(each.get("variables")).items()},
        )
        for each in stated
    )


def schemes(document: Document) -> dict[str, Mapping[str, Any]]:
    """Its ways to authenticate, by name, as OpenAPI 3 has them."""
    held = document.root if document.is_swagger else _mapping(document.root.get("components"))
    found = _mapping(held.get("securityDefinitions" if document.is_swagger else "securitySchemes"))
    resolved = {name: _mapping(document.resolved(scheme)) for name, scheme in found.items()}
    return {name: {"type": "http", "scheme": "basic"} if scheme.get("type") == "basic" else scheme for name, scheme in resolved.items()}


def documented_at(document: Document) -> str:
    """Where the API is documented, as far as the document says."""
    info = _mapping(document.root.get("info"))
    named = _URL.search(_text(info.get("description")))
    urls = [_mapping(document.root.get("externalDocs")).get("url"), named[0].rstrip(".,") if named else None]
    urls += [_mapping(info.get("contact")).get("url"), info.get("termsOfService")]
    server = next((server.url for server in servers(document) if server.url.startswith("http")), "")
    parts = urlsplit(_PLACEHOLDER.sub("{}", server))
    host = f"{parts.scheme}://{parts.netloc}" if parts.netloc and "{" not in parts.netloc else ""
    return next((url for url in urls if isinstance(url, str) and url.startswith("http")), host) or document.file.name


def security(document: Document) -> tuple[Mapping[str, Any], ...]:
    """The schemes that hold where an operation says nothing else, of which one will do; an empty one is none at all."""
    return tuple(each for each in _list(document.root.get("security")) if isinstance(each, dict))


def operations(document: Document) -> Iterator[Operation]:
    """The operations, in the order of the document."""
    for path, item in _mapping(document.root.get("paths")).items():
        held = _mapping(document.resolved(item))
        for verb in VERBS:
            if isinstance(held.get(verb), dict) and path.startswith("/"):
                yield _operation(document, path, verb, held)


def described(document: Document) -> list[Operation]:
    """The operations of a document that has some. Raises UsageError for one without."""
    if found := list(operations(document)):
        return found
    raise UsageError(f"{document.file} describes no operation: it has no `paths`, or nothing in them. Give an OpenAPI or Swagger document.")


def fields(document: Document, item: Mapping[str, Any], operation: Mapping[str, Any]) -> tuple[Field, ...]:
    """The parameters of an operation of a path item, but what is in its body."""
    return tuple(_field(field, document) for field in _stated(document, item, operation) if field["in"] not in {"body", "formData"})


def _stated(document: Document, item: Mapping[str, Any], operation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All that an operation calls parameters. Its own stand in place of those of its path."""
    resolved = map(document.resolved, [*_list(item.get("parameters")), *_list(operation.get("parameters"))])
    named = (each for each in resolved if isinstance(each, dict) and isinstance(each.get("name"), str) and isinstance(each.get("in"), str))
    return list({(each["name"], each["in"]): each for each in named}.values())


def _operation(document: Document, path: str, verb: str, held: Mapping[str, Any]) -> Operation:
    node = held[verb]
    answer, headers = _answer(document, node)
    stated = node.get("security")
    return Operation(
        verb=verb.upper(),
        path=path,
        name=_text(node.get("operationId")),
        tags=tuple(map(str, _list(node.get("tags")))),
        summary=_text(node.get("summary")),
        description=_text(node.get("description")),
        deprecated=node.get("deprecated") is True,
        fields=fields(document, held, node),
        body=_sent(document, held, node, verb),
        answer=answer,
        answer_headers=headers,
        security=tuple(each for each in stated if isinstance(each, dict)) if isinstance(stated, list) else None,
        node=node,
    )


def _field(field: Mapping[str, Any], document: Document) -> Field:
    if document.is_swagger:
        schema: Any = field
        separator = _COLLECTIONS.get(_text(field.get("collectionFormat")), ",")
    else:
        style = _text(field.get("style")) or ("form" if field["in"] == "query" else "simple")
        exploded = field.get("explode", style == "form")
        contents = [_mapping(each).get("schema") for each in _mapping(field.get("content")).values()]
        schema = field.get("schema") or next(iter(contents), None)
        separator = None if exploded else {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
    return Field(
        name=field["name"],
        place=field["in"],
        required=field.get("required") is True or field["in"] == "path",
        schema=schema,
        description=_text(field.get("description")),
        separator=separator,
        deprecated=field.get("deprecated") is True,
        node=field,
    )


BODILESS = frozenset({"GET", "HEAD"})
"""HTTP methods whose bodies mean nothing; some documents have empty ones all the same."""


def _sent(document: Document, held: Mapping[str, Any], node: Mapping[str, Any], verb: str) -> Content | None:
    """The body of a request; None where it would mean nothing and is not demanded."""
    body = _swagger_body(document, node, _stated(document, held, node)) if document.is_swagger else _body(document, node)
    return None if body is not None and not body.required and verb.upper() in BODILESS else body


def _body(document: Document, node: Mapping[str, Any]) -> Content | None:
    body = _mapping(document.resolved(node.get("requestBody")))
    if not body:
        return None
    contents, required = _mapping(body.get("content")), body.get("required") is True
    return sent(contents, required=required, description=_text(body.get("description")))


def sent(contents: Mapping[str, Any], *, required: bool, description: str = "", wanted: str = "") -> Content:
    """The content that we would send of those that a request may have; `wanted` is the media type that is asked for, if any is."""
    media = wanted if wanted in contents else min(contents, key=preference, default="")
    held = _mapping(contents.get(media))
    is_other = not (is_json(media) or is_form(media) or is_lines(media) or is_xml(media))
    choices = tuple(name for name in contents if not (is_json(name) or is_form(name))) if is_other and media != wanted else ()
    styles = _mapping(held.get("encoding"))
    return Content(media=media, schema=held.get("schema"), required=required, styles=styles, choices=choices, description=description)


def _taken(contents: Mapping[str, Any]) -> Content:
    """The content that we would take: JSON before lines of it, and those before anything else."""
    media = min(contents, key=lambda name: (not _PLAIN.match(name.lower()), not is_json(name), not is_lines(name)), default="")
    held = _mapping(contents[media]) if contents and (is_json(media) or is_lines(media)) else {}
    return Content(media=media, schema=held.get("schema"))


def is_form(media: str) -> bool:
    """Whether a media type is a form."""
    return media.lower().partition(";")[0] in _FORMS


def _swagger_body(document: Document, node: Mapping[str, Any], fields: list[Any]) -> Content | None:
    takes = _list(node.get("consumes") or document.root.get("consumes"))
    for each in fields:
        if each["in"] == "body":
            contents = {str(kind): each for kind in takes} or {"": each}
            return sent(contents, required=each.get("required") is True, description=_text(each.get("description")))
    return swagger_form(fields, [str(each) for each in takes])


def swagger_form(fields: Sequence[Mapping[str, Any]], takes: Sequence[str]) -> Content | None:
    """The form that the parameters of an operation of Swagger make, which takes these media types; None where none is of one."""
    form = {str(each.get("name")): each for each in fields if each.get("in") == "formData"}
    if not form:
        return None
    required = [name for name, each in form.items() if each.get("required") is True]
    files = any(each.get("type") == "file" for each in form.values())
    media = next(filter(is_form, takes), "multipart/form-data" if files else _FORM)
    return Content(media=media, schema={"type": "object", "properties": form, "required": required}, required=bool(required))


def _answer(document: Document, node: Mapping[str, Any]) -> tuple[Content | None, frozenset[str]]:
    """What comes with the first status that is a success, and its headers."""
    answers = _mapping(node.get("responses"))
    good = sorted(status for status in answers if status[:1] == "2")
    for status in good or [status for status in answers if status == "default"]:
        answer = _mapping(document.resolved(answers[status]))
        headers = frozenset(name.lower() for name in _mapping(answer.get("headers")))
        if document.is_swagger and "schema" in answer:
            gives = _list(node.get("produces") or document.root.get("produces"))
            media = next((str(each) for each in gives if is_json(str(each))), str(next(iter(gives), "")))
            return Content(media=media, schema=answer["schema"] if is_json(media) else None), headers
        if not document.is_swagger and (contents := _mapping(answer.get("content"))):
            return _taken(contents), headers
    return None, frozenset()


def _swagger_servers(root: Mapping[str, Any]) -> Iterator[Server]:
    path = "/" + _text(root.get("basePath")).strip("/")
    host = _text(root.get("host"))
    stated = [str(each) for each in _list(root.get("schemes"))] or ["https"]
    for scheme in sorted(stated, key=lambda each: each != "https"):
        if scheme in {"http", "https"}:
            yield Server(url=f"{scheme}://{host}{path}".rstrip("/") if host else path.rstrip("/"), description="", variables={})


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
