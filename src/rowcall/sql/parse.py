"""Statements that name a remote resource, as frozen records; everything else is left to DuckDB as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import ParseError, Span, SQLError, UnknownNameError, UnsupportedSQLError
from rowcall.sql.awaiting import Await, clause, clause_start, hinted
from rowcall.sql.bind import Names, first_mention
from rowcall.sql.define import Definition, definition
from rowcall.sql.statements import Reader, Statement
from rowcall.sql.tokens import Token, closing, depth_zero

SHOW_FORM = (
    "SHOW PROVIDERS | SERVICES IN p | RESOURCES IN p.s | METHODS IN p.s.r [LIKE '…'] | INSERT INTO p.s.r | REPLACE INTO p.s.r | SETTINGS"
    " | JOURNAL ['write']"
)
PLAN_FORM = "PLAN INSERT … | REPLACE … | UPDATE … | DELETE … | EXEC … INTO 'file' [OVERWRITE]"
EXEC_FORM = "EXEC provider.service.resource.method [@name = value, … [, @@json = '{…}']] [FROM (query)] [RETURNING …]"


@dataclass(frozen=True, slots=True)
class Query:
    """A statement for DuckDB that may mention remote resources: SELECT, CTAS, COPY, INSERT INTO a local table and others."""

    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """The resource that a write names."""

    ref: ResourceRef
    span: Span
    alias: str
    """The name its columns go by in the statement."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One `SET path = expression`."""

    path: tuple[str, ...]
    path_span: Span
    value: Span


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT INTO a resource."""

    text: str
    target: Target
    columns: tuple[tuple[str, Span], ...]
    """As written, without `data__`; empty when none are listed."""
    source: Span | None
    """VALUES or a query; None for DEFAULT VALUES."""
    by_name: bool
    returning: Span | None
    awaits: Await | None = None


@dataclass(frozen=True, slots=True)
class Replace(Insert):
    """A REPLACE INTO a resource, which differs from an INSERT in what the API does with the row."""


@dataclass(frozen=True, slots=True)
class Update:
    """An UPDATE of a resource."""

    text: str
    target: Target
    assignments: tuple[Assignment, ...]
    where: Span | None
    returning: Span | None
    source: Span | None = None
    """What stands after FROM."""
    awaits: Await | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """A DELETE FROM a resource."""

    text: str
    target: Target
    where: Span | None
    returning: Span | None
    source: Span | None = None
    """What stands after USING."""
    awaits: Await | None = None


@dataclass(frozen=True, slots=True)
class Exec:
    """An EXEC of a resource's method."""

    text: str
    ref: ResourceRef
    method: str
    """As written."""
    method_span: Span
    arguments: tuple[tuple[str, Span, Span], ...]
    """Name, where the name stands, where its value stands."""
    body: Span | None
    """The value of `@@json`."""
    source: Span | None = None
    """A query in brackets, with its alias, whose rows are a call each; None for one call."""
    returning: Span | None = None
    awaits: Await | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """A RESUME of a write that the journal has."""

    text: str
    write_id: str
    """The whole id, or how it begins."""
    span: Span
    takes_over: bool
    """Whether a process of the number of the one that sent it may be alive."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A PLAN of a write: what it would send goes into a file."""

    text: str
    write: Insert | Update | Delete | Exec
    file: str
    span: Span
    """Where the file stands in the text."""
    overwrites: bool
    """Whether a file that is there is replaced."""


@dataclass(frozen=True, slots=True)
class Apply:
    """An APPLY of a file that PLAN wrote."""

    text: str
    file: str
    span: Span
    again: bool
    """Whether it may have been applied before."""


@dataclass(frozen=True, slots=True)
class Show:
    """A SHOW of ours: PROVIDERS, SERVICES, RESOURCES, METHODS, INSERT, REPLACE, SETTINGS or JOURNAL."""

    what: str
    names: tuple[str, ...]
    span: Span | None
    like: str | None


@dataclass(frozen=True, slots=True)
class Describe:
    """A DESCRIBE of a resource."""

    ref: ResourceRef
    extended: bool


