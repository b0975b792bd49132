"""A FROM clause as a tree of joins: what each condition sees, and what may restrict one of its sources or give it keys.

The rules are SQL's. A row of a source matters only when the joins around it can let it into the result: so a condition of an inner join
restricts both sides, that of a LEFT JOIN only the right one, that of a FULL JOIN none by itself (`full.py`). What a source is joined with
gives it keys in the same cases. A side that an outer join fills with NULLs gives keys only where a key is taken from it: then its row is a
real one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from rowcall.errors import Span
from rowcall.plan.layout import Item, Range

Place = tuple[int, str]
"""A source, by its position in FROM, and a column of it: as the resource spells it, or folded for a local one."""

POSITIONAL = "A POSITIONAL JOIN pairs all rows, so a filter cannot be applied before it; put the filter into a sub-select."
FULL = "A FULL JOIN keeps the rows of both sides, so neither side can take its values from the other."


@dataclass(frozen=True, slots=True)
class Named:
    """What one source calls its columns, folded."""

    columns: frozenset[str] | None
    """None when it cannot be told."""
    hidden: frozenset[str] = frozenset()
    """Columns that stars and NATURAL leave out."""


@dataclass(frozen=True, slots=True)
class View:
    """A stretch of a FROM clause as a condition sees it."""

    visible: frozenset[int] = frozenset()
    """The sources, by position, that a column can be of. The right side of a SEMI or ANTI join is seen by its own ON alone."""
    merged: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Columns that stand once for several sources, each with the source whose own column it is; empty when that is not certain."""
    first: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    """Those of these that a FULL JOIN merges, each with the columns of which it is the first that is no NULL."""
    before: View | None = None
    """For an ON: what stands before a comma on its left, and is seen where nothing nearer has the name."""

    def having(self, name: str, named: Callable[[int], Named]) -> frozenset[int]:
        """The source whose column a name without qualifier stands for; empty where that is not certain."""
        if name in self.merged:
            return self.merged[name]
        found = frozenset(i for i in self.visible if name in (named(i).columns or ()))
        found = found or frozenset(i for i in self.visible if name in named(i).hidden)
        return found if len(found) == 1 else frozenset()

    def beside(self, other: View) -> View:
        """Both stretches, with a comma between them."""
        return View(self.visible | other.visible, {**self.merged, **other.merged}, {**self.first, **other.first})


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One predicate that AND joins to others, an equality that USING or NATURAL stands for, or that a LATERAL has a row."""

    predicate: exp.Expr | None
    tokens: Range | None
    """Where it stands, when that can be told."""
    view: View
    """What its columns can be of."""
    pairs: tuple[tuple[Place, Place], ...] = ()
    """For USING and NATURAL: columns, by their written names, that are equal."""
    lateral: exp.Select | None = None
    """For a sub-select that is joined: it. Each row of the join has one of it, with the values of what stands before that it names."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One source."""

    position: int

    @property
    def positions(self) -> frozenset[int]:
        """Itself."""
        return frozenset({self.position})


@dataclass(frozen=True, slots=True)
class Join:
    """Two sides and what joins them."""

    kind: str
    """INNER, LEFT, RIGHT, FULL, SEMI, ANTI, ASOF, "ASOF LEFT" or POSITIONAL."""
    left: Tree
    right: Tree
    conditions: tuple[Condition, ...]
    positions: frozenset[int]
    """Those of both sides."""


Tree = Leaf | Join


def joined(kind: str, left: Tree, right: Tree, conditions: Sequence[Condition]) -> Join:
    """A join of two sides."""
    return Join(kind, left, right, tuple(conditions), left.positions | right.positions)


# -- building it -----------------------------------------------------------------------------------------------------------------------

Conjuncts = Callable[[exp.Expr, Range | None], Iterator[tuple[exp.Expr, Range | None]]]


