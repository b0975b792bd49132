"""Harlequin, the SQL IDE for terminals, over a session: `harlequin -a rowcall`.

What is local is Harlequin's own DuckDB adapter's: this one puts the providers beside its catalogue, sends statements through the session,
and says what went wrong and what was warned of in Harlequin's way. Nobody is asked about a write, so that one of more rows than
`max_write_rows` is refused, as is any DELETE, until a statement SET has said that it may be sent.

Source: https://harlequin.sh/docs/contributing/adapter-guide
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from harlequin.adapter import HarlequinAdapter
from harlequin.autocomplete.completion import HarlequinCompletion
from harlequin.catalog import Catalog
from harlequin.exception import HarlequinConfigError, HarlequinConnectionError, HarlequinQueryError
from harlequin.options import FlagOption, PathOption, TextOption
from harlequin_duckdb.adapter import DuckDbConnection, DuckDbCursor

import rowcall
from rowcall import errors
from rowcall.engine.engine import Engine
from rowcall.engine.files import open_database
from rowcall.engine.parts import gives_rows
from rowcall.errors import RowcallError
from rowcall.front.opening import Sandboxes, add_tables
from rowcall.harlequin.catalog import api_items
from rowcall.manifest.types import duckdb_type
from rowcall.session.variables import SETTINGS, UNSET

if TYPE_CHECKING:
    from rowcall.manifest.model import Type

_TITLES: dict[type[RowcallError], str] = {
    errors.SQLError: "The statement is wrong, and nothing was sent:",
    errors.WriteLimitError: "The statement was not sent:",
    errors.PlanError: "The statement cannot be carried out as it stands:",
    errors.RequestError: "The API did not do as it was asked:",
    errors.AwaitError: "What the statement began did not come to its end:",
    errors.DataError: "A value does not fit its type:",
    errors.EngineError: "The statement did not run to its end:",
    RowcallError: "rowcall could not run the statement:",
}
"""The first that an error is one of heads the window that shows it."""

_WORDS = tuple("EXEC AWAIT UNTIL TIMEOUT PLAN APPLY RESUME PROVIDERS SERVICES RESOURCES METHODS JOURNAL".split())
"""What rowcall's own statements are made of."""


_PATIENCE_S = 10.0
"""How long a statement may take to stop after it was cancelled."""
_AGAIN_S = 0.05
"""How long to wait before it is asked again."""


class RowcallCursor(DuckDbCursor):
    """The rows of a statement, which has been run; DuckDB holds them."""

    def set_limit(self, limit: int) -> RowcallCursor:
        """Itself, with no more than so many rows to fetch."""
        with self.conn.lock:
            super().set_limit(limit)
        return self

    def fetchall(self) -> Any:
        """The rows, as Arrow holds them. Raises HarlequinQueryError also where it is cancelled: no rows would look like an answer."""
        with self.conn.lock:
            rows = super().fetchall()
        if rows is None:
            raise HarlequinQueryError("The statement was cancelled.", title=_TITLES[errors.EngineError])
        return rows


class RowcallConnection(DuckDbConnection):
    """A session, in place of DuckDB's connection."""

    COLUMN_TYPE_MAPPING: ClassVar[dict[str, str]] = {**DuckDbConnection.COLUMN_TYPE_MAPPING, "JSON": "js"}

    def __init__(self, session: rowcall.Session, opened: ExitStack, init_message: str = "") -> None:
        super().__init__(session.connection, init_message)
        self.session = session
        self.lock = threading.Lock()
        """Held while a statement runs and while its rows are read: Harlequin does each in a thread of its own."""
        self._opened = opened

    def execute(self, query: str) -> RowcallCursor | None:
        """The rows of a statement, None where it gives none. Raises HarlequinQueryError, also where it was cancelled."""
        try:
            with self.lock:
                return self._run(query)
        except RowcallError as error:
            title = next(title for kind, title in _TITLES.items() if isinstance(error, kind))
            raise HarlequinQueryError(str(error), title=title) from error

    def _run(self, query: str) -> RowcallCursor | None:
        relation = eval(_CALL, {"__asked": self.session.sql, "__text": query})  # noqa: S307 - the expression is ours
        last = self.session.last
        _tell(last.warnings)
        if last.statement_kind in {"set", "use"}:
            return None
        if last.statement_kind == "local":
            if not gives_rows(self.conn, query, relation):
                return None
            relation = Engine(self.conn).kept(relation, query)
        return RowcallCursor(self, relation)

    def cancel(self) -> None:
        """Returns when the statement that runs has stopped, or will not. Asks again: DuckDB forgets it between two steps of a statement."""
        self.session.cancel()
        end = time.monotonic() + _PATIENCE_S
        while not self.lock.acquire(timeout=_AGAIN_S):
            if time.monotonic() > end:
                return
            self.session.cancel()
        self.lock.release()

    def get_catalog(self) -> Catalog:
        """The providers, and DuckDB's databases."""
        return Catalog(items=[*api_items(self.session.catalog, self), *super().get_catalog().items])

    def get_completions(self) -> list[HarlequinCompletion]:
        """DuckDB's, and rowcall's words, settings, and the full names of resources and methods."""
        return [*super().get_completions(), *self._completions()]

    def _completions(self) -> Iterator[HarlequinCompletion]:
        yield from (_completion(word, "kw", 100) for word in _WORDS)
        yield from (_completion(f"rowcall_{name}", "set", 500) for name in SETTINGS)
        for ref in self.session.catalog.resources():
            yield _completion(ref.full_name, "res", 450)
            for name, method in ref.resource.methods.items():
                yield _completion(f"{ref.full_name}.{name}", method.verb.value[:3], 460)

    def validate_sql(self, text: str) -> str:
        """Raises NotImplementedError: what DuckDB cannot read may be rowcall's."""
        raise NotImplementedError

    def short_type(self, type_: Type, *, required: bool = False) -> str:
        """The one to three characters that stand for a type, and `*` behind them for what is required."""
        return f"{self._short_column_type(duckdb_type(type_))}{'*' if required else ''}"

    def close(self) -> None:
        """Ends the statement that runs, the session, and what was opened for it."""
        self.cancel()
        self._opened.close()


