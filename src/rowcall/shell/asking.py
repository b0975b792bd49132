"""Asking whether a write is to be sent: what is shown of it, and the question, on a terminal; a refusal where there is none."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from rowcall.errors import removal
from rowcall.front.report import counted
from rowcall.front.table import shorten, text_width, visible

if TYPE_CHECKING:
    from rowcall.session.guards import Pending

_SHOWN = 5
"""How many requests are shown; the rest is counted."""
_BODY_LINES = 3
"""How many lines of the terminal a body may take."""
_YES = frozenset({"y", "yes"})


def refuse(pending: Pending) -> bool:
    """Nobody can be asked: raises WriteLimitError with what lets the write pass."""
    error = pending.refusal()
    limit = (
        "" if pending.deletes or pending.removes or pending.together else f", --max-write-rows {pending.rows} the writes of so many rows"
    )
    error.hint = f"Nobody can be asked here. --yes sends it{limit}; --dry-run shows the requests."
    raise error


def ask(pending: Pending) -> bool:
    """Whether whoever sits at the terminal answers yes; anything else is no, Ctrl-C and the end of the input too."""
    to = sys.stderr if sys.stderr.isatty() else sys.stdout
    for line in question_lines(pending, shutil.get_terminal_size().columns):
        print(line, file=to)
    what = "this request" if pending.rows == 1 else f"these {counted(pending.rows, 'request')}"
    _forget_typed()
    try:
        print(f"Send {what}? [y/N] ", end="", file=to, flush=True)
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        answer = ""
    if not answer.endswith("\n"):  # the cursor stands behind the question still
        print(file=to, flush=True)
    return answer.strip().casefold() in _YES


def _forget_typed() -> None:
    """What was typed before the question was there is no answer to it."""
    try:
        import termios
    except ImportError:  # on Windows
        return
    with suppress(termios.error, OSError, ValueError):
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def question_lines(pending: Pending, width: int) -> Iterator[str]:
    """What is shown before the question: the method, how many requests, and the first of them with their bodies."""
    kind = f"{pending.statement_kind.upper()}{', which deletes' if pending.deletes and pending.statement_kind != 'delete' else ''}"
    yield f"{kind}: {counted(pending.rows, 'request')} of {pending.resource}.{pending.method}"
    if pending.removes:
        yield f"  {removal(pending.removes)}"
    if pending.together:
        yield "  one request may be about several rows; how many is not known before"
    for request in pending.requests(_SHOWN):
        yield f"  {request.method} {visible(request.url)}"
        if request.body is not None:
            yield f"    {_cut(visible(request.body), max(40, (width - 4) * _BODY_LINES))}"
    if pending.rows > _SHOWN:
        yield f"  … and {pending.rows - _SHOWN:,} more"


def _cut(text: str, width: int) -> str:
    return text if text_width(text) <= width else shorten(text, width)
