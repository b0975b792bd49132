"""One YAML file on its way into records: values are converted by the type hints of `model.py`, and every fault is kept.

A fault never stops the reading: a stand-in takes the place of what is wrong, so that one pass finds everything. The traps of
YAML 1.1 are closed, because only the text of a scalar counts and never the type that YAML would give it: `on`, `no`, dates and
octals are text where text is wanted, and booleans are `true` and `false` alone. Nothing here knows what a key means.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

import yaml

from rowcall.errors import Fault, nearest
from rowcall.manifest.model import ListOf, Object, Scalar, Type

T = TypeVar("T")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DEEPEST = 100
"""How deep values may stand in one another: PyYAML ends the process some way below 50,000, and what is read here is not nested so."""
_OPENING = re.compile(rf"[\[\]{{}}]|(?:[-?] ){{{_DEEPEST}}}")
_ENDLESS = "an alias stands inside what it names"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """1-based."""

    line: int
    column: int


class NotYAMLError(Exception):
    """A text that is no YAML, or cannot be read: why, and the 1-based place."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        self.message = message
        self.line = line
        self.column = column
        super().__init__(message)


def compose(text: str, loader: Any = _LOADER) -> Any:
    """The node of a text; None where there is nothing in it. Raises NotYAMLError."""
    try:
        _check_depth(text, loader)
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise NotYAMLError(f"this is not YAML: {error.problem or error.context}", *place) from error
    except yaml.reader.ReaderError as error:
        before = text[: text.find(chr(error.character))]
        place = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise NotYAMLError(f"this is not YAML: the character U+{error.character:04X} is not allowed", *place) from error


def _check_depth(text: str, loader: Any) -> None:
    """Raises NotYAMLError where a text is nested too deep. Exactly, and in twice the time, only where its brackets make one think so."""
    depth = 0
    for found in _OPENING.finditer(text):
        depth = max(depth - 1, 0) if found[0] in "]}" else depth + len(found[0])
        if depth > _DEEPEST:
            break
    else:
        return
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            mark: Any = event.start_mark
            raise NotYAMLError("objects are nested too deep in it", mark.line + 1, mark.column + 1)


