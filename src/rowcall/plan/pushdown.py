"""What an API can do itself: the parameters that a statement's bounds, order, LIMIT and columns become, beside what its equalities bind.

DuckDB applies all of it again. Where the manifest does not say that the API's answer is exact or has rows too many, nothing is asked of it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from rowcall.catalog.catalog import ResourceRef
from rowcall.manifest.model import Method, Parameter, Role, Type
from rowcall.plan.entries import Part, asked, entries
from rowcall.plan.fields import Said, all_of, used
from rowcall.plan.growing import Own
from rowcall.plan.intervals import Evaluate, Interval, intervals
from rowcall.plan.layers import Layer
from rowcall.plan.nodes import Call, Hidden, Origin, Scan, Ties
from rowcall.plan.ranges import Ranged, awaited, ranged
from rowcall.plan.references import Reference
from rowcall.plan.requests import build, builder, identity, paging
from rowcall.plan.sharing import shared
from rowcall.plan.top import Order, Settled, Top, top
from rowcall.plan.values import Alternative, Table, is_never, spans, with_bounds

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Pushed:
    """What every call of a scan is sent besides its own values."""

    parameters: Mapping[str, Any]
    """By the manifest's names; a page size may have none of these, and is then by its own."""
    rows: int | None
    """After how many rows a call has brought all that is needed; None where that is after its last page."""
    ties: Ties | None
    """The field of which the rows needed have more, that equal the last one in it; None where it is no more than `rows`."""
    says: tuple[str, ...]
    """What the API applies and what it does not, for people."""
    bounds: tuple[tuple[exp.Expr, bool], ...] = ()
    """The predicates that bounds and entries say to the API, and whether it sends no rows but those that satisfy them."""

    def calls(self, ref: ResourceRef, name: str, method: Method, tuples: Sequence[Mapping[str, Any]]) -> tuple[Call, ...]:
        """The calls of a scan; none where no row is needed."""
        if self.rows == 0:
            return ()
        request = builder(ref, name, method, rows_needed=self.rows, ties=self.ties)
        return tuple(Call(request({**bound, **self.parameters} if self.parameters else bound, None), bound) for bound in tuples)


