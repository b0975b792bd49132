"""Answers that are kept in a file, for later processes and for others."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.http.conftest import KEY, Api, Received, Reply

from rowcall.errors import RequestError, UnavailableError, UsageError
from rowcall.http import cachefile as module
from rowcall.http.cachefile import CacheFile
from rowcall.http.client import Client
from rowcall.http.control import Cancelled, Control
from rowcall.http.database import Database
from rowcall.manifest.model import AuthKind, AuthScheme
from rowcall.plan.nodes import Call, Protocol, Request

LIST = Protocol(rows="data")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A file that is not there yet."""
    return str(tmp_path / "answers")


@pytest.fixture
def file(path: str) -> Iterator[CacheFile]:
    """A cache in it."""
    opened = CacheFile(path)
    yield opened
    opened.close()


def counting(api: Api, **headers: str) -> None:
    """Has the server answer with how many requests there were."""

    def answer(_: Received) -> Reply:
        return {"json": {"data": [{"n": len(api.requests)}]}, "headers": {name.replace("_", "-"): value for name, value in headers.items()}}

    api.answer = answer


def asked(client: Client, request: Request, file: CacheFile, cache_s: float | None = 60, protocol: Protocol = LIST) -> list[str]:
    """The bodies that answer a call."""
    return [page.body for page in client.pages(Call(request), protocol, Control(cache_s=cache_s, cache_file=file))]


def rows(path: str, statement: str) -> list[tuple[Any, ...]]:
    """What another reader of the file finds."""
    with closing(sqlite3.connect(path)) as other:
        return other.execute(statement).fetchall()


def changed(path: str, statement: str) -> None:
    """Change the file behind its back."""
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(statement)


def test_another_connection_to_the_file_finds_what_one_has_kept(
    api: Api, open_client: Callable[..., Client], request_to: Callable[..., Request], path: str
) -> None:
    """Though it was closed in between; it counts as a hit."""
    counting(api)
    with closing(CacheFile(path)) as first:
        before = asked(open_client(), request_to(), first)
    with closing(CacheFile(path)) as second:
        control = Control(cache_s=60, cache_file=second)
        after = [page.body for page in open_client().pages(Call(request_to()), LIST, control)]

    assert before == after
    assert len(api.requests) == 1
    assert [(tally.hits, tally.rows, tally.exchanges) for tally in control.tallies.values()] == [(1, 1, [])]


def test_a_list_is_given_again_with_all_its_pages(
    api: Api, client: Client, request_to: Callable[..., Request], by_cursor: Protocol, file: CacheFile
) -> None:
    """In their order."""
    ids = ["a", "b", "c"]

    def answer(received: Received) -> Reply:
        start = ids.index(received.query["after"]) + 1 if "after" in received.query else 0
        return {"json": {"data": [{"id": ids[start]}], "last_id": ids[start], "has_more": start + 1 < len(ids)}}

    api.answer = answer

    first, again = (asked(client, request_to(), file, protocol=by_cursor) for _ in range(2))

    assert first == again
    assert (len(again), len(api.requests)) == (3, 3)


@pytest.mark.parametrize(
    ("said", "requests"),
    [("no-store", 2), ("no-cache", 2), ("private, max-age=0", 2), ("max-age=600", 1), ('private, max-age="600"', 1), ("nonsense", 1)],
)
def test_an_api_may_say_that_it_is_asked_again(
    api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile, said: str, requests: int
) -> None:
    """As where answers are in memory; what may not be stored never is in the file."""
    counting(api, cache_control=said)

    for _ in range(2):
        asked(client, request_to(), file)
        time.sleep(0.01)

    assert len(api.requests) == requests
    assert len(rows(file.path, "SELECT 1 FROM calls")) == (0 if said == "no-store" else 1)


@pytest.mark.parametrize(("vary", "requests"), [("*", 2), ("Accept-Encoding", 1)])
def test_what_varies_by_anything_is_not_kept(
    api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile, vary: str, requests: int
) -> None:
    """By a header of the request it may, which is the same for the same call."""
    counting(api, vary=vary)

    for _ in range(2):
        asked(client, request_to(), file)

    assert len(api.requests) == requests


