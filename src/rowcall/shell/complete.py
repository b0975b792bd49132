"""What could come next in a statement, from the text before the cursor, the catalog and the local tables.

Pure: it asks neither DuckDB nor an API. It reads tokens, not grammar, so that half a statement completes as well as a whole one; where
it cannot tell what is meant it offers less rather than everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rowcall.catalog.catalog import Catalog, ResourceRef
from rowcall.errors import AmbiguousNameError
from rowcall.manifest.model import Object, Resource, Type, Verb
from rowcall.manifest.types import quoted, spelling
from rowcall.shell.commands import NAMED, OTHER_NAMES, STARTS
from rowcall.sql.tokens import open_at

_STATEMENTS = tuple(
    "SELECT;FROM;WITH;INSERT INTO;REPLACE INTO;UPDATE;DELETE FROM;EXEC;SHOW;DESCRIBE;EXPLAIN;PLAN;APPLY;RESUME;USE;SET;CREATE;DROP".split(
        ";"
    )
)
_KEYWORDS = tuple(
    """SELECT FROM WHERE JOIN LEFT INNER ON USING GROUP ORDER BY HAVING LIMIT OFFSET UNION ALL DISTINCT AS AND OR NOT IN IS NULL
    LIKE BETWEEN CASE WHEN THEN ELSE END VALUES SET RETURNING ASC DESC EXISTS QUALIFY OVER PARTITION INTERVAL CAST TRUE FALSE
    AWAIT UNTIL TIMEOUT""".split()
)
_SHOW = {"SHOW": ("PROVIDERS", "SERVICES IN", "RESOURCES IN", "METHODS IN", "INSERT INTO", "REPLACE INTO", "SETTINGS", "JOURNAL", "TABLES")}
_BEFORE_TABLE = frozenset({"FROM", "JOIN", "INTO", "UPDATE", "DESCRIBE", "DESC", "EXTENDED", "TABLE"})
_SHOW_DEPTH = {"SERVICES": 1, "RESOURCES": 2, "METHODS": 3}
"""How many parts the name after `SHOW … IN` has."""
_NOT_ALIASES = frozenset(_KEYWORDS) | frozenset("CROSS RIGHT FULL NATURAL ASOF SEMI ANTI POSITIONAL WINDOW SAMPLE PIVOT".split())

_PATH = r'(?:"[^"]*"|[^\W\d]\w*)(?:\.(?:"[^"]*"|\w+))*'
_WORD = re.compile(rf"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|@{{0,2}}{_PATH}|\$?\w+|\S", re.DOTALL)
_PARTIAL = re.compile(r"@{0,2}(?:[^\W\d][\w.]*)?$")


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that could come next."""

    text: str
    """What stands in place of the last `-start` characters."""
    start: int
    """0 or less: where the text goes, counted from the cursor."""
    kind: str
    """`provider`, `service`, `resource`, `method`, `parameter`, `attribute`, `column`, `field`, `table`, `keyword`, `command`, `value`."""
    description: str = ""


Source = Mapping[str, tuple[str, str, Type | None]]
"""Column name → kind, description, type; the last None for a local column."""


def complete(
    text_before_cursor: str,
    catalog: Catalog,
    local_tables: Mapping[str, Sequence[str]],
    *,
    text_after_cursor: str = "",
    use: Sequence[str] = (),
) -> list[Completion]:
    """What could come next, best first; empty inside strings and comments.

    `local_tables` maps names to column names. `text_after_cursor` tells the tables of `SELECT | FROM t`. `use` is what USE set.
    """
    if text_before_cursor.lstrip().startswith(STARTS):
        return _dot_command(text_before_cursor.lstrip(), [*_steps(catalog), *local_tables])
    if open_at(text_before_cursor) is not None:
        return []
    partial = _last_partial(text_before_cursor)
    before = _statement_words(text_before_cursor[: len(text_before_cursor) - len(partial)])
    after = _words(text_after_cursor.split(";", 1)[0])
    place = _Place(before, after, partial, catalog, local_tables, tuple(use))
    unique = {candidate.text: candidate for candidate in place.candidates()}
    return list(unique.values())


def _last_partial(text: str) -> str:
    match = _PARTIAL.search(text)
    return match[0] if match else ""


