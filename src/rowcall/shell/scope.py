"""Which tables, with which columns, the place of the cursor in a statement sees.

Pure. It goes by brackets and by the words that begin a query, not by grammar, so that a statement that is not finished has its scopes
too: a bracket that is still open ends at a word that cannot stand in it, as does that of `SELECT count( FROM t`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rowcall.shell.columns import Named, Source, fields
from rowcall.shell.pivot import pivoted

KEYWORDS = tuple(
    """SELECT FROM WHERE JOIN LEFT INNER ON USING GROUP ORDER BY HAVING LIMIT OFFSET UNION ALL DISTINCT AS AND OR NOT IN IS NULL
    LIKE BETWEEN CASE WHEN THEN ELSE END VALUES SET RETURNING ASC DESC EXISTS QUALIFY OVER PARTITION INTERVAL CAST TRUE FALSE
    AWAIT UNTIL TIMEOUT""".split()
)
NOT_ALIASES = frozenset(KEYWORDS) | frozenset(
    "CROSS RIGHT FULL NATURAL ASOF SEMI ANTI POSITIONAL WINDOW SAMPLE TABLESAMPLE PIVOT UNPIVOT INTERSECT EXCEPT LATERAL OUTER WITH".split()
)
_QUERIES = frozenset("SELECT FROM WITH VALUES PIVOT UNPIVOT".split())
"""What begins a query."""
_SETS = frozenset({"UNION", "INTERSECT", "EXCEPT"})
_ONCE = _SETS | {"SELECT", "FROM"}
"""What a query has once at most."""
_CLAUSES = frozenset("WHERE GROUP HAVING ORDER LIMIT OFFSET QUALIFY WINDOW RETURNING".split())
"""What ends a list of columns or tables, beside what begins a query."""
_FIRST = frozenset("DESCRIBE DESC SUMMARIZE PIVOT UNPIVOT".split())
"""After these a table is named, where they begin something."""
_PIVOTS = (["PIVOT"], ["UNPIVOT"])
_WITH_FROM = frozenset("EXTRACT SUBSTRING TRIM OVERLAY".split())
"""Functions whose brackets may have a FROM in them."""
_BEFORE_NAMES = frozenset("ILIKE GLOB SIMILAR TO ESCAPE COLLATE TIME ZONE DATE TIMESTAMP".split()) | NOT_ALIASES - {
    "END",
    "NULL",
    "TRUE",
    "FALSE",
}
"""After these a name in a list of columns is no alias."""
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_ENDING = _ONCE | set(_CLOSED_BY.values())
_NAME = re.compile(r'"[^"]*"|[^\W\d]\w*')
_PATH = re.compile(r'(?:"[^"]*"|[^\W\d]\w*)(?:\.(?:"[^"]*"|\w+))*')
_PART = re.compile(r'"[^"]*"|[^."]+')


def bare(name: str) -> str:
    """A name without its quotes."""
    return name.strip('"')


def parts(path: str) -> list[str]:
    """The parts of a name that has dots, as they are written."""
    return _PART.findall(path)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the place of the cursor sees."""

    sources: Mapping[str, Source]
    """Columns by the name, in lower case, that they go by: those of the query that the cursor is in, then of the queries around it."""
    named: Sequence[str]
    """What WITH names there."""
    takes_table: bool
    """Whether a table is named there."""
    is_inner: bool
    """Whether it is in a query within another one, or within a statement that writes."""


def scope_at(words: Sequence[str], at: int, columns_of: Callable[[str, bool], Source | None]) -> Scope:
    """What is seen before `words[at]` of one statement, whose length `at` may be.

    `columns_of` gives the columns of a name as it is written, None where there is nothing of the name; its second argument says whether
    the statement writes to it.
    """
    return _Reading(words, at, columns_of).scope()


_Columns = list[tuple[str, Named]]
"""Names, each once, and what they are."""
_UNNAMED = "\0"
"""What begins in place of a name, with where it stands, where a column has none that anybody would type."""


@dataclass(slots=True)
class _Table:
    """Something with columns that a query reads, or that WITH names."""

    name: str
    at: int
    columns: _Columns | None = None
    """None where `path` has to be looked up, and of what WITH names until it has ended."""
    path: str = ""
    listed: Sequence[str] = ()
    """The names that its columns are given, as `x(a, b)`."""
    is_written: bool = False
    body: _Level | None = None
    pivot: tuple[int, int] | None = None
    """Where PIVOT or UNPIVOT behind it stands, and the bracket that ends it."""