class Builder:
    """Makes the tree of a FROM clause from sqlglot's joins and where their items stand."""

    def __init__(self, source: Callable[[exp.Expr, Span | None], int], named: Callable[[int], Named], conjuncts: Conjuncts) -> None:
        """`source` takes a source and where it stands and gives its position; `named` says what the one at a position calls its columns."""
        self._source = source
        self._named = named
        self._conjuncts = conjuncts
        self.views: dict[int, View] = {}
        """What the ON of each join sees, by the join's identity."""
        self.conditions: list[Condition] = []
        """Those of all joins."""

    def chain(self, first: exp.Expr, joins: Sequence[exp.Join], items: Sequence[Item] | None) -> tuple[Tree, View]:
        """The tree, and what WHERE sees.

        A comma binds weaker than JOIN: what stands before it is out of sight of the joins after it.
        """
        places: Sequence[Item | None] = items if items is not None and len(items) == len(joins) + 1 else [None] * (len(joins) + 1)
        done: tuple[Tree, View] | None = None
        lateral: Sequence[Condition] = ()
        left = self._element(first, places[0])
        for join, item in zip(joins, places[1:], strict=True):
            if _is_comma(join):
                done = _beside(done, left, lateral)
                left = self._element(join.this, item)
                lateral = self._lateral(join, done[1])
            else:
                left = self._join(join, left, self._element(join.this, item), item, done[1] if done is not None else None)
        return _beside(done, left, lateral)

    def _element(self, node: exp.Expr, item: Item | None) -> tuple[Tree, View]:
        bare = isinstance(node, exp.Subquery) and not node.args.get("alias") and not node.args.get("pivots")
        if bare and _is_item(node.this):
            inner: exp.Expr = node.this
            joins = inner.args.get("joins") or node.args.get("joins") or ()
            if joins:
                node.set("joins", joins)  # beside the first table, and no part of it
                inner.set("joins", None)
                return self.chain(inner, joins, item.inner if item is not None else None)
            return self._element(inner, item)
        position = self._source(node, item.span if item is not None else None)
        return Leaf(position), View(frozenset({position}))

    def _join(
        self, join: exp.Join, left: tuple[Tree, View], right: tuple[Tree, View], item: Item | None, before: View | None
    ) -> tuple[Tree, View]:
        shared = list(_shared(join, left[1], right[1], self._named))
        sees = self.views[id(join)] = replace(left[1].beside(right[1]), before=before)
        conditions = [
            Condition(None, None, sees, tuple(((a, name), (b, name)) for a in sorted(lefts) for b in sorted(rights)))
            for name, lefts, rights in shared
            if lefts and rights
        ]
        on = join.args.get("on")
        if on is not None:
            conditions += [Condition(predicate, tokens, sees) for predicate, tokens in self._conjuncts(on, item.on if item else None)]
        self.conditions += conditions
        conditions += self._lateral(join, sees)
        tree = joined(_kind(join), left[0], right[0], conditions)
        if join.kind in {"SEMI", "ANTI"}:
            return tree, left[1]
        merged = {name: _equal(join, lefts, rights) for name, lefts, rights in shared}
        return tree, View(sees.visible, {**sees.merged, **merged}, {**sees.first} | dict(_first(join, shared, left[1], right[1])))

    def _lateral(self, join: exp.Join, sees: View) -> Sequence[Condition]:
        """That what is joined has a row, where it is a sub-select."""
        node = join.this.this if isinstance(join.this, exp.Lateral) else join.this
        select = node.this if isinstance(node, exp.Subquery) and not node.args.get("pivots") else None
        found = [Condition(None, None, sees, lateral=select)] if isinstance(select, exp.Select) else []
        self.conditions += found
        return found


def _is_item(node: exp.Expr) -> bool:
    """Whether what stands in brackets is an item of FROM, in brackets or not: a table, or a query with a name or joined with something."""
    if not isinstance(node, exp.Subquery):
        return isinstance(node, (exp.Table, exp.Unnest, exp.Lateral))
    return bool(node.args.get("joins") or node.args.get("alias")) or _is_item(node.this)


