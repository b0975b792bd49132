"""What must not go out where everybody on the way can read it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from rowcall.errors import UsageError
from rowcall.http.endpoint import Endpoint
from rowcall.http.redact import is_secret


def is_in_clear(base_url: str) -> bool:
    """Whether requests go to another machine without encryption."""
    parts = urlsplit(base_url)
    return parts.scheme.lower() == "http" and not is_loopback(parts.hostname or "")


def refuse_secrets(endpoint: Endpoint, base_url: str, *, has_key: bool) -> None:
    """Raises UsageError where a request that everybody can read carries a secret.

    `has_key` is whether that is the key of the endpoint; what its headers and parameters are is seen here.
    """
    secret = next((f"{name} of the settings" for name, value in (*endpoint.headers, *endpoint.query) if is_secret(name, value)), None)
    what = "The key" if has_key else secret
    if what is not None:
        raise UsageError(
            f"{what} of provider {endpoint.provider} would go to http://{urlsplit(base_url).netloc} unencrypted, where everybody on the "
            "way can read it; nothing was sent. "
            "Use https:// in base_url, or, in a network that you trust, set plain_http = true of the provider."
        )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name alone."""
    name = host.lower().rstrip(".")
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
