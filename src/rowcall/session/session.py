"""What users hold: a connection to APIs and to their DuckDB at once."""

from __future__ import annotations

import re
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from rowcall.catalog.catalog import Catalog
from rowcall.engine.engine import Engine, Frame, in_memory
from rowcall.errors import (
    BindError,
    EngineError,
    MisfitWarning,
    PartialResultWarning,
    PlanError,
    RequestError,
    RowcallWarning,
    SQLError,
    UnknownValueWarning,
    UnsupportedSQLError,
    UsageError,
)
from rowcall.session import reads
from rowcall.session.config import read_config
from rowcall.session.exchanges import Exchanges
from rowcall.session.opened import Opened
from rowcall.session.parameters import Parameters, named, shared
from rowcall.session.plans import Plans
from rowcall.session.progress import Running
from rowcall.session.report import Report
from rowcall.session.settings import check_config, check_names, check_scopes, endpoint, instance_of, settings_of
from rowcall.session.tracing import traced
from rowcall.session.variables import ALIASES, UNSET, Unset, Variables
from rowcall.session.views import Views

if TYPE_CHECKING:
    import duckdb

    from rowcall.catalog.sources import Paths
    from rowcall.http.client import Client
    from rowcall.http.control import Control
    from rowcall.plan.explanation import Explanation
    from rowcall.session.execute import Context, Parquet, Take
    from rowcall.session.guards import Confirm
    from rowcall.session.journal import Journal
    from rowcall.session.progress import Progress
    from rowcall.sql import nodes
    from rowcall.sql.nodes import AnyStatement
    from rowcall.sql.statements import Statement

OnError = Literal["error", "partial"]


def connect(
    con: duckdb.DuckDBPyConnection | None = None,
    *,
    providers: Mapping[str, Mapping[str, Any]] | None = None,
    provider_paths: Paths = (),
    config: str | Path | None = None,
    profile: str | None = None,
    read_only: bool | None = None,
    on_error: OnError | None = None,
    max_requests: int | Unset | None = UNSET,
    timeout_s: float | Unset | None = UNSET,
    cache: str | Unset | None = UNSET,
    cache_file: str | Path | Unset | None = UNSET,
    journal: str | Path | Unset | None = UNSET,
    rate_limits: str | Unset | None = UNSET,
    max_in_flight: int | Unset | None = UNSET,
    allow_full_writes: bool | None = None,
    allow_writes_in_transaction: bool | None = None,
    max_write_rows: int | Unset | None = UNSET,
    confirm: Confirm | None = None,
) -> Session:
    """A session on `con`, the caller's own DuckDB connection, or on a private in-memory database.

    `providers` holds settings by provider name: `base_url`, `auth`, `api_key`, `headers`, `query`, `variables`, `client` (an
    httpx.Client), `max_in_flight`, `rate_limits` ("500/60s, 10/s", or "none"), `rate_limits_file` or `rate_limits_redis`,
    `connect_timeout_s`, `read_timeout_s`, `total_timeout_s`, `max_response_bytes`, `max_upload_bytes`, `transport` ("httpx" or "curl"),
    `http2`, `ca_file`, `verify_tls`, `plain_http`, `read_only`, `allow_writes` (patterns over the methods that may write, as
    "assistants.runs.*"), `reads` (methods that are known to change nothing). `api_key_command` or `api_key_keyring` stand for a key that
    is got when a request first needs it, and `api_key_id` is the id that goes with one. What it leaves open comes from
    `profile` (or `$ROWCALL_PROFILE`), a profile of the config file, then from the environment, then from the rest of the config file at
    `config` (or `$ROWCALL_CONFIG`, or the user's own), then from the provider's manifest.

    `provider_paths` names providers besides those that come with rowcall and those that were added by `rowcall provider add`: folders of
    manifests or of StackQL's documents, roots of such folders, and packages of one (.tgz), in a list, or by the name that each is to have.
    Such a provider takes the place of another one of its name.

    All others but `confirm` hold for every statement, until SET or an argument of `sql()` says otherwise, and win over these places.
    With `read_only` no statement can change anything at an API. `on_error` is "error" or "partial". `max_requests` (1,000 by default) and
    `timeout_s` bound a statement; None is no limit. `cache`, as "60s" or "5m", is how old an answer may be that a read takes in place of
    a request; None, the default, asks each time. `cache_file` is where such answers are kept for other processes and later ones, in place
    of this session's memory. `journal` is the file in which writes are noted before they are sent, or ":memory:"; by default it is in the
    user's state folder. `rate_limits`, as "openai=500/60s; openai.assistants.runs=5/s", wins over those of providers and manifests.
    `max_in_flight` is the most requests that a statement may have under way at one provider; None, the default, is as many as the
    provider's own, which it never exceeds. `allow_full_writes` lets UPDATE and DELETE change all rows of a resource, as they do without
    WHERE. `allow_writes_in_transaction` lets statements write to an API within a transaction of yours, though a ROLLBACK does not undo
    that. `max_write_rows` (1 by default; None is no limit) is the most rows that a statement may write at an API, and a DELETE is sent
    only where somebody has set it.

    `confirm` is asked before any DELETE and any write of more rows than that: a function that is given the `rowcall.Pending` write, and has
    it sent by returning True. It runs no statement of this session.

    Raises UsageError for a provider, path or setting that does not exist and for a file that cannot be used, ManifestError for a broken
    manifest.
    """
    limits: dict[str, Any] = {"on_error": on_error, "max_requests": max_requests, "timeout_s": timeout_s, "cache": cache}
    limits |= {"cache_file": cache_file, "journal": journal, "rate_limits": rate_limits, "max_write_rows": max_write_rows}
    limits |= {"allow_full_writes": allow_full_writes, "allow_writes_in_transaction": allow_writes_in_transaction}
    limits |= {"max_in_flight": max_in_flight}
    return Session(
        con,
        providers=providers,
        provider_paths=provider_paths,
        config=config,
        profile=profile,
        confirm=confirm,
        read_only=read_only,
        **limits,
    )


