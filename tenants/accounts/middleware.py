"""Who acts: the person behind the session, with the rights of his or her seats here."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tenants.accounts.actions import see_user
from tenants.accounts.models import User
from tenants.accounts.queries import actor_with, seats_here
from tenants.middleware import EVERYWHERE

Answer = Callable[[HttpRequest], HttpResponse]

AS_IT_IS = ("/api/", "/hooks/")
"""Read by programs, to which times are given in UTC."""


class WhoActs:
    """Sets three attributes, with at most three statements (session, person, seats):

    `request.user`       the person, or AnonymousUser; somebody switched off is anonymous at once
    `request.actor`      an Actor with the union of the seats' rights at this place; None without a seat
    `request.at_agency`  whether one of the seats is the agency's, which reaches every client

    They are set at once and not when first asked for, because an async view may not ask the database.
    Dates are shown in the person's own time zone.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = None if request.path.startswith(EVERYWHERE) else get_user(request)
        request.user = known if isinstance(known, User) else AnonymousUser()
        request.actor, request.at_agency = None, False  # type: ignore[attr-defined]  # ours, as the docstring says
        if isinstance(known, User):
            _seat(request, known)
        with _in_zone_of(request):
            return self.get_response(request)


def _seat(request: HttpRequest, user: User) -> None:
    client = request.client  # type: ignore[attr-defined]  # set by ClientByHost
    seats = seats_here(user, client_id=client.pk if client else None)
    request.actor = actor_with(user, seats)  # type: ignore[attr-defined]  # as above
    request.at_agency = any(place is None for place, _ in seats)  # type: ignore[attr-defined]  # as above
    if seats and user.seen_at is not None:  # set by signing in; from then on kept fresh
        see_user(user=user, at=timezone.now())  # noqa: TID251  # the edge: the moment of this request


def _in_zone_of(request: HttpRequest) -> AbstractContextManager[None]:
    if not isinstance(request.user, User) or request.path.startswith(AS_IT_IS):
        return nullcontext()
    try:
        return timezone.override(zoneinfo.ZoneInfo(request.user.time_zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return nullcontext()  # a zone this machine does not know; UTC is named where it matters
