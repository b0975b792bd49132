"""JSON as XML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

ROOT = "response"
"""What the root element is called where nothing looks at it."""


def xml(body: Any, root: str = ROOT) -> str:
    """JSON as a document of XML that reads as the same: a list is an element several times, and what is null is left out."""
    content = body if isinstance(body, dict) else {"item": body}
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{"".join(_elements(root, content))}'


def _elements(name: str, value: Any) -> list[str]:
    if isinstance(value, list):
        return [part for item in value for part in _elements(name, item)]
    if value is None:
        return []
    if not isinstance(value, Mapping):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return [f"<{name}>{escape(text)}</{name}>"]
    attributes = "".join(f" {key[1:]}={quoteattr(str(inner))}" for key, inner in value.items() if key.startswith("-") and inner is not None)
    inside = [part for key, inner in value.items() if _ELEMENT.fullmatch(key) for part in _elements(key, inner)]
    return [f"<{name}{attributes}>{escape(str(value.get('#text') or ''))}{''.join(inside)}</{name}>"]


_ELEMENT = re.compile(r"[A-Za-z_][\w.-]*")
"""What an element can be called."""
