"""What people do to a conversation short of answering it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from inbox.actions.draft import ANSWERS
from inbox.actions.merge import classified
from inbox.actions.refold import NO_ANSWER, refold
from inbox.connectors.reading import MAX_TEXT, clean
from inbox.evaluation import Disposition, HouseRules
from inbox.events import (
    ConversationAssigned,
    ConversationClaimed,
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationStageChanged,
    ConversationUnassigned,
    ConversationWoken,
    ItemEvaluated,
    NoteAdded,
)
from inbox.models import Conversation, Message, Note
from inbox.states import Direction, NotNeeded, Outcome, Stage, Status
from tenants.accounts.actors import Actor
from tenants.accounts.models import User
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import Conflict, Refusal
from tenants.ledger.recorder import record

MOST_TAGS = 20
LONGEST_TAG = 40
MAX_REASON = 2_000
"""Characters of the reason why something is escalated; it becomes a note."""
LONGEST_REASON = 40


class NotUnderstood(Refusal):
    """What was asked for cannot be meant; the sentence says what can."""

    code = "not_understood"


class StillWaiting(Refusal):
    """Somebody waits for an answer, so the conversation is not done."""

    status = 409
    code = "still_waiting"


class ClaimedByAnother(Conflict):
    code = "claimed"


@transaction.atomic
def assign_conversation(*, conversation_id: int, to: int | None, by: Actor, at: datetime) -> Conversation:
    """Give the conversation to somebody, or to nobody (`to` is None)."""
    by.must(Permission.ASSIGN)
    conversation = Conversation.objects.lock(conversation_id)
    before, conversation.assignee_id = conversation.assignee_id, to
    if before == to:
        return conversation
    if to is not None and not User.objects.filter(pk=to, is_active=True).exists():
        raise NotUnderstood("Nobody with that id works here. Choose somebody who is listed under People.")
    if to is not None and conversation.status == Status.NEW:
        conversation.move_status(Status.OPEN)
    conversation.save(update_fields=["assignee_id", "status"])
    event = (
        ConversationUnassigned(conversation.pk, before)
        if to is None
        else ConversationAssigned(conversation.pk, to, before)
    )
    record(event, by=by, at=at)
    return conversation


@transaction.atomic
def claim_conversation(*, conversation_id: int, by: Actor, at: datetime) -> Conversation:
    """Say "I am writing". Lapses after five minutes of silence (inbox.md §3 number 10). Raises ClaimedByAnother."""
    by.must_either(*ANSWERS)
    if by.user_id is None:
        raise NotUnderstood(
            "Only a person claims a conversation. A program answers at once, or assigns it to a person."
        )
    conversation = Conversation.objects.lock(conversation_id)
    if conversation.is_claimed_by_another(by.user_id, at):
        raise ClaimedByAnother(
            "Somebody else is writing an answer. Their claim lapses after five minutes of silence.",
            claimed_by_id=conversation.claimed_by_id,
        )
    mine_already = conversation.claimed_by_id == by.user_id and conversation.claimed_until is not None
    fresh = not mine_already or (conversation.claimed_until or at) <= at
    conversation.claimed_by_id = by.user_id
    conversation.claimed_until = at + timedelta(minutes=settings.RAPPORT_CLAIM_MINUTES)
    conversation.save(update_fields=["claimed_by_id", "claimed_until"])
    if fresh:
        record(ConversationClaimed(conversation.pk, by.user_id, conversation.claimed_until), by=by, at=at)
    return conversation


@transaction.atomic
def add_note(*, conversation_id: int, text: str, by: Actor, at: datetime) -> Note:
    """Leave a word for colleagues. It stops no clock and has no way to a network."""
    by.must(Permission.NOTE)
    if not text.strip():
        raise NotUnderstood("A note needs words.")
    if len(text) > MAX_TEXT:
        raise NotUnderstood(f"The note has {len(text):,} characters; {MAX_TEXT:,} is the most. Shorten it.")
    conversation = Conversation.objects.lock(conversation_id)
    note = Note.objects.create(
        conversation=conversation, user_id=by.user_id or 0, text=clean(text), written_at=at
    )
    record(NoteAdded(conversation.pk, note.pk), by=by, at=at)
    return note


@transaction.atomic
def tag_conversation(*, conversation_id: int, tags: list[str], by: Actor, at: datetime) -> Conversation:
    """Set the tags: lower case, each once, at most twenty."""
    by.must(Permission.TRIAGE)
    cleaned = sorted({" ".join(clean(tag).lower().split()) for tag in tags} - {""})
    long = next((tag for tag in cleaned if len(tag) > LONGEST_TAG), "")
    if long:
        raise NotUnderstood(
            f"“{long[:LONGEST_TAG]}…” is too long: {LONGEST_TAG} characters is the most for a tag."
        )
    if len(cleaned) > MOST_TAGS:
        raise NotUnderstood(f"{len(cleaned)} tags are too many; {MOST_TAGS} is the most.")
    conversation = Conversation.objects.lock(conversation_id)
    conversation.tags = cleaned
    conversation.save(update_fields=["tags"])
    record(classified(conversation), by=by, at=at)
    return conversation


@transaction.atomic
def snooze_conversation(*, conversation_id: int, until: datetime, by: Actor, at: datetime) -> Conversation:
    """Put it to sleep until an instant, or until somebody writes. The clock keeps running."""
    by.must(Permission.TRIAGE)
    if until <= at:
        raise NotUnderstood("That time has passed. Choose a later one.")
    if until > at + timedelta(days=366):
        raise NotUnderstood(
            "A year is the longest sleep. Choose an earlier time, or mark the conversation done."
        )
    conversation = Conversation.objects.lock(conversation_id)
    conversation.move_status(Status.SNOOZED)
    conversation.snoozed_until = until
    conversation.save(update_fields=["status", "snoozed_until"])
    record(ConversationSnoozed(conversation.pk, until), by=by, at=at)
    return conversation


@transaction.atomic
def wake_conversation(*, conversation_id: int, by: Actor, at: datetime) -> Conversation:
    """End the sleep, by hand or because its time is over."""
    by.must(Permission.TRIAGE)
    conversation = Conversation.objects.lock(conversation_id)
    if conversation.status != Status.SNOOZED:
        return conversation
    conversation.move_status(Status.OPEN)
    conversation.snoozed_until = None
    conversation.save(update_fields=["status", "snoozed_until"])
    record(ConversationWoken(conversation.pk, "by hand" if by.is_human else "time"), by=by, at=at)
    return conversation


@transaction.atomic
def resolve_conversation(
    *, conversation_id: int, not_needed: NotNeeded | None, rules: HouseRules, by: Actor, at: datetime
) -> Conversation:
    """Mark it done. While somebody waits that needs the reason why no answer is needed (M1). Raises StillWaiting."""
    by.must(Permission.TRIAGE)
    conversation = Conversation.objects.lock(conversation_id)
    if conversation.waiting_since is not None:
        if not_needed is None:
            raise StillWaiting(
                "Somebody is waiting for an answer here. Answer, or say why none is needed.",
                waiting_since=conversation.waiting_since.isoformat(),
            )
        _decide_waiting(conversation, not_needed, by=by, at=at)
        refold([conversation.pk], rules=rules, by=by, at=at)
        conversation.refresh_from_db()
    before = Status(conversation.status)
    if before not in (Status.RESOLVED, Status.SPAM):
        conversation.move_status(Status.RESOLVED)
    conversation.resolved_at, conversation.snoozed_until = at, None
    conversation.claimed_by_id = conversation.claimed_until = None
    _to_stage(conversation, Stage.CLOSED, reason=not_needed or "done", by=by, at=at)
    conversation.save()
    record(ConversationResolved(conversation.pk), by=by, at=at)
    return conversation


def _decide_waiting(conversation: Conversation, reason: NotNeeded, *, by: Actor, at: datetime) -> None:
    """Take every waiting message of the open cycle out of the line."""
    disposition = Disposition.SPAM if reason is NotNeeded.SPAM else Disposition.NO_RESPONSE
    open_cycle = conversation.cycles.filter(outcome=Outcome.OPEN).first()
    since = open_cycle.started_at if open_cycle else conversation.opened_at
    waiting = Message.objects.filter(
        _asked_since(since),
        conversation=conversation,
        direction=Direction.INBOUND,
        deleted_at__isnull=True,
    )
    for message in waiting.order_by("sent_at", "id"):
        _decide(message, disposition, reason.value, by=by, at=at)


def _asked_since(since: datetime) -> Q:
    """Messages whose present words were asked at or after a moment."""
    return Q(asked_at__gte=since) | Q(asked_at__isnull=True, sent_at__gte=since)


def _decide(message: Message, disposition: Disposition, reason: str, *, by: Actor, at: datetime) -> None:
    before = message.disposition
    message.disposition, message.disposition_reason = disposition.value, clean(reason)
    message.disposition_proposed, message.disposition_by = False, f"{by.kind}:{by.id}"[:60]
    message.save(
        update_fields=["disposition", "disposition_reason", "disposition_proposed", "disposition_by"]
    )
    record(
        ItemEvaluated(message.conversation_id, message.pk, disposition.value, reason, before), by=by, at=at
    )


@transaction.atomic
def decide_message(
    *, message_id: int, disposition: Disposition, reason: str, rules: HouseRules, by: Actor, at: datetime
) -> Message:
    """Evaluate by hand: what a person decides stands above what a machine proposed; both are kept (M1, M7)."""
    by.must(Permission.TRIAGE)
    message = Message.objects.filter(pk=message_id).first()
    if message is None or message.direction != Direction.INBOUND:
        raise NotUnderstood("Only a message of somebody outside the brand can be evaluated.")
    if disposition in NO_ANSWER and not reason:
        raise NotUnderstood("Say why no answer is needed.")
    if len(reason) > LONGEST_REASON:
        raise NotUnderstood(
            f"A reason is a code of at most {LONGEST_REASON} characters, such as “not_ours”. Put the story in a note."
        )
    Conversation.objects.lock(message.conversation_id)
    _decide(message, disposition, reason, by=by, at=at)
    refold([message.conversation_id], rules=rules, by=by, at=at)
    return message


@transaction.atomic
def reopen_conversation(*, conversation_id: int, rules: HouseRules, by: Actor, at: datetime) -> Conversation:
    """Take it back into the queue; what had been excluded waits again."""
    by.must(Permission.TRIAGE)
    conversation = Conversation.objects.lock(conversation_id)
    excluded = Message.objects.filter(
        conversation=conversation,
        direction=Direction.INBOUND,
        disposition__in=[word.value for word in NO_ANSWER],
        disposition_proposed=False,
    ).filter(_asked_since(_last_answer_at(conversation)))
    for message in excluded.order_by("sent_at", "id"):
        _decide(message, Disposition.ENGAGE, "reopened", by=by, at=at)
    conversation.resolved_at = at
    conversation.save(update_fields=["resolved_at"])
    refold([conversation.pk], rules=rules, by=by, at=at)
    conversation.refresh_from_db()
    if conversation.status != Status.OPEN:
        conversation.move_status(Status.OPEN)
    _to_stage(conversation, Stage.EVALUATE, reason="reopened", by=by, at=at)
    conversation.snoozed_until = conversation.resolved_at = None
    conversation.save()
    record(ConversationReopened(conversation.pk, "by hand"), by=by, at=at)
    return conversation


def _last_answer_at(conversation: Conversation) -> datetime:
    last = (
        Message.objects.filter(conversation=conversation, direction=Direction.OUTBOUND)
        .order_by("-sent_at")
        .first()
    )
    return last.sent_at if last else conversation.opened_at


@transaction.atomic
def acknowledge_conversation(*, conversation_id: int, by: Actor, at: datetime) -> Conversation:
    """Say "seen": the message is ours and somebody cares for it. Stops the acknowledge clock only (M2)."""
    by.must(Permission.TRIAGE)
    conversation = Conversation.objects.lock(conversation_id)
    _to_stage(conversation, Stage.CLASSIFY, reason="acknowledged", by=by, at=at)
    conversation.save(update_fields=["stage"])
    return conversation


@transaction.atomic
def escalate_conversation(
    *, conversation_id: int, to: int | None, reason: str, by: Actor, at: datetime
) -> Conversation:
    """Hand it up with a reason; `to` is the user who takes it, where one is named."""
    by.must(Permission.ASSIGN)
    if not reason.strip():
        raise NotUnderstood("Say why it is escalated, so that whoever gets it can begin.")
    if len(reason) > MAX_REASON:
        raise NotUnderstood(
            f"The reason has {len(reason):,} characters; {MAX_REASON:,} is the most. Shorten it."
        )
    conversation = Conversation.objects.lock(conversation_id)
    _to_stage(conversation, Stage.ESCALATE, reason="by hand", by=by, at=at)
    conversation.save(update_fields=["stage"])
    add_note(conversation_id=conversation_id, text=f"Escalated: {reason}", by=by, at=at)
    if to is not None:
        return assign_conversation(conversation_id=conversation_id, to=to, by=by, at=at)
    return conversation


def _to_stage(conversation: Conversation, stage: Stage, *, reason: str, by: Actor, at: datetime) -> None:
    """Move, if there is anywhere to move, and tell the ledger. Raises IllegalMove."""
    if conversation.stage == stage:
        return
    before = conversation.move_stage(stage)
    record(ConversationStageChanged(conversation.pk, before.value, stage.value, reason), by=by, at=at)
