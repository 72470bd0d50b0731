"""What every template is given about the place: the frame of the page, the client, who acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from tenants.accounts import arrivals, queries
from tenants.accounts.actors import Actor
from tenants.accounts.models import User
from tenants.accounts.permissions import Permission
from tenants.kernel.schema import current_schema
from tenants.ledger import live
from tenants.models import Client
from tenants.rows import BrandFace, PersonFace, Shell

# Which entry of the bar a page belongs to: by its whole name, else by its app.
PLACES: Mapping[str, str] = {
    "accounts:people": "people",
    "accounts:tokens": "people",
    "desk:activity": "activity",
    "desk": "desk",
    "inbox:channels": "channels",
    "inbox:terms": "terms",
    "inbox": "inbox",
    "reporting": "reports",
}


def place(request: HttpRequest) -> dict[str, Any]:
    """`shell` (tenants.rows.Shell or None; asked for only by whole pages), `client`, `actor`, `place`, `agency_url`."""
    return {
        "shell": SimpleLazyObject(lambda: shell_of(request)),
        "client": getattr(request, "client", None),
        "actor": getattr(request, "actor", None),
        "place": _place(request),
        "agency_url": arrivals.agency_address(),
    }


def shell_of(request: HttpRequest) -> Shell | None:
    """What stands around a page, in three statements at most; None before somebody has signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return None
    client, actor = _client(request), cast("Actor | None", getattr(request, "actor", None))
    enter = arrivals.entrances()
    listens = client is not None and _place(request) == "inbox" and _is_inside(client) and _may_view(actor)
    return Shell(
        person=PersonFace(id=user.pk, name=str(user), initials=user.initials, you=True),
        email=queries.email_of(user),
        read_at=timezone.now(),  # noqa: TID251  # the edge: the moment of showing
        brands=tuple(_face(brand, enter) for brand in queries.clients_of(user)),
        brand=_face(client, enter) if client else None,
        desk_url=arrivals.agency_address() if getattr(request, "at_agency", False) else "",
        people_url=_people_url(actor),
        activity_url=_activity_url(actor, client),
        account_url=arrivals.agency_page("accounts:profile"),
        sign_out_url=reverse("accounts:sign_out") if client else arrivals.agency_page("account_logout"),
        zone=user.time_zone,
        stream_url=_reverse("stream") if listens else "",
        cursor=live.place_for_page() if listens else "",
    )


def _face(client: Client, enter: Callable[[str], str]) -> BrandFace:
    return BrandFace(client.pk, client.slug, client.name, client.colour, enter(client.slug))


def _people_url(actor: Actor | None) -> str:
    return _reverse("accounts:people") if _may_view(actor) else ""


def _activity_url(actor: Actor | None, client: Client | None) -> str:
    """The agency's ledger, for those who may read it, on the agency's own host."""
    may = actor is not None and client is None and actor.may(Permission.VIEW_AUDIT)
    return _reverse("desk:activity") if may else ""


def _may_view(actor: Actor | None) -> bool:
    return actor is not None and actor.may(Permission.VIEW)


def _is_inside(client: Client) -> bool:
    """Django draws the page of an error in a thread of its own, whose connection stands outside of every client."""
    return current_schema() == str(client.schema_name)


def _client(request: HttpRequest) -> Client | None:
    return cast("Client | None", getattr(request, "client", None))


def _place(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None:
        return ""
    return PLACES.get(match.view_name) or PLACES.get(match.namespace, "")


def _reverse(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""  # not a page of this host
