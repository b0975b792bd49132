"""The screen, which takes the lines of one result, by way of a pager where they do not fit."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import IO, Any, Self

from rowcall.errors import UsageError
from rowcall.front.table import text_width

_BELOW = 3
"""Lines of the screen that are not the result's: how it went, and the prompt."""
_NONE = {"", "cat", "off"}
"""What says that there is no pager."""


def default_pager() -> str | None:
    """The command that `$ROWCALL_PAGER` names, else `$PAGER`, else `less` where there is one; None for none."""
    for name in ("ROWCALL_PAGER", "PAGER"):
        if (named := os.environ.get(name)) is not None:
            return None if named.strip() in _NONE else named
    return "less" if shutil.which("less") and os.environ.get("TERM") != "dumb" else None


@dataclass(slots=True)
class Pager:
    """Whether results are paged, and by what."""

    command: str | None = field(default_factory=default_pager)
    """None where there is none."""
    is_on: bool = True

    @property
    def used(self) -> str | None:
        """The command for what does not fit; None where it is shown as it is."""
        return self.command if self.is_on else None

    def switch(self, said: str) -> None:
        """On, off, the other of the two where nothing is said, or on with another command. Raises UsageError where there is none."""
        if said == "off" or (not said and self.used):
            self.is_on = False
            return
        if said in {"", "on"}:
            command = self.command or default_pager() or shutil.which("less")
            if command is None:
                raise UsageError("There is no pager: say which, as .pager more.")
        else:
            command = said
            if not (words := _words(said)) or not shutil.which(words[0]):
                raise UsageError(f"There is no command {words[0] if words else said}; .pager takes on, off or the command of a pager.")
        self.command, self.is_on = command, True


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise UsageError(f"{command}: {error}.") from error


class Screen:
    """A context manager that takes lines and, with a pager, waits for its end. What comes after somebody left that goes nowhere."""

    def __init__(self, command: str | None) -> None:
        self._command = command
        self._held: list[str] = []
        """Lines that may fit, while that is open."""
        self._height = 0
        self._size = shutil.get_terminal_size()
        self._running: tuple[subprocess.Popen[bytes], IO[bytes]] | None = None
        """The pager, and what it reads."""
        self._before: Any = None
        """What Ctrl-C did before it."""
        self.is_left = False
        """Whether the pager was left before it had all."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self._print(self._held)
        if self._running is not None:
            process, pipe = self._running
            try:
                self._send(pipe.close)
                process.wait()
            finally:
                signal.signal(signal.SIGINT, self._before)
        return isinstance(error, _LeftError)

    def write(self, lines: Iterable[str]) -> None:
        """Shows `lines`, or holds them until there are more than the screen has."""
        for line in lines:
            if self._command is None:
                print(line)
            elif self._running is None:
                self._hold(line, self._command)
            else:
                self._page([line])
            if self.is_left:
                return
        if self._running is not None:
            self._send(self._running[1].flush)
        elif self._command is None:
            sys.stdout.flush()

    @property
    def is_paged(self) -> bool:
        """Whether the pager has the terminal."""
        return self._running is not None

    def check(self) -> None:
        """Ends the block without a word where the pager was left."""
        if self.is_left:
            raise _LeftError

    def _hold(self, line: str, command: str) -> None:
        self._held.append(line)
        width = text_width(_COLOURS.sub("", line))
        self._height += max(1, -(-width // self._size.columns))
        if self._height > self._size.lines - _BELOW or (line.startswith("┌") and width > self._size.columns):
            held, self._held = self._held, []
            if self._started(command):
                self._page(held)
            else:
                self._command = None
                self._print(held)

    def _print(self, lines: list[str]) -> None:
        for line in lines:
            print(line)
        sys.stdout.flush()

    def _started(self, command: str) -> bool:
        """Whether the pager runs; a warning says why it does not: rows matter more."""
        # Colours are shown, lines cut at the edge and moved sideways, and what was seen stays. One that would leave at once where all
        # fits (F) would show a wide result cut.
        environment = {"LESS": "SRX", "LESSCHARSET": "utf-8", "LV": "-c", **os.environ}
        sys.stdout.flush()
        try:
            process = subprocess.Popen(_words(command), stdin=subprocess.PIPE, env=environment)  # noqa: S603 - the user's own
        except (OSError, UsageError) as error:
            why = getattr(error, "strerror", None) or error
            print(f"warning: Cannot start the pager {command}: {why}. .pager names another, or none: .pager off", file=sys.stderr)
            return False
        self._running = (process, process.stdin) if process.stdin is not None else None
        self._before = signal.signal(signal.SIGINT, self._interrupted)
        return True

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-C is the pager's, to which the terminal sends it too, until that has ended."""
        if self._running is None or self._running[0].poll() is not None:
            signal.default_int_handler(number, frame)

    def _page(self, lines: list[str]) -> None:
        if self._running is not None:
            pipe, text = self._running[1], "".join(f"{line}\n" for line in lines)
            self._send(lambda: pipe.write(text.encode("utf-8", "replace")))

    def _send(self, do: Callable[[], object]) -> None:
        try:
            do()
        except BrokenPipeError:
            self.is_left = True


class _LeftError(Exception):
    """The pager was left before it had all."""


_COLOURS = re.compile(r"\x1b\[[\d;]*m")
