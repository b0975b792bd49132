"""The sandbox as users hold it: a server in this process, on this machine's own loopback address alone."""

from __future__ import annotations

import atexit
import errno
import os
import socket
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rowcall.catalog.sources import available, of_paths
from rowcall.errors import UsageError, nearest
from rowcall.manifest.library import added, shipped
from rowcall.manifest.model import TOKEN_KINDS, AuthKind, AuthScheme, Provider
from rowcall.manifest.sandbox import VERSION, load_sandbox
from rowcall.manifest.sandbox import Sandbox as SandboxFile
from rowcall.sandbox.clock import Clock

if TYPE_CHECKING:
    from pathlib import Path

    import uvicorn

    from rowcall.sandbox.app import App, LoggedRequest

HOST = "127.0.0.1"
"""The only address that it listens on."""

_STOP_S = 5.0
"""The longest wait for the server's thread to end."""


class Sandbox:
    """A provider's API, played on a loopback port: `with Sandbox(seed=0) as box: … box.base_url …`.

    `provider` is the name of a shipped provider, a folder that holds one, or a provider that was read. `port` 0 takes a free one. Time
    begins at `start` (Unix seconds, by default now) or is that of `clock`. Every answer takes `latency_s` longer than it must. Of what is
    made up there are `rows` for the first of what it belongs to, 37 unless said, and a few for the others. Raises UsageError for a
    provider that there is not, and ManifestError for a faulty one, or a faulty sandbox file.
    """

    def __init__(
        self,
        provider: str | Path | Provider = "openai",
        *,
        seed: int = 0,
        port: int = 0,
        clock: Clock | None = None,
        start: float | None = None,
        latency_s: float = 0.0,
        rows: int | None = None,
    ) -> None:
        from rowcall.sandbox.app import App
        from rowcall.sandbox.world import ROWS

        if clock is not None and start is not None:
            raise UsageError("Give the sandbox a clock or a start, not both.")
        if rows is not None and rows < 1:
            raise UsageError(f"A sandbox has one row at the least, not {rows}.")
        self.provider, sandbox = _played(provider)
        self.api_key = sandbox.key
        self.clock = clock or Clock(start)
        self._port = port
        self._app: App = App(self.provider, sandbox, seed=seed, clock=self.clock, latency_s=latency_s, rows=rows or ROWS)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> Self:
        """Itself, listening. Raises UsageError where the port is taken, and does nothing where it listens already."""
        if self._thread is None:
            listener = _listener(self._port)
            self._port = listener.getsockname()[1]
            self._server = _server(self._app)
            self._thread = threading.Thread(target=self._server.run, args=([listener],), name="rowcall-sandbox", daemon=True)
            self._thread.start()
            _await_start(self._server, self._thread)
            atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Ends it at once, open connections too. The same port is listened on when it is started again."""
        if self._thread is None or self._server is None:
            return
        atexit.unregister(self.stop)
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(_STOP_S)
        self._server = self._thread = None

    @property
    def port(self) -> int:
        """The port; 0 while it has not been started and a free one was asked for."""
        return self._port

    @property
    def base_url(self) -> str:
        """Where the API's paths start, as `http://127.0.0.1:PORT/v1`."""
        return f"http://{HOST}:{self._port}{self._app.api.base_path}"

    @property
    def control_url(self) -> str:
        """Where the sandbox's own paths start: clock, faults, requests, tables and reset."""
        return f"http://{HOST}:{self._port}/_sandbox"

    @property
    def providers(self) -> dict[str, dict[str, Any]]:
        """Settings of a connection that reaches it, as `rowcall.connect(providers=…)` wants them."""
        services = {name: self._keyed(self.provider.services[name].auth) for name in self.provider.keyed}
        return {self.provider.provider: {"base_url": self.base_url, **self._keyed(self.provider.auth), **services}}

    def _keyed(self, auth: Mapping[str, AuthScheme]) -> dict[str, Any]:
        """The key, and how it is sent: a config file may say that a token is got elsewhere, and whoever plays reaches nobody."""
        key: dict[str, Any] = {"api_key": self.api_key}
        return key if not auth else key | {"auth": {"kind": "bearer"} if _is_got(auth) else next(iter(auth))}

    @property
    def unplayed(self) -> dict[str, str]:
        """Why it does not play some methods, by their names, as `quays.berths.list`; it answers these with 501."""
        return self._app.api.unplayed()

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """The requests that the API got, oldest first; the last ten thousand of them. Those with `applied` are the writes that it did."""
        return self._app.requests()

    @property
    def tables(self) -> dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
        """Local tables that go with the data, as they are now: column names and rows, by table name."""
        return self._app.tables()

    def fault(
        self, kind: str, *, times: int | None = 1, path: str | None = None, method: str | None = None, after: int = 0, **options: Any
    ) -> None:
        """Makes the next `times` requests (None: all) fail that match, once `after` of them went through.

        `kind` and its options are those of `rowcall.sandbox.faults`; `path` is a regular expression. Raises UsageError.
        """
        from rowcall.sandbox.faults import injected

        self._app.inject(injected(kind, times=times, path=path, method=method, after=after, **options))

    def clear_faults(self) -> None:
        """Forgets the faults that still wait."""
        self._app.clear_faults()

    def reset(self, *, start: float | None = None, seed: int | None = None) -> None:
        """Begins anew; faults and the log of requests are forgotten.

        Time goes on as the clock has it, or begins at `start`; the seed is the old one, or `seed`.
        """
        self._app.reset(start=start, seed=seed)


