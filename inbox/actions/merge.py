"""Joining conversations that a late message proved to be one."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from inbox.events import ConversationAssigned, ConversationClassified, ConversationMerged
from inbox.models import Conversation, Draft, EarlierDraft, Message, Note, Reply
from inbox.states import Stage, Status
from tenants.ledger.recorder import Event


def absorb(target: int, others: Collection[int]) -> list[Event]:
    """Move everything said, noted, drafted and sent into the target; the others lead there from now on.

    Call under the channel's lock, and fold all of them anew afterwards.
    """
    if not others:
        return []
    everybody = Conversation.objects.select_for_update().filter(pk__in=[target, *others]).order_by("pk")
    rows = list(everybody)
    for model in (Message, Note, Reply):
        model.objects.filter(conversation_id__in=others).update(conversation_id=target)
    _move_drafts(target, others)
    Conversation.objects.filter(Q(pk__in=others) | Q(merged_into_id__in=others)).update(
        merged_into_id=target,
        status=Status.RESOLVED,
        stage=Stage.CLOSED,
        snoozed_until=None,
        waiting_since=None,
        due_at=None,
        warn_at=None,
    )
    events: list[Event] = [ConversationMerged(target, other) for other in sorted(others)]
    return events + _keep_work(target, rows)


def _move_drafts(target: int, others: Collection[int]) -> None:
    """What a person had typed in either place stands in the one that is left, the newest first."""
    kept = {draft.user_id: draft for draft in Draft.objects.filter(conversation_id=target)}
    for draft in Draft.objects.filter(conversation_id__in=others).order_by("saved_at", "pk"):
        twin = kept.get(draft.user_id)
        if twin is None:
            kept[draft.user_id] = draft
            draft.conversation_id = target
            draft.save(update_fields=["conversation"])
            continue
        newer, older = (draft, twin) if draft.saved_at > twin.saved_at else (twin, draft)
        twin.text, twin.saved_at = f"{newer.text}\n\n{older.text}", newer.saved_at
        twin.private = twin.private or draft.private
        twin.number += 1
        twin.save()
        draft.delete()
    EarlierDraft.objects.filter(conversation_id__in=others).update(conversation_id=target)


def classified(conversation: Conversation) -> ConversationClassified:
    """What it is taken for now, its tags among it."""
    return ConversationClassified(
        conversation.pk,
        conversation.intent,
        conversation.sentiment,
        conversation.severity,
        conversation.priority,
        tuple(conversation.tags),
    )


def _keep_work(target: int, rows: list[Conversation]) -> list[Event]:
    """The tags of all, a thread's name if the network gave one, and whoever had it if the target has nobody."""
    kept = next(row for row in rows if row.pk == target)
    events: list[Event] = []
    tags = sorted({tag for row in rows for tag in row.tags})
    if tags != kept.tags:
        kept.tags = tags
        events.append(classified(kept))
    named = [row.thread_key for row in rows if row.thread_key.startswith("t:")]
    if named and kept.thread_key not in named:
        kept.thread_key = named[0]
    assigned = kept.assignee_id or next((row.assignee_id for row in rows if row.assignee_id), None)
    if assigned is not None and kept.assignee_id is None:
        events.append(ConversationAssigned(target, assigned, None))
    kept.assignee_id = assigned
    kept.save(update_fields=["tags", "thread_key", "assignee_id"])
    return events
