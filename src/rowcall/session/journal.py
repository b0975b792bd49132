"""What writes were to be sent and what became of each, in a file that outlives the process.

A request is noted before its first byte goes out, and what became of it after. So whenever a process is killed, the journal says of each
request that it was not sent, that it was done, with the answer, that it was refused, or that nobody knows.

A write belongs to the process that sends it. One that resumes it takes it over, after which the first can begin no further request of it:
whoever was thought dead and is not sends nothing twice. What it had on its way then is unknown, until it says what became of that: the time
at which a request was begun last tells its attempts apart, so that this is never taken for the outcome of a later one.

The files of a write are kept beside its requests, for a request that is sent later has to be the same bytes: until all of it is done,
and as far as they are not too much. Of others the name, size and digest are kept, and the request is not sent again.
"""

from __future__ import annotations

import base64
import datetime
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rowcall.errors import PlanError, UsageError
from rowcall.http.control import Outcome
from rowcall.http.database import MEMORY, Database
from rowcall.http.redact import MASK
from rowcall.manifest.files import File, files_of, has_lost, with_files
from rowcall.manifest.model import FILED, Encoding
from rowcall.plan.nodes import Protocol, Request

SETTING = "rowcall_journal"
KEPT_DAYS = 30
"""How long a write is kept."""
KEPT_BYTES = 64 << 20
"""The most bytes of files that are kept of one write, in the order of its requests."""
SENDING = "sending"
"""The state of a request that was begun and of which nothing else is noted: unknown, where its process is gone."""
WAITING = str(Outcome.NOT_SENT)
_PATIENCE_S = 10.0
_KIND = 0x726F776A
"""What the file is known by, as SQLite's application_id: "rowj"."""
_TABLES = (
    f"PRAGMA application_id = {_KIND}",
    """CREATE TABLE writes (
        id TEXT PRIMARY KEY, began_at REAL NOT NULL, ended_at REAL, owner TEXT NOT NULL, pid INTEGER NOT NULL,
        kind TEXT NOT NULL, statement TEXT NOT NULL, provider TEXT NOT NULL, base_url TEXT NOT NULL,
        resource TEXT NOT NULL, method TEXT NOT NULL, requests INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE requests (
        write_id TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, lane TEXT NOT NULL, request TEXT NOT NULL, key TEXT,
        sent_at REAL, ended_at REAL, status INTEGER, answer TEXT, error TEXT, PRIMARY KEY (write_id, number)
    ) WITHOUT ROWID""",
)
_PLANS = "CREATE TABLE IF NOT EXISTS plans (digest TEXT PRIMARY KEY, write_id TEXT NOT NULL) WITHOUT ROWID"
"""Which plans were applied, by which write. It outlives the writes, since a plan is a file that may be kept for longer."""
_FILES = """CREATE TABLE IF NOT EXISTS files (
    write_id TEXT NOT NULL, digest TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (write_id, digest)
) WITHOUT ROWID"""
_DONE = """DELETE FROM files WHERE write_id = ?1
    AND NOT EXISTS (SELECT 1 FROM requests WHERE write_id = ?1
    AND state <> 'done' AND NOT (state = 'refused' AND status <> 429 AND status < 500))"""
_APPLIED = "SELECT write_id FROM plans WHERE digest = ?"
_BEGUN = """UPDATE requests SET state = 'sending', sent_at = ?1, ended_at = NULL, status = NULL, error = NULL
    WHERE write_id = ?2 AND number = ?3 AND (SELECT owner FROM writes WHERE id = ?2) = ?4 RETURNING number"""
_ENDED = """UPDATE requests SET state = ?1, ended_at = ?2, status = ?3, answer = ?4, error = ?5
    WHERE write_id = ?6 AND number = ?7 AND ((SELECT owner FROM writes WHERE id = ?6) = ?8 OR (state = 'unknown' AND sent_at = ?9))"""
