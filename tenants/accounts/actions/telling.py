"""Telling what happened to a seat or a key: in the ledger of the client it concerns."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tenants.accounts.actors import Actor
from tenants.kernel.schema import PUBLIC, current_schema, inside
from tenants.ledger.recorder import Event, record
from tenants.models import Client

log = logging.getLogger(__name__)


def tell(event: Event, *, client_id: int | None, by: Actor, at: datetime) -> None:
    """Record the event at the client, also when it is done from the agency's host.

    What happens at the agency itself belongs to no client and has no ledger; it goes to the log, with
    the same words.
    """
    if client_id is None:
        facts: dict[str, Any] = asdict(event)
        log.info("At the agency: %s", event.kind, extra={"facts": facts, "actor": [by.kind.value, by.id]})
    elif current_schema() == PUBLIC:
        with inside(Client.objects.get(pk=client_id)):
            record(event, by=by, at=at)
    else:
        record(event, by=by, at=at)
