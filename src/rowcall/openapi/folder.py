"""A manifest as a folder of files, written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rowcall.errors import Fault, UsageError
from rowcall.manifest.model import Provider
from rowcall.manifest.published import Published
from rowcall.manifest.read import PROVIDER_FILE, PUBLISHED_FILE, check
from rowcall.openapi.written import written

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
    files: dict[str, Any] = {PROVIDER_FILE: provider, **{f"{name}.yaml": service for name, service in provider.services.items()}}
    if published is not None:
        files[PUBLISHED_FILE] = published
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}.") from error
    try:
        for name, record in files.items():
            text = written(record, comments.get(name.removesuffix(".yaml"), {}))
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
