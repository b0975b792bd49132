"""One way in which the conditions of a SELECT can hold: what its columns then equal, and the query that gives their values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlglot import exp

from rowcall.manifest.types import quoted
from rowcall.plan.drafts import OUTER, UNASKED, Column, Draft, Filtering, Query, Same, Sources, label, said
from rowcall.plan.enclosing import Use, handed_on, inner_frame, is_of_api, output_names, same_within, together
from rowcall.plan.joins import Condition, Group, Live, Place
from rowcall.plan.literals import left_out
from rowcall.plan.narrowing import Holds, holds, presence
from rowcall.plan.nodes import Origin
from rowcall.plan.predicates import Among, Atom, Equal, Filter, Operand, collates, met
from rowcall.plan.scopes import Frame
from rowcall.plan.sources import kind_of


@dataclass(frozen=True, slots=True)
class Constants:
    """Values written in the statement, for some columns at once."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Operand, ...], ...]
    listed: bool
    """Whether each is a list, of which any value will do."""
    identical: bool
    """Whether NULL among them would mean NULL, and not nothing."""
    through: tuple[tuple[str, ...], ...] = ()
    """For each column, queries of one truth value each: whether a local column that it was found through compares under a collation."""
    is_check: bool = False
    """Whether the columns are no parameters, so that it can tell no more than that no row matters."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Values that a query gives, for some columns at once."""

    columns: tuple[str, ...]
    sql: str
    """A query of a column for each, distinct."""
    origins: tuple[Origin, ...]
    """Where each comes from."""
    reads: frozenset[int]
    """The references whose pages the query reads."""
    through: tuple[str, ...] = ()
    """As those of constants, for all columns together."""
    is_check: bool = False
    """As that of constants."""
    is_spare: bool = False
    """Whether it is for where nothing else gives these columns, as where the others compare under a collation."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How a column compares that several expressions equal, which tells whether they equal one another."""

    kind: str = ""
    """"text", "integer", or "" for any other or unknown way."""
    collates: str = "true"
    """An SQL truth value: whether it may have a collation, by which it equals texts that are not equal without."""


Given = tuple[Operand, tuple[Place, ...]]
"""What a column equals, and the columns that it was found through."""


@dataclass(frozen=True, slots=True)
class Equals:
    """What a column of the source in question is known to equal."""

    operands: tuple[Given, ...]
    """Columns and expressions of what it is joined with."""
    paths: Mapping[Place, tuple[Place, ...]]
    """All columns that have its value, itself first, each with those that it was found through."""
    groups: frozenset[Group]
    """What outer joins fill with NULLs and these columns are of: a row in which they have a value is a real one."""


