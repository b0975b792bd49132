"""Statements as blocks: what rows are joined with what, by which conditions, when the nesting is taken away.

A block holds the items of a SELECT and of all that is folded into it: derived tables and common table expressions of plain rows, EXISTS,
IN (SELECT …), LATERAL, and queries that name columns from outside. What cannot be folded (GROUP BY, LIMIT, windows, set operations) is an
item whose rows are made first, from blocks of its own.

A column is taken as SQL has it: of the nearest source that goes by the name, though it was written for one further out.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count

from tests.fuzz.conditions import equality
from tests.fuzz.tree import Col, Expr, Join, Option, Pred, Query, Select, SetOp, Source, inner_queries, remotes, selects

Nest = tuple[int, ...]
"""Which outer joins an item is on the dropping side of, outermost first. Where one nest begins like another, the rows of the shorter one
are there whenever those of the longer one matter."""


class UnknownError(Exception):
    """The statement has a shape for which the requests that it needs cannot be told."""


@dataclass(eq=False, slots=True)
class Item:
    """A table of a block."""

    source: Source
    nest: Nest
    inner: list[Block] = field(default_factory=list)
    """What has to be read before its rows can be made."""


@dataclass(eq=False, slots=True)
class Condition:
    """A condition of a block, its columns those of the block's items."""

    parts: Expr
    nest: Nest
    binds: list[tuple[Col, tuple[Col, ...]]]
    sources: frozenset[int]
    """The ids of the sources that it names."""
    listed: bool = False
    """As that of `Pred`."""


@dataclass(eq=False, slots=True)
class Block:
    """Items and the conditions between them."""

    items: list[Item] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)


def blocks(query: Query) -> list[Block]:
    """The blocks of a query, those that others wait for not among them. Raises UnknownError."""
    if query.recursive or query.limit.startswith(" LIMIT 0"):
        raise UnknownError
    _take_nearest(query, ())
    if isinstance(query.body, SetOp):
        return [*blocks(query.body.left), *blocks(query.body.right)]
    return _Flattening().run(query.body)


def _take_nearest(query: Query, outer: Sequence[Source]) -> None:
    """Makes each column one of the nearest source that goes by its source's name; then what is equal may be two of one."""
    for cte in query.ctes:
        _take_nearest(cte.query, ())
    if isinstance(query.body, SetOp):
        _take_nearest(query.body.left, outer)
        _take_nearest(query.body.right, outer)
        return
    select, joined = query.body, [pred for join in query.body.joins for pred in join.on]
    near = (*(source for source in select.sources if source.seen), *outer)
    for pred in joined:
        _take_from((*select.sources, *outer), pred.parts)
    for parts in (*(pred.parts for pred in select.where), *(output.parts for output in select.outputs), select.qualify):
        _take_from(near, parts)
    for pred in (*select.where, *joined):
        pred.binds = [(column, given) for column, given in pred.binds if all(other.source is not column.source for other in given)]
    for inner in inner_queries(select):
        _take_nearest(inner, near)


def _take_from(near: Sequence[Source], parts: Expr) -> None:
    for column in (part for part in parts if isinstance(part, Col)):
        column.source = next((one for one in near if one.alias == column.source.alias and column.name in one.columns), column.source)


