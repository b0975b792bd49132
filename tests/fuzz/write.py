"""Statements at random: what stands around the items of FROM, how these are joined, and where the values come from that an API needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

from tests.fuzz.conditions import Conditions, equality
from tests.fuzz.shapes import Shapes
from tests.fuzz.sources import Sources
from tests.fuzz.tree import Col, Cte, Join, Output, Pred, Printer, Query, Select, SetOp, Source, Statement, remotes, selects
from tests.fuzz.twists import Twists
from tests.fuzz.world import INTEGER, TEXT, Kind, World

JOINS = (
    *["JOIN"] * 8, "INNER JOIN", *["LEFT JOIN"] * 4, "LEFT OUTER JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN", *[","] * 3, "CROSS JOIN",
    "NATURAL JOIN", "NATURAL LEFT JOIN", "ASOF JOIN", "ASOF LEFT JOIN", *["LATERAL"] * 2,
)  # fmt: skip
SET_OPS = ("UNION", "UNION ALL", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL", "INTERSECT ALL", "UNION BY NAME", "UNION ALL BY NAME")
MOST_REMOTE = 4
"""How many resources a statement names at the most."""
DEEPEST = 4


class Writer:
    """Writes one statement."""

    def __init__(self, pick: Random, world: World) -> None:
        self.pick = pick
        self.world = world
        self.conditions = Conditions(pick, world)
        self.sources = Sources(pick, self.conditions)
        self.shapes = Shapes(pick)
        self.ctes: list[Cte] = []
        self.left = pick.choice((1, 1, 2, 2, 2, 3, 3, MOST_REMOTE))
        """How many resources may still be named."""
        self.room = pick.choice((0, 0, 1, 1, 2, 2, 3, 5, 9))
        """How many queries there may still be within the first."""

    def chance(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.pick.random() < share

    def statement(self) -> Statement:
        """A whole statement, which names a resource."""
        query = self._pivoted() if self.chance(0.04) else self.query(0, [])
        text = Printer().query(query)
        if not remotes(query) or ("ASOF" in text and "POSITIONAL" in text):  # on the two together DuckDB 1.5.6 crashes
            return Writer(self.pick, self.world).statement()
        for select in selects(query):
            self._shorten(select)
        Twists(self.pick, self.conditions).twist(query)
        for select in selects(query):
            self._unname(select)
        return Statement(query, self.conditions.given)

    def _shorten(self, select: Select) -> None:
        """Leaves the source's name out before some columns that only one source has."""
        preds = [*select.where, *(pred for join in select.joins for pred in join.on)]
        names = Counter(name for source in select.sources for name in source.columns)
        # A source that is not whole has more columns than are known here, of the same names perhaps.
        whole = all(source.whole for source in select.sources)
        for parts in (*(pred.parts for pred in preds), *(output.parts for output in select.outputs)):
            for part in parts:
                if isinstance(part, Col) and part.source in select.sources and names[part.name] == 1 and part.source.whole:
                    part.bare = self.chance(0.25) and whole

    def _unname(self, select: Select) -> None:
        """Takes the alias of some sub-selects, where nothing but columns that only they have goes by it."""
        preds = [*select.where, *(pred for join in select.joins for pred in join.on)]
        parts = [*(pred.parts for pred in preds), *(output.parts for output in select.outputs), select.qualify]
        columns = [part for one in parts for part in one if isinstance(part, Col)]
        names = Counter(name for source in select.sources for name in source.columns)
        for source in select.sources:
            own = [column for column in columns if column.source is source]
            is_bracketed = (source.query is not None and not source.lateral) or source.text.startswith("(SELECT")
            if not is_bracketed or source.renamed or source.sample or not all(one.whole for one in select.sources):
                continue
            told_apart = all(names[column.name] == 1 and not column.hidden for column in own)
            elsewhere = Printer().select(select).count(f"{source.alias}.") - sum(not column.bare for column in own)
            if told_apart and not elsewhere and self.chance(0.5):
                source.nameless = True
                for column in own:
                    column.bare = True

    def _pivoted(self) -> Query:
        """PIVOT or UNPIVOT around a query, at times within one that has a condition on a column which goes through it."""
        other, around = self.kind(), ("", "")
        if self.chance(0.6):
            condition = self.pick.choice(
                ("{c} = {a}", "{c} IN ({a}, {b})", "{c} = {a} OR {c} IS NULL", "{c} <> {a}", "{c} = {a} OR {c} = {b}")
            )
            for name, text in (("{a}", self.conditions.constant(other)), ("{b}", self.conditions.constant(other)), ("{c}", "other")):
                condition = condition.replace(name, text)
            around = ("SELECT * FROM (", f") WHERE {condition}")
        if self.chance(0.5):
            query = self.query(1, [], wanted=[TEXT, other], names=("what", "other"))
            is_listed = query.ctes or (around[0] and self.conditions.given) or self.chance(0.5)  # DuckDB takes no parameters there without
            columns = "what IN ('red', 'k1')" if is_listed else "what"
            own = ("PIVOT (", f") ON {columns} USING count(*)")
        else:
            query = self.query(1, [], wanted=[INTEGER, INTEGER, other], names=("n1", "n2", "other"))
            own = ("UNPIVOT (", ") ON n1, n2 INTO NAME what VALUE moment")
        query.around = (around[0] + own[0], own[1] + around[1])
        if not query.ctes:
            return query
        return Query(Select([Source("q", query.columns, query=query)], star="*"))

    def deeper(self, depth: int) -> bool:
        """Whether a query may hold one more."""
        return depth < DEEPEST and self.room > 0

    def kind(self) -> Kind:
        """What a column may hold: mostly keys."""
        entity = self.pick.choice(list(self.world.types))
        return self.pick.choice((*[Kind(self.world.types[entity], entity)] * 4, TEXT, INTEGER))

    # -- queries -------------------------------------------------------------------------------------------------------------------

    def query(
        self,
        depth: int,
        outer: Sequence[Source],
        *,
        wanted: Sequence[Kind] | None = None,
        names: Sequence[str] = (),
        local: bool = False,
        inside: bool = False,
    ) -> Query:
        """A query of columns of these kinds, where any are `wanted`; `inside` where its columns will be named from outside."""
        self.room -= depth > 0
        before, hidden = list(self.ctes), set(self.sources.hidden)
        ctes = self._with(depth) if not local and self.room > 0 and depth <= 2 and self.chance(0.3 if depth == 0 else 0.06) else []
        if self.deeper(depth) and self.room > 1 and self.chance(0.13) and not local:
            query = self._set_operation(depth, outer, wanted, names)
        else:
            body = self._select(depth, outer, wanted, names, local=local, inside=inside or wanted is not None)
            query = Query(body)
        query.ctes = [*_used(ctes, query, keep=self.chance(0.03)), *query.ctes]
        self.shapes.order(query, top=depth == 0)
        self.ctes, self.sources.hidden = before, hidden
        return query

    def _with(self, depth: int) -> list[Cte]:
        made = []
        for number in range(self.pick.choice((1, 1, 2))):
            name = f"q{depth}{number}"
            if self.left and self.deeper(depth + 1) and self.chance(0.1):
                made.append(Cte(name, self._recursive(name, depth)))
                self.ctes.append(made[-1])
                continue
            query = self.query(depth + 1, [], local=self.chance(0.25), inside=True)
            if self.chance(0.06) and depth == 0:
                name = self.pick.choice(self.world.tables).name
                self.sources.hidden.add(name)
            made.append(Cte(name, query, self.pick.choice(("", "", "", "MATERIALIZED ", "NOT MATERIALIZED "))))
            self.ctes.append(made[-1])
        return made

    def _recursive(self, name: str, depth: int) -> Query:
        """A query that reads itself, three times over at the most."""
        if self.chance(0.6):
            return self._walk(name, depth)
        kind = self.kind()
        first = self._derived(self.query(depth + 1, [], wanted=[kind], names=("k",), inside=True), "z")
        base = Select([first], outputs=[Output([Col(first, "k")], "k", kind), Output(["0"], "lvl", INTEGER)])
        own = Source("w", {"k": kind, "lvl": INTEGER}, text=name)
        other = self._source([own], depth + 1, kind)
        join = Join("JOIN", self._pairs([own], [other])[:1] or [Pred(["true"])])
        step = Select([own, other] if self.chance(0.7) else [other, own], [join], [Pred([Col(own, "lvl"), " < 2"])])
        if other.table is not None:
            self._bind(step, other, [], depth + 1)
        given = [Col(other, column) for column, found in other.columns.items() if found == kind] or [Col(own, "k")]
        step.outputs = [Output([self.pick.choice(given)], "k", kind), Output([Col(own, "lvl"), " + 1"], "lvl", INTEGER)]
        return Query(SetOp(self.pick.choice(("UNION ALL", "UNION")), Query(base), Query(step)), recursive=True)

    def _walk(self, name: str, depth: int) -> Query:
        """The same, which hands on what it begins with in one of its columns or two, mostly."""
        names = ("k", "j")[: self.pick.choice((1, 1, 2))]
        spare = int(self.left > 1)  # for the step
        self.left -= spare
        first = self.query(depth + 1, [], wanted=[self.kind() for _ in names], names=names, inside=True)
        self.left += spare
        columns = dict(zip(names, first.columns.values(), strict=True))
        whole = Printer().query(first)
        if isinstance(first.body, Select) and first.body.plain and self.chance(0.6) and Printer().select(first.body) == whole:
            base = first.body
            base.outputs.append(Output(["0"], "lvl", INTEGER))
        else:
            source = self._derived(first, "z")
            base = Select(
                [source], outputs=[*(Output([Col(source, one)], one, kind) for one, kind in columns.items()), Output(["0"], "lvl", INTEGER)]
            )
        steps = [
            self._step(Source("w", {**columns, "lvl": INTEGER}, text=name), columns, depth)
            for _ in range(self.pick.choice((1, 1, 1, 1, 2)))
        ]
        step = Query(steps[0]) if len(steps) == 1 else Query(SetOp("UNION ALL", Query(steps[0]), Query(steps[1])))
        return Query(SetOp(self.pick.choice(("UNION ALL", "UNION")), Query(base), step), recursive=True)

    def _step(self, own: Source, columns: dict[str, Kind], depth: int) -> Select:
        """One step of such a query."""
        other = self._source([own], depth + 1, self.pick.choice(list(columns.values())))
        pairs = self._pairs([own], [other])
        join = Join(self.pick.choice((*["JOIN"] * 7, "LEFT JOIN", "SEMI JOIN")), pairs[:1] or [Pred(["true"])])
        step = Select([own, other], [join], [Pred([Col(own, "lvl"), " < 2"])])
        if join.kind == "SEMI JOIN":
            other.seen = False
        elif self.chance(0.3):
            step.sources.reverse()
        if other.table is not None and (not pairs or self.chance(0.5)):
            self._bind(step, other, [], depth + 1)
        if self.left and self.deeper(depth + 1) and self.chance(0.2):
            step.where.append(Pred(["EXISTS ", self.query(depth + 2, [own], inside=True)], role="exists"))
        for one, kind in columns.items():
            equal = [
                part for pred in join.on for part in pred.columns if part.source is other and any(its.name == one for its in pred.columns)
            ]
            alike = [Col(other, name) for name, found in other.columns.items() if found == kind]
            way = self.pick.choice(("own", "own", "equal", "equal", "other"))
            given = (equal if way == "equal" else alike if way == "other" else []) if other.seen else []
            step.outputs.append(Output([self.pick.choice(given) if given else Col(own, one)], one, kind))
        step.outputs.append(Output([Col(own, "lvl"), " + 1"], "lvl", INTEGER))
        step.distinct = "DISTINCT " if self.chance(0.1) else ""
        return step

    def _set_operation(self, depth: int, outer: Sequence[Source], wanted: Sequence[Kind] | None, names: Sequence[str]) -> Query:
        wanted = wanted or [self.kind() for _ in range(self.pick.choice((1, 1, 2)))]
        names = names or [f"u{number}" for number in range(len(wanted))]
        branches = [self.query(depth + 1, outer, wanted=wanted, names=names, local=number == 1 and self.chance(0.3)) for number in range(2)]
        return Query(SetOp(self.pick.choice(SET_OPS), *branches))

    def _select(
        self, depth: int, outer: Sequence[Source], wanted: Sequence[Kind] | None, names: Sequence[str], *, local: bool, inside: bool
    ) -> Select:
        if not outer and not local and not wanted and self.chance(0.02) and self.deeper(depth + 1):
            return self._positional(depth)
        select = Select([self._source([], depth, wanted[0] if wanted else None, local=local)])
        for _ in range(self.pick.choice((0, 1, 1, 1, 2, 2, 3) if depth < 1 else (0, 0, 1, 1, 2) if depth < 3 else (0,))):
            self._join(select, depth, local=local)
        for source in [source for source in select.sources if source.table is not None]:
            self._bind(select, source, outer, depth)
        self._conditions(select, outer, depth, local=local)
        scalar = self._scalar if self.deeper(depth) and self.left and self.chance(0.12) else None
        self.shapes.outputs(select, depth, wanted=wanted, names=names, inside=inside, scalar=scalar)
        return select

    def _positional(self, depth: int) -> Select:
        """Rows side by side."""
        sources: list[Source] = []
        for number in range(2):
            query = self.query(depth + 1, [], wanted=[self.kind()], inside=True, local=number == 1 and self.chance(0.5))
            query.order, query.limit = " ORDER BY ALL", ""
            sources.append(self._derived(query, self.sources.alias(sources)))
        select = Select(sources, [Join("POSITIONAL JOIN")])
        self.shapes.outputs(select, depth, wanted=None, names=(), inside=True, scalar=None)
        return select

    # -- sources -------------------------------------------------------------------------------------------------------------------

    def _source(self, taken: list[Source], depth: int, kind: Kind | None, *, local: bool = False) -> Source:
        """An item of FROM, with a column of this kind where that can be."""
        alias = self.sources.alias(taken)
        fitting = [cte for cte in self.ctes if kind is None or any(output.kind == kind for output in cte.query.outputs)]
        if fitting and not local and self.chance(0.35):
            return self.sources.use(alias, self.pick.choice(fitting))
        if self.deeper(depth) and self.left and not local and self.chance(0.18):
            wanted = [kind, *(self.kind() for _ in range(self.pick.choice((0, 1))))] if kind else None
            return self._derived(self.query(depth + 1, [], wanted=wanted, inside=True), alias)
        if local or not self.left or self.chance(0.3 if taken else 0.35):
            return self.sources.local(alias, kind)
        self.left -= 1
        return self.sources.remote(alias, kind)

    def _derived(self, query: Query, alias: str, *, lateral: bool = False) -> Source:
        return Source(alias, query.columns, query=query, lateral=lateral)

    def _join(self, select: Select, depth: int, *, local: bool) -> None:
        """One more source."""
        seen = [source for source in select.sources if source.seen]
        kind = self.pick.choice(JOINS)
        if kind == "LATERAL":
            if self.deeper(depth) and self.left and not local:
                self._lateral(select, seen, depth)
            return
        key = self.pick.choice([found for source in seen for found in source.columns.values() if found.domain] or [None])
        source = self._source(select.sources, depth, key, local=local)
        join = Join(kind)
        if kind.startswith("NATURAL") or (kind not in {",", "CROSS JOIN"} and "ASOF" not in kind and self.chance(0.2)):
            self._merge(join, seen, source, select)
        if kind in {",", "CROSS JOIN"}:
            select.where += self._pairs(seen, [source])[: self.pick.choice((0, 1, 1, 1))]
        elif kind.startswith("ASOF") and not self._asof(join, seen, source):
            join.kind = "JOIN"
        if not join.kind.startswith("NATURAL") and join.kind not in {",", "CROSS JOIN"} and not join.using and not join.on:
            join.on = self._on(seen, source)
        source.seen = kind not in {"SEMI JOIN", "ANTI JOIN"}
        select.sources.append(source)
        select.joins.append(join)

    def _merge(self, join: Join, seen: Sequence[Source], source: Source, select: Select) -> None:
        """USING, or what NATURAL finds; that looks no further back than to a comma, which binds weaker."""
        is_natural = join.kind.startswith("NATURAL")
        commas = [at for at, other in enumerate(select.joins, 1) if other.kind == ","]
        seen = [other for other in seen if other in select.sources[commas[-1] :]] if is_natural and commas else seen
        shared = [name for name in source.columns if sum(name in other.columns for other in seen) == 1]
        if not is_natural:
            keys = [name for name in shared if source.columns[name].domain] or shared
            shared = self.pick.sample(keys, min(len(keys), self.pick.choice((1, 1, 2))))
            join.using = tuple(shared)
        for name in shared:
            other = next(other for other in seen if name in other.columns)
            join.pairs.append(equality(Col(other, name), Col(source, name)))

    def _lateral(self, select: Select, seen: Sequence[Source], depth: int) -> None:
        alias = self.sources.alias(select.sources)
        query = self.query(depth + 1, seen, wanted=[self.kind()], inside=True)
        kind = self.pick.choice((",", "JOIN", "LEFT JOIN"))
        select.sources.append(self._derived(query, alias, lateral=True))
        select.joins.append(Join(kind, [] if kind == "," else [Pred(["true"])]))

    def _asof(self, join: Join, seen: Sequence[Source], source: Source) -> bool:
        """The conditions of an ASOF JOIN; of its right side only what they name can be named later: any row may be picked beyond that."""
        pairs = self._pairs(seen, [source])
        numbers = [Col(other, name) for other in seen for name, kind in other.columns.items() if kind == INTEGER]
        if not pairs or not numbers or source.columns.get("n") != INTEGER:
            return False
        pair = self.pick.choice(pairs)
        join.on = [pair, Pred([self.pick.choice(numbers), " >= ", Col(source, "n")])]
        key = next(column.name for column in pair.columns if column.source is source)
        source.columns = {name: source.columns[name] for name in (key, "n")}
        source.whole = False
        return True

    def _on(self, seen: Sequence[Source], source: Source) -> list[Pred]:
        pairs = self._pairs(seen, [source])
        found = pairs[: self.pick.choice((1, 1, 1, 1, 2))] if self.chance(0.93) else []
        found = [self._member(pair, self.pick.choice((source, *seen)), seen) if self.chance(0.1) else pair for pair in found]
        if not found or self.chance(0.2):
            column = self._column([source]) if self.chance(0.5) else self._column(seen)
            found.append(self._about(column, [*seen, source]) if self.chance(0.7) else self.conditions.binding(column))
        return found

    def _pairs(self, left: Sequence[Source], right: Sequence[Source]) -> list[Pred]:
        """Equalities between columns that hold keys of the same things, and a few others, best first."""
        same, others = [], []
        for one in (Col(source, name) for source in left for name in source.columns):
            for two in (Col(source, name) for source in right for name in source.columns):
                alike = one.kind.domain == two.kind.domain and bool(one.kind.domain)
                pair = (one, two) if self.chance(0.5) else (two, one)
                if alike:
                    same.append(equality(*pair))
                elif self.chance(0.04) or (one.name == two.name and self.chance(0.2)):
                    others.append(equality(*pair))
        self.pick.shuffle(same)
        return [*same, *others]

    def _member(self, pair: Pred, own: Source, sources: Sequence[Source]) -> Pred:
        """In place of an equality, that the column of a source is in a list with the other one, and perhaps more of its type."""
        column, other = sorted(pair.columns, key=lambda one: one.source is not own)
        kind = column.kind.type
        alike = [Col(source, name) for source in sources for name, found in source.columns.items() if found.type == kind]
        alike = [one for one in alike if one.source is not column.source]
        if kind != other.kind.type:
            return pair
        return self.conditions.member(column, other, self.pick.choice([other, *alike]))

    # -- conditions ----------------------------------------------------------------------------------------------------------------

    def _column(self, sources: Sequence[Source]) -> Col:
        """A column of one of the sources."""
        source = self.pick.choice(sources)
        return Col(source, self.pick.choice(list(source.columns)))

    def _bind(self, select: Select, source: Source, outer: Sequence[Source], depth: int) -> None:
        """Lets the statement give what one of a resource's methods needs, mostly."""
        table = source.table
        assert table is not None
        needs = sorted({*self.pick.choice(table.endpoints).required.values()})
        columns = [Col(source, name) for name in source.columns if source.own(name) in needs]
        if len(columns) == 2 and source.seen and self.chance(0.25):
            select.where.append(self.conditions.pair_binding(*columns))
            return
        joined = {id(bound.source): bound.name for join in select.joins for pred in (*join.on, *join.pairs) for bound, _ in pred.binds}
        for column in columns:
            if joined.get(id(source)) == column.name and self.chance(0.8):
                continue
            if pred := self._value_for(column, select, outer, depth):
                self._place(select, source, pred)

    def _value_for(self, column: Col, select: Select, outer: Sequence[Source], depth: int) -> Pred | None:
        way = self.pick.choice((*["constant"] * 7, *["join"] * 4, *["outer"] * 6, "query", "query", "nothing"))
        if way == "nothing":
            return None
        others = [source for source in select.sources if source is not column.source and source.seen]
        pairs = self._pairs([column.source], others if way == "join" else outer if way == "outer" else [])
        pairs = [pred for pred in pairs if any(part.source is column.source and part.name == column.name for part in pred.columns)]
        if pairs:
            return self._member(pairs[0], column.source, others if way == "join" else outer) if self.chance(0.15) else pairs[0]
        if way == "query" and self.deeper(depth):
            return self._in(column, depth, local=self.chance(0.5))
        return self.conditions.binding(column)

    def _place(self, select: Select, source: Source, pred: Pred) -> None:
        """Puts a condition in WHERE, or in the ON of the source's own join."""
        position = select.sources.index(source)
        join = select.joins[position - 1] if position else None
        sees = {id(other) for other in select.sources[: position + 1]}
        here = all(id(column.source) in sees for column in pred.columns)
        if join is not None and join.on and "ASOF" not in join.kind and here and (not source.seen or self.chance(0.25)):
            join.on.append(pred)
        elif source.seen and all(column.source.seen for column in pred.columns):
            select.where.append(pred)

    def _conditions(self, select: Select, outer: Sequence[Source], depth: int, *, local: bool) -> None:
        seen = [source for source in select.sources if source.seen]
        for _ in range(self.pick.choice((0, 0, 0, 1, 1, 2))):
            if self.deeper(depth) and not local and self.chance(0.4):
                select.where.append(self._with_query(seen, depth))
            elif outer and self.chance(0.3):
                select.where.append(self._about(self._column(outer), [*outer, *seen]))
            elif self.chance(0.3):
                select.where.append(self.conditions.binding(self._column(seen)))
            else:
                select.where.append(self._about(self._column(seen), seen))
        self.pick.shuffle(select.where)

    def _about(self, column: Col, sources: Sequence[Source]) -> Pred:
        """A condition that says little."""
        alike = [Col(source, name) for source in sources for name, kind in source.columns.items() if kind.type == column.kind.type]
        keys = [other for other in alike if other.kind.domain == column.kind.domain]
        return self.conditions.atom(column, self.pick.choice(keys or alike))

    def _in(self, column: Col, depth: int, *, local: bool = False) -> Pred:
        query = self.query(depth + 1, [], wanted=[column.kind], local=local, inside=True)
        exact = column.kind.type in {"text", "integer"} and query.outputs[0].kind.type == column.kind.type
        return Pred([column, " IN ", query], [(column, ())] if exact else [], role="in")

    def _with_query(self, seen: Sequence[Source], depth: int) -> Pred:
        """A condition that holds a query."""
        column = self._column(seen)
        form = self.pick.choice(("in", "in", "not in", "exists", "exists", "not exists", "any", "all", "scalar", "count"))
        if form == "in":
            return self._in(column, depth)
        if "exists" in form:
            query = self.query(depth + 1, seen, inside=True)
            return Pred(["NOT EXISTS " if form == "not exists" else "EXISTS ", query], role=form)
        if form == "count":
            query = self.query(depth + 1, seen, wanted=[INTEGER], inside=True)
            return Pred(["(SELECT count(*) FROM ", query, " z) < 2"])
        query = self.query(depth + 1, seen if self.chance(0.3) else [], wanted=[column.kind], inside=True)
        if form == "scalar":
            return Pred([column, " = (SELECT min(COLUMNS(*)) FROM ", query, " z)"])
        return Pred([column, {"not in": " NOT IN ", "any": " = ANY", "all": " <> ALL"}[form], query])

    def _scalar(self, seen: Sequence[Source], depth: int) -> Output:
        """A query in the select list."""
        query = self.query(depth + 1, seen, wanted=[INTEGER], names=("m",), inside=True)
        return Output(["(SELECT ", self.pick.choice(("count(*)", "max(m)")), " FROM ", query, " z)"], "sub", INTEGER)


def _used(ctes: list[Cte], query: Query, *, keep: bool) -> list[Cte]:
    """The common table expressions that a query names, or that one of them names; all of them where they are to be kept."""
    used: list[Cte] = []
    for cte in [] if keep else reversed(ctes):
        bodies = [query, *(other.query for other in used)]
        if any(source.cte is cte for body in bodies for select in selects(body) for source in select.sources):
            used.insert(0, cte)
    return ctes if keep else used
