"""The world outside: customers who write, and the networks where replies come to stand.

A process of its own. It speaks to Rapport only as any other system would: it delivers signed webhooks
(Standard Webhooks) and serves the return address of each channel, where it keeps the replies it was sent
and answers when they are read back. It is the demo's and the tests' other side, and knows nothing inside.

    python -m config.demo.world SCRIPT.json
"""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from inbox.connectors.networks.webhook.signing import read_secret, sign, verify
from inbox.connectors.ports import BadSignature

MOST_TRIES = 30
PAUSE = 2.0
"""Seconds between two tries of a delivery that was not taken."""


@dataclass(slots=True)
class World:
    """Where replies stand, and with which secrets everybody signs."""

    secrets: Mapping[str, str]
    """Account → the secret of its channel."""
    standing: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """(account, key) → the reply as it stands on the network."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, account: str, asked: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Put a reply on the network; the same key is the same reply."""
        key = (account, str(asked["key"]))
        with self.lock:
            known = self.standing.get(key)
            if known is not None:
                return 200, known
            name = f"reply-{uuid.uuid4().hex[:12]}"
            sent = {
                "external_id": name,
                "sent_at": datetime.now(UTC).isoformat(),
                "url": f"https://network.example/{account}/{name}",
            }
            self.standing[key] = sent
        return 201, sent

    def find(self, account: str, key: str) -> dict[str, Any] | None:
        with self.lock:
            return self.standing.get((account, key))


def handler_for(world: World) -> type[BaseHTTPRequestHandler]:
    """The return addresses: `POST /<account>/` publishes, `GET /<account>/?key=` reads back."""

    class ReturnAddress(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # the name http.server calls
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            account = self._account(body)
            if account:
                status, answer = world.publish(account, json.loads(body))
                self._answer(status, answer)

        def do_GET(self) -> None:  # the name http.server calls
            account = self._account(b"")
            if account:
                found = world.find(account, parse_qs(urlsplit(self.path).query).get("key", [""])[0])
                self._answer(200 if found else 404, found or {"message": "No such reply."})

        def _account(self, body: bytes) -> str:
            """The account addressed, once the signature is proven; empty when it was refused."""
            account = urlsplit(self.path).path.strip("/")
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                verify(
                    [read_secret(world.secrets[account])], headers=headers, body=body, at=datetime.now(UTC)
                )
            except (KeyError, BadSignature) as error:
                self._answer(401, {"message": f"This is not signed as agreed: {error}"})
                return ""
            return account

        def _answer(self, status: int, body: Mapping[str, Any]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the signature http.server calls
            """Quiet: what matters stands in Rapport's own log."""

    return ReturnAddress


def deliver(
    http: httpx.Client, *, hooks: str, account: str, secret: str, items: list[dict[str, Any]], name: str
) -> bool:
    """One signed delivery, tried until it is taken. True when it was."""
    body = json.dumps({"items": items}).encode()
    for _ in range(MOST_TRIES):
        headers = sign([read_secret(secret)], delivery_id=name, at=datetime.now(UTC), body=body)
        try:
            answer = http.post(
                f"{hooks}/hooks/webhook/{account}/",
                content=body,
                headers={**headers, "content-type": "application/json"},
            )
        except httpx.TransportError:
            time.sleep(PAUSE)
            continue
        if answer.status_code < 500:  # below it the answer is final
            return answer.is_success
        time.sleep(PAUSE)
    return False


def play(script: Mapping[str, Any], *, wait: Callable[[float], None], now: Callable[[], float]) -> None:
    """Deliver the script's arrivals, each at its moment."""
    began = now()
    hooks = script["hooks"]
    with httpx.Client(timeout=10, headers={"Host": script["host"]}) as http:
        for number, (offset, account, item) in enumerate(script["arrivals"]):
            wait(max(0.0, offset - (now() - began)))
            name = f"{script['run']}-{number}"
            item["sent_at"] = datetime.now(UTC).isoformat()
            deliver(
                http, hooks=hooks, account=account, secret=script["secrets"][account], items=[item], name=name
            )


def main(path: Path) -> None:
    script = json.loads(path.read_text())
    server = ThreadingHTTPServer(("127.0.0.1", int(script["port"])), handler_for(World(script["secrets"])))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    play(script, wait=time.sleep, now=time.monotonic)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
