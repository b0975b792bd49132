"""Sessions on real sandboxes, what the sandboxes hold as raw JSON, and servers that answer what a test tells them to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.manifest.read import load_provider
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

START = 1_790_000_000
"""When the clocks of these tests stand."""

WORKSHOP = Path(__file__).parent / "workshop"

HEADERS = {"Authorization": "Bearer sandbox-key", "OpenAI-Beta": "assistants=v2"}


@pytest.fixture(scope="session")
def still() -> Iterator[Sandbox]:
    """A sandbox that tests read and never change."""
    with Sandbox(clock=Clock(START, held=True)) as box:
        yield box


@pytest.fixture(scope="session")
def live() -> Iterator[Sandbox]:
    """A sandbox that tests change, each in a thread of its own."""
    with Sandbox(clock=Clock(START, held=True)) as box:
        yield box


@dataclass(frozen=True)
class Workbench:
    """A sandbox of the made-up provider whose benches have a version, and what opens sessions on it."""

    box: Sandbox
    folder: Path
    """Of the test; the journal of its sessions is in it, and its plans are."""

    def session(self, **options: Any) -> Session:
        """A new session, with the journal of the test, which may write any number of rows."""
        own = {"providers": self.box.providers, "journal": self.folder / "journal.sqlite", "max_write_rows": None}
        return rowcall.connect(**{**own, **options})

    def benches(self) -> list[dict[str, Any]]:
        """All benches, as they are now, in the order in which they were made."""
        names, rows = self.box.tables["benches"]
        return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.fixture
def workbench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A workbench of the test's own, in whose folder statements find files by their names alone."""
    catalog = Catalog({"workshop": load_provider(WORKSHOP)})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    monkeypatch.chdir(tmp_path)
    with Sandbox(WORKSHOP, clock=Clock(START, held=True)) as box:
        yield Workbench(box, tmp_path)


@dataclass(frozen=True)
class World:
    """The raw JSON of a sandbox, fetched without rowcall."""

    threads: list[str]
    """Those with the most runs first; the last has none."""
    runs: list[dict[str, Any]]
    assistants: list[dict[str, Any]]

    @property
    def few(self) -> list[str]:
        """A few threads whose runs have every status there is."""
        missing = {run["status"] for run in self.runs}
        found: list[str] = []
        while missing:
            found.append(max(self.threads, key=lambda thread: len(missing & {run["status"] for run in self.of(thread)})))
            missing -= {run["status"] for run in self.of(found[-1])}
        return found

    def of(self, *threads: str) -> list[dict[str, Any]]:
        """The runs of some threads."""
        return [run for run in self.runs if run["thread_id"] in threads]


@pytest.fixture(scope="session")
def world(still: Sandbox) -> World:
    """What the sandbox that never changes holds."""
    with httpx.Client(base_url=still.base_url, headers=HEADERS, trust_env=False) as client:
        threads = [thread for (thread,) in still.tables["sandbox_threads"][1]]
        runs = {thread: _all(client, f"/threads/{thread}/runs") for thread in threads}
        threads.sort(key=lambda thread: -len(runs[thread]))
        return World(threads, [run for thread in threads for run in runs[thread]], _all(client, "/assistants"))


def _all(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        after = {"after": found[-1]["id"]} if found else {}
        body = client.get(path, params={"limit": 100, **after}).json()
        found += body["data"]
        if not body["has_more"]:
            return found


@pytest.fixture
def db(still: Sandbox) -> Iterator[Session]:
    """A session of the test's own on the sandbox that never changes."""
    with rowcall.connect(providers=still.providers) as session:
        yield session


@pytest.fixture
def writer(live: Sandbox) -> Iterator[Session]:
    """A session of the test's own on the sandbox that changes, which may write any number of rows."""
    with rowcall.connect(providers=live.providers, max_write_rows=None) as session:
        yield session


@pytest.fixture
def raw(live: Sandbox) -> Iterator[httpx.Client]:
    """A client of the sandbox that changes, without rowcall."""
    with httpx.Client(base_url=live.base_url, headers=HEADERS, trust_env=False) as client:
        yield client


@pytest.fixture
def thread(raw: httpx.Client) -> str:
    """A new thread, without runs."""
    return str(raw.post("/threads", json={}).json()["id"])


@pytest.fixture
def threads(raw: httpx.Client) -> list[str]:
    """Three new threads, without runs."""
    return [str(raw.post("/threads", json={}).json()["id"]) for _ in range(3)]


@pytest.fixture
def assistant(raw: httpx.Client) -> str:
    """An assistant's id."""
    return str(raw.get("/assistants").json()["data"][0]["id"])


@pytest.fixture
def sent() -> Callable[[Sandbox], AbstractContextManager[list[Any]]]:
    """A context whose list holds, once it is left, the requests that a sandbox got within it."""

    @contextmanager
    def sent(box: Sandbox) -> Iterator[list[Any]]:
        before = len(box.requests)
        found: list[Any] = []
        yield found
        found += box.requests[before:]

    return sent


@dataclass(frozen=True)
class Asked:
    """A request as a scripted server got it."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: str
    content: bytes = b""
    """The body as it came."""


@dataclass
class Scripted:
    """A server that answers what `answer` gives: a status and a body, as JSON, text or bytes; and perhaps headers."""

    answer: Callable[[Asked], tuple[Any, ...]]
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def providers(self) -> dict[str, dict[str, Any]]:
        """Settings of a session that reaches it."""
        return {"openai": {"base_url": f"http://127.0.0.1:{self.port}/v1", "api_key": "sk-very-secret"}}


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """Starts a server on a free port of this machine, over TLS where it is given a context."""
    started: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(answer: Callable[[Asked], tuple[Any, ...]], tls: ssl.SSLContext | None = None) -> Scripted:
        script = Scripted(answer)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        script.port = server.server_port
        worker = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        worker.start()
        started.append((server, worker))
        return script

    yield start
    for server, worker in started:
        server.shutdown()
        server.server_close()
        worker.join()


def _handler(script: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with suppress(ConnectionError):  # of a client that did not wait
                super().handle()

        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            content = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, content.decode(errors="replace"), content)
            script.asked.append(asked)
            status, answer, *more = script.answer(asked)
            data = answer if isinstance(answer, bytes) else (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            headers = {"content-type": "text/html" if isinstance(answer, str) else "application/json", **(more[0] if more else {})}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


def page(rows: list[Any], *, more: bool = False) -> dict[str, Any]:
    """A page of a list, as the API has them."""
    ids = [row.get("id") for row in rows]
    return {"object": "list", "data": rows, "first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None, "has_more": more}


@pytest.fixture(name="page")
def page_fixture() -> Callable[..., dict[str, Any]]:
    """Makes a page of a list, as the API has them."""
    return page


@pytest.fixture
def run() -> Callable[..., dict[str, Any]]:
    """Makes a run as the API would send it."""

    def run(id_: str, **fields: Any) -> dict[str, Any]:
        return {
            "id": id_,
            "object": "thread.run",
            "created_at": START,
            "assistant_id": "asst_1",
            "thread_id": "thread_1",
            "status": "completed",
            "model": "gpt-4o",
            "tools": [],
            **fields,
        }

    return run
