"""What spares calls besides the keys themselves: conditions on the columns that keys are for, and tables without a row to join."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from rowcall.manifest.types import quoted
from rowcall.plan.drafts import Column, Draft, Filtering, Query, Sources
from rowcall.plan.joins import Place
from rowcall.plan.predicates import Operand, may_be_tried
from rowcall.plan.references import is_inside
from rowcall.plan.splice import Edit

KEYS = "__rowcall_keys"
"""What stands in the query of `Holds` for a table of the columns that it is about, and of their row's number."""
NUMBER = "__rowcall_number"
"""The column of the row's number, which no column of a resource is called."""


@dataclass(frozen=True, slots=True)
class Holds:
    """A condition that every row in question satisfies, and that is about nothing of the reference but these columns."""

    columns: tuple[str, ...]
    """Empty for a condition that is true of all rows or of none."""
    sql: str
    """A query of the numbers of those keys that satisfy it; FROM names `KEYS`, of which each column is qualified by it."""
    reads: frozenset[int]
    """The references whose pages the query reads."""


Mine = Callable[[Place], tuple[str, tuple[str, ...]] | None]
"""The column of the reference that a column is the same as, and SQL truth values: it need not be where one of these is true."""


def holds(sources: Sources, conditions: Iterable[Operand], keys: Collection[str], mine: Mine) -> Iterator[Holds]:
    """The conditions that keys can be asked about, those on what the SELECT gives among them.

    `keys` are the columns of the reference that may have some.
    """
    for condition in conditions:
        found = _about_keys(sources, condition, keys, mine)
        if found is not None:
            yield found


def _about_keys(sources: Sources, condition: Operand, keys: Collection[str], mine: Mine) -> Holds | None:
    """The condition as one on keys; None for one that is about anything else, or cannot be asked yet."""
    scopes, node = sources.frame.scopes, condition.node
    if node is None or condition.tokens is None or not scopes.is_stable(node) or scopes.is_volatile(node) or node.find(exp.Lambda):
        return None
    columns: dict[str, None] = {}
    unless: dict[str, None] = {}
    edits = []
    for column in scopes.columns(node):
        found, first = scopes.resolve(column), column.parts[0]
        if found is None:
            return None
        if is_inside(found.frame.select, node):
            continue
        here = (found.position, found.name) if found.frame is sources.frame and found.exact else None
        place = condition.within[id(column)] if condition.within is not None else here
        own = mine(place) if place is not None else None
        if place is None or own is None or own[0] not in keys or "start" not in first.meta:
            return None
        columns[own[0]] = None
        unless |= dict.fromkeys(own[1])
        shown = f"{KEYS}.{quoted(own[0])}"
        shown = sources.frame.as_type((sources.own, own[0]), shown, sources.frame.type_of(place)) if sources.own is not None else shown
        edits.append(Edit(first.meta["start"], column.parts[found.parts - 1].meta["end"] + 1, shown))
    is_tried = may_be_tried(node)
    if not sources.is_there(node) or not (is_tried or scopes.calls_are_plain(node)):
        return None
    text = scopes.written(scopes.layout.span(condition.tokens), edits)
    # DuckDB has no TRY around a sub-query. Elsewhere a value that the condition fails for stays, should the API have a row for it.
    kept = f"coalesce(TRY(({text}) IS TRUE), true)" if is_tried else f"({text}) IS TRUE"
    query = scopes.prefixed(f"SELECT {KEYS}.{NUMBER} FROM {KEYS} WHERE {' OR '.join([*unless, kept])}", [node])
    return Holds(tuple(columns), query, scopes.reads(node)) if query is not None else None


def presence(sources: Sources, used: Collection[int], filters: Sequence[Filtering], fetched: Collection[int]) -> Iterator[Query]:
    """Queries that each give a row where some tables, joined with the reference, have one that can matter; none for those `used`.

    They are local ones, and remote ones that are `fetched`.
    """
    scopes = sources.frame.scopes

    def around(outputs: Sequence[int], columns: Sequence[Column]) -> Query | None:
        query = sources.around(outputs, columns)
        return query if query is not None and query.reads <= set(fetched) else None

    is_there = lambda node: scopes.reads(node) <= set(fetched)  # noqa: E731
    at_hand = replace(sources, firsts=(), around=around, is_there=is_there, say=lambda _: None)
    seen = set(used)
    for position, guards in sources.offered.items():
        if guards or position in seen or position == sources.own:
            continue
        source, draft = sources.frame.sources[position], Draft(at_hand)
        is_read = at_hand.is_there(source.node) and draft.add(Operand(None, place=(position, "")))
        query = (draft.query([], [], filters) if is_read else None) or sources.inside(source)
        if query is not None:
            seen |= query.used
            yield query
