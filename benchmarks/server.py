"""A server that does nothing but hand out pages made beforehand, in a process of its own.

`python -m benchmarks.server DELAY_MS` prints its port. `/v1/threads/long/runs` has 20,000 runs behind a cursor, any other thread one
page of 100.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 100
PAGES = 200
MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1")


def run(thread: str, number: int) -> dict[str, Any]:
    """A completed run as the Assistants API sends it, its numbers made from its own."""
    created = 1_790_000_000 + number * 60
    prompt, completion = 300 + number % 700, 40 + number % 90
    return {
        "id": f"run_{number:024d}",
        "object": "thread.run",
        "created_at": created,
        "assistant_id": f"asst_{number % 7:024d}",
        "thread_id": thread,
        "status": "completed",
        "started_at": created + 1,
        "expires_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": created + 9,
        "required_action": None,
        "last_error": None,
        "model": MODELS[number % len(MODELS)],
        "instructions": "Answer in two sentences, and name the source of every figure. " * 6,
        "tools": [
            {"type": "code_interpreter"},
            {
                "type": "function",
                "function": {"name": "find_order", "description": "Finds an order.", "parameters": {"type": "object"}, "strict": False},
            },
        ],
        "tool_resources": {},
        "metadata": {"tenant": f"t{number % 20}", "user": f"u{number % 300}"},
        "temperature": 1.0,
        "top_p": 1.0,
        "reasoning_effort": None,
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "incomplete_details": None,
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
        "response_format": "auto",
        "tool_choice": "auto",
        "parallel_tool_calls": True,
    }


def page(thread: str, number: int, *, more: bool) -> bytes:
    """One page of a list."""
    rows = [run(thread, number * PAGE + i) for i in range(PAGE)]
    envelope = {"object": "list", "data": rows, "first_id": rows[0]["id"], "last_id": rows[-1]["id"], "has_more": more}
    return json.dumps(envelope).encode()


class Handler(BaseHTTPRequestHandler):
    """Answers a list request with the page after its cursor."""

    protocol_version = "HTTP/1.1"
    delay_s = 0.0
    long: tuple[bytes, ...] = ()

    def do_GET(self) -> None:
        time.sleep(self.delay_s)
        parts = urlsplit(self.path)
        thread = parts.path.split("/")[-2]
        after = parse_qs(parts.query).get("after")
        number = (int(after[0].removeprefix("run_")) + 1) // PAGE if after else 0
        body = self.long[number] if thread == "long" else page(thread, 0, more=False)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """With room for as many connections as a client opens at once."""

    request_queue_size = 128
    daemon_threads = True


def main() -> None:
    Handler.delay_s = float(sys.argv[1]) / 1000
    Handler.long = tuple(page("long", number, more=number < PAGES - 1) for number in range(PAGES)) if not Handler.delay_s else ()
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
