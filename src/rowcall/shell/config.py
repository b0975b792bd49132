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
from rowcall.errors import UsageError, nearest
from rowcall.front.opening import add_tables, provider_settings, say_options
from rowcall.front.report import counted
from rowcall.session.config import Config, config_file, read_config
from rowcall.session.settings import check_config, endpoint, settings_of
from rowcall.session.sources import Sourced, of_provider, of_session
from rowcall.session.variables import SETTINGS, variable_of
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
        yield from of_provider(provider, session.given.get(name, {}), session.config)


def _of_command(each: Sourced, options: argparse.Namespace) -> Sourced:
    """A setting that was said in this process, as the option that said it."""
    if each.source == "connect":
        return replace(each, source="option", place=f"--set {each.setting}")
    if each.source == "option":
        return replace(each, place=next(action.option_strings[-1] for action in options.parser.options() if action.dest == each.setting))
    return each


def _check() -> int:
    file = config_file()
    faults = list(dict.fromkeys(_faults()))
    for fault in faults:
        print(fault)
    if faults or file.exists():
        print(f"{file}: {counted(len(faults), 'fault') if faults else 'no faults'}", file=sys.stderr)
    else:
        print(f"There is no config file {file}: defaults and variables hold.", file=sys.stderr)
    return Exit.FAILED if faults else Exit.OK


def _faults() -> Iterator[str]:
    """What is wrong with the config file, each of its profiles, and the variables of the environment; one may hide others."""
    catalog = Catalog.shipped()
    try:
        config = read_config(profile="")
        check_config(config, catalog.providers)
    except UsageError as error:
        yield str(error)
        return
    for name in (None, *config.profiles()):
        yield from _faults_with(replace(config, profile=name), catalog)
    known = [variable_of(name) for name in SETTINGS] + ["ROWCALL_CONFIG", "ROWCALL_PROFILE"]
    for name in os.environ:
        if name.startswith("ROWCALL_") and name not in known and (close := nearest(name, known, 1)):
            yield f"${name} says nothing. Did you mean ${close[0]}?"


def _faults_with(config: Config, catalog: Catalog) -> Iterator[str]:
    try:
        settings_of(config)
    except UsageError as error:
        yield str(error)
    for name in {**config.part("providers"), **config.part("providers", of_profile=True)}:
        try:
            endpoint(catalog.providers[name], {}, config, read_only=False)
        except UsageError as error:
            yield str(error)
