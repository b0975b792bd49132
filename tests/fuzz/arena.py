"""Both ways to answer a statement: by rowcall through a world's API, and by DuckDB over the same rows in tables."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random
from threading import Timer
from typing import Any
from unittest import mock

import duckdb
import httpx
import pyarrow
from tests.fuzz.api import Api
from tests.fuzz.tree import Statement
from tests.fuzz.world import (
    DETAIL,
    INTEGER,
    INTEGERS,
    LABELS,
    NUMBERS,
    PROVIDER,
    TEXT,
    TEXTS,
    Kind,
    Row,
    Value,
    World,
    crowd,
    make_world,
    many,
    providers,
    refill,
)

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import EngineError, PlanError, RequestError, SQLError
from rowcall.manifest.types import quoted

PATIENCE_S = 5.0
VARIANTS = 4
"""How often a world's API is filled again, to see whether something holds of all data or of this data alone."""
MANY_VARIANTS = 20
"""How often where it does in these."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a statement."""

    kind: str
    """`rows`, `refused` (before anything was sent), `failed` (while it ran), or `broken` (what must not happen at all)."""
    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    """Each as text, sorted where the statement leaves the order open."""
    error: str = ""
    sent: tuple[str, ...] = ()


@dataclass
class Arena:
    """A world with everything that answers questions about it."""

    seed: str
    world: World
    truth: duckdb.DuckDBPyConnection
    frames: dict[str, Any]
    variants: list[Arena] = field(default_factory=list)

    @classmethod
    def of(cls, seed: str) -> Arena:
        """The world of this seed."""
        world = make_world(Random(seed))
        return cls(seed, world, _filled(world), _frames(world))

    @cached_property
    def api(self) -> Api:
        """The world's API."""
        return Api(self.world)

    @cached_property
    def session(self) -> rowcall.Session:
        """rowcall, on a database that has the user's tables alone."""
        connection = duckdb.connect(config={"threads": 1})
        _own_tables(connection, self.world)
        catalog = Catalog(providers(self.world))
        with mock.patch.object(Catalog, "shipped", return_value=catalog):
            return rowcall.connect(connection, providers={PROVIDER: {"client": httpx.Client(transport=self.api)}})

    def close(self) -> None:
        """Closes every connection."""
        for arena in (self, *self.variants):
            arena.truth.close()
            arena._end_session()

    def _end_session(self) -> None:
        if (session := self.__dict__.pop("session", None)) is not None:
            session.close()
            session.connection.close()

    def others(self, count: int) -> list[Arena]:
        """The same world with other rows, so many times, from the last of the first ones on such that no API has by itself."""
        while len(self.variants) < count:
            pick = Random(f"{self.seed} variant {len(self.variants)}")
            world = replace(self.world, keys={name: many(type_) for name, type_ in self.world.types.items()}, remote={}, own={})
            refill(world, pick, local=True)
            if len(self.variants) >= VARIANTS - 1:
                crowd(world, pick)
            self.variants.append(Arena(self.seed, world, _filled(world), _frames(world)))
        return self.variants[:count]

    def expected(self, statement: Statement, text: str | None = None) -> Answer:
        """DuckDB's answer over tables; that to another text with the statement's parameters, where one is given."""
        text = text or statement.plain
        try:
            relation = _ask(self.truth, text, statement.given(text), self.frames)
            return _rows(relation, statement)
        except duckdb.InternalException as error:  # after which the database takes no more
            self.truth.close()
            self.truth = _filled(self.world)
            return Answer("failed", error=str(error))
        except duckdb.Error as error:
            return Answer("failed", error=str(error))

    @contextmanager
    def without_optimizer(self) -> Iterator[None]:
        """While it lasts, DuckDB does what a statement says, step by step, over tables and for rowcall."""
        for connection in (self.truth, self.session.connection):
            connection.execute("PRAGMA disable_optimizer")
        try:
            yield
        finally:
            for connection in (self.truth, self.session.connection):
                connection.execute("PRAGMA enable_optimizer")

    def rows(self, text: str, statement: Statement) -> list[tuple[Any, ...]]:
        """The rows of a query of ours over tables, with the statement's parameters; raises duckdb.Error for one that does not end soon."""
        timer = Timer(PATIENCE_S, self.truth.interrupt)
        timer.start()
        try:
            found: list[tuple[Any, ...]] = _ask(self.truth, text, statement.given(text), self.frames).fetchall()
        finally:
            timer.cancel()
        return found

    def actual(self, statement: Statement) -> Answer:
        """rowcall's answer."""
        text = statement.text
        self.api.forget()
        answer = self._asked(statement, text)
        if "INTERNAL Error" in answer.error:  # after which the database takes no more
            self._end_session()
        sent = tuple(self.api.sent)
        if self.api.faults:
            return Answer("broken", error=f"the API was asked {'; '.join(self.api.faults)}", sent=sent)
        if answer.kind == "refused" and sent:
            return Answer("broken", error=f"refused after {len(sent)} requests: {answer.error}", sent=sent)
        return Answer(answer.kind, answer.columns, answer.types, answer.rows, answer.error, sent)

    def _asked(self, statement: Statement, text: str) -> Answer:
        try:
            relation = _ask_session(self.session, text, statement.given(text) or None, self.frames)
            return _rows(relation, statement)
        except (PlanError, SQLError) as error:
            return Answer("refused", error=f"{type(error).__name__}: {error.message}")
        except RequestError as error:
            return Answer("broken", error=f"{type(error).__name__}: {error}")
        except (EngineError, duckdb.Error) as error:
            return Answer("failed", error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            place = traceback.extract_tb(error.__traceback__)[-1]
            return Answer("broken", error=f"{type(error).__name__}: {error} (in {place.name}, line {place.lineno})")


def _ask(connection: duckdb.DuckDBPyConnection, text: str, parameters: dict[str, Any], frames: dict[str, Any]) -> Any:
    """The relation of a text, None for one without rows; data frames are found among the variables that it is asked with.

    They are relations there: DuckDB 1.5 crashes where a WITH clause NOT MATERIALIZED that is read twice scans one beside a parameter.
    """
    read = {name: connection.from_arrow(frame) for name, frame in frames.items()}
    scope = {"connection": connection, "text": text, "parameters": parameters, **read}
    return eval("connection.sql(text, params=parameters or None)", scope)


def _ask_session(session: rowcall.Session, text: str, parameters: dict[str, Any] | None, frames: dict[str, Any]) -> Any:
    scope = {"session": session, "text": text, "parameters": parameters, **frames}
    return eval("session.sql(text, parameters, max_requests=100_000)", scope)


def _rows(relation: Any, statement: Statement) -> Answer:
    """The rows of a relation as an answer."""
    if relation is None:
        return Answer("rows")
    rows = [repr(row) for row in relation.fetchall()]
    ordered = bool(statement.query.order) and not statement.query.around[0]
    return Answer("rows", tuple(relation.columns), tuple(map(str, relation.types)), tuple(rows if ordered else sorted(rows)))


def same(one: Answer, two: Answer, *, folded: bool) -> bool:
    """Whether two answers are the same rows; `folded` where a collation lets equal texts be written in several ways."""
    if (one.columns, one.types) != (two.columns, two.types):
        return False
    if folded:
        return Counter(row.casefold() for row in one.rows) == Counter(row.casefold() for row in two.rows)
    return one.rows == two.rows


def folds(statement: Statement, world: World) -> bool:
    """Whether a statement reads a column under a collation that ignores case."""
    names = [item.name for item in world.locals if any(kind.type == "nocase" for kind in item.columns.values())]
    text = statement.text
    return "NOCASE" in text or any(name in text for name in names)


def _own_tables(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    for item in world.locals:
        if item.form != "frame":
            name = item.name if item.form == "table" else f"{item.name}_kept"
            _fill(connection, name, item.columns, world.own[item.name])
            if item.form == "view":
                connection.execute(f"CREATE VIEW {item.name} AS SELECT * FROM {name}")


def _filled(world: World) -> duckdb.DuckDBPyConnection:
    """A database with the user's tables, and one of the API's name with all that the API holds."""
    connection = duckdb.connect(config={"threads": 1, "memory_limit": "2GB"})
    _own_tables(connection, world)
    connection.execute(f"ATTACH ':memory:' AS {PROVIDER}")
    for service in {table.service for table in world.tables}:
        connection.execute(f"CREATE SCHEMA {PROVIDER}.{service}")
    for table in world.tables:
        _fill(connection, table.full_name, {**table.columns, "detail": DETAIL}, world.remote[table.name])
        connection.execute(f"CREATE VIEW {table.name} AS FROM {table.full_name}")
    _everything(connection, world)
    return connection


def _everything(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Tables of all values that a key or a constant can have, but for the empty text, which no row has for a key."""
    rows = [row for rows in (*world.remote.values(), *world.own.values()) for row in rows]
    values = {value for row in rows for value in row.values() if not isinstance(value, dict)}
    texts = {str(value) for value in (*values, *TEXTS, *INTEGERS, *LABELS, *NUMBERS) if value is not None} - {""}
    numbers = {int(value) for value in (*values, *INTEGERS, *NUMBERS) if isinstance(value, (int, float))}
    _fill(connection, "__text", {"v": TEXT}, [{"v": text} for text in sorted(texts)])
    _fill(connection, "__integer", {"v": INTEGER}, [{"v": number} for number in sorted(numbers)])


def _fill(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, Kind], rows: list[Row]) -> None:
    connection.execute(f"CREATE TABLE {name}({', '.join(f'{quoted(column)} {kind.sql}' for column, kind in columns.items())})")
    if rows:
        values: list[Value] = [row[column] for row in rows for column in columns]
        marks = ", ".join(f"({', '.join('?' for _ in columns)})" for _ in rows)
        connection.execute(f"INSERT INTO {name} VALUES {marks}", values)


def _frames(world: World) -> dict[str, Any]:
    """The user's data frames by the names of their variables."""
    types = {"text": pyarrow.string(), "integer": pyarrow.int64(), "double": pyarrow.float64()}
    found = {}
    for item in world.locals:
        if item.form == "frame":
            arrays = {
                name: pyarrow.array([row[name] for row in world.own[item.name]], types[kind.type]) for name, kind in item.columns.items()
            }
            found[item.name] = pyarrow.table(arrays)
    return found
