"""Where requests go: a provider instance with its settings resolved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from rowcall.errors import UsageError

if TYPE_CHECKING:
    from rowcall.http.control import Control
    from rowcall.manifest.model import AuthScheme, RateLimit

CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TOTAL_TIMEOUT_S = 10.0, 60.0, 600.0
"""The timeouts where nobody says others."""
MAX_RESPONSE_BYTES = 1 << 30
"""The limit of one answer where nobody says another."""
MAX_UPLOAD_BYTES = 1 << 29
"""The limit of the files of one statement where nobody says another."""
TRANSPORTS = ("httpx", "curl")
"""What may carry requests; the first where nobody says another."""
_PORTS = {"http": 80, "https": 443}


class LateKey:
    """A key that nobody knows until a request needs it, and that is got once; any number of threads may ask for it."""

    def __init__(self, get: Callable[[Callable[[], None]], str]) -> None:
        """`get` gives the key, or raises UsageError; what it is given it calls now and then, and that raises when nobody waits any more."""
        self._get = get
        self._lock = threading.Lock()
        self._failure: tuple[object, str] | None = None
        """What went wrong the last time, and in which statement."""
        self.value: str | None = None
        """None until it was got."""

    def get(self, control: Control) -> str:
        """The key, which is got now where it was not before. Raises UsageError, once and for all in a statement, and as `control.check`."""
        statement = control.exchanges
        with self._lock:
            if self.value is None:
                if self._failure is not None and self._failure[0] is statement:
                    raise UsageError(self._failure[1])
                control.check()
                try:
                    self.value = self._get(control.check)
                except UsageError as error:
                    self._failure = statement, str(error)
                    raise
            return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A provider instance; the session has resolved its settings already."""

    provider: str
    name: str = ""
    """What users write before a setting: the provider, or `provider.service` for a service with a key of its own."""
    title: str
    base_url: str
    """Variables filled; a slash at its end and a query string of its own are understood."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What the base URLs of services and methods leave open, by name."""
    is_moved: bool = False
    """Whether `base_url` is what a setting says, and holds for services and methods too that have one of their own."""
    is_open: bool = False
    """Whether `base_url` has variables that nothing fills: each service or method says where it is, and what to fill there."""
    auth: AuthScheme | None
    key: str | None = field(repr=False)
    key_names: tuple[str, ...]
    """Environment variables that could hold the key."""
    key_id: str | None = None
    """What goes with the key and is no secret: the id of a client, or of an access key."""
    id_names: tuple[str, ...] = ()
    """Environment variables that could hold that."""
    key_source: str = ""
    """Where the key comes from, in words; "" where nobody said."""
    late_key: LateKey | None = field(default=None, repr=False, compare=False)
    """What gets the key, where it is not known."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The user's extra and optional headers; they override the manifest's, whatever their case."""
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The user's extra query parameters, for requests that do not have them already."""
    max_in_flight: int = 16
    rate_limits: tuple[RateLimit, ...] = ()
    """What the API allows to the key."""
    rate_limits_file: str | None = None
    """Where all processes that name it keep the limits together; None for this process by itself."""
    rate_limits_redis: str | None = field(default=None, repr=False)
    """The URL of a server by which all machines that name it keep the limits together, with its password; None for none."""
    connect_timeout_s: float = CONNECT_TIMEOUT_S
    read_timeout_s: float = READ_TIMEOUT_S
    """How long an API may be silent, before an answer and within it."""
    total_timeout_s: float | None = TOTAL_TIMEOUT_S
    """How long one exchange may take, from connecting to the last byte of the answer; None for any time."""
    max_response_bytes: int = MAX_RESPONSE_BYTES
    """How much of one body is read, decompressed: an answer that goes on beyond it has no end, or none that fits into memory."""
    max_upload_bytes: int = MAX_UPLOAD_BYTES
    """How many bytes the files may have that one statement sends: all of them are in memory before the first is sent."""
    client: Any = field(default=None, repr=False)
    """The user's own httpx.Client: used as it is and never closed here; what it sends by itself is left alone."""
    transport: str = TRANSPORTS[0]
    """What carries the requests, one of TRANSPORTS."""
    http2: bool = False
    """Whether HTTP/2 is spoken over TLS with a server that speaks it too; by curl alone."""
    verify_tls: bool = True
    """Whether the certificate of the API, and of a proxy on the way, is checked; where not, each statement that sends is warned of it."""
    plain_http: bool = False
    """Whether a key may go without encryption to another machine."""
    ca_file: str | None = None
    """The authorities that are trusted, as PEM, in place of those that httpx knows."""
    read_only: bool = False
    """Refuses every request that changes something."""
    allow_writes: frozenset[str] | None = None
    """The methods that may change something, as `assistants.runs.cancel_run`; every other that does is refused. None for all."""

    @property
    def known_key(self) -> str | None:
        """The key, as far as it is known by now."""
        return self.late_key.value if self.late_key is not None else self.key

    def needed_key(self, control: Control) -> str | None:
        """The key, for a request that needs it; None where there is none. Raises as `LateKey.get` does."""
        return self.late_key.get(control) if self.late_key is not None else self.key

    def may_write(self, resource: str, method: str) -> bool:
        """Whether a method of a resource, by its full name, may be called though it changes something."""
        return not self.read_only and (
            self.allow_writes is None or f"{resource.removeprefix(f'{self.provider}.')}.{method}" in self.allow_writes
        )


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of `url`, in the one form in which equal places are equal.

    Raises ValueError where the port is not a number.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme)


def checked_base(endpoint: Endpoint) -> SplitResult:
    """The base URL in its parts, its path without a slash at the end.

    Raises UsageError where it is no http or https URL, or has a variable left open.
    """
    url = endpoint.base_url.strip()
    where = f"base_url of provider {endpoint.provider}"
    try:
        scheme, host, _ = origin(url)
    except ValueError as problem:
        raise UsageError(f"The {where} is not a URL: {problem}.") from problem
    if scheme not in _PORTS or not host:
        raise UsageError(f"The {where} must start with http:// or https:// and name a host, as http://127.0.0.1:8000/v1.")
    if "{" in url:
        raise UsageError(f"The {where} has an open variable: {url}. Give it a value in the setting `variables`.")
    parts = urlsplit(url)
    return parts._replace(path=parts.path.rstrip("/"), fragment="")
