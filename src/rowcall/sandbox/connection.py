"""A connection that an application may close without a word, as servers do that are killed; no message of ASGI asks for that.

In its scope the application finds, as the extension `HANG_UP`, a function that closes the connection. What was not written then never is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

HANG_UP = "rowcall.hang_up"


class Connection(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, and the extension."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._application: Any = self.app
        self.app = self._extended

    async def _extended(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application({**scope, "extensions": {HANG_UP: self.transport.close}}, receive, send)


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Closes the connection of a request, and returns once the server knows of it, which else would try to answer with an error."""
    scope["extensions"][HANG_UP]()
    while (await receive())["type"] != "http.disconnect":
        pass