class Document:
    """A YAML file, its faults so far, and where each dotted path is."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._keys: dict[str, _Place] = {}
        self._values: dict[str, _Place] = {}
        self._open: set[int] = set()
        self.root = self._compose(text)

    def read(self, record: type[T], *, without: dict[str, str]) -> T:
        """The whole file as a `record`. `without` names fields that are not keys of a file, and says what to do instead."""
        if self.root is None:
            return typing.cast("T", _stand_in(record))
        return typing.cast("T", self._record(self.root, record, "", without))

    @property
    def has_keys(self) -> bool:
        """Whether the file is a mapping, so that it makes sense to ask what its keys say."""
        return isinstance(self.root, yaml.MappingNode)

    def keys_at_top(self) -> tuple[str, ...]:
        """The keys at the top of the file; none where it is no mapping."""
        return tuple(key.value for key, _ in self.root.value if isinstance(key, yaml.ScalarNode)) if self.has_keys else ()

    def fault(self, path: str, message: str, *, at_key: bool = False) -> None:
        """Keeps a fault at `path`, shown at its value or its key; at the nearest place around where the file lacks it."""
        place = self._place(path, at_key=at_key)
        self.faults.append(Fault(self.file, place.line, place.column, path, message))

    def sound(self, *paths: str) -> bool:
        """Whether nothing at or below any of `paths` is at fault so far, so that a rule may rely on it."""
        return not any(fault.path == path or fault.path.startswith((f"{path}.", f"{path}[")) for fault in self.faults for path in paths)

    def _compose(self, text: str) -> Any:
        try:
            root = compose(text)
        except NotYAMLError as error:
            self._keys[""] = self._values[""] = _Place(error.line, error.column)
            self.fault("", error.message)
            return None
        if root is None:
            self.fault("", "the file is empty")
        return root

    def _place(self, path: str, *, at_key: bool) -> _Place:
        places = self._keys if at_key else self._values
        while path and path not in places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return places.get(path, _Place(1, 1))

    def _value(self, node: Any, hint: Any, path: str) -> Any:
        self._values[path] = _place_of(node)
        if hint == Type:
            return self._type(node, path)
        if dataclasses.is_dataclass(hint):
            return self._record(node, hint, path, {})
        if hint is Any:
            return self._anything(node, path)
        readers = {dict: self._mapping, tuple: self._list, types.UnionType: self._optional}
        return readers.get(typing.get_origin(hint), self._scalar)(node, hint, path)

    def _wrong(self, path: str, hint: Any, message: str) -> Any:
        self.fault(path, message)
        return _stand_in(hint)

    def _entries(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[str, Any, str]]:
        """Key, value and dotted path of each entry, once; places are noted, duplicates and strange keys are faults."""
        first: dict[str, int] = {}
        for key_node, value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(Fault(self.file, key_node.start_mark.line + 1, key_node.start_mark.column + 1, path, "a key is text"))
                continue
            key = key_node.value
            below = f"{path}.{key}" if path else key
            place = _place_of(key_node)
            if key in first:
                self.faults.append(Fault(self.file, place.line, place.column, below, f"duplicate key `{key}`, first on line {first[key]}"))
                continue
            first[key] = place.line
            self._keys[below] = place
            self._values[below] = _place_of(value)
            yield key, value, below

    def _record(self, node: Any, record: Any, path: str, without: dict[str, str]) -> Any:
        self._values[path] = _place_of(node)
        if not isinstance(node, yaml.MappingNode):
            return self._wrong(path, record, f"expected a mapping of keys, found {_found(node)}")
        if id(node) in self._open:
            return self._wrong(path, record, _ENDLESS)
        self._open.add(id(node))
        fields = {key: entry for key, entry in keys_of(record).items() if key not in without}
        values: dict[str, Any] = {}
        for key, value, below in self._entries(node, path):
            if key in fields:
                field, hint = fields[key]
                values[field.name] = self._value(value, hint, below)
            else:
                self.fault(below, without.get(key) or _unknown(key, fields), at_key=True)
        for key, (field, hint) in fields.items():
            if field.name not in values and _is_required(field):
                self.fault(f"{path}.{key}" if path else key, f"missing key `{key}`")
                values[field.name] = _stand_in(hint)
        self._open.remove(id(node))
        return record(**values)

    def _mapping(self, node: Any, hint: Any, path: str) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            self.fault(path, f"expected a mapping of names, found {_found(node)}")
            return {}
        item = typing.get_args(hint)[1]
        return {key: self._value(value, item, below) for key, value, below in self._entries(node, path)}

    def _list(self, node: Any, hint: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            self.fault(path, f"expected a list, found {_found(node)}")
            return ()
        item = typing.get_args(hint)[0]
        return tuple(self._value(value, item, f"{path}[{index}]") for index, value in enumerate(node.value))

    def _optional(self, node: Any, hint: Any, path: str) -> Any:
        if _is_null(node):
            return None
        hints = [argument for argument in typing.get_args(hint) if argument is not types.NoneType]
        return self._value(node, hints[0], path) if len(hints) == 1 else self._constant(node, path)

    def _constant(self, node: Any, path: str) -> str | int | float | bool | None:
        """A scalar of the type that JSON would give it; anything else is text."""
        if not isinstance(node, yaml.ScalarNode):
            self.fault(path, f"expected a single value, found {_found(node)}")
            return None
        if node.style:
            return str(node.value)
        for convert in (_boolean, _integer, _number):
            value = convert(node)
            if value is not None:
                return value
        return str(node.value)

    def _anything(self, node: Any, path: str) -> Any:
        """The value as JSON would have it: a dict, a list or a constant."""
        if isinstance(node, yaml.ScalarNode):
            return None if _is_null(node) else self._constant(node, path)
        if id(node) in self._open:
            return self.fault(path, _ENDLESS)
        self._open.add(id(node))
        if isinstance(node, yaml.MappingNode):
            value: Any = {key: self._value(value, Any, below) for key, value, below in self._entries(node, path)}
        else:
            value = [self._value(item, Any, f"{path}[{index}]") for index, item in enumerate(node.value)]
        self._open.remove(id(node))
        return value

    def _scalar(self, node: Any, hint: Any, path: str) -> Any:
        if issubclass(hint, StrEnum):
            return self._choice(node, hint, path)
        expected, convert = _SCALARS[hint]
        value = convert(node) if isinstance(node, yaml.ScalarNode) else None
        return self._wrong(path, hint, f"expected {expected}, found {_found(node)}") if value is None else value

    def _choice(self, node: Any, hint: type[StrEnum], path: str) -> StrEnum:
        names = [member.value for member in hint]
        if isinstance(node, yaml.ScalarNode) and node.value in names:
            return hint(node.value)
        close = nearest(node.value, names, 1) if isinstance(node, yaml.ScalarNode) else ()
        hint_text = f"; did you mean `{close[0]}`?" if close else ""
        return typing.cast("StrEnum", self._wrong(path, hint, f"expected {_either(names)}, found {_found(node)}{hint_text}"))

    def _type(self, node: Any, path: str) -> Type:
        if id(node) in self._open:
            return typing.cast("Type", self._wrong(path, Type, _ENDLESS))
        if isinstance(node, yaml.ScalarNode):
            return Scalar(self._choice(node, Scalar, path))
        self._open.add(id(node))
        type_ = self._list_type(node, path) if isinstance(node, yaml.SequenceNode) else self._object_type(node, path)
        self._open.remove(id(node))
        return type_

    def _list_type(self, node: yaml.SequenceNode, path: str) -> Type:
        if len(node.value) != 1:
            self.fault(path, f"the type of a list is written `[T]`, with one type inside; found {len(node.value)}")
            return ListOf(Scalar.JSON)
        return ListOf(self._type(node.value[0], f"{path}[0]"))

    def _object_type(self, node: yaml.MappingNode, path: str) -> Type:
        fields = tuple((key, self._type(value, below)) for key, value, below in self._entries(node, path))
        if not fields:
            self.fault(path, "an object type needs fields; write `json` for an object that may hold anything")
        return Object(fields)


def keys_of(record: Any) -> dict[str, tuple[dataclasses.Field[Any], Any]]:
    """The YAML keys of a record of `model.py`, each with its field and its type hint, in order."""
    return _keys_of(record)


@cache
def _keys_of(record: Any) -> dict[str, tuple[dataclasses.Field[Any], Any]]:
    hints = typing.get_type_hints(record)
    return {field.metadata.get("key") or field.name: (field, hints[field.name]) for field in dataclasses.fields(record)}


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _stand_in(hint: Any) -> Any:
    """A harmless value of the type `hint`, for what could not be read."""
    origin = typing.get_origin(hint)
    if hint == Type:
        return Scalar.JSON
    if hint is Any:
        return None
    if origin in (dict, tuple):
        return origin()
    if origin is types.UnionType:
        return None
    if dataclasses.is_dataclass(hint):
        needed = {field.name: inner for field, inner in keys_of(hint).values() if _is_required(field)}
        return typing.cast("Any", hint)(**{name: _stand_in(inner) for name, inner in needed.items()})
    return next(iter(hint)) if issubclass(hint, StrEnum) else hint()


def _place_of(node: Any) -> _Place:
    return _Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _is_null(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in _NULL


def _found(node: Any) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if _is_null(node):
        return "nothing"
    text = node.value if len(node.value) <= 40 else node.value[:40] + "…"
    return f'"{text}" in quotes' if node.style in {"'", '"'} else f"`{text}`"


def _either(names: list[str]) -> str:
    shown = [f"`{name}`" for name in names]
    return ", ".join(shown[:-1]) + f" or {shown[-1]}" if len(shown) > 1 else shown[0]


def _unknown(key: str, known: dict[str, Any]) -> str:
    if key == "<<":
        return "merge keys are not part of this language; alias a whole value instead"
    close = nearest(key, known, 1)
    return f"unknown key `{key}`; did you mean `{close[0]}`?" if close else f"unknown key `{key}`; there is {', '.join(known)}"


def _text(node: Any) -> str | None:
    return None if _is_null(node) else str(node.value)


def _boolean(node: Any) -> bool | None:
    return {"true": True, "false": False}.get(node.value) if not node.style else None


def _integer(node: Any) -> int | None:
    return int(node.value) if not node.style and _INTEGER.fullmatch(node.value) else None


def _number(node: Any) -> float | None:
    return float(node.value) if not node.style and _NUMBER.fullmatch(node.value) else None


_SCALARS: dict[Any, tuple[str, Callable[[Any], Any]]] = {
    str: ("text", _text),
    bool: ("`true` or `false`", _boolean),
    int: ("a whole number", _integer),
    float: ("a number", _number),
}
