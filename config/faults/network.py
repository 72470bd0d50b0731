"""A network on loopback that publishes whatever it is asked to and often fails: it is on Rapport to ask only once."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

MOODS = {
    "publishes": 66,
    "publishes late": 10,
    "is busy": 8,  # 503: nothing was done
    "publishes and hangs up": 8,
    "hangs up": 8,
}
"""What a request to publish meets, and how often in a hundred."""
LATE = 1.5  # seconds


class Network:
    """Keeps a log of what it was asked. `calm()` ends the failures."""

    def __init__(self, seed: int) -> None:
        self.posts: list[str] = []
        self.published: list[str] = []
        """Keys, each as often as it was published."""
        self.moods: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311  # chance that can be repeated, no secret
        self._lock = threading.Lock()
        self._is_calm = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/replies/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def calm(self) -> None:
        self._is_calm = True

    def publish(self, key: str) -> str:
        """Log the request and do what the mood says; returns the mood."""
        with self._lock:
            moods = ["publishes"] if self._is_calm else list(MOODS)
            mood = self._random.choices(moods, [MOODS[name] for name in moods])[0]
            self.posts.append(key)
            self.moods[mood] += 1
            if mood.startswith("publishes"):
                self.published.append(key)
        return mood

    def stands(self, key: str) -> bool:
        with self._lock:
            return key in self.published


def _handler_of(network: Network) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name http.server calls
            key = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["key"]
            mood = network.publish(key)
            if mood == "is busy":
                self._answer(503, {}, retry_after="1")
            elif mood == "publishes late":
                time.sleep(LATE)
            if mood in ("publishes", "publishes late"):
                self._answer(200, _sent(key))

        def do_GET(self) -> None:  # the name http.server calls
            key = parse_qs(urlsplit(self.path).query)["key"][0]
            stands = network.stands(key)
            self._answer(200 if stands else 404, _sent(key) if stands else {})

        def _answer(self, status: int, body: dict[str, str], *, retry_after: str = "") -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            if retry_after:
                self.send_header("Retry-After", retry_after)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
            """Nothing to say: `posts` is the log."""

    return Handler


def _sent(key: str) -> dict[str, str]:
    return {"external_id": f"reply-{key}", "sent_at": datetime.now(UTC).isoformat()}