@dataclass(frozen=True, slots=True)
class Explain:
    """EXPLAIN of any other statement."""

    inner: AnyStatement
    analyze: bool = False
    """Whether it is to be run, and measured."""


@dataclass(frozen=True, slots=True)
class Use:
    """USE provider[.service], or None to go back to no prefix and let DuckDB have the statement."""

    prefix: tuple[str, ...] | None
    text: str


@dataclass(frozen=True, slots=True)
class Set:
    """SET rowcall_… = value, or RESET rowcall_…."""

    name: str
    span: Span
    value: Span | None
    text: str


@dataclass(frozen=True, slots=True)
class Create:
    """A CREATE VIEW or CREATE MACRO; it may mention no resource at all."""

    definition: Definition


AnyStatement = Query | Insert | Update | Delete | Exec | Resume | Plan | Apply | Show | Describe | Explain | Use | Set | Create


def parse(statement: Statement, names: Names) -> AnyStatement:
    """What `statement` is. Raises ParseError, UnknownNameError or UnsupportedSQLError where it names a resource in a way that cannot be."""
    reader = Reader(statement.text, statement.tokens)
    recognise = _FIRST_WORDS.get(reader.word())
    start = clause_start(reader.tokens) if reader.word() in _WAITING else None
    if start is None or recognise is None:
        found = recognise(reader, names) if recognise else None
        return _awaiting(found, statement, None) or Query(statement.text)
    before = Reader(statement.text[: reader.tokens[start - 1].end], reader.tokens[:start])
    try:
        found = recognise(before, names)
    except SQLError as error:
        error.sql = statement.text  # of which only the clause was left out, at its end
        raise
    return _awaiting(found, statement, start) or Query(statement.text)


_WAITING = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE", "EXEC", "EXECUTE"})
"""The first words of statements that may wait for the end of what they begin."""


def _awaiting(found: AnyStatement | None, statement: Statement, start: int | None) -> AnyStatement | None:
    """A write with what it waits for, by the clause that begins with the token `start` or by a hint; anything else as it is."""
    if not isinstance(found, (Insert, Update, Delete, Exec)):
        return found
    _matched(statement)
    awaits = hinted(statement.text) if start is None else clause(statement.text, statement.tokens[start:])
    return replace(found, text=statement.text, awaits=awaits)


def _matched(statement: Statement) -> None:
    """Raises ParseError for a bracket without its other one: a stretch of the statement could reach out of the query it is put into."""
    opened: list[Token] = []
    for token in statement.tokens:
        if token.kind in _CLOSED_BY:
            opened.append(token)
        elif token.kind in _CLOSED_BY.values() and (not opened or _CLOSED_BY[opened.pop().kind] != token.kind):
            raise ParseError(f"{token.text} closes nothing here.", sql=statement.text, span=token.span)
    if opened:
        raise ParseError(f"{opened[-1].text} is not closed.", sql=statement.text, span=opened[-1].span)


_CLOSED_BY = {"L_PAREN": "R_PAREN", "L_BRACKET": "R_BRACKET", "L_BRACE": "R_BRACE"}


def _show(reader: Reader, names: Names) -> Show | Describe | None:
    reader.at += 1
    what = reader.word()
    if what not in _SHOWN and reader.token is not None and len(reader.tokens) > 1 and what not in _DUCKDB_SHOWN:
        reader.at -= 1
        described = _describe(reader, names)
        if described is not None:
            return described
        reader.at = 1
    if what not in _SHOWN:
        if reader.word(1) == "IN":  # no SHOW of DuckDB's has it
            raise UnknownNameError("SHOW", what, _SHOWN, sql=reader.text, span=reader.tokens[reader.at].span)
        return None
    reader.at += 1
    parts: tuple[str, ...] = ()
    span = None
    if what in {"INSERT", "REPLACE"}:
        if not reader.take("INTO"):
            raise reader.error("INTO is expected.", hint=f"The form is: {SHOW_FORM}")
        parts, span = reader.name("a resource")
    elif reader.take("IN") or reader.take("FROM"):
        parts, span = reader.name("a name")
    elif what == "JOURNAL" and reader.token is not None and reader.token.kind == "STRING":
        parts, span = (reader.token.text,), reader.token.span
        reader.at += 1
    like = _like(reader)
    reader.end(SHOW_FORM)
    if what == "METHODS" and span is None:
        raise reader.error("A resource is expected.", hint=f"The form is: {SHOW_FORM}")
    return Show(what, parts, span, like)


