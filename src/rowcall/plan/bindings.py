"""Which values the parameters of a remote reference can have, from all that the statement says.

For each way in which its conditions can hold, the columns of a reference are among constants, or among the rows of a key query: a
SELECT DISTINCT over what the reference is joined with, reduced by the conditions on that. What surrounds its SELECT takes part as one more
source, whose rows are again those of a key query; so keys go into derived tables, WITH, UNION and correlated sub-queries alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from sqlglot import exp

from rowcall.manifest.types import literal
from rowcall.plan.cases import Case, Compared, Constants, Keys, collation, names_values, said_of
from rowcall.plan.drafts import Column, Query, Sources
from rowcall.plan.enclosing import (
    Enclosing,
    Use,
    enclosing,
    ends_with_rows,
    handed_on,
    inner_frame,
    is_side,
    same_around,
)
from rowcall.plan.firsts import First, handed_out, put_in
from rowcall.plan.full import Way, ways
from rowcall.plan.growing import Own
from rowcall.plan.joins import Condition, Group, Live, Place, Reach, kept
from rowcall.plan.layers import Layer
from rowcall.plan.layout import Range
from rowcall.plan.narrowing import Holds
from rowcall.plan.parts import Parts, are_alike, union
from rowcall.plan.plain import CUTS, is_plain
from rowcall.plan.predicates import MOST_ALTERNATIVES, Among, Atom, Filter, Operand, collates
from rowcall.plan.reaching import has_value, matched_by, needed_within, reach_of, tree_of
from rowcall.plan.references import is_inside
from rowcall.plan.scopes import Frame, Scopes
from rowcall.plan.sides import known_by, others, values
from rowcall.plan.sources import Source
from rowcall.plan.splice import Edit

_KEPT = "__rowcall_kept"
_MOST_USES = 8
"""Of how many uses of a WITH each is looked at by itself."""


@dataclass(slots=True)
class Restriction:
    """All that is said of one reference."""

    alternatives: list[list[Constants | Keys | Holds]] = field(default_factory=list)
    """Ways in which a row can matter; none when no row can."""
    uses: list[tuple[Use, frozenset[Use]]] = field(default_factory=list)
    """For each of these, where it is a use of a WITH by itself: that use, and others without a row of which it matters to nobody."""
    reasons: list[str] = field(default_factory=list)
    """Why something that looks like a value was not taken for one, in the user's terms."""
    awaits: set[int] = field(default_factory=set)
    """References that could give keys, or reduce them, once their pages are there."""

    joined: set[int] = field(default_factory=set)
    """References without a row of which it need not be read at all, as far as they have not been fetched."""
    drops: bool = False
    """Whether conditions on other columns of the reference may drop rows that its calls bring."""
    known: dict[object, Query | None] = field(default_factory=dict)
    """What was found of the values around SELECTs."""

    def say(self, reason: str) -> None:
        """Keeps a reason."""
        if reason and reason not in self.reasons:
            self.reasons.append(reason)


OUTSIDE = "It stands outside a SELECT, where no condition says what to ask for; a sub-select with a WHERE of its own can stand there."


