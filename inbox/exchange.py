"""Talking to the outside: the network first, then one action. Never a transaction around the talking."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from inbox.actions import channels, reply
from inbox.connectors import connect
from inbox.connectors.ports import (
    BadSettings,
    Network,
    OutgoingReply,
    Refused,
    SentReply,
    Unavailable,
    Unsettled,
)
from inbox.models import Channel, Message, Reply
from inbox.queries.facts import reply_facts
from inbox.states import ReplyState
from inbox.wiring import gates, house_rules
from tenants.accounts.actors import RECEIVER, SENDER
from tenants.kernel import vault

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LATER = timedelta(seconds=30)
NOT_THERE_AFTER = 3
"""Read-backs that must agree before "not there" is believed: networks show new items with a delay."""

Clock = Callable[[], datetime]


def network_for(channel: Channel, http: httpx.Client) -> Network:
    """The channel's connector with its credentials opened. Raises Refused where a setting is wrong."""
    try:
        return connect(channel.connector, vault.unseal(channel.sealed), http)
    except BadSettings as error:
        raise Refused(f"{channel.name} is not set up to the end: {error}", code="not_permitted") from error


# --- Polling ---------------------------------------------------------------------------------------


def poll_channel(*, channel: Channel, client_id: int, now: Clock) -> None:
    """Fetch one page, store it as a receipt, and move the cursor with it."""
    with httpx.Client(timeout=TIMEOUT) as http:
        try:
            page = network_for(channel, http).poll(channel.cursor)
        except Unavailable as error:
            wait = timedelta(seconds=error.retry_after or 300)
            channels.mark_trouble(
                channel_id=channel.pk, why=str(error), next_poll_at=now() + wait, by=RECEIVER, at=now()
            )
            return
        except Refused as error:
            channels.pause(channel_id=channel.pk, why=str(error), by=RECEIVER, at=now())
            return
    channels.store_page(channel_id=channel.pk, client_id=client_id, page=page, by=RECEIVER, at=now())


# --- Sending ---------------------------------------------------------------------------------------


def send_due(*, now: Clock) -> int:
    """Publish every reply whose undo time is over; returns how many were attempted."""
    due = Reply.objects.filter(state=ReplyState.QUEUED, release_at__lte=now()).order_by("release_at")
    sent = 0
    with httpx.Client(timeout=TIMEOUT) as http:
        for pk in list(due.values_list("pk", flat=True)[:500]):
            try:
                sent += _send_one(pk, http=http, now=now)
            except (
                Exception
            ):  # one reply's trouble must not hold up the others; it is settled by reading back
                log.exception("A reply could not be sent", extra={"reply": pk})
    return sent


def _send_one(reply_id: int, *, http: httpx.Client, now: Clock) -> int:
    row = Reply.objects.select_related("conversation__channel").get(pk=reply_id)
    facts = reply_facts(
        conversation=row.conversation, text=row.text, private=row.private, by=None, at=now(), itself=row
    )
    begun = reply.begin_sending(reply_id=reply_id, gates=gates(), facts=facts, by=SENDER, at=now())
    if begun is None:
        return 0
    channel = row.conversation.channel
    try:
        sent = network_for(channel, http).publish(outgoing(row), key=str(row.key))
    except Unavailable as error:
        wait = timedelta(seconds=error.retry_after) if error.retry_after else LATER
        reply.put_back(reply_id=reply_id, why=str(error), retry_at=now() + wait, by=SENDER, at=now())
    except Refused as error:
        reply.fail_reply(reply_id=reply_id, why=str(error), code=error.code, by=SENDER, at=now())
    except Unsettled as error:
        reply.doubt_reply(reply_id=reply_id, why=str(error), by=SENDER, at=now())
    else:
        _confirm(reply_id, sent, read_back=False, now=now)
    return 1


def outgoing(row: Reply) -> OutgoingReply:
    target = Message.objects.get(pk=row.to_message_id)
    thread = (
        row.conversation.thread_key.removeprefix("t:") if row.conversation.thread_key.startswith("t:") else ""
    )
    return OutgoingReply(row.text, in_reply_to=target.external_id, thread_id=thread, private=row.private)


def _confirm(reply_id: int, sent: SentReply, *, read_back: bool, now: Clock) -> None:
    reply.confirm_reply(
        reply_id=reply_id, sent=sent, read_back=read_back, rules=house_rules(), by=SENDER, at=now()
    )


def settle_unknown(*, now: Clock) -> int:
    """Read back every reply whose outcome nobody knows, those of senders that died among them."""
    at = now()
    unsettled = [ReplyState.UNKNOWN, ReplyState.SENDING, ReplyState.SENT_UNVERIFIED]
    rows = Reply.objects.filter(state__in=unsettled, next_check_at__lte=at).select_related(
        "conversation__channel"
    )
    settled = 0
    with httpx.Client(timeout=TIMEOUT) as http:
        for row in rows.order_by("next_check_at")[:500]:
            try:
                settled += _settle_one(_doubted(row, at=at), http=http, now=now)
            except Exception:  # as above: the next round asks again
                log.exception("A reply could not be settled", extra={"reply": row.pk})
    return settled


def _doubted(row: Reply, *, at: datetime) -> Reply:
    """The reply as unknown, when its sender died while it was sending."""
    if row.state != ReplyState.SENDING:
        return row
    why = "The sender stopped before it could tell what happened."
    return reply.doubt_reply(reply_id=row.pk, why=why, by=SENDER, at=at)


def _settle_one(row: Reply, *, http: httpx.Client, now: Clock) -> int:
    try:
        network = network_for(row.conversation.channel, http)
        if not network.capabilities.reads_back:
            reply.doubt_reply(reply_id=row.pk, why=row.trouble, by=SENDER, at=now())
            return 0
        found = network.find_published(outgoing(row), key=str(row.key))
    except (Unavailable, Refused):
        reply.doubt_reply(reply_id=row.pk, why=row.trouble, by=SENDER, at=now())
        return 0
    if found is not None:
        _confirm(row.pk, found, read_back=True, now=now)
        return 1
    if row.checks < NOT_THERE_AFTER:
        reply.doubt_reply(reply_id=row.pk, why=row.trouble, by=SENDER, at=now())
        return 0
    why = (
        "The network says that this answer does not stand there. Nothing was published; "
        "send it again if it is still right."
    )
    reply.fail_reply(reply_id=row.pk, why=why, code="not_published", by=SENDER, at=now())
    return 1
