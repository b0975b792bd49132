"""The parameters that a resource's methods require, and the columns whose values they take."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rowcall.catalog.catalog import ResourceRef
from rowcall.manifest.model import Method, Verb


def column_of_parameter(method: Method, name: str) -> str:
    """The column whose values a parameter takes."""
    return method.parameters[name].column or name if name in method.parameters else name


def keyed(method: Method, names: Iterable[str]) -> list[str]:
    """Those of some parameters that there is a call for each value of: a bound has one value."""
    return [name for name in names if name not in method.parameters or method.parameters[name].range is None]


@lru_cache(maxsize=256)  # as the one below: a catalog does not change, and each statement asks several times
def required(ref: ResourceRef) -> frozenset[str]:
    """The parameters that a method for SELECT requires, and the columns that equal them."""
    methods = [method for method in ref.resource.methods.values() if method.verb is Verb.SELECT]
    names = {(name, column_of_parameter(method, name)) for method in methods for name in method.required()}
    return frozenset(name for pair in names for name in pair)


@lru_cache(maxsize=256)
def always(ref: ResourceRef) -> frozenset[str]:
    """The columns that equal a parameter which every method for SELECT requires: no row that the API gives is without a value there."""
    methods = [method for method in ref.resource.methods.values() if method.verb is Verb.SELECT]
    needed = [frozenset(column_of_parameter(method, name) for name in method.required()) for method in methods]
    return frozenset.intersection(*needed) if needed else frozenset()
