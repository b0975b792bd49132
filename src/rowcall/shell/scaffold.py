"""`rowcall provider import` and `rowcall provider new`: manifests made of a document, or of one answer."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rowcall.errors import UsageError
from rowcall.front.report import counted
from rowcall.shell.exit import Exit

if TYPE_CHECKING:
    from rowcall.openapi.document import Document
    from rowcall.openapi.importing import Imported

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def run_import(options: argparse.Namespace) -> int:
    """The exit code, after a document was made a manifest."""
    from rowcall.openapi.document import Document

    return _made(Document(options.file), options.name, options, services=options.service)


def run_new(options: argparse.Namespace) -> int:
    """The exit code, after one answer was made a manifest."""
    from rowcall.openapi.sample import from_answer

    _check_name(options.name)
    given: str = options.from_response
    if given.startswith(("http://", "https://")):
        from rowcall.http.sample import sample

        body, headers = sample(given)
        return _made(from_answer(body, options.name, url=given, headers=headers), options.name, options)
    file = Path(given)
    try:
        text = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}. Give a file, or an address that begins with https://.") from error
    return _made(from_answer(text, options.name, file=file), options.name, options)


def _made(document: Document, name: str, options: argparse.Namespace, *, services: tuple[str, ...] | list[str] = ()) -> int:
    """Writes the folder, prints what is left to decide, and says on standard error what came of it."""
    from rowcall.openapi.folder import write_folder
    from rowcall.openapi.importing import imported

    _check_name(name)
    made = imported(document, name, services=services)
    folder = options.out or Path("provider") / name
    is_sample = options.action == "new"
    faults = write_folder(folder, made.provider, published=None if is_sample else made.published, comments=made.comments)
    for line in _to_decide(folder, made):
        print(line, flush=True)
    for fault in (*document.missing, *faults):
        print(fault, file=sys.stderr)
    for line in _summary(folder, made):
        print(line, file=sys.stderr)
    return Exit.FAILED if faults else Exit.OK


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(f"`{name}` is no name for a provider: use small letters, digits and _, and begin with a letter.")


def _to_decide(folder: Path, made: Imported) -> Iterator[str]:
    """What the document leaves open, with the line that it is marked on, and the place in the document."""
    texts = {
        file: file.read_text("utf-8").splitlines() for file in sorted(folder.glob("*.yaml"), key=lambda file: file.stem.partition("."))
    }
    for each in made.open:
        mark = f"# TODO: {each.text[:40]}"
        files = {file: lines for file, lines in texts.items() if file.stem.partition(".")[0] == each.file}
        found = [(file, number) for file, lines in files.items() for number, line in enumerate(lines) if mark in line]
        file, number = found[0] if found else (folder / f"{each.file}.yaml", 0)
        texts[file][number] = ""  # the next one of the same words is another one
        yield f"{file}:{number + 1}: {each.text} ({each.place})"


def _summary(folder: Path, made: Imported) -> Iterator[str]:
    services = made.provider.services
    resources = sum(len(service.resources) for service in services.values())
    parts = [counted(len(services), "service"), counted(resources, "resource"), counted(made.covered, "method")]
    left_out = made.operations - made.covered
    if left_out:
        parts.append(f"{counted(left_out, 'operation')} left out, for reasons that published.yaml has")
    if made.open:
        parts.append(f"{counted(len(made.open), 'thing')} to decide, each marked with TODO")
    yield f"{folder}: {', '.join(parts)}"
