"""PEP 249, the Python Database API 2.0, over a session: for tools that take any database's connection, as JupySQL and marimo do.

The names and what they mean are PEP 249's. It adds nothing to what a session can do and takes nothing from what it promises: writes at
an API pass the same guards, and errors are rowcall's own, which are of PEP 249's classes besides.

It is one module, as PEP 249 wants its names in one.

Source: https://peps.python.org/pep-0249/
"""

from __future__ import annotations

import datetime
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from rowcall import errors
from rowcall.errors import RowcallError, RowcallWarning

if TYPE_CHECKING:
    import duckdb

    from rowcall.session.parameters import Parameters
    from rowcall.session.report import Report
    from rowcall.session.session import Session

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "apilevel",
    "connect",
    "paramstyle",
    "threadsafety",
]

apilevel = "2.0"
threadsafety = 1
"""Threads may share the module, but not a connection: to read rows uses it, as to run a statement does."""
paramstyle = "qmark"
"""`?`; a dictionary gives the values of `$name`."""

# --- errors

Warning = RowcallWarning  # noqa: A001 - PEP 249's name
"""It is warned of, and raised where warnings are made errors."""


class Error(RowcallError):
    """The root of PEP 249's errors. What rowcall raises is of one of these classes and of its own class in `rowcall.errors` at once."""


class InterfaceError(Error):
    """The connection or the cursor is used in a way that it cannot be: it is closed, say."""


class DatabaseError(Error):
    """The root of those that have to do with a statement."""


class DataError(DatabaseError):
    """A value that does not fit."""


class OperationalError(DatabaseError):
    """What is not in the statement's hands: the API, the network, a limit, a refusal."""


class IntegrityError(DatabaseError):
    """A constraint of a DuckDB table."""


class InternalError(DatabaseError):
    """DuckDB failed in a way that it should not."""


class ProgrammingError(DatabaseError):
    """The statement or its parameters are wrong."""


class NotSupportedError(DatabaseError):
    """SQL that is legal but cannot mean an API call, or something of PEP 249 that there is not."""


_CLASSES: dict[type[RowcallError], type[Error]] = {
    errors.UsageError: ProgrammingError,
    errors.ManifestError: InterfaceError,
    errors.UnsupportedSQLError: NotSupportedError,
    errors.SQLError: ProgrammingError,
    errors.MissingParameterError: ProgrammingError,
    errors.PlanError: OperationalError,
    errors.RequestError: OperationalError,
    errors.AwaitError: OperationalError,
    errors.DataError: DataError,
    errors.EngineError: OperationalError,
    RowcallError: DatabaseError,
}
"""The first that an error is one of says its class."""

_OF_DUCKDB = {kind.__name__: kind for kind in (DataError, IntegrityError, InternalError, NotSupportedError, ProgrammingError)}
"""DuckDB's own errors have bases of these names."""


def _class_of(error: RowcallError) -> type[Error]:
    """The class of PEP 249 that an error belongs to; where DuckDB failed, DuckDB says which."""
    if isinstance(error, errors.EngineError) and error.__cause__ is not None:
        for base in type(error.__cause__).__mro__:
            if base.__name__ in _OF_DUCKDB:
                return _OF_DUCKDB[base.__name__]
    return next(ours for theirs, ours in _CLASSES.items() if isinstance(error, theirs))


def _both(ours: type[Error], theirs: type[RowcallError]) -> type[Error]:
    """The one class that is both, called what PEP 249 calls it."""
    if (ours, theirs) not in _MADE:
        _MADE[ours, theirs] = type(ours.__name__, (ours, theirs), {"__doc__": theirs.__doc__, "__module__": __name__})
    return _MADE[ours, theirs]


_MADE: dict[tuple[type[Error], type[RowcallError]], type[Error]] = {}


