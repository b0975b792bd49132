"""The command `rowcall`: finds the command, runs it, and turns errors into a message and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from rowcall.shell.exit import Exit, exit_code, tell
from rowcall.shell.options import parse


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the process, after running the command that `arguments` (by default the process's own) ask for."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _RUN[options.command](options)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        return Exit.BROKEN_PIPE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the front end: nothing goes past it
        tell(error, debug=options.debug)
        return exit_code(error)
    return code


def _silence_stdout() -> None:
    """Point standard output at nothing: the interpreter flushes it once more on its way out, and would complain."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def _query(options: argparse.Namespace) -> int:
    from rowcall.shell.query import run

    return run(options)


def _shell(options: argparse.Namespace) -> int:
    from rowcall.shell.repl import run

    return run(options)


def _demo(options: argparse.Namespace) -> int:
    from rowcall.shell.demo import run

    return run(options)


def _sandbox(options: argparse.Namespace) -> int:
    from rowcall.sandbox.server import serve

    return serve(options.provider, port=options.port, seed=options.seed, faults=options.fault, latency_s=options.latency)


def _provider(options: argparse.Namespace) -> int:
    from rowcall.shell.provider import run

    return run(options)


_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "query": _query,
    "shell": _shell,
    "demo": _demo,
    "sandbox": _sandbox,
    "provider": _provider,
}
