"""From the references of a statement to scans: what the API needs, which method gives it with the fewest requests, and in which order.

A `Planner` gives scans, as many at a time as can be fetched together, and takes back that they were fetched, for their pages may hold the
keys of others. It does no I/O: what has to be evaluated is handed to a function that the session gives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import inf
from typing import Any

from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import MissingParameterError, PlanError
from rowcall.manifest.model import Method, Parameter, Role, Scalar, Verb
from rowcall.manifest.types import identifier
from rowcall.plan.analysis import Analysis, Mention
from rowcall.plan.bindings import OUTSIDE, Bindings, Restriction
from rowcall.plan.layers import layers
from rowcall.plan.lists import gathered, takes
from rowcall.plan.nodes import BESIDE, Considered, Origin, Scan
from rowcall.plan.parameters import column_of_parameter
from rowcall.plan.pieces import Evaluate
from rowcall.plan.pushdown import Pushdown, expected_requests, together, used_columns
from rowcall.plan.references import Reference, hidden_columns
from rowcall.plan.refusals import Asked, place_of, reasons
from rowcall.plan.requests import paging, protocol
from rowcall.plan.values import DEFAULT_COLLATION, Alternative, Resolver, bound, count, tuples, values

MOST_CALLS = 100_000
"""More calls than this are not even written down."""
_PAGES = 10
"""For how many pages a list of all there is counts, of which the manifest does not say how long it is."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A method with the tuples of parameters that it would be called with."""

    name: str
    method: Method
    parameters: tuple[str, ...]
    tuples: list[dict[str, Any]]
    requests: int
    """How many requests that is, as far as it can be told."""
    more: int
    """How many of them no other reference makes before it."""


def _cost(ref: ResourceRef, choice: _Choice) -> tuple[int, int, bool]:
    """By what methods are compared: the requests that no other reference makes, then how much the API is told, then whether it may page."""
    return choice.more, -len(choice.method.required()), paging(ref, choice.method) is not None


def _is_whole(ref: ResourceRef, choice: _Choice) -> bool:
    """Whether it lists all there is, and the manifest does not say how much that is."""
    return paging(ref, choice.method) is not None and choice.method.expected_rows is None and not any(choice.tuples)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a reference that has not been fetched."""

    restriction: Restriction
    alternatives: list[Alternative]
    bounded: Mapping[str, list[Alternative]]
    """The same as each method takes them, with bounds in place of the values of the columns that it takes bounds of."""
    reasons: list[str]
    choices: Mapping[str, _Choice]
    """What could answer, by method."""
    choice: _Choice | None

    @property
    def is_empty(self) -> bool:
        """Whether no row of the reference can matter, whatever the others hold."""
        return all(any(table.known and not table.rows for table in alternative) for alternative in self.alternatives)

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it depends on pages that have not been fetched."""
        return self.is_empty or all(table.known for alternative in self.alternatives for table in alternative)


