"""Which references a statement may be done with before it has read all their rows, as those under a LIMIT.

A hint and not a promise: what is right is the same either way. A reference that is taken to end early is read page by page, so this
says yes only where DuckDB hands rows on as they come, as measured on DuckDB 2.0. Of a join, and of IN (SELECT …), = ANY (…) and
correlated sub-queries, which DuckDB makes joins of, it reads one side whole: which one, its plan has to be asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from rowcall.plan.references import Reference, cte_of, is_inside, is_prefix
from rowcall.plan.walk import find_all

_GATHERS = ("pivots", "sample", "group", "having", "qualify", "windows", "order", "match", "connect")
"""Clauses that need all rows before they give the first, or turn the reading of them round."""
_JOINS = ("joins", "laterals")
"""Clauses that may."""


def end_early(references: Iterable[Reference]) -> bool:
    """Whether all references of a statement end early. Where one needs all its rows, its calls may be those of another, or give it keys."""
    return all(ends_early(reference) for reference in references)


def ends_early(reference: Reference) -> bool:
    """Whether what reads the reference may stop before its last row: a LIMIT without an order, or an EXISTS that stands for itself."""
    node: exp.Expr | None = reference.table
    while node is not None and _hands_on(node) and not _may_gather(node):
        if _stops(node):
            return _stands_alone(node, reference)
        node = _reader(node)
    return False


def may_end_early(references: Iterable[Reference]) -> bool:
    """Whether DuckDB's plan may be one in which all these references end early, though they are joined with something."""
    return all(_may_end_early(reference) for reference in references)


def _may_end_early(reference: Reference) -> bool:
    node: exp.Expr | None = reference.table
    while node is not None and _hands_on(node):
        if _stops(node):
            return True
        node = _joined(node) or _reader(node)
    return False


def only_reads(tree: exp.Expr) -> bool:
    """Whether a statement is a query, which leaves nothing behind when it fails halfway."""
    return isinstance(tree, exp.Query)


def makes_if_absent(tree: exp.Expr) -> bool:
    """Whether it is a CREATE … IF NOT EXISTS, of which nothing is read where there is such a thing."""
    return isinstance(tree, exp.Create) and bool(tree.args.get("exists"))


def runs_twice(tree: exp.Expr) -> bool:
    """Whether DuckDB may make two statements of it, as of PIVOT, of which EXPLAIN shows the last."""
    return tree.find(exp.Pivot) is not None


BY_PAGE = "page by page, until the statement has its rows"
"""How a reference that ends early is paged, for EXPLAIN."""
GATHERED = "all pages before the first row: DuckDB needs all its rows before it can give one"
"""How one is paged that might have ended early, but for DuckDB's plan."""


def not_by_page(*, joined: bool) -> str:
    """How a reference is paged by a DuckDB that reads no page while others are fetched, where a later one may or does stop early."""
    return f"all pages before the first row: this version of DuckDB cannot stop them early, and 2.0 {'may' if joined else 'can'}"


def _hands_on(node: exp.Expr) -> bool:
    """Whether a table or query gives its rows while it reads them."""
    if any(node.args.get(clause) for clause in _GATHERS):
        return False
    if isinstance(node, exp.Select):
        return not (_distinct_on(node) or _computes_over_rows(node))
    return isinstance(node, (exp.Table, exp.Subquery, exp.Union))


def _may_gather(node: exp.Expr) -> bool:
    """Whether it joins the rows with others, of which DuckDB may read either side first."""
    return any(node.args.get(clause) for clause in _JOINS) or (isinstance(node, exp.Select) and _asks_other_rows(node))


def _distinct_on(select: exp.Select) -> bool:
    distinct = select.args.get("distinct")
    return distinct is not None and distinct.args.get("on") is not None


def _computes_over_rows(select: exp.Select) -> bool:
    """Whether it selects an aggregate or a window function of its own."""
    own = (node for item in select.expressions for node in item.walk(prune=lambda node: isinstance(node, exp.Query)))
    return any(isinstance(node, (exp.AggFunc, exp.Window)) for node in own)


def _asks_other_rows(select: exp.Select) -> bool:
    """Whether it filters or selects by the rows of another query, or by = ANY (list), which DuckDB makes joins of."""
    parts = [part for part in (select.args.get("where"), *select.expressions) if part is not None]
    nodes = [node for part in parts for node in find_all(part, exp.In, exp.Any, exp.All, exp.Exists)]
    return any(not isinstance(node, exp.In) or node.args.get("query") is not None for node in nodes)


def _stops(node: exp.Expr) -> bool:
    """Whether no more than some of its rows are asked for."""
    if isinstance(node.parent, exp.Exists):
        return True
    limit = node.args.get("limit")
    if limit is None or isinstance(limit.args.get("expression"), (exp.Var, exp.Null)):  # LIMIT ALL, LIMIT NULL
        return False
    options = limit.args.get("limit_options")
    return options is None or not (options.args.get("percent") or options.args.get("with_ties"))


def _reader(node: exp.Expr) -> exp.Expr | None:
    """The query that reads the rows of a table or query, where it is the only one and does nothing else with them."""
    parent = node.parent
    if isinstance(parent, exp.From):
        return parent.parent
    if isinstance(parent, exp.CTE):
        return _only_use(parent)
    return parent if isinstance(parent, (exp.Subquery, exp.Union)) else None


def _joined(node: exp.Expr) -> exp.Expr | None:
    """The query in whose FROM clause a table or query is joined with others."""
    parent = node.parent
    if isinstance(parent, exp.Lateral):
        node, parent = parent, parent.parent
    if isinstance(parent, exp.Join) and node.arg_key == "this":
        return parent.parent
    return parent if isinstance(node, exp.Lateral) else None


def _only_use(cte: exp.CTE) -> exp.Expr | None:
    """Where a common table expression is read, when that is one place and nobody asked for its rows to be kept."""
    if cte.args.get("materialized"):
        return None
    uses = [table for table in find_all(cte.root(), exp.Table) if cte_of(table) is cte]
    return uses[0] if len(uses) == 1 and not is_inside(uses[0], cte) else None  # of itself alone it would be read without an end


def _stands_alone(query: exp.Expr, reference: Reference) -> bool:
    """Whether a query is read once, and not anew for each row of one around it, whose columns it would name."""
    if query.find_ancestor(exp.Select) is None:
        return True
    sources = {source.alias_or_name.casefold() for source in query.find_all(exp.Table, exp.Subquery)}
    aliases = {alias.alias.casefold() for alias in query.find_all(exp.Alias)}
    return all(_is_own(column, reference, sources, aliases) for column in query.find_all(exp.Column))


def _is_own(column: exp.Column, reference: Reference, sources: set[str], aliases: set[str]) -> bool:
    if isinstance(column.this, exp.Star):
        return True
    parts = [part.name.casefold() for part in column.parts]
    if parts[0] in aliases or parts[0] in reference.own:
        return True
    return len(parts) > 1 and (parts[0] in sources or any(is_prefix(reference, parts[:length]) for length in range(1, len(parts))))
