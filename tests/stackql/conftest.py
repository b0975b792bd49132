"""A harbour that is described as StackQL's documents are, and answers on a real socket."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import rowcall
from rowcall.session.session import Session

HARBOUR = Path(__file__).parent / "harbour"
BERTHS = [
    {"id": 1, "quay": "north", "depth": 9.5, "ship": {"name": "Ada", "flag": "uk"}, "crane": ["big"], "tide": "low"},
    {"id": 2, "quay": "north", "depth": 7, "ship": None, "crane": []},
    {"id": 3, "quay": "south", "depth": 12, "ship": {"name": "Grace", "flag": "us"}, "crane": ["big", "small"]},
    {"id": 4, "quay": "south", "depth": 3, "ship": None, "crane": []},
    {"id": 5, "quay": "south", "depth": 4, "ship": None, "crane": []},
]


@dataclass(frozen=True)
class Seen:
    """A request as it came in."""

    line: str
    """As `GET /v1/berths?limit=2`."""
    headers: dict[str, str]
    body: Any
    """The JSON, or the bytes of anything else."""


@dataclass
class Harbour:
    """The server and its document."""

    folder: Path
    """Where the document is."""
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    answers: dict[str, Callable[[dict[str, str]], tuple[Any, dict[str, str]]]] = field(default_factory=dict)
    """What is answered at paths besides those that are known here: a body and headers, made of the query; bytes are sent as they are."""

    def session(self, **options: Any) -> Session:
        """A session that knows the harbour, with a key."""
        own = {
            "provider_paths": [self.folder],
            "providers": {"harbour": {"api_key": "anchor", "pilots": {"api_key": "compass"}}},
            "journal": ":memory:",
            "max_write_rows": None,
        }
        return rowcall.connect(**{**own, **options})

    @property
    def lines(self) -> list[str]:
        """What was asked so far."""
        return [seen.line for seen in self.seen]

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any, dict[str, str]]:
        """Status, body and headers."""
        if path in self.answers:
            found, headers = self.answers[path](query)
            return 200, found, headers
        place = path.removeprefix("/v1")
        if (method, place) == ("GET", "/berths"):
            start, size = int(query.get("page_token") or 0), int(query.get("limit") or 1)
            rows = [berth for berth in BERTHS if query.get("quay") in {None, berth["quay"]}]
            page = {"berths": rows[start : start + size]}
            return 200, page | ({"next_token": str(start + size)} if start + size < len(rows) else {}), {}
        if (method, place) == ("POST", "/berths"):
            return 201, {"berth": {"id": 9, **body}}, {}
        if place.endswith("/actions"):
            return 200, {"state": body["type"]}, {}
        number = place.removeprefix("/berths/")
        if method == "GET" and number.isdecimal():
            return 200, {"berth": BERTHS[int(number) - 1]}, {}
        if method == "PATCH":
            return 200, {**BERTHS[int(number) - 1], **body}, {}
        return (204, None, {}) if method == "DELETE" else (200, _OTHERS[place], {})


_OTHERS: dict[str, Any] = {
    "/berths/1/moorings": {"moorings": [{"id": "m1", "ship": "Ada"}, {"id": "m2", "ship": "Bea"}]},
    "/search": [{"name": "Ada"}],
    "/flags": ["uk", "us"],
    "/fees": {"day": 10.5, "night": 20},
    "/crews": {"ships": [{"crew": [{"name": "Ann", "@id": "a"}, {"name": "Bob"}]}, {"crew": None}, {"crew": [{"name": "Cy"}]}]},
    "/harbours/main/owners/port%20office": {"share": 0.5, "owner": {"name": "Port Office"}},
    "/licences/north/2024%2F1": {"text": "valid"},
}


@pytest.fixture
def harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbour]:
    """The harbour, whose document names the port of its server; what is kept of it is the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    here = Harbour(tmp_path / "registry" / "harbour")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answers as the harbour does."""
            parts = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            is_json = "json" in (media := self.headers.get("content-type") or "json") and "ndjson" not in media
            body = (json.loads(content) if is_json else content) if content else None
            here.seen.append(Seen(f"{self.command} {self.path}", {name.lower(): value for name, value in self.headers.items()}, body))
            status, found, headers = here.answer(self.command, parts.path, dict(parse_qsl(parts.query)), body)
            text = found if isinstance(found, bytes) else b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers, "content-length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_PATCH = do_DELETE = do_PUT = do_GET

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.port = server.server_address[1]
    shutil.copytree(HARBOUR, here.folder)
    for file in here.folder.rglob("*.yaml"):
        file.write_text(re.sub(r"(127\.0\.0\.[^:]+):1\b", rf"\1:{here.port}", file.read_text()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()
    thread.join()
