"""JSON as XML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rowcall.manifest.xml import document, is_name, without_forbidden

ROOT = "response"
"""What the root element is called where nothing looks at it."""


def xml(body: Any, root: str = ROOT) -> str:
    """JSON as a document of XML that reads as the same: a list is an element several times, and what is null is left out."""
    return document({root: _in_xml(body if isinstance(body, dict) else {"item": body})})


def _in_xml(value: Any) -> Any:
    """What XML can hold of a value."""
    if isinstance(value, Mapping):
        return {
            key: _in_xml(inner) for key, inner in value.items() if inner is not None and (is_name(key.removeprefix("-")) or key == "#text")
        }
    if isinstance(value, list):
        return [_in_xml(item) for item in value if item is not None]
    return without_forbidden(value) if isinstance(value, str) else value
