"""An outcome nobody knows is settled by reading the thread back, never by sending again (test vector 18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inbox.actions.reply import GIVE_UP_AFTER, AnsweredMeanwhile, begin_sending, release_held
from inbox.gates import Verdict
from inbox.models import Cycle, Message, Reply
from inbox.queries.facts import reply_facts
from inbox.wiring import gates
from tenants.accounts.actors import SENDER
from tenants.kernel.errors import IllegalMove
from tenants.ledger.models import Entry
from tests.inbox.arranging import EVENING, HOUR, MINUTE, UNDO, answer, fresh, leave, settle
from tests.inbox.conftest import hang_up

LEFT = EVENING + UNDO


@pytest.fixture
def doubted(talk, ada, place) -> Reply:
    """It left, and the line broke before anybody could tell."""
    reply = answer(talk, by=ada)
    place.after = hang_up
    leave()
    return fresh(reply)


def lose(place):
    """The place loses what was posted, and hangs up."""
    place.before = hang_up


def test_vector_18_a_lost_answer_is_unknown_and_then_confirmed_by_reading_back(doubted, place):
    assert (doubted.state, doubted.trouble_code) == ("unknown", "unknown_outcome")
    assert Entry.objects.filter(kind="reply.unknown").count() == 1

    settle(LEFT + MINUTE)

    assert fresh(doubted).state == "confirmed"
    assert (len(place.published), len(place.asked)) == (1, 1)
    assert Entry.objects.get(kind="reply.confirmed").data["read_back"] is True
    assert (Cycle.objects.get().outcome, Message.objects.count()) == ("answered", 2)


def test_an_unknown_reply_is_never_sent_again_however_often_the_outbox_goes_round(doubted, place):
    for minutes in range(1, 30):
        leave(LEFT + minutes * MINUTE)

    assert len(place.asked) == 1
    with pytest.raises(IllegalMove):
        release_held(reply_id=doubted.pk, by=SENDER, at=LEFT)


def test_it_is_not_believed_at_once_that_a_reply_does_not_stand(talk, ada, place):
    lose(place)
    reply = answer(talk, by=ada)
    leave()

    settle(LEFT + MINUTE)
    assert fresh(reply).state == "unknown"
    for minutes in range(2, 20):
        settle(LEFT + minutes * MINUTE)

    assert (fresh(reply).state, reply.trouble_code) == ("failed", "not_published")
    assert len(place.asked) == 1
    assert fresh(talk).waiting_since is not None


def test_a_reply_that_shows_late_is_still_found(talk, ada, place):
    reply = answer(talk, by=ada)
    place.after, place.blind = hang_up, True
    leave()
    settle(LEFT + MINUTE)
    settle(LEFT + 2 * MINUTE)

    place.blind = False
    settle(LEFT + HOUR)

    assert fresh(reply).state == "confirmed"


def test_the_sender_that_died_while_sending_is_read_back(talk, ada, place):
    reply = answer(talk, by=ada)
    facts = reply_facts(conversation=talk, text=reply.text, private=False, by=None, at=LEFT, itself=reply)
    begin_sending(reply_id=reply.pk, gates=gates(), facts=facts, by=SENDER, at=LEFT)
    place.published[str(reply.key)] = {"external_id": "ours-1", "sent_at": LEFT.isoformat()}

    assert leave(LEFT + HOUR) == 0
    settle(LEFT + timedelta(seconds=90))
    assert fresh(reply).state == "sending"
    settle(LEFT + timedelta(minutes=3))

    assert (fresh(reply).state, place.asked) == ("confirmed", [])


def test_when_the_network_never_tells_a_person_is_asked_and_may_answer_on_purpose(talk, ada, place):
    reply = answer(talk, by=ada)
    place.after, place.blind = hang_up, True
    leave()
    for hours in range(1, GIVE_UP_AFTER + 2):
        settle(LEFT + hours * HOUR)

    assert (fresh(reply).state, reply.next_check_at) == ("unknown", None)
    assert "Look at the thread" in reply.trouble
    with pytest.raises(AnsweredMeanwhile, match="never told"):
        answer(talk, "Again: it left.", by=ada, at=LEFT + 20 * HOUR)
    place.after = lambda _: False
    second = answer(talk, "Again: it left.", by=ada, at=LEFT + 20 * HOUR, anyway=True)
    assert second.state == "queued"


def test_while_an_outcome_is_being_read_back_nobody_answers_over_it(talk, doubted, grace):
    with pytest.raises(AnsweredMeanwhile, match="on its way"):
        answer(talk, "Me too.", by=grace, anyway=True)

    assert Reply.objects.count() == 1


def test_what_the_gates_said_is_kept_with_the_reply_both_times(talk, ada):
    reply = answer(talk, by=ada)
    leave()

    asked = {gate["asked_at"] for gate in fresh(reply).gates}
    assert len(asked) == 2
    assert {gate["verdict"] for gate in reply.gates} == {Verdict.ALLOW}
