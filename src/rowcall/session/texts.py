"""Numbers that are given for texts, spelt as DuckDB spells them: 1.10 as "1.10", where JSON would have 1.1 and say no more of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcall.errors import Span, SQLError
from rowcall.manifest.model import ListOf, Method, Object, Scalar, Type
from rowcall.manifest.types import quoted
from rowcall.plan.splice import splice
from rowcall.plan.writes import column_slot
from rowcall.session.execute import Context, columns_of, prepare, used, value_of, with_views

if TYPE_CHECKING:
    from rowcall.plan.writes import Slot


def types_of(text: str, context: Context) -> Mapping[str, str] | None:
    """The names and DuckDB types of the columns of a query. Nothing is read for them; DuckDB has bound it. Raises SQLError as it does."""
    return with_views(text, context, lambda text: _types_of(text, context))


def _types_of(text: str, context: Context) -> Mapping[str, str] | None:
    analysis = prepare(text, context)
    placed = text if analysis is None else splice(text, analysis.with_stand_ins())
    types = columns_of(context)(f"({placed}\n)")
    if types is None and analysis is None:  # for DuckDB's error; of other texts it was raised as they were prepared
        context.engine.bind(text, used(text, context), context.frame)
    return types


def casts(types: Mapping[str, str] | None, method: Method, context: Context) -> dict[str, str]:
    """What to cast columns to that are named as parts of a call are, by their names; those that stay as they are have no entry."""
    found = {}
    for name, type_ in (types or {}).items():
        slot = column_slot(method, name)
        cast = cast_of(type_, slot, method, context) if slot is not None else None
        if cast is not None:
            found[name] = cast
    return found


def cast_of(type_: str, slot: Slot, method: Method, context: Context) -> str | None:
    """What to cast a value of a DuckDB type to for where it goes; None where it stays as it is."""
    declared: Type = method.body[slot.name].type if slot.in_body else method.parameters[slot.name].type
    for name in slot.path:
        declared = dict(declared.fields).get(name, Scalar.JSON) if isinstance(declared, Object) else declared
    return context.engine.with_texts(type_) if _is_text(declared) else None


def expression_cast(expression: str, slot: Slot | None, method: Method, context: Context, source: str = "") -> str | None:
    """As `cast_of`, for an expression of the user's over a `source` that begins with FROM."""
    if slot is None:
        return None
    try:
        types = types_of(f"SELECT ({expression}\n) AS value {source}", context)
    except SQLError:  # it is said where the expression is read
        return None
    return cast_of(types["value"], slot, method, context) if types else None


def _is_text(type_: Type) -> bool:
    """Whether all values of a type are texts, so that no number in it is to stay one."""
    if isinstance(type_, ListOf):
        return _is_text(type_.item)
    if isinstance(type_, Object):
        return all(_is_text(field) for _, field in type_.fields)
    return type_ in {Scalar.STRING, Scalar.MAP}


def replaced(source: str, casts_: Mapping[str, str]) -> tuple[str, str]:
    """What stands before and after rows `source`, a name, so that their columns are cast."""
    if not casts_:
        return "", ""
    columns = ", ".join(f"CAST({quoted(name)} AS {type_}) AS {quoted(name)}" for name, type_ in casts_.items())
    return f"(SELECT * REPLACE ({columns}) FROM ", f") {source}"


def value_at(text: str, span: Span, slot: Slot | None, method: Method, context: Context) -> Any:
    """The value of the expression at `span` for where it goes, as JSON in Python."""
    return value_of(text, span, context, expression_cast(text[span.start : span.end], slot, method, context))
