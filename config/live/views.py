"""`/stream/`: an open response on which events arrive."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from typing import cast

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from config.live import hub, wire
from config.live.feed import Feed, Stream
from config.live.wire import Position
from tenants.accounts.actors import Actor
from tenants.accounts.guards import allow
from tenants.accounts.permissions import Permission
from tenants.models import Client

log = logging.getLogger(__name__)

MOST_EACH = 10  # streams of one person at one client, in one process
HEARTBEAT = 15.0  # seconds
LIFE = 300.0  # seconds; then the browser comes back, and its rights are looked at again
JITTER = 60  # seconds, so that not all come back at once
BACK_SOON = 500  # milliseconds


@allow(Permission.VIEW)
@require_GET
def stream(request: HttpRequest) -> HttpResponseBase:
    """Everything that happens at this client from now on, or after `Last-Event-ID` or `?after=`."""
    client = cast("Client", request.client)  # type: ignore[attr-defined]  # set by ClientByHost
    actor = cast("Actor", request.actor)  # type: ignore[attr-defined]  # set by WhoActs
    user_id = actor.user_id or 0
    if not isinstance(request, ASGIRequest):
        sentence = "Live updates need an ASGI server: run config.asgi.\n"
        return HttpResponse(sentence, status=501, content_type="text/plain")
    if hub.streams_of(client.schema_name, user_id) >= MOST_EACH:
        sentence = f"You have {MOST_EACH} pages open that listen already. Close one of them.\n"
        return HttpResponse(sentence, status=429, headers={"Retry-After": "30"}, content_type="text/plain")
    after = wire.position_of(request.headers.get("Last-Event-ID", "")) or wire.position_of(
        request.GET.get("after", "")
    )
    response = StreamingHttpResponse(
        _events(client, user_id=user_id, after=after), content_type="text/event-stream"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx must not wait for more
    return response


async def _events(client: Client, *, user_id: int, after: Position | None) -> AsyncIterator[bytes]:
    """Until the browser leaves, its time is over, or the server stops."""
    await sync_to_async(_let_go)()
    here = hub.current()
    feed, one = here.join(client, user_id=user_id)
    try:
        yield wire.retry(BACK_SOON + secrets.randbelow(BACK_SOON))
        async for event in _told(feed, one, after=after):
            yield event
        yield wire.retry(BACK_SOON + secrets.randbelow(4 * BACK_SOON if here.closing else BACK_SOON))
    except Error:
        log.warning(
            "A browser's past cannot be read; it comes back", extra={"client": client.slug}, exc_info=True
        )
    finally:
        here.leave(feed, one)


def _let_go() -> None:
    """The request's thread would keep its database connection until the response ends, which may be long."""
    connection.close()


async def _told(feed: Feed, one: Stream, *, after: Position | None) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop()
    until = clock.time() + LIFE + secrets.randbelow(JITTER)
    seen: Position | None = None
    while clock.time() < until and not one.closing:
        if seen is None and one.start is not None:
            seen = after or one.start
            yield wire.present(feed.people, seen)
            if after is not None:
                news = await feed.since(after)
                seen = news.position
                if event := wire.told(news.happened, reset_to=seen if news.too_much else None):
                    yield event
        for told in one.take():
            if event := told.beyond(seen or (0, 0)):
                yield event
        try:
            await asyncio.wait_for(one.news.wait(), min(HEARTBEAT, max(0.0, until - clock.time())))
        except TimeoutError:
            yield wire.HEARTBEAT
