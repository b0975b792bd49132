"""Where settings come from: those of a provider instance from the call, then the environment, then the config file, then the manifest.

The config file is read here whole; what it says of the session itself goes to `variables.py`.
"""

from __future__ import annotations

import fnmatch
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowcall.errors import UsageError, nearest
from rowcall.http.endpoint import CONNECT_TIMEOUT_S, MAX_RESPONSE_BYTES, READ_TIMEOUT_S, TOTAL_TIMEOUT_S, TRANSPORTS, Endpoint
from rowcall.http.redispace import place_of
from rowcall.session.limits import FORM, limits_of

if TYPE_CHECKING:
    from rowcall.manifest.model import AuthScheme, Provider, RateLimit

KEYS = (
    "base_url",
    "auth",
    "api_key",
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
    "transport",
    "http2",
    "verify_tls",
    "ca_file",
    "read_only",
    "allow_writes",
)
"""What can be set of a provider instance."""
_TABLES = frozenset({"headers", "query", "variables"})
"""Those that are tables of names and values."""
_CARRYING = ("transport", "http2", "verify_tls", "ca_file")
"""Those of the client that rowcall makes, which have no meaning beside one of the user's."""
_CONFIG = ("providers", "settings")
"""The tables of a config file."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the config file says; values are not looked at yet."""

    where: str = "the config file"
    """What an error calls it, with its path."""
    providers: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the session, by name."""


def read_config(path: str | Path | None) -> Config:
    """The config file; empty where there is none. Raises UsageError when one that was asked for is missing, or any is wrong.

    Looked for at `path`, then `$ROWCALL_CONFIG`, then `config.toml` in the user's configuration directory. There is none where that is no
    directory, or may not be looked into, as when `$HOME` is that of somebody else.
    """
    chosen = path or os.environ.get("ROWCALL_CONFIG")
    file = Path(chosen) if chosen else _default_file()
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        if chosen:
            raise UsageError(f"There is no config file {file}.") from error
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        if not chosen and _is_out_of_reach(file):
            return Config()
        raise UsageError(f"The config file {file} cannot be read: {error}") from error
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The config file {file} cannot be read: {error}") from error
    return _config(tables, f"the config file {file}")


def _is_out_of_reach(file: Path) -> bool:
    """Whether nobody can tell if a file is there. One that is there and cannot be read may forbid what is about to be done."""
    try:
        file.stat()
    except OSError as error:
        return isinstance(error, PermissionError)
    return False


def _config(tables: Mapping[str, Any], where: str) -> Config:
    """The two tables there are. Raises UsageError for another, with the nearest."""
    for name in tables:
        if name not in _CONFIG:
            raise UsageError(f'{where}: no table "{name}".{_nearest(name, _CONFIG)}')
    settings = tables.get("settings", {})
    if not isinstance(settings, Mapping):
        raise UsageError(f"{where}: settings must be a table of names and values, such as max_requests.")
    return Config(where, tables.get("providers", {}), settings)


def _default_file() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_dir("rowcall")) / "config.toml"


def check_names(given: Mapping[str, Any], known: Mapping[str, Provider], where: str) -> None:
    """Raises UsageError for a provider or setting that does not exist, with the nearest that does."""
    if not isinstance(given, Mapping):
        raise UsageError(f"{where}: providers must be a table of settings by provider name.")
    for name, settings in given.items():
        if name not in known:
            raise UsageError(f'{where}: no provider "{name}".{_nearest(name, known)}')
        if not isinstance(settings, Mapping):
            raise UsageError(f"{where}: the settings of {name} must be a table of names and values, such as base_url.")
        for key in settings:
            if key not in KEYS:
                raise UsageError(f'{where}: {name} has no setting "{key}".{_nearest(key, KEYS)}')
            if key in _TABLES and not isinstance(settings[key], Mapping):
                raise UsageError(f"{where}: {key} of {name} must be a table of names and values.")


def check_scopes(names: Iterable[str], known: Mapping[str, Provider], where: str) -> None:
    """Raises UsageError for what is the full name of no provider, service or resource, with the nearest that is."""
    for name in names:
        provider, dot, _ = name.partition(".")
        check_names({provider: {}}, known, where)
        if dot and name not in (scopes := set(_scopes(known[provider]))):
            raise UsageError(f'{where}: no service or resource "{name}".{_nearest(name, scopes)}')


def _scopes(provider: Provider) -> Iterator[str]:
    """The full names of its services and their resources."""
    for name, service in provider.services.items():
        yield f"{provider.provider}.{name}"
        yield from (f"{provider.provider}.{name}.{resource}" for resource in service.resources)


def _nearest(name: str, known: Any) -> str:
    close = nearest(name, known)
    return f" Did you mean {', '.join(close)}?" if close else f" There is: {', '.join(sorted(known))}."


def endpoint(provider: Provider, given: Mapping[str, Any], config: Mapping[str, Any], *, read_only: bool) -> Endpoint:
    """A provider instance with its settings resolved. Raises UsageError for a value of the wrong kind or an open variable."""
    settings = {**config, **given}
    scheme = _scheme(provider, settings.get("auth"))
    key = given.get("api_key") or _environment(scheme.env if scheme else ()) or config.get("api_key")
    base_url = given.get("base_url") or _environment(provider.base_url_env) or config.get("base_url") or provider.base_url
    return Endpoint(
        provider=provider.provider,
        title=provider.title,
        base_url=_filled(provider, str(base_url), settings.get("variables") or {}),
        auth=scheme,
        key=str(key) if key else None,
        key_names=scheme.env if scheme else (),
        headers=(*_optional_headers(provider), *_pairs("headers", settings)),
        query=_pairs("query", settings),
        max_in_flight=_positive(provider, "max_in_flight", settings.get("max_in_flight", provider.max_in_flight)),
        rate_limits=_limits(provider, settings["rate_limits"]) if "rate_limits" in settings else provider.rate_limits,
        rate_limits_file=_path(provider, "rate_limits_file", settings.get("rate_limits_file")),
        rate_limits_redis=_redis(provider, settings),
        connect_timeout_s=_seconds(provider, "connect_timeout_s", settings.get("connect_timeout_s", CONNECT_TIMEOUT_S)),
        read_timeout_s=_seconds(provider, "read_timeout_s", settings.get("read_timeout_s", READ_TIMEOUT_S)),
        total_timeout_s=_seconds_or_none(provider, "total_timeout_s", settings.get("total_timeout_s", TOTAL_TIMEOUT_S)),
        max_response_bytes=_positive(provider, "max_response_bytes", settings.get("max_response_bytes", MAX_RESPONSE_BYTES)),
        client=_client(provider, given),
        transport=_transport(provider, settings.get("transport", TRANSPORTS[0])),
        http2=_http2(provider, settings),
        verify_tls=_flag(provider, "verify_tls", settings.get("verify_tls", True)),
        ca_file=_file(provider, "ca_file", settings.get("ca_file")),
        read_only=read_only or bool(settings.get("read_only", False)),
        allow_writes=_allowed(provider, settings.get("allow_writes")),
    )


def _environment(names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := os.environ.get(name))), None)


def _scheme(provider: Provider, chosen: Any) -> AuthScheme | None:
    """The scheme named, or spelt out as in a manifest; the first of the manifest's when nothing is chosen."""
    if chosen is None:
        return next(iter(provider.auth.values()), None)
    if isinstance(chosen, str):
        if chosen not in provider.auth:
            raise UsageError(f'{provider.provider} has no auth "{chosen}".{_nearest(chosen, provider.auth)}')
        return provider.auth[chosen]
    from rowcall.manifest.model import AuthKind, AuthScheme

    try:
        kind = AuthKind(chosen["kind"])
        return AuthScheme(kind=kind, name=chosen.get("name"), prefix=chosen.get("prefix"), env=tuple(chosen.get("env", ())))
    except (KeyError, TypeError, ValueError) as error:
        kinds = ", ".join(kind.value for kind in AuthKind)
        raise UsageError(f"auth of {provider.provider} is a name, or a table with kind ({kinds}), name and prefix.") from error


