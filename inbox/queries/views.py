"""The views of the inbox: what each holds, in which order, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from inbox.connectors.reading import clean
from inbox.models import Conversation, Message
from inbox.models.conversation import ConversationQuerySet
from inbox.states import AT_WORK, Status
from tenants.kernel.errors import NotFound
from tenants.kernel.numbers import read_id, read_moment, read_number


@dataclass(frozen=True, slots=True)
class View:
    """One view. `ranked` views go by heat; the others by the last word said."""

    key: str
    label: str
    icon: str
    holds: Callable[[int | None, datetime], Q]
    ranked: bool = True
    shortcut: str = ""


def _at_work(at: datetime) -> Q:
    return Q(status__in=AT_WORK) & (Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=at))


VIEWS = (
    View("mine", "Mine", "user-round", lambda me, at: _at_work(at) & Q(assignee_id=me)),
    View("unassigned", "Unassigned", "inbox", lambda _, at: _at_work(at) & Q(assignee_id__isnull=True)),
    View("breaching", "Breaching", "alarm-clock", lambda _, at: _at_work(at) & Q(due_at__lte=at)),
    View("open", "All open", "layers", lambda _, at: _at_work(at)),
    View(
        "snoozed",
        "Snoozed",
        "alarm-clock-off",
        lambda _, at: Q(status=Status.SNOOZED, snoozed_until__gt=at),
        ranked=False,
    ),
    View(
        "waiting", "Waiting for them", "hourglass", lambda *_: Q(status=Status.WAITING_CUSTOMER), ranked=False
    ),
    View("filtered", "Filtered", "filter", lambda *_: Q(status=Status.SPAM), ranked=False),
    View("done", "Done", "check", lambda *_: Q(status=Status.RESOLVED), ranked=False),
)
BY_KEY = {view.key: view for view in VIEWS}


def view_for(key: str, *, names: dict[int, str]) -> View:
    """A view by its key; `channel-7` is the open work of one channel. Raises NotFound."""
    if key in BY_KEY:
        return BY_KEY[key]
    kind, _, number = key.partition("-")
    channel_id = read_id(number) if kind == "channel" else None
    if channel_id is not None and channel_id in names:
        return View(
            key, names[channel_id], "radio-tower", lambda _, at: _at_work(at) & Q(channel_id=channel_id)
        )
    raise NotFound(f"There is no view “{key[:40]}” here. Choose one from the list on the left.")


def conversations(
    view: View, *, me: int | None, query: str, at: datetime, private: bool = True
) -> ConversationQuerySet:
    """The view's conversations in its order. A search looks in everything, whatever the view (see `search`)."""
    rows = Conversation.objects.filter(merged_into__isnull=True)
    if query:
        return rows.filter(Exists(_saying(query, private=private).filter(conversation=OuterRef("pk"))))
    rows = rows.filter(view.holds(me, at))
    return rows.order_by(*(HOTTEST if view.ranked else NEWEST))


HOTTEST = (F("priority").desc(), F("waiting_since").asc(), F("id").asc())
NEWEST = (F("last_message_at").desc(), F("id").asc())


STRETCH = 50_000
"""Messages that are read backwards at most, before a search turns to the index of words."""


def search(query: str, *, after: str, private: bool, most: int, only: Sequence[str]) -> list[Message]:
    """For each conversation in which all these words were said in one message, the newest such message.

    The newest are first, and each comes with its conversation. Page by page by the message's id. Common words fill
    a page from the newest messages alone; for others the index of words is asked. Without a bound for the first
    step a word that was common last year would be looked for in everything said since.
    `private` says whether private messages are searched: a hit would tell what they say. `only` names what of the
    conversations is read.
    """
    said = _saying(query, private=private)
    newer = said.filter(conversation=OuterRef("conversation"), id__gt=OuterRef("id"))
    found = said.filter(~Exists(newer), conversation__merged_into__isnull=True)
    found = found.select_related("conversation__author")
    found = found.only("conversation_id", *(f"conversation__{name}" for name in only))
    end: Any = read_id(after)
    if end is not None:
        found = found.filter(id__lt=end)
    else:
        end = Subquery(Message.objects.order_by("-id").values("id")[:1])
    page = list(found.filter(id__gte=end - STRETCH).order_by("-id")[:most])
    if len(page) < most:
        # The sum keeps PostgreSQL from walking along the ids.
        page += found.filter(id__lt=end - STRETCH).order_by((F("id") + 0).desc())[: most - len(page)]
    return page


def _saying(query: str, *, private: bool) -> QuerySet[Message]:
    said = Message.objects.filter(words=SearchQuery(clean(query), config="simple", search_type="websearch"))
    return said if private else said.filter(private=False)


def beyond(rows: ConversationQuerySet, view: View, after: str, *, most: int) -> ConversationQuerySet:
    """At most so many rows of the list after a place, by keyset. A place that cannot be read starts at the top."""
    *numbers, last = after.split("~", 2)
    pk = read_id(last)
    if view.ranked and len(numbers) == 2 and pk is not None:
        priority, since = read_number(numbers[0]), read_moment(numbers[1])
        if priority is not None and (since is not None or not numbers[1]):
            return _cooler(rows, priority, since, pk, most)
    moment = read_moment(numbers[0]) if not view.ranked and len(numbers) == 1 else None
    if moment is None or pk is None:
        return rows[:most]
    later = Q(last_message_at__lt=moment) | Q(last_message_at=moment, id__gt=pk)
    return rows.filter(later, last_message_at__lte=moment)[:most]


def _cooler(
    rows: ConversationQuerySet, priority: int, since: datetime | None, pk: int, most: int
) -> ConversationQuerySet:
    """What ranks after a place, as stretches of the index that are read apart and joined.

    One condition for all of them would read every row of the same priority, from the first on.
    """
    level = rows.filter(priority=priority)
    stretches = [rows.filter(priority__lt=priority)]
    if since is not None:
        later = Q(waiting_since__gt=since) | Q(waiting_since=since, id__gt=pk)
        stretches += [
            level.filter(later, waiting_since__gte=since),
            level.filter(waiting_since__isnull=True),
        ]
    else:
        stretches.append(level.filter(waiting_since__isnull=True, id__gt=pk))
    first, *others = (stretch[:most] for stretch in stretches)
    return first.union(*others, all=True).order_by("-priority", "waiting_since", "id")[:most]


def place_of(row: Conversation, view: View) -> str:
    """Where a row stands, for the next page."""
    if not view.ranked:
        return f"{row.last_message_at.isoformat()}~{row.pk}"
    return f"{row.priority}~{row.waiting_since.isoformat() if row.waiting_since else ''}~{row.pk}"
