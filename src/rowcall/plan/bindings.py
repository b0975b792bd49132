"""Which values the parameters of a remote reference can have, read from the SELECT that it stands in.

The rules of what may restrict a source follow SQL's joins: a predicate in WHERE restricts every source of its SELECT; one in ON
restricts what its kind of join drops. A column that equals another one takes over what is known of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from rowcall.errors import Span
from rowcall.manifest.types import quoted
from rowcall.plan.predicates import Alternative, Constants, Keys, alternatives, both, is_constant
from rowcall.plan.references import Reference, column_of, hidden_columns
from rowcall.sql.tokens import Token

ColumnsOf = Callable[[str], Mapping[str, str] | None]
"""Column names and DuckDB types of what a piece of SQL after FROM names; None when there is no such thing."""


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


@dataclass(frozen=True, slots=True)
class Conjunct:
    """One predicate, and the sources (by position) that it may restrict."""

    predicate: exp.Expr
    restricts: frozenset[int]
    holds: bool
    """Whether every row of the result satisfies it, so that it may also be used through an equality elsewhere."""
    place: int
    """The join whose ON it is in, -1 for WHERE."""


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
    prefix: str
    """The statement's own WITH clause, when it can stand before a key query."""
    blocked: str = ""
    """Why nothing may restrict the reference, in the user's terms."""

    def owner(self, column: exp.Column) -> tuple[int, str] | None:
        """The source and folded name of a column, None when that is not certain or it belongs to an outer SELECT."""
        first = column.parts[0].name.casefold()
        for position, source in enumerate(self.sources):
            if source.reference is not None and (name := column_of(source.reference, column)) is not None:
                return position, name.casefold()
            if source.reference is None and len(column.parts) > 1 and first == source.name:
                return (position, column.parts[1].name.casefold()) if len(column.parts) == 2 else None
        if len(column.parts) != 1:
            return None
        having = [position for position, source in enumerate(self.sources) if first in source.columns]
        if not having:
            having = [i for i, s in enumerate(self.sources) if s.reference and first in _folded_hidden(s.reference)]
        return (having[0], first) if len(having) == 1 else None


def _folded_hidden(reference: Reference) -> set[str]:
    return {name.casefold() for name in hidden_columns(reference.ref)}


def scope_of(reference: Reference, references: Sequence[Reference], written: Written, columns_of: ColumnsOf) -> Scope:
    """The sources and predicates around `reference`."""
    select = reference.select
    if select is None:
        return Scope((), (), "", "It stands outside a SELECT.")
    prefix = written.prefix
    sources = tuple(_source(node, references, written, columns_of) for node in _nodes(select))
    own = next((i for i, source in enumerate(sources) if source.reference is reference), None)
    if _sampled(select, reference):
        return Scope(sources, (), prefix, f"SAMPLE picks from all rows, {_SUBSELECT}")
    joins: list[exp.Join] = list(select.args.get("joins") or ())
    if any(join.method == "POSITIONAL" for join in joins):
        return Scope(sources, (), prefix, f"A POSITIONAL JOIN pairs all rows, {_SUBSELECT}")
    conjuncts = [*_where(select, len(sources), joins), *_joined(joins, sources)]
    if own is None:
        conjuncts = [conjunct for conjunct in conjuncts if conjunct.place < 0]
    return Scope(sources, tuple(conjuncts), prefix, _full_join(joins))


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
        columns = dict.fromkeys((name.casefold() for name in reference.ref.resource.columns), "")
        return Source(reference.alias.casefold(), node, reference, None, columns)
    sql = _standing(node, references, written.text, written.tokens)
    types = columns_of(f"({written.prefix} FROM {sql})" if written.prefix and sql else sql) if sql else None
    columns = {name.casefold(): type_ for name, type_ in (types or {}).items()}
    name = node.alias_or_name.casefold()
    if not is_stable(node):
        return Source(name, node, None, None, columns, f"{name or 'The sub-select'} could give other rows each time; {_KEEP}")
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
    return all(isinstance(column.unalias(), exp.Column) and column.unalias().sql() in keys for column in query.expressions)


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


