"""Templates made into functions of a scope, once, so that thousands of objects are made in a blink.

A scope maps names to values; `rng` in it is the source of every draw, so that the same seed draws the same. What a name leads to may
be a mapping, a list (`first`, `last`, `count`, or `*` for each item) or a record of the world.
"""

from __future__ import annotations

import contextlib
import json
import operator
import string
from collections.abc import Callable
from functools import cache
from typing import Any

from rowcall.manifest.template import Constant, Expression, Operation, Path, Text, parse_expression, parse_text
from rowcall.sandbox.record import Record
from rowcall.sandbox.sample import sample

Scope = dict[str, Any]
Render = Callable[[Scope], Any]
Holds = Callable[[Scope], bool]

_ID_LENGTH = 24
_ALPHABET = (string.ascii_letters + string.digits).encode()
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
"""Turns any bytes into letters and digits; that some come a little more often does no harm."""
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def template(source: Any) -> Render:
    """The function that renders a template. What it gives is new at each call, except for values that expressions lead to."""
    if isinstance(source, str):
        return _expression(parse_text(source))
    if isinstance(source, dict):
        directive = next((key for key in source if key.startswith("$")), None)
        return _DIRECTIVES[directive](source[directive]) if directive else _mapping(source)
    if isinstance(source, list):
        items = [template(item) for item in source]
        return lambda scope: [item(scope) for item in items]
    return lambda _: source


def condition(source: dict[str, Any]) -> Holds:
    """The function that says whether all comparisons hold; of none they do.

    A list means any of its values, true and false mean whether there is something (not null, not empty), all else means equal.
    """
    tests = [_comparison(key, expected) for key, expected in source.items()]
    return lambda scope: all(test(scope) for test in tests)


def new_id(prefix: str, rng: Any) -> str:
    """An id as the API makes them: `prefix` and 24 letters and digits."""
    return prefix + str(rng.randbytes(_ID_LENGTH).translate(_LETTERS), "ascii")


def follow(value: Any, names: tuple[str, ...]) -> Any:
    """Where a path leads from `value`; None where it leads nowhere."""
    for index, name in enumerate(names):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, Record):
            value = value.field(name)
        elif isinstance(value, list):
            if name == "*":
                return [follow(item, names[index + 1 :]) for item in value]
            value = _LIST_FIELDS[name](value) if name in _LIST_FIELDS else None
        else:
            return None
    return value


_LIST_FIELDS: dict[str, Callable[[list[Any]], Any]] = {
    "first": lambda items: items[0] if items else None,
    "last": lambda items: items[-1] if items else None,
    "count": len,
}


def _expression(parsed: Expression) -> Render:
    if isinstance(parsed, Constant):
        value = parsed.value
        return lambda _: value
    if isinstance(parsed, Path):
        return _path(parsed.names)
    if isinstance(parsed, Operation):
        return _operation(parsed)
    return _text(parsed)


def _path(names: tuple[str, ...]) -> Render:
    first, rest = names[0], names[1:]
    if not rest:
        return lambda scope: scope.get(first)
    return lambda scope: follow(scope.get(first), rest)


def _operation(parsed: Operation) -> Render:
    left, right = _expression(parsed.left), _expression(parsed.right)
    if parsed.sign == "??":

        def either(scope: Scope) -> Any:
            value = left(scope)
            return right(scope) if value is None else value

        return either
    apply = _SIGNS[parsed.sign]

    def compute(scope: Scope) -> Any:
        one, other = left(scope), right(scope)
        return None if one is None or other is None else apply(one, other)

    return compute


def _text(parsed: Text) -> Render:
    pieces = [_expression(piece) for piece in parsed.pieces]
    return lambda scope: "".join(_shown(piece(scope)) for piece in pieces)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, list) else json.dumps(value, default=str)


def _mapping(source: dict[str, Any]) -> Render:
    entries = [(key, template(item)) for key, item in source.items()]
    return lambda scope: {key: item(scope) for key, item in entries}


def _comparison(key: str, expected: Any) -> Holds:
    value = _expression(parse_expression(key))
    if isinstance(expected, bool):
        return lambda scope: _is_something(value(scope)) is expected
    wanted = template(expected)
    if isinstance(expected, list):
        return lambda scope: value(scope) in wanted(scope)
    return lambda scope: bool(value(scope) == wanted(scope))


