"""Who acts: the person behind the session, with the rights of the seats held here."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from django.contrib.auth import get_user, logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tenants.accounts import second_factor, sessions
from tenants.accounts.actions import see_user
from tenants.accounts.models import User
from tenants.accounts.queries import actor_with
from tenants.middleware import EVERYWHERE

Answer = Callable[[HttpRequest], HttpResponse]

AS_IT_IS = ("/api/", "/hooks/")
"""Read by programs, to which times are given in UTC."""


class WhoActs:
    """Sets three attributes, with three statements (session, person, seats) and, once a minute, notes of use:

    `request.user`       the person, or AnonymousUser; somebody switched off is anonymous at once
    `request.actor`      an Actor with the union of the seats' rights at this place; None without a seat
    `request.at_agency`  whether one of the seats is the agency's, which reaches every client

    They are set at once and not when first asked for, because an async view may not ask the database.
    A session that is over (sessions.keep) is removed from the browser, and its person is anonymous here.
    A person who must set up a second factor first gets no actor and is led there (second_factor.answer).
    Dates are shown in the person's own time zone.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = AnonymousUser()
        request.actor, request.at_agency = None, False  # type: ignore[attr-defined]  # ours, as the docstring says
        lacking = "" if request.path.startswith(EVERYWHERE) else _recognise(request)
        with _in_zone_of(request):
            return (second_factor.answer(request, lacking) if lacking else None) or self.get_response(request)


def _recognise(request: HttpRequest) -> str:
    """Give the request its person and actor; returns the role for which a second factor is missing, or nothing."""
    user = get_user(request)
    if not isinstance(user, User):
        return ""
    client = request.client  # type: ignore[attr-defined]  # set by ClientByHost
    at = timezone.now()  # noqa: TID251  # the edge: the moment of this request
    seats = sessions.keep(request, user, client_id=client.pk if client else None, at=at)
    if seats is None:
        logout(request)
        return ""
    lacking = second_factor.lacking(user, seats)
    request.user = user
    request.actor = None if lacking else actor_with(user, seats)  # type: ignore[attr-defined]  # as above
    request.at_agency = any(seat.client_id is None for seat in seats)  # type: ignore[attr-defined]  # as above
    if seats and user.seen_at is not None:  # set by signing in; from then on kept fresh
        see_user(user=user, at=at)
    return lacking


def _in_zone_of(request: HttpRequest) -> AbstractContextManager[None]:
    if not isinstance(request.user, User) or request.path.startswith(AS_IT_IS):
        return nullcontext()
    try:
        return timezone.override(zoneinfo.ZoneInfo(request.user.time_zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return nullcontext()  # a zone this machine does not know; UTC is named where it matters
