"""Handing entries to subscribers: in order, in batches, each subscriber at its own pace.

`config/subscriptions.py` lists who wants which kinds. A subscriber's writes and its cursor move in
one transaction, so that each entry takes effect exactly once in the database, whatever is killed; a
subscriber that talks to the outside only writes down what is to be done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.module_loading import import_string

from tenants.kernel.schema import PUBLIC, current_schema
from tenants.ledger.models import Cursor, Entry

log = logging.getLogger(__name__)

BATCH = 1000

FINAL = """
    SELECT entry.xid::text AS transaction, entry.id, entry.kind FROM ledger_entry AS entry
    WHERE (entry.xid, entry.id) > (%s::text::xid8, %s)
      AND (entry.xid < pg_snapshot_xmin(pg_current_snapshot()) OR entry.xid = pg_current_xact_id_if_assigned())
    ORDER BY entry.xid, entry.id
    LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who wants to hear what. `handler` is the dotted name of `handle(entries, *, at)`; no kinds means all.

    `agency` says that it also hears the agency's own ledger, in the public schema.
    """

    name: str
    handler: str
    kinds: frozenset[str] = frozenset()
    agency: bool = False

    def load(self) -> Callable[..., None]:
        handler: Callable[..., None] = import_string(self.handler)
        return handler


@lru_cache
def subscribers() -> tuple[Subscriber, ...]:
    """The table of `config/subscriptions.py`, which is named by a setting and never imported from here."""
    return tuple(import_string(settings.RAPPORT_SUBSCRIPTIONS))


def dispatch(*, at: datetime, only: str = "") -> int:
    """Drain every subscriber's backlog of the current schema's ledger; returns how many entries were handed over.

    One subscriber's failure is kept with its cursor and does not stop the others.
    """
    handed = 0
    at_agency = current_schema() == PUBLIC
    for subscriber in subscribers():
        if (only and subscriber.name != only) or (at_agency and not subscriber.agency):
            continue
        while taken := _one_batch(subscriber, at=at):
            handed += taken
    return handed


def _one_batch(subscriber: Subscriber, *, at: datetime) -> int:
    try:
        with transaction.atomic():
            return _hand_over(subscriber, at=at)
    except Exception as error:  # whatever a subscriber raises is kept with its cursor for a person to see
        log.exception("A subscriber failed", extra={"subscriber": subscriber.name})
        # The row was undone with the batch where this was the subscriber's first.
        Cursor.objects.bulk_create([Cursor(subscriber=subscriber.name)], ignore_conflicts=True)
        Cursor.objects.filter(pk=subscriber.name).update(
            failures=F("failures") + 1,
            last_error=f"{type(error).__name__}: {error}"[:2000],
            moved_at=at,
        )
        return 0


def _hand_over(subscriber: Subscriber, *, at: datetime) -> int:
    Cursor.objects.bulk_create([Cursor(subscriber=subscriber.name)], ignore_conflicts=True)
    cursor = Cursor.objects.select_for_update(skip_locked=True).filter(pk=subscriber.name).first()
    if cursor is None:
        return 0  # another worker has it
    places = _final_places(after=(cursor.xid, cursor.entry_id), limit=BATCH)
    if not places:
        return 0
    wanted = [pk for _, pk, kind in places if not subscriber.kinds or kind in subscriber.kinds]
    if wanted:
        subscriber.load()(_entries(wanted), at=at)
    cursor.xid, cursor.entry_id, cursor.moved_at = int(places[-1][0]), places[-1][1], at
    cursor.failures, cursor.last_error = 0, ""
    cursor.save()
    return len(places)


def final_entries(*, after: tuple[int, int], limit: int) -> Sequence[Entry]:
    """Entries beyond a position that can no longer be joined by an earlier one, in order."""
    return _entries([pk for _, pk, _ in _final_places(after=after, limit=limit)])


def _final_places(*, after: tuple[int, int], limit: int) -> list[tuple[str, int, str]]:
    """(transaction, id, kind) of those entries: a subscriber that wants few kinds need not load the others."""
    with connection.cursor() as cursor:
        cursor.execute(FINAL, [str(after[0]), after[1], limit])
        places: list[tuple[str, int, str]] = cursor.fetchall()
    return places


def _entries(ids: Sequence[int]) -> Sequence[Entry]:
    return list(Entry.objects.filter(pk__in=ids).order_by("xid", "pk")) if ids else []


def end_of_ledger() -> tuple[int, int]:
    """The position of the newest entry that is final."""
    newest = (
        Entry.objects.extra(where=["xid < pg_snapshot_xmin(pg_current_snapshot())"])
        .order_by("-xid", "-pk")
        .values_list("xid", "pk")
        .first()
    )
    return newest or (0, 0)
