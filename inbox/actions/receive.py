"""Receiving: what networks handed over becomes messages, conversations and cycles, exactly once.

A batch belongs to one channel and takes a fixed number of statements, whatever its size. Batches of one
channel wait for each other (an advisory lock held until commit), which is what makes "one conversation
per thread" and "one message per item" true without retries; the unique constraints stand behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from inbox import threads
from inbox.actions import arrivals, asked_again, judge
from inbox.actions.arrivals import Arrival, News
from inbox.actions.merge import absorb
from inbox.actions.refold import refold
from inbox.connectors.ports import IncomingMessage
from inbox.evaluation import Evaluation, Evaluator, HouseRules
from inbox.events import (
    ConversationMerged,
    ConversationOpened,
    ItemBackfilled,
    ItemDeletedExternally,
    ItemReceived,
    NativeReplyDetected,
)
from inbox.models import Channel, Conversation, Message
from inbox.states import Direction, Source, Stage, Status
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel import bulk
from tenants.ledger.recorder import Event, record_all

RECEIVING = 7001
"""First half of the advisory lock's key; the second is the channel."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a batch."""

    new: int = 0
    known: int = 0
    edited: int = 0
    deleted: int = 0
    message_ids: tuple[int, ...] = ()


@transaction.atomic
def receive_messages(
    *,
    channel: Channel,
    messages: Sequence[IncomingMessage],
    rules: HouseRules,
    evaluate: Evaluator,
    by: Actor,
    at: datetime,
) -> Received:
    """Take in a batch of one channel. Safe to repeat; edits and deletions may come before what they change."""
    by.must(Permission.RECEIVE)
    lock_channel(channel.pk)
    news = arrivals.sort_out(channel.pk, messages)
    fresh = news.fresh
    if news.filled:
        Message.objects.filter(pk__in=news.filled).delete()
    anew = asked_again.find(news.changed)
    changes = [*arrivals.write_changes(news.changed)]
    changes += judge.judge_edits(news, channel=channel, rules=rules, evaluate=evaluate, anew=anew.keys())
    asked_again.write(anew)
    authors = _upsert_authors(channel.network, fresh)
    found = judge.judge_fresh(news, channel=channel, authors=authors, rules=rules, evaluate=evaluate)
    placed, events = _place(channel, fresh, news.known, authors)
    ids = bulk.reserve_ids(Message, len(fresh))
    _insert(channel, fresh, ids, placed, authors, found, at)
    events += _arrival_events(channel, fresh, ids, placed, found)
    record_all([*events, *changes], by=by, at=at)
    spoken_in = _spoken_in(fresh, placed) | asked_again.conversations(news.changed, anew)
    refold(_touched(news, placed, events), spoken_in=spoken_in, rules=rules, by=by, at=at)
    gone = sum(arrival.bare for arrival in fresh) + sum(change.is_deletion for change in news.changed)
    return Received(
        new=len(fresh) - sum(arrival.bare for arrival in fresh),
        known=news.items - len(fresh),
        edited=sum(change.is_edit for change in news.changed),
        deleted=gone,
        message_ids=tuple(ids),
    )


def _touched(news: News, placed: Sequence[int], events: Sequence[Event]) -> list[int]:
    """The conversations that must be folded anew; those that lost their messages, too."""
    ids = {*placed, *(change.row.conversation_id for change in news.changed)}
    ids |= {event.absorbed_id for event in events if isinstance(event, ConversationMerged)}
    return sorted(ids)


def _spoken_in(fresh: Sequence[Arrival], placed: Sequence[int]) -> set[int]:
    """The conversations in which somebody outside the brand has just said something."""
    return {
        conversation_id
        for arrival, conversation_id in zip(fresh, placed, strict=True)
        if not arrival.outbound and not arrival.item.backfill and arrival.deleted_at is None
    }