def _beside(done: tuple[Tree, View] | None, more: tuple[Tree, View], conditions: Sequence[Condition]) -> tuple[Tree, View]:
    """What commas have joined so far, with one more item; `conditions` are on what that begins with, and hold where it has a row of it."""
    if done is None:
        return more
    return joined("INNER", done[0], more[0], conditions if _first_of(more[0]) in kept(more[0]) else ()), done[1].beside(more[1])


def _first_of(tree: Tree) -> int:
    """The source that a stretch of a FROM clause begins with."""
    return tree.position if isinstance(tree, Leaf) else _first_of(tree.left)


def _is_comma(join: exp.Join) -> bool:
    return not any(join.args.get(key) for key in ("kind", "side", "method", "on", "using"))


def _kind(join: exp.Join) -> str:
    if join.method == "POSITIONAL":
        return "POSITIONAL"
    if join.method == "ASOF":
        return "ASOF LEFT" if join.side else "ASOF"
    return join.side or (join.kind if join.kind in {"SEMI", "ANTI"} else "INNER")


Shared = tuple[str, frozenset[int], frozenset[int]]


def _shared(join: exp.Join, left: View, right: View, named: Callable[[int], Named]) -> Iterator[Shared]:
    """The columns that a join merges, with the sources on its left, and on its right, that they are of for certain."""
    for identifier in join.args.get("using") or ():
        name = identifier.name.casefold()
        yield name, left.having(name, named), right.having(name, named)
    if join.method == "NATURAL":
        before, after = ([named(i).columns for i in sorted(view.visible)] for view in (left, right))
        certain = None not in before and None not in after
        lefts, rights = ({name for columns in side for name in columns or ()} for side in (before, after))
        for name in sorted(lefts & rights if certain else lefts | rights):
            yield name, left.having(name, named) if certain else frozenset(), right.having(name, named) if certain else frozenset()


def _equal(join: exp.Join, left: frozenset[int], right: frozenset[int]) -> frozenset[int]:
    """The source whose column a merged one is: on the left, but for RIGHT and FULL.

    That of the other side need not be written alike, should either compare under a collation.
    """
    if join.side == "FULL":
        return frozenset()
    return right if join.side == "RIGHT" else left


def _first(join: exp.Join, shared: Sequence[Shared], left: View, right: View) -> Iterator[tuple[str, tuple[Place, ...]]]:
    """The columns that a FULL JOIN merges, this one or one on its left, each with those of which it is the first that is no NULL."""
    for name, *sides in shared:
        found = [tuple((at, name) for at in own) or view.first.get(name, ()) for view, own in zip((left, right), sides, strict=True)]
        if join.side == "FULL" or len(found[0]) > 1:
            yield name, (*found[0], *found[1]) if all(found) else ()


# -- reading it ------------------------------------------------------------------------------------------------------------------------

Group = frozenset[int]
"""Sources that an outer join fills with NULLs together."""


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """A condition that every row in question satisfies."""

    condition: Condition
    guards: frozenset[Group] = frozenset()
    """It holds where a value is taken from each of these."""
    restricts: bool = True
    """Whether the source in question may be restricted by it directly, and not only what it is joined with."""
    instead: tuple[tuple[Place, ...], ...] = ()
    """Columns of the source in question that may be put into it, each in place of one that is the first of it and others which is no
    NULL; then those others, by whose collation it compares."""


@dataclass(frozen=True, slots=True)
class Full:
    """A FULL JOIN that a source stands on one side of, whose rows come with a partner or without."""

    join: Join
    own: Tree
    """The side that the source is on."""
    other: Tree
    live: tuple[Live, ...]
    """What each row of the join satisfies that matters and that is about this side, or the NULLs in its place."""


@dataclass(slots=True)
class Reach:
    """What is true of every row that a source can bring into the result."""

    live: list[Live] = field(default_factory=list)
    offered: dict[int, frozenset[Group]] = field(default_factory=dict)
    """The sources that may give keys, each with the groups that a value must be taken from."""
    full: tuple[Full, ...] = ()
    """The FULL JOINs around it, no outer join between, of which `full.ways` tells more."""
    dropped: list[Join] = field(default_factory=list)
    """Joins whose conditions say nothing of the source."""
    picked: frozenset[int] = frozenset()
    """Sources of whose rows an ASOF JOIN picks the nearest, so that a condition on what it gives would pick others before it."""
    blocked: str = ""
    """Why nothing may restrict it, in the user's terms."""