class RowcallAdapter(HarlequinAdapter):
    """What `harlequin -a rowcall` was told."""

    ADAPTER_OPTIONS: ClassVar[list[Any]] = [
        FlagOption("sandbox", "Start rowcall's sandbox, a local API to try statements on, and talk to it."),
        TextOption("seed", "The data of rowcall's sandbox; 0 unless said."),
        PathOption("rowcall-config", "rowcall's config file, in place of the one in your configuration folder.", dir_okay=False),
        TextOption("rowcall-profile", "A profile of rowcall's config file, which wins over the rest of it and over the environment."),
    ]
    IMPLEMENTS_CANCEL = True
    IMPLEMENTS_READ_ONLY = True
    ADAPTER_DETAILS = "HTTP APIs as SQL tables, beside the tables of a DuckDB database."

    def __init__(
        self,
        conn_str: Sequence[str],
        *,
        read_only: bool = False,
        sandbox: bool | str = False,
        seed: int | str | None = None,
        rowcall_config: str | Path | None = None,
        rowcall_profile: str | None = None,
        **_: Any,
    ) -> None:
        """Raises HarlequinConfigError for a value that cannot be."""
        files = [text for text in conn_str if text not in {"", ":memory:"}]
        if len(files) > 1:
            raise _wrong(f"One DuckDB database can be opened, not {len(files)}; ATTACH the others: {', '.join(files[1:])}.")
        if not isinstance(sandbox, bool):
            raise _wrong(f"sandbox is true or false, not {sandbox!r}.")
        if seed is not None and not sandbox:
            raise _wrong("seed is the sandbox's; set sandbox as well.")
        if not str(seed or 0).isdecimal():
            raise _wrong(f"seed is a whole number, not {seed!r}.")
        self._database = Path(files[0]) if files else None
        self._read_only = read_only
        self._seed = int(seed or 0) if sandbox else None
        self._config = rowcall_config
        self._profile = rowcall_profile

    def connect(self) -> RowcallConnection:
        """A session, and with it the database and the sandbox. Raises HarlequinConnectionError with the reason where there can be none."""
        with ExitStack() as stack:
            try:
                session, message = self._connected(stack)
            except RowcallError as error:
                raise HarlequinConnectionError(str(error), title="rowcall could not connect.") from error
            return RowcallConnection(session, stack.pop_all(), message)

    def _connected(self, stack: ExitStack) -> tuple[rowcall.Session, str]:
        """The session, and what there is to say of it."""
        played = None if self._seed is None else Sandboxes(stack, self._seed)
        box = None if played is None else played.begun("openai")
        database = stack.enter_context(open_database(self._database, read_only=self._read_only)) if self._database else None
        session = rowcall.connect(
            database,
            providers=played,
            config=self._config,
            profile=self._profile,
            # What was written to a sandbox that ends with this process is of no use to a later one.
            journal=":memory:" if box else UNSET,
            read_only=self._read_only or None,
        )
        stack.callback(session.close)
        if box is None:
            return session, ""
        # Harlequin lists what its own cursors see, which is no temporary table; a file of the user's is left as it is.
        add_tables(session.connection, box.tables, temporary=database is not None)
        return session, f"The sandbox is at {box.base_url}; what it cannot list is in {', '.join(box.tables)}."


def _wrong(message: str) -> HarlequinConfigError:
    return HarlequinConfigError(message, title="rowcall cannot be opened so.")


def _completion(text: str, type_label: str, priority: int) -> HarlequinCompletion:
    return HarlequinCompletion(label=text, type_label=type_label, value=text, priority=priority, context=None)


def _tell(messages: Sequence[str]) -> None:
    """Shows what was warned of, for longer than that a statement has run; outside Harlequin's window Python's own warnings say it."""
    from textual.worker import NoActiveWorker, get_current_worker

    try:
        app = get_current_worker().node.app
    except NoActiveWorker:
        return
    for message in messages:
        app.notify(message, title="rowcall", severity="warning", timeout=30, markup=False)


_CALL = compile("__asked(__text)", "<rowcall.harlequin>", "eval")
"""Called from a scope of its own: no name in this module is a table."""
