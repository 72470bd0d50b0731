"""Handing a person over from the agency's host to a client's, once and within 30 seconds (DESIGN.md §3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from tenants.accounts import keys
from tenants.accounts.actions.telling import tell
from tenants.accounts.actors import Actor
from tenants.accounts.events import SignedIn
from tenants.accounts.models import Handover, User
from tenants.accounts.queries import is_session_alive, seated_actor
from tenants.kernel.errors import Forbidden, Refusal
from tenants.models import Client

GOOD_FOR = timedelta(seconds=30)
KEPT_FOR = timedelta(days=1)
SEEN_AGAIN_AFTER = timedelta(minutes=1)

USE = """
    UPDATE accounts_handover SET used_at = %(at)s
    WHERE hashed = %(hashed)s AND client_id = %(client_id)s AND used_at IS NULL AND expires_at > %(at)s
    RETURNING user_id, session_id, goes_to
"""


class SlipRefused(Refusal):
    """The slip opens nothing; `code` says why, the sentence what to do."""

    status = 403
    code = "slip_refused"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who has come over, what he or she may do here, from which sign-in, and where to."""

    user: User
    actor: Actor
    session_id: int
    goes_to: str


@transaction.atomic
def hand_over(*, user: User, session_id: int, client: Client, state: str, goes_to: str, at: datetime) -> str:
    """Make a slip with which this person, in the browser `state` stands for, enters the client; returns its secret.

    `session_id` is the UserSession at the agency: what the slip opens ends with it.
    """
    if not keys.is_fingerprint(state):
        raise SlipRefused("This way in was not begun on the brand's own page. Go there and try again.")
    if not user.is_active or seated_actor(user, client_id=client.pk) is None:
        raise no_seat(client.slug)
    Handover.objects.filter(expires_at__lt=at - KEPT_FOR).delete()
    slip = keys.new_slip()
    Handover.objects.create(
        client_id=client.pk,
        user=user,
        session_id=session_id,
        hashed=keys.slip_fingerprint(slip, state=state),
        goes_to=goes_to,
        made_at=at,
        expires_at=at + GOOD_FOR,
    )
    see_user(user=user, at=at)
    return slip


def no_seat(slug: str) -> Forbidden:
    """The same words for a brand that does not exist and for one that is none of this person's business."""
    return Forbidden(
        f"You have no seat at “{slug}”, or there is no such brand. Ask whoever manages people at the agency for one."
    )


def accept_hand_over(*, slip: str, secret: str, client: Client, at: datetime) -> Arrival:
    """Use up a slip on the client's host, in the browser that has the secret. Raises SlipRefused.

    One statement decides, so of two who bring the same slip one gets in. It stays used also when its person
    has lost the seat meanwhile.
    """
    hashed = keys.slip_fingerprint(slip, state=keys.fingerprint(secret))
    with connection.cursor() as cursor:
        cursor.execute(USE, {"at": at, "hashed": hashed, "client_id": client.pk})
        used = cursor.fetchone()
    if used is None:
        raise _why_refused(hashed, at=at)
    user_id, session_id, goes_to = used
    return _enter(user_id=user_id, session_id=session_id, goes_to=goes_to, client=client, at=at)


@transaction.atomic
def _enter(*, user_id: int, session_id: int, goes_to: str, client: Client, at: datetime) -> Arrival:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    actor = seated_actor(user, client_id=client.pk) if user else None
    if user is None or actor is None:
        raise SlipRefused("Your seat here was taken away meanwhile. Ask whoever manages people for it.")
    if not is_session_alive(session_id, user=user, at=at):
        raise SlipRefused("The sign-in that this way in came from has ended. Sign in again.")
    tell(SignedIn(user_id=user.pk), client_id=client.pk, by=actor, at=at)
    return Arrival(user=user, actor=actor, session_id=session_id, goes_to=goes_to)


def _why_refused(hashed: str, *, at: datetime) -> SlipRefused:
    """What a person can be told: row-level security shows a client only its own slips, so another's is unknown."""
    slip = Handover.objects.filter(hashed=hashed).only("used_at", "expires_at").first()
    if slip is not None and slip.used_at is not None:
        return SlipRefused("This way in was used already, and each works once. Try again to get a new one.")
    if slip is not None and slip.expires_at <= at:
        return SlipRefused(
            "This way in was good for 30 seconds, and they are over. Try again to get a new one."
        )
    return SlipRefused(
        "This way in belongs to another browser or another brand. Try again to get one of your own."
    )


def see_user(*, user: User, at: datetime) -> None:
    """Note that a person was seen at work, at most once a minute."""
    stale = at - SEEN_AGAIN_AFTER
    if user.seen_at is None or user.seen_at <= stale:
        unseen = Q(seen_at__isnull=True) | Q(seen_at__lte=stale)
        User.objects.filter(unseen, pk=user.pk).update(seen_at=at)
