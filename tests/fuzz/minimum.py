"""How many requests a statement needs, each of its resources being read for what is known when it is read.

The order is what one can know beforehand: a reference that no other one can reduce, or spare, is read first; of those that can do so that
with the fewest calls, of these one whose calls are of single rows, of these one of whose rows its own conditions drop some, and of these
the first in the statement. A list of all there is counts for several calls there: how many pages it has nobody knows before, so that it may
cost any number of times what another order does, while to read first what has a known number of calls costs no more than these calls more
than any other order. What the best of all orders would have sent, `hindsight`, one knows when all is read: that depends on what the API
answers, and no planner can promise it.

In an order, each remote reference is read for the distinct tuples of values that its method's parameters can have, given the constants of
the statement, its local tables, and the resources before it in the order. These are the values that satisfy all equalities (with
constants, or with a column of something that is known already) of the joins that lead to the reference, each known table reduced by its own
conditions and by its equalities with other known ones. A reference that is not read yet passes on what it equals. In outer joins, rows
that stay without a partner reduce nothing.

- Of several methods the one with the fewest calls that were not made before is taken, and of those the one with the most parameters: how many pages a call
  will have, nobody knows before.
- An optional filter is sent where it makes no more calls.
- A call counts all its pages, whatever LIMIT leaves of them; a request that several references need counts once.
- What GROUP BY, DISTINCT, LIMIT, a window or a set operation stands around is read for its own conditions alone.

No minimum is known for RIGHT, FULL, ASOF and POSITIONAL joins, SAMPLE (of local rows too, which are others each time), recursion, LIMIT 0,
more than five references, and where no order gives every reference its values. Where a planner finds a reduction that this does not know,
it sends fewer requests than this minimum.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
from tests.fuzz.api import pages
from tests.fuzz.arena import Arena
from tests.fuzz.conditions import literal
from tests.fuzz.flatten import Block, Condition, Item, UnknownError, blocks, is_local
from tests.fuzz.tree import Col, Field, Printer, Query, Source, Statement
from tests.fuzz.world import Endpoint, Table, Value

MOST = 5
LISTED = 10
"""For how many calls a list of all there is counts where it is asked what is read first."""
WIDEST = 3
"""With how many columns of a reference at the most a tuple of its parameters is looked for: a condition may name others beside."""
Requests = frozenset[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Need:
    """How many requests a statement needs."""

    minimum: int
    hindsight: int | None
    """In the best of all orders; None where nobody asked."""


def need(arena: Arena, statement: Statement, *, hindsight: bool) -> Need | None:
    """The fewest requests, and those in `hindsight` where that is asked; None where they are not known."""
    search = _Search(arena, statement)
    try:
        found = search.all(blocks(copy.deepcopy(statement.query)), every_order=False)[0]
        best = search.all(blocks(copy.deepcopy(statement.query)), every_order=True)[0] if hindsight else None
    except (UnknownError, duckdb.Error):
        return None
    return Need(len(found), None if best is None else len(best))


@dataclass(frozen=True, slots=True)
class Reading:
    """How a reference is read."""

    endpoint: Endpoint
    columns: tuple[str, ...]
    """Of the parameters, by the resource's names."""
    tuples: tuple[tuple[Value, ...], ...]

    def calls(self, table: Table, sent: Requests) -> list[tuple[Any, ...]]:
        """Those that are not among `sent`, each by its first request."""
        every = ((table.name, self.endpoint.name, tuple(zip(self.columns, values, strict=True)), 0) for values in self.tuples)
        return [call for call in every if call not in sent]

    def weight(self, table: Table, sent: Requests) -> tuple[int, bool]:
        """For how many calls it counts where it is asked what is read first, and whether these may have further pages."""
        calls = len(self.calls(table, sent))
        return calls * (LISTED if self.endpoint.paging and not self.columns else 1), bool(calls and self.endpoint.paging)


