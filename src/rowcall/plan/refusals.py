"""Why a statement does not give a reference the values that its API needs, in the user's terms, and where one is that it cannot have.

Asked for only when it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from rowcall.errors import Span
from rowcall.manifest.types import identifier
from rowcall.plan.enclosing import enclosing
from rowcall.plan.having import beforehand
from rowcall.plan.joins import FULL, POSITIONAL, Condition, Group, Join, Reach, Tree, kept, reach
from rowcall.plan.predicates import Among, Equal, Operand, is_volatile
from rowcall.plan.reaching import tree_of
from rowcall.plan.references import Reference
from rowcall.plan.scopes import Frame, Scopes
from rowcall.plan.sources import kind_of
from rowcall.plan.values import NO_LIST
from rowcall.plan.walk import find_all

_KEEPS = {
    "LEFT": "A LEFT JOIN keeps the rows of its left side whatever its ON says, so {name} cannot take its values from the right one.",
    "ASOF LEFT": "An ASOF LEFT JOIN keeps the rows of its left side, so {name} cannot take its values from the right one.",
    "RIGHT": "A RIGHT JOIN keeps the rows of its right side whatever its ON says, so {name} cannot take its values from the left one.",
    "ANTI": "An ANTI JOIN keeps what has no match, so {name} cannot take its values from what it is not to match.",
    "FULL": FULL,
    "POSITIONAL": POSITIONAL,
}
_FILLED = "Where {name} has no row an outer join puts NULLs, and {text} is about these too: {remedy}."
_PICKED = "An ASOF JOIN picks the nearest row of {name} before {text} is applied: {remedy}."
_SAY = "say in a sub-select in place of {name} which values are meant"
_FILTER = "FILTER picks of the rows what an aggregate is of, and leaves out none of them; repeat its condition in WHERE."
_EXPRESSION = "A condition on an expression of a column does not say which values the column has; compare the column itself."


def place_of(scopes: Scopes, reference: Reference, column: str, value: Any) -> Span | None:
    """Where a condition beside a reference says that a column of it has this value; None where none does, as where a query gives it."""
    frame = scopes.around(reference.table)
    own = frame.position(reference.table) if frame is not None else None
    tree = tree_of(frame) if frame is not None else None
    if frame is None or own is None or tree is None:
        return None
    conditions = (live.condition for live in reach(tree, own, frame.where, frame.touched).live)
    atoms = (atom for one in conditions for alternative in frame.alternatives(one) for atom in alternative)
    for atom in atoms:
        places = [frame.place(Operand(one)) for one in atom.columns] if isinstance(atom, Among) else []
        if isinstance(atom, Among) and (own, column) in places:
            operands = [row[places.index((own, column))] for row in atom.rows]
            said = next((one for one in operands if len(operands) == 1 or _is_said(one, value)), None)
            if said is not None and said.tokens is not None:
                return scopes.layout.span(said.tokens)
    return None


def _is_said(operand: Operand, value: Any) -> bool:
    return isinstance(operand.node, exp.Literal) and operand.node.name == str(value)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is refused, of a source."""

    columns: Sequence[str]
    """Those whose values an API can be asked for."""
    lacking: Sequence[str] = ()
    """Those of them that it has to be asked for, and that nothing gives."""
    unread: frozenset[int] = frozenset()
    """The references, by number, that cannot be read either."""


def reasons(scopes: Scopes, reference: Reference, asked: Asked) -> list[str]:
    """Why what the statement says of these columns of a reference gives no values, and what it does not say of them beside others."""
    frame = scopes.around(reference.table)
    own = frame.position(reference.table) if frame is not None else None
    if frame is None or own is None:
        return []
    return list(dict.fromkeys(_said(frame, own, asked, reference.alias)))


