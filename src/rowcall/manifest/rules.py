"""What must hold between the keys of a manifest, beyond the type of each.

A rule relies only on what is sound so far, so that one mistake is reported once. Rules keep faults; they never raise.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from rowcall.errors import nearest
from rowcall.manifest.answers import check_answer, check_dotted, check_files, check_paged
from rowcall.manifest.auth import filled_of, scheme_faults
from rowcall.manifest.awaits import check_awaits
from rowcall.manifest.bodies import fields_of
from rowcall.manifest.document import Document
from rowcall.manifest.encodings import check_encoding
from rowcall.manifest.model import (
    Attribute,
    AuthScheme,
    Column,
    Kind,
    Lifecycle,
    ListOf,
    Method,
    Object,
    Paging,
    PagingKind,
    Parameter,
    Part,
    Place,
    Provider,
    RateLimit,
    Resource,
    Scalar,
    Service,
    Type,
    Verb,
)
from rowcall.manifest.pushdown import check_pushdown
from rowcall.manifest.types import is_file, spelling

VERSION = 1
"""The version of the manifest language that is read."""

EXTRA = "_extra"
"""The column of what the manifest does not name; no column of a manifest may be called so."""

BODY_PREFIX = "data__"
"""What may stand before the name of a body attribute in SQL; no attribute's own name may start so."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ENVIRONMENT = re.compile(r"[A-Z_][A-Z0-9_]*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HTTP = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE) (/[^\s?#]*(?:\?[^\s?#{}]+)?)")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

_PAGING: dict[PagingKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    PagingKind.CURSOR: (("parameter",), ("next", "row")),
    PagingKind.TOKEN: (("parameter",), ("next", "next_header", "verbatim")),
    PagingKind.LINK: ((), ("next_header",)),
    PagingKind.NEXT_URL: ((), ("next", "next_header")),
    PagingKind.PAGE: (("parameter",), ("start", "pages", "pages_header", "number")),
    PagingKind.OFFSET: (("parameter",), ("start",)),
    PagingKind.FOUND: ((), ("parameters",)),
}
"""The keys that a kind of paging needs, and those that it may have besides `more`, `total` and `page_size`."""

_PAGING_SPECIAL: dict[str, object] = {
    **dict.fromkeys(("parameter", "next", "next_header", "row", "pages", "pages_header", "number")),
    "start": 0,
    "verbatim": False,
    "parameters": (),
}
"""The keys that not every kind of paging understands, and their values when absent."""

_PYTHON_TYPES: dict[Scalar, tuple[type, ...]] = {
    Scalar.STRING: (str,),
    Scalar.INTEGER: (int,),
    Scalar.NUMBER: (int, float),
    Scalar.BOOLEAN: (bool,),
}


def check_provider(document: Document, provider: Provider) -> None:
    """Keeps the faults of a provider file."""
    if document.sound("manifest") and provider.manifest != VERSION:
        document.fault("manifest", f"this rowcall reads version {VERSION} of the manifest language, not {provider.manifest}")
    if document.sound("provider"):
        _name(document, "provider", provider.provider, "provider")
    _description(document, "", provider.description)
    _base_url(document, provider)
    _environment(document, "base_url_env", provider.base_url_env)
    for name, variable in provider.variables.items():
        _identifier(document, f"variables.{name}", name, "variable")
        _description(document, f"variables.{name}", variable.description)
        _environment(document, f"variables.{name}.env", variable.env)
    _auth(document, provider.auth)
    _headers(document, "headers", provider.headers)
    _headers(document, "optional_headers", provider.optional_headers)
    for name, header in provider.optional_headers.items():
        _description(document, f"optional_headers.{name}", header.description)
        _environment(document, f"optional_headers.{name}.env", header.env)
    for name, paging in provider.paging.items():
        _name(document, f"paging.{name}", name, "way of paging")
        _paging(document, f"paging.{name}", paging)
    _limits(document, provider)
    for path in ("errors.message", "errors.code"):
        for index, dotted in enumerate(getattr(provider.errors, path.rpartition(".")[2])):
            check_dotted(document, f"{path}[{index}]", dotted)
    _lifecycle(document, "lifecycle", provider.lifecycle)


