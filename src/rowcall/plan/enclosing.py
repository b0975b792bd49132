"""What surrounds a SELECT: where its rows are used, and whether a condition there may be applied to it instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from sqlglot import exp

from rowcall.plan.joins import Condition, Place, reach
from rowcall.plan.matching import crossing
from rowcall.plan.pivots import handed_through, pivots_of
from rowcall.plan.plain import CUTS, is_plain
from rowcall.plan.predicates import Equal
from rowcall.plan.references import cte_of, is_inside
from rowcall.plan.scopes import Frame, Scopes
from rowcall.plan.sources import Source
from rowcall.plan.walk import find_all


@dataclass(frozen=True, slots=True)
class Use:
    """One place where the rows of a SELECT are used."""

    frame: Frame
    own: int | None
    """The source that they are there; None in an expression, of which only the columns that it takes from outside are known."""
    names: tuple[str, ...] = ()
    """What the SELECT's output columns are called there, in order."""
    where: bool = True
    """Whether WHERE holds for the rows that it is used with."""


@dataclass(frozen=True, slots=True)
class Enclosing:
    """What surrounds a SELECT."""

    uses: tuple[Use, ...] = ()
    """None for a statement's outermost SELECT, or where it is not understood; of a recursive query those outside it."""
    correlated: bool = False
    """Whether it can take columns from outside."""
    is_unused: bool = False
    """Whether nothing reads it, being a WITH that no query names."""
    columns: tuple[str, ...] = ()
    """For a side of UNION BY NAME: the names of all columns of the UNION, in order."""
    blocked: str = ""
    """Why a condition on its rows may not be applied before them, in the user's terms."""
    pivoted: bool = False
    """Whether a PIVOT or UNPIVOT makes other rows of them, with some of their columns."""
    dividing: frozenset[Place] = frozenset()
    """The columns of its FROM clause on which a condition may be nevertheless: all that blocks it divides its rows by them, and no row
    depends on one that has another value there."""


def enclosing(frame: Frame) -> Enclosing:
    """What surrounds a SELECT, found once."""
    if frame.enclosing is None:
        found = _enclosing(frame)
        between = barriers(frame) if found.uses else []
        if between:
            divides = not found.blocked and _DIVIDING.issuperset(between)
            dividing = _dividing(frame) if divides else frozenset()
            found = replace(found, blocked=_through(between[0]), dividing=dividing)
        frame.enclosing = found
    return frame.enclosing


def _enclosing(frame: Frame) -> Enclosing:
    node, blocked = _whole(frame)
    columns = _by_name(frame, node)
    if columns is None:
        blocked = blocked or _through("UNION BY NAME beside UNION")
    parent = node.parent
    if isinstance(parent, exp.Pivot) and node.arg_key == "this":
        parent = parent.parent
    if isinstance(parent, exp.CTE):
        return _uses(frame, parent, node, columns or (), blocked)
    outer = frame.scopes.around(node)
    if outer is None:
        return Enclosing()
    leaf = parent if isinstance(parent, exp.Lateral) or isinstance(node.parent, exp.Pivot) else node
    own = outer.position(leaf) if leaf is not None else None
    if own is not None:
        use = Use(outer, own, _names(outer, own, node))
        return Enclosing((use,), correlated=True, columns=columns or (), blocked=blocked or _pivoted([use]), pivoted=_is_pivoted(use))
    outer.read()
    query = node.unnest() if isinstance(node, exp.Subquery) else node
    matched = next((source for source in outer.sources if source.matched is not None and source.node is query), None)
    if matched is not None:
        use = Use(outer, matched.position, tuple(f"k{number}" for number in range(matched.width)))
        return Enclosing((use,), correlated=True, columns=columns or (), blocked=blocked)
    within = node.find_ancestor(exp.Join, exp.Pivot, exp.Select)
    blocked = blocked or _through("PIVOT" if isinstance(within, exp.Pivot) else "")
    return Enclosing((Use(outer, None, where=not isinstance(within, exp.Join)),), correlated=True, blocked=blocked)


