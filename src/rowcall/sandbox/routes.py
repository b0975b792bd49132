"""Which method of the manifest a request is for, and which objects its path names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from rowcall.manifest.model import Column, Method, Provider, Service, Verb
from rowcall.manifest.sandbox import Action, Refusal, Sandbox, action_of, collection_of
from rowcall.sandbox.blueprint import Blueprint, prefixes
from rowcall.sandbox.exchange import Incoming
from rowcall.sandbox.record import Record
from rowcall.sandbox.refused import Refused
from rowcall.sandbox.untransformed import given
from rowcall.sandbox.world import World

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_OPTIONAL = re.compile(r"\([^()]*\)\?|[\\^$]")
_PUTS = frozenset({Verb.REPLACE, Verb.INSERT})


@dataclass(frozen=True)
class Route:
    """A method of the manifest and the paths it answers to."""

    pattern: re.Pattern[str]
    fixed: int
    """How many characters of the path are written out; of two that match, more win."""
    service: Service
    resource: str
    name: str
    method: Method
    collection: str
    """The objects that it is about."""
    columns: Mapping[str, Column]
    """What a row of its answer has."""
    action: Action | None
    """What the sandbox file says that it does."""
    is_own: bool
    """Whether the sandbox file has its collection."""
    names: tuple[str | None, ...]
    """The collections that the placeholders of its path name objects of, None for what is a filter."""

    @cached_property
    def constants(self) -> tuple[tuple[str, str], ...]:
        """The query that stands in its path."""
        return tuple(parse_qsl(self.method.path.partition("?")[2], keep_blank_values=True))

    @cached_property
    def texts(self) -> Mapping[str, re.Pattern[str]]:
        """The texts that every body of it has, by their names, and where values stand in them."""
        base: dict[str, Any] = json.loads(self.method.base) if self.method.base is not None else {}
        return {name: _with_values(text) for name, text in base.items() if isinstance(text, str)}

    def said(self, incoming: Incoming) -> dict[str, str] | None:
        """The values that stand in the texts of a body; None for a request that is for another method at the same path."""
        if not set(self.constants) <= set(incoming.query):
            return None
        if any(incoming.headers.get(name.lower()) != value for name, value in self.method.headers.items()):
            return None
        made = self.method.body_transform
        if made is not None and given(made, incoming.body.decode("utf-8", "replace")) is None:
            return None
        body = _object(incoming.body) if self.texts else {}
        found: dict[str, str] = {}
        for name, pattern in self.texts.items():
            match = pattern.fullmatch(str(body.get(name)))
            if match is None:
                return None
            found |= {key: _value(text) for key, text in match.groupdict().items()}
        return found


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way: which route, and which objects its path names."""

    route: Route
    parent: Record | None
    record: Record | None
    """The object that the path names; None where it names the collection, or where there is none yet that a client puts."""
    incoming: Incoming
    id: str | None = None
    """What the path ends in, where it ends in an object."""
    within: tuple[Record, ...] = ()
    """What else the path names that objects of the collection belong to."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """What the rest of the path says, by its placeholders."""


class Routes:
    """All methods of a manifest by their paths."""

    def __init__(self, provider: Provider, drawn: Blueprint, own: Sandbox) -> None:
        """`own` is what the sandbox file says."""
        self._drawn = drawn
        self._routes = sorted(_routes(provider, drawn, own), key=lambda route: -route.fixed)

    def __iter__(self) -> Iterator[Route]:
        """Each of them, in no order that means anything."""
        return iter(self._routes)

    def find(self, incoming: Incoming, below: str) -> tuple[Route, dict[str, str]]:
        """The route of a request, whose path is `below` the base URL, and what the placeholders of the path hold.

        Of several at one path it is the one with most of the request's constants, as queries in GraphQL are told apart, and whose body has
        the attributes that were sent. Raises Refused for a path that there is not, or that does not take the HTTP method.
        """
        refusals = self._drawn.sandbox.refusals
        scope = {"method": incoming.method, "path": incoming.path}
        matches = [(route, match) for route in self._routes if (match := route.pattern.fullmatch(below))]
        if not matches:
            raise Refused(refusals.unknown_path, scope)
        fitting = [(route, match) for route, match in matches if route.method.http_method == incoming.method]
        if not fitting:
            raise Refused(refusals.wrong_method, scope)
        told = fitting if len(fitting) == 1 else [pair for pair in fitting if pair[0].said(incoming) is not None]
        if len(told) > 1:
            sent = _object(incoming.body).keys()
            told.sort(
                key=lambda pair: (-len(pair[0].constants), len(sent - {one.name or name for name, one in pair[0].method.body.items()}))
            )
        route, match = (told or fitting)[0]
        return route, {name: unquote(value) for name, value in zip(_named(route), match.groupdict().values(), strict=True)}

    def resolve(self, world: World, route: Route, values: Mapping[str, str], incoming: Incoming) -> Call:
        """The objects that a path names, each below the one before it. Raises Refused for the first that is not there.

        The last may be missing where it is the one that is put.
        """
        known: dict[str, Record] = {}
        filters: dict[str, str] = route.said(incoming) or {}
        rules = world.sandbox.collections
        for index, ((name, id_), collection) in enumerate(zip(values.items(), route.names, strict=True)):
            if collection is None:
                filters[name] = id_
                continue
            above = rules[collection].parent
            if above is None or above in known:
                found = world.get(collection, id_, known[above] if above is not None else None)
            else:
                found = next((record for record in world.named(collection, id_) if _is_within(record, [*known.values()])), None)
            if found is None and index == len(values) - 1 and collection == route.collection and route.method.verb in _PUTS:
                return Call(route, known.get(above or ""), None, incoming, id_)
            if found is None:
                raise Refused(self._not_found(route), {"noun": rules[collection].noun, "id": id_})
            known[collection] = found
            if collection != route.collection and collection not in self._drawn.ancestors(route.collection):
                filters[name] = id_
        own, above = known.get(route.collection), rules[route.collection].parent
        parent = own.parent if own is not None else known.get(above or "")
        if self._drawn.kinds[route.collection].is_one:
            own = own or next(iter(world.all(route.collection, parent)), None)
        ancestors = {*self._drawn.ancestors(route.collection)}
        within = tuple(record for name, record in known.items() if name in ancestors and record is not parent)
        return Call(route, parent, own, incoming, within=within, filters=filters)

    def refused(self, route: Route, id_: str) -> Refused:
        """The refusal of a request for one object where there is none."""
        noun = self._drawn.sandbox.collections[route.collection].noun
        return Refused(self._not_found(route), {"noun": noun, "id": id_})

    def _not_found(self, route: Route) -> Refusal:
        """The refusal in words of which the manifest says that they mean this, where the sandbox file does not have the collection."""
        usual, absent = self._drawn.sandbox.refusals.not_found, route.method.absent
        if absent is None or route.is_own:
            return usual
        words = (usual.message, absent.message, _OPTIONAL.sub("", absent.message), absent.message.partition("|")[0])
        fitting = next((text for text in words if re.match(absent.message, text)), usual.message)
        return Refusal(message=fitting.replace("{", "{{").replace("}", "}}") if fitting != usual.message else fitting, status=absent.status)


def _is_within(record: Record, others: list[Record]) -> bool:
    """Whether a record belongs to all others of whose collections it belongs to any."""
    above = {one.collection: one for one in _above(record)}
    return all(above.get(other.collection, other) is other for other in others)


def _above(record: Record) -> list[Record]:
    found = []
    while record.parent is not None:
        record = record.parent
        found.append(record)
    return found


def belongs(record: Record, others: tuple[Record, ...]) -> bool:
    """Whether a record belongs to each of the others, however far up."""
    above = _above(record)
    return all(any(one is other for one in above) for other in others)


def _named(route: Route) -> list[str]:
    return _PLACEHOLDER.findall(route.method.path)


def _object(content: bytes) -> dict[str, Any]:
    """The object that a body is; an empty one for anything else."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


