"""What a reference is restricted by, as Python values: tables of parameter values, and the distinct tuples of them that a method needs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import chain, product
from math import isfinite, prod
from typing import Any

from sqlglot import exp

from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import BindError, RowcallError
from rowcall.manifest.model import Method, Scalar
from rowcall.manifest.types import literal, quoted
from rowcall.plan.bindings import Restriction
from rowcall.plan.cases import Constants, Keys
from rowcall.plan.enclosing import Use
from rowcall.plan.intervals import Interval, spanned
from rowcall.plan.literals import whole
from rowcall.plan.narrowing import KEYS, NUMBER, Holds
from rowcall.plan.nodes import Origin
from rowcall.plan.parameters import always, column_of_parameter, required
from rowcall.plan.pieces import Evaluate
from rowcall.plan.predicates import Operand, collates
from rowcall.plan.scopes import Scopes
from rowcall.plan.sources import kind_of

NO_LIST = "What stands after IN is no list: of a text it means each part of it. string_split() makes a list of one."
_EXACT = 2**53
"""Past this, a float stands for several integers."""


@dataclass(frozen=True, slots=True)
class Table:
    """Values that columns have together."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    """Distinct, without NULL."""
    origins: Mapping[str, Origin]
    """Where the values of each column come from."""
    known: bool = True
    """False where the rows depend on pages that have not been fetched; then there are none."""

    def projected(self, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """The distinct rows of some of its columns."""
        at = [self.columns.index(column) for column in columns]
        if at == [*range(len(self.columns))]:
            return list(self.rows)
        return list(dict.fromkeys(tuple(row[i] for i in at) for row in self.rows))

    def joined(self, other: Table) -> Table:
        """The rows of both that agree in the columns that both have."""
        shared = [column for column in self.columns if column in other.columns]
        added = [column for column in other.columns if column not in shared]
        matches: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
        for row in other.rows:
            values = dict(zip(other.columns, row, strict=True))
            matches.setdefault(tuple(values[c] for c in shared), []).append(tuple(values[c] for c in added))
        rows = [(*row, *more) for row in self.rows for more in matches.get(tuple(row[self.columns.index(column)] for column in shared), ())]
        known = self.known and other.known
        return Table((*self.columns, *added), tuple(dict.fromkeys(rows)), {**other.origins, **self.origins}, known)


Alternative = tuple[Table, ...]
"""Tables without a column in common: all combinations of their rows are meant."""


def _with_others(every: list[Alternative], uses: Sequence[tuple[Use, frozenset[Use]]]) -> list[Alternative]:
    """The alternatives, without a row where they are of a use of a WITH that another one has to have rows for, and has none."""
    empty: set[Use] = set()
    while len(uses) == len(every):
        alive = {use for (use, _), one in zip(uses, every, strict=True) if all(table.rows or not table.known for table in one)}
        more = {use for use, _ in uses} - alive - empty
        if not more:
            break
        empty |= more
        every = [(*one, _NOTHING) if needs & empty else one for one, (_, needs) in zip(every, uses, strict=True)]
    return every


class Resolver:
    """Evaluates what restricts one reference. Remembers what could not be used, and why."""

    def __init__(self, ref: ResourceRef, scopes: Scopes, evaluate: Evaluate, unknown: frozenset[int] = frozenset()) -> None:
        self._evaluate = evaluate
        self._scopes = scopes
        self._unknown = unknown
        """References whose pages will not be fetched."""
        self._types = {**_plain(ref), **types(ref)}
        self._free = {name for name, kind in types(ref).items() if kind is Scalar.STRING} - _compared(ref)
        """Parameters of texts that are no column: their rows have what was asked for, so that a whole number is the text that it has."""
        self._required = required(ref)
        self._always = always(ref)
        self.reasons: list[str] = []

    def resolve(self, restriction: Restriction) -> list[Alternative]:
        """The values that each alternative allows, the same ones once."""
        self.reasons += restriction.reasons
        found: dict[object, Alternative] = {}
        every = _with_others(list(map(self._alternative, restriction.alternatives)), restriction.uses)
        for alternative in every:
            found.setdefault(tuple((table.columns, table.rows, table.known) for table in alternative), alternative)
        return list(found.values())

    def _alternative(self, sets: Sequence[Constants | Keys | Holds]) -> Alternative:
        tables: list[Table] = []
        for one in sets:
            have = {column for table in tables for column in table.columns}
            if isinstance(one, Holds) or (isinstance(one, Keys) and one.is_spare and have.issuperset(one.columns)):
                continue
            reasons = len(self.reasons)
            found = self._keys(one) if isinstance(one, Keys) else self._constants(one)
            if one.is_check:
                del self.reasons[reasons:]
            if found is None or (one.is_check and not found.known):
                continue
            for table in [table for table in tables if set(table.columns) & set(found.columns)]:
                tables.remove(table)
                found = found.joined(table)
            tables.append(found)
        for one in sets:
            if isinstance(one, Holds) and not one.reads & self._unknown and all(table.rows or not table.known for table in tables):
                tables = self._held(one, tables)
        return tuple(tables)

    def _held(self, condition: Holds, tables: list[Table]) -> list[Table]:
        """The tables without the keys that a condition on them drops."""
        names = list(condition.columns)
        about = next((table for table in tables if names and table.known and set(names) <= set(table.columns)), None)
        if names and about is None:
            return tables
        values = about.projected(names) if about is not None else [()]
        rows = (f"({', '.join([str(number), *map(_literal, row)])})" for number, row in enumerate(values))
        columns = ", ".join([NUMBER, *map(quoted, condition.columns)])
        try:
            found = self._evaluate(condition.sql.replace(f"FROM {KEYS} ", f"FROM (VALUES {', '.join(rows)}) AS {KEYS}({columns}) ", 1))[1]
        except RowcallError:  # for some key it cannot be told; DuckDB will say so if that matters
            return tables
        kept = {values[number] for (number,) in found}
        if len(kept) == len(values):
            return tables
        if about is None:
            return [*tables, _NOTHING]
        at = [about.columns.index(name) for name in names]
        held = replace(about, rows=tuple(row for row in about.rows if tuple(row[i] for i in at) in kept))
        return [held if table is about else table for table in tables]

    # -- from the statement --------------------------------------------------------------------------------------------------------

    def _constants(self, constants: Constants) -> Table | None:
        # Most databases have no collation, and to ask for it takes half as long as to try it.
        default = () if self._evaluate(DEFAULT_COLLATION)[1] == [("",)] else (_DEFAULT_COLLATES,)
        ways = constants.through or ((),) * len(constants.columns)
        plain = [at for at, through in enumerate(ways) if not self._is_collated((*default, *through))]
        if len(plain) < len(ways):
            self._say("The column compares under a collation, by which other texts are equal to it too.")
            constants = _of_columns(constants, plain)
        if not plain:
            return None
        values = [_written(operand) for row in constants.rows for operand in row]
        if None in values:
            flat = [operand for row in constants.rows for operand in row]
            unknown = [operand for operand, value in zip(flat, values, strict=True) if value is None]
            texts = [f"({self._scopes.constant(operand)})" for operand in unknown]
            # What a function that DuckDB alone knows gives, as a macro, may have a collation.
            called = [text for one, text in zip(unknown, texts, strict=True) if one.node is not None and one.node.find(exp.Anonymous)]
            probes = [collates(f"{text}[1]" if constants.listed else text) for text in called]
            found = iter(self._evaluate(f"SELECT {', '.join([*texts, *probes])}")[1][0])
            values = [next(found) if value is None else value for value in values]
            if any(found):
                self._say("A value compares under a collation, by which other texts are equal to it too.")
                return None
        width = len(constants.columns)
        rows: list[tuple[Any, ...]] = [tuple(values[i : i + width]) for i in range(0, len(values), width)]
        names = constants.columns
        if constants.identical:  # of what every method requires no row is without a value
            rows = [row for row in rows if not any(value is None and name in self._always for name, value in zip(names, row, strict=True))]
        if constants.identical and any(None in row for row in rows):
            self._say("NULL in a row, or after IS NOT DISTINCT FROM, means rows without a value, which cannot be asked for.")
            given = [at for at in range(width) if all(row[at] is not None for row in rows)]
            names, rows, width = tuple(names[at] for at in given), [tuple(row[at] for at in given) for row in rows], len(given)
        if constants.listed:
            lists = [value for value, *_ in rows if value is not None]
            if not all(isinstance(value, (list, tuple)) for value in lists):
                self._say(NO_LIST)
                return None
            rows = [(item,) * width for items in lists for item in items]
        return self._table(names, rows, dict.fromkeys(names, Origin()), [""] * width) if names else None

    # -- from queries --------------------------------------------------------------------------------------------------------------

    def _keys(self, keys: Keys) -> Table | None:
        origins = dict(zip(keys.columns, keys.origins, strict=True))
        if self._is_collated(keys.through):
            self._say("A column that they come through compares under a collation, by which other texts are equal to it too.")
            return None
        width = len(keys.columns)
        known = not keys.reads & self._unknown
        if not width:
            return None if not known or self._is_any(keys.sql) else _NOTHING
        # The columns of an API compare under no collation but that by default.
        is_plain = self._evaluate(DEFAULT_COLLATION)[1] == [("",)]
        probed = [number for number, origin in enumerate(keys.origins) if origin.reference is None or not is_plain]
        probes = [collates(f"q.{quoted(keys.columns[number])}") for number in probed]
        # What is not known yet has types already, which a row of nothing but NULL has too.
        asked = f"FROM ({keys.sql}) q" if known else f"FROM (SELECT 1) LEFT JOIN (FROM ({keys.sql}) LIMIT 0) q ON true"
        try:
            kinds, rows = self._evaluate(f"SELECT {', '.join(['q.*', *probes])} {asked}") if known or probes else self._typed(keys.sql)
        except BindError:  # what it takes from outside cannot be had
            return None
        numerals = {at for at, name in enumerate(keys.columns) if self._types.get(name) is Scalar.INTEGER and kind_of(kinds[at]) == "text"}
        if numerals:  # a text that is no number equals none
            shown = [
                f"TRY_CAST({name} AS BIGINT) AS {name}" if at in numerals else name for at, name in enumerate(map(quoted, keys.columns))
            ]
            return self._keys(replace(keys, sql=f"SELECT {', '.join(shown)} FROM ({keys.sql})"))
        collated = {number for at, number in enumerate(probed) if any(row[width + at] for row in rows)}
        for number in collated:
            self._say(f"{origins[keys.columns[number]]} compares under a collation, by which other texts are equal to it too.")
        # No resource has an empty key, and in a path it would name another one.
        keyed = [number for number, column in enumerate(keys.columns) if column in self._required]
        values = [row[:width] for row in rows if all(row[number] != "" for number in keyed)]
        if known and all(None in row for row in values):
            return Table(keys.columns, (), origins)  # nothing equals it, of any type
        described = [_COLLATED if number in collated else kind_of(kinds[number]) or kinds[number] for number in range(width)]
        return self._table(keys.columns, values, origins, described, known=known)

    def _typed(self, sql: str) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        """As `evaluate` of a query whose rows are not known; raises BindError as that does."""
        found = self._scopes.types(sql)
        if found is None:
            raise BindError("These keys cannot be bound.")
        return found, []

    def _is_collated(self, queries: Sequence[str]) -> bool:
        """Whether one of some queries of one truth value each says so, or cannot be bound by itself."""
        try:
            return any(collated for query in queries for (collated,) in self._evaluate(query)[1])
        except BindError:
            return True

    def _is_any(self, sql: str) -> bool:
        """Whether a query has rows; true where it cannot be told."""
        try:
            return bool(self._evaluate(sql)[1])
        except RowcallError:
            return True

    # -- to parameters -------------------------------------------------------------------------------------------------------------

    def _table(
        self,
        columns: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
        origins: Mapping[str, Origin],
        kinds: Sequence[str],
        *,
        known: bool = True,
    ) -> Table | None:
        """The rows as values of parameters, without columns that cannot be; None where none is left."""
        given = [row for row in rows if None not in row]
        kept: dict[int, list[Any]] = {}
        for number, column in enumerate(columns):
            scalar = self._types.get(column)
            if scalar is None or kinds[number] == _COLLATED or not self._compares(column, scalar, kinds[number]):
                continue
            values = [_fitting(_text(row[number]) if column in self._free else row[number], scalar) for row in given]
            if None in values:
                self._say_type(column, scalar, repr(given[values.index(None)][number]))
            else:
                kept[number] = values
        if not kept:
            return None
        names = tuple(columns[number] for number in kept)
        ordered = (
            sorted(dict.fromkeys(zip(*kept.values(), strict=True)))
            if kinds and kinds[0]
            else dict.fromkeys(zip(*kept.values(), strict=True))
        )
        return _without_twins(Table(names, tuple(ordered), origins, known))

    def _compares(self, column: str, scalar: Scalar, kind: str) -> bool:
        """Whether DuckDB compares values of a key query with a parameter as the parameter's own type; of constants, each value tells."""
        wanted = {
            Scalar.STRING: ("text",),
            Scalar.INTEGER: ("integer",),
            Scalar.BOOLEAN: ("BOOLEAN",),
            Scalar.NUMBER: ("integer", "DOUBLE", "FLOAT"),
        }
        is_number_asked = kind == "integer" and column in self._free
        if kind and kind not in wanted.get(scalar, ()) and not is_number_asked:
            self._say_type(column, scalar, kind)
            return False
        return True

    def _say_type(self, column: str, scalar: Scalar, what: str) -> None:
        self._say(f"{column} is {scalar.value}, and {what} is not: DuckDB would compare them as another type.")

    def _say(self, reason: str) -> None:
        if reason not in self.reasons:
            self.reasons.append(reason)


