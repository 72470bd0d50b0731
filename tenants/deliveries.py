"""Deliveries that became nothing, or not all they could: for the agency to see, without anybody's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from tenants.models import Client, Receipt, ReceiptState

SHOWN = 100
LOOKED_THROUGH = 20_000
"""Of the newest receipts, so that the page costs the same however many there are."""


@dataclass(frozen=True, slots=True)
class LostDelivery:
    """One that leads to no channel."""

    id: int
    connector: str
    account: str
    delivery_id: str
    received_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """One of whose items some could not be read: each with its place and the reason."""

    id: int
    brand: str
    connector: str
    account: str
    received_at: datetime
    items: int
    reasons: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    """What the agency has to look after."""

    lost: tuple[LostDelivery, ...]
    lost_count: int
    set_aside: tuple[SetAside, ...]


def lost_deliveries() -> int:
    """How many lead nowhere."""
    return Receipt.objects.filter(state=ReceiptState.UNROUTABLE).count()


def deliveries_page() -> DeliveriesPage:
    """The newest of both kinds."""
    lost = Receipt.objects.filter(state=ReceiptState.UNROUTABLE).order_by("-id")[:SHOWN]
    newest = Receipt.objects.aggregate(newest=Max("id"))["newest"] or 0
    recent = Receipt.objects.filter(id__gt=newest - LOOKED_THROUGH).exclude(poisoned=[])
    brands = dict(Client.objects.values_list("pk", "name"))
    return DeliveriesPage(
        lost=tuple(
            LostDelivery(row.pk, row.network, row.account, row.delivery_id, row.received_at, len(row.body))
            for row in lost
        ),
        lost_count=lost_deliveries(),
        set_aside=tuple(_set_aside(row, brands) for row in recent.order_by("-id")[:SHOWN]),
    )


def _set_aside(row: Receipt, brands: dict[int, str]) -> SetAside:
    told: Sequence[dict[str, object]] = row.poisoned
    return SetAside(
        id=row.pk,
        brand=brands.get(row.client_id or 0, "a closed brand"),
        connector=row.network,
        account=row.account,
        received_at=row.received_at,
        items=row.items,
        reasons=tuple((int(str(one["position"])) + 1, str(one["reason"])) for one in told[:SHOWN]),
    )
