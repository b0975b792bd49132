"""What is done with the rows of a FROM clause, at random, and in such a way that every right answer is the same one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.tree import Col, Expr, Output, Query, Select, Source
from tests.fuzz.world import INTEGER, Kind

Scalar = Callable[[Sequence[Source], int], Output]
"""Writes a query for the select list."""


class Shapes:
    """Writes select lists, GROUP BY, DISTINCT, QUALIFY, ORDER BY and LIMIT."""

    def __init__(self, pick: Random) -> None:
        self.pick = pick

    def chance(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.pick.random() < share

    def order(self, query: Query, *, top: bool) -> None:
        """Sorts a query by all that it selects, and cuts it there, at times: rows that tie are the same."""
        if self.chance(0.3 if top else 0.06):
            query.order = " ORDER BY ALL"
            if self.chance(0.35):
                query.limit = f" LIMIT {self.pick.choice((0, 1, 2, 3, 5))}" + (" OFFSET 1" if self.chance(0.3) else "")

    def outputs(
        self, select: Select, depth: int, *, wanted: Sequence[Kind] | None, names: Sequence[str], inside: bool, scalar: Scalar | None
    ) -> None:
        """What a SELECT gives: columns of these kinds, where any are `wanted`."""
        seen = [source for source in select.sources if source.seen]
        if wanted is not None:
            select.outputs = [self._wanted(seen, kind, name) for kind, name in zip(wanted, self._names(names, wanted), strict=True)]
        elif len(select.sources) == 1 and seen[0].whole and self.chance(0.3):
            self._star(select, seen[0], inside=inside)
            return
        elif not inside and self.chance(0.2) and all(source.whole for source in seen):
            select.star = self.pick.choice(("*", f"{self.pick.choice(seen).alias}.*"))
            return
        else:
            select.outputs = self._columns(seen)
            if scalar is not None:
                select.outputs.append(scalar(seen, depth))
        self._shape(select, seen, depth, wanted=wanted)
        select.from_first = self.chance(0.06)

    @staticmethod
    def _names(names: Sequence[str], wanted: Sequence[Kind]) -> Sequence[str]:
        return names or [f"w{number}" for number in range(len(wanted))]

    def _wanted(self, seen: Sequence[Source], kind: Kind, name: str) -> Output:
        """A column of a kind, or an expression of its type where there is none."""
        found = [Col(source, column) for source in seen for column, other in source.columns.items() if other.type == kind.type]
        keys = [column for column in found if column.kind.domain == kind.domain]
        if not found:
            return Output([f"CAST(NULL AS {kind.sql})"], name, Kind(kind.type))
        column = self.pick.choice(keys or found)
        return Output([column], name, column.kind)

    def _star(self, select: Select, source: Source, *, inside: bool) -> None:
        select.outputs = [Output([Col(source, name)], name, kind, named=False) for name, kind in source.columns.items()]
        form = self.pick.choice(("*", "*", "exclude", "columns"))
        if form == "exclude" and len(select.outputs) > 1:
            gone = self.pick.choice(select.outputs)
            select.outputs.remove(gone)
            select.star = f"* EXCLUDE ({gone.name})"
        elif form == "columns" and not inside:
            select.star = self.pick.choice(("COLUMNS(*)", "COLUMNS('n|id|label')", "coalesce(COLUMNS('n|label'), NULL)"))
            select.outputs = []
        else:
            select.star = "*"
        select.from_first = self.chance(0.2)

    def _columns(self, seen: Sequence[Source]) -> list[Output]:
        found: list[Output] = []
        for _ in range(self.pick.choice((1, 2, 2, 3, 4))):
            source = self.pick.choice(seen)
            name = self.pick.choice(list(source.columns))
            taken = any(output.name == name for output in found)
            new = f"o{len(found)}" if taken or self.chance(0.2) else name
            found.append(Output([Col(source, name)], new, source.columns[name], named=new != name))
        return found

    def _shape(self, select: Select, seen: Sequence[Source], depth: int, *, wanted: Sequence[Kind] | None) -> None:
        """DISTINCT, GROUP BY, a window or nothing."""
        form = self.pick.choice((*["nothing"] * (7 if depth < 2 else 12), "distinct", "on", "group", "window", "qualify"))
        first = select.outputs[0]
        if form == "distinct":
            select.distinct = "DISTINCT "
        elif form == "on" and wanted is None:
            select.distinct = f"DISTINCT ON ({first.name}) " if first.named else ""
        elif form == "group" and wanted is None:
            select.outputs = [*select.outputs[:2], Output(self._aggregate(seen), "agg", INTEGER)]
            select.group = " GROUP BY ALL" + self.pick.choice(("", "", " HAVING count(*) > 1"))
        elif form == "window" and wanted is None:
            select.outputs.append(Output(self._window(seen, select), "win", INTEGER))
        elif form == "qualify":
            most = self.pick.choice(("<= 2", "= 1", "< 3", "BETWEEN 1 AND 2"))
            select.qualify = ["rank() OVER (", *self._division(seen), "ORDER BY ", self._any(seen), f") {most}"]

    def _any(self, seen: Sequence[Source]) -> Col:
        source = self.pick.choice(seen)
        return Col(source, self.pick.choice(list(source.columns)))

    def _aggregate(self, seen: Sequence[Source]) -> Expr:
        form = self.pick.choice(("count(*)", "count(", "count(DISTINCT "))
        return [form] if form == "count(*)" else [form, self._any(seen), ")"]

    def _division(self, seen: Sequence[Source]) -> Expr:
        return ["PARTITION BY ", self._any(seen), " "] if self.chance(0.5) else []

    def _window(self, seen: Sequence[Source], select: Select) -> Expr:
        """A window function whose values do not depend on how rows that tie are sorted."""
        form = self.pick.choice(("count(*)", "rank()", "dense_rank()", "row_number"))
        if form == "count(*)":
            return ["count(*) OVER (PARTITION BY ", self._any(seen), ")"]
        if form != "row_number":
            return [f"{form} OVER (", *self._division(seen), "ORDER BY ", self._any(seen), ")"]
        every: Expr = []
        if len(seen) < len(select.sources) or not all(source.whole for source in seen):
            return ["count(*) OVER ()"]
        for source in seen:
            for name in source.columns:
                every += [", " if every else "", Col(source, name)]
        return ["row_number() OVER (ORDER BY ", *every, ")"]
