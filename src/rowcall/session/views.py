"""Views and macros over resources, as a session meets them: noticed by their names, and written out before a statement is analysed.

Whether a statement names one is not asked of DuckDB each time, which would slow all local ones. What is known by name is looked up
again when a statement has the name; what is not known makes DuckDB fail on it before anything runs, and is then looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from rowcall.errors import BindError, EngineError, PlanError, SQLError
from rowcall.manifest.types import quoted

if TYPE_CHECKING:
    from rowcall.engine.engine import Engine
    from rowcall.plan.definitions import Definitions, Stored
    from rowcall.plan.expand import Expansion

T = TypeVar("T")
_TURNS = re.compile(r"\b(?:begin|transaction|attach)\b", re.IGNORECASE)
"""Words of the statements after which it matters what is known."""


class Views:
    """What one session knows of the views and macros in its database that mention a resource."""

    def __init__(self, engine: Engine, providers: Collection[str], provided: Callable[[str], Sequence[Provided]] = lambda _: ()) -> None:
        """`provided` gives the views of the providers themselves that a text names."""
        self._engine = engine
        self._provided = provided
        self._providers = providers
        self._missing = re.compile("|".join(rf'"{re.escape(name)}[".]' for name in providers), re.IGNORECASE)
        self._stored: Stored | None = None
        self._words: frozenset[str] = frozenset()

    def may_be_named(self, words: Collection[str]) -> bool:
        """Whether these words, in lower case, hold a name that is known."""
        return not self._words.isdisjoint(words)

    def notice(self, text: str) -> None:
        """Learns the names before a transaction begins: in one, DuckDB 2.0 goes no further after a statement that cannot be bound."""
        words = {word.casefold() for word in _TURNS.findall(text)}
        if "attach" in words:
            self._stored = None
        if self._stored is None and words - {"attach"}:
            with suppress(EngineError):  # within a transaction that is aborted
                self.look()

    def look(self) -> Definitions:
        """Everything that is there now."""
        return self._read(None)

    def lacks(self, message: str) -> bool:
        """Whether DuckDB's complaint is that a provider is not in its catalog, as it is about a view or macro over one."""
        return self._missing.search(message) is not None

    def learn(self, error: BindError) -> None:
        """Looks for what DuckDB did not know. Raises `error` where that is too late, the transaction having been aborted."""
        try:
            self.look()
        except EngineError:
            self._stored = None
            error.hint = "Its view or macro is over an API, and was not known before: ROLLBACK, and run the transaction again."
            raise error from None

    def named_by(self, text: str) -> Definitions | None:
        """What is there now, where the text may name some of it; None where it has no name that is known."""
        words = {word.casefold() for word in re.findall(r"\w+", text)}
        provided = self._provided(text)
        if not self.may_be_named(words) and not provided:
            return None
        definitions = self._read(self._stored, provided)
        return self.look() if definitions.may_call(words) and not provided else definitions

    def made(self, kind: str) -> None:
        """Learns of a view or macro that the session has made."""
        self._read(self._stored if kind == "view" else None)

    def expand(self, text: str) -> Expansion | None:
        """The statement with those of its views and macros written out that are known by name, as they are now; None where it has none."""
        definitions = self.named_by(text)
        if definitions is None:
            return None
        from rowcall.plan.expand import expand

        return expand(text, definitions)

    def _read(self, macros: Stored | None, provided: Sequence[Provided] = ()) -> Definitions:
        from rowcall.engine.stored import stored
        from rowcall.plan.definitions import Definitions

        self._stored = stored(self._engine, macros)
        definitions = Definitions(self._stored, self._providers)
        self._words = frozenset(word for name in definitions.names for word in re.findall(r"\w+", name))
        return Definitions(_with(self._stored, provided), self._providers) if provided else definitions


Provided = tuple[tuple[str, ...], str]
"""The name of a view as a text has it, and its query."""


def _with(stored: Stored, provided: Sequence[Provided]) -> Stored:
    """What is stored, with views that are where their names lead to."""
    views = []
    for parts, query in provided:
        *place, name = parts
        database, schema = {0: ("temp", "main"), 1: (stored.path[0][0], *place)}.get(len(place), place)
        views.append((database, schema, name, f"CREATE VIEW {quoted(name)} AS {query}"))
    keys = {(database.casefold(), schema.casefold(), name.casefold()) for database, schema, name, _ in views}
    return replace(stored, tables=stored.tables | keys, views=(*stored.views, *views))


def reading_views(text: str, views: Views, bind: Callable[[str], object], run: Callable[[str], T]) -> T:
    """What `run` gives for the statement with its views and macros written out; its errors are placed in `text`.

    `bind` raises BindError for a query that DuckDB cannot bind. Nothing has been sent when DuckDB finds that it does not know a view: the
    statement is then run once more.
    """
    expansion = views.expand(text)
    try:
        return _run(text, expansion, bind, run)
    except BindError as error:
        if not views.lacks(error.message):
            raise
        views.learn(error)
        again = views.expand(text)
        if again is None or again.text == (text if expansion is None else expansion.text):
            raise ((again and again.unread) or error) from None
    return _run(text, again, bind, run)


def _run(text: str, expansion: Expansion | None, bind: Callable[[str], object], run: Callable[[str], T]) -> T:
    if expansion is None:
        return run(text)
    for name, query in expansion.views:
        try:
            bind(query)
        except SQLError as error:
            error.sql, error.span, error.hint = text, None, _within(error, name)
            raise
    try:
        return run(expansion.text)
    except (SQLError, PlanError) as error:
        if expansion.rounds:
            place = expansion.place(error.span)
            error.sql, error.span = text, place
            if place is not None and expansion.stands_in(place):
                error.hint = _within(error, text[place.start : place.end].split("(", maxsplit=1)[0])
        raise


def _within(error: SQLError | PlanError, name: str) -> str:
    return f"{error.hint}\n\nIt stands in the text of {name}.".strip()
