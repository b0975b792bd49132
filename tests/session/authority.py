"""A made-up API that takes tokens, and the place that gives them out, on one real socket; it may be one of TLS."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

MANIFEST = """
manifest: 1
provider: depot
title: Depot
description: What is kept in a depot.
source: https://depot.example/api
base_url: {base_url}
{more}
"""
SERVICE = """
service: store
title: Store
description: Its shelves.
resources:
  shelves:
    description: A shelf.
    source: https://depot.example/api/shelves
    columns:
      id: {type: integer, nullable: false, description: Its number.}
      name: {type: string, description: Its name.}
    methods:
      list_shelves:
        verb: select
        http: GET /shelves
        description: Lists the shelves.
        parameters:
          label: {in: query, description: Only those with it.}
        rows: shelves
      create_shelf:
        verb: insert
        http: POST /shelves
        description: Makes a shelf.
        body:
          name: {type: string, required: true, description: Its name.}
  boxes:
    description: A box on a shelf.
    source: https://depot.example/api/boxes
    columns:
      id: {type: integer, nullable: false, description: Its number.}
    methods:
      list_boxes:
        verb: select
        http: GET /shelves/{shelf}/boxes
        description: Lists the boxes of a shelf.
        parameters:
          shelf: {in: path, type: integer, description: The shelf.}
        rows: boxes
"""


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    target: str
    """Path and query, as they were sent."""
    headers: dict[str, str]
    """By lower-case name."""
    content: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form."""
        return dict(parse_qsl(self.content.decode()))

    @property
    def client(self) -> str | None:
        """Who asks for a token in a header."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        return base64.b64decode(value).decode() if kind == "Basic" else None


Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]


@dataclass
class Authority:
    """The server. Tokens are `tok-1-…`, `tok-2-…`, of which the latest is good."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    given: int = 0
    """How many tokens were given out."""
    lasts_s: Any = 3600
    delay_s: float = 0.0
    answer: Callable[[Asked], Answer | None] = lambda _: None
    """What is answered in place of what the server has for it."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def token(self) -> str:
        """The one that is good."""
        return f"tok-{self.given}-canary-0123456789"

    def tokens(self) -> list[Asked]:
        """The requests for a token."""
        return [asked for asked in self.asked if asked.path.endswith("/token")]

    def calls(self) -> list[Asked]:
        """The requests to the API."""
        return [asked for asked in self.asked if asked.path.startswith("/v1/")]

    def reply(self, asked: Asked) -> Answer:
        """Status, body, and headers."""
        if (said := self.answer(asked)) is not None:
            return said
        if asked.path.endswith("/token"):
            threading.Event().wait(self.delay_s)
            with self.lock:
                self.given += 1
                life = {} if self.lasts_s is None else {"expires_in": self.lasts_s}
                return 200, {"access_token": self.token, "token_type": "Bearer", **life}
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return 401, {"error": {"message": "The token is no good."}}
        return self.shelves(asked)

    @staticmethod
    def shelves(asked: Asked) -> Answer:
        """What the API has."""
        if asked.method == "POST":
            return 201, {"id": 9, **json.loads(asked.content)}
        if asked.path.endswith("/boxes"):
            return 200, {"boxes": [{"id": int(asked.path.split("/")[-2])}]}
        return 200, {"shelves": [{"id": 1, "name": "oak"}]}

    def manifest(self, folder: Path, more: str, base_url: str = "") -> Path:
        """The folder of a provider at this server, whose manifest says this besides."""
        place = folder / "depot"
        place.mkdir(exist_ok=True)
        (place / "provider.yaml").write_text(MANIFEST.format(base_url=base_url or f"{self.url}/v1", more=more.replace("URL", self.url)))
        (place / "store.yaml").write_text(SERVICE)
        return place


def started(authority: Authority, tls: tuple[Path, Path] | None = None) -> ThreadingHTTPServer:
    """The server of an authority, running; `tls` is a certificate and its key."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            """Answers as the authority does."""
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, content)
            with authority.lock:
                authority.asked.append(asked)
            status, body, *more = authority.reply(asked)
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **(more[0] if more else {}), "content-length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    authority.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def private_key() -> tuple[rsa.RSAPrivateKey, str]:
    """A key, and as PEM."""
    key = rsa.generate_private_key(65537, 2048)
    plain = serialization.NoEncryption()
    return key, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def certificate(folder: Path) -> tuple[Path, Path]:
    """The files of a certificate for 127.0.0.1 that signs itself, and of its key."""
    key, pem = private_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "depot")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_text(pem)
    return files
