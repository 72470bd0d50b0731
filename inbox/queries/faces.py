"""Colleagues as small marks: one query for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from inbox.models import Presence
from tenants.accounts.models import User
from tenants.rows import PersonFace

GONE_AFTER = timedelta(seconds=25)
"""A presence not renewed for so long is over (inbox.md §3 number 10)."""


class Faces:
    """The people a page shows, read once."""

    def __init__(self, user_ids: Iterable[int | None], *, me: int | None) -> None:
        self.me = me
        wanted = {pk for pk in user_ids if pk is not None}
        self.users = {user.pk: user for user in User.objects.filter(pk__in=wanted)} if wanted else {}

    def face(self, user_id: int | None, *, mode: str = "") -> PersonFace | None:
        if user_id is None:
            return None
        user = self.users.get(user_id)
        name, initials = (user.name, user.initials) if user else ("Somebody who left", "?")
        return PersonFace(user_id, name, initials, you=user_id == self.me, mode=mode)

    def name(self, user_id: int | None) -> str:
        face = self.face(user_id)
        return face.name if face else "Somebody"


def presences(conversation_ids: Iterable[int], *, at: datetime) -> dict[int, list[tuple[int, str]]]:
    """Who is in which conversation now: (user, viewing or composing), the writers first."""
    rows = Presence.objects.filter(conversation_id__in=list(conversation_ids), seen_at__gt=at - GONE_AFTER)
    found: dict[int, list[tuple[int, str]]] = {}
    for conversation_id, user_id, composing in rows.order_by("-composing", "user_id").values_list(
        "conversation_id", "user_id", "composing"
    ):
        found.setdefault(conversation_id, []).append((user_id, "composing" if composing else "viewing"))
    return found


def colleagues(*, me: int | None) -> tuple[PersonFace, ...]:
    """Everybody with a seat here or at the agency, by name: row-level security shows no others."""
    users = User.objects.filter(is_active=True, seats__isnull=False).distinct().order_by("name", "pk")
    return tuple(PersonFace(user.pk, user.name, user.initials, you=user.pk == me) for user in users)
