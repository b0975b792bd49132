"""A session as options ask for it: its database, its providers' settings, the sandbox."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import rowcall
from rowcall.errors import UsageError
from rowcall.manifest.types import quoted
from rowcall.session.variables import UNSET

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from rowcall.session.guards import Confirm, Pending

Tables = Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]
"""Table name → column names and rows."""


@contextmanager
def opened_session(options: argparse.Namespace, confirm: Confirm | None = None) -> Iterator[rowcall.Session]:
    """The session, closed at the end of the block, and with it the sandbox and the database file.

    `confirm` is asked about writes, but for `--yes`, which says yes to all of them, or to as many rows as `--max-write-rows` does.
    """
    if options.seed is not None and not options.sandbox:
        raise UsageError("--seed is the sandbox's; add --sandbox.")
    if options.provider and not options.sandbox:
        raise UsageError("--provider says whose tables to start from the sandbox gives; add --sandbox.")
    settings: Mapping[str, Mapping[str, Any]] = provider_settings(options.set)
    with ExitStack() as stack:
        tables: dict[str, Any] = {}
        if options.log_http:
            from rowcall.session.exchanges import logged

            stack.enter_context(logged(sys.stderr))
        if options.sandbox:
            settings = played = Sandboxes(stack, options.seed or 0, settings)
            for name in options.provider or ["openai"]:
                tables |= played.begun(name).tables
        connection = stack.enter_context(_database(options)) if options.database else None
        # What was written to a sandbox that ends with this process is of no use to a later one.
        journal = ":memory:" if options.sandbox else UNSET
        asked = agree if options.yes else confirm
        session = rowcall.connect(connection, providers=settings or None, profile=options.profile, journal=journal, confirm=asked)
        stack.callback(session.close)
        say_options(session, options, {"max_write_rows": None} if options.yes else {})
        add_tables(session.connection, tables)
        yield session


class Sandboxes(Mapping[str, Mapping[str, Any]]):
    """Settings of providers that are all played: of those that have begun, and of any other one as soon as it is asked for.

    So no request of a session that was told to talk to the sandbox goes anywhere else.
    """

    def __init__(self, stack: ExitStack, seed: int, over: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """They end with `stack`; `over` wins over their settings."""
        self._stack = stack
        self._seed = seed
        self._over = over or {}
        self._begun: dict[str, rowcall.Sandbox] = {}

    def begun(self, name: str) -> rowcall.Sandbox:
        """The sandbox of a provider. Raises UsageError for a provider that there is not."""
        if name not in self._begun:
            self._begun[name] = self._stack.enter_context(rowcall.Sandbox(name, seed=self._seed))
        return self._begun[name]

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return merged(self.begun(name).providers, self._over)[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._begun, **self._over})

    def __len__(self) -> int:
        return len({**self._begun, **self._over})


def of_sandbox(options: argparse.Namespace) -> str:
    """What there is to say of the sandbox that a session talks to; "" where it talks to none."""
    if not options.sandbox:
        return ""
    if options.provider:
        return f" Talking to the sandbox of {' and '.join(options.provider)}; SHOW TABLES lists what it says to start from."
    return " Talking to the sandbox; its threads are in sandbox_threads."


def say_options(session: rowcall.Session, options: argparse.Namespace, unless_said: Mapping[str, Any] | None = None) -> None:
    """Tells a session what the options say of its settings, and what else holds where they say nothing."""
    session.variables.say("option", {**(unless_said or {}), **options.settings, **({"read_only": True} if options.read_only else {})})


def agree(pending: Pending) -> bool:
    """Yes, as `--yes` says. Raises WriteLimitError for more rows than `--max-write-rows` allows beside it."""
    if not pending.is_over:
        return True
    error = pending.refusal()
    more = "--yes without --max-write-rows" if pending.together else f"--max-write-rows {pending.rows} beside --yes"
    error.hint = f"{more} sends it; --dry-run shows the requests."
    raise error


def _database(options: argparse.Namespace) -> DuckDBPyConnection:
    from rowcall.engine.files import open_database

    return open_database(options.database, read_only=options.read_only)


def provider_settings(assignments: Sequence[tuple[tuple[str, ...], Any]]) -> dict[str, dict[str, Any]]:
    """What `--set` said, provider by provider, later ones winning.

    >>> provider_settings([(("openai", "base_url"), "http://h/v1"), (("openai", "headers", "X-Team"), "ops")])
    {'openai': {'base_url': 'http://h/v1', 'headers': {'X-Team': 'ops'}}}
    """
    from rowcall.session.settings import OF_JSON

    settings: dict[str, dict[str, Any]] = {}
    for (provider, name, *key), value in assignments:
        of_provider = settings.setdefault(provider, {})
        if not key:
            of_provider[name] = _of_json(value) if name in OF_JSON else value
            continue
        keys = of_provider.setdefault(name, {})
        if not isinstance(keys, dict):
            raise UsageError(f"--set {provider}.{name} is one value already, and cannot have the key {key[0]}.")
        keys[key[0]] = value
    return settings


def _of_json(value: Any) -> Any:
    """What a text says as JSON, where it does: `=4` is said of a number as it is of a text."""
    with suppress(TypeError, ValueError):
        return json.loads(value)
    return value


def merged(settings: Mapping[str, Mapping[str, Any]], over: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Both, `over` winning setting by setting."""
    return {provider: {**settings.get(provider, {}), **over.get(provider, {})} for provider in {**settings, **over}}


def add_tables(connection: DuckDBPyConnection, tables: Tables, *, temporary: bool = True) -> None:
    """Make each of `tables` a table; a temporary one exists in a read-only database too, for this connection alone."""
    kind = "TEMP TABLE" if temporary else "TABLE"
    for name, (columns, rows) in tables.items():
        values = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in columns]
        items = ", ".join(f"unnest(${at}) AS {quoted(column)}" for at, column in enumerate(columns, 1))
        connection.execute(f"CREATE OR REPLACE {kind} {quoted(name)} AS SELECT {items}", values)
