"""Where a request goes, and where an API says that the next one does.

Query parameters, Link headers, and URLs from a body. Nothing here leads to another place than the base URL's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

from rowcall.errors import ResponseError
from rowcall.http.endpoint import origin
from rowcall.manifest.model import Place
from rowcall.plan.nodes import Request

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^\s,;=]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]*))?)*)')
_LINK_PARAMETER = re.compile(r';\s*([^\s,;=]+)(?:\s*=\s*(?:"([^"]*)"|([^\s",;]*)))?')


def with_parameter(request: Request, name: str, value: str) -> Request:
    """`request` with one query parameter set; the others keep their place."""
    kept = [(key, value if key == name else old) for key, old in request.query]
    if all(key != name for key, _ in kept):
        kept.append((name, value))
    return replace(request, query=tuple(kept))


def with_value(request: Request, place: Place, name: str, value: str) -> Request:
    """`request` with one value set in its query, its headers or its body."""
    if place is Place.HEADER:
        kept = tuple(pair for pair in request.headers if pair[0].lower() != name.lower())
        return replace(request, headers=(*kept, (name, value)))
    if place is Place.BODY:
        return replace(request, body=_with_member(request.body, name.split("."), value))
    return with_parameter(request, name, value)


def _with_member(body: Any, path: Sequence[str], value: str) -> dict[str, Any]:
    own = body if isinstance(body, dict) else {}
    return {**own, path[0]: _with_member(own.get(path[0]), path[1:], value) if len(path) > 1 else value}


def urlencoded(pairs: Sequence[tuple[str, str]]) -> str:
    """Query parameters as they stand in a URL."""
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)


def _encoded(text: str) -> str:
    return text if _AS_IT_IS.fullmatch(text) else quote(text, safe=_SAFE)


_SAFE = ":,/@$[]"
_AS_IT_IS = re.compile(rf"[A-Za-z0-9_.~{re.escape(_SAFE)}-]*")
"""What `quote` leaves alone, which takes several times as long to find that out."""


def with_query(url: str, name: str, value: str) -> str:
    """`url` with one query parameter set, whatever it said of it before."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    return urlunsplit(parts._replace(query=urlencoded([*kept, (name, value)])))


def as_given(request: Request, base_url: str, name: str, value: str) -> Request:
    """`request` with one query parameter set to a value as it is, but for what cannot stand in a URL or would end it there."""
    kept = urlencoded([pair for pair in request.query if pair[0] != name])
    path = request.path if "://" in request.path else base_url + request.path
    value = quote(value, safe="!$'()*+,;:@/?=[]%")
    return follow(request, base_url, f"{path}?{kept}{'&' if kept else ''}{_encoded(name)}={value}")


def parameter(request: Request, name: str | None) -> str | None:
    """The value of a query parameter, None where it is absent."""
    return next((value for key, value in request.query if key == name), None)


def next_link(header: str | None) -> str | None:
    """The target of the link with rel=next in a Link header, None where there is none."""
    return _link(header, "next")


def last_link(header: str | None) -> str | None:
    """The target of the link with rel=last in a Link header, None where there is none."""
    return _link(header, "last")


def links_pages(header: str | None) -> bool:
    """Whether a Link header leads to another page."""
    return header is not None and any(_link(header, rel) is not None for rel in ("next", "prev", "last", "first"))


def in_url(target: str, name: str) -> str | None:
    """The value of a query parameter in a URL, which may be a relative one; None where it is absent."""
    return query_of(target).get(name)


def query_of(target: str) -> dict[str, str]:
    """The query parameters of a URL, which may be a relative one; of several values of a name, the first."""
    query = target.partition("?")[2].partition("#")[0]
    return dict(reversed(parse_qsl(query, keep_blank_values=True)))


def _link(header: str | None, rel: str) -> str | None:
    """The target of the first link of a relation.

    Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
    """
    for target, parameters in _LINK.findall(header or ""):
        for name, quoted, plain in _LINK_PARAMETER.findall(parameters):
            if name.lower() == "rel" and rel in (quoted or plain).lower().split():
                return str(target)
    return None


def at_url(sent: Request, base_url: str, target: str) -> Request | None:
    """`sent` with the URL that the API gave, word for word: its path (below the base URL, or absolute when it is not) holds the query too.

    `target` may be relative to what was sent. None where it leads to another scheme, host or port than the base URL.
    """
    here = sent.path if "://" in sent.path else base_url + sent.path
    try:
        url = urljoin(here, target.strip())
        if origin(url) != origin(base_url):
            return None
    except ValueError:
        return None
    # The place is written as in the base URL, so that no two parsers can read it as two places.
    url = urlunsplit(urlsplit(url)._replace(netloc=urlsplit(base_url).netloc, fragment=""))
    below = url.startswith(base_url + "/")
    return replace(sent, path=url.removeprefix(base_url) if below else url, query=())


def follow(sent: Request, base_url: str, target: str) -> Request:
    """The request for the next page at `target`. Raises ResponseError where that is another place than the base URL."""
    request = at_url(sent, base_url, target)
    if request is None:
        raise ResponseError(
            f"The next page is at another place ({target.strip()}), which rowcall does not follow.",
            hint="If that place is right, set base_url to it.",
        )
    return request