def _of_columns(constants: Constants, at: Sequence[int]) -> Constants:
    """What is said of some of the columns alone."""
    rows = tuple(tuple(row[i] for i in at) for row in constants.rows)
    return replace(constants, columns=tuple(constants.columns[i] for i in at), rows=rows, through=())


def _written(operand: Operand) -> str | int | None:
    """The value of a text or whole number that is written as a literal; None for what DuckDB has to be asked for."""
    if operand.value is not None or not isinstance(operand.node, exp.Literal):
        return operand.value
    return operand.node.name if operand.node.is_string else whole(operand.node.name)


_NOTHING = Table((), (), {})
"""Beside the values of an alternative: that no row can matter all the same."""


def _literal(value: Any) -> str:
    """A key as SQL, of the type of its column."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value}::BIGINT"
    return literal(value) if isinstance(value, str) else f"{value!r}::DOUBLE"


_COLLATED = "collated"
DEFAULT_COLLATION = "SELECT current_setting('default_collation')"
"""What is asked of every statement with a text in it."""
_DEFAULT_COLLATES = f"SELECT {collates('NULL')}"


def _without_twins(table: Table) -> Table:
    """The table with columns of one name made one, which keeps the rows in which they are equal."""
    if len(set(table.columns)) == len(table.columns):
        return table
    names = tuple(dict.fromkeys(table.columns))
    rows = [
        row for row in table.rows if all(value == row[table.columns.index(name)] for name, value in zip(table.columns, row, strict=True))
    ]
    return Table(names, tuple(tuple(row[table.columns.index(name)] for name in names) for row in rows), table.origins, table.known)


@lru_cache(maxsize=256)  # a catalog does not change, and each statement asks several times
def types(ref: ResourceRef) -> Mapping[str, Scalar]:
    """The scalar type of each column and parameter that a value can be bound to."""
    found: dict[str, Scalar] = {}
    for method in ref.resource.methods.values():
        for name, parameter in method.parameters.items():
            found.setdefault(name, parameter.type)
            found.setdefault(parameter.column or name, parameter.type)
    return found


def _plain(ref: ResourceRef) -> dict[str, Scalar]:
    """The columns of a resource whose values are compared as what they are."""
    kinds = {Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER, Scalar.BOOLEAN}
    return {name: kind for name, column in ref.resource.columns.items() if isinstance(kind := column.type, Scalar) and kind in kinds}


def _compared(ref: ResourceRef) -> set[str]:
    """The names that stand for what rows have: the columns, and the parameters that a column has the values of."""
    methods = ref.resource.methods.values()
    return {*ref.resource.columns, *(name for method in methods for name, each in method.parameters.items() if each.column is not None)}


def _text(value: Any) -> Any:
    """A whole number as the text that it has, anything else as it is."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _fitting(value: Any, scalar: Scalar) -> Any:
    """The value where DuckDB compares it with a column of this type as that type, else None."""
    if scalar is Scalar.STRING or scalar is Scalar.BOOLEAN:
        return value if isinstance(value, str if scalar is Scalar.STRING else bool) else None
    if scalar is Scalar.INTEGER and isinstance(value, str):
        return _number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if isinstance(value, float) and (not isfinite(value) or abs(value) > _EXACT):
        return None
    if scalar is Scalar.INTEGER:
        return int(value) if value == int(value) else None
    return float(value)


