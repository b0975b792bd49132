"""A statement that goes wrong, cut down for as long as it still does."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial

from tests.fuzz.tree import Query, Select, SetOp, Source, Statement, queries, selects

MOST_TRIES = 400
Edit = Callable[[], None]


def shrunk(statement: Statement, still: Callable[[Statement], bool]) -> Statement:
    """The smallest statement that is found by leaving parts out, of which `still` says that it goes wrong."""
    tries = 0
    position = 0
    while tries < MOST_TRIES:
        smaller = copy.deepcopy(statement)
        edits = list(_edits(smaller))
        if position >= len(edits):
            return statement
        edits[position]()
        tries += 1
        if len(smaller.text) < len(statement.text) and still(smaller):
            statement = smaller
        else:
            position += 1
    return statement


def _edits(statement: Statement) -> Iterator[Edit]:
    """Ways to leave something out, the largest parts first."""
    for query in list(queries(statement.query)):
        yield from _of_query(query)
    for select in list(selects(statement.query)):
        yield from _of_select(select)


def _of_query(query: Query) -> Iterator[Edit]:
    for cte in query.ctes:
        yield partial(query.ctes.remove, cte)
    if isinstance(query.body, SetOp):
        for branch in (query.body.left, query.body.right):
            yield partial(_put, query, branch)
    for name in ("around", "order", "limit"):
        if getattr(query, name) not in {"", ("", "")}:
            yield partial(setattr, query, name, ("", "") if name == "around" else "")


def _put(query: Query, branch: Query) -> None:
    query.body = branch.body
    query.ctes += branch.ctes


def _of_select(select: Select) -> Iterator[Edit]:
    for position in range(len(select.joins), 0, -1):
        yield partial(_without, select, position)
    if len(select.joins) == 1:
        yield partial(_without, select, 0)
    for preds in (select.where, *(join.on for join in select.joins if len(join.on) > 1)):
        yield from (partial(preds.remove, pred) for pred in preds)
    for name in ("distinct", "having", "group", "sample", "qualify", "from_first"):
        if getattr(select, name):
            yield partial(setattr, select, name, type(getattr(select, name))())
    if len(select.outputs) > 1 and not select.star:
        yield from (partial(select.outputs.remove, output) for output in select.outputs)
    for source in select.sources:
        yield from _of_source(source)


def _without(select: Select, position: int) -> None:
    """Leaves out a source with its join."""
    del select.sources[position]
    del select.joins[max(0, position - 1)]
    for join in select.joins:
        join.bracket = False


def _of_source(source: Source) -> Iterator[Edit]:
    if source.sample:
        yield partial(setattr, source, "sample", "")
    if source.renamed and source.table is not None:
        yield partial(setattr, source, "renamed", ())
    if source.table is not None and source.written != source.table.name:
        yield partial(setattr, source, "written", source.table.name)
