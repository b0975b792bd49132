"""Settings of a provider instance: what each place says, which of them wins, and what comes of it.

The places are, each winning over those before it, the manifest, the config file, the environment, a profile of that file, and the call.
What one says of a setting takes the place of all that those before it say of it, tables too.
"""

from __future__ import annotations

import fnmatch
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from rowcall.errors import UsageError, nearest
from rowcall.http.endpoint import (
    CONNECT_TIMEOUT_S,
    MAX_RESPONSE_BYTES,
    MAX_UPLOAD_BYTES,
    READ_TIMEOUT_S,
    TOTAL_TIMEOUT_S,
    TRANSPORTS,
    Endpoint,
    LateKey,
)
from rowcall.http.redispace import place_of
from rowcall.manifest.servers import filled
from rowcall.session import reads
from rowcall.session.config import Config, near
from rowcall.session.credentials import of_command, of_keyring
from rowcall.session.limits import FORM, limits_of
from rowcall.session.variables import Variables, from_environment, known_setting, variable_of

if TYPE_CHECKING:
    from rowcall.manifest.model import AuthScheme, Provider, RateLimit

KEYS = (
    "base_url",
    "auth",
    "api_key",
    "api_key_command",
    "api_key_keyring",
    "api_key_id",
    "headers",
    "query",
    "variables",
    "client",
    "max_in_flight",
    "rate_limits",
    "rate_limits_file",
    "rate_limits_redis",
    "connect_timeout_s",
    "read_timeout_s",
    "total_timeout_s",
    "max_response_bytes",
    "max_upload_bytes",
    "transport",
    "http2",
    "verify_tls",
    "plain_http",
    "ca_file",
    "read_only",
    "allow_writes",
    "reads",
)
"""What can be set of a provider instance."""
IN_FILES = tuple(name for name in KEYS if name != "client")
"""Those that can be written down."""
OF_JSON = frozenset(
    [
        *(name for name in KEYS if name.startswith("max_") or name.endswith("_timeout_s")),
        *("http2", "verify_tls", "plain_http", "read_only", "allow_writes", "reads"),
    ]
)
"""Those that are no text: numbers, true or false, and lists."""
_TABLES = frozenset({"headers", "query", "variables"})
"""Those that are tables of names and values."""
_CARRYING = ("transport", "http2", "verify_tls", "ca_file")
"""Those of the client that rowcall makes, which have no meaning beside one of the user's."""
CREDENTIALS = ("api_key", "api_key_command", "api_key_keyring")
"""Those that say what the key is, one of which a place may have."""
OF_SERVICE = ("auth", *CREDENTIALS, "api_key_id", "client")
"""Those that a service with a key of its own has for itself; all others are its provider's."""


def check_names(
    given: Mapping[str, Any], known: Mapping[str, Provider], at: Callable[..., str] = lambda *_: "providers", keys: Sequence[str] = KEYS
) -> None:
    """Raises UsageError for a provider or setting that does not exist, with the nearest that does.

    `at` gives the place of a provider, or of a setting of one.
    """
    if not isinstance(given, Mapping):
        raise UsageError(f"{at()}: providers must be a table of settings by provider name.")
    for name, settings in given.items():
        if name not in known:
            raise UsageError(f'{at(name)}: no provider "{name}".{near(name, known)}')
        if not isinstance(settings, Mapping):
            raise UsageError(f"{at(name)}: the settings of {name} must be a table of names and values, such as base_url.")
        own = {key for key in settings if key not in keys and key in known[name].keyed}
        _check_settings(name, {key: value for key, value in settings.items() if key not in own}, partial(at, name), keys)
        for key in own:
            if not isinstance(settings[key], Mapping):
                raise UsageError(f"{at(name, key)}: the settings of {name}.{key} must be a table of names and values, such as api_key.")
            _check_settings(f"{name}.{key}", settings[key], partial(at, name, key), [each for each in OF_SERVICE if each in keys])


