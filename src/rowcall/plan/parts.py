"""Sub-selects that cannot be read as a whole, of which a part can: columns that they hand on, or make row by row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from typing import TYPE_CHECKING

from rowcall.manifest.types import quoted
from rowcall.plan.cases import Case
from rowcall.plan.cut import cut_by_api, with_ties
from rowcall.plan.drafts import Column, Query
from rowcall.plan.enclosing import barriers, grouping_sets, inner_frame, output_names
from rowcall.plan.joins import Group
from rowcall.plan.outputs import made
from rowcall.plan.plain import is_changed, is_plain
from rowcall.plan.recursion import first_side, lasting
from rowcall.plan.scopes import Frame, Scopes
from rowcall.plan.sides import as_written, read
from rowcall.plan.sources import Source

if TYPE_CHECKING:
    from sqlglot import exp

_PICKS = frozenset({"sample"})
_MOST_FILLED = 3
"""How many outer joins may fill columns of a sub-select that are read each by itself: either it does or it does not."""
_ORDERED = frozenset({"LIMIT", "DISTINCT ON"})
"""What leaves other rows without the ORDER BY beside it, and stands behind a SELECT as it is written."""


class Parts:
    """The parts of sub-selects and WITH queries, as far as the pages of `fetched` references are known."""

    def __init__(self, scopes: Scopes, fetched: frozenset[int], cases: Callable[[Frame], Iterable[Case]]) -> None:
        """`cases` gives the ways in which the conditions of a SELECT can hold, whatever surrounds it."""
        self._scopes = scopes
        self._fetched = fetched
        self._cases = cases
        self._columns: dict[tuple[Frame, int], Mapping[str, frozenset[int]]] = {}
        self._begun: dict[tuple[Frame, int], tuple[Frame | None, Mapping[str, frozenset[str]]]] = {}
        self._queries: dict[tuple[Frame, int, tuple[str, ...]], Query | None] = {}

    def columns(self, frame: Frame, source: Source) -> Mapping[str, frozenset[int]]:
        """The columns of a sub-select or WITH that it hands on, or makes, of sources that can be read alone, with the positions of these.

        It cannot be read as a whole: it reads pages that have not been fetched, or a window function could number its rows otherwise the
        next time. But each of its rows comes of one of each source of its own, or of the NULLs that an outer join fills it with, by
        conditions that such a row satisfies; so the values of these columns are among those of these sources under the conditions on them
        alone, and these NULLs. More of them is no harm: keys without a row, and conditions that drop less; nor are all those of an API that
        a SAMPLE picks from, since nobody knows before which it will pick, nor what an API is asked for because of a LIMIT. Of local rows
        the user can keep the sample first, and ask for no more than these; what leaves rows out otherwise, as another LIMIT does, would
        make that many more, and is left as it is.
        """
        if (frame, source.position) not in self._columns:
            self._columns[frame, source.position] = {}  # for what reads itself
            first, last = self.begun(frame, source)
            found = self._parts_of(frame, source, first)
            self._columns[frame, source.position] = {name: read for name, read in found.items() if first is None or name in last}
        return self._columns[frame, source.position]

    def _parts_of(self, frame: Frame, source: Source, first: Frame | None) -> Mapping[str, frozenset[int]]:
        """The same of a sub-select or WITH, or of the `first` side of a recursive query that reads its own rows there."""
        if (cut := self._read_whole(frame, source, first)) is not None:
            names = zip(output_names(frame, source.position, cut[0]), cut[0].outputs() or (), strict=False)
            return {name: frozenset({0}) for name, (_, place) in names if name and (place or first)}
        picks: Collection[str] = _PICKS if self._scopes.reads(first.select if first is not None else source.node) else ()
        inner = first or inner_frame(frame, source, sampled=bool(picks))
        picks = {*picks, *cut_by_api(inner)} if inner is not None else picks
        if inner is None or not self._is_of_rows(inner.select, picks) or not self._scopes.is_closed(inner.select):
            return {}
        return dict(self._given_by(inner, output_names(frame, source.position, inner)))

    def _is_of_rows(self, select: exp.Select, picks: Collection[str]) -> bool:
        """Whether each row of a SELECT is one of its FROM clause, or of a group of these: what it is grouped by has their values."""
        group = select.args.get("group")
        if group is not None and not grouping_sets(group):
            return not is_changed(select, but={*picks, "with_", "group", "having"})
        return is_plain(select, but={*picks, "with_"}, windows=True) and not self._scopes.takes_rows(select)

    def begun(self, frame: Frame, source: Source) -> tuple[Frame | None, Mapping[str, frozenset[str]]]:
        """The first side of a recursive query, where a source is its own rows, and which columns of these last; None where none does."""
        key = frame, source.position
        if key not in self._begun:
            self._begun[key] = None, {}  # for what reads itself
            first = first_side(frame, source)
            last = lasting(frame, source, first) if first is not None and self._scopes.is_closed(first.select) else {}
            self._begun[key] = (first, last) if last else (None, {})
        return self._begun[key]

    def _read_whole(self, frame: Frame, source: Source, first: Frame | None) -> tuple[Frame, str] | None:
        """The SELECT that a source is, or begins with, with a query of no fewer rows, where all that it reads has been fetched."""
        inner = first or inner_frame(frame, source)
        reads = self._scopes.reads(first.select if first is not None else source.node)
        if inner is None or not reads <= self._fetched:
            return None
        text = with_ties(inner) if reads else None  # which is known whatever its LIMIT leaves
        if first is not None and text is None and _ORDERED.isdisjoint(barriers(first)):
            text = as_written(first)
        return (inner, text) if text is not None else None

    def _given_by(self, inner: Frame, names: Sequence[str]) -> Iterator[tuple[str, frozenset[int]]]:
        cases = list(self._cases(inner))
        filled: frozenset[Group] = frozenset()
        for name, operand in zip(names, made(inner), strict=False):
            at = operand.place[0] if operand is not None and operand.place is not None else None
            if not name or operand is None or not cases or any(at is not None and at not in case.sources.offered for case in cases):
                continue
            queries = [case.query([(name, [(operand, ())])]) for case in cases]
            guards = cases[0].sources.offered[at] if at is not None else frozenset[Group]()
            if None not in queries and len(filled | guards) <= _MOST_FILLED:
                filled |= guards
                yield name, frozenset[int]().union(*(query.used for query in queries if query is not None))

    def query(self, frame: Frame, source: Source, names: Sequence[str]) -> Query | None:
        """All values that columns within a sub-select can have, by the names that they have outside."""
        key = frame, source.position, tuple(names)
        if key not in self._queries:
            self._queries[key] = None  # for what would go round in circles
            self._queries[key] = self._part_of(frame, source, names)
        return self._queries[key]

    def _part_of(self, frame: Frame, source: Source, names: Sequence[str]) -> Query | None:
        first, last = self.begun(frame, source)
        query = self._all_of(frame, source, first, names)
        unless = frozenset[str]().union(*(last.get(name, ()) for name in names))
        return replace(query, through=(*query.through, *sorted(unless))) if query is not None else None

    def _all_of(self, frame: Frame, source: Source, first: Frame | None, names: Sequence[str]) -> Query | None:
        """The same, whatever other values they may have than those of the `first` side of a recursive query."""
        if (cut := self._read_whole(frame, source, first)) is not None:
            called = output_names(frame, source.position, cut[0])
            return read(*cut, {name: called.index(name) for name in names})
        inner = first or inner_frame(frame, source, sampled=True)
        if inner is None:
            return None
        given = dict(zip(output_names(frame, source.position, inner), made(inner), strict=False))
        wanted = {name: operand for name in names if (operand := given[name]) is not None}
        places = {name: operand.place for name, operand in wanted.items()}
        repeats = None in places.values() or are_alike([(inner, place) for place in places.values() if place is not None])
        queries = []
        for case in self._cases(inner):
            guards = {name: case.sources.offered[place[0]] if place is not None else frozenset() for name, place in places.items()}
            for filled in _subsets(sorted(frozenset[Group]().union(*guards.values()), key=sorted)):
                left = [name for name in names if guards[name].isdisjoint(filled)]
                query = case.query([(name, [(wanted[name], ())]) for name in left], repeats=repeats) if left else _NULLS
                if query is None:
                    return None
                queries.append(_with_nulls(query, names, left) if filled else query)
        return union(queries, names, repeats=repeats)


def are_alike(columns: Sequence[Column]) -> bool:
    """Whether values of columns may be equal, as by a collation, of which expressions make different ones."""
    return any(frame.kind(place) != "integer" for frame, place in columns)


def union(queries: Sequence[Query], names: Sequence[str], *, repeats: bool = False) -> Query | None:
    """All values of several queries, each once or, with `repeats`, as often as it comes; of none, a query without rows."""
    if not queries:
        return Query("SELECT " + ", ".join(f'NULL::VARCHAR AS "{name}"' for name in names) + " WHERE false", frozenset()) if names else None
    reads = frozenset[int]().union(*(query.reads for query in queries))
    through = tuple(sorted({probe for query in queries for probe in query.through}))
    beyond = frozenset.intersection(*(query.beyond for query in queries))
    # A WITH is no part of a side that stands without brackets.
    sides = [f"({query.sql})" if len(queries) > 1 and query.sql.startswith("WITH ") else query.sql for query in queries]
    return Query((" UNION ALL " if repeats else " UNION ").join(sides), reads, queries[0].origins, through, beyond=beyond)


def _subsets(groups: Sequence[Group]) -> Iterator[frozenset[Group]]:
    """All sets of some groups, the empty one first."""
    return map(frozenset, chain.from_iterable(combinations(groups, size) for size in range(len(groups) + 1)))


_NULLS = Query("SELECT 1", frozenset())
"""A query of a row, for NULLs to be put in."""


def _with_nulls(query: Query, names: Sequence[str], given: Collection[str]) -> Query:
    """A query that gives some of some columns, as one of all, the others NULL."""
    shown = ", ".join(quoted(name) if name in given else f"NULL AS {quoted(name)}" for name in names)
    return replace(query, sql=f"SELECT {shown} FROM ({query.sql})")
