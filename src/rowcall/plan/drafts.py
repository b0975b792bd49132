"""A key query as it is put together: the sources that its values come from, what these need, and the conditions that reduce them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from rowcall.manifest.types import quoted
from rowcall.plan.joins import Group, Place
from rowcall.plan.nodes import Origin
from rowcall.plan.predicates import Operand, is_constant
from rowcall.plan.scopes import Frame
from rowcall.plan.sources import Source, kind_of
from rowcall.plan.splice import Edit
from rowcall.plan.stable import ORDERED, unsteady

OUTER = -1
"""The source that stands for what surrounds a SELECT: `o0`, … are its output columns as they are used there, `p0`, … columns of there."""

_INTEGERS = "'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'"

_WITHIN = {"text": ("'VARCHAR'", "VARCHAR"), "integer": (_INTEGERS, "HUGEINT")}
"""The types of a kind as `typeof` says them, and the one in which they are compared, under the collation that they have."""

_DISTINCT = "SELECT DISTINCT "

UNASKED = "SELECT true"
"""In place of a query for whether a column compares under a collation, where it cannot be asked."""

Column = tuple[Frame, Place]
"""A column of a SELECT."""


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT of values."""

    sql: str
    reads: frozenset[int]
    """The references whose pages it reads."""
    origins: tuple[Origin, ...] = ()
    """Where each of its columns comes from."""
    through: tuple[str, ...] = ()
    """Queries of one truth value each: whether a column that its values were found through compares under a collation."""
    used: frozenset[int] = frozenset()
    """The sources of its own SELECT that it reads."""
    beyond: frozenset[tuple[Frame, int]] = frozenset()
    """Those of the SELECTs around it."""


@dataclass(frozen=True, slots=True)
class Filtering:
    """A condition: a predicate, or two expressions that are equal."""

    operands: tuple[Operand, ...]
    guards: frozenset[Group]
    unless: tuple[str, ...] = ()
    """SQL truth values: it says nothing where one of these is true."""
    is_value: bool = False
    """Whether it is that its one expression has a value."""


@dataclass(frozen=True, slots=True)
class Same:
    """Two expressions that are equal because one column equals both."""

    one: Operand
    other: Operand
    kind: str = ""
    """The column's, "text" or "integer", where it is not certain that they are of one kind themselves."""
    unless: tuple[str, ...] = ()
    """SQL truth values: they need not be where one of these is true."""


@dataclass(slots=True)
class Sources:
    """What the sources of one SELECT may be used for, when the values of one of them are wanted."""

    frame: Frame
    own: int | None
    offered: Mapping[int, frozenset[Group]]
    outputs: Sequence[tuple[Place, int]]
    """The output columns whose values may be known around the SELECT: the column of its FROM clause that each is, and its number."""
    firsts: Sequence[tuple[tuple[Place, ...], int]]
    """Those of them that are the first of several columns which is no NULL, that of the source in question and then others."""
    is_there: Callable[[exp.Expr], bool]
    """Whether all that a piece of SQL reads has been fetched; what has not is noted."""
    around: Callable[[Sequence[int], Sequence[Column]], Query | None]
    """The values around the SELECT: of its output columns, and of columns there."""
    within: Callable[[Source], Query | None]
    """The values of a matched sub-query, as `k0`, …"""
    parts: Callable[[Source], Mapping[str, frozenset[int]]]
    """Of a sub-select or WITH that cannot be read itself: the columns that sources of its own give, each with the positions of these."""
    part: Callable[[Source, Sequence[str]], Query | None]
    """All values that such columns can have."""
    inside: Callable[[Source], Query | None]
    """A query that has no row where a sub-select has none, whatever it takes from the source in question; None where nobody can tell."""
    say: Callable[[str], None]
    """Takes a reason why something that looks like a value is not used."""
    has_outside: bool
    """Whether anything surrounds the SELECT."""
    times_around: Callable[[int], int]
    """How often conditions around the SELECT say what an output column is."""
    is_filled: Callable[[Column], bool]
    """Whether an outer join further out may fill a column of there with NULLs."""
    bounds: Sequence[tuple[Place, int, tuple[str, ...]]] = ()
    """The columns that have the values of output columns, by the number of these, with SQL truth values: not where one is true."""
    columns: dict[str, Column] = field(default_factory=dict)
    """Columns of SELECTs further out, by what they are called here."""

    def operand(self, column: Column) -> Operand:
        """A column of this SELECT, or of one further out, as an expression here."""
        frame, place = column
        if frame is self.frame:
            return Operand(None, place=place)
        self.columns[label(column)] = column
        return Operand(None, place=(OUTER, label(column)))