_DUCKDB_SHOWN = frozenset({"TABLES", "ALL", "DATABASES", "SCHEMAS", "COLUMNS", "VARIABLES", "FUNCTIONS"})
_SHOWN = frozenset({"PROVIDERS", "SERVICES", "RESOURCES", "METHODS", "INSERT", "REPLACE", "SETTINGS", "JOURNAL"})


def _like(reader: Reader) -> str | None:
    if not reader.take("LIKE"):
        return None
    token = reader.token
    if token is None or token.kind != "STRING":
        raise reader.error("A pattern in quotes is expected after LIKE.")
    reader.at += 1
    return token.text


def _describe(reader: Reader, names: Names) -> Describe | None:
    reader.at += 1
    extended = reader.take("EXTENDED")
    if reader.word() in {"SELECT", "FROM", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "TABLE"} or reader.kind() == "L_PAREN":
        return None
    parts, span = reader.name("a resource")
    ref = names.find(parts, sql=reader.text, span=span)
    if ref is None:
        if extended or names.claims(parts):
            names.resolve(parts, sql=reader.text, span=span)
        return None
    reader.end("DESCRIBE [EXTENDED] provider.service.resource")
    return Describe(ref, extended)


def _explain(reader: Reader, names: Names) -> Explain | None:
    reader.at += 1
    analyze = reader.take("ANALYZE")
    if reader.kind() == "L_PAREN" or reader.token is None:
        return None
    start = reader.token.start
    inner = parse(Statement(reader.text[start:], start), names)
    return Explain(inner, analyze)


def _use(reader: Reader, names: Names) -> Use | None:
    reader.at += 1
    parts, span = reader.name("a provider, a service of it, or a schema")
    reader.end("USE provider[.service]")
    prefix = names.catalog.valid_use(parts)
    if prefix is None and len(parts) == 2 and parts[0].casefold() in names.catalog.providers:
        names.catalog.service(*parts, span=span)
    return Use(prefix, reader.text)


def _set(reader: Reader, _: Names) -> Set | None:
    resets = reader.word() == "RESET"
    reader.at += 1
    for scope in ("SESSION", "LOCAL", "GLOBAL"):
        reader.take(scope)
    if not reader.word().startswith("ROWCALL_"):
        return None
    parts, span = reader.name("a setting")
    if resets:
        reader.end("RESET rowcall_name")
        return Set(parts[0].lower(), span, None, reader.text)
    if not (reader.take("TO") or reader.kind() == "EQ"):
        raise reader.error("= is expected.", hint="The form is: SET rowcall_name = value")
    reader.at += reader.kind() == "EQ"
    if reader.token is None:
        raise reader.error("A value is expected.")
    return Set(parts[0].lower(), span, reader.span_to_end(), reader.text)


def _exec(reader: Reader, names: Names) -> Exec:
    reader.at += 1
    parts, span = reader.name("provider.service.resource.method")
    if len(parts) < 2:
        raise ParseError("EXEC needs a resource and a method.", sql=reader.text, span=span, hint=f"The form is: {EXEC_FORM}")
    method_span = reader.tokens[reader.at - 1].span
    ref = names.resolve(parts[:-1], sql=reader.text, span=Span(span.start, method_span.start - 1))
    clauses = _clauses(reader, ("FROM", "RETURNING"))
    arguments, body = _arguments(_within(reader, clauses[""]))
    source = clauses.get("FROM")
    if source is not None:
        _bracketed(_within(reader, source))
    return Exec(reader.text, ref, parts[-1], method_span, arguments, body, source, clauses.get("RETURNING"))


