"""A server that does as little as one can, so that what is measured is who asks.

`python -m benchmarks.server` prints its port. All pages of the common threads are whole answers before the first request comes; those of
the one that would not fit into memory are copied with other ids. `/20/v1/…` is the API with every answer held back for 20 ms, and
`/count` how many requests there were, itself not counted.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import json
import socket

from benchmarks.data import HUGE, LONG, PAGE, PAGES, SINGLE, SMALL, THREADS, page, page_from, run_number, thread

_END = b"\r\n\r\n"
_SEND_BUFFER = 4 << 20


def _answer(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body)


class Api:
    """The answers, made beforehand."""

    def __init__(self) -> None:
        self._block = [page(LONG, number * PAGE) for number in range(PAGES[LONG])]
        self._threads = {name: _answer(json.dumps(thread(name)).encode()) for name in (SMALL, *SINGLE)}
        self._pages = {name: [_answer(page_from(self._block, name, at)) for at in range(PAGES[name])] for name in (LONG, SMALL, *THREADS)}

    def thread(self, name: str) -> bytes:
        """What answers a request for a thread."""
        return self._threads[name]

    def runs(self, name: str, query: dict[str, str]) -> bytes:
        """What answers a request for a page of a thread's runs."""
        limit = int(query.get("limit", "20"))
        start = run_number(name, query["after"]) + 1 if "after" in query else 0
        number, rest = divmod(start, PAGE)
        if limit != PAGE or rest or number == PAGES[name]:
            return _other_page(name, start, limit)
        return _answer(page_from(self._block, name, number)) if name == HUGE else self._pages[name][number]


@functools.cache
def _other_page(name: str, start: int, limit: int) -> bytes:
    return _answer(page(name, start, limit))


class Connection(asyncio.Protocol):
    """One client, who asks one thing after the other."""

    count = 0

    def __init__(self, api: Api) -> None:
        self._api = api
        self._loop = asyncio.get_running_loop()
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Makes room for a whole page, so that it leaves in one call."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)

    def data_received(self, data: bytes) -> None:
        """Answers when a request is whole."""
        self._data += data
        if not (_is_whole(self._data) if self._data.startswith(b"POST") else self._data.endswith(_END)):
            return
        data, self._data = self._data, b""
        method, target, _ = data.decode("latin-1").split(" ", 2)
        delay_s, answer = self._found(target)
        if method == "HEAD":
            answer = answer[: answer.index(_END) + len(_END)]
        self._loop.call_later(delay_s, self._transport.write, answer) if delay_s else self._transport.write(answer)

    def _found(self, target: str) -> tuple[float, bytes]:
        """How long to wait, and the answer to it."""
        path, _, query = target.partition("?")
        if path == "/count":
            return 0, _answer(b"%d" % Connection.count)
        Connection.count += 1
        try:
            _, delay_ms, _, _, name, *runs = path.split("/")
            pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair)
            return float(delay_ms) / 1000, self._api.runs(name, pairs) if runs else self._api.thread(name)
        except (IndexError, KeyError, ValueError) as error:
            return 0, _answer(json.dumps({"error": {"message": f"no {target}: {error!r}"}}).encode(), b"404 Not Found")


def _is_whole(data: bytes) -> bool:
    """Whether a request is there with its body."""
    head, end, body = data.partition(_END)
    length = next((line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b"0")
    return bool(end) and len(body) >= int(length)


async def serve() -> None:
    """Serves until it is killed."""
    api = Api()
    gc.collect()
    gc.freeze()
    gc.disable()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(api), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
