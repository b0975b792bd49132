"""How many rows of each call can be of use, and in which order: `ORDER BY … LIMIT`, `min`, `max`, `EXISTS`, DISTINCT of what is bound.

A call's rows may be cut only where nothing but its own parameters decides which of them count. A predicate over columns that have one
value throughout a call takes all of its rows or none; any other has to be applied by the API, and exactly.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlglot import exp

from rowcall.errors import BindError, EngineError
from rowcall.manifest.model import Scalar
from rowcall.manifest.types import duckdb_type
from rowcall.plan.enclosing import windows
from rowcall.plan.growing import PLAIN, growing
from rowcall.plan.intervals import Evaluate, is_steady
from rowcall.plan.layers import Layer
from rowcall.plan.literals import whole
from rowcall.plan.predicates import collates
from rowcall.plan.ranks import are_alike, bounds
from rowcall.plan.references import Reference, column_of, is_inside
from rowcall.plan.united import United, united
from rowcall.plan.walk import conjuncts


@dataclass(frozen=True, slots=True)
class Order:
    """The order in which the rows of a call are wanted."""

    column: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Top:
    """What a statement needs of each call."""

    rows: int | None = None
    """How many rows; None for all."""
    order: Order | None = None
    """Set where it is the first rows in this order that are needed."""
    ties: bool = False
    """Whether those are needed too that equal the last one in this order, because the statement has an order of its own for them."""
    why: str = ""
    """What in the statement says so; or, where all rows are needed, why what it says does not count. "" where it says nothing."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What the parameters of a scan say for certain of the rows of each call."""

    columns: frozenset[str]
    """Columns, hidden ones included, that have one value in all rows of a call."""
    listed: frozenset[str] = frozenset()
    """Columns whose values are several, and all that have them are fetched."""
    applied: tuple[exp.Expr, ...] = ()
    """Predicates that every row satisfies because the API applies them."""
    identity: frozenset[str] = frozenset()
    """Columns that tell the rows of a call apart; empty where none are known to."""


_ALL = Top()


def top(reference: Reference, layers: Sequence[Layer], settled: Settled, evaluate: Evaluate) -> Top:
    """What the SELECTs that read a reference need of each of its calls: the first that does more than filter and select."""
    chain: list[Layer] = []
    texts: frozenset[str] | None = None
    for layer in layers:
        if not _is_alone(layer) or (chain and not _is_mere(chain[-1].select)):
            break
        if chain and not layer.holds(chain[-1].select):
            among = _branch(reference, chain[-1], layer, settled, evaluate)
            if among is None:
                break
            texts = among if texts is None else among & texts
        chain.append(layer if texts is None else replace(layer, own=partial(_of_one_type, layer, reference, texts)))
    if not chain:
        return _ALL
    reader = _Reader(reference, chain, settled, evaluate)
    need = reader.need()
    if need.rows is None:
        return need
    left = reader.residual()
    return need if left is None else Top(why=f"{need.why} is left to DuckDB, because {left} is")


def _branch(reference: Reference, inner: Layer, outer: Layer, settled: Settled, evaluate: Evaluate) -> frozenset[str] | None:
    """The columns that are texts of APIs in all branches, where the outer SELECT reads a UNION of which the inner one is a branch.

    None where it does not, or its first rows are not among the first ones of the branches.
    """
    whole = united(inner.select)
    if whole is None or not (outer.holds(whole.node) or outer.holds(whole.node.unnest())):
        return None
    if not _adds(reference, whole, inner, settled, evaluate):
        return None
    if any(whole.node.args.get(key) for key in ("order", "limit", "offset")):
        return None
    scopes = inner.use.frame.scopes
    positions = [(number, inner.output(number)) for number in range(len(inner.use.frame.outputs() or ()))]
    mixed = {name for number, name in positions if whole.types(scopes, number) != {"VARCHAR"}}
    return frozenset(name for _, name in positions if name is not None and name not in mixed)


