"""The SELECTs that read the rows of a reference one from another: its own, the one around that as a derived table or WITH, and so on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from sqlglot import exp

from rowcall.plan.enclosing import Use, enclosing
from rowcall.plan.growing import Own
from rowcall.plan.references import cte_of
from rowcall.plan.scopes import Scopes


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the SELECTs."""

    use: Use
    """Which source of it the rows are."""
    node: exp.Expr
    """The item of its FROM clause that they are."""
    own: Own
    """The column of the reference that an expression in it is."""
    columns: Mapping[str, str]
    """The columns of the reference by what they are called in it."""

    @property
    def select(self) -> exp.Select:
        """The SELECT itself."""
        return self.use.frame.select

    def output(self, position: int) -> str | None:
        """The column of the reference that is selected at a place, from 0; None for anything else."""
        outputs = self.use.frame.outputs() or []
        place = outputs[position][1] if position < len(outputs) else None
        return self.columns.get(place[1].casefold()) if place is not None and place[0] == self.use.own else None

    def type_of(self, column: exp.Expr) -> str:
        """The DuckDB type of a column of a sub-select or WITH that is read; "" where it is not known."""
        return self.use.frame.columns(self.use.own).get(column.name.casefold(), "") if self.use.own is not None else ""

    def holds(self, query: exp.Expr) -> bool:
        """Whether the item is this query, in brackets or as a WITH, and nothing besides."""
        node = cte_of(self.node) if isinstance(self.node, exp.Table) else self.node
        return node is not None and node.this is query and not any(value and key not in _PLAIN for key, value in node.args.items())


_PLAIN = frozenset({"this", "alias", "materialized"})


def layers(scopes: Scopes, number: int) -> list[Layer]:
    """From the inside out, as far as a condition there may be applied inside; none for a reference that no SELECT reads."""
    reference = scopes.references[number]
    frame = scopes.around(reference.table)
    own = frame.position(reference.table) if frame is not None else None
    if frame is None or own is None:
        return []
    names = (*reference.ref.resource.columns, *reference.hidden)
    columns: Mapping[str, str] = {name.casefold(): name for name in names}
    found = [Layer(Use(frame, own), reference.table, partial(scopes.column_of, number), columns)]
    while (around := _next(found[-1].use)) is not None:
        use, node = around
        columns = _passed_on(found[-1].use, use, columns)
        found.append(Layer(use, node, partial(_column, scopes, use, columns), columns))
    return found


def _next(use: Use) -> tuple[Use, exp.Expr] | None:
    """The one place where the rows of a SELECT are read, and the item of FROM that they are there; None where no condition gets in."""
    around = enclosing(use.frame)
    if len(around.uses) != 1 or around.blocked or around.pivoted or around.uses[0].own is None:
        return None
    return around.uses[0], around.uses[0].frame.sources[around.uses[0].own].node


def _passed_on(inner: Use, outer: Use, columns: Mapping[str, str]) -> dict[str, str]:
    """The columns of the reference by what they are called outside; `columns` has them by what they are called inside."""
    by_name = enclosing(inner.frame).columns
    found = {}
    for index, (name, place) in enumerate(inner.frame.outputs() or ()):
        at = by_name.index(name) if by_name and name in by_name else index
        called = outer.names[at] if at < len(outer.names) else ""
        if called and place is not None and place[0] == inner.own and place[1].casefold() in columns:
            found[called] = columns[place[1].casefold()]
    return found


def _column(scopes: Scopes, use: Use, columns: Mapping[str, str], expression: exp.Expr) -> str | None:
    found = scopes.resolve(expression) if isinstance(expression, exp.Column) else None
    if found is None or not found.exact or found.frame is not use.frame or found.position != use.own:
        return None
    return columns.get(found.name.casefold())