def _said(frame: Frame, own: int, asked: Asked, name: str) -> Iterator[str]:
    tree, columns = tree_of(frame), asked.columns
    found = reach(tree, own, (*frame.where, *beforehand(frame)), frame.touched) if tree is not None else Reach()
    for join in found.dropped:
        if any(_names(frame, condition, own, columns) for condition in join.conditions):
            yield _KEEPS.get(join.kind, FULL).format(name=name)
    for live in found.live:
        if _names(frame, live.condition, own, columns):
            yield from _useless(frame, live.condition, own, asked, found.offered)
    yield from _late(frame, own, columns, found, name)
    is_about = any(_names(frame, condition, own, columns) for condition in frame.where)
    if not is_about and any(_names(frame, Condition(one, None, frame.view), own, columns) for one in _filters(frame)):
        yield _FILTER
    is_applied = any(_names(frame, condition, own, columns) for condition in beforehand(frame))
    for clause in filter(None, map(frame.select.args.get, ("having", "qualify"))):
        if not is_applied and _names(frame, Condition(clause.this, None, frame.view), own, columns):
            word = clause.key.upper()
            yield f"A condition in {word} is applied to what is made of all rows, unless it compares what divides them; repeat it in WHERE."
    if tree is not None and not found.blocked:
        yield from _unsaid(frame, own, asked, tree, found)
    yield from _outside(frame, own, asked)


def _late(frame: Frame, own: int, columns: Sequence[str], found: Reach, name: str) -> Iterator[str]:
    """Why conditions of WHERE say nothing of a source that an outer join fills with NULLs, or of whose rows an ASOF JOIN picks some."""
    is_dropped = any(_names(frame, condition, own, columns) for join in found.dropped for condition in join.conditions)
    remedy = _SAY.format(name=name) + ("" if found.dropped else ", or in ON")
    for condition in frame.where if not is_dropped and not found.blocked else ():
        is_live = any(live.condition is condition for live in found.live)
        if not is_live and condition.tokens is not None and _names(frame, condition, own, columns):
            said = _PICKED if own in found.picked else _FILLED
            yield said.format(name=name, text=frame.scopes.layout.shown(condition.tokens), remedy=remedy)


def _unsaid(frame: Frame, own: int, asked: Asked, tree: Tree, found: Reach) -> Iterator[str]:
    """The columns of a source that nothing is said of beside others, and what to say where another one has a column of that name."""
    outer = _correlated(frame)
    conditions = [*frame.conditions, *beforehand(frame)]
    is_alone = len(frame.sources) == 1 and outer is None
    for column in asked.lacking if frame.sources[own].matched is None and not is_alone else ():
        if any(_names(frame, condition, own, [column]) for condition in conditions):
            continue
        beside = sorted(found.offered, key=lambda at: not any({own, at} <= frame.touched(live.condition) for live in found.live))
        others = [(frame, at, _where(tree, own, at)) for at in beside if not found.offered[at]]
        if outer is not None:
            others += [(outer, at, "WHERE" if own in kept(tree) else "") for at in sorted(outer.view_of(frame.select).visible)]
        said = f"Nothing here says which {column} of {frame.sources[own].called} is meant"
        for one, other, where in others:
            if where and _has(one, other, column, asked, frame.kind((own, column))):
                names = [f"{name}.{identifier(column)}" for name in (frame.sources[own].called, one.sources[other].called)]
                yield f"{said}; {one.sources[other].called} has one: add {' = '.join(names)} to {where}."
                break
        else:
            yield f"{said}."


def _correlated(frame: Frame) -> Frame | None:
    """The SELECT around a sub-query whose conditions name columns of it; None where they name none."""
    outer = frame.scopes.around(frame.select)
    predicates = [one.predicate for one in frame.conditions if one.predicate is not None]
    found = [frame.scopes.resolve(column) for one in predicates for column in frame.scopes.columns(one)]
    return outer if outer is not None and any(one is not None and one.frame is outer for one in found) else None


