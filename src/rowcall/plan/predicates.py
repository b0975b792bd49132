"""What a condition says: alternatives, each a conjunction of equalities, of columns among constants, and of what is no more than a filter.

Only what is certain is read; a predicate that is not understood is a filter, which costs requests but never rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from math import prod
from typing import TypeVar

from sqlglot import Token, exp

from rowcall.plan.joins import Place
from rowcall.plan.layout import Layout, Range
from rowcall.plan.literals import left_out, value_of
from rowcall.plan.walk import find_all, walk

MOST_ALTERNATIVES = 1000
"""Past this many, a condition is taken to restrict nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """One side of an equality: an expression of the user's, or a column of a source that stands for a sub-query."""

    node: exp.Expr | None
    tokens: Range | None = None
    place: Place | None = None
    values: tuple[Operand, ...] = ()
    """Expressions, any of which it is."""
    value: str | int | None = None
    """A text or whole number that is written as a literal, where `node` is None."""
    listed: bool = False
    """Whether each of these is a list, of which any value will do."""
    varies: bool = False
    """Whether not all of these are constants."""
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
    said: Filter | None = None
    """The condition that says so, where no filter beside it does."""


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """What restricts no column to values by itself."""

    node: exp.Expr
    tokens: Range | None
    part: tuple[exp.Expr, bool] | None = None
    """Where that is a condition with NOT, OR or the like: what in it is true or, with False, false."""


Atom = Equal | Among | Filter

