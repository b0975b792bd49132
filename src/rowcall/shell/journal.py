"""`rowcall journal`: the writes that were sent, what became of each request, and the rest of one that was cut short."""

from __future__ import annotations

import argparse

from rowcall.manifest.types import literal
from rowcall.shell.query import run as run_query


def run(options: argparse.Namespace) -> int:
    """The exit code, after the action was done: each is a statement, and answers like any."""
    options.sql = _statement(options)
    options.input, options.param, options.keep_going = None, [], False
    options.dry_run = options.action == "resume" and options.dry_run
    return run_query(options)


def _statement(options: argparse.Namespace) -> str:
    match options.action:
        case "list":
            return "SHOW JOURNAL"
        case "show":
            return f"SHOW JOURNAL {literal(options.write)}"
        case _:
            return f"RESUME {literal(options.write)}{' TAKE OVER' if options.take_over else ''}"
