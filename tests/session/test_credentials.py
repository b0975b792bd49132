"""Keys that are kept elsewhere: got when a request needs them, once, and shown nowhere."""

from __future__ import annotations

import io
import logging
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.errors
import pytest

import rowcall
from rowcall.errors import AuthError, UsageError
from rowcall.session import credentials

ASK = "SELECT id FROM openai.assistants.runs WHERE thread_id = 't'"
KEY = "sk-planted-canary-0123456789"


@pytest.fixture
def server(scripted: Callable[..., Any], page: Callable[..., Any]) -> Any:
    """A server whose lists are empty."""
    return scripted(lambda _: (200, page([])))


class Program:
    """A program that prints a key and writes down that it was run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "program.py"
        self.does(f"print({KEY!r})")

    def does(self, code: str) -> None:
        """Has it do something else."""
        self.path.write_text(f"import sys, time\nopen({str(self.folder / 'runs')!r}, 'a').write('x')\n{code}\n")

    @property
    def words(self) -> list[str]:
        """The command, as a list."""
        return [sys.executable, str(self.path)]

    @property
    def runs(self) -> int:
        """How often it was run."""
        file = self.folder / "runs"
        return len(file.read_text()) if file.exists() else 0


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A program of the test's own."""
    return Program(tmp_path)


def at(server: Any, **settings: Any) -> dict[str, dict[str, Any]]:
    """Settings of a provider at that server, without a key."""
    return {"openai": {"base_url": server.providers["openai"]["base_url"], **settings}}


@pytest.mark.parametrize("shell", [False, True], ids=["list", "text"])
@pytest.mark.parametrize("auth", ["bearer", "azure", {"kind": "query", "name": "k"}, {"kind": "basic"}], ids=str)
def test_a_command_gives_the_key_of_any_kind_of_auth(auth: Any, shell: bool, server: Any, program: Program) -> None:
    """As a list of words, or as a text for the shell."""
    command = f"{shlex.join(program.words)} | cat" if shell else program.words
    with rowcall.connect(providers=at(server, auth=auth, api_key_command=command)) as db:
        db.sql(ASK)

    import base64

    asked = server.asked[0]
    sent = {"bearer": f"Bearer {KEY}", "basic": f"Basic {base64.b64encode(KEY.encode()).decode()}"}
    if auth == "azure":
        assert asked.headers["api-key"] == KEY
    elif auth == {"kind": "query", "name": "k"}:
        assert f"k={KEY}" in asked.path
    else:
        assert asked.headers["authorization"] == sent["bearer" if auth == "bearer" else "basic"]


def test_a_list_has_no_shell(server: Any) -> None:
    """Nothing in it is expanded."""
    with rowcall.connect(providers=at(server, api_key_command=["echo", "$HOME;ls"])) as db:
        db.sql(ASK)

    assert server.asked[0].headers["authorization"] == "Bearer $HOME;ls"


def test_a_command_is_run_once_and_only_for_a_request(scripted: Callable[..., Any], page: Callable[..., Any], program: Program) -> None:
    """Not to connect, to plan, to explain, to rehearse, nor for what is refused; then for all threads together."""
    server = scripted(lambda _: (200, page([])))
    program.does(f"time.sleep(0.3); print({KEY!r})")
    with rowcall.connect(providers=at(server, api_key_command=program.words)) as db:
        db.sql("SELECT 1").fetchall()
        db.sql(f"EXPLAIN {ASK}").fetchall()
        db.explain(ASK)
        db.sql(ASK, dry_run=True).fetchall()
        db.sql("INSERT INTO openai.assistants.threads DEFAULT VALUES", dry_run=True).fetchall()
        db.sql("SHOW SETTINGS").fetchall()
        with pytest.raises(rowcall.RowcallError):
            db.sql("DELETE FROM openai.assistants.threads WHERE id = 't'")
        before = program.runs

        db.sql("SELECT id FROM openai.assistants.runs WHERE thread_id = ANY(?)", [[f"t{n}" for n in range(30)]])
        db.sql(ASK)

    assert (before, program.runs, len(server.asked)) == (0, 1, 31)
    assert {asked.headers["authorization"] for asked in server.asked} == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    "settings", [{"auth": {"kind": "none"}}, {"headers": {"Authorization": "Bearer mine-0123456"}}, {"api_key": "mine"}]
)
def test_a_command_is_not_run_where_no_key_of_its_is_sent(settings: dict[str, Any], server: Any, program: Program, tmp_path: Path) -> None:
    """As without authentication, with a header of one's own, and where a place that wins has a key."""
    config = tmp_path / "config.toml"
    config.write_text(f"[providers.openai]\napi_key_command = {program.words!r}\n")
    with rowcall.connect(providers=at(server, **settings), config=config) as db:
        db.sql(ASK)

    assert (len(server.asked), program.runs) == (1, 0)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "print('the-secret-output'); print('gpg: no\\x1b[2J card the-secret-output', file=sys.stderr); sys.exit(2)",
            "ended with exit code 2. It said: gpg: no [2J card ***",
        ),
        ("import os; os.kill(os.getpid(), 9)", "ended with signal 9."),
        ("print('  ')", "printed nothing on standard output."),
        ("print('', file=sys.stderr, end='')", "printed nothing on standard output."),
        ("print('the-secret-output\\nuser: x')", "printed 2 lines, and a key is one. Cut the others off, as `… | head -n 1` does."),
        ("print('y' * 5000, file=sys.stderr); sys.exit(1)", "ended with exit code 1. It said: …" + "y" * 1000),
    ],
    ids=["fails", "is killed", "empty", "silent", "lines", "says much"],
)
def test_a_command_that_gives_no_key_is_an_error(code: str, message: str, server: Any, program: Program) -> None:
    """It says what the command said on standard error, and never what it printed; nothing is sent, and a later statement tries again."""
    program.does(code)
    with rowcall.connect(providers=at(server, api_key_command=program.words)) as db:
        with pytest.raises(UsageError, match=f"^{re.escape(f'api_key_command of openai {message}')}$") as error:
            db.sql(ASK)
        assert "the-secret-output" not in str(error.value)
        assert server.asked == []

        program.does(f"print({KEY!r})")
        db.sql(ASK)

    assert len(server.asked) == 1


