"""Statements as trees of our own, so that they can be written, looked into, cut down, and written again with other tables in them.

An expression is a row of pieces: text, columns, and queries in brackets. A condition says besides which columns it gives values to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fuzz.world import Kind, Table


@dataclass(eq=False, slots=True)
class Col:
    """A column of a source, where it is named."""

    source: Source
    name: str
    bare: bool = False
    """Whether it is written without the source's alias."""
    hidden: str = ""
    """The name of the API's parameter that is written in its place; DuckDB's own text has the column."""
    wrapped: bool = False
    """Whether it stands in brackets."""

    @property
    def kind(self) -> Kind:
        """What it holds."""
        return self.source.columns[self.name]


@dataclass(eq=False, slots=True)
class Field(Col):
    """A field of a STRUCT, its name a path."""

    @property
    def kind(self) -> Kind:
        """What it holds."""
        return Kind("text")


@dataclass(eq=False, slots=True)
class Option:
    """`source.name = value` where the name is a parameter of the API and no column: true to DuckDB alone."""

    source: Source
    name: str
    value: int


Piece = "str | Col | Option | Query"
Expr = list[Any]
"""Pieces, to be written one after the other."""


@dataclass(eq=False, slots=True)
class Pred:
    """A condition."""

    parts: Expr
    binds: list[tuple[Col, tuple[Col, ...]]] = field(default_factory=list)
    """Columns that have finitely many values in the rows that satisfy it, given the values of other columns; none are NULL there."""
    role: str = ""
    """`in` for `column IN (query)`, `exists`, `not exists`; "" for any other."""
    constant: bool = False
    """Whether it compares with constants alone, in a form that must be understood."""
    listed: bool = False
    """Whether it is that a column is in a list that others make: these then have no values by it."""

    @property
    def columns(self) -> list[Col]:
        """The columns that it names outside its queries."""
        return [part for part in self.parts if isinstance(part, Col)]

    @property
    def queries(self) -> list[Query]:
        """The queries in it."""
        return [part for part in self.parts if isinstance(part, Query)]


@dataclass(eq=False, slots=True)
class Source:
    """An item of a FROM clause. What it is, one field says; the others are empty."""

    alias: str
    columns: dict[str, Kind]
    """What can be named, by the names that the statement has for it."""
    table: Table | None = None
    """A remote resource."""
    written: str = ""
    """How a resource is named."""
    text: str = ""
    """A local item, as it stands in FROM."""
    query: Query | None = None
    cte: Cte | None = None
    lateral: bool = False
    renamed: tuple[str, ...] = ()
    """New names of its first columns."""
    whole: bool = True
    """Whether all that a star gives of it is in `columns`."""
    seen: bool = True
    """Whether other clauses can name it; false right of SEMI and ANTI."""
    sample: str = ""
    """What stands after its alias."""
    nameless: bool = False
    """Whether it stands there without an alias."""

    def own(self, name: str) -> str:
        """A column's name in the resource."""
        if self.table is None or name not in self.renamed:
            return name
        return list(self.table.columns)[self.renamed.index(name)]


@dataclass(eq=False, slots=True)
class Join:
    """How a source is joined to those before it."""

    kind: str
    """As written, `,` for a comma."""
    on: list[Pred] = field(default_factory=list)
    using: tuple[str, ...] = ()
    pairs: list[Pred] = field(default_factory=list)
    """What USING and NATURAL stand for."""
    bracket: bool = False
    """Whether its source is joined with the next one first, in brackets."""


@dataclass(eq=False, slots=True)
class Output:
    """What is selected."""

    parts: Expr
    name: str
    kind: Kind
    named: bool = True
    """Whether the name is written."""


@dataclass(eq=False, slots=True)
class Select:
    """One SELECT."""

    sources: list[Source]
    joins: list[Join] = field(default_factory=list)
    """One for each source after the first."""
    where: list[Pred] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    star: str = ""
    """What is written in place of the outputs."""
    distinct: str = ""
    group: str = ""
    having: Expr = field(default_factory=list)
    qualify: Expr = field(default_factory=list)
    sample: str = ""
    from_first: bool = False

    @property
    def plain(self) -> bool:
        """Whether each row of the FROM clause that WHERE keeps is a row of the result, and nothing else is."""
        windows = any(" OVER (" in str(part) for output in self.outputs for part in output.parts)
        return not (self.distinct or self.group or self.qualify or self.sample or windows)


@dataclass(eq=False, slots=True)
class SetOp:
    """Two queries' rows, put together."""

    kind: str
    left: Query
    right: Query


@dataclass(eq=False, slots=True)
class Cte:
    """A common table expression."""

    name: str
    query: Query
    materialized: str = ""


@dataclass(eq=False, slots=True)
class Query:
    """A query with its WITH clause and its order."""

    body: Select | SetOp
    ctes: list[Cte] = field(default_factory=list)
    order: str = ""
    limit: str = ""
    recursive: bool = False
    """Whether it reads itself."""
    around: tuple[str, str] = ("", "")
    """What stands around it, as PIVOT does."""

    @property
    def outputs(self) -> list[Output]:
        """What its rows consist of; those of the first branch of a set operation."""
        return self.body.outputs if isinstance(self.body, Select) else self.body.left.outputs

    @property
    def columns(self) -> dict[str, Kind]:
        """What can be named of its rows: of two outputs of one name the first."""
        found: dict[str, Kind] = {}
        for output in self.outputs:
            found.setdefault(output.name, output.kind)
        return found


