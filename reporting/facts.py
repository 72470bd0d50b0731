"""Folding the ledger into response facts: the only source of the first response report.

A subscriber. Each entry about a cycle repeats the cycle's facts, so the last one tells all; entries come
in order, and an entry that was folded already changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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
    gone: set[int] = set()
    for entry in entries:
        cycle_id = entry.data["cycle_id"]
        facts[cycle_id] = after(facts.get(cycle_id), entry)
        (gone.add if entry.data.get("outcome") == "void" else gone.discard)(cycle_id)
    if gone:
        ResponseFact.objects.filter(cycle_id__in=gone).delete()
    rows = [
        [fact[name] for name in COLUMNS] for cycle_id, fact in sorted(facts.items()) if cycle_id not in gone
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(UPSERT, [list(column) for column in zip(*rows, strict=True)])


def _stored(cycle_ids: set[int]) -> list[tuple[int, dict[str, Any]]]:
    rows = ResponseFact.objects.filter(cycle_id__in=cycle_ids).values(*COLUMNS)
    return [(row["cycle_id"], dict(row)) for row in rows]


def after(fact: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The fact after one more entry. Pure: the same fold serves the property test's brute force."""
    data = entry.data
    started = _moment(data.get("started_at")) or (fact or {}).get("started_at")
    due = _moment(data["due_at"]) if "due_at" in data else (fact or {}).get("due_at")
    return {
        "cycle_id": data["cycle_id"],
        "conversation_id": entry.conversation_id,
        "channel_id": data["channel_id"],
        "number": data["number"],
        "clock": data["clock"],
        "started_at": started,
        "due_at": due,
        "outcome": STATES.get(entry.kind) or data["outcome"],
        "reason": data.get("reason", ""),
        "answered_at": _moment(data.get("answered_at")),
        "seconds": data.get("seconds"),
        "in_time": data.get("in_time"),
        "native": data.get("native", False),
        "user_id": data.get("user_id"),
        "entry_id": entry.pk,
    }


def _moment(written: str | None) -> datetime | None:
    """An instant as the ledger keeps it (ISO 8601 text in JSON), as PostgreSQL's driver wants it."""
    return datetime.fromisoformat(written) if written else None
