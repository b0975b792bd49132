"""What spares calls besides the keys themselves: conditions on the columns that keys are for, and tables without a row to join."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from rowcall.manifest.types import quoted
from rowcall.plan.drafts import Draft, Filtering, Query, Sources, inner_names
from rowcall.plan.joins import Condition
from rowcall.plan.predicates import Among, Operand
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


def holds(sources: Sources, conditions: Sequence[Condition], keys: Collection[str]) -> Iterator[Holds]:
    """The conditions that keys can be asked about, and that do not only name values, which are keys themselves.

    `keys` are the columns of the reference that may have some.
    """
    for condition in dict.fromkeys(conditions):
        says = [atom for option in sources.frame.alternatives(condition) for atom in option]
        if condition.predicate is not None and not all(isinstance(atom, Among) for atom in says):
            found = _about_keys(sources, condition, condition.predicate)
            if found is not None and set(found.columns) <= set(keys):
                yield found


def held_outside(sources: Sources, conditions: Sequence[Operand], keys: Collection[str]) -> Iterator[Holds]:
    """The conditions on what the SELECT gives that keys can be asked about."""
    scopes = sources.frame.scopes
    for condition in conditions:
        places = set((condition.within or {}).values())
        if condition.tokens is None or not places or not all(place[0] == sources.own and place[1] in keys for place in places):
            continue
        edits = inner_names(condition, {place: f"{KEYS}.{quoted(place[1])}" for place in places}, scopes)
        if edits is not None:
            text = scopes.written(scopes.layout.span(condition.tokens), edits)
            query = f"SELECT {KEYS}.{NUMBER} FROM {KEYS} WHERE coalesce(TRY(({text}) IS TRUE), true)"
            yield Holds(tuple(sorted(name for _, name in places)), query, frozenset())


def _about_keys(sources: Sources, condition: Condition, predicate: exp.Expr) -> Holds | None:
    """The condition as one on keys; None for one that is about anything else, or cannot be asked yet."""
    frame, scopes = sources.frame, sources.frame.scopes
    if condition.tokens is None or not scopes.is_stable(predicate) or scopes.is_volatile(predicate):
        return None
    if predicate.find(exp.Lambda):
        return None
    columns: dict[str, None] = {}
    edits = []
    for column in scopes.columns(predicate):
        found = scopes.resolve(column)
        if found is None:
            return None
        if found.frame is not frame and is_inside(found.frame.select, predicate):
            continue
        parts = column.parts
        if found.frame is not frame or found.position != sources.own or not found.exact or "start" not in parts[0].meta:
            return None
        columns[found.name] = None
        edits.append(Edit(parts[0].meta["start"], parts[-1].meta["end"] + 1, f"{KEYS}.{quoted(found.name)}"))
    queries = any(True for _ in predicate.find_all(exp.Query))
    if queries and not sources.is_there(predicate):
        return None
    text = scopes.written(scopes.layout.span(condition.tokens), edits)
    # DuckDB has no TRY around a sub-query. Elsewhere a value that the condition fails for stays, should the API have a row for it.
    kept = f"({text}) IS TRUE" if queries else f"coalesce(TRY(({text}) IS TRUE), true)"
    query = scopes.prefixed(f"SELECT {KEYS}.{NUMBER} FROM {KEYS} WHERE {kept}", [predicate])
    return Holds(tuple(columns), query, scopes.reads(predicate)) if query is not None else None


def presence(sources: Sources, used: Collection[int], filters: Sequence[Filtering], fetched: Collection[int]) -> Iterator[Query]:
    """Queries that each give a row where some tables, joined with the reference, have one that can matter; none for those `used`.

    They are local ones, and remote ones that are `fetched`.
    """
    scopes = sources.frame.scopes
    at_hand = replace(sources, outputs=(), has_outside=False, is_there=lambda node: scopes.reads(node) <= set(fetched), say=lambda _: None)
    seen = set(used)
    for position, guards in sources.offered.items():
        if guards or position in seen or position == sources.own or not at_hand.is_there(sources.frame.sources[position].node):
            continue
        draft = Draft(at_hand)
        query = draft.query([], [], filters) if draft.add(Operand(None, place=(position, ""))) else None
        if query is not None:
            seen |= query.used
            yield query
