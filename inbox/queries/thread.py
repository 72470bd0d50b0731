"""The thread: what was said, noted, decided and sent, oldest first."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from inbox.contacts import contact
from inbox.models import Conversation, Message, Note, Reply
from inbox.queries.faces import Faces
from inbox.rows import ItemKind, ReplyState, ThreadItem
from inbox.sentences import SENTENCES, sentence
from inbox.states import Direction, Source
from inbox.states import ReplyState as Road
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.ledger.models import Entry

SHOWN = 60
"""Messages shown at first; the earlier ones are one click away."""

SHOWN_STATES = {
    Road.QUEUED: ReplyState.QUEUED,
    Road.PENDING_APPROVAL: ReplyState.QUEUED,
    Road.SENDING: ReplyState.SENDING,
    Road.SENT_UNVERIFIED: ReplyState.UNKNOWN,
    Road.UNKNOWN: ReplyState.UNKNOWN,
    Road.FAILED: ReplyState.FAILED,
    Road.HELD: ReplyState.REFUSED,
}


class Thread:
    """Everything of one conversation, read with five queries."""

    def __init__(self, conversation: Conversation, *, actor: Actor, all_of_it: bool) -> None:
        self.conversation, self.actor = conversation, actor
        self.may_view_pii = actor.may(Permission.VIEW_PII)
        newest = (
            Message.objects.filter(conversation=conversation)
            .select_related("author")
            .order_by("-sent_at", "-id")
        )
        self.messages = list(newest if all_of_it else newest[:SHOWN])[::-1]
        self.hidden = 0 if all_of_it else max(0, conversation.messages_count - len(self.messages))
        since = self.messages[0].sent_at if self.hidden else None
        self.notes = list(Note.objects.filter(conversation=conversation).order_by("written_at", "id"))
        self.replies = list(Reply.objects.filter(conversation=conversation).order_by("queued_at", "id"))
        told = Entry.objects.filter(conversation_id=conversation.pk, kind__in=list(SENTENCES))
        self.entries = list((told.filter(occurred_at__gte=since) if since else told).order_by("id"))

    def people(self) -> list[int | None]:
        """Users the thread names, so that they are read with one query for the whole page."""
        named = [note.user_id for note in self.notes] + [reply.written_by_id for reply in self.replies]
        acted = [int(entry.actor_id) for entry in self.entries if entry.actor_kind == "user"]
        given = [
            entry.data[key]
            for entry in self.entries
            for key in ("user_id", "before")
            if isinstance(entry.data.get(key), int)
        ]
        return [*named, *acted, *given, *(message.sent_by_id for message in self.messages)]

    def items(self, faces: Faces, *, waiting_since: datetime | None) -> tuple[ThreadItem, ...]:
        lines = [self._message(message, faces, waiting_since) for message in self.messages]
        lines += [self._note(note, faces) for note in self.notes]
        lines += [self._reply(reply, faces) for reply in self.replies if Road(reply.state) in SHOWN_STATES]
        lines += [line for entry in self.entries if (line := self._entry(entry, faces)) is not None]
        return tuple(sorted(lines, key=lambda line: (line.at, line.kind is not ItemKind.SYSTEM)))

    def newest_id(self) -> int:
        """The newest message this page shows: what an answer has seen."""
        return max((message.pk for message in self.messages), default=0)

    def _message(self, message: Message, faces: Faces, waiting_since: datetime | None) -> ThreadItem:
        outbound = message.direction == Direction.OUTBOUND
        hidden = message.private and not self.actor.may(Permission.VIEW_PRIVATE)
        seen = contact(message.author, may_view_pii=self.may_view_pii)
        pii = outbound or self.may_view_pii
        by_us = faces.face(message.sent_by_id)
        asked_at = message.asked_at or message.sent_at
        waits = waiting_since is not None and not outbound and asked_at >= waiting_since
        who = by_us.name if by_us else seen.shown
        return ThreadItem(
            key=f"m{message.pk}",
            kind=ItemKind.OUT if outbound else ItemKind.IN,
            at=message.sent_at,
            text="You have no right to read private messages here." if hidden else message.text,
            who=who,
            face=by_us,
            handle=seen.handle,
            title="" if hidden else message.title,
            private=message.private,
            account=self.conversation.channel.name if outbound else "",
            state=ReplyState.CONFIRMED if outbound and message.source == Source.RAPPORT else ReplyState.NONE,
            url=safe_url(message.url) if pii else "",
            rating=message.rating,
            language=message.language,
            attachments=() if hidden else tuple(filter(None, map(safe_url, message.attachments))),
            waits=waits and message.deleted_at is None,
            edited_at=message.edited_at,
            deleted_at=message.deleted_at,
            by_machine=message.source == Source.AUTOMATION,
            native=outbound and message.source == Source.NETWORK,
        )

    def _note(self, note: Note, faces: Faces) -> ThreadItem:
        return ThreadItem(
            key=f"n{note.pk}",
            kind=ItemKind.NOTE,
            at=note.written_at,
            text=note.text,
            who=faces.name(note.user_id),
            face=faces.face(note.user_id),
        )

    def _reply(self, reply: Reply, faces: Faces) -> ThreadItem:
        state = SHOWN_STATES[Road(reply.state)]
        queued = state is ReplyState.QUEUED
        again = Road(reply.state) in (Road.FAILED, Road.HELD)
        return ThreadItem(
            key=f"r{reply.pk}",
            kind=ItemKind.OUT,
            at=reply.queued_at,
            text=reply.text,
            who=faces.name(reply.written_by_id) if reply.written_by_id else reply.actor_id,
            face=faces.face(reply.written_by_id),
            private=reply.private,
            account=self.conversation.channel.name,
            state=state,
            state_sentence=reply.trouble,
            release_at=reply.release_at if queued else None,
            undo_url=reverse("inbox:undo", args=[reply.pk]) if queued else "",
            retry_url=reverse("inbox:retry", args=[reply.pk]) if again else "",
            by_machine=reply.actor_kind == "robot",
        )

    def _entry(self, entry: Entry, faces: Faces) -> ThreadItem | None:
        who = faces.name(int(entry.actor_id)) if entry.actor_kind == "user" else entry.actor_id.capitalize()
        told = sentence(entry.kind, entry.data, who=who, name=faces.name)
        if told is None:
            return None
        return ThreadItem(
            key=f"e{entry.pk}",
            kind=ItemKind.SYSTEM,
            at=entry.occurred_at,
            text=told[1],
            who=who,
            icon=told[0],
        )


def safe_url(url: str) -> str:
    """An address a person may click: http or https, else none. Messages come from strangers."""
    return url if str(url).lower().startswith(("https://", "http://")) else ""