class _Names(Printer):
    """Writes conditions with names for the items of a block that no other source has."""

    def __init__(self, aliases: Mapping[int, str], swaps: Mapping[Source, str]) -> None:
        super().__init__(swaps, alone=True)
        self.aliases = aliases

    def piece(self, part: Any) -> str:
        if isinstance(part, Field):
            return f"{self.aliases.get(id(part.source), part.source.alias)}.{part.name}"
        if isinstance(part, Col) and id(part.source) in self.aliases:
            return f'{self.aliases[id(part.source)]}."{part.source.own(part.name)}"'
        return super().piece(part)

    def source(self, source: Source) -> str:
        if source.cte is not None and source not in self.swaps:
            return f"({self.query(source.cte.query)}) AS {source.alias}"
        return super().source(source)


@dataclass
class _Search:
    """Tries the orders."""

    arena: Arena
    statement: Statement
    rows: dict[str, list[tuple[Value, ...]]] = field(default_factory=dict)

    def all(self, found: Sequence[Block], *, every_order: bool) -> tuple[Requests, dict[Source, str]]:
        """The requests of several blocks, and the rows that they bring, as SQL by reference."""
        requests: Requests = frozenset()
        read: dict[Source, str] = {}
        for block in found:
            sent, known = self.block(block, every_order=every_order)
            requests |= sent
            read |= known
        return requests, read

    def block(self, block: Block, *, every_order: bool) -> tuple[Requests, dict[Source, str]]:
        """The requests for one block, in the order that can be known or in the best one."""
        references = [item for item in block.items if item.source.table is not None]
        if len(references) > MOST:
            raise UnknownError
        requests: Requests = frozenset()
        known: dict[Source, str] = {}
        for item in block.items:
            sent, read = self.all(item.inner, every_order=every_order)
            requests |= sent
            known |= read
        best = self._best(block, references, known, frozenset(), every_order=every_order)
        if best is None:
            raise UnknownError
        return requests | best[0], best[1]

    def _best(
        self, block: Block, left: Sequence[Item], known: dict[Source, str], before: Requests, *, every_order: bool
    ) -> tuple[Requests, dict[Source, str]] | None:
        if not left:
            return frozenset(), known
        best: tuple[Requests, dict[Source, str]] | None = None
        first = [(item, reading) for item in left if (reading := self._reading(block, item, known, before)) is not None]
        if not every_order:
            free = [pair for pair in first if not self._waits(block, pair[0], known, [item for item, _ in first])]
            first = (free or sorted(first, key=lambda pair: (*self._weight(pair[0], pair[1], before), not _is_reduced(block, pair[0]))))[:1]
        for item, reading in first:
            table = item.source.table
            assert table is not None
            sent = frozenset(self._requests(table, reading))
            others = [other for other in left if other is not item]
            rest = self._best(block, others, {**known, item.source: _restricted(table, reading)}, before | sent, every_order=every_order)
            if rest is not None and (best is None or len(sent | rest[0]) < len(best[0])):
                best = sent | rest[0], rest[1]
        return best

    @staticmethod
    def _weight(item: Item, reading: Reading, before: Requests) -> tuple[int, bool]:
        assert item.source.table is not None
        return reading.weight(item.source.table, before)

    def _waits(self, block: Block, item: Item, known: Mapping[Source, str], readable: Sequence[Item]) -> bool:
        """Whether reading another of these references first could spare calls of this one, as where it has no row with what this one has."""
        table = item.source.table
        assert table is not None
        usable = self._usable(block, item, {**known, **{other.source: "" for other in readable}})
        columns = {*_parameters(table), *_compared(usable, item)}
        near = _near([condition for condition in usable if _names_only(condition, item, columns)], item)
        return any(id(other.source) in near for other in readable if other is not item)

    def _requests(self, table: Table, reading: Reading) -> Iterator[tuple[Any, ...]]:
        for values in reading.tuples:
            bound = dict(zip(reading.columns, values, strict=True))
            rows = sum(all(row[name] == value for name, value in bound.items()) for row in self.arena.world.remote[table.name])
            for page in range(pages(reading.endpoint, rows, self.arena.world.page_size)):
                yield table.name, reading.endpoint.name, tuple(bound.items()), page

    def _reading(self, block: Block, item: Item, known: Mapping[Source, str], before: Requests) -> Reading | None:
        """How a reference is read when the sources of `known` are, by the requests `before`; None where no method has its values."""
        table = item.source.table
        assert table is not None
        usable = self._usable(block, item, known)
        there = _bound(item.source, usable, {other.source for other in block.items if other.source.table is not None} - known.keys())
        readings = [reading for endpoint in table.endpoints if (reading := self._by(endpoint, block, item, usable, known)) is not None]
        found = [reading for reading in readings if not reading.tuples or there.issuperset(reading.columns)]
        return min(found, key=lambda reading: (len(reading.calls(table, before)), -len(reading.endpoint.required)), default=None)

    def _usable(self, block: Block, item: Item, known: Mapping[Source, str]) -> list[Condition]:
        """The conditions on what is known, and on the reference together with that."""
        around = [other for other in block.items if other.nest == item.nest[: len(other.nest)]]
        every = {id(other.source) for other in around}
        there = {id(other.source) for other in around if other.source.table is None or other.source in known}
        return [
            condition
            for condition in block.conditions
            if condition.nest == item.nest[: len(condition.nest)]
            and condition.sources <= (every if _passes_on(condition) else there) | {id(item.source)}
            and not (condition.listed and id(item.source) in condition.sources and not _gives(condition, item.source))
            and (condition.binds if id(item.source) in condition.sources or len(condition.sources) > 1 else condition.sources)
        ]

    def _by(self, endpoint: Endpoint, block: Block, item: Item, usable: Sequence[Condition], known: Mapping[Source, str]) -> Reading | None:
        bound = {item.source.own(column.name) for condition in usable for column, _ in condition.binds if column.source is item.source}
        required = tuple(endpoint.required.values())
        if not bound.issuperset(required):
            return None
        optional = tuple(name for name in endpoint.optional if name in bound and name not in required)
        columns = (*required, *optional)
        rows = self._rows(columns, block, item, usable, known) if columns else [()]
        for name in reversed(optional):
            at = columns.index(name)
            if len(set(rows)) > max(1, len({row[:at] + row[at + 1 :] for row in rows})):
                columns = columns[:at] + columns[at + 1 :]
                rows = [row[:at] + row[at + 1 :] for row in rows]
        return Reading(endpoint, columns, tuple(dict.fromkeys(rows)))

    def _rows(
        self, columns: Sequence[str], block: Block, item: Item, usable: Sequence[Condition], known: Mapping[Source, str]
    ) -> list[tuple[Value, ...]]:
        """The tuples of values that a reference's columns can have."""
        others = [name for name in _parameters(item.source.table) if name not in columns]
        own = [*columns, *others[: max(0, WIDEST - len(columns))]]
        about = [condition for condition in usable if _names_only(condition, item, own)]
        near = _near(about, item)
        used = [other for other in block.items if id(other.source) in near and other is not item]
        aliases = {id(one.source): f"__x{number}" for number, one in enumerate([item, *used])}
        printer = _Names(aliases, known)
        tables = [f"({_universe(item.source.table, own)}) AS __x0"]
        for other in used:
            is_read = other.source.table is None or other.source in known
            tables.append(self._table(other, printer) if is_read else _all(other.source, about, aliases[id(other.source)]))
        where = " AND ".join(f"({printer.expr(condition.parts)})" for condition in about if condition.sources <= near) or "true"
        shown = ", ".join(f'__x0."{name}"' for name in columns)
        text = f"SELECT DISTINCT {shown} FROM {', '.join(tables)} WHERE {where} ORDER BY ALL"
        if text not in self.rows:
            self.rows[text] = self.arena.rows(text, self.statement)
        return self.rows[text]

    @staticmethod
    def _table(item: Item, printer: _Names) -> str:
        """An item of the key query, under a name of ours."""
        source = item.source
        before = source.alias, source.renamed
        source.alias = printer.aliases[id(source)]
        if source.table is not None:
            source.renamed = ()  # for conditions name its columns as the resource does
        text = printer.source(source)
        source.alias, source.renamed = before
        return text


