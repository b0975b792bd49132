"""Which values the parameters of a remote reference can have, read from the SELECT that it stands in.

The rules of what may restrict a source follow SQL's joins: a predicate in WHERE restricts every source of its SELECT; one in ON
restricts what its kind of join drops. A column that equals another one takes over what is known of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import sqlglot
from sqlglot import exp

from rowcall.errors import Span
from rowcall.manifest.model import Scalar
from rowcall.manifest.types import quoted
from rowcall.plan.joins import Joined, Named, View, views
from rowcall.plan.predicates import Alternative, Constants, Keys, Own, alternatives, both, collates, is_constant
from rowcall.plan.references import Reference, column_of, cte_of, hidden_columns, is_inside, is_prefix, own_name, type_of, written_columns
from rowcall.sql.tokens import Token

ColumnsOf = Callable[[str], Mapping[str, str] | None]
"""Column names and DuckDB types of what a piece of SQL after FROM names; None when there is no such thing."""

Place = tuple[int, str]
"""A source, by its position in FROM, and a column of it: as the resource spells it, or folded for a local one."""


@dataclass(frozen=True, slots=True)
class Source:
    """One item of a FROM clause."""

    name: str
    """What its columns are qualified with, folded."""
    node: exp.Expr
    reference: Reference | None
    """Set when it is a remote resource."""
    sql: str | None
    """What stands after FROM for it alone; None when it cannot be read by itself."""
    columns: Mapping[str, str]
    """Folded column names and DuckDB types; empty when unknown."""
    unstable: str = ""
    """Why its values cannot be read before the statement runs, in the user's terms."""

    @property
    def named(self) -> Named:
        """What it calls its columns."""
        if self.reference is not None:
            hidden = frozenset(name.casefold() for name in hidden_columns(self.reference.ref))
            return Named(frozenset(written_columns(self.reference)), hidden)
        return Named(frozenset(self.columns) if self.columns else None)

    def qualifies(self, prefix: Sequence[str]) -> bool:
        """Whether columns with this before them, folded, are of this source."""
        return is_prefix(self.reference, prefix) if self.reference is not None else list(prefix) == [self.name]

    def spelt(self, written: str) -> str:
        """A column's own name, where an alias gives it another: as the resource spells it, or folded for a local one."""
        return (own_name(self.reference, written) or written) if self.reference is not None else written


@dataclass(frozen=True, slots=True)
class Conjunct:
    """One predicate, and the sources (by position) that it may restrict."""

    predicate: exp.Expr
    restricts: frozenset[int]
    holds: bool
    """Whether every row of the result satisfies it, so that it may also be used through an equality elsewhere."""
    place: int
    """The join whose ON it is in, -1 for WHERE."""
    view: View
    """What its columns can be of."""

    def applies(self, edge: Conjunct) -> bool:
        """Whether it is true of every row for which the equality `edge` counts."""
        return self.holds or self.place == edge.place


@dataclass(frozen=True, slots=True)
class Written:
    """The statement as it is written."""

    text: str
    tokens: tuple[Token, ...]
    prefix: str
    """Its own WITH clause, when it can stand before a key query."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The SELECT around one reference."""

    sources: tuple[Source, ...]
    conjuncts: tuple[Conjunct, ...]
    written: Written
    blocked: str = ""
    """Why nothing may restrict the reference, in the user's terms."""

    def owners(self, expression: exp.Expr, view: View) -> tuple[Place, ...]:
        """The columns that one in an expression equals: one, or all that USING merged; none when that is not certain.

        A column of an outer SELECT, and a part of a STRUCT, is none of them.
        """
        if not isinstance(expression, exp.Column) or isinstance(expression.this, exp.Star):
            return ()
        parts = [part.name.casefold() for part in expression.parts]
        if len(parts) == 1:
            found = ((position, parts[0]) for position in sorted(view.having(parts[0], [source.named for source in self.sources])))
        else:
            found = ((position, parts[-1]) for position in sorted(view.visible) if self.sources[position].qualifies(parts[:-1]))
        return tuple((position, self.sources[position].spelt(name)) for position, name in found)

    def kind(self, column: Place) -> str:
        """Either "text" or "integer", where a column compares as that and equal values have one spelling; else ""."""
        source, (_, name) = self.sources[column[0]], column
        type_ = source.columns.get(name, "") if source.reference is None else type_of(source.reference, name)
        if type_ in _TEXTS or (isinstance(type_, str) and type_.startswith("ENUM(") and type_.endswith(")")):
            return "text"
        return "integer" if type_ in _INTEGERS else ""


