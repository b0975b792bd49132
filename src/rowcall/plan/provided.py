"""Queries that a manifest has in the place of a request: resources that are views over others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from rowcall.errors import UnsupportedSQLError
from rowcall.manifest.model import View
from rowcall.plan.sqlite import as_duckdb

_OPEN = re.compile(r"<[^<>]*>|\{\{.*\}\}")
"""What stands in the text of a view where a statement has to give a value."""


_PATH = re.compile(r"'\$((?:\.[^'.\[\]\"]+|\[\d+\])+)'")
"""A path into JSON with plain keys, as a text of SQL."""
_KEY = re.compile(r"\.([^'.\[\]]+)")

Given = frozenset[tuple[str, tuple[str, ...]]]
"""Names in lower case, each with the literals that it equals one of, as SQL."""


def query_of(views: Sequence[View], text: str, words: Collection[str], name: str) -> str:
    """The query of a resource in DuckDB's dialect, for a statement with this text; `words` are those of it all, in lower case.

    The first of its views counts of which the statement names all that it needs, else the last. What the statement says of a column takes
    the place of what the view says of it itself. Raises UnsupportedSQLError for a text that cannot be read.
    """
    view = next((view for view in views if {need.casefold() for need in view.needs} <= set(words)), views[-1])
    named = _named(view).intersection(words)
    given = frozenset((column, values) for column, values in _given(text, name.rpartition(".")[2]).items() if column in named)
    return _translated(view, named, given, name)


def _given(text: str, name: str) -> dict[str, tuple[str, ...]]:
    """The literals that a statement says names equal wherever it reads a view of this name."""
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError:
        return {}
    uses = [found for select in tree.find_all(exp.Select) for found in _uses(select, name)]
    everywhere = set.intersection(*map(set, uses)) if uses else set()
    return {column: tuple(dict.fromkeys(value for use in uses for value in use[column])) for column in sorted(everywhere)}


def _uses(select: exp.Select, name: str) -> Iterator[dict[str, list[str]]]:
    """What a query says of each view of this name that it reads."""
    sources = [select.args.get("from_"), *select.args.get("joins", ())]
    tables = [source.this for source in sources if source is not None and isinstance(source.this, exp.Table)]
    where = select.args.get("where")
    for table in tables:
        if table.name.casefold() != name.casefold():
            continue
        found: dict[str, list[str]] = {}
        for each in _conjuncts(where.this) if where is not None else ():
            column, values = each.this, [each.expression] if isinstance(each, exp.EQ) else each.args.get("expressions") or [None]
            if not isinstance(each, exp.EQ | exp.In) or not isinstance(column, exp.Column):
                continue
            is_of_it = column.table.casefold() == table.alias_or_name.casefold() or (not column.table and len(sources) == 1)
            if is_of_it and all(isinstance(value, exp.Literal) for value in values):
                found.setdefault(column.name.casefold(), [value.sql(dialect="duckdb") for value in values])
        yield found


@lru_cache(maxsize=256)
def _named(view: View) -> frozenset[str]:
    return frozenset(word.casefold() for word in re.findall(r"\w+", view.sql))


@lru_cache(maxsize=256)
def _translated(view: View, words: frozenset[str], given: Given, name: str) -> str:
    plain = _PATH.sub(lambda path: _KEY.sub(lambda key: key[0] if key[1].isidentifier() else f'."{key[1]}"', path[0]), view.sql)
    try:
        tree = sqlglot.parse_one(plain.strip().rstrip(";"), read=view.dialect)
    except SqlglotError as error:
        raise UnsupportedSQLError(
            f"The text of the view {name} cannot be read as {view.dialect}: {str(error).splitlines()[0]}", sql=""
        ) from error
    if view.dialect == "sqlite":
        tree = as_duckdb(tree)
    for select in tree.find_all(exp.Select):
        where = select.args.get("where")
        if where is not None:
            kept = [one for each in _conjuncts(where.this) if (one := _replaced(each, select, words, dict(given))) is not None]
            select.set("where", exp.Where(this=exp.and_(*kept, copy=False)) if kept else None)
    return tree.sql(dialect="duckdb")


def _conjuncts(predicate: exp.Expr) -> list[exp.Expr]:
    return [*_conjuncts(predicate.left), *_conjuncts(predicate.right)] if isinstance(predicate, exp.And) else [predicate]


def _replaced(predicate: exp.Expr, select: exp.Select, words: Collection[str], given: Mapping[str, Sequence[str]]) -> exp.Expr | None:
    """A conjunct, or what a statement says in its place where it is `column = 'text'`; None where that is said of the view's own column."""
    if not isinstance(predicate, exp.EQ) or not isinstance(predicate.left, exp.Column) or not isinstance(predicate.right, exp.Literal):
        return predicate
    column, name = predicate.left, predicate.left.name.casefold()
    shown = {each.alias_or_name.casefold(): each.unalias() for each in select.expressions}
    is_open = _OPEN.search(predicate.right.this) is not None
    itself = shown.get(name)
    if isinstance(itself, exp.Column) and itself.name.casefold() == name and (is_open or name in words):
        return None
    if name not in given:
        return None if is_open or (name in words and name in shown) else predicate
    if itself is None and not select.args.get("group") and not select.is_star:
        # A parameter that the view does not show, for the condition of the statement to be one on the view.
        select.select(column.copy(), copy=False)
    return exp.In(this=column, expressions=[exp.maybe_parse(value, dialect="duckdb") for value in given[name]])
