"""Which columns PIVOT and UNPIVOT hand on as they are, so that a condition on them may be applied before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from rowcall.plan.references import cte_of


def pivots_of(source: exp.Expr) -> list[exp.Pivot]:
    """The PIVOTs and UNPIVOTs between a query and the item of a FROM clause that it is read as, from the inside out."""
    query = cte_of(source) if isinstance(source, exp.Table) else source
    within = query.this if query is not None else None
    return [*([within] if isinstance(within, exp.Pivot) else []), *(source.args.get("pivots") or ())]


def handed_through(names: Sequence[str], pivot: exp.Pivot) -> tuple[str, ...]:
    """The names of a query's columns, with "" in place of those that are no columns of what a PIVOT or UNPIVOT makes of it.

    UNPIVOT makes rows of each row, with the columns that it does not name. PIVOT makes a row of all rows that agree in what it groups by:
    what it says, or all columns that it does not name. Where it finds its new columns among the values, no column is handed on, for
    a condition that is applied before would leave out some of these.
    """
    alias = pivot.args.get("alias")
    parts = [part for key, part in pivot.args.items() if key not in {"this", "alias", "group", "columns"}]
    nodes = [node for part in parts for node in (part if isinstance(part, list) else [part]) if isinstance(node, exp.Expr)]
    named = {one.name.casefold() for node in nodes for one in node.find_all(exp.Identifier)}
    values = [one.name.casefold() for node in nodes for one in node.find_all(exp.Literal)]
    is_open = any(node.find(exp.Star, exp.Columns, exp.Query) for node in nodes if not isinstance(node.unalias(), exp.Count))
    if is_open or (alias is not None and alias.args.get("columns")) or not (pivot.args.get("unpivot") or _is_written(pivot)):
        return ("",) * len(names)
    group = pivot.args.get("group")
    grouped = {one.name.casefold() for one in group.expressions if isinstance(one, exp.Column)} if group is not None else set(names)
    return tuple(name if name in grouped - named and not any(map(name.startswith, values)) else "" for name in names)


def _is_written(pivot: exp.Pivot) -> bool:
    """Whether the values of which a PIVOT makes columns are written in it."""
    found = [one for one in (*(pivot.args.get("fields") or ()), *pivot.expressions) if not isinstance(one.unalias(), exp.AggFunc)]
    written = [isinstance(one, exp.In) and all(isinstance(value.unalias(), exp.Literal) for value in one.expressions) for one in found]
    return bool(found) and all(written) and all(one.expressions for one in found)