def _check_settings(name: str, settings: Mapping[str, Any], at: Callable[..., str], keys: Sequence[str]) -> None:
    """Raises UsageError for what cannot be set of a provider, or of a service with a key of its own."""
    for key in settings:
        if key not in keys:
            raise UsageError(f'{at(key)}: {name} has no setting "{key}".{near(key, keys)}')
        if key in _TABLES and not isinstance(settings[key], Mapping):
            raise UsageError(f"{at(key)}: {key} of {name} must be a table of names and values.")
    if len(both := [key for key in CREDENTIALS if _says(settings, key)]) > 1:
        raise UsageError(f"{at(both[1])}: {name} has {both[0]} and {both[1]}, of which one is enough.")


def instance_of(full_name: str, known: Mapping[str, Provider]) -> tuple[str, str | None]:
    """The provider of a resource, and its service where this has settings of its own."""
    provider, service, *_ = full_name.split(".")
    return provider, service if service in known[provider].keyed else None


def check_config(config: Config, known: Mapping[str, Provider]) -> None:
    """Raises UsageError for a name in the config file that does not exist, in any of its profiles too, with the nearest that does."""
    for profile in (None, *config.profiles()):
        of_profile = profile is not None
        one = replace(config, profile=profile)
        check_names(one.part("providers", of_profile=of_profile), known, partial(one.at, "providers", of_profile=of_profile), IN_FILES)
        for name in one.part("settings", of_profile=of_profile):
            known_setting(name, at=partial(one.at, "settings", of_profile=of_profile))


def settings_of(config: Config, environment: Mapping[str, str] = os.environ) -> Variables:
    """The settings of a session, as the config file, the environment and a profile say them. Raises UsageError for what cannot be."""
    variables = Variables()
    variables.read("config file", config.part("settings"), partial(config.at, "settings"))
    variables.read("environment", from_environment(environment), lambda name: f"${variable_of(name)}")
    variables.read("profile", config.part("settings", of_profile=True), partial(config.at, "settings", of_profile=True))
    return variables


def check_scopes(names: Iterable[str], known: Mapping[str, Provider], where: str) -> None:
    """Raises UsageError for what is the full name of no provider, service or resource, with the nearest that is."""
    for name in names:
        provider, dot, _ = name.partition(".")
        check_names({provider: {}}, known, lambda *_: where)
        if dot and name not in (scopes := set(_scopes(known[provider]))):
            raise UsageError(f'{where}: no service or resource "{name}".{near(name, scopes)}')


def _scopes(provider: Provider) -> Iterator[str]:
    """The full names of its services and their resources."""
    for name, service in provider.services.items():
        yield f"{provider.provider}.{name}"
        yield from (f"{provider.provider}.{name}.{resource}" for resource in service.resources)


@dataclass(frozen=True, slots=True)
class Said:
    """What one place says of a provider instance."""

    source: str
    """`connect`, `profile`, `environment` or `config file`."""
    values: Mapping[str, Any]
    at: Callable[[str], str]
    """Where a setting is said, as `the config file config.toml:3` or `$OPENAI_API_KEY`; "" in a call."""


