"""Deliveries that need a person, as the agency sees them: without anybody's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Func, IntegerField
from django.db.models.functions import Coalesce

from tenants.models import NEEDS_A_PERSON, Client, Receipt, ReceiptState

SHOWN = 100
"""Deliveries of each list, the newest; and reasons of one delivery."""


@dataclass(frozen=True, slots=True)
class LostDelivery:
    """A delivery that leads to no channel."""

    id: int
    connector: str
    account: str
    delivery_id: str
    received_at: datetime
    size: int
    origin: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A delivery that failed, of which items were set aside, or whose id came again with another body."""

    id: int
    brand: str
    connector: str
    account: str
    received_at: datetime
    items: int
    failed: str
    """Why it was set aside whole, or empty."""
    reasons: tuple[tuple[str, str], ...]
    """The items set aside, as (place, reason)."""
    more: int
    """How many were set aside beyond those."""
    conflicts: int
    delivery_id: str
    may_retry: bool


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
    size = Coalesce("body_size", Func(F("body"), function="octet_length", output_field=IntegerField()))
    lost = Receipt.objects.filter(state=ReceiptState.UNROUTABLE).annotate(size=size).defer("body")
    aside = Receipt.objects.filter(NEEDS_A_PERSON).defer("body", "headers")
    brands = dict(Client.objects.filter(closed_at__isnull=True).values_list("pk", "name"))
    return DeliveriesPage(
        lost=tuple(_lost(row) for row in lost.order_by("-id")[:SHOWN]),
        lost_count=lost_deliveries(),
        set_aside=tuple(_set_aside(row, brands) for row in aside.order_by("-id")[:SHOWN]),
    )


def _lost(row: Receipt) -> LostDelivery:
    size: int = row.size  # type: ignore[attr-defined]  # annotated above
    return LostDelivery(row.pk, row.network, row.account, row.delivery_id, row.received_at, size, row.origin)


def _set_aside(row: Receipt, brands: Mapping[int, str]) -> SetAside:
    notes = row.poisoned[:SHOWN] + [one for one in row.poisoned[SHOWN:] if one.get("count")]
    told = sum(int(one.get("count", 1)) for one in notes)
    has_failed = row.state == ReceiptState.FAILED
    return SetAside(
        id=row.pk,
        brand=brands.get(row.client_id or 0, "a closed brand"),
        connector=row.network,
        account=row.account,
        received_at=row.received_at,
        items=row.items,
        failed=row.trouble if has_failed else "",
        reasons=tuple((_place(one), str(one["reason"])) for one in notes),
        more=max(0, row.aside - told),
        conflicts=row.conflicts,
        delivery_id=row.delivery_id,
        may_retry=row.client_id in brands and (has_failed or (row.aside > 0 and row.state != "waiting")),
    )


def _place(note: Mapping[str, object]) -> str:
    """The item's place, counted from one; several are `10,001 and on`."""
    first = int(str(note["position"])) + 1
    return f"{first:,} and on" if note.get("count") else f"{first:,}"