@dataclass(eq=False, slots=True)
class Statement:
    """A query, and the values of its parameters."""

    query: Query
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """As SQL."""
        return Printer().query(self.query)

    @property
    def plain(self) -> str:
        """As SQL for DuckDB alone, to which an API has no parameters."""
        return Printer(alone=True).query(self.query)

    def given(self, text: str) -> dict[str, Any]:
        """The parameters that a text names."""
        return {name: value for name, value in self.parameters.items() if re.search(rf"\${name}\b", text)}


class Printer:
    """Writes trees as SQL; `swaps` holds what to write in place of a source, and `alone` is set for DuckDB alone."""

    def __init__(self, swaps: Mapping[Source, str] | None = None, *, alone: bool = False) -> None:
        self.swaps = swaps or {}
        self.alone = alone

    def query(self, query: Query) -> str:
        """A query without brackets."""
        ctes = ", ".join(f"{cte.name} AS {cte.materialized}({self.query(cte.query)})" for cte in query.ctes)
        clause = f"WITH {'RECURSIVE ' if any(cte.query.recursive for cte in query.ctes) else ''}{ctes} " if ctes else ""
        if isinstance(query.body, Select):
            body = self.select(query.body)
        else:
            body = f"{self.branch(query.body.left)} {query.body.kind} {self.branch(query.body.right)}"
        before, after = query.around
        if isinstance(query.body, Select) and query.body.distinct.startswith("DISTINCT ON") and not query.order:
            after = f" ORDER BY ALL{after}"  # which of the rows is kept would be open otherwise
        return f"{clause}{before}{body}{query.order}{query.limit}{after}"

    def branch(self, query: Query) -> str:
        """One side of a set operation."""
        text = self.query(query)
        return f"({text})" if query.ctes or query.order or query.limit or isinstance(query.body, SetOp) else text

    def select(self, select: Select) -> str:
        """A SELECT without its order."""
        columns = select.star or ", ".join(self.output(output) for output in select.outputs)
        where = f" WHERE {' AND '.join(f'({self.expr(pred.parts)})' for pred in select.where)}" if select.where else ""
        having = f" HAVING {self.expr(select.having)}" if select.having else ""
        qualify = f" QUALIFY {self.expr(select.qualify)}" if select.qualify else ""
        shown = f"SELECT {select.distinct}{columns}"
        source = f"FROM {self.from_(select)}"
        head = f"{source} {shown}" if select.from_first else f"{shown} {source}"
        return f"{head}{where}{select.group}{having}{qualify}{select.sample}"

    def output(self, output: Output) -> str:
        """What is selected, with its name."""
        return self.expr(output.parts) + (f" AS {output.name}" if output.named else "")

    def from_(self, select: Select) -> str:
        """What stands after FROM."""
        text = self.source(select.sources[0])
        pending: Join | None = None
        for join, source in zip(select.joins, select.sources[1:], strict=True):
            text += ", " if join.kind == "," else f" {join.kind} "
            text += f"({self.source(source)}" if join.bracket else f"{self.source(source)}{self.condition(join)}"
            if pending is not None:
                text += f"){self.condition(pending)}"
            pending = join if join.bracket else None
        return text

    def condition(self, join: Join) -> str:
        """What stands behind a join's right side."""
        if join.using:
            return f" USING ({', '.join(join.using)})"
        return f" ON {' AND '.join(f'({self.expr(pred.parts)})' for pred in join.on)}" if join.on else ""

    def source(self, source: Source) -> str:
        """An item of FROM with its alias."""
        renamed = f"({', '.join(source.renamed)})" if source.renamed else ""
        if source in self.swaps:
            text = self.swaps[source]
        elif source.query is not None:
            text = f"{'LATERAL ' if source.lateral else ''}({self.query(source.query)})"
        elif source.cte is not None:
            text = source.cte.name
        else:
            text = source.written or source.text
        is_short = source.nameless or (text == source.alias and not renamed)
        return (text if is_short else f"{text} AS {source.alias}{renamed}") + source.sample

    def expr(self, parts: Expr) -> str:
        """An expression."""
        return "".join(self.piece(part) for part in parts)

    def piece(self, part: Any) -> str:
        """A part of an expression."""
        if isinstance(part, Query):
            return f"({self.query(part)})"
        if isinstance(part, Col):
            name = part.hidden if part.hidden and not self.alone else part.name
            shown = name if part.bare and name == part.name else f"{part.source.alias}.{name}"
            return f"({shown})" if part.wrapped else shown
        if isinstance(part, Option):
            return "true" if self.alone else f'{part.source.alias}."{part.name}" = {part.value}'
        return str(part)


def queries(query: Query) -> Iterator[Query]:
    """A query and all within it; a common table expression once, however often it is used."""
    yield query
    for cte in query.ctes:
        yield from queries(cte.query)
    if isinstance(query.body, SetOp):
        yield from queries(query.body.left)
        yield from queries(query.body.right)
    else:
        for inner in inner_queries(query.body):
            yield from queries(inner)


def inner_queries(select: Select) -> Iterator[Query]:
    """The queries in a SELECT's FROM, conditions and outputs."""
    yield from (source.query for source in select.sources if source.query is not None)
    preds = [*select.where, *(pred for join in select.joins for pred in join.on)]
    for parts in (*(pred.parts for pred in preds), *(output.parts for output in select.outputs), select.qualify):
        yield from (part for part in parts if isinstance(part, Query))


def selects(query: Query) -> Iterator[Select]:
    """All SELECTs of a query."""
    for inner in queries(query):
        if isinstance(inner.body, Select):
            yield inner.body


def remotes(query: Query) -> list[Source]:
    """All remote references of a query."""
    return [source for select in selects(query) for source in select.sources if source.table is not None]
