"""The lines below the cursor that say how far a statement is, while it runs.

They are on standard error, where that is a terminal, from half a second on, and are gone without a trace before anything else is written.
What is typed meanwhile is not shown, as it would stand among them, but read by what reads next.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from rowcall.front.report import counted
from rowcall.front.table import pad, shorten, text_width

if TYPE_CHECKING:
    from rowcall import Session
    from rowcall.session.guards import Confirm, Pending
    from rowcall.session.progress import Progress, ScanProgress

T = TypeVar("T")

_AFTER_S = 0.5
"""How long a statement runs, and for how long it has written no rows, before there is anything to see of it."""
_AGAIN_S = 0.1
"""How often it is drawn."""
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_SCANS = 8
"""How many bars there are at the most: those that began last."""
_WAITS = {"rate limit": "for the rate limit", "retry": "to try again", "AWAIT": "for the end of what it began"}


class _Echo:
    """Whether the terminal shows what is typed, Ctrl-C as `^C` too."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None
        """How the terminal was; None while it is so."""

    def off(self) -> None:
        """What is typed is not shown until `back`; where there is no terminal to be told, nothing is done."""
        try:
            import termios
        except ImportError:  # on Windows
            return
        if self._before is None and sys.stdin is not None and _can_draw(sys.stdin):
            with suppress(termios.error):  # the terminal has gone
                before = termios.tcgetattr(sys.stdin)
                quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
                termios.tcsetattr(sys.stdin, termios.TCSANOW, quiet)
                self._before = before

    def back(self) -> None:
        """As it was."""
        before, self._before = self._before, None
        if before is not None and _can_draw(sys.stdin):  # a process in the background that touches a terminal is stopped
            import termios

            with suppress(termios.error):
                termios.tcsetattr(sys.stdin, termios.TCSANOW, before)

    @contextmanager
    def on(self) -> Iterator[None]:
        """As it was, while this lasts."""
        was_off = self._before is not None
        self.back()
        try:
            yield
        finally:
            if was_off:
                self.off()


class Live:
    """The lines of one terminal, for one statement after the other."""

    def __init__(self, *, on: bool = True, to: TextIO | None = None) -> None:
        """`to` is standard error unless said. Where that is no terminal, nothing is ever drawn."""
        self.on = on
        self._to = to or sys.stderr
        self._drawing: _Drawing | None = None
        self._echo = _Echo()

    @contextmanager
    def watching(self, session: Session) -> Iterator[None]:
        """Shows, while it lasts, how far the statement of `session` is; its relation must be read after it."""
        if not (self.on and _can_draw(self._to)):
            yield
            return
        drawing = self._drawing = _Drawing(session.progress, self._to)
        try:
            drawing.start()
            self._echo.off()
            yield
        finally:
            self._echo.back()
            self._drawing = None
            drawing.end()

    def around(self, write: Callable[[T], None]) -> Callable[[T], None]:
        """The same function, while which nothing is to be seen: it writes to the terminal itself."""

        def writing(what: T) -> None:
            with self._hidden():
                write(what)

        return writing

    def leave(self) -> None:
        """Shows nothing more of the statement: another program has the terminal."""
        drawing, self._drawing = self._drawing, None
        if drawing is not None:
            drawing.hide()
            self._echo.back()

    def asking(self, confirm: Confirm) -> Confirm:
        """The same question, while which nothing is to be seen."""

        def asked(pending: Pending) -> bool:
            with self._hidden(), self._echo.on():
                return confirm(pending)

        return asked

    @contextmanager
    def _hidden(self) -> Iterator[None]:
        drawing = self._drawing
        if drawing is None:
            yield
            return
        drawing.hide()
        try:
            yield
        finally:
            if drawing is self._drawing:
                drawing.show()


OFF = Live(on=False)
"""Draws nothing."""


def _can_draw(to: TextIO) -> bool:
    """Whether it is a terminal that can be told to forget lines, and this process the one that it shows."""
    try:
        if not to.isatty() or os.environ.get("TERM") == "dumb":
            return False
        return os.tcgetpgrp(to.fileno()) == os.getpgrp()
    except (AttributeError, OSError, ValueError):  # as on Windows, and of what is no file
        return to.isatty()


