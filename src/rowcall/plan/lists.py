"""Several values of one parameter in one request, where the API takes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rowcall.manifest.model import Method, Parameter
from rowcall.plan.requests import rendered

MOST_VALUES = 100
"""The most values of one request where the manifest does not say, for URLs that servers take."""


def takes(name: str, parameter: Parameter, sets: Sequence[Sequence[Any]], columns: Collection[str], *, is_one: bool) -> bool:
    """Whether an optional filter can say that its column is one of a set of values, for each of the sets, without more requests.

    `is_one` is whether it has no more than one value in any request. With a filter that is not exact, requests for different values could
    bring a row twice.
    """
    many = parameter.many
    if any(_is_split(parameter, value) for values in sets for value in values):
        return False
    if not parameter.exact and (not sets or any(set(values) != set(sets[0]) for values in sets) or (is_one and len(sets[0]) > 1)):
        return False
    if is_one or many is None or (parameter.column or name) not in columns:
        return is_one
    return max(map(len, sets)) <= (many.maximum or MOST_VALUES)


def gathered(method: Method, tuples: Sequence[Mapping[str, Any]], columns: Collection[str]) -> list[dict[str, Any]]:
    """The parameter tuples in as few as say the same: several values become a Python tuple, where nothing else differs.

    A value that the response does not show (in one of `columns`) stays alone: it would not be known which row came for which.
    """
    found = [dict(bound) for bound in tuples]
    for name, parameter in method.parameters.items():
        if parameter.many is not None and parameter.role is None and (parameter.column or name) in columns:
            found = _together(name, parameter, found)
    return found


def _together(name: str, parameter: Parameter, tuples: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[Any, tuple[dict[str, Any], list[Any]]] = {}
    for bound in tuples:
        alone = name not in bound or _is_split(parameter, bound[name])
        rest = tuple((key, value) for key, value in bound.items() if key != name or alone)
        groups.setdefault((alone, rest), (bound, []))[1].append(bound.get(name))
    most = (parameter.many.maximum or MOST_VALUES) if parameter.many is not None else 1
    return [
        {**bound, name: tuple(part) if len(part) > 1 else part[0]} if name in bound else bound
        for bound, values in groups.values()
        for part in _parts(values, most)
    ]


def _parts(values: list[Any], size: int) -> list[list[Any]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def _is_split(parameter: Parameter, value: Any) -> bool:
    """Whether the API would take one value for several."""
    separator = parameter.many.separator if parameter.many is not None else None
    return separator is not None and separator in rendered(value)
