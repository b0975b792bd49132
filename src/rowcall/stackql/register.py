"""Resources that stand in a document of their own, away from the operations that they call: as if each stood where its operations are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rowcall.openapi.document import Document
from rowcall.stackql.config import rows, table, text

RESOURCES = "resources"
"""What such a document has its resources under, and what a provider has it under."""
_HERE, _THERE = f"#/{RESOURCES}/", "#/components/x-stackQL-resources/"


def documents(register: Document, otherwise: str, place: Callable[[str], Path | None], folder: Path) -> Iterator[Document]:
    """The documents of the operations that its resources call, each with these resources; what is not there is left out.

    `otherwise` is what the provider names as the document of the service, and `place` gives the file of such a name.
    """
    by_file: dict[Path, dict[str, Any]] = {}
    said = _reference(register.root.get("serviceDoc"))
    for name, node in table(register.root.get(RESOURCES)).items():
        methods = table(table(node).get("methods")).values()
        called = (text(table(table(method).get("operation")).get("$ref")).partition("#")[0] for method in methods)
        file = place(next(filter(None, (*called, _reference(table(node).get("serviceDoc")), said, otherwise)), ""))
        if file is not None:
            by_file.setdefault(file, {})[name] = _moved(table(node))
    for file, resources in by_file.items():
        root = Document(file, within=folder).root
        components = {**table(root.get("components")), "x-stackQL-resources": resources}
        yield Document(file, {**root, "components": components}, within=folder)


def _reference(node: Any) -> str:
    return text(table(node).get("$ref")).partition("#")[0]


def _moved(node: Mapping[str, Any]) -> dict[str, Any]:
    """A resource as it stands beside its operations."""
    methods = {name: _beside(table(method)) for name, method in table(node.get("methods")).items()}
    verbs = node.get("sqlVerbs")
    if not isinstance(verbs, dict):
        return {**node, "methods": methods}
    moved = {word: [{"$ref": _pointer(one).replace(_HERE, _THERE, 1)} for one in rows(each)] for word, each in verbs.items()}
    return {**node, "methods": methods, "sqlVerbs": moved}


def _beside(method: Mapping[str, Any]) -> dict[str, Any]:
    return {**method, "operation": {"$ref": _pointer(method.get("operation"))}}


def _pointer(node: Any) -> str:
    """What a reference leads to in its document, whichever that is."""
    _, sharp, pointer = text(table(node).get("$ref")).partition("#")
    return f"{sharp}{pointer}"
