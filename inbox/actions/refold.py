"""After anything was said, decided or deleted: bring cycles and conversations in line with their messages.

The messages are the truth; a conversation's clocks, priority and preview are folded from them
(inbox/cycles.py). What people did to a conversation (assignee, tags, snooze, done) is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import orjson
from django.db import connection

from inbox.actions.cycle_keeper import CycleKeeper, Running, Told
from inbox.cycles import CycleFacts, Said, fold
from inbox.evaluation import Disposition, HouseRules
from inbox.events import (
    ConversationReopened,
    ConversationStageChanged,
    ConversationWoken,
)
from inbox.models import Conversation, Cycle
from inbox.states import STAGES, STATUSES, NotNeeded, Outcome, Source, Stage, Status
from tenants.accounts.actors import Actor
from tenants.kernel import bulk
from tenants.ledger.recorder import record_all

NO_ANSWER = frozenset({Disposition.NO_RESPONSE, Disposition.SPAM, Disposition.MODERATE, Disposition.MONITOR})
"""Dispositions that, once decided, take a message out of the waiting line."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One message, as much of it as the fold needs."""

    id: int
    conversation_id: int
    external_id: str
    outbound: bool
    source: str
    author_id: int | None
    sent_at: datetime
    deleted_at: datetime | None
    backfill: bool
    sent_by_id: int | None
    disposition: str
    disposition_reason: str
    proposed: bool
    language: str
    sentiment: str
    intent: str
    severity: str
    priority: int
    title: str
    opening: str
    asked_again: list[dict[str, Any]]
    """Message.asked_again."""

    @property
    def waits_since(self) -> datetime:
        """When its present words were asked."""
        return self._asked_at()[-1]

    def _asked_at(self) -> list[datetime]:
        return [self.sent_at, *(datetime.fromisoformat(edit["at"]) for edit in self.asked_again)]

    @property
    def excluded(self) -> bool:
        return self.disposition in NO_ANSWER and not self.proposed and not self.given_up

    @property
    def given_up(self) -> bool:
        return self.disposition_reason == NotNeeded.TOO_LATE and not self.proposed

    def said(self) -> Iterator[Said]:
        """The message; once more for each edit that asked something new."""
        now = Said(
            id=self.id,
            at=self.sent_at,
            outbound=self.outbound,
            name=self.external_id,
            eligible=not self.excluded,
            excluded_because=self.disposition_reason if not self.proposed else "",
            deleted_at=self.deleted_at,
            backfill=self.backfill,
            qualifies=self.source != Source.AUTOMATION,
            native=self.source == Source.NETWORK,
            user_id=self.sent_by_id,
        )
        times, backfill = self._asked_at(), self.backfill
        for at, edit in zip(times, self.asked_again, strict=False):
            decided = {"eligible": edit["eligible"], "excluded_because": edit["reason"]}
            yield replace(now, at=at, backfill=backfill, **decided)
            backfill = False
        yield replace(now, at=times[-1], backfill=backfill)


@dataclass(slots=True)
class _Talk:
    """One conversation while it is refolded."""

    row: Conversation
    lines: list[_Line] = field(default_factory=list)
    old: dict[int, Cycle] = field(default_factory=dict)
    events: list[Told] = field(default_factory=list)


def refold(
    conversation_ids: Sequence[int],
    *,
    spoken_in: AbstractSet[int] = frozenset(),
    rules: HouseRules,
    by: Actor,
    at: datetime,
) -> None:
    """Recompute the cycles and facts of these conversations. Call inside the transaction of the change.

    `spoken_in` names the conversations in which somebody outside the brand has just said something: those
    wake and reopen.
    """
    if not conversation_ids:
        return
    talks = _load(conversation_ids)
    keeper = CycleKeeper(rules)
    changes = [_fold_one(talk, keeper, spoken=pk in spoken_in, at=at) for pk, talk in talks.items()]
    keeper.write()
    bulk.update_rows(Conversation, CHANGED, changes)
    events = [event for talk in talks.values() for event in talk.events]
    record_all([event for _, event in events], by=by, at=[moment for moment, _ in events])


def _load(conversation_ids: Sequence[int]) -> dict[int, _Talk]:
    rows = Conversation.objects.select_related("channel").filter(pk__in=conversation_ids)
    talks = {row.pk: _Talk(row) for row in rows.select_for_update(of=("self",)).order_by("pk")}
    for line in _lines(conversation_ids):
        talks[line.conversation_id].lines.append(line)
    for cycle in Cycle.objects.filter(conversation_id__in=talks):
        talks[cycle.conversation_id].old[cycle.number] = cycle
    return talks


LINES = """
    SELECT id, conversation_id, external_id, direction = 'outbound', source, author_id, sent_at, deleted_at,
           backfill, sent_by_id, disposition, disposition_reason, disposition_proposed, language, sentiment,
           intent, severity, COALESCE((evaluation->>'priority')::int, 0), title,
           left(COALESCE(NULLIF(title, ''), text), 200), asked_again
    FROM inbox_message WHERE conversation_id = ANY(%s) ORDER BY conversation_id, sent_at, external_id
"""


def _lines(conversation_ids: Sequence[int]) -> list[_Line]:
    with connection.cursor() as cursor:
        cursor.execute(LINES, [list(conversation_ids)])
        return [_Line(*(*row[:-1], orjson.loads(row[-1]))) for row in cursor.fetchall()]


