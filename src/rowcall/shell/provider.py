"""`rowcall provider`: the manifests there are, what one offers, what is wrong with one, and those that the user adds and removes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rowcall.catalog.catalog import Catalog
from rowcall.errors import UsageError, nearest
from rowcall.front.report import counted
from rowcall.manifest.library import added, shipped
from rowcall.manifest.model import CHAIN_KINDS, AuthKind, AuthScheme, Lifecycle, Provider, Resource
from rowcall.manifest.read import Services, check
from rowcall.shell.exit import Exit


def run(options: argparse.Namespace) -> int:
    """The exit code, after the action was done."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "check": _checked,
        "add": _add,
        "remove": _remove,
        "import": _import,
        "new": _new,
    }
    if options.action in actions:
        return actions[options.action](options)
    catalog = Catalog.available()
    lines = _listed(catalog) if options.action == "list" else _shown(_named(catalog, options.name))
    for line in lines:
        print(line)
    return Exit.OK


def _checked(options: argparse.Namespace) -> int:
    return _check(options.path) or (_against(options) if options.against else Exit.OK)


def _import(options: argparse.Namespace) -> int:
    from rowcall.shell.scaffold import run_import

    return run_import(options)


def _new(options: argparse.Namespace) -> int:
    from rowcall.shell.scaffold import run_new

    return run_new(options)


def _add(options: argparse.Namespace) -> int:
    from rowcall.catalog.sources import add

    before = {*shipped(), *added()}
    for source in add(options.path.expanduser(), options.name):
        names = source.names
        print(f"{source.name}: {counted(len(names), 'service')}, {counted(sum(map(len, names.values())), 'resource')}")
        if source.name in before:
            was = "which comes with rowcall, with its settings and key" if source.name in shipped() else "as it was added before"
            print(f"It takes the place of {source.name}, {was}; --name gives it another name.", file=sys.stderr)
        for line in _warned(source.name, source.provider):
            print(line, file=sys.stderr)
        if source.environment:
            print(f"{' and '.join(source.environment)} may say where its servers are.", file=sys.stderr)
        if empty := [service for service, resources in names.items() if not resources]:
            print(f"No resource was found in {', '.join(empty)}: its document is missing, or describes none.", file=sys.stderr)
    return Exit.OK


def _warned(name: str, provider: Provider) -> Iterator[str]:
    """Which credentials statements use, and where they go: whoever adds what others wrote must know that."""
    services = provider.services
    keyed = [services.head(one) if isinstance(services, Services) else services[one] for one in provider.keyed]
    schemes = [*provider.auth.values(), *(scheme for service in keyed for scheme in service.auth.values())]
    where = f"{provider.base_url} and to other servers that it names, which EXPLAIN shows"
    if variables := _variables(provider, [scheme for scheme in schemes if scheme.token_url is None]):
        yield f"Statements on {name} send what is in {' and '.join(variables)} to {where}."
    for url in dict.fromkeys(scheme.token_url for scheme in schemes if scheme.token_url):
        of_url = [*dict.fromkeys(one for scheme in schemes if scheme.token_url == url for one in (*scheme.id_env, *scheme.env))]
        yield f"They send {' and '.join(of_url) or 'id and secret of a client'} to {url}, and the token that this gives to {where}."
    for kind in dict.fromkeys(scheme.kind for scheme in schemes if scheme.kind in CHAIN_KINDS):
        yield f"They use the credentials of {_CLOUDS[kind]} that are found on this machine, for {where}."


_CLOUDS = {AuthKind.GOOGLE: "Google", AuthKind.AZURE: "Microsoft Entra ID", AuthKind.AWS: "AWS"}


def _variables(provider: Provider, schemes: Sequence[AuthScheme]) -> list[str]:
    """The environment variables that credentials come from."""
    headers = (name for header in provider.optional_headers.values() for name in header.env)
    return list(dict.fromkeys((*(name for scheme in schemes for name in (*scheme.env, *scheme.password_env)), *headers)))


def _remove(options: argparse.Namespace) -> int:
    from rowcall.catalog.sources import remove

    remove(options.name)
    return Exit.OK


def _check(path: Path) -> int:
    faults = check(path)
    for fault in faults:
        print(fault, flush=True)
    print(f"{path}: {counted(len(faults), 'fault') if faults else 'no faults'}", file=sys.stderr)
    return Exit.FAILED if faults else Exit.OK


def _against(options: argparse.Namespace) -> int:
    """Prints where a manifest and a document do not agree, and on standard error how much of the document there is a method for."""
    from dataclasses import astuple, fields

    from rowcall.manifest.published import read_published
    from rowcall.manifest.read import load_provider
    from rowcall.openapi.against import Drift, compare
    from rowcall.openapi.document import Document
    from rowcall.shell.output import print_rows

    if not options.path.is_dir():
        raise UsageError(f"A whole manifest is compared: give the folder of the provider, not {options.path}.")
    document = Document(options.against)
    found = compare(load_provider(options.path), document, read_published(options.path))
    print_rows([field.name for field in fields(Drift)], [astuple(each) for each in found.drift], options.output)
    for fault in document.missing:
        print(fault, file=sys.stderr)
    parts = [f"{found.covered:,} of {counted(found.operations, 'operation')} covered"]
    parts += [f"{found.left_out:,} left out for a reason"] if found.left_out else []
    parts += [f"{counted(found.accepted, 'difference')} for a reason"] if found.accepted else []
    parts.append(f"{counted(len(found.drift), 'difference')} without one" if found.drift else "nothing else differs")
    print(f"{options.path} against {options.against}: {', '.join(parts)}", file=sys.stderr)
    return Exit.FAILED if found.drift else Exit.OK


def _named(catalog: Catalog, name: str) -> Provider:
    if found := catalog.providers.get(name.casefold()):
        return found
    close = nearest(name, catalog.providers, 1)
    hint = f"Did you mean {close[0]}?" if close else f"There is: {', '.join(catalog.providers)}."
    raise UsageError(f'No provider "{name}". {hint}')


def _listed(catalog: Catalog) -> Iterator[str]:
    places = added()
    for line in aligned([(name, provider.description) for name, provider in catalog.providers.items()]):
        yield f"{line} (added)" if line.split()[0] in places else line


def _shown(provider: Provider) -> Iterator[str]:
    yield f"{provider.provider}: {provider.description}"
    yield from aligned(list(_facts(provider)), indent=2)
    for service in provider.services.values():
        yield ""
        yield f"{provider.provider}.{service.service}: {service.description}"
        if service.lifecycle:
            yield f"  {_lifecycle(service.lifecycle)}"
        yield from aligned(list(_schemes(service.auth)), indent=2)
        yield from aligned(
            [(f"{provider.provider}.{service.service}.{name}", _methods(resource)) for name, resource in service.resources.items()],
            indent=2,
        )


def _facts(provider: Provider) -> Iterator[tuple[str, str]]:
    yield "documentation", provider.source
    yield "base URL", provider.base_url
    if provider.base_url_env:
        yield "", f"or the variable {' or '.join(provider.base_url_env)}"
    yield from _schemes(provider.auth)
    for name, header in provider.optional_headers.items():
        yield f"header {name}", header.description + (f" From {' or '.join(header.env)}." if header.env else "")


def _schemes(auth: Mapping[str, AuthScheme]) -> Iterator[tuple[str, str]]:
    for name, scheme in auth.items():
        taken = " and ".join(" or ".join(names) for names in (scheme.id_env, scheme.env) if names)
        yield f"auth {name}", scheme.kind + (f", from {taken}" if taken else "")


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
