"""What could come next in a statement, from the text before the cursor, the catalog and the local tables.

Pure: it asks neither DuckDB nor an API. It reads tokens, not grammar, so that half a statement completes as well as a whole one; where
it cannot tell what is meant it offers less rather than everything. What was typed need not be how a name begins (`fuzzy.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from rowcall.catalog.catalog import Catalog, ResourceRef
from rowcall.errors import AmbiguousNameError
from rowcall.manifest.model import Method, Resource, Type, Verb
from rowcall.manifest.read import Services
from rowcall.manifest.types import literal, quoted
from rowcall.shell.columns import Named, Source, fields, local_column, type_name
from rowcall.shell.commands import NAMED, OTHER_NAMES, STARTS
from rowcall.shell.fuzzy import BEGINS, LETTERS, SLIP, WORD, closeness
from rowcall.shell.scope import KEYWORDS, NOT_ALIASES, Scope, bare, parts, scope_at
from rowcall.sql.tokens import open_at, without_comments

_STATEMENTS = tuple(
    "SELECT;FROM;WITH;INSERT INTO;REPLACE INTO;UPDATE;DELETE FROM;EXEC;SHOW;DESCRIBE;EXPLAIN;PLAN;APPLY;RESUME;USE;SET;RESET;CREATE;DROP;"
    "ALTER TABLE;ATTACH;DETACH;COPY;SUMMARIZE;PIVOT;UNPIVOT;BEGIN;COMMIT;ROLLBACK;CALL;PRAGMA;CHECKPOINT;VACUUM;INSTALL;LOAD".split(";")
)
_SHOW = {"SHOW": ("PROVIDERS", "SERVICES IN", "RESOURCES IN", "METHODS IN", "INSERT INTO", "REPLACE INTO", "SETTINGS", "JOURNAL", "TABLES")}
_SHOW_DEPTH = {"SERVICES": 1, "RESOURCES": 2, "METHODS": 3}
"""How many parts the name after `SHOW … IN` has."""
_PATH = r'(?:"[^"]*"|[^\W\d]\w*)(?:\.(?:"[^"]*"|\w+))*'
_WORD = re.compile(rf"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|@{{0,2}}{_PATH}|\$?\w+|\S", re.DOTALL)
_PARTIAL = re.compile(r'@{0,2}(?:(?:"[^"]*"|[^\W\d]\w*)(?:\.(?:"[^"]*"|\w*))*)?$')
_OUTER = re.compile(r'(?:(?:"[^"]*"|[^\W\d]\w*)\.)*$')
"""What may stand before the last part of a name."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that could come next."""

    text: str
    """What stands in place of the last `-start` characters."""
    start: int
    """0 or less: where the text goes, counted from the cursor."""
    kind: str
    """`provider`, `service`, `resource`, `method`, `parameter`, `attribute`, `column`, `field`, `table`, `function`, `keyword`, `setting`,
    `command`, `value`.
    """
    description: str = ""
    """That of something that a call needs begins with `required`."""


