"""One look into a client's database, under the client's role. Runs in a thread; leaves no connection behind."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from config.live.wire import Happened, Person, Position
from inbox.models import Presence
from inbox.queries.faces import GONE_AFTER, Faces
from inbox.queries.queue import MOST_COUNTED, WORK, counts
from tenants.kernel.schema import inside
from tenants.ledger.dispatch import end_of_ledger, final_entries
from tenants.models import Client

MOST = 500
"""Entries told one by one; after more of them a browser reads its page again."""

BEYOND = "SELECT EXISTS (SELECT 1 FROM ledger_entry WHERE (xid, id) > (%s::text::xid8, %s))"
FUTURE = "SELECT pg_snapshot_xmax(pg_current_snapshot()) <= %s::text::xid8"
MINE = f"""
    SELECT assignee_id, count(*) FROM inbox_conversation
    WHERE merged_into_id IS NULL AND {WORK} AND assignee_id = ANY(%(users)s) GROUP BY assignee_id
"""  # noqa: S608  # our own literals


@dataclass(frozen=True, slots=True)
class News:
    """What is new in the ledger since a position. `position` is where to read on."""

    position: Position
    happened: tuple[Happened, ...] = ()
    too_much: bool = False
    unsettled: bool = False
    """Something is written already whose order is not final yet: look again soon."""
    recorded_at: datetime | None = None
    """When the newest of them was written."""


@dataclass(frozen=True, slots=True)
class Presences:
    """Who is in some conversations; `until` is when the first of them is gone unless seen again."""

    people: dict[int, tuple[Person, ...]] = field(default_factory=dict)
    until: dict[int, datetime] = field(default_factory=dict)


def ledger_end(client: Client) -> Position:
    """Where somebody begins who wants to hear only what comes."""
    with _at(client):
        return end_of_ledger()


def news(client: Client, *, after: Position) -> News:
    """What happened after a position. A position that lies in the future is no position: it is too much."""
    with _at(client):
        found = final_entries(after=after, limit=MOST + 1)
        if len(found) > MOST or (not found and _ask(FUTURE, str(after[0]))):
            return News(end_of_ledger(), too_much=True)
        happened = tuple(
            Happened((entry.xid, entry.pk), entry.kind, entry.conversation_id) for entry in found
        )
        position = happened[-1].position if happened else after
        unsettled = _ask(BEYOND, str(position[0]), position[1])
        recorded_at = found[-1].recorded_at if found else None
        return News(position, happened, unsettled=unsettled, recorded_at=recorded_at)


def presences(client: Client, *, conversation_ids: Collection[int] | None, at: datetime) -> Presences:
    """Who is in these conversations, or in any."""
    with _at(client):
        rows = Presence.objects.filter(seen_at__gt=at - GONE_AFTER).order_by(
            "conversation_id", "-composing", "user_id"
        )
        if conversation_ids is not None:
            rows = rows.filter(conversation_id__in=conversation_ids)
        here = list(rows)
        faces = Faces([row.user_id for row in here], me=None)
    people: dict[int, tuple[Person, ...]] = {}
    until: dict[int, datetime] = {}
    for row in here:
        face = faces.face(row.user_id)
        if face is not None:
            person = Person(face.id, face.name, face.initials, face.tone, row.composing)
            people[row.conversation_id] = (*people.get(row.conversation_id, ()), person)
            gone = row.seen_at + GONE_AFTER + timedelta(milliseconds=50)
            until[row.conversation_id] = min(gone, until.get(row.conversation_id, gone))
    return Presences(people, until)


def menu(client: Client, *, users: Collection[int], at: datetime) -> dict[int, dict[str, int | str]]:
    """How much each view holds, for each of these users: two statements, however many they are."""
    with _at(client):
        shared = counts(me=None, at=at)
        with connection.cursor() as cursor:
            cursor.execute(MINE, {"users": list(users), "at": at})
            mine = dict(cursor.fetchall())
    shown = {
        view: f"{MOST_COUNTED}+" if number >= MOST_COUNTED else number for view, number in shared.items()
    }
    return {user: {**shown, "mine": mine.get(user, 0)} for user in users}


def _ask(question: str, *facts: int | str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, facts)
        return bool(cursor.fetchone()[0])


@contextmanager
def _at(client: Client) -> Iterator[None]:
    try:
        with inside(client):
            yield
    finally:
        connection.close_if_unusable_or_obsolete()  # back into the pool, where there is one