def lock_channel(channel_id: int) -> None:
    """Wait for the channel's other batches; let go at the end of the transaction, never before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [RECEIVING, channel_id % 2**31])


# --- Who wrote ---------------------------------------------------------------------

UPSERT_AUTHORS = """
    INSERT INTO inbox_author AS old (network, external_id, name, handle, url, followers, is_brand,
                                     first_seen_at, last_seen_at, messages_count)
    SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::bool[],
                             %s::timestamptz[], %s::timestamptz[], %s::int[])
    ON CONFLICT (network, external_id) DO UPDATE SET
        name = {name}, handle = {handle}, url = {url}, followers = {followers},
        first_seen_at = LEAST(old.first_seen_at, EXCLUDED.first_seen_at),
        last_seen_at = GREATEST(old.last_seen_at, EXCLUDED.last_seen_at),
        messages_count = old.messages_count + EXCLUDED.messages_count
    RETURNING old.external_id, old.id, old.messages_count
"""


_NEWER = "EXCLUDED.last_seen_at >= old.last_seen_at"
_NEWEST = (
    "CASE WHEN {newer} THEN COALESCE(NULLIF(EXCLUDED.{0}, ''), old.{0}) "
    "ELSE COALESCE(NULLIF(old.{0}, ''), EXCLUDED.{0}) END"
)
UPSERT_AUTHORS = UPSERT_AUTHORS.format(
    **{name: _NEWEST.format(name, newer=_NEWER) for name in ("name", "handle", "url")},
    followers=f"CASE WHEN {_NEWER} THEN COALESCE(EXCLUDED.followers, old.followers) "
    "ELSE COALESCE(old.followers, EXCLUDED.followers) END",
)
"""What an author is called follows from the newest message, in whatever order they come in."""


def _upsert_authors(network: str, fresh: Sequence[Arrival]) -> dict[str, tuple[int, int]]:
    """External id → our id, and how many messages we had of this author before the batch."""
    seen: dict[str, list[Arrival]] = {}
    for arrival in fresh:
        if not arrival.bare:
            seen.setdefault(arrival.item.author.external_id, []).append(arrival)
    if not seen:
        return {}
    rows = []
    for name in sorted(seen):
        items = [arrival.item for arrival in seen[name]]
        author, times = max(items, key=lambda item: item.sent_at).author, [item.sent_at for item in items]
        rows.append(
            (
                name,
                author.name[:200],
                author.handle[:200],
                author.url[:1000],
                author.followers,
                author.is_brand,
                min(times),
                max(times),
                len(items),
            )
        )
    with connection.cursor() as cursor:
        cursor.execute(UPSERT_AUTHORS, [network, *(list(column) for column in zip(*rows, strict=True))])
        return {name: (pk, total - len(seen[name])) for name, pk, total in cursor.fetchall()}


# --- Where it belongs ------------------------------------------------------------------------------


def _place(
    channel: Channel,
    fresh: Sequence[Arrival],
    known: threads.Known,
    authors: dict[str, tuple[int, int]],
) -> tuple[list[int], list[Event]]:
    """The conversation of each arrival; opens new ones and joins those that turn out to be one."""
    links = [threads.Link(one.item.external_id, one.item.thread_id, one.item.in_reply_to) for one in fresh]
    groups = threads.group(links, known)
    events: list[Event] = []
    placed = [0] * len(fresh)
    new = [group for group in groups if not group.conversations]
    ids = dict(zip((id(group) for group in new), bulk.reserve_ids(Conversation, len(new)), strict=True))
    rows = []
    for group in groups:
        if group.conversations:
            target = min(group.conversations)
            events += absorb(target, group.conversations - {target})
            _name_thread(target, group.key)
        else:
            target = ids[id(group)]
            rows.append(
                _new_conversation(target, channel, group.key, [fresh[n] for n in group.members], authors)
            )
            events.append(ConversationOpened(conversation_id=target, channel_id=channel.pk))
        for position in group.members:
            placed[position] = target
    bulk.copy_rows(Conversation, NEW_CONVERSATION, rows)
    return placed, events


def _name_thread(conversation_id: int, key: str) -> None:
    """A conversation that was joined by replies takes the network's name for it once that is told."""
    if key.startswith("t:"):
        nameless = Conversation.objects.filter(pk=conversation_id).exclude(thread_key__startswith="t:")
        nameless.update(thread_key=key[:300])


