"""Keeping the stored cycles of conversations in line with what was folded from their messages.

A step of refold.py. The promise a cycle was closed under stays, and a breach is never moved (inbox.md §3 no. 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from inbox.cycles import CycleFacts
from inbox.evaluation import HouseRules, TargetRule
from inbox.events import SlaBreached, SlaCancelled, SlaMet, SlaStarted
from inbox.models import Conversation, Cycle
from inbox.states import Outcome
from tenants.kernel import bulk
from tenants.ledger.recorder import Event

Told = tuple[datetime, Event]
"""When something happened, and what."""

_Deadline = tuple[datetime | None, datetime | None, str]
"""When to warn, when an answer is due, and under which version of which promise."""


@dataclass(frozen=True, slots=True)
class Running:
    """The open cycle's clock."""

    started_at: datetime
    warn_at: datetime | None
    due_at: datetime | None


class CycleKeeper:
    """Collects what must change among the stored cycles, and writes it with three statements."""

    def __init__(self, rules: HouseRules) -> None:
        self.rules = rules
        self.new: list[tuple[Any, ...]] = []
        self.changed: list[tuple[Any, ...]] = []
        self.gone: list[int] = []
        self.ids: list[int] = []

    def keep(
        self,
        row: Conversation,
        facts: Sequence[CycleFacts],
        *,
        stored: dict[int, Cycle],
        priority: int,
        at: datetime,
    ) -> tuple[Running | None, list[Told]]:
        """Compare the folded cycles with the stored ones (by number) and note the difference.

        Returns the open cycle's clock, and what the ledger must hear.
        """
        target = self.rules.target_for(priority=priority, network=row.channel.network)
        running, events = None, []
        for cycle in facts:
            old = stored.get(cycle.number)
            deadline = _deadline(cycle, old, target)
            events += self._keep_one(row, cycle, old, deadline)
            if cycle.outcome is Outcome.OPEN:
                running = Running(cycle.started_at, deadline[0], deadline[1])
        for number in sorted(stored.keys() - {cycle.number for cycle in facts}):
            self.gone.append(stored[number].pk)
            events.append((at, _void(row, stored[number])))
        return running, events

    def _keep_one(
        self, row: Conversation, cycle: CycleFacts, old: Cycle | None, deadline: _Deadline
    ) -> list[Told]:
        warn_at, due_at, version = deadline
        columns = (
            cycle.clock,
            cycle.first_message_id,
            cycle.inbound_count,
            cycle.started_at,
            cycle.outcome.value,
            cycle.reason,
            cycle.ended_at,
            cycle.answer_message_id,
            cycle.user_id,
            cycle.native,
            warn_at,
            due_at,
            version,
            breached_at := _breach(cycle, old, due_at),
        )
        if old is None:
            pk = self._next_id()
            self.new.append((pk, row.pk, row.channel_id, cycle.number, *columns))
        else:
            pk = old.pk
            if columns == _columns_of(old):
                return []
            self.changed.append((pk, *columns))
        events = _cycle_events(row, cycle, pk, due_at, old)
        if breached_at is not None and (old is None or old.breached_at != breached_at):
            events.append((breached_at, SlaBreached(row.pk, pk, cycle.clock, breached_at)))
        return events

    def _next_id(self) -> int:
        if not self.ids:
            self.ids = bulk.reserve_ids(Cycle, 200)[::-1]
        return self.ids.pop()

    def write(self) -> None:
        if self.gone:
            Cycle.objects.filter(pk__in=self.gone).delete()
        bulk.copy_rows(Cycle, ["id", "conversation_id", "channel_id", "number", *list(CYCLE)[1:]], self.new)
        bulk.update_rows(Cycle, CYCLE, self.changed)


CYCLE = {
    "id": "bigint",
    "clock": "text",
    "first_message_id": "bigint",
    "inbound_count": "int",
    "started_at": "timestamptz",
    "outcome": "text",
    "reason": "text",
    "ended_at": "timestamptz",
    "answer_message_id": "bigint",
    "answered_by_id": "bigint",
    "native": "bool",
    "warn_at": "timestamptz",
    "due_at": "timestamptz",
    "target_version": "text",
    "breached_at": "timestamptz",
}


