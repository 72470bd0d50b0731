"""Anything people, networks and robots can do, in any order: no constraint breaks, and the ledger can tell the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inbox.actions import clock, converse, reply
from inbox.actions.give_up import give_up_waiting
from inbox.connectors.ports import Change, SentReply
from inbox.evaluation import Disposition
from inbox.models import Channel, Conversation, Cycle, Message, Reply
from inbox.queries.facts import reply_facts
from inbox.states import AT_WORK, STAGES, NotNeeded, Outcome, Stage, Status
from inbox.wiring import gates
from tenants.accounts.actors import CLOCK, SENDER, Actor
from tenants.kernel.errors import Refusal
from tenants.ledger.models import Entry
from tests.conftest import NOON, said
from tests.inbox.arranging import HOUR, MINUTE, RULES, answer, one_example, receive


@dataclass(slots=True)
class Walk:
    """One client's inbox and how far its clock has come."""

    channel: Channel
    people: list[Actor]
    at: datetime = NOON
    said: int = 0
    sent: int = 0
    refused: list[str] = field(default_factory=list)

    def talk(self, choice: int) -> Conversation | None:
        return self._one_of(Conversation.objects.filter(merged_into__isnull=True), choice)

    def message(self, choice: int) -> Message | None:
        return self._one_of(Message.objects.all(), choice)

    def reply(self, choice: int) -> Reply | None:
        return self._one_of(Reply.objects.all(), choice)

    @staticmethod
    def _one_of(rows: Any, choice: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[choice % len(found)] if found else None


def hear(walk: Walk, choice: int, by: Actor, *, brand: bool = False) -> None:
    walk.said += 1
    parent = walk.message(choice)
    answers = "" if parent is None or choice % 5 == 0 else parent.external_id
    unseen = f"i{walk.said + 2}" if choice % 2 else ""
    told = said(
        f"i{walk.said}", f"Words {choice}", at=walk.at - (choice % 3) * MINUTE,
        who="acme" if brand else "jo", brand=brand,
        in_reply_to=answers or unseen,
        backfill=choice % 11 == 0,
    )  # fmt: skip
    receive(walk.channel, told, at=walk.at)


def hear_natively(walk: Walk, choice: int, by: Actor) -> None:
    hear(walk, choice, by, brand=True)


def change(walk: Walk, choice: int, by: Actor) -> None:
    row = walk.message(choice)
    if row is not None:
        what = Change.EDITED if choice % 2 else Change.DELETED
        told = said(row.external_id, f"Changed {choice}", at=row.sent_at, change=what, changed_at=walk.at)
        receive(walk.channel, told, at=walk.at)


def on_talk(act: Callable[[Conversation, Walk, int, Actor], object]) -> Callable[[Walk, int, Actor], None]:
    def step(walk: Walk, choice: int, by: Actor) -> None:
        row = walk.talk(choice)
        if row is not None:
            act(row, walk, choice, by)

    return step


def on_reply(act: Callable[[Reply, Walk, int, Actor], object]) -> Callable[[Walk, int, Actor], None]:
    def step(walk: Walk, choice: int, by: Actor) -> None:
        row = walk.reply(choice)
        if row is not None:
            act(row, walk, choice, by)

    return step


def begin(row: Reply, walk: Walk, choice: int, by: Actor) -> None:
    facts = reply_facts(
        conversation=row.conversation, text=row.text, private=False, by=None, at=walk.at, itself=row
    )
    reply.begin_sending(reply_id=row.pk, gates=gates(), facts=facts, by=SENDER, at=walk.at)


def confirm(row: Reply, walk: Walk, choice: int, by: Actor) -> None:
    walk.sent += 1
    sent = SentReply(external_id=f"ours-{walk.sent}", sent_at=walk.at)
    reply.confirm_reply(reply_id=row.pk, sent=sent, read_back=False, rules=RULES, by=SENDER, at=walk.at)


def decide(walk: Walk, choice: int, by: Actor) -> None:
    row = walk.message(choice)
    if row is not None:
        word = list(Disposition)[choice % len(Disposition)]
        converse.decide_message(
            message_id=row.pk, disposition=word, reason="by_hand", rules=RULES, by=by, at=walk.at
        )


REASONS = [None, *NotNeeded]
STEPS: dict[str, Callable[[Walk, int, Actor], object]] = {
    "hear": hear,
    "hear natively": hear_natively,
    "change": change,
    "decide": decide,
    "assign": on_talk(
        lambda row, walk, n, by: converse.assign_conversation(
            conversation_id=row.pk, to=walk.people[n % 2].user_id if n % 3 else None, by=by, at=walk.at
        )
    ),
    "claim": on_talk(
        lambda row, walk, n, by: converse.claim_conversation(conversation_id=row.pk, by=by, at=walk.at)
    ),
    "note": on_talk(
        lambda row, walk, n, by: converse.add_note(conversation_id=row.pk, text="Hm.", by=by, at=walk.at)
    ),
    "tag": on_talk(
        lambda row, walk, n, by: converse.tag_conversation(
            conversation_id=row.pk, tags=[f"t{n % 3}", f"t{n % 4}"], by=by, at=walk.at
        )
    ),
    "snooze": on_talk(
        lambda row, walk, n, by: converse.snooze_conversation(
            conversation_id=row.pk, until=walk.at + (n % 5 + 1) * HOUR, by=by, at=walk.at
        )
    ),
    "wake": on_talk(
        lambda row, walk, n, by: converse.wake_conversation(conversation_id=row.pk, by=by, at=walk.at)
    ),
    "acknowledge": on_talk(
        lambda row, walk, n, by: converse.acknowledge_conversation(conversation_id=row.pk, by=by, at=walk.at)
    ),
    "escalate": on_talk(
        lambda row, walk, n, by: converse.escalate_conversation(
            conversation_id=row.pk, to=None, reason="Angry.", by=by, at=walk.at
        )
    ),
    "done": on_talk(
        lambda row, walk, n, by: converse.resolve_conversation(
            conversation_id=row.pk, not_needed=REASONS[n % len(REASONS)], rules=RULES, by=by, at=walk.at
        )
    ),
    "reopen": on_talk(
        lambda row, walk, n, by: converse.reopen_conversation(
            conversation_id=row.pk, rules=RULES, by=by, at=walk.at
        )
    ),
    "give up": on_talk(
        lambda row, walk, n, by: give_up_waiting(conversation_ids=[row.pk], rules=RULES, by=by, at=walk.at)
    ),
    "answer": on_talk(
        lambda row, walk, n, by: answer(row, f"Answer {n}", by=by, at=walk.at, anyway=n % 2 == 0)
    ),
    "undo": on_reply(lambda row, walk, n, by: reply.undo_reply(reply_id=row.pk, by=by, at=walk.at)),
    "begin": on_reply(begin),
    "confirm": on_reply(confirm),
    "doubt": on_reply(
        lambda row, walk, n, by: reply.doubt_reply(reply_id=row.pk, why="Lost.", by=SENDER, at=walk.at)
    ),
    "fail": on_reply(
        lambda row, walk, n, by: reply.fail_reply(
            reply_id=row.pk, why="No.", code="no", by=SENDER, at=walk.at
        )
    ),
    "put back": on_reply(
        lambda row, walk, n, by: reply.put_back(
            reply_id=row.pk, why="Later.", retry_at=walk.at, by=SENDER, at=walk.at
        )
    ),
    "release": on_reply(lambda row, walk, n, by: reply.release_held(reply_id=row.pk, by=by, at=walk.at)),
    "wake overdue": lambda walk, n, by: clock.wake_overdue(by=CLOCK, at=walk.at),
    "tell breaches": lambda walk, n, by: clock.tell_breaches(by=CLOCK, at=walk.at),
}
OFTEN = {
    "hear": 6,
    "hear natively": 2,
    "change": 3,
    "done": 3,
    "answer": 6,
    "begin": 5,
    "confirm": 4,
    "snooze": 2,
}


def way(seed: int) -> Iterator[tuple[str, int, int]]:
    """Forty steps: which, on what, and how many minutes later."""
    chance = Random(seed)
    names = sorted(STEPS)
    for name in chance.choices(names, [OFTEN.get(name, 1) for name in names], k=40):
        yield name, chance.randrange(60), chance.choice([0, 1, 10, 90])


@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 2**32))
def test_whatever_happens_the_rows_are_whole_and_the_ledger_tells_them(channel, ada, grace, seed):
    with one_example():
        walk = Walk(channel, [ada, grace])
        for name, choice, minutes in way(seed):
            walk.at += timedelta(minutes=minutes)
            try:
                STEPS[name](walk, choice, walk.people[choice % 2])
            except Refusal as refusal:
                walk.refused.append(f"{name}: {refusal.sentence}")
        for row in Conversation.objects.all():
            told = fold(list(Entry.objects.filter(conversation_id=row.pk).order_by("id")))
            if row.merged_into_id is None:
                assert told == stored(row)
                assert is_whole(row)
            else:
                assert (row.stage, row.messages_count) == (Stage.CLOSED, 0)
        assert replies_told() == dict(Reply.objects.values_list("pk", "state"))