class Case:
    """One alternative of one SELECT, with respect to one of its sources or, for None, to all of its rows."""

    def __init__(
        self,
        sources: Sources,
        atoms: Sequence[tuple[Atom, Live]],
        passed_in: Sequence[Operand] = (),
        unread: Collection[int] = (),
        valued: Collection[Place] = (),
    ) -> None:
        """`passed_in` are conditions on what the SELECT gives, which each row satisfies that matters; `unread` sources are not there.

        `valued` columns are NULL in none of these rows.
        """
        self.sources = sources
        self._frame = sources.frame
        self._own = sources.own
        self._atoms = [*atoms, *self._met(atoms)]
        self._passed_in = passed_in
        self._filters = [*self._filtering(), *(Filtering((one,), frozenset()) for one in passed_in if self._may_be_tried(one))]
        self._filters += [*self._carried(unread), *self._valued(unread, valued)]
        self.sources = replace(sources, bounds=[*((place, index, ()) for place, index in sources.outputs), *self._bounds(unread)])
        self._used: set[int] = set()
        """The sources that key queries of this read."""
        self._read_around: set[tuple[Frame, int]] = set()
        """The sources of SELECTs around this one that they read."""

    def _met(self, atoms: Sequence[tuple[Atom, Live]]) -> Iterator[tuple[Atom, Live]]:
        """The columns that two conditions together say to be one constant."""
        filters = [(atom, live) for atom, live in atoms if isinstance(atom, Filter)]
        for among, low, high in met(filters, self._frame.scopes.layout, self._frame.place):
            yield among, replace(low, guards=low.guards | high.guards, restricts=low.restricts and high.restricts)

    def _filtering(self) -> Iterator[Filtering]:
        """The conditions as what may stand after WHERE: each whole where it says one thing, else what is chosen of it."""
        seen: set[Condition] = set()
        for atom, live in self._atoms:
            condition = live.condition
            if len(self._frame.alternatives(condition)) > 1:
                if isinstance(atom, Equal):
                    if not atom.right.varies:  # what it is part of stands beside it
                        yield Filtering((atom.left, atom.right), live.guards)
                elif (said := atom.said if isinstance(atom, Among) else atom) is not None:
                    yield Filtering((Operand(said.node, said.tokens),), live.guards)
            elif condition not in seen:
                seen.add(condition)
                if condition.predicate is not None:
                    yield Filtering((Operand(condition.predicate, condition.tokens),), live.guards)
                elif isinstance(atom, Equal):
                    yield Filtering((atom.left, atom.right), live.guards)

    def _carried(self, unread: Collection[int]) -> Iterator[Filtering]:
        """Conditions on columns of what is not there, said of the columns that equal these.

        Two columns of one type, compared under no collation, that are equal are the same, as are two of whole numbers when one is cast to
        the type of the other; so what a row satisfies that matters it satisfies with the one in place of the other. Where one of them has a
        collation, or texts have one by default, it says nothing, nor where the condition fails.
        """
        if not unread or not self._same_as:
            return
        for condition in dict.fromkeys(live.condition for _, live in self._atoms if live.restricts and not live.guards):
            node, tokens = condition.predicate, condition.tokens
            if node is None or tokens is None or any(map(left_out, node.find_all(exp.In))):
                continue
            own = {id(column): self._frame.place(Operand(column)) for column in self._frame.scopes.columns(node)}
            within = {key: self._read_one(place, unread) for key, place in own.items() if place is not None}
            places = {key: place for key, place in within.items() if place is not None}
            changed = sorted({place for key, place in places.items() if place != own[key]})
            if not changed or len(places) != len(own):
                continue
            pair = set(places.values())
            is_said = _is_of_columns(node) and (len(pair) == 1 or pair in map(set, self._equal_columns))
            if not is_said and self._frame.scopes.may_be_tried(node, tokens):
                unless = dict.fromkeys(text for place in changed for text in self._unless_same(place))
                if self._is_constant(condition) and all(
                    (own[key], place) in self._directly for key, place in places.items() if place != own[key]
                ):
                    unless = dict.fromkeys(text for place in changed for text in self._unless_default(place))
                yield Filtering((Operand(node, tokens, within=places),), frozenset(), tuple(unless))

    def _bounds(self, unread: Collection[int]) -> Iterator[tuple[Place, int, tuple[str, ...]]]:
        """The columns of what is there that are the same as an output column of what is not, with what they need not be for."""
        for place, index in self.sources.outputs if unread else ():
            for other in self._same_as.get(place, ()) if place[0] in unread else ():
                if other[0] not in unread and self._frame.type_of(other) == self._frame.type_of(place):
                    yield other, index, self._unless_same(other)

    def _is_constant(self, condition: Condition) -> bool:
        """Whether it says that a column is one of some constants: of what equals the column, it says so by whatever that compares under."""
        options = self._frame.alternatives(condition)
        return len(options) == 1 and all(isinstance(atom, Among) and not atom.identical for atom in options[0])

    @cached_property
    def _directly(self) -> frozenset[tuple[Place, Place]]:
        """The columns of a resource, each with one that a condition says to equal it, of its type or a whole number as it is."""
        pairs = {pair for one, other in self._equal_columns for pair in ((one, other), (other, one))}
        return frozenset((one, other) for one, other in pairs if self._frame.sources[one[0]].reference is not None)

    def _unless_default(self, place: Place) -> tuple[str, ...]:
        """As `_unless_same`, of what another collation than that by default changes nothing."""
        return (collates("NULL"),) if self._frame.kind(place) == "text" else ()

    def _valued(self, unread: Collection[int], valued: Collection[Place]) -> Iterator[Filtering]:
        """That what is there of columns that equal one of what is not there has a value, whatever they are compared by."""
        sides = (pair for live, *pair in self._equalities if live.restricts and not live.guards)
        places = ((one[1], other[1]) for pair in sides for one, other in (pair, pair[::-1]))
        there = (one for one, other in places if one is not None and other is not None and one[0] not in unread and other[0] in unread)
        around = sorted(place for place in valued if place[0] not in unread)
        yield from (Filtering((Operand(None, place=place),), frozenset(), is_value=True) for place in dict.fromkeys([*there, *around]))

    def _may_be_tried(self, condition: Operand) -> bool:
        node, tokens = condition.node, condition.tokens
        return node is not None and tokens is not None and self._frame.scopes.may_be_tried(node, tokens)

    def _unless_same(self, place: Place) -> tuple[str, ...]:
        """SQL truth values: columns of one type that equal this one need not be the same where one of these is true."""
        return (*self._unless_default(place), *(said(probe) for other in self._same_as[place] if (probe := self._probe(other))))

    def _read_one(self, place: Place, unread: Collection[int]) -> Place | None:
        """The column, or the first of those that are the same, that is of what is there."""
        return next((one for one in (place, *self._same_as.get(place, ())) if one[0] not in unread), None)

    @cached_property
    def _same_as(self) -> Mapping[Place, Sequence[Place]]:
        """For each column, those of its type, or of whole numbers as it is, that equal it in every row that matters."""
        return together(self._equal_columns)

    @cached_property
    def _equal_columns(self) -> Sequence[tuple[Place, Place]]:
        """The columns of one type, or of whole numbers, that are equal in every row that matters."""
        return [
            (one, other)
            for live, (_, one), (_, other) in self._equalities
            if live.restricts and not (live.guards or live.instead) and one is not None and other is not None and self._frame.kind(one)
            if self._frame.type_of(one) == self._frame.type_of(other) or {self._frame.kind(one), self._frame.kind(other)} == {"integer"}
        ]

    @cached_property
    def _equalities(self) -> Sequence[tuple[Live, tuple[Operand, Place | None], tuple[Operand, Place | None]]]:
        """What is equal, each side with the column of this SELECT that it is."""
        found = [(live, atom.left, atom.right) for atom, live in self._atoms if isinstance(atom, Equal)]
        return [(live, (left, self._frame.place(left)), (right, self._frame.place(right))) for live, left, right in found]

    # -- what columns equal --------------------------------------------------------------------------------------------------------

    def equals(self, name: str) -> Equals:
        """What a column of the source in question equals."""
        return self._equals((self._own if self._own is not None else OUTER, name))

    def _equals(self, start: Place) -> Equals:
        paths: dict[Place, tuple[Place, ...]] = dict.fromkeys((start, *self._twins(start)), ())
        operands: list[Given] = []
        groups: set[Group] = set()
        used: set[int] = set()
        changed = True
        while changed:
            changed = False
            for index, (live, left, right) in enumerate(self._equalities):
                if index in used or not live.guards <= groups:
                    continue
                for (_, place), (other, beyond) in ((left, right), (right, left)):
                    if place is None or place not in paths or not (live.restricts or paths[place] or place[0] != self._own):
                        continue
                    used.add(index)
                    changed = True
                    if beyond is None or beyond[0] != self._own:
                        operands.append((other, (*paths[place], *_besides(live))))
                    if beyond is not None and beyond not in paths and self._alike(place, beyond):
                        paths |= dict.fromkeys((beyond, *self._twins(beyond)), (*paths[place], *_besides(live), beyond))
                        groups |= self.sources.offered.get(beyond[0], frozenset())
                    break
        outputs = [*(((place,), index) for place, index in self.sources.outputs), *self.sources.firsts]
        operands += [(Operand(None, place=(OUTER, f"o{at}")), (*paths[one], *besides)) for (one, *besides), at in outputs if one in paths]
        return Equals(tuple(operands), paths, frozenset(groups))

    def _twins(self, place: Place) -> list[Place]:
        """The other columns of a sub-select or WITH that hand on the same column as one of it does, or one that is the same as that."""
        inner = inner_frame(self._frame, self._frame.sources[place[0]]) if place[0] != OUTER else None
        if inner is None:
            return []
        outputs = list(zip(output_names(self._frame, place[0], inner), (own for _, own in inner.outputs() or ()), strict=False))
        handed = {one for name, own in outputs if name == place[1] and own is not None for one in (own, *same_within(inner).get(own, ()))}
        return [(place[0], name) for name, own in outputs if own in handed and name not in {"", place[1]}]

    def _alike(self, place: Place, other: Place) -> bool:
        """Whether two columns compare in one way, so that what equals the one equals the other."""
        kinds = {self._kind(place), self._kind(other)} - {"any"}
        return kinds in ({"text"}, {"integer"}, set())

    def _kind(self, place: Place) -> str:
        source = self._frame.sources[place[0]] if place[0] >= 0 else None
        if source is None or source.matched is None:
            return self._frame.kind(place)
        if not source.matched or not isinstance(source.node, exp.Select) or not place[1][1:].isdigit():
            return "any"
        inner = self._frame.scopes.frame(source.node)
        at = inner.place(source.matched[int(place[1][1:])])
        return inner.kind(at) if at is not None else "any"

    def constants(self, known: dict[str, Equals]) -> Iterator[Constants]:
        """The constants that columns of the source in question are among, given what each equals."""
        for atom, live in self._atoms:
            if not isinstance(atom, Among):
                continue
            places = [self._frame.place(Operand(column)) for column in atom.columns]
            hits = [
                (name, at, (*equal.paths[place], *_besides(live)))
                for at, place in enumerate(places)
                for name, equal in known.items()
                if place is not None and place in equal.paths and live.guards <= equal.groups and (live.restricts or equal.paths[place])
            ]
            if hits:
                columns = tuple(name for name, _, _ in hits)
                picked = [at for _, at, _ in hits]
                rows = atom.rows if picked == [*range(len(places))] else tuple(tuple([row[at] for at in picked]) for row in atom.rows)
                yield Constants(columns, rows, atom.listed, atom.identical, tuple(self._probes([path]) for _, _, path in hits))

    def _probes(self, paths: Iterable[tuple[Place, ...]]) -> tuple[str, ...]:
        found = {probe for path in paths for place in path if (probe := self._probe(place))}
        return tuple(sorted(found))

    def _probe(self, place: Place) -> str:
        """A query for whether a local column compares under a collation, true where it cannot be asked; "" for an API's, which does not."""
        if place[0] < 0 or self._frame.sources[place[0]].matched is not None:
            return ""
        frame, (position, name) = handed_on(self._frame, place)
        if frame.kind((position, name)) == "integer" or is_of_api(frame, (position, name)):
            return ""
        return collation(frame, (position, name)) or UNASKED

    def keys(self, known: dict[str, Equals]) -> list[Keys]:
        """The key queries for columns of the source in question: one for all of them or, where that cannot be, one for each.

        What a column equals besides, and what cannot be compared with that within a query, has a query of its own.
        """
        reachable = {name: [pair for pair in equal.operands if self._can_give(pair[0])] for name, equal in known.items()}
        wanted = {
            name: sorted(operands, key=lambda pair: (self._rank(pair[0]), len(pair[1]))) for name, operands in reachable.items() if operands
        }
        together = self._key_query(wanted) if wanted else None
        found = [together] if together is not None else [self._key_query({name: operands}) for name, operands in wanted.items()]
        spare: list[Keys | None] = []
        for name, (first, *others) in wanted.items():
            found += [self._key_query({name: [other]}) for other in others if not self._is_alike(first[0], other[0])]
            alike = [other for other in others if self._is_alike(first[0], other[0])]
            if alike and (place := self._frame.place(first[0])) is not None and self._probe(place):
                spare.append(self._key_query({name: [*alike, first]}))
        return [*(keys for keys in found if keys is not None), *(replace(keys, is_spare=True) for keys in spare if keys is not None)]

    def checks(self, keys: Collection[str]) -> Iterator[Constants | Keys]:
        """What is said of columns of the source in question that are none of `keys`, where it may contradict itself.

        What a column equals together with the keys is asked for as well: a row that matters has a key and a value beside it, of one row of
        what they equal, so that a key with another value beside it is of none.
        """
        known = {name: self.equals(name) for name in self.pinned(keys)}
        yield from (replace(constants, is_check=True) for constants in self.constants(known))
        given = {name: [pair for pair in equal.operands if self._can_give(pair[0])] for name, equal in known.items()}
        given = {name: operands for name, operands in given.items() if operands}
        beside = {name: [pair for pair in self.equals(name).operands if self._can_give(pair[0])] for name in keys} if given else {}
        together = self._key_query({**{name: operands for name, operands in beside.items() if operands}, **given}) if given else None
        for found in [together] if together is not None else [self._key_query({name: operands}) for name, operands in given.items()]:
            if found is not None:
                yield replace(found, is_check=True)

    def pinned(self, keys: Collection[str]) -> list[str]:
        """The columns of the source in question, none of `keys`, that conditions may contradict one another about.

        Those that are among constants, or equal something, more than once, here or as outputs further out, or among those of a list, which
        may be empty.
        """
        times = said_of(self._frame, (atom for atom, live in self._atoms if live.restricts))
        for place, index in self.sources.outputs:
            if place[0] == self._own and place[1] not in keys:
                times[place] += self.sources.times_around(index)
        return [name for (own, name), count in times.items() if own == self._own and count > 1 and name not in keys]

    def drops(self, keys: Collection[str]) -> bool:
        """Whether a condition is about columns of the source in question alone that are none of `keys`."""
        for atom, live in self._atoms:
            if live.restricts and not live.guards and not isinstance(atom, Equal) and self._frame.touched(live.condition) == {self._own}:
                named = self._frame.named_in(live.condition)
                if all(place is not None and place[0] == self._own and place[1] not in keys for place in named):
                    return True
        return False

    def beside(self, fetched: Collection[int], known: Collection[int] = ()) -> list[Query]:
        """Queries that each have a row where some tables, joined with the source in question, have one.

        Of those that key queries read, or that are `known`, there is none.
        """
        return list(presence(self.sources, {*self._used, *known}, self._filters, fetched))

    def joined(self) -> frozenset[int]:
        """The references without a row of which none of the source in question matters."""
        given = (self._frame.sources[position].node for position, guards in self.sources.offered.items() if not guards)
        return frozenset[int]().union(*map(self._frame.scopes.reads, given))

    @property
    def read_around(self) -> frozenset[tuple[Frame, int]]:
        """The sources of SELECTs around this one that its key queries read."""
        return frozenset(self._read_around)

    def holds(self, keys: Collection[str]) -> Iterator[Holds]:
        """The conditions that are about these columns of the source in question alone, and that keys need not satisfy anyway."""
        certain = dict.fromkeys(live.condition for _, live in self._atoms if live.restricts and not live.guards)
        own = [Operand(one.predicate, one.tokens) for one in certain if one.predicate is not None and not self._is_of_keys(one)]
        yield from holds(self.sources, [*own, *self._passed_in], keys, self._mine)

    def _is_of_keys(self, condition: Condition) -> bool:
        """Whether a condition says nothing but which constants columns are among, or that they are the same."""
        atoms = [atom for option in self._frame.alternatives(condition) for atom in option]
        pairs = [(self._frame.place(atom.left), self._frame.place(atom.right)) for atom in atoms if isinstance(atom, Equal)]
        same = [True for one, other in pairs if one is not None and other in self._same_as.get(one, ())]
        return len(same) + sum(isinstance(atom, Among) for atom in atoms) == len(atoms)

    def _mine(self, place: Place) -> tuple[str, tuple[str, ...]] | None:
        """The column of the source in question that a column is the same as, and what it need not be for."""
        if place[0] == self._own:
            return place[1], ()
        own = next((other for other in self._same_as.get(place, ()) if other[0] == self._own), None)
        return (own[1], self._unless_same(place)) if own is not None else None

    def _key_query(self, wanted: Mapping[str, Sequence[Given]]) -> Keys | None:
        query = self.query([*wanted.items()])
        if query is None:
            return None
        self._used |= query.used
        self._read_around |= query.beyond
        return Keys(tuple(wanted), query.sql, query.origins, query.reads, query.through)

    def _is_alike(self, one: Operand, other: Operand) -> bool:
        """Whether two expressions of one value can be compared without changing what is meant."""
        if one.values or other.values:
            column = other if one.values else one
            place = self._frame.place(column)
            return place is not None and not column.values and bool(self._frame.kind(place))
        places = self._frame.place(one), self._frame.place(other)
        return places[0] is not None and places[1] is not None and self._alike(places[0], places[1])

    def _compares_as(self, name: str, *operands: Operand) -> bool:
        """Whether what equals a column of the source in question compares as that does: two texts may both equal one number alone."""
        kind = self._frame.kind((self._own, name)) if self._own is not None else ""
        places = [place for operand in operands if (place := self._frame.place(operand)) is not None and place[0] != OUTER]
        return not kind or all(self._kind(place) in {kind, "any", ""} for place in places)

    def _can_give(self, operand: Operand) -> bool:
        """Whether an expression's values can be had before the source in question is read."""
        return Draft(self.sources).add(operand)

    def query(
        self,
        selected: Sequence[tuple[str, Sequence[Given]]],
        places: Sequence[Column] = (),
        compared: Mapping[str, Compared] | None = None,
        *,
        repeats: bool = False,
    ) -> Query | None:
        """The distinct values of some expressions, under the names given, and of columns of this SELECT or ones further out.

        With `repeats` each as often as it comes. Each name has one or more expressions, which equal one column: `compared` says how that
        compares; without it, it is an API's. None where something that is needed cannot be read.
        """
        draft = Draft(self.sources)
        wanted = [*selected, *((label(column), [(self.sources.operand(column), ())]) for column in places)]
        known = {name: (compared or {}).get(name, Compared(collates="false")) for name, _ in wanted}
        given: dict[str, list[Given]] = {}
        for name, pairs in wanted:
            given[name] = sorted(pairs, key=lambda pair: (self._rank(pair[0], known[name].kind), len(pair[1])))
            if not draft.add(given[name][0][0]):  # all the same the others are added, so that what is waited for is noted
                known[name], instead = self._in_place_of(given[name][0][0])
                given[name] = [pair for pair in instead if draft.add(pair[0])]
        if not all(given.values()):
            return None
        chosen = [(name, pairs[0]) for name, pairs in given.items()]
        equal = [
            (one[0], other, known[name])
            for name, (one, *others) in given.items()
            for other in others
            if compared is not None or self._compares_as(name, one[0], other[0])
        ]
        same = [found for pair in equal if (found := self._same(*pair)) is not None]
        values = [(name, operand) for name, (operand, _) in chosen]
        query = draft.query(values, [pair for pair in same if draft.add_all([pair.one, pair.other])], self._filters, repeats=repeats)
        paths = [path for _, (_, path) in chosen]
        return replace(query, through=tuple(sorted({*query.through, *self._probes(paths)}))) if query is not None else None

    def _in_place_of(self, operand: Operand) -> tuple[Compared, list[Given]]:
        """What has the values of a column that cannot be read: what it equals, of its own kind, in every row that matters.

        With it, how the column compares. None for a column that an outer join fills with NULLs, which equal nothing.
        """
        place = self._frame.place(operand)
        kind = self._frame.kind(place) if place is not None else ""
        if place is None or not kind or self.sources.offered.get(place[0]) != frozenset():
            return Compared(), []
        column = Operand(None, place=place)
        pairs = [pair for pair in self._known(place) if self._is_alike(column, pair[0]) and self._are_of(pair[0], kind)]
        frame, (position, _) = handed_on(self._frame, place)
        return Compared(kind, "false" if frame.sources[position].reference is not None else "true"), pairs

    def _are_of(self, operand: Operand, kind: str) -> bool:
        """Whether what is one of several values is of a kind; of what is no literal DuckDB is asked."""
        if operand.varies:
            return all(kind_of(self._frame.scopes.type_of(value).removesuffix("[]")) == kind for value in operand.values)
        asked = [self._frame.scopes.constant(value) for value in operand.values if not _is_written(value, kind)]
        types = self._frame.scopes.types(f"SELECT {', '.join(f'{text} AS c{at}' for at, text in enumerate(asked))}") if asked else []
        return types is not None and all(kind_of(type_.removesuffix("[]")) == kind for type_ in types)

    def _same(self, one: Operand, given: Given, column: Compared) -> Same | None:
        """What follows of two expressions that equal a column; None where nothing does.

        They are equal as well, unless the column, or one that the second was found through, has a collation and they have none, or DuckDB
        compares them with it in different ways.
        """
        other, path = given
        is_alike = self._is_alike(one, other)
        if column.collates == "true" or not (is_alike or column.kind):
            return None
        own = () if column.collates == "false" else (column.collates,)
        return Same(one, other, "" if is_alike else column.kind, (*own, *map(said, self._probes([path]))))

    def _rank(self, operand: Operand, kind: str = "") -> int:
        """What of several equal expressions is taken first: what is certain to be of the kind of the column that they equal."""
        place = self._frame.place(operand)
        if place is not None and place[0] != OUTER:
            return 0
        if kind and operand.values and all(_is_written(value, kind) for value in operand.values):
            return 1
        return 3 if operand.values else 2

    def outputs(self, use: Use, wanted: Sequence[int]) -> dict[int, list[Given]]:
        """What output columns of a SELECT that is used here as the source in question equal, as far as their values can be read."""
        own = self._own if self._own is not None else OUTER
        places = {index: (own, use.names[index]) for index in wanted if index < len(use.names) and use.names[index]}
        known = {index: [(operand, (place, *path)) for operand, path in self._known(place)] for index, place in places.items()}
        return {index: pairs for index, pairs in known.items() if pairs}

    def _known(self, start: Place) -> Iterator[Given]:
        """The expressions that can be read, and the constants, that a column equals."""
        equal = self._equals(start)
        yield from (pair for pair in equal.operands if self._can_give(pair[0]))
        for atom, live in self._atoms:
            for at, column in enumerate(atom.columns) if isinstance(atom, Among) and not atom.identical else ():
                place = self._frame.place(Operand(column))
                if not isinstance(atom, Among) or place is None or place not in equal.paths or not live.guards <= equal.groups:
                    continue
                if live.restricts or equal.paths[place] or place[0] != self._own:
                    yield (
                        Operand(None, values=tuple(row[at] for row in atom.rows), listed=atom.listed),
                        (*equal.paths[place], *_besides(live)),
                    )


