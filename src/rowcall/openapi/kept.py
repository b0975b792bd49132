"""Documents as they were read before, kept in the user's cache directory: YAML is read some thirty times more slowly than JSON.

A file holds the values of one document as JSON, and the lines of its objects, under a digest of its text and of the code that read it.
Nothing depends on it: what cannot be read or written there is read from YAML.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowcall import __version__
from rowcall.manifest import kept

_SMALL = 50_000
"""Bytes of a document that is not worth a file."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a file says."""

    root: Any
    lines: dict[int, int]
    """The 1-based lines of its objects and arrays, by their identity; empty where they are not known."""
    is_tree: bool = True
    """Whether no object of it stands in two places, as aliases make it."""


def values(text: bytes, file: Path, parse: Callable[[bytes, Path], Values]) -> Values:
    """What `parse` makes of the text, or made of it before."""
    if len(text) < _SMALL:
        return parse(text, file)
    digest = _digest(text)
    place = kept.directory("documents") / f"{hashlib.sha256(os.fsencode(file.absolute())).hexdigest()[:32]}.json"
    head, _, body = kept.trusted(place).partition(b"\n")
    with contextlib.suppress(ValueError, KeyError, TypeError):
        read = json.loads(head)
        if read["digest"] == digest:
            root = json.loads(body)
            return Values(root, dict(zip(map(id, containers(root)), read["lines"], strict=True)))
    parsed = parse(text, file)
    if parsed.lines and parsed.is_tree:
        first = json.dumps({"digest": digest, "lines": [parsed.lines[id(node)] for node in containers(parsed.root)]})
        kept.write(place, f"{first}\n{json.dumps(parsed.root)}")
    return parsed


def containers(root: Any) -> Iterator[Any]:
    """The objects and arrays of a value, each once, always in one order."""
    seen, waiting = set[int](), [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (dict, list)) and id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting += node.values() if isinstance(node, dict) else node


def _digest(text: bytes) -> str:
    """Of a document, and of the modules that say how it is read."""
    digest = hashlib.sha256(__version__.encode())
    for module in ("document.py", "kept.py"):
        digest.update(Path(__file__).with_name(module).read_bytes())
    digest.update(text)
    return digest.hexdigest()
