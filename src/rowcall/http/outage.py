"""Why no answer came, in one sentence.

httpx wraps what the system said two or three times; here the chain is searched for what a user can act on: nothing listening, no such
host, a certificate, a timeout, a dropped connection, a proxy.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from rowcall.http.retry import AGAIN

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Outage(Exception):  # noqa: N818 - becomes an UnavailableError where the request is known
    """No answer came. `unsent` is whether it is certain that the API has not seen the request."""

    def __init__(self, sentence: str, *, unsent: bool, hint: str = "") -> None:
        self.sentence = sentence
        self.unsent = unsent
        self.hint = hint
        super().__init__(sentence)


def outage(problem: httpx.TransportError, url: str, proxy: str | None, *, is_begun: bool = True, total_s: float | None = None) -> Outage:
    """What `problem` means for a request to `url`, of which something may have gone out where it `is_begun`.

    `proxy` is the proxy in use, as `host:port`; `total_s` what the whole exchange may take, where it took longer.
    """
    place, unconnected = _place(url), isinstance(problem, _BEFORE_SENDING)
    unsent = unconnected or not is_begun
    if total_s is not None:
        sentence = f"The exchange with {place} was not done within total_timeout_s={total_s:g}."
        return Outage(sentence, unsent=unsent, hint="Raise total_timeout_s of the provider, or ask for less at a time.")
    sentence, step = _in_words(problem, place, proxy, unconnected=unconnected)
    return Outage(sentence, unsent=unsent, hint=step)


def _place(url: str) -> str:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


Words = tuple[str, str]
"""What happened, and what to do next; the second may be empty."""
_PROXY = "Check the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; NO_PROXY names hosts that are reached without it."
_UP = "Check that it is up, and that base_url of the provider names it."


def _in_words(problem: httpx.TransportError, place: str, proxy: str | None, *, unconnected: bool) -> Words:
    if isinstance(problem, httpx.ProxyError):
        return f"The proxy {proxy or ''} refused to connect to {place}: {problem}.".replace("  ", " "), _PROXY
    if unconnected:
        through = f" (a proxy that the environment names, on the way to {place})" if proxy else ""
        sentence, step = _unconnected(problem, proxy or place, through)
        return sentence, _PROXY if proxy else step
    return _broken(problem, place)


def _unconnected(problem: httpx.TransportError, place: str, through: str) -> Words:
    if isinstance(problem, httpx.PoolTimeout):
        return f"No connection to {place} was free in time.", "Run the statement again, or with a smaller max_in_flight."
    if isinstance(problem, httpx.ConnectTimeout):
        return f"{place}{through} did not accept a connection in time.", f"{_UP} Or raise its connect_timeout_s."
    causes = (_cause_in_words(cause, place, through) for cause in _causes(problem))
    return next((words for words in causes if words), (f"Cannot connect to {place}{through}: {problem}.", _UP))


def _cause_in_words(cause: BaseException, place: str, through: str) -> Words | None:
    """What the system says, None where it is nothing that has words here."""
    if isinstance(cause, socket.gaierror):
        host = place.rpartition(":")[0]
        return f"Cannot find the host {host}{through}.", "Check its name in base_url of the provider, and the network."
    if isinstance(cause, ssl.SSLError):
        return _untrusted(cause, place, through)
    if isinstance(cause, ConnectionRefusedError):
        return f"Nothing is listening at {place}{through}.", _UP
    if isinstance(cause, OSError) and cause.errno in _UNREACHABLE:
        return f"Cannot reach {place}{through}.", "Check the network."
    return None


def _untrusted(cause: ssl.SSLError, place: str, through: str) -> Words:
    if isinstance(cause, ssl.SSLCertVerificationError):
        step = "Name a file with the certificate of who signed it in ca_file of the provider, or correct its base_url."
        return f"The certificate of {place}{through} is not trusted: {cause.verify_message}.", step
    if cause.reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}:
        return f"{place}{through} does not speak TLS.", "Its base_url may have to start with http://."
    return f"No secure connection to {place}{through}: {(cause.reason or str(cause)).lower().replace('_', ' ')}.", _UP


def _broken(problem: httpx.TransportError, place: str) -> Words:
    if isinstance(problem, httpx.ReadTimeout):
        return f"{place} did not answer in time.", "Raise read_timeout_s of the provider, or ask for less at a time."
    if isinstance(problem, httpx.WriteTimeout):
        return f"{place} did not take the request in time.", "Raise read_timeout_s of the provider."
    if isinstance(problem, httpx.LocalProtocolError):
        return f"The request to {place} cannot be sent as it is.", ""
    if isinstance(problem, httpx.RemoteProtocolError) and "illegal" in str(problem):
        return f"{place} does not speak HTTP.", "Its base_url may have to start with https://."
    return f"{place} dropped the connection before its answer was complete.", AGAIN


def _causes(problem: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = problem
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
