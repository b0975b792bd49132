"""All that is wrong with the config file and with variables of the environment, where a connection tells the first fault alone.

What a connection checks is checked again without what the last fault was about, until nothing is wrong: so nothing here knows what may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rowcall.errors import UsageError, nearest
from rowcall.manifest.model import Provider
from rowcall.session.config import Config, Names, check
from rowcall.session.settings import check_config, endpoint, settings_of
from rowcall.session.variables import SETTINGS, variable_of

Providers = Mapping[str, Provider]


def faults(config: Config, known: Providers, environment: Mapping[str, str]) -> Iterator[str]:
    """Each thing that is wrong with the file, with each of its profiles, and with variables that say something of settings."""
    while (fault := _first(config, known)) is not None:
        yield fault
        less = (replace(config, tables=_without(config.tables, names)) for names in _suspects(config, fault))
        config = next((one for one in less if _first(one, known) != fault), Config())
    yield from _of_environment(environment)


def _first(config: Config, known: Providers) -> str | None:
    """What a connection would say is wrong, without a profile or with one; None where it would be made."""
    try:
        check(config)
        check_config(config, known)
        for profile in (None, *config.profiles()):
            one = replace(config, profile=profile)
            settings_of(one, {})
            for name in {**one.part("providers"), **one.part("providers", of_profile=True)}:
                for service in (None, *known[name].keyed):
                    endpoint(known[name], {}, one, read_only=False, service=service)
    except UsageError as error:
        return str(error)
    return None


def _suspects(config: Config, fault: str) -> list[Names]:
    """The values and tables of a file, those first that stand where the fault is said to be."""
    return sorted(_names(config.tables), key=lambda names: not fault.startswith(f"{config.at(*names)}:"))


def _names(table: Mapping[str, Any], above: Names = ()) -> Iterator[Names]:
    """All values and tables, what is in a table before it."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _names(value, (*above, name))
        yield (*above, name)


def _without(table: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """A table without one of these."""
    first, *rest = names
    return {name: _without(value, tuple(rest)) if name == first else value for name, value in table.items() if rest or name != first}


def _of_environment(environment: Mapping[str, str]) -> Iterator[str]:
    known = [variable_of(name) for name in SETTINGS]
    for name, value in environment.items():
        try:
            settings_of(Config(), {name: value})
        except UsageError as error:
            yield str(error)
        else:
            others = [*known, "ROWCALL_CONFIG", "ROWCALL_PROFILE"]
            if name.startswith("ROWCALL_") and name not in others and (close := nearest(name, others, 1)):
                yield f"${name} says nothing. Did you mean ${close[0]}?"
