"""The stream: what happens at a client arrives in its people's browsers and no others, and goes on where it ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from threading import Barrier
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import connection, connections, transaction
from django.test import Client as Http

from config.live import hub, reading, wire
from tenants.accounts.actors import INSTALLER
from tenants.accounts.events import SeatGiven
from tenants.kernel.schema import inside, outside
from tenants.ledger.live import notify
from tenants.ledger.models import Entry
from tenants.ledger.recorder import record
from tenants.models import Client, Host
from tests.conftest import NOON, let_in, person
from tests.tenants.accounts.browsing import ACME, Browser

Event = tuple[str, str, dict[str, Any]]
"""Name, id and data."""


def happen(*numbers: int) -> None:
    """Something for the ledger, told to whoever listens."""
    with transaction.atomic():
        for number in numbers:
            record(SeatGiven(user_id=number, role="owner"), by=INSTALLER, at=NOON)


# --- What travels --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "1", "x-1", "1-", "-1-1", "1" * 20 + "-1", "1-" + "1" * 19, "1-1\n", " 1-1"]
)
def test_what_is_no_position_is_none(text):
    assert wire.position_of(text) is None


def test_a_position_is_given_back_as_it_was_told():
    assert wire.position_of(wire.written((12, 34))) == (12, 34)


def test_an_event_carries_its_place_and_no_words_of_people():
    event = wire.entries([wire.Happened((7, 8), "note.added", 3)]).decode()

    assert event == (
        'event: entries\nid: 7-8\ndata: {"entries":[{"kind":"note.added","conversation_id":3,"id":8}]}\n\n'
    )


@pytest.fixture
def _kept_open(monkeypatch):
    """A look gives its connection back, which here is the one that holds the test's transaction."""
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


# --- Reading on ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_kept_open")
def test_a_browser_that_comes_back_is_told_what_it_missed_and_nothing_twice(acme):
    with inside(acme):
        happen(1, 2, 3)
        first, second, third = Entry.objects.order_by("pk")

    news = reading.news(acme, after=(first.xid, first.pk))

    assert [one.position for one in news.happened] == [(second.xid, second.pk), (third.xid, third.pk)]
    assert reading.news(acme, after=news.position).happened == ()


def test_a_browser_that_missed_very_much_reads_its_page_again(acme, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 2)
    with inside(acme):
        happen(1, 2, 3)

    assert reading.news(acme, after=(0, 0)).too_much


def test_a_position_of_the_future_is_no_position(acme):
    with inside(acme):
        happen(1)

    assert reading.news(acme, after=(2**62, 1)).too_much


def test_what_happens_at_one_client_is_not_news_at_another(acme, globex):
    with inside(globex):
        happen(1)

    assert reading.news(acme, after=(0, 0)).happened == ()


# --- Who may listen ------------------------------------------------------------------------------------------


def test_a_stranger_may_not_listen(acme):
    answer = Http(SERVER_NAME="acme.localhost").get("/stream/", headers={"sec-fetch-mode": "cors"})

    assert (answer.status_code, answer.content) == (401, b"Sign in first.\n")


def test_somebody_of_another_client_may_not_listen(acme, mallory_user):
    http = Http(SERVER_NAME="acme.localhost")
    let_in(http, mallory_user)

    assert http.get("/stream/", headers={"sec-fetch-mode": "cors"}).status_code in (401, 403)


def test_listening_needs_the_right_to_see(acme):
    visitor = Browser()
    visitor.enter(person("eve@acme.example", "Eve", role="executive", client=acme))

    assert visitor.get(f"{ACME}/stream/").status_code == 403


def test_a_server_that_cannot_keep_a_line_open_says_so(ada_user):
    visitor = Browser()
    visitor.enter(ada_user)

    assert visitor.get(f"{ACME}/stream/").status_code == 501


# --- In a real event loop ------------------------------------------------------------------------------------


@pytest.fixture
def listener(committed: Client) -> Iterator[str]:
    """Somebody who works at the committed client; the session's cookie."""
    with outside():
        host = Host.objects.create(domain="hurry.localhost", tenant=committed, is_primary=True)
        user = person("live@hurry.example", "Liv", role="manager", client=committed)
    http = Http(SERVER_NAME="hurry.localhost")
    with inside(committed):
        let_in(http, user)
    yield http.cookies[settings.SESSION_COOKIE_NAME].value
    connections.close_all()
    with outside():
        host.delete()


def listen(cookie: str, then: Callable[[Listening], Coroutine[Any, Any, None]], **headers: str) -> None:
    async def run() -> None:
        line = Listening(cookie, headers)
        try:
            await line.begin()
            await then(line)
        finally:
            await line.end()

    asyncio.run(run())


class Listening:
    """One browser's open line to the ASGI application."""

    def __init__(self, cookie: str, headers: dict[str, str]) -> None:
        named = {"host": "hurry.localhost", "cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", **headers}
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "path": "/stream/", "raw_path": b"/stream/",
            "query_string": b"", "scheme": "http", "client": ("127.0.0.1", 5), "server": ("hurry.localhost", 80),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()],
        }  # fmt: skip
        self.line = ApplicationCommunicator(get_asgi_application(), scope)
        self.status = 0
        self.rest = ""

    async def begin(self) -> None:
        await self.line.send_input({"type": "http.request", "body": b"", "more_body": False})
        self.status = (await self.line.receive_output(timeout=20))["status"]

    async def until(self, name: str) -> Event:
        """The next event of that name."""
        while True:
            while "\n\n" in self.rest:
                block, _, self.rest = self.rest.partition("\n\n")
                facts = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
                if facts.get("event") == name:
                    return name, facts.get("id", ""), json.loads(facts["data"])
            self.rest += (await self.line.receive_output(timeout=20))["body"].decode()

    async def end(self) -> None:
        await self.line.send_input({"type": "http.disconnect"})
        await self.line.wait(timeout=5)
        await put_away(hub.current())


async def put_away(here: hub.Hub) -> None:
    """Close what a process keeps for as long as it lives: each reader's connection to the database."""
    for feed in here._feeds.values():
        feed.stop()
    together = Barrier(hub.READERS)

    def close() -> None:
        together.wait(timeout=20)
        connections.close_all()

    await asyncio.gather(*(here.loop.run_in_executor(here._readers, close) for _ in range(hub.READERS)))
    here._readers.shutdown()


def test_what_happens_arrives_in_an_open_browser(committed, listener):
    async def then(line: Listening) -> None:
        assert line.status == 200
        await line.until("present")
        await asyncio.to_thread(committed_happening, committed, 5)
        _, place, data = await line.until("entries")
        assert [one["kind"] for one in data["entries"]] == ["seat.given"]
        assert wire.position_of(place) is not None

    listen(listener, then)


def test_a_browser_goes_on_from_its_last_event(committed, listener):
    with inside(committed):
        committed_happening(committed, 1)
        committed_happening(committed, 2)
        first, second = Entry.objects.filter(kind="seat.given").order_by("pk")

    async def then(line: Listening) -> None:
        _, place, data = await line.until("entries")
        assert [one["id"] for one in data["entries"]] == [second.pk]
        assert place == wire.written((second.xid, second.pk))

    listen(listener, then, last_event_id=wire.written((first.xid, first.pk)))


def committed_happening(client: Client, number: int) -> None:
    with inside(client):
        happen(number)
        notify(client.schema_name)
    connections.close_all()
