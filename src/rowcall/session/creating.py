"""CREATE VIEW and CREATE MACRO over resources: DuckDB keeps them in the user's database, and binds them when they are made.

That is done against catalogs that stand in for the APIs in this moment alone. Nothing is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcall.engine.stored import make
from rowcall.errors import BindError, SQLError, UnsupportedSQLError
from rowcall.plan.creation import creation
from rowcall.plan.splice import original, splice
from rowcall.session.execute import Context, columns_of, request_table, used
from rowcall.sql.define import Definition
from rowcall.sql.nodes import Create

if TYPE_CHECKING:
    import duckdb


def create(statement: Create, context: Context) -> duckdb.DuckDBPyRelation:
    """An empty relation, once the view or macro is there. Raises SQLError, placed in the user's text."""
    try:
        return _create(statement.definition, context)
    except BindError as error:
        if not context.views.lacks(error.message):
            raise
        context.views.learn(error)
        return _create(statement.definition, context)


def _create(found: Definition, context: Context) -> duckdb.DuckDBPyRelation:
    try:
        made = creation(found, context.views.named_by(found.text), context.names, columns_of(context))
    except UnsupportedSQLError:
        context.engine.parse(found.text)  # DuckDB's own complaint, when it cannot read the text either
        raise
    if made is None:
        return context.engine.local(found.text, used(found.text, context), context.frame)
    if context.dry_run:
        return request_table([], context)
    text = splice(found.text, made.edits)
    try:
        make(context.engine, text, used(text, context), context.frame, made.stand_ins)
    except SQLError as error:
        error.sql, error.span = found.text, original(error.span, made.edits) if error.span else found.name_span
        raise
    context.views.made(found.kind)
    return context.engine.empty()
