"""What a condition says: alternatives, each a conjunction of equalities, of columns among constants, and of what is no more than a filter.

Only what is certain is read; a predicate that is not understood is a filter, which costs requests but never rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product

from sqlglot import Token, exp

from rowcall.plan.joins import Place
from rowcall.plan.layout import Layout, Range
from rowcall.plan.literals import left_out, value_of
from rowcall.plan.walk import walk

MOST_ALTERNATIVES = 1000
"""Past this many, a condition is taken to restrict nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """One side of an equality: an expression of the user's, or a column of a source that stands for a sub-query."""

    node: exp.Expr | None
    tokens: Range | None = None
    place: Place | None = None
    values: tuple[Operand, ...] = ()
    """Constants, any of which it is."""
    value: str | int | None = None
    """A text or whole number that is written as a literal, where `node` is None."""
    listed: bool = False
    """Whether each of these is a list, of which any value will do."""
    within: Mapping[int, Place] | None = None
    """For a condition on what a sub-select gives: by the identity of each column in it, the column in the sub-select that it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Equal:
    """Two expressions that are equal."""

    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Among:
    """Columns whose values are one of some rows of constants."""

    columns: tuple[exp.Column, ...]
    rows: tuple[tuple[Operand, ...], ...]
    listed: bool = False
    """Whether each constant is a list, of which any value will do."""
    identical: bool = False
    """Whether a NULL among the constants is compared as IS NOT DISTINCT FROM does, by which NULL is NULL, and there may be one."""


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """What restricts no column to values by itself."""

    node: exp.Expr
    tokens: Range | None


Atom = Equal | Among | Filter

Alternative = tuple[Atom, ...]
"""What holds together."""


def is_quantified(node: exp.Expr | None) -> bool:
    """Whether it is ALL of a query or list, a comparison with which is true where that has no rows, even of a NULL; or SOME of a list."""
    node = node.unnest() if node is not None else None
    return isinstance(node, exp.All) or (isinstance(node, exp.Anonymous) and node.name.upper() in {"ALL", "SOME"})


def may_be_tried(node: exp.Expr) -> bool:
    """Whether DuckDB takes a condition within TRY, with other columns: it has no sub-query, as ANY of a list is one, and no lambda."""
    return node.find(exp.Query, exp.Values, exp.Lambda, exp.Any) is None and not any(
        map(is_quantified, node.find_all(exp.All, exp.Anonymous))
    )


def collates(column: str) -> str:
    """An SQL truth value: whether a text column, or a text, compares under a collation, so that equal values have several spellings."""
    # By a collation a capital is a small letter, one with an accent is one without, or two ways to write one letter are one.
    return f"(coalesce(CASE WHEN false THEN CAST({column} AS VARCHAR) END, '\u00c9') IN ('\u00e9', 'E', 'E\u0301'))"


Matched = Callable[[exp.Expr, Range | None], Sequence[Equal] | None]
"""The equalities that a sub-query in `IN (…)`, `= ANY (…)` or `EXISTS (…)` stands for; None where it is not understood."""


class Reader:
    """Reads the conditions of a statement."""

    def __init__(self, layout: Layout, matched: Matched, may_be_null: Callable[[Iterable[Operand]], bool]) -> None:
        self._layout = layout
        self._matched = matched
        self._may_be_null = may_be_null

    def alternatives(self, predicate: exp.Expr, tokens: Range | None) -> tuple[Alternative, ...]:
        """What `predicate` says; no alternative where it is never true."""
        branches = list(self._layout.disjuncts(predicate, tokens))
        if len(branches) > 1:
            found = _merged([alternative for branch in branches for alternative in self.alternatives(*branch)])
            return found if len(found) <= MOST_ALTERNATIVES else ((Filter(predicate, tokens),),)
        parts = list(self._layout.conjuncts(*branches[0]))
        if len(parts) == 1:
            return self._one(*parts[0])
        every = [self.alternatives(*part) for part in parts]
        size = 1
        for options in every:
            size *= len(options)
        if size > MOST_ALTERNATIVES:
            return ((Filter(predicate, tokens),),)
        return tuple(tuple(atom for alternative in chosen for atom in alternative) for chosen in product(*every))

    def _one(self, predicate: exp.Expr, tokens: Range | None) -> tuple[Alternative, ...]:
        if isinstance(predicate, exp.Null) or (isinstance(predicate, exp.Boolean) and not predicate.this) or _is_of_none(predicate):
            return ()
        return (tuple(self._atoms(predicate, tokens)),)

    def _atoms(self, predicate: exp.Expr, tokens: Range | None) -> Iterator[Atom]:
        match predicate:
            case exp.EQ():
                yield from self._equal(predicate, tokens)
            case exp.NullSafeEQ():
                yield self._identical(predicate, tokens)
            case exp.In():
                yield from self._in(predicate, tokens)
            case exp.Exists():
                yield from self._matching(predicate, tokens)
            case exp.ArrayContains():
                given = list(self._layout.separated(self._inside(tokens))) if tokens is not None else []
                listed = Operand(predicate.this, given[0] if len(given) == 2 else None)
                yield _among((predicate.expression,), [(listed,)], predicate, tokens, listed=True)
            case exp.Between():
                low = predicate.args["low"]
                same = low == predicate.args["high"] and not predicate.args.get("symmetric")
                yield _among((predicate.this,), [(Operand(low, self._layout.low(tokens)),)] if same else [], predicate, tokens)
            case _:
                yield Filter(predicate, tokens)

    def _equal(self, predicate: exp.EQ, tokens: Range | None) -> Iterator[Atom]:
        left, right = self._operands(predicate, tokens)
        if isinstance(left.node, exp.Any):
            left, right = right, left
        if isinstance(right.node, exp.Any):
            yield from self._any(left, Operand(right.node.this.unnest(), right.tokens), predicate, tokens)
        elif is_quantified(right.node):
            yield Filter(predicate, tokens)
        elif isinstance(left.node, exp.Tuple) and isinstance(right.node, exp.Tuple):
            yield from self._row(left, right, predicate, tokens)
        else:
            yield _pair(left, right)

    def _operands(self, predicate: exp.Expr, tokens: Range | None) -> tuple[Operand, Operand]:
        """The two sides of an equality."""
        sides = self._layout.sides(tokens, "=", "==") or (None, None)
        return self._operand(predicate.args["this"], sides[0]), self._operand(predicate.args["expression"], sides[1])

    def _operand(self, node: exp.Expr, tokens: Range | None) -> Operand:
        """An expression, without brackets."""
        return Operand(*self._layout.bare(node, tokens))

    def _any(self, column: Operand, array: Operand, predicate: exp.EQ, tokens: Range | None) -> Iterator[Atom]:
        """`column = ANY (array)`, whose tokens are those with the word before it."""
        if isinstance(array.node, (exp.Select, exp.SetOperation, exp.Subquery)):
            yield from self._matching(predicate, tokens)
        elif column.node is not None and array.node is not None:
            within = self._inside(array.tokens) if array.tokens is not None else None
            items = array.node.expressions if isinstance(array.node, exp.Array) else [array.node]
            if isinstance(array.node, exp.Array):
                places = list(self._layout.separated(self._layout.inside(self._layout.unwrapped(within)))) if within is not None else []
            else:
                places = [within] if within is not None else []
            rows = [(Operand(item, places[at] if len(places) == len(items) else None),) for at, item in enumerate(items)]
            yield _among((column.node,), rows, predicate, tokens, listed=not isinstance(array.node, exp.Array))

    def _inside(self, call: Range) -> Range:
        """What stands in the brackets after one word; nothing where there is anything else."""
        return self._layout.inside((call[0] + 1, call[1])) if call[0] + 1 < call[1] else (call[0], call[0])

    def _row(self, left: Operand, right: Operand, predicate: exp.EQ, tokens: Range | None) -> Iterator[Atom]:
        """`(a, b) = (c, d)`, in which NULL equals NULL: side by side where that is a column and a constant."""
        sides = [self._parts(side) for side in (left, right)]
        for pair in zip(*sides, strict=False) if len(sides[0]) == len(sides[1]) else ():
            found = _pair(*pair)
            if isinstance(found, Among):
                yield Among(found.columns, found.rows, identical=self._may_be_null(chain.from_iterable(found.rows)))
        yield Filter(predicate, tokens)

    def _parts(self, row: Operand) -> list[Operand]:
        """The values of a row."""
        nodes = row.node.expressions if isinstance(row.node, exp.Tuple) else [row.node]
        found = list(self._layout.separated(self._layout.unwrapped(row.tokens))) if row.tokens is not None else []
        parts = [(node, found[i] if len(found) == len(nodes) else None) for i, node in enumerate(nodes)]
        return [self._operand(node, tokens) if node is not None else Operand(node, tokens) for node, tokens in parts]

    def _identical(self, predicate: exp.NullSafeEQ, tokens: Range | None) -> Atom:
        """`IS NOT DISTINCT FROM` a constant."""
        sides = self._layout.sides(tokens, "FROM") or (None, None)
        before = (sides[0][0], sides[0][1] - 3) if sides[0] is not None else None  # without the words before FROM
        left, right = self._operand(predicate.left, before), self._operand(predicate.right, sides[1])
        for column, value in ((left, right), (right, left)):
            if isinstance(column.node, exp.Column) and is_constant(value):
                return Among((column.node,), ((value,),), identical=self._may_be_null([value]))
        return Filter(predicate, tokens)

    def _in(self, predicate: exp.In, tokens: Range | None) -> Iterator[Atom]:
        if predicate.args.get("query") is not None:
            yield from self._matching(predicate, tokens)
            return
        columns = tuple(predicate.this.expressions) if isinstance(predicate.this, exp.Tuple) else (predicate.this,)
        sides = self._layout.sides(tokens, "IN")
        if (values := predicate.args.get("field")) is not None:
            yield _among(columns, [(Operand(values, sides[1] if sides is not None else None),)], predicate, tokens, listed=True)
            return
        within = self._layout.inside(sides[1]) if sides else (0, 0)
        if literals := left_out(predicate):
            yield _among(columns, [(_literal(literal),) for literal in literals], predicate, tokens)
            return
        written = predicate.expressions
        identical = len(columns) > 1
        if len(written) == 1 and isinstance(written[0], exp.Values):
            written, within, identical = written[0].expressions, (min(within[0] + 1, within[1]), within[1]), False
        places = list(self._layout.separated(within))
        known = len(places) == len(written)
        values = [Operand(value, places[i] if known else None) for i, value in enumerate(written)]
        found = _among(columns, [tuple(self._parts(value)) for value in values], predicate, tokens)
        # Of rows in a list, NULL equals NULL; of rows of a query it does not.
        if identical and isinstance(found, Among):
            found = replace(found, identical=self._may_be_null(chain.from_iterable(found.rows)))
        yield found

    def _matching(self, predicate: exp.Expr, tokens: Range | None) -> Iterator[Atom]:
        yield from self._matched(predicate, tokens) or ()
        yield Filter(predicate, tokens)


def _is_of_none(predicate: exp.Expr) -> bool:
    """Whether it is `IN ()`, which DuckDB 2.0 reads, or `= ANY ([])`: false, or NULL."""
    if isinstance(predicate, exp.In):
        return not predicate.expressions and not any(predicate.args.get(key) for key in ("query", "field", "unnest"))
    array = predicate.expression.this.unnest() if isinstance(predicate, exp.EQ) and isinstance(predicate.expression, exp.Any) else None
    return isinstance(array, exp.Array) and not array.expressions


def _literal(literal: Token) -> Operand:
    value = value_of(literal)
    return Operand(None, value=value) if value is not None else Operand(exp.Literal.number(literal.text))


def _pair(left: Operand, right: Operand) -> Atom:
    """An equality; of a column with a constant, the column among one."""
    for column, value in ((left, right), (right, left)):
        if isinstance(column.node, exp.Column) and value.node is not None and is_constant(value):
            return Among((column.node,), ((value,),))
    return Equal(left, right)


def _among(
    columns: tuple[exp.Expr, ...], rows: Sequence[tuple[Operand, ...]], predicate: exp.Expr, tokens: Range | None, *, listed: bool = False
) -> Atom:
    """Columns among constants, with those of a row that are none left out; a filter where nothing is left."""
    columns, width = tuple(column.unnest() for column in columns), len(columns)
    if not rows or any(len(row) != width for row in rows):
        return Filter(predicate, tokens)
    kept = {i: column for i, column in enumerate(columns) if isinstance(column, exp.Column) and all(is_constant(row[i]) for row in rows)}
    if not kept:
        return Filter(predicate, tokens)
    return Among(tuple(kept.values()), tuple(rows if len(kept) == width else [tuple(row[i] for i in kept) for row in rows]), listed)


def _merged(alternatives: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """The alternatives, those that say nothing but what values the same columns have made one."""
    found: list[Alternative] = []
    sets: dict[tuple[tuple[tuple[str, ...], ...], bool], int] = {}
    rows: dict[int, list[tuple[Operand, ...]]] = {}
    for alternative in alternatives:
        (first, *more) = alternative or (None,)
        if not isinstance(first, Among) or more:
            found.append(alternative)
            continue
        if first.identical:
            found.append(alternative)
            continue
        key = (tuple(tuple(part.name.casefold() for part in column.parts) for column in first.columns), first.listed)
        if key not in sets:
            sets[key] = len(found)
            rows[sets[key]] = []
            found.append(alternative)
        rows[sets[key]] += first.rows
    for at, together in rows.items():
        (only,) = found[at]
        found[at] = (Among(only.columns, tuple(together), only.listed),) if isinstance(only, Among) else found[at]
    return tuple(found)


_VOLATILE = frozenset(
    "random gen_random_uuid uuid uuidv4 uuidv7 nextval currval setseed now today get_current_timestamp get_current_time"
    " transaction_timestamp current_localtime current_localtimestamp current_time current_date current_timestamp txid_current".split()
)
"""Functions that need not give the same in a query of its own. Source: https://duckdb.org/docs/stable/sql/functions/overview"""

