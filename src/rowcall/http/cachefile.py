"""Calls whose answer may be given again, kept in a file: by later processes, and by all that name the same file.

What is kept and for how long it may be given again is as in `cache.py`; here is where. The file is SQLite's, which has the locks and
outlives a process that is killed at any point. Everything in it stands under digests that are keyed by the file's own random bytes: a
call is found by who has the same credential, headers and certificates at the same place, and by nobody else. No credential is in it, no
URL and no header; an answer that repeats a credential is not kept. Bodies are, as the API sent them, which is why the file is its owner's.

A write empties the file for the place that it goes to, whoever had asked. Before it is sent nothing of that place is left, and nothing is
kept while it is under way: so a process that is killed in between leaves nothing that is no longer so.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from rowcall import __version__
from rowcall.errors import UnavailableError, UsageError
from rowcall.http.cache import Recording
from rowcall.http.control import Cancelled, Control
from rowcall.http.database import Database, Run
from rowcall.http.page import Page
from rowcall.plan.nodes import Protocol, Request

SETTING = "cache_file"
MOST_BYTES = 256 << 20
"""How much is kept; what was asked for first goes first."""
_MOST_OF_ONE = 64 << 20
"""How large the bodies of one call may be."""
_AROUND = 512
"""What a call takes in the file beside its bodies, about."""
_PATIENCE_S = 2.0
"""How long the file may be locked by others, who hold it for a moment each; then the API is asked."""
_REST_S = 10.0
"""How long nothing is looked for after something went wrong, so that not every call waits for it."""
_WRITE_S = 600.0
"""How long a write whose process was killed counts as under way."""
_KIND = 0x726F7743
"""What says that a file is such a cache, in this form: SQLite's application_id."""
_TABLES = (
    "CREATE TABLE facts (salt BLOB NOT NULL, writes INTEGER NOT NULL, bytes INTEGER NOT NULL)",
    "CREATE TABLE calls (key BLOB PRIMARY KEY, place BLOB NOT NULL, at REAL NOT NULL, size INTEGER NOT NULL, content BLOB, digest BLOB)",
    "CREATE INDEX calls_by_place ON calls (place)",
    "CREATE INDEX calls_by_time ON calls (at)",
    "CREATE TRIGGER calls_kept AFTER INSERT ON calls BEGIN UPDATE facts SET bytes = bytes + NEW.size; END",
    "CREATE TRIGGER calls_dropped AFTER DELETE ON calls BEGIN UPDATE facts SET bytes = bytes - OLD.size; END",
    "CREATE TABLE open_writes (id BLOB PRIMARY KEY, place BLOB NOT NULL, until REAL NOT NULL)",
    f"PRAGMA application_id = {_KIND}",
)
_Kept = tuple[float, float | None, str | None, list[tuple[str, int, int]]]
"""When a call was asked, how long it is fresh, its ETag; and of each page the body, how many rows it has, and its status."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where."""

    place: str
    """The base URL, without what stands there for a credential."""
    account: str = field(repr=False)
    """All that makes the answers to this one others than those to somebody else: the credential first of all."""
    secret_in: Callable[[str], bool] = field(repr=False, compare=False)
    """Whether a text holds a credential."""


class CacheFile:
    """The file, opened. It may be used from any thread."""

    def __init__(self, path: str, control: Control | None = None) -> None:
        """Makes it where it is absent. Raises UsageError where it cannot be used, or is somebody else's or something else."""
        self.path = path
        self.file = Database(SETTING, path, patience_s=_PATIENCE_S, private=True)
        self.close = self.file.close
        self._rests_until = 0.0
        with self.file.in_words():
            kind = self._fact("PRAGMA application_id", control)
            if kind != _KIND and (kind or self._fact("SELECT count(*) FROM sqlite_schema", control)):
                raise ValueError("it holds something else")
            # With a log beside the file, who reads and who writes do not wait for one another.
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "journal_size_limit = 0"):
                self.file.run(f"PRAGMA {pragma}", control=control)
            with self.file.transaction(control) as run:
                if run("PRAGMA application_id") != (_KIND,):
                    for table in _TABLES:
                        run(table)
                    run("INSERT INTO facts VALUES (?, 0, 0)", (secrets.token_bytes(32),))
            self._salt = bytes(self._fact("SELECT salt FROM facts", control))

    def _fact(self, statement: str, control: Control | None) -> Any:
        row = self.file.run(statement, control=control)
        if row is None:
            raise ValueError("it is not whole")
        return row[0]

    @property
    def is_there(self) -> bool:
        """Whether others find the same file under its name; what is written empties no other."""
        return self.file.is_there

    def shelf(self, asker: Asker, protocol: Protocol, control: Control) -> Shelf:
        """The calls of one who asks, for a statement."""
        return Shelf(self, asker, protocol, control)

    def digest(self, *texts: str) -> bytes:
        """What stands for some texts in this file, and in no other."""
        return hmac.digest(self._salt, json.dumps(texts).encode(), "sha256")

    @property
    def rests(self) -> bool:
        """Whether something went wrong a moment ago."""
        return time.monotonic() < self._rests_until

    def rest(self) -> None:
        """Looks for nothing for a while."""
        self._rests_until = time.monotonic() + _REST_S