_TEXTS = frozenset({Scalar.STRING, "VARCHAR"})
_INTEGERS = frozenset({Scalar.INTEGER, *"TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT".split()})


def scope_of(reference: Reference, references: Sequence[Reference], written: Written, columns_of: ColumnsOf) -> Scope:
    """The sources and predicates around `reference`."""
    select = reference.select
    if select is None:
        return Scope((), (), written, "It stands outside a SELECT.")
    sources = tuple(_source(node, references, written, columns_of) for node in _nodes(select))
    own = next((i for i, source in enumerate(sources) if source.reference is reference), None)
    if _sampled(select, reference):
        return Scope(sources, (), written, f"SAMPLE picks from all rows, {_SUBSELECT}")
    joins: list[exp.Join] = list(select.args.get("joins") or ())
    if any(join.method == "POSITIONAL" and join.find_ancestor(exp.Select) is select for join in select.find_all(exp.Join)):
        return Scope(sources, (), written, f"A POSITIONAL JOIN pairs all rows, {_SUBSELECT}")
    if own is None and any(join.method == "ASOF" for join in select.find_all(exp.Join)):
        return Scope(sources, (), written, f"An ASOF JOIN picks from all rows, {_SUBSELECT}")
    joined, whole = views(joins, [source.named for source in sources])
    conjuncts = [*_where(select, whole, joins), *_joined(joins, joined, sources)]
    if own is None:
        conjuncts = [conjunct for conjunct in conjuncts if conjunct.place < 0]
    return Scope(sources, tuple(conjuncts), written, _full_join(joins))


_SUBSELECT = "so a filter cannot be applied before it; put the filter into a sub-select."


def _full_join(joins: Sequence[exp.Join]) -> str:
    full = any(join.side == "FULL" for join in joins)
    return "A FULL JOIN keeps the rows of both sides, so neither side can take its values from the other." if full else ""


def _nodes(select: exp.Select) -> list[exp.Expr]:
    from_ = select.args.get("from_")
    return [from_.this, *(join.this for join in select.args.get("joins") or ())] if from_ else []


def _sampled(select: exp.Select, reference: Reference) -> bool:
    return bool(select.args.get("sample") or reference.table.args.get("sample"))


def _source(node: exp.Expr, references: Sequence[Reference], written: Written, columns_of: ColumnsOf) -> Source:
    reference = next((found for found in references if found.table is node), None)
    if reference is not None:
        return Source(reference.alias.casefold(), node, reference, None, dict.fromkeys(written_columns(reference), ""))
    sql = _standing(node, references, written.text, written.tokens) if _reaches(node, written) else None
    types = columns_of(f"({written.prefix} FROM {sql})" if written.prefix and sql else sql) if sql else None
    columns = {name.casefold(): type_ for name, type_ in (types or {}).items()}
    name = node.alias_or_name.casefold()
    if not is_stable(node):
        return Source(name, node, None, sql, columns, f"{name or 'The sub-select'} could give other rows each time; {_KEEP}")
    return Source(name, node, None, sql if columns else None, columns)


_KEEP = "order it by all it selects, or keep its rows first: CREATE TEMP TABLE … AS SELECT …"


def is_stable(node: exp.Expr) -> bool:
    """Whether a local query gives the same rows each time it is read within a statement, so that its keys can be read before it.

    LIMIT picks the same values twice only below an ORDER BY of all that is selected.
    """
    if any(True for _ in node.find_all(exp.TableSample, exp.Rand, exp.Uuid, exp.Window, exp.AnyValue, exp.First, exp.Last)):
        return False
    if any(function.name.casefold() in _VOLATILE for function in node.find_all(exp.Anonymous)):
        return False
    limited = {limit.parent for limit in node.find_all(exp.Limit, exp.Offset, exp.Fetch)}
    return all(isinstance(query, exp.Select) and _ordered_by_all(query) for query in limited)


