"""What a batch says, item by item, beside what we have: an item is new, known, changed or gone.

The same facts in any order and any split give the same rows. So the newest wording wins wherever it stands,
a deletion stays a deletion, and one that overtakes its item leaves a bare row which the item fills later.
Only of two wordings that claim the same moment the one that arrives last wins: nothing else tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inbox import threads
from inbox.actions.identity import Key, identified
from inbox.connectors.ports import Change, IncomingMessage
from inbox.events import ItemDeletedExternally, ItemEdited
from inbox.models import Conversation, Message
from inbox.states import Direction, Source
from tenants.kernel import bulk
from tenants.ledger.recorder import Event


@dataclass(slots=True)
class Arrival:
    """Everything a batch says about one item, however often and in whatever order it said it."""

    item: IncomingMessage
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    bare: bool = False
    """Nothing but its deletion was told: who wrote it, and when, is not known yet."""

    @property
    def outbound(self) -> bool:
        return self.item.author.is_brand


@dataclass(frozen=True, slots=True)
class Stored:
    """A message we have already."""

    id: int
    conversation_id: int
    edited_at: datetime | None
    deleted_at: datetime | None
    outbound: bool
    bare: bool
    decided_by: str


@dataclass(slots=True)
class Changed:
    """A message we have, and how it changes."""

    row: Stored
    item: IncomingMessage
    edited_at: datetime | None
    deleted_at: datetime | None
    reworded: bool = False
    """Other words than the stored ones, which claim the same moment."""

    @property
    def is_edit(self) -> bool:
        """New words that anybody will see."""
        return self.deleted_at is None and (self.reworded or self.edited_at != self.row.edited_at)

    @property
    def is_deletion(self) -> bool:
        return self.row.deleted_at is None and self.deleted_at is not None


@dataclass(slots=True)
class News:
    """A batch, sorted out."""

    known: threads.Known
    outbound: set[str] = field(default_factory=set)
    """External ids of what the brand has said, among the items and what they answer."""
    fresh: list[Arrival] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)
    """Bare rows whose item is among the fresh ones: it takes their place."""
    items: int = 0


def sort_out(channel_id: int, messages: Sequence[IncomingMessage]) -> News:
    """Compare a batch with what the channel holds."""
    arrivals = _gather(identified(channel_id, messages))
    stored, ours, parents = _look_up(channel_id, [arrival.item for arrival in arrivals.values()])
    by_name = {name: row for (name, _), row in stored.items()}
    names = {name: row.conversation_id for name, row in by_name.items()}
    in_threads = _look_up_threads(channel_id, {arrival.item.thread_id for arrival in arrivals.values()})
    news = News(threads.Known(names, parents, in_threads), items=len(arrivals))
    news.outbound = {name for name, row in by_name.items() if row.outbound}
    ties: list[tuple[Stored, Arrival]] = []
    for key, arrival in arrivals.items():
        row = stored.get(key) or (ours.get(key[0]) if arrival.outbound else None)
        if row is None:
            news.fresh.append(arrival)
        elif row.bare and not arrival.bare:
            arrival.deleted_at = _earlier(row.deleted_at, arrival.deleted_at)
            news.filled.append(row.id)
            news.fresh.append(arrival)
        elif (change := _change(row, arrival)) is not None:
            news.changed.append(change)
        elif _claims_the_same_moment(row, arrival):
            ties.append((row, arrival))
    news.changed += _reworded(ties)
    return news


def _gather(messages: Iterable[IncomingMessage]) -> dict[Key, Arrival]:
    arrivals: dict[Key, Arrival] = {}
    for message in messages:
        told_at = message.changed_at or message.sent_at
        new = Arrival(message)
        if message.change is Change.EDITED:
            new.edited_at = told_at
        if message.change is Change.DELETED:
            new.deleted_at, new.bare = told_at, True
        key = (message.external_id, message.kind.value)
        arrivals[key] = _join(arrivals[key], new) if key in arrivals else new
    return arrivals


def _join(one: Arrival, other: Arrival) -> Arrival:
    """Two tellings of one item. The one edited last has the words; a deletion stays."""
    told = [arrival for arrival in (one, other) if not arrival.bare]
    best = told[0] if told else one
    if len(told) > 1 and other.edited_at is not None:
        best = other if one.edited_at is None or other.edited_at >= one.edited_at else one
    gone = _earlier(one.deleted_at, other.deleted_at)
    return Arrival(best.item, best.edited_at, gone, bare=not told)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _change(row: Stored, arrival: Arrival) -> Changed | None:
    """What a known item's arrival changes: an old edit, or one deletion more, changes nothing."""
    newer = arrival.edited_at is not None and (row.edited_at is None or arrival.edited_at > row.edited_at)
    edited_at = arrival.edited_at if newer else row.edited_at
    deleted_at = _earlier(row.deleted_at, arrival.deleted_at)
    if (edited_at, deleted_at) == (row.edited_at, row.deleted_at):
        return None
    return Changed(row, arrival.item, edited_at, deleted_at)


