"""A bound for the bodies of all requests, kept while they arrive.

Django's ASGI handler writes a body to a temporary file, however long it is, before any view is asked. Without a
bound anybody could fill the disk with one request.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from tenants.kernel.numbers import read_number

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class TooLarge(Exception):
    """The body has more bytes than are taken. Raised while it is received, before anything is answered."""


class Bounded:
    """An ASGI application whose requests have at most RAPPORT_MAX_DELIVERY_BYTES + 1 bytes; 413 for others.

    The one byte more lets the view of deliveries answer in its own words.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        most = settings.RAPPORT_MAX_DELIVERY_BYTES + 1
        try:
            if _announced(scope) > most:
                raise TooLarge
            await self._application(scope, _counted(receive, most), send)
        except TooLarge:
            await _refuse(send)


def _announced(scope: Message) -> int:
    """The Content-Length, or 0 where there is none that is a number."""
    told = dict(scope["headers"]).get(b"content-length", b"")
    return read_number(told.decode("latin-1")) or 0


def _counted(receive: Receive, most: int) -> Receive:
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > most:
            raise TooLarge
        return message

    return counted


async def _refuse(send: Send) -> None:
    megabytes = settings.RAPPORT_MAX_DELIVERY_BYTES // (1024 * 1024)
    detail = f"A request may have {megabytes} MB at most. Send less at a time. Nothing was stored."
    problem = {"type": "about:blank", "title": "Too large", "status": 413, "detail": detail}
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})
