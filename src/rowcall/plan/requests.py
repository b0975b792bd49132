"""A method of the manifest and the values for its parameters, as the HTTP request that says so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import PlanError
from rowcall.manifest.model import Encoding, Method, Paging, Parameter, Place, Role, Scalar, TransformKind, Verb
from rowcall.manifest.servers import in_server
from rowcall.plan.nodes import Entries, Protocol, Request, Ties

_IDEMPOTENT = frozenset({"PUT", "DELETE", "OPTIONS"})
"""Of the methods of HTTP that need not read those that may be repeated: a GET that changes something is none of HTTP's."""


def build(
    ref: ResourceRef, name: str, method: Method, bound: Mapping[str, Any], body: Any = None, *, rows_needed: int | None = None
) -> Request:
    """The first request of a call. `bound` has a value for each required parameter; None leaves an optional one out.

    A paged method asks for the largest page unless `bound` says how many rows. Raises PlanError for a path value that would name
    another path (an empty one, `.` or `..`), and for one that the API would read as several.
    """
    return builder(ref, name, method, rows_needed=rows_needed)(bound, body)


def builder(
    ref: ResourceRef, name: str, method: Method, *, rows_needed: int | None = None, ties: Ties | None = None
) -> Callable[[Mapping[str, Any], Any], Request]:
    """As `build`, for many calls of one method: gives the request for values bound and a body."""
    own_headers = dict(ref.provider.headers) | dict(ref.service.headers) | dict(method.headers)
    same_headers = tuple(own_headers.items())
    size = page_size(ref, method)
    is_own_size = size is not None and size[0] not in method.parameters
    template, http_method, full_name, reads = method.path, method.http_method, ref.full_name, method.is_read
    is_named = any(parameter.place is Place.SERVER for parameter in method.parameters.values())
    server = method.base_url or ref.service.base_url or (ref.provider.base_url if is_named else "")
    constant, made = json.loads(method.base or "{}"), method.body_transform
    whole, is_form = _bodies(method, constant), method.encoding is Encoding.URLENCODED
    parameters = [(key, parameter, parameter.name or key) for key, parameter in method.parameters.items()]
    always = [(key, name_there, rendered(parameter.sends)) for key, parameter, name_there in parameters if parameter.sends is not None]
    given: dict[tuple[str, ...], list[tuple[str, Parameter, str]]] = {}
    """The parameters that have values, for what is bound: the same for most calls."""
    retriable = reads or method.idempotent or http_method in _IDEMPOTENT or method.key_header(ref.provider) is not None

    def request(bound: Mapping[str, Any], body: Any) -> Request:
        path, query, headers, base, content = template, [], own_headers, server, constant
        filled: list[tuple[str, str]] = []
        names = tuple(bound)
        if names not in given:
            given[names] = [parameter for parameter in parameters if parameter[0] in bound]
        for key, parameter, name_there in given[names]:
            value = bound[key]
            if value is None:
                continue
            if parameter.place is Place.PATH:
                path = path.replace(f"{{{name_there}}}", _segment(key, parameter, value))
            elif parameter.place is Place.QUERY:
                query += _in_query(key, parameter, name_there, value)
            elif parameter.place is Place.SERVER:
                base = _in_server(base, key, name_there, value)
                filled.append((name_there, rendered(value)))
            else:
                headers, content = _beside(headers, content, parameter, name_there, value, is_form=is_form)
        query += [(name_there, text) for key, name_there, text in always if bound.get(key) is None]
        if size is not None and is_own_size and size[0] in bound:
            query.append((size[0], rendered(bound[size[0]])))
        if size is not None and all(key != size[0] for key, _ in query):
            query.append(size)
        return Request(
            provider=ref.provider.provider,
            resource=full_name,
            method_name=name,
            http_method=http_method,
            path=path,
            query=tuple(query),
            headers=same_headers if headers is own_headers else tuple(headers.items()),
            body=whole(content, body, [key for key in names if bound[key] is not None]),
            encoding=method.encoding,
            template=made.template if made is not None else "",
            of_text=made is not None and made.kind is TransformKind.TEXT,
            reads=reads,
            rows_needed=rows_needed,
            base=base,
            server=tuple(filled),
            ties=ties,
            retriable=retriable,
        )

    return request