def _number(text: str) -> int | None:
    """The whole number of 64 bits that a text is, as which DuckDB compares it with a number; None for any other, which may be a mistake."""
    found = int(text) if _WHOLE.fullmatch(text) else None
    return found if found is not None and -(2**63) <= found < 2**63 else None


_WHOLE = re.compile(r" *[+-]?0{0,99}[0-9]{1,19} *")


# -- tuples ----------------------------------------------------------------------------------------------------------------------------


def bound(method: Method, alternative: Alternative) -> set[str]:
    """The parameters of a method that an alternative has values for."""
    columns = {column for table in alternative for column in table.columns}
    return {name for name in method.parameters if column_of_parameter(method, name) in columns}


def spans(alternatives: Sequence[Alternative], columns: Collection[str]) -> tuple[list[Interval], dict[str, Origin]]:
    """Where those of some columns lie whose values every alternative says; and which they are, with their origins, where it is not known.

    Of values there may be several, and a bound for each would bring the rows that lie beyond all of them as often.
    """
    known: list[Interval] = []
    unknown: dict[str, Origin] = {}
    alive = [alternative for alternative in alternatives if not is_never(alternative)]
    for column in columns:
        tables = [table for alternative in alive for table in alternative if column in table.columns]
        origins = dict.fromkeys(table.origins.get(column, Origin()) for table in tables)
        origin = next(iter(origins)) if len(origins) == 1 else Origin(" or ".join(map(str, origins)))
        if not tables or len(tables) < len(alive):
            continue
        if all(table.known for table in tables):
            known.append(spanned(column, [value for table in tables for (value,) in table.projected([column])], origin))
        else:
            unknown[column] = origin
    return known, unknown


