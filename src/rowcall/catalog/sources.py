"""The providers that statements can name: those that come with rowcall, those that the user has added, and those that a call names.

A folder holds a manifest of our own language or a document of StackQL; which of the two is seen in its first lines. Of two providers of one
name the later of these three places wins: nobody names a folder without meaning it.
"""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rowcall.errors import ManifestError, RowcallWarning, UsageError
from rowcall.manifest.library import added, added_folder, shipped
from rowcall.manifest.read import Providers, Source, load_provider

if TYPE_CHECKING:
    from rowcall.manifest.model import Provider

Paths = Mapping[str, "str | Path"] | Iterable["str | Path"]
"""Folders, roots of folders and packages; each of one provider, where they have names."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OWN = re.compile(rb"^manifest:", re.MULTILINE)


def available(paths: Paths = ()) -> Providers:
    """All providers. Raises UsageError for a path that leads to none, or to two of one name, and ManifestError for a wrong manifest.

    What the user has added and cannot be read any more is warned of.
    """
    found: dict[str, Source] = {}
    for name, folder in added().items():
        try:
            found[name] = _source(folder, name)
        except (ManifestError, UsageError) as error:
            first = str(error).splitlines()[0]
            message = f"The provider {name} that was added cannot be read: {first} Add it again, or: rowcall provider remove {name}"
            warnings.warn(message, RowcallWarning, stacklevel=2)
    return Providers(shipped(), found | of_paths(paths))


def of_paths(paths: Paths) -> dict[str, Source]:
    """The providers that some paths mean, by name. Raises UsageError and ManifestError as `available` does."""
    if isinstance(paths, (str, Path)):
        raise UsageError(f'provider_paths is a list of paths, as ["{paths}"], or a table of paths by the names of their providers.')
    if isinstance(paths, Mapping):
        return {_checked(name): _source(_only(Path(path).expanduser()), name) for name, path in paths.items()}
    found: dict[str, Source] = {}
    places: dict[str, Path] = {}
    for path in paths:
        for folder in _folders(Path(path).expanduser()):
            source = _source(folder)
            name = source.name
            if name in found:
                hint = f'provider_paths={{"{name}": "{places[name]}", "{name}_2": "{folder}"}} names them apart.'
                raise UsageError(f"Two providers are called {name}: {places[name]} and {folder}. {hint}")
            found[name], places[name] = source, folder
    return dict(found)


def add(path: Path, name: str | None = None) -> list[_Named]:
    """The providers of a path, copied into the user's data folder, in place of those of the same names that were added before.

    Raises UsageError and ManifestError as `available` does, also for a name with several providers.
    """
    folders = [_only(path)] if name is not None else _folders(path)
    sources = [_source(folder, None if name is None else _checked(name)) for folder in folders]
    for folder, source in zip(folders, sources, strict=True):
        place = added_folder() / source.name
        made = place.with_name(f".{source.name}.new")
        shutil.rmtree(made, ignore_errors=True)
        made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(folder, made, ignore=_no_document)
        shutil.rmtree(place, ignore_errors=True)
        made.rename(place)
    return [_source(added_folder() / source.name, source.name) for source in sources]


def remove(name: str) -> None:
    """Removes what was added. Raises UsageError where nothing of that name was."""
    folders = added()
    if name.casefold() not in folders:
        there = f"There is: {', '.join(folders)}." if folders else "Nothing was added."
        raise UsageError(f'No provider "{name}" was added. {there}')
    shutil.rmtree(folders[name.casefold()])


def _no_document(folder: str, names: Sequence[str]) -> list[str]:
    from rowcall.stackql.folders import DOCUMENTS

    below = {name: Path(folder) / name for name in names}
    return [name for name, path in below.items() if path.is_symlink() or (path.is_file() and path.suffix.lower() not in DOCUMENTS)]


def _folders(path: Path) -> list[Path]:
    from rowcall.stackql.folders import provider_folders

    return provider_folders(path)


def _only(path: Path) -> Path:
    """The one provider folder that a path means."""
    folders = _folders(path)
    if len(folders) > 1:
        raise UsageError(f"{path} holds {len(folders)} providers, and one name is for one of them: name the folder of one.")
    return folders[0]


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(f'"{name}" is no name for a provider: use small letters, digits and _.')
    return name


class _Named(Source, Protocol):
    """A provider with the name that statements call it by."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def environment(self) -> Sequence[str]:
        """The variables of the environment that parts of the names of its servers come from."""


@dataclass(frozen=True)
class _Native:
    """A manifest of our own."""

    name: str
    folder: Path

    @cached_property
    def provider(self) -> Provider:
        """The record, under the name that it was given."""
        return replace(load_provider(self.folder), provider=self.name)

    @cached_property
    def names(self) -> Mapping[str, Sequence[str]]:
        """The names of its resources by that of their service."""
        return {name: tuple(service.resources) for name, service in self.provider.services.items()}

    @property
    def environment(self) -> Sequence[str]:
        """The variables of the environment that parts of the names of its servers come from."""
        return [*self.provider.base_url_env, *(env for variable in self.provider.variables.values() for env in variable.env)]


def _source(folder: Path, name: str | None = None) -> _Named:
    from rowcall.stackql.folders import provider_file
    from rowcall.stackql.package import Package

    file = provider_file(folder)
    if file is not None and _OWN.search(file.read_bytes()):
        return _Native(name or load_provider(folder).provider, folder)
    found = Package(folder, name)
    if not _NAME.fullmatch(found.name):  # it is that of a folder too, and what a stranger wrote must lead to no other
        hint = f'Give it one: --name NAME, or in Python provider_paths={{"name": "{folder}"}}.'
        raise UsageError(f"The provider in {folder} calls itself {found.name!r}, which is no name for a provider. {hint}")
    return found
