"""A file of SQLite's that processes of a machine share, as waits of rowcall have to be: cut short when a statement is.

SQLite waits for a lock within one call, which neither Ctrl-C nor a deadline ends. Here it is asked again and again, for a moment each.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from rowcall.errors import UsageError
from rowcall.http.control import Control

MEMORY = ":memory:"
"""The path of a file that is none, and ends with its connection."""
T = TypeVar("T")
Run = Callable[..., tuple[Any, ...] | None]
"""Runs a statement with the values of its parameters, and returns its first row."""
_SLICE_S = 0.05
"""How long one call may wait for a lock."""


class Database:
    """A connection to the file, for any thread. What is wrong with the file is a UsageError that names the setting and the file."""

    def __init__(self, setting: str, path: str, *, patience_s: float, private: bool = False) -> None:
        """The file, made where it is absent. Others may have it locked for `patience_s` together.

        With `private` it must be this user's, for nobody else to read, in a folder where nobody else makes files: SQLite keeps others
        beside it. Nor is such a file used when it is no longer there.
        """
        self._setting = setting
        self._path = path
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._private = private
        with self.in_words():
            if path != MEMORY:
                _make(path)
                if private and (reason := _openness(path)):
                    raise OSError(reason)
            self._file = sqlite3.connect(path, timeout=_SLICE_S, isolation_level=None, check_same_thread=False)
            self._place = Path(path).absolute()
            self._identity = None if path == MEMORY else _identity(self._place)
        self.close = weakref.finalize(self, self._file.close)
        """Closes it; so does the end of this object."""

    @property
    def is_there(self) -> bool:
        """Whether who opens the path now gets the same file; not where it was removed, or another put in its place."""
        try:
            return self._identity is None or _identity(self._place) == self._identity
        except OSError:
            return False

    def run(self, statement: str, values: Sequence[Any] = (), control: Control | None = None) -> tuple[Any, ...] | None:
        """The first row of a statement by itself, None where it has none. Raises what `control` raises when it ends the wait."""
        with self._held(control) as until:
            return self._patiently(lambda: self._first(statement, values), control, until)

    @contextmanager
    def transaction(self, control: Control | None = None) -> Iterator[Run]:
        """Gives what runs a statement and returns its first row; what it changes is there when this is left, all of it or nothing.

        Raises what `control` raises when it ends the wait.
        """
        with self._held(control) as until:
            self._patiently(lambda: self._first("BEGIN IMMEDIATE"), control, until)
            try:
                yield self._first
                self._patiently(lambda: self._first("COMMIT"), control, until)
            finally:
                if self._file.in_transaction:
                    self._file.rollback()

    @contextmanager
    def _held(self, control: Control | None) -> Iterator[float]:
        """Keeps the other threads of this process out. Gives until when to be patient."""
        until = time.monotonic() + self._patience_s
        with self.in_words():
            while not self._lock.acquire(timeout=_SLICE_S):
                self._go_on(control, until)
            try:
                if self._private and not self.is_there:
                    raise OSError("it was removed or replaced")
                yield until
            finally:
                self._lock.release()

    def rows(self, statement: str, values: Sequence[Any] = (), control: Control | None = None) -> list[tuple[Any, ...]]:
        """All rows of a statement by itself. Raises what `control` raises when it ends the wait."""
        with self._held(control) as until:
            return self._patiently(lambda: self._file.execute(statement, values).fetchall(), control, until)

    def _first(self, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._file.execute(statement, values).fetchone()
        return row

    def _patiently(self, do: Callable[[], T], control: Control | None, until: float) -> T:
        """What `do` gives, as soon as nobody else has the file locked."""
        while True:
            try:
                return do()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            self._go_on(control, until)

    def _go_on(self, control: Control | None, until: float) -> None:
        if control is not None:
            control.check()
        if time.monotonic() >= until:
            raise OSError(f"another process has had it locked for {self._patience_s:g} s")

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """Turns what the file system and SQLite raise into a UsageError."""
        try:
            yield
        except (OSError, ValueError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(f"{self._setting} {self._path} cannot be used: {reason}.") from error


def _make(path: str) -> None:
    """Makes the file, for its owner alone, where there is none.

    One that is there is not opened: to close it again would end the locks that other connections of this process have.
    Source: https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return


def _identity(place: Path) -> tuple[int, int]:
    """What tells a file from all others that there are."""
    found = place.stat()
    return found.st_dev, found.st_ino


def _openness(path: str) -> str | None:
    """Why others may see or change what is in a file; None where they may not, or where nobody can tell."""
    if not hasattr(os, "geteuid"):
        return None
    place = Path(path).resolve()
    file, folder = place.stat(), place.parent.stat()
    if not stat.S_ISREG(file.st_mode):
        return "it is no regular file"
    if file.st_uid != os.geteuid():
        return "it belongs to somebody else"
    if file.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return "others may open it (chmod 600 makes it yours alone)"
    if folder.st_uid not in {0, os.geteuid()} or folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "others may make files in its folder"
    return None