_TOLD = """UPDATE requests SET state = ?1, ended_at = ?2, status = ?3, answer = ?4, error = ?5
    WHERE write_id = ?6 AND number = ?7 AND (SELECT owner FROM writes WHERE id = ?6) = ?8 AND state = 'unknown'"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A write, as it is kept."""

    kind: str
    """`insert`, `update`, `replace`, `delete` or `exec`."""
    statement: str
    provider: str
    base_url: str
    """Where it goes, without secrets."""
    resource: str
    method: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A request of a write, as it is kept."""

    request: Request
    lane: str
    """Requests of one lane are sent one after the other, in their order."""
    key: str | None = None
    """The value of its idempotency key."""
    state: str = WAITING
    """An `Outcome`, or SENDING."""
    status: int | None = None
    answer: str | None = None
    error: str | None = None
    is_whole: bool = True
    """False where a secret stood in it, which is not kept, or a file that was not kept."""
    bound: Mapping[str, Any] = field(default_factory=dict)
    """The parameters of its call."""


@dataclass(slots=True)
class _Change:
    """One that waits to be written, and what became of it."""

    sql: str
    values: Sequence[Any]
    is_awaited: bool
    """Whether somebody waits until it is on the disk, whatever happens to the machine; else it is enough that it outlives the process."""
    row: tuple[Any, ...] | None = None
    error: BaseException | None = None
    is_settled: bool = False


class Journal:
    """The file, opened; for any thread. Several processes may have it open."""

    def __init__(self, path: str) -> None:
        """Makes it, for its owner alone, where it is absent. Raises UsageError where it cannot be used."""
        self.path = path
        self._queue: list[_Change] = []
        self._queued = threading.Lock()
        self._turn = threading.Lock()
        self._lost: BaseException | None = None
        """What kept something from being written that nobody waited for."""
        if path != MEMORY:
            with suppress(OSError):  # what is wrong with the folder, the file will say
                Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = Database(SETTING, path, patience_s=_PATIENCE_S, private=True)
        self.close = self._file.close
        with self._file.in_words():
            is_filled = self._fact("SELECT count(*) FROM sqlite_schema")  # asked first: who fills it at this moment names its kind as well
            kind = self._fact("PRAGMA application_id")
            if kind != _KIND and (kind or is_filled):
                raise ValueError("it holds something else")
            # What is noted is on the disk before the request goes out, so that it survives the machine too.
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "journal_size_limit = 0"):
                self._file.run(f"PRAGMA {pragma}")
            with self._file.transaction() as run:
                if run("PRAGMA application_id") != (_KIND,):
                    for table in _TABLES:
                        run(table)
                run(_PLANS)
                run(_FILES)
            self._prune()

    @property
    def is_there(self) -> bool:
        """Whether others find the same file under its name."""
        return self._file.is_there

    def _fact(self, statement: str) -> Any:
        row = self._file.run(statement)
        return row[0] if row is not None else None

    def _prune(self) -> None:
        oldest = time.time() - KEPT_DAYS * 86_400
        if self._fact(f"SELECT count(*) FROM writes WHERE began_at < {oldest}"):
            with self._file.transaction() as run:
                for table in ("requests", "files"):
                    run(f"DELETE FROM {table} WHERE write_id IN (SELECT id FROM writes WHERE began_at < ?)", (oldest,))
                run("DELETE FROM writes WHERE began_at < ?", (oldest,))

    def begin(
        self, entry: Entry, requests: Sequence[Kept], redacted: Callable[[str], str], *, plan: str | None = None, again: bool = False
    ) -> Written:
        """Notes a write that is about to be sent, with all its requests and their files. Of one with a secret in it the rest is kept.

        `plan` is the digest of the plan that it applies. Raises PlanError where one was applied before, unless `again`.
        """
        written = Written(self, secrets.token_hex(5), secrets.token_hex(8))
        values = (written.id, time.time(), written.owner, os.getpid(), entry.kind, entry.statement, entry.provider, entry.base_url)
        with self._file.transaction() as run:
            if plan is not None:
                if not again:
                    _refuse_applied(run(_APPLIED, (plan,)))
                run("INSERT OR REPLACE INTO plans VALUES (?, ?)", (plan, written.id))
            run(
                "INSERT INTO writes VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, entry.resource, entry.method, len(requests)),
            )
            for number, one in enumerate(requests):
                run(
                    "INSERT INTO requests (write_id, number, state, lane, request, key) VALUES (?, ?, ?, ?, ?, ?)",
                    (written.id, number, WAITING, one.lane, _as_text(one, redacted), one.key),
                )
            for file in _kept_files(requests, redacted):
                run("INSERT INTO files VALUES (?, ?, ?)", (written.id, file.digest, file.content))
        return written

    def refuse_applied(self, plan: str) -> None:
        """Raises PlanError where a plan of this digest was applied."""
        _refuse_applied(self._file.run(_APPLIED, (plan,)))

    def find(self, name: str) -> str:
        """The whole id of a write, of which `name` is the beginning. Raises UsageError where none or several begin so."""
        found = [row[0] for row in self._file.rows("SELECT id FROM writes WHERE substr(id, 1, length(?1)) = ?1", (name,))]
        if len(found) == 1:
            return str(found[0])
        many = f"More than one write begins with {name}: {', '.join(sorted(found)[:5])}." if found and name else ""
        raise UsageError(many or f"The journal has no write {name}. rowcall journal list shows those that it has.")

    def read(self, id_: str) -> tuple[Entry, list[Kept]]:
        """A write and its requests, in their order."""
        row = self._file.run("SELECT kind, statement, provider, base_url, resource, method FROM writes WHERE id = ?", (id_,))
        if row is None:
            raise UsageError(f"The journal has no write {id_}.")
        found = self._file.rows(
            "SELECT request, lane, key, state, status, answer, error FROM requests WHERE write_id = ? ORDER BY number", (id_,)
        )
        files = dict(self._file.rows("SELECT digest, content FROM files WHERE write_id = ?", (id_,)))
        return Entry(*row), [_as_kept(row, files) for row in found]

    def take(self, id_: str, *, from_the_living: bool = False) -> tuple[Written, list[Kept]]:
        """Takes a write over, after which no other process begins a request of it.

        Raises UsageError where a process of the number of the one that sent it is alive, unless `from_the_living`.
        """
        written = Written(self, id_, secrets.token_hex(8))
        with self._file.transaction() as run:
            row = run("SELECT pid, ended_at FROM writes WHERE id = ?", (id_,))
            if row is not None and row[1] is None and not from_the_living and is_alive(row[0]):
                hint = "If that is another program by now, resume it with --take-over."
                raise UsageError(f"The write {id_} is being sent, by process {row[0]}. {hint}")
            run("UPDATE writes SET owner = ?, pid = ?, ended_at = NULL WHERE id = ?", (written.owner, os.getpid(), id_))
            run("UPDATE requests SET state = ? WHERE write_id = ? AND state = ?", (str(Outcome.UNKNOWN), id_, SENDING))
        return written, self.read(id_)[1]

    def writes(self) -> list[dict[str, Any]]:
        """Each write that is kept, with how many of its requests have which outcome, latest first."""
        found: dict[str, dict[str, Any]] = {}
        for row in self.rows():
            write = found.setdefault(row["write_id"], {name: row.get(name, 0) for name, _ in WRITES})
            write["requests"] += 1
            write[row["outcome"].replace(" ", "_")] += 1
        return list(reversed(found.values()))

    def rows(self, id_: str | None = None) -> list[dict[str, Any]]:
        """Each request that is kept, of all writes or of one, oldest first: the rows of `rowcall_journal()`."""
        found = self._file.rows(
            """SELECT w.id, w.began_at, w.ended_at, w.pid, w.kind, w.statement, w.base_url, w.resource, w.method,
            r.number, r.state, r.request, r.sent_at, r.ended_at, r.status, r.answer, r.error
            FROM writes w JOIN requests r ON r.write_id = w.id WHERE ?1 IS NULL OR w.id = ?1 ORDER BY w.began_at, w.id, r.number""",
            (id_,),
        )
        return [_as_row(row) for row in found]

    def apply(self, sql: str, values: Sequence[Any], *, later: bool = False) -> tuple[Any, ...] | None:
        """The first row of a statement that changes something, when that is on the disk; `later`, None at once.

        What several threads have to write goes there together: one writes for all, and what came while it did is written after that.
        What is written later is there a moment after, and with whatever is waited for next. Raises what kept it from being written, of
        what was to be later when that is known.
        """
        change = _Change(sql, values, is_awaited=not later)
        with self._queued:
            lost, self._lost = self._lost, None
            if lost is not None:
                raise lost
            self._queue.append(change)
        if not later:
            with self._turn:
                if not change.is_settled:
                    self._settle()
        while self._queue and self._turn.acquire(blocking=False):  # what came while it was this one's turn
            try:
                self._settle()
            finally:
                self._turn.release()
        if change.error is not None and not later:
            raise change.error
        return change.row

    def _settle(self) -> None:
        with self._queued:
            batch, self._queue = self._queue, []
        if not batch:
            return
        try:
            # A commit that nobody waits for reaches the disk with the next one that somebody does.
            self._file.run(f"PRAGMA synchronous = {'FULL' if any(change.is_awaited for change in batch) else 'NORMAL'}")
            with self._file.transaction() as run:
                for change in batch:
                    change.row = run(change.sql, change.values)
        except BaseException as error:  # noqa: BLE001 - raised in the threads whose changes they are
            for change in batch:
                change.error = error
                self._lost = self._lost or (None if change.is_awaited else error)
        for change in batch:
            change.is_settled = True


@dataclass(frozen=True, slots=True)
class Written:
    """A write that this process sends."""

    journal: Journal = field(repr=False)
    id: str
    """Ten hexadecimal digits; `rowcall journal` takes the first few."""
    owner: str = field(repr=False)
    _sent_at: dict[int, float] = field(default_factory=dict, repr=False)
    """When this process began each request last."""

    def begun(self, number: int) -> None:
        """Notes that a request is about to go out. Raises UsageError where the write was taken over, or the file cannot be used."""
        now = time.time()
        if self.journal.apply(_BEGUN, (now, self.id, number, self.owner)) is None:
            raise UsageError(f"The write {self.id} was resumed by another process, which sends the rest of it.")
        self._sent_at[number] = now

    def ended(self, number: int, outcome: Outcome, *, status: int | None, answer: str | None, error: str | None) -> None:
        """Notes what became of a request; where that could not be written, the next call of this says so.

        Where the write was taken over, this is noted of what was not sent again since.
        """
        values = (str(outcome), time.time(), status, answer, error, self.id, number, self.owner, self._sent_at.get(number))
        self.journal.apply(_ENDED, values, later=True)

    def told(self, number: int, outcome: Outcome, *, status: int | None, answer: str | None, error: str | None) -> None:
        """Notes what a reader says of a request, as long as nobody has noted what became of it."""
        self.journal.apply(_TOLD, (str(outcome), time.time(), status, answer, error, self.id, number, self.owner), later=True)

    def close(self) -> None:
        """Notes that this process sends nothing more of it."""
        self.journal.apply(_DONE, (self.id,), later=True)
        self.journal.apply("UPDATE writes SET ended_at = ? WHERE id = ? AND owner = ?", (time.time(), self.id, self.owner))


def _refuse_applied(found: Sequence[Any] | None) -> None:
    """Raises PlanError where `found` is the write that a plan was applied by."""
    if found is not None:
        hint = f"RESUME '{found[0]}' sends what it did not send. To send everything once more: APPLY 'file' AGAIN."
        raise PlanError(f"This plan was applied before, by the write {found[0]}.", hint=hint)


def default_path() -> str:
    """The journal in the user's own state folder."""
    import platformdirs

    return str(Path(platformdirs.user_state_dir("rowcall")) / "journal.sqlite")