def _near(conditions: Sequence[Condition], item: Item) -> set[int]:
    """The sources that conditions lead to from a reference, itself included."""
    near = {id(item.source)}
    while True:
        more = near.union(*(condition.sources for condition in conditions if condition.sources & near))
        if more == near:
            return near
        near = more


def _parameters(table: Table | None) -> list[str]:
    """The columns whose values a method takes, those that one requires first."""
    endpoints = table.endpoints if table is not None else ()
    required = [name for endpoint in endpoints for name in endpoint.required.values()]
    return [*dict.fromkeys([*required, *(name for endpoint in endpoints for name in endpoint.optional)])]


def _compared(conditions: Sequence[Condition], item: Item) -> list[str]:
    """The columns of a reference that conditions say to equal those of others."""
    pairs = [(column, given) for condition in conditions if not condition.listed for column, given in condition.binds if given]
    return [*dict.fromkeys(column.source.own(column.name) for column, _ in pairs if column.source is item.source)]


def _is_reduced(block: Block, item: Item) -> bool:
    """Whether conditions on other columns of a reference than a method takes may drop some of its rows."""
    own, taken = {id(item.source)}, _parameters(item.source.table)
    alone = (condition for condition in block.conditions if condition.sources == own and condition.nest == item.nest[: len(condition.nest)])
    named = ([part for part in condition.parts if isinstance(part, Col)] for condition in alone)
    return any(columns and all(item.source.own(column.name) not in taken for column in columns) for columns in named)


