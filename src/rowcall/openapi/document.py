"""A document that describes an API, as plain values: OpenAPI 3 or Swagger 2, in YAML or JSON, with the files beside it that it refers to.

A list of request lines, as `get /runs/{run_id}`, is a document too, which says nothing more of them.

Documents come from everywhere, so reading is tolerant: keys are text, unknown tags say nothing, dates, `on` and `no` are text, the last of
two equal keys counts, a reference that leads nowhere gives an empty object and is listed. Only what is no YAML and no JSON at all is an
error. What an object means is not known here, and nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rowcall.errors import Fault, ManifestError, UsageError
from rowcall.openapi import kept

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")
_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{\[\n]', re.DOTALL)
_LONGEST_NUMBER = 40
_MERGE = "<<"
_REQUEST_LINE = re.compile(r"(get|head|post|put|patch|delete) (/\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands; written as `file:line`, or as the file where its lines are not known."""

    file: str
    line: int | None = None
    """1-based."""

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Document:
    """A document, and how one finds one's way in it. Its values are not to be changed."""

    def __init__(self, file: Path, root: Any = None, *, within: Path | None = None) -> None:
        """What the file holds, or `root`, which was made of it. Of other files it reads those below a folder alone, where one is given.

        Raises UsageError where there is no such file, and ManifestError with the place where it is not YAML or JSON.
        """
        self.file = file
        self._within = within
        self.missing: list[Fault] = []
        """The references that lead nowhere, of those that were followed so far, each once."""
        self.beside: dict[str, Path] = {}
        """The other files that were asked for so far, whether they are there or not, by the names that the document has for them."""
        self._files: dict[str, kept.Values] = {}
        listed = None if root is not None else _listed(file)
        self.is_list = listed is not None
        """Whether it is a list of request lines."""
        root = self._read(file, str(file)).root if root is None and listed is None else root or listed
        if not isinstance(root, dict):
            raise ManifestError([Fault(str(file), 1, 1, "", f"expected an object with `openapi` or `swagger`, found {_found(root)}")])
        self.root: dict[str, Any] = root

    @property
    def version(self) -> str:
        """What it says it is written in, as `3.1.0` or `2.0`; "" where it does not say."""
        return str(self.root.get("openapi") or self.root.get("swagger") or "")

    @property
    def is_swagger(self) -> bool:
        """Whether it is a document of version 2, whose objects have other keys."""
        return self.version.startswith("2")

    def resolved(self, node: Any) -> Any:
        """What a node stands for: itself, or what its `$ref` leads to in the end; an empty object where that is nowhere."""
        seen: set[str] = set()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen:
                return self._nowhere(node, reference, "goes in a circle")
            seen.add(reference)
            try:
                node = self.at(reference)
            except (LookupError, ValueError, ManifestError, UsageError) as error:
                return self._nowhere(node, reference, f"leads nowhere: {error}" if isinstance(error, UsageError) else "leads nowhere")
        return node

    def at(self, reference: str) -> Any:
        """What a reference names: a JSON pointer (`#/paths/~1runs/get`), or that of a file whose path is relative to the document's.

        Raises LookupError where there is nothing, UsageError for a file that is not there or an address on the web.
        """
        file, _, pointer = reference.partition("#")
        node = self._beside(file).root if file else self.root
        for part in pointer.split("/")[1:]:
            node = _below(node, part)
        return node

    def place(self, node: Any) -> Place:
        """Where an object or array of the document stands; the document itself for what does not come from it."""
        for name, values in self._files.items():
            if not values.lines:  # JSON, of which lines are looked for when somebody asks
                values.lines.update(self._lines(name, values.root))
            if (line := values.lines.get(id(node))) is not None:
                return Place(name, line)
        return Place(str(self.file))

    def _lines(self, name: str, root: Any) -> dict[int, int]:
        """The lines of a file of JSON; 0 of its whole alone where they cannot be told, as two of its keys are equal."""
        file = self.file if name == str(self.file) else self.file.parent / unquote(name)
        try:
            begins = list(_begins(file.read_text("utf-8-sig")))
        except (OSError, ValueError):
            begins = []
        nodes = list(_in_order(root))
        return {id(node): line for node, line in zip(nodes, begins, strict=True)} if len(nodes) == len(begins) else {0: 0}

    def _nowhere(self, node: dict[str, Any], reference: str, problem: str) -> dict[str, Any]:
        place = self.place(node)
        fault = Fault(place.file, place.line or 1, 1, "", f"the reference `{reference}` {problem}")
        if fault not in self.missing:
            self.missing.append(fault)
        return {}

    def _beside(self, name: str) -> kept.Values:
        if "://" in name:
            raise UsageError(f"{name} is on the web, and nothing is fetched; save it beside the document.")
        if name in self._files:
            return self._files[name]
        file = self.file.parent / unquote(name)
        if self._within is not None and not file.resolve().is_relative_to(self._within.resolve()):
            raise UsageError(f"{name} is outside of {self._within}.")
        self.beside[name] = file
        values = self._read(file, name)
        _rebase(values.root, name)
        return values

    def _read(self, file: Path, name: str) -> kept.Values:
        try:
            text = file.read_bytes()
        except OSError as error:
            hint = " Nothing is fetched: save the document, and give that file." if file.parts[:1] in {("http:",), ("https:",)} else ""
            raise UsageError(f"{file} cannot be read: {error.strerror}.{hint}") from error
        values = self._files[name] = kept.values(text, file, _parse)
        return values