_TAKES = {
    "INNER": (True, True), "SEMI": (True, True), "LEFT": (False, True), "RIGHT": (True, False), "FULL": (False, False),
    "ANTI": (False, True), "ASOF": (True, True), "ASOF LEFT": (False, True),
}  # fmt: skip
"""For each kind of join, whether it restricts the source on its left, and the one on its right."""


_FILLS = {"LEFT": (False, True), "RIGHT": (True, False), "FULL": (True, True), "ASOF LEFT": (False, True)}
"""For each kind of outer join, whether NULLs come in place of missing rows on its left side, and on its right one."""

Touched = Callable[[Condition], frozenset[int]]
"""The sources that a condition may be about."""
Instead = Callable[[Condition, Join, int], tuple[tuple[Place, ...], ...]]
"""`Live.instead` of a condition for a source on one side of a join."""


def reach(tree: Tree, own: int | Join | None, where: Sequence[Condition], touched: Touched, instead: Instead | None = None) -> Reach:
    """What restricts the source `own`, the pairs of rows that a join compares or, for None, every row that is left after WHERE."""
    found = Reach([Live(condition) for condition in where])
    if own is None:
        _offer(tree, frozenset(), found)
        return found
    within = own.positions if isinstance(own, Join) else frozenset({own})
    while isinstance(tree, Join) and tree is not own:
        on_right = within <= tree.right.positions
        side, other = (tree.right, tree.left) if on_right else (tree.left, tree.right)
        if instead is not None and isinstance(own, int) and tree.kind in _MERGES:
            found.live = [_put(live, instead(live.condition, tree, own)) for live in found.live]
        if _FILLS.get(tree.kind, (False, False))[on_right]:
            # In place of a row that is not fetched NULLs would come, and could be what a condition outside the join lets through.
            touching = (live for live in found.live if touched(live.condition) & side.positions)
            gone = tuple(live for live in touching if not any(place[0] in other.positions for group in live.instead for place in group))
            found.live = [live for live in found.live if live not in gone]
            plain = tuple(live for live in gone if live.restricts and not live.guards)
            found.full = (Full(tree, side, other, plain),) if tree.kind == "FULL" and plain else ()
        if tree.kind == "POSITIONAL":
            found = Reach(blocked=POSITIONAL)
        elif _TAKES[tree.kind][on_right]:
            if on_right and tree.kind.startswith("ASOF"):  # a filter before the nearest is picked would pick another
                left = [live for live in found.live if not touched(live.condition) & side.positions]
                found.live = [Live(live.condition, live.guards, restricts=False) for live in left]
                found.picked |= side.positions
                found.full = ()
            found.live += [Live(condition) for condition in tree.conditions]
            _offer(other, frozenset(), found)
        else:
            found.dropped.append(tree)
            if found.full and found.full[-1].join is tree:
                _offer(other, frozenset({other.positions}), found)
        tree = side
    if isinstance(own, Join):
        _pair(own, found, touched)
    return found


_MERGES = frozenset({"INNER", "LEFT", "RIGHT", "FULL"})


def _put(live: Live, instead: tuple[tuple[Place, ...], ...]) -> Live:
    return replace(live, instead=instead) if instead and live.restricts and not live.guards else live


def _pair(join: Join, found: Reach, touched: Touched) -> None:
    """Adds what is true of the pairs of rows that a join compares: of others it makes no difference what a condition in its ON says.

    Whether a pair is one decides about the NULLs that come in place of a row too, which what stands outside the join might let through.
    """
    left, right = (True, True) if join.kind.startswith("ASOF") else _FILLS.get(join.kind, (False, False))
    filled = (join.left.positions if left else frozenset()) | (join.right.positions if right else frozenset())
    found.live = [live for live in found.live if not touched(live.condition) & filled]
    found.live += [Live(condition) for condition in join.conditions]
    found.full = ()
    _offer(join.left, frozenset(), found)
    _offer(join.right, frozenset(), found)