@dataclass(frozen=True, slots=True)
class Words:
    """What DuckDB has of itself, for the names that begin so."""

    functions: Mapping[str, str] = field(default_factory=dict)
    """What each does, in a sentence, which may be empty."""
    table_functions: Mapping[str, str] = field(default_factory=dict)
    """Those that stand after FROM."""
    keywords: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    """What SET and RESET take, rowcall's own first, and what each is."""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What a setting may be, as SQL has it, where these are few."""


NO_WORDS = Words()


def complete(
    text_before_cursor: str,
    catalog: Catalog,
    local_tables: Mapping[str, Mapping[str, str]],
    *,
    text_after_cursor: str = "",
    use: Sequence[str] = (),
    words: Words = NO_WORDS,
) -> list[Completion]:
    """What could come next, best first; inside a string the values that a column is known to take, inside comments nothing.

    `local_tables` maps names to columns and these to their types as DuckDB names them, which may be "". `text_after_cursor` tells the
    tables of `SELECT | FROM t`. `use` is what USE set.
    """
    if text_before_cursor.lstrip().startswith(STARTS):
        return _dot_command(text_before_cursor.lstrip(), [*_steps(catalog), *local_tables])
    start, kind = open_at(text_before_cursor) or (len(text_before_cursor), "word")
    if kind not in _QUOTES or _is_comment(text_before_cursor):
        return []
    start, typed = _typed(text_before_cursor, start, kind)
    partial = typed if kind == "string" else typed.replace('"', "")
    is_closed = kind != "word" and text_after_cursor.startswith(_QUOTES[kind])
    after = text_after_cursor[is_closed:].split(";", 1)[0]
    place = _Place(_statement_words(text_before_cursor[:start]), _words(after), partial, catalog, local_tables, tuple(use), words)
    if kind == "string":
        fitting = (value for value in place.values() if _fits(value, partial) and "'" not in partial)
        return _best((place.completion(value.replace("'", "''") + "'" * (not is_closed), "value") for value in fitting), partial)
    found = _best(place.candidates(), partial)
    return [
        replace(each, text=_unclosed(each.text) if is_closed else each.text, start=each.start + len(partial) - len(typed))
        for each in found
        if kind == "word" or each.kind in _NAMES
    ]


_QUOTES = {"word": "", "string": "'", "quoted name": '"'}
"""What something may complete in, and how that ends."""
_NAMES = frozenset({"provider", "service", "resource", "table", "column", "field", "parameter", "attribute"})


def _typed(text: str, start: int, kind: str) -> tuple[int, str]:
    """Where a word, a string or a name in quotes begins, and what was typed of it: of a name with the parts before it."""
    if kind == "string":
        return start, text[start + 1 :]
    match = (_PARTIAL if kind == "word" else _OUTER).search(text, 0, start)
    start = match.start() if match else start
    return start, text[start:]


def _is_comment(text: str) -> bool:
    """Whether what comes next is of a comment."""
    return without_comments(f"{text}x").endswith(" ")


def _unclosed(text: str) -> str:
    """A name whose last part begins with a quote and ends before the one that stands there."""
    outer, dot, last = text.rpartition(".")
    return text[:-1] if text.endswith('"') else f'{outer}{dot}"{last}'


def _best(found: Iterable[Completion], partial: str) -> list[Completion]:
    """Each text once, in their order, but those before others that what was typed fits better.

    What has no more than its letters, or a slip, is left out where anything fits better.
    """
    unique: dict[str, Completion] = {}
    for candidate in found:
        unique.setdefault(candidate.text, candidate)
    ranked = [(WORD if (rank := closeness(_UNQUOTED.sub("", each.text), partial)) is None else rank, each) for each in unique.values()]
    best = min((rank for rank, _ in ranked), default=LETTERS)
    return [each for rank, each in sorted(ranked, key=lambda one: one[0]) if rank < LETTERS or rank == best]


_UNQUOTED = re.compile("^'|\"")


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
    """The beginning of a file's name, where the cursor is in one; None elsewhere.

    That is after the commands that take one, and in a string after FROM, TO or INTO, or in a function that reads files.
    """
    text = text_before_cursor.lstrip()
    if text.startswith(STARTS):
        name, space, argument = text.partition(" ")
        return argument if space and name in NAMED and NAMED[name].takes_file else None
    opened = open_at(text)
    if opened is None or opened[1] != "string":
        return None
    before = [word.upper() for word in _statement_words(text[: opened[0]])] or [""]
    reads = before[-1] in {"(", "["} and any(_READS.match(word) for word in before[-3:])
    return text[opened[0] + 1 :] if reads or before[-1] in _BEFORE_FILE else None


_BEFORE_FILE = frozenset({"FROM", "JOIN", "TO", "INTO", "ATTACH", "APPLY", "DATABASE", "LOAD"})
_READS = re.compile("READ_|PARQUET_|SNIFF_|GLOB$")


def _steps(catalog: Catalog) -> list[str]:
    return [".".join(name) for name in catalog.names()]


@dataclass(frozen=True)
class _Place:
    """Where the cursor is."""

    before: list[str]
    after: list[str]
    partial: str
    catalog: Catalog
    tables: Mapping[str, Mapping[str, str]]
    use: tuple[str, ...]
    words: Words

    def candidates(self) -> Iterator[Completion]:
        """What fits here, the likeliest first."""
        if not self.before:
            return self._matching(_STATEMENTS, "keyword")
        special = _BY_STATEMENT.get(self.before[0].upper())
        found = special(self) if special else None
        if found is not None:
            return found
        if self.scope.takes_table:
            return self._table_names()
        return self._expression()

    def values(self) -> Iterator[str]:
        """What may stand in the string that the cursor is in, or might begin here."""
        if (name := _compared(self.before)) is None:
            return
        if name.startswith("@"):
            options = {option.name: option for option in self._options_of_exec()}
            yield from options[name.lstrip("@")].named.enum if name.lstrip("@") in options else ()
            return
        if self.before[0].upper() in {"SET", "RESET"}:
            yield from (value[1:-1] for value in self.words.values.get(name.casefold(), ()) if value.startswith("'"))
            return
        sources = self.scope.sources
        first, _, rest = name.rpartition(".")
        columns = sources.get(bare(first).casefold(), {}) if first else _all_columns(sources)
        named = columns.get(bare(rest))
        yield from named.enum if named is not None else ()

    # Names of things

    def _table_names(self) -> Iterator[Completion]:
        yield from self._remote(3)
        for table in (*self.scope.named, *self.tables):
            if _fits(table, self.partial):
                yield self.completion(".".join(_spelt(part) for part in table.split(".")), "table")
        if self.partial:
            yield from self._functions(self.words.table_functions)

    def _functions(self, functions: Mapping[str, str]) -> Iterator[Completion]:
        for name, description in functions.items():
            if closeness(name, self.partial) in {BEGINS, WORD, SLIP}:
                yield self.completion(f"{name}(", "function", description)

    def _remote(self, depth: int) -> Iterator[Completion]:
        """Resource names, one part at a time, cut at `depth` parts (4 for methods); a whole name where only its last part was typed."""
        prefix = ".".join(self.use) + "." if self.use else ""
        for full, kind, description in self._names(depth):
            if prefix and full.startswith(prefix) and _fits(full[len(prefix) :], self.partial):
                yield self.completion(full[len(prefix) :], kind, description())
            elif _begins(full, self.partial):
                yield self._step(full, kind, description)
            elif _fits(full, self.partial):
                yield self.completion(full, kind, description())

    def _names(self, depth: int) -> Iterator[tuple[str, str, Callable[[], str]]]:
        """Names, what they are of, and what gives their descriptions: a record is read where one is shown."""
        for name in self.catalog.names():
            if depth < _METHOD:
                yield ".".join(name[:depth]), _KINDS[depth - 1], partial(self._described, name, depth)
                continue
            for method in self._methods(name):
                yield ".".join((*name, method[0])), "method", partial(str, method[1].description)

    def _described(self, name: tuple[str, ...], depth: int) -> str:
        ref = self.catalog.resolve(name)
        return (ref.provider.title, ref.service.description, ref.resource.description)[depth - 1]

    def _methods(self, name: tuple[str, ...]) -> Iterator[tuple[str, Method]]:
        """The methods of a resource. A service that nobody has read yet is read when its name is typed."""
        services = self.catalog.providers[name[0]].services
        typed = ".".join((*self.use, self.partial)).casefold()
        if not isinstance(services, Services) or name[1] in services.read or typed.startswith(f"{name[0]}.{name[1]}."):
            yield from self.catalog.resolve(name).resource.methods.items()

    def _step(self, full: str, kind: str, description: Callable[[], str]) -> Completion:
        """`full` up to its next dot."""
        dot = full.find(".", len(self.partial))
        if dot < 0:
            return self.completion(full, kind, description())
        return self.completion(full[: dot + 1], _KINDS[full[:dot].count(".")])

    # Columns

    def _expression(self) -> Iterator[Completion]:
        sources = self.scope.sources
        if "." in self.partial:
            return self._fields(sources)
        return self._columns(sources)

    def _columns(self, sources: Mapping[str, Source]) -> Iterator[Completion]:
        for value in self.values():
            if _begins(value, self.partial):
                yield self.completion(literal(value), "value")
        for name, one in self._ordered(sources.values()).items():
            if _fits(name, self.partial):
                yield self.completion(_spelt(name), one.kind, _described(one))
        for alias in sources:
            if self.partial and _begins(alias, self.partial):
                yield self.completion(alias + ".", "table")
        if self.partial:
            yield from self._matching(KEYWORDS, "keyword")
            yield from self._functions(self.words.functions)
            yield from self._matching(self.words.keywords, "keyword")

    def _ordered(self, sources: Iterable[Source]) -> Source:
        """All columns; in a condition those first that a statement cannot do without, as long as they are not there."""
        named = [each for source in sources for each in source.items()]
        if _is_condition(self.before):
            given = {bare(word).rpartition(".")[2].casefold() for word in (*self.before, *self.after)}
            named.sort(key=lambda one: not one[1].required or one[0].casefold() in given)
        return _firsts(named)

    def _fields(self, sources: Mapping[str, Source]) -> Iterator[Completion]:
        """What follows `alias.`, `column.` or `alias.column.`."""
        inner, _, typed = self.partial.rpartition(".")
        first, *rest = inner.split(".")
        path = ".".join(_spelt(part) for part in (first, *rest))
        if (source := sources.get(first.casefold())) is not None and not rest:
            for name, one in self._ordered([source]).items():
                if _fits(name, typed):
                    yield self.completion(f"{path}.{_spelt(name)}", one.kind, _described(one))
            return
        columns, rest = (sources[first.casefold()], rest) if first.casefold() in sources else (_all_columns(sources), [first, *rest])
        for name, type_ in _fields_at(columns, rest).items():
            if _fits(name, typed):
                yield self.completion(f"{path}.{_spelt(name)}", "field", type_name(type_))

    @cached_property
    def scope(self) -> Scope:
        """What is seen from here."""
        words = [*self.before, *([self.partial] if self.partial and self.after else []), *self.after]
        return scope_at(words, len(self.before), self._columns_of)

    def _columns_of(self, name: str, is_written: bool) -> Source | None:  # noqa: FBT001 - as `scope_at` asks
        local = self.local.get(".".join(bare(part) for part in parts(name)).casefold())
        if local is not None:
            return {column: local_column(type_) for column, type_ in local.items()}
        ref = self._find(name)
        return _resource_columns(ref.resource, self._written() if is_written else Verb.SELECT) if ref else None

    @cached_property
    def local(self) -> Mapping[str, Mapping[str, str]]:
        """The columns of local tables by their names in lower case."""
        return {table.casefold(): columns for table, columns in self.tables.items()}

    def _written(self) -> Verb:
        word = self.before[0].lower()
        return Verb(word) if word in {Verb.INSERT, Verb.REPLACE, Verb.UPDATE, Verb.DELETE} else Verb.SELECT

    def _find(self, name: str) -> ResourceRef | None:
        try:
            return self.catalog.find(tuple(bare(part) for part in name.split(".")), self.use)
        except AmbiguousNameError:
            return None

    # Statements of their own form

    def exec_(self) -> Iterator[Completion] | None:
        """After EXEC: a method, then its parameters, then nothing that could be known."""
        if len(self.before) == 1:
            return self._remote(4)
        if self.before[-1] == "=":
            return (self.completion(literal(value), "value") for value in self.values() if _begins(value, self.partial))
        return self._method_parameters()

    def _method_parameters(self) -> Iterator[Completion]:
        given = {word.lstrip("@").removeprefix("data__") for word in self.before[2:] if word.startswith("@")}
        for option in self._options_of_exec():
            if option.name not in given and _fits(option.name, self.partial.lstrip("@")):
                yield self.completion(f"@{option.name}", option.named.kind, _described(option.named))

    def _options_of_exec(self) -> Sequence[_Option]:
        """What the method of an EXEC takes."""
        resource, _, name = self.before[1].rpartition(".") if len(self.before) > 1 else ("", "", "")
        ref = self._find(resource) if resource else None
        method = ref and next((method for own, method in ref.resource.methods.items() if name in {own, *method.aliases}), None)
        return _options(method) if method else ()

    def set_(self) -> Iterator[Completion] | None:
        """After SET and RESET: a setting, and what it may be."""
        words = [word for word in self.before if word.upper() not in {"SESSION", "GLOBAL", "LOCAL", "VARIABLE"}]
        if len(words) == 1:
            return (self.completion(name, "setting", line) for name, line in self.words.settings.items() if _fits(name, self.partial))
        if words[-1].upper() in {"=", "TO"}:
            return (
                self.completion(value, "value")
                for value in self.words.values.get(words[1].casefold(), ())
                if _begins(value.strip("'"), self.partial)
            )
        return None

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
        if "SET" not in words or "WHERE" in words or self.before[-1] == "=" or self.scope.is_inner:
            return None
        return self._attributes(self.before[1], Verb.UPDATE)

    def _attributes(self, name: str, verb: Verb) -> Iterator[Completion] | None:
        ref = self._find(name)
        return self._sendable(ref, verb) if ref else None

    def _sendable(self, ref: ResourceRef, verb: Verb) -> Iterator[Completion]:
        given = {bare(word).casefold() for word in self.before[3:]} if verb is not Verb.UPDATE else set()
        for _, method in self.catalog.methods_of(ref, verb):
            for option in _options(method):
                if (verb is Verb.UPDATE and option.named.kind == "parameter") or option.name.casefold() in given:
                    continue
                if _fits(option.name, self.partial):
                    yield self.completion(option.name, option.named.kind, _described(option.named))

    # Small things

    def _matching(self, words: Iterable[str], kind: str) -> Iterator[Completion]:
        lower = self.partial.islower()
        for word in words:
            if closeness(word, self.partial) in {BEGINS, SLIP}:
                yield self.completion(word.lower() if lower else word, kind)

    def completion(self, text: str, kind: str, description: str = "") -> Completion:
        """One that replaces what was typed."""
        return Completion(text, -len(self.partial), kind, description)


_BY_STATEMENT: dict[str, Callable[[_Place], Iterator[Completion] | None]] = {
    "EXEC": _Place.exec_,
    "EXECUTE": _Place.exec_,
    "SHOW": _Place.show,
    "USE": _Place.use_,
    "INSERT": _Place.insert,
    "REPLACE": _Place.insert,
    "UPDATE": _Place.update,
    "SET": _Place.set_,
    "RESET": _Place.set_,
}


@dataclass(frozen=True, slots=True)
class _Option:
    """A parameter or attribute of a method."""

    name: str
    named: Named


def _options(method: Method) -> list[_Option]:
    """What a method takes, what it needs first."""
    required = method.required()
    found = []
    for name in (*required, *method.optional()):
        plain = name.removeprefix("data__")
        if name in method.parameters:
            one = method.parameters[name]
            found.append(_Option(name, Named("parameter", one.description, one.type, one.enum, name in required)))
        else:
            attribute = method.body[plain]
            found.append(_Option(plain, Named("attribute", attribute.description, attribute.type, attribute.enum, name in required)))
    return found


def _described(one: Named) -> str:
    return f"required · {one.description}" if one.required else one.description


_CONDITIONS = frozenset({"WHERE", "ON"})
_NO_CONDITIONS = frozenset("SELECT FROM JOIN BY SET HAVING QUALIFY VALUES LIMIT RETURNING".split())


def _is_condition(words: Sequence[str]) -> bool:
    """Whether what follows is of a condition on rows."""
    last = next((word.upper() for word in reversed(words) if word.upper() in _CONDITIONS | _NO_CONDITIONS), "")
    return last in _CONDITIONS


def _compared(words: Sequence[str]) -> str | None:
    """What the value is of that follows: a column, or a parameter of EXEC; None where nothing says so."""
    at = len(words) - 1
    if at >= 0 and words[at] in {"(", ","}:  # in the list of an IN
        while at >= 0 and words[at] != "(":
            at -= 1
        at -= 1
        if at < 0 or words[at].upper() != "IN":
            return None
        at -= 2 if at and words[at - 1].upper() == "NOT" else 1
        return words[at] if at >= 0 else None
    if at < 1 or not (words[at] in {"=", ">"} or words[at].upper() == "TO"):  # = == != <>, each a word for each character
        return None
    while at >= 0 and words[at] in {"=", "!", "<", ">"}:
        at -= 1
    at -= at >= 0 and words[at].upper() == "TO"
    return words[at] if at >= 0 else None


_KINDS = ("provider", "service", "resource")
_METHOD = 4
"""How many parts the name of a method has."""


def _fits(name: str, typed: str) -> bool:
    return closeness(name, typed) is not None


def _begins(name: str, typed: str) -> bool:
    return name.casefold().startswith(typed.casefold())


def _spelt(name: str) -> str:
    """`name` as SQL takes it, in quotes where it must be."""
    return name if re.fullmatch(r"[^\W\d]\w*", name) and name.upper() not in NOT_ALIASES else quoted(name)


def _resource_columns(resource: Resource, verb: Verb) -> Source:
    """The columns of a resource, and after them the parameters that may stand in its WHERE. Required is what the least method needs."""
    methods = [method for method in resource.methods.values() if method.verb is verb]
    required = min((set(method.required()) for method in methods), key=len, default=set())
    columns = {
        name: Named("column", column.description, column.type, column.enum, name in required) for name, column in resource.columns.items()
    }
    for method in methods:
        for name, one in method.parameters.items():
            if one.role is None:
                columns.setdefault(name, Named("parameter", one.description, one.type, one.enum, name in required))
    return columns


def _all_columns(sources: Mapping[str, Source]) -> Source:
    return _firsts(each for source in sources.values() for each in source.items())


def _firsts(named: Iterable[tuple[str, Named]]) -> Source:
    """The first of each name: the nearest one."""
    found: dict[str, Named] = {}
    for name, one in named:
        found.setdefault(name, one)
    return found


def _fields_at(columns: Source, path: Sequence[str]) -> Mapping[str, Type | str]:
    """The fields of the object that `path` leads to; none where it leads to anything else."""
    first, *rest = path
    type_ = columns[first].type if first in columns else ""
    for name in rest:
        type_ = fields(type_).get(name, "")
    return fields(type_)
