"""`rowcall apply`: sends what a file of PLAN's says."""

from __future__ import annotations

import argparse

from rowcall.manifest.types import literal
from rowcall.shell.query import run as run_query


def run(options: argparse.Namespace) -> int:
    """The exit code, after the plan was applied: it is a statement, and answers like any."""
    options.sql = f"APPLY {literal(str(options.plan))}{' AGAIN' if options.again else ''}"
    options.input, options.param, options.keep_going = None, [], False
    return run_query(options)
