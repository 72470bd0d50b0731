"""Receiving: what networks handed over becomes messages, conversations and cycles, exactly once.

A batch belongs to one channel and takes a fixed number of statements, whatever its size. Batches of one
channel wait for each other (an advisory lock held until commit), which is what makes "one conversation
per thread" and "one message per item" true without retries; the unique constraints stand behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from inbox import threads
from inbox.actions.refold import refold
from inbox.connectors.ports import Change, IncomingMessage
from inbox.evaluation import Evaluation, Evaluator, HouseRules, MessageFacts
from inbox.events import (
    ConversationMerged,
    ConversationOpened,
    ItemBackfilled,
    ItemDeletedExternally,
    ItemEdited,
    ItemReceived,
    NativeReplyDetected,
)
from inbox.models import Channel, Conversation, Message, Note, Reply
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


@dataclass(slots=True)
class _Arrival:
    """Everything a batch says about one item, however often and in whatever order it said it."""

    item: IncomingMessage
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    times: int = 1

    @property
    def outbound(self) -> bool:
        return self.item.author.is_brand


@dataclass(frozen=True, slots=True)
class _Stored:
    """A message we have already."""

    id: int
    conversation_id: int
    edited_at: datetime | None
    deleted_at: datetime | None
    outbound: bool


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
    arrivals = _gather(messages)
    stored, parents, in_threads = _look_up(channel.pk, [arrival.item for arrival in arrivals.values()])
    fresh = [arrival for key, arrival in arrivals.items() if key not in stored]
    changed = _apply_changes({stored[key]: arrival for key, arrival in arrivals.items() if key in stored})
    by_name = {name: row for (name, _), row in stored.items()}
    known = threads.Known({name: row.conversation_id for name, row in by_name.items()}, parents, in_threads)
    authors = _upsert_authors(channel.network, fresh)
    evaluations = _evaluate(channel, fresh, authors, by_name, rules, evaluate)
    placed, events = _place(channel, fresh, known, authors)
    ids = bulk.reserve_ids(Message, len(fresh))
    _insert(channel, fresh, ids, placed, authors, evaluations, at)
    events += _arrival_events(channel, fresh, ids, placed, evaluations)
    touched = {*placed, *(row.conversation_id for row, _ in changed)}
    touched |= {event.absorbed_id for event in events if isinstance(event, ConversationMerged)}
    new_inbound = {
        placed[position]
        for position, arrival in enumerate(fresh)
        if not arrival.outbound and not arrival.item.backfill and arrival.deleted_at is None
    }
    record_all([*events, *(event for _, event in changed)], by=by, at=at)
    refold(sorted(touched), spoken_in=new_inbound, rules=rules, by=by, at=at)
    edited = sum(isinstance(event, ItemEdited) for _, event in changed)
    return Received(len(fresh), len(arrivals) - len(fresh), edited, len(changed) - edited, tuple(ids))


def lock_channel(channel_id: int) -> None:
    """Wait for the channel's other batches; let go at the end of the transaction, never before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [RECEIVING, channel_id % 2**31])


# --- What the batch says ---------------------------------------------------------------------------


def _gather(messages: Iterable[IncomingMessage]) -> dict[tuple[str, str], _Arrival]:
    """One arrival per item: the newest wording, and whether it was deleted."""
    arrivals: dict[tuple[str, str], _Arrival] = {}
    for message in messages:
        new = _Arrival(message)
        if message.change is Change.EDITED:
            new.edited_at = message.changed_at or message.sent_at
        if message.change is Change.DELETED:
            new.deleted_at = message.changed_at or message.sent_at
        key = (message.external_id, message.kind.value)
        arrivals[key] = _join(arrivals[key], new) if key in arrivals else new
    return arrivals


def _join(one: _Arrival, other: _Arrival) -> _Arrival:
    """Two tellings of one item. The one edited last has the words; a deletion stays."""
    long_ago = one.item.sent_at.min.replace(tzinfo=one.item.sent_at.tzinfo)

    def weight(arrival: _Arrival) -> tuple[bool, datetime]:
        return (arrival.deleted_at is None, arrival.edited_at or long_ago)

    newest = max(other, one, key=weight)
    gone = [arrival.deleted_at for arrival in (one, other) if arrival.deleted_at is not None]
    return _Arrival(newest.item, newest.edited_at, min(gone) if gone else None, one.times + other.times)