def protocol(ref: ResourceRef, method: Method) -> Protocol:
    """How the answers to a method are read."""
    file = (method.returns or ref.resource.columns).get(method.content or "")
    return Protocol(
        rows=method.rows,
        pick=method.pick,
        incomplete=method.incomplete,
        empty_with=None if method.empty_with is None else frozenset(method.empty_with),
        at_most=method.at_most,
        into=method.into,
        transform=method.transform,
        content=method.content,
        secret=method.secret,
        is_binary=file is not None and file.type is Scalar.BLOB,
        paging=paging(ref, method),
        retry=ref.provider.retry,
        errors=ref.provider.errors,
        absent=method.absent,
        identified=bool(identity(ref, method)),
        lifecycle=method.lifecycle or ref.resource.lifecycle or ref.service.lifecycle or ref.provider.lifecycle,
        rate_limits=ref.rate_limits,
    )


def identity(ref: ResourceRef, method: Method) -> frozenset[str]:
    """The columns that tell the rows of a list apart: what a method for one row takes besides what the list has for all of its rows.

    Empty where no method says it.
    """
    columns, given = ref.resource.columns, {p.column or name for name, p in method.parameters.items()} | method.parameters.keys()
    pages = paging(ref, method)
    # What can be left out may have been; what paging goes by never is.
    sent = columns.keys() if all(p.role is not Role.FIELDS for p in method.parameters.values()) else {pages.row if pages else None}
    for one in ref.resource.methods.values():
        if one.verb is Verb.SELECT and one.rows is None:
            taken = {one.parameters[name].column or name for name in one.required() if name in one.parameters}
            if taken - given and taken - given <= sent:
                return frozenset(taken - given)
    return frozenset()


def paging(ref: ResourceRef, method: Method) -> Paging | None:
    """How a method's pages follow one another; None when there is one page."""
    return (ref.service.paging.get(method.paging) or ref.provider.paging[method.paging]) if method.paging else None


def page_size(ref: ResourceRef, method: Method) -> tuple[str, str] | None:
    """The query parameter that asks for the largest page, and its value; None where there is no such thing."""
    pages = paging(ref, method)
    if pages is None or pages.page_size is None or pages.page_size.maximum is None:
        return None
    return pages.page_size.parameter, str(pages.page_size.maximum)


def rendered(value: Any) -> str:
    """A value as it stands in a URL or header: true and false in lower case, a whole float without its point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _in_query(key: str, parameter: Parameter, name: str, value: Any) -> list[tuple[str, str]]:
    """The pairs of a query that a value is."""
    if isinstance(value, Entries):
        return [(f"{name}[{entry}]", text) for entry, text in value]
    read = _parsed(key, parameter, value)
    return [(name, text) for text in _texts(key, parameter, value)] if read is value else list(_flat(name, read))


def _texts(key: str, parameter: Parameter, value: Any) -> list[str]:
    """A value as it stands in a query, once for each time that its parameter is repeated. A tuple is several values."""
    texts = [rendered(item) for item in value] if isinstance(value, tuple) else [rendered(value)]
    separator = parameter.many.separator if parameter.many is not None else None
    if separator is None:
        return texts
    if any(separator in text for text in texts):
        wrong = next(text for text in texts if separator in text)
        raise PlanError(f'{key} is "{wrong}", which the API would read as several values, because "{separator}" stands between them.')
    return [separator.join(texts)]


def _bodies(method: Method, constant: Mapping[str, Any]) -> Callable[[Mapping[str, Any], Any, Collection[str]], Any]:
    """What makes a body of what it holds beside its attributes, of these, and of the names of all that is given.

    `constant` is what it holds in any case.
    """
    default = None if method.default_body is None else json.loads(method.default_body)

    is_template, root = any(one.place is Place.TEMPLATE for one in method.parameters.values()), method.root

    def whole(content: Mapping[str, Any], attributes: Any, given: Collection[str]) -> Any:
        if is_template:
            content = {key: _settled(text, given) if isinstance(text, str) else text for key, text in content.items()}
        if default is not None and not attributes and content == constant:
            return default
        if method.within is not None and attributes:
            inner = json.dumps(attributes, ensure_ascii=False) if method.within_text else attributes
            attributes = {method.within: inner}
        if root is not None:
            return {root: {**content, **(attributes or {})}}
        return {**content, **(attributes or {})} if content or method.base is not None else attributes

    return whole


def _segment(key: str, parameter: Parameter, value: Any) -> str:
    text = rendered(value)
    if text in {"", ".", ".."}:
        hint = f"Give {key} a value: {parameter.description}"
        raise PlanError(f'{key} is "{text}", which cannot stand in the path of a request.', hint=hint)
    if parameter.segments and any(part in {"", ".", ".."} for part in text.split("/")):
        raise PlanError(f'{key} is "{text}", of which a part cannot stand in the path of a request.')
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="/" if parameter.segments else "")


def _beside(
    headers: dict[str, str], content: dict[str, Any], parameter: Parameter, name: str, value: Any, *, is_form: bool
) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and body of a request with a value in one of the two."""
    if parameter.place is Place.BODY:
        value = _parsed(name, parameter, value)
        if is_form and parameter.json:
            return headers, {**content, **dict(_flat(name, value))}
        return headers, {**content, name: list(value) if isinstance(value, tuple) else value}
    if parameter.place is Place.TEMPLATE:
        return headers, {key: _templated(text, name, value) if isinstance(text, str) else text for key, text in content.items()}
    return {**headers, name: rendered(value)}, content