def check_part(document: Document, part: Part, *, provider: Provider | None, service: Service | None, name: str) -> None:
    """Keeps the faults of a file with more of the service called `name`; ways of paging are looked up where both others are known."""
    ways = None if provider is None or service is None else [*provider.paging, *service.paging]
    if document.sound("more_of") and part.more_of != name:
        document.fault("more_of", f"the file has more of the service `{name}` by its name")
    for resource_name, resource in part.resources.items():
        _resource(document, f"resources.{resource_name}", resource_name, resource, ways)
    check_awaits(document, part)


def check_service(document: Document, service: Service, *, provider: Provider | None, name: str) -> None:
    """Keeps the faults of a service file called `name`; ways of paging are looked up where `provider` is known."""
    if document.sound("service"):
        _name(document, "service", service.service, "service")
        if service.service != name:
            document.fault("service", f"the file of the service `{service.service}` is named {service.service}.yaml, not {name}.yaml")
    _description(document, "", service.description)
    _headers(document, "headers", service.headers)
    _server(document, "base_url", service.base_url)
    for paging_name, paging in service.paging.items():
        _name(document, f"paging.{paging_name}", paging_name, "way of paging")
        _paging(document, f"paging.{paging_name}", paging)
    _auth(document, service.auth)
    _rate_limits(document, "rate_limits", service.rate_limits)
    _lifecycle(document, "lifecycle", service.lifecycle)
    for resource_name, resource in service.resources.items():
        ways = None if provider is None else (*provider.paging, *service.paging)
        _resource(document, f"resources.{resource_name}", resource_name, resource, ways)
        for method_name, method in resource.methods.items():
            _servers(document, f"resources.{resource_name}.methods.{method_name}", method, service)
    check_awaits(document, service)


def _resource(document: Document, path: str, name: str, resource: Resource, ways: Collection[str] | None) -> None:
    _name(document, path, name, "resource")
    _description(document, path, resource.description)
    _columns(document, f"{path}.columns", resource.columns)
    _rate_limits(document, f"{path}.rate_limits", resource.rate_limits)
    _lifecycle(document, f"{path}.lifecycle", resource.lifecycle)
    for key in ("columns", "methods"):
        if document.sound(f"{path}.{key}") and not getattr(resource, key) and not resource.views:
            document.fault(f"{path}.{key}", f"a resource has at least one of its {key}")
    if resource.version is not None and document.sound(f"{path}.version") and document.sound(f"{path}.columns"):
        _version(document, f"{path}.version", resource.version, resource.columns)
    for index, example in enumerate(resource.examples):
        _description(document, f"{path}.examples[{index}]", example.description)
    check_files(document, f"{path}.columns", resource.columns, [method for method in resource.methods.values() if not method.returns])
    for method_name, method in resource.methods.items():
        _method(document, f"{path}.methods.{method_name}", method_name, method, resource)
        check_paged(document, f"{path}.methods.{method_name}", method, ways)
    _aliases(document, f"{path}.methods", resource)


def _version(document: Document, path: str, name: str, columns: dict[str, Column]) -> None:
    if name not in columns:
        document.fault(path, f"there is no column `{name}`{_did_you_mean(name, columns)}")
    elif columns[name].type not in {Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER}:
        document.fault(path, f"a version is a text or a number, and the column `{name}` is neither")


def _columns(document: Document, path: str, columns: dict[str, Column]) -> None:
    for name, column in columns.items():
        below = f"{path}.{name}"
        _identifier(document, below, name, "column")
        _description(document, below, column.description)
        _type(document, f"{below}.type", column.type)
        if column.source is not None:
            check_dotted(document, f"{below}.source", column.source)
        if name.casefold() == EXTRA:
            document.fault(below, f"`{EXTRA}` is the column of what a manifest does not name", at_key=True)
    _distinct(document, path, columns)
    if document.sound(path):
        for is_outer in (False, True):
            _apart(document, path, {name: column for name, column in columns.items() if column.outer is is_outer})


