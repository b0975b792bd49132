"""`rowcall provider`: the manifests there are, what one offers, and what is wrong with one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rowcall.catalog.catalog import Catalog
from rowcall.errors import UsageError, nearest
from rowcall.front.report import counted
from rowcall.manifest.model import Lifecycle, Provider, Resource
from rowcall.manifest.read import check
from rowcall.shell.exit import Exit


def run(options: argparse.Namespace) -> int:
    """The exit code, after the action was done."""
    if options.action == "check":
        return _check(options.path)
    catalog = Catalog.shipped()
    lines = _listed(catalog) if options.action == "list" else _shown(_named(catalog, options.name))
    for line in lines:
        print(line)
    return Exit.OK


def _check(path: Path) -> int:
    faults = check(path)
    for fault in faults:
        print(fault)
    print(f"{path}: {counted(len(faults), 'fault') if faults else 'no faults'}", file=sys.stderr)
    return Exit.FAILED if faults else Exit.OK


def _named(catalog: Catalog, name: str) -> Provider:
    if found := catalog.providers.get(name.casefold()):
        return found
    close = nearest(name, catalog.providers, 1)
    hint = f"Did you mean {close[0]}?" if close else f"There is: {', '.join(catalog.providers)}."
    raise UsageError(f'No provider "{name}". {hint}')


def _listed(catalog: Catalog) -> Iterator[str]:
    yield from aligned([(name, provider.description) for name, provider in catalog.providers.items()])


def _shown(provider: Provider) -> Iterator[str]:
    yield f"{provider.provider}: {provider.description}"
    yield from aligned(list(_facts(provider)), indent=2)
    for service in provider.services.values():
        yield ""
        yield f"{provider.provider}.{service.service}: {service.description}"
        if service.lifecycle:
            yield f"  {_lifecycle(service.lifecycle)}"
        yield from aligned(
            [(f"{provider.provider}.{service.service}.{name}", _methods(resource)) for name, resource in service.resources.items()],
            indent=2,
        )


def _facts(provider: Provider) -> Iterator[tuple[str, str]]:
    yield "documentation", provider.source
    yield "base URL", provider.base_url
    if provider.base_url_env:
        yield "", f"or the variable {' or '.join(provider.base_url_env)}"
    for name, scheme in provider.auth.items():
        yield f"auth {name}", scheme.kind + (f", from {' or '.join(scheme.env)}" if scheme.env else "")
    for name, header in provider.optional_headers.items():
        yield f"header {name}", header.description + (f" From {' or '.join(header.env)}." if header.env else "")


def _methods(resource: Resource) -> str:
    return ", ".join(f"{name} ({method.verb})" for name, method in resource.methods.items())


def _lifecycle(lifecycle: Lifecycle) -> str:
    parts = ["deprecated"] if lifecycle.deprecated else []
    parts += [f"shut down on {lifecycle.sunset}"] if lifecycle.sunset else []
    parts += [f"replaced by {' and '.join(lifecycle.replaced_by)}"] if lifecycle.replaced_by else []
    return ", ".join(parts) + "."


def aligned(pairs: Sequence[tuple[str, str]], indent: int = 0) -> Iterator[str]:
    """The pairs as two columns."""
    width = max((len(left) for left, _ in pairs), default=0)
    for left, right in pairs:
        yield f"{' ' * indent}{left:<{width}}  {right}"
