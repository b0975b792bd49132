"""A manifest as a folder of files, written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rowcall.errors import Fault, UsageError
from rowcall.manifest.model import Part, Provider, Resource, Service
from rowcall.manifest.published import Published
from rowcall.manifest.read import PROVIDER_FILE, PUBLISHED_FILE, check
from rowcall.openapi.written import written

_MOST_LINES = 590
"""Of a file with several resources."""
_NO_COMMENTS: Mapping[str, Mapping[str, Sequence[str]]] = {}


def write_folder(
    folder: Path,
    provider: Provider,
    *,
    published: Published | None = None,
    comments: Mapping[str, Mapping[str, Sequence[str]]] = _NO_COMMENTS,
) -> tuple[Fault, ...]:
    """Writes the manifest of a provider into a new folder, and gives its faults, of which there should be none.

    `comments` are by file and dotted path. Raises UsageError where the folder is there already, and holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already, and nothing of it was changed. Give another folder, or move it away.")
    files: dict[str, Any] = {PROVIDER_FILE: provider}
    for name, service in provider.services.items():
        files |= dict(_files(service, comments.get(name, {})))
    if published is not None:
        files[PUBLISHED_FILE] = published
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}.") from error
    try:
        for name, record in files.items():
            text = written(record, comments.get(name.partition(".")[0], {}))
            (made / name).write_text(text, encoding="utf-8")
        made.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        made.replace(folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return check(folder)


def _files(service: Service, comments: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Any]]:
    """The files of a service: one, or as many as it takes for each to be of a readable length, if its resources are."""
    groups: list[dict[str, Resource]] = [{}]
    room = _MOST_LINES
    for name, resource in service.resources.items():
        lines = written(Part(more_of=service.service, resources={name: resource}), comments).count("\n")
        if lines > room and groups[-1]:
            groups.append({})
            room = _MOST_LINES
        groups[-1][name] = resource
        room -= lines
    yield f"{service.service}.yaml", replace(service, resources=groups[0])
    for group in groups[1:]:
        yield f"{service.service}.{next(iter(group))}.yaml", Part(more_of=service.service, resources=group)
