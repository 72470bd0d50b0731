"""Where a request stands: its client, who acts, and the instant, read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
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


def same_person(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 401 to a page that another person left open: what was typed there is not said under this one's name.

    The form says in `writer` who had the page; without the field nothing is asked.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        writer = request.POST.get("writer", "")
        if writer in ("", str(here(request).actor.user_id or 0)):
            return view(request, *args, **kwargs)
        sentence = "Somebody else is signed in here now. Sign in as yourself; nothing was saved or sent.\n"
        return HttpResponse(sentence, status=401, content_type="text/plain; charset=utf-8")

    return asked


def typed_text(request: HttpRequest) -> str:
    """The field `text` of a form. Raises TooLong."""
    text = request.POST.get("text", "")
    if len(text) > MAX_TEXT:
        raise TooLong(f"The text has {len(text):,} characters; {MAX_TEXT:,} is the most. Shorten it.")
    return text
