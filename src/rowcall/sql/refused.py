"""Statements of DuckDB's that cannot mean a call to an API: each is refused with the form that can."""

from __future__ import annotations

from collections.abc import Callable

from rowcall.errors import UnsupportedSQLError
from rowcall.sql.bind import Names, first_mention
from rowcall.sql.statements import Reader
from rowcall.sql.tokens import depth_zero


def refuse(what: str, instead: str, *, may_be_bare: bool = False) -> Callable[[Reader, Names], None]:
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


def with_before(reader: Reader, names: Names) -> None:
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


def copy(reader: Reader, names: Names) -> None:
    """Refuses to fill a resource from a file by COPY; a resource that is copied to one is a query's, which says what it lacks."""
    reader.at += 1
    if reader.kind() != "IDENTIFIER" and not reader.word()[:1].isalpha():
        return
    parts, span = reader.name("a table")
    if names.find(parts, sql=reader.text, span=span) and any(token.word == "FROM" for _, token in depth_zero(reader.tokens[reader.at :])):
        hint = "Write INSERT INTO … BY NAME SELECT * FROM 'file'."
        raise UnsupportedSQLError("COPY … FROM cannot mean an API call.", sql=reader.text, span=span, hint=hint)


def create_index(reader: Reader, names: Names) -> None:
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


def prepare(reader: Reader, names: Names) -> None:
    """Refuses a prepared statement over a resource: DuckDB would bind it when it is prepared, and no rows are there then."""
    found = first_mention(reader.text, reader.tokens, names)
    if found is not None:
        raise UnsupportedSQLError(PREPARED[0], sql=reader.text, span=found[1], hint=PREPARED[1])
