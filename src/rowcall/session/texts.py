"""Numbers that are given for texts, spelt as DuckDB spells them: 1.10 as "1.10", where JSON would have 1.1 and say no more of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowcall.errors import Span, SQLError
from rowcall.manifest.bodies import fields_of, item_of
from rowcall.manifest.model import Attribute, ListOf, Method, Object, Scalar
from rowcall.manifest.types import quoted
from rowcall.plan.splice import splice
from rowcall.plan.writes import column_slot, is_file, part_of
from rowcall.session.execute import Context, columns_of, prepare, used, value_of, with_views
from rowcall.session.uploads import file_at

if TYPE_CHECKING:
    from rowcall.catalog.catalog import ResourceRef
    from rowcall.engine.engine import Texts
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
    attribute: Attribute | None = method.body.get(slot.name) if slot.in_body else None
    for name in slot.path:
        attribute = part_of(attribute, name) if attribute is not None else None
    found = _texts(attribute) if attribute is not None else not slot.in_body and method.parameters[slot.name].type is Scalar.STRING
    return context.engine.with_texts(type_, where=found)


def expression_cast(expression: str, slot: Slot | None, method: Method, context: Context, source: str = "") -> str | None:
    """As `cast_of`, for an expression of the user's over a `source` that begins with FROM."""
    if slot is None:
        return None
    try:
        types = types_of(f"SELECT ({expression}\n) AS value {source}", context)
    except SQLError:  # it is said where the expression is read
        return None
    return cast_of(types["value"], slot, method, context) if types else None


def body_cast(expression: str, method: Method, context: Context) -> str | None:
    """As `expression_cast`, for an expression that gives a whole body."""
    try:
        types = types_of(f"SELECT ({expression}\n) AS value", context)
    except SQLError:  # as above
        return None
    where = {name: _texts(attribute) for name, attribute in method.body.items()}
    return context.engine.with_texts(types["value"], where=where) if types else None


def _texts(attribute: Attribute) -> Texts:
    """Where in an attribute all values are texts, so that no number is to stay one."""
    if isinstance(attribute.type, ListOf) and (item := item_of(attribute)) is not None:
        return _texts(item)
    found = {name: _texts(field) for name, field in fields_of(attribute).items()}
    if isinstance(attribute.type, Object) and not attribute.open and all(where is True for where in found.values()):
        return True  # a MAP too, whose values have one type
    return found or attribute.type in {Scalar.STRING, Scalar.MAP}


def replaced(source: str, casts_: Mapping[str, str]) -> tuple[str, str]:
    """What stands before and after rows `source`, a name, so that their columns are cast."""
    if not casts_:
        return "", ""
    columns = ", ".join(f"CAST({quoted(name)} AS {type_}) AS {quoted(name)}" for name, type_ in casts_.items())
    return f"(SELECT * REPLACE ({columns}) FROM ", f") {source}"


def value_at(text: str, span: Span, slot: Slot | None, called: tuple[ResourceRef, Method], context: Context) -> Any:
    """The value of the expression at `span` for where it goes, as JSON in Python; of a file as DuckDB has it."""
    ref, method = called
    if is_file(method, slot):
        return file_at(text, span, ref, context)
    return value_of(text, span, context, expression_cast(text[span.start : span.end], slot, method, context))
