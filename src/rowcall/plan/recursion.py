"""What a recursive query reads of its own rows: of which of its columns that is known before it runs.

A column that each step of it hands on from the rows of the step before has the values that the first side gives there, and no others;
columns that are handed on together have those of one row of it. So what the query reads of itself counts as its first side for these
columns alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from rowcall.plan.cases import collation
from rowcall.plan.enclosing import LEAVES, equal_columns, is_of_api, output_names
from rowcall.plan.joins import Place, kept
from rowcall.plan.plain import is_plain
from rowcall.plan.predicates import collates
from rowcall.plan.references import cte_of, first_of
from rowcall.plan.scopes import Frame, Scopes
from rowcall.plan.sources import Source


def first_side(frame: Frame, source: Source) -> Frame | None:
    """The SELECT that a recursive query begins with, for what it reads of its own rows; None for any other source."""
    first = first_of(source.node)
    return frame.scopes.frame(first) if first is not None and not source.node.args.get("pivots") else None


def lasting(frame: Frame, source: Source, first: Frame) -> Mapping[str, frozenset[str]]:
    """The columns of what a recursive query reads of its own rows that each step hands on, by their names there.

    With each, queries of one truth value each: it may have other values than those of the first side where one is true.
    """
    cte = _with_of(source)
    steps = [_handed_on(frame.scopes, step, first, cte) for step in _steps(cte.this.expression)] if cte is not None else []
    shared = set.intersection(*map(set, steps)) if steps else set()
    names = enumerate(output_names(frame, source.position, first))
    return {name: frozenset[str]().union(*(step[at] for step in steps)) for at, name in names if name and at in shared}


def _with_of(source: Source) -> exp.CTE | None:
    """The WITH query that a source is."""
    return cte_of(source.node) if isinstance(source.node, exp.Table) else None


def _steps(query: exp.Expr) -> Iterator[exp.Expr]:
    """The SELECTs of which a query gives all rows; what else it is made of as it is."""
    if isinstance(query, exp.Subquery):
        yield from _steps(query.this)
    elif isinstance(query, exp.Union) and not query.args.get("by_name"):
        yield from _steps(query.this)
        yield from _steps(query.expression)
    else:
        yield query


def _handed_on(scopes: Scopes, step: exp.Expr, first: Frame, cte: exp.CTE) -> Mapping[int, frozenset[str]]:
    """The columns that one step has from the step before, by their numbers, each with what it need not be the same by.

    It is the column itself, or one that equals it in every row of the step.
    """
    if not isinstance(step, exp.Select) or not is_plain(step, but=LEAVES, windows=True) or scopes.takes_rows(step):
        return {}
    frame = scopes.frame(step)
    own = [source for source in frame.sources if _with_of(source) is cte]
    # Of two it would have to be known which columns are of one row of the step before.
    if len(own) != 1 or own[0].node.args.get("pivots") or frame.tree is None or own[0].position not in kept(frame.tree):
        return {}
    equal = [{*pair} for pair in equal_columns(frame)]
    given: dict[int, frozenset[str]] = {}
    for at, (name, (_, place)) in enumerate(zip(output_names(frame, own[0].position, first), frame.outputs() or (), strict=False)):
        column = own[0].position, name
        if place == column:
            given[at] = frozenset()
        elif (
            name and place is not None and {place, column} in equal and frame.kind(place) and frame.type_of(place) == frame.type_of(column)
        ):
            given[at] = frozenset(_collates(frame, one) for one in (place, column) if frame.kind(one) == "text")
    return given


def _collates(frame: Frame, place: Place) -> str:
    """A query of one truth value: whether a text column compares under a collation, that by default for one of an API."""
    return f"SELECT {collates('NULL')}" if is_of_api(frame, place) else collation(frame, place) or "SELECT true"
