"""A real HTTP server on loopback that answers as a test tells it to: no patches between us and the wire."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Exchange:
    """What a test answers with."""

    def __init__(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        self.handler = handler
        self.asked = asked

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """A whole answer; `content_type=…` becomes Content-Type."""
        self.handler.send_response(status)
        for name, value in {"content_length": str(len(body)), **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def raw(self, data: bytes) -> None:
        """Any bytes at all, at once."""
        self.handler.wfile.write(data)
        self.handler.wfile.flush()


@dataclass(slots=True)
class FarSide:
    """A server, what it was asked, and how it answers."""

    url: str
    script: Callable[[Exchange], None] = lambda exchange: exchange.answer(404)
    asked: list[Asked] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None

    def secure(self, tls: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        assert self.server is not None
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = self.url.replace("http://", "https://")


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side hung up in the middle, which is what several tests are about."""


@contextmanager
def far_side() -> Iterator[FarSide]:
    """A server for one test, gone afterwards."""
    side = FarSide(url="")

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            side.asked.append(asked)
            side.script(Exchange(self, asked))

        do_GET = do_POST = _any  # noqa: N815  # the names are http.server's

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is http.server's
            """Nothing to say."""

    server = _QuietServer(("127.0.0.1", 0), Handler)
    side.server = server
    side.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield side
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
