"""The pace of a key that several processes keep together."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from rowcall.errors import UnavailableError, UsageError
from rowcall.http.control import Cancelled, Control
from rowcall.http.endpoint import Endpoint
from rowcall.http.pace import Pace, pace_of
from rowcall.http.shared import SharedPace
from rowcall.manifest.model import RateLimit
from rowcall.plan.nodes import Protocol

WIDE = {"": (RateLimit(requests=2, per_s=60),)}
PROCESS = """
import sys, time
from rowcall.http.control import Control
from rowcall.http.shared import SharedPace
from rowcall.manifest.model import RateLimit
from rowcall.plan.nodes import Protocol
pace = SharedPace(sys.argv[1], b"key")
for _ in range(4):
    pace.wait(Control(), {"": (RateLimit(requests=3, per_s=0.5),)})
    print(time.time(), flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A file that is not there yet."""
    return str(tmp_path / "limits")


def test_processes_together_send_no_more_than_is_allowed(path: str) -> None:
    """Three of them want four requests each, and three in half a second may go."""
    started = [subprocess.Popen([sys.executable, "-c", PROCESS, path], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    times = sorted(float(line) for process in started for line in process.communicate(timeout=60)[0].splitlines())

    # A time is taken down a moment after the request was let go.
    assert len(times) == 12
    assert times[-1] - times[0] > 1.4
    assert all(later - earlier > 0.3 for earlier, later in zip(times, times[3:], strict=False))


def test_a_pause_is_for_all_who_share_the_file(path: str) -> None:
    """A shorter one does not end it; another key is not concerned."""
    one, two, other = SharedPace(path, b"key"), SharedPace(path, b"key"), SharedPace(path, b"another")
    one.pause(60)
    one.pause(0.1)

    with pytest.raises(UnavailableError):
        two.wait(Control(timeout_s=0.1))
    other.wait(Control(timeout_s=0.1))


def test_a_wait_for_a_turn_ends_with_the_statement(path: str) -> None:
    """At its deadline, and when it is cancelled."""
    pace = SharedPace(path, b"key")
    for _ in range(2):
        pace.wait(Control(), WIDE)
    control = Control()
    threading.Timer(0.1, control.cancel).start()
    started = time.monotonic()

    with pytest.raises(UnavailableError):
        pace.wait(Control(timeout_s=0.1), WIDE)
    with pytest.raises(Cancelled):
        pace.wait(control, WIDE)

    assert time.monotonic() - started < 5


HOLDER = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(path: str) -> Iterator[None]:
    """The file, locked by another process for as long as this lasts."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.communicate("")


@pytest.mark.parametrize("ends", ["cancel", "deadline"])
@pytest.mark.parametrize("at", ["open", "heed", "wait", "pause"])
def test_a_wait_for_a_locked_file_ends_with_the_statement(path: str, at: str, ends: str) -> None:
    """Wherever it waits; that a pause is then not noted is no error, since the answer that asked for it is there."""
    pace = SharedPace(path, b"key")
    waits: dict[str, Callable[[Control], object]] = {
        "open": lambda control: SharedPace(path, b"key", control),
        "heed": lambda control: pace.heed({"": (RateLimit(requests=1, per_s=7200),)}, control),
        "wait": pace.wait,
        "pause": lambda control: pace.pause(1, control),
    }
    with locked(path):
        control = Control(timeout_s=0.2 if ends == "deadline" else None)
        if ends == "cancel":
            threading.Timer(0.2, control.cancel).start()
        started = time.monotonic()

        with pytest.raises(Cancelled if ends == "cancel" else UnavailableError) if at != "pause" else nullcontext():
            waits[at](control)

        assert 0.15 < time.monotonic() - started < 2
    pace.wait(Control())


def test_a_thread_that_waits_for_one_that_waits_ends_with_its_own_statement(path: str) -> None:
    """The one before it goes on waiting for the file."""
    pace = SharedPace(path, b"key")
    with locked(path):
        first = threading.Thread(target=lambda: pace.wait(Control()))
        first.start()
        time.sleep(0.1)
        started = time.monotonic()
        with pytest.raises(UnavailableError):
            pace.wait(Control(timeout_s=0.2))

        assert time.monotonic() - started < 2
        assert first.is_alive()
    first.join()


def test_each_waits_for_its_own_limits_over_what_all_sent(path: str) -> None:
    """As within a process."""
    one, two = SharedPace(path, b"key"), SharedPace(path, b"key")
    for _ in range(3):
        one.wait(Control())

    with pytest.raises(UnavailableError):
        two.wait(Control(timeout_s=0.05), WIDE)
    two.wait(Control(timeout_s=0.05), {"": (RateLimit(requests=4, per_s=60),)})


def test_what_one_has_a_long_limit_for_is_kept_by_others_too(path: str) -> None:
    """A limit of two hours counts what went out an hour ago, though a request goes out between that has no limit."""
    long = {"": (RateLimit(requests=3, per_s=7200),)}
    one, other = SharedPace(path, b"key"), SharedPace(path, b"key")
    for _ in range(2):
        one.wait(Control(), long)
    file = sqlite3.connect(path)
    file.execute("UPDATE sent SET at = at - 4000")
    file.commit()
    file.close()

    other.wait(Control())

    with pytest.raises(UnavailableError):
        one.wait(Control(timeout_s=0.05), long)


def test_a_clock_that_is_set_back_stops_nobody_for_longer_than_a_limit_says(path: str) -> None:
    """What lies an hour ahead counts as of now, and a pause of an hour is none."""
    pace = SharedPace(path, b"key")
    file = sqlite3.connect(path)
    file.execute("INSERT INTO sent VALUES (?, ?)", (b"key", time.time() + 3600))
    file.execute("INSERT INTO rests VALUES (?, ?)", (b"key", time.time() + 3600))
    file.commit()
    file.close()
    started = time.monotonic()

    pace.wait(Control(timeout_s=10), {"": (RateLimit(requests=1, per_s=0.3),)})

    assert 0.25 < time.monotonic() - started < 5


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a file that is open")
@pytest.mark.parametrize("becomes", ["removed", "replaced", "a link to another"])
def test_a_file_that_is_removed_or_replaced_is_opened_anew(path: str, becomes: str) -> None:
    """Who had it open before shares with those that open it now, and says that it begins to count anew."""
    before = SharedPace(path, b"key")
    before.wait(Control(), WIDE)
    if becomes == "replaced":
        SharedPace(f"{path} 2", b"key")
        Path(f"{path} 2").replace(path)
    else:
        Path(path).unlink()
    if becomes == "a link to another":
        Path(path).symlink_to(f"{path} 3")
        SharedPace(f"{path} 3", b"key")
    control = Control(timeout_s=5)

    before.wait(control, WIDE)
    SharedPace(path, b"key").wait(Control(timeout_s=5), WIDE)

    with pytest.raises(UnavailableError):
        before.wait(Control(timeout_s=0.1), WIDE)
    assert control.warnings == [f"rate_limits_file {path} was removed or replaced: what was sent before that is not counted any more."]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a file that is open")
@pytest.mark.parametrize("act", ["wait", "heed", "pause"])
def test_a_file_that_is_removed_while_it_is_waited_for_is_opened_anew(path: str, act: str) -> None:
    """SQLite refuses to write to it then, which is no fault of the statement that waited."""
    pace, control = SharedPace(path, b"key"), Control(timeout_s=10)
    asked = {
        "wait": lambda: pace.wait(control, WIDE),
        "heed": lambda: pace.heed({"": (RateLimit(requests=1, per_s=7200),)}, control),
        "pause": lambda: pace.pause(0.01, control),
    }
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(asked[act])
        time.sleep(0.2)
        Path(path).unlink()
        holder.close()
        waiting.result(10)

    assert control.warnings == [f"rate_limits_file {path} was removed or replaced: what was sent before that is not counted any more."]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a file that is open")
def test_how_long_a_limit_looks_back_is_said_to_the_new_file_too(path: str) -> None:
    """What went out more than an hour ago counts for it, though others that have no such limit send in between."""
    long = {"": (RateLimit(requests=1, per_s=7200),)}
    one = SharedPace(path, b"key")
    one.heed(long)
    Path(path).unlink()
    one.wait(Control(), long)
    file = sqlite3.connect(path)
    file.execute("UPDATE sent SET at = at - 4000")
    file.commit()
    file.close()

    SharedPace(path, b"key").wait(Control())

    with pytest.raises(UnavailableError):
        one.wait(Control(timeout_s=0.05), long)


def test_a_relative_path_is_meant_from_where_it_was_first_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that changes its folder shares the same file as before."""
    monkeypatch.chdir(tmp_path)
    pace = SharedPace("limits", b"key")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    control = Control(timeout_s=5)

    pace.wait(control, WIDE)

    assert control.warnings == []
    assert list((tmp_path / "below").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a file that is open")
def test_a_file_whose_folder_is_gone_is_an_error_before_anything_is_sent(
    tmp_path: Path, open_client: Callable[..., Any], api: Any, request_to: Callable[..., Any]
) -> None:
    """Nobody could share it any more."""
    folder = tmp_path / "folder"
    folder.mkdir()
    client = open_client(rate_limits_file=str(folder / "limits"))
    (folder / "limits").unlink()
    folder.rmdir()

    with pytest.raises(UsageError, match=r"rate_limits_file .* cannot be used: No such file"):
        client.send(request_to(), Protocol(), Control())
    assert api.requests == []


def test_the_file_is_its_owners_and_holds_no_key(path: str, endpoint: Callable[..., Endpoint]) -> None:
    """Nor where it is for."""
    made = endpoint(rate_limits_file=path)
    pace = pace_of(made)
    pace.wait(Control(), WIDE)
    content = Path(path).read_bytes()

    assert isinstance(pace, SharedPace)
    assert isinstance(pace_of(endpoint()), Pace)
    assert (made.key or "").encode() not in content
    assert b"127.0.0.1" not in content
    if sys.platform != "win32":
        assert Path(path).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [None, b"this is no database, and never was one" * 99])
def test_a_file_that_cannot_be_used_is_wrong_usage(tmp_path: Path, content: bytes | None, endpoint: Callable[..., Any]) -> None:
    """A folder that is not there, or a file of something else."""
    path = tmp_path / "absent" / "limits" if content is None else tmp_path / "other"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UsageError, match=r"rate_limits_file .* cannot be used: "):
        pace_of(endpoint(rate_limits_file=str(path)))


def test_an_answer_is_not_lost_where_the_file_cannot_be_written_any_more(
    path: str, open_client: Callable[..., Any], api: Any, request_to: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be that of a write, which would be made twice if it were told to have failed."""
    monkeypatch.setattr("rowcall.http.shared._BUSY_S", 0.05)
    client = open_client(rate_limits_file=path)
    lock = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def answer(_: Any) -> dict[str, Any]:
        lock.execute("BEGIN EXCLUSIVE")
        return {"json": {"id": 1}, "headers": {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}}

    api.answer = answer
    control = Control()

    page = client.send(request_to(method="POST", body={}), Protocol(), control)
    lock.close()

    assert (page.status, len(api.requests)) == (200, 1)
    assert [message.partition(" cannot be used")[0] for message in control.warnings] == [f"rate_limits_file {path}"]