def _where(select: exp.Select, count: int, joins: Sequence[exp.Join]) -> Iterator[Conjunct]:
    where = select.args.get("where")
    if where is None:
        return
    asof_right = {position + 1 for position, join in enumerate(joins) if join.method == "ASOF"}
    restricts = frozenset(range(count)) - asof_right
    for predicate in _conjuncts(where.this):
        yield Conjunct(predicate, restricts, holds=True, place=-1)


def _joined(joins: Sequence[exp.Join], sources: Sequence[Source]) -> Iterator[Conjunct]:
    for position, join in enumerate(joins):
        right = position + 1
        for predicate in [*_conjuncts(join.args.get("on")), *_equalities(join, right, sources)]:
            restricts, holds = _reach(join, right)
            yield Conjunct(predicate, restricts, holds, position)


def _reach(join: exp.Join, right: int) -> tuple[frozenset[int], bool]:
    """Which sources the ON of a join restricts, and whether every row of the result satisfies it."""
    left, only_right = frozenset(range(right)), frozenset({right})
    if join.side == "FULL" or join.method == "POSITIONAL":
        return frozenset(), False
    if join.side == "RIGHT":
        return left, False
    if join.side == "LEFT" or join.kind == "ANTI":
        return only_right, False
    if join.method == "ASOF":
        return left | only_right, False
    return left | only_right, True


def _equalities(join: exp.Join, right: int, sources: Sequence[Source]) -> Iterator[exp.Expr]:
    """The predicates that USING and NATURAL stand for, where it is certain which columns are meant."""
    names = [identifier.name.casefold() for identifier in join.args.get("using") or ()]
    if join.method == "NATURAL":
        left = {name for source in sources[:right] for name in source.columns}
        names = sorted(left & set(sources[right].columns))
    for name in names:
        for source in sources[:right]:
            known = set(source.columns) | (_folded_hidden(source.reference) if source.reference else set())
            if name in known:
                yield exp.EQ(this=_column(source, name), expression=_column(sources[right], name))


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

    def mine(expression: exp.Expr) -> str | None:
        if own is None:
            return column_of(reference, expression)
        found = scope.owner(expression) if isinstance(expression, exp.Column) else None
        return _own_name(reference, found[1]) if found and found[0] == own else None

    found: tuple[Alternative, ...] | None = None
    for conjunct in scope.conjuncts:
        if own is None or own in conjunct.restricts:
            found = both(found, alternatives(conjunct.predicate, mine, lambda query: _subquery(query, references)))
    if own is not None:
        for name, values in _through_equalities(own, scope):
            found = both(found, ({_own_name(reference, name) or name: (values,)},))
    return found


def _own_name(reference: Reference, folded: str) -> str | None:
    names = {name.casefold(): name for name in [*reference.ref.resource.columns, *hidden_columns(reference.ref)]}
    return names.get(folded)


def _subquery(query: exp.Expr, references: Sequence[Reference]) -> Keys | None:
    """`IN (SELECT …)` as keys, where it mentions no remote resource; DuckDB says later whether it can stand alone."""
    inner = query.this if isinstance(query, exp.Subquery) else query
    tables = {id(table) for table in inner.find_all(exp.Table)}
    if not isinstance(inner, exp.Select) or any(id(reference.table) in tables for reference in references) or not is_stable(inner):
        return None
    sql = inner.sql(dialect="duckdb")
    if sqlglot.parse_one(sql, dialect="duckdb") != inner:
        return None
    return Keys(f"SELECT DISTINCT k FROM ({sql}) q(k) WHERE k IS NOT NULL", "the sub-select")