def _words(text: str) -> list[str]:
    return [match[0] for match in _WORD.finditer(text) if not match[0].startswith(("--", "/*"))]


def _statement_words(text: str) -> list[str]:
    """The words of the statement that the cursor is in, without EXPLAIN and PLAN before it."""
    words = _words(text)
    while ";" in words:
        words = words[words.index(";") + 1 :]
    while words and words[0].upper() in {"EXPLAIN", "PLAN"}:
        words = words[1:]
    return words


def _dot_command(text: str, names: Iterable[str]) -> list[Completion]:
    name, space, argument = text.partition(" ")
    if not space:
        return [Completion(each, -len(name), "command", command.line) for each, command in NAMED.items() if each.startswith(name)]
    name = OTHER_NAMES.get(name, name)
    if name == ".help":
        return [Completion(each, -len(argument), "command", command.line) for each, command in NAMED.items() if each.startswith(argument)]
    values = names if name == ".schema" else NAMED[name].values if name in NAMED else ()
    return [Completion(value, -len(argument), "value") for value in values if value.startswith(argument)]


def file_name(text_before_cursor: str) -> str | None:
    """The beginning of a file's name, where the cursor is in one; None elsewhere."""
    name, space, argument = text_before_cursor.lstrip().partition(" ")
    return argument if space and name in NAMED and NAMED[name].takes_file else None