def _is_something(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", [], {})


def _pick(source: Any) -> Render:
    if isinstance(source, dict) and not any(key.startswith("$") for key in source):
        names, weights = list(source), list(source.values())
        return lambda scope: scope["rng"].choices(names, weights)[0]
    choices = template(source)

    def pick(scope: Scope) -> Any:
        among = choices(scope)
        return scope["rng"].choice(among) if among else None

    return pick


def _between(source: list[Any]) -> Render:
    low, high = template(source[0]), template(source[1])

    def between(scope: Scope) -> Any:
        least, most = low(scope), high(scope)
        if isinstance(least, int) and isinstance(most, int):
            return scope["rng"].randint(least, most)
        return round(scope["rng"].uniform(least, most), 3)

    return between


def _each(source: dict[str, Any]) -> Render:
    items, name = template(source["in"]), source.get("as", "item")
    where, give = condition(source.get("where") or {}), template(source.get("give", f"{{{name}}}"))

    def each(scope: Scope) -> list[Any]:
        scopes = [{**scope, name: item, "index": index} for index, item in enumerate(as_list(items(scope)))]
        return [give(inner) for inner in scopes if where(inner)]

    return each


def _find(source: dict[str, Any]) -> Render:
    items, name = template(source["in"]), source.get("as", "item")
    where, give = condition(source.get("where") or {}), template(source.get("give", f"{{{name}}}"))

    def find(scope: Scope) -> Any:
        scopes = ({**scope, name: item} for item in as_list(items(scope)))
        return next((give(inner) for inner in scopes if where(inner)), None)

    return find


def _choose(source: list[dict[str, Any]]) -> Render:
    cases = [(condition(case.get("when") or {}), template(case.get("give"))) for case in source]
    return lambda scope: next((give(scope) for when, give in cases if when(scope)), None)


def _json(source: Any) -> Render:
    value = template(source)
    return lambda scope: json.dumps(value(scope), ensure_ascii=False)


def _lines(source: Any) -> Render:
    value = template(source)

    def lines(scope: Scope) -> list[Any]:
        found = value(scope)
        texts = (found.decode("utf-8", "replace") if isinstance(found, bytes) else str(found or "")).splitlines()
        documents = []
        for text in filter(str.strip, texts):
            with contextlib.suppress(ValueError, RecursionError):
                documents.append(json.loads(text))
        return documents

    return lines


def _sample(source: Any) -> Render:
    schema = template(source)
    return lambda scope: sample(schema(scope), scope["rng"])


def _id(source: Any) -> Render:
    prefix = template(source)
    return lambda scope: new_id(prefix(scope), scope["rng"])


def as_list(value: Any) -> list[Any]:
    """The value as a list: nothing for null, one item for what is no list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


_DIRECTIVES: dict[str, Callable[[Any], Render]] = {
    "$pick": _pick,
    "$between": _between,
    "$each": _each,
    "$find": _find,
    "$choose": _choose,
    "$json": _json,
    "$lines": _lines,
    "$sample": _sample,
    "$id": _id,
}


@cache
def text(source: str) -> Render:
    """The function that renders a text, kept from one call to the next."""
    return _expression(parse_text(source))


class Templates:
    """The templates and conditions of one sandbox file, each compiled when it is first used and kept.

    They are told apart by identity, so what is handed in should be parts of the file and nothing made on the way.
    """

    def __init__(self) -> None:
        # The source is kept with what was made of it, so that no other object can come to have its identity.
        self._renders: dict[int, tuple[Any, Render]] = {}
        self._conditions: dict[int, tuple[Any, Holds]] = {}

    def render(self, source: Any, scope: Scope) -> Any:
        """What a template gives in a scope."""
        found = self._renders.get(id(source))
        if found is None:
            found = self._renders[id(source)] = (source, template(source))
        return found[1](scope)

    def holds(self, source: dict[str, Any], scope: Scope) -> bool:
        """Whether a condition holds in a scope."""
        found = self._conditions.get(id(source))
        if found is None:
            found = self._conditions[id(source)] = (source, condition(source))
        return found[1](scope)
