"""Telling what happened to a seat or a key: in the ledger of the client it concerns."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from tenants.accounts.actors import Actor
from tenants.kernel.schema import PUBLIC, current_schema, inside
from tenants.ledger.pending import record_pending
from tenants.ledger.recorder import Event, record, write_down
from tenants.models import Client

log = logging.getLogger(__name__)


def tell(event: Event, *, client_id: int | None, by: Actor, at: datetime) -> None:
    """Record the event at the client, also when it is done from the agency's host.

    The agency has no rights in a client's schema. What it tells is written down in the same transaction and
    recorded after the commit by the client's own login, or by the next round (ledger.tasks.sweep).
    What happens at the agency itself belongs to no client and has no ledger; it goes to the log, with
    the same words.
    """
    if client_id is None:
        facts: dict[str, Any] = asdict(event)
        log.info("At the agency: %s", event.kind, extra={"facts": facts, "actor": [by.kind.value, by.id]})
    elif current_schema() == PUBLIC:
        write_down(event, client_id=client_id, by=by, at=at)
        transaction.on_commit(partial(_pass_on, client_id), robust=True)
    else:
        record(event, by=by, at=at)


def _pass_on(client_id: int) -> None:
    client = Client.objects.filter(pk=client_id, closed_at__isnull=True).first()
    if client is not None:
        with inside(client):
            record_pending(client_id=client.pk)
