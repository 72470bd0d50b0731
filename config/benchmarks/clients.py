"""`benchmark clients`: what a client costs, and whether many of them slow each other down.

opening       `open_client` as the command calls it: row, host, schema, role, rights, in one transaction. The floor
              is the text of the schema alone, as pg_dump wrote it, sent in one transaction as pg_restore would:
              whoever wants these tables must run this DDL
request       the same inbox of the same client when ten clients exist and when all do; the desk likewise; and
              one request to each client in turn, where nothing that a connection remembers of one helps the next
migrating     every client taken one real migration back, then forward again side by side, as `migrate` does it;
              and a run that finds nothing to do
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.timezone import now

from config import env
from config.benchmarks import asking, filling
from config.benchmarks.agency import Staff, hire, open_one
from config.benchmarks.database import Tell
from config.benchmarks.table import Figure, Report, median
from tenants import opening
from tenants.kernel import blueprint
from tenants.kernel.schema import as_owner, database_name, outside
from tenants.models import Blueprint, Client

FEW = 10
MIGRATED = 100
TALKS = 200
"""Conversations of the client whose inbox is asked for."""
AIM_SECONDS = 1.0
AIM_RATIO = 1.2
DRAWING = "the schema's text alone in one transaction, as pg_restore would send it"


def measure(*, size: int, rounds: int, tell: Tell) -> Report:
    """Open `size` clients, ask with few and with all of them, then migrate them."""
    few = min(FEW, size)
    clients, first, floor = _open_beside_floor(few, tell)
    staff = hire(clients)
    filling.fill(clients[0], size=TALKS, people=staff.answering, at=now())
    tell(f"Asking with {few} clients.")
    before = _ask(clients, staff, rounds)
    more, later = _open_more(few, size, tell)
    clients += more
    tell(f"Asking with {size} clients.")
    after = _ask(clients, staff, rounds)
    report = Report("clients", size, _opening_figures(first, later, floor))
    for name, with_few in before.items():
        report.figures.append(
            Figure(f"request, {name}", after[name], "ms", with_few, f"the same request with {few} clients",
                   f"at most {AIM_RATIO:g} times", after[name] <= AIM_RATIO * with_few)
        )  # fmt: skip
    report.figures += _migrating(clients[:MIGRATED], tell)
    return report


# --- Opening -----------------------------------------------------------------------------------------
def _open_beside_floor(number: int, tell: Tell) -> tuple[list[Client], list[float], list[float]]:
    """The first clients, the seconds each took, and the seconds the bare DDL took in between."""
    tell(f"Opening {number} clients, each beside its floor.")
    clients, ours, floor = [], [], []
    for position in range(1, number + 1):
        began = perf_counter()
        clients.append(open_one(position))
        ours.append(perf_counter() - began)
        floor.append(_replay("bench_bare"))
    return clients, ours, floor


def _replay(schema: str) -> float:
    """Seconds for the DDL of one schema, which is dropped again outside the watch."""
    with as_owner(), outside(), connection.cursor() as cursor:
        drawing = Blueprint.objects.values_list("drawing", flat=True).get()
        text = drawing.replace(blueprint.TEMPLATE, schema)
        began = perf_counter()
        with transaction.atomic():
            cursor.execute("SELECT pg_catalog.set_config('check_function_bodies', 'off', true)")
            cursor.execute(text)
        taken = perf_counter() - began
        cursor.execute(f"DROP SCHEMA {schema} CASCADE")
    return taken


def _open_more(few: int, size: int, tell: Tell) -> tuple[list[Client], list[float]]:
    """The other clients, and the seconds each took."""
    clients, ours = [], []
    for position in range(few + 1, size + 1):
        began = perf_counter()
        clients.append(open_one(position))
        ours.append(perf_counter() - began)
        if position % 100 == 0:
            tell(f"{position} of {size} clients are open.")
    return clients, ours


def _opening_figures(first: Sequence[float], later: Sequence[float], floor: Sequence[float]) -> list[Figure]:
    bare = median(floor)
    found = [("open a client, among the first", first), ("open a client, among the last", later[-FEW:])]
    return [
        Figure(name, median(seconds), "s", bare, DRAWING, "about a second", median(seconds) <= AIM_SECONDS,
               tuple(seconds))
        for name, seconds in found
        if seconds
    ]  # fmt: skip


# --- Asking ------------------------------------------------------------------------------------------
def _ask(clients: Sequence[Client], staff: Staff, rounds: int) -> dict[str, float]:
    """Milliseconds (medians) of the same requests, whoever else there is."""
    with asking.as_app():
        return {
            "one client's inbox": _same(staff, clients[0], rounds),
            "the desk": _same(staff, None, rounds),
            "each client's inbox in turn": _in_turn(staff, clients[1:] or clients, rounds),
        }


def _same(staff: Staff, place: Client | None, rounds: int) -> float:
    browser = asking.browser_of(staff.asker, place)
    taken = [asking.get(browser, "/")[1] for _ in range(asking.WARM + rounds)]
    return median(taken[asking.WARM :])


def _in_turn(staff: Staff, clients: Sequence[Client], rounds: int) -> float:
    """At least one request to each, on one connection; the first ones of all are not counted."""
    browsers = asking.browsers_of(staff.asker, clients)
    taken = [
        asking.get(browsers[number % len(browsers)], "/")[1]
        for number in range(asking.WARM + max(rounds, len(browsers)))
    ]
    return median(taken[asking.WARM :])


# --- Migrating ---------------------------------------------------------------------------------------
def _migrating(clients: Sequence[Client], tell: Tell) -> list[Figure]:
    """Schemas per second with a migration to run, and with none."""
    app, before, after = _last_step()
    schemas, processes = [client.schema_name for client in clients], os.cpu_count() or 1
    tell(f"Migrating {len(schemas)} clients {after} in {processes} processes.")
    with _children_here():
        _run(schemas, {"app_label": app, "migration_name": before}, processes)
        forward = _run(schemas, {}, processes)
        nothing = _run(schemas, {}, processes)
    rates = {f"migrate, one step ({app} {after})": forward, "migrate, nothing to do": nothing}
    return [Figure(name, len(schemas) / seconds, "schemas/s") for name, seconds in rates.items()]


def _run(schemas: Sequence[str], options: dict[str, Any], processes: int) -> float:
    began = perf_counter()
    for run in opening.migrate_clients(list(schemas), options=options, processes=processes):
        if run.trouble:
            raise RuntimeError(f"{run.schema} was not migrated: {run.trouble}")
    return perf_counter() - began


def _last_step() -> tuple[str, str, str]:
    """An app of the clients, and its last two migrations of which the later can be taken back."""
    graph = MigrationLoader(connection).graph
    for app in ("inbox", "playbooks", "reporting", "ledger"):
        (leaf,) = graph.leaf_nodes(app)
        parents = [parent for parent in graph.node_map[leaf].parents if parent.key[0] == app]
        if parents and all(step.reversible for step in graph.nodes[leaf].operations):
            return app, parents[0].key[1], leaf[1]
    raise RuntimeError("No app of the clients has a second migration that can be taken back.")


@contextmanager
def _children_here() -> Iterator[None]:
    """Processes that are started meanwhile work in the throwaway database: they read the environment, not us."""
    before = os.environ.get("DATABASE_URL")
    owner, _ = env.database_urls(settings.RAPPORT_HOME)
    os.environ["DATABASE_URL"] = urlunsplit(
        urlsplit(owner)._replace(path=f"/{quote(database_name(), safe='')}")
    )
    try:
        yield
    finally:
        os.environ.pop("DATABASE_URL")
        if before is not None:
            os.environ["DATABASE_URL"] = before
