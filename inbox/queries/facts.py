"""What the gates may know about a reply, read in one place for the composer and for the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from inbox.connectors import connector_class
from inbox.gates import ReplyFacts
from inbox.models import Conversation, Message, Reply
from inbox.models.reply import ReplyQuerySet
from inbox.states import ON_ITS_WAY, Direction
from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.models import User
from tenants.models import NetworkPolicy


def reply_facts(
    *,
    conversation: Conversation,
    text: str,
    private: bool,
    by: Actor | None,
    at: datetime,
    seen_message_id: int | None = None,
    sent_anyway: bool = False,
    itself: Reply | None = None,
) -> ReplyFacts:
    """Facts about a text that somebody wants to say. `itself` is the reply when it is in the outbox already.

    `seen_message_id` is the newest message the writer has seen; None asks nothing about newer ones.
    """
    channel = conversation.channel
    policy = policy_for(channel.network, private=private, at=at)
    capabilities = connector_class(channel.connector).capabilities
    newer = Message.objects.filter(conversation=conversation, id__gt=seen_message_id or 0)
    seen_all = seen_message_id is None
    target = _target(conversation, itself)
    return ReplyFacts(
        text=text,
        private=private,
        network=channel.network,
        at=at,
        text_limit=policy.text_limit if policy else capabilities.default_text_limit,
        counting=policy.counting if policy else capabilities.counting.value,
        byte_limit=policy.byte_limit if policy else None,
        window_hours=policy.reply_window_hours if policy else None,
        human_window_hours=policy.human_window_hours if policy else None,
        last_inbound_at=conversation.last_inbound_at,
        channel_can_publish=capabilities.publishes,
        channel_name=channel.name,
        channel_paused_because=channel.paused_reason or "",
        parent_deleted=target is not None and target.deleted_at is not None,
        same_text_last_hour=_same_text(conversation, text, at, itself),
        already_said_here=_already_said(conversation, text, itself),
        newer_inbound=0
        if seen_all
        else newer.filter(direction=Direction.INBOUND, deleted_at__isnull=True).count(),
        newer_outbound=0 if seen_all else newer.filter(direction=Direction.OUTBOUND).count(),
        on_its_way=_others(conversation, itself)
        .filter(state__in=[state.value for state in ON_ITS_WAY])
        .count(),
        claimed_by=_claimant(conversation, by, at),
        sent_anyway=sent_anyway,
        author_is_human=by is None or by.kind is not ActorKind.ROBOT,
    )


def policy_for(network: str, *, private: bool, at: datetime) -> NetworkPolicy | None:
    """What the network permits on this day for this kind of item: the special rule before the general one."""
    item = "direct_message" if private else ""
    today = Q(valid_from__lte=at.date()) & (Q(valid_until__isnull=True) | Q(valid_until__gt=at.date()))
    rules = NetworkPolicy.objects.filter(today, network=network, item__in=["", item])
    return rules.order_by("-item", "-valid_from").first()


def _target(conversation: Conversation, itself: Reply | None) -> Message | None:
    if itself is not None:
        return Message.objects.filter(pk=itself.to_message_id).first()
    inbound = Message.objects.filter(conversation=conversation, direction=Direction.INBOUND)
    alive = inbound.filter(deleted_at__isnull=True).order_by("-sent_at", "-id").first()
    return alive or inbound.order_by("-sent_at", "-id").first()


def _others(conversation: Conversation, itself: Reply | None) -> ReplyQuerySet:
    rows = Reply.objects.filter(conversation=conversation)
    return rows.exclude(pk=itself.pk) if itself is not None else rows


def _same_text(conversation: Conversation, text: str, at: datetime, itself: Reply | None) -> int:
    rows = Reply.objects.filter(
        conversation__channel_id=conversation.channel_id, queued_at__gte=at - timedelta(hours=1), text=text
    ).exclude(state__in=["undone", "failed"])
    return (rows.exclude(pk=itself.pk) if itself is not None else rows).count()


def _already_said(conversation: Conversation, text: str, itself: Reply | None) -> bool:
    said = Message.objects.filter(conversation=conversation, direction=Direction.OUTBOUND, text=text).exists()
    return (
        said
        or _others(conversation, itself).filter(text=text).exclude(state__in=["undone", "failed"]).exists()
    )


def _claimant(conversation: Conversation, by: Actor | None, at: datetime) -> str:
    me = by.user_id if by is not None else None
    if not conversation.is_claimed_by_another(me, at):
        return ""
    user = User.objects.filter(pk=conversation.claimed_by_id or 0).first()
    return str(user) if user else "Somebody"
