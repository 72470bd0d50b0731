"""Reads of the shared schema."""

from __future__ import annotations

from tenants.kernel.errors import NotFound
from tenants.kernel.schema import current_schema
from tenants.models import Client


def current_client() -> Client:
    """The client whose schema we are in. Raises NotFound in the public schema."""
    client: Client | None = Client.objects.filter(schema_name=current_schema()).first()
    if client is None:
        raise NotFound("This happens at a client, and no client was entered.")
    return client


def open_clients() -> list[Client]:
    """Every client that is answered for, in the order of opening."""
    return list(Client.objects.filter(closed_at__isnull=True).order_by("pk"))