def _look_up(
    channel_id: int, items: Sequence[IncomingMessage]
) -> tuple[dict[tuple[str, str], _Stored], dict[str, frozenset[int]], dict[str, int]]:
    """What we have of these items, of their parents, of other answers to the same parents, and of their threads."""
    names = sorted(
        {item.external_id for item in items} | {item.in_reply_to for item in items if item.in_reply_to}
    )
    rows = Message.objects.filter(channel_id=channel_id, external_id__in=names).values_list(
        "external_id", "kind", "id", "conversation_id", "edited_at", "deleted_at", "direction"
    )
    stored = {
        (row[0], row[1]): _Stored(row[2], row[3], row[4], row[5], row[6] == Direction.OUTBOUND)
        for row in rows
    }
    parents: dict[str, set[int]] = {}
    answers = Message.objects.filter(channel_id=channel_id, in_reply_to__in=names).exclude(in_reply_to="")
    for name, conversation_id in answers.values_list("in_reply_to", "conversation_id"):
        parents.setdefault(name, set()).add(conversation_id)
    keys = sorted({f"t:{item.thread_id}" for item in items if item.thread_id})
    found = Conversation.objects.filter(channel_id=channel_id, thread_key__in=keys, merged_into__isnull=True)
    in_threads = {key[2:]: pk for key, pk in found.values_list("thread_key", "pk")} if keys else {}
    return stored, {name: frozenset(found) for name, found in parents.items()}, in_threads


def _apply_changes(news: dict[_Stored, _Arrival]) -> list[tuple[_Stored, Event]]:
    """Edits and deletions of messages we have. A deletion takes the words away; an old edit changes nothing."""
    changed: list[tuple[_Stored, Event]] = []
    for row, arrival in news.items():
        if row.deleted_at is not None:
            continue
        if arrival.deleted_at is not None:
            Message.objects.filter(pk=row.id).update(
                deleted_at=arrival.deleted_at, text="", title="", attachments=[]
            )
            changed.append(
                (row, ItemDeletedExternally(conversation_id=row.conversation_id, message_id=row.id))
            )
        elif arrival.edited_at is not None and (row.edited_at is None or arrival.edited_at > row.edited_at):
            Message.objects.filter(pk=row.id).update(
                edited_at=arrival.edited_at, text=arrival.item.text, title=arrival.item.title[:300]
            )
            changed.append((row, ItemEdited(conversation_id=row.conversation_id, message_id=row.id)))
    return changed


# --- Who wrote, and what it is ---------------------------------------------------------------------

UPSERT_AUTHORS = """
    INSERT INTO inbox_author AS old (network, external_id, name, handle, url, followers, is_brand,
                                     first_seen_at, last_seen_at, messages_count)
    SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::bool[],
                             %s::timestamptz[], %s::timestamptz[], %s::int[])
    ON CONFLICT (network, external_id) DO UPDATE SET
        name = COALESCE(NULLIF(EXCLUDED.name, ''), old.name),
        handle = COALESCE(NULLIF(EXCLUDED.handle, ''), old.handle),
        url = COALESCE(NULLIF(EXCLUDED.url, ''), old.url),
        followers = COALESCE(EXCLUDED.followers, old.followers),
        first_seen_at = LEAST(old.first_seen_at, EXCLUDED.first_seen_at),
        last_seen_at = GREATEST(old.last_seen_at, EXCLUDED.last_seen_at),
        messages_count = old.messages_count + EXCLUDED.messages_count
    RETURNING old.external_id, old.id, old.messages_count
"""


def _upsert_authors(network: str, fresh: Sequence[_Arrival]) -> dict[str, tuple[int, int]]:
    """External id → our id, and how many messages we had of this author before the batch."""
    seen: dict[str, list[_Arrival]] = {}
    for arrival in fresh:
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


def _evaluate(
    channel: Channel,
    fresh: Sequence[_Arrival],
    authors: dict[str, tuple[int, int]],
    stored: dict[str, _Stored],
    rules: HouseRules,
    evaluate: Evaluator,
) -> dict[int, Evaluation]:
    """Position in the batch → evaluation, for what others said."""
    inbound = [n for n, arrival in enumerate(fresh) if not arrival.outbound and arrival.deleted_at is None]
    outbound = {arrival.item.external_id for arrival in fresh if arrival.outbound}
    outbound |= {name for name, row in stored.items() if row.outbound}
    texts: dict[str, set[str]] = {}
    for arrival in fresh:
        texts.setdefault(arrival.item.text, set()).add(arrival.item.author.external_id)
    facts = [_facts(channel, fresh[n].item, authors, outbound, texts) for n in inbound]
    return dict(zip(inbound, evaluate(facts, rules.brand), strict=True)) if facts else {}


def _facts(
    channel: Channel,
    item: IncomingMessage,
    authors: dict[str, tuple[int, int]],
    outbound: set[str],
    texts: dict[str, set[str]],
) -> MessageFacts:
    to_brand = item.in_reply_to in outbound
    return MessageFacts(
        key=item.external_id,
        network=channel.network,
        kind=item.kind.value,
        text=item.text,
        sent_at=item.sent_at,
        title=item.title,
        author_handle=item.author.handle,
        author_followers=item.author.followers,
        author_messages_before=authors[item.author.external_id][1],
        addressed_to_brand=item.addressed_to_brand or item.private or item.rating is not None or to_brand,
        reply_to_brand=to_brand,
        private=item.private,
        rating=item.rating,
        declared_language=item.language,
        same_text_before=len(texts[item.text]) - 1,
    )


