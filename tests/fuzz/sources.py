"""Items of FROM at random: resources, the user's tables, values written in place, common table expressions."""

from __future__ import annotations

from random import Random

from tests.fuzz.conditions import Conditions, literal
from tests.fuzz.tree import Cte, Source
from tests.fuzz.world import INTEGER, Kind, Table, value

ALIASES = ("a", "b", "c", "d", "x", "y", "V", '"A b"', "t0", "ant", "bee", "label", "ants", "cats")
"""Some are names of tables, and some of columns."""


class Sources:
    """Writes items of FROM, none of which is a query of its own."""

    def __init__(self, pick: Random, conditions: Conditions) -> None:
        self.pick = pick
        self.conditions = conditions
        self.world = conditions.world
        self.hidden: set[str] = set()
        """Short names of resources that a common table expression hides."""

    def alias(self, taken: list[Source]) -> str:
        """A name that no other source has."""
        used = {source.alias.strip('"').lower() for source in taken}
        name = self.pick.choice(ALIASES[:7] if self.pick.random() < 0.8 else ALIASES)
        return name if name.strip('"').lower() not in used else f"s{len(taken)}"

    def remote(self, alias: str, kind: Kind | None = None) -> Source:
        """A resource; one with a column of this kind, where there is any."""
        fitting = [table for table in self.world.tables if kind is None or _column(table.columns, kind)]
        table = self.pick.choice(fitting or self.world.tables)
        columns = dict(table.columns)
        written = self._written(table)
        renamed: tuple[str, ...] = ()
        if self.pick.random() < 0.05:
            first = list(columns)[:2]
            renamed = tuple(self.pick.choice((first[::-1], ["zz", first[1]], ["yy"])))
            columns = dict(zip([*renamed, *list(columns)[len(renamed) :]], columns.values(), strict=True))
        if len(columns) < len(table.columns):
            columns, renamed = dict(table.columns), ()
        return Source(alias, columns, table=table, written=written, renamed=renamed)

    def _written(self, table: Table) -> str:
        provider, service, name = table.full_name.split(".")
        forms = [table.full_name, table.full_name, f"{provider.title()}.{service}.{name.upper()}", f'{provider}."{service}".{name}']
        if name not in self.hidden:
            forms += [name, name, name]
        return self.pick.choice(forms)

    def local(self, alias: str, kind: Kind | None = None) -> Source:
        """A table of the user's, or values written in place; with a column of this kind, where one is asked for."""
        fitting = [item for item in self.world.locals if kind is None or _column(item.columns, kind)]
        if fitting and self.pick.random() < 0.75:
            item = self.pick.choice(fitting)
            return Source(alias, dict(item.columns), text=item.name)
        wanted = kind or self._some_kind()
        if wanted.type == "nocase":
            wanted = Kind("text", wanted.domain)
        name = wanted.domain or "label"
        form = self.pick.choice(("values", "unnest", "list", "select"))
        values = [literal(value(self.pick, self.world, wanted)) for _ in range(self.pick.choice((1, 2, 3)))]
        if form == "values":
            rows = ", ".join(f"({item}, {self.pick.choice((0, 1, 2))})" for item in [*values, values[0]])
            if all(item == "NULL" for item in values):
                rows = f"(CAST(NULL AS {wanted.sql}), 1)"
            return Source(alias, {name: wanted, "n": INTEGER}, text=f"(VALUES {rows})", renamed=(name, "n"))
        if form == "unnest":
            return Source(alias, {name: wanted}, text=f"unnest(CAST([{', '.join(values)}] AS {wanted.sql}[]))", renamed=(name,))
        if form == "list":
            given = [self.conditions.value(wanted) for _ in values]
            parameter = self.conditions.parameter(given)
            return Source(alias, {name: wanted}, text=f"(SELECT unnest(CAST({parameter} AS {wanted.sql}[])) AS {name})")
        branches = " UNION ALL ".join(f"SELECT CAST({item} AS {wanted.sql}) AS {name}, {number} AS n" for number, item in enumerate(values))
        return Source(alias, {name: wanted, "n": INTEGER}, text=f"({branches})")

    def _some_kind(self) -> Kind:
        entity = self.pick.choice(list(self.world.types))
        return Kind(self.world.types[entity], entity)

    def use(self, alias: str, cte: Cte) -> Source:
        """A common table expression, where it is used."""
        return Source(alias, cte.query.columns, cte=cte)


def _column(columns: dict[str, Kind], kind: Kind) -> bool:
    return any(found.domain == kind.domain and found.type == kind.type for found in columns.values())
