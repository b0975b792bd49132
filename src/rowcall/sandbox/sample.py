"""Values that a JSON Schema allows, for the arguments of functions that clients describe by one."""

from __future__ import annotations

from random import Random
from typing import Any

_FAR = 10**15
"""Bounds beyond this are not minded."""


def sample(schema: Any, rng: Random) -> Any:
    """A value that the schema allows, from its `const`, `enum` or `examples` where it has them; null for what is no schema.

    References, patterns and combinations are not followed.
    """
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return schema["const"]
    choices = schema.get("enum") or schema.get("examples")
    if isinstance(choices, list) and choices:
        return rng.choice(choices)
    return _of_kind(_kind(schema), schema, rng)


def _kind(schema: dict[str, Any]) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else None)
    return kind[0] if isinstance(kind, list) and kind else kind


def _of_kind(kind: Any, schema: dict[str, Any], rng: Random) -> Any:
    if kind == "object":
        properties = schema.get("properties")
        return {name: sample(inner, rng) for name, inner in properties.items()} if isinstance(properties, dict) else {}
    if kind == "array":
        return [sample(schema.get("items"), rng)]
    if kind == "integer":
        return _whole(schema, rng)
    if kind == "number":
        return _whole(schema, rng) + rng.randrange(2) / 2
    if kind == "string":
        return str(schema.get("default", "text"))
    return rng.random() < 0.5 if kind == "boolean" else None


def _whole(schema: dict[str, Any], rng: Random) -> int:
    least = _bound(schema.get("minimum"), 1)
    return rng.randint(least, max(least, _bound(schema.get("maximum"), least + 99)))


def _bound(value: Any, otherwise: int) -> int:
    return int(value) if isinstance(value, (int, float)) and abs(value) < _FAR else otherwise
