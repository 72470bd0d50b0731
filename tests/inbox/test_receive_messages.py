"""Receiving: exactly one message per item, one conversation per thread, honest cycles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inbox.actions.receive import Received, receive_messages
from inbox.connectors.ports import Change, IncomingMessage
from inbox.evaluation import BrandFacts, HouseRules, TargetRule
from inbox.models import Channel, Conversation, Cycle, Message
from tenants.accounts.actors import RECEIVER
from tenants.ledger.models import Entry
from tests.conftest import NOON, engage_all, said

RULES = HouseRules(BrandFacts(name="Acme"), targets=(TargetRule(3600, 7200),))


def receive(channel: Channel, *messages: IncomingMessage) -> Received:
    return receive_messages(
        channel=channel,
        messages=messages,
        rules=RULES,
        evaluate=engage_all,
        by=RECEIVER,
        at=NOON + timedelta(hours=9),
    )


def test_a_message_opens_a_conversation_and_a_clock(channel):
    receive(channel, said("1"))

    conversation = Conversation.objects.get()
    assert conversation.waiting_since == NOON
    assert conversation.due_at == NOON + timedelta(hours=1)
    assert Cycle.objects.get().clock == "first_response"
    assert {"item.received", "conversation.opened", "sla.started"} <= set(
        Entry.objects.values_list("kind", flat=True)
    )


def test_the_same_delivery_twice_is_one_message(channel):
    receive(channel, said("1"))
    again = receive(channel, said("1"))

    assert (again.new, again.known) == (0, 1)
    assert Message.objects.count() == 1


def test_an_answer_given_on_the_network_stops_the_clock(channel):
    receive(channel, said("1"))
    receive(channel, said("2", at=NOON + timedelta(minutes=5), who="acme", brand=True, in_reply_to="1"))

    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.native) == ("answered", True)
    assert cycle.ended_at == cycle.started_at + timedelta(minutes=5)
    assert Conversation.objects.get().status == "waiting_customer"


def test_a_parent_that_arrives_late_joins_its_children(channel):
    receive(channel, said("b", in_reply_to="a", at=NOON + timedelta(minutes=1)))
    receive(channel, said("c", in_reply_to="x", at=NOON + timedelta(minutes=2)))
    receive(channel, said("x", in_reply_to="a", at=NOON + timedelta(minutes=1), who="mo"))
    receive(channel, said("a"))

    assert Conversation.objects.filter(merged_into__isnull=True).count() == 1
    assert Cycle.objects.count() == 1
    assert Conversation.objects.get(merged_into__isnull=True).messages_count == 4


def test_three_comments_within_ninety_seconds_are_one_cycle(channel):
    receive(channel, *(said(str(n), at=NOON + timedelta(seconds=30 * n), thread_id="t") for n in range(3)))
    receive(channel, said("r", at=NOON + timedelta(minutes=9), who="acme", brand=True, thread_id="t"))

    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.inbound_count) == ("answered", 3)


def test_a_message_deleted_before_the_answer_cancels_its_cycle(channel):
    receive(channel, said("1"))
    receive(channel, said("1", change=Change.DELETED, changed_at=NOON + timedelta(minutes=3)))

    assert Cycle.objects.get().outcome == "cancelled"
    assert Message.objects.get().text == ""


def test_a_deletion_that_overtakes_its_message_wins(channel):
    receive(channel, said("1", change=Change.DELETED, changed_at=NOON + timedelta(minutes=3)))
    receive(channel, said("1"))

    assert Message.objects.get().deleted_at == NOON + timedelta(minutes=3)
    assert Message.objects.get().text == ""


def test_a_backfill_starts_no_clock(channel):
    receive(channel, *(said(str(n), backfill=True) for n in range(400)))

    assert Message.objects.count() == 400
    assert not Cycle.objects.exists()
    assert not Entry.objects.filter(kind__startswith="sla.").exists()


@pytest.mark.parametrize("size", [1, 40])
def test_the_number_of_statements_does_not_grow_with_the_batch(channel, queries, size):
    with queries() as seen:
        receive(channel, *(said(str(n), who=f"a{n}") for n in range(size)))

    assert len(seen) <= 22
