"""Texts that a statement compares a column with although its API is not known to give them: a word misspelt leaves no row, in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import exp

from rowcall.errors import nearest
from rowcall.plan.analysis import Analysis
from rowcall.plan.enclosing import handed_on
from rowcall.plan.walk import find_all


def unknown_values(analysis: Analysis, parameters: Mapping[str, Any]) -> list[str]:
    """A warning for each, in the order of the statement; `parameters` are the statement's, by name.

    What a manifest says of a column's values is what was known when it was written: an API may have others since, so that this is no error.
    """
    resources = [mention.reference.ref.resource for mention in analysis.mentions]
    if not any(column.enum for resource in resources for column in resource.columns.values()):
        return []
    return list(dict.fromkeys(_found(analysis, parameters)))


def _found(analysis: Analysis, parameters: Mapping[str, Any]) -> Iterator[str]:
    for node in find_all(analysis.scopes.tree, exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.In):
        sides = [node.this, *(node.expressions or [node.args.get("expression") or node.args.get("field")])]
        columns = [side for side in sides if isinstance(side, exp.Column)]
        texts = [text for side in sides if side is not None for text in _texts(side, parameters)]
        found = analysis.scopes.resolve(columns[0]) if len(columns) == 1 and texts else None
        if found is None or not found.exact:
            continue
        frame, (position, name) = handed_on(found.frame, (found.position, found.name))
        reference = frame.sources[position].reference
        column = reference.ref.resource.columns.get(name) if reference is not None else None
        if reference is None or column is None or not column.enum:
            continue
        for text in texts:
            if text not in column.enum:
                near = nearest(text, column.enum)
                rest = f"Did you mean {', '.join(near)}?" if near else f"They are {', '.join(column.enum)}."
                yield f"'{text}' is none of the values that {reference.ref.full_name}.{name} is known to have. {rest}"


def _texts(node: exp.Expr, parameters: Mapping[str, Any]) -> Iterator[str]:
    """The texts that an expression is among: its own, a parameter's, those of a list."""
    if isinstance(node, exp.Literal) and node.is_string:
        yield node.name
    elif isinstance(node, (exp.Parameter, exp.Placeholder)):
        value = parameters.get(node.name)
        yield from (one for one in (value if isinstance(value, (list, tuple)) else [value]) if isinstance(one, str))
    elif isinstance(node, exp.Any) and isinstance(array := node.this.unnest(), exp.Array):
        yield from (text for item in array.expressions for text in _texts(item, parameters))