def is_alive(pid: int) -> bool:
    """Whether there is a process of this number; where nobody can tell, it is said that there is."""
    if os.name == "nt":  # where this would end it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


_FIELDS = (
    "provider",
    "resource",
    "method_name",
    "http_method",
    "path",
    "query",
    "headers",
    "body",
    "encoding",
    "template",
    "of_text",
    "retriable",
    "base",
    "server",
)
_PAIRS = ("query", "headers", "server")


def _kept_files(requests: Sequence[Kept], redacted: Callable[[str], str]) -> Iterator[File]:
    """The files that are kept of requests, each once: those without a secret in them, as far as there is room."""
    left, seen = KEPT_BYTES, set[str]()
    for one in requests:
        for file in files_of(one.request.body):
            if file.digest in seen or len(file.content) > left:
                continue
            seen.add(file.digest)
            text = file.content.decode("latin-1")
            if redacted(text) == text:
                left -= len(file.content)
                yield file


def _as_text(kept: Kept, redacted: Callable[[str], str]) -> str:
    values = {name: getattr(kept.request, name) for name in _FIELDS} | {"bound": kept.bound}
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    if redacted(text) == text:
        return text
    return json.dumps(_without(values, redacted) | {"is_whole": False}, ensure_ascii=False, separators=(",", ":"))