class Bindings:
    """What the references of a statement are restricted by, as far as the pages of `fetched` ones are known."""

    def __init__(self, scopes: Scopes, fetched: Collection[int]) -> None:
        self.scopes = scopes
        self._fetched = frozenset(fetched)
        self._dead: dict[Frame, bool] = {}
        self._around_it: dict[tuple[Frame, tuple[Use, ...]], list[Operand]] = {}
        self._reach: dict[Use, Reach] = {}
        self._within_it: dict[Use, list[Operand]] = {}
        self._valued_by: dict[tuple[Frame, tuple[Use, ...]], frozenset[Place]] = {}
        self._parts = Parts(scopes, self._fetched, lambda frame: self._cases(Use(frame, None), Restriction(), alone=True))

    def restriction(self, number: int, columns: Sequence[str]) -> Restriction:
        """What the statement says of some columns of a reference."""
        said = Restriction()
        table = self.scopes.references[number].table
        frame = self.scopes.around(table)
        own = frame.position(table) if frame is not None else None
        if frame is None or own is None:
            said.alternatives = [[]]
            said.say(OUTSIDE if frame is None else "")
            return said
        is_pinned = False
        every = enclosing(frame).uses
        is_needed = len(every) > 1 and self._is_needed(frame, own)
        for case, beyond in self._ways(frame, own, said):
            if is_needed and len(beyond.uses) == 1:
                said.uses.append((beyond.uses[0], self._joined_with(beyond.uses[0], every)))
            known = {name: case.equals(name) for name in columns}
            sets: list[Constants | Keys | Holds] = [*case.constants(known), *case.keys(known), *case.holds(columns)]
            awaits = frozenset(said.awaits)
            # Values from outside are of rows there, unless they stand for those of what is not read.
            around = self._beside(beyond, said, frozenset() if said.awaits else case.read_around)
            beside = [*case.beside(self._fetched), *([around] if around is not None else [])]
            said.alternatives.append([*sets, *(Keys((), query.sql, (), query.reads) for query in beside)])
            said.awaits &= awaits  # without a row of what else is joined no key matters, but none has other values by it
            said.joined |= case.joined() - self._fetched
            said.drops = said.drops or case.drops(columns)
            is_pinned = is_pinned or bool(case.pinned(columns))
        said.drops = said.drops or self._drops_around(frame, own, columns)
        if is_pinned:  # what is said of other columns is waited for by nobody: it is looked at as far as it is known
            for alternative, (case, _) in zip(said.alternatives, self._ways(frame, own, Restriction()), strict=True):
                alternative.extend(case.checks(columns))
        return said

    def _ways(self, frame: Frame, own: int, said: Restriction) -> Iterator[tuple[Case, Enclosing]]:
        """The ways in which a row of a source can matter, each with what surrounds the SELECT there.

        Of a WITH that is used more than once each use is one: what is so of one, as that there is no row in it, is not so of all.
        """
        around = enclosing(frame)
        is_split = 1 < len(around.uses) <= _MOST_USES and not around.blocked and not is_side(frame.select)
        for beyond in [replace(around, uses=(use,)) for use in around.uses] if is_split else [around]:
            yield from ((case, beyond) for case in self._cases(Use(frame, own), said, around=beyond))

    def _is_needed(self, frame: Frame, own: int) -> bool:
        """Whether a SELECT has no row without one of a source."""
        tree = tree_of(frame) if ends_with_rows(frame.select) and not self.scopes.takes_rows(frame.select) else None
        return tree is not None and own in kept(tree)

    def _joined_with(self, use: Use, every: Sequence[Use]) -> frozenset[Use]:
        """Those of some uses without a row of which no row of one matters."""
        offered = self._reached(use).offered
        return frozenset(one for one in every if one.frame is use.frame and one.own is not None and offered.get(one.own) == frozenset())

    def _beside(self, around: Enclosing, said: Restriction, known: Collection[tuple[Frame, int]]) -> Query | None:
        """A query that has no row where none around a SELECT matters, because a table there has none; None where nobody can tell.

        Of the sources in `known` nothing is asked.
        """
        ways: list[list[Query]] = []
        for use in around.uses:
            if use.own is None and (not ends_with_rows(use.frame.select) or self.scopes.takes_rows(use.frame.select)):
                return None
            further = self._beside(enclosing(use.frame), said, known)
            own = {position for frame, position in known if frame is use.frame}
            for case in self._cases(use, Restriction()):
                said.joined |= case.joined() - self._fetched
                ways.append([*case.beside(self._fetched, own), *([further] if further is not None else [])])
        return _any_way(ways) if around.uses else None

    def _drops_around(self, frame: Frame, own: int, keys: Collection[str]) -> bool:
        """As `Case.drops`, of conditions on what a SELECT gives, where one place alone reads it."""
        around = enclosing(frame)
        if len(around.uses) != 1 or around.blocked or around.uses[0].own is None:
            return False
        (use,), outer = around.uses, around.uses[0].own
        given = zip(use.names, (place for _, place in frame.outputs() or ()), strict=False)
        names = [name for name, place in given if place is not None and place[0] == own and place[1] in keys]
        return any(case.drops(names) for case in self._cases(use, Restriction())) or self._drops_around(use.frame, outer, names)

    def _inside(self, frame: Frame, source: Source) -> Query | None:
        """A query that has no row where a sub-select has none, because a table in it has none; None where nobody can tell."""
        if source.matched is not None:
            inner = self.scopes.frame(source.node) if source.width and isinstance(source.node, exp.Select) else None
            # Of NULLs, as in a row of totals, no column is one; each other value is of a row that is joined.
            is_of_rows = inner is not None and all(place is not None for _, place in inner.outputs() or [("", None)])
        else:
            inner = inner_frame(frame, source)
            is_of_rows = inner is not None and is_plain(inner.select, but=CUTS, windows=True) and not self.scopes.takes_rows(inner.select)
        if inner is None or not is_of_rows:
            return None
        return _any_way([list(case.beside(self._fetched)) for case in self._cases(Use(inner, None), Restriction(), alone=True)])

    def certain(self, found: Sequence[Layer]) -> list[tuple[exp.Expr, Own]]:
        """The predicates that every row satisfies which matters of a reference that layers read."""
        return [
            (live.condition.predicate, layer.own)
            for layer in found
            for live in self._reached(layer.use).live
            if live.restricts and not live.guards and live.condition.predicate is not None
        ]

    # -- one SELECT ----------------------------------------------------------------------------------------------------------------

    def _cases(self, use: Use, said: Restriction, *, alone: bool = False, around: Enclosing | None = None) -> Iterator[Case]:
        """The ways in which the conditions around a source, or all of a SELECT, can hold; `alone`, whatever surrounds the SELECT.

        `around` is the part of what surrounds it that is looked at, where it is not all.
        """
        frame = use.frame
        found = self._reached(use)
        found = replace(found, offered=dict(found.offered))  # to which what conditions match is added
        said.say(found.blocked)
        options = self._options(use, found)
        if options is None:
            return
        around = Enclosing() if alone else around or enclosing(frame)
        if not alone and self._is_dead(frame):
            return
        atoms, several = options
        if not found.blocked and not alone and (last := _lasting(frame, around)):
            same = [one for one in same_around(frame, around.uses[0]) if frame.touched(one) <= last]
            atoms += [(atom, Live(one)) for one in same for atom in frame.alternatives(one)[0]]
        sources = self._sources(use, found, around, said)
        passed_in = [] if found.blocked else [*self._said_within(use), *([] if alone else self._passed_in(frame, around))]
        unread = [] if found.blocked else [one.position for one in frame.sources if one.position == use.own or not self._is_read(one)]
        valued = frozenset[Place]() if found.blocked or alone else self._valued(frame, around)
        for chosen in product(*several):
            yield Case(sources, [*atoms, *(pair for option in chosen for pair in option)], passed_in, unread, valued)

    def _options(self, use: Use, found: Reach) -> tuple[Way, list[list[Way]]] | None:
        """What holds of each row that matters, and of what besides one alternative each does; None where no row matters."""
        frame = use.frame
        atoms: Way = []
        several: list[list[Way]] = []
        size = 1
        for live in found.live:
            every = options = frame.alternatives(live.condition)
            if live.instead:
                every = options = put_in(frame, live.condition, live.instead, options)
            if live.restricts and not live.guards:
                options = tuple(option for option in every if not self._is_never(use, option, found, alone=len(every) == 1))
            _offer_matched(frame, live, options, found)
            if len(options) == 1:
                atoms += [(atom, live) for atom in options[0]]
                atoms += [(whole, live) for whole in _whole(live) if len(every) > 1]
            elif not options and not live.guards and live.restricts:
                return None
            elif options and (live.instead or self._concerns(live.condition, use, options)) and size * len(options) <= MOST_ALTERNATIVES:
                size *= len(options)
                several.append([[(atom, live) for atom in option] for option in options])
            else:
                atoms += [(whole, live) for whole in _whole(live)]
                atoms += [(among, live) for among in _in_each(frame, options)]
        for options_of_full in filter(None, (ways(full, use) for full in found.full)):
            if size * len(options_of_full) <= MOST_ALTERNATIVES:
                size *= len(options_of_full)
                several.append(options_of_full)
        return atoms, several

    def _is_never(self, use: Use, option: Sequence[Atom], found: Reach, *, alone: bool) -> bool:
        """Whether one side of an OR, or all, says that a column is NULL which never is: what another condition compares is not.

        Nor is a column that every method for SELECT requires; but where that `alone` is asked of it, it may be meant otherwise.
        """
        frame = use.frame
        places = [frame.place(Operand(atom.columns[0])) for atom in option if isinstance(atom, Among) and _is_null(atom)]
        if not places:
            return False
        valued = frozenset[Place]().union(*(frame.valued(live.condition) for live in found.live if live.restricts and not live.guards))
        there = (place for place in places if place is not None and (place[0] == use.own or found.offered.get(place[0]) == frozenset()))
        return not valued.isdisjoint(places) or (not alone and any(has_value(frame, place) for place in there))

    def _is_read(self, source: Source) -> bool:
        """Whether all that a source reads has been fetched."""
        return self.scopes.reads(source.node) <= self._fetched

    def _passed_in(self, frame: Frame, around: Enclosing) -> list[Operand]:
        """The conditions around a SELECT on what it gives, where it is read once and as it is, in terms of its FROM clause.

        Of a UNION they are not, whose columns may have another type than those of its sides.
        """
        key = frame, around.uses
        if key not in self._around_it:
            self._around_it[key] = []  # for what reads itself
            if lasting := _lasting(frame, around):
                found = self._on_outputs(frame, around.uses[0])
                self._around_it[key] = [one for one in found if {place[0] for place in (one.within or {}).values()} <= lasting]
        return self._around_it[key]

    def _valued(self, frame: Frame, around: Enclosing) -> frozenset[Place]:
        """The columns of a FROM clause that have a value in each row that matters around its SELECT, where what is not read is compared."""
        key = frame, around.uses
        if key not in self._valued_by:
            self._valued_by[key] = frozenset()  # for what reads itself
            if lasting := _lasting(frame, around):
                use = around.uses[0]
                outputs = _outputs(frame, use)
                found = {outputs.get(name) for position, name in self._valued_in(use) if position == use.own}
                self._valued_by[key] = frozenset(place for place in found if place is not None and place[0] in lasting)
        return self._valued_by[key]

    def _valued_in(self, use: Use) -> frozenset[Place]:
        """Those in which a SELECT that reads another compares them, or one around it does."""
        unread = {source.position for source in use.frame.sources if source.position != use.own and not self._is_read(source)}
        reached = self._reached(use).live if use.own is not None and unread else ()
        certain = [live.condition for live in reached if live.restricts and not live.guards]
        compared = [use.frame.valued(condition) for condition in certain if use.frame.touched(condition) & unread]
        return self._valued(use.frame, enclosing(use.frame)).union(*compared)

    def _on_outputs(self, frame: Frame, use: Use) -> Iterator[Operand]:
        outputs = _outputs(frame, use)
        reached = self._reached(use).live if use.own is not None else ()
        conditions = [live.condition for live in reached if live.restricts and not live.guards and live.condition.tokens is not None]
        own = [Operand(condition.predicate, condition.tokens) for condition in conditions if not _gives_keys(use.frame, condition)]
        for condition in [*own, *self._said_within(use), *self._passed_in(use.frame, enclosing(use.frame))]:
            node = condition.node
            if node is None or self.scopes.is_volatile(node) or not self.scopes.is_stable(node):
                continue
            found = {
                id(column): self._inner(use, outputs, column, condition.within)
                for column in self.scopes.columns(node)
                if not self._is_within(column, node)
            }
            places = {key: place for key, place in found.items() if place is not None}
            if places and len(places) == len(found):
                yield replace(condition, within=places)

    def _said_within(self, use: Use) -> list[Operand]:
        """The conditions that sub-queries have on columns of the SELECT around them alone, where no row matters without one of theirs."""
        if use not in self._within_it:
            self._within_it[use] = []  # for what reads itself
            certain = [live.condition for live in self._reached(use).live if live.restricts and not live.guards]
            found = (self._outside(use.frame, one) for condition in certain for one in needed_within(use.frame, condition))
            self._within_it[use] = [one for one in found if one is not None]
        return self._within_it[use]

    def _outside(self, frame: Frame, condition: Condition) -> Operand | None:
        """A condition as one on columns around its SELECT; None where it is about anything else."""
        node = condition.predicate
        if node is None or condition.tokens is None or self.scopes.is_volatile(node) or not self.scopes.is_stable(node):
            return None
        columns = {id(column): frame.place(Operand(column)) for column in self.scopes.columns(node)}
        places = {key: place for key, place in columns.items() if place is not None}
        return Operand(node, condition.tokens, within=places) if places and len(places) == len(columns) else None

    def _is_within(self, column: exp.Column, node: exp.Expr) -> bool:
        """Whether a column is of a sub-query in an expression."""
        found = self.scopes.resolve(column)
        return found is not None and is_inside(found.frame.select, node)

    def _inner(self, use: Use, outputs: Mapping[str, Place | None], column: exp.Column, within: Mapping[int, Place] | None) -> Place | None:
        """The column of a SELECT's FROM clause that a column around it is; `within` has what it is in the SELECT around."""
        found = self.scopes.resolve(column)
        place = within[id(column)] if within is not None else (found.position, found.name) if found and found.frame is use.frame else None
        return outputs.get(place[1]) if place is not None and place[0] == use.own else None

    def _reached(self, use: Use) -> Reach:
        if use not in self._reach:
            self._reach[use] = reach_of(use)
        return self._reach[use]

    def _concerns(self, condition: Condition, use: Use, options: Sequence[Sequence[Atom]]) -> bool:
        """Whether a condition is about the source in question, or about what surrounds its SELECT."""
        if any(matched_by(atom) == use.own is not None for option in options for atom in option):
            return True
        columns = self.scopes.columns(condition.predicate) if condition.predicate is not None else ()
        found = [self.scopes.resolve(column) for column in columns]
        return any(one is not None and (one.frame is not use.frame or one.position == use.own) for one in found)

    def _sources(self, use: Use, found: Reach, around: Enclosing, said: Restriction) -> Sources:
        frame = use.frame
        places: list[tuple[Place, int]] = []
        firsts: list[tuple[First, int]] = []
        if around.uses and not found.blocked:  # what may not restrict a source here may not from further out
            names = {name: index for index, name in enumerate(around.columns)}
            outputs = [(names.get(name, index), place) for index, (name, place) in enumerate(frame.outputs() or ())]
            places = [
                (place, index)
                for index, place in outputs
                if place is not None and place[0] not in found.picked and (not around.blocked or place in around.dividing)
            ]
            if use.own is not None and use.own not in found.picked and not around.blocked:
                firsts = [(first, outputs[number][0]) for first, number in handed_out(frame, use.own)]
        there = {index for _, index in (*places, *firsts)}
        sides = others(frame) if use.own is not None and not found.blocked else []
        beside = known_by(frame, use.own) if use.own is not None and sides else {}
        firsts += [((place,), index) for index, place in beside.items() if index not in there]
        said.say(around.blocked)

        def is_there(node: exp.Expr) -> bool:
            # Of its own rows no more is known before a recursive query runs than what it begins with.
            first = next((self._parts.begun(frame, source)[0] for source in frame.sources if source.node is node), None)
            reads = self.scopes.reads(first.select if first is not None else node)
            said.awaits |= reads - self._fetched
            return first is None and reads <= self._fetched

        def given(outputs: Sequence[int], columns: Sequence[Column]) -> Query | None:
            known = self._cached(around, outputs, columns, said) if there.issuperset(outputs) and around.uses else None
            if known is None and beside.keys() >= set(outputs) and not columns:
                read = [values(side, outputs) for side in sides if is_there(side.select)]
                known = next((one for one in read if one is not None), None)
            return known

        return Sources(
            frame=frame,
            own=use.own,
            offered=found.offered,
            outputs=places,
            firsts=firsts,
            is_there=is_there,
            around=given,
            within=lambda source: self._within(source, said),
            parts=lambda source: self._parts.columns(frame, source),
            part=lambda source, names: self._parts.query(frame, source, names),
            inside=lambda source: self._inside(frame, source),
            say=said.say,
            has_outside=bool(around.uses or beside),
            times_around=lambda index: self._times_around(around, index),
            is_filled=lambda column: self._is_filled(around, column),
        )

    def _times_around(self, around: Enclosing, index: int) -> int:
        """How often conditions around a SELECT say what an output column of it is; of one that is used more than once, once."""
        use = around.uses[0] if len(around.uses) == 1 else None
        if use is None or use.own is None or index >= len(use.names):
            return len(around.uses[:1])
        place = use.own, use.names[index]
        certain = (live.condition for live in self._reached(use).live if live.restricts and not live.guards)
        options = (use.frame.alternatives(condition) for condition in certain)
        times = sum(said_of(use.frame, one[0])[place] for one in options if len(one) == 1)
        further = (at for at, (_, own) in enumerate(use.frame.outputs() or ()) if own == place)
        return times + sum(self._times_around(enclosing(use.frame), at) for at in further)

    def _is_dead(self, frame: Frame) -> bool:
        """Whether nothing reads the rows of a SELECT, it being a WITH that no query names, or part of one."""
        if frame not in self._dead:
            self._dead[frame] = False  # for what reads itself
            around = enclosing(frame)
            self._dead[frame] = around.is_unused or (bool(around.uses) and all(self._is_dead(use.frame) for use in around.uses))
        return self._dead[frame]

    # -- what surrounds a SELECT, and what stands in it ------------------------------------------------------------------------------

    def _cached(self, around: Enclosing, outputs: Sequence[int], columns: Sequence[Column], said: Restriction) -> Query | None:
        key = (around.uses, tuple(outputs), tuple(columns))
        if key not in said.known:
            said.known[key] = None  # for what would go round in circles
            said.known[key] = self._around(around, outputs, columns, said)
        return said.known[key]

    def _around(self, around: Enclosing, outputs: Sequence[int], columns: Sequence[Column], said: Restriction) -> Query | None:
        """The values that matter of output columns of a SELECT, and those of columns of the SELECTs around it that go with them.

        None where not all of that is known for every use of the SELECT.
        """
        if columns and not around.correlated:
            return None
        repeats = are_alike(columns)
        queries = []
        for use in around.uses:
            for case in self._cases(use, said):
                bound = case.outputs(use, outputs)
                if len(bound) < len(outputs):
                    return None
                equal = {f"o{index}": self._compared(use, use.names[index]) for index in outputs}
                query = case.query([(f"o{index}", bound[index]) for index in outputs], columns, equal, repeats=repeats)
                if query is None:
                    return None
                if len(around.uses) > 1 or around.blocked:  # of a single one these are passed in
                    query = self._kept(use, outputs, equal, query)
                queries.append(replace(query, beyond=query.beyond.union((use.frame, position) for position in query.used)))
        return union(queries, [f"o{index}" for index in outputs], repeats=repeats)

    def _kept(self, use: Use, outputs: Sequence[int], equal: Mapping[str, Compared], query: Query) -> Query:
        """The values of output columns that satisfy what is said of them alone where they are used.

        A row that matters has columns that equal these values; where both are of one type, and compare under no collation, they are the
        same, so that the row fails a condition when they do. A value for which that cannot be told is kept.
        """
        wanted = {use.names[index]: index for index in outputs if equal[f"o{index}"].kind and equal[f"o{index}"].collates != "true"}
        kept = []
        for live in self._reached(use).live if use.own is not None else ():
            node, tokens = live.condition.predicate, live.condition.tokens
            if node is None or tokens is None or not live.restricts or live.guards or not self._may_be_asked(node, tokens):
                continue
            named = self._columns_of(use, node)
            if named and all(name in wanted and "start" in column.parts[0].meta for column, name in named):
                places = {name: f'{_KEPT}."o{wanted[name]}"' for _, name in named}
                edits = [Edit(column.parts[0].meta["start"], column.parts[-1].meta["end"] + 1, places[name]) for column, name in named]
                text = self.scopes.written(self.scopes.layout.span(tokens), edits)
                unless = " OR ".join(self._may_differ(use, name, shown, equal[f"o{wanted[name]}"]) for name, shown in places.items())
                kept.append(f"({unless} OR coalesce(TRY(({text}) IS TRUE), true))")
        return replace(query, sql=f"SELECT * FROM ({query.sql}) AS {_KEPT} WHERE {' AND '.join(kept)}") if kept else query

    def _columns_of(self, use: Use, node: exp.Expr) -> list[tuple[exp.Column, str]]:
        """The columns that an expression names, each with its name, where all are of what is used; else none."""
        found = [(column, self.scopes.resolve(column)) for column in self.scopes.columns(node)]
        own = [(column, one.name) for column, one in found if one and one.exact and one.frame is use.frame and one.position == use.own]
        return own if len(own) == len(found) else []

    @staticmethod
    def _may_differ(use: Use, name: str, shown: str, column: Compared) -> str:
        """Whether a value need not be the same as a column that equals it, as SQL."""
        type_ = use.frame.type_of((use.own, name)) if use.own is not None else ""
        return f"typeof({shown}) <> {literal(type_)} OR {collates(shown)} OR {column.collates}"

    def _may_be_asked(self, node: exp.Expr, tokens: Range) -> bool:
        """Whether a condition can be asked of values in a query of its own, and says the same there."""
        return not self.scopes.is_volatile(node) and self.scopes.is_stable(node) and self.scopes.may_be_tried(node, tokens)

    def _compared(self, use: Use, name: str) -> Compared:
        """How a column of a SELECT that is used somewhere compares there."""
        if use.own is None:
            return Compared()
        frame, place = handed_on(use.frame, (use.own, name))
        source, kind = frame.sources[place[0]], frame.kind(place)
        if source.reference is not None or kind == "integer":
            return Compared(kind, "false")
        is_there = source.matched is None and self.scopes.reads(source.node) <= self._fetched and self.scopes.means_one(source.node)
        probe = collation(frame, place) if kind and is_there else ""
        return Compared(kind, f"coalesce(({probe}), false)") if probe else Compared()

    def _is_filled(self, around: Enclosing, column: Column) -> bool:
        """Whether an outer join may fill a column of an enclosing SELECT with NULLs."""
        frame, (position, _) = column
        for use in around.uses:
            if use.frame is frame:
                return bool(self._reached(use).offered.get(position, ()))
        return any(self._is_filled(enclosing(use.frame), column) for use in around.uses)

    def _within(self, source: Source, said: Restriction) -> Query | None:
        """The values that a matched sub-query gives, whatever surrounds it."""
        if source not in said.known:
            said.known[source] = None  # for what would go round in circles
            said.known[source] = self._values_within(source, said)
        return said.known[source]

    def _values_within(self, source: Source, said: Restriction) -> Query | None:
        if not isinstance(source.node, exp.Select):
            return None
        frame = self.scopes.frame(source.node)
        queries = []
        for case in self._cases(Use(frame, None), said):
            query = case.query([(f"k{number}", [(operand, ())]) for number, operand in enumerate(source.matched or ())])
            if query is None:
                return None
            queries.append(query)
        return union(queries, [f"k{number}" for number in range(len(source.matched or ()))])


