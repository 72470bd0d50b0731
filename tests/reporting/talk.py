"""Conversations told in one line, for tests of the reports; and the ledger folded as its dispatcher folds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from inbox.actions.converse import decide_message
from inbox.actions.receive import receive_messages
from inbox.connectors.ports import Change, IncomingMessage
from inbox.evaluation import BrandFacts, Disposition, HouseRules, TargetRule
from inbox.models import Channel, Cycle, Message
from reporting import facts
from reporting.models import ResponseFact
from tenants.accounts.actors import RECEIVER, Actor
from tenants.ledger.models import Entry
from tests.conftest import NOON, engage_all, said

RULES = HouseRules(BrandFacts(name="Acme"), targets=(TargetRule(3600, 7200),))
KINDS = ("sla.started", "sla.met", "sla.cancelled")


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def receive(channel: Channel, *messages: IncomingMessage) -> None:
    receive_messages(
        channel=channel, messages=messages, rules=RULES, evaluate=engage_all, by=RECEIVER, at=after(600)
    )


def asks(name: str, *, thread: str = "", minute: float = 0, **facts: Any) -> IncomingMessage:
    return said(name, at=after(minute), who=f"who-{thread or name}", thread_id=thread or name, **facts)


def answers(name: str, *, thread: str, minute: float) -> IncomingMessage:
    return said(name, "Gladly.", at=after(minute), who="acme", brand=True, thread_id=thread)


def deletes(name: str, *, thread: str, minute: float) -> IncomingMessage:
    return asks(name, thread=thread, change=Change.DELETED, changed_at=after(minute))


def exclude(name: str, reason: str, *, by: Actor, disposition: Disposition = Disposition.NO_RESPONSE) -> None:
    """A person decides that this message needs no answer."""
    decide_message(
        message_id=Message.objects.get(external_id=name).pk,
        disposition=disposition,
        reason=reason,
        rules=RULES,
        by=by,
        at=after(600),
    )


def news() -> list[Entry]:
    return list(Entry.objects.filter(kind__in=KINDS).order_by("pk"))


def fold(entries: Sequence[Entry] | None = None) -> None:
    facts.fold(news() if entries is None else entries, at=after(600))


def told() -> dict[int, tuple[Any, ...]]:
    """What the facts say of every cycle that is one."""
    return {
        fact.cycle_id: (
            fact.conversation_id,
            fact.channel_id,
            fact.number,
            fact.clock,
            fact.started_at,
            fact.outcome,
            fact.reason,
            fact.answered_at,
            fact.seconds,
            fact.native,
            fact.user_id,
        )
        for fact in ResponseFact.objects.exclude(outcome="void")
    }


def true() -> dict[int, tuple[Any, ...]]:
    """The same, counted out from the cycles themselves."""
    return {cycle.pk: _of(cycle) for cycle in Cycle.objects.all()}


def _of(cycle: Cycle) -> tuple[Any, ...]:
    answered = cycle.outcome == "answered"
    ended = cycle.ended_at if answered else None
    return (
        cycle.conversation_id,
        cycle.channel_id,
        cycle.number,
        cycle.clock,
        cycle.started_at,
        cycle.outcome,
        cycle.reason,
        ended,
        None if ended is None else (ended - cycle.started_at).total_seconds(),
        cycle.native,
        cycle.answered_by_id,
    )


def chunks(entries: Sequence[Entry], sizes: Iterable[int]) -> list[list[Entry]]:
    """The entries cut into batches of these sizes, the rest in one."""
    cut, rest = [], list(entries)
    for size in sizes:
        cut.append(rest[:size])
        rest = rest[size:]
    return [batch for batch in (*cut, rest) if batch]
