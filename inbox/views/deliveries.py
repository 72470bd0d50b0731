"""The agency has a delivery of a client read once more, from its page of deliveries."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from inbox import tasks
from inbox.actions.receipts import retry_delivery
from tenants.accounts.guards import actor_of, allow
from tenants.accounts.permissions import Permission
from tenants.kernel import hints
from tenants.kernel.errors import NotFound
from tenants.kernel.schema import inside
from tenants.models import Client, Receipt


@allow(Permission.MANAGE_CHANNELS)
@require_POST
def retry(request: HttpRequest, receipt_id: int) -> HttpResponse:
    receipt = Receipt.objects.filter(pk=receipt_id).values("client_id").first()
    client = (
        Client.objects.filter(pk=receipt["client_id"], closed_at__isnull=True).first() if receipt else None
    )
    if client is None:
        raise NotFound("There is no such delivery of a brand. Load the page again.")
    with inside(client):
        retry_delivery(receipt_id=receipt_id, by=actor_of(request), at=now())
    hints.give(tasks.read, kwargs={"client_id": client.pk})
    messages.success(request, f"The delivery to {client.name} is being read once more.")
    return redirect("desk:deliveries")
