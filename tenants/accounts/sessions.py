"""The session behind a request: where a UserSession's id is kept, whether it is alive, and what counts as use."""

from __future__ import annotations

from datetime import datetime

from allauth.account.adapter import get_adapter
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from tenants.accounts import actions, devices, queries
from tenants.accounts.models import User
from tenants.accounts.queries import SeatHere

KEY = "user_session"
"""Where Django's session of a host keeps the id of its UserSession. Written by the server only."""

BACKGROUND = "X-Rapport-Background"
"""Sent by scripts with requests that nobody asked for (config/static/js/live.js); they keep no session alive."""
UNASKED = ("/stream/",)


def begin(request: HttpRequest, user: User, *, at: datetime) -> None:
    """Somebody has signed in at the agency in this browser."""
    session = actions.begin_session(
        user=user,
        device=devices.device_of(request.headers.get("User-Agent", "")),
        address=devices.network_of(get_adapter(request).get_client_ip(request)),
        at=at,
    )
    attach(request.session, session.pk)


def attach(session: SessionBase, session_id: int) -> None:
    """Tie Django's session of this host to a UserSession."""
    session[KEY] = session_id


def current(request: HttpRequest) -> int | None:
    """The id of the UserSession that this request belongs to, alive or not."""
    found = request.session.get(KEY)
    return found if isinstance(found, int) else None


def keep(request: HttpRequest, user: User, *, client_id: int | None, at: datetime) -> list[SeatHere] | None:
    """The person's seats at this place, and a note of use; None if the request's session is over."""
    session_id = current(request)
    here = queries.session_here(session_id or 0, user=user, client_id=client_id, at=at)
    if here is None:
        return None
    is_asked = not request.path.startswith(UNASKED) and BACKGROUND not in request.headers
    if is_asked and here.seen_at <= at - actions.SEEN_AGAIN_AFTER:
        actions.see_session(session_id=session_id or 0, client_id=client_id, at=at)
    return here.seats
