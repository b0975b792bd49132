"""The stateful mock of the PyPI package openai-responses behind a socket: an Assistants API that is not ours.

Runs in an environment of its own (requirements/other-servers.txt), as the package wants an older `openai` than our tests. Prints
its port, and serves until it is killed. Source: https://pypi.org/project/openai-responses/
"""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import openai_responses

OWN = {"host", "content-length", "connection", "accept-encoding"}


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the mock, which answers for api.openai.com inside this process."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OWN}
        with httpx.Client() as client:
            response = client.request(self.command, f"https://api.openai.com{self.path}", content=body, headers=headers)
        self.send_response(response.status_code)
        self.send_header("content-type", response.headers.get("content-type", "application/json"))
        self.send_header("content-length", str(len(response.content)))
        self.end_headers()
        self.wfile.write(response.content)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@openai_responses.mock()
def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
