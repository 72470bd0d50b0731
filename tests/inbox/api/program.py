"""A program with a token, as its HTTP client sees the API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.test import Client as Http
from django.utils.timezone import now

from inbox.actions.receive import receive_messages
from inbox.connectors.ports import IncomingMessage
from inbox.evaluation import BrandFacts, HouseRules, TargetRule
from inbox.models import Channel, Message
from tenants.accounts.actors import RECEIVER
from tenants.accounts.models import ApiToken
from tenants.kernel.schema import inside
from tenants.models import Client
from tests.conftest import engage_all

RULES = HouseRules(BrandFacts(name="Acme"), targets=(TargetRule(3600, 7200),))
PROBLEM = "application/problem+json"


@dataclass
class Program:
    """Calls one client's host. `plain` is the token, or empty for nobody."""

    host: str
    plain: str
    token: ApiToken | None = None

    def call(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        if self.plain:
            headers.setdefault("authorization", f"Bearer {self.plain}")
        http = Http(SERVER_NAME=urlsplit(self.host).netloc)
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        return http.generic(method, f"/api/v1/{path}", **_encoded(body), headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if data is None else data, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)

    def as_nobody(self) -> Program:
        return Program(self.host, "")

    def pages(self, path: str) -> list[list[dict[str, Any]]]:
        """Every page from this one on, by following `next`."""
        found = []
        address: str | None = path
        while address is not None:
            answer = self.get(address)
            assert answer.status_code == 200, answer.content
            page = answer.json()
            found.append(page["results"])
            address = page["next"] and page["next"].partition("/api/v1/")[2]
        return found


def _encoded(body: dict[str, Any]) -> dict[str, Any]:
    """Bytes stay as they are; everything else becomes JSON."""
    if body and not isinstance(body["data"], bytes):
        return {**body, "data": json.dumps(body["data"]).encode()}
    return body


def assert_problem(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """The answer is a problem document (RFC 9457) with a sentence; returns it."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["type"].startswith("about:blank#")
    assert problem["detail"].endswith("."), "a sentence"
    if code:
        assert problem["type"] == f"about:blank#{code}"
    return problem


def receive(client: Client, channel: Channel, *messages: IncomingMessage) -> list[int]:
    """Take messages in as the receiver does; the ids of their conversations, in the order given."""
    with inside(client):
        receive_messages(
            channel=channel, messages=messages, rules=RULES, evaluate=engage_all, by=RECEIVER, at=now()
        )
        where = dict(Message.objects.values_list("external_id", "conversation_id"))
    return [where[message.external_id] for message in messages]