def _within(reader: Reader, span: Span) -> Reader:
    """A reader of one stretch of the statement."""
    return Reader(reader.text, [token for token in reader.tokens if span.start <= token.start < span.end], ends=span.end)


def _bracketed(reader: Reader) -> None:
    """Raises ParseError unless this is one pair of brackets that holds a query, and perhaps an alias with names of its columns."""
    if reader.kind() != "L_PAREN":
        raise reader.error("A query in brackets is expected after FROM.", hint=f"The form is: {EXEC_FORM}")
    closed = closing(reader.tokens, 0)
    reader.at = len(reader.tokens) if closed is None else closed + 1
    reader.take("AS")
    if reader.token is not None:
        reader.name("an alias")
        _columns(reader)
    reader.end(EXEC_FORM)


def _resume(reader: Reader, _: Names) -> Resume | None:
    reader.at += 1
    token = reader.token
    if token is None or token.kind != "STRING":
        return None
    reader.at += 1
    takes_over = reader.take("TAKE", "OVER")
    reader.end("RESUME 'write' [TAKE OVER]")
    return Resume(reader.text, token.text, token.span, takes_over)


def _plan(reader: Reader, names: Names) -> Plan:
    tokens = list(reader.tokens)
    overwrites = tokens[-1].word == "OVERWRITE"
    if overwrites:
        tokens.pop()
    if len(tokens) < 4 or tokens[-1].kind != "STRING" or tokens[-2].word != "INTO":
        reader.at = len(reader.tokens)
        raise reader.error("INTO and a file in quotes are expected at the end.", hint=f"The form is: {PLAN_FORM}")
    start, file = tokens[1].start, tokens[-1]
    write = parse(Statement(reader.text[start : tokens[-2].start].rstrip(), start), names)
    if not isinstance(write, (Insert, Update, Delete, Exec)):
        hint = f"The form is: {PLAN_FORM}. EXPLAIN shows what any statement would do."
        raise UnsupportedSQLError("PLAN is for what changes something at an API.", sql=reader.text, span=tokens[1].span, hint=hint)
    for word, span in (("RETURNING", write.returning), ("AWAIT", write.awaits.span if write.awaits is not None else None)):
        if span is not None:
            hint = "APPLY gives a row for each request, with what the API answered."
            raise UnsupportedSQLError(f"{word} cannot stand in a plan.", sql=write.text, span=span, hint=hint)
    return Plan(reader.text, write, file.text, file.span, overwrites)


def _apply(reader: Reader, _: Names) -> Apply | None:
    reader.at += 1
    token = reader.token
    if token is None or token.kind != "STRING":
        return None
    reader.at += 1
    again = reader.take("AGAIN")
    reader.end("APPLY 'file' [AGAIN]")
    return Apply(reader.text, token.text, token.span, again)


def _execute(reader: Reader, names: Names) -> Exec | None:
    """EXEC in full; a name without dots is a prepared statement of DuckDB's."""
    return _exec(reader, names) if reader.kind(2) == "DOT" else None


def _arguments(reader: Reader) -> tuple[tuple[tuple[str, Span, Span], ...], Span | None]:
    arguments: list[tuple[str, Span, Span]] = []
    body = None
    while reader.token is not None:
        if arguments or body:
            if reader.kind() != "COMMA":
                raise reader.error("A comma is expected between parameters.", hint=f"The form is: {EXEC_FORM}")
            reader.at += 1
        doubled = reader.kind() == "PARAMETER" and reader.kind(1) == "PARAMETER"
        if reader.kind() != "PARAMETER" or reader.tokens[reader.at].text != "@":
            raise reader.error("@name is expected.", hint=f"The form is: {EXEC_FORM}")
        reader.at += 1 + doubled
        parts, span = reader.name("a parameter's name")
        if reader.kind() != "EQ":
            raise reader.error("= is expected.", hint=f"The form is: {EXEC_FORM}")
        reader.at += 1
        value = _value(reader)
        if doubled:
            if parts[0].casefold() != "json" or body:
                raise ParseError("Only one @@json can stand here.", sql=reader.text, span=span)
            body = value
        else:
            _once(".".join(parts), [name for name, _, _ in arguments], reader.text, span)
            arguments.append((".".join(parts), span, value))
    return tuple(arguments), body


