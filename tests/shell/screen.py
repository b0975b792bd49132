"""A real terminal, tmux, with what is on its screen."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

PATIENCE_S = 30.0
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="looks at the screen of tmux")


class Screen:
    """A command in a terminal of its own: keys go in, and what a user sees comes out."""

    def __init__(self, command: Sequence[str], cwd: Path, *, columns: int = 100, lines: int = 30) -> None:
        self._server = f"rowcall-{secrets.token_hex(6)}"
        # tmux hands on the environment of its server, which starts here; the terminal stays when the command has ended, as it is: a line
        # that says so would move the first one off.
        self._tmux(
            *("-f", os.devnull, "new-session", "-d", "-x", str(columns), "-y", str(lines), "-c", str(cwd), shlex.join(command)),
            *(
                ";",
                "set",
                "-g",
                "remain-on-exit",
                "on",
                ";",
                "set",
                "-g",
                "remain-on-exit-format",
                "",
                ";",
                "set",
                "-g",
                "escape-time",
                "0",
            ),
        )

    def type(self, text: str) -> None:
        """Types characters; a line end is Enter."""
        for part in re.split("(\n)", text):
            if part:
                self._tmux("send-keys", *(["Enter"] if part == "\n" else ["-l", "--", re.sub(";$", r"\\;", part)]))

    def paste(self, text: str) -> None:
        """Pastes a text, as terminals say that it is one."""
        self._tmux("set-buffer", "--", re.sub(";$", r"\\;", text), ";", "paste-buffer", "-p")

    def press(self, *keys: str) -> None:
        """Presses keys by tmux's names, as C-c, Tab, Down."""
        self._tmux("send-keys", *keys)

    def resize(self, columns: int, lines: int = 30) -> None:
        """Makes the terminal another size."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def shown(self) -> str:
        """What is on the screen, without the empty lines below."""
        return re.sub(r"[ \t]+$", "", self._tmux("capture-pane", "-p"), flags=re.MULTILINE).rstrip("\n")

    def coloured(self) -> str:
        """What is on the screen, with the sequences that colour it, without the empty lines below."""
        return self._tmux("capture-pane", "-p", "-e").rstrip()

    def until(self, pattern: str) -> str:
        """What is on the screen once the regular expression matches it. Fails where it never does."""
        end = time.monotonic() + PATIENCE_S
        while not re.search(pattern, shown := self.shown(), re.MULTILINE):
            if time.monotonic() > end:
                raise AssertionError(f"{pattern!r} did not come; the terminal shows:\n{shown}")
            time.sleep(0.02)
        return shown

    def close(self) -> None:
        """Ends the terminal and what runs in it."""
        with suppress(subprocess.CalledProcessError):  # it is closed
            self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8"}
        command = ["tmux", "-L", self._server, "-u", *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=30, check=True).stdout
