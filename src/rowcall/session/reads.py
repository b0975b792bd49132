"""The setting `reads`: methods of which the user knows that they change nothing, where a description of the API leaves that open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcall.errors import UsageError
from rowcall.session.config import near

if TYPE_CHECKING:
    from rowcall.manifest.model import Provider
    from rowcall.session.config import Config
    from rowcall.session.settings import Settings

NAME = "reads"


def said(given: Mapping[str, Mapping[str, Any]], config: Config) -> Mapping[str, frozenset[str]]:
    """By provider, the methods of which it is said, as `docks.ships.find`; `given` is what the call says, which wins.

    Raises UsageError for what is no list of names.
    """
    found: dict[str, frozenset[str]] = {}
    places = [("the config file", config.part("providers")), ("the profile", config.part("providers", of_profile=True)), ("", given)]
    for place, providers in places:
        for provider, settings in providers.items():
            if settings.get(NAME) is not None:
                found[provider] = _names(provider, settings[NAME], place)
    return found


def _names(provider: str, value: Any, place: str) -> frozenset[str]:
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence) or not all(isinstance(each, str) for each in value):
        form = '["chat.completions.create"]'
        message = f"{NAME} of {provider} is a list of methods as service.resource.method, as {form}, not {value!r}."
        raise UsageError(f"{place}: {message}" if place else message)
    return frozenset(each.casefold() for each in value)


def check(settings: Settings) -> None:
    """Raises UsageError for a method that there is not, or that no SELECT calls: what it was to allow is not known."""
    provider = settings.provider
    for name in settings.get(NAME) or ():
        known, service = _asking(provider, name.casefold()), name.casefold().partition(".")[0]
        if name.casefold() not in known:
            said = near(name, known) if known else f' There is no service "{service}".{near(service, provider.services)}'
            raise settings.wrong(NAME, f'{NAME} of {provider.provider}: "{name}" is no method for SELECT.{said}')


def _asking(provider: Provider, name: str) -> set[str]:
    """The methods for SELECT of the service that a name names."""
    service = name.partition(".")[0]
    found = provider.services[service].resources.items() if service in provider.services else ()
    return {
        f"{service}.{resource}.{method}"
        for resource, one in found
        for method in (
            *(own for own, each in one.methods.items() if each.verb == "select"),
            *(own for own, each in one.uncallable.items() if each.select is not None),
        )
    }
