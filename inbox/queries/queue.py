"""The menu and the list of the inbox, with a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from inbox.contacts import contact
from inbox.models import Channel, Conversation, Cycle, Draft, Message
from inbox.queries import views
from inbox.queries.faces import Faces, presences
from inbox.queries.views import VIEWS, View
from inbox.rows import EmptyState, MenuView, QueuePage, QueueRow
from inbox.states import Outcome, Status
from tenants import networks
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission

PAGE = 50
HIDDEN = "A private message"
SHOWN = (
    "channel", "author__name", "author__handle", "author__url", "author__is_brand",
    "preview", "intent", "sentiment", "severity", "language", "priority",
    "status", "stage", "due_at", "warn_at", "waiting_since", "snoozed_until", "assignee_id", "tags",
    "disposition_proposed", "last_message_at",
)  # fmt: skip
"""What a row shows or is ordered by; the rest of a conversation is not read for a list."""
MOST_COUNTED = 1000
"""Counting stops here: the menu says "1000+" instead of reading fifty thousand rows for each page."""

OUTCOMES = {Status.WAITING_CUSTOMER: "answered", Status.RESOLVED: "done", Status.SPAM: "filtered"}

EMPTY = {
    "mine": ("Nothing is yours", "Take something from Unassigned, or wait until it is given to you."),
    "unassigned": ("Everything has somebody", "What comes in next without an owner stands here."),
    "breaching": ("Nothing is late", "Every promise is kept so far."),
    "open": ("Nothing is open", "When people write to this brand, it stands here, hottest first."),
    "snoozed": ("Nothing sleeps", "Press s in a conversation to put it to sleep until later."),
    "waiting": ("Nobody owes an answer", "What you answered stands here until they write again."),
    "filtered": ("Nothing was filtered", "Spam and noise stand here, with a way back."),
    "done": ("Nothing is done yet", "Press d in a conversation when it is finished."),
}


def queue_page(
    *,
    view_key: str,
    query: str,
    after: str,
    actor: Actor,
    at: datetime,
    selected: int | None = None,
    with_menu: bool = True,
) -> QueuePage:
    """One page of one view. Parts that show only the rows need no menu, and its counts cost more than they do."""
    channels = list(Channel.objects.order_by("name", "pk"))
    view = views.view_for(view_key, names={channel.pk: channel.name for channel in channels})
    page, place = _page(view, query, after, actor=actor, at=at)
    by_id = {channel.pk: channel for channel in channels}
    for row in page:
        row.channel = by_id[row.channel_id]
    menu, numbers = _menu(view, channels, actor=actor, at=at) if with_menu else ((), {})
    rows = queue_rows(page, actor=actor, at=at, selected=selected, view_key=view.key)
    return QueuePage(
        view=view.key,
        title="Search" if query else view.label,
        rows=rows,
        menu=menu,
        url=queue_url(view.key),
        rows_url=_rows_url(view, query),
        empty=_empty(view, query, bool(channels)),
        total=None,
        query=query,
        next_url=_rows_url(view, query, place) if place else "",
        breaching=numbers.get("breaching", 0),
        unassigned=numbers.get("unassigned", 0),
        first_url=rows[0].url if rows else "",
    )


def _page(
    view: View, query: str, after: str, *, actor: Actor, at: datetime
) -> tuple[list[Conversation], str]:
    """The conversations, and the place after which there are more; empty where there are none."""
    if query:
        private = actor.may(Permission.VIEW_PRIVATE)
        said = views.search(query, after=after, private=private, most=PAGE + 1, only=SHOWN)
        place = str(said[PAGE - 1].pk) if len(said) > PAGE else ""
        return [message.conversation for message in said[:PAGE]], place
    rows = views.conversations(view, me=actor.user_id, query="", at=at).select_related("author").only(*SHOWN)
    found = list(views.beyond(rows, view, after, most=PAGE + 1))
    return found[:PAGE], views.place_of(found[PAGE - 1], view) if len(found) > PAGE else ""


def queue_url(view_key: str) -> str:
    return reverse("inbox:queue") + "?" + urlencode({"view": view_key})


def _rows_url(view: View, query: str, after: str = "") -> str:
    asked = {"view": view.key, "after": after, "q": query}
    return reverse("inbox:rows") + "?" + urlencode({name: value for name, value in asked.items() if value})


def _empty(view: View, query: str, any_channel: bool) -> EmptyState:  # noqa: FBT001  # a fact, not a switch
    if query:
        return EmptyState("search-x", "Nothing was found", f"Nobody said “{query}” here. Try fewer words.")
    if not any_channel:
        sentence = "Connect the first channel, and what people write there comes in here."
        return EmptyState(
            "radio-tower", "No channel yet", sentence, "Connect a channel", reverse("inbox:channels")
        )
    title, sentence = EMPTY.get(
        view.key, ("Nothing is open here", "What comes in on this channel stands here.")
    )
    return EmptyState("coffee", title, sentence)


def queue_rows(
    conversations: Sequence[Conversation], *, actor: Actor, at: datetime, selected: int | None, view_key: str
) -> tuple[QueueRow, ...]:
    """The rows of these conversations: four more queries, however many there are."""
    ids = [row.pk for row in conversations]
    here = presences(ids, at=at)
    drafts = set(
        Draft.objects.filter(conversation_id__in=ids, user_id=actor.user_id or 0).values_list(
            "conversation_id", flat=True
        )
    )
    waiting = dict(
        Cycle.objects.filter(conversation_id__in=ids, outcome=Outcome.OPEN).values_list(
            "conversation_id", "inbound_count"
        )
    )
    people = [row.assignee_id for row in conversations] + [
        user for found in here.values() for user, _ in found
    ]
    faces = Faces(people, me=actor.user_id)
    hidden = hidden_previews(ids, actor=actor)
    head, tail = reverse("inbox:conversation", args=[0]).split("0")  # once, and not for each row
    return tuple(
        _row(
            row,
            faces,
            here.get(row.pk, []),
            at=at,
            url=f"{head}{row.pk}{tail}?view={view_key}",
            draft=row.pk in drafts,
            waiting=waiting.get(row.pk, 0),
            selected=row.pk == selected,
            hidden=row.pk in hidden,
            may_view_pii=actor.may(Permission.VIEW_PII),
        )
        for row in conversations
    )


def hidden_previews(ids: Sequence[int], *, actor: Actor) -> set[int]:
    """The conversations of which the actor may not read the first line, because private words are in them."""
    if actor.may(Permission.VIEW_PRIVATE):
        return set()
    private = Message.objects.filter(conversation_id__in=ids, private=True)
    return set(private.values_list("conversation_id", flat=True))


def _row(
    row: Conversation,
    faces: Faces,
    here: Sequence[tuple[int, str]],
    *,
    at: datetime,
    url: str,
    draft: bool,
    waiting: int,
    selected: bool,
    hidden: bool,
    may_view_pii: bool,
) -> QueueRow:
    author = contact(row.author, may_view_pii=may_view_pii)
    others = [faces.face(user, mode=mode) for user, mode in here if user != faces.me]
    asleep = row.snoozed_until if row.is_asleep(at) else None
    return QueueRow(
        id=row.pk,
        url=url,
        network=networks.title(row.channel.network),
        network_icon=networks.icon(row.channel.network),
        author_name=author.name,
        author_handle=author.handle,
        first_line=HIDDEN if hidden else row.preview,
        intent=row.intent or "message",
        sentiment=row.sentiment or "neutral",
        severity=row.severity or "calm",
        language=row.language,
        priority=row.priority,
        status=row.status_at(at),
        stage=row.stage,
        read_at=at,
        due_at=row.due_at,
        warn_at=row.warn_at,
        waiting_since=row.waiting_since,
        snoozed_until=asleep,
        assignee=faces.face(row.assignee_id),
        viewers=tuple(face for face in others if face is not None),
        unread=row.status == Status.NEW,
        tags=tuple(row.tags),
        selected=selected,
        waiting=max(waiting, 1),
        has_draft=draft,
        needs_human=row.disposition_proposed,
        outcome=OUTCOMES.get(Status(row.status), ""),
    )


# --- The menu --------------------------------------------------------------------------------------

COUNT = """
    SELECT count(*) FROM (
        SELECT 1 FROM inbox_conversation WHERE merged_into_id IS NULL AND {where} LIMIT %(most)s
    ) part
