"""The SELECTs of a statement: what each reads from, what its conditions say, and what a column in it is of.

A `Frame` is one SELECT. Its sources are the items of its FROM clause and, after them, the sub-queries that conditions such as
`IN (SELECT …)` match columns with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp

from rowcall.errors import Span
from rowcall.manifest.types import duckdb_type, quoted
from rowcall.plan.joins import Builder, Condition, Named, Place, Tree, View, simplified
from rowcall.plan.layout import Clauses, Range
from rowcall.plan.matching import beside, match
from rowcall.plan.nulls import COMPARED, is_null_of_null, without_which_null
from rowcall.plan.pieces import Pieces
from rowcall.plan.pivots import handed_through
from rowcall.plan.plain import is_key
from rowcall.plan.predicates import Alternative, Atom, Equal, Filter, Operand, Reader, is_quantified, may_be_tried
from rowcall.plan.references import cte_of, first_of, is_inside, is_prefix, type_of
from rowcall.plan.sources import Source, kind_of
from rowcall.plan.splice import Edit
from rowcall.plan.walk import find_all

if TYPE_CHECKING:
    from rowcall.plan.enclosing import Enclosing


K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Found:
    """What a column in an expression is of."""

    frame: Frame
    position: int
    name: str
    """As the resource spells it, or folded; that of the column for a parameter that equals one in every row."""
    parts: int
    """How many of the column's parts name it; more follow for a field of a STRUCT."""
    exact: bool
    """Whether it is the column itself, and no field of it."""