_GIVEN = re.compile(r"\{\{\s*\.(\w+)\s*\}\}")
"""Where the value of a parameter stands in a text of a body."""


def _attributes(method: Method) -> set[str]:
    """The attributes of its body, as they are sent."""
    return {one.name or name for name, one in method.body.items()}


def _with_values(text: str) -> re.Pattern[str]:
    """What a text is once the values stand in it; one that stands in it several times is looked at once."""
    pieces, seen = [], set[str]()
    for index, piece in enumerate(_GIVEN.split(text)):
        pieces.append(re.escape(piece) if index % 2 == 0 else ".*?" if piece in seen else f"(?P<{piece}>.*?)")
        seen |= {piece} if index % 2 else set()
    return re.compile("".join(pieces), re.DOTALL)


def _value(text: str) -> str:
    """A value as it was given, of what stands for it within quotes, or is a number or a word."""
    return str(json.loads(f'"{text}"'))


def _routes(provider: Provider, drawn: Blueprint, own: Sandbox) -> list[Route]:
    found = []
    for service_name, service in provider.services.items():
        for resource_name, resource in service.resources.items():
            key = collection_of(own, service_name, resource_name)
            for name, method in resource.methods.items():
                found.append(
                    Route(
                        _pattern(method),
                        len(_PLACEHOLDER.sub("", method.path.partition("?")[0])),
                        service,
                        resource_name,
                        name,
                        method,
                        key,
                        method.returns or resource.columns,
                        action_of(own, service_name, resource_name, name),
                        key in own.collections,
                        tuple(drawn.places[prefix] for _, prefix in prefixes(method.path)),
                    )
                )
    return found


def _pattern(method: Method) -> re.Pattern[str]:
    """The paths of a method, as they are sent: in ASCII. A value may be several segments where its parameter says so."""
    pieces = _PLACEHOLDER.split(method.path.partition("?")[0])
    several = {name for name, parameter in method.parameters.items() if parameter.segments}
    text = (f"(?P<p{at}>{'.+' if piece in several else '[^/]+'})" if at % 2 else re.escape(_sent(piece)) for at, piece in enumerate(pieces))
    return re.compile("".join(text))


def _sent(text: str) -> str:
    """A piece of a path with what is not ASCII percent-encoded, as RFC 3987 has it."""
    return _NOT_ASCII.sub(lambda match: quote(match[0]), text)
