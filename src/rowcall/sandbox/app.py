"""The web application: the API under its base path, and `/_sandbox/…` for those who steer the sandbox."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from rowcall.errors import UsageError
from rowcall.manifest.model import AuthKind, Encoding, Provider
from rowcall.manifest.sandbox import Sandbox
from rowcall.sandbox.api import Api
from rowcall.sandbox.blueprint import blueprint
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.connection import hang_up
from rowcall.sandbox.exchange import Answer, Incoming
from rowcall.sandbox.faults import InjectedFault, injected, spoiled
from rowcall.sandbox.forms import encoding_of, shown
from rowcall.sandbox.page import Bend
from rowcall.sandbox.world import ROWS, World

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

CONTROL = "/_sandbox/"
"""Where the paths start that no API has."""

_KEPT = 10_000
"""How many requests the log keeps."""

_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request that the API got. Credentials in it are replaced."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    """Names in lower case."""
    body: Any
    """The JSON document, the fields of a form, None for none, or text where it is neither. A file is its name, size and digest."""
    status: int | None
    """The HTTP status of the answer; None where none was sent."""
    fault: str | None = None
    """The kind of fault that befell it."""
    applied: bool = False
    """Whether it is a write that was carried out, whatever was answered. False for what was carried out before with the same key."""
    idempotency_key: str | None = None
    """The key that it carried, where its method takes one."""
    time: float = 0.0
    """When it came, in Unix seconds of the sandbox's clock."""


class App:
    """An ASGI application around one world."""

    def __init__(self, provider: Provider, sandbox: Sandbox, *, seed: int, clock: Clock, latency_s: float, rows: int = ROWS) -> None:
        self._blueprint = blueprint(provider, sandbox)
        self.sandbox = self._blueprint.sandbox
        self.api = Api(provider, self._blueprint, own=sandbox)
        self.clock = clock
        self._requests: deque[LoggedRequest] = deque(maxlen=_KEPT)
        self._faults: list[InjectedFault] = []
        self._seed = seed
        self._latency_s = latency_s
        self._rows_made = rows
        self._lock = threading.RLock()
        schemes = [*provider.auth.values(), *(scheme for service in provider.services.values() for scheme in service.auth.values())]
        self._secret_headers = {"authorization", *(s.name.lower() for s in schemes if s.kind is AuthKind.HEADER and s.name)}
        self._secret_query = {s.name for s in schemes if s.kind is AuthKind.QUERY}
        self.world = World(self._blueprint, seed=seed, start=clock.now(), rows=rows)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        body = await request.body()
        if request.url.path.startswith(CONTROL):
            await self._control(request.method, request.url.path.removeprefix(CONTROL), body)(scope, receive, send)
        else:
            await self._respond(_incoming(request, body), scope, receive, send)

    def reset(self, *, start: float | None = None, seed: int | None = None) -> None:
        """Begins anew, by default at the clock's present and with the same seed; faults and the log are forgotten."""
        with self._lock:
            if start is not None:
                self.clock.restart(start)
            self._seed = self._seed if seed is None else seed
            self.world = World(self._blueprint, seed=self._seed, start=self.clock.now(), rows=self._rows_made)
            self._requests.clear()
            self._faults.clear()

    def tables(self) -> dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
        """The local tables of the sandbox file, as they are now: column names and rows, by table name."""
        with self._lock:
            self._advance()
            return {name: (tuple(table.columns), self._rows(table.rows, table.columns)) for name, table in self.sandbox.tables.items()}

    def inject(self, fault: InjectedFault) -> None:
        """Adds a fault to those that wait."""
        with self._lock:
            self._faults.append(fault)

    def requests(self) -> tuple[LoggedRequest, ...]:
        """What the API got, oldest first."""
        with self._lock:
            return tuple(self._requests)

    def faults(self) -> tuple[InjectedFault, ...]:
        """The faults that still wait."""
        with self._lock:
            return tuple(fault for fault in self._faults if fault.times != 0)

    def clear_faults(self) -> None:
        """Forgets all faults."""
        with self._lock:
            self._faults.clear()

    def _rows(self, collection: str, columns: dict[str, Any]) -> list[tuple[Any, ...]]:
        render = self.world.templates.render
        return [tuple(render(source, {"item": record}) for source in columns.values()) for record in self.world.all(collection)]

    def _advance(self) -> None:
        self.world.advance(self.clock.now() - self.world.start)

    async def _respond(self, incoming: Incoming, scope: Scope, receive: Receive, send: Send) -> None:
        with self._lock:
            fault = next((fault for fault in self._faults if fault.befalls(incoming.method, incoming.path)), None)
            self._advance()
            right = None if fault and not fault.processed else self.api.answer(self.world, incoming, fault.bend if fault else Bend())
            answer = right if fault is None else self._spoiled(fault, right)
            self._requests.append(self._logged(incoming, answer, fault, applied=right is not None and right.applied))
        delay = self._latency_s + (fault.options["seconds"] if fault and fault.kind == "slow" else 0)
        if delay:
            await asyncio.sleep(delay)
        if answer is None:
            await hang_up(scope, receive)
        elif fault and fault.kind == "drop":
            await _drop(answer, send)
        else:
            await _response(answer)(scope, receive, send)

    def _spoiled(self, fault: InjectedFault, right: Answer | None) -> Answer | None:
        """What is sent in place of the right answer, which there is none of where nothing was done; None for nothing at all."""
        if fault.silent:
            return None
        refusals = self.sandbox.refusals
        refusal = {"rate_limit": refusals.rate_limited, "server_error": refusals.server_error}.get(fault.kind)
        if refusal:
            right = self.api.refusal(self.world, refusal)
        return spoiled(fault, right or Answer(200, b""), self.clock.now())

    def _logged(self, incoming: Incoming, answer: Answer | None, fault: InjectedFault | None, *, applied: bool) -> LoggedRequest:
        return LoggedRequest(
            incoming.method,
            incoming.path,
            tuple((name, _HIDDEN if name in self._secret_query else value) for name, value in incoming.query),
            {name: _HIDDEN if name in self._secret_headers else value for name, value in incoming.headers.items()},
            _document(incoming),
            answer.status if answer else None,
            fault.kind if fault else None,
            applied,
            self.api.key(incoming),
            self.clock.now(),
        )

    def _control(self, method: str, path: str, body: bytes) -> Response:
        operation = _OPERATIONS.get((method, path))
        if operation is None:
            there = ", ".join(f"{method} {CONTROL}{path}" for method, path in _OPERATIONS)
            return _json({"error": f"There is no {method} {CONTROL}{path}; there is {there}."}, 404)
        try:
            return _json(operation(self, _object(body)))
        except (UsageError, TypeError, ValueError, RecursionError) as error:
            return _json({"error": str(error)}, 400)


