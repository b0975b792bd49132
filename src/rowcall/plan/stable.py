"""Whether a local query can be read before the statement that it stands in: it has to give the same rows then."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from rowcall.plan.walk import walk


def is_stable(node: exp.Expr) -> bool:
    """Whether a local query gives the same rows each time it is read within a statement, so that its keys can be read before it.

    LIMIT picks the same values twice only below an ORDER BY of all that is selected, and DISTINCT ON below one of all but what it is on.
    """
    return not unsteady(node)


ORDERED = frozenset({"a LIMIT", "an OFFSET", "a DISTINCT ON"})
"""What an ORDER BY of all that is selected makes steady."""


def unsteady(node: exp.Expr, besides: exp.Expr | None = None) -> str:
    """What it has by which it need not, as `a LIMIT`; "" where it does. The LIMIT and OFFSET of the query `besides` are none of it."""
    nodes = walk(node)
    unseen = {id(item) for one in nodes if isinstance(one, exp.Exists) for item in _unseen(one.this)}
    for one in nodes:
        if isinstance(one, _UNSTABLE) or (isinstance(one, exp.Anonymous) and one.name.casefold() in _VOLATILE):
            return "a SAMPLE" if isinstance(one, exp.TableSample) else "a function that may take any value"
        if isinstance(one, exp.Window) and id(one) not in unseen and not _is_steady(one):
            return "a window function"
    for one in nodes:
        if isinstance(one, (exp.Limit, exp.Offset, exp.Fetch)) and one.parent is not besides and not _is_ordered(one.parent):
            return "an OFFSET" if isinstance(one, exp.Offset) else "a LIMIT"
        if isinstance(one, exp.Distinct) and one.args.get("on") and not _is_settled(one):
            return "a DISTINCT ON"
    return ""


def _is_ordered(query: exp.Expr | None) -> bool:
    """Whether a query is ordered by all that it selects."""
    return isinstance(query, (exp.Select, exp.SetOperation)) and _ordered_by_all(query)


def _is_settled(distinct: exp.Distinct) -> bool:
    """Whether the rows that DISTINCT ON leaves are the same whichever of several equal ones come first."""
    on = {key.sql() for key in distinct.args["on"].expressions}
    return isinstance(distinct.parent, exp.Select) and _ordered_by_all(distinct.parent, on)


def _unseen(query: exp.Expr) -> list[exp.Expr]:
    """What a query in EXISTS selects, where it makes no difference to whether there is a row."""
    if not isinstance(query, exp.Select) or query.args.get("having") or query.args.get("qualify"):
        return []
    makes_rows = any(item.find(exp.Unnest, exp.Explode) for item in query.expressions)
    return [] if makes_rows else [item.unalias() for item in query.expressions]


def _is_steady(window: exp.Window) -> bool:
    """Whether a window function gives a row the same value however the rows that tie with it are sorted."""
    function = window.this.this if isinstance(window.this, exp.Filter) else window.this
    return isinstance(function, _STEADY) and not window.args.get("spec") and not window.args.get("alias")


_STEADY = (exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Count, exp.CountIf, exp.Min, exp.Max)
_UNSTABLE = (
    exp.TableSample, exp.Rand, exp.Uuid, exp.AnyValue, exp.First, exp.Last, exp.ArgMin, exp.ArgMax, exp.Mode, exp.ApproxDistinct,
    exp.ApproxQuantile,
)  # fmt: skip
_VOLATILE = frozenset(
    "random gen_random_uuid uuid uuidv4 uuidv7 nextval currval setseed arbitrary arg_min_null arg_max_null reservoir_quantile"
    " approx_top_k".split()
)


def _first(query: exp.Expr) -> exp.Expr:
    """The first side of a UNION or its like, which names the columns of all."""
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    return query


def _is_name(key: exp.Expr) -> bool:
    return isinstance(key, exp.Column) or key.is_int


def _ordered_by_all(query: exp.Select | exp.SetOperation, fixed: Collection[str] = ()) -> bool:
    """Whether it is ordered by all that it selects, but for what is `fixed`."""
    order = query.args.get("order")
    if order and any(isinstance(ordered.this, exp.Var) and ordered.this.name.upper() == "ALL" for ordered in order.expressions):
        return True
    if isinstance(query, exp.SetOperation):
        names = [] if query.args.get("by_name") else [item.alias_or_name.casefold() for item in _first(query).expressions]
        sorted_by = {ordered.this.name.casefold() for ordered in order.expressions if _is_name(ordered.this)} if order else set()
        known = len({*names, "", "*"}) == len(names) + 2
        return bool(names) and known and all({name, str(at)} & sorted_by for at, name in enumerate(names, 1))
    keys = {*fixed, *(ordered.this.sql() for ordered in order.expressions)} if order else {*fixed}
    keys |= {query.expressions[int(key) - 1].unalias().sql() for key in keys if key.isdigit() and 0 < int(key) <= len(query.expressions)}
    return all(isinstance(column.unalias(), exp.Column) and column.unalias().sql() in keys for column in query.expressions)