@pytest.mark.parametrize("on_error", ["error", "partial"])
def test_a_command_that_fails_is_run_once_for_a_statement(on_error: Any, server: Any, program: Program) -> None:
    """Whoever would be asked for a password by it is not asked thirty times; a result without any row is no partial one."""
    program.does("time.sleep(0.3); sys.exit(1)")
    with rowcall.connect(providers=at(server, api_key_command=program.words)) as db, pytest.raises(UsageError, match="exit code 1"):
        db.sql("SELECT id FROM openai.assistants.runs WHERE thread_id = ANY(?)", [[f"t{n}" for n in range(30)]], on_error=on_error)

    assert program.runs == 1


@pytest.mark.parametrize("command", [["no-such-program-here"], ["a\0b"]])
def test_a_command_that_cannot_be_run_says_so(command: list[str], server: Any) -> None:
    """With what the system says."""
    with (
        rowcall.connect(providers=at(server, api_key_command=command)) as db,
        pytest.raises(UsageError, match="^api_key_command of openai cannot be run: "),
    ):
        db.sql(ASK)


def test_a_command_that_does_not_end_is_ended(server: Any, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time, or that of the statement."""
    program.does("time.sleep(5)")
    with rowcall.connect(providers=at(server, api_key_command=f"{shlex.join(program.words)}; true")) as db:
        started = time.monotonic()
        with pytest.raises(rowcall.RowcallError, match="Not done within timeout_s=0.5"):
            db.sql(ASK, timeout_s=0.5)
        monkeypatch.setattr(credentials, "COMMAND_S", 0.5)
        with pytest.raises(UsageError, match=r"did not end within 0\.5 seconds\.$"):
            db.sql(ASK)

    assert time.monotonic() - started < 10


def test_a_statement_that_waits_for_a_command_can_be_cancelled(server: Any, program: Program) -> None:
    """As while it waits for an API."""
    program.does("time.sleep(60)")
    with rowcall.connect(providers=at(server, api_key_command=program.words)) as db:

        def cancel() -> None:
            while not program.runs:
                time.sleep(0.01)
            db.cancel()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        started = time.monotonic()
        with pytest.raises(rowcall.errors.EngineError, match="was cancelled"):
            db.sql(ASK)
        canceller.join()

    assert time.monotonic() - started < 10


def test_a_write_whose_key_cannot_be_had_is_not_begun(server: Any, program: Program, tmp_path: Path) -> None:
    """The journal has nothing of it."""
    program.does("sys.exit(1)")
    with rowcall.connect(providers=at(server, api_key_command=program.words), journal=tmp_path / "journal") as db:
        with pytest.raises(UsageError, match="exit code 1"):
            db.sql("INSERT INTO openai.assistants.threads DEFAULT VALUES")
        assert db.sql("SHOW JOURNAL").fetchall() == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send")
def test_ctrl_c_ends_the_command_too(server: Any, program: Program, tmp_path: Path) -> None:
    """At once."""
    program.does("time.sleep(60)")
    config = tmp_path / "config.toml"
    config.write_text(f"[providers.openai]\nbase_url = '{at(server)['openai']['base_url']}'\napi_key_command = {program.words!r}\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "rowcall", "query", ASK],
        env={**os.environ, "ROWCALL_CONFIG": str(config)},
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not program.runs:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)

    told = process.communicate(timeout=20)[1]

    assert (process.returncode, told) == (130, "interrupted\n")


def test_a_key_that_the_api_refuses_names_where_it_came_from(
    scripted: Callable[..., Any], program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never what it is, though the API repeats it."""
    server = scripted(lambda asked: (401, {"error": {"message": f"Incorrect API key: {asked.headers['authorization']}"}}))
    config = tmp_path / "config.toml"
    config.write_text(f"[providers.openai]\napi_key_command = {program.words!r}\n")
    told = []

    for settings, variable in [({}, ""), ({}, KEY), ({"api_key": KEY}, "")]:
        monkeypatch.setenv("OPENAI_API_KEY", variable)
        with rowcall.connect(providers=at(server, **settings), config=config) as db, pytest.raises(AuthError) as error:
            db.sql(ASK)
        told.append(str(error.value))

    assert [re.search(r"Check the key \((.*?)\)", text)[1] for text in told] == [  # type: ignore[index]
        f"api_key_command in the config file {config}:2",
        "OPENAI_API_KEY",
        "the setting api_key of provider openai",
    ]
    assert [text for text in told if KEY in text] == []


class Safe(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self, entries: dict[tuple[str, str], str], error: Exception | None = None) -> None:
        super().__init__()
        self.entries = entries
        self.error = error
        self.asked: list[tuple[str, str]] = []

    def get_password(self, service: str, username: str) -> str | None:
        """What was kept."""
        self.asked.append((service, username))
        if self.error is not None:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keeps it."""
        self.entries[service, username] = password


@pytest.fixture
def safe() -> Iterator[Safe]:
    """The keyring of the system, while a test runs."""
    before = keyring.get_keyring()
    safe = Safe({("https://api.example.com", "me"): KEY})
    keyring.set_keyring(safe)
    yield safe
    keyring.set_keyring(before)


def test_a_key_comes_from_the_keyring(server: Any, safe: Safe) -> None:
    """Once, and when a request needs it; the service may have slashes in its name."""
    with rowcall.connect(providers=at(server, api_key_keyring="https://api.example.com/me")) as db:
        db.sql(f"EXPLAIN {ASK}").fetchall()
        assert safe.asked == []
        db.sql(ASK)
        db.sql(ASK)

    assert (server.asked[0].headers["authorization"], len(safe.asked)) == (f"Bearer {KEY}", 1)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (None, "names no entry of the keyring. Make it: keyring set rowcall openai"),
        (keyring.errors.KeyringLocked("it is locked"), "cannot be read: it is locked."),
        (keyring.errors.NoKeyringError(), "needs a keyring, and there is none. Keep the key in a variable, or have a command get it."),
    ],
    ids=["absent", "locked", "none"],
)
def test_a_keyring_that_gives_no_key_is_an_error(error: Exception | None, message: str, server: Any, safe: Safe) -> None:
    """Before anything is sent."""
    safe.error = error
    with (
        rowcall.connect(providers=at(server, api_key_keyring="rowcall/openai")) as db,
        pytest.raises(UsageError, match=f"^api_key_keyring of openai {re.escape(message)}$"),
    ):
        db.sql(ASK)
    assert server.asked == []


def test_without_the_package_the_error_says_what_to_install(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with (
        rowcall.connect(providers=at(server, api_key_keyring="rowcall/openai")) as db,
        pytest.raises(UsageError, match=re.escape("pip install 'rowcall[keyring]'")),
    ):
        db.sql(ASK)


@pytest.mark.usefixtures("safe")
@pytest.mark.parametrize("kept", ["command", "keyring"])
@pytest.mark.parametrize("auth", ["bearer", {"kind": "query", "name": "k"}, {"kind": "basic"}], ids=str)
def test_a_key_that_came_late_is_in_nothing_that_is_shown(
    auth: Any, kept: str, scripted: Callable[..., Any], program: Program, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Errors, reports, warnings, logs, EXPLAIN, the journal, and the file of answers; also where the user has typed it."""
    import base64

    server = scripted(lambda asked: (500, f"no: {asked.path} {asked.headers.get('authorization')} {KEY}"))
    setting = {"api_key_command": program.words} if kept == "command" else {"api_key_keyring": "https://api.example.com/me"}
    caplog.set_level(logging.DEBUG)
    shown = io.StringIO()
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o700)
    with rowcall.connect(
        providers=at(server, auth=auth, **setting),
        journal=folder / "journal",
        cache="1h",
        cache_file=folder / "answers",
        max_write_rows=None,
    ) as db:
        typed = f"INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {{'k': '{KEY}'}})"
        for sql in (
            typed,
            ASK,
            "INSERT INTO openai.assistants.threads DEFAULT VALUES",
            "DELETE FROM openai.assistants.threads WHERE id = 't'",
        ):
            try:
                db.sql(sql, on_error="error").fetchall()
            except rowcall.RowcallError as error:
                print(error, repr(error), vars(error), file=shown)
            print(db.last, db.explain(sql) if sql != typed else "", file=shown)
        for sql in ("FROM rowcall_requests()", "FROM rowcall_warnings()", "FROM rowcall_journal()", "SHOW JOURNAL", "SHOW SETTINGS"):
            print(db.sql(sql).fetchall(), file=shown)
    said = (shown.getvalue() + caplog.text).encode() + b"".join(path.read_bytes() for path in folder.iterdir())

    assert len(server.asked) >= 3
    assert [each for each in (KEY, base64.b64encode(KEY.encode()).decode()) if each.encode() in said] == []
