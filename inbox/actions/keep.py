"""Keeping a delivery: its bytes, before anybody reads them, once however often it is sent (DESIGN.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.models import ReceiptState, Route

KEEP = """
    INSERT INTO public.tenants_receipt AS old (network, account, delivery_id, client_id, channel_id, headers, body,
        received_at, state, items, poisoned, attempts)
    VALUES (%(network)s, %(account)s, %(delivery)s, %(client)s, %(channel)s, %(headers)s, %(body)s, %(at)s, %(state)s,
        0, '[]', 0)
    ON CONFLICT (network, account, delivery_id) DO UPDATE SET
        client_id = EXCLUDED.client_id, channel_id = EXCLUDED.channel_id, headers = EXCLUDED.headers,
        body = EXCLUDED.body, received_at = EXCLUDED.received_at, state = EXCLUDED.state
    WHERE old.state = 'unroutable' AND EXCLUDED.state = 'waiting'
    RETURNING id
"""


@transaction.atomic
def keep_delivery(
    *,
    connector: str,
    account: str,
    delivery_id: str,
    route: Route | None,
    headers: Mapping[str, str],
    body: bytes,
    by: Actor,
    at: datetime,
) -> int | None:
    """Store a delivery in the shared schema; the receipt's id, or None when it was there before.

    Without a route it is kept as leading nowhere. Should it come again once it has one, it takes that row's place:
    only now it is proved.
    """
    by.must(Permission.RECEIVE)
    facts: dict[str, Any] = {
        "network": connector,
        "account": account,
        "delivery": delivery_id,
        "client": route.client_id if route else None,
        "channel": route.channel_id if route else None,
        "headers": Jsonb(dict(headers)),
        "body": body,
        "at": at,
        "state": (ReceiptState.WAITING if route else ReceiptState.UNROUTABLE).value,
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, facts)
        row = cursor.fetchone()
    return None if row is None else int(row[0])
