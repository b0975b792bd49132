"""Rarer forms, put into a statement that is written: joins in brackets, samples, hidden columns, options, fields of a STRUCT, groups.

A sample is never smaller than what it is taken from, so that it is known which rows it gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from tests.fuzz.conditions import Conditions, literal
from tests.fuzz.tree import Col, Field, Join, Option, Pred, Query, Select, Source, selects
from tests.fuzz.world import DETAILS

SAMPLES = ("1000 ROWS", "reservoir(1000 ROWS)", "100%", "100% (bernoulli)")
TABLE_SAMPLES = (" TABLESAMPLE reservoir(1000 ROWS)", " TABLESAMPLE 100%")
SETS = (
    "ROLLUP (1)",
    "ROLLUP (1, 2)",
    "CUBE (1, 2)",
    "GROUPING SETS ((1, 2), (2), ())",
    "1, ROLLUP (2)",
    "GROUPING SETS ((1), (2))",
    "1, 2",
)
"""What the first columns of a SELECT are grouped by, as its numbers."""
INNER = frozenset({"JOIN", "INNER JOIN", ",", "CROSS JOIN"})


class Twists:
    """Changes statements at random."""

    def __init__(self, pick: Random, conditions: Conditions) -> None:
        self.pick = pick
        self.conditions = conditions
        self.world = conditions.world

    def chance(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.pick.random() < share

    def twist(self, query: Query) -> None:
        """Changes every SELECT of a query, most of them not at all."""
        for select in selects(query):
            self._bracket(select)
            self._sample(select)
            self._field(select)
            self._option(select)
            self._hide(select)
        for select in selects(query):  # after all else, so that what it does not strike is what it was for a seed
            self._group(select)
        for select in selects(query):
            self._group_by_sets(select)
            self._after(select)
            for part in _named(select):
                part.wrapped = self.chance(0.03)

    def _bracket(self, select: Select) -> None:
        """Puts brackets around two sources that are joined by what they say of each other alone."""
        for number, (outer, inner) in enumerate(zip(select.joins, select.joins[1:], strict=False), 1):
            pair = {id(select.sources[number]), id(select.sources[number + 1])}
            kinds = {outer.kind, inner.kind} <= {"JOIN", "INNER JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"}
            if (
                kinds
                and outer.on
                and inner.on
                and not select.sources[number + 1].lateral
                and self._are_of(inner, pair)
                and self.chance(0.5)
            ):
                outer.bracket = True
                return

    @staticmethod
    def _are_of(join: Join, sources: set[int]) -> bool:
        return all(id(column.source) in sources for pred in join.on for column in pred.columns) and not any(p.queries for p in join.on)

    def _sample(self, select: Select) -> None:
        if self.chance(0.008) and not any("ASOF" in join.kind for join in select.joins):
            select.sample = f" USING SAMPLE {self.pick.choice(SAMPLES)}"
        for source in select.sources:
            if not source.lateral and not source.text and self.chance(0.008):
                source.sample = self.pick.choice(TABLE_SAMPLES)

    def _field(self, select: Select) -> None:
        """A condition on a field that is called like a column."""
        found = [source for source in select.sources if source.seen and source.table is not None and not source.renamed]
        if not found or not self.chance(0.06):
            return
        source = self.pick.choice(found)
        field = Field(source, f"detail.{self.pick.choice(DETAILS)}")
        texts = [Col(other, name) for other in select.sources if other.seen for name, kind in other.columns.items() if kind.type == "text"]
        keys = [key for known, _ in self.world.keys.values() for key in known if isinstance(key, str)]
        form = self.pick.choice(("=", "=", "IS DISTINCT FROM", "IN"))
        if form == "=" and texts and self.chance(0.5):
            select.where.append(Pred([field, " = ", self.pick.choice(texts)]))
        else:
            text = literal(self.pick.choice([*keys, "k1"]))
            select.where.append(Pred([field, f" {form} ", f"({text}, 'k2')" if form == "IN" else text]))

    def _option(self, select: Select) -> None:
        """A value for what is a parameter of the API and nothing else."""
        paged = [source for source in select.sources if source.table is not None and any(e.paging for e in source.table.endpoints)]
        if paged and {join.kind for join in select.joins} <= INNER and self.chance(0.02):
            size = self.pick.choice((1, self.world.page_size))
            select.where.append(Pred([Option(self.pick.choice(paged), "limit", size)]))

    def _hide(self, select: Select) -> None:
        """Names some columns of resources in conditions as the API's parameters are called, where the text for DuckDB alone is another."""
        for part in _named(select):
            # One from further out whose alias is taken again is another one by its name; by that of a parameter it would be itself.
            is_shadowed = part.source not in select.sources and part.source.alias.lower() in {one.alias.lower() for one in select.sources}
            names = _parameters(part.source).get(part.name, ()) if not is_shadowed else ()
            if names and not part.source.renamed and self.chance(0.08):
                part.hidden = self.pick.choice(names)

    def _group(self, select: Select) -> None:
        """Each different row once, by grouping all that a star gives."""
        if select.star.startswith("*") and select.plain and self.chance(0.15):
            select.group = " GROUP BY ALL"

    def _group_by_sets(self, select: Select) -> None:
        """Rows made of others, in which a column may be NULL that is not NULL in any of these."""
        keys = [output.parts[0] for output in select.outputs if isinstance(output.parts[0], Col) and len(output.parts) == 1]
        width = len(select.outputs)
        if select.star or not select.plain or len(keys) < width or not self.chance(0.06):
            return
        select.group = f" GROUP BY {self.pick.choice([one for one in SETS if ('2' in one) == (width > 1)])}" if width < 3 else ""

    def _after(self, select: Select) -> None:
        """A condition in HAVING or QUALIFY on a column itself."""
        columns = [part for output in select.outputs for part in output.parts[:1] if isinstance(part, Col) and len(output.parts) == 1]
        if select.group and not select.star and "HAVING" not in select.group and columns and self.chance(0.4):
            select.having = self._on_one(columns)
        if select.qualify and self.chance(0.3):
            select.qualify = [*select.qualify, " AND (", *self._on_one([part for part in select.qualify if isinstance(part, Col)]), ")"]

    def _on_one(self, columns: list[Col]) -> list[Any]:
        column, other = self.pick.choice(columns), self.pick.choice(columns)
        alike = other if other.kind.type == column.kind.type else column
        return (self.conditions.binding(column) if self.chance(0.6) else self.conditions.atom(column, alike)).parts


def _named(select: Select) -> Iterator[Col]:
    """The columns in the conditions of a SELECT."""
    for pred in (*select.where, *(pred for join in select.joins for pred in join.on)):
        yield from pred.columns


def _parameters(source: Source) -> dict[str, list[str]]:
    """By column: the parameters that equal it and have other names."""
    found: dict[str, list[str]] = {}
    for endpoint in source.table.endpoints if source.table is not None else ():
        for name, column in endpoint.required.items():
            if name != column and source.table is not None and name not in source.table.columns:
                found.setdefault(column, []).append(name)
    return found