def _claims_the_same_moment(row: Stored, arrival: Arrival) -> bool:
    return row.deleted_at is None and arrival.edited_at is not None and arrival.edited_at == row.edited_at


def _reworded(ties: Sequence[tuple[Stored, Arrival]]) -> list[Changed]:
    """Of edits that claim the moment of the stored one, those with other words."""
    if not ties:
        return []
    rows = Message.objects.filter(pk__in=[row.id for row, _ in ties])
    said = {pk: (title, text) for pk, title, text in rows.values_list("pk", "title", "text")}
    return [
        Changed(row, arrival.item, row.edited_at, None, reworded=True)
        for row, arrival in ties
        if said[row.id] != (arrival.item.title[:300], arrival.item.text)
    ]


# --- What we have ----------------------------------------------------------------------------------


def _look_up(
    channel_id: int, items: Sequence[IncomingMessage]
) -> tuple[dict[Key, Stored], dict[str, Stored], dict[str, frozenset[int]]]:
    """These items and their parents; what left through Rapport, by name; other answers to the same parents.

    A network may call our own reply by another kind than we did when it shows it to us again.
    """
    names = sorted(
        {item.external_id for item in items} | {item.in_reply_to for item in items if item.in_reply_to}
    )
    rows = Message.objects.filter(channel_id=channel_id, external_id__in=names).values_list(
        "external_id",
        "kind",
        "source",
        "author_id",
        "id",
        "conversation_id",
        "edited_at",
        "deleted_at",
        "direction",
        "disposition_by",
    )
    stored, ours = {}, {}
    for name, kind, source, author_id, pk, conversation_id, edited_at, deleted_at, direction, by in rows:
        bare = author_id is None and deleted_at is not None and source == Source.NETWORK
        outbound = direction == Direction.OUTBOUND
        row = Stored(pk, conversation_id, edited_at, deleted_at, outbound, bare, by)
        stored[name, kind] = row
        if source != Source.NETWORK:
            ours[name] = row
    parents: dict[str, set[int]] = {}
    answers = Message.objects.filter(channel_id=channel_id, in_reply_to__in=names).exclude(in_reply_to="")
    for name, conversation_id in answers.values_list("in_reply_to", "conversation_id"):
        parents.setdefault(name, set()).add(conversation_id)
    return stored, ours, {name: frozenset(ids) for name, ids in parents.items()}


def _look_up_threads(channel_id: int, names: set[str]) -> dict[str, int]:
    """The network's thread id → conversation. One that was merged leads to the one it joined."""
    keys = sorted(f"t:{name}" for name in names - {""})
    if not keys:
        return {}
    found = Conversation.objects.filter(channel_id=channel_id, thread_key__in=keys)
    rows = found.values_list("thread_key", "pk", "merged_into_id").order_by("pk")
    return {key[2:]: joined or pk for key, pk, joined in rows}


# --- Writing the changes ---------------------------------------------------------------------------

COLUMNS = {
    "id": "bigint",
    "edited_at": "timestamptz",
    "deleted_at": "timestamptz",
    "title": "text",
    "text": "text",
    "attachments": "jsonb",
}


def write_changes(changed: Sequence[Changed]) -> list[Event]:
    """Edits and deletions of messages we have, with one statement. A deletion takes the words away."""
    bulk.update_rows(Message, COLUMNS, [_row(change) for change in changed])
    events: list[Event] = []
    for change in changed:
        about = {"conversation_id": change.row.conversation_id, "message_id": change.row.id}
        if change.is_edit:
            events.append(ItemEdited(**about))
        if change.is_deletion:
            events.append(ItemDeletedExternally(**about))
    return events


def _row(change: Changed) -> tuple[Any, ...]:
    item, gone = change.item, change.deleted_at is not None
    said = ("", "", "[]") if gone else (item.title[:300], item.text, bulk.json(item.attachments))
    return (change.row.id, change.edited_at, change.deleted_at, *said)
