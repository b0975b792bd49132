"""Servers of a document: where they are, and which parts of their names a statement gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rowcall.manifest.model import Parameter, Place
from rowcall.stackql.config import prose, rows, table, text


def base_url(server: Mapping[str, Any]) -> str:
    """The URL of a server without what follows its path, its variables with the values that they have by default."""
    url = re.sub(r"[?#].*", "", text(server.get("url"))).rstrip("/")
    for name, one in table(server.get("variables")).items():
        if default := text(table(one).get("default")):
            url = url.replace(f"{{{name}}}", f"{{{name}={default}}}")
    return url


def server_variables(server: Mapping[str, Any]) -> Iterator[tuple[str, Parameter]]:
    """The variables of a server's URL: those that have no value of their own are required."""
    declared = table(server.get("variables"))
    for name in dict.fromkeys(re.findall(r"\{([^{}=]+)", base_url(server))):
        one = table(declared.get(name))
        default = text(one.get("default"))
        yield (
            name,
            Parameter(
                place=Place.SERVER,
                description=prose(one.get("description")) or "A part of the name of the server.",
                required=not default,
                default=default or None,
                enum=tuple(map(text, rows(one.get("enum")))),
            ),
        )
