"""Closing what waited too long: out of the queue, and unanswered in every figure."""

from __future__ import annotations

import pytest

from inbox.actions.give_up import give_up_waiting
from inbox.models import Conversation, Cycle, Message
from inbox.states import NotNeeded, Outcome, Stage, Status
from tenants.accounts.actors import robot
from tenants.kernel.errors import Forbidden
from tenants.ledger.models import Entry
from tests.conftest import said
from tests.inbox.arranging import EVENING, HOUR, RULES, receive


def give_up(by) -> int:
    ids = list(Conversation.objects.values_list("pk", flat=True))
    return give_up_waiting(conversation_ids=ids, rules=RULES, by=by, at=EVENING)


def told(kind) -> list[int | None]:
    return list(
        Entry.objects.filter(kind=kind).order_by("conversation_id").values_list("conversation_id", flat=True)
    )


def test_what_waits_is_closed_and_stays_unanswered(channel, ada):
    receive(channel, said("1", who="jo"), said("2", who="lea"))

    assert give_up(ada) == 2

    assert {(row.status, row.stage, row.waiting_since) for row in Conversation.objects.all()} == {
        (Status.RESOLVED, Stage.CLOSED, None)
    }
    assert set(Cycle.objects.values_list("outcome", flat=True)) == {Outcome.LAPSED}
    assert set(Message.objects.values_list("disposition_reason", flat=True)) == {NotNeeded.TOO_LATE}
    assert told("conversation.resolved") == sorted(Conversation.objects.values_list("pk", flat=True))


def test_what_was_answered_is_left_alone(channel, ada):
    receive(channel, said("1", who="jo"), said("2", brand=True, who="acme", in_reply_to="1"))

    assert give_up(ada) == 0

    assert Cycle.objects.get().outcome == Outcome.ANSWERED
    assert told("conversation.resolved") == []


def test_whoever_writes_again_waits_again(channel, ada):
    receive(channel, said("1"))
    give_up(ada)

    receive(channel, said("2", "Hello?", in_reply_to="1", at=EVENING + HOUR), at=EVENING + HOUR)

    assert list(Cycle.objects.order_by("number").values_list("outcome", flat=True)) == [
        Outcome.LAPSED,
        Outcome.OPEN,
    ]
    assert Conversation.objects.get().waiting_since == EVENING + HOUR


def test_the_number_of_statements_does_not_grow(channel, ada, queries):
    counted = []
    for names in (["a"], ["b", "c", "d", "e", "f", "g", "h"]):
        receive(channel, *(said(name, who=name) for name in names))
        with queries() as seen:
            assert give_up(ada) == len(names)
        counted.append(len(seen))

    assert counted[0] == counted[1]


def test_nobody_gives_up_without_the_right(channel):
    receive(channel, said("1"))

    with pytest.raises(Forbidden):
        give_up(robot("passer-by"))

    assert Cycle.objects.get().outcome == Outcome.OPEN