def _parsed(name: str, parameter: Parameter, value: Any) -> Any:
    """A value, or what it is in JSON where it may be an object or a list there. Raises PlanError for what begins so and is none."""
    if not parameter.json or not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise PlanError(f"{name} begins as JSON does and is none: {error}.") from error


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The parameters that a value of JSON is in a query, numbered from 1: `Filter.1.Name`."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value, 1):
            yield from _flat(f"{name}.{key}", inner)
    elif value is not None:
        yield name, rendered(value)


def _templated(text: str, name: str, value: Any) -> str:
    """A template with a value where its name stands: within quotes as JSON has a text, elsewhere what is one value of GraphQL."""
    from rowcall.plan.graphql import is_value

    shown = rendered(value)
    escaped = json.dumps(shown)[1:-1].replace("{{", "\\u007b{")
    place = rf"\{{\{{\s*\.{re.escape(name)}\s*\}}\}}"
    text = re.sub(rf'"{place}"', lambda _: f'"{escaped}"', text)
    if re.search(place, text) is not None and not isinstance(value, (bool, int, float)) and not re.fullmatch(r"\w+", shown):
        if not is_value(shown):
            hint = 'A list is written as `["a", "b"]`, and an object as `{name: "a"}`: its names have no quotes in GraphQL.'
            raise PlanError(f'{name} is "{value}", and only one value of GraphQL can stand where it does.', hint=hint)
        shown = shown.replace("{{", "\\u007b{")
    return re.sub(place, lambda _: shown, text)


_IF = re.compile(
    r"\{\{-?\s*if\s+(?P<how>or|and|not)?(?P<names>(?:\s*\.\w+)+)\s*-?\}\}"
    r"(?P<then>(?:(?!\{\{-?\s*(?:if|end)\b).)*)\{\{-?\s*end\s*-?\}\}",
    re.DOTALL,
)
"""The innermost part of a template that hangs on whether values are given."""
_ELSE = re.compile(r"\{\{-?\s*else\s*-?\}\}")


def _settled(text: str, given: Collection[str]) -> str:
    """A template of which every part that hangs on values is there where those were given, and is not where they were not."""
    while (found := _IF.search(text)) is not None:
        there = [name in given for name in re.findall(r"\w+", found["names"])]
        holds = any(there) if found["how"] == "or" else not any(there) if found["how"] == "not" else all(there)
        then, *otherwise = _ELSE.split(found["then"], maxsplit=1)
        text = text[: found.start()] + (then if holds else "".join(otherwise)) + text[found.end() :]
    return text


def _in_server(base: str, key: str, name: str, value: Any) -> str:
    """A base URL with a variable of it filled, by what can stand in the name of a host: nothing else may say where a key is sent."""
    text = rendered(value)
    found = in_server(base, name, text)
    if found is None:
        raise PlanError(f'{key} is "{text}", which can be no part of the name of a server.')
    return found


_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]+")
"""What `quote` leaves as it is, as it does most ids."""