def _apart(document: Document, path: str, columns: dict[str, Column]) -> None:
    """What stands at one place of a record has one spelling and one type, or leads to others: DuckDB reads it once for all columns."""
    first: dict[str, tuple[str, Type | None, str]] = {}
    for name, column in columns.items():
        source = column.source or name
        if column.type is Scalar.STRING and source != name and (file := columns.get(source)) and file.type is Scalar.BLOB:
            continue  # which is made of that
        parts = source.split(".")
        for depth in range(1, len(parts) + 1):
            place = ".".join(parts[:depth])
            type_ = column.type if depth == len(parts) else None
            *taken, other = first.setdefault(place.casefold(), (place, type_, name))
            if taken != [place, type_] and (column.source or columns[other].source):
                document.fault(f"{path}.{name}", f"`{source}` cannot be read beside what column `{other}` is read from", at_key=True)
                break


def _type(document: Document, path: str, type_: Type, *, files: bool = False) -> None:
    """With `files`, files may be several."""
    if isinstance(type_, ListOf):
        _type(document, f"{path}[0]", type_.item)
    parts = [type_.item] if isinstance(type_, ListOf) else [part for _, part in type_.fields] if isinstance(type_, Object) else []
    if Scalar.BLOB in parts and not (files and is_file(type_)):
        document.fault(path, "a `blob` is a column or an attribute by itself, and no part of one")
    if isinstance(type_, Object):
        _distinct(document, path, [name for name, _ in type_.fields])
        for name, field in type_.fields:
            if not name:
                document.fault(f"{path}.{name}", "a field has a name", at_key=True)
            _type(document, f"{path}.{name}", field)


def _distinct(document: Document, path: str, names: Iterable[str]) -> None:
    """DuckDB does not tell names apart by case."""
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(name.casefold(), name)
        if other != name:
            document.fault(f"{path}.{name}", f"`{name}` and `{other}` differ in case alone, which SQL does not see", at_key=True)


def _method(document: Document, path: str, name: str, method: Method, resource: Resource) -> None:
    _name(document, path, name, "method")
    _description(document, path, method.description)
    _http(document, path, method)
    _lifecycle(document, f"{path}.lifecycle", method.lifecycle)
    _columns(document, f"{path}.returns", method.returns)
    check_files(document, f"{path}.returns", method.returns, [method])
    columns = method.returns or resource.columns
    for parameter_name, parameter in method.parameters.items():
        below = f"{path}.parameters.{parameter_name}"
        _identifier(document, below, parameter_name, "parameter")
        _parameter(document, below, parameter)
        if document.sound(f"{below}.column") and columns and parameter.column is not None and parameter.column not in columns:
            document.fault(f"{below}.column", f"there is no column `{parameter.column}`{_did_you_mean(parameter.column, columns)}")
    check_pushdown(document, path, method, columns)
    _distinct(document, f"{path}.parameters", method.parameters)
    _attributes(document, f"{path}.body", method.body, files=True)
    for attribute_name in method.body:
        below = f"{path}.body.{attribute_name}"
        _identifier(document, below, attribute_name, "attribute")
        if attribute_name.startswith(BODY_PREFIX):
            document.fault(below, f"`{BODY_PREFIX}` is what SQL may put before the name of an attribute", at_key=True)
    check_encoding(document, path, method)
    check_answer(document, path, method, columns)


def _attributes(document: Document, path: str, attributes: Mapping[str, Attribute], *, files: bool = False) -> None:
    """The attributes of a body, which may be `files`, or the fields of one of its objects."""
    _distinct(document, path, attributes)
    for name, attribute in attributes.items():
        below = f"{path}.{name}"
        if any(fault.path == below for fault in document.faults):  # what stands there is no attribute
            continue
        _description(document, below, attribute.description)
        _type(document, f"{below}.type", attribute.type, files=files)
        _bounds(document, below, attribute.minimum, attribute.maximum)
        _sizes(document, below, attribute)
        _required_if(document, f"{below}.required_if", attribute, attributes)
        _fields(document, below, attribute)
        _choice(document, below, attribute)


def _required_if(document: Document, path: str, attribute: Attribute, beside: Mapping[str, Attribute]) -> None:
    for name, value in attribute.required_if.items():
        if name not in beside:
            document.fault(f"{path}.{name}", f"there is no `{name}` beside it{_did_you_mean(name, beside)}", at_key=True)
        elif beside[name].enum and value not in beside[name].enum:
            document.fault(f"{path}.{name}", f"`{name}` is never `{value}`; it is {', '.join(beside[name].enum)}")