def _through_equalities(own: int, scope: Scope) -> Iterator[tuple[str, Constants | Keys]]:
    """What the other side of `own column = other column` says: its constants, or else the keys that a local table holds."""
    for mine, other, conjunct in _edges(own, scope):
        position, name = other
        constants = list(_constants(other, scope, conjunct))
        if constants:
            yield from ((mine, values) for values in constants)
        elif (keys := _keys(scope.sources[position], position, name, scope, conjunct)) is not None:
            yield mine, keys


def _edges(own: int, scope: Scope) -> Iterator[tuple[str, tuple[int, str], Conjunct]]:
    for conjunct in scope.conjuncts:
        pair = _pair(conjunct.predicate, scope)
        if pair is None or own not in conjunct.restricts:
            continue
        for this, that in (pair, pair[::-1]):
            if this[0] == own and that[0] != own:
                yield this[1], that, conjunct


def _pair(predicate: exp.Expr, scope: Scope) -> tuple[tuple[int, str], tuple[int, str]] | None:
    if not isinstance(predicate, exp.EQ) or not isinstance(predicate.left, exp.Column) or not isinstance(predicate.right, exp.Column):
        return None
    left, right = scope.owner(predicate.left), scope.owner(predicate.right)
    return (left, right) if left and right and _text_like(left, scope) and _text_like(right, scope) else None


def _text_like(column: tuple[int, str], scope: Scope) -> bool:
    """Whether a column compares as text: only then do equal values have one spelling."""
    source = scope.sources[column[0]]
    return source.reference is not None or source.columns.get(column[1], "").startswith(("VARCHAR", "ENUM"))


def _constants(
    column: tuple[int, str], scope: Scope, edge: Conjunct, seen: frozenset[tuple[int, str]] = frozenset()
) -> Iterator[Constants]:
    """The constants that a column must be among, in every row that the edge's equality holds for."""
    for conjunct in scope.conjuncts:
        if not (conjunct.holds or conjunct.place == edge.place):
            continue
        said = alternatives(conjunct.predicate, lambda e: "x" if isinstance(e, exp.Column) and scope.owner(e) == column else None, _no_keys)
        sets = [alternative["x"] for alternative in said or ()]
        if sets and all(len(values) == 1 and isinstance(values[0], Constants) for values in sets):
            yield Constants(tuple(e for values in sets for v in values if isinstance(v, Constants) for e in v.expressions))
        pair = _pair(conjunct.predicate, scope)
        if pair and column in pair and column not in seen and conjunct is not edge and conjunct.holds:
            yield from _constants(pair[1] if pair[0] == column else pair[0], scope, edge, seen | {column})


def _no_keys(_: exp.Expr) -> None:
    """A sub-select gives no constants."""


def _keys(source: Source, position: int, name: str, scope: Scope, edge: Conjunct) -> Keys | None:
    """A query for the distinct values of a local table's column, among the rows that the table's own predicates leave."""
    if source.sql is None:
        return None
    own = [
        f"({conjunct.predicate.sql(dialect='duckdb')})"
        for conjunct in scope.conjuncts
        if (conjunct.holds or conjunct.place == edge.place) and _is_about(conjunct.predicate, position, scope)
    ]
    where = " AND ".join([f"{quoted(name)} IS NOT NULL", *own])
    return Keys(f"{scope.prefix} SELECT DISTINCT {quoted(name)} FROM {source.sql} WHERE {where}".strip(), f"{source.name}.{name}")


_SAFE = (
    exp.Column, exp.Identifier, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not, exp.In, exp.Is, exp.Like,
    exp.Between,
)  # fmt: skip


def _is_about(predicate: exp.Expr, position: int, scope: Scope) -> bool:
    """Whether a predicate is about one source alone, and made of nodes that sqlglot writes as it read them."""
    columns = list(predicate.find_all(exp.Column))
    if not columns or any((owner := scope.owner(column)) is None or owner[0] != position for column in columns):
        return False
    return all(isinstance(node, _SAFE) or is_constant(node) for node in predicate.walk() if not isinstance(node, exp.DataType))
