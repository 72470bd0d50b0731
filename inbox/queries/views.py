"""The views of the inbox: what each holds, in which order, and how many there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Q

from inbox.models import Conversation, Message
from inbox.models.conversation import ConversationQuerySet
from inbox.states import AT_WORK, Status
from tenants.kernel.errors import NotFound

MOST_FOUND = 500
"""Conversations a search looks through: the newest ones that match."""


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
    if kind == "channel" and number.isdigit() and int(number) in names:
        channel_id = int(number)
        return View(
            key, names[channel_id], "radio-tower", lambda _, at: _at_work(at) & Q(channel_id=channel_id)
        )
    raise NotFound(f"There is no view “{key}” here. Choose one from the list on the left.")


def conversations(view: View, *, me: int | None, query: str, at: datetime) -> ConversationQuerySet:
    """The view's conversations in its order. A search looks in everything, whatever the view."""
    rows = Conversation.objects.filter(merged_into__isnull=True)
    if query:
        return rows.filter(pk__in=found_in(query)).order_by("-last_message_at", "id")
    rows = rows.filter(view.holds(me, at))
    if view.ranked:
        return rows.order_by(F("priority").desc(), F("waiting_since").asc(), "id")
    return rows.order_by("-last_message_at", "id")


def found_in(query: str) -> list[int]:
    """Conversations in which all these words were said, the newest first."""
    words = SearchQuery(query, config="simple", search_type="websearch")
    messages = Message.objects.annotate(words=SearchVector("text", config="simple")).filter(words=words)
    newest = messages.order_by("-id").values_list("conversation_id", flat=True)[: MOST_FOUND * 2]
    return list(dict.fromkeys(newest))[:MOST_FOUND]


def beyond(rows: ConversationQuerySet, view: View, after: str, *, searching: bool) -> ConversationQuerySet:
    """The part of the list after a place, by keyset. A place that cannot be read starts at the top."""
    parts = after.split("~")
    try:
        if searching or not view.ranked:
            moment, pk = datetime.fromisoformat(parts[0]), int(parts[1])
            return rows.filter(last_message_at__lte=moment).filter(
                Q(last_message_at__lt=moment) | Q(last_message_at=moment, id__gt=pk)
            )
        priority, since, pk = int(parts[0]), parts[1], int(parts[2])
        return rows.filter(priority__lte=priority).filter(
            Q(priority__lt=priority) | _later(priority, since, pk)
        )
    except (ValueError, IndexError):
        return rows


def _later(priority: int, since: str, pk: int) -> Q:
    same = Q(priority=priority)
    if not since:
        return same & Q(waiting_since__isnull=True, id__gt=pk)
    moment = datetime.fromisoformat(since)
    tie = Q(waiting_since=moment, id__gt=pk)
    return same & (Q(waiting_since__gt=moment) | tie | Q(waiting_since__isnull=True))


def place_of(row: Conversation, view: View, *, searching: bool) -> str:
    """Where a row stands, for the next page."""
    if searching or not view.ranked:
        return f"{row.last_message_at.isoformat()}~{row.pk}"
    return f"{row.priority}~{row.waiting_since.isoformat() if row.waiting_since else ''}~{row.pk}"
