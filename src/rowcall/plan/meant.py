"""Whether an UPDATE's or DELETE's WHERE says by itself which rows are meant, so that none has to be read before they are changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from rowcall.manifest.model import Method, Parameter
from rowcall.plan.bindings import Bindings
from rowcall.plan.pieces import Evaluate
from rowcall.plan.planner import Analysis
from rowcall.plan.predicates import Among
from rowcall.plan.scopes import Frame
from rowcall.plan.values import Resolver, bound, column_of_parameter, tuples


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
    seen = _named(analysis.scopes.frame(select))
    if seen is None:
        return False
    keys = {column_of_parameter(method, name) for name, _ in _keys(method)}
    return len(seen) == len(keys) and set(seen) == keys


def _named(frame: Frame) -> list[str] | None:
    """The columns that WHERE says to be among constants; None when it says anything else."""
    seen: list[str] = []
    for condition in frame.where:
        options = frame.alternatives(condition)
        if len(options) != 1 or len(options[0]) != 1:
            return None
        (atom,) = options[0]
        if not isinstance(atom, Among) or len(atom.columns) != 1:
            return None
        found = frame.scopes.resolve(atom.columns[0])
        if found is None or not found.exact:
            return None
        seen.append(found.name)
    return seen


def _keys(method: Method) -> Iterator[tuple[str, Parameter]]:
    return ((name, method.parameters[name]) for name in method.required() if name in method.parameters)


def key_tuples(analysis: Analysis, method: Method, evaluate: Evaluate) -> list[dict[str, Any]] | None:
    """The key values that such a WHERE gives, one dictionary for each row meant.

    None when a value is not of its key's type, or when two keys have several values: then some pairs of them may be no row.
    """
    (mention,) = analysis.mentions
    ref = mention.reference.ref
    names = [name for name, _ in _keys(method)]
    wanted = [*dict.fromkeys(column_of_parameter(method, name) for name in names)]
    resolver = Resolver(ref, analysis.scopes, evaluate)
    alternatives = resolver.resolve(Bindings(analysis.scopes, ()).restriction(0, wanted))
    for alternative in alternatives:
        if not set(names) <= bound(method, alternative):
            return None
        several = [table for table in alternative if len(table.rows) > 1]
        last = column_of_parameter(method, names[-1])
        if len(several) > 1 or any(last not in table.columns for table in several):
            return None
    return tuples(method, names, alternatives)