def _lasting(frame: Frame, around: Enclosing) -> frozenset[int]:
    """The sources of a SELECT of whose rows conditions around it say the same; none where it is not read once and as it is."""
    tree = tree_of(frame) if len(around.uses) == 1 and not (around.blocked or is_side(frame.select)) else None
    return kept(tree) if tree is not None else frozenset()


def _outputs(frame: Frame, use: Use) -> dict[str, Place | None]:
    """The columns of its FROM clause that the outputs of a SELECT are, by the names that they have where it is used."""
    return dict(zip(use.names, (place for _, place in frame.outputs() or ()), strict=False))


def _any_way(ways: Sequence[Sequence[Query]]) -> Query | None:
    """A query of one row where in one of some ways all queries have rows; None where in one there are none."""
    if not all(ways):
        return None
    # Not EXISTS, for which DuckDB 2.0 counts to one behind a LIMIT that it leaves out of an outer join whose other side is empty.
    each = (" AND ".join(f"(SELECT count(*) FROM ({query.sql})) > 0" for query in needs) for needs in ways)
    reads = frozenset[int]().union(*(query.reads for needs in ways for query in needs))
    return Query(f"SELECT 1 WHERE {' OR '.join(f'({way})' for way in each) or 'false'}", reads)


def _gives_keys(frame: Frame, condition: Condition) -> bool:
    """Whether a condition says nothing but which constants columns are among, which are keys themselves: all but those of other types."""
    return names_values(frame, condition) and all(place is not None and bool(frame.kind(place)) for place in frame.named_in(condition))