def _has(frame: Frame, position: int, column: str, asked: Asked, kind: str) -> bool:
    """Whether a source can be read, and has a column of this name and kind."""
    source, named = frame.sources[position], frame.named(position)
    if source.is_unnamed or source.matched is not None or frame.scopes.reads(source.node) & asked.unread:
        return False
    name = column.casefold()
    is_there = name in (named.columns or ()) or name in named.hidden
    return is_there and frame.kind((position, frame.spelt(position, name))) == kind != ""


def _where(tree: Tree, own: int, other: int) -> str:
    """The clause in which a condition on two sources restricts the first; "" where there is none."""
    join = _join_of(tree, own)
    if join is not None and any(one.predicate is not None and {own, other} <= one.view.visible for one in join.conditions):
        return "its ON"
    return "WHERE" if own in kept(tree) else ""


def _join_of(tree: Tree, own: int) -> Join | None:
    """The join that a source is one side of."""
    join = None
    while isinstance(tree, Join):
        join, tree = tree, tree.right if own in tree.right.positions else tree.left
    return join


def _filters(frame: Frame) -> Iterator[exp.Expr]:
    """What the FILTERs of aggregates that a SELECT computes say."""
    clauses = filter(None, map(frame.select.args.get, ("having", "qualify", "order")))
    for one in (found for item in (*frame.select.expressions, *clauses) for found in find_all(item, exp.Filter)):
        if one.find_ancestor(exp.Select) is frame.select:
            yield one.expression.this if isinstance(one.expression, exp.Where) else one.expression


def _names(frame: Frame, condition: Condition, own: int, columns: Sequence[str]) -> bool:
    """Whether a condition is about one of the columns."""
    if any(place[0] == own and frame.spelt(*place) in columns for pair in condition.pairs for place in pair):
        return True
    found = [frame.scopes.resolve(column) for column in condition.predicate.find_all(exp.Column)] if condition.predicate is not None else []
    return any(one is not None and one.frame is frame and one.position == own and one.name in columns for one in found)


def _useless(frame: Frame, condition: Condition, own: int, asked: Asked, offered: Mapping[int, frozenset[Group]]) -> Iterator[str]:
    """Why a condition that is about the source gives no values."""
    predicate = condition.predicate
    if predicate is None:
        return
    if is_volatile(predicate):
        yield "A function that gives another value each time gives none that can be asked for."
    elif isinstance(predicate, (exp.Not, exp.NEQ, exp.NullSafeNEQ)):
        yield "A condition with NOT or <> says what a value is not, and the API has to be asked for what it is."
    elif isinstance(predicate, (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.Like, exp.ILike, exp.Is)):
        yield "A comparison or a pattern does not say which values there are; a table that holds them can: IN (SELECT …)."
    elif _is_of_expression(frame, predicate, own):
        yield _EXPRESSION
    elif len(frame.alternatives(condition)) > 1:
        yield "Not every side of OR says which values are meant."
    elif whys := list(_of_list(frame, condition, offered)):
        yield from whys
    elif not isinstance(predicate, (exp.EQ, exp.NullSafeEQ, exp.In, exp.Exists)):
        yield _EXPRESSION
    else:
        yield from _unread(frame, condition, own, asked)


def _is_of_expression(frame: Frame, predicate: exp.Expr, own: int) -> bool:
    """Whether a condition is about what is made of a column."""
    if isinstance(predicate, exp.In):
        return not isinstance(frame.scopes.column_in(predicate.this), (exp.Column, exp.Tuple, exp.Anonymous))
    is_chosen = isinstance(predicate, (exp.Case, exp.If, exp.Coalesce))
    return is_chosen or (isinstance(predicate, exp.EQ) and not _is_bare(frame, predicate, own))


