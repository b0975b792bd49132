"""`{name}` in a statement: the value of a variable of the notebook, as a parameter and never as text.

Braces are DuckDB's as well, of STRUCT and MAP: these have a colon in them, and a name in braces has none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rowcall.errors import Span, SQLError, UnknownNameError, UnsupportedSQLError, nearest
from rowcall.sql.tokens import outside

_FORM = "Braces hold the name of a variable, with attributes and items: {thread_id}, {row.id}, {ids[0]}."


def bound(sql: str, names: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The text with `$name` for each `{name}`, at the same offsets where that is possible, and the values of these parameters.

    Lists, tuples, sets, arrays and columns of data frames are lists. Raises SQLError, with its place in `sql`, for a name that there is
    not, for anything but names, attributes and items, and for a table.
    """
    pieces, done = [], 0
    parameters: dict[str, str] = {}
    values: dict[str, Any] = {}
    for start, end in _braces(sql):
        expression = sql[start + 1 : end - 1].strip()
        if expression not in parameters:
            parameters[expression] = name = _parameter(expression, values)
            values[name] = _value(sql, Span(start + 1, end - 1), names)
        pieces += [sql[done:start], f"${parameters[expression]} ".ljust(end - start)]
        done = end
    return "".join(pieces) + sql[done:], values


def _braces(sql: str) -> Iterator[tuple[int, int]]:
    """Where each pair of braces stands that holds no STRUCT and no MAP, and is in no string and no comment; innermost pairs first."""
    opened: list[tuple[int, bool]] = []
    for at in outside(sql, "{}[]():"):
        match sql[at]:
            case "{" | "[" | "(":
                opened.append((at, False))
            case ":" if opened and ":" not in {sql[at - 1], sql[at + 1 : at + 2]}:
                opened[-1] = (opened[-1][0], True)
            case "}" | "]" | ")" if opened:
                start, has_colon = opened.pop()
                if sql[start] == "{" and sql[at] == "}" and not has_colon and sql[start + 1 : at].strip():
                    yield start, at + 1
            case _:
                pass


def _parameter(expression: str, taken: Mapping[str, Any]) -> str:
    """A name for the parameter, after what it stands for; DuckDB ignores the case of these names."""
    name = re.sub(r"\W", "_", expression)
    if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) or name.casefold() in {other.casefold() for other in taken}:
        return f"rowcall_{len(taken) + 1}"
    return name


def _value(sql: str, span: Span, names: Mapping[str, Any]) -> Any:
    """The value of what stands at `span`. Raises SQLError."""
    text = sql[span.start : span.end]
    left = len(text) - len(text.lstrip())
    place = Span(span.start + left, span.start + len(text.rstrip()))
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise UnsupportedSQLError("This is no name.", sql=sql, span=place, hint=_FORM) from error
    try:
        found = _plain(_evaluated(node, names))
    except SQLError as error:
        error.sql, error.span = sql, place
        raise
    except Exception as error:  # whatever an attribute or an item of somebody's object raises
        raise UnsupportedSQLError(f"{text.strip()} has no value: {type(error).__name__}: {error}", sql=sql, span=place) from error
    if any(hasattr(type(found), name) for name in ("__arrow_c_stream__", "__dataframe__")):
        hint = f"Name it where a table stands, without braces: FROM {text.strip()}."
        raise UnsupportedSQLError(f"{text.strip()} is a table, and no value.", sql=sql, span=place, hint=hint)
    return found


def _evaluated(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Name(name):
            if name not in names:
                error = UnknownNameError("variable", name, nearest(name, names))
                error.hint = error.hint or _FORM
                raise error
            return names[name]
        case ast.Attribute(value, attribute):
            return getattr(_evaluated(value, names), attribute)
        case ast.Subscript(value, ast.Constant(item)):
            return _evaluated(value, names)[item]
        case ast.Subscript(value, ast.UnaryOp(ast.USub(), ast.Constant(int(item)))):
            return _evaluated(value, names)[-item]
        case _:
            raise UnsupportedSQLError("This is computed, and not the name of a value.", hint=f"{_FORM} Give it a name first.")


def _plain(value: Any) -> Any:
    """The value as DuckDB takes it: what holds several is a list."""
    for name in ("to_list", "tolist"):  # of polars, pandas and numpy
        if hasattr(type(value), name):
            return getattr(value, name)()
    return list(value) if isinstance(value, (tuple, set, frozenset, range)) else value
