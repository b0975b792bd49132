"""What a SELECT gives: columns of its FROM clause, and expressions of these."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from rowcall.plan.layout import Range
from rowcall.plan.plain import made_of_rows
from rowcall.plan.predicates import Operand
from rowcall.plan.scopes import Frame


def expression_of(frame: Frame, at: int) -> Range | None:
    """Where the expression stands that one of what a SELECT selects is, without its name; None where that cannot be told."""
    clauses, item, layout = frame.clauses, frame.select.expressions[at], frame.scopes.layout
    if clauses is None or len(clauses.columns) != len(frame.select.expressions):
        return None
    first, last = clauses.columns[at]
    name = item.args.get("alias") if isinstance(item, exp.Alias) else None
    if name is None:
        return first, last
    alias = layout.token_at(name.meta.get("start", -1))
    if alias == first and first + 2 < last and layout.tokens[first + 1].word == ":":
        return first + 2, last
    if alias is None or alias + 1 != last:
        return None
    end = alias - 1 if layout.tokens[alias - 1].kind == "ALIAS" else alias
    return (first, end) if first < end else None


def made(frame: Frame) -> Sequence[Operand | None]:
    """What a SELECT gives, in order; None for what is made of several rows, and where it cannot be told."""
    outputs, items = frame.outputs() or (), frame.select.expressions
    found = [Operand(None, place=place) if place is not None else None for _, place in outputs]
    is_of_groups = frame.select.args.get("group") is not None  # where an expression may be of all rows of one
    for at, item in enumerate(items if len(items) == len(outputs) and not is_of_groups else ()):
        own = item.unalias()
        is_steady = frame.scopes.is_stable(own) and frame.scopes.is_read_alike(own)
        if found[at] is None and is_steady and own.find(exp.Star, exp.Columns) is None and not any(made_of_rows(frame.select, own)):
            place = expression_of(frame, at)
            found[at] = Operand(own, place) if place is not None else None
    return found
