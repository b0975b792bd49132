"""A manifest made of a document, as a person would begin one: what it shows is taken over, what it leaves open is marked and listed.

Each finding that is a choice has its reason as a comment. What cannot be in a manifest is left out, and stands with the reason in
`published.yaml`, so that the manifest agrees with its document from the first day.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rowcall.errors import UsageError, nearest
from rowcall.manifest.auth import is_token_url
from rowcall.manifest.model import AuthKind, AuthScheme, Provider, Resource, Service, Variable
from rowcall.manifest.published import Differs, LeftOut, Published
from rowcall.openapi import api
from rowcall.openapi.api import Operation
from rowcall.openapi.document import Document
from rowcall.openapi.draft import Draft, Open
from rowcall.openapi.layout import ResourcePlan, laid_out
from rowcall.openapi.names import free, identifier, sentence, snake
from rowcall.openapi.resources import resource_of
from rowcall.openapi.types import Schemas

_NOWHERE = "http://localhost"
_MOST_FIELDS = 40
"""Of a column: one of more is `json`, as nobody wants to read its type."""
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A manifest, with what is to be said about it."""

    provider: Provider
    published: Published
    comments: Mapping[str, Mapping[str, Sequence[str]]]
    open: tuple[Open, ...]
    operations: int
    """How many the document has that were asked for."""
    covered: int


def imported(document: Document, name: str, *, services: Sequence[str] = ()) -> Imported:
    """The manifest of a provider called `name`, of all services or of some.

    Raises UsageError for a document without operations, and for a service that it does not have.
    """
    operations = api.described(document)
    general = api.security(document)
    draft = Draft(document, Schemas(document, most_fields=_MOST_FIELDS), name)
    made: dict[str, dict[str, Resource]] = {}
    taken: dict[str, set[frozenset[str]]] = {}
    count = 0
    for plan in _asked_for(laid_out(operations), services, draft):
        count += len(plan.operations)
        resource = resource_of(draft, plan)
        if resource is not None:
            made.setdefault(plan.service, {})[plan.name] = resource
            taken.setdefault(plan.service, set()).update(_keys(each.operation, general) for each in plan.operations)
    if not made:
        raise UsageError(f"Nothing in {document.file} can be a table: {next(iter(draft.left_out), 'it has no operations')}")
    tags = {snake(str(tag.get("name")), "api"): tag for tag in document.root.get("tags") or () if isinstance(tag, dict)}
    read = {service: _service(service, resources, tags.get(service, {})) for service, resources in sorted(made.items())}
    provider = _provider(draft, operations, read, taken)
    return Imported(
        provider=provider,
        published=Published(
            document=api.documented_at(document),
            left_out=tuple(LeftOut(operations=tuple(lines), reason=reason) for reason, lines in draft.left_out.items()),
            differs=tuple(Differs(at=tuple(dict.fromkeys(at)), reason=reason) for reason, at in draft.differs.items()),
        ),
        comments=draft.comments,
        open=tuple(draft.open),
        operations=count,
        covered=sum(len(resource.methods) for resources in made.values() for resource in resources.values()),
    )


def _asked_for(plans: Sequence[ResourcePlan], services: Sequence[str], draft: Draft) -> list[ResourcePlan]:
    """The resources of the services that were asked for; the others are left out."""
    known = sorted({plan.service for plan in plans})
    for name in services:
        if name not in known:
            close = nearest(name, known, 1)
            hint = f"Did you mean {close[0]}?" if close else f"There is: {', '.join(known)}."
            raise UsageError(f'No service "{name}" comes of {draft.document.file}. {hint}')
    for plan in plans:
        for each in plan.operations if services and plan.service not in services else ():
            draft.leave_out(each.operation, "Not asked for when the document was imported.")
    return [plan for plan in plans if not services or plan.service in services]


def _service(name: str, resources: dict[str, Resource], tag: Mapping[str, Any]) -> Service:
    title = " ".join(name.split("_")).capitalize()
    said = sentence(str(tag.get("description") or ""), otherwise=f"{title}.")
    return Service(service=name, title=title, description=said, resources=resources)