def kept_answer(text: str, redacted: Callable[[str], str], how: Protocol) -> str:
    """The JSON of an answer as it is kept, which is JSON still where a secret stood in it; of a file its size and digest."""
    answer = json.loads(text) if how.is_binary else {}
    if how.content is not None and how.content in answer:
        return json.dumps({how.content: dict(File(base64.b64decode(answer[how.content]), how.content))})
    return _without_secrets(text, redacted, how.secret)


def _without_secrets(text: str, redacted: Callable[[str], str], secret: Sequence[str]) -> str:
    if not secret and redacted(text) == text:
        return text
    answer = _without(json.loads(text), redacted)
    for path in secret:
        *before, last = path.split(".")
        held = answer
        for name in before:
            held = held.get(name) if isinstance(held, dict) else None
        if isinstance(held, dict) and held.get(last) is not None:
            held[last] = MASK
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _without(value: Any, redacted: Callable[[str], str]) -> Any:
    """A JSON value without secrets. A number that holds one, as a key of digits, becomes a text."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {redacted(name): _without(inner, redacted) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without(inner, redacted) for inner in value]
    text = json.dumps(value)
    return value if redacted(text) == text else redacted(text)


def _as_request(values: dict[str, Any]) -> Request:
    # Before there were files, all that was sent was JSON.
    values = {"encoding": Encoding.JSON} | {name: values[name] for name in _FIELDS if name in values}
    values["encoding"] = Encoding(values["encoding"])
    for name in _PAIRS:
        values[name] = tuple((key, value) for key, value in values.get(name, ()))
    return Request(**values, reads=False)


COLUMNS = (
    ("write_id", "VARCHAR"),
    ("began_at", "TIMESTAMP"),
    ("kind", "VARCHAR"),
    ("statement", "VARCHAR"),
    ("operation", "VARCHAR"),
    ("row", "BIGINT"),
    ("outcome", "VARCHAR"),
    ("status", "BIGINT"),
    ("error", "VARCHAR"),
    ("request", "VARCHAR"),
    ("body", "JSON"),
    ("response", "JSON"),
    ("sent_at", "TIMESTAMP"),
    ("ended_at", "TIMESTAMP"),
)
"""The columns of `rowcall_journal()`, with their DuckDB types; times are in UTC."""
WRITES = (
    ("write_id", "VARCHAR"),
    ("began_at", "TIMESTAMP"),
    ("operation", "VARCHAR"),
    ("requests", "BIGINT"),
    *((str(outcome).replace(" ", "_"), "BIGINT") for outcome in Outcome),
    ("sending", "BIGINT"),
    ("statement", "VARCHAR"),
)
"""The columns of `SHOW JOURNAL`: a write each, how many requests it has, and how many of them have which outcome."""
REQUESTS = tuple(pair for pair in COLUMNS if pair[0] in {"row", "outcome", "status", "error", "request", "body", "response", "sent_at"})
"""The columns of `SHOW JOURNAL 'write'`."""


def _as_kept(row: Sequence[Any], files: Mapping[str, bytes]) -> Kept:
    values = json.loads(row[0])
    lane, key, state, status, answer, error = row[1:]
    request = _as_request(values)
    if request.encoding in FILED:
        request = replace(request, body=with_files(request.body, files))
    is_whole = values.get("is_whole", True) and not lacks_file(request)
    return Kept(request, lane, key, state, status, answer, error, is_whole, values["bound"])


def lacks_file(request: Request) -> bool:
    """Whether a request had a file that is not kept."""
    return request.encoding in FILED and has_lost(request.body)


def _as_row(row: Sequence[Any]) -> dict[str, Any]:
    id_, began, over, pid, kind, statement, base_url, resource, method = row[:9]
    number, state, text, sent, ended, status, answer, error = row[9:]
    request = _as_request(json.loads(text))
    lost = state == SENDING and (over is not None or not is_alive(pid))
    return {
        "write_id": id_,
        "began_at": _time(began),
        "kind": kind,
        "statement": statement,
        "operation": f"{resource}.{method}",
        "row": number + 1,
        "outcome": str(Outcome.UNKNOWN) if lost else state,
        "status": status,
        "error": error,
        "request": f"{request.http_method} {base_url}{request.target().partition(' ')[2]}",
        "body": request.body,
        "response": None if answer is None else json.loads(answer),
        "sent_at": _time(sent),
        "ended_at": _time(ended),
    }


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds, datetime.UTC).replace(tzinfo=None).isoformat(sep=" ")
