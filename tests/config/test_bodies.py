"""No request may send more than a bound, announced or not, and nothing of it is written anywhere."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.conf import settings

from config.bodies import Bounded

MOST = settings.RAPPORT_MAX_DELIVERY_BYTES + 1


def ask(chunks: list[int], *, announced: bytes | None = None) -> tuple[int, bytes, int]:
    """The status, the answer, and how many bytes reached the application."""
    taken = 0
    sent: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": b"x" * size, "more_body": True} for size in chunks]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def application(scope, receive, send):
        nonlocal taken
        while (message := await receive())["more_body"]:
            taken += len(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"fine"})

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", announced)]
    asyncio.run(Bounded(application)({"type": "http", "headers": headers}, receive, send))
    return sent[0]["status"], sent[1]["body"], taken


def test_a_body_at_the_bound_is_let_through():
    assert ask([MOST - 1, 1], announced=b"%d" % MOST) == (200, b"fine", MOST)


@pytest.mark.parametrize("announced", [None, b"5", b"nonsense"])
def test_a_longer_one_is_refused_once_it_is_too_long(announced):
    status, answer, taken = ask([MOST, 1, 1_000_000], announced=announced)

    assert (status, taken) == (413, MOST)
    assert "5 MB at most" in json.loads(answer)["detail"]


def test_one_that_announces_too_much_is_refused_before_a_byte_is_read():
    assert ask([1], announced=b"%d" % (MOST + 1))[::2] == (413, 0)


def test_what_is_no_request_is_let_through():
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["type"])

    async def nothing():
        return {}

    async def drop(message):
        pass

    asyncio.run(Bounded(application)({"type": "lifespan"}, nothing, drop))

    assert seen == ["lifespan"]
