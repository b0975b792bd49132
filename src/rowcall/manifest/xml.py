"""Values of JSON as documents of XML, which read as the same.

An object is an element for each of its members, and a list one for each item. A member whose name begins with `-` is an attribute, and
`#text` the text beside others; both are as answers in XML are read. What XML cannot hold is an error, and is never left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_WORD = rf"[{_START}][-.0-9\u00b7\u0300-\u036f\u203f-\u2040{_START}]*"
_NAME = re.compile(rf"(?:(?P<prefix>{_WORD}):)?{_WORD}")
"""A name with or without a prefix. Source: https://www.w3.org/TR/xml/#NT-NameStartChar, https://www.w3.org/TR/xml-names/"""
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Source: https://www.w3.org/TR/xml/#NT-Char"""
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTE = _IN_TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})
"""What a reader would take for something else; a line end that is written as it is would become another one, or a space."""


def is_name(text: str) -> bool:
    """Whether an element or an attribute can be called so."""
    return _NAME.fullmatch(text) is not None


def spellings(text: str) -> set[str]:
    """How a text may stand in a document: in an element, and in an attribute."""
    return {text.translate(_IN_TEXT), text.translate(_IN_ATTRIBUTE)}


def without_forbidden(text: str) -> str:
    """A text with U+FFFD in place of what XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def document(body: Mapping[str, Any]) -> str:
    """The document whose root element is the one member of `body`. Raises ValueError for what XML cannot hold, with where that is."""
    ((name, content),) = body.items()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{"".join(_elements(name, content, name, frozenset({"xml"})))}'


def _elements(name: str, value: Any, path: str, prefixes: Collection[str]) -> Iterator[str]:
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            if isinstance(item, (list, tuple)):
                raise ValueError(f"`{path}` is a list of lists, for which XML has no elements")  # noqa: TRY004 - a value, as any other here
            yield from _elements(name, item, f"{path}[{index}]", prefixes)
        return
    members = value if isinstance(value, Mapping) else {"#text": value}
    known = {*prefixes, *(key.removeprefix("-xmlns:") for key in members if key.startswith("-xmlns:"))}
    _refuse_name(name, path, known)
    yield f"<{name}"
    for key, inner in members.items():
        if key.startswith("-"):
            _refuse_name(key[1:], f"{path}.{key}", {*known, "xmlns"})
            yield f' {key[1:]}="{_text(inner, f"{path}.{key}").translate(_IN_ATTRIBUTE)}"'
    yield f">{_text(members.get('#text'), path).translate(_IN_TEXT)}"
    for key, inner in members.items():
        if key != "#text" and not key.startswith("-"):
            yield from _elements(key, inner, f"{path}.{key}", known)
    yield f"</{name}>"


def _refuse_name(name: str, path: str, prefixes: Collection[str]) -> None:
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"`{path}` has a name that XML has not for an element")
    if found["prefix"] is not None and found["prefix"] not in prefixes:
        raise ValueError(f"the prefix `{found['prefix']}` of `{path}` stands for no namespace: `-xmlns:{found['prefix']}` says for which")


def _text(value: Any, path: str) -> str:
    """A value as it stands in a text; null as an empty one."""
    if isinstance(value, (Mapping, list, tuple)):
        raise ValueError(f"`{path}` is of several values, and an attribute or a text of one")  # noqa: TRY004
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else _number(value)
    if (found := _FORBIDDEN.search(text)) is not None:
        raise ValueError(f"`{path}` has the character U+{ord(found[0]):04X} in it, which XML cannot hold")
    return text


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
