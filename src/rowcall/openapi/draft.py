"""A manifest in the making, with what is to be said to its reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rowcall.manifest.model import Paging
from rowcall.openapi.api import Operation
from rowcall.openapi.document import Document, Place
from rowcall.openapi.names import free, snake
from rowcall.openapi.paging import Found
from rowcall.openapi.types import Schemas


@dataclass(frozen=True, slots=True)
class Open:
    """Something that the document leaves open, and a person has to decide."""

    file: str
    """The file of the manifest that it is marked in."""
    path: str
    """Where in it, as a dotted path."""
    text: str
    place: Place
    """Where the document says it, or does not."""


@dataclass(slots=True)
class Draft:
    """A manifest in the making."""

    document: Document
    schemas: Schemas
    name: str
    comments: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By file and dotted path, the lines to stand above it."""
    open: list[Open] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    """By reason, the operations that no method is for."""
    differs: dict[str, list[str]] = field(default_factory=dict)
    """By reason, where the manifest says something else than the document."""
    paging: dict[str, Paging] = field(default_factory=dict)

    def comment(self, file: str, path: str, text: str) -> None:
        """Says something to the reader of the manifest."""
        lines = self.comments.setdefault(file, {}).setdefault(path, [])
        if text not in lines:
            lines.append(text)

    def ask(self, file: str, path: str, text: str, node: Any) -> None:
        """Marks something for the reader to decide, and lists it."""
        self.comment(file, path, f"TODO: {text}")
        self.open.append(Open(file, path, text, self.document.place(node)))

    def leave_out(self, operation: Operation, reason: str) -> None:
        """No method is for an operation."""
        self.left_out.setdefault(reason, []).append(operation.line)

    def say_otherwise(self, at: str, reason: str) -> None:
        """The manifest says something else than the document."""
        self.differs.setdefault(reason, []).append(at)

    def paged_by(self, found: Found, operation: Operation) -> str:
        """The name of a way of paging, which is the one of another operation where it is the same."""
        for name, paging in self.paging.items():
            if paging == found.paging:
                return name
        name = free(
            snake(found.paging.parameter or "", str(found.paging.kind)) if found.paging.parameter else str(found.paging.kind), self.paging
        )
        self.paging[name] = found.paging
        path = f"paging.{name}"
        self.comment("provider", path, f"{found.reason} First seen in {operation.line}.")
        if not found.is_clear:
            self.ask("provider", path, f"see how `{operation.line}` is paged; this is a guess.", operation.node)
        return name
