"""Reads of the shared schema."""

from __future__ import annotations

from datetime import datetime, timedelta

from tenants.kernel.errors import NotFound
from tenants.kernel.schema import current_schema
from tenants.models import Client, Receipt, ReceiptState


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


def is_first_in_line(*, receipt_id: int, client_id: int) -> bool:
    """Whether nobody of this client waits before this receipt. Ask after it was stored, not while.

    Whoever stands before it has woken a reader, who reads until nobody is left. So a flood wakes one reader and not
    one for each drop, and other clients' work does not queue up behind it.
    """
    line = Receipt.objects.filter(client_id=client_id, state=ReceiptState.WAITING, id__lt=receipt_id)
    return not line.exists()
