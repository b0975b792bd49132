"""Whether an UPDATE's or DELETE's WHERE says by itself which rows are meant, so that none has to be read before they are changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from sqlglot import exp

from rowcall.manifest.model import Method
from rowcall.plan.bindings import restriction
from rowcall.plan.planner import Analysis, Evaluate, Mention, Resolver, bound_values
from rowcall.plan.predicates import alternatives
from rowcall.plan.references import column_of, hidden_columns


def keys_only(analysis: Analysis, method: Method) -> bool:
    """Whether WHERE is `key = constant` or `key IN (constants)` for each of the method's keys and nothing else, and SET uses no column.

    `analysis` is of `SELECT keys, values FROM resource WHERE …`. A key is a parameter, or a column that equals one.
    """
    if len(analysis.mentions) != 1:
        return False
    (mention,) = analysis.mentions
    select = mention.reference.select
    if select is None or any(True for _ in select.expressions[1].find_all(exp.Column, exp.Subquery)):
        return False
    seen: list[str] = []
    for conjunct in mention.scope.conjuncts:
        said = alternatives(conjunct.predicate, lambda expression: _name(mention, expression), lambda _: None)
        if said is None or len(said) != 1 or len(said[0]) != 1:
            return False
        seen += said[0]
    keys = {parameter.column or name for name, parameter in _keys(method)}
    columns = {method.parameters[name].column or name if name in method.parameters else name for name in seen}
    return len(seen) == len(keys) and columns == keys


def _keys(method: Method) -> Iterator[tuple[str, Any]]:
    return ((name, method.parameters[name]) for name in method.required() if name in method.parameters)


def _name(mention: Mention, expression: exp.Expr) -> str | None:
    found = column_of(mention.reference, expression)
    if found is None and isinstance(expression, exp.Column) and len(expression.parts) == 1:
        names = {name.casefold(): name for name in [*mention.reference.ref.resource.columns, *hidden_columns(mention.reference.ref)]}
        found = names.get(expression.name.casefold())
    return found


def key_tuples(analysis: Analysis, method: Method, evaluate: Evaluate) -> list[dict[str, Any]] | None:
    """The key values that such a WHERE gives, one dictionary for each row meant.

    None when a value is not of its key's type, or when two keys have several values: then some pairs of them may be no row.
    """
    (mention,) = analysis.mentions
    said = restriction(mention.reference, mention.scope, [mention.reference])
    resolver = Resolver(mention.reference.ref, evaluate)
    tuples: list[dict[str, Any]] = []
    names = [name for name, _ in _keys(method)]
    for alternative in said or ():
        bound = bound_values(method, resolver.resolve(alternative))
        if any(name not in bound for name in names):
            return None
        if sum(len(bound[name]) > 1 for name in names) > (len(bound[names[-1]]) > 1):
            return None
        tuples += [dict(zip(names, values, strict=True)) for values in product(*(bound[name] for name in names))]
    return tuples
