"""The command `rowcall`: finds the command, runs it, and turns errors into a message and an exit code."""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from rowcall.shell.exit import Exit, exit_code, tell
from rowcall.shell.options import parse

_UNCOLLECTED = 200_000
"""How many objects more there may be before Python looks for those in circles; a start makes some 120,000, and hardly any garbage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code, after running the command that `arguments` ask for; without them the process's own, which ends then."""
    if arguments is None:
        _whole_process()
    return _run(arguments)


def _whole_process() -> NoReturn:
    """Runs the command and ends. Everything is closed then; to take the modules apart would take a quarter of a short statement's time."""
    _open_streams()
    gc.set_threshold(_UNCOLLECTED)
    # httpx would load its own command line, with click, rich and pygments, which takes longer than the rest of it.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # Python's own mark for what is not to be imported
    code = _run(sys.argv[1:])
    atexit._run_exitfuncs()  # noqa: SLF001 - as `multiprocessing` ends its processes
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # the reader went away; it is closed
            stream.flush()
    os._exit(code)


def _open_streams() -> None:
    """Points a standard stream that was closed from the start (`>&-`) at nothing: else the next file that is opened gets its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def _run(arguments: Sequence[str]) -> int:
    try:
        options = _parsed(arguments)
    except BrokenPipeError:
        _silence_stdout()
        return Exit.BROKEN_PIPE
    try:
        code = _COMMANDS[options.command](options)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        return Exit.BROKEN_PIPE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the front end: nothing goes past it
        tell(error, debug=options.debug)
        return exit_code(error)
    return code


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options; help and version are all written when it ends the process."""
    try:
        return parse(arguments)
    except SystemExit:
        sys.stdout.flush()
        raise


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

    name, latency = options.named or options.provider, options.latency
    return serve(name, port=options.port, seed=options.seed, faults=options.fault, latency_s=latency, rows=options.rows)


def _provider(options: argparse.Namespace) -> int:
    from rowcall.shell.provider import run

    return run(options)


def _journal(options: argparse.Namespace) -> int:
    from rowcall.shell.journal import run

    return run(options)


def _apply(options: argparse.Namespace) -> int:
    from rowcall.shell.apply import run

    return run(options)


def _config(options: argparse.Namespace) -> int:
    from rowcall.shell.config import run

    return run(options)


def _completion(options: argparse.Namespace) -> int:
    from rowcall.shell.completion import run

    return run(options)


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "query": _query,
    "shell": _shell,
    "demo": _demo,
    "sandbox": _sandbox,
    "provider": _provider,
    "apply": _apply,
    "journal": _journal,
    "config": _config,
    "completion": _completion,
}