def _of_one_type(layer: Layer, reference: Reference, texts: Collection[str], expression: exp.Expr) -> str | None:
    """As `layer.own`, without what other branches of a UNION make another type of, in whose order its values may not be."""
    name = layer.own(expression)
    known = reference.ref.resource.columns.get(name or "")
    if name is None or known is None:
        return name
    is_same = name in texts if known.type is Scalar.STRING else layer.type_of(expression) == duckdb_type(known.type)
    return name if is_same else None


def _adds(reference: Reference, whole: United, branch: Layer, settled: Settled, evaluate: Evaluate) -> bool:
    """Whether the rows of a branch are all rows of the whole, unless others are the same: none that its own first rows hide.

    What tells them apart has to do so as UNION compares it: as another type than its own it may not, nor under a collation.
    """
    if not whole.distinct:
        return True
    columns, scopes = reference.ref.resource.columns, branch.use.frame.scopes
    outputs = enumerate(map(branch.output, range(len(branch.use.frame.outputs() or ()))))
    kept = {name for at, name in outputs if name in columns and whole.types(scopes, at) == {duckdb_type(columns[name].type)}}
    is_text = any(columns[name].type is Scalar.STRING for name in settled.identity & kept)
    return bool(settled.identity) and settled.identity <= kept and not (is_text and _may_collate(evaluate))


def _may_collate(evaluate: Evaluate) -> bool:
    """Whether texts that have no collation of their own compare under one."""
    return evaluate(f"SELECT {collates('NULL')}") != [(False,)]


_MERE = frozenset({"expressions", "from_", "where", "with_"})
_CLAUSES = frozenset({*_MERE, "group", "order", "limit", "offset", "distinct", "qualify"})


def _is_alone(layer: Layer) -> bool:
    """Whether the rows of the FROM clause are the source's own, each once, and nothing that is not understood is done with them."""
    from_ = layer.select.args.get("from_")
    if from_ is None or from_.this is not layer.node or any(value and key not in _CLAUSES for key, value in layer.select.args.items()):
        return False
    plain = {"this", "db", "catalog", "alias"}
    return not any(value and key not in plain for key, value in layer.node.args.items())


def _is_mere(select: exp.Select) -> bool:
    """Whether it gives a row for each that its WHERE keeps."""
    return not any(value and key not in _MERE for key, value in select.args.items()) and all(
        _is_made_of(_ROWWISE, item) for item in select.expressions
    )


_ROWWISE = (
    exp.Column, exp.Identifier, exp.Star, exp.Alias, exp.Literal, exp.Null, exp.Boolean, exp.Placeholder, exp.Parameter, exp.Paren,
    exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.DPipe,
    exp.Concat, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.Like, exp.ILike,
    exp.Between, exp.And, exp.Or, exp.Not, exp.Case, exp.If, exp.Coalesce, exp.Dot, exp.Bracket, exp.JSONExtract, exp.JSONExtractScalar,
    exp.JSONPath, exp.JSONPathPart, exp.Lower, exp.Upper, exp.Length, exp.Round, exp.Abs, exp.Trim, exp.Array, exp.Struct,
    exp.PropertyEQ, exp.Tuple, exp.UnixToTime, exp.TimeToUnix, exp.TimestampTrunc, exp.DateTrunc, exp.TimeToStr, exp.Extract,
    exp.Interval, exp.Var, exp.CurrentTimestamp, exp.CurrentDate,
)  # fmt: skip
"""Node kinds that make one value of one row: no aggregate, no set of rows, nothing that differs when it is asked again."""
_PREDICATES = (*_ROWWISE, exp.In, exp.ArrayContains, exp.Any)


def _is_made_of(kinds: tuple[type[exp.Expr], ...], expression: exp.Expr, besides: Collection[exp.Expr] = ()) -> bool:
    return all(isinstance(node, kinds) or any(is_inside(node, other) for other in besides) for node in expression.walk())


