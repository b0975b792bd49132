"""The API that a manifest describes, played over a world: a request comes in as plain values, an answer goes out as bytes.

What a method does follows from its verb: `select` lists or gets, `insert` creates, `replace` puts, `update` changes, `delete` deletes.
Others are actions of the sandbox file. Nothing here knows HTTP beyond methods, paths, headers and statuses.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from rowcall.manifest.model import AuthKind, AuthScheme, Method, Paging, Provider, Service, Verb
from rowcall.manifest.sandbox import Refusal, Sandbox
from rowcall.sandbox.check import body_values, query_values
from rowcall.sandbox.exchange import Answer, Headers, Incoming
from rowcall.sandbox.page import PAGE_PARAMETER, Bend, Page, Wish, page
from rowcall.sandbox.record import Record
from rowcall.sandbox.refused import Refused
from rowcall.sandbox.select import filtered, ordered, shown
from rowcall.sandbox.world import World

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SHOWN = 4
"""How many characters of a refused key are repeated, where it is long enough."""


@dataclass(frozen=True, slots=True)
class Route:
    """A method of the manifest and the paths it answers to."""

    pattern: re.Pattern[str]
    fixed: int
    """How many characters of the path are written out; of two that match, more win."""
    service: Service
    resource: str
    name: str
    method: Method


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way: which route, and which objects its path names."""

    route: Route
    parent: Record | None
    record: Record | None
    """The object that the path ends in; None where it ends in the collection, or where there is none yet that a client puts."""
    incoming: Incoming
    id: str | None = None
    """What the path ends in, where it ends in an object."""