_VOLATILE = frozenset({"random", "gen_random_uuid", "uuid", "uuidv4", "uuidv7", "nextval", "currval", "setseed", "arg_min", "arg_max"})


def _ordered_by_all(query: exp.Select) -> bool:
    order = query.args.get("order")
    keys = {ordered.this.sql() for ordered in order.expressions} if order else set()
    keys |= {query.expressions[int(key) - 1].unalias().sql() for key in keys if key.isdigit() and 0 < int(key) <= len(query.expressions)}
    return all(isinstance(column.unalias(), exp.Column) and column.unalias().sql() in keys for column in query.expressions)


def _reaches(node: exp.Expr, written: Written) -> bool:
    """Whether the tables that a piece of SQL reads are the same where a key query reads them: the user's own, or the statement's WITH."""
    leading = node.root().args.get("with_") if written.prefix else None
    for table in node.find_all(exp.Table):
        cte = cte_of(table)
        if cte is not None and cte.parent is not leading and not is_inside(cte, node):
            return False
    return True


def _standing(node: exp.Expr, references: Sequence[Reference], text: str, tokens: Sequence[Token]) -> str | None:
    """The text of a local source, with its alias; None when it holds a remote reference or cannot be cut out of the text."""
    extent = _extent(node, text, tokens)
    if extent is None or any(extent.start <= reference.span.start < extent.end for reference in references):
        return None
    return text[extent.start : extent.end]


def _extent(node: exp.Expr, text: str, tokens: Sequence[Token]) -> Span | None:
    """Where a table, or a sub-select, VALUES or unnest with an alias, stands in the text; its alias included."""
    offsets = [found.meta for found in node.find_all(exp.Identifier) if "start" in found.meta]
    if not offsets:
        return None
    alias = node.args.get("alias")
    end = max(meta["end"] for meta in offsets) + 1
    if alias is not None and alias.args.get("columns"):
        end = text.index(")", end) + 1
    if isinstance(node, exp.Table) and all(isinstance(part, exp.Identifier) for part in node.parts):
        return Span(min(meta["start"] for meta in offsets), end)
    if alias is None or alias.this is None or not isinstance(node, (exp.Subquery, exp.Values, exp.Unnest)):
        return None
    start = _opening(alias.this.meta["start"], tokens)
    return Span(start, end) if start is not None else None


def _opening(alias: int, tokens: Sequence[Token]) -> int | None:
    """Where the bracket opens (or the `unnest` before it stands) that closes right before the alias at this offset."""
    index = next(i for i, token in enumerate(tokens) if token.start == alias) - 1
    index -= tokens[index].word == "AS"
    if tokens[index].kind != "R_PAREN":
        return None
    depth = 0
    while index >= 0:
        depth += (tokens[index].kind == "R_PAREN") - (tokens[index].kind == "L_PAREN")
        if depth == 0:
            break
        index -= 1
    return tokens[index - 1].start if index > 0 and tokens[index - 1].word == "UNNEST" else tokens[index].start


def _where(select: exp.Select, view: View, joins: Sequence[exp.Join]) -> Iterator[Conjunct]:
    where = select.args.get("where")
    if where is None:
        return
    asof_right = {position + 1 for position, join in enumerate(joins) if join.method == "ASOF"}
    for predicate in _conjuncts(where.this):
        yield Conjunct(predicate, view.visible - asof_right, holds=True, place=-1, view=view)


def _joined(joins: Sequence[exp.Join], joined: Sequence[Joined], sources: Sequence[Source]) -> Iterator[Conjunct]:
    for position, (join, sees) in enumerate(zip(joins, joined, strict=True)):
        right = position + 1
        restricts, holds = _reach(join, right, sees.view.visible - {right})
        equalities = (exp.EQ(this=_column(sources[left], name), expression=_column(sources[right], name)) for name, left in sees.equalities)
        for predicate in [*_conjuncts(join.args.get("on")), *equalities]:
            yield Conjunct(predicate, restricts, holds, position, sees.view)


