"""What to do about a statement that DuckDB refused, where DuckDB itself says nothing of use."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rowcall.catalog.catalog import Catalog
from rowcall.errors import BindError, nearest
from rowcall.sql.tokens import outside

_NO_TABLE = re.compile(r'Catalog Error: Table with name "?(?P<name>[^\n]+?)"? does not exist(?:!|\b)')
_NO_SCHEMA = re.compile(r'.*No catalog \+ schema named "(?P<name>[^\n]+)" found')
_SYNTAX = re.compile(r'Parser Error: syntax error at or near "(?P<near>.*)"', re.DOTALL)
_TABLE_FUNCTION = re.compile(r'Binder Error: Function "(?P<name>read_blob|read_text)" is a table function')
_SYSTEM = re.compile(r'\nDid you mean "(?:pg_|duckdb_|pragma_|information_schema)[^\n]*')
_SHOWN = ("PROVIDERS", "SERVICES", "RESOURCES", "METHODS", "SETTINGS", "JOURNAL", "TABLES")
_KEYWORDS = (
    "SELECT FROM WHERE GROUP ORDER HAVING LIMIT OFFSET JOIN LEFT INNER USING UNION DISTINCT INSERT INTO VALUES UPDATE DELETE REPLACE CREATE"
    " TABLE VIEW DROP ALTER DESCRIBE EXPLAIN EXEC SHOW WITH RETURNING BETWEEN CASE WHEN THEN ELSE"
).split()
_SHORTEST = 3
"""How many letters a word has that is taken for a keyword misspelt."""


def advised(error: BindError, catalog: Catalog) -> None:
    """Gives an error that has none its next step, where one is known, and takes from DuckDB's message what does not help."""
    if error.hint:
        return
    message = error.message
    if found := _NO_TABLE.match(message):
        error.message = _SYSTEM.sub("", message)
        error.hint = _about_table(found["name"], error.sql, catalog, is_meant="Did you mean" in error.message)
    elif found := _NO_SCHEMA.match(message):
        name = found["name"].strip(".")
        error.hint = catalog.about_folder(name) or _meant(nearest(name, catalog.providers))
    elif found := _TABLE_FUNCTION.match(message):
        error.hint = f"As a value: (SELECT content FROM {found['name']}('…'))."
    elif (found := _SYNTAX.match(message)) and error.span is not None:
        # DuckDB has read another text, with a query in the place of a resource.
        near = error.sql[error.span.start : error.span.end]
        error.message = f"{message[: found.start('near')]}{near}{message[found.end('near') :]}"
        error.hint = _about_syntax(error.sql, error.span.start)


def _about_table(name: str, sql: str, catalog: Catalog, *, is_meant: bool) -> str:
    if sql.split(maxsplit=1)[:1] in (["SHOW"], ["show"]) and (close := nearest(name, _SHOWN, 1)):
        return f"Did you mean SHOW {close[0]}?"
    if within := catalog.about_folder(name):
        return within
    last = name.rpartition(".")[2].strip('"')
    close = nearest(last, {name[-1] for name in catalog.names()})
    if found := [".".join(name) for each in close for name in catalog.names() if name[-1] == each]:
        return _meant(found[:3])
    return "" if is_meant else "SHOW TABLES lists the tables of your own, SHOW PROVIDERS the APIs."


def _about_syntax(sql: str, start: int) -> str:
    """The keyword that the word where it stopped, or the one before, is near to; or which bracket is missing."""
    words = [*re.findall(r"\w+", sql[:start])[-1:], *re.findall(r"\w+", sql[start:])[:1]]
    for word in reversed(words):
        close = nearest(word, _KEYWORDS, 1) if len(word) >= _SHORTEST and word.upper() not in _KEYWORDS else ()
        if close and abs(len(close[0]) - len(word)) <= 1:
            return _meant(close)
    brackets = [sql[at] for at in outside(sql, "()")]
    if brackets.count("(") != brackets.count(")"):
        return (
            "A bracket is open that nothing closes."
            if brackets.count("(") > brackets.count(")")
            else "A bracket is closed that is not open."
        )
    return ""


def _meant(names: Sequence[str]) -> str:
    return f"Did you mean {', '.join(names)}?" if names else ""
