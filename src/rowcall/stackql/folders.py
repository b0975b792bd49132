"""Where provider folders are: a folder itself, a folder of versions, a root of many providers, or a package of one."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rowcall.errors import UsageError
from rowcall.manifest import kept

PROVIDER_FILES = ("provider.yaml", "provider.yml", "provider.json")
DOCUMENTS = frozenset({".yaml", ".yml", ".json"})
_PACKAGES = (".tgz", ".tar.gz")
_LARGEST = 2 << 30
"""How many bytes a package may hold."""
_ROOTS = ("", "src", "providers/src")
"""Where a root may have its providers."""


def provider_folders(path: Path) -> list[Path]:
    """The provider folders that a path means, each of the newest version that is there.

    A package is unpacked into the user's cache directory, once for its content. Raises UsageError where there is nothing of the kind.
    """
    if path.name.lower().endswith(_PACKAGES) and path.is_file():
        path = _unpacked(path)
    if not path.is_dir():
        raise UsageError(f"There is no provider folder and no package {path}.")
    found = [*_found(path)]
    if not found:
        hint = f"A provider is a folder with a {PROVIDER_FILES[0]}, a root of such folders, or a package of one ({_PACKAGES[0]})."
        raise UsageError(f"There is no provider in {path}. {hint}")
    return found


def _found(path: Path) -> Iterator[Path]:
    if (newest := _newest(path)) is not None:
        yield newest
        return
    for root in _ROOTS:
        folders = [newest for folder in _folders(path / root) if (newest := _newest(folder)) is not None]
        if folders:
            yield from folders
            return


def _newest(folder: Path) -> Path | None:
    """The folder itself where it is a provider, else that of its newest version; None where it is neither."""
    if provider_file(folder) is not None:
        return folder
    versions = [one for one in _folders(folder) if _is_version(one.name) and provider_file(one) is not None]
    return max(versions, key=lambda one: _numbers(one.name)) if versions else None


def provider_file(folder: Path) -> Path | None:
    """The file of a provider folder that says what its services are; None where there is none."""
    return next((folder / name for name in PROVIDER_FILES if (folder / name).is_file()), None)


def _folders(path: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(one for one in path.iterdir() if one.is_dir() and not one.name.startswith("."))
    return []


def _is_version(name: str) -> bool:
    return re.fullmatch(r"v?\d+(\.\d+)*([-+.].*)?|expt|latest", name) is not None


def _numbers(name: str) -> tuple[list[int], str]:
    return [int(number) for number in re.findall(r"\d+", name)], name


def _unpacked(package: Path) -> Path:
    """The folder into which a package was unpacked, by this process or one before it."""
    try:
        digest = hashlib.sha256(package.read_bytes()).hexdigest()[:32]
    except OSError as error:
        raise UsageError(f"{package} cannot be read: {error.strerror}.") from error
    folder = kept.directory("packages") / digest
    if not folder.is_dir():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{digest}.", dir=folder.parent) as made:
            unpack(package, Path(made))
            with contextlib.suppress(OSError):  # another process was faster
                Path(made).rename(folder)
                Path(made).mkdir()  # for who removes it
    return folder


def unpack(package: Path, folder: Path) -> None:
    """Writes the documents of a package into a folder, and nothing else. Raises UsageError for what is none."""
    size = 0
    try:
        with tarfile.open(package) as opened:
            for member in opened:
                name = Path(member.name)
                if not member.isfile() or name.suffix.lower() not in DOCUMENTS or name.is_absolute() or ".." in name.parts:
                    continue
                size += member.size
                content = opened.extractfile(member)
                if content is None or size > _LARGEST:
                    raise UsageError(f"{package} holds more than {_LARGEST:,} bytes.")
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content.read())
    except (tarfile.TarError, EOFError, OSError) as error:
        reason = str(error).partition(":\n")[0]  # and not what each way of unpacking says of it
        raise UsageError(f"{package} is no package that can be unpacked: {reason}.") from error
