"""What there is of APIs in Harlequin's data catalogue: providers, their services, resources, and of each its columns and methods.

An item lists what is below it when it is opened. What every call needs is marked with `*` behind its type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from harlequin.catalog import CatalogItem, InteractiveCatalogItem
from harlequin_duckdb.interactions import execute_use_statement

from rowcall.catalog.describe import insert_template
from rowcall.catalog.template import placeholder
from rowcall.manifest.model import Verb
from rowcall.manifest.types import duckdb_type, identifier

if TYPE_CHECKING:
    from harlequin.catalog import Interaction
    from harlequin.driver import HarlequinDriver

    from rowcall.catalog.catalog import Catalog, ResourceRef
    from rowcall.harlequin.adapter import RowcallConnection
    from rowcall.manifest.model import Attribute, Method, Parameter, Service, Type


def api_items(catalog: Catalog, connection: RowcallConnection) -> list[CatalogItem]:
    """The providers; no manifest is read for it."""
    return [_group(name, "api", "provider", partial(_services, catalog, name, connection), connection) for name in catalog.providers]


# --- the context menus: they write statements, and run none


def _write(text: str, driver: HarlequinDriver) -> None:
    driver.insert_text_in_new_buffer(text)


def _insert_columns(item: ResourceItem, driver: HarlequinDriver) -> None:
    driver.insert_text_at_selection(",\n".join(identifier(name) for name in item.ref.resource.columns))


def _preview(item: ResourceItem, driver: HarlequinDriver) -> None:
    """A SELECT of some rows, with a value to fill in for each parameter that the least demanding method needs."""
    methods = _selects(item.ref)
    method = min(methods, key=lambda method: len(method.required()), default=None)
    needed = [f"{identifier(name)} = {placeholder(method.parameters[name])}" for name in method.required()] if method else []
    where = f"\nWHERE {' AND '.join(needed)}" if needed else ""
    _write(f"SELECT *\nFROM {item.ref.full_name}{where}\nLIMIT 100", driver)


def _describe(item: ResourceItem, driver: HarlequinDriver) -> None:
    _write(f"DESCRIBE EXTENDED {item.ref.full_name}", driver)


def _show_methods(item: ResourceItem, driver: HarlequinDriver) -> None:
    _write(f"SHOW METHODS IN {item.ref.full_name}", driver)


def _insert(item: ResourceItem, driver: HarlequinDriver) -> None:
    _write(insert_template(item.ref), driver)


def _execute(item: MethodItem, driver: HarlequinDriver) -> None:
    needed = [f"@{name} = {placeholder(value)}" for name, value, required in _inputs(item.method) if required]
    _write(f"EXEC {item.qualified_identifier} {', '.join(needed)}".rstrip(), driver)


# --- the items


@dataclass(kw_only=True)
class ApiItem(InteractiveCatalogItem):
    """A provider or a service."""

    INTERACTIONS: ClassVar[Sequence[tuple[str, Interaction]] | None] = [("Switch Editor Context (Use)", execute_use_statement)]

    load: Callable[[], list[CatalogItem]]

    def fetch_children(self) -> list[CatalogItem]:
        """What is below it."""
        return self.load()


@dataclass(kw_only=True)
class ResourceItem(InteractiveCatalogItem):
    """A resource."""

    INTERACTIONS: ClassVar[Sequence[tuple[str, Interaction]] | None] = [
        ("Insert Columns at Cursor", _insert_columns),
        ("Preview Data", _preview),
        ("Describe", _describe),
        ("Show Methods", _show_methods),
        ("Show INSERT", _insert),
    ]

    ref: ResourceRef

    def fetch_children(self) -> list[CatalogItem]:
        """Its columns, what else its rows are found by, and its methods."""
        return list(_members(self))


@dataclass(kw_only=True)
class MethodItem(InteractiveCatalogItem):
    """A method, and below it what it takes."""

    INTERACTIONS: ClassVar[Sequence[tuple[str, Interaction]] | None] = [("Show EXEC", _execute)]

    method: Method

    def fetch_children(self) -> list[CatalogItem]:
        """Its parameters and attributes."""
        return [
            _leaf(self, name, self.connection.short_type(item.type, required=required), item.type, query_name=f"@{name}")
            for name, item, required in _inputs(self.method)
        ]


def _services(catalog: Catalog, provider: str, connection: RowcallConnection) -> list[CatalogItem]:
    services = catalog.provider(provider).services
    return [
        _group(f"{provider}.{name}", "svc", "service", partial(_resources, catalog, provider, service, connection), connection)
        for name, service in services.items()
    ]


def _resources(catalog: Catalog, provider: str, service: Service, connection: RowcallConnection) -> list[CatalogItem]:
    refs = [catalog.resolve((provider, service.service, name)) for name in service.resources]
    return [
        ResourceItem(
            qualified_identifier=ref.full_name,
            query_name=ref.full_name,
            label=ref.name,
            type_label="res",
            type_name="resource",
            connection=connection,
            ref=ref,
        )
        for ref in refs
    ]


def _members(resource: ResourceItem) -> Iterator[CatalogItem]:
    ref, short_type = resource.ref, resource.connection.short_type
    selects = _selects(ref)
    required = set.intersection(*[set(method.required()) for method in selects]) if selects else set()
    types: dict[str, Type] = {name: column.type for name, column in ref.resource.columns.items()}
    for name, type_ in types.items():
        yield _leaf(resource, name, short_type(type_, required=name in required), type_)
    for name, parameter in _parameters(selects):
        if name not in types:
            types[name] = parameter.type
            yield _leaf(resource, name, "@" + short_type(parameter.type, required=name in required), parameter.type)
    for name, method in ref.resource.methods.items():
        full_name = f"{ref.full_name}.{name}"
        yield MethodItem(
            qualified_identifier=full_name,
            query_name=full_name,
            label=name,
            type_label=method.verb.value[:3],
            type_name=f"{method.verb.value} method",
            connection=resource.connection,
            method=method,
        )


def _selects(ref: ResourceRef) -> list[Method]:
    return [method for method in ref.resource.methods.values() if method.verb is Verb.SELECT]


def _parameters(methods: Sequence[Method]) -> Iterator[tuple[str, Parameter]]:
    """What may stand in a WHERE; how pages are asked for is not the user's business."""
    for method in methods:
        yield from ((name, parameter) for name, parameter in method.parameters.items() if parameter.role is None)


def _inputs(method: Method) -> list[tuple[str, Parameter | Attribute, bool]]:
    """Name, parameter or attribute, and whether each call needs it."""
    required = method.required()
    names = [*required, *method.optional()]
    taken: dict[str, Parameter | Attribute] = {**method.parameters, **{f"data__{name}": item for name, item in method.body.items()}}
    return [(name.removeprefix("data__"), taken[name], name in required) for name in names]


def _group(
    full_name: str, type_label: str, type_name: str, load: Callable[[], list[CatalogItem]], connection: RowcallConnection
) -> ApiItem:
    return ApiItem(
        qualified_identifier=full_name,
        query_name=full_name,
        label=full_name.rpartition(".")[2],
        type_label=type_label,
        type_name=type_name,
        connection=connection,
        load=load,
    )


def _leaf(parent: Any, name: str, type_label: str, type_: Type, *, query_name: str = "") -> CatalogItem:
    return CatalogItem(
        qualified_identifier=f"{parent.qualified_identifier}.{name}",
        query_name=query_name or identifier(name),
        label=name,
        type_label=type_label,
        type_name=duckdb_type(type_),
    )