def _fields(document: Document, path: str, attribute: Attribute) -> None:
    """Kinds are for what may be several, and fields for what may be an object or hold objects, as which its type declares them."""
    if not document.sound(f"{path}.type"):
        return
    type_: Type = attribute.type
    if attribute.kinds and type_ is not Scalar.JSON:
        document.fault(f"{path}.kinds", "only `json` is of several kinds; another type says what it is", at_key=True)
    if not attribute.fields:
        return
    while isinstance(type_, ListOf):
        type_ = type_.item
    if isinstance(type_, Object):
        declared = dict(type_.fields)
        for name, field in attribute.fields.items():
            if name not in declared:
                document.fault(f"{path}.fields.{name}", f"the type has no field `{name}`{_did_you_mean(name, declared)}", at_key=True)
            elif document.sound(f"{path}.fields.{name}.type") and field.type != declared[name]:
                document.fault(f"{path}.fields.{name}.type", f"`{name}` is {spelling(declared[name])} in the type around it")
    elif type_ is not Scalar.JSON or (attribute.kinds and not {Kind.ARRAY, Kind.OBJECT}.intersection(attribute.kinds)):
        document.fault(f"{path}.fields", "only an object has fields, and a list of objects", at_key=True)
    _attributes(document, f"{path}.fields", attribute.fields)


def _choice(document: Document, path: str, attribute: Attribute) -> None:
    """What is said of all fields of an object, or of each object in a list."""
    type_: Type = attribute.type
    while isinstance(type_, ListOf):
        type_ = type_.item
    known = fields_of(replace(attribute, type=type_))
    if attribute.open and not known and document.sound(f"{path}.type", f"{path}.fields"):
        document.fault(f"{path}.open", "only an object with fields is open or closed; `json` without fields may be anything", at_key=True)
    for index, name in enumerate(attribute.one_of if document.sound(f"{path}.type", f"{path}.fields") else ()):
        if name not in known:
            document.fault(f"{path}.one_of[{index}]", f"there is no field `{name}`{_did_you_mean(name, known)}")
        elif known[name].required:
            document.fault(f"{path}.one_of[{index}]", f"`{name}` is required, and leaves no choice")
    if len(attribute.one_of) == 1:
        document.fault(f"{path}.one_of", "a choice is among two fields at least", at_key=True)


def _http(document: Document, path: str, method: Method) -> None:
    if not document.sound(f"{path}.http"):
        return
    match = _HTTP.fullmatch(method.http)
    if not match or "{" in _PLACEHOLDER.sub("", method.http) or "}" in _PLACEHOLDER.sub("", method.http):
        document.fault(f"{path}.http", "expected an HTTP method and a path below the base URL, as `GET /things/{thing_id}`")
        return
    _placeholders(document, path, method)
    _verb(document, path, method)


def _placeholders(document: Document, path: str, method: Method) -> None:
    names = _PLACEHOLDER.findall(method.path)
    declared = [name for name, parameter in method.parameters.items() if parameter.place is Place.PATH]
    for name, times in Counter(names).items():
        if times > 1:
            document.fault(f"{path}.http", f"`{{{name}}}` stands in the path {times} times")
        if name not in declared:
            document.fault(f"{path}.http", f"`{{{name}}}` has no parameter with `in: path`{_did_you_mean(name, declared)}")
    for name in declared:
        if name not in names and document.sound(f"{path}.parameters.{name}.in"):
            document.fault(f"{path}.parameters.{name}", f"`{{{name}}}` does not stand in the path {method.path}", at_key=True)