@dataclass(eq=False)
class Scopes(Pieces):
    """All SELECTs of a statement."""

    _frames: dict[int, Frame] = field(default_factory=dict, init=False)
    _found: dict[int, Found | None] = field(default_factory=dict, init=False)
    _may_be_tried: dict[int, tuple[exp.Expr, bool]] = field(default_factory=dict, init=False)
    _types: dict[int, tuple[exp.Expr, str]] = field(default_factory=dict, init=False)
    _taken: dict[tuple[int, str], tuple[exp.Expr, bool]] = field(default_factory=dict, init=False)
    _stands_alone: dict[int, tuple[exp.Expr, bool]] = field(default_factory=dict, init=False)

    def frame(self, select: exp.Select) -> Frame:
        """The frame of a SELECT."""
        if id(select) not in self._frames:
            self._frames[id(select)] = Frame(self, select, len(self._frames))
        return self._frames[id(select)]

    def around(self, node: exp.Expr) -> Frame | None:
        """The SELECT that a node stands in."""
        select = self.above.select(node)
        return self.frame(select) if select is not None else None

    def column_of(self, number: int, expression: exp.Expr) -> str | None:
        """The column of a reference that an expression is, as the resource spells it; None for any other expression."""
        column = self.column_in(expression)
        found = self.resolve(column) if isinstance(column, exp.Column) else None
        is_own = found is not None and found.exact and found.frame.sources[found.position].node is self.references[number].table
        return found.name if found is not None and is_own else None

    def column_in(self, expression: exp.Expr) -> exp.Expr:
        """An expression without brackets; of a column that is cast to the type that it has, which keeps its collation, that column."""
        inner = bare = expression.unnest()
        types = []
        while isinstance(inner, exp.Cast):
            types.append(_type_in_duckdb(inner.to))
            inner = inner.this.unnest()
        if not types or not isinstance(inner, exp.Column):
            return bare
        found = self.resolve(inner)
        own = found.frame.type_of((found.position, found.name)) if found is not None and found.exact else ""
        return inner if own and all(type_ == own for type_ in types) else bare

    def part_of(self, number: int, expression: exp.Expr) -> tuple[str, str] | None:
        """The column of a reference of which an expression with dots is a part, and the name of that; None for any other expression."""
        if not isinstance(expression, exp.Column) or (found := self.resolve(expression)) is None or found.exact:
            return None
        is_own = found.frame.sources[found.position].node is self.references[number].table
        return (found.name, expression.parts[-1].name) if is_own and len(expression.parts) == found.parts + 1 else None

    def is_closed(self, query: exp.Expr) -> bool:
        """Whether a query, or an item of FROM, names nothing from around it, for certain."""
        columns = [column for column in self.columns(query) if not isinstance(column.this, exp.Star)]
        frames = (one.frame if (one := self.resolve(column)) is not None else self._making(column) for column in columns)
        return all(frame is not None and (frame.select is query or is_inside(frame.select, query)) for frame in frames)

    def _making(self, column: exp.Column) -> Frame | None:
        """The SELECT whose joins make a column of several, or that is ordered by a result of that name; None where none does."""
        frame = self.around(column) if len(column.parts) == 1 else None
        if frame is None:
            return None
        name = column.name.casefold()
        is_result = is_key(frame.select, column) and any(item.alias.casefold() == name for item in frame.select.expressions)
        return frame if is_result or name in frame.view_of(column).merged else None

    def stands_alone(self, node: exp.Expr, query: Callable[[], str | None]) -> bool:
        """Whether a query of an item of FROM can be bound by itself; that is the same before anything is fetched, and after."""
        if id(node) not in self._stands_alone:
            with self.unfetched():
                text = query()
            self._stands_alone[id(node)] = node, text is not None and (self.is_closed(node) or self.types(text) is not None)
        return self._stands_alone[id(node)][1]

    def may_be_tried(self, node: exp.Expr, tokens: Range) -> bool:
        """As `predicates.may_be_tried`, of a condition of this statement.

        Of the functions that it calls DuckDB is asked: one may be a macro of the user's with a sub-query in it, or a random number.
        """
        if id(node) not in self._may_be_tried:
            self._may_be_tried[id(node)] = node, may_be_tried(node) and (not _calls(node) or self._is_tried(node, tokens))
        return self._may_be_tried[id(node)][1]

    def says_the_same(self, node: exp.Expr | None) -> bool:
        """Whether an expression says the same in a query of its own, in which its columns have their tables' names before them.

        Not so where it calls a macro with a sub-query, for certain or perhaps: a bare name may be one of its own columns there.
        """
        return node is None or all(len(column.parts) > 1 for column in self.columns(node)) or self.calls_are_plain(node)

    def calls_are_plain(self, node: exp.Expr) -> bool:
        """Whether no function that an expression calls is a macro of the user's with a sub-query in it, or a random number."""
        calls = (call for call in find_all(node, exp.Anonymous) if call.find(exp.Lambda) is None and not is_quantified(call))
        return all(self._is_tried(call, self.layout.call(call)) for call in calls)

    def takes_rows(self, select: exp.Select) -> bool:
        """Whether what a SELECT computes may call an aggregate or a window function that DuckDB alone knows for one: `mean`, a macro."""
        return any(not self._is_taken(call, "WHERE") for call in self._called(select))

    def takes_windows(self, select: exp.Select) -> bool:
        """Whether what a SELECT computes may call a macro with a window function in it."""
        return any(not (self._is_taken(call, "WHERE") or self._is_taken(call, "HAVING")) for call in self._called(select))

    def _called(self, select: exp.Select) -> Iterator[exp.Anonymous]:
        """The functions that what a SELECT computes calls and that are known by their names alone."""
        clauses = (select.args.get(key) for key in ("having", "qualify", "order", "distinct"))
        for item in (*select.expressions, *clauses):
            if item is not None:
                yield from (call for call in find_all(item, exp.Anonymous) if call.find_ancestor(exp.Select) is select)

    def _is_taken(self, call: exp.Anonymous, clause: str) -> bool:
        """Whether DuckDB takes a call in a clause: in WHERE neither aggregates nor window functions, in HAVING none of the latter."""
        key = id(call), clause
        if key not in self._taken:
            texts = [self._without_columns(call, self.layout.call(call))]
            if isinstance(call.parent, exp.Dot):  # `a.upper()`, where the column before the dot is none of the call's
                texts.append(f"(NULL).{self._without_columns(call, self.layout.call(call, bare=True))}")
            queries = (f"SELECT 1 AS one FROM (SELECT 1) {clause} ({text}) IS NULL" for text in texts if text is not None)
            self._taken[key] = call, any(self.types(query) is not None for query in queries)
        return self._taken[key][1]

    def _is_tried(self, node: exp.Expr, tokens: Range | None) -> bool:
        """Whether DuckDB takes a piece of the statement within TRY, with a NULL for each column: it does of none of these."""
        text = self._without_columns(node, tokens)
        return text is not None and self.types(f"SELECT TRY(({text}))") is not None

    def _without_columns(self, node: exp.Expr, tokens: Range | None) -> str | None:
        """A piece of the statement with a NULL for each column; None where it cannot be cut out."""
        edits = []
        for column in self.columns(node):
            found, parts = self.resolve(column), column.parts
            if "start" not in parts[0].meta:
                return None
            type_ = found.frame.type_of((found.position, found.name)) if found is not None else ""
            last = parts[found.parts - 1] if found is not None else parts[-1]
            edits.append(Edit(parts[0].meta["start"], last.meta["end"] + 1, f"(NULL::{type_})" if type_ else "NULL"))
        return self.written(self.layout.span(tokens), edits) if tokens is not None else None

    def type_of(self, operand: Operand) -> str:
        """The DuckDB type of an expression; "" where that is not known."""
        if operand.node is None:
            return ""
        if id(operand.node) not in self._types:
            self._types[id(operand.node)] = operand.node, self._type_of(operand.node, operand.tokens)
        return self._types[id(operand.node)][1]

    def _type_of(self, node: exp.Expr, tokens: Range | None) -> str:
        found = [self.resolve(column) for column in self.columns(node)]
        types = [one.frame.type_of((one.position, one.name)) for one in found if one is not None]
        if isinstance(node, exp.Literal) and node.is_string:
            return "VARCHAR"
        if len(types) < len(found) or not all(types):
            return ""
        if isinstance(node, exp.Column) and found[0] is not None and found[0].exact:
            return types[0]
        text = self._without_columns(node, tokens)
        return next(iter(self.types(f"SELECT {text} AS one") or ()), "") if text is not None else ""

    # -- what a column is of -------------------------------------------------------------------------------------------------------

    def resolve(self, column: exp.Column) -> Found | None:
        """What a column is of; None when that is not certain."""
        if id(column) not in self._found:
            frame = self.around(column)
            self._found[id(column)] = frame.find(column, frame.view_of(column)) if frame is not None else None
        return self._found[id(column)]

    def stands(self, column: exp.Column, found: Found) -> None:
        """Says what a column is of that is not written in the statement, and is kept."""
        self._found[id(column)] = found