def _keys(operation: Operation, general: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The schemes that an operation takes alone."""
    stated = operation.security if operation.security is not None else general
    return frozenset(name for each in stated for name in each if len(each) == 1)


def _provider(
    draft: Draft, operations: Sequence[Operation], services: dict[str, Service], taken: Mapping[str, set[frozenset[str]]]
) -> Provider:
    info = draft.document.root.get("info")
    info = info if isinstance(info, dict) else {}
    title = " ".join(str(info.get("title") or draft.name.capitalize()).split())
    base_url, variables = _server(draft)
    draft.comment("provider", "", f"Imported from {draft.document.file.name}: {title} {info.get('version') or ''}".rstrip() + ".")
    prefix = draft.name.upper()
    source = api.documented_at(draft.document)
    if not source.startswith(("http://", "https://")):
        draft.ask("provider", "source", "say where the API is documented.", info)
    auth = _auth(draft, operations)
    own = _apart(services, taken, auth)
    apart = {name for service in own.values() for name in service.auth}
    return Provider(
        manifest=1,
        provider=draft.name,
        title=title,
        description=sentence(str(info.get("description") or ""), str(info.get("summary") or ""), otherwise=f"{title}."),
        source=source,
        base_url=base_url,
        base_url_env=(f"{prefix}_BASE_URL",),
        variables=variables,
        auth={name: scheme for name, (_, scheme) in auth.items() if name not in apart},
        paging=draft.paging,
        services=services | own,
        keyed=tuple(name for name in services if name in own),
    )


def _server(draft: Draft) -> tuple[str, dict[str, Variable]]:
    """Where paths start, and what that leaves open."""
    servers = api.servers(draft.document)
    node = draft.document.root
    if not servers:
        draft.ask("provider", "base_url", "say where the API is: the document does not.", node)
        return _NOWHERE, {}
    first, *others = servers
    url = first.url
    if not url.startswith(("http://", "https://")):
        draft.ask("provider", "base_url", f"say on which host: the document says `{url or '/'}` alone.", node)
        url = f"{_NOWHERE}/{url.lstrip('/')}".rstrip("/")
    for other in others[:8]:
        draft.comment(
            "provider", "base_url", f"Or {other.url}" + (f": {sentence(other.description, otherwise='')}" if other.description else "")
        )
    url = url.partition("?")[0].partition("#")[0]
    renamed = {name: identifier(name) for name in _PLACEHOLDER.findall(url)}
    for name, ours in renamed.items():
        url = url.replace(f"{{{name}}}", f"{{{ours}}}")
    variables = {}
    for name, ours in dict.fromkeys(renamed.items()):
        said = first.variables.get(name, {})
        default = None if said.get("default") in {None, ""} else str(said["default"])
        variables[ours] = Variable(
            description=sentence(str(said.get("description") or ""), otherwise=f"The {ours} in the address."),
            default=default,
            env=(f"{draft.name}_{snake(ours)}".upper(),),
        )
        values = [str(value) for value in said.get("enum") or ()]
        if values:
            draft.comment("provider", f"variables.{ours}", f"One of {', '.join(values[:20])}.")
    return url, variables


def _apart(
    services: Mapping[str, Service], taken: Mapping[str, set[frozenset[str]]], auth: Mapping[str, tuple[str, AuthScheme]]
) -> dict[str, Service]:
    """The services that take a key of their own, which no other service takes."""
    named = {theirs: ours for ours, (theirs, _) in auth.items()}
    found = {}
    for service, keys in taken.items():
        alone = next(iter(keys)) if len(keys) == 1 else frozenset[str]()
        ours = [named[name] for name in alone if name in named]
        others = {name for other in taken.values() if other != keys for each in other for name in each}
        if len(ours) == 1 and ours[0] != next(iter(auth)) and not alone & others:
            found[service] = replace(services[service], auth={ours[0]: auth[ours[0]][1]})
    return found


def _auth(draft: Draft, operations: Iterable[Operation]) -> dict[str, tuple[str, AuthScheme]]:
    """The ways to authenticate, that of most operations first, each with its name in the document."""
    known = api.schemes(draft.document)
    general = api.security(draft.document)
    used: Counter[str] = Counter()
    for operation in operations:
        used.update(_keys(operation, general))
    found: dict[str, tuple[str, AuthScheme]] = {}
    for name in sorted(known, key=lambda each: -used[each]):
        ours = free(snake(name, "key").removesuffix("_auth"), found)
        env = (f"{draft.name}_{ours if found else 'API_KEY'}".upper(),)
        scheme = _scheme(draft, ours, known[name], env)
        if scheme is None:
            draft.ask(
                "provider", "auth", f"the scheme `{name}` ({known[name].get('type') or 'of no type'}) is not in this language.", known[name]
            )
        else:
            found[ours] = (name, scheme)
    if not found and known:
        draft.comment("provider", "", "It names no way to authenticate that is in this language.")
    if len(found) > 1:
        draft.comment("provider", "auth", "The first is used unless a setting says another one.")
    return found


def _scheme(draft: Draft, name: str, said: Mapping[str, Any], env: tuple[str, ...]) -> AuthScheme | None:
    kind, path = str(said.get("type") or "").lower(), f"auth.{name}"
    if kind == "http":
        if str(said.get("scheme") or "").lower() == "basic":
            return AuthScheme(kind=AuthKind.BASIC, env=env)
        return AuthScheme(kind=AuthKind.BEARER, env=env) if str(said.get("scheme") or "bearer").lower() == "bearer" else None
    if kind in {"oauth2", "openidconnect"}:
        return _of_tokens(draft, path, said, env)
    if kind != "apikey" or str(said.get("in")) not in {"header", "query"} or not isinstance(said.get("name"), str):
        return None
    if said["name"].lower() == "authorization":
        text = str(said.get("description") or "")
        if prefix := next((word for word in ("Bearer", "Token", "Basic") if re.search(rf"\b{word}\s", text)), ""):
            draft.comment("provider", path, "The prefix is from the scheme's description.")
            return AuthScheme(kind=AuthKind.HEADER, name="Authorization", prefix=f"{prefix} ", env=env)
        draft.ask("provider", path, "say with `prefix` what stands before the key, if anything does.", said)
    return AuthScheme(kind=AuthKind.HEADER if said["in"] == "header" else AuthKind.QUERY, name=said["name"], env=env)


def _of_tokens(draft: Draft, path: str, said: Mapping[str, Any], env: tuple[str, ...]) -> AuthScheme:
    """That of a document which says how tokens are got, where a client can get one by itself, or else of a token that is there."""
    flows, granted = _flows(said)
    url = str(granted.get("tokenUrl") or "")
    if is_token_url(url) and len(flows) == 1:
        draft.comment("provider", path, "OAuth: a token is got for a client, by its id and secret.")
        if granted.get("scopes"):
            draft.comment("provider", path, f"Where a token is to be for a part, `scopes` are {', '.join(list(granted['scopes'])[:20])}.")
        stem = env[0].removesuffix("_API_KEY")
        return AuthScheme(kind=AuthKind.OAUTH2, token_url=url, id_env=(f"{stem}_CLIENT_ID",), env=(f"{stem}_CLIENT_SECRET",))
    if is_token_url(url):
        draft.comment("provider", path, f"A client gets a token at {url}: then `kind` is `oauth2`, with that as `token_url`.")
    draft.comment("provider", path, "OAuth: the variable holds an access token, which is got elsewhere.")
    return AuthScheme(kind=AuthKind.BEARER, env=env)


def _flows(said: Mapping[str, Any]) -> tuple[set[str], Mapping[str, Any]]:
    """The ways in which a scheme gives tokens, and what it says of that for clients; Swagger 2 has one, with another name."""
    flows: Mapping[str, Any] = said["flows"] if isinstance(said.get("flows"), dict) else {str(said.get("flow")): said}
    granted = flows.get("clientCredentials", flows.get("application"))
    return {name for name, flow in flows.items() if isinstance(flow, dict)}, granted if isinstance(granted, dict) else {}