def _whole(frame: Frame) -> tuple[exp.Expr, str]:
    """The query that a SELECT is a part of, with UNION and brackets around it, and what of these keeps conditions out of it.

    Brackets around an item of a FROM clause are around the joins that begin with it, and no part of the query.
    """
    node: exp.Expr = frame.select
    outer = frame.scopes.around(node)
    blocked = ""
    while True:
        parent = node.parent
        is_item = outer is not None and isinstance(node, exp.Subquery) and outer.position(node) is not None
        if is_item or not isinstance(parent, (exp.SetOperation, exp.Subquery)) or node.arg_key not in {"this", "expression"}:
            return node, blocked
        blocked = blocked or _through("LIMIT" if parent.args.get("limit") or parent.args.get("offset") else "")
        node = parent


def is_side(select: exp.Select) -> bool:
    """Whether a SELECT is a side of UNION or its like, in brackets or not."""
    node: exp.Expr | None = select.parent
    while isinstance(node, exp.Subquery):
        node = node.parent
    return isinstance(node, exp.SetOperation)


def _by_name(frame: Frame, whole: exp.Expr) -> tuple[str, ...] | None:
    """The names of all columns of the query, where its sides are joined by name; () where they are by position, None for a mixture."""
    node: exp.Expr = frame.select
    kinds = set()
    while node is not whole and node.parent is not None:
        node = node.parent
        if isinstance(node, exp.SetOperation):
            kinds.add(bool(node.args.get("by_name")))
    if kinds != {True}:
        return () if kinds != {True, False} else None
    return tuple(_output_names(frame.scopes, whole) or ())


def _through(barrier: str) -> str:
    return f"A condition outside a query with {barrier} cannot be applied before it; repeat it inside." if barrier else ""


_DIVIDING = frozenset({"QUALIFY", "DISTINCT ON", "a window function", "GROUPING SETS"})
"""What may divide the rows of a SELECT into parts of which none knows of another.

The groups of GROUPING SETS are parts by all columns that have a value in their row: one that it is not grouped by is NULL there, and what
a column equals is not.
"""


def barriers(frame: Frame) -> list[str]:
    """What in a SELECT makes its rows depend on more rows than the ones that a condition on them keeps."""
    select = frame.select
    named = {"limit": "LIMIT", "offset": "LIMIT", "fetch": "LIMIT", "qualify": "QUALIFY", "sample": "SAMPLE"}
    found = [word for key, word in named.items() if select.args.get(key)]
    distinct, group = select.args.get("distinct"), select.args.get("group")
    if distinct is not None and distinct.args.get("on"):
        found.append("DISTINCT ON")
    if windows(select):
        found.append("a window function")
    if group is not None and grouping_sets(group):
        found.append("GROUPING SETS")
    if frame.scopes.takes_windows(select):
        found.append("a macro of a window function")
    return found


def grouping_sets(group: exp.Expr) -> bool:
    """Whether GROUP BY makes groups of other columns than all that it names: a row may then be of several, or of one of all rows."""
    named = any(group.args.get(key) for key in ("grouping_sets", "cube", "rollup"))
    written = (isinstance(one, (exp.GroupingSets, exp.Cube, exp.Rollup)) for one in group.expressions)
    return named or any(written) or any(isinstance(one, exp.Tuple) and not one.expressions for one in group.expressions)


def ends_with_rows(select: exp.Select) -> bool:
    """Whether a SELECT has no row where its FROM has none: an aggregate would be one row of none, and so are a group of all and HAVING."""
    group = select.args.get("group")
    if grouping_sets(group) if group is not None else select.args.get("having"):
        return False
    found = (one for one in select.find_all(exp.AggFunc) if one.find_ancestor(exp.Select) is select)
    return all(isinstance(one.parent, exp.Window) for one in found)


def windows(select: exp.Select) -> list[exp.Window]:
    """The window functions of a SELECT itself."""
    return [found for found in find_all(select, exp.Window) if found.find_ancestor(exp.Select) is select]


