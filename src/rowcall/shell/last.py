"""The last result of the shell, which statements name `_`.

It is whole and does not change, or it is not there and says why: an answer made of half of it would look like one made of all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowcall.errors import BindError, EngineError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

KEPT_ROWS = 100_000
"""How many rows a result may have to be kept."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last result."""

    relation: DuckDBPyRelation | None = None
    """Its rows, all of them; None where they are not there."""
    why: str = "and there is none yet"
    """Why they are not, after "_ is the last result, "."""
    hint: str = "Run a query first."

    def call(self, function: Callable[..., Any], sql: str, *arguments: Any, **options: Any) -> Any:
        """What a method of a session returns for a statement in which `_` is this result, unless a table, a view or a WITH has that name.

        Raises what it raises; BindError that says why, where `_` is meant and not there.
        """
        names = {"__asked": function, "__arguments": (sql, *arguments), "__options": options}
        if self.relation is not None and not _VIEW.match(sql):
            names["_"] = self.relation
        try:
            return eval(_CALL, names)  # noqa: S307 - the expression is ours; the frame is what the session looks at
        except BindError as error:
            if not _MISSED.match(error.message):
                raise
            why, hint = (self.why, self.hint) if self.relation is None else _IN_VIEW if _VIEW.match(sql) else _NO_TABLE
            raise BindError(f"_ is the last result, {why}.", sql=error.sql, span=error.span, hint=hint) from error


NOTHING = Last()
_CALL = compile("__asked(*__arguments, **__options)", "<rowcall shell>", "eval")
_MISSED = re.compile("Catalog Error: Table with name _ does not exist!")
_VIEW = re.compile(r"CREATE\s+(?:(?:OR|REPLACE|TEMP|TEMPORARY|RECURSIVE|MATERIALIZED)\s+)*VIEW\b", re.IGNORECASE)
_NO_TABLE = ("which is no table of the database", "CREATE TABLE mine AS FROM _ makes one of it.")
_IN_VIEW = ("which a view would take for another one later", "Keep its rows: CREATE TABLE mine AS FROM _.")


def held(connection: DuckDBPyConnection, relation: DuckDBPyRelation) -> tuple[Last, DuckDBPyRelation, int | None]:
    """A result, its first rows of one run, and how many there are; its own rows and None where they cannot be held."""
    from rowcall.engine.engine import Engine

    try:
        rows, total = Engine(connection).first_rows(relation, KEPT_ROWS)
    except EngineError:
        return _UNHELD, relation, None
    return Last(rows) if total <= KEPT_ROWS else _too_long(total), rows, total


def passed(how: str) -> Last:
    """A result whose rows went by, as `how` says."""
    return Last(
        why=f"and its rows went by {how}, without being kept",
        hint="A result that is shown in .mode table or line is kept: run it again so.",
    )


def _too_long(rows: int) -> Last:
    """A result of too many rows."""
    why = f"and has {rows:,} rows, of which up to {KEPT_ROWS:,} are kept"
    return Last(why=why, hint="Keep it yourself: CREATE TEMP TABLE mine AS SELECT …")


PARTIAL = Last(why="and was not whole, since requests failed", hint="Run it again.")
_UNHELD = Last(why="which DuckDB 1.5 keeps by way of pyarrow", hint="Install it with: pip install 'rowcall[arrow]'.")
