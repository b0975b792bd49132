"""EXPLAIN of any statement: what it will do, as records and as a relation; for EXPLAIN ANALYZE, what it did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowcall.errors import UnsupportedSQLError, UsageError
from rowcall.plan.explanation import Explanation
from rowcall.session.changes import explain_write
from rowcall.session.execute import Context, explain_query, item_table, used
from rowcall.sql import nodes

if TYPE_CHECKING:
    import duckdb

    from rowcall.sql.statements import Statement


def run_explain(statement: nodes.Explain, context: Context) -> duckdb.DuckDBPyRelation:
    """The plan of a statement as `item, value`, left in `context` too; of one that is DuckDB's alone, DuckDB's own answer.

    Raises UnsupportedSQLError where something other than a query is to be run.
    """
    inner = statement.inner
    if isinstance(inner, nodes.Query):
        found = explain_query(inner, context, analyze=statement.analyze)
        if found is None:
            text = f"EXPLAIN {'ANALYZE ' if statement.analyze else ''}{inner.text}"
            return context.engine.local(text, used(inner.text, context), context.frame)
        return _kept(found, context)
    if statement.analyze:
        hint = "EXPLAIN shows what it would send; without EXPLAIN it is sent."
        raise UnsupportedSQLError("EXPLAIN ANALYZE would carry it out.", hint=hint)
    if isinstance(inner, nodes.Plan):
        from rowcall.session.planning import planned_write

        inner = planned_write(inner, context)
    if isinstance(inner, (nodes.Insert, nodes.Update, nodes.Delete, nodes.Exec)):
        return _kept(explain_write(inner, context), context)
    if isinstance(inner, (nodes.Resume, nodes.Apply)):
        return item_table(_of_kept(inner, context), context.engine)
    return item_table([("statement", type(inner).__name__.upper()), ("requests", "0")], context.engine)


def _of_kept(statement: nodes.Resume | nodes.Apply, context: Context) -> list[tuple[str, str]]:
    """What the sending of requests that were kept would send."""
    if isinstance(statement, nodes.Resume):
        from rowcall.session.resuming import explain_resume

        return explain_resume(statement, context)
    from rowcall.session.applying import explain_apply

    return explain_apply(statement, context)


def _kept(found: Explanation, context: Context) -> duckdb.DuckDBPyRelation:
    context.explained.append(found)
    return item_table(list(found.items()), context.engine)


def asked(statements: Sequence[Statement], *, analyze: bool) -> str:
    """The EXPLAIN of a statement, which may be one already. Raises UsageError where there are several, or none."""
    if len(statements) != 1:
        raise UsageError(f"explain() takes one statement, and there are {len(statements)}.")
    (statement,) = statements
    if statement.tokens[0].word == "EXPLAIN":
        return statement.text
    return f"EXPLAIN {'ANALYZE ' if analyze else ''}{statement.text}"


def of_duckdb(relation: duckdb.DuckDBPyRelation) -> Explanation:
    """What DuckDB answered to an EXPLAIN of what is its own; nothing for a statement of ours that has no plan."""
    if relation.columns != ["explain_key", "explain_value"]:
        return Explanation()
    return Explanation(duckdb="\n".join(value for _, value in relation.fetchall()))
