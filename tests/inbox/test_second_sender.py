"""Two people answer at the same moment: what was read before the lock does not decide, what stands does."""

from __future__ import annotations

import pytest

from inbox.actions.reply import AnsweredMeanwhile, queue_reply
from inbox.models import Conversation, Message, Reply
from inbox.queries.facts import reply_facts
from inbox.wiring import gates
from tests.conftest import NOON, said
from tests.inbox.test_receive_messages import receive


def send(conversation, by, *, text, anyway=False):
    """A sender who has read everything, stopped at the instant before the outbox is locked."""
    facts = reply_facts(
        conversation=conversation,
        text=text,
        private=False,
        by=by,
        at=NOON,
        seen_message_id=Message.objects.latest("pk").pk,
        sent_anyway=anyway,
    )
    seen = conversation.version
    return lambda: queue_reply(
        conversation_id=conversation.pk,
        text=text,
        private=False,
        seen_version=seen,
        sent_anyway=anyway,
        gates=gates(),
        facts=facts,
        by=by,
        at=NOON,
    )


@pytest.fixture
def conversation(channel):
    receive(channel, said("1"))
    return Conversation.objects.get()


@pytest.mark.parametrize("anyway", [False, True])
def test_the_second_of_two_who_send_at_once_sees_that_the_first_was_first(conversation, ada, grace, anyway):
    first = send(conversation, ada, text="It left yesterday.")
    second = send(conversation, grace, text="It leaves today.", anyway=anyway)

    first()
    with pytest.raises(AnsweredMeanwhile):
        second()

    assert [reply.text for reply in Reply.objects.all()] == ["It left yesterday."]


def test_what_they_write_between_reading_and_sending_is_not_passed_over(channel, conversation, ada):
    answer = send(conversation, ada, text="It left yesterday.")

    receive(channel, said("2", "Forget it, it is here.", in_reply_to="1"))
    with pytest.raises(AnsweredMeanwhile, match="changed this very moment"):
        answer()

    assert not Reply.objects.exists()