CHANGED = {
    "id": "bigint",
    "author_id": "bigint",
    "title": "text",
    "preview": "text",
    "status": "text",
    "stage": "text",
    "disposition": "text",
    "disposition_reason": "text",
    "disposition_proposed": "bool",
    "intent": "text",
    "sentiment": "text",
    "severity": "text",
    "language": "text",
    "priority": "int",
    "snoozed_until": "timestamptz",
    "opened_at": "timestamptz",
    "last_message_at": "timestamptz",
    "last_inbound_at": "timestamptz",
    "waiting_since": "timestamptz",
    "warn_at": "timestamptz",
    "due_at": "timestamptz",
    "cycles_count": "int",
    "messages_count": "int",
    "version": "bigint",
}


def _fold_one(talk: _Talk, keeper: CycleKeeper, *, spoken: bool, at: datetime) -> tuple[Any, ...]:
    row, lines = talk.row, talk.lines
    cycles = fold(said for line in lines for said in line.said())
    inbound = [line for line in lines if not line.outbound]
    standing = [line for line in inbound if line.deleted_at is None]
    current = standing[-1] if standing else None
    waiting = _waiting(inbound, cycles)
    priority = max((line.priority for line in waiting or standing[-1:]), default=0)
    running, told = keeper.keep(row, cycles, stored=talk.old, priority=priority, at=at)
    talk.events += told
    status = _status(row, lines, cycles, running, spoken=spoken)
    stage = _stage(row, waiting, running)
    _tell_moves(talk, status, stage, current, spoken=spoken, at=at)
    return (
        row.pk,
        next((line.author_id for line in [*inbound, *lines] if line.author_id), row.author_id),
        next((line.title for line in lines if line.title), ""),
        (current or lines[-1]).opening.replace("\n", " ") if lines else "",
        status.value,
        stage.value,
        *_evaluation_of(current),
        priority,
        None if status is not Status.SNOOZED else row.snoozed_until,
        lines[0].sent_at if lines else row.opened_at,
        lines[-1].sent_at if lines else row.last_message_at,
        inbound[-1].sent_at if inbound else None,
        running.started_at if running else None,
        running.warn_at if running else None,
        running.due_at if running else None,
        len([cycle for cycle in cycles if cycle.counts]),
        len(lines),
        row.version + 1,
    )


def _waiting(inbound: Sequence[_Line], cycles: Sequence[CycleFacts]) -> list[_Line]:
    """The messages of the open cycle that wait for an answer."""
    if not cycles or cycles[-1].outcome is not Outcome.OPEN:
        return []
    since = cycles[-1].started_at
    return [
        line
        for line in inbound
        if line.waits_since >= since and not line.excluded and line.deleted_at is None
    ]


def _evaluation_of(line: _Line | None) -> tuple[Any, ...]:
    if line is None:
        return ("", "", True, "", "", "", "und")
    decided = (line.disposition, line.disposition_reason, line.proposed)
    return (*decided, line.intent, line.sentiment, line.severity, line.language)


def _status(
    row: Conversation,
    lines: Sequence[_Line],
    cycles: Sequence[CycleFacts],
    running: Running | None,
    *,
    spoken: bool,
) -> Status:
    """Who has the ball. Depends on what was said and on what people did, never on the order of arrival."""
    now = Status(row.status)
    if running is not None:
        if now in (Status.ON_HOLD, Status.SNOOZED) and not spoken:
            return now
        worked_on = now in (Status.OPEN, Status.SNOOZED, Status.ON_HOLD)
        touched = worked_on or row.resolved_at is not None or any(line.outbound for line in lines)
        return Status.OPEN if touched else Status.NEW
    if now is Status.ON_HOLD:
        return now
    if not cycles:
        backfilled = all(line.backfill for line in lines)
        return Status.RESOLVED if backfilled else Status.WAITING_CUSTOMER
    if cycles[-1].outcome is Outcome.ANSWERED:
        return Status.RESOLVED if row.resolved_at is not None and not spoken else Status.WAITING_CUSTOMER
    return Status.SPAM if cycles[-1].reason == "spam" else Status.RESOLVED


def _stage(row: Conversation, waiting: Sequence[_Line], running: Running | None) -> Stage:
    """How far the work has come (inbox.md §3b). A machine's decision to engage lets Evaluate pass."""
    if running is None:
        return Stage.CLOSED
    now = Stage(row.stage)
    if now not in (Stage.EVALUATE, Stage.CLOSED):
        return now
    decided = {line.disposition for line in waiting if not line.proposed}
    if Disposition.INCIDENT in decided:
        return Stage.ESCALATE
    return Stage.ACKNOWLEDGE if Disposition.ENGAGE in decided else Stage.EVALUATE


def _tell_moves(
    talk: _Talk, status: Status, stage: Stage, current: _Line | None, *, spoken: bool, at: datetime
) -> None:
    """Check every move against the tables and tell the ledger."""
    row, reason = talk.row, current.disposition_reason if current else ""
    before, was = Stage(row.stage), Status(row.status)
    steps = [before, stage]
    if before is Stage.CLOSED and stage not in (Stage.CLOSED, Stage.EVALUATE):
        steps = [before, Stage.EVALUATE, stage]
    for one, other in pairwise(steps):
        if one is not other:
            STAGES.check(one, other)
            talk.events.append((at, ConversationStageChanged(row.pk, one.value, other.value, reason)))
    if was is not status:
        STATUSES.check(was, status)
    if was is Status.SNOOZED and status is not Status.SNOOZED:
        talk.events.append((at, ConversationWoken(row.pk, "inbound" if spoken else "settled")))
    ended = (Status.RESOLVED, Status.WAITING_CUSTOMER, Status.SPAM)
    if spoken and was in ended and status in (Status.OPEN, Status.NEW):
        talk.events.append((at, ConversationReopened(row.pk, "inbound")))