def _servers(document: Document, path: str, method: Method, service: Service) -> None:
    """What a statement can say of the place that a method is at is a variable of it."""
    _headers(document, f"{path}.headers", method.headers)
    _server(document, f"{path}.base_url", method.base_url)
    variables = [name.partition("=")[0] for name in _PLACEHOLDER.findall(method.base_url or service.base_url or "")]
    for name, parameter in method.parameters.items():
        below = f"{path}.parameters.{name}"
        if parameter.place is Place.SERVER and (parameter.name or name) not in variables:
            document.fault(below, f"`{{{parameter.name or name}}}` does not stand in the base URL of its method or service", at_key=True)
        if parameter.place is Place.TEMPLATE and not stands_in(method.base or "", parameter.name or name):
            document.fault(f"{below}.in", f"`{{{{ .{parameter.name or name} }}}}` does not stand in `base`")
        if parameter.place is Place.BODY and (method.verb is not Verb.SELECT or method.http_method in {"GET", "HEAD"}):
            document.fault(f"{below}.in", "only a SELECT that is not sent with GET has parameters in its body; others have a `body`")
    for key in ("base", "default_body"):
        if not _is_object(getattr(method, key) or "{}") and document.sound(f"{path}.{key}"):
            document.fault(f"{path}.{key}", 'expected a JSON object, as {"type": "assign"}')
    if method.within_text and method.within is None:
        document.fault(f"{path}.within_text", "needs `within`, the field that it is about", at_key=True)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def stands_in(text: str, name: str) -> bool:
    """Whether a template has a place for a name."""
    return re.search(rf"\{{\{{\s*\.{re.escape(name)}\s*\}}\}}", text) is not None


def _server(document: Document, path: str, url: str | None) -> None:
    if url is None or not document.sound(path):
        return
    parts = urlsplit(_PLACEHOLDER.sub("1", url))
    if parts.scheme not in {"http", "https", "1"} or not parts.netloc or parts.query or parts.fragment or url.endswith("/"):
        document.fault(path, "expected an http or https URL without query and without a slash at the end")


def _verb(document: Document, path: str, method: Method) -> None:
    if not document.sound(f"{path}.verb"):
        return
    if method.verb is Verb.SELECT and not method.is_read:
        document.fault(f"{path}.http", "a SELECT changes nothing: use GET, or say `reads: true`")
    if method.verb in {Verb.INSERT, Verb.REPLACE, Verb.UPDATE, Verb.DELETE} and method.is_read:
        document.fault(f"{path}.http", f"{method.verb.value.upper()} is for methods that change something")
    if method.http_method in {"GET", "HEAD"} and method.body:
        document.fault(f"{path}.body", f"a {method.http_method} has no body", at_key=True)


def _parameter(document: Document, path: str, parameter: Parameter) -> None:
    _description(document, path, parameter.description)
    _bounds(document, path, parameter.minimum, parameter.maximum)
    if parameter.type in {Scalar.JSON, Scalar.MAP, Scalar.BLOB}:
        document.fault(f"{path}.type", f"a parameter is text in the request; `{parameter.type.value}` is for bodies")
    for key in ("default", "sends"):
        value = getattr(parameter, key)
        if value is not None and parameter.type in _PYTHON_TYPES and document.sound(f"{path}.{key}", f"{path}.type"):
            _constant(document, f"{path}.{key}", key, value, parameter)
    if parameter.sends is not None and parameter.place is not Place.QUERY and document.sound(f"{path}.in"):
        document.fault(f"{path}.sends", "only a query parameter is sent without a value in the statement", at_key=True)
    if parameter.json and (parameter.place not in {Place.BODY, Place.QUERY} or parameter.type is not Scalar.STRING):
        document.fault(f"{path}.json", "only a text in a query or a body is JSON", at_key=True)
    if parameter.segments and parameter.place is not Place.PATH and document.sound(f"{path}.in"):
        document.fault(f"{path}.segments", "only a path has segments", at_key=True)
    if parameter.place is Place.PATH and parameter.name is not None and document.sound(f"{path}.in"):
        document.fault(f"{path}.name", "a path parameter is called what its placeholder is called")
    if parameter.role is not None and parameter.column is not None:
        document.fault(f"{path}.column", f"a parameter with `role: {parameter.role.value}` is no filter and equals no column")


def _constant(document: Document, path: str, key: str, value: object, parameter: Parameter) -> None:
    what = "the default" if key == "default" else "what it sends"
    if type(value) not in _PYTHON_TYPES[parameter.type]:
        document.fault(path, f"{what} is not of type `{parameter.type.value}`")
    elif parameter.enum and str(value) not in parameter.enum:
        document.fault(path, f"{what} is none of {', '.join(parameter.enum)}")


def _aliases(document: Document, path: str, resource: Resource) -> None:
    taken = set(resource.methods)
    for name, method in resource.methods.items():
        for index, alias in enumerate(method.aliases):
            below = f"{path}.{name}.aliases[{index}]"
            _name(document, below, alias, "alias")
            if alias in taken:
                document.fault(below, f"another method of the resource is called `{alias}`")
            taken.add(alias)