def serve(
    provider: str | Path = "openai",
    *,
    port: int = 0,
    seed: int = 0,
    faults: Iterable[str] = (),
    latency_s: float = 0.0,
    rows: int | None = None,
    stop: threading.Event | None = None,
) -> int:
    """The exit code, 0, after a sandbox has run until Ctrl-C or until `stop` is set; talk goes to stderr.

    `faults` are spelled `kind:option=value,…` and befall every request unless they say `times`. Raises UsageError and ManifestError.
    """
    from rowcall.sandbox.faults import parse

    box = Sandbox(provider, seed=seed, port=port, latency_s=latency_s, rows=rows)
    for text in faults:
        box._app.inject(parse(text))  # noqa: SLF001 - it is this module's own
    with box:
        print(_welcome(box), file=sys.stderr, flush=True)  # noqa: T201 - talk of a command
        waiting = stop or threading.Event()
        try:
            while not waiting.wait(0.5):  # a wait without end could not be interrupted on Windows
                pass
        except KeyboardInterrupt:
            print("\nStopped.", file=sys.stderr)  # noqa: T201 - as above
    return 0


def _welcome(box: Sandbox) -> str:
    exports = [(name, box.base_url) for name in box.provider.base_url_env[:1]]
    ways = [box.provider.auth, *(service.auth for service in box.provider.services.values())]
    keyed = [scheme for auth in ways if not _is_got(auth) for scheme in list(auth.values())[:1]]
    exports += [(name, box.api_key) for scheme in keyed for name in scheme.env[:1]]
    lines = [
        f"The {box.provider.title} sandbox listens at {box.base_url} (key: {box.api_key}).",
        "Point rowcall, or any other client of this API, at it:",
        *(f"  {_EXPORT} {name}={value}" for name, value in exports),
        *([] if box.provider.base_url_env and not any(map(_is_got, ways)) else [f"  rowcall query {_settings(box)} …"]),
        *([f"Ids to start from: {box.control_url}/tables ({_some([*box.tables])})."] if box.tables else []),
        *(f"Not played: {name}: {why}" for name, why in box.unplayed.items()),
        f"Faults, clock, log of requests, reset: {box.control_url}/… (see the documentation). Ctrl-C stops it.",
    ]
    return "\n".join(lines)


def _settings(box: Sandbox) -> str:
    """What points rowcall at it where no variable of the environment does."""
    name = box.provider.provider
    keyed = {name: box.provider.auth} | {f"{name}.{one}": box.provider.services[one].auth for one in box.provider.keyed}
    kinds = (f"--set {one}.auth.kind=bearer" for one, auth in keyed.items() if _is_got(auth))
    return " ".join([f"--set {name}.base_url={box.base_url}", *(f"--set {one}.api_key={box.api_key}" for one in keyed), *kinds])


def _is_got(auth: Mapping[str, AuthScheme]) -> bool:
    """Whether the first way to authenticate takes something that is got elsewhere for a key, or signs with it."""
    return any(scheme.kind in {*TOKEN_KINDS, AuthKind.AWS} for scheme in [*auth.values()][:1])


def _some(names: list[str]) -> str:
    """The first of some names, and how many others there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} others" if more > 0 else "")


_NAMED = 6
"""How many tables are named before a user asks."""
_EXPORT = "set" if os.name == "nt" else "export"


def _played(provider: str | Path | Provider) -> tuple[Provider, SandboxFile]:
    """The provider, and what its sandbox file says."""
    if isinstance(provider, Provider):
        return provider, SandboxFile(sandbox=VERSION)
    if isinstance(provider, str):
        return _named(provider)
    sources = [*of_paths((provider,)).values()]
    if len(sources) != 1:
        raise UsageError(f"{provider} holds {len(sources)} providers, and a sandbox plays one: name its folder.")
    read = sources[0].provider
    return read, load_sandbox(provider, read)


def _named(name: str) -> tuple[Provider, SandboxFile]:
    """The provider of that name, and what its sandbox file says: one that the user has added, or else one that comes with rowcall."""
    known = available()
    if name not in known:
        close: Sequence[str] = nearest(name, known) or tuple(known)
        raise UsageError(f'There is no provider "{name}". Did you mean {", ".join(close)}?')
    folder = added().get(name) or shipped()[name]
    return known[name], load_sandbox(folder, known[name])


def _listener(port: int) -> socket.socket:
    # The protocol is named because asyncio turns Nagle's algorithm off only then; it would cost 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        # A port whose last connections are still being forgotten is free; one that is listened on is not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(_port_message(port, error)) from error
    return listener


def _port_message(port: int, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken. Choose another one, or 0 for any that is free."
    return f"The sandbox cannot listen on port {port}: {error}."


def _server(app: App) -> uvicorn.Server:
    import uvicorn

    from rowcall.sandbox.connection import Connection

    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=Connection,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
    )
    return uvicorn.Server(config)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    while not server.started and thread.is_alive():
        thread.join(0.002)
