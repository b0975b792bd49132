"""Which service and resource each operation of a document belongs to, and which statement it answers to.

A path says it mostly: `/runs` is a collection, `/runs/{run_id}` one of its rows, and `/runs/{run_id}/cancel`, to which one can only send,
is something that is done to a row. The name that an operation has says the rest.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rowcall.manifest.model import Verb
from rowcall.openapi.api import Operation
from rowcall.openapi.names import singular, snake, words

_PARAMETER = re.compile(r"\{[^{}]*\}")
_FORM = re.compile(r"(?<=[^/])\.(json|xml)$", re.IGNORECASE)
_LISTED = re.compile(r"(?<=[^.])\.list$")
"""What the name of a list ends in where operations are called as functions are, as `/users.list`."""
_VERSION = re.compile(r"v[0-9]+([a-z]+[0-9]*)?|api|rest")
_CREATES = frozenset("create add new post insert invite upload register submit store save".split())
_CHANGES = frozenset("update modify edit change patch set post save".split())
_DOES = frozenset(
    """
    create add delete remove destroy purge clear reset restart reboot start stop execute trigger launch cancel abort send publish enable
    disable activate deactivate revoke terminate approve reject suspend resume
    """.split()
)
"""What the name of an operation begins with that changes something, though it is sent with GET."""
_ON_ITEM = {"GET": Verb.SELECT, "HEAD": Verb.SELECT, "DELETE": Verb.DELETE, "PATCH": Verb.UPDATE, "PUT": Verb.REPLACE}
_ON_COLLECTION = {**_ON_ITEM, "DELETE": Verb.EXEC, "PATCH": Verb.EXEC}
_FEW = 4
"""From how many services on what all of them begin with says nothing."""
_RESERVED = frozenset({"provider", "published"})


@dataclass(frozen=True, slots=True)
class Placed:
    """An operation and where it belongs."""

    operation: Operation
    collection: tuple[str, ...]
    """The segments of the path of the collection that it is about."""
    is_item: bool
    """Whether its path is that of one row."""
    is_action: bool
    """Whether its path goes on after that of what it is about."""


@dataclass(frozen=True, slots=True)
class ResourcePlan:
    """The operations of one resource."""

    service: str
    name: str
    operations: tuple[Placed, ...]


def laid_out(operations: Sequence[Operation]) -> list[ResourcePlan]:
    """The resources of a document, in the order in which it has them."""
    placed = _placed(operations)
    collections: dict[tuple[str, ...], list[Placed]] = {}
    for each in placed:
        collections.setdefault(each.collection, []).append(each)
    services = _shortened({collection: _service(found) for collection, found in collections.items()})
    names = _names(services)
    return [ResourcePlan(services[collection], names[collection], tuple(found)) for collection, found in collections.items()]


def verb_of(placed: Placed, siblings: Iterable[Placed]) -> Verb:
    """The statement that an operation answers to, beside the others of its resource."""
    operation = placed.operation
    beside = [each.operation.verb for each in siblings if each.is_item and not each.is_action]
    first = next(iter(words(operation.name.rpartition("/")[2])), "")
    if operation.verb == "GET" and first in _DOES:
        return Verb.EXEC
    is_listed = any(each.operation.verb == "GET" and not each.is_action and not each.is_item for each in siblings)
    if placed.is_action:
        is_made = is_listed and not placed.is_item and operation.verb == "POST" and segments(operation.path)[-1] == "create"
        return Verb.INSERT if is_made else Verb.EXEC
    if operation.verb != "POST":
        return (_ON_ITEM if placed.is_item else _ON_COLLECTION)[operation.verb]
    if placed.is_item:
        return Verb.UPDATE if not {"PUT", "PATCH"}.intersection(beside) and (not first or first in _CHANGES) else Verb.EXEC
    is_listed = any(each.operation.verb == "GET" and not each.is_action for each in siblings)
    return Verb.INSERT if is_listed and (not first or first in _CREATES) else Verb.EXEC


def method_name(placed: Placed, verb: Verb, resource: str) -> str:
    """What a document calls an operation, or what we would."""
    called = snake(placed.operation.name.rpartition("/")[2], resource) if placed.operation.name else ""
    if called:
        return called
    last = segments(placed.operation.path)[-1:]
    if placed.is_action and last:
        return snake(last[0], "do")
    if verb is Verb.EXEC:
        return snake(f"{placed.operation.verb} {resource}")
    if verb is Verb.SELECT:
        return f"get_{singular(resource)}" if placed.is_item else f"list_{resource}"
    return f"{'create' if verb is Verb.INSERT else verb.value}_{singular(resource)}"


def segments(path: str) -> list[str]:
    """The parts of a path, without the form that it ends in, as in `/runs/{run}.json`.

    What stands after a placeholder and a colon is one of its own, as in `/runs/{run}:cancel`.
    """
    parts = [part for part in _FORM.sub("", path.partition("?")[0]).split("/") if part]
    return [piece for part in parts for piece in re.sub(r"\}:", "}\n", part).split("\n")]


def is_parameter(segment: str) -> bool:
    """Whether a segment is a placeholder and nothing else."""
    return _PARAMETER.fullmatch(segment) is not None


def _placed(operations: Sequence[Operation]) -> list[Placed]:
    paths = [(operation, segments(operation.path)) for operation in operations]
    read = {tuple(path) for operation, path in paths if operation.verb == "GET"}
    known = {tuple(path) for _, path in paths}
    with_items = {path[:-1] for path in known if path and is_parameter(path[-1])}
    found = []
    for operation, path in paths:
        at = tuple(path)
        above = _collection(at[:-1])
        is_tail = bool(at) and not is_parameter(at[-1])
        # One can only send to it, it holds no rows of its own, and it stands behind something that one knows.
        alone = is_tail and at not in read and at not in with_items
        if alone and above and (at[:-1] in known or above in known or above in with_items):
            found.append(Placed(operation, above, is_item=is_parameter(at[-2]), is_action=True))
        else:
            found.append(Placed(operation, _collection(at), is_item=not is_tail and bool(at), is_action=False))
    return found


def _collection(path: tuple[str, ...]) -> tuple[str, ...]:
    """A path without the placeholders at its end."""
    while path and is_parameter(path[-1]):
        path = path[:-1]
    return path


def _service(placed: Sequence[Placed]) -> str:
    """The tag that most of its operations have; without tags, the first word of the path."""
    tags = Counter(each.operation.tags[0] for each in placed if each.operation.tags)
    plain = [segment for segment in placed[0].collection if not is_parameter(segment) and not _VERSION.fullmatch(segment)]
    name = snake(tags.most_common(1)[0][0] if tags else next(iter(plain), "root"), "api")
    if name.startswith("sandbox"):  # files that begin so are no service's
        return f"api_{name}"
    return f"{name}_api" if name in _RESERVED else name


def _shortened(services: dict[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    """The services without the words that all of them begin with, as `api_20100401_call` and its like."""
    split = {name: name.split("_") for name in services.values()}
    shared = sum(1 for _ in itertools.takewhile(lambda words: len({*words}) == 1, zip(*split.values(), strict=False)))
    short = {name: "_".join(parts[shared:]) for name, parts in split.items()}
    is_shorter = shared and len(split) >= _FEW and all(name[:1].isalpha() and name not in _RESERVED for name in short.values())
    return {collection: short[name] for collection, name in services.items()} if is_shorter else services


def _names(services: dict[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    """A name for each collection, which no other of its service has: of as many words of its path as it takes."""
    plain = {path: [snake(_LISTED.sub("", segment), "v") for segment in path if not is_parameter(segment)] or ["root"] for path in services}
    depth = dict.fromkeys(services, 1)
    while True:
        names = {path: _name(plain[path], depth[path]) for path in services}
        shared = Counter((services[path], name) for path, name in names.items())
        longer = [path for path, name in names.items() if shared[services[path], name] > 1 and depth[path] < len(plain[path])]
        shortest = {
            (services[path], names[path]): min(len(plain[other]) for other in services if names[other] == names[path]) for path in longer
        }
        longer = [
            path for path in longer if len(plain[path]) > shortest[services[path], names[path]] or _is_twin(path, names, plain, services)
        ]
        if not longer:
            return _numbered(names, services)
        for path in longer:
            depth[path] += 1


def _is_twin(path: Any, names: dict[Any, str], plain: dict[Any, list[str]], services: dict[Any, str]) -> bool:
    """Whether another collection of the service has its name and a path as short as its own."""
    return any(
        other != path and names[other] == names[path] and services[other] == services[path] and len(plain[other]) == len(plain[path])
        for other in names
    )


def _name(parts: Sequence[str], depth: int) -> str:
    *before, last = parts[-depth:]
    return "_".join([*map(singular, before), last])


def _numbered(names: dict[tuple[str, ...], str], services: dict[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    """With a number behind those that are still alike, as paths are that differ in their placeholders alone."""
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for path, name in names.items():
        seen[services[path], name] += 1
        times = seen[services[path], name]
        found[path] = name if times == 1 else f"{name}_{times}"
    return found