class Settings:
    """What all places say of one provider instance, or of a service with a key of its own; this has no credential of its provider."""

    def __init__(self, provider: Provider, given: Mapping[str, Any], config: Config, service: str | None = None) -> None:
        """`given` is what the call says of the provider. Raises UsageError for a scheme that there is not."""
        self.provider = provider
        self.service = service
        self.name = ".".join(filter(None, (provider.provider, service)))
        """As users write it before a setting."""
        self.schemes = provider.auth if service is None else provider.services[service].auth
        """Its ways to authenticate, the first by default."""
        call, profile, file = (
            self._table("connect", given, lambda *_: ""),
            *(
                self._table(source, config.part("providers", of_profile=own).get(provider.provider, {}), partial(config.at, of_profile=own))
                for source, own in (("profile", True), ("config file", False))
            ),
        )
        self.whole = None if service is None else Settings(provider, given, config)
        """What is said of the provider, where these are of a service."""
        self._inherited: tuple[Said, ...] = ()
        self._places: tuple[Said, ...] = (call, profile, file)
        self.auth = _scheme(self)
        urls = provider.base_url_env if service is None else ()
        self._places = (call, profile, _environment(urls, self.auth), file)
        self._inherited = () if self.whole is None else tuple(_without_key(self.whole))

    def _table(self, source: str, values: Mapping[str, Any], at: Callable[..., str]) -> Said:
        """What a place says here, of all that it says of the provider."""
        path = ("providers", *self.name.split("."))
        return Said(source, values if self.service is None else values.get(self.service, {}), lambda name: at(*path, name))

    @property
    def places(self) -> tuple[Said, ...]:
        """Those that are asked, the one that wins first; a service has those of its provider behind its own."""
        return (*self._places, *self._inherited)

    def is_inherited(self, name: str) -> bool:
        """Whether a setting is said of the provider alone, and these are of a service."""
        return self.said(name) in self._inherited

    def said(self, *names: str) -> Said | None:
        """The place that decides about a setting, or about one of several that exclude each other; None where nobody says anything."""
        return next((place for place in self.places if any(_says(place.values, name) for name in names)), None)

    def get(self, name: str, default: Any = None) -> Any:
        """The value that holds, as it was said."""
        place = self.said(name)
        return default if place is None else place.values[name]

    def credential(self) -> tuple[Said, str] | None:
        """The place that says what the key is, and by which of CREDENTIALS; None where none does."""
        place = self.said(*CREDENTIALS)
        return None if place is None else (place, next(name for name in CREDENTIALS if _says(place.values, name)))

    def with_variables(self, name: str, of_environment: Mapping[str, str]) -> dict[str, Any]:
        """A table with what the environment says of single names in it, which wins over the config file alone."""
        place = self.said(name)
        table = {} if place is None else place.values[name] or {}
        return {**table, **of_environment} if place is not None and place.source == "config file" else {**of_environment, **table}

    def wrong(self, name: str, message: str) -> UsageError:
        """The error for what was said of a setting."""
        place = self.said(name)
        at = "" if place is None else place.at(name)
        return UsageError(f"{at}: {message}" if at else message)


def _without_key(settings: Settings) -> Iterator[Said]:
    """What all places say of a provider, without what says or carries its key."""
    carrying = _carrying(settings)
    for place in settings.places:
        values = {name: value for name, value in place.values.items() if name not in {"auth", *CREDENTIALS, "api_key_id"}}
        for name in ("headers", "query"):
            if values.get(name):
                values[name] = {key: value for key, value in values[name].items() if str(key).lower() not in carrying}
        if values.get("base_url"):
            parts = urlsplit(str(values["base_url"]))
            values["base_url"] = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        yield replace(place, values=values)


def _carrying(settings: Settings) -> frozenset[str]:
    """The headers and query parameters, in lower case, that may have a provider's key in them."""
    schemes = (*settings.schemes.values(), *filter(None, [settings.auth]))
    from rowcall.http.auth import name_of

    return frozenset({"authorization", *(name_of(scheme).lower() for scheme in schemes)})


def _says(values: Mapping[str, Any], name: str) -> bool:
    """Whether a setting is among what is said. A URL or key that is empty is none."""
    return name in values and (values[name] not in (None, "") or name not in {"base_url", "api_key_id", *CREDENTIALS})


def _environment(urls: Sequence[str], scheme: AuthScheme | None) -> Said:
    names = {"base_url": urls, "api_key": scheme.env if scheme else (), "api_key_id": scheme.id_env if scheme else ()}
    found = {name: variable for name, variables in names.items() if (variable := _first_set(variables)) is not None}
    values = {name: os.environ[variable] for name, variable in found.items()}
    if scheme is not None and scheme.password_env and "api_key" in values:
        password = _first_set(scheme.password_env)
        values["api_key"] = f"{values['api_key']}:{os.environ[password]}" if password is not None else ""
    return Said("environment", values, lambda name: f"${found[name]}")


def _first_set(variables: Iterable[str]) -> str | None:
    return next((variable for variable in variables if os.environ.get(variable)), None)


def endpoint(provider: Provider, given: Mapping[str, Any], config: Config, *, read_only: bool, service: str | None = None) -> Endpoint:
    """A provider instance with its settings resolved, or one of its services that has a key of its own.

    Raises UsageError for a value of the wrong kind or an open variable.
    """
    return resolved(Settings(provider, given, config, service), read_only=read_only)


