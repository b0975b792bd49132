"""One answer from an address, for somebody who begins a manifest: no credential goes out, and nothing is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from rowcall.errors import UsageError

_MOST_BYTES = 50_000_000
_PATIENCE_S = 30.0


def sample(url: str) -> tuple[bytes, Mapping[str, str]]:
    """The body and the headers of a GET. Raises UsageError with what to do where there is no answer, or another than 200."""
    import httpx

    from rowcall.http.outage import outage

    shown = urlsplit(url)._replace(query="", fragment="").geturl()
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname or "@" in urlsplit(url).netloc:
        raise UsageError(f"{shown} is no address that can be asked: it begins with https://, and holds no credential.")
    try:
        with httpx.Client(timeout=_PATIENCE_S) as client, client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise UsageError(f"{shown} answers with more than {_MOST_BYTES:,} bytes; ask for fewer rows.")
    except httpx.TransportError as error:
        raise UsageError(f"{shown} could not be asked: {outage(error, url, None).sentence}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UsageError(f"{shown} could not be asked: {error}.") from error
    if answer.status_code != 200:
        hint = "It wants a key: save an answer to a file, as with curl, and give that." if answer.status_code in {401, 403} else ""
        raise UsageError(f"{shown} answers {answer.status_code} {answer.reason_phrase}. {hint}".rstrip())
    return bytes(body), answer.headers