class _Drawing:
    """A thread that draws the progress of one statement."""

    def __init__(self, ask: Callable[[], Progress | None], to: TextIO) -> None:
        self._ask = ask
        self._to = to
        self._widths: list[int] = []
        """How wide each line is that is on the screen."""
        self._hidden = False
        self._quiet_until = 0.0
        self._lock = threading.Lock()
        """Held to write, and to look at anything of the above."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._draw, name="rowcall-progress", daemon=True)

    def start(self) -> None:
        """Begins to draw."""
        self._thread.start()

    def end(self) -> None:
        """Leaves the terminal as it was."""
        self._ended.set()
        if self._thread.ident is not None:  # Ctrl-C may have come before it began
            self._thread.join()
        with self._lock:
            self._write([])

    def hide(self) -> None:
        """Leaves the terminal to others until `show`."""
        with self._lock:
            self._write([])
            self._hidden = True

    def show(self) -> None:
        """Draws again, but not at once."""
        with self._lock:
            self._hidden = False
            self._quiet_until = time.monotonic() + _AFTER_S

    def _draw(self) -> None:
        with suppress(OSError, ValueError):  # nobody looks any more
            for turn in itertools.count():
                if self._ended.wait(_AGAIN_S):
                    return
                progress = self._ask()
                with self._lock:
                    if not self._hidden and time.monotonic() >= self._quiet_until:
                        self._write(self._lines(progress, turn))

    def _lines(self, progress: Progress | None, turn: int) -> Sequence[str]:
        if progress is None or progress.elapsed_s < _AFTER_S:
            return []
        size = os.get_terminal_size(self._to.fileno())
        return lines(progress, max(20, size.columns - 1), turn)[-max(1, size.lines - 1) :]

    def _write(self, drawn: Sequence[str]) -> None:
        """Puts these lines in place of those that are on the screen, in one piece."""
        if not drawn and not self._widths:
            return
        back = ""
        if self._widths:
            # What a terminal that became narrower has broken into several lines.
            columns = max(1, os.get_terminal_size(self._to.fileno()).columns)
            up = sum(max(1, -(-width // columns)) for width in self._widths) - 1
            back = f"\r\x1b[{up}A\x1b[J" if up else "\r\x1b[J"
        self._widths = [text_width(line) for line in drawn]
        self._to.write(back + "\n".join(drawn))
        self._to.flush()


def lines(progress: Progress, width: int, turn: int = 0) -> list[str]:
    """What is to be seen of a progress in so many columns: a bar for each of several scans, and a line of all. `turn` moves the spinner.

    What does not fit is left out, the least important first.
    """
    scans = progress.scans[-_SCANS:]
    if len(progress.scans) < 2:
        return [_sum(progress, width, turn)]
    names = min(max(text_width(scan.name) for scan in scans), max(8, width - 2 * _bar_width(width) - 4))
    bars = [_scan(scan, names, width) for scan in scans]
    before = len(progress.scans) - len(scans)
    return [*([f"… and {before:,} before"] if before else []), *bars, _sum(progress, width, turn)]


def _scan(scan: ScanProgress, names: int, width: int) -> str:
    name = scan.name if text_width(scan.name) <= names else f"…{scan.name[1 - names :]}"  # its end tells more than its beginning
    line = f"{pad(name, names)} {_bar(scan.calls_done, scan.calls, _bar_width(width))} {scan.calls_done:,}/{scan.calls:,}"
    rows = f"{line} · {counted(scan.rows, 'row')}"
    return rows if text_width(rows) <= width else shorten(line, width) if text_width(line) > width else line


def _sum(progress: Progress, width: int, turn: int) -> str:
    """All of it on a line."""
    parts = [part for part in _parts(progress) if part[1]]
    before = _SPINNER[turn % len(_SPINNER)]
    done, most = _done(progress)
    if most:
        before = f"{before} {_bar(done, most, _bar_width(width))}"
    while len(parts) > 1 and text_width(_joined(before, parts)) > width:
        parts.remove(max(parts))
    return shorten(line, width) if text_width(line := _joined(before, parts)) > width else line


def _joined(before: str, parts: Sequence[tuple[int, str]]) -> str:
    return f"{before} {' · '.join(text for _, text in parts)}"


def _done(progress: Progress) -> tuple[int, int]:
    """How much of how much: requests, where their number is known, or the calls of the one scan there is; of 0 where nobody can tell."""
    if progress.expected:
        return progress.requests, progress.expected
    calls = [(scan.calls_done, scan.calls) for scan in progress.scans]
    return calls[0] if len(calls) == 1 and calls[0][1] > 1 else (0, 0)


def _parts(progress: Progress) -> Iterator[tuple[int, str]]:
    """What there is to say, in its order, each with how early it is left out where there is no room: the highest first."""
    done, most = _done(progress)
    if most:
        yield 0, f"{done:,}/{most:,} {'requests' if progress.expected else 'calls'}"
    if not progress.expected and (progress.requests or progress.under_way):
        yield (5 if most else 0), counted(progress.requests, "request")
    yield 4, counted(progress.rows, "row") if progress.rows else ""
    yield 8, _size(progress.bytes) if progress.bytes else ""
    yield 7, f"{progress.cache_hits:,} from the cache" if progress.cache_hits else ""
    yield 6, f"{progress.retries:,} retried" if progress.retries else ""
    if progress.waiting is not None:
        waiting = "" if progress.waiting_s is None or progress.waiting_s < 1 else f" {_seconds(progress.waiting_s)}"
        yield 2, f"waits{waiting} {_WAITS.get(progress.waiting, progress.waiting)}"
    yield 1, f"{progress.elapsed_s:.1f} s" if progress.elapsed_s < _MINUTE else _seconds(progress.elapsed_s)
    yield 3, f"about {_seconds(progress.left_s)} left" if progress.left_s is not None else ""


_MINUTE = 60


def _seconds(seconds: float) -> str:
    """`1 s`, `2 min 05 s`, `1 h 02 min`; at least a second."""
    whole = max(1, round(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    minutes, rest = divmod(whole, _MINUTE)
    return f"{minutes} min {rest:02} s" if minutes < _MINUTE else f"{minutes // _MINUTE:,} h {minutes % _MINUTE:02} min"


def _size(size: float) -> str:
    """`812 B`, `1.2 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"


def _bar_width(width: int) -> int:
    return 20 if width >= 70 else 10


def _bar(done: int, most: int, width: int) -> str:
    """How far it is, full at its end alone."""
    filled = width if done >= most else min(width - 1, done * width // max(1, most))
    return "━" * filled + "─" * (width - filled)