K = TypeVar("K")

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

    def __init__(
        self,
        layout: Layout,
        column_in: Callable[[exp.Expr], exp.Expr],
        matched: Matched,
        may_be_null: Callable[[Iterable[Operand]], bool],
        may_be: Callable[[Operand, bool], bool],
    ) -> None:
        """`column_in` gives an expression without brackets, and of a column that is cast to its own type that column."""
        self._layout = layout
        self._column_in = column_in
        self._matched = matched
        self._may_be_null = may_be_null
        self._may_be = may_be

    def alternatives(self, predicate: exp.Expr, tokens: Range | None) -> tuple[Alternative, ...]:
        """What `predicate` says; no alternative where it is never true."""
        return self._where(predicate, tokens, wanted=True, whole=None)

    def _where(self, predicate: exp.Expr, tokens: Range | None, *, wanted: bool, whole: Filter | None) -> tuple[Alternative, ...]:
        """What it says that `predicate` is true or, with `wanted` False, false; it then is not NULL.

        `whole` is the condition whose NOT or IS TRUE it stands in: of what is not understood in there, no more is known than that.
        """
        outer = Filter(*self._layout.bare(predicate, tokens))
        if is_constant(constant := Operand(outer.node, outer.tokens)) and not self._may_be(constant, wanted):
            return ()
        predicate, tokens, wanted = stripped(self._layout, outer.node, outer.tokens, wanted=wanted)
        whole = whole or (outer if predicate is not outer.node else None)
        if not wanted and (column := _null_with(predicate)) is not None:
            return self._unless_null(predicate, tokens, column, whole or outer)
        any_of, all_of = (self._layout.disjuncts, self._layout.conjuncts)[:: 1 if wanted else -1]
        if ways := list(_chosen(predicate, wanted=wanted)):
            whole = whole or outer
        elif len(branches := list(any_of(predicate, tokens))) > 1:
            ways = [[(*branch, wanted)] for branch in branches]
        elif len(parts := list(all_of(predicate, tokens))) > 1:
            ways = [[(*part, wanted) for part in parts]]
        else:
            return self._one(predicate, tokens, wanted=wanted, whole=whole)
        found: list[Alternative] = []
        for way in ways:
            every = [self._where(part, own, wanted=is_true, whole=whole) for part, own, is_true in way]
            if prod(map(len, every)) > MOST_ALTERNATIVES:
                return ((whole or outer,),)
            found += (tuple(chain.from_iterable(chosen)) for chosen in product(*every))
        merged = _merged(found)
        return merged if len(merged) <= MOST_ALTERNATIVES else ((whole or outer,),)

    def _unless_null(self, predicate: exp.Expr, tokens: Range | None, column: exp.Expr, whole: Filter) -> tuple[Alternative, ...]:
        """What `comparison IS NOT FALSE` or IS NOT TRUE says: it is what is left, or its column is NULL."""
        sides = self._layout.sides(tokens, "IS")
        wanted = not predicate.expression.this
        found = self._where(predicate.this, sides[0] if sides is not None else None, wanted=wanted, whole=whole)
        return (*found, tuple(self._null(self._column_in(column), whole.node, whole.tokens)))

    def _one(self, predicate: exp.Expr, tokens: Range | None, *, wanted: bool, whole: Filter | None) -> tuple[Alternative, ...]:
        if isinstance(predicate, exp.Null) or (isinstance(predicate, exp.Boolean) and bool(predicate.this) is not wanted):
            return ()
        if wanted and _is_of_none(predicate):
            return ()
        said = Filter(whole.node, whole.tokens, (predicate, wanted)) if whole is not None else Filter(predicate, tokens)
        every = self._ways(predicate, tokens) if wanted else [list(self._unlike(predicate, tokens))]
        return tuple(_put(said, atoms) for atoms in every)

    def _ways(self, predicate: exp.Expr, tokens: Range | None) -> Sequence[Sequence[Atom]]:
        """What it says that a condition is true which AND and OR do not join: two things, where a NULL is, or has, a value in its place."""
        pair = self._in_place_of_null(predicate, tokens)
        if pair is None:
            return [list(self._atoms(predicate, tokens))]
        return [[_pair(*pair)], list(self._null(pair[0].node, predicate, tokens))]

    def _in_place_of_null(self, predicate: exp.Expr, tokens: Range | None) -> tuple[Operand, Operand] | None:
        """What is equal, or the first is NULL, where `nullif(a, b) IS NULL` or, of constants that compare alike, `coalesce(a, b) = c`."""
        nullif = predicate.this.unnest() if isinstance(predicate, exp.Is) and isinstance(predicate.expression, exp.Null) else None
        if isinstance(nullif, exp.Nullif):
            call = self._layout.sides(tokens, "IS")
            given = list(self._layout.separated(self._inside(call[0]))) if call is not None else []
            places = given if len(given) == 2 else (None, None)
            return self._operand(nullif.this, places[0]), self._operand(nullif.expression, places[1])
        left, right = self._operands(predicate, tokens) if isinstance(predicate, exp.EQ) else (Operand(None), Operand(None))
        for one, other in ((left, right), (right, left)):
            if isinstance(one.node, exp.Coalesce) and all(_compares_as(other, node) for node in one.node.expressions):
                return self._operand(one.node.this, None), other
        return None

    @staticmethod
    def _null(node: exp.Expr | None, predicate: exp.Expr, tokens: Range | None) -> Iterator[Atom]:
        """That an expression is NULL."""
        if isinstance(node, exp.Column):
            yield Among((node,), ((Operand(exp.Null()),),), identical=True)
        yield Filter(predicate, tokens)

    def _unlike(self, predicate: exp.Expr, tokens: Range | None) -> Iterator[Atom]:
        """What it says that a comparison is false."""
        if isinstance(predicate, exp.NullSafeNEQ):
            yield self._identical(predicate, tokens)
        elif isinstance(predicate, exp.NEQ) and not isinstance(predicate.expression, exp.Any) and not isinstance(predicate.this, exp.Any):
            yield from self._equal(predicate, tokens)
        else:
            yield Filter(predicate, tokens)

    def _atoms(self, predicate: exp.Expr, tokens: Range | None) -> Iterator[Atom]:
        match predicate:
            case exp.EQ():
                yield from self._equal(predicate, tokens)
            case exp.NullSafeEQ():
                yield self._identical(predicate, tokens)
            case exp.Is() if isinstance(predicate.expression, exp.Null):
                yield from self._null(self._column_in(predicate.this), predicate, tokens)
            case exp.In():
                yield from self._in(predicate, tokens)
            case exp.Exists():
                yield from self._matching(predicate, tokens)
            case exp.ArrayContains():
                given = list(self._layout.separated(self._inside(tokens))) if tokens is not None else []
                listed = Operand(predicate.this, given[0] if len(given) == 2 else None)
                yield from self._one_of(predicate.expression, [listed], predicate, tokens, listed=True)
            case exp.Dot() if (column := contained(predicate)) is not None:
                call = self._layout.call(predicate.expression, bare=True)
                before = (tokens[0], call[0] - 1) if tokens is not None and call is not None else None
                listed = self._operand(predicate.this, before)
                yield from self._one_of(column, [listed], predicate, tokens, listed=True)
            case exp.Between():
                low = predicate.args["low"]
                same = low == predicate.args["high"] and not predicate.args.get("symmetric")
                yield self._among((predicate.this,), [(Operand(low, self._layout.low(tokens)),)] if same else [], predicate, tokens)
            case _:
                yield Filter(predicate, tokens)

    def _equal(self, predicate: exp.EQ | exp.NEQ, tokens: Range | None) -> Iterator[Atom]:
        left, right = self._operands(predicate, tokens)
        if isinstance(left.node, exp.Any):
            left, right = right, left
        if isinstance(right.node, exp.Any):
            yield from self._any(left, Operand(right.node.this.unnest(), right.tokens), predicate, tokens)
        elif is_quantified(right.node):
            yield Filter(predicate, tokens)
        elif _row(left.node) is not None and _row(right.node) is not None:
            yield from self._row(left, right, predicate, tokens)
        elif (
            any(isinstance(side.node, exp.Subquery) for side in (left, right)) and (matched := self._matched(predicate, tokens)) is not None
        ):
            yield from matched
            yield Filter(predicate, tokens)
        else:
            yield _pair(left, right)

    def _operands(self, predicate: exp.Expr, tokens: Range | None) -> tuple[Operand, Operand]:
        """The two sides of an equality."""
        sides = self._layout.sides(tokens, "=", "==", "<>", "!=") or (None, None)
        return self._operand(predicate.args["this"], sides[0]), self._operand(predicate.args["expression"], sides[1])

    def _operand(self, node: exp.Expr, tokens: Range | None) -> Operand:
        """An expression, without brackets; a column without casts that change nothing."""
        bare, within = self._layout.bare(node, tokens)
        meant = self._column_in(bare)
        return Operand(meant, None) if isinstance(meant, exp.Column) and meant is not bare else Operand(bare, within)

    def _any(self, column: Operand, array: Operand, predicate: exp.EQ | exp.NEQ, tokens: Range | None) -> Iterator[Atom]:
        """`column = ANY (array)`, whose tokens are those with the word before it."""
        if isinstance(array.node, (exp.Select, exp.SetOperation, exp.Subquery)):
            yield from self._matching(predicate, tokens)
        elif column.node is not None and array.node is not None:
            within = self._inside(array.tokens) if array.tokens is not None else None
            is_array = isinstance(array.node, exp.Array)
            is_spelt_out = is_array and not any(isinstance(item, exp.Comprehension) for item in array.node.expressions)
            items = array.node.expressions if is_spelt_out else [array.node]
            if is_spelt_out:
                places = list(self._layout.separated(self._layout.inside(self._layout.unwrapped(within)))) if within is not None else []
            else:
                places = [within] if within is not None else []
            values = [Operand(item, places[at] if len(places) == len(items) else None) for at, item in enumerate(items)]
            if is_spelt_out and not all(map(is_constant, values)):  # of a list DuckDB says itself which type all its items have
                values, is_spelt_out = [Operand(array.node, within)], False
            yield from self._one_of(column.node, values, predicate, tokens, listed=not is_spelt_out)

    def _inside(self, call: Range) -> Range:
        """What stands in the brackets after one word; nothing where there is anything else."""
        return self._layout.inside((call[0] + 1, call[1])) if call[0] + 1 < call[1] else (call[0], call[0])

    def _row(self, left: Operand, right: Operand, predicate: exp.EQ | exp.NEQ, tokens: Range | None) -> Iterator[Atom]:
        """`(a, b) = (c, d)`, in which NULL equals NULL: side by side where that is a column and a constant."""
        sides = [self._parts(side) for side in (left, right)]
        for pair in zip(*sides, strict=False) if len(sides[0]) == len(sides[1]) else ():
            found = _pair(*pair)
            if isinstance(found, Among):
                yield Among(found.columns, found.rows, identical=self._may_be_null(chain.from_iterable(found.rows)))
        yield Filter(predicate, tokens)

    def _parts(self, row: Operand) -> list[Operand]:
        """The values of a row."""
        values, within = _row(row.node), row.tokens
        nodes = [row.node] if values is None else values
        if within is not None and isinstance(row.node, exp.Anonymous):
            within = self._inside(within)
        found = list(self._layout.separated(self._layout.unwrapped(within))) if within is not None else []
        parts = [(node, found[i] if len(found) == len(nodes) else None) for i, node in enumerate(nodes)]
        return [self._operand(node, tokens) if node is not None else Operand(node, tokens) for node, tokens in parts]

    def _identical(self, predicate: exp.NullSafeEQ | exp.NullSafeNEQ, tokens: Range | None) -> Atom:
        """`IS NOT DISTINCT FROM` a constant."""
        sides = self._layout.sides(tokens, "FROM") or (None, None)
        words = 3 if isinstance(predicate, exp.NullSafeEQ) else 2  # IS NOT DISTINCT, or IS DISTINCT
        before = (sides[0][0], sides[0][1] - words) if sides[0] is not None else None
        left, right = self._operand(predicate.left, before), self._operand(predicate.right, sides[1])
        for column, value in ((left, right), (right, left)):
            if isinstance(column.node, exp.Column) and is_constant(value):
                return Among((column.node,), ((value,),), identical=self._may_be_null([value]))
        return Filter(predicate, tokens)

    def _in(self, predicate: exp.In, tokens: Range | None) -> Iterator[Atom]:
        if predicate.args.get("query") is not None:
            yield from self._matching(predicate, tokens)
            return
        columns = tuple(_row(predicate.this) or (predicate.this,))
        sides = self._layout.sides(tokens, "IN")
        if (values := predicate.args.get("field")) is not None:
            listed = Operand(values, sides[1] if sides is not None else None)
            yield from self._one_of(predicate.this, [listed], predicate, tokens, listed=True)
            return
        within = self._layout.inside(sides[1]) if sides else (0, 0)
        if literals := left_out(predicate):
            yield self._among(columns, [(_literal(literal),) for literal in literals], predicate, tokens)
            return
        written = predicate.expressions
        identical = len(columns) > 1
        if len(written) == 1 and isinstance(written[0], exp.Values):
            written, within, identical = written[0].expressions, (min(within[0] + 1, within[1]), within[1]), False
        places = list(self._layout.separated(within))
        known = len(places) == len(written)
        values = [Operand(value, places[i] if known else None) for i, value in enumerate(written)]
        if len(columns) == 1 and not any(isinstance(value, exp.Tuple) for value in written):
            yield from self._one_of(columns[0], [self._operand(one.node, one.tokens) for one in values if one.node], predicate, tokens)
            return
        found = self._among(columns, [tuple(self._parts(value)) for value in values], predicate, tokens)
        # Of rows in a list, NULL equals NULL; of rows of a query it does not.
        if identical and isinstance(found, Among):
            found = replace(found, identical=self._may_be_null(chain.from_iterable(found.rows)))
        yield found

    def _one_of(
        self, column: exp.Expr, values: Sequence[Operand], predicate: exp.Expr, tokens: Range | None, *, listed: bool = False
    ) -> Iterator[Atom]:
        """One column among constants, or equal to any of some expressions."""
        found = self._among((column,), [(value,) for value in values], predicate, tokens, listed=listed)
        own = self._column_in(column)
        if isinstance(found, Filter) and isinstance(own, exp.Column) and not all(map(is_constant, values)):
            yield Equal(Operand(own), Operand(None, values=tuple(values), listed=listed, varies=True))
        yield found

    def _among(
        self,
        columns: tuple[exp.Expr, ...],
        rows: Sequence[tuple[Operand, ...]],
        predicate: exp.Expr,
        tokens: Range | None,
        *,
        listed: bool = False,
    ) -> Atom:
        """Columns among constants, with those of a row that are none left out; a filter where nothing is left."""
        columns, width = tuple(map(self._column_in, columns)), len(columns)
        if not rows or any(len(row) != width for row in rows):
            return Filter(predicate, tokens)
        kept = {
            i: column for i, column in enumerate(columns) if isinstance(column, exp.Column) and all(is_constant(row[i]) for row in rows)
        }
        if not kept:
            return Filter(predicate, tokens)
        return Among(tuple(kept.values()), tuple(rows if len(kept) == width else [tuple(row[i] for i in kept) for row in rows]), listed)

    def _matching(self, predicate: exp.Expr, tokens: Range | None) -> Iterator[Atom]:
        yield from self._matched(predicate, tokens) or ()
        yield Filter(predicate, tokens)