def _reach(join: exp.Join, right: int, left: frozenset[int]) -> tuple[frozenset[int], bool]:
    """Which sources the ON of a join restricts, and whether every row of the result satisfies it."""
    only_right = frozenset({right})
    if join.side == "FULL" or join.method == "POSITIONAL":
        return frozenset(), False
    if join.side == "RIGHT":
        return left, False
    if join.side == "LEFT" or join.kind == "ANTI":
        return only_right, False
    if join.method == "ASOF":
        return left | only_right, False
    return left | only_right, True


def _column(source: Source, name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name), table=exp.to_identifier(source.name))


def _conjuncts(predicate: exp.Expr | None) -> Iterator[exp.Expr]:
    if isinstance(predicate, exp.And):
        yield from _conjuncts(predicate.left)
        yield from _conjuncts(predicate.right)
    elif isinstance(predicate, exp.Paren):
        yield from _conjuncts(predicate.this)
    elif predicate is not None:
        yield predicate


def restriction(reference: Reference, scope: Scope, references: Sequence[Reference]) -> tuple[Alternative, ...] | None:
    """What the statement says of the reference's columns: alternatives of `column ∈ values`, by the resource's own column names.

    None when it says nothing; an empty tuple when no row can be meant.
    """
    own = next((i for i, source in enumerate(scope.sources) if source.reference is reference), None)

    def mine(expression: exp.Expr, view: View) -> str | None:
        if own is None:
            return column_of(reference, expression)
        return next((name for position, name in scope.owners(expression, view) if position == own), None)

    found: tuple[Alternative, ...] | None = None
    for conjunct in scope.conjuncts:
        if own is None or own in conjunct.restricts:
            said = alternatives(conjunct.predicate, partial(mine, view=conjunct.view), lambda query: _subquery(query, references, scope))
            found = both(found, said)
    if own is not None:
        for name, values in _through_equalities(own, scope):
            found = both(found, ({name: (values,)},))
    return found


def restricting(reference: Reference, scope: Scope) -> list[tuple[exp.Expr, Own]]:
    """The predicates that every row satisfies which is needed of the reference, each with what tells its columns in it."""
    own = next((i for i, source in enumerate(scope.sources) if source.reference is reference), None)

    def mine(expression: exp.Expr, view: View) -> str | None:
        if own is None:
            return column_of(reference, expression)
        return next((name for position, name in scope.owners(expression, view) if position == own), None)

    certain = (conjunct for conjunct in scope.conjuncts if own is None or own in conjunct.restricts)
    return [(conjunct.predicate, partial(mine, view=conjunct.view)) for conjunct in certain]


def _subquery(query: exp.Expr, references: Sequence[Reference], scope: Scope) -> Keys | None:
    """`IN (SELECT …)` as keys, where it mentions no remote resource; DuckDB says later whether it can stand alone."""
    inner = query.this if isinstance(query, exp.Subquery) else query
    tables = {id(table) for table in inner.find_all(exp.Table)}
    if not isinstance(inner, exp.Select) or any(id(reference.table) in tables for reference in references):
        return None
    if not is_stable(inner) or not _reaches(inner, scope.written):
        return None
    sql = inner.sql(dialect="duckdb")
    if sqlglot.parse_one(sql, dialect="duckdb") != inner:
        return None
    return Keys(
        f"{scope.written.prefix} SELECT DISTINCT k, {collates('k')} FROM ({sql}) q(k) WHERE k IS NOT NULL".strip(), "the sub-select"
    )


def _through_equalities(own: int, scope: Scope) -> Iterator[tuple[str, Constants | Keys]]:
    """What the other side of `own column = other column` says: its constants, or else the keys that a local table holds."""
    for mine, other, conjunct in _edges(own, scope):
        constants = list(_constants(other, scope, conjunct))
        if constants:
            yield from ((mine, values) for values in constants)
        elif (keys := _keys_of(other, scope, conjunct, frozenset({(own, mine)}))) is not None:
            yield mine, keys