def _steps(catalog: Catalog) -> list[str]:
    return [ref.full_name for ref in catalog.resources()]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the cursor is."""

    before: list[str]
    after: list[str]
    partial: str
    catalog: Catalog
    tables: Mapping[str, Sequence[str]]
    use: tuple[str, ...]

    def candidates(self) -> Iterator[Completion]:
        """What fits here, the likeliest first."""
        if not self.before:
            return self._matching(_STATEMENTS, "keyword")
        special = _BY_STATEMENT.get(self.before[0].upper())
        found = special(self) if special else None
        if found is not None:
            return found
        if self._is_table_place():
            return self._table_names()
        return self._expression()

    # Names of things

    def _table_names(self) -> Iterator[Completion]:
        yield from self._remote(3)
        for table in self.tables:
            if _begins(table, self.partial):
                yield self._completion(_spelt(table), "table")

    def _remote(self, depth: int) -> Iterator[Completion]:
        """Resource names, one part at a time, cut at `depth` parts (4 for methods); a whole name where only its last part was typed."""
        prefix = ".".join(self.use) + "." if self.use else ""
        for full, kind, description in self._names(depth):
            if prefix and full.startswith(prefix) and _begins(full[len(prefix) :], self.partial):
                yield self._completion(full[len(prefix) :], kind, description)
            elif _begins(full, self.partial):
                yield self._step(full, kind, description)
            elif self.partial and "." not in self.partial and _begins(full.rsplit(".", 1)[-1], self.partial):
                yield self._completion(full, kind, description)

    def _names(self, depth: int) -> Iterator[tuple[str, str, str]]:
        for ref in self.catalog.resources():
            kinds = ("provider", "service", "resource")
            texts = (ref.provider.title, ref.service.description, ref.resource.description)
            if depth <= 3:
                yield ".".join(ref.parts[:depth]), kinds[depth - 1], texts[depth - 1]
                continue
            for name, method in ref.resource.methods.items():
                yield f"{ref.full_name}.{name}", "method", method.description

    def _step(self, full: str, kind: str, description: str) -> Completion:
        """`full` up to its next dot."""
        dot = full.find(".", len(self.partial))
        if dot < 0:
            return self._completion(full, kind, description)
        kinds = ("provider", "service", "resource")
        return self._completion(full[: dot + 1], kinds[full[:dot].count(".")])

    # Columns

    def _expression(self) -> Iterator[Completion]:
        sources = self._sources()
        if "." in self.partial:
            return self._fields(sources)
        return self._columns(sources)

    def _columns(self, sources: Mapping[str, Source]) -> Iterator[Completion]:
        for source in sources.values():
            for name, (kind, description, _) in source.items():
                if _begins(name, self.partial):
                    yield self._completion(_spelt(name), kind, description)
        for alias in sources:
            if self.partial and _begins(alias, self.partial):
                yield self._completion(alias + ".", "table")
        if self.partial:
            yield from self._matching(_KEYWORDS, "keyword")

    def _fields(self, sources: Mapping[str, Source]) -> Iterator[Completion]:
        """What follows `alias.`, `column.` or `alias.column.`."""
        path, _, typed = self.partial.rpartition(".")
        first, *rest = path.split(".")
        if (source := sources.get(first.casefold())) is not None and not rest:
            for name, (kind, description, _) in source.items():
                if _begins(name, typed):
                    yield self._completion(f"{path}.{_spelt(name)}", kind, description)
            return
        columns, rest = (sources[first.casefold()], rest) if first.casefold() in sources else (_all_columns(sources), [first, *rest])
        for name, type_ in _object_fields(columns, rest):
            if _begins(name, typed):
                yield self._completion(f"{path}.{_spelt(name)}", "field", spelling(type_))

    def _sources(self) -> dict[str, Source]:
        """The tables of the statement, by the name that their columns go by."""
        words = [*self.before, *([self.partial] if self.partial and self.after else []), *self.after]
        sources: dict[str, Source] = {}
        for at, word in enumerate(words):
            before = words[at - 1].upper() if at else ""
            if before in _BEFORE_TABLE or (before == "," and _in_from(words[:at])):
                columns = self._columns_of(word)
                if columns is not None:
                    sources[_alias(words, at).casefold()] = columns
        return sources

    def _columns_of(self, name: str) -> Source | None:
        local = next((columns for table, columns in self.tables.items() if table.casefold() == _bare(name).casefold()), None)
        if local is not None:
            return dict.fromkeys(local, ("column", "", None))
        ref = self._find(name)
        return _resource_columns(ref.resource, self._written()) if ref else None

    def _written(self) -> Verb:
        word = self.before[0].lower()
        return Verb(word) if word in {Verb.INSERT, Verb.REPLACE, Verb.UPDATE, Verb.DELETE} else Verb.SELECT

    def _find(self, name: str) -> ResourceRef | None:
        try:
            return self.catalog.find(tuple(_bare(part) for part in name.split(".")), self.use)
        except AmbiguousNameError:
            return None

    # Statements of their own form

    def exec_(self) -> Iterator[Completion] | None:
        """After EXEC: a method, then its parameters, then nothing that could be known."""
        if len(self.before) == 1:
            return self._remote(4)
        if self.before[-1] == "=":
            return iter(())
        return self._method_parameters()

    def _method_parameters(self) -> Iterator[Completion]:
        resource, _, name = self.before[1].rpartition(".")
        ref = self._find(resource)
        method = ref and next((method for own, method in ref.resource.methods.items() if name in {own, *method.aliases}), None)
        if not method:
            return
        given = {word.lstrip("@") for word in self.before[2:] if word.startswith("@")}
        texts = {name: parameter.description for name, parameter in method.parameters.items()}
        texts |= {f"data__{name}": attribute.description for name, attribute in method.body.items()}
        for option in (*method.required(), *method.optional()):
            plain = option.removeprefix("data__")
            if not {option, plain} & given and _begins(plain, self.partial.lstrip("@")):
                kind = "attribute" if option.startswith("data__") else "parameter"
                yield self._completion(f"@{plain}", kind, texts[option])

    def show(self) -> Iterator[Completion] | None:
        """After SHOW: what to show, and then where."""
        if len(self.before) == 1:
            return self._matching(_SHOW["SHOW"], "keyword")
        if self.before[-1].upper() == "IN":
            return self._remote(_SHOW_DEPTH.get(self.before[1].upper(), 3))
        return None

    def use_(self) -> Iterator[Completion]:
        """After USE: a provider, or a provider and service."""
        return self._remote(2) if len(self.before) == 1 else iter(())

    def insert(self) -> Iterator[Completion] | None:
        """Within the column list of INSERT INTO or REPLACE INTO: what can be sent."""
        if len(self.before) < 4 or self.before[3] != "(" or ")" in self.before:
            return None
        return self._attributes(self.before[2], self._written())

    def update(self) -> Iterator[Completion] | None:
        """After SET: what can be changed."""
        words = [word.upper() for word in self.before]
        if "SET" not in words or "WHERE" in words or self.before[-1] == "=":
            return None
        return self._attributes(self.before[1], Verb.UPDATE)

    def _attributes(self, name: str, verb: Verb) -> Iterator[Completion] | None:
        ref = self._find(name)
        return self._sendable(ref, verb) if ref else None

    def _sendable(self, ref: ResourceRef, verb: Verb) -> Iterator[Completion]:
        for _, method in self.catalog.methods_of(ref, verb):
            if verb is not Verb.UPDATE:
                for name, parameter in method.parameters.items():
                    if _begins(name, self.partial):
                        yield self._completion(name, "parameter", parameter.description)
            for name, attribute in method.body.items():
                if _begins(name, self.partial):
                    yield self._completion(name, "attribute", attribute.description)

    # Small things

    def _is_table_place(self) -> bool:
        last = self.before[-1].upper()
        return last in _BEFORE_TABLE or (last == "," and _in_from(self.before))

    def _matching(self, words: Iterable[str], kind: str) -> Iterator[Completion]:
        lower = self.partial.islower()
        for word in words:
            if _begins(word, self.partial):
                yield self._completion(word.lower() if lower else word, kind)

    def _completion(self, text: str, kind: str, description: str = "") -> Completion:
        return Completion(text, -len(self.partial), kind, description)


_BY_STATEMENT: dict[str, Callable[[_Place], Iterator[Completion] | None]] = {
    "EXEC": _Place.exec_,
    "SHOW": _Place.show,
    "USE": _Place.use_,
    "INSERT": _Place.insert,
    "REPLACE": _Place.insert,
    "UPDATE": _Place.update,
}


def _begins(name: str, typed: str) -> bool:
    return name.casefold().startswith(typed.casefold())


def _bare(name: str) -> str:
    return name.strip('"')


def _spelt(name: str) -> str:
    """`name` as SQL takes it, in quotes where it must be."""
    return name if re.fullmatch(r"[^\W\d]\w*", name) and name.upper() not in _NOT_ALIASES else quoted(name)


def _in_from(words: Sequence[str]) -> bool:
    """Whether a comma after `words` is one between tables: the last clause word outside brackets is FROM or JOIN."""
    depth = 0
    for word in reversed(words):
        depth += (word == ")") - (word == "(")
        if depth < 0:
            return False
        if depth == 0 and word.upper() in {"FROM", "JOIN"}:
            return True
        if depth == 0 and word.upper() in {"SELECT", "WHERE", "ON", "USING", "BY", "SET", "HAVING", "VALUES", "LIMIT", "RETURNING"}:
            return False
    return False


def _alias(words: Sequence[str], at: int) -> str:
    """The name that the columns of the table at `at` go by: its alias, else its own last part."""
    following = [word for word in words[at + 1 : at + 3] if word.upper() != "AS"][:1]
    if following and re.fullmatch(r'"[^"]*"|[^\W\d]\w*', following[0]) and following[0].upper() not in _NOT_ALIASES:
        return _bare(following[0])
    return _bare(words[at].rsplit(".", 1)[-1])


def _resource_columns(resource: Resource, verb: Verb) -> Source:
    """The columns of a resource, and after them the parameters that may stand in its WHERE."""
    columns: dict[str, tuple[str, str, Type | None]] = {
        name: ("column", column.description, column.type) for name, column in resource.columns.items()
    }
    for method in resource.methods.values():
        for name, parameter in method.parameters.items():
            if method.verb is verb and parameter.role is None:
                columns.setdefault(name, ("parameter", parameter.description, parameter.type))
    return columns


def _all_columns(sources: Mapping[str, Source]) -> Source:
    return {name: column for source in sources.values() for name, column in source.items()}


def _object_fields(columns: Source, path: Sequence[str]) -> Sequence[tuple[str, Type]]:
    """The fields of the object that `path` leads to; none where it leads to anything else."""
    first, *rest = path
    type_ = columns[first][2] if first in columns else None
    for name in rest:
        type_ = dict(type_.fields).get(name) if isinstance(type_, Object) else None
    return type_.fields if isinstance(type_, Object) else ()
