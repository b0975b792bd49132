"""The API that a manifest describes, played over a world: a request comes in as plain values, an answer goes out as bytes.

What a method does follows from its verb: `select` lists or gets, `insert` creates, `replace` puts, `update` changes, `delete` deletes.
Others are actions of the sandbox file. Nothing here knows HTTP beyond methods, paths, headers and statuses.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from rowcall.manifest.model import AuthKind, AuthScheme, Method, Paging, PagingKind, Provider, RateLimit, Role, Verb
from rowcall.manifest.sandbox import Quota, Refusal, Sandbox
from rowcall.manifest.servers import filled
from rowcall.manifest.types import Object
from rowcall.sandbox.blueprint import Blueprint
from rowcall.sandbox.body import envelope, holding, written
from rowcall.sandbox.check import body_values, elsewhere_values, query_values
from rowcall.sandbox.exchange import Answer, Header, Headers, Incoming
from rowcall.sandbox.page import PAGE_PARAMETER, Bend, Listed, Page, Wish, page
from rowcall.sandbox.record import Record
from rowcall.sandbox.refused import Refused
from rowcall.sandbox.routes import Call, Route, Routes, belongs
from rowcall.sandbox.select import around, column_of, filtered, ordered, scope, shown, within
from rowcall.sandbox.untransformed import can_be_read, given, makes_one
from rowcall.sandbox.world import World

_NOT_MODIFIED = 304
_UNPLAYED = Refusal(message="The sandbox does not play this: {why}", status=501)
_MADE = "a template makes what is sent to it, and of what cannot be told. EXPLAIN and a dry run show the request without it."
_OTHER = "its body is nothing that the template of its bodies makes."
_OPAQUE = "a template makes JSON of its answers, and none of any that was tried. See whether something is wrong in the template."
_SHOWN = 4
"""How many characters of a refused key are repeated, where it is long enough."""


class Api:
    """Answers requests from a world. Not safe for several threads at once."""

    def __init__(self, provider: Provider, drawn: Blueprint, own: Sandbox) -> None:
        """`own` is what the sandbox file says."""
        self.provider = provider
        self.sandbox = drawn.sandbox
        variables = {name: variable.default or name for name, variable in provider.variables.items()}
        self.base_path = urlsplit(filled(provider.base_url, variables)).path
        parts = [(self.base_path, ()), *((base.path, base.query) for base in own.bases)]
        self._bases = [(re.compile("[^/]+".join(map(re.escape, path.split("*"))) + "(?=/)"), needed) for path, needed in parts]
        self._kinds = drawn.kinds
        self._routes = Routes(provider, drawn, own)
        self._count = 0

    def answer(self, world: World, incoming: Incoming, bend: Bend) -> Answer:
        """What the API says to a request. `world` has been advanced to the present."""
        counts: list[Header] = []
        try:
            answer = self._answer(world, incoming, bend, counts)
        except Refused as refused:
            answer = self._written(world, refused.status, self._error(world, refused), refused.headers)
        return replace(answer, headers=(*answer.headers, *counts))

    def unplayed(self) -> dict[str, str]:
        """Why methods are not played, by their full names."""
        return {
            f"{route.service.service}.{route.resource}.{route.name}": _OPAQUE
            for route in self._routes
            if route.method.transform is not None and written(route.method, _sample(route), _plain) is None
        } | {
            f"{route.service.service}.{route.resource}.{route.name}": _MADE
            for route in self._routes
            if route.method.body_transform is not None and not can_be_read(route.method.body_transform)
        }

    def refusal(self, world: World, refusal: Refusal) -> Answer:
        """A refusal as an answer, for faults that are injected."""
        refused = Refused(refusal, {})
        return self._written(world, refused.status, self._error(world, refused), ())

    def _error(self, world: World, refused: Refused) -> Any:
        return world.templates.render(self.sandbox.error, refused.values)

    def _written(self, world: World, status: int, body: Any, headers: Headers, method: Method | None = None) -> Answer:
        """An answer; one to a method is written as the method has its answers."""
        self._count += 1
        scope = world.scope(world.rng("answer", self._count))
        constant = tuple((name, str(world.templates.render(source, scope))) for name, source in self.sandbox.headers.items())
        found = written(method, body, _plain)
        if found is None:
            raise Refused(_UNPLAYED, {"why": _OPAQUE})
        content, kind = found
        return Answer(status, content, (("content-type", kind), *constant, *headers))

    def _answer(self, world: World, incoming: Incoming, bend: Bend, counts: list[Header]) -> Answer:
        """What the API answers; `counts` gets the headers that count requests, of a refusal too. Raises Refused."""
        has_key = self._authorise(incoming)
        route, values = self._route(incoming)
        made = route.method.body_transform
        if made is not None and given(made, incoming.body.decode("utf-8", "replace")) is None:
            raise Refused(_UNPLAYED, {"why": _OTHER if can_be_read(made) else _MADE})
        quota = self._quota(route, has_key=has_key)
        world.meters.heed(self._limits(route), self.sandbox.refusals, world.present)
        counts += world.meters.spend(quota, world.present) if quota is not None else ()
        self._check_headers(route, incoming)
        key = self._key(route, incoming)
        first = None if key is None else world.keys.answer(key, incoming, self.sandbox.refusals.key_reused)
        if first is not None:
            return first
        body, headers = self._carry_out(world, self._routes.resolve(world, route, values, incoming), bend)
        if route.method.content is not None:
            said = body.values if isinstance(body, Record) else body
            kind, content = said if isinstance(said, tuple) else ("text/plain", str((said or {}).get(route.method.content, "")).encode())
            answer = Answer(200, content, (("content-type", kind), *headers))
        else:
            answer = self._written(world, 200, body, headers, route.method)
        if key is not None:
            world.keys.keep(key, incoming, answer)
        if self.sandbox.etags and incoming.method == "GET":
            return self._unless_known(world, incoming, answer, quota)
        return replace(answer, applied=not route.method.is_read)

    def _unless_known(self, world: World, incoming: Incoming, answer: Answer, quota: Quota | None) -> Answer:
        """The answer with its ETag, or that it has not changed, which counts for nothing."""
        etag = f'"{hashlib.sha256(answer.body).hexdigest()}"'
        if incoming.headers.get("if-none-match", "").removeprefix("W/") != etag:
            return replace(answer, headers=(*answer.headers, ("etag", etag)))
        if quota is not None:
            world.meters.give_back(quota)
        return Answer(_NOT_MODIFIED, b"", (("etag", etag),))

    def _limits(self, route: Route) -> dict[str, Sequence[RateLimit]]:
        """The rate limits of the manifest, by what they are for."""
        service, resource = route.service, route.service.resources[route.resource]
        named = {"": self.provider.rate_limits, service.service: service.rate_limits}
        return {**named, f"{service.service}.{route.resource}": resource.rate_limits}

    def _quota(self, route: Route, *, has_key: bool) -> Quota | None:
        """The quota that a request counts for: that of its service, or else that of all others."""
        fitting = [quota for quota in self.sandbox.quotas if quota.anonymous is not has_key]
        own = [quota for quota in fitting if quota.service == route.service.service]
        return next(iter([*own, *(quota for quota in fitting if quota.service is None)]), None)

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
        if route.action is None and route.method.is_read and route.method.rows is not None:
            return self._list(world, call, bend)
        if route.action is not None or not route.method.is_read:
            world.lists.clear()
        found = self._operation(call)(world, call)
        if route.action is not None or found is None or route.method.rows is None:
            return found, ()
        return holding(route.method, [found] if found else [], is_one=True), ()

    def _operation(self, call: Call) -> Callable[[World, Call], Any]:
        if call.route.action is not None:
            return self._act
        operations = {
            Verb.SELECT: self._get,
            Verb.INSERT: self._create,
            Verb.REPLACE: self._put,
            Verb.UPDATE: self._change,
            Verb.DELETE: self._delete,
            Verb.EXEC: self._do,
        }
        return operations[call.route.method.verb]

    def _list(self, world: World, call: Call, bend: Bend) -> tuple[Any, Headers]:
        route = call.route
        method, rules = route.method, self.sandbox.collections[route.collection]
        ways = {**self.provider.paging, **route.service.paging}
        paging = ways[method.paging] if method.paging else None
        steering = _page_parameters(paging)
        values = self._query(call, steering)
        asking = {name: value for name, value in values.items() if name not in steering and not _is_cursor(method, name)}
        records = world.listed(_key_of(call, asking), lambda: self._listed(world, call, asking))
        found = page(records, Wish(method, paging, values, bend, call.incoming.query), self.sandbox, rules)
        body, links = self._page(world, call, found, paging)
        next_header = None if paging is None or paging.kind is PagingKind.LINK else paging.next_header
        said = {} if paging is None else {paging.pages_header: str(found.pages), next_header: found.next}
        told = tuple(
            (name.lower(), text) for name, text in said.items() if name is not None and name.lower() != "link" and text is not None
        )

        def show(record: Record) -> dict[str, Any]:
            return around(within(shown(record, method, values), records.asked, route.columns), method.inner, route.columns)

        return _with_shown(body, show), (*links, *told)

    def _listed(self, world: World, call: Call, asking: Mapping[str, Any]) -> Listed:
        """All that a list has, in its order."""
        route = call.route
        records, asked = self._meant(world, call, asking)
        records = ordered(records, self.sandbox.list.by if route.is_own else None, route.method, asking, route.columns)
        transform = route.method.transform
        return Listed(records[:1] if transform is not None and transform.template and makes_one(transform) else records, asked)

    def _meant(self, world: World, call: Call, values: Mapping[str, Any]) -> tuple[list[Record], dict[str, Any]]:
        """The objects that a path and its parameters speak of, and what they show because it was asked for, by column."""
        if call.record is not None:
            return [call.record], {}
        route, given = call.route, {**call.filters, **values}
        records = [record for record in world.all(route.collection, call.parent) if not call.within or belongs(record, call.within)]
        if self._kinds[route.collection].is_one:
            return records, {}
        asked = {} if route.is_own else scope(records, route.method, given, route.columns)
        return filtered(records, route.method, given, route.columns, asked), asked

    def _page(self, world: World, call: Call, found: Page, paging: Paging | None) -> tuple[Any, Headers]:
        here = f"http://{call.incoming.headers.get('host', 'localhost')}{call.incoming.path}"
        next_url, last_url = (query and f"{here}?{query}" for query in (found.next_query, found.last_query))
        scope = {"rows": list(found.records), "more": found.more, "total": found.total, "pages": found.pages, "next": found.next}
        links = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in (("next", next_url), ("last", last_url)) if url)
        name = paging.next_header if paging is not None and paging.kind is PagingKind.LINK else None
        headers = (((name or "link").lower(), links),) if links else ()
        is_usual = call.route.is_own and call.route.method.paging not in call.route.service.paging  # which has another envelope
        if self.sandbox.list.body is not None and is_usual:
            return world.templates.render(self.sandbox.list.body, {**scope, "next_url": next_url}), headers
        return envelope(call.route.method, paging, found, next_url, is_one=call.record is not None), headers

    def _one(self, world: World, call: Call, values: Mapping[str, Any]) -> Record:
        """The object that a path names, or of those that it speaks of the last one. Raises Refused where there is none."""
        found, _ = self._meant(world, call, values)
        if not found:
            raise self._routes.refused(call.route, next(iter(call.filters.values()), "here"))
        return found[-1]

    def _get(self, world: World, call: Call) -> Any:
        values = self._query(call)
        file = next((one.uploaded for one in (call.record, call.parent) if one is not None and one.uploaded is not None), None)
        if call.route.method.content is not None and file is not None:
            return "application/octet-stream", file
        record = self._one(world, call, values)
        return self._answered(world, call, record) if call.route.method.returns else shown(record, call.route.method, values)

    def _create(self, world: World, call: Call) -> Any:
        body, above = self._body(call), self.sandbox.collections[call.route.collection].parent
        parent = call.parent or (next(iter(world.all(above)), None) if above is not None else None)
        if call.record is not None:  # which a client names in the path
            return self._answered(world, call, self._changed(world, call.record, body))
        return self._answered(world, call, world.create(call.route.collection, parent=parent, body=body, id_=call.id, asked=True))

    def _put(self, world: World, call: Call) -> Any:
        if call.record is None and call.id is not None:
            return self._create(world, call)
        body = self._body(call)
        return self._answered(world, call, world.replace(self._one(world, call, {}), body))

    def _change(self, world: World, call: Call) -> Any:
        body = self._body(call)
        return self._answered(world, call, self._changed(world, self._one(world, call, {}), body))

    def _changed(self, world: World, record: Record, body: Mapping[str, Any]) -> Record:
        world.change(record, {name: value for name, value in body.items() if name not in self.sandbox.ignored_body})
        return record

    def _delete(self, world: World, call: Call) -> Any:
        values, columns, named = self._query(call), call.route.columns, call.route.method.parameters
        if call.record is None and not call.filters and values:  # all that have something in common, where a column says what
            is_known = any(column_of(name, named[name], columns) in columns for name in values if name in named)
            for record in self._meant(world, call, values)[0] if is_known else ():
                world.delete(record)
            return None if call.route.is_own else self._said_of(world, call, None, {"deleted": True})
        record = self._one(world, call, values)
        answer = world.delete(record)
        return answer if answer is not None or call.route.is_own else self._said_of(world, call, record, {"deleted": True})

    def _act(self, world: World, call: Call) -> Any:
        body = self._body(call)
        return None if call.route.action is None else world.call(call.route.action, call.record, body, call.parent)

    def _do(self, world: World, call: Call) -> Any:
        """What a method that is none of the others answers; the state that its name speaks of is entered."""
        body = self._body(call)
        record = call.record or next(iter(self._meant(world, call, {})[0]), None)
        if record is not None and call.record is not None:
            world.enter(record, call.route.name, call.route.method)
        if call.route.method.returns:
            return self._said_of(world, call, record, body)
        is_about = call.record is not None or call.route.method.rows is not None
        return record.values if record is not None and is_about else {}

    def _answered(self, world: World, call: Call, record: Record) -> Any:
        """What is answered about an object: itself, or what the method says that it answers."""
        if call.route.is_own or not call.route.method.returns:
            return record
        return self._said_of(world, call, record, dict.fromkeys(_whole(call.route.method, record), record.values))

    def _said_of(self, world: World, call: Call, record: Record | None, body: Mapping[str, Any] | None = None) -> Any:
        """A row of the method's own columns, with what the object and the request have of them; None where it has no such columns."""
        if not call.route.method.returns:
            return None
        return world.row(call.route.method.returns, record, {**call.filters, **(body or {})})

    def _query(self, call: Call, besides: frozenset[str] = frozenset()) -> dict[str, Any]:
        keys = {scheme.name for scheme in self.provider.auth.values() if scheme.kind is AuthKind.QUERY and scheme.name}
        keys |= {name for name, _ in call.route.constants}
        values = query_values(call.route.method, call.incoming.query, self.sandbox, besides | keys)
        return {**elsewhere_values(call.route.method, call.incoming, self.sandbox, besides), **values}

    def _body(self, call: Call) -> dict[str, Any]:
        self._query(call)
        return body_values(call.route.method, call.incoming, self.sandbox)

    def _authorise(self, incoming: Incoming) -> bool:
        """Whether a request has a key: by any scheme of the provider, or of a service with a key of its own. Raises Refused."""
        schemes = self._schemes(incoming).values()
        given = [key for scheme in schemes if (key := _credential(scheme, incoming)) is not None]
        if not given and schemes and not any(scheme.optional or scheme.kind is AuthKind.NONE for scheme in schemes):
            raise Refused(self.sandbox.refusals.no_key, {})
        if given and self.sandbox.key not in given:
            raise Refused(self.sandbox.refusals.wrong_key, {"key": _masked(given[0])})
        return bool(given)

    def _schemes(self, incoming: Incoming) -> Mapping[str, AuthScheme]:
        try:
            return self._route(incoming)[0].service.auth or self.provider.auth
        except Refused:
            return self.provider.auth

    def _check_headers(self, route: Route, incoming: Incoming) -> None:
        needed = {**self.provider.headers, **route.service.headers, **route.method.headers}
        for name, expected in needed.items() if not self.sandbox.any_headers else ():
            if incoming.headers.get(name.lower()) != expected:
                raise Refused(self.sandbox.refusals.wrong_header, {"header": name, "expected": expected})

    def _route(self, incoming: Incoming) -> tuple[Route, dict[str, str]]:
        sent = {name for name, _ in incoming.query}
        found = [match.end() for base, needed in self._bases if sent.issuperset(needed) and (match := base.match(incoming.path))]
        return self._routes.find(incoming, incoming.path[found[0] :] if found else "")


