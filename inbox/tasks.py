"""Work in the background. Each task names its client, calls one thing and stops; running twice is harmless."""

from __future__ import annotations

from celery import shared_task
from django.utils.timezone import now

from inbox import exchange
from inbox.actions import clock
from inbox.models import Channel
from tenants.accounts.actors import CLOCK
from tenants.kernel import hints
from tenants.kernel.schema import inside, outside
from tenants.models import Client, Receipt, ReceiptState
from tenants.queries import open_clients


@shared_task(ignore_result=True)
def read(*, client_id: int, **_: object) -> int:
    """Read one client's waiting receipts."""
    client = _client(client_id)
    if client is None:
        return 0
    with inside(client):
        return exchange.read_receipts(client_id=client.pk, now=now)


@shared_task(ignore_result=True)
def read_all(**_: object) -> None:
    """Every client with waiting receipts, a task each, so that a flood at one does not delay another."""
    with outside():
        waiting = (
            Receipt.objects.filter(state=ReceiptState.WAITING).order_by().values_list("client_id", flat=True)
        )
        ids = [client_id for client_id in waiting.distinct() if client_id is not None]
    for client_id in ids:
        read.delay(client_id=client_id)


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
            exchange.read_receipts(client_id=client.pk, now=now)


def _client(client_id: int) -> Client | None:
    with outside():
        client: Client | None = Client.objects.filter(pk=client_id, closed_at__isnull=True).first()
    return client


def _open_clients() -> list[Client]:
    with outside():
        return open_clients()