class Shelf:
    """As `cache.Cache`, over a file. Where that cannot be used, the statement is warned, and asks the API; a write is not sent."""

    def __init__(self, cache: CacheFile, asker: Asker, protocol: Protocol, control: Control) -> None:
        self._cache = cache
        self._file = cache.file
        self._asker = asker
        self._protocol = protocol
        self._control = control

    def find(self, request: Request) -> Recording | None:
        """What is kept of the call that begins with a request, however old it is."""
        if self._cache.rests:
            return None
        key = self._key(request)
        try:
            row = self._file.run("SELECT content, digest FROM calls WHERE key = ?", (key,), self._control)
            return None if row is None else self._read(key, request, *row)
        except UsageError as error:
            self._warn(error)
            return None

    def _read(self, key: bytes, request: Request, content: bytes, digest: bytes) -> Recording:
        with self._file.in_words():
            if not hmac.compare_digest(digest, hmac.digest(key, content, "sha256")):
                raise ValueError("an answer in it is damaged")
            at, fresh_s, etag, pages = msgspec.msgpack.decode(content, type=_Kept)
        found = Recording(at, 0, fresh_s=fresh_s, etag=etag, clock=time.time)
        found.pages = [Page(body, rows, request, status) for body, rows, status in pages]
        return found

    def record(self) -> Recording:
        """For a call that is asked now."""
        writes = -1  # none ever: what is asked now will not be kept
        if not self._cache.rests:
            try:
                row = self._file.run("SELECT writes FROM facts", control=self._control)
                writes = writes if row is None else row[0]
            except UsageError as error:
                self._warn(error)
        return Recording(time.time(), writes, clock=time.time)

    def keep(self, request: Request, recording: Recording) -> None:
        """Keeps a call that was answered to its end, unless it may not be, or something was written since it was asked.

        It is answered, whatever becomes of this.
        """
        if self._cache.rests or recording.generation < 0:
            return
        key, kept = self._key(request), self._content(recording)
        try:
            with self._file.transaction(self._control) as run:
                run("DELETE FROM calls WHERE key = ?", (key,))
                place = self._cache.digest(self._asker.place)
                if kept is None or run("SELECT writes FROM facts") != (recording.generation,) or self._is_written_to(run, place):
                    return
                size = len(kept) + _AROUND
                while run("SELECT 1 FROM facts WHERE bytes > ?", (MOST_BYTES - size,)) is not None:
                    oldest = run("SELECT rowid FROM calls ORDER BY at LIMIT 1")
                    if oldest is None:  # somebody else has changed what the file says of itself
                        return
                    run("DELETE FROM calls WHERE rowid = ?", oldest)
                run(
                    "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?)",
                    (key, place, recording.at, size, kept, hmac.digest(key, kept, "sha256")),
                )
        except UsageError as error:
            self._warn(error)
        except (Cancelled, UnavailableError):
            return

    def _content(self, recording: Recording) -> bytes | None:
        """What is kept of a call; None where that is nothing."""
        pages = recording.pages
        if not recording.may_be_kept or any(map(self._asker.secret_in, (recording.etag or "", *(page.body for page in pages)))):
            return None
        kept: _Kept = (recording.at, recording.fresh_s, recording.etag, [(page.body, page.rows, page.status) for page in pages])
        content = msgspec.msgpack.encode(kept)
        return content if len(content) <= _MOST_OF_ONE else None

    @staticmethod
    def _is_written_to(run: Run, place: bytes) -> bool:
        return run("SELECT 1 FROM open_writes WHERE place = ? AND until > ?", (place, time.time())) is not None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """For as long as something is written: nothing is kept of the place, and what is asked for before the end never will be.

        Raises UsageError, before anything is written, where others could go on to find what was so before.
        """
        place, mark = self._cache.digest(self._asker.place), secrets.token_bytes(16)
        try:
            with self._file.transaction(self._control) as run:
                run("DELETE FROM calls WHERE place = ?", (place,))
                run("DELETE FROM open_writes WHERE until <= ?", (time.time(),))
                run("UPDATE facts SET writes = writes + 1")
                run("INSERT INTO open_writes VALUES (?, ?, ?)", (mark, place, time.time() + _WRITE_S))
        except UsageError as error:
            message = f"{error} Nothing was sent: what is kept there would no longer be so, and others would be given it."
            raise UsageError(message) from error
        try:
            yield
        finally:
            self._wrote(mark, place)

    def _wrote(self, mark: bytes, place: bytes) -> None:
        """Takes the mark away again. Where that fails, nothing is kept until the time of the mark is over."""
        try:
            with self._file.transaction(self._control) as run:
                run("UPDATE facts SET writes = writes + 1")
                run("DELETE FROM open_writes WHERE id = ?", (mark,))
                run("DELETE FROM calls WHERE place = ?", (place,))  # there are some where it took longer than its mark holds
        except UsageError as error:  # what was written is
            self._control.warn(str(error))
        except (Cancelled, UnavailableError):
            return

    def _key(self, request: Request) -> bytes:
        asker = self._asker
        asked = (
            *(request.http_method, request.path, request.query, request.headers, request.body),
            *(request.resource, request.method_name, request.rows_needed, request.ties),
        )
        return self._cache.digest(__version__, asker.place, asker.account, _said(self._protocol), repr(asked))

    def _warn(self, error: UsageError) -> None:
        self._cache.rest()
        self._control.warn(f"{error} The API is asked in its place.")


@lru_cache(maxsize=256)
def _said(protocol: Protocol) -> str:
    """How pages are made of answers: those of another protocol are others."""
    return repr(protocol)
