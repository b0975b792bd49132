"""Base URLs that leave something open, as `https://{region=eu}.example/{edition}`, and what may stand there."""

from __future__ import annotations

import re
from collections.abc import Mapping

_VALUE = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
"""What can be a part of the name of a host, or of a path: nothing else may say where a key is sent."""
_PORT = r"(:[0-9]{1,5})?"


def in_server(url: str, name: str, value: str) -> str | None:
    """A base URL with a variable of it filled; None where the value can be no part of it. At the end of a host it may have a port."""
    place = rf"\{{{re.escape(name)}(=[^{{}}]*)?\}}"
    ends = re.match(rf"https?://[^/]*{place}(/|$)", url) is not None
    if re.fullmatch(_VALUE + (_PORT if ends else ""), value) is None:
        return None
    return re.sub(place, lambda _: value, url)


def with_default(url: str, name: str, value: str) -> str:
    """A base URL of which a variable has another value where nobody says one."""
    return re.sub(rf"\{{{re.escape(name)}(=[^{{}}]*)?\}}", lambda _: f"{{{name}={value}}}", url)


def filled(url: str, variables: Mapping[str, str]) -> str:
    """A base URL with its {variables} filled, as far as they are known; `{region=eu}` is `eu` where nobody says another one."""
    return _VARIABLE.sub(lambda found: variables.get(found[1]) or found[2] or found[0], url)


def defaults(url: str) -> dict[str, str]:
    """The values that a base URL with {variables=values} has of itself."""
    return {found[1]: found[2] for found in _VARIABLE.finditer(url) if found[2]}


_VARIABLE = re.compile(r"\{([^{}=]+)(?:=([^{}]*))?\}")
