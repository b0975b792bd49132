"""The world's API, in the process: it answers what its manifest describes and notes everything else as a fault of whoever asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

import httpx
from tests.fuzz.world import NOT_FOUND, Endpoint, Row, Table, Value, World

PAGING = frozenset({"limit", "after", "page", "offset"})


@dataclass
class Api(httpx.BaseTransport):
    """Answers requests from the rows of a world; thread-safe."""

    world: World
    sent: list[str] = field(default_factory=list)
    """Every request line since `forget`."""
    faults: list[str] = field(default_factory=list)
    """What was asked and does not exist, or lacks what it needs."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._routes = [(table, endpoint) for table in self.world.tables for endpoint in table.endpoints]

    def forget(self) -> None:
        """Begins anew."""
        with self._lock:
            self.sent, self.faults = [], []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to one request."""
        target = request.url.raw_path.decode("ascii")
        status, body = self._answer(target)
        with self._lock:
            self.sent.append(target)
            if status == 400:
                self.faults.append(f"{request.method} {target}: {body['error']['message']}" if isinstance(body, dict) else target)
        return httpx.Response(status, content=json.dumps(body).encode(), headers={"content-type": "application/json"})

    def _answer(self, target: str) -> tuple[int, object]:
        path, _, query_string = target.partition("?")
        pairs = parse_qsl(query_string, keep_blank_values=True, strict_parsing=bool(query_string))
        query = dict(pairs)
        if len(query) < len(pairs):
            return _refusal("a parameter is there twice")
        segments = path.removeprefix("/v1/").split("/")
        for table, endpoint in self._routes:
            bound = _matched(endpoint, segments, query)
            if bound is not None:
                return self._found(table, endpoint, bound, query)
        return _refusal("there is no such path, or a required parameter is missing")

    def _found(self, table: Table, endpoint: Endpoint, bound: Mapping[str, str], query: Mapping[str, str]) -> tuple[int, object]:
        unknown = query.keys() - endpoint.required.keys() - {*endpoint.optional} - (PAGING if endpoint.paging else set())
        if unknown:
            return _refusal(f"no parameter {sorted(unknown)}")
        wanted = {endpoint.required[name]: text for name, text in bound.items()}
        wanted |= {name: query[name] for name in endpoint.optional if name in query}
        for column, text in wanted.items():
            if table.columns[column].type == "integer" and not text.removeprefix("-").isdecimal():
                return _refusal(f"{column} is no integer")
        rows = [row for row in self.world.remote[table.name] if _fits(row, wanted)]
        if endpoint.single:
            return (200, rows[0]) if rows else (404, {"error": {"message": NOT_FOUND}})
        return self._page(endpoint, rows, query)

    def _page(self, endpoint: Endpoint, rows: list[Row], query: Mapping[str, str]) -> tuple[int, object]:
        if not endpoint.paging:
            return 200, _enveloped(endpoint.rows, rows)
        size = min(self.world.page_size, int(query.get("limit", "1")))
        start = _start(endpoint.paging, rows, query, size)
        if start is None:
            return _refusal("the cursor is not one of these rows")
        shown, more = rows[start : start + size], start + size < len(rows)
        body: dict[str, object] = {"data": shown}
        if endpoint.paging == "offset":
            body["total"] = len(rows)
        else:
            body["more"] = more
        if endpoint.paging == "token":
            body["next"] = f"t{start + size}" if more else None
        return 200, body


def pages(endpoint: Endpoint, rows: int, size: int) -> int:
    """How many requests it takes to read this many rows of one call."""
    return max(1, -(-rows // size)) if endpoint.paging else 1


def _fits(row: Row, wanted: Mapping[str, str]) -> bool:
    return all(row[column] is not None and str(row[column]) == text for column, text in wanted.items())


def _matched(endpoint: Endpoint, segments: Sequence[str], query: Mapping[str, str]) -> dict[str, str] | None:
    """The required parameters of an endpoint whose path this is; None for another's, or where one is missing."""
    if len(segments) != len(endpoint.path):
        return None
    bound: dict[str, str] = {}
    for part, segment in zip(endpoint.path, segments, strict=True):
        if part.startswith("{") and segment:
            bound[part[1:-1]] = unquote(segment)
        elif part != segment:
            return None
    bound |= {name: query[name] for name in endpoint.in_query if name in query}
    return bound if bound.keys() == endpoint.required.keys() else None


def _start(paging: str, rows: Sequence[Row], query: Mapping[str, str], size: int) -> int | None:
    """The position of a page's first row."""
    if paging == "page":
        return (int(query.get("page", "1")) - 1) * size
    if paging == "offset":
        return int(query.get("offset", "0"))
    if "after" not in query:
        return 0
    if paging == "token":
        return int(query["after"].removeprefix("t"))
    return next((at + 1 for at, row in enumerate(rows) if str(row["id"]) == query["after"]), None)


def _enveloped(path: str, rows: list[Row]) -> object:
    body: object = rows
    for name in reversed([] if path == "$" else path.split(".")):
        body = {name: body}
    return body


def _refusal(message: str) -> tuple[int, dict[str, dict[str, Value]]]:
    return 400, {"error": {"message": message}}
