"""Real commits and real threads: two senders, two receivers, two outboxes at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from inbox import exchange
from inbox.actions.reply import AnsweredMeanwhile, queue_reply
from inbox.models import Author, Channel, Conversation, Cycle, Message, Reply
from inbox.queries.facts import reply_facts
from inbox.wiring import gates
from tenants.accounts.actors import Actor
from tenants.kernel.errors import Refusal
from tenants.kernel.schema import inside
from tenants.ledger.models import Entry
from tenants.models import Client
from tests.conftest import NOON, acting, person, said
from tests.inbox.arranging import EVENING, MINUTE, UNDO, receive
from tests.inbox.conftest import returns_to

pytestmark = pytest.mark.usefixtures("committed")


def at_once(client: Client, *acts: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, each on a connection of its own; what was returned or refused, in order."""
    start = threading.Barrier(len(acts))
    done: list[Any] = [None] * len(acts)

    def run(position: int, act: Callable[[], Any]) -> None:
        try:
            with inside(client):
                connection.ensure_connection()
                start.wait(10)
                done[position] = act()
        except Refusal as refusal:
            done[position] = refusal
        finally:
            connection.close()

    workers = [threading.Thread(target=run, args=facts) for facts in enumerate(acts)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    return done


@pytest.fixture
def channel(committed: Client) -> Channel:
    return Channel.objects.create(
        network="mastodon", connector="webhook", name="Hurry", account="hurry", connected_at=NOON
    )


@pytest.fixture
def people(committed: Client) -> list[Actor]:
    names = ["Ada", "Grace"]
    return [
        acting(person(f"{name}@hurry.example", name, role="responder", client=committed), "responder")
        for name in names
    ]


def ready_to_send(conversation: Conversation, by: Actor) -> Callable[[], Reply]:
    """Everything is read; the next thing is the outbox."""
    text = f"{by.name} says that it left."
    facts = reply_facts(
        conversation=conversation, text=text, private=False, by=by, at=EVENING,
        seen_message_id=Message.objects.latest("pk").pk,
    )  # fmt: skip
    seen = conversation.version
    return lambda: queue_reply(
        conversation_id=conversation.pk, text=text, private=False, seen_version=seen, sent_anyway=False,
        gates=gates(), facts=facts, by=by, at=EVENING,
    )  # fmt: skip


def test_vector_13_of_two_senders_one_leaves_and_the_other_sees_the_first(committed, channel, people, place):
    returns_to(channel, place)
    receive(channel, said("1"))
    conversation = Conversation.objects.get()

    done = at_once(committed, *(ready_to_send(conversation, by) for by in people))

    queued = Reply.objects.get()
    refused = [one for one in done if isinstance(one, AnsweredMeanwhile)]
    assert [one.pk for one in done if isinstance(one, Reply)] == [queued.pk]
    assert [one.status for one in refused] == [409]
    assert Entry.objects.filter(kind="reply.queued").count() == 1
    exchange.send_due(now=lambda: EVENING + UNDO)
    assert len(place.published) == 1


def test_two_outboxes_publish_a_reply_once(committed, channel, people, place):
    returns_to(channel, place)
    receive(channel, said("1"))
    reply = ready_to_send(Conversation.objects.get(), people[0])()

    done = at_once(committed, *[lambda: exchange.send_due(now=lambda: EVENING + UNDO)] * 3)

    assert (sum(done), len(place.asked)) == (1, 1)
    reply.refresh_from_db()
    assert reply.state == "confirmed"


def test_two_receivers_of_the_same_items_make_one_message_each(committed, channel):
    items = [said(f"{number}", who=f"jo{number % 3}", thread_id=f"t{number % 5}") for number in range(60)]
    turned = items[::-1]

    done = at_once(committed, *(lambda part=part: receive(channel, *part) for part in (items, turned, items)))

    assert sorted(one.new for one in done) == [0, 0, 60]
    assert (Message.objects.count(), Conversation.objects.count(), Cycle.objects.count()) == (60, 5, 5)
    assert sum(Author.objects.values_list("messages_count", flat=True)) == 60
    assert Entry.objects.filter(kind="item.received").count() == 60


def test_two_receivers_of_halves_of_a_thread_open_one_conversation(committed, channel):
    chain = [said(f"{n}", at=NOON + n * MINUTE, in_reply_to=f"{n - 1}" if n else "") for n in range(40)]

    at_once(committed, lambda: receive(channel, *chain[::2]), lambda: receive(channel, *chain[1::2]))

    alive = Conversation.objects.get(merged_into__isnull=True)
    assert (alive.messages_count, Cycle.objects.count()) == (40, 1)


def test_an_answer_and_a_new_message_at_the_same_moment_leave_honest_rows(committed, channel, people):
    receive(channel, said("1"))
    conversation = Conversation.objects.get()

    answered, _ = at_once(
        committed,
        ready_to_send(conversation, people[0]),
        lambda: receive(channel, said("2", at=NOON + MINUTE, in_reply_to="1")),
    )

    conversation.refresh_from_db()
    assert isinstance(answered, (Reply, AnsweredMeanwhile))
    assert (conversation.messages_count, Cycle.objects.get().inbound_count) == (2, 2)
    assert Reply.objects.count() == isinstance(answered, Reply)
