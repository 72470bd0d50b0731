"""What people do short of answering: claim, assign, note, tag, snooze, decide, done and reopen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inbox.actions import clock
from inbox.actions.converse import (
    LONGEST_TAG,
    MOST_TAGS,
    ClaimedByAnother,
    NotUnderstood,
    StillWaiting,
    acknowledge_conversation,
    add_note,
    assign_conversation,
    claim_conversation,
    decide_message,
    escalate_conversation,
    reopen_conversation,
    resolve_conversation,
    snooze_conversation,
    tag_conversation,
    wake_conversation,
)
from inbox.evaluation import Disposition
from inbox.models import Conversation, Cycle, Draft, Message, Note
from inbox.queries.conversation import conversation_page
from inbox.queries.queue import counts, queue_page
from inbox.states import NotNeeded
from inbox.wiring import gates
from tenants.accounts.actors import CLOCK, Actor, robot
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import Forbidden, IllegalMove, NotFound
from tenants.ledger.models import Entry
from tests.conftest import NOON, acting, person, said
from tests.inbox.arranging import EVENING, HOUR, MINUTE, RULES, fresh, receive, the_conversation


@pytest.fixture
def talk(channel) -> Conversation:
    receive(channel, said("1"))
    return the_conversation()


@pytest.fixture
def auditor(acme) -> Actor:
    return acting(person("audit@acme.example", "Al Auditor", role="auditor", client=acme), "auditor")


def told(kind: str) -> list[dict[str, Any]]:
    return list(Entry.objects.filter(kind=kind).order_by("id").values_list("data", flat=True))


VERBS = {
    "assign": lambda pk, by: assign_conversation(conversation_id=pk, to=None, by=by, at=EVENING),
    "claim": lambda pk, by: claim_conversation(conversation_id=pk, by=by, at=EVENING),
    "note": lambda pk, by: add_note(conversation_id=pk, text="Hm.", by=by, at=EVENING),
    "tag": lambda pk, by: tag_conversation(conversation_id=pk, tags=["vip"], by=by, at=EVENING),
    "snooze": lambda pk, by: snooze_conversation(conversation_id=pk, until=EVENING + HOUR, by=by, at=EVENING),
    "wake": lambda pk, by: wake_conversation(conversation_id=pk, by=by, at=EVENING),
    "done": lambda pk, by: resolve_conversation(
        conversation_id=pk, not_needed=NotNeeded.BAIT, rules=RULES, by=by, at=EVENING
    ),
    "reopen": lambda pk, by: reopen_conversation(conversation_id=pk, rules=RULES, by=by, at=EVENING),
    "acknowledge": lambda pk, by: acknowledge_conversation(conversation_id=pk, by=by, at=EVENING),
    "escalate": lambda pk, by: escalate_conversation(
        conversation_id=pk, to=None, reason="Angry.", by=by, at=EVENING
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_needs_its_right_and_a_conversation(talk, grace, auditor, verb):
    entries = Entry.objects.count()

    with pytest.raises(Forbidden, match="is missing"):
        VERBS[verb](talk.pk, auditor)
    with pytest.raises(NotFound):
        VERBS[verb](talk.pk + 1000, grace)
    assert Entry.objects.count() == entries

    VERBS[verb](talk.pk, grace)


# --- Claims ----------------------------------------------------------------------------------------


def test_the_first_who_writes_has_the_claim_and_the_second_is_told(talk, ada, grace):
    claim_conversation(conversation_id=talk.pk, by=ada, at=EVENING)

    with pytest.raises(ClaimedByAnother, match="five minutes") as refusal:
        claim_conversation(conversation_id=talk.pk, by=grace, at=EVENING + 4 * MINUTE)
    assert (refusal.value.status, refusal.value.details) == (409, {"claimed_by_id": ada.user_id})


def test_a_claim_lapses_by_itself_after_five_minutes_of_silence(talk, ada, grace):
    claim_conversation(conversation_id=talk.pk, by=ada, at=EVENING)

    assert not fresh(talk).is_claimed_by_another(grace.user_id, EVENING + 5 * MINUTE)
    claim_conversation(conversation_id=talk.pk, by=grace, at=EVENING + 5 * MINUTE)
    assert fresh(talk).claimed_by_id == grace.user_id


def test_a_claim_is_renewed_while_its_holder_writes_and_told_once(talk, ada, grace):
    for minutes in (0, 3, 6):
        claim_conversation(conversation_id=talk.pk, by=ada, at=EVENING + minutes * MINUTE)

    assert fresh(talk).is_claimed_by_another(grace.user_id, EVENING + 10 * MINUTE)
    assert len(told("conversation.claimed")) == 1


def test_a_program_claims_nothing(talk):
    program = robot("answering machine", Permission.REPLY_PUBLIC)

    with pytest.raises(NotUnderstood, match="Only a person"):
        claim_conversation(conversation_id=talk.pk, by=program, at=EVENING)


# --- Assignment ------------------------------------------------------------------------------------


def test_an_assigned_conversation_has_somebody_and_the_ledger_says_from_whom(talk, ada, grace):
    assign_conversation(conversation_id=talk.pk, to=grace.user_id, by=ada, at=EVENING)
    assign_conversation(conversation_id=talk.pk, to=ada.user_id, by=ada, at=EVENING)
    assign_conversation(conversation_id=talk.pk, to=ada.user_id, by=ada, at=EVENING)
    assign_conversation(conversation_id=talk.pk, to=None, by=ada, at=EVENING)

    assert (fresh(talk).assignee_id, talk.status) == (None, "open")
    assert told("conversation.assigned") == [
        {"user_id": grace.user_id, "before": None},
        {"user_id": ada.user_id, "before": grace.user_id},
    ]
    assert told("conversation.unassigned") == [{"before": ada.user_id}]


def test_nobody_from_another_client_is_given_a_conversation(mallory_user, talk, ada):
    with pytest.raises(NotUnderstood):
        assign_conversation(conversation_id=talk.pk, to=mallory_user.pk, by=ada, at=EVENING)

    assert fresh(talk).assignee_id is None


# --- Notes and tags --------------------------------------------------------------------------------


def test_a_note_is_for_colleagues_and_moves_nothing(talk, ada):
    note = add_note(conversation_id=talk.pk, text="Look at \x00 her \ud800 order.", by=ada, at=EVENING)

    assert Note.objects.get().text == "Look at \ufffd her \ufffd order."
    assert (fresh(talk).status, Message.objects.count()) == ("new", 1)
    assert told("note.added") == [{"note_id": note.pk}]


def test_an_empty_note_is_refused(talk, ada):
    with pytest.raises(NotUnderstood, match="needs words"):
        add_note(conversation_id=talk.pk, text=" \n ", by=ada, at=EVENING)


def test_tags_are_lower_case_and_each_stands_once(talk, ada):
    tag_conversation(conversation_id=talk.pk, tags=["VIP", " vip ", "Lost  parcel", ""], by=ada, at=EVENING)

    assert fresh(talk).tags == ["lost parcel", "vip"]
    assert told("conversation.classified")[0]["tags"] == ["lost parcel", "vip"]


def test_too_many_tags_and_too_long_ones_are_refused_and_never_cut(talk, ada):
    for tags in ([str(n) for n in range(MOST_TAGS + 1)], ["x" * (LONGEST_TAG + 1)]):
        with pytest.raises(NotUnderstood, match="most"):
            tag_conversation(conversation_id=talk.pk, tags=tags, by=ada, at=EVENING)

    assert fresh(talk).tags == []


# --- Snooze ----------------------------------------------------------------------------------------


def listed(view, by, at):
    return [row.id for row in queue_page(view_key=view, query="", after="", actor=by, at=at).rows]


def test_a_sleeper_is_awake_at_its_time_in_every_read_though_no_worker_ran(talk, ada, acme):
    until = EVENING + 2 * HOUR
    snooze_conversation(conversation_id=talk.pk, until=until, by=ada, at=EVENING)

    before, after = until - timedelta(seconds=1), until
    assert (listed("open", ada, before), listed("snoozed", ada, before)) == ([], [talk.pk])
    assert (listed("open", ada, after), listed("snoozed", ada, after)) == ([talk.pk], [])
    assert (counts(me=1, at=before)["open"], counts(me=1, at=after)["open"]) == (0, 1)
    page = conversation_page(talk.pk, client=acme, actor=ada, gates=gates(), panels=(), at=after)
    assert (page.snoozed_until, page.status) == (None, "open")
    assert fresh(talk).status == "snoozed"


def test_the_clocks_round_writes_down_that_sleep_is_over(talk, ada):
    snooze_conversation(conversation_id=talk.pk, until=EVENING + HOUR, by=ada, at=EVENING)

    assert clock.wake_overdue(by=CLOCK, at=EVENING + HOUR - MINUTE) == 0
    assert clock.wake_overdue(by=CLOCK, at=EVENING + 50 * HOUR) == 1
    assert (fresh(talk).status, talk.snoozed_until) == ("open", None)
    assert told("conversation.woken") == [{"reason": "time"}]


def test_somebody_who_writes_wakes_a_sleeper(channel, talk, ada):
    snooze_conversation(conversation_id=talk.pk, until=EVENING + HOUR, by=ada, at=EVENING)
    receive(channel, said("2", at=EVENING, in_reply_to="1"), at=EVENING + MINUTE)

    assert (fresh(talk).status, talk.snoozed_until) == ("open", None)
    assert told("conversation.woken") == [{"reason": "inbound"}]


@pytest.mark.parametrize("until", [EVENING, EVENING - HOUR, EVENING + timedelta(days=367)])
def test_sleep_ends_in_the_future_and_within_a_year(talk, ada, until):
    with pytest.raises(NotUnderstood):
        snooze_conversation(conversation_id=talk.pk, until=until, by=ada, at=EVENING)

    assert fresh(talk).status == "new"


# --- Done and reopened -----------------------------------------------------------------------------


def test_done_needs_a_reason_while_somebody_waits(talk, ada):
    with pytest.raises(StillWaiting, match="say why none is needed"):
        resolve_conversation(conversation_id=talk.pk, not_needed=None, rules=RULES, by=ada, at=EVENING)
    assert fresh(talk).status == "new"

    resolve_conversation(
        conversation_id=talk.pk, not_needed=NotNeeded.CLOSING_THANKS, rules=RULES, by=ada, at=EVENING
    )

    assert (fresh(talk).status, talk.stage, talk.waiting_since) == ("resolved", "closed", None)
    assert (Cycle.objects.get().outcome, Cycle.objects.get().reason) == ("excluded", "closing_thanks")
    assert told("item.evaluated")[0]["before"] == "engage"


def test_spam_is_filtered(talk, ada):
    resolve_conversation(conversation_id=talk.pk, not_needed=NotNeeded.SPAM, rules=RULES, by=ada, at=EVENING)

    assert fresh(talk).status == "spam"
    assert (listed("filtered", ada, EVENING), listed("open", ada, EVENING)) == ([talk.pk], [])


def test_giving_up_counts_as_unanswered(talk, ada):
    resolve_conversation(
        conversation_id=talk.pk, not_needed=NotNeeded.TOO_LATE, rules=RULES, by=ada, at=EVENING
    )

    assert (Cycle.objects.get().outcome, fresh(talk).cycles_count, talk.status) == ("lapsed", 1, "resolved")


@pytest.mark.parametrize("reason", list(NotNeeded))
def test_whoever_writes_into_what_was_done_reopens_it_at_evaluate_with_the_next_cycle(
    channel, talk, ada, reason
):
    resolve_conversation(conversation_id=talk.pk, not_needed=reason, rules=RULES, by=ada, at=EVENING)
    receive(channel, said("2", at=EVENING + HOUR, in_reply_to="1"), at=EVENING + HOUR)

    assert (fresh(talk).status, talk.waiting_since) == ("open", EVENING + HOUR)
    moves = [(one["before"], one["after"]) for one in told("conversation.stage_changed")]
    assert ("closed", "evaluate") in moves
    assert told("conversation.reopened") == [{"cause": "inbound"}]
    assert list(Cycle.objects.order_by("number").values_list("number", "outcome"))[-1] == (2, "open")


def test_reopening_by_hand_lets_wait_again_what_had_been_set_aside(talk, ada):
    resolve_conversation(conversation_id=talk.pk, not_needed=NotNeeded.BAIT, rules=RULES, by=ada, at=EVENING)

    reopen_conversation(conversation_id=talk.pk, rules=RULES, by=ada, at=EVENING + HOUR)

    assert (fresh(talk).status, talk.stage, talk.waiting_since) == ("open", "evaluate", NOON)
    assert Cycle.objects.get().outcome == "open"


# --- Deciding, acknowledging, escalating -----------------------------------------------------------


def test_what_a_person_decides_stands_above_what_the_machine_thought_and_both_are_kept(talk, ada):
    message = Message.objects.get()
    decide_message(
        message_id=message.pk,
        disposition=Disposition.MONITOR,
        reason="not_ours",
        rules=RULES,
        by=ada,
        at=EVENING,
    )

    assert (fresh(message).disposition, message.disposition_by) == ("monitor", f"user:{ada.id}")
    assert message.evaluation["version"] == "test"
    assert (fresh(talk).waiting_since, talk.status) == (None, "resolved")


@pytest.mark.parametrize(("disposition", "reason"), [(Disposition.SPAM, ""), (Disposition.ENGAGE, "x" * 41)])
def test_a_decision_that_cannot_be_kept_is_refused(talk, ada, disposition, reason):
    with pytest.raises(NotUnderstood):
        decide_message(
            message_id=Message.objects.get().pk,
            disposition=disposition, reason=reason, rules=RULES, by=ada, at=EVENING,
        )  # fmt: skip
    assert fresh(talk).waiting_since == NOON


def test_what_the_brand_said_itself_is_not_evaluated(channel, talk, ada):
    receive(channel, said("2", at=EVENING, who="acme", brand=True, in_reply_to="1"))

    with pytest.raises(NotUnderstood, match="outside the brand"):
        decide_message(
            message_id=Message.objects.latest("pk").pk,
            disposition=Disposition.ENGAGE, reason="x", rules=RULES, by=ada, at=EVENING,
        )  # fmt: skip


def test_an_escalation_says_why_and_may_name_who_takes_it(talk, ada, grace):
    with pytest.raises(NotUnderstood, match="Say why"):
        escalate_conversation(conversation_id=talk.pk, to=None, reason=" ", by=ada, at=EVENING)

    escalate_conversation(conversation_id=talk.pk, to=grace.user_id, reason="A lawyer.", by=ada, at=EVENING)

    assert (fresh(talk).stage, talk.assignee_id) == ("escalate", grace.user_id)
    assert Note.objects.get().text == "Escalated: A lawyer."


@pytest.mark.parametrize("verb", ["acknowledge", "escalate"])
def test_what_is_closed_is_reopened_first(talk, ada, verb):
    VERBS["done"](talk.pk, ada)

    with pytest.raises(IllegalMove, match="closed →"):
        VERBS[verb](talk.pk, ada)
    assert (fresh(talk).stage, Note.objects.count()) == ("closed", 0)


# --- Joining ---------------------------------------------------------------------------------------


def test_joining_conversations_keeps_what_people_did_in_either(channel, ada, grace):
    receive(channel, said("b", in_reply_to="a"), said("c", in_reply_to="x", who="mo"))
    first, second = Conversation.objects.order_by("pk")
    tag_conversation(conversation_id=second.pk, tags=["vip"], by=ada, at=EVENING)
    assign_conversation(conversation_id=second.pk, to=grace.user_id, by=ada, at=EVENING)
    add_note(conversation_id=second.pk, text="Known.", by=ada, at=EVENING)
    for talk, text in ((first, "Older."), (second, "Newer.")):
        Draft.objects.create(
            conversation=talk, user_id=ada.user_id or 0, text=text, saved_at=EVENING + talk.pk * MINUTE
        )

    receive(channel, said("x", in_reply_to="a"))

    joined = the_conversation()
    assert (joined.tags, joined.assignee_id, joined.messages_count) == (["vip"], grace.user_id, 3)
    assert Note.objects.get().conversation_id == joined.pk
    assert (Draft.objects.get().conversation_id, Draft.objects.get().text) == (joined.pk, "Newer.\n\nOlder.")