def _once(name: str, before: Iterable[str], text: str, span: Span) -> None:
    """Raises ParseError for a name that was given before: one of its two values would be lost."""
    if name.casefold() in {known.casefold() for known in before}:
        raise ParseError(f"{name} is given twice.", sql=text, span=span)


def _value(reader: Reader) -> Span:
    """The span of an expression: up to the next comma outside brackets, or the end."""
    if reader.token is None or reader.kind() == "COMMA":
        raise reader.error("A value is expected.")
    start = reader.token.start
    rest = reader.tokens[reader.at :]
    for index, token in depth_zero(rest):
        if index and token.kind == "PARAMETER" and token.text == "@" and [t.kind for t in rest[index + 2 : index + 3]] == ["EQ"]:
            reader.at += index
            raise reader.error("A comma is expected before the next parameter.")
        if token.kind == "COMMA":
            reader.at += index
            return Span(start, rest[index - 1].end)
    reader.at = len(reader.tokens)
    return Span(start, rest[-1].end)


def _insert(reader: Reader, names: Names) -> Insert | None:
    replaces = reader.word() == "REPLACE"
    reader.at += 1
    conflict = not replaces and reader.word() == "OR" and reader.word(1) in {"REPLACE", "IGNORE"}
    reader.at += 2 if conflict else 0
    if not reader.take("INTO"):
        return None
    target = _target(reader, names)
    if target is None:
        return None
    if conflict:
        hint = "Write INSERT INTO …, or UPDATE … SET … WHERE …, or REPLACE INTO … where the API puts whole rows."
        raise UnsupportedSQLError("An API has no conflicts that could be told.", sql=reader.text, span=target.span, hint=hint)
    by_name = reader.take("BY", "NAME")
    by_name = by_name or (reader.take("BY", "POSITION") and False)
    columns = _columns(reader)
    if by_name and columns:
        hint = "The names of the query's columns say what they are: leave the list out, or BY NAME."
        raise ParseError("BY NAME has no list of columns.", sql=reader.text, span=columns[0][1], hint=hint)
    clauses = _clauses(reader, ("RETURNING",), also=("ON", "CONFLICT"))
    source = None if reader.take("DEFAULT", "VALUES") else clauses[""]
    if source is None and reader.token is not None and reader.word() != "RETURNING":
        raise reader.error("RETURNING, or the end, is expected.")
    if source is not None and source.start >= source.end:
        raise reader.error("VALUES or a query is expected.", hint=f"See SHOW {'REPLACE' if replaces else 'INSERT'} INTO for a template.")
    kind = Replace if replaces else Insert
    return kind(reader.text, target, columns, source, by_name, clauses.get("RETURNING"))


def _columns(reader: Reader) -> tuple[tuple[str, Span], ...]:
    if reader.kind() != "L_PAREN" or reader.word(1) in {"SELECT", "FROM", "WITH", "VALUES"}:
        return ()
    reader.at += 1
    columns: list[tuple[str, Span]] = []
    while True:
        parts, span = reader.name("a column")
        _once(".".join(parts), [name for name, _ in columns], reader.text, span)
        columns.append((".".join(parts), span))
        if reader.kind() == "R_PAREN":
            reader.at += 1
            return tuple(columns)
        if reader.kind() != "COMMA":
            raise reader.error("A comma or ) is expected.")
        reader.at += 1


def _update(reader: Reader, names: Names) -> Update | None:
    reader.at += 1
    target = _target(reader, names)
    if target is None:
        return None
    if not reader.take("SET"):
        raise reader.error("SET is expected.", hint="The form is: UPDATE p.s.r SET name = value, … [FROM …] WHERE …")
    clauses = _clauses(reader, ("FROM", "WHERE", "RETURNING"))
    source = clauses.get("FROM")
    if source is not None:
        _only_tables(_within(reader, source))
    return Update(reader.text, target, _assignments(reader, clauses[""]), clauses.get("WHERE"), clauses.get("RETURNING"), source)


