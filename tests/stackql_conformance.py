"""How much of a folder of StackQL's documents works here: which providers and methods load, which are planned, and which requests are made.

`python -m tests.stackql_conformance FOLDER` prints a line for each provider, and the reasons for what does not work, the most frequent
first; `--all` names each method. A method is planned when a statement that gives all it needs is one call of it, as far as a statement can
tell; its request is made of values of the types that are declared. Exits with 1 where less than 99 % load or 95 % render.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rowcall.catalog.catalog import Catalog, ResourceRef
from rowcall.catalog.sources import available
from rowcall.errors import ManifestError, RowcallError
from rowcall.http.client import Client
from rowcall.http.endpoint import Endpoint
from rowcall.manifest.model import Attribute, ListOf, Method, Object, Parameter, Scalar, Type, Verb
from rowcall.manifest.types import quoted
from rowcall.plan.analysis import analyse
from rowcall.plan.planner import Planner
from rowcall.plan.writes import call
from rowcall.sql.bind import Names
from rowcall.sql.tokens import tokenize
from rowcall.stackql.folders import PROVIDER_FILES, provider_folders

LOAD, RENDER = 0.99, 0.95
"""What share of all methods has to load, and to render a request."""


@dataclass
class Score:
    """What became of the methods of a provider."""

    services: int = 0
    resources: int = 0
    methods: int = 0
    loaded: int = 0
    planned: int = 0
    rendered: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    def fault(self, name: str, reason: str) -> None:
        """Notes why something does not work."""
        self.reasons[reason] += 1
        self.said.append(f"{name}: {reason}")


def folders(root: Path) -> Iterator[Path]:
    """The provider folders below a folder."""
    try:
        yield from provider_folders(root)
    except RowcallError:
        for name in PROVIDER_FILES:
            yield from (file.parent for file in sorted(root.rglob(name)))


def score(folder: Path) -> Score:
    """What becomes of the methods of one provider."""
    found = Score()
    catalog = Catalog(available({"p": folder}))
    provider = catalog.providers["p"]
    for service in provider.services:
        found.services += 1
        try:
            provider.services[service]
        except (RowcallError, ManifestError) as error:
            found.fault(f"p.{service}", str(error))
    for ref in catalog.resources() if not found.reasons else ():
        if ref.provider.provider == "p":
            _resource(catalog, ref, found)
    return found


def _resource(catalog: Catalog, ref: ResourceRef, found: Score) -> None:
    found.resources += 1
    for name, uncallable in ref.resource.uncallable.items():
        found.methods += 1
        found.fault(f"{ref.full_name}.{name}", uncallable.reason)
    for name, method in ref.resource.methods.items():
        found.methods += 1
        found.loaded += 1
        try:
            found.planned += _is_planned(catalog, ref, name, method)
            _render(ref, name, method)
            found.rendered += 1
        except (RowcallError, RecursionError) as error:
            found.fault(f"{ref.full_name}.{name}", str(error).splitlines()[0])


def _is_planned(catalog: Catalog, ref: ResourceRef, name: str, method: Method) -> bool:
    """Whether a statement can reach a method; raises what planning raises."""
    if method.verb is not Verb.SELECT:
        return catalog.method(ref, name)[1] is method
    conditions = " AND ".join(f"{quoted(key)} = {_literal(method.parameters[key])}" for key in method.required())
    # Under another name, for the resource's may be that of a parameter.
    text = f"SELECT * FROM {'.'.join(map(quoted, ref.parts))} AS here" + (f" WHERE {conditions}" if conditions else "")
    names = Names(catalog, (), lambda _: False)
    analysis = analyse(text, tokenize(text), names, lambda _: {})
    (scan,) = Planner(analysis, _evaluate).next()
    return bool(scan.calls)


def _evaluate(sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    import duckdb

    relation = duckdb.sql(sql)
    return [str(each) for each in relation.types], relation.fetchall()


def _render(ref: ResourceRef, name: str, method: Method) -> None:
    values: dict[str, Any] = {key: _value(method.parameters[key].type) for key in method.required() if key in method.parameters}
    values |= {f"data__{key}": _attribute(one) for key, one in method.body.items()}
    client = Client(Endpoint(provider="p", title="P", base_url=_concrete(ref.provider.base_url), auth=None, key=None, key_names=()))
    request = call(ref, name, method, values).request
    client.url(request)
    client.close()


def _concrete(url: str) -> str:
    return url if "{" not in url else "https://conformance.example"


def _literal(parameter: Parameter) -> str:
    value = _value(parameter.type)
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


def _value(type_: Type) -> Any:
    """A value of a type."""
    if isinstance(type_, ListOf):
        return [_value(type_.item)]
    if isinstance(type_, Object):
        return {name: _value(inner) for name, inner in type_.fields}
    values: Mapping[Scalar, Any] = {Scalar.INTEGER: 1, Scalar.NUMBER: 1.5, Scalar.BOOLEAN: True, Scalar.MAP: {"a": "b"}}
    return values.get(type_, "x")


def _attribute(attribute: Attribute) -> Any:
    return _value(attribute.type)


def main() -> int:
    """The exit code, after the figures were printed."""
    parser = argparse.ArgumentParser(description="Say how much of a folder of StackQL's documents works.")
    parser.add_argument("folder", type=Path, help="a provider, a root of providers, or any folder with some below it")
    parser.add_argument("--all", action="store_true", help="name each method that does not work")
    options = parser.parse_args()
    total = Score()
    print(f"{'provider':<40} {'services':>8} {'resources':>9} {'methods':>8} {'load':>7} {'plan':>7} {'render':>7} {'seconds':>8}")
    for folder in folders(options.folder):
        started = time.monotonic()
        found = score(folder)
        _print(
            str(folder.relative_to(options.folder.resolve()) if folder.is_relative_to(options.folder.resolve()) else folder),
            found,
            time.monotonic() - started,
        )
        for name in ("services", "resources", "methods", "loaded", "planned", "rendered"):
            setattr(total, name, getattr(total, name) + getattr(found, name))
        total.reasons += found.reasons
        total.said += found.said
    _print("all", total, 0)
    for reason, count in total.reasons.most_common():
        print(f"{count:>6}  {reason}")
    for line in total.said if options.all else ():
        print(line)
    return 0 if total.loaded >= LOAD * total.methods and total.rendered >= RENDER * total.methods and total.methods else 1


def _print(name: str, found: Score, seconds: float) -> None:
    shares = [f"{100 * part / (found.methods or 1):.1f} %" for part in (found.loaded, found.planned, found.rendered)]
    print(
        f"{name[-40:]:<40} {found.services:>8} {found.resources:>9} {found.methods:>8} "
        + " ".join(f"{share:>7}" for share in shares)
        + f" {seconds:>8.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
