"""Every gate is asked when a reply is queued, and asked again at the instant it leaves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from inbox.actions import channels
from inbox.actions.reply import AnsweredMeanwhile, GateClosed, release_held
from inbox.connectors.ports import Change
from inbox.gates import ReplyFacts, Verdict, ask, collision, duplicate, length, right, strictest, window
from inbox.models import Conversation, Message, Reply
from tenants.accounts.models import Seat
from tenants.kernel.schema import as_owner, outside
from tenants.ledger.models import Entry
from tenants.models import NetworkPolicy
from tests.conftest import NOON, said
from tests.inbox.arranging import EVENING, HOUR, MINUTE, UNDO, answer, fresh, leave, receive

LEFT = EVENING + UNDO


def policy(**facts):
    """What a network permits, from today on."""
    with as_owner(), outside():
        NetworkPolicy.objects.filter(network="mastodon").delete()
        NetworkPolicy.objects.create(
            network="mastodon",
            source="a test",
            checked_on=date(2026, 1, 1),
            valid_from=date(2026, 1, 1),
            **facts,
        )


def facts(**told) -> ReplyFacts:
    return ReplyFacts(**{"text": "Hello", "private": False, "network": "mastodon", "at": NOON, **told})


# --- Length ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "counting", "used"),
    [
        ("a" * 10, "characters", 10),
        ("👨‍👩‍👧‍👦", "graphemes", 1),
        ("é", "bytes", 2),
        ("https://example.org/" + "a" * 90, "weighted", 23),
        ("日本", "weighted", 4),
        ("👨‍👩‍👧‍👦", "weighted", 2),
    ],
)
def test_a_length_is_counted_as_the_network_counts_it(text, counting, used):
    assert length(facts(text=text, counting=counting, text_limit=used)).verdict is Verdict.ALLOW
    too_long = length(facts(text=text, counting=counting, text_limit=used - 1))
    assert (too_long.verdict, f"{used} of {used - 1}" in too_long.sentence) == (Verdict.BLOCK, True)


def test_an_empty_answer_is_not_sent(talk, ada):
    with pytest.raises(GateClosed, match="nothing to send"):
        answer(talk, "  ", by=ada)

    assert not Reply.objects.exists()


def test_a_reply_that_is_too_long_is_refused_and_never_cut(talk, ada):
    policy(text_limit=20, counting="graphemes")

    with pytest.raises(GateClosed, match="^1 .*too long"):
        answer(talk, "a" * 21, by=ada)
    assert answer(talk, "a" * 20, by=ada).text == "a" * 20


def test_a_limit_that_was_lowered_meanwhile_holds_the_reply(talk, ada, place):
    reply = answer(talk, "a" * 21, by=ada)
    policy(text_limit=20, counting="graphemes")

    leave()

    assert (fresh(reply).state, reply.trouble_code, place.asked) == ("held", "length", [])
    assert Entry.objects.get(kind="reply.held").data["gate"] == "length"


# --- Window ----------------------------------------------------------------------------------------


def test_a_window_warns_before_it_closes_and_blocks_when_it_has():
    open_, closing, closed = (
        window(facts(at=NOON + hours * HOUR, window_hours=24, last_inbound_at=NOON)) for hours in (17, 19, 24)
    )

    assert [one.verdict for one in (open_, closing, closed)] == [Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK]


def test_a_window_that_closes_during_the_undo_time_holds_the_reply(talk, ada, place):
    policy(reply_window_hours=9)
    reply = answer(talk, by=ada, at=EVENING - timedelta(seconds=1))

    leave(LEFT)

    assert (fresh(reply).state, reply.trouble_code, place.asked) == ("held", "window", [])


# --- The channel, the parent, the writer -----------------------------------------------------------


def test_a_paused_channel_holds_what_was_queued_until_it_is_released(open_channel, talk, ada, place):
    reply = answer(talk, by=ada)
    channels.pause(channel_id=open_channel.pk, why="A crisis.", by=ada, at=EVENING)
    leave()
    assert (fresh(reply).state, "A crisis." in reply.trouble, place.asked) == ("held", True, [])

    channels.resume(channel_id=open_channel.pk, by=ada, at=LEFT)
    release_held(reply_id=reply.pk, by=ada, at=LEFT + MINUTE)
    leave(LEFT + MINUTE)

    assert fresh(reply).state == "confirmed"


def test_a_reply_to_what_was_deleted_meanwhile_does_not_leave(open_channel, talk, ada, place):
    reply = answer(talk, by=ada)
    receive(open_channel, said("1", change=Change.DELETED, changed_at=EVENING), at=EVENING)

    leave()

    assert (fresh(reply).state, reply.trouble_code, place.asked) == ("held", "parent", [])


def test_nobody_publishes_who_lost_the_right_meanwhile(talk, ada, ada_user, place):
    reply = answer(talk, by=ada)
    with outside():
        Seat.objects.filter(user=ada_user).delete()

    leave()

    assert (fresh(reply).state, reply.trouble_code, place.asked) == ("held", "right", [])
    assert right(facts(writer_may=True)).verdict is Verdict.ALLOW


# --- Duplicates ------------------------------------------------------------------------------------


def test_the_same_words_are_not_said_twice_in_a_conversation(open_channel, talk, ada):
    answer(talk, by=ada)
    leave()
    receive(open_channel, said("2", at=LEFT, in_reply_to="1"), at=LEFT)

    with pytest.raises(GateClosed, match="exactly this"):
        answer(talk, by=ada, at=LEFT + MINUTE)
    again = answer(talk, by=ada, at=LEFT + MINUTE, anyway=True)
    leave(LEFT + HOUR)
    assert fresh(again).state == "confirmed"


def test_the_same_words_everywhere_warn_and_then_block():
    asked = [duplicate(facts(same_text_last_hour=times)).verdict for times in (2, 3, 9, 10)]

    assert asked == [Verdict.ALLOW, Verdict.WARN, Verdict.WARN, Verdict.BLOCK]


def test_the_same_words_on_one_channel_are_counted(open_channel, talk, ada):
    for number in range(2, 14):
        receive(open_channel, said(str(number), who=f"jo{number}"))
    talks = list(Conversation.objects.order_by("pk"))
    for conversation in talks[:10]:
        answer(conversation, by=ada)

    with pytest.raises(GateClosed, match="10 times"):
        answer(talks[10], by=ada)
    assert answer(talks[10], "In my own words.", by=ada).state == "queued"
    assert answer(talks[11], by=ada, at=EVENING + HOUR + MINUTE).state == "queued"


# --- Collision -------------------------------------------------------------------------------------


def test_what_the_writer_has_not_seen_must_be_read_first(open_channel, talk, ada):
    seen = Message.objects.get().pk
    receive(open_channel, said("2", "Never mind.", at=NOON + HOUR, in_reply_to="1"))

    with pytest.raises(AnsweredMeanwhile, match="written again"):
        answer(talk, by=ada, seen=seen)
    assert answer(talk, by=ada, seen=seen, anyway=True).state == "queued"


def test_an_answer_given_natively_must_be_read_first(open_channel, talk, ada):
    seen = Message.objects.get().pk
    receive(open_channel, said("2", "Done.", at=NOON + HOUR, who="acme", brand=True, in_reply_to="1"))

    with pytest.raises(AnsweredMeanwhile, match="answered since"):
        answer(talk, by=ada, seen=seen)


def test_a_native_answer_during_the_undo_time_holds_the_reply(open_channel, talk, ada, place):
    reply = answer(talk, by=ada)
    told = said("2", "Done.", at=EVENING, who="acme", brand=True, in_reply_to="1")
    receive(open_channel, told, at=EVENING + UNDO / 2)

    leave()
    assert (fresh(reply).state, reply.trouble_code, place.asked) == ("held", "collision", [])

    release_held(reply_id=reply.pk, by=ada, at=LEFT + MINUTE)
    leave(LEFT + MINUTE)
    assert fresh(reply).state == "confirmed"


def test_somebody_elses_claim_only_warns():
    claimed = collision(facts(claimed_by="Grace"))

    assert (claimed.verdict, "Grace" in claimed.sentence) == (Verdict.WARN, True)
    assert strictest(ask([collision], facts())) is Verdict.ALLOW
