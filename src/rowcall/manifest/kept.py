"""Manifests as they were read before, kept in the user's cache directory: to read YAML takes longer than most statements do.

A file holds what one folder said, as JSON, under a digest of all that it came from: the texts of the manifests, and the code that read
them. With another digest it is as if it were not there. A manifest says where keys are sent, so a file is believed only if it is the
user's own and nobody else can write to it. Nothing depends on it: what cannot be read or written is read from YAML.

Its first line holds the names, and a digest of the rest; then there is a line for the provider, and one for each service, which is read
when a statement needs that service.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowcall import __version__

if TYPE_CHECKING:
    from rowcall.manifest.model import Provider, Service

_KIND = ""
"""The key under which an object of the file says which record it is; no name in a manifest is empty."""


class Kept:
    """What is kept of a provider's folder, as its files are now."""

    def __init__(self, folder: Path) -> None:
        self._digest = _digest(folder)
        self._file = directory("manifests") / f"{hashlib.sha256(os.fsencode(folder)).hexdigest()[:32]}.json"
        head, _, self._body = trusted(self._file).partition(b"\n")
        self.names: Mapping[str, Sequence[str]] | None = self._names(head)
        """The names of resources by that of their service; None where nothing is kept."""

    def _names(self, head: bytes) -> Mapping[str, Sequence[str]] | None:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            read = json.loads(head)
            if (read["digest"], read["body"]) == (self._digest, _of_body(self._body)):
                names: Mapping[str, Sequence[str]] = read["names"]
                return names
        return None

    def provider(self) -> Provider | None:
        """The provider, of which each service is read when it is asked for; None where nothing is kept."""
        if self.names is None:
            return None
        first, *lines = self._body.split(b"\n")
        provider: Provider = json.loads(first, object_hook=_record)
        return dataclasses.replace(provider, services=_Services(dict(zip(self.names, lines, strict=True))))

    def keep(self, provider: Provider) -> None:
        """Writes it down for the next process, where that is possible; others see the whole file or the one before."""
        names = {service: list(read.resources) for service, read in provider.services.items()}
        with contextlib.suppress(ValueError):
            records = [dataclasses.replace(provider, services={}), *provider.services.values()]
            body = "\n".join(json.dumps(_plain(record)) for record in records)
            head = json.dumps({"digest": self._digest, "body": _of_body(body.encode()), "names": names})
            write(self._file, f"{head}\n{body}")


class _Services(Mapping[str, "Service"]):
    """Services by name, of which each is read from its line when it is asked for."""

    def __init__(self, lines: Mapping[str, bytes]) -> None:
        self._lines = lines
        self._read: dict[str, Service] = {}

    def __getitem__(self, name: str) -> Service:
        if name not in self._read:
            self._read[name] = json.loads(self._lines[name], object_hook=_record)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def __repr__(self) -> str:
        return repr(dict(self))


def directory(name: str) -> Path:
    """The folder of that name in the user's cache directory, which need not be there."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("rowcall")) / name


def _digest(folder: Path) -> str:
    """Of the manifests in a folder, and of the modules that say how they are read."""
    digest = hashlib.sha256(__version__.encode())
    for file in [*sorted(folder.glob("*.yaml")), *sorted(Path(__file__).parent.glob("*.py"))]:
        try:
            text = file.read_bytes()
            digest.update(f"\n{file.name} {len(text)}\n".encode() + text)
        except OSError:  # which is for whoever reads it to say
            digest.update(f"\n{file.name} -\n".encode())
    return digest.hexdigest()


def _of_body(body: bytes) -> str:
    """What says that the lines after the first are those that were written."""
    return hashlib.sha256(body).hexdigest()


def trusted(file: Path) -> bytes:
    """What is in a file that only this user can have written; nothing where there is none."""
    try:
        with file.open("rb") as opened:
            state = os.fstat(opened.fileno())
            mine = not hasattr(os, "geteuid") or (state.st_uid == os.geteuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
            return opened.read() if mine and stat.S_ISREG(state.st_mode) else b""
    except OSError:
        return b""


def write(file: Path, text: str) -> None:
    """Writes a file that others see whole or as it was before, where that is possible."""
    import tempfile

    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                opened.write(text)
            Path(made).replace(file)
        except OSError:
            Path(made).unlink(missing_ok=True)


def text_of(value: Any) -> str:
    """A record of `model.py` as JSON on one line. Raises ValueError for what would come back as something else."""
    return json.dumps(_plain(value))


def record(text: str | bytes) -> Any:
    """The record that such a text stands for. Raises ValueError, TypeError and AttributeError for another text."""
    return json.loads(text, object_hook=_record)


def _plain(value: Any) -> Any:
    """A record as JSON has it, with the name of its kind, and without what is as it is by default.

    Raises ValueError for what would come back as something else.
    """
    if dataclasses.is_dataclass(value):
        said = {field.name: each for field in dataclasses.fields(value) if (each := getattr(value, field.name)) != _default(field)}
        return {_KIND: type(value).__name__, **{name: _plain(each) for name, each in said.items()}}
    if isinstance(value, StrEnum):
        return {_KIND: type(value).__name__, "value": value.value}
    if isinstance(value, dict):
        if _KIND in value:
            raise ValueError("a name is empty")
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _default(field: dataclasses.Field[Any]) -> Any:
    """What no value equals where it has none."""
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _record(entries: dict[str, Any]) -> Any:
    """The record that an object of the file stands for. Lists are tuples there, within one another too."""
    from rowcall.manifest import model

    kind = entries.pop(_KIND, None)
    values = {name: _tuples(value) for name, value in entries.items()}
    return values if kind is None else getattr(model, kind)(**values)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