def _put(said: Filter, atoms: Sequence[Atom]) -> Alternative:
    """What a condition says, with that condition itself."""
    (first, *more) = atoms
    if isinstance(first, Among) and not more:
        return (replace(first, said=said),)
    return tuple(said if isinstance(atom, Filter) else atom for atom in atoms)


def stripped(layout: Layout, predicate: exp.Expr, tokens: Range | None, *, wanted: bool) -> tuple[exp.Expr, Range | None, bool]:
    """What a condition with NOT, IS TRUE, IS FALSE or = false around it is about, and whether that has to be true, or false."""
    while True:
        predicate, tokens = layout.bare(predicate, tokens)
        if isinstance(predicate, exp.Not):  # also of `a NOT IN b` and `a IS NOT TRUE`, which the word does not begin
            begins = tokens is not None and layout.tokens[tokens[0]].word == "NOT"
            tokens = (tokens[0] + 1, tokens[1]) if tokens is not None and begins else tokens
            predicate, wanted = predicate.this, not wanted
        elif wanted and isinstance(predicate, exp.Is) and isinstance(predicate.expression, exp.Boolean):
            sides = layout.sides(tokens, "IS")
            predicate, tokens, wanted = predicate.this, sides[0] if sides is not None else None, bool(predicate.expression.this)
        elif isinstance(predicate, (exp.EQ, exp.NEQ)) and (at := _compared_with_truth(predicate)) is not None:
            sides = layout.sides(tokens, "=", "==", "<>", "!=")
            about, value = (predicate.this, predicate.expression)[:: -1 if at else 1]
            tokens = sides[at] if sides is not None else None
            predicate, wanted = about, wanted is (bool(value.unnest().this) is isinstance(predicate, exp.EQ))
        else:
            return predicate, tokens, wanted