def _filled(provider: Provider, url: str, variables: Mapping[str, Any]) -> str:
    for name, variable in provider.variables.items():
        value = variables.get(name) or _environment(variable.env) or variable.default
        if f"{{{name}}}" in url:
            if not value:
                raise UsageError(f"{provider.provider} needs the variable {name}: {variable.description}")
            url = url.replace(f"{{{name}}}", str(value))
    for name, value in variables.items():
        url = url.replace(f"{{{name}}}", str(value))
    return url


def _optional_headers(provider: Provider) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, header in provider.optional_headers.items() if (value := _environment(header.env)))


def _pairs(name: str, settings: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), str(value)) for key, value in (settings.get(name) or {}).items())


def _client(provider: Provider, given: Mapping[str, Any]) -> Any:
    client = given.get("client")
    for name in _CARRYING if client is not None else ():
        if name in given:
            raise UsageError(f"{name} of {provider.provider} is for the client that rowcall makes: set it on yours, or give no client.")
    return client


def _transport(provider: Provider, value: Any) -> str:
    if value not in TRANSPORTS:
        raise UsageError(f'{provider.provider} has no transport "{value}".{_nearest(str(value), TRANSPORTS)}')
    return str(value)


def _http2(provider: Provider, settings: Mapping[str, Any]) -> bool:
    asked = _flag(provider, "http2", settings.get("http2", False))
    if asked and settings.get("transport") != "curl":
        raise UsageError(f'http2 of {provider.provider} needs transport = "curl" besides.')
    return asked


