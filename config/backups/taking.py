"""Writing a backup: every table, in one snapshot of the database.

All of it is read in one read-only transaction (REPEATABLE READ), whose snapshot pg_dump shares for the DDL. Such a
transaction has no number of its own, so it holds up neither writers nor the readers of the ledger.
Members of the file in order: about, secrets, ddl, rows (the template, each client, the public schema), manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from config.backups import figures, secrets, tables
from config.backups.container import Packer
from config.backups.sealed import Cost, SealedWriter
from config.backups.tables import Table
from config.door.home import Home
from config.door.trouble import Trouble
from tenants.kernel import blueprint
from tenants.kernel.schema import PUBLIC, as_owner, inside, outside
from tenants.models import Client

FORMAT = 1
SECTIONS = ("pre-data", "post-data")
STEADY = """
    SET LOCAL synchronize_seqscans = off; SET LOCAL DateStyle = 'ISO'; SET LOCAL TimeZone = 'UTC';
    SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex';
    SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0
"""
"""Settings under which the same row is the same text on every server, in the order in which it lies there."""

Progress = Callable[[float, str], None]
"""Called with how much is done (0 to 1) and what is being done."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a backup holds."""

    clients: tuple[str, ...]
    rows: int


def take(
    file: BinaryIO,
    *,
    passphrase: str,
    home: Home,
    at: datetime,
    only: Sequence[str] = (),
    say: Progress = lambda _done, _what: None,
    cost: Cost | None = None,
) -> Taken:
    """Write a backup of all clients, or of those with the given short names, into the file."""
    sealed = SealedWriter(file, passphrase, cost=cost)
    packer = Packer(sealed)
    with as_owner(), outside(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            cursor.execute(STEADY)
        taken = _Taking(packer, home=home, at=at, only=only, snapshot=snapshot, say=say).run()
    packer.close()
    sealed.close()
    return taken


class _Taking:
    """One backup being written."""

    def __init__(
        self, packer: Packer, *, home: Home, at: datetime, only: Sequence[str], snapshot: str, say: Progress
    ) -> None:
        self.packer, self.home, self.at, self.say = packer, home, at, say
        self.clients = _clients(only)
        self.ids = [client.pk for client in self.clients] if only else None
        self.snapshot = snapshot
        self.found: dict[str, list[Table]] = {}
        self.sums: dict[str, dict[str, Any]] = {}
        self.done = 0

    def run(self) -> Taken:
        schemas = [blueprint.TEMPLATE, *(client.schema_name for client in self.clients), PUBLIC]
        with connection.cursor() as cursor:
            for schema in schemas:
                self.found[schema] = tables.read_tables(cursor, schema)
            self.public = tables.read_public(cursor, self.found[PUBLIC])
            states = {schema: _migrations(cursor, schema) for schema in schemas}
            sequences = {schema: tables.read_sequences(cursor, schema) for schema in schemas}
        self.total = max(1, sum(table.size for each in self.found.values() for table in each))
        self._member("about", self._about(states))
        self._member("secrets", secrets.collect(self.home))
        self._ddl([schema for schema in schemas if _needs_ddl(schema, states)])
        for schema in schemas:
            for table in self.found[schema]:
                self._rows(table)
        kept = {client.slug: _figures(client, self.at) for client in self.clients}
        self._member("manifest", {"tables": self.sums, "sequences": sequences, "figures": kept})
        rows = sum(each["rows"] for each in self.sums.values())
        return Taken(tuple(client.slug for client in self.clients), rows)

    def _about(self, states: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
        known = {migration for state in states.values() for migration in state}
        return {
            "format": FORMAT,
            "made_at": self.at.isoformat(),
            "all_clients": self.ids is None,
            "clients": [
                {"id": client.pk, "slug": client.slug, "schema": client.schema_name, "name": client.name}
                for client in self.clients
            ],
            "migrations": sorted(known),
            "public": {name: asdict(table) for name, table in self.public.items()},
        }

    def _ddl(self, schemas: list[str]) -> None:
        for schema in schemas:
            self.say(0.0, f"the shape of {schema}")
            for section in SECTIONS:
                self.packer.member(
                    "ddl", _dump_ddl(schema, section, self.snapshot).encode(), schema=schema, section=section
                )

    def _rows(self, table: Table) -> None:
        self.say(self.done / self.total, table.title)
        where: sql.Composable | None = None
        if table.name in tables.LEFT_OUT:
            where = sql.SQL("false")
        elif table.schema == PUBLIC and self.ids is not None:
            where = tables.of_clients(table.name, self.public, self.ids)
        self.packer.begin("rows", schema=table.schema, table=table.name, columns=table.columns)
        digest, rows, before = hashlib.sha256(), 0, self.done
        with connection.cursor() as cursor, cursor.copy(tables.copy_out(table, where)) as copy:
            for row in copy:  # PostgreSQL sends one row at a time
                digest.update(row)
                self.packer.data(row)
                rows += 1
                if not rows % 20_000:
                    self.say(min(before + rows * 200, before + table.size) / self.total, table.title)
        self.done += table.size
        self.sums[table.title] = {"rows": rows, "sha256": digest.hexdigest()}
        self.packer.end(**self.sums[table.title])

    def _member(self, name: str, content: object) -> None:
        self.packer.member(name, json.dumps(content).encode())


def _clients(only: Sequence[str]) -> list[Client]:
    """Closed ones too: their schema is kept until it is dropped."""
    found = list(Client.objects.order_by("pk"))
    if missing := set(only) - {client.slug for client in found}:
        raise Trouble(f"There is no client “{min(missing)}”.")
    return [client for client in found if not only or client.slug in only]


def _migrations(cursor: CursorWrapper, schema: str) -> list[tuple[str, str]]:
    cursor.execute(sql.SQL("SELECT app, name FROM {}").format(sql.Identifier(schema, "django_migrations")))
    return sorted(cursor.fetchall())


def _needs_ddl(schema: str, states: dict[str, list[tuple[str, str]]]) -> bool:
    """False for a client that looks like the template: it is built from the template's DDL."""
    return schema in (PUBLIC, blueprint.TEMPLATE) or states[schema] != states[blueprint.TEMPLATE]


def _dump_ddl(schema: str, section: str, snapshot: str) -> str:
    """One schema's tables (pre-data) or indexes, constraints and triggers (post-data), without roles and grants."""
    info = connection.connection.info
    words = (
        "--schema-only", "--no-owner", "--no-privileges", "--no-policies", f"--schema={schema}",
        f"--section={section}", f"--snapshot={snapshot}", f"--dbname={info.dsn}",
    )  # fmt: skip
    environment = {**os.environ, "PGPASSWORD": info.password}
    text = blueprint.run_pg_dump(blueprint.pg_dump_for(info.server_version), words, environment)
    own = ("CREATE SCHEMA public;", "COMMENT ON SCHEMA public ")  # every database has it
    return "\n".join(line for line in text.splitlines() if not line.startswith(own))


def _figures(client: Client, at: datetime) -> figures.Figures | None:
    """None when the client is not migrated to this version, so that its figures cannot be read."""
    try:
        with transaction.atomic(), inside(client):
            return figures.read(at=at)
    except DatabaseError:
        return None
