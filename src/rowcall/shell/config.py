"""`rowcall config`: every setting with where it comes from, where the config file is, and what is wrong with it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import astuple, replace
from typing import TYPE_CHECKING

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import UsageError
from rowcall.front.opening import add_tables, provider_settings, say_options
from rowcall.front.report import counted
from rowcall.session.config import config_file, loaded
from rowcall.session.faults import faults
from rowcall.session.sources import Sourced, of_provider, of_session
from rowcall.shell.exit import Exit
from rowcall.shell.output import Output, chosen_format, table_options

if TYPE_CHECKING:
    from rowcall import Session

_COLUMNS = ("setting", "value", "source", "place")


def run(options: argparse.Namespace) -> int:
    """The exit code, after the action was done."""
    match options.action:
        case "path":
            print(config_file())
        case "check":
            return _check()
        case _:
            _show(options)
    return Exit.OK


def _show(options: argparse.Namespace) -> None:
    with (
        Output(chosen_format(options.output, None), None, table_options(None, None, None)) as output,
        rowcall.connect(providers=provider_settings(options.set), profile=options.profile) as session,
    ):
        say_options(session, options)
        rows = [astuple(_of_command(each, options)) for each in _sourced(session)]
        add_tables(session.connection, {"settings": (_COLUMNS, rows)})
        output.write(session.connection.table("settings"), session.connection)
        output.finish()


def _sourced(session: Session) -> Iterator[Sourced]:
    yield from of_session(session.variables, session.config)
    for name, provider in session.catalog.providers.items():
        for service in (None, *provider.keyed):
            yield from of_provider(provider, session.given.get(name, {}), session.config, service)


def _of_command(each: Sourced, options: argparse.Namespace) -> Sourced:
    """A setting that was said in this process, as the option that said it."""
    if each.source == "connect":
        return replace(each, source="option", place=f"--set {each.setting}")
    if each.source == "option":
        return replace(each, place=next(action.option_strings[-1] for action in options.parser.options() if action.dest == each.setting))
    return each


def _check() -> int:
    file = config_file()
    try:
        config = loaded(file, asked=bool(os.environ.get("ROWCALL_CONFIG")))
        found = [*faults(config, Catalog.available().providers, os.environ)]
    except UsageError as error:  # it cannot be read
        found = [str(error)]
    for fault in found:
        print(fault, flush=True)  # before what is said of them all, also where both go into one pipe
    if found or file.exists():
        print(f"{file}: {counted(len(found), 'fault') if found else 'no faults'}", file=sys.stderr)
    else:
        print(f"There is no config file {file}: defaults and variables hold.", file=sys.stderr)
    return Exit.FAILED if found else Exit.OK
