"""`benchmark receive`: messages per second from a signed delivery to a running clock, on one worker.

Each round opens a new brand and takes in the same deliveries, one process doing one step after the other:

    store      each delivery is POSTed to `/hooks/…` through Django's test client, so through all middleware:
               signature over the raw bytes, route, receipt, a letter to the broker
    read       `receiving.read_receipts`: parse, triage with the brand's terms, conversations, clocks, ledger
    dispatch   `ledger.dispatch`: desk, response facts and sealing hear of it

The two floors of the same round: COPY of the same items into one bare table, and one INSERT … SELECT per
table that writes the very rows that `read` made into empty tables of a second brand, with every index and
constraint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import override_settings
from django.utils.timezone import now
from psycopg import sql

from config.benchmarks.database import Tell
from config.benchmarks.table import Figure, Report, median, rate
from config.demo import loader, stage
from config.demo.shapes import DemoBrand
from inbox import archives, receiving, wiring
from inbox.connectors.networks.webhook.signing import read_secret, sign
from inbox.connectors.ports import IncomingMessage
from inbox.evaluation import BrandFacts, Evaluation, MessageFacts
from playbooks.triage import evaluate
from tenants.kernel.schema import as_owner, inside, outside
from tenants.ledger.dispatch import dispatch
from tenants.models import Client

AIM_PER_SECOND = 1500
AIM_SHARE = 0.2
PER_DELIVERY = 10
ALONE = 300
"""Deliveries of one item each, to tell what a request costs by itself."""
SEED = 7
DAYS = 30
TALKATIVE = 1.6
"""Messages that a conversation of the demo's history has at least, on average."""
UNTIL = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROWS = ("inbox_author", "inbox_conversation", "inbox_message", "inbox_cycle", "ledger_entry")
"""The tables that `read` fills, in the order in which they may point at each other."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One body on its way to one of the brand's channels."""

    channel: str
    body: bytes


@dataclass(slots=True)
class Seconds:
    """What one round took."""

    store: float = 0.0
    read: float = 0.0
    triage: float = 0.0
    dispatch: float = 0.0
    alone: float = 0.0
    bare: float = 0.0
    rows: float = 0.0


class Triage:
    """The real evaluator with a stopwatch, since how long it thinks is a figure of its own."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, messages: Sequence[MessageFacts], brand: BrandFacts) -> list[Evaluation]:
        began = perf_counter()
        found = evaluate(messages, brand)
        self.seconds += perf_counter() - began
        return found


TRIAGE = Triage()


def measure(*, size: int, rounds: int, file: Path | None, tell: Tell) -> Report:
    """Take in about `size` messages in each round. Raises ArchiveError for a file that cannot be read."""
    brand = loader.brands()[0]
    items = _from_file(brand, file, size) if file else _lifelike(brand, size)
    found, entries = [], 0
    with _stopwatch():
        for number in range(rounds + 1):
            warming = number == 0
            seconds, entries = _round(
                replace(brand, slug=f"round-{number}"), items[:500] if warming else items
            )
            if not warming:
                found.append(seconds)
                tell(
                    f"Round {number} of {rounds}: {len(items) / (seconds.store + seconds.read):,.0f} messages/s."
                )
    return _report(
        found, size=len(items), entries=entries, source=file.name if file else "the demo's own history"
    )


@contextmanager
def _stopwatch() -> Iterator[None]:
    with override_settings(RAPPORT_EVALUATOR=f"{__name__}.TRIAGE"):
        wiring.evaluator.cache_clear()
        try:
            yield
        finally:
            wiring.evaluator.cache_clear()


# --- What comes in -----------------------------------------------------------------------------------
def _lifelike(brand: DemoBrand, size: int) -> list[tuple[str, bytes]]:
    """(channel, item as JSON) of the brand's invented past, in the order in which it was said."""
    per_day = size / DAYS / TALKATIVE + 1
    while len(told := loader.history(brand.slug, UNTIL, DAYS, per_day, SEED)) < size:
        per_day *= 1.5
    return [(item.channel, orjson.dumps(dict(item.payload))) for item in told[:size]]


def _from_file(brand: DemoBrand, file: Path, size: int) -> list[tuple[str, bytes]]:
    """(channel, item as JSON) of an archive's readable rows: all of them to the brand's first channel."""
    with file.open("rb") as raw:
        rows = archives.read_rows(raw, name=file.name, columns={}, company="")
        messages = [message for _, message in rows if isinstance(message, IncomingMessage)]
    return [(brand.channels[0].slug, _as_item(message)) for message in messages[:size]]


def _as_item(message: IncomingMessage) -> bytes:
    fields = {name: value for name, value in asdict(message).items() if value not in (None, "", ())}
    return orjson.dumps({name: value for name, value in fields.items() if name != "backfill"})


def _deliveries(items: Sequence[tuple[str, bytes]], each: int) -> list[Delivery]:
    """Items of one channel, `each` of them at a time, in the order in which the first of each was said."""
    waiting: dict[str, list[bytes]] = {}
    made = []
    for channel, item in items:
        held = waiting.setdefault(channel, [])
        held.append(item)
        if len(held) == each:
            made.append(_delivery(channel, waiting.pop(channel)))
    return [*made, *(_delivery(channel, held) for channel, held in waiting.items())]


def _delivery(channel: str, items: Sequence[bytes]) -> Delivery:
    return Delivery(channel, b'{"items":[' + b",".join(items) + b"]}")