@contextmanager
def _as_pep_249() -> Iterator[None]:
    """What rowcall raises meanwhile is raised as PEP 249's, with everything that the original, its cause, carries."""
    try:
        yield
    except Error:
        raise
    except RowcallError as error:
        kind = _both(_class_of(error), type(error))
        raised = kind.__new__(kind, *error.args)
        raised.__dict__.update(error.__dict__)
        raise raised from error


# --- types


class _Type:
    """Equal to the type codes of a cursor's description that it stands for."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return not other.endswith("]") and other.partition("(")[0] in self._names
        return self is other

    __hash__ = object.__hash__


STRING = _Type("VARCHAR", "ENUM", "UUID", "JSON", "BIT")
BINARY = _Type("BLOB")
NUMBER = _Type(
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
    *("FLOAT", "DOUBLE", "DECIMAL", "BIGNUM", "VARINT"),
)
DATETIME = _Type(
    *("DATE", "TIME", "TIME_NS", "TIME WITH TIME ZONE", "INTERVAL"),
    *("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"),
)
ROWID = _Type()
"""Equal to none: DuckDB's row numbers are BIGINT."""

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime
Binary = bytes


def DateFromTicks(ticks: float) -> datetime.date:  # noqa: N802 - PEP 249's name
    """The local date at so many seconds since 1970."""
    return Date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks: float) -> datetime.time:  # noqa: N802 - PEP 249's name
    """The local time of day at so many seconds since 1970."""
    return Time(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks: float) -> datetime.datetime:  # noqa: N802 - PEP 249's name
    """The local date and time, without a time zone, at so many seconds since 1970."""
    return Timestamp(*time.localtime(ticks)[:6])


# --- connections


def connect(con: Session | duckdb.DuckDBPyConnection | None = None, **settings: Any) -> Connection:
    """A connection over a session of yours, which it leaves open; or over a new one, that takes what `rowcall.connect` takes.

    Raises ProgrammingError for settings that `rowcall.connect` refuses, and for any beside a session, which has its own.
    """
    from rowcall.session.session import Session
    from rowcall.session.session import connect as session_on

    with _as_pep_249():
        if not isinstance(con, Session):
            return Connection(session_on(con, **settings), own=True)
        if settings:
            raise errors.UsageError(f"A session has its settings already: give {', '.join(settings)} to rowcall.connect.")
        return Connection(con)


