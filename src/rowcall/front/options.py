"""The options that open a session, as the command line and the notebook take them.

Imports nothing beyond argparse and the error tree, so that `--version`, `--help` and a mistyped option answer at once.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


class Say(argparse.Action):
    """Gathers in `settings` what options say of the session's settings, by their names; what no option says is not there."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, default=argparse.SUPPRESS, **options)

    def __call__(self, _parser: argparse.ArgumentParser, namespace: argparse.Namespace, value: Any, *_: Any) -> None:
        namespace.settings = {**namespace.settings, self.dest: value}


def add_session(parser: argparse.ArgumentParser, *, in_terminal: bool = True) -> None:
    """Adds what `opening.opened_session` reads.

    Not `in_terminal` there is no --yes, for who shows each write before it is sent, and no --no-progress.
    """
    group = parser.add_argument_group("connection")
    group.add_argument("--database", metavar="FILE", type=Path, help="a DuckDB database file; without it, one in memory")
    if in_terminal:
        group.add_argument("-y", "--yes", action="store_true", help="send DELETE, and writes of several rows, without asking")
    group.add_argument(
        "--sandbox", action="store_true", help="start the sandbox in this process and talk to it, whichever provider a statement names"
    )
    group.add_argument(
        "--provider",
        action="append",
        default=[],
        metavar="NAME",
        help="whose tables to start from there are, may be repeated; openai's unless said",
    )
    group.add_argument("--seed", type=int, metavar="N", help="the sandbox's data; 0 unless said")
    if in_terminal:
        group.add_argument(
            "--no-progress", dest="progress", action="store_false", help="show nothing in the terminal while a statement runs"
        )
    group.add_argument("--log-http", action="store_true", help="write every HTTP exchange to standard error, a line of JSON each")
    add_settings(parser)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Adds what `opening.say_options` reads, and the provider's settings."""
    group = parser.add_argument_group("settings")
    group.add_argument("--profile", metavar="PROFILE", help="a profile of the config file; $ROWCALL_PROFILE unless said")
    group.add_argument(
        "--set",
        metavar="P.SETTING=VALUE",
        type=setting,
        action="append",
        default=[],
        help="a setting of provider P, as openai.base_url=URL or openai.headers.X-Team=ops; := takes JSON",
    )
    group.add_argument("--read-only", action="store_true", help="refuse every write, to APIs and to the database")
    group.add_argument(
        "--max-write-rows",
        action=Say,
        dest="max_write_rows",
        type=or_none(natural),
        metavar="N",
        help="send writes of up to N rows without asking; 1 unless said, none for no limit; with --yes, the most there may be",
    )
    group.add_argument(
        "--journal",
        action=Say,
        dest="journal",
        metavar="FILE",
        help="where writes are noted, or :memory:; a file in your state folder unless said",
    )
    add_limits(parser)


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Adds the limits of statements, which are settings of the session."""
    group = parser.add_argument_group("limits")
    group.add_argument(
        "--max-requests",
        action=Say,
        dest="max_requests",
        type=or_none(natural),
        metavar="N",
        help="fail rather than send more than N requests for a statement; 1000 unless said, none for no limit",
    )
    group.add_argument(
        "--max-in-flight",
        action=Say,
        dest="max_in_flight",
        type=or_none(positive),
        metavar="N",
        help="have no more than N requests of a statement under way at a provider; none for as many as the provider's own setting",
    )
    group.add_argument(
        "--timeout",
        action=Say,
        dest="timeout_s",
        type=or_none(_duration),
        metavar="SECONDS",
        help="fail a statement that takes longer, in seconds or as 500ms or 2min; none for no limit",
    )
    group.add_argument(
        "--on-error",
        action=Say,
        dest="on_error",
        choices=["error", "partial"],
        help="when some requests fail: fail the statement, or give the rows there are, send the rest of a write, and exit with 3",
    )
    parser.set_defaults(settings={})


def setting(text: str) -> tuple[tuple[str, ...], Any]:
    """The path and value of `provider.setting=text` or `provider.setting.key:=json`.

    >>> setting("openai.query.api-version=2024-05-01")
    (('openai', 'query', 'api-version'), '2024-05-01')
    """
    name, value = assignment(text)
    path = tuple(name.split(".", 2))
    if len(path) < 2 or not all(path):
        raise argparse.ArgumentTypeError(f'"{name}" is not PROVIDER.SETTING, as openai.base_url is')
    return path, value


def assignment(text: str) -> tuple[str, Any]:
    """The name and value of `name=text` or `name:=json`. This and those below raise ArgumentTypeError for any other text."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip(":"):
        raise argparse.ArgumentTypeError(f'"{text}" is not NAME=VALUE')
    if not name.endswith(":"):
        return name, value
    try:
        return name[:-1], json.loads(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'"{value}" is not JSON ({error}); {name[:-1]}={value} takes it as text') from error


def natural(text: str) -> int:
    """A whole number from 0 on."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number')
    return int(text)


def or_none(limit: Callable[[str], Any]) -> Callable[[str], Any]:
    """What reads a limit, or the word none."""
    return lambda text: None if text.casefold() == "none" else limit(text)


def positive(text: str) -> int:
    """A whole number from 1 on."""
    if natural(text) == 0:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return int(text)


def _duration(text: str) -> float:
    from rowcall.session.limits import duration_s

    return duration_s(text) or seconds(text)


def seconds(text: str) -> float:
    """A number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f'"{text}" is not a number of seconds')
    return number