@dataclass(slots=True)
class _Query:
    """What stands between two set operations."""

    tables: list[_Table] = field(default_factory=list)
    items: list[tuple[int, int]] = field(default_factory=list)
    """Where what it selects begins and ends."""
    is_target: bool = False
    """Whether it is no query, but the table that the rows of one go into."""
    selects: bool = False


@dataclass(slots=True)
class _Level:
    """What stands between two brackets, or a whole statement."""

    at: int
    query: _Query
    """The one that is being read."""
    outer: _Level | None = None
    seen_from: _Level | None = None
    """Whose query is seen from here too."""
    seen_to: int | None = None
    """Before which word its tables have to stand for that; None where any are seen."""
    clause: str = ""
    """`select`, `from`, `with`, `expression` or something else."""
    takes_table: bool = False
    takes_name: bool = False
    """Whether WITH names something here."""
    item_at: int = 0
    queries: list[_Query] = field(default_factory=list)
    named: list[_Table] = field(default_factory=list)
    is_recursive: bool = False
    is_by_name: bool = False
    fills: _Table | None = None
    """Whose columns its own are."""


class _Reading:
    """One walk over the words of a statement. What has ended has its columns, so nothing is looked into again."""

    def __init__(self, words: Sequence[str], at: int, columns_of: Callable[[str, bool], Source | None]) -> None:
        self._words = words
        self._upper = [word.upper() for word in words]
        self._ends = _ends(self._upper)
        self._columns_of = columns_of
        self._found: dict[tuple[str, bool], Source | None] = {}
        query = _Query()
        self._level = _Level(-1, query, queries=[query])
        self._cursor = at

    def scope(self) -> Scope:
        """What the cursor sees."""
        for at in range(self._cursor):
            self._read(at)
        level, queries = self._level, list(self._seen())
        named, takes_table, is_inner = list(self._names()), level.takes_table, queries[0][0] is not self._top().queries[0]
        for at in range(self._cursor, len(self._words)):
            self._read(at)
        while self._level.outer is not None:
            self._close(len(self._words))
        sources: dict[str, Source] = {}
        for query, end in queries:
            for table in query.tables:
                columns = self._table_columns(table) if end is None or table.at < end else None
                if columns is not None and _key(table) not in sources:
                    sources[_key(table)] = source = dict[str, Named]()
                    for name, one in columns:
                        if not name.startswith(_UNNAMED):
                            source.setdefault(name, one)
        return Scope(sources, named, takes_table, is_inner)

    def _top(self) -> _Level:
        level = self._level
        while level.outer is not None:
            level = level.outer
        return level

    def _seen(self) -> Iterator[tuple[_Query, int | None]]:
        """The queries that are seen here, the innermost first, and before which word their tables have to stand for that."""
        level: _Level | None = self._level
        end = None
        while level is not None:
            yield level.query, end
            end, level = level.seen_to, level.seen_from

    def _names(self) -> Iterator[str]:
        level: _Level | None = self._level
        while level is not None:
            yield from (table.name for table in level.named if table.columns is not None or level.is_recursive)
            level = level.outer

    # The walk

    def _read(self, at: int) -> None:
        self._end_levels(at)
        word, level = self._upper[at], self._level
        if word in _CLOSED_BY:
            self._open(at)
        elif level.clause == "expression" or word in _CLOSED_BY.values():
            return
        elif word == ",":
            self._comma(at)
        elif level.takes_name:
            self._name(at)
        elif not self._begin(at) and level.takes_table and word not in {"LATERAL", "ONLY", "EXTENDED", "IF", "NOT", "EXISTS"}:
            level.takes_table = False
            if _PATH.fullmatch(self._words[at]) and word not in NOT_ALIASES:
                self._add_table(at)

    def _begin(self, at: int) -> bool:
        """Whether a word begins a clause; it does so then."""
        word, level = self._upper[at], self._level
        if word == "SELECT":
            self._query(at, is_new=level.query.is_target or level.query.selects)
            level.clause, level.item_at, level.query.selects = "select", at + 1, True
        elif word == "FROM" and not _is_distinct_from(self._upper, at):
            self._query(at, is_new=level.query.is_target)
            level.clause, level.takes_table = "from", True
        elif word == "JOIN":
            level.takes_table = True
        elif word in _SETS:
            self._query(at, is_new=True)
            level.is_by_name |= "BY" in self._upper[at + 1 : at + 3]
        elif word in _CLAUSES:
            self._query(at, is_new=False)
            if word == "RETURNING":
                level.query = level.queries[0]
        elif word == "WITH" and level.clause != "from" and not level.query.selects:
            level.clause, level.takes_name = "with", True
        elif self._names_table(at):
            level.clause, level.takes_table = "", True
        else:
            return False
        return True

    def _names_table(self, at: int) -> bool:
        """Whether a table is named after a word that no query has."""
        word, level = self._upper[at], self._level
        if level.clause not in {"", "with"}:
            return False
        if word in _FIRST:
            return at == level.at + 1 or self._upper[at - 1] == "ANALYZE"
        if level.outer is not None:
            return False
        if word in {"INTO", "TABLE"}:
            level.query.is_target = True
        return word in {"INTO", "TABLE"} or (word == "UPDATE" and self._upper[at + 1 : at + 2] != ["SET"])

    def _query(self, at: int, *, is_new: bool) -> None:
        """The end of a list of columns or tables, and of the query where a new one begins."""
        level = self._level
        self._end_item(at)
        level.clause, level.takes_table = "", False
        if is_new:
            level.query = _Query()
            level.queries.append(level.query)

    def _end_item(self, at: int) -> None:
        level = self._level
        if level.clause == "select":
            level.query.items.append((level.item_at, at))
            level.item_at = at + 1

    def _comma(self, at: int) -> None:
        level = self._level
        self._end_item(at)
        level.takes_table = level.clause == "from"
        level.takes_name = level.clause == "with"

    def _name(self, at: int) -> None:
        """What WITH names."""
        level = self._level
        if self._upper[at] == "RECURSIVE":
            level.is_recursive = True
            return
        level.takes_name = False
        level.named.append(_Table(bare(self._words[at]), at, listed=self._list(at + 1)))

    def _open(self, at: int) -> None:
        level = self._level
        is_query = self._words[at] == "(" and self._upper[at + 1 : at + 2] != [] and self._upper[at + 1] in _QUERIES
        if level.takes_table and self._words[at] == "(":
            level.takes_table = False
            end = self._ends.get(at)
            name, listed = self._alias(end + 1) if end is not None and self._words[end] == ")" else ("", ())
            if is_query or name:
                level.query.tables.append(table := _Table(name, at, columns=[], listed=listed))
                self._push(_Level(at, _Query(), level, level, at, "" if is_query else "from", takes_table=not is_query, fills=table))
            else:
                self._push(_Level(at, level.query, level, level.seen_from, level.seen_to, "from", takes_table=True))
        elif level.clause == "with" and level.named and self._upper[at - 1] in {"AS", "MATERIALIZED"}:
            is_nested = self._words[at + 1 : at + 2] == ["("]
            table, clause = level.named[-1], "from" if is_nested else ""
            table.body = inner = _Level(at, _Query(), level, level.seen_from, level.seen_to, clause, takes_table=is_nested, fills=table)
            self._push(inner)
        elif is_query:
            self._push(_Level(at, _Query(), level, level))
        else:
            self._push(_Level(at, level.query, level, level.seen_from, level.seen_to, "expression"))

    def _push(self, level: _Level) -> None:
        level.queries.append(level.query)
        self._level = level

    def _end_levels(self, at: int) -> None:
        while self._level.outer is not None and self._ends.get(self._level.at) == at:
            self._close(at)

    def _close(self, at: int) -> None:
        level = self._level
        self._end_item(at)
        if level.fills is not None:
            level.fills.columns = _renamed(self._level_columns(level), level.fills.listed)
        if level.outer is not None:
            self._level = level.outer

    def _add_table(self, at: int) -> None:
        path, level = self._words[at], self._level
        is_written = level.query.is_target or self._upper[at - 1] == "UPDATE" or self._upper[max(at - 2, 0) : at] == ["DELETE", "FROM"]
        after = at + 1
        is_call = self._words[after : after + 1] == ["("]
        if is_call:
            after = self._ends.get(after, len(self._words)) + 1
        pivot = self._pivot(after)
        name, listed = self._alias(pivot[1] + 1 if pivot is not None else after)
        table = _Table(name or bare(parts(path)[-1]), at, path=path, listed=listed, is_written=is_written, pivot=pivot)
        if (found := self._with_of(path)) is not None:
            table.columns = _renamed(found, listed)
        elif is_call and not is_written:
            table.columns = _renamed([], listed)
        level.query.tables.append(table)

    def _pivot(self, at: int) -> tuple[int, int] | None:
        """Where PIVOT or UNPIVOT stands with its brackets, if it does so at `at` and the cursor is not within."""
        end = self._ends.get(at + 1) if self._upper[at : at + 1] in _PIVOTS else None
        return (at, end) if end is not None and not at < self._cursor <= end else None

    def _alias(self, at: int) -> tuple[str, Sequence[str]]:
        """The alias that stands at `at`, and the names of columns after it."""
        at += self._upper[at : at + 1] == ["AS"]
        if at < len(self._words) and _NAME.fullmatch(self._words[at]) and self._upper[at] not in NOT_ALIASES:
            return bare(self._words[at]), self._list(at + 1)
        return "", ()

    def _list(self, at: int) -> Sequence[str]:
        """The names in the brackets that open at `at`."""
        if self._words[at : at + 1] != ["("] or at not in self._ends:
            return ()
        return [bare(word) for word in self._words[at + 1 : self._ends[at]] if _NAME.fullmatch(word)]

    # Columns

    def _with_of(self, path: str) -> _Columns | None:
        """The columns of what WITH names so here; None where it names nothing so."""
        name = bare(path).casefold()
        level: _Level | None = self._level
        while level is not None:
            for table in reversed(level.named):
                if table.name.casefold() != name:
                    continue
                if table.columns is not None:
                    return table.columns
                if level.is_recursive and table.body is not None:  # within itself: what it begins with
                    first = table.body.queries[0]
                    return _renamed(self._query_columns(first) if first is not self._level.query else [], table.listed)
            level = level.outer
        return None

    def _table_columns(self, table: _Table) -> _Columns | None:
        if table.columns is not None:
            return table.columns if table.columns or table.path == "" else None
        key = (table.path, table.is_written)
        if key not in self._found:
            self._found[key] = self._columns_of(*key)
        found = self._found[key]
        if found is None and not table.listed:
            return None
        columns = list((found or {}).items())
        if table.pivot is not None:
            start, end = table.pivot
            columns = pivoted(self._upper[start], self._words[start + 2 : end], _star(columns))
        return _renamed(columns, table.listed)

    def _level_columns(self, level: _Level) -> _Columns:
        """Those of its first query, and by UNION BY NAME of the others."""
        queries = level.queries if level.is_by_name else level.queries[:1]
        columns = [column for query in queries for column in self._query_columns(query)]
        return _once(columns)

    def _query_columns(self, query: _Query) -> _Columns:
        """What it selects; all that it reads where that cannot be told."""
        tables = {_key(table): self._table_columns(table) or [] for table in query.tables}
        unseen = {_key(table) for table in query.tables if self._upper[max(table.at - 2, 0)] in {"ANTI", "SEMI"}}
        everything = _once(column for key, columns in tables.items() if key not in unseen for column in columns)
        if not query.selects:
            first = query.tables[0].at if query.tables else 0
            if self._upper[max(first - 1, 0) : first] in _PIVOTS:
                return pivoted(self._upper[first - 1], self._words[self._ends.get(first, first) + 1 :], _star(everything))
            return _star(everything)
        known = {name.casefold(): one for name, one in everything}
        found: _Columns = []
        for start, end in query.items:
            found += self._item(start, end, tables, everything, known)
        return found

    def _item(self, at: int, end: int, tables: Mapping[str, _Columns], everything: _Columns, known: Source) -> _Columns:
        """The columns of one thing that is selected."""
        at += self._upper[at : at + 1] in (["DISTINCT"], ["ALL"])
        if self._upper[at : at + 1] == ["ON"]:
            at = self._ends.get(at + 1, end) + 1
        if self._upper[at : at + 1] == ["("] and self._ends.get(at) == end - 1:
            at, end = at + 1, end - 1
        words = self._words[at:end]
        if "COLUMNS" in self._upper[at : min(at + 2, end)]:
            return _star(everything)
        if words[:1] == ["*"]:
            return self._changed(_star(everything), at + 1, end)
        if words[1:3] == [".", "*"]:
            columns = tables.get(bare(parts(words[0])[-1]).casefold())
            if columns is None:  # the fields of a column
                columns = [(name, Named("column", type=one)) for name, one in fields(_named(words[0], tables, known).type).items()]
            return self._changed(_star(columns), at + 3, end)
        name, path = _selected(words)
        return [(name or f"{_UNNAMED}{at}", _named(path, tables, known) if path else Named("column"))] if words else []

    def _changed(self, columns: _Columns, at: int, end: int) -> _Columns:
        """Columns of a star without those that EXCLUDE names, and by the names that RENAME gives."""
        while at < end:
            word, stop = self._upper[at], self._ends.get(at + 1, at + 1)
            names = [bare(parts(each)[-1]).casefold() for each in self._words[at + 1 : stop + 1] if _PATH.fullmatch(each)]
            if word == "EXCLUDE":
                columns = [column for column in columns if column[0].casefold() not in names]
            if word == "RENAME":
                new = {old: given for old, as_, given in zip(names, names[1:], names[2:], strict=False) if as_ == "as"}
                columns = [(new.get(name.casefold(), name), one) for name, one in columns]
            at = stop + 1
        return columns


