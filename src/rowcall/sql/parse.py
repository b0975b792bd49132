"""Statements that name a remote resource, as records (`nodes.py`); everything else is left to DuckDB as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rowcall.errors import ParseError, SQLError, UnknownNameError, UnsupportedSQLError
from rowcall.sql.awaiting import clause, clause_start, hinted
from rowcall.sql.bind import Names, first_mention
from rowcall.sql.define import definition
from rowcall.sql.grammar import form
from rowcall.sql.nodes import (
    AnyStatement,
    Apply,
    Create,
    Delete,
    Describe,
    Exec,
    Explain,
    Insert,
    Plan,
    Query,
    Resume,
    Set,
    Show,
    Update,
    Use,
)
from rowcall.sql.refused import copy, create_index, prepare, refuse, with_before
from rowcall.sql.statements import Reader, Statement
from rowcall.sql.tokens import CLOSED_BY, Token
from rowcall.sql.writes import clauses_of, delete, exec_method, execute, insert, update, value


def parse(statement: Statement, names: Names) -> AnyStatement:
    """What `statement` is. Raises ParseError, UnknownNameError or UnsupportedSQLError where it names a resource in a way that cannot be."""
    reader = Reader(statement.text, statement.tokens)
    recognise = FIRST_WORDS.get(reader.word())
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


_WAITING = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE", "EXEC", "EXECUTE", "APPLY"})
"""The first words of statements that may wait for the end of what they begin."""


def _awaiting(found: AnyStatement | None, statement: Statement, start: int | None) -> AnyStatement | None:
    """A write with what it waits for, by the clause that begins with the token `start` or by a hint; anything else as it is."""
    if not isinstance(found, (Insert, Update, Delete, Exec, Apply, Set)):
        return found
    _matched(statement)
    if isinstance(found, Set):
        return found
    awaits = hinted(statement.text) if start is None else clause(statement.text, statement.tokens[start:])
    return replace(found, text=statement.text, awaits=awaits)


def _matched(statement: Statement) -> None:
    """Raises ParseError for a bracket without its other one: a stretch of the statement could reach out of the query it is put into."""
    opened: list[Token] = []
    for token in statement.tokens:
        if token.kind in CLOSED_BY:
            opened.append(token)
        elif token.kind in CLOSED_BY.values() and (not opened or CLOSED_BY[opened.pop().kind] != token.kind):
            raise ParseError(f"{token.text} closes nothing here.", sql=statement.text, span=token.span)
    if opened:
        raise ParseError(f"{opened[-1].text} is not closed.", sql=statement.text, span=opened[-1].span)


def _show(reader: Reader, names: Names) -> Show | Describe | None:
    reader.at += 1
    if reader.word() == "EXTENDED" and reader.word(1) == "METHODS":  # as StackQL has it
        reader.at += 1
        return _shown(reader, "METHODS", extended=True)
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
    return _shown(reader, what)


def _shown(reader: Reader, what: str, *, extended: bool = False) -> Show:
    reader.at += 1
    extended = (what == "METHODS" and reader.take("EXTENDED")) or extended
    parts: tuple[str, ...] = ()
    span = like = None
    own = form("show", what)
    if what in {"INSERT", "REPLACE"}:
        if not reader.take("INTO"):
            raise reader.error("INTO is expected.", hint=f"The form is: {own}")
        parts, span = reader.name("a resource")
    elif what == "JOURNAL" and reader.token is not None and reader.token.kind == "STRING":
        parts, span = (reader.token.text,), reader.token.span
        reader.at += 1
    elif what in _SHOWN_WITHIN and (reader.take("IN") or reader.take("FROM")):
        parts, span = reader.name("a name")
    elif what == "METHODS":
        raise reader.error("A resource is expected.", hint=f"The form is: {own}")
    if what == "PROVIDERS" or what in _SHOWN_WITHIN:
        like = _like(reader)
    reader.end(own)
    return Show(what, parts, span, like, extended)


_DUCKDB_SHOWN = frozenset({"TABLES", "ALL", "DATABASES", "SCHEMAS", "COLUMNS", "VARIABLES", "FUNCTIONS"})
_SHOWN_WITHIN = frozenset({"SERVICES", "RESOURCES", "METHODS"})
_SHOWN = _SHOWN_WITHIN | {"PROVIDERS", "INSERT", "REPLACE", "SETTINGS", "JOURNAL"}


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
    reader.end(form("describe"))
    if ref.resource.views and not extended:
        return None  # DuckDB tells the columns of a query
    return Describe(ref, extended)


def _explain(reader: Reader, names: Names) -> Explain | None:
    reader.at += 1
    analyze = reader.take("ANALYZE")
    if reader.token is None:
        return None
    within = next((token.word for token in reader.tokens[reader.at :] if token.kind != "L_PAREN"), "")
    if reader.kind() == "L_PAREN" and within not in _QUERIES:
        return _explain_with(reader, names)
    start = reader.token.start
    inner = parse(Statement(reader.text[start:], start), names)
    return Explain(inner, analyze)


_QUERIES = frozenset({"SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "UNPIVOT", "DESCRIBE", "SUMMARIZE", "SHOW"})
"""The words that a query in brackets begins with."""


def _explain_with(reader: Reader, names: Names) -> Explain | None:
    """EXPLAIN with options in brackets, which are DuckDB's, except ANALYZE, where something remote is explained."""
    opening, start = reader.tokens[reader.at], reader.at
    while reader.token is not None and reader.kind() != "R_PAREN":
        reader.at += 1
    options = [token.word for token in reader.tokens[start + 1 : reader.at] if token.kind != "COMMA"]
    reader.at += 1
    if reader.token is None or first_mention(reader.text, reader.tokens, names) is None:
        return None
    if options not in (["ANALYZE"], ["ANALYZE", "TRUE"]):
        hint = f"The form is: {form('explain')}. As JSON it is what rowcall query -o json and db.explain(…).document() give."
        raise UnsupportedSQLError("This EXPLAIN has no such options.", sql=reader.text, span=opening.span, hint=hint)
    inner = reader.token.start
    return Explain(parse(Statement(reader.text[inner:], inner), names), analyze=True)