class Pushdown:
    """What a statement says around one reference that is no equality."""

    def __init__(
        self,
        reference: Reference,
        found: Sequence[Layer],
        certain: Sequence[tuple[exp.Expr, Own]],
        named: Collection[str],
        evaluate: Evaluate,
        *,
        part: Part = lambda _: None,
    ) -> None:
        """`found` are the SELECTs that read the reference, and `certain` the predicates that restrict it.

        `named` are the parameters that the statement itself gives values; `part` tells what is a part of a column.
        """
        self._reference = reference
        self._layers = found
        self._columns = reference.ref.resource.columns
        self._named = frozenset(named)
        self._evaluate = evaluate
        self._types: dict[str, Type] = {name: column.type for name, column in self._columns.items()}
        methods = reference.ref.resource.methods.values()
        bounded = any(parameter.range is not None for method in methods for parameter in method.parameters.values())
        # Each bound is evaluated by DuckDB, which is not worth it where no API takes one.
        self._intervals = intervals(certain, self._types, evaluate) if bounded else []
        takes_entries = any(parameter.entries is not None for method in methods for parameter in method.parameters.values())
        self._entries = entries(certain, part, evaluate) if takes_entries else []

    def bounded(self, method: Method, alternatives: Sequence[Alternative]) -> list[Alternative]:
        """The alternatives with the values of the method's bounds, which are the same for all of them, in place of the columns' own."""
        ranges = [name for name, parameter in method.parameters.items() if parameter.range is not None]
        if not ranges and not self._entries:
            return list(alternatives)
        known, unknown = spans(alternatives, dict.fromkeys(name for name in map(partial(_bounds, method), ranges) if name in self._columns))
        said = self._ranged(method, known)
        open_ = awaited(method, unknown, self._named)
        tables = [Table((name,), (), {name: unknown[column]}, known=False) for name, column in open_.items()]
        tables += [
            Table((name,), ((value,),), {name: said.origins.get(name, Origin())})
            for name, value in said.values.items()
            if name not in open_
        ]
        never = {column for one in alternatives if is_never(one) for table in one for column in table.columns}
        unbound = awaited(method, never, {*self._named, *open_, *said.values})
        return with_bounds(alternatives, tables, [name for name in ranges if name in self._columns], list(unbound))

    def push(self, method: Method, tuples: Sequence[Mapping[str, Any]], columns: frozenset[str] | None = None) -> Pushed:
        """What is asked of the API besides what is bound in `tuples`; `columns` are those that it has to send, None for all."""
        return replace(self._push(method, tuples, columns), bounds=self._said(method, tuples) if tuples else ())

    def _said(self, method: Method, tuples: Sequence[Mapping[str, Any]]) -> tuple[tuple[exp.Expr, bool], ...]:
        said = self._ranged(method)
        is_sent = all(name in tuples[0] for name in said.values)
        return tuple((one, is_all) for every, is_all in ((said.applied, True), (said.within, False)) for one in every) if is_sent else ()

    def _push(self, method: Method, tuples: Sequence[Mapping[str, Any]], columns: frozenset[str] | None) -> Pushed:
        bound = tuples[0] if tuples else {}
        fields = _fields(self._reference.ref, method, columns, self._named)
        pages = paging(self._reference.ref, method)
        if pages is None or method.rows is None or method.inner is not None or not tuples:
            return Pushed(fields, None, None, ())
        need = top(self._reference, self._layers, self._settled(method, tuples), self._evaluate)
        asked = _order(method, need.order, bound) if need.order else {}
        if need.rows is None or asked is None:
            sorting = f"{need.why} is left to DuckDB, because the API does not sort by {need.order.column} that way" if need.order else ""
            unsorted = sorting or need.why
            return Pushed(fields, None, None, (unsorted,) if unsorted else ())
        ties = self._ties(need.order.column) if need.order and need.ties and need.rows else None
        # With one row more it is mostly seen that the last one needed has no equals.
        size = _page_size(self._reference.ref, method, need.rows + (ties is not None), bound)
        return Pushed({**fields, **asked, **size}, need.rows, ties, (_said(need, {**asked, **size}),))

    def _ties(self, name: str) -> Ties:
        column = self._columns[name]
        return Ties(column.source or name, column.type)

    def _ranged(self, method: Method, more: Sequence[Interval] = ()) -> Ranged:
        """What the method's parameters say of bounds and entries; `more` are bounds by the values of keys."""
        found = ranged(method, [*self._intervals, *more], self._types, self._named)
        values, applied, within = asked(method, self._entries, self._named)
        if not values:
            return found
        return replace(
            found,
            values={**found.values, **values},
            applied=(*found.applied, *applied),
            within=(*found.within, *within),
        )

    def _settled(self, method: Method, tuples: Sequence[Mapping[str, Any]]) -> Settled:
        """What the values of the parameters say for certain of the rows of each call."""
        one: set[str] = set()
        several: set[str] = set()
        for name, parameter in method.parameters.items():
            if name in tuples[0]:
                columns = _equal(name, parameter, self._columns)
                (several if any(isinstance(bound[name], tuple) for bound in tuples) else one).update(columns)
        said = self._ranged(method)
        applied = said.applied if all(name in tuples[0] for name in said.values) else ()
        return Settled(frozenset(one - several), frozenset(several), applied, identity(self._reference.ref, method))


Used = Mapping[str, frozenset[str] | None]
"""By resource, the columns that a statement can use; None for all."""


def used_columns(references: Sequence[tuple[Reference, Sequence[Hidden]]], what: Said) -> Used:
    """What all references to a resource use of it, so that one request serves them; only for resources whose API can leave fields out."""
    found: dict[str, list[frozenset[str] | None]] = {}
    for reference, hidden in references:
        methods = reference.ref.resource.methods.values()
        if any(parameter.role in {Role.FIELDS, Role.GROUP} for method in methods for parameter in method.parameters.values()):
            found.setdefault(reference.ref.full_name, []).append(used(reference, hidden, what))
    return {name: all_of(each) for name, each in found.items()}


def together(scans: Sequence[Scan], earlier: Sequence[Scan], later: Sequence[Scan], used: Used) -> tuple[Scan, ...]:
    """The scans with calls that several of them need, or that are needed `earlier` or `later`, made once; see `sharing`.

    What comes later may turn out not to be needed, which is a loss only where it is much.
    """

    def widened(scan: Scan, bound: Mapping[str, Any]) -> Call:
        fields = _fields(scan.ref, scan.method, used.get(scan.ref.full_name), [item.name for item in scan.hidden])
        return Call(build(scan.ref, scan.method_name, scan.method, {**bound, **fields}), bound)

    def expected(scan: Scan) -> int:
        return expected_requests(scan.ref, scan.method, 1)

    likely = (scan for scan in later if len(scan.calls) == 1 or expected(scan) == 1)
    return shared(scans, (*earlier, *likely), widened, expected)


