"""What sqlglot's tree has otherwise than DuckDB reads it, put right.

Columns before a function that is called behind a dot, as in `t.name.trim()`, which it takes for the names of its schema; and what is said
to a function that reads files, as in `read_csv('t.csv', header = true)`, which it takes for a comparison of a column.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from rowcall.plan.walk import walk

_MOST_PARTS = 4
"""A column's names: database, schema, table and its own; what follows them is a field of it."""


def as_meant(tree: exp.Expr) -> exp.Expr:
    """The tree, changed."""
    for node in walk(tree):
        if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
            for name in list(_names(node.this)):
                name.replace(_column(name.copy()))
        elif isinstance(node, exp.Table) and isinstance(node.this, exp.Func) and _reads_files(node.this):
            for given in node.this.expressions:
                if isinstance(given, exp.EQ) and isinstance(given.this, exp.Column) and not given.this.table:
                    given.replace(exp.PropertyEQ(this=given.this.this, expression=given.expression))
    return tree


def _reads_files(function: exp.Func) -> bool:
    """Whether it is one of DuckDB's table functions for files, or is called like one: `a = b` says something to it, as `a := b` does."""
    name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
    return name.casefold().startswith(("read_", "parquet_", "sniff_")) or name.casefold().endswith("_scan")


def _names(before: exp.Expr) -> Iterator[exp.Expr]:
    """The names in it that are columns, each with all of its parts."""
    for node in before.walk():
        is_name = isinstance(node, exp.Identifier) or (isinstance(node, exp.Dot) and _parts(node) is not None)
        if is_name and not (isinstance(node.parent, exp.Dot) and _parts(node.parent) is not None) and not _is_of_else(node):
            yield node


def _parts(name: exp.Expr) -> list[exp.Identifier] | None:
    """The identifiers that are all of a name with dots."""
    if isinstance(name, exp.Identifier):
        return [name]
    before = _parts(name.this) if isinstance(name, exp.Dot) and isinstance(name.expression, exp.Identifier) else None
    return [*before, name.expression] if before is not None else None


def _column(name: exp.Expr) -> exp.Expr:
    parts = _parts(name) or []
    column: exp.Expr = exp.Column(**dict(zip(("this", "table", "db", "catalog"), parts[:_MOST_PARTS][::-1], strict=False)))
    for field in parts[_MOST_PARTS:]:
        column = exp.Dot(this=column, expression=field)
    return column


_OF_ELSE = (exp.Column, exp.Table, exp.TableAlias, exp.CTE, exp.DataType, exp.Placeholder, exp.Parameter, exp.Aliases, exp.Pivot)
_NAMING = frozenset({
    (exp.Alias, "alias"), (exp.Collate, "expression"), (exp.Comprehension, "expression"), (exp.Dot, "expression"), (exp.Join, "using"),
    (exp.Kwarg, "this"), (exp.Lambda, "expressions"), (exp.PropertyEQ, "this"), (exp.Window, "alias"), (exp.Window, "this"),
})  # fmt: skip


def _is_of_else(name: exp.Expr) -> bool:
    """Whether an identifier is the name of anything else than a column, as what an item of a list is called in a lambda."""
    parent = name.parent
    is_starred = isinstance(parent, exp.Dot) and isinstance(parent.expression, exp.Star)
    if is_starred or isinstance(parent, _OF_ELSE) or (type(parent), name.arg_key) in _NAMING:
        return True
    first = (_parts(name) or [])[0].name.casefold()
    around = parent
    while around is not None:
        if isinstance(around, exp.Lambda) and any(one.name.casefold() == first for one in around.expressions):
            return True
        around = around.parent
    return False