def _compared_with_truth(predicate: exp.Binary) -> int | None:
    """Which side of a comparison is a condition, where the other one is TRUE or FALSE."""
    sides = [side.unnest() for side in (predicate.this, predicate.expression)]
    found = (
        at for at in (0, 1) if isinstance(sides[at], (exp.Predicate, exp.Connector, exp.Not)) and isinstance(sides[1 - at], exp.Boolean)
    )
    return next(found, None)


def _chosen(predicate: exp.Expr, *, wanted: bool) -> Iterator[list[tuple[exp.Expr, Range | None, bool]]]:
    """The ways in which CASE, IF or COALESCE can come to be true or, with `wanted` False, false: what then is true, and what false.

    Where their parts stand is not said. None for any other condition.
    """
    if isinstance(predicate, exp.Coalesce):
        for part in (predicate.this, *predicate.expressions):
            yield [(part, None, wanted)]
    elif isinstance(predicate, (exp.Case, exp.If)):
        is_compared = isinstance(predicate, exp.Case) and predicate.this is not None
        for one in [predicate] if isinstance(predicate, exp.If) else predicate.args["ifs"]:
            yield [*([] if is_compared else [(one.this, None, True)]), (one.args["true"], None, wanted)]
        default = predicate.args.get("false" if isinstance(predicate, exp.If) else "default")
        if default is not None:
            yield [(default, None, wanted)]


