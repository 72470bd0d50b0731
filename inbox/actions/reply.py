"""The only way out: a draft becomes a reply in the outbox, and the outbox settles what became of it.

Nothing that may have left is ever sent again. A reply goes queued → sending in one transaction and is
published outside of any (inbox/exchange.py); what comes back, or does not, is settled here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from inbox import gates as gating
from inbox.actions.draft import ANSWERS, bring_back, drop_sent
from inbox.actions.merge import absorb
from inbox.actions.receive import lock_channel
from inbox.actions.refold import refold
from inbox.connectors.ports import SentReply
from inbox.connectors.reading import clean
from inbox.evaluation import HouseRules
from inbox.events import (
    ConversationAssigned,
    ConversationMerged,
    ConversationStageChanged,
    ReplyConfirmed,
    ReplyFailed,
    ReplyHeld,
    ReplyQueued,
    ReplySending,
    ReplyUndone,
    ReplyUnknown,
)
from inbox.gates import Answer, Gate, ReplyFacts, Verdict
from inbox.models import Conversation, Message, Reply
from inbox.queries.facts import on_its_way
from inbox.states import Direction, ReplyState, Source, Stage, Status
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import Conflict, Forbidden, NotFound, Refusal
from tenants.ledger.recorder import Event, record, record_all

FIRST_CHECK = timedelta(seconds=5)
GIVE_UP_AFTER = 8
"""Read-backs of an unknown outcome before a person is asked; they spread over about half an hour."""
SENDER_DIED_AFTER = timedelta(minutes=2)


class GateClosed(Refusal):
    """A gate blocks the reply; its sentence says what to do."""

    code = "gate_closed"


class AnsweredMeanwhile(Conflict):
    """Something newer stands in the conversation than the writer had seen."""

    code = "answered_meanwhile"


class NothingToAnswer(Refusal):
    code = "nothing_to_answer"


@transaction.atomic
def queue_reply(
    *,
    conversation_id: int,
    text: str,
    private: bool,
    seen_version: int,
    sent_anyway: bool,
    gates: Sequence[Gate],
    facts: ReplyFacts,
    by: Actor,
    at: datetime,
    key: UUID | None = None,
    draft_version: str | None = None,
) -> Reply:
    """Put an answer into the outbox. It leaves after the undo time. Raises GateClosed or AnsweredMeanwhile.

    `facts` were read before, when the conversation was at `seen_version`. Under the lock it is looked at again:
    whoever was first has moved it on, and the second is told so whatever the facts say. `key` names this attempt:
    asked again with the same key and text, because the first answer was lost on its way, nothing is queued twice.
    `draft_version` is the draft it was written from; one that is newer stays.
    """
    by.must_either(*ANSWERS)
    conversation = Conversation.objects.lock(conversation_id)
    known = Reply.objects.filter(key=key).first() if key is not None else None
    if known is not None and _is_the_same(known, conversation, text, by=by):
        return known
    target = _target(conversation)
    private = private or target.private
    by.must(Permission.REPLY_PRIVATE if private else Permission.REPLY_PUBLIC)
    facts = replace(facts, sent_anyway=sent_anyway, on_its_way=on_its_way(conversation))
    answers = gating.ask(gates, facts)
    refused = [answer for answer in answers if answer.verdict is Verdict.BLOCK]
    collision = [answer for answer in refused if answer.gate == "collision"]
    if collision:
        raise AnsweredMeanwhile(
            collision[0].sentence, seen_version=seen_version, version=conversation.version
        )
    if conversation.version != seen_version and not sent_anyway:
        raise AnsweredMeanwhile(
            "The conversation has changed this very moment. Look at it, then send again.",
            seen_version=seen_version,
            version=conversation.version,
        )
    if refused:
        raise GateClosed(refused[0].sentence, gate=refused[0].gate)
    key = uuid4() if key is None or known is not None else key
    reply = _new_reply(
        conversation, target, text=text, private=private, answers=answers, key=key, by=by, at=at
    )
    _respond(conversation, by=by, at=at)
    drop_sent(conversation, text=text, version=draft_version, user_id=by.user_id or 0, at=at)
    warned = tuple(answer.gate for answer in answers if answer.verdict is not Verdict.ALLOW)
    record(ReplyQueued(conversation.pk, reply.pk, reply.release_at, warned), by=by, at=at)
    return reply


def _is_the_same(known: Reply, conversation: Conversation, text: str, *, by: Actor) -> bool:
    """Whether this is the reply that was asked for before, still on its way or out."""
    return (
        (known.conversation_id, known.actor_kind, known.actor_id, known.text)
        == (conversation.pk, by.kind.value, by.id, clean(text))
    ) and known.state != ReplyState.UNDONE


def _target(conversation: Conversation) -> Message:
    """The message an answer is to: the newest that still stands. What was said in private is answered in private."""
    asked = Message.objects.filter(
        conversation=conversation, direction=Direction.INBOUND, deleted_at__isnull=True
    )
    target = asked.order_by("-sent_at", "-id").first()
    if target is None:
        raise NothingToAnswer("There is no message left to answer in this conversation.")
    return target


def _new_reply(
    conversation: Conversation,
    target: Message,
    *,
    text: str,
    private: bool,
    answers: Sequence[Answer],
    key: UUID,
    by: Actor,
    at: datetime,
) -> Reply:
    return Reply.objects.create(
        conversation=conversation,
        to_message_id=target.pk,
        text=clean(text),
        private=private,
        state=ReplyState.QUEUED,
        key=key,
        written_by_id=by.user_id,
        actor_kind=by.kind.value,
        actor_id=by.id,
        queued_at=at,
        release_at=at + timedelta(seconds=settings.RAPPORT_UNDO_SECONDS),
        gates=[_kept(answer, at) for answer in answers],
    )


def _kept(answer: Answer, at: datetime) -> dict[str, Any]:
    return {**asdict(answer), "asked_at": at.isoformat()}


def _respond(conversation: Conversation, *, by: Actor, at: datetime) -> None:
    """Bring the stage to Respond, saying what was skipped; the writer takes the conversation if nobody has it."""
    way = [Stage.EVALUATE, Stage.RESPOND] if conversation.stage == Stage.CLOSED else [Stage.RESPOND]
    for stage in way:
        if conversation.stage == stage:
            continue
        before = conversation.move_stage(stage)
        changed = ConversationStageChanged(conversation.pk, before.value, stage.value, "answered")
        record(changed, by=by, at=at)
    if conversation.status == Status.NEW:
        conversation.move_status(Status.OPEN)
    if conversation.assignee_id is None and by.user_id is not None:
        conversation.assignee_id = by.user_id
        record(ConversationAssigned(conversation.pk, by.user_id, None), by=by, at=at)
    if conversation.claimed_by_id == by.user_id:
        conversation.claimed_by_id = conversation.claimed_until = None
    conversation.version += 1
    conversation.save()


@transaction.atomic
def undo_reply(*, reply_id: int, by: Actor, at: datetime) -> Reply:
    """Take it back before it leaves; its text becomes a draft again. Raises IllegalMove once it is on its way."""
    conversation = _lock_conversation_of(reply_id)
    reply = Reply.objects.lock(reply_id)
    is_writer = (by.kind.value, by.id) == (reply.actor_kind, reply.actor_id)
    if not is_writer and not by.may(Permission.APPROVE):
        raise Forbidden("Only whoever wrote this answer, or somebody who approves answers, can take it back.")
    reply.move(ReplyState.UNDONE)
    reply.settled_at = at
    reply.save(update_fields=["state", "settled_at"])
    bring_back(conversation, text=reply.text, private=reply.private, user_id=reply.written_by_id or 0, at=at)
    record(ReplyUndone(reply.conversation_id, reply.pk), by=by, at=at)
    return reply


def _lock_conversation_of(reply_id: int) -> Conversation:
    """Always before the reply itself, as confirming does. Raises NotFound."""
    conversation_id = Reply.objects.filter(pk=reply_id).values_list("conversation_id", flat=True).first()
    if conversation_id is None:
        raise NotFound("There is no such reply here.")
    return Conversation.objects.lock(conversation_id)


@transaction.atomic
def begin_sending(
    *, reply_id: int, gates: Sequence[Gate], facts: ReplyFacts, by: Actor, at: datetime
) -> Reply | None:
    """Ask every gate once more and take the reply out of the queue for sending; None when it may not go now.

    After this commit the reply may have left, whatever happens to the process.
    """
    by.must(Permission.REPLY_PUBLIC)
    reply = (
        Reply.objects.select_for_update(skip_locked=True).filter(pk=reply_id, state=ReplyState.QUEUED).first()
    )
    if reply is None or reply.release_at > at:
        return None
    answers = gating.ask(gates, facts)
    reply.gates = [*reply.gates, *(_kept(answer, at) for answer in answers)]
    if gating.strictest(answers) in (Verdict.HOLD, Verdict.BLOCK):
        _hold(reply, answers, by=by, at=at)
        return None
    reply.move(ReplyState.SENDING)
    reply.sending_at, reply.next_check_at, reply.attempts = at, at + SENDER_DIED_AFTER, reply.attempts + 1
    reply.save()
    record(ReplySending(reply.conversation_id, reply.pk), by=by, at=at)
    return reply


def _hold(reply: Reply, answers: Sequence[Answer], *, by: Actor, at: datetime) -> None:
    closed = next(answer for answer in answers if answer.verdict in (Verdict.HOLD, Verdict.BLOCK))
    reply.move(ReplyState.HELD)
    reply.trouble, reply.trouble_code = closed.sentence[:500], closed.gate
    reply.save()
    record(ReplyHeld(reply.conversation_id, reply.pk, closed.gate), by=by, at=at)


@transaction.atomic
def release_held(*, reply_id: int, by: Actor, at: datetime) -> Reply:
    """Put a held or failed reply back into the queue; the gates are asked again when it leaves.

    It counts as queued now: whoever does this has seen what came in until now.
    """
    by.must_either(*ANSWERS)
    reply = Reply.objects.lock(reply_id)
    by.must(Permission.REPLY_PRIVATE if reply.private else Permission.REPLY_PUBLIC)
    reply.move(ReplyState.QUEUED)
    reply.queued_at = reply.release_at = at
    reply.trouble, reply.trouble_code, reply.settled_at = "", "", None
    reply.save()
    record(ReplyQueued(reply.conversation_id, reply.pk, reply.release_at, ()), by=by, at=at)
    return reply


@transaction.atomic
def put_back(*, reply_id: int, why: str, retry_at: datetime, by: Actor, at: datetime) -> Reply:
    """It certainly did not leave: queue it again for later."""
    by.must(Permission.REPLY_PUBLIC)
    reply = Reply.objects.lock(reply_id)
    reply.move(ReplyState.QUEUED)
    reply.release_at, reply.trouble, reply.trouble_code, reply.next_check_at = (
        retry_at,
        why[:500],
        "unavailable",
        None,
    )
    reply.save()
    record(ReplyQueued(reply.conversation_id, reply.pk, retry_at, ()), by=by, at=at)
    return reply


@transaction.atomic
def fail_reply(*, reply_id: int, why: str, code: str, by: Actor, at: datetime) -> Reply:
    """It certainly did not leave and will not: a person must act."""
    by.must(Permission.REPLY_PUBLIC)
    reply = Reply.objects.lock(reply_id)
    reply.move(ReplyState.FAILED)
    reply.trouble, reply.trouble_code = why[:500], code
    reply.settled_at, reply.next_check_at = at, None
    reply.save()
    record(ReplyFailed(reply.conversation_id, reply.pk, code), by=by, at=at)
    return reply


@transaction.atomic
def doubt_reply(*, reply_id: int, why: str, by: Actor, at: datetime) -> Reply:
    """Nobody knows whether it left: mark it, tell the person, and read the thread back later."""
    by.must(Permission.REPLY_PUBLIC)
    reply = Reply.objects.lock(reply_id)
    if reply.state == ReplyState.UNKNOWN:
        reply.checks += 1
        reply.next_check_at = at + FIRST_CHECK * 2 ** min(reply.checks, GIVE_UP_AFTER)
        if reply.checks >= GIVE_UP_AFTER:
            reply.next_check_at = None
            reply.trouble = (
                "The network does not tell whether this answer stands there. Look at the thread, then decide."
            )
        reply.save()
        return reply
    reply.move(ReplyState.UNKNOWN)
    reply.trouble, reply.trouble_code, reply.next_check_at = why[:500], "unknown_outcome", at + FIRST_CHECK
    reply.save()
    record(ReplyUnknown(reply.conversation_id, reply.pk), by=by, at=at)
    return reply


@transaction.atomic
def confirm_reply(
    *, reply_id: int, sent: SentReply, read_back: bool, rules: HouseRules, by: Actor, at: datetime
) -> Message:
    """It stands on the network: write it into the thread, which stops the clock."""
    by.must(Permission.REPLY_PUBLIC)
    channel_id = Reply.objects.values_list("conversation__channel_id", flat=True).get(pk=reply_id)
    lock_channel(channel_id)  # from here on no message can join its conversation to another
    conversation = Conversation.objects.lock(Reply.objects.get(pk=reply_id).conversation_id)
    reply = Reply.objects.lock(reply_id)
    if reply.state == ReplyState.CONFIRMED:
        return Message.objects.get(pk=reply.message_id or 0)
    reply.move(ReplyState.CONFIRMED)
    message, merged = _stand(reply, conversation, sent, at=at)
    reply.external_id, reply.message_id = sent.external_id, message.pk
    reply.settled_at, reply.next_check_at, reply.trouble, reply.trouble_code = at, None, "", ""
    reply.save()
    record(ReplyConfirmed(conversation.pk, reply.pk, message.pk, read_back), by=by, at=at)
    record_all(merged, by=by, at=at)
    absorbed = [event.absorbed_id for event in merged if isinstance(event, ConversationMerged)]
    refold([conversation.pk, *absorbed], rules=rules, by=by, at=at)
    return message


def _stand(
    reply: Reply, conversation: Conversation, sent: SentReply, *, at: datetime
) -> tuple[Message, list[Event]]:
    """The reply as a message of the thread. Where a poll has brought it already, that row becomes ours.

    If the poll put it into a conversation of its own, the two are one.
    """
    target = Message.objects.get(pk=reply.to_message_id)
    native = Message.objects.filter(
        channel_id=conversation.channel_id, external_id=sent.external_id, direction=Direction.OUTBOUND
    ).first()
    elsewhere = {native.conversation_id} - {conversation.pk} if native is not None else set()
    merged = absorb(conversation.pk, elsewhere)
    conversation.refresh_from_db()
    facts = {
        "conversation": conversation,
        "direction": Direction.OUTBOUND,
        "source": Source.RAPPORT if reply.actor_kind != "robot" else Source.AUTOMATION,
        "sent_by_id": reply.written_by_id,
        "text": reply.text,
    }
    if native is not None:
        Message.objects.filter(pk=native.pk).update(**facts)
        return native, merged
    message = Message.objects.create(
        **facts,
        channel_id=conversation.channel_id,
        external_id=sent.external_id,
        kind="direct_message" if reply.private else "reply",
        in_reply_to=target.external_id,
        private=reply.private,
        url=sent.url,
        sent_at=_not_before(target.sent_at, sent.sent_at, reply.sending_at or at),
        received_at=at,
    )
    return message, merged


def _not_before(asked_at: datetime, told: datetime, ours: datetime) -> datetime:
    """When it was published: the network's word, unless its clock says that the answer came before the question."""
    return told if told >= asked_at else max(asked_at, ours)