# --- One round ---------------------------------------------------------------------------------------
def _round(brand: DemoBrand, items: Sequence[tuple[str, bytes]]) -> tuple[Seconds, int]:
    """All steps and both floors, and how many ledger entries the steps made."""
    client = stage.open_brand(brand, at=UNTIL)
    places = stage.furnish(client, brand, return_url="http://127.0.0.1", at=UNTIL)
    secrets = {place.account.removeprefix(f"{client.slug}-"): place.secret for place in places}
    seconds = Seconds()
    seconds.store = _post(client, _deliveries(items, PER_DELIVERY), secrets, "many")
    TRIAGE.seconds = 0.0
    with inside(client):
        began = perf_counter()
        receiving.read_receipts(client_id=client.pk, now=now)
        seconds.read = perf_counter() - began
        seconds.triage = TRIAGE.seconds
        entries = _check(len(items))
        began = perf_counter()
        dispatch(at=now())
        seconds.dispatch = perf_counter() - began
    seconds.bare = _copy_bare([item for _, item in items])
    seconds.rows = _insert_rows(client, brand)
    seconds.alone = _post(client, _deliveries(list(islice(items, ALONE)), 1), secrets, "alone")
    return seconds, entries


def _check(size: int) -> int:
    """Nothing is measured that did not work: as many messages as items. Returns the number of ledger entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM inbox_message), (SELECT count(*) FROM ledger_entry)")
        messages, entries = cursor.fetchone()
    if messages != size:
        raise RuntimeError(f"{size} items became {messages} messages: the road of a message is broken.")
    return int(entries)


def _post(client: Client, deliveries: Sequence[Delivery], secrets: dict[str, str], prefix: str) -> float:
    """Seconds to take the deliveries; signing them is the sender's work and is not counted."""
    ready = []
    for number, delivery in enumerate(deliveries):
        key = read_secret(secrets[delivery.channel])
        headers = sign([key], delivery_id=f"{prefix}-{number}", at=now(), body=delivery.body)
        ready.append((f"/hooks/webhook/{client.slug}-{delivery.channel}/", delivery.body, headers))
    browser = Browser(HTTP_HOST=settings.RAPPORT_BASE_HOST)
    began = perf_counter()
    for path, body, headers in ready:
        answer = browser.post(
            path, body, content_type="application/json", headers=headers, secure=settings.RAPPORT_HTTPS
        )
        if answer.status_code != 200:  # HTTP's word for well
            raise RuntimeError(f"A delivery was answered with {answer.status_code}: {answer.content[:300]!r}")
    return perf_counter() - began


# --- The floors --------------------------------------------------------------------------------------
def _copy_bare(bodies: Sequence[bytes]) -> float:
    """Seconds to COPY the same bytes into one table without any index."""
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (body bytea NOT NULL)")
        began = perf_counter()
        with transaction.atomic(), cursor.copy("COPY bench_bare FROM STDIN") as copy:
            for body in bodies:
                copy.write_row((body,))
        taken = perf_counter() - began
        cursor.execute("DROP TABLE bench_bare")
    return taken


def _insert_rows(client: Client, brand: DemoBrand) -> float:
    """Seconds to write the finished rows into the empty tables of a second brand, in one transaction."""
    twin = stage.open_brand(replace(brand, slug=f"{brand.slug}-twin"), at=UNTIL)
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute(_copying("inbox_channel", client, twin))
        statements = [_copying(table, client, twin) for table in ROWS]
        began = perf_counter()
        with transaction.atomic():
            for statement in statements:
                cursor.execute(statement)
        return perf_counter() - began


def _copying(table: str, source: Client, target: Client) -> sql.Composed:
    """All columns but those that PostgreSQL makes itself."""
    names = [sql.Identifier(client.schema_name, table) for client in (target, source)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT attname FROM pg_attribute
            WHERE attrelid = format('%%I.%%I', %s::text, %s::text)::regclass
                AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            """,
            [source.schema_name, table],
        )
        columns = sql.SQL(", ").join(sql.Identifier(name) for (name,) in cursor.fetchall())
    return sql.SQL("INSERT INTO {0} ({2}) SELECT {2} FROM {1}").format(*names, columns)


# --- What it says ------------------------------------------------------------------------------------
def _report(found: Sequence[Seconds], *, size: int, entries: int, source: str) -> Report:
    def rates(*steps: str) -> list[float]:
        return [size / sum(getattr(seconds, step) for step in steps) for seconds in found]

    bare, rows = median(rates("bare")), median(rates("rows"))
    ours = rates("store", "read")
    part = median(ours) / rows
    aim = f"{AIM_PER_SECOND:,} a second"
    on_rows: dict[str, Any] = {
        "floor": rows,
        "floor_name": "one INSERT … SELECT per table of the finished rows, all indexes",
    }
    on_bytes: dict[str, Any] = {"floor": bare, "floor_name": "COPY of the same bytes into one bare table"}
    thinking = median([seconds.triage / (seconds.store + seconds.read) for seconds in found])
    alone = median([1000 * seconds.alone / min(size, ALONE) for seconds in found])
    return Report(
        "receive",
        size,
        [
            rate("store + read", ours, **on_bytes, aim=aim, reached=median(ours) >= AIM_PER_SECOND),
            rate("store + read", ours, **on_rows, aim="a fifth of the floor", reached=part >= AIM_SHARE),
            rate("store + read + dispatch", rates("store", "read", "dispatch"), **on_rows),
            rate("read", rates("read"), **on_rows),
            rate("read without triage", [size / (one.read - one.triage) for one in found], **on_rows),
            rate("triage alone", rates("triage")),
            rate(f"store, {PER_DELIVERY} items a delivery", rates("store")),
            rate("dispatch alone", rates("dispatch")),
            Figure("store, one delivery", alone, "ms"),
        ],
        [
            (
                f"{size:,} messages of {source}, {PER_DELIVERY} items a delivery, one process; "
                f"{len(found)} rounds, medians."
            ),
            f"Triage takes {thinking:.0%} of store + read; {entries / size:.1f} ledger entries a message.",
        ],
    )