def said(probe: str) -> str:
    """The SQL truth value that a query of one gives."""
    return f"coalesce(({probe}), false)"


def label(column: Column) -> str:
    """What a column of a SELECT is called in those within it."""
    frame, place = column
    return f"p{frame.number}_{place[0]}_{place[1]}"


class Draft:
    """One query that is being put together."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._frame = sources.frame
        self._included: list[int] = []
        self._outputs: list[int] = []
        self._unless: dict[int, tuple[str, ...]] = {}
        """Of those that do no more than reduce it: the queries for whether they may, as of `Query.through`."""
        self._outside: list[Column] = []
        self._nodes: list[exp.Expr] = []
        self._reads: set[int] = set()
        self._values: list[Operand] = []
        self._origins: dict[str, Origin] = {}
        self._through: set[str] = set()
        self._beyond: frozenset[tuple[Frame, int]] = frozenset()
        """As `Query.beyond`."""
        self._nests = False
        """Whether it holds queries that were put together on their own."""
        self._parts: dict[int, Mapping[str, frozenset[int]]] = {}
        """The sources of which no more than a part can be read: what they give of it."""
        self._taken: dict[int, list[str]] = {}
        """The columns that are taken of these."""

    # -- what it uses --------------------------------------------------------------------------------------------------------------

    def add(self, operand: Operand) -> bool:
        """Adds what an expression is made of; false where that cannot be read before the source in question is."""
        if operand.values and not operand.varies:
            self._values += [operand] if operand not in self._values else []
            return True
        nodes = [part.node for part in operand.values or (operand,) if part.node is not None]
        are_read = [self._may_be_read(node) for node in nodes]
        if not all(are_read) or not self._is_of_one_type(operand):
            return False
        touched = self._touched(operand)
        if touched is None or not self._all_usable(touched[0]) or not self._has(operand) or not all(map(self._is_met, touched[0])):
            return False
        outputs, outside = self._from_outside(operand, touched[1])
        if not self._is_null_of_nulls(operand, touched[0]) and self._may_be_filled(touched[0], outside):
            return False  # of NULLs it may make other values
        if (outputs or outside) and self._sources.around(outputs, outside) is None:
            return False
        self._keep(touched[0], outside)
        self._take(operand)
        self._outputs += outputs
        self._nodes += nodes
        self._values += [operand] if operand.values and operand not in self._values else []
        return True

    def _may_be_read(self, node: exp.Expr) -> bool:
        """Whether an expression has the same value in a query of its own, before the source in question is read."""
        scopes = self._frame.scopes
        if scopes.is_volatile(node) or not self._sources.is_there(node) or not scopes.says_the_same(node):
            return False
        if not scopes.is_read_alike(node):
            self._say_unsteady("What it is compared with", node)
        return scopes.is_read_alike(node)

    def _is_of_one_type(self, operand: Operand) -> bool:
        """Whether DuckDB compares each of several expressions as what it is, and not all of them as one type that they can be cast to.

        Of lists, whether they are such.
        """
        types = {self._frame.scopes.type_of(value) for value in operand.values if operand.varies and not isinstance(value.node, exp.Null)}
        if operand.listed:
            return all(type_.endswith("]") for type_ in types)
        return (len(types) == 1 and "" not in types) or set(map(kind_of, types)) <= {"integer"}

    def _is_null_of_nulls(self, operand: Operand, positions: Sequence[int]) -> bool:
        """Whether an expression has no value where an outer join fills the sources that it is made of with NULLs."""
        if not operand.varies:
            return self._is_column(operand)
        are_together = OUTER not in positions and len({self._sources.offered[position] for position in positions}) == 1
        return all(map(self._is_column, operand.values)) and (are_together or len(operand.values) == 1)

    def _is_column(self, operand: Operand) -> bool:
        found = self._frame.scopes.resolve(operand.node) if isinstance(operand.node, exp.Column) else None
        return operand.place is not None or (found is not None and found.exact)

    def _may_be_filled(self, positions: Sequence[int], outside: Sequence[Column]) -> bool:
        """Whether an outer join fills a source, or a column from outside, with NULLs."""
        inside = any(self._sources.offered.get(position) for position in positions if position != OUTER)
        return inside or any(self._sources.is_filled(column) for column in outside)

    def add_all(self, operands: Sequence[Operand]) -> bool:
        """Adds several, so that all that is waited for is noted; false where one cannot be read."""
        found = [self.add(operand) for operand in operands]
        return all(found)

    def _all_usable(self, positions: Sequence[int]) -> bool:
        found = [self._usable(position) for position in positions]
        return all(found)

    def _from_outside(self, operand: Operand, outside: list[Column]) -> tuple[list[int], list[Column]]:
        """The outputs, and the columns of outside, that an expression is made of."""
        if operand.place is None or operand.place[0] != OUTER:
            return [], outside
        name = operand.place[1]
        return ([], [self._sources.columns[name]]) if name in self._sources.columns else ([int(name[1:])], [])

    def _keep(self, positions: Sequence[int], outside: Sequence[Column]) -> None:
        self._included += [position for position in positions if position not in self._included]
        self._outside += [column for column in outside if column not in self._outside]

    def _touched(self, operand: Operand) -> tuple[list[int], list[Column]] | None:
        """The sources, and the columns from outside, that an expression is made of; None when that is not certain."""
        if operand.place is not None:
            return [operand.place[0]], []
        if operand.varies:
            known = [one for value in operand.values if (one := self._touched(value)) is not None]
            own = {position for positions, _ in known for position in positions}
            beyond = dict.fromkeys(column for _, columns in known for column in columns)
            return (sorted(own), list(beyond)) if len(known) == len(operand.values) else None
        positions: set[int] = set()
        outside: list[Column] = []
        for column in self._frame.scopes.columns(operand.node) if operand.node is not None else ():
            if operand.within is not None:
                positions.add(operand.within[id(column)][0])
                continue
            if isinstance(self._frame.scopes.above.nearest(column, exp.Pivot, exp.Select), exp.Pivot):
                continue  # of what is pivoted
            found = self._frame.scopes.resolve(column)
            if found is None and not isinstance(column.this, exp.Star):
                return None
            if found is not None and found.frame is self._frame:
                positions.add(found.position)
            elif found is not None and not found.frame.is_within(self._frame):
                positions.add(OUTER)
                outside.append((found.frame, (found.position, found.name)))
        return sorted(positions), outside

    def _usable(self, position: int) -> bool:
        """Whether a source may be read before the statement runs."""
        if position == OUTER:
            return self._sources.has_outside
        if position not in self._sources.offered or position == self._sources.own:
            return False
        source = self._frame.sources[position]
        if source.span is None:
            return False
        is_there = self._sources.is_there(source.node)
        if source.matched:
            is_there = self._sources.within(source) is not None
        if source.matched is None and not (is_there and self._frame.scopes.is_read_alike(source.node)):
            self._parts[position] = self._sources.parts(source)
            if self._parts[position]:
                return True
            del self._parts[position]
        is_steady = bool(source.matched) or self._frame.scopes.is_read_alike(source.node)  # of a matched one its parts are asked about
        if is_there and not is_steady:
            self._say_unsteady(self._called(source), source.node)
        return is_there and is_steady

    @staticmethod
    def _called(source: Source) -> str:
        return "The sub-select" if source.matched is not None else source.called

    def _say_unsteady(self, name: str, node: exp.Expr) -> None:
        pieces = [node, *self._frame.scopes.used([node])]
        has = next(filter(None, map(unsteady, pieces)), "")
        order = "order it by all it selects, or " if has in ORDERED else ""
        keep = f"{order}keep its rows first: CREATE TEMP TABLE … AS SELECT …"
        self._sources.say(f"{name} has {has}, so that it could give other rows each time; {keep}")

    # -- sub-selects of which a part can be read -------------------------------------------------------------------------------------

    def _gives(self, *operands: Operand) -> bool:
        """Whether sources of which a part can be read have the columns that expressions name, all by what is read for one of them.

        What is read for another would be put beside every value of that.
        """
        named = self._of_parts(operands)
        if named is None or any(name not in self._parts[at] for at, names in named.items() for name in names):
            return False
        read = ({self._parts[at][name] for name in (*names, *self._taken.get(at, ()))} for at, names in named.items())
        return all(frozenset[int]().union(*sources) in sources for sources in read)

    def _has(self, operand: Operand) -> bool:
        """Whether they do; where that is all that is missing, it is said."""
        found = self._gives(operand)
        for position in self._of_parts([operand]) or () if not found else ():
            if self._sources.is_there(self._frame.sources[position].node):
                self._say_unsteady(self._called(self._frame.sources[position]), self._frame.sources[position].node)
        return found

    def _take(self, *operands: Operand) -> None:
        """Takes these columns."""
        for position, names in (self._of_parts(operands) or {}).items():
            taken = self._taken.setdefault(position, [])
            taken += [name for name in dict.fromkeys(names) if name not in taken]

    def _of_parts(self, operands: Sequence[Operand]) -> dict[int, list[str]] | None:
        """The columns of sources of which a part can be read that expressions name; None where one may mean all of them."""
        found: dict[int, list[str]] = {}
        for operand in operands if self._parts else ():
            parts = operand.values if operand.varies else (operand,)
            if any(one.place is None and one.node is not None and one.node.find(exp.Star, exp.Columns) is not None for one in parts):
                return None
            for position, name in self._places(operand):
                if position in self._parts and name:
                    found.setdefault(position, []).append(name)
        return found

    def _places(self, operand: Operand) -> Iterator[Place]:
        """The columns of this SELECT that an expression names."""
        if operand.place is not None:
            yield operand.place
        for value in operand.values if operand.varies else ():
            yield from self._places(value)
        for column in self._frame.scopes.columns(operand.node) if operand.place is None and operand.node is not None else ():
            found = self._frame.scopes.resolve(column)
            if operand.within is not None:
                yield operand.within[id(column)]
            elif found is not None and found.frame is self._frame:
                yield found.position, found.name

    # -- the query -----------------------------------------------------------------------------------------------------------------

    def query(
        self, selected: Sequence[tuple[str, Operand]], same: Sequence[Same], filters: Sequence[Filtering], *, repeats: bool = False
    ) -> Query | None:
        """The distinct values of expressions, under names, reduced by the conditions that are about what is used or joins it with more.

        With `repeats` each as often as it comes: DISTINCT takes texts for one that are equal by a collation. One row where there is any,
        when no expressions are selected. None where something that is needed cannot be read.
        """
        chosen = self._closed(filters)
        items = self._items() if chosen is not None else None
        if chosen is None or items is None:
            return None
        texts = [(name, self._text(operand)) for name, operand in selected]
        conditions = [*map(self._filtered, chosen), *map(self._sameness, same)]
        if any(text is None for _, text in texts):
            return None
        shown = ", ".join(f"{text} AS {quoted(name)}" for name, text in texts)
        query = f"{'SELECT ' if repeats else _DISTINCT}{shown}" if texts else "SELECT 1 AS there"
        query += f" FROM {', '.join(items)}" if items else ""
        conditions += [
            self._bound(place, index, unless)
            for place, index, unless in self._sources.bounds
            if self._is_included(place) and index in self._outputs
        ]
        kept = [condition for condition in conditions if condition is not None]
        query += f" WHERE {' AND '.join(kept)}" if kept else ""
        query += "" if texts else " LIMIT 1"
        whole = self._frame.scopes.prefixed(query, self._nodes)
        if self._nests and self._frame.scopes.shadows(self._nodes):
            return None  # what stands inside would read another table of the name
        for node in self._nodes:
            self._reads |= self._frame.scopes.reads(node)
        if whole is None:
            return None
        origins = tuple(self._origin(operand) for _, operand in selected)
        return Query(whole, frozenset(self._reads), origins, tuple(sorted(self._through)), frozenset(self._included), self._beyond)

    def _is_included(self, place: Place) -> bool:
        """Whether a column is one of those that the FROM clause has."""
        return place[0] in self._included and (place[0] not in self._parts or place[1] in self._taken.get(place[0], ()))

    def _closed(self, filters: Sequence[Filtering]) -> list[Filtering] | None:
        """The conditions that reduce it, with what it needs added; None where a need cannot be met."""
        done: set[int] = set()
        chosen: list[Filtering] = []
        changed = True
        while changed:
            changed = False
            for position in [position for position in self._included if position not in done and position != OUTER]:
                done.add(position)
                changed = True
                if not self._needed(self._frame.sources[position]):
                    return None
            for filtering in filters:
                if filtering not in chosen and self._reduces(filtering):
                    chosen.append(filtering)
                    changed = True
            changed = self._bounded() or changed
        return chosen

    def _bounded(self) -> bool:
        """Adds what is known outside of the output columns that are used; whether anything was added."""
        before = len(self._outputs)
        for place, index, _ in self._sources.bounds:
            if place[0] in self._included and index not in self._outputs and self._gives(Operand(None, place=place)):
                outputs = sorted({*self._outputs, index})
                query = self._sources.around(outputs, self._outside) if self._sources.has_outside else None
                if query is not None and UNASKED not in (unless := self._further_through(query)):
                    self._keep([OUTER], [])
                    self._take(Operand(None, place=place))
                    self._outputs.append(index)
                    self._unless[index] = unless
        return len(self._outputs) > before

    def _further_through(self, query: Query) -> tuple[str, ...]:
        """What values around the SELECT are found through that those are not which are needed of it."""
        before = self._needed_through()
        return tuple(probe for probe in query.through if probe not in before)

    def _needed_through(self) -> Collection[str]:
        """What the values around the SELECT are found through that it cannot do without."""
        outputs = sorted(set(self._outputs) - self._unless.keys())
        query = self._sources.around(outputs, self._outside) if outputs or self._outside else None
        return query.through if query is not None else ()

    def _bound(self, place: Place, index: int, unless: Sequence[str]) -> str:
        """That a column is among the values around the SELECT of an output."""
        among = f'{self._frame.shown(place)} = __rowcall_around."o{index}"'
        return f"({' OR '.join([*unless, *map(said, self._unless.get(index, ())), among])})"

    def _needed(self, source: Source) -> bool:
        """Adds what a source takes from others: LATERAL and unnest, and a sub-query with columns from outside it."""
        if source.matched or source.position in self._parts:
            return True
        self._nodes.append(source.node)
        touched = self._taken_by(source)
        if touched is None:
            return False
        self._keep(*touched)
        self._take(Operand(source.node))
        return True

    def _taken_by(self, source: Source) -> tuple[list[int], list[Column]] | None:
        """What a source takes from others, as `_touched`; None where that cannot be read."""
        touched = self._touched(Operand(source.node))
        if touched is None or source.position in touched[0] or not self._all_usable(touched[0]) or not self._gives(Operand(source.node)):
            return None
        return touched if self._has_rows_of(source, touched[0]) else None

    def _is_met(self, position: int) -> bool:
        """Whether what a source takes from others can be read, and what these take."""
        source = self._frame.sources[position] if position not in {OUTER, *self._included} else None
        if source is None or source.matched or position in self._parts:
            return True
        touched = self._taken_by(source)
        return touched is not None and all(map(self._is_met, touched[0]))

    def _has_rows_of(self, source: Source, positions: Sequence[int]) -> bool:
        """Whether a row of a source is made of rows of these, and never of the NULLs that an outer join puts in their place."""
        own = self._sources.offered.get(source.position, frozenset())
        return all(self._sources.offered[position] <= own for position in positions if position != OUTER)

    def _reduces(self, filtering: Filtering) -> bool:
        """Whether a condition is about what is used, or joins it with what can be read as well, which is then added."""
        groups = {group for position in self._included for group in self._sources.offered.get(position, ())}
        touched = [self._touched(operand) for operand in filtering.operands]
        positions = {position for found in touched if found is not None for position in found[0]}
        outside = [column for found in touched if found is not None for column in found[1]]
        if (
            None in touched
            or not filtering.guards <= groups
            or (positions and not positions & set(self._included))
            or self._sources.own in positions
        ):
            return False
        if not filtering.is_value and any(self._is_matched(position) for position in positions):
            return False
        beyond = [column for column in outside if column not in self._outside]
        more = sorted(positions - set(self._included) - {OUTER})
        if not self._all_usable(more) or not all(self._sources.offered[position] <= groups and self._is_met(position) for position in more):
            return False
        nodes = [operand.node for operand in filtering.operands if operand.node is not None]
        if not self._may_be_said(filtering.operands, nodes) or not self._may_be_taken(beyond):
            return False
        self._keep([*more, OUTER] if beyond else more, beyond)
        self._take(*filtering.operands)
        self._nodes += nodes
        return True

    def _may_be_said(self, operands: Sequence[Operand], nodes: Sequence[exp.Expr]) -> bool:
        """Whether a condition says the same in the query, and can be written there."""
        is_same = all(self._frame.scopes.says_the_same(operand.node) for operand in operands)
        return is_same and self._gives(*operands) and self._is_steady(nodes) and self._condition(operands) is not None

    def _may_be_taken(self, columns: Sequence[Column]) -> bool:
        """Whether columns from outside can be read for a condition's sake: of a NULL in place of one it might say something else."""
        if not columns:
            return True
        is_had = self._sources.has_outside and not any(map(self._sources.is_filled, columns))
        return is_had and self._sources.around(sorted(set(self._outputs)), [*self._outside, *columns]) is not None

    def _is_steady(self, nodes: Sequence[exp.Expr]) -> bool:
        """Whether pieces of SQL say the same in a query of their own, and can be cut out beside what it reads already."""
        scopes = self._frame.scopes
        if not all(self._sources.is_there(node) and scopes.is_stable(node) and not scopes.is_volatile(node) for node in nodes):
            return False
        return scopes.prefixed("", [*self._nodes, *nodes]) is not None

    def _is_matched(self, position: int) -> bool:
        return position != OUTER and self._frame.sources[position].matched is not None

    # -- its text ------------------------------------------------------------------------------------------------------------------

    def _condition(self, operands: Sequence[Operand]) -> str | None:
        texts = [self._text(operand) for operand in operands]
        if None not in texts and any(operand.values for operand in operands):
            return self._among(*sorted(zip(operands, map(str, texts), strict=True), key=lambda pair: bool(pair[0].values)))
        return None if None in texts else f"({' = '.join(map(str, texts))})"

    def _filtered(self, filtering: Filtering) -> str | None:
        text = self._condition(filtering.operands)
        if text is not None and filtering.is_value:
            return f"{text} IS NOT NULL"
        return f"({' OR '.join([*filtering.unless, text])})" if filtering.unless and text is not None else text

    def _sameness(self, pair: Same) -> str | None:
        """That two expressions are equal; true where they are to be of a kind, and turn out to be of another."""
        text = self._typed(pair) if pair.kind else self._condition((pair.one, pair.other))
        return f"({' OR '.join([*pair.unless, text])})" if pair.unless and text is not None else text

    def _typed(self, pair: Same) -> str | None:
        one, other = self._text(pair.one), self._text(pair.other)
        if one is None or other is None:
            return None
        own, wide = _WITHIN[pair.kind]
        return (
            f"(typeof({one}) NOT IN ({own}) OR typeof({other}) NOT IN ({own}) OR TRY_CAST({one} AS {wide}) = TRY_CAST({other} AS {wide}))"
        )

    def _among(self, column: tuple[Operand, str], constant: tuple[Operand, str]) -> str:
        """That a column equals a constant; true where DuckDB would compare them as another type than the column's."""
        place, (_, shown), (_, value) = self._frame.place(column[0]), column, constant
        text = place is not None and self._frame.kind(place) == "text"
        own, wide = _WITHIN["text" if text else "integer"]
        return f"(typeof({value}) NOT IN ({own}) OR {shown} = TRY_CAST({value} AS {wide}))"

    def _text(self, operand: Operand) -> str | None:
        if operand.values:
            return self._value(operand)
        if operand.place is not None:
            if operand.place[0] == OUTER:
                return f"__rowcall_around.{quoted(operand.place[1])}"
            return self._frame.shown(operand.place)
        return self._passed_in(operand) if operand.within is not None else self._written(operand)

    def _value(self, operand: Operand) -> str | None:
        """Any of some expressions, with the collation under which these compare: that is lost where rows are made of a list."""
        value = f"__rowcall_values_{self._values.index(operand)}.v"
        if not operand.varies:
            return value
        texts = [self._item_of(one) for one in operand.values if not isinstance(one.node, (exp.Literal, exp.Null))]
        if None in texts:
            return None
        never = " ".join(f"WHEN false THEN ({text}){'[1]' if operand.listed else ''}" for text in texts)
        return f"(CASE {never} ELSE {value} END)"

    def _item_of(self, value: Operand) -> str | None:
        """One of some expressions."""
        return self._frame.scopes.constant(value) if is_constant(value) else self._text(value)

    def _written(self, operand: Operand) -> str | None:
        """An expression of the user's."""
        found = self._frame.scopes.resolve(operand.node) if isinstance(operand.node, exp.Column) else None
        if found is not None and found.exact and found.frame is self._frame:
            return self._frame.shown((found.position, found.name))
        if operand.node is None or operand.tokens is None:
            return None
        span = self._frame.scopes.layout.span(operand.tokens)
        return self._frame.scopes.written(span, self._named(operand.node))

    def _passed_in(self, operand: Operand) -> str | None:
        """A condition on what this SELECT gives; true where it fails for a row, which need not come to it."""
        edits = []
        for column in self._frame.scopes.columns(operand.node) if operand.node is not None else ():
            found, first = self._frame.scopes.resolve(column), column.parts[0]
            if found is None or operand.within is None or "start" not in first.meta:
                return None
            place, type_ = operand.within[id(column)], found.frame.type_of((found.position, found.name))
            shown = self._frame.as_type(place, self._frame.shown(place), type_)
            edits.append(Edit(first.meta["start"], column.parts[found.parts - 1].meta["end"] + 1, shown))
        if operand.tokens is None:
            return None
        text = self._frame.scopes.written(self._frame.scopes.layout.span(operand.tokens), edits)
        return f"coalesce(TRY(({text}) IS TRUE), true)"

    def _named(self, node: exp.Expr) -> list[Edit]:
        """Edits that say of which source each column is, where that has to be said, or is another one here."""
        edits = []
        for column in self._frame.scopes.columns(node):
            found = self._frame.scopes.resolve(column)
            parts = column.parts
            if found is None or "start" not in parts[0].meta or (found.frame is not self._frame and found.frame.is_within(self._frame)):
                continue
            start, end = parts[0].meta["start"], parts[found.parts - 1].meta["end"] + 1
            if found.frame is not self._frame:
                edits.append(Edit(start, end, f"__rowcall_around.{quoted(label((found.frame, (found.position, found.name))))}"))
            elif found.parts == 1 or self._frame.sources[found.position].is_unnamed:
                edits.append(Edit(start, end, self._frame.shown((found.position, found.name))))
        return edits

    def _items(self) -> list[str] | None:
        """The FROM clause; None where a part of it cannot be had."""
        items = []
        for position in sorted(self._included):
            text = self._around() if position == OUTER else self._item(self._frame.sources[position])
            if text is None:
                return None
            items.append(text)
        lists = [self._listing(operand) for operand in self._values]
        values = [f"({text}) AS __rowcall_values_{number}(v)" for number, text in enumerate(lists) if text is not None]
        return [*items, *values] if len(values) == len(lists) else None

    def _listing(self, operand: Operand) -> str | None:
        """A query of some expressions, of columns of what stands before it too; None where they cannot be written."""
        texts = [self._item_of(value) for value in operand.values] if operand.varies else map(self._frame.scopes.constant, operand.values)
        if None in (texts := list(texts)):
            return None
        if operand.listed:
            return " UNION ALL ".join(f"SELECT unnest({text})" for text in texts)
        return f"SELECT unnest([{', '.join(map(str, texts))}])"

    def _item(self, source: Source) -> str | None:
        if source.span is None:
            return None
        if source.position in self._parts:
            return self._part(source)
        if source.matched is None:
            text = self._frame.scopes.written(source.span, self._named(source.node))
            # An alias of `range` or `unnest` itself would be the name of its column, too.
            return f"(FROM {text}) AS {source.alias}" if source.is_unnamed else text
        if not source.matched:
            names = ", ".join(f"k{number}" for number in range(source.width))
            return f"{self._frame.scopes.written(source.span, self._named(source.node))} AS {source.alias}({names})"
        query = self._sources.within(source)
        if query is None:
            return None
        self._nests = True
        self._reads |= query.reads
        self._through |= set(query.through)
        return f"({self._repeated(query)}) AS {source.alias}"

    def _part(self, source: Source) -> str | None:
        names = self._taken.get(source.position) or [next(iter(self._parts[source.position]))]
        query = self._sources.part(source, names) if source.alias else None
        if query is None:
            return None
        self._nests = True
        self._reads |= query.reads
        self._through |= set(query.through)
        return f"({query.sql}) AS {quoted(source.alias)}"

    def _around(self) -> str | None:
        query = self._sources.around(sorted(set(self._outputs)), self._outside)
        if query is None:
            return None
        self._nests = True
        self._reads |= query.reads
        self._beyond |= query.beyond
        self._through |= set(self._needed_through())
        names = [*(f"o{index}" for index in sorted(set(self._outputs))), *map(label, self._outside)]
        self._origins = dict(zip(names, query.origins, strict=False))
        return f"({self._repeated(query)}) AS __rowcall_around"

    def _repeated(self, query: Query) -> str:
        """A query that this one reads; with every row as often as it comes where nothing is joined with it, for this one is distinct."""
        is_alone = len(self._included) == 1 and not self._values
        return "SELECT " + query.sql.removeprefix(_DISTINCT) if is_alone and query.sql.startswith(_DISTINCT) else query.sql

    def _origin(self, operand: Operand) -> Origin:
        """Where a value comes from, for EXPLAIN."""
        if operand.values:
            return self._origin_of_any(operand) if operand.varies else Origin()
        place = self._frame.place(operand)
        if place is not None and place[0] == OUTER:
            column = self._sources.columns.get(place[1])
            return origin_of(*column) if column is not None else self._origins.get(place[1], Origin("the query around it"))
        if place is not None:
            return origin_of(self._frame, place)
        return Origin(self._frame.scopes.layout.shown(operand.tokens)) if operand.tokens is not None else Origin()

    def _origin_of_any(self, operand: Operand) -> Origin:
        """The one expression that its values come from, or all of them."""
        if len(operand.values) == 1:
            return self._origin(operand.values[0])
        constant = [str(Origin())] if any(map(is_constant, operand.values)) else []
        origins = [str(self._origin(value)) for value in operand.values if not is_constant(value)]
        return Origin(" or ".join(dict.fromkeys([*origins, *constant])))


def origin_of(frame: Frame, place: Place) -> Origin:
    """Where the values of a column of a SELECT come from."""
    source = frame.sources[place[0]]
    if source.matched is None:
        number = frame.scopes.number(source.node)
        return Origin(f"{source.called}.{place[1]}", number, place[1] if number is not None else "")
    if source.matched and isinstance(source.node, exp.Select):
        inner = frame.scopes.frame(source.node)
        within = inner.place(source.matched[int(place[1][1:])])
        if within is not None:
            return origin_of(inner, within)
    return Origin("the sub-select")