# --- Where it belongs ------------------------------------------------------------------------------


def _place(
    channel: Channel,
    fresh: Sequence[_Arrival],
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
            events += _absorb(target, group.conversations - {target})
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


NEW_CONVERSATION = (
    "id channel_id thread_key author_id title preview status stage disposition disposition_reason "
    "disposition_proposed intent sentiment severity language priority priority_reasons tags opened_at "
    "last_message_at cycles_count messages_count version"
).split()


def _new_conversation(
    pk: int, channel: Channel, key: str, members: Sequence[_Arrival], authors: dict[str, tuple[int, int]]
) -> tuple[Any, ...]:
    """The bare row; refold gives it everything that follows from its messages."""
    first = min((arrival.item for arrival in members), key=lambda item: item.sent_at)
    author_id = authors[first.author.external_id][0]
    facts: list[object] = [Status.NEW.value, Stage.EVALUATE.value, "", "", True]
    facts += ["", "", "", "und", 0, "[]", []]
    times = (first.sent_at, first.sent_at)
    return (pk, channel.pk, key[:300], author_id, first.title[:300], "", *facts, *times, 0, 0, 1)


def _absorb(target: int, others: set[int]) -> list[Event]:
    """Join conversations that a late message proved to be one; the oldest row stays."""
    if not others:
        return []
    locked = Conversation.objects.select_for_update().filter(pk__in=[target, *others]).order_by("pk")
    tags = sorted({tag for row in locked for tag in row.tags})
    Message.objects.filter(conversation_id__in=others).update(conversation_id=target)
    Note.objects.filter(conversation_id__in=others).update(conversation_id=target)
    Reply.objects.filter(conversation_id__in=others).update(conversation_id=target)
    Conversation.objects.filter(pk__in=others).update(
        merged_into_id=target,
        status=Status.RESOLVED,
        stage=Stage.CLOSED,
        waiting_since=None,
        due_at=None,
        warn_at=None,
    )
    Conversation.objects.filter(pk=target).update(tags=tags)
    return [ConversationMerged(conversation_id=target, absorbed_id=other) for other in sorted(others)]


# --- Writing it down -------------------------------------------------------------------------------

NEW_MESSAGE = (
    "id channel_id conversation_id author_id external_id kind direction source title text url in_reply_to "
    "attachments private rating sent_at received_at edited_at deleted_at backfill disposition "
    "disposition_reason disposition_proposed disposition_by language sentiment intent severity evaluation"
).split()


def _insert(
    channel: Channel,
    fresh: Sequence[_Arrival],
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
    arrival: _Arrival, authors: dict[str, tuple[int, int]], evaluation: Evaluation | None, at: datetime
) -> tuple[Any, ...]:
    item, gone = arrival.item, arrival.deleted_at is not None
    direction = Direction.OUTBOUND if arrival.outbound else Direction.INBOUND
    said = ("", "", "[]") if gone else (item.title[:300], item.text, bulk.json(item.attachments))
    facts = _evaluation_columns(evaluation)
    return (
        authors[item.author.external_id][0],
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
        item.backfill,
        *facts,
    )


def _evaluation_columns(evaluation: Evaluation | None) -> tuple[Any, ...]:
    if evaluation is None:
        return ("", "", True, "", "und", "", "", "", "{}")
    return (
        evaluation.disposition.value,
        evaluation.reason,
        evaluation.proposed,
        f"triage {evaluation.version}"[:60],
        evaluation.language,
        evaluation.sentiment.value,
        evaluation.intent.value,
        evaluation.severity.value,
        bulk.json(_kept(evaluation)),
    )


def _kept(evaluation: Evaluation) -> dict[str, Any]:
    """What the machine thought, as it is shown and explained later."""
    return {
        "priority": evaluation.priority,
        "priority_reasons": [asdict(reason) for reason in evaluation.priority_reasons],
        "reasons": [asdict(reason) for reason in evaluation.reasons],
        "matches": [asdict(match) for match in evaluation.matches],
        "sentiment_score": evaluation.sentiment_score,
        "sentiment_confidence": evaluation.sentiment_confidence,
        "intent_confidence": evaluation.intent_confidence,
        "needs_human": evaluation.needs_human,
        "version": evaluation.version,
    }


def _arrival_events(
    channel: Channel,
    fresh: Sequence[_Arrival],
    ids: Sequence[int],
    placed: Sequence[int],
    evaluations: dict[int, Evaluation],
) -> list[Event]:
    events: list[Event] = []
    for position, arrival in enumerate(fresh):
        conversation_id, message_id = placed[position], ids[position]
        direction = Direction.OUTBOUND.value if arrival.outbound else Direction.INBOUND.value
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