class Connection:
    """PEP 249's connection. For one thread at a time.

    DuckDB commits each statement by itself; a transaction is what a statement BEGIN opens, until `commit` or `rollback`. It is DuckDB's:
    nothing that was sent to an API can be taken back, so that a write at one is refused within it, unless a setting allows it.
    """

    Warning = Warning
    Error = Error
    InterfaceError = InterfaceError
    DatabaseError = DatabaseError
    DataError = DataError
    OperationalError = OperationalError
    IntegrityError = IntegrityError
    InternalError = InternalError
    ProgrammingError = ProgrammingError
    NotSupportedError = NotSupportedError

    dialect = "duckdb"
    """What SQL it takes, for tools that ask."""

    def __init__(self, session: Session, *, own: bool = False) -> None:
        self._session = session
        self._own = own
        self._closed = False
        self._sent = 0
        self._begun_before: bool | None = None
        """Whether a transaction was open before the first statement, which is not this connection's to end; None before that."""

    @property
    def session(self) -> Session:
        """What the statements run in. Raises InterfaceError when the connection is closed."""
        if self._closed:
            raise InterfaceError("The connection is closed; rowcall.dbapi.connect() opens another.")
        return self._session

    @property
    def autocommit(self) -> bool:
        """True, as of a database that commits each statement by itself. Raises NotSupportedError where it is set to False."""
        return True

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        if not value:
            raise NotSupportedError("DuckDB commits each statement by itself; execute BEGIN to open a transaction.")

    def cursor(self) -> Cursor:
        """A new cursor. Those of one connection do not disturb one another's rows. Raises InterfaceError when the connection is closed."""
        _ = self.session
        return Cursor(self)

    def commit(self) -> None:
        """Commits DuckDB's transaction, where one is open."""
        self._end("COMMIT")
        self._sent = 0

    def rollback(self) -> None:
        """Rolls DuckDB's transaction back, where one is open.

        Warns where something was changed at an API since the last commit or rollback: that stays.
        """
        self._end("ROLLBACK")
        sent, self._sent = self._sent, 0
        if sent:
            what = f"{sent} statement{'' if sent == 1 else 's'}"
            warnings.warn(f"A rollback takes nothing back at an API: what {what} sent stays.", RowcallWarning, stacklevel=2)

    def close(self) -> None:
        """Closes the connection and its cursors, and rolls back a transaction that was begun through it and is open still."""
        if self._closed:
            return
        if self._begun_before is False:
            with suppress(Error):  # of a database that is closed already, which has nothing to roll back
                self._end("ROLLBACK")
        self._closed = True
        if self._own:
            self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commits, or rolls back when an exception leaves the block, and closes."""
        try:
            if not self._closed:
                self.commit() if error is None else self.rollback()
        finally:
            self.close()

    def _end(self, statement: str) -> None:
        """Ends DuckDB's transaction, where one is open."""
        with _as_pep_249():
            if self._in_transaction():
                self.session.sql(statement)
        self._begun_before = False

    def _in_transaction(self) -> bool:
        from rowcall.engine.engine import Engine

        try:
            return Engine(self.session.connection).in_transaction()
        except errors.EngineError:  # it was aborted, and waits for its ROLLBACK
            return True

    def _ask(self, operation: str, given: Parameters, frame: FrameType, **options: Any) -> duckdb.DuckDBPyRelation:
        """The relation of a statement, in which data frames of `frame` are tables."""
        before = self.session.last
        if self._begun_before is None:
            self._begun_before = self._in_transaction()
        try:
            relation: duckdb.DuckDBPyRelation = _called(self.session.sql, frame, operation, given, **options)
            return relation
        finally:
            last = self.session.last
            if last is not before and last.statement_kind != "select" and _changes(last):
                self._sent += 1


def _changes(report: Report) -> int:
    """How many requests of a statement were not only to read; of one that failed, too."""
    return sum(not exchange.request.startswith("GET ") for exchange in report.exchanges)


Row = tuple[Any, ...]


