"""Talking to the outside: the network first, then one action. Never a transaction around the talking."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
from django.db import transaction

from inbox.actions import channels, reply
from inbox.connectors import connect, parse
from inbox.connectors.ports import (
    BadSettings,
    IncomingMessage,
    Network,
    OutgoingReply,
    Poisoned,
    Refused,
    SentReply,
    Unavailable,
    Unsettled,
)
from inbox.intake import take_in
from inbox.models import Channel, Message, Reply
from inbox.queries.facts import reply_facts
from inbox.states import ReplyState
from inbox.wiring import gates, house_rules
from tenants.accounts.actors import RECEIVER, SENDER
from tenants.kernel import vault
from tenants.models import Receipt, ReceiptState

log = logging.getLogger(__name__)

MOST_AT_ONCE = 1000
"""Items received in one transaction."""
RECEIPTS_AT_ONCE = 200
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LATER = timedelta(seconds=30)
NOT_THERE_AFTER = 3
"""Read-backs that must agree before "not there" is believed: networks show new items with a delay."""

Clock = Callable[[], datetime]
_Place = tuple[Receipt, int]
"""Where an item stood in a receipt."""


def network_for(channel: Channel, http: httpx.Client) -> Network:
    """The channel's connector with its credentials opened. Raises Refused where a setting is wrong."""
    try:
        return connect(channel.connector, vault.unseal(channel.sealed), http)
    except BadSettings as error:
        raise Refused(f"{channel.name} is not set up to the end: {error}", code="not_permitted") from error


# --- Reading receipts ------------------------------------------------------------------------------


def read_receipts(*, client_id: int, now: Clock) -> int:
    """Turn every waiting receipt of the current client into messages; returns how many items were new.

    A batch of receipts and what became of them is one transaction, so a killed worker leaves them waiting.
    """
    new = 0
    while True:
        with transaction.atomic():
            receipts = list(
                Receipt.objects.select_for_update(skip_locked=True)
                .filter(client_id=client_id, state=ReceiptState.WAITING)
                .order_by("id")[:RECEIPTS_AT_ONCE]
            )
            if not receipts:
                return new
            new += _read(receipts, at=now())


def _read(receipts: list[Receipt], *, at: datetime) -> int:
    rules, new = house_rules(), 0
    by_channel: dict[int, list[tuple[_Place, IncomingMessage]]] = {}
    for receipt in receipts:
        items = list(_parse(receipt))
        receipt.poisoned = [_told(item) for item in items if isinstance(item, Poisoned)]
        receipt.items, receipt.read_at, receipt.attempts = len(items), at, receipt.attempts + 1
        good = [((receipt, n), item) for n, item in enumerate(items) if isinstance(item, IncomingMessage)]
        by_channel.setdefault(receipt.channel_id or 0, []).extend(good)
    found = Channel.objects.in_bulk(by_channel)
    for channel_id, messages in sorted(by_channel.items()):
        if channel_id not in found:
            _set_aside([(place, "its channel is gone") for place, _ in messages])
            continue
        for start in range(0, len(messages), MOST_AT_ONCE):
            batch = messages[start : start + MOST_AT_ONCE]
            done, aside = take_in(channel=found[channel_id], items=batch, rules=rules, at=at)
            new += done
            _set_aside(aside)
        if found[channel_id].trouble or found[channel_id].healthy_at is None:
            channels.mark_healthy(channel_id=channel_id, by=RECEIVER, at=at)
    for receipt in receipts:
        nothing_good = receipt.poisoned and len(receipt.poisoned) >= receipt.items
        receipt.state = ReceiptState.POISONED if nothing_good else ReceiptState.READ
    Receipt.objects.bulk_update(receipts, ["poisoned", "items", "read_at", "attempts", "state"])
    return new


def _set_aside(broken: list[tuple[_Place, str]]) -> None:
    for (receipt, position), reason in broken:
        receipt.poisoned = [*receipt.poisoned, _told(Poisoned(position, reason))]


def _parse(receipt: Receipt) -> list[IncomingMessage | Poisoned]:
    """A parser never raises; should one do so after all, the receipt is set aside and stops nobody."""
    try:
        return list(parse(receipt.network, bytes(receipt.body)))
    except Exception as error:
        log.exception("A parser failed", extra={"receipt": receipt.pk})
        return [Poisoned(0, f"the parser failed: {type(error).__name__}: {error}")]


def _told(item: Poisoned) -> dict[str, object]:
    return {"position": item.position, "reason": item.reason, "excerpt": item.excerpt[:200]}


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
