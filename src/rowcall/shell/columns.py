"""What the shell knows of a column, to complete what is in it.

That of a resource has a type of its manifest; that of a local table has DuckDB's name of one, which is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rowcall.manifest.types import Object, Type, spelling


@dataclass(frozen=True, slots=True)
class Named:
    """A column, or what else may be named like one."""

    kind: str
    description: str = ""
    type: Type | str = ""
    """A text is DuckDB's name of it, "" where it is not known."""
    enum: tuple[str, ...] = ()
    """The values that it is known to take; none where that is not known."""
    required: bool = False
    """Whether its resource cannot be read without a value of it."""


Source = Mapping[str, Named]
_LONGEST = 10_000
"""How many letters the type of an ENUM may have for its values to be offered: nobody chooses among more."""
_MARKS = re.compile(r""""(?:[^"]|"")*"|'(?:[^']|'')*'|[(),]""")
_STRING = re.compile("'((?:[^']|'')*)'")
_FIELD = re.compile(r'\s*("(?:[^"]|"")*"|\S+)\s+(.+)', re.DOTALL)


def local_column(type_: str) -> Named:
    """A column of a local table, by the name of its type."""
    is_enum = type_.startswith("ENUM(") and type_.endswith(")") and len(type_) <= _LONGEST
    return Named("column", type=type_, enum=tuple(value.replace("''", "'") for value in _STRING.findall(type_)) if is_enum else ())


def fields(type_: Type | str) -> Mapping[str, Type | str]:
    """The fields of an object or a STRUCT with their types; none of anything else, as a list of them.

    >>> fields('STRUCT(a DECIMAL(18,3), "b c" STRUCT(d DATE)[])')
    {'a': 'DECIMAL(18,3)', 'b c': 'STRUCT(d DATE)[]'}
    """
    if isinstance(type_, Object):
        return dict(type_.fields)
    if not isinstance(type_, str) or not (type_.startswith("STRUCT(") and type_.endswith(")")):
        return {}
    matches = (_FIELD.match(piece) for piece in _pieces(type_, len("STRUCT(")))
    return {match[1].strip('"').replace('""', '"'): match[2] for match in matches if match}


def _pieces(type_: str, start: int) -> Iterator[str]:
    """What stands between the commas of the brackets that open before `start`."""
    depth = 0
    for mark in _MARKS.finditer(type_, start):
        if depth == 0 and mark[0] in {",", ")"}:
            yield type_[start : mark.start()]
            start = mark.end()
        depth += {"(": 1, ")": -1}.get(mark[0], 0)


def type_name(type_: Type | str) -> str:
    """The type on one line."""
    return type_ if isinstance(type_, str) else spelling(type_)