def _key(table: _Table) -> str:
    """The name that its columns go by; one that nobody can type where it has none."""
    return table.name.casefold() or f"({table.at}"


def _ends(words: Sequence[str]) -> dict[int, int]:
    """Where each bracket ends: at the one that closes it, or at a word that cannot stand in it. Not those that are open at the end."""
    ends: dict[int, int] = {}
    open_: list[tuple[int, set[str]]] = []  # with the words that a query has once and that were there
    begins = _query_begins(words)

    def is_over(word: str) -> bool:
        """Whether the innermost bracket ends before a word, without one that closes it."""
        opened, had = open_[-1]
        if word in _ONCE:
            return word in had if begins[opened + 1] else word != "FROM" or words[opened - 1] not in _WITH_FROM
        return word == ")" != _CLOSED_BY[words[opened]]

    for at, word in enumerate(words):
        if word in _CLOSED_BY:
            open_.append((at, set()))
        elif word in _ENDING and not _is_distinct_from(words, at):
            while open_ and is_over(word):
                ends[open_.pop()[0]] = at
            if open_ and word == _CLOSED_BY[words[open_[-1][0]]]:
                ends[open_.pop()[0]] = at
            elif open_ and word in _SETS:
                open_[-1][1].clear()
            elif open_:
                open_[-1][1].add(word)
    return ends


