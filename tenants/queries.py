"""Reads of the shared schema."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from tenants.kernel.errors import NotFound
from tenants.kernel.schema import current_schema
from tenants.models import Client, ReadingTurn, Receipt, ReceiptState


def current_client() -> Client:
    """The client whose schema we are in. Raises NotFound in the public schema."""
    client: Client | None = Client.objects.filter(schema_name=current_schema()).first()
    if client is None:
        raise NotFound("This happens at a client, and no client was entered.")
    return client


def open_clients() -> list[Client]:
    """Every client that is answered for, in the order of opening."""
    return list(Client.objects.filter(closed_at__isnull=True).order_by("pk"))


def clock_is_behind_by(*, at: datetime) -> timedelta:
    """How far `at` stands before the newest delivery, which cannot have come in later than now; zero if it does not."""
    newest = Receipt.objects.order_by("-pk").values_list("received_at", flat=True).first()
    return max(newest - at, timedelta()) if newest else timedelta()


def needs_reader(*, receipt_id: int, client_id: int, at: datetime) -> bool:
    """True if the read task should be enqueued for this new receipt: nobody reads the client's receipts at the
    moment, and no older one waits to be read. Ask after the receipt was committed.

    A reader goes on until nothing is due, and looks once more after it has given up its turn, so a burst of
    deliveries enqueues one task, and other clients' tasks do not queue up behind it.
    """
    older = due_receipts(at).filter(client_id=client_id, id__lt=receipt_id)
    turn = ReadingTurn.objects.filter(client_id=client_id, until__gt=at)
    return not turn.exists() and not older.exists()


def is_due(*, client_id: int, at: datetime) -> bool:
    """True if a receipt of the client can be read now."""
    return due_receipts(at).filter(client_id=client_id).exists()


def due_receipts(at: datetime) -> QuerySet[Receipt]:
    """Receipts that wait and may be read now."""
    waiting = Receipt.objects.filter(state=ReceiptState.WAITING)
    return waiting.filter(Q(not_before__isnull=True) | Q(not_before__lte=at))


def clients_to_read(*, at: datetime) -> list[int]:
    """The ids of the clients with receipts that are due and that nobody reads."""
    busy = ReadingTurn.objects.filter(until__gt=at).values("client_id")
    ids = (
        due_receipts(at).exclude(client_id__in=busy).order_by().values_list("client_id", flat=True).distinct()
    )
    return sorted(client_id for client_id in ids if client_id is not None)
