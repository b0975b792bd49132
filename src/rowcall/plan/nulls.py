"""What an expression is of a NULL."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.ILike)
"""Comparisons of two sides."""


def is_null_of_null(predicate: exp.Expr) -> bool:
    """Whether it is a comparison that is NULL, and never false, of a NULL: false is that of any value with one of none."""
    if isinstance(predicate, exp.In):
        return bool(predicate.expressions) and not any(isinstance(one.unnest(), (exp.Query, exp.Values)) for one in predicate.expressions)
    return isinstance(predicate, (*COMPARED, exp.Between)) and predicate.find(exp.Any, exp.All, exp.Anonymous) is None


_NULL_OF_NULL = (exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Abs, exp.Neg, exp.Cast, exp.TryCast, exp.Collate, exp.Nullif)
_NULL_OF_EITHER = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod)


def without_which_null(node: exp.Expr) -> Iterator[exp.Expr]:
    """The parts of an expression that is NULL where one of them is."""
    node = node.unnest()
    if isinstance(node, (*_NULL_OF_NULL, *_NULL_OF_EITHER)):
        yield from without_which_null(node.this)
        if isinstance(node, _NULL_OF_EITHER):
            yield from without_which_null(node.expression)
    else:
        yield node