# --- What the ledger says --------------------------------------------------------------------------


def fold(entries: list[Entry]) -> dict[str, Any]:
    """A conversation as its entries tell it. A stage that jumps, or one the table forbids, is no story."""
    seen: dict[str, Any] = {"stage": "evaluate", "assignee": None, "asleep": False, "tags": [], "cycles": {}}
    for entry in entries:
        data = entry.data
        match entry.kind:
            case "conversation.stage_changed":
                assert data["before"] == seen["stage"], entries
                assert STAGES.allows(Stage(data["before"]), Stage(data["after"]))
                seen["stage"] = data["after"]
            case "conversation.assigned":
                seen["assignee"] = data["user_id"]
            case "conversation.unassigned":
                seen["assignee"] = None
            case "conversation.classified":
                seen["tags"] = data["tags"]
            case "conversation.snoozed":
                seen["asleep"] = True
            case "conversation.woken" | "conversation.resolved" | "conversation.reopened":
                seen["asleep"] = False
            case "sla.started":
                seen["cycles"][data["cycle_id"]] = ("open", data["started_at"])
            case "sla.met":
                seen["cycles"][data["cycle_id"]] = ("answered", seen["cycles"][data["cycle_id"]][1])
            case "sla.cancelled":
                seen["cycles"][data["cycle_id"]] = (data["outcome"], data["started_at"])
    seen["cycles"] = {pk: facts for pk, facts in seen["cycles"].items() if facts[0] != "void"}
    return seen


