"""Whatever the order, the repetitions and the batches in which a network tells something: the same rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inbox.actions.receive import receive_messages
from inbox.connectors.ports import Change, IncomingAuthor, IncomingMessage, Kind
from inbox.evaluation import Disposition
from inbox.models import Author, Conversation, Cycle, Message
from tenants.accounts.actors import RECEIVER
from tests.conftest import NOON, engage_all, said
from tests.inbox.arranging import EVENING, MINUTE, RULES, one_example

# An example takes a few hundredths of a second, and shrinking a failure thousands of examples: they are small as drawn.
PROPERTY = settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


Facts = dict[str, Any]


def spam_is_spam(messages, brand):
    """An evaluator that looks at nothing but the words."""
    words = {True: (Disposition.SPAM, "spam"), False: (Disposition.ENGAGE, "question")}
    return [
        replace(found, disposition=words["spam" in message.text][0], reason=words["spam" in message.text][1])
        for message, found in zip(messages, engage_all(messages, brand), strict=True)
    ]


@st.composite
def worlds(draw) -> list[IncomingMessage]:
    """A few threads as a network tells them: items, what they answer, and what became of them later."""
    told: list[IncomingMessage] = []
    threads: list[int] = []
    for number in range(draw(st.integers(3, 6))):
        parent = draw(st.integers(0, number - 1)) if number and draw(st.integers(0, 3)) else None
        threads.append(number if parent is None else threads[parent])
        sent_at = NOON + draw(st.integers(0, 90)) * MINUTE
        brand = draw(st.integers(0, 3)) == 0
        item = said(
            f"i{number}",
            draw(st.sampled_from(["Where is it?", "Buy spam", "Thanks"])),
            at=sent_at,
            who="acme" if brand else draw(st.sampled_from(["jo", "mo"])),
            brand=brand,
            kind=draw(st.sampled_from([Kind.COMMENT, Kind.POST])),
            title=draw(st.sampled_from(["", "A post"])),
            thread_id=f"t{threads[-1]}" if draw(st.booleans()) else "",
            in_reply_to="" if parent is None else f"i{parent}",
            backfill=draw(st.integers(0, 5)) == 0,
        )
        told.append(item)
        told += draw(changes(item))
    return told


@st.composite
def changes(draw, item: IncomingMessage) -> list[IncomingMessage]:
    """Edits repeat the item; a deletion names it and knows no more."""
    edits = draw(st.lists(st.integers(1, 60), max_size=2, unique=True))
    told = [
        replace(item, change=Change.EDITED, changed_at=item.sent_at + later * MINUTE, text=f"Changed {later}")
        for later in edits
    ]
    if draw(st.integers(0, 3)) == 0:
        gone_at = item.sent_at + draw(st.integers(1, 90)) * MINUTE
        nobody = IncomingAuthor(external_id="")
        told.append(
            IncomingMessage(
                item.external_id, item.kind, nobody, "", gone_at, change=Change.DELETED, changed_at=gone_at
            )
        )
    return told


def take_in(channel, batches) -> Facts:
    """What the rows say after these batches, without ids and instants of our own."""
    with one_example():
        for number, batch in enumerate(batches):
            receive_messages(
                channel=channel,
                messages=batch,
                rules=RULES,
                evaluate=spam_is_spam,
                by=RECEIVER,
                at=EVENING + number * MINUTE,
            )
        return {**messages(), **conversations(), **authors()}


def alive():
    return Conversation.objects.filter(merged_into__isnull=True).select_related("author")


def messages() -> Facts:
    """What a deleted message was taken for depends on whether it was seen before; nothing else does."""
    words = "kind direction text title sent_at edited_at deleted_at in_reply_to backfill author__external_id".split()
    judged = "disposition disposition_reason language intent".split()
    return {
        f"{row['external_id']} {row['kind']} {name}": value
        for row in Message.objects.values("external_id", *words, *judged)
        for name, value in row.items()
        if name not in judged or row["deleted_at"] is None
    }


TALK = (
    "title preview status stage waiting_since warn_at due_at opened_at last_message_at last_inbound_at messages_count "
    "cycles_count disposition priority"
).split()
# Not `breached_at`: a breach that was told stays told, though a late message may show that there was none.
CYCLE = "clock inbound_count started_at outcome reason ended_at native warn_at due_at target_version".split()


def conversations() -> Facts:
    """Each under the names of its messages: which they are is the first thing that must be the same."""
    names = dict(Message.objects.values_list("pk", "external_id"))
    facts: Facts = {}
    for row in alive():
        said_in = Message.objects.filter(conversation=row).values_list("external_id", flat=True)
        talk = " ".join(sorted(set(said_in)))
        facts |= {f"{talk}: {name}": getattr(row, name) for name in TALK}
        facts[f"{talk}: thread"] = row.thread_key if row.thread_key.startswith("t:") else ""
        facts[f"{talk}: author"] = row.author.external_id if row.author else ""
        for cycle in Cycle.objects.filter(conversation=row):
            facts |= {f"{talk}: {cycle.number} {name}": getattr(cycle, name) for name in CYCLE}
            facts[f"{talk}: {cycle.number} asked"] = names[cycle.first_message_id]
            facts[f"{talk}: {cycle.number} answered"] = names.get(cycle.answer_message_id or 0)
    return facts


def authors() -> Facts:
    words = "name handle messages_count first_seen_at last_seen_at".split()
    return {
        f"{row['external_id']} {name}": value
        for row in Author.objects.values("external_id", *words)
        for name, value in row.items()
    }


def differences(one: Facts, other: Facts) -> dict[str, tuple[Any, Any]]:
    """What is not the same, side by side."""
    names = sorted(one.keys() | other.keys())
    pairs = {name: (one.get(name, "missing"), other.get(name, "missing")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@PROPERTY
@given(worlds(), st.data())
def test_any_order_any_repetition_and_any_batches_give_the_same_rows(channel, world, data):
    told_in_order = take_in(channel, [world])

    again = data.draw(st.lists(st.sampled_from(world), max_size=4))
    shuffled = data.draw(st.permutations([*world, *again]))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(shuffled)), max_size=5)))
    batches = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True) if a < b]

    assert differences(take_in(channel, batches), told_in_order) == {}


@settings(PROPERTY, max_examples=15)
@given(worlds())
def test_every_item_is_one_message_and_every_message_has_its_place(channel, world):
    with one_example():
        for item in reversed(world):
            receive_messages(
                channel=channel,
                messages=[item, item],
                rules=RULES,
                evaluate=spam_is_spam,
                by=RECEIVER,
                at=EVENING + timedelta(minutes=1),
            )

        assert Message.objects.count() == len({(item.external_id, item.kind) for item in world})
        assert not Message.objects.filter(conversation__merged_into__isnull=False).exists()
        assert not Conversation.objects.filter(merged_into__merged_into__isnull=False).exists()
        assert sum(row.messages_count for row in alive()) == Message.objects.count()
        assert not alive().filter(messages_count=0).exists()