def _bound(source: Source, conditions: Sequence[Condition], unread: Collection[Source]) -> set[str]:
    """The columns of a source whose values come of constants and what is read, perhaps through columns of `unread` ones.

    Those of another could only be tried one by one: they tell no more than that there is none.
    """
    found: set[tuple[Source, str]] = set()

    def is_there(column: Col) -> bool:
        return column.source not in unread or (column.source, column.source.own(column.name)) in found

    binds = [pair for condition in conditions for pair in condition.binds]
    while more := {(one.source, one.source.own(one.name)) for one, given in binds if all(map(is_there, given))} - found:
        found |= more
    return {name for one, name in found if one is source}


def _gives(condition: Condition, source: Source) -> bool:
    """Whether a condition says which values a column of a source has."""
    return any(column.source is source for column, _ in condition.binds)


def _passes_on(condition: Condition) -> bool:
    """Whether a condition says what columns equal, also those of what is not read."""
    return bool(condition.binds) and not condition.listed and all(is_local(part) for part in condition.parts if isinstance(part, Query))


def _all(source: Source, conditions: Sequence[Condition], alias: str) -> str:
    """All that the columns of a reference could hold that conditions name."""
    parts = [part for condition in conditions for part in condition.parts]
    named = {source.own(part.name): None for part in parts if isinstance(part, Col) and part.source is source}
    return f"({_universe(source.table, list(named))}) AS {alias}"


def _names_only(condition: Condition, item: Item, columns: Collection[str]) -> bool:
    """Whether a condition names no other columns of the reference than these."""
    named = [part for part in condition.parts if isinstance(part, Col) and part.source is item.source]
    return all(item.source.own(column.name) in columns for column in named)


def _universe(table: Table | None, columns: Sequence[str]) -> str:
    """All that columns could hold, as a query; only what no method requires can be an empty text."""
    assert table is not None
    keys = {column for endpoint in table.endpoints for column in endpoint.required.values()}
    shown = ", ".join(f'u{number}.v AS "{name}"' for number, name in enumerate(columns))
    every = {name: f"__{table.columns[name].type}" for name in columns}
    every |= {name: "(FROM __text UNION ALL SELECT '')" for name in columns if table.columns[name].type == "text" and name not in keys}
    return f"SELECT {shown} FROM " + ", ".join(f"{every[name]} AS u{number}" for number, name in enumerate(columns))


def _restricted(table: Table, reading: Reading) -> str:
    """The rows of a resource that its calls bring."""
    if not reading.columns:
        return f"(SELECT * FROM {table.full_name})"
    names = ", ".join(f'"{name}"' for name in reading.columns)
    rows = ", ".join(f"({', '.join(map(literal, values))})" for values in reading.tuples)
    return f"(SELECT * FROM {table.full_name} WHERE {f'({names}) IN (VALUES {rows})' if rows else 'false'})"