def _only_tables(reader: Reader) -> None:
    """Raises ParseError where more than tables and joins stands after FROM or USING: it would be lost, or choose other rows."""
    for index, token in depth_zero(reader.tokens):
        reader.at = index
        is_name = index > 0 and reader.tokens[index - 1].kind == "DOT"
        if not is_name and (token.word in _AFTER_TABLES or (token.word == "USING" and reader.word(1) == "SAMPLE")):
            raise reader.error(f"{token.word} cannot stand here.", hint="Put it into a query in brackets: (SELECT …) AS name")


_AFTER_TABLES = frozenset("GROUP BY;HAVING;QUALIFY;WINDOW;ORDER BY;LIMIT;OFFSET;UNION;EXCEPT;INTERSECT;SELECT".split(";"))


def _assignments(reader: Reader, span: Span) -> tuple[Assignment, ...]:
    inner = _within(reader, span)
    assignments: list[Assignment] = []
    while inner.token is not None or not assignments:
        if assignments:
            inner.at += 1
        path, path_span = inner.name("an attribute")
        _once(".".join(path), [".".join(known.path) for known in assignments], inner.text, path_span)
        if inner.kind() != "EQ":
            raise inner.error("= is expected.")
        inner.at += 1
        assignments.append(Assignment(path, path_span, _value(inner)))
        _refuse_several(_within(reader, assignments[-1].value))
    return tuple(assignments)


def _refuse_several(reader: Reader) -> None:
    """Raises ParseError for a function that gives several rows, outside sub-queries: a row for which it gives none would not be changed."""
    queries: list[bool] = []
    for index, token in enumerate(reader.tokens):
        reader.at = index
        if token.kind in _CLOSED_BY:
            queries.append(reader.word(1) in {"SELECT", "FROM", "WITH", "VALUES"})
        elif token.kind in _CLOSED_BY.values():
            del queries[-1:]
        elif token.word in _SEVERAL and reader.kind(1) == "L_PAREN" and not any(queries):
            hint = "A sub-query gives one of them: (SELECT min(x) FROM unnest(…) AS t(x))"
            raise reader.error(f"{token.text} gives several values, and SET takes one.", hint=hint)


_SEVERAL = frozenset({"UNNEST", "UNLIST", "GENERATE_SUBSCRIPTS"})


def _delete(reader: Reader, names: Names) -> Delete | None:
    reader.at += 1
    if not reader.take("FROM"):
        return None
    target = _target(reader, names)
    if target is None:
        return None
    clauses = _clauses(reader, ("USING", "WHERE", "RETURNING"))
    if clauses[""].start < clauses[""].end:
        raise reader.error("WHERE is expected.", hint="The form is: DELETE FROM p.s.r [USING …] WHERE …")
    source = clauses.get("USING")
    if source is not None:
        _only_tables(_within(reader, source))
    return Delete(reader.text, target, clauses.get("WHERE"), clauses.get("RETURNING"), source)


def _refuse(what: str, instead: str, *, may_be_bare: bool = False) -> Callable[[Reader, Names], None]:
    """A recogniser that raises when the statement's target is a resource, and lets DuckDB have it otherwise."""

    def recognise(reader: Reader, names: Names) -> None:
        if not any(reader.take(*words) for words in _BEFORE_TARGET):
            return
        reader.take("IF", "EXISTS")
        if may_be_bare and reader.at == len(reader.tokens):
            return
        parts, span = reader.name("a table")
        if names.find(parts, sql=reader.text, span=span):
            raise UnsupportedSQLError(f"{what} cannot mean an API call.", sql=reader.text, span=span, hint=instead)

    return recognise


_BEFORE_TARGET = (
    ("MERGE", "INTO"),
    ("TRUNCATE", "TABLE"),
    ("TRUNCATE",),
    ("ALTER", "TABLE"),
    ("DROP", "TABLE"),
    ("COMMENT", "ON", "TABLE"),
    ("VACUUM", "ANALYZE"),
    ("VACUUM",),
    ("ANALYZE",),
)