def _of_list(frame: Frame, condition: Condition, offered: Mapping[int, frozenset[Group]]) -> Iterator[str]:
    """Why the expressions that a condition looks for a value in, or a list, give none; none where they may give some."""
    atoms = (atom for option in frame.alternatives(condition) for atom in option)
    for given in (atom.right for atom in atoms if isinstance(atom, Equal) and atom.right.varies):
        nodes = [value.node for value in given.values if value.node is not None]
        found = [frame.scopes.resolve(column) for node in nodes for column in frame.scopes.columns(node)]
        types = [frame.scopes.type_of(value) for value in given.values if not isinstance(value.node, exp.Null)]
        if given.listed and isinstance(nodes[0], (exp.Query, exp.Subquery)):
            yield "A list that a sub-select makes is not looked into; its rows give values: IN (SELECT …)."
        elif given.listed and types == ["VARCHAR"]:
            yield NO_LIST
        elif not given.listed and len(set(types)) > 1 and set(map(kind_of, types)) != {"integer"}:
            yield "What stands in one IN is compared as one type, and here as that of none of them; cast each to the type of the column."
        elif any(one is not None and one.frame is frame and offered.get(one.position) for one in found):
            yield "An outer join may fill some of a list with NULLs, and others of it not; compare with each by itself: a = b OR a = c."
        elif given.listed and not types[0].endswith("]"):
            yield "A list that stands in the rows of a table gives values where a sub-select makes rows of it: JOIN (SELECT unnest(…) …)."


def _is_bare(frame: Frame, predicate: exp.EQ, own: int) -> bool:
    places = [frame.place(Operand(frame.scopes.column_in(side))) for side in (predicate.left, predicate.right)]
    return any(place is not None and place[0] == own for place in places)


def _unread(frame: Frame, condition: Condition, own: int, asked: Asked) -> Iterator[str]:
    """That what a column equals is itself not known, being of a resource without values."""
    for alternative in frame.alternatives(condition):
        for atom in alternative:
            for one, other in ((atom.left, atom.right), (atom.right, atom.left)) if isinstance(atom, Equal) else ():
                mine, place = frame.place(one), frame.place(other)
                if mine is None or mine[0] != own or place is None or place[0] < 0:
                    continue
                if place[0] == own and mine[1] in asked.lacking:
                    yield f"{mine[1]} is compared with a column of the same row, and that is not known before the row is read."
                source = frame.sources[place[0]]
                if frame.scopes.number(source.node) in asked.unread and place[0] != own:
                    yield f"{source.alias} could give its values, and cannot be read itself without more."


def _outside(frame: Frame, own: int, asked: Asked) -> Iterator[str]:
    """Why what stands around the SELECT gives no values."""
    around = enclosing(frame)
    if _is_negated(frame.select):
        yield "NOT IN depends on every row of its sub-select; NOT EXISTS (… WHERE a = b) needs only those with an equal value."
    for use in around.uses:
        if use.own is None:
            continue
        outputs = frame.outputs() or []
        for index, (_, place) in enumerate(outputs):
            name = use.names[index] if index < len(use.names) else ""
            if name and place is None and _is_compared(use.frame, use.own, name):
                yield f"{name} is an expression inside the sub-query, so a condition on it does not say which values a column has."
            elif name and place is not None and place[0] == own and place[1] in asked.columns:
                lacking = [name] if place[1] in asked.lacking else []
                yield from _said(use.frame, use.own, replace(asked, columns=[name], lacking=lacking), name)


def _is_negated(select: exp.Select) -> bool:
    """Whether a SELECT is what a value is NOT IN."""
    node: exp.Expr = select
    while isinstance(node.parent, (exp.Subquery, exp.SetOperation)):
        node = node.parent
    within = node.parent
    return isinstance(within, exp.In) and isinstance(within.parent, exp.Not)


def _is_compared(frame: Frame, own: int, name: str) -> bool:
    """Whether a condition says which values a column of a source has."""
    for condition in frame.where:
        for alternative in frame.alternatives(condition):
            for atom in alternative:
                operands = [atom.left, atom.right] if isinstance(atom, Equal) else []
                operands += [Operand(column) for column in atom.columns] if isinstance(atom, Among) else []
                if any(frame.place(operand) == (own, name) for operand in operands):
                    return True
    return False
