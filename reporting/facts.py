"""Folding the ledger into response facts: the only source of the first response report.

A subscriber. Each entry about a cycle repeats the cycle's facts, so the newest one tells all, and what an
older one says is known. Newest is the entry with the highest number: entries of one cycle are written under
the lock of its conversation, while the ledger hands them over by transaction, and a transaction that began
first may have waited for the lock. A cycle that turned out never to have been one stays as `void`, which
no figure counts, so that an older entry of it cannot bring it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from reporting.models import ResponseFact
from tenants.ledger.models import Entry

STATES = {"sla.started": "open", "sla.met": "answered"}

UPSERT = """
    INSERT INTO reporting_responsefact AS old (cycle_id, conversation_id, channel_id, number, clock, started_at, due_at,
        outcome, reason, answered_at, seconds, in_time, native, user_id, entry_id)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::timestamptz[],
        %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[], %s::float8[], %s::bool[], %s::bool[],
        %s::bigint[], %s::bigint[])
    ON CONFLICT (cycle_id) DO UPDATE SET
        conversation_id = EXCLUDED.conversation_id, number = EXCLUDED.number, clock = EXCLUDED.clock,
        started_at = EXCLUDED.started_at, due_at = EXCLUDED.due_at, outcome = EXCLUDED.outcome,
        reason = EXCLUDED.reason, answered_at = EXCLUDED.answered_at, seconds = EXCLUDED.seconds,
        in_time = EXCLUDED.in_time, native = EXCLUDED.native, user_id = EXCLUDED.user_id, entry_id = EXCLUDED.entry_id
    WHERE old.entry_id < EXCLUDED.entry_id
"""

COLUMNS = (
    "cycle_id conversation_id channel_id number clock started_at due_at outcome reason answered_at seconds "
    "in_time native user_id entry_id"
).split()


def fold(entries: Sequence[Entry], *, at: datetime) -> None:  # noqa: ARG001  # every subscriber is told the time
    """Subscriber: bring the facts in line with these entries."""
    facts: dict[int, dict[str, Any]] = dict(_stored({entry.data["cycle_id"] for entry in entries}))
    for entry in entries:
        cycle_id = entry.data["cycle_id"]
        facts[cycle_id] = after(facts.get(cycle_id), entry)
    rows = [[fact[name] for name in COLUMNS] for _, fact in sorted(facts.items())]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(UPSERT, [list(column) for column in zip(*rows, strict=True)])


def _stored(cycle_ids: set[int]) -> list[tuple[int, dict[str, Any]]]:
    rows = ResponseFact.objects.filter(cycle_id__in=cycle_ids).values(*COLUMNS)
    return [(row["cycle_id"], dict(row)) for row in rows]


def after(fact: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The fact after one more entry; an older one than it knows changes nothing. Pure."""
    if fact is not None and entry.pk <= fact["entry_id"]:
        return fact
    data = entry.data
    answered = _moment(data.get("answered_at"))
    return {
        "cycle_id": data["cycle_id"],
        "conversation_id": entry.conversation_id,
        "channel_id": data["channel_id"],
        "number": data["number"],
        "clock": data["clock"],
        "started_at": _moment(data.get("started_at")) or _before(answered, data.get("seconds")),
        "due_at": _moment(data["due_at"]) if "due_at" in data else (fact or {}).get("due_at"),
        "outcome": STATES.get(entry.kind) or data["outcome"],
        "reason": data.get("reason", ""),
        "answered_at": answered,
        "seconds": data.get("seconds"),
        "in_time": data.get("in_time"),
        "native": data.get("native", False),
        "user_id": data.get("user_id"),
        "entry_id": entry.pk,
    }


def _before(answered: datetime | None, seconds: float | None) -> datetime | None:
    """When a cycle began whose entry tells only the answer and how long it took."""
    return None if answered is None or seconds is None else answered - timedelta(seconds=seconds)


def _moment(written: str | None) -> datetime | None:
    """An instant as the ledger keeps it (ISO 8601 text in JSON), as PostgreSQL's driver wants it."""
    return datetime.fromisoformat(written) if written else None
