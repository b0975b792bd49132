"""Every setting of a session and of its providers, with the place that decides about it. What is secret is `***`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowcall.http.redact import MASK, Redactor, is_secret_name
from rowcall.http.redispace import place_of
from rowcall.session.config import Config
from rowcall.session.settings import CREDENTIALS, IN_FILES, OF_SERVICE, Settings, resolved
from rowcall.session.variables import Variables, variable_of

if TYPE_CHECKING:
    from rowcall.http.endpoint import Endpoint
    from rowcall.manifest.model import Provider

_FILES = {"config file": False, "profile": True}
"""The sources that are parts of the config file, and whether it is the profile."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A setting, its value, and who said it."""

    setting: str
    """As `max_requests` of the session, or `openai.base_url` of a provider."""
    value: str | None
    """As text; None where there is none."""
    source: str
    """`default`, `config file`, `environment`, `profile`, or what was said in the process itself."""
    place: str | None
    """A file and line, or a variable; None for `default` and for the process itself."""


def of_session(variables: Variables, config: Config) -> Iterator[Sourced]:
    """The session's own settings."""
    for row in variables.rows():
        name = row["name"].removeprefix("rowcall_")
        source, place = row["source"], None
        if source in _FILES:
            place = _file(config.at("settings", name, of_profile=_FILES[source]))
        elif source == "environment":
            place = f"${variable_of(name)}"
        yield Sourced(name, row["value"], source, place)


def of_provider(provider: Provider, given: Mapping[str, Any], config: Config, service: str | None = None) -> Iterator[Sourced]:
    """The settings of a provider, or of a service with a key of its own. Raises UsageError for a value that cannot be."""
    settings = Settings(provider, given, config, service)
    made = resolved(settings, read_only=False)
    credential = settings.credential()
    for name in IN_FILES if service is None else [name for name in OF_SERVICE if name in IN_FILES]:
        place = settings.said(name)
        if name in CREDENTIALS:
            place = credential[0] if credential is not None and credential[1] == name else None
        source, where = ("default", "") if place is None else (place.source, place.at(name))
        yield Sourced(f"{settings.name}.{name}", _value(name, settings, made, said=place is not None), source, _file(where) or None)


def _file(place: str) -> str:
    return place.removeprefix("the config file ")


def _value(name: str, settings: Settings, made: Endpoint, *, said: bool) -> str | None:
    """The value that holds, without what is secret."""
    if name in CREDENTIALS:
        return (str(settings.get(name)) if name == "api_key_keyring" else MASK) if said else None
    return _SHOWN[name](settings, made) if name in _SHOWN else _text(getattr(made, name), made)


def _auth(settings: Settings, made: Endpoint) -> str | None:
    """Its name; the whole of one that has none."""
    names = [name for name, scheme in settings.schemes.items() if scheme is made.auth]
    chosen = settings.get("auth")
    return names[0] if names else None if chosen is None else Redactor(made)(json.dumps(chosen, ensure_ascii=False))


_SHOWN: dict[str, Callable[[Settings, Endpoint], str | None]] = {
    "auth": _auth,
    "api_key_id": lambda _, made: made.key_id,
    "headers": lambda _, made: _table(made.headers, made),
    "query": lambda _, made: _table(made.query, made),
    "variables": lambda settings, made: _table(tuple((settings.get("variables") or {}).items()), made),
    "rate_limits": lambda _, made: ", ".join(f"{limit.requests}/{limit.per_s:g}s" for limit in made.rate_limits) or "none",
    "rate_limits_redis": lambda _, made: None if made.rate_limits_redis is None else place_of(made.rate_limits_redis),
    "reads": lambda settings, _: None if settings.get("reads") is None else json.dumps(list(settings.get("reads"))),
    "allow_writes": lambda settings, made: None if made.allow_writes is None else json.dumps(list(settings.get("allow_writes"))),
}
"""What is not shown as it is."""


def _table(pairs: tuple[tuple[str, Any], ...], made: Endpoint) -> str | None:
    redact = Redactor(made)
    shown = {name: MASK if is_secret_name(name) else redact(str(value)) for name, value in pairs}
    return json.dumps(shown, ensure_ascii=False) if shown else None


def _text(value: Any, made: Endpoint) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else Redactor(made)(str(value))
