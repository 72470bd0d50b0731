"""Response cycles, folded from what was said: the rule behind every clock and every figure.

A cycle runs from the oldest unanswered eligible message to the first qualifying answer (reference/inbox.md
§3 number 4 and §4). It is always computed afresh from the whole thread in the network's order of time, so
that the order of arrival, duplicates and late parents cannot change it. Pure.

Decisions where the reference is silent:
- Several messages before an answer are one cycle, whoever wrote them. That covers the burst of §4; a
  message that follows an answer within two minutes still opens a new cycle, because somebody waits.
- A message its author deleted before the answer was never waiting; when all of a cycle's messages were, the
  cycle is cancelled.
- A person may give up on messages that should have been answered (`too_late`): nobody waits any more, but
  the cycle stays eligible and unanswered (`lapsed`), so giving up never improves a figure.
- Messages a person or a permitted rule excluded open no clock; a cycle made only of those is `excluded`
  and keeps its reason.
- An edit that asks something new is the message said once more, with the same id: after an answer, or after
  it was set aside, it begins the next cycle; while it still waits it changes nothing.
- What was settled without an answer (excluded, deleted, given up) stays a cycle of its own when somebody
  writes again: the next message begins the next cycle, and what was listed stays listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inbox.states import NotNeeded, Outcome

TOO_LATE = NotNeeded.TOO_LATE.value
FIRST = "first_response"
NEXT = "next_response"


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the fold sees it."""

    id: int
    at: datetime
    outbound: bool
    name: str = ""
    """The network's id: decides between two messages of the same instant, whatever order they came in."""
    eligible: bool = True
    """Inbound: nobody has decided that no answer is needed."""
    excluded_because: str = ""
    deleted_at: datetime | None = None
    backfill: bool = False
    qualifies: bool = True
    """Outbound: written by a human, in Rapport or natively; automation never stops the clock."""
    native: bool = False
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """One cycle as it follows from the messages."""

    number: int
    clock: str
    first_message_id: int
    inbound_count: int
    started_at: datetime
    outcome: Outcome
    reason: str = ""
    ended_at: datetime | None = None
    answer_message_id: int | None = None
    native: bool = False
    user_id: int | None = None

    @property
    def counts(self) -> bool:
        """Eligible: answered, still waiting, or given up."""
        return self.outcome in (Outcome.ANSWERED, Outcome.OPEN, Outcome.LAPSED)


def fold(messages: Iterable[Said]) -> list[CycleFacts]:
    """The cycles of one conversation, in order."""
    cycles: list[CycleFacts] = []
    waiting: list[Said] = []
    for said in sorted(messages, key=lambda one: (one.at, one.outbound, one.name, one.id)):
        if not said.outbound:
            if said.backfill or any(one.id == said.id and not _settled(one, at=said) for one in waiting):
                continue
            if waiting and not _settled(said, at=said) and all(_settled(one, at=said) for one in waiting):
                cycles.append(_cycle(waiting, answer=None, before=cycles))
                waiting = []
            waiting.append(said)
        elif said.qualifies and waiting:
            cycles.append(_cycle(waiting, answer=said, before=cycles))
            waiting = []
    if waiting:
        cycles.append(_cycle(waiting, answer=None, before=cycles))
    return cycles


def _settled(said: Said, *, at: Said) -> bool:
    """Nobody was waiting because of it any more when the other message came."""
    return not said.eligible or said.excluded_because == TOO_LATE or _gone(said, before=at)


def _cycle(waiting: Sequence[Said], *, answer: Said | None, before: Sequence[CycleFacts]) -> CycleFacts:
    number = len(before) + 1
    clock = NEXT if any(cycle.counts for cycle in before) else FIRST
    there = [said for said in waiting if not _gone(said, before=answer)]
    counted = [said for said in there if said.eligible]
    if not counted:
        return _closed(waiting, there, number=number, clock=clock)
    facts = CycleFacts(number, clock, counted[0].id, len(counted), counted[0].at, Outcome.OPEN)
    if answer is None and all(said.excluded_because == TOO_LATE for said in counted):
        return replace(facts, outcome=Outcome.LAPSED, reason=TOO_LATE, ended_at=counted[-1].at)
    if answer is None:
        return facts
    return CycleFacts(
        number,
        clock,
        facts.first_message_id,
        facts.inbound_count,
        facts.started_at,
        Outcome.ANSWERED,
        ended_at=answer.at,
        answer_message_id=answer.id,
        native=answer.native,
        user_id=answer.user_id,
    )


def _gone(said: Said, *, before: Said | None) -> bool:
    """Deleted by its author before anybody answered."""
    return said.deleted_at is not None and (before is None or said.deleted_at <= before.at)


def _closed(waiting: Sequence[Said], there: Sequence[Said], *, number: int, clock: str) -> CycleFacts:
    """A cycle that needs no answer: excluded for a reason, or cancelled because everything was deleted."""
    if there:
        first, last = there[0], there[-1]
        return CycleFacts(
            number,
            clock,
            first.id,
            len(there),
            first.at,
            Outcome.EXCLUDED,
            last.excluded_because,
            ended_at=last.at,
        )
    first = waiting[0]
    gone_at = max(said.deleted_at for said in waiting if said.deleted_at is not None)
    return CycleFacts(
        number,
        clock,
        first.id,
        len(waiting),
        first.at,
        Outcome.CANCELLED,
        "deleted_by_author",
        ended_at=gone_at,
    )
