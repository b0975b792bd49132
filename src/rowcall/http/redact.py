"""Text without secrets.

Every text that leaves this room (URLs, messages, starts of bodies) passes a `Redactor`. It replaces the key wherever it stands, in every
spelling in which it travels, and the values of query parameters and headers that carry secrets by their name. Rows are data, and
are left alone.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlsplit

from rowcall.http.endpoint import Endpoint
from rowcall.manifest.model import AuthKind
from rowcall.manifest.xml import spellings

if TYPE_CHECKING:
    from rowcall.http.credential import Given

MASK = "***"
_SECRET_NAME = re.compile(r"auth|key|token|secret|passw|cookie|credential|signature|(^|[-_])sig($|[-_])", re.IGNORECASE)
# A quote ends a URL: in JSON without spaces other values stand behind it, which an @ or an & may be in too.
_QUERY_PAIR = re.compile(r"(?<=[?&])([^=&#\s\"]+)=([^&#\s\"]*)")
_USERINFO = re.compile(r"(?<=://)[^/?#\s@\"]+@")
_SHORT = 4
"""A secret shorter than this is replaced only where it stands as a word, so that a key `x` leaves texts readable."""
_ESCAPED = '"\\/'
"""What JSON may have a backslash before."""
_LONG = 8
"""The value of a header or query parameter with a telling name is a secret from this length on."""


def is_secret_name(name: str) -> bool:
    """Whether a header or query parameter of this name carries a secret."""
    return _SECRET_NAME.search(name) is not None


def is_secret(name: str, value: str) -> bool:
    """Whether a header or query parameter carries a secret, and not a value as short as `json` under a telling name."""
    return is_secret_name(name) and len(value.strip().rpartition(" ")[2]) >= _LONG


def _secrets(endpoint: Endpoint) -> Iterator[str]:
    """Everything that must not be seen, as the user gave it."""
    key = (endpoint.known_key or "").strip()
    yield key
    if endpoint.auth is not None and endpoint.auth.kind is AuthKind.BASIC:
        yield from _in_pair(key)
    if endpoint.auth is not None and endpoint.auth.kind is AuthKind.OAUTH2 and key:
        yield from _in_pair(client_pair(endpoint.key_id or "", key))
    values = endpoint.auth.values.items() if endpoint.auth is not None else ()
    for name, value in (*endpoint.headers, *endpoint.query, *values):
        if is_secret_name(name):
            # `Bearer xyz` is secret as a whole and in its last word; a value as short as `json` is none.
            yield from (text for text in {value.strip(), value.strip().rpartition(" ")[2]} if len(text) >= _LONG)
    # Before the host of a URL it is percent-encoded, and is sent as basic authentication has it.
    parts = urlsplit(endpoint.base_url)
    yield parts.password or ""
    yield from _in_pair(unquote(parts.netloc.rpartition("@")[0]))


def client_pair(id_: str, secret: str) -> str:
    """Id and secret of a client as basic authentication carries them.

    Source: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
    """
    return f"{quote_plus(id_, errors='surrogatepass')}:{quote_plus(secret, errors='surrogatepass')}"


def _in_pair(pair: str) -> Iterator[str]:
    """What is secret of a user and password: the pair as it is sent, and the password."""
    yield base64.b64encode(pair.encode(errors="surrogatepass")).decode()
    yield pair.partition(":")[2]


def _spellings(secret: str) -> set[str]:
    """A secret as it stands in text, URLs, JSON and XML. One that came of bytes that are no UTF-8 stands in none, and is let pass."""
    in_urls = {quote(secret, safe="", errors="surrogatepass"), quote_plus(secret, errors="surrogatepass")}
    in_json = {secret.replace("\\", "\\\\").replace('"', '\\"'), repr(secret)[1:-1]}
    return {secret} | in_urls | in_json | spellings(secret)


def _pattern(secret: str) -> str:
    return _alone(re.escape(secret), secret)


def _escaped(secret: str) -> str:
    """A secret in JSON that escapes more than it must: PHP does so with `/`, Go with `&`, Python with all that is not ASCII."""
    return _alone("".join(map(_escapable, secret)), secret)


def _escapable(character: str) -> str:
    code = character.encode("utf-16-be", "surrogatepass").hex()
    units = "".join(rf"\\u{code[start : start + 4]}" for start in range(0, len(code), 4))
    slash = r"\\?" if character in _ESCAPED else ""
    return rf"(?:(?i:{units})|{slash}{re.escape(character)})"  # the longest first: an escape begins with what may be a character of it


def _alone(pattern: str, secret: str) -> str:
    return pattern if len(secret) >= _SHORT else rf"(?<!\w){pattern}(?!\w)"


class Redactor:
    """Knows the secrets of one endpoint and takes them out of texts."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._names = {name.lower() for name, _ in endpoint.query if is_secret_name(name)}
        if endpoint.auth is not None and endpoint.auth.kind is AuthKind.QUERY:
            self._names.add((endpoint.auth.name or "key").lower())
        self._endpoint = endpoint
        self._given: Given | None = None
        self._learn()

    def heed(self, given: Given | None) -> None:
        """Has what learns of secrets later, as of a token, asked for them too."""
        self._given = given or self._given

    def _learnt(self) -> tuple[str, ...]:
        return () if self._given is None else self._given.secrets

    def _learn(self) -> None:
        """Takes note of what is secret by now: a key may be got later than the first text is shown."""
        known = self._endpoint.known_key, self._learnt()
        # The longest first, so that a secret that holds another one is replaced whole.
        secrets = sorted(filter(None, (*_secrets(self._endpoint), *known[1])), key=len, reverse=True)
        ordered = sorted({spelling for secret in secrets for spelling in _spellings(secret)}, key=len, reverse=True)
        self._secret = re.compile("|".join(map(_pattern, ordered))) if ordered else None
        # For texts with escapes, since it takes longer.
        self._escaped = re.compile("|".join(map(_escaped, secrets)))
        self._known = known  # last: another thread may be looking

    def _learn_more(self) -> None:
        if self._known[0] is not self._endpoint.known_key or self._known[1] is not self._learnt():
            self._learn()

    def __call__(self, text: str) -> str:
        """`text` with every secret replaced by `***`."""
        self._learn_more()
        text = _USERINFO.sub(MASK + "@", text)
        if self._names:
            text = _QUERY_PAIR.sub(self._pair, text)
        if self._secret is None:
            return text
        if "\\" in text:
            text = self._escaped.sub(MASK, text)
        return self._secret.sub(MASK, text)

    def finds(self, text: str) -> bool:
        """Whether a secret stands in `text`, in any of its spellings."""
        self._learn_more()
        if self._secret is None:
            return False
        return self._secret.search(text) is not None or ("\\" in text and self._escaped.search(text) is not None)

    @property
    def in_urls(self) -> bool:
        """Whether the URLs that are sent hold secrets."""
        return bool(self._names)

    def _pair(self, match: re.Match[str]) -> str:
        return f"{match[1]}={MASK}" if unquote_plus(match[1]).lower() in self._names else match[0]


class LogFilter(logging.Filter):
    """Takes the secrets out of the lines that httpx logs, which hold whole URLs."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def filter(self, record: logging.LogRecord) -> bool:
        """True always; the record has lost its secrets."""
        record.msg, record.args = self._redact(record.getMessage()), ()
        return True