"""
WORK = (
    "status IN ('new', 'open', 'on_hold', 'snoozed') AND (snoozed_until IS NULL OR snoozed_until <= %(at)s)"
)
WHERE = {
    "mine": f"{WORK} AND assignee_id = %(me)s",
    "unassigned": f"{WORK} AND assignee_id IS NULL",
    "breaching": f"{WORK} AND due_at <= %(at)s",
    "open": WORK,
    "snoozed": "status = 'snoozed' AND snoozed_until > %(at)s",
    "filtered": "status = 'spam'",
}


def counts(*, me: int | None, at: datetime) -> dict[str, int]:
    """How many conversations each view holds, in one statement; each count stops at MOST_COUNTED."""
    parts = ", ".join(f"({COUNT.format(where=where)})" for where in WHERE.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", {"me": me or 0, "at": at, "most": MOST_COUNTED})  # our own literals
        return dict(zip(WHERE, cursor.fetchone(), strict=True))


def _menu(
    current: View, channels: Sequence[Channel], *, actor: Actor, at: datetime
) -> tuple[tuple[MenuView, ...], dict[str, int]]:
    numbers = counts(me=actor.user_id, at=at)
    lines = [
        MenuView(
            key=view.key,
            label=view.label,
            icon=view.icon,
            url=queue_url(view.key),
            count=_shown(numbers.get(view.key)),
            current=view.key == current.key,
            urgent=view.key == "breaching" and numbers["breaching"] > 0,
        )
        for view in VIEWS
    ]
    lines += [
        MenuView(
            key=f"channel-{channel.pk}",
            label=channel.name,
            icon=networks.icon(channel.network),
            url=queue_url(f"channel-{channel.pk}"),
            group="channels",
            current=current.key == f"channel-{channel.pk}",
            state=channel_state(channel),
        )
        for channel in channels
    ]
    return tuple(lines), numbers


def _shown(number: int | None) -> int | str | None:
    return f"{MOST_COUNTED}+" if number is not None and number >= MOST_COUNTED else number


def channel_state(channel: Channel) -> str:
    """ok, late or paused, as the menu and the channels page say it."""
    if channel.paused_at is not None:
        return "paused"
    return "late" if channel.trouble else "ok"
