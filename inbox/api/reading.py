"""Rows as the API shows them: read with a number of queries that does not grow, private words kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from inbox.actions.access import record_private_reading
from inbox.api.pages import Column, Order
from inbox.api.serializers.conversations import ConversationOut, NoteOut
from inbox.api.serializers.messages import MessageOut
from inbox.api.serializers.replies import ReplyOut
from inbox.models import Conversation, Message, Note, Reply
from inbox.queries.faces import Faces
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import NotFound

RANK = Order(
    "rank",
    (
        Column("priority", int, descending=True),
        Column("waiting_since", datetime, nullable=True),
        Column("id", int),
    ),
)
RECENT = Order("recent", (Column("last_message_at", datetime, descending=True), Column("id", int)))
ORDERS = {order.key: order for order in (RANK, RECENT)}

OLDEST = Order("oldest", (Column("sent_at", datetime), Column("id", int)))
NEWEST = Order("newest", (Column("sent_at", datetime, descending=True), Column("id", int, descending=True)))
MESSAGE_ORDERS = {order.key: order for order in (OLDEST, NEWEST)}

BY_ID = Order("id", (Column("id", int),))
NEWEST_ID = Order("newest_id", (Column("id", int, descending=True),))


def conversations() -> QuerySet[Conversation]:
    """Conversations with what an answer about them needs."""
    private = Message.objects.filter(conversation=OuterRef("pk"), private=True)
    return Conversation.objects.select_related("channel", "author").annotate(holds_private=Exists(private))


def conversation(pk: int) -> Conversation:
    """One of them. Raises NotFound."""
    row = conversations().filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such conversation here. It may belong to another client.")
    return row


def must_exist(conversation_id: int) -> None:
    """Raises NotFound, so that an empty list is never the answer about a conversation that is not there."""
    if not Conversation.objects.filter(pk=conversation_id).exists():
        raise NotFound("There is no such conversation here. It may belong to another client.")


def show_conversations(rows: Sequence[Conversation], *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """The rows in the API's words: one query for all the people they name."""
    faces = Faces([user for row in rows for user in (row.assignee_id, row.claimed_by_id)], me=actor.user_id)
    return _plain(ConversationOut(rows, many=True, context={"faces": faces, "actor": actor, "at": at}).data)


def show_messages(rows: Sequence[Message], *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """The messages, private ones with their words only for who may read them; that is written down."""
    _tell([row for row in rows if row.private], actor=actor, at=at)
    faces = Faces([row.sent_by_id for row in rows], me=actor.user_id)
    return _plain(MessageOut(rows, many=True, context={"faces": faces, "actor": actor}).data)


def show_replies(rows: Sequence[Reply], *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Replies of the outbox, private ones as messages are."""
    _tell([row for row in rows if row.private], actor=actor, at=at)
    faces = Faces([row.written_by_id for row in rows], me=actor.user_id)
    return _plain(ReplyOut(rows, many=True, context={"faces": faces, "actor": actor}).data)


def show_notes(rows: Sequence[Note], *, actor: Actor) -> list[dict[str, Any]]:
    faces = Faces([row.user_id or None for row in rows], me=actor.user_id)
    return _plain(NoteOut(rows, many=True, context={"faces": faces}).data)


def _tell(private: Sequence[Message | Reply], *, actor: Actor, at: datetime) -> None:
    if private and actor.may(Permission.VIEW_PRIVATE):
        record_private_reading(conversation_ids={row.conversation_id for row in private}, by=actor, at=at)


def _plain(data: Iterable[Any]) -> list[dict[str, Any]]:
    return [dict(row) if isinstance(row, Mapping) else row for row in data]