def _begins(text: str) -> Iterator[int]:
    """The lines on which objects and arrays of a text of JSON begin, in their order."""
    line = 1
    for found in _JSON_TOKEN.finditer(text):
        if found[0] in "{[":
            yield line
        line += found[0].count("\n")


def _in_order(root: Any) -> Iterator[Any]:
    """The objects and arrays of a value in the order in which they begin."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (dict, list)):
            yield node
            waiting += reversed(node.values() if isinstance(node, dict) else node)


def _listed(file: Path) -> dict[str, Any] | None:
    """The paths of a file in which each line is a request line, as a document has them; None for any other file."""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            first = next((line for line in lines if line.strip()), "")
            if not _REQUEST_LINE.fullmatch(first.strip()):
                return None
            found = [_REQUEST_LINE.fullmatch(line.strip()) for line in (first, *lines) if line.strip()]
    except (OSError, ValueError):  # which reading it as a document says better
        return None
    paths: dict[str, dict[str, Any]] = {}
    for match in found:
        if match is None:
            return None
        paths.setdefault(match[2], {})[match[1].lower()] = {}
    return {"paths": paths}


def _below(node: Any, part: str) -> Any:
    """What a part of a pointer names in a node. Raises LookupError and ValueError where there is nothing."""
    key = unquote(part).replace("~1", "/").replace("~0", "~")
    if isinstance(node, list):
        return node[int(key)]
    if isinstance(node, dict):
        # Some write a key as it is, with its percent sign.
        return node[key if key in node else part]
    raise LookupError(part)


def _rebase(root: Any, name: str) -> None:
    """Makes the references in a file beside the document relative to the document."""
    folder = name.rpartition("/")[0]
    for node in kept.containers(root):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            file, sharp, pointer = node["$ref"].partition("#")
            if "://" not in file:
                node["$ref"] = (_joined(folder, file) if file else name) + sharp + pointer


def _joined(folder: str, file: str) -> str:
    """The path of a file that is named in a folder, as short as it can be, so that each file has one name."""
    parts: list[str] = []
    for part in f"{folder}/{file}".split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _parse(text: bytes, file: Path) -> kept.Values:
    """The values of a text and the lines of its objects and arrays. Raises ManifestError with the place where it is neither."""
    try:
        read = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 text ({error.reason} at byte {error.start})"
        raise ManifestError([Fault(str(file), text[: error.start].count(b"\n") + 1, 1, "", message)]) from error
    try:
        return _parse_json(read, file) or _parse_yaml(read, file)
    except RecursionError as error:
        raise ManifestError([Fault(str(file), 1, 1, "", "objects are nested too deep in it")]) from error


def _parse_json(text: str, file: Path) -> kept.Values | None:
    """None for what may be YAML."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return kept.Values(json.loads(text, strict=False), {})
    except json.JSONDecodeError as error:
        if file.suffix != ".json":
            return None
        raise ManifestError([Fault(str(file), error.lineno, error.colno, "", f"this is not JSON: {error.msg}")]) from error


def _parse_yaml(text: str, file: Path) -> kept.Values:
    import yaml

    from rowcall.manifest.document import NotYAMLError, compose

    # One that looks for no types, which are not wanted, and takes half the time.
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        root = compose(text, loader)
    except NotYAMLError as error:
        raise ManifestError([Fault(str(file), error.line, error.column, "", error.message)]) from error
    values = _Values()
    return kept.Values(values.of(root), values.lines, is_tree=values.is_tree)


class _Values:
    """The values of the nodes of one file."""

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}
        self.is_tree = True
        self._made: dict[int, Any] = {}

    def of(self, node: Any) -> Any:
        """The value of a node; of an alias that of what it names, also where it stands inside of that."""
        if node is None:
            return None
        if node.id == "scalar":
            return node.value if node.style else _scalar(node.value)
        if id(node) in self._made:
            self.is_tree = False
            return self._made[id(node)]
        value: Any = {} if node.id == "mapping" else []
        self._made[id(node)] = value
        self.lines[id(value)] = node.start_mark.line + 1
        if node.id == "sequence":
            value += map(self.of, node.value)
        else:
            self._fill(value, node)
        return value

    def _fill(self, value: dict[str, Any], node: Any) -> None:
        merged: list[Any] = []
        for key, below in node.value:
            name = key.value if key.id == "scalar" else str(self.of(key))
            if name == _MERGE and not key.style:
                found = self.of(below)
                merged += found if isinstance(found, list) else [found]
            else:
                value[name] = self.of(below)
        for each in merged:
            if isinstance(each, dict):
                value.update((name, below) for name, below in each.items() if name not in value)


def _scalar(text: str) -> Any:
    """What a text without quotes is in JSON; text where it would be nothing there, as a day or `yes`."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if text[0] in "+-.0123456789" and len(text) < _LONGEST_NUMBER:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _NUMBER.fullmatch(text):
            return float(text)
    return text


def _found(value: Any) -> str:
    return "nothing" if value is None else "an array" if isinstance(value, list) else "a single value"
