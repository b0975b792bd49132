"""What the clauses of one SELECT make of the rows of its FROM clause."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlglot import exp

from rowcall.plan.walk import find_all

CUTS = frozenset({"qualify", "limit", "offset", "sample", "distinct"})
"""The clauses that leave some of the rows that there would be without them, DISTINCT ON among them."""


def is_key(select: exp.Select, column: exp.Column) -> bool:
    """Whether a SELECT is ordered by a column as it is: there a name is that of a result first."""
    node: exp.Expr = column
    while isinstance(node.parent, exp.Paren):
        node = node.parent
    return isinstance(node.parent, exp.Ordered) and node.parent.parent is select.args.get("order")


def is_plain(select: exp.Select, but: Collection[str] = (), *, windows: bool = False) -> bool:
    """Whether a SELECT gives a row for each row of its FROM clause that its WHERE lets through, but for what some clauses leave out.

    With `windows`, it may have window functions, which give each of these rows a value more.
    """
    made = (node for item in select.expressions for node in made_of_rows(select, item))
    return not is_changed(select, but) and all(windows and _is_of_window(node) for node in made)


def is_changed(select: exp.Select, but: Collection[str] = ()) -> bool:
    """Whether clauses of a SELECT make other rows of those of its FROM clause, or leave some out, apart from WHERE and some others."""
    distinct = select.args.get("distinct")
    if distinct is not None and distinct.args.get("on") and "distinct" not in but:
        return True
    return any(select.args.get(key) for key in ("group", "having", "qualify", "limit", "offset", "sample", "with_") if key not in but)


def made_of_rows(select: exp.Select, item: exp.Expr) -> Iterator[exp.Expr]:
    """The aggregates and windows in what a SELECT gives, which are made of several of its rows, and what makes several rows of one."""
    found = find_all(item, exp.AggFunc, exp.Window, exp.Explode, exp.Unnest)
    return (node for node in found if node.find_ancestor(exp.Select) is select)


def _is_of_window(node: exp.Expr) -> bool:
    """Whether it is a window function, or what stands before its OVER."""
    while not isinstance(node, exp.Window):
        if node.arg_key != "this" or not isinstance(node.parent, (exp.Window, exp.Filter, exp.IgnoreNulls, exp.RespectNulls)):
            return False
        node = node.parent
    return True
