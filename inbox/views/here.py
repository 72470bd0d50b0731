"""Where a request stands: its client, who acts, and the instant, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.http import HttpRequest
from django.utils.timezone import now

from tenants.accounts.actors import Actor
from tenants.models import Client


@dataclass(frozen=True, slots=True)
class Here:
    client: Client
    actor: Actor
    at: datetime


def here(request: HttpRequest) -> Here:
    """Put there by the middleware (tenants.middleware, tenants.accounts.middleware); views are guarded before."""
    client = cast("Client", request.client)  # type: ignore[attr-defined]  # set by ClientByHost
    actor = cast("Actor", request.actor)  # type: ignore[attr-defined]  # set by WhoActs
    return Here(client, actor, now())  # the edge where time is read
