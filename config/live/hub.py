"""All feeds of this process, and the one connection on which PostgreSQL tells it about news.

Everything here happens in the event loop. The hub begins with the first stream and ends with the loop.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from uvicorn import Server

from config import metrics
from config.live.feed import Feed, Stream
from tenants.kernel.numbers import read_id
from tenants.ledger.live import CHANNEL
from tenants.models import Client

log = logging.getLogger(__name__)

READERS = 4  # threads that read for all feeds; each borrows a connection while it reads
ALIVE = 30.0  # seconds of silence after which the listening connection is tried
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0  # seconds before listening again
LINGER = 10.0  # seconds a feed without streams stays, so that a reload does not begin anew


class Hub:
    """Where streams come and go."""

    def __init__(self) -> None:
        self.closing = False
        self.open: Counter[tuple[str, int]] = Counter()
        self._feeds: dict[str, Feed] = {}
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="live")
        self.loop = asyncio.get_running_loop()
        self._listens = self.loop.create_task(self._listen())
        self._end_with_the_server()

    def join(self, client: Client, *, user_id: int) -> tuple[Feed, Stream]:
        feed = self._feeds.get(client.schema_name)
        if feed is None:
            feed = self._feeds[client.schema_name] = Feed(client, self._readers)
        stream = feed.add(Stream(user_id, closing=self.closing))
        self.open[client.schema_name, user_id] += 1
        metrics.STREAMS.inc()
        return feed, stream

    def leave(self, feed: Feed, stream: Stream) -> None:
        feed.streams.discard(stream)
        self.open[feed.client.schema_name, stream.user_id] -= 1
        metrics.STREAMS.dec()
        if not feed.streams:
            self.loop.call_later(LINGER, self._forget, feed)

    def close(self) -> None:
        """End every stream; browsers come back to whoever answers then."""
        self.closing = True
        for feed in self._feeds.values():
            for stream in feed.streams:
                stream.close()

    def _forget(self, feed: Feed) -> None:
        if not feed.streams and self._feeds.get(feed.client.schema_name) is feed:
            del self._feeds[feed.client.schema_name]
            feed.stop()

    # --- Listening -------------------------------------------------------------------------------
    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as listening:
                    await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                    for feed in self._feeds.values():
                        feed.hear_all()
                    pause = FIRST_PAUSE
                    await self._hear(listening)
            except (psycopg.Error, OSError):
                log.warning("The database is not heard", extra={"again_in_seconds": pause}, exc_info=True)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _hear(self, listening: psycopg.AsyncConnection[Any]) -> None:
        while True:
            async for notice in listening.notifies(timeout=ALIVE):
                self._pass_on(notice.payload)
            await listening.execute("SELECT 1")  # raises when the other side is gone

    def _pass_on(self, payload: str) -> None:
        """`schema`, or `schema:presence:<conversation>`."""
        schema, _, about = payload.partition(":")
        feed = self._feeds.get(schema)
        if feed is not None:
            what, _, number = about.partition(":")
            feed.hear(read_id(number) if what == "presence" else None)

    # --- Ending ----------------------------------------------------------------------------------
    def _end_with_the_server(self) -> None:
        """uvicorn waits for open responses before it tells the application to stop, so listen where it does."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            server = getattr(signal.getsignal(number), "__self__", None)
            if isinstance(server, Server):
                signal.signal(number, self._and_then(server))

    def _and_then(self, server: Server) -> Callable[[int, FrameType | None], None]:
        def end(number: int, frame: FrameType | None) -> None:
            self.loop.call_soon_threadsafe(self.close)
            server.handle_exit(number, frame)

        return end


_hub: Hub | None = None


def current() -> Hub:
    """The hub of the running event loop; a process that serves has one."""
    global _hub  # one per process is the point
    if _hub is None or _hub.loop is not asyncio.get_running_loop():
        _hub = Hub()
    return _hub


def streams_of(schema: str, user_id: int) -> int:
    """How many streams this person has open in this process. May be asked from any thread."""
    return _hub.open[schema, user_id] if _hub else 0


def _address() -> dict[str, Any]:
    """Where Django connects, without what is only Django's, and so that a dead line is noticed."""
    parameters = connection.get_connection_params()
    for name in ("context", "cursor_factory"):
        parameters.pop(name, None)
    patience = {"connect_timeout": 10, "keepalives_idle": 30, "tcp_user_timeout": 20_000}  # s, s, ms
    return {**patience, **parameters, "application_name": "rapport live"}
