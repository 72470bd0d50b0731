"""A place that publishes what is posted to it, over real HTTP on loopback, and clients that keep what is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from inbox.models import Channel, Conversation
from tenants import opening
from tenants.accounts.models import Seat, User
from tenants.kernel import vault
from tenants.kernel.schema import as_owner, inside, outside
from tenants.models import Client
from tests.conftest import NOON, said
from tests.inbox.arranging import EVENING, UNDO, receive, the_conversation
from tests.inbox.connectors.far_side import Exchange, FarSide, far_side
from tests.inbox.connectors.samples import SECRET


@dataclass(slots=True)
class Place:
    """The network behind the signed webhook: one publication for each key, and it answers when asked for one."""

    side: FarSide
    published: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The keys that were posted, repeated ones too."""
    clock: datetime = EVENING + UNDO
    before: Callable[[Exchange], bool] = lambda _: False
    """Runs before a post is published; True means that it has answered and nothing is published."""
    after: Callable[[Exchange], bool] = lambda _: False
    """Runs when it is published; True means that it has answered, or that nobody will."""
    blind: bool = False
    """It does not tell what it published."""

    def speak(self, exchange: Exchange) -> None:
        if exchange.asked.method == "POST":
            self._publish(exchange)
        else:
            self._tell(exchange)

    def _publish(self, exchange: Exchange) -> None:
        words = json.loads(exchange.asked.body)
        self.asked.append(words["key"])
        if self.before(exchange):
            return
        found = self.published.setdefault(words["key"], {**words, "sent_at": self.clock.isoformat()})
        found.setdefault("external_id", f"ours-{len(self.published)}")
        if not self.after(exchange):
            exchange.answer(201, json.dumps(found).encode())

    def _tell(self, exchange: Exchange) -> None:
        key = parse_qs(urlsplit(exchange.asked.path).query)["key"][0]
        if self.blind:
            exchange.answer(500)
        elif key in self.published:
            exchange.answer(200, json.dumps(self.published[key]).encode())
        else:
            exchange.answer(404)


def hang_up(exchange: Exchange) -> bool:
    """It was published, and the line broke before anybody could say so."""
    exchange.handler.close_connection = True
    return True


@pytest.fixture
def place() -> Iterator[Place]:
    with far_side() as side:
        here = Place(side)
        side.script = here.speak
        yield here


def returns_to(channel: Channel, place: Place) -> Channel:
    """The channel publishes at this place."""
    settings = {"secret": SECRET, "return_url": f"{place.side.url}/replies", "allow_private": True}
    channel.sealed = vault.seal(settings)
    channel.save(update_fields=["sealed"])
    return channel


@pytest.fixture
def open_channel(channel: Channel, place: Place) -> Channel:
    """Acme's channel, whose replies arrive at the place."""
    return returns_to(channel, place)


@pytest.fixture
def talk(open_channel: Channel) -> Conversation:
    """Jo has asked a question."""
    receive(open_channel, said("1"))
    return the_conversation()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Client]:
    """A client of its own in which everything is really committed; afterwards it is gone with all it held."""
    with django_db_blocker.unblock():
        client = opening.open_client(slug="hurry", name="Hurry", at=NOON)
        people = set(User.objects.values_list("pk", flat=True))
        try:
            with inside(client):
                yield client
        finally:
            opening.close_client(slug="hurry", at=NOON, drop=True)
            with as_owner(), outside():
                Seat.objects.exclude(user_id__in=people).delete()
                User.objects.exclude(pk__in=people).delete()