def _columns_of(cycle: Cycle) -> tuple[Any, ...]:
    return tuple(getattr(cycle, name) for name in list(CYCLE)[1:])


def _deadline(cycle: CycleFacts, old: Cycle | None, target: TargetRule | None) -> _Deadline:
    """When an answer is owed. A closed cycle keeps the promise it was closed under; breaches are not moved."""
    if (
        old is not None
        and (old.started_at, old.clock) == (cycle.started_at, cycle.clock)
        and not (cycle.outcome is Outcome.OPEN and old.breached_at is None)
    ):
        return old.warn_at, old.due_at, old.target_version
    if target is None:
        return None, None, ""
    seconds = target.first_seconds if cycle.clock == "first_response" else target.next_seconds
    if seconds is None:
        return None, None, target.version
    warn = timedelta(seconds=seconds * target.warn_percent / 100)
    return cycle.started_at + warn, cycle.started_at + timedelta(seconds=seconds), target.version


def _breach(cycle: CycleFacts, old: Cycle | None, due_at: datetime | None) -> datetime | None:
    """A promise broken before the cycle ended: told by the clock while it ran, or seen only now that it has ended."""
    same = old is not None and cycle.first_message_id == old.first_message_id
    if old is not None and same and old.breached_at is not None:
        return old.breached_at
    ended = cycle.outcome in (Outcome.ANSWERED, Outcome.CANCELLED)
    late = ended and due_at is not None and cycle.ended_at is not None and cycle.ended_at > due_at
    return due_at if late else None


def _cycle_events(
    row: Conversation, cycle: CycleFacts, pk: int, due_at: datetime | None, old: Cycle | None
) -> list[Told]:
    """What the ledger must hear: each event tells the cycle's facts anew (reporting/facts.py folds them)."""
    events: list[Told] = []
    started_anew = (
        old is None or old.started_at != cycle.started_at or not _counted(old) or old.due_at != due_at
    )
    if cycle.counts and (started_anew or cycle.outcome is Outcome.OPEN):
        events.append((cycle.started_at, _started(row, cycle, pk, due_at)))
    if cycle.outcome is Outcome.ANSWERED:
        events.append((cycle.ended_at or cycle.started_at, _met(row, cycle, pk, due_at)))
    if not cycle.counts or cycle.outcome is Outcome.LAPSED:
        events.append((cycle.ended_at or cycle.started_at, _cancelled(row, cycle, pk)))
    return events


def _counted(cycle: Cycle) -> bool:
    return cycle.outcome in (Outcome.OPEN, Outcome.ANSWERED, Outcome.LAPSED)


def _started(row: Conversation, cycle: CycleFacts, pk: int, due_at: datetime | None) -> SlaStarted:
    return SlaStarted(
        conversation_id=row.pk,
        cycle_id=pk,
        channel_id=row.channel_id,
        number=cycle.number,
        clock=cycle.clock,
        message_id=cycle.first_message_id,
        started_at=cycle.started_at,
        due_at=due_at,
    )


def _met(row: Conversation, cycle: CycleFacts, pk: int, due_at: datetime | None) -> SlaMet:
    answered_at = cycle.ended_at or cycle.started_at
    return SlaMet(
        conversation_id=row.pk,
        cycle_id=pk,
        channel_id=row.channel_id,
        number=cycle.number,
        clock=cycle.clock,
        message_id=cycle.answer_message_id or 0,
        answered_at=answered_at,
        seconds=(answered_at - cycle.started_at).total_seconds(),
        in_time=None if due_at is None else answered_at <= due_at,
        native=cycle.native,
        user_id=cycle.user_id,
    )


def _cancelled(row: Conversation, cycle: CycleFacts, pk: int) -> SlaCancelled:
    return SlaCancelled(
        conversation_id=row.pk,
        cycle_id=pk,
        channel_id=row.channel_id,
        number=cycle.number,
        clock=cycle.clock,
        started_at=cycle.started_at,
        outcome=cycle.outcome.value,
        reason=cycle.reason,
    )


def _void(row: Conversation, old: Cycle) -> SlaCancelled:
    return SlaCancelled(
        conversation_id=row.pk,
        cycle_id=old.pk,
        channel_id=old.channel_id,
        number=old.number,
        clock=old.clock,
        started_at=old.started_at,
        outcome="void",
        reason="refolded",
    )
