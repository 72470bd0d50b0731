"""Recording what happened to a seat or a key: in the ledger of the client it concerns, or in the agency's."""

from __future__ import annotations

from datetime import datetime

from tenants.accounts.actors import Actor
from tenants.kernel.schema import PUBLIC, current_schema, inside
from tenants.ledger.recorder import Event, record
from tenants.models import Client


def tell(event: Event, *, client_id: int | None, by: Actor, at: datetime) -> None:
    """Record the event at the client, also from the agency's host; at the agency itself where `client_id` is None.

    Raises ValueError for an event of the agency inside a client, whose ledger is the wrong place for it.
    """
    at_agency = current_schema() == PUBLIC
    if client_id is None and not at_agency:
        raise ValueError(f"{event.kind} concerns the agency and cannot be recorded inside a client.")
    if client_id is None or not at_agency:
        record(event, by=by, at=at)
    else:
        with inside(Client.objects.get(pk=client_id)):
            record(event, by=by, at=at)