class Api:
    """Answers requests from a world. Not safe for several threads at once."""

    def __init__(self, provider: Provider, sandbox: Sandbox) -> None:
        self.provider = provider
        self.sandbox = sandbox
        self.base_path = urlsplit(provider.base_url).path
        self._routes = sorted(_routes(provider), key=lambda route: -route.fixed)
        self._count = 0
        self._parameters = {rules.parameter: name for name, rules in sandbox.collections.items()}

    def answer(self, world: World, incoming: Incoming, bend: Bend) -> Answer:
        """What the API says to a request. `world` has been advanced to the present."""
        try:
            return self._answer(world, incoming, bend)
        except Refused as refused:
            return self._written(world, refused.status, self._error(world, refused), ())

    def refusal(self, world: World, refusal: Refusal) -> Answer:
        """A refusal as an answer, for faults that are injected."""
        refused = Refused(refusal, {})
        return self._written(world, refused.status, self._error(world, refused), ())

    def _error(self, world: World, refused: Refused) -> Any:
        return world.templates.render(self.sandbox.error, refused.values)

    def _written(self, world: World, status: int, body: Any, headers: Headers) -> Answer:
        self._count += 1
        scope = world.scope(world.rng("answer", self._count))
        constant = tuple((name, str(world.templates.render(source, scope))) for name, source in self.sandbox.headers.items())
        text = json.dumps(body, ensure_ascii=False, default=_plain)
        return Answer(status, text.encode(), (("content-type", "application/json"), *constant, *headers))

    def _answer(self, world: World, incoming: Incoming, bend: Bend) -> Answer:
        self._authorise(incoming)
        route, values = self._route(incoming)
        self._check_headers(route.service, incoming)
        key = self._key(route, incoming)
        first = None if key is None else world.keys.answer(key, incoming, self.sandbox.refusals.key_reused)
        if first is not None:
            return first
        body, headers = self._carry_out(world, self._resolve(world, route, values, incoming), bend)
        answer = self._written(world, 200, body, headers)
        if key is not None:
            world.keys.keep(key, incoming, answer)
        return replace(answer, applied=not route.method.is_read)

    def key(self, incoming: Incoming) -> str | None:
        """The idempotency key of a request, right or wrong; None where it carries none, or what it asks for takes none."""
        try:
            return self._key(self._route(incoming)[0], incoming)
        except Refused:
            return None

    def _key(self, route: Route, incoming: Incoming) -> str | None:
        header = route.method.key_header(self.provider)
        return None if header is None else incoming.headers.get(header.lower())

    def _carry_out(self, world: World, call: Call, bend: Bend) -> tuple[Any, Headers]:
        route = call.route
        if route.name not in self.sandbox.methods and route.method.verb is Verb.SELECT and route.method.rows is not None:
            return self._list(world, call, bend)
        return self._operation(call)(world, call), ()

    def _operation(self, call: Call) -> Callable[[World, Call], Any]:
        if call.route.name in self.sandbox.methods:
            return self._act
        operations = {
            Verb.SELECT: self._get,
            Verb.INSERT: self._create,
            Verb.REPLACE: self._put,
            Verb.UPDATE: self._change,
            Verb.DELETE: self._delete,
        }
        return operations[call.route.method.verb]

    def _list(self, world: World, call: Call, bend: Bend) -> tuple[Any, Headers]:
        method, rules = call.route.method, self.sandbox.collections[call.route.resource]
        paging = self.provider.paging[method.paging] if method.paging else None
        values = self._query(call, _page_parameters(paging))
        records = world.all(call.route.resource, call.parent)
        records = ordered(filtered(records, method, values), self.sandbox.list.by, method, values)
        found = page(records, Wish(method, paging, values, bend), self.sandbox, rules)
        body, links = self._page(world, call, found)
        counted = paging.pages_header if paging is not None and (paging.pages_header or "").lower() != "link" else None
        headers = links if counted is None else (*links, (counted.lower(), str(found.pages)))
        return _with_shown(body, lambda record: shown(record, method, values)), headers

    def _page(self, world: World, call: Call, found: Page) -> tuple[Any, Headers]:
        here = f"http://{call.incoming.headers.get('host', 'localhost')}{call.incoming.path}"
        next_url, last_url = (query and f"{here}?{query}" for query in (found.next_query, found.last_query))
        scope = {"rows": list(found.records), "more": found.more, "total": found.total, "pages": found.pages, "next": found.next}
        links = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in (("next", next_url), ("last", last_url)) if url)
        return world.templates.render(self.sandbox.list.body, {**scope, "next_url": next_url}), (("link", links),) if links else ()

    def _get(self, _world: World, call: Call) -> Any:
        values = self._query(call)
        return shown(call.record, call.route.method, values) if call.record else None

    def _create(self, world: World, call: Call) -> Any:
        body = self._body(call)
        return world.create(call.route.resource, parent=call.parent, body=body, asked=True)

    def _put(self, world: World, call: Call) -> Any:
        body = self._body(call)
        if call.record:
            return world.replace(call.record, body)
        return world.create(call.route.resource, parent=call.parent, body=body, id_=call.id, asked=True)

    def _change(self, world: World, call: Call) -> Any:
        record, body = call.record, self._body(call)
        if record:
            world.change(record, {name: value for name, value in body.items() if name not in self.sandbox.ignored_body})
        return record

    def _delete(self, world: World, call: Call) -> Any:
        self._query(call)
        return world.delete(call.record) if call.record else None

    def _act(self, world: World, call: Call) -> Any:
        body = self._body(call)
        return world.call(self.sandbox.methods[call.route.name], call.record, body)

    def _query(self, call: Call, besides: frozenset[str] = frozenset()) -> dict[str, Any]:
        keys = {scheme.name for scheme in self.provider.auth.values() if scheme.kind is AuthKind.QUERY and scheme.name}
        return query_values(call.route.method, call.incoming.query, self.sandbox, besides | keys)

    def _body(self, call: Call) -> dict[str, Any]:
        self._query(call)
        return body_values(call.route.method.body, call.incoming.body, self.sandbox)

    def _authorise(self, incoming: Incoming) -> None:
        """Any of the provider's schemes will do, with the key of the sandbox file."""
        schemes = self.provider.auth.values()
        given = [key for scheme in schemes if (key := _credential(scheme, incoming)) is not None]
        if not given and all(scheme.kind is not AuthKind.NONE for scheme in schemes) and schemes:
            raise Refused(self.sandbox.refusals.no_key, {})
        if given and self.sandbox.key not in given:
            raise Refused(self.sandbox.refusals.wrong_key, {"key": _masked(given[0])})

    def _check_headers(self, service: Service, incoming: Incoming) -> None:
        for name, expected in {**self.provider.headers, **service.headers}.items():
            if incoming.headers.get(name.lower()) != expected:
                raise Refused(self.sandbox.refusals.wrong_header, {"header": name, "expected": expected})

    def _route(self, incoming: Incoming) -> tuple[Route, dict[str, str]]:
        scope = {"method": incoming.method, "path": incoming.path}
        below = incoming.path.removeprefix(self.base_path) if incoming.path.startswith(self.base_path + "/") else ""
        matches = [(route, match) for route in self._routes if (match := route.pattern.fullmatch(below))]
        if not matches:
            raise Refused(self.sandbox.refusals.unknown_path, scope)
        for route, match in matches:
            if route.method.http_method == incoming.method:
                return route, {name: unquote(value) for name, value in match.groupdict().items()}
        raise Refused(self.sandbox.refusals.wrong_method, scope)

    def _resolve(self, world: World, route: Route, values: Mapping[str, str], incoming: Incoming) -> Call:
        """The objects that a path names, each below the one before it. Raises Refused for the first that is not there.

        The last may be missing where it is the one that is put.
        """
        parent: Record | None = None
        record: Record | None = None
        for name, id_ in values.items():
            collection = self._parameters[name]
            rules = self.sandbox.collections[collection]
            parent, record = record, world.get(collection, id_, record if rules.parent else None)
            if record is None and name == [*values][-1] and collection == route.resource and route.method.verb is Verb.REPLACE:
                return Call(route, parent, None, incoming, id_)
            if record is None:
                raise Refused(self.sandbox.refusals.not_found, {"noun": rules.noun, "id": id_})
        ends_in_one = record is not None and record.collection == route.resource
        return Call(route, parent if ends_in_one else record, record if ends_in_one else None, incoming)


