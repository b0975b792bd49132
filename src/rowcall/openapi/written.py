"""Records of the manifest language as the YAML that a person would write: one line a column, and comments where there is something to say.

What is written is read back as the same records. Nothing here decides what is in them.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from rowcall.manifest.document import keys_of
from rowcall.manifest.model import Absent, Attribute, Column, Lifecycle, Many, PageSize, Parameter, Part, Provider, Range, Service, Sort
from rowcall.manifest.reference import NOT_KEYS
from rowcall.manifest.types import ListOf, Object, Scalar, Type, spelling

WIDTH = 140
_SCHEMA = "# yaml-language-server: $schema=../manifest.schema.json"
_ONE_LINE = (Absent, Attribute, Column, Lifecycle, Many, PageSize, Parameter, Range, Sort)
"""Records that stand on one line where they fit, in braces."""
_LAST = ("description", "fields")
"""Keys that stand after all others."""
_PLAIN = re.compile(r"[A-Za-z0-9_/$(.<=+^\u00a1-\ud7ff](?:[^\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff:#]|:(?=[^\s,\[\]{}])|(?<! )#)*")
"""What needs no quotes in a line of its own."""
_IN_BRACES = frozenset(",[]{}")
_NO_TEXT = frozenset("true false null yes no on off ~ y n".split())


def written(record: Any, comments: Mapping[str, Sequence[str]], *, without: Sequence[str] = ()) -> str:
    """A record as the text of its file. `comments` stand above the keys at their dotted paths; "" is the top of the file."""
    head = [_SCHEMA] if isinstance(record, (Part, Provider, Service)) else []
    lines = [*head, *(f"# {line}" for line in comments.get("", ()))]
    return "\n".join([*lines, *_Writer(comments).record(record, "", 0, without)]) + "\n"


class _Writer:
    """Lines of YAML, with the comments that stand above some of them."""

    def __init__(self, comments: Mapping[str, Sequence[str]]) -> None:
        self._comments = comments

    def record(self, record: Any, path: str, indent: int, without: Sequence[str] = ()) -> Iterator[str]:
        """The keys of a record that say anything, each with its value."""
        for key, value in _said(record).items():
            if key not in without:
                yield from self._entry(key, value, f"{path}.{key}" if path else key, indent)

    def _entry(self, key: str, value: Any, path: str, indent: int) -> Iterator[str]:
        blank = " " * indent
        for comment in self._comments.get(path, ()):
            yield from _wrapped(comment, f"{blank}# ", WIDTH)
        name = f"{blank}{_text(key)}:"
        one = self._one_line(value)
        if one is not None and len(name) + 1 + len(one) <= WIDTH and not self._is_commented(path):
            yield f"{name} {one}"
        elif isinstance(value, _ONE_LINE) and (lines := _braces(value, indent + 2)):
            yield name
            yield from lines
        elif isinstance(value, str):
            yield f"{name} >-"
            yield from _wrapped(value, f"{blank}  ", WIDTH)
        elif isinstance(value, (ListOf, Object)):
            yield name
            yield from _type(value, indent + 2)
        elif isinstance(value, tuple):
            yield name
            yield from self._list(value, indent + 2)
        elif isinstance(value, Mapping):
            yield name
            for inner, each in value.items():
                yield from self._entry(inner, each, f"{path}.{inner}", indent + 2)
        else:
            yield name
            yield from self.record(value, path, indent + 2)

    def _is_commented(self, path: str) -> bool:
        return any(each.startswith(f"{path}.") for each in self._comments)

    def _list(self, values: Sequence[Any], indent: int) -> Iterator[str]:
        for value in values:
            one = _flow(value) if not dataclasses.is_dataclass(value) else None
            if one is not None:
                yield f"{' ' * indent}- {one}"
            else:
                first, *rest = self.record(value, "", indent + 2)
                yield f"{' ' * indent}- {first.lstrip()}"
                yield from rest

    def _one_line(self, value: Any) -> str | None:
        """The value in one line; None where it is not to stand so."""
        if isinstance(value, _ONE_LINE) or (isinstance(value, Mapping) and all(isinstance(each, (str, Sort)) for each in value.values())):
            return _flow(value)
        if isinstance(value, tuple) and any(dataclasses.is_dataclass(each) for each in value):
            return None
        if isinstance(value, str) and not isinstance(value, StrEnum):
            return _text(value, in_braces=False)
        plain = (str, int, float, tuple, StrEnum)
        return _flow(value) if isinstance(value, (*plain, ListOf, Object)) else None


def _said(record: Any) -> dict[str, Any]:
    """The keys of a record and their values, without what is as it is by default."""
    said = {}
    for key, (field, _) in keys_of(type(record)).items():
        value = getattr(record, field.name)
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if value != default:
            said[key] = value
    if isinstance(record, _ONE_LINE):
        said |= {key: said.pop(key) for key in _LAST if key in said}
    return {key: value for key, value in said.items() if key not in NOT_KEYS}


def _flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, (ListOf, Object, Scalar)):
        return _type_text(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if dataclasses.is_dataclass(value):
        value = _said(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value.value if isinstance(value, StrEnum) else value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.17g}" if isinstance(value, float) else str(value)


def _braces(record: Any, indent: int) -> list[str]:
    """A record in braces over some lines; none where a part of it takes more than one."""
    blank = " " * indent
    parts = [f"{_text(key)}: {_flow(value)}" for key, value in _said(record).items()]
    if any(indent + len(part) + 2 > WIDTH for part in parts):
        return []
    lines = [f"{blank}{{{parts[0]}"]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) + 3 > WIDTH:
            lines[-1] += ","
            lines.append(f"{blank}{part}")
        else:
            lines[-1] += f", {part}"
    lines[-1] += "}"
    return lines


def _type_text(type_: Type) -> str:
    if isinstance(type_, ListOf):
        return f"[{_type_text(type_.item)}]"
    if isinstance(type_, Object):
        return "{" + ", ".join(f"{_text(name)}: {_type_text(field)}" for name, field in type_.fields) + "}"
    return spelling(type_)


def _type(type_: Type, indent: int) -> Iterator[str]:
    """A type over several lines."""
    blank = " " * indent
    if isinstance(type_, ListOf):
        first, *rest = _type(type_.item, indent + 2)
        yield f"{blank}- {first.lstrip()}"
        yield from rest
    elif isinstance(type_, Object):
        for name, field in type_.fields:
            one = f"{blank}{_text(name)}: {_type_text(field)}"
            if len(one) <= WIDTH:
                yield one
            else:
                yield f"{blank}{_text(name)}:"
                yield from _type(field, indent + 2)
    else:
        yield f"{blank}{spelling(type_)}"


def _text(text: str, *, in_braces: bool = True) -> str:
    """A text as a scalar of YAML, in quotes where it would be something else."""
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT and text == text.strip() and not _is_number(text)
    if is_plain and not (in_braces and _IN_BRACES.intersection(text)):
        return text
    return json.dumps(text, ensure_ascii=False)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _wrapped(text: str, before: str, width: int) -> Iterator[str]:
    """The words of a text on lines that begin so."""
    line = ""
    for word in text.split():
        if line and len(before) + len(line) + 1 + len(word) > width:
            yield before + line
            line = word
        else:
            line = f"{line} {word}".lstrip()
    yield before + line
