"""Provider folders read into checked records, or refused with every fault they have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rowcall.errors import Fault, ManifestError, UsageError
from rowcall.manifest.kept import Kept

if TYPE_CHECKING:
    from rowcall.manifest.document import Document
    from rowcall.manifest.model import Part, Provider, Service

PROVIDER_FILE = "provider.yaml"
PUBLISHED_FILE = "published.yaml"
"""What a provider's makers publish, beside its manifest; no service."""
_SANDBOX = "sandbox"
"""Files of a provider folder whose names start so are the sandbox's and not of this language."""


def load_provider(folder: Path) -> Provider:
    """The provider that a folder describes, with its services by name.

    Read once in a process while its files stay as they are: each session asks. Raises ManifestError with all faults of all its files, and
    UsageError where there is no such folder.
    """
    return _loaded(folder).provider


def _loaded(folder: Path) -> _Loaded:
    return _load(folder, tuple(map(_state, sorted(folder.glob("*.yaml")))))


def _state(file: Path) -> tuple[str, ...]:
    """What differs when a file does."""
    try:
        found = file.stat()
    except OSError as error:  # which is for whoever reads it to say
        return (file.name, str(error))
    return (file.name, str(found.st_ino), str(found.st_mtime_ns), str(found.st_size))


@lru_cache(maxsize=32)
def _load(folder: Path, _files: tuple[tuple[str, ...], ...]) -> _Loaded:
    return _Loaded(folder)


class _Loaded:
    """A folder that has no fault: its names at once, its records when they are asked for."""

    def __init__(self, folder: Path) -> None:
        """Raises ManifestError and UsageError as `load_provider` does."""
        self._folder = folder
        self._kept = Kept(folder)
        self.names = self._kept.names or {name: tuple(service.resources) for name, service in self.provider.services.items()}

    @cached_property
    def provider(self) -> Provider:
        return self._kept.provider() or self._read()

    def _read(self) -> Provider:
        provider, faults = _read_folder(self._folder)
        if faults:
            raise ManifestError(faults)
        self._kept.keep(provider)
        return provider


class Source(Protocol):
    """Where a provider comes from: its names are there at once, and its record when it is asked for."""

    @property
    def names(self) -> Mapping[str, Sequence[str]]:
        """The names of its resources by that of their service."""

    @property
    def provider(self) -> Provider:
        """The record."""


class Providers(Mapping[str, "Provider"]):
    """Providers by name, in order, of which each is made when it is asked for; their names are there at once."""

    def __init__(self, folders: Mapping[str, Path], others: Mapping[str, Source] | None = None) -> None:
        """`others` are not written in this language; of two providers of one name it is theirs that is meant.

        Raises ManifestError and UsageError as `load_provider` does.
        """
        own: dict[str, Source] = {name: _loaded(folder) for name, folder in folders.items() if name not in (others or {})}
        self._loaded = dict(sorted((own | dict(others or {})).items()))

    def __getitem__(self, name: str) -> Provider:
        return self._loaded[name].provider

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)

    def resources(self, name: str) -> Mapping[str, Sequence[str]]:
        """The names of a provider's resources, by that of their service."""
        return self._loaded[name].names


