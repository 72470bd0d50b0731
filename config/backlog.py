"""What waits, and how much there has been, read from the database when Prometheus asks.

One statement in the public schema and one per client, each a handful of index probes. Totals are the last numbers
that PostgreSQL's sequences gave out: they cost nothing at any size, every process reads the same, and they only
grow (a number may be skipped, so they are upper bounds by a little).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import DatabaseError, connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tenants.kernel.schema import inside, outside
from tenants.models import Client
from tenants.queries import open_clients

log = logging.getLogger(__name__)

KEPT_FOR = 10.0  # seconds; scrapers that ask more often read the same figures again

RECEIPTS = """
    SELECT coalesce(pg_sequence_last_value('public.tenants_receipt_id_seq'::regclass), 0),
        (SELECT count(*) FROM public.tenants_receipt WHERE state = 'unroutable'),
        (SELECT json_object_agg(client_id, waiting) FROM (
            SELECT client_id, count(*) AS waiting FROM public.tenants_receipt WHERE state = 'waiting' GROUP BY client_id
        ) each)
"""

CLIENT = """
    SELECT coalesce(pg_sequence_last_value('inbox_message_id_seq'::regclass), 0),
        coalesce(pg_sequence_last_value('inbox_reply_id_seq'::regclass), 0),
        coalesce(pg_sequence_last_value('ledger_entry_id_seq'::regclass), 0),
        coalesce((SELECT min(entry_id) FROM ledger_cursor), 0),
        (SELECT count(*) FROM inbox_reply WHERE state = 'queued'),
        (SELECT count(*) FROM inbox_reply WHERE state IN ('sending', 'sent_unverified', 'unknown')),
        coalesce(extract(epoch FROM now() - (
            SELECT recorded_at FROM ledger_entry
            WHERE (xid, id) > (
                coalesce((SELECT xid FROM ledger_cursor ORDER BY xid, entry_id LIMIT 1), '0'::xid8),
                coalesce((SELECT entry_id FROM ledger_cursor ORDER BY xid, entry_id LIMIT 1), 0))
            ORDER BY xid, id LIMIT 1)), 0)::float
"""


@dataclass(frozen=True, slots=True)
class ClientFigures:
    """One client's backlog. `lag` is the age in seconds of the oldest entry some subscriber has not had."""

    client: str
    waiting: int
    messages: int
    replies: int
    entries: int
    dispatched: int
    queued: int
    unsettled: int
    lag: float


@dataclass(frozen=True, slots=True)
class Figures:
    receipts: int
    unroutable: int
    clients: tuple[ClientFigures, ...]
    unreadable: tuple[str, ...]
    """Clients whose schema did not answer."""


def exposition() -> bytes:
    """What waits, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Backlog())
    return generate_latest(registry)


class Backlog(Collector):
    """Reads at most every ten seconds per process, however many ask."""

    _lock = threading.Lock()
    _kept: tuple[float, Figures] | None = None

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not read the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        with Backlog._lock:
            if Backlog._kept is None or time.monotonic() - Backlog._kept[0] > KEPT_FOR:
                Backlog._kept = (time.monotonic(), read())
            figures = Backlog._kept[1]
        yield from _series(figures)

    @classmethod
    def forget(cls) -> None:
        """Read anew at the next scrape."""
        with cls._lock:
            cls._kept = None


def read() -> Figures:
    """The figures of now, of every open client."""
    with outside():
        clients = open_clients()
        with connection.cursor() as cursor:
            cursor.execute(RECEIPTS)
            receipts, unroutable, waiting = cursor.fetchone()
    each, unreadable = [], []
    for client in clients:
        try:
            each.append(_read_client(client, waiting=(waiting or {}).get(str(client.pk), 0)))
        except DatabaseError:
            log.exception("A client's figures cannot be read; is it migrated?", extra={"client": client.slug})
            unreadable.append(client.slug)
    return Figures(receipts, unroutable, tuple(each), tuple(unreadable))


def _read_client(client: Client, *, waiting: int) -> ClientFigures:
    with inside(client), connection.cursor() as cursor:
        cursor.execute(CLIENT)
        row = cursor.fetchone()
    return ClientFigures(client.slug, waiting, *row)


def _series(figures: Figures) -> Iterable[Metric]:
    yield CounterMetricFamily("rapport_receipts", "Deliveries and poll pages stored.", value=figures.receipts)
    lost, silent = "Deliveries that lead to no channel.", "Clients that did not answer."
    yield GaugeMetricFamily("rapport_receipts_unroutable", lost, value=figures.unroutable)
    yield GaugeMetricFamily("rapport_clients_unreadable", silent, value=len(figures.unreadable))
    counters = {
        "messages": ("rapport_messages", "Messages stored, theirs and ours."),
        "replies": ("rapport_replies", "Replies put into the outbox."),
        "entries": ("rapport_ledger_entries", "Ledger entries recorded."),
        "dispatched": ("rapport_ledger_dispatched", "Ledger entries every subscriber has had, by number."),
    }
    gauges = {
        "waiting": ("rapport_receipts_waiting", "Receipts nobody has read yet."),
        "queued": ("rapport_replies_queued", "Replies that wait for their release."),
        "unsettled": ("rapport_replies_unsettled", "Replies on their way or of unknown outcome."),
        "lag": ("rapport_ledger_lag_seconds", "Age of the oldest entry that some subscriber has not had."),
    }
    for kind, table in ((CounterMetricFamily, counters), (GaugeMetricFamily, gauges)):
        for name, (metric, sentence) in table.items():
            family = kind(metric, sentence, labels=["client"])
            for client in figures.clients:
                family.add_metric([client.client], getattr(client, name))
            yield family