def _query_begins(words: Sequence[str]) -> list[bool]:
    """For each of the words, and the end after them, whether a query begins there, perhaps in brackets."""
    found = [False] * (len(words) + 1)
    for at in range(len(words) - 1, -1, -1):
        found[at] = words[at] in _QUERIES or (words[at] == "(" and found[at + 1])
    return found


def _is_distinct_from(words: Sequence[str], at: int) -> bool:
    return words[at] == "FROM" and at > 1 and words[at - 1] == "DISTINCT" and words[at - 2] in {"IS", "NOT"}


def _selected(words: Sequence[str]) -> tuple[str, str]:
    """The name of one column that is selected, "" where it has none, and the column that it is, "" where it is more than that."""
    name, rest = "", words
    if words[1:2] == [":"] != words[2:3]:
        name, rest = words[0], words[2:]
    elif len(words) > 1 and _NAME.fullmatch(words[-1]):
        previous = words[-2].upper()
        is_unit = words[-3:-2] != [] and words[-3].upper() == "INTERVAL"
        if previous == "AS" or (words[-1].upper() not in NOT_ALIASES and _can_end(previous) and not is_unit):
            name, rest = words[-1], words[: -2 if previous == "AS" else -1]
    path = rest[0] if len(rest) == 1 and _PATH.fullmatch(rest[0]) else ""
    return bare(name or (parts(path)[-1] if path else "")), path


