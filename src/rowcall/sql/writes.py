"""INSERT, REPLACE, UPDATE, DELETE and EXEC, read clause by clause: no part of a write is ever lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rowcall.catalog.catalog import Catalog
from rowcall.errors import ParseError, Span, UnsupportedSQLError
from rowcall.manifest.types import quoted
from rowcall.sql.bind import Names
from rowcall.sql.grammar import form
from rowcall.sql.nodes import AnyStatement, Assignment, Delete, Exec, Insert, Replace, Target, Update, row_name
from rowcall.sql.statements import Reader
from rowcall.sql.tokens import Token, closing, depth_zero


def changes(statement: AnyStatement, catalog: Catalog) -> bool:
    """Whether it is a write that changes something, which an EXEC need not do. Raises UnknownNameError for a method that there is not."""
    if isinstance(statement, Exec):
        return not catalog.method(statement.ref, statement.method, span=statement.method_span)[1].is_read
    return isinstance(statement, (Insert, Update, Delete))


def in_two(write: Insert | Update | Delete | Exec, tokens: Sequence[Token]) -> tuple[str, str, int]:
    """What PLAN takes of a write, what APPLY takes behind its file, and where the latter begins in the write, behind its `AS alias`.

    The latter is "" where the write does not say what is to be shown of the answers and waits for nothing. A hint stays where it is.
    """
    starts = [token.start for token in tokens if write.returning and token.word == "RETURNING" and token.end <= write.returning.start]
    if not starts and write.awaits is not None and not write.awaits.is_hint:
        starts = [write.awaits.span.start]
    if not starts:
        return write.text, "", len(write.text)
    rest = write.text[starts[-1] :]
    alias = row_name(write, write.ref if isinstance(write, Exec) else write.target.ref)
    return write.text[: starts[-1]].rstrip(), f"AS {quoted(alias)} {rest}", starts[-1]


def exec_method(reader: Reader, names: Names) -> Exec:
    reader.at += 1
    parts, span = reader.name("provider.service.resource.method")
    if len(parts) < 2:
        raise ParseError("EXEC needs a resource and a method.", sql=reader.text, span=span, hint=f"The form is: {form('exec')}")
    method_span = reader.tokens[reader.at - 1].span
    ref = names.resolve(parts[:-1], sql=reader.text, span=Span(span.start, method_span.start - 1))
    clauses = clauses_of(reader, ("FROM", "RETURNING"))
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
        raise reader.error("A query in brackets is expected after FROM.", hint=f"The form is: {form('exec')}")
    closed = closing(reader.tokens, 0)
    reader.at = len(reader.tokens) if closed is None else closed + 1
    if reader.take("AS") or reader.token is not None:
        reader.part("an alias")
        _columns(reader)
    reader.end(form("exec"))


def execute(reader: Reader, names: Names) -> Exec | None:
    """EXEC in full; a name without dots is a prepared statement of DuckDB's."""
    return exec_method(reader, names) if reader.kind(2) == "DOT" else None


def _arguments(reader: Reader) -> tuple[tuple[tuple[str, Span, Span], ...], Span | None]:
    arguments: list[tuple[str, Span, Span]] = []
    body = None
    while reader.token is not None:
        if arguments or body:
            if reader.kind() != "COMMA":
                raise reader.error("A comma is expected between parameters.", hint=f"The form is: {form('exec')}")
            reader.at += 1
        doubled = reader.kind() == "PARAMETER" and reader.kind(1) == "PARAMETER"
        if reader.kind() != "PARAMETER" or reader.tokens[reader.at].text != "@":
            raise reader.error("@name is expected.", hint=f"The form is: {form('exec')}")
        reader.at += 1 + doubled
        parts, span = reader.name("a parameter's name")
        if reader.kind() != "EQ":
            raise reader.error("= is expected.", hint=f"The form is: {form('exec')}")
        reader.at += 1
        given = value(reader)
        if doubled:
            if parts[0].casefold() != "json" or body:
                raise ParseError("Only one @@json can stand here.", sql=reader.text, span=span)
            body = given
        else:
            _once(".".join(parts), [name for name, _, _ in arguments], reader.text, span)
            arguments.append((".".join(parts), span, given))
    return tuple(arguments), body


def _once(name: str, before: Iterable[str], text: str, span: Span) -> None:
    """Raises ParseError for a name that was given before: one of its two values would be lost."""
    if name.casefold() in {known.casefold() for known in before}:
        raise ParseError(f"{name} is given twice.", sql=text, span=span)


def value(reader: Reader) -> Span:
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


def insert(reader: Reader, names: Names) -> Insert | None:
    replaces = reader.word() == "REPLACE"
    reader.at += 1
    conflict = not replaces and reader.word() == "OR" and reader.word(1) in {"REPLACE", "IGNORE"}
    reader.at += 2 if conflict else 0
    if not reader.take("INTO"):
        return None
    name = reader.token.span if reader.token is not None else None
    target = _target(reader, names)
    if target is None and replaces:
        hint = "For a table of yours write INSERT OR REPLACE INTO …"
        raise UnsupportedSQLError("REPLACE INTO is for the resources of an API.", sql=reader.text, span=name, hint=hint)
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
    clauses = clauses_of(reader, ("RETURNING",), also=("ON", "CONFLICT"))
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


def update(reader: Reader, names: Names) -> Update | None:
    reader.at += 1
    target = _target(reader, names)
    if target is None:
        return None
    if not reader.take("SET"):
        raise reader.error("SET is expected.", hint=f"The form is: {form('update')}")
    clauses = clauses_of(reader, ("FROM", "WHERE", "RETURNING"))
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
        assignments.append(Assignment(path, path_span, value(inner)))
    return tuple(assignments)


def delete(reader: Reader, names: Names) -> Delete | None:
    reader.at += 1
    if not reader.take("FROM"):
        return None
    target = _target(reader, names)
    if target is None:
        return None
    clauses = clauses_of(reader, ("USING", "WHERE", "RETURNING"))
    if clauses[""].start < clauses[""].end:
        raise reader.error("WHERE is expected.", hint=f"The form is: {form('delete')}")
    source = clauses.get("USING")
    if source is not None:
        _only_tables(_within(reader, source))
    return Delete(reader.text, target, clauses.get("WHERE"), clauses.get("RETURNING"), source)


def _target(reader: Reader, names: Names) -> Target | None:
    parts, span = reader.name("a table")
    ref = names.find(parts, sql=reader.text, span=span)
    if ref is None:
        if names.claims(parts):
            names.resolve(parts, sql=reader.text, span=span)
        return None
    alias = parts[-1]
    if reader.take("AS") or (reader.kind() in {"VAR", "IDENTIFIER"} and reader.word() not in _AFTER_TARGET):
        alias = reader.part("an alias")
    return Target(ref, span, alias)


_AFTER_TARGET = frozenset({"SET", "BY", "VALUES", "SELECT", "FROM", "WITH", "DEFAULT", "WHERE", "USING", "RETURNING", "TABLE"})


def clauses_of(reader: Reader, words: tuple[str, ...], also: tuple[str, ...] = ()) -> dict[str, Span]:
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