class Services(Mapping[str, "Service"]):
    """The services of a provider by name, each read when it is asked for."""

    def __init__(self, names: Iterable[str], read: Callable[[str], Service], head: Callable[[str], Service] | None = None) -> None:
        """`head` gives a service without its resources, where that takes less."""
        self._names = dict.fromkeys(names)
        self._read = read
        self._head = head
        self.read: dict[str, Service] = {}
        """Those that were asked for."""

    def __getitem__(self, name: str) -> Service:
        if name not in self._names:
            raise KeyError(name)
        if name not in self.read:
            self.read[name] = self._read(name)
        return self.read[name]

    def head(self, name: str) -> Service:
        """A service of which nobody asks what its resources are."""
        return self[name] if self._head is None or name in self.read else self._head(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


def check(path: Path) -> tuple[Fault, ...]:
    """The faults of a provider folder with all its files, or of one file of it, which is checked with those beside it.

    Raises UsageError where `path` does not exist.
    """
    from rowcall.manifest.published import published_faults
    from rowcall.manifest.sandbox import SANDBOX_FILE

    if path.is_dir():
        provider, faults = _read_folder(path)
        return (faults or _sandbox_faults(path / SANDBOX_FILE, provider)) + published_faults(path / PUBLISHED_FILE)
    if not path.is_file():
        message = f"There is no file or folder {path}."
        raise UsageError(message)
    if path.name == SANDBOX_FILE:
        provider, faults = _read_folder(path.parent)
        return faults or _sandbox_faults(path, provider)
    if path.name == PUBLISHED_FILE:
        return published_faults(path)
    document = opened(path)
    if path.name == PROVIDER_FILE or "provider" in document.keys_at_top():
        _read_provider(document)
    else:
        beside = path.parent / PROVIDER_FILE
        name, dot, _ = path.stem.partition(".")
        known, whole = _read_provider(opened(beside)) if beside.is_file() else None, path.parent / f"{name}.yaml"
        if dot:
            _read_part(document, known, _read_service(opened(whole), known, name) if whole.is_file() else None, name)
        else:
            _read_service(document, known, name)
    return in_order(document)


def _sandbox_faults(file: Path, provider: Provider) -> tuple[Fault, ...]:
    """What is wrong with a sandbox file, which can be said only when the rest of its folder is right."""
    from rowcall.manifest.sandbox import read_sandbox

    return read_sandbox(str(file), file.read_text("utf-8-sig"), provider)[1] if file.is_file() else ()


def service_files(folder: Path) -> tuple[Path, ...]:
    """The files of a provider folder that describe its services, by name."""
    others = {PROVIDER_FILE, PUBLISHED_FILE}
    return tuple(file for file in sorted(folder.glob("*.yaml")) if file.name not in others and not file.stem.startswith(_SANDBOX))


def _read_folder(folder: Path) -> tuple[Provider, tuple[Fault, ...]]:
    file = folder / PROVIDER_FILE
    if not file.is_file():
        message = f"There is no {PROVIDER_FILE} in {folder}."
        raise UsageError(message)
    document = opened(file)
    provider = _read_provider(document)
    faults = [*in_order(document)]
    services: dict[str, Service] = {}
    known = provider if document.has_keys and document.sound("paging") else None
    # A service before what more there is of it.
    for service_file in sorted(service_files(folder), key=lambda file: file.stem.partition(".")):
        below, (name, dot, _) = opened(service_file), service_file.stem.partition(".")
        if dot:
            services = _with_part(below, _read_part(below, known, services.get(name), name), services)
        else:
            services[name] = _read_service(below, known, name)
        faults += in_order(below)
    keyed = tuple(name for name, service in services.items() if service.auth)
    return replace(provider, services=services, keyed=keyed), tuple(faults)


def _read_provider(document: Document) -> Provider:
    from rowcall.manifest.model import Provider
    from rowcall.manifest.rules import check_provider

    without = {"services": "each service is a file of its own beside this one", "keyed": "a service says itself how to authenticate at it"}
    provider = document.read(Provider, without=without)
    if document.has_keys:
        check_provider(document, provider)
    return provider


def _read_service(document: Document, provider: Provider | None, name: str) -> Service:
    from rowcall.manifest.model import Service
    from rowcall.manifest.rules import check_service

    service = document.read(Service, without={})
    if document.has_keys:
        check_service(document, service, provider=provider, name=name)
    return service


def _read_part(document: Document, provider: Provider | None, service: Service | None, name: str) -> Part:
    from rowcall.manifest.model import Part
    from rowcall.manifest.rules import check_part

    part = document.read(Part, without={})
    if document.has_keys:
        check_part(document, part, provider=provider, service=service, name=name)
    return part


def _with_part(document: Document, part: Part, services: dict[str, Service]) -> dict[str, Service]:
    """The services with more of one; a fault where there is no such service, or it has such a resource."""
    service = services.get(part.more_of)
    if service is None:
        if document.sound("more_of"):
            document.fault("more_of", f"there is no {part.more_of}.yaml beside this file")
        return services
    for name in part.resources.keys() & service.resources.keys():
        document.fault(f"resources.{name}", f"the service has a resource `{name}` in another file", at_key=True)
    return {**services, part.more_of: replace(service, resources={**service.resources, **part.resources})}


def opened(file: Path) -> Document:
    """A file on its way into records, at fault where it is no text. Raises UsageError where it cannot be read."""
    from rowcall.manifest.document import Document

    try:
        text, problem = file.read_text("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        text, problem = "", f"the file is not UTF-8 text ({error.reason} at byte {error.start})"
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise UsageError(message) from error
    document = Document(str(file), text)
    if problem:
        document.faults[:] = [Fault(str(file), 1, 1, "", problem)]
    return document


def in_order(document: Document) -> tuple[Fault, ...]:
    """The faults of a file as they stand in it."""
    return tuple(sorted(document.faults, key=lambda fault: (fault.line, fault.column)))