_MOVING = (
    exp.Rand, exp.Uuid, exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime, exp.CurrentDatetime, exp.Localtime, exp.Localtimestamp,
)  # fmt: skip
_CHANGING = (
    exp.Column, exp.Star, exp.Collate, exp.Window, exp.AggFunc, exp.Unnest, exp.Explode, exp.Subquery, exp.Select, exp.Lambda,
)  # fmt: skip


_KEPT = (
    exp.Literal, exp.Placeholder, exp.Parameter, exp.Null, exp.Boolean, exp.Paren, exp.Neg, exp.Cast, exp.TryCast, exp.DataType,
    exp.DataTypeParam, exp.DPipe, exp.Concat, exp.Lower, exp.Upper, exp.Trim, exp.Add, exp.Sub, exp.Mul, exp.Coalesce, exp.Array,
    exp.Bracket, exp.RawString, exp.ByteString, exp.Case, exp.If,
)  # fmt: skip
"""Node kinds that sqlglot writes as it read them."""


def is_constant(value: Operand) -> bool:
    """Whether an expression without columns and sub-queries has one value throughout a statement, and can be given to DuckDB by itself."""
    if value.value is not None or isinstance(value.node, exp.Literal):
        return True
    if value.node is None or is_volatile(value.node):
        return False
    nodes = walk(value.node)
    if any(isinstance(node, _CHANGING) for node in nodes):
        return False
    return value.tokens is not None or all(isinstance(node, _KEPT) for node in nodes)


def is_volatile(node: exp.Expr) -> bool:
    """Whether an expression calls for values that another query need not give again."""
    return any(isinstance(one, _MOVING) or (isinstance(one, exp.Anonymous) and one.name.casefold() in _VOLATILE) for one in walk(node))
