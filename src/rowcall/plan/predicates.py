"""What a predicate says of one source's columns: a disjunction of conjunctions of `column ∈ values`.

Only what is certain is read; a predicate that is not understood restricts nothing, which costs requests but never rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from sqlglot import exp

_MOST_ALTERNATIVES = 1000
"""Past this many, a predicate is taken to restrict nothing."""


@dataclass(frozen=True, slots=True)
class Constants:
    """Values written in the statement, as SQL expressions without columns."""

    expressions: tuple[exp.Expr, ...]
    through: tuple[str, ...] = ()
    """Queries of one truth value each: whether a local column that they came through compares under a collation."""
    listed: bool = False
    """Whether each expression is a list, of which any value will do."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Values that a local query gives, distinct and without NULL."""

    sql: str
    """A query of two columns: a value, and whether it compares under a collation."""
    source: str
    """How EXPLAIN names where they come from, as `t.thread_id`."""


Values = Constants | Keys

Alternative = Mapping[str, tuple[Values, ...]]
"""Columns, and the sets that their value must be in, all of them."""

Own = Callable[[exp.Expr], str | None]
"""The column of the source in question that an expression is, or None."""

Query = Callable[[exp.Expr], Keys | None]
"""The keys that the query in `column IN (query)` gives, or None."""


def collates(column: str) -> str:
    """An SQL truth value: whether a text column, or a text, compares under a collation, so that equal values have several spellings."""
    probe = f"coalesce(CASE WHEN false THEN CAST({column} AS VARCHAR) END, "
    return f"({probe}'a') = 'A' OR {probe}'\u00e9') = 'e' OR {probe}'\u00e9') = 'e\u0301')"


def alternatives(predicate: exp.Expr, own: Own, query: Query) -> tuple[Alternative, ...] | None:  # noqa: PLR0911 - one a node kind
    """What `predicate` says of the columns that `own` knows, or None when it restricts none of them.

    An empty tuple means that no row can satisfy it.
    """
    match predicate:
        case exp.Paren():
            return alternatives(predicate.this, own, query)
        case exp.And():
            return both(alternatives(predicate.left, own, query), alternatives(predicate.right, own, query))
        case exp.Or():
            left, right = alternatives(predicate.left, own, query), alternatives(predicate.right, own, query)
            return None if left is None or right is None or len(left) + len(right) > _MOST_ALTERNATIVES else (*left, *right)
        case exp.NullSafeEQ():
            sides = [side for side in (predicate.left, predicate.right) if isinstance(side, exp.Literal)]
            return _one(own(predicate.left) or own(predicate.right), sides)
        case exp.EQ():
            return _equal(predicate.left, predicate.right, own) or _equal(predicate.right, predicate.left, own)
        case exp.In():
            return _in(predicate, own, query)
        case exp.ArrayContains():
            return _one(own(predicate.expression), (predicate.this,), listed=True)
        case exp.Between():
            low, high = predicate.args["low"], predicate.args["high"]
            return _one(own(predicate.this), (low,)) if low == high and not predicate.args.get("symmetric") else None
        case exp.Null() | exp.Boolean(this=False):
            return ()
        case _:
            return None


def both(left: tuple[Alternative, ...] | None, right: tuple[Alternative, ...] | None) -> tuple[Alternative, ...] | None:
    """What holds when both hold."""
    if left is None or right is None:
        return right if left is None else left
    if len(left) * len(right) > _MOST_ALTERNATIVES:
        return left
    return tuple(_merged(a, b) for a, b in product(left, right))


def _merged(a: Alternative, b: Alternative) -> Alternative:
    return {name: a.get(name, ()) + b.get(name, ()) for name in (*a, *(name for name in b if name not in a))}


def _equal(column: exp.Expr, value: exp.Expr, own: Own) -> tuple[Alternative, ...] | None:
    name = own(column)
    if isinstance(value, exp.Any):
        array = value.this.unnest()
        return _one(name, array.expressions) if isinstance(array, exp.Array) else _one(name, (array,), listed=True)
    return _one(name, (value,))


def _in(predicate: exp.In, own: Own, query: Query) -> tuple[Alternative, ...] | None:
    if isinstance(predicate.this, exp.Tuple):
        return _rows(predicate, own)
    name = own(predicate.this)
    if (inner := predicate.args.get("query")) is not None:
        keys = query(inner) if name else None
        return ({name: (keys,)},) if name and keys else None
    if (field := predicate.args.get("field")) is not None:
        return _one(name, (field,), listed=True)
    return _one(name, predicate.expressions)


def _rows(predicate: exp.In, own: Own) -> tuple[Alternative, ...] | None:
    """`(a, b) IN ((1, 2), (3, 4))`: one alternative for each row."""
    names = [own(column) for column in predicate.this.expressions]
    rows = [row.expressions for row in predicate.expressions if isinstance(row, exp.Tuple)]
    if len(rows) != len(predicate.expressions) or len(rows) > _MOST_ALTERNATIVES or any(len(row) != len(names) for row in rows):
        return None
    found = []
    for row in rows:
        pairs = {name: (Constants((value,)),) for name, value in zip(names, row, strict=True) if name and is_constant(value)}
        if not pairs:
            return None
        found.append(pairs)
    return tuple(found)


def _one(name: str | None, values: Sequence[exp.Expr], *, listed: bool = False) -> tuple[Alternative, ...] | None:
    if name is None or not values or not all(is_constant(value) for value in values):
        return None
    return ({name: (Constants(tuple(values), listed=listed),)},)


_STABLE = (
    exp.Literal, exp.Placeholder, exp.Parameter, exp.Null, exp.Boolean, exp.Paren, exp.Neg, exp.Cast, exp.TryCast, exp.DataType,
    exp.DataTypeParam, exp.DPipe, exp.Concat, exp.Lower, exp.Upper, exp.Trim, exp.Add, exp.Sub, exp.Mul, exp.Coalesce, exp.Array,
    exp.Bracket, exp.RawString, exp.ByteString,
)  # fmt: skip
"""Node kinds that sqlglot writes as it read them, and whose value is one throughout a statement."""


def is_constant(expression: exp.Expr) -> bool:
    """Whether an expression has one value throughout a statement, and can be given to DuckDB by itself."""
    return all(isinstance(node, _STABLE) for node in expression.walk())