def is_never(alternative: Alternative) -> bool:
    """Whether no row can be meant."""
    return any(table.known and not table.rows for table in alternative)


def with_bounds(
    alternatives: Sequence[Alternative], bounds: Sequence[Table], bounded: Collection[str], unbound: Sequence[str] = ()
) -> list[Alternative]:
    """The alternatives, each with bounds of columns, and without values of the columns themselves that are `bounded`.

    Where no row can be meant, with no value of the parameters that are `unbound`.
    """
    nothing = [Table((name,), (), {}) for name in unbound]
    return [(*_without(one, bounded), *bounds, *(nothing if is_never(one) else ())) for one in alternatives]


def _without(alternative: Alternative, columns: Collection[str]) -> Iterator[Table]:
    for table in alternative:
        names = tuple(name for name in table.columns if name not in columns)
        if len(names) == len(table.columns):
            yield table
        elif names or (table.known and not table.rows):
            yield replace(table, columns=names, rows=tuple(table.projected(names)))


def values(method: Method, name: str, alternative: Alternative) -> list[Any]:
    """The distinct values that an alternative has for a parameter."""
    column = column_of_parameter(method, name)
    return [row[0] for table in alternative if column in table.columns for row in table.projected([column])]


def count(method: Method, names: Sequence[str], alternatives: Sequence[Alternative]) -> int:
    """How many tuples of these parameters there are at the most."""
    return sum(prod(len(rows) for _, rows in _projections(method, names, alternative)) for alternative in alternatives)


