"""Answering: a draft becomes a reply, which leaves once its undo time is over and stands in the thread at last."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from inbox.actions.converse import add_note
from inbox.actions.draft import save_draft
from inbox.actions.reply import (
    AnsweredMeanwhile,
    GateClosed,
    NothingToAnswer,
    release_held,
    undo_reply,
)
from inbox.connectors.ports import Change, Kind
from inbox.models import Conversation, Cycle, Draft, Message, Reply
from inbox.queries.conversation import conversation_page
from inbox.wiring import gates
from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.permissions import FIRST_ROLES, Permission
from tenants.kernel.errors import Forbidden, IllegalMove
from tenants.ledger.models import Entry
from tests.conftest import NOON, acting, person, said
from tests.inbox.arranging import (
    EVENING,
    HOUR,
    MINUTE,
    UNDO,
    answer,
    fresh,
    leave,
    receive,
    settle,
    the_conversation,
)
from tests.inbox.conftest import hang_up


@pytest.fixture
def auditor(acme) -> Actor:
    return acting(person("audit@acme.example", "Al Auditor", role="auditor", client=acme), "auditor")


def open_page(conversation, by, client):
    return conversation_page(conversation.pk, client=client, actor=by, gates=gates(), panels=(), at=EVENING)


# --- Drafts ----------------------------------------------------------------------------------------


def test_what_was_typed_is_there_when_its_writer_opens_the_conversation_again(talk, ada, grace, acme):
    begun = save_draft(conversation_id=talk.pk, text="It lef", private=False, based_on="", by=ada, at=EVENING)
    save_draft(
        conversation_id=talk.pk,
        text="It left",
        private=False,
        based_on=begun.version if begun else "",
        by=ada,
        at=EVENING + MINUTE,
    )

    composer = open_page(talk, ada, acme).composer
    assert (composer.text, composer.saved_at) == ("It left", EVENING + MINUTE)
    assert open_page(talk, grace, acme).composer.text == ""


def test_an_emptied_draft_is_gone(talk, ada):
    begun = save_draft(conversation_id=talk.pk, text="It lef", private=False, based_on="", by=ada, at=EVENING)

    emptied = save_draft(
        conversation_id=talk.pk,
        text=" \n",
        private=False,
        based_on=begun.version if begun else "",
        by=ada,
        at=EVENING,
    )
    assert emptied is None
    assert not Draft.objects.exists()


def test_who_may_not_answer_keeps_no_draft(talk, auditor):
    with pytest.raises(Forbidden, match="reply"):
        save_draft(
            conversation_id=talk.pk, text="It left", private=False, based_on="", by=auditor, at=EVENING
        )

    assert not Draft.objects.exists()


# --- Queued, sending, confirmed --------------------------------------------------------------------


def test_a_reply_waits_out_its_undo_time_and_then_stands_in_the_thread(talk, ada, place):
    reply = answer(talk, by=ada)
    assert (reply.state, leave(EVENING + UNDO - timedelta(seconds=1))) == ("queued", 0)
    assert not place.published

    leave()

    sent = Message.objects.get(pk=fresh(reply).message_id)
    assert (reply.state, reply.external_id, sent.source) == ("confirmed", "ours-1", "rapport")
    assert (sent.sent_at, sent.sent_by_id, sent.in_reply_to) == (EVENING + UNDO, ada.user_id, "1")
    assert place.published[str(reply.key)]["text"] == "It left yesterday."
    assert fresh(talk).status == "waiting_customer"
    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.native, cycle.answered_by_id) == ("answered", False, ada.user_id)


def test_the_ledger_tells_the_road_of_a_reply(talk, ada):
    reply = answer(talk, by=ada)
    leave()

    told = Entry.objects.filter(kind__startswith="reply.", data__reply_id=reply.pk).order_by("id")
    assert list(told.values_list("kind", flat=True)) == ["reply.queued", "reply.sending", "reply.confirmed"]


def test_whoever_answers_first_takes_the_conversation_and_that_is_told(talk, ada):
    answer(talk, by=ada)

    assert (fresh(talk).assignee_id, talk.status, talk.stage) == (ada.user_id, "open", "respond")
    assert Entry.objects.get(kind="conversation.assigned").data == {"user_id": ada.user_id, "before": None}


def test_a_reply_may_not_be_queued_without_the_right(talk, auditor, ada):
    with pytest.raises(Forbidden):
        answer(talk, by=auditor)

    assert not Reply.objects.exists()
    assert answer(talk, by=ada).state == "queued"


def test_a_private_message_is_answered_in_private_and_only_by_whom_that_is_allowed(open_channel, ada):
    receive(open_channel, said("1", kind=Kind.DIRECT_MESSAGE, private=True))
    publicly = Actor(
        ActorKind.USER, ada.id, ada.name, ada.permissions - {Permission.REPLY_PRIVATE}, ada.user_id
    )

    with pytest.raises(Forbidden, match="reply private"):
        answer(the_conversation(), by=publicly, private=False)
    assert answer(the_conversation(), by=ada, private=False).private


def test_there_is_nothing_to_answer_once_everything_was_deleted(open_channel, talk, ada):
    receive(open_channel, said("1", change=Change.DELETED, changed_at=NOON + HOUR))

    with pytest.raises((NothingToAnswer, GateClosed)):
        answer(talk, by=ada)
    assert not Reply.objects.exists()


def test_a_note_is_never_published(talk, ada, place):
    add_note(conversation_id=talk.pk, text="She is furious.", by=ada, at=EVENING)
    leave(EVENING + HOUR)

    assert (place.asked, Reply.objects.count(), Message.objects.count()) == ([], 0, 1)
    assert fresh(talk).waiting_since == NOON


# --- Undo ------------------------------------------------------------------------------------------


def test_a_reply_taken_back_in_time_never_leaves_and_is_a_draft_again(talk, ada, place):
    reply = answer(talk, by=ada)

    undo_reply(reply_id=reply.pk, by=ada, at=EVENING + UNDO / 2)
    leave(EVENING + HOUR)

    assert (fresh(reply).state, place.asked) == ("undone", [])
    assert Draft.objects.get().text == "It left yesterday."


def test_a_reply_that_has_left_cannot_be_taken_back(talk, ada):
    reply = answer(talk, by=ada)
    leave()

    with pytest.raises(IllegalMove, match="confirmed → undone"):
        undo_reply(reply_id=reply.pk, by=ada, at=EVENING + UNDO)
    assert (fresh(reply).state, Draft.objects.count()) == ("confirmed", 0)


def test_taking_back_loses_nothing_that_was_typed_since(talk, ada):
    reply = answer(talk, by=ada)
    save_draft(conversation_id=talk.pk, text="And thank you.", private=False, based_on="", by=ada, at=EVENING)

    undo_reply(reply_id=reply.pk, by=ada, at=EVENING)

    assert Draft.objects.get().text == "It left yesterday.\n\nAnd thank you."


def test_only_its_writer_or_an_approver_takes_a_reply_back(talk, ada, grace):
    by_grace = answer(talk, by=grace)
    other = Actor(ActorKind.USER, "0", "Somebody", FIRST_ROLES["responder"][2], user_id=0)

    with pytest.raises(Forbidden, match="Only whoever wrote this answer"):
        undo_reply(reply_id=by_grace.pk, by=other, at=EVENING)
    assert undo_reply(reply_id=by_grace.pk, by=ada, at=EVENING).state == "undone"
    assert Draft.objects.get().user_id == grace.user_id


# --- Sending twice ---------------------------------------------------------------------------------


def test_pressing_send_twice_sends_once(talk, ada, place):
    answer(talk, by=ada)
    with pytest.raises(AnsweredMeanwhile):
        answer(talk, by=ada)

    leave()
    leave(EVENING + HOUR)

    assert (Reply.objects.count(), len(place.asked)) == (1, 1)


def test_a_reply_that_could_not_be_handed_over_is_tried_again_under_the_same_key(talk, ada, place):
    reply = answer(talk, by=ada)
    place.before = lambda exchange: not exchange.answer(503, retry_after="60")

    leave()
    assert (fresh(reply).state, reply.release_at) == ("queued", EVENING + UNDO + MINUTE)
    place.before = lambda exchange: False
    leave(EVENING + UNDO + MINUTE)

    assert (fresh(reply).state, reply.attempts) == ("confirmed", 2)
    assert place.asked == [str(reply.key)] * 2


def test_a_refused_reply_fails_with_the_places_own_words_and_can_be_queued_again(talk, ada, place):
    reply = answer(talk, by=ada)
    words = json.dumps({"code": "too_long", "message": "Too long."}).encode()
    place.before = lambda exchange: not exchange.answer(422, words)

    leave()
    assert (fresh(reply).state, "Too long." in reply.trouble) == ("failed", True)
    place.before = lambda exchange: False
    release_held(reply_id=reply.pk, by=ada, at=EVENING + MINUTE)
    leave(EVENING + MINUTE)

    assert (fresh(reply).state, reply.trouble) == ("confirmed", "")


def test_who_may_not_answer_queues_nothing_again(talk, ada, auditor, place):
    reply = answer(talk, by=ada)
    place.before = lambda exchange: not exchange.answer(422)
    leave()

    with pytest.raises(Forbidden):
        release_held(reply_id=reply.pk, by=auditor, at=EVENING)
    assert fresh(reply).state == "failed"


def test_one_reply_that_breaks_does_not_hold_up_the_others(open_channel, talk, ada, place):
    receive(open_channel, said("2", who="mo"))
    broken, good = answer(talk, by=ada), answer(Conversation.objects.latest("pk"), "Another.", by=ada)
    Reply.objects.filter(pk=broken.pk).update(to_message_id=0)

    leave()

    assert fresh(good).state == "confirmed"
    assert fresh(broken).state != "confirmed"


def test_an_answer_from_a_place_whose_clock_is_slow_still_answers(talk, ada, place):
    place.clock = NOON - HOUR
    answer(talk, by=ada)
    leave()

    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.ended_at) == ("answered", EVENING + UNDO)


def test_our_own_reply_shown_to_us_again_is_one_message_whatever_the_network_calls_it(
    open_channel, talk, ada
):
    answer(talk, by=ada)
    leave()

    told = said("ours-1", "It left yesterday.", at=EVENING + UNDO, who="acme", brand=True, thread_id="t")
    receive(open_channel, told, at=EVENING + HOUR)

    assert Message.objects.filter(direction="outbound").count() == 1
    assert Cycle.objects.get().answered_by_id == ada.user_id


def test_our_own_reply_that_a_poll_brought_first_becomes_ours(open_channel, talk, ada, place):
    reply = answer(talk, by=ada)
    place.after = hang_up
    leave()

    receive(open_channel, said("ours-1", "It left yesterday.", at=EVENING + UNDO, who="acme", brand=True))
    settle(EVENING + MINUTE)

    sent = Message.objects.get(direction="outbound")
    assert (fresh(reply).message_id, sent.source, sent.sent_by_id) == (sent.pk, "rapport", ada.user_id)
    assert sent.conversation_id == the_conversation().pk == talk.pk
