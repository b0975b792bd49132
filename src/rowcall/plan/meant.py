"""What an UPDATE's or DELETE's WHERE says of the rows that are meant: that it is about them at all, and whether it names them by itself.

Of one that names them by their keys, none has to be read before it is changed. One that says nothing of them means all or none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from rowcall.manifest.model import Method, Parameter
from rowcall.plan.analysis import Analysis
from rowcall.plan.bindings import Bindings
from rowcall.plan.parameters import column_of_parameter
from rowcall.plan.pieces import Evaluate
from rowcall.plan.predicates import Among
from rowcall.plan.scopes import Frame
from rowcall.plan.values import Resolver, bound, tuples


def keys_only(analysis: Analysis, method: Method, *, alone: bool = False) -> bool:
    """Whether WHERE is `key = constant` or `key IN (constants)` for each of the method's keys and nothing else, and SET uses no column.

    `analysis` is of `SELECT keys, values FROM resource WHERE …`. A key is a parameter, or a column that equals one. Without keys nothing is
    known of the rows, unless there is one `alone`.
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
    return (bool(keys) or alone) and len(seen) == len(keys) and set(seen) == keys


def where_says(analysis: Analysis) -> tuple[frozenset[str], frozenset[str] | None]:
    """The columns of the resource that WHERE names, and those that it says to be among constants, None where it says more than that.

    `analysis` is as for `narrows`.
    """
    select = analysis.scopes.tree
    if not isinstance(select, exp.Select):
        return frozenset(), None
    frame = analysis.scopes.frame(select)
    places = [place for condition in frame.where for place in frame.named_in(condition) if place is not None]
    seen = _named(frame) if len(analysis.mentions) == 1 else None
    exactly = None if seen is None or len(seen) != len(set(seen)) else frozenset(seen)
    return frozenset(name for position, name in places if position == 0), exactly


def narrows(analysis: Analysis) -> bool:
    """Whether WHERE says something of the rows that are meant, by its form: every alternative in it names one of their columns.

    `analysis` is as for `keys_only`, with whatever is joined after the resource. A condition that is so of each row that has the column
    (`id = id`, `id LIKE '%'`, `id IS NOT NULL` of what is never null) says nothing. One that happens to hold of all rows that are there,
    as `created_at > 0`, cannot be told from others before they are read. A column of which it is not certain whose it is does not count.
    """
    select = analysis.scopes.tree
    if not isinstance(select, exp.Select):
        return False
    frame = analysis.scopes.frame(select)
    return any(_narrows(condition.predicate, frame, holds=True) for condition in frame.where if condition.predicate is not None)


def _narrows(node: exp.Expr, frame: Frame, *, holds: bool) -> bool:
    """Whether that a condition is true (or, without `holds`, false) says something of the rows of the first source."""
    if isinstance(node, exp.Paren):
        return _narrows(node.this, frame, holds=holds)
    if isinstance(node, exp.Not):
        return _narrows(node.this, frame, holds=not holds)
    if isinstance(node, (exp.And, exp.Or)):
        sides = (_narrows(side, frame, holds=holds) for side in (node.left, node.right))
        return any(sides) if isinstance(node, exp.And) is holds else all(sides)
    found = [frame.scopes.resolve(column) for column in frame.scopes.columns(node)]
    return any(one is not None and one.frame is frame and one.position == 0 for one in found) and not _is_empty(node, frame, holds=holds)


def _is_empty(node: exp.Expr, frame: Frame, *, holds: bool) -> bool:
    """Whether a condition about one column is true, or without `holds` false, of every row that has a value there."""
    if isinstance(node, (exp.Binary, exp.Between, exp.In)):
        first, *others = node.iter_expressions()
        own = _column(first, frame)
        alike = [first == other or (own is not None and own == _column(other, frame)) for other in others]
        if any(alike) if isinstance(node, exp.In) else all(alike):
            return True
    if isinstance(node, (exp.Like, exp.ILike)) and holds:
        return isinstance(node.expression, exp.Literal) and set(node.expression.name) == {"%"}
    if not isinstance(node, exp.Is) or not isinstance(node.expression, exp.Null) or holds:
        return False
    name, reference = _column(node.this, frame), frame.sources[0].reference
    column = reference.ref.resource.columns.get(name) if name is not None and reference is not None else None
    return column is not None and not column.nullable


def _column(node: exp.Expr, frame: Frame) -> str | None:
    """The column of the first source that an expression is."""
    found = frame.scopes.resolve(node) if isinstance(node, exp.Column) else None
    return found.name if found is not None and found.frame is frame and found.position == 0 and found.exact else None


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