def _dividing(frame: Frame) -> frozenset[Place]:
    """The columns by which all window functions of a SELECT divide its rows, and its DISTINCT ON and GROUPING SETS."""
    divisions = partitions(frame.select)
    distinct, group = frame.select.args.get("distinct"), frame.select.args.get("group")
    if group is not None and grouping_sets(group):  # of a column that it is not grouped by DuckDB gives aggregates only
        divisions.append([item.unalias() for item in frame.select.expressions])
    if distinct is not None and (on := distinct.args.get("on")) is not None:
        keys = on.expressions if isinstance(on, exp.Tuple) else [on]
        divisions.append([key for one in keys if (key := _meant(frame.select, one.unnest())) is not None])
    return in_each(frame, divisions)


def _meant(select: exp.Select, key: exp.Expr) -> exp.Expr | None:
    """What a key of DISTINCT ON is, where a name is that of a result before it is that of a column; None where it is of several."""
    name = key.name.casefold() if isinstance(key, exp.Column) and len(key.parts) == 1 else ""
    given = [item.unalias() for item in select.expressions if name and item.alias.casefold() == name]
    return key if not given else given[0] if len(given) == 1 else None


def partitions(select: exp.Select) -> list[list[exp.Expr]]:
    """What each window function of a SELECT divides its rows by."""
    named = {window.name.casefold(): window.args.get("partition_by") or [] for window in select.args.get("windows") or ()}
    return [window.args.get("partition_by") or named.get(window.alias.casefold(), []) for window in windows(select)]


def in_each(frame: Frame, divisions: Sequence[Sequence[exp.Expr]]) -> frozenset[Place]:
    """The columns of its FROM clause that are in each of some lists of expressions."""
    found = [{own_place(frame, key) for key in keys} for keys in divisions]
    return frozenset(place for place in set.intersection(*found) if place is not None) if found else frozenset()


def own_place(frame: Frame, key: exp.Expr) -> Place | None:
    """The column of its FROM clause that an expression is."""
    key = key.unnest()
    found = frame.scopes.resolve(key) if isinstance(key, exp.Column) else None
    return (found.position, found.name) if found is not None and found.exact and found.frame is frame else None


_RECURSIVE = "A condition outside a recursive query cannot be applied before it; repeat it inside."
_RECURSES = (
    "What a recursive query reads of its own rows is known only while it runs, and all is asked for before; "
    "inside it, take values from constants, a table, or a column that each step selects as it is."
)


def _uses(inner: Frame, cte: exp.CTE, node: exp.Expr, columns: tuple[str, ...], blocked: str) -> Enclosing:
    """The places where a WITH's definition is read, of which a SELECT is a part."""
    scopes, uses = inner.scopes, []
    for table in find_all(scopes.tree, exp.Table):
        if cte_of(table) is not cte:
            continue
        frame = scopes.around(table)
        own = frame.position(table) if frame is not None else None
        if frame is None or own is None:
            return Enclosing()
        if is_inside(table, cte):  # as often as what reads it from outside asks for
            blocked = _RECURSES if is_inside(table, inner.select) else _RECURSIVE
        else:
            uses.append(Use(frame, own, _names(frame, own, node, cte)))
    if not uses:
        return Enclosing(is_unused=True)
    return Enclosing(tuple(uses), columns=columns, blocked=blocked or _pivoted(uses), pivoted=any(map(_is_pivoted, uses)))


def _is_pivoted(use: Use) -> bool:
    return use.own is not None and bool(pivots_of(use.frame.sources[use.own].node))


def _pivoted(uses: Sequence[Use]) -> str:
    """Why no condition on what is used goes through a PIVOT; "" where one on some column does, or there is none."""
    return _through("PIVOT" if any(_is_pivoted(use) and not any(use.names) for use in uses) else "")


def _names(outer: Frame, own: int, node: exp.Expr, cte: exp.CTE | None = None) -> tuple[str, ...]:
    """What the output columns of a query are called where it is read, "" for one whose name another has as well."""
    names, source = _output_names(outer.scopes, node) or [], outer.sources[own].node
    pivots = pivots_of(source)
    aliases = [cte.args.get("alias") if cte is not None else None, source.args.get("alias")]
    if pivots and any(alias is not None and alias.args.get("columns") for alias in aliases):
        return ("",) * len(names)  # which stand for the columns before it, or behind it
    for alias in aliases:
        given = [column.name.casefold() for column in (alias.args.get("columns") or ())] if alias is not None else []
        names[: len(given)] = given[: len(names)]
    found = tuple(name if names.count(name) == 1 else "" for name in names)
    for pivot in pivots:
        found = handed_through(found, pivot)
    return found


