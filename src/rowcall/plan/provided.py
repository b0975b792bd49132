"""Queries that a manifest has in the place of a request: resources that are views over others."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from rowcall.errors import UnsupportedSQLError
from rowcall.manifest.model import View

_OPEN = re.compile(r"<[^<>]*>|\{\{.*\}\}")
"""What stands in the text of a view where a statement has to give a value."""


def query_of(views: Sequence[View], words: Collection[str], name: str) -> str:
    """The query of a resource in DuckDB's dialect, for a statement that has these words, in lower case.

    The first of its views counts of which the statement names all that it needs, else the last. What the statement says of a column takes
    the place of what the view says of it itself. Raises UnsupportedSQLError for a text that cannot be read.
    """
    view = next((view for view in views if {need.casefold() for need in view.needs} <= set(words)), views[-1])
    return _translated(view, _named(view).intersection(words), name)


@lru_cache(maxsize=256)
def _named(view: View) -> frozenset[str]:
    return frozenset(word.casefold() for word in re.findall(r"\w+", view.sql))


@lru_cache(maxsize=256)
def _translated(view: View, words: frozenset[str], name: str) -> str:
    try:
        tree = sqlglot.parse_one(view.sql.strip().rstrip(";"), read=view.dialect)
    except SqlglotError as error:
        raise UnsupportedSQLError(
            f"The text of the view {name} cannot be read as {view.dialect}: {str(error).splitlines()[0]}", sql=""
        ) from error
    for select in tree.find_all(exp.Select):
        where = select.args.get("where")
        if where is not None:
            kept = [each for each in _conjuncts(where.this) if not _is_replaced(each, select, words)]
            select.set("where", exp.Where(this=exp.and_(*kept, copy=False)) if kept else None)
    return tree.sql(dialect="duckdb")


def _conjuncts(predicate: exp.Expr) -> list[exp.Expr]:
    return [*_conjuncts(predicate.left), *_conjuncts(predicate.right)] if isinstance(predicate, exp.And) else [predicate]


def _is_replaced(predicate: exp.Expr, select: exp.Select, words: Collection[str]) -> bool:
    """Whether a conjunct only stands in for what a statement says: `column = 'text'` of a column that the view shows by its name."""
    if not isinstance(predicate, exp.EQ) or not isinstance(predicate.left, exp.Column) or not isinstance(predicate.right, exp.Literal):
        return False
    name = predicate.left.name.casefold()
    shown = {each.alias_or_name.casefold() for each in select.expressions}
    return _OPEN.search(predicate.right.this) is not None or (name in words and name in shown)