def resolved(settings: Settings, *, read_only: bool) -> Endpoint:
    """What `endpoint` gives, of what was said."""
    provider, scheme = settings.provider, settings.auth
    reads.check(settings)
    key, late_key, source = _key(settings)
    base_url, is_moved = _filled(settings, str(settings.get("base_url", provider.base_url))), settings.said("base_url") is not None
    return Endpoint(
        provider=provider.provider,
        name=settings.name,
        title=provider.title,
        base_url=base_url,
        variables=_variables(settings),
        is_moved=is_moved,
        is_open="{" in base_url and not is_moved,
        auth=scheme,
        key=key,
        key_names=scheme.env if scheme else (),
        key_id=_text(settings, "api_key_id"),
        id_names=scheme.id_env if scheme else (),
        key_source=source,
        late_key=late_key,
        headers=_pairs(settings.with_variables("headers", _optional_headers(provider))),
        query=_pairs(settings.get("query")),
        max_in_flight=_positive(settings, "max_in_flight", provider.max_in_flight),
        rate_limits=_limits(settings),
        rate_limits_file=_path(settings, "rate_limits_file"),
        rate_limits_redis=_redis(settings),
        connect_timeout_s=_seconds(settings, "connect_timeout_s", CONNECT_TIMEOUT_S),
        read_timeout_s=_seconds(settings, "read_timeout_s", READ_TIMEOUT_S),
        total_timeout_s=_seconds_or_none(settings, "total_timeout_s", TOTAL_TIMEOUT_S),
        max_response_bytes=_positive(settings, "max_response_bytes", MAX_RESPONSE_BYTES),
        max_upload_bytes=_positive(settings, "max_upload_bytes", MAX_UPLOAD_BYTES),
        client=_client(settings),
        transport=_transport(settings),
        http2=_http2(settings),
        verify_tls=_flag(settings, "verify_tls", default=True),
        plain_http=_flag(settings, "plain_http", default=False),
        ca_file=_file(settings, "ca_file"),
        read_only=_flag(settings, "read_only", default=False) or read_only,
        allow_writes=_allowed(settings),
    )


def _scheme(settings: Settings) -> AuthScheme | None:
    """The scheme named, or spelt out as in a manifest; the first of the manifest's when nothing is chosen."""
    name, schemes, chosen = settings.name, settings.schemes, settings.get("auth")
    if chosen is None:
        return next(iter(schemes.values()), None)
    if isinstance(chosen, str):
        if chosen not in schemes:
            raise settings.wrong("auth", f'{name} has no auth "{chosen}".{near(chosen, schemes)}')
        return schemes[chosen]
    return _spelt_out(settings, chosen)


def _spelt_out(settings: Settings, chosen: Any) -> AuthScheme:
    """The scheme that a table says, by the keys of a manifest. Raises UsageError where there is no such one."""
    from rowcall.manifest.auth import scheme_faults
    from rowcall.manifest.model import AuthKind, AuthScheme, ClientAuth

    name, known = settings.name, [field.name for field in fields(AuthScheme)]
    try:
        if unknown := next((key for key in chosen if key not in known), None):
            raise settings.wrong("auth", f'auth of {name} has no key "{unknown}".{near(str(unknown), known)}')
        if wrong_kind := next((key for key, value in chosen.items() if key in _TEXTS and not isinstance(value, str)), None):
            raise settings.wrong("auth", f"auth.{wrong_kind} of {name} must be a text, not {chosen[wrong_kind]!r}.")
        said: dict[str, Any] = {key: _listed(key, value) for key, value in chosen.items()}
        said["kind"] = AuthKind(chosen["kind"])
        if "client_auth" in said:
            said["client_auth"] = ClientAuth(chosen["client_auth"])
        scheme = AuthScheme(**said)
        wrong = next(scheme_faults(scheme), None)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        kinds = ", ".join(kind.value for kind in AuthKind)
        message = f"auth of {name} is a name, or a table with kind ({kinds}) and the other keys of an auth scheme in a manifest."
        raise settings.wrong("auth", message) from error
    if wrong is not None:
        raise settings.wrong("auth", f"{'.'.join(filter(None, ('auth', wrong[0])))} of {name}: {wrong[1]}.")
    return scheme


