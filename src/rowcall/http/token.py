"""Tokens that somebody gives out for a time: got when one is needed, kept until shortly before its end, renewed where it is refused.

Who gives them out is behind a grant: a token endpoint (`oauth2.py`), or what a library knows (`google.py`, `azure.py`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from rowcall.errors import RowcallError
from rowcall.http.credential import add
from rowcall.http.endpoint import Endpoint
from rowcall.manifest.model import AuthScheme, Encoding, Retry
from rowcall.plan.nodes import Protocol, Request

if TYPE_CHECKING:
    from rowcall.http.control import Control
    from rowcall.http.credential import Unsigned
    from rowcall.http.page import Answer
    from rowcall.http.redact import Redactor
    from rowcall.http.refusal import Context

_EARLY_S = 60.0
"""How long before its end a token is not used any more; a fifth of its time where that is less."""
_LOOK_S = 0.1
"""How often it is looked whether anybody waits still."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Token:
    """What a grant gives."""

    value: str = field(repr=False)
    lasts_s: float | None = None
    """How long it is good, from now; None where nobody says, so that it is used until it is refused."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What else was learnt that must be shown nowhere."""


Grant = Callable[["Control"], Token]
"""What gets a token. Raises RowcallError, and what `Control.check` does."""


class Tokens:
    """The token of an endpoint. Any number of threads may ask for it, of which one gets it for all."""

    def __init__(self, scheme: AuthScheme, grant: Grant) -> None:
        self._scheme = scheme
        self._grant = grant
        self._token: Token | None = None
        self._ends = 0.0
        """When the token is not used any more, by `time.monotonic`."""
        self._failure: tuple[object, RowcallError] | None = None
        """What went wrong the last time, and in which statement."""
        self._lock = threading.Lock()
        self.secrets: tuple[str, ...] = ()
        """All that must be shown nowhere, as far as it is known by now: tokens that are not used any more, too."""

    def prepare(self, control: Control) -> None:
        """As `Given` says."""
        self.get(control)

    def put(self, out: Unsigned, _variables: Mapping[str, str], control: Control) -> str:
        """As `Given` says."""
        token = self.get(control)
        add(out, self._scheme, token)
        return token

    def get(self, control: Control) -> str:
        """The token, which is got now where there is none. Raises as a grant does, in a statement once and for all."""
        statement = control.exchanges
        while not self._lock.acquire(timeout=_LOOK_S):
            control.check()
        try:
            if self._token is None or time.monotonic() >= self._ends:
                if self._failure is not None and self._failure[0] is statement:
                    raise self._failure[1]
                control.check()
                try:
                    self._keep(self._grant(control.beside()))
                except RowcallError as error:
                    self._failure = statement, error
                    raise
            assert self._token is not None  # noqa: S101 - it was kept just now
            return self._token.value
        finally:
            self._lock.release()

    def _keep(self, token: Token) -> None:
        self.secrets = tuple(dict.fromkeys((*self.secrets, token.value, *token.secrets)))
        early_s = min(_EARLY_S, (token.lasts_s or 0) / 5)
        self._token, self._ends = token, float("inf") if token.lasts_s is None else time.monotonic() + token.lasts_s - early_s

    def refuse(self, value: str) -> None:
        """As `Given` says, unless another one came meanwhile."""
        with self._lock:
            if self._token is not None and self._token.value == value:
                self._token = None


def ask(
    endpoint: Endpoint, request: Request, url: str, redact: Redactor, control: Control, *, total_s: float | None = None, attempts: int = 3
) -> tuple[Answer, Context]:
    """The answer of a place that has to do with the tokens of an endpoint, whatever its status, and what to say of it.

    It is asked over a connection as the endpoint's own, with none of its credentials, and never by a client of the user's, which sends
    what is for the API. `request` gives method, headers and body. Raises UnavailableError where no answer comes.
    """
    from rowcall.http.client import Client

    parts = urlsplit(url)
    place = Endpoint(
        provider=endpoint.provider,
        name=endpoint.name,
        title=f"What gives tokens for {endpoint.title}",
        base_url=urlunsplit(parts._replace(path="", query="", fragment="")),
        auth=None,
        key=None,
        key_names=(),
        connect_timeout_s=endpoint.connect_timeout_s,
        read_timeout_s=endpoint.read_timeout_s,
        total_timeout_s=total_s or endpoint.total_timeout_s,
        transport=endpoint.transport,
        http2=endpoint.http2,
        verify_tls=endpoint.verify_tls,
        ca_file=endpoint.ca_file,
    )
    client = Client(place, control, redact=redact)
    try:
        return client.ask(request, Protocol(retry=Retry(attempts=attempts)), control)
    finally:
        client.close()


def request_to(
    endpoint: Endpoint,
    url: str,
    *,
    http_method: str = "POST",
    headers: Mapping[str, str],
    body: Mapping[str, Any] | None,
    encoding: Encoding = Encoding.URLENCODED,
) -> Request:
    """A request for a token, which changes nothing at the API."""
    parts = urlsplit(url)
    return Request(
        provider=endpoint.provider,
        resource=endpoint.name or endpoint.provider,
        method_name="token",
        http_method=http_method,
        path=f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}",
        headers=tuple(headers.items()),
        body=body,
        encoding=encoding,
    )


def apart(work: Callable[[], _T], control: Control) -> _T:
    """What a library gives that waits in its own way, in a thread that is left to itself where nobody waits for it any more."""
    done: list[_T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as problem:  # noqa: BLE001 - raised again where it is waited for
            failed.append(problem)

    thread = threading.Thread(target=run, name="rowcall-token", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_LOOK_S)
        control.check()
    if failed:
        raise failed[0]
    return done[0]