def inner_frame(frame: Frame, source: Source, *, sampled: bool = False) -> Frame | None:
    """The SELECT that a sub-select or WITH is; None for anything else, a UNION among it, and where PIVOT or SAMPLE stands behind it.

    With `sampled` SAMPLE may.
    """
    cte = cte_of(source.node) if isinstance(source.node, exp.Table) else None
    query = cte if cte is not None else source.node.this if isinstance(source.node, exp.Lateral) else source.node
    select = query.this if isinstance(query, (exp.CTE, exp.Subquery)) else None
    changed = source.node.args.get("pivots") or (source.node.args.get("sample") and not sampled)
    if source.reference is not None or source.matched is not None or not isinstance(select, exp.Select) or changed:
        return None
    return frame.scopes.frame(select)


def output_names(frame: Frame, position: int, inner: Frame) -> tuple[str, ...]:
    """What the output columns of the SELECT that a source is are called where it is read, "" for one whose name another has as well."""
    node = frame.sources[position].node
    return _names(frame, position, inner.select, cte_of(node) if isinstance(node, exp.Table) else None)


def handed_on(frame: Frame, place: Place) -> tuple[Frame, Place]:
    """The column that a column of a SELECT is where sub-selects and WITH queries that only hand it on are looked through."""
    inner = inner_frame(frame, frame.sources[place[0]])
    if inner is None:
        return frame, place
    within = [own for name, (_, own) in zip(output_names(frame, place[0], inner), inner.outputs() or (), strict=False) if name == place[1]]
    return handed_on(inner, within[0]) if len(within) == 1 and within[0] is not None else (frame, place)


def is_of_api(frame: Frame, place: Place, within: Sequence[exp.Expr] = ()) -> bool:
    """Whether a column is one of resources alone: handed on from one, or from one on each side of a UNION or its like.

    `within` are those that are being looked at: what reads itself adds nothing.
    """
    frame, (position, name) = handed_on(frame, place)
    source = frame.sources[position]
    cte = cte_of(source.node) if isinstance(source.node, exp.Table) else None
    query = cte if cte is not None else source.node.this if isinstance(source.node, exp.Lateral) else source.node
    whole = query.this if isinstance(query, (exp.CTE, exp.Subquery)) else None
    if source.reference is not None or not isinstance(whole, exp.SetOperation):
        return source.reference is not None
    names = _names(frame, position, whole, cte)
    return any(whole is one for one in within) or (name in names and _is_of_api(frame.scopes, whole, names.index(name), [*within, whole]))


def _is_of_api(scopes: Scopes, query: exp.Expr, index: int, within: Sequence[exp.Expr]) -> bool:
    """The same of a column of a query."""
    if isinstance(query, exp.SetOperation) and not query.args.get("by_name"):
        return all(_is_of_api(scopes, side, index, within) for side in (query.this, query.expression))
    if isinstance(query, exp.Subquery):
        return _is_of_api(scopes, query.this, index, within)
    frame = scopes.frame(query) if isinstance(query, exp.Select) else None
    outputs = frame.outputs() or () if frame is not None else ()
    place = outputs[index][1] if index < len(outputs) else None
    return frame is not None and place is not None and is_of_api(frame, place, within)


def same_within(frame: Frame) -> Mapping[Place, Sequence[Place]]:
    """For each column of a SELECT's FROM clause, those that are the same in every row that the SELECT gives, itself among them.

    An equality that each joined row satisfies makes two columns of an API the same where both are texts, or both of one type of whole
    number: these have no collation but a default one, under which no text is a key anyway. A side that an outer join fills satisfies
    nothing, and a row of a group, which may be one of ROLLUP with NULL in one of the two, is none of the joined ones.
    """
    if frame.same is None:
        pairs = equal_columns(frame) if is_plain(frame.select, but=LEAVES, windows=True) else ()
        frame.same = together(pair for pair in pairs if _is_one_value(frame, *pair))
    return frame.same