_LISTS = frozenset({"env", "password_env", "id_env", "scopes"})
_TEXTS = frozenset({"kind", "name", "prefix", "token_url", "client_auth", "subject", "region", "service"})


def _listed(key: str, value: Any) -> Any:
    """What is a list in a manifest as one, where it is written as words with blanks between, as scopes are."""
    return tuple(value.split() if isinstance(value, str) else value) if key in _LISTS else value


def _key(settings: Settings) -> tuple[str | None, LateKey | None, str]:
    """The key where it is said itself, what gets it where that is said, and where it comes from in words."""
    found = settings.credential()
    if found is None:
        return None, None, ""
    place, name = found
    provider, at, value = settings.name, place.at(name), place.values[name]
    where = f"provider {provider}" if settings.service is None else provider
    if name == "api_key":
        sources = {"environment": at.removeprefix("$"), "connect": f"the setting api_key of {where}"}
        return str(value), None, sources.get(place.source, f"api_key in {at}")
    told = f"{at}: {name} of {provider}" if at else f"{name} of {provider}"
    get = of_command(value, told) if name == "api_key_command" else of_keyring(value, told)
    return None, LateKey(get), f"{name} in {at}" if at else f"the setting {name} of {where}"


def _variables(settings: Settings) -> dict[str, str]:
    """What base URLs leave open, by name; nothing of what nobody says."""
    declared = settings.provider.variables
    of_environment = {name: os.environ[found] for name, variable in declared.items() if (found := _first_set(variable.env)) is not None}
    defaults = {name: variable.default for name, variable in declared.items()}
    said = {name: value for name, value in settings.with_variables("variables", of_environment).items() if value}
    return {name: str(value) for name, value in (defaults | said).items() if value}


def _filled(settings: Settings, url: str) -> str:
    variables = _variables(settings)
    for name, variable in settings.provider.variables.items():
        if f"{{{name}}}" in url and name not in variables:
            raise UsageError(f"{settings.provider.provider} needs the variable {name}: {variable.description}")
    return filled(url, variables)


def _optional_headers(provider: Provider) -> dict[str, str]:
    return {name: os.environ[found] for name, header in provider.optional_headers.items() if (found := _first_set(header.env)) is not None}


def _pairs(table: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), str(value)) for key, value in (table or {}).items())


def _client(settings: Settings) -> Any:
    client = settings.get("client")
    place = settings.said("client")
    if client is not None and settings.whole is not None and settings.is_inherited("client"):
        sent = {name.lower() for name in client.headers}
        if client.auth is not None or sent & _carrying(settings.whole):
            message = f"The client of {settings.whole.name} sends a key of its own, which is not for {settings.name}: give that a client."
            raise settings.wrong("client", message)
    for name in _CARRYING if client is not None and place is not None else ():
        if place is not None and name in place.values:
            message = f"{name} of {settings.name} is for the client that rowcall makes: set it on yours, or give no client."
            raise settings.wrong(name, message)
    return client


def _transport(settings: Settings) -> str:
    value = settings.get("transport", TRANSPORTS[0])
    if value not in TRANSPORTS:
        raise settings.wrong("transport", f'{settings.provider.provider} has no transport "{value}".{near(str(value), TRANSPORTS)}')
    return str(value)


def _http2(settings: Settings) -> bool:
    asked = _flag(settings, "http2", default=False)
    if asked and settings.get("transport") != "curl":
        raise settings.wrong("http2", f'http2 of {settings.provider.provider} needs transport = "curl" besides.')
    return asked


def _text(settings: Settings, name: str) -> str | None:
    value = settings.get(name)
    if value is not None and not isinstance(value, str):
        raise settings.wrong(name, f"{name} of {settings.provider.provider} must be a text, not {value!r}.")
    return value


def _flag(settings: Settings, name: str, *, default: bool) -> bool:
    value = settings.get(name, default)
    if not isinstance(value, bool):
        raise settings.wrong(name, f"{name} of {settings.provider.provider} must be true or false, not {value!r}.")
    return value


