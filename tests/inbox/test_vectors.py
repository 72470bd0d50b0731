"""The numbered test vectors of reference/inbox.md §4b that this code covers (13 is in test_race_of_senders.py,
18 in test_settle_reply.py)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inbox.actions import clock
from inbox.actions.converse import (
    acknowledge_conversation,
    add_note,
    resolve_conversation,
    snooze_conversation,
)
from inbox.connectors.ports import Change
from inbox.models import Conversation, Cycle, Message
from inbox.states import NotNeeded
from tenants.accounts.actors import CLOCK
from tenants.ledger.models import Entry
from tests.conftest import NOON, said
from tests.inbox.arranging import HOUR, MINUTE, RULES, fresh, receive, the_conversation

DAY = timedelta(days=1)


def native(name, at, **facts):
    """The brand answers in the network's own app."""
    return said(name, "Here you are.", at=at, who="acme", brand=True, in_reply_to="1", **facts)


def length(cycle: Cycle) -> timedelta:
    assert cycle.ended_at is not None
    return cycle.ended_at - cycle.started_at


def test_vector_6_the_clock_runs_from_the_oldest_unanswered_message(channel):
    receive(channel, said("1", at=NOON), said("2", at=NOON + DAY, in_reply_to="1"))
    receive(channel, native("3", NOON + DAY + 8 * HOUR), at=NOON + 2 * DAY)

    assert length(Cycle.objects.get()) == 32 * HOUR


def test_vector_7_a_customer_who_returns_opens_the_next_cycle(channel):
    receive(channel, said("1", at=NOON), native("2", NOON + MINUTE))
    receive(channel, said("3", at=NOON + 4 * DAY, in_reply_to="1"), at=NOON + 4 * DAY)
    receive(channel, native("4", NOON + 4 * DAY + 10 * MINUTE), at=NOON + 5 * DAY)

    first, second = Cycle.objects.order_by("number")
    assert (second.number, second.clock, length(second)) == (2, "next_response", 10 * MINUTE)
    assert length(first) == MINUTE


@pytest.mark.parametrize("reason", [NotNeeded.CLOSING_THANKS, NotNeeded.TOO_LATE])
def test_vector_7_also_when_the_first_cycle_ended_without_an_answer(channel, ada, reason):
    receive(channel, said("1"))
    resolve_conversation(
        conversation_id=the_conversation().pk, not_needed=reason, rules=RULES, by=ada, at=NOON + HOUR
    )
    receive(channel, said("2", at=NOON + 4 * DAY, in_reply_to="1"), at=NOON + 4 * DAY)
    receive(channel, native("3", NOON + 4 * DAY + 10 * MINUTE), at=NOON + 5 * DAY)

    first, second = Cycle.objects.order_by("number")
    assert (first.outcome, first.reason) == ("lapsed" if reason == "too_late" else "excluded", reason)
    assert (second.number, second.outcome, length(second)) == (2, "answered", 10 * MINUTE)


def test_vector_12_a_burst_is_one_cycle_and_raw_inbound_counts_them_all(channel):
    receive(channel, *(said(str(n), at=NOON + n * timedelta(seconds=45), thread_id="t") for n in range(1, 4)))
    receive(channel, native("4", NOON + 5 * MINUTE))

    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.inbound_count, Message.objects.filter(direction="inbound").count()) == (
        "answered",
        3,
        3,
    )


def test_vector_14_a_native_answer_counts_from_its_own_time_and_credits_nobody(channel):
    receive(channel, said("1"), at=NOON)
    receive(channel, native("2", NOON + 5 * MINUTE), at=NOON + 20 * MINUTE)

    cycle, answer = Cycle.objects.get(), Message.objects.get(external_id="2")
    assert (length(cycle), cycle.native, cycle.answered_by_id) == (5 * MINUTE, True, None)
    assert answer.received_at - answer.sent_at == 15 * MINUTE
    told = Entry.objects.get(kind="sla.met")
    assert (told.occurred_at, told.data["user_id"]) == (NOON + 5 * MINUTE, None)


def test_vector_15_a_deletion_before_the_answer_cancels_the_cycle_and_is_listed(channel):
    receive(channel, said("1"))
    receive(channel, said("1", change=Change.DELETED, changed_at=NOON + 30 * MINUTE))

    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.ended_at, cycle.breached_at) == ("cancelled", NOON + 30 * MINUTE, None)
    assert (the_conversation().waiting_since, the_conversation().cycles_count) == (None, 0)
    assert Entry.objects.get(kind="sla.cancelled").data["reason"] == "deleted_by_author"


