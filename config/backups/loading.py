"""Restoring a verified backup into an empty database.

Each schema is made, filled, compared with the backup's checksums and given its indexes and constraints in one
transaction. Roles and grants are not in a backup: `migrate` makes them afterwards, and brings an older backup's
tables to this version. The public tables are made first and empty, so that a database in which a restore was
killed is never taken for an empty or a whole one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from itertools import groupby
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from config.backups import figures, secrets, tables
from config.backups.reading import Backup, ClientFacts, Member, RowSum, members
from config.backups.sealed import Refused
from config.backups.tables import Table
from config.backups.taking import STEADY, Progress
from config.door.home import Home
from config.door.trouble import Trouble
from tenants.kernel import blueprint, rights
from tenants.kernel.schema import PUBLIC, as_owner, database_name, inside, outside
from tenants.models import Client

OURS = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2
"""
FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND pg_get_userbyid(p.proowner) = current_user
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
LAST_POSITION = "SELECT coalesce(max(xid::text::bigint), 0) FROM {}"
SET_SEQUENCE = "SELECT setval(format('%%I.%%I', %s::text, %s::text)::regclass, %s)"
NOW_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
COUNT_ON = """
    DO $$ BEGIN
        FOR number IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
    END $$
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """How one restored client compares with the backup; no `differences` means it is the same."""

    client: ClientFacts
    rows: int
    seals: int
    differences: tuple[str, ...]


def chosen(backup: Backup, only: Sequence[str]) -> list[ClientFacts]:
    """The clients that are to be restored. Raises Refused for one that is not in the backup."""
    known = {client.slug: client for client in backup.clients}
    if missing := set(only) - known.keys():
        raise Refused(
            f"The backup holds no client “{min(missing)}”. It holds {', '.join(sorted(known)) or 'none'}."
        )
    return [client for client in backup.clients if not only or client.slug in only]


def must_be_known(backup: Backup) -> None:
    """Refuse what a newer version has migrated: this one would not understand its tables."""
    unknown = backup.migrations - set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    if unknown:
        app, name = min(unknown)
        raise Refused(
            f"The backup was made by another version of Rapport: this one has no migration {app}.{name}. Restore it "
            "with the version that made it, or a newer one."
        )


def must_be_empty() -> None:
    """Refuse a database that holds tables."""
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute(OURS)
        found = cursor.fetchall()
    if not found:
        return
    some = ", ".join(f"{schema}.{table}" for schema, table in found[:3])
    raise Refused(
        f"The database is not empty: it holds {len(found)} tables, such as {some}. A restore never overwrites: name "
        "an empty folder with RAPPORT_HOME, or a new database with DATABASE_URL, and restore into that."
    )


def load(
    path: Path,
    backup: Backup,
    *,
    passphrase: str,
    home: Home,
    only: Sequence[str] = (),
    say: Progress = lambda _done, _what: None,
) -> None:
    """Restore the backup into the empty database, and its secrets into the home. After a failure nothing is left."""
    clients = chosen(backup, only)
    try:
        with as_owner(), outside():
            _Loading(backup, clients, say).run(path, passphrase)
            _count_transactions_on([PUBLIC, *(client.schema for client in clients)])
        secrets.put_back(home, backup.secrets)
        say(1.0, "roles, grants and migrations")
        call_command("migrate", verbosity=0, stdout=StringIO())  # a failure is raised with its reasons
        with as_owner(), outside():
            for client in Client.objects.filter(closed_at__isnull=False):  # `migrate` passes closed ones by
                rights.grant_client(database_name(), client.schema_name)
    except BaseException as error:
        with suppress(Error), as_owner(), outside():  # what went wrong first is what there is to say
            _empty([blueprint.TEMPLATE, *(client.schema for client in clients)])
        if isinstance(error, (Error, psycopg.Error)):
            raise Trouble(
                f"The database refused the restore, and nothing was kept: {str(error).strip()}"
            ) from error
        raise


def check(backup: Backup, only: Sequence[str] = ()) -> list[Checked]:
    """Compare every restored client, as its own role, with what the backup says."""
    checked = []
    for facts in chosen(backup, only):
        with outside():
            client = Client.objects.get(pk=facts.id)
        with inside(client):
            kept = backup.manifest["figures"].get(facts.slug)
            differences = figures.differences(kept, at=backup.made_at)
        sums = backup.manifest["tables"]
        rows = sum(each["rows"] for name, each in sums.items() if name.startswith(f"{facts.schema}."))
        seals = kept["ledger"]["seals"] if kept else 0
        checked.append(Checked(facts, rows, seals, tuple(differences)))
    return checked


class _Loading:
    """One restore, schema by schema."""

    def __init__(self, backup: Backup, clients: list[ClientFacts], say: Progress) -> None:
        self.backup, self.say = backup, say
        self.is_part = len(clients) < len(backup.clients)
        self.ids = [client.id for client in clients]
        self.schemas = {blueprint.TEMPLATE, PUBLIC, *(client.schema for client in clients)}

    def run(self, path: Path, passphrase: str) -> None:
        with transaction.atomic():
            self._build(PUBLIC, "pre-data")
        rows = (
            member
            for member in members(path, passphrase, self.say)
            if member.name == "rows" and member.facts["schema"] in self.schemas
        )
        for schema, group in groupby(rows, key=lambda member: str(member.facts["schema"])):
            with transaction.atomic():
                self._make(schema, group)

    def _make(self, schema: str, group: Iterator[Member]) -> None:
        """One schema: its tables, their rows, then what is built upon rows."""
        with connection.cursor() as cursor:
            cursor.execute(STEADY)
        if schema != PUBLIC:
            self._build(schema, "pre-data")
        for member in group:
            self._fill(member)
        if schema == PUBLIC and self.is_part:
            self._narrow()
        self.say(1.0, f"indexes of {schema}")
        self._build(schema, "post-data")
        with connection.cursor() as cursor:
            for name, last in self.backup.manifest["sequences"][schema].items():
                cursor.execute(SET_SEQUENCE, [schema, name, last])

    def _build(self, schema: str, section: str) -> None:
        """Run one section of the schema's DDL: its own, or the template's under its name."""
        own = self.backup.ddl.get((schema, section))
        text = own if own is not None else self.backup.ddl[blueprint.TEMPLATE, section]
        if own is None:
            text = text.replace(blueprint.TEMPLATE, sql.Identifier(schema).as_string(None))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_catalog.set_config('check_function_bodies', 'off', true)")
            if text.strip():
                cursor.execute(text)

    def _fill(self, member: Member) -> None:
        facts = member.facts
        table = Table(facts["schema"], facts["table"], tuple(facts["columns"]))
        digest, given, found = hashlib.sha256(), RowSum(), RowSum()
        with connection.cursor() as cursor:
            with cursor.copy(tables.copy_in(table)) as copy:
                for block in member.blocks():
                    digest.update(block)
                    given.add(block)
                    copy.write(block)
            with cursor.copy(tables.copy_back(table)) as copy:
                for row in copy:
                    found.add(row)
        is_theirs = {"rows": given.rows, "sha256": digest.hexdigest()} == self.backup.manifest["tables"][
            table.title
        ]
        if not is_theirs or found.total() != given.total():
            raise Trouble(f"{table.title} is not in the database as it was in the backup. Nothing was kept.")

    def _narrow(self) -> None:
        """Take out the public rows of the clients that are not restored. The constraints come afterwards."""
        public = self.backup.public
        with connection.cursor() as cursor:
            for name in public:
                rule = tables.of_clients(name, public, self.ids)
                if rule is not None:
                    cursor.execute(
                        sql.SQL("DELETE FROM public.{} WHERE ({}) IS NOT TRUE").format(
                            sql.Identifier(name), rule
                        )
                    )


def _count_transactions_on(schemas: list[str]) -> None:
    """Use up transaction numbers until new ones are greater than every place in a ledger (tables.py says why)."""
    with connection.cursor() as cursor:
        last = 0
        for schema in schemas:
            cursor.execute("SELECT to_regclass(%s)", [f"{schema}.{tables.ENTRIES}"])
            if cursor.fetchone() == (None,):
                continue  # backups made before the agency had a ledger
            cursor.execute(sql.SQL(LAST_POSITION).format(sql.Identifier(schema, tables.ENTRIES)))
            last = max(last, cursor.fetchone()[0])
        cursor.execute("SET synchronous_commit = off")
        while (missing := last + 1 - _now_running(cursor)) > 0:
            cursor.execute(sql.SQL(COUNT_ON).format(sql.Literal(missing)))
        cursor.execute("RESET synchronous_commit")


def _now_running(cursor: CursorWrapper) -> int:
    cursor.execute(NOW_RUNNING)
    return int(cursor.fetchone()[0])


def _empty(schemas: list[str]) -> None:
    """Remove what a failed restore has made, in a database that was empty before."""
    connection.close()  # it may have broken in the middle of a COPY
    with connection.cursor() as cursor:
        for schema in schemas:
            cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
        cursor.execute(OURS)
        for schema, table in cursor.fetchall():
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(schema, table)))
        cursor.execute(FUNCTIONS)
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")