def same_around(frame: Frame, use: Use) -> Iterator[Condition]:
    """That columns of a SELECT's FROM clause are the same in each row of it that matters where it is used, as both equal one of another."""
    around, same = use.own, same_within(use.frame)
    outputs = [(name, place) for name, (_, place) in zip(use.names, frame.outputs() or (), strict=False) if name and place is not None]
    for (one, own), (other, further) in combinations(outputs if same else (), 2):
        is_spelt = all(frame.spelt(*place) == place[1] for place in (own, further))
        if around is not None and own != further and is_spelt and (around, other) in same.get((around, one), ()):
            yield Condition(None, None, frame.view, ((own, further),))


LEAVES = CUTS | {"with_"}
"""What stands in a SELECT and makes no row but a joined one."""


def equal_columns(frame: Frame) -> Iterator[tuple[Place, Place]]:
    """The columns that are equal in every row that is joined and left by WHERE."""
    for live in reach(frame.tree, None, frame.where, frame.touched).live if frame.tree is not None else ():
        options = frame.alternatives(live.condition) if not live.guards else ()
        for atom in options[0] if len(options) == 1 else ():
            places = (frame.place(atom.left), frame.place(atom.right)) if isinstance(atom, Equal) else (None, None)
            if places[0] is not None and places[1] is not None:
                yield places[0], places[1]


def same_across(frame: Frame) -> Sequence[Condition]:
    """That columns of a SELECT's FROM clause are the same: one of a sub-select there, and one that each row of that has beside it.

    A sub-select says so that takes the one from what stands before it, and hands on another that its WHERE compares with that.
    """
    if frame.across is None:
        frame.across = ()  # for what reads itself
        pairs = (pair for source in frame.sources for pair in _across(frame, source) if _is_one_value(frame, *pair))
        frame.across = tuple(Condition(None, None, frame.view, (pair,)) for pair in pairs)
    return frame.across


def _across(frame: Frame, source: Source) -> Iterator[tuple[Place, Place]]:
    """The columns before a sub-select that equal one of it in every row that it gives."""
    inner = inner_frame(frame, source)
    if inner is None or not is_plain(inner.select, but=LEAVES, windows=True):
        return
    given = [(name, own) for name, (_, own) in zip(output_names(frame, source.position, inner), inner.outputs() or (), strict=False)]
    for outside, inside in crossing(inner, frame):
        place, within = frame.place(outside), inner.place(inside)
        if place is not None and place[0] < source.position and frame.spelt(*place) == place[1]:
            yield from ((place, (source.position, name)) for name, own in given if name and own is not None and own == within)


def _is_one_value(frame: Frame, one: Place, other: Place) -> bool:
    """Whether two columns that are equal are the same: of one type of which no two values are equal, as texts of an API are."""
    found = [handed_on(frame, place) for place in (one, other)]
    is_remote = all(within.sources[position].reference is not None for within, (position, _) in found)
    is_same = frame.kind(one) == "integer" or (is_remote and frame.kind(one) == "text")
    return is_same and frame.type_of(one) == frame.type_of(other)


def together(equal: Iterable[tuple[Place, Place]]) -> dict[Place, list[Place]]:
    """For each column, those that equal it, itself among them."""
    found: dict[Place, list[Place]] = {}
    for one, other in equal:
        both = list(dict.fromkeys([*found.get(one, [one]), *found.get(other, [other])]))
        found |= dict.fromkeys(both, both)
    return found


def _output_names(scopes: Scopes, query: exp.Expr) -> list[str] | None:
    """The folded names of a query's output columns; None when they cannot be told."""
    if isinstance(query, exp.Subquery):
        return _output_names(scopes, query.this)
    if isinstance(query, exp.Select):
        outputs = scopes.frame(query).outputs()
        return None if outputs is None else [name for name, _ in outputs]
    if not isinstance(query, exp.SetOperation):
        return None
    left = _output_names(scopes, query.this)
    right = _output_names(scopes, query.args["expression"]) if query.args.get("by_name") else []
    return None if left is None or right is None else [*left, *(name for name in right if name not in left)]