class _Reader:
    """Reads the SELECTs whose only source is a reference, directly or one through the other; the last says what is needed."""

    def __init__(self, reference: Reference, chain: Sequence[Layer], settled: Settled, evaluate: Evaluate) -> None:
        self._reference = reference
        self._inner = chain[:-1]
        self._layer = chain[-1]
        self._select = self._layer.select
        self._settled = settled
        self._evaluate = evaluate
        self._names = {
            *reference.own,
            reference.alias.casefold(),
        }
        self._types = {name: column.type for name, column in reference.ref.resource.columns.items()}

    def need(self) -> Top:
        """What would be needed of each call if no predicate were left."""
        aggregates = [node for item in self._select.expressions for node in item.find_all(exp.AggFunc)]
        for need in (self._ranked, self._aggregated, self._probed, self._distinct, self._limited, self._united):
            if (found := need(aggregates)) is not None:
                return found
        return _ALL

    # -- the shapes ----------------------------------------------------------------------------------------------------------------

    def _ranked(self, _: Sequence[exp.Expr]) -> Top | None:
        """`QUALIFY row_number() OVER (PARTITION BY thread_id ORDER BY created_at DESC) <= 3`: of each call its first three rows."""
        found = windows(self._select)
        if not found:
            return None
        keys = found[0].args.get("partition_by") or ()
        distinct = self._select.args.get("distinct")
        rowwise = (*self._select.expressions, *(ordered.this for ordered in self._ordered()))
        qualify = self._select.args.get("qualify")
        if (
            not are_alike(found)
            or self._select.args.get("group")
            or (distinct is not None and distinct.args.get("on") is not None)
            or not all(map(self._is_settled, keys))
            or not all(_is_made_of(_ROWWISE, item, found) for item in rowwise)
            or (qualify is not None and not _is_made_of(_PREDICATES, qualify.this, found))  # a macro may count all rows
        ):
            return _ALL
        known = [(rows, window, condition) for window, rows, condition in bounds(self._layer, self._integer)]
        if not known:
            return _ALL
        rows, window, condition = min(known, key=lambda one: one[0])
        order = window.args.get("order")
        sorting = [(ordered, ordered.this.unnest()) for ordered in (order.expressions if order is not None else ())]
        why = condition.sql(dialect="duckdb")
        need = self._first(max(rows, 0), sorting, why)
        if isinstance(window.this, exp.RowNumber):
            return need
        # As many as there are may have the rank of the last one; without an order all have.
        return replace(need, ties=True) if need.order is not None else Top(why=need.why if need.rows is None else "")

    def _aggregated(self, aggregates: Sequence[exp.Expr]) -> Top | None:
        """`max(created_at)`, `arg_max(id, created_at)`: one row, in groups of what has one value in a call."""
        group = self._select.args.get("group")
        if not aggregates and group is None:
            return None
        keys = group.expressions if group else []
        modes = {key for key, value in (group.args if group else {}).items() if value}
        orders = {self._extreme(node) for node in aggregates}
        order = next(iter(orders), None)
        plain = all(_is_made_of(_ROWWISE, item, aggregates) for item in self._select.expressions)
        loose = (c for item in self._select.expressions for c in item.find_all(exp.Column) if not any(is_inside(c, a) for a in aggregates))
        starred = any(item.find(exp.Star) for item in self._select.expressions)  # of columns that are not written here
        if not plain or starred or len(orders) > 1 or (aggregates and order is None) or not modes <= {"expressions", "all"}:
            return _ALL
        if any(self._select.args.get(key) for key in ("order", "distinct")) or not all(
            map(self._is_settled, (*(self._numbered(key) for key in keys), *loose))
        ):
            return _ALL
        return Top(1, order, why=", ".join(node.sql(dialect="duckdb") for node in aggregates) or "GROUP BY")

    def _extreme(self, node: exp.Expr) -> Order | None:
        """The order in which the first row has the value of an aggregate; None for any that needs more than this row."""
        if {key for key, value in node.args.items() if value} - {"this", "expression"}:
            return None
        if isinstance(node, (exp.Max, exp.Min)):
            return self._sorted(node.this, descending=isinstance(node, exp.Max))
        if not isinstance(node, (exp.ArgMax, exp.ArgMin)):
            return None
        # A row whose first argument is null is passed over.
        name = self._own(node.this)
        column = self._reference.ref.resource.columns.get(name or "")
        never_null = column is not None and not column.nullable
        return self._sorted(node.expression, descending=isinstance(node, exp.ArgMax)) if never_null else None

    def _probed(self, _: Sequence[exp.Expr]) -> Top | None:
        """`EXISTS (SELECT …)`, and `x IN (SELECT key …)` where all rows of a call have one key."""
        outer: exp.Expr | None = self._select.parent
        while isinstance(outer, (exp.Paren, exp.Subquery)):
            outer = outer.parent
        if any(self._select.args.get(key) for key in ("limit", "offset")):
            return None
        plain = all(_is_made_of(_ROWWISE, item) for item in self._select.expressions)
        if isinstance(outer, exp.Exists) and plain:
            return Top(1, why="EXISTS")
        is_query = isinstance(outer, exp.In) and is_inside(self._select, outer.args.get("query"))
        return Top(1, why="IN") if is_query and plain and self._has_one_value() else None

    def _distinct(self, _: Sequence[exp.Expr]) -> Top | None:
        distinct = self._select.args.get("distinct")
        if distinct is None:
            return None
        if not all(_is_made_of(_ROWWISE, item) for item in self._select.expressions):
            return _ALL
        on = distinct.args.get("on")
        if on is None:
            return Top(1, why="DISTINCT") if self._has_one_value() else _ALL
        if not all(self._is_settled(self._meant(key)) for key in on.unnest().expressions or [on]):
            return _ALL
        order = self._select.args.get("order")
        return self._first(1, self._keys(), " ".join(part.sql(dialect="duckdb").strip() for part in (distinct, order) if part is not None))

    def _has_one_value(self) -> bool:
        """Whether what is selected is the same for all rows of a call."""
        return not any(item.find(exp.Star) for item in self._select.expressions) and all(
            self._is_settled(column) for item in self._select.expressions for column in item.find_all(exp.Column)
        )

    def _limited(self, _: Sequence[exp.Expr]) -> Top | None:
        limit = self._select.args.get("limit")
        if limit is None or not all(_is_made_of(_ROWWISE, item) for item in self._select.expressions):
            return None
        counts = [self._count(limit), self._count(self._select.args.get("offset"))]
        if counts[0] is None or (self._select.args.get("offset") is not None and counts[1] is None):
            return None
        rows = counts[0] + (counts[1] or 0)
        return self._first(rows, self._keys(), _clauses(self._select))

    def _united(self, _: Sequence[exp.Expr]) -> Top | None:
        """`SELECT … UNION ALL SELECT … ORDER BY created_at LIMIT 5`: of each branch no more than its own first five."""
        whole = united(self._select)
        if whole is None or whole.node.args.get("limit") is None or not _is_mere(self._select):
            return None
        if not _adds(self._reference, whole, self._layer, self._settled, self._evaluate):
            return Top(why=f"{_clauses(whole.node)} is left to DuckDB, because UNION drops rows that are there twice")
        rows, skipped = self._count(whole.node.args["limit"]), self._count(whole.node.args.get("offset"))
        if rows is None or (whole.node.args.get("offset") is not None and skipped is None):
            return None
        order = whole.node.args.get("order")
        scopes = self._layer.use.frame.scopes
        keys = [(ordered, whole.position(scopes, ordered.this.unnest())) for ordered in (order.expressions if order else ())]
        columns = [(ordered, at, self._layer.output(at) if at is not None else None) for ordered, at in keys]
        left = [(ordered, at, name) for ordered, at, name in columns if name is None or name not in self._settled.columns]
        if not left:
            return Top(rows + (skipped or 0), why=_clauses(whole.node))
        ordered, at, name = left[0]
        known = self._reference.ref.resource.columns.get(name or "")
        is_one_type = at is not None and known is not None and whole.types(scopes, at) == {duckdb_type(known.type)}
        found = self._by(name, descending=self._is_descending(ordered)) if name is not None and is_one_type else None
        if found is None or any(place is None for _, place, _ in left):
            by = "expressions" if found else ordered.this.sql(dialect="duckdb")
            return Top(why=f"{_clauses(whole.node)} is left to DuckDB, because an API's order of a branch cannot be by {by}")
        return Top(rows + (skipped or 0), found, len(left) > 1, _clauses(whole.node))

    # -- its parts -----------------------------------------------------------------------------------------------------------------

    def _keys(self) -> list[tuple[exp.Expr, exp.Expr]]:
        """The keys of ORDER BY, each with what it stands for."""
        return [(ordered, self._meant(ordered.this)) for ordered in self._ordered()]

    def _first(self, rows: int, keys: Sequence[tuple[exp.Expr, exp.Expr]], why: str) -> Top:
        """So many rows of each call, the first ones by these keys, as far as an API can sort by them."""
        left = [(ordered, meant) for ordered, meant in keys if not self._is_settled(meant)]
        if not left:
            return Top(rows, why=why)
        (ordered, first), *others = left
        order = self._sorted(first, descending=self._is_descending(ordered))
        if order is None:
            return Top(why=f"{why} is left to DuckDB, because an API's order cannot be by {ordered.this.sql(dialect='duckdb')}")
        if others and not (self._own(first) and all(_is_made_of(_ROWWISE, other) for _, other in others)):
            return Top(why=f"{why} is left to DuckDB, because its order is by more than one column")
        return Top(rows, order, bool(others), why)

    def _count(self, node: exp.Expr | None) -> int | None:
        """The value of a LIMIT or OFFSET; None where it is none, a share, or not known before the statement runs."""
        if node is None:
            return None
        value = node.args.get("count") if isinstance(node, exp.Fetch) else node.args.get("expression")
        options = node.args.get("limit_options")
        if value is None or (options and (options.args.get("percent") or options.args.get("with_ties"))):
            return None
        found = self._integer(value)
        return found if found is not None and found >= 0 else None

    def _integer(self, value: exp.Expr) -> int | None:
        """The whole number that an expression is in every row; None where it is none, or not known before the statement runs."""
        if not is_steady(value):
            return None
        if isinstance(value, exp.Literal) and not value.is_string and (known := whole(value.name)) is not None:
            return known
        try:
            written = value.sql(dialect="duckdb")
            ((found, exact),) = self._evaluate(f"SELECT CAST(x AS BIGINT), CAST(x AS BIGINT) = x FROM (SELECT {written} x)")
        except (BindError, EngineError):
            return None
        return found if exact and isinstance(found, int) else None

    def _ordered(self) -> list[exp.Expr]:
        order = self._select.args.get("order")
        return list(order.expressions) if order else []

    def _meant(self, key: exp.Expr) -> exp.Expr:
        """What a key of ORDER BY stands for: a result column by its number or name, or itself; NULL where that is not certain."""
        key = key.unnest()
        if not isinstance(key, exp.Column) or len(key.parts) > 1:
            return self._numbered(key)
        stars = (star for item in self._select.expressions for star in item.find_all(exp.Star))
        if any(star.args.get("replace") or star.args.get("rename") for star in stars):
            return exp.Null()
        named = [item.unalias().unnest() for item in self._select.expressions if item.output_name.casefold() == key.name.casefold()]
        return key if not named else named[0] if len({item.sql() for item in named}) == 1 else exp.Null()

    def _numbered(self, key: exp.Expr) -> exp.Expr:
        """The result column that a number stands for; anything else as it is."""
        if not isinstance(key, exp.Literal) or not key.name.isdecimal():
            return key
        before = self._select.expressions[: int(key.name)]
        starred = any(item.find(exp.Star) for item in before)
        return before[-1].unalias() if before and len(before) == int(key.name) and not starred else key

    def _is_descending(self, ordered: exp.Expr) -> bool:
        if ordered.args.get("desc") is not None:
            return bool(ordered.args["desc"])
        ((setting,),) = self._evaluate("SELECT current_setting('default_order')")
        return str(setting).upper().startswith("DESC")

    def _sorted(self, expression: exp.Expr, *, descending: bool) -> Order | None:
        """The order by a column that an expression grows with; None for one that may be null, or is not in DuckDB's order for certain."""
        seen = growing(expression, self._own, self._types)
        if seen is None or (seen.unit and seen.clock != PLAIN):
            return None  # where clocks are put back, what is truncated goes back in time
        if self._types[seen.column] is Scalar.STRING and seen.clock:
            return None
        return self._by(seen.column, descending=descending)

    def _by(self, column: str, *, descending: bool) -> Order | None:
        """The order by a column; None as `_sorted`."""
        if self._types.get(column) not in {Scalar.INTEGER, Scalar.NUMBER, Scalar.STRING}:
            return None
        if self._reference.ref.resource.columns[column].nullable:
            return None
        is_text = self._types[column] is Scalar.STRING
        return None if is_text and _may_collate(self._evaluate) else Order(column, descending)

    def _own(self, expression: exp.Expr) -> str | None:
        if self._inner:
            return self._layer.own(expression)
        if isinstance(expression, exp.Column) and len(expression.parts) == 1 and not isinstance(expression.this, exp.Star):
            return self._reference.own.get(expression.name.casefold())
        return column_of(self._reference, expression)

    def _is_settled(self, expression: exp.Expr) -> bool:
        return self._own(expression) in self._settled.columns

    # -- predicates ----------------------------------------------------------------------------------------------------------------

    def residual(self) -> str | None:
        """The first predicate that DuckDB has to apply within a call, as SQL; None when there is none."""
        chain = [*self._inner, self._layer]
        readers = [_Reader(self._reference, chain[:length], self._settled, self._evaluate) for length in range(1, len(chain) + 1)]
        found = [(reader, conjunct, reader.listed(conjunct)) for reader in readers for conjunct in reader.conjuncts()]
        listed = [column for _, _, column in found]
        for reader, conjunct, column in found:
            applied = any(conjunct is other for other in self._settled.applied)
            if not applied and not reader.takes_whole_calls(conjunct) and (column is None or listed.count(column) > 1):
                return conjunct.sql(dialect="duckdb")
        return None

    def conjuncts(self) -> list[exp.Expr]:
        """What AND joins in the WHERE of the last SELECT."""
        where = self._select.args.get("where")
        return list(conjuncts(where.this)) if where else []

    def listed(self, predicate: exp.Expr) -> str | None:
        """The column of which a predicate lists the values that are asked for, and says nothing else."""
        columns = {self._own(column) for column in predicate.find_all(exp.Column)}
        column = next(iter(columns), None)
        is_list = isinstance(predicate, (exp.In, exp.EQ, exp.ArrayContains)) and not predicate.args.get("query")
        return column if is_list and len(columns) == 1 and column in self._settled.listed else None

    def takes_whole_calls(self, predicate: exp.Expr) -> bool:
        """Whether a predicate holds of all rows of a call or of none, for each row of an outer SELECT."""
        queries = [query for found in predicate.find_all(exp.In) if (query := found.args.get("query")) is not None]
        if not _is_made_of(_PREDICATES, predicate, queries):
            return False
        alone = [query for query in queries if self._stands_alone(query)]
        columns = (column for column in predicate.find_all(exp.Column) if not any(is_inside(column, query) for query in alone))
        return all(self._is_settled(column) or self._is_outer(column) for column in columns)

    def _is_outer(self, column: exp.Expr) -> bool:
        """Whether a column is certainly not the reference's, nor a part of one of its columns."""
        if self._inner or not isinstance(column, exp.Column):
            return False  # what a sub-select makes of its columns has any name
        return self._own(column) is None and column.parts[0].name.casefold() not in self._names

    def _stands_alone(self, query: exp.Expr) -> bool:
        """Whether a query mentions no column from outside."""
        try:
            self._evaluate(f"SELECT 1 FROM ({query.unnest().sql(dialect='duckdb')}) LIMIT 0")
        except (BindError, EngineError):
            return False
        return True


def _clauses(query: exp.Expr) -> str:
    """The clauses that cut a query, as SQL."""
    return " ".join(query.args[key].sql(dialect="duckdb").strip() for key in ("order", "limit", "offset") if query.args.get(key))
