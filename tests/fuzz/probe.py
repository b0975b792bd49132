"""Whether a refused statement could have been bound, found out by trying.

Each remote reference is replaced by those of its rows whose key is among some values: the constants of the statement, or a column of a local
table, or a column of a reference that is bound already. Where no data that are tried make a difference to the result, those values are
enough; where all rows could be left out as well, or the values are all that there are, the data say nothing, and nor do they of a
statement with SAMPLE, which takes all rows here. The data are the world's and others with the same columns and many more keys, so that a
table seldom holds all of them by chance. Nor do they say anything where a parameter is named that is no column, for no table has it.

Values that suffice need not follow from the statement: `LIMIT 1` is content with any row, a row found by its `id` is the same one however
it was fetched, and one that no condition is about may be repeated or not. So a reference is also given rows that no call for the values
would bring, by themselves and beside those that one would: all that it has, with other values in the key's place, or NULL where a method
gives rows without one. If the values follow from the statement, no such row matters, whatever the data, and the answer is that without any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import duckdb
from tests.fuzz.arena import MANY_VARIANTS, VARIANTS, Arena
from tests.fuzz.conditions import literal
from tests.fuzz.flatten import remotes_within, samples
from tests.fuzz.tree import Option, Printer, Source, Statement, selects
from tests.fuzz.world import Kind, Table, always

LITERAL = re.compile(r"'((?:[^']|'')*)'|\$\$(.*?)\$\$|(?<![\w.$'])(-?\d+)(?![\w.'])")
OTHERS = 12
"""How many other values are put in the place of a key."""
Bound = dict[Source, str]


def bindings(arena: Arena, statement: Statement) -> list[str]:
    """For each reference, where its values could come from; empty where they could not, or nothing can be told."""
    if samples(statement.query) or any(
        isinstance(part, Option) for select in selects(statement.query) for pred in select.where for part in pred.parts
    ):
        return []
    return _found(_Probe(arena.others(VARIANTS), statement)) and _found(_Probe(arena.others(MANY_VARIANTS), statement))


def _found(probe: _Probe) -> list[str]:
    statement = probe.statement
    if not probe.tells():
        return []
    references = list(dict.fromkeys(remotes_within(statement.query)))
    found: list[str] = []
    bound: Bound = {source: "" for source in references if _is_free(source)}
    while len(bound) < len(references):
        step = next((hit for source in references if source not in bound and (hit := probe.bind(source, bound))), None)
        if step is None:
            return []
        bound[step[0]] = step[1]
        found.append(step[2])
    return found if probe.holds({source: text for source, text in bound.items() if text}) else []


class _Probe:
    """Asks DuckDB, over the data of several arenas."""

    def __init__(self, arenas: Sequence[Arena], statement: Statement) -> None:
        self.statement = statement
        self.arenas = arenas
        self.answers = [other.expected(statement) for other in self.arenas]

    def tells(self) -> bool:
        """Whether there is an answer in all arenas."""
        return all(answer.kind == "rows" for answer in self.answers)

    def holds(self, swaps: Mapping[Source, str]) -> bool:
        """Whether the answers stay the same with other texts in place of some references."""
        text = Printer(swaps, alone=True).query(self.statement.query)
        return all(other.expected(self.statement, text) == answer for other, answer in zip(self.arenas, self.answers, strict=True))

    def bind(self, source: Source, bound: Bound) -> tuple[Source, str, str] | None:
        """A reference, its rows that are needed, and where its values come from."""
        table = source.table
        assert table is not None
        if self.holds({source: f"({_none(table)})"}):
            return None
        for endpoint in table.endpoints:
            parts = []
            for column in endpoint.required.values():
                kind = table.columns[column]
                hit = next((one for one in self._values(kind, source, bound) if self._is_enough(source, table, column, one[0])), None)
                if hit is None:
                    break
                parts.append((column, *hit))
            else:
                where = " AND ".join(f'"{column}" IN ({values})' for column, values, _ in parts)
                text = f"(SELECT * FROM {table.full_name} WHERE {where})"
                said = ", ".join(f"{column} from {origin}" for column, _, origin in parts)
                return source, text, f"{source.alias} ({endpoint.name}): {said}"
        return None

    def _is_enough(self, source: Source, table: Table, column: str, values: str) -> bool:
        """Whether the rows whose column has one of these values suffice, and are not all rows in any arena, and others never matter."""
        given = f'coalesce("{column}" IN ({values}), "{column}" IS NULL)'
        others = f'SELECT DISTINCT "{column}" AS other FROM {table.full_name} WHERE NOT {given} ORDER BY 1 LIMIT {OTHERS}'
        try:
            if any(not other.rows(others, self.statement) for other in self.arenas):
                return False
        except duckdb.Error:  # values of a WITH clause that cannot be seen here
            return False
        if column not in always(table):
            others = f"({others}) UNION ALL SELECT NULL"
        kept = f'SELECT * FROM {table.full_name} WHERE "{column}" IN ({values})'
        changed = f'SELECT t.* REPLACE (o.other AS "{column}") FROM {table.full_name} AS t, ({others}) AS o'
        return self.holds({source: f"({kept})"}) and all(
            self._is_same(source, *pair) for pair in ((changed, _none(table)), (f"{kept} UNION ALL {changed}", kept))
        )

    def _is_same(self, source: Source, *rows: str) -> bool:
        """Whether the answer is the same in all arenas with these rows of a reference, and with those."""
        texts = [Printer({source: f"({text})"}, alone=True).query(self.statement.query) for text in rows]
        return all(other.expected(self.statement, texts[0]) == other.expected(self.statement, texts[1]) for other in self.arenas)

    def _values(self, kind: Kind, reference: Source, bound: Bound) -> Iterator[tuple[str, str]]:
        """Queries for values of a kind, and what to call them."""
        constants = self._constants(kind)
        if constants:
            yield ", ".join(constants), "the constants"
        for select in selects(self.statement.query):
            for source in select.sources:
                if source is reference or not (source.text or source in bound):
                    continue
                for name, other in source.columns.items():
                    if other.type == kind.type:
                        yield self._column(source, name, bound), f"{source.alias}.{name}"

    @staticmethod
    def _column(source: Source, name: str, bound: Bound) -> str:
        if source.table is not None:
            return f'SELECT "{source.own(name)}" FROM {bound[source] or source.table.full_name}'
        return f"SELECT __z.{name} FROM {Printer().source(replace(source, alias='__z'))}"

    def _constants(self, kind: Kind) -> list[str]:
        """All constants of a type in the statement."""
        text = self.statement.text
        values: set[object] = set()
        for quoted, dollars, number in LITERAL.findall(text):
            values.add(int(number) if number else (quoted.replace("''", "'") or dollars))
        for value in self.statement.given(text).values():
            values.update(value if isinstance(value, list) else [value])
        type_ = str if kind.type == "text" else int
        return sorted(literal(value) for value in values if isinstance(value, type_))


def _none(table: Table) -> str:
    """A query of no row of a resource."""
    return f"SELECT * FROM {table.full_name} WHERE false"


def _is_free(source: Source) -> bool:
    return source.table is not None and any(not endpoint.required for endpoint in source.table.endpoints)
