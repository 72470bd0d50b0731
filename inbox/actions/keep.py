"""Keeping a delivery: its bytes, before anybody reads them, once however often it is sent (DESIGN.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from psycopg.types.json import Jsonb

from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.models import Receipt, ReceiptState, Route

MOST_UNROUTABLE = 1000
"""Deliveries that lead nowhere, in all. When it is reached, the network with the most of them loses its oldest."""
MOST_OF_ONE_NETWORK = 50
"""Deliveries that lead nowhere, from one network (webhooks.origin_of)."""
UNROUTABLE_BODY = 2048
"""Bytes that are kept of the body of a delivery that leads nowhere."""
UNROUTABLE_FOR = timedelta(days=14)
KEEPING_UNROUTABLE = 7003
"""First half of the advisory lock's key, under which unroutable deliveries are counted and kept."""

KEEP = """
    INSERT INTO public.tenants_receipt AS old (network, account, delivery_id, client_id, channel_id, headers, body,
        body_hash, body_size, origin, received_at, state, items, poisoned, attempts)
    VALUES (%(network)s, %(account)s, %(delivery)s, %(client)s, %(channel)s, %(headers)s, %(body)s,
        %(hash)s, %(size)s, %(origin)s, %(at)s, %(state)s, 0, '[]', 0)
    ON CONFLICT (network, account, delivery_id) DO UPDATE SET
        client_id = EXCLUDED.client_id, channel_id = EXCLUDED.channel_id, headers = EXCLUDED.headers,
        body = EXCLUDED.body, body_hash = EXCLUDED.body_hash, body_size = EXCLUDED.body_size,
        origin = EXCLUDED.origin, received_at = EXCLUDED.received_at, state = EXCLUDED.state
    WHERE old.state = 'unroutable' AND EXCLUDED.state = 'waiting'
    RETURNING id
"""
IS_ANOTHER = """
    SELECT id FROM public.tenants_receipt
    WHERE network = %(network)s AND account = %(account)s AND delivery_id = %(delivery)s
        AND COALESCE(NULLIF(body_hash, ''), encode(sha256(body), 'hex')) <> %(hash)s
"""
COUNT_CONFLICT = "UPDATE public.tenants_receipt SET conflicts = conflicts + 1, conflict_at = %s WHERE id = %s"


class Outcome(StrEnum):
    """What became of a delivery that was to be kept."""

    STORED = "stored"
    KNOWN = "known"
    """The same delivery was stored before."""
    CONFLICT = "conflict"
    """Its id was stored before, with another body."""
    REFUSED = "refused"
    """Too much that leads nowhere is kept already."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The outcome, and the receipt's id where one was stored."""

    outcome: Outcome
    receipt_id: int | None = None


@transaction.atomic
def keep_delivery(
    *,
    connector: str,
    account: str,
    delivery_id: str,
    route: Route,
    headers: Mapping[str, str],
    body: bytes,
    by: Actor,
    at: datetime,
) -> Kept:
    """Store a proven delivery in the shared schema. Where an unproven one has its id, it takes that row's place."""
    by.must(Permission.RECEIVE)
    facts = _facts(connector, account, delivery_id, headers, body, at)
    facts |= {"client": route.client_id, "channel": route.channel_id, "state": ReceiptState.WAITING.value}
    kept, other = _keep(facts)
    if other is not None:
        with connection.cursor() as cursor:
            cursor.execute(COUNT_CONFLICT, [at, other])
    return kept


@transaction.atomic
def keep_unroutable(
    *,
    connector: str,
    account: str,
    delivery_id: str,
    headers: Mapping[str, str],
    body: bytes,
    origin: str,
    by: Actor,
    at: datetime,
) -> Kept:
    """Store the beginning of a delivery that leads to no channel, within the limits of its network and of all.

    Nothing proves such a delivery, so nobody may use up the room of the others: when all of it is taken, a network
    that has more than this one gives way with its oldest; when none has, this delivery is refused.
    """
    by.must(Permission.RECEIVE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [KEEPING_UNROUTABLE])
    facts = _facts(connector, account, delivery_id, headers, body, at)
    facts |= {"body": body[:UNROUTABLE_BODY], "origin": origin, "state": ReceiptState.UNROUTABLE.value}
    row = Receipt.objects.filter(network=connector, account=account, delivery_id=delivery_id)
    if not row.exists() and not _has_room(origin):
        return Kept(Outcome.REFUSED)
    return _keep(facts)[0]


@transaction.atomic
def forget_unroutable(*, by: Actor, at: datetime) -> int:
    """Delete what has led nowhere for UNROUTABLE_FOR; returns how many."""
    by.must(Permission.RECEIVE)
    old = Receipt.objects.filter(state=ReceiptState.UNROUTABLE, received_at__lt=at - UNROUTABLE_FOR)
    return old.delete()[0]


def _has_room(origin: str) -> bool:
    """True if one more from this network may be kept; makes room at the expense of a network that has more."""
    unroutable = Receipt.objects.filter(state=ReceiptState.UNROUTABLE)
    by_network = dict(unroutable.order_by().values_list("origin").annotate(kept=Count("pk")))
    own = by_network.get(origin, 0)
    if own >= MOST_OF_ONE_NETWORK:
        return False
    if sum(by_network.values()) < MOST_UNROUTABLE:
        return True
    most = max(by_network.values())
    if most <= own:
        return False
    heaviest = [network for network, kept in by_network.items() if kept == most]
    oldest = unroutable.filter(origin__in=heaviest).order_by("id").values("pk")[:1]
    Receipt.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()
    return True


def _facts(
    connector: str, account: str, delivery_id: str, headers: Mapping[str, str], body: bytes, at: datetime
) -> dict[str, Any]:
    return {
        "network": connector,
        "account": account,
        "delivery": delivery_id,
        "client": None,
        "channel": None,
        "headers": Jsonb(dict(headers)),
        "body": body,
        "hash": sha256(body).hexdigest(),
        "size": len(body),
        "origin": "",
        "at": at,
    }


def _keep(facts: dict[str, Any]) -> tuple[Kept, int | None]:
    """What became of it, and the receipt that has its id and another body."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, facts)
        if row := cursor.fetchone():
            return Kept(Outcome.STORED, int(row[0])), None
        cursor.execute(IS_ANOTHER, facts)
        other = cursor.fetchone()
    return (Kept(Outcome.KNOWN), None) if other is None else (Kept(Outcome.CONFLICT), int(other[0]))