def _flag(provider: Provider, name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{name} of {provider.provider} must be true or false, not {value!r}.")
    return value


def _file(provider: Provider, name: str, value: Any) -> str | None:
    path = _path(provider, name, value)
    if path is not None and not Path(path).is_file():
        raise UsageError(f"{name} of {provider.provider}: there is no file {path}.")
    return path


def _path(provider: Provider, name: str, value: Any) -> str | None:
    if value is None:
        return None
    try:
        return str(Path(value).expanduser())
    except (TypeError, RuntimeError) as error:
        raise UsageError(f"{name} of {provider.provider} must be the path of a file, not {value!r}.") from error


def _redis(provider: Provider, settings: Mapping[str, Any]) -> str | None:
    """A URL, which no error repeats: it may hold a password."""
    value = settings.get("rate_limits_redis")
    if value is None:
        return None
    if settings.get("rate_limits_file") is not None:
        raise UsageError(f"{provider.provider} has rate_limits_file and rate_limits_redis, of which one is enough.")
    try:
        place_of(value)
    except (ValueError, AttributeError, TypeError):
        raise UsageError(f"rate_limits_redis of {provider.provider} must be a URL, as redis://:password@host:6379/0.") from None
    return str(value)


def _allowed(provider: Provider, patterns: Any) -> frozenset[str] | None:
    """The methods that patterns allow to write, by their own names; None where nothing is said of them.

    Raises UsageError for a pattern that no method is meant by: it may be a word misspelt, and what it was to allow is not known.
    """
    if patterns is None:
        return None
    if isinstance(patterns, (str, Mapping)) or not isinstance(patterns, Sequence) or not all(isinstance(each, str) for each in patterns):
        form = '["assistants.runs.cancel_run", "assistants.threads.*"]'
        raise UsageError(
            f"allow_writes of {provider.provider} is a list of patterns over service.resource.method, as {form}, not {patterns!r}."
        )
    names = _writing(provider)
    found: set[str] = set()
    for pattern in patterns:
        matching = [name for name in names if fnmatch.fnmatchcase(name, pattern.casefold())]
        if not matching:
            close = nearest(pattern.removeprefix(f"{provider.provider}."), names.values())
            hint = f"Did you mean {', '.join(close)}?" if close else f"It is matched with names as {next(iter(names.values()), 'none')}."
            raise UsageError(f'allow_writes of {provider.provider}: "{pattern}" matches no method that writes. {hint}')
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


def _seconds(provider: Provider, name: str, value: Any, otherwise: str = "") -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise UsageError(f"{name} of {provider.provider} must be a number of seconds above 0{otherwise}.")
    return float(value)


def _seconds_or_none(provider: Provider, name: str, value: Any) -> float | None:
    return None if value is None or value == "none" else _seconds(provider, name, value, ', or "none" for no limit')


def _limits(provider: Provider, value: Any) -> tuple[RateLimit, ...]:
    try:
        return limits_of(value)
    except ValueError as error:
        raise UsageError(f"rate_limits of {provider.provider} are written {FORM}, not {value!r}.") from error


def _positive(provider: Provider, name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UsageError(f"{name} of {provider.provider} must be a whole number above 0.")
    return value
