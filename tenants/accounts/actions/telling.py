"""Recording what happened to a seat or a key: in the ledger of the client it concerns, or in the agency's."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from tenants.accounts.actors import Actor
from tenants.kernel.schema import PUBLIC, current_schema, inside
from tenants.ledger.pending import record_pending
from tenants.ledger.recorder import Event, record, write_down
from tenants.models import Client


def tell(event: Event, *, client_id: int | None, by: Actor, at: datetime) -> None:
    """Record the event at the client, also from the agency's host; at the agency itself where `client_id` is None.

    The agency has no rights in a client's schema. What it tells a client is written down in the same transaction
    and recorded after the commit by the client's own login, or by the next round (ledger.tasks.sweep).
    Raises ValueError for an event of the agency inside a client, whose ledger is the wrong place for it.
    """
    at_agency = current_schema() == PUBLIC
    if client_id is None and not at_agency:
        raise ValueError(f"{event.kind} concerns the agency and cannot be recorded inside a client.")
    if client_id is None or not at_agency:
        record(event, by=by, at=at)
    else:
        write_down(event, client_id=client_id, by=by, at=at)
        transaction.on_commit(partial(_pass_on, client_id), robust=True)


def _pass_on(client_id: int) -> None:
    client = Client.objects.filter(pk=client_id, closed_at__isnull=True).first()
    if client is not None:
        with inside(client):
            record_pending(client_id=client.pk)