def _keys_of(column: Place, scope: Scope, edge: Conjunct, seen: frozenset[Place]) -> Keys | None:
    """The keys of a local column, or of one that a remote column equals in every row of the result."""
    position, name = column
    source = scope.sources[position]
    if source.reference is None:
        return _keys(source, position, name, scope, edge)
    seen |= {column}
    for conjunct in scope.conjuncts:
        for mine, other in _pairs(conjunct, scope) if conjunct.holds and conjunct is not edge else ():
            if mine == column and other not in seen and (keys := _keys_of(other, scope, edge, seen)) is not None:
                return keys
    return None


def _edges(own: int, scope: Scope) -> Iterator[tuple[str, Place, Conjunct]]:
    for conjunct in scope.conjuncts:
        if own not in conjunct.restricts:
            continue
        for this, that in _pairs(conjunct, scope):
            if this[0] == own and that[0] != own:
                yield this[1], that, conjunct


def _pairs(conjunct: Conjunct, scope: Scope) -> Iterator[tuple[Place, Place]]:
    """The columns that a predicate says to be equal, both ways round."""
    predicate = conjunct.predicate
    if isinstance(predicate, exp.EQ):
        for left, right in product(scope.owners(predicate.left, conjunct.view), scope.owners(predicate.right, conjunct.view)):
            if scope.kind(left) and scope.kind(left) == scope.kind(right):
                yield from ((left, right), (right, left))


def _constants(column: Place, scope: Scope, edge: Conjunct, seen: frozenset[Place] = frozenset()) -> Iterator[Constants]:
    """The constants that a column must be among, in every row that the edge's equality holds for."""

    def this(expression: exp.Expr, view: View) -> str | None:
        return "x" if column in scope.owners(expression, view) else None

    seen |= {column}
    through = tuple(_probe(scope.sources[position], name, scope) for position, name in sorted(seen))
    for conjunct in scope.conjuncts:
        if not conjunct.applies(edge):
            continue
        said = alternatives(conjunct.predicate, partial(this, view=conjunct.view), _no_keys)
        sets = [alternative["x"] for alternative in said or ()]
        if sets and all(len(values) == 1 and isinstance(values[0], Constants) for values in sets):
            found = tuple(e for values in sets for v in values if isinstance(v, Constants) for e in v.expressions)
            yield Constants(
                found, tuple(filter(None, through)), any(v.listed for values in sets for v in values if isinstance(v, Constants))
            )
        if conjunct is not edge and conjunct.holds:
            for mine, other in _pairs(conjunct, scope):
                if mine == column and other not in seen:
                    yield from _constants(other, scope, edge, seen)


def _probe(source: Source, name: str, scope: Scope) -> str:
    """A query for whether a local column compares under a collation; "" for one that cannot, being an API's."""
    if source.sql is None:
        return ""
    return f"{scope.written.prefix} SELECT {collates(quoted(name))} FROM {source.sql} LIMIT 1".strip()


def _no_keys(_: exp.Expr) -> None:
    """A sub-select gives no constants."""


def _keys(source: Source, position: int, name: str, scope: Scope, edge: Conjunct) -> Keys | None:
    """A query for the distinct values of a local table's column, among the rows that the table's own predicates leave."""
    if source.sql is None or source.unstable:
        return None
    own = [
        f"({conjunct.predicate.sql(dialect='duckdb')})"
        for conjunct in scope.conjuncts
        if conjunct.applies(edge) and _is_about(conjunct, position, scope)
    ]
    where = " AND ".join([f"{quoted(name)} IS NOT NULL", *own])
    values = f"SELECT DISTINCT {quoted(name)}, {collates(quoted(name))} FROM {source.sql} WHERE {where}"
    return Keys(f"{scope.written.prefix} {values}".strip(), f"{source.name}.{name}")


_SAFE = (
    exp.Column, exp.Identifier, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not, exp.In, exp.Is, exp.Like,
    exp.Between,
)  # fmt: skip


def _is_about(conjunct: Conjunct, position: int, scope: Scope) -> bool:
    """Whether a predicate is about one source alone, and made of nodes that sqlglot writes as it read them."""
    columns = list(conjunct.predicate.find_all(exp.Column))
    if not columns or not all(any(owner == position for owner, _ in scope.owners(column, conjunct.view)) for column in columns):
        return False
    return all(isinstance(node, _SAFE) or is_constant(node) for node in conjunct.predicate.walk() if not isinstance(node, exp.DataType))
