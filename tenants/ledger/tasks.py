"""Waking the dispatcher."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from tenants.kernel.schema import inside, outside
from tenants.ledger import dispatch as dispatching
from tenants.ledger.pending import clients_with_pending, record_pending
from tenants.models import Client


@shared_task(ignore_result=True)
def dispatch(*, schema: str, **_: object) -> int:
    """Hand one client's new entries to the subscribers."""
    with outside():
        client = Client.objects.filter(schema_name=schema, closed_at__isnull=True).first()
    if client is None:
        return 0
    with inside(client):
        return dispatching.dispatch(at=timezone.now())


@shared_task(ignore_result=True)
def sweep(**_: object) -> None:
    """The agency's and every client's new entries: what a lost broker or a killed worker left behind."""
    with outside():
        dispatching.dispatch(at=timezone.now())
        clients = list(Client.objects.filter(closed_at__isnull=True).order_by("pk"))
        owed = clients_with_pending()
    for client in clients:
        with inside(client):
            if client.pk in owed:
                record_pending(client_id=client.pk)
            dispatching.dispatch(at=timezone.now())