def _use(reader: Reader, names: Names) -> Use | None:
    reader.at += 1
    parts, span = reader.name("a provider, a service of it, or a schema")
    reader.end(form("use"))
    prefix = names.catalog.valid_use(parts)
    if prefix is None and len(parts) == 2 and parts[0].casefold() in names.catalog.providers:
        names.catalog.service(*parts, span=span)
    return Use(prefix, reader.text)


def _set(reader: Reader, _: Names) -> Set | None:
    resets = reader.word() == "RESET"
    reader.at += 1
    if reader.word() in {"SESSION", "LOCAL", "GLOBAL"}:
        reader.at += 1
    if reader.token is None or not reader.word().startswith("ROWCALL_"):
        return None
    span = reader.token.span
    name = reader.part("a setting").lower()
    if resets:
        reader.end(form("reset"))
        return Set(name, span, None, reader.text)
    if not reader.take("TO"):
        if reader.kind() != "EQ":
            raise reader.error("= is expected.", hint=f"The form is: {form('set')}")
        reader.at += 1
    given = value(reader)
    reader.end(form("set"))
    return Set(name, span, given, reader.text)


def _resume(reader: Reader, _: Names) -> Resume | None:
    reader.at += 1
    token = reader.token
    if token is None or token.kind != "STRING":
        return None
    reader.at += 1
    takes_over = reader.take("TAKE", "OVER")
    reader.end(form("resume"))
    return Resume(reader.text, token.text, token.span, takes_over)


def _plan(reader: Reader, names: Names) -> Plan:
    tokens = list(reader.tokens)
    overwrites = tokens[-1].word == "OVERWRITE"
    if overwrites:
        tokens.pop()
    if len(tokens) < 4 or tokens[-1].kind != "STRING" or tokens[-2].word != "INTO":
        reader.at = len(reader.tokens)
        raise reader.error("INTO and a file in quotes are expected at the end.", hint=f"The form is: {form('plan')}")
    start, file = tokens[1].start, tokens[-1]
    write = parse(Statement(reader.text[start : tokens[-2].start].rstrip(), start), names)
    if not isinstance(write, (Insert, Update, Delete, Exec)):
        hint = f"The form is: {form('plan')}. EXPLAIN shows what any statement would do."
        raise UnsupportedSQLError("PLAN is for what changes something at an API.", sql=reader.text, span=tokens[1].span, hint=hint)
    for word, span in (("RETURNING", write.returning), ("AWAIT", write.awaits.span if write.awaits is not None else None)):
        if span is not None:
            hint = f"It stands behind what sends the plan: APPLY 'file' {word}{' …' if word == 'RETURNING' else ''}"
            raise UnsupportedSQLError(f"{word} cannot stand in a plan.", sql=write.text, span=span, hint=hint)
    return Plan(reader.text, write, file.text, file.span, overwrites)


def _apply(reader: Reader, _: Names) -> Apply | None:
    reader.at += 1
    token = reader.token
    if token is None or token.kind != "STRING":
        return None
    reader.at += 1
    again = reader.take("AGAIN")
    alias = reader.part("an alias") if reader.take("AS") else None
    if reader.word() != "RETURNING":
        reader.end(form("apply"))
    return Apply(reader.text, token.text, token.span, again, alias, clauses_of(reader, ("RETURNING",)).get("RETURNING"))


def _create(reader: Reader, names: Names) -> Create | None:
    """A view or macro; its name must not be one of the API's."""
    found = definition(reader.text, reader.tokens)
    if found is None:
        create_index(reader, names)
        return None
    if len(found.name) == 3 and found.name[0].casefold() in names.catalog.providers and not names.is_local(found.name):
        message = f"{'.'.join(found.name)} is a name of the API's, and cannot be made here."
        raise UnsupportedSQLError(message, sql=reader.text, span=found.name_span, hint=f"Choose a name of your own for the {found.kind}.")
    return Create(found)


FIRST_WORDS: dict[str, Callable[[Reader, Names], AnyStatement | None]] = {
    "SHOW": _show,
    "DESCRIBE": _describe,
    "DESC": _describe,
    "EXPLAIN": _explain,
    "USE": _use,
    "SET": _set,
    "RESET": _set,
    "EXEC": exec_method,
    "EXECUTE": execute,
    "RESUME": _resume,
    "PLAN": _plan,
    "APPLY": _apply,
    "INSERT": insert,
    "REPLACE": insert,
    "UPDATE": update,
    "DELETE": delete,
    "CREATE": _create,
    "PREPARE": prepare,
    "MERGE": refuse("MERGE", "Write INSERT INTO … for what is new and UPDATE … SET … WHERE … for what is there."),
    "TRUNCATE": refuse("TRUNCATE", "Write DELETE FROM … WHERE …"),
    "ALTER": refuse("ALTER TABLE", "The columns of a resource are the API's."),
    "COPY": copy,
    "WITH": with_before,
    "COMMENT": refuse("COMMENT ON", "What is said of a resource stands in its manifest."),
    "VACUUM": refuse("VACUUM", "An API keeps its own rows.", may_be_bare=True),
    "ANALYZE": refuse("ANALYZE", "An API keeps its own rows.", may_be_bare=True),
    "DROP": refuse("DROP TABLE", "Write DELETE FROM … WHERE … to delete rows."),
}
