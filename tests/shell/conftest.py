"""The real command, in a process of its own: with pipes, and in a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import rowcall

COMMAND = [sys.executable, "-m", "rowcall"]
PATIENCE_S = 30.0
QUIET_S = 0.4

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `rowcall` with these arguments, in an empty folder; `stdin` is its standard input."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments], input=stdin, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, timeout=60, check=False
        )

    return run


class Terminal:
    """`rowcall` in a pseudo-terminal: what a user types goes in, and what the screen would be sent is kept in `seen`."""

    def __init__(self, arguments: tuple[str, ...], cwd: Path, columns: int, lines: int) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environment = {"ROWCALL_PAGER": "", **os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=environment,
            close_fds=True,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - one call, no allocation
        )
        os.close(slave)
        os.set_blocking(self._master, False)
        self.seen = ""

    def type(self, text: str) -> None:
        """Send keys; Enter is a carriage return, Ctrl-C the character 3, Ctrl-D the character 4."""
        os.write(self._master, text.encode())

    def wait_for(self, text: str) -> str:
        """What came since the last call, up to and with `text`. Fails when it does not come."""
        return self.wait_for_match(re.escape(text))

    def wait_for_match(self, pattern: str) -> str:
        """What came since the last call, up to and with what the regular expression matches. Fails when it does not come."""
        end = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self.seen)):
            has_ended = self.process.poll() is not None  # before it is read, so that its last words are not missed
            if not self._read() and (has_ended or time.monotonic() > end):
                raise AssertionError(f"{pattern!r} did not come; the terminal shows:\n{self.seen}")
        before, self.seen = self.seen[: found.end()], self.seen[found.end() :]
        return before

    def told(self, typed: str) -> str:
        """What is shown after a line was typed in the shell, up to the next prompt."""
        self.type(f"{typed}\r")
        return self.wait_for_rest("rowcall>").rstrip().removesuffix("rowcall>").rpartition(f"{typed}\n")[2]

    def wait_for_rest(self, text: str) -> str:
        """What came since the last call, once it ends with `text` and nothing follows: the shell draws its prompt more than once."""
        end = time.monotonic() + PATIENCE_S
        quiet_since = time.monotonic()
        while not (self.seen.rstrip().endswith(text) and time.monotonic() - quiet_since > QUIET_S):
            if self._read():
                quiet_since = time.monotonic()
            elif time.monotonic() > end:
                raise AssertionError(f"{text!r} is not the end; the terminal shows:\n{self.seen}")
        rest, self.seen = self.seen, ""
        return rest

    def wait(self) -> int:
        """The exit code."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end:
            self._read()
        return self.process.wait(timeout=1)

    def close(self) -> None:
        """End the process, if it has not ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        """Whether something came."""
        try:
            data = os.read(self._master, 65536)
        except BlockingIOError:
            time.sleep(0.01)
            return False
        except OSError:  # the other side is closed
            time.sleep(0.01)
            return False
        self.seen += _plain(data.decode("utf-8", "replace"))
        return True


def _plain(text: str) -> str:
    """`text` without the sequences that move and colour."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07|[\r\b]", "", text)


@pytest.fixture(scope="module")
def box() -> Iterator[rowcall.Sandbox]:
    """A server of a module's own, that tells what it was asked."""
    with rowcall.Sandbox() as box:
        yield box


@pytest.fixture
def at(run: Run, box: rowcall.Sandbox) -> Run:
    """Runs a command against that sandbox, with a journal of the test's own."""
    settings = box.providers["openai"]
    options = [f"--set=openai.{name}={settings[name]}" for name in ("base_url", "api_key")]
    return lambda *arguments: run(*arguments, *options, "--journal", "journal.sqlite")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts `rowcall` with these arguments in a terminal of 160 columns, without a pager unless the environment names one."""
    started: list[Terminal] = []

    def start(*arguments: str, columns: int = 160, lines: int = 50) -> Terminal:
        started.append(Terminal(arguments, tmp_path, columns, lines))
        return started[-1]

    yield start
    for each in started:
        each.close()