def _file(settings: Settings, name: str) -> str | None:
    path = _path(settings, name)
    if path is not None and not Path(path).is_file():
        raise settings.wrong(name, f"{name} of {settings.provider.provider}: there is no file {path}.")
    return path


def _path(settings: Settings, name: str) -> str | None:
    value = settings.get(name)
    if value is None:
        return None
    try:
        return str(Path(value).expanduser())
    except (TypeError, RuntimeError) as error:
        message = f"{name} of {settings.provider.provider} must be the path of a file, not {value!r}."
        raise settings.wrong(name, message) from error


def _redis(settings: Settings) -> str | None:
    """A URL, which no error repeats: it may hold a password."""
    value, name = settings.get("rate_limits_redis"), "rate_limits_redis"
    if value is None:
        return None
    provider = settings.provider.provider
    if settings.get("rate_limits_file") is not None:
        raise settings.wrong(name, f"{provider} has rate_limits_file and rate_limits_redis, of which one is enough.")
    try:
        place_of(value)
    except (ValueError, AttributeError, TypeError):
        raise settings.wrong(name, f"rate_limits_redis of {provider} must be a URL, as redis://:password@host:6379/0.") from None
    return str(value)


def _allowed(settings: Settings) -> frozenset[str] | None:
    """The methods that patterns allow to write, by their own names; None where nothing is said of them.

    Raises UsageError for a pattern that no method is meant by: it may be a word misspelt, and what it was to allow is not known.
    """
    name, provider, patterns = "allow_writes", settings.provider, settings.get("allow_writes")
    if patterns is None:
        return None
    if isinstance(patterns, (str, Mapping)) or not isinstance(patterns, Sequence) or not all(isinstance(each, str) for each in patterns):
        form = '["assistants.runs.cancel_run", "assistants.threads.*"]'
        message = f"allow_writes of {provider.provider} is a list of patterns over service.resource.method, as {form}, not {patterns!r}."
        raise settings.wrong(name, message)
    names = _writing(provider)
    found: set[str] = set()
    for pattern in patterns:
        matching = [name for name in names if fnmatch.fnmatchcase(name, pattern.casefold())]
        if not matching:
            close = nearest(pattern.removeprefix(f"{provider.provider}."), names.values())
            hint = f"Did you mean {', '.join(close)}?" if close else f"It is matched with names as {next(iter(names.values()), 'none')}."
            raise settings.wrong(name, f'allow_writes of {provider.provider}: "{pattern}" matches no method that writes. {hint}')
        found.update(names[name] for name in matching)
    return frozenset(found)


def _writing(provider: Provider) -> dict[str, str]:
    """The methods that change something as `service.resource.method`, by this and by their other names."""
    return {
        f"{service}.{resource}.{name}".casefold(): f"{service}.{resource}.{own}"
        for service, of_service in provider.services.items()
        for resource, of_resource in of_service.resources.items()
        for own, method in of_resource.methods.items()
        if not method.is_read
        for name in (own, *method.aliases)
    }


def _seconds(settings: Settings, name: str, default: float | None, otherwise: str = "") -> float:
    value = settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise settings.wrong(name, f"{name} of {settings.provider.provider} must be a number of seconds above 0{otherwise}.")
    return float(value)


def _seconds_or_none(settings: Settings, name: str, default: float | None) -> float | None:
    return None if settings.get(name, default) in {None, "none"} else _seconds(settings, name, default, ', or "none" for no limit')


def _limits(settings: Settings) -> tuple[RateLimit, ...]:
    name = "rate_limits"
    if settings.said(name) is None:
        return settings.provider.rate_limits
    try:
        return limits_of(value := settings.get(name))
    except ValueError as error:
        message = f"rate_limits of {settings.provider.provider} are written {FORM}, not {value!r}."
        raise settings.wrong(name, message) from error


def _positive(settings: Settings, name: str, default: int) -> int:
    value = settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise settings.wrong(name, f"{name} of {settings.provider.provider} must be a whole number above 0, not {value!r}.")
    return value
