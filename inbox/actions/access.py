"""Reading what is private is itself something that happened (reference/inbox.md §3c, access.viewed_private)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from inbox.events import AccessViewedPrivate
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.ledger.recorder import record_all


@transaction.atomic
def record_private_reading(*, conversation_ids: Collection[int], by: Actor, at: datetime) -> None:
    """Write down that private words of these conversations were shown: one entry each, in one statement."""
    by.must(Permission.VIEW_PRIVATE)
    record_all([AccessViewedPrivate(pk) for pk in sorted(conversation_ids)], by=by, at=at)
