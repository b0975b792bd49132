"""Whatever the statement: the rows that its calls fetch, read by DuckDB, are the rows of DuckDB over everything the API holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowcall.errors import EngineError, PlanError, UnsupportedSQLError

GIVEN = {"t": "p1", "u": "p2", "i": 5, "none": None}
COLUMNS = {
    "visits": ("id", "pen", "kind", "n"),
    "keepers": ("id", "pen", "name", "n"),
    "pens": ("id", "kind", "size"),
    "l": ("pen", "tag", "n"),
    "m": ("id", "pen", "kind", "n"),
    "lv": ("pen", "n", "tag"),
    "k": ("pen",),
    "nc": ("pen", "tag"),
    "num": ("pen", "n"),
}
REMOTE = ("visits", "visits", "visits", "keepers", "pens")
NUMBERS = {"n", "size"}
CONSTANTS = (
    "'p1'", "'p1'", "'p1'", "'p2'", "'p2'", "'p2'", "'P1'", "'P1'", "'p 3'", "'food'", "'food'", "'v1'", "$t", "$u", "'p1'", "'p2'", "'P1'", "'p 3'", "'v1'", "'v7'", "'k0'", "'food'", "NULL", "$t", "$u", "$none", "$i", "5", "'5'", "lower('P1')",
    "'p' || '1'", "$$p2$$", "E'p\\x31'", "'p1'::VARCHAR", "coalesce(NULL, 'p2')", "upper('p1')", "trim(' p1 ')", "('p1')", "'p1' COLLATE NOCASE",
    "concat('p', NULL, '1')", "(SELECT 'p2')", "(SELECT min(pen) FROM l)", "CASE WHEN true THEN 'p1' END", "'05'", "true", "substr('xp1', 2)",
    "NULL::VARCHAR", "TRY_CAST('p1' AS VARCHAR)", "['p1'][1]", "'p1'::CHAR(1)",
)  # fmt: skip
INTEGERS = ("1", "2", "0", "$i", "1 + 1", "-1", "NULL", "2.0", "1.5", "'1'", "3::SMALLINT", "true", "1e0", "(2)", "n")
JOINS = (
    "JOIN", "JOIN", "JOIN", "INNER JOIN", "LEFT JOIN", "LEFT JOIN", "LEFT OUTER JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN", ",",
    "CROSS JOIN", "NATURAL JOIN", "NATURAL LEFT JOIN", "NATURAL RIGHT JOIN", "ASOF JOIN", "ASOF LEFT JOIN", "POSITIONAL JOIN", "NATURAL FULL JOIN",
)  # fmt: skip


@dataclass
class Item:
    """One item of a FROM clause that is written."""

    alias: str
    columns: tuple[str, ...]
    visible: bool = True


@dataclass
class Writer:
    """Writes statements at random."""

    pick: Random
    ctes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    depth: int = 0
    _items: list[Item] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        """True in this share of the cases."""
        return self.pick.random() < share

    def statement(self) -> str:
        """A whole statement."""
        clause = self._with() if self.chance(0.3) else ""
        body = self.query()
        if self.chance(0.12):
            columns = ("pen",)
            kind = self.pick.choice(("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL", "UNION BY NAME"))
            body = f"{self.query(columns)} {kind} {self.query(columns)}"
        elif self.chance(0.08):
            body = f"SELECT * FROM ({body}) z"
        return f"{clause} {body}".strip()

    def _with(self) -> str:
        parts = []
        for _ in range(self.pick.choice((1, 1, 2))):
            name = self.pick.choice(("k", "l", "c1", "m", "visits"))
            if name in self.ctes:
                continue
            inner = self.query(("pen", "n")[: self.pick.choice((1, 2))], local=self.chance(0.6))
            parts.append(f"{name} AS ({inner})")
            self.ctes[name] = ("pen", "n")[: inner.count(" AS out_") or 1]
        text = ", ".join(parts)
        self.ctes = {name: columns for name, columns in self.ctes.items()}
        return f"WITH {self.pick.choice(('', '', 'RECURSIVE '))}{text}" if parts else ""

    def query(self, wanted: tuple[str, ...] | None = None, *, local: bool = False, outer: tuple[Item, ...] = ()) -> str:
        """A SELECT, of columns of these names where they are `wanted`."""
        items: list[Item] = []
        self._items = items
        text = self._source(items, local=local)
        for _ in range(self.pick.choice((0, 1, 1, 1, 2, 2, 3)) if self.depth < 2 else self.pick.choice((0, 1))):
            text += self._join(items, local=local)
        shown = [item for item in items if item.visible]
        where = ""
        if self.chance(0.8):
            where = " WHERE " + self.predicate(shown, outer, top=True)
        return f"SELECT {self._projection(shown, wanted)} FROM {text}{where}{self._group}"

    _group = ""

    def _projection(self, shown: list[Item], wanted: tuple[str, ...] | None) -> str:
        self._group = ""
        if wanted is not None:
            return ", ".join(f"{self._any(shown, name in NUMBERS)} AS {name}" for name in wanted)
        if self.chance(0.25):
            return self.pick.choice(("*", f"{self.pick.choice(shown).alias}.*"))
        columns = [self._any(shown, number=None) for _ in range(self.pick.choice((1, 2, 3)))]
        if self.chance(0.15):
            self._group = " GROUP BY ALL" + (" HAVING count(*) > 1" if self.chance(0.2) else "")
            return f"{columns[0]}, count(*), max({columns[-1]})"
        if self.chance(0.1):
            return f"DISTINCT {columns[0]}"
        return ", ".join(columns)

    def _any(self, items: list[Item], number: bool | None) -> str:
        """A column; a number, a text, or either."""
        for _ in range(20):
            item = self.pick.choice(items)
            column = self.pick.choice(item.columns)
            if number is None or (column in NUMBERS) == number:
                return self._written(items, item, column)
        return "NULL::BIGINT" if number else "NULL::VARCHAR"

    def _written(self, items: list[Item], item: Item, column: str) -> str:
        bare = sum(column in other.columns for other in self._items) == 1
        name = self.pick.choice((column, column, column.upper(), f'"{column}"'))
        return name if bare and self.chance(0.4) else f"{item.alias}.{name}"

    def _source(self, items: list[Item], *, local: bool) -> str:
        alias = self.pick.choice(("a", "b", "V", '"A b"', "pen", "visits", "l", "r", "x", "y", "k"))
        taken = {item.alias.strip('"').lower() for item in items}
        if alias.strip('"').lower() in taken:
            alias = f"s{len(items)}"
        if self.depth < 2 and self.chance(0.12):
            self.depth += 1
            inner = Writer(self.pick, dict(self.ctes), self.depth).query(("pen", "n"), local=local)
            self.depth -= 1
            items.append(Item(alias, ("pen", "n")))
            return f"({inner}) {alias}"
        names = [name for name in COLUMNS if name not in REMOTE]
        table = self.pick.choice(names if local or self.chance(0.45) else REMOTE)
        if self.ctes and self.chance(0.3):
            table = self.pick.choice(list(self.ctes))
            columns = self.ctes[table]
            items.append(Item(alias, columns))
            return f"{table} AS {alias}"
        columns = COLUMNS[table]
        if table in self.ctes:
            columns = self.ctes[table]
        name = table if table not in REMOTE or self.chance(0.2) else self.pick.choice((f"zoo.care.{table}", f"Zoo.care.{table.upper()}", f'zoo."care".{table}'))
        if table in REMOTE and "." in name:
            columns = COLUMNS[table]
        if self.chance(0.15) and table not in taken:
            items.append(Item(table, columns))
            return name
        if self.chance(0.05) and len(columns) > 2:
            renamed = (columns[1], columns[0], *columns[2:]) if self.chance(0.5) else ("zz", *columns[1:])
            if table in REMOTE:
                items.append(Item(alias, renamed))
                return f"{name} AS {alias}({renamed[0]}, {renamed[1]})"
        items.append(Item(alias, columns))
        return f"{name} {self.pick.choice(('', 'AS '))}{alias}"

    def _join(self, items: list[Item], *, local: bool) -> str:
        kind = self.pick.choice(JOINS)
        left = [item for item in items if item.visible]
        if self.depth < 2 and self.chance(0.06) and kind not in {",", "POSITIONAL JOIN", "CROSS JOIN"} and "ASOF" not in kind and "NATURAL" not in kind:
            inner: list[Item] = []
            paren = self._source(inner, local=local)
            inner_left = list(inner)
            paren += f" {self.pick.choice(('JOIN', 'LEFT JOIN', 'FULL JOIN'))} {self._source(inner, local=local)} ON {self._on(inner_left, inner[-1], asof=False)}"
            clash = {item.alias.strip('"').lower() for item in items} & {item.alias.strip('"').lower() for item in inner}
            if not clash:
                on = self._on(left, self.pick.choice(inner), asof=False)
                for item in inner:
                    item.visible = kind not in {"SEMI JOIN", "ANTI JOIN"}
                items.extend(inner)
                return f" {kind} ({paren}) ON {on}"
        source = self._source(items, local=local)
        new = items[-1]
        if kind == ",":
            return f", {source}"
        if kind in {"CROSS JOIN", "POSITIONAL JOIN"} or kind.startswith("NATURAL"):
            return f" {kind} {source}"
        shared = [column for column in new.columns if any(column in item.columns for item in left)]
        if shared and self.chance(0.3) and "ASOF" not in kind:
            using = self.pick.sample(shared, self.pick.choice((1, 1, min(2, len(shared)))))
            new.visible = kind not in {"SEMI JOIN", "ANTI JOIN"}
            return f" {kind} {source} USING ({', '.join(using)})"
        on = self._on(left, new, asof="ASOF" in kind)
        new.visible = kind not in {"SEMI JOIN", "ANTI JOIN"}
        return f" {kind} {source} ON {on}"

    def _on(self, left: list[Item], new: Item, *, asof: bool) -> str:
        both = [*left, new]
        pairs = [self._any(left, number=False), self._any([new], number=False)]
        self.pick.shuffle(pairs)
        parts = [" = ".join(pairs)] if self.chance(0.85) else []
        if asof:
            return " AND ".join([*parts, f"{self._any(left, number=True)} >= {self._any([new], number=True)}"])
        if not parts or self.chance(0.35):
            parts.append(self.predicate(both, ()))
        return " AND ".join(parts)

    def predicate(self, items: list[Item], outer: tuple[Item, ...], *, top: bool = False) -> str:
        """A condition on the items; at the top one that often says what the API needs."""
        parts = [self._atom(items, outer)]
        if top:
            for item in items:
                if "pen" in item.columns and self.chance(0.75):
                    column = self._written(items, item, "pen")
                    parts.append(self._binding(column))
                    if "id" in item.columns and self.chance(0.15):
                        parts.append(f"{self._written(items, item, 'id')} = {self.pick.choice(CONSTANTS)}")
        if self.chance(0.3):
            parts.append(self._atom(items, outer))
        self.pick.shuffle(parts)
        return f" {'AND' if top or self.chance(0.5) else 'OR'} ".join(f"({part})" if self.chance(0.5) else part for part in parts)

    def _binding(self, column: str) -> str:
        constant = self.pick.choice(CONSTANTS[:31])
        other = self.pick.choice(CONSTANTS)
        form = self.pick.choice((
            "{c} = {a}", "{a} = {c}", "{c} IN ({a}, {b})", "{c} IN ('p1', 'p2', 'P1')", "({c} = {a} OR {c} = {b})", "{c} = ANY(['p1', {a}])",
            "{c} IN (SELECT pen FROM l WHERE tag = 'a')", "{c} BETWEEN {a} AND {a}", "{c} IS NOT DISTINCT FROM {a}", "{c} == {a}",
            "{c} IN ['p1', 'p2']", "{c} IN (SELECT pen FROM k)", "({c} = {a} AND {c} = {b})", "{c} IN (SELECT k.pen FROM k)",
        ))  # fmt: skip
        return form.format(c=column, a=constant, b=other)

    def _atom(self, items: list[Item], outer: tuple[Item, ...]) -> str:
        number = self.chance(0.25)
        reach = [*items, *outer] if outer and self.chance(0.3) else items
        column, other = self._any(reach, number=number), self._any(items, number=number)
        a, b = (self.pick.choice(INTEGERS[:-1] if number else CONSTANTS) for _ in range(2))
        forms = [
            "{c} = {a}", "{a} = {c}", "{c} IN ({a}, {b})", "{c} NOT IN ({a}, {b})", "NOT ({c} = {a})", "{c} IS NULL", "{c} IS NOT NULL", "{c} = {d}",
            "{c} = {d}", "{c} <> {a}", "{c} IS DISTINCT FROM {a}", "{c} IS NOT DISTINCT FROM {a}", "{c} IS NOT DISTINCT FROM {d}", "{c} > {a}",
            "({c} = {a} OR {d} = {b})", "({c} = {a} OR {d} IS NULL)", "({c} = {a} AND {d} = {b})", "NOT ({c} = {a} OR {d} = {b})", "({c}, {d}) IN (({a}, {b}))",
            "({c}, {d}) = ({a}, {b})", "coalesce({c}, {a}) = {b}", "{c} = {a} IS NOT TRUE", "({c} = {a}) = false", "CASE WHEN {c} = {a} THEN true ELSE {d} = {b} END",
            "true", "({c}, {d}) IN (({a}, {b}), ({b}, {a}))", "{c} BETWEEN {a} AND {b}", "({c} = {a} OR false)", "{c} = {a} OR {c} = {b}", "{c} IS {a}"[:0] or "true",
            "{c} = {d} AND {d} = {a}",
        ]  # fmt: skip
        if not number:
            forms += ["{c} LIKE 'p%'", "lower({c}) = 'p1'", "{c} COLLATE NOCASE = {a}", "{c} || '' = {a}", "{c}::VARCHAR = {a}"]
        if self.depth < 2 and self.chance(0.25):
            return self._subquery(items, column)
        return self.pick.choice(forms).format(c=column, d=other, a=a, b=b)

    def _subquery(self, items: list[Item], column: str) -> str:
        writer = Writer(self.pick, dict(self.ctes), self.depth + 1)
        form = self.pick.choice(("{c} IN ({q})", "{c} NOT IN ({q})", "EXISTS ({q})", "NOT EXISTS ({q})", "{c} = ANY({q})", "{c} = ({q} LIMIT 0)", "{c} <> ALL({q})"))
        return form.format(c=column, q=writer.query(("pen",), local=self.chance(0.5), outer=tuple(items)))


def check(zoo: Any, sql: str) -> str:
    """What became of a statement: same, refused, or invalid; AssertionError where the rows differ."""
    import duckdb

    from rowcall.sql.statements import parameters
    from rowcall.sql.tokens import tokenize

    used = {token.text: GIVEN[token.text] for token in parameters(tokenize(sql))}
    try:
        expected = zoo.truth(sql, used)
    except duckdb.Error:
        return "invalid"
    try:
        actual = zoo.answer(sql, used)
    except (PlanError, UnsupportedSQLError):
        return "refused"
    except EngineError:
        return "failed"  # such as a conversion that the whole tables let DuckDB leave out
    if " nc" in sql:  # a DISTINCT over its collation keeps any spelling
        actual, expected = Counter(map(str.casefold, actual.elements())), Counter(map(str.casefold, expected.elements()))
    assert actual == expected, sql
    return "same"


TRICKY = {
    "the middle table of two USING lacks a key": "SELECT v.id FROM lv LEFT JOIN k USING (pen) JOIN visits v USING (pen)",
    "a merged column of a RIGHT JOIN": "SELECT v.id, pen FROM l RIGHT JOIN visits v USING (pen) WHERE pen = 'p1'",
    "a comma binds weaker than NATURAL JOIN": "SELECT v.id FROM visits v, l NATURAL JOIN k WHERE v.pen IN ('p1', 'p2')",
    "a comma binds weaker than USING": "SELECT v.id FROM visits v, l JOIN k USING (pen) WHERE v.pen IN ('p1', 'p2')",
    "a WITH within hides a table": "SELECT * FROM (WITH k AS (SELECT 'p1' AS pen) SELECT v.id FROM k JOIN visits v USING (pen) WHERE v.pen IN ('p1', 'p2'))",
    "a WITH that reads the API hides a table": (
        "WITH k AS (SELECT pen FROM keepers WHERE id = 'k0') SELECT v.id FROM k JOIN visits v USING (pen) WHERE v.pen IN ('p1', 'p2')"
    ),
    "a sub-select reads a WITH": "WITH k AS (SELECT 'p1' AS pen) SELECT id FROM visits WHERE pen IN (SELECT pen FROM k)",
    "the table is named in a schema, and a WITH has its name": "WITH k AS (SELECT 'p1' AS pen) SELECT v.id FROM main.k JOIN visits v USING (pen)",
    "a WITH reads what it hides": "WITH visits AS (SELECT * FROM visits WHERE pen = 'p1') SELECT id FROM visits",
    "an alias has the resource's name": "SELECT a.id FROM visits a JOIN k visits ON a.pen <> visits.pen WHERE visits.pen = 'p2' AND a.pen = 'p1'",
    "an alias list swaps two names": "SELECT r.id FROM visits AS r(pen, id) WHERE r.id = 'p1' AND pen = 'v0'",
    "an outer column in the WHERE beside an ANTI JOIN": (
        "SELECT o.pen FROM m o WHERE EXISTS (SELECT 1 FROM (SELECT 'p1' AS p UNION SELECT 'p2') s ANTI JOIN visits r "
        "ON s.p = r.pen AND r.pen IN ('p1', 'p2') WHERE pen = 'p1')"
    ),
    "a collation in WHERE through a join": "SELECT v.id FROM nc JOIN visits v ON nc.pen = v.pen WHERE nc.pen = 'p1' AND v.pen IN ('p1', 'P1')",
    "a collation in a sub-select": "SELECT id FROM visits WHERE pen IN (SELECT pen FROM nc) AND pen IN ('p1', 'p2', 'P1')",
    "a STRUCT whose field has a parameter's name": "SELECT id FROM visits v WHERE v.detail.pen = 'p1' AND pen IN ('p1', 'p2')",
    "numbers against texts": "SELECT v.id FROM visits v JOIN num ON TRY_CAST(v.pen AS INTEGER) = num.pen WHERE v.pen IN ('5', '05')",
    "an integer key": "SELECT p.id FROM pens p JOIN l ON p.size = l.n",
    "an optional filter that is NULL in the API": "SELECT id FROM visits WHERE pen = 'p1' AND kind IS NOT DISTINCT FROM NULL",
    "an optional filter on one side of OR": "SELECT id FROM visits WHERE (pen = 'p1' AND kind = 'food') OR pen = 'p2'",
    "an optional filter with two values": "SELECT id FROM visits WHERE pen IN ('p1', 'p2') AND kind IN ('food', 'care')",
    "the same rows through two alternatives": "SELECT id FROM visits WHERE (pen = 'p1' AND kind = 'food') OR (pen = 'p1' AND kind = 'care')",
    "both methods in one OR": "SELECT id FROM visits WHERE (pen = 'p1' AND id = 'v0') OR (pen = 'p1' AND n = 2)",
    "texts that are written in every way": "SELECT id FROM visits WHERE pen IN ($$p1$$, E'p\\x32', $q$p 3$q$, 'P1', 'a''b', E'it\\'s')",
    "a condition on the nullable side": "SELECT l.tag, v.id FROM l LEFT JOIN visits v ON v.pen = l.pen WHERE coalesce(v.pen, 'p1') = 'p1'",
    "NOT IN with a NULL": "SELECT id FROM visits WHERE pen = 'p1' AND kind NOT IN ('food', NULL)",
    "a full join of two resources": "SELECT v.id, k.id FROM visits v FULL JOIN keepers k ON v.pen = k.pen WHERE v.pen = 'p1' AND k.pen = 'p1'",
    "a sub-select on either side of a full join": (
        "SELECT v.id, k.id FROM (FROM visits WHERE pen = 'p1') v FULL JOIN (FROM keepers WHERE pen = 'p2') k ON v.n = k.n"
    ),
    "brackets around a join": "SELECT v.id FROM l LEFT JOIN (visits v JOIN k ON v.pen = k.pen) ON l.pen = v.pen WHERE v.pen = 'p2'",
    "recursion": (
        "WITH RECURSIVE w(id, n) AS (SELECT id, n FROM visits WHERE pen = 'p1' AND n = 0 "
        "UNION ALL SELECT v.id, v.n FROM w JOIN visits v ON v.n = w.n + 1 WHERE v.pen = 'p2') FROM w"
    ),
}


@pytest.mark.parametrize("sql", TRICKY.values(), ids=TRICKY.keys())
def test_what_once_could_go_wrong_does_not(zoo: Any, sql: str) -> None:
    """The rows are those over the whole tables, or the statement is refused."""
    assert check(zoo, sql) in {"same", "refused"}


@settings(max_examples=400)
@given(seed=st.integers(0, 2**32))
def test_an_answer_is_what_duckdb_would_say_over_all_rows(zoo: Any, seed: int) -> None:
    """A random statement is refused, or its rows are those over the whole tables."""
    check(zoo, Writer(Random(seed)).statement())


def test_most_random_statements_say_something(zoo: Any) -> None:
    """The search is worth its time: many statements are answered, and many are refused."""
    found = Counter(check(zoo, Writer(Random(seed)).statement()) for seed in range(200))

    assert found["same"] > 30
    assert found["refused"] > 30