def test_what_has_not_changed_is_not_sent_again(
    api: Api, open_client: Callable[..., Client], request_to: Callable[..., Request], path: str
) -> None:
    """By the ETag that an earlier process was given; 304 makes it as good as new."""
    fresh = False

    def answer(received: Received) -> Reply:
        headers = {"etag": '"v1"', "cache-control": "max-age=600" if fresh else "max-age=0"}
        return (
            {"status": 304, "headers": headers}
            if "if-none-match" in received.headers
            else {"json": {"data": [{"n": 1}]}, "headers": headers}
        )

    api.answer = answer
    found = []
    for _ in range(3):
        with closing(CacheFile(path)) as file:
            found.append(asked(open_client(), request_to(), file))
        fresh = True
        time.sleep(0.01)

    assert found == [['{"data": [{"n": 1}]}']] * 3
    assert [request.headers.get("if-none-match") for request in api.requests] == [None, '"v1"']


@pytest.mark.parametrize(
    "other",
    [
        {"key": "sk-of-somebody-else"},
        {"auth": AuthScheme(kind=AuthKind.HEADER, name="api-key", env=("ACME_KEY",))},
        {"headers": (("x-project", "two"),)},
        {"query": (("api-version", "2"),)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_who_asks_otherwise_finds_nothing(
    api: Api, open_client: Callable[..., Client], request_to: Callable[..., Request], file: CacheFile, other: dict[str, Any]
) -> None:
    """Another key is another account; so may be another header be, or parameter."""
    counting(api)

    bodies = [asked(open_client(**settings), request_to(), file) for settings in ({}, other, {}, other)]

    assert [body[-4] for (body,) in bodies] == ["1", "2", "1", "2"]


def test_what_nobody_vouches_for_is_not_given_to_who_checks_certificates(
    api: Api, open_client: Callable[..., Client], request_to: Callable[..., Request], file: CacheFile
) -> None:
    """Whoever answered then may have been anybody."""
    counting(api)

    asked(open_client(verify_tls=False), request_to(), file)

    assert asked(open_client(), request_to(), file) == ['{"data": [{"n": 2}]}']


def test_a_write_empties_the_place_for_everybody(
    api: Api, open_client: Callable[..., Client], request_to: Callable[..., Request], serve: Callable[[], Api], path: str
) -> None:
    """With whatever key, by whatever process, though it wants no cache itself; what is kept of another place stays."""
    elsewhere = serve()
    counting(api)
    counting(elsewhere)
    with closing(CacheFile(path)) as mine, closing(CacheFile(path)) as theirs:
        asked(open_client(), request_to(), mine)
        asked(open_client(base_url=elsewhere.url), request_to(), mine)

        writer = open_client(key="sk-of-somebody-else")
        writer.send(request_to("/others", method="POST", body={}), Protocol(), Control(cache_file=theirs))

        assert asked(open_client(), request_to(), mine) == ['{"data": [{"n": 3}]}']
        assert asked(open_client(base_url=elsewhere.url), request_to(), mine) == ['{"data": [{"n": 1}]}']


def test_a_write_that_failed_empties_it_too(api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile) -> None:
    """It may have been carried out."""
    counting(api)
    asked(client, request_to(), file)
    api.answer = lambda _: {"drop": "before"}
    with pytest.raises(RequestError):
        client.send(request_to(method="POST", body={}), Protocol(), Control(cache_file=file))
    counting(api)

    assert asked(client, request_to(), file) == ['{"data": [{"n": 3}]}']


def test_a_write_that_takes_longer_than_its_mark_holds_empties_the_place_at_its_end(
    api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile
) -> None:
    """What others kept meanwhile was so before."""
    counting(api)
    with file.shelf(client._asker, LIST, Control(cache_file=file)).writing():
        changed(file.path, "UPDATE open_writes SET until = until - 600")
        asked(client, request_to(), file)
        assert len(rows(file.path, "SELECT 1 FROM calls")) == 1

    assert rows(file.path, "SELECT 1 FROM calls") == []


@pytest.mark.parametrize("killed", [False, True])
def test_what_was_asked_while_something_is_written_is_not_kept(
    api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile, killed: bool
) -> None:
    """Neither before it is done nor after; nor where the process that wrote was killed, until that must be over."""
    counting(api)
    shelf = file.shelf(client._asker, LIST, Control(cache_file=file))
    write = shelf.writing()
    write.__enter__()
    asked(client, request_to("/within"), file)
    begun = client.pages(Call(request_to("/across")), LIST, Control(cache_s=60, cache_file=file))
    next(begun)
    if killed:
        changed(file.path, "UPDATE open_writes SET until = until - 599")
        asked(client, request_to("/within"), file)
        time.sleep(1.1)
        asked(client, request_to("/later"), file)
        assert len(rows(file.path, "SELECT 1 FROM calls")) == 1
        return
    write.__exit__(None, None, None)
    assert next(begun, None) is None

    assert rows(file.path, "SELECT 1 FROM calls") == []
    asked(client, request_to("/across"), file)
    assert len(rows(file.path, "SELECT 1 FROM calls")) == 1


@POSIX
def test_all_that_is_written_is_its_owners_alone(api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile) -> None:
    """What SQLite keeps beside the file as well."""
    counting(api)
    asked(client, request_to(), file)
    beside = sorted(Path(file.path).parent.iterdir())

    assert len(beside) > 1
    assert [oct(each.stat().st_mode & 0o777) for each in beside] == ["0o600"] * len(beside)


@pytest.mark.parametrize("scheme", [AuthKind.BEARER, AuthKind.HEADER, AuthKind.QUERY, AuthKind.BASIC])
def test_no_credential_is_in_any_file(
    api: Api, open_client: Callable[..., Client], request_to: Callable[..., Request], file: CacheFile, scheme: AuthKind
) -> None:
    """Wherever it was sent, nor where the API repeats it: such an answer is not kept."""
    planted = {"key": "sk-planted:0123456789", "header": "planted-header-0123456789", "query": "planted-query-0123456789"}
    client = open_client(
        auth=AuthScheme(kind=scheme, name="api-key", env=("ACME_KEY",)),
        key=planted["key"],
        headers=(("x-secret-token", planted["header"]),),
        query=(("access_token", planted["query"]),),
    )
    counting(api, etag='"v1"')
    asked(client, request_to("/plain"), file)
    for secret in planted.values():
        api.answer = lambda _, secret=secret: {"json": {"data": [{"note": f"You sent {secret}."}]}}
        asked(client, request_to(f"/repeats/{len(secret)}"), file)
    sent = "".join(f"{request.headers} {request.query}" for request in api.requests)
    api.answer = lambda _: {"text": r'{"data": [{"note": "You sent sk\u002dplanted:0123456789."}]}'}
    asked(client, request_to("/repeats/escaped"), file)
    found = b"".join(each.read_bytes() for each in Path(file.path).parent.iterdir())

    assert len(rows(file.path, "SELECT 1 FROM calls")) == 1
    assert b'{"n": 1}' in found
    assert planted["header"] in sent
    assert [name for name, secret in planted.items() if secret.encode() in found] == []
    assert [name for name in ("127.0.0.1", "/plain", "access_token", "sk-planted") if name.encode() in found] == []


@POSIX
@pytest.mark.parametrize("open_to", ["the file", "its folder"])
def test_a_file_that_others_may_open_is_refused(tmp_path: Path, open_to: str) -> None:
    """They could read the answers, or put others in their place."""
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    CacheFile(str(folder / "answers")).close()
    if open_to == "the file":
        (folder / "answers").chmod(0o640)
    else:
        folder.chmod(0o777)

    with pytest.raises(UsageError, match=r"cache_file \S+answers cannot be used: others may "):
        CacheFile(str(folder / "answers"))


@pytest.mark.parametrize("content", ["absent", "text", "database", "limits", "folder", "torn"])
def test_a_file_that_cannot_be_used_is_wrong_usage_and_stays_as_it_is(tmp_path: Path, content: str) -> None:
    """A folder that is not there, something else, a database of one's own, or a cache that somebody has cut in two."""
    path = tmp_path / "other"
    if content == "absent":
        path = tmp_path / "no" / "answers"
    elif content == "text":
        path.write_bytes(b"this is no database, and never was one" * 99)
    elif content == "folder":
        path.mkdir(mode=0o700)
    elif content == "torn":
        CacheFile(str(path)).close()
        path.write_bytes(path.read_bytes()[:5000])
    else:
        with closing(sqlite3.connect(path)) as own:
            own.execute("CREATE TABLE sent (key BLOB)")
    if path.exists() and content != "folder":
        path.chmod(0o600)
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(UsageError, match=r"cache_file \S+ cannot be used: \S+"):
        CacheFile(str(path))

    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_file_that_others_have_locked_is_not_waited_for_long(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is named, that is an error."""
    monkeypatch.setattr(module, "_PATIENCE_S", 0.2)
    Database("other", path, patience_s=1).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (a)")
        other.execute("DROP TABLE t")
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(UsageError, match=r"cannot be used: another process has had it locked for 0\.2 s"):
            CacheFile(path)


@pytest.mark.parametrize("trouble", ["locked", "unwritable", "damaged", "torn", "removed"])
def test_where_the_file_fails_later_the_api_is_asked_and_the_user_warned(
    api: Api, client: Client, request_to: Callable[..., Request], path: str, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is right and soon there, and the warning is given once."""
    monkeypatch.setattr(module, "_PATIENCE_S", 0.3)
    counting(api)
    file = CacheFile(path)
    asked(client, request_to(), file)
    other = sqlite3.connect(path, isolation_level=None)
    if trouble == "locked":
        other.execute("BEGIN IMMEDIATE")
    elif trouble == "unwritable":  # as where a disk is
        file.file.run("PRAGMA query_only = 1")
    elif trouble == "damaged":
        ((content,),) = other.execute("SELECT content FROM calls").fetchall()
        other.execute("UPDATE calls SET content = ?", (content.replace(b'"n": 1', b'"n": 7'),))
    elif trouble == "removed":
        Path(path).unlink()
    else:
        file.close()
        file = CacheFile(path)
        with Path(path).open("r+b") as content:
            content.seek(2 * 4096)  # behind what was read on opening it
            content.write(b"x" * (Path(path).stat().st_size - 2 * 4096))
    control = Control(cache_s=60, cache_file=file)
    started = time.monotonic()

    paths = ["/things", *(f"/{number}" for number in range(30))]
    found = [[page.body for page in client.pages(Call(request_to(path)), LIST, control)] for path in paths]
    other.close()

    assert time.monotonic() - started < 5
    kept = trouble in {"locked", "unwritable"}  # who only reads does not wait for who writes
    assert found == [[f'{{"data": [{{"n": {n}}}]}}'] for n in range(1 if kept else 2, 32 if kept else 33)]
    assert [message.partition(" cannot be used")[0] for message in control.warnings] == [f"cache_file {file.path}"]
    assert control.warnings[0].endswith("The API is asked in its place.")


@pytest.mark.parametrize("trouble", ["locked", "closed", "removed", "replaced"])
def test_a_write_is_not_sent_where_others_would_be_given_what_was_before(
    api: Api, client: Client, request_to: Callable[..., Request], path: str, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user hears why, and nothing was written."""
    monkeypatch.setattr(module, "_PATIENCE_S", 0.2)
    file = CacheFile(path)
    other = sqlite3.connect(path, isolation_level=None)
    if trouble == "locked":
        other.execute("BEGIN IMMEDIATE")
    elif trouble == "closed":
        file.close()
    else:
        Path(path).unlink()
        if trouble == "replaced":  # others keep there what this write does not empty
            CacheFile(path).close()

    with pytest.raises(UsageError, match=r"cache_file \S+ cannot be used: .*Nothing was sent"):
        client.send(request_to(method="POST", body={}), Protocol(), Control(cache_file=file))
    other.close()

    assert api.requests == []


def test_the_answer_of_a_write_is_not_lost_where_the_file_is_locked_meanwhile(
    api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user is warned, and nothing is kept until the write would be over."""
    monkeypatch.setattr(file.file, "_patience_s", 0.2)
    other = sqlite3.connect(file.path, isolation_level=None, check_same_thread=False)

    def answer(_: Received) -> Reply:
        other.execute("BEGIN IMMEDIATE")
        return {"json": {"id": 1}}

    api.answer = answer
    control = Control(cache_file=file)
    page = client.send(request_to(method="POST", body={}), Protocol(), control)
    other.close()
    counting(api)
    for _ in range(2):
        asked(client, request_to(), file)

    assert (page.status, len(control.warnings), len(api.requests)) == (200, 1, 3)
    assert rows(file.path, "SELECT 1 FROM calls") == []


@pytest.mark.parametrize("ends", ["cancel", "deadline"])
def test_a_wait_for_the_file_ends_with_the_statement(path: str, ends: str) -> None:
    """Soon, though others keep it locked."""
    file = CacheFile(path)
    control = Control(timeout_s=0.2 if ends == "deadline" else None)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        if ends == "cancel":
            threading.Timer(0.2, control.cancel).start()
        started = time.monotonic()

        with pytest.raises(Cancelled if ends == "cancel" else UnavailableError), file.file.transaction(control):
            pass

        assert 0.1 < time.monotonic() - started < 1
    file.close()


def test_what_was_asked_for_first_goes_first(
    api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the bodies take is bounded, and a call that is too large is not kept."""
    api.answer = lambda received: {"json": {"data": ["x" * (900_000 if received.path.endswith("huge") else 90_000)]}}
    monkeypatch.setattr(module, "MOST_BYTES", 500_000)
    monkeypatch.setattr(module, "_MOST_OF_ONE", 400_000)
    for number in range(30):
        asked(client, request_to(f"/{number}"), file)
        asked(client, request_to("/huge"), file)

    before = len(api.requests)
    for number in range(29, 23, -1):
        asked(client, request_to(f"/{number}"), file)

    assert len(api.requests) - before == 1
    (size, held), *_ = rows(file.path, "SELECT bytes, (SELECT sum(size) FROM calls) FROM facts")
    assert size == held <= 500_000
    assert Path(file.path).stat().st_size < 1_000_000


def test_a_clock_that_is_set_back_makes_nothing_young(
    api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept at a time that has not come yet is asked for again."""
    counting(api)
    asked(client, request_to(), file)
    now = time.time()
    monkeypatch.setattr("rowcall.http.cachefile.time.time", lambda: now - 3600)

    assert asked(client, request_to(), file) == ['{"data": [{"n": 2}]}']


def test_another_way_to_read_answers_is_another_call(api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile) -> None:
    """As when a manifest has changed since; so is another bound on the rows."""
    api.answer = lambda _: {"json": {"data": [1], "items": [1, 2]}}
    for protocol, request in ((LIST, request_to()), (replace(LIST, rows="items"), request_to()), (LIST, request_to(rows_needed=1))):
        asked(client, request, file, protocol=protocol)

    assert len(api.requests) == 3


PROCESS = """
import sys
from rowcall.http.cachefile import Asker, CacheFile
from rowcall.http.control import Control
from rowcall.http.page import Page
from rowcall.plan.nodes import Protocol, Request

path, name, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
control = Control(cache_s=60)
shelf = CacheFile(path).shelf(Asker("http://127.0.0.1", "key", lambda text: False), Protocol(), control)
for number in range(rounds):
    request = Request("acme", "acme.store.things", "list_things", "GET", f"/{number % 20}")
    found = shelf.find(request)
    assert found is None or [page.body for page in found.pages] == [request.path * 5_000] * 2, "not what was kept"
    if number % 50 == 49:
        with shelf.writing():
            pass
    recording = shelf.record()
    recording.pages += [Page(request.path * 5_000, 1, request, 200)] * 2
    shelf.keep(request, recording)
    print(number, flush=True)
print(control.warnings)
"""


def started(path: str, name: str, rounds: int) -> subprocess.Popen[str]:
    """A process that reads, keeps and empties."""
    return subprocess.Popen([sys.executable, "-c", PROCESS, path, name, str(rounds)], stdout=subprocess.PIPE, text=True)


def test_processes_read_and_write_at_once(path: str) -> None:
    """Each finds whole what any has kept, and none is warned."""
    ended = [process.communicate(timeout=60)[0].splitlines()[-1] for process in [started(path, str(number), 300) for number in range(3)]]

    assert ended == ["[]"] * 3


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
def test_a_process_that_is_killed_leaves_a_file_that_is_whole(path: str) -> None:
    """At whatever point; the next one goes on with it."""
    for number in range(6):
        process = started(path, str(number), 100_000)
        assert process.stdout is not None
        for _ in range(5 + 13 * number):
            process.stdout.readline()
        time.sleep(0.003 * number)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    last = started(path, "last", 60).communicate(timeout=60)[0].splitlines()[-1]

    assert last == "[]"
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    (size, held), *_ = rows(path, "SELECT bytes, (SELECT coalesce(sum(size), 0) FROM calls) FROM facts")
    assert size == held


def test_the_key_of_these_tests_is_in_no_file(api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile) -> None:
    """Nor is anything by which two files could be compared."""
    counting(api)
    asked(client, request_to(), file)
    with closing(CacheFile(f"{file.path}-other")) as other:
        asked(client, request_to(), other)
        digests = [rows(each, "SELECT key, place FROM calls")[0] for each in (file.path, other.path)]

    assert KEY.encode() not in b"".join(each.read_bytes() for each in Path(file.path).parent.iterdir())
    assert not set(digests[0]) & set(digests[1])


def test_a_file_that_counts_itself_wrong_keeps_nobody_waiting(
    api: Api, client: Client, request_to: Callable[..., Request], file: CacheFile
) -> None:
    """It is full then, and the API asked."""
    counting(api)
    changed(file.path, "UPDATE facts SET bytes = 1000000000000")

    found = [asked(client, request_to(), file) for _ in range(2)]

    assert found == [['{"data": [{"n": 1}]}'], ['{"data": [{"n": 2}]}']]