def _can_end(word: str) -> bool:
    """Whether an expression may end with a word, so that a name after it is an alias."""
    return word not in _BEFORE_NAMES and (word[0] in ")]}'\"$?_" or word[0].isalnum())


def _once(columns: Iterable[tuple[str, Named]]) -> _Columns:
    """The first column of each name: a star in a star would double them at each step."""
    found: dict[str, tuple[str, Named]] = {}
    for column in columns:
        found.setdefault(column[0].casefold(), column)
    return list(found.values())


def _star(columns: _Columns) -> _Columns:
    """What `*` is of columns: parameters may be named, but are not among them."""
    return [column for column in columns if column[1].kind == "column"]


def _renamed(columns: _Columns, names: Sequence[str]) -> _Columns:
    """Columns whose first ones are given names; more names than there are columns are columns too."""
    given = columns[: len(names)] + [("", Named("column"))] * (len(names) - len(columns))
    return [(name, one) for name, (_, one) in zip(names, given, strict=False)] + columns[len(names) :]


def _named(path: str, tables: Mapping[str, _Columns], known: Source) -> Named:
    """What a column, or a field of one, is that is selected; a column of which nothing is known where that cannot be told."""
    first, *rest = (bare(part) for part in parts(path))
    if rest and first.casefold() in tables:
        known = {name.casefold(): one for name, one in tables[first.casefold()]}
        first, *rest = rest
    one = known.get(first.casefold(), Named("column"))
    for name in rest:
        one = Named("column", type=fields(one.type).get(name, ""))
    return replace(one, kind="column")
