"""A file in a body: wherever a body is shown or kept as JSON it is its name, its size and its digest, and its bytes are beside that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

_KEYS = {"filename", "bytes", "sha256"}


class File(dict[str, Any]):
    """A file. Two of one name and one digest are equal, and so is a JSON object that says the same."""

    __slots__ = ("content",)

    def __init__(self, content: bytes, filename: str) -> None:
        super().__init__(filename=filename, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        self.content = content

    @property
    def filename(self) -> str:
        """What it is called where it goes; never empty."""
        name: str = self["filename"]
        return name

    @property
    def digest(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal."""
        digest: str = self["sha256"]
        return digest


def files_of(body: Any) -> Iterator[File]:
    """The files of a body: itself, or each attribute's, which may be several."""
    if isinstance(body, File):
        yield body
    elif isinstance(body, (Mapping, list)):
        for each in body.values() if isinstance(body, Mapping) else body:
            yield from files_of(each)


def with_files(body: Any, contents: Mapping[str, bytes]) -> Any:
    """A body that was kept as JSON, with its files, whose bytes are `contents` by digest; those that are not there stay JSON."""
    if is_shown(body):
        return _file(body, contents)
    if isinstance(body, list):
        return [with_files(each, contents) for each in body]
    return {name: with_files(value, contents) for name, value in body.items()} if isinstance(body, dict) else body


def has_lost(body: Any) -> bool:
    """Whether a body that was kept as JSON has a file in it whose bytes are not there."""
    if is_shown(body):
        return not isinstance(body, File)
    inner = body.values() if isinstance(body, Mapping) else body if isinstance(body, list) else ()
    return any(map(has_lost, inner))


def is_shown(value: Any) -> bool:
    """Whether this is what JSON shows of a file."""
    return isinstance(value, dict) and value.keys() == _KEYS


def _file(value: Any, contents: Mapping[str, bytes]) -> Any:
    if not (isinstance(value["sha256"], str) and value["sha256"] in contents and isinstance(value["filename"], str)):
        return value
    found = File(contents[value["sha256"]], value["filename"])
    return found if found == value else value
