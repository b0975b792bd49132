"""Servers of a document: where they are, and which parts of their names a statement or the environment gives."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rowcall.errors import UsageError
from rowcall.manifest.model import Method, Parameter, Place, Resource, Service
from rowcall.manifest.servers import in_server, with_default
from rowcall.openapi.api import Server, servers, servers_of
from rowcall.openapi.document import Document
from rowcall.openapi.kept import containers
from rowcall.stackql.config import prose, rows, table, text

_ENVIRONMENT = "x-stackQL-envVar"
_PATTERN = re.compile(r"\{([^{}:=]+):[^{}]*\}")
"""A variable with the form of what may stand there."""


def server_of(document: Document, *nodes: Mapping[str, Any]) -> Server | None:
    """The first server of the first node that says one, else of the document; None where that says none either."""
    own = (servers_of(node) for node in nodes)
    return next((each for stated in (*own, servers(document)) for each in stated), None)


def base_url(server: Server | None) -> str:
    """The URL of a server without what follows its path, its variables with the values that they have by default; "" for none."""
    url = re.sub(r"[?#].*", "", _PATTERN.sub(r"{\1}", server.url)).rstrip("/") if server is not None else ""
    for name, one in server.variables.items() if server is not None else ():
        if default := text(one.get("default")):
            url = url.replace(f"{{{name}}}", f"{{{name}={default}}}")
    return url if url.startswith(("http", "{")) else ""


def server_variables(server: Server | None) -> Iterator[tuple[str, Parameter]]:
    """The variables of a server's URL: those that have no value of their own are required."""
    for name in dict.fromkeys(re.findall(r"\{([^{}=]+)", base_url(server))):
        one = server.variables.get(name, {}) if server is not None else {}
        default = text(one.get("default"))
        yield (
            name,
            Parameter(
                place=Place.SERVER,
                description=_description(one),
                required=not default,
                default=default or None,
                enum=tuple(map(text, rows(one.get("enum")))),
            ),
        )


def _description(variable: Mapping[str, Any]) -> str:
    said, env = prose(variable.get("description")) or "A part of the name of the server.", text(variable.get(_ENVIRONMENT))
    return said if not env or env in said else f"{said} {env} of the environment holds it, too."


def environment(document: Document) -> dict[str, str]:
    """The environment variables that hold what a document leaves open in the URLs of its servers, by the names that it has there."""
    declared = (table(node.get("variables")) for node in containers(document.root) if isinstance(node, dict))
    return {name: env for each in declared for name, one in each.items() if (env := text(table(one).get(_ENVIRONMENT)))}


def shown_environment(content: bytes) -> list[str]:
    """The same variables of the environment, as the text of a document shows them."""
    return [name.decode() for name in re.findall(_ENVIRONMENT.encode() + rb"""['"]?:\s*['"]?(\w+)""", content)]


def settled(service: Service, variables: Mapping[str, str]) -> Service:
    """A service whose servers have the parts of their names that the environment holds; `variables` are as `environment` gives them.

    Raises UsageError for what can be no part of such a name.
    """
    values = {name: value for name, env in variables.items() if (value := os.environ.get(env))}
    if not values:
        return service
    for name, value in values.items():
        if in_server(f"https://{{{name}}}", name, value) is None:
            raise UsageError(f'The environment variable {variables[name]} is "{value}", which can be no part of the name of a server.')
    resources = {name: _resource(one, values) for name, one in service.resources.items()}
    return replace(service, base_url=_url(service.base_url, values), resources=resources)


def _resource(resource: Resource, values: Mapping[str, str]) -> Resource:
    return replace(resource, methods={name: _method(method, values) for name, method in resource.methods.items()})


def _method(method: Method, values: Mapping[str, str]) -> Method:
    parameters = {
        name: replace(one, required=False, default=values[one.name or name])
        if one.place is Place.SERVER and (one.name or name) in values
        else one
        for name, one in method.parameters.items()
    }
    return replace(method, base_url=_url(method.base_url, values), parameters=parameters)


def _url(url: str | None, values: Mapping[str, str]) -> str | None:
    for name, value in values.items() if url is not None else ():
        url = with_default(url or "", name, value)
    return url