def tuples(method: Method, names: Sequence[str], alternatives: Sequence[Alternative]) -> list[dict[str, Any]]:
    """The distinct tuples of these parameters, which every alternative has values for."""
    found: dict[tuple[Any, ...], None] = {}
    wanted = [column_of_parameter(method, name) for name in names]
    for alternative in alternatives:
        parts = _projections(method, names, alternative)
        columns = [column for columns, _ in parts for column in columns]
        if len(parts) == 1 and columns == wanted:
            found |= dict.fromkeys(parts[0][1])
            continue
        at = [columns.index(column) for column in wanted]
        for chosen in product(*(rows for _, rows in parts)):
            values = tuple(chain.from_iterable(chosen))
            found.setdefault(tuple([values[i] for i in at]))
    return [dict(zip(names, values, strict=True)) for values in found]


def _projections(method: Method, names: Sequence[str], alternative: Alternative) -> list[tuple[list[str], list[tuple[Any, ...]]]]:
    wanted = [column_of_parameter(method, name) for name in names]
    parts = []
    for table in alternative:
        columns = [column for column in dict.fromkeys(wanted) if column in table.columns]
        if columns:
            parts.append((columns, table.projected(columns)))
        elif table.known and not table.rows:
            parts.append(([], []))  # no row can be meant
    return parts