def _null_with(predicate: exp.Expr) -> exp.Expr | None:
    """The column that a comparison with a literal, of which IS TRUE or IS FALSE is asked, is NULL with; None for anything else."""
    if not isinstance(predicate, exp.Is) or not isinstance(predicate.expression, exp.Boolean):
        return None
    comparison = predicate.this.unnest()
    if not isinstance(comparison, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)):
        return None
    left, right = comparison.this.unnest(), comparison.expression.unnest()
    column, other = (left, right) if isinstance(right, exp.Literal) else (right, left)
    return column if isinstance(column, exp.Column) and isinstance(other, exp.Literal) else None


def contained(method: exp.Expr) -> exp.Expr | None:
    """What `list.list_contains(column)` asks for, which sqlglot reads as a function that it does not know; None of anything else."""
    call = method.expression if isinstance(method, exp.Dot) else None
    if not isinstance(call, exp.Anonymous) or call.name.casefold() not in _CONTAINS or len(call.expressions) != 1:
        return None
    found: exp.Expr = call.expressions[0]
    return found


_CONTAINS = frozenset({"list_contains", "list_has", "array_contains", "array_has"})


def _compares_as(constant: Operand, node: exp.Expr) -> bool:
    """Whether an expression makes no type of others but what a constant does, being that, NULL or, of a text, another one."""
    if not _is_repeatable(constant) or constant.node is None:
        return False
    are_texts = all(isinstance(one, exp.Literal) and one.is_string for one in (constant.node, node))
    return isinstance(node, exp.Null) or are_texts or node == constant.node