def stored(row: Conversation) -> dict[str, Any]:
    cycles = Cycle.objects.filter(conversation=row)
    return {
        "stage": row.stage,
        "assignee": row.assignee_id,
        "asleep": row.status == Status.SNOOZED,
        "tags": row.tags,
        "cycles": {cycle.pk: (cycle.outcome, cycle.started_at.isoformat()) for cycle in cycles},
    }


def is_whole(row: Conversation) -> bool:
    """The clock, the status and the open cycle say the same."""
    running = Cycle.objects.filter(conversation=row, outcome=Outcome.OPEN)
    since = [cycle.started_at for cycle in running]
    assert since == ([row.waiting_since] if row.waiting_since else [])
    assert row.waiting_since is None or row.status in AT_WORK
    assert row.waiting_since is None or row.stage != Stage.CLOSED
    return row.messages_count == Message.objects.filter(conversation=row).count()


ROADS = {
    "reply.queued": "queued",
    "reply.sending": "sending",
    "reply.confirmed": "confirmed",
    "reply.unknown": "unknown",
    "reply.failed": "failed",
    "reply.held": "held",
    "reply.undone": "undone",
}


def replies_told() -> dict[int, str]:
    told = Entry.objects.filter(kind__in=ROADS).order_by("id").values_list("data__reply_id", "kind")
    return {pk: ROADS[kind] for pk, kind in told}
