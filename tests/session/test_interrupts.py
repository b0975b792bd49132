"""Ctrl-C and `cancel`: a statement ends at once, and the session goes on."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from types import FrameType

import pytest

import rowcall
from rowcall.engine.source import streams
from rowcall.errors import EngineError, RowcallError
from rowcall.sandbox.server import Sandbox

RUNS = "openai.assistants.runs"
PROMPT_S = 2.0
"""How soon a statement has to end."""
LONG = "(SELECT count(*) FROM range(300000) a, range(300000) b WHERE (a.range * b.range) % 7 = 3)"
"""A query that takes minutes."""

PROGRAM = """
import sys, time
import rowcall

db = rowcall.connect(providers={"openai": {"base_url": sys.argv[1], "api_key": "sandbox-key"}})
db.sql("SELECT 1 FROM openai.assistants.assistants").fetchall()
print("ready", flush=True)
try:
    db.sql(sys.argv[2]).fetchall()
    print("ended")
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(db.sql("SELECT count(*) > 0 FROM openai.assistants.assistants").fetchall(), db.sql("SELECT 42").fetchall())
"""

WAITING = """
import sys
import rowcall
import rowcall.http.cachefile, rowcall.http.shared

# Longer than anybody would wait, so that only Ctrl-C can end it.
rowcall.http.cachefile._PATIENCE_S = rowcall.http.shared._BUSY_S = 60
_, url, setting, path, at = sys.argv
own = {setting: path} if setting == "rate_limits_file" else {}
db = rowcall.connect(providers={"openai": {"base_url": url, "api_key": "sandbox-key", **own}}, cache="1h")
ask = "SELECT count(*) > 0 FROM openai.assistants.assistants"
if not own:
    ask = f"SET rowcall_cache_file = '{path}'; {ask}"
if at == "using it":
    db.sql(ask)