def _with(reader: Reader, names: Names) -> None:
    """Refuses WITH before a write, which DuckDB would look for a table for."""
    for index, token in depth_zero(reader.tokens):
        if token.word not in _INSTEAD_OF_WITH or reader.tokens[index - 1].kind != "R_PAREN":
            continue
        reader.at = index + 1
        if reader.word() in {"INTO", "FROM"}:
            reader.at += 1
        if reader.kind() != "IDENTIFIER" and not reader.word()[:1].isalpha():
            return
        parts, span = reader.name("a table")
        if names.find(parts, sql=reader.text, span=span):
            hint = f"Put it where the rows are: {_INSTEAD_OF_WITH[token.word]}"
            message = f"WITH cannot stand before {token.word} at an API."
            raise UnsupportedSQLError(message, sql=reader.text, span=reader.tokens[0].span, hint=hint)
        return


_INSTEAD_OF_WITH = {
    "INSERT": "INSERT INTO … WITH x AS (…) SELECT …",
    "UPDATE": "UPDATE … SET … FROM (WITH x AS (…) SELECT …) AS name WHERE …",
    "DELETE": "DELETE FROM … USING (WITH x AS (…) SELECT …) AS name WHERE …",
}


def _copy(reader: Reader, names: Names) -> None:
    """Refuses to fill a resource from a file by COPY; a resource that is copied to one is a query's, which says what it lacks."""
    reader.at += 1
    if reader.kind() != "IDENTIFIER" and not reader.word()[:1].isalpha():
        return
    parts, span = reader.name("a table")
    if names.find(parts, sql=reader.text, span=span) and any(token.word == "FROM" for _, token in depth_zero(reader.tokens[reader.at :])):
        hint = "Write INSERT INTO … BY NAME SELECT * FROM 'file'."
        raise UnsupportedSQLError("COPY … FROM cannot mean an API call.", sql=reader.text, span=span, hint=hint)


def _target(reader: Reader, names: Names) -> Target | None:
    parts, span = reader.name("a table")
    ref = names.find(parts, sql=reader.text, span=span)
    if ref is None:
        if names.claims(parts):
            names.resolve(parts, sql=reader.text, span=span)
        return None
    alias = parts[-1]
    if reader.take("AS") or (reader.kind() in {"VAR", "IDENTIFIER"} and reader.word() not in _AFTER_TARGET):
        (alias, *_), _span = reader.name("an alias")
    return Target(ref, span, alias)


_AFTER_TARGET = frozenset({"SET", "BY", "VALUES", "SELECT", "FROM", "WITH", "DEFAULT", "WHERE", "USING", "RETURNING", "TABLE"})


def _clauses(reader: Reader, words: tuple[str, ...], also: tuple[str, ...] = ()) -> dict[str, Span]:
    """The spans of the clauses that start with `words`, outside brackets; "" is what stands before the first.

    Raises ParseError where they are not in that order, come twice, or hold nothing: a condition must never be lost.
    """
    rest = reader.tokens[reader.at :]
    marks = list(_marks(reader, rest, words, also))
    start = rest[0].start if rest else len(reader.text)
    spans = {"": _trimmed(reader.text, start, marks[0].start if marks else len(reader.text))}
    for number, mark in enumerate(marks):
        if mark.word in spans or any(words.index(mark.word) < words.index(known) for known in spans if known):
            raise ParseError(f"{mark.word} cannot stand here.", sql=reader.text, span=mark.span, hint=f"The order is: {' … '.join(words)}.")
        end = marks[number + 1].start if number + 1 < len(marks) else len(reader.text)
        spans[mark.word] = _trimmed(reader.text, mark.end, end)
        if spans[mark.word].start >= spans[mark.word].end:
            raise ParseError(f"Something is expected after {mark.word}.", sql=reader.text, span=mark.span)
    return spans


