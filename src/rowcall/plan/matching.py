"""Sub-queries that columns are matched with: each stands for equalities with what it gives, and counts as one more source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from rowcall.errors import Span
from rowcall.plan.joins import reach
from rowcall.plan.layout import Range
from rowcall.plan.plain import CUTS, is_plain
from rowcall.plan.predicates import Equal, Operand
from rowcall.plan.sources import Source

if TYPE_CHECKING:
    from rowcall.plan.scopes import Frame


def match(frame: Frame, predicate: exp.Expr, tokens: Range | None) -> Sequence[Equal] | None:
    """The equalities that a sub-query in a condition stands for."""
    layout = frame.scopes.layout
    columns: Sequence[exp.Expr] = ()
    is_one, place = False, None
    if isinstance(predicate, exp.Exists):
        query, place = predicate.this, (tokens[0] + 1, tokens[1]) if tokens is not None else None
    else:
        left, right = predicate.args["this"], predicate.args.get("query") or predicate.args["expression"]
        is_first = isinstance(left, exp.Any) or (isinstance(left, exp.Subquery) and not isinstance(right, (exp.Any, exp.Query)))
        left, right = (right, left) if is_first else (left, right)
        query = right.this if isinstance(right, exp.Any) else right
        is_one = isinstance(predicate, exp.EQ) and query is right
        columns = [frame.scopes.column_in(column) for column in (left.expressions if isinstance(left, exp.Tuple) else [left])]
        sides = layout.sides(tokens, "IN") or layout.sides(tokens, "=", "==")
        place = sides[not is_first] if sides else None
        if place is not None and layout.tokens[place[0]].word == "ANY":
            place = (place[0] + 1, place[1])
    inner = query.unnest() if isinstance(query, exp.Subquery) else query
    if not isinstance(inner, exp.Query) or place is None or (columns and not any(map(_is_matchable, columns))):
        return None
    if is_one and frame.scopes.is_closed(inner):
        return None  # a value, which is read as any other expression is
    return _matched(frame, inner, columns, layout.span(place))


def beside(frame: Frame, query: exp.Select) -> Sequence[Equal]:
    """The equalities that a sub-select in FROM stands for, which names what stands before it."""
    inner = frame.scopes.frame(query)
    span = inner.span()
    return (_matched(frame, query, [], span) or ()) if span is not None and any(True for _ in crossing(inner, frame)) else ()


def _matched(frame: Frame, query: exp.Query, columns: Sequence[exp.Expr], span: Span) -> list[Equal] | None:
    position = len(frame.sources)
    across: list[tuple[Operand, Operand]] = []
    given: list[Operand] | None = []
    if isinstance(query, exp.Select) and _is_of_rows(frame, query, is_given=bool(columns)) and not (columns and _is_whole(frame, query)):
        inner = frame.scopes.frame(query)
        given = _given(inner, len(columns)) if columns else []
        across = list(crossing(inner, frame))
    elif not columns:
        return None
    if given is None:
        given, across = [], []
    frame.sources.append(Source(position, query, span, None, (*given, *(inside for _, inside in across)), len(columns)))
    ours = [*map(Operand, columns), *(outside for outside, _ in across)]
    # Of a row in which something else stands beside columns, these are among what the query gives there all the same.
    left_out = {number for number, column in enumerate(columns) if not _is_matchable(column)}
    pairs = [(number, operand) for number, operand in enumerate(ours) if number not in left_out]
    return [Equal(operand, Operand(None, place=(position, f"k{number}"))) for number, operand in pairs]


def _is_of_rows(frame: Frame, query: exp.Select, *, is_given: bool) -> bool:
    """Whether what matters of each row that a query gives is of one of its FROM clause that its WHERE lets through.

    That is all of it where columns are matched with what `is_given`, so that one value of several rows is of one of them too, for a row
    without a value matches nothing. Else it is no more than that it is there, whatever windows number it.

    What LIMIT, SAMPLE and QUALIFY leave of these are some of them. Where the same ones are left each time, and it can be read by itself,
    fewer keys come of the query as it is, so it is then not taken for one of these.
    """
    windows = not is_given
    is_cut = is_plain(query, but=CUTS, windows=windows) and not (frame.scopes.is_stable(query) and frame.scopes.is_closed(query))
    is_of_rows = is_plain(query, windows=windows) or is_cut or (is_given and _is_one_of_rows(frame, query))
    return is_of_rows and not frame.scopes.takes_rows(query)


def _is_one_of_rows(frame: Frame, query: exp.Select) -> bool:
    """Whether a query gives one of the values that a column has in its rows, and names what is around it, so that it cannot be read."""
    return _picked(frame.scopes.frame(query)) is not None and not frame.scopes.is_closed(query)


def _is_whole(frame: Frame, query: exp.Select) -> bool:
    """Whether a query gives less than what its tables hold, by its joins, and can be read as it is: it names nothing from around it."""
    joins = query.args.get("joins") or ()
    if not any(join.side or join.kind == "ANTI" or join.method == "ASOF" for join in joins) or frame.scopes.reads(query):
        return False
    return frame.scopes.is_stable(query) and not frame.scopes.is_volatile(query) and frame.scopes.is_closed(query)


def _given(frame: Frame, count: int) -> list[Operand] | None:
    """What a SELECT selects, when that is so many columns; None when it cannot be told."""
    outputs = frame.outputs()
    if outputs is None or len(outputs) != count:
        return None
    places = [place for _, place in outputs]
    if count == 1 and (picked := _picked(frame)) is not None:
        places = [frame.place(Operand(frame.scopes.column_in(picked)))]
    return [Operand(None, place=place) for place in places] if None not in places else None


def _picked(frame: Frame) -> exp.Expr | None:
    """The column of which a SELECT gives one value of all its rows, and nothing else; None where it gives others."""
    own = frame.select.expressions[0].unalias() if len(frame.select.expressions) == 1 else None
    is_one = isinstance(own, (exp.Max, exp.Min, exp.First, exp.Last, exp.ArgMax, exp.ArgMin)) and not own.args.get("count")
    is_of_all = not any(frame.select.args.get(key) for key in ("group", "having", "with_"))
    return own.this if own is not None and is_one and is_of_all else None


def crossing(frame: Frame, outer: Frame) -> Iterator[tuple[Operand, Operand]]:
    """The equalities that each row of a SELECT satisfies between a column of `outer` and an expression of its own."""
    certain = reach(frame.tree, None, frame.where, frame.touched).live if frame.tree is not None else ()
    for condition in (live.condition for live in certain if not live.guards):
        options = frame.alternatives(condition)
        for atom in options[0] if len(options) == 1 else ():
            for outside, inside in ((atom.left, atom.right), (atom.right, atom.left)) if isinstance(atom, Equal) else ():
                found = frame.scopes.resolve(outside.node) if isinstance(outside.node, exp.Column) else None
                if found is not None and found.frame is outer and found.exact and _is_made_here(frame, inside):
                    yield outside, inside


def _is_made_here(frame: Frame, operand: Operand) -> bool:
    """Whether an expression is a column of a SELECT, or any of some expressions of such columns."""
    if not operand.varies:
        return frame.place(operand) is not None
    columns = (column for value in operand.values if value.node is not None for column in frame.scopes.columns(value.node))
    found = [frame.scopes.resolve(column) for column in columns]
    return all(one is not None and one.frame is frame for one in found)


def _is_matchable(node: exp.Expr) -> bool:
    """Whether it is a column, or coalesce() of columns, which may stand for one."""
    parts = (node.this, *node.expressions) if isinstance(node, exp.Coalesce) else (node,)
    return all(isinstance(part.unnest(), exp.Column) for part in parts)