def _base_url(document: Document, provider: Provider) -> None:
    if not document.sound("base_url"):
        return
    # A variable may stand for the host or the port, which would not parse.
    parts = urlsplit(_PLACEHOLDER.sub("1", provider.base_url))
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment or provider.base_url.endswith("/"):
        document.fault("base_url", "expected an http or https URL without query and without a slash at the end")
    names = _PLACEHOLDER.findall(provider.base_url)
    for name in names:
        if name not in provider.variables:
            document.fault("base_url", f"`{{{name}}}` is not in `variables`{_did_you_mean(name, provider.variables)}")
    for key, scheme in provider.auth.items():
        for name in _PLACEHOLDER.findall(scheme.token_url or ""):
            if name not in provider.variables:
                message = f"`{{{name}}}` is not in `variables`{_did_you_mean(name, provider.variables)}"
                document.fault(f"auth.{key}.token_url", message)
    beside = {name for scheme in provider.auth.values() for text in filled_of(scheme) for name in _PLACEHOLDER.findall(text)}
    for name in provider.variables:
        if name not in names and name not in beside:
            document.fault(f"variables.{name}", f"`{{{name}}}` does not stand in the base URL", at_key=True)


def _auth(document: Document, auth: Mapping[str, AuthScheme]) -> None:
    for name, scheme in auth.items():
        _name(document, f"auth.{name}", name, "auth scheme")
        for key in ("env", "password_env", "id_env"):
            _environment(document, f"auth.{name}.{key}", getattr(scheme, key))
        if document.sound(f"auth.{name}.kind"):
            for key, message in scheme_faults(scheme):
                document.fault(f"auth.{name}.{key}" if key else f"auth.{name}", message)


def _paging(document: Document, path: str, paging: Paging) -> None:
    if document.sound(f"{path}.kind"):
        _paging_keys(document, path, paging)
    for key in ("next", "row", "more", "total", "pages", "number"):
        dotted = getattr(paging, key)
        if dotted is not None:
            check_dotted(document, f"{path}.{key}", dotted)
    for key in ("pages_header", "next_header"):
        if getattr(paging, key) is not None and not _HEADER.fullmatch(getattr(paging, key)):
            document.fault(f"{path}.{key}", f"`{getattr(paging, key)}` is no name for a header")
    if paging.pages is not None and paging.pages_header is not None:
        document.fault(f"{path}.pages_header", "the number of pages stands in the body (`pages`) or in a header, not in both", at_key=True)
    size = paging.page_size
    if size is not None and size.maximum is not None and document.sound(f"{path}.page_size") and size.maximum < max(1, size.default or 1):
        document.fault(f"{path}.page_size.maximum", "the maximum is at least 1 and at least the default")


def _paging_keys(document: Document, path: str, paging: Paging) -> None:
    kind = paging.kind.value
    needs, may = _PAGING[paging.kind]
    for key in needs:
        if getattr(paging, key) is None:
            document.fault(path, f"paging of kind `{kind}` needs `{key}`", at_key=True)
    for key, absent in _PAGING_SPECIAL.items():
        if key not in (*needs, *may) and getattr(paging, key) != absent:
            document.fault(f"{path}.{key}", f"paging of kind `{kind}` has no `{key}`", at_key=True)
    if paging.kind is PagingKind.CURSOR and paging.next is None and paging.row is None:
        document.fault(path, "paging of kind `cursor` needs `next` or `row`", at_key=True)
    if paging.kind in {PagingKind.TOKEN, PagingKind.NEXT_URL} and (paging.next is None) == (paging.next_header is None):
        document.fault(path, f"paging of kind `{kind}` needs `next` or `next_header`, and not both", at_key=True)
    if paging.place in {Place.PATH, Place.SERVER, Place.TEMPLATE}:
        document.fault(f"{path}.in", "the parameter of a paging goes into the query, a header or the body")


