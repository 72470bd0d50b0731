"""What the inbox's tests say again and again: something comes in, somebody answers, the outbox leaves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from inbox import exchange
from inbox.actions.receive import Received, receive_messages
from inbox.actions.reply import queue_reply
from inbox.connectors.ports import IncomingMessage
from inbox.evaluation import BrandFacts, Disposition, HouseRules, TargetRule
from inbox.models import Channel, Conversation, Message, Reply
from inbox.queries.facts import reply_facts
from inbox.wiring import gates
from tenants.accounts.actors import RECEIVER, Actor
from tests.conftest import NOON, engage_all

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
UNDO = timedelta(seconds=10)
EVENING = NOON + 9 * HOUR

# The first answer within an hour, later ones within two; machines may decide whatever they like.
RULES = HouseRules(
    BrandFacts(name="Acme", machine_decides=frozenset(Disposition)), targets=(TargetRule(3600, 7200),)
)


def receive(channel: Channel, *messages: IncomingMessage, at: datetime = EVENING) -> Received:
    return receive_messages(
        channel=channel, messages=messages, rules=RULES, evaluate=engage_all, by=RECEIVER, at=at
    )


def answer(
    conversation: Conversation,
    text: str = "It left yesterday.",
    *,
    by: Actor,
    at: datetime = EVENING,
    seen: int | None = None,
    anyway: bool = False,
    private: bool = False,
    key: str | None = None,
    draft_version: str | None = None,
) -> Reply:
    """Send as the composer does: by default after reading everything."""
    conversation = Conversation.objects.select_related("channel").get(pk=conversation.pk)
    newest = Message.objects.filter(conversation=conversation).order_by("pk").last()
    facts = reply_facts(
        conversation=conversation,
        text=text,
        private=private,
        by=by,
        at=at,
        seen_message_id=(newest.pk if newest else 0) if seen is None else seen,
        sent_anyway=anyway,
    )
    return queue_reply(
        conversation_id=conversation.pk,
        text=text,
        private=private,
        seen_version=conversation.version,
        sent_anyway=anyway,
        gates=gates(),
        facts=facts,
        key=None if key is None else UUID(key),
        draft_version=draft_version,
        by=by,
        at=at,
    )


def leave(at: datetime = EVENING + UNDO) -> int:
    """The outbox's round at an instant."""
    return exchange.send_due(now=lambda: at)


def settle(at: datetime) -> int:
    """The round that reads back what nobody knows."""
    return exchange.settle_unknown(now=lambda: at)


def fresh(row: Any) -> Any:
    row.refresh_from_db()
    return row


def the_conversation() -> Conversation:
    """The only one that was not merged into another."""
    return Conversation.objects.get(merged_into__isnull=True)


@contextmanager
def one_example() -> Iterator[None]:
    """One example of a property: what it wrote is held against every constraint, and taken back."""
    with transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        transaction.set_rollback(True)