def _routes(provider: Provider) -> list[Route]:
    return [
        Route(_pattern(method.path), len(_PLACEHOLDER.sub("", method.path)), service, resource_name, name, method)
        for service in provider.services.values()
        for resource_name, resource in service.resources.items()
        for name, method in resource.methods.items()
    ]


def _pattern(path: str) -> re.Pattern[str]:
    pieces = _PLACEHOLDER.split(path)
    return re.compile("".join(f"(?P<{piece}>[^/]+)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)))


def _page_parameters(paging: Paging | None) -> frozenset[str]:
    """The query parameters of a way of paging, which methods need not declare."""
    if paging is None:
        return frozenset()
    size = paging.page_size.parameter if paging.page_size else PAGE_PARAMETER
    return frozenset({paging.parameter or PAGE_PARAMETER, size})


def _credential(scheme: AuthScheme, incoming: Incoming) -> str | None:
    """The key that a request carries in the way of a scheme; None where it carries none."""
    if scheme.kind is AuthKind.QUERY:
        return dict(incoming.query).get(scheme.name or "")
    header = "authorization" if scheme.kind in {AuthKind.BEARER, AuthKind.BASIC} else (scheme.name or "").lower()
    value = incoming.headers.get(header)
    prefix = scheme.prefix or {AuthKind.BEARER: "Bearer ", AuthKind.BASIC: "Basic "}.get(scheme.kind, "")
    if value is None or not value.startswith(prefix):
        return None
    return _decoded(value.removeprefix(prefix)) if scheme.kind is AuthKind.BASIC else value.removeprefix(prefix)


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return value


def _with_shown(body: Any, show: Callable[[Record], Any]) -> Any:
    """A page's body with what is shown in place of its records."""
    if isinstance(body, dict):
        return {name: _with_shown(value, show) for name, value in body.items()}
    if isinstance(body, list):
        return [_with_shown(item, show) for item in body]
    return show(body) if isinstance(body, Record) else body


def _masked(key: str) -> str:
    """What an API shows of a key that it refuses."""
    shown = key[-_SHOWN:] if len(key) > 3 * _SHOWN else ""
    return "*" * (len(key) - len(shown)) + shown


def _plain(value: Any) -> Any:
    """What JSON shows of a record."""
    if isinstance(value, Record):
        return value.values
    raise TypeError(f"{type(value).__name__} is no JSON")
