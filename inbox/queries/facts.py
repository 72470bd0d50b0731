"""What the gates may know about a reply, read in one place for the composer and for the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from inbox.connectors import connector_class
from inbox.gates import ReplyFacts
from inbox.models import Conversation, Message, Reply
from inbox.models.reply import ReplyQuerySet
from inbox.states import ON_ITS_WAY, Direction, ReplyState
from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.models import ApiToken, User
from tenants.accounts.permissions import Permission
from tenants.accounts.queries import seated_actor
from tenants.models import NetworkPolicy
from tenants.queries import current_client


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

    `seen_message_id` is the newest message the writer has seen; None asks nothing about newer ones. For a reply
    in the outbox the question is what was said since it was queued: what stood there before was judged then.
    """
    channel = conversation.channel
    policy = policy_for(channel.network, private=private, at=at)
    capabilities = connector_class(channel.connector).capabilities
    newer = Message.objects.filter(conversation=conversation)
    newer = (
        newer.filter(received_at__gt=itself.queued_at)
        if itself
        else newer.filter(id__gt=seen_message_id or 0)
    )
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
        newer_outbound=0
        if seen_all and itself is None
        else newer.filter(direction=Direction.OUTBOUND).count(),
        on_its_way=on_its_way(conversation, itself),
        unsettled=unsettled(conversation, itself),
        writer_may=_writer_may(by, itself, private=private, at=at),
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


def answers_in_private(conversation: Conversation) -> bool:
    """What was said in private is answered in private."""
    said = Message.objects.filter(
        conversation=conversation, direction=Direction.INBOUND, deleted_at__isnull=True
    )
    newest = said.order_by("-sent_at", "-id").values_list("private", flat=True).first()
    return bool(newest)


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
    said = Message.objects.filter(conversation=conversation, direction=Direction.OUTBOUND, text=text)
    leaving = _others(conversation, itself).filter(text=text).exclude(state__in=["undone", "failed"])
    if itself is not None:
        said = said.filter(received_at__gt=itself.queued_at)
        leaving = leaving.filter(queued_at__gt=itself.queued_at)
    return said.exists() or leaving.exists()


def on_its_way(conversation: Conversation, itself: Reply | None = None) -> int:
    """Other answers that have not come to an end and still move by themselves or wait for somebody."""
    states = [state.value for state in ON_ITS_WAY]
    return _others(conversation, itself).filter(state__in=states).exclude(_GIVEN_UP).count()


def unsettled(conversation: Conversation, itself: Reply | None = None) -> int:
    """Other answers of which the network never told whether they stand: no machine asks any more."""
    return _others(conversation, itself).filter(_GIVEN_UP).count()


_GIVEN_UP = Q(state=ReplyState.UNKNOWN, next_check_at__isnull=True)


def _writer_may(by: Actor | None, itself: Reply | None, *, private: bool, at: datetime) -> bool:
    """Whether the writer has the right at this instant; for a reply in the outbox it is looked up again."""
    right = Permission.REPLY_PRIVATE if private else Permission.REPLY_PUBLIC
    if itself is None:
        return by is None or by.may(right)
    if itself.actor_kind == ActorKind.TOKEN:
        return _token_may(itself.actor_id, right, at)
    if itself.written_by_id is None:
        return True
    user = User.objects.filter(pk=itself.written_by_id, is_active=True).first()
    seated = seated_actor(user, client_id=current_client().pk) if user else None
    return seated is not None and seated.may(right)


def _token_may(prefix: str, right: Permission, at: datetime) -> bool:
    good = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
    token = ApiToken.objects.filter(good, prefix=prefix, revoked_at__isnull=True).first()
    return token is not None and right.value in token.permissions


def _claimant(conversation: Conversation, by: Actor | None, at: datetime) -> str:
    me = by.user_id if by is not None else None
    if not conversation.is_claimed_by_another(me, at):
        return ""
    user = User.objects.filter(pk=conversation.claimed_by_id or 0).first()
    return str(user) if user else "Somebody"
