"""Work in the background. Each task names its client, calls one thing and stops; running twice is harmless."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from celery import shared_task
from django.utils.timezone import now

from inbox import exchange, receiving
from inbox.actions import clock, keep
from inbox.models import Channel
from tenants import turns
from tenants.accounts.actors import CLOCK, RECEIVER
from tenants.kernel import hints
from tenants.kernel.schema import inside, outside
from tenants.models import Client
from tenants.queries import clients_to_read, is_due, open_clients

READ_FOR = 0.5
"""Seconds that a read task goes on before it lets the tasks of others through. The last piece may take longer."""


@shared_task(ignore_result=True)
def read(*, client_id: int, turn: str = "", **_: object) -> int:
    """Read one client's waiting receipts for READ_FOR; a task at the end of the queue reads on.

    One reader a client: others end at once. `turn` is the token that the task before handed on. Returns how many
    items were new.
    """
    client = _client(client_id)
    return 0 if client is None else _read(client, turn)


def _read(client: Client, turn: str = "") -> int:
    new, token = 0, UUID(turn) if turn else None
    while (token := _take_turn(client, token)) is not None:
        stretch = _read_for_a_while(client)
        new += stretch.new
        if not stretch.is_over:
            if hints.give(read, kwargs={"client_id": client.pk, "turn": str(token)}):
                return new
            continue  # the broker does not answer, so nobody else would read on
        if not _is_due_after(client, token) or not stretch.pieces:
            return new
        token = None
    return new


def _take_turn(client: Client, token: UUID | None) -> UUID | None:
    with outside():
        return turns.take_turn(client_id=client.pk, token=token, at=now())


def _is_due_after(client: Client, token: UUID) -> bool:
    """Give up the turn. True if a receipt came meanwhile, whose read task found the turn taken and ended."""
    with outside():
        turns.end_turn(client_id=client.pk, token=token, at=now())
        return is_due(client_id=client.pk, at=now())


@dataclass(slots=True)
class _Stretch:
    """What a reader did in READ_FOR, and whether nothing was due any more at its end."""

    new: int = 0
    pieces: int = 0
    is_over: bool = False


def _read_for_a_while(client: Client) -> _Stretch:
    stretch, end = _Stretch(), monotonic() + READ_FOR
    with inside(client):
        while monotonic() < end:
            piece = receiving.read_next(client_id=client.pk, now=now)
            if not piece.was_due:
                stretch.is_over = True
                break
            stretch.new += piece.new
            stretch.pieces += 1
    return stretch


@shared_task(ignore_result=True)
def read_all(**_: object) -> None:
    """A read task for every client with receipts that nobody reads: what a lost broker or a killed worker left."""
    with outside():
        ids = clients_to_read(at=now())
    for client_id in ids:
        read.delay(client_id=client_id)


@shared_task(ignore_result=True)
def forget_unroutable(**_: object) -> int:
    """Delete deliveries that have led nowhere for two weeks."""
    with outside():
        return keep.forget_unroutable(by=RECEIVER, at=now())


@shared_task(ignore_result=True)
def send(*, client_id: int, **_: object) -> int:
    """Publish what is due at one client."""
    client = _client(client_id)
    if client is None:
        return 0
    with inside(client), hints.gathered():
        return exchange.send_due(now=now)


@shared_task(ignore_result=True)
def send_all(**_: object) -> None:
    """Every client's outbox: what a lost broker or a killed worker left."""
    for client in _open_clients():
        with inside(client), hints.gathered():
            exchange.send_due(now=now)


@shared_task(ignore_result=True)
def settle_all(**_: object) -> None:
    """Every client's unknown outcomes are read back."""
    for client in _open_clients():
        with inside(client), hints.gathered():
            exchange.settle_unknown(now=now)


@shared_task(ignore_result=True)
def tick_all(**_: object) -> None:
    """Every client's sleepers and clocks."""
    for client in _open_clients():
        with inside(client), hints.gathered():
            clock.wake_overdue(by=CLOCK, at=now())
            clock.tell_breaches(by=CLOCK, at=now())


@shared_task(ignore_result=True)
def poll_all(**_: object) -> None:
    """Every channel that is due, a task each."""
    for client in _open_clients():
        with inside(client):
            due = list(Channel.objects.due_for_poll(now()).values_list("pk", flat=True))
        for channel_id in due:
            poll.delay(client_id=client.pk, channel_id=channel_id)


@shared_task(ignore_result=True)
def poll(*, client_id: int, channel_id: int, **_: object) -> None:
    """Fetch what is new on one channel, and read it."""
    client = _client(client_id)
    if client is None:
        return
    with inside(client):
        channel = Channel.objects.due_for_poll(now()).filter(pk=channel_id).first()
        if channel is not None:
            exchange.poll_channel(channel=channel, client_id=client.pk, now=now)
    _read(client)


def _client(client_id: int) -> Client | None:
    with outside():
        client: Client | None = Client.objects.filter(pk=client_id, closed_at__isnull=True).first()
    return client


def _open_clients() -> list[Client]:
    with outside():
        return open_clients()