class Session:
    """Runs statements, one at a time: a second thread waits for the first.

    Reading a relation uses the connection as well, which DuckDB does not share: threads that read at once need a session each.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection | None = None,
        *,
        providers: Mapping[str, Mapping[str, Any]] | None = None,
        provider_paths: Paths = (),
        config: str | Path | None = None,
        profile: str | None = None,
        confirm: Confirm | None = None,
        **settings: Any,
    ) -> None:
        if con is not None and not hasattr(con, "extract_statements"):
            raise UsageError(f"con is a duckdb.DuckDBPyConnection, not {type(con).__name__}.")
        self.given: Mapping[str, Mapping[str, Any]] = providers or {}
        """Settings of providers, as the call had them."""
        self.config = read_config(config, profile)
        """What the config file says."""
        self.catalog = Catalog.available(provider_paths)
        """What statements can name."""
        check_names(self.given, self.catalog.providers)
        check_config(self.config, self.catalog.providers)
        self.catalog = self.catalog.reading(reads.said(self.given, self.config))
        self.use: tuple[str, ...] = ()
        """The prefix that `USE` set, as `("openai", "assistants")`."""
        self.last = Report("local")
        """What the latest statement did."""
        self.confirm = confirm
        """Who is asked before a DELETE, and before a write of more rows than `max_write_rows`; None where nobody is."""
        self._exchanges = Exchanges()
        self.variables = settings_of(self.config)
        """The session's settings, `SHOW SETTINGS`."""
        self.variables.say("connect", settings)
        check_scopes(self.variables.rate_limits, self.catalog.providers, "rate_limits")
        self._opened = Opened()
        self._opened.follow(self.variables.cache_file)
        self._own = con is None
        self.connection = con if con is not None else in_memory()
        """The DuckDB connection that everything runs on."""
        self._engine = Engine(self.connection)
        self._views = Views(self._engine, self.catalog.providers, self._provided)
        self._plans = Plans()
        self._running: Running | None = None
        self._lock = threading.RLock()

    @property
    def read_only(self) -> bool:
        """Whether no statement can change anything at an API."""
        return self.variables.read_only

    def sql(
        self,
        sql: str,
        params: Parameters = None,
        *,
        on_error: OnError | None = None,
        dry_run: bool = False,
        max_requests: int | Unset | None = UNSET,
        timeout_s: float | Unset | None = UNSET,
        cache: str | Unset | None = UNSET,
        max_write_rows: int | Unset | None = UNSET,
        max_in_flight: int | Unset | None = UNSET,
    ) -> duckdb.DuckDBPyRelation:
        """The rows of a statement, or of the last of several, as a relation on the session's connection.

        Rows from an API are fetched when this is called, and the relation holds them: it stays valid after later statements. A
        statement without rows gives an empty relation. Data frames in the caller's scope can be named as tables.

        `params` holds the values of `?`, `$1` or `$name`. With `on_error="partial"` requests that fail leave their rows out, with a
        warning and `last.partial`; by default the first failure is raised. `dry_run` returns the requests (`method, url, body`, and for a
        write `before`) in place of sending them; what a write must read first is read. `max_requests` and `timeout_s` (seconds) bound the
        statement; None is no limit. `cache`, as "60s", is how old an answer may be that is taken in place of a request. `max_write_rows`
        is the most rows that it may write at an API, a DELETE included; None is no limit. `max_in_flight` is the most requests that it may
        have under way at one provider; None is the provider's own. Where they are left out, the session's settings hold.

        Raises SQLError and PlanError before anything is sent, RequestError when the API cannot be reached or refuses.
        """
        caller = sys._getframe(1)  # noqa: SLF001 - data frames are named as in duckdb.sql
        frame = {**caller.f_globals, **caller.f_locals}
        limits = {"max_requests": max_requests, "timeout_s": timeout_s, "cache": cache, "max_write_rows": max_write_rows}
        limits |= {"max_in_flight": max_in_flight}
        return self._run(sql, params, frame, None, on_error=on_error, dry_run=dry_run, **limits)

    def stream(
        self, sql: str, params: Parameters = None, *, take: Callable[[duckdb.DuckDBPyRelation], None], dry_run: bool = False
    ) -> duckdb.DuckDBPyRelation | None:
        """Gives `take` the rows of a statement in parts, each a relation, while later pages are fetched; or returns what `sql` does.

        Parts, one at least, are for statements that make rows of each row of one resource by itself, or with those of tables: those that
        filter, compute and join, but do not sort, count or end at a LIMIT. Then None is returned. Tables stay as they are meanwhile.
        `take` is called in this thread, and a part need not be good after it has returned: the next one is made then. What it raises ends
        the statement; it runs none of this session itself. Of several statements this holds for the last.

        Raises what `sql` raises, where requests fail after `take` has been called too.
        """
        caller = sys._getframe(1)  # noqa: SLF001 - data frames are named as in duckdb.sql
        frame = {**caller.f_globals, **caller.f_locals}
        taken: list[bool] = []

        def taking(part: duckdb.DuckDBPyRelation) -> None:
            taken.append(True)
            take(part)

        relation = self._run(sql, params, frame, taking, dry_run=dry_run)
        return None if taken else relation

    def write_parquet(self, sql: str, path: str, params: Parameters = None, *, dry_run: bool = False) -> duckdb.DuckDBPyRelation | int:
        """The number of rows of a statement that were written to a Parquet file while later pages were fetched; or what `sql` returns.

        The first is for the statements of which `stream` gives parts, on DuckDB 2.0. `path` may be a pipe (`/dev/fd/9`). A row
        group goes out when it is full, and what was written when something is raised is no Parquet file. Of several statements this holds
        for the last.

        Raises what `sql` raises.
        """
        from rowcall.session.execute import Parquet

        caller = sys._getframe(1)  # noqa: SLF001 - data frames are named as in duckdb.sql
        frame = {**caller.f_globals, **caller.f_locals}
        parquet = Parquet(path)
        relation = self._run(sql, params, frame, parquet, dry_run=dry_run)
        return relation if parquet.rows is None else parquet.rows

    def explain(self, sql: str, params: Parameters = None, *, analyze: bool = False) -> Explanation:
        """What a statement will do, as records: how each remote reference is fetched, and with how many requests. Nothing is sent.

        With `analyze` a query is run, and each scan says what it took. Raises what `sql` raises, and UsageError for more than one
        statement.
        """
        from rowcall.session.explaining import asked, of_duckdb

        caller = sys._getframe(1)  # noqa: SLF001 - data frames are named as in duckdb.sql
        frame = {**caller.f_globals, **caller.f_locals}
        with self._lock:
            relation = self._run(asked(self.statements(sql), analyze=analyze), params, frame, None, dry_run=False)
            return self.last.explanation or of_duckdb(relation)

    def _run(self, sql: str, params: Parameters, frame: Frame, take: Take | Parquet | None, **options: Any) -> duckdb.DuckDBPyRelation:
        with self._lock, self._advising():
            relation = None
            if not self._mentions(sql):
                for text, last in self._pieces(sql, params):
                    relation = self._local(text, params, frame)
                    if relation is None:
                        relation = self._each(text, params, frame, take if last else None, **options)
                return relation if relation is not None else self._engine.empty()
            return self._each(sql, params, frame, take, **options)

    @contextmanager
    def _advising(self) -> Iterator[None]:
        """Has what DuckDB refuses say what to do about it."""
        try:
            yield
        except BindError as error:
            from rowcall.session.hints import advised

            advised(error, self.catalog)
            raise

    def _each(self, sql: str, params: Parameters, frame: Frame, take: Take | Parquet | None, **options: Any) -> duckdb.DuckDBPyRelation:
        relation = None
        statements = shared(self.statements(sql), params)
        for number, (statement, given) in enumerate(statements, 1):
            last = number == len(statements)
            relation = self._statement(statement, given, frame, take if last else None, **options)
        return relation if relation is not None else self._engine.empty()

    def statements(self, text: str) -> list[Statement]:
        """The statements of `text`, each with its own text and where it starts. Raises ParseError for a string that does not end."""
        from rowcall.sql.statements import split

        return split(text)

    def is_complete(self, text: str) -> bool:
        """Whether `text` ends with a semicolon outside strings and comments, or holds nothing to run."""
        from rowcall.sql.statements import is_complete

        return is_complete(text)

    def is_write(self, statement: Statement, frame: Frame) -> bool:
        """Whether it changes something at an API, by itself: an INSERT, REPLACE, UPDATE or DELETE of a resource, or an EXEC that does.

        `frame` has the data frames that it can name. Raises SQLError for a name that there is not.
        """
        return self.in_two(statement, frame) is not None

    def in_two(self, statement: Statement, frame: Frame) -> tuple[str, str, int] | None:
        """Such a write as PLAN takes it, what APPLY takes behind its file, and where that begins; None for any other statement.

        Raises SQLError for a name that there is not.
        """
        if not self._mentions(statement.text):
            return None
        from rowcall.sql.bind import Names
        from rowcall.sql.nodes import Write
        from rowcall.sql.parse import parse
        from rowcall.sql.writes import changes, in_two

        with self._lock:
            names = Names(self.catalog, self.use, lambda parts: self._engine.has(parts, frame))
            try:
                found = parse(statement, names)
                return in_two(found, statement.tokens) if isinstance(found, Write) and changes(found, self.catalog) else None
            except SQLError as error:
                error.sql = error.sql or statement.text
                raise

    def cancel(self) -> None:
        """Stops the statement that another thread runs."""
        running = self._running
        if running is not None and running.control is not None:
            running.control.cancel()
        self.connection.interrupt()

    def progress(self) -> Progress | None:
        """How far the statement is that another thread runs; None where none is running. Of several statements it is the present one."""
        running = self._running
        return None if running is None else running.progress()

    def close(self) -> None:
        """Closes what the session opened: HTTP connections, and its own in-memory database. The caller's connection stays open."""
        with self._lock:
            self._opened.close()
            if self._own:
                self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _mentions(self, sql: str) -> bool:
        """Whether any word of `sql` could be ours; nothing else needs more than DuckDB."""
        words = {word.casefold() for word in re.findall(r"\w+", sql)}
        leaves = bool(self.use) and "use" in words
        return leaves or bool(words & (self.catalog.words() | _WORDS)) or "rowcall_" in sql.casefold() or self._views.may_be_named(words)

    def _pieces(self, sql: str, params: Parameters) -> list[tuple[str, bool]]:
        """The local statements of `sql`, with whether it is the last: so none runs twice when a later one names a view over an API."""
        if params is not None or ";" not in sql.rstrip("; \t\n"):
            return [(sql, True)]
        statements = self.statements(sql)
        return [(statement.text, number == len(statements)) for number, statement in enumerate(statements, 1)]

    def _local(self, sql: str, params: Parameters, frame: Frame) -> duckdb.DuckDBPyRelation | None:
        """The relation of a statement without a word of ours; None when it turns out to name a view or macro over an API."""
        started = time.monotonic()
        self._views.notice(sql)
        with traced(sql, lambda: self.last) as span:
            self._running = Running()
            try:
                relation = self._engine.local(sql, named(params), frame, placed=lambda message: not self._views.lacks(message))
            except BindError as error:
                if not self._views.lacks(error.message):
                    raise
                self._views.learn(error)
                span.drop()
                return None
            finally:
                self._running = None
            self.last = Report("local", time.monotonic() - started)
        self._exchanges.add(self.last)
        return relation

    def _statement(
        self, statement: Statement, params: Mapping[str, Any], frame: Frame, take: Take | Parquet | None, **options: Any
    ) -> duckdb.DuckDBPyRelation:
        with traced(statement.text, lambda: self.last) as span:
            relation = self._reported(statement, params, frame, take, trace=span.context, **options)
        self._warn()
        return relation

    def _reported(
        self,
        statement: Statement,
        params: Mapping[str, Any],
        frame: Frame,
        take: Take | Parquet | None,
        *,
        trace: Any,
        dry_run: bool,
        **given: Any,
    ) -> duckdb.DuckDBPyRelation:
        """The relation of a statement, of which `last` is then the report."""
        from rowcall.http.control import Cancelled, Control

        settings = self.variables.in_call(**given)
        self._opened.follow(self.variables.cache_file)
        control = Control(
            max_requests=settings.max_requests,
            timeout_s=settings.timeout_s,
            cache_s=settings.cache_s,
            cache_file=self._opened.cache_file,
            rate_limits=settings.rate_limits,
            max_in_flight=settings.max_in_flight,
            trace=trace,
        )
        started = time.monotonic()
        kind, failures, explained = "local", [], []
        self._running = running = Running(control)
        try:
            statement, frame = self._with_own_tables(statement, frame)
            context = replace(self._context(control, params, frame, settings, dry_run=dry_run), running=running)
            failures, explained = context.failures, context.explained
            parsed = self._parsed(statement, context)
            kind, relation = self._run_parsed(parsed, context, settings, take)
        except (SQLError, PlanError) as error:
            error.sql = error.sql or statement.text
            raise
        except Cancelled as error:
            raise EngineError(f"The statement was cancelled. {error}".rstrip()) from error
        finally:
            self._running = None
            warned = (*(_incomplete(error) for error in failures), *control.warnings)
            elapsed_s, explanation = time.monotonic() - started, next(iter(explained), None)
            self.last = Report(kind, elapsed_s, tuple(control.exchanges), warned, bool(failures), control.cache_hits, explanation)
            self._exchanges.add(self.last)
        return relation

    def _with_own_tables(self, statement: Statement, frame: Frame) -> tuple[Statement, Frame]:
        """The statement and its frame with those of rowcall's own tables that it reads, as they were before it."""
        from rowcall.session.execute import table
        from rowcall.sql.own import own_tables

        text, names = own_tables(statement.text, lambda name: self._engine.has((name,), {}))
        if not names:
            return statement, frame
        tables = {name: table(columns, rows, self._engine) for name, columns, rows in self._exchanges.tables(names.values())}
        if "rowcall_journal" in names.values():
            from rowcall.session.journal import COLUMNS

            tables["rowcall_journal"] = table(COLUMNS, self._opened_journal().rows(), self._engine)
        return replace(statement, text=text), {**frame, **{written: tables[name] for written, name in names.items()}}

    def _parsed(self, statement: Statement, context: Context) -> AnyStatement:
        from rowcall.sql.parse import parse

        return parse(statement, context.names)

    def _warn(self) -> None:
        """Says in Python's own way what the report says, to callers who do not look at it."""
        for message in self.last.warnings:
            category: type[RowcallWarning] = RowcallWarning
            if message.startswith(_PARTIAL):
                category = PartialResultWarning
            elif " not fit the type of " in message:
                category = MisfitWarning
            elif " is none of the values that " in message:
                category = UnknownValueWarning
            warnings.warn(message, category, stacklevel=6)

    def _context(self, control: Control, params: Mapping[str, Any], frame: Frame, settings: Variables, *, dry_run: bool) -> Context:
        from rowcall.session.execute import Context
        from rowcall.session.guards import Consent
        from rowcall.sql.bind import Names

        return Context(
            engine=self._engine,
            names=Names(self.catalog, self.use, lambda parts: self._engine.has(parts, frame)),
            clients=_Lazily(self._client),
            parameters=params,
            frame=frame,
            control=control,
            partial=settings.on_error == "partial",
            dry_run=dry_run,
            read_only=self.read_only,
            allow_full_writes=self.variables.allow_full_writes,
            consent=Consent(settings.max_write_rows, settings.source("max_write_rows") != "default", self.confirm),
            allow_writes_in_transaction=self.variables.allow_writes_in_transaction,
            failures=[],
            views=self._views,
            plans=self._plans,
            journal=self._opened_journal,
        )

    def _provided(self, text: str) -> list[tuple[tuple[str, ...], str]]:
        """The resources that a text names and that are views, and those that these name, each with its query."""
        from rowcall.sql.bind import Names, mentions
        from rowcall.sql.tokens import tokenize

        names, found = Names(self.catalog, self.use, lambda parts: self._engine.has(parts, {})), {}
        words, waiting = {word.casefold() for word in re.findall(r"\w+", text)}, [_ABOUT.sub("FROM ", text, count=1)]
        while waiting:
            shown = waiting.pop()
            for parts, ref, _ in mentions(shown, tokenize(shown), names):
                if ref.resource.views and parts not in found:
                    from rowcall.plan.provided import query_of

                    found[parts] = query_of(ref.resource.views, shown, words, ref.full_name)
                    waiting.append(found[parts])
        return list(found.items())

    def _opened_journal(self) -> Journal:
        return self._opened.journal(self.variables.journal)

    def _client(self, full_name: str) -> Client:
        """What sends the requests of a resource: that of its provider, or of its service where this has a key of its own."""
        name, service = instance = instance_of(full_name, self.catalog.providers)

        def make() -> Client:
            from rowcall.http.client import Client

            provider, given = self.catalog.providers[name], self.given.get(name, {})
            settings = endpoint(provider, given, self.config, read_only=self.read_only, service=service)
            return Client(settings, None if self._running is None else self._running.control)

        return self._opened.client(instance, make)

    def _run_parsed(
        self, parsed: AnyStatement, context: Context, settings: Variables, take: Take | Parquet | None
    ) -> tuple[str, duckdb.DuckDBPyRelation]:
        """The kind of a statement, and its relation."""
        from rowcall.session.dispatch import dispatch
        from rowcall.sql import nodes

        match parsed:
            case nodes.Use():
                return "use", self._use(parsed, context)
            case nodes.Set():
                return "set", self._set(parsed, context)
            case _:
                return dispatch(parsed, context, settings, take)

    def _use(self, use: nodes.Use, context: Context) -> duckdb.DuckDBPyRelation:
        if use.prefix is None:
            relation = self._engine.local(use.text, context.parameters, context.frame)
            self.use = ()
            return relation
        self.use = use.prefix
        return self._engine.empty()

    def _set(self, statement: nodes.Set, context: Context) -> duckdb.DuckDBPyRelation:
        from rowcall.session.execute import value_of

        name = statement.name.removeprefix("rowcall_")
        name = ALIASES.get(name, name)
        try:
            changed = self.variables.copy()
            if statement.value is None:
                changed.reset(name)
            else:
                changed.set(name, value_of(statement.text, statement.value, context))
            check_scopes(changed.rate_limits, self.catalog.providers, statement.name)
            self._opened.follow(changed.cache_file, context.control)
            self.variables = changed
        except UsageError as error:
            raise UnsupportedSQLError(str(error), sql=statement.text, span=statement.span) from error
        if statement.value is not None and self.variables.source(name) == "option":
            context.control.warn(f"rowcall_{name} stays as it is: an option of the command line wins over SET.")
        return self._engine.empty()


class _Lazily(dict[str, "Client"]):
    """Clients by the full name of a resource, made when first asked for."""

    def __init__(self, make: Callable[[str], Client]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Client:
        return self._make(name)


_WORDS = frozenset({"exec", "resume", "plan", "apply", "journal", "providers", "services", "resources", "methods", "settings"})
"""Words that make a statement worth a look though it names no resource."""

_ABOUT = re.compile(r"^\s*(DESCRIBE|DESC|SHOW|SUMMARIZE|TABLE)\s", re.IGNORECASE)
"""Words that a name may follow as it may follow FROM."""
_PARTIAL = "Partial result: "


def _incomplete(error: RequestError) -> str:
    return _PARTIAL + str(error).replace("\n", " · ")
