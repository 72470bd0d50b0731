"""What time does: sleep ends and promises break. Telling only; the states themselves follow from dates."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from inbox.actions.converse import wake_conversation
from inbox.events import SlaBreached
from inbox.models import Conversation, Cycle
from inbox.states import Outcome, Status
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.ledger.recorder import record_all

AT_ONCE = 500


def wake_overdue(*, by: Actor, at: datetime) -> int:
    """Write down that sleep is over where it is, however long nobody looked."""
    by.must(Permission.TRIAGE)
    rows = Conversation.objects.filter(status=Status.SNOOZED, snoozed_until__lte=at).order_by("snoozed_until")
    ids = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    for pk in ids:
        wake_conversation(conversation_id=pk, by=by, at=at)
    return len(ids)


@transaction.atomic
def tell_breaches(*, by: Actor, at: datetime) -> int:
    """Mark the open cycles whose time ran out, each at its own due time and not when a worker looked."""
    by.must(Permission.TRIAGE)
    late = Cycle.objects.select_for_update(skip_locked=True).filter(
        outcome=Outcome.OPEN, breached_at__isnull=True, due_at__lte=at
    )
    cycles = list(late.order_by("due_at")[:AT_ONCE])
    for cycle in cycles:
        cycle.breached_at = cycle.due_at
    Cycle.objects.bulk_update(cycles, ["breached_at"])
    due = [cycle.due_at for cycle in cycles if cycle.due_at is not None]
    events = [
        SlaBreached(cycle.conversation_id, cycle.pk, cycle.clock, cycle.due_at)
        for cycle in cycles
        if cycle.due_at is not None
    ]
    record_all(events, by=by, at=due)
    return len(cycles)