NEW_CONVERSATION = (
    "id channel_id thread_key author_id title preview status stage disposition disposition_reason "
    "disposition_proposed intent sentiment severity language priority priority_reasons tags opened_at "
    "last_message_at cycles_count messages_count version"
).split()


def _new_conversation(
    pk: int, channel: Channel, key: str, members: Sequence[Arrival], authors: dict[str, tuple[int, int]]
) -> tuple[Any, ...]:
    """The bare row; refold gives it everything that follows from its messages."""
    first = min((arrival.item for arrival in members), key=lambda item: item.sent_at)
    author_id = _author_id(first.author.external_id, authors)
    facts: list[object] = [Status.NEW.value, Stage.EVALUATE.value, "", "", True]
    facts += ["", "", "", "und", 0, "[]", []]
    times = (first.sent_at, first.sent_at)
    return (pk, channel.pk, key[:300], author_id, "", "", *facts, *times, 0, 0, 1)


def _author_id(name: str, authors: dict[str, tuple[int, int]]) -> int | None:
    """Nobody, where only the deletion of an item was told."""
    return authors[name][0] if name in authors else None


# --- Writing it down -------------------------------------------------------------------------------

NEW_MESSAGE = (
    "id channel_id conversation_id author_id external_id kind direction source title text url in_reply_to "
    "attachments private rating sent_at received_at edited_at deleted_at backfill"
).split() + list(judge.EVALUATION)


def _insert(
    channel: Channel,
    fresh: Sequence[Arrival],
    ids: Sequence[int],
    placed: Sequence[int],
    authors: dict[str, tuple[int, int]],
    evaluations: dict[int, Evaluation],
    at: datetime,
) -> None:
    rows = [
        (ids[n], channel.pk, placed[n], *_message_row(arrival, authors, evaluations.get(n), at))
        for n, arrival in enumerate(fresh)
    ]
    bulk.copy_rows(Message, NEW_MESSAGE, rows)


def _message_row(
    arrival: Arrival, authors: dict[str, tuple[int, int]], evaluation: Evaluation | None, at: datetime
) -> tuple[Any, ...]:
    item, gone = arrival.item, arrival.deleted_at is not None
    direction = Direction.OUTBOUND if arrival.outbound else Direction.INBOUND
    said = ("", "", "[]") if gone else (item.title[:300], item.text, bulk.json(item.attachments))
    author_id = None if arrival.bare else _author_id(item.author.external_id, authors)
    return (
        author_id,
        item.external_id,
        item.kind.value,
        direction.value,
        Source.NETWORK.value,
        said[0],
        said[1],
        item.url[:2000],
        item.in_reply_to,
        said[2],
        item.private,
        item.rating,
        item.sent_at,
        at,
        arrival.edited_at,
        arrival.deleted_at,
        item.backfill or arrival.bare,
        *judge.evaluation_columns(evaluation),
    )


def _arrival_events(
    channel: Channel,
    fresh: Sequence[Arrival],
    ids: Sequence[int],
    placed: Sequence[int],
    evaluations: dict[int, Evaluation],
) -> list[Event]:
    events: list[Event] = []
    for position, arrival in enumerate(fresh):
        conversation_id, message_id = placed[position], ids[position]
        direction = Direction.OUTBOUND.value if arrival.outbound else Direction.INBOUND.value
        if arrival.deleted_at is not None:
            events.append(ItemDeletedExternally(conversation_id, message_id))
        if arrival.bare:
            continue
        if arrival.item.backfill:
            events.append(ItemBackfilled(conversation_id, message_id, channel.pk, direction))
            continue
        found = evaluations.get(position)
        events.append(
            ItemReceived(
                conversation_id=conversation_id,
                message_id=message_id,
                channel_id=channel.pk,
                direction=direction,
                disposition=found.disposition.value if found else "",
                proposed=found.proposed if found else True,
                reason=found.reason if found else "",
                version=found.version if found else "",
            )
        )
        if arrival.outbound:
            events.append(NativeReplyDetected(conversation_id=conversation_id, message_id=message_id))
    return events