def expected_requests(ref: ResourceRef, method: Method, calls: int) -> int:
    """How many requests some calls of a method will take: what the manifest expects a list to hold, else one page each."""
    pages = paging(ref, method)
    size = pages.page_size if pages is not None else None
    rows = (size.maximum or size.default) if size is not None else None
    return calls * math.ceil(method.expected_rows / rows) if method.expected_rows and rows else calls


def _bounds(method: Method, name: str) -> str:
    """The column that a parameter bounds; "" for any other."""
    range_ = method.parameters[name].range
    return "" if range_ is None else range_.column


def _equal(name: str, parameter: Parameter, columns: Collection[str]) -> set[str]:
    """The columns, hidden ones included, that have a parameter's value in every row; what the response lacks comes with its call."""
    own = set() if name in columns else {name}
    if parameter.role is not None or parameter.range is not None or parameter.entries is not None:
        return own
    if not parameter.exact:
        return own if parameter.column is None else set()
    return {name, parameter.column or name}


def _fields(ref: ResourceRef, method: Method, needed: frozenset[str] | None, named: Collection[str]) -> dict[str, Any]:
    """The parameters that say which fields are to be sent, and by which columns rows are to be divided; none that say nothing."""
    found: dict[str, Any] = {}
    for name, parameter in method.parameters.items():
        if name in named or parameter.role not in {Role.FIELDS, Role.GROUP}:
            continue
        asked = _sent(ref, method, parameter, needed) if parameter.role is Role.FIELDS else _dividing(parameter, needed)
        found |= {name: asked} if asked else {}
    return found


def _dividing(parameter: Parameter, needed: frozenset[str] | None) -> tuple[str, ...]:
    """The columns by which rows are to be divided: those that the statement can use, which all rows of one call have in common else."""
    return tuple(column for column in parameter.enum if needed is None or column in needed)


def _sent(ref: ResourceRef, method: Method, parameter: Parameter, needed: frozenset[str] | None) -> tuple[str, ...]:
    """The fields that are to be sent; none where all are."""
    if needed is None:
        return ()
    columns = ref.resource.columns
    pages = paging(ref, method)
    wanted = [columns[column].source or column for column in columns if column in needed]
    if pages is not None and pages.row is not None and pages.row not in wanted:
        wanted.append(pages.row)
    # Nothing at all cannot be asked for, and most resources have what tells one from another first.
    wanted = wanted or [columns[next(iter(columns))].source or next(iter(columns))]
    most = parameter.many.maximum if parameter.many else None
    if (parameter.enum and not set(wanted) <= set(parameter.enum)) or (most is not None and len(wanted) > most):
        return ()
    return tuple(wanted)


def _order(method: Method, order: Order, bound: Mapping[str, Any]) -> dict[str, str] | None:
    """The parameters that ask for an order; None where the API cannot give it, or the statement asks for another."""
    for name, parameter in method.parameters.items():
        sort = parameter.sorts.get(order.column)
        value = (sort.descending if order.descending else sort.ascending) if sort else None
        if sort is not None and value is not None:
            wanted = {**sort.beside, name: value}
            if all(bound.get(key, asked) == asked for key, asked in wanted.items()):
                return {key: asked for key, asked in wanted.items() if key not in bound}
    return None


def _page_size(ref: ResourceRef, method: Method, rows: int, bound: Mapping[str, Any]) -> dict[str, int]:
    """The size of a page that holds the rows needed, where that is smaller than the largest."""
    pages = paging(ref, method)
    size = pages.page_size if pages is not None else None
    most = (size.maximum or size.default) if size is not None else None
    if size is None or most is None:
        return {}
    named = next(((name, found) for name, found in method.parameters.items() if (found.name or name) == size.parameter), None)
    least = int(named[1].minimum or 1) if named else 1
    wanted = max(rows, least, 1)
    name = named[0] if named else size.parameter
    return {name: wanted} if wanted < most and name not in bound else {}


def _said(need: Top, asked: Mapping[str, Any]) -> str:
    if need.rows == 0:
        return f"{need.why} needs no rows, and so no request"
    rows = f"{need.rows} row" if need.rows == 1 else f"{need.rows} rows"
    sent = ", ".join(f"{name} = {value}" for name, value in asked.items())
    more = f", and what equals the last of them in {need.order.column}" if need.ties and need.order else ""
    return f"{need.why} needs no more than {rows} of each call{more}" + (f": {sent}" if sent else "")
