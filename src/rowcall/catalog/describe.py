"""What SHOW and DESCRIBE read: a catalog as small tables, which need no API and no DuckDB."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowcall.catalog.template import insert_statement
from rowcall.errors import UnsupportedSQLError
from rowcall.manifest.model import Lifecycle, Verb
from rowcall.manifest.read import Services
from rowcall.manifest.types import duckdb_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rowcall.catalog.catalog import Catalog, ResourceRef
    from rowcall.manifest.model import Method, Resource


@dataclass(frozen=True, slots=True)
class Listing:
    """A table that is there already."""

    columns: tuple[tuple[str, str], ...]
    """Names and DuckDB types."""
    rows: tuple[tuple[Any, ...], ...]
    """Values as Python has them; None is NULL, a tuple is a list."""


def show_providers(catalog: Catalog, like: str | None = None) -> Listing:
    """The providers: `provider, title, description`.

    `like` is an SQL LIKE pattern for the first column, without case, here and below.
    """
    rows = ((name, provider.title, provider.description) for name, provider in catalog.providers.items())
    return _listing("provider VARCHAR, title VARCHAR, description VARCHAR", rows, like)


def show_services(catalog: Catalog, provider: str, like: str | None = None) -> Listing:
    """The services of a provider: `service, title, deprecated, sunset, description`. Raises UnknownNameError."""
    services = catalog.provider(provider).services
    heads = ((name, services.head(name) if isinstance(services, Services) else services[name]) for name in sorted(services))
    lives = ((name, service, service.lifecycle or Lifecycle()) for name, service in heads)
    rows = ((name, service.title, life.deprecated, life.sunset, service.description) for name, service, life in lives)
    return _listing("service VARCHAR, title VARCHAR, deprecated BOOLEAN, sunset VARCHAR, description VARCHAR", rows, like)


def show_resources(catalog: Catalog, provider: str, service: str, like: str | None = None) -> Listing:
    """The resources of a service: `resource, verbs, description`, the verbs as `SELECT, INSERT`. Raises UnknownNameError."""
    rows = ((name, _verbs(resource), resource.description) for name, resource in catalog.service(provider, service).resources.items())
    return _listing("resource VARCHAR, verbs VARCHAR, description VARCHAR", rows, like)


def show_methods(ref: ResourceRef, like: str | None = None, *, extended: bool = False, lacking: str | None = None) -> Listing:
    """The methods of a resource: `method, verb, required, optional, description`.

    `required` and `optional` are names with commas between, body attributes as `data__name`; "" where there are none. `extended` adds
    those that cannot be called, `http`, the request, NULL for those, and `problem`, why it cannot be made: `lacking`, which says of the
    others what their credential lacks, or NULL.
    """
    columns = "method VARCHAR, verb VARCHAR, required VARCHAR, optional VARCHAR, description VARCHAR"
    rows: list[tuple[Any, ...]] = [
        (name, method.verb.value.upper(), ", ".join(method.required()), ", ".join(method.optional()), _described(method))
        for name, method in ref.resource.methods.items()
    ]
    if extended:
        columns += ", http VARCHAR, problem VARCHAR"
        rows = [(*row, method.http, lacking) for row, method in zip(rows, ref.resource.methods.values(), strict=True)]
        rows += [(name, one.verb.value.upper(), "", "", one.description, None, one.reason) for name, one in ref.resource.uncallable.items()]
    return _listing(columns, rows, like)


def describe(ref: ResourceRef, *, extended: bool = False, like: str | None = None) -> Listing:
    """The columns that SELECT * gives: `column_name, column_type, null` with YES or NO as in DuckDB's DESCRIBE.

    `extended` adds `description`, `source` (where a row of the API holds the value) and `enum` (the known values, or NULL).
    """
    columns = "column_name VARCHAR, column_type VARCHAR, null VARCHAR"
    rows: Iterable[tuple[Any, ...]] = (
        (name, duckdb_type(column.type), "YES" if column.nullable else "NO") for name, column in ref.resource.columns.items()
    )
    if extended:
        columns += ", description VARCHAR, source VARCHAR, enum VARCHAR[]"
        more = ((column.description, column.source or name, column.enum or None) for name, column in ref.resource.columns.items())
        rows = ((*row, *rest) for row, rest in zip(rows, more, strict=True))
    return _listing(columns, rows, like)


def insert_template(ref: ResourceRef, verb: Verb = Verb.INSERT) -> str:
    """An INSERT to fill in for each method that inserts, or a REPLACE: what is required first, what is optional commented out.

    Raises UnsupportedSQLError where the resource has no such method.
    """
    methods = {name: method for name, method in ref.resource.methods.items() if method.verb is verb}
    if not methods:
        raise UnsupportedSQLError(
            f"{ref.full_name} takes no {verb.value.upper()}.", hint=f"It takes {_verbs(ref.resource)}. See SHOW METHODS IN {ref.full_name}."
        )
    return "\n\n".join(insert_statement(ref.full_name, method) for method in methods.values())


def _verbs(resource: Resource) -> str:
    return ", ".join(verb.value.upper() for verb in Verb if any(method.verb is verb for method in resource.methods.values()))


def _described(method: Method) -> str:
    return " ".join([method.description, *(f"Also called {alias}." for alias in method.aliases)])


def _listing(columns: str, rows: Iterable[tuple[Any, ...]], like: str | None) -> Listing:
    """`columns` as SQL declares them, without quotes."""
    named = [column.split(" ") for column in columns.split(", ")]
    pattern = _pattern(like)
    kept = tuple(row for row in rows if pattern is None or pattern.fullmatch(row[0]))
    return Listing(tuple((name, type_) for name, type_ in named), kept)


def _pattern(like: str | None) -> re.Pattern[str] | None:
    if like is None:
        return None
    translated = "".join({"%": ".*", "_": "."}.get(character, re.escape(character)) for character in like)
    return re.compile(translated, re.IGNORECASE | re.DOTALL)