class Planner:
    """Gives the scans of a statement, those that can be fetched together at a time.

    A scan whose keys other references could still reduce waits for them, because a key that is not asked for is a request saved; of
    those that wait for one another, the one with the fewest requests goes first.
    """

    def __init__(self, analysis: Analysis, evaluate: Evaluate, *, bounds: bool = False, scans: tuple[Scan, ...] | None = None) -> None:
        """With `bounds`, scans say how many calls they can come to (`most_calls`), which only EXPLAIN asks.

        `scans` are those of the whole statement, where they are known.
        """
        self._bounds = bounds
        self._analysis = analysis
        self._ask = evaluate
        self._answers: dict[str, tuple[Sequence[str], list[tuple[Any, ...]]]] = {}
        """What DuckDB said since the last pages came."""
        self._fetched: set[int] = set()
        self._unknown: set[int] = set()
        self._scans: dict[int, Scan] = {scan.number: scan for scan in scans or ()}
        self._asked: dict[tuple[str, str], dict[tuple[str, ...], set[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(set))
        """The values of the calls that scans make, by resource, method and the names that they are bound to."""
        self._used = used_columns([(mention.reference, mention.hidden) for mention in analysis.mentions], analysis.said)
        self._pushdowns: dict[int, Pushdown] = {}
        self._rounds = 0
        self._waited: dict[int, set[int]] = {}
        """For each reference, those that it waited for."""
        self._first = scans
        """What `next` gives first, where that was found already."""

    @property
    def scans(self) -> tuple[Scan, ...]:
        """All scans that were given, in the order of the statement."""
        return tuple(self._scans[number] for number in sorted(self._scans))

    def next(self) -> tuple[Scan, ...]:
        """The scans to be fetched next, none when all were given.

        Raises MissingParameterError where the API needs a value that the statement does not give.
        """
        found, self._first = self._first, None
        return self._next() if found is None else found

    def _next(self) -> tuple[Scan, ...]:
        pending = [number for number in range(len(self._analysis.mentions)) if number not in self._scans]
        known = self._narrowed({number: self._know(number) for number in pending})
        ready = {number: found.choice for number, found in known.items() if found.choice is not None}
        if pending and not ready:
            self._refuse(known)
        free = [
            number for number, choice in ready.items() if (not choice.more and known[number].is_whole) or not self._reached(number, known)
        ]
        sparing = {number for number in ready if self._spares(number, ready, known)}
        # Of those with as many requests that of which conditions leave fewer rows.
        weights = {number: (*self._weight(number, known[number]), not known[number].restriction.drops, number) for number in ready}
        tied = sorted(ready.keys() - sparing or ready.keys(), key=weights.__getitem__)
        chosen = [number for number in free if number not in sparing] or tied[:1]
        self._rounds += bool(chosen)
        for number in [number for number in pending if number not in chosen]:
            found_first = known[number].restriction.awaits | (known[number].restriction.joined if number in free else set())
            self._waited.setdefault(number, set()).update(found_first - {number})
        scans = {number: self._scan(number, ready[number], known[number]) for number in ready}
        waiting = [scan for number, scan in scans.items() if number not in chosen and not self._may_shrink(number, known[number], chosen)]
        found = together([scans[number] for number in chosen], self.scans, waiting, self._used)
        self._give(dict(zip(chosen, found, strict=True)))
        return found

    def _may_shrink(self, number: int, known: _Known, chosen: Sequence[int]) -> bool:
        """Whether a list of all there is may become a few single rows once what it waits for is there: nothing then to share."""
        ref, choice = self._analysis.mentions[number].reference.ref, known.choice
        return choice is not None and _is_whole(ref, choice) and not known.restriction.awaits.isdisjoint(chosen)

    def _narrowed(self, known: dict[int, _Known]) -> dict[int, _Known]:
        """What is known of references once those without a row that can matter count as read.

        Of such a one nothing would be fetched: the empty table that stands for it has all of its rows that the statement needs. What lacks
        a value stays as it is, for whether a statement is understood does not depend on what the user's tables hold.
        """
        empty: set[int] = set()
        while more := {number for number, found in known.items() if found.is_empty} - empty:
            empty |= more
            callable_ = [number for number, found in known.items() if found.choice is not None and number not in empty]
            known |= {number: found for number in callable_ if (found := self._know(number, empty=empty)).choice is not None}
        return known

    def fetched(self, scans: Sequence[Scan], rendered: Mapping[str, str], evaluate: Evaluate | None = None) -> None:
        """Takes back that scans were fetched, the SQL that decodes the pages of each, by source name, and what evaluates it from now on."""
        self._answers.clear()
        self._ask = evaluate or self._ask
        for scan in scans:
            self._fetched.add(scan.number)
            self._analysis.scopes.pages[scan.number] = self._analysis.mentions[scan.number].written(rendered[scan.source])

    def unread(self, scans: Sequence[Scan]) -> None:
        """Takes back that scans will not be fetched: what depends on them is then planned as far as that goes."""
        self._fetched.update(scan.number for scan in scans)
        self._unknown.update(scan.number for scan in scans)

    def _evaluate(self, sql: str) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        """As the evaluation that it was given, each query once for what is fetched: a plan is looked at several times."""
        if sql == DEFAULT_COLLATION and self._analysis.is_by_bytes:
            return ["VARCHAR"], [("",)]
        if sql not in self._answers:
            self._answers[sql] = self._ask(sql)
        return self._answers[sql]

    def check(self) -> None:
        """Raises MissingParameterError where some reference lacks a value whatever the others give."""
        self._first = self._next() if self._first is None else self._first
        if len(self._scans) == len(self._analysis.mentions):
            return
        reached = Planner(self._analysis, self._evaluate)
        reached._give(self._scans)
        reached._first = self._first
        while scans := reached.next():
            reached.unread(scans)

    def _weight(self, number: int, known: _Known) -> tuple[int, int]:
        """How many more requests a reference counts for where it is asked which goes first, and how sure it is that there are no others.

        A list of all there is, of a length that the manifest does not say, counts for several pages, though for no more than what would do
        in its place. It is the least sure of all, 2; another list, which may have more pages, is 1, and single rows are 0.
        """
        ref, choice = self._analysis.mentions[number].reference.ref, known.choice
        count = min(one.more * (_PAGES if _is_whole(ref, one) else 1) for one in known.choices.values())
        may_page = choice is not None and choice.more > 0 and paging(ref, choice.method) is not None
        return count, may_page + (choice is not None and may_page and _is_whole(ref, choice))

    def _at_most(self, number: int, known: _Known) -> float:
        """How many more requests a reference needs at the most: as many as its single rows, for a list may have any number of pages."""
        ref = self._analysis.mentions[number].reference.ref
        return min((one.more for one in known.choices.values() if not one.more or paging(ref, one.method) is None), default=inf)

    def _spares(self, number: int, ready: Mapping[int, _Choice], known: Mapping[int, _Known]) -> bool:
        """Whether a reference is to wait for others that it is joined with, of which there may be no row.

        Of those that would wait for it in the same way, for the ones with fewer requests. So it does for those that wait for its keys while
        it waits for theirs, by themselves or through others. Of other ones that wait for its keys, for a single row, and for those with
        half of its requests, and no more than these whatever pages there are, which may spare all of its own: by going first it could spare
        no more than theirs. Where neither waits for keys of the other, and both have as many requests, for one that a condition reads,
        which may drop all rows of the other; but for single rows.
        """
        own, awaited = self._weight(number, known[number]), _awaits(number, known)
        for other in (known[number].restriction.joined - {number}) & ready.keys() if own[0] else ():
            awaits, weight = _awaits(other, known), self._weight(other, known[other])
            is_alike = (other in awaited or number not in awaits) and (bool(awaited) or not awaits)
            is_half = 2 * weight[0] <= ready[number].more and self._at_most(other, known[other]) <= ready[number].more
            is_few = is_half or (own[0] > 1 and weight <= (1, 0))
            is_within = weight == own > (1, 0) and not (other in awaited or number in awaits) and self._depth(other) > self._depth(number)
            if number not in awaits | known[other].restriction.joined or is_within or is_few or (weight < own and is_alike):
                return True
        return False

    def _depth(self, number: int) -> int:
        return self._analysis.mentions[number].reference.depth

    def _reached(self, number: int, known: Mapping[int, _Known]) -> set[int]:
        """The references that a reference waits for and that can be fetched without it, though others may have to be before them."""
        awaited = known[number].restriction.awaits - {number}
        found = {other for other, one in known.items() if one.choice is not None and other != number}
        left = known.keys() - found - {number} if awaited - found else set()
        while more := {other for other in left - found if self._know(other, empty=found).choice is not None}:
            found |= more
        return awaited & found

    def _know(self, number: int, unread: Collection[int] = (), empty: Collection[int] = ()) -> _Known:
        """What is known of a reference; the pages of those in `unread` count as not fetched, those in `empty` have no row that matters."""
        reference = self._analysis.mentions[number].reference
        ref = reference.ref
        read = self._fetched.difference(unread).union(empty)
        restriction = Bindings(self._analysis.scopes, read).restriction(number, _columns(ref))
        resolver = Resolver(ref, self._analysis.scopes, self._evaluate, frozenset(self._unknown))
        alternatives = resolver.resolve(restriction)
        pushdown = self._pushdown(number)
        bounded = {name: pushdown.bounded(method, alternatives) for name, method in _readers(ref)}
        ways = ((name, method, bounded[name]) for name, method in _readers(ref))
        choices = {way[0]: choice for way in ways if (choice := self._choice(number, *way)) is not None}
        chosen = min(choices.values(), key=lambda choice: _cost(ref, choice), default=None)
        return _Known(restriction, alternatives, bounded, resolver.reasons, choices, chosen)

    def _pushdown(self, number: int) -> Pushdown:
        """What the statement says around a reference that is no equality."""
        if number not in self._pushdowns:
            mention = self._analysis.mentions[number]
            found = layers(self._analysis.scopes, number)
            certain = Bindings(self._analysis.scopes, self._fetched).certain(found)
            named = [item.name for item in mention.hidden]
            part = partial(self._analysis.scopes.part_of, number)
            self._pushdowns[number] = Pushdown(mention.reference, found, certain, named, lambda sql: self._evaluate(sql)[1], part=part)
        return self._pushdowns[number]

    def _choice(self, number: int, name: str, method: Method, alternatives: Sequence[Alternative]) -> _Choice | None:
        """The tuples with which a method answers every alternative; None when it cannot, or lacks a hidden column that is named."""
        mention = self._analysis.mentions[number]
        have = [bound(method, alternative) for alternative in alternatives]
        needed = method.required()
        if any(parameter not in names for names in have for parameter in needed):
            return None
        required = [parameter for parameter in needed if parameter in method.parameters]
        calls = count(method, required, alternatives) if required else min(1, len(alternatives))
        names = [*required]
        several: list[str] = []
        columns = mention.reference.ref.resource.columns
        for parameter in method.optional():
            if parameter not in method.parameters or not have or any(parameter not in names_ for names_ in have):
                continue
            is_one = count(method, [*names, parameter], alternatives) <= max(calls, len(alternatives))
            sets = [values(method, parameter, alternative) for alternative in alternatives]
            if takes(parameter, method.parameters[parameter], sets, columns, is_one=is_one):
                (names if is_one else several).append(parameter)
        names += several
        valued = {item.name for item in mention.hidden if item.column is None and item.name not in BESIDE}
        if alternatives and not valued <= set(names):
            return None
        if count(method, names, alternatives) > MOST_CALLS:
            message = f"{mention.reference.ref.full_name} would need more than {MOST_CALLS} requests."
            raise PlanError(message, sql=self._analysis.text, span=mention.reference.span, hint="Narrow the statement.")
        found = gathered(method, tuples(method, names, alternatives), columns)
        ref = mention.reference.ref
        more = self._not_asked(ref, name, found)
        requests = expected_requests(ref, method, len(found))
        return _Choice(name, method, tuple(names), found, requests, expected_requests(ref, method, len(more)))

    def _not_asked(self, ref: ResourceRef, method: str, tuples: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Those of some values for which no scan that was given makes a call that brings their rows: to make that costs nothing.

        It says nothing of which rows are needed, only of what they cost: so it decides between methods, and which reference goes first.
        """
        for names, asked in self._asked.get((ref.full_name, method), {}).items():
            tuples = [one for one in tuples if not (one.keys() >= set(names) and tuple(one[name] for name in names) in asked)]
        return tuples

    def _give(self, scans: Mapping[int, Scan]) -> None:
        """Takes it that scans are given."""
        self._scans |= scans
        is_last = len(self._scans) == len(self._analysis.mentions)  # nobody asks any more then
        for scan in scans.values() if not is_last else ():
            asked = self._asked[scan.ref.full_name, scan.method_name]
            for call in scan.calls:
                if call.request.rows_needed is None:
                    asked[tuple(call.bound)].add(tuple(call.bound.values()))

    def _scan(self, number: int, choice: _Choice, known: _Known) -> Scan:
        mention = self._analysis.mentions[number]
        reference = mention.reference
        self._check_bounds(choice, reference)
        tables = (table for alternative in reversed(known.bounded[choice.name]) for table in alternative)
        origins = {column: origin for table in tables for column, origin in table.origins.items()}
        pushed = self._pushdown(number).push(choice.method, choice.tuples, self._used.get(reference.ref.full_name))
        is_known = known.is_whole
        return Scan(
            ref=reference.ref,
            source=mention.source,
            alias=reference.alias,
            method_name=choice.name,
            method=choice.method,
            calls=pushed.calls(reference.ref, choice.name, choice.method, choice.tuples),
            protocol=protocol(reference.ref, choice.method),
            columns=self._analysis.columns(number),
            hidden=mention.hidden,
            bound_by={name: origins.get(column_of_parameter(choice.method, name), Origin()) for name in choice.parameters},
            bounds=pushed.bounds,
            pushed=pushed.says,
            is_known=is_known,
            most_calls=self._most_calls(number, known) if self._bounds and not is_known else None,
            number=number,
            level=self._rounds,
            after=tuple(sorted(self._waited.get(number, set()) & self._fetched)),
            considered=tuple(_considered(reference.ref, known)),
        )

    def _check_bounds(self, choice: _Choice, reference: Reference) -> None:
        """Raises PlanError for a value that a parameter which is no filter cannot have."""
        for name in [name for name in choice.parameters if choice.method.parameters[name].role is not None]:
            for value in (bound_values[name] for bound_values in choice.tuples):
                if problem := _out_of_bounds(choice.method.parameters[name], value):
                    span = place_of(self._analysis.scopes, reference, column_of_parameter(choice.method, name), value) or reference.span
                    is_size = choice.method.parameters[name].role is Role.PAGE_SIZE
                    hint = f"It is how many rows a page has; LIMIT {value} gives so many rows in all." if is_size else ""
                    raise PlanError(f"{name} = {value} is {problem}.", sql=self._analysis.text, span=span, hint=hint)

    def _most_calls(self, number: int, known: _Known) -> int | None:
        """How many calls what is known without unread pages allows, with any method that may turn out to be the best."""
        without = self._know(number, unread=self._unknown).choices
        return max(len(without[name].tuples) for name in known.choices) if without.keys() >= known.choices.keys() else None

    def _refuse(self, known: Mapping[int, _Known]) -> None:
        """Raises the error for the first reference that nothing gives what it needs."""
        number = min(known)
        mention = self._analysis.mentions[number]
        ref = mention.reference.ref
        lacking = ((method, _lacking(name, method, known[number])) for name, method in _readers(ref))
        lacks = [[column_of_parameter(method, name) for name in names] for method, names in lacking]
        asked = Asked(_columns(ref), min(lacks, key=len, default=()), frozenset(known))
        why = reasons(self._analysis.scopes, mention.reference, asked)
        raise _missing(mention, known[number], why, self._analysis.text)


def _awaits(number: int, known: Mapping[int, _Known]) -> set[int]:
    """The references that a reference waits for, and those that these wait for."""
    found = set(known[number].restriction.awaits)
    while more := {one for other in found & known.keys() for one in known[other].restriction.awaits} - found:
        found |= more
    return found


@lru_cache(maxsize=256)
def _columns(ref: ResourceRef) -> Sequence[str]:
    """The columns whose values are parameters of a method for SELECT, or bounded by them; hidden ones, but for those that equal another.

    A bound may be called as a column, which it need not be about.
    """
    found: dict[str, None] = {}
    for _, method in _readers(ref):
        for name, parameter in method.parameters.items():
            is_column = parameter.range is not None and name in ref.resource.columns
            found[parameter.range.column if parameter.range and is_column else column_of_parameter(method, name)] = None
    return tuple(name for name in found if name in ref.resource.columns or name in hidden_columns(ref))


def _readers(ref: ResourceRef) -> Iterator[tuple[str, Method]]:
    return ((name, method) for name, method in ref.resource.methods.items() if method.verb is Verb.SELECT)


def _considered(ref: ResourceRef, known: _Known) -> Iterator[Considered]:
    for name, method in _readers(ref):
        choice = known.choices.get(name)
        if choice is not None:
            yield Considered(name, choice.parameters, choice.requests)
        else:
            yield Considered(name, (), 0, _lacking(name, method, known))


def _lacking(name: str, method: Method, known: _Known) -> tuple[str, ...]:
    """The required parameters that some alternative has no value for."""
    have = [bound(method, alternative) for alternative in known.bounded[name]]
    return tuple(parameter for parameter in method.required() if any(parameter not in names for names in have))


def _out_of_bounds(parameter: Parameter, value: Any) -> str:
    if parameter.enum and value not in parameter.enum:
        return f"not one of {', '.join(parameter.enum)}"
    if parameter.minimum is not None and isinstance(value, (int, float)) and value < parameter.minimum:
        return f"under the least value {parameter.minimum:g}"
    if parameter.maximum is not None and isinstance(value, (int, float)) and value > parameter.maximum:
        return f"over the greatest value {parameter.maximum:g}"
    return ""


def _missing(mention: Mention, known: _Known, why: Sequence[str], text: str) -> PlanError:
    """Why no method can answer, with a WHERE that would do."""
    ref = mention.reference.ref
    lacks = [(name, _lacking(name, method, known)) for name, method in _readers(ref)]
    if not lacks:
        return _unreadable(mention, text)
    unvalued = [item.name for item in mention.hidden if item.column is None and item.name not in BESIDE]
    reason = " ".join(dict.fromkeys(filter(None, [*known.reasons, *why])))
    if any(not missing for _, missing in lacks):
        able = [(name, method) for name, method in _readers(ref) if not _lacking(name, method, known)]
        given = [bound(method, alternative) for name, method in able for alternative in known.bounded[name]]
        unvalued = [name for name in unvalued if not any(name in names for names in given)] or unvalued
        is_one = "is a parameter of the API and has" if len(unvalued) == 1 else "are parameters of the API and have"
        message = f"{', '.join(unvalued)} {is_one} no value of {'its' if len(unvalued) == 1 else 'their'} own here. {reason}".strip()
        return PlanError(message, sql=text, span=mention.reference.span, hint=f"Give it one, as in WHERE {identifier(unvalued[0])} = …")
    if all(method.rows is None for _, method in _readers(ref)):
        reason = f"{reason} The API has no list of them: name each that you mean.".strip()
    lacks.sort(key=lambda pair: len(pair[1]))
    sample = example(ref)
    if OUTSIDE in known.reasons:
        is_named = text.split(maxsplit=1)[0].upper() in {"UPDATE", "DELETE", "MERGE"}
        sample = f"({sample}) AS {mention.reference.alias}" if is_named else f"({sample})"
    return MissingParameterError(ref.full_name, lacks, sample, reason=reason, sql=text, span=mention.reference.span)


def unreadable(analysis: Analysis) -> PlanError | None:
    """The error for a resource that no method for SELECT answers; None where there is none."""
    return next((_unreadable(one, analysis.text) for one in analysis.mentions if next(_readers(one.reference.ref), None) is None), None)


def _unreadable(mention: Mention, text: str) -> PlanError:
    ref = mention.reference.ref
    return PlanError(f"{ref.full_name} has no method for SELECT.", sql=text, span=mention.reference.span, hint=ref.instead_of(Verb.SELECT))


def example(ref: ResourceRef) -> str:
    """A SELECT on a resource that gives the method with the fewest needs what it needs."""
    methods = sorted((method for _, method in _readers(ref)), key=lambda method: len(method.required()))
    conditions = [_condition(name, method.parameters[name]) for method in methods[:1] for name in method.required()]
    return f"SELECT * FROM {ref.full_name}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")


def _condition(name: str, parameter: Parameter) -> str:
    """What gives a parameter a value: a bound on the column that it bounds, or its own."""
    column, operator = (name, "=") if parameter.range is None else (parameter.range.column, str(parameter.range.operator))
    return f"{identifier(column)} {operator} {_sample(parameter)}"


def _sample(parameter: Parameter) -> str:
    return "'…'" if parameter.type is Scalar.STRING else "1"