def _besides(live: Live) -> tuple[Place, ...]:
    """The columns besides by whose collation what a condition is about compares."""
    return tuple(place for group in live.instead for place in group[1:])


def said_of(frame: Frame, atoms: Iterable[Atom]) -> Counter[Place]:
    """How often conditions say of each column what it is; being among those of a list, which may be empty, counts twice."""
    times: Counter[Place] = Counter()
    for atom in atoms:
        if isinstance(atom, Among):
            columns, weight = [Operand(column) for column in atom.columns], 2 if atom.listed else 1
        else:
            columns = [atom.left, atom.right] if isinstance(atom, Equal) else []
            weight = 2 if isinstance(atom, Equal) and atom.right.varies else 1
        for place in map(frame.place, columns):
            if place is not None:
                times[place] += weight
    return times


def names_values(frame: Frame, condition: Condition) -> bool:
    """Whether a condition says nothing but which constants columns are among, which are keys themselves."""
    return all(isinstance(atom, Among) for option in frame.alternatives(condition) for atom in option)


def collation(frame: Frame, place: Place) -> str:
    """A query of one truth value: whether a local column compares under a collation; "" where it cannot be asked.

    That is known before the table has a row, so that it can be asked of what is made from pages that have not been fetched.
    """
    source = frame.sources[place[0]]
    if (span := source.span) is None:
        return ""

    def query() -> str | None:
        of_none = f"FROM (SELECT 1) LEFT JOIN (FROM {frame.scopes.written(span)} LIMIT 0) q ON true"
        return frame.scopes.prefixed(f"SELECT {collates(quoted(place[1]))} {of_none}", [source.node])

    return query() or "" if frame.scopes.stands_alone(source.node, query) else ""  # of LATERAL no query can be made by itself


def _is_of_columns(node: exp.Expr) -> bool:
    """Whether it is that two columns are equal, as they are."""
    return isinstance(node, exp.EQ) and all(isinstance(side.unnest(), exp.Column) for side in (node.left, node.right))


def _is_written(constant: Operand, kind: str) -> bool:
    """Whether a constant is a literal of a kind."""
    if constant.value is None and not isinstance(constant.node, exp.Literal):
        return False
    is_text = isinstance(constant.value, str) if constant.value is not None else bool(constant.node and constant.node.args["is_string"])
    return is_text == (kind == "text")