def _page_parameters(paging: Paging | None) -> frozenset[str]:
    """The query parameters of a way of paging, which methods need not declare."""
    if paging is None:
        return frozenset()
    size = paging.page_size.parameter if paging.page_size else PAGE_PARAMETER
    return frozenset({paging.parameter or PAGE_PARAMETER, size})


def _is_cursor(method: Method, name: str) -> bool:
    """Whether a parameter names where a page begins or ends."""
    return name in method.parameters and method.parameters[name].role is Role.CURSOR


def _key_of(call: Call, asking: Mapping[str, Any]) -> Hashable:
    """What a list is known by: what it is about, and what was asked of it."""
    return id(call.route), call.parent, call.record, call.within, repr(sorted({**call.filters, **asking}.items()))


def _whole(method: Method, record: Record) -> list[str]:
    """The columns of a method's own that are the whole object, as of `{"domain": {…}}`: most of their fields are fields of it.

    None where the object's own fields stand beside them.
    """
    if not method.returns.keys().isdisjoint(record.values):
        return []
    fields = {name: set(dict(each.type.fields)) for name, each in method.returns.items() if isinstance(each.type, Object)}
    return [name for name, own in fields.items() if 2 * len(own & record.values.keys()) > len(own)]


def _credential(scheme: AuthScheme, incoming: Incoming) -> str | None:
    """The key that a request carries in the way of a scheme; None where it carries none."""
    if scheme.kind is AuthKind.QUERY:
        return dict(incoming.query).get(scheme.name or "")
    value = incoming.headers.get((scheme.name or "authorization").lower())
    # A token is the key here, and so is what signs elsewhere.
    prefix = scheme.prefix or {AuthKind.HEADER: "", AuthKind.BASIC: "Basic "}.get(scheme.kind, "Bearer ")
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


def _sample(route: Route) -> Any:
    """A body of one row, as `written` takes it."""
    return holding(route.method, [dict.fromkeys(route.columns, "x")], is_one=route.method.rows is None)


def _plain(value: Any) -> Any:
    """What JSON shows of a record."""
    if isinstance(value, Record):
        return value.values
    raise TypeError(f"{type(value).__name__} is no JSON")
