"""One client in one web process: the ledger is read once, and every open stream is told.

A feed looks when it is notified, at most five times a second, and every few seconds anyway: a notice is a hint
that may get lost. What it cannot read now it reads later; streams stay open meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import Error

from config import metrics
from config.live import reading, wire
from config.live.wire import Happened, Person, Position
from tenants.models import Client

log = logging.getLogger(__name__)

Given = ParamSpec("Given")
Found = TypeVar("Found")

BETWEEN = 0.2  # seconds between two looks
AFTER_RESET = 2.0  # seconds: while very much happens, browsers read their page again only so often
ANYWAY = 5.0  # seconds after which a feed looks though nobody told it to
COUNTS = 2.0  # seconds between two counts of the menu
MOST_WAITING = 50  # events a slow browser may be behind before it is told to read its page again


@dataclass(frozen=True, slots=True)
class Told:
    """An event, encoded once for all streams; `happened` is what it tells of the ledger."""

    event: bytes
    happened: tuple[Happened, ...] = ()

    def beyond(self, seen: Position) -> bytes:
        """The event without what was told before."""
        if not self.happened or self.happened[0].position > seen:
            return self.event
        fresh = [one for one in self.happened if one.position > seen]
        return wire.entries(fresh) if fresh else b""


@dataclass(eq=False)
class Stream:
    """One open browser. The feed puts events in; the view (views.py) sends them on."""

    user_id: int
    closing: bool = False
    start: Position | None = None
    """The end of the ledger when it came; None until the feed knows it."""
    waiting: list[Told] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, told: Told) -> None:
        self.waiting.append(told)
        self.news.set()

    def take(self) -> list[Told]:
        self.news.clear()
        taken, self.waiting = self.waiting, []
        return taken

    def close(self) -> None:
        self.closing = True
        self.news.set()


class Feed:
    """What one client's streams are told."""

    def __init__(self, client: Client, executor: Executor) -> None:
        self.client = client
        self.streams: set[Stream] = set()
        self.position: Position = (0, 0)
        self.people: dict[int, tuple[Person, ...]] = {}
        self._begun = False
        self._until: dict[int, datetime] = {}
        self._changed: set[int] = set()
        self._everybody = False
        self._look = asyncio.Event()
        self._counted = 0.0
        self._count = True
        self._executor = executor
        self._runs = asyncio.get_running_loop().create_task(self._run())

    # --- Told by the hub -------------------------------------------------------------------------
    def add(self, stream: Stream) -> Stream:
        """One more browser, which also wants to know how much there is."""
        if self._begun:
            stream.start = self.position
        self.streams.add(stream)
        self._count = True
        self._look.set()
        return stream

    def hear(self, conversation_id: int | None = None) -> None:
        """The ledger grew, or somebody came to or left a conversation."""
        if conversation_id is not None:
            self._changed.add(conversation_id)
        self._look.set()

    def hear_all(self) -> None:
        """Notices may have been missed: look at everything."""
        self._everybody = True
        self._look.set()

    def stop(self) -> None:
        self._runs.cancel()

    async def since(self, position: Position) -> reading.News:
        """What happened after a position: for a browser that comes back."""
        return await self._ask(reading.news, self.client, after=position)

    # --- Its work --------------------------------------------------------------------------------
    async def _run(self) -> None:
        await self._begin()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), self._patience())
            self._look.clear()
            try:
                pause = max(await self._tell_news(), await self._tell_presence())
                await self._tell_counts()
            except Error:
                self._complain("Live updates cannot read; they try again")
                self._look.set()
                pause = ANYWAY
            await asyncio.sleep(pause)

    async def _begin(self) -> None:
        """Find the end of the ledger and everybody who is here, however long that takes."""
        while not self._begun:
            try:
                self.position = await self._ask(reading.ledger_end, self.client)
                here = await self._presences(None)
                self.people, self._until = here.people, here.until
                self._begun = True
                for stream in self.streams:
                    stream.start = self.position
                    stream.news.set()
            except Error:
                self._complain("Live updates cannot begin; they try again")
                await asyncio.sleep(ANYWAY)

    def _patience(self) -> float:
        """Seconds until it looks unasked: when somebody's presence lapses, when a count is due, or anyway."""
        waits = [ANYWAY]
        if self._until:
            waits.append((min(self._until.values()) - datetime.now(UTC)).total_seconds())
        if self._count:
            waits.append(self._counted + COUNTS - asyncio.get_running_loop().time())
        return max(min(waits), 0.0)

    async def _tell_news(self) -> float:
        """Tell what is new; how many seconds to pause afterwards."""
        found = await self._ask(reading.news, self.client, after=self.position)
        self.position = found.position
        if found.unsettled or found.too_much:
            self._look.set()
        if found.too_much:
            self._count = True
            self._put_all(Told(wire.reset(found.position)))
            return AFTER_RESET
        if found.recorded_at is not None:
            self._count = True
            metrics.LIVE_DELAY.observe((datetime.now(UTC) - found.recorded_at).total_seconds())
            self._put_all(Told(wire.entries(found.happened), found.happened))
        return BETWEEN if found.happened or found.unsettled else 0.0

    async def _tell_presence(self) -> float:
        now = datetime.now(UTC)
        lapsed = {talk for talk, until in self._until.items() if until <= now}
        if not (self._everybody or self._changed or lapsed):
            return 0.0
        doubtful = None if self._everybody else self._changed | lapsed
        self._everybody, self._changed = False, set()
        here = await self._presences(doubtful)
        for talk in {*self.people, *here.people} if doubtful is None else doubtful:
            people = here.people.get(talk, ())
            if people != self.people.get(talk, ()):
                self._put_all(Told(wire.presence(talk, people)))
            self.people.pop(talk, None)
            self._until.pop(talk, None)
        self.people.update(here.people)
        self._until.update(here.until)
        return BETWEEN

    async def _tell_counts(self) -> None:
        now = asyncio.get_running_loop().time()
        if not self._count or now < self._counted + COUNTS:
            return
        self._count, self._counted = False, now
        users = {stream.user_id for stream in self.streams}
        numbers = await self._ask(reading.menu, self.client, users=users, at=datetime.now(UTC))
        for stream in self.streams:
            if stream.user_id in numbers:
                stream.put(Told(wire.counts(numbers[stream.user_id])))

    def _complain(self, sentence: str) -> None:
        log.warning(sentence, extra={"client": self.client.slug}, exc_info=True)  # noqa: LOG014  # called in handlers

    def _put_all(self, told: Told) -> None:
        for stream in self.streams:
            if len(stream.waiting) >= MOST_WAITING:  # a browser that does not keep up
                stream.waiting = [Told(wire.reset(self.position))]
            else:
                stream.put(told)

    # --- In a thread -----------------------------------------------------------------------------
    async def _presences(self, conversation_ids: set[int] | None) -> reading.Presences:
        at = datetime.now(UTC)
        return await self._ask(reading.presences, self.client, conversation_ids=conversation_ids, at=at)

    async def _ask(
        self, question: Callable[Given, Found], *given: Given.args, **facts: Given.kwargs
    ) -> Found:
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, partial(question, *given, **facts)
        )
