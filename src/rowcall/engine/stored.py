"""What the user's database keeps: its tables, and the text of its views and macros; and how one that mentions resources is made."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rowcall.engine.engine import Engine, Frame, Parameters
from rowcall.engine.interrupt import interruptible
from rowcall.errors import EngineError, UnsupportedSQLError
from rowcall.manifest.types import quoted
from rowcall.plan.definitions import Stored, search_path

if TYPE_CHECKING:
    import duckdb

StandIns = Mapping[str, Mapping[str, Mapping[str, Sequence[tuple[str, str]]]]]
"""Column names and DuckDB types, by provider, service and resource."""


def stored(engine: Engine, macros: Stored | None = None) -> Stored:
    """What the database has now; the macros of `macros` where that is given, since listing them takes DuckDB long."""
    database, setting = engine.rows(_PATH, {}, {})[0]
    tables = engine.rows(_TABLES, {}, {})
    views = engine.rows(_VIEWS, {}, {})
    found = macros.macros if macros is not None else tuple(engine.rows(_MACROS, {}, {}))
    return Stored(
        path=search_path(database, setting),
        tables=frozenset((d.casefold(), s.casefold(), t.casefold()) for d, s, t in [*tables, *(view[:3] for view in views)]),
        views=tuple((d, s, v, sql or "") for d, s, v, sql in views),
        macros=tuple((d, s, n, table, tuple(names), tuple(types), body) for d, s, n, table, names, types, body in found),
    )


_PATH = "SELECT current_database(), current_setting('search_path')"
_TABLES = "SELECT database_name, schema_name, table_name FROM duckdb_tables()"
_VIEWS = "SELECT database_name, schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal"
_MACROS = """SELECT database_name, schema_name, function_name, function_type = 'table_macro', parameters, parameter_types, macro_definition
FROM duckdb_functions() WHERE NOT internal AND macro_definition IS NOT NULL"""


def make(engine: Engine, text: str, parameters: Parameters, frame: Frame, stand_ins: StandIns) -> None:
    """Runs a statement that makes a view or macro, with catalogs attached that stand in for the providers while it runs.

    They are attached by another connection, since a transaction of the user's could neither attach nor leave them. Raises BindError with
    its span in `text`, and UnsupportedSQLError where a database has a provider's name.
    """
    interruptible(engine.connection, lambda: _make(engine, text, parameters, frame, stand_ins))


def _make(engine: Engine, text: str, parameters: Parameters, frame: Frame, stand_ins: StandIns) -> None:
    """As `make`, in a thread that Ctrl-C does not reach, so that what was attached is detached."""
    with _MOMENT, engine.connection.cursor() as own, _standing(own, stand_ins):
        engine.local(text, parameters, frame)


_MOMENT = threading.Lock()
"""Held while stand-ins are attached: two sessions on one database would find each other's."""


@contextmanager
def _standing(own: duckdb.DuckDBPyConnection, stand_ins: StandIns) -> Iterator[None]:
    """While it lasts, the database has the catalogs."""
    attached: list[str] = []
    try:
        for provider, services in stand_ins.items():
            _refuse_taken(own, provider)
            _run(own, f"ATTACH ':memory:' AS {quoted(provider)} (READ_WRITE)")
            attached.append(provider)
            for service, resources in services.items():
                _run(own, f"CREATE SCHEMA {quoted(provider)}.{quoted(service)}")
                for resource, columns in resources.items():
                    _run(own, _stand_in(f"{quoted(provider)}.{quoted(service)}.{quoted(resource)}", columns))
        yield
    finally:
        for provider in attached:
            _run(own, f"DETACH {quoted(provider)}")


def _run(own: duckdb.DuckDBPyConnection, text: str) -> None:
    try:
        own.execute(text)
    except Exception as error:
        raise EngineError(f"The catalog that a view or macro over an API is made against could not be kept: {error}") from error


def _refuse_taken(own: duckdb.DuckDBPyConnection, provider: str) -> None:
    found = own.execute("SELECT database_name FROM duckdb_databases() WHERE lower(database_name) = $1", [provider.casefold()]).fetchall()
    if found:
        hint = "Attach it under another name: ATTACH '…' AS mine."
        raise UnsupportedSQLError(
            f"The database {found[0][0]} has the name of a provider, whose resources cannot be told from it.", hint=hint
        )


def _stand_in(name: str, columns: Sequence[tuple[str, str]]) -> str:
    """A view of these columns that cannot be read: whoever did, in this moment, would take it for an API without rows."""
    fails = "error('This is a stand-in for an API, there for a moment: run the statement again.')"
    items = ", ".join(f"CAST({fails} AS {type_}) AS {quoted(column)}" for column, type_ in columns)
    return f"CREATE VIEW {name} AS SELECT {items} FROM range(1) r(i) WHERE CASE WHEN i >= 0 THEN {fails} END IS NULL"