print("ready", flush=True)
sys.stdin.readline()
print("asking", flush=True)
try:
    db.sql(ask + ' WHERE "limit" = 7')  # another request
    print("ended", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
sys.stdin.readline()
print(db.sql(ask).fetchall(), db.last.warnings)
"""


def statement(kind: str, thread: str) -> str:
    """A statement that takes long at one place or another."""
    return {
        "fetch": f"SELECT count(*) FROM {RUNS} WHERE thread_id = '{thread}'",
        "scan": f"SELECT id FROM {RUNS} WHERE thread_id = '{thread}' AND model = 'never' LIMIT 3",
        "scans": f"SELECT id FROM {RUNS} WHERE thread_id IN ('{thread}', '{thread}2', '{thread}3', '{thread}4') LIMIT 3",
        "query over rows": f"SELECT count(*), {LONG} FROM {RUNS} WHERE thread_id = '{thread}'",
        "query for keys": f"SELECT count(*) FROM {RUNS} WHERE thread_id IN (SELECT 'x' || c FROM {LONG} t(c))",
        "local query": f"CREATE TABLE t AS SELECT {LONG}",
    }[kind]


KINDS = ["fetch", "scan", "scans", "query over rows", "query for keys", "local query"]


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process alone")
@pytest.mark.parametrize("kind", KINDS)
def test_ctrl_c_ends_a_statement_and_not_the_session(live: Sandbox, thread: str, kind: str) -> None:
    """KeyboardInterrupt comes within two seconds, and the next statements work."""
    if kind in {"fetch", "scan", "scans"}:
        live.fault("slow", seconds=30.0, path=thread, times=4)
    command = [sys.executable, "-c", PROGRAM, live.base_url, statement(kind, thread)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.7)
        process.send_signal(signal.SIGINT)
        sent_at = time.monotonic()
        said = process.stdout.readline()
        took_s = time.monotonic() - sent_at
        rest, errors = process.communicate(timeout=30)

    assert (said, rest, errors) == ("interrupted\n", "[(True,)] [(42,)]\n", "")
    assert took_s < PROMPT_S


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process alone")
@pytest.mark.parametrize("setting", ["rate_limits_file", "cache_file"])
@pytest.mark.parametrize("at", ["opening it", "using it"])
def test_ctrl_c_ends_a_wait_for_a_file_that_others_have_locked(live: Sandbox, tmp_path: Path, setting: str, at: str) -> None:
    """As it does any other; and when the file is free again, the session goes on with it."""
    path = tmp_path / "shared"
    path.touch(mode=0o600)
    command = [sys.executable, "-c", WAITING, live.base_url, setting, str(path), at]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            print(file=process.stdin, flush=True)
            assert process.stdout.readline() == "asking\n"
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            sent_at = time.monotonic()
            said = process.stdout.readline()
            took_s = time.monotonic() - sent_at
        rest, errors = process.communicate("\n", timeout=30)

    assert (said, rest, errors) == ("interrupted\n", "[(True,)] ()\n", "")
    assert took_s < PROMPT_S


@pytest.mark.skipif(streams(), reason="DuckDB 2.0 needs no pyarrow")
def test_ctrl_c_while_pyarrow_is_imported_leaves_the_session_usable(live: Sandbox) -> None:
    """An interruption of its import keeps the lock of all imports, and the threads that fetch would wait for it for ever."""
    program = """
import os, signal, sys
import rowcall

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas.core.frame":
            print("importing", flush=True)
            os.kill(os.getpid(), signal.SIGINT)

db = rowcall.connect(providers={"openai": {"base_url": sys.argv[1], "api_key": "sandbox-key"}})
sys.meta_path.insert(0, Interrupting())
try:
    db.sql("SELECT count(*) > 0 FROM openai.assistants.assistants")
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(db.sql("SELECT count(*) > 0 FROM openai.assistants.assistants").fetchall())
"""
    command = [sys.executable, "-c", program, live.base_url]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.stdout, ended.stderr) == ("importing\ninterrupted\n[(True,)]\n", "")


@pytest.mark.parametrize("kind", KINDS)
def test_cancel_from_another_thread_ends_a_statement(live: Sandbox, thread: str, kind: str) -> None:
    """It is an error of ours in the thread that runs it, and the session goes on."""
    if kind in {"fetch", "scan", "scans"}:
        live.fault("slow", seconds=30.0, path=thread, times=4)
    errors: list[BaseException] = []
    with rowcall.connect(providers=live.providers) as db:
        db.sql("SELECT 1 FROM assistants")

        def work() -> None:
            try:
                db.sql(statement(kind, thread)).fetchall()
            except BaseException as error:  # noqa: BLE001 - looked at in the test's own thread
                errors.append(error)

        worker = threading.Thread(target=work)
        worker.start()
        time.sleep(0.5)
        cancelled_at = time.monotonic()
        db.cancel()
        worker.join(30)
        took_s = time.monotonic() - cancelled_at

        assert db.sql("SELECT 42").fetchall() == [(42,)]

    assert [isinstance(error, RowcallError) for error in errors] == [True], errors
    assert isinstance(errors[0], EngineError)
    assert took_s < PROMPT_S


def test_cancel_of_nothing_does_nothing() -> None:
    """It may come too late."""
    with rowcall.connect() as db:
        db.cancel()

        assert db.sql("SELECT 1").fetchall() == [(1,)]


@pytest.mark.parametrize("kind", ["fetch", "scan", "scans", "query over rows"])
def test_leaving_the_interpreter_during_a_statement_does_not_abort(kind: str) -> None:
    """A daemon thread that runs a statement when the program ends is stopped, and the process exits as it wanted to."""
    program = f"""
import sys, threading, time
import rowcall
from rowcall.sandbox.clock import Clock

box = rowcall.Sandbox(clock=Clock({1_790_000_000}, held=True)).start()
db = rowcall.connect(providers=box.providers)
thread = box.tables["sandbox_threads"][1][0][0]
db.sql("SELECT 1 FROM assistants")
if {kind in {"fetch", "scan", "scans"}}:
    box.fault("slow", seconds=30.0, times=4)
text = {statement(kind, "THREAD")!r}.replace("THREAD", thread)
threading.Thread(target=lambda: db.sql(text), daemon=True).start()
time.sleep(0.7)
sys.exit(7)
"""
    started = time.monotonic()

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 7, ended.stderr
    assert time.monotonic() - started < 25, "it waited for the answer"


def test_ctrl_c_before_a_thread_of_the_statement_has_begun_ends_it_as_at_any_other_time(live: Sandbox, thread: str) -> None:
    """What waits for the threads of a statement takes one that never ran for ended."""
    come: list[str] = []

    def interrupt(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is threading.Thread.start.__code__ and frame.f_locals["self"].name == "rowcall-fetching":
            come.append(frame.f_locals["self"].name)
            sys.setprofile(None)
            raise KeyboardInterrupt

    with rowcall.connect(providers=live.providers) as db:
        sys.setprofile(interrupt)
        try:
            with pytest.raises(KeyboardInterrupt):
                db.sql(statement("fetch", thread))
        finally:
            sys.setprofile(None)

        assert come == ["rowcall-fetching"]
        assert db.sql("SELECT count(*) > 0 FROM openai.assistants.assistants").fetchall() == [(True,)]