def test_vector_15_a_breach_before_the_deletion_remains(channel):
    receive(channel, said("1"))
    clock.tell_breaches(by=CLOCK, at=NOON + 2 * HOUR)
    receive(channel, said("1", change=Change.DELETED, changed_at=NOON + 3 * HOUR))

    assert (Cycle.objects.get().outcome, Cycle.objects.get().breached_at) == ("cancelled", NOON + HOUR)
    assert Entry.objects.get(kind="sla.breached").occurred_at == NOON + HOUR


def test_vector_15_a_cycle_after_the_deletion_has_a_clock_of_its_own(channel):
    receive(channel, said("1"))
    clock.tell_breaches(by=CLOCK, at=NOON + 2 * HOUR)
    receive(channel, said("1", change=Change.DELETED, changed_at=NOON + 3 * HOUR))
    receive(channel, said("2", at=NOON + DAY, in_reply_to="1"), at=NOON + DAY)

    cancelled, running = Cycle.objects.order_by("number")
    assert (cancelled.outcome, cancelled.breached_at) == ("cancelled", NOON + HOUR)
    assert (running.outcome, running.due_at, running.breached_at) == ("open", NOON + DAY + HOUR, None)


def test_vector_19_a_backfill_of_four_hundred_starts_nothing(channel):
    receive(channel, *(said(str(n), backfill=True, who=f"jo{n % 7}") for n in range(400)))

    assert (Message.objects.count(), Cycle.objects.count()) == (400, 0)
    assert set(Conversation.objects.values_list("status", "stage")) == {("resolved", "closed")}
    assert set(Entry.objects.values_list("kind", flat=True)) == {
        "item.backfilled",
        "conversation.opened",
        "conversation.stage_changed",
    }


def test_vector_19_somebody_who_writes_into_a_backfilled_thread_waits_like_anybody(channel):
    receive(channel, said("1", backfill=True, at=NOON - DAY))
    receive(channel, said("2", in_reply_to="1"))

    assert (the_conversation().waiting_since, the_conversation().status) == (NOON, "new")
    assert Cycle.objects.get().number == 1


def test_vector_21_after_five_days_without_a_worker_sleepers_wake_and_breaches_carry_their_own_time(
    channel, ada
):
    receive(channel, *(said(str(n), at=NOON + n * MINUTE, who=f"jo{n}") for n in range(5)))
    sleeper = Conversation.objects.latest("pk")
    snooze_conversation(conversation_id=sleeper.pk, until=NOON + 3 * HOUR, by=ada, at=NOON + HOUR)

    later = NOON + 5 * DAY
    clock.wake_overdue(by=CLOCK, at=later)
    clock.tell_breaches(by=CLOCK, at=later)

    assert fresh(sleeper).status == "open"
    told = Entry.objects.filter(kind="sla.breached").order_by("occurred_at")
    assert [entry.occurred_at for entry in told] == [NOON + HOUR + n * MINUTE for n in range(5)]
    assert clock.tell_breaches(by=CLOCK, at=later + DAY) == 0


def test_vector_21_a_breach_that_nobody_saw_is_told_when_the_late_answer_comes(channel):
    receive(channel, said("1"))
    receive(channel, native("2", NOON + 3 * HOUR), at=NOON + 5 * DAY)

    assert Cycle.objects.get().breached_at == NOON + HOUR
    assert Entry.objects.get(kind="sla.breached").occurred_at == NOON + HOUR


def test_vector_22_neither_a_note_nor_an_acknowledgement_nor_a_snooze_stops_the_clock(channel, ada):
    receive(channel, said("1"))
    conversation = the_conversation()

    add_note(conversation_id=conversation.pk, text="I know her.", by=ada, at=NOON + MINUTE)
    acknowledge_conversation(conversation_id=conversation.pk, by=ada, at=NOON + MINUTE)
    snooze_conversation(conversation_id=conversation.pk, until=NOON + DAY, by=ada, at=NOON + MINUTE)

    assert (fresh(conversation).waiting_since, conversation.due_at) == (NOON, NOON + HOUR)
    assert Cycle.objects.get().outcome == "open"