class _Flattening:
    """One block in the making, and those that stand beside it."""

    def __init__(self) -> None:
        self.block = Block()
        self.beside: list[Block] = []
        self.numbers = count()
        self.folded: dict[tuple[int, str], Expr] = {}
        """What the columns of folded queries are."""

    def run(self, select: Select) -> list[Block]:
        self.select(select, ())
        return [self.block, *self.beside]

    def select(self, select: Select, nest: Nest) -> None:
        if select.sample or any(word in join.kind for join in select.joins for word in ("RIGHT", "FULL", "ASOF", "POSITIONAL")):
            raise UnknownError
        if any(source.sample for source in select.sources) or (_has_brackets(select) and any("LEFT" in join.kind for join in select.joins)):
            raise UnknownError
        below = [nest, *(self._below(select, join, source, nest) for join, source in zip(select.joins, select.sources[1:], strict=True))]
        for source, own in zip(select.sources, below, strict=True):
            self.source(source, own)
        for join, own in zip(select.joins, below[1:], strict=True):
            for pred in (*join.on, *join.pairs):
                self.pred(pred, own)
        for pred in select.where:
            self.pred(pred, nest)
        for output in select.outputs:
            self.aside(output.parts, nest)

    def _below(self, select: Select, join: Join, source: Source, nest: Nest) -> Nest:
        """Where the right side of a join is: beside the left one, unless rows of the left one stay without it."""
        if "LEFT" not in join.kind and "ANTI" not in join.kind:
            return nest
        strict = [other for other in select.joins if other is not join and "LEFT" not in other.kind and "ANTI" not in other.kind]
        later = (pred for other in strict for pred in other.on)
        if any(column.source is source for pred in (*select.where, *later) if pred.binds and not pred.listed for column in pred.columns):
            return nest  # which takes those rows away again
        return (*nest, next(self.numbers))

    def source(self, source: Source, nest: Nest) -> None:
        """An item of FROM; folded, where it is a query of plain rows that reads an API."""
        query = copy.deepcopy(source.cte.query) if source.cte is not None else source.query
        if query is None or not remotes_within(query):
            if query is not None and samples(query):
                raise UnknownError  # nobody can know before the statement runs which rows there are
            self.block.items.append(Item(source, nest))
        elif folds(query):
            self.fold(query, nest)
            for output in query.outputs:
                self.folded.setdefault((id(source), output.name), self.resolved(output.parts))
        else:
            if _names_outside(query):
                raise UnknownError
            source.query, source.cte = query, None
            self.block.items.append(Item(source, nest, blocks(query)))

    def fold(self, query: Query, nest: Nest) -> None:
        """The items and conditions of a query of plain rows."""
        assert isinstance(query.body, Select)
        self.select(query.body, nest)

    def pred(self, pred: Pred, nest: Nest) -> None:
        """A condition; its queries are folded where they decide which rows are needed."""
        reading = [query for query in pred.queries if remotes_within(query)]
        if any(map(samples, pred.queries)):
            raise UnknownError
        if not reading:
            self.condition(pred.parts, nest, pred.binds, listed=pred.listed)
            return
        (query,) = reading
        if pred.role == "in":
            self._in(pred, query, nest)
        elif pred.role == "exists" and isinstance(query.body, Select) and not query.limit:
            self.fold(query, nest)
        else:
            self.aside(pred.parts, nest)

    def _in(self, pred: Pred, query: Query, nest: Nest) -> None:
        """`column IN (query)` as a join with the query."""
        output = query.outputs[0]
        source = Source("", {output.name: output.kind}, query=query)
        self.source(source, nest)
        joined = equality(pred.columns[0], Col(source, output.name))
        self.condition(joined.parts, nest, joined.binds)

    def aside(self, parts: Expr, nest: Nest) -> None:
        """Queries that say nothing of which rows are needed, though rows around them may say which of theirs are."""
        for query in (part for part in parts if isinstance(part, Query) and remotes_within(part)):
            if not _names_outside(query):
                self.beside += blocks(query)
            elif folds(query):
                self.fold(query, (*nest, next(self.numbers)))
            else:
                raise UnknownError

    def condition(self, parts: Expr, nest: Nest, binds: Sequence[tuple[Col, tuple[Col, ...]]], *, listed: bool = False) -> None:
        if any(isinstance(part, Option) for part in parts):
            raise UnknownError
        parts = self.resolved(parts)
        found = []
        for column, given in binds:
            known = [own for one in (column, *given) if (own := self._column(one)) is not None]
            if len(known) == 1 + len(given):
                found.append((known[0], tuple(known[1:])))
        inside = {id(source) for part in parts if isinstance(part, Query) for select in selects(part) for source in select.sources}
        sources = frozenset(id(column.source) for column in columns_within(parts)) - inside
        self.block.conditions.append(Condition(parts, nest, found, sources, listed))

    def resolved(self, parts: Expr) -> Expr:
        """An expression over the block's items."""
        found: Expr = []
        for part in parts:
            known = self.folded.get((id(part.source), part.name)) if isinstance(part, Col) else None
            found += ["(", *known, ")"] if known is not None else [part]
            if isinstance(part, Query) and any((id(column.source), column.name) in self.folded for column in _columns(part)):
                raise UnknownError
        return found

    def _column(self, column: Col) -> Col | None:
        """The column of an item that a column is; None where it is an expression."""
        known = self.folded.get((id(column.source), column.name))
        if known is None:
            return column
        bare = [part for part in known if part not in {"(", ")"}] if all(isinstance(part, (Col, str)) for part in known) else []
        return self._column(bare[0]) if len(bare) == 1 and isinstance(bare[0], Col) else None


def _has_brackets(select: Select) -> bool:
    return any(join.bracket for join in select.joins)


def folds(query: Query) -> bool:
    """Whether each row of a query is one of its FROM clause."""
    return isinstance(query.body, Select) and query.body.plain and not query.limit and not query.recursive


def remotes_within(query: Query) -> list[Source]:
    """The remote references that a query reads, those of what it uses from outside included."""
    found = list(remotes(query))
    for select in selects(query):
        for source in select.sources:
            if source.cte is not None:
                found += remotes_within(source.cte.query)
    return found


def is_local(query: Query) -> bool:
    """Whether a query reads local tables alone, and names nothing from around it."""
    return not remotes_within(query) and not _names_outside(query)


def samples(query: Query) -> bool:
    """Whether a query picks rows at random, or one that it uses from outside does."""
    sources = [source for select in selects(query) for source in select.sources]
    picks = any(select.sample for select in selects(query)) or any(source.sample for source in sources)
    return picks or any(samples(source.cte.query) for source in sources if source.cte is not None)


def columns_within(parts: Expr) -> Iterable[Col]:
    """All columns in an expression, those in its queries included."""
    for part in parts:
        if isinstance(part, Col):
            yield part
        elif isinstance(part, Query):
            yield from _columns(part)


def _columns(query: Query) -> Iterable[Col]:
    for select in selects(query):
        preds = [*select.where, *(pred for join in select.joins for pred in (*join.on, *join.pairs))]
        for parts in (*(pred.parts for pred in preds), *(output.parts for output in select.outputs), select.qualify):
            yield from (part for part in parts if isinstance(part, Col))


def _names_outside(query: Query) -> bool:
    """Whether a query names a column from around it."""
    inside = {id(source) for select in selects(query) for source in select.sources}
    return any(id(column.source) not in inside for column in _columns(query))