def _marks(reader: Reader, rest: Sequence[Token], words: tuple[str, ...], also: tuple[str, ...]) -> Iterator[Token]:
    """The tokens that start a clause. Raises UnsupportedSQLError at the two words `also`."""
    joins = False
    for index, token in depth_zero(rest):
        if also and tuple(follower.word for follower in rest[index : index + 2]) == also:
            raise UnsupportedSQLError(f"{' '.join(also)} cannot mean an API call.", sql=reader.text, span=token.span)
        before = rest[index - 1] if index else None
        compares = token.word == "FROM" and before is not None and before.word == "DISTINCT"  # IS DISTINCT FROM
        joined = joins and token.word == "USING" and [after.kind for after in rest[index + 1 : index + 2]] == ["L_PAREN"]
        if token.word in words and not (compares or joined) and (before is None or before.kind not in {"DOT", "PARAMETER"}):
            joins = token.word == "USING"  # what stands after it may be joined by another
            yield token


def _trimmed(text: str, start: int, end: int) -> Span:
    inner = text[start:end]
    return Span(start + len(inner) - len(inner.lstrip()), end - (len(inner) - len(inner.rstrip())))


def _create(reader: Reader, names: Names) -> Create | None:
    """A view or macro; its name must not be one of the API's."""
    found = definition(reader.text, reader.tokens)
    if found is None:
        _create_index(reader, names)
        return None
    if len(found.name) == 3 and found.name[0].casefold() in names.catalog.providers and not names.is_local(found.name):
        message = f"{'.'.join(found.name)} is a name of the API's, and cannot be made here."
        raise UnsupportedSQLError(message, sql=reader.text, span=found.name_span, hint=f"Choose a name of your own for the {found.kind}.")
    return Create(found)


def _create_index(reader: Reader, names: Names) -> None:
    """Refuses an index on a resource."""
    words = [token.word for token in reader.tokens]
    if "INDEX" not in words[1:3] or "ON" not in words:
        return
    reader.at = words.index("ON") + 1
    parts, span = reader.name("a table")
    if names.find(parts, sql=reader.text, span=span):
        hint = "Keep its rows in a table of your own, and index that: CREATE TABLE … AS SELECT …"
        raise UnsupportedSQLError("CREATE INDEX cannot mean an API call.", sql=reader.text, span=span, hint=hint)


PREPARED = (
    "A prepared statement over an API cannot be kept in the database.",
    "Give the statement parameters, or keep it as a macro: CREATE MACRO m(a) AS TABLE SELECT …",
)
"""Why it is refused, and what to do instead."""


def _prepare(reader: Reader, names: Names) -> None:
    """Refuses a prepared statement over a resource: DuckDB would bind it when it is prepared, and no rows are there then."""
    found = first_mention(reader.text, reader.tokens, names)
    if found is not None:
        raise UnsupportedSQLError(PREPARED[0], sql=reader.text, span=found[1], hint=PREPARED[1])


_FIRST_WORDS: dict[str, Callable[[Reader, Names], AnyStatement | None]] = {
    "SHOW": _show,
    "DESCRIBE": _describe,
    "DESC": _describe,
    "EXPLAIN": _explain,
    "USE": _use,
    "SET": _set,
    "RESET": _set,
    "EXEC": _exec,
    "EXECUTE": _execute,
    "RESUME": _resume,
    "PLAN": _plan,
    "APPLY": _apply,
    "INSERT": _insert,
    "REPLACE": _insert,
    "UPDATE": _update,
    "DELETE": _delete,
    "CREATE": _create,
    "PREPARE": _prepare,
    "MERGE": _refuse("MERGE", "Write INSERT INTO … for what is new and UPDATE … SET … WHERE … for what is there."),
    "TRUNCATE": _refuse("TRUNCATE", "Write DELETE FROM … WHERE …"),
    "ALTER": _refuse("ALTER TABLE", "The columns of a resource are the API's."),
    "COPY": _copy,
    "WITH": _with,
    "COMMENT": _refuse("COMMENT ON", "What is said of a resource stands in its manifest."),
    "VACUUM": _refuse("VACUUM", "An API keeps its own rows.", may_be_bare=True),
    "ANALYZE": _refuse("ANALYZE", "An API keeps its own rows.", may_be_bare=True),
    "DROP": _refuse("DROP TABLE", "Write DELETE FROM … WHERE … to delete rows."),
}
