"""What a program does to a conversation: each verb beside its refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from inbox.models import Conversation, Cycle, Message, Note
from tenants.accounts.permissions import Permission
from tenants.kernel.schema import inside
from tenants.ledger.models import Entry
from tests.conftest import said
from tests.inbox.api.program import assert_problem, receive

P = Permission


def kinds(acme) -> set[str]:
    with inside(acme):
        return set(Entry.objects.filter(actor_kind="token").values_list("kind", flat=True))


def test_a_conversation_is_assigned_and_taken_back(api, talk, ada_user, acme):
    given = api.post(f"conversations/{talk}/assign", {"to": ada_user.pk})
    taken = api.post(f"conversations/{talk}/assign", {"to": None})

    assert given.json()["assignee"] == {"id": ada_user.pk, "name": "Ada Lovelace"}
    assert taken.json()["assignee"] is None
    assert {"conversation.assigned", "conversation.unassigned"} <= kinds(acme)


def test_nobody_who_does_not_work_here_is_given_a_conversation(api, talk, mallory_user, acme):
    problem = assert_problem(
        api.post(f"conversations/{talk}/assign", {"to": mallory_user.pk}), 422, "not_understood"
    )

    assert "listed under People" in problem["detail"]
    with inside(acme):
        assert Conversation.objects.get(pk=talk).assignee_id is None


def test_a_program_claims_nothing(api, talk):
    assert "Only a person claims" in assert_problem(api.post(f"conversations/{talk}/claim"), 422)["detail"]


def test_a_note_is_left_for_colleagues(api, talk, acme):
    answer = api.post(f"conversations/{talk}/note", {"text": "She called, too."})

    assert answer.status_code == 201
    assert api.get(f"conversations/{talk}/notes").json()["results"] == [answer.json()]
    with inside(acme):
        assert Note.objects.get().text == "She called, too."


def test_a_note_without_words_is_refused(api, talk):
    assert_problem(api.post(f"conversations/{talk}/note", {"text": " \n "}), 422, "not_understood")


def test_tags_are_lower_case_and_each_there_once(api, talk):
    answer = api.post(f"conversations/{talk}/tags", {"tags": ["VIP", " vip ", "Parcel  late"]})

    assert answer.json()["tags"] == ["parcel late", "vip"]
    assert api.post(f"conversations/{talk}/tags", {"tags": []}).json()["tags"] == []


def test_a_conversation_sleeps_until_its_time_and_is_woken(api, talk):
    until = (now() + timedelta(hours=2)).replace(microsecond=0)
    asleep = api.post(f"conversations/{talk}/snooze", {"until": until.isoformat()})
    awake = api.post(f"conversations/{talk}/wake")

    assert asleep.json()["status"] == "snoozed"
    assert asleep.json()["snoozed_until"] == until.isoformat().replace("+00:00", "Z")
    assert (awake.json()["status"], awake.json()["snoozed_until"]) == ("open", None)


@pytest.mark.parametrize(
    ("until", "status"),
    [
        ("2020-01-01T00:00:00Z", 422),
        ("2099-01-01T00:00:00Z", 422),
        ("0001-01-01T00:00:00+14:00", 400),
        ("9999-12-31T23:59:59-14:00", 400),
        ("2027-01-01T00:00:00", 400),
        ("tomorrow", 400),
    ],
)
def test_a_sleep_that_cannot_be_meant_is_refused(api, talk, until, status):
    assert_problem(api.post(f"conversations/{talk}/snooze", {"until": until}), status)


def test_done_needs_a_reason_while_somebody_waits(api, talk, acme):
    problem = assert_problem(api.post(f"conversations/{talk}/done", {}), 409, "still_waiting")
    done = api.post(f"conversations/{talk}/done", {"not_needed": "closing_thanks"})
    reopened = api.post(f"conversations/{talk}/reopen")

    assert problem["detail"]
    assert (done.json()["status"], done.json()["waiting_since"]) == ("resolved", None)
    assert reopened.json()["status"] in ("new", "open")
    assert reopened.json()["waiting_since"] is not None
    with inside(acme):
        assert Cycle.objects.filter(conversation_id=talk, outcome="open").exists()


def test_acknowledging_moves_the_stage_and_sends_nothing(api, talk):
    before = api.get(f"conversations/{talk}").json()
    after = api.post(f"conversations/{talk}/acknowledge").json()

    assert (before["stage"], after["stage"]) == ("acknowledge", "classify")
    assert after["waiting_since"] == before["waiting_since"]
    assert api.get(f"conversations/{talk}/replies").json()["results"] == []


def test_escalating_says_why_in_a_note(api, talk, ada_user, acme):
    answer = api.post(f"conversations/{talk}/escalate", {"reason": "A journalist asks", "to": ada_user.pk})

    assert (answer.json()["stage"], answer.json()["assignee"]["id"]) == ("escalate", ada_user.pk)
    with inside(acme):
        assert "A journalist asks" in Note.objects.get().text


def test_a_message_is_decided_by_a_person_above_the_machine(api, talk, acme):
    message = api.get(f"conversations/{talk}/messages").json()["results"][0]["id"]
    body = {"disposition": "no_response", "reason": "bait"}
    decided = api.post(f"messages/{message}/disposition", body)

    assert decided.json()["evaluation"]["disposition"] == "no_response"
    assert decided.json()["evaluation"]["proposed"] is False
    with inside(acme):
        assert Message.objects.get(pk=message).disposition_reason == "bait"
        assert not Cycle.objects.filter(outcome="open").exists()


def test_no_answer_needs_its_reason(api, talk):
    message = api.get(f"conversations/{talk}/messages").json()["results"][0]["id"]
    problem = assert_problem(api.post(f"messages/{message}/disposition", {"disposition": "no_response"}), 400)

    assert problem["errors"][0]["field"] == "reason"
    assert "bait" in problem["errors"][0]["message"]


COMMANDS: dict[str, tuple[dict[str, Any], Permission]] = {
    "assign": ({"to": None}, P.ASSIGN),
    "claim": ({}, P.REPLY_PUBLIC),
    "note": ({"text": "x"}, P.NOTE),
    "tags": ({"tags": []}, P.TRIAGE),
    "snooze": ({"until": "2099-01-01T00:00:00Z"}, P.TRIAGE),
    "wake": ({}, P.TRIAGE),
    "done": ({}, P.TRIAGE),
    "reopen": ({}, P.TRIAGE),
    "acknowledge": ({}, P.TRIAGE),
    "escalate": ({"reason": "x"}, P.ASSIGN),
}


@pytest.mark.parametrize("verb", COMMANDS)
def test_each_verb_needs_its_right_a_conversation_and_no_unknown_field(give, talk, verb):
    body, right = COMMANDS[verb]

    assert_problem(give(P.VIEW).post(f"conversations/{talk}/{verb}", body), 403, "forbidden")
    program = give(P.VIEW, right)
    problem = assert_problem(program.post(f"conversations/{talk}/{verb}", {**body, "colour": "red"}), 400)
    assert problem["errors"][0]["field"] == "colour"
    if verb != "snooze":  # its time is refused before
        missing = program.post(f"conversations/999999/{verb}", body)
        assert_problem(missing, 422 if verb == "claim" else 404)


# --- Answering -------------------------------------------------------------------------------------------


def newest(api, talk) -> int:
    return int(api.get(f"conversations/{talk}/messages?ordering=newest").json()["results"][0]["id"])


def test_an_answer_goes_into_the_outbox_and_can_be_taken_back(api, talk):
    queued = api.post(
        f"conversations/{talk}/replies", {"text": "On its way!", "seen_message_id": newest(api, talk)}
    )
    reply = queued.json()

    assert queued.status_code == 202
    assert queued["Location"] == f"/api/v1/replies/{reply['id']}"
    assert reply["state"] == "queued"
    assert {answer["gate"] for answer in reply["gates"]} >= {"length", "window", "channel", "collision"}
    assert api.get(f"replies/{reply['id']}").json() == reply
    assert api.get(f"conversations/{talk}/replies").json()["results"] == [reply]
    assert api.post(f"replies/{reply['id']}/undo").json()["state"] == "undone"
    assert_problem(api.post(f"replies/{reply['id']}/undo"), 409, "illegal_move")


def test_a_program_takes_back_what_it_wrote_itself_and_nothing_else(give, talk):
    writer, other = give(P.VIEW, P.REPLY_PUBLIC), give(P.VIEW, P.REPLY_PUBLIC)
    reply = writer.post(
        f"conversations/{talk}/replies", {"text": "Hello", "seen_message_id": newest(writer, talk)}
    ).json()

    assert_problem(other.post(f"replies/{reply['id']}/undo"), 403, "forbidden")
    assert writer.post(f"replies/{reply['id']}/undo").json()["state"] == "undone"


def test_the_second_who_answers_gets_409_and_sees_the_first_answer(give, talk):
    first, second = give(), give()
    seen = newest(first, talk)
    sent = first.post(f"conversations/{talk}/replies", {"text": "First!", "seen_message_id": seen}).json()
    refused = second.post(f"conversations/{talk}/replies", {"text": "Second!", "seen_message_id": seen})

    problem = assert_problem(refused, 409, "answered_meanwhile")
    assert [row["id"] for row in problem["on_its_way"]] == [sent["id"]]
    assert problem["on_its_way"][0]["text"] == "First!"


def test_who_has_not_read_the_newest_message_gets_409_and_the_message(api, talk, acme, talks):
    seen = newest(api, talk)
    receive(acme, talks, said("m9", "It has arrived now.", in_reply_to="m1", at=now()))
    refused = api.post(f"conversations/{talk}/replies", {"text": "Sorry!", "seen_message_id": seen})

    problem = assert_problem(refused, 409, "answered_meanwhile")
    assert [row["text"] for row in problem["newer_messages"]] == ["It has arrived now."]
    again = {"text": "Sorry!", "seen_message_id": seen, "send_anyway": True}
    assert api.post(f"conversations/{talk}/replies", again).status_code == 202


def test_a_gate_that_is_closed_says_what_to_do(api, talk, talks, acme):
    text = "x" * 70_000
    body = {"text": text, "seen_message_id": newest(api, talk)}
    asked = api.post("gates", {"conversation_id": talk, "text": " "})

    assert asked.json()["verdict"] == "block"
    assert asked.json()["used"] >= 0
    assert_problem(api.post(f"conversations/{talk}/replies", {**body, "text": "  "}), 422, "gate_closed")
    assert api.get(f"conversations/{talk}/replies").json()["results"] == []


def test_what_was_said_in_private_is_answered_in_private(api, acme, talks, give):
    talk = receive(acme, talks, said("dm", "Between us", private=True, at=now()))[0]
    body = {"text": "Of course.", "seen_message_id": newest(api, talk)}

    refused = give(P.VIEW, P.REPLY_PUBLIC).post(f"conversations/{talk}/replies", body)
    assert_problem(refused, 403, "forbidden")
    assert api.post(f"conversations/{talk}/replies", body).json()["private"] is True


def test_answering_needs_its_right(give, talk):
    program = give(P.VIEW)

    body = {"text": "Hello", "seen_message_id": newest(program, talk)}
    assert_problem(program.post(f"conversations/{talk}/replies", body), 403, "forbidden")
