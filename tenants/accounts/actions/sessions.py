"""Sessions of people: begun by signing in, kept by use, ended by their person.

The rows belong to the agency. A client's role may only note use (kernel/rights.py), so ending is done outside of
every client, whichever host was asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from tenants.accounts.actions.arrivals import SEEN_AGAIN_AFTER
from tenants.accounts.actions.telling import tell
from tenants.accounts.actors import Actor
from tenants.accounts.events import SessionsEnded
from tenants.accounts.models import User, UserSession
from tenants.kernel.errors import NotFound
from tenants.kernel.schema import outside

KEPT_FOR = timedelta(days=30)
"""How long a session that is over stays in the table."""
MOST = 50
"""Live sessions of one person; a further sign-in ends the one that was used longest ago."""


@transaction.atomic
def begin_session(*, user: User, device: str, address: str, at: datetime) -> UserSession:
    """Somebody has just proved who they are at the agency. Removes what was over long ago, so rows stay few."""
    mine = UserSession.objects.filter(user=user)
    mine.filter(began_at__lt=at - timedelta(seconds=settings.SESSION_COOKIE_AGE) - KEPT_FOR).delete()
    oldest = mine.filter(ended_at__isnull=True).order_by("-seen_at", "-pk").values("pk")[MOST - 1 :]
    mine.filter(pk__in=list(oldest.values_list("pk", flat=True))).update(ended_at=at)
    return UserSession.objects.create(user=user, device=device, address=address, began_at=at, seen_at=at)


def see_session(*, session_id: int, client_id: int | None, at: datetime) -> None:
    """Note use, once SEEN_AGAIN_AFTER has passed since the last note. Called on every host."""
    stale = Q(pk=session_id, seen_at__lte=at - SEEN_AGAIN_AFTER)
    UserSession.objects.filter(stale).update(seen_at=at, seen_client_id=client_id)


def end_session(*, by: Actor, session_id: int, at: datetime) -> None:
    """End one of one's own sessions, at the agency and at every client. Raises NotFound for anybody else's."""
    with outside(), transaction.atomic():
        mine = _sessions_of(by)
        if not mine.filter(pk=session_id).exists():
            raise NotFound("This session is not one of yours.")
        _end(mine.filter(pk=session_id), by=by, at=at)


def end_sessions(*, by: Actor, at: datetime, but: int | None = None) -> int:
    """End one's own sessions everywhere, but for one if it is named; returns how many were alive."""
    with outside(), transaction.atomic():
        return _end(_sessions_of(by).exclude(pk=but or 0), by=by, at=at)


def _sessions_of(by: Actor) -> QuerySet[UserSession]:
    """A person's own; a robot or a token has none."""
    return UserSession.objects.filter(user_id=by.user_id or 0)


def _end(sessions: QuerySet[UserSession], *, by: Actor, at: datetime) -> int:
    ended = sessions.filter(ended_at__isnull=True).update(ended_at=at)
    if ended:
        tell(SessionsEnded(user_id=by.user_id or 0, sessions=ended), client_id=None, by=by, at=at)
    return ended
