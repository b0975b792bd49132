"""Which request asks an API what became of something: the reader that a manifest names, its parameters filled from what is known of it.

What is known is the record that an answer had, and what the call before was bound to; either may be missing. Pure: nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rowcall.catalog.catalog import ResourceRef
from rowcall.manifest.model import Awaits, Column, Method
from rowcall.manifest.types import literal
from rowcall.plan.nodes import Request
from rowcall.plan.requests import build, rendered


@dataclass(frozen=True, slots=True)
class Reader:
    """The method that asks for one row of what another method begins or changes."""

    ref: ResourceRef
    """Its own resource."""
    name: str
    method: Method
    awaits: Awaits
    begun_by: Method

    @property
    def columns(self) -> Mapping[str, Column]:
        """The columns of its response, all those of the other method among them."""
        return self.method.returns or self.ref.resource.columns

    def key(self, row: Mapping[str, Any], bound: Mapping[str, Any]) -> dict[str, Any] | None:
        """Its parameters for a row; None where something is missing.

        `row` is the record as the API sent it, empty where no answer is known; `bound` what the call was bound to, which counts
        where the record does not say.
        """
        found = {name: self._value(name, row, bound) for name in self.method.required()}
        return None if None in found.values() else found

    def request(self, key: Mapping[str, Any]) -> Request:
        """The request that asks for the row of a key. Raises PlanError for a key that cannot stand in one."""
        return build(self.ref, self.name, self.method, key)

    def state(self, row: Mapping[str, Any]) -> str | None:
        """How far a record says that it is; None where it does not."""
        value = self._field(row, self.awaits.column)
        return None if value is None else rendered(value)

    def has_ended(self, state: str | None) -> bool:
        """Whether that is an end."""
        return state in self.awaits.terminal

    def example(self, key: Mapping[str, Any]) -> str:
        """A SELECT that says how far the row of a key is."""
        where = " AND ".join(f"{name} = {literal(rendered(value))}" for name, value in key.items())
        return f"SELECT {self.awaits.column} FROM {self.ref.full_name} WHERE {where}"

    def _value(self, name: str, row: Mapping[str, Any], bound: Mapping[str, Any]) -> Any:
        column = self.method.parameters[name].column or name
        value = self._field(row, column)
        if value is not None:
            return value
        if name in bound:
            return bound[name]
        return next((bound[key] for key, one in self.begun_by.parameters.items() if (one.column or key) == column and key in bound), None)

    def _field(self, row: Mapping[str, Any], column: str) -> Any:
        """The value of a column; None where the record has none of it, or one that cannot stand in a request."""
        value: Any = row
        known = self.columns.get(column)
        for part in (known.source if known is not None and known.source is not None else column).split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value if isinstance(value, (str, int, float)) else None


def reader_of(ref: ResourceRef, method: Method) -> Reader | None:
    """The reader of what a method of a resource begins or changes; None where the manifest names none that could be of use for it."""
    awaits = method.awaits or ref.resource.awaits
    if awaits is None or (method.awaits is None and (method.returns or method.rows is not None)):
        return None
    there, _, name = awaits.reader.rpartition(".")
    own = replace(ref, name=there, resource=ref.service.resources[there]) if there and there != ref.name else ref
    reader = Reader(own, name, own.resource.methods[name], awaits, method)
    columns = method.returns or ref.resource.columns
    given = {name for key, one in method.parameters.items() for name in (key, one.column or key)}
    asked = ((key, reader.method.parameters[key].column or key) for key in reader.method.required())
    return reader if all(column in columns or {key, column} & given for key, column in asked) else None