class Cursor:
    """PEP 249's cursor. The rows are held by DuckDB, which makes Python values of some at a time."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.arraysize = 1
        """How many rows `fetchmany` gives where it is not told."""
        self.description: list[tuple[str, str, None, None, int | None, int | None, None]] | None = None
        """Of each column the name, DuckDB's type as it spells it, and of a DECIMAL its precision and scale; None without rows to fetch."""
        self.rowcount = -1
        """How many rows a statement has changed; -1 where that is not known, and for queries."""
        self._rows: Iterator[Row] | None = None
        self._closed = False

    def execute(self, operation: str, parameters: Parameters = None) -> Self:
        """Runs a statement, or several with semicolons between, of which the last one's rows can be fetched.

        `parameters` are a sequence for `?` and `$1`, a mapping for `$name`. Data frames in the caller's scope are tables.
        Raises a subclass of Error that is of the class that `Session.sql` raises, too.
        """
        with self._running():
            self._run(operation, parameters, sys._getframe(1))  # noqa: SLF001 - data frames are named as in duckdb.sql
        return self

    def executemany(self, operation: str, seq_of_parameters: Iterable[Sequence[Any] | Mapping[str, Any]]) -> Self:
        """Runs one statement with each set of parameters; the rows of the last can be fetched.

        What it changes at an API is one write of all its rows to `max_write_rows`. Raises what `execute` raises; what ran before stays.
        """
        frame, given = sys._getframe(1), list(seq_of_parameters)  # noqa: SLF001 - data frames are named as in duckdb.sql
        with self._running():
            limit, changed = self._limit(operation, given, frame), 0
            for parameters in given:
                options = {} if limit is None else {"max_write_rows": max(0, limit)}
                self._run(operation, parameters, frame, **options)
                changed = -1 if -1 in {changed, self.rowcount} else changed + self.rowcount
                if limit is not None:
                    limit -= _changes(self.connection.session.last)
            self.rowcount = changed
        return self

    def fetchone(self) -> Row | None:
        """The next row, None after the last."""
        with _as_pep_249():
            return next(self._fetched(), None)

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next `size` rows, or `arraysize`; fewer at the end, none after it."""
        with _as_pep_249():
            return list(islice(self._fetched(), self.arraysize if size is None else size))

    def fetchall(self) -> list[Row]:
        """All rows that are left."""
        with _as_pep_249():
            return list(self._fetched())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Row:
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Does nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Does nothing, as PEP 249 allows."""

    def close(self) -> None:
        """Lets go of the rows; the cursor cannot be used any more."""
        self._forget()
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _running(self) -> Iterator[None]:
        """While it lasts there are no rows of the statement before."""
        self._open()
        self._forget()
        with _as_pep_249():
            yield

    def _open(self) -> None:
        if self._closed:
            raise InterfaceError("The cursor is closed; cursor() of its connection makes another.")
        _ = self.connection.session

    def _forget(self) -> None:
        self._rows, self.description, self.rowcount = None, None, -1

    def _fetched(self) -> Iterator[Row]:
        self._open()
        if self._rows is None:
            raise ProgrammingError("There are no results to fetch: execute() a statement that gives rows first.")
        return self._rows

    def _run(self, operation: str, parameters: Parameters, frame: FrameType, **options: Any) -> None:
        """Runs a statement, and takes hold of its rows or of their number."""
        from rowcall.engine.parts import gives_rows, rows_in_parts

        self._forget()
        relation = self.connection._ask(operation, parameters or None, frame, **options)  # noqa: SLF001 - the two are one thing
        session = self.connection.session
        last, connection = session.last, session.connection
        if last.statement_kind in {"set", "use"}:
            return
        if last.statement_kind == "local" and not gives_rows(connection, operation, relation):
            counts = relation.fetchall() if relation.columns == ["Count"] else []
            self.rowcount = counts[0][0] if counts else -1
            return
        self._rows = rows_in_parts(connection, relation)
        self.description = [_described(name, str(type_)) for name, type_ in zip(relation.columns, relation.types, strict=True)]
        if last.statement_kind in {"insert", "update", "delete"} and not last.partial:
            self.rowcount = len(relation)

    def _limit(self, operation: str, given: Sequence[Parameters], frame: FrameType) -> int | None:
        """How many rows all these statements may write at an API unasked; None where each may by itself.

        Raises WriteLimitError where they are more, and nobody can be asked.
        """
        session = self.connection.session
        limit = session.variables.max_write_rows
        if limit is None or len(given) < 2:
            return None
        write = _called(session.explain, frame, operation, given[0]).write
        if write is None or (write.request_lines and all(line.startswith("GET ") for line in write.request_lines)):
            return None
        rows = (write.requests or 1) * len(given)
        if rows <= limit:
            return limit
        if session.confirm is not None:
            return 0  # it is asked about each
        name = f"{write.resource}.{write.method}".rstrip(".")
        raise errors.WriteLimitError(name, rows, limit, deletes=write.statement == "DELETE", sql=operation)


def _called(function: Callable[..., Any], frame: FrameType, *arguments: Any, **options: Any) -> Any:
    """What a method of a session returns, with the data frames of `frame`."""
    from rowcall.session.frames import called

    return called(function, {**frame.f_globals, **frame.f_locals}, *arguments, **options)


def _described(name: str, type_: str) -> tuple[str, str, None, None, int | None, int | None, None]:
    """One column of a cursor's description."""
    digits = type_.removeprefix("DECIMAL(").removesuffix(")").split(",") if type_.startswith("DECIMAL(") and type_.endswith(")") else []
    precision, scale = map(int, digits) if digits else (None, None)
    return name, type_, None, None, precision, scale, None
