"""Providers, services, resources and methods by the names that statements use.

Names compare without case, as SQL's do. A resource answers to its full name, to what `USE` leaves of it, and to any suffix that
no other resource shares. Nothing here knows SQL, nor what the local database holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from rowcall.errors import AmbiguousNameError, Span, UnknownNameError, UnsupportedSQLError
from rowcall.manifest.library import added, shipped
from rowcall.manifest.read import Providers

if TYPE_CHECKING:
    from rowcall.catalog.sources import Paths
    from rowcall.manifest.model import Method, Provider, RateLimit, Resource, Service, Verb

_FULL = 3
"""How many parts a full name has: provider, service, resource."""


@dataclass(frozen=True, slots=True, eq=False)
class ResourceRef:
    """A resource with what it belongs to. A catalog has one for each resource, so they compare by identity."""

    provider: Provider
    service: Service
    name: str
    resource: Resource

    @property
    def parts(self) -> tuple[str, str, str]:
        """Provider, service and resource name."""
        return self.provider.provider, self.service.service, self.name

    @property
    def full_name(self) -> str:
        """As `provider.service.resource`."""
        return ".".join(self.parts)

    def instead_of(self, verb: Verb) -> str:
        """What to say where no method answers to a verb: why those that would cannot be called, else what there is."""
        reasons = dict.fromkeys(f"{name}: {one.reason}" for name, one in self.resource.uncallable.items() if one.verb is verb)
        if reasons:
            return f"It would be answered by what cannot be called. {' '.join(reasons)}"
        has = ", ".join(f"{name} ({method.verb.value.upper()})" for name, method in self.resource.methods.items())
        return f"It has: {has}." if has else "It has no methods."

    @property
    def rate_limits(self) -> tuple[tuple[str, tuple[RateLimit, ...]], ...]:
        """What the API allows at its service and at itself, by their full names; nothing of what is limited by the provider alone."""
        own = (self.full_name.rpartition(".")[0], self.service.rate_limits), (self.full_name, self.resource.rate_limits)
        return tuple((name, limits) for name, limits in own if limits)


class Catalog:
    """What statements can name. Immutable: other providers make another catalog."""

    def __init__(self, providers: Mapping[str, Provider], reads: Mapping[str, Collection[str]] | None = None) -> None:
        """`reads` has, by provider, methods that a SELECT calls because somebody knows that they change nothing, as `docks.ships.find`."""
        self.providers: Mapping[str, Provider] = providers if isinstance(providers, Providers) else dict(sorted(providers.items()))
        self._reads = reads or {}
        self._made: dict[tuple[str, str, str], ResourceRef] = {}

    @cached_property
    def _keys(self) -> dict[tuple[str, str, str], None]:
        """The full names, in parts, by provider and service name and then in the order of the manifest."""
        return {
            (name, service, resource): None
            for name in self.providers
            for service, resources in sorted(self._resources(name).items())
            for resource in resources
        }

    def _resources(self, name: str) -> Mapping[str, Iterable[str]]:
        """The names of a provider's resources by that of their service, without its records where they are to be had so."""
        if isinstance(self.providers, Providers):
            return self.providers.resources(name)
        return {service: read.resources for service, read in self.providers[name].services.items()}

    def _ref(self, key: tuple[str, str, str]) -> ResourceRef:
        """The one resource of this name, which there is."""
        if key not in self._made:
            name, service_name, resource_name = key
            provider = self.providers[name]
            service = provider.services[service_name]
            resource = _reading(service.resources[resource_name], f"{service_name}.{resource_name}", self._reads.get(name, ()))
            self._made.setdefault(key, ResourceRef(provider, service, resource_name, resource))
        return self._made[key]

    def reading(self, reads: Mapping[str, Collection[str]]) -> Catalog:
        """The same with methods that are known to change nothing."""
        return Catalog(self.providers, reads) if reads else self

    @classmethod
    def shipped(cls) -> Catalog:
        """The catalog of the manifests that come with rowcall. Raises ManifestError where one of them is wrong."""
        return cls(Providers(shipped()))

    @classmethod
    def available(cls, paths: Paths = ()) -> Catalog:
        """The same with the manifests that the user has added, and those at `paths`. Raises as `sources.available` does."""
        from rowcall.catalog.sources import available

        return cls(available(paths)) if paths or added() else cls.shipped()

    def resources(self) -> Iterator[ResourceRef]:
        """Every resource, by provider and service name and then in the order of the manifest."""
        return map(self._ref, self._keys)

    def names(self) -> Iterable[tuple[str, str, str]]:
        """The names of every resource, in the same order, with those of its provider and service: no record need be read for them."""
        return self._keys.keys()

    def find(self, parts: Sequence[str], use: Sequence[str] = ()) -> ResourceRef | None:
        """The resource that `parts` name, or None. `use` is what the session's USE set: a provider, or provider and service.

        A full name wins over one that `use` completes, and that over a suffix; of several that share a suffix, the one below
        `use` wins. Raises AmbiguousNameError where a suffix leaves several.
        """
        folded = _fold(parts)
        if not 0 < len(folded) <= _FULL:
            return None
        prefix = _fold(use)[: _FULL - len(folded)]
        whole = (*prefix, *folded)
        return self._ref(whole) if whole in self._keys else self._by_suffix(folded, _fold(use))

    def resolve(self, parts: Sequence[str], use: Sequence[str] = (), *, span: Span | None = None) -> ResourceRef:
        """The resource that `parts` name, as `find` does.

        Raises UnknownNameError with the names nearest to the first part that is wrong.
        """
        found = self.find(parts, use)
        if found is None:
            raise self._unknown(_fold(parts), span)
        return found

    def provider(self, name: str, *, span: Span | None = None) -> Provider:
        """The provider called `name`. Raises UnknownNameError."""
        found = self.providers.get(name.casefold())
        if found is None:
            raise UnknownNameError("provider", name, self.providers, span=span)
        return found

    def service(self, provider: str, name: str, *, span: Span | None = None) -> Service:
        """The service called `name` of a provider. Raises UnknownNameError."""
        services = self.provider(provider, span=span).services
        found = services.get(name.casefold())
        if found is None:
            raise UnknownNameError("service", name, services, where=provider, span=span)
        return found

    def method(self, ref: ResourceRef, name: str, *, span: Span | None = None) -> tuple[str, Method]:
        """A method of a resource with its own name, though `name` may be an alias.

        Raises UnknownNameError, and UnsupportedSQLError for one that cannot be called.
        """
        if (uncallable := ref.resource.uncallable.get(name.casefold())) is not None:
            raise UnsupportedSQLError(f"{ref.full_name}.{name} cannot be called: {uncallable.reason}", sql="", span=span)
        names = {name.casefold(): name for name in ref.resource.methods}
        names |= {alias: own for own, method in ref.resource.methods.items() for alias in method.aliases}
        found = names.get(name.casefold())
        if found is None:
            raise UnknownNameError("method", name, names, where=ref.full_name, span=span)
        return found, ref.resource.methods[found]

    def methods_of(self, ref: ResourceRef, verb: Verb) -> tuple[tuple[str, Method], ...]:
        """The methods that answer to a verb, with their names, in the order of the manifest."""
        return tuple((name, method) for name, method in ref.resource.methods.items() if method.verb is verb)

    def select_methods(self, ref: ResourceRef) -> tuple[tuple[str, Method], ...]:
        """The methods that answer to SELECT."""
        from rowcall.manifest.model import Verb

        return self.methods_of(ref, Verb.SELECT)

    def words(self) -> frozenset[str]:
        """Every provider, service and resource name: a statement with none of these words names no resource."""
        return self._words

    def valid_use(self, parts: Sequence[str]) -> tuple[str, ...] | None:
        """What `USE parts` sets: a provider, or provider and service, as they are spelt; None where these are neither."""
        folded = _fold(parts)
        known = {key[: len(folded)] for key in self._keys} if 0 < len(folded) < _FULL else set()
        return folded if folded in known else None

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(part for key in self._keys for part in key) | frozenset(self.providers)

    def _by_suffix(self, folded: tuple[str, ...], use: tuple[str, ...]) -> ResourceRef | None:
        matches = [key for key in self._keys if key[-len(folded) :] == folded]
        below = [key for key in matches if use and key[: len(use)] == use]
        candidates = below if len(below) == 1 else matches
        if len(candidates) > 1:
            raise AmbiguousNameError(".".join(folded), [".".join(key) for key in candidates])
        return self._ref(candidates[0]) if candidates else None

    def about_folder(self, name: str) -> str:
        """What lists the services of a provider or the resources of a service; nothing where it is the name of neither."""
        known = tuple(name.casefold().split("."))
        if not any(each[: len(known)] == known and len(known) < _FULL for each in self._keys):
            return ""
        return f"SHOW SERVICES IN {name} lists what is in it." if len(known) == 1 else f"SHOW RESOURCES IN {name} lists the tables in it."

    def _unknown(self, folded: tuple[str, ...], span: Span | None) -> UnknownNameError:
        """Blames the first part that is wrong, as the last part is the resource, the one before it the service."""
        name = folded[-1] if folded else ""
        if within := self.about_folder(".".join(folded)):
            error = UnknownNameError("resource", ".".join(folded), span=span)
            error.hint = within
            return error
        if len(folded) > _FULL:
            return UnknownNameError("resource", ".".join(folded), map(".".join, self._keys), span=span)
        keys = list(self._keys)
        for index, part in enumerate(folded):
            level = _FULL - len(folded) + index
            known = {key[level] for key in keys}
            if part not in known:
                kind = ("provider", "service", "resource")[level]
                return UnknownNameError(kind, part, known, where=".".join(folded[:index]), span=span)
            keys = [key for key in keys if key[level] == part]
        return UnknownNameError("resource", name, {key[-1] for key in self._keys}, span=span)


def _reading(resource: Resource, name: str, reads: Collection[str]) -> Resource:
    """A resource with those of its methods for SELECT that are known to change nothing."""
    known = {own: one.select for own, one in resource.uncallable.items() if one.select is not None and f"{name}.{own}" in reads}
    left = {own: one for own, one in resource.uncallable.items() if own not in known}
    return replace(resource, methods={**resource.methods, **known}, uncallable=left) if known else resource


def _fold(parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.casefold() for part in parts)
