"""Equalities of the entries of a map, `metadata['tenant'] = 'acme'`, as what a parameter asks for that takes entries of a map column."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from rowcall.errors import BindError, EngineError
from rowcall.manifest.model import Method
from rowcall.plan.growing import Own
from rowcall.plan.intervals import Evaluate, is_steady
from rowcall.plan.nodes import Entries
from rowcall.plan.predicates import collates

Part = Callable[[exp.Expr], tuple[str, str] | None]
"""The column of the source in question of which an expression with dots is a part, and the name of that; None for any other expression."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry of a map column has to be, in all rows that matter."""

    column: str
    key: str
    value: str
    predicate: exp.Expr


def entries(predicates: Sequence[tuple[exp.Expr, Own]], part: Part, evaluate: Evaluate) -> list[Entry]:
    """What the predicates say of entries; each value is evaluated by DuckDB, and compared by its bytes alone."""
    return [found for predicate, own in predicates for found in _read(predicate, own, part, evaluate)]


def asked(
    method: Method, found: Sequence[Entry], given: Collection[str]
) -> tuple[dict[str, Entries], tuple[exp.Expr, ...], tuple[exp.Expr, ...]]:
    """What a method's parameters ask for, by their names, the predicates of which that leaves nothing for DuckDB to drop, and others."""
    values: dict[str, Entries] = {}
    applied: list[exp.Expr] = []
    within: list[exp.Expr] = []
    for name, parameter in method.parameters.items():
        own = {one.key: one for one in reversed(found) if one.column == parameter.entries and name not in given}
        if own:
            values[name] = Entries(sorted((one.key, one.value) for one in own.values()))
            (applied if parameter.exact else within).extend(one.predicate for one in own.values())
    return values, tuple(applied), tuple(within)


def _read(predicate: exp.Expr, own: Own, part: Part, evaluate: Evaluate) -> Iterator[Entry]:
    inner = predicate.unnest()
    if not isinstance(inner, exp.EQ):
        return
    for side, other in ((inner.this, inner.expression), (inner.expression, inner.this)):
        place = _place(side.unnest(), own, part)
        if place is None or not is_steady(other) or set("[]") & set(place[1]):
            continue
        sql = other.sql(dialect="duckdb")
        try:
            ((type_, value, collated),) = evaluate(f"SELECT typeof({sql}), {sql}, {collates(sql)}")
        except (BindError, EngineError):  # DuckDB says so again when the statement runs
            continue
        if type_ == "VARCHAR" and value is not None and not collated:
            yield Entry(*place, value, predicate)


def _place(side: exp.Expr, own: Own, part: Part) -> tuple[str, str] | None:
    """The column and the key of an entry: `m['k']`, `m.k`, `m->>'k'` or `map_extract_value(m, 'k')`."""
    keys: list[exp.Expr] = []
    if isinstance(side, exp.Column):
        return part(side)
    if isinstance(side, exp.Bracket):
        keys = side.expressions
        side = side.this
    elif isinstance(side, exp.Anonymous) and side.name.casefold() == "map_extract_value" and len(side.expressions) == 2:
        side, *keys = side.expressions
    elif isinstance(side, exp.JSONExtractScalar) and isinstance(side.expression, exp.JSONPath):
        root, *steps = side.expression.expressions
        name = steps[0].this if len(steps) == 1 and isinstance(root, exp.JSONPathRoot) and isinstance(steps[0], exp.JSONPathKey) else None
        keys = [exp.Literal.string(name)] if isinstance(name, str) and name.isidentifier() else []
        side = side.this
    column = own(side.unnest()) if len(keys) == 1 and isinstance(keys[0], exp.Literal) and keys[0].is_string else None
    return None if column is None else (column, keys[0].name)