def _limits(document: Document, provider: Provider) -> None:
    _rate_limits(document, "rate_limits", provider.rate_limits)
    if provider.max_in_flight < 1:
        _unless_faulty(document, "max_in_flight", "at least one request must be allowed")
    try:
        re.compile(provider.retry.limited_message or "")
    except re.error as error:
        document.fault("retry.limited_message", f"this is not a regular expression: {error}")
    if provider.retry.attempts < 1:
        _unless_faulty(document, "retry.attempts", "a request is sent at least once")
    if provider.retry.base_s < 0 or provider.retry.max_s < provider.retry.base_s:
        _unless_faulty(document, "retry", "waits are at least 0 seconds, and `max_s` is at least `base_s`")
    for index, status in enumerate(provider.retry.statuses):
        if not 400 <= status <= 599:
            _unless_faulty(document, f"retry.statuses[{index}]", f"{status} is not an HTTP status of an error")


def _rate_limits(document: Document, path: str, limits: Iterable[RateLimit]) -> None:
    for index, limit in enumerate(limits):
        if limit.requests < 1 or limit.per_s <= 0:
            _unless_faulty(document, f"{path}[{index}]", "a rate limit is at least one request in more than zero seconds")


def _unless_faulty(document: Document, path: str, message: str) -> None:
    if document.sound(path):
        document.fault(path, message)


def _lifecycle(document: Document, path: str, lifecycle: Lifecycle | None) -> None:
    if lifecycle is None or lifecycle.sunset is None or not document.sound(f"{path}.sunset"):
        return
    try:
        # `fromisoformat` also reads days of other forms, as 2026-W35-3.
        is_day = dt.date.fromisoformat(lifecycle.sunset).isoformat() == lifecycle.sunset
    except ValueError:
        is_day = False
    if not is_day:
        document.fault(f"{path}.sunset", f"expected a day as YYYY-MM-DD, found `{lifecycle.sunset}`")


def _name(document: Document, path: str, name: str, kind: str) -> None:
    if not _NAME.fullmatch(name):
        document.fault(path, f"`{name}` is no name for a {kind}: use small letters, digits and _", at_key=True)


def _identifier(document: Document, path: str, name: str, kind: str) -> None:
    if not _IDENTIFIER.fullmatch(name):
        document.fault(path, f"`{name}` is no name for a {kind}: use letters, digits and _", at_key=True)


def _description(document: Document, path: str, text: str) -> None:
    below = f"{path}.description" if path else "description"
    if document.sound(below) and not text.endswith("."):
        document.fault(below, "a description ends in a period")


def _environment(document: Document, path: str, names: Iterable[str]) -> None:
    for index, name in enumerate(names):
        if document.sound(f"{path}[{index}]") and not _ENVIRONMENT.fullmatch(name):
            document.fault(f"{path}[{index}]", f"`{name}` is no name for an environment variable")


def _headers(document: Document, path: str, headers: Iterable[str]) -> None:
    for name in headers:
        if not _HEADER.fullmatch(name):
            document.fault(f"{path}.{name}", f"`{name}` is no name for a header", at_key=True)


def _bounds(document: Document, path: str, minimum: float | None, maximum: float | None) -> None:
    if minimum is not None and maximum is not None and minimum > maximum and document.sound(f"{path}.minimum", f"{path}.maximum"):
        document.fault(f"{path}.minimum", "the minimum is above the maximum")


def _sizes(document: Document, path: str, attribute: Attribute) -> None:
    """Limits that a type has no use for say something that never holds."""
    if not document.sound(f"{path}.type"):
        return
    is_map, is_list = attribute.type is Scalar.MAP, isinstance(attribute.type, ListOf)
    if attribute.max_length is not None and not is_map and attribute.type is not Scalar.STRING:
        document.fault(f"{path}.max_length", "only a string or a map has characters to count")
    if attribute.max_key_length is not None and not is_map:
        document.fault(f"{path}.max_key_length", "only a map has keys to count the characters of")
    if attribute.max_items is not None and not is_map and not is_list:
        document.fault(f"{path}.max_items", "only a list or a map has items to count")
    may_be_list = is_list or (attribute.type is Scalar.JSON and (not attribute.kinds or Kind.ARRAY in attribute.kinds))
    if attribute.min_items is not None and not may_be_list:
        document.fault(f"{path}.min_items", "only a list has items to count")
    if attribute.min_items is not None and attribute.max_items is not None and attribute.min_items > attribute.max_items:
        document.fault(f"{path}.min_items", "`min_items` is above `max_items`")


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = nearest(name, known, 1)
    return f"; did you mean `{close[0]}`?" if close else ""