def _type_in_duckdb(to: exp.DataType) -> str:
    """A type of a cast as DuckDB calls it, where sqlglot calls it otherwise."""
    name = to.sql(dialect="duckdb")
    return {"TEXT": "VARCHAR", "INT": "INTEGER", "INT128": "HUGEINT"}.get(name, name)


def _calls(node: exp.Expr) -> bool:
    """Whether an expression calls functions."""
    return any(not isinstance(one, (exp.Connector, exp.Cast, exp.Case)) for one in find_all(node, exp.Func))


class Frame:
    """One SELECT."""

    def __init__(self, scopes: Scopes, select: exp.Select, number: int) -> None:
        self.scopes = scopes
        self.number = number
        """Tells it from the others."""
        self.select = select
        self.sources: list[Source] = []
        self.clauses = self._clauses()
        self._columns: dict[int, Mapping[str, str]] = {}
        self._named: dict[int, Named] = {}
        self._outputs: Sequence[tuple[str, Place | None]] | None = None
        self._firsts: dict[int, tuple[Place, ...]] = {}
        self._standing: dict[Place, exp.Column] = {}
        self._alternatives: dict[Condition, tuple[Alternative, ...]] = {}
        self._touched: dict[Condition, frozenset[int]] = {}
        self._named_in: dict[Condition, frozenset[Place | None]] = {}
        self._strict_of: dict[Condition, Sequence[Sequence[Place]]] = {}
        self._reader = Reader(scopes.layout, scopes.column_in, partial(match, self), scopes.may_be_null, scopes.may_be)
        self._builder = Builder(self._source, self.named, scopes.layout.conjuncts)
        from_ = select.args.get("from_")
        self._tree: Tree | None = None
        self._simplified: Tree | None = None
        self.enclosing: Enclosing | None = None
        """What surrounds it, once that was found."""
        self.filled: Tree | None = None
        """Its tree as far as what surrounds it lets rows of NULLs through, once that was looked for."""
        self.across: Sequence[Condition] | None = None
        """What sub-selects in its FROM clause say of columns before them, once that was looked for."""
        self.same: Mapping[Place, Sequence[Place]] | None = None
        """The columns of its FROM clause that are the same, once they were looked for."""
        self.view = View()
        """What WHERE sees."""
        if from_ is not None:
            if from_.this.args.get("joins"):  # those of a FROM before its SELECT
                select.set("joins", from_.this.args["joins"])
                from_.this.set("joins", None)
            joins: list[exp.Join] = select.args.get("joins") or []
            self._tree, self.view = self._builder.chain(from_.this, joins, self.clauses.items if self.clauses is not None else None)
        where = select.args.get("where")
        places = self.clauses.where if self.clauses is not None else None
        self.where = tuple(Condition(*found, self.view) for found in scopes.layout.conjuncts(where.this, places)) if where else ()
        """The predicates of its WHERE."""
        self.beforehand: Sequence[Condition] | None = None
        """Those of its HAVING and QUALIFY that say the same in WHERE, once they were looked for."""

    def span(self) -> Span | None:
        """Where it stands, without what orders and cuts what it is the last side of; None where that cannot be told."""
        anchor = self._anchor(self.select) if not self.select.args.get("with_") else None
        return self.scopes.layout.select(anchor) if anchor is not None else None

    def _clauses(self) -> Clauses | None:
        """Where its parts stand."""
        anchor = self._anchor(self.select)
        return self.scopes.layout.clauses(anchor) if anchor is not None else None

    def _anchor(self, select: exp.Select) -> int | None:
        """A token that is directly a SELECT's own: an identifier or, where it has none, the bracket around the sub-select that it reads."""
        for node in select.find_all(exp.Identifier, bfs=True):
            if "start" in node.meta and node.find_ancestor(exp.Select, exp.CTE) is select:
                return self.scopes.layout.token_at(node.meta["start"])
        from_ = select.args.get("from_")
        read = from_.this.this if from_ is not None and isinstance(from_.this, exp.Subquery) else None
        inner = self._anchor(read) if isinstance(read, exp.Select) else None
        return self.scopes.layout.around(inner) if inner is not None else None

    def _source(self, node: exp.Expr, span: Span | None) -> int:
        """Adds a source; its position."""
        number = self.scopes.number(node)
        reference = self.scopes.references[number] if number is not None else None
        self.sources.append(Source(len(self.sources), node, span, reference))
        return len(self.sources) - 1

    @property
    def tree(self) -> Tree | None:
        """How its sources are joined, outer joins made inner where that is the same; None without FROM."""
        if self._simplified is None and self._tree is not None:
            self._simplified = simplified(self._tree, frozenset[int]().union(*map(self.rejects, self.where)), self.rejects)
        return self._simplified

    def position(self, node: exp.Expr) -> int | None:
        """Which source a node is."""
        return next((source.position for source in self.sources if source.node is node), None)

    def named(self, position: int) -> Named:
        """What a source calls its columns."""
        if position not in self._named:
            self._named[position] = self._named_by(position)
        return self._named[position]

    def _named_by(self, position: int) -> Named:
        reference = self.sources[position].reference
        if reference is not None:
            return Named(frozenset(reference.written), frozenset(name.casefold() for name in reference.hidden))
        columns = self.columns(position) or self._selected(self.sources[position].node)
        return Named(frozenset(columns) if columns else None)

    def _selected(self, node: exp.Expr) -> frozenset[str]:
        """The names that a sub-select gives which cannot be bound by itself, for what it takes from outside; empty when unknown."""
        select = node.this.this if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery) else node.this
        while isinstance(select, (exp.SetOperation, exp.Subquery)) and not select.args.get("by_name"):
            select = select.this  # whose names those of a UNION are
        alias = node.args.get("alias")
        if not isinstance(select, exp.Select) or (alias is not None and alias.args.get("columns")):
            return frozenset()
        if not all(isinstance(item, (exp.Alias, exp.Column)) and not isinstance(item.this, exp.Star) for item in select.expressions):
            return frozenset()
        return frozenset(item.alias_or_name.casefold() for item in select.expressions)

    def columns(self, position: int) -> Mapping[str, str]:
        """Folded names and DuckDB types of a local source's columns, in order; empty when unknown."""
        if position not in self._columns:
            source = self.sources[position]
            query = f"FROM {self.scopes.written(source.span)}" if source.span is not None else ""
            self._columns[position] = {}  # a source cannot name its own columns, though what is in it looks for a name here
            found = self._given_by(source.node) or self._begun_by(source.node)
            self._columns[position] = found or (self.scopes.describe(query, [source.node]) if query else {})
        return self._columns[position]

    def _begun_by(self, node: exp.Expr) -> Mapping[str, str]:
        """The columns of what a recursive query reads of its own rows: those that it begins with; empty for any other source."""
        first, cte = first_of(node), cte_of(node) if isinstance(node, exp.Table) else None
        span = self.scopes.frame(first).span() if first is not None and not node.args.get("pivots") else None
        if first is None or cte is None or span is None:
            return {}
        query = f"({self.scopes.written(span)})"
        for alias in (cte.args["alias"], node.args.get("alias")):
            names = ", ".join(quoted(column.name) for column in (alias.args.get("columns") or ())) if alias is not None else ""
            query = f"(FROM {query} AS __rowcall_first({names}))" if names else query
        return self.scopes.describe(f"FROM {query}", [first])

    def _given_by(self, node: exp.Expr) -> Mapping[str, str]:
        """The columns of a sub-select or WITH query that does no more than hand on columns; empty for any other, of which DuckDB tells."""
        subquery = node.this if isinstance(node, exp.Lateral) else node
        query = cte_of(node) if isinstance(node, exp.Table) else subquery if isinstance(subquery, exp.Subquery) else None
        alias = query.args["alias"] if query is not None and query.args.get("alias") else None
        own = node.args.get("alias")
        renames = any(one is not None and one.args.get("columns") for one in (alias, own))
        if query is None or not isinstance(query.this, exp.Select) or renames or any(node.args.get(key) for key in ("pivots", "sample")):
            return {}
        inner = self.scopes.frame(query.this)
        outputs = (inner.outputs() or []) if not inner.view.merged else []
        types = {name: inner.type_of(place) for name, place in outputs if place is not None}
        return types if len(types) == len(outputs) and all(types) and all(types.values()) else {}

    def type_of(self, place: Place) -> str:
        """The DuckDB type of a column of a source; "" where that is not known."""
        source = self.sources[place[0]]
        if source.reference is not None:
            return duckdb_type(type_of(source.reference, place[1]))
        return self.columns(place[0]).get(place[1], "") if source.matched is None else ""

    def kind(self, place: Place) -> str:
        """How a column compares: "text", "integer", or "" for any other or unknown way."""
        source = self.sources[place[0]] if place[0] >= 0 else None
        if source is None or source.matched is not None:
            return ""
        return kind_of(type_of(source.reference, place[1]) if source.reference is not None else self.columns(place[0]).get(place[1], ""))

    def is_within(self, outer: Frame) -> bool:
        """Whether it stands in another SELECT."""
        return self is not outer and is_inside(self.select, outer.select)

    # -- columns -------------------------------------------------------------------------------------------------------------------

    def view_of(self, node: exp.Expr) -> View:
        """What a node directly in this SELECT sees: all of FROM, or what the join sees in whose ON it stands."""
        join = self.scopes.above.nearest(node, exp.Join, exp.Select)
        return self._builder.views.get(id(join), self.view)

    def find(self, column: exp.Column, view: View) -> Found | None:
        """What a column is of, here or further out; None when that is not certain."""
        if isinstance(column.this, exp.Star):
            return None
        parts = [part.name.casefold() for part in column.parts]
        for length in range(len(parts) - 1, 0, -1):
            for position in sorted(view.visible):
                if self._qualifies(position, parts[:length]) and self._may_have(position, parts[length]):
                    exact = length + 1 == len(parts) and self._is_own(position, parts[length])
                    return Found(self, position, self.spelt(position, parts[length]), length + 1, exact)
        owners = view.having(parts[0], self.named)
        if owners and not self._is_no_field(owners, parts):
            (position,) = owners
            return Found(self, position, self.spelt(position, parts[0]), 1, len(parts) == 1 and self._is_own(position, parts[0]))
        if parts[0] in view.merged or any(self.named(position).columns is None for position in view.visible):
            return None
        return self._find_beyond(column, view, parts[0])

    def _is_own(self, position: int, name: str) -> bool:
        """Whether a column is the resource's own, and not one that a PIVOT or UNPIVOT behind the resource makes of others."""
        source = self.sources[position]
        pivots: list[exp.Pivot] = source.node.args.get("pivots") or [] if source.reference is not None else []
        return all(handed_through((name,), pivot) == (name,) for pivot in pivots)

    def _is_no_field(self, owners: frozenset[int], parts: Sequence[str]) -> bool:
        """Whether what stands behind a column's name cannot be a field of it: then the name is that of a source further out.

        `range(3) a` has a column `a`, which `a.range` is too.
        """
        (position,) = owners
        return len(parts) > 1 and bool(self.kind((position, self.spelt(position, parts[0])))) and not self._qualifies(position, parts[:1])

    def _find_beyond(self, column: exp.Column, view: View, name: str) -> Found | None:
        """What a column is of that no source nearby has: one before a comma, what is selected, or one further out."""
        if view.before is not None:
            return self.find(column, view.before)
        meant = next((item for item in self.select.expressions if item.alias.casefold() == name), None)
        if meant is not None and len(column.parts) == 1:
            own = meant.unalias()
            found = self.scopes.resolve(own) if isinstance(own, exp.Column) and own is not column else None
            return replace(found, parts=1) if found is not None else None
        stop = self.select.find_ancestor(exp.Select, exp.CTE)
        if not isinstance(stop, exp.Select):
            return None
        outer = self.scopes.frame(stop)
        return outer.find(column, outer.view_of(self.select))

    def _may_have(self, position: int, name: str) -> bool:
        """Whether a source has a column; where it has not, its name before a column means a source of the same name further out."""
        if self.select.find_ancestor(exp.Select) is None:
            return True
        named = self.named(position)
        return named.columns is None or name in named.columns or name in named.hidden

    def _qualifies(self, position: int, prefix: Sequence[str]) -> bool:
        source = self.sources[position]
        if source.reference is not None:
            return is_prefix(source.reference, prefix)
        return list(prefix) in ([source.alias.casefold()], [source.called.casefold()], [source.node.alias_or_name.casefold()])

    def spelt(self, position: int, written: str) -> str:
        """A column's own name, where an alias or a parameter gives it another: as the resource spells it, or folded for a local one."""
        reference = self.sources[position].reference
        if reference is None:
            return written
        name = reference.own.get(written, written)
        return (reference.hidden[name].column if name in reference.hidden else None) or name

    def place(self, operand: Operand) -> Place | None:
        """The column of this SELECT that an operand is; None when it is none, or that is not certain."""
        if operand.place is not None or not isinstance(operand.node, exp.Column):
            return operand.place
        found = self.scopes.resolve(operand.node)
        return (found.position, found.name) if found is not None and found.frame is self and found.exact else None

    def column(self, place: Place) -> exp.Column:
        """A node that stands for a column of this SELECT, though it is not written there."""
        if place not in self._standing:
            self._standing[place] = exp.column(place[1])
            self.scopes.stands(self._standing[place], Found(self, *place, 1, exact=True))
        return self._standing[place]

    def as_type(self, place: Place, shown: str, type_: str) -> str:
        """A column that is shown as SQL, as one of a type: cast to it where both are whole numbers."""
        is_cast = self.kind(place) == kind_of(type_) == "integer" and self.type_of(place) != type_
        return f"CAST({shown} AS {type_})" if is_cast else shown

    def shown(self, place: Place) -> str:
        """A column as SQL, with its source's name before it."""
        source = self.sources[place[0]]
        name = place[1]
        if source.reference is not None:
            name = next((written for written, own in source.reference.written.items() if own == name), name)
        return f"{quoted(source.alias)}.{quoted(name)}"

    # -- conditions ----------------------------------------------------------------------------------------------------------------

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those of its WHERE and of all its joins."""
        return (*self.where, *self._builder.conditions)

    def alternatives(self, condition: Condition) -> tuple[Alternative, ...]:
        """What a condition says."""
        if condition not in self._alternatives:
            if condition.lateral is not None:
                self._alternatives[condition] = (tuple(beside(self, condition.lateral)),)
            elif condition.predicate is None:
                pairs = [[(position, self.spelt(position, name)) for position, name in pair] for pair in condition.pairs]
                atoms = tuple(Equal(Operand(None, place=left), Operand(None, place=right)) for left, right in pairs)
                self._alternatives[condition] = (atoms,)
            else:
                found = self._reader.alternatives(condition.predicate, condition.tokens)
                self._alternatives[condition] = tuple(tuple(map(self._plainly, option)) for option in found)
        return self._alternatives[condition]

    def _plainly(self, atom: Atom) -> Atom:
        """The same, as an equality where a list has one column alone, of the type of what is to be in it."""
        if not isinstance(atom, Equal) or not atom.right.varies or atom.right.listed:
            return atom
        (value, *others), type_of = atom.right.values, self.scopes.type_of
        is_one = isinstance(value.node, exp.Column) and all(other.node == value.node for other in others)
        return Equal(atom.left, value) if is_one and type_of(value) == type_of(atom.left) != "" else atom

    def rejects(self, condition: Condition, of: Callable[[Place], int | None] = itemgetter(0)) -> frozenset[int]:
        """The sources of which a condition cannot be true where all their columns are NULL.

        `of` says which source a column is of, or comes of where that is another SELECT's; None where it is of none.
        """
        return self._rejects(condition, of)

    def valued(self, condition: Condition) -> frozenset[Place]:
        """The columns of which a condition cannot be true where they are NULL."""
        return self._rejects(condition, lambda place: place)

    def _rejects(self, condition: Condition, of: Callable[[Place], K | None]) -> frozenset[K]:
        if condition not in self._strict_of:
            options = self.alternatives(condition)
            self._strict_of[condition] = [list(filter(None, chain.from_iterable(map(self.strict, atoms)))) for atoms in options]
        found = [frozenset(own for place in places if (own := of(place)) is not None) for places in self._strict_of[condition]]
        return frozenset.intersection(*found) if found else frozenset()

    def touched(self, condition: Condition) -> frozenset[int]:
        """The sources that a condition may be about."""
        if condition not in self._touched:
            self._touched[condition] = self._touched_by(condition)
        return self._touched[condition]

    def _touched_by(self, condition: Condition) -> frozenset[int]:
        if condition.lateral is not None:
            places = (self.place(atom.left) for atom in chain(*self.alternatives(condition)) if isinstance(atom, Equal))
            return frozenset(place[0] for place in places if place is not None)
        if condition.predicate is None:
            return frozenset(position for pair in condition.pairs for position, _ in pair)
        found = [self.scopes.resolve(column) for column in self.scopes.columns(condition.predicate)]
        if None in found:
            return frozenset(range(len(self.sources)))
        return frozenset(one.position for one in found if one is not None and one.frame is self)

    def named_in(self, condition: Condition) -> frozenset[Place | None]:
        """The columns that a condition names, None for one that is not certain to be of this SELECT."""
        if condition not in self._named_in:
            columns = self.scopes.columns(condition.predicate) if condition.predicate is not None else ()
            self._named_in[condition] = frozenset(self.place(Operand(column)) for column in columns)
        return self._named_in[condition]

    def strict(self, atom: Atom) -> list[Place | None]:
        """The columns of which what a condition says is not so where one is NULL; None for what is no column."""
        if isinstance(atom, Filter):
            node, wanted = atom.part or (atom.node, True)
            return self._strict(node, wanted=wanted)
        if isinstance(atom, Equal):
            return [place for side in (atom.left, atom.right) for place in self._valued_by(side)]
        return [self.place(Operand(column)) for column in atom.columns] if not atom.identical else []

    def _strict(self, predicate: exp.Expr, *, wanted: bool) -> list[Place | None]:
        """The same of a comparison, or IS NULL, that is true or, with `wanted` False, false."""
        sides: Sequence[exp.Expr] = ()
        if isinstance(predicate, exp.Is):
            sides = (predicate.this,) if not wanted and isinstance(predicate.expression, exp.Null) else ()
        elif not wanted and not is_null_of_null(predicate):
            sides = ()
        elif isinstance(predicate, COMPARED):
            sides = () if is_quantified(predicate.args["expression"]) else (predicate.args["this"], predicate.args["expression"])
        elif isinstance(predicate, (exp.Between, exp.In)) and not isinstance(predicate.this, exp.Tuple):
            sides = (predicate.this,)
        return [place for side in sides for place in self._valued_by(Operand(side))]

    def _valued_by(self, operand: Operand) -> list[Place | None]:
        """The columns without which an expression is NULL, None for what is no column."""
        if operand.node is None or operand.place is not None:
            return [operand.place]
        return [self.place(Operand(part)) for part in without_which_null(operand.node)]

    def read(self) -> None:
        """Reads all its conditions, so that the sub-queries in them are among the sources."""
        for condition in self.conditions:
            self.alternatives(condition)

    # -- what it gives -------------------------------------------------------------------------------------------------------------

    def outputs(self) -> Sequence[tuple[str, Place | None]] | None:
        """The folded names of what it selects, each with the column of its FROM clause that it is; None when that cannot be told."""
        if self._outputs is None:
            self._outputs = self._selects()
        return self._outputs

    def firsts(self) -> Mapping[int, tuple[Place, ...]]:
        """Those of what it selects, by their numbers, that a FULL JOIN merged, each with the columns of which it is the first."""
        self.outputs()
        return self._firsts

    def merged(self, name: str, view: View) -> tuple[Place, ...]:
        """The columns of which that one is the first which a FULL JOIN made of several and is called so; none where there is none."""
        return tuple((position, self.spelt(position, own)) for position, own in view.first.get(name, ()))

    def _selects(self) -> Sequence[tuple[str, Place | None]] | None:
        found: list[tuple[str, Place | None]] = []
        for item in self.select.expressions:
            own = item.unalias()
            star = own.this if isinstance(own, exp.Column) else own
            if isinstance(star, exp.Star):
                starred = self._starred(own, star)
                if starred is None:
                    return None
                replaced = {node.alias.casefold() for node in star.args.get("replace") or ()}
                merged = [name if place is None and name not in replaced else "" for name, place in starred]
                self._firsts |= {len(found) + at: self.merged(name, self.view) for at, name in enumerate(merged)}
                found += starred
            elif isinstance(star, exp.Columns) or isinstance(item, exp.Aliases):
                return None
            else:
                bare = self.scopes.column_in(own)  # brackets change neither the column nor its name, and a cast no more than that
                place = self.place(Operand(bare)) if isinstance(bare, exp.Column) else None
                if isinstance(bare, exp.Column) and len(bare.parts) == 1 and self.scopes.resolve(bare) is None:
                    self._firsts[len(found)] = self.merged(bare.name.casefold(), self.view)
                name = item.alias or (bare.alias_or_name if bare is own.unnest() else "")
                found.append((name.casefold(), place))
        return found

    def _starred(self, item: exp.Expr, star: exp.Star) -> list[tuple[str, Place | None]] | None:
        if star.args.get("rename"):
            return None
        left_out = {node.name.casefold() for node in star.args.get("except_") or star.args.get("except") or ()}
        replaced = {node.alias.casefold() for node in star.args.get("replace") or ()}
        prefix = [part.name.casefold() for part in item.parts[:-1]] if isinstance(item, exp.Column) else []
        positions = [position for position in sorted(self.view.visible) if not prefix or self._qualifies(position, prefix)]
        names: dict[str, Place | None] = {}
        found: list[tuple[str, Place | None]] = []
        for position in positions:
            columns = self.named(position).columns
            if columns is None:
                return None
            reference = self.sources[position].reference
            for name in reference.written if reference is not None else self.columns(position):
                merged = not prefix and name in self.view.merged
                if name in left_out or (merged and name in names):
                    continue
                owner = next(iter(self.view.merged[name]), None) if merged else position
                place = (owner, self.spelt(owner, name)) if owner is not None else None
                names[name] = None if name in replaced else place
                found.append((name, names[name]))
        return found