def _is_null(atom: Among) -> bool:
    """Whether it says that a column is NULL."""
    return atom.identical and len(atom.columns) == len(atom.rows) == 1 and isinstance(atom.rows[0][0].node, exp.Null)


def _whole(live: Live) -> Sequence[Filter]:
    """A condition as what it is besides what its alternatives say."""
    return [Filter(live.condition.predicate, live.condition.tokens)] if live.condition.predicate is not None else []


def _in_each(frame: Frame, options: Sequence[Sequence[Atom]]) -> Iterator[Among]:
    """The columns that are among constants whichever of the alternatives of a condition holds: then they are among those of all."""
    found: list[dict[Place, tuple[exp.Column, bool, list[tuple[Operand, ...]]]]] = []
    for option in options:
        found.append({})
        for atom in option:
            for at, column in enumerate(atom.columns) if isinstance(atom, Among) and not atom.identical else ():
                place = frame.place(Operand(column))
                if isinstance(atom, Among) and place is not None:
                    found[-1].setdefault(place, (column, atom.listed, [(row[at],) for row in atom.rows]))
    for place, (column, listed, _) in found[0].items() if found else ():
        given = [one[place] for one in found if place in one and one[place][1] == listed]
        if len(given) == len(found):
            yield Among((column,), tuple(row for _, _, rows in given for row in rows), listed)


def _offer_matched(frame: Frame, live: Live, options: Sequence[Sequence[Atom]], found: Reach) -> None:
    """Adds the sub-queries that a condition matches columns with to what may give keys."""
    for option in options:
        for atom in option:
            position = matched_by(atom)
            if position is not None and frame.sources[position].matched is not None:
                alone = frozenset[Group]() if len(options) == 1 else frozenset({frozenset({position})})
                found.offered[position] = live.guards | alone