def _incoming(request: Request, body: bytes) -> Incoming:
    raw = request.scope.get("raw_path", request.url.path.encode()).partition(b"?")[0].decode("latin-1")
    query = tuple(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return Incoming(request.method, raw, query, dict(request.headers), body)


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    for name, value in answer.headers:
        response.headers.append(name, value)
    return response


async def _drop(answer: Answer, send: Callable[[Any], Awaitable[None]]) -> None:
    """Sends half of what was announced and ends there, at which the server closes the connection."""
    headers = [(b"content-length", str(max(len(answer.body), 2)).encode()), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})


def _document(incoming: Incoming) -> Any:
    body = incoming.body
    if not body:
        return None
    try:
        return json.loads(body) if encoding_of(incoming) is Encoding.JSON else shown(incoming)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _object(body: bytes) -> dict[str, Any]:
    document = json.loads(body) if body.strip() else {}
    if not isinstance(document, dict):
        raise UsageError("Send a JSON object.")
    return document


def _json(document: Any, status: int = 200) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), status, media_type="application/json")


def _clock(app: App) -> dict[str, Any]:
    return {"now": app.clock.now(), "held": app.clock.held}


def _move_clock(app: App, wish: dict[str, Any]) -> dict[str, Any]:
    unknown = wish.keys() - {"hold", "advance_s"}
    if unknown:
        raise UsageError(f"The clock knows hold and advance_s, not {', '.join(sorted(unknown))}.")
    if "hold" in wish:
        (app.clock.hold if wish["hold"] else app.clock.release)()
    app.clock.advance(float(wish.get("advance_s", 0)))
    return _clock(app)


def _add_fault(app: App, wish: dict[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(wish.get("kind"), str):
        raise UsageError("Say which kind of fault.")
    app.inject(injected(**wish))
    return _faults(app)


def _faults(app: App) -> list[dict[str, Any]]:
    return [asdict(fault) for fault in app.faults()]


def _clear_faults(app: App) -> list[dict[str, Any]]:
    app.clear_faults()
    return _faults(app)


def _reset(app: App, wish: dict[str, Any]) -> dict[str, Any]:
    if any(name not in {"start", "seed"} or not isinstance(value, int) for name, value in wish.items()):
        raise UsageError("A reset knows start (Unix seconds) and seed, both whole numbers.")
    app.reset(**wish)
    return _clock(app)


_OPERATIONS: dict[tuple[str, str], Callable[[App, dict[str, Any]], Any]] = {
    ("GET", "clock"): lambda app, _: _clock(app),
    ("POST", "clock"): _move_clock,
    ("GET", "faults"): lambda app, _: _faults(app),
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): lambda app, _: _clear_faults(app),
    ("GET", "requests"): lambda app, _: [asdict(request) for request in app.requests()],
    ("GET", "tables"): lambda app, _: {name: {"columns": columns, "rows": rows} for name, (columns, rows) in app.tables().items()},
    ("POST", "reset"): _reset,
}
"""What can be asked of the sandbox itself."""
