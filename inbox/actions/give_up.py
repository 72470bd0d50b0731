"""Closing what waited too long for an answer to mean anything: unanswered in every figure, and out of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from inbox.actions.refold import refold
from inbox.evaluation import Disposition, HouseRules
from inbox.events import ConversationResolved, ItemEvaluated
from inbox.models import Conversation
from inbox.states import NotNeeded, Status
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.ledger.recorder import record_all

DECIDE = """
    UPDATE inbox_message AS message
    SET disposition = %(disposition)s, disposition_reason = %(reason)s, disposition_proposed = false,
        disposition_by = %(by)s
    FROM (
        SELECT old.id, old.disposition FROM inbox_message AS old
        JOIN inbox_cycle AS cycle ON cycle.conversation_id = old.conversation_id AND cycle.outcome = 'open'
        WHERE old.conversation_id = ANY(%(conversations)s) AND old.direction = 'inbound'
          AND COALESCE(old.asked_at, old.sent_at) >= cycle.started_at AND old.deleted_at IS NULL
        ORDER BY old.id
    ) AS waiting
    WHERE message.id = waiting.id
    RETURNING message.conversation_id, message.id, waiting.disposition
"""


@transaction.atomic
def give_up_waiting(*, conversation_ids: Sequence[int], rules: HouseRules, by: Actor, at: datetime) -> int:
    """Close those of these conversations in which somebody still waits, with the reason “too late”.

    The cycles lapse: they stay eligible and unanswered (inbox.md §4), which is what they are. A fixed number of
    statements, whatever the number of conversations. Returns how many were closed.
    """
    by.must(Permission.TRIAGE)
    waiting = Conversation.objects.filter(pk__in=conversation_ids, waiting_since__isnull=False)
    ids = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            DECIDE,
            {
                "disposition": Disposition.NO_RESPONSE.value,
                "reason": NotNeeded.TOO_LATE.value,
                "by": f"{by.kind}:{by.id}"[:60],
                "conversations": ids,
            },
        )
        decided = sorted(cursor.fetchall())
    record_all(
        [
            ItemEvaluated(
                conversation, message, Disposition.NO_RESPONSE.value, NotNeeded.TOO_LATE.value, before
            )
            for conversation, message, before in decided
        ],
        by=by,
        at=at,
    )
    refold(ids, rules=rules, by=by, at=at)
    closed = Conversation.objects.filter(pk__in=ids, status__in=[Status.RESOLVED, Status.SPAM])
    count = closed.update(resolved_at=at, snoozed_until=None, claimed_by_id=None, claimed_until=None)
    record_all([ConversationResolved(pk) for pk in ids], by=by, at=at)
    return count