def _offer(tree: Tree, guards: frozenset[Group], found: Reach) -> None:
    """Adds what the sources of a side may give, and the conditions among them."""
    if isinstance(tree, Leaf):
        found.offered[tree.position] = guards
        return
    filled_left = frozenset({tree.left.positions}) if tree.kind in {"RIGHT", "FULL", "POSITIONAL"} else frozenset()
    filled_right = frozenset({tree.right.positions}) if tree.kind in {"LEFT", "FULL", "POSITIONAL", "ASOF LEFT"} else frozenset()
    _offer(tree.left, guards | filled_left, found)
    if tree.kind != "ANTI":
        _offer(tree.right, guards | filled_right, found)
        if tree.kind != "POSITIONAL":
            found.live += [Live(condition, guards | filled_left | filled_right) for condition in tree.conditions]


def kept(tree: Tree) -> frozenset[int]:
    """The sources that no join fills with NULLs, or picks rows of.

    A condition on the columns of these says the same of each of their rows as of the rows of the FROM clause that it is part of: where it
    fails of one, it fails of all these, whatever the others have beside it, NULLs for a row that is not read among them.
    """
    if isinstance(tree, Leaf):
        return tree.positions
    left, right = _KEEPS.get(tree.kind, (False, False))
    return (kept(tree.left) if left else frozenset()) | (kept(tree.right) if right else frozenset())


_KEEPS = {"INNER": (True, True), "LEFT": (True, False), "RIGHT": (False, True), "SEMI": (True, False), "ANTI": (True, False)}


Rejects = Callable[[Condition], frozenset[int]]
"""The sources of which a condition cannot be true where all their columns are NULL."""


def fills(tree: Tree) -> bool:
    """Whether a join in a tree fills a side with NULLs."""
    return isinstance(tree, Join) and (tree.kind in _FILLS or fills(tree.left) or fills(tree.right))


def simplified(tree: Tree, rejected: frozenset[int], rejects: Rejects) -> Tree:
    """The tree with outer joins made inner ones where a condition drops every row that they fill with NULLs anyway."""
    if isinstance(tree, Leaf):
        return tree
    kind = tree.kind
    if kind in {"LEFT", "RIGHT", "FULL"}:
        keeps_left = kind in {"LEFT", "FULL"} and not rejected & tree.right.positions
        keeps_right = kind in {"RIGHT", "FULL"} and not rejected & tree.left.positions
        kind = {(True, True): "FULL", (True, False): "LEFT", (False, True): "RIGHT", (False, False): "INNER"}[keeps_left, keeps_right]
    elif kind == "ASOF LEFT" and rejected & tree.right.positions:
        kind = "ASOF"
    own = frozenset[int]().union(*map(rejects, tree.conditions))
    above = frozenset[int]() if kind == "POSITIONAL" else rejected
    takes_left, takes_right = _TAKES.get(kind, (False, False))
    beside = frozenset[int]().union(*map(rejects, _certain(tree.right)))  # what stands before a comma, an ON behind it may be about
    left = simplified(tree.left, above | own | beside if takes_left else above, rejects)
    right = simplified(tree.right, own if kind in {"ANTI", "SEMI", "ASOF", "ASOF LEFT"} else above | own if takes_right else above, rejects)
    return Join(kind, left, right, tree.conditions, tree.positions)


def _certain(tree: Tree) -> Iterator[Condition]:
    """The conditions of joins that each row of a tree satisfies."""
    if isinstance(tree, Join) and tree.kind in _KEEPS:
        left, right = _KEEPS[tree.kind]
        yield from tree.conditions if tree.kind in {"INNER", "SEMI"} else ()
        yield from _certain(tree.left) if left else ()
        yield from _certain(tree.right) if right else ()
