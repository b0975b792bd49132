"""Which predicates of a statement are about a scan, and which of them its requests say to the API already. DuckDB applies all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlglot import exp

from rowcall.plan.analysis import Analysis
from rowcall.plan.having import beforehand
from rowcall.plan.joins import Condition
from rowcall.plan.nodes import Scan
from rowcall.plan.parameters import column_of_parameter, keyed
from rowcall.plan.predicates import Alternative, Among, Equal, Filter, Operand, contained
from rowcall.plan.scopes import Frame

_LONGEST = 300
"""A predicate of more characters is cut."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The predicates about a scan, in the user's words."""

    by_api: tuple[str, ...] = ()
    """Those that its requests say, with a note where these may bring other rows."""
    by_duckdb: tuple[str, ...] = ()
    """All."""


def applied(analysis: Analysis, scan: Scan, scans: Sequence[Scan]) -> Applied:
    """The predicates about one of some scans, in the SELECT that it stands in: of WHERE and ON, and those that say the same there."""
    table = analysis.mentions[scan.number].reference.table
    frame = analysis.scopes.around(table)
    own = frame.position(table) if frame is not None else None
    if frame is None or own is None:
        return Applied()
    later = frozenset(other.number for other in scans if other.level >= scan.level)
    said = _Said(frame, own, _bound_columns(scan), later)
    about = [condition for condition in (*frame.conditions, *beforehand(frame)) if said.is_about(condition)]
    texts = {condition: _text(frame, condition) for condition in about}
    loose = _Said(frame, own, _bound_columns(scan) | _spanned_columns(scan), later)
    by_api: dict[str, None] = {}
    for condition in about:
        is_all = next((is_all for predicate, is_all in scan.bounds if predicate is condition.predicate), None)
        if is_all or said.is_bound(condition):
            by_api[texts[condition]] = None
        elif is_all is False or loose.is_bound(condition):
            by_api[f"{texts[condition]}{_SUPERSET}"] = None
    return Applied(tuple(by_api), tuple(dict.fromkeys(texts.values())))


_SUPERSET = ", as a superset"
"""After what the API applies in part: it may send rows for which that does not hold."""


def _bound_columns(scan: Scan) -> frozenset[str]:
    """The columns whose values the requests of a scan give."""
    return frozenset(column_of_parameter(scan.method, name) for name in keyed(scan.method, scan.bound_by))


def _spanned_columns(scan: Scan) -> frozenset[str]:
    """Those whose least and greatest value they give."""
    ranges = (scan.method.parameters[name].range for name in scan.bound_by if name in scan.method.parameters)
    called = {name for name, parameter in scan.method.parameters.items() if parameter.range is not None}
    return frozenset(range_.column for range_ in ranges if range_ is not None and range_.column in called)


class _Said:
    """The conditions of one SELECT, as they concern one of its sources."""

    def __init__(self, frame: Frame, own: int, bound: Collection[str], later: Collection[int]) -> None:
        """`later` holds the references that are not read before it."""
        self._frame = frame
        self._own = own
        self._bound = bound
        self._later = later

    def is_about(self, condition: Condition) -> bool:
        """Whether it names a column of the source, or may."""
        if condition.predicate is None:
            return any(position == self._own for pair in condition.pairs for position, _ in pair)
        for column in condition.predicate.find_all(exp.Column):
            found = self._frame.scopes.resolve(column)
            if found is None and len(self._frame.sources) == 1:
                return True
            if found is not None and found.frame is self._frame and found.position == self._own:
                return True
        return False

    def is_bound(self, condition: Condition) -> bool:
        """Whether it says no more than which values the bound parameters have."""
        options = self._frame.alternatives(condition)
        row = condition.predicate.this if isinstance(condition.predicate, exp.In) else None
        if isinstance(row, exp.Tuple) and not all(isinstance(part.unnest(), exp.Column) for part in row.expressions):
            return False
        return bool(options) and all(self._is_bound(option) for option in options)

    def _is_bound(self, option: Alternative) -> bool:
        kept = [atom for atom in option if not isinstance(atom, Filter)]
        matched = all(_is_list(atom.node) for atom in option if isinstance(atom, Filter))
        return bool(kept) and matched and all(self._gives(atom) for atom in kept)

    def _gives(self, atom: Among | Equal) -> bool:
        if isinstance(atom, Among):
            return all(self._is_ours(Operand(column)) for column in atom.columns)
        pairs = ((atom.left, atom.right), (atom.right, atom.left))
        return any(self._is_ours(ours) and not self._is_later(other) for ours, other in pairs)

    def _is_ours(self, operand: Operand) -> bool:
        place = self._frame.place(operand)
        return place is not None and place[0] == self._own and place[1] in self._bound

    def _is_later(self, operand: Operand) -> bool:
        """Whether an expression has a column of a reference that is not read before."""
        if operand.values:
            return any(map(self._is_later, operand.values))
        places = [operand.place] if operand.place is not None else []
        for column in operand.node.find_all(exp.Column) if operand.node is not None else ():
            found = self._frame.scopes.resolve(column)
            places += [(found.position, found.name)] if found is not None and found.frame is self._frame else []
        return any(self._frame.scopes.number(self._frame.sources[place[0]].node) in self._later for place in places)


def _is_list(node: exp.Expr) -> bool:
    """Whether it is that a value is one of a list or query."""
    is_any = isinstance(node, exp.EQ) and any(isinstance(side, exp.Any) for side in (node.left, node.right))
    return is_any or isinstance(node, (exp.In, exp.ArrayContains)) or contained(node) is not None


def _text(frame: Frame, condition: Condition) -> str:
    """A predicate in the user's words, on one line."""
    if condition.predicate is None:
        return f"USING ({condition.pairs[0][0][1]})"
    shown = frame.scopes.layout.shown(condition.tokens) if condition.tokens is not None else condition.predicate.sql(dialect="duckdb")
    line = " ".join(shown.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
