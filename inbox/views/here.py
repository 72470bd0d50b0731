"""Where a request stands: its client, who acts, and the instant, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.http import HttpRequest
from django.utils.timezone import now

from inbox.connectors.reading import MAX_TEXT
from tenants.accounts.actors import Actor
from tenants.kernel.errors import Refusal
from tenants.models import Client


class TooLong(Refusal):
    code = "too_long"


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


def typed_text(request: HttpRequest) -> str:
    """The field `text` of a form. Raises TooLong."""
    text = request.POST.get("text", "")
    if len(text) > MAX_TEXT:
        raise TooLong(f"The text has {len(text):,} characters; {MAX_TEXT:,} is the most. Shorten it.")
    return text