def _row(node: exp.Expr | None) -> list[exp.Expr] | None:
    """The values of `(a, b)` or `row(a, b)`; None for anything else."""
    is_row = isinstance(node, exp.Tuple) or (isinstance(node, exp.Anonymous) and node.name.upper() == "ROW")
    return node.expressions if node is not None and is_row else None


def _is_of_none(predicate: exp.Expr) -> bool:
    """Whether it is `IN ()`, which DuckDB 2.0 reads, or `= ANY ([])`: false, or NULL."""
    if isinstance(predicate, exp.In):
        return not predicate.expressions and not any(predicate.args.get(key) for key in ("query", "field", "unnest"))
    array = predicate.expression.this.unnest() if isinstance(predicate, exp.EQ) and isinstance(predicate.expression, exp.Any) else None
    return isinstance(array, exp.Array) and not array.expressions


def met(filters: Iterable[tuple[Filter, K]], layout: Layout, place: Callable[[Operand], Place | None]) -> Iterator[tuple[Among, K, K]]:
    """The columns that are at least and at most one constant, which they then are, each with what its two comparisons came with."""
    bounds: dict[tuple[Place, bool], list[tuple[exp.Column, Operand, K]]] = {}
    for one, origin in filters:
        if not isinstance(one.node, (exp.GTE, exp.LTE)):
            continue
        at_least = isinstance(one.node, exp.GTE)
        ranges = layout.sides(one.tokens, ">=", "<=") or (None, None)
        left, right = (Operand(*layout.bare(*side)) for side in zip((one.node.left, one.node.right), ranges, strict=True))
        for operand, value, is_low in ((left, right, at_least), (right, left, not at_least)):
            if isinstance(operand.node, exp.Column) and (own := place(operand)) is not None and _is_repeatable(value):
                bounds.setdefault((own, is_low), []).append((operand.node, value, origin))
    for (own, is_low), found in bounds.items():
        for (column, low, one_origin), (_, high, other) in product(found, bounds.get((own, False), ())) if is_low else ():
            if low.node == high.node:
                yield Among((column,), ((low,),)), one_origin, other


def _is_repeatable(value: Operand) -> bool:
    """Whether it is a constant that says the same wherever it is written: no `?`."""
    return value.node is not None and is_constant(value) and all(node.this for node in find_all(value.node, exp.Placeholder))


def _literal(literal: Token) -> Operand:
    value = value_of(literal)
    return Operand(None, value=value) if value is not None else Operand(exp.Literal.number(literal.text))


def _pair(left: Operand, right: Operand) -> Atom:
    """An equality; of a column with a constant, the column among one."""
    for column, value in ((left, right), (right, left)):
        if isinstance(column.node, exp.Column) and value.node is not None and is_constant(value):
            return Among((column.node,), ((value,),))
    return Equal(left, right)


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
        if isinstance(only, Among) and len(together) > len(only.rows):
            found[at] = (Among(only.columns, tuple(together), only.listed),)
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
    if value.node is None:
        return False
    nodes = walk(value.node)
    if any((isinstance(node, _CHANGING) and not _is_of_item(node, value.node)) or _moves(node) for node in nodes):
        return False
    return value.tokens is not None or all(isinstance(node, _KEPT) for node in nodes)


def _is_of_item(node: exp.Expr, value: exp.Expr) -> bool:
    """Whether it is the lambda of a list function, or what a list comprehension in a value calls an item: of constants, a constant."""
    if isinstance(node, exp.Lambda):  # an arrow elsewhere may be one into JSON, with a column before it
        return isinstance(node.parent, (exp.Transform, exp.ArrayFilter)) or (node.parent is not None and node.parent.name in _TAKE_LAMBDA)
    if not isinstance(node, exp.Column) or node.table:
        return False
    around: exp.Expr = node
    while around is not value and around.parent is not None:
        is_item, around = around.arg_key != "iterator", around.parent
        if isinstance(around, exp.Comprehension) and is_item and around.expression.name.casefold() == node.name.casefold():
            return True
    return False


_TAKE_LAMBDA = frozenset({"list_apply", "list_reduce", "array_apply", "array_reduce"})
"""Of the functions that sqlglot does not know."""


def is_volatile(node: exp.Expr) -> bool:
    """Whether an expression calls for values that another query need not give again."""
    return any(map(_moves, walk(node)))


def _moves(node: exp.Expr) -> bool:
    return isinstance(node, _MOVING) or (isinstance(node, exp.Anonymous) and node.name.casefold() in _VOLATILE)
