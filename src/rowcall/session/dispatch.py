"""Which part of the session runs a statement, each imported when there is one of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcall.sql import nodes

if TYPE_CHECKING:
    import duckdb

    from rowcall.session.execute import Context, Parquet, Take
    from rowcall.session.variables import Variables


def dispatch(  # noqa: C901, PLR0911 - one a statement
    parsed: nodes.Run, context: Context, settings: Variables, take: Take | Parquet | None
) -> tuple[str, duckdb.DuckDBPyRelation]:
    """The kind of a statement that changes nothing of the session itself, and its relation.

    Raises what `Session.sql` raises.
    """
    if isinstance(parsed, nodes.Write | nodes.Resume | nodes.Plan | nodes.Apply):
        context.control.cache_s = None  # what is read for a write has to be as it is now
    match parsed:
        case nodes.Query():
            from rowcall.session import execute

            relation, remote = execute.run_query(parsed, context, take)
            return ("select" if remote else "local"), relation
        case nodes.Insert() | nodes.Update() | nodes.Delete() | nodes.Exec():
            from rowcall.session import sending

            return type(parsed).__name__.lower(), sending.run_write(parsed, context)
        case nodes.Resume():
            from rowcall.session.resuming import run_resume

            return "resume", run_resume(parsed, context)
        case nodes.Plan():
            from rowcall.session.planning import run_plan

            return "plan", run_plan(parsed, context)
        case nodes.Apply():
            from rowcall.session.applying import run_apply

            return "apply", run_apply(parsed, context)
        case nodes.Explain():
            from rowcall.session.explaining import run_explain

            return "explain", run_explain(parsed, context)
        case nodes.Show():
            from rowcall.session.showing import show

            return "show", show(parsed, context, settings)
        case nodes.Create():
            from rowcall.session.creating import create

            return "local", create(parsed, context)
        case nodes.Describe():
            from rowcall.session.showing import describe

            return "describe", describe(parsed, context)
